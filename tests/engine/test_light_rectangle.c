/* test_light_rectangle.c - rectangles alone: their solid angle against closed forms, samples against the uniform density over it. */
#include <cmocka.h>
#include <math.h>

#include "chi_square.h"
#include "light/rectangle.h"

/* From `height` above the corner of an a by b rectangle. */
static double corner_solid_angle(double a, double b, double height) {
  return atan(a * b / (height * sqrt(a * a + b * b + height * height)));
}
/* Of [x0, x1] by [y0, y1]: corners' ones, each with the sign of its part. */
static double solid_angle(double x0, double x1, double y0, double y1, double height) {
  return corner_solid_angle(x1, y1, height) - corner_solid_angle(x0, y1, height) - corner_solid_angle(x1, y0, height) +
         corner_solid_angle(x0, y0, height);
}

typedef struct Case {
  const char *name;
  double x0, x1, y0, y1, height; /* in the rectangle's own frame */
} Case;

static const Case cases[] = {
  {"about the foot", -1, 2, -.5, 1.5, .4}, {"nearly a half space", -20, 30, -25, 15, .5},
  {"beside the foot", .5, 3, -1, 2, .3},   {"beyond a corner", .2, 2, .3, 4, .5},
  {"narrow", -3, 4, .1, .4, .2},           {"as small as it gets", -.2, .15, .1, .3, 1},
};
enum { CASES = sizeof cases / sizeof *cases };

/* A frame that lies in no special way. */
static const Vec3 axis_u = {.6f, .64f, .48f, 0}, axis_v = {-.8f, .48f, .36f, 0}, axis_n = {0, -.6f, .8f, 0};

static RectangleView view_of(const Case *c, double side) {
  Vec3 corner = (float)c->x0 * axis_u + (float)c->y0 * axis_v + (float)(side * c->height) * axis_n;
  return rectangle_view(corner, (float)(c->x1 - c->x0) * axis_u, (float)(c->y1 - c->y0) * axis_v);
}

static void solid_angles_are_exact(void **state) {
  (void)state;
  for (int i = 0; i < CASES; i++) {
    const Case *c = &cases[i];
    for (int side = -1; side <= 1; side += 2) {
      RectangleView view = view_of(c, side);
      double expected = solid_angle(c->x0, c->x1, c->y0, c->y1, c->height);
      if (fabs((double)view.solid_angle - expected) > 1e-5) fail_msg("%s: %.7f sr, not %.7f", c->name, (double)view.solid_angle, expected);
    }
  }
  /* A face of a cube from its middle; what is too small or seen from too close to its plane is refused */
  RectangleView face = view_of(&(Case){"face", -1, 1, -1, 1, 1}, 1);
  assert_true(fabs((double)face.solid_angle - 2 * M_PI / 3) < 1e-5);
  assert_true(view_of(&(Case){"small", -.1, .1, -.1, .1, 1}, 1).solid_angle == 0);
  assert_true(view_of(&(Case){"in its plane", -1, 1, -1, 1, 1e-4}, 1).solid_angle == 0);
}

/* A grid over the rectangle, that of a spherical one: cells by solid angle from the plane's foot hold what their solid angles say. */
static void samples_fill_the_solid_angle(void **state) {
  (void)state;
  enum { SIDE = 24, N = 200000 };
  static double observed[SIDE * SIDE], expected[SIDE * SIDE];
  for (int i = 0; i < CASES; i++) {
    const Case *c = &cases[i];
    RectangleView view = view_of(c, i % 2 ? 1 : -1);
    double all = solid_angle(c->x0, c->x1, c->y0, c->y1, c->height), width = (c->x1 - c->x0) / SIDE, depth = (c->y1 - c->y0) / SIDE;
    for (int cell = 0; cell < SIDE * SIDE; cell++) {
      double x = c->x0 + width * (cell % SIDE), y = c->y0 + depth * (cell / SIDE);
      expected[cell] = N * solid_angle(x, x + width, y, y + depth, c->height) / all;
      observed[cell] = 0;
    }
    TestRandom random = {17 + (uint64_t)i};
    for (int n = 0; n < N; n++) {
      Vec3 p = rectangle_sample(&view, test_random2(&random));
      double x = ((double)dot(p, axis_u) - c->x0) / width, y = ((double)dot(p, axis_v) - c->y0) / depth;
      if (!(x > -1e-3 && x < SIDE + 1e-3 && y > -1e-3 && y < SIDE + 1e-3)) fail_msg("%s: %f, %f is outside", c->name, x, y);
      assert_true(fabs(fabs((double)dot(p, axis_n)) - c->height) < 1e-5 * (1 + c->height + fabs(c->x1) + fabs(c->y1)));
      int column = (int)fmin(fmax(x, 0), SIDE - 1), row = (int)fmin(fmax(y, 0), SIDE - 1);
      observed[row * SIDE + column]++;
    }
    assert_true(chi_square_agrees(c->name, observed, expected, SIDE * SIDE, N, CASES));
  }
}

static void right_angles_are_known(void **state) {
  (void)state;
  assert_true(rectangle_is_one(3 * axis_u, .01f * axis_v));
  assert_false(rectangle_is_one(axis_u, axis_v + 1e-3f * axis_u));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(solid_angles_are_exact),
    cmocka_unit_test(samples_fill_the_solid_angle),
    cmocka_unit_test(right_angles_are_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
