/* test_scene_cache.c - assets by content: found again, shared, dropped oldest first, safe from many threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scene_fixture.h"

#include "base/thread.h"

static Geometry *asset(Memory *memory, uint64_t hash) {
  Prim prim = {.kind = PRIM_SPHERE, .r = 1.0f};
  prim_finish(&prim, NULL, false);
  Geometry content = {.prims = &prim, .prim_count = 1, .hash = hash}, *out = NULL;
  assert_int_equal(geometry_create(memory, &content, NULL, &out, NULL), ML_OK);
  return out;
}

static void test_find_and_insert(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  AssetCache *cache;
  assert_int_equal(cache_create(&fault.memory, 1 << 30, &cache, NULL), ML_OK);
  assert_null(cache_find(cache, 7, 100));
  Geometry *first = asset(&fault.memory, 7);
  assert_ptr_equal(cache_insert(cache, first, 100), first);
  assert_ptr_equal(cache_find(cache, 7, 100), first);
  assert_null(cache_find(cache, 7, 101)); /* another content with the same hash */
  assert_null(cache_find(cache, 8, 100));
  // An equal one that comes second is freed
  uint64_t used = fault.memory.used;
  assert_ptr_equal(cache_insert(cache, asset(&fault.memory, 7), 100), first);
  assert_int_equal(fault.memory.used, used);
  // Dropped only when nobody holds it
  cache_release(cache, first);
  cache_release(cache, first);
  assert_int_equal(cache_drop_unused(cache), 0);
  cache_release(cache, first);
  assert_ptr_equal(cache_find(cache, 7, 100), first);
  cache_release(cache, first);
  assert_true(cache_drop_unused(cache) >= sizeof(Geometry));
  assert_null(cache_find(cache, 7, 100));
  cache_destroy(cache);
  cache_destroy(NULL);
  assert_int_equal(fault.memory.used, 0);
}

static void test_oldest_go_first(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  AssetCache *cache;
  Geometry *probe = asset(&fault.memory, 1);
  uint64_t bytes = probe->bytes;
  geometry_free(&fault.memory, probe);
  assert_int_equal(cache_create(&fault.memory, 3 * bytes, &cache, NULL), ML_OK);
  const Geometry *assets[1000];
  for (uint64_t i = 0; i < 1000; i++) assets[i] = cache_insert(cache, asset(&fault.memory, i), 1); /* buckets grow */
  for (uint64_t i = 0; i < 1000; i++) {
    assert_ptr_equal(cache_find(cache, i, 1), assets[i]);
    cache_release(cache, assets[i]);
  }
  // Released in the order 1, 2, 3; 2 is used again; then 4: 1 is the oldest, 3 the next
  for (uint64_t i = 1; i <= 3; i++) cache_release(cache, assets[i]);
  assert_ptr_equal(cache_find(cache, 2, 1), assets[2]);
  cache_release(cache, assets[2]);
  cache_release(cache, assets[4]);
  assert_null(cache_find(cache, 1, 1));
  cache_release(cache, assets[5]);
  assert_null(cache_find(cache, 3, 1));
  for (uint64_t i = 2; i <= 5; i++) {
    if (i == 3) continue;
    assert_ptr_equal(cache_find(cache, i, 1), assets[i]);
    cache_release(cache, assets[i]);
  }
  cache_release(cache, assets[0]);
  for (uint64_t i = 6; i < 1000; i++) cache_release(cache, assets[i]);
  assert_true(fault.memory.used < 10 * bytes + (1 << 16));
  cache_destroy(cache);
  assert_int_equal(fault.memory.used, 0);
}

static void test_without_memory(void **state) {
  (void)state;
  FaultMemory fault;
  MlError error = {0};
  AssetCache *cache;
  for (long n = 0; n < 2; n++) {
    fault_init(&fault, n, true);
    error_clear(&error);
    assert_int_equal(cache_create(&fault.memory, 100, &cache, &error), ML_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "asset cache"));
    assert_int_equal(fault.memory.used, 0);
  }
  fault_init(&fault, -1, false);
  assert_int_equal(cache_create(&fault.memory, 100, &cache, NULL), ML_OK);
  Geometry *one = asset(&fault.memory, 1);
  fault.left = 0;
  assert_null(cache_insert(cache, one, 1)); /* and it is freed */
  cache_destroy(cache);
  assert_int_equal(fault.memory.used, 0);
}

/* ---- threads */

typedef struct Worker {
  FaultMemory *fault;
  AssetCache *cache;
  uint64_t seed;
  bool wrong;
} Worker;

static void work(void *ud) {
  Worker *w = ud;
  for (uint64_t i = 0; i < 3000; i++) {
    uint64_t hash = (w->seed * 7 + i * 13) % 40;
    const Geometry *g = cache_find(w->cache, hash, 1);
    if (g == NULL) g = cache_insert(w->cache, asset(&w->fault->memory, hash), 1);
    if (g == NULL || g->hash != hash || g->prim_count != 1 || g->prims[0].r != 1.0f) w->wrong = true;
    if (i % 100 == 0) cache_drop_unused(w->cache);
    cache_release(w->cache, g);
  }
}

static void test_threads(void **state) {
  (void)state;
#ifndef ML_NO_THREADS
  FaultMemory fault;
  fault_init(&fault, -1, false);
  AssetCache *cache;
  assert_int_equal(cache_create(&fault.memory, 5 * 4096, &cache, NULL), ML_OK);
  Worker workers[4];
  Thread threads[4];
  for (uint64_t i = 0; i < 4; i++) {
    workers[i] = (Worker){&fault, cache, i, false};
    assert_int_equal(thread_start(&threads[i], work, &workers[i], NULL), ML_OK);
  }
  for (int i = 0; i < 4; i++) {
    thread_join(&threads[i]);
    assert_false(workers[i].wrong);
  }
  cache_destroy(cache);
  assert_int_equal(fault.memory.used, 0);
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_find_and_insert),
    cmocka_unit_test(test_oldest_go_first),
    cmocka_unit_test(test_without_memory),
    cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
