/* test_scene_model_cache.c - models across evaluations: a file that was read once is neither read nor built again, whatever material it
 * has now; files that it names are looked at each time; memory that runs out anywhere leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "moonlit.h"

/* Memory that notes the largest request, and refuses the one after `left`. */
typedef struct Watched {
  size_t largest, held;
  long left; /* negative: never */
} Watched;

static void *watched_block(Watched *w, void *p, size_t old_size, size_t size, size_t align) {
  if (size == 0) return free(p), w->held -= old_size, NULL;
  if (size > w->largest) w->largest = size;
  if (w->left == 0) return NULL;
  if (w->left > 0) w->left--;
  void *fresh = NULL;
  if (posix_memalign(&fresh, align < 16 ? 16 : align, size) != 0) return NULL;
  if (old_size != 0) memcpy(fresh, p, old_size < size ? old_size : size);
  free(p);
  w->held += size - old_size;
  return fresh;
}
static void *watched_realloc(void *ud, void *p, size_t old_size, size_t size, size_t align) {
  return watched_block(ud, p, old_size, size, align);
}
static void *watched_pages(void *ud, void *p, size_t old_size, size_t size) {
  void *block = watched_block(ud, p, old_size, size, 4096);
  if (block != NULL) memset(block, 0, size);
  return block;
}

static MlEngine *make_engine(Watched *watched, MlError *error) {
  MlEngine *engine = NULL;
  const MlEngineDesc desc =
    ML_DESC(MlEngineDesc, .hooks = {watched, watched_realloc, watched_pages}, .memory_cap = UINT64_C(1) << 32, .threads = 1);
  return ml_engine_create(&desc, &engine, error) == ML_OK ? engine : NULL;
}

/* A wavy sheet of 2 n^2 triangles, half of them of each material. */
static char *make_obj(uint32_t n, size_t *size) {
  char *text = malloc(200 + (size_t)(n + 1) * (n + 1) * 40 + (size_t)n * n * 60);
  size_t at = (size_t)sprintf(text, "mtllib a.mtl\n");
  for (uint32_t i = 0; i < (n + 1) * (n + 1); i++) at += (size_t)sprintf(text + at, "v %u %u %u\n", i % (n + 1), i / (n + 1), i * 7 % 5);
  for (uint32_t half = 0; half < 2; half++) {
    at += (size_t)sprintf(text + at, "usemtl %s\n", half == 0 ? "one" : "two");
    for (uint32_t i = 0; i < n * n; i++) {
      const uint32_t a = i / n * (n + 1) + i % n + 1;
      at += (size_t)sprintf(text + at, "f %u %u %u\n", a, half == 0 ? a + 1 : a + n + 2, half == 0 ? a + n + 2 : a + n + 1);
    }
  }
  *size = at;
  return text;
}

typedef struct Beside {
  const char *text; /* of a.mtl; NULL: it is missing */
  uint32_t opened, closed;
} Beside;
static bool open_file(void *ud, const char *name, MlBytes *out) {
  Beside *beside = ud;
  if (beside->text == NULL || strcmp(name, "a.mtl") != 0) return false;
  *out = (MlBytes){beside->text, strlen(beside->text)};
  beside->opened++;
  return true;
}
static void close_file(void *ud, MlBytes bytes) {
  (void)bytes;
  ((Beside *)ud)->closed++;
}

typedef struct Made {
  uint64_t hash, triangles;
  size_t largest; /* request while the model was made, and until it was committed */
  size_t largest_commit;
  uint32_t materials;
} Made;

/* A scene of the model alone, red where it names no material; it is gone again when this returns. */
static MlStatus make_scene(MlEngine *engine, Watched *watched, const char *text, size_t size, Beside *beside, float red,
                           MlModelNormals normals, Made *out, MlError *error) {
  MlBuilder *b = NULL;
  const MlScene *scene = NULL;
  MlStatus status = ml_builder_create(engine, &b, error);
  if (status != ML_OK) return status;
  const MlMaterial paint = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {red, 0, 0}, .has_color = true), error);
  MlModelMaterial own[] = {{"two", paint, false}, {"three", paint, true}};
  watched->largest = 0;
  const MlModel model = paint == 0
                          ? 0
                          : ml_model(b,
                                     &ML_DESC(MlModelDesc, .bytes = {text, size}, .name = "a.obj", .files = {beside, open_file, close_file},
                                              .materials = own, .material_count = 2, .normals = normals, .place = 7),
                                     error);
  out->largest = watched->largest;
  watched->largest = 0;
  if (model != 0) {
    assert_true(own[0].found && !own[1].found);
    const MlModelInfo info = ml_model_info(b, model);
    out->materials = info.material_count;
    if (ml_add(b, info.node, error) == ML_OK && ml_commit(b, NULL, &scene, error) == ML_OK) {
      const MlSceneStats stats = ml_scene_stats(scene);
      out->hash = stats.hash;
      out->triangles = stats.triangles;
      out->largest_commit = watched->largest;
      ml_scene_release(scene);
      return ML_OK;
    }
  }
  status = error->status;
  ml_builder_destroy(b);
  assert_int_not_equal(status, ML_OK);
  return status;
}

#define ASSERT_MADE(...)                                                                                                                   \
  do {                                                                                                                                     \
    MlError error_ = {0};                                                                                                                  \
    if (make_scene(__VA_ARGS__, &error_) != ML_OK) fail_msg("%s", error_.message);                                                         \
  } while (0)

