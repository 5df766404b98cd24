/* light_tree.c - trees over lights, top down, by a surface area orientation heuristic over bins (Conty Estevez & Kulla 2018).
 *
 * A split costs, for each side, its intensity times the square of its diagonal times how far its normals spread. The diagonal stands for
 * the area because rows of points, too, must be split well. In a bin the spread is known by the mean of its normals: for a cone of them its
 * length is (1 + cos of the cone's half angle) / 2. What a node stores is exact instead: the cone about that mean which holds all normals.
 *
 * One thread, a fixed order of everything; depth is bounded by halving where splits have not brought a tree down in DEPTH_FREE steps, so
 * that recursion is, too. */
#include "scene/light_tree.h"

#include "base/error.h"
#include "math/bounds.h"
#include "math/dvec.h"

enum { BINS = 12, DEPTH_FREE = 36 }; /* and at most 27 more for LIGHT_TREE_MOST items */

typedef struct Builder {
  Memory *memory;
  LightForest *forest;
  const LightBounds *bounds;
  const uint32_t *ids;
  uint32_t *order; /* positions in bounds */
  uint64_t first_node;
  uint32_t leaf_size;
  Work *work;
  MlError *error;
} Builder;

/* What is summed over items. */
typedef struct Sum {
  Aabb box;
  MlVec3 axis; /* intensity times normal; of two-sided ones the half that looks up z, y or x */
  double intensity;
  uint32_t count;
} Sum;

static Sum sum_empty(void) { return (Sum){.box = aabb_empty()}; }

static void sum_add(Sum *sum, const LightBounds *b) {
  const Aabb box = {{b->lo[0], b->lo[1], b->lo[2]}, {b->hi[0], b->hi[1], b->hi[2]}};
  sum->box = aabb_union(&sum->box, &box);
  sum->intensity += (double)b->intensity;
  sum->count++;
  if (b->cos_normal <= -1.0f) return; /* all around: no axis */
  MlVec3 axis = {(double)b->axis[0], (double)b->axis[1], (double)b->axis[2]};
  double half = axis.z != 0.0 ? axis.z : axis.y != 0.0 ? axis.y : axis.x;
  if (b->two_sided && half < 0.0) axis = dvec_scale(axis, -1.0);
  sum->axis = dvec_add(sum->axis, dvec_scale(axis, (double)b->intensity * 0.5 * (1.0 + (double)b->cos_normal)));
}

static void sum_join(Sum *a, const Sum *b) {
  a->box = aabb_union(&a->box, &b->box);
  a->axis = dvec_add(a->axis, b->axis);
  a->intensity += b->intensity;
  a->count += b->count;
}

/* The measure of orientation fitted: pi where all normals agree, as much as 4 pi from about 110 degrees of spread on. */
static double sum_cost(const Sum *sum) {
  if (sum->count == 0) return 0.0;
  MlVec3 diagonal = {(double)sum->box.hi[0] - (double)sum->box.lo[0], (double)sum->box.hi[1] - (double)sum->box.lo[1],
                     (double)sum->box.hi[2] - (double)sum->box.lo[2]};
  double mean = dvec_length(sum->axis) / sum->intensity, spread = mean < 1.0 ? 1.0 + 2.57 * __builtin_sqrt(2.0 - 2.0 * mean) : 1.0;
  return sum->intensity * dvec_dot(diagonal, diagonal) * (spread < 4.0 ? spread : 4.0);
}

static double cosine_of_sum(double cos_a, double cos_b) {
  double sines = (1.0 - cos_a * cos_a) * (1.0 - cos_b * cos_b);
  return cos_a * cos_b - __builtin_sqrt(sines > 0.0 ? sines : 0.0);
}

