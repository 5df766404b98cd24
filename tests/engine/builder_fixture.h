/* builder_fixture.h - one builder for every test of a program, set up and torn down around each. */
#ifndef TESTS_BUILDER_FIXTURE_H
#define TESTS_BUILDER_FIXTURE_H

#include "scene_fixture.h"

static Fixture fixture;
static MlBuilder *b;
static MlError error;

static int set_up(void **state) {
  (void)state;
  fixture_begin(&fixture);
  b = fixture_builder(&fixture);
  return 0;
}
static int tear_down(void **state) {
  (void)state;
  ml_builder_destroy(b);
  fixture_end(&fixture);
  return 0;
}

/* Makes something in a builder of its own, with the first allocation failing, then the second, and so on until none does: each time it is either made or
 * refused for memory, and nothing is lost. make(builder, ud) gives false where it was refused, with its error in `error`. */
static inline void fail_each_allocation(bool (*make)(MlBuilder *builder, void *ud), void *ud, long most) {
  bool done = false;
  for (long fail = 0; !done; fail++) {
    Fixture own;
    fixture_begin(&own);
    MlBuilder *builder = fixture_builder(&own);
    own.fault.left = fail;
    error = (MlError){0};
    done = make(builder, ud);
    if (!done) assert_int_equal(error.status, ML_ERROR_MEMORY);
    own.fault.left = -1;
    ml_builder_destroy(builder);
    fixture_end(&own);
    assert_true(fail < most);
  }
}

/* An MlCancel's poll that calls work off at once; ud: an int, how often it was asked. */
static inline bool poll_yes(void *ud) {
  ++*(int *)ud;
  return true;
}

#endif
