/* color.h - the sRGB transfer curve (IEC 61966-2-1), exact piecewise form. Float for pixels, double for what scripts compute
 * (ml_srgb_decode). No clamping: below the first threshold the straight part goes on, above 1 the power. */
#ifndef ML_IMAGE_COLOR_H
#define ML_IMAGE_COLOR_H

#include "math/elementary.h"
#include "math/vec.h"

/* For pixels on their way to 8 bits: within 1e-6 of the true value, relative, at a tenth of pow_f's time. x is positive and normal, the
 * result is below 2^126 and above 2^-126. */
static inline float log2_display(float x) {
  int32_t k;
  float m = split_exponent_f(x, &k), s = (m - 1.0f) / (m + 1.0f), z = s * s; // log2 m = 2/ln 2 artanh s, |s| < .172
  return (float)k + s * (2.88539008f + z * (0.961796694f + z * (0.577078016f + z * (0.412198583f + z * 0.320598898f))));
}
static inline float pow_display(float x, float y) {
  float e = y * log2_display(x);
  int32_t k = round_int_f(e);
  float r = e - (float)k; // 2^r by its series
  float p = 0.240226507f + r * (0.0555041087f + r * (0.00961812911f + r * (0.00133335581f + r * 0.000154035304f)));
  return scale_f(1.0f + r * (0.693147181f + r * p), k);
}

/* Linear light to code value; 0..1 to 0..1, within 1e-6. */
static inline float srgb_encode(float linear) {
  return linear <= 0.0031308f ? 12.92f * linear : 1.055f * pow_display(linear, 1.0f / 2.4f) - 0.055f;
}
/* Code value to linear light. */
static inline float srgb_decode(float code) { return code <= 0.04045f ? code / 12.92f : pow_f((code + 0.055f) / 1.055f, 2.4f); }
/* Code value to the nearest of 256 steps; NaN is 0. */
static inline uint8_t quantize_u8(float code) { return (uint8_t)(clamp_f(code, 0.0f, 1.0f) * 255.0f + 0.5f); }

#endif
