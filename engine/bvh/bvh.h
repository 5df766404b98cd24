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
#include "base/parallel.h"
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

/* How much is made of a build: binned surface area heuristic with 16 bins; with 32, and leaves parted where that pays; and what takes
 * several times as long. Hits are the same. */
typedef enum BvhQuality { BVH_DEFAULT, BVH_FAST, BVH_HIGH } BvhQuality;

/* What a build needs of its surroundings. */
typedef struct BvhBuild {
  Memory *memory;
  Work *work;               /* may be NULL */
  uint32_t width;           /* 4 or 8; 0: 4 */
  uint32_t quality;         /* BvhQuality */
  const Parallel *parallel; /* who takes part; may be NULL */
} BvhBuild;

/* What a tree is over. Any boxes and triangles will do, coincident, degenerate; coordinates are expected to be finite. */
typedef struct BvhInput {
  uint64_t count;
  /* Triangles: three indices each into points of three floats; */
  const float *points;
  const uint32_t *triangles; /* NULL: boxes */
  /* or items, numbered from 0: the box of one, always the same, asked for on any thread; */
  Aabb (*box)(const void *ud, uint32_t index);
  const void *ud;
  const uint32_t *ids; /* and what leaves call it, at most 0x7ffffffe; NULL: its number */
} BvhInput;

/* A tree that is decided on and not yet written: 32 bytes per triangle or item while that happens, 4 and a few more from then on. The input
 * and what `build` points to stay until it is freed. */
typedef struct BvhPlan BvhPlan;
MlStatus bvh_plan(const BvhBuild *build, const BvhInput *input, BvhPlan **out, MlError *error);
Bvh bvh_plan_sizes(const BvhPlan *plan); /* width and counts */
/* Writes nodes and blocks to where out->nodes and out->blocks have room for them, aligned to 64 bytes, and sets the rest of *out but for
 * the capacities. Fails only when cancelled. */
MlStatus bvh_emit(BvhPlan *plan, Bvh *out, MlError *error);
void bvh_plan_free(BvhPlan *plan); /* NULL is allowed */

/* In one step, with arrays from build->memory, which bvh_free releases. Over boxes; ids may be NULL. */
MlStatus bvh_build(const BvhBuild *build, const Aabb *bounds, const uint32_t *ids, uint64_t count, Bvh *out, MlError *error);
/* Over triangles. */
MlStatus bvh_build_mesh(const BvhBuild *build, const float *points, const uint32_t *triangles, uint64_t count, Bvh *out, MlError *error);
void bvh_free(Memory *memory, Bvh *bvh);

#endif
