/* fresnel.h - reflectance of smooth boundaries for unpolarised light (Born & Wolf, "Principles of Optics", 1.5.3 and 14.2).
 * Cosines are those of the incident direction with the normal, 0..1. */
#ifndef ML_SHADE_FRESNEL_H
#define ML_SHADE_FRESNEL_H

#include "image/spectrum.h"

/* eta = index on the incident side over index on the other. *cos_t: cosine of the refracted direction, 0 where all is reflected. */
static inline float fresnel_dielectric(float cos_i, float eta, float *cos_t) {
  float sin2_t = eta * eta * max_f(1.0f - cos_i * cos_i, 0.0f);
  if (sin2_t >= 1.0f) {
    *cos_t = 0.0f;
    return 1.0f;
  }
  float ct = sqrt_f(1.0f - sin2_t);
  float parallel = (cos_i - eta * ct) / (cos_i + eta * ct);
  float perpendicular = (eta * cos_i - ct) / (eta * cos_i + ct);
  *cos_t = ct;
  return 0.5f * (parallel * parallel + perpendicular * perpendicular);
}

/* Exact, for index eta + i k against vacuum. */
static inline Spectrum fresnel_conductor(float cos_i, Spectrum eta, Spectrum k) {
  float cos2 = cos_i * cos_i, sin2 = max_f(1.0f - cos2, 0.0f);
  Spectrum eta2 = eta * eta, k2 = k * k;
  Spectrum t0 = eta2 - k2 - spectrum_all(sin2);
  Spectrum a2b2 = spectrum_sqrt(t0 * t0 + 4.0f * eta2 * k2);
  Spectrum a = spectrum_sqrt(0.5f * (a2b2 + t0));
  Spectrum t1 = a2b2 + spectrum_all(cos2), t2 = 2.0f * cos_i * a;
  Spectrum perpendicular = (t1 - t2) / (t1 + t2);
  Spectrum t3 = cos2 * a2b2 + spectrum_all(sin2 * sin2), t4 = sin2 * t2;
  Spectrum parallel = perpendicular * (t3 - t4) / (t3 + t4);
  // 0/0 at grazing incidence is 1, too; rounding may leave less than nothing
  return spectrum_at_least(spectrum_min(0.5f * (perpendicular + parallel), 1.0f), 0.0f);
}

/* Schlick 1994 between the reflectance at normal (f0) and at grazing incidence (f90). */
static inline Spectrum fresnel_schlick(float cos_i, Spectrum f0, Spectrum f90) {
  float m = 1.0f - min_f(cos_i, 1.0f), m2 = m * m;
  return f0 + (f90 - f0) * (m2 * m2 * m);
}

/* Schlick's from f0 to 1, times `edge` at a cosine of 1/7 (82 degrees), where metals dip (Kutz et al. 2021, "Novel aspects of the Adobe
 * Standard Material", section 2.3). Where a strong dip would go below 0 it is 0. */
static inline Spectrum fresnel_f82(float cos_i, Spectrum f0, Spectrum edge) {
  const float at = 1.0f / 7.0f, m_at = 1.0f - at, m_at5 = m_at * m_at * m_at * m_at * m_at;
  Spectrum white = spectrum_all(1.0f), schlick_at = f0 + (white - f0) * m_at5, dip = schlick_at * (white - edge) / (at * m_at5 * m_at);
  float c = min_f(cos_i, 1.0f), m = 1.0f - c, m2 = m * m, m5 = m2 * m2 * m;
  return spectrum_at_least(f0 + (white - f0) * m5 - dip * (c * m5 * m), 0.0f);
}

#endif
