/* conductor.h - metal: GGX microfacets with exact or artist's Fresnel reflectance, and what they scatter among themselves.
 *
 * Single scattering is microfacet.h's. What it loses, 1 - E of the directional albedo, leaves after more reflections as the reciprocal lobe
 * (1 - E(o)) (1 - E(i)) / (pi (1 - E_avg)) of Kulla & Conty 2017, "Revisiting Physically Based Shading at Imageworks", tinted by the
 * reflections between: F_avg^2 E_avg / (1 - F_avg (1 - E_avg)) (Turquin 2019, "Practical multiple scattering compensation for microfacet
 * models", eq. 13 there). With F = 1 the albedo is 1 within GGX_ALBEDO_ERROR.
 * Directions are local, z along the shading normal; functions of wi expect wi.z > 0. */
#ifndef ML_SHADE_CONDUCTOR_H
#define ML_SHADE_CONDUCTOR_H

#include "math/sampling.h"
#include "shade/fresnel.h"
#include "shade/ggx_albedo.h"
#include "shade/material.h"
#include "shade/microfacet.h"

/* Smoother than this is a mirror: the lobe would be narrower than a ten-thousandth. */
static inline bool conductor_is_smooth(const Lobe *lobe) { return lobe->alpha < 1e-4f; }

static inline Spectrum conductor_fresnel(const Lobe *lobe, float cos_i) {
  return lobe->artist ? fresnel_schlick(cos_i, lobe->color, lobe->edge) : fresnel_conductor(cos_i, lobe->eta, lobe->k);
}

/* f cos, and the density of conductor_sample. */
static inline Spectrum conductor_eval(const Lobe *lobe, Vec3 wo, Vec3 wi, float *pdf) {
  float alpha = lobe->alpha, so = ggx_slope(wo[2], alpha), si = ggx_slope(wi[2], alpha);
  Vec3 h = normalize(wo + wi);
  float density = ggx_density(h, alpha);
  Spectrum f = conductor_fresnel(lobe, min_f(dot(wo, h), 1.0f)) * (density * ggx_visibility(wo[2], so, wi[2], si) * wi[2]);
  *pdf = ggx_reflection_pdf(density, wo[2], so);
  if (!lobe->multiscatter) return f;

  float lost_o = ggx_lost(wo[2], alpha), lost_i = ggx_lost(wi[2], alpha), lost = ggx_lost_average(alpha);
  Spectrum average = lobe->average, tint = average * average * (1.0f - lost) / (spectrum_all(1.0f) - average * lost);
  float cosine = wi[2] * INV_PI_F;
  *pdf = (1.0f - lost_o) * *pdf + lost_o * cosine;
  return f + tint * (lost > 0.0f ? lost_o * lost_i / lost * cosine : 0.0f);
}

/* A direction; wi.z <= 0 is possible and means absorbed. choice is in [0, 1). */
static inline Vec3 conductor_sample(const Lobe *lobe, Vec3 wo, float choice, Vec2 u) {
  if (lobe->multiscatter && choice < ggx_lost(wo[2], lobe->alpha)) return sample_hemisphere_cosine(u);
  return reflect(wo, ggx_sample_normal(wo, lobe->alpha, u.x, u.y));
}

#endif
