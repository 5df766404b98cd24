/* test_params.c - param(): kinds, --set, refusals, and how they are listed. */
#include "scene_fixture.h"

static const char declared[] =
  "local r = param('radius', 1, { min = .1, max = 3, step = .1, unit = 'm', help = 'ball size', group = 'Ball' })\n"
  "local n = param('count', 20, { min = 0, max = 50, int = true })\n"
  "local g = param('glossy', true)\n"
  "local t = param('tint', color '#ff8800')\n"
  "local s = param('style', 'day', { 'day', 'dusk', 'night' })\n"
  "local l = param('lamp', vec3(0, 2, 0), { drag = true })\n"
  "local w = param('word', 'x')\n"
  "local k = param('whole', 3, { step = 1 })\n"
  "print(r, n, g, t, s, l, w, k, math.type(n), math.type(k), math.type(r))\nsphere{} background(1) camera{}";

static const ScriptEvaluation *with_sets(Scenes *scenes, const ScriptSet *sets, size_t count) {
  return scenes_evaluate(scenes, declared, (ScriptInput){.sets = sets, .set_count = count});
}

static void defaults_are_plain_values(void **state) {
  const ScriptEvaluation *e = with_sets(*state, NULL, 0);
  assert_int_equal(e->errors, 0);
  assert_int_equal(e->param_count, 8);
  assert_contains(e->console, "vec3(0, 2, 0)");
  assert_contains(e->console, "integer\tinteger");
  assert_int_equal(e->params[0].type, SCRIPT_PARAM_NUMBER);
  assert_int_equal(e->params[1].type, SCRIPT_PARAM_INT);
  assert_int_equal(e->params[4].type, SCRIPT_PARAM_CHOICE);
  assert_int_equal(e->params[4].choice_count, 3);
  assert_true(e->params[5].drag);
  assert_int_equal(e->params[7].type, SCRIPT_PARAM_INT);
}

static void sets_override(void **state) {
  static const ScriptSet sets[] = {{"radius", "2.5"}, {"count", "50"},    {"glossy", "false"}, {"tint", "#00f"},
                                   {"style", "dusk"}, {"lamp", "1, 2,3"}, {"word", "y z"},     {"radius", "0.5"}};
  const ScriptEvaluation *e = with_sets(*state, sets, 8);
  assert_int_equal(e->errors, 0);
  assert_contains(e->console, "0.5\t50\tfalse\tcolor(0, 0, 1)\tdusk\tvec3(1, 2, 3)\ty z\t3");
  static const ScriptSet more[] = {{"tint", "{.1, .2, .3}"}, {"lamp", "vec3(4,5,6)"}, {"glossy", "1"}, {"word", ""}};
  e = with_sets(*state, more, 4);
  assert_contains(e->console, "true\tcolor(0.1, 0.2, 0.3)\tday\tvec3(4, 5, 6)\t\t3");
}

static void wrong_sets_are_errors(void **state) {
  static const struct {
    ScriptSet set;
    const char *message;
  } cases[] = {
    {{"radius", "9"}, "scene.lua:1:11: error: --set radius=9: expected at most 3\n > 1 | local r = param('radius'"},
    {{"radius", "0"}, "radius=0: expected at least 0.1"},
    {{"radius", "big"}, "radius=big: expected a number"},
    {{"radius", "1e999"}, "radius=1e999: expected a number"},
    {{"radius", ""}, "radius=: expected a number"},
    {{"count", "1.5"}, "count=1.5: expected a whole number"},
    {{"glossy", "maybe"}, "glossy=maybe: expected true or false"},
    {{"tint", "bluish"}, "tint=bluish: expected a colour (#hex, a name or r,g,b)"},
    {{"style", "duck"}, "style=duck: expected one of day, dusk, night — did you mean 'dusk'?"},
    {{"style", "xxxxxx"}, "style=xxxxxx: expected one of day, dusk, night\n"},
    {{"lamp", "1,2"}, "lamp=1,2: expected three numbers x,y,z"},
    {{"lamp", "1,2,3,4"}, "lamp=1,2,3,4: expected three numbers"},
    {{"raduis", "1"}, "scene.lua: error: --set raduis=1: the scene has no parameter 'raduis' — did you mean 'radius'?"},
    {{"zzzzzzz", "1"}, "the scene has no parameter 'zzzzzzz', only radius, count, glossy, tint, style, lamp, word, whole\n"},
  };
  Scenes *scenes = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_null(with_sets(scenes, &cases[i].set, 1)->scene);
    assert_contains(scenes_diagnostics(scenes), cases[i].message);
  }
  static const ScriptSet set = {"x", "1"};
  scenes_evaluate(scenes, "sphere{}", (ScriptInput){.sets = &set, .set_count = 1});
  assert_contains(scenes_diagnostics(scenes), "the scene has no parameter 'x': it declares none");
}

