/* test_math_elementary.c - the float functions against double libm: largest errors, special values, structure.
 * `test_math_elementary N` takes every N-th float (usually 4093; 1 takes half an hour) and prints the largest errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "math/elementary.h"
#include "ulp.h"

static uint32_t step;

typedef struct OneArgument {
  const char *name;
  float (*f)(float);
  double (*exact)(double);
  float largest; /* argument */
  double bound;
} OneArgument;

static float turns_sine(float u) {
  float s, c;
  sincos_turns_f(u, &s, &c);
  return s;
}
static float turns_cosine(float u) {
  float s, c;
  sincos_turns_f(u, &s, &c);
  return c;
}
/* Quarters are taken off exactly first, for pi has no exact double. */
static double exact_turns_sine(double u) {
  double quarter = floor(4 * u + 0.5), rest = (u - quarter / 4) * 6.283185307179586476925;
  double s = sin(rest), c = cos(rest);
  switch ((int)(int64_t)fmod(quarter, 4) & 3) {
  case 0: return s;
  case 1: return c;
  case 2: return -s;
  default: return -c;
  }
}
static double exact_turns_cosine(double u) { return exact_turns_sine(u + 0.25); }

static const OneArgument functions[] = {
  {"sin_f", sin_f, sin, LARGEST_F, 0.85},
  {"cos_f", cos_f, cos, LARGEST_F, 0.85},
  {"tan_f", tan_f, tan, LARGEST_F, 1.0},
  {"asin_f", asin_f, asin, 1.5f, 0.70},
  {"acos_f", acos_f, acos, 1.5f, 0.70},
  {"atan_f", atan_f, atan, INFINITY_F, 0.90},
  {"exp_f", exp_f, exp, INFINITY_F, 0.85},
  {"log_f", log_f, log, INFINITY_F, 0.95},
  {"log2_f", log2_f, log2, INFINITY_F, 0.51},
  {"floor_f", floor_f, floor, INFINITY_F, 0},
  {"sincos_turns_f sine", turns_sine, exact_turns_sine, 0x1p20f, 0.80},
  {"sincos_turns_f cosine", turns_cosine, exact_turns_cosine, 0x1p20f, 0.80},
};

static void test_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    const OneArgument *o = &functions[i];
    double worst = 0;
    float at = 0;
    for (uint64_t bits = 0; bits <= float_bits(o->largest); bits += step)
      for (int sign = 0; sign < 2; sign++) {
        float x = bits_float((uint32_t)bits | (uint32_t)sign << 31);
        if (o->f == turns_sine && abs_f(x) < 0x1p-100f) continue; /* products below the normal numbers */
        double error = ulp_error_f(o->f(x), o->exact((double)x));
        if (error > worst) worst = error, at = x;
      }
    if (step < 4093) print_message("%-22s %.3f ulp at %a\n", o->name, worst, (double)at);
    if (worst > o->bound) fail_msg("%s: %.3f ulp at %a, promised %.2f", o->name, worst, (double)at, o->bound);
  }
}

static uint64_t random_state = 1;
static uint32_t random_u32(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 32);
}

static void test_errors_of_two(void **state) {
  (void)state;
  double worst_atan2 = 0, worst_pow = 0;
  float at[4] = {0};
  uint32_t count = step < 4093 ? 20000000 : 300000;
  for (uint32_t i = 0; i < count; i++) {
    float x = bits_float(random_u32()), y = bits_float(random_u32());
    if (i & 1) {
      x = bits_float(random_u32() >> 9 | 0x3f800000u) * bits_float((127 - 8 + (random_u32() & 15)) << 23);
      y = (bits_float(random_u32() >> 9 | 0x3f800000u) - 1.5f) * (float)(random_u32() & 63);
    }
    if (i % 8 == 1) x = 1.0f + (x - floor_f(x)) * 0x1p-8f;
    double error = ulp_error_f(atan2_f(y, x), atan2((double)y, (double)x));
    if (error > worst_atan2) worst_atan2 = error, at[0] = y, at[1] = x;
    error = ulp_error_f(pow_f(x, y), pow((double)x, (double)y));
    if (error > worst_pow) worst_pow = error, at[2] = x, at[3] = y;
  }
  if (step < 4093)
    print_message("atan2_f %.3f ulp at %a %a\npow_f   %.3f ulp at %a %a\n", worst_atan2, (double)at[0], (double)at[1], worst_pow,
                  (double)at[2], (double)at[3]);
  if (worst_atan2 > 0.95) fail_msg("atan2_f: %.3f ulp at %a, %a", worst_atan2, (double)at[0], (double)at[1]);
  if (worst_pow > 0.95) fail_msg("pow_f: %.3f ulp at %a, %a", worst_pow, (double)at[2], (double)at[3]);
}

static void assert_same(float got, double expected) {
  if (expected != expected) {
    assert_true(got != got);
  } else {
    assert_int_equal(float_bits(got), float_bits((float)expected));
  }
}

