/* coat.h - the boundary of a clear layer: a dielectric's reflection alone, by GGX microfacets in single scattering, smooth or rough, with a
 * thin film or without; and what the layer leaves to what lies beneath (layers.h).
 *
 * A coat's color scales what its boundary reflects, and so how much of it there is: 1 is a whole coat, 0 none. Its index is taken against
 * vacuum, 1..COAT_IOR_MOST. Directions are local, z along the shading normal; cosines are 0..1. */
#ifndef ML_SHADE_COAT_H
#define ML_SHADE_COAT_H

#include "shade/coat_albedo.h"
#include "shade/glossy.h"
#include "shade/thin_film.h"

/* Reflectance of the boundary. */
static inline Spectrum coat_reflectance(const Lobe *lobe, float cos_i) {
  if (lobe->film <= 0.0f) return lobe->color * coat_fresnel(cos_i, lobe->ior);
  FilmBase base = film_base(film_cosine(cos_i, lobe->film_ior), spectrum_all(lobe->ior / lobe->film_ior), spectrum_zero());
  return lobe->color * thin_film_reflectance(cos_i, lobe->film, lobe->film_ior, &base);
}

/* f cos, and the density of glossy_sample; for rough coats. */
static inline Spectrum coat_eval(const Lobe *lobe, Vec3 wo, Vec3 wi, float *pdf) {
  Vec3 h = normalize(wo + wi);
  return coat_reflectance(lobe, min_f(dot(wo, h), 1.0f)) * glossy_eval(lobe, wo, wi, h, pdf);
}

/* What is not reflected of light along a cosine. A tinted boundary keeps what it does not reflect of the other colours. A rough coat's
 * film is taken to change the albedo as it changes the reflectance. */
static inline Spectrum coat_left(const Lobe *lobe, float cosine) {
  float alpha = glossy_is_smooth(lobe) ? 0.0f : glossy_mean_alpha(lobe), albedo = coat_albedo(cosine, alpha, lobe->ior);
  if (lobe->film <= 0.0f) return spectrum_all(1.0f - spectrum_max(lobe->color) * albedo);
  float plain = coat_fresnel(cosine, lobe->ior), scale = plain > 0.0f ? albedo / plain : 1.0f;
  return spectrum_at_least(spectrum_all(1.0f) - coat_reflectance(lobe, cosine) * scale, 0.0f);
}

/* What is left of light on its way through the layer, in or out. */
static inline Spectrum coat_transmittance(const Lobe *lobe, float cosine) {
  if (spectrum_is_black(lobe->absorption)) return spectrum_all(1.0f);
  return spectrum_exp(lobe->absorption / -film_cosine(cosine, max_f(lobe->ior, 1.0001f)));
}

/* The part of diffuse light from beneath that the boundary reflects back: of what comes from outside 1 - E_avg gets in, and as much over
 * ior^2 gets out, for light is as dense as that in equilibrium. */
static inline float coat_inner_albedo(const Lobe *lobe) {
  float alpha = glossy_is_smooth(lobe) ? 0.0f : glossy_mean_alpha(lobe);
  return spectrum_max(lobe->color) * (1.0f - (1.0f - coat_albedo_average(alpha, lobe->ior)) / (lobe->ior * lobe->ior));
}

#endif
