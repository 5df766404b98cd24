/* test_shape_fuzz.c - what the fuzzers of models and of photometric profiles began with and found (tests/fuzz/obj, ...), and some thousand
 * spoilt copies of it, the same ones in every run. With sanitizers in CI; at length: make fuzz. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fuzz/ies_input.h"
#include "fuzz/model_input.h"
#include "fuzz/mutate.h"

enum { MUTATIONS = 300, ALLOCATIONS = 12 };

static Corpus corpus;

/* In a block of its own size, so that sanitizers see its end. */
static bool run_input(ModelInputKind kind, const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size ? size : 1);
  if (size) memcpy(copy, data, size);
  const bool accepted = kind == INPUT_GLTF ? gltf_input(copy, size) : model_input_with(kind, copy, size, -1);
  free(copy);
  return accepted;
}

/* Files that nobody spoilt are read, and more than one in a thousand of the spoilt ones, or there would be little behind their checks. */
static void check(ModelInputKind kind, const char *folder, size_t fine) {
  size_t accepted = 0, spoilt = 0, all = 0;
  corpus_read(folder, &corpus);
  for (size_t i = 0; i < corpus.count; i++) {
    const Bytes *file = &corpus.files[i];
    accepted += run_input(kind, file->data, file->count);
    if (file->count > 20000) continue;
    if (kind != INPUT_GLTF)
      for (long n = 0; n < ALLOCATIONS; n++) model_input_with(kind, file->data, file->count, n);
    for (uint32_t m = 0; m < MUTATIONS; m++, all++) {
      Bytes copy = mutate(file, m);
      spoilt += run_input(kind, copy.data, copy.count);
      bytes_free(&copy);
    }
  }
  corpus_free(&corpus);
  assert_true(accepted >= fine);
  assert_true(spoilt > all / 1000 && spoilt < all);
}

static void test_obj(void **state) { (void)state, check(INPUT_OBJ, "tests/fuzz/obj", 2); }
static void test_mtl(void **state) { (void)state, check(INPUT_MTL, "tests/fuzz/mtl", 2); }
static void test_ply(void **state) { (void)state, check(INPUT_PLY, "tests/fuzz/ply", 4); }
static void test_stl(void **state) { (void)state, check(INPUT_STL, "tests/fuzz/stl", 3); }
static void test_gltf(void **state) { (void)state, check(INPUT_GLTF, "tests/fuzz/gltf", 8); }
static void test_glb(void **state) { (void)state, check(INPUT_GLB, "tests/fuzz/glb", 6); }

static void test_ies(void **state) {
  (void)state;
  size_t accepted = 0;
  corpus_read("tests/fuzz/ies", &corpus);
  for (size_t i = 0; i < corpus.count; i++) {
    accepted += ies_input(corpus.files[i].data, corpus.files[i].count);
    for (uint32_t m = 0; m < MUTATIONS; m++) {
      Bytes copy = mutate(&corpus.files[i], m);
      uint8_t *exact = malloc(copy.count ? copy.count : 1);
      if (copy.count) memcpy(exact, copy.data, copy.count);
      ies_input(exact, copy.count);
      free(exact);
      bytes_free(&copy);
    }
  }
  corpus_free(&corpus);
  assert_true(accepted >= 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_obj),  cmocka_unit_test(test_mtl), cmocka_unit_test(test_ply), cmocka_unit_test(test_stl),
    cmocka_unit_test(test_gltf), cmocka_unit_test(test_glb), cmocka_unit_test(test_ies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
