/* bvh.h - the seam between scenes and ray queries: everything outside bvh/ sees only this file (build) and bvh/trace.h (per ray).
 *
 * A Bvh is a tree over items 0 .. count-1 known by their bounds alone. The same items in the same order give the same tree
 * whatever the number of threads; the tree never decides which hit wins (invariant 4). */
#ifndef ML_BVH_BVH_H
#define ML_BVH_BVH_H

#include "base/cancel.h"
#include "base/memory.h"
#include "math/bounds.h"

/* Four children side by side: bounds as structure of arrays, planes[0..2] = lo, [3..5] = hi. child: node index, or
 * BVH_LEAF | first << 4 | count - 1 (first indexes Bvh.items, count 1..16), or BVH_EMPTY with bounds that no ray passes. */
typedef struct BvhNode {
  _Alignas(16) float planes[6][4];
  uint32_t child[4];
  uint32_t pad[4];
} BvhNode;
#define BVH_EMPTY 0xffffffffu
#define BVH_LEAF 0x80000000u
#define BVH_MAX_ITEMS (1u << 27)
#define BVH_MAX_DEPTH 64 /* of wide nodes; a traversal stack of 3 * 64 + 1 entries suffices */

typedef struct Bvh {
  BvhNode *nodes;                                 /* nodes[0] is the root; NULL when empty */
  uint32_t *items;                                /* permutation of 0 .. count-1 in leaf order */
  uint64_t node_count, item_count, node_capacity; /* node_capacity: of `nodes` as bvh_build allocated them */
  Aabb bounds;
} Bvh;

/* Binned SAH, bounded depth (falls back to median splits), any input: coincident, degenerate, NaN-free bounds expected.
 * Arrays are allocated from memory; bvh_free releases them. work may be NULL. */
MlStatus bvh_build(Memory *memory, const Aabb *bounds, uint64_t count, Work *work, Bvh *out, MlError *error);
void bvh_free(Memory *memory, Bvh *bvh);

#endif
