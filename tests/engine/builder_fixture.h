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

#endif
