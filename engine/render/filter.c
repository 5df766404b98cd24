/* filter.c - the inverse distributions of the pixel filters; once per render. */
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

  // Walk the lower half of the distribution by the midpoint rule; the upper half mirrors it
  enum { STEPS = 16384 };
  double half = 0.0, below = 0.0;
  for (int i = 0; i < STEPS; i++) half += density(kind, ((double)i + 0.5) / STEPS * 0.5 - 0.5);
  int next = 1;
  filter->inverse[0] = -0.5f;
  for (int i = 0; i < STEPS && next < FILTER_STEPS / 2; i++) {
    double here = density(kind, ((double)i + 0.5) / STEPS * 0.5 - 0.5);
    for (double wanted; next < FILTER_STEPS / 2 && (wanted = half * next / (FILTER_STEPS / 2)) <= below + here; next++)
      filter->inverse[next] = (float)(((double)i + (wanted - below) / here) / STEPS * 0.5 - 0.5);
    below += here;
  }
  filter->inverse[FILTER_STEPS / 2] = 0.0f;
  for (int i = 0; i < FILTER_STEPS / 2; i++) filter->inverse[FILTER_STEPS - i] = -filter->inverse[i];
}
