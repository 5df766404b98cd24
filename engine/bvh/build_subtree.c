/* build_subtree.c - the binary tree of one subtree by one thread, depth first, in memory that stays in its cache; what is kept is its plan. */
#include "bvh/build_split.h"

#define LEAF_GAIN 0.7f /* what fits a leaf is split when it costs less than so much of it: full blocks are worth something */

typedef struct Grower {
  BvhPlan *plan;
  BuildWorker *worker;
  Work *work;
  Bins bins;
} Grower;

static bool add_node(Grower *g, uint32_t *index) {
  BuildWorker *w = g->worker;
  if (w->count == w->capacity) {
    const uint32_t capacity = w->capacity < 64 ? 64 : 2 * w->capacity;
    BinaryNode *nodes = memory_realloc(g->plan->how.memory, w->nodes, w->capacity * sizeof *nodes, capacity * sizeof *nodes, 16);
    if (nodes == NULL) {
      atomic_store_explicit(&g->plan->no_memory, true, memory_order_relaxed);
      return false;
    }
    w->nodes = nodes;
    w->capacity = capacity;
  }
  *index = w->count++;
  return true;
}

/* Cuts a range in the middle, for want of anything to tell its references apart by, or of depth. */
static void halve(const Ref *refs, const Range *range, Range side[2]) {
  side[0].count = range->count / 2;
  for (uint32_t i = 0; i < range->count; i++) {
    const Ref *ref = &refs[range->first + i];
    Range *to = &side[i >= side[0].count];
    const Four centre = ref->lo + ref->hi;
    box_add(&to->box, ref->lo, ref->hi);
    box_add(&to->centres, centre, centre);
  }
}

/* Parts a range in two; false: it is a leaf. */
static bool part(Grower *g, const Range *range, Range side[2]) {
  const BuildRules *rules = &g->plan->rules;
  Ref *refs = g->plan->refs + range->first;
  const bool fits = range->count <= 1u << rules->leaf_shift;
  if (range->count == 1 || (fits && !rules->split_leaves)) return false;
  for (int i = 0; i < 2; i++)
    side[i] = (Range){.box = box_empty(), .centres = box_empty(), .first = range->first, .depth = range->depth + 1};
  Split split = {.cost = INFINITY_F};
  const Binning binning = binning_of(rules, range);
  if (depth_allows(range)) {
    bins_fill(&g->bins, &binning, refs, range->count);
    split = bins_best(&g->bins, &binning, rules);
  }
  if (fits && !(split.cost < LEAF_GAIN * box_half_area(range->box.lo, range->box.hi))) return false;
  if (split.cost < INFINITY_F) {
    Box boxes[2], centres[2] = {box_empty(), box_empty()};
    bins_sides(&g->bins, &binning, &split, boxes);
    side[0].count = split_references(refs, range->count, &binning, &split, centres);
    for (int i = 0; i < 2; i++) side[i].box = boxes[i], side[i].centres = centres[i];
  } else {
    halve(g->plan->refs, range, side);
  }
  side[1].first += side[0].count;
  side[1].count = range->count - side[0].count;
  return true;
}

/* The nodes of a range, parents before children, at most BVH_MAX_DEPTH deep. */
static bool grow(Grower *g, const Range *range) {
  uint32_t index;
  Range side[2];
  if (!work_goes_on(g->work, range->count * 4 * sizeof(Ref)) || !add_node(g, &index)) return false;
  const float half_area = box_half_area(range->box.lo, range->box.hi);
  const bool inner = part(g, range, side);
  g->worker->nodes[index] = (BinaryNode){.box = range->box, .count = range->count, .choices = range->count << 24};
  if (!inner) {
    g->worker->nodes[index].costs = build_leaf_costs(half_area);
    return true;
  }
  if (!grow(g, &side[0])) return false;
  const uint32_t second = g->worker->count - index;
  if (!grow(g, &side[1])) return false;
  BinaryNode *node = &g->worker->nodes[index];
  node->second = second;
  node->choices = build_choices(&g->plan->rules, half_area, range->count, &node[1].costs, &node[second].costs, &node->costs);
  return true;
}

bool build_subtree(BvhPlan *plan, BuildWorker *worker, Subtree *subtree, Work *work) {
  Grower g;
  g.plan = plan;
  g.worker = worker;
  g.work = work;
  worker->count = 0;
  if (!grow(&g, &subtree->range)) return false;
  bool in_order = false;
  if (plan->rules.passes != 0 && !build_reinsert(plan, worker, subtree, work, &in_order)) return false;
  subtree->plan = memory_alloc(plan->how.memory, worker->count * sizeof *subtree->plan, _Alignof(PlanNode));
  if (subtree->plan == NULL) {
    atomic_store_explicit(&plan->no_memory, true, memory_order_relaxed);
    return false;
  }
  subtree->plan_count = worker->count;
  for (uint32_t i = 0; i < worker->count; i++) subtree->plan[i] = (PlanNode){worker->nodes[i].choices, worker->nodes[i].second};
  subtree->costs = worker->nodes[0].costs;
  const Range *range = &subtree->range;
  for (uint32_t i = range->first; !in_order && i < range->first + range->count; i++) plan->ids[i] = ref_id(&plan->refs[i]);
  return true;
}

void build_workers_free(BvhPlan *plan) {
  const uint32_t count = plan->workers != NULL ? parallel_workers(plan->how.parallel) : 0;
  for (uint32_t i = 0; i < count; i++)
    memory_free(plan->how.memory, plan->workers[i].nodes, plan->workers[i].capacity * sizeof *plan->workers[i].nodes);
  memory_free(plan->how.memory, plan->workers, count * sizeof *plan->workers);
  plan->workers = NULL;
}
