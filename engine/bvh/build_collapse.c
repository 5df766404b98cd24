/* build_collapse.c - from binary nodes to wide ones at the least cost, by dynamic programming (Pinto 2010, "Adaptive Collapsing on Bounding
 * Volume Hierarchies"; Ylitie, Karras & Laine 2017, section 3.1): for every binary node, the cheapest way to represent it by 1, 2 ... width - 1
 * slots of a node above. One slot holds a leaf or a node; more are shared out between the two children. */
#include "bvh/build.h"

PlanCosts build_leaf_costs(float half_area) {
  PlanCosts costs;
  for (int i = 0; i < BUILD_WIDTH_MOST; i++) costs.of[i] = half_area * BUILD_BLOCK_COST;
  return costs;
}

uint32_t build_choices(const BuildRules *rules, float half_area, uint32_t count, const PlanCosts *first, const PlanCosts *second,
                       PlanCosts *costs) {
  const uint32_t width = rules->width;
  float of[BUILD_WIDTH_MOST + 1];
  uint32_t share[BUILD_WIDTH_MOST + 1];
  for (uint32_t slots = 2; slots <= width; slots++) {
    of[slots] = INFINITY_F;
    share[slots] = 1;
    for (uint32_t k = 1; k < slots; k++) {
      float cost = first->of[k] + second->of[slots - k];
      if (cost < of[slots]) of[slots] = cost, share[slots] = k;
    }
  }
  of[1] = half_area * BUILD_NODE_COST + of[width];
  share[1] = share[width];
  uint32_t leaf = count <= 1u << rules->leaf_shift ? count : 0;
  if (leaf != 0 && half_area * BUILD_BLOCK_COST <= of[1]) of[1] = half_area * BUILD_BLOCK_COST, share[1] = 0;
  uint32_t choices = share[1] | leaf << 24;
  for (uint32_t slots = 2; slots < width; slots++) {
    if (of[slots] < of[slots - 1]) choices |= share[slots] << (3 * (slots - 1));
    else of[slots] = of[slots - 1];
  }
  costs->of[0] = 0.0f;
  for (uint32_t slots = 1; slots < width; slots++) costs->of[slots] = of[slots];
  for (uint32_t slots = width; slots < BUILD_WIDTH_MOST; slots++) costs->of[slots] = 0.0f;
  return choices;
}

/* ---- what plans come to */

typedef struct Sizes {
  uint32_t nodes, leaves;
} Sizes;

static void add_forest(const BuildRules *rules, const PlanNode *node, uint32_t slots, Sizes *sizes) {
  slots = node->second != 0 ? plan_slots(node->choices, slots) : 1;
  const uint32_t share = node->second != 0 ? plan_choice(node->choices, slots) : 0;
  if (share == 0) {
    sizes->leaves++;
    return;
  }
  if (slots == 1) {
    sizes->nodes++;
    slots = rules->width;
  }
  add_forest(rules, node + 1, share, sizes);
  add_forest(rules, node + node->second, slots - share, sizes);
}

static void size_subtree(void *ud, uint32_t index, uint32_t worker, Work *work) {
  (void)worker;
  BvhPlan *plan = ud;
  Subtree *subtree = &plan->subtrees.data[index];
  if (!work_goes_on(work, subtree->plan_count * 2 * sizeof(PlanNode))) return;
  Sizes sizes = {0, 0};
  add_forest(&plan->rules, subtree->plan, subtree->slots, &sizes);
  subtree->nodes = sizes.nodes;
  subtree->blocks = plan->rules.leaf_shift != 0 ? sizes.leaves : 0;
}

/* Slots for the subtrees in a top node's forest; counts its nodes. */
static void share_slots(BvhPlan *plan, uint32_t child, uint32_t slots) {
  if (child & TOP_SUBTREE) {
    plan->subtrees.data[child & ~TOP_SUBTREE].slots = slots;
    return;
  }
  const TopNode *node = &plan->top.data[child];
  slots = plan_slots(node->choices, slots);
  const uint32_t share = plan_choice(node->choices, slots);
  if (slots == 1) {
    plan->top_nodes++;
    slots = plan->rules.width;
  }
  share_slots(plan, node->child[0], share);
  share_slots(plan, node->child[1], slots - share);
}

static const PlanCosts *costs_of(const BvhPlan *plan, uint32_t child) {
  return child & TOP_SUBTREE ? &plan->subtrees.data[child & ~TOP_SUBTREE].costs : &plan->top.data[child].costs;
}

/* Subtrees lie in the order of the tree. */
static void place_subtrees(BvhPlan *plan, uint32_t child) {
  if ((child & TOP_SUBTREE) == 0) {
    place_subtrees(plan, plan->top.data[child].child[0]);
    place_subtrees(plan, plan->top.data[child].child[1]);
    return;
  }
  Subtree *subtree = &plan->subtrees.data[child & ~TOP_SUBTREE];
  subtree->first_node = (uint32_t)plan->bvh.node_count;
  subtree->first_block = (uint32_t)plan->bvh.block_count;
  plan->bvh.node_count += subtree->nodes;
  plan->bvh.block_count += subtree->blocks;
}

bool build_layout(BvhPlan *plan) {
  const uint32_t root = plan->top.count != 0 ? 0 : TOP_SUBTREE;
  for (uint64_t i = plan->top.count; i-- > 0;) { // children come after their parents
    TopNode *node = &plan->top.data[i];
    node->choices = build_choices(&plan->rules, box_half_area(node->box.lo, node->box.hi), UINT32_MAX, costs_of(plan, node->child[0]),
                                  costs_of(plan, node->child[1]), &node->costs);
  }
  plan->top_nodes = 0;
  share_slots(plan, root, 1);
  if (!parallel_run(plan->how.parallel, plan->how.work, (uint32_t)plan->subtrees.count, size_subtree, plan)) return false;
  // A single leaf still has a node above it
  if (root != 0 && plan->subtrees.data[0].nodes == 0) plan->top_nodes = 1;
  plan->bvh.node_count = plan->top_nodes;
  plan->bvh.block_count = 0;
  place_subtrees(plan, root);
  return true;
}
