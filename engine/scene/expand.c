/* expand.c - walks the graph from what was added, in order, multiplying placements in double.
 *
 * Recursion is over groups and at most one placement between each two, so NODE_MAX_DEPTH bounds it. What becomes geometry of its
 * own has been decided before (expand_count.c). */
#include "scene/expand.h"

#include <string.h>

#include "base/hash.h"
#include "math/ieee.h"
#include "scene/geometry.h"
#include "shape/intersect.h"

enum { NODE_WORK = WORK_PIECE / 1024 };

static MlStatus out_of_memory(const Expansion *e, uint64_t count, size_t size, const char *what) {
  return memory_error(e->memory, count * size, what, e->error);
}
#define PUSH(e, array, value, what)                                                                                                        \
  (array_push((e)->memory, (array), (value)) ? ML_OK : out_of_memory((e), (array)->count + 1, sizeof *(array)->data, (what)))

void scene_origin_of(const MlBounds *bounds, double origin[3]) {
  MlVec3 centre = {0, 0, 0};
  if (!bounds->empty) {
    MlVec3 middle = dvec_scale(dvec_add(bounds->min, bounds->max), 0.5);
    double radius = 0.5 * dvec_length(dvec_subtract(bounds->max, bounds->min));
    if (dvec_length(middle) > 16.0 * radius) centre = middle;
  }
  origin[0] = centre.x, origin[1] = centre.y, origin[2] = centre.z;
}

/* ---- placing in floats */

static MlVec3 column(const MlTransform *t, int i) { return (MlVec3){t->m[i], t->m[4 + i], t->m[8 + i]}; }

/* The map from the unit sphere or the cube [-1,1]^3 to a box in t. */
static MlTransform scaled_to(const MlTransform *t, MlVec3 centre, MlVec3 half) {
  MlTransform local = affine_from_columns((MlVec3){half.x, 0, 0}, (MlVec3){0, half.y, 0}, (MlVec3){0, 0, half.z}, centre);
  return ml_transform_multiply(t, &local);
}

/* Whether t only turns, mirrors and scales alike; *scale is by how much. */
static bool is_uniform(const MlTransform *t, double *scale) {
  MlVec3 x = column(t, 0), y = column(t, 1), z = column(t, 2);
  double xx = dvec_dot(x, x), yy = dvec_dot(y, y), zz = dvec_dot(z, z), slack = 1e-12 * xx;
  *scale = __builtin_sqrt(xx);
  return __builtin_fabs(xx - yy) <= slack && __builtin_fabs(xx - zz) <= slack && __builtin_fabs(dvec_dot(x, y)) <= slack &&
         __builtin_fabs(dvec_dot(y, z)) <= slack && __builtin_fabs(dvec_dot(z, x)) <= slack;
}

static void store_point(float out[3], MlVec3 p) { out[0] = (float)p.x, out[1] = (float)p.y, out[2] = (float)p.z; }

/* ---- primitives */

MlStatus expand_too_far(const Expansion *e, const Node *node) {
  return error_set_at(e->error, ML_ERROR_LIMIT, node->place, "%s: reaches further than 1e15 m from the origin of the scene",
                      expand_node_name(node));
}

const char *expand_node_name(const Node *node) {
  switch ((NodeKind)node->kind) {
  case NODE_SPHERE: return "sphere";
  case NODE_BOX: return "box";
  case NODE_PLANE: return "plane";
  case NODE_DISK: return "disk";
  case NODE_QUAD: return "quad";
  case NODE_TRIANGLE: return "triangle";
  case NODE_CONE: return "cone";
  case NODE_CAPSULE: return "capsule";
  case NODE_TORUS: return "torus";
  case NODE_LIGHT: return node->leaf->outer > 0.0 && node->leaf->outer <= 2.0 ? "spot" : "light";
  case NODE_AREA: return "area";
  case NODE_DIRECTIONAL: return "directional";
  case NODE_SUN: return "sun";
  case NODE_MESH: return "mesh";
  case NODE_SDF: return "sdf";
  case NODE_HAIR: return "hair";
  case NODE_PLACE: return "place";
  case NODE_ARRAY: return "array";
  case NODE_GROUP: return "group";
  case NODE_CSG:
    return node->group->combine == ML_UNION ? "union" : node->group->combine == ML_INTERSECTION ? "intersection" : "difference";
  }
  return "node";
}

