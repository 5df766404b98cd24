/* build.c - from boxes to a tree of four-wide nodes.
 *
 * Top down, binned surface area heuristic (Wald 2007, "On fast Construction of SAH-based Bounding Volume Hierarchies"): a range of items
 * is split in two at the best of 15 planes on each axis; a node takes the range's best split and goes on splitting its largest
 * part until it has four. Iterative, depth-first, so that a first child lies beside its parent. Below a depth that only
 * pathological input reaches, ranges are cut in halves, which bounds the depth by BVH_MAX_DEPTH. One thread; float arithmetic in a
 * fixed order, so the same tree everywhere. */
#include "bvh/bvh.h"

#include <string.h>

#include "base/error.h"

enum {
  BIN_COUNT = 16,
  LEAF_ITEMS = 4,                        /* beyond that a leaf is split even where the heuristic would not */
  LEAF_ITEMS_MOST = 16,                  /* what a leaf can hold, for items whose centres coincide */
  DEPTH_OF_HALVING = BVH_MAX_DEPTH - 28, /* 2^27 items are down to one 27 halvings later */
};
#define NODE_COST 1.0f /* of visiting a node, in tests of an item */

typedef struct Item {
  Aabb box;
  uint32_t id;
} Item;

typedef struct Range {
  Aabb box, centres; /* of the items; centres are doubled: lo + hi */
  uint32_t first, count;
  uint32_t depth; /* splits above it */
  bool leaf;
} Range;

typedef struct Task {
  Range range;
  uint32_t node, slot; /* where the node's index goes */
} Task;

typedef struct Builder {
  Memory *memory;
  Work *work;
  Item *items;
  BvhNode *nodes;
  uint64_t node_count, node_capacity;
} Builder;

static inline float item_centre(const Item *item, uint32_t axis) { return item->box.lo[axis] + item->box.hi[axis]; }

static inline void range_add(Range *range, const Item *item) {
  range->box = aabb_union(&range->box, &item->box);
  const float centre[3] = {item_centre(item, 0), item_centre(item, 1), item_centre(item, 2)};
  aabb_grow(&range->centres, centre);
}

/* To be asked for every item that is touched, mostly in a cache line of its own. */
static inline bool cancelled(Builder *b) { return !work_goes_on(b->work, 64); }

/* ---- where to split */

typedef struct Bin {
  Aabb box;
  uint32_t count;
} Bin;

typedef struct Split {
  float cost;         /* times the range's half area; INFINITY_F: none */
  uint32_t axis, bin; /* bins below `bin` go left */
} Split;

/* Position of a centre among the bins; the clamp comes before the conversion. */
static inline uint32_t bin_of(float centre, float lowest, float scale) {
  return (uint32_t)clamp_f((centre - lowest) * scale, 0.0f, (float)(BIN_COUNT - 1));
}
/* Bins per unit of doubled centre; 0 where the extent is too small to be divided. */
static inline float bin_scale(const Range *range, uint32_t axis) {
  float extent = range->centres.hi[axis] - range->centres.lo[axis];
  return extent > 1e-30f ? (float)BIN_COUNT / extent : 0.0f;
}

static Split best_of_axis(const Bin bins[BIN_COUNT], uint32_t axis) {
  float below[BIN_COUNT]; /* half area times count of the bins below each */
  Aabb box = aabb_empty();
  uint32_t count = 0;
  for (uint32_t i = 0; i < BIN_COUNT; i++) {
    below[i] = aabb_half_area(&box) * (float)count;
    box = aabb_union(&box, &bins[i].box);
    count += bins[i].count;
  }
  Split best = {.cost = INFINITY_F};
  uint32_t above = 0;
  box = aabb_empty();
  for (uint32_t i = BIN_COUNT - 1; i > 0; i--) {
    box = aabb_union(&box, &bins[i].box);
    above += bins[i].count;
    if (above == 0 || above == count) continue;
    float cost = below[i] + aabb_half_area(&box) * (float)above;
    if (cost < best.cost) best = (Split){cost, axis, i};
  }
  return best;
}

