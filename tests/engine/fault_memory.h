/* fault_memory.h - a Memory whose n-th allocation fails, and a sink that keeps or refuses what it is given. For tests. */
#ifndef TESTS_FAULT_MEMORY_H
#define TESTS_FAULT_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct FaultMemory {
  Memory memory;
  long left; /* allocations until one fails, negative: never */
  bool from_then_on;
} FaultMemory;

static inline bool fault_now(FaultMemory *fault) {
  if (fault->left < 0) return false;
  if (fault->left > 0) return fault->left--, false;
  if (!fault->from_then_on) fault->left = -1;
  return true;
}

static inline void *fault_realloc(void *ud, void *p, size_t old_size, size_t new_size, size_t align) {
  (void)old_size, (void)align;
  if (new_size == 0) return free(p), NULL;
  if (fault_now(ud)) return NULL;
  if (align <= 16) return realloc(p, new_size);
  void *fresh = NULL;
  if (posix_memalign(&fresh, align, new_size) != 0) return NULL;
  if (old_size) memcpy(fresh, p, old_size < new_size ? old_size : new_size);
  free(p);
  return fresh;
}

static inline void *fault_pages(void *ud, void *p, size_t old_size, size_t new_size) {
  (void)old_size;
  if (new_size == 0) return free(p), NULL;
  void *fresh = NULL;
  if (fault_now(ud) || posix_memalign(&fresh, MEMORY_PAGE, new_size) != 0) return NULL;
  memset(fresh, 0, new_size);
  return fresh;
}

/* left < 0: never fails. */
static inline void fault_init(FaultMemory *fault, long left, bool from_then_on) {
  fault->left = left, fault->from_then_on = from_then_on;
  MlMemoryHooks hooks = {fault, fault_realloc, fault_pages};
  memory_init(&fault->memory, &hooks, (uint64_t)1 << 40);
}

typedef struct Bytes {
  uint8_t *data;
  size_t count, capacity;
  size_t limit; /* writes that would pass it are refused; 0: none is */
} Bytes;

static inline bool bytes_write(void *ud, const void *bytes, size_t count) {
  Bytes *b = ud;
  if (count == 0) return true;
  if (b->limit && b->count + count > b->limit) return false;
  if (b->count + count > b->capacity) {
    b->capacity = 2 * (b->count + count);
    b->data = realloc(b->data, b->capacity);
    if (!b->data) abort();
  }
  memcpy(b->data + b->count, bytes, count);
  b->count += count;
  return true;
}
static inline MlSink bytes_sink(Bytes *b) { return (MlSink){bytes_write, b}; }
static inline void bytes_free(Bytes *b) {
  free(b->data);
  *b = (Bytes){0};
}

#endif
