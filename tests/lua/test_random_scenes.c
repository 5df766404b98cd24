/* test_random_scenes.c - scenes drawn at random from the API table, right and wrong ones: each gets an answer, and the same one twice. */
#include "fuzz/scene_input.h"
#include "scene_fixture.h"

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static void scenes_get_an_answer(void **state) {
  Scenes *scenes = *state;
  static SceneDraft draft;
  static char before[sizeof scenes->text];
  uint64_t random = 1;
  uint32_t good = 0, wrong = 0;
  const int count = getenv("LONG") ? 20000 : 600;
  for (int i = 0; i < count; i++) {
    uint8_t bytes[600];
    for (size_t k = 0; k < sizeof bytes; k++) bytes[k] = (uint8_t)next(&random);
    draft_scene(&draft, bytes, sizeof bytes);
    uint64_t hash = 0;
    for (int turn = 0; turn < 2; turn++) {
      const ScriptEvaluation *e = scenes_evaluate_size(scenes, draft.text, draft.size, (ScriptInput){0});
      if (!e->scene && !e->errors) fail_msg("neither a scene nor an error:\n%s", draft.text);
      const char *said = scenes_diagnostics(scenes);
      if (turn == 0) strcpy(before, said);
      else if (strcmp(before, said) != 0) fail_msg("%s\nsays first\n%s\nthen\n%s", draft.text, before, said);
      const uint64_t contents = e->scene ? ml_scene_stats(e->scene).hash : 0;
      if (turn == 0) hash = contents;
      else if (hash != contents) fail_msg("two scenes of\n%s", draft.text);
      if (turn == 0 && e->scene) good++;
      else if (turn == 0) wrong++;
      // An error knows its line
      for (size_t k = 0; k < e->diagnostic_count; k++)
        if (e->diagnostics[k].severity == SCRIPT_ERROR && e->diagnostics[k].line == 0 && strstr(e->diagnostics[k].message, "expected"))
          fail_msg("%s\n%s: without a line", draft.text, e->diagnostics[k].message);
    }
  }
  // Enough of both that this says something
  if (good < (uint32_t)count / 8 || wrong < (uint32_t)count / 8) fail_msg("%u good, %u wrong", good, wrong);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(scenes_get_an_answer)};
  return cmocka_run_group_tests_name("random scenes", tests, scenes_setup, scenes_teardown);
}
