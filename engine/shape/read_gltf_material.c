/* read_gltf_material.c - materials, their textures, samplers and pictures (specification 3.8, 3.9; extensions as they are named below). */
#include <stdio.h>
#include <string.h>

#include "moonlit.h"
#include "shape/read_gltf.h"

/* ---- pictures, when something first uses them */

static MlStatus keep_bytes(Gltf *g, ModelBytes bytes, ModelImage *image) {
  Model *model = g->model;
  image->file = MODEL_NONE;
  image->first = model->data.count;
  image->count = bytes.count;
  if (!array_reserve(g->memory, &model->data, bytes.count)) return gltf_no_memory(g);
  if (!work_copy(g->work, model->data.data + model->data.count, bytes.data, bytes.count)) return work_status(g->work, g->error);
  model->data.count += bytes.count;
  return ML_OK;
}

static MlStatus view_image(Gltf *g, uint32_t view, ModelImage *image, bool *missing) {
  ModelBytes bytes;
  TRY(gltf_view_bytes(g, view, &bytes, missing));
  if (*missing) return ML_OK;
  const GltfBuffer *buffer = &g->buffers[g->views[view].buffer];
  image->embedded = true;
  if (buffer->file == MODEL_NONE) return keep_bytes(g, bytes, image);
  image->file = buffer->file;
  image->first = buffer->first + g->views[view].offset;
  image->count = bytes.count;
  return ML_OK;
}

/* For messages: "helmet.glb: images[2] (wood)". */
static ModelText embedded_name(const Gltf *g, uint32_t value, const GltfPlace *place) {
  char name[64], text[200];
  const size_t length = json_string(&g->json, json_member(&g->json, value, "name"), name, sizeof name);
  snprintf(text, sizeof text, "%.100s: images[%u]%s%s%s", g->source->name, place->index, length ? " (" : "", name, length ? ")" : "");
  return model_add_text(g->model, text, strlen(text));
}

static MlStatus add_image(Gltf *g, GltfImage *image, const GltfPlace *place) {
  ModelImage made = {.file = MODEL_NONE};
  ModelBytes bytes;
  uint32_t view;
  bool missing = false, is_data = false;
  image->added = true;
  const uint32_t uri = json_member(&g->json, image->value, "uri");
  TRY(gltf_index(g, place, image->value, "bufferView", "bufferViews", g->view_count, &view));
  if (view != MODEL_NONE) {
    TRY(view_image(g, view, &made, &missing));
  } else {
    TRY(gltf_data_uri(g, place, uri, &is_data, &bytes));
    if (is_data) {
      made.embedded = true;
      TRY(keep_bytes(g, bytes, &made));
    } else {
      TRY(gltf_file_name(g, place, uri, &bytes));
      made.name = model_add_text(g->model, (const char *)bytes.data, bytes.count);
    }
  }
  if (missing) return ML_OK;
  if (made.embedded) made.name = embedded_name(g, image->value, place);
  if (made.name == MODEL_NONE || !array_push(g->memory, &g->model->images, made)) return gltf_no_memory(g);
  image->image = (uint32_t)g->model->images.count - 1;
  return ML_OK;
}

/* ---- samplers and textures */

static ModelWrap wrap_of(uint64_t code) { return code == 33071 ? MODEL_WRAP_CLAMP : code == 33648 ? MODEL_WRAP_MIRROR : MODEL_WRAP_REPEAT; }

static MlStatus read_sampler(const Gltf *g, uint32_t value, uint32_t index, GltfTexture *out) {
  const GltfPlace place = {.list = "samplers", .index = index};
  uint64_t s, t, filter;
  TRY(gltf_whole(g, &place, value, "wrapS", 65535, 10497, &s));
  TRY(gltf_whole(g, &place, value, "wrapT", 65535, 10497, &t));
  TRY(gltf_whole(g, &place, value, "magFilter", 65535, 9729, &filter));
  out->wrap_u = wrap_of(s), out->wrap_v = wrap_of(t);
  out->nearest = filter == 9728;
  return ML_OK;
}

