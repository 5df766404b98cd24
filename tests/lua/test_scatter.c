/* test_scatter.c - scatter, poisson, points_on, and the methods that copy and aim: what scripts see of them, and how many things there are. */
#include "scene_fixture.h"

static void assert_holds(Scenes *scenes, const char *source) {
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.strict = true});
  if (e->errors) fail_msg("%s\n%s", source, scenes_diagnostics(scenes));
}

/* Assertions are the scripts' own. */
static void scripts_hold(void **state) {
  static const char *const scripts[] = {
    // copies: where they are
    "local b = bounds(sphere{ radius = .5 }:ring(4, 2)) assert(distance(b.min, {-2.5, -.5, -2.5}) < 1e-6 and distance(b.max, {2.5, .5, 2.5}) < 1e-6)",
    "local b = bounds(box{ size = {.2, .2, 1} }:ring(1, 3)) assert(abs(b.min.z - 2.5) < 1e-6 and abs(b.max.z - 3.5) < 1e-6)",
    "local b = bounds(box{}:grid{ 3, 2, 2 }) assert(b.min == vec3(-2.5, -.5, -1.5) and b.max == vec3(2.5, .5, 1.5))",
    "local b = bounds(box{}:grid{ 3, 4, 2, {2, 3, 1} }) assert(b.min == vec3(-2.5, -5, -1) and b.max == vec3(2.5, 5, 1))",
    "local g = box{}:grid{ 2, 2, 2 } assert(bounds(g:with{ floor = true, scale = 2 }).max.y == 2)",
    "local b = bounds(box{ size = {.1, .1, 1} }:along({{0, 0, 0}, {0, 0, 4}}, 5)) assert(abs(b.max.z - 4.5) < 1e-6 and abs(b.min.z + .5) < 1e-6)",
    "local b = bounds(box{ size = {.1, .1, 1} }:along({{0, 0, 0}, {4, 0, 0}}, { spacing = 2 })) assert(abs(b.max.x - 4.5) < 1e-6)",
    "local b = bounds(sphere{ radius = .1 }:along(curve{ {{1,0,0},{0,0,1},{-1,0,0},{0,0,-1}}, closed = true, at = {0, 3, 0} }, 64))\n"
    "assert(abs(b.max.y - 3.1) < 1e-6 and b.max.x > 1.09 and b.max.x < 1.12)",
    "local b = bounds(sphere{ radius = .1 }:along({{0, 0, 0}, {4, 0, 0}}, 1)) assert(abs(b.center.x - 2) < 1e-6)",
    "assert(bounds(box{}:ring(5000, 100)).max.z > 99)", // an array
    // aiming
    "local c = cone{ height = 1, radius = .1, turn = {x = 90} }:at(3, 1, 0):look_at{3, 6, 0} local b = bounds(c)\n"
    "assert(abs(b.max.y - 2) < 1e-9 and abs(b.min.y - 1) < 1e-9 and abs(b.center.x - 3) < 1e-9)",
    "local b = bounds(box{ size = {1, 2, 4} }:look_at(x_axis)) assert(distance(b.size, {4, 2, 1}) < 1e-9)",
    "local b = bounds(box{ size = {1, 2, 4} }:look_at(x_axis, z_axis)) assert(distance(b.size, {4, 1, 2}) < 1e-9)",
    "local b = bounds(box{ size = {1, 2, 4} }:turn_y(90):scale(2):look_at(x_axis)) assert(distance(b.size, {2, 4, 8}) < 1e-9)",
    "local target = sphere{ at = {10, 0, 0} } assert(abs(bounds(box{ size = {1, 1, 3} }:look_at(target)).size.x - 3) < 1e-9)",
    "local b = bounds(box{ size = {1, 2, 4} }:look_at{0, 5, 0}) assert(distance(b.size, {1, 4, 2}) < 1e-9)",
    // dropping
    "assert(abs(bounds(box{}:at(0, 9, 0):drop_on(sphere{ radius = 2 })).min.y - 2) < 1e-9)",
    "assert(abs(bounds(box{}:at(0, -9, 0):drop_on(sphere{ radius = 2 })).min.y - 2) < 1e-9)",
    "assert(bounds(box{}:at(5, 7, 5):drop_on(3)).min.y == 3 and bounds(box{}:drop_on(plane{})).min.y == 0)",
    "local table_top = box{ size = {4, .1, 4}, at = {0, 1, 0} } local ground = plane{}\n"
    "assert(abs(bounds(sphere{ radius = .1, at = {1, 2, 1} }:drop_on(group{ table_top, ground })).min.y - 1.05) < 1e-9)\n"
    "assert(abs(bounds(sphere{ radius = .1, at = {1, .5, 1} }:drop_on(group{ table_top, ground })).min.y) < 1e-9)",
    "local rows = {} for j = 1, 20 do rows[j] = {} for i = 1, 20 do rows[j][i] = i * .1 end end\n"
    "local hill = heightfield{ rows, size = 19 } local b = bounds(sphere{ radius = .5, at = {.3, 40, 2} }:drop_on(hill))\n"
    "assert(abs(b.min.y - .1 * (.3 + 10.5)) < 1e-5)",
    // points
    "local p, n = points_on(sphere{ radius = 2, at = {1, 0, 0} }, 100) assert(#p == 100 and #n == 100)\n"
    "for i = 1, 100 do assert(abs(distance(p[i], {1, 0, 0}) - 2) < 1e-9 and distance(p[i], n[i] * 2 + x_axis) < 1e-9) end\n"
    "assert(points_on(sphere{}, 1)[1] == points_on(sphere{}, 1)[1] and points_on(sphere{}, 1)[1] ~= points_on(sphere{}, 1, 2)[1])\n"
    "assert(#points_on(sphere{}, 0) == 0)",
    "local p = poisson{ area = {8, 4}, spacing = .25 } assert(#p > 330 and #p < 600, #p)\n"
    "for i = 1, #p do assert(abs(p[i].x) <= 4 and abs(p[i].y) <= 2) for j = 1, i - 1 do assert(length(p[i] - p[j]) >= .25) end end\n"
    // hardly any room is left
    "local free = 0 for i = 1, 1000 do local q = vec2(random() * 8 - 4, random() * 4 - 2) local near = false\n"
    "  for j = 1, #p do near = near or length(p[j] - q) < .25 end if not near then free = free + 1 end end\n"
    "assert(free < 20, free)",
    "local a, b = poisson{ area = 5, spacing = .5 }, poisson{ area = 5, spacing = .5, seed = 2 } assert(a[1] ~= b[1] and a[1] == poisson{ area = 5, spacing = .5 }[1])",
    "local p = poisson{ area = 10, spacing = .3, density = function(x, z) return x < 0 end } assert(#p > 300)\n"
    "for _, q in ipairs(p) do assert(q.x < 0) end",
    "local all, half = #poisson{ area = 20, spacing = .3 }, #poisson{ area = 20, spacing = .3, density = function() return .5 end }\n"
    "assert(half > .45 * all and half < .55 * all)",
    "assert(#poisson{ area = {1, 1}, spacing = 9 } == 1)",
    // scattering: the part stands where the ground is
    "local calls = 0 local hill = sphere{ radius = 5 }\n"
    "scatter{ sphere{ radius = .1 }, count = 500, spacing = .2, on = hill, keep = function(s)\n"
    "  calls = calls + 1 assert(abs(length(s.p) - 5) < 1e-9 and length(s.p - 5 * s.n) < 1e-9 and s.i == calls) return s.p.y > 0 end }\n"
    "assert(calls == 500, calls)",
    "local b = bounds(scatter{ box{ size = {.01, 2, .01}, floor = true }, count = 300, on = sphere{ radius = 5 }, up = 'normal' })\n"
    "assert(b.max.y < 7.01 and b.max.y > 6.8 and b.min.y < -6.8)",
    "local b = bounds(scatter{ box{ floor = true, size = {.1, 1, .1} }, count = 300, area = {20, 10}, scale = {.5, 2} })\n"
    "assert(b.min.y > -1e-6 and b.max.y <= 2.0001 and b.max.y > 1.9 and b.max.x < 10.2 and b.max.z < 5.2 and b.max.x > 9)",
    "local s = scatter{ box{ size = {.1, 1, .1} }, sphere{}, count = 20000, area = 30 } assert(bounds(s:at(0, 5, 0)).min.y > 3.9)\n"
    "local t = s:with{ material = 'gold' } local u = s:with{ area = 5 } assert(bounds(u).max.x < 4)",
    "local b = bounds(scatter{ box{ size = {.01, 4, .01} }, count = 200, area = {.001, .001}, turn = 'tumble' }) assert(b.size.x > 3 and b.size.z > 3)",
    "scatter{ sphere{ radius = .1 }, count = 3, area = 5, keep = function() return false end } box{}",
    // on solids that are cut, melted, or functions: on what is seen of them
    "local function on(shape, n, check) local p, m = points_on(shape, n) assert(#p == n)\n"
    "  for i = 1, n do assert(abs(length(m[i]) - 1) < 1e-9) check(p[i], m[i]) end assert(points_on(shape, n)[n] == p[n]) end\n"
    "local bowl = difference{ intersection{ sphere{ radius = 2 }, plane{} }, sphere{ radius = 1.5 } }\n"
    "local rim, inner = 0, 0 on(bowl, 4000, function(p, m) local r = length(p) assert(p.y < 1e-5)\n"
    "  if p.y > -1e-5 then rim = rim + 1 assert(r > 1.49999 and r < 2.00001 and m.y > .999)\n"
    "  elseif r < 1.6 then inner = inner + 1 assert(abs(r - 1.5) < 1e-5 and distance(m, p / -1.5) < 1e-3)\n"
    "  else assert(abs(r - 2) < 1e-5 and distance(m, p / 2) < 1e-3) end end)\n"
    // areas 1.75 pi, 4.5 pi and 8 pi
    "assert(abs(rim / 4000 - 1.75 / 14.25) < .02 and abs(inner / 4000 - 4.5 / 14.25) < .03, rim .. ' ' .. inner)",
    "local blob = smooth_union{ sphere{}, sphere{ at = {.8, 0, 0} }, k = .4 }:at(0, 3, 0) local p, n = points_on(blob, 2000)\n"
    "for i = 1, 2000 do local d = min(distance(p[i], {0, 3, 0}), distance(p[i], {.8, 3, 0})) assert(d > 1 - 1e-5 and d < 1.1001) end",
    "local rock = sdf(function(p) return length(p) - 1 + .2 * noise(3 * p) end, { bounds = 1.5 }) local p, n = points_on(rock, 500)\n"
    "for i = 1, 500 do assert(abs(length(p[i]) - 1 + .2 * noise(3 * p[i])) < 1e-4 and dot(n[i], p[i]) > 0) end",
    "local calls, heap = 0, smooth_union{ sphere{ radius = 2 }, box{ size = 3 }, k = .3 }\n"
    "scatter{ sphere{ radius = .1 }, count = 400, spacing = .15, on = heap, up = 'normal', keep = function(s) calls = calls + 1 return true end }\n"
    "assert(calls == 400, calls)",
    "local b = bounds(scatter{ box{ size = {.01, 2, .01}, floor = true }, count = 500, on = sphere{ radius = 5 } - box{ size = {20, 20, 10}, at = {0, 0, 5} }, up = 'normal' })\n"
    "assert(b.max.z < 2.02 and b.max.z > 1.9 and b.min.z < -6.5)",
    "local a, b = sphere{}, sphere{ at = {10, 0, 0} } local s = union{ a, b } local function right() local c = 0\n"
    "for _, p in ipairs(points_on(s, 400)) do if p.x > 5 then c = c + 1 end end return c end\n"
    "local before = right() hide(b) assert(abs(before - 200) < 50 and right() == 0, before)",
    "hair{ on = sphere{} - box{ at = {0, 1, 0} }, count = 500 }",
    "local bowl = box{ size = 2 } - sphere{ radius = .8, at = {0, 1, 0} }\n"
    "assert(abs(bounds(sphere{ radius = .1 }:at(0, 9, 0):drop_on(bowl)).min.y - .2) < 1e-5)\n"
    "assert(abs(bounds(sphere{ radius = .1 }:at(.9, 9, .9):drop_on(bowl:at(0, 2, 0))).min.y - 3) < 1e-5)\n"
    "assert(abs(bounds(box{}:at(0, 9, 0):drop_on(sdf(function(p) return length(p) - 2 end, { bounds = 2.5 }))).min.y - 2) < 1e-5)",
    // paint
    "local g = group{ sphere{ material = 'gold' }, box{ at = {2, 0, 0} }, light{ at = {0, 3, 0} } }:paint 'tomato' assert(bounds(g).max.x == 2.5)\n"
    "g:at(0, 2, 0):paint(glass{}) sphere{ material = 'gold' }:paint '#ccc'",
    "scatter{ group{ sphere{ material = 'gold' }, box{} }, count = 9000, area = 30 }:paint 'tomato'",
    // a streams of its own
    "assert(hash(1, 2) == hash(1, 2) and hash(1, 2) ~= hash(2, 1))",
  };
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) assert_holds(*state, scripts[i]);
}

