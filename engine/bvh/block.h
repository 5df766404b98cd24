/* block.h - a ray against a block of a mesh's triangles: mesh_triangle_intersect (shape/intersect.h) for all of them at once, with the
 * same bits. Per-ray code.
 *
 * Between which corners the ray passes is decided in float for all lanes (watertight: Woop, Benthin, Wald 2013). What passes, mostly one
 * lane or none, has its distance computed in double; and what is near enough then has its own box made of its corners and tested. */
#ifndef ML_BVH_BLOCK_H
#define ML_BVH_BLOCK_H

#include "bvh/walk.h"
#include "shape/intersect.h"

/* A corner's rows along kx, ky, kz. */
ALWAYS_INLINE Lanes block_row(const TriangleBlock *block, int corner, uint32_t axis) { return lanes_load(block->corner[corner][axis]); }

typedef struct BlockCorner {
  Lanes x, y;
} BlockCorner;
ALWAYS_INLINE BlockCorner block_shear(const TriangleBlock *block, int corner, const RayQuery *q) {
  const Lanes z = lanes_subtract(block_row(block, corner, q->k[2]), lanes_all(q->so[2]));
  return (BlockCorner){
    lanes_subtract(lanes_subtract(block_row(block, corner, q->k[0]), lanes_all(q->so[0])), lanes_multiply(lanes_all(q->sx), z)),
    lanes_subtract(lanes_subtract(block_row(block, corner, q->k[1]), lanes_all(q->so[1])), lanes_multiply(lanes_all(q->sy), z))};
}

/* Bit k: the ray may pass between lane k's corners: it does, unless bit k of *zeros is set. */
ALWAYS_INLINE uint32_t block_edges(const TriangleBlock *block, const RayQuery *q, LaneMask *zeros) {
  const BlockCorner a = block_shear(block, 0, q), b = block_shear(block, 1, q), c = block_shear(block, 2, q);
  const Lanes ua = lanes_subtract(lanes_multiply(c.x, b.y), lanes_multiply(c.y, b.x)),
              ub = lanes_subtract(lanes_multiply(a.x, c.y), lanes_multiply(a.y, c.x)),
              uc = lanes_subtract(lanes_multiply(b.x, a.y), lanes_multiply(b.y, a.x)), zero = lanes_all(0.0f);
  *zeros = lane_mask_or(lane_mask_or(lanes_equal(ua, zero), lanes_equal(ub, zero)), lanes_equal(uc, zero));
  return lane_mask_bits(
    lane_mask_or(lanes_at_most(zero, lanes_min(lanes_min(ua, ub), uc)), lanes_at_most(lanes_max(lanes_max(ua, ub), uc), zero)));
}

typedef struct BlockSlab {
  Lanes low, high; /* of the triangles along an axis */
} BlockSlab;
ALWAYS_INLINE BlockSlab block_slab(const TriangleBlock *block, uint32_t axis, Lanes *extent) {
  const Lanes a = block_row(block, 0, axis), b = block_row(block, 1, axis), c = block_row(block, 2, axis);
  const Lanes low = lanes_min(lanes_min(a, b), c), high = lanes_max(lanes_max(a, b), c);
  *extent = lanes_max(lanes_subtract(high, low), *extent);
  return (BlockSlab){low, high};
}
/* Pads as aabb_pad does. What is nearer of both planes is told by their distances. */
ALWAYS_INLINE void block_slab_clip(const BlockSlab *slab, Lanes pad, Lanes o, Lanes near_rd, Lanes far_rd, Lanes *near, Lanes *far) {
  const Lanes low = lanes_add(lanes_next_up(lanes_subtract(pad, slab->low)), o),
              high = lanes_subtract(o, lanes_next_up(lanes_add(slab->high, pad)));
  *near = lanes_max(lanes_min(lanes_multiply(low, near_rd), lanes_multiply(high, near_rd)), *near);
  *far = lanes_min(lanes_max(lanes_multiply(low, far_rd), lanes_multiply(high, far_rd)), *far);
}

/* Bit k: the ray passes lane k's own box (triangle_bounds, ray_box_test) at a distance of at most t; near: the distances. */
ALWAYS_INLINE uint32_t block_boxes(const TriangleBlock *block, const WalkRay *r, Lanes floor, float t, float near[TREE_WIDTH]) {
  Lanes extent = lanes_all(0.0f);
  const BlockSlab x = block_slab(block, 0, &extent), y = block_slab(block, 1, &extent), z = block_slab(block, 2, &extent);
  const Lanes pad = lanes_multiply(lanes_all(16.0f * EPSILON_F), extent);
  Lanes n = floor, f = lanes_all(t);
  block_slab_clip(&x, pad, r->ox, r->near_x, r->far_x, &n, &f);
  block_slab_clip(&y, pad, r->oy, r->near_y, r->far_y, &n, &f);
  block_slab_clip(&z, pad, r->oz, r->near_z, r->far_z, &n, &f);
  lanes_store(near, n);
  return lane_mask_bits(lanes_at_most(n, f));
}

ALWAYS_INLINE void block_corners(const TriangleBlock *block, uint32_t k, float p[3][3]) {
  for (int i = 0; i < 3; i++) p[i][0] = block->corner[i][0][k], p[i][1] = block->corner[i][1][k], p[i][2] = block->corner[i][2][k];
}

/* A zero edge of lane k: doubles decide. */
static __attribute__((noinline, unused)) bool block_edges_exactly(const TriangleBlock *block, const RayQuery *q, uint32_t k) {
  float p[3][3];
  block_corners(block, k, p);
  return between_corners(shear_corner(q, p[0]), shear_corner(q, p[1]), shear_corner(q, p[2]));
}

ALWAYS_INLINE MlVec3 block_point(const TriangleBlock *block, int corner, uint32_t k) {
  return (MlVec3){(double)block->corner[corner][0][k], (double)block->corner[corner][1][k], (double)block->corner[corner][2][k]};
}

/* Lane k of those that block_edges gives: whether the ray meets the triangle at a distance of at most t_max, *t. */
ALWAYS_INLINE bool block_hit(const TriangleBlock *block, const RayQuery *q, const WalkRay *r, uint32_t k, bool zero, Lanes floor,
                             float t_max, float *t, TriangleMeeting *meeting) {
  // The distance first: a ray that begins on a surface passes through its triangle and box, at a distance of 0 or behind it
  const MlVec3 corner = block_point(block, 0, k);
  const MlVec3 edges[2] = {dvec_subtract(block_point(block, 1, k), corner), dvec_subtract(block_point(block, 2, k), corner)};
  const MlVec3 normal = dvec_cross(edges[0], edges[1]);
  const double slope = dvec_dot(normal, q->dd), height = dvec_dot(normal, dvec_subtract(corner, q->od));
  if (!((slope > 0.0) & (height > 0.0)) & !((slope < 0.0) & (height < 0.0))) return false;
  const double exact = height / slope;
  const float distance = (float)exact;
  if (!distance_valid(distance) || distance > t_max) return false;
  if (zero && !block_edges_exactly(block, q, k)) return false;
  _Alignas(32) float near[TREE_WIDTH];
  if ((block_boxes(block, r, floor, t_max, near) >> k & 1) == 0) return false;
  *t = max_f(distance, near[k]);
  *meeting = (TriangleMeeting){corner, {edges[0], edges[1]}, normal, exact};
  return true;
}

#endif
