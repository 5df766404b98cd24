/* expand_csg.c - a combination of solids becomes a geometry: its operands, flattened, as items, and a tree of gates over them (Csg,
 * bvh/world.h). Groups count as unions, combinations in combinations are part of the one tree. */
#include "scene/expand.h"

#include <string.h>

#include "base/hash.h"
#include "math/ieee.h"

static MlStatus out_of_memory(const Expansion *e) {
  return memory_error(e->memory, CSG_MAX_NODES * sizeof(CsgNode), "combined solids", e->error);
}

void csg_items_free(Memory *memory, CsgItems *items) {
  array_free(memory, &items->nodes);
  array_free(memory, &items->prims);
  array_free(memory, &items->instances);
}

/* ---- closed meshes */

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
  x = (x ^ (x >> 32)) * UINT64_C(0xd6e8feb86659fd93);
  return x ^ (x >> 32);
}
static uint64_t point_hash(const float p[3]) {
  uint64_t h = 0;
  for (int i = 0; i < 3; i++) h = mix(h + UINT64_C(0x9e3779b97f4a7c15) + float_bits(p[i] + 0.0f)); /* -0 is 0 */
  return h;
}
static uint64_t edge_hash(uint64_t a, uint64_t b) { return mix(a * 3 + mix(b)); }

/* Whether every edge is there as often in one direction as in the other, points that lie at the same place being one: then every ray comes
 * out of the mesh as often as it goes in. By a sum over hashes of edges, in which opposite edges cancel: a mesh with a border passes with
 * a probability of 2^-64. */
static bool mesh_is_closed(Work *work, const Mesh *mesh) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < mesh->triangle_count && work_goes_on(work, 256); i++) {
    uint64_t h[3];
    for (int k = 0; k < 3; k++) h[k] = point_hash(mesh->points + 3 * (size_t)mesh->triangles[3 * i + (uint64_t)k]);
    for (int k = 0; k < 3; k++) {
      const uint64_t a = h[k], b = h[(k + 1) % 3];
      sum += edge_hash(a, b) - edge_hash(b, a);
    }
  }
  return sum == 0;
}

/* ---- walking */

typedef struct Making {
  Expansion *e;
  CsgItems *items;
} Making;

/* On the way down: the gate that a node hangs on, whether what it says counts the other way, and whether its surface is turned round. */
typedef struct Gate {
  uint32_t parent;
  bool negated, flipped;
} Gate;

static MlStatus too_many(const Making *m, const Node *node) {
  return error_set_at(m->e->error, ML_ERROR_LIMIT, node->place, "%s: more than %u solids are combined into one", expand_node_name(node),
                      CSG_MAX_ITEMS);
}

static Aabb box_intersection(const Aabb *a, const Aabb *b) {
  Aabb out;
  for (int i = 0; i < 3; i++) out.lo[i] = max_f(a->lo[i], b->lo[i]), out.hi[i] = min_f(a->hi[i], b->hi[i]);
  return aabb_is_empty(&out) ? aabb_empty() : out;
}

/* A shape or a mesh. One of which floats leave nothing is empty. */
static MlStatus add_item(Making *m, const Context *in, MlNode id, const MlTransform *t, const Gate *gate, Aabb *box) {
  Expansion *e = m->e;
  ItemList *list = in->list;
  const Node *node = builder_node(e->b, id);
  const uint64_t prims = list->prims.count, instances = list->instances.count;
  const CsgItem item = {(uint16_t)gate->parent, gate->negated, gate->flipped};
  NodeGeometry *own = &e->geometries[id - 1];
  if (node->kind == NODE_MESH && !own->closed) own->closed = mesh_is_closed(e->work, mesh_node_mesh(node->mesh));
  if (node->kind == NODE_MESH && !own->closed) {
    TRY(work_status(e->work, e->error));
    return error_set_at(e->error, ML_ERROR_ARGUMENT, node->place,
                        "%s: has a border, so it has no inside that could be combined with others: close its holes, or leave it out",
                        expand_node_name(node));
  }
  *box = aabb_empty();
  TRY(expand_node(e, in, id, t));
  if (list->prims.count > prims) {
    const Prim *prim = &list->prims.data[prims];
    for (int i = 0; i < 3; i++) box->lo[i] = prim->lo[i], box->hi[i] = prim->hi[i]; /* of planes infinite */
    if (!array_push(e->memory, &m->items->prims, item)) return out_of_memory(e);
  } else if (list->instances.count > instances) {
    *box = list->boxes.data[instances];
    if (!array_push(e->memory, &m->items->instances, item)) return out_of_memory(e);
  }
  if (list->prims.count + list->instances.count > CSG_MAX_ITEMS) return too_many(m, node);
  if (gate->negated) m->items->nodes.data[gate->parent].start++;
  return ML_OK;
}

static MlStatus add_part(Making *m, const Context *in, MlNode id, const MlTransform *t, const Gate *gate, Aabb *box);

