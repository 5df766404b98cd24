/* far.h - lights that are infinitely far away: a direction, the sun's disc, the constant background, environments. Per-ray code. Densities are
 * over solid angle, without the choice of the light. */
#ifndef ML_LIGHT_FAR_H
#define ML_LIGHT_FAR_H

#include "light/light.h"
#include "math/sampling.h"
#include "shade/diffuse.h"

/* The surface that is lit: unit normals on the side that the light is wanted from; through: light from beyond it is wanted as well. */
typedef struct FarReceiver {
  Vec3 ng, ns;
  bool through;
} FarReceiver;

/* Whether a unit direction goes to the sun. By the distance of the two on the unit sphere: the cosine has too few digits. */
static inline bool sun_contains(const Light *sun, Vec3 wi) {
  return length_squared(wi + vec3_load(sun->d)) <= 2.0f * sun->radius && !(sun->front_only && wi[1] < 0.0f);
}

/* The constant background is sampled by the cosine about ns, cut at the plane of ng; with `through`, on either side by half of the numbers. */
static inline float background_cosine_pdf(const FarReceiver *lit, Vec3 wi) {
  Frame frame = frame_from_normal(lit->ns);
  Vec3 ng = frame_to_local(&frame, lit->ng), local = frame_to_local(&frame, wi);
  return lit->through ? 0.5f * diffuse_pdf(dot(local, ng) < 0.0f ? -local : local, ng) : diffuse_pdf(local, ng);
}
static inline float background_cosine_sample(const FarReceiver *lit, Vec2 u, Vec3 *wi) {
  Frame frame = frame_from_normal(lit->ns);
  bool beyond = lit->through && u.x >= 0.5f;
  if (lit->through) u.x = 2.0f * u.x - (beyond ? 1.0f : 0.0f);
  Vec3 ng = frame_to_local(&frame, lit->ng), local = diffuse_sample(u, ng), world = frame_to_world(&frame, local);
  *wi = beyond ? -world : world;
  return diffuse_pdf(local, ng) * (lit->through ? 0.5f : 1.0f);
}

/* Density of a unit direction; of a sun, which wi goes to. */
static inline float far_light_pdf(const Lights *lights, const Light *light, const FarReceiver *lit, Vec3 wi) {
  if (light->kind == LIGHT_SUN) return cone_uniform_pdf(light->radius);
  if (light->kind == LIGHT_BACKGROUND) return background_cosine_pdf(lit, wi);
  if (light->kind != LIGHT_ENVIRONMENT) return 0.0f;
  EnvironmentReceiver receiver = environment_receiver(&lights->surroundings, lit->ng, lit->through);
  return surroundings_pdf(&lights->surroundings, &receiver, wi);
}

/* A direction by u in [0, 1)^2; *radiance is the light's emission (of directional ones the irradiance) and is changed where that differs
 * with the direction. Returns the density, of directional lights 1; 0: no light. u = 0 is the middle of a sun. */
static inline float far_light_sample(const Lights *lights, const Light *light, const FarReceiver *lit, Vec2 u, Vec3 *wi,
                                     Spectrum *radiance) {
  Vec3 towards = -vec3_load(light->d);
  *wi = towards;
  if (light->kind == LIGHT_SUN) {
    Frame frame = frame_from_normal(towards);
    *wi = normalize(frame_to_world(&frame, sample_cone_uniform(u, light->radius)));
    return light->front_only && (*wi)[1] < 0.0f ? 0.0f : cone_uniform_pdf(light->radius);
  }
  if (light->kind == LIGHT_BACKGROUND) return background_cosine_sample(lit, u, wi);
  if (light->kind != LIGHT_ENVIRONMENT) return 1.0f;
  EnvironmentReceiver receiver = environment_receiver(&lights->surroundings, lit->ng, lit->through);
  float pdf = surroundings_sample(&lights->surroundings, &receiver, u, wi);
  if (pdf > 0.0f) *radiance = surroundings_radiance(&lights->surroundings, *wi);
  return pdf;
}

#endif