static MlSceneStats stats_of(Scenes *scenes, const char *source) { return ml_scene_stats(scenes_good(scenes, source)->scene); }

static void things_are_counted(void **state) {
  assert_int_equal(stats_of(*state, "sphere{}:ring(12, 3) background(1)").shapes, 12);
  assert_int_equal(stats_of(*state, "sphere{}:grid{ 3, 4, 5, 3 } background(1)").shapes, 60);
  assert_int_equal(stats_of(*state, "scatter{ sphere{}, box{}, count = 9000, area = 30 } background(1)").shapes, 9000);
  assert_int_equal(stats_of(*state, "local h = sphere{ radius = 9 } scatter{ box{}, count = 70, on = h } background(1)").shapes, 71);
  assert_int_equal(stats_of(*state, "hide(sphere{ radius = 9 }):at(0, 0, 0) background(1) sphere{}").shapes, 2);
  // Lamps are lamps wherever they are put, and glow in arrays, too
  assert_int_equal(stats_of(*state, "light{ at = {0, 3, 0} }:ring(5, 2) sphere{}").lights, 5);
  assert_int_equal(
    stats_of(*state, "scatter{ sphere{ radius = .1, material = emit{ radiance = 5 } }, count = 5000, area = 30 } plane{}").lights, 5000);
}

