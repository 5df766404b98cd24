/* bvh.h - the seam between scenes and ray queries: everything outside bvh/ sees only this file (build) and bvh/trace.h (per ray).
 *
 * A Bvh is a tree of nodes with `width` children, 4 or 8: what the kernel of the engine tests at once (Kernel.tree_width; scenes and
 * assets belong to one engine). There are two sorts:
 *   - over items 0 .. count-1 known by their boxes alone (a scene, a group): a leaf is one item, and the box of its slot is the item's
 *     own, bit for bit, so that a ray's near distance to it is at hand in the node;
 *   - over a mesh's triangles: a leaf is a block of up to `width` of them, and the box of its slot is the union of their boxes
 *     (triangle_bounds).
 * The same things in the same order give the same tree whatever the number of threads; the tree never decides which hit wins
 * (invariant 4). */
#ifndef ML_BVH_BVH_H
#define ML_BVH_BVH_H

#include "base/cancel.h"
#include "base/memory.h"
#include "math/bounds.h"

/* Children side by side: bounds as structure of arrays, planes[0..2] = lo, [3..5] = hi, in the order in which rays that look for any
 * hit at all visit them; empty slots come last. child: a node's index; or BVH_LEAF | item or block; or BVH_EMPTY, with bounds
 * (lo = +infinity, hi = -infinity) that no ray passes whose numbers are finite. nodes[0] is the root. */
typedef struct BvhNode4 {
  _Alignas(64) float planes[6][4];
  uint32_t child[4];
  uint32_t pad[4];
} BvhNode4;
typedef struct BvhNode8 {
  _Alignas(64) float planes[6][8];
  uint32_t child[8];
  uint32_t pad[8];
} BvhNode8;
_Static_assert(sizeof(BvhNode4) == 128 && sizeof(BvhNode8) == 256, "whole cache lines");

/* Triangles of a mesh, corner[point][axis][lane]. Lanes that are not used come last; their corners are NaN, so that no ray passes
 * between them, and their ids NO_ID (shape/ray.h). */
typedef struct TriangleBlock4 {
  _Alignas(32) float corner[3][3][4];
  uint32_t id[4];
} TriangleBlock4;
typedef struct TriangleBlock8 {
  _Alignas(64) float corner[3][3][8];
  uint32_t id[8];
} TriangleBlock8;
_Static_assert(sizeof(TriangleBlock4) == 160 && sizeof(TriangleBlock8) == 320, "no padding");

#define BVH_EMPTY 0xffffffffu
#define BVH_LEAF 0x80000000u
#define BVH_MAX_ITEMS (1u << 27)
#define BVH_MAX_DEPTH 64 /* of nodes; a traversal stack of (width - 1) * BVH_MAX_DEPTH + 1 entries suffices */

typedef struct Bvh {
  uint32_t width; /* 4 or 8; also of an empty tree */
  void *nodes;    /* BvhNode4 or BvhNode8; NULL when empty */
  void *blocks;   /* TriangleBlock4 or TriangleBlock8 of a mesh; else NULL */
  uint64_t node_count, block_count;
  uint64_t node_capacity, block_capacity; /* of the arrays as they were allocated */
  Aabb bounds;
} Bvh;

static inline size_t bvh_node_size(const Bvh *bvh) { return bvh->width == 8 ? sizeof(BvhNode8) : sizeof(BvhNode4); }
static inline size_t bvh_block_size(const Bvh *bvh) { return bvh->width == 8 ? sizeof(TriangleBlock8) : sizeof(TriangleBlock4); }

/* What a build needs of its surroundings. */
typedef struct BvhBuild {
  Memory *memory;
  Work *work;     /* may be NULL */
  uint32_t width; /* 4 or 8; 0: 4 */
} BvhBuild;

/* Binned SAH, bounded depth (falls back to median splits), any input: coincident, degenerate; coordinates are expected to be finite.
 * Arrays are allocated from memory; bvh_free releases them. */

/* Over boxes; ids: what leaves call them, NULL: their indices; each at most 0x7ffffffe. */
MlStatus bvh_build(const BvhBuild *build, const Aabb *bounds, const uint32_t *ids, uint64_t count, Bvh *out, MlError *error);
/* Over triangles: three indices each into points of three floats. */
MlStatus bvh_build_mesh(const BvhBuild *build, const float *points, const uint32_t *triangles, uint64_t count, Bvh *out, MlError *error);
void bvh_free(Memory *memory, Bvh *bvh);

#endif
