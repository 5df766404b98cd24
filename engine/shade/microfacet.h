/* microfacet.h - the GGX distribution of microfacets with Smith's height-correlated masking-shadowing, sampled by visible normals; isotropic,
 * or stretched by two alphas along x and y.
 *
 * Walter et al. 2007, "Microfacet Models for Refraction through Rough Surfaces"; Heitz 2014, "Understanding the Masking-Shadowing
 * Function"; Heitz 2018, "Sampling the GGX Distribution of Visible Normals". Directions are local, z along the normal; w_o and w_i
 * have z > 0. alphas are 1e-4..1 (roughness squared). */
#ifndef ML_SHADE_MICROFACET_H
#define ML_SHADE_MICROFACET_H

#include "math/elementary.h"
#include "math/vec.h"

/* Density of normals; h is unit. Written with tan^2 so that small alpha keeps its digits. */
static inline float ggx_density(Vec3 h, float alpha) {
  float a2 = alpha * alpha, e = h[0] * h[0] + h[1] * h[1] + a2 * (h[2] * h[2]);
  return a2 / (PI_F * (e * e));
}

/* sqrt(a^2 + (1 - a^2) c^2) = c (1 + 2 Lambda(c)): the shadowing of one direction, without its singularity at c = 0. */
static inline float ggx_slope(float c, float alpha) {
  float a2 = alpha * alpha;
  return sqrt_f(a2 + (1.0f - a2) * (c * c));
}

/* Both for alphas along x and y. */
static inline float ggx_density_stretched(Vec3 h, Vec2 alphas) {
  float x = h[0] / alphas.x, y = h[1] / alphas.y, e = (x * x + y * y) + h[2] * h[2];
  return 1.0f / (PI_F * (alphas.x * alphas.y) * (e * e));
}
static inline float ggx_slope_stretched(Vec3 w, Vec2 alphas) {
  float x = alphas.x * w[0], y = alphas.y * w[1];
  return sqrt_f((x * x + y * y) + w[2] * w[2]);
}

/* G2 / (4 cos_o cos_i), given the slopes of both. */
static inline float ggx_visibility(float cos_o, float slope_o, float cos_i, float slope_i) {
  return 0.5f / (cos_i * slope_o + cos_o * slope_i);
}

/* Density over w_i of reflecting w_o about a visible normal: G1(w_o) D(h) / (4 cos_o). */
static inline float ggx_reflection_pdf(float density, float cos_o, float slope_o) { return 0.5f * density / (cos_o + slope_o); }

/* A normal with density G1(w_o) max(0, w_o . h) D(h) / cos_o (Heitz 2018, listing 1). */
static inline Vec3 ggx_sample_normal_stretched(Vec3 wo, Vec2 alphas, float u1, float u2) {
  // Stretch the view into the hemisphere's configuration, with a frame about it
  Vec3 v = normalize(vec3(alphas.x * wo[0], alphas.y * wo[1], wo[2]));
  float side2 = v[0] * v[0] + v[1] * v[1];
  Vec3 t1 = side2 > 0.0f ? vec3(-v[1], v[0], 0.0f) / sqrt_f(side2) : vec3(1.0f, 0.0f, 0.0f);
  Vec3 t2 = cross(v, t1);

  // A point of the projected hemisphere: a disc, half of it scaled
  float s, c, r = sqrt_f(u1);
  sincos_turns_f(u2, &s, &c);
  float p1 = r * c, p2 = r * s, part = 0.5f * (1.0f + v[2]);
  p2 = (1.0f - part) * safe_sqrt_f(1.0f - p1 * p1) + part * p2;

  // Lift and unstretch
  Vec3 n = p1 * t1 + p2 * t2 + safe_sqrt_f(1.0f - p1 * p1 - p2 * p2) * v;
  return normalize(vec3(alphas.x * n[0], alphas.y * n[1], max_f(1e-7f, n[2])));
}
static inline Vec3 ggx_sample_normal(Vec3 wo, float alpha, float u1, float u2) {
  return ggx_sample_normal_stretched(wo, (Vec2){alpha, alpha}, u1, u2);
}

#endif
