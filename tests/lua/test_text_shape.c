/* test_text_shape.c - text and hair of scripts: bounds, what :with{} changes, fonts of files beside the scene, what they are refused for; strands that
 * grow. */
#include "engine/font_fixture.h"
#include "scene_fixture.h"

/* A font beside the scene, and one that is cut off. */
static ScriptAssetStatus read_font(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                   const char **reason) {
  FontFixture font;
  int *reads = ud;
  (void)max_size, (void)reason;
  font_fixture(&font, true);
  if (strcmp(path, "small.ttf") != 0 && strcmp(path, "half.ttf") != 0) return SCRIPT_ASSET_MISSING;
  *size = path[0] == 'h' ? 100 : font.size;
  *bytes = ml_engine_realloc(engine, NULL, 0, *size);
  memcpy(*bytes, font.bytes, *size);
  ++*reads;
  return SCRIPT_ASSET_OK;
}

static const char *run(Scenes *scenes, const char *source, int *reads) {
  const ScriptAssets assets = {reads, read_font};
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.assets = &assets});
  return e->diagnostic_count ? scenes_diagnostics(scenes) : "";
}

static void scripts_hold(void **state) {
  Scenes *scenes = *state;
  static const char *const scripts[] = {
    // centred on the origin; a rectangle of 247 by 1486 of 2000 units
    "local function near(a, b) return abs(a - b) < 1e-6 end\n"
    "local l = bounds(text{ 'l', size = 2, depth = .5 })\n"
    "assert(near(l.max.x, .1235) and near(l.min.x, -.1235) and near(l.max.y, .743) and near(l.min.y, -.743) and l.max.z == .25 and l.min.z == -.25)\n"
    "assert(near(bounds(text{ 'l', floor = true }).min.y, 0))",
    // other words, wider by half; size in proportion; both lines count
    "local t = text{ text = 'moon', size = 1 }\n"
    "assert(bounds(t:with{ text = 'moonlit' }).max.x > 1.2 * bounds(t).max.x)\n"
    "assert(abs(bounds(t:with{ size = 3 }).max.x / bounds(t).max.x - 3) < 1e-6)\n"
    "assert(bounds(text 'a\\na').max.y > bounds(text 'a').max.y + .5)\n"
    "assert(bounds(text{ 'A V', spacing = .5 }).max.x > bounds(text 'A V').max.x + .4)",
    // by its font: 600 + 500 units of 1000
    "local b = bounds(text{ 'AA', font = 'small.ttf' })\n"
    "assert(abs(b.max.x - .55) < 1e-6 and abs(b.max.y - .25) < 1e-6)\n"
    "text{ 'AB', font = 'small.ttf', material = 'glass' }",
    // strands as they are given, their radii included
    "local h = hair{ {{{0, 0, 0}, {0, 2, 0}}, {{1, 0, 0}, {1, 1, 0}}}, radius = .125, tip = .5 }\n"
    "local b = bounds(h)\n"
    "assert(b.min == vec3(-.125, -.125, -.125) and b.max.y == 2.0625 and b.max.x == 1.125)\n"
    "assert(bounds(h:with{ tip = 1 }).max.y == 2.125)",
    // grown ones begin on the surface and go out; the same seed, the same hair
    "local ball = sphere{ radius = 1 }\n"
    "local h = hair{ on = ball, count = 500, length = .5, spread = 0, gravity = 0, radius = .001 }\n"
    "local b = bounds(h)\n"
    "assert(b.max.y > 1.45 and b.max.y < 1.502 and b.min.x < -1.45)\n"
    "assert(bounds(hair{ on = ball, count = 500, length = .5, spread = 0, gravity = 0, radius = .001 }).max == b.max)\n"
    "assert(bounds(h:with{ seed = 2 }).max ~= b.max)\n"
    // gravity pulls down, the comb to its side
    "assert(bounds(h:with{ gravity = 2 }).min.y < b.min.y + .01 and bounds(h:with{ gravity = 2 }).max.y < b.max.y - .03)\n"
    "assert(bounds(h:with{ comb = {3, 0, 0} }).min.x > b.min.x + .05)\n"
    "assert(bounds(h:with{ curl = 3, curl_radius = .1 }).max.x > 1 and bounds(h:with{ frizz = .3 }).max ~= b.max)",
  };
  for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
    int reads = 0;
    const char *said = run(scenes, scripts[i], &reads);
    if (strstr(said, "error")) fail_msg("script %d: %s", (int)i, said);
    assert_int_equal(reads, i == 2); // once, for both
  }
}

static void fonts_are_refused(void **state) {
  Scenes *scenes = *state;
  int reads = 0;
  assert_contains(run(scenes, "text{ 'A', font = 'half.ttf' } text{ 'A', font = 'half.ttf' }", &reads),
                  "error: text.font: half.ttf is damaged: its list of tables is cut off");
  assert_int_equal(reads, 1);
  assert_contains(run(scenes, "text{ 'X', font = 'small.ttf' }", &reads), "text.font: its glyph for U+0058 is damaged, or crosses itself");
  assert_contains(run(scenes, "text{ 'ADA', font = 'small.ttf' }", &reads), "warning: text.text: small.ttf has no 'D' (U+0044): its box");
  assert_contains(run(scenes, "text{ 'A', font = 'other.ttf' }", &reads), "text.font: there is no file 'other.ttf' beside the scene");
  assert_int_equal(scenes->evaluation->missing_count, 1);
  assert_string_equal(scenes->evaluation->missing[0], "other.ttf");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(scripts_hold, scenes_setup, scenes_teardown),
    cmocka_unit_test_setup_teardown(fonts_are_refused, scenes_setup, scenes_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
