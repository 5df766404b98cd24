/* builder_model.c - models: a file found again or read, its meshes, and its tree of nodes as one group.
 *
 * Every mesh becomes one node however often it is placed; materials lie around it as those of groups, so that the same meshes serve any. */
#include "scene/builder_model.h"

#include <stdio.h>
#include <string.h>

#include "math/ieee.h"
#include "shape/smooth.h"

static const double pi = 0x1.921fb54442d18p+1;
#define LUMENS_PER_WATT 683.0 /* of light at its most effective: what files in photometric units mean by a watt (KHR_lights_punctual) */

/* ---- reading */

static bool out_of_memory(const ModelMaking *making, uint64_t bytes) {
  memory_error(making->b->context.memory, bytes, "a model", making->source->error);
  return false;
}

static bool open_sibling(void *ud, const char *name, ModelBytes *out) {
  const OpenFile *file = model_files_open(ud, name);
  if (file == NULL || file->missing) return false;
  *out = (ModelBytes){file->bytes.data, file->bytes.size};
  return true;
}

static void *take_arena(const ModelMaking *making, uint64_t count, size_t size) {
  size_t bytes;
  void *p = size_multiply(count, size, &bytes) ? arena_alloc(&making->b->arena, bytes, 16) : NULL;
  if (p == NULL) out_of_memory(making, count * size);
  return p;
}

/* Meshes of all parts from the cache; false: it has not all of them, or memory is out. */
static bool find_meshes(ModelMaking *making, const ModelRecord *record, MlNode *meshes) {
  MlBuilder *b = making->b;
  const Geometry **found = take_arena(making, record->part_count, sizeof *found);
  if (found == NULL) return false;
  uint64_t count = 0;
  for (; count < record->part_count; count++) {
    const PartIdentity *part = &record->parts[count];
    if (part->bytes == 0) continue;
    found[count] = cache_find_known(b->context.cache, ASSET_GEOMETRY, part->hash, part->bytes);
    if (found[count] == NULL) break;
  }
  const bool all = count == record->part_count;
  bool fine = all;
  for (uint64_t i = 0; i < count; i++) {
    if (found[i] == NULL) continue;
    if (fine) fine = (meshes[i] = builder_add_geometry(b, found[i], record->parts[i].bytes, making->source)) != 0;
    else cache_release(b->context.cache, found[i]);
  }
  return fine;
}

static bool take_meshes(ModelMaking *making, Model *model, MlNode *meshes, PartIdentity *identities) {
  for (uint64_t i = 0; i < model->parts.count; i++) {
    ModelPart *part = &model->parts.data[i];
    identities[i] = (PartIdentity){.material = part->material};
    if (part->triangle_count == 0) continue;
    meshes[i] = builder_take_mesh(making->b, part, 0, making->source, &identities[i].hash, &identities[i].bytes);
    if (meshes[i] == 0) return false;
  }
  return true;
}

/* What the file asks for in vain, in one line. */
static bool warn_of_unsupported(Model *model) {
  char line[400];
  size_t length = 0;
  for (uint64_t i = 0; i < model->unsupported.count && length < sizeof line; i++) {
    const int more =
      snprintf(line + length, sizeof line - length, "%s%s", i != 0 ? ", " : "", model_text(model, model->unsupported.data[i]));
    length += more > 0 ? (size_t)more : 0;
  }
  return length == 0 || model_warn(model, "not supported, and left out: %s", line);
}

static MlStatus read_model(ModelMaking *making, double crease, const char *name, Model *model, MlError *error) {
  const MlModelDesc *d = making->desc;
  Work work = {.cancel = d->cancel};
  const ModelSource source = {
    .bytes = {d->bytes.data, d->bytes.size}, .name = name, .siblings = {&making->files, open_sibling}, .work = &work};
  TRY(model_read(making->b->context.memory, &source, model, error));
  MlStatus status = crease > MODEL_OWN_NORMALS ? model_smooth(model, &source, crease, error) : ML_OK;
  if (status == ML_OK && !warn_of_unsupported(model)) status = model_out_of_memory(model, &source, error);
  if (status != ML_OK) model_free(model);
  return status;
}

