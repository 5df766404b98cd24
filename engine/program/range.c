/* range.c - see range.h. */
#include "program/range.h"

#include "math/elementary.h"
#include "math/ieee.h"
#include "program/evaluate.h"
#include "program/prune.h"

#define ENDLESS ((double)INFINITY_F)
#define PI_D 0x1.921fb54442d18p+1

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }
static double size(double x) { return __builtin_fabs(x); }

/* ---- intervals */

static const Interval all = {-ENDLESS, ENDLESS};
static Interval exactly(double x) { return (Interval){x, x}; }
static Interval hull(Interval a, Interval b) { return (Interval){least(a.lo, b.lo), most(a.hi, b.hi)}; }
static double magnitude(Interval a) { return most(size(a.lo), size(a.hi)); }
/* Rounded outwards; what is no number is anything. */
static inline __attribute__((always_inline)) Interval outward(Interval a) {
  if (!(a.lo <= a.hi)) return all;
  return (Interval){a.lo - 0x1p-50 * size(a.lo) - 0x1p-500, a.hi + 0x1p-50 * size(a.hi) + 0x1p-500};
}
/* 0 times what is unbounded is 0: there is no infinity within. */
static double product(double a, double b) { return a == 0.0 || b == 0.0 ? 0.0 : a * b; }
static inline __attribute__((always_inline)) Interval times(Interval a, Interval b) {
  if (a.lo == a.hi && a.lo == 1.0) return b;
  if (a.lo == 0.0 && a.hi == 0.0) return a;
  if (b.lo == 0.0 && b.hi == 0.0) return b;
  double p = a.lo * b.lo + 0.0, q = a.lo * b.hi + 0.0, r = a.hi * b.lo + 0.0, s = a.hi * b.hi + 0.0; // no -0
  if (!(size(p + q + r + s) < ENDLESS)) p = product(a.lo, b.lo), q = product(a.lo, b.hi), r = product(a.hi, b.lo), s = product(a.hi, b.hi);
  return (Interval){least(least(p, q), least(r, s)), most(most(p, q), most(r, s))};
}
static Interval plus(Interval a, Interval b) { return (Interval){a.lo + b.lo, a.hi + b.hi}; }
static bool holds(Interval a, double x) { return a.lo <= x && x <= a.hi; }

/* ---- numbers */

RangeNumber range_whole(void) { return (RangeNumber){all, {all, all, all}, ENDLESS}; }
RangeNumber range_constant(double x) { return x == x ? (RangeNumber){.value = {x, x}} : range_whole(); }

/* Rounds outwards and adds the rounding of floats, `ulps` times half a unit of the last place. */
static inline __attribute__((always_inline)) RangeNumber finish(RangeNumber a, double ulps) {
  a.value = outward(a.value);
  if (!(magnitude(a.value) < 0x1p127)) return range_whole(); // floats end there
  for (int i = 0; i < 3; i++)
    if (a.slope[i].lo != 0.0 || a.slope[i].hi != 0.0) a.slope[i] = outward(a.slope[i]);
  if (ulps > 0.0) a.error = a.error * (1.0 + 0x1p-20) + ulps * (0x1p-24 * magnitude(a.value) + 0x1p-149);
  if (!(a.error >= 0.0)) a.error = ENDLESS;
  return a;
}

/* Neither possibly none nor an infinite constant. */
static inline bool is_number(const RangeNumber *a) { return a->error < ENDLESS && magnitude(a->value) < ENDLESS; }

/* f(a) with its value and slope by a. */
static RangeNumber chain(RangeNumber a, Interval value, Interval by, double ulps) {
  RangeNumber r = {.value = value, .error = product(magnitude(by), a.error)};
  if (!is_number(&a)) return range_whole(); // what may be no number stays so, even times 0
  for (int i = 0; i < 3; i++) r.slope[i] = times(by, a.slope[i]);
  return finish(r, ulps);
}
static RangeNumber chain2(RangeNumber a, RangeNumber b, Interval value, Interval by_a, Interval by_b, double ulps) {
  RangeNumber r = {.value = value, .error = product(magnitude(by_a), a.error) + product(magnitude(by_b), b.error)};
  if (!is_number(&a) || !is_number(&b)) return range_whole();
  for (int i = 0; i < 3; i++) r.slope[i] = plus(times(by_a, a.slope[i]), times(by_b, b.slope[i]));
  return finish(r, ulps);
}
/* A value that jumps somewhere within. */
static RangeNumber jumping(Interval value) { return (RangeNumber){value, {all, all, all}, 0.0}; }

