/* spectrum.h - the one colour type of the engine (invariant 13): four float lanes, today linear Rec.709 and a spare 0.
 * Working space: linear light, Rec.709 primaries, D65 white. Nothing outside this file indexes channels; + - * / work. */
#ifndef ML_IMAGE_SPECTRUM_H
#define ML_IMAGE_SPECTRUM_H

#include "math/elementary.h"
#include "math/vec.h"
#include "moonlit.h"

typedef float Spectrum __attribute__((vector_size(16)));

static inline Spectrum spectrum_all(float x) { return (Spectrum){x, x, x, 0.0f}; }
static inline Spectrum spectrum_zero(void) { return (Spectrum){0.0f, 0.0f, 0.0f, 0.0f}; }
static inline Spectrum spectrum_from_color(MlColor c) { return (Spectrum){c.r, c.g, c.b, 0.0f}; }
static inline MlColor spectrum_to_color(Spectrum s) { return (MlColor){s[0], s[1], s[2]}; }
static inline Spectrum spectrum_load(const float *p) { return (Spectrum){p[0], p[1], p[2], 0.0f}; }
static inline void spectrum_store(float *p, Spectrum s) { p[0] = s[0], p[1] = s[1], p[2] = s[2]; }
/* A direction or normal shown as a colour: lanes as they are. */
static inline Spectrum spectrum_from_vec3(Vec3 v) { return (Spectrum){v[0], v[1], v[2], 0.0f}; }
/* Where a channel's light lies, in nm: the means over wave numbers of Rec.709's matching functions, as far as these are positive; and their
 * standard deviations relative to those. The spare can be divided by. */
static inline Spectrum spectrum_wavelengths(void) { return (Spectrum){608.0f, 539.0f, 451.0f, 1.0f}; }
static inline Spectrum spectrum_bandwidths(void) { return (Spectrum){0.042f, 0.052f, 0.047f, 0.0f}; }
/* Relative luminance (Rec. ITU-R BT.709). */
static inline float spectrum_luminance(Spectrum s) { return (0.2126f * s[0] + 0.7152f * s[1]) + 0.0722f * s[2]; }
static inline float spectrum_max(Spectrum s) { return max_f(max_f(s[0], s[1]), s[2]); }
static inline float spectrum_average(Spectrum s) { return ((s[0] + s[1]) + s[2]) * (1.0f / 3.0f); }
static inline bool spectrum_is_black(Spectrum s) { return s[0] == 0.0f && s[1] == 0.0f && s[2] == 0.0f; }
static inline bool spectrum_is_finite(Spectrum s) { return isfinite(s[0]) && isfinite(s[1]) && isfinite(s[2]); }
static inline Spectrum spectrum_min(Spectrum s, float limit) {
  return (Spectrum){min_f(s[0], limit), min_f(s[1], limit), min_f(s[2], limit), 0.0f};
}
static inline Spectrum spectrum_at_least(Spectrum s, float limit) {
  return (Spectrum){max_f(s[0], limit), max_f(s[1], limit), max_f(s[2], limit), 0.0f};
}
/* The lesser, channel by channel. */
static inline Spectrum spectrum_least(Spectrum a, Spectrum b) {
  return (Spectrum){min_f(a[0], b[0]), min_f(a[1], b[1]), min_f(a[2], b[2]), 0.0f};
}
/* Cosine and sine of 2 pi turns; |turns| <= 2^20. */
static inline Spectrum spectrum_cos_turns(Spectrum turns, Spectrum *sine) {
  float s[3], c[3];
  for (int i = 0; i < 3; i++) sincos_turns_f(turns[i], &s[i], &c[i]);
  *sine = spectrum_load(s);
  return spectrum_load(c);
}
static inline Spectrum spectrum_clamp(Spectrum s, float lo, float hi) {
  return (Spectrum){clamp_f(s[0], lo, hi), clamp_f(s[1], lo, hi), clamp_f(s[2], lo, hi), 0.0f};
}
/* Lanes as they are: a direction that was stored as a colour. */
static inline Vec3 spectrum_to_vec3(Spectrum s) { return vec3(s[0], s[1], s[2]); }
static inline Spectrum spectrum_exp(Spectrum s) { return (Spectrum){exp_f(s[0]), exp_f(s[1]), exp_f(s[2]), 0.0f}; }
static inline Spectrum spectrum_sqrt(Spectrum s) { return (Spectrum){sqrt_f(s[0]), sqrt_f(s[1]), sqrt_f(s[2]), 0.0f}; }

#endif
