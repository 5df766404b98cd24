/* filter.h - reconstruction filters by importance sampling (Ernst, Stamminger, Greiner 2006, "Filter Importance Sampling"): a sample's offset
 * from the pixel's centre is drawn from the filter, and the pixel is the plain mean of its samples.
 *
 * filter_width is the full width of the support, per axis (all filters are separable). Box; Gaussian of standard deviation width/6, cut at
 * three of them; the four-term Blackman-Harris window. The latter two are drawn through a table of their inverse distribution, whose
 * FILTER_STEPS equal shares are uniform inside. */
#ifndef ML_RENDER_FILTER_H
#define ML_RENDER_FILTER_H

#include "math/ieee.h"
#include "math/vec.h"
#include "moonlit.h"

#define FILTER_STEPS 512

typedef struct PixelFilter {
  uint32_t kind;                   /* MlFilter */
  float width;                     /* pixels */
  float inverse[FILTER_STEPS + 1]; /* -1/2..1/2, of the width; unused by the box */
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
  float x = u * (float)FILTER_STEPS;
  int32_t i = (int32_t)min_f(x, (float)(FILTER_STEPS - 1));
  return (edge + 0.5f) + filter->width * lerp_f(filter->inverse[i], filter->inverse[i + 1], x - (float)i);
}

#endif
