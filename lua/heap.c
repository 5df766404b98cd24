/* heap.c - see heap.h. */
#include "heap.h"

#include <string.h>

#include "budget.h"
#include "lua.h"

enum { LARGE = 16384 };

struct HeapLarge {
  HeapLarge *before, *after;
  uint64_t size; /* of the whole block */
  uint64_t serial;
};

static size_t header_of(size_t size) { return size >= LARGE ? sizeof(HeapLarge) : sizeof(uint64_t); }

void heap_init(Heap *heap, MlEngine *engine, uint64_t cap, size_t string_bytes) {
  *heap = (Heap){.engine = engine, .cap = cap, .string_bytes = string_bytes};
}

static void link_large(Heap *heap, HeapLarge *block) {
  block->before = NULL;
  block->after = heap->large;
  if (heap->large) heap->large->before = block;
  heap->large = block;
}

static void unlink_large(Heap *heap, HeapLarge *block) {
  if (block->before) block->before->after = block->after;
  else heap->large = block->after;
  if (block->after) block->after->before = block->before;
}

static void *block_new(Heap *heap, size_t size, uint64_t serial) {
  size_t header = header_of(size);
  unsigned char *block = ml_engine_realloc(heap->engine, NULL, 0, size + header);
  if (!block) {
    heap->engine_refused = true;
    heap->string_refused = false;
    return NULL;
  }
  if (size >= LARGE) {
    HeapLarge *large = (HeapLarge *)(void *)block;
    large->size = size + header;
    link_large(heap, large);
  }
  unsigned char *object = block + header;
  memcpy(object - sizeof serial, &serial, sizeof serial);
  heap->used += size + header;
  heap->last = object;
  return object;
}

static void block_free(Heap *heap, void *object, size_t size) {
  size_t header = header_of(size);
  unsigned char *block = (unsigned char *)object - header;
  if (size >= LARGE) unlink_large(heap, (HeapLarge *)(void *)block);
  ml_engine_realloc(heap->engine, block, size + header, 0);
  heap->used -= size + header;
}

/* Small blocks that stay small; large ones are moved as a whole, too, once unlinked. */
static void *block_resize(Heap *heap, void *object, size_t old_size, size_t new_size) {
  size_t header = header_of(old_size);
  unsigned char *block = (unsigned char *)object - header;
  if (old_size >= LARGE) unlink_large(heap, (HeapLarge *)(void *)block);
  unsigned char *moved = ml_engine_realloc(heap->engine, block, old_size + header, new_size + header);
  if (!moved) heap->engine_refused = true, heap->string_refused = false;
  else heap->used += new_size, heap->used -= old_size;
  if (old_size >= LARGE) {
    HeapLarge *large = (HeapLarge *)(void *)(moved ? moved : block);
    if (moved) large->size = new_size + header;
    link_large(heap, large);
  }
  return moved ? moved + header : NULL;
}

void *heap_realloc(void *ud, void *p, size_t old_size, size_t new_size) {
  Heap *heap = ud;
  if (new_size == 0) {
    if (p) block_free(heap, p, old_size);
    return NULL;
  }
  size_t had = p ? old_size : 0;
  if (new_size > had) {
    budget_count(((new_size - had) >> 4) + 8);
    bool string = !p && old_size == LUA_TSTRING && new_size > heap->string_bytes + 64;
    bool full = (uint64_t)new_size > heap->cap || heap->used + (new_size - had) + sizeof(HeapLarge) > heap->cap;
    if (string || full) {
      heap->string_refused = string;
      heap->engine_refused = false;
      return NULL;
    }
  }
  void *object;
  if (!p) {
    bool counted = old_size == LUA_TTABLE || old_size == LUA_TFUNCTION || old_size == LUA_TUSERDATA;
    object = block_new(heap, new_size, counted ? heap->serials[old_size] + 1 : 0);
    if (object && counted) heap->serials[old_size]++;
  } else if ((old_size >= LARGE) == (new_size >= LARGE)) {
    object = block_resize(heap, p, old_size, new_size);
  } else {
    object = block_new(heap, new_size, heap_serial(p));
    if (object) {
      memcpy(object, p, old_size < new_size ? old_size : new_size);
      block_free(heap, p, old_size);
    }
  }
  if (heap->used > heap->peak) heap->peak = heap->used;
  return object;
}

void heap_release(Heap *heap) {
  while (heap->large) {
    HeapLarge *block = heap->large;
    unlink_large(heap, block);
    ml_engine_realloc(heap->engine, block, (size_t)block->size, 0);
  }
}

uint64_t heap_serial(const void *object) {
  uint64_t serial;
  memcpy(&serial, (const unsigned char *)object - sizeof serial, sizeof serial);
  return serial;
}
