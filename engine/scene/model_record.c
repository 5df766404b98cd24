/* model_record.c - see model_record.h. */
#include "scene/model_record.h"

#include <string.h>

#include "scene/geometry.h"

/* ---- files */

void model_files_begin(ModelFiles *files, Memory *memory, const MlModelFiles *from) {
  *files = (ModelFiles){.from = *from};
  arena_init(&files->names, memory);
}

void model_files_end(ModelFiles *files) {
  for (uint64_t i = 0; i < files->opened.count; i++)
    if (!files->opened.data[i].missing && files->from.close != NULL) files->from.close(files->from.ud, files->opened.data[i].bytes);
  array_free(files->names.memory, &files->opened);
  arena_free(&files->names);
}

const OpenFile *model_files_open(ModelFiles *files, const char *name) {
  for (uint64_t i = 0; i < files->opened.count; i++)
    if (strcmp(files->opened.data[i].name, name) == 0) return &files->opened.data[i];
  const size_t length = strlen(name) + 1;
  char *kept = arena_alloc(&files->names, length, 1);
  if (kept == NULL || !array_reserve(files->names.memory, &files->opened, 1)) return NULL;
  memcpy(kept, name, length);
  OpenFile file = {.name = kept};
  file.missing = files->from.open == NULL || !files->from.open(files->from.ud, kept, &file.bytes);
  if (file.missing) file.bytes = (MlBytes){NULL, 0};
  files->opened.data[files->opened.count] = file;
  return &files->opened.data[files->opened.count++];
}

/* ---- identity */

void model_record_identify(MlBytes bytes, const char *name, double crease, ModelFiles *files, ModelRecord *out) {
  const Hash128 contents = hash_bytes_128(bytes.data, bytes.size);
  *out = (ModelRecord){.hash = contents.low,
                       .contents = contents,
                       .byte_count = bytes.size,
                       .crease = crease,
                       .format = (uint32_t)model_format((ModelBytes){bytes.data, bytes.size}, name),
                       .files = files};
}

static bool same_hash(Hash128 a, Hash128 b) { return a.low == b.low && a.high == b.high; }

/* Does the record's file hold now what it did? */
static bool is_as_before(const ModelRecord *record, const ModelFile *file, ModelFiles *files) {
  const OpenFile *now = model_files_open(files, model_text(&record->model, file->name));
  if (now == NULL || now->missing != file->missing) return false;
  return file->missing || (now->bytes.size == file->count && same_hash(hash_bytes_128(now->bytes.data, now->bytes.size), file->hash));
}

bool model_record_same(const ModelRecord *a, const ModelRecord *b) {
  if (!same_hash(a->contents, b->contents) || a->byte_count != b->byte_count || a->format != b->format || !(a->crease == b->crease))
    return false;
  if (b->files == NULL && a->model.files.count != b->model.files.count) return false;
  for (uint64_t i = 1; i < a->model.files.count; i++) {
    const ModelFile *x = &a->model.files.data[i];
    if (b->files != NULL) {
      if (!is_as_before(a, x, b->files)) return false;
      continue;
    }
    const ModelFile *y = &b->model.files.data[i];
    if (x->missing != y->missing || x->count != y->count || !same_hash(x->hash, y->hash) ||
        strcmp(model_text(&a->model, x->name), model_text(&b->model, y->name)) != 0)
      return false;
  }
  return true;
}

/* ---- the block */

enum { ARRAYS = 11 };

ModelRecord *model_record_create(Memory *memory, const ModelRecord *identity, const Model *model, const PartIdentity *parts,
                                 uint64_t points, uint64_t triangles) {
  ModelRecord record = *identity;
  Model *m = &record.model;
  BlockLayout layout = {.bytes = sizeof record};
  record.model = *model;
  record.files = NULL;
  m->memory = NULL;
  m->parts.data = NULL, m->parts.count = m->parts.capacity = 0;
#define ARRAY_OF(a)                                                                                                                        \
  { &(a).data, &(a).capacity, (a).count, sizeof *(a).data, 0}
  struct {
    void *data; /* the pointer itself */
    uint64_t *capacity, count;
    size_t size, offset;
  } arrays[ARRAYS] = {ARRAY_OF(m->text),   ARRAY_OF(m->data),        ARRAY_OF(m->files),   ARRAY_OF(m->meshes),
                      ARRAY_OF(m->images), ARRAY_OF(m->materials),   ARRAY_OF(m->nodes),   ARRAY_OF(m->cameras),
                      ARRAY_OF(m->lights), ARRAY_OF(m->unsupported), ARRAY_OF(m->warnings)};
#undef ARRAY_OF
  for (int i = 0; i < ARRAYS; i++) arrays[i].offset = block_place(&layout, arrays[i].count, arrays[i].size);
  const size_t identities = block_place(&layout, model->parts.count, sizeof *parts);
  ModelRecord *made = layout.overflow ? NULL : memory_pages_alloc(memory, layout.bytes);
  if (made == NULL) return NULL;
  for (int i = 0; i < ARRAYS; i++) {
    void *from, *to = (char *)made + arrays[i].offset;
    memcpy(&from, arrays[i].data, sizeof from);
    if (arrays[i].count != 0) memcpy(to, from, (size_t)arrays[i].count * arrays[i].size);
    memcpy(arrays[i].data, &to, sizeof to);
    *arrays[i].capacity = arrays[i].count;
  }
  if (model->parts.count != 0) memcpy((char *)made + identities, parts, (size_t)model->parts.count * sizeof *parts);
  record.parts = (const PartIdentity *)(const void *)((char *)made + identities);
  record.part_count = model->parts.count;
  record.point_count = points;
  record.triangle_count = triangles;
  record.bytes = layout.bytes;
  *made = record;
  memory_pages_protect(made, layout.bytes);
  return made;
}
