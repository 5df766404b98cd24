/* array.h - growing arrays of plain values on a Memory. Declare with ARRAY(Type) name; zero is empty. */
#ifndef ML_BASE_ARRAY_H
#define ML_BASE_ARRAY_H

#include "base/memory.h"

#define ARRAY(Type)                                                                                                                        \
  struct {                                                                                                                                 \
    Type *data;                                                                                                                            \
    uint64_t count, capacity;                                                                                                              \
  }

/* Room for `extra` more; false when memory is out (the array stays as it was). */
#define array_reserve(memory, a, extra) array_grow_((memory), (void **)&(a)->data, (a)->count, &(a)->capacity, (extra), sizeof *(a)->data)
/* Append; false when memory is out. */
#define array_push(memory, a, value) (array_reserve((memory), (a), 1) ? ((a)->data[(a)->count++] = (value), true) : false)
#define array_free(memory, a)                                                                                                              \
  (memory_free((memory), (a)->data, (size_t)((a)->capacity * sizeof *(a)->data)), (a)->data = NULL, (a)->count = (a)->capacity = 0)

bool array_grow_(Memory *memory, void **data, uint64_t count, uint64_t *capacity, uint64_t extra, size_t item);

#endif
