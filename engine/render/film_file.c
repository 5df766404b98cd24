/* film_file.c - a film as a file, to be continued or joined later (invariant 15). Little-endian:
 *
 *    0  magic "MLFILM\0\1"
 *    8  u32 format version            12  u32 picture version
 *   16  u64 scene hash                24  u64 settings hash
 *   32  u32 width, height of the crop 40  u32 width, height of the whole   48  u32 crop x, y
 *   56  u32 first sample              60  u32 samples planned
 *   64  u64 XXH64 of the 64 bytes above
 *   72  per pixel, top row first: u32 count, then per set bit of the count 3 floats: the sum of that block, largest first
 *    …  u64 samples that were not finite
 *    …  u64 XXH64 of everything above
 *
 * The bytes are a function of the film's contents alone. Both ways are streams: no second copy in memory. Saving reads pixels as film.h
 * says and may happen while the film is being rendered; what is saved then has each pixel at some wave's end. */
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "render/film.h"

#define FORMAT_VERSION 1u

typedef struct FilmHeader {
  uint8_t magic[8];
  uint32_t format_version, picture_version;
  uint64_t scene_hash, settings_hash;
  uint32_t width, height, full_width, full_height, crop_x, crop_y;
  uint32_t first_sample, samples;
  uint64_t checksum;
} FilmHeader;
_Static_assert(sizeof(FilmHeader) == 72, "the header has no padding");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "film files are little-endian");

static const uint8_t film_magic[8] = {'M', 'L', 'F', 'I', 'L', 'M', 0, 1};

static uint64_t header_checksum(const FilmHeader *header) { return hash_bytes(header, offsetof(FilmHeader, checksum), 0); }

/* ----------------------------------------------------------------- saving */

static void write_hashed(FileWriter *writer, HashStream *hash, const void *bytes, size_t count) {
  hash_add(hash, bytes, count);
  (void)file_writer_write(writer, bytes, count); // remembered, told by commit
}

MlStatus ml_film_save(const MlFilm *film, const char *path, MlError *error) {
  error_clear(error);
  FileWriter writer;
  TRY(file_writer_open(&writer, path, error));
  HashStream hash;
  hash_begin(&hash, 0);

  FilmHeader header = {.format_version = FORMAT_VERSION,
                       .picture_version = ML_PICTURE_VERSION,
                       .scene_hash = film->scene_hash,
                       .settings_hash = film->settings_hash,
                       .width = film->width,
                       .height = film->height,
                       .full_width = film->full_width,
                       .full_height = film->full_height,
                       .crop_x = film->crop_x,
                       .crop_y = film->crop_y,
                       .first_sample = film->first_sample,
                       .samples = film->samples};
  memcpy(header.magic, film_magic, sizeof film_magic);
  header.checksum = header_checksum(&header);
  write_hashed(&writer, &hash, &header, sizeof header);

  for (uint64_t i = 0, pixels = (uint64_t)film->width * film->height; i < pixels && !writer.failed; i++) {
    PixelSums pixel;
    film_read_pixel(film, i, &pixel);
    struct {
      uint32_t count;
      float sums[3 * FILM_MAX_PLANES];
    } record = {.count = pixel.count};
    uint32_t depth = (uint32_t)__builtin_popcount(pixel.count);
    for (uint32_t d = 0; d < depth; d++) spectrum_store(record.sums + 3 * (uint64_t)d, pixel.sums[d]);
    write_hashed(&writer, &hash, &record, sizeof record.count + 3 * sizeof(float) * depth);
  }

  uint64_t nonfinite = ml_film_nonfinite(film);
  write_hashed(&writer, &hash, &nonfinite, sizeof nonfinite);
  uint64_t checksum = hash_end(&hash);
  (void)file_writer_write(&writer, &checksum, sizeof checksum);
  return file_writer_commit(&writer, error);
}

/* ---------------------------------------------------------------- loading */

static MlStatus damaged(const char *path, MlError *error) {
  return error_set(error, ML_ERROR_FORMAT, "'%s' is damaged: its checksum does not match; use a backup or render anew", path);
}
static MlStatus cut_off(const char *path, MlError *error) {
  return error_set(error, ML_ERROR_FORMAT, "'%s' is damaged: it ends too early; use a backup or render anew", path);
}

