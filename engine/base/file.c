/* file.c - whole files by POSIX calls. Errors name what happened and to which path, without errno's words, so that they
 * are the same on every C library. */
#define _GNU_SOURCE /* readlink and O_CLOEXEC under -std=c17 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/thread.h"

/* Opens until one fails, for tests; -1, never, in all other use. */
static _Atomic int file_fail_count = -1;

void file_fail_after(int opens) { atomic_store(&file_fail_count, opens); }

static int open_file(const char *path, int flags) {
  int left = atomic_load(&file_fail_count);
  while (left > 0 && !atomic_compare_exchange_weak(&file_fail_count, &left, left - 1)) {}
  if (left == 0) {
    errno = EMFILE;
    return -1;
  }
  int fd;
  do fd = open(path, flags | O_CLOEXEC, 0666);
  while (fd < 0 && errno == EINTR);
  return fd;
}

static const char *reason_text(int reason) {
  switch (reason) {
  case ENOENT: return "there is no such file";
  case ENOTDIR: return "a part of the path is not a folder";
  case EISDIR: return "it is a folder";
  case EACCES:
  case EPERM: return "permission denied";
  case EROFS: return "the file system is read-only";
  case ENOSPC: return "the disk is full";
#ifdef EDQUOT
  case EDQUOT: return "the disk quota is used up";
#endif
  case EFBIG: return "the file would be larger than the system allows";
  case EPIPE: return "the reader has gone";
  case EMFILE:
  case ENFILE: return "too many open files";
  case ENAMETOOLONG: return "the name is too long";
  case ELOOP: return "too many symbolic links";
  case EIO: return "the device failed";
  case ETXTBSY:
  case EBUSY: return "it is in use";
  case EXDEV: return "the folder lies on another file system";
  default: return "the system refused";
  }
}

static MlStatus file_error(MlError *error, const char *verb, const char *path, int reason) {
  return error_set(error, ML_ERROR_FILE, "cannot %s '%s': %s", verb, path, reason_text(reason));
}

/* ---- reading */

/* Read up to `size` bytes; the count read, or -1. */
static int64_t read_fully(int fd, char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t n = read(fd, bytes + done, size - done < INT_MAX ? size - done : INT_MAX);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += (size_t)n;
  }
  return (int64_t)done;
}

static MlStatus read_open(Memory *memory, int fd, const char *path, uint64_t limit, void **bytes, size_t *size, MlError *error) {
  struct stat info;
  if (fstat(fd, &info) != 0) return file_error(error, "read", path, errno);
  if (S_ISDIR(info.st_mode)) return file_error(error, "read", path, EISDIR);
  if (!S_ISREG(info.st_mode)) return error_set(error, ML_ERROR_FILE, "cannot read '%s': it is not a regular file", path);
  uint64_t length = (uint64_t)info.st_size;
  if (length > limit || length > SIZE_MAX - 1)
    return error_set(error, ML_ERROR_FILE, "cannot read '%s': it has %llu bytes, more than the %llu allowed", path,
                     (unsigned long long)length, (unsigned long long)limit);
  if (length == 0) return ML_OK;
  void *block = memory_alloc(memory, (size_t)length, 16);
  if (block == NULL) return memory_error(memory, length, path, error);
  int64_t count = read_fully(fd, block, (size_t)length);
  if (count != (int64_t)length) {
    int reason = errno;
    memory_free(memory, block, (size_t)length);
    if (count < 0) return file_error(error, "read", path, reason);
    return error_set(error, ML_ERROR_FILE, "cannot read '%s': it became shorter meanwhile", path);
  }
  *bytes = block;
  *size = (size_t)length;
  return ML_OK;
}

MlStatus file_read(Memory *memory, const char *path, uint64_t limit, void **bytes, size_t *size, MlError *error) {
  *bytes = NULL;
  *size = 0;
  int fd = open_file(path, O_RDONLY | O_NONBLOCK); /* a FIFO must not hang before it is refused */
  if (fd < 0) return file_error(error, "read", path, errno);
  MlStatus status = read_open(memory, fd, path, limit, bytes, size, error);
  close(fd);
  return status;
}

