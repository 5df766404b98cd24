/* dispersion.h - glass whose index depends on the wavelength, and the one wavelength that a path through it carries.
 *
 * Indices follow Cauchy's equation n(l) = A + B / l^2, the two terms set by the index at the d line and the Abbe number V = (n_d - 1) /
 * (n_F - n_C). `dispersion` in scenes is 20 / V, as in glTF's KHR_materials_dispersion and OpenPBR.
 *
 * A path draws its wavelength at the first dispersive surface, from the sampler's number u, and multiplies its throughput by that
 * wavelength's colour. The colours are the CIE 1931 observer's in the working space, relative to equal-energy light, so that the mean over
 * all wavelengths is white. Colours of single wavelengths lie outside of Rec.709: their negative parts are cut to 0, and each channel is
 * scaled to the mean 1 again, which makes pure spectra a little paler and keeps every sample non-negative. Wavelengths are drawn with a
 * density that makes the three channels of each add up to 3: only the hue is noise, not the brightness.
 * The table is even in u: wavelength and colour, linear between its nodes, made and checked by tests/engine/test_shade_dispersion.c. */
#ifndef ML_SHADE_DISPERSION_H
#define ML_SHADE_DISPERSION_H

#include "shade/material.h"

#define DISPERSION_TABLE_SIZE 65
#define WAVELENGTH_D 587.5618f /* nm: the helium line that indices are given for; F and C are 486.1327 and 656.2725 */
#define DISPERSION_LEAST_INDEX 0.1f

extern const float dispersion_table[DISPERSION_TABLE_SIZE][4]; /* tables.c; see lobe_tables() */

/* The index of a dielectric for light of `wavelength` nm; 0: none was drawn, the d line's. */
static inline float dispersion_index(const Lobe *lobe, float wavelength) {
  if (lobe->abbe == 0.0f || wavelength == 0.0f) return lobe->ior;
  const float d2 = 1.0f / (WAVELENGTH_D * WAVELENGTH_D), f2_c2 = 1.0f / (486.1327f * 486.1327f) - 1.0f / (656.2725f * 656.2725f);
  float slope = (lobe->ior - 1.0f) / (lobe->abbe * f2_c2);
  return max_f(lobe->ior + slope * (1.0f / (wavelength * wavelength) - d2), DISPERSION_LEAST_INDEX);
}

/* Whether a path that meets the lobe needs a wavelength. Panes bend nothing, so they do not disperse. */
static inline bool dispersion_wants_wavelength(const Lobe *lobe) {
  return lobe->kind == LOBE_DIELECTRIC && lobe->abbe > 0.0f && !lobe->thin;
}

/* A wavelength in nm, never 0, and its colour, by u in [0, 1). */
static inline float dispersion_sample(float u, Spectrum *color) {
  float at = u * (float)(DISPERSION_TABLE_SIZE - 1);
  int32_t node = (int32_t)min_f(at, (float)(DISPERSION_TABLE_SIZE - 2));
  float fraction = at - (float)node;
  const float *a = dispersion_table[node], *b = dispersion_table[node + 1];
  *color = spectrum_load(a + 1) * (1.0f - fraction) + spectrum_load(b + 1) * fraction;
  return lerp_f(a[0], b[0], fraction);
}

#endif