/* a + b or a - b. */
static inline __attribute__((always_inline)) RangeNumber sum(const RangeNumber *a, const RangeNumber *b, bool minus) {
  RangeNumber r;
  if (!(a->error < ENDLESS && b->error < ENDLESS)) return range_whole();
  r.value = minus ? (Interval){a->value.lo - b->value.hi, a->value.hi - b->value.lo} : plus(a->value, b->value);
  for (int i = 0; i < 3; i++)
    r.slope[i] = minus ? (Interval){a->slope[i].lo - b->slope[i].hi, a->slope[i].hi - b->slope[i].lo} : plus(a->slope[i], b->slope[i]);
  r.error = a->error + b->error;
  return finish(r, 1);
}
RangeNumber range_add(RangeNumber a, RangeNumber b) { return sum(&a, &b, false); }
static RangeNumber negative(RangeNumber a) {
  RangeNumber r = {{-a.value.hi, -a.value.lo}, {{0, 0}, {0, 0}, {0, 0}}, a.error};
  for (int i = 0; i < 3; i++) r.slope[i] = (Interval){-a.slope[i].hi, -a.slope[i].lo};
  return r;
}
RangeNumber range_subtract(RangeNumber a, RangeNumber b) { return sum(&a, &b, true); }
RangeNumber range_multiply(RangeNumber a, RangeNumber b) { return chain2(a, b, times(a.value, b.value), b.value, a.value, 1); }
static RangeNumber square(RangeNumber a) {
  double lo = holds(a.value, 0.0) ? 0.0 : least(size(a.value.lo), size(a.value.hi)), hi = magnitude(a.value);
  return chain(a, (Interval){lo * lo, hi * hi}, (Interval){2.0 * a.value.lo, 2.0 * a.value.hi}, 1);
}
static RangeNumber divide(RangeNumber a, RangeNumber b) {
  if (b.value.lo - b.error <= 0.0 && b.value.hi + b.error >= 0.0) return range_whole();
  Interval inverse = outward((Interval){1.0 / b.value.hi, 1.0 / b.value.lo}), value = times(a.value, inverse), by = times(value, inverse);
  return chain2(a, b, value, inverse, (Interval){-by.hi, -by.lo}, 1);
}

static RangeNumber either(RangeNumber a, RangeNumber b) {
  RangeNumber r = {hull(a.value, b.value), {all, all, all}, most(a.error, b.error)};
  for (int i = 0; i < 3; i++) r.slope[i] = hull(a.slope[i], b.slope[i]);
  return r;
}
RangeNumber range_abs(RangeNumber a) {
  if (a.value.lo >= 0.0) return a;
  RangeNumber n = negative(a), r;
  if (a.value.hi <= 0.0) return n;
  r = either(a, n);
  r.value = (Interval){0.0, magnitude(a.value)};
  return r;
}
static RangeNumber lesser(RangeNumber a, RangeNumber b) {
  if (b.value.hi < a.value.lo) {
    RangeNumber c = a;
    a = b, b = c;
  }
  if (a.value.hi < b.value.lo) {
    if (a.value.hi + a.error >= b.value.lo - b.error) a.error = most(a.error, b.error); // floats may take the other one
    return a;
  }
  RangeNumber r = either(a, b);
  r.value.hi = least(a.value.hi, b.value.hi);
  return r;
}
static RangeNumber greater(RangeNumber a, RangeNumber b) { return negative(lesser(negative(a), negative(b))); }
static RangeNumber clamped(RangeNumber a, RangeNumber lo, RangeNumber hi) { return lesser(greater(a, lo), hi); }
RangeNumber range_clamp(RangeNumber a, double lo, double hi) { return clamped(a, range_constant(lo), range_constant(hi)); }
static RangeNumber mixed(RangeNumber a, RangeNumber b, RangeNumber t) {
  RangeNumber r = range_add(a, range_multiply(range_subtract(b, a), t));
  // Between the two where t is between 0 and 1
  if (t.value.lo >= 0.0 && t.value.hi <= 1.0) {
    Interval between = hull(a.value, b.value);
    r.value = (Interval){most(r.value.lo, between.lo), least(r.value.hi, between.hi)};
  }
  return r;
}

/* ---- one operand */

static RangeNumber root(RangeNumber a) {
  if (a.value.lo < -0x1p-450) return range_whole(); // no number somewhere, of which later operations may make one
  double lo = a.value.lo > 0.0 ? __builtin_sqrt(a.value.lo) : 0.0, hi = a.value.hi > 0.0 ? __builtin_sqrt(a.value.hi) : 0.0;
  RangeNumber r = chain(a, (Interval){lo, hi}, outward((Interval){hi > 0.0 ? 0.5 / hi : 0.0, lo > 0.0 ? 0.5 / lo : ENDLESS}), 1);
  r.value.lo = most(r.value.lo, 0.0);
  double crude = __builtin_sqrt(a.error); // whatever the slope
  if (!(r.error <= 2.0 * crude)) r.error = 2.0 * crude + 0x1p-24 * hi;
  return r;
}

