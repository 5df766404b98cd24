/* sheen.h - the sheen of cloth: light that upright fibres scatter at grazing angles.
 *
 * The "Charlie" distribution of Estevez & Kulla 2017, "Production Friendly Microfacet Sheen BRDF", with their fit of its shadowing, without
 * their softened terminator, which is not reciprocal. Directions are chosen uniformly over the hemisphere. What the fibres do not
 * scatter, 1 - E, is left to what lies beneath (layers.h); E is tabulated over sqrt(mu) and sqrt(alpha), made and measured by
 * tests/engine/test_shade_sheen.c. alpha is SHEEN_ALPHA_LEAST..1 (less counts as that: the fit would make energy). Directions are
 * local, z along the shading normal, and have z > 0. */
#ifndef ML_SHADE_SHEEN_H
#define ML_SHADE_SHEEN_H

#include "math/sampling.h"
#include "shade/coat_albedo.h"
#include "shade/material.h"

#define SHEEN_ALPHA_LEAST 0.08f
#define SHEEN_TABLE_MU 24
#define SHEEN_TABLE_ALPHA 16
#define SHEEN_ALBEDO_ERROR 0.008f
#define SHEEN_PDF INV_TWO_PI_F

/* tables.c; see lobe_tables() */
extern const float sheen_albedo_table[SHEEN_TABLE_ALPHA][SHEEN_TABLE_MU];
extern const float sheen_average_table[SHEEN_TABLE_ALPHA];

static inline float sheen_alpha(const Lobe *lobe) { return clamp_f(lobe->alpha, SHEEN_ALPHA_LEAST, 1.0f); }

/* The fit of log Lambda over a cosine up to 1/2. */
static inline float sheen_log_lambda(float c, float alpha) {
  float t = (1.0f - alpha) * (1.0f - alpha);
  float a = lerp_f(21.5473f, 25.3245f, t), b = lerp_f(3.82987f, 3.32435f, t), k = lerp_f(0.19823f, 0.16801f, t);
  return a / (1.0f + b * pow_f(c, k)) + lerp_f(-1.97760f, -1.27393f, t) * c + lerp_f(-4.32054f, -4.85967f, t);
}
static inline float sheen_lambda(float c, float alpha) {
  if (c < 0.5f) return exp_f(sheen_log_lambda(c, alpha));
  return exp_f(2.0f * sheen_log_lambda(0.5f, alpha) - sheen_log_lambda(1.0f - c, alpha));
}

/* f cos of white fibres. */
static inline float sheen_eval(float alpha, Vec3 wo, Vec3 wi) {
  Vec3 h = normalize(wo + wi);
  float sin2 = h[0] * h[0] + h[1] * h[1], inverse = 1.0f / alpha;
  float density = (2.0f + inverse) * pow_f(sin2, 0.5f * inverse) * INV_TWO_PI_F;
  return density / (4.0f * wo[2] * (1.0f + sheen_lambda(wo[2], alpha) + sheen_lambda(wi[2], alpha)));
}

/* Uniform over the hemisphere, density SHEEN_PDF. */
static inline Vec3 sheen_sample(Vec2 u) {
  Vec3 w = sample_sphere_uniform(u);
  return vec3(w[0], w[1], abs_f(w[2]));
}

/* E(mu) of white fibres, and its cosine-weighted mean. */
static inline float sheen_albedo(float mu, float alpha) {
  TablePlace x = table_place(sqrt_f(mu), SHEEN_TABLE_MU), y = table_place(sqrt_f(alpha), SHEEN_TABLE_ALPHA);
  const float *a = sheen_albedo_table[y.i] + x.i, *b = sheen_albedo_table[y.i + 1] + x.i;
  return lerp_f(lerp_f(a[0], a[1], x.f), lerp_f(b[0], b[1], x.f), y.f);
}
static inline float sheen_albedo_average(float alpha) {
  TablePlace y = table_place(sqrt_f(alpha), SHEEN_TABLE_ALPHA);
  return lerp_f(sheen_average_table[y.i], sheen_average_table[y.i + 1], y.f);
}

#endif
