/* profiles.c - a scene's photometric profiles: each file is read once per run. */
#include "profiles.h"

#include <string.h>

#include "module.h"

struct ProfileRecord {
  const char *path;
  MlProfile id;
  const char *failure; /* NULL: none */
  struct ProfileRecord *before;
};

enum { FILE_BYTES = 1 << 24 }; /* what the engine's reader takes */

static void read_profile(Reading *r, struct ProfileRecord *record) {
  Runtime *runtime = r->runtime;
  void *bytes;
  size_t size;
  MlError error = {0};
  const char *refused = module_refuse_path(record->path, strlen(record->path));
  if (refused) {
    record->failure =
      store_format(&runtime->store, "'%.*s' is no name of a file: %s", (int)strnlen(record->path, 60), record->path, refused);
  } else if (module_read_asset(runtime, record->path, FILE_BYTES, &bytes, &size, &record->failure)) {
    record->id = ml_ies(runtime->builder, &ML_DESC(MlIesDesc, .bytes = bytes, .byte_count = size), &error);
    ml_engine_realloc(runtime->engine, bytes, size, 0);
    const char *message = strncmp(error.message, "ies: ", 5) == 0 ? error.message + 5 : error.message;
    if (!record->id) record->failure = store_format(&runtime->store, "%s, %s", record->path, message);
  }
  if (error.status == ML_ERROR_MEMORY) runtime_check_memory(r->L, &error);
}

MlProfile profile_of_file(Reading *r, const char *field, const char *path) {
  Runtime *runtime = r->runtime;
  struct ProfileRecord *record = runtime->profiles;
  while (record && strcmp(record->path, path) != 0) record = record->before;
  if (!record) {
    record = store_alloc(&runtime->store, sizeof *record);
    if (!record) {
      runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY}); // does not return
      return 0;
    }
    *record = (struct ProfileRecord){.path = store_copy(&runtime->store, path, strlen(path)), .before = runtime->profiles};
    runtime->profiles = record;
    read_profile(r, record);
  }
  if (record->failure) reader_fail_field(r, field, "profile", "%s", record->failure);
  return record->id;
}
