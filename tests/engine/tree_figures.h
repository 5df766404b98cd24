/* tree_figures.h - what there is in a tree of boxes, and what it costs. For tests and measurements. */
#ifndef TESTS_TREE_FIGURES_H
#define TESTS_TREE_FIGURES_H

#include "bvh/bvh.h"

typedef struct TreeFigures {
  uint64_t nodes, leaves, slots; /* slots: that are used */
  uint32_t depth;                /* of nodes */
  double cost;                   /* visits of nodes and leaves by a ray that meets the whole's box: sums of areas over its area */
} TreeFigures;

static inline const float *tree_planes(const Bvh *bvh, uint64_t node) {
  return (const float *)((const char *)bvh->nodes + node * bvh_node_size(bvh));
}
static inline const uint32_t *tree_children(const Bvh *bvh, uint64_t node) {
  return (const uint32_t *)(tree_planes(bvh, node) + 6 * bvh->width);
}
static inline Aabb tree_slot_box(const Bvh *bvh, uint64_t node, uint32_t slot) {
  const float *planes = tree_planes(bvh, node);
  Aabb box;
  for (uint32_t i = 0; i < 3; i++) box.lo[i] = planes[i * bvh->width + slot], box.hi[i] = planes[(3 + i) * bvh->width + slot];
  return box;
}

static inline double tree_half_area(const Aabb *box) {
  const double x = (double)box->hi[0] - (double)box->lo[0], y = (double)box->hi[1] - (double)box->lo[1],
               z = (double)box->hi[2] - (double)box->lo[2];
  return x * y + y * z + z * x;
}

static inline void tree_figures_below(const Bvh *bvh, uint32_t node, uint32_t depth, TreeFigures *figures) {
  figures->nodes++;
  if (depth > figures->depth) figures->depth = depth;
  for (uint32_t k = 0; k < bvh->width; k++) {
    const uint32_t child = tree_children(bvh, node)[k];
    if (child == BVH_EMPTY) continue;
    const Aabb box = tree_slot_box(bvh, node, k);
    figures->slots++;
    figures->cost += tree_half_area(&box);
    if (child & BVH_LEAF) figures->leaves++;
    else tree_figures_below(bvh, child, depth + 1, figures);
  }
}

static inline TreeFigures tree_figures(const Bvh *bvh) {
  TreeFigures figures = {0};
  if (bvh->node_count == 0) return figures;
  tree_figures_below(bvh, 0, 1, &figures);
  const double whole = tree_half_area(&bvh->bounds);
  figures.cost = whole > 0.0 ? 1.0 + figures.cost / whole : 0.0;
  return figures;
}

#endif
