/* test_scene.c - what scripts make: the scene's contents by its hash and statistics, view and settings by their values. */
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#include "colors.h"
#include "scene_fixture.h"

static MlSceneStats stats_of(Scenes *scenes, const char *source) { return ml_scene_stats(scenes_good(scenes, source)->scene); }

/* Two texts that mean the same. */
static void assert_same(Scenes *scenes, const char *a, const char *b) {
  const uint64_t hash = stats_of(scenes, a).hash;
  if (stats_of(scenes, b).hash != hash) fail_msg("'%s' and '%s' are different scenes", a, b);
}

static void assert_different(Scenes *scenes, const char *a, const char *b) {
  const uint64_t hash = stats_of(scenes, a).hash;
  if (stats_of(scenes, b).hash == hash) fail_msg("'%s' and '%s' are the same scene", a, b);
}

static void assert_shapes(Scenes *scenes, const char *source, uint64_t shapes) {
  const uint64_t got = stats_of(scenes, source).shapes;
  if (got != shapes) fail_msg("%s: expected %llu shapes, got %llu", source, (unsigned long long)shapes, (unsigned long long)got);
}

static void assert_box(Scenes *scenes, const char *source, MlVec3 min, MlVec3 max) {
  const MlBounds b = stats_of(scenes, source).bounds;
  const double got[6] = {b.min.x, b.min.y, b.min.z, b.max.x, b.max.y, b.max.z}, want[6] = {min.x, min.y, min.z, max.x, max.y, max.z};
  for (int i = 0; i < 6; i++)
    if (!(got[i] - want[i] < 1e-5 && want[i] - got[i] < 1e-5)) fail_msg("%s: bounds[%d]: expected %f, got %f", source, i, want[i], got[i]);
}

/* --------------------------------------------------------------- what is in it */

static void unused_things_are_in_the_scene(void **state) {
  assert_shapes(*state, "sphere{} box{}", 2);
  assert_shapes(*state, "local a = sphere{} local b = a:at(3, 0, 0)", 1);
  assert_shapes(*state, "local a = sphere{} a:at(3, 0, 0) a:at(6, 0, 0)", 2);
  assert_shapes(*state, "local a = sphere{} local g = group{ a, { box{}, false, { disk{} } } } g:at(1, 0, 0)", 3);
  assert_shapes(*state, "local a = sphere{} camera{ look_at = a } bounds(a)", 1);
  assert_shapes(*state, "pcall(function() sphere{} error('no') end)", 1);
  assert_shapes(*state, "for i = 1, 100 do sphere{ at = {i, 0, 0} } end", 100);
  assert_shapes(*state, "group{} sphere{}", 1);
  assert_shapes(*state, "local a = matte(.5) sphere{ material = a }", 1);
}

static void marks_decide(void **state) {
  assert_shapes(*state, "proto(sphere{}) box{}", 1);
  assert_shapes(*state, "local p = proto(sphere{}) p:at(1, 0, 0) p:at(2, 0, 0)", 2);
  assert_shapes(*state, "hide(sphere{}) box{}", 1);
  assert_shapes(*state, "local a = sphere{} local g = group{ a, box{} } hide(a)", 1);
  assert_shapes(*state, "local a = sphere{} hide(a) local g = group{ a, box{} }", 1);
  assert_shapes(*state, "local a = sphere{} local b = a:at(2, 0, 0) hide(a)", 1);
  assert_shapes(*state, "local a = sphere{} local b = a:at(2, 0, 0) show(a)", 2);
  assert_shapes(*state, "local a = sphere{} local b = a:at(2, 0, 0) add(a)", 2);
  assert_shapes(*state, "only(sphere{}) box{} disk{}", 1);
  assert_shapes(*state, "local b = box{} only(b) group{ b, sphere{} }", 1);
  assert_int_equal(stats_of(*state, "only(sphere{}) box{} light{}").lights, 1);
  assert_shapes(*state, "local x = proto(show(sphere{})) assert(x == x)", 1);
}