/* Fills what the kind keeps; *placed, too, where *uses_placed is set. false: nothing is left of it in floats. */
static bool make_prim(const Node *node, const MlTransform *t, Prim *prim, PlacedTransform *placed, bool *uses_placed) {
  const Leaf *leaf = node->leaf;
  MlVec3 p0 = affine_point(t, leaf->p[0]), zero = {0, 0, 0};
  double scale = 0.0;
  *uses_placed = false;
  store_point(prim->p[0], p0);
  switch ((NodeKind)node->kind) {
  case NODE_SPHERE:
    if (is_uniform(t, &scale)) {
      prim->kind = PRIM_SPHERE;
      prim->r = (float)(leaf->r * scale);
      for (int i = 0; i < 3; i++) store_point(prim->p[1 + i], dvec_normalize(column(t, i)));
      return prim->r > 0.0f;
    } else {
      MlTransform local = scaled_to(t, leaf->p[0], (MlVec3){leaf->r, leaf->r, leaf->r});
      prim->kind = PRIM_ELLIPSOID;
      store_point(prim->p[0], zero);
      return *uses_placed = place_exactly(&local, placed);
    }
  case NODE_BOX: {
    MlVec3 half = dvec_scale(dvec_subtract(leaf->p[1], leaf->p[0]), 0.5);
    MlTransform local = scaled_to(t, dvec_add(leaf->p[0], half), half);
    prim->kind = PRIM_BOX;
    store_point(prim->p[0], zero);
    return *uses_placed = place_exactly(&local, placed);
  }
  case NODE_PLANE:
  case NODE_DISK:
    prim->kind = node->kind == NODE_PLANE ? PRIM_PLANE : PRIM_DISK;
    prim->r = (float)leaf->r;
    store_point(prim->p[1], affine_vector(t, leaf->p[1]));
    store_point(prim->p[2], affine_vector(t, leaf->p[2]));
    store_point(prim->n, dvec_normalize(affine_normal(t, dvec_cross(leaf->p[1], leaf->p[2]))));
    return !dvec_is_zero(dvec_cross(dvec_load(prim->p[1]), dvec_load(prim->p[2])));
  case NODE_QUAD:
  case NODE_AREA: {
    MlVec3 corner = dvec_add(leaf->p[0], leaf->p[1]);
    prim->kind = PRIM_QUAD;
    store_point(prim->p[1], affine_point(t, corner));
    store_point(prim->p[2], affine_point(t, dvec_add(corner, leaf->p[2])));
    store_point(prim->p[3], affine_point(t, dvec_add(leaf->p[0], leaf->p[2])));
    return !triangle_is_degenerate(prim->p[0], prim->p[1], prim->p[3]);
  }
  case NODE_TRIANGLE:
    prim->kind = PRIM_TRIANGLE;
    store_point(prim->p[1], affine_point(t, leaf->p[1]));
    store_point(prim->p[2], affine_point(t, leaf->p[2]));
    return !triangle_is_degenerate(prim->p[0], prim->p[1], prim->p[2]);
  case NODE_CONE:
  case NODE_CAPSULE:
  case NODE_TORUS: {
    MlTransform solid = builder_solid_transform(leaf), local = ml_transform_multiply(t, &solid);
    prim->kind = node->kind == NODE_CAPSULE ? PRIM_CAPSULE
                 : node->kind == NODE_TORUS ? PRIM_TORUS
                 : leaf->s != 0.0           ? PRIM_CONE_SIDE
                                            : PRIM_CONE;
    prim->r = (float)leaf->r;
    store_point(prim->p[0], zero);
    return *uses_placed = place_exactly(&local, placed);
  }
  case NODE_LIGHT:
  case NODE_DIRECTIONAL:
  case NODE_SUN:
  case NODE_MESH:
  case NODE_SDF:
  case NODE_HAIR:
  case NODE_PLACE:
  case NODE_ARRAY:
  case NODE_GROUP:
  case NODE_CSG: break;
  }
  return false;
}

