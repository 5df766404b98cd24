/* test_api.c - the table itself: complete, consistent, its defaults pass their own checks, its examples run, its documents are current. */
#include "api.h"
#include "lauxlib.h"
#include "lexer.h"
#include "module.h"
#include "node.h"
#include "params.h"
#include "runtime.h"
#include "scene_fixture.h"

static bool is_word(const char *name) {
  if (!name || !(name[0] >= 'a' && name[0] <= 'z') || lexer_is_keyword(name, strlen(name))) return false;
  for (; *name; name++)
    if (!((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '_')) return false;
  return true;
}

static bool is_sentence(const char *text) { return text && strlen(text) > 3 && text[strlen(text) - 1] == '.'; }

static void lint_field(const ApiEntry *entry, const ApiField *field) {
  const char *at = field->name ? field->name : "?";
  if (!is_word(field->name)) fail_msg("%s.%s is no name", entry->name, at);
  if (!is_sentence(field->doc)) fail_msg("%s.%s: '%s' is no sentence", entry->name, at, field->doc);
  const ApiRange *r = &field->range;
  if (r->hard_min > r->hard_max || r->soft_min > r->soft_max) fail_msg("%s.%s: an empty range", entry->name, at);
  if ((r->hard_min != 0 || r->hard_max != 0) && (r->soft_min < r->hard_min || r->soft_max > r->hard_max))
    fail_msg("%s.%s: soft outside hard", entry->name, at);
  if (field->type == API_NUMBER && r->hard_min == 0 && r->hard_max == 0) fail_msg("%s.%s: a number without a range", entry->name, at);
  if (field->type == API_WORD && (!field->words || !field->words[0])) fail_msg("%s.%s: no words", entry->name, at);
  if ((field->flags & API_REQUIRED) && field->def && field->type != API_COLOR)
    fail_msg("%s.%s: required and with a default", entry->name, at);
  for (const char *const *word = field->words; word && *word; word++) assert_true(strlen(*word) > 0);
}

static void every_row_is_complete(void **state) {
  (void)state;
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    const ApiEntry *e = *entry;
    assert_true(is_word(e->name));
    assert_true(is_sentence(e->doc));
    assert_non_null(e->example);
    assert_non_null(e->build);
    assert_true(e->field_count <= 32);
    uint32_t common = 0, keeps = 0;
    for (uint32_t i = 0; i < api_field_count(e); i++) {
      const ApiField *field = api_field(e, i);
      lint_field(e, field);
      common += i < e->field_count && !(field->flags & API_ADVANCED);
      keeps += field->type >= API_POINTS;
      for (uint32_t j = 0; j < i; j++)
        if (strcmp(api_field(e, j)->name, field->name) == 0) fail_msg("%s.%s stands twice", e->name, field->name);
    }
    if (common > 12) fail_msg("%s has %u fields that are not advanced", e->name, common);
    assert_int_equal(keeps, e->keeps);
    for (const char *other = e->see_also; other && *other;) {
      char name[50];
      const size_t size = strcspn(other, ",");
      snprintf(name, sizeof name, "%.*s", (int)size, other);
      if (!api_find_entry(name) && !api_find_function(name)) fail_msg("%s: see also '%s'", e->name, name);
      other += size + (other[size] == ',');
    }
  }
  for (const ApiFunction *f = api_functions; f->name; f++) {
    assert_true(is_word(f->name));
    assert_non_null(f->signature);
    if (!is_sentence(f->doc)) fail_msg("%s: '%s' is no sentence", f->name, f->doc);
    for (const ApiFunction *g = api_functions; g < f; g++)
      if (strcmp(g->name, f->name) == 0 && (g->kind == API_METHOD) == (f->kind == API_METHOD)) fail_msg("%s stands twice", f->name);
  }
}