static RangeNumber exponential(RangeNumber a) {
  Interval v = outward((Interval){ml_exp(a.value.lo), ml_exp(a.value.hi)});
  return chain(a, v, v, 8);
}
static RangeNumber logarithm(RangeNumber a) {
  if (!(a.value.lo - a.error > 0.0)) return range_whole(); // floats may have come to 0 and below
  RangeNumber r = chain(a, (Interval){ml_log(a.value.lo), ml_log(a.value.hi)}, outward((Interval){1.0 / a.value.hi, 1.0 / a.value.lo}), 8);
  r.error += 0x1p-22; // around 1
  return r;
}

/* cos over an interval. */
static Interval cosine(Interval a) {
  if (!(a.hi - a.lo < 2.0 * PI_D) || magnitude(a) > 0x1p40) return (Interval){-1.0, 1.0};
  double x = ml_cos(a.lo), y = ml_cos(a.hi);
  Interval r = {least(x, y) - 0x1p-48, most(x, y) + 0x1p-48};
  // Even multiples of pi are tops, odd ones bottoms; those within a hair of an end count
  double slack = 1e-9 * (1.0 + magnitude(a)), first = ml_ceil((a.lo - slack) / PI_D), last = ml_floor((a.hi + slack) / PI_D);
  for (double k = first; k <= last && k <= first + 1.0; k += 1.0) {
    if (k - 2.0 * ml_floor(0.5 * k) == 0.0) r.hi = 1.0;
    else r.lo = -1.0;
  }
  return (Interval){most(r.lo, -1.0), least(r.hi, 1.0)};
}
static Interval shifted(Interval a, double by) { return (Interval){a.lo + by, a.hi + by}; }
static RangeNumber sine_of(RangeNumber a) {
  if (!is_number(&a)) return range_whole(); // it may be none
  RangeNumber r = chain(a, cosine(shifted(a.value, -0.5 * PI_D)), cosine(a.value), 4);
  r.error = least(r.error + 0x1p-23, 2.0);
  return r;
}
static RangeNumber cosine_of(RangeNumber a) {
  if (!is_number(&a)) return range_whole();
  Interval s = cosine(shifted(a.value, -0.5 * PI_D));
  RangeNumber r = chain(a, cosine(a.value), (Interval){-s.hi, -s.lo}, 4);
  r.error = least(r.error + 0x1p-23, 2.0);
  return r;
}
static RangeNumber tangent_of(RangeNumber a) { return divide(sine_of(a), cosine_of(a)); }

/* Monotone functions of -1..1 with slopes +-1 / sqrt(1 - x^2). */
static RangeNumber arc(RangeNumber a, bool cosine_arc) {
  double lo = most(a.value.lo, -1.0), hi = least(a.value.hi, 1.0);
  if (!(lo <= hi) || a.value.lo - a.error < -1.0 || a.value.hi + a.error > 1.0) return range_whole();
  double x = holds((Interval){lo, hi}, 0.0) ? 0.0 : least(size(lo), size(hi)), y = most(size(lo), size(hi));
  Interval by = outward((Interval){1.0 / __builtin_sqrt(1.0 - x * x), y < 1.0 ? 1.0 / __builtin_sqrt(1.0 - y * y) : ENDLESS});
  Interval value = cosine_arc ? (Interval){ml_acos(hi), ml_acos(lo)} : (Interval){ml_asin(lo), ml_asin(hi)};
  RangeNumber r = chain(a, value, cosine_arc ? (Interval){-by.hi, -by.lo} : by, 8);
  r.error = least(r.error, 4.0);
  return r;
}
static RangeNumber arctangent(RangeNumber a) {
  double x = holds(a.value, 0.0) ? 0.0 : least(size(a.value.lo), size(a.value.hi)), y = magnitude(a.value);
  return chain(a, (Interval){ml_atan(a.value.lo), ml_atan(a.value.hi)}, outward((Interval){1.0 / (1.0 + y * y), 1.0 / (1.0 + x * x)}), 8);
}
static RangeNumber arctangent2(RangeNumber y, RangeNumber x) {
  // Within a half plane that does not hold the cut, the corners are the extremes
  bool right = x.value.lo - x.error > 0.0, away = y.value.lo - y.error > 0.0 || y.value.hi + y.error < 0.0;
  if (!(x.error < ENDLESS && y.error < ENDLESS)) return range_whole();
  if (!right && !away) return jumping((Interval){-PI_D - 1e-6, PI_D + 1e-6});
  Interval value = exactly(ml_atan2(y.value.lo, x.value.lo));
  for (int i = 1; i < 4; i++) value = hull(value, exactly(ml_atan2(i & 1 ? y.value.hi : y.value.lo, i & 2 ? x.value.hi : x.value.lo)));
  Interval xx = square(x).value, yy = square(y).value, rr = plus(xx, yy);
  if (!(rr.lo > 0.0)) return range_whole();
  Interval inverse = outward((Interval){1.0 / rr.hi, 1.0 / rr.lo}), by_x = times(y.value, inverse);
  return chain2(y, x, value, times(x.value, inverse), (Interval){-by_x.hi, -by_x.lo}, 8);
}

