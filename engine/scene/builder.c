/* builder.c - builders, descriptions, groups, and the bounds of nodes. */
#include "scene/builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "math/ieee.h"
#include "scene/builder_programs.h"

/* ---- builders */

MlStatus builder_create(const BuilderContext *context, MlBuilder **out, MlError *error) {
  *out = NULL;
  error_clear(error);
  MlBuilder *b = memory_alloc_zero(context->memory, sizeof *b, _Alignof(MlBuilder));
  if (b == NULL) return memory_error(context->memory, sizeof *b, "scene builder", error);
  b->context = *context;
  arena_init(&b->arena, context->memory);
  MlStatus status = builder_add_default_material(b, error);
  if (status != ML_OK) {
    ml_builder_destroy(b);
    return status;
  }
  *out = b;
  return ML_OK;
}

void ml_builder_destroy(MlBuilder *b) {
  if (b == NULL) return;
  Memory *memory = b->context.memory;
  for (uint64_t i = 0; i < b->nodes.count; i++) {
    const Node *node = &b->nodes.data[i];
    if (node->kind == NODE_MESH) builder_free_mesh(b, node->mesh);
    if (node->kind != NODE_ARRAY) continue;
    if (node->array->geometry != NULL) cache_release(b->context.cache, node->array->geometry);
    memory_pages_free(memory, node->array->places, (size_t)(node->array->count * sizeof *node->array->places));
  }
  array_free(memory, &b->nodes);
  array_free(memory, &b->materials);
  array_free(memory, &b->lobes);
  array_free(memory, &b->patches);
  array_free(memory, &b->textures);
  array_free(memory, &b->stops);
  builder_free_programs(b);
  array_free(memory, &b->profiles);
  array_free(memory, &b->roots);
  for (uint64_t i = 0; i < b->images.count; i++) cache_release(b->context.cache, b->images.data[i]);
  array_free(memory, &b->images);
  for (uint64_t i = 0; i < b->surveyed.count; i++) cache_release(b->context.cache, b->surveyed.data[i]);
  array_free(memory, &b->surveyed);
  for (uint64_t i = 0; i < b->built_models.count; i++) cache_release(b->context.cache, b->built_models.data[i].record);
  array_free(memory, &b->built_models);
  array_free(memory, &b->models);
  arena_free(&b->arena);
  memory_free(memory, b, sizeof *b);
}

/* ---- descriptions */

NumberText vector_text(MlVec3 v) {
  NumberText t;
  snprintf(t.text, sizeof t.text, "(%.20s, %.20s, %.20s)", number_text(v.x).text, number_text(v.y).text, number_text(v.z).text);
  return t;
}