MlStatus gltf_read_textures(Gltf *g, uint32_t root) {
  uint32_t item, sampler_count;
  GltfTexture *samplers;
  TRY(gltf_list(g, root, "samplers", NULL, &item, &sampler_count));
  TRY(gltf_alloc(g, sampler_count, sizeof *samplers, (void **)&samplers));
  for (uint32_t i = 0; i < sampler_count; i++, item = json_next(&g->json, item)) TRY(read_sampler(g, item, i, &samplers[i]));

  TRY(gltf_list(g, root, "images", NULL, &item, &g->image_count));
  TRY(gltf_alloc(g, g->image_count, sizeof *g->images, (void **)&g->images));
  for (uint32_t i = 0; i < g->image_count; i++, item = json_next(&g->json, item))
    g->images[i] = (GltfImage){.value = item, .image = MODEL_NONE};

  TRY(gltf_list(g, root, "textures", NULL, &item, &g->texture_count));
  TRY(gltf_alloc(g, g->texture_count, sizeof *g->textures, (void **)&g->textures));
  for (uint32_t i = 0; i < g->texture_count; i++, item = json_next(&g->json, item)) {
    const GltfPlace place = {.list = "textures", .index = i};
    uint32_t sampler;
    TRY(gltf_index(g, &place, item, "sampler", "samplers", sampler_count, &sampler));
    if (sampler != MODEL_NONE) g->textures[i] = samplers[sampler];
    TRY(gltf_index(g, &place, item, "source", "images", g->image_count, &g->textures[i].source));
    TRY(gltf_work(g, 64));
  }
  return ML_OK;
}

/* ---- textures of materials */

typedef struct MaterialReader {
  Gltf *g;
  GltfPlace place;
  uint64_t uv_set; /* of the first texture; GLTF_REQUIRED: there was none yet */
  uint32_t info;   /* the last textureInfo; JSON_NONE: it was missing */
} MaterialReader;

/* KHR_texture_transform: scaled, then turned, then moved, all with v downwards; here v goes upwards. */
static MlStatus read_uv_transform(const MaterialReader *r, uint32_t transform, double uv[6]) {
  double offset[2] = {0, 0}, scale[2] = {1, 1}, rotation = 0;
  TRY(gltf_numbers(r->g, &r->place, transform, "offset", 2, -1e6, 1e6, offset));
  TRY(gltf_numbers(r->g, &r->place, transform, "scale", 2, -1e6, 1e6, scale));
  TRY(gltf_number(r->g, &r->place, transform, "rotation", -1e6, 1e6, &rotation));
  const double c = ml_cos(rotation), s = ml_sin(rotation);
  // Downwards: u' = au + bv + x, v' = du + ev + y; with 1 - v for v on both sides:
  const double a = c * scale[0], b = s * scale[1], d = -s * scale[0], e = c * scale[1];
  const double turned[6] = {a, -b, offset[0] + b, -d, e, 1.0 - e - offset[1]};
  memcpy(uv, turned, sizeof turned);
  return ML_OK;
}

static MlStatus read_texture(MaterialReader *r, uint32_t object, const char *key, ModelChannel channel, ModelTexture *out) {
  Gltf *g = r->g;
  uint32_t texture, transform;
  uint64_t set;
  TRY(gltf_object(g, &r->place, object, key, &r->info));
  if (r->info == JSON_NONE) return ML_OK;
  TRY(gltf_index(g, &r->place, r->info, "index", "textures", g->texture_count, &texture));
  if (texture == MODEL_NONE) return gltf_error(g, ML_ERROR_FORMAT, &r->place, "%s: index is missing", key);
  TRY(gltf_whole(g, &r->place, r->info, "texCoord", 1000000, 0, &set));
  TRY(gltf_extension(g, &r->place, r->info, "KHR_texture_transform", &transform));
  TRY(gltf_whole(g, &r->place, transform, "texCoord", 1000000, set, &set));
  const GltfTexture *t = &g->textures[texture];
  if (t->source == MODEL_NONE) return ML_OK; // an extension has it, which is named
  if (r->uv_set == GLTF_REQUIRED) r->uv_set = set;
  if (r->uv_set != set) return gltf_unsupported(g, "a second set of texture coordinates in a material");
  GltfImage *image = &g->images[t->source];
  if (!image->added) TRY(add_image(g, image, &(GltfPlace){.list = "images", .index = t->source}));
  if (image->image == MODEL_NONE) return ML_OK;
  *out = (ModelTexture){image->image, channel, t->wrap_u, t->wrap_v, t->nearest, {1, 0, 0, 0, 1, 0}};
  return transform == JSON_NONE ? ML_OK : read_uv_transform(r, transform, out->uv);
}

/* One that is named only. */
static MlStatus refuse_texture(const MaterialReader *r, uint32_t object, const char *key, const char *what) {
  return json_member(&r->g->json, object, key) == JSON_NONE ? ML_OK : gltf_unsupported(r->g, what);
}

/* ---- materials */

