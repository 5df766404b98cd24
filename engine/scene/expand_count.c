/* expand_count.c - before anything is made: how often each node is in the scene, which groups become geometry that is instanced, and how
 * much it all comes to; a group in a group in a group can stand for more than fits anywhere. Counts saturate. */
#include "scene/expand.h"

#include "base/error.h"

enum { SMALL_GROUP = 4, LARGE_GROUP = 1 << 16 };

static uint64_t add_saturating(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

/* How often each node is in the scene: every user has a higher id than what it uses. */
static void count_uses(Expansion *e) {
  for (uint64_t i = 0; i < e->b->roots.count && work_goes_on(e->work, 64); i++) e->uses[e->b->roots.data[i] - 1]++;
  for (uint64_t i = e->node_count; i-- > 0 && work_goes_on(e->work, 64);) {
    const Node *node = &e->b->nodes.data[i];
    if (e->uses[i] == 0) continue;
    if (node->kind == NODE_PLACE) {
      uint64_t *uses = &e->uses[node->placement->child - 1];
      *uses = add_saturating(*uses, e->uses[i]);
    }
    for (uint64_t k = 0; node->kind == NODE_GROUP && k < node->group->count && work_goes_on(e->work, 64); k++) {
      uint64_t *uses = &e->uses[node->group->children[k] - 1];
      *uses = add_saturating(*uses, e->uses[i]);
    }
  }
}

/* What one use of a node comes to: within a material that does not emit, and within one that does. */
typedef struct ItemCount {
  uint64_t dark, lit;
} ItemCount;

/* A node's count, given what its content comes to: a material of its own is what encloses the content. */
static ItemCount count_within(const Expansion *e, const Node *node, ItemCount content) {
  if (node->material == 0) return content;
  uint64_t count = builder_material(e->b, node->material)->emits ? content.lit : content.dark;
  return (ItemCount){count, count};
}

/* Marks the groups that become geometry, and counts what the whole comes to (`items` by node). A large group around groups that are
 * geometry themselves is expanded into those instead of storing all of them again. */
static MlStatus choose_instances(Expansion *e, ItemCount *items) {
  for (uint64_t i = 0; i < e->node_count && work_goes_on(e->work, 64); i++) {
    const Node *node = &e->b->nodes.data[i];
    items[i] = (ItemCount){1, 1};
    if (node->kind == NODE_PLACE) items[i] = count_within(e, node, items[node->placement->child - 1]);
    if (node->kind != NODE_GROUP) continue;
    ItemCount sum = {0, 0};
    for (uint64_t k = 0; k < node->group->count && work_goes_on(e->work, 64); k++) {
      const ItemCount *child = &items[node->group->children[k] - 1];
      sum = (ItemCount){add_saturating(sum.dark, child->dark), add_saturating(sum.lit, child->lit)};
    }
    const uint32_t never = NODE_HAS_MESH | NODE_HAS_LIGHT | NODE_HAS_PLANE | NODE_EMITS;
    bool nested = node->leaves > sum.dark; /* there is geometry inside */
    e->instanced[i] =
      e->uses[i] >= 2 && node->leaves >= SMALL_GROUP && (node->traits & never) == 0 && !(nested && node->leaves > LARGE_GROUP);
    if (e->instanced[i]) {
      sum.dark = node->leaves > BVH_MAX_ITEMS ? node->leaves : 1;
      if ((node->traits & NODE_UNNAMED) == 0) sum.lit = sum.dark; /* else expand_group expands it there */
    }
    items[i] = count_within(e, node, sum);
  }
  uint64_t total = 0;
  for (uint64_t i = 0; i < e->b->roots.count && work_goes_on(e->work, 64); i++)
    total = add_saturating(total, items[e->b->roots.data[i] - 1].dark);
  TRY(work_status(e->work, e->error));
  if (total <= BVH_MAX_ITEMS) return ML_OK;
  return error_set(e->error, ML_ERROR_LIMIT, "scene: %llu shapes and instances, at most %u are possible", (unsigned long long)total,
                   BVH_MAX_ITEMS);
}

MlStatus expand_prepare(Expansion *e) {
  size_t count = (size_t)e->node_count, bytes = count * sizeof(uint64_t);
  e->uses = memory_alloc(e->memory, bytes, 8);
  e->instanced = memory_alloc(e->memory, count * sizeof *e->instanced, 8);
  e->geometries = memory_alloc(e->memory, count * sizeof *e->geometries, 8);
  ItemCount *items = memory_alloc(e->memory, count * sizeof *items, 8);
  MlStatus status = ML_OK;
  if (e->uses == NULL || e->instanced == NULL || e->geometries == NULL || items == NULL) {
    status = memory_error(e->memory, 40 * e->node_count, "nodes of the scene", e->error);
  } else if (work_zero(e->work, e->uses, bytes) && work_zero(e->work, e->instanced, count * sizeof *e->instanced) &&
             work_zero(e->work, (void *)e->geometries, count * sizeof *e->geometries)) {
    count_uses(e);
    status = choose_instances(e, items);
  }
  memory_free(e->memory, items, count * sizeof *items);
  return status != ML_OK ? status : work_status(e->work, e->error);
}
