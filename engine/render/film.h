/* film.h - sums of samples per pixel (ARCHITECTURE.md "Film"; invariants 5, 15).
 *
 * Pixel i of the crop has count[i] samples and popcount(count[i]) partial sums: planes[d][3 i ..] holds the sum of the d-th largest
 * complete block. Pushing a sample merges equal blocks, so the total is the pairwise tree over sample indices.
 * While rendering, one thread at a time owns a pixel; count is published with release order, readers may see a pixel between waves. */
#ifndef ML_RENDER_FILM_H
#define ML_RENDER_FILM_H

#include <stdatomic.h>

#include "base/memory.h"
#include "image/spectrum.h"

#define FILM_MAX_PLANES 32

struct MlFilm {
  Memory *memory;
  struct MlEngine *engine;
  uint32_t width, height;         /* of the crop */
  uint32_t full_width, full_height, crop_x, crop_y;
  uint32_t first_sample;          /* index of the first; counts are relative to it */
  uint32_t samples;               /* planned */
  uint32_t plane_count;
  uint64_t scene_hash, settings_hash;
  float *planes[FILM_MAX_PLANES]; /* 3 floats per pixel each */
  uint32_t *counts;               /* written with __atomic relaxed/release */
  _Atomic uint64_t nonfinite;
};

/* Sums of one pixel while it is being rendered: a binary counter. */
typedef struct PixelSums {
  Spectrum sums[33];
  uint32_t count;
} PixelSums;

static inline void pixel_push(PixelSums *pixel, Spectrum sample) {
  uint32_t depth = (uint32_t)__builtin_popcount(pixel->count);
  for (uint32_t bits = pixel->count; bits & 1u; bits >>= 1) sample = pixel->sums[--depth] + sample;
  pixel->sums[depth] = sample;
  pixel->count++;
}
static inline void film_load_pixel(const struct MlFilm *film, uint64_t index, PixelSums *pixel) {
  pixel->count = __atomic_load_n(&film->counts[index], __ATOMIC_RELAXED);
  uint32_t depth = (uint32_t)__builtin_popcount(pixel->count);
  for (uint32_t d = 0; d < depth; d++) pixel->sums[d] = spectrum_load(film->planes[d] + 3 * index);
}

/* Where waves end: 1, 2, 4, 8, 16, 32, 48, 64, … capped at samples. The first wave end after `count`. */
static inline uint32_t film_wave_end(uint32_t count, uint32_t samples) {
  uint32_t end = 1;
  while (end <= count && end < 16) end *= 2;
  if (end <= count) end = count / 16 * 16 + 16;
  return end < samples ? end : samples;
}

/* Stores may race with display readers: floats go through relaxed 32-bit atomics. */
void film_store_pixel(struct MlFilm *film, uint64_t index, const PixelSums *pixel);
Spectrum film_mean(const struct MlFilm *film, uint64_t index); /* black where there are no samples */
uint64_t film_bytes(uint32_t width, uint32_t height, uint32_t samples);

#endif
