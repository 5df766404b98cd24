/* test_shade_texture.c - patterns at points and over footprints, ramps and blends, and materials resolved at a point. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shade/resolve.h"

static const Spectrum black = {0, 0, 0, 0}, white = {1, 1, 1, 0};
static TextureInput constant(float x) { return (TextureInput){spectrum_all(x), NO_ID}; }
static TextureInput inner(uint32_t id) { return (TextureInput){black, id}; }
static Texture pattern(TextureKind kind) { return (Texture){.a = constant(1), .b = constant(0), .amount = constant(0), .kind = kind}; }

static TexturePoint point_at(float x, float y, float z) { return (TexturePoint){.p = vec3(x, y, z), .n = vec3(0, 1, 0), .stretch = 1}; }
static float value(const Texture *texture, const TexturePoint *at) {
  Textures textures = {.textures = texture, .count = 1};
  Spectrum s = texture_eval(&textures, 0, at, false);
  return spectrum_to_color(s).g;
}
static float random_in(float lo, float hi) { return lo + (hi - lo) * (float)(rand() % 100000) * 1e-5f; }

/* The mean over the box about x by many points. */
static double mean_of(double (*f)(double), double x, double w) {
  enum { STEPS = 20000 };
  double sum = 0;
  for (int i = 0; i < STEPS; i++) sum += f(x + w * ((i + .5) / STEPS - .5));
  return sum / STEPS;
}
static double square(double x) { return fmod(fmod(x, 2) + 2, 2) < 1 ? 1 : -1; }
static double pulse(double x) { return x - floor(x) < (double).3f ? 1 : 0; }

static void means_of_waves_are_exact(void **state) {
  (void)state;
  srand(3);
  for (int i = 0; i < 300; i++) {
    float x = random_in(-7, 7), w = random_in(0, i % 3 ? 1.5f : 9);
    assert_true(fabs((double)square_wave_mean(x, w) - mean_of(square, (double)x, (double)w)) < 1e-3);
    assert_true(fabs((double)pulse_wave_mean(x, w, .3f) - mean_of(pulse, (double)x, (double)w)) < 1e-3);
    assert_true(square_wave_mean(x, 0) == (float)square((double)x));
    assert_true(pulse_wave_mean(x, 0, .3f) == (float)pulse((double)x));
  }
  assert_true(square_wave_mean(.5f, .4f) == 1 && square_wave_mean(1.5f, .4f) == -1); /* no edge in the box: exact */
  assert_true(square_wave_mean(-.5f, 0) == -1 && square_wave_mean(0, 0) == 1 && square_wave_mean(1, 0) == -1);
  assert_true(fabsf(square_wave_mean(3e5f, 1e12f)) < 1e-6f);
  assert_true(fabsf(pulse_wave_mean(.1f, 1e12f, .3f) - .3f) < 1e-3f);
}

static void a_checker_has_cubes(void **state) {
  (void)state;
  Texture checker = pattern(TEXTURE_CHECKER);
  checker.size[0] = .5f, checker.size[1] = 1, checker.size[2] = 2;
  for (int i = 0; i < 500; i++) {
    float x = random_in(-3, 3), y = random_in(-3, 3), z = random_in(-3, 3);
    TexturePoint at = point_at(x, y, z);
    at.n = vec3(0, 0, 0);
    int cell = (int)floorf(x / .5f) + (int)floorf(y) + (int)floorf(z / 2);
    assert_true(value(&checker, &at) == (cell & 1 ? 0.0f : 1.0f));
  }
}

/* On the border of cells the surface shows what is under it, from either side and however its place is rounded. */
static void faces_on_borders_do_not_flicker(void **state) {
  (void)state;
  Texture checker = pattern(TEXTURE_CHECKER), stripes = pattern(TEXTURE_STRIPES);
  for (int i = 0; i < 3; i++) checker.size[i] = 1;
  stripes.place[1] = 1;
  for (int k = -50; k < 50; k++) {
    TexturePoint up = point_at(.3f, (float)k * 1e-7f, .3f), down = up;
    up.p_error = down.p_error = 1e-6f;
    down.n = -up.n;
    assert_true(value(&checker, &up) == 0 && value(&checker, &down) == 1);
    assert_true(value(&stripes, &up) == 0 && value(&stripes, &down) == 1);
  }
}

