/* ulp.h - errors in units in the last place, for tests: |got - exact| over the spacing of the results around `exact`. */
#ifndef TESTS_ULP_H
#define TESTS_ULP_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The reference has to be better than what it judges. */
#if LDBL_MANT_DIG >= 64
#define HAVE_LONG_ORACLE 1
#else
#define HAVE_LONG_ORACLE 0
#endif

static inline double ulp_error_f(float got, double exact) {
  if (exact != exact || got != got) return (exact != exact) == (got != got) ? 0 : 1e9;
  if (isinf(got) || isinf((float)exact)) return got == (float)exact ? 0 : fabs(exact) > 0x1.fffffep+127 && isinf(got) ? 0 : 1e9;
  int e;
  frexp(exact, &e);
  return fabs((double)got - exact) / ldexp(1, (e < -125 ? -125 : e) - 24);
}

static inline double ulp_error(double got, long double exact) {
  if (exact != exact || got != got) return (exact != exact) == (got != got) ? 0 : 1e9;
  if (isinf(got) || isinf((double)exact)) return got == (double)exact ? 0 : 1e9;
  int e;
  frexpl(exact, &e);
  return (double)(fabsl((long double)got - exact) / ldexpl(1, (e < -1021 ? -1021 : e) - 53));
}

/* What the test was asked for on its command line: 1 is every value, more is every n-th; else `usual`. */
static inline uint32_t ulp_step(int argc, char **argv, uint32_t usual) { return argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : usual; }

#endif
