/* material.c - what derives from a lobe's parameters once per scene; measured metals. */
#include "shade/material.h"

#include <string.h>

#include "shade/conductor.h"
#include "shade/dielectric.h"
#include "shade/tables.h"

/* The integral of 2 mu F(mu) over mu, by the midpoint rule: an error below 1e-4 for every metal. */
static Spectrum average_fresnel(const Lobe *lobe) {
  enum { STEPS = 64 };
  Spectrum sum = spectrum_zero();
  for (int i = 0; i < STEPS; i++) {
    float mu = ((float)i + 0.5f) / (float)STEPS;
    sum += 2.0f * mu * conductor_fresnel(lobe, mu);
  }
  return sum / (float)STEPS;
}

/* The same of what a clear pane in vacuum reflects. */
static Spectrum average_pane(const Lobe *lobe) {
  enum { STEPS = 64 };
  Spectrum sum = spectrum_zero();
  for (int i = 0; i < STEPS; i++) {
    float mu = ((float)i + 0.5f) / (float)STEPS;
    sum += 2.0f * mu * pane_shares(mu, 1.0f / lobe->ior, spectrum_all(1.0f)).reflected;
  }
  return sum / (float)STEPS;
}

/* Through a pointer that no optimiser sees through: the call itself is what brings the page's later part. */
static float (*volatile touch)(void) = tables_touch;
void lobe_tables(void) { touch(); }

/* Smooth glass of one colour has no need of them, and metals have a table of their own. */
static bool needs_tables(const Lobe *lobe) {
  if (lobe->kind == LOBE_DIELECTRIC) return lobe->alpha > 0.0f || lobe->abbe > 0.0f;
  return lobe->kind == LOBE_COAT || lobe->kind == LOBE_SHEEN;
}

void lobe_finish(Lobe *lobe) {
  if (needs_tables(lobe)) lobe_tables();
  lobe->average = spectrum_zero();
  if (lobe->kind == LOBE_CONDUCTOR) lobe->average = average_fresnel(lobe);
  else if (lobe->kind == LOBE_DIELECTRIC && lobe->thin) lobe->average = average_pane(lobe);
}

/* n and k at 630, 532 and 465 nm, between the two nearest measured wavelengths: gold, silver, copper of Johnson & Christy 1972; iron,
 * chrome, titanium of Johnson & Christy 1974; aluminium of McPeak et al. 2015; brass (70 % copper, 30 % zinc) and bronze (the
 * commercial one: 90 % copper, 10 % zinc) of Querry 1985. */
static const struct {
  const char *name;
  MlColor eta, k;
} metals[] = {
  {"gold", {0.188f, 0.544f, 1.332f}, {3.403f, 2.231f, 1.869f}},     {"silver", {0.057f, 0.054f, 0.047f}, {4.254f, 3.429f, 2.803f}},
  {"copper", {0.275f, 1.116f, 1.247f}, {3.373f, 2.596f, 2.456f}},   {"aluminium", {1.136f, 0.728f, 0.528f}, {6.663f, 5.663f, 4.943f}},
  {"iron", {2.892f, 2.895f, 2.646f}, {3.065f, 2.918f, 2.805f}},     {"chrome", {3.145f, 3.034f, 2.456f}, {3.312f, 3.330f, 3.210f}},
  {"brass", {0.445f, 0.568f, 0.947f}, {3.522f, 2.588f, 1.920f}},    {"bronze", {0.327f, 0.652f, 0.948f}, {3.226f, 2.275f, 2.012f}},
  {"titanium", {2.698f, 2.479f, 2.305f}, {3.757f, 3.351f, 3.082f}},
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
