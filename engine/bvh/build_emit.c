/* build_emit.c - from plans to nodes and blocks, from the leaves upwards. The slots of a node are ordered for rays that look for any hit: the
 * most probable hit per cost first, where a ray that has passed a box hits something in it with a probability of the surfaces' area over half the box's,
 * at most 1 (the ratio of mean projections). */
#include "bvh/build.h"
#include "shape/intersect.h"

/* Where a part of the tree is written: everything goes on from here. */
typedef struct Emitter {
  const BvhPlan *plan;
  Bvh *out;
  Work *work;
  const uint32_t *ids;
  uint32_t node, block;
} Emitter;

/* ---- boxes and areas of what is in the tree */

static inline Four load_point(const float *p) { return (Four){p[0], p[1], p[2], 1.0f}; }

/* triangle_bounds, bit for bit. */
static Box triangle_box(const float *a, const float *b, const float *c) {
  const Four p = load_point(a), q = load_point(b), r = load_point(c);
  const Four lo = four_min(four_min(p, q), r), hi = four_max(four_max(p, q), r), e = hi - lo;
  const float extent = max_f(e[2], max_f(e[1], max_f(e[0], 0.0f)));
  const Four pad = four_all(16.0f * EPSILON_F * extent);
  const FourInt magnitude = {0x7fffffff, 0x7fffffff, 0x7fffffff, 0x7fffffff};
  Four side[2] = {lo - pad, hi + pad};
  for (int k = 0; k < 2; k++) { // next_down_f, next_up_f
    const Four end = four_all(k == 0 ? -INFINITY_F : INFINITY_F);
    const FourInt bits = (FourInt)side[k], sign = bits >> 31;
    const FourInt order = (((bits & magnitude) ^ sign) - sign) + (k == 0 ? -1 : 1), below = order >> 31;
    const FourInt moved = ((order ^ below) - below) | (below & ~magnitude), stays = side[k] == end;
    side[k] = (Four)((moved & ~stays) | (bits & stays));
  }
  return (Box){side[0], side[1]};
}

static inline const float *corner_of(const BvhInput *input, uint32_t triangle, uint32_t corner) {
  return input->points + 3 * (size_t)input->triangles[3 * (size_t)triangle + corner];
}

Box build_box_of(const BvhInput *input, uint32_t index) {
  if (input->triangles != NULL) return triangle_box(corner_of(input, index, 0), corner_of(input, index, 1), corner_of(input, index, 2));
  const Aabb box = input->box(input->ud, index);
  return (Box){load_point(box.lo), load_point(box.hi)};
}

static float triangle_area(const BvhInput *input, uint32_t triangle, float scale) {
  const Vec3 a = vec3_load(corner_of(input, triangle, 0)), b = vec3_load(corner_of(input, triangle, 1)),
             c = vec3_load(corner_of(input, triangle, 2));
  return 0.5f * length(cross((b - a) * scale, (c - a) * scale));
}

static float scaled_half_area(const Emitter *e, const Box *box) {
  return box_half_area(box->lo * e->plan->scale, box->hi * e->plan->scale);
}

/* ---- leaves */

static Slot emit_item(Emitter *e) {
  const BvhInput *input = &e->plan->input;
  const uint32_t index = *e->ids++;
  Slot slot = {.box = build_box_of(input, index), .cost = BUILD_BLOCK_COST};
  slot.area = 0.5f * scaled_half_area(e, &slot.box); // as of a ball or less
  slot.child = BVH_LEAF | (input->ids != NULL ? input->ids[index] : index);
  return slot;
}

static Slot emit_block(Emitter *e, uint32_t count) {
  const uint32_t width = e->out->width;
  float *corner = (float *)((char *)e->out->blocks + e->block * bvh_block_size(e->out));
  uint32_t *ids = (uint32_t *)(corner + 9 * width);
  Slot slot = {.box = box_empty(), .cost = BUILD_BLOCK_COST, .child = BVH_LEAF | e->block++};
  for (uint32_t k = 0; k < width; k++) {
    if (k >= count) {
      for (uint32_t i = 0; i < 9; i++) corner[i * width + k] = bits_float(0x7fc00000u);
      ids[k] = NO_ID;
      continue;
    }
    const uint32_t id = *e->ids++;
    for (uint32_t i = 0; i < 3; i++) {
      const float *point = corner_of(&e->plan->input, id, i);
      for (uint32_t axis = 0; axis < 3; axis++) corner[(3 * i + axis) * width + k] = point[axis];
    }
    ids[k] = id;
    const Box box = build_box_of(&e->plan->input, id);
    box_add_box(&slot.box, &box);
    slot.area += triangle_area(&e->plan->input, id, e->plan->scale);
  }
  return slot;
}

/* ---- nodes */

static float hit_per_cost(const Emitter *e, const Slot *slot) {
  const float half_area = scaled_half_area(e, &slot->box);
  return (slot->area < half_area ? slot->area / half_area : 1.0f) / slot->cost;
}

