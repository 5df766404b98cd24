/* build.h - what the files build*.c share. Nobody else includes it.
 *
 * A build goes through three forms of the tree:
 *   1. references (Ref): one box per triangle or item, parted again and again by the surface area heuristic. Large ranges are parted one
 *      level after the other by all threads together (build_top.c), and what is left are subtrees, one to a thread (build_subtree.c).
 *   2. plans: of every subtree, its binary topology and how to make nodes of `width` children of it (build_collapse.c); 8 bytes per binary
 *      node, no boxes. From here on the references are gone, but for the order of the ids.
 *   3. nodes and blocks, written where they stay; boxes come from the triangles once more, from the leaves upwards (build_emit.c).
 * What the subtrees are, and every order in which numbers are put together, depends on the input alone: so does the tree. */
#ifndef ML_BVH_BUILD_H
#define ML_BVH_BUILD_H

#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "bvh/bvh.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
  BUILD_WIDTH_MOST = 8,
  BUILD_BINS = 64,
};
/* What testing a block of triangles costs, in visits of a node. */
#define BUILD_NODE_COST 1.0f
#define BUILD_BLOCK_COST 1.0f

/* ---- boxes as pairs of vectors; the fourth lanes hold anything but denormals (they are slow) */

typedef float Four __attribute__((vector_size(16)));
typedef int32_t FourInt __attribute__((vector_size(16)));

static inline Four four_all(float x) { return (Four){x, x, x, x}; }
/* As min_f and max_f. */
static inline Four four_min(Four a, Four b) {
#ifdef __SSE2__
  return (Four)_mm_min_ps((__m128)a, (__m128)b);
#else
  FourInt m = a < b;
  return (Four)(((FourInt)a & m) | ((FourInt)b & ~m));
#endif
}
static inline Four four_max(Four a, Four b) {
#ifdef __SSE2__
  return (Four)_mm_max_ps((__m128)a, (__m128)b);
#else
  FourInt m = a > b;
  return (Four)(((FourInt)a & m) | ((FourInt)b & ~m));
#endif
}

typedef struct Box {
  Four lo, hi;
} Box;

static inline Box box_empty(void) { return (Box){four_all(INFINITY_F), four_all(-INFINITY_F)}; }
static inline void box_add(Box *box, Four lo, Four hi) {
  box->lo = four_min(box->lo, lo);
  box->hi = four_max(box->hi, hi);
}
static inline void box_add_box(Box *box, const Box *other) { box_add(box, other->lo, other->hi); }
/* Half the area of a box that is not empty. */
static inline float box_half_area(Four lo, Four hi) {
  Four e = hi - lo;
  return (e[0] * e[1] + e[1] * e[2]) + e[2] * e[0];
}

/* ---- references */

/* Lanes 0..2 of lo and hi are the box, scaled by a power of two (BuildState.scale); lane 3 of lo is the id as bits. */
typedef struct Ref {
  Four lo, hi;
} Ref;
#define REF_TAG 0x40000000u /* makes a normal number of it */

static inline uint32_t ref_id(const Ref *ref) { return float_bits(ref->lo[3]) & ~REF_TAG; }

/* References first .. first + count - 1, which are to become a subtree. */
typedef struct Range {
  Box box, centres; /* of them; centres are doubled: lo + hi */
  uint32_t first, count;
  uint32_t depth; /* of the subtree's root */
} Range;

/* ---- plans */

/* A binary node, its first child right behind it. choices, bits 3 (i - 1) .. : with i slots to fill, how many of them the first child gets;
 * for one slot: of a node's width, and 0 for a leaf; else 0 for the same as with one slot less. Bits 24..27: how many references, if they
 * fit one leaf. */
typedef struct PlanNode {
  uint32_t choices;
  uint32_t second; /* the second child's distance in the array; 0: a leaf of the binary tree. Top: see build_top.c */
} PlanNode;

static inline uint32_t plan_choice(uint32_t choices, uint32_t slots) { return choices >> (3 * (slots - 1)) & 7u; }
static inline uint32_t plan_leaf_count(uint32_t choices) { return choices >> 24 & 15u; }
/* Slots that are made use of, of so many: a node that is given more than it takes is content with fewer. */
static inline uint32_t plan_slots(uint32_t choices, uint32_t slots) {
  while (slots > 1 && plan_choice(choices, slots) == 0) slots--;
  return slots;
}

/* Costs of filling 1 .. width - 1 slots with a subtree: sums of half areas times costs. */
typedef struct PlanCosts {
  float of[BUILD_WIDTH_MOST]; /* [slots]; [0] is not used */
} PlanCosts;