static void lights_and_backgrounds(void **state) {
  Scenes *scenes = *state;
  assert_true(stats_of(scenes, "sphere{}").has_light);
  assert_contains(scenes_diagnostics(scenes), "note: the scene has no light");
  assert_false(stats_of(scenes, "sphere{} background(0)").has_light);
  assert_string_equal(scenes_diagnostics(scenes), "");
  scenes_good(scenes, "sphere{ material = emit(3) }");
  assert_string_equal(scenes_diagnostics(scenes), "");
  scenes_good(scenes, "group{ light{} } sphere{}");
  assert_string_equal(scenes_diagnostics(scenes), "");
  scenes_good(scenes, "group{ sphere{}, material = matte{ .5, emission = 2 } }");
  assert_string_equal(scenes_diagnostics(scenes), "");
  scenes_good(scenes, "hide(light{}) sphere{}");
  assert_contains(scenes_diagnostics(scenes), "note: the scene has no light");
  scenes_good(scenes, "sphere{ material = mix(matte(.5), emit(1), .5) }");
  assert_string_equal(scenes_diagnostics(scenes), "");
  assert_int_equal(stats_of(scenes, "light{} area{ at = {0, 3, 0} } directional{} sphere{ material = emit(1) }").lights, 4);
  // Switched off is not "the default".
  assert_int_equal(stats_of(scenes, "light{ power = 0 } area{ power = 0 } directional{ irradiance = 0 } sphere{} background(0)").lights, 0);
}

static void used_twice_is_instanced(void **state) {
  const MlSceneStats stats =
    stats_of(*state, "local post = group{ box{}, sphere{}, disk{}, box{ at = {2, 0, 0} }, sphere{ at = {4, 0, 0} } }\n"
                     "for i = 1, 10 do post:at(0, 0, i * 3):turn_y(i) end");
  assert_int_equal(stats.shapes, 50);
  assert_int_equal(stats.instances, 10);
  const MlSceneStats tinted =
    stats_of(*state, "local post = proto(group{ box{}, sphere{}, disk{}, box{ at = {2, 0, 0} } })\n"
                     "for i, m in ipairs{ 'gold', 'silver', 'red' } do post:with{ material = m }:at(0, 0, i * 3) end");
  assert_int_equal(tinted.instances, 3);
  const MlSceneStats mesh =
    stats_of(*state, "local m = mesh{ points = {{0,0,0},{1,0,0},{0,1,0}}, faces = {{1,2,3}} } m:with{ material = 'gold' } m:at(3, 0, 0)");
  assert_int_equal(mesh.unique_triangles, 1);
  assert_int_equal(mesh.triangles, 2);
}

/* --------------------------------------------------------------------- placing */

static void methods_and_fields_agree(void **state) {
  assert_same(*state, "sphere{ at = {1, 2, 3} }", "sphere{}:at(1, 2, 3)");
  assert_same(*state, "sphere{ at = {1, 2, 3} }", "sphere{}:at{1, 2, 3}");
  assert_same(*state, "sphere{ at = {1, 2, 3} }", "sphere{}:at(vec3(1, 2, 3))");
  assert_same(*state, "box{ turn = 30 }", "box{}:turn_y(30)");
  assert_same(*state, "box{ turn = 30 }", "box{ turn = { y = 30 } }");
  assert_same(*state, "box{ turn = {0, 30, 0} }", "box{}:turn{ y = 30 }");
  assert_same(*state, "box{}:turn(30)", "box{}:turn(30, y_axis)");
  assert_same(*state, "box{ turn = { x = 10, z = 20 } }", "box{}:turn_x(10):turn_z(20)");
  assert_same(*state, "box{ scale = 2 }", "box{}:scale(2)");
  assert_same(*state, "box{ at = {1, 0, 0}, turn = 45, scale = {1, 2, 3} }", "box{}:scale{1, 2, 3}:turn_y(45):at(1, 0, 0)");
  assert_same(*state, "box{}:at(2, 0, 0)", "box{}:at(1, 0, 0):at(1, 0, 0)");
  assert_same(*state, "box{}:at(2, 0, 0):turn_y(90)", "box{}:turn_y(90):at(0, 0, -2)");
  assert_same(*state, "box{ at = {1, 0, 0}, turn = 20 }:mirror 'x'", "box{ scale = {-1, 1, 1}, turn = -20, at = {-1, 0, 0} }");
  assert_same(*state, "box{}:transform(transform():turn_y(45):at(1, 0, 0))", "box{}:turn_y(45):at(1, 0, 0)");
  assert_same(*state, "box{ at = {9, 9, 9} }:with{ at = {1, 2, 3} }", "box{ at = {1, 2, 3} }");
  assert_same(*state, "box{ at = {9, 9, 9} }:scale(2):with{ at = {1, 2, 3} }", "box{ at = {1, 2, 3} }:scale(2)");
  assert_different(*state, "box{}:at(2, 0, 0):turn_y(45)", "box{}:turn_y(45):at(2, 0, 0)");
}

