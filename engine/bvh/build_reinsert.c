/* build_reinsert.c - nodes of a binary tree are taken out and put back where the tree's sum of areas grows least (Meister & Bittner 2018,
 * "Parallel Reinsertion for Bounding Volume Hierarchy Optimization", with their search; here one move after the other, within a subtree). The
 * largest nodes come first. What leaves hold stays together. */
#include <string.h>

#include "base/sort.h"
#include "bvh/build.h"
#include "math/ieee.h"

enum {
  STACK = 256, /* of the search; what does not fit is not looked at */
  NONE = 0xffffffffu,
};

typedef struct Knot {
  Box box;
  float area;
  uint32_t parent, child[2]; /* child[0] NONE: a leaf */
  uint32_t first, count;     /* a leaf's references */
} Knot;

/* A knot by its area, in a form in which larger areas have smaller keys: areas are not negative, so their bits are in order. */
typedef struct Ranked {
  uint32_t key, knot;
} Ranked;

typedef struct Reinsertion {
  BvhPlan *plan;
  BuildWorker *worker;
  Work *work;
  Knot *knots;   /* [0] is the root */
  Ranked *order; /* twice as many as knots */
  uint32_t count, written;
  uint32_t *ids; /* the next to be written */
} Reinsertion;

static uint32_t sibling_of(const Knot *knots, uint32_t knot) {
  const Knot *parent = &knots[knots[knot].parent];
  return parent->child[parent->child[0] == knot];
}

static float union_area(const Box *a, const Box *b) { return box_half_area(four_min(a->lo, b->lo), four_max(a->hi, b->hi)); }

/* Where knot `from`, whose parent is not the root, is best put beside; NONE: it stays. */
static uint32_t find_place(Reinsertion *r, uint32_t from) {
  const Knot *knots = r->knots, *moved = &knots[from];
  struct {
    float gain;
    uint32_t knot;
  } stack[STACK];
  const uint32_t parent = moved->parent, beside = sibling_of(knots, from);
  uint32_t best = NONE, pivot = parent, visited = 0;
  float best_gain = 0.0f, gain = knots[parent].area; // area saved so far on the way to the place
  Box around = knots[beside].box;                    // what the pivot is without the knot
  uint32_t start = beside;
  for (;;) {
    uint32_t top = 1;
    stack[0].gain = gain, stack[0].knot = start;
    while (top != 0) {
      const float limit = stack[--top].gain;
      const uint32_t at = stack[top].knot;
      visited++;
      if (limit - moved->area <= best_gain) continue;
      const float here = limit - union_area(&knots[at].box, &moved->box);
      if (here > best_gain && at != beside) best_gain = here, best = at;
      if (knots[at].child[0] == NONE || top + 2 > STACK) continue;
      for (int k = 0; k < 2; k++) stack[top].gain = here + knots[at].area, stack[top++].knot = knots[at].child[k];
    }
    if (pivot != parent) {
      box_add_box(&around, &knots[start].box);
      gain += knots[pivot].area - box_half_area(around.lo, around.hi);
    }
    if (pivot == 0) break;
    start = sibling_of(knots, pivot);
    pivot = knots[pivot].parent;
  }
  return work_goes_on(r->work, visited * sizeof(Knot)) ? best : NONE;
}

static void refit(Knot *knots, uint32_t knot) {
  for (;; knot = knots[knot].parent) {
    const Knot *a = &knots[knots[knot].child[0]], *b = &knots[knots[knot].child[1]];
    knots[knot].box = (Box){four_min(a->box.lo, b->box.lo), four_max(a->box.hi, b->box.hi)};
    knots[knot].area = box_half_area(knots[knot].box.lo, knots[knot].box.hi);
    if (knot == 0) return;
  }
}

static void replace_child(Knot *knots, uint32_t parent, uint32_t old, uint32_t fresh) {
  knots[parent].child[knots[parent].child[1] == old] = fresh;
  knots[fresh].parent = parent;
}

/* `from` leaves its parent, which becomes that of `from` and `to`. */
static void move(Knot *knots, uint32_t from, uint32_t to) {
  const uint32_t parent = knots[from].parent, above = knots[parent].parent, beside = sibling_of(knots, from);
  replace_child(knots, above, parent, beside);
  refit(knots, above);
  replace_child(knots, knots[to].parent, to, parent);
  knots[parent].child[0] = to;
  knots[parent].child[1] = from;
  knots[to].parent = parent;
  refit(knots, parent);
}

static bool larger(const void *a, const void *b, void *ud) {
  (void)ud;
  return ((const Ranked *)a)->key < ((const Ranked *)b)->key;
}

/* The knots, the largest first, equal ones as they are numbered. By three digits, which neither compares nor looks at knots in disorder: that was
 * a fifth of building a large tree. */
