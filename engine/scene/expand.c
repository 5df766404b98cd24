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

/* What surrounds a node on the way down. */
typedef struct Context {
  PrimList *list;      /* where primitives go */
  bool geometry;       /* into a group's geometry: names no material of its own, has no lights */
  MlMaterial material; /* of the nearest enclosing node that names one; 0 (in a geometry: NO_ID): none */
  uint32_t hidden;
} Context;

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

/* Both directions of t; false: too large, too small or too flat for floats. */
static bool place_exactly(const MlTransform *t, PlacedTransform *out) {
  MlTransform inverse;
  if (!ml_transform_invert(t, &inverse)) return false;
  for (int i = 0; i < 3; i++) {
    for (int k = 0; k < 3; k++) {
      out->to_world[3 * i + k] = (float)t->m[4 * i + k];
      out->to_local[3 * i + k] = (float)inverse.m[4 * i + k];
    }
    out->centre[i] = (float)t->m[4 * i + 3];
  }
  for (int i = 0; i < 9; i++)
    if (!isfinite(out->to_world[i]) || !isfinite(out->to_local[i])) return false;
  MlVec3 r0 = dvec_load(out->to_local), r1 = dvec_load(out->to_local + 3), r2 = dvec_load(out->to_local + 6);
  return dvec_dot(r0, dvec_cross(r1, r2)) != 0.0;
}

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

static MlStatus too_far(const Expansion *e, const Node *node, const char *what) {
  return error_set_at(e->error, ML_ERROR_LIMIT, node->place, "%s: reaches further than 1e15 m from the origin of the scene", what);
}

static const char *node_name(const Node *node) {
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
  case NODE_PLACE: return "place";
  case NODE_GROUP: return "group";
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
  case NODE_PLACE:
  case NODE_GROUP: break;
  }
  return false;
}

/* Keeps the primitive's own space where textures may look at it: t, once for all that share it. */
static MlStatus keep_object_space(Expansion *e, PrimList *list, uint32_t material, const MlTransform *t, Prim *prim) {
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
    if (!near) return too_far(e, node, node_name(node));
  }
  if (node->kind != NODE_AREA) {
    e->shapes++;
    if (node->kind == NODE_TRIANGLE) e->triangles++;
  }
  return PUSH(e, &in->list->prims, prim, "shapes of the scene");
}

/* ---- lights */

static Spectrum scaled_color(MlColor color, double factor) { return (float)factor * spectrum_from_color(color); }

