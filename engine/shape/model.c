/* model.c - see model.h. */
#include "shape/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

enum { NAMED_AT_MOST = 24 }; /* things that a file asks for in vain; further ones are not named */

void model_init(Model *model, Memory *memory) { *model = (Model){.memory = memory}; }

static void free_floats(Memory *memory, float *p, uint64_t count, size_t size) {
  if (p != NULL) memory_free(memory, p, (size_t)(count * size));
}

void model_free_part(Model *model, ModelPart *part) {
  Memory *memory = model->memory;
  free_floats(memory, part->points, part->point_count, 12);
  free_floats(memory, part->normals, part->point_count, 12);
  free_floats(memory, part->uv, part->point_count, 8);
  if (part->triangles != NULL) memory_free(memory, part->triangles, (size_t)(part->triangle_count * 12));
  *part = (ModelPart){.material = part->material};
}

void model_free(Model *model) {
  Memory *memory = model->memory;
  for (uint64_t i = 0; i < model->parts.count; i++) model_free_part(model, &model->parts.data[i]);
  array_free(memory, &model->text);
  array_free(memory, &model->data);
  array_free(memory, &model->files);
  array_free(memory, &model->parts);
  array_free(memory, &model->meshes);
  array_free(memory, &model->images);
  array_free(memory, &model->materials);
  array_free(memory, &model->nodes);
  array_free(memory, &model->cameras);
  array_free(memory, &model->lights);
  array_free(memory, &model->unsupported);
  array_free(memory, &model->warnings);
}

/* ---- text */

ModelText model_add_text(Model *model, const char *text, size_t length) {
  if (length == 0) return 0;
  const uint64_t before = model->text.count;
  if (length >= MODEL_NONE - 2 - before || !array_reserve(model->memory, &model->text, length + 2)) return MODEL_NONE;
  if (before == 0) model->text.data[model->text.count++] = '\0';
  const ModelText at = (ModelText)model->text.count;
  char *to = model->text.data + at;
  for (size_t i = 0; i < length; i++) to[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
  to[length] = '\0';
  model->text.count += length + 1;
  return at;
}

bool model_unsupported(Model *model, const char *what) {
  for (uint64_t i = 0; i < model->unsupported.count; i++)
    if (strcmp(model_text(model, model->unsupported.data[i]), what) == 0) return true;
  if (model->unsupported.count >= NAMED_AT_MOST) return true;
  const ModelText text = model_add_text(model, what, strlen(what));
  return text != MODEL_NONE && array_push(model->memory, &model->unsupported, text);
}

bool model_warn(Model *model, const char *format, ...) {
  char line[500];
  va_list arguments;
  if (model->warnings.count >= NAMED_AT_MOST) return true;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (length < 0) return true;
  const ModelText text = model_add_text(model, line, strlen(line));
  return text != MODEL_NONE && array_push(model->memory, &model->warnings, text);
}

/* ---- parts */

static bool allocate(Memory *memory, uint64_t count, size_t size, void *out) {
  size_t bytes;
  void *p = NULL;
  if (count != 0 && (!size_multiply(count, size, &bytes) || (p = memory_alloc(memory, bytes, 16)) == NULL)) return false;
  memcpy(out, &p, sizeof p);
  return true;
}

ModelPart *model_add_part(Model *model, uint64_t points, uint64_t triangles, bool normals, bool uv) {
  if (!array_reserve(model->memory, &model->parts, 1)) return NULL;
  ModelPart part = {.material = MODEL_NONE, .point_count = points, .triangle_count = triangles};
  if (!allocate(model->memory, points, 12, &part.points) || !allocate(model->memory, triangles, 12, &part.triangles) ||
      (normals && !allocate(model->memory, points, 12, &part.normals)) || (uv && !allocate(model->memory, points, 8, &part.uv))) {
    model_free_part(model, &part);
    return NULL;
  }
  model->parts.data[model->parts.count] = part;
  return &model->parts.data[model->parts.count++];
}

void model_free_draft(Model *model, ModelDraft *draft) {
  array_free(model->memory, &draft->points);
  array_free(model->memory, &draft->normals);
  array_free(model->memory, &draft->uv);
  array_free(model->memory, &draft->triangles);
}

/* The block of an array, cut to what is used; false: the allocator could not even do that. */
static bool take_array(Memory *memory, void **data, uint64_t count, uint64_t *capacity, size_t size) {
  if (count == *capacity) return true;
  void *cut = memory_realloc(memory, *data, (size_t)(*capacity * size), (size_t)(count * size), 16);
  if (cut == NULL && count != 0) return false;
  *data = cut;
  *capacity = count;
  return true;
}
#define TAKE(memory, a) take_array((memory), (void **)&(a)->data, (a)->count, &(a)->capacity, sizeof *(a)->data)

ModelPart *model_take_draft(Model *model, ModelDraft *draft) {
  Memory *memory = model->memory;
  if (!array_reserve(memory, &model->parts, 1) || !TAKE(memory, &draft->points) || !TAKE(memory, &draft->normals) ||
      !TAKE(memory, &draft->uv) || !TAKE(memory, &draft->triangles))
    return NULL;
  model->parts.data[model->parts.count] = (ModelPart){
    .material = MODEL_NONE,
    .point_count = draft->points.count,
    .triangle_count = draft->triangles.count,
    .points = (float *)draft->points.data,
    .triangles = (uint32_t *)draft->triangles.data,
    .normals = (float *)draft->normals.data,
    .uv = (float *)draft->uv.data,
  };
  *draft = (ModelDraft){0};
  return &model->parts.data[model->parts.count++];
}

/* ---- what things are without anything said */

ModelTexture model_no_texture(void) { return (ModelTexture){.image = MODEL_NONE, .uv = {1, 0, 0, 0, 1, 0}}; }

void model_material_init(ModelMaterial *material) {
  const ModelTexture none = model_no_texture();
  *material = (ModelMaterial){
    .color = {0.8f, 0.8f, 0.8f},
    .color_texture = none,
    .roughness = 0.5f,
    .metallic_texture = none,
    .roughness_texture = none,
    .ior = 1.5f,
    .specular = {1, 1, 1},
    .specular_texture = none,
    .specular_color_texture = none,
    .transmission_texture = none,
    .thin = true,
    .attenuation_color = {1, 1, 1},
    .coat_texture = none,
    .coat_roughness_texture = none,
    .sheen_color_texture = none,
    .sheen_roughness_texture = none,
    .film_ior = 1.3f,
    .emission_texture = none,
    .normal_texture = none,
    .normal_scale = 1,
    .bump_texture = none,
    .bump_height = 0.01f,
    .alpha = 1,
    .alpha_cutoff = 0.5f,
    .alpha_texture = none,
  };
}

ModelNode model_node_init(void) {
  return (ModelNode){.parent = MODEL_NONE,
                     .mesh = MODEL_NONE,
                     .camera = MODEL_NONE,
                     .light = MODEL_NONE,
                     .transform = {{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}}};
}

/* ---- files beside the model */

/* The name as this system has it: without "./", by '/'; of one that names a disk or a root, the last part. */
static size_t tidy_name(char *to, const char *name, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) to[count++] = name[i] == '\\' ? '/' : name[i];
  size_t from = 0;
  const bool rooted = count > 0 && (to[0] == '/' || (count > 1 && to[1] == ':'));
  for (size_t i = 0; i < count && rooted; i++)
    if (to[i] == '/' || to[i] == ':') from = i + 1;
  while (count - from > 1 && to[from] == '.' && to[from + 1] == '/') from += 2;
  memmove(to, to + from, count - from);
  return count - from;
}

