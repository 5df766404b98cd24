/* lanes.h - LANE_COUNT floats side by side: what an instruction set does at once, the same bits from all of them. Eight with AVX2, else
 * four. Where ML_ISA_SCALAR is set, plain loops: the reference.
 *
 * Every operation rounds once, and minimum and maximum compare and select, as min_f and max_f do. */
#ifndef ML_MATH_LANES_H
#define ML_MATH_LANES_H

#include "math/ieee.h"

#ifndef LANE_COUNT
#define LANE_COUNT 4
#endif
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LANES_ALL ((1u << LANE_COUNT) - 1)

#ifdef ML_ISA_SCALAR

typedef struct Lanes {
  float x[LANE_COUNT];
} Lanes;
typedef struct LaneMask {
  uint32_t bits; /* bit k: lane k */
} LaneMask;

#define LANES_EACH(expression)                                                                                                             \
  Lanes r;                                                                                                                                 \
  for (int k = 0; k < LANE_COUNT; k++) r.x[k] = (expression);                                                                              \
  return r
#define LANES_COMPARE(expression)                                                                                                          \
  LaneMask r = {0};                                                                                                                        \
  for (int k = 0; k < LANE_COUNT; k++) r.bits |= (expression) ? 1u << k : 0;                                                               \
  return r

ALWAYS_INLINE Lanes lanes_load(const float *p) { LANES_EACH(p[k]); }
ALWAYS_INLINE void lanes_store(float *p, Lanes a) { memcpy(p, a.x, sizeof a.x); }
ALWAYS_INLINE Lanes lanes_all(float x) { LANES_EACH(x); }
ALWAYS_INLINE Lanes lanes_add(Lanes a, Lanes b) { LANES_EACH(a.x[k] + b.x[k]); }
ALWAYS_INLINE Lanes lanes_subtract(Lanes a, Lanes b) { LANES_EACH(a.x[k] - b.x[k]); }
ALWAYS_INLINE Lanes lanes_multiply(Lanes a, Lanes b) { LANES_EACH(a.x[k] * b.x[k]); }
ALWAYS_INLINE Lanes lanes_min(Lanes a, Lanes b) { LANES_EACH(a.x[k] < b.x[k] ? a.x[k] : b.x[k]); }
ALWAYS_INLINE Lanes lanes_max(Lanes a, Lanes b) { LANES_EACH(a.x[k] > b.x[k] ? a.x[k] : b.x[k]); }
ALWAYS_INLINE Lanes lanes_next_up(Lanes a) { LANES_EACH(bits_float(float_bits(a.x[k]) + ((float_bits(a.x[k]) >> 31) != 0 ? -1u : 1u))); }
ALWAYS_INLINE LaneMask lanes_at_most(Lanes a, Lanes b) { LANES_COMPARE(a.x[k] <= b.x[k]); }
ALWAYS_INLINE LaneMask lanes_equal(Lanes a, Lanes b) { LANES_COMPARE(a.x[k] == b.x[k]); }
ALWAYS_INLINE LaneMask lane_mask_or(LaneMask a, LaneMask b) { return (LaneMask){a.bits | b.bits}; }
ALWAYS_INLINE uint32_t lane_mask_bits(LaneMask m) { return m.bits; }

#undef LANES_EACH
#undef LANES_COMPARE

#else

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float Lanes __attribute__((vector_size(4 * LANE_COUNT)));
typedef int32_t LaneMask __attribute__((vector_size(4 * LANE_COUNT))); /* 0 or -1 */
typedef float LanesInMemory __attribute__((vector_size(4 * LANE_COUNT), may_alias));

