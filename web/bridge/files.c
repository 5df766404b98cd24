/* files.c - files that the page has handed over, and the scene's view of them. */
#include <string.h>

#include "internal.h"

enum { TURN_PAGE = 0, TURN_OFFERED = 1, TURN_READY = 2, TURN_REFUSED = 3, TURN_FILLED = 4 };

static void file_free(Files *files, BridgeFile *file) {
  if (file->path) ml_engine_realloc(files->engine, file->path, file->path_size, 0);
  if (file->bytes) ml_engine_realloc(files->engine, file->bytes, file->size, 0);
  *file = (BridgeFile){0};
}

static BridgeFile *find(Files *files, const char *path) {
  for (size_t i = 0; i < files->count; i++)
    if (strcmp(files->list[i].path, path) == 0) return &files->list[i];
  return NULL;
}

static void forget(Files *files, const char *path) {
  BridgeFile *file = find(files, path);
  if (!file) return;
  file_free(files, file);
  *file = files->list[--files->count];
}

static bool make_room(Files *files) {
  if (files->count < files->capacity) return true;
  const size_t capacity = files->capacity ? 2 * files->capacity : 8;
  BridgeFile *list = ml_engine_realloc(files->engine, files->list, files->capacity * sizeof *list, capacity * sizeof *list);
  if (!list) return false;
  files->list = list;
  files->capacity = capacity;
  return true;
}

/* Room for the file that is offered: its path in `coming`, its bytes to be filled. */
static bool accept(Files *files, const char *name, size_t name_size, int32_t size) {
  BridgeFile *coming = &files->coming;
  file_free(files, coming);
  if (!make_room(files)) return false;
  coming->path = ml_engine_realloc(files->engine, NULL, 0, name_size + 1);
  if (coming->path) {
    memcpy(coming->path, name, name_size);
    coming->path[name_size] = '\0';
    coming->path_size = name_size + 1;
  }
  if (coming->path && size) coming->bytes = ml_engine_realloc(files->engine, NULL, 0, (size_t)size);
  coming->size = (size_t)size;
  if (coming->path && (coming->bytes || !size)) return true;
  coming->size = coming->bytes ? coming->size : 0;
  file_free(files, coming);
  return false;
}

bool files_turn(Files *files, Status *status, const char *name) {
  const int32_t turn = word_get(status, WORD_asset_turn);
  if (turn != TURN_OFFERED && turn != TURN_FILLED) return false;
  int32_t next = TURN_PAGE;
  if (turn == TURN_FILLED) {
    if (files->coming.path) {
      forget(files, files->coming.path);
      files->list[files->count++] = files->coming;
      files->coming = (BridgeFile){0};
    }
  } else {
    const int32_t size = word_get(status, WORD_asset_size), name_size = word_get(status, WORD_asset_name_size);
    if (name_size <= 0 || name_size > BRIDGE_MAX_NAME || size < -1) {
      next = TURN_REFUSED;
    } else if (size == -1) {
      char path[BRIDGE_MAX_NAME + 1];
      memcpy(path, name, (size_t)name_size);
      path[name_size] = '\0';
      forget(files, path);
    } else {
      next = accept(files, name, (size_t)name_size, size) ? TURN_READY : TURN_REFUSED;
      word_set(status, WORD_asset_address, (int32_t)(intptr_t)files->coming.bytes);
    }
  }
  word_set(status, WORD_asset_turn, next);
  return true;
}

static ScriptAssetStatus read_file(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                   const char **reason) {
  const BridgeFile *file = find(ud, path);
  *bytes = NULL;
  *size = 0;
  if (!file) return SCRIPT_ASSET_MISSING;
  if (file->size > max_size) {
    *reason = "it is too large";
    return SCRIPT_ASSET_REFUSED;
  }
  if (file->size == 0) return SCRIPT_ASSET_OK;
  *bytes = ml_engine_realloc(engine, NULL, 0, file->size);
  if (!*bytes) return SCRIPT_ASSET_MEMORY;
  memcpy(*bytes, file->bytes, file->size);
  *size = file->size;
  return SCRIPT_ASSET_OK;
}

ScriptAssets files_assets(Files *files) { return (ScriptAssets){files, read_file}; }

void files_free(Files *files) {
  for (size_t i = 0; i < files->count; i++) file_free(files, &files->list[i]);
  file_free(files, &files->coming);
  if (files->list) ml_engine_realloc(files->engine, files->list, files->capacity * sizeof *files->list, 0);
  *files = (Files){.engine = files->engine};
}