static MlStatus find_split(Builder *b, const Range *range, Split *best) {
  Bin bins[3][BIN_COUNT];
  float scale[3];
  for (uint32_t axis = 0; axis < 3; axis++) {
    scale[axis] = bin_scale(range, axis);
    for (uint32_t i = 0; i < BIN_COUNT; i++) bins[axis][i] = (Bin){.box = aabb_empty()};
  }
  for (uint32_t i = 0; i < range->count; i++) {
    if (cancelled(b)) return ML_ERROR_CANCELLED;
    const Item *item = &b->items[range->first + i];
    for (uint32_t axis = 0; axis < 3; axis++) {
      Bin *bin = &bins[axis][bin_of(item_centre(item, axis), range->centres.lo[axis], scale[axis])];
      bin->box = aabb_union(&bin->box, &item->box);
      bin->count++;
    }
  }
  *best = (Split){.cost = INFINITY_F};
  for (uint32_t axis = 0; axis < 3; axis++) {
    if (scale[axis] == 0.0f) continue;
    Split split = best_of_axis(bins[axis], axis);
    if (split.cost < best->cost) *best = split;
  }
  return ML_OK;
}

/* ---- splitting */

static Range empty_range(uint32_t first, uint32_t depth) {
  return (Range){.box = aabb_empty(), .centres = aabb_empty(), .first = first, .depth = depth};
}

/* Divides `range` into two, or marks it as a leaf. */
static MlStatus split_range(Builder *b, Range *range, Range *other) {
  Range low = empty_range(range->first, range->depth + 1), high = low;
  Split split = {.cost = INFINITY_F};
  if (range->depth < DEPTH_OF_HALVING) TRY(find_split(b, range, &split));
  // Stop where splitting does not pay
  if (split.cost == INFINITY_F ? range->count <= LEAF_ITEMS_MOST
                               : range->count <= LEAF_ITEMS && (float)range->count * aabb_half_area(&range->box) <=
                                                                 NODE_COST * aabb_half_area(&range->box) + split.cost) {
    range->leaf = true;
    return ML_OK;
  }
  Item *items = b->items + range->first;
  if (split.cost == INFINITY_F) { // nothing to tell the items apart by, or too deep: cut in the middle
    low.count = range->count / 2;
    for (uint32_t i = 0; i < range->count; i++) {
      if (cancelled(b)) return ML_ERROR_CANCELLED;
      range_add(i < low.count ? &low : &high, &items[i]);
    }
  } else {
    float lowest = range->centres.lo[split.axis], scale = bin_scale(range, split.axis);
    uint32_t end = range->count;
    for (uint32_t i = 0; i < end;) {
      if (cancelled(b)) return ML_ERROR_CANCELLED;
      if (bin_of(item_centre(&items[i], split.axis), lowest, scale) < split.bin) {
        range_add(&low, &items[i++]);
      } else {
        range_add(&high, &items[i]);
        Item moved = items[i];
        items[i] = items[--end];
        items[end] = moved;
      }
    }
    low.count = end;
  }
  high.first = range->first + low.count;
  high.count = range->count - low.count;
  *range = low;
  *other = high;
  return ML_OK;
}

/* ---- nodes */

static MlStatus add_node(Builder *b, uint32_t *index, MlError *error) {
  if (b->node_count == b->node_capacity) {
    uint64_t capacity = b->node_capacity < 16 ? 16 : b->node_capacity + b->node_capacity / 2;
    size_t bytes;
    if (!size_multiply(capacity, sizeof(BvhNode), &bytes)) return memory_error(b->memory, UINT64_MAX, "tree of boxes", error);
    BvhNode *moved = memory_alloc(b->memory, bytes, 64);
    if (moved == NULL) return memory_error(b->memory, bytes, "tree of boxes", error);
    work_copy(b->work, moved, b->nodes, b->node_count * sizeof(BvhNode));
    memory_free(b->memory, b->nodes, (size_t)(b->node_capacity * sizeof(BvhNode)));
    b->nodes = moved;
    b->node_capacity = capacity;
    TRY(work_status(b->work, error));
  }
  BvhNode *node = &b->nodes[b->node_count];
  memset(node, 0, sizeof *node);
  for (int k = 0; k < 4; k++) {
    for (int i = 0; i < 3; i++) node->planes[i][k] = INFINITY_F, node->planes[3 + i][k] = -INFINITY_F;
    node->child[k] = BVH_EMPTY;
  }
  *index = (uint32_t)b->node_count++;
  return ML_OK;
}

