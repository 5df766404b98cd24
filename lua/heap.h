/* heap.h - the allocator of one Lua state: on ml_engine_realloc, with a cap of its own.
 *
 * In front of each block stands a serial: tables, closures and userdata are numbered as they are created, each kind by itself, which
 * is a function of the script alone and serves wherever an address would (order of keys, tostring). Large blocks are linked, so that
 * what an error in the middle of a rehash leaves behind is freed in the end. Blocks are aligned to 8 bytes, which is all Lua needs.
 * Allocated bytes count as work. */
#ifndef ML_LUA_HEAP_H
#define ML_LUA_HEAP_H

#include "moonlit.h"

typedef struct HeapLarge HeapLarge;

typedef struct Heap {
  MlEngine *engine;
  uint64_t cap, used, peak; /* bytes, headers included */
  size_t string_bytes;      /* longest string */
  uint64_t serials[9];      /* by Lua's type */
  HeapLarge *large;
  const void *last;                    /* the block last made */
  bool string_refused, engine_refused; /* why NULL was returned last; neither: the cap */
} Heap;

void heap_init(Heap *heap, MlEngine *engine, uint64_t cap, size_t string_bytes);
/* lua_Alloc; ud is the heap. */
void *heap_realloc(void *ud, void *p, size_t old_size, size_t new_size);
/* After lua_close: frees what is left. */
void heap_release(Heap *heap);
/* Of a block: what lua_topointer gives for tables and closures (never for light C functions), something before it for userdata. */
uint64_t heap_serial(const void *object);

#endif
