/* arena.c - chunks that double up to 1 MB. A request that would waste much of a fresh chunk gets one of its own, put
 * behind the newest, so that the newest's free room stays in use. */
#include "base/arena.h"

#include <string.h>

enum { CHUNK_ALIGN = 64, CHUNK_FIRST = 16 << 10, CHUNK_LARGEST = 1 << 20 };

typedef struct ArenaChunk {
  _Alignas(CHUNK_ALIGN) struct ArenaChunk *next;
  size_t size; /* of the whole block, this header included */
} ArenaChunk;

void arena_init(Arena *arena, Memory *memory) { *arena = (Arena){.memory = memory}; }

static ArenaChunk *chunk_new(Arena *arena, size_t size) {
  ArenaChunk *chunk = memory_alloc(arena->memory, size, CHUNK_ALIGN);
  if (chunk == NULL) return NULL;
  chunk->size = size;
  arena->total += size;
  return chunk;
}

void *arena_alloc(Arena *arena, size_t size, size_t align) {
  if (size == 0) size = 1;

  // The common case: it fits into the newest chunk
  ArenaChunk *newest = arena->chunk;
  if (newest != NULL) {
    size_t start = (arena->used + (align - 1)) & ~(align - 1);
    if (start <= newest->size && size <= newest->size - start) {
      arena->used = start + size;
      return memset((char *)newest + start, 0, size);
    }
  }

  // Large requests get a chunk of their own, behind the newest
  size_t needed;
  if (!size_add(size, sizeof(ArenaChunk), &needed)) return NULL;
  size_t regular = newest == NULL ? CHUNK_FIRST : arena->total > CHUNK_LARGEST ? CHUNK_LARGEST : (size_t)arena->total;
  bool own = needed > regular / 4 && newest != NULL;
  ArenaChunk *chunk = chunk_new(arena, own || needed > regular ? needed : regular);
  if (chunk == NULL) return NULL;
  if (own) {
    chunk->next = newest->next;
    newest->next = chunk;
  } else {
    chunk->next = newest;
    arena->chunk = chunk;
    arena->used = needed;
  }
  return memset((char *)chunk + sizeof *chunk, 0, size);
}

void arena_free(Arena *arena) {
  for (ArenaChunk *chunk = arena->chunk; chunk != NULL;) {
    ArenaChunk *next = chunk->next;
    memory_free(arena->memory, chunk, chunk->size);
    chunk = next;
  }
  arena_init(arena, arena->memory);
}