static RangeNumber power(RangeNumber a, RangeNumber b) {
  if (b.value.lo == b.value.hi && b.value.lo == 2.0) return square(a);
  if (b.value.lo == b.value.hi && b.value.lo == ml_floor(b.value.lo) && size(b.value.lo) <= 64.0) {
    // Whole powers by squaring, whatever the sign
    int n = (int)size(b.value.lo);
    RangeNumber r = range_constant(1.0), base = a;
    for (; n != 0; n >>= 1) {
      if (n & 1) r = range_multiply(r, base);
      base = square(base);
    }
    r.error += 0x1p-21 * magnitude(r.value);
    return b.value.lo < 0.0 ? divide(range_constant(1.0), r) : r;
  }
  if (a.value.lo - a.error > 0.0) {
    RangeNumber r = exponential(range_multiply(b, logarithm(a)));
    r.error += 0x1p-20 * magnitude(r.value);
    return r;
  }
  if (a.value.lo >= 0.0 && b.value.lo == b.value.hi && b.value.lo > 0.0) { // from 0 on: rising
    double n = b.value.lo, hi = ml_pow(a.value.hi, n), slope = n >= 1.0 ? n * ml_pow(a.value.hi, n - 1.0) : ENDLESS;
    RangeNumber r = chain(a, (Interval){0.0, hi * (1.0 + 1e-12)}, (Interval){0.0, slope * (1.0 + 1e-12)}, 16);
    // However steep it is at 0: |x^n - y^n| <= |x - y|^n
    if (n < 1.0 && a.error < ENDLESS) r.error = 2.0 * ml_pow(a.error, n) + 0x1p-20 * hi;
    return r;
  }
  return range_whole();
}

static RangeNumber smooth_step(RangeNumber a, RangeNumber b, RangeNumber x) {
  RangeNumber width = range_subtract(b, a);
  if (width.value.lo - width.error <= 0.0 && width.value.hi + width.error >= 0.0) return jumping((Interval){0.0, 1.0});
  RangeNumber t = range_clamp(divide(range_subtract(x, a), width), 0.0, 1.0);
  double lo = t.value.lo, hi = t.value.hi, from = 6.0 * lo * (1.0 - lo), to = 6.0 * hi * (1.0 - hi);
  Interval by = {most(least(from, to) - 0x1p-40, 0.0), holds(t.value, 0.5) ? 1.5 : most(from, to) + 0x1p-40};
  return chain(t, (Interval){most(lo * lo * (3.0 - 2.0 * lo), 0.0), least(hi * hi * (3.0 - 2.0 * hi), 1.0)}, by, 4);
}

/* ---- steps and conditions */

typedef struct RangeRun {
  const RangeBox *box;
  RangeJump *jump;
  bool faces; /* jumps on the box's faces do not count */
} RangeRun;

/* A step of `a` at `at`: where that is a plane across one axis, it is kept. */
static void note_jump(const RangeRun *run, const RangeNumber *a, double at) {
  uint32_t axis = 3;
  if (run->jump == NULL || run->jump->axis != 3) return;
  for (uint32_t i = 0; i < 3; i++) {
    if (a->slope[i].lo == 0.0 && a->slope[i].hi == 0.0) continue;
    if (axis != 3 || !(size(a->slope[i].hi - a->slope[i].lo) <= 1e-9 * size(a->slope[i].lo))) return;
    axis = i;
  }
  if (axis == 3) return;
  double slope = a->slope[axis].lo, from = slope > 0.0 ? a->value.lo : a->value.hi;
  *run->jump = (RangeJump){axis, run->box->lo[axis] + (at - from) / slope, a->error / size(slope)};
}

/* What floor(a + shift) gives. */
static RangeNumber floored(const RangeRun *run, RangeNumber a, double shift) {
  if (!(a.error < ENDLESS)) return range_whole();
  double slack = 8.0 * a.error + 1e-12 * magnitude(a.value), limit = 0.25 * (a.value.hi - a.value.lo);
  if (!(a.value.hi - a.value.lo <= 1e15) || !(slack < 1e15)) return jumping(all);
  if (!run->faces) slack = -slack;
  else if (slack > limit) slack = limit;
  double lo = ml_floor(a.value.lo + shift + slack), hi = ml_floor(a.value.hi + shift - slack);
  if (hi <= lo) return range_constant(lo);
  note_jump(run, &a, ml_floor(0.5 * (lo + hi) + 1.0) - shift);
  return jumping((Interval){lo, hi});
}
static RangeNumber sign_of(const RangeRun *run, RangeNumber a) {
  if (a.value.lo - a.error > 0.0) return range_constant(1.0);
  if (a.value.hi + a.error < 0.0) return range_constant(-1.0);
  if (a.value.lo == 0.0 && a.value.hi == 0.0 && a.error == 0.0) return a;
  note_jump(run, &a, 0.0);
  return jumping((Interval){-1.0, 1.0});
}

