/* glossy.h - what lobes of microfacets have in common: a lobe's roughness along both axes, single scattering without the reflectance.
 * Directions are local, z along the shading normal, x along the tangent; wo and wi have z > 0. */
#ifndef ML_SHADE_GLOSSY_H
#define ML_SHADE_GLOSSY_H

#include "shade/material.h"
#include "shade/microfacet.h"

#define GLOSSY_SMOOTH 1e-4f /* smoother than this is a mirror: the lobe would be narrower than a ten-thousandth */

static inline bool glossy_is_smooth(const Lobe *lobe) { return lobe->alpha < GLOSSY_SMOOTH; }

/* Of a stretched lobe (Burley 2012, "Physically Based Shading at Disney"). */
static inline Vec2 glossy_alphas(const Lobe *lobe) {
  float aspect = sqrt_f(1.0f - 0.9f * abs_f(lobe->anisotropy));
  float wide = min_f(lobe->alpha / aspect, 1.0f), narrow = max_f(lobe->alpha * aspect, GLOSSY_SMOOTH);
  return lobe->anisotropy < 0.0f ? (Vec2){narrow, wide} : (Vec2){wide, narrow};
}

/* The alpha of the isotropic surface that keeps about as much energy in: between the mean and the root mean square of both. */
static inline float glossy_mean_alpha(const Lobe *lobe) {
  if (lobe->anisotropy == 0.0f) return lobe->alpha;
  Vec2 a = glossy_alphas(lobe);
  return 0.7f * sqrt_f(0.5f * (a.x * a.x + a.y * a.y)) + 0.15f * (a.x + a.y);
}

/* D G2 / (4 cos_o), and the density of glossy_sample; h: the unit half vector. */
static inline float glossy_eval(const Lobe *lobe, Vec3 wo, Vec3 wi, Vec3 h, float *pdf) {
  float density, so, si;
  if (lobe->anisotropy == 0.0f) {
    density = ggx_density(h, lobe->alpha), so = ggx_slope(wo[2], lobe->alpha), si = ggx_slope(wi[2], lobe->alpha);
  } else {
    Vec2 alphas = glossy_alphas(lobe);
    density = ggx_density_stretched(h, alphas), so = ggx_slope_stretched(wo, alphas), si = ggx_slope_stretched(wi, alphas);
  }
  *pdf = ggx_reflection_pdf(density, wo[2], so);
  return density * ggx_visibility(wo[2], so, wi[2], si) * wi[2];
}

/* wo reflected about a visible normal; z <= 0 is possible and means absorbed. */
static inline Vec3 glossy_sample(const Lobe *lobe, Vec3 wo, Vec2 u) {
  Vec2 alphas = lobe->anisotropy == 0.0f ? (Vec2){lobe->alpha, lobe->alpha} : glossy_alphas(lobe);
  return reflect(wo, ggx_sample_normal_stretched(wo, alphas, u.x, u.y));
}

#endif
