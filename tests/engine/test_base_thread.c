/* test_base_thread.c - threads, locks, float state, the machine; sorting and hashing. */
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/sort.h"
#include "base/thread.h"

typedef struct Shared {
  Mutex mutex;
  Condition condition;
  int count, turn;
} Shared;

static void add_many(void *ud) {
  Shared *s = ud;
  for (int i = 0; i < 10000; i++) {
    mutex_lock(&s->mutex);
    s->count++;
    mutex_unlock(&s->mutex);
  }
}

static void wait_and_answer(void *ud) {
  Shared *s = ud;
  mutex_lock(&s->mutex);
  while (s->turn != 1) condition_wait(&s->condition, &s->mutex);
  s->turn = 2;
  condition_signal_all(&s->condition);
  mutex_unlock(&s->mutex);
}

static void test_threads_and_locks(void **state) {
  (void)state;
  Shared s = {0};
  MlError error = {0};
  assert_int_equal(mutex_init(&s.mutex, &error), ML_OK);
  assert_int_equal(condition_init(&s.condition, &error), ML_OK);
  Thread threads[4];
  for (int i = 0; i < 4; i++) assert_int_equal(thread_start(&threads[i], add_many, &s, &error), ML_OK);
  for (int i = 0; i < 4; i++) thread_join(&threads[i]);
  assert_int_equal(s.count, 40000);

  assert_int_equal(thread_start(&threads[0], wait_and_answer, &s, &error), ML_OK);
  mutex_lock(&s.mutex);
  s.turn = 1;
  condition_signal_all(&s.condition);
  while (s.turn != 2) assert_true(condition_wait_for(&s.condition, &s.mutex, 60));
  double start = clock_now();
  assert_false(condition_wait_for(&s.condition, &s.mutex, 0.02));
  assert_true(clock_now() - start >= 0.019);
  assert_false(condition_wait_for(&s.condition, &s.mutex, -1));
  mutex_unlock(&s.mutex);
  thread_join(&threads[0]);
  condition_destroy(&s.condition);
  mutex_destroy(&s.mutex);
}

static void test_starts_can_fail(void **state) {
  (void)state;
  Shared s = {0};
  MlError error = {0};
  assert_int_equal(mutex_init(&s.mutex, &error), ML_OK);
  Thread thread;
  thread_fail_after(1);
  assert_int_equal(thread_start(&thread, add_many, &s, &error), ML_OK);
  thread_join(&thread);
  assert_int_equal(thread_start(&thread, add_many, &s, &error), ML_ERROR_SYSTEM);
  assert_string_equal(error.message, "cannot start a thread: the system has no room for more threads");
  thread_fail_after(-1);
  assert_int_equal(s.count, 10000);
  mutex_destroy(&s.mutex);
}

static void note_signals(void *ud) {
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, NULL, &blocked);
  *(bool *)ud = sigismember(&blocked, SIGINT) && sigismember(&blocked, SIGTERM) && !sigismember(&blocked, SIGSEGV);
}

static void test_signals_stay_with_the_host(void **state) {
  (void)state;
  bool kept_out = false;
  Thread thread;
  assert_int_equal(thread_start(&thread, note_signals, &kept_out, NULL), ML_OK);
  thread_join(&thread);
  assert_true(kept_out);
  sigset_t own;
  pthread_sigmask(SIG_SETMASK, NULL, &own);
  assert_false(sigismember(&own, SIGINT));
}

static bool rounds_to_nearest(void) {
  volatile double one = 1, tiny = 0x1p-60, smallest = 0x1p-1022;
  return one + tiny == 1 && -one - tiny == -1 && smallest / 2 > 0;
}

static void note_arithmetic(void *ud) { *(bool *)ud = rounds_to_nearest(); }

