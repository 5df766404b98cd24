/* test_docs.c - moonlit doc: names, fields, methods, lists, and the search by other people's words. */
#include "api.h"
#include "docs_topics.h"
#include "scene_fixture.h"

static const char *doc(Scenes *scenes, const char *name) {
  const MlSink sink = scenes_sink(scenes);
  if (!script_doc(name, &sink)) fail_msg("doc %s: %s", name ? name : "", scenes->text);
  return scenes->text;
}

static const char *no_doc(Scenes *scenes, const char *name) {
  const MlSink sink = scenes_sink(scenes);
  if (script_doc(name, &sink)) fail_msg("doc %s: %s", name, scenes->text);
  return scenes->text;
}

static const char *search(Scenes *scenes, const char *word) {
  const MlSink sink = scenes_sink(scenes);
  if (!script_doc_search(word, &sink)) fail_msg("search %s: %s", word, scenes->text);
  return scenes->text;
}

static void names(void **state) {
  Scenes *scenes = *state;
  assert_contains(doc(scenes, "sphere"), "sphere{ center, radius, material, name, visible, at, turn, scale, floor }\n");
  assert_contains(scenes->text, "  radius        a number > 0, in m, default 1\n");
  assert_contains(doc(scenes, "glass"), "\nSee also: water, diamond, mirror\n");
  assert_contains(doc(scenes, "gold"), "\"gold\" in a material field: measured metal");
  assert_contains(doc(scenes, "material"), "material(name, m)\n");
  assert_contains(scenes->text, "\nevery shape's material: ");
  assert_contains(doc(scenes, "radius"), "sphere.radius, cylinder.radius, capsule.radius, disk.radius: Its radius.\n");
  assert_contains(doc(scenes, "param"), "group");
  assert_contains(scenes->text, "drag = true");
}

static void members(void **state) {
  Scenes *scenes = *state;
  assert_contains(doc(scenes, "sphere.radius"), "sphere.radius: a number > 0, in m, default 1\nIts radius.\nIt may stand without its name");
  assert_contains(doc(scenes, "box.material"), "box.material: a material, a preset");
  assert_contains(doc(scenes, ":at"), "part:at(x, y, z)");
  assert_null(strstr(doc(scenes, "sphere:at"), "every shape"));
  assert_contains(doc(scenes, "r:pick"), "rng \"name\"");
  assert_contains(doc(scenes, "math.floor"), "math.floor is the global floor:\nfloor(x)\n");
  assert_contains(doc(scenes, "string.format"), "Lua's own");
  assert_contains(doc(scenes, "param.group"), "param(name, default");
  assert_string_equal(no_doc(scenes, "sphere.radus"), "there is nothing named 'sphere.radus' — did you mean 'sphere.radius'?\n");
  assert_string_equal(no_doc(scenes, ":turny"), "there is nothing named ':turny' — did you mean ':turn'?\n");
  assert_contains(no_doc(scenes, "math.flor"), "math.flor");
  assert_string_equal(no_doc(scenes, "sphree"), "there is nothing named 'sphree' — did you mean 'sphere'?\n");
  const char *const odd[] = {
    "", ".", ":", "a.", ".b", "sphere.", "sphere:", "math.", "param.", "and", "..", "::", "sphere.radius.x", "\x1B"};
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) assert_null(strchr(no_doc(scenes, odd[i]), 0x1B));
}

static void lists(void **state) {
  Scenes *scenes = *state;
  assert_contains(doc(scenes, NULL), "shapes:     sphere box");
  for (const char *line = scenes->text; *line; line += strcspn(line, "\n") + 1)
    if (strcspn(line, "\n") > 120) fail_msg("a long line: %s", line);
  assert_contains(doc(scenes, "lights"), "light: A point or a ball");
  assert_contains(doc(scenes, "presets"), "\"gold\": measured metal\n");
  assert_contains(doc(scenes, "maths"), "sqrt(x): Square root.\n");
  assert_contains(doc(scenes, "colors"), "kelvin(temperature): ");
}

/* Everything that a topic points at is there. */
static void topics_lead_somewhere(void **state) {
  Scenes *scenes = *state;
  for (const DocTopic *topic = doc_topics; topic->words; topic++)
    for (const char *at = topic->see; *at;) {
      char name[60];
      const size_t size = strcspn(at, ",");
      snprintf(name, sizeof name, "%.*s", (int)size, at);
      doc(scenes, name);
      at += size + (at[size] == ',');
    }
}

static void words_are_found(void **state) {
  Scenes *scenes = *state;
  static const char *const pairs[][2] = {
    {"sun", "sky.sun"},
    {"spotlight", "spot"},
    {"texture", "checker"},
    {"firefly", "render.clamp"},
    {"caustic", "glass"},
    {"glow", "emit"},
    {"shadow", "light.radius"},
    {"blur", "camera.aperture"},
    {"shiny", "plastic"},
    {"transparent", "glass"},
    {"reflect", "mirror"},
    {"repeat", "proto"},
    {"random", "rng"},
    {"color", "\"#hex\""},
    {"brightness", "camera.exposure"},
    {"Shadows", "The larger the lamp"},
    {"fireflies", "clamp"},
    {"reflecting", "mirror"},
    {"gold", "measured metal"},
    {"agx", "render.tonemap"},
    {"radius", "sphere.radius, cylinder.radius"},
  };
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) assert_contains(search(scenes, pairs[i][0]), pairs[i][1]);
  const char *once = strstr(search(scenes, "material"), "every shape's material");
  assert_non_null(once);
  assert_null(strstr(once + 1, "every shape's material"));
  const char *const nothing[] = {"qwertz", "", "a very long word that is certainly longer than any name that a language would ever have"};
  for (size_t i = 0; i < 3; i++) {
    const MlSink sink = scenes_sink(scenes);
    assert_false(script_doc_search(nothing[i], &sink));
  }
  const MlSink sink = scenes_sink(scenes);
  assert_false(script_doc_search("shadwo", &sink));
  assert_string_equal(scenes->text, "nothing tells of 'shadwo' — did you mean 'shadow'?\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names),           cmocka_unit_test(members), cmocka_unit_test(lists), cmocka_unit_test(topics_lead_somewhere),
    cmocka_unit_test(words_are_found),
  };
  return cmocka_run_group_tests_name("lua docs", tests, scenes_setup, scenes_teardown);
}