/* p: as aligned as Lanes are */
ALWAYS_INLINE Lanes lanes_load(const float *p) { return *(const LanesInMemory *)p; }
ALWAYS_INLINE void lanes_store(float *p, Lanes a) { *(LanesInMemory *)p = a; }
ALWAYS_INLINE Lanes lanes_add(Lanes a, Lanes b) { return a + b; }
ALWAYS_INLINE Lanes lanes_subtract(Lanes a, Lanes b) { return a - b; }
ALWAYS_INLINE Lanes lanes_multiply(Lanes a, Lanes b) { return a * b; }
ALWAYS_INLINE LaneMask lanes_at_most(Lanes a, Lanes b) { return a <= b; }
ALWAYS_INLINE LaneMask lanes_equal(Lanes a, Lanes b) { return a == b; }
ALWAYS_INLINE LaneMask lane_mask_or(LaneMask a, LaneMask b) { return a | b; }
/* The next float; not for NaN, infinity or -0. */
ALWAYS_INLINE Lanes lanes_next_up(Lanes a) {
  LaneMask bits = (LaneMask)a;
  return (Lanes)(bits + (bits >> 31 | 1));
}

#if LANE_COUNT == 8 && defined(__AVX2__)
ALWAYS_INLINE Lanes lanes_all(float x) { return (Lanes)_mm256_set1_ps(x); }
ALWAYS_INLINE Lanes lanes_min(Lanes a, Lanes b) { return (Lanes)_mm256_min_ps((__m256)a, (__m256)b); }
ALWAYS_INLINE Lanes lanes_max(Lanes a, Lanes b) { return (Lanes)_mm256_max_ps((__m256)a, (__m256)b); }
ALWAYS_INLINE uint32_t lane_mask_bits(LaneMask m) { return (uint32_t)_mm256_movemask_ps((__m256)m); }
#elif LANE_COUNT == 4
ALWAYS_INLINE Lanes lanes_all(float x) { return (Lanes){x, x, x, x}; }
#if defined(__SSE2__)
ALWAYS_INLINE Lanes lanes_min(Lanes a, Lanes b) { return (Lanes)_mm_min_ps((__m128)a, (__m128)b); }
ALWAYS_INLINE Lanes lanes_max(Lanes a, Lanes b) { return (Lanes)_mm_max_ps((__m128)a, (__m128)b); }
ALWAYS_INLINE uint32_t lane_mask_bits(LaneMask m) { return (uint32_t)_mm_movemask_ps((__m128)m); }
#elif defined(__wasm_simd128__)
/* pmin(b, a) is a < b ? a : b */
ALWAYS_INLINE Lanes lanes_min(Lanes a, Lanes b) { return (Lanes)wasm_f32x4_pmin((v128_t)b, (v128_t)a); }
ALWAYS_INLINE Lanes lanes_max(Lanes a, Lanes b) { return (Lanes)wasm_f32x4_pmax((v128_t)b, (v128_t)a); }
ALWAYS_INLINE uint32_t lane_mask_bits(LaneMask m) { return (uint32_t)wasm_i32x4_bitmask((v128_t)m); }
#else
ALWAYS_INLINE Lanes lanes_min(Lanes a, Lanes b) {
  LaneMask m = a < b;
  return (Lanes)(((LaneMask)a & m) | ((LaneMask)b & ~m));
}
ALWAYS_INLINE Lanes lanes_max(Lanes a, Lanes b) {
  LaneMask m = a > b;
  return (Lanes)(((LaneMask)a & m) | ((LaneMask)b & ~m));
}
#if defined(__aarch64__)
ALWAYS_INLINE uint32_t lane_mask_bits(LaneMask m) {
  const uint32x4_t bit = {1, 2, 4, 8};
  return vaddvq_u32(vandq_u32((uint32x4_t)m, bit));
}
#else
ALWAYS_INLINE uint32_t lane_mask_bits(LaneMask m) { return (uint32_t)((m[0] & 1) | (m[1] & 2) | (m[2] & 4) | (m[3] & 8)); }
#endif
#endif
#else
#error "no instructions for LANE_COUNT"
#endif

#endif

#endif
