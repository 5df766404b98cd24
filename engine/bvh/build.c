/* build.c - the course of a build: see build.h. */
#include "bvh/build.h"

static MlStatus no_memory(const Memory *memory, uint64_t bytes, MlError *error) {
  return memory_error(memory, bytes, "tree of boxes", error);
}

/* What a part that returned false was about. */
static MlStatus status_of(const BvhPlan *plan, uint64_t bytes, MlError *error) {
  if (atomic_load(&plan->no_memory)) return no_memory(plan->how.memory, bytes, error);
  return work_status(plan->how.work, error);
}

static BuildRules rules_of(const BvhBuild *how, const BvhInput *input) {
  BuildRules rules = {.width = how->width == 8 ? 8 : 4, .bins_most = how->quality == BVH_FAST ? 16 : BUILD_BINS};
  if (input->triangles != NULL) rules.leaf_shift = rules.width == 8 ? 3 : 2;
  rules.split_leaves = how->quality != BVH_FAST;
  rules.passes = how->quality == BVH_HIGH ? 4 : how->quality == BVH_FAST ? 0 : 1;
  rules.share = how->quality == BVH_HIGH ? 1 : 8;
  return rules;
}

static MlStatus make_plan(BvhPlan *plan, MlError *error) {
  Memory *memory = plan->how.memory;
  const size_t ref_bytes = plan->count * sizeof(Ref);
  plan->refs = memory_alloc(memory, ref_bytes, 64);
  plan->ids = memory_alloc(memory, plan->count * sizeof *plan->ids, 64);
  if (plan->refs == NULL || plan->ids == NULL) return no_memory(memory, ref_bytes, error);
  Range root;
  if (!build_references(plan, &root) || !build_top(plan, &root)) return status_of(plan, ref_bytes, error);
  memory_free(memory, plan->refs, ref_bytes);
  plan->refs = NULL;
  return build_layout(plan) ? ML_OK : status_of(plan, 0, error);
}

/* Of the time that a build takes, about: the plan, without writing nodes and blocks. */
#define SHARE_OF_PLAN 0.85

MlStatus bvh_plan(const BvhBuild *how, const BvhInput *input, BvhPlan **out, MlError *error) {
  *out = NULL;
  if (input->count > BVH_MAX_ITEMS)
    return error_set(error, ML_ERROR_LIMIT, "scene: %llu items in one tree, at most %u are possible", (unsigned long long)input->count,
                     BVH_MAX_ITEMS);
  BvhPlan *plan = memory_alloc_zero(how->memory, sizeof *plan, 64);
  if (plan == NULL) return no_memory(how->memory, sizeof *plan, error);
  plan->how = *how;
  plan->input = *input;
  plan->rules = rules_of(how, input);
  plan->count = (uint32_t)input->count;
  plan->bvh = (Bvh){.width = plan->rules.width, .bounds = aabb_empty()};
  const WorkPart before = work_part_begins(how->work, 0, SHARE_OF_PLAN);
  const MlStatus status = plan->count != 0 ? make_plan(plan, error) : ML_OK;
  work_part_ends(how->work, before);
  if (status == ML_OK) *out = plan;
  else bvh_plan_free(plan);
  return status;
}

Bvh bvh_plan_sizes(const BvhPlan *plan) { return plan->bvh; }

MlStatus bvh_emit(BvhPlan *plan, Bvh *out, MlError *error) {
  out->width = plan->bvh.width;
  out->node_count = plan->bvh.node_count;
  out->block_count = plan->bvh.block_count;
  out->bounds = plan->bvh.bounds;
  const WorkPart before = work_part_begins(plan->how.work, SHARE_OF_PLAN, 1);
  const bool whole = plan->count == 0 || build_emit(plan, out);
  work_part_ends(plan->how.work, before);
  return whole ? ML_OK : status_of(plan, 0, error);
}

void bvh_plan_free(BvhPlan *plan) {
  if (plan == NULL) return;
  Memory *memory = plan->how.memory;
  for (uint64_t i = 0; i < plan->subtrees.count; i++)
    memory_free(memory, plan->subtrees.data[i].plan, plan->subtrees.data[i].plan_count * sizeof(PlanNode));
  array_free(memory, &plan->subtrees);
  array_free(memory, &plan->top);
  memory_free(memory, plan->refs, plan->count * sizeof(Ref));
  memory_free(memory, plan->ids, plan->count * sizeof *plan->ids);
  memory_free(memory, plan, sizeof *plan);
}

/* ---- in one step */

static MlStatus build(const BvhBuild *how, const BvhInput *input, Bvh *out, MlError *error) {
  *out = (Bvh){.width = how->width == 8 ? 8 : 4, .bounds = aabb_empty()};
  BvhPlan *plan;
  TRY(bvh_plan(how, input, &plan, error));
  *out = bvh_plan_sizes(plan);
  out->node_capacity = out->node_count;
  out->block_capacity = out->block_count;
  const size_t nodes = (size_t)(out->node_count * bvh_node_size(out)), blocks = (size_t)(out->block_count * bvh_block_size(out));
  out->nodes = nodes != 0 ? memory_alloc(how->memory, nodes, 64) : NULL;
  out->blocks = blocks != 0 ? memory_alloc(how->memory, blocks, 64) : NULL;
  const bool room = (nodes == 0 || out->nodes != NULL) && (blocks == 0 || out->blocks != NULL);
  const MlStatus status = room ? bvh_emit(plan, out, error) : no_memory(how->memory, nodes + blocks, error);
  bvh_plan_free(plan);
  if (status != ML_OK) bvh_free(how->memory, out);
  return status;
}

static Aabb box_in_array(const void *ud, uint32_t index) { return ((const Aabb *)ud)[index]; }

/* bounds are those of the items as they are numbered here, ids what the leaves call them. */
MlStatus bvh_build(const BvhBuild *how, const Aabb *bounds, const uint32_t *ids, uint64_t count, Bvh *out, MlError *error) {
  return build(how, &(BvhInput){.count = count, .box = box_in_array, .ud = bounds, .ids = ids}, out, error);
}

MlStatus bvh_build_mesh(const BvhBuild *how, const float *points, const uint32_t *triangles, uint64_t count, Bvh *out, MlError *error) {
  return build(how, &(BvhInput){.count = count, .points = points, .triangles = triangles}, out, error);
}

void bvh_free(Memory *memory, Bvh *bvh) {
  memory_free(memory, bvh->nodes, (size_t)(bvh->node_capacity * bvh_node_size(bvh)));
  memory_free(memory, bvh->blocks, (size_t)(bvh->block_capacity * bvh_block_size(bvh)));
  *bvh = (Bvh){.width = bvh->width, .bounds = aabb_empty()};
}
