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
                                     cmocka_unit_test(textures_shine)};
  return cmocka_run_group_tests_name("lua textures", tests, scenes_setup, scenes_teardown);
}
