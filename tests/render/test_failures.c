/* test_failures.c - what happens when memory, threads or files run out at any moment: the named error or the normal picture, never a leak.
 * And that engines leave nothing behind when all goes well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// cmocka needs the headers above
#include <cmocka.h>

#include "base/file.h"
#include "base/thread.h"
#include "moonlit.h"
#include "surroundings_pictures.h"
#include "temporary_folder.h"

/* ------------------------------------------------------- memory that fails */

typedef struct Faults {
  _Atomic long left; /* allocations until the failure; negative: past it */
  bool for_ever;     /* every later one fails, too */
  _Atomic bool failed;
  _Atomic int64_t bytes; /* not yet given back */
} Faults;

static bool refuse(Faults *faults) {
  const long left = atomic_fetch_sub(&faults->left, 1);
  if (left != 0 && !(left < 0 && faults->for_ever)) return false;
  atomic_store(&faults->failed, true);
  return true;
}

/* Memory is handed out filled with rubbish, so that nobody relies on zeros; blocks move whenever they can. */
static void *faulty_realloc(void *ud, void *p, size_t old_size, size_t new_size, size_t align) {
  Faults *faults = ud;
  void *q = NULL;
  if (new_size) {
    if (refuse(faults)) return NULL;
    if (posix_memalign(&q, align < sizeof(void *) ? sizeof(void *) : align, new_size) != 0) return NULL;
    memset(q, 0xa5, new_size);
    if (old_size) memcpy(q, p, old_size < new_size ? old_size : new_size);
  }
  if (old_size) free(p);
  atomic_fetch_add(&faults->bytes, (int64_t)new_size - (int64_t)old_size);
  return q;
}

static void *faulty_pages(void *ud, void *p, size_t old_size, size_t new_size) { return faulty_realloc(ud, p, old_size, new_size, 4096); }

/* --------------------------------------------------------------- the story */

static bool discard(void *ud, const void *bytes, size_t count) {
  (void)ud, (void)bytes, (void)count;
  return true;
}

/* Something of every kind: shapes, a mesh twice, a group twice, materials that refer to others, lights. */
static uint8_t any_code(uint32_t x, uint32_t y, uint32_t width, uint32_t height) { return (uint8_t)(x * 40 + y * 9 + width + height); }

static bool build(MlBuilder *b, MlError *error) {
  static const float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  static const uint32_t triangles[] = {0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3};
  const MlMaterial red = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {0.8f, 0.1f, 0.1f}, .has_color = true), error);
  const MlMaterial mirror = red ? ml_mirror(b, &ML_DESC(MlMirrorDesc, ), error) : 0;
  const MlMaterial both = mirror ? ml_mix(b, &ML_DESC(MlMixDesc, .a = red, .b = mirror, .amount = 0.5f), error) : 0;
  const MlMaterial lamp = both ? ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {5, 5, 5}}), error) : 0;
  if (!lamp) return false;
  const MlNode mesh = ml_mesh(
    b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 4, .material = both), error);
  if (!mesh) return false;
  MlNode parts[5];
  for (int i = 0; i < 5; i++) {
    parts[i] = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0.4 * i, 0.2, 0}, .radius = 0.2, .material = red), error);
    if (!parts[i]) return false;
  }
  const MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 5), error);
  if (!group) return false;
  for (int i = 0; i < 4; i++) {
    MlTransform t = ml_transform_identity();
    t.m[3] = i - 1.5, t.m[11] = i % 2;
    const MlNode placed = ml_place(b, &ML_DESC(MlPlaceDesc, .child = i % 2 ? mesh : group, .transform = t), error);
    if (!placed || ml_add(b, placed, error) != ML_OK) return false;
  }
  MlNode node = ml_plane(b, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), error);
  if (!node || ml_add(b, node, error) != ML_OK) return false;
  node = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 3, 0}, .radius = 0.5, .material = lamp), error);
  if (!node || ml_add(b, node, error) != ML_OK) return false;
  node = ml_light(b, &ML_DESC(MlLightDesc, .at = {3, 3, 3}), error);
  if (!node || ml_add(b, node, error) != ML_OK) return false;
  node = ml_sun(b, &ML_DESC(MlSunDesc, .height = 40, .irradiance = 1), error);
  if (!node || ml_add(b, node, error) != ML_OK) return false;
  const MlImage image = grey_picture(b, 4, 2, any_code, error);
  return image && ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = image), error) == ML_OK;
}