/* A node's bounds from the items themselves: the axis from their sum, the cone from the one that is turned away most. */
static MlStatus bound_items(Builder *b, uint32_t first, uint32_t count, LightBounds *out) {
  Sum sum = sum_empty();
  float cos_emission = 1.0f;
  uint32_t two_sided = 0;
  for (uint32_t i = 0; i < count; i++) {
    const LightBounds *item = &b->bounds[b->order[first + i]];
    if (!work_goes_on(b->work, 2 * sizeof *item)) return work_status(b->work, b->error);
    sum_add(&sum, item);
    cos_emission = min_f(cos_emission, item->cos_emission);
    two_sided |= item->two_sided;
  }
  *out = (LightBounds){.cos_emission = cos_emission, .intensity = (float)sum.intensity, .two_sided = two_sided};
  for (int i = 0; i < 3; i++) out->lo[i] = sum.box.lo[i], out->hi[i] = sum.box.hi[i];
  MlVec3 axis = dvec_normalize(sum.axis);
  double least = dvec_is_zero(axis) ? -1.0 : 1.0;
  for (uint32_t i = 0; i < count && least > -1.0; i++) {
    const LightBounds *item = &b->bounds[b->order[first + i]];
    MlVec3 own = {(double)item->axis[0], (double)item->axis[1], (double)item->axis[2]};
    double cosine = dvec_dot(axis, own), cos_item = (double)item->cos_normal;
    if (two_sided) cosine = __builtin_fabs(cosine);
    if (cosine > 1.0) cosine = 1.0;
    // Both angles add up, to all directions at most
    cosine = cos_item + cosine <= 0.0 ? -1.0 : cosine_of_sum(cosine, cos_item);
    if (cosine < least) least = cosine;
  }
  if (least > -1.0 && count > 1) least -= 1e-6; /* the axis is rounded */
  out->cos_normal = least > -1.0 ? (float)least : -1.0f;
  vec3_store(out->axis, dvec_to_vec3(axis));
  return ML_OK;
}

static float middle_of(const LightBounds *b, int axis) { return 0.5f * b->lo[axis] + 0.5f * b->hi[axis]; }

typedef struct Split {
  int axis; /* -1: none */
  uint32_t bin;
  float lo, scale;
} Split;

static uint32_t bin_of(const Split *split, const LightBounds *b) {
  float x = clamp_f((middle_of(b, split->axis) - split->lo) * split->scale, 0.0f, (float)(BINS - 1));
  return (uint32_t)(int32_t)x;
}

/* The cheapest split between bins of the items' middles. Thin sides cost what they are thinner than the longest. */
static MlStatus choose_split(Builder *b, uint32_t first, uint32_t count, Split *best) {
  float lo[3] = {INFINITY_F, INFINITY_F, INFINITY_F}, hi[3] = {-INFINITY_F, -INFINITY_F, -INFINITY_F}, longest = 0.0f;
  for (uint32_t i = 0; i < count; i++)
    for (int axis = 0; axis < 3; axis++) {
      float x = middle_of(&b->bounds[b->order[first + i]], axis);
      lo[axis] = min_f(lo[axis], x), hi[axis] = max_f(hi[axis], x);
    }
  for (int axis = 0; axis < 3; axis++) longest = max_f(longest, hi[axis] - lo[axis]);
  *best = (Split){.axis = -1};
  double least = 0.0;
  for (int axis = 0; axis < 3; axis++) {
    float extent = hi[axis] - lo[axis];
    Split split = {.axis = axis, .lo = lo[axis], .scale = (float)BINS / extent};
    if (!(extent > 0.0f) || !(split.scale <= LARGEST_F)) continue;
    Sum bins[BINS], above[BINS], below = sum_empty();
    for (int i = 0; i < BINS; i++) bins[i] = sum_empty();
    for (uint32_t i = 0; i < count; i++) {
      const LightBounds *item = &b->bounds[b->order[first + i]];
      if (!work_goes_on(b->work, 2 * sizeof *item)) return work_status(b->work, b->error);
      sum_add(&bins[bin_of(&split, item)], item);
    }
    above[BINS - 1] = bins[BINS - 1];
    for (int i = BINS - 2; i > 0; i--) {
      above[i] = bins[i];
      sum_join(&above[i], &above[i + 1]);
    }
    for (uint32_t i = 1; i < BINS; i++) {
      sum_join(&below, &bins[i - 1]);
      if (below.count == 0 || above[i].count == 0) continue;
      double cost = (sum_cost(&below) + sum_cost(&above[i])) * (double)(longest / extent);
      if (best->axis >= 0 && !(cost < least)) continue;
      least = cost;
      split.bin = i;
      *best = split;
    }
  }
  return ML_OK;
}

