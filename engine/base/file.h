/* file.h - whole files in, whole files out. Never a half file: a temporary name beside the target, fsync, rename. */
#ifndef ML_BASE_FILE_H
#define ML_BASE_FILE_H

#include "base/memory.h"

/* Reads a regular file of at most `limit` bytes; *bytes is freed with memory_free(memory, *bytes, *size). */
MlStatus file_read(Memory *memory, const char *path, uint64_t limit, void **bytes, size_t *size, MlError *error);

typedef struct FileWriter {
  int fd;
  char *temporary; /* malloc-free: inside `names` */
  const char *path;
  char names[4096 + 32];
  uint64_t written;
  bool failed;
  int reason; /* errno of the first failure */
} FileWriter;
/* path must outlive the writer. A path that names an existing non-regular file (/dev/null, a FIFO) is written in place. */
MlStatus file_writer_open(FileWriter *writer, const char *path, MlError *error);
bool file_writer_write(FileWriter *writer, const void *bytes, size_t count); /* false: failed, remembered */
/* Sync and rename; on any failure the temporary is removed and the target is untouched. */
MlStatus file_writer_commit(FileWriter *writer, MlError *error);
void file_writer_abort(FileWriter *writer);
MlSink file_writer_sink(FileWriter *writer);
void file_fail_after(int opens); /* tests: like thread_fail_after */

#endif