static void places_are_right(void **state) {
  assert_box(*state, "box{}", (MlVec3){-.5, -.5, -.5}, (MlVec3){.5, .5, .5});
  assert_box(*state, "box{ floor = true }", (MlVec3){-.5, 0, -.5}, (MlVec3){.5, 1, .5});
  assert_box(*state, "box{ floor = true, scale = 2, at = {0, 1, 0} }", (MlVec3){-1, 1, -1}, (MlVec3){1, 3, 1});
  assert_box(*state, "box{ size = {2, 1, 1}, turn = { z = 90 }, floor = true }", (MlVec3){-.5, 0, -.5}, (MlVec3){.5, 2, .5});
  assert_box(*state, "sphere{ center = {0, 5, 0}, turn = { x = 45 }, floor = true }", (MlVec3){-1, 0, 2.5355339},
             (MlVec3){1, 2, 4.5355339});
  assert_box(*state, "group{ sphere{}, box{ at = {2, 0, 0} }, floor = true }", (MlVec3){-1, 0, -1}, (MlVec3){2.5, 2, 1});
  assert_box(*state, "box{ from = {1, 1, 1}, to = {0, 0, 2} }", (MlVec3){0, 0, 1}, (MlVec3){1, 1, 2});
  assert_box(*state, "rect{ size = {2, 4} }", (MlVec3){-1, 0, -2}, (MlVec3){1, 0, 2});
  assert_box(*state, "quad{ at = {1, 0, 0}, u = {1, 0, 0}, v = {0, 1, 0} }", (MlVec3){1, 0, 0}, (MlVec3){2, 1, 0});
  assert_box(*state, "disk{ radius = 2 }", (MlVec3){-2, 0, -2}, (MlVec3){2, 0, 2});
  assert_box(*state, "sphere{ at = bounds(box{ at = {4, 0, 0} }).max }", (MlVec3){3.5, -.5, -.5}, (MlVec3){5.5, 1.5, 1.5});
  assert_box(*state, "sphere{ scale = 0, at = {9, 9, 9} } sphere{}", (MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1});
}

static void bounds_are_values(void **state) {
  scenes_good(*state,
              "local b = bounds(box{ size = {2, 4, 6}, at = {1, 0, 0} })\n"
              "assert(b.min == vec3(0, -2, -3) and b.max == vec3(2, 2, 3) and b.size == vec3(2, 4, 6) and b.center == vec3(1, 0, 0))");
}

/* ---------------------------------------------------------------- call shapes */

static void positions_equal_names(void **state) {
  assert_same(*state, "sphere(2)", "sphere{ radius = 2 }");
  assert_same(*state, "sphere()", "sphere{}");
  assert_same(*state, "plane 'red'", "plane{ material = 'red' }");
  assert_same(*state, "box(2)", "box{ size = 2 }");
  assert_same(*state, "box({ {1, 2, 3} })", "box{ size = {1, 2, 3} }");
  assert_same(*state, "sphere{ material = matte '#ff8800' }", "sphere{ material = matte{ color = color '#ff8800' } }");
  assert_same(*state, "sphere{ material = metal 'gold' }", "sphere{ material = metal{ 'gold' } }");
  assert_same(*state, "triangle{ {0,0,0}, {1,0,0}, {0,1,0} }", "triangle{ a = {0,0,0}, b = vec3(1,0,0), c = {0,1,0} }");
  assert_same(*state, "background '#202830' sphere{}", "background{ color = '#202830' } sphere{}");
  assert_same(*state, "light(50) sphere{}", "light{ power = 50 } sphere{}");
}

