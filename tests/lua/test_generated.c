/* test_generated.c - generated shapes of scripts: what is asked of functions, what :with{} changes, where things lie, what ends too long work. */
#include "scene_fixture.h"

static MlSceneStats stats_of(Scenes *scenes, const char *source) { return ml_scene_stats(scenes_good(scenes, source)->scene); }

/* Assertions are the script's own. */
static void scripts_hold(void **state) {
  Scenes *scenes = *state;
  static const char *const scripts[] = {
    // one call per corner, from 0 to 1; again for another size, of the function that the node keeps
    "local calls, first, last = 0\n"
    "local s = surface{ function(u, v) calls = calls + 1 first = first or {u, v} last = {u, v} return {u, v, 0} end, size = {3, 5} }\n"
    "assert(calls == 24 and first[1] == 0 and first[2] == 0 and last[1] == 1 and last[2] == 1)\n"
    "local t = s:with{ size = 2, at = {1, 0, 0} }\n"
    "assert(calls == 33 and bounds(t).max.x == 2)\n"
    "s:at(3, 0, 0)\n"
    "assert(calls == 33)",
    // a vector, a list or three numbers
    "assert(bounds(surface{ function(u, v) return vec3(u, v, 2) end }).max == vec3(1, 1, 2))\n"
    "assert(bounds(surface{ function(u, v) return u, 2 * v, 0 end }).max == vec3(1, 2, 0))",
    // the first row is at the back, its first number on the left
    "local b = bounds(heightfield{ {{1, 0, 0}, {0, 0, 0}}, size = {4, 2} })\n"
    "assert(b.min == vec3(-2, 0, -1) and b.max == vec3(2, 1, 1))",
    "local e = extrude{ {{0, 0}, {2, 0}, {2, 1}, {0, 1}}, height = .5 }\n"
    "assert(bounds(e).min == vec3(0, 0, 0) and bounds(e).max == vec3(2, 1, .5))\n"
    "assert(bounds(e:with{ height = 2, holes = {} }).max.z == 2)",
    "local l = lathe{ {{1, 0}, {1, 2}}, segments = 4 }\n"
    "assert(bounds(l).min == vec3(-1, 0, -1) and bounds(l:with{ profile = {{2, 1}, {2, 2}} }).max == vec3(2, 2, 2))",
    "local c = curve{ {{0, 1, 0}, {0, 3, 0}}, radius = .5 }\n"
    "assert(bounds(c).min == vec3(-.5, .5, -.5) and bounds(c).max == vec3(.5, 3.5, .5))\n"
    "assert(bounds(c:with{ radius = {.5, 1} }).max.y == 4)",
    // an error of the function is one of the script
    "local fine, message = pcall(function() surface{ function(u, v) error 'no' end } end)\n"
    "assert(not fine and message:find 'no')",
  };
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
    const ScriptEvaluation *e = scenes_evaluate(scenes, scripts[i], (ScriptInput){0});
    if (e->diagnostic_count != 0 && e->diagnostics[0].severity == SCRIPT_ERROR)
      fail_msg("script %d: %s", (int)i, scenes_diagnostics(scenes));
  }
}

/* What is used several times, or made again of the same numbers, is stored once. */
static void contents_are_shared(void **state) {
  Scenes *scenes = *state;
  const MlSceneStats stats = stats_of(scenes, "for i = 1, 3 do lathe{ {{0, 0}, {1, 0}, {0, 1}}, segments = 8, at = {i, 0, 0} } end");
  assert_int_equal(stats.triangles, 3 * 16);
  assert_int_equal(stats.unique_triangles, 16);
  assert_int_equal(stats.degenerate_triangles, 0);
}

/* Materials that emit make lamps of them. */
static void lamps(void **state) {
  Scenes *scenes = *state;
  assert_int_equal(stats_of(scenes, "curve{ {{0, 0, 0}, {1, 0, 0}}, material = emit{ radiance = 1 } }").lights, 1);
}

static bool poll_third(void *ud) { return ++*(int *)ud >= 3; }

static void work_is_called_off(void **state) {
  Scenes *scenes = *state;
  int polls = 0;
  const char *source =
    "local o = {}\nfor i = 1, 20000 do o[i] = {cos(i / 20000 * tau) * (1 + i % 2), sin(i / 20000 * tau) * (1 + i % 2)} end\n"
    "extrude{ o }";
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.cancel = {.poll = poll_third, .ud = &polls}});
  assert_true(e->cancelled);
  assert_null(e->scene);
  e = scenes_evaluate(scenes, "curve{ {{0, 0, 0}, {1, 0, 0}} }", (ScriptInput){0});
  assert_non_null(e->scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scripts_hold),
    cmocka_unit_test(contents_are_shared),
    cmocka_unit_test(lamps),
    cmocka_unit_test(work_is_called_off),
  };
  return cmocka_run_group_tests_name("generated shapes of scripts", tests, scenes_setup, scenes_teardown);
}
