/* status.c - the status block's words and figures, and growing buffers. */
#include <string.h>

#include "internal.h"

int32_t word_get(const Status *status, enum Word word) { return atomic_load_explicit(&status->words[word], memory_order_acquire); }
void word_set(Status *status, enum Word word, int32_t value) { atomic_store_explicit(&status->words[word], value, memory_order_release); }

void figure_set(Status *status, enum Figure figure, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  atomic_store_explicit(&status->figures[figure], bits, memory_order_relaxed);
}

void lock_begin(Status *status, enum Word sequence) {
  atomic_fetch_add_explicit(&status->words[sequence], 1, memory_order_acq_rel);
  atomic_thread_fence(memory_order_seq_cst);
}
void lock_end(Status *status, enum Word sequence) { atomic_fetch_add_explicit(&status->words[sequence], 1, memory_order_release); }

/* ----------------------------------------------------------------- buffers */

void buffer_add(Buffer *buffer, const void *bytes, size_t size) {
  if (buffer->failed || size == 0) return;
  if (size > buffer->capacity - buffer->size) {
    size_t capacity = buffer->capacity ? buffer->capacity : 1024;
    while (capacity - buffer->size < size && capacity <= SIZE_MAX / 2) capacity *= 2;
    char *data = capacity - buffer->size < size ? NULL : ml_engine_realloc(buffer->engine, buffer->data, buffer->capacity, capacity);
    if (!data) {
      buffer->failed = true;
      return;
    }
    buffer->data = data;
    buffer->capacity = capacity;
  }
  memcpy(buffer->data + buffer->size, bytes, size);
  buffer->size += size;
}

void buffer_text(Buffer *buffer, const char *text) { buffer_add(buffer, text, strlen(text)); }

void buffer_number(Buffer *buffer, double value) {
  char digits[40];
  if (!__builtin_isfinite(value)) {
    buffer_text(buffer, "null");
    return;
  }
  const int length = ml_format_number(digits, sizeof digits, "%.17g", value);
  buffer_add(buffer, digits, (size_t)length);
}

void buffer_free(Buffer *buffer) {
  if (buffer->data) ml_engine_realloc(buffer->engine, buffer->data, buffer->capacity, 0);
  *buffer = (Buffer){.engine = buffer->engine};
}

static bool write_to_buffer(void *ud, const void *bytes, size_t count) {
  buffer_add(ud, bytes, count);
  return !((Buffer *)ud)->failed;
}

MlSink buffer_sink(Buffer *buffer) { return (MlSink){write_to_buffer, buffer}; }
