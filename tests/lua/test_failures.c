/* test_failures.c - evaluations under every failing allocation, and under texts cut or changed anywhere: an answer, never a crash or a leak. */
#include "scene_fixture.h"

typedef struct Hooks {
  long fail_at; /* the allocation that fails, and all after it; negative: none */
  long count;
  long bytes;
} Hooks;

static void *hooks_realloc(void *ud, void *p, size_t old_size, size_t new_size, size_t align) {
  Hooks *hooks = ud;
  (void)align;
  if (new_size > old_size && hooks->fail_at >= 0 && hooks->count++ >= hooks->fail_at) return NULL;
  hooks->bytes += (long)new_size - (long)old_size;
  if (new_size == 0) return free(p), NULL;
  if (align <= 16) return realloc(p, new_size);
  void *block = aligned_alloc(64, (new_size + 63) / 64 * 64);
  if (block && p) memcpy(block, p, old_size < new_size ? old_size : new_size), free(p);
  return block;
}

static void *hooks_pages(void *ud, void *p, size_t old_size, size_t new_size) {
  Hooks *hooks = ud;
  if (new_size > old_size && hooks->fail_at >= 0 && hooks->count++ >= hooks->fail_at) return NULL;
  hooks->bytes += (long)new_size - (long)old_size;
  if (new_size == 0) return free(p), NULL;
  void *pages = aligned_alloc(4096, (new_size + 4095) / 4096 * 4096);
  if (pages && p) memcpy(pages, p, old_size < new_size ? old_size : new_size), free(p);
  return pages;
}

static const char script[] =
  "local r = param('radius', 1, { min = 0, help = 'x' })\n"
  "local g = group{ sphere{ radius = r }, box{ at = {2, 0, 0}, floor = true }, disk{}, rect{ at = {0, 3, 0} } }\n"
  "for i = 1, 3 do g:at(i * 9, 0, 0):turn_y(30) end\n"
  "mesh{ points = {{0,0,0},{1,0,0},{1,1,0},{0,1,0}}, faces = {{1,2,3,4}}, smooth = true, material = 'gold' }\n"
  "scatter{ g, count = 40, spacing = .1, on = hide(sphere{}), up = 'normal', keep = function(s) return s.p.y > 0 end }\n"
  "scatter{ sphere{}, count = 4200, area = 9 } poisson{ area = 4, spacing = .5 } points_on(g, 3)\n"
  "g:paint 'gold':drop_on(sphere{}):look_at{0, 1, 9} box{}:ring(5, 3):at(9, 0, 0) box{}:along(curve{ {{0,0,0},{3,0,0}} }, 4)\n"
  "print('hello', {1, 2}) warn('careful') light{ at = {0, 5, 0} } hide(g) material('m', mix('red', mirror{}, .5))\n"
  "sphere{ radus = 1, material = function() end } render{ samples = 3 } camera{ name = 'a' }";

static void survive(const char *source, bool good) {
  Hooks hooks = {.fail_at = -1};
  MlEngine *engine = NULL;
  const MlEngineDesc desc = {.size = sizeof desc, .threads = 1, .hooks = {&hooks, hooks_realloc, hooks_pages}};
  assert_int_equal(ml_engine_create(&desc, &engine, NULL), ML_OK);
  const ScriptInput input = {.size = sizeof input, .name = "s.lua", .source = source, .source_size = strlen(source)};
  bool ended = false;
  for (long at = 0; !ended && at < 20000; at += at < 400 ? 1 : 7) {
    const long before = hooks.bytes;
    ScriptEvaluation *e = NULL;
    MlError error = {0};
    hooks.fail_at = at;
    hooks.count = 0;
    const MlStatus status = script_evaluate(engine, &input, &e, &error);
    ended = hooks.count <= at;
    hooks.fail_at = -1;
    if (status == ML_OK) {
      assert_non_null(e);
      if (good && ended) assert_non_null(e->scene);
      else assert_true(!e->scene && (e->errors > 0 || e->out_of_memory));
      script_evaluation_destroy(e);
    } else {
      assert_int_equal(status, ML_ERROR_MEMORY);
      assert_true(error.message[0] != 0);
    }
    if (!good) assert_int_equal(hooks.bytes, before); // assets of a good one stay in the cache
  }
  assert_true(ended);
  ml_engine_destroy(engine);
  assert_int_equal(hooks.bytes, 0);
}

static void failing_allocations_are_survived(void **state) {
  (void)state;
  survive(script, false);
  survive("local g = proto(group{ sphere{}, box{}, disk{}, rect{} }) for i = 1, 3 do g:at(i, 0, 0) end\n"
          "mesh{ points = {{0,0,0},{1,0,0},{1,1,0}}, faces = {{1,2,3}} } sphere{ material = emit(1) } print(1)",
          true);
  survive("background(1) local t = checker{} sphere{ material = plastic{ function(s)\n"
          "local v = 0 for i = 1, 30 do v = v + fbm(s.p * i + voronoi(s.world).edge) end return mix(t(s.uv), 'red', v) end,\n"
          "roughness = function(s) return where(lt(s.id, 0.5), 0.1, 0.3) end } } box{ material = function(s) return s.part end }",
          true);
  survive(
    "background(1) local t = checker{} * 0.5 + 0.1 print(t(vec3(1))) sphere{ material = plastic{ smoothstep(0, t, 0.5), roughness = t } }",
    true);
}

/* What comes of it is not looked at: only that it comes. */
static void any_text_has_an_answer(void **state) {
  Scenes *scenes = *state;
  static const char marks[] = "{}()[]=,;:.\"'-~!&|+*/#%^<>\n\\ 0a\x1b\xff";
  char text[sizeof script];
  for (size_t i = 0; i < sizeof script; i += 3) {
    scenes_evaluate_size(scenes, script, i, (ScriptInput){0});
    scenes_diagnostics(scenes);
    memcpy(text, script, sizeof script);
    text[i] = marks[i * 7 % (sizeof marks - 1)];
    scenes_evaluate_size(scenes, text, sizeof text - 1, (ScriptInput){.time_limit = 1});
    scenes_diagnostics(scenes);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(failing_allocations_are_survived), cmocka_unit_test(any_text_has_an_answer)};
  return cmocka_run_group_tests_name("lua failures", tests, scenes_setup, scenes_teardown);
}
