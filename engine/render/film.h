/* film.h - sums of samples per pixel (ARCHITECTURE.md "Film"; invariants 5, 15).
 *
 * Pixel i of the crop has counts[i] samples and popcount(counts[i]) partial sums: planes[d][3 i ..] holds the sum of the d-th largest
 * complete block. Pushing a sample merges equal blocks, so the total is the pairwise tree over sample indices, whatever the waves,
 * resume points or parts. Blocks count from first_sample.
 *
 * Threads: one thread at a time owns a pixel and stores it; anyone may read meanwhile (film_read_pixel, film_mean and all that is built
 * on them). A pixel is published as a sequence lock: its count is FILM_BUSY while its sums change, and every access is atomic
 * (in WebAssembly of counts alone: film.c). A reader gets one wave's pixel or a later one's, never a mixture. */
#ifndef ML_RENDER_FILM_H
#define ML_RENDER_FILM_H

#include <stdatomic.h>

#include "base/memory.h"
#include "image/spectrum.h"

#define FILM_MAX_PLANES 32
#define FILM_BUSY UINT32_MAX /* a count that says: being stored */
#define FILM_MAX_SAMPLES (FILM_BUSY - 1u)

struct MlFilm {
  Memory *memory;
  uint32_t width, height; /* of the crop */
  uint32_t full_width, full_height, crop_x, crop_y;
  uint32_t first_sample; /* index of the first; counts are relative to it */
  uint32_t samples;      /* planned; never fewer than a pixel has */
  uint64_t scene_hash, settings_hash;
  _Atomic uint64_t nonfinite;
  uint32_t plane_count;
  float *planes[FILM_MAX_PLANES]; /* 3 floats per pixel each */
  uint32_t *counts;
  MlFilmWatch watch; /* all zero: nobody looks */
};

/* Sums of one pixel while it is being rendered: a binary counter. */
typedef struct PixelSums {
  Spectrum sums[FILM_MAX_PLANES + 1]; /* one more while a sample is being pushed */
  uint32_t count;
} PixelSums;

/* Add the sum of the next `block` samples, a power of two that divides pixel->count: equal blocks merge like carries. */
static inline void pixel_push_block(PixelSums *pixel, Spectrum sum, uint32_t block) {
  uint32_t depth = (uint32_t)__builtin_popcount(pixel->count);
  for (uint32_t carry = block; pixel->count & carry; carry *= 2) sum = pixel->sums[--depth] + sum;
  pixel->sums[depth] = sum;
  pixel->count += block;
}
static inline void pixel_push(PixelSums *pixel, Spectrum sample) { pixel_push_block(pixel, sample, 1); }
/* From the smallest block to the largest, so that the total is one fixed tree. Black where there are no samples. */
static inline Spectrum pixel_mean(const PixelSums *pixel) {
  if (!pixel->count) return spectrum_zero();
  uint32_t depth = (uint32_t)__builtin_popcount(pixel->count) - 1;
  Spectrum total = pixel->sums[depth];
  while (depth) total = pixel->sums[--depth] + total;
  return total / (float)pixel->count;
}

/* For the thread that owns the pixel. */
static inline void film_load_pixel(const MlFilm *film, uint64_t index, PixelSums *pixel) {
  pixel->count = __atomic_load_n(&film->counts[index], __ATOMIC_RELAXED);
  uint32_t depth = (uint32_t)__builtin_popcount(pixel->count);
  for (uint32_t d = 0; d < depth; d++) pixel->sums[d] = spectrum_load(film->planes[d] + 3 * index);
}
void film_store_pixel(MlFilm *film, uint64_t index, const PixelSums *pixel);
/* For everyone else, while rendering too. */
void film_read_pixel(const MlFilm *film, uint64_t index, PixelSums *pixel);
Spectrum film_mean(const MlFilm *film, uint64_t index);
/* A wave of a rectangle is complete. */
static inline void film_changed(const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1) {
  if (film->watch.changed) film->watch.changed(film->watch.ud, film, x0, y0, x1, y1);
}

/* Where waves end: 1, 2, 4, 8, 16, 32, 48, 64, … capped at samples. The first wave end after `count`. */
static inline uint32_t film_wave_end(uint32_t count, uint32_t samples) {
  uint64_t end = 1;
  while (end <= count && end < 16) end *= 2;
  if (end <= count) end = (uint64_t)count / 16 * 16 + 16;
  return end < samples ? (uint32_t)end : samples;
}

/* Planes that the wave ends of `samples` need: the most bits that one of them has set. */
uint32_t film_plane_count(uint32_t samples);
uint64_t film_bytes(uint32_t width, uint32_t height, uint32_t samples);

/* An empty film of the sizes, hashes and samples of `like`, whose storage is not looked at. Sizes are at least 1.
 * ML_ERROR_MEMORY says how much was wanted, ML_ERROR_LIMIT: more than FILM_MAX_SAMPLES. */
MlStatus film_new(Memory *memory, const MlFilm *like, MlFilm **out, MlError *error);
/* Room for counts of up to `planes` set bits; false when memory is out, the film stays as it was. It may be being rendered into. */
bool film_reserve_planes(MlFilm *film, uint32_t planes);

/* EV that brings the log-average luminance of the pixels that are not black to middle grey (0.18): Reinhard et al. 2002, "Photographic
 * Tone Reproduction for Digital Images", eq. 1 and 2. -20..20; 0 where everything is black. */
float film_exposure(const MlFilm *film);

#endif
