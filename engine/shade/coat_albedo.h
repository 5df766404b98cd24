/* coat_albedo.h - directional albedo E(mu, alpha, ior) of what the boundary of a dielectric reflects from outside, by GGX microfacets in
 * single scattering: a coat leaves 1 - E to what lies beneath it.
 *
 * The table holds the ratio of E to the smooth boundary's reflectance, which is 1 where alpha is 0, over the roots of mu, of alpha and of
 * twice the amplitude (ior - 1) / (ior + 1); between nodes it is trilinear. A second one holds the cosine-weighted mean. Made and measured by
 * tests/engine/test_shade_coat_albedo.c: |E - exact| is below COAT_ALBEDO_ERROR from mu = .05 on and .0008 in the mean; at mu < .01 and alpha
 * < .01, where the exact E falls from 1 within a degree, it reaches .04. The mean errs by .003 at most. */
#ifndef ML_SHADE_COAT_ALBEDO_H
#define ML_SHADE_COAT_ALBEDO_H

#include "math/vec.h"
#include "shade/fresnel.h"

#define COAT_TABLE_MU 16
#define COAT_TABLE_ALPHA 24
#define COAT_TABLE_IOR 12
#define COAT_IOR_MOST 3.0f /* the table's last ior */
#define COAT_ALBEDO_ERROR 0.006f

/* tables.c; see lobe_tables() */
extern const float coat_albedo_table[COAT_TABLE_IOR][COAT_TABLE_ALPHA][COAT_TABLE_MU];
extern const float coat_average_table[COAT_TABLE_IOR][COAT_TABLE_ALPHA];

/* A place on an axis of `count` nodes: x in 0..1 (clamped) as an index and what is left. */
typedef struct TablePlace {
  int32_t i;
  float f;
} TablePlace;
static inline TablePlace table_place(float x, int32_t count) {
  float last = (float)(count - 1), at = clamp_f(x, 0.0f, 1.0f) * last;
  int32_t i = (int32_t)min_f(at, last - 1.0f);
  return (TablePlace){i, at - (float)i};
}

/* Smooth boundary of index `ior` against vacuum, from outside. */
static inline float coat_fresnel(float mu, float ior) {
  float cos_t;
  return fresnel_dielectric(mu, 1.0f / ior, &cos_t);
}

static inline float coat_ior_axis(float ior) { return sqrt_f(2.0f * (ior - 1.0f) / (ior + 1.0f)); }

/* E. mu, alpha: 0..1, ior: 1..COAT_IOR_MOST. Exact where alpha is 0. */
static inline float coat_albedo(float mu, float alpha, float ior) {
  float f = coat_fresnel(mu, ior);
  if (alpha == 0.0f) return f;
  TablePlace x = table_place(sqrt_f(mu), COAT_TABLE_MU), y = table_place(sqrt_f(alpha), COAT_TABLE_ALPHA),
             z = table_place(coat_ior_axis(ior), COAT_TABLE_IOR);
  float part[2];
  for (int k = 0; k < 2; k++) {
    const float *a = coat_albedo_table[z.i + k][y.i] + x.i, *b = coat_albedo_table[z.i + k][y.i + 1] + x.i;
    part[k] = lerp_f(lerp_f(a[0], a[1], x.f), lerp_f(b[0], b[1], x.f), y.f);
  }
  return f * lerp_f(part[0], part[1], z.f);
}

/* The integral of 2 mu E over mu. */
static inline float coat_albedo_average(float alpha, float ior) {
  TablePlace y = table_place(sqrt_f(alpha), COAT_TABLE_ALPHA), z = table_place(coat_ior_axis(ior), COAT_TABLE_IOR);
  const float *a = coat_average_table[z.i] + y.i, *b = coat_average_table[z.i + 1] + y.i;
  return lerp_f(lerp_f(a[0], a[1], y.f), lerp_f(b[0], b[1], y.f), z.f);
}

#endif
