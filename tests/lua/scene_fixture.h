/* scene_fixture.h - what the tests of scenes share: an engine, evaluations, their text. */
#ifndef ML_TESTS_LUA_SCENE_FIXTURE_H
#define ML_TESTS_LUA_SCENE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "script.h"

typedef struct Scenes {
  MlEngine *engine;
  ScriptEvaluation *evaluation; /* the last one */
  char text[400000];            /* what was written last */
  size_t length;
} Scenes;

static inline int scenes_setup(void **state) {
  Scenes *scenes = calloc(1, sizeof *scenes);
  if (!scenes) return -1;
  *state = scenes;
  return ml_engine_create(&(MlEngineDesc){.size = sizeof(MlEngineDesc), .threads = 1}, &scenes->engine, NULL) == ML_OK ? 0 : -1;
}

static inline int scenes_teardown(void **state) {
  Scenes *scenes = *state;
  script_evaluation_destroy(scenes->evaluation);
  ml_engine_destroy(scenes->engine);
  free(scenes);
  return 0;
}

static inline bool scenes_write(void *ud, const void *bytes, size_t count) {
  Scenes *scenes = ud;
  if (count >= sizeof scenes->text - scenes->length) return false;
  memcpy(scenes->text + scenes->length, bytes, count);
  scenes->length += count;
  scenes->text[scenes->length] = 0;
  return true;
}

static inline MlSink scenes_sink(Scenes *scenes) {
  scenes->length = 0;
  scenes->text[0] = 0;
  return (MlSink){scenes_write, scenes};
}

/* Evaluates with the given options; name and source are filled in. */
static inline const ScriptEvaluation *scenes_evaluate_size(Scenes *scenes, const char *source, size_t size, ScriptInput input) {
  script_evaluation_destroy(scenes->evaluation);
  scenes->evaluation = NULL;
  input.size = sizeof input;
  if (!input.name) input.name = "scene.lua";
  input.source = source;
  input.source_size = size;
  MlError error = {0};
  assert_int_equal(script_evaluate(scenes->engine, &input, &scenes->evaluation, &error), ML_OK);
  return scenes->evaluation;
}

static inline const ScriptEvaluation *scenes_evaluate(Scenes *scenes, const char *source, ScriptInput input) {
  return scenes_evaluate_size(scenes, source, strlen(source), input);
}

static inline const char *scenes_diagnostics(Scenes *scenes) {
  const MlSink sink = scenes_sink(scenes);
  script_write_diagnostics(scenes->evaluation, SCRIPT_NOTE, &sink);
  return scenes->text;
}

/* The scene that `source` makes; fails, showing the errors, when there is none. */
static inline const ScriptEvaluation *scenes_good(Scenes *scenes, const char *source) {
  const ScriptEvaluation *e = scenes_evaluate(scenes, source, (ScriptInput){0});
  if (!e->scene) fail_msg("%s", scenes_diagnostics(scenes));
  return e;
}

static inline void assert_contains(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("'%s' is not in:\n%s", part, text);
}

#endif