/* A node of these slots, which are put in order; what it is to the node above. */
static Slot write_node(Emitter *e, uint32_t index, Slot *slots, uint32_t count) {
  const uint32_t width = e->out->width;
  float *planes = (float *)((char *)e->out->nodes + index * bvh_node_size(e->out));
  uint32_t *child = (uint32_t *)(planes + 6 * width);
  memset(planes, 0, bvh_node_size(e->out));
  Slot all = {.box = box_empty(), .child = index};
  float rank[BUILD_WIDTH_MOST], cost = 0.0f;
  uint32_t order[BUILD_WIDTH_MOST];
  for (uint32_t k = 0; k < count; k++) {
    rank[k] = hit_per_cost(e, &slots[k]);
    cost += slots[k].cost * scaled_half_area(e, &slots[k].box);
    all.area += slots[k].area;
    box_add_box(&all.box, &slots[k].box);
    uint32_t at = k;
    for (; at > 0 && rank[order[at - 1]] < rank[k]; at--) order[at] = order[at - 1];
    order[at] = k;
  }
  const float half_area = scaled_half_area(e, &all.box);
  all.cost = BUILD_NODE_COST + (half_area > 0.0f ? cost / half_area : (float)count);
  for (uint32_t k = 0; k < width; k++) {
    const Slot *slot = k < count ? &slots[order[k]] : NULL;
    for (uint32_t i = 0; i < 3; i++) {
      planes[i * width + k] = slot != NULL ? slot->box.lo[i] : INFINITY_F;
      planes[(3 + i) * width + k] = slot != NULL ? slot->box.hi[i] : -INFINITY_F;
    }
    child[k] = slot != NULL ? slot->child : BVH_EMPTY;
  }
  return all;
}

/* Fills up to `slots` slots with a subtree; returns how many. */
static uint32_t emit_forest(Emitter *e, const PlanNode *node, uint32_t slots, Slot *out) {
  slots = node->second != 0 ? plan_slots(node->choices, slots) : 1;
  const uint32_t share = node->second != 0 ? plan_choice(node->choices, slots) : 0;
  if (share == 0) {
    (void)work_goes_on(e->work, bvh_block_size(e->out));
    *out = e->plan->rules.leaf_shift != 0 ? emit_block(e, plan_leaf_count(node->choices)) : emit_item(e);
    return 1;
  }
  if (slots > 1) {
    const uint32_t count = emit_forest(e, node + 1, share, out);
    return count + emit_forest(e, node + node->second, slots - share, out + count);
  }
  if (!work_goes_on(e->work, bvh_node_size(e->out))) {
    *out = (Slot){.cost = 1.0f}; // whatever: nobody looks at it
    return 1;
  }
  const uint32_t index = e->node++;
  Slot inside[BUILD_WIDTH_MOST];
  uint32_t count = emit_forest(e, node + 1, share, inside);
  count += emit_forest(e, node + node->second, e->plan->rules.width - share, inside + count);
  *out = write_node(e, index, inside, count);
  return 1;
}

/* ---- the whole */

typedef struct Emission {
  BvhPlan *plan;
  Bvh *out;
} Emission;

static void emit_subtree(void *ud, uint32_t index, uint32_t worker, Work *work) {
  (void)worker;
  const Emission *all = ud;
  Subtree *subtree = &all->plan->subtrees.data[index];
  Emitter e = {.plan = all->plan,
               .out = all->out,
               .work = work,
               .ids = all->plan->ids + subtree->range.first,
               .node = subtree->first_node,
               .block = subtree->first_block};
  subtree->slot_count = emit_forest(&e, subtree->plan, subtree->slots, subtree->slot);
}

/* The same for what is above the subtrees. */
static uint32_t emit_top(Emitter *e, uint32_t child, uint32_t slots, Slot *out) {
  if (child & TOP_SUBTREE) {
    const Subtree *subtree = &e->plan->subtrees.data[child & ~TOP_SUBTREE];
    memcpy(out, subtree->slot, subtree->slot_count * sizeof *out);
    return subtree->slot_count;
  }
  const TopNode *node = &e->plan->top.data[child];
  slots = plan_slots(node->choices, slots);
  const uint32_t share = plan_choice(node->choices, slots);
  if (slots > 1) {
    const uint32_t count = emit_top(e, node->child[0], share, out);
    return count + emit_top(e, node->child[1], slots - share, out + count);
  }
  const uint32_t index = e->node++;
  Slot inside[BUILD_WIDTH_MOST];
  uint32_t count = emit_top(e, node->child[0], share, inside);
  count += emit_top(e, node->child[1], e->plan->rules.width - share, inside + count);
  *out = write_node(e, index, inside, count);
  return 1;
}

bool build_emit(BvhPlan *plan, Bvh *out) {
  Emission all = {plan, out};
  if (!parallel_run(plan->how.parallel, plan->how.work, (uint32_t)plan->subtrees.count, emit_subtree, &all)) return false;
  Emitter e = {.plan = plan, .out = out, .work = plan->how.work};
  Slot root[BUILD_WIDTH_MOST];
  const uint32_t count = emit_top(&e, plan->top.count != 0 ? 0 : TOP_SUBTREE, 1, root);
  if (root[0].child & BVH_LEAF) root[0] = write_node(&e, 0, root, count);
  for (int i = 0; i < 3; i++) out->bounds.lo[i] = root[0].box.lo[i], out->bounds.hi[i] = root[0].box.hi[i];
  return true;
}