static void colours_in_all_forms(void **state) {
  assert_same(*state, "sphere{ material = 'red' }", "sphere{ material = {1, 0, 0} }");
  assert_same(*state, "sphere{ material = '#f00' }", "sphere{ material = color(1, 0, 0) }");
  assert_same(*state, "sphere{ material = .5 }", "sphere{ material = vec3(.5) }");
  assert_same(*state, "sphere{ material = gray(.5) }", "sphere{ material = matte(.5) }");
  assert_same(*state, "sphere{ material = 'gold' }", "sphere{ material = metal 'gold' }");
  assert_same(*state, "sphere{ material = 'mirror' }", "sphere{ material = mirror{} }");
  assert_same(*state, "sphere{ material = 'glass' }", "sphere{ material = glass{ ior = 1.5 } }");
  assert_same(*state, "sphere{ material = material('x', matte(.3)) }", "sphere{ material = matte(.3) }");
  assert_same(*state, "sphere{ material = matte{ 'gold' } }", "sphere{ material = matte{ '#ffd700' } }"); // the CSS colour
  assert_same(*state, "sphere{ material = metal{ 'gold' }:with{ roughness = .3 } }",
              "local m = metal 'gold' sphere{ material = metal{ 'gold', roughness = .3 } }");
  assert_same(*state, "sphere{ material = metal{ 'gold' }:with{ color = .5 } }",
              "local m = metal 'gold' sphere{ material = metal{ color = .5 } }");
  assert_same(*state, "local a, b = matte 'red', mirror{} local m = mix(a, b, .5) sphere{ material = mix(a, b, .3) }",
              "local m = mix(matte 'red', 'mirror', .5) sphere{ material = m:with{ amount = .3 } }");
  assert_same(*state, "area{ power = 5 }:with{ radiance = 3 } sphere{}", "area{ radiance = 3 } sphere{}");
  assert_same(*state, "area{ at = {0, 3, 0}, look_at = {0, 0, 0} } sphere{}", "area{ at = {0, 3, 0}, facing = 'down' } sphere{}");
  assert_same(*state, "sphere{} area{ at = {0, 3, 0}, look_at = sphere{} }", "sphere{} sphere{} area{ at = {0, 3, 0} }");
  assert_same(*state, "sphere{ visible = false }", "sphere{ visible = { camera = false, shadow = false, reflection = false } }");
  assert_int_equal(stats_of(*state, "for i = 1, 50 do sphere{ at = {i, 0, 0}, material = {.1, .2, .3} } end").materials,
                   stats_of(*state, "sphere{ material = {.1, .2, .3} }").materials);
}

static void polygons_are_cut(void **state) {
  // An arrow head: the fan from its first corner would cover its notch.
  const char *source = "mesh{ points = {{0, 0, 0}, {2, 1, 0}, {0, 2, 0}, {1, 1, 0}}, faces = {{1, 2, 3, 4}} }";
  assert_same(*state, source, "mesh{ points = {{0, 0, 0}, {2, 1, 0}, {0, 2, 0}, {1, 1, 0}}, faces = {{2, 3, 4}, {1, 2, 4}} }");
  assert_int_equal(stats_of(*state, "mesh{ points = {{0,0,0},{1,0,0},{2,1,0},{1,2,0},{0,2,0}}, faces = {{1,2,3,4,5}} }").triangles, 3);
  assert_int_equal(
    stats_of(*state, "mesh{ points = {{0,0,0},{1,0,0},{0,1,0}}, faces = {{1,2,3}}, smooth = true, uv = {{0,0},{1,0},{0,1}} }").triangles,
    1);
}

/* ------------------------------------------------------------- view, settings */

static void assert_near(double got, double want) {
  if (!(got - want < 1e-9 && want - got < 1e-9)) fail_msg("expected %.12f, got %.12f", want, got);
}

