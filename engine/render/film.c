/* film.c - storage of a film, its means, its hash, and joining parts. Thread rule: film.h; merging needs both films to be at rest. */
#include "render/film.h"

#include <assert.h>
#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/thread.h"

/* ----------------------------------------------------------------- storage */

uint32_t film_plane_count(uint32_t samples) {
  // Wave ends are powers of two up to 16, multiples of 16 up to `samples`, and `samples` itself. Of the numbers up to n, the largest
  // 2^k - 1 has the most bits.
  uint32_t planes = 1, bits = (uint32_t)__builtin_popcount(samples);
  for (uint64_t ones = 3; ones <= samples / 16; ones = 2 * ones + 1) planes++;
  return bits > planes ? bits : planes;
}

uint64_t film_bytes(uint32_t width, uint32_t height, uint32_t samples) {
  // 65535² pixels of 4 + 12 · 28 bytes: below 2^41.
  return (uint64_t)width * height * (sizeof(uint32_t) + 3 * sizeof(float) * film_plane_count(samples));
}

static uint64_t film_pixels(const MlFilm *film) { return (uint64_t)film->width * film->height; }

bool film_reserve_planes(MlFilm *film, uint32_t planes) {
  size_t bytes;
  if (!size_multiply(film_pixels(film), 3 * sizeof(float), &bytes)) return false;
  uint32_t had = film->plane_count, count = had;
  for (; count < planes; count++) {
    film->planes[count] = memory_pages_alloc(film->memory, bytes);
    if (film->planes[count]) continue;
    while (count > had) memory_pages_free(film->memory, film->planes[--count], bytes);
    return false;
  }
  __atomic_store_n(&film->plane_count, count, __ATOMIC_RELAXED); /* a render into the film may look at it meanwhile */
  return true;
}

MlStatus film_new(Memory *memory, const MlFilm *like, MlFilm **out, MlError *error) {
  if (like->samples > FILM_MAX_SAMPLES)
    return error_set(error, ML_ERROR_LIMIT, "samples: at most %u per pixel, got %u", FILM_MAX_SAMPLES, like->samples);
  char what[64];
  snprintf(what, sizeof what, "a film of %u x %u pixels", like->width, like->height);
  uint64_t wanted = film_bytes(like->width, like->height, like->samples);

  MlFilm *film = memory_alloc_zero(memory, sizeof *film, _Alignof(MlFilm));
  if (!film) return memory_error(memory, wanted, what, error);
  film->memory = memory;
  film->width = like->width, film->height = like->height;
  film->full_width = like->full_width, film->full_height = like->full_height;
  film->crop_x = like->crop_x, film->crop_y = like->crop_y;
  film->first_sample = like->first_sample, film->samples = like->samples;
  film->scene_hash = like->scene_hash, film->settings_hash = like->settings_hash;

  size_t bytes;
  if (size_multiply(film_pixels(film), sizeof(uint32_t), &bytes)) film->counts = memory_pages_alloc(memory, bytes);
  if (!film->counts || !film_reserve_planes(film, film_plane_count(film->samples))) {
    ml_film_destroy(film);
    return memory_error(memory, wanted, what, error);
  }
  *out = film;
  return ML_OK;
}

void ml_film_destroy(MlFilm *film) {
  if (!film) return;
  size_t pixels = (size_t)film_pixels(film);
  for (uint32_t d = 0; d < film->plane_count; d++) memory_pages_free(film->memory, film->planes[d], pixels * 3 * sizeof(float));
  if (film->counts) memory_pages_free(film->memory, film->counts, pixels * sizeof(uint32_t));
  memory_free(film->memory, film, sizeof *film);
}

/* ------------------------------------------------------------------ pixels */

/* Release stores keep the order "busy, sums, count" and acquire loads that of "count, sums, count" without fences, which
 * ThreadSanitizer does not know. On x86-64 they are plain moves.
 *
 * WebAssembly knows no such stores: its atomic ones are full barriers (some 30 ns each in Firefox, 3 % of a simple scene). There the sums are
 * stored plainly, between an exchange, behind which they stay, and the count. */
static inline void mark_busy(uint32_t *count) {
#ifdef __wasm__
  (void)__atomic_exchange_n(count, FILM_BUSY, __ATOMIC_ACQ_REL);
  __atomic_thread_fence(__ATOMIC_SEQ_CST); /* plain stores may pass the second half of an exchange (ARM without LSE) */
#else
  __atomic_store_n(count, FILM_BUSY, __ATOMIC_RELAXED);
#endif
}

