/* public.c - the ground floor's part of moonlit.h: thin names. */
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/thread.h"
#include "moonlit.h"

double ml_clock(void) { return clock_now(); }

uint64_t ml_machine_memory(void) { return machine_memory(); }

uint64_t ml_hash64(const void *bytes, size_t count, uint64_t seed) { return hash_bytes(bytes, count, seed); }

uint64_t ml_float_begin(void) { return float_state_enter().host; }

void ml_float_end(uint64_t before) { float_state_leave(&(FloatState){before}); }

double ml_parse_number(const char *text, const char **end) { return number_parse(text, end); }

int ml_format_number(char *out, size_t capacity, const char *format, double x) { return number_format(out, capacity, format, x); }

MlStatus ml_file_write(const char *path, const void *bytes, size_t count, MlError *error) {
  error_clear(error);
  FileWriter writer;
  TRY(file_writer_open(&writer, path, error));
  (void)file_writer_write(&writer, bytes, count); /* commit reports a failure */
  return file_writer_commit(&writer, error);
}