/* The same scene twice, another seed, one more thing beside. */
static void arrangements_repeat(void **state) {
  static const char source[] =
    "scatter{ box{}, sphere{}, count = 500, spacing = .1, area = 30, turn = 'random', scale = {1, 2}, seed = %d } background(1) %s";
  char text[400];
  uint64_t hashes[3];
  for (int i = 0; i < 3; i++) {
    snprintf(text, sizeof text, source, i == 2 ? 4 : 3, i == 1 ? "random() rng 'a'()" : "");
    hashes[i] = stats_of(*state, text).hash;
  }
  assert_true(hashes[0] == hashes[1]);
  assert_true(hashes[0] != hashes[2]);
}

/* A note, not an error: there is no more room. */
static void room_runs_out(void **state) {
  const ScriptEvaluation *e =
    scenes_evaluate(*state, "scatter{ sphere{ radius = .1 }, count = 1000, spacing = 1, area = 5 } background(1)", (ScriptInput){0});
  assert_int_equal(e->errors, 0);
  assert_contains(scenes_diagnostics(*state), "note: only ");
  assert_contains(((Scenes *)*state)->text, " of 1000 have room with a spacing of 1 m");
}

/* Limits end it, wherever it is. */
static void limits_hold(void **state) {
  static const struct {
    const char *source;
    ScriptLimit limit;
  } cases[] = {
    {"poisson{ area = 3000, spacing = 1 }", SCRIPT_LIMIT_TIME},
    {"scatter{ box{}, count = 10000000, on = sphere{} }", SCRIPT_LIMIT_TIME},
    {"scatter{ box{}, spacing = .0001, on = sphere{} }", SCRIPT_LIMIT_NONE},
    {"points_on(sphere{}, 10000000)", SCRIPT_LIMIT_TIME},
    {"scatter{ box{}, count = 1000000, area = 9, keep = function() while true do end end }", SCRIPT_LIMIT_TIME},
    {"box{}:grid{ 1000, 1000, 10, 2 } box{}:grid{ 1000, 1000, 2 }", SCRIPT_LIMIT_TIME},
    {"sphere{ material = emit{ radiance = 1 } }:grid{ 10000, 1000, 2 }", SCRIPT_LIMIT_TIME},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const ScriptEvaluation *e = scenes_evaluate(*state, cases[i].source, (ScriptInput){.time_limit = 0.05, .no_commit = true});
    assert_true(e->errors > 0);
    assert_true(e->limit == cases[i].limit || e->limit == SCRIPT_LIMIT_SCRIPT_MEMORY || e->limit == SCRIPT_LIMIT_OBJECTS);
    assert_true(e->statistics.seconds < 5);
  }
}

