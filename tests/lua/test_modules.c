/* test_modules.c - require, the list of what is missing, and files below a folder. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "module.h"
#include "scene_fixture.h"

/* Files in memory: path, text, path, text, ..., NULL. */
static ScriptAssetStatus read_memory(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                     const char **reason) {
  const char *const *files = ud;
  (void)max_size;
  if (strcmp(path, "secret.lua") == 0) return *reason = "it is secret", SCRIPT_ASSET_REFUSED;
  if (strcmp(path, "huge.lua") == 0) return SCRIPT_ASSET_MEMORY;
  for (; files[0]; files += 2) {
    if (strcmp(files[0], path) != 0) continue;
    *size = strlen(files[1]);
    *bytes = *size ? ml_engine_realloc(engine, NULL, 0, *size) : NULL;
    if (*size) memcpy(*bytes, files[1], *size);
    return SCRIPT_ASSET_OK;
  }
  return SCRIPT_ASSET_MISSING;
}

static const ScriptEvaluation *run(Scenes *scenes, const char *const *files, const char *source) {
  const ScriptAssets assets = {(void *)(uintptr_t)files, read_memory};
  return scenes_evaluate(scenes, source, (ScriptInput){.name = "scenes/main.lua", .assets = &assets});
}

static void modules_run_once_and_return_anything(void **state) {
  static const char *const files[] = {"lib/tree.lua",
                                      "print('loaded') local t = {} function t.make(x) return sphere{ at = {x, 0, 0} } end return t",
                                      "nothing.lua",
                                      "",
                                      "number.lua",
                                      "return 42",
                                      NULL};
  const ScriptEvaluation *e = run(*state, files,
                                  "local a, b = require 'lib/tree', require('lib/tree') assert(a == b)\n"
                                  "assert(require 'nothing' == true and require 'number' == 42)\n"
                                  "a.make(1) a.make(3) background(1) camera{}");
  if (!e->scene) fail_msg("%s", scenes_diagnostics(*state));
  assert_int_equal(ml_scene_stats(e->scene).shapes, 2);
  assert_string_equal(e->console, "scenes/lib/tree.lua:1: loaded\n");
  assert_int_equal(e->asset_count, 3);
  assert_string_equal(e->assets[0], "lib/tree.lua");
}

static void shapes_of_modules_are_patterns(void **state) {
  static const char *const files[] = {
    "parts.lua", "local ball = sphere{} box{} light{} background(.5) render{ samples = 3 } return { ball = ball }", NULL};
  const ScriptEvaluation *e = run(*state, files, "require('parts').ball:at(1, 0, 0)");
  const MlSceneStats stats = ml_scene_stats(e->scene);
  assert_int_equal(stats.shapes, 1);
  assert_int_equal(stats.lights, 2); // the light and the background
  assert_int_equal(e->settings.samples, 3);
  // A module that fails inside a pcall leaves no trace: what comes after is the scene's own.
  static const char *const broken[] = {"broken.lua", "error('no')", NULL};
  e = run(*state, broken, "print(pcall(require, 'broken')) sphere{} background(1)");
  assert_int_equal(ml_scene_stats(e->scene).shapes, 1);
}

static void profiles_are_read(void **state) {
  static const char *const files[] = {
    "lamp.ies", "TILT=NONE 1 -1 1 2 1 1 2 0 0 0 1 1 0 0 90 0 2 1", "wrong.ies", "TILT=NONE\n1 -1 1 2 1 3 2", "empty.ies", "", NULL};
  Scenes *scenes = *state;
  const ScriptEvaluation *e = run(scenes, files,
                                  "sphere{} local a = light{ ies = 'lamp.ies' }\n"
                                  "a:turn_x(90):at(0, 3, 0) spot{ ies = 'lamp.ies', at = {0, 3, 0}, radius = 0.1 }");
  if (!e->scene) fail_msg("%s", scenes_diagnostics(scenes));
  assert_int_equal(ml_scene_stats(e->scene).lights, 2);
  assert_int_equal(e->asset_count, 1);
  e = run(scenes, files,
          "sphere{} light{ ies = 'wrong.ies' } spot{ ies = 'empty.ies' } light{ ies = 'absent.ies' } light{ ies = 'absent.ies' }");
  assert_null(e->scene);
  assert_int_equal(e->errors, 4);
  assert_int_equal(e->missing_count, 1);
  assert_contains(scenes_diagnostics(scenes),
                  "light.ies: wrong.ies, line 2: expected photometry of type C (1), the only one that is understood, got 3");
  assert_contains(scenes_diagnostics(scenes),
                  "spot.ies: empty.ies, line 1: expected a line TILT=NONE, as IES files have, but the file ends");
}