/* 1: certainly, 0: certainly not, -1: here and there. */
static int truth_of(RangeNumber a) {
  if (a.value.lo - a.error > 0.0 || a.value.hi + a.error < 0.0) return 1;
  return a.value.lo == 0.0 && a.value.hi == 0.0 && a.error == 0.0 ? 0 : -1;
}
static RangeNumber truth(int x) { return x < 0 ? jumping((Interval){0.0, 1.0}) : range_constant(x); }
static RangeNumber less(const RangeRun *run, RangeNumber a, RangeNumber b, bool equal) {
  double slack = a.error + b.error;
  if (a.value.hi + slack < b.value.lo) return range_constant(1.0);
  if (a.value.lo - slack > b.value.hi) return range_constant(0.0);
  if (slack == 0.0 && equal && a.value.hi <= b.value.lo) return range_constant(1.0);
  if (slack == 0.0 && !equal && a.value.lo >= b.value.hi) return range_constant(0.0);
  RangeNumber difference = range_subtract(a, b);
  note_jump(run, &difference, 0.0);
  return truth(-1);
}
static int both(int a, int b) { return a == 0 || b == 0 ? 0 : a == 1 && b == 1 ? 1 : -1; }
static int invert(int a) { return a < 0 ? a : !a; }

static RangeNumber component(const RangeRun *run, MlOp op, RangeNumber a, RangeNumber b, RangeNumber c) {
  switch ((uint32_t)op) {
  case ML_OP_NEGATE: return negative(a);
  case ML_OP_ABS: return range_abs(a);
  case ML_OP_SIGN: return sign_of(run, a);
  case ML_OP_FLOOR: return floored(run, a, 0.0);
  case ML_OP_CEIL: return negative(floored(run, negative(a), 0.0));
  case ML_OP_ROUND: return floored(run, a, 0.5);
  case ML_OP_FRACT: {
    RangeNumber r = range_subtract(a, floored(run, a, 0.0));
    if (r.value.lo < 0.0 || r.value.hi > 1.0) r.value = (Interval){most(r.value.lo, 0.0), least(r.value.hi, 1.0)};
    return r;
  }
  case ML_OP_SQRT: return root(a);
  case ML_OP_EXP: return exponential(a);
  case ML_OP_LOG: return logarithm(a);
  case ML_OP_SIN: return sine_of(a);
  case ML_OP_COS: return cosine_of(a);
  case ML_OP_TAN: return tangent_of(a);
  case ML_OP_ASIN: return arc(a, false);
  case ML_OP_ACOS: return arc(a, true);
  case ML_OP_ATAN: return arctangent(a);
  case ML_OP_NOT: return truth(invert(truth_of(a)));
  case ML_OP_ADD: return range_add(a, b);
  case ML_OP_SUBTRACT: return range_subtract(a, b);
  case ML_OP_MULTIPLY: return range_multiply(a, b);
  case ML_OP_DIVIDE: return divide(a, b);
  case ML_OP_MOD: {
    if (b.value.lo - b.error <= 0.0 && b.value.hi + b.error >= 0.0) return range_whole();
    RangeNumber r = range_subtract(a, range_multiply(b, floored(run, divide(a, b), 0.0)));
    double limit = magnitude(b.value);
    if (r.value.hi > limit || r.value.lo < -limit) r.value = (Interval){b.value.lo >= 0.0 ? 0.0 : -limit, b.value.hi <= 0.0 ? 0.0 : limit};
    return r;
  }
  case ML_OP_POW: return power(a, b);
  case ML_OP_ATAN2: return arctangent2(a, b);
  case ML_OP_MIN: return lesser(a, b);
  case ML_OP_MAX: return greater(a, b);
  case ML_OP_LESS: return less(run, a, b, false);
  case ML_OP_LESS_EQUAL: return less(run, a, b, true);
  case ML_OP_EQUAL: {
    double slack = a.error + b.error;
    if (a.value.hi + slack < b.value.lo || b.value.hi + slack < a.value.lo) return range_constant(0.0);
    return truth(a.value.lo == a.value.hi && b.value.lo == b.value.hi && slack == 0.0 ? 1 : -1);
  }
  case ML_OP_AND: return truth(both(truth_of(a), truth_of(b)));
  case ML_OP_OR: return truth(invert(both(invert(truth_of(a)), invert(truth_of(b)))));
  case ML_OP_XOR: return truth(truth_of(a) < 0 || truth_of(b) < 0 ? -1 : truth_of(a) != truth_of(b));
  case ML_OP_CLAMP: return clamped(a, b, c);
  case ML_OP_MIX: return mixed(a, b, c);
  case ML_OP_SMOOTHSTEP: return smooth_step(a, b, c);
  case ML_OP_SELECT: {
    int chosen = truth_of(a);
    RangeNumber r = jumping(hull(b.value, c.value));
    r.error = most(b.error, c.error);
    return chosen == 1 ? b : chosen == 0 ? c : r;
  }
  default: return range_whole();
  }
}

