/* material.c - what derives from a lobe's parameters once per scene; measured metals. */
#include "shade/material.h"

#include <string.h>

#include "shade/fresnel.h"

/* The integral of 2 mu F(mu) over mu, by the midpoint rule: an error below 1e-4 for every metal. */
static Spectrum average_fresnel(const Lobe *lobe) {
  enum { STEPS = 64 };
  Spectrum sum = spectrum_zero();
  for (int i = 0; i < STEPS; i++) {
    float mu = ((float)i + 0.5f) / (float)STEPS;
    sum += 2.0f * mu * (lobe->artist ? fresnel_schlick(mu, lobe->color, lobe->edge) : fresnel_conductor(mu, lobe->eta, lobe->k));
  }
  return sum / (float)STEPS;
}

void lobe_finish(Lobe *lobe) { lobe->average = lobe->kind == LOBE_CONDUCTOR ? average_fresnel(lobe) : spectrum_zero(); }

/* Gold, silver, copper: Johnson & Christy 1972; aluminium: Rakic 1995; iron, chrome, titanium: Johnson & Christy 1974; each reduced to
 * three channels. Brass and bronze (70 and 90 % copper, the rest zinc): Querry 1985, at 650, 550 and 450 nm. */
static const struct {
  const char *name;
  MlColor eta, k;
} metals[] = {
  {"gold", {0.143f, 0.375f, 1.442f}, {3.983f, 2.386f, 1.603f}},     {"silver", {0.155f, 0.117f, 0.138f}, {4.828f, 3.122f, 2.147f}},
  {"copper", {0.200f, 0.924f, 1.102f}, {3.912f, 2.452f, 2.142f}},   {"aluminium", {1.657f, 0.880f, 0.521f}, {9.224f, 6.270f, 4.837f}},
  {"iron", {2.911f, 2.950f, 2.585f}, {3.089f, 2.932f, 2.767f}},     {"chrome", {4.370f, 2.917f, 1.655f}, {5.206f, 4.231f, 3.755f}},
  {"brass", {0.444f, 0.527f, 1.094f}, {3.695f, 2.765f, 1.829f}},    {"bronze", {0.320f, 0.519f, 0.980f}, {3.396f, 2.415f, 1.945f}},
  {"titanium", {2.741f, 2.542f, 2.267f}, {3.814f, 3.435f, 3.039f}},
};

bool metal_preset(const char *name, MlColor *eta, MlColor *k) {
  for (size_t i = 0; i < sizeof metals / sizeof *metals; i++) {
    if (strcmp(metals[i].name, name) != 0) continue;
    *eta = metals[i].eta;
    *k = metals[i].k;
    return true;
  }
  return false;
}
