/* test_image_color.c - the sRGB curve and quantisation. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "image/color.h"
#include "moonlit.h"

/* One channel. */
static float encode(float linear) { return srgb_encode(vec3_all(linear))[1]; }
static int step_of(float code) {
  uint8_t steps[3];
  quantize_u8(vec3(0, 0, code), steps);
  return steps[2];
}

static double reference_encode(double v) { return v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055; }
static double reference_decode(double v) { return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4); }

static void test_float_curve(void **state) {
  (void)state;
  for (int i = 0; i <= 100000; i++) {
    float x = (float)i / 100000.0f;
    assert_true(fabs((double)encode(x) - reference_encode((double)x)) < 1e-6);
    assert_true(fabs((double)srgb_decode(x) - reference_decode((double)x)) < 3e-7);
  }
  assert_true(encode(0.0f) == 0.0f && srgb_decode(0.0f) == 0.0f);
  assert_true(fabsf(encode(1.0f) - 1.0f) < 1e-6f && fabsf(srgb_decode(1.0f) - 1.0f) < 1e-6f);
}

static void test_display_power(void **state) {
  (void)state;
  for (int i = 0; i < 200000; i++) {
    float x = ldexpf(1.0f + (float)(i % 1000) / 1000.0f, i / 1000 - 100);
    assert_true(fabs((double)log2_display(vec3_all(x))[0] - log2((double)x)) < 1e-7 * fabs(log2((double)x)) + 2e-7);
    const float exponents[] = {1.0f / 2.4f, -1.0f / 3.0f, -4.0f / 13.0f};
    for (int k = 0; k < 3 && x > 1e-6f && x < 1e9f; k++) {
      double want = pow((double)x, (double)exponents[k]);
      assert_true(fabs((double)pow_display(vec3_all(x), exponents[k])[2] - want) < 1e-6 * want);
    }
  }
}

static void test_every_step_returns(void **state) {
  (void)state;
  for (int i = 0; i < 256; i++) assert_int_equal(step_of(encode(srgb_decode((float)i / 255.0f))), i);
}

static void test_quantize(void **state) {
  (void)state;
  assert_int_equal(step_of(-1.0f), 0);
  assert_int_equal(step_of(2.0f), 255);
  assert_int_equal(step_of(INFINITY), 255);
  assert_int_equal(step_of(NAN), 0);
  assert_int_equal(step_of(0.5f / 255.0f), 1); // rounds to nearest, halves up
  assert_int_equal(step_of(0.49f / 255.0f), 0);
  assert_int_equal(step_of(254.49f / 255.0f), 254);
}

static void test_script_decode(void **state) {
  (void)state;
  for (int i = 0; i <= 1000; i++) assert_true(fabs(ml_srgb_decode(i / 1000.0) - reference_decode(i / 1000.0)) < 1e-15);
  assert_true(fabs(ml_srgb_decode(188.0 / 255.0) - 0.502886) < 5e-7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_float_curve), cmocka_unit_test(test_display_power), cmocka_unit_test(test_every_step_returns),
    cmocka_unit_test(test_quantize),    cmocka_unit_test(test_script_decode),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
