/* test_scene_cache.c - assets by content: found again, shared, dropped oldest first, safe from many threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scene_fixture.h"

#include "base/thread.h"

static Geometry *asset_of_radius(Memory *memory, uint64_t hash, float radius) {
  Prim prim = {.kind = PRIM_SPHERE, .r = radius};
  prim_finish(&prim, NULL, false);
  Geometry content = {.prims = &prim, .prim_count = 1, .hash = hash}, *out = NULL;
  assert_int_equal(geometry_create(&(BvhBuild){.memory = memory}, &content, NULL, &out, NULL), ML_OK);
  return out;
}
static Geometry *asset(Memory *memory, uint64_t hash) { return asset_of_radius(memory, hash, 1.0f); }

static const Geometry *find_radius(AssetCache *cache, uint64_t hash, uint64_t bytes, float radius) {
  Prim prim = {.kind = PRIM_SPHERE, .r = radius};
  prim_finish(&prim, NULL, false);
  return cache_find(cache, &(Geometry){.prims = &prim, .prim_count = 1, .hash = hash}, bytes);
}
static const Geometry *find(AssetCache *cache, uint64_t hash, uint64_t bytes) { return find_radius(cache, hash, bytes, 1.0f); }

static void test_find_and_insert(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  AssetCache *cache;
  assert_int_equal(cache_create(&fault.memory, 1 << 30, &cache, NULL), ML_OK);
  assert_null(find(cache, 7, 100));
  Geometry *first = asset(&fault.memory, 7);
  assert_ptr_equal(cache_insert(cache, first, 100), first);
  assert_ptr_equal(find(cache, 7, 100), first);
  assert_null(find(cache, 7, 101)); /* another content with the same hash */
  assert_null(find(cache, 8, 100));
  // An equal one that comes second is freed
  uint64_t used = fault.memory.used;
  assert_ptr_equal(cache_insert(cache, asset(&fault.memory, 7), 100), first);
  assert_int_equal(fault.memory.used, used);
  // Dropped only when nobody holds it
  cache_release(cache, first);
  cache_release(cache, first);
  assert_int_equal(cache_drop_unused(cache), 0);
  cache_release(cache, first);
  assert_ptr_equal(find(cache, 7, 100), first);
  cache_release(cache, first);
  assert_true(cache_drop_unused(cache) >= sizeof(Geometry));
  assert_null(find(cache, 7, 100));
  cache_destroy(cache);
  cache_destroy(NULL);
  assert_int_equal(fault.memory.used, 0);
}

/* Hash and size may agree by chance: what is found is what was asked for. */
static void test_equal_hashes(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  AssetCache *cache;
  assert_int_equal(cache_create(&fault.memory, 1 << 30, &cache, NULL), ML_OK);
  const Geometry *assets[3];
  for (int i = 0; i < 3; i++) {
    Geometry *made = asset_of_radius(&fault.memory, 7, 1.0f + (float)i);
    assert_null(find_radius(cache, 7, 1, 1.0f + (float)i));
    assert_ptr_equal(assets[i] = cache_insert(cache, made, 1), made);
  }
  for (int i = 0; i < 3; i++) {
    assert_ptr_equal(find_radius(cache, 7, 1, 1.0f + (float)i), assets[i]);
    cache_retain(cache, assets[i]);
    for (int k = 0; k < 3; k++) cache_release(cache, assets[i]);
  }
  assert_null(find_radius(cache, 7, 1, 9.0f));
  assert_true(cache_drop_unused(cache) > 0);
  for (int i = 0; i < 3; i++) assert_null(find_radius(cache, 7, 1, 1.0f + (float)i));
  cache_destroy(cache);
  assert_int_equal(fault.memory.used, 0);
}

