/* dielectric_albedo.h - what single scattering loses of the light that meets a rough boundary between dielectrics.
 *
 * Of light along o, a facet about the visible normal h reflects F(o.h) and refracts the rest, and G2/G1 of either gets away (Walter et al.
 * 2007 with visible normals and height-correlated masking). The tables hold what is missing to 1 over mu = cos o, alpha and the pair of
 * indices, linear between nodes in sqrt(mu), sqrt(alpha) (that is roughness) and sqrt(|s|), where s = (n' - n) / (n' + n) is the amplitude
 * that the boundary reflects at normal incidence, n on o's side and n' beyond: scales on which nothing changes fast but total
 * reflection. As the coordinates do not depend on each other, the tables of cosine-weighted means are exactly the means of what is
 * interpolated. Errors against the exact integrals, for mu > .01 and indices up to DIELECTRIC_ALBEDO_MAX_IOR: DIELECTRIC_ALBEDO_ERROR at
 * most, at grazing angles; DIELECTRIC_ALBEDO_RMS in the root mean square. The tables are made and measured by
 * tests/engine/test_shade_dielectric_albedo.c.
 *
 * mu and alpha are 0..1. Beyond the largest index the values at that are used. */
#ifndef ML_SHADE_DIELECTRIC_ALBEDO_H
#define ML_SHADE_DIELECTRIC_ALBEDO_H

#include "math/vec.h"

#define DIELECTRIC_TABLE_IORS 12
#define DIELECTRIC_TABLE_ALPHAS 16
#define DIELECTRIC_TABLE_COSINES 16
#define DIELECTRIC_TABLE_AMPLITUDE 0.82f /* largest |s|: an index of 10 */
#define DIELECTRIC_ALBEDO_MAX_IOR 10.0f
#define DIELECTRIC_ALBEDO_ERROR 0.04f
#define DIELECTRIC_ALBEDO_RMS 0.004f

/* A place between nodes. */
typedef struct TableCoordinate {
  int32_t node;
  float fraction;
} TableCoordinate;

/* Of x in 0..1 among `count` nodes. */
static inline TableCoordinate table_coordinate(float x, int32_t count) {
  float at = x * (float)(count - 1);
  int32_t node = (int32_t)min_f(at, (float)(count - 2));
  return (TableCoordinate){node, at - (float)node};
}
static inline TableCoordinate dielectric_amplitude_coordinate(float s) {
  return table_coordinate(min_f(sqrt_f(s * (1.0f / DIELECTRIC_TABLE_AMPLITUDE)), 1.0f), DIELECTRIC_TABLE_IORS);
}

typedef uint16_t DielectricTable[DIELECTRIC_TABLE_IORS][DIELECTRIC_TABLE_ALPHAS][DIELECTRIC_TABLE_COSINES]; /* in 1/65535 */
typedef float DielectricAverages[DIELECTRIC_TABLE_IORS][DIELECTRIC_TABLE_ALPHAS];

/* tables.c; see lobe_tables() */
extern const DielectricTable dielectric_lost_thin_table, dielectric_lost_dense_table;
extern const DielectricAverages dielectric_lost_thin_average_table, dielectric_lost_dense_average_table;

/* s >= 0. */
static inline float dielectric_table_lookup(const DielectricTable table, float mu, float alpha, float s) {
  TableCoordinate x = table_coordinate(min_f(sqrt_f(mu), 1.0f), DIELECTRIC_TABLE_COSINES);
  TableCoordinate y = table_coordinate(sqrt_f(alpha), DIELECTRIC_TABLE_ALPHAS), z = dielectric_amplitude_coordinate(s);
  float planes[2];
  for (int i = 0; i < 2; i++) {
    const uint16_t *a = table[z.node + i][y.node] + x.node, *b = table[z.node + i][y.node + 1] + x.node;
    planes[i] = lerp_f(lerp_f((float)a[0], (float)a[1], x.fraction), lerp_f((float)b[0], (float)b[1], x.fraction), y.fraction);
  }
  return lerp_f(planes[0], planes[1], z.fraction) * (1.0f / 65535.0f);
}
static inline float dielectric_average_lookup(const DielectricAverages table, float alpha, float s) {
  TableCoordinate y = table_coordinate(sqrt_f(alpha), DIELECTRIC_TABLE_ALPHAS), z = dielectric_amplitude_coordinate(s);
  const float *a = table[z.node] + y.node, *b = table[z.node + 1] + y.node;
  return lerp_f(lerp_f(a[0], a[1], y.fraction), lerp_f(b[0], b[1], y.fraction), z.fraction);
}

/* 1 - what is reflected or transmitted once of light along mu. eta: the index on its own side over the other's, as in medium_eta. */
static inline float dielectric_lost(float mu, float alpha, float eta) {
  float s = (1.0f - eta) / (1.0f + eta);
  return s >= 0.0f ? dielectric_table_lookup(dielectric_lost_thin_table, mu, alpha, s)
                   : dielectric_table_lookup(dielectric_lost_dense_table, mu, alpha, -s);
}
static inline float dielectric_lost_average(float alpha, float eta) {
  float s = (1.0f - eta) / (1.0f + eta);
  return s >= 0.0f ? dielectric_average_lookup(dielectric_lost_thin_average_table, alpha, s)
                   : dielectric_average_lookup(dielectric_lost_dense_average_table, alpha, -s);
}

#endif