/* Keeps the primitive's own space where textures may look at it: t, once for all that share it. */
static MlStatus keep_object_space(Expansion *e, ItemList *list, uint32_t material, const MlTransform *t, Prim *prim) {
  PlacedTransform space;
  bool varies = material == NO_ID ? e->b->textures.count != 0 : builder_material(e->b, material)->varies != 0;
  if (!varies || !place_exactly(t, &space)) return ML_OK;
  bool again = list->object_count != 0 && memcmp(&list->placed.data[list->object_count - 1], &space, sizeof space) == 0;
  if (!again) {
    TRY(PUSH(e, &list->placed, space, "placements"));
    list->object_count = list->placed.count;
  }
  prim->object = (uint32_t)list->object_count - 1;
  return ML_OK;
}

MlStatus expand_add_thing(Expansion *e, const Context *in, bool instance) {
  if (!e->wants_things || in->geometry) return ML_OK;
  uint32_t thing = in->thing != 0 ? in->thing : ++e->thing_count;
  if (instance) return PUSH(e, &e->list.instance_things, thing, "instances");
  return PUSH(e, &e->list.prim_things, thing, "shapes of the scene");
}

/* Appends the primitive of a leaf. *kept: whether anything was left of it in floats. */
static MlStatus add_prim(Expansion *e, const Context *in, const Node *node, const MlTransform *t, uint32_t material, bool *kept) {
  Prim prim = {.material = material, .light = NO_ID, .hidden = in->hidden, .object = NO_ID};
  PlacedTransform placed;
  bool uses_placed;
  *kept = make_prim(node, t, &prim, &placed, &uses_placed);
  if (!*kept) {
    e->degenerate++;
    return ML_OK;
  }
  if (uses_placed) {
    prim.placed = (uint32_t)in->list->placed.count;
    TRY(PUSH(e, &in->list->placed, placed, "placements"));
  }
  if (node->kind != NODE_AREA) TRY(keep_object_space(e, in->list, material, t, &prim));
  prim_finish(&prim, in->list->placed.data, affine_determinant_sign(t) < 0);
  for (int i = 0; i < 3; i++) {
    bool near = prim.kind == PRIM_PLANE ? abs_f(prim.p[0][i]) <= 2e15f : prim.lo[i] >= -2e15f && prim.hi[i] <= 2e15f;
    if (!near) return expand_too_far(e, node);
  }
  if (node->kind != NODE_AREA) {
    e->shapes++;
    if (node->kind == NODE_TRIANGLE) e->triangles++;
  }
  TRY(PUSH(e, &in->list->prims, prim, "shapes of the scene"));
  return expand_add_thing(e, in, false);
}

/* ---- lights */

static Spectrum scaled_color(MlColor color, double factor) { return (float)factor * spectrum_from_color(color); }

MlStatus expand_add_light(Expansion *e, const Light *light, const Node *node) {
  if (!spectrum_is_finite(light->emission))
    return error_set_at(e->error, ML_ERROR_LIMIT, node->place, "%s: too bright for its size, its radiance is not finite",
                        expand_node_name(node));
  if (spectrum_is_black(light->emission)) return ML_OK;
  return PUSH(e, &e->lights, *light, "lights");
}

