/* test_math_double.c - ml_sin ... ml_frexp against long double libm, special values against C99 Annex F, and the golden
 * hashes. `test_math_double N` with N from 1 to 50 (usual) tries 50/N times as many arguments and prints the largest errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "golden_math.h"
#include "ulp.h"

static uint32_t step;
static Golden source;

static double any_argument(uint32_t i, double scale) {
  double unit = (double)(golden_bits(&source) >> 11) * 0x1p-53 * 2 - 1;
  switch (i % 4) {
  case 0: return bits_double(golden_bits(&source));
  case 1: return unit * scale;
  case 2: return unit * ldexp(1, (int)(golden_bits(&source) % 60) - 40);
  default: return 1 + unit * ldexp(1, -(int)(golden_bits(&source) % 52));
  }
}

#if HAVE_LONG_ORACLE
typedef struct OneArgument {
  const char *name;
  double (*f)(double);
  long double (*exact)(long double);
  double scale, bound;
} OneArgument;

static const OneArgument functions[] = {
  {"ml_sin", ml_sin, sinl, 100, 0.51},       {"ml_cos", ml_cos, cosl, 100, 0.51},      {"ml_tan", ml_tan, tanl, 100, 0.51},
  {"ml_asin", ml_asin, asinl, 1, 0.51},      {"ml_acos", ml_acos, acosl, 1, 0.51},     {"ml_atan", ml_atan, atanl, 10, 0.51},
  {"ml_exp", ml_exp, expl, 745, 0.76},       {"ml_log", ml_log, logl, 100, 0.51},      {"ml_log2", ml_log2, log2l, 100, 0.51},
  {"ml_log10", ml_log10, log10l, 100, 0.51}, {"ml_sqrt", ml_sqrt, sqrtl, 100, 0.5005}, {"ml_floor", ml_floor, floorl, 1e6, 0},
  {"ml_ceil", ml_ceil, ceill, 1e6, 0},       {"ml_fabs", ml_fabs, fabsl, 1, 0},
};

static void test_errors(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
    const OneArgument *o = &functions[k];
    double worst = 0, at = 0;
    for (uint32_t i = 0; i < 2000000 / step; i++) {
      double x = any_argument(i, o->scale), error = ulp_error(o->f(x), o->exact((long double)x));
      if (error > worst) worst = error, at = x;
    }
    if (step < 50) print_message("%-9s %.4f ulp at %a\n", o->name, worst, at);
    if (worst > o->bound) fail_msg("%s: %.4f ulp at %a, promised %.2f", o->name, worst, at, o->bound);
  }
}

static void test_errors_of_two(void **state) {
  (void)state;
  double worst_atan2 = 0, worst_pow = 0, at[4] = {0};
  for (uint32_t i = 0; i < 5000000 / step; i++) {
    double x = any_argument(i, 10), y = any_argument(i >> 2, 100);
    if (i % 3) x = fabs(x);
    double error = ulp_error(ml_atan2(y, x), atan2l((long double)y, (long double)x));
    if (error > worst_atan2) worst_atan2 = error, at[0] = y, at[1] = x;
    error = ulp_error(ml_pow(x, y), powl((long double)x, (long double)y));
    if (error > worst_pow) worst_pow = error, at[2] = x, at[3] = y;
  }
  if (step < 50)
    print_message("ml_atan2  %.4f ulp at %a %a\nml_pow    %.4f ulp at %a %a\n", worst_atan2, at[0], at[1], worst_pow, at[2], at[3]);
  if (worst_atan2 > 0.51) fail_msg("ml_atan2: %.4f ulp at %a, %a", worst_atan2, at[0], at[1]);
  if (worst_pow > 0.76) fail_msg("ml_pow: %.4f ulp at %a, %a", worst_pow, at[2], at[3]);
}
#endif

/* The doubles nearest to multiples of pi/2 need every bit of the reduction (values: Muller, "Elementary Functions", ch. 11). */
static void test_hardest_reductions(void **state) {
  (void)state;
  double x = 0x1.6ac5b262ca1ffp+849; /* 6381956970095103 2^797: 2^-60.9 from a multiple of pi/2 */
  assert_true(fabs(ml_cos(x)) < 0x1p-60);
  assert_true(ml_cos(x) == -0x1.14ae72e6ba22fp-61 || ml_cos(x) == 0x1.14ae72e6ba22fp-61);
  assert_true(ml_cos(0x1.921fb54442d18p+0) == 0x1.1a62633145c07p-54);
  assert_true(ml_sin(0x1.921fb54442d18p+1) == 0x1.1a62633145c07p-53);
  assert_true(ml_sin(1e22) == -0x1.b453c6b8f7d61p-1 || fabs(ml_sin(1e22) + 0.8522008497671888) < 1e-16);
}

static void assert_same(double got, double expected) {
  if (expected != expected) {
    assert_true(got != got);
  } else {
    assert_true(double_bits(got) == double_bits(expected));
  }
}

