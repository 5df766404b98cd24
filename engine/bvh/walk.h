/* walk.h - a ray's way down a tree of wide nodes. Per-ray code.
 *
 * Single rays, depth first, nearest child first (Wald, Benthin, Boulos 2008, "Getting Rid of Packets"). An entry of the stack is one
 * 64-bit key, the near distance's bits above the child: distances are never negative, so keys are in order as integers. */
#ifndef ML_BVH_WALK_H
#define ML_BVH_WALK_H

#include "bvh/world.h"
#include "math/lanes.h"
#include "shape/ray_box.h"

#define TREE_WIDTH LANE_COUNT
#if TREE_WIDTH == 8
typedef BvhNode8 BvhNode;
typedef TriangleBlock8 TriangleBlock;
#else
typedef BvhNode4 BvhNode;
typedef TriangleBlock4 TriangleBlock;
#endif

/* ---- the boxes of a node */

/* A RayBox for many boxes at once. */
typedef struct WalkRay {
  Lanes o[3], near_rd[3], far_rd[3]; /* both of these negated */
  uint32_t near[3], far[3];          /* which of a node's planes the ray comes to first, and last */
} WalkRay;

ALWAYS_INLINE WalkRay walk_ray(const RayBox *box) {
  WalkRay r;
  for (uint32_t i = 0; i < 3; i++) {
    r.o[i] = lanes_all(box->o[i]);
    r.near_rd[i] = lanes_all(-box->near_rd[i]);
    r.far_rd[i] = lanes_all(-box->far_rd[i]);
    r.near[i] = i + 3 * box->negative[i];
    r.far[i] = i + 3 - 3 * box->negative[i];
  }
  return r;
}

/* Bit k: slot k's box passes, at a distance of at most t. near: the distances, at least `floor`. The products of ray_box_test, with the
 * signs of both factors changed; their maximum is the same in any order, as the last operand, floor, is not negative. */
ALWAYS_INLINE uint32_t walk_boxes(const BvhNode *node, const WalkRay *r, Lanes floor, Lanes t, Lanes *near) {
  Lanes n[3], f[3];
  for (int i = 0; i < 3; i++) {
    n[i] = lanes_multiply(lanes_subtract(r->o[i], lanes_load(node->planes[r->near[i]])), r->near_rd[i]);
    f[i] = lanes_multiply(lanes_subtract(r->o[i], lanes_load(node->planes[r->far[i]])), r->far_rd[i]);
  }
  *near = lanes_max(lanes_max(n[0], n[1]), lanes_max(n[2], floor));
  return lane_mask_bits(lanes_at_most(*near, lanes_min(lanes_min(f[0], f[1]), lanes_min(f[2], t))));
}

/* ---- by distance */

typedef struct Walk {
  uint64_t *top; /* the entry on top */
  uint64_t stack[(TREE_WIDTH - 1) * BVH_MAX_DEPTH + 2];
} Walk;

ALWAYS_INLINE uint64_t walk_key(float near, uint32_t child) { return (uint64_t)float_bits(near) << 32 | child; }
ALWAYS_INLINE uint32_t walk_child(uint64_t key) { return (uint32_t)key; }
ALWAYS_INLINE float walk_near(uint64_t key) { return bits_float((uint32_t)(key >> 32)); }

/* At the bottom lies an end that passes every distance. */
ALWAYS_INLINE void walk_begin(Walk *walk, const Bvh *bvh, float floor) {
  walk->stack[0] = BVH_EMPTY;
  walk->stack[1] = walk_key(floor, 0);
  walk->top = walk->stack + (bvh->node_count != 0 ? 1 : 0);
}

ALWAYS_INLINE void walk_order(uint64_t *a, uint64_t *b) {
  uint64_t low = *a < *b ? *a : *b, high = *a < *b ? *b : *a;
  *a = low;
  *b = high;
}

