/* double_double.h - unevaluated sums hi + lo of two doubles, |lo| <= ulp(hi)/2, about 106 bits (Dekker 1971; Knuth; Hida, Li
 * & Bailey 2001). Without fused products; needs round to nearest and |factors| < 2^996. */
#ifndef ML_MATH_DOUBLE_DOUBLE_H
#define ML_MATH_DOUBLE_DOUBLE_H

typedef struct Double2 {
  double hi, lo;
} Double2;

/* |a| >= |b| or a = 0. */
static inline Double2 dd_fast_sum(double a, double b) {
  double s = a + b;
  return (Double2){s, b - (s - a)};
}
static inline Double2 dd_sum(double a, double b) {
  double s = a + b, t = s - a;
  return (Double2){s, (a - (s - t)) + (b - t)};
}
static inline Double2 dd_product(double a, double b) {
  double ta = 134217729.0 * a, tb = 134217729.0 * b; /* 2^27 + 1 */
  double a1 = ta - (ta - a), b1 = tb - (tb - b), a2 = a - a1, b2 = b - b1;
  double p = a * b;
  return (Double2){p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
}
static inline Double2 dd_negate(Double2 a) { return (Double2){-a.hi, -a.lo}; }
static inline Double2 dd_add(Double2 a, Double2 b) {
  Double2 s = dd_sum(a.hi, b.hi), t = dd_sum(a.lo, b.lo);
  s = dd_fast_sum(s.hi, s.lo + t.hi);
  return dd_fast_sum(s.hi, s.lo + t.lo);
}
static inline Double2 dd_subtract(Double2 a, Double2 b) { return dd_add(a, dd_negate(b)); }
static inline Double2 dd_multiply(Double2 a, Double2 b) {
  Double2 p = dd_product(a.hi, b.hi);
  return dd_fast_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}
static inline Double2 dd_scale(Double2 a, double b) {
  Double2 p = dd_product(a.hi, b);
  return dd_fast_sum(p.hi, p.lo + a.lo * b);
}
static inline Double2 dd_divide(Double2 a, Double2 b) {
  double q = a.hi / b.hi;
  Double2 p = dd_product(q, b.hi);
  return dd_fast_sum(q, (((a.hi - p.hi) - p.lo) + (a.lo - q * b.lo)) / b.hi);
}
/* By a number such as a series' small integer. */
static inline Double2 dd_quotient(Double2 a, double b) { return dd_divide(a, (Double2){b, 0}); }
static inline Double2 dd_square_root(Double2 a) {
  if (!(a.hi > 0)) return (Double2){0, 0};
  double s = __builtin_sqrt(a.hi);
  Double2 p = dd_product(s, s);
  return dd_fast_sum(s, (((a.hi - p.hi) - p.lo) + a.lo) / (2 * s));
}

#endif
