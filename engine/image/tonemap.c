/* tonemap.c - AgX (T. Sobotka, "AgX", 2022, the generator's own curve in closed form, no fit) and Khronos PBR Neutral
 * (Khronos Group, "PBR Neutral Tone Mapper", 2024). */
#include "image/tonemap.h"

#include "image/color.h"

static MlColor color_clamp(MlColor c, float lo, float hi) {
  return (MlColor){clamp_f(c.r, lo, hi), clamp_f(c.g, lo, hi), clamp_f(c.b, lo, hi)};
}
static MlColor color_encode(MlColor c) { return (MlColor){srgb_encode(c.r), srgb_encode(c.g), srgb_encode(c.b)}; }

/* ---------------------------------------------------------------- agx */

/* The inset moves Rec.709's primaries a fifth of the way to white: c' = .8 c + w·c, w = .2 of the weights that keep grey grey. */
static const MlColor agx_weights = {0.0424010709504686f, 0.0784365015618028f, 0.0791624274877287f};
static float agx_weigh(MlColor c) { return (agx_weights.r * c.r + agx_weights.g * c.g) + agx_weights.b * c.b; }

/* Sobotka's sigmoid over the log2 range of 10 stops below to 6.5 above middle grey .18, normalised to 0..1: through (0,0),
 * (pivot, .5) with slope 2, and (1,1); power 3 in the toe, 3.25 in the shoulder. a = ((4 s)^p - 1) / s^p, s the side's length. */
static float agx_curve(float linear) {
  const float lowest = -12.473931188f /* log2(.18) - 10 */, range = 16.5f, pivot = 10.0f / 16.5f;
  float x = clamp_f((log2_display(max_f(linear, 1e-6f)) - lowest) / range, 0.0f, 1.0f);
  float d = abs_f(x - pivot), cube = d * d * d;
  float s =
    x < pivot ? pow_display(1.0f + 59.507875f * cube, -1.0f / 3.0f) : pow_display(1.0f + 69.862789f * (cube * sqrt_f(sqrt_f(d))), -4.0f / 13.0f);
  return 0.5f + 2.0f * (x - pivot) * s;
}

/* The curve's values are code values already; they are sent as they are, as in the original. */
static MlColor agx(MlColor c) {
  float w = agx_weigh(c);
  MlColor y = {agx_curve(0.8f * c.r + w), agx_curve(0.8f * c.g + w), agx_curve(0.8f * c.b + w)};
  float v = agx_weigh(y);
  return (MlColor){1.25f * (y.r - v), 1.25f * (y.g - v), 1.25f * (y.b - v)};
}

/* ------------------------------------------------------------ neutral */

static MlColor neutral(MlColor c) {
  const float start = 0.8f - 0.04f, desaturation = 0.15f;
  float low = min_f(c.r, min_f(c.g, c.b));
  float offset = low < 0.08f ? low - 6.25f * low * low : 0.04f;
  c = (MlColor){c.r - offset, c.g - offset, c.b - offset};
  float peak = max_f(c.r, max_f(c.g, c.b));
  if (peak < start) return c;
  float d = 1.0f - start;
  float new_peak = 1.0f - d * d / (peak + d - start);
  float scale = new_peak / peak;
  float white = 1.0f - 1.0f / (desaturation * (peak - new_peak) + 1.0f);
  return (MlColor){lerp_f(c.r * scale, new_peak, white), lerp_f(c.g * scale, new_peak, white), lerp_f(c.b * scale, new_peak, white)};
}

MlColor tonemap_color(MlTonemap tonemap, MlColor linear) {
  MlColor c = color_clamp(linear, 0.0f, 1e9f);
  switch (tonemap) {
  case ML_TONEMAP_AGX: c = agx(c); break;
  case ML_TONEMAP_NEUTRAL: c = color_encode(color_clamp(neutral(c), 0.0f, 1.0f)); break;
  case ML_TONEMAP_NONE: c = color_encode(color_clamp(c, 0.0f, 1.0f)); break;
  }
  return color_clamp(c, 0.0f, 1.0f);
}

/* 2^ev, exact where ev is whole: +1 EV doubles every bit. */
static float exposure_scale(float ev) {
  ev = clamp_f(ev, -64.0f, 64.0f);
  float whole = floor_f(ev);
  return scale_f(pow_f(2.0f, ev - whole), (int32_t)whole);
}

void tonemap_row(MlTonemap tonemap, float exposure, const float *rgb, uint64_t count, uint8_t *out) {
  float scale = exposure_scale(exposure);
  for (uint64_t i = 0; i < count; i++, rgb += 3, out += 3) {
    MlColor c = tonemap_color(tonemap, (MlColor){rgb[0] * scale, rgb[1] * scale, rgb[2] * scale});
    out[0] = quantize_u8(c.r), out[1] = quantize_u8(c.g), out[2] = quantize_u8(c.b);
  }
}
