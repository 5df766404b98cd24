/* expand_instances.c - geometries of nodes, and instances of them: placed, nested, in motion. */
#include "scene/expand.h"

#include <string.h>

#include "base/hash.h"
#include "bvh/placement.h"
#include "math/ieee.h"
#include "program/compile.h"
#include "scene/fields.h"
#include "shape/intersect.h"

static MlStatus out_of_memory(const Expansion *e, uint64_t count, size_t size, const char *what) {
  return memory_error(e->memory, count * size, what, e->error);
}
#define PUSH(e, array, value, what)                                                                                                        \
  (array_push((e)->memory, (array), (value)) ? ML_OK : out_of_memory((e), (array)->count + 1, sizeof *(array)->data, (what)))

/* ---- placing in floats */

bool place_exactly(const MlTransform *t, PlacedTransform *out) {
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

static MlTransform transform_of(const float m[9]) {
  MlTransform t = {0};
  for (int i = 0; i < 9; i++) t.m[4 * (i / 3) + i % 3] = (double)m[i];
  return t;
}

static bool is_near(const Aabb *box) {
  for (int i = 0; i < 3; i++)
    if (!(box->lo[i] >= -2e15f && box->hi[i] <= 2e15f)) return false;
  return true;
}

/* ---- motion */

enum { MOTION_LEVELS = 8, MOTION_TIMES = (1 << (MOTION_LEVELS + 2)) + 1 };

/* A motion looked at at times of a fine grid, each when first asked for. */
typedef struct MotionSamples {
  MlTransform before, after; /* around the chain */
  const MotionChain *chain;
  MlTransform at[MOTION_TIMES];
  bool known[MOTION_TIMES];
} MotionSamples;

static const MlTransform *motion_sample(MotionSamples *s, uint32_t i) {
  if (!s->known[i]) {
    MlTransform t = motion_at(s->chain, (double)i / (MOTION_TIMES - 1));
    t = ml_transform_multiply(&s->before, &t);
    s->at[i] = ml_transform_multiply(&t, &s->after);
    s->known[i] = true;
  }
  return &s->at[i];
}

/* How far the corners of `box` are, at most, from where they would be if they went straight from sample a to sample b. */
static double motion_error(MotionSamples *s, uint32_t a, uint32_t b, const Aabb *box) {
  double largest = 0.0;
  for (uint32_t k = 1; k < 4; k++) {
    const MlTransform *from = motion_sample(s, a), *to = motion_sample(s, b), *then = motion_sample(s, a + (b - a) * k / 4);
    for (int corner = 0; corner < 8; corner++) {
      MlVec3 p = {(double)(corner & 1 ? box->hi : box->lo)[0], (double)(corner & 2 ? box->hi : box->lo)[1],
                  (double)(corner & 4 ? box->hi : box->lo)[2]};
      MlVec3 straight = dvec_add(dvec_scale(affine_point(from, p), 1.0 - 0.25 * k), dvec_scale(affine_point(to, p), 0.25 * k));
      double error = dvec_length(dvec_subtract(affine_point(then, p), straight));
      largest = error > largest ? error : largest;
    }
  }
  return largest;
}

/* So many keys that no point of the box errs by more than a 2000th of its diagonal and a 20000th of its way, or 257. */
static uint32_t motion_segments(Expansion *e, MotionSamples *s, const Aabb *box) {
  MlBounds bounds = aabb_to_bounds(box), swept = {.empty = true};
  for (uint32_t i = 0; i <= 4; i++) {
    MlBounds then = affine_bounds(motion_sample(s, i * (MOTION_TIMES / 4)), &bounds);
    swept = bounds_union(&swept, &then);
  }
  bounds = affine_bounds(motion_sample(s, 0), &bounds);
  double allowed = dvec_length(dvec_subtract(bounds.max, bounds.min)) / 2000.0 + dvec_length(dvec_subtract(swept.max, swept.min)) / 20000.0;
  uint32_t level = 0;
  for (; level < MOTION_LEVELS; level++) {
    uint32_t step = (MOTION_TIMES - 1) >> level;
    double error = 0.0;
    for (uint32_t i = 0; i < 1u << level && error <= allowed && work_goes_on(e->work, 4096); i++) {
      double own = motion_error(s, i * step, (i + 1) * step, box);
      error = own > error ? own : error;
    }
    if (error <= allowed) break;
  }
  return 1u << level;
}

/* Appends the keys of a motion; false in *fine: at some time it is nothing that floats could hold. */
static MlStatus add_motion(Expansion *e, ItemList *list, MotionSamples *s, const Aabb *box, Instance *instance, Aabb *around, bool *fine) {
  uint32_t segments = motion_segments(e, s, box), step = (MOTION_TIMES - 1) / segments;
  Motion motion = {(uint32_t)list->keys.count, segments + 1};
  *fine = list->keys.count + segments + 1 <= UINT32_MAX && list->motions.count + 1 < 1u << 28;
  if (!*fine) return error_set(e->error, ML_ERROR_LIMIT, "scene: more motion than can be numbered");
  for (uint32_t i = 0; i <= segments; i++) {
    PlacedTransform placed;
    if (!(*fine = place_exactly(motion_sample(s, i * step), &placed))) {
      list->keys.count = motion.first;
      return ML_OK;
    }
    if (i == 0) instance->placed = placed;
    MotionKey key;
    memcpy(key.to_world, placed.to_world, sizeof key.to_world);
    memcpy(key.centre, placed.centre, sizeof key.centre);
    MlTransform to_world = transform_of(key.to_world);
    Aabb then = geometry_placed_bounds(&to_world, key.centre, box, 0x1p-18); /* rays see the rounded inverse */
    memcpy(key.lo, then.lo, sizeof key.lo);
    memcpy(key.hi, then.hi, sizeof key.hi);
    *around = i == 0 ? then : aabb_union(around, &then);
    TRY(PUSH(e, &list->keys, key, "placements in motion"));
  }
  TRY(PUSH(e, &list->motions, motion, "placements in motion"));
  instance->motion = (uint32_t)list->motions.count & 0xfffffffu;
  return work_status(e->work, e->error);
}

/* ---- geometries */

/* Takes over a reference. */
static MlStatus keep_asset(Expansion *e, MlNode id, const Geometry *asset) {
  if (!array_push(e->memory, &e->assets, asset)) {
    cache_release(e->b->context.cache, asset);
    return out_of_memory(e, e->assets.count + 1, sizeof asset, "assets");
  }
  e->geometries[id - 1].asset = asset;
  return ML_OK;
}

/* The present part of the work becomes that of making this node's own geometry, once what is in it is made. Of a solid that is a program its
 * cells, with which its tree counts as done. Returns what work_part_ends wants. */
static WorkPart begin_making(Expansion *e, MlNode id) {
  if (e->work == NULL) return (WorkPart){0};
  const WorkPart before = e->work->part;
  const double all = (double)e->effort + 1, from = (double)e->spent / all;
  if (!e->geometries[id - 1].counted) e->spent = builder_add_saturating(e->spent, expand_effort(builder_node(e->b, id)));
  e->geometries[id - 1].counted = true;
  const double to = (double)e->spent / all;
  e->work->part = e->making; /* and not of the group's around it, which may be nothing */
  (void)work_part_begins(e->work, from < 1 ? from : 1, to < 1 ? to : 1);
  return before;
}

static MlStatus finish_asset(Expansion *e, MlNode id, const Geometry *content, const Aabb *boxes, uint64_t content_bytes) {
  AssetCache *cache = e->b->context.cache;
  const Geometry *asset = cache_find(cache, content, content_bytes);
  if (asset == NULL) {
    Geometry *made;
    const BvhBuild build = expand_build(e);
    const WorkPart before = begin_making(e, id);
    const MlStatus status = geometry_create(&build, content, boxes, &made, e->error);
    work_part_ends(e->work, before);
    TRY(status);
    for (uint64_t i = 0; i < made->instances.geometry_count; i++) cache_retain(cache, made->instances.geometries[i]);
    asset = cache_insert(cache, made, content_bytes);
    if (asset == NULL) return out_of_memory(e, 1, 64, "asset cache");
  }
  return keep_asset(e, id, asset);
}

static MlStatus mesh_asset(Expansion *e, MlNode id) {
  const MeshNode *mesh = builder_node(e->b, id)->mesh;
  if (mesh->geometry != NULL) {
    // The builder's own reference ends with it
    cache_retain(e->b->context.cache, mesh->geometry);
    return keep_asset(e, id, mesh->geometry);
  }
  if (mesh->mesh.triangle_count == 0) return ML_OK;
  Geometry content = {.mesh = mesh->mesh, .degenerate = mesh->degenerate, .hash = mesh->hash, .paths = 1, .all_shapes = 1};
  content.all_triangles = mesh->mesh.triangle_count;
  content.bounds = aabb_from_bounds(&mesh->bounds);
  return finish_asset(e, id, &content, NULL, mesh->bytes);
}

/* What instances refer to, beside themselves; and what is in them. */
static MlStatus instances_content(Expansion *e, const ItemList *list, Geometry *content) {
  Instances *set = &content->instances;
  *set = (Instances){.data = list->instances.data,
                     .geometries = list->geometries.data,
                     .firsts = list->firsts.data,
                     .motions = list->motions.data,
                     .keys = list->keys.data,
                     .count = list->instances.count,
                     .geometry_count = list->geometries.count,
                     .motion_count = list->motions.count,
                     .key_count = list->keys.count};
  for (uint64_t i = 0; i < set->count && work_goes_on(e->work, sizeof(Instance)); i++) {
    const Geometry *of = instance_geometry(set, &set->data[i]);
    content->all_shapes = builder_add_saturating(content->all_shapes, of->all_shapes);
    content->all_triangles = builder_add_saturating(content->all_triangles, of->all_triangles);
    if (of->levels + 1 > content->levels) content->levels = of->levels + 1;
  }
  return work_status(e->work, e->error);
}

static void hash_instances(Expansion *e, HashStream *stream, const Instances *set) {
  for (uint64_t i = 0; i < set->geometry_count && work_goes_on(e->work, 64); i++)
    hash_add(stream, &set->geometries[i]->hash, sizeof set->geometries[i]->hash);
  if (set->places != NULL) {
    hash_add(stream, &set->pattern, sizeof set->pattern);
    work_hash(e->work, stream, set->places, set->count * sizeof *set->places);
  } else {
    work_hash(e->work, stream, set->data, set->count * sizeof *set->data);
  }
  work_hash(e->work, stream, set->motions, set->motion_count * sizeof *set->motions);
  work_hash(e->work, stream, set->keys, set->key_count * sizeof *set->keys);
}

/* The items of a node in its own space, about an origin of its own if they lie far from the node's. */
static MlStatus group_content(Expansion *e, MlNode id, WantedFor wanted, ItemList *list, CsgItems *items, Geometry *content) {
  const Node *node = builder_node(e->b, id);
  MlTransform t = ml_transform_identity();
  MlBounds bounds = builder_bounds(e->b, id, &t, BOUNDS_BUDGET, e->work);
  scene_origin_of(&bounds, content->origin);
  for (int i = 0; i < 3; i++) t.m[4 * i + 3] = -content->origin[i];
  bounds = affine_bounds(&t, &bounds);
  content->bounds = aabb_from_bounds(&bounds);
  uint64_t shapes = e->shapes, triangles = e->triangles;
  *list = (ItemList){.paths = 1, .serial = ++e->list_count};
  Context in = {.list = list, .geometry = true, .nested = e->forms[id - 1] != GROUP_FLAT, .wanted = wanted, .material = NO_ID};
  if (node->kind == NODE_CSG) {
    TRY(expand_csg(e, &in, id, &t, items, &content->csg));
  } else if (node->kind == NODE_GROUP) {
    if (node->material != 0) in.material = node->material;
    for (uint64_t i = 0; i < node->group->count; i++) TRY(expand_node(e, &in, node->group->children[i], &t));
  } else {
    TRY(expand_node(e, &in, id, &t));
  }
  e->shapes = shapes; /* they count where the group is used */
  e->triangles = triangles;
  content->prims = list->prims.data;
  content->prim_count = list->prims.count;
  for (uint64_t i = 0; i < content->prim_count; i++) content->prim_triangles += content->prims[i].kind == PRIM_TRIANGLE;
  content->placed = list->placed.data;
  content->placed_count = list->placed.count;
  content->paths = list->paths;
  content->all_shapes = content->prim_count;
  content->all_triangles = content->prim_triangles;
  TRY(instances_content(e, list, content));
  if (node->kind == NODE_CSG) content->all_shapes = 1;
  HashStream stream;
  hash_begin(&stream, GEOMETRY_HASH_GROUP);
  hash_add(&stream, content->origin, sizeof content->origin);
  work_hash(e->work, &stream, content->prims, content->prim_count * sizeof(Prim));
  work_hash(e->work, &stream, content->placed, content->placed_count * sizeof(PlacedTransform));
  if (content->instances.count != 0) hash_instances(e, &stream, &content->instances);
  work_hash(e->work, &stream, content->csg.nodes, content->csg.node_count * sizeof(CsgNode));
  work_hash(e->work, &stream, content->csg.items, content->csg.item_count * sizeof(CsgItem));
  content->hash = hash_end(&stream);
  return work_status(e->work, e->error);
}

static MlStatus group_asset(Expansion *e, MlNode id, WantedFor wanted) {
  ItemList list = {0};
  Geometry content = {0};
  CsgItems items = {0};
  MlStatus status = group_content(e, id, wanted, &list, &items, &content);
  if (status == ML_OK && content.prim_count + content.instances.count != 0)
    status = finish_asset(e, id, &content, list.boxes.data,
                          content.prim_count * sizeof(Prim) + content.placed_count * sizeof(PlacedTransform) +
                            content.instances.count * sizeof(Instance));
  item_list_free(e->memory, &list);
  csg_items_free(e->memory, &items);
  return status;
}

/* ---- solids that are programs */

static uint64_t field_bytes(const FieldContent *parts) {
  return program_bytes(parts->distance) + (parts->which != NULL ? program_bytes(parts->which) : 0);
}

/* The asset of a solid whose cells are not made yet. */
static MlStatus make_field(Expansion *e, MlNode id, FieldContent *parts, bool closed, Geometry *content, bool *open) {
  const WorkPart before = begin_making(e, id);
  MlStatus status = field_build(e->memory, e->work, &e->b->context.parallel, &parts->box, closed, &content->field, open, e->error);
  work_part_ends(e->work, before);
  if (status == ML_OK && !*open && content->field.cell_count != 0) status = finish_asset(e, id, content, NULL, field_bytes(parts));
  field_free(e->memory, &content->field);
  return status;
}

/* One that is not closed within its bounds is cut off at them, and then made once more. */
static MlStatus field_asset(Expansion *e, MlNode id) {
  bool open = false, closed = false;
  do {
    FieldContent parts;
    bool empty;
    closed = open;
    TRY(fields_content(e->b, id, closed, &parts, &empty, e->error));
    if (empty) return ML_OK;
    Geometry content = {.hash = parts.hash, .paths = 1, .all_shapes = 1, .bounds = parts.box};
    content.field =
      (Field){.distance = parts.distance, .which = parts.which, .materials = parts.materials, .material_count = parts.material_count};
    for (int i = 0; i < 3; i++) content.field.centre[i] = 0.5f * parts.box.lo[i] + 0.5f * parts.box.hi[i];
    const Geometry *known = cache_find(e->b->context.cache, &content, field_bytes(&parts));
    open = false;
    MlStatus status = known != NULL ? keep_asset(e, id, known) : make_field(e, id, &parts, closed, &content, &open);
    fields_free(e->memory, &parts);
    TRY(status);
  } while (open && !closed);
  return ML_OK;
}

/* ---- hair */

static MlStatus hair_asset(Expansion *e, MlNode id) {
  const HairNode *hair = builder_node(e->b, id)->hair;
  Geometry content = {.strands = hair->strands, .hash = hair->hash, .paths = 1, .all_shapes = 1};
  content.bounds = aabb_from_bounds(&hair->bounds);
  return finish_asset(e, id, &content, NULL, hair->strands.point_count * sizeof(StrandPoint) + 4 * hair->strands.segment_count);
}

static MlStatus array_asset(Expansion *e, MlNode id);

static MlStatus make_asset(Expansion *e, MlNode id, WantedFor wanted) {
  const Node *node = builder_node(e->b, id);
  if (node->kind == NODE_MESH) return mesh_asset(e, id);
  if (node->kind == NODE_ARRAY) return array_asset(e, id);
  if (node->kind == NODE_SDF) return field_asset(e, id);
  if (node->kind == NODE_HAIR) return hair_asset(e, id);
  return group_asset(e, id, wanted);
}

/* The asset of a node, made when first needed. *out NULL: nothing was left of it. */
static MlStatus node_geometry(Expansion *e, MlNode id, WantedFor wanted, const Geometry **out) {
  NodeGeometry *own = &e->geometries[id - 1];
  if (own->asset == NULL && !own->empty) {
    TRY(make_asset(e, id, wanted));
    own->empty = own->asset == NULL;
  }
  *out = own->asset;
  return ML_OK;
}

/* Geometry about an origin of its own is moved there by its instances. */
static void shift_places(Expansion *e, ArrayNode *array, const double origin[3]) {
  MlVec3 by = {origin[0] - array->origin[0], origin[1] - array->origin[1], origin[2] - array->origin[2]};
  if (dvec_is_zero(by)) return;
  for (uint64_t i = 0; i < array->count && work_goes_on(e->work, 1024); i++) {
    ArrayPlace *place = &array->places[i];
    MlTransform inward = transform_of(place->to_local), outward;
    (void)ml_transform_invert(&inward, &outward);
    MlVec3 centre = dvec_add(dvec_load(place->centre), affine_vector(&outward, by));
    vec3_store(place->centre, dvec_to_vec3(centre));
  }
  memcpy(array->origin, origin, sizeof array->origin);
}

/* The places become the geometry's: the node then holds a reference to it. */
static MlStatus array_asset(Expansion *e, MlNode id) {
  AssetCache *cache = e->b->context.cache;
  ArrayNode *array = builder_node(e->b, id)->array;
  const Geometry *child;
  if (array->geometry != NULL) {
    cache_retain(cache, array->geometry);
    return keep_asset(e, id, array->geometry);
  }
  TRY(node_geometry(e, array->child, FOR_ARRAY, &child));
  if (child == NULL) return ML_OK;
  shift_places(e, array, child->origin);
  TRY(work_status(e->work, e->error));
  MlMaterial named = builder_node(e->b, array->child)->material;
  Instances set = {.places = array->places, .geometries = &child, .count = array->count, .geometry_count = 1};
  set.pattern = (Instance){.material = named != 0 ? named : array->material != 0 ? array->material : NO_ID, .light = NO_ID};
  set.pattern.hidden = array->hidden & 7u;
  Geometry content = {.instances = set, .levels = child->levels + 1};
  content.bounds = aabb_from_bounds(&array->bounds);
  content.all_shapes = builder_multiply_saturating(child->all_shapes, array->count);
  content.all_triangles = builder_multiply_saturating(child->all_triangles, array->count);
  content.paths = builder_add_saturating(1, builder_multiply_saturating(child->paths, array->count));
  if (content.paths > UINT64_C(1) << 62)
    return error_set(e->error, ML_ERROR_LIMIT, "scene: instances within instances stand for more than 2^62 parts");
  HashStream stream;
  hash_begin(&stream, GEOMETRY_HASH_GROUP);
  hash_instances(e, &stream, &set);
  content.hash = hash_end(&stream);
  TRY(work_status(e->work, e->error));

  const uint64_t bytes = array->count * sizeof *array->places;
  const Geometry *asset = cache_find(cache, &content, bytes);
  if (asset == NULL) {
    const BvhBuild build = expand_build(e);
    Geometry *made;
    TRY(geometry_create_array(&build, &content, &made, e->error));
    array->places = NULL; /* they are its own now, even where it is given up for an equal one */
    cache_retain(cache, child);
    asset = cache_insert(cache, made, bytes);
    if (asset == NULL) return out_of_memory(e, 1, 64, "asset cache");
  } else {
    memory_pages_free(e->memory, array->places, (size_t)bytes);
    array->places = NULL;
  }
  array->geometry = asset;
  cache_retain(cache, asset);
  return keep_asset(e, id, asset);
}

/* Where the list has a node's geometry. */
static MlStatus list_geometry(Expansion *e, ItemList *list, MlNode id, uint32_t *index) {
  NodeGeometry *own = &e->geometries[id - 1];
  if (own->list != list->serial + 1) {
    TRY(PUSH(e, &list->geometries, own->asset, "assets"));
    own->list = list->serial + 1;
    own->index = (uint32_t)list->geometries.count - 1;
  }
  *index = own->index;
  return ML_OK;
}

/* ---- instances */

/* One of a mesh that emits lights the scene, where it can be sampled. */
static MlStatus add_mesh_light(Expansion *e, const Node *node, const Material *material, Instance *instance) {
  Light light = {.kind = LIGHT_MESH, .emission = material->emission, .front_only = material->front_only, .prim = NO_ID, .profile = NO_ID};
  light.instance = (uint32_t)e->list.instances.count;
  uint32_t index = (uint32_t)e->lights.count;
  TRY(expand_add_light(e, &light, node));
  if (e->lights.count > index) instance->light = index; /* a texture whose mean is black is no light */
  return ML_OK;
}

/* In a geometry: which paths are the instance's. */
static MlStatus add_paths(Expansion *e, ItemList *list, const Geometry *geometry) {
  TRY(PUSH(e, &list->firsts, list->paths, "instances"));
  list->paths += geometry->paths;
  if (list->paths <= UINT64_C(1) << 62) return ML_OK;
  return error_set(e->error, ML_ERROR_LIMIT, "scene: instances within instances stand for more than 2^62 parts");
}

static bool placed_is_identity(const PlacedTransform *placed) {
  for (int i = 0; i < 9; i++)
    if (placed->to_local[i] != (i % 4 == 0 ? 1.0f : 0.0f)) return false;
  return placed->centre[0] == 0.0f && placed->centre[1] == 0.0f && placed->centre[2] == 0.0f;
}

MlStatus expand_instance(Expansion *e, const Context *in, MlNode id, const MlTransform *t, const MotionChain *motion, WantedFor wanted) {
  const Node *node = builder_node(e->b, id);
  ItemList *list = in->list;
  const Geometry *geometry;
  if (node->leaves == 0) return ML_OK;
  TRY(node_geometry(e, id, wanted, &geometry));
  if (geometry == NULL) return ML_OK;
  uint32_t material = node->material != 0 ? node->material : in->material;
  Instance instance = {.material = material, .light = NO_ID, .hidden = in->hidden & 7u};
  MlTransform shift = affine_translate((MlVec3){geometry->origin[0], geometry->origin[1], geometry->origin[2]});
  Aabb box;
  bool fine;
  TRY(list_geometry(e, list, id, &instance.geometry));
  if (motion != NULL) {
    MotionSamples *samples = memory_alloc(e->memory, sizeof *samples, 16);
    if (samples == NULL) return out_of_memory(e, 1, sizeof *samples, "placements in motion");
    samples->before = *t, samples->after = shift, samples->chain = motion;
    memset(samples->known, 0, sizeof samples->known);
    MlStatus status = add_motion(e, list, samples, &geometry->bvh.bounds, &instance, &box, &fine);
    memory_free(e->memory, samples, sizeof *samples);
    TRY(status);
  } else {
    MlTransform local = ml_transform_multiply(t, &shift);
    fine = place_exactly(&local, &instance.placed);
    instance.identity = fine && placed_is_identity(&instance.placed) ? 1 : 0;
    if (fine) box = geometry_still_bounds(instance.placed.to_local, instance.placed.centre, &geometry->bvh.bounds);
  }
  if (!fine) {
    e->degenerate = builder_add_saturating(e->degenerate, geometry->mesh.triangle_count + geometry->prim_count);
    return ML_OK;
  }
  if (!is_near(&box)) return expand_too_far(e, node);
  e->shapes = builder_add_saturating(e->shapes, geometry->all_shapes);
  e->triangles = builder_add_saturating(e->triangles, geometry->all_triangles);
  if (in->geometry) TRY(add_paths(e, list, geometry));
  bool sampled = !in->geometry && motion == NULL && geometry->mesh.triangle_count != 0;
  bool emits = material != NO_ID && builder_material(e->b, material)->emits;
  if (sampled && emits) TRY(add_mesh_light(e, node, builder_material(e->b, material), &instance));
  if (!sampled && ((node->traits & NODE_EMITS) != 0 || ((node->traits & NODE_UNNAMED) != 0 && emits))) e->glows = true;
  TRY(PUSH(e, &list->boxes, box, "instances"));
  TRY(PUSH(e, &list->instances, instance, "instances"));
  return expand_add_thing(e, in, true);
}
