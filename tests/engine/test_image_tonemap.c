/* test_image_tonemap.c - the tone mappings against independent statements of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image/color.h"
#include "image/tonemap.h"

static float encode(float linear) { return srgb_encode(vec3_all(linear))[0]; }

/* ----------------------------------------------------------------- agx */

/* Sobotka's generator, in double: a line of slope 2 through (10/16.5, .5), bent so that it ends in (0,0) and (1,1). */
static double agx_reference_curve(double linear) {
  double pivot = 10 / 16.5, x = (log2(linear) - (log2(.18) - 10)) / 16.5;
  if (!(x > 0)) return 0;
  if (x > 1) x = 1;
  double power = x < pivot ? 3 : 3.25, side = x < pivot ? pivot : 1 - pivot;
  double a = (pow(4 * side, power) - 1) / pow(side, power);
  return .5 + 2 * (x - pivot) * pow(1 + a * pow(fabs(x - pivot), power), -1 / power);
}

static void agx_reference(const double in[3], double out[3]) {
  // Published matrices (derived by primaries moved in by .2), here as matrices.
  static const double inset[9] = {0.8424010709504686, 0.0784365015618028, 0.0791624274877287, 0.0424010709504685, 0.8784365015618028,
                                  0.0791624274877287, 0.0424010709504685, 0.0784365015618028, 0.8791624274877287};
  static const double outset[9] = {1.1969986613119143,  -0.0980456269522535, -0.0989530343596609, -0.0530013386880857, 1.1519543730477466,
                                   -0.0989530343596609, -0.0530013386880857, -0.0980456269522535, 1.1510469656403390};
  double y[3];
  for (int i = 0; i < 3; i++) y[i] = agx_reference_curve(inset[3 * i] * in[0] + inset[3 * i + 1] * in[1] + inset[3 * i + 2] * in[2]);
  for (int i = 0; i < 3; i++) {
    out[i] = outset[3 * i] * y[0] + outset[3 * i + 1] * y[1] + outset[3 * i + 2] * y[2];
    out[i] = out[i] < 0 ? 0 : out[i] > 1 ? 1 : out[i];
  }
}

static void test_agx_reference(void **state) {
  (void)state;
  srand(1);
  for (int i = 0; i < 50000; i++) {
    double in[3], want[3];
    for (int c = 0; c < 3; c++) in[c] = rand() % 8 ? exp2((double)rand() / RAND_MAX * 24 - 16) : 0;
    MlColor got = tonemap_color(ML_TONEMAP_AGX, (MlColor){(float)in[0], (float)in[1], (float)in[2]});
    agx_reference(in, want);
    assert_true(fabs((double)got.r - want[0]) < 4e-6);
    assert_true(fabs((double)got.g - want[1]) < 4e-6);
    assert_true(fabs((double)got.b - want[2]) < 4e-6);
  }
}

/* The original's own table, LUTs/AgX_Default_Contrast.spi1d of github.com/sobotka/AgX (at commit 1ba3230): 4096 values over 16.5 stops, here
 * some of the toe, about middle grey, of the shoulder and the end. Greys go through the curve alone. */
static void test_agx_published(void **state) {
  (void)state;
  static const struct {
    int index;
    double value;
  } published[] = {{0, 0},           {1722, .1666927}, {1725, .1676483}, {2000, .2718260}, {2481, .4996004}, {2482, .5000888},
                   {2600, .5577078}, {3000, .7468467}, {4040, .9958848}, {4073, .9984091}, {4084, .9992135}, {4095, 1}};
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
    const float grey = (float)exp2(published[i].index / 4095.0 * 16.5 + log2(.18) - 10);
    const MlColor c = tonemap_color(ML_TONEMAP_AGX, (MlColor){grey, grey, grey});
    const float channels[3] = {c.r, c.g, c.b};
    for (int k = 0; k < 3; k++) assert_true(fabs((double)channels[k] - published[i].value) < 2e-6);
  }
}

/* Wrensch's polynomial fit, which others use: close to it, so that pictures look as expected. */
static void test_agx_near_fit(void **state) {
  (void)state;
  for (int i = 0; i <= 1000; i++) {
    double x = i / 1000.0, x2 = x * x, x4 = x2 * x2;
    double fit = 15.5 * x4 * x2 - 40.14 * x4 * x + 31.96 * x4 - 6.868 * x2 * x + 0.4298 * x2 + 0.1191 * x - 0.00232;
    float grey = (float)exp2(x * 16.5 + log2(.18) - 10);
    assert_true(fabs((double)tonemap_color(ML_TONEMAP_AGX, (MlColor){grey, grey, grey}).g - fit) < 6e-3);
  }
}

