/* exact.c - the functions of moonlit.h whose results are exact (or, for ldexp, rounded once). */
#include <math.h> /* isfinite only */

#include "math/ieee.h"
#include "moonlit.h"

double ml_fabs(double x) { return __builtin_fabs(x); }

double ml_sqrt(double x) { return __builtin_sqrt(x); } /* an instruction, correctly rounded */

double ml_floor(double x) {
  if (!(ml_fabs(x) < 0x1p52)) return x; /* whole, infinite or NaN */
  double t = (double)(int64_t)x;
  return __builtin_copysign(t > x ? t - 1 : t, x);
}

double ml_ceil(double x) { return -ml_floor(-x); }

double ml_frexp(double x, int *e) {
  *e = 0;
  if (x == 0 || !isfinite(x)) return x;
  uint64_t bits = double_bits(x);
  if ((bits >> 52 & 0x7ff) == 0) {
    bits = double_bits(x * 0x1p54);
    *e = -54;
  }
  *e += (int)(bits >> 52 & 0x7ff) - 1022;
  return bits_double((bits & 0x800fffffffffffffu) | (uint64_t)1022 << 52);
}

double ml_ldexp(double x, int e) {
  if (x == 0 || !isfinite(x)) return x;
  int own;
  double m = ml_frexp(x, &own);
  int64_t exponent = (int64_t)own + e;
  if (exponent > 1024) return m * 0x1p1023 * 4; /* infinity */
  if (exponent < -1080) return m * 0x1p-1022 * 0x1p-1022;
  // At most one of the two factors rounds
  if (exponent >= -1021) return m * 2 * bits_double((uint64_t)(exponent - 1 + 1023) << 52);
  return m * bits_double((uint64_t)(exponent + 1000 + 1023) << 52) * 0x1p-1000;
}

/* Long division of the mantissas, eleven bits at a time. */
double ml_fmod(double x, double y) {
  if (!isfinite(x) || y == 0 || y != y) return (x * y) / (x * y);
  double ax = ml_fabs(x), ay = ml_fabs(y);
  if (!isfinite(y) || ax < ay) return x;
  int ex, ey;
  uint64_t mx = (uint64_t)(ml_frexp(ax, &ex) * 0x1p53), my = (uint64_t)(ml_frexp(ay, &ey) * 0x1p53);
  mx %= my;
  for (int rest = ex - ey; rest > 0;) {
    int step = rest < 11 ? rest : 11;
    mx = (mx << step) % my;
    rest -= step;
  }
  return __builtin_copysign(ml_ldexp((double)mx, ey - 53), x);
}
