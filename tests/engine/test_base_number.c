/* test_base_number.c - text to double and back, against the C library (right in these) on random and chosen values. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

static uint64_t random_state = 1;

static uint64_t random_bits(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return random_state ^ random_state >> 29;
}

static double bits_to_double(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* All exponents; then numbers as people write them, short binary fractions, subnormals. Not NaN. */
static double random_double(int i) {
  uint64_t bits = random_bits();
  switch (i % 4) {
  case 1: return (double)(int64_t)(random_bits() >> 40) / (double)((random_bits() >> 50) + 1);
  case 2: return (double)((int64_t)random_bits() >> 44) * ldexp(1, -(int)(random_bits() >> 61));
  case 3:
    if (i % 16 == 3) return bits_to_double(bits & 0x800fffffffffffffu);
  }
  double x = bits_to_double(bits);
  return x != x ? 0 : x;
}

static void assert_same_parse(const char *text) {
  const char *end;
  char *expected_end;
  double x = number_parse(text, &end), expected = strtod(text, &expected_end);
  if (memcmp(&x, &expected, sizeof x) != 0 || end != expected_end) fail_msg("'%.60s': %a, expected %a", text, x, expected);
  assert_true(number_parse(text, NULL) == expected);
}

static void test_parse_random(void **state) {
  (void)state;
  char text[1200];
  for (int i = 0; i < 120000; i++) {
    double x = random_double(i);
    if (isinf(x)) continue;
    snprintf(text, sizeof text, "%.*e", (int)(random_bits() >> 59), x);
    assert_same_parse(text);
    snprintf(text, sizeof text, "%a", x);
    assert_same_parse(text);
    if (i % 4 != 0) continue;
    snprintf(text, sizeof text, "%.*f", (int)(random_bits() >> 58), x);
    assert_same_parse(text);
  }
}

#if LDBL_MANT_DIG >= 64
/* The hardest inputs: exactly between two doubles, and a hair beside that. */
static void test_parse_ties(void **state) {
  (void)state;
  static char text[1300];
  for (int i = 0; i < 4000; i++) {
    double x = random_double(i), next = nextafter(x, HUGE_VAL);
    if (isinf(x) || isinf(next)) continue;
    int length = snprintf(text, sizeof text, "%.850Le", ((long double)x + (long double)next) / 2);
    assert_same_parse(text);
    char *exponent = strchr(text, 'e');
    memmove(exponent + 1, exponent, (size_t)(text + length + 1 - exponent));
    *exponent = '1';
    assert_same_parse(text);
  }
}
#endif