/* From an engine to encoded pictures; the hash is 0 unless all went well. Nothing is left in any case. */
static uint64_t story(Faults *faults, uint32_t threads, MlError *error) {
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 0.5, 0}}, .width = 16, .height = 9);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 3, .tile = 8);
  MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = threads);
  if (faults) desc.hooks = (MlMemoryHooks){.ud = faults, .realloc = faulty_realloc, .pages = faulty_pages};
  MlEngine *engine = NULL;
  MlBuilder *builder = NULL;
  const MlScene *scene = NULL;
  MlFilm *film = NULL;
  MlRender *render = NULL;
  uint64_t hash = 0;
  *error = (MlError){0};
  if (ml_engine_create(&desc, &engine, error) != ML_OK) return 0;
  if (ml_builder_create(engine, &builder, error) == ML_OK) {
    if (!build(builder, error) || ml_commit(builder, NULL, &scene, error) != ML_OK) ml_builder_destroy(builder);
  }
  if (scene && ml_film_create(engine, scene, &view, &settings, &film, error) == ML_OK &&
      ml_render_start(engine, scene, &view, &settings, film, &render, error) == ML_OK) {
    const MlSink sink = {.write = discard};
    float ev;
    ml_render_wait(render, -1);
    if (ml_auto_exposure(engine, scene, &view, &settings, &ev, error) == ML_OK &&
        ml_film_encode(engine, film, ML_IMAGE_PNG, &(MlDisplay){.exposure = ev, .tonemap = view.tonemap}, &sink, error) == ML_OK &&
        ml_film_encode(engine, film, ML_IMAGE_PFM, &(MlDisplay){.exposure = ev, .tonemap = view.tonemap}, &sink, error) == ML_OK)
      hash = ml_film_hash(film);
  }
  ml_render_destroy(render);
  ml_film_destroy(film);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
  return hash;
}

static void fail_every_allocation(bool for_ever) {
  MlError error;
  const uint64_t expected = story(NULL, 2, &error);
  assert_int_not_equal(expected, 0);
  long n = 0;
  for (bool failed = true; failed; n++) {
    Faults faults = {.left = n, .for_ever = for_ever};
    const uint64_t hash = story(&faults, 2, &error);
    failed = atomic_load(&faults.failed);
    if (atomic_load(&faults.bytes) != 0) fail_msg("allocation %ld: %lld bytes leaked", n, (long long)atomic_load(&faults.bytes));
    if (hash) {
      assert_int_equal(hash, expected); /* somebody could do without */
    } else if (error.status != ML_ERROR_MEMORY || !strstr(error.message, "memory")) {
      fail_msg("allocation %ld: status %d, '%s'", n, (int)error.status, error.message);
    }
    assert_true(n < 3000);
  }
  assert_true(n > 20);
}

static void every_allocation_may_fail_once(void **state) {
  (void)state;
  fail_every_allocation(false);
}

static void every_allocation_may_fail_from_then_on(void **state) {
  (void)state;
  fail_every_allocation(true);
}

static void memory_may_be_short_by_any_amount(void **state) {
  (void)state;
  Faults count = {.left = 1 << 30};
  MlError error;
  const uint64_t expected = story(&count, 1, &error);
  // Caps from nothing to plenty: the outcome is the error or the picture.
  bool whole = false;
  for (uint64_t cap = 1000; cap < (64u << 20); cap += cap / 2) {
    const MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = 1, .memory_cap = cap);
    MlEngine *engine;
    MlBuilder *builder;
    const MlScene *scene;
    if (ml_engine_create(&desc, &engine, &error) != ML_OK) {
      assert_int_equal(error.status, ML_ERROR_MEMORY);
      continue;
    }
    MlStatus status = ml_builder_create(engine, &builder, &error);
    if (status == ML_OK) {
      status = build(builder, &error) ? ml_commit(builder, NULL, &scene, &error) : error.status;
      if (status != ML_OK) ml_builder_destroy(builder);
    }
    if (status == ML_OK) ml_scene_release(scene), whole = true;
    else assert_int_equal(status, ML_ERROR_MEMORY);
    assert_true(ml_engine_memory(engine).peak <= cap);
    ml_engine_destroy(engine);
  }
  assert_true(whole && expected);
}

