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
  static const ScriptSet sets[] = {{"radius", "2.5", NULL}, {"count", "50", NULL},    {"glossy", "false", NULL}, {"tint", "#00f", NULL},
                                   {"style", "dusk", NULL}, {"lamp", "1, 2,3", NULL}, {"word", "y z", NULL},     {"radius", "0.5", NULL}};
  const ScriptEvaluation *e = with_sets(*state, sets, 8);
  assert_int_equal(e->errors, 0);
  assert_contains(e->console, "0.5\t50\tfalse\tcolor(0, 0, 1)\tdusk\tvec3(1, 2, 3)\ty z\t3");
  static const ScriptSet more[] = {
    {"tint", "{.1, .2, .3}", NULL}, {"lamp", "vec3(4,5,6)", NULL}, {"glossy", "1", NULL}, {"word", "", NULL}};
  e = with_sets(*state, more, 4);
  assert_contains(e->console, "true\tcolor(0.1, 0.2, 0.3)\tday\tvec3(4, 5, 6)\t\t3");
}

static void wrong_sets_are_errors(void **state) {
  static const struct {
    ScriptSet set;
    const char *message;
  } cases[] = {
    {{"radius", "9", NULL}, "scene.lua:1:11: error: --set radius=9: expected at most 3\n > 1 | local r = param('radius'"},
    {{"radius", "0", NULL}, "radius=0: expected at least 0.1"},
    {{"radius", "big", NULL}, "radius=big: expected a number"},
    {{"radius", "1e999", NULL}, "radius=1e999: expected a number"},
    {{"radius", "", NULL}, "radius=: expected a number"},
    {{"count", "1.5", NULL}, "count=1.5: expected a whole number"},
    {{"glossy", "maybe", NULL}, "glossy=maybe: expected true or false"},
    {{"tint", "bluish", NULL}, "tint=bluish: expected a colour (#hex, a name or r,g,b)"},
    {{"style", "duck", NULL}, "style=duck: expected one of day, dusk, night — did you mean 'dusk'?"},
    {{"style", "xxxxxx", NULL}, "style=xxxxxx: expected one of day, dusk, night\n"},
    {{"lamp", "1,2", NULL}, "lamp=1,2: expected three numbers x,y,z"},
    {{"lamp", "1,2,3,4", NULL}, "lamp=1,2,3,4: expected three numbers"},
    {{"raduis", "1", NULL}, "scene.lua: error: --set raduis=1: the scene has no parameter 'raduis' — did you mean 'radius'?"},
    {{"zzzzzzz", "1", NULL}, "the scene has no parameter 'zzzzzzz', only radius, count, glossy, tint, style, lamp, word, whole\n"},
  };
  Scenes *scenes = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_null(with_sets(scenes, &cases[i].set, 1)->scene);
    assert_contains(scenes_diagnostics(scenes), cases[i].message);
  }
  static const ScriptSet set = {"x", "1", NULL};
  scenes_evaluate(scenes, "sphere{}", (ScriptInput){.sets = &set, .set_count = 1});
  assert_contains(scenes_diagnostics(scenes), "the scene has no parameter 'x': it declares none");
}

