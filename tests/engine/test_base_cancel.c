/* test_base_cancel.c - work that can be called off: how often it asks, that it stays cancelled, and what its helpers do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cancel.h"

typedef struct Polls {
  uint64_t count, until; /* polls so far; from which one on the answer is yes */
} Polls;

static bool poll(void *ud) {
  Polls *polls = ud;
  return ++polls->count > polls->until;
}

static void test_asks_by_bytes(void **state) {
  (void)state;
  static const uint64_t sizes[] = {1, 28, 4096, WORK_PIECE - 1, WORK_PIECE, 3 * WORK_PIECE};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    Polls polls = {.until = UINT64_MAX};
    const MlCancel cancel = {.poll = poll, .ud = &polls};
    Work work = {.cancel = &cancel};
    const uint64_t total = (uint64_t)20 * WORK_PIECE;
    uint64_t since = 0, seen = 0;
    for (uint64_t done = 0; done < total; done += sizes[s]) {
      since += sizes[s];
      assert_true(work_goes_on(&work, sizes[s]));
      if (polls.count == seen) continue;
      seen = polls.count, since = 0;
    }
    assert_true(since < WORK_PIECE);
    assert_true(polls.count >= (sizes[s] < WORK_PIECE ? 10 : total / sizes[s]));
  }
}

static void test_stays_cancelled(void **state) {
  (void)state;
  Polls polls = {.until = 2};
  const MlCancel cancel = {.poll = poll, .ud = &polls};
  Work work = {.cancel = &cancel};
  MlError error = {0};
  assert_true(work_goes_on(&work, WORK_PIECE));
  assert_true(work_goes_on(&work, WORK_PIECE));
  assert_int_equal(work_status(&work, &error), ML_OK);
  assert_false(work_goes_on(&work, WORK_PIECE));
  for (int i = 0; i < 10; i++) assert_false(work_goes_on(&work, 0));
  assert_int_equal(polls.count, 3); /* who has said yes is not asked again */
  assert_int_equal(work_status(&work, &error), ML_ERROR_CANCELLED);
  assert_string_equal(error.message, "build: cancelled");
}

static void test_without_cancel(void **state) {
  (void)state;
  const MlCancel nobody = {0};
  Work works[] = {{.cancel = NULL}, {.cancel = &nobody}};
  for (int i = 0; i < 2; i++) {
    assert_true(work_goes_on(&works[i], UINT64_MAX / 2));
    assert_int_equal(work_status(&works[i], NULL), ML_OK);
  }
  assert_true(work_goes_on(NULL, UINT64_MAX));
  assert_int_equal(work_status(NULL, NULL), ML_OK);
}

static void test_helpers(void **state) {
  (void)state;
  const size_t size = 5 * WORK_PIECE + 17;
  unsigned char *from = malloc(size), *to = malloc(size);
  for (size_t i = 0; i < size; i++) from[i] = (unsigned char)(i * 7 + i / 251);
  Polls polls = {.until = UINT64_MAX};
  const MlCancel cancel = {.poll = poll, .ud = &polls};
  Work work = {.cancel = &cancel};
  assert_true(work_copy(&work, to, from, size));
  assert_memory_equal(to, from, size);
  assert_int_equal(polls.count, 5);
  HashStream stream;
  hash_begin(&stream, 3);
  assert_true(work_hash(&work, &stream, to, size));
  assert_int_equal(hash_end(&stream), hash_bytes(from, size, 3));
  assert_true(work_zero(&work, to, size));
  for (size_t i = 0; i < size; i++) assert_int_equal(to[i], 0);
  assert_true(work_copy(&work, NULL, NULL, 0));
  // Called off on the way: the rest is as it was
  polls = (Polls){.until = 2};
  work = (Work){.cancel = &cancel};
  assert_false(work_copy(&work, to, from, size));
  assert_int_equal(polls.count, 3);
  assert_memory_equal(to, from, 2 * WORK_PIECE);
  for (size_t i = 2 * WORK_PIECE; i < size; i++) assert_int_equal(to[i], 0);
  assert_false(work_zero(&work, to, size));
  assert_int_equal(to[1], from[1]);
  free(from);
  free(to);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_asks_by_bytes),
    cmocka_unit_test(test_stays_cancelled),
    cmocka_unit_test(test_without_cancel),
    cmocka_unit_test(test_helpers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