static void test_read_once(void **state) {
  (void)state;
  enum { N = 150, BYTES = N * N * 12 }; // of one part's triangles
  Watched watched = {.left = -1};
  MlEngine *engine = make_engine(&watched, NULL);
  size_t size;
  char *text = make_obj(N, &size);
  Beside beside = {.text = "newmtl one\nKd 0 1 0\nnewmtl two\nKd 0 0 1\n"};
  Made first = {0}, again = {0}, painted = {0}, changed = {0}, missing = {0}, back = {0}, smooth = {0};
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &first);
  assert_int_equal(first.triangles, 2 * N * N);
  assert_int_equal(first.materials, 2);
  assert_true(first.largest >= BYTES && first.largest_commit >= BYTES);

  // The same once more, and painted: nothing as large as a mesh is asked for
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &again);
  assert_int_equal(again.hash, first.hash);
  assert_true(again.largest < BYTES / 10 && again.largest_commit < BYTES / 10);
  ASSERT_MADE(engine, &watched, text, size, &beside, .6f, ML_NORMALS_OF_FILE, &painted);
  assert_int_not_equal(painted.hash, first.hash);
  assert_int_equal(painted.triangles, first.triangles);
  assert_true(painted.largest < BYTES / 10 && painted.largest_commit < BYTES / 10);

  // Another mtl is another look; a missing one leaves unknown materials; the first comes back
  const char *kept = beside.text;
  beside.text = "newmtl one\nKd 0 .5 0\nnewmtl two\nKd 0 0 1\n";
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &changed);
  assert_int_not_equal(changed.hash, first.hash);
  beside.text = NULL;
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &missing);
  assert_true(missing.hash != first.hash && missing.hash != changed.hash);
  assert_int_equal(missing.materials, 2);
  beside.text = kept;
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &back);
  assert_int_equal(back.hash, first.hash);
  assert_true(back.largest < BYTES / 10);

  // Other normals are another mesh; another byte another file
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_SMOOTH, &smooth);
  assert_int_not_equal(smooth.hash, first.hash);
  assert_true(smooth.largest >= BYTES);
  char *last = strstr(text, "v 1 0 ");
  last[6]++;
  ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &changed);
  assert_int_not_equal(changed.hash, first.hash);
  assert_int_equal(beside.opened, beside.closed);
  free(text);
  ml_engine_destroy(engine);
  assert_int_equal(watched.held, 0);
}

/* The n-th request fails, in the first making or the second. */
static void test_memory(void **state) {
  (void)state;
  size_t size;
  char *text = make_obj(3, &size);
  for (int round = 0; round < 2; round++) {
    MlStatus status = ML_ERROR_MEMORY;
    long n = 0;
    for (; status != ML_OK; n++) {
      Watched watched = {.left = -1};
      MlEngine *engine = make_engine(&watched, NULL);
      Beside beside = {.text = "newmtl one\nKd 0 1 0\nd .5\nnewmtl two\nillum 7\n"};
      Made made;
      MlError error = {0};
      if (round == 1) ASSERT_MADE(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &made);
      watched.left = n;
      status = make_scene(engine, &watched, text, size, &beside, .5f, ML_NORMALS_OF_FILE, &made, &error);
      if (status != ML_OK) assert_int_equal(status, ML_ERROR_MEMORY);
      assert_int_equal(beside.opened, beside.closed);
      watched.left = -1;
      ml_engine_destroy(engine);
      assert_int_equal(watched.held, 0);
    }
    assert_true(n > 10);
  }
  free(text);
}

/* Errors have the caller's place, and what is wrong with a description is said. */
static void test_wrong(void **state) {
  (void)state;
  Watched watched = {.left = -1};
  MlEngine *engine = make_engine(&watched, NULL);
  MlBuilder *b = NULL;
  MlError error;
  assert_int_equal(ml_builder_create(engine, &b, NULL), ML_OK);
  static const char text[] = "v 0 0 0\nv 0 0\n";
  assert_int_equal(ml_model(b, &ML_DESC(MlModelDesc, .bytes = {text, sizeof text - 1}, .name = "x.obj", .place = 9), &error), 0);
  assert_string_equal(error.message, "x.obj:2: the point has 2 coordinates, 3 expected");
  assert_int_equal(error.place, 9);
  assert_int_equal(error.status, ML_ERROR_FORMAT);
  assert_int_equal(ml_model(b, &ML_DESC(MlModelDesc, .bytes = {text, sizeof text - 1}), NULL), 0);
  assert_int_equal(ml_model(b, &ML_DESC(MlModelDesc, .normals = ML_NORMALS_SMOOTH, .crease = 200), &error), 0);
  assert_string_equal(error.message, "model.crease: expected degrees from 0 to 180, got 200");
  assert_int_equal(ml_model(b, &ML_DESC(MlModelDesc, .material = 99), &error), 0);
  assert_string_equal(error.message, "model.material: expected a material of this builder, got 99");
  assert_int_equal(ml_model_info(b, 0).node, 0);
  assert_string_equal(ml_model_warning(b, 3, 0), "");
  ml_builder_destroy(b);
  ml_engine_destroy(engine);
  assert_int_equal(watched.held, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_read_once), cmocka_unit_test(test_memory), cmocka_unit_test(test_wrong)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