/* Reads the file and makes meshes and the record of it, with a reference. NULL: reported. */
static const ModelRecord *make_record(ModelMaking *making, const ModelRecord *identity, const char *name, MlNode **meshes) {
  MlBuilder *b = making->b;
  Memory *memory = b->context.memory;
  Model model;
  MlError failure = {0};
  const MlStatus status = read_model(making, identity->crease, name, &model, &failure);
  if (status != ML_OK) {
    error_set_at(making->source->error, status, making->desc->place, "%s", failure.message);
    return NULL;
  }
  const ModelRecord *record = NULL;
  const size_t counts[2] = {(size_t)model.parts.count, (size_t)model.parts.count};
  PartIdentity *identities = take_arena(making, counts[0], sizeof *identities);
  *meshes = take_arena(making, counts[1], sizeof **meshes);
  uint64_t points = 0, triangles = 0;
  for (uint64_t i = 0; i < model.parts.count; i++)
    points += model.parts.data[i].point_count, triangles += model.parts.data[i].triangle_count;
  if (identities != NULL && *meshes != NULL && take_meshes(making, &model, *meshes, identities)) {
    ModelRecord *made = model_record_create(memory, identity, &model, identities, points, triangles);
    record = made != NULL ? cache_insert_asset(b->context.cache, ASSET_MODEL, made, identity->byte_count) : NULL;
    if (record == NULL) out_of_memory(making, model.text.count + model.data.count);
  }
  model_free(&model);
  return record;
}

static bool add_built(ModelMaking *making, const ModelRecord *record, MlNode *meshes, uint32_t *out) {
  MlBuilder *b = making->b;
  BuiltModel built = {.record = record, .meshes = meshes};
  built.materials = take_arena(making, record->model.materials.count, sizeof *built.materials);
  for (int i = 0; i < 2; i++) built.images[i] = take_arena(making, record->model.images.count, sizeof *built.images[i]);
  if (built.materials == NULL || built.images[0] == NULL || built.images[1] == NULL) return false;
  if (!array_push(b->context.memory, &b->built_models, built)) return out_of_memory(making, sizeof built);
  *out = (uint32_t)b->built_models.count - 1;
  return true;
}

/* The model of these contents: the builder's, the cache's, or read now. */
static bool find_or_read(ModelMaking *making, double crease, const char *name, uint32_t *out) {
  MlBuilder *b = making->b;
  ModelRecord identity;
  MlNode *meshes = NULL;
  model_record_identify(making->desc->bytes, name, crease, &making->files, &identity);
  const ModelRecord *record = cache_find_asset(b->context.cache, ASSET_MODEL, &identity, identity.byte_count);
  for (uint64_t i = 0; i < b->built_models.count && record != NULL; i++) {
    if (b->built_models.data[i].record != record) continue;
    cache_release(b->context.cache, record);
    *out = (uint32_t)i;
    return true;
  }
  if (record != NULL) {
    meshes = take_arena(making, record->part_count, sizeof *meshes);
    if (meshes == NULL || !find_meshes(making, record, meshes)) {
      cache_release(b->context.cache, record);
      record = NULL;
    }
  }
  if (making->source->error != NULL && making->source->error->status != ML_OK) return false; // memory ran out meanwhile
  if (record == NULL) record = make_record(making, &identity, name, &meshes);
  if (record == NULL) return false;
  if (add_built(making, record, meshes, out)) return true;
  cache_release(b->context.cache, record);
  return false;
}

/* ---- nodes */

typedef ARRAY(MlNode) Nodes;

static bool push_node(ModelMaking *making, Nodes *nodes, MlNode node) {
  return array_push(making->b->context.memory, nodes, node) || out_of_memory(making, (nodes->count + 1) * sizeof node);
}

static MlNode group_of(ModelMaking *making, const MlNode *children, uint64_t count, MlMaterial material) {
  if (count == 1 && material == 0) return children[0];
  return ml_group(making->b,
                  &ML_DESC(MlGroupDesc, .children = children, .child_count = count, .material = material, .place = making->desc->place),
                  making->source->error);
}

