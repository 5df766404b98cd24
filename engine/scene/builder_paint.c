/* builder_paint.c - a node once more, all in another material: the graph below it is copied, what is in the nodes is shared. */
#include <string.h>

#include "scene/builder.h"

typedef struct Paint {
  MlBuilder *b;
  MlMaterial material;
  uint32_t place;
  MlNode *painted; /* by node id - 1: 0 where it was not met yet */
  MlError *error;
} Paint;

static MlNode out_of_memory(const Paint *p, uint64_t bytes) {
  memory_error(p->b->context.memory, bytes, "painted parts", p->error);
  return 0;
}

static MlNode paint(Paint *p, MlNode id);

/* What stands below a placement or an array, which name the material themselves: bare things stay as they are. */
static MlNode paint_below(Paint *p, MlNode id) {
  const Node *node = builder_node(p->b, id);
  const bool bare =
    node->material == 0 && node->kind != NODE_GROUP && node->kind != NODE_CSG && node->kind != NODE_PLACE && node->kind != NODE_ARRAY;
  return bare ? id : paint(p, id);
}

static MlNode paint_placement(Paint *p, MlNode id) {
  const PlaceNode old = *builder_node(p->b, id)->placement;
  const MlNode child = paint_below(p, old.child);
  PlaceNode *placement = child != 0 ? arena_alloc(&p->b->arena, sizeof *placement, _Alignof(PlaceNode)) : NULL;
  if (placement == NULL) return child != 0 ? out_of_memory(p, sizeof *placement) : 0;
  *placement = old;
  placement->child = child;
  Node node = *builder_node(p->b, id);
  node.placement = placement;
  node.material = p->material;
  node.traits =
    (uint16_t)(builder_enclosing_traits(p->b, builder_node(p->b, child), p->material) | (node.traits & (NODE_MOVES | NODE_HIDDEN)));
  return builder_add_node(p->b, &node, p->error);
}

static MlNode paint_array(Paint *p, MlNode id) {
  const ArrayNode old = *builder_node(p->b, id)->array;
  Memory *memory = p->b->context.memory;
  const size_t bytes = (size_t)(old.count * sizeof *old.places);
  const MlNode child = paint_below(p, old.child);
  if (child == 0) return 0;
  ArrayNode *array = arena_alloc(&p->b->arena, sizeof *array, _Alignof(ArrayNode));
  ArrayPlace *places = array != NULL ? memory_pages_alloc(memory, bytes) : NULL;
  if (places == NULL) return out_of_memory(p, bytes);
  memcpy(places, old.places, bytes);
  *array = old;
  array->child = child;
  array->places = places;
  array->material = p->material;
  Node node = *builder_node(p->b, id);
  node.array = array;
  node.traits =
    (uint16_t)(builder_enclosing_traits(p->b, builder_node(p->b, child), p->material) | (node.traits & (NODE_HAS_ARRAY | NODE_HIDDEN)));
  const MlNode made = builder_add_node(p->b, &node, p->error);
  if (made == 0) memory_pages_free(memory, places, bytes);
  return made;
}

static MlNode paint_group(Paint *p, MlNode id) {
  const uint64_t count = builder_node(p->b, id)->group->count;
  const uint16_t hidden = builder_node(p->b, id)->traits & NODE_HIDDEN;
  const size_t bytes = (size_t)(count * sizeof(MlNode));
  MlNode *children = arena_alloc(&p->b->arena, bytes, _Alignof(MlNode));
  if (children == NULL) return out_of_memory(p, bytes);
  for (uint64_t i = 0; i < count; i++)
    if ((children[i] = paint(p, builder_node(p->b, id)->group->children[i])) == 0) return 0;
  const MlGroupDesc desc = {.size = sizeof desc, .children = children, .child_count = count, .place = p->place};
  const MlCombineDesc combine = {.size = sizeof combine,
                                 .combine = builder_node(p->b, id)->group->combine,
                                 .children = children,
                                 .child_count = count,
                                 .place = p->place};
  const bool csg = builder_node(p->b, id)->kind == NODE_CSG;
  const MlNode made = csg ? ml_combine(p->b, &combine, p->error) : ml_group(p->b, &desc, p->error);
  if (made != 0) p->b->nodes.data[made - 1].traits |= hidden;
  return made;
}