typedef struct BuildRules {
  uint32_t width;
  uint32_t leaf_shift; /* a leaf holds up to 1 << leaf_shift: the width in triangles, or 1 item */
  uint32_t bins_most;
  bool split_leaves;      /* what fits a leaf is split where that may pay */
  uint32_t passes, share; /* of build_reinsert.c, over the largest of so many nodes */
} BuildRules;

/* What a slot comes to hold. */
typedef struct Slot {
  Box box;        /* not scaled */
  float area;     /* of the surfaces in it, scaled */
  float cost;     /* of a ray that has passed the box, in visits of a node */
  uint32_t child; /* as in a node */
} Slot;

typedef struct Subtree {
  Range range;
  PlanNode *plan; /* allocated */
  uint32_t plan_count;
  PlanCosts costs;
  uint32_t slots;         /* how many of the node above it may fill */
  uint32_t nodes, blocks; /* what it comes to */
  uint32_t first_node, first_block;
  uint32_t slot_count; /* when emitted */
  Slot slot[BUILD_WIDTH_MOST];
} Subtree;

/* An inner node of what is above the subtrees. */
typedef struct TopNode {
  Box box;
  uint32_t child[2]; /* the number of a top node, or TOP_SUBTREE | of a subtree */
  uint32_t choices;  /* as in PlanNode */
  PlanCosts costs;
} TopNode;
#define TOP_SUBTREE 0x80000000u

/* Of the subtree that a thread is at: parents before children, the first child right behind its parent. */
typedef struct BinaryNode {
  Box box;
  uint32_t count;  /* of references */
  uint32_t second; /* distance of the second child; 0: a leaf */
  uint32_t choices;
  PlanCosts costs;
} BinaryNode;

/* A thread's own, kept from one subtree to the next. */
typedef struct BuildWorker {
  BinaryNode *nodes;
  uint32_t capacity, count;
} BuildWorker;

struct BvhPlan {
  BvhBuild how;
  BvhInput input;
  BuildRules rules;
  uint32_t count;
  float scale;        /* of the references, a power of two that makes the whole about 1 */
  Ref *refs;          /* until there are plans */
  uint32_t *ids;      /* of the leaves in order */
  ARRAY(TopNode) top; /* [0] is the root; empty: it is a subtree */
  ARRAY(Subtree) subtrees;
  BuildWorker *workers;
  uint32_t top_nodes; /* of `width` children */
  _Atomic bool no_memory;
  Bvh bvh; /* what it comes to */
};

/* ---- how costs are counted */

/* In leaves: whole blocks of triangles. */
static inline float rules_leaves(const BuildRules *rules, uint32_t count) {
  return (float)((count + ((1u << rules->leaf_shift) - 1)) >> rules->leaf_shift);
}
/* Rounds of halving until one reference is left. */
static inline uint32_t halvings(uint32_t count) { return count > 1 ? 32 - (uint32_t)__builtin_clz(count - 1) : 0; }
/* Whether a range may be parted unevenly and still be down to single references before the tree is too deep. */
static inline bool depth_allows(const Range *range) { return range->depth + 2 + halvings(range->count) < BVH_MAX_DEPTH; }

/* ---- the files' parts. All return false when cancelled or out of memory (no_memory). */

Box build_box_of(const BvhInput *input, uint32_t index);
bool build_references(BvhPlan *plan, Range *root);
/* Parts the root as far as subtrees. */
bool build_top(BvhPlan *plan, const Range *root);
/* Makes a subtree's plan and costs, and the ids of its references. */
bool build_subtree(BvhPlan *plan, BuildWorker *worker, Subtree *subtree, Work *work);
void build_workers_free(BvhPlan *plan);
/* Moves nodes of the subtree that the worker has at hand to where they cost less; puts its nodes and the plan's ids in the new order. Leaves
 * *done false, and everything as it was, if the tree would be too deep. */
bool build_reinsert(BvhPlan *plan, BuildWorker *worker, const Subtree *subtree, Work *work, bool *done);

PlanCosts build_leaf_costs(float half_area);
/* The cheapest ways to make 1 .. width - 1 slots of a node with `count` references; its choices. */
uint32_t build_choices(const BuildRules *rules, float half_area, uint32_t count, const PlanCosts *first, const PlanCosts *second,
                       PlanCosts *costs);
/* Decides how many slots every subtree fills and where everything comes to lie. */
bool build_layout(BvhPlan *plan);
/* Writes the nodes and blocks. */
bool build_emit(BvhPlan *plan, Bvh *out);

#endif
