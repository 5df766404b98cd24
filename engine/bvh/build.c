/* build.c - from boxes or triangles to a tree of wide nodes.
 *
 * Top down, binned surface area heuristic (Wald 2007, "On fast Construction of SAH-based Bounding Volume Hierarchies"): a range of items
 * is split in two at the best of 15 planes on each axis; a node takes the range's best split and goes on splitting its largest
 * part until it has as many as are wide. Iterative, depth-first, so that a first child lies beside its parent. Below a depth that only
 * pathological input reaches, ranges are cut in halves, which bounds the depth by BVH_MAX_DEPTH. One thread; float arithmetic in a
 * fixed order, so the same tree everywhere. */
#include "bvh/bvh.h"

#include <string.h>

#include "base/error.h"
#include "shape/intersect.h"

enum {
  BIN_COUNT = 16,
  WIDTH_MOST = 8,
  DEPTH_OF_HALVING = BVH_MAX_DEPTH - 28, /* 2^27 items are down to one 27 halvings later */
};

typedef struct Item {
  Aabb box;
  uint32_t id;
} Item;

typedef struct Range {
  Aabb box, centres; /* of the items; centres are doubled: lo + hi */
  uint32_t first, count;
  uint32_t depth; /* splits above it */
} Range;

typedef struct Task {
  Range range;
  uint32_t node, slot; /* where the node's index goes */
} Task;