/* The material that stands for one of the file: the caller's, or its own; 0: none. */
static MlMaterial find_material(ModelMaking *making, uint32_t number, bool *failed) {
  const MlModelDesc *d = making->desc;
  *failed = false;
  if (number == MODEL_NONE) return 0;
  const char *name = model_text(making->model, making->model->materials.data[number].name);
  for (uint64_t i = 0; i < d->material_count; i++)
    if (strcmp(d->materials[i].name, name) == 0) return d->materials[i].material;
  return model_material(making, number, failed);
}

/* The group of a mesh's parts, made when first wanted: nodes[mesh], 0 where there is nothing to be seen. */
static bool mesh_group(ModelMaking *making, uint32_t number, MlNode *out) {
  const ModelMesh *mesh = &making->model->meshes.data[number];
  Nodes parts = {0};
  bool fine = true;
  *out = 0;
  for (uint32_t i = mesh->first_part; i < mesh->first_part + mesh->part_count && fine; i++) {
    MlNode node = making->built->meshes[i];
    bool failed;
    if (node == 0) continue;
    const MlMaterial material = find_material(making, making->built->record->parts[i].material, &failed);
    if (!failed && material != 0) node = group_of(making, &node, 1, material);
    fine = !failed && node != 0 && push_node(making, &parts, node);
  }
  if (fine && parts.count != 0) fine = (*out = group_of(making, parts.data, parts.count, 0)) != 0;
  array_free(making->b->context.memory, &parts);
  return fine;
}

/* A light of the file at the origin, towards -z; 0 with true: it is dark. */
static bool make_light(ModelMaking *making, const ModelLight *light, MlNode *out) {
  MlError *error = making->source->error;
  const double intensity = light->intensity / LUMENS_PER_WATT;
  const MlColor color = {(float)light->color[0], (float)light->color[1], (float)light->color[2]};
  const uint32_t place = making->desc->place;
  const MlVec3 ahead = {0, 0, -1};
  *out = 0;
  if (!(intensity > 0.0) || !(color.r > 0 || color.g > 0 || color.b > 0)) return true;
  if (light->kind == MODEL_DIRECTIONAL) {
    *out = ml_directional(
      making->b,
      &ML_DESC(MlDirectionalDesc, .direction = ahead, .irradiance = intensity, .color = color, .has_color = true, .place = place), error);
  } else if (light->kind == MODEL_POINT) {
    *out =
      ml_light(making->b, &ML_DESC(MlLightDesc, .power = 4.0 * pi * intensity, .color = color, .has_color = true, .place = place), error);
  } else {
    // What a cone sends out that is even within the inner angle and fades to the outer one
    const double outer = light->outer < 0.0002 ? 0.0002 : light->outer < pi ? light->outer : pi;
    const double inner = light->inner < 0.0 ? 0.0 : light->inner < outer ? light->inner : outer;
    const double power = pi * intensity * ((1.0 - ml_cos(inner)) + (1.0 - ml_cos(outer)));
    *out = ml_spot(making->b,
                   &ML_DESC(MlSpotDesc, .facing = ahead, .angle = outer * 360.0 / pi, .blend = 1.0 - inner / outer, .power = power,
                            .color = color, .has_color = true, .place = place),
                   error);
  }
  return *out != 0;
}

static bool is_identity(const MlTransform *t) {
  const MlTransform identity = ml_transform_identity();
  for (int i = 0; i < 12; i++)
    if (t->m[i] != identity.m[i]) return false;
  return true;
}

static MlTransform z_up_transform(void) { return (MlTransform){{1, 0, 0, 0, 0, 0, 1, 0, 0, -1, 0, 0}}; }

/* Where all nodes are, in the coordinates of the model's node; in the builder's arena. */
static MlTransform *place_nodes(const ModelMaking *making, bool z_up) {
  const Model *model = making->model;
  MlTransform *placed = take_arena(making, model->nodes.count, sizeof *placed);
  for (uint64_t i = 0; i < model->nodes.count && placed != NULL; i++) {
    const ModelNode *node = &model->nodes.data[i];
    const MlTransform up = z_up_transform();
    if (node->parent != MODEL_NONE) placed[i] = ml_transform_multiply(&placed[node->parent], &node->transform);
    else placed[i] = z_up ? ml_transform_multiply(&up, &node->transform) : node->transform;
  }
  return placed;
}

