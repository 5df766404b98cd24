/* filter.c - the distributions of the pixel filters; once per render. */
#include "render/filter.h"

#define TWO_PI 0x1.921fb54442d18p+2

/* Up to a factor; x in -1/2..1/2 of the width. */
static double density(MlFilter kind, double x) {
  switch (kind) {
  case ML_FILTER_BOX: return 1.0;
  case ML_FILTER_GAUSSIAN: return ml_exp(-0.5 * (6.0 * x) * (6.0 * x));
  case ML_FILTER_BLACKMAN_HARRIS: {
    double a = TWO_PI * (x + 0.5);
    return 0.35875 - 0.48829 * ml_cos(a) + 0.14128 * ml_cos(2.0 * a) - 0.01168 * ml_cos(3.0 * a);
  }
  }
  return 1.0;
}

void filter_init(PixelFilter *filter, MlFilter kind, float width) {
  *filter = (PixelFilter){.kind = (uint32_t)kind, .width = width};
  if (kind == ML_FILTER_BOX) return;

  double total = 0.0, below = 0.0, value[FILTER_STEPS + 1];
  for (int i = 0; i <= FILTER_STEPS; i++) filter->density[i] = (float)(value[i] = density(kind, (double)i / FILTER_STEPS - 0.5));
  for (int i = 0; i < FILTER_STEPS; i++) total += value[i] + value[i + 1];
  for (int i = 0; i < FILTER_STEPS; i++) {
    below += value[i] + value[i + 1];
    filter->cumulative[i] = (float)(below / total);
  }
  filter->cumulative[FILTER_STEPS - 1] = 1.0f;
}