static const double special[] = {0.0,
                                 -0.0,
                                 1,
                                 -1,
                                 0.5,
                                 -0.5,
                                 2,
                                 -2,
                                 3,
                                 -3,
                                 0x1p52,
                                 -0x1.8p52,
                                 0x1p53,
                                 0x1.0000000000001p53,
                                 -0x1p60,
                                 0x1p-1074,
                                 -0x1p-1074,
                                 0x1p-1022,
                                 DBL_MAX,
                                 -DBL_MAX,
                                 HUGE_VAL,
                                 -HUGE_VAL,
                                 (double)NAN,
                                 1.5,
                                 -2.5,
                                 0.99999999999999989,
                                 1.0000000000000002};
enum { SPECIALS = sizeof special / sizeof *special };

static void test_special_values(void **state) {
  (void)state;
  static double (*const ours[])(double) = {ml_sin, ml_cos, ml_tan, ml_asin, ml_acos, ml_atan, ml_exp, ml_log, ml_log2, ml_log10};
  static double (*const theirs[])(double) = {sin, cos, tan, asin, acos, atan, exp, log, log2, log10};
  for (size_t i = 0; i < SPECIALS; i++) {
    double x = special[i];
    assert_same(ml_floor(x), floor(x));
    assert_same(ml_ceil(x), ceil(x));
    assert_same(ml_sqrt(x), sqrt(x));
    assert_same(ml_fabs(x), fabs(x));
    if (x == 0 || !isfinite(x)) {
      for (size_t f = 0; f < sizeof ours / sizeof *ours; f++) assert_same(ours[f](x), theirs[f](x));
    }
    for (size_t j = 0; j < SPECIALS; j++) {
      double y = special[j];
      assert_same(ml_fmod(x, y), fmod(x, y));
      double expected = pow(x, y);
      if (x == 0 || y == 0 || !isfinite(x) || !isfinite(y) || !isfinite(expected) || expected == 0 || fabs(x) == 1)
        assert_same(ml_pow(x, y), expected);
      expected = atan2(x, y);
      if (x == 0 || y == 0 || !isfinite(x) || !isfinite(y) || fabs(x) == fabs(y)) assert_same(ml_atan2(x, y), expected);
    }
  }
  assert_same(ml_exp(1000), HUGE_VAL);
  assert_same(ml_exp(-1000), 0);
  assert_same(ml_exp(709.782712893384), 0x1.fffffffffff2ap+1023);
  assert_same(ml_asin(1), 0x1.921fb54442d18p+0);
  assert_same(ml_acos(-1), 0x1.921fb54442d18p+1);
  assert_same(ml_acos(1), 0);
}

/* What has an exact result gives it. */
static void test_exact(void **state) {
  (void)state;
  for (int base = 2; base <= 60; base++) {
    double power = 1;
    for (int n = 0; power <= 0x1p53; n++, power *= base) {
      assert_same(ml_pow(base, n), power);
      assert_same(ml_pow(-base, n), n & 1 ? -power : power);
      if (n > 0) assert_same(ml_pow(base, -n), 1 / power);
    }
  }
  assert_same(ml_pow(0.5, 1074), 0x1p-1074);
  assert_same(ml_pow(2, 1023), 0x1p1023);
  assert_same(ml_pow(6.25, 0.5), 2.5);
  double ten = 1;
  for (int n = 0; n <= 22; n++, ten *= 10) assert_same(ml_log10(ten), n);
  for (int n = -1074; n <= 1023; n++) assert_same(ml_log2(ml_ldexp(1, n)), n);
}

static void test_exact_functions(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 200000; i++) {
    double x = any_argument(i, 1e6), y = any_argument(i >> 2, 100);
    assert_same(ml_fmod(x, y), fmod(x, y));
    int e = (int)(golden_bits(&source) % 4400) - 2200, own, expected;
    assert_same(ml_ldexp(x, e), ldexp(x, e));
    double m = frexp(x, &expected);
    assert_same(ml_frexp(x, &own), m);
    if (isfinite(x)) assert_int_equal(own, expected);
  }
  assert_same(ml_ldexp(1, 2147483647), HUGE_VAL);
  assert_same(ml_ldexp(-1, -2147483647 - 1), -0.0);
}

static void test_golden(void **state) {
  (void)state;
  uint64_t count;
  assert_int_equal(golden_doubles(&count), GOLDEN_DOUBLES);
  assert_true(count >= 3200);
  assert_int_equal(golden_floats(&count), GOLDEN_FLOATS);
  assert_true(count >= 3200);
  assert_int_equal(golden_sequences(&count), GOLDEN_SEQUENCES);
}

int main(int argc, char **argv) {
  step = ulp_step(argc, argv, 50);
  source = golden_begin();
  const struct CMUnitTest tests[] = {
#if HAVE_LONG_ORACLE
    cmocka_unit_test(test_errors),
    cmocka_unit_test(test_errors_of_two),
#endif
    cmocka_unit_test(test_hardest_reductions),
    cmocka_unit_test(test_special_values),
    cmocka_unit_test(test_exact),
    cmocka_unit_test(test_exact_functions),
    cmocka_unit_test(test_golden),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
