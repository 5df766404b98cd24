/* elementary.c - the double functions behind ml_sin ... ml_pow: for scripts and for what runs once per scene.
 *
 * Reductions and the leading terms of every series are computed in double-double (about 100 bits), the rest in double, and
 * the sum is rounded once at the end (twice where exp and pow are subnormal): errors stay within .51 ulp (docs/MATHS.md), so results that are exact, such
 * as small whole powers, come out exact. Only + - * / sqrt in one order and integers: the same bits everywhere. */
#include "math/elementary.h"

#include "math/double_double.h"
#include "moonlit.h"

static const Double2 half_pi = {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};
static const Double2 ln_2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
static const Double2 log2_e = {0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
static const Double2 log10_e = {0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57};
static const Double2 log10_2 = {0x1.34413509f79ffp-2, -0x1.9dc1da994fd21p-59};

static double not_a_number(double x) { return (x - x) / (x - x); }

/* ---- sine, cosine, tangent */

/* Taylor series for |r| <= pi/4 (+ a little), relative error below 2^-59: from the second term on double is enough. */
static Double2 sin_series(Double2 r) {
  static const Double2 sixth = {0x1.5555555555555p-3, 0x1.5555555555555p-57};
  Double2 z = dd_multiply(r, r);
  double t = (1 - z.hi * (1.0 / (21 * 20))) * (1.0 / (19 * 18));
  t = (1 - z.hi * t) * (1.0 / (17 * 16));
  t = (1 - z.hi * t) * (1.0 / (15 * 14));
  t = (1 - z.hi * t) * (1.0 / (13 * 12));
  t = (1 - z.hi * t) * (1.0 / (11 * 10));
  t = (1 - z.hi * t) * (1.0 / (9 * 8));
  t = (1 - z.hi * t) * (1.0 / (7 * 6));
  t = (1 - z.hi * t) * (1.0 / (5 * 4 * 3 * 2));
  Double2 p = dd_multiply(z, dd_subtract((Double2){z.hi * t, 0}, sixth)); /* sin r / r - 1 */
  return dd_add(r, dd_multiply(r, p));
}

static Double2 cos_series(Double2 r) {
  static const Double2 twenty_fourth = {0x1.5555555555555p-5, 0x1.5555555555555p-59};
  Double2 z = dd_multiply(r, r);
  double t = (1 - z.hi * (1.0 / (22 * 21))) * (1.0 / (20 * 19));
  t = (1 - z.hi * t) * (1.0 / (18 * 17));
  t = (1 - z.hi * t) * (1.0 / (16 * 15));
  t = (1 - z.hi * t) * (1.0 / (14 * 13));
  t = (1 - z.hi * t) * (1.0 / (12 * 11));
  t = (1 - z.hi * t) * (1.0 / (10 * 9));
  t = (1 - z.hi * t) * (1.0 / (8 * 7));
  t = (1 - z.hi * t) * (1.0 / (6 * 5 * 4 * 3 * 2));
  Double2 p = dd_multiply(dd_multiply(z, z), dd_subtract(twenty_fourth, (Double2){z.hi * t, 0}));
  return dd_add(dd_sum(1, -0.5 * z.hi), dd_subtract(p, (Double2){0.5 * z.lo, 0}));
}

/* x = r + quadrant pi/2, |r| <= pi/4; x finite. The reduction is that of math/elementary.h with 192 bits of 2/pi: no double
 * comes nearer to a multiple of pi/2 than 2^-62, so 190 - 53 bits behind the point leave r more than 70 good ones. */
static Double2 reduce_angle(double x, uint32_t *quadrant) {
  uint64_t bits = double_bits(x);
  bool negative = bits >> 63;
  if (ml_fabs(x) <= half_pi.hi / 2) {
    *quadrant = 0;
    return (Double2){x, 0};
  }
  int32_t exponent = (int32_t)(bits >> 52 & 0x7ff) - 1075;
  uint64_t mantissa = (bits & 0xfffffffffffffu) | (uint64_t)1 << 52;
  uint32_t factor[2] = {(uint32_t)mantissa, (uint32_t)(mantissa >> 32)};

  // turns = mantissa times the window modulo 2^192: 2 bits before the point, 190 behind; words from the least
  uint32_t turns[6] = {0};
  for (int i = 0; i < 6; i++) {
    uint32_t window = two_over_pi_bits((uint32_t)(exponent + 62) + 32 * (uint32_t)(5 - i));
    uint64_t carry = 0;
    for (int j = 0; i + j < 6; j++) {
      carry += (uint64_t)turns[i + j] + (j < 2 ? (uint64_t)window * factor[j] : 0);
      turns[i + j] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  uint32_t q = (turns[5] + (1u << 29)) >> 30;
  turns[5] -= q << 30;
  bool below = turns[5] >> 31; /* the nearest multiple lies above: the fraction is negative */
  if (below) {
    uint64_t carry = 1;
    for (int i = 0; i < 6; i++) {
      carry += ~turns[i];
      turns[i] = (uint32_t)carry;
      carry >>= 32;
    }
  }

  // The leading 96 bits that are not 0, as a sum of doubles
  int top = 5;
  while (top > 3 && turns[top] == 0) top--;
  Double2 f = {0, 0};
  double unit = bits_double((uint64_t)(1023 + 32 * top - 190) << 52);
  for (int i = 0; i < 4; i++, unit *= 0x1p-32) f = dd_add(f, (Double2){unit * turns[top - i], 0});
  Double2 r = dd_multiply(f, half_pi);
  *quadrant = negative ? 0 - q : q;
  return below != negative ? dd_negate(r) : r;
}

static void sin_cos(double x, Double2 *sine, Double2 *cosine) {
  uint32_t quadrant;
  Double2 r = reduce_angle(x, &quadrant);
  Double2 s = sin_series(r), c = cos_series(r);
  *sine = (quadrant & 1) ? c : s;
  *cosine = (quadrant & 1) ? s : c;
  if (quadrant & 2) *sine = dd_negate(*sine);
  if ((quadrant + 1) & 2) *cosine = dd_negate(*cosine);
}

double ml_sin(double x) {
  if (!isfinite(x)) return x - x;
  if (ml_fabs(x) < 0x1p-27) return x; /* the cubic term is below the rounding */
  uint32_t quadrant;
  Double2 r = reduce_angle(x, &quadrant);
  double s = (quadrant & 1) ? cos_series(r).hi : sin_series(r).hi;
  return (quadrant & 2) ? -s : s;
}

double ml_cos(double x) {
  if (!isfinite(x)) return x - x;
  uint32_t quadrant;
  Double2 r = reduce_angle(x, &quadrant);
  double c = (quadrant & 1) ? sin_series(r).hi : cos_series(r).hi;
  return ((quadrant + 1) & 2) ? -c : c;
}

double ml_tan(double x) {
  if (!isfinite(x)) return x - x;
  if (ml_fabs(x) < 0x1p-27) return x;
  Double2 s, c;
  sin_cos(x, &s, &c);
  return dd_divide(s, c).hi;
}

/* ---- inverse functions */

/* The angle in [0, pi/2] of the point (x, y), x and y >= 0, the larger between 2^-60 and 2^60 and the other not below it by
 * more than 2^-60. From an approximation a in float, corrected by the exact identity
 * tan(angle - a) = (y cos a - x sin a) / (x cos a + y sin a), whose right side is below 2^-22. */
static Double2 angle_of(Double2 y, Double2 x) {
  bool steep = y.hi > x.hi;
  Double2 n = steep ? x : y, d = steep ? y : x;
  double a = (double)atan_quotient_f((float)(n.hi / d.hi), 1.0f);
  Double2 s = sin_series((Double2){a, 0}), c = cos_series((Double2){a, 0});
  Double2 above = dd_subtract(dd_multiply(n, c), dd_multiply(d, s));
  double t = above.hi / (d.hi * c.hi + n.hi * s.hi);
  Double2 angle = dd_fast_sum(a, t - t * t * t / 3);
  return steep ? dd_subtract(half_pi, angle) : angle;
}

double ml_atan2(double y, double x) {
  if (x != x || y != y) return x + y;
  double ax = ml_fabs(x), ay = ml_fabs(y);
  bool back = double_bits(x) >> 63;
  Double2 angle;
  if (ay == 0) {
    angle = (Double2){0, 0};
  } else if (ax == ay) { /* two infinities, too */
    angle = (Double2){half_pi.hi / 2, half_pi.lo / 2};
  } else if (!isfinite(ax)) {
    angle = (Double2){0, 0};
  } else if (!isfinite(ay)) {
    angle = half_pi;
  } else if (ay < ax * 0x1p-30) {
    angle = (Double2){ay / ax, 0}; /* the cubic term is below 2^-61 */
  } else if (ax < ay * 0x1p-60) {
    angle = half_pi;
  } else {
    int e;
    ml_frexp(ax > ay ? ax : ay, &e);
    angle = angle_of((Double2){ml_ldexp(ay, -e), 0}, (Double2){ml_ldexp(ax, -e), 0});
  }
  if (back) angle = dd_subtract((Double2){2 * half_pi.hi, 2 * half_pi.lo}, angle);
  return __builtin_copysign(angle.hi, y);
}

double ml_atan(double x) { return ml_fabs(x) < 0x1p-27 ? x : ml_atan2(x, 1); }

/* sqrt(1 - x^2) without cancellation. */
static Double2 other_leg(double x) { return dd_square_root(dd_multiply(dd_sum(1, -x), dd_sum(1, x))); }

double ml_asin(double x) {
  double a = ml_fabs(x);
  if (!(a <= 1)) return not_a_number(x);
  if (a < 0x1p-27) return x;
  if (a == 1) return __builtin_copysign(half_pi.hi, x);
  return __builtin_copysign(angle_of((Double2){a, 0}, other_leg(a)).hi, x);
}

double ml_acos(double x) {
  double a = ml_fabs(x);
  if (!(a <= 1)) return not_a_number(x);
  if (x == 1) return 0;
  Double2 angle = a < 0x1p-58 ? dd_subtract(half_pi, (Double2){a, 0}) : angle_of(other_leg(a), (Double2){a, 0});
  if (x < 0) angle = dd_subtract((Double2){2 * half_pi.hi, 2 * half_pi.lo}, angle);
  return angle.hi;
}

/* ---- exponentials and logarithms */

/* e^x for |x.hi| < 750: the sum times 2^*k. */
static Double2 exp_split(Double2 x, int *k) {
  double n = ml_floor(x.hi * log2_e.hi + 0.5);
  *k = (int)n;
  Double2 r = dd_subtract(x, dd_scale(ln_2, n));
  // 1 + r + r^2 (1/2 + r t); t in double is enough
  static const double inverse_factorial[] = {
    1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,          1.0 / 5040,          1.0 / 40320,          1.0 / 362880,
    1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0, 1.0 / 87178291200.0, 1.0 / 1307674368000.0};
  double t = 1.0 / 20922789888000.0;
  for (int i = 12; i >= 0; i--) t = inverse_factorial[i] + r.hi * t;
  Double2 p = dd_multiply(dd_multiply(r, r), dd_fast_sum(0.5, r.hi * t));
  return dd_add((Double2){1, 0}, dd_add(r, p));
}

double ml_exp(double x) {
  if (x > 709.79) return HUGE_VAL;
  if (x < -745.14) return 0;
  if (x != x) return x;
  int k;
  Double2 s = exp_split((Double2){x, 0}, &k);
  return ml_ldexp(s.hi, k);
}

/* log m for x = 2^k m, m in [sqrt(1/2), sqrt(2)); x positive and finite. Relative error below 2^-75. */
static Double2 log_split(double x, int *k) {
  double m = ml_frexp(x, k);
  if (m < 0x1.6a09e667f3bcdp-1) m *= 2, --*k;
  // 2 artanh(s), s = (m - 1)/(m + 1): s^2 < .0295
  Double2 s = dd_divide((Double2){m - 1, 0}, dd_sum(m, 1));
  Double2 z = dd_multiply(s, s);
  double t = 1.0 / 33;
  for (int i = 31; i >= 13; i -= 2) t = 1.0 / i + z.hi * t;
  Double2 sum = {t, 0};
  for (int i = 11; i >= 1; i -= 2) sum = dd_add(dd_quotient((Double2){1, 0}, i), dd_multiply(z, sum));
  sum = dd_multiply(s, sum);
  return (Double2){2 * sum.hi, 2 * sum.lo};
}

/* The logarithms of 0, negatives, infinity and NaN. */
static bool log_special(double x, double *result) {
  if (x > 0 && isfinite(x)) return false;
  *result = x == 0 ? -HUGE_VAL : x < 0 ? not_a_number(x) : x;
  return true;
}

static Double2 natural_log(double x) {
  int k;
  Double2 l = log_split(x, &k);
  return dd_add(dd_scale(ln_2, k), l);
}

double ml_log(double x) {
  double special;
  return log_special(x, &special) ? special : natural_log(x).hi;
}

double ml_log2(double x) {
  double special;
  if (log_special(x, &special)) return special;
  int k;
  Double2 l = log_split(x, &k);
  return dd_add((Double2){k, 0}, dd_multiply(l, log2_e)).hi;
}

double ml_log10(double x) {
  double special;
  if (log_special(x, &special)) return special;
  int k;
  Double2 l = log_split(x, &k);
  return dd_add(dd_scale(log10_2, k), dd_multiply(l, log10_e)).hi;
}

double ml_pow(double x, double y) {
  if (x == 1 || y == 0) return 1;
  if (x != x || y != y) return x + y;
  double ax = ml_fabs(x), ay = ml_fabs(y);
  bool whole = ml_floor(y) == y;
  bool odd = whole && ay < 0x1p53 && ((int64_t)ay & 1);
  double sign = odd && double_bits(x) >> 63 ? -1 : 1;
  if (ax == 0) return sign * (y < 0 ? HUGE_VAL : 0);
  if (!isfinite(ax)) return sign * (y < 0 ? 0 : HUGE_VAL);
  if (!isfinite(ay)) return ax == 1 ? 1 : (ax > 1) == (y > 0) ? HUGE_VAL : 0;
  if (x < 0 && !whole) return not_a_number(x);
  if (ax == 1) return sign;
  if (ay < 0x1p-70) return 1; /* |log x| < 745: below the rounding; keeps the products clear of the subnormals */

  Double2 l = natural_log(ax);
  double size = y * l.hi;
  if (size > 709.79) return sign * HUGE_VAL;
  if (size < -745.14) return sign * 0;
  int k;
  Double2 s = exp_split(dd_scale(l, y), &k);
  return sign * ml_ldexp(s.hi, k);
}
