/* conductor.h - metal: GGX microfacets with exact or artist's Fresnel reflectance, and what they scatter among themselves.
 *
 * Single scattering is microfacet.h's. What it loses, 1 - E of the directional albedo, leaves after more reflections as the reciprocal lobe
 * (1 - E(o)) (1 - E(i)) / (pi (1 - E_avg)) of Kulla & Conty 2017, "Revisiting Physically Based Shading at Imageworks", tinted by the
 * reflections between: F_avg^2 E_avg / (1 - F_avg (1 - E_avg)) (Turquin 2019, "Practical multiple scattering compensation for microfacet
 * models", eq. 13 there). With F = 1 the albedo is 1 within GGX_ALBEDO_ERROR.
 * Of a stretched lobe, E is that of glossy_mean_alpha, times a factor over the azimuth whose mean is 1 at every angle (so that E_avg is that of the
 * isotropic lobe): fitted, and the albedo with F = 1 is then 1 within CONDUCTOR_STRETCHED_ERROR.
 * Directions are local, z along the shading normal; functions of wi expect wi.z > 0. */
#ifndef ML_SHADE_CONDUCTOR_H
#define ML_SHADE_CONDUCTOR_H

#include "math/sampling.h"
#include "shade/fresnel.h"
#include "shade/ggx_albedo.h"
#include "shade/glossy.h"
#include "shade/thin_film.h"

static inline bool conductor_is_smooth(const Lobe *lobe) { return glossy_is_smooth(lobe); }

/* An artist's reflectance is that of the bare metal, in vacuum. */
static inline Spectrum conductor_artist_fresnel(const Lobe *lobe, float cos_i) {
  return lobe->artist == ARTIST_F82 ? fresnel_f82(cos_i, lobe->color, lobe->edge) : fresnel_schlick(cos_i, lobe->color, lobe->edge);
}
/* Under a film. An artist's metal reflects the same there, with the phase of something denser. */
static inline Spectrum conductor_film_fresnel(const Lobe *lobe, float cos_i) {
  FilmBase base;
  if (lobe->artist) base = film_base_of_reflectance(conductor_artist_fresnel(lobe, cos_i));
  else base = film_base(film_cosine(cos_i, lobe->film_ior), lobe->eta / lobe->film_ior, lobe->k / lobe->film_ior);
  return thin_film_reflectance(cos_i, lobe->film, lobe->film_ior, &base);
}
static inline Spectrum conductor_fresnel(const Lobe *lobe, float cos_i) {
  if (lobe->film > 0.0f) return conductor_film_fresnel(lobe, cos_i);
  return lobe->artist ? conductor_artist_fresnel(lobe, cos_i) : fresnel_conductor(cos_i, lobe->eta, lobe->k);
}

#define CONDUCTOR_STRETCHED_ERROR 0.035f /* at anisotropy up to .5 either way; twice that up to .9 */

/* 1 - E of single scattering without the reflectance, along w. */
static inline float conductor_lost(const Lobe *lobe, Vec3 w) {
  float alpha = glossy_mean_alpha(lobe), lost = ggx_lost(w[2], alpha);
  if (lobe->anisotropy == 0.0f) return lost;
  Vec2 a = glossy_alphas(lobe);
  float x2 = a.x * a.x, y2 = a.y * a.y, azimuth = (w[0] * w[0] - w[1] * w[1]) * (1.0f - w[2]) / (1.0f + w[2]);
  return clamp_f(lost * (1.0f - 0.6f * (x2 - y2) / (x2 + y2) * azimuth), 0.0f, 1.0f);
}

/* f cos, and the density of conductor_sample. */
static inline Spectrum conductor_eval(const Lobe *lobe, Vec3 wo, Vec3 wi, float *pdf) {
  Vec3 h = normalize(wo + wi);
  Spectrum f = conductor_fresnel(lobe, min_f(dot(wo, h), 1.0f)) * glossy_eval(lobe, wo, wi, h, pdf);
  if (!lobe->multiscatter) return f;

  float lost_o = conductor_lost(lobe, wo), lost_i = conductor_lost(lobe, wi), lost = ggx_lost_average(glossy_mean_alpha(lobe));
  Spectrum average = lobe->average, tint = average * average * (1.0f - lost) / (spectrum_all(1.0f) - average * lost);
  float cosine = wi[2] * INV_PI_F;
  *pdf = (1.0f - lost_o) * *pdf + lost_o * cosine;
  return f + tint * (lost > 0.0f ? lost_o * lost_i / lost * cosine : 0.0f);
}

/* A direction; wi.z <= 0 is possible and means absorbed. choice is in [0, 1). */
static inline Vec3 conductor_sample(const Lobe *lobe, Vec3 wo, float choice, Vec2 u) {
  if (lobe->multiscatter && choice < conductor_lost(lobe, wo)) return sample_hemisphere_cosine(u);
  return glossy_sample(lobe, wo, u);
}

#endif