static void environments_are_apart(void **state) {
  static const char *const files[] = {"m.lua", "mine = 3 return function() return mine end", NULL};
  Scenes *scenes = *state;
  run(scenes, files, "assert(require 'm'() == 3) local x = mine");
  assert_contains(scenes_diagnostics(scenes), "scenes/main.lua:1:38: error: 'mine' is not defined");
}

static void missing_ones_are_listed_together(void **state) {
  static const char *const files[] = {NULL};
  Scenes *scenes = *state;
  const ScriptEvaluation *e =
    run(scenes, files,
        "local tree = require 'lib/tree'\ntree.make(3).size = nil or tree.x + 1\n"
        "local rock = require 'rock'\nsphere{ material = rock.stone, radius = rock(3) }\ngroup{ tree.oak, rock:at(1) }");
  assert_null(e->scene);
  assert_int_equal(e->missing_count, 2);
  assert_string_equal(e->missing[0], "lib/tree.lua");
  assert_string_equal(e->missing[1], "rock.lua");
}

static void errors_of_modules_name_them(void **state) {
  static const char *const files[] = {"a.lua", "\nsphere{ radius = 1 at = 3 }",
                                      "b.lua", "return function()\n  sphere{ radius = -1 }\n  nothing()\nend",
                                      "c.lua", "require 'd'",
                                      "d.lua", "require 'c'",
                                      NULL};
  Scenes *scenes = *state;
  run(scenes, files, "require 'a'");
  assert_contains(scenes_diagnostics(scenes), "scenes/a.lua:2:19: error: missing ',' after \"radius = 1\"");
  run(scenes, files, "local f = require 'b'\nf()");
  assert_contains(scenes_diagnostics(scenes), "scenes/b.lua:2:11: error: sphere.radius: expected a number > 0, got -1");
  assert_contains(scenes_diagnostics(scenes), "scenes/b.lua:3:3: error: 'nothing' is not defined");
  assert_contains(scenes_diagnostics(scenes), "= called from scenes/main.lua:2: ");
  run(scenes, files, "require 'c'");
  assert_contains(scenes_diagnostics(scenes),
                  "scenes/d.lua:1:9: error: require \"c\": it is being loaded already: the modules require each other in a circle");
  run(scenes, files, "require 'secret'");
  assert_contains(scenes_diagnostics(scenes), "require \"secret\": 'secret.lua' cannot be read: it is secret");
  assert_true(run(scenes, files, "require 'huge'")->out_of_memory);
  run(scenes, files, "require(3)");
  assert_contains(scenes_diagnostics(scenes), "require needs the name of a module");
  run(scenes, files, "require '../other'");
  assert_contains(scenes_diagnostics(scenes),
                  "main.lua:1:9: error: require \"../other\": it must lie beside the scene: '.' and '..' are not allowed");
  scenes_evaluate(scenes, "require 'a'", (ScriptInput){0});
  assert_contains(scenes_diagnostics(scenes), "there is no file 'a.lua' beside the scene");
}

static ScriptAssetStatus read_next(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                   const char **reason) {
  char text[100];
  const int n = snprintf(text, sizeof text, "return require 'm%d'", atoi(path + 1) + 1);
  (void)ud, (void)max_size, (void)reason;
  *bytes = ml_engine_realloc(engine, NULL, 0, (size_t)n);
  *size = (size_t)n;
  memcpy(*bytes, text, (size_t)n);
  return SCRIPT_ASSET_OK;
}

static void depth_is_bounded(void **state) {
  Scenes *scenes = *state;
  const ScriptAssets assets = {NULL, read_next};
  scenes_evaluate(scenes, "require 'm1'", (ScriptInput){.assets = &assets});
  assert_contains(scenes_diagnostics(scenes), "modules require each other more than 32 deep");
}

static void paths_are_checked(void **state) {
  (void)state;
  static const char *const fine[] = {"a", "a/b.c/d-e_f", "\xC3\xA4", "..a", "a..b", "a b"};
  static const char *const wrong[] = {"", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\\b", "c:/x", "a\nb", "a/.."};
  for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) assert_null(module_refuse_path(fine[i], strlen(fine[i])));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_non_null(module_refuse_path(wrong[i], strlen(wrong[i])));
  assert_non_null(module_refuse_path("a\0b", 3));
  static char text[1200];
  memset(text, 'a', 1100);
  assert_non_null(module_refuse_path(text, 1100));
}

