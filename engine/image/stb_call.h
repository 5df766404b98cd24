/* stb_call.h - one call into stb_image or stb_image_write, as their allocator sees it.
 *
 * The libraries allocate through macros without a context and do not check every allocation. So the call at hand is kept in a thread's own
 * pointer by the file that compiles the library; blocks come from our Memory, zeroed, and are listed in the call. A failure leaves the
 * library by longjmp to `failed`, after which stb_call_end frees what it had. */
#ifndef ML_IMAGE_STB_CALL_H
#define ML_IMAGE_STB_CALL_H

#include <setjmp.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Before every block that the library has. */
typedef struct StbBlock {
  _Alignas(16) struct StbBlock *next;
  struct StbBlock *previous;
  size_t size; /* with this head */
} StbBlock;

typedef struct StbCall {
  Memory *memory;
  MlError *error;
  const char *what; /* in messages about memory */
  MlStatus status;
  jmp_buf failed;
  StbBlock *blocks;
  uint64_t used, limit; /* bytes; limit 0: none but Memory's */
} StbCall;

static inline _Noreturn void stb_call_fail(StbCall *call, MlStatus status) {
  call->status = status;
  longjmp(call->failed, 1);
}

static inline void *stb_call_reallocate(StbCall *call, void *p, size_t size) {
  StbBlock *old = p ? (StbBlock *)p - 1 : NULL;
  size_t old_size = old ? old->size : 0, wanted;
  bool counted = size_add(size, sizeof *old, &wanted);
  if (call->limit != 0 && (!counted || call->used - old_size + wanted > call->limit))
    stb_call_fail(call, error_set(call->error, ML_ERROR_FORMAT, "damaged: it unpacks to more than its size asks for"));
  StbBlock *block = counted ? memory_realloc(call->memory, old, old_size, wanted, _Alignof(StbBlock)) : NULL;
  if (!block) stb_call_fail(call, memory_error(call->memory, size, call->what, call->error));
  if (wanted > old_size) memset((char *)block + old_size, 0, wanted - old_size);
  if (!old) {
    block->previous = NULL;
    block->next = call->blocks;
  }
  call->used += wanted - old_size;
  block->size = wanted;
  if (block->next) block->next->previous = block;
  if (block->previous) block->previous->next = block;
  else call->blocks = block;
  return block + 1;
}

static inline void stb_call_release(StbCall *call, void *p) {
  if (!p) return;
  StbBlock *block = (StbBlock *)p - 1;
  if (block->next) block->next->previous = block->previous;
  if (block->previous) block->previous->next = block->next;
  else call->blocks = block->next;
  call->used -= block->size;
  memory_free(call->memory, block, block->size);
}

static inline void stb_call_end(StbCall *call) {
  while (call->blocks) stb_call_release(call, call->blocks + 1);
}

#endif
