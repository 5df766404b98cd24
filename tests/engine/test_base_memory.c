/* test_base_memory.c - the allocator's counting and cap, arenas, arrays, errors. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/thread.h"
#include "fault_memory.h"

static void test_counts(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 1000);
  char *p = memory_alloc(&m, 400, 16);
  assert_non_null(p);
  assert_int_equal(m.used, 400);
  memset(p, 7, 400);
  p = memory_realloc(&m, p, 400, 900, 16);
  assert_non_null(p);
  assert_int_equal(p[399], 7);
  assert_int_equal(m.used, 900);
  p = memory_realloc(&m, p, 900, 100, 16);
  assert_int_equal(m.used, 100);
  assert_int_equal(m.peak, 900);
  assert_int_equal(m.allocations, 3);
  memory_free(&m, p, 100);
  assert_int_equal(m.used, 0);
  memory_free(&m, NULL, 100);
  assert_null(memory_realloc(&m, NULL, 0, 0, 16));
  assert_int_equal(m.used, 0);
}

static void test_cap(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 1000);
  void *p = memory_alloc(&m, 1000, 1);
  assert_non_null(p);
  assert_null(memory_alloc(&m, 1, 1));
  assert_null(memory_realloc(&m, p, 1000, 1001, 1));
  assert_null(memory_pages_alloc(&m, 1));
  assert_int_equal(m.used, 1000);
  memory_free(&m, p, 1000);
  assert_null(memory_alloc(&m, SIZE_MAX, 1));
  assert_null(memory_pages_alloc(&m, SIZE_MAX));
}

static void test_default_cap(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 0);
  assert_true(m.cap == machine_memory() / 5 * 4 && m.cap > 0);
}

static void test_alignment(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 1 << 20);
  for (size_t align = 1; align <= 64; align *= 2) {
    unsigned char *p = memory_alloc_zero(&m, 100, align);
    assert_int_equal((uintptr_t)p % align, 0);
    for (int i = 0; i < 100; i++) assert_int_equal(p[i], 0);
    p[99] = 42;
    p = memory_realloc(&m, p, 100, 5000, align);
    assert_int_equal((uintptr_t)p % align, 0);
    assert_int_equal(p[99], 42);
    memory_free(&m, p, 5000);
  }
  assert_int_equal(m.used, 0);
}

static void test_host_refuses(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, 1, true);
  void *p = memory_alloc(&fault.memory, 10, 1);
  assert_non_null(p);
  assert_null(memory_realloc(&fault.memory, p, 10, 20, 1));
  assert_null(memory_pages_alloc(&fault.memory, 20));
  assert_int_equal(fault.memory.used, 10);
  assert_int_equal(fault.memory.peak, 10);
  memory_free(&fault.memory, p, 10);
  assert_int_equal(fault.memory.used, 0);
}

static void test_pages(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 64 << 20);
  size_t sizes[] = {1, MEMORY_PAGE, MEMORY_PAGE + 1, 5 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    unsigned char *p = memory_pages_alloc(&m, sizes[i]);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % MEMORY_PAGE, 0);
    assert_int_equal(m.used % MEMORY_PAGE, 0);
    assert_true(p[0] == 0 && p[sizes[i] - 1] == 0);
    memory_pages_protect(p, sizes[i]);
    memory_pages_unprotect(p, sizes[i]);
    p[0] = 1;
    memory_pages_free(&m, p, sizes[i]);
  }
  assert_int_equal(m.used, 0);
}

/* A write to a frozen block ends the process that does it (tests link the protecting build). */
static void test_protection(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 1 << 20);
  unsigned char *p = memory_pages_alloc(&m, 10000);
  assert_non_null(p);
  p[9999] = 5;
  memory_pages_protect(p, 10000);
  assert_int_equal(p[9999], 5);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGSEGV, SIG_DFL); /* not the test library's */
    signal(SIGBUS, SIG_DFL);
    ((volatile unsigned char *)p)[9999] = 6;
    _exit(0);
  }
  int outcome = 0;
  assert_int_equal(waitpid(child, &outcome, 0), child);
  assert_true(WIFSIGNALED(outcome));
  memory_pages_unprotect(p, 10000);
  p[9999] = 7;
  memory_pages_free(&m, p, 10000);
}

static void hammer(void *ud) {
  Memory *m = ud;
  for (int i = 0; i < 2000; i++) {
    void *p = memory_alloc(m, 300, 16);
    memory_free(m, p, 300);
  }
}

/* Four threads of 300 bytes under a cap for two: never above it, nothing lost. */
static void test_threads_share_the_cap(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 700);
  Thread threads[4];
  MlError error = {0};
  for (int i = 0; i < 4; i++) assert_int_equal(thread_start(&threads[i], hammer, &m, &error), ML_OK);
  for (int i = 0; i < 4; i++) thread_join(&threads[i]);
  assert_int_equal(m.used, 0);
  assert_true(m.peak <= 600);
}

static void test_sizes(void **state) {
  (void)state;
  size_t size;
  assert_true(size_multiply(1000, 1000, &size) && size == 1000000);
  assert_false(size_multiply((uint64_t)1 << 40, (uint64_t)1 << 40, &size));
  assert_true(size_add(1, 2, &size) && size == 3);
  assert_false(size_add(SIZE_MAX, 1, &size));
}

