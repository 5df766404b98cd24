/* ray_box.h - the conservative slab test of a ray against boxes (bvh/walk.h has it for many side by side, with the same bits).
 *
 *   near = (lo - o) * rd        far = (hi - o) * (rd * (1 + 8 ulp))        (lo and hi change places where d is negative)
 *
 * Both factors are computed with their signs changed, which is what costs least in a walk.
 *
 * rd is 1 / d by exact division. Each of near and far carries at most three roundings, so far's factor outweighs both (Ize 2013,
 * "Robust BVH Ray Traversal"): a ray that meets the box passes. Rounding is monotone, so the test has a second property on
 * which the whole tree rests (bvh/trace.h): if box A lies in box B, then near(B) <= near(A) and far(B) >= far(A), bit for bit:
 * whatever passes A passes B and all boxes around it. No fused multiply-add may be used here. */
#ifndef ML_SHAPE_RAY_BOX_H
#define ML_SHAPE_RAY_BOX_H

#include "math/ieee.h"
#include "math/vec.h"

typedef struct RayBox {
  Vec3 o, near_rd, far_rd; /* rd with their signs changed */
  Vec3Bits back;           /* all ones where the direction is negative, so that the far side comes first */
} RayBox;

/* A component of d below 1e-18 of the largest counts as that: the product with any coordinate stays finite, never 0 * inf. */
static inline __attribute__((always_inline)) RayBox ray_box(Vec3 o, Vec3 d) {
  Vec3 size = vec3_abs(d);
  float smallest = max_f(1e-18f * vec3_max_element(size), 1e-36f);
  Vec3Bits small = size < smallest, least = ((Vec3Bits)d & INT32_MIN) | (Vec3Bits)vec3_all(smallest);
  Vec3 x = vec3_select(small, (Vec3)least, d), rd = -1.0f / x;
  return (RayBox){o, rd, rd * (1.0f + 16.0f * EPSILON_F), x < 0.0f};
}

/* *near comes in as a lower bound of the distance and goes out as the larger of it and the box's near distance. */
static inline __attribute__((always_inline)) bool ray_box_test(const RayBox *r, const float lo[3], const float hi[3], float *near) {
  const Vec3 low = vec3_load(lo), high = vec3_load(hi);
  const Vec3 first = vec3_select(r->back, high, low), second = vec3_select(r->back, low, high);
  const Vec3 n = (r->o - first) * r->near_rd, f = (r->o - second) * r->far_rd;
  *near = max_f(n[2], max_f(n[1], max_f(n[0], *near)));
  return *near <= min_f(f[2], min_f(f[1], min_f(f[0], INFINITY_F)));
}

#endif
