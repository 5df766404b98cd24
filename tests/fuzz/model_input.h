/* model_input.h - one input of the models' fuzzers: a file's bytes go through a reader. Whatever they are, nothing crashes, all memory comes
 * back, and a model that is accepted is one: every number in it is in its range, every coordinate finite. */
#ifndef TESTS_FUZZ_MODEL_INPUT_H
#define TESTS_FUZZ_MODEL_INPUT_H

#include <stdio.h>

#include "base/hash.h"
#include "engine/fault_memory.h"
#include "shape/model.h"

typedef enum ModelInputKind { INPUT_OBJ, INPUT_MTL, INPUT_PLY, INPUT_STL, INPUT_GLTF, INPUT_GLB } ModelInputKind;

#define REQUIRE(holds) ((holds) ? (void)0 : require_fail(__LINE__, #holds))
static inline void require_fail(int line, const char *what) {
  fprintf(stderr, "model_input.h:%d: not so: %s\n", line, what);
  __builtin_trap();
}

/* ---- what every model must be */

static inline void require_floats(const float *x, uint64_t count) {
  for (uint64_t i = 0; i < count && x != NULL; i++) REQUIRE(x[i] >= -MODEL_MAX_COORDINATE && x[i] <= MODEL_MAX_COORDINATE);
}
static inline void require_number(uint32_t number, uint64_t count) { REQUIRE(number == MODEL_NONE || number < count); }
static inline void require_text(const Model *model, ModelText text) {
  REQUIRE(text == 0 || (text < model->text.count && memchr(model->text.data + text, 0, model->text.count - text) != NULL));
}
static inline void require_range(float x, float least, float most) { REQUIRE(x >= least && x <= most); }

static inline void require_material(const Model *model, const ModelMaterial *m) {
  require_text(model, m->name);
  for (int i = 0; i < 3; i++) {
    require_range(m->color[i], -1e30f, 1e30f);
    require_range(m->specular[i], -1e30f, 1e30f);
    require_range(m->emission[i], -1e30f, 1e30f);
    require_range(m->attenuation_color[i], -1e30f, 1e30f);
  }
  require_range(m->roughness, -1e30f, 1e30f);
  require_range(m->metallic, -1e30f, 1e30f);
  require_range(m->alpha, -1e30f, 1e30f);
  require_range(m->ior, -1e30f, 1e30f);
  const ModelTexture *textures[] = {&m->color_texture,    &m->metallic_texture, &m->roughness_texture,
                                    &m->emission_texture, &m->normal_texture,   &m->alpha_texture};
  for (size_t i = 0; i < sizeof textures / sizeof *textures; i++) {
    require_number(textures[i]->image, model->images.count);
    for (int k = 0; k < 6; k++) REQUIRE(textures[i]->uv[k] >= -1e9 && textures[i]->uv[k] <= 1e9);
  }
}

static inline void require_part(const Model *model, const ModelPart *part) {
  require_number(part->material, model->materials.count);
  require_floats(part->points, 3 * part->point_count);
  require_floats(part->normals, 3 * part->point_count);
  require_floats(part->uv, 2 * part->point_count);
  for (uint64_t i = 0; i < 3 * part->triangle_count; i++) REQUIRE(part->triangles[i] < part->point_count);
}

static inline void require_sound(const Model *model, size_t main_file) {
  for (uint64_t i = 0; i < model->parts.count; i++) require_part(model, &model->parts.data[i]);
  for (uint64_t i = 0; i < model->meshes.count; i++) {
    require_text(model, model->meshes.data[i].name);
    REQUIRE((uint64_t)model->meshes.data[i].first_part + model->meshes.data[i].part_count <= model->parts.count);
  }
  for (uint64_t i = 0; i < model->materials.count; i++) require_material(model, &model->materials.data[i]);
  for (uint64_t i = 0; i < model->images.count; i++) {
    const ModelImage *image = &model->images.data[i];
    require_text(model, image->name);
    if (!image->embedded) continue;
    if (image->file == 0) REQUIRE(image->first <= main_file && image->count <= main_file - image->first);
    if (image->file == MODEL_NONE) REQUIRE(image->first <= model->data.count && image->count <= model->data.count - image->first);
    else REQUIRE(image->file < model->files.count);
  }
  for (uint64_t i = 0; i < model->nodes.count; i++) {
    const ModelNode *node = &model->nodes.data[i];
    require_text(model, node->name);
    require_number(node->parent, i);
    require_number(node->mesh, model->meshes.count);
    require_number(node->camera, model->cameras.count);
    require_number(node->light, model->lights.count);
    for (int k = 0; k < 12; k++) REQUIRE(node->transform.m[k] >= -1e16 && node->transform.m[k] <= 1e16);
  }
  for (uint64_t i = 0; i < model->unsupported.count; i++) require_text(model, model->unsupported.data[i]);
  for (uint64_t i = 0; i < model->warnings.count; i++) require_text(model, model->warnings.data[i]);
}