static void far_patterns_have_their_mean(void **state) {
  (void)state;
  Texture checker = pattern(TEXTURE_CHECKER), stripes = pattern(TEXTURE_STRIPES), bricks = pattern(TEXTURE_BRICKS);
  for (int i = 0; i < 3; i++) checker.size[i] = 1;
  stripes.place[0] = 1;
  bricks.size[0] = .25f, bricks.size[1] = .08f, bricks.size[2] = .01f;
  float share = (1 - .01f / .25f) * (1 - .01f / .08f);
  for (int i = 0; i < 100; i++) {
    TexturePoint at = point_at(random_in(-1e4f, 1e4f), 0, random_in(-1e4f, 1e4f));
    at.px = vec3(random_in(300, 1e5f), 0, 1);
    at.py = vec3(0, 0, random_in(300, 1e5f));
    assert_true(fabsf(value(&checker, &at) - .5f) < 1e-4f);
    assert_true(fabsf(value(&stripes, &at) - .5f) < .004f);
    assert_true(fabsf(value(&bricks, &at) - share) < .004f);
  }
}

/* The value over a box that is turned with the pattern is the mean of point values. */
static void filtered_bricks_are_means(void **state) {
  (void)state;
  Texture bricks = pattern(TEXTURE_BRICKS);
  bricks.size[0] = .25f, bricks.size[1] = .08f, bricks.size[2] = .01f;
  for (int i = 0; i < 20; i++) {
    TexturePoint at = point_at(random_in(-1, 1), 0, random_in(-1, 1)), sample = at;
    float wx = random_in(.01f, .3f), wz = .08f * (float)(2 * (rand() % 3)); /* within a row, and over whole pairs of rows: exact */
    if (wz == 0) at.p[2] = sample.p[2] = .08f * floorf(at.p[2] / .08f) + .045f, wz = .05f;
    at.px = vec3(wx, 0, 0), at.py = vec3(0, 0, wz);
    double sum = 0;
    enum { STEPS = 200 };
    for (int a = 0; a < STEPS; a++)
      for (int b = 0; b < STEPS; b++) {
        sample.p = vec3(at.p[0] + wx * (((float)a + .5f) / STEPS - .5f), 0, at.p[2] + wz * (((float)b + .5f) / STEPS - .5f));
        sum += (double)value(&bricks, &sample);
      }
    assert_true(fabs(sum / (STEPS * STEPS) - (double)value(&bricks, &at)) < .02);
  }
}

static void bricks_lie_as_masons_lay_them(void **state) {
  (void)state;
  Texture bricks = pattern(TEXTURE_BRICKS);
  bricks.size[0] = 1, bricks.size[1] = .5f, bricks.size[2] = .1f;
  TexturePoint at = point_at(0, 0, 0);
  at.n = vec3(0, 0, 1); /* a wall: x along, y up */
  const struct {
    float x, y, expected;
  } points[] = {{.5f, .25f, 1}, {.01f, .25f, 0}, {.5f, .01f, 0}, {.5f, .75f, 0}, {.01f, .75f, 1}, {.99f, .25f, 0}};
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
    at.p = vec3(points[i].x, points[i].y, 7);
    assert_true(value(&bricks, &at) == points[i].expected);
  }
  at.n = vec3(-1, 0, 0); /* another: z along */
  at.p = vec3(7, .25f, .01f);
  assert_true(value(&bricks, &at) == 0);
}

static void gradients_stop_at_their_ends(void **state) {
  (void)state;
  Texture gradient = pattern(TEXTURE_GRADIENT);
  gradient.place[1] = 1;
  gradient.size[1] = .5f; /* from y = 1 to y = 3 */
  TexturePoint at = point_at(5, 0, 5);
  assert_true(value(&gradient, &at) == 1);
  at.p[1] = 1.5f;
  assert_true(fabsf(value(&gradient, &at) - .75f) < 1e-6f);
  at.p[1] = 9;
  assert_true(value(&gradient, &at) == 0);
}