/* A new thread inherits the host's arithmetic; ours start with their own. */
static void test_float_state(void **state) {
  (void)state;
  assert_int_equal(fesetround(FE_UPWARD), 0);
#if defined(__SSE__)
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040); /* flush to zero, denormals are zero */
#endif
  bool host = rounds_to_nearest(), ours = false;
  Thread thread;
  MlStatus status = thread_start(&thread, note_arithmetic, &ours, NULL);
  if (status == ML_OK) thread_join(&thread);
  float_state_set();
  bool restored = rounds_to_nearest();
  fesetround(FE_TONEAREST);
  assert_int_equal(status, ML_OK);
  assert_true(!host && ours && restored);
}

static void test_machine(void **state) {
  (void)state;
  assert_in_range(machine_cores(), 1, 1024);
  assert_true(machine_memory() > (16u << 20));
  assert_true(ml_machine_memory() == machine_memory());
  double a = ml_clock(), b = ml_clock();
  assert_true(a > 0 && b >= a);
  CpuFeatures features = cpu_features();
  assert_true(features.sse41 || !features.avx2);
}

typedef struct Item {
  uint32_t key, order;
} Item;

static bool item_less(const void *a, const void *b, void *ud) {
  ++*(uint64_t *)ud;
  return ((const Item *)a)->key < ((const Item *)b)->key;
}

static void test_sort(void **state) {
  (void)state;
  static Item items[3000], scratch[3000];
  for (uint32_t count = 0; count < 3000; count = count < 70 ? count + 1 : count * 2 + 1) {
    for (uint32_t i = 0; i < count; i++) items[i] = (Item){hash_u32(i + count) % (count / 2 + 1), i};
    uint64_t comparisons = 0;
    sort_stable(items, count, sizeof *items, scratch, item_less, &comparisons);
    uint64_t seen = 0;
    for (uint32_t i = 0; i < count; i++) {
      seen += items[i].order;
      if (i == 0) continue;
      assert_true(items[i - 1].key < items[i].key || (items[i - 1].key == items[i].key && items[i - 1].order < items[i].order));
    }
    assert_int_equal(seen, (uint64_t)count * (count - (count > 0)) / 2);
    assert_true(comparisons <= (uint64_t)count * 13);
  }
}

static void test_hash(void **state) {
  (void)state;
  assert_true(ml_hash64("", 0, 0) == 0xef46db3751d8e999u); /* from the specification of XXH64 */
  assert_true(ml_hash64("abc", 3, 0) == 0x44bc2cf5ad770999u);
  char text[1000];
  for (int i = 0; i < 1000; i++) text[i] = (char)(i * 7);
  HashStream stream;
  hash_begin(&stream, 5);
  for (size_t done = 0, piece = 0; done < 1000; done += piece, piece++) {
    piece = piece < 1000 - done ? piece : 1000 - done;
    hash_add(&stream, text + done, piece);
  }
  assert_true(hash_end(&stream) == hash_bytes(text, 1000, 5));
  assert_true(hash_bytes(text, 1000, 6) != hash_bytes(text, 1000, 5));
}

/* Flipping one bit of the input flips every bit of the output about half the time. */
static void test_mixing(void **state) {
  (void)state;
  for (uint32_t bit = 0; bit < 32; bit++) {
    uint32_t flips[32] = {0};
    for (uint32_t i = 0; i < 4096; i++) {
      uint32_t x = i * 0x9e3779b9u, d = hash_u32(x) ^ hash_u32(x ^ 1u << bit);
      for (int j = 0; j < 32; j++) flips[j] += d >> j & 1;
    }
    for (int j = 0; j < 32; j++) assert_in_range(flips[j], 1800, 2300);
  }
  assert_int_not_equal(hash_combine(1, 2), hash_combine(2, 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_threads_and_locks),
    cmocka_unit_test(test_starts_can_fail),
    cmocka_unit_test(test_signals_stay_with_the_host),
    cmocka_unit_test(test_float_state),
    cmocka_unit_test(test_machine),
    cmocka_unit_test(test_sort),
    cmocka_unit_test(test_hash),
    cmocka_unit_test(test_mixing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
