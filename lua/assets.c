/* assets.c - files below one folder of the disk (scene-language.md, 4.8).
 *
 * The folder is opened once; a path is walked part by part with openat and O_NOFOLLOW, so that no link and no ".." leads out. Only
 * regular files are read: nothing that hangs, no device. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module.h"
#include "script.h"

struct ScriptFolder {
  MlEngine *engine;
  int descriptor;
};

MlStatus script_folder_open(MlEngine *engine, const char *folder, ScriptFolder **out, MlError *error) {
  *out = NULL;
  MlError failure = {0};
  ScriptFolder *opened = ml_engine_realloc(engine, NULL, 0, sizeof *opened);
  if (!opened) {
    failure = (MlError){.status = ML_ERROR_MEMORY, .message = "out of memory"};
  } else {
    *opened = (ScriptFolder){engine, open(*folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (opened->descriptor >= 0) {
      *out = opened;
      return ML_OK;
    }
    failure.status = ML_ERROR_FILE;
    snprintf(failure.message, sizeof failure.message, "%.200s: cannot be opened: %s", folder, strerror(errno));
    ml_engine_realloc(engine, opened, sizeof *opened, 0);
  }
  if (error) *error = failure;
  return failure.status;
}

void script_folder_close(ScriptFolder *folder) {
  if (!folder) return;
  close(folder->descriptor);
  ml_engine_realloc(folder->engine, folder, sizeof *folder, 0);
}

/* The descriptor of the file, or -1 with errno. */
static int open_beneath(int folder, const char *path) {
  int at = folder;
  for (;;) {
    char part[256];
    const char *slash = strchr(path, '/');
    const size_t length = slash ? (size_t)(slash - path) : strlen(path);
    if (length >= sizeof part) {
      if (at != folder) close(at);
      errno = ENAMETOOLONG;
      return -1;
    }
    memcpy(part, path, length);
    part[length] = 0;
    const int next = openat(at, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (slash ? O_DIRECTORY : O_NONBLOCK));
    const int failure = errno;
    if (at != folder) close(at);
    errno = failure;
    if (next < 0 || !slash) return next;
    at = next;
    path = slash + 1;
  }
}

static ScriptAssetStatus read_all(MlEngine *engine, int file, uint64_t max_size, void **bytes, size_t *size, const char **reason) {
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    *reason = "it is no regular file";
    return SCRIPT_ASSET_REFUSED;
  }
  if ((uint64_t)status.st_size > max_size || (uint64_t)status.st_size > SIZE_MAX / 2) {
    *reason = "it is too large";
    return SCRIPT_ASSET_REFUSED;
  }
  const size_t wanted = (size_t)status.st_size;
  char *block = wanted ? ml_engine_realloc(engine, NULL, 0, wanted) : NULL;
  if (wanted && !block) return SCRIPT_ASSET_MEMORY;
  for (size_t at = 0; at < wanted;) {
    const ssize_t got = read(file, block + at, wanted - at);
    if (got > 0) {
      at += (size_t)got;
    } else if (got == 0 || errno != EINTR) {
      ml_engine_realloc(engine, block, wanted, 0);
      *reason = got == 0 ? "it changed while it was read" : "it could not be read";
      return SCRIPT_ASSET_REFUSED;
    }
  }
  *bytes = block;
  *size = wanted;
  return SCRIPT_ASSET_OK;
}

static ScriptAssetStatus read_file(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                   const char **reason) {
  const ScriptFolder *folder = ud;
  *bytes = NULL;
  *size = 0;
  *reason = module_refuse_path(path, strlen(path));
  if (*reason) return SCRIPT_ASSET_REFUSED;
  const int file = open_beneath(folder->descriptor, path);
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return SCRIPT_ASSET_MISSING;
    *reason = errno == ELOOP ? "links are not followed" : errno == EACCES ? "permission denied" : "it could not be opened";
    return SCRIPT_ASSET_REFUSED;
  }
  const ScriptAssetStatus result = read_all(engine, file, max_size, bytes, size, reason);
  close(file);
  return result;
}

ScriptAssets script_folder_assets(ScriptFolder *folder) { return (ScriptAssets){folder, read_file}; }