/* The primitive that was added last emits. Planes do so without a light. */
static MlStatus add_prim_light(Expansion *e, const Node *node, const Material *material) {
  uint32_t id = (uint32_t)e->list.prims.count - 1;
  Prim *prim = &e->list.prims.data[id];
  if (prim->kind == PRIM_PLANE || !material->emits) return ML_OK;
  Light light = {.kind = LIGHT_PRIM,
                 .emission = material->emission,
                 .front_only = material->front_only,
                 .prim = id,
                 .instance = NO_ID,
                 .profile = NO_ID};
  light.area = (float)prim_area(prim, e->list.placed.data);
  uint32_t index = (uint32_t)e->lights.count;
  TRY(expand_add_light(e, &light, node));
  if (e->lights.count > index) prim->light = index;
  return ML_OK;
}

/* What shapes a light's beam, placed: turned and mirrored, but never made wider or narrower. */
static MlStatus add_profile(Expansion *e, const Leaf *leaf, const MlTransform *t, Light *light) {
  MlVec3 axis = dvec_normalize(affine_vector(t, leaf->p[1])), up = affine_vector(t, leaf->p[2]);
  up = dvec_normalize(dvec_subtract(up, dvec_scale(axis, dvec_dot(up, axis))));
  MlVec3 side = dvec_scale(dvec_cross(axis, up), affine_determinant_sign(t) < 0 ? -1.0 : 1.0);
  LightProfile profile = {.inner = (float)leaf->inner, .outer = (float)leaf->outer};
  profile.ies = leaf->profile != 0 ? leaf->profile - 1 : NO_ID;
  store_point(profile.axis, axis);
  store_point(profile.side, side);
  store_point(profile.up, up);
  light->profile = (uint32_t)e->profiles.count;
  return PUSH(e, &e->profiles, profile, "lights");
}

/* The builder's photometric profiles, in their order. */
static MlStatus expand_profiles(Expansion *e) {
  for (uint64_t i = 0; i < e->b->profiles.count; i++) {
    const Ies *ies = &e->b->profiles.data[i].ies;
    uint64_t count = ies_data_count(ies), first = e->ies_values.count;
    TRY(PUSH(e, &e->ies, ((IesTable){first, ies->vertical_count, ies->horizontal_count}), "photometric profiles"));
    if (!array_reserve(e->memory, &e->ies_values, count)) return out_of_memory(e, count, sizeof(float), "photometric profiles");
    if (!work_copy(e->work, e->ies_values.data + first, ies->data, count * sizeof(float))) return work_status(e->work, e->error);
    e->ies_values.count += count;
  }
  return ML_OK;
}