static void test_agx_shape(void **state) {
  (void)state;
  MlColor black = tonemap_color(ML_TONEMAP_AGX, (MlColor){0, 0, 0}), white = tonemap_color(ML_TONEMAP_AGX, (MlColor){100, 100, 100});
  assert_true(black.r < 1e-6f && black.g < 1e-6f && black.b < 1e-6f);
  assert_true(white.r > 0.99999f && white.g > 0.99999f && white.b > 0.99999f);
  MlColor middle = tonemap_color(ML_TONEMAP_AGX, (MlColor){0.18f, 0.18f, 0.18f});
  assert_true(fabsf(middle.r - 0.5f) < 1e-6f);
  float last = -1.0f;
  for (float grey = 1e-5f; grey < 20.0f; grey *= 1.01f) {
    MlColor c = tonemap_color(ML_TONEMAP_AGX, (MlColor){grey, grey, grey});
    assert_true(c.g >= last); // brighter is never darker
    uint8_t steps[3];         // grey stays grey
    quantize_u8(vec3(c.r, c.g, c.b), steps);
    assert_true(steps[0] == steps[1] && steps[1] == steps[2]);
    last = c.g;
  }
  // A very bright saturated red approaches white instead of clipping to red.
  MlColor red = tonemap_color(ML_TONEMAP_AGX, (MlColor){400, 0.01f, 0.01f});
  assert_true(red.g > 0.5f && red.b > 0.5f);
}

/* ------------------------------------------------------------- neutral */

/* The specification, in its own symbols: PBR_Neutral/README.md of github.com/KhronosGroup/ToneMapping. */
static void neutral_specification(const double in[3], double out[3]) {
  const double f90 = 0.04, ks = 0.8 - f90, kd = 0.15, x = fmin(in[0], fmin(in[1], in[2]));
  const double f = x <= 2 * f90 ? x - x * x / (4 * f90) : f90, p = fmax(in[0], fmax(in[1], in[2])) - f;
  const double pn = 1 - (1 - ks) * (1 - ks) / (p + 1 - 2 * ks), g = 1 / (kd * (p - pn) + 1);
  for (int i = 0; i < 3; i++) out[i] = p <= ks ? in[i] - f : (in[i] - f) * pn / p * g + pn * (1 - g);
}
static void test_neutral_specification(void **state) {
  (void)state;
  srand(2);
  for (int i = 0; i < 50000; i++) {
    double in[3], want[3];
    for (int c = 0; c < 3; c++) in[c] = (double)(float)(rand() % 8 ? exp2((double)rand() / RAND_MAX * 16 - 10) : 0);
    neutral_specification(in, want);
    const MlColor got = tonemap_color(ML_TONEMAP_NEUTRAL, (MlColor){(float)in[0], (float)in[1], (float)in[2]});
    assert_true(fabsf(got.r - encode((float)want[0])) < 4e-6f);
    assert_true(fabsf(got.g - encode((float)want[1])) < 4e-6f);
    assert_true(fabsf(got.b - encode((float)want[2])) < 4e-6f);
  }
}

static void test_neutral(void **state) {
  (void)state;
  // Between .08 and .76 + .04: the colour less the Fresnel offset of .04.
  for (float x = 0.08f; x < 0.79f; x += 0.01f)
    assert_true(fabsf(tonemap_color(ML_TONEMAP_NEUTRAL, (MlColor){x, x, x}).g - encode(x - 0.04f)) < 2e-6f);
  // Khronos' formula with numbers put in by hand: (2, 1, .5).
  double peak = 2 - .04, n = 1 - .24 * .24 / (peak + .24 - .76), s = n / peak, g = 1 - 1 / (.15 * (peak - n) + 1);
  MlColor c = tonemap_color(ML_TONEMAP_NEUTRAL, (MlColor){2, 1, 0.5f});
  assert_true(fabs((double)c.r - (double)encode((float)((2 - .04) * s * (1 - g) + n * g))) < 3e-6);
  assert_true(fabs((double)c.g - (double)encode((float)((1 - .04) * s * (1 - g) + n * g))) < 3e-6);
  assert_true(fabs((double)c.b - (double)encode((float)((.5 - .04) * s * (1 - g) + n * g))) < 3e-6);
  float last = -1.0f;
  for (float x = 0.0f; x < 50.0f; x += 0.01f) {
    float y = tonemap_color(ML_TONEMAP_NEUTRAL, (MlColor){x, x, x}).r;
    assert_true(y >= last && y <= 1.0f);
    last = y;
  }
}

/* -------------------------------------------------------- false colour */

static bool same_color(MlColor a, MlColor b) { return a.r == b.r && a.g == b.g && a.b == b.b; }
static MlColor false_color_of(double stops) {
  const float grey = (float)(0.18 * exp2(stops));
  return tonemap_color(ML_TONEMAP_FALSE_COLOR, (MlColor){grey, grey, grey});
}