/* ---- vectors */

static RangeNumber dot_of(const RangeValue *a, const RangeValue *b, uint32_t width) {
  RangeNumber sum = range_multiply(a->x[0], b->x[0]);
  for (uint32_t i = 1; i < width; i++) sum = range_add(sum, range_multiply(a->x[i], b->x[i]));
  return sum;
}
static RangeNumber squared_length(const RangeValue *a, uint32_t width) {
  RangeNumber sum = square(a->x[0]);
  for (uint32_t i = 1; i < width; i++) sum = range_add(sum, square(a->x[i]));
  return sum;
}

/* A length changes by no more than what it is the length of: its slope is one of that along a unit vector. */
static RangeNumber length_of(const RangeValue *a, uint32_t width) {
  RangeNumber r = root(squared_length(a, width));
  r.error = 0.0;
  for (uint32_t i = 0; i < width; i++) r.error += a->x[i].error;
  Interval unit[3];
  for (uint32_t i = 0; i < width; i++) {
    Interval x = a->x[i].value, others = {0.0, 0.0};
    for (uint32_t k = 0; k < width; k++)
      if (k != i) others = plus(others, square(a->x[k]).value);
    // x / sqrt(x^2 + others) rises with x; others pull it to 0
    double lo = x.lo, hi = x.hi, lo_others = lo < 0.0 ? others.lo : others.hi, hi_others = hi > 0.0 ? others.lo : others.hi;
    lo_others = most(lo_others, 0.0), hi_others = most(hi_others, 0.0);
    double below = __builtin_sqrt(lo * lo + lo_others), above = __builtin_sqrt(hi * hi + hi_others);
    unit[i] = (Interval){below > 0.0 && below < ENDLESS ? lo / below
                         : lo >= 0.0                    ? 0.0
                                                        : -1.0,
                         above > 0.0 && above < ENDLESS ? hi / above
                         : hi <= 0.0                    ? 0.0
                                                        : 1.0};
    unit[i] = (Interval){most(unit[i].lo - 0x1p-40, -1.0), least(unit[i].hi + 0x1p-40, 1.0)};
    if (!(unit[i].lo <= unit[i].hi)) unit[i] = (Interval){-1.0, 1.0};
  }
  for (int i = 0; i < 3; i++) {
    r.slope[i] = exactly(0.0);
    for (uint32_t k = 0; k < width; k++) r.slope[i] = plus(r.slope[i], times(unit[k], a->x[k].slope[i]));
  }
  return finish(r, 4);
}

RangeNumber range_of_place(const RangeNumber place[3], Interval value, const Interval slope[3]) {
  RangeNumber r = {.value = value};
  for (int i = 0; i < 3; i++) {
    r.slope[i] = exactly(0.0);
    for (int k = 0; k < 3; k++) r.slope[i] = plus(r.slope[i], times(slope[k], place[k].slope[i]));
    r.error += product(magnitude(slope[i]), place[i].error);
  }
  r.error += 0x1p-19; // its own roundings
  return finish(r, 1);
}

/* ---- programs */

