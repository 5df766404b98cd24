/* test_trace.c - functions of the shading point: every maths function takes traced values, equal functions are one program, what is made of
 * them; plain values give what they give when traced; failing functions leave nothing behind. */
#include "scene_fixture.h"

static void good(Scenes *scenes, const char *source) {
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.strict = true});
  if (!e->scene) fail_msg("%s\n%s", source, scenes_diagnostics(scenes));
}
static uint64_t hash_of(Scenes *scenes, const char *source) {
  good(scenes, source);
  return ml_scene_stats(scenes->evaluation->scene).hash;
}
/* Of a ball whose material is function(s) return BODY end. */
static uint64_t hash_of_body(Scenes *scenes, const char *body) {
  char source[2000];
  snprintf(source, sizeof source, "background(1) sphere{ material = function(s) %s end }", body);
  return hash_of(scenes, source);
}

static void every_function_is_traced(void **state) {
  static const char *const calls[] = {
    "sin(x)",
    "cos(x)",
    "tan(x)",
    "asin(x)",
    "acos(x)",
    "atan(x)",
    "atan(x, x)",
    "atan(1, x)",
    "exp(x)",
    "log(x)",
    "log(x, 2)",
    "sqrt(x)",
    "pow(x, 3)",
    "pow(2, x)",
    "abs(x)",
    "sign(x)",
    "floor(x)",
    "ceil(x)",
    "round(x)",
    "fract(x)",
    "mod(x, 2)",
    "mod(2, x)",
    "min(x, 1, x)",
    "max(0, x)",
    "clamp(x, 0, 1)",
    "clamp(0.5, 0, x)",
    "saturate(x)",
    "step(0.5, x)",
    "smoothstep(0, 1, x)",
    "smoothstep(x, 1, 0.5)",
    "rad(x)",
    "deg(x)",
    "mix(0, 1, x)",
    "lerp(x, 1, 0.5)",
    "math.sin(x)",
    "math.floor(x)",
    "math.max(x, 0)",
    "x + 1",
    "1 - x",
    "x * x",
    "2 / x",
    "x % 1",
    "x ^ 2",
    "2 ^ x",
    "-x",
    "where(lt(x, 0), 0, 1)",
    "where(true, x, 1)",
    "choose(x, 0, 1, 0.5)",
    "gray(x)",
    "color(x, x, x)",
    "color(x, 0, 1)",
    "vec3(x, 0, 1)",
    "vec3(x)",
    "length(vec2(x, 1))",
    "noise(x)",
    "noise(v)",
    "noise(v.xz)",
    "noise{x, 0, 1}",
    "value_noise(v)",
    "fbm(v)",
    "fbm(v, { octaves = 3, gain = 0.4, lacunarity = 2.1 })",
    "ridged(v)",
    "turbulence(v)",
    "voronoi(v).distance",
    "voronoi(v).cell",
    "voronoi(v * 2).edge",
    "length(v)",
    "distance(v, {0, 1, 0})",
    "dot(v, y_axis)",
    "cross(v, x_axis)",
    "normalize(v)",
    "reflect(v, s.n)",
    "sin(v)",
    "v.zyx",
    "v.r",
    "mix('red', color 'blue', x)",
    "mix(v, {1, 1, 1}, 0.5)",
    "v % 1",
    "{x, x, 0} + v",
    "le(x, 1)",
    "gt(x, 1)",
    "ge(x, 1)",
    "eq(floor(x), 1)",
    "both(lt(x, 0), gt(x, 1))",
    "either(true, gt(x, 1))",
    "invert(lt(x, 0))",
    "s.uv.x",
    "s.view",
    "s.facing",
    "s.id",
    "s.part",
    "s.depth",
    "s.curvature",
    "s.time",
    "hsv(x, 0.5, 1)",
    "hsl(200, x, s.uv.y)",
    "polar(x, 30)",
    "polar(1, x, 2)",
    "spherical(1, x, 20)",
    "hash(x)",
    "hash(floor(v), 3, s.id)",
    "s.world",
    "tex(s.uv * 2)",
    "tex(v * 3)",
    "tex()",
    "tex",
    "mix(tex, 'red', x)",
    "max(tex, 0.1)",
    "ramp{ {0, 'red'}, {0.5, tex}, {1, v}, of = x }",
    "ramp{ stops = { {0, 0} }, of = x }",
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    char source[400];
    snprintf(source, sizeof source,
             "background(1) local tex = checker{} tex(vec3(1)) sphere{ material = function(s) local v, x = s.p, s.p.x return %s end }", calls[i]);
    const ScriptEvaluation *e = scenes_evaluate(*state, source, (ScriptInput){.strict = true});
    if (!e->scene) fail_msg("%s\n%s", calls[i], scenes_diagnostics(*state));
  }
}