ALWAYS_INLINE uint64_t walk_take(uint32_t *hits, const float near[TREE_WIDTH], const BvhNode *node) {
  uint32_t k = (uint32_t)__builtin_ctz(*hits);
  *hits &= *hits - 1;
  return walk_key(near[k], node->child[k]);
}

/* What is nearest goes on, the rest onto the stack, the farthest first. Two hits or more. */
ALWAYS_INLINE uint64_t walk_sort(Walk *walk, uint32_t hits, const float near[TREE_WIDTH], const BvhNode *node) {
  uint64_t a = walk_take(&hits, near, node), b = walk_take(&hits, near, node);
  walk_order(&a, &b);
  if (hits == 0) {
    *++walk->top = b;
    return a;
  }
  uint64_t c = walk_take(&hits, near, node);
  if (hits == 0) {
    walk_order(&b, &c);
    walk_order(&a, &b);
    walk->top[1] = c;
    walk->top[2] = b;
    walk->top += 2;
    return a;
  }
  uint64_t d = walk_take(&hits, near, node);
  walk_order(&c, &d);
  walk_order(&a, &c);
  walk_order(&b, &d);
  walk_order(&b, &c);
  uint64_t *base = walk->top;
  base[1] = d;
  base[2] = c;
  base[3] = b;
  base[4] = a;
  walk->top += 4;
  while (hits != 0) {
    uint64_t key = walk_take(&hits, near, node), *at = ++walk->top;
    for (; at > base + 1 && at[-1] < key; at--) at[0] = at[-1];
    at[0] = key;
  }
  return *walk->top--;
}

/* The next leaf whose box passes at a distance of at most t, as a key; its child is BVH_EMPTY when none is left. With `distances` its
 * near distance is in it. */
ALWAYS_INLINE uint64_t walk_next(Walk *walk, const BvhNode *nodes, const WalkRay *ray, float floor, float t, bool distances) {
  const Lanes floors = lanes_all(floor), limits = lanes_all(t);
  const uint64_t farthest = walk_key(t, UINT32_MAX);
  for (;;) {
    uint64_t key;
    do key = *walk->top--;
    while (key > farthest);
    for (;;) {
      if (key & BVH_LEAF) return key;
      const BvhNode *node = &nodes[walk_child(key)];
      Lanes near;
      uint32_t hits = walk_boxes(node, ray, floors, limits, &near);
      if (hits == 0) break;
      _Alignas(32) float distance[TREE_WIDTH];
      lanes_store(distance, near);
      if ((hits & (hits - 1)) == 0) {
        uint32_t k = (uint32_t)__builtin_ctz(hits);
        key = distances ? walk_key(distance[k], node->child[k]) : node->child[k];
      } else {
        key = walk_sort(walk, hits, distance, node);
      }
    }
  }
}

/* ---- any hit at all: children in the order of their slots, which the builder chose */

typedef struct WalkAny {
  uint32_t *top; /* the entry on top */
  uint32_t stack[(TREE_WIDTH - 1) * BVH_MAX_DEPTH + 2 + TREE_WIDTH];
} WalkAny;

ALWAYS_INLINE void walk_any_begin(WalkAny *walk, const Bvh *bvh) {
  walk->stack[0] = BVH_EMPTY;
  walk->stack[1] = 0;
  walk->top = walk->stack + (bvh->node_count != 0 ? 1 : 0);
}

/* The next leaf whose box passes; BVH_EMPTY: none is left. */
ALWAYS_INLINE uint32_t walk_any_next(WalkAny *walk, const BvhNode *nodes, const WalkRay *ray, float floor, float t) {
  const Lanes floors = lanes_all(floor), limits = lanes_all(t);
  for (;;) {
    uint32_t child = *walk->top--;
    if (child & BVH_LEAF) return child;
    const BvhNode *node = &nodes[child];
    Lanes near;
    uint32_t hits = walk_boxes(node, ray, floors, limits, &near);
    while (hits != 0) {
      uint32_t k = 31 - (uint32_t)__builtin_clz(hits);
      hits ^= 1u << k;
      *++walk->top = node->child[k];
    }
  }
}

#endif
