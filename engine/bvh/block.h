/* block.h - a ray against a block of a mesh's triangles: mesh_triangle_intersect (shape/intersect.h) for all of them at once, with the
 * same bits. Per-ray code.
 *
 * Between which corners the ray passes is decided in float for all lanes (watertight: Woop, Benthin, Wald 2013). What passes, mostly one
 * lane or none, has its own box made of its corners and tested; then the distance in double, one lane at a time. */
#ifndef ML_BVH_BLOCK_H
#define ML_BVH_BLOCK_H

#include "bvh/walk.h"
#include "shape/intersect.h"

/* A corner's rows along kx, ky, kz. */
ALWAYS_INLINE Lanes block_row(const TriangleBlock *block, int corner, uint32_t axis) { return lanes_load(block->corner[corner][axis]); }

/* Bit k: the ray may pass between lane k's corners: it does, unless bit k of *zeros is set. */
ALWAYS_INLINE uint32_t block_edges(const TriangleBlock *block, const RayQuery *q, LaneMask *zeros) {
  const Lanes ox = lanes_all(q->so[0]), oy = lanes_all(q->so[1]), oz = lanes_all(q->so[2]), sx = lanes_all(q->sx), sy = lanes_all(q->sy);
  Lanes x[3], y[3];
  for (int i = 0; i < 3; i++) {
    Lanes z = lanes_subtract(block_row(block, i, q->k[2]), oz);
    x[i] = lanes_subtract(lanes_subtract(block_row(block, i, q->k[0]), ox), lanes_multiply(sx, z));
    y[i] = lanes_subtract(lanes_subtract(block_row(block, i, q->k[1]), oy), lanes_multiply(sy, z));
  }
  const Lanes ua = lanes_subtract(lanes_multiply(x[2], y[1]), lanes_multiply(y[2], x[1])),
              ub = lanes_subtract(lanes_multiply(x[0], y[2]), lanes_multiply(y[0], x[2])),
              uc = lanes_subtract(lanes_multiply(x[1], y[0]), lanes_multiply(y[1], x[0])), zero = lanes_all(0.0f);
  *zeros = lane_mask_or(lane_mask_or(lanes_equal(ua, zero), lanes_equal(ub, zero)), lanes_equal(uc, zero));
  return lane_mask_bits(
    lane_mask_or(lanes_at_most(zero, lanes_min(lanes_min(ua, ub), uc)), lanes_at_most(lanes_max(lanes_max(ua, ub), uc), zero)));
}

/* Bit k: the ray passes lane k's own box (triangle_bounds, ray_box_test) at a distance of at most t; near: the distances. A lower
 * bound is kept with its sign changed, so that both are padded upwards; where the ray comes from above, both change places. */
ALWAYS_INLINE uint32_t block_boxes(const TriangleBlock *block, const RayQuery *q, float floor, float t, float near[TREE_WIDTH]) {
  Lanes lo[3], hi[3], extent = lanes_all(0.0f);
  for (int i = 0; i < 3; i++) {
    const Lanes a = lanes_load(block->corner[0][i]), b = lanes_load(block->corner[1][i]), c = lanes_load(block->corner[2][i]);
    lo[i] = lanes_min(lanes_min(a, b), c);
    hi[i] = lanes_max(lanes_max(a, b), c);
    extent = lanes_max(lanes_subtract(hi[i], lo[i]), extent);
  }
  const Lanes pad = lanes_multiply(lanes_all(16.0f * EPSILON_F), extent);
  Lanes n = lanes_all(floor), f = lanes_all(t);
  for (int i = 0; i < 3; i++) {
    const Lanes low = lanes_next_up(lanes_subtract(pad, lo[i])), high = lanes_next_up(lanes_add(hi[i], pad));
    const bool back = q->box.negative[i];
    const Lanes o = lanes_all(back ? -q->box.o[i] : q->box.o[i]);
    const Lanes first = back ? high : low, second = back ? low : high;
    n = lanes_max(lanes_multiply(lanes_add(first, o), lanes_all(back ? q->box.near_rd[i] : -q->box.near_rd[i])), n);
    f = lanes_min(lanes_multiply(lanes_subtract(second, o), lanes_all(back ? -q->box.far_rd[i] : q->box.far_rd[i])), f);
  }
  lanes_store(near, n);
  return lane_mask_bits(lanes_at_most(n, f));
}

ALWAYS_INLINE void block_corners(const TriangleBlock *block, uint32_t k, float p[3][3]) {
  for (int i = 0; i < 3; i++)
    for (int axis = 0; axis < 3; axis++) p[i][axis] = block->corner[i][axis][k];
}

/* A zero edge of lane k: doubles decide. */
static __attribute__((noinline, unused)) bool block_edges_exactly(const TriangleBlock *block, const RayQuery *q, uint32_t k) {
  float p[3][3];
  block_corners(block, k, p);
  return between_corners(shear_corner(q, p[0]), shear_corner(q, p[1]), shear_corner(q, p[2]));
}

/* Bit k: the ray passes lane k's triangle, but for the distance, and its own box, at near[k] <= t. */
ALWAYS_INLINE uint32_t block_candidates(const TriangleBlock *block, const RayQuery *q, float floor, float t, float near[TREE_WIDTH]) {
  LaneMask zeros;
  uint32_t inside = block_edges(block, q, &zeros);
  if (inside == 0) return 0;
  inside &= block_boxes(block, q, floor, t, near);
  for (uint32_t odd = inside & lane_mask_bits(zeros); odd != 0; odd &= odd - 1)
    if (!block_edges_exactly(block, q, (uint32_t)__builtin_ctz(odd))) inside &= ~(odd & -odd);
  return inside;
}

/* The distance of a candidate; false: there is none. */
ALWAYS_INLINE bool block_distance(const TriangleBlock *block, const RayQuery *q, uint32_t k, float near, float *t) {
  float p[3][3];
  block_corners(block, k, p);
  *t = (float)plane_distance(q, dvec_load(p[0]), corners_normal(p[0], p[1], p[2]));
  if (!distance_valid(*t)) return false;
  *t = max_f(*t, near);
  return true;
}

#endif
