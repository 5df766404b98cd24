/* memory.c - hooks, counting and the cap. Every byte is reserved against the cap before the host is asked and given back
 * when the host refuses, so `used` never exceeds `cap`, whatever the threads do. */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef __EMSCRIPTEN__
#include <sys/mman.h>
#endif

#include "base/error.h"
#include "base/thread.h"

static void *host_realloc(void *ud, void *p, size_t old_size, size_t new_size, size_t align) {
  (void)ud;
  if (new_size == 0) {
    free(p);
    return NULL;
  }
  if (align <= _Alignof(max_align_t)) return realloc(p, new_size);
  void *moved = NULL;
  if (posix_memalign(&moved, align, new_size) != 0) return NULL;
  if (old_size != 0) memcpy(moved, p, old_size < new_size ? old_size : new_size);
  free(p);
  return moved;
}

#ifdef __EMSCRIPTEN__
static const bool host_pages_are_zero = false;
static void *host_pages(void *ud, void *p, size_t old_size, size_t new_size) {
  return host_realloc(ud, p, old_size, new_size, MEMORY_PAGE);
}
#else
static const bool host_pages_are_zero = true;
static void *host_pages(void *ud, void *p, size_t old_size, size_t new_size) {
  (void)ud;
  void *fresh = NULL;
  if (new_size != 0) {
    fresh = mmap(NULL, new_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
    if (new_size >= (4u << 20)) (void)madvise(fresh, new_size, MADV_HUGEPAGE); /* trees: fewer TLB misses; only a wish */
#endif
    if (old_size != 0) memcpy(fresh, p, old_size < new_size ? old_size : new_size);
  }
  if (old_size != 0) munmap(p, old_size);
  return fresh;
}
#endif

void memory_init(Memory *memory, const MlMemoryHooks *hooks, uint64_t cap) {
  *memory = (Memory){.cap = cap != 0 ? cap : machine_memory() / 5 * 4};
  if (hooks != NULL) memory->hooks = *hooks;
  if (memory->hooks.realloc == NULL) memory->hooks.realloc = host_realloc;
  if (memory->hooks.pages == NULL) memory->hooks.pages = host_pages;
}

/* ---- accounting */

static bool reserve(Memory *memory, uint64_t bytes) {
  uint64_t used = atomic_load_explicit(&memory->used, memory_order_relaxed);
  do {
    if (used > memory->cap || bytes > memory->cap - used) return false;
  } while (!atomic_compare_exchange_weak_explicit(&memory->used, &used, used + bytes, memory_order_relaxed, memory_order_relaxed));
  return true;
}

static void give_back(Memory *memory, uint64_t bytes) { atomic_fetch_sub_explicit(&memory->used, bytes, memory_order_relaxed); }

static void count_allocation(Memory *memory) {
  atomic_fetch_add_explicit(&memory->allocations, 1, memory_order_relaxed);
  uint64_t used = atomic_load_explicit(&memory->used, memory_order_relaxed);
  uint64_t peak = atomic_load_explicit(&memory->peak, memory_order_relaxed);
  while (used > peak && !atomic_compare_exchange_weak_explicit(&memory->peak, &peak, used, memory_order_relaxed, memory_order_relaxed)) {}
}

/* ---- blocks */

static bool make_room(const Memory *memory) { return memory->make_room != NULL && memory->make_room(memory->make_room_ud); }

static void *try_realloc(Memory *memory, void *p, size_t old_size, size_t new_size, size_t align) {
  uint64_t growth = new_size > old_size ? new_size - old_size : 0;
  if (!reserve(memory, growth)) return NULL;
  void *q = memory->hooks.realloc(memory->hooks.ud, p, old_size, new_size, align);
  if (q == NULL) {
    give_back(memory, growth);
    return NULL;
  }
  if (new_size < old_size) give_back(memory, old_size - new_size);
  count_allocation(memory);
  return q;
}

void *memory_realloc(Memory *memory, void *p, size_t old_size, size_t new_size, size_t align) {
  if (p == NULL) old_size = 0;
  if (new_size == 0) {
    if (old_size == 0) return NULL; /* nothing was allocated */
    (void)memory->hooks.realloc(memory->hooks.ud, p, old_size, 0, align);
    give_back(memory, old_size);
    return NULL;
  }
  void *q = try_realloc(memory, p, old_size, new_size, align);
  return q == NULL && make_room(memory) ? try_realloc(memory, p, old_size, new_size, align) : q;
}

void *memory_alloc(Memory *memory, size_t size, size_t align) { return memory_realloc(memory, NULL, 0, size, align); }

void *memory_alloc_zero(Memory *memory, size_t size, size_t align) {
  void *p = memory_alloc(memory, size, align);
  if (p != NULL) memset(p, 0, size);
  return p;
}

void memory_free(Memory *memory, void *p, size_t size) {
  if (p != NULL) (void)memory_realloc(memory, p, size, 0, 1);
}

/* ---- pages */

/* Whole pages that hold `size` bytes; 0 when that overflows. */
static size_t round_to_pages(size_t size) {
  size_t rounded = (size + (MEMORY_PAGE - 1)) & ~(size_t)(MEMORY_PAGE - 1);
  return rounded < size ? 0 : rounded;
}

static void *try_pages(Memory *memory, size_t bytes) {
  if (!reserve(memory, bytes)) return NULL;
  void *p = memory->hooks.pages(memory->hooks.ud, NULL, 0, bytes);
  if (p == NULL) {
    give_back(memory, bytes);
    return NULL;
  }
  if (memory->hooks.pages != host_pages || !host_pages_are_zero) memset(p, 0, bytes);
  count_allocation(memory);
  return p;
}

void *memory_pages_alloc(Memory *memory, size_t size) {
  size_t bytes = round_to_pages(size);
  if (bytes == 0) return NULL;
  void *p = try_pages(memory, bytes);
  return p == NULL && make_room(memory) ? try_pages(memory, bytes) : p;
}

void memory_pages_free(Memory *memory, void *p, size_t size) {
  if (p == NULL) return;
  size_t bytes = round_to_pages(size);
  (void)memory->hooks.pages(memory->hooks.ud, p, bytes, 0);
  give_back(memory, bytes);
}

/* A failed mprotect only loses a debugging aid, so its result is not looked at. */
void memory_pages_protect(void *p, size_t size) {
#if defined(ML_PROTECT) && !defined(__EMSCRIPTEN__)
  if (p != NULL) (void)mprotect(p, round_to_pages(size), PROT_READ);
#else
  (void)p, (void)size;
#endif
}

void memory_pages_unprotect(void *p, size_t size) {
#if defined(ML_PROTECT) && !defined(__EMSCRIPTEN__)
  if (p != NULL) (void)mprotect(p, round_to_pages(size), PROT_READ | PROT_WRITE);
#else
  (void)p, (void)size;
#endif
}

/* ---- sizes */

bool size_multiply(uint64_t a, uint64_t b, size_t *out) { return !__builtin_mul_overflow(a, b, out); }

bool size_add(size_t a, size_t b, size_t *out) { return !__builtin_add_overflow(a, b, out); }

/* ---- errors */

typedef struct SizeText {
  char text[32];
} SizeText;

/* "512 bytes", "1.5 MB": one decimal of the largest unit (powers of 1024), cut off. Integers only, so no locale. */
static SizeText size_text(uint64_t bytes) {
  static const char *const units[] = {"KB", "MB", "GB", "TB", "PB", "EB"};
  SizeText t;
  if (bytes < 1024) {
    snprintf(t.text, sizeof t.text, "%u bytes", (unsigned)bytes);
    return t;
  }
  unsigned unit = 0;
  while (unit < 5 && bytes >> (10 * (unit + 2)) != 0) unit++;
  unsigned shift = 10 * (unit + 1);
  uint64_t whole = bytes >> shift;
  uint64_t tenth = ((bytes >> (shift - 10)) & 1023) * 10 / 1024;
  snprintf(t.text, sizeof t.text, "%u.%u %s", (unsigned)whole, (unsigned)tenth, units[unit]);
  return t;
}

MlStatus memory_error(const Memory *memory, uint64_t wanted, const char *what, MlError *error) {
  uint64_t used = atomic_load_explicit(&memory->used, memory_order_relaxed);
  return error_set(error, ML_ERROR_MEMORY, "out of memory: %s needs %s, and %s of the allowed %s are in use", what, size_text(wanted).text,
                   size_text(used).text, size_text(memory->cap).text);
}
