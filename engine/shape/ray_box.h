/* ray_box.h - the conservative slab test of rays against boxes, for one box and for four side by side with the same bits.
 *
 *   near = (lo - o) * rd        far = (hi - o) * (rd * (1 + 8 ulp))        (lo and hi change places where d is negative)
 *
 * rd is 1 / d by exact division. Each of near and far carries at most three roundings, so far's factor outweighs both (Ize 2013,
 * "Robust BVH Ray Traversal"): a ray that meets the box passes. Rounding is monotone, so the test has a second property on
 * which the whole tree rests (bvh/trace.h): if box A lies in box B, then near(B) <= near(A) and far(B) >= far(A), bit for bit:
 * whatever passes A passes B and all boxes around it. No fused multiply-add may be used here. */
#ifndef ML_SHAPE_RAY_BOX_H
#define ML_SHAPE_RAY_BOX_H

#include "math/ieee.h"
#include "math/vec.h"

#if defined(__SSE2__) && !defined(ML_ISA_SCALAR)
#include <emmintrin.h>
#endif

typedef struct RayBox {
  float o[3], near_rd[3], far_rd[3];
  uint32_t negative[3]; /* 1 where the direction is, so that the far side comes first */
} RayBox;

/* A component of d below 1e-18 of the largest counts as that: the product with any coordinate stays finite, never 0 * inf. */
static inline RayBox ray_box(Vec3 o, Vec3 d) {
  RayBox r;
  float smallest = max_f(1e-18f * vec3_max_element(vec3_abs(d)), 1e-36f);
  for (int i = 0; i < 3; i++) {
    float x = abs_f(d[i]) < smallest ? __builtin_copysignf(smallest, d[i]) : d[i];
    r.o[i] = o[i];
    r.negative[i] = x < 0.0f ? 1 : 0;
    r.near_rd[i] = 1.0f / x;
    r.far_rd[i] = r.near_rd[i] * (1.0f + 16.0f * EPSILON_F);
  }
  return r;
}

/* *near comes in as a lower bound of the distance and goes out as the larger of it and the box's near distance. */
static inline bool ray_box_test(const RayBox *r, const float lo[3], const float hi[3], float *near) {
  float n = *near, f = INFINITY_F;
  for (int i = 0; i < 3; i++) {
    float first = r->negative[i] ? hi[i] : lo[i], second = r->negative[i] ? lo[i] : hi[i];
    n = max_f((first - r->o[i]) * r->near_rd[i], n);
    f = min_f((second - r->o[i]) * r->far_rd[i], f);
  }
  *near = n;
  return n <= f;
}

/* Four boxes as structure of arrays, `planes` = lo[3][4] then hi[3][4]. A set bit i in the result: box i passes and its near
 * distance, near[i], is at most t. */
#ifdef ML_ISA_SCALAR
static inline uint32_t ray_box_test4(const RayBox *r, const float planes[6][4], float floor, float t, float near[4]) {
  uint32_t mask = 0;
  for (int k = 0; k < 4; k++) {
    const float lo[3] = {planes[0][k], planes[1][k], planes[2][k]}, hi[3] = {planes[3][k], planes[4][k], planes[5][k]};
    near[k] = floor;
    bool passes = ray_box_test(r, lo, hi, &near[k]);
    mask |= passes && near[k] <= t ? 1u << k : 0;
  }
  return mask;
}
#else
typedef float Lanes __attribute__((vector_size(16)));
typedef int32_t LaneMask __attribute__((vector_size(16)));

/* a < b ? a : b and a > b ? a : b per lane: what min_f and max_f are. */
static inline Lanes lanes_min(Lanes a, Lanes b) {
#ifdef __SSE2__
  return (Lanes)_mm_min_ps((__m128)a, (__m128)b);
#else
  LaneMask m = a < b;
  return (Lanes)(((LaneMask)a & m) | ((LaneMask)b & ~m));
#endif
}
static inline Lanes lanes_max(Lanes a, Lanes b) {
#ifdef __SSE2__
  return (Lanes)_mm_max_ps((__m128)a, (__m128)b);
#else
  LaneMask m = a > b;
  return (Lanes)(((LaneMask)a & m) | ((LaneMask)b & ~m));
#endif
}
static inline uint32_t lanes_bits(LaneMask m) {
#ifdef __SSE2__
  return (uint32_t)_mm_movemask_ps((__m128)m);
#else
  return (uint32_t)((m[0] & 1) | (m[1] & 2) | (m[2] & 4) | (m[3] & 8));
#endif
}

static inline uint32_t ray_box_test4(const RayBox *r, const float planes[6][4], float floor, float t, float near[4]) {
  Lanes n = {floor, floor, floor, floor}, f = {INFINITY_F, INFINITY_F, INFINITY_F, INFINITY_F};
  for (int i = 0; i < 3; i++) {
    Lanes first, second;
    memcpy(&first, planes[r->negative[i] ? 3 + i : i], sizeof first);
    memcpy(&second, planes[r->negative[i] ? i : 3 + i], sizeof second);
    n = lanes_max((first - r->o[i]) * r->near_rd[i], n);
    f = lanes_min((second - r->o[i]) * r->far_rd[i], f);
  }
  memcpy(near, &n, sizeof n);
  Lanes limit = lanes_min(f, (Lanes){t, t, t, t}); /* n <= f and n <= t */
  return lanes_bits(n <= limit);
}
#endif

#endif