static MlStatus expand_light(Expansion *e, const Context *in, const Node *node, const MlTransform *t) {
  const Leaf *leaf = node->leaf;
  const double pi = 0x1.921fb54442d18p+1;
  Light light = {.prim = NO_ID, .instance = NO_ID, .profile = NO_ID};
  MlVec3 p = affine_point(t, leaf->p[0]);
  if (node->kind == NODE_DIRECTIONAL) {
    light.kind = LIGHT_DIRECTIONAL;
    light.emission = scaled_color(leaf->color, leaf->s);
    store_point(light.d, dvec_normalize(affine_vector(t, leaf->p[0])));
    return expand_add_light(e, &light, node);
  }
  if (node->kind == NODE_SUN) {
    double half = ml_sin(0.25 * leaf->r * (pi / 180.0)), spread = 2.0 * half * half;
    light.kind = LIGHT_SUN;
    light.radius = (float)spread;
    light.emission = scaled_color(leaf->color, leaf->s / (pi * spread * (2.0 - spread))); // over pi sin^2 of half the angle
    store_point(light.d, dvec_normalize(affine_vector(t, leaf->p[0])));
    return expand_add_light(e, &light, node);
  }
  if (node->kind == NODE_LIGHT) {
    if (!(dvec_largest(p) <= 2 * COORDINATE_LIMIT)) return expand_too_far(e, node);
    store_point(light.p, p);
    // A sphere stays one under any placement: its volume scales; its power stays
    double volume = __builtin_fabs(affine_determinant(t));
    double radius = leaf->r > 0.0 ? leaf->r * ml_pow(volume, 1.0 / 3.0) : 0.0;
    light.kind = leaf->r > 0.0 ? LIGHT_SPHERE : LIGHT_POINT;
    light.radius = (float)radius;
    light.emission = scaled_color(leaf->color, leaf->s / (leaf->r > 0.0 ? leaf->beam * pi * (radius * radius) : leaf->beam));
    if (leaf->outer > 0.0 && !spectrum_is_black(light.emission)) TRY(add_profile(e, leaf, t, &light));
    return expand_add_light(e, &light, node);
  }
  // An area light is a quad of a material of its own
  bool kept;
  TRY(add_prim(e, in, node, t, (uint32_t)e->materials.count, &kept));
  if (!kept) return ML_OK;
  const Prim *prim = &e->list.prims.data[e->list.prims.count - 1];
  double area = prim_area(prim, NULL);
  Material material = {.emission = scaled_color(leaf->color, leaf->r > 0.0 ? leaf->r / (pi * area) : leaf->s), .front_only = 1};
  material.emits = !spectrum_is_black(material.emission);
  TRY(PUSH(e, &e->materials, material, "materials"));
  return add_prim_light(e, node, &e->materials.data[e->materials.count - 1]);
}

/* ---- walking */

/* Lights without a surface cannot be found by rays; and none of them can be sampled while it moves or in an array. */
static MlStatus misplaced(const Expansion *e, const Context *in, const Node *node) {
  const char *name = expand_node_name(node);
  if (node->kind == NODE_PLANE)
    return error_set_at(e->error, ML_ERROR_ARGUMENT, node->place,
                        in->wanted == FOR_MOTION ? "%s: is infinite and cannot move" : "%s: is infinite and cannot be in an array", name);
  return error_set_at(e->error, ML_ERROR_ARGUMENT, node->place,
                      in->wanted == FOR_MOTION
                        ? "%s: a light cannot move; a shape whose material emits can"
                        : "%s: a light cannot be in an array: place it by itself, or take a shape whose material emits",
                      name);
}

static MlStatus expand_group(Expansion *e, const Context *in, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(e->b, id);
  if (node->leaves == 0) return ML_OK; /* nothing, were it in there 2^256 times */
  Context inner = *in;
  if (node->material != 0) inner.material = node->material;
  bool lit = (node->traits & NODE_UNNAMED) != 0 && !in->geometry && builder_material(e->b, inner.material)->emits;
  if ((!in->geometry || in->nested) && e->forms[id - 1] != GROUP_EXPANDED && !lit) return expand_instance(e, in, id, t, NULL, FOR_GROUP);
  for (uint64_t i = 0; i < node->group->count; i++) TRY(expand_node(e, &inner, node->group->children[i], t));
  return ML_OK;
}

static MlStatus expand_place(Expansion *e, const Context *in, const Node *node, const MlTransform *t) {
  const PlaceNode *placement = node->placement;
  Context inner = *in;
  if (node->material != 0) inner.material = node->material;
  inner.hidden |= placement->hidden;
  if (inner.thing == 0) inner.thing = ++e->thing_count;
  if (placement->motion != NULL) return expand_instance(e, &inner, placement->child, t, placement->motion, FOR_MOTION);
  MlTransform placed = ml_transform_multiply(t, &placement->transform);
  return expand_node(e, &inner, placement->child, &placed);
}