/* A required field must be in the example of a default check. */
static void defaults_pass_their_own_checks(void **state) {
  Scenes *scenes = *state;
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    char source[200];
    snprintf(source, sizeof source, "%s{}", (*entry)->name);
    const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){.strict = true});
    for (size_t i = 0; i < e->diagnostic_count; i++)
      if (e->diagnostics[i].severity == SCRIPT_ERROR && !strstr(e->diagnostics[i].message, "missing") &&
          !strstr(e->diagnostics[i].message, "name a metal") && !strstr(e->diagnostics[i].message, "is never used"))
        fail_msg("%s: %s", (*entry)->name, e->diagnostics[i].message);
  }
}

/* Every picture that an example names: one light pixel, as tga or, where it ends so, hdr. */
static ScriptAssetStatus any_picture(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                                     const char **reason) {
  (void)ud, (void)max_size, (void)reason;
  static const uint8_t pixel[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 200, 200, 200};
  static const char high[] = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\n\x80\x80\x80\x81";
  const bool hdr = strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".hdr") == 0;
  *size = hdr ? sizeof high - 1 : sizeof pixel;
  *bytes = ml_engine_realloc(engine, NULL, 0, *size);
  if (*bytes) memcpy(*bytes, hdr ? (const void *)high : pixel, *size);
  return *bytes ? SCRIPT_ASSET_OK : SCRIPT_ASSET_MEMORY;
}

static void run_example(Scenes *scenes, const char *name, const char *example) {
  const ScriptAssets pictures = {NULL, any_picture};
  const ScriptEvaluation *e = scenes_evaluate(scenes, example, (ScriptInput){.name = name, .strict = true, .assets = &pictures});
  if (!e->scene || e->errors) fail_msg("%s: %s\n%s", name, example, scenes_diagnostics(scenes));
}

static void examples_run(void **state) {
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) run_example(*state, (*entry)->name, (*entry)->example);
  for (const ApiFunction *f = api_functions; f->name; f++)
    if (f->example) run_example(*state, f->name, f->example);
}

/* A small picture of what has been evaluated: the sum of its pixels. */
static float rendered(Scenes *scenes) {
  MlView view = scenes->evaluation->view;
  MlSettings settings = scenes->evaluation->settings;
  view.width = view.height = 16;
  settings.samples = 2;
  MlFilm *film = NULL;
  MlRender *render = NULL;
  assert_int_equal(ml_film_create(scenes->engine, scenes->evaluation->scene, &view, &settings, &film, NULL), ML_OK);
  assert_int_equal(ml_render_start(scenes->engine, scenes->evaluation->scene, &view, &settings, film, &render, NULL), ML_OK);
  assert_int_equal(ml_render_wait(render, -1), ML_RENDER_DONE);
  assert_int_equal(ml_film_nonfinite(film), 0);
  float row[48], sum = 0;
  for (uint32_t y = 0; y < 16; y++) {
    ml_film_row(film, y, row);
    for (int i = 0; i < 48; i++) sum += row[i];
  }
  ml_render_destroy(render);
  ml_film_destroy(film);
  return sum;
}

/* The examples of entries make pictures, too: small ones. */
static void examples_render(void **state) {
  Scenes *scenes = *state;
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    run_example(scenes, (*entry)->name, (*entry)->example);
    if (!(rendered(scenes) > 0)) fail_msg("the example of %s is black", (*entry)->name);
    const MlSink sink = scenes_sink(scenes);
    if (script_write_faults(scenes->evaluation, &sink)) fail_msg("the example of %s: %s", (*entry)->name, scenes->text);
  }
}

