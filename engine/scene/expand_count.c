/* expand_count.c - before anything is made: how often each node is in the scene, which groups become geometry that is instanced, and how
 * much it all comes to; a group in a group in a group can stand for more than fits anywhere. Counts saturate. */
#include "scene/expand.h"

#include "base/error.h"

enum { SMALL_GROUP = 4, LARGE_GROUP = 1 << 16 };

uint64_t expand_effort(const Node *node) {
  enum { CELLS = 300000 }; /* of a solid that is a program */
  if (node->kind == NODE_MESH && node->mesh->geometry == NULL) return node->mesh->mesh.triangle_count;
  if (node->kind == NODE_HAIR) return node->hair->strands.segment_count;
  if (node->kind == NODE_ARRAY) return node->array->count;
  return node->kind == NODE_SDF ? CELLS : 0;
}

/* How often each node is in the scene: every user has a higher id than what it uses. */
static void count_uses(Expansion *e) {
  for (uint64_t i = 0; i < e->b->roots.count && work_goes_on(e->work, 64); i++) e->uses[e->b->roots.data[i] - 1]++;
  for (uint64_t i = e->node_count; i-- > 0 && work_goes_on(e->work, 64);) {
    const Node *node = &e->b->nodes.data[i];
    if (e->uses[i] == 0) continue;
    e->effort = builder_add_saturating(e->effort, expand_effort(node));
    if (node->kind == NODE_PLACE) {
      uint64_t *uses = &e->uses[node->placement->child - 1];
      *uses = builder_add_saturating(*uses, e->uses[i]);
    }
    if (node->kind == NODE_ARRAY) {
      uint64_t *uses = &e->uses[node->array->child - 1];
      *uses = builder_add_saturating(*uses, builder_multiply_saturating(e->uses[i], node->array->count));
    }
    for (uint64_t k = 0; node->kind == NODE_GROUP && k < node->group->count && work_goes_on(e->work, 64); k++) {
      uint64_t *uses = &e->uses[node->group->children[k] - 1];
      *uses = builder_add_saturating(*uses, e->uses[i]);
    }
  }
}

/* What one use of a node comes to: within a material that does not emit, and within one that does. */
typedef struct ItemCount {
  uint64_t dark, lit;
} ItemCount;

/* What choose_forms finds out of each node. */
typedef struct Measure {
  ItemCount items;
  uint8_t inside; /* levels of instances within its geometry */
} Measure;

/* Levels of instances where the node is used. */
static uint32_t levels_of(const Expansion *e, const Measure *measures, uint64_t i) {
  const Node *node = &e->b->nodes.data[i];
  switch ((NodeKind)node->kind) {
  case NODE_MESH:
  case NODE_SDF:
  case NODE_CSG:
  case NODE_HAIR:
  case NODE_ARRAY: return 1u + measures[i].inside;
  case NODE_GROUP: return e->forms[i] != GROUP_EXPANDED ? 1u + measures[i].inside : measures[i].inside;
  case NODE_PLACE: return measures[i].inside;
  case NODE_SURFACES:
  case NODE_LIGHTS: break;
  }
  return 0;
}

/* A node's count, given what its content comes to: a material of its own is what encloses the content. */
static ItemCount count_within(const Expansion *e, const Node *node, ItemCount content) {
  if (node->material == 0) return content;
  uint64_t count = builder_material(e->b, node->material)->emits ? content.lit : content.dark;
  return (ItemCount){count, count};
}

/* What stands for content that is a geometry of its own. */
static ItemCount one_instance(ItemCount content) { return content.dark > BVH_MAX_ITEMS ? content : (ItemCount){1, 1}; }

static MlStatus too_deep(const Expansion *e, const Node *node) {
  return error_set_at(e->error, ML_ERROR_LIMIT, node->place, "%s: instances lie in each other more than %u deep", expand_node_name(node),
                      GEOMETRY_LEVELS);
}

/* A group's form. One whose content is a few primitives is stored with them. A large one, or one around meshes, arrays and what moves, is
 * expanded into these unless that came to many instances: each way down costs a ray its time. */
static GroupForm choose_form(const Expansion *e, uint64_t i, ItemCount sum, uint32_t inside) {
  const Node *node = &e->b->nodes.data[i];
  const uint32_t never = NODE_HAS_LIGHT | NODE_HAS_PLANE | NODE_EMITS, inner = NODE_HAS_MESH | NODE_HAS_ARRAY | NODE_MOVES;
  if (e->uses[i] < 2 || node->leaves < SMALL_GROUP || (node->traits & never) != 0) return GROUP_EXPANDED;
  bool nested = node->leaves > sum.dark; /* there is geometry inside */
  if ((node->traits & inner) == 0 && !(nested && node->leaves > LARGE_GROUP)) return GROUP_FLAT;
  bool many = sum.dark >= SMALL_GROUP && builder_multiply_saturating(sum.dark, e->uses[i]) > LARGE_GROUP;
  return many && inside < GEOMETRY_LEVELS ? GROUP_NESTED : GROUP_EXPANDED;
}