static void test_parse_chosen(void **state) {
  (void)state;
  static const char *const texts[] = {
    "",
    "  12",
    "\t\n\v\f\r 7",
    "-0",
    "+.5",
    "5.",
    "1e",
    "1e+",
    "1e-",
    "0x",
    "0x.",
    "0x.8",
    "0x1p",
    "0X1.8P-1",
    "0xg",
    "1e400",
    "-1e400",
    "1e-400",
    "0e999999999999999",
    "0x1p-1074",
    "0x1p-1075",
    "0x1.8p-1075",
    "0x1.000001p-1075",
    "0x1.fffffffffffff8p1023",
    "0x1.fffffffffffff7p1023",
    "1.7976931348623158e308",
    "1.7976931348623159e308",
    "4.9e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    "0x123456789abcdef0123456789",
    "0x0.0000000000000000000000000001p120",
    "  - 1",
    "--1",
    "+-1",
    ".",
    "-.",
    "e5",
    "1.2.3",
    "00012.5e00003x",
    "0x1p99999999999999999999",
    "0x1p-99999999999999999999",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "9007199254740993",
    "9007199254740992.999",
    "123456789012345678901234567890",
    "1e22",
    "1e23",
    "3e-23",
    "8.5e22",
    "0.000000000000000000000000000000000000000000000000001e51",
    "1_000",
    "1,5",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_same_parse(texts[i]);
  // Words are not numbers
  static const char *const words[] = {"inf", "nan", "-Infinity", "NAN(1)", "x1"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const char *end;
    assert_true(number_parse(words[i], &end) == 0);
    assert_ptr_equal(end, words[i]);
  }
}

static void test_parse_long(void **state) {
  (void)state;
  static char text[5000];
  memset(text, '9', 4000);
  assert_same_parse(text);
  memset(text, '0', 4000);
  text[0] = '.', text[2500] = '1';
  strcpy(text + 4000, "e2490");
  assert_same_parse(text);
  // A tie, broken by a digit a thousand places on
  strcpy(text, "9007199254740993.");
  memset(text + 17, '0', 2000);
  text[2017] = '\0';
  assert_same_parse(text);
  text[2016] = '1';
  assert_same_parse(text);
  memset(text, '0', 3000);
  strcpy(text, "0x1.00000000000008");
  text[18] = '0', text[2999] = '1', text[3000] = '\0';
  assert_same_parse(text);
}

static void assert_same_format(const char *format, double x) {
  static char expected[5000], got[5000];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  int expected_length = snprintf(expected, sizeof expected, format, x);
#pragma GCC diagnostic pop
  int length = number_format(got, sizeof got, format, x);
  if (length != expected_length || strcmp(got, expected) != 0) fail_msg("%s of %a: '%.60s', expected '%.60s'", format, x, got, expected);
  // Cut off like snprintf
  char narrow[8];
  memset(narrow, 7, sizeof narrow);
  size_t capacity = (size_t)length % sizeof narrow;
  assert_int_equal(number_format(narrow, capacity, format, x), length);
  if (capacity > 0) assert_int_equal(strncmp(narrow, expected, capacity - 1), 0);
  if (capacity > 0) assert_int_equal(narrow[capacity - 1 < (size_t)length ? capacity - 1 : (size_t)length], 0);
  for (size_t i = capacity; i < sizeof narrow; i++) assert_int_equal(narrow[i], 7);
}

static void test_format_random(void **state) {
  (void)state;
  for (int i = 0; i < 120000; i++) {
    char format[40];
    uint64_t o = random_bits();
    int n = sprintf(format, "%%%s%s%s%s%s", o >> 60 & 1 ? "-" : "", o >> 59 & 1 ? "+" : "", o >> 58 & 1 ? " " : "", o >> 57 & 1 ? "#" : "",
                    o >> 56 & 1 ? "0" : "");
    if (o >> 55 & 1) n += sprintf(format + n, "%d", (int)(o >> 40 & 63));
    if (o >> 54 & 3) n += sprintf(format + n, ".%d", (int)(o >> 30 & (o >> 20 & 1 ? 31 : 3)) + (i % 97 == 0 ? 1000 : 0));
    // glibc before 2.38 drops zeros of %#g when rounding lengthens the number: those are in test_format_special
    sprintf(format + n, "%c", (o >> 57 & 1 ? "efEF" : "gGef")[(o & 0xffff) % 4]);
    assert_same_format(format, random_double(i));
  }
}

static void test_format_chosen(void **state) {
  (void)state;
  static const double values[] = {0,        -0.0,    1,         -1,     0.5,       1.5,       2.5,  0.125,        9.5,  99.5, 0.95, 9.995,
                                  999999.5, 9999995, 1e5,       1e6,    123456789, 1e-4,      1e-5, 0.0001234565, 1e15, 1e16, 1e17, 1e100,
                                  DBL_MAX,  DBL_MIN, 0x1p-1074, 5e-324, HUGE_VAL,  -HUGE_VAL, 0.1,  0.3,          100,  1e22};
  static const char *const formats[] = {"%.14g", "%.17g",   "%g",      "%e",   "%f",  "%.0f",   "%.0e",    "%.0g",    "%#.0f",
                                        "%#.0e", "%.1f",    "%.2f",    "%.3g", "%.f", "%10.3f", "%-10.3f", "%010.3f", "%+.2e",
                                        "% g",   "%.1000f", "%.1100e", "%G",   "%E",  "%F",     "%020g"};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    for (size_t j = 0; j < sizeof formats / sizeof *formats; j++) assert_same_format(formats[j], values[i]);
}

static void test_format_special(void **state) {
  (void)state;
  char out[16];
  assert_int_equal(number_format(out, sizeof out, "%g", -(double)NAN), 3);
  assert_string_equal(out, "nan");
  assert_int_equal(number_format(out, sizeof out, "%06E", (double)NAN), 6);
  assert_string_equal(out, "   NAN");
  assert_int_equal(number_format(out, sizeof out, "%#g", 999999.5), 11);
  assert_string_equal(out, "1.00000e+06");
  assert_int_equal(number_format(out, sizeof out, "%#g", 1), 7);
  assert_string_equal(out, "1.00000");
  assert_int_equal(number_format(out, sizeof out, "%#.3G", 0), 4);
  assert_string_equal(out, "0.00");
  static const char *const wrong[] = {"", "%", "g", "%d", "%ls", "%5", "%.", "%gg", " %g", "%lg", "%*g", "%99999999999g", "%.99999999999g"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_int_equal(number_format(out, sizeof out, wrong[i], 1), -1);
    assert_string_equal(out, "");
  }
  assert_int_equal(number_format(NULL, 0, "%g", 1), 1);
  assert_int_equal(number_format(out, sizeof out, "%1000000000g", 1), 1000000000);
}

/* 17 digits bring every double back. */
static void test_round_trip(void **state) {
  (void)state;
  for (int i = 0; i < 50000; i++) {
    double x = random_double(i);
    char text[40];
    if (isinf(x)) continue;
    number_format(text, sizeof text, "%.17g", x);
    double back = number_parse(text, NULL);
    assert_memory_equal(&back, &x, sizeof x);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parse_random),
#if LDBL_MANT_DIG >= 64
    cmocka_unit_test(test_parse_ties),
#endif
    cmocka_unit_test(test_parse_chosen),
    cmocka_unit_test(test_parse_long),
    cmocka_unit_test(test_format_random),
    cmocka_unit_test(test_format_chosen),
    cmocka_unit_test(test_format_special),
    cmocka_unit_test(test_round_trip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