static inline void store_sum(float *sum, float value) {
#ifdef __wasm__
  *sum = value;
#else
  __atomic_store(sum, &value, __ATOMIC_RELEASE);
#endif
}

void film_store_pixel(MlFilm *film, uint64_t index, const PixelSums *pixel) {
  uint32_t depth = (uint32_t)__builtin_popcount(pixel->count);
  assert(depth <= __atomic_load_n(&film->plane_count, __ATOMIC_RELAXED));
  mark_busy(&film->counts[index]);
  for (uint32_t d = 0; d < depth; d++) {
    float rgb[3];
    spectrum_store(rgb, pixel->sums[d]);
    for (uint64_t c = 0; c < 3; c++) store_sum(&film->planes[d][3 * index + c], rgb[c]);
  }
  __atomic_store_n(&film->counts[index], pixel->count, __ATOMIC_RELEASE);
}

/* The pixel's count; 0, as if it had no samples, if it stays busy because its thread was suspended inside a store. */
static uint32_t film_wait_count(const MlFilm *film, uint64_t index) {
  for (int look = 0; look < 10000; look++) {
    uint32_t count = __atomic_load_n(&film->counts[index], __ATOMIC_ACQUIRE);
    if (count != FILM_BUSY) return count;
  }
  return 0;
}

void film_read_pixel(const MlFilm *film, uint64_t index, PixelSums *pixel) {
  do {
    pixel->count = film_wait_count(film, index);
    uint32_t depth = (uint32_t)__builtin_popcount(pixel->count);
    for (uint32_t d = 0; d < depth; d++) {
      float rgb[3];
      for (uint64_t c = 0; c < 3; c++) __atomic_load(&film->planes[d][3 * index + c], &rgb[c], __ATOMIC_ACQUIRE);
      pixel->sums[d] = spectrum_load(rgb);
    }
  } while (pixel->count && __atomic_load_n(&film->counts[index], __ATOMIC_RELAXED) != pixel->count);
}

Spectrum film_mean(const MlFilm *film, uint64_t index) {
  PixelSums pixel;
  film_read_pixel(film, index, &pixel);
  return pixel_mean(&pixel);
}

void ml_film_row(const MlFilm *film, uint32_t y, float *rgb) {
  FLOAT_STATE_OURS;
  for (uint64_t x = 0; x < film->width; x++) spectrum_store(rgb + 3 * x, film_mean(film, (uint64_t)y * film->width + x));
}

uint32_t ml_film_width(const MlFilm *film) { return film->width; }
uint32_t ml_film_height(const MlFilm *film) { return film->height; }
uint64_t ml_film_nonfinite(const MlFilm *film) { return atomic_load_explicit(&film->nonfinite, memory_order_relaxed); }

void ml_film_samples(const MlFilm *film, uint32_t *fewest, uint32_t *most) {
  uint32_t lo = UINT32_MAX, hi = 0;
  for (uint64_t i = 0; i < film_pixels(film); i++) {
    uint32_t count = film_wait_count(film, i);
    lo = count < lo ? count : lo;
    hi = count > hi ? count : hi;
  }
  if (fewest) *fewest = lo;
  if (most) *most = hi;
}

void ml_film_watch(MlFilm *film, const MlFilmWatch *watch) { film->watch = watch ? *watch : (MlFilmWatch){0}; }

/* ------------------------------------------------------------------- noise */

/* Mean luminance of pixel i and, where its samples lie in more than one block, the variance of that mean, else -1. Of n = n1 + n2 samples,
 * the first block has the mean m1 and the rest m2: (m1 - m2)^2 is on average s^2 (1/n1 + 1/n2), the variance of the mean of all
 * is s^2 / n = (m1 - m2)^2 n1 n2 / n^2. */
static bool pixel_noise(const MlFilm *film, uint64_t i, double *mean, double *variance) {
  PixelSums all, rest;
  film_read_pixel(film, i, &all);
  *mean = (double)spectrum_luminance(pixel_mean(&all));
  *variance = -1.0;
  if (!all.count || !(*mean >= 0.0 && *mean <= 1e30)) return false;
  const uint32_t first = 1u << (31 - __builtin_clz(all.count));
  rest.count = all.count - first;
  if (!rest.count) return true;
  for (int d = 0; d < __builtin_popcount(rest.count); d++) rest.sums[d] = all.sums[d + 1];
  const double share = (double)first / (double)all.count;
  const double difference = (double)spectrum_luminance(all.sums[0] / (float)first) - (double)spectrum_luminance(pixel_mean(&rest));
  *variance = difference * difference * share * (1.0 - share);
  return true;
}