/* Is this a film file, whole at its head, of the film's picture? */
static MlStatus check_header(const MlFilm *film, const FilmHeader *h, const char *path, MlError *error) {
  if (h->format_version != FORMAT_VERSION)
    return error_set(error, ML_ERROR_FORMAT, "'%s' is a film of format %u, this moonlit reads format %u; use the version that wrote it",
                     path, h->format_version, FORMAT_VERSION);
  if (h->checksum != header_checksum(h)) return damaged(path, error);
  if (h->picture_version != ML_PICTURE_VERSION)
    return error_set(error, ML_ERROR_FORMAT,
                     "'%s' has picture version %u, this moonlit renders version %u; use the version that wrote it or render anew", path,
                     h->picture_version, ML_PICTURE_VERSION);
  if (h->full_width != film->full_width || h->full_height != film->full_height)
    return error_set(error, ML_ERROR_ARGUMENT, "'%s' is of a picture of %u x %u pixels, not %u x %u; render with its size", path,
                     h->full_width, h->full_height, film->full_width, film->full_height);
  if (h->crop_x != film->crop_x || h->crop_y != film->crop_y || h->width != film->width || h->height != film->height)
    return error_set(error, ML_ERROR_ARGUMENT, "'%s' is of the crop %u,%u,%u,%u, not %u,%u,%u,%u; render with its crop", path, h->crop_x,
                     h->crop_y, h->width, h->height, film->crop_x, film->crop_y, film->width, film->height);
  if (h->first_sample != film->first_sample)
    return error_set(error, ML_ERROR_ARGUMENT, "'%s' begins with sample %u, not %u; begin with that one", path, h->first_sample,
                     film->first_sample);
  if (h->scene_hash != film->scene_hash)
    return error_set(error, ML_ERROR_ARGUMENT,
                     "'%s' is of another scene, or the script, a parameter or a file that it uses has changed; render anew", path);
  if (h->settings_hash != film->settings_hash)
    return error_set(error, ML_ERROR_ARGUMENT,
                     "'%s' was rendered with another camera or other settings (integrator, bounces, seed, filter, sampler …); use the same "
                     "or render anew",
                     path);
  return ML_OK;
}

/* Pixels and what follows, into an empty film. */
static MlStatus load_pixels(MlFilm *film, FileReader *reader, HashStream *hash, MlError *error) {
  uint32_t most = 0;
  for (uint64_t i = 0, pixels = (uint64_t)film->width * film->height; i < pixels; i++) {
    uint32_t count;
    float sums[3 * FILM_MAX_PLANES];
    if (!file_reader_read(reader, &count, sizeof count)) return cut_off(reader->path, error);
    if (count > FILM_MAX_SAMPLES) return damaged(reader->path, error);
    uint32_t depth = (uint32_t)__builtin_popcount(count);
    size_t size = 3 * sizeof(float) * depth;
    if (!file_reader_read(reader, sums, size)) return cut_off(reader->path, error);
    hash_add(hash, &count, sizeof count);
    hash_add(hash, sums, size);
    most = count > most ? count : most;
    if (most > film->samples) continue; // refused below, unless it is damage

    if (!film_reserve_planes(film, depth))
      return memory_error(film->memory, film_bytes(film->width, film->height, count), "the film that is loaded", error);
    PixelSums pixel = {.count = count};
    for (uint32_t d = 0; d < depth; d++) pixel.sums[d] = spectrum_load(sums + 3 * (uint64_t)d);
    film_store_pixel(film, i, &pixel);
  }

  uint64_t nonfinite, checksum;
  char extra;
  if (!file_reader_read(reader, &nonfinite, sizeof nonfinite)) return cut_off(reader->path, error);
  hash_add(hash, &nonfinite, sizeof nonfinite);
  if (!file_reader_read(reader, &checksum, sizeof checksum)) return cut_off(reader->path, error);
  if (checksum != hash_end(hash)) return damaged(reader->path, error);
  if (file_reader_read(reader, &extra, 1))
    return error_set(error, ML_ERROR_FORMAT, "'%s' is damaged: there is something behind its end; use a backup or render anew",
                     reader->path);
  if (most > film->samples)
    return error_set(error, ML_ERROR_ARGUMENT, "'%s' has %u samples per pixel, more than the %u asked for; ask for at least as many",
                     reader->path, most, film->samples);
  atomic_store_explicit(&film->nonfinite, nonfinite, memory_order_relaxed);
  return ML_OK;
}

static MlStatus load_film(MlFilm *film, FileReader *reader, MlError *error) {
  FilmHeader header;
  if (!file_reader_read(reader, &header, sizeof header.magic) || memcmp(header.magic, film_magic, sizeof film_magic) != 0)
    return error_set(error, ML_ERROR_FORMAT, "'%s' is not a film of moonlit", reader->path);
  if (!file_reader_read(reader, (uint8_t *)&header + sizeof header.magic, sizeof header - sizeof header.magic))
    return cut_off(reader->path, error);
  TRY(check_header(film, &header, reader->path, error));
  HashStream hash;
  hash_begin(&hash, 0);
  hash_add(&hash, &header, sizeof header);
  return load_pixels(film, reader, &hash, error);
}

MlStatus ml_film_load(MlFilm *film, const char *path, MlError *error) {
  error_clear(error);
  uint32_t fewest, most;
  ml_film_samples(film, &fewest, &most);
  if (most) return error_set(error, ML_ERROR_ARGUMENT, "a film is loaded into an empty one, this has samples already");

  FileReader reader;
  TRY(file_reader_open(&reader, path, error));
  MlError found = {0};
  MlStatus status = load_film(film, &reader, &found);
  MlStatus closed = file_reader_close(&reader, error);
  if (status == ML_OK) return ML_OK;
  memset(film->counts, 0, (size_t)film->width * film->height * sizeof *film->counts); // empty again
  return closed != ML_OK ? closed : error_set(error, status, "%s", found.message);
}