/* A mesh that names its material: another node of the same arrays. */
static MlNode paint_mesh(Paint *p, MlNode id) {
  MeshNode *mesh = arena_alloc(&p->b->arena, sizeof *mesh, _Alignof(MeshNode));
  if (mesh == NULL) return out_of_memory(p, sizeof *mesh);
  *mesh = *builder_node(p->b, id)->mesh;
  mesh->owned = 0; /* they stay the first one's, which lives as long */
  if (mesh->geometry != NULL) cache_retain(p->b->context.cache, mesh->geometry);
  Node node = *builder_node(p->b, id);
  node.mesh = mesh;
  node.material = p->material;
  node.traits = (uint16_t)((node.traits & ~(uint32_t)NODE_EMITS) | (builder_material(p->b, p->material)->emits ? NODE_EMITS : 0));
  const MlNode made = builder_add_node(p->b, &node, p->error);
  if (made == 0 && mesh->geometry != NULL) cache_release(p->b->context.cache, mesh->geometry);
  return made;
}

static MlNode paint_leaf(Paint *p, MlNode id) {
  Node node = *builder_node(p->b, id);
  node.material = p->material;
  node.traits =
    (uint16_t)((node.traits & ~(uint32_t)(NODE_EMITS | NODE_UNNAMED)) | (builder_material(p->b, p->material)->emits ? NODE_EMITS : 0));
  return builder_add_node(p->b, &node, p->error);
}

/* A solid keeps its parts, and their materials no longer count. */
static MlNode paint_sdf(Paint *p, MlNode id) {
  SdfNode *sdf = arena_alloc(&p->b->arena, sizeof *sdf, _Alignof(SdfNode));
  if (sdf == NULL) return out_of_memory(p, sizeof *sdf);
  *sdf = *builder_node(p->b, id)->sdf;
  sdf->painted = p->material;
  Node node = *builder_node(p->b, id);
  node.sdf = sdf;
  node.material = p->material;
  node.traits =
    (uint16_t)((node.traits & ~(uint32_t)(NODE_EMITS | NODE_UNNAMED)) | (builder_material(p->b, p->material)->emits ? NODE_EMITS : 0));
  return builder_add_node(p->b, &node, p->error);
}

static MlNode paint_new(Paint *p, MlNode id) {
  const Node *node = builder_node(p->b, id);
  switch ((NodeKind)node->kind) {
  case NODE_PLACE: return paint_placement(p, id);
  case NODE_ARRAY: return paint_array(p, id);
  case NODE_GROUP:
  case NODE_CSG: return paint_group(p, id);
  case NODE_MESH:
    if (node->material != 0) return paint_mesh(p, id);
    return ml_place(p->b, &(MlPlaceDesc){.size = sizeof(MlPlaceDesc), .child = id, .material = p->material, .place = p->place}, p->error);
  case NODE_SDF: return paint_sdf(p, id);
  case NODE_HAIR:
  case NODE_SURFACES: return paint_leaf(p, id);
  case NODE_LIGHTS: break;
  }
  return id;
}

/* Depth is bounded as that of bounds is; each node is painted once. */
static MlNode paint(Paint *p, MlNode id) {
  if (p->painted[id - 1] == 0) p->painted[id - 1] = paint_new(p, id);
  return p->painted[id - 1];
}

MlNode ml_paint(MlBuilder *b, const MlPaintDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "paint", .error = error};
  MlPaintDesc d;
  if (!DESC_READ(&source, MlPaintDesc, desc, &d) || !desc_node(&source, b, "child", d.child) ||
      !desc_material(&source, b, "material", d.material))
    return 0;
  if (d.material == 0) {
    desc_fail(&source, ".material: expected a material, got 0");
    return 0;
  }
  const size_t bytes = (size_t)d.child * sizeof(MlNode);
  Paint p = {.b = b, .material = d.material, .place = d.place, .error = error};
  p.painted = memory_alloc_zero(b->context.memory, bytes, _Alignof(MlNode));
  if (p.painted == NULL) return out_of_memory(&p, bytes);
  const MlNode made = paint(&p, d.child);
  memory_free(b->context.memory, p.painted, bytes);
  return made;
}