/* ---------------------------------------------------------------------- folders */

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void folders_are_closed(void **state) {
  Scenes *scenes = *state;
  char root[] = "/tmp/moonlit-modules-XXXXXX", path[200];
  assert_non_null(mkdtemp(root));
  static const char *const made[] = {"scene", "scene/lib"};
  for (size_t i = 0; i < 2; i++) snprintf(path, sizeof path, "%s/%s", root, made[i]), assert_int_equal(mkdir(path, 0700), 0);
  snprintf(path, sizeof path, "%s/outside.lua", root), write_text(path, "return 'outside'");
  snprintf(path, sizeof path, "%s/scene/lib/inside.lua", root), write_text(path, "return 'inside'");
  snprintf(path, sizeof path, "%s/scene/empty.lua", root), write_text(path, "");
  snprintf(path, sizeof path, "%s/scene/link.lua", root), assert_int_equal(symlink("../outside.lua", path), 0);
  snprintf(path, sizeof path, "%s/scene/up", root), assert_int_equal(symlink("..", path), 0);
  snprintf(path, sizeof path, "%s/scene/pipe.lua", root), assert_int_equal(mkfifo(path, 0600), 0);
  snprintf(path, sizeof path, "%s/scene/folder.lua", root), assert_int_equal(mkdir(path, 0700), 0);
  snprintf(path, sizeof path, "%s/scene", root);

  ScriptFolder *folder = NULL;
  MlError error = {0};
  assert_int_equal(script_folder_open(scenes->engine, path, &folder, &error), ML_OK);
  const ScriptAssets assets = script_folder_assets(folder);
  static const struct {
    const char *path;
    ScriptAssetStatus status;
  } cases[] = {
    {"lib/inside.lua", SCRIPT_ASSET_OK},         {"empty.lua", SCRIPT_ASSET_OK},           {"nowhere.lua", SCRIPT_ASSET_MISSING},
    {"lib/nowhere/x.lua", SCRIPT_ASSET_MISSING}, {"link.lua", SCRIPT_ASSET_REFUSED},       {"pipe.lua", SCRIPT_ASSET_REFUSED},
    {"folder.lua", SCRIPT_ASSET_REFUSED},        {"../outside.lua", SCRIPT_ASSET_REFUSED}, {"/etc/passwd", SCRIPT_ASSET_REFUSED}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    void *bytes = NULL;
    size_t size = 0;
    const char *reason = NULL;
    const ScriptAssetStatus status = assets.read(assets.ud, scenes->engine, cases[i].path, 1000, &bytes, &size, &reason);
    if (status != cases[i].status) fail_msg("%s: expected %d, got %d", cases[i].path, (int)cases[i].status, (int)status);
    assert_true(status != SCRIPT_ASSET_REFUSED || reason);
    ml_engine_realloc(scenes->engine, bytes, size, 0);
  }
  void *bytes;
  size_t size;
  const char *reason;
  assert_int_not_equal(assets.read(assets.ud, scenes->engine, "up/outside.lua", 1000, &bytes, &size, &reason), SCRIPT_ASSET_OK);
  assert_int_equal(assets.read(assets.ud, scenes->engine, "lib/inside.lua", 3, &bytes, &size, &reason), SCRIPT_ASSET_REFUSED);
  assert_string_equal(reason, "it is too large");
  const ScriptEvaluation *e = scenes_evaluate(scenes, "print(require 'lib/inside') sphere{}", (ScriptInput){.assets = &assets});
  assert_contains(e->console, "inside");
  script_folder_close(folder);

  static const char *const gone[] = {"scene/folder.lua",     "scene/pipe.lua", "scene/up", "scene/link.lua", "scene/empty.lua",
                                     "scene/lib/inside.lua", "scene/lib",      "scene",    "outside.lua"};
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
    snprintf(path, sizeof path, "%s/%s", root, gone[i]), assert_int_equal(remove(path), 0);
  assert_int_equal(script_folder_open(scenes->engine, path, &folder, &error), ML_ERROR_FILE);
  assert_null(folder);
  assert_contains(error.message, "cannot be opened");
  rmdir(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(modules_run_once_and_return_anything),
    cmocka_unit_test(shapes_of_modules_are_patterns),
    cmocka_unit_test(profiles_are_read),
    cmocka_unit_test(environments_are_apart),
    cmocka_unit_test(missing_ones_are_listed_together),
    cmocka_unit_test(errors_of_modules_name_them),
    cmocka_unit_test(depth_is_bounded),
    cmocka_unit_test(paths_are_checked),
    cmocka_unit_test(folders_are_closed),
  };
  return cmocka_run_group_tests_name("lua modules", tests, scenes_setup, scenes_teardown);
}