static void sliders_clamp(void **state) {
  Scenes *scenes = *state;
  static const ScriptSet set = {"radius", "9"};
  const ScriptEvaluation *e = scenes_evaluate(scenes, declared, (ScriptInput){.sets = &set, .set_count = 1, .clamp_sets = true});
  assert_non_null(e->scene);
  assert_true(e->params[0].value[0] == 3);
  assert_int_equal(e->warnings, 1);
}

static void the_same_twice_is_one(void **state) {
  const ScriptEvaluation *e = scenes_good(*state, "print(param('a', 1) + param('a', 1)) sphere{}");
  assert_int_equal(e->param_count, 1);
}

static void lists(void **state) {
  Scenes *scenes = *state;
  static const ScriptSet set = {"radius", "2"};
  const ScriptEvaluation *e = with_sets(scenes, &set, 1);
  MlSink sink = scenes_sink(scenes);
  script_write_params(e, &sink);
  assert_string_equal(scenes->text, "radius=2  (number, min 0.1, max 3, step 0.1, in m, group Ball, default 1)  ball size\n"
                                    "count=20  (int, min 0, max 50)\n"
                                    "glossy=true  (bool)\n"
                                    "tint=#ff8800  (color)\n"
                                    "style=day  (choice: day | dusk | night)\n"
                                    "lamp=0,2,0  (vec3)\n"
                                    "word=x  (string)\n"
                                    "whole=3  (int, step 1)\n");
  static const ScriptSet tints[] = {{"tint", "teal"}, {"tint", ".106539,.4,12345.678"}, {"tint", "-1e-7,1e300,0"}};
  static const char *const shown[] = {"tint=#008080  (color, default #ff8800)", "tint=0.107,0.4,12345.678  (", "tint=-1e-07,1e+300,0  ("};
  for (size_t i = 0; i < 3; i++) {
    e = with_sets(scenes, &tints[i], 1);
    sink = scenes_sink(scenes);
    script_write_params(e, &sink);
    assert_contains(scenes->text, shown[i]);
  }
  e = with_sets(scenes, &set, 1);
  sink = scenes_sink(scenes);
  script_write_params_json(e, &sink);
  assert_contains(
    scenes->text,
    "[{\"name\":\"radius\",\"type\":\"number\",\"value\":2,\"default\":1,\"min\":0.1,\"max\":3,\"step\":0.1,\"unit\":\"m\",\"help\":\"ball size\","
    "\"group\":\"Ball\",\"file\":\"scene.lua\",\"line\":1},");
  assert_contains(scenes->text, "\"choices\":[\"day\",\"dusk\",\"night\"]");
  assert_contains(scenes->text, "\"value\":[0,2,0],\"default\":[0,2,0],\"drag\":true");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(defaults_are_plain_values), cmocka_unit_test(sets_override),
    cmocka_unit_test(wrong_sets_are_errors),     cmocka_unit_test(sliders_clamp),
    cmocka_unit_test(the_same_twice_is_one),     cmocka_unit_test(lists),
  };
  return cmocka_run_group_tests_name("lua params", tests, scenes_setup, scenes_teardown);
}