static void run_step(const RangeRun *run, const ProgramStep *step, const RangeValue *a, const RangeValue *b, const RangeValue *c,
                     RangeValue *out) {
  RangeValue r = {0};
  uint32_t width = step->width;
  if (step->op == ML_OP_MULTIPLY && step->a == step->b) {
    for (uint32_t i = 0; i < width; i++) r.x[i] = square(a->x[i]);
  } else if (step->op < ML_OP_DOT) {
    for (uint32_t i = 0; i < width; i++) r.x[i] = component(run, (MlOp)step->op, a->x[i], b->x[i], c->x[i]);
  } else {
    switch ((uint32_t)step->op) {
    case ML_OP_DOT: r.x[0] = step->a == step->b ? squared_length(a, step->of) : dot_of(a, b, step->of); break;
    case ML_OP_CROSS:
      for (int i = 0; i < 3; i++) {
        int j = (i + 1) % 3, k = (i + 2) % 3;
        r.x[i] = range_subtract(range_multiply(a->x[j], b->x[k]), range_multiply(a->x[k], b->x[j]));
      }
      break;
    case ML_OP_LENGTH: r.x[0] = length_of(a, step->of); break;
    case ML_OP_NORMALIZE: {
      RangeNumber length = length_of(a, step->of);
      for (uint32_t i = 0; i < width; i++) {
        r.x[i] = divide(a->x[i], length);
        if (!(r.x[i].value.lo >= -1.0 && r.x[i].value.hi <= 1.0))
          r.x[i].value = (Interval){most(r.x[i].value.lo, -1.0), least(r.x[i].value.hi, 1.0)};
      }
      break;
    }
    case ML_OP_JOIN: r.x[0] = a->x[0], r.x[1] = b->x[0], r.x[2] = c->x[0]; break;
    case ML_OP_PICK:
      for (uint32_t i = 0; i < width; i++) r.x[i] = a->x[step->data >> 2 * i & 3];
      break;
    case ML_OP_HASH: r.x[0] = jumping((Interval){0.0, 1.0}); break;
    case ML_OP_TEXTURE:
      for (int i = 0; i < 3; i++) r.x[i] = range_whole();
      break;
    default: {
      RangeNumber place[3] = {a->x[0], step->of > 1 ? a->x[1] : range_constant(0.0), step->of > 2 ? a->x[2] : range_constant(0.0)};
      r.x[0] = range_noise((MlOp)step->op, place, b->x[0], c->x[0], step->data);
    }
    }
  }
  for (uint32_t i = 0; i < width; i++)
    if (!(r.x[i].value.lo <= r.x[i].value.hi)) r.x[i] = range_whole();
  if (width == 1) r.x[1] = r.x[2] = r.x[0];
  *out = r;
}

static const RangeValue *operand(const Program *program, const RangeValue *registers, const RangeValue *p, uint32_t x,
                                 RangeValue *scratch) {
  uint32_t index = x & OPERAND_INDEX;
  if (x >> 30 == OPERAND_REGISTER >> 30) return &registers[index];
  if (x >> 30 == OPERAND_CONSTANT >> 30) {
    for (int i = 0; i < 3; i++) scratch->x[i] = range_constant((double)program->constants[index][i]);
    return scratch;
  }
  if (index == ML_INPUT_P) return p;
  for (int i = 0; i < 3; i++) scratch->x[i] = range_constant(0.0); // footprints
  return scratch;
}

/* ---- what may be left out */

/* x < y for floats, too. */
static bool surely_less(const RangeNumber *x, const RangeNumber *y) { return x->value.hi + x->error < y->value.lo - y->error; }
static bool surely(const RangeNumber *x, double value) { return x->value.lo == value && x->value.hi == value && x->error == 0.0; }

static uint8_t choose_component(MlOp op, const RangeNumber *a, const RangeNumber *b, const RangeNumber *c, const RangeNumber *r) {
  switch ((uint32_t)op) {
  case ML_OP_ABS: return a->value.lo - a->error > 0.0 ? PRUNE_A : PRUNE_NOTHING;
  case ML_OP_MIN: return surely_less(a, b) ? PRUNE_A : surely_less(b, a) ? PRUNE_B : PRUNE_NOTHING;
  case ML_OP_MAX: return surely_less(a, b) ? PRUNE_B : surely_less(b, a) ? PRUNE_A : PRUNE_NOTHING;
  case ML_OP_CLAMP:
    if (surely_less(b, a) && surely_less(a, c)) return PRUNE_A;
    if (surely_less(a, b) && surely_less(b, c)) return PRUNE_B;
    return surely_less(c, a) && a->error < ENDLESS && b->error < ENDLESS ? PRUNE_C : PRUNE_NOTHING;
  case ML_OP_MIX:
    if (surely(c, 1.0)) return PRUNE_B;
    if (!surely(c, 0.0) || !is_number(a) || !is_number(b) || !is_number(r)) return PRUNE_NOTHING;
    return surely_less(a, b) ? PRUNE_A_PLUS : surely_less(b, a) ? PRUNE_A_MINUS : PRUNE_NOTHING;
  case ML_OP_SELECT: {
    const int chosen = truth_of(*a);
    return chosen == 1 ? PRUNE_B : chosen == 0 ? PRUNE_C : PRUNE_NOTHING;
  }
  case ML_OP_NOT:
  case ML_OP_LESS:
  case ML_OP_LESS_EQUAL:
  case ML_OP_EQUAL:
  case ML_OP_AND:
  case ML_OP_OR:
  case ML_OP_XOR: return r->value.lo != r->value.hi || r->error != 0.0 ? PRUNE_NOTHING : r->value.lo == 0.0 ? PRUNE_NO : PRUNE_YES;
  default: return PRUNE_NOTHING;
  }
}
static uint8_t choose(const ProgramStep *step, const RangeValue *a, const RangeValue *b, const RangeValue *c, const RangeValue *r) {
  if (step->op >= ML_OP_DOT) return PRUNE_NOTHING;
  const uint8_t first = choose_component((MlOp)step->op, &a->x[0], &b->x[0], &c->x[0], &r->x[0]);
  for (uint32_t i = 1; i < step->width && first != PRUNE_NOTHING; i++)
    if (choose_component((MlOp)step->op, &a->x[i], &b->x[i], &c->x[i], &r->x[i]) != first) return PRUNE_NOTHING;
  return first;
}

