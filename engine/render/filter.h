/* filter.h - reconstruction filters by importance sampling (Ernst, Stamminger, Greiner 2006, "Filter Importance Sampling"): a sample's offset
 * from the pixel's centre is drawn from the filter, and the pixel is the plain mean of its samples.
 *
 * filter_width is the full width of the support, per axis (all filters are separable). Box; Gaussian of standard deviation width/6, cut at
 * three of them; the four-term Blackman-Harris window. The latter two are taken as linear in each of FILTER_STEPS equal steps, and drawn
 * exactly from that. */
#ifndef ML_RENDER_FILTER_H
#define ML_RENDER_FILTER_H

#include "math/ieee.h"
#include "math/vec.h"
#include "moonlit.h"

#define FILTER_STEPS 128

typedef struct PixelFilter {
  uint32_t kind; /* MlFilter */
  float width;   /* pixels */
  /* Unused by the box: the function at the ends of the steps, up to a factor, and the share of all steps up to each, the last 1. */
  float density[FILTER_STEPS + 1], cumulative[FILTER_STEPS];
} PixelFilter;

/* Once per render. */
void filter_init(PixelFilter *filter, MlFilter kind, float width);

/* A coordinate, counted from the image's centre, of a sample of the pixel whose lower edge is `edge`. With the box of width 1 it is
 * inside the pixel whatever the rounding, so that straight edges along pixels stay exact. */
static inline float filter_position(const PixelFilter *filter, float edge, float u) {
  if (filter->kind == ML_FILTER_BOX) {
    if (filter->width == 1.0f) return min_f(edge + u, next_down_f(edge + 1.0f));
    return (edge + 0.5f) + (u - 0.5f) * filter->width;
  }
  // The step that holds u, then the inverse of a linear density
  uint32_t step = 0;
  for (uint32_t half = FILTER_STEPS / 2; half > 0; half /= 2) step += u >= filter->cumulative[step + half - 1] ? half : 0;
  float below = step > 0 ? filter->cumulative[step - 1] : 0.0f;
  float share = (u - below) / (filter->cumulative[step] - below);
  float a = filter->density[step], b = filter->density[step + 1];
  float t = share * (a + b) / (a + sqrt_f(lerp_f(a * a, b * b, share)));
  return (edge + 0.5f) + filter->width * (((float)step + min_f(t, 1.0f)) * (1.0f / FILTER_STEPS) - 0.5f);
}

#endif
