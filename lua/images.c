/* images.c - a scene's pictures: each file is read and decoded once per run and colour space. */
#include "images.h"

#include <string.h>

#include "module.h"

struct ImageRecord {
  const char *path;
  MlColorSpace space;
  MlImage id;
  const char *failure; /* NULL: none */
  struct ImageRecord *before;
};

enum { FILE_BYTES = INT32_MAX }; /* what the engine's readers take */

/* One white pixel, as tga. */
static const uint8_t placeholder[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 255, 255, 255};

static void read_image(Runtime *runtime, struct ImageRecord *record) {
  void *bytes;
  size_t size;
  MlError error = {0};
  const char *refused = module_refuse_path(record->path, strlen(record->path));
  if (refused) {
    record->failure =
      store_format(&runtime->store, "'%.*s' is no name of a picture: %s", (int)strnlen(record->path, 60), record->path, refused);
  } else if (module_read_asset(runtime, record->path, FILE_BYTES, &bytes, &size, &record->failure)) {
    record->id = ml_image(runtime->builder,
                          &ML_DESC(MlImageDesc, .bytes = bytes, .byte_count = size, .name = record->path, .space = record->space), &error);
    ml_engine_realloc(runtime->engine, bytes, size, 0);
    if (!record->id) record->failure = store_copy(&runtime->store, error.message, strlen(error.message));
  }
  if (!record->id && error.status != ML_ERROR_MEMORY)
    record->id = ml_image(runtime->builder, &ML_DESC(MlImageDesc, .bytes = placeholder, .byte_count = sizeof placeholder), &error);
  if (error.status == ML_ERROR_MEMORY) runtime->out_of_memory = true;
}

static struct ImageRecord *record_of(Runtime *runtime, const char *path, MlColorSpace space) {
  for (struct ImageRecord *r = runtime->images; r; r = r->before)
    if (r->space == space && strcmp(r->path, path) == 0) return r;
  struct ImageRecord *record = store_alloc(&runtime->store, sizeof *record);
  if (!record) return NULL;
  *record = (struct ImageRecord){.path = store_copy(&runtime->store, path, strlen(path)), .space = space, .before = runtime->images};
  runtime->images = record;
  read_image(runtime, record);
  return record;
}

MlImage image_of_file(Reading *r, const char *field, const char *path, MlColorSpace space) {
  const struct ImageRecord *record = record_of(r->runtime, path, space);
  if (!record) {
    runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY}); // does not return
    return 0;
  }
  if (record->failure) {
    if (field) reader_fail_field(r, field, "image", "%s", record->failure);
    else reader_fail(r, "image", "%s", record->failure);
  }
  return record->id;
}