/* The parts of one node: the largest is split until there are four or nothing is left to split. */
static MlStatus open_range(Builder *b, Range parts[4], uint32_t *part_count) {
  while (*part_count < 4) {
    Range *largest = NULL;
    for (uint32_t k = 0; k < *part_count; k++) {
      if (parts[k].leaf || parts[k].count == 1) continue;
      if (largest == NULL || aabb_half_area(&parts[k].box) > aabb_half_area(&largest->box)) largest = &parts[k];
    }
    if (largest == NULL) break;
    TRY(split_range(b, largest, &parts[*part_count]));
    if (!largest->leaf) ++*part_count;
  }
  return ML_OK;
}

static MlStatus build_nodes(Builder *b, Range root, MlError *error) {
  Task tasks[3 * BVH_MAX_DEPTH + 1];
  uint32_t task_count = 1, index = 0;
  tasks[0] = (Task){.range = root, .node = UINT32_MAX};
  while (task_count != 0) {
    Task task = tasks[--task_count];
    Range parts[4] = {task.range};
    uint32_t part_count = 1;
    if (open_range(b, parts, &part_count) != ML_OK) return work_status(b->work, error);
    TRY(add_node(b, &index, error));
    if (task.node != UINT32_MAX) b->nodes[task.node].child[task.slot] = index;
    BvhNode *node = &b->nodes[index];
    for (uint32_t k = part_count; k-- > 0;) { // the first part is built next
      for (int i = 0; i < 3; i++) node->planes[i][k] = parts[k].box.lo[i], node->planes[3 + i][k] = parts[k].box.hi[i];
      if (parts[k].leaf || parts[k].count == 1) node->child[k] = BVH_LEAF | parts[k].first << 4 | (parts[k].count - 1);
      else tasks[task_count++] = (Task){.range = parts[k], .node = index, .slot = k};
    }
  }
  return ML_OK;
}

static MlStatus build(Builder *b, const Aabb *bounds, uint64_t count, Bvh *out, MlError *error) {
  size_t item_bytes, index_bytes;
  if (!size_multiply(count, sizeof(Item), &item_bytes) || !size_multiply(count, sizeof(uint32_t), &index_bytes))
    return memory_error(b->memory, UINT64_MAX, "tree of boxes", error);
  b->items = memory_alloc(b->memory, item_bytes, _Alignof(Item));
  out->items = memory_alloc(b->memory, index_bytes, 64);
  if (b->items == NULL || out->items == NULL) return memory_error(b->memory, item_bytes, "tree of boxes", error);

  Range root = empty_range(0, 0);
  root.count = (uint32_t)count;
  for (uint32_t i = 0; i < root.count; i++) {
    if (cancelled(b)) return work_status(b->work, error);
    b->items[i] = (Item){bounds[i], i};
    range_add(&root, &b->items[i]);
  }
  TRY(build_nodes(b, root, error));
  for (uint32_t i = 0; i < root.count && !cancelled(b); i++) out->items[i] = b->items[i].id;
  TRY(work_status(b->work, error));
  out->bounds = root.box;
  out->node_count = b->node_count;
  // What growing left over is not given back: the tree is about to be copied into its block
  out->nodes = b->nodes;
  out->node_capacity = b->node_capacity;
  b->nodes = NULL;
  b->node_capacity = 0;
  return ML_OK;
}

MlStatus bvh_build(Memory *memory, const Aabb *bounds, uint64_t count, Work *work, Bvh *out, MlError *error) {
  *out = (Bvh){.item_count = count, .bounds = aabb_empty()};
  if (count == 0) return ML_OK;
  if (count > BVH_MAX_ITEMS)
    return error_set(error, ML_ERROR_LIMIT, "scene: %llu items in one tree, at most %u are possible", (unsigned long long)count,
                     BVH_MAX_ITEMS);
  Builder b = {.memory = memory, .work = work};
  MlStatus status = build(&b, bounds, count, out, error);
  memory_free(memory, b.items, (size_t)(count * sizeof(Item)));
  memory_free(memory, b.nodes, (size_t)(b.node_capacity * sizeof(BvhNode)));
  if (status != ML_OK) bvh_free(memory, out);
  return status;
}

void bvh_free(Memory *memory, Bvh *bvh) {
  memory_free(memory, bvh->nodes, (size_t)(bvh->node_capacity * sizeof(BvhNode)));
  memory_free(memory, bvh->items, (size_t)(bvh->item_count * sizeof(uint32_t)));
  *bvh = (Bvh){.bounds = aabb_empty()};
}