static void test_false_color(void **state) {
  (void)state;
  // One colour a stop, from its half to the next; all differ
  MlColor bands[15];
  for (int stop = -7; stop <= 7; stop++) {
    bands[stop + 7] = false_color_of(stop);
    assert_true(same_color(false_color_of(stop - 0.499), bands[stop + 7]) && same_color(false_color_of(stop + 0.499), bands[stop + 7]));
    for (int other = 0; other < stop + 7; other++) assert_false(same_color(bands[other], bands[stop + 7]));
  }
  assert_true(same_color(bands[0], (MlColor){0, 0, 0}) && same_color(bands[14], (MlColor){1, 1, 1}));
  assert_true(same_color(false_color_of(-60), bands[0]) && same_color(false_color_of(60), bands[14]));
  assert_true(same_color(tonemap_color(ML_TONEMAP_FALSE_COLOR, (MlColor){0, 0, 0}), bands[0]));
  // Middle grey is grey, and by luminance, whatever the hue
  const float half = 128.0f / 255.0f;
  assert_true(same_color(bands[7], (MlColor){half, half, half}));
  assert_true(same_color(tonemap_color(ML_TONEMAP_FALSE_COLOR, (MlColor){0.18f / 0.2126f, 0, 0}), bands[7]));
  assert_true(same_color(tonemap_color(ML_TONEMAP_FALSE_COLOR, (MlColor){0, 0.36f / 0.7152f, 0}), bands[8]));
  assert_true(same_color(tonemap_color(ML_TONEMAP_FALSE_COLOR, (MlColor){0, 0, 0.09f / 0.0722f}), bands[6]));
}

/* ---------------------------------------------------------------- rows */

static void test_none_clamps(void **state) {
  (void)state;
  const float in[6] = {0.5f, 1.5f, -1.0f, 0.0f, 1.0f, 0.25f};
  uint8_t out[6];
  tonemap_row(ML_TONEMAP_NONE, 0.0f, in, 2, out);
  const uint8_t want[6] = {188, 255, 0, 0, 255, 137};
  assert_memory_equal(out, want, sizeof want);
}

static void test_strange_values(void **state) {
  (void)state;
  const float in[12] = {NAN, NAN, NAN, INFINITY, INFINITY, INFINITY, -INFINITY, -1.0f, -0.0f, 3e38f, 0.0f, 3e38f};
  for (int t = ML_TONEMAP_AGX; t <= ML_TONEMAP_FALSE_COLOR; t++) {
    for (float ev = -100.0f; ev <= 100.0f; ev += 50.0f) {
      uint8_t out[12];
      tonemap_row((MlTonemap)t, ev, in, 4, out);
      assert_true(out[0] == 0 && out[1] == 0 && out[2] == 0);
      assert_true(out[3] == 255 && out[4] == 255 && out[5] == 255);
      assert_true(out[6] == 0 && out[7] == 0 && out[8] == 0);
    }
    uint8_t out[12];
    tonemap_row((MlTonemap)t, NAN, in, 4, out); // no particular result, only a defined one
  }
}

static void test_exposure_doubles(void **state) {
  (void)state;
  float once[300], twice[300];
  for (int i = 0; i < 300; i++) once[i] = (float)i * 0.01f, twice[i] = 2.0f * once[i];
  for (int t = ML_TONEMAP_AGX; t <= ML_TONEMAP_FALSE_COLOR; t++) {
    for (float ev = -3.0f; ev <= 3.0f; ev += 1.0f) {
      uint8_t a[300], b[300];
      tonemap_row((MlTonemap)t, ev + 1.0f, once, 100, a);
      tonemap_row((MlTonemap)t, ev, twice, 100, b);
      assert_memory_equal(a, b, sizeof a);
    }
  }
  // Half a stop is a factor of sqrt 2.
  const float in[3] = {0.2f, 0.2f, 0.2f}, scaled[3] = {0.28284271f, 0.28284271f, 0.28284271f};
  uint8_t a[3], b[3];
  tonemap_row(ML_TONEMAP_NONE, 0.5f, in, 1, a);
  tonemap_row(ML_TONEMAP_NONE, 0.0f, scaled, 1, b);
  assert_memory_equal(a, b, sizeof a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_agx_reference),    cmocka_unit_test(test_agx_near_fit),  cmocka_unit_test(test_agx_shape),
    cmocka_unit_test(test_neutral),          cmocka_unit_test(test_none_clamps),   cmocka_unit_test(test_strange_values),
    cmocka_unit_test(test_exposure_doubles), cmocka_unit_test(test_agx_published), cmocka_unit_test(test_neutral_specification),
    cmocka_unit_test(test_false_color),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