MlStatus model_open(Model *model, const ModelSource *source, const char *name, size_t length, ModelBytes *out, uint32_t *file,
                    MlError *error) {
  char tidy[1000];
  *out = (ModelBytes){0};
  const size_t count = length < sizeof tidy ? tidy_name(tidy, name, length) : 0;
  ModelFile made = {.name = model_add_text(model, tidy, count), .missing = true};
  if (made.name == MODEL_NONE) return model_out_of_memory(model, source, error);
  uint32_t at = 0;
  while (at < model->files.count && (at == 0 || strcmp(model_text(model, model->files.data[at].name), model_text(model, made.name)) != 0))
    at++;
  const bool opened =
    count != 0 && source->siblings.open != NULL && source->siblings.open(source->siblings.ud, model_text(model, made.name), out);
  if (opened) {
    made.missing = false;
    made.count = out->count;
    made.hash = hash_bytes_128(out->data, out->count);
  } else {
    *out = (ModelBytes){0};
  }
  if (at == model->files.count && !array_push(model->memory, &model->files, made)) return model_out_of_memory(model, source, error);
  if (file != NULL) *file = at;
  return ML_OK;
}

/* ---- errors */

MlStatus model_out_of_memory(const Model *model, const ModelSource *source, MlError *error) {
  const MlMemoryStats now = {.used = model->memory->used, .cap = model->memory->cap};
  return error_set(error, ML_ERROR_MEMORY, "%.200s: out of memory (%llu of %llu MB are used)", source->name,
                   (unsigned long long)(now.used >> 20), (unsigned long long)(now.cap >> 20));
}

static MlStatus fail(MlError *error, const char *name, const char *place, const char *format, va_list arguments) {
  char text[400];
  vsnprintf(text, sizeof text, format, arguments);
  return error_set(error, ML_ERROR_FORMAT, "%.200s%s: %s", name, place, text);
}

MlStatus model_error_line(const ModelSource *source, uint64_t line, MlError *error, const char *format, ...) {
  char place[40];
  va_list arguments;
  snprintf(place, sizeof place, ":%llu", (unsigned long long)line);
  va_start(arguments, format);
  const MlStatus status = fail(error, source->name, place, format, arguments);
  va_end(arguments);
  return status;
}

MlStatus model_error_byte(const ModelSource *source, uint64_t byte, MlError *error, const char *format, ...) {
  char place[40];
  va_list arguments;
  snprintf(place, sizeof place, ": byte %llu", (unsigned long long)byte);
  va_start(arguments, format);
  const MlStatus status = fail(error, source->name, place, format, arguments);
  va_end(arguments);
  return status;
}

MlStatus model_error(const ModelSource *source, MlError *error, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const MlStatus status = fail(error, source->name, "", format, arguments);
  va_end(arguments);
  return status;
}