/* ----------------------------------------------------------------- threads */

static void threads_may_not_start(void **state) {
  (void)state;
#ifdef ML_NO_THREADS
  skip();
#endif
  MlError error;
  const uint64_t expected = story(NULL, 3, &error);
  for (int n = 0; n < 3; n++) {
    Faults faults = {.left = 1 << 30};
    thread_fail_after(n);
    const uint64_t hash = story(&faults, 3, &error);
    thread_fail_after(-1);
    assert_int_equal(hash, 0);
    assert_int_equal(error.status, ML_ERROR_SYSTEM);
    assert_string_equal(error.message, "cannot start a thread: the system has no room for more threads");
    assert_int_equal(atomic_load(&faults.bytes), 0);
  }
  assert_int_equal(story(NULL, 3, &error), expected);
}

static void a_pool_that_cannot_grow_still_works(void **state) {
  (void)state;
#ifdef ML_NO_THREADS
  skip();
#endif
  MlError error = {0};
  MlEngine *engine;
  MlBuilder *builder;
  const MlScene *scene;
  MlFilm *film;
  MlRender *render;
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 0.5, 0}}, .width = 16, .height = 9);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 3, .tile = 8);
  const MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = 2);
  assert_int_equal(ml_engine_create(&desc, &engine, &error), ML_OK);
  assert_int_equal(ml_builder_create(engine, &builder, &error), ML_OK);
  assert_true(build(builder, &error));
  assert_int_equal(ml_commit(builder, NULL, &scene, &error), ML_OK);
  for (int round = 0; round < 3; round++) {
    assert_int_equal(ml_film_create(engine, scene, &view, &settings, &film, &error), ML_OK);
    if (round == 1) ml_engine_set_threads(engine, 8, NULL), thread_fail_after(3);
    const MlStatus status = ml_render_start(engine, scene, &view, &settings, film, &render, &error);
    thread_fail_after(-1);
    assert_int_equal(status, round == 1 ? ML_ERROR_SYSTEM : ML_OK);
    if (round == 1) ml_engine_set_threads(engine, 2, NULL);
    if (status == ML_OK) {
      assert_int_equal(ml_render_wait(render, -1), ML_RENDER_DONE);
      assert_int_equal(ml_film_hash(film), story(NULL, 1, &error));
      ml_render_destroy(render);
    }
    ml_film_destroy(film);
  }
  ml_scene_release(scene);
  ml_engine_destroy(engine);
}

/* A film that fits only when the mesh of a scene that is gone makes room for it. */
static void unused_assets_make_room(void **state) {
  (void)state;
  enum { SIDE = 200, POINTS = (SIDE + 1) * (SIDE + 1) };
  static float points[3 * POINTS];
  static uint32_t triangles[6 * SIDE * SIDE];
  for (uint32_t i = 0; i < POINTS; i++) points[3 * i] = (float)(i % (SIDE + 1)), points[3 * i + 2] = (float)(i / (SIDE + 1));
  for (uint32_t i = 0; i < SIDE * SIDE; i++) {
    const uint32_t c = i / SIDE * (SIDE + 1) + i % SIDE, six[6] = {c, c + SIDE + 1, c + 1, c + 1, c + SIDE + 1, c + SIDE + 2};
    memcpy(triangles + 6 * i, six, sizeof six);
  }
  MlError error = {0};
  MlEngine *engine;
  MlBuilder *builder;
  const MlScene *scene;
  MlFilm *film = NULL;
  const MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = 1, .memory_cap = 64 << 20, .cache_bytes = 64 << 20);
  assert_int_equal(ml_engine_create(&desc, &engine, &error), ML_OK);
  assert_int_equal(ml_builder_create(engine, &builder, &error), ML_OK);
  const MlMeshDesc mesh =
    ML_DESC(MlMeshDesc, .points = points, .point_count = POINTS, .triangles = triangles, .triangle_count = 2 * SIDE * SIDE);
  assert_int_equal(ml_add(builder, ml_mesh(builder, &mesh, &error), &error), ML_OK);
  assert_int_equal(ml_commit(builder, NULL, &scene, &error), ML_OK);
  const uint64_t asset = ml_scene_stats(scene).unique_triangles * 12;
  ml_scene_release(scene);

  assert_int_equal(ml_builder_create(engine, &builder, &error), ML_OK);
  assert_true(build(builder, &error));
  assert_int_equal(ml_commit(builder, NULL, &scene, &error), ML_OK);
  MlView view = ML_DESC(MlView, .width = 1024, .height = 1, .fixed_exposure = true);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 1);
  uint64_t bytes = 0, left = (64 << 20) - ml_engine_memory(engine).used;
  while (bytes <= left) {
    view.height += 16;
    assert_int_equal(ml_render_check(engine, &view, &settings, &bytes, &error), ML_OK);
  }
  assert_true(bytes < left + asset);
  assert_int_equal(ml_film_create(engine, scene, &view, &settings, &film, &error), ML_OK);
  assert_true(ml_engine_memory(engine).peak <= 64 << 20);
  // With nothing left to be given up, both say so
  view.height *= 2;
  assert_int_equal(ml_render_check(engine, &view, &settings, &bytes, &error), ML_ERROR_MEMORY);
  MlFilm *none = NULL;
  assert_int_equal(ml_film_create(engine, scene, &view, &settings, &none, &error), ML_ERROR_MEMORY);
  assert_null(none);
  ml_film_destroy(film);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
}

