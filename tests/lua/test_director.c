/* test_director.c - the newest script wins, nothing leaks, nobody waits for what was dropped. */
#include <stdatomic.h>

#include "scene_fixture.h"

typedef struct Heard {
  atomic_uint_fast64_t count, last;
} Heard;

static void hear(void *ud, uint64_t number, const ScriptEvaluation *evaluation) {
  Heard *heard = ud;
  atomic_store(&heard->last, evaluation->scene ? number : 0);
  atomic_fetch_add(&heard->count, 1);
}

static ScriptInput input_of(const char *source) {
  return (ScriptInput){.size = sizeof(ScriptInput), .name = "page.lua", .source = source, .source_size = strlen(source)};
}

static uint64_t post(ScriptDirector *d, const char *source) {
  const ScriptInput input = input_of(source);
  return script_director_post(d, &input);
}

static void a_script_becomes_a_scene(void **state) {
  Scenes *scenes = *state;
  ScriptDirector *d = NULL;
  Heard heard = {0};
  assert_int_equal(script_director_start(scenes->engine, hear, &heard, &d, NULL), ML_OK);
  assert_false(script_director_state(d).busy);
  assert_null(script_director_take(d, NULL));
  char text[] = "param('a', 0) sphere{}"; // is copied
  static const ScriptSet set = {"a", "1"};
  ScriptInput input = input_of(text);
  input.sets = &set;
  input.set_count = 1;
  assert_int_equal(script_director_post(d, &input), 1);
  memset(text, '?', sizeof text - 1);
  assert_true(script_director_wait(d, -1));
  uint64_t number = 0;
  ScriptEvaluation *e = script_director_take(d, &number);
  assert_non_null(e);
  assert_int_equal(number, 1);
  assert_non_null(e->scene);
  assert_true(e->params[0].value[0] == 1);
  assert_int_equal(heard.count, 1);
  assert_int_equal(heard.last, 1);
  script_evaluation_destroy(e);
  const ScriptDirectorState now = script_director_state(d);
  assert_true(now.posted == 1 && now.finished == 1 && !now.busy);
  script_director_stop(d);
}

#ifndef ML_NO_THREADS
static void the_newest_wins(void **state) {
  Scenes *scenes = *state;
  ScriptDirector *d = NULL;
  Heard heard = {0};
  assert_int_equal(script_director_start(scenes->engine, hear, &heard, &d, NULL), ML_OK);
  for (int i = 0; i < 20; i++) post(d, "while true do end");
  const uint64_t last = post(d, "sphere{} print('last')");
  assert_int_equal(last, 21);
  assert_true(script_director_wait(d, 20));
  uint64_t number;
  ScriptEvaluation *e = script_director_take(d, &number);
  assert_int_equal(number, last);
  assert_contains(e->console, "last");
  assert_int_equal(heard.count, 1);
  script_evaluation_destroy(e);
  script_director_stop(d);
}

static void cancelling_ends_the_run(void **state) {
  Scenes *scenes = *state;
  ScriptDirector *d = NULL;
  assert_int_equal(script_director_start(scenes->engine, NULL, NULL, &d, NULL), ML_OK);
  post(d, "while true do end");
  assert_false(script_director_wait(d, 0.02));
  script_director_cancel(d);
  assert_true(script_director_wait(d, 20));
  assert_null(script_director_take(d, NULL));
  post(d, "sphere{}");
  assert_true(script_director_wait(d, 20));
  script_evaluation_destroy(script_director_take(d, NULL));
  script_director_cancel(d); // with nothing to drop
  assert_false(script_director_state(d).busy);
  script_director_stop(d);
}

static void stopping_needs_no_waiting(void **state) {
  Scenes *scenes = *state;
  for (int i = 0; i < 50; i++) {
    ScriptDirector *d = NULL;
    assert_int_equal(script_director_start(scenes->engine, NULL, NULL, &d, NULL), ML_OK);
    post(d, i % 3 == 0 ? "while true do end" : i % 3 == 1 ? "sphere{}" : "sphere{ radius = -1 }");
    if (i % 2) post(d, "box{}");
    script_director_stop(d);
  }
  script_director_stop(NULL);
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_script_becomes_a_scene),
#ifndef ML_NO_THREADS
    cmocka_unit_test(the_newest_wins),
    cmocka_unit_test(cancelling_ends_the_run),
    cmocka_unit_test(stopping_needs_no_waiting),
#endif
  };
  return cmocka_run_group_tests_name("lua director", tests, scenes_setup, scenes_teardown);
}
