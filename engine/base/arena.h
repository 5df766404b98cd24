/* arena.h - a growing region freed as a whole; blocks never move. One thread at a time. */
#ifndef ML_BASE_ARENA_H
#define ML_BASE_ARENA_H

#include "base/memory.h"

typedef struct Arena {
  Memory *memory;
  struct ArenaChunk *chunk; /* newest first */
  size_t used;              /* in the newest chunk */
  uint64_t total;           /* bytes of all chunks */
} Arena;

void arena_init(Arena *arena, Memory *memory);
void *arena_alloc(Arena *arena, size_t size, size_t align); /* zeroed; NULL when memory is out */
void arena_free(Arena *arena);                              /* everything; the arena can be used again */

#endif