static void ramps_and_blends(void **state) {
  (void)state;
  RampStop stops[3] = {{constant(.2f), 0}, {constant(.6f), .5f}, {constant(0), 1}};
  Texture textures[4] = {pattern(TEXTURE_GRADIENT), pattern(TEXTURE_RAMP), pattern(TEXTURE_BLEND), pattern(TEXTURE_SUM)};
  textures[0].a = constant(0), textures[0].b = constant(1);
  textures[0].size[1] = 1; /* y itself */
  textures[1].amount = inner(0);
  textures[1].stop_count = 3;
  textures[2].a = constant(.1f), textures[2].b = inner(1), textures[2].amount = inner(0);
  textures[3].a = inner(1), textures[3].b = constant(2);
  Textures all = {textures, stops, 4, 3, NULL};
  const float ys[] = {-1, 0, .25f, .5f, .75f, 1, 5}, expected[] = {.2f, .2f, .4f, .6f, .3f, 0, 0};
  for (int i = 0; i < 7; i++) {
    TexturePoint at = point_at(0, ys[i], 0);
    float y = clamp_f(ys[i], 0, 1);
    assert_true(fabsf(texture_number(&all, 1, &at) - expected[i]) < 1e-5f);
    assert_true(fabsf(texture_number(&all, 2, &at) - ((1 - y) * .1f + y * expected[i])) < 1e-5f);
    assert_true(fabsf(texture_number(&all, 3, &at) - (expected[i] + 2)) < 1e-5f);
  }
}

/* ---- materials */

static void patches_change_what_they_name(void **state) {
  (void)state;
  Texture textures[1] = {pattern(TEXTURE_GRADIENT)};
  textures[0].a = constant(0), textures[0].b = (TextureInput){white * .5f, NO_ID};
  textures[0].size[1] = 1;
  Textures all = {.textures = textures, .count = 1};
  Lobe lobes[2] = {{.kind = LOBE_DIFFUSE, .weight = .5f, .color = white}, {.kind = LOBE_CONDUCTOR, .weight = .5f, .alpha = .3f}};
  Patch patches[5] = {{0, PATCH_COLOR, 0}, {1, PATCH_ROUGHNESS, 0}, {0, PATCH_WEIGHT, 0}, {1, PATCH_REST, 0}, {0, PATCH_SIGMA, 0}};
  Material material = {.lobe_count = 2, .patch_count = 5};
  TexturePoint at = point_at(0, 1, 0);
  Lobe out[MATERIAL_MAX_LOBES];
  material_resolve(&material, lobes, patches, &all, &at, out);
  assert_true(fabsf(spectrum_max(out[0].color) - .5f) < 1e-6f && fabsf(out[1].alpha - .25f) < 1e-6f);
  assert_true(fabsf(out[0].weight - .25f) < 1e-6f && fabsf(out[1].weight - .25f) < 1e-6f && fabsf(out[0].sigma - .5f) < 1e-6f);
  assert_true(lobes[0].weight == .5f && lobes[1].alpha == .3f); /* what is frozen stays */
}

/* A conductor whose colour comes from a texture has the mean reflectance of one that was made of that colour. */
static void conductors_keep_their_averages(void **state) {
  (void)state;
  const uint32_t kinds[2] = {ARTIST_SCHLICK, ARTIST_F82};
  for (int i = 0; i < 40; i++) {
    Spectrum color = {random_in(0, 1), random_in(0, 1), random_in(0, 1), 0}, edge = {random_in(.3f, 1), random_in(.3f, 1), 1, 0};
    Lobe made = {.kind = LOBE_CONDUCTOR, .artist = kinds[i % 2], .color = color, .edge = edge, .alpha = .4f, .weight = 1}, varied = made;
    varied.color = white;
    lobe_finish(&made);
    lobe_finish(&varied);
    Texture texture = pattern(TEXTURE_BLEND);
    texture.a = (TextureInput){color, NO_ID};
    Textures all = {.textures = &texture, .count = 1};
    TexturePoint at = point_at(0, 0, 0);
    material_patch_lobe(&varied, PATCH_COLOR, &all, 0, &at);
    assert_true(spectrum_max(varied.color - made.color) == 0);
    Spectrum difference = varied.average - made.average;
    assert_true(spectrum_max(difference) < 3e-4f && spectrum_max(-difference) < 3e-4f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(means_of_waves_are_exact),        cmocka_unit_test(a_checker_has_cubes),
    cmocka_unit_test(faces_on_borders_do_not_flicker), cmocka_unit_test(far_patterns_have_their_mean),
    cmocka_unit_test(filtered_bricks_are_means),       cmocka_unit_test(bricks_lie_as_masons_lay_them),
    cmocka_unit_test(gradients_stop_at_their_ends),    cmocka_unit_test(ramps_and_blends),
    cmocka_unit_test(patches_change_what_they_name),   cmocka_unit_test(conductors_keep_their_averages),
  };
  return cmocka_run_group_tests_name("shade texture", tests, NULL, NULL);
}
