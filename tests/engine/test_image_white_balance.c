/* test_image_white_balance.c - chromatic adaptation against published matrices, and what it leaves alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "image/white_balance.h"

/* sRGB to XYZ and back, to the digits of B. Lindbloom's pages ("RGB/XYZ Matrices", brucelindbloom.com). */
static const double to_xyz[3][3] = {
  {0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}};
static const double to_rgb[3][3] = {
  {3.2404542, -1.5371385, -0.4985314}, {-0.9692660, 1.8760108, 0.0415560}, {0.0556434, -0.2040259, 1.0572252}};

static void multiply(const double m[3][3], const double v[3], double out[3]) {
  for (int i = 0; i < 3; i++) out[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
}

/* His "Chromatic Adaptation" gives Bradford's matrices between standard illuminants, in XYZ: here from A and from D50 to D65. */
static void test_published_matrices(void **state) {
  (void)state;
  static const struct {
    double white[3], matrix[3][3];
  } published[] = {
    {{1.09850, 1.00000, 0.35585},
     {{0.8446965, -0.1179225, 0.3948108}, {-0.1366303, 1.1041226, 0.1291718}, {0.0798489, -0.1348999, 3.1924009}}},
    {{0.96422, 1.00000, 0.82521},
     {{0.9555766, -0.0230393, 0.0631636}, {-0.0282895, 1.0099416, 0.0210077}, {0.0122982, -0.0204830, 1.3299098}}},
  };
  for (size_t k = 0; k < sizeof published / sizeof *published; k++) {
    double white[3];
    multiply(to_rgb, published[k].white, white);
    const WhiteBalance balance = white_balance((MlColor){(float)white[0], (float)white[1], (float)white[2]});
    assert_false(balance.none);
    for (int c = 0; c < 3; c++) {
      double primary[3] = {c == 0, c == 1, c == 2}, xyz[3], adapted[3], want[3];
      multiply(to_xyz, primary, xyz);
      multiply(published[k].matrix, xyz, adapted);
      multiply(to_rgb, adapted, want);
      float got[3] = {c == 0, c == 1, c == 2};
      white_balance_row(&balance, got, 1);
      for (int i = 0; i < 3; i++) assert_true(fabs((double)got[i] - want[i]) < 2e-3);
    }
  }
}

static void test_white_becomes_grey(void **state) {
  (void)state;
  static const MlColor whites[] = {{1, 1, 1}, {2.2f, 0.7f, 0.05f}, {0.6f, 0.9f, 2.5f}, {1, 0, 0}, {3e-20f, 1e-20f, 1e-21f}};
  for (size_t i = 0; i < sizeof whites / sizeof *whites; i++) {
    const WhiteBalance balance = white_balance(whites[i]);
    float rgb[6] = {whites[i].r, whites[i].g, whites[i].b, 0, 0, 0};
    const double y = 0.2126 * (double)rgb[0] + 0.7152 * (double)rgb[1] + 0.0722 * (double)rgb[2];
    white_balance_row(&balance, rgb, 2);
    for (int c = 0; c < 3; c++) {
      assert_true(fabs((double)rgb[c] / y - 1.0) < 2e-5); // and as bright as before
      assert_true(rgb[3 + c] == 0.0f);
    }
  }
}

static void test_none(void **state) {
  (void)state;
  const WhiteBalance none = white_balance((MlColor){0, 0, 0}), daylight = white_balance((MlColor){1, 1, 1});
  assert_true(none.none);
  float same[3] = {0.1f, -2.0f, 3e30f}, near[3] = {0.3f, 0.2f, 0.1f};
  white_balance_row(&none, same, 1);
  assert_true(same[0] == 0.1f && same[1] == -2.0f && same[2] == 3e30f);
  white_balance_row(&daylight, near, 1);
  assert_true(fabsf(near[0] - 0.3f) < 1e-6f && fabsf(near[1] - 0.2f) < 1e-6f && fabsf(near[2] - 0.1f) < 1e-6f);
  assert_true(white_is_valid((MlColor){0, 0, 0}) && white_is_valid((MlColor){1e30f, 0, 1}));
  assert_false(white_is_valid((MlColor){-1, 1, 1}));
  assert_false(white_is_valid((MlColor){1, NAN, 1}));
  assert_false(white_is_valid((MlColor){1, 1, INFINITY}));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_published_matrices),
    cmocka_unit_test(test_white_becomes_grey),
    cmocka_unit_test(test_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
