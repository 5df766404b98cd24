/* dielectric.h - glass: a boundary between two media that reflects and refracts, smooth or rough, and thin panes.
 *
 * Rough boundaries are GGX microfacets that reflect and refract by Fresnel's formula (Walter et al. 2007), sampled by visible normals with
 * height-correlated masking. What single scattering loses, 1 - E on either side (dielectric_albedo.h), leaves after more events as
 *     f(o, i) = n_i^2 (1 - E(o)) (1 - E(i)) / (pi (n^2 lost + n'^2 lost')),   lost, lost' the cosine-weighted means of 1 - E on both sides,
 * over both hemispheres (Kulla & Conty 2017 for two media, each hemisphere by its share of n^2, that is of the étendue). In basic radiance
 * f / n_i^2 is symmetric, reflection or transmission, so the whole is reciprocal; over both hemispheres it hands on exactly what was lost,
 * so a lossless boundary is one within DIELECTRIC_ALBEDO_ERROR. Boundaries between indices closer than DIELECTRIC_SAME bend nothing
 * and are smooth, however rough.
 *
 * A pane is both surfaces of a sheet at once, all internal reflections summed, and bends nothing. A rough one blurs what passes as much as
 * what it reflects: the transmitted lobe is the reflected one seen from behind, which loses what a metal loses (ggx_albedo.h).
 *
 * Directions are local, z along the shading normal, wo.z > 0; wi.z < 0 is transmission. eta: index on wo's side over the index beyond. */
#ifndef ML_SHADE_DIELECTRIC_H
#define ML_SHADE_DIELECTRIC_H

#include "math/sampling.h"
#include "shade/dielectric_albedo.h"
#include "shade/fresnel.h"
#include "shade/ggx_albedo.h"
#include "shade/material.h"
#include "shade/microfacet.h"

#define DIELECTRIC_SAME 1e-3f

/* A boundary as one path meets it. */
typedef struct Dielectric {
  const Lobe *lobe;
  float eta;
  bool reflects, transmits; /* the kinds that may be used; at least one */
} Dielectric;

static inline bool dielectric_is_smooth(const Lobe *lobe, float eta) {
  return lobe->alpha < 1e-4f || (!lobe->thin && abs_f(eta - 1.0f) < DIELECTRIC_SAME);
}

/* What a facet or a smooth boundary reflects and transmits, colour included: lossless where that is white. */
typedef struct DielectricShares {
  Spectrum reflected, transmitted;
} DielectricShares;

/* Of a pane. color: what one way through leaves. */
static inline DielectricShares pane_shares(float cos_i, float eta, Spectrum color) {
  float cos_t, r = fresnel_dielectric(cos_i, eta, &cos_t);
  if (!(r < 1.0f)) return (DielectricShares){spectrum_all(1.0f), spectrum_zero()};
  Spectrum through = ((1.0f - r) * (1.0f - r)) * color / (spectrum_all(1.0f) - (r * r) * (color * color));
  return (DielectricShares){spectrum_all(r) + r * color * through, through};
}
static inline DielectricShares dielectric_shares(const Lobe *lobe, float eta, float cos_i) {
  if (lobe->thin) return pane_shares(cos_i, eta, lobe->color);
  float cos_t, r = fresnel_dielectric(cos_i, eta, &cos_t);
  return (DielectricShares){spectrum_all(r), (1.0f - r) * lobe->color};
}

/* With which probability a facet's shares are followed: what reflects, of 1. Solid glass chooses by the reflectance alone, whatever the
 * colour. Negative: neither kind is left. */
static inline float dielectric_choice(const Dielectric *d, const DielectricShares *shares) {
  float r = spectrum_average(shares->reflected), t = d->lobe->thin ? spectrum_average(shares->transmitted) : 1.0f - r;
  r = d->reflects ? r : 0.0f;
  t = d->transmits ? t : 0.0f;
  return r + t > 0.0f ? r / (r + t) : -1.0f;
}

/* ---- multiple scattering */

/* The lost part of light along mu on wo's side, or beyond. */
static inline float dielectric_lost_along(const Dielectric *d, float mu, bool beyond) {
  if (d->lobe->thin) return ggx_lost(mu, d->lobe->alpha);
  return dielectric_lost(mu, d->lobe->alpha, beyond ? 1.0f / d->eta : d->eta);
}

/* How the lost part leaves: pi f cos / (lost(o) lost(i) cos) on wo's side and beyond, and the probability of wo's side. */
typedef struct DielectricSpread {
  Spectrum reflected, transmitted;
  float choice; /* negative: nothing leaves */
} DielectricSpread;