static bool poll_counts(void *ud) {
  ++*(int *)ud;
  return false;
}

/* Of a solid of which little is to be seen each point takes hundreds of proposals: the host is asked while they are drawn. */
static void dear_points_ask(void **state) {
  static const char *const draws[] = {"points_on(s, 1)", "points_on(s, 400)", "scatter{ box{ size = .001 }, count = 400, on = s }",
                                      "hair{ on = s, count = 400, length = .01 }"};
  int polls[4] = {0};
  for (int i = 0; i < 4; i++) {
    char text[300];
    snprintf(text, sizeof text,
             "background(1) local s = difference{ sphere{ radius = 1 }, sphere{ radius = 1.01, at = {0, -.0101, 0} } } %s", draws[i]);
    const ScriptEvaluation *e =
      scenes_evaluate(*state, text, (ScriptInput){.no_commit = true, .cancel = {.poll = poll_counts, .ud = &polls[i]}});
    if (e->errors) fail_msg("%s", scenes_diagnostics(*state));
    if (i > 0 && polls[i] < polls[0] + 200) fail_msg("%s: asked %d times, %d for one point", draws[i], polls[i], polls[0]);
  }
}

/* Ten million things are what a scene may hold, however few calls make them. */
static void objects_are_counted(void **state) {
  const ScriptEvaluation *e = scenes_evaluate(*state, "local n = 0\nfor i = 1, 8 do\n  sphere{}:grid{ 1300, 1000, 2 } n = i\nend",
                                              (ScriptInput){.no_commit = true, .time_limit = 60});
  assert_int_equal(e->limit, SCRIPT_LIMIT_OBJECTS);
  assert_string_equal(scenes_diagnostics(*state),
                      "scene.lua:3: error: the script makes more than 10000000 objects: is there a loop without an end?\n"
                      "   2 | for i = 1, 8 do\n"
                      " > 3 |   sphere{}:grid{ 1300, 1000, 2 } n = i\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scripts_hold),    cmocka_unit_test(things_are_counted), cmocka_unit_test(arrangements_repeat),
    cmocka_unit_test(room_runs_out),   cmocka_unit_test(limits_hold),        cmocka_unit_test(objects_are_counted),
    cmocka_unit_test(dear_points_ask),
  };
  return cmocka_run_group_tests_name("scattering", tests, scenes_setup, scenes_teardown);
}