MlStatus file_reader_open(FileReader *reader, const char *path, MlError *error) {
  reader->path = path;
  reader->failed = false;
  reader->reason = 0;
  reader->buffered = reader->taken = 0;
  reader->fd = open_file(path, O_RDONLY | O_NONBLOCK);
  if (reader->fd < 0) return file_error(error, "read", path, errno);
  struct stat info;
  MlStatus status = ML_OK;
  if (fstat(reader->fd, &info) != 0) status = file_error(error, "read", path, errno);
  else if (S_ISDIR(info.st_mode)) status = file_error(error, "read", path, EISDIR);
  else if (!S_ISREG(info.st_mode)) status = error_set(error, ML_ERROR_FILE, "cannot read '%s': it is not a regular file", path);
  else reader->size = (uint64_t)info.st_size;
  if (status != ML_OK) close(reader->fd);
  return status;
}

bool file_reader_read(FileReader *reader, void *bytes, size_t count) {
  for (char *to = bytes; count > 0;) {
    if (reader->taken == reader->buffered) {
      int64_t got = read_fully(reader->fd, reader->buffer, sizeof reader->buffer);
      if (got < 0) reader->failed = true, reader->reason = errno;
      if (got <= 0) return false;
      reader->buffered = (size_t)got, reader->taken = 0;
    }
    size_t left = reader->buffered - reader->taken, piece = count < left ? count : left;
    memcpy(to, reader->buffer + reader->taken, piece);
    reader->taken += piece, to += piece, count -= piece;
  }
  return true;
}

MlStatus file_reader_close(FileReader *reader, MlError *error) {
  close(reader->fd);
  return reader->failed ? file_error(error, "read", reader->path, reader->reason) : ML_OK;
}

/* ---- writing */

/* Length of the folder part of path, its last slash included; 0 without one. */
static size_t folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

/* Why a file could not be created at `target`, which `path` leads to: mostly it is the folder's fault, so say that. */
static MlStatus create_error(const char *path, const char *target, int reason, MlError *error) {
  int length = (int)folder_length(target);
  if (length > 1) length--; /* without the slash, but keep "/" */
  const char *folder = length == 0 ? "." : target;
  if (length == 0) length = 1;
  if (reason == ENOENT) return error_set(error, ML_ERROR_FILE, "cannot write '%s': the folder '%.*s' does not exist", path, length, folder);
  if (reason == EACCES || reason == EPERM)
    return error_set(error, ML_ERROR_FILE, "cannot write '%s': no permission to create files in the folder '%.*s'", path, length, folder);
  return file_error(error, "write", path, reason);
}

