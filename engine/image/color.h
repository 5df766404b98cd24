/* color.h - the sRGB transfer curve (IEC 61966-2-1), exact piecewise form, three channels at a time in the lanes of a Vec3. No clamping:
 * below the threshold the straight part goes on, above 1 the power. ml_srgb_decode is the double one, for what scripts compute. */
#ifndef ML_IMAGE_COLOR_H
#define ML_IMAGE_COLOR_H

#include "math/elementary.h"
#include "math/vec.h"

typedef int32_t Mask3 __attribute__((vector_size(16))); /* lanes of 0 or -1, as comparisons of Vec3 give them */

static inline Vec3 select3(Mask3 mask, Vec3 a, Vec3 b) { return (Vec3)((mask & (Mask3)a) | (~mask & (Mask3)b)); }
/* NaN becomes lo. */
static inline Vec3 clamp3(Vec3 x, float lo, float hi) {
  Vec3 low = {lo, lo, lo, lo}, high = {hi, hi, hi, hi};
  x = select3(x > low, x, low);
  return select3(x < high, x, high);
}

/* For pixels on their way to 8 bits: pow within 1e-6 of the true value, relative, at a twentieth of pow_f's time. Lanes are positive and
 * normal (or 0, for some finite result), results are between 2^-126 and 2^126. */
static inline Vec3 log2_display(Vec3 x) {
  // x = 2^k m, m in [sqrt(1/2), sqrt(2)); log2 m = 2/ln 2 artanh s, |s| < .172
  Mask3 bits = (Mask3)x + (0x3f800000 - 0x3f3504f3);
  Vec3 m = (Vec3)((bits & 0x7fffff) + 0x3f3504f3), s = (m - 1.0f) / (m + 1.0f), z = s * s;
  Vec3 series = 2.88539008f + z * (0.961796694f + z * (0.577078016f + z * (0.412198583f + z * 0.320598898f)));
  return __builtin_convertvector((bits >> 23) - 127, Vec3) + s * series;
}
static inline Vec3 pow_display(Vec3 x, float y) {
  Vec3 e = y * log2_display(x), half = (Vec3)(((Mask3)e & INT32_MIN) | 0x3f000000);
  Mask3 k = __builtin_convertvector(e + half, Mask3);
  Vec3 r = e - __builtin_convertvector(k, Vec3); // 2^r by its series
  Vec3 p = 0.240226507f + r * (0.0555041087f + r * (0.00961812911f + r * (0.00133335581f + r * 0.000154035304f)));
  return (1.0f + r * (0.693147181f + r * p)) * (Vec3)((k + 127) << 23);
}

/* Linear light to code values; 0..1 to 0..1, within 1e-6. */
static inline Vec3 srgb_encode(Vec3 linear) {
  return select3(linear <= 0.0031308f, 12.92f * linear, 1.055f * pow_display(clamp3(linear, 0.003f, 1e9f), 1.0f / 2.4f) - 0.055f);
}
/* One code value to linear light. */
static inline float srgb_decode(float code) { return code <= 0.04045f ? code / 12.92f : pow_f((code + 0.055f) / 1.055f, 2.4f); }

/* Code values to the nearest of 256 steps, halves up; NaN is 0. */
static inline void quantize_u8(Vec3 codes, uint8_t out[3]) {
  Mask3 steps = __builtin_convertvector(clamp3(codes, 0.0f, 1.0f) * 255.0f + 0.5f, Mask3);
  out[0] = (uint8_t)steps[0], out[1] = (uint8_t)steps[1], out[2] = (uint8_t)steps[2];
}

/* The CIE 1931 2 degree observer, every 10 nm from 380 to 780 nm; ml_observer is linear in between. */
enum { OBSERVER_FIRST_NM = 380, OBSERVER_STEP_NM = 10, OBSERVER_STEPS = 41 };
extern const double observer_table[OBSERVER_STEPS][3];

#endif
