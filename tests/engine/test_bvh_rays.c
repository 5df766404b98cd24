/* test_bvh_rays.c - every kernel of this machine gives the same hits, to the bit, whatever the tree: over the models of ray_worlds.h, against
 * tests of all that is there one by one; and any hit is found exactly where there is a nearest one. LONG=1: a million rays and more per model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ray_worlds.h"
#include "rounds.h"
#include "scene_fixture.h"

#include "render/kernel.h"

static const uint32_t widths[] = {4, 8}, qualities[] = {BVH_FAST, BVH_DEFAULT, BVH_HIGH};
enum { WIDTHS = 2, QUALITIES = 3 };

static void fail_ray(const char *model, const char *kernel, uint32_t quality, uint64_t index, const Hit *hit, const Hit *expected) {
  fail_msg("%s, %s, quality %u, ray %llu: t %a prim %u:%u uv %a %a, expected %a %u:%u %a %a", model, kernel, quality,
           (unsigned long long)index, (double)hit->t, hit->instance, hit->prim, (double)hit->u, (double)hit->v, (double)expected->t,
           expected->instance, expected->prim, (double)expected->u, (double)expected->v);
}

static void check_model(RayModelKind kind) {
  const char *name = ray_model_names[kind];
  bool longer = getenv("LONG") != NULL;
  uint64_t random = 1, rays = rounds(20000, 60), every = longer ? 40 : 4, hits = 0;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  RayModel *model = ray_model(kind, 16);
  static RayWorld worlds[WIDTHS][QUALITIES];
  for (int w = 0; w < WIDTHS; w++)
    for (int q = 0; q < QUALITIES; q++)
      ray_world_build(model, &(BvhBuild){.memory = &fault.memory, .width = widths[w], .quality = qualities[q]}, &worlds[w][q]);
  Ray last = {0};
  Hit before = {.prim = NO_ID};
  for (uint64_t i = 0; i < rays; i++) {
    Ray ray = ray_next(model, &random, &last, &before);
    Hit expected;
    bool known = i % every == 0, any = known && brute_closest(&worlds[0][0].world, &ray, &expected);
    for (const char *const *isa = kernel_names(); *isa != NULL; isa++) {
      const Kernel *kernel = kernel_find(*isa);
      for (uint32_t q = 0; q < QUALITIES; q++) {
        const World *world = &worlds[kernel->tree_width == 8][q].world;
        Hit hit;
        bool found = kernel->trace_closest(world, &ray, &hit);
        if (!known) expected = hit, any = found, known = true;
        if (found != any || !same_hit(&hit, &expected)) fail_ray(name, *isa, q, i, &hit, &expected);
        if (kernel->trace_any(world, &ray) != any) fail_msg("%s, %s, quality %u, ray %llu: any", name, *isa, q, (unsigned long long)i);
      }
    }
    hits += any;
    last = ray;
    before = expected;
  }
  assert_true(hits > rays / 5 && hits < rays);
  for (int w = 0; w < WIDTHS; w++)
    for (int q = 0; q < QUALITIES; q++) ray_world_free(&fault.memory, &worlds[w][q]);
  ray_model_free(model);
  assert_int_equal(fault.memory.used, 0);
}

#define MODEL(kind)                                                                                                                        \
  static void test_##kind(void **state) {                                                                                                  \
    (void)state;                                                                                                                           \
    check_model(kind);                                                                                                                     \
  }
MODEL(RAY_SPHERE)
MODEL(RAY_HALL)
MODEL(RAY_GRIDS)
MODEL(RAY_COINCIDENT)
MODEL(RAY_SLIVERS)
MODEL(RAY_SOUP)
MODEL(RAY_SOLIDS)
MODEL(RAY_INSTANCES)

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_RAY_SPHERE),     cmocka_unit_test(test_RAY_HALL),      cmocka_unit_test(test_RAY_GRIDS),
    cmocka_unit_test(test_RAY_COINCIDENT), cmocka_unit_test(test_RAY_SLIVERS),   cmocka_unit_test(test_RAY_SOUP),
    cmocka_unit_test(test_RAY_SOLIDS),     cmocka_unit_test(test_RAY_INSTANCES),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