static void sliders_clamp(void **state) {
  Scenes *scenes = *state;
  static const ScriptSet set = {"radius", "9", NULL};
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
  static const ScriptSet set = {"radius", "2", NULL};
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
  static const ScriptSet tints[] = {{"tint", "teal", NULL}, {"tint", ".106539,.4,12345.678", NULL}, {"tint", "-1e-7,1e300,0", NULL}};
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

/* ---- files as parameters */

static const char with_file[] =
  "local f = param.file('model', 'bunny.ply', { '.ply', '.obj', '.glb', help = 'what stands there' })\nprint(f) sphere{}";

static void files_have_endings(void **state) {
  Scenes *scenes = *state;
  const ScriptEvaluation *e = scenes_evaluate(scenes, with_file, (ScriptInput){0});
  assert_int_equal(e->errors, 0);
  assert_int_equal(e->params[0].type, SCRIPT_PARAM_FILE);
  assert_string_equal(e->params[0].help, "what stands there");
  assert_contains(e->console, "bunny.ply");
  const ScriptSet other = {"model", "a/B.OBJ", NULL}, wrong = {"model", "a.png", NULL}, none = {"model", ".obj", NULL};
  e = scenes_evaluate(scenes, with_file, (ScriptInput){.sets = &other, .set_count = 1});
  assert_int_equal(e->errors, 0);
  assert_contains(e->console, "a/B.OBJ");
  assert_null(scenes_evaluate(scenes, with_file, (ScriptInput){.sets = &wrong, .set_count = 1})->scene);
  assert_contains(scenes_diagnostics(scenes), "scene.lua:1:17: error: --set model=a.png: expected the name of a file, .ply, .obj or .glb");
  assert_null(scenes_evaluate(scenes, with_file, (ScriptInput){.sets = &none, .set_count = 1})->scene);
  scenes_evaluate(scenes, with_file, (ScriptInput){0});
  const MlSink sink = scenes_sink(scenes);
  script_write_params_json(scenes->evaluation, &sink);
  assert_contains(scenes->text, "\"type\":\"file\",\"value\":\"bunny.ply\"");
  assert_contains(scenes->text, "\"endings\":[\".ply\",\".obj\",\".glb\"]");
}

/* ---- --params and the schema of it */

/* What a file says comes to the same texts as --set's; *bytes for freeing. */
static ScriptSet *read_sets(Scenes *scenes, const char *json, size_t *count, size_t *bytes, MlError *error) {
  ScriptSet *sets;
  *error = (MlError){0};
  script_read_params(scenes->engine, "p.json", json, strlen(json), &sets, count, bytes, error);
  return sets;
}

static void objects_are_read(void **state) {
  Scenes *scenes = *state;
  size_t count, bytes;
  MlError error;
  ScriptSet *sets = read_sets(scenes, "\xEF\xBB\xBF", &count, &bytes, &error); // nothing but a mark
  assert_int_equal(error.status, ML_ERROR_FORMAT);
  assert_null(sets);
  sets = read_sets(scenes, "{}", &count, &bytes, &error);
  assert_int_equal(error.status, ML_OK);
  assert_int_equal(count, 0);
  sets = read_sets(scenes,
                   "{ \"radius\": 2.5e0,\n \"glossy\" :false, \"tint\": \"#00f\", \"lamp\": [1, -2,3], \"style\": \"d\\u0075sk\",\n"
                   " \"word\": \"a\\\"\\\\\\n\\u00e4\\ud83d\\ude00\" }",
                   &count, &bytes, &error);
  assert_int_equal(error.status, ML_OK);
  assert_int_equal(count, 6);
  assert_string_equal(sets[5].value, "a\"\\\n\xc3\xa4\xf0\x9f\x98\x80");
  const ScriptEvaluation *e = with_sets(scenes, sets, count);
  assert_int_equal(e->errors, 0);
  assert_contains(e->console, "2.5\t20\tfalse\tcolor(0, 0, 1)\tdusk\tvec3(1, -2, 3)\ta");
  // --set comes after it
  ScriptSet all[7];
  memcpy(all, sets, 6 * sizeof *sets);
  all[6] = (ScriptSet){"radius", "1.5", NULL};
  assert_contains(with_sets(scenes, all, 7)->console, "1.5\t20");
  ml_engine_realloc(scenes->engine, sets, bytes, 0);
}

static void wrong_objects_are_refused(void **state) {
  static const char *const cases[][2] = {
    {"", "p.json:1:1: expected an object { \"name\": value, ... }"},
    {"[1]", "p.json:1:1: expected an object"},
    {"{\n  radius: 1 }", "p.json:2:3: expected the name of a parameter, in quotes"},
    {"{\"a\" 1}", "p.json:1:6: expected a colon after the name"},
    {"{\"a\": }", "p.json:1:7: expected a number, a text, true, false or [x, y, z]"},
    {"{\"a\": null}", "p.json:1:7: expected a number, a text, true, false or [x, y, z]"},
    {"{\"a\": {}}", "p.json:1:7: expected a number, a text"},
    {"{\"a\": [1, 2]}", "p.json:1:12: expected three numbers [x, y, z]"},
    {"{\"a\": [1, 2, 3, 4]}", "p.json:1:15: expected three numbers [x, y, z]"},
    {"{\"\xc3\xa4\": \"x", "p.json:1:9: this text has no end"},
    {"{\"a\": \"\\x\"}", "p.json:1:9: this is no escape that JSON has"},
    {"{\"a\": \"\\u00g0\"}", "expected four hexadecimal digits after \\u"},
    {"{\"a\": \"\\u0000\"}", "a character that no text may have"},
    {"{\"a\": \"\\ud83d\"}", "half of a pair of \\u"},
    {"{\"a\": \"x\ny\"}", "p.json:1:9: a text ends on its own line; write \\n"},
    {"{\"a\": 1,}", "p.json:1:9: expected the name of a parameter, in quotes"},
    {"{\"a\": 1 \"b\": 2}", "p.json:1:9: expected a comma or }"},
    {"{\"a\": 1} x", "p.json:1:10: expected nothing behind the object"},
    {"{\"a\": 1", "p.json:1:8: expected a comma or }"},
    {"{\"a\":", "p.json:1:6: the file ends here"},
  };
  Scenes *scenes = *state;
  size_t count, bytes;
  MlError error;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_null(read_sets(scenes, cases[i][0], &count, &bytes, &error));
    assert_int_equal(error.status, ML_ERROR_FORMAT);
    assert_contains(error.message, cases[i][1]);
  }
  // What fits no parameter is said with the file's name
  static const ScriptSet wrong = {"radius", "9", "p.json"}, unknown = {"radios", "9", "p.json"};
  with_sets(scenes, &wrong, 1);
  assert_contains(scenes_diagnostics(scenes), "scene.lua:1:11: error: p.json: radius=9: expected at most 3");
  with_sets(scenes, &unknown, 1);
  assert_contains(scenes_diagnostics(scenes),
                  "error: p.json: radios=9: the scene has no parameter 'radios' \xE2\x80\x94 did you mean 'radius'?");
}