double ml_film_noise(const MlFilm *film) {
  FLOAT_STATE_OURS;
  const uint64_t pixels = film_pixels(film), step = pixels / 4096 + 1;
  double mean, variance, sum = 0.0;
  uint64_t count = 0;
  for (uint64_t i = step / 2; i < pixels; i += step)
    if (pixel_noise(film, i, &mean, &variance)) sum += mean, count++;
  if (sum == 0.0) return -1.0;
  // A tenth of the picture's mean, so that what is nearly black does not count for everything
  const double floor = 0.1 * sum / (double)count;
  sum = 0.0, count = 0;
  for (uint64_t i = step / 2; i < pixels; i += step)
    if (pixel_noise(film, i, &mean, &variance) && variance >= 0.0) sum += variance / (mean * mean + floor * floor), count++;
  return count ? ml_sqrt(sum / (double)count) : -1.0;
}

/* -------------------------------------------------------------------- hash */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "hashes and film files are little-endian");

uint64_t ml_film_hash(const MlFilm *film) {
  FLOAT_STATE_OURS;
  HashStream stream;
  hash_begin(&stream, 0);
  const uint32_t head[3] = {ML_PICTURE_VERSION, film->width, film->height};
  hash_add(&stream, head, sizeof head);
  for (uint64_t i = 0; i < film_pixels(film); i++) {
    // -0 + 0 is 0; a NaN (infinities that cancelled) counts as 0, since its bits are not the same everywhere.
    float rgb[3];
    spectrum_store(rgb, film_mean(film, i) + spectrum_zero());
    for (int c = 0; c < 3; c++) rgb[c] = rgb[c] == rgb[c] ? rgb[c] : 0.0f;
    hash_add(&stream, rgb, sizeof rgb);
  }
  return hash_end(&stream);
}

/* ------------------------------------------------------------------- parts */

static MlStatus film_same_picture(const MlFilm *a, const MlFilm *b, MlError *error) {
  if (a->scene_hash != b->scene_hash) return error_set(error, ML_ERROR_ARGUMENT, "the parts are of different scenes");
  if (a->width != b->width || a->height != b->height || a->full_width != b->full_width || a->full_height != b->full_height ||
      a->crop_x != b->crop_x || a->crop_y != b->crop_y)
    return error_set(error, ML_ERROR_ARGUMENT, "the parts have different sizes or crops");
  if (a->settings_hash != b->settings_hash) return error_set(error, ML_ERROR_ARGUMENT, "the parts were rendered with different settings");
  return ML_OK;
}

MlStatus ml_film_merge(MlFilm *a, const MlFilm *b, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  TRY(film_same_picture(a, b, error));

  // Check everything before anything is changed.
  uint32_t most = 0, planes = 0;
  for (uint64_t i = 0; i < film_pixels(a); i++) {
    uint32_t had = a->counts[i], more = b->counts[i];
    if (!more) continue;
    uint64_t next = (uint64_t)a->first_sample + had;
    if (next != b->first_sample)
      return error_set(error, ML_ERROR_ARGUMENT, "the first part ends before sample %llu at pixel %u,%u, the second begins with sample %u",
                       (unsigned long long)next, (uint32_t)(i % a->width), (uint32_t)(i / a->width), b->first_sample);
    if (more > FILM_MAX_SAMPLES - had)
      return error_set(error, ML_ERROR_LIMIT, "the parts have more than %u samples together", FILM_MAX_SAMPLES);
    uint32_t block = 1u << (31 - __builtin_clz(more));
    if (had % block)
      return error_set(
        error, ML_ERROR_ARGUMENT,
        "%u samples cannot join %u with equal bits: a part must begin at a multiple of the largest power of two in its samples", more, had);
    uint32_t bits = (uint32_t)__builtin_popcount(had + more);
    planes = bits > planes ? bits : planes;
    most = had + more > most ? had + more : most;
  }
  if (!film_reserve_planes(a, planes)) return memory_error(a->memory, film_bytes(a->width, a->height, most), "the joined film", error);

  for (uint64_t i = 0; i < film_pixels(a); i++) {
    PixelSums joined, part;
    film_load_pixel(a, i, &joined);
    film_load_pixel(b, i, &part);
    uint32_t left = part.count;
    for (uint32_t d = 0; left; d++) {
      uint32_t block = 1u << (31 - __builtin_clz(left));
      pixel_push_block(&joined, part.sums[d], block);
      left -= block;
    }
    film_store_pixel(a, i, &joined);
  }
  if (most > a->samples) a->samples = most;
  atomic_fetch_add_explicit(&a->nonfinite, ml_film_nonfinite(b), memory_order_relaxed);
  return ML_OK;
}