/* A gate over the parts of a group or combination. */
static MlStatus add_gate(Making *m, const Context *in, const Node *node, const MlTransform *t, const Gate *gate, Aabb *box) {
  const GroupNode *group = node->group;
  const MlCombine combine = node->kind == NODE_CSG ? group->combine : ML_UNION;
  const uint32_t index = (uint32_t)m->items->nodes.count;
  if (index >= CSG_MAX_NODES) return too_many(m, node);
  if (!array_push(m->e->memory, &m->items->nodes, ((CsgNode){.parent = (uint16_t)gate->parent, .negated = gate->negated})))
    return out_of_memory(m->e);
  uint32_t count = 0;
  *box = aabb_empty();
  const bool nothing =
    combine == ML_DIFFERENCE && group->count != 0 && builder_is_hidden(m->e->b, group->children[0]); /* of which something is taken away */
  for (uint64_t i = 0; i < group->count && !nothing; i++) {
    if (builder_is_hidden(m->e->b, group->children[i])) continue;
    const bool away = combine == ML_DIFFERENCE && i > 0;
    Aabb part;
    TRY(add_part(m, in, group->children[i], t, &(Gate){index, away, gate->flipped != away}, &part));
    if (count == 0) *box = part;
    else if (combine == ML_UNION) *box = aabb_union(box, &part);
    else if (!away) *box = box_intersection(box, &part);
    if (++count > CSG_MAX_ITEMS) return too_many(m, node);
  }
  CsgNode *made = &m->items->nodes.data[index];
  made->need = (uint16_t)(combine == ML_UNION || count == 0 ? 1 : count);
  const bool holds = (made->start >= made->need) != gate->negated;
  if (index != 0 && holds) m->items->nodes.data[gate->parent].start++;
  return ML_OK;
}

/* Depth is bounded by NODE_MAX_DEPTH groups with a placement between each two. */
static MlStatus add_part(Making *m, const Context *in, MlNode id, const MlTransform *t, const Gate *gate, Aabb *box) {
  const Node *node = builder_node(m->e->b, id);
  Context inner = *in;
  if (!work_goes_on(m->e->work, 512)) return work_status(m->e->work, m->e->error);
  if (node->kind == NODE_PLACE) {
    if (node->material != 0) inner.material = node->material;
    const MlTransform placed = ml_transform_multiply(t, &node->placement->transform);
    return add_part(m, &inner, node->placement->child, &placed, gate, box);
  }
  if (node->kind != NODE_GROUP && node->kind != NODE_CSG) return add_item(m, in, id, t, gate, box);
  if (node->material != 0) inner.material = node->material;
  return add_gate(m, &inner, node, t, gate, box);
}

MlStatus expand_csg(Expansion *e, const Context *in, MlNode id, const MlTransform *t, CsgItems *items, Csg *out) {
  Making m = {e, items};
  Context inner = *in;
  inner.operand = true;
  inner.hidden = 0; /* what is hidden of a part is hidden of nothing */
  TRY(add_part(&m, &inner, id, t, &(Gate){0, false, false}, &out->box));
  ItemList *list = in->list;
  for (int i = 0; i < 3 && !aabb_is_empty(&out->box); i++)
    if (!(out->box.lo[i] >= -LARGEST_F && out->box.hi[i] <= LARGEST_F))
      return error_set_at(e->error, ML_ERROR_ARGUMENT, builder_node(e->b, id)->place,
                          "%s: has no end, because of the planes in it: intersect it with a box{}",
                          expand_node_name(builder_node(e->b, id)));
  // Empty, or everything fell away
  if (aabb_is_empty(&out->box)) {
    list->prims.count = list->placed.count = list->object_count = list->instances.count = list->boxes.count = list->firsts.count = 0;
    list->geometries.count = 0;
    list->paths = 1;
    return ML_OK;
  }
  if (!array_reserve(e->memory, &items->prims, items->instances.count)) return out_of_memory(e);
  if (items->instances.count != 0)
    memcpy(items->prims.data + items->prims.count, items->instances.data, (size_t)(items->instances.count * sizeof *items->instances.data));
  items->prims.count += items->instances.count;
  // Of planes matters what is within the box alone
  for (uint64_t i = 0; i < list->prims.count; i++) {
    Prim *prim = &list->prims.data[i];
    for (int k = 0; k < 3 && prim->kind == PRIM_PLANE; k++) prim->lo[k] = out->box.lo[k], prim->hi[k] = out->box.hi[k];
  }
  out->nodes = items->nodes.data;
  out->items = items->prims.data;
  out->node_count = (uint32_t)items->nodes.count;
  out->item_count = (uint32_t)items->prims.count;
  for (int i = 0; i < 3; i++) out->size = max_f(max_f(abs_f(out->box.lo[i]), abs_f(out->box.hi[i])), out->size);
  return ML_OK;
}