static void cameras_make_views(void **state) {
  Scenes *scenes = *state;
  const MlView *view =
    &scenes_good(scenes, "sphere{} camera{ from = {0, 0, 5}, look_at = {0, 0, 0}, fov = 90, fstop = 2, focus = {3, 0, 1}, exposure = 1.5 }")
       ->view;
  assert_near(view->camera.from.z, 5);
  assert_near(view->camera.aperture, .012 / 2);
  assert_near(view->camera.focus, 4);
  assert_true(view->fixed_exposure);
  assert_near(view->exposure, 1.5);
  view = &scenes_good(scenes, "sphere{} camera{ kind = 'orthographic', size = 3, focus = sphere{}, exposure = 'auto', blades = 6 }")->view;
  assert_int_equal(view->camera.kind, ML_CAMERA_ORTHOGRAPHIC);
  assert_near(view->camera.height, 3);
  assert_int_equal(view->camera.blades, 6);
  assert_false(view->fixed_exposure);
  // What kelvin() gives as a lamp's colour looks white.
  assert_true(view->white.r == 0.0f && view->white.g == 0.0f && view->white.b == 0.0f);
  view = &scenes_good(scenes, "sphere{} camera{ white_balance = 3200 } render{ tonemap = 'false_color' }")->view;
  double lamp[3];
  color_kelvin(3200, lamp);
  assert_true(view->white.r == (float)lamp[0] && view->white.g == (float)lamp[1] && view->white.b == (float)lamp[2]);
  assert_int_equal(view->tonemap, ML_TONEMAP_FALSE_COLOR);
  // Straight down: -z is up.
  view = &scenes_good(scenes, "sphere{} camera{ from = {0, 5, 0}, look_at = {0, 0, 0} }")->view;
  assert_near(view->camera.up.z, -1);
  // The last one, or the one that is asked for.
  const char *two = "sphere{} camera{ name = 'top', from = {0, 9, 1} } camera{ from = {0, 1, 7} }";
  assert_near(scenes_good(scenes, two)->view.camera.from.z, 7);
  assert_near(scenes_evaluate(scenes, two, (ScriptInput){.camera = "top"})->view.camera.from.y, 9);
  assert_null(scenes_evaluate(scenes, two, (ScriptInput){.camera = "tob"})->scene);
  assert_contains(scenes_diagnostics(scenes), "the scene has no camera named 'tob' — did you mean 'top'?");
}

static void without_a_camera_one_is_framed(void **state) {
  Scenes *scenes = *state;
  const ScriptEvaluation *e = scenes_good(scenes, "sphere{ at = {3, 0, 0} } background(1)");
  assert_contains(e->console, "camera framed automatically: camera{ from={");
  assert_string_equal(scenes_diagnostics(scenes), "");
  // Ready to paste.
  char source[600];
  snprintf(source, sizeof source, "sphere{} %s", strstr(e->console, "camera{"));
  scenes_good(scenes, source);
}

static void render_calls_merge(void **state) {
  Scenes *scenes = *state;
  const ScriptEvaluation *e = scenes_good(
    scenes,
    "sphere{} render{ size = {320, 200}, samples = 8 } render{ bounces = 3, seed = 7, filter = 'gaussian', filter_width = 2,\n"
    "sampler = 'independent', strategy = 'bsdf', roulette = false, clamp = 4, tonemap = 'none', integrator = 'whitted', clamp_diffuse = 1 }");
  const MlSettings *s = &e->settings;
  assert_int_equal(e->view.width, 320);
  assert_int_equal(e->view.height, 200);
  assert_int_equal(e->view.tonemap, ML_TONEMAP_NONE);
  assert_int_equal(s->samples, 8);
  assert_true(s->has_bounces && s->bounces.total == 3 && s->bounces.glossy == 3);
  assert_int_equal(s->seed, 7);
  assert_int_equal(s->filter, ML_FILTER_GAUSSIAN);
  assert_near((double)s->filter_width, 2);
  assert_int_equal(s->sampler, ML_SAMPLER_INDEPENDENT);
  assert_int_equal(s->strategy, ML_STRATEGY_BSDF);
  assert_true(s->no_roulette);
  assert_near((double)s->clamp, 4);
  assert_int_equal(s->integrator, ML_WHITTED);
  assert_near((double)s->clamp_diffuse, 1);
  s = &scenes_good(scenes, "sphere{} render{ bounces = { diffuse = 4, transmission = 2 } }")->settings;
  assert_true(s->bounces.diffuse == 4 && s->bounces.glossy == 16 && s->bounces.transmission == 2 && s->bounces.total == 22);
  s = &scenes_good(scenes, "sphere{}")->settings;
  assert_true(s->samples == 0 && !s->has_bounces && s->seed == 1 && s->integrator == ML_PATH);
}

/* ---------------------------------------------------------------------- the run */

static void strictness_and_no_commit(void **state) {
  Scenes *scenes = *state;
  assert_non_null(scenes_evaluate(scenes, "sphere{ material = 1 } background(1)", (ScriptInput){0})->scene);
  assert_int_equal(scenes->evaluation->warnings, 1);
  assert_null(scenes_evaluate(scenes, "sphere{ material = 1 } background(1)", (ScriptInput){.strict = true})->scene);
  assert_int_equal(scenes->evaluation->errors, 1);
  const ScriptEvaluation *e = scenes_evaluate(scenes, "sphere{} sphere{}", (ScriptInput){.no_commit = true});
  assert_true(!e->scene && e->errors == 0 && e->statistics.nodes == 2);
}

