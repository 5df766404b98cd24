/* input.c - see input.h. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "interrupt.h"

static int unreadable(const char *path, const char *what, uint64_t limit, int reason) {
  char large[80];
  snprintf(large, sizeof large, "%s has at most %llu MiB", what, (unsigned long long)(limit >> 20));
  const char *text = reason == ENOENT   ? "there is no such file"
                     : reason == EISDIR ? "it is a folder"
                     : reason == EACCES ? "permission denied"
                     : reason == EFBIG  ? large
                                        : strerror(reason);
  const char *hint = "";
  char longer[4096];
  if (reason == ENOENT && snprintf(longer, sizeof longer, "%s.lua", path) < (int)sizeof longer && access(longer, R_OK) == 0)
    hint = "; there is one that ends in .lua";
  else if (strcmp(path, "-") == 0) hint = "; standard input is /dev/stdin";
  say("cannot read '%s': %s%s", path, text, hint);
  return EXIT_COULD_NOT;
}

typedef struct Input {
  int file;
  bool regular; /* never waits; and not every platform can poll a file */
} Input;

/* Like read, but a pipe that nobody writes into is waited for only until the user interrupts: -1 and EINTR. */
static ssize_t read_some(const Input *input, char *to, size_t size) {
  struct pollfd wait = {.fd = input->file, .events = POLLIN};
  for (;;) {
    while (!input->regular && poll(&wait, 1, 50) == 0) {
      if (!interrupted()) continue;
      errno = EINTR;
      return -1;
    }
    const ssize_t count = read(input->file, to, size);
    if (count >= 0 || errno != EAGAIN) return count;
  }
}

/* Reads to the end of the file; 0 or the reason why not. */
static int read_all(MlEngine *engine, const Input *input, uint64_t limit, InputBytes *out) {
  for (;;) {
    if (out->size == out->capacity) {
      char more;
      if (out->size == limit) {
        const ssize_t count = read_some(input, &more, 1);
        return count < 0 ? errno : count == 1 ? EFBIG : 0;
      }
      uint64_t wanted = out->capacity == 0 ? 1 << 16 : 2 * (uint64_t)out->capacity;
      if (wanted > limit) wanted = limit;
      char *data = ml_engine_realloc(engine, out->data, out->capacity, (size_t)wanted);
      if (!data) return ENOMEM;
      out->data = data;
      out->capacity = (size_t)wanted;
    }
    const ssize_t count = read_some(input, out->data + out->size, out->capacity - out->size);
    if (count <= 0) return count < 0 ? errno : 0;
    out->size += (size_t)count;
  }
}

int input_read(MlEngine *engine, const char *path, const char *what, uint64_t limit, InputBytes *out) {
  *out = (InputBytes){0};
  Input input = {.file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  if (input.file < 0) return unreadable(path, what, limit, errno);
  struct stat status;
  input.regular = fstat(input.file, &status) == 0 && S_ISREG(status.st_mode);
  const int reason = read_all(engine, &input, limit, out);
  close(input.file);
  if (!reason) return EXIT_DONE;
  input_free(engine, out);
  if (reason == EINTR) return EXIT_INTERRUPTED;
  return unreadable(path, what, limit, reason);
}

void input_free(MlEngine *engine, InputBytes *bytes) {
  if (bytes->data) ml_engine_realloc(engine, bytes->data, bytes->capacity, 0);
  *bytes = (InputBytes){0};
}
