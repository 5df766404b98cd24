/* memory.h - the counted, capped allocator under everything (invariant 10).
 *
 * One Memory per engine; all functions may be called from any thread. Sizes are bytes. The owner of a block passes its old
 * size back, so nothing is stored beside blocks. A failed call leaves the old block as it was. */
#ifndef ML_BASE_MEMORY_H
#define ML_BASE_MEMORY_H

#include <stdatomic.h>

#include "moonlit.h"

typedef struct Memory {
  MlMemoryHooks hooks;
  _Atomic uint64_t used, peak, allocations;
  uint64_t cap;
  /* Asked before an allocation is refused (NULL: nobody is): true, and something was freed, so that it is worth another try. It may free,
   * not allocate; it is called on any thread that allocates, so none may hold what it locks. Set while only one thread knows the Memory. */
  bool (*make_room)(void *ud);
  void *make_room_ud;
} Memory;

#define MEMORY_PAGE 4096u

/* hooks all zero: the C library's (aligned) allocator and mmap; cap 0: 80 % of the machine's memory. */
void memory_init(Memory *memory, const MlMemoryHooks *hooks, uint64_t cap);

/* realloc semantics: p NULL/old 0 allocates, new_size 0 frees and returns NULL. align: power of two, at most 64. */
void *memory_realloc(Memory *memory, void *p, size_t old_size, size_t new_size, size_t align);
void *memory_alloc(Memory *memory, size_t size, size_t align); /* contents undefined */
void *memory_alloc_zero(Memory *memory, size_t size, size_t align);
void memory_free(Memory *memory, void *p, size_t size);

/* Page-aligned, zeroed blocks of their own (frozen scenes and assets); size is rounded up to pages inside. */
void *memory_pages_alloc(Memory *memory, size_t size);
void memory_pages_free(Memory *memory, void *p, size_t size);
/* Read-only from now on, where the platform can (native debug and test builds: ML_PROTECT); else nothing. */
void memory_pages_protect(void *p, size_t size);
/* Writable again, before freeing or changing a reference count beside the data. */
void memory_pages_unprotect(void *p, size_t size);

/* Checked products and sums of sizes: false on overflow of size_t. */
bool size_multiply(uint64_t a, uint64_t b, size_t *out);
bool size_add(size_t a, size_t b, size_t *out);

/* Record "out of memory" for `what` ("film of 8000 x 8000"), with used and cap; returns ML_ERROR_MEMORY. */
MlStatus memory_error(const Memory *memory, uint64_t wanted, const char *what, MlError *error);

#endif
