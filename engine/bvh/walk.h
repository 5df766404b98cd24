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

/* A RayBox for many boxes at once. first, last: offsets of the planes that the ray comes to first and last. */
typedef struct WalkRay {
  Lanes ox, oy, oz, near_x, near_y, near_z, far_x, far_y, far_z;
  uint32_t first_x, first_y, first_z, last_x, last_y, last_z;
} WalkRay;

ALWAYS_INLINE WalkRay walk_ray(const RayBox *box) {
  enum { ROW = TREE_WIDTH * sizeof(float) };
  const uint32_t x = (uint32_t)box->back[0] & 3 * ROW, y = (uint32_t)box->back[1] & 3 * ROW, z = (uint32_t)box->back[2] & 3 * ROW;
  return (WalkRay){.ox = lanes_all(box->o[0]),
                   .oy = lanes_all(box->o[1]),
                   .oz = lanes_all(box->o[2]),
                   .near_x = lanes_all(box->near_rd[0]),
                   .near_y = lanes_all(box->near_rd[1]),
                   .near_z = lanes_all(box->near_rd[2]),
                   .far_x = lanes_all(box->far_rd[0]),
                   .far_y = lanes_all(box->far_rd[1]),
                   .far_z = lanes_all(box->far_rd[2]),
                   .first_x = x,
                   .first_y = ROW + y,
                   .first_z = 2 * ROW + z,
                   .last_x = 3 * ROW - x,
                   .last_y = 4 * ROW - y,
                   .last_z = 5 * ROW - z};
}

ALWAYS_INLINE Lanes walk_planes(const BvhNode *node, uint32_t offset) { return lanes_load((const float *)((const char *)node + offset)); }

/* Bit k: slot k's box passes, at a distance of at most t. near: the distances, at least `floor`. The products of
 * ray_box_test; their maximum is the same in any order, as the last operand, floor, is not negative. */
ALWAYS_INLINE uint32_t walk_boxes(const BvhNode *node, const WalkRay *r, Lanes floor, Lanes t, Lanes *near) {
  const Lanes nx = lanes_multiply(lanes_subtract(r->ox, walk_planes(node, r->first_x)), r->near_x),
              ny = lanes_multiply(lanes_subtract(r->oy, walk_planes(node, r->first_y)), r->near_y),
              nz = lanes_multiply(lanes_subtract(r->oz, walk_planes(node, r->first_z)), r->near_z),
              fx = lanes_multiply(lanes_subtract(r->ox, walk_planes(node, r->last_x)), r->far_x),
              fy = lanes_multiply(lanes_subtract(r->oy, walk_planes(node, r->last_y)), r->far_y),
              fz = lanes_multiply(lanes_subtract(r->oz, walk_planes(node, r->last_z)), r->far_z);
  *near = lanes_max(lanes_max(nx, ny), lanes_max(nz, floor));
  return lane_mask_bits(lanes_at_most(*near, lanes_min(lanes_min(fx, fy), lanes_min(fz, t))));
}

/* ---- by distance */

#define WALK_STACK ((TREE_WIDTH - 1) * BVH_MAX_DEPTH + 2 + TREE_WIDTH)

ALWAYS_INLINE uint64_t walk_key(float near, uint32_t child) { return (uint64_t)float_bits(near) << 32 | child; }
ALWAYS_INLINE uint32_t walk_child(uint64_t key) { return (uint32_t)key; }
ALWAYS_INLINE float walk_near(uint64_t key) { return bits_float((uint32_t)(key >> 32)); }