static bool place(ModelMaking *making, MlNode node, const MlTransform *t, Nodes *out) {
  if (node == 0) return true;
  // Squeezed flat, as programs hide things
  MlTransform inverse;
  if (!ml_transform_invert(t, &inverse)) return true;
  if (!is_identity(t))
    node = ml_place(making->b, &ML_DESC(MlPlaceDesc, .child = node, .transform = *t, .place = making->desc->place), making->source->error);
  return node != 0 && push_node(making, out, node);
}

static bool make_nodes(ModelMaking *making, Nodes *out) {
  const Model *model = making->model;
  const MlTransform *placed = place_nodes(making, making->desc->z_up);
  struct MeshMade {
    MlNode node;
    bool made;
  } *meshes = take_arena(making, model->meshes.count, sizeof *meshes);
  if (placed == NULL || meshes == NULL) return false;
  for (uint64_t i = 0; i < model->nodes.count; i++) {
    const ModelNode *node = &model->nodes.data[i];
    MlNode light = 0;
    if (node->mesh != MODEL_NONE) {
      struct MeshMade *mesh = &meshes[node->mesh];
      if (!mesh->made && !mesh_group(making, node->mesh, &mesh->node)) return false;
      mesh->made = true;
      if (!place(making, mesh->node, &placed[i], out)) return false;
    }
    if (node->light == MODEL_NONE || making->desc->no_lights) continue;
    if (!make_light(making, &model->lights.data[node->light], &light) || !place(making, light, &placed[i], out)) return false;
  }
  return true;
}

/* ---- the interface */

static bool check(const DescSource *source, const MlBuilder *b, const MlModelDesc *d) {
  if (d->bytes.data == NULL && d->bytes.size != 0) return desc_fail(source, ".bytes: expected the bytes of a file, got none");
  if ((uint32_t)d->normals > ML_NORMALS_SMOOTH)
    return desc_fail(source, ".normals: expected one of MlModelNormals, got %u", (unsigned)d->normals);
  if (!(d->crease >= 0 && d->crease <= 180))
    return desc_fail(source, ".crease: expected degrees from 0 to 180, got %s", number_text(d->crease).text);
  if (d->materials == NULL && d->material_count != 0)
    return desc_fail(source, ".materials: expected %llu, got NULL", (unsigned long long)d->material_count);
  if (!desc_material(source, b, "material", d->material)) return false;
  for (uint64_t i = 0; i < d->material_count; i++) {
    if (d->materials[i].name == NULL) return desc_fail(source, ".materials: expected names, got NULL");
    if (!desc_material(source, b, "materials", d->materials[i].material)) return false;
  }
  return true;
}

static void tell_found(const MlModelDesc *d, const Model *model) {
  for (uint64_t i = 0; i < d->material_count; i++) {
    d->materials[i].found = false;
    for (uint64_t k = 0; k < model->materials.count; k++)
      if (strcmp(model_text(model, model->materials.data[k].name), d->materials[i].name) == 0) d->materials[i].found = true;
  }
}

static MlModel make(ModelMaking *making, double crease, const char *name) {
  MlBuilder *b = making->b;
  PlacedModel placed = {.z_up = making->desc->z_up};
  if (!find_or_read(making, crease, name, &placed.built)) return 0;
  making->built = &b->built_models.data[placed.built];
  const ModelRecord *record = making->built->record;
  making->model = &record->model;
  tell_found(making->desc, making->model);
  Nodes nodes = {0};
  bool fine = make_nodes(making, &nodes);
  const Model *model = making->model;
  placed.info = (MlModelInfo){.points = record->point_count,
                              .triangles = record->triangle_count,
                              .material_count = (uint32_t)model->materials.count,
                              .light_count = (uint32_t)model->lights.count,
                              .warning_count = (uint32_t)model->warnings.count};
  for (uint64_t i = 0; i < model->nodes.count; i++) placed.info.camera_count += model->nodes.data[i].camera != MODEL_NONE;
  if (fine && nodes.count != 0) fine = (placed.info.node = group_of(making, nodes.data, nodes.count, making->desc->material)) != 0;
  array_free(b->context.memory, &nodes);
  if (!fine) return 0;
  if (placed.info.node != 0) placed.info.emits = (builder_node(b, placed.info.node)->traits & (NODE_EMITS | NODE_HAS_LIGHT)) != 0;
  if (!array_push(b->context.memory, &b->models, placed)) {
    out_of_memory(making, sizeof placed);
    return 0;
  }
  return (MlModel)b->models.count;
}