static void equal_functions_are_one(void **state) {
  static const char *const pairs[][2] = {
    {"return s.p * 2 + s.p * 2", "local a = s.p * 2 return a + a"},
    {"local unused = s.p * 3 return s.n", "return s.n"},
    {"return (2 + 3) * s.p", "return 5 * s.p"},
    {"return mix(color '#f00', color '#00f', s.uv.x)", "return lerp(color 'red', color 'blue', s.uv.x)"},
    {"local v = 0 for i = 1, 3 do v = v + sin(s.p.x * i) end return v", "return 0 + sin(s.p.x * 1) + sin(s.p.x * 2) + sin(s.p.x * 3)"},
    {"return vec3(s.p.x, s.p.y, s.p.z)", "return s.p"},
    {"return math.cos(math.pi) * s.p", "return -1 * s.p"},
    {"return s.p ^ 2", "return s.p * s.p"},
    {"return where(gt(1, 0), s.p, s.n)", "return s.p"},
    {"return where(3 > 2, s.p, s.n)", "return s.p"},
    {"return voronoi(s.p).cell", "local v = voronoi(s.p) local d = v.distance return v.cell"},
    {"return {s.p.x, 0, 1}", "return vec3(s.p.x, 0, 1)"},
    {"return s.p * s.time", "return s.p * 0"},
    // s.time is a traced value that folds
    {"return hash(3 + s.time, -5, vec3(7, 1e9, 2)) * s.p", "return hash(3, -5, vec3(7, 1e9, 2)) * s.p"},
    {"return hash(s.time + 0.5) * s.p", "return hash(0.5) * s.p"},
    {"return floor(hsv(200 + s.time, .6, .8) * 1000 + .5) * s.p", "return floor(hsv(200, .6, .8) * 1000 + .5) * s.p"},
    {"return floor(hsv(-800 + s.time, .1, .02) * 1000 + .5) * s.p", "return floor(hsv(-800, .1, .02) * 1000 + .5) * s.p"},
    {"return floor(hsl(40 + s.time, .3, .7) * 1000 + .5) * s.p", "return floor(hsl(40, .3, .7) * 1000 + .5) * s.p"},
    {"return floor(polar(3 + s.time, 20, 4) * 1000 + .5) * s.p", "return floor(polar(3, 20, 4) * 1000 + .5) * s.p"},
    {"return floor(spherical(3 + s.time, 20, 40) * 1000 + .5) * s.p", "return floor(spherical(3, 20, 40) * 1000 + .5) * s.p"},
    {"return noise{0.3, 0.4, 0.5} * s.p", "local p = vec3(0.3, 0.4, 0.5) return noise(p) * s.p"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (hash_of_body(*state, pairs[i][0]) != hash_of_body(*state, pairs[i][1])) fail_msg("%s\n%s", pairs[i][0], pairs[i][1]);
  assert_true(hash_of_body(*state, "return s.p") != hash_of_body(*state, "return s.n"));
  assert_true(hash_of_body(*state, "return noise(s.p)") != hash_of_body(*state, "return noise(s.p * 2)"));
}

/* Wherever a texture is taken, and a material. */
static void fields_that_take_functions(void **state) {
  static const char *const sources[] = {
    "sphere{ material = function(s) return s.n end }",
    "sphere{ material = matte{ function(s) return s.n end } }",
    "sphere{ material = matte{ 'red', sigma = function(s) return s.uv.x end } }",
    "sphere{ material = metal{ 'gold', roughness = function(s) return 0.2 end } }",
    "sphere{ material = metal{ color = function(s) return s.id end, edge = function(s) return 'white' end } }",
    "sphere{ material = mix(matte 'red', mirror{}, function(s) return s.facing end) }",
    "sphere{ material = cutout('gold', function(s) return step(0, s.p.y) end) }",
    "sphere{ material = matte{ 'red', bump = function(s) return fbm(s.p) end } }",
    "sphere{ material = matte{ 'red', normal = function(s) return vec3(0.5, 0.5, 1) end } }",
    "sphere{ material = emit{ function(s) return fbm(s.p) end } }",
    "sphere{ material = matte{ 'red', emission = function(s) return s.uv.x end } }",
    "sphere{ material = ramp{ {0, 'red'}, {1, 'blue'}, of = function(s) return fbm(s.p) end } }",
    "sphere{ material = checker{ function(s) return s.n end, 'red' } }",
    "sphere{ material = matte{ mix(checker{}, 'red', function(s) return s.uv.x end) } }",
    "group{ sphere{}, box{}, material = function(s) return s.part end }",
    "sphere{ material = principled{ color = function(s) return s.n end, metallic = function(s) return s.uv.y end } }",
    "local f = function(s) return s.n end sphere{ material = f } box{ material = f }",
    "sphere{ material = function(s) return (function(t) return t.n end)(s) end }",
    "sphere{ material = function(s) local m = matte(function(t) return t.p end) return s.p end }",
  };
  for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
    char source[600];
    snprintf(source, sizeof source, "background(1) %s", sources[i]);
    good(*state, source);
  }
}

/* The console's text of plain values is that of the same operation by the engine. */
static void plain_values_are_the_same(void **state) {
  Scenes *scenes = *state;
  const ScriptEvaluation *e = scenes_evaluate(
    scenes,
    "print(noise{0.3, 1.7, -2.2}, fbm({0.3, 1.7, -2.2}, { octaves = 4, gain = 0.4 }), voronoi{0.3, 1.7, -2.2}.edge, lt(1, 2), ge(1, 2), both(true, 2))",
    (ScriptInput){0});
  const double operands[3][3] = {{0.3, 1.7, -2.2}, {0.4}, {2}};
  const uint32_t widths[3] = {3, 1, 1};
  double noise[3], fbm[3], edge[3];
  assert_int_equal(ml_op_value(&(MlProgramNode){.op = ML_OP_NOISE}, operands, widths, noise, NULL), 1);
  assert_int_equal(ml_op_value(&(MlProgramNode){.op = ML_OP_FBM, .data = 4}, operands, widths, fbm, NULL), 1);
  assert_int_equal(ml_op_value(&(MlProgramNode){.op = ML_OP_VORONOI_EDGE}, operands, widths, edge, NULL), 1);
  char wanted[300];
  snprintf(wanted, sizeof wanted, "scene.lua:1: %.14g\t%.14g\t%.14g\t1.0\t0.0\t1.0\n", noise[0], fbm[0], edge[0]);
  assert_int_equal(strncmp(e->console, wanted, strlen(wanted)), 0);
}

/* A function that fails in a pcall leaves no trace: what comes after is as if it had not been. */
static void failing_functions_leave_nothing(void **state) {
  good(*state,
       "background(1) assert(not pcall(function() sphere{ material = function(s) error 'no' end } end))\n"
       "sphere{} sphere{ material = function(s) assert(not pcall(function() return s.pp end)) return s.p end } box{ at = {3, 0, 0} }");
  assert_int_equal((*(Scenes **)state)->evaluation->warnings, 0);
}

/* What a function of x and z gives is what a table of the same heights does, and finite. */
static void heights_by_functions(void **state) {
  const uint64_t by_function =
    hash_of(*state, "background(1) heightfield{ size = {4, 2}, resolution = {4, 2}, height = function(x, z) return x * 2 - z * z end }");
  assert_true(
    by_function ==
    hash_of(*state, "background(1) heightfield{ size = {4, 2}, heights = {{-5, -3, -1, 1, 3}, {-4, -2, 0, 2, 4}, {-5, -3, -1, 1, 3}} }"));
  good(
    *state,
    "background(1) local h = heightfield{ size = 9, height = function(x, z) return fbm(vec2(x, z)) end } h:at(9, 0, 0) h:with{ size = 3 }:at(0, 9, 0)");
  good(
    *state,
    "background(1) heightfield{ size = 9, resolution = 300, height = function(x, z) return ridged(vec2(x, z) * 0.3, { octaves = 8 }) end }");
}

/* Many operations take time in proportion: the most that is allowed, and textures deep inside each other. */
static void large_functions(void **state) {
  good(*state, "background(1) sphere{ material = function(s) local v = 0 for i = 1, 12000 do v = v + sin(s.p.x * i) end return v end }");
  good(
    *state,
    "background(1) local t = checker{} for i = 1, 14 do local u = t t = checker{ function(s) return u(s.p * 2) end, 'red' } if i > 6 then break end end sphere{ material = t }");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_function_is_traced),
    cmocka_unit_test(equal_functions_are_one),
    cmocka_unit_test(fields_that_take_functions),
    cmocka_unit_test(plain_values_are_the_same),
    cmocka_unit_test(failing_functions_leave_nothing),
    cmocka_unit_test(large_functions),
    cmocka_unit_test(heights_by_functions),
  };
  return cmocka_run_group_tests_name("functions of the shading point", tests, scenes_setup, scenes_teardown);
}
