/* sampler.h - the random numbers of a sample: a pure function of seed, pixel of the whole image, sample index and dimension (invariant 3).
 *
 * Dimensions come in sets of four (math/sequence.h), of which the first two and the last two are used as pairs. A path uses set 0 for
 * film and lens and two sets per vertex, so that what one vertex draws never moves what another does, one for its wavelength, and one for
 * its time where something moves. */
#ifndef ML_RENDER_SAMPLER_H
#define ML_RENDER_SAMPLER_H

#include "math/sequence.h"
#include "moonlit.h"

typedef struct Sampler {
  uint32_t pixel; /* seed of its stream */
  uint32_t index; /* of the sample */
  uint32_t kind;  /* MlSampler */
} Sampler;

typedef enum SamplerSet {
  SAMPLER_CAMERA,
  SAMPLER_VERTEX,
  SAMPLER_WAVELENGTH = 1 << 20,
  SAMPLER_CUTOUT = 1 << 21,
  SAMPLER_TIME = 1 << 22
} SamplerSet;
/* The sets of a path's n-th vertex: scattering and lights. */
static inline uint32_t sampler_bsdf_set(uint32_t vertex) { return SAMPLER_VERTEX + 2 * vertex; }
static inline uint32_t sampler_light_set(uint32_t vertex) { return SAMPLER_VERTEX + 2 * vertex + 1; }

static inline Sampler sampler_begin(MlSampler kind, uint64_t seed, uint32_t x, uint32_t y, uint32_t index) {
  return (Sampler){pixel_seed(seed, x, y), index, (uint32_t)kind};
}
static inline Float4 sampler_set(const Sampler *sampler, uint32_t set) {
  return sampler->kind == ML_SAMPLER_SOBOL ? sobol_set(sampler->pixel, sampler->index, set)
                                           : independent_set(sampler->pixel, sampler->index, set);
}

/* For the n-th surface with holes that a path meets: a number without structure, however many there are. */
static inline float sampler_cutout(const Sampler *sampler, uint32_t n) {
  return independent_set(sampler->pixel, sampler->index, SAMPLER_CUTOUT + n)[0];
}

/* When a sample is taken, in [0, 1). */
static inline float sampler_time(const Sampler *sampler) { return sampler_set(sampler, SAMPLER_TIME)[0]; }
/* The same in every pixel, for integrators without noise: moved so that the first is in the middle. */
static inline float sampler_centred_time(uint32_t index) {
  uint32_t first = (uint32_t)(sobol_set(0, 0, SAMPLER_TIME)[0] * 0x1p24f), own = (uint32_t)(sobol_set(0, index, SAMPLER_TIME)[0] * 0x1p24f);
  return unit_float((own ^ first ^ 0x800000u) << 8);
}

/* Film and lens of integrators without noise: Sobol points moved so that the first is the centre of both, the same in every pixel. */
static inline Float4 sampler_centred_set(uint32_t index) { return unit_float4(reverse_bits4(sobol_point_reversed(index)) ^ 0x80000000u); }

#endif