MlModel ml_model(MlBuilder *b, const MlModelDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  MlError own = {0}; // what fails has to be known, asked for or not
  DescSource source = {.what = "model", .error = error != NULL ? error : &own};
  MlModelDesc d;
  if (!DESC_READ(&source, MlModelDesc, desc, &d) || !check(&source, b, &d)) return 0;
  double crease = MODEL_OWN_NORMALS;
  if (d.normals == ML_NORMALS_FLAT) crease = -1;
  if (d.normals == ML_NORMALS_SMOOTH) crease = d.crease == 0 ? 180 : d.crease;
  ModelMaking making = {.b = b, .desc = &d, .source = &source};
  model_files_begin(&making.files, b->context.memory, &d.files);
  const MlModel id = make(&making, crease, d.name != NULL ? d.name : "model");
  model_files_end(&making.files);
  if (id == 0 && source.error->place == 0) source.error->place = d.place;
  return id;
}

static const PlacedModel *find_model(const MlBuilder *b, MlModel model) {
  return model != 0 && model <= b->models.count ? &b->models.data[model - 1] : NULL;
}
static const Model *model_of(const MlBuilder *b, const PlacedModel *placed) { return &b->built_models.data[placed->built].record->model; }

MlModelInfo ml_model_info(const MlBuilder *b, MlModel model) {
  const PlacedModel *placed = find_model(b, model);
  return placed != NULL ? placed->info : (MlModelInfo){0};
}

const char *ml_model_material_name(const MlBuilder *b, MlModel model, uint32_t index) {
  const PlacedModel *placed = find_model(b, model);
  if (placed == NULL || index >= placed->info.material_count) return "";
  return model_text(model_of(b, placed), model_of(b, placed)->materials.data[index].name);
}

const char *ml_model_warning(const MlBuilder *b, MlModel model, uint32_t index) {
  const PlacedModel *placed = find_model(b, model);
  if (placed == NULL || index >= placed->info.warning_count) return "";
  return model_text(model_of(b, placed), model_of(b, placed)->warnings.data[index]);
}

MlCamera ml_model_camera(const MlBuilder *b, MlModel id, uint32_t index, const char **name) {
  FLOAT_STATE_OURS;
  const PlacedModel *placed = find_model(b, id);
  if (name != NULL) *name = "";
  if (placed == NULL || index >= placed->info.camera_count) return (MlCamera){0};
  const Model *model = model_of(b, placed);
  uint64_t at = 0;
  for (uint32_t left = index; model->nodes.data[at].camera == MODEL_NONE || left-- > 0;) at++;
  const ModelCamera *camera = &model->cameras.data[model->nodes.data[at].camera];
  MlTransform t = model->nodes.data[at].transform;
  for (uint32_t parent = model->nodes.data[at].parent; parent != MODEL_NONE; parent = model->nodes.data[parent].parent)
    t = ml_transform_multiply(&model->nodes.data[parent].transform, &t);
  const MlTransform up = z_up_transform();
  if (placed->z_up) t = ml_transform_multiply(&up, &t);
  const MlVec3 from = {t.m[3], t.m[7], t.m[11]};
  if (name != NULL) *name = model_text(model, camera->name);
  return (MlCamera){.kind = camera->orthographic ? ML_CAMERA_ORTHOGRAPHIC : ML_CAMERA_PERSPECTIVE,
                    .from = from,
                    .look_at = dvec_subtract(from, dvec_normalize((MlVec3){t.m[2], t.m[6], t.m[10]})),
                    .up = dvec_normalize((MlVec3){t.m[1], t.m[5], t.m[9]}),
                    .fov = camera->fov * 180.0 / pi,
                    .height = camera->height};
}