bool desc_fail(const DescSource *source, const char *format, ...) {
  char text[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  error_set_at(source->error, ML_ERROR_ARGUMENT, source->place, "%s%s", source->what, text);
  return false;
}

bool desc_read(DescSource *source, const void *desc, size_t size, size_t place, void *out) {
  error_clear(source->error);
  if (desc == NULL) return desc_fail(source, ": expected a description, got none");
  size_t given;
  memcpy(&given, desc, sizeof given);
  if (given < sizeof given || given > size)
    return desc_fail(source, ".size: expected the size of the description, %u, got %llu", (unsigned)size, (unsigned long long)given);
  memset(out, 0, size);
  memcpy(out, desc, given);
  memcpy(&source->place, (const char *)out + place, sizeof source->place);
  return true;
}

bool desc_point(const DescSource *source, const char *field, MlVec3 v) {
  if (dvec_largest(v) <= COORDINATE_LIMIT && dvec_is_finite(v)) return true;
  return desc_fail(source, ".%s: expected three finite numbers up to 1e15, got %s", field, vector_text(v).text);
}

bool desc_positive(const DescSource *source, const char *field, double x) {
  if (x > 0.0 && x <= COORDINATE_LIMIT) return true;
  return desc_fail(source, ".%s: expected a number above 0 and up to 1e15, got %s", field, number_text(x).text);
}

bool desc_not_negative(const DescSource *source, const char *field, double x) {
  if (x >= 0.0 && x <= (double)LARGEST_F) return true;
  return desc_fail(source, ".%s: expected a finite number of at least 0, got %s", field, number_text(x).text);
}

bool desc_color(const DescSource *source, const char *field, MlColor c, float most) {
  const float channels[3] = {c.r, c.g, c.b};
  for (int i = 0; i < 3; i++) {
    if (channels[i] >= 0.0f && channels[i] <= min_f(most, LARGEST_F)) continue;
    MlVec3 v = {(double)c.r, (double)c.g, (double)c.b};
    if (most > LARGEST_F) return desc_fail(source, ".%s: expected finite channels of at least 0, got %s", field, vector_text(v).text);
    return desc_fail(source, ".%s: expected channels from 0 to %s, got %s", field, number_text((double)most).text, vector_text(v).text);
  }
  return true;
}

bool desc_material(const DescSource *source, const MlBuilder *b, const char *field, MlMaterial material) {
  if (material < b->materials.count) return true;
  return desc_fail(source, ".%s: expected a material of this builder, got %u", field, material);
}

bool desc_node(const DescSource *source, const MlBuilder *b, const char *field, MlNode node) {
  if (node != 0 && node <= b->nodes.count) return true;
  return desc_fail(source, ".%s: expected a node of this builder, got %u", field, node);
}

/* ---- nodes */

MlNode builder_add_node(MlBuilder *b, const Node *node, MlError *error) {
  if (b->nodes.count >= UINT32_MAX - 1) {
    error_set_at(error, ML_ERROR_LIMIT, node->place, "scene: more nodes than can be numbered");
    return 0;
  }
  if (!array_push(b->context.memory, &b->nodes, *node)) {
    memory_error(b->context.memory, (b->nodes.count + 1) * sizeof *node, "nodes of the scene", error);
    return 0;
  }
  return (MlNode)b->nodes.count;
}

static MlNode out_of_memory(const MlBuilder *b, uint64_t wanted, const char *what, MlError *error) {
  memory_error(b->context.memory, wanted, what, error);
  return 0;
}

uint64_t builder_multiply_saturating(uint64_t a, uint64_t b) {
  uint64_t product;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}
uint64_t builder_add_saturating(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

uint16_t builder_enclosing_traits(const MlBuilder *b, const Node *child, MlMaterial material) {
  uint32_t traits = child->traits & ~(uint32_t)NODE_HIDDEN;
  if (material != 0 && (traits & NODE_UNNAMED) != 0) {
    traits &= ~(uint32_t)NODE_UNNAMED;
    if (builder_material(b, material)->emits) traits |= NODE_EMITS;
  }
  return (uint16_t)traits;
}

/* What a group has of its children: leaves, effort, and the bounds that it is known by where its own effort is too large. Children that
 * stand for much are looked at through their boxes: the time this takes depends on how many they are, not on what is in them. */
static void measure_group(const MlBuilder *b, Node *node, Work *work) {
  enum { BUDGET = 1 << 16, LEAST = 64 };
  GroupNode *group = node->group;
  MlTransform identity = ml_transform_identity();
  uint64_t share = group->count != 0 ? BUDGET / group->count : 0;
  node->leaves = 0;
  node->effort = 1;
  group->bounds = (MlBounds){.empty = true};
  for (uint64_t i = 0; i < group->count && work_goes_on(work, 64); i++) {
    const Node *child = builder_node(b, group->children[i]);
    node->leaves = builder_add_saturating(node->leaves, child->leaves);
    node->effort = builder_add_saturating(node->effort, child->effort);
    MlBounds bounds = builder_bounds(b, group->children[i], &identity, share > LEAST ? share : LEAST, work);
    group->bounds = bounds_union(&group->bounds, &bounds);
  }
}

MlNode ml_group(MlBuilder *b, const MlGroupDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "group", .error = error};
  MlGroupDesc d;
  if (!DESC_READ(&source, MlGroupDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  if (d.children == NULL && d.child_count != 0) {
    desc_fail(&source, ".children: expected %llu nodes, got NULL", (unsigned long long)d.child_count);
    return 0;
  }
  // Check all, then copy
  Node node = {.kind = NODE_GROUP, .material = d.material, .place = d.place};
  for (uint64_t i = 0; i < d.child_count; i++) {
    if (d.children[i] == 0 || d.children[i] > b->nodes.count) {
      desc_fail(&source, ".children[%llu]: expected a node of this builder, got %u", (unsigned long long)i, d.children[i]);
      return 0;
    }
    const Node *child = builder_node(b, d.children[i]);
    node.traits |= builder_enclosing_traits(b, child, d.material);
    if (child->depth > node.depth) node.depth = child->depth;
  }
  if (++node.depth > NODE_MAX_DEPTH) {
    error_set_at(error, ML_ERROR_LIMIT, d.place, "group: groups are nested more than %u deep", (unsigned)NODE_MAX_DEPTH);
    return 0;
  }
  GroupNode *group = arena_alloc(&b->arena, sizeof *group, _Alignof(GroupNode));
  size_t bytes;
  MlNode *children = size_multiply(d.child_count, sizeof *children, &bytes) ? arena_alloc(&b->arena, bytes, _Alignof(MlNode)) : NULL;
  if (group == NULL || children == NULL) return out_of_memory(b, d.child_count * sizeof *children, "group", error);
  if (bytes != 0) memcpy(children, d.children, bytes);
  *group = (GroupNode){.children = children, .count = d.child_count};
  node.group = group;
  measure_group(b, &node, NULL);
  return builder_add_node(b, &node, error);
}

MlStatus ml_add(MlBuilder *b, MlNode node, MlError *error) {
  error_clear(error);
  DescSource source = {.what = "add", .error = error};
  if (!desc_node(&source, b, "node", node)) return ML_ERROR_ARGUMENT;
  if (array_push(b->context.memory, &b->roots, node)) return ML_OK;
  return memory_error(b->context.memory, (b->roots.count + 1) * sizeof node, "nodes of the scene", error);
}

MlStatus ml_background(MlBuilder *b, MlColor radiance, bool eye_only, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  DescSource source = {.what = "background", .error = error};
  if (!desc_color(&source, "radiance", radiance, INFINITY_F)) return ML_ERROR_ARGUMENT;
  b->background = radiance;
  b->background_eye_only = eye_only;
  b->has_background = true;
  b->surroundings = (BuiltSurroundings){.kind = SURROUNDINGS_NONE};
  return ML_OK;
}

MlStatus ml_hide(MlBuilder *b, MlNode node, MlError *error) {
  error_clear(error);
  DescSource source = {.what = "hide", .error = error};
  if (!desc_node(&source, b, "node", node)) return ML_ERROR_ARGUMENT;
  b->nodes.data[node - 1].traits |= NODE_HIDDEN;
  return ML_OK;
}

void builder_drop_hidden(MlBuilder *b, Work *work) {
  bool any = false; /* from the first hidden node on, what later ones hold may have changed */
  for (uint64_t i = 0; i < b->nodes.count && work_goes_on(work, 64); i++) {
    Node *node = &b->nodes.data[i];
    any = any || (node->traits & NODE_HIDDEN) != 0;
    if (!any) continue;
    if (node->kind == NODE_PLACE) {
      const Node *child = builder_node(b, node->placement->child);
      node->leaves = child->leaves;
      node->effort = child->effort;
    }
    if (node->kind == NODE_ARRAY)
      node->leaves = builder_multiply_saturating(builder_node(b, node->array->child)->leaves, node->array->count);
    if (node->kind == NODE_CSG) builder_measure_csg(b, node, work);
    if (node->kind == NODE_SDF && work_goes_on(work, 1 << 12)) builder_measure_sdf(b, node->sdf);
    if (node->kind != NODE_GROUP) continue;
    GroupNode *group = node->group;
    uint64_t kept = 0;
    for (uint64_t k = 0; k < group->count; k++)
      if (!work_goes_on(work, 64) || (builder_node(b, group->children[k])->traits & NODE_HIDDEN) == 0)
        group->children[kept++] = group->children[k];
    group->count = kept;
    measure_group(b, node, work);
  }
}

uint64_t ml_builder_node_count(const MlBuilder *b) { return b->nodes.count; }

/* ---- bounds */

/* A point, and half extents along some axes: the corners (sum of magnitudes) or the ellipse (root of the sum of squares). */
static MlBounds bounds_around(MlVec3 centre, const MlVec3 *axes, int count, bool round) {
  MlVec3 half = {0.0, 0.0, 0.0};
  for (int i = 0; i < count; i++) {
    MlVec3 a = axes[i];
    half = dvec_add(half, round ? (MlVec3){a.x * a.x, a.y * a.y, a.z * a.z}
                                : (MlVec3){__builtin_fabs(a.x), __builtin_fabs(a.y), __builtin_fabs(a.z)});
  }
  if (round) half = (MlVec3){__builtin_sqrt(half.x), __builtin_sqrt(half.y), __builtin_sqrt(half.z)};
  return (MlBounds){.min = dvec_subtract(centre, half), .max = dvec_add(centre, half)};
}

static MlBounds bounds_of_points(const MlTransform *t, const MlVec3 *points, int count) {
  MlBounds bounds = {.empty = true};
  for (int i = 0; i < count; i++) {
    MlVec3 p = affine_point(t, points[i]);
    MlBounds one = {.min = p, .max = p};
    bounds = bounds_union(&bounds, &one);
  }
  return bounds;
}

/* Discs or balls at both ends, or a ring of tubes: as prim.c does it in floats. */
static MlBounds solid_bounds(const Node *node, const MlTransform *t) {
  MlTransform local = builder_solid_transform(node->leaf), m = ml_transform_multiply(t, &local);
  const MlVec3 axes[3] = {affine_vector(&m, (MlVec3){1, 0, 0}), affine_vector(&m, (MlVec3){0, 1, 0}), affine_vector(&m, (MlVec3){0, 0, 1})};
  const MlVec3 ring[2] = {axes[0], axes[2]};
  double r = node->leaf->r;
  if (node->kind == NODE_TORUS) {
    MlBounds flat = bounds_around(affine_point(&m, (MlVec3){0, 0, 0}), ring, 2, true),
             tube = bounds_around((MlVec3){0, 0, 0}, axes, 3, true);
    return (MlBounds){.min = dvec_add(flat.min, dvec_scale(tube.min, r)), .max = dvec_add(flat.max, dvec_scale(tube.max, r))};
  }
  bool cone = node->kind == NODE_CONE;
  const MlVec3 top[2] = {dvec_scale(ring[0], r), dvec_scale(ring[1], r)};
  MlVec3 ends[2] = {affine_point(&m, (MlVec3){0, cone ? -1 : -r, 0}), affine_point(&m, (MlVec3){0, cone ? 1 : r, 0})};
  MlBounds a = cone ? bounds_around(ends[0], ring, 2, true) : bounds_around(ends[0], axes, 3, true);
  MlBounds b = cone ? bounds_around(ends[1], top, 2, true) : bounds_around(ends[1], axes, 3, true);
  return bounds_union(&a, &b);
}

static MlBounds leaf_bounds(const Node *node, const MlTransform *t) {
  const Leaf *leaf = node->leaf;
  MlVec3 p0 = affine_point(t, leaf->p[0]);
  MlVec3 axes[3] = {affine_vector(t, (MlVec3){leaf->r, 0, 0}), affine_vector(t, (MlVec3){0, leaf->r, 0}),
                    affine_vector(t, (MlVec3){0, 0, leaf->r})};
  switch ((NodeKind)node->kind) {
  case NODE_SPHERE: return bounds_around(p0, axes, 3, true);
  case NODE_BOX: {
    MlVec3 half = dvec_scale(dvec_subtract(leaf->p[1], leaf->p[0]), 0.5);
    axes[0] = affine_vector(t, (MlVec3){half.x, 0, 0});
    axes[1] = affine_vector(t, (MlVec3){0, half.y, 0});
    axes[2] = affine_vector(t, (MlVec3){0, 0, half.z});
    return bounds_around(affine_point(t, dvec_add(leaf->p[0], half)), axes, 3, false);
  }
  case NODE_DISK:
    axes[0] = affine_vector(t, leaf->p[1]);
    axes[1] = affine_vector(t, leaf->p[2]);
    return bounds_around(p0, axes, 2, true);
  case NODE_QUAD:
  case NODE_AREA: {
    MlVec3 corner = dvec_add(leaf->p[0], leaf->p[1]);
    const MlVec3 points[4] = {leaf->p[0], corner, dvec_add(corner, leaf->p[2]), dvec_add(leaf->p[0], leaf->p[2])};
    return bounds_of_points(t, points, 4);
  }
  case NODE_TRIANGLE: return bounds_of_points(t, leaf->p, 3);
  case NODE_CONE:
  case NODE_CAPSULE:
  case NODE_TORUS: return solid_bounds(node, t);
  case NODE_PLANE: return (MlBounds){.empty = true, .infinite = true};
  case NODE_LIGHT: /* no surface */
  case NODE_SUN:
  case NODE_DIRECTIONAL:
  case NODE_MESH:
  case NODE_SDF:
  case NODE_HAIR:
  case NODE_PLACE:
  case NODE_ARRAY:
  case NODE_GROUP:
  case NODE_CSG: break;
  }
  return (MlBounds){.empty = true};
}

/* Depth is bounded by NODE_MAX_DEPTH groups with a placement between each two. */
MlBounds builder_bounds(const MlBuilder *b, MlNode id, const MlTransform *t, uint64_t budget, Work *work) {
  const Node *node = builder_node(b, id);
  if (!work_goes_on(work, 256)) return (MlBounds){.empty = true};
  switch ((NodeKind)node->kind) {
  case NODE_PLACE: {
    if (node->placement->motion != NULL) {
      MlTransform identity = ml_transform_identity();
      MlBounds box = builder_bounds(b, node->placement->child, &identity, budget, work);
      return builder_swept_bounds(t, node->placement->motion, &box);
    }
    MlTransform inner = ml_transform_multiply(t, &node->placement->transform);
    return builder_bounds(b, node->placement->child, &inner, budget, work);
  }
  case NODE_ARRAY: return affine_bounds(t, &node->array->bounds);
  case NODE_SDF: return affine_bounds(t, &node->sdf->bounds);
  case NODE_HAIR: return affine_bounds(t, &node->hair->bounds);
  case NODE_GROUP: {
    MlBounds bounds = node->group->bounds;
    if (node->effort > budget) {
      bounds.infinite = false; /* the finite part moves */
      bounds = affine_bounds(t, &bounds);
      bounds.infinite = node->group->bounds.infinite;
      return bounds;
    }
    bounds = (MlBounds){.empty = true};
    for (uint64_t i = 0; i < node->group->count; i++) {
      MlBounds child = builder_bounds(b, node->group->children[i], t, budget, work);
      bounds = bounds_union(&bounds, &child);
    }
    return bounds;
  }
  case NODE_CSG:
    if (node->effort > budget) return affine_bounds(t, &node->group->bounds);
    return builder_csg_bounds(b, node->group, t, budget, work);
  case NODE_MESH: {
    const Mesh *mesh = mesh_node_mesh(node->mesh);
    if (affine_is_identity(t) || node->effort > budget) return affine_bounds(t, &node->mesh->bounds);
    MlBounds bounds = {.empty = true};
    for (uint64_t i = 0; i < 3 * mesh->triangle_count && work_goes_on(work, 64); i++) {
      const float *p = mesh->points + 3 * (size_t)mesh->triangles[i];
      MlVec3 point = {(double)p[0], (double)p[1], (double)p[2]};
      MlBounds one = bounds_of_points(t, &point, 1);
      bounds = bounds_union(&bounds, &one);
    }
    return bounds;
  }
  case NODE_SURFACES:
  case NODE_LIGHTS: break;
  }
  return leaf_bounds(node, t);
}

MlBounds ml_node_bounds(const MlBuilder *b, MlNode node) {
  FLOAT_STATE_OURS;
  if (node == 0 || node > b->nodes.count) return (MlBounds){.empty = true};
  MlTransform t = ml_transform_identity();
  MlBounds bounds = builder_bounds(b, node, &t, BOUNDS_BUDGET, NULL);
  // A light has no surface, but it is somewhere
  const Node *light = builder_node(b, node);
  if (light->kind == NODE_PLACE) { /* where it is when the frame begins; it cannot move */
    t = light->placement->transform;
    light = builder_node(b, light->placement->child);
  }
  if (light->kind == NODE_LIGHT) bounds = bounds_of_points(&t, light->leaf->p, 1);
  return bounds;
}