static const Ranked *rank(const Reinsertion *r) {
  enum { DIGITS = 3, BITS = 11, VALUES = 1 << BITS, FEW = 4096 };
  Ranked *from = r->order, *to = r->order + r->count;
  for (uint32_t i = 0; i < r->count; i++) from[i] = (Ranked){~float_bits(r->knots[i].area), i};
  if (r->count < FEW) {
    sort_stable(from, r->count, sizeof *from, to, larger, NULL);
    return from;
  }
  uint32_t places[DIGITS][VALUES];
  memset(places, 0, sizeof places);
  for (uint32_t i = 0; i < r->count; i++)
    for (uint32_t d = 0; d < DIGITS; d++) places[d][from[i].key >> BITS * d & (VALUES - 1)]++;
  for (uint32_t d = 0; d < DIGITS; d++) {
    uint32_t before = 0;
    for (uint32_t v = 0; v < VALUES; v++) {
      const uint32_t here = places[d][v];
      places[d][v] = before;
      before += here;
    }
    for (uint32_t i = 0; i < r->count; i++) to[places[d][from[i].key >> BITS * d & (VALUES - 1)]++] = from[i];
    Ranked *swap = from;
    from = to, to = swap;
  }
  return from;
}

static void load(Reinsertion *r, const Subtree *subtree) {
  uint32_t first = subtree->range.first;
  r->knots[0].parent = NONE;
  for (uint32_t i = 0; i < r->count; i++) {
    const BinaryNode *node = &r->worker->nodes[i];
    Knot *knot = &r->knots[i];
    knot->box = node->box;
    knot->area = box_half_area(node->box.lo, node->box.hi);
    knot->first = first;
    knot->count = node->count;
    knot->child[0] = knot->child[1] = NONE;
    if (node->second == 0) {
      first += node->count;
      continue;
    }
    knot->child[0] = i + 1;
    knot->child[1] = i + node->second;
    r->knots[i + 1].parent = r->knots[i + node->second].parent = i;
  }
}

/* Whether no leaf lies deeper than nodes may. */
static bool shallow(const Reinsertion *r, uint32_t depth) {
  for (uint32_t i = 0; i < r->count; i++) {
    uint32_t levels = depth;
    for (uint32_t at = i; at != 0 && r->knots[i].child[0] == NONE; at = r->knots[at].parent)
      if (++levels >= BVH_MAX_DEPTH) return false;
  }
  return true;
}

/* A knot and all below it, in order; returns how many references. */
static uint32_t store(Reinsertion *r, uint32_t at) {
  const Knot *knot = &r->knots[at];
  const uint32_t index = r->written++;
  BinaryNode *node = &r->worker->nodes[index];
  *node = (BinaryNode){.box = knot->box, .count = knot->count};
  if (knot->child[0] == NONE) {
    node->choices = knot->count << 24;
    node->costs = build_leaf_costs(knot->area);
    for (uint32_t i = 0; i < knot->count; i++) *r->ids++ = ref_id(&r->plan->refs[knot->first + i]);
    return knot->count;
  }
  node->count = store(r, knot->child[0]);
  node->second = r->written - index;
  node->count += store(r, knot->child[1]);
  node->choices = build_choices(&r->plan->rules, knot->area, node->count, &node[1].costs, &node[node->second].costs, &node->costs);
  return node->count;
}

static bool reinsert(Reinsertion *r, const Subtree *subtree, bool *done) {
  const BuildRules *rules = &r->plan->rules;
  load(r, subtree);
  for (uint32_t pass = 0; pass < rules->passes; pass++) {
    const Ranked *order = rank(r);
    for (uint32_t i = 0; i < r->count / rules->share; i++) {
      const uint32_t from = order[i].knot;
      if (from == 0 || r->knots[from].parent == 0) continue;
      const uint32_t to = find_place(r, from);
      if (!work_goes_on(r->work, 0)) return false;
      if (to != NONE && to != r->knots[from].parent) move(r->knots, from, to);
    }
  }
  if (!shallow(r, subtree->range.depth)) return true;
  r->ids = r->plan->ids + subtree->range.first;
  (void)store(r, 0);
  *done = true;
  return true;
}

bool build_reinsert(BvhPlan *plan, BuildWorker *worker, const Subtree *subtree, Work *work, bool *done) {
  *done = false;
  Reinsertion r = {.plan = plan, .worker = worker, .work = work, .count = worker->count};
  if (r.count < 4) return true;
  const size_t knots = r.count * sizeof *r.knots, order = 2 * (size_t)r.count * sizeof *r.order;
  r.knots = memory_alloc(plan->how.memory, knots, 16);
  r.order = memory_alloc(plan->how.memory, order, 4);
  bool ok = r.knots != NULL && r.order != NULL;
  if (!ok) atomic_store_explicit(&plan->no_memory, true, memory_order_relaxed);
  ok = ok && reinsert(&r, subtree, done);
  memory_free(plan->how.memory, r.knots, knots);
  memory_free(plan->how.memory, r.order, order);
  return ok;
}
