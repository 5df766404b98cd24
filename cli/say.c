/* say.c - messages and streams of the command. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

static int output_error; /* errno of the first write to standard output that failed; a stream remembers only that it did */

static bool stream_write(void *ud, const void *bytes, size_t count) {
  if (fwrite(bytes, 1, count, ud) == count) return true;
  if (ud == stdout && !output_error) output_error = errno;
  return false;
}

MlSink stream_sink(FILE *stream) { return (MlSink){.write = stream_write, .ud = stream}; }

void say(const char *format, ...) {
  char text[4096];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const MlSink sink = stream_sink(stderr);
  fputs("moonlit: ", stderr);
  script_write_visible(text, strlen(text), &sink);
  fputc('\n', stderr);
}

int say_error(const MlError *error) {
  say("%s", error->message);
  return error->status == ML_ERROR_ARGUMENT || error->status == ML_ERROR_LIMIT ? EXIT_WRONG : EXIT_COULD_NOT;
}

bool output_arrived(void) {
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return true;
  const int reason = output_error ? output_error : errno;
  say("cannot write to standard output: %s", reason == EPIPE    ? "the reader has gone"
                                             : reason == ENOSPC ? "the disk is full"
                                             : reason == EBADF  ? "it is closed"
                                             : reason           ? strerror(reason)
                                                                : "it failed");
  clearerr(stdout);
  return false;
}
