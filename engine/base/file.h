/* file.h - whole files in, whole files out. Never a half file: a temporary name beside the target, fsync, rename.
 * Temporary names begin with ".moonlit-", the process's number, "-": so whoever ends the process can remove them. */
#ifndef ML_BASE_FILE_H
#define ML_BASE_FILE_H

#include "base/memory.h"

/* Reads a regular file of at most `limit` bytes; *bytes is freed with memory_free(memory, *bytes, *size). */
MlStatus file_read(Memory *memory, const char *path, uint64_t limit, void **bytes, size_t *size, MlError *error);

/* A regular file from front to back, in pieces, for what is too large to be held twice. */
typedef struct FileReader {
  int fd;
  const char *path; /* must outlive the reader */
  uint64_t size;    /* at opening */
  bool failed;
  int reason; /* errno of the failure */
  size_t buffered, taken;
  char buffer[16384];
} FileReader;
MlStatus file_reader_open(FileReader *reader, const char *path, MlError *error);
bool file_reader_read(FileReader *reader, void *bytes, size_t count); /* false: fewer were left, or the device failed */
/* ML_OK unless the device failed. */
MlStatus file_reader_close(FileReader *reader, MlError *error);

typedef struct FileWriter {
  int fd;
  bool in_place; /* an existing device or pipe: no temporary, no rename */
  bool failed;
  int reason;                /* errno of the first failure */
  const char *path;          /* as the caller named it, for messages */
  char target[4096];         /* what is replaced: path with symbolic links followed */
  char temporary[4096 + 32]; /* beside target */
  uint64_t written;          /* bytes accepted so far */
  size_t buffered;
  char buffer[16384];
} FileWriter;
/* path must outlive the writer. A path that names an existing non-regular file (/dev/null, a FIFO) is written in place.
 * The host decides about SIGPIPE; where it is ignored, a closed pipe is an error like others. */
MlStatus file_writer_open(FileWriter *writer, const char *path, MlError *error);
bool file_writer_write(FileWriter *writer, const void *bytes, size_t count); /* false: failed, remembered */
/* Sync and rename; on any failure the temporary is removed and the target is untouched. */
MlStatus file_writer_commit(FileWriter *writer, MlError *error);
void file_writer_abort(FileWriter *writer);
MlSink file_writer_sink(FileWriter *writer);
void file_fail_after(int opens); /* tests: like thread_fail_after */

#endif