/* Functions that are not finite everywhere are named after rendering, each once, with their lines; the picture is what it can be. */
static void faults_are_named(void **state) {
  Scenes *scenes = *state;
  static const char source[] = "background(1) camera{ from = {0, 0, 9}, look_at = {0, 0, 0}, fov = 60 }\n"
                               "local function broken(s)\n  return sqrt(s.p.y) * 2 end\n"
                               "sphere{ radius = 2, material = broken } sphere{ at = {2, 0, 0}, material = matte{ 0.5, bump = broken } }\n"
                               "box{ size = 3, at = {-4, 0, 0}, material = 1 / (checker{ size = 9 } - 1) }\n"
                               "box{ at = {-3, 2, 0}, material = function(s) return sqrt(abs(s.p.x)) end }\n"
                               "box{ at = {0, 0, 90}, material = function(s) return log(-1 - s.p.x ^ 2) end }";
  const char *wanted = "scene.lua:2: warning: this function gives no finite number at some points, by the root of a number below 0: write "
                       "sqrt(max(x, 0)) (\xC3\x97"
                       "2)\n";
  if (!scenes_evaluate(scenes, source, (ScriptInput){.strict = true})->scene) fail_msg("%s", scenes_diagnostics(scenes));
  const MlSink before = scenes_sink(scenes);
  assert_int_equal(script_write_faults(scenes->evaluation, &before), 0);
  assert_string_equal(scenes->text, "");
  rendered(scenes);
  const MlSink sink = scenes_sink(scenes);
  assert_int_equal(script_write_faults(scenes->evaluation, &sink), 3); // the last box is not seen
  if (strncmp(scenes->text, wanted, strlen(wanted)) != 0) fail_msg("%s", scenes->text);
  assert_contains(scenes->text, "\n > 2 | local function broken(s)\n");
  assert_contains(
    scenes->text,
    "scene.lua:5: warning: this function gives no finite number at some points, by a division by 0: write a / max(b, 1e-6)\n");
  // For whoever shows the diagnostics: each of them once
  assert_int_equal(script_note_faults(scenes->evaluation), 2);
  assert_int_equal(scenes->evaluation->warnings, 2);
  rendered(scenes);
  assert_int_equal(script_note_faults(scenes->evaluation), 0);
  assert_contains(scenes_diagnostics(scenes),
                  "scene.lua:2: warning: this function gives no finite number at some points, by the root of a number below 0");
}

/* Definitions for the language server: every entry, field, function and method, in Lua that can be read. */
static void definitions_are_complete(void **state) {
  Scenes *scenes = *state;
  const MlSink sink = scenes_sink(scenes);
  script_write_luals(&sink);
  assert_true(scenes->length > 10000);
  char wanted[200];
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    const ApiEntry *e = *entry;
    snprintf(wanted, sizeof wanted, "\nfunction %s(%s) end\n", e->name, api_field_count(e) ? "t" : "");
    assert_contains(scenes->text, wanted);
    snprintf(wanted, sizeof wanted, "---@class (exact) %c%sFields\n", e->name[0] - 'a' + 'A', e->name + 1);
    const char *at = api_field_count(e) ? strstr(scenes->text, wanted) : NULL;
    if (api_field_count(e)) assert_non_null(at);
    const char *end = at ? strstr(at, "\n\n") : NULL;
    for (uint32_t i = 0; i < api_field_count(e); i++) {
      snprintf(wanted, sizeof wanted, "---@field %s? ", api_field(e, i)->name);
      const char *field = strstr(at, wanted);
      if (!field || field > end) fail_msg("%s.%s is not there", e->name, api_field(e, i)->name);
      if (strncmp(field + strlen(wanted), "any ", 4) == 0) fail_msg("%s.%s has no type", e->name, api_field(e, i)->name);
    }
  }
  for (const ApiFunction *f = api_functions; f->name; f++) {
    if (strcmp(f->section, "from Lua") == 0) continue;
    snprintf(wanted, sizeof wanted,
             f->kind == API_VALUE    ? "\n%s = "
             : f->kind == API_METHOD ? "\nfunction Node:%s("
                                     : "\nfunction %s(",
             f->name);
    if (strcmp(f->name, "param") == 0) snprintf(wanted, sizeof wanted, "\nparam = {}\n");
    assert_contains(scenes->text, wanted);
  }
  assert_contains(scenes->text, "\n---@param t? SphereFields|number\n");
  assert_contains(scenes->text, "\n---@param t? GroupFields|Node\n");
  lua_State *L = luaL_newstate();
  assert_non_null(L);
  if (luaL_loadbufferx(L, scenes->text, scenes->length, "=moonlit.d.lua", "t") != LUA_OK) fail_msg("%s", lua_tostring(L, -1));
  lua_close(L);
}

/* ------------------------------------------------------------ table and built-ins */

