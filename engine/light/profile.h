/* profile.h - what shapes a light's beam: a cone that fades smoothly at its edge, times a photometric profile. Per-ray code.
 *
 * The cone shines fully within its inner angle and fades to nothing at its outer one by 3 t^2 - 2 t^3, t running in the cosine: its
 * integral over all directions is pi ((1 - cos inner) + (1 - cos outer)). Angles are kept and measured as 1 - cos, which stays exact for
 * the narrowest beams. */
#ifndef ML_LIGHT_PROFILE_H
#define ML_LIGHT_PROFILE_H

#include "light/light.h"
#include "shape/ray.h"

/* The interval of ascending angles that x lies in: its lower end's index and how far x is in it, 0..1. count >= 2. */
static inline uint32_t angle_interval(const float *angles, uint32_t count, float x, float *part) {
  uint32_t first = 0, last = count - 1;
  while (last - first > 1) {
    uint32_t middle = first + (last - first) / 2;
    if (angles[middle] <= x) first = middle;
    else last = middle;
  }
  *part = clamp_f((x - angles[first]) / (angles[last] - angles[first]), 0.0f, 1.0f);
  return first;
}

/* Linear between the angles that were measured. vertical 0..pi, horizontal 0..2 pi. */
static inline float ies_value(const Lights *lights, const IesTable *table, float vertical, float horizontal) {
  const float *v = lights->ies_values + table->first, *h = v + table->vertical_count, *values = h + table->horizontal_count;
  uint32_t count = table->vertical_count;
  if (vertical < v[0] || vertical > v[count - 1]) return 0.0f;
  float x, y;
  const float *at = values + angle_interval(v, count, vertical, &x);
  float value = lerp_f(at[0], at[1], x);
  if (table->horizontal_count == 1) return value;
  at += (size_t)count * angle_interval(h, table->horizontal_count, horizontal, &y);
  return lerp_f(lerp_f(at[0], at[1], x), lerp_f(at[count], at[count + 1], x), y);
}

/* Share of the greatest intensity that goes in direction w (unit, away from the light): 0..1. */
static inline float profile_value(const Lights *lights, const LightProfile *profile, Vec3 w) {
  Vec3 axis = vec3_load(profile->axis);
  float turned = 0.5f * length_squared(w - axis), value = 1.0f; /* 1 - cos */
  if (turned >= profile->outer) return 0.0f;
  if (turned > profile->inner) {
    float t = (profile->outer - turned) / (profile->outer - profile->inner);
    value = t * t * (3.0f - 2.0f * t);
  }
  if (profile->ies == NO_ID) return value;
  float along = dot(w, axis), side = dot(w, vec3_load(profile->side)), up = dot(w, vec3_load(profile->up));
  float horizontal = atan2_f(up, side), vertical = atan2_f(sqrt_f(side * side + up * up), along);
  return value * ies_value(lights, &lights->ies[profile->ies], vertical, horizontal < 0.0f ? horizontal + TWO_PI_F : horizontal);
}

#endif