static void schemas_say_it(void **state) {
  Scenes *scenes = *state;
  const ScriptEvaluation *e = with_sets(scenes, NULL, 0);
  const MlSink sink = scenes_sink(scenes);
  script_write_params_schema(e, &sink);
  assert_contains(scenes->text, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"properties\":{");
  assert_contains(scenes->text, "\"radius\":{\"type\":\"number\",\"default\":1,\"minimum\":0.1,\"maximum\":3,\"description\":\"ball size\","
                                "\"x-unit\":\"m\",\"x-group\":\"Ball\",\"x-step\":0.1}");
  assert_contains(scenes->text, "\"count\":{\"type\":\"integer\",\"default\":20,\"minimum\":0,\"maximum\":50}");
  assert_contains(scenes->text, "\"glossy\":{\"type\":\"boolean\",\"default\":true}");
  assert_contains(scenes->text, "\"style\":{\"type\":\"string\",\"default\":\"day\",\"enum\":[\"day\",\"dusk\",\"night\"]}");
  assert_contains(scenes->text,
                  "\"lamp\":{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":3,\"maxItems\":3,\"default\":[0,2,0]}");
  assert_contains(scenes->text, "\"additionalProperties\":false}\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(defaults_are_plain_values), cmocka_unit_test(sets_override),
    cmocka_unit_test(wrong_sets_are_errors),     cmocka_unit_test(sliders_clamp),
    cmocka_unit_test(the_same_twice_is_one),     cmocka_unit_test(lists),
    cmocka_unit_test(files_have_endings),        cmocka_unit_test(objects_are_read),
    cmocka_unit_test(wrong_objects_are_refused), cmocka_unit_test(schemas_say_it),
  };
  return cmocka_run_group_tests_name("lua params", tests, scenes_setup, scenes_teardown);
}