/* The items of the first side to the front; returns how many they are. */
static uint32_t divide(Builder *b, const Split *split, uint32_t first, uint32_t count) {
  uint32_t low = first, high = first + count;
  while (low < high) {
    uint32_t item = b->order[low];
    if (bin_of(split, &b->bounds[item]) < split->bin) {
      low++;
    } else {
      b->order[low] = b->order[--high];
      b->order[high] = item;
    }
  }
  return low - first;
}

static MlStatus build_node(Builder *b, uint32_t first, uint32_t count, uint32_t depth) {
  LightForest *forest = b->forest;
  LightNode node;
  TRY(bound_items(b, first, count, &node.bounds));
  uint64_t at = forest->nodes.count, first_item = forest->trees.data[forest->trees.count - 1].first_item;
  if (count <= b->leaf_size) {
    node.next = LIGHT_LEAF | (count - 1) << 28 | first;
    for (uint32_t i = 0; i < count; i++) {
      uint32_t id = b->ids != NULL ? b->ids[b->order[first + i]] : b->order[first + i];
      forest->items.data[first_item + first + i] = id;
      forest->leaves.data[forest->trees.data[forest->trees.count - 1].first_leaf + id] = (uint32_t)(at - b->first_node);
    }
  }
  if (!array_push(b->memory, &forest->nodes, node)) return memory_error(b->memory, (at + 1) * sizeof node, "tree of the lights", b->error);
  if (count <= b->leaf_size) return ML_OK;

  Split split = {.axis = -1};
  if (depth < DEPTH_FREE) TRY(choose_split(b, first, count, &split));
  uint32_t half = split.axis >= 0 ? divide(b, &split, first, count) : count / 2;
  TRY(build_node(b, first, half, depth + 1));
  forest->nodes.data[at].next = (uint32_t)(forest->nodes.count - b->first_node);
  return build_node(b, first + half, count - half, depth + 1);
}

MlStatus light_tree_build(Memory *memory, LightForest *forest, const LightBounds *bounds, const uint32_t *ids, uint32_t count,
                          uint32_t id_count, uint32_t leaf_size, Work *work, MlError *error) {
  LightTree tree = {forest->nodes.count, forest->items.count, forest->leaves.count};
  size_t bytes = (size_t)count * sizeof(uint32_t);
  if (!array_push(memory, &forest->trees, tree) || !array_reserve(memory, &forest->items, count) ||
      !array_reserve(memory, &forest->leaves, id_count))
    return memory_error(memory, ((uint64_t)count + id_count) * sizeof(uint32_t), "tree of the lights", error);
  for (uint32_t i = 0; i < id_count; i++) forest->leaves.data[tree.first_leaf + i] = 0;
  forest->items.count += count;
  forest->leaves.count += id_count;
  if (count == 0) return ML_OK;
  uint32_t *order = memory_alloc(memory, bytes, 8);
  if (order == NULL) return memory_error(memory, bytes, "tree of the lights", error);
  for (uint32_t i = 0; i < count; i++) order[i] = i;
  Builder b = {memory, forest, bounds, ids, order, tree.first_node, leaf_size, work, error};
  MlStatus status = build_node(&b, 0, count, 0);
  memory_free(memory, order, bytes);
  return status;
}

void light_forest_free(Memory *memory, LightForest *forest) {
  array_free(memory, &forest->trees);
  array_free(memory, &forest->nodes);
  array_free(memory, &forest->items);
  array_free(memory, &forest->leaves);
}
