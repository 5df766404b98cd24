/* array_tree.c - see array_tree.h. */
#include "scene/array_tree.h"

#include <string.h>

#include "base/error.h"
#include "scene/geometry.h"

enum { PART = 1 << 15, LARGE = 1 << 17 };

static Aabb box_of(const Instances *array, uint64_t i) {
  return geometry_still_bounds(array->places[i].to_local, array->places[i].centre, &array->geometries[0]->bvh.bounds);
}

/* Trees of arrays that are not large. */
static MlStatus plain_tree(const BvhBuild *build, const Instances *array, Bvh *out, MlError *error) {
  size_t bytes;
  Aabb *boxes = size_multiply(array->count, sizeof *boxes, &bytes) ? memory_alloc(build->memory, bytes, 64) : NULL;
  if (boxes == NULL) return memory_error(build->memory, array->count * sizeof *boxes, "tree of boxes", error);
  for (uint64_t i = 0; i < array->count && work_goes_on(build->work, 1024); i++) boxes[i] = box_of(array, i);
  MlStatus status = work_status(build->work, error);
  if (status == ML_OK) status = bvh_build(build, boxes, NULL, array->count, out, error);
  memory_free(build->memory, boxes, bytes);
  return status;
}

/* ---- the order */

typedef struct Coded {
  uint32_t code, item;
} Coded;

static uint32_t spread_bits(uint32_t x) { /* ten bits, each third place */
  x = (x | x << 16) & 0x030000ffu;
  x = (x | x << 8) & 0x0300f00fu;
  x = (x | x << 4) & 0x030c30c3u;
  return (x | x << 2) & 0x09249249u;
}

static void code_places(Work *work, const Instances *array, Coded *out) {
  Aabb all = aabb_empty();
  for (uint64_t i = 0; i < array->count && work_goes_on(work, 64); i++) {
    const float *c = array->places[i].centre;
    for (int k = 0; k < 3; k++) {
      all.lo[k] = c[k] < all.lo[k] ? c[k] : all.lo[k];
      all.hi[k] = c[k] > all.hi[k] ? c[k] : all.hi[k];
    }
  }
  for (uint64_t i = 0; i < array->count && work_goes_on(work, 64); i++) {
    uint32_t code = 0;
    for (int k = 0; k < 3; k++) {
      double width = (double)all.hi[k] - (double)all.lo[k], x = (double)array->places[i].centre[k] - (double)all.lo[k];
      double cell = width > 0.0 ? 1024.0 * (x / width) : 0.0;
      code |= spread_bits(cell < 1023.0 ? (uint32_t)cell : 1023u) << k;
    }
    out[i] = (Coded){code, (uint32_t)i};
  }
}

/* By digits of ten bits, the last first; stable. */
static void sort_by_code(Work *work, Coded *items, Coded *scratch, uint64_t count) {
  for (uint32_t digit = 0; digit < 3; digit++) {
    uint64_t starts[1024] = {0}, sum = 0;
    for (uint64_t i = 0; i < count && work_goes_on(work, 16); i++) starts[items[i].code >> 10 * digit & 1023u]++;
    for (int k = 0; k < 1024; k++) {
      uint64_t own = starts[k];
      starts[k] = sum;
      sum += own;
    }
    for (uint64_t i = 0; i < count && work_goes_on(work, 64); i++) scratch[starts[items[i].code >> 10 * digit & 1023u]++] = items[i];
    Coded *swap = items;
    items = scratch;
    scratch = swap;
  }
}

/* ---- trees of parts, and one over them */

typedef struct Joined {
  const BvhBuild *build;
  const Instances *array;
  Coded *order; /* three digits: what was the scratch */
  Aabb *part_boxes, *boxes;
  uint32_t *ids;
  uint64_t part_count;
  Bvh top;
  char *nodes;
  uint64_t count, capacity;
} Joined;

static uint32_t *children_of(const Bvh *bvh, void *nodes, uint64_t i) {
  return bvh->width == 8 ? ((BvhNode8 *)nodes)[i].child : ((BvhNode4 *)nodes)[i].child;
}

static uint32_t depth_of(const Bvh *bvh, uint32_t node) {
  uint32_t deepest = 0;
  for (uint32_t k = 0; k < bvh->width; k++) {
    uint32_t child = children_of(bvh, bvh->nodes, node)[k];
    uint32_t depth = child & BVH_LEAF ? 0 : depth_of(bvh, child);
    deepest = depth > deepest ? depth : deepest;
  }
  return deepest + 1;
}

static uint64_t part_first(const Joined *j, uint64_t part) { return j->array->count * part / j->part_count; }

/* Fills boxes and ids of a part; returns how many. */
static uint64_t fill_part(Joined *j, uint64_t part) {
  uint64_t first = part_first(j, part), count = part_first(j, part + 1) - first;
  for (uint64_t i = 0; i < count && work_goes_on(j->build->work, 1024); i++) {
    j->ids[i] = j->order[first + i].item;
    j->boxes[i] = box_of(j->array, j->ids[i]);
  }
  return count;
}

/* Room for `extra` more nodes; when it is short, for what is left at the rate so far. */
static bool reserve_nodes(Joined *j, uint64_t extra, uint64_t parts_done) {
  if (j->count + extra <= j->capacity) return true;
  size_t size = bvh_node_size(&j->top), bytes;
  uint64_t wanted = (j->count + extra) + (j->count + extra) * (j->part_count - parts_done) / (parts_done + 1) * 17 / 16 + 64;
  char *fresh = size_multiply(wanted, size, &bytes) ? memory_pages_alloc(j->build->memory, bytes) : NULL;
  if (fresh == NULL) return false;
  if (j->count != 0) memcpy(fresh, j->nodes, (size_t)j->count * size);
  memory_pages_free(j->build->memory, j->nodes, (size_t)j->capacity * size);
  j->nodes = fresh;
  j->capacity = wanted;
  return true;
}

