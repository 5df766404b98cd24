/* array.c - growth by half, so that pushing is linear in total and freed blocks can be reused by the allocator. */
#include "base/array.h"

bool array_grow_(Memory *memory, void **data, uint64_t count, uint64_t *capacity, uint64_t extra, size_t item) {
  if (extra <= *capacity - count) return true;
  uint64_t needed = count + extra;
  if (needed < count) return false;
  uint64_t wanted = *capacity + *capacity / 2;
  if (wanted < 8) wanted = 8;
  if (wanted < needed) wanted = needed;
  size_t size;
  if (!size_multiply(wanted, item, &size)) return false;
  void *grown = memory_realloc(memory, *data, (size_t)(*capacity * item), size, 16);
  if (grown == NULL) return false;
  *data = grown;
  *capacity = wanted;
  return true;
}
