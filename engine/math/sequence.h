/* sequence.h - random numbers as pure functions of (seed, pixel, sample, set), four at a time (invariant 3).
 *
 * Owen-scrambled Sobol' points after Burley, "Practical Hash-based Owen Scrambling" (JCGT 9(4), 2020): four dimensions per
 * set; sets are decorrelated from each other by shuffling the order of their points ("padding"). Scrambling and shuffling
 * are the Laine-Karras permutation with the constants of N. Vegdahl, "Building a Better LK Hash" (2021).
 * What holds, and is tested: the points of any aligned block of 2^m samples are a (0, m, 2)-net in dimensions 0 and 1
 * of every set, and each dimension alone is stratified into 2^m intervals. */
#ifndef ML_MATH_SEQUENCE_H
#define ML_MATH_SEQUENCE_H

#include <string.h>

#include "base/hash.h"
#include "math/sobol_table.h"
#include "math/vec.h"

typedef float Float4 __attribute__((vector_size(16)));
typedef uint32_t Uint4 __attribute__((vector_size(16)));
typedef int32_t Int4 __attribute__((vector_size(16)));

/* [0, 1): the upper 24 bits, so never 1. */
static inline float unit_float(uint32_t x) { return (float)(int32_t)(x >> 8) * 0x1p-24f; }
static inline Float4 unit_float4(Uint4 x) { return __builtin_convertvector((Int4)(x >> 8), Float4) * 0x1p-24f; }

static inline uint32_t reverse_bits(uint32_t x) {
  x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
  x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
  x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
  return __builtin_bswap32(x);
}
static inline Uint4 reverse_bits4(Uint4 x) {
  x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
  x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
  x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
  x = (x >> 8 & 0x00ff00ffu) | (x & 0x00ff00ffu) << 8;
  return x >> 16 | x << 16;
}

/* Each bit of the result depends on that bit and those below: a nested scramble of the reversed number. A bijection. */
static inline uint32_t laine_karras(uint32_t x, uint32_t seed) {
  x ^= x * 0x3d20adeau;
  x += seed;
  x *= (seed >> 16) | 1;
  x ^= x * 0x05526c56u;
  return x ^ x * 0x53a22864u;
}
static inline Uint4 laine_karras4(Uint4 x, Uint4 seed) {
  x ^= x * 0x3d20adeau;
  x += seed;
  x *= (seed >> 16) | 1;
  x ^= x * 0x05526c56u;
  return x ^ x * 0x53a22864u;
}
/* Owen's nested uniform scramble of a 32-bit fraction; for an index: a shuffle that keeps aligned blocks of 2^m together. */
static inline uint32_t owen_scramble(uint32_t x, uint32_t seed) { return reverse_bits(laine_karras(reverse_bits(x), seed)); }

/* Sobol' point number `index`, four dimensions, bits reversed (the first radical inverse is the index itself). */
static inline Uint4 sobol_point_reversed(uint32_t index) {
  Uint4 x = {0, 0, 0, 0};
  for (uint32_t nibble = 0; nibble < 8; nibble++) {
    Uint4 part;
    memcpy(&part, sobol_reversed[nibble][index >> 4 * nibble & 15], sizeof part);
    x ^= part;
  }
  return x;
}

/* Unscrambled point in [0, 1)^2: the base of integrators without noise. */
static inline Vec2 sobol_point_2d(uint32_t index) {
  Uint4 x = sobol_point_reversed(index);
  return (Vec2){unit_float(reverse_bits(x[0])), unit_float(reverse_bits(x[1]))};
}

/* The stream of one pixel (coordinates of the whole image). */
static inline uint32_t pixel_seed(uint64_t seed, uint32_t x, uint32_t y) {
  uint32_t h = hash_combine(hash_u32((uint32_t)seed), (uint32_t)(seed >> 32));
  return hash_combine(hash_combine(h, x), y);
}

/* Of a seed's four dimensions, each on its own; the constants are arbitrary. */
static inline Uint4 dimension_seeds(uint32_t seed) {
  Uint4 x = (Uint4){0xa511e9b3u, 0x63d83595u, 0x9e3779b9u, 0xc2b2ae35u} ^ seed;
  x = (x ^ x >> 16) * 0x7feb352du; /* hash_u32, four at a time */
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

/* Four numbers in [0, 1) of the given set of a pixel's sample. */
static inline Float4 sobol_set(uint32_t pixel, uint32_t sample, uint32_t set) {
  uint32_t seed = hash_combine(pixel, set);
  uint32_t index = owen_scramble(sample, seed);
  return unit_float4(reverse_bits4(laine_karras4(sobol_point_reversed(index), dimension_seeds(seed))));
}
/* The same without any structure. */
static inline Float4 independent_set(uint32_t pixel, uint32_t sample, uint32_t set) {
  return unit_float4(dimension_seeds(hash_combine(hash_combine(pixel, set), sample)));
}

#endif
