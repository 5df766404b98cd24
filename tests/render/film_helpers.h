/* film_helpers.h - films with known samples, for the tests of films. */
#ifndef TESTS_FILM_HELPERS_H
#define TESTS_FILM_HELPERS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../engine/fault_memory.h"
#include "base/error.h"
#include "moonlit.h"
#include "render/film.h"

static inline uint32_t mix(uint32_t x) {
  x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu;
  return x ^ x >> 16;
}

/* Sample `index` of pixel `pixel`: of very different sizes and signs, so that every order of summing has other bits. */
static inline Spectrum sample_of(uint64_t pixel, uint32_t index) {
  MlColor c;
  float *v[3] = {&c.r, &c.g, &c.b};
  for (uint32_t k = 0; k < 3; k++) {
    uint32_t r = mix(index * 3 + k + 1 + (uint32_t)pixel * 0x9e3779b9u);
    *v[k] = ldexpf((float)(r >> 8), (int)(r % 24) - 24) * (r & 0x80 ? 1.0f : -0.25f);
  }
  return spectrum_from_color(c);
}

static inline MlFilm film_like(uint32_t width, uint32_t height, uint32_t first_sample, uint32_t samples) {
  return (MlFilm){.width = width,
                  .height = height,
                  .full_width = width + 3,
                  .full_height = height + 5,
                  .crop_x = 2,
                  .crop_y = 1,
                  .first_sample = first_sample,
                  .samples = samples,
                  .scene_hash = 0x1122334455667788ull,
                  .settings_hash = 0x99aabbccddeeff00ull};
}

static inline MlFilm *film_of(Memory *memory, uint32_t width, uint32_t height, uint32_t first_sample, uint32_t samples) {
  MlFilm like = film_like(width, height, first_sample, samples), *film;
  assert_int_equal(film_new(memory, &like, &film, NULL), ML_OK);
  return film;
}

/* Take pixel i from its own count to `target`, as a tile does. */
static inline void film_render_pixel(MlFilm *film, uint64_t i, uint32_t target) {
  PixelSums pixel;
  film_load_pixel(film, i, &pixel);
  while (pixel.count < target) pixel_push(&pixel, sample_of(i, film->first_sample + pixel.count));
  film_store_pixel(film, i, &pixel);
}

static inline void film_render_to(MlFilm *film, uint32_t target) {
  for (uint64_t i = 0; i < (uint64_t)film->width * film->height; i++) film_render_pixel(film, i, target);
}

static inline bool same_bits(Spectrum a, Spectrum b) {
  float x[3], y[3];
  spectrum_store(x, a), spectrum_store(y, b);
  return memcmp(x, y, sizeof x) == 0;
}

#endif