static const float special[] = {0.0f,
                                -0.0f,
                                1.0f,
                                -1.0f,
                                0.5f,
                                -0.5f,
                                2.0f,
                                -2.0f,
                                3.0f,
                                -3.0f,
                                0x1p24f,
                                -0x1.000002p24f,
                                0x1p-149f,
                                -0x1p-149f,
                                0x1.fffffep+127f,
                                -0x1.fffffep+127f,
                                INFINITY,
                                -INFINITY,
                                NAN,
                                1.5f,
                                -2.5f};

static void test_special_values(void **state) {
  (void)state;
  size_t n = sizeof special / sizeof *special;
  for (size_t i = 0; i < n; i++) {
    float x = special[i];
    double d = (double)x;
    assert_same(floor_f(x), floor(d));
    if (x == 0.0f || !(abs_f(x) <= LARGEST_F)) {
      for (size_t f = 0; f < 9; f++) assert_same(functions[f].f(x), functions[f].exact(d));
    }
    for (size_t j = 0; j < n; j++) {
      float y = special[j];
      double expected = pow(d, (double)y);
      bool exact = x == 0.0f || y == 0.0f || isinf(x) || isinf(y) || isnan(expected) || isinf((float)expected) || (float)expected == 0.0f ||
                   abs_f(x) == 1.0f;
      if (exact) assert_same(pow_f(x, y), expected);
      expected = atan2(d, (double)y);
      if (x == 0.0f || y == 0.0f || isinf(x) || isinf(y) || isnan(expected) || abs_f(x) == abs_f(y)) assert_same(atan2_f(x, y), expected);
    }
  }
}

static void test_exact_values(void **state) {
  (void)state;
  assert_true(exp_f(0.0f) == 1.0f && log_f(1.0f) == 0.0f && pow_f(2.0f, 10.0f) == 1024.0f && pow_f(3.0f, 13.0f) == 1594323.0f);
  for (int k = -149; k <= 127; k++) assert_true(log2_f(scale_f(scale_f(1.0f, k / 2), k - k / 2)) == (float)k);
  for (int n = -8; n <= 8; n++) {
    float s, c;
    sincos_turns_f((float)n * 0.25f, &s, &c);
    assert_true(s == (float)(n & 1 ? ((n & 3) == 1 ? 1 : -1) : 0) && c == (float)(n & 1 ? 0 : ((n & 3) == 0 ? 1 : -1)));
  }
}

static void test_sine_and_cosine_agree(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 100000; i++) {
    float x = bits_float(random_u32()), s, c;
    sincos_f(x, &s, &c);
    if (x != x || isinf(x)) continue;
    assert_true(s == sin_f(x) && c == cos_f(x) && sin_f(-x) == -s && cos_f(-x) == c);
    assert_true(abs_f(s) <= 1.0f && abs_f(c) <= 1.0f && abs_f(s * s + c * c - 1.0f) < 4 * EPSILON_F);
  }
}

static void test_neighbours(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 100000; i++) {
    float x = bits_float(random_u32());
    if (x != x) continue;
    assert_same(next_up_f(x), (double)nextafterf(x, INFINITY));
    assert_same(next_down_f(x), (double)nextafterf(x, -INFINITY));
    if (!isinf(x) && !isinf(next_up_f(x))) assert_int_equal(ulp_distance_f(next_up_f(x), x), 1);
  }
  assert_same(next_up_f(-0.0f), 0x1p-149);
  assert_same(next_down_f(0.0f), -0x1p-149);
  assert_int_equal(ulp_distance_f(-0.0f, 0.0f), 0);
  assert_int_equal(ulp_distance_f(-0x1p-149f, 0x1p-149f), 2);
  assert_int_equal(ulp_distance_f(-LARGEST_F, LARGEST_F), 0xfefffffeu);
  assert_true((double)float_below(0.1) < 0.1 && (double)float_above(0.1) > 0.1 && float_below(0.5) == 0.5f && float_above(0.5) == 0.5f);
  assert_true(float_below(1e300) == LARGEST_F && float_above(1e300) == INFINITY_F && float_above(-1e300) == -LARGEST_F);
}

/* sum of n roundings stays within gamma(n). */
static void test_gamma(void **state) {
  (void)state;
  for (int n = 1; n < 100; n++) {
    double exact = pow(1 + 0x1p-24, n) - 1;
    assert_true((double)gamma_bound(n) >= exact * (1 - 1e-6) && (double)gamma_bound(n) < exact * 1.001);
  }
}

int main(int argc, char **argv) {
  step = ulp_step(argc, argv, 4093);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_errors),       cmocka_unit_test(test_errors_of_two),         cmocka_unit_test(test_special_values),
    cmocka_unit_test(test_exact_values), cmocka_unit_test(test_sine_and_cosine_agree), cmocka_unit_test(test_neighbours),
    cmocka_unit_test(test_gamma),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