/* The entry on top. At the bottom lies an end that passes every distance. */
ALWAYS_INLINE uint64_t *walk_begin(uint64_t stack[WALK_STACK], const Bvh *bvh, float floor) {
  stack[0] = BVH_EMPTY;
  stack[1] = walk_key(floor, 0);
  return stack + (bvh->node_count != 0 ? 1 : 0);
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

/* What is nearest goes on, the rest onto the stack, the farthest first. Three hits or more. */
ALWAYS_INLINE uint64_t walk_sort(uint64_t **top, uint32_t hits, const float near[TREE_WIDTH], const BvhNode *node) {
  uint64_t a = walk_take(&hits, near, node), b = walk_take(&hits, near, node), *base = *top;
  walk_order(&a, &b);
  uint64_t c = walk_take(&hits, near, node);
  if (hits == 0) {
    walk_order(&b, &c);
    walk_order(&a, &b);
    base[1] = c;
    base[2] = b;
    *top = base + 2;
    return a;
  }
  uint64_t d = walk_take(&hits, near, node);
  walk_order(&c, &d);
  walk_order(&a, &c);
  walk_order(&b, &d);
  walk_order(&b, &c);
  base[1] = d;
  base[2] = c;
  base[3] = b;
  if (hits == 0) {
    *top = base + 3;
    return a;
  }
  base[4] = a;
  uint64_t *end = base + 4;
  do {
    uint64_t key = walk_take(&hits, near, node), *at = ++end;
    for (; at > base + 1 && at[-1] < key; at--) at[0] = at[-1];
    at[0] = key;
  } while (hits != 0);
  *top = end - 1;
  return *end;
}

/* Which child goes on is told by a jump, not by a number: a child that is looked up by the number of its slot comes at the end of a chain of
 * some thirty cycles (planes, products, minimum, mask, slot, child), where a jump that the processor foretells lets the next node be
 * fetched and tested while this one's distances are still being compared. Neighbouring rays take the same ways. Measured: 20 % more camera
 * rays, 10 % more diffuse ones. The empty assembly keeps compilers from making a number of it again. */
#define WALK_APART(k) __asm__ volatile("" ::"i"(k))
#define WALK_CHILD(k) (distances ? walk_key(distance[k], node->child[k]) : node->child[k])
#define WALK_ONE(i)                                                                                                                        \
  case 1u << (i):                                                                                                                          \
    WALK_APART(i);                                                                                                                         \
    key = WALK_CHILD(i);                                                                                                                   \
    break;
#define WALK_TWO(i, j)                                                                                                                     \
  case 1u << (i) | 1u << (j):                                                                                                              \
    if (distance[i] <= distance[j]) {                                                                                                      \
      WALK_APART(8 * (i) + (j));                                                                                                           \
      *++*top = walk_key(distance[j], node->child[j]);                                                                                     \
      key = WALK_CHILD(i);                                                                                                                 \
    } else {                                                                                                                               \
      WALK_APART(8 * (j) + (i));                                                                                                           \
      *++*top = walk_key(distance[i], node->child[i]);                                                                                     \
      key = WALK_CHILD(j);                                                                                                                 \
    }                                                                                                                                      \
    break;
#define WALK_4(of) of(0) of(1) of(2) of(3)
#define WALK_8(of) WALK_4(of) of(4) of(5) of(6) of(7)
#define WALK_PAIRS_4(of) of(0, 1) of(0, 2) of(0, 3) of(1, 2) of(1, 3) of(2, 3)
#define WALK_PAIRS_8(of)                                                                                                                   \
  WALK_PAIRS_4(of)                                                                                                                         \
  of(0, 4) of(1, 4) of(2, 4) of(3, 4) of(0, 5) of(1, 5) of(2, 5) of(3, 5) of(4, 5) of(0, 6) of(1, 6) of(2, 6) of(3, 6) of(4, 6) of(5, 6)   \
    of(0, 7) of(1, 7) of(2, 7) of(3, 7) of(4, 7) of(5, 7) of(6, 7)

#define WALK_FIRST(i)                                                                                                                      \
  case i:                                                                                                                                  \
    k = i;                                                                                                                                 \
    __asm__ volatile("" : "+r"(k) : "i"(i));                                                                                               \
    break;
/* The lowest bit of `bits`, of which there is one. */
ALWAYS_INLINE uint32_t walk_first(uint32_t bits) {
  uint32_t k;
  switch (__builtin_ctz(bits)) {
#if TREE_WIDTH == 8
    WALK_8(WALK_FIRST)
#else
    WALK_4(WALK_FIRST)
#endif
  default: __builtin_unreachable();
  }
  return k;
}

/* The next leaf whose box passes at a distance of at most t, as a key; its child is BVH_EMPTY when none is left. With `distances` its
 * near distance is in it. */
ALWAYS_INLINE uint64_t walk_next(uint64_t **top, const BvhNode *nodes, const WalkRay *ray, Lanes floor, float t, bool distances) {
  const Lanes limits = lanes_all(t);
  const uint64_t farthest = walk_key(t, UINT32_MAX);
  for (;;) {
    uint64_t key;
    do key = *(*top)--;
    while (key > farthest);
    for (;;) {
      if (key & BVH_LEAF) return key;
      const BvhNode *node = &nodes[walk_child(key)];
      Lanes near;
      const uint32_t hits = walk_boxes(node, ray, floor, limits, &near);
      _Alignas(32) float distance[TREE_WIDTH];
      lanes_store(distance, near);
      switch (hits) {
      case 0: goto none;
#if TREE_WIDTH == 8
        WALK_8(WALK_ONE)
        WALK_PAIRS_8(WALK_TWO)
#else
        WALK_4(WALK_ONE)
        WALK_PAIRS_4(WALK_TWO)
#endif
      default: key = walk_sort(top, hits, distance, node);
      }
    }
  none:;
  }
}

/* ---- any hit at all: children in the order of their slots, which the builder chose */

ALWAYS_INLINE uint32_t *walk_any_begin(uint32_t stack[WALK_STACK], const Bvh *bvh) {
  stack[0] = BVH_EMPTY;
  stack[1] = 0;
  return stack + (bvh->node_count != 0 ? 1 : 0);
}

/* The children of the slots in `hits`, the first on top; without branches on their number. Writes TREE_WIDTH entries at most. */
#if TREE_WIDTH == 8 && !defined(ML_ISA_SCALAR)
/* What stands where of 8 slots of which some are left out, the last first: a byte for each. */
#define WALK_SLOT(packed, mask, k) (((packed) << (8 * ((mask) >> (k)&1))) | ((uint64_t)(k) * ((mask) >> (k)&1)))
#define WALK_ROW1(m)                                                                                                                       \
  WALK_SLOT(                                                                                                                               \
    WALK_SLOT(WALK_SLOT(WALK_SLOT(WALK_SLOT(WALK_SLOT(WALK_SLOT(WALK_SLOT(UINT64_C(0), m, 0), m, 1), m, 2), m, 3), m, 4), m, 5), m, 6), m, \
    7)
#define WALK_ROW4(m) WALK_ROW1(m), WALK_ROW1((m) + 1), WALK_ROW1((m) + 2), WALK_ROW1((m) + 3)
#define WALK_ROW16(m) WALK_ROW4(m), WALK_ROW4((m) + 4), WALK_ROW4((m) + 8), WALK_ROW4((m) + 12)
#define WALK_ROW64(m) WALK_ROW16(m), WALK_ROW16((m) + 16), WALK_ROW16((m) + 32), WALK_ROW16((m) + 48)
static const uint64_t walk_slots[256] = {WALK_ROW64(0), WALK_ROW64(64), WALK_ROW64(128), WALK_ROW64(192)};
ALWAYS_INLINE uint32_t *walk_push(uint32_t *top, const uint32_t child[8], uint32_t hits) {
  __m256i slots = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)&walk_slots[hits]));
  _mm256_storeu_si256((__m256i *)(top + 1), _mm256_permutevar8x32_epi32(_mm256_load_si256((const __m256i *)child), slots));
  return top + __builtin_popcount(hits);
}
#else
ALWAYS_INLINE uint32_t *walk_push(uint32_t *top, const uint32_t child[TREE_WIDTH], uint32_t hits) {
  for (uint32_t k = TREE_WIDTH; k-- > 0;) {
    top[1] = child[k];
    top += hits >> k & 1;
  }
  return top;
}
#endif

/* The next leaf whose box passes; BVH_EMPTY: none is left. */
ALWAYS_INLINE uint32_t walk_any_next(uint32_t **top, const BvhNode *nodes, const WalkRay *ray, Lanes floor, Lanes t) {
  uint32_t child = *(*top)--;
  while ((child & BVH_LEAF) == 0) {
    const BvhNode *node = &nodes[child];
    Lanes near;
    const uint32_t hits = walk_boxes(node, ray, floor, t, &near);
    if (hits == 0) {
      child = *(*top)--;
      continue;
    }
    child = node->child[walk_first(hits)];
    *top = walk_push(*top, node->child, hits & (hits - 1));
  }
  return child;
}

#endif