typedef struct Builder {
  Memory *memory;
  Work *work;
  Item *items;
  uint32_t leaf_items; /* as many are a leaf */
  const float *points; /* of a mesh */
  const uint32_t *triangles;
  Bvh *bvh;
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

/* Divides `range`, of two items or more, into two. */
static MlStatus split_range(Builder *b, Range *range, Range *other) {
  Range low = empty_range(range->first, range->depth + 1), high = low;
  Split split = {.cost = INFINITY_F};
  if (range->depth < DEPTH_OF_HALVING) TRY(find_split(b, range, &split));
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

/* ---- nodes and blocks */

/* Room for one more element of an array that grows. */
static MlStatus grow(Builder *b, void **array, uint64_t *capacity, uint64_t count, size_t size, MlError *error) {
  if (count < *capacity) return ML_OK;
  uint64_t more = *capacity < 16 ? 16 : *capacity + *capacity / 2;
  size_t bytes;
  if (!size_multiply(more, size, &bytes)) return memory_error(b->memory, UINT64_MAX, "tree of boxes", error);
  void *moved = memory_alloc(b->memory, bytes, 64);
  if (moved == NULL) return memory_error(b->memory, bytes, "tree of boxes", error);
  work_copy(b->work, moved, *array, count * size);
  memory_free(b->memory, *array, (size_t)(*capacity * size));
  *array = moved;
  *capacity = more;
  return work_status(b->work, error);
}

/* The node's planes and children, whatever its width. */
static float *node_planes(const Bvh *bvh, uint64_t node) { return (float *)((char *)bvh->nodes + node * bvh_node_size(bvh)); }
static uint32_t *node_children(const Bvh *bvh, uint64_t node) { return (uint32_t *)(node_planes(bvh, node) + 6 * bvh->width); }

static MlStatus add_node(Builder *b, uint32_t *index, MlError *error) {
  Bvh *bvh = b->bvh;
  TRY(grow(b, &bvh->nodes, &bvh->node_capacity, bvh->node_count, bvh_node_size(bvh), error));
  float *planes = node_planes(bvh, bvh->node_count);
  uint32_t *child = node_children(bvh, bvh->node_count), width = bvh->width;
  memset(planes, 0, bvh_node_size(bvh));
  for (uint32_t k = 0; k < width; k++) {
    for (uint32_t i = 0; i < 3; i++) planes[i * width + k] = INFINITY_F, planes[(3 + i) * width + k] = -INFINITY_F;
    child[k] = BVH_EMPTY;
  }
  *index = (uint32_t)bvh->node_count++;
  return ML_OK;
}

static MlStatus add_block(Builder *b, const Range *range, uint32_t *index, MlError *error) {
  Bvh *bvh = b->bvh;
  TRY(grow(b, &bvh->blocks, &bvh->block_capacity, bvh->block_count, bvh_block_size(bvh), error));
  float *corner = (float *)((char *)bvh->blocks + bvh->block_count * bvh_block_size(bvh));
  uint32_t width = bvh->width, *ids = (uint32_t *)(corner + 9 * width);
  for (uint32_t k = 0; k < width; k++) {
    uint32_t id = k < range->count ? b->items[range->first + k].id : NO_ID;
    for (uint32_t i = 0; i < 9; i++)
      corner[i * width + k] = id != NO_ID ? b->points[3 * (size_t)b->triangles[3 * (size_t)id + i / 3] + i % 3] : bits_float(0x7fc00000u);
    ids[k] = id;
  }
  *index = (uint32_t)bvh->block_count++;
  return ML_OK;
}

/* The parts of one node: the largest is split until there are as many as it takes or nothing is left to split. */
static MlStatus open_range(Builder *b, Range parts[WIDTH_MOST], uint32_t *part_count) {
  while (*part_count < b->bvh->width) {
    Range *largest = NULL;
    for (uint32_t k = 0; k < *part_count; k++) {
      if (parts[k].count <= b->leaf_items) continue;
      if (largest == NULL || aabb_half_area(&parts[k].box) > aabb_half_area(&largest->box)) largest = &parts[k];
    }
    if (largest == NULL) break;
    TRY(split_range(b, largest, &parts[*part_count]));
    ++*part_count;
  }
  return ML_OK;
}

static MlStatus build_nodes(Builder *b, Range root, MlError *error) {
  Task tasks[(WIDTH_MOST - 1) * BVH_MAX_DEPTH + 1];
  uint32_t task_count = 1, index = 0, width = b->bvh->width;
  tasks[0] = (Task){.range = root, .node = UINT32_MAX};
  while (task_count != 0) {
    Task task = tasks[--task_count];
    Range parts[WIDTH_MOST] = {task.range};
    uint32_t part_count = 1;
    if (open_range(b, parts, &part_count) != ML_OK) return work_status(b->work, error);
    TRY(add_node(b, &index, error));
    if (task.node != UINT32_MAX) node_children(b->bvh, task.node)[task.slot] = index;
    for (uint32_t k = part_count; k-- > 0;) { // the first part is built next
      float *planes = node_planes(b->bvh, index);
      for (uint32_t i = 0; i < 3; i++) planes[i * width + k] = parts[k].box.lo[i], planes[(3 + i) * width + k] = parts[k].box.hi[i];
      if (parts[k].count > b->leaf_items) {
        tasks[task_count++] = (Task){.range = parts[k], .node = index, .slot = k};
        continue;
      }
      uint32_t leaf = b->items[parts[k].first].id;
      if (b->triangles != NULL) TRY(add_block(b, &parts[k], &leaf, error));
      node_children(b->bvh, index)[k] = BVH_LEAF | leaf;
    }
  }
  return ML_OK;
}

static Aabb mesh_triangle_bounds(const float *points, const uint32_t *corner) {
  return triangle_bounds(points + 3 * (size_t)corner[0], points + 3 * (size_t)corner[1], points + 3 * (size_t)corner[2]);
}

static MlStatus build_tree(Builder *b, const Aabb *bounds, const uint32_t *ids, uint64_t count, MlError *error) {
  Range root = empty_range(0, 0);
  root.count = (uint32_t)count;
  for (uint32_t i = 0; i < root.count; i++) {
    if (cancelled(b)) return work_status(b->work, error);
    Aabb box = bounds != NULL ? bounds[i] : mesh_triangle_bounds(b->points, b->triangles + 3 * (size_t)i);
    b->items[i] = (Item){box, ids != NULL ? ids[i] : i};
    range_add(&root, &b->items[i]);
  }
  b->bvh->bounds = root.box;
  return build_nodes(b, root, error);
}

static MlStatus build(Builder *b, const BvhBuild *how, const Aabb *bounds, const uint32_t *ids, uint64_t count, Bvh *out, MlError *error) {
  *out = (Bvh){.width = how->width != 0 ? how->width : 4, .bounds = aabb_empty()};
  if (count == 0) return ML_OK;
  if (count > BVH_MAX_ITEMS)
    return error_set(error, ML_ERROR_LIMIT, "scene: %llu items in one tree, at most %u are possible", (unsigned long long)count,
                     BVH_MAX_ITEMS);
  size_t bytes;
  b->items = size_multiply(count, sizeof(Item), &bytes) ? memory_alloc(how->memory, bytes, _Alignof(Item)) : NULL;
  if (b->items == NULL) return memory_error(how->memory, count * sizeof(Item), "tree of boxes", error);
  b->bvh = out;
  b->leaf_items = b->triangles != NULL ? out->width : 1;
  MlStatus status = build_tree(b, bounds, ids, count, error);
  memory_free(how->memory, b->items, bytes);
  if (status != ML_OK) bvh_free(how->memory, out);
  return status;
}

MlStatus bvh_build(const BvhBuild *how, const Aabb *bounds, const uint32_t *ids, uint64_t count, Bvh *out, MlError *error) {
  Builder b = {.memory = how->memory, .work = how->work};
  return build(&b, how, bounds, ids, count, out, error);
}

MlStatus bvh_build_mesh(const BvhBuild *how, const float *points, const uint32_t *triangles, uint64_t count, Bvh *out, MlError *error) {
  Builder b = {.memory = how->memory, .work = how->work, .points = points, .triangles = triangles};
  return build(&b, how, NULL, NULL, count, out, error);
}

void bvh_free(Memory *memory, Bvh *bvh) {
  memory_free(memory, bvh->nodes, (size_t)(bvh->node_capacity * bvh_node_size(bvh)));
  memory_free(memory, bvh->blocks, (size_t)(bvh->block_capacity * bvh_block_size(bvh)));
  *bvh = (Bvh){.width = bvh->width, .bounds = aabb_empty()};
}
