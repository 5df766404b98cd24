/* test_textures.c - textures of scripts: where they go, what they are read as, files read once for colours and once for numbers. */
#include "scene_fixture.h"

typedef struct Pictures {
  unsigned reads;
} Pictures;

/* Every file is a picture of one pixel, as tga. */
static ScriptAssetStatus read_picture(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                      const char **reason) {
  (void)path, (void)max_size, (void)reason;
  static const uint8_t pixel[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 188, 188, 188};
  ((Pictures *)ud)->reads++;
  *bytes = ml_engine_realloc(engine, NULL, 0, sizeof pixel);
  *size = sizeof pixel;
  if (*bytes) memcpy(*bytes, pixel, sizeof pixel);
  return *bytes ? SCRIPT_ASSET_OK : SCRIPT_ASSET_MEMORY;
}

static unsigned reads_of(Scenes *scenes, const char *source) {
  Pictures pictures = {0};
  const ScriptAssets assets = {&pictures, read_picture};
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.assets = &assets, .strict = true});
  if (!e->scene) fail_msg("%s", scenes_diagnostics(scenes));
  return pictures.reads;
}

static void files_are_read_as_often_as_needed(void **state) {
  Scenes *scenes = *state;
  assert_int_equal(reads_of(scenes, "sphere{ material = image 'a.tga' }"), 1);
  assert_int_equal(reads_of(scenes, "sphere{ material = image 'a.tga' } box{ material = matte{ image{ 'a.tga', scale = 2 } } }"), 1);
  assert_int_equal(reads_of(scenes, "sphere{ material = metal{ 'gold', roughness = image 'a.tga' } }"), 2);
  assert_int_equal(reads_of(scenes, "local i = image 'a.tga' sphere{ material = metal{ color = i, roughness = checker{ 0.1, i } } }\n"
                                    "box{ material = matte{ i, bump = i, normal = image 'a.tga' } }"),
                   2);
  assert_int_equal(reads_of(scenes, "sphere{ material = metal{ 'gold', roughness = image{ 'a.tga', space = 'linear' } } }"), 1);
  assert_int_equal(reads_of(scenes, "sphere{ material = cutout('gold', image{ 'a.tga', alpha = true }) }"), 1);
  // Arithmetic: undecoded where it makes numbers, as colours where it makes those
  assert_int_equal(reads_of(scenes, "sphere{ material = image 'a.tga' * 0.5 }"), 1);
  assert_int_equal(reads_of(scenes, "sphere{ material = metal{ 'gold', roughness = 0.1 + image 'a.tga' * 0.5 } }"), 2);
  assert_int_equal(reads_of(scenes, "sphere{ material = matte{ 0.5, bump = max(checker{ 0, image 'a.tga' }, 0.5) } }"), 2);
}

static uint64_t hash_of(Scenes *scenes, const char *source) { return ml_scene_stats(scenes_good(scenes, source)->scene).hash; }