/* Names are unique by process, clock and address; a collision is met by trying again. */
static int create_temporary(FileWriter *writer) {
  size_t folder = folder_length(writer->target);
  memcpy(writer->temporary, writer->target, folder);
  for (uint32_t attempt = 0; attempt < 100; attempt++) {
    double now = clock_now();
    uint64_t parts[4] = {(uint64_t)getpid(), (uint64_t)(uintptr_t)writer, attempt, 0};
    memcpy(&parts[3], &now, sizeof now);
    snprintf(writer->temporary + folder, sizeof writer->temporary - folder, ".moonlit-%ld-%016llx.tmp", (long)getpid(),
             (unsigned long long)hash_bytes(parts, sizeof parts, 0));
    int fd = open_file(writer->temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
  return -1;
}

/* From writer->target to what it points to in the end, which need not be there (realpath() would want it). false: errno says why. */
static bool follow_links(FileWriter *writer) {
  char next[sizeof writer->target];
  for (int links = 0; links < 40; links++) { /* as many as Linux follows */
    ssize_t length = readlink(writer->target, next, sizeof next);
    if (length < 0) return true; /* no link, or nothing; what is wrong with the way there shows when the file is created */
    size_t folder = length > 0 && next[0] == '/' ? 0 : folder_length(writer->target);
    if (folder + (size_t)length >= sizeof writer->target) {
      errno = ENAMETOOLONG;
      return false;
    }
    memcpy(writer->target + folder, next, (size_t)length);
    writer->target[folder + (size_t)length] = '\0';
  }
  errno = ELOOP;
  return false;
}

MlStatus file_writer_open(FileWriter *writer, const char *path, MlError *error) {
  writer->fd = -1;
  writer->in_place = writer->failed = false;
  writer->reason = 0;
  writer->path = path;
  writer->written = 0;
  writer->buffered = 0;
  size_t length = strlen(path);
  if (length == 0) return error_set(error, ML_ERROR_FILE, "cannot write to a file without a name");
  if (length >= sizeof writer->target) return file_error(error, "write", path, ENAMETOOLONG);
  if (path[length - 1] == '/') return file_error(error, "write", path, EISDIR);
  memcpy(writer->target, path, length + 1);

  struct stat info;
  bool exists = stat(path, &info) == 0;
  if (exists && S_ISDIR(info.st_mode)) return file_error(error, "write", path, EISDIR);

  // Devices and pipes cannot be replaced, they are written to
  if (exists && !S_ISREG(info.st_mode)) {
    writer->in_place = true;
    writer->fd = open_file(path, O_WRONLY);
    return writer->fd >= 0 ? ML_OK : file_error(error, "write", path, errno);
  }

  // A symbolic link stays one: what it points to is replaced, or made
  if (!follow_links(writer)) return file_error(error, "write", path, errno);
  if (exists && access(writer->target, W_OK) != 0) return file_error(error, "write", path, errno);
  writer->fd = create_temporary(writer);
  if (writer->fd < 0) return create_error(path, writer->target, errno, error);
  if (exists) (void)fchmod(writer->fd, info.st_mode & 07777); /* the replaced file's permissions */
  return ML_OK;
}

static bool fail(FileWriter *writer, int reason) {
  if (!writer->failed) writer->reason = reason;
  writer->failed = true;
  return false;
}

static bool write_fully(FileWriter *writer, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t n = write(writer->fd, bytes, count < INT_MAX ? count : INT_MAX);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(writer, errno);
    bytes += n;
    count -= (size_t)n;
  }
  return true;
}

static bool flush(FileWriter *writer) {
  size_t count = writer->buffered;
  writer->buffered = 0;
  return write_fully(writer, writer->buffer, count);
}

bool file_writer_write(FileWriter *writer, const void *bytes, size_t count) {
  if (writer->failed) return false;
  if (count > sizeof writer->buffer - writer->buffered && !flush(writer)) return false;
  if (count >= sizeof writer->buffer) {
    if (!write_fully(writer, bytes, count)) return false;
  } else if (count != 0) {
    memcpy(writer->buffer + writer->buffered, bytes, count);
    writer->buffered += count;
  }
  writer->written += count;
  return true;
}

/* A file system that cannot sync (some are in memory) is no failure. */
static bool sync_file(FileWriter *writer) {
  int result;
  do result = fsync(writer->fd);
  while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL || errno == ENOSYS || errno == ENOTSUP ? true : fail(writer, errno);
}

/* Make the rename itself last through a power cut; the file is whole either way, so failures do not matter. */
static void sync_folder(FileWriter *writer) {
  size_t length = folder_length(writer->target);
  writer->target[length] = '\0';
  int fd = open(length == 0 ? "." : writer->target, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

MlStatus file_writer_commit(FileWriter *writer, MlError *error) {
  bool whole = !writer->failed && flush(writer) && (writer->in_place || sync_file(writer));
  if (close(writer->fd) != 0 && errno != EINTR) whole = fail(writer, errno) && whole;
  writer->fd = -1;
  if (!writer->in_place) {
    if (whole && rename(writer->temporary, writer->target) != 0) whole = fail(writer, errno);
    if (whole) sync_folder(writer);
    if (!whole) (void)unlink(writer->temporary);
  }
  return whole ? ML_OK : file_error(error, "write", writer->path, writer->reason);
}

void file_writer_abort(FileWriter *writer) {
  if (writer->fd < 0) return;
  close(writer->fd);
  writer->fd = -1;
  if (!writer->in_place) (void)unlink(writer->temporary);
}

static bool sink_write(void *ud, const void *bytes, size_t count) { return file_writer_write(ud, bytes, count); }

MlSink file_writer_sink(FileWriter *writer) { return (MlSink){.write = sink_write, .ud = writer}; }