static RangeNumber run_program(const Program *program, const RangeRun *run, RangeValue *registers, uint8_t *choices) {
  RangeValue p, scratch[3];
  if (run->jump != NULL) run->jump->axis = 3;
  for (int i = 0; i < 3; i++) {
    p.x[i] = (RangeNumber){.value = {run->box->lo[i], run->box->hi[i]}};
    p.x[i].slope[i] = exactly(1.0);
    p.x[i].error = 0x1p-24 * magnitude(p.x[i].value); // points are rounded to floats
  }
  for (uint32_t i = 0; i < program->step_count; i++) {
    const ProgramStep *step = &program->steps[i];
    const RangeValue *a = operand(program, registers, &p, step->a, &scratch[0]), *b = operand(program, registers, &p, step->b, &scratch[1]),
                     *c = operand(program, registers, &p, step->c, &scratch[2]);
    RangeValue r;
    run_step(run, step, a, b, c, &r);
    if (choices != NULL) choices[i] = choose(step, a, b, c, &r);
    registers[step->to] = r;
  }
  return operand(program, registers, &p, program->result, &scratch[0])->x[0];
}
RangeNumber program_range(const Program *program, const RangeBox *box, RangeValue *registers, RangeJump *jump) {
  return run_program(program, &(RangeRun){box, jump, jump != NULL}, registers, NULL);
}
RangeNumber program_range_choices(const Program *program, const RangeBox *box, RangeValue *registers, RangeJump *jump, uint8_t *choices) {
  return run_program(program, &(RangeRun){box, jump, false}, registers, choices);
}

uint64_t program_cost(const Program *program) {
  uint64_t cost = 0;
  for (uint32_t i = 0; i < program->step_count; i++) {
    const ProgramStep *step = &program->steps[i];
    const bool sum = step->op >= ML_OP_FBM && step->op <= ML_OP_TURBULENCE;
    cost += program_is_noise((MlOp)step->op) ? OCTAVE_COST * (sum ? step->data : 1) : 1;
  }
  return cost;
}

typedef struct Greatest {
  const Program *program;
  RangeValue *registers;
  double value;
  uint64_t cost, left; /* effort */
} Greatest;

/* Of a box, which where bounds say nothing is halved along each axis. */
static void greatest_in(Greatest *g, const RangeBox *box, int depth) {
  const RangeNumber r = program_range(g->program, box, g->registers, NULL);
  const double value = r.value.hi + r.error;
  g->left -= g->cost < g->left ? g->cost : g->left;
  if (value < 0x1p100 || depth == 0 || g->left < 8 * g->cost || g->value >= 0x1p100) {
    g->value = most(g->value, value);
    return;
  }
  for (uint32_t i = 0; i < 8; i++) {
    RangeBox part = *box;
    for (uint32_t k = 0; k < 3; k++) *(i >> k & 1 ? &part.lo[k] : &part.hi[k]) = 0.5 * (box->lo[k] + box->hi[k]);
    greatest_in(g, &part, depth - 1);
  }
}

bool program_greatest(Memory *memory, const Program *program, const MlBounds *box, double *out) {
  size_t bytes = ((size_t)program->register_count + 1) * sizeof(RangeValue);
  Greatest g = {program, memory_alloc(memory, bytes, 16), -ENDLESS, program_cost(program) + 8, GREATEST_EFFORT};
  if (g.registers == NULL) return false;
  const double lo[3] = {box->min.x, box->min.y, box->min.z}, hi[3] = {box->max.x, box->max.y, box->max.z};
  // Long programs in fewer cells: nobody can break this off
  uint32_t cells = 8;
  while (cells > 1 && cells * cells * cells * g.cost > GREATEST_EFFORT / 4) cells--;
  for (uint32_t i = 0; i < cells * cells * cells; i++) {
    RangeBox cell;
    const uint32_t at[3] = {i % cells, i / cells % cells, i / (cells * cells)};
    for (int k = 0; k < 3; k++) {
      cell.lo[k] = lo[k] + (hi[k] - lo[k]) * at[k] / cells;
      cell.hi[k] = lo[k] + (hi[k] - lo[k]) * (at[k] + 1) / cells;
    }
    greatest_in(&g, &cell, 12);
  }
  memory_free(memory, g.registers, bytes);
  *out = g.value;
  return true;
}
