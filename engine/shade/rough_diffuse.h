/* rough_diffuse.h - diffuse reflection by a rough surface: the energy-preserving Oren-Nayar model of Portsmouth, Kutz & Hill 2024, "EON: A
 * practical energy-preserving rough diffuse BRDF", in its exact form: reciprocal, and the albedo of a white surface is 1.
 *
 * Directions are local, z along the shading normal, and have z > 0. r is the roughness 0..1; 0 is Lambert. */
#ifndef ML_SHADE_ROUGH_DIFFUSE_H
#define ML_SHADE_ROUGH_DIFFUSE_H

#include "image/spectrum.h"
#include "math/elementary.h"

#define EON_C1 (0.5f - 2.0f / (3.0f * PI_F))
#define EON_C2 (2.0f / 3.0f - 28.0f / (15.0f * PI_F))

/* Directional albedo of single scattering by white facets (Fujii's form of Oren & Nayar 1994). */
static inline float eon_albedo(float mu, float r) {
  float m = min_f(mu, 1.0f), s = safe_sqrt_f(1.0f - m * m), a = 1.0f / (1.0f + EON_C1 * r);
  // (s / m)(1 - s^3), without its cancellation
  float steep = s * m * (1.0f + s + s * s) / (1.0f + s);
  float g = s * (acos_f(m) - s * m) + (2.0f / 3.0f) * (steep - s);
  return a * (1.0f + r * INV_PI_F * g);
}

/* f, without the cosine. */
static inline Spectrum eon_eval(Spectrum albedo, float r, Vec3 wo, Vec3 wi) {
  float a = 1.0f / (1.0f + EON_C1 * r), s = dot(wo, wi) - wo[2] * wi[2];
  float t = s > 0.0f ? s / max_f(wo[2], wi[2]) : s;
  Spectrum single = albedo * (INV_PI_F * a * (1.0f + r * t));
  float average = a * (1.0f + EON_C2 * r);
  Spectrum multiple = albedo * albedo * average / (spectrum_all(1.0f) - albedo * (1.0f - average));
  float lost_o = max_f(1.0f - eon_albedo(wo[2], r), 0.0f), lost_i = max_f(1.0f - eon_albedo(wi[2], r), 0.0f);
  return single + multiple * (INV_PI_F * lost_o * lost_i / max_f(1.0f - average, 1e-7f));
}

#endif
