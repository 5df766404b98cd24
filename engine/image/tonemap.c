/* tonemap.c - AgX (T. Sobotka, "AgX", 2022, the generator's own curve in closed form, no fit) and Khronos PBR Neutral
 * (Khronos Group, "PBR Neutral Tone Mapper", 2024), and false colours of exposure. */
#include "image/tonemap.h"

#include "image/color.h"

/* ---------------------------------------------------------------- agx */

/* The inset moves Rec.709's primaries a fifth of the way to white: c' = .8 c + w·c, w = .2 of the weights that keep grey grey. */
static const Vec3 agx_weights = {0.0424010709504686f, 0.0784365015618028f, 0.0791624274877287f, 0.0f};

/* Sobotka's sigmoid over the log2 range of 10 stops below to 6.5 above middle grey .18, normalised to 0..1: through (0,0),
 * (pivot, .5) with slope 2, and (1,1); power 3 in the toe, 3.25 in the shoulder. a = ((4 s)^p - 1) / s^p, s the side's length. */
static Vec3 agx_curve(Vec3 linear) {
  const float lowest = -12.473931188f /* log2(.18) - 10 */, range = 16.5f, pivot = 10.0f / 16.5f;
  Vec3 x = clamp3((log2_display(clamp3(linear, 1e-6f, 1e10f)) - lowest) / range, 0.0f, 1.0f);
  Vec3 d = vec3_abs(x - pivot), cube = d * d * d;
  Vec3 quarter = {sqrt_f(sqrt_f(d[0])), sqrt_f(sqrt_f(d[1])), sqrt_f(sqrt_f(d[2])), 0.0f};
  Vec3 toe = pow_display(1.0f + 59.507875f * cube, -1.0f / 3.0f);
  Vec3 shoulder = pow_display(1.0f + 69.862789f * (cube * quarter), -4.0f / 13.0f);
  return 0.5f + 2.0f * (x - pivot) * select3(x < pivot, toe, shoulder);
}

/* The curve's values are code values already; they are sent as they are, as in the original. */
static Vec3 agx(Vec3 c) {
  Vec3 y = agx_curve(0.8f * c + dot(agx_weights, c));
  return 1.25f * (y - dot(agx_weights, y));
}

/* ------------------------------------------------------------ neutral */

static Vec3 neutral(Vec3 c) {
  const float start = 0.8f - 0.04f, desaturation = 0.15f;
  float low = min_f(c[0], min_f(c[1], c[2]));
  c = c - (low < 0.08f ? low - 6.25f * low * low : 0.04f);
  float peak = vec3_max_element(c);
  if (peak < start) return c;
  float d = 1.0f - start;
  float new_peak = 1.0f - d * d / (peak + d - start);
  float white = 1.0f - 1.0f / (desaturation * (peak - new_peak) + 1.0f);
  return (1.0f - white) * (c * (new_peak / peak)) + white * new_peak;
}

/* -------------------------------------------------------- false colour */

/* sRGB of the bands, a stop wide each, from 7 stops below middle grey to 7 above; the outermost hold what lies beyond. */
static const uint32_t false_colors[15] = {
  0x000000, 0x2b1055, 0x4527a0, 0x283593, 0x1565c0, 0x0097a7, 0x2e7d32, 0x808080,
  0x9ccc65, 0xfdd835, 0xfb8c00, 0xe64a19, 0xb71c1c, 0xec407a, 0xffffff,
};

static Vec3 false_color(Vec3 c) {
  float luminance = (0.2126f * c[0] + 0.7152f * c[1]) + 0.0722f * c[2];
  float stops = log2_display(clamp3(vec3_all(luminance * (1.0f / 0.18f)), 1e-6f, 1e6f))[0];
  uint32_t color = false_colors[(int32_t)(clamp_f(stops, -7.0f, 7.0f) + 7.5f)];
  return vec3((float)(color >> 16), (float)(color >> 8 & 255), (float)(color & 255)) / 255.0f;
}

/* Code values, not yet clamped to 0..1. */
static Vec3 tonemap_vec(MlTonemap tonemap, Vec3 linear) {
  Vec3 c = clamp3(linear, 0.0f, 1e9f);
  switch (tonemap) {
  case ML_TONEMAP_AGX: return agx(c);
  case ML_TONEMAP_NEUTRAL: return srgb_encode(neutral(c));
  case ML_TONEMAP_FALSE_COLOR: return false_color(c);
  case ML_TONEMAP_NONE: break;
  }
  return srgb_encode(c);
}

MlColor tonemap_color(MlTonemap tonemap, MlColor linear) {
  Vec3 c = clamp3(tonemap_vec(tonemap, vec3(linear.r, linear.g, linear.b)), 0.0f, 1.0f);
  return (MlColor){c[0], c[1], c[2]};
}

/* 2^ev, exact where ev is whole: +1 EV doubles every bit. */
static float exposure_scale(float ev) {
  ev = clamp_f(ev, -64.0f, 64.0f);
  float whole = floor_f(ev);
  return scale_f(pow_f(2.0f, ev - whole), (int32_t)whole);
}

void tonemap_row(MlTonemap tonemap, float exposure, const float *rgb, uint64_t count, uint8_t *out) {
  float scale = exposure_scale(exposure);
  for (uint64_t i = 0; i < count; i++) quantize_u8(tonemap_vec(tonemap, vec3_load(rgb + 3 * i) * scale), out + 3 * i);
}

/* Black is left out instead of being given a small value, which would be another exposure in other units. */
void log_average_add(LogAverage *average, float luminance) {
  if (!(luminance > 0.0f) || !isfinite(luminance)) return;
  average->sum += (double)log2_f(luminance);
  average->lit++;
}

float log_average_exposure(const LogAverage *average) {
  const float grey = 0.18f, limit = 20.0f;
  if (average->lit == 0) return 0.0f;
  return clamp_f(log2_f(grey) - (float)(average->sum / (double)average->lit), -limit, limit);
}