/* Of meshes, too: points, normals, and triangles without those that are left out. */
static void test_equal_meshes(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  static const float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0};
  static const uint32_t given[] = {0, 1, 2, 1, 1, 3, 1, 3, 2}, kept[] = {0, 1, 2, 1, 3, 2}, other[] = {0, 1, 2, 1, 1, 3, 3, 2, 1};
  Geometry content = {.mesh = {.points = points, .triangles = kept, .point_count = 4, .triangle_count = 2}, .degenerate = 1}, *made = NULL;
  assert_int_equal(geometry_create(&(BvhBuild){.memory = &fault.memory}, &content, NULL, &made, NULL), ML_OK);
  assert_true(geometry_equals(made, &content));
  content.mesh.triangles = given, content.mesh.triangle_count = 3;
  assert_true(geometry_equals(made, &content));
  content.mesh.triangles = other;
  assert_false(geometry_equals(made, &content));
  content.mesh.triangles = given, content.mesh.normals = points;
  assert_false(geometry_equals(made, &content));
  static const float moved[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 2, 0};
  content.mesh.normals = NULL, content.mesh.points = moved;
  assert_false(geometry_equals(made, &content));
  geometry_free(&fault.memory, made);
  assert_int_equal(fault.memory.used, 0);
}

/* Whoever runs out of memory gets that of unused assets first; what is in use stays. */
static void test_makes_room(void **state) {
  (void)state;
  FaultMemory fault;
  for (int pages = 0; pages < 2; pages++) {
    fault_init(&fault, -1, false);
    AssetCache *cache;
    assert_int_equal(cache_create(&fault.memory, 1 << 30, &cache, NULL), ML_OK);
    const Geometry *used = cache_insert(cache, asset(&fault.memory, 1), 1);
    cache_release(cache, cache_insert(cache, asset(&fault.memory, 2), 1));
    // The cap is reached
    fault.memory.cap = fault.memory.used + 100;
    size_t size = MEMORY_PAGE;
    void *block = pages ? memory_pages_alloc(&fault.memory, size) : memory_alloc(&fault.memory, size, 16);
    assert_non_null(block);
    assert_null(find(cache, 2, 1));
    assert_null(memory_alloc(&fault.memory, size, 16)); /* nothing is left to be given up */
    fault.memory.cap = (uint64_t)1 << 40;
    // The host refuses, once
    cache_release(cache, cache_insert(cache, asset(&fault.memory, 3), 1));
    fault.left = 0;
    void *second = pages ? memory_pages_alloc(&fault.memory, size) : memory_alloc(&fault.memory, size, 16);
    assert_non_null(second);
    assert_null(find(cache, 3, 1));
    assert_ptr_equal(find(cache, 1, 1), used);
    cache_release(cache, used);
    cache_release(cache, used);
    (pages ? memory_pages_free : memory_free)(&fault.memory, block, size);
    (pages ? memory_pages_free : memory_free)(&fault.memory, second, size);
    cache_destroy(cache);
    assert_int_equal(fault.memory.used, 0);
  }
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
    assert_ptr_equal(find(cache, i, 1), assets[i]);
    cache_release(cache, assets[i]);
  }
  // Released in the order 1, 2, 3; 2 is used again; then 4: 1 is the oldest, 3 the next
  for (uint64_t i = 1; i <= 3; i++) cache_release(cache, assets[i]);
  assert_ptr_equal(find(cache, 2, 1), assets[2]);
  cache_release(cache, assets[2]);
  cache_release(cache, assets[4]);
  assert_null(find(cache, 1, 1));
  cache_release(cache, assets[5]);
  assert_null(find(cache, 3, 1));
  for (uint64_t i = 2; i <= 5; i++) {
    if (i == 3) continue;
    assert_ptr_equal(find(cache, i, 1), assets[i]);
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

#ifndef ML_NO_THREADS
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
    const Geometry *g = find(w->cache, hash, 1);
    if (g == NULL) g = cache_insert(w->cache, asset(&w->fault->memory, hash), 1);
    if (g == NULL || g->hash != hash || g->prim_count != 1 || g->prims[0].r != 1.0f) w->wrong = true;
    if (i % 100 == 0) cache_drop_unused(w->cache);
    cache_release(w->cache, g);
  }
}

static void test_threads(void **state) {
  (void)state;
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
}
#else
static void test_threads(void **state) {
  (void)state;
  skip();
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_find_and_insert), cmocka_unit_test(test_equal_hashes),    cmocka_unit_test(test_equal_meshes),
    cmocka_unit_test(test_makes_room),      cmocka_unit_test(test_oldest_go_first), cmocka_unit_test(test_without_memory),
    cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