static MlStatus read_base(MaterialReader *r, uint32_t value, ModelMaterial *m) {
  Gltf *g = r->g;
  const GltfPlace *place = &r->place;
  uint32_t pbr;
  float color[4] = {1, 1, 1, 1};
  m->metallic = m->roughness = 1.0f;
  TRY(gltf_object(g, place, value, "pbrMetallicRoughness", &pbr));
  TRY(gltf_floats(g, place, pbr, "baseColorFactor", 4, 0.0, 1.0, color));
  memcpy(m->color, color, sizeof m->color);
  TRY(read_texture(r, pbr, "baseColorTexture", MODEL_COLORS, &m->color_texture));
  TRY(gltf_float(g, place, pbr, "metallicFactor", 0.0, 1.0, &m->metallic));
  TRY(gltf_float(g, place, pbr, "roughnessFactor", 0.0, 1.0, &m->roughness));
  TRY(read_texture(r, pbr, "metallicRoughnessTexture", MODEL_BLUE, &m->metallic_texture));
  m->roughness_texture = m->metallic_texture;
  m->roughness_texture.channel = MODEL_GREEN;

  const uint32_t mode = json_member(&g->json, value, "alphaMode");
  if (json_is(&g->json, mode, "MASK")) m->alpha_mode = MODEL_MASK;
  else if (json_is(&g->json, mode, "BLEND")) m->alpha_mode = MODEL_BLEND;
  else if (mode != JSON_NONE && !json_is(&g->json, mode, "OPAQUE"))
    return gltf_error(g, ML_ERROR_FORMAT, place, "alphaMode: expected OPAQUE, MASK or BLEND");
  m->alpha = color[3];
  m->alpha_texture = m->color_texture;
  m->alpha_texture.channel = MODEL_ALPHA;
  return gltf_float(g, place, value, "alphaCutoff", 0.0, 1e6, &m->alpha_cutoff);
}

static MlStatus read_relief(MaterialReader *r, uint32_t value, ModelMaterial *m) {
  TRY(read_texture(r, value, "normalTexture", MODEL_COLORS, &m->normal_texture));
  TRY(gltf_float(r->g, &r->place, r->info, "scale", -100.0, 100.0, &m->normal_scale));
  return refuse_texture(r, value, "occlusionTexture", "occlusion textures, as light finds its way by itself");
}

static MlStatus read_emission(MaterialReader *r, uint32_t value, ModelMaterial *m) {
  uint32_t extension;
  double factor[3] = {0, 0, 0}, strength = 1.0;
  TRY(gltf_numbers(r->g, &r->place, value, "emissiveFactor", 3, 0.0, 1e6, factor));
  TRY(gltf_extension(r->g, &r->place, value, "KHR_materials_emissive_strength", &extension));
  TRY(gltf_number(r->g, &r->place, extension, "emissiveStrength", 0.0, 1e12, &strength));
  for (int i = 0; i < 3; i++) m->emission[i] = (float)(factor[i] * strength);
  return read_texture(r, value, "emissiveTexture", MODEL_COLORS, &m->emission_texture);
}

/* What light does inside: KHR_materials_ior, _transmission, _volume, _dispersion. */
static MlStatus read_inside(MaterialReader *r, uint32_t value, ModelMaterial *m) {
  Gltf *g = r->g;
  const GltfPlace *place = &r->place;
  uint32_t ior, transmission, volume, dispersion;
  TRY(gltf_extension(g, place, value, "KHR_materials_ior", &ior));
  TRY(gltf_float(g, place, ior, "ior", 0.0, 100.0, &m->ior));
  if (m->ior > 0.0f && m->ior < 1.0f) m->ior = 1.0f;
  TRY(gltf_extension(g, place, value, "KHR_materials_transmission", &transmission));
  TRY(gltf_float(g, place, transmission, "transmissionFactor", 0.0, 1.0, &m->transmission));
  TRY(read_texture(r, transmission, "transmissionTexture", MODEL_RED, &m->transmission_texture));

  double thickness = 0.0;
  TRY(gltf_extension(g, place, value, "KHR_materials_volume", &volume));
  TRY(gltf_number(g, place, volume, "thicknessFactor", 0.0, 1e9, &thickness));
  // How thick it is follows from its surface here; all that counts is whether there is an inside
  m->thin = !(thickness > 0.0);
  TRY(gltf_float(g, place, volume, "attenuationDistance", 0.0, 1e30, &m->attenuation_distance));
  TRY(gltf_floats(g, place, volume, "attenuationColor", 3, 0.0, 1.0, m->attenuation_color));
  TRY(gltf_extension(g, place, value, "KHR_materials_dispersion", &dispersion));
  return gltf_float(g, place, dispersion, "dispersion", 0.0, 20.0, &m->dispersion);
}