static void compare_builtins(lua_State *L, void *ud) {
  (void)ud;
  node_open(L);
  params_open(L);
  module_open(L);
  sandbox_push_builtins(L);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    const char *name = lua_tostring(L, -2);
    if (!api_find_entry(name) && !api_find_function(name))
      print_error("'%s' is built in and not in the table\n", name), *(bool *)ud = false;
  }
  for (const ApiFunction *f = api_functions; f->name; f++) {
    if (f->kind == API_METHOD) continue;
    if (sandbox_get(L, f->name) == LUA_TNIL) print_error("'%s' is in the table and not built in\n", f->name), *(bool *)ud = false;
    lua_pop(L, 1);
  }
}

static void table_and_builtins_agree(void **state) {
  Scenes *scenes = *state;
  Runtime runtime = {.engine = scenes->engine, .store = {.engine = scenes->engine}};
  SandboxDesc desc = {.engine = scenes->engine, .ud = &runtime};
  Sandbox *sandbox;
  SandboxResult result;
  bool agree = true;
  assert_int_equal(sandbox_create(&desc, &sandbox, NULL), ML_OK);
  assert_true(sandbox_run(sandbox, compare_builtins, &agree, &result));
  sandbox_destroy(sandbox);
  store_free(&runtime.store);
  assert_true(agree);
}

/* ------------------------------------------------------------------------ documents */

static void reference_is_current(void **state) {
  Scenes *scenes = *state;
  const MlSink sink = scenes_sink(scenes);
  script_write_reference(&sink);
  static char stored[400000];
  FILE *file = fopen("docs/REFERENCE.md", "rb");
  assert_non_null(file);
  stored[fread(stored, 1, sizeof stored - 1, file)] = 0;
  fclose(file);
  if (strcmp(stored, scenes->text) != 0) fail_msg("docs/REFERENCE.md is not what the table says: make docs");
}

static void api_json_is_balanced(void **state) {
  Scenes *scenes = *state;
  const MlSink sink = scenes_sink(scenes);
  script_write_api_json(&sink);
  int depth = 0;
  bool string = false;
  for (const char *c = scenes->text; *c; c++) {
    if (string) {
      if (*c == '\\') c++;
      else if (*c == '"') string = false;
    } else if (*c == '"') {
      string = true;
    } else {
      depth += (*c == '{' || *c == '[') - (*c == '}' || *c == ']');
    }
    assert_true(depth >= 0);
  }
  assert_int_equal(depth, 0);
  assert_false(string);
  assert_contains(scenes->text, "\"name\":\"sphere\",\"kind\":\"shape\"");
  // What an editor lives on: kinds of values, limits, what excludes what, members of libraries, colours.
  assert_contains(scenes->text, "\"name\":\"floor\",\"type\":\"boolean\"");
  assert_contains(scenes->text, "\"name\":\"fov\",\"type\":\"number\",\"takes\":\"a number > 0 and up to 179.9\"");
  assert_contains(scenes->text, "\"least\":0,\"above\":true,\"most\":179.9,\"min\":1,\"max\":150");
  assert_contains(scenes->text, "\"excludes\":[\"from\",\"to\"]");
  assert_contains(scenes->text, "\"members\":[\"concat\",\"insert\",");
  assert_contains(scenes->text, "\"name\":\"rubber\",\"kind\":\"plastic\",\"doc\":\"plastic, nearly black, dull\",\"color\":\"#303030\"");
  assert_contains(scenes->text, "\"tomato\":\"#ff6347\"");
  assert_contains(scenes->text, "\"name\":\"gold\",\"kind\":\"metal\",\"doc\":\"measured metal\",\"color\":\"#f8daaa\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_row_is_complete),
    cmocka_unit_test(defaults_pass_their_own_checks),
    cmocka_unit_test(examples_run),
    cmocka_unit_test(examples_render),
    cmocka_unit_test(faults_are_named),
    cmocka_unit_test(definitions_are_complete),
    cmocka_unit_test(table_and_builtins_agree),
    cmocka_unit_test(reference_is_current),
    cmocka_unit_test(api_json_is_balanced),
  };
  return cmocka_run_group_tests_name("lua api", tests, scenes_setup, scenes_teardown);
}