static void measure_group(Expansion *e, Measure *measures, uint64_t i) {
  const Node *node = &e->b->nodes.data[i];
  ItemCount sum = {0, 0};
  uint32_t inside = 0;
  for (uint64_t k = 0; k < node->group->count && work_goes_on(e->work, 64); k++) {
    uint64_t child = node->group->children[k] - 1;
    const ItemCount *items = &measures[child].items;
    sum = (ItemCount){builder_add_saturating(sum.dark, items->dark), builder_add_saturating(sum.lit, items->lit)};
    uint32_t levels = levels_of(e, measures, child);
    inside = levels > inside ? levels : inside;
  }
  GroupForm form = choose_form(e, i, sum, inside);
  e->forms[i] = (uint8_t)form;
  if (form == GROUP_FLAT) inside = 0;
  if (form != GROUP_EXPANDED) {
    uint64_t content = form == GROUP_FLAT ? node->leaves : sum.dark;
    sum.dark = content > BVH_MAX_ITEMS ? content : 1;
    if ((node->traits & NODE_UNNAMED) == 0) sum.lit = sum.dark; /* else expand_group expands it there */
  }
  measures[i] = (Measure){count_within(e, node, sum), (uint8_t)inside};
}

/* Marks the groups that become geometry, and counts what the whole comes to. */
static MlStatus choose_forms(Expansion *e, Measure *measures) {
  for (uint64_t i = 0; i < e->node_count && work_goes_on(e->work, 64); i++) {
    const Node *node = &e->b->nodes.data[i];
    measures[i] = (Measure){{1, 1}, node->kind == NODE_CSG ? 1 : 0}; /* a combination has meshes inside */
    if (node->kind == NODE_GROUP) measure_group(e, measures, i);
    if (node->kind == NODE_PLACE) {
      uint64_t child = node->placement->child - 1;
      bool moves = node->placement->motion != NULL;
      uint32_t levels = moves ? 1u + measures[child].inside : levels_of(e, measures, child);
      if (moves && levels > GEOMETRY_LEVELS) return too_deep(e, node);
      ItemCount items = count_within(e, node, measures[child].items);
      measures[i] = (Measure){moves ? one_instance(items) : items, (uint8_t)levels};
    }
    if (node->kind == NODE_ARRAY) {
      uint32_t inside = 1u + measures[node->array->child - 1].inside;
      if (inside + 1u > GEOMETRY_LEVELS) return too_deep(e, node);
      measures[i] = (Measure){one_instance(measures[node->array->child - 1].items), (uint8_t)inside};
    }
  }
  uint64_t total = 0;
  for (uint64_t i = 0; i < e->b->roots.count && work_goes_on(e->work, 64); i++)
    total = builder_add_saturating(total, measures[e->b->roots.data[i] - 1].items.dark);
  TRY(work_status(e->work, e->error));
  if (total <= BVH_MAX_ITEMS) return ML_OK;
  return error_set(e->error, ML_ERROR_LIMIT, "scene: %llu shapes and instances, at most %u are possible", (unsigned long long)total,
                   BVH_MAX_ITEMS);
}

MlStatus expand_prepare(Expansion *e) {
  size_t count = (size_t)e->node_count, bytes = count * sizeof(uint64_t);
  e->uses = memory_alloc(e->memory, bytes, 8);
  e->forms = memory_alloc(e->memory, count * sizeof *e->forms, 8);
  e->geometries = memory_alloc(e->memory, count * sizeof *e->geometries, 8);
  Measure *measures = memory_alloc(e->memory, count * sizeof *measures, 8);
  MlStatus status = ML_OK;
  if (e->uses == NULL || e->forms == NULL || e->geometries == NULL || measures == NULL) {
    status = memory_error(e->memory, 56 * e->node_count, "nodes of the scene", e->error);
  } else if (work_zero(e->work, e->uses, bytes) && work_zero(e->work, e->forms, count * sizeof *e->forms) &&
             work_zero(e->work, e->geometries, count * sizeof *e->geometries)) {
    count_uses(e);
    status = choose_forms(e, measures);
  }
  memory_free(e->memory, measures, count * sizeof *measures);
  return status != ML_OK ? status : work_status(e->work, e->error);
}