MlStatus expand_node(Expansion *e, const Context *in, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(e->b, id);
  if (!work_goes_on(e->work, NODE_WORK)) return work_status(e->work, e->error);
  switch ((NodeKind)node->kind) {
  case NODE_PLACE: return expand_place(e, in, node, t);
  case NODE_GROUP: return expand_group(e, in, id, t);
  case NODE_CSG: return expand_instance(e, in, id, t, NULL, FOR_GROUP);
  case NODE_MESH: e->degenerate += node->mesh->degenerate; return expand_instance(e, in, id, t, NULL, FOR_GROUP);
  case NODE_SDF:
  case NODE_HAIR: return expand_instance(e, in, id, t, NULL, FOR_GROUP);
  case NODE_ARRAY: return expand_instance(e, in, id, t, NULL, FOR_ARRAY);
  case NODE_LIGHT:
  case NODE_AREA:
  case NODE_SUN:
  case NODE_DIRECTIONAL: return in->geometry ? misplaced(e, in, node) : expand_light(e, in, node, t);
  case NODE_PLANE:
    if (in->geometry && !in->operand) return misplaced(e, in, node);
    break;
  case NODE_SPHERE:
  case NODE_BOX:
  case NODE_DISK:
  case NODE_QUAD:
  case NODE_TRIANGLE:
  case NODE_CONE:
  case NODE_CAPSULE:
  case NODE_TORUS: break;
  }
  bool kept;
  uint32_t material = node->material != 0 ? node->material : in->material;
  TRY(add_prim(e, in, node, t, material, &kept));
  if (!kept || in->geometry) return ML_OK;
  return add_prim_light(e, node, builder_material(e->b, material));
}

/* ---- all of it */

MlStatus expand_scene(Expansion *e, const double origin[3]) {
  const MlBuilder *b = e->b;
  e->node_count = b->nodes.count;
  if (!array_reserve(e->memory, &e->materials, b->materials.count))
    return out_of_memory(e, b->materials.count, sizeof(Material), "materials");
  if (!work_copy(e->work, e->materials.data, b->materials.data, b->materials.count * sizeof(Material)))
    return work_status(e->work, e->error);
  e->materials.count = b->materials.count;
  for (uint64_t i = 0; i < b->materials.count; i++) e->wants_things = e->wants_things || (b->materials.data[i].varies & VARIES_POINT) != 0;
  if (e->node_count == 0) return ML_OK;
  TRY(expand_prepare(e));
  if (e->work != NULL) e->making = e->work->part;
  TRY(expand_profiles(e));
  MlTransform t = affine_translate((MlVec3){-origin[0], -origin[1], -origin[2]});
  Context in = {.list = &e->list};
  for (uint64_t i = 0; i < b->roots.count; i++) TRY(expand_node(e, &in, b->roots.data[i], &t));
  return ML_OK;
}

void item_list_free(Memory *memory, ItemList *list) {
  array_free(memory, &list->prims);
  array_free(memory, &list->placed);
  array_free(memory, &list->instances);
  array_free(memory, &list->boxes);
  array_free(memory, &list->prim_things);
  array_free(memory, &list->instance_things);
  array_free(memory, &list->firsts);
  array_free(memory, &list->geometries);
  array_free(memory, &list->motions);
  array_free(memory, &list->keys);
}

void expand_release(Expansion *e, bool assets) {
  for (uint64_t i = 0; assets && i < e->assets.count; i++) cache_release(e->b->context.cache, e->assets.data[i]);
  item_list_free(e->memory, &e->list);
  array_free(e->memory, &e->lights);
  array_free(e->memory, &e->profiles);
  array_free(e->memory, &e->ies);
  array_free(e->memory, &e->ies_values);
  array_free(e->memory, &e->materials);
  array_free(e->memory, &e->assets);
  memory_free(e->memory, e->uses, (size_t)e->node_count * sizeof *e->uses);
  memory_free(e->memory, e->forms, (size_t)e->node_count * sizeof *e->forms);
  memory_free(e->memory, e->geometries, (size_t)e->node_count * sizeof *e->geometries);
}