/* What lies upon it: KHR_materials_specular, _clearcoat, _sheen, _anisotropy, _iridescence. */
static MlStatus read_layers(MaterialReader *r, uint32_t value, ModelMaterial *m) {
  Gltf *g = r->g;
  const GltfPlace *place = &r->place;
  uint32_t specular, coat, sheen, anisotropy, film;
  double strength = 1.0, film_amount = 0.0, film_thickness = 400.0;
  TRY(gltf_extension(g, place, value, "KHR_materials_specular", &specular));
  TRY(gltf_number(g, place, specular, "specularFactor", 0.0, 1.0, &strength));
  TRY(gltf_floats(g, place, specular, "specularColorFactor", 3, 0.0, 1e3, m->specular));
  for (int i = 0; i < 3; i++) m->specular[i] = (float)((double)m->specular[i] * strength);
  TRY(read_texture(r, specular, "specularTexture", MODEL_ALPHA, &m->specular_texture));
  TRY(read_texture(r, specular, "specularColorTexture", MODEL_COLORS, &m->specular_color_texture));

  TRY(gltf_extension(g, place, value, "KHR_materials_clearcoat", &coat));
  TRY(gltf_float(g, place, coat, "clearcoatFactor", 0.0, 1.0, &m->coat));
  TRY(gltf_float(g, place, coat, "clearcoatRoughnessFactor", 0.0, 1.0, &m->coat_roughness));
  TRY(read_texture(r, coat, "clearcoatTexture", MODEL_RED, &m->coat_texture));
  TRY(read_texture(r, coat, "clearcoatRoughnessTexture", MODEL_GREEN, &m->coat_roughness_texture));
  TRY(refuse_texture(r, coat, "clearcoatNormalTexture", "normal maps of coats"));

  TRY(gltf_extension(g, place, value, "KHR_materials_sheen", &sheen));
  TRY(gltf_floats(g, place, sheen, "sheenColorFactor", 3, 0.0, 1.0, m->sheen_color));
  TRY(gltf_float(g, place, sheen, "sheenRoughnessFactor", 0.0, 1.0, &m->sheen_roughness));
  TRY(read_texture(r, sheen, "sheenColorTexture", MODEL_COLORS, &m->sheen_color_texture));
  TRY(read_texture(r, sheen, "sheenRoughnessTexture", MODEL_ALPHA, &m->sheen_roughness_texture));

  TRY(gltf_extension(g, place, value, "KHR_materials_anisotropy", &anisotropy));
  TRY(gltf_float(g, place, anisotropy, "anisotropyStrength", -1.0, 1.0, &m->anisotropy));
  TRY(gltf_float(g, place, anisotropy, "anisotropyRotation", -1e6, 1e6, &m->anisotropy_rotation));
  TRY(refuse_texture(r, anisotropy, "anisotropyTexture", "textures of anisotropy"));

  TRY(gltf_extension(g, place, value, "KHR_materials_iridescence", &film));
  TRY(gltf_number(g, place, film, "iridescenceFactor", 0.0, 1.0, &film_amount));
  TRY(gltf_float(g, place, film, "iridescenceIor", 1.0, 5.0, &m->film_ior));
  TRY(gltf_number(g, place, film, "iridescenceThicknessMaximum", 0.0, 1e5, &film_thickness));
  if (!(film_amount > 0.0)) return ML_OK;
  m->film = (float)film_thickness;
  if (film_amount < 1.0) TRY(gltf_unsupported(g, "iridescence in part"));
  TRY(refuse_texture(r, film, "iridescenceTexture", "textures of iridescence"));
  return refuse_texture(r, film, "iridescenceThicknessTexture", "textures of iridescence");
}

static MlStatus add_material(Gltf *g, uint32_t value, uint32_t index) {
  MaterialReader r = {.g = g, .place = {.list = "materials", .index = index}, .uv_set = GLTF_REQUIRED};
  ModelMaterial m;
  uint32_t unlit;
  model_material_init(&m);
  TRY(gltf_work(g, 4096));
  TRY(gltf_text(g, json_member(&g->json, value, "name"), &m.name));
  TRY(read_base(&r, value, &m));
  TRY(read_relief(&r, value, &m));
  TRY(read_emission(&r, value, &m));
  TRY(read_inside(&r, value, &m));
  TRY(read_layers(&r, value, &m));
  TRY(gltf_extension(g, &r.place, value, "KHR_materials_unlit", &unlit));
  m.unlit = unlit != JSON_NONE;
  g->material_uv[index] = r.uv_set != GLTF_REQUIRED ? (uint32_t)r.uv_set : 0;
  return array_push(g->memory, &g->model->materials, m) ? ML_OK : gltf_no_memory(g);
}

MlStatus gltf_read_materials(Gltf *g, uint32_t root) {
  uint32_t item;
  TRY(gltf_list(g, root, "materials", NULL, &item, &g->material_count));
  TRY(gltf_alloc(g, g->material_count, sizeof *g->material_uv, (void **)&g->material_uv));
  for (uint32_t i = 0; i < g->material_count; i++, item = json_next(&g->json, item)) TRY(add_material(g, item, i));
  return ML_OK;
}