/* The tree of part number `part` joins; *fits false: the whole would be too deep for rays. */
static MlStatus join_part(Joined *j, uint64_t part, uint32_t top_depth, bool *fits, MlError *error) {
  Bvh bvh;
  uint64_t count = fill_part(j, part);
  TRY(work_status(j->build->work, error));
  TRY(bvh_build(j->build, j->boxes, j->ids, count, &bvh, error));
  MlStatus status = ML_OK;
  *fits = top_depth + depth_of(&bvh, 0) <= BVH_MAX_DEPTH;
  if (*fits && !reserve_nodes(j, bvh.node_count, part)) {
    status = memory_error(j->build->memory, (j->count + bvh.node_count) * bvh_node_size(&bvh), "tree of an array", error);
  } else if (*fits) {
    size_t size = bvh_node_size(&bvh);
    memcpy(j->nodes + (size_t)j->count * size, bvh.nodes, (size_t)bvh.node_count * size);
    for (uint64_t i = 0; i < bvh.node_count; i++) {
      uint32_t *child = children_of(&bvh, j->nodes, j->count + i);
      for (uint32_t k = 0; k < bvh.width; k++)
        if (!(child[k] & BVH_LEAF)) child[k] += (uint32_t)j->count;
    }
    for (uint64_t i = 0; i < j->top.node_count; i++) {
      uint32_t *child = children_of(&bvh, j->nodes, i);
      for (uint32_t k = 0; k < bvh.width; k++)
        if (child[k] == (BVH_LEAF | (uint32_t)part)) child[k] = (uint32_t)j->count;
    }
    j->count += bvh.node_count;
  }
  bvh_free(j->build->memory, &bvh);
  return status;
}

static MlStatus join(Joined *j, bool *fits, MlError *error) {
  *fits = true;
  for (uint64_t part = 0; part < j->part_count; part++) {
    uint64_t count = fill_part(j, part);
    TRY(work_status(j->build->work, error));
    j->part_boxes[part] = aabb_empty();
    for (uint64_t i = 0; i < count; i++) j->part_boxes[part] = aabb_union(&j->part_boxes[part], &j->boxes[i]);
  }
  TRY(bvh_build(j->build, j->part_boxes, NULL, j->part_count, &j->top, error));
  if (!reserve_nodes(j, j->top.node_count, 0))
    return memory_error(j->build->memory, j->top.node_count * bvh_node_size(&j->top), "tree of an array", error);
  memcpy(j->nodes, j->top.nodes, (size_t)j->top.node_count * bvh_node_size(&j->top));
  j->count = j->top.node_count;
  uint32_t depth = depth_of(&j->top, 0);
  for (uint64_t part = 0; part < j->part_count && *fits; part++) TRY(join_part(j, part, depth, fits, error));
  return ML_OK;
}

static MlStatus joined_tree(const BvhBuild *build, const Instances *array, Coded *order, Bvh *out, void **nodes, uint64_t *node_bytes,
                            bool *fits, MlError *error) {
  Memory *memory = build->memory;
  Joined j = {.build = build, .array = array, .order = order, .part_count = (array->count + PART - 1) / PART};
  size_t part_bytes = (size_t)j.part_count * sizeof *j.part_boxes;
  j.part_boxes = memory_alloc(memory, part_bytes, 64);
  j.boxes = memory_alloc(memory, PART * sizeof *j.boxes, 64);
  j.ids = memory_alloc(memory, PART * sizeof *j.ids, 64);
  MlStatus status = j.part_boxes == NULL || j.boxes == NULL || j.ids == NULL
                      ? memory_error(memory, part_bytes + PART * (sizeof *j.boxes + sizeof *j.ids), "tree of an array", error)
                      : join(&j, fits, error);
  memory_free(memory, j.part_boxes, part_bytes);
  memory_free(memory, j.boxes, PART * sizeof *j.boxes);
  memory_free(memory, j.ids, PART * sizeof *j.ids);
  size_t size = bvh_node_size(&j.top);
  if (status == ML_OK && *fits) {
    *out = j.top;
    out->nodes = j.nodes;
    out->node_count = j.count;
    out->node_capacity = j.capacity;
    *nodes = j.nodes;
    *node_bytes = j.capacity * size;
  } else {
    memory_pages_free(memory, j.nodes, (size_t)j.capacity * size);
  }
  bvh_free(memory, &j.top);
  return status;
}

MlStatus array_tree(const BvhBuild *build, const Instances *array, Bvh *out, void **nodes, uint64_t *node_bytes, MlError *error) {
  *nodes = NULL;
  *node_bytes = 0;
  if (array->count < LARGE) return plain_tree(build, array, out, error);
  size_t bytes = (size_t)array->count * sizeof(Coded);
  Coded *order = memory_pages_alloc(build->memory, bytes), *scratch = memory_pages_alloc(build->memory, bytes);
  bool fits = true;
  MlStatus status = ML_OK;
  if (order == NULL || scratch == NULL) {
    status = memory_error(build->memory, 2 * bytes, "order of an array", error);
  } else {
    code_places(build->work, array, order);
    sort_by_code(build->work, order, scratch, array->count);
    status = work_status(build->work, error);
  }
  memory_pages_free(build->memory, order, bytes); /* three digits: the result is in the other one */
  if (status == ML_OK) status = joined_tree(build, array, scratch, out, nodes, node_bytes, &fits, error);
  memory_pages_free(build->memory, scratch, bytes);
  if (status == ML_OK && !fits) return plain_tree(build, array, out, error);
  return status;
}
