/* elementary.h - elementary functions in float for the per-ray code: the same bits on every platform.
 *
 * Only + - * / and sqrt in one fixed order, integers and comparisons; no libm, no double, no fused products. Largest errors
 * in ulp stand behind each function; docs/MATHS.md says how they are measured.
 * NaN in gives NaN out, infinities and zeros are as in C99 Annex F. */
#ifndef ML_MATH_ELEMENTARY_H
#define ML_MATH_ELEMENTARY_H

#include "math/ieee.h"
#include "math/two_over_pi.h"
#include "math/vec.h"

/* ---- unevaluated sums hi + lo of two floats, about 47 bits (Dekker 1971, Knuth) */

typedef struct FloatPair {
  float hi, lo;
} FloatPair;

/* |a| >= |b| or a = 0. */
static inline FloatPair pair_fast_sum(float a, float b) {
  float s = a + b;
  return (FloatPair){s, b - (s - a)};
}
static inline FloatPair pair_sum(float a, float b) {
  float s = a + b, t = s - a;
  return (FloatPair){s, (a - (s - t)) + (b - t)};
}
static inline FloatPair pair_product(float a, float b) {
  float ta = 4097.0f * a, tb = 4097.0f * b;
  float a1 = ta - (ta - a), b1 = tb - (tb - b), a2 = a - a1, b2 = b - b1;
  float p = a * b;
  return (FloatPair){p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
}
static inline FloatPair pair_add(FloatPair a, FloatPair b) {
  FloatPair s = pair_sum(a.hi, b.hi);
  return pair_fast_sum(s.hi, s.lo + (a.lo + b.lo));
}
static inline FloatPair pair_multiply(FloatPair a, FloatPair b) {
  FloatPair p = pair_product(a.hi, b.hi);
  return pair_fast_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* ---- rounding */

/* Exact. */
static inline float floor_f(float x) {
  if (!(abs_f(x) < 0x1p23f)) return x; /* whole, infinite or NaN */
  float t = (float)(int32_t)x;
  return __builtin_copysignf(t > x ? t - 1.0f : t, x);
}

/* Nearest whole number, ties away from zero; |x| < 2^23. */
static inline int32_t round_int_f(float x) { return (int32_t)(x + __builtin_copysignf(0.5f, x)); }

/* ---- sine, cosine, tangent */

/* x = (r + low) + quadrant pi/2 with |r| <= pi/4; r has 24 good bits, low about 7 more. x is finite. */
typedef struct ReducedAngle {
  float r, low;
  uint32_t quadrant; /* mod 4 */
} ReducedAngle;

static inline ReducedAngle reduce_angle_f(float x) {
  if (abs_f(x) <= QUARTER_PI_F) return (ReducedAngle){x, 0.0f, 0};

  // x 2/pi modulo 4 in fixed point, 62 bits behind the point: 24-bit mantissa times a window of 96 bits of 2/pi
  uint32_t bits = float_bits(x);
  int32_t exponent = (int32_t)(bits >> 23 & 0xff) - 150;
  uint64_t mantissa = (bits & 0x7fffffu) | 0x800000u;
  uint32_t first = (uint32_t)(exponent + 62);
  uint64_t low = mantissa * two_over_pi_bits(first + 64) >> 32;
  uint64_t turns = (mantissa * two_over_pi_bits(first) << 32) + mantissa * two_over_pi_bits(first + 32) + low;
  uint32_t quadrant = (uint32_t)((turns + (1ull << 61)) >> 62);
  uint64_t fraction = turns - ((uint64_t)quadrant << 62);
  uint32_t negative = (uint32_t)(fraction >> 63);
  uint64_t size = negative ? 0 - fraction : fraction;

  // The leading 32 bits times pi/2, as float and remainder
  uint32_t shift = (uint32_t)__builtin_clzll(size | 1);
  int64_t product = (int64_t)((size << shift >> 32) * 0xc90fdaa2u >> 1);
  float hi = (float)product;
  float lo = (float)(product - (int64_t)hi);
  float scale = bits_float((67u - shift) << 23); /* 2^(-60 - shift) */
  scale = (negative ^ (bits >> 31)) ? -scale : scale;
  return (ReducedAngle){hi * scale, lo * scale, (bits >> 31) ? 0u - quadrant : quadrant};
}

/* Taylor series on [-pi/4, pi/4]; the next term is below .05 ulp. Results are sums, so that tan can use both parts. */
static inline FloatPair sin_kernel_f(float r, float low) {
  float z = r * r;
  float p = z * (-1.0f / 6 + z * (1.0f / 120 + z * (-1.0f / 5040 + z * (1.0f / 362880))));
  return pair_fast_sum(r, low * (1.0f - 0.5f * z) + r * p);
}
static inline FloatPair cos_kernel_f(float r, float low) {
  FloatPair z = pair_product(r, r);
  float h = 0.5f * z.hi, w = 1.0f - h;
  float p = z.hi * z.hi * (1.0f / 24 + z.hi * (-1.0f / 720 + z.hi * (1.0f / 40320 + z.hi * (-1.0f / 3628800))));
  return pair_fast_sum(w, ((1.0f - w) - h) + ((p - 0.5f * z.lo) - r * low));
}

/* Any finite argument: .85 ulp. */
static inline void sincos_f(float x, float *sine, float *cosine) {
  if (!(abs_f(x) <= LARGEST_F)) {
    *sine = *cosine = x - x;
    return;
  }
  ReducedAngle a = reduce_angle_f(x);
  float s = abs_f(x) < 0x1p-13f ? x : sin_kernel_f(a.r, a.low).hi; /* keeps -0 */
  float c = cos_kernel_f(a.r, a.low).hi;
  float swapped_s = (a.quadrant & 1) ? c : s, swapped_c = (a.quadrant & 1) ? s : c;
  *sine = (a.quadrant & 2) ? -swapped_s : swapped_s;
  *cosine = ((a.quadrant + 1) & 2) ? -swapped_c : swapped_c;
}
static inline float sin_f(float x) {
  float s, c;
  sincos_f(x, &s, &c);
  return s;
}
static inline float cos_f(float x) {
  float s, c;
  sincos_f(x, &s, &c);
  return c;
}

/* Sine and cosine of 2 pi u, |u| <= 2^20, for sampling: the reduction is exact. .8 ulp (1.4 where |u| < 2^-100). */
static inline void sincos_turns_f(float u, float *sine, float *cosine) {
  float quarters = 4.0f * u;
  int32_t n = round_int_f(quarters);
  FloatPair r = pair_product(quarters - (float)n, HALF_PI_F);
  r.lo += (quarters - (float)n) * -0x1.777a5cp-25f; /* pi/2 - HALF_PI_F */
  float s = sin_kernel_f(r.hi, r.lo).hi, c = cos_kernel_f(r.hi, r.lo).hi;
  uint32_t quadrant = (uint32_t)n;
  float swapped_s = (quadrant & 1) ? c : s, swapped_c = (quadrant & 1) ? s : c;
  *sine = (quadrant & 2) ? -swapped_s : swapped_s;
  *cosine = ((quadrant + 1) & 2) ? -swapped_c : swapped_c;
}

/* Any finite argument: 1 ulp. */
static inline float tan_f(float x) {
  if (!(abs_f(x) <= LARGEST_F)) return x - x;
  if (abs_f(x) < 0x1p-13f) return x; /* also keeps the products below out of the subnormals */
  ReducedAngle a = reduce_angle_f(x);
  FloatPair s = sin_kernel_f(a.r, a.low), c = cos_kernel_f(a.r, a.low);
  if (a.quadrant & 1) {
    FloatPair swap = s;
    s = (FloatPair){-c.hi, -c.lo}, c = swap;
  }
  float q = s.hi / c.hi;
  FloatPair p = pair_product(q, c.hi);
  return q + (((s.hi - p.hi) - p.lo) + (s.lo - q * c.lo)) / c.hi;
}

/* ---- inverse functions */

/* |x| <= tan(pi/8); Chebyshev fit of (atan(x)/x - 1)/x^2 in x^2, error 1.6e-8. */
static inline float atan_kernel_f(float x) {
  float z = x * x;
  return x * (z * (-0.333333317538f + z * (0.199995387947f + z * (-0.142638971119f + z * (0.107430996626f + z * -0.0644983521153f)))));
}

/* Of the quotient y / x of two non-negative floats, not both 0 or infinite, as angle in [0, pi/2]. */
static inline float atan_quotient_f(float y, float x) {
  bool steep = y > x;
  float n = steep ? x : y, d = steep ? y : x;
  float q = n / d;

  // q > tan(pi/8) is turned back by pi/4: atan(q) = pi/4 + atan((q - 1) / (q + 1))
  bool far = q > 0.41421356f;
  FloatPair sum = pair_fast_sum(1.0f, q), difference = pair_fast_sum(-1.0f, q);
  float t = far ? difference.hi / sum.hi : q;
  float base = far ? QUARTER_PI_F : 0.0f, base_low = far ? -0x1.777a5cp-26f : 0.0f;
  FloatPair angle = pair_fast_sum(base, t);
  angle.lo += atan_kernel_f(t) + base_low;

  // What the divisions rounded away: q + e stands for n / d
  FloatPair p = pair_product(q, d);
  float e = d < 0x1p-100f || d > 0x1p100f || n < 0x1p-100f ? 0.0f : ((n - p.hi) - p.lo) / d;
  FloatPair pt = pair_product(t, sum.hi);
  float et = far ? (((difference.hi - pt.hi) - pt.lo) + (difference.lo - t * sum.lo)) / sum.hi : 0.0f;
  angle.lo += et + e / (1.0f + q * q);
  if (!steep) return angle.hi + angle.lo;
  FloatPair rest = pair_fast_sum(HALF_PI_F, -angle.hi);
  return rest.hi + (rest.lo - angle.lo + -0x1.777a5cp-25f);
}

/* .9 ulp. */
static inline float atan_f(float x) {
  if (x != x) return x;
  if (abs_f(x) < 0x1p-13f) return x;
  return __builtin_copysignf(atan_quotient_f(min_f(abs_f(x), 0x1p60f), 1.0f), x);
}

/* .95 ulp. */
static inline float atan2_f(float y, float x) {
  if (x != x || y != y) return x + y;
  float ax = abs_f(x), ay = abs_f(y);
  bool back = float_bits(x) >> 31;
  float angle;
  if (ay == 0.0f) {
    angle = 0.0f;
  } else if (ax == ay) {
    angle = QUARTER_PI_F; /* also for two infinities */
    if (back) return __builtin_copysignf(0x1.2d97c8p+1f, y);
  } else if (ay == INFINITY_F || ax == 0.0f) {
    return __builtin_copysignf(HALF_PI_F, y);
  } else if (ax == INFINITY_F) {
    angle = 0.0f;
  } else if (ay < ax * 0x1p-13f) {
    angle = ay / ax; /* the cubic term is below .01 ulp */
  } else {
    // A power of two brings the larger one near 1; a smaller one that vanishes by it does not matter
    float scale = max_f(ax, ay) > 0x1p30f ? 0x1p-90f : max_f(ax, ay) < 0x1p-30f ? 0x1p90f : 1.0f;
    angle = atan_quotient_f(ay * scale, ax * scale);
  }
  if (!back) return __builtin_copysignf(angle, y);
  FloatPair rest = pair_fast_sum(PI_F, -angle);
  return __builtin_copysignf(rest.hi + (rest.lo + -0x1.777a5cp-24f), y);
}

/* |x| <= 1/2; Chebyshev fit of (asin(x)/x - 1)/x^2 in x^2, error 4.3e-9. */
static inline float asin_kernel_f(float z) {
  return z * (0.16666666333f +
              z * (0.0750009563617f + z * (0.0445989884033f + z * (0.0311060007455f + z * (0.0171215875888f + z * 0.0337402805967f)))));
}

/* asin(1 - 2 h) = pi/2 - 2 asin(sqrt(h)), h = (1 - |x|)/2 in [0, 1/4]: the angle 2 asin(sqrt(h)) as a sum. */
static inline FloatPair acos_near_one_f(float h) {
  float s = sqrt_f(h);
  FloatPair p = pair_product(s, s);
  float low = h > 0.0f ? ((h - p.hi) - p.lo) / (2.0f * s) : 0.0f; /* what the root rounded away */
  return pair_fast_sum(2.0f * s, 2.0f * (low + s * asin_kernel_f(h)));
}

/* .7 ulp; NaN outside [-1, 1]. */
static inline float asin_f(float x) {
  float a = abs_f(x);
  if (!(a <= 1.0f)) return (x - x) / (x - x);
  if (a <= 0.5f) return a < 0x1p-13f ? x : x + x * asin_kernel_f(x * x);
  FloatPair angle = acos_near_one_f(0.5f * (1.0f - a));
  FloatPair rest = pair_fast_sum(HALF_PI_F, -angle.hi);
  return __builtin_copysignf(rest.hi + (rest.lo - angle.lo + -0x1.777a5cp-25f), x);
}
/* .7 ulp; NaN outside [-1, 1]. */
static inline float acos_f(float x) {
  float a = abs_f(x);
  if (!(a <= 1.0f)) return (x - x) / (x - x);
  if (a <= 0.5f) {
    FloatPair rest = pair_fast_sum(HALF_PI_F, -x);
    return rest.hi + (rest.lo + (-0x1.777a5cp-25f - x * asin_kernel_f(x * x)));
  }
  FloatPair angle = acos_near_one_f(0.5f * (1.0f - a));
  if (x > 0.0f) return angle.hi + angle.lo;
  FloatPair rest = pair_fast_sum(PI_F, -angle.hi);
  return rest.hi + (rest.lo - angle.lo + -0x1.777a5cp-24f);
}

/* ---- exponentials and logarithms */

/* 2^k x with one rounding at most, -280 <= k <= 280. */
static inline float scale_f(float x, int32_t k) {
  int32_t half = k / 2;
  return x * bits_float((uint32_t)(half + 127) << 23) * bits_float((uint32_t)(k - half + 127) << 23);
}

/* e^(x + low) for -104 <= x <= 89 and small low. */
static inline float exp_kernel_f(float x, float low) {
  int32_t k = round_int_f(x * 0x1.715476p+0f);
  float kf = (float)k;
  FloatPair r = pair_sum(x - kf * 0x1.62e4p-1f, low - kf * 0x1.7f7d1cp-20f); /* ln 2; the first product is exact */
  float p =
    r.hi * r.hi * (0.5f + r.hi * (1.0f / 6 + r.hi * (1.0f / 24 + r.hi * (1.0f / 120 + r.hi * (1.0f / 720 + r.hi * (1.0f / 5040))))));
  FloatPair s = pair_fast_sum(1.0f, r.hi);
  return scale_f(s.hi + (s.lo + (r.lo + p)), k);
}

/* .85 ulp. */
static inline float exp_f(float x) {
  if (x > 88.73f) return INFINITY_F;
  if (x < -103.98f) return 0.0f;
  if (x != x) return x;
  return exp_kernel_f(x, 0.0f);
}

/* x = 2^k m, m in [sqrt(1/2), sqrt(2)); x positive and finite. */
static inline float split_exponent_f(float x, int32_t *k) {
  bool subnormal = x < SMALLEST_NORMAL_F;
  uint32_t bits = float_bits(subnormal ? x * 0x1p23f : x) + (0x3f800000u - 0x3f3504f3u);
  *k = (int32_t)(bits >> 23) - 127 - (subnormal ? 23 : 0);
  return bits_float((bits & 0x7fffffu) + 0x3f3504f3u);
}

/* The logarithm of 0, negatives, infinity and NaN; only for those. */
static inline float log_special_f(float x) { return x == 0.0f ? -INFINITY_F : x > 0.0f || x != x ? x : (x - x) / (x - x); }

/* .95 ulp. log m = 2 artanh(s), s = (m - 1)/(m + 1), arranged as m - 1 and a small correction. */
static inline float log_f(float x) {
  if (!(x > 0.0f && x <= LARGEST_F)) return log_special_f(x);
  int32_t k;
  float f = split_exponent_f(x, &k) - 1.0f;
  float s = f / (2.0f + f), z = s * s, h = 0.5f * f * f, kf = (float)k;
  float p = z * (2.0f / 3 + z * (2.0f / 5 + z * (2.0f / 7 + z * (2.0f / 9))));
  return kf * 0x1.62e4p-1f + ((f - (h - s * (h + p))) + kf * 0x1.7f7d1cp-20f);
}

/* log2 as a sum, relative error about 2^-35; x positive and finite. */
static inline FloatPair log2_pair_f(float x) {
  int32_t k;
  float m = split_exponent_f(x, &k);
  FloatPair d = pair_fast_sum(m > 1.0f ? m : 1.0f, m > 1.0f ? 1.0f : m);
  float f = m - 1.0f, q = f / d.hi;
  FloatPair p = pair_product(q, d.hi);
  FloatPair s = pair_fast_sum(q, (((f - p.hi) - p.lo) - q * d.lo) / d.hi);
  FloatPair z = pair_multiply(s, s);
  float tail = z.hi * (1.0f / 5 + z.hi * (1.0f / 7 + z.hi * (1.0f / 9 + z.hi * (1.0f / 11))));
  FloatPair u = pair_multiply(z, pair_add((FloatPair){0x1.555556p-2f, -0x1.555556p-27f}, (FloatPair){tail, 0.0f}));
  FloatPair l = pair_multiply(pair_add(s, pair_multiply(s, u)), (FloatPair){0x1.715476p+1f, 0x1.4ae0cp-25f}); /* 2 / ln 2 */
  return pair_add((FloatPair){(float)k, 0.0f}, l);
}

/* .51 ulp; exact for powers of two. */
static inline float log2_f(float x) {
  if (!(x > 0.0f && x <= LARGEST_F)) return log_special_f(x);
  return log2_pair_f(x).hi;
}

/* .95 ulp. Special values as pow in C. */
static inline float pow_f(float x, float y) {
  if (x == 1.0f || y == 0.0f) return 1.0f;
  if (x != x || y != y) return x + y;
  float ax = abs_f(x), ay = abs_f(y);
  bool whole = floor_f(y) == y;
  bool odd = whole && ay < 0x1p24f && ((int32_t)ay & 1);
  float sign = odd && (float_bits(x) >> 31) ? -1.0f : 1.0f;
  if (ax == 0.0f) return sign * (y < 0.0f ? INFINITY_F : 0.0f);
  if (ax == INFINITY_F) return sign * (y < 0.0f ? 0.0f : INFINITY_F);
  if (ay == INFINITY_F) return ax == 1.0f ? 1.0f : (ax > 1.0f) == (y > 0.0f) ? INFINITY_F : 0.0f;
  if (x < 0.0f && !whole) return (x - x) / (x - x);

  // x^y = 2^(y log2 x) = 2^k e^r
  FloatPair l = log2_pair_f(ax);
  if (abs_f(y * l.hi) > 160.0f || ay > 0x1p100f) {
    bool grows = (l.hi > 0.0f) == (y > 0.0f);
    return l.hi == 0.0f ? 1.0f : sign * (grows ? INFINITY_F : 0.0f);
  }
  FloatPair e = pair_product(y, l.hi);
  e = pair_fast_sum(e.hi, e.lo + y * l.lo);
  int32_t k = round_int_f(e.hi);
  FloatPair r = pair_fast_sum(e.hi - (float)k, e.lo);
  r = pair_multiply(r, (FloatPair){0x1.62e43p-1f, -0x1.05c61p-29f}); /* ln 2 */
  float p =
    r.hi * r.hi * (0.5f + r.hi * (1.0f / 6 + r.hi * (1.0f / 24 + r.hi * (1.0f / 120 + r.hi * (1.0f / 720 + r.hi * (1.0f / 5040))))));
  FloatPair s = pair_fast_sum(1.0f, r.hi);
  return sign * scale_f(s.hi + (s.lo + (r.lo + p)), k);
}

#endif