/* ---- files beside it */

typedef struct InputFiles {
  ModelInputKind kind;
  const uint8_t *data;
  size_t size;
} InputFiles;

static inline bool input_sibling(void *ud, const char *name, ModelBytes *out) {
  static const char materials[] = "newmtl a\nKd .5 .5 .5\nmap_Kd a.png\nnewmtl b\nd .5\n";
  static const uint8_t bytes[256] = {0, 0, 128, 63, 0, 0, 0, 64, 1, 2, 3};
  const InputFiles *files = ud;
  if (files->kind == INPUT_OBJ) return *out = (ModelBytes){(const uint8_t *)materials, sizeof materials - 1}, strlen(name) % 4 != 3;
  if (files->kind == INPUT_MTL) return *out = (ModelBytes){files->data, files->size}, true;
  return *out = (ModelBytes){bytes, sizeof bytes}, strlen(name) % 4 != 3;
}

/* ---- one input */

static inline MlStatus input_read(ModelInputKind kind, const ModelSource *source, Model *model, MlError *error) {
  switch (kind) {
  case INPUT_OBJ:
  case INPUT_MTL: return model_read_obj(source, model, error);
  case INPUT_PLY: return model_read_ply(source, model, error);
  case INPUT_STL: return model_read_stl(source, model, error);
  case INPUT_GLTF:
  case INPUT_GLB: return model_read_gltf(source, model, error);
  }
  return ML_ERROR_ARGUMENT;
}

/* true: it was accepted. `fault`: the allocation that fails, -1: none. */
static inline bool model_input_with(ModelInputKind kind, const uint8_t *data, size_t size, long fault_at) {
  static const char obj[] = "mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl a\nf 1 2 3\nusemtl b\nf 1 2 3\n";
  FaultMemory fault;
  fault_init(&fault, fault_at, fault_at & 1);
  fault.memory.cap = 256u << 20;
  InputFiles files = {kind, data, size};
  ModelSource source = {.bytes = {data, size}, .name = "x", .siblings = {&files, input_sibling}};
  if (kind == INPUT_MTL) source.bytes = (ModelBytes){(const uint8_t *)obj, sizeof obj - 1};
  Model model;
  MlError error = {0};
  model_init(&model, &fault.memory);
  MlStatus status = ML_ERROR_MEMORY;
  if (array_push(&fault.memory, &model.files, (ModelFile){0})) status = input_read(kind, &source, &model, &error);
  else model_out_of_memory(&model, &source, &error);
  if (status == ML_OK) require_sound(&model, source.bytes.count);
  else REQUIRE(error.status == status && (error.message[0] == 'x' || kind <= INPUT_MTL) && error.message[0] != 0);
  // What memory there was is in proportion to the input, and it comes back
  REQUIRE(fault.memory.peak <= (4u << 20) + 512 * (uint64_t)size);
  model_free(&model);
  REQUIRE(fault.memory.used == 0);
  return status == ML_OK;
}

/* Every fourth input, by its contents, has an allocation fail. */
static inline bool model_input(ModelInputKind kind, const uint8_t *data, size_t size) {
  const uint32_t random = (uint32_t)hash_bytes(data, size, 1);
  return model_input_with(kind, data, size, random % 4 == 0 ? (long)(random >> 8 & 63) : -1);
}

/* JSON up to the first 0 byte and what stands behind it, as a container with the right lengths. */
static inline bool gltf_input(const uint8_t *data, size_t size) {
  const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
  if (zero == NULL) return model_input(INPUT_GLTF, data, size);
  const uint32_t text = (uint32_t)(zero - data), bin = (uint32_t)(size - text - 1);
  const uint32_t head[5] = {0x46546c67, 2, 28 + text + bin, text, 0x4e4f534a}, second[2] = {bin, 0x004e4942};
  Bytes file = {0};
  bytes_write(&file, head, sizeof head);
  if (text > 0) bytes_write(&file, data, text);
  bytes_write(&file, second, sizeof second);
  if (bin > 0) bytes_write(&file, zero + 1, bin);
  uint8_t *exact = malloc(file.count); // so that sanitizers see its end
  if (exact == NULL) abort();
  memcpy(exact, file.data, file.count);
  const bool accepted = model_input(INPUT_GLB, exact, file.count);
  free(exact);
  bytes_free(&file);
  return accepted;
}

#endif