/* ------------------------------------------------------------------- files */

static void files_may_not_open(void **state) {
  (void)state;
  MlError error = {0};
  MlEngine *engine;
  MlBuilder *builder;
  const MlScene *scene;
  MlFilm *film;
  const MlView view = ML_DESC(MlView, .width = 8, .height = 8);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 1);
  assert_int_equal(ml_engine_create(NULL, &engine, &error), ML_OK);
  assert_int_equal(ml_builder_create(engine, &builder, &error), ML_OK);
  assert_true(build(builder, &error));
  assert_int_equal(ml_commit(builder, NULL, &scene, &error), ML_OK);
  assert_int_equal(ml_film_create(engine, scene, &view, &settings, &film, &error), ML_OK);

  file_fail_after(0);
  assert_int_equal(ml_film_save(film, in_folder("film"), &error), ML_ERROR_FILE);
  assert_non_null(strstr(error.message, "too many open files"));
  assert_int_equal(ml_film_write(engine, film, in_folder("picture.png"), &(MlDisplay){0}, &error), ML_ERROR_FILE);
  assert_true(folder_is_empty());
  file_fail_after(-1);
  assert_int_equal(ml_film_save(film, in_folder("film"), &error), ML_OK);
  assert_int_equal(ml_film_write(engine, film, in_folder("picture.png"), &(MlDisplay){0}, &error), ML_OK);
  file_fail_after(0);
  assert_int_equal(ml_film_load(film, in_folder("film"), &error), ML_ERROR_FILE);
  file_fail_after(-1);
  assert_int_equal(ml_film_load(film, in_folder("film"), &error), ML_OK);

  ml_film_destroy(film);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
  unlink(in_folder("film"));
  unlink(in_folder("picture.png"));
}

/* -------------------------------------------------------------------- life */

static void a_thousand_engines_leave_nothing(void **state) {
  (void)state;
  MlError error;
  Faults faults = {.left = 1 << 30};
  const uint64_t expected = story(NULL, 1, &error);
  for (int i = 0; i < 1000; i++) {
    faults.left = 1 << 30;
    // Most are only born and die; every tenth tells its whole story.
    if (i % 10 == 0) {
      assert_int_equal(story(&faults, 1 + (uint32_t)i % 3, &error), expected);
    } else {
      const MlEngineDesc desc =
        ML_DESC(MlEngineDesc, .hooks = {.ud = &faults, .realloc = faulty_realloc, .pages = faulty_pages}, .threads = 2);
      MlEngine *engine;
      assert_int_equal(ml_engine_create(&desc, &engine, &error), ML_OK);
      ml_engine_destroy(engine);
    }
    assert_int_equal(atomic_load(&faults.bytes), 0);
  }
  assert_false(atomic_load(&faults.failed));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_allocation_may_fail_once),
    cmocka_unit_test(every_allocation_may_fail_from_then_on),
    cmocka_unit_test(memory_may_be_short_by_any_amount),
    cmocka_unit_test(threads_may_not_start),
    cmocka_unit_test(a_pool_that_cannot_grow_still_works),
    cmocka_unit_test(unused_assets_make_room),
    cmocka_unit_test(files_may_not_open),
    cmocka_unit_test(a_thousand_engines_leave_nothing),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