static void the_console_has_places(void **state) {
  Scenes *scenes = *state;
  const ScriptEvaluation *e = scenes_good(scenes, "print('hello', 1)\nlocal b = box{} print(b, {1, x = 2})\ncamera{}");
  assert_contains(e->console, "scene.lua:1: hello");
  assert_contains(e->console, "scene.lua:2: box#1");
}

static bool always(void *ud) {
  (void)ud;
  return true;
}

/* More than there is room for is said before it is tried. */
static void heights_beyond_memory_are_foretold(void **state) {
  (void)state;
  Scenes scenes = {0};
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .memory_cap = 64u << 20), &scenes.engine, NULL), ML_OK);
  scenes_evaluate(&scenes, "heightfield{ size = {9, 9}, resolution = 1024, height = function(x, z) return 0 end }",
                  (ScriptInput){.memory_cap = 32u << 20});
  assert_contains(scenes_diagnostics(&scenes),
                  "scene.lua:1:29: warning: heightfield.resolution: 1024 x 1024 faces take about 300 MiB, of ");
  scenes_evaluate(&scenes, "heightfield{ size = {9, 9}, resolution = 64, height = function(x, z) return 0 end }", (ScriptInput){0});
  assert_int_equal(scenes.evaluation->warnings, 0);
  script_evaluation_destroy(scenes.evaluation);
  ml_engine_destroy(scenes.engine);
}

static void limits_end_the_run(void **state) {
  Scenes *scenes = *state;
  assert_null(scenes_evaluate(scenes, "while true do end", (ScriptInput){.time_limit = .05})->scene);
  assert_string_equal(scenes_diagnostics(scenes), "scene.lua:1: error: the script ran longer than 0.05 s: is there a loop without an end?\n"
                                                  " > 1 | while true do end\n");
  assert_int_equal(scenes->evaluation->limit, SCRIPT_LIMIT_TIME);
  // Where it was, whatever catches errors on the way out.
  scenes_evaluate(scenes, "local function f()\n  repeat until false\nend\npcall(pcall, function()\n  f()\nend)",
                  (ScriptInput){.time_limit = .05});
  assert_contains(scenes_diagnostics(scenes), " > 2 |   repeat until false\n   = called from line 5: f(), that from line 4\n");
  scenes_evaluate(scenes, "local t = {} while true do t[#t + 1] = {} end", (ScriptInput){.memory_cap = 4u << 20});
  assert_contains(scenes_diagnostics(scenes), "scene.lua:1: error: the script needs more than its 4 MB");
  assert_int_equal(scenes->evaluation->limit, SCRIPT_LIMIT_SCRIPT_MEMORY);
  scenes_evaluate(scenes, "local s = 'x'\nlocal function grow()\n  s = s .. s\nend\nwhile true do grow() end", (ScriptInput){0});
  assert_contains(scenes_diagnostics(scenes), "scene.lua:3: error: a string would be longer than 64 MB\n");
  assert_contains(scenes_diagnostics(scenes), "   = called from line 5: while true do grow() end\n");
  assert_int_equal(scenes->evaluation->limit, SCRIPT_LIMIT_STRING);
  const MlSink sink = scenes_sink(scenes);
  script_write_diagnostics_json(scenes->evaluation, &sink);
  assert_contains(scenes->text, "\"errors\":1,\"warnings\":0,\"limit\":\"string\"}");
  assert_true(scenes_evaluate(scenes, "while true do end", (ScriptInput){.cancel = {.poll = always, .ud = NULL}})->cancelled);
  assert_null(scenes->evaluation->scene);
}

static void wrong_inputs_are_refused(void **state) {
  Scenes *scenes = *state;
  ScriptEvaluation *e = NULL;
  MlError error = {0};
  assert_int_equal(script_evaluate(scenes->engine, &(ScriptInput){0}, &e, &error), ML_ERROR_ARGUMENT);
  assert_null(e);
  assert_contains(error.message, "size");
  scenes_evaluate_size(scenes, "sphere{}\0sphere{}", 17, (ScriptInput){0});
  scenes_evaluate_size(scenes, "\x1bLua", 4, (ScriptInput){0});
  assert_null(scenes->evaluation->scene);
  assert_non_null(scenes_evaluate_size(scenes, "", 0, (ScriptInput){0})->scene); // an empty scene is one
}