static void test_memory_error(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, (uint64_t)3 << 29);
  MlError error = {0};
  assert_int_equal(memory_error(&m, 1000, "the film", &error), ML_ERROR_MEMORY);
  assert_string_equal(error.message, "out of memory: the film needs 1000 bytes, and 0 bytes of the allowed 1.5 GB are in use");
}

static void test_arena(void **state) {
  (void)state;
  Memory m;
  memory_init(&m, NULL, 64 << 20);
  Arena arena;
  arena_init(&arena, &m);
  unsigned char *kept[500];
  uint64_t asked = 0;
  for (size_t i = 0; i < 500; i++) {
    size_t size = i * i % 3001 + (i % 50 == 0 ? 40000 : 0), align = (size_t)1 << i % 7;
    kept[i] = arena_alloc(&arena, size, align);
    assert_non_null(kept[i]);
    assert_int_equal((uintptr_t)kept[i] % align, 0);
    for (size_t j = 0; j < size; j++) assert_int_equal(kept[i][j], 0);
    memset(kept[i], (int)(i % 251 + 1), size);
    asked += size;
  }
  for (size_t i = 0; i < 500; i++) {
    size_t size = i * i % 3001 + (i % 50 == 0 ? 40000 : 0);
    for (size_t j = 0; j < size; j++) assert_int_equal(kept[i][j], i % 251 + 1);
  }
  assert_int_equal(m.used, arena.total);
  assert_true(arena.total < 3 * asked);
  assert_null(arena_alloc(&arena, SIZE_MAX - 8, 8));
  assert_null(arena_alloc(&arena, 100 << 20, 8));
  arena_free(&arena);
  assert_int_equal(m.used, 0);
  assert_non_null(arena_alloc(&arena, 0, 1));
  arena_free(&arena);
}

static void test_arena_out_of_memory(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, 1, true);
  Arena arena;
  arena_init(&arena, &fault.memory);
  assert_non_null(arena_alloc(&arena, 10, 1));
  assert_null(arena_alloc(&arena, 1 << 20, 1));
  assert_non_null(arena_alloc(&arena, 10, 1));
  arena_free(&arena);
  assert_int_equal(fault.memory.used, 0);
}

static void test_array(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  ARRAY(uint32_t) a = {0};
  for (uint32_t i = 0; i < 1000; i++) assert_true(array_push(&fault.memory, &a, i * i));
  assert_int_equal(a.count, 1000);
  for (uint32_t i = 0; i < 1000; i++) assert_int_equal(a.data[i], i * i);
  assert_true(fault.memory.allocations < 20);
  fault.left = 0;
  assert_false(array_reserve(&fault.memory, &a, 1000));
  assert_int_equal(a.count, 1000);
  assert_int_equal(a.data[999], 999 * 999);
  assert_false(array_reserve(&fault.memory, &a, UINT64_MAX - 10));
  assert_false(array_reserve(&fault.memory, &a, UINT64_MAX / 4));
  array_free(&fault.memory, &a);
  assert_int_equal(fault.memory.used, 0);
  assert_null(a.data);
}

static void test_error(void **state) {
  (void)state;
  MlError error = {0};
  assert_int_equal(error_set_at(&error, ML_ERROR_ARGUMENT, 12, "radius is %d", -3), ML_ERROR_ARGUMENT);
  assert_int_equal(error_set(&error, ML_ERROR_FILE, "later"), ML_ERROR_FILE);
  assert_int_equal(error.status, ML_ERROR_ARGUMENT);
  assert_int_equal(error.place, 12);
  assert_string_equal(error.message, "radius is -3");
  error_clear(&error);
  assert_int_equal(error.status, ML_OK);
  assert_int_equal(error_set(NULL, ML_ERROR_LIMIT, "nobody listens"), ML_ERROR_LIMIT);
  error_clear(NULL);
}

static void test_long_error(void **state) {
  (void)state;
  char text[2000];
  for (size_t shift = 0; shift < 3; shift++) {
    memset(text, 'a', shift);
    for (size_t i = shift; i + 2 < sizeof text; i += 2) memcpy(text + i, "\xc3\xa9", 3);
    text[1600] = '\0';
    MlError error = {0};
    error_set(&error, ML_ERROR_FILE, "%s", text);
    size_t length = strlen(error.message);
    assert_true(length < sizeof error.message && length > sizeof error.message - 5);
    assert_string_equal(error.message + length - 3, "...");
    assert_int_equal((unsigned char)error.message[length - 4], 0xa9); /* a whole character */
  }
}

static MlStatus forward(MlStatus status) {
  TRY(status);
  return ML_ERROR_LIMIT;
}

static void test_try(void **state) {
  (void)state;
  assert_int_equal(forward(ML_ERROR_FILE), ML_ERROR_FILE);
  assert_int_equal(forward(ML_OK), ML_ERROR_LIMIT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_counts),       cmocka_unit_test(test_cap),
    cmocka_unit_test(test_default_cap),  cmocka_unit_test(test_alignment),
    cmocka_unit_test(test_host_refuses), cmocka_unit_test(test_pages),
    cmocka_unit_test(test_protection),   cmocka_unit_test(test_threads_share_the_cap),
    cmocka_unit_test(test_sizes),        cmocka_unit_test(test_memory_error),
    cmocka_unit_test(test_arena),        cmocka_unit_test(test_arena_out_of_memory),
    cmocka_unit_test(test_array),        cmocka_unit_test(test_error),
    cmocka_unit_test(test_long_error),   cmocka_unit_test(test_try),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
