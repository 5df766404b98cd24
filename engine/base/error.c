/* error.c - see error.h. Messages are cut at a character's border when they do not fit, and end in "..." then. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(MlError *error, MlStatus status, uint32_t place, const char *format, va_list arguments) {
  if (error == NULL || error->status != ML_OK) return;
  error->status = status;
  error->place = place;
  int length = vsnprintf(error->message, sizeof error->message, format, arguments);
  if (length < 0) error->message[0] = '\0';
  if (length < (int)sizeof error->message) return;
  size_t end = sizeof error->message - sizeof "...";
  while (end > 0 && ((unsigned char)error->message[end] & 0xc0) == 0x80) end--; /* not inside a UTF-8 sequence */
  memcpy(error->message + end, "...", sizeof "...");
}

MlStatus error_set(MlError *error, MlStatus status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, 0, format, arguments);
  va_end(arguments);
  return status;
}

MlStatus error_set_at(MlError *error, MlStatus status, uint32_t place, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, place, format, arguments);
  va_end(arguments);
  return status;
}

void error_clear(MlError *error) {
  if (error != NULL) *error = (MlError){0};
}