static void every_run_is_the_same(void **state) {
  Scenes *scenes = *state;
  const char *source = "for i = 1, 30 do sphere{ at = {random() * 9, 0, rng('a')() * 9}, material = rng('b' .. i):color() } end\n"
                       "local t = { gold = 1, silver = 2, [3] = 3 } for k, v in pairs(t) do box{ at = {v, 0, 0} } end print(t, {}, sphere)";
  const uint64_t hash = stats_of(scenes, source).hash;
  char console[2000];
  snprintf(console, sizeof console, "%s", scenes->evaluation->console);
  assert_int_equal(stats_of(scenes, source).hash, hash);
  assert_string_equal(scenes->evaluation->console, console);
}

/* A host that rounds up and flushes small numbers gets the same scene, and its own state back. */
static void the_hosts_floats_do_not_matter(void **state) {
#ifdef __SSE__
  const char *source = "local x = 0 for i = 1, 10000 do x = x + .1 end sphere{ radius = 2 + (x - 1000) * 1e8 } background(.1)";
  const uint64_t hash = ml_scene_stats(scenes_good(*state, source)->scene).hash;
  const uint32_t before = _mm_getcsr();
  _mm_setcsr(0x1f80 | 0x8040 | 0x4000);
  const ScriptEvaluation *e = scenes_good(*state, source);
  const uint32_t after = _mm_getcsr() & ~0x3fu;
  const bool same = ml_scene_stats(e->scene).hash == hash;
  _mm_setcsr(before);
  assert_int_equal(after, 0x1f80 | 0x8040 | 0x4000);
  assert_true(same);
#else
  (void)state;
  skip();
#endif
}

/* ---- the scene as text */

static void scenes_are_told(void **state) {
  Scenes *scenes = *state;
  static const char source[] =
    "local b = box{ size = 2, material = 'red' }\nlocal g = group{ b, sphere{ radius = .5, at = {0, 3, 0} } }\n"
    "g:at(1, 0, 0) hide(b):at(5, 0, 0) sphere{}:grid{ 100, 50, 2 } light{ at = {0, 9, 0}, power = 50 } background(.25)";
  Scenes *text = calloc(1, sizeof *text);
  const MlSink sink = scenes_sink(text);
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.dump = sink});
  if (!e->scene) fail_msg("%s", scenes_diagnostics(scenes));
  if (strncmp(text->text, "added", 5) != 0) fail_msg("%s", text->text);
  assert_contains(text->text, "node 1 box (-1, -1, -1) (1, 1, 1) material 1");
  assert_contains(text->text, " sphere (0, 0, 0) r 0.5\n");
  assert_contains(text->text, " by 1 0 0 0 0 1 0 3 0 0 1 0\n");
  assert_contains(text->text, " left out\n");
  assert_contains(text->text, " times 5000 ");
  assert_contains(text->text, " light (0, 9, 0)");
  assert_contains(text->text, "material 1\n  diffuse weight 1 color (1, 0, 0)");
  assert_contains(text->text, "around (0.25, 0.25, 0.25)\n");
  // Nothing where something is wrong
  scenes_sink(text);
  scenes_evaluate(scenes, "sphere{ radius = -1 }", (ScriptInput){.dump = sink});
  assert_string_equal(text->text, "");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scenes_are_told),
    cmocka_unit_test(unused_things_are_in_the_scene),
    cmocka_unit_test(marks_decide),
    cmocka_unit_test(lights_and_backgrounds),
    cmocka_unit_test(used_twice_is_instanced),
    cmocka_unit_test(methods_and_fields_agree),
    cmocka_unit_test(places_are_right),
    cmocka_unit_test(bounds_are_values),
    cmocka_unit_test(positions_equal_names),
    cmocka_unit_test(colours_in_all_forms),
    cmocka_unit_test(polygons_are_cut),
    cmocka_unit_test(cameras_make_views),
    cmocka_unit_test(without_a_camera_one_is_framed),
    cmocka_unit_test(render_calls_merge),
    cmocka_unit_test(strictness_and_no_commit),
    cmocka_unit_test(the_console_has_places),
    cmocka_unit_test(heights_beyond_memory_are_foretold),
    cmocka_unit_test(limits_end_the_run),
    cmocka_unit_test(wrong_inputs_are_refused),
    cmocka_unit_test(every_run_is_the_same),
    cmocka_unit_test(the_hosts_floats_do_not_matter),
  };
  return cmocka_run_group_tests_name("lua scene", tests, scenes_setup, scenes_teardown);
}