static inline DielectricSpread dielectric_spread(const Dielectric *d) {
  const Lobe *lobe = d->lobe;
  DielectricSpread spread = {spectrum_zero(), spectrum_zero(), -1.0f};
  float here, beyond;
  if (lobe->thin) {
    float lost = ggx_lost_average(lobe->alpha);
    if (!(lost > 0.0f)) return spread;
    Spectrum passing = (spectrum_all(1.0f) - lobe->average) * lobe->color;
    spread.reflected = lobe->average / lost;
    spread.transmitted = passing / lost;
    here = spectrum_average(lobe->average);
    beyond = spectrum_average(passing);
  } else {
    float etendue = d->eta * d->eta;
    here = etendue * dielectric_lost_average(lobe->alpha, d->eta);
    beyond = dielectric_lost_average(lobe->alpha, 1.0f / d->eta);
    if (!(here + beyond > 0.0f)) return spread;
    spread.reflected = spectrum_all(etendue / (here + beyond));
    spread.transmitted = lobe->color / (here + beyond);
  }
  here = d->reflects ? here : 0.0f;
  beyond = d->transmits ? beyond : 0.0f;
  spread.choice = here + beyond > 0.0f ? here / (here + beyond) : -1.0f;
  return spread;
}

/* ---- rough boundaries */

/* f |cos|, and the density of dielectric_sample. */
static inline Spectrum dielectric_eval(const Dielectric *d, Vec3 wo, Vec3 wi, float *pdf) {
  const Lobe *lobe = d->lobe;
  bool beyond = wi[2] < 0.0f;
  *pdf = 0.0f;
  if (!(beyond ? d->transmits : d->reflects) || wi[2] == 0.0f) return spectrum_zero();
  float alpha = lobe->alpha, cos_i = abs_f(wi[2]), so = ggx_slope(wo[2], alpha), si = ggx_slope(cos_i, alpha);
  bool refracts = beyond && !lobe->thin;
  if (beyond && lobe->thin) wi[2] = cos_i;

  // The facet that leads there
  Vec3 sum = refracts ? d->eta * wo + wi : wo + wi, h = normalize(sum);
  if (h[2] < 0.0f) h = -h;
  float oh = min_f(dot(wo, h), 1.0f), ih = dot(wi, h);
  Spectrum f = spectrum_zero();
  if (oh > 0.0f && (refracts ? ih < 0.0f : ih > 0.0f)) {
    DielectricShares shares = dielectric_shares(lobe, d->eta, oh);
    float choice = dielectric_choice(d, &shares), density = ggx_density(h, alpha);
    float stretch = refracts ? 4.0f * (oh * -ih) / length_squared(sum) : 1.0f; /* of solid angles, against reflection */
    f = (beyond ? shares.transmitted : shares.reflected) * (density * ggx_visibility(wo[2], so, cos_i, si) * cos_i * stretch);
    if (choice >= 0.0f) *pdf = (beyond ? 1.0f - choice : choice) * ggx_reflection_pdf(density, wo[2], so) * stretch;
  }

  // And what takes longer
  DielectricSpread spread = dielectric_spread(d);
  float lost_o = dielectric_lost_along(d, wo[2], false), lost_i = dielectric_lost_along(d, cos_i, beyond), cosine = cos_i * INV_PI_F;
  *pdf *= 1.0f - lost_o;
  if (spread.choice >= 0.0f) *pdf += lost_o * (beyond ? 1.0f - spread.choice : spread.choice) * cosine;
  return f + (beyond ? spread.transmitted : spread.reflected) * (lost_o * lost_i * cosine);
}

/* A direction, on either side; false: absorbed. choice is in [0, 1). */
static inline bool dielectric_sample(const Dielectric *d, Vec3 wo, float choice, Vec2 u, Vec3 *wi) {
  float lost = dielectric_lost_along(d, wo[2], false);
  if (choice < lost) {
    DielectricSpread spread = dielectric_spread(d);
    *wi = sample_hemisphere_cosine(u);
    if (choice >= lost * spread.choice) (*wi)[2] = -(*wi)[2];
    return spread.choice >= 0.0f;
  }
  Vec3 h = ggx_sample_normal(wo, d->lobe->alpha, u.x, u.y);
  float oh = min_f(dot(wo, h), 1.0f);
  if (!(oh > 0.0f)) return false;
  DielectricShares shares = dielectric_shares(d->lobe, d->eta, oh);
  float reflection = dielectric_choice(d, &shares);
  if (reflection < 0.0f) return false;
  bool beyond = choice - lost >= reflection * (1.0f - lost);
  if (!beyond || d->lobe->thin) {
    *wi = reflect(wo, h);
    if ((*wi)[2] <= 0.0f) return false;
    if (beyond) (*wi)[2] = -(*wi)[2];
    return true;
  }
  float cos_t;
  if (fresnel_dielectric(oh, d->eta, &cos_t) >= 1.0f) return false;
  *wi = normalize((d->eta * oh - cos_t) * h - d->eta * wo);
  return (*wi)[2] < 0.0f;
}

#endif