/* Ways of writing that mean the same make the same scene. */
static void ways_of_writing_are_equal(void **state) {
  Scenes *scenes = *state;
  static const char *const pairs[][2] = {
    {"sphere{ material = checker{ 'red', 'blue' } }", "sphere{ material = matte{ color = checker{ a = 'red', b = 'blue', size = 1 } } }"},
    {"sphere{ material = cutout('gold', 0.5) }", "sphere{ material = cutout{ base = 'gold', mask = 0.5 } }"},
    {"sphere{ material = cutout('gold', checker{}) }", "sphere{ material = cutout{ 'gold', checker{} } }"},
    {"sphere{ material = mix('red', 'blue', checker{}) }", "sphere{ material = matte(mix('red', 'blue', checker{})) }"},
    {"sphere{ material = ramp{ {0, 0}, {1, 1}, of = checker{} } }",
     "sphere{ material = ramp{ stops = { {0, 0}, {1, 1} }, of = checker{} } }"},
    {"sphere{ material = matte{ 0.5, emission = 0 } }", "sphere{ material = matte{ checker{} }:with{ color = 0.5 } }"},
    {"sphere{ material = matte 'red' }", "sphere{ material = matte{ 'red', bump_height = 3 } }"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const bool same_textures = i != 5; // what was made on the way stays in the builder
    const uint64_t a = hash_of(scenes, pairs[i][0]), b = hash_of(scenes, pairs[i][1]);
    if (same_textures && a != b) fail_msg("%s\n%s", pairs[i][0], pairs[i][1]);
  }
  assert_true(hash_of(scenes, "sphere{ material = checker{ size = 2 } }") != hash_of(scenes, "sphere{ material = checker{ size = 3 } }"));
}

/* Arithmetic of textures is that of a function which looks at them; what it is made on the way leaves no trace, equal parts are one. */
static void arithmetic_is_a_program(void **state) {
  Scenes *scenes = *state;
  static const char *const bodies[][2] = {
    {"c * 0.5 + d", "c * 0.5 + d"},
    {"1 - c", "1 - c"},
    {"-c ^ 2 % 1", "-c ^ 2 % 1"},
    {"color '#fff' / (c + d)", "color '#fff' / (c + d)"},
    {"vec3(1, 2, 3) * c", "vec3(1, 2, 3) * c"},
    {"mix(c * 2, d, 0.5) + 0", "mix(c, d, 0.5) + 0 * d"},
    {"smoothstep(0.2, 0.8, c)", "smoothstep(0.2, 0.8, c)"},
    {"where(lt(c, 0.5), 'red', d)", "where(lt(c, 0.5), 'red', d)"},
    {"choose(length(c), 1, 0)", "choose(length(c), 1, 0)"},
    {"max(c, d, 0.1)", "max(c, d, 0.1)"},
    {"invert(both(c, gt(d, 0)))", "invert(both(c, gt(d, 0)))"},
    {"c + c", "c + c"},
    {"(c + d) * (c + d)", "(c + d) * (c + d)"},
    {"(function() local t = c for i = 1, 100 do t = t + d * (2 - 1) end return t end)()",
     "(function() local t = c for i = 1, 100 do t = t + d end return t end)()"},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    char outside[500], inside[500];
    const char *head = "local c, d = checker{}, stripes{ 'red', size = 0.3 }";
    snprintf(outside, sizeof outside, "%s sphere{ material = %s }", head, bodies[i][0]);
    snprintf(inside, sizeof inside, "%s sphere{ material = function(s) return %s end }", head, bodies[i][1]);
    const bool same = hash_of(scenes, outside) == hash_of(scenes, inside);
    if (same != (i != 5)) fail_msg("%s", outside);
  }
}

/* Values at places, while the script runs. */
static void textures_have_values(void **state) {
  Pictures pictures = {0};
  const ScriptAssets assets = {&pictures, read_picture};
  const ScriptEvaluation *e = scenes_evaluate(*state,
                                              "local c, i = checker{ 1, 0.25 }, image 'a.tga'\n"
                                              "print(c(vec3(0.5, 0.5, 0.5)), c{1.5, 0.5, 0.5}, (c * 2 + 1)(vec3(0.5)))\n"
                                              "local v = i(vec2(0.3, 0.2)).r assert(v > 0.502 and v < 0.503, v)\n"
                                              "local g = ramp{ {0, 0}, {1, 1}, of = gradient{} } assert(g(vec3(9, 0.25, 9)).g == 0.25)\n"
                                              "sphere{ material = function(s) return c(vec3(0.5)) end }",
                                              (ScriptInput){.assets = &assets});
  if (!e->scene) fail_msg("%s", scenes_diagnostics(*state));
  const char *wanted = "scene.lua:2: color(1, 1, 1)\tcolor(0.25, 0.25, 0.25)\tcolor(3, 3, 3)\n";
  if (strncmp(e->console, wanted, strlen(wanted)) != 0) fail_msg("%s", e->console);
}

/* What emits by a texture is a light like others. */
static void textures_shine(void **state) {
  Scenes *scenes = *state;
  static const char *const lamps[] = {
    "sphere{ material = emit{ checker{ 1, 0 }, radiance = 5 } }", "sphere{ material = matte{ 0.5, emission = gradient{} } }",
    "sphere{ material = mix(matte{}, emit{}, stripes{}) }", "sphere{ material = cutout(emit{}, stripes{}) }"};
  for (size_t i = 0; i < 4; i++) {
    const ScriptEvaluation *e = scenes_good(scenes, lamps[i]);
    assert_int_equal(e->diagnostic_count, 0); // no note that the scene has no light
    assert_true(ml_scene_stats(e->scene).lights == 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(files_are_read_as_often_as_needed), cmocka_unit_test(ways_of_writing_are_equal),
                                     cmocka_unit_test(textures_shine), cmocka_unit_test(arithmetic_is_a_program),
                                     cmocka_unit_test(textures_have_values)};
  return cmocka_run_group_tests_name("lua textures", tests, scenes_setup, scenes_teardown);
}