static MlStatus add_light(Expansion *e, const Light *light, const Node *node) {
  if (!spectrum_is_finite(light->emission))
    return error_set_at(e->error, ML_ERROR_LIMIT, node->place, "%s: too bright for its size, its radiance is not finite", node_name(node));
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
  TRY(add_light(e, &light, node));
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
    return add_light(e, &light, node);
  }
  if (node->kind == NODE_SUN) {
    double half = ml_sin(0.25 * leaf->r * (pi / 180.0)), spread = 2.0 * half * half;
    light.kind = LIGHT_SUN;
    light.radius = (float)spread;
    light.emission = scaled_color(leaf->color, leaf->s / (pi * spread * (2.0 - spread))); // over pi sin^2 of half the angle
    store_point(light.d, dvec_normalize(affine_vector(t, leaf->p[0])));
    return add_light(e, &light, node);
  }
  if (node->kind == NODE_LIGHT) {
    if (!(dvec_largest(p) <= 2 * COORDINATE_LIMIT)) return too_far(e, node, node_name(node));
    store_point(light.p, p);
    // A sphere stays one under any placement: its volume scales; its power stays
    double volume = __builtin_fabs(affine_determinant(t));
    double radius = leaf->r > 0.0 ? leaf->r * ml_pow(volume, 1.0 / 3.0) : 0.0;
    light.kind = leaf->r > 0.0 ? LIGHT_SPHERE : LIGHT_POINT;
    light.radius = (float)radius;
    light.emission = scaled_color(leaf->color, leaf->s / (leaf->r > 0.0 ? leaf->beam * pi * (radius * radius) : leaf->beam));
    if (leaf->outer > 0.0 && !spectrum_is_black(light.emission)) TRY(add_profile(e, leaf, t, &light));
    return add_light(e, &light, node);
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

/* ---- instances */

static MlStatus expand_node(Expansion *e, const Context *in, MlNode id, const MlTransform *t);

/* Takes over a reference. */
static MlStatus keep_asset(Expansion *e, MlNode id, const Geometry *asset) {
  if (!array_push(e->memory, &e->assets, asset)) {
    cache_release(e->b->context.cache, asset);
    return out_of_memory(e, e->assets.count + 1, sizeof asset, "assets");
  }
  e->geometries[id - 1] = asset;
  return ML_OK;
}

/* The asset of a mesh or of an instanced group, made when first needed. */
static MlStatus finish_asset(Expansion *e, MlNode id, const Geometry *content, uint64_t content_bytes) {
  const Geometry *asset = cache_find(e->b->context.cache, content, content_bytes);
  if (asset == NULL) {
    Geometry *made;
    const BvhBuild build = expand_build(e);
    TRY(geometry_create(&build, content, &made, e->error));
    asset = cache_insert(e->b->context.cache, made, content_bytes);
    if (asset == NULL) return out_of_memory(e, 1, 64, "asset cache");
  }
  return keep_asset(e, id, asset);
}

static MlStatus mesh_asset(Expansion *e, MlNode id, const MeshNode *mesh) {
  Geometry content = {.mesh = mesh->mesh, .degenerate = mesh->degenerate, .hash = mesh->hash};
  content.bounds = aabb_from_bounds(&mesh->bounds);
  return finish_asset(e, id, &content, mesh->bytes);
}

/* The primitives of a group in its own space, about an origin of its own if they lie far from the group's. */
static MlStatus group_content(Expansion *e, MlNode id, PrimList *list, Geometry *content) {
  const Node *node = builder_node(e->b, id);
  MlTransform t = ml_transform_identity();
  MlBounds bounds = builder_bounds(e->b, id, &t, BOUNDS_BUDGET, e->work);
  scene_origin_of(&bounds, content->origin);
  for (int i = 0; i < 3; i++) t.m[4 * i + 3] = -content->origin[i];
  bounds = affine_bounds(&t, &bounds);
  content->bounds = aabb_from_bounds(&bounds);
  uint64_t shapes = e->shapes, triangles = e->triangles;
  Context in = {.list = list, .geometry = true, .material = node->material != 0 ? node->material : NO_ID};
  for (uint64_t i = 0; i < node->group->count; i++) TRY(expand_node(e, &in, node->group->children[i], &t));
  content->prim_triangles = e->triangles - triangles;
  e->shapes = shapes; /* they count where the group is used */
  e->triangles = triangles;
  content->prims = list->prims.data;
  content->prim_count = list->prims.count;
  content->placed = list->placed.data;
  content->placed_count = list->placed.count;
  HashStream stream;
  hash_begin(&stream, GEOMETRY_HASH_GROUP);
  hash_add(&stream, content->origin, sizeof content->origin);
  work_hash(e->work, &stream, content->prims, content->prim_count * sizeof(Prim));
  work_hash(e->work, &stream, content->placed, content->placed_count * sizeof(PlacedTransform));
  content->hash = hash_end(&stream);
  return work_status(e->work, e->error);
}

static MlStatus group_asset(Expansion *e, MlNode id) {
  PrimList list = {0};
  Geometry content = {0};
  MlStatus status = group_content(e, id, &list, &content);
  if (status == ML_OK && content.prim_count != 0)
    status = finish_asset(e, id, &content, content.prim_count * sizeof(Prim) + content.placed_count * sizeof(PlacedTransform));
  array_free(e->memory, &list.prims);
  array_free(e->memory, &list.placed);
  return status;
}

/* Bounds in the scene of what lies in `box` in an instance's space, seen through the same to_local as rays are. Padded by 2^-20 of
 * their size: rays are rounded when they enter, and neighbours that share an edge must not lose rays between them. */
static void bound_instance(Instance *instance, const Aabb *box) {
  MlTransform to_local = {0}, to_world;
  for (int i = 0; i < 9; i++) to_local.m[4 * (i / 3) + i % 3] = (double)instance->placed.to_local[i];
  (void)ml_transform_invert(&to_local, &to_world); /* place_exactly made sure */
  MlBounds bounds = aabb_to_bounds(box);
  bounds = affine_bounds(&to_world, &bounds);
  double pad = 0x1p-20 * dvec_largest(dvec_subtract(bounds.max, bounds.min));
  const double lo[3] = {bounds.min.x, bounds.min.y, bounds.min.z}, hi[3] = {bounds.max.x, bounds.max.y, bounds.max.z};
  for (int i = 0; i < 3; i++) {
    double centre = (double)instance->placed.centre[i];
    instance->lo[i] = next_down_f(float_below(lo[i] - pad + centre));
    instance->hi[i] = next_up_f(float_above(hi[i] + pad + centre));
  }
}

static MlStatus add_instance(Expansion *e, const Context *in, const Node *node, const Geometry *geometry, const MlTransform *t) {
  MlTransform local = affine_translate((MlVec3){geometry->origin[0], geometry->origin[1], geometry->origin[2]});
  local = ml_transform_multiply(t, &local);
  uint32_t material = node->material != 0 ? node->material : in->material;
  Instance instance = {.geometry = geometry, .material = material, .light = NO_ID, .hidden = in->hidden};
  if (!place_exactly(&local, &instance.placed)) {
    e->degenerate += geometry->mesh.triangle_count + geometry->prim_count;
    return ML_OK;
  }
  bound_instance(&instance, &geometry->bvh.bounds);
  for (int i = 0; i < 3; i++)
    if (!(instance.lo[i] >= -2e15f && instance.hi[i] <= 2e15f)) return too_far(e, node, node_name(node));
  const Material *own = builder_material(e->b, material);
  if (geometry->mesh.triangle_count != 0) {
    e->shapes++;
    e->triangles += geometry->mesh.triangle_count;
    if (own->emits) {
      Light light = {.kind = LIGHT_MESH, .emission = own->emission, .front_only = own->front_only, .prim = NO_ID, .profile = NO_ID};
      light.instance = (uint32_t)e->instances.count;
      uint32_t index = (uint32_t)e->lights.count;
      TRY(add_light(e, &light, node));
      if (e->lights.count > index) instance.light = index; /* a texture whose mean is black is no light */
    }
  } else {
    e->shapes += geometry->prim_count;
    e->triangles += geometry->prim_triangles;
  }
  return PUSH(e, &e->instances, instance, "instances");
}

/* ---- walking */

static MlStatus expand_group(Expansion *e, const Context *in, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(e->b, id);
  if (node->leaves == 0) return ML_OK; /* nothing, were it in there 2^256 times */
  Context inner = *in;
  if (node->material != 0) inner.material = node->material;
  bool lit = (node->traits & NODE_UNNAMED) != 0 && !in->geometry && builder_material(e->b, inner.material)->emits;
  if (!in->geometry && e->instanced[id - 1] && !lit) {
    if (e->geometries[id - 1] == NULL) TRY(group_asset(e, id));
    if (e->geometries[id - 1] == NULL) return ML_OK;
    return add_instance(e, in, node, e->geometries[id - 1], t);
  }
  for (uint64_t i = 0; i < node->group->count; i++) TRY(expand_node(e, &inner, node->group->children[i], t));
  return ML_OK;
}

static MlStatus expand_mesh(Expansion *e, const Context *in, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(e->b, id);
  const MeshNode *mesh = node->mesh;
  e->degenerate += mesh->degenerate;
  const Geometry *geometry = mesh->geometry != NULL ? mesh->geometry : e->geometries[id - 1];
  if (geometry == NULL) {
    if (mesh->mesh.triangle_count == 0) return ML_OK;
    TRY(mesh_asset(e, id, mesh));
  } else if (e->geometries[id - 1] == NULL) {
    // The builder's own reference ends with it
    cache_retain(e->b->context.cache, geometry);
    TRY(keep_asset(e, id, geometry));
  }
  return add_instance(e, in, node, e->geometries[id - 1], t);
}

static MlStatus expand_node(Expansion *e, const Context *in, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(e->b, id);
  if (!work_goes_on(e->work, NODE_WORK)) return work_status(e->work, e->error);
  switch ((NodeKind)node->kind) {
  case NODE_PLACE: {
    Context inner = *in;
    if (node->material != 0) inner.material = node->material;
    inner.hidden |= node->placement->hidden;
    MlTransform placed = ml_transform_multiply(t, &node->placement->transform);
    return expand_node(e, &inner, node->placement->child, &placed);
  }
  case NODE_GROUP: return expand_group(e, in, id, t);
  case NODE_MESH: return expand_mesh(e, in, id, t);
  case NODE_LIGHT:
  case NODE_AREA:
  case NODE_SUN:
  case NODE_DIRECTIONAL: return expand_light(e, in, node, t);
  case NODE_SPHERE:
  case NODE_BOX:
  case NODE_PLANE:
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
  if (e->node_count == 0) return ML_OK;
  TRY(expand_prepare(e));
  TRY(expand_profiles(e));
  MlTransform t = affine_translate((MlVec3){-origin[0], -origin[1], -origin[2]});
  Context in = {.list = &e->list};
  for (uint64_t i = 0; i < b->roots.count; i++) TRY(expand_node(e, &in, b->roots.data[i], &t));
  return ML_OK;
}

void expand_release(Expansion *e, bool assets) {
  for (uint64_t i = 0; assets && i < e->assets.count; i++) cache_release(e->b->context.cache, e->assets.data[i]);
  array_free(e->memory, &e->list.prims);
  array_free(e->memory, &e->list.placed);
  array_free(e->memory, &e->instances);
  array_free(e->memory, &e->lights);
  array_free(e->memory, &e->profiles);
  array_free(e->memory, &e->ies);
  array_free(e->memory, &e->ies_values);
  array_free(e->memory, &e->materials);
  array_free(e->memory, &e->assets);
  memory_free(e->memory, e->uses, (size_t)e->node_count * sizeof *e->uses);
  memory_free(e->memory, e->instanced, (size_t)e->node_count * sizeof *e->instanced);
  memory_free(e->memory, (void *)e->geometries, (size_t)e->node_count * sizeof *e->geometries);
}
