/* read_model.c - which format a model is in, and the checks that all of them share. */
#include <string.h>

#include "shape/model.h"

/* ---- formats */

static bool begins_with(ModelBytes bytes, const char *text) {
  const size_t length = strlen(text);
  return bytes.count >= length && memcmp(bytes.data, text, length) == 0;
}

static bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* A binary one may begin with anything: its size says how many triangles it holds. */
static bool is_stl(ModelBytes bytes) {
  if (bytes.count >= 84) {
    const uint8_t *p = bytes.data + 80;
    const uint64_t count = (uint64_t)p[3] << 24 | (uint64_t)p[2] << 16 | (uint64_t)p[1] << 8 | p[0];
    if (bytes.count == 84 + 50 * count) return true;
  }
  return begins_with(bytes, "solid") && bytes.count > 5 && is_space(bytes.data[5]);
}

/* A line among the first that only an obj has. */
static bool looks_like_obj(ModelBytes bytes) {
  static const char *const words[] = {"v", "vn", "vt", "mtllib", "usemtl"};
  const size_t most = bytes.count < 4096 ? bytes.count : 4096;
  bool at_line = true;
  for (size_t i = 0; i < most; i++) {
    if (at_line)
      for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        const size_t length = strlen(words[k]);
        if (i + length < most && memcmp(bytes.data + i, words[k], length) == 0 &&
            (bytes.data[i + length] == ' ' || bytes.data[i + length] == '\t'))
          return true;
      }
    at_line = bytes.data[i] == '\n' || bytes.data[i] == '\r';
  }
  return false;
}

static bool ends_in(const char *name, const char *ending) {
  const size_t length = strlen(name), n = strlen(ending);
  if (length < n) return false;
  for (size_t i = 0; i < n; i++)
    if ((name[length - n + i] | 0x20) != (ending[i] | 0x20)) return false;
  return true;
}

ModelFormat model_format(ModelBytes bytes, const char *name) {
  if (begins_with(bytes, "ply") && bytes.count > 3 && is_space(bytes.data[3])) return MODEL_PLY;
  if (begins_with(bytes, "glTF")) return MODEL_GLTF;
  if (is_stl(bytes)) return MODEL_STL;
  size_t first = begins_with(bytes, "\xEF\xBB\xBF") ? 3 : 0;
  while (first < bytes.count && is_space(bytes.data[first])) first++;
  if (first < bytes.count && bytes.data[first] == '{') return MODEL_GLTF;
  if (looks_like_obj(bytes)) return MODEL_OBJ;
  static const struct {
    const char *ending;
    ModelFormat format;
  } endings[] = {{".obj", MODEL_OBJ}, {".ply", MODEL_PLY}, {".stl", MODEL_STL}, {".gltf", MODEL_GLTF}, {".glb", MODEL_GLTF}};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (ends_in(name, endings[i].ending)) return endings[i].format;
  return MODEL_UNKNOWN;
}

/* ---- what no reader may leave behind */

static bool is_number(uint32_t number, uint64_t count) { return number == MODEL_NONE || number < count; }

static bool check_texture(const Model *model, const ModelTexture *texture) {
  bool fine = is_number(texture->image, model->images.count);
  for (int i = 0; i < 6; i++) fine = fine && texture->uv[i] >= -1e9 && texture->uv[i] <= 1e9;
  return fine;
}

static bool check_material(const Model *model, const ModelMaterial *m) {
  const ModelTexture *textures[] = {
    &m->color_texture,        &m->metallic_texture, &m->roughness_texture,      &m->specular_texture,    &m->specular_color_texture,
    &m->transmission_texture, &m->coat_texture,     &m->coat_roughness_texture, &m->sheen_color_texture, &m->sheen_roughness_texture,
    &m->emission_texture,     &m->normal_texture,   &m->bump_texture,           &m->alpha_texture};
  for (size_t i = 0; i < sizeof textures / sizeof *textures; i++)
    if (!check_texture(model, textures[i])) return false;
  return true;
}

static bool check_node(const Model *model, uint64_t i) {
  const ModelNode *node = &model->nodes.data[i];
  bool fine = is_number(node->parent, i) && is_number(node->mesh, model->meshes.count) && is_number(node->camera, model->cameras.count) &&
              is_number(node->light, model->lights.count);
  for (int k = 0; k < 12; k++) fine = fine && node->transform.m[k] >= -1e15 && node->transform.m[k] <= 1e15;
  return fine;
}

static bool check_image(const Model *model, const ModelImage *image) {
  if (!image->embedded || image->file != MODEL_NONE) return !image->embedded || image->file < model->files.count;
  return image->first <= model->data.count && image->count <= model->data.count - image->first;
}

/* The numbers of one thing in another; coordinates and corners are looked at again when the mesh is made. */
static bool is_sound(const Model *model) {
  bool fine = true;
  for (uint64_t i = 0; i < model->parts.count && fine; i++) fine = is_number(model->parts.data[i].material, model->materials.count);
  for (uint64_t i = 0; i < model->meshes.count && fine; i++)
    fine = (uint64_t)model->meshes.data[i].first_part + model->meshes.data[i].part_count <= model->parts.count;
  for (uint64_t i = 0; i < model->images.count && fine; i++) fine = check_image(model, &model->images.data[i]);
  for (uint64_t i = 0; i < model->materials.count && fine; i++) fine = check_material(model, &model->materials.data[i]);
  for (uint64_t i = 0; i < model->nodes.count && fine; i++) fine = check_node(model, i);
  return fine;
}

static MlStatus read_as(const ModelSource *source, Model *model, MlError *error) {
  switch (model_format(source->bytes, source->name)) {
  case MODEL_OBJ: return model_read_obj(source, model, error);
  case MODEL_PLY: return model_read_ply(source, model, error);
  case MODEL_STL: return model_read_stl(source, model, error);
  case MODEL_GLTF: return model_read_gltf(source, model, error);
  case MODEL_UNKNOWN: break;
  }
  return model_error(source, error,
                     source->bytes.count == 0 ? "the file is empty" : "no model that can be read: obj, ply, stl, gltf and glb can");
}

MlStatus model_read(Memory *memory, const ModelSource *source, Model *model, MlError *error) {
  model_init(model, memory);
  MlStatus status = ML_OK;
  if (!array_push(memory, &model->files, ((ModelFile){.count = source->bytes.count}))) status = model_out_of_memory(model, source, error);
  if (status == ML_OK) status = read_as(source, model, error);
  if (status == ML_OK && !is_sound(model)) status = model_error(source, error, "what it holds does not fit together");
  if (status != ML_OK) model_free(model);
  return status;
}
