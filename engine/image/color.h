/* color.h - the sRGB transfer curve (IEC 61966-2-1), exact piecewise form. Float for pixels, double for what scripts compute
 * (ml_srgb_decode). No clamping: below the first threshold the straight part goes on, above 1 the power. */
#ifndef ML_IMAGE_COLOR_H
#define ML_IMAGE_COLOR_H

#include "math/elementary.h"
#include "math/vec.h"

/* Linear light to code value; 0..1 to 0..1. */
static inline float srgb_encode(float linear) {
  return linear <= 0.0031308f ? 12.92f * linear : 1.055f * pow_f(linear, 1.0f / 2.4f) - 0.055f;
}
/* Code value to linear light. */
static inline float srgb_decode(float code) { return code <= 0.04045f ? code / 12.92f : pow_f((code + 0.055f) / 1.055f, 2.4f); }
/* Code value to the nearest of 256 steps; NaN is 0. */
static inline uint8_t quantize_u8(float code) { return (uint8_t)(clamp_f(code, 0.0f, 1.0f) * 255.0f + 0.5f); }

#endif
