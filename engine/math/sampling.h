/* sampling.h - warps of the unit square with their densities. u is in [0, 1)^2; densities are with respect to the measure
 * named. All but the polygon's, which goes sector by sector, are continuous: stratified u stay stratified. */
#ifndef ML_MATH_SAMPLING_H
#define ML_MATH_SAMPLING_H

#include "math/elementary.h"

#define UNIFORM_SPHERE_PDF (0.25f * INV_PI_F)
#define UNIFORM_DISK_PDF INV_PI_F

/* Unit disk, area measure (Shirley & Chiu 1997). */
static inline Vec2 sample_disk_concentric(Vec2 u) {
  float x = 2.0f * u.x - 1.0f, y = 2.0f * u.y - 1.0f;
  if (x == 0.0f && y == 0.0f) return (Vec2){0.0f, 0.0f};
  bool wide = abs_f(x) > abs_f(y);
  float r = wide ? x : y;
  float angle = QUARTER_PI_F * (wide ? y / x : x / y);
  float s = sin_kernel_f(angle, 0.0f).hi, c = cos_kernel_f(angle, 0.0f).hi;
  return wide ? (Vec2){r * c, r * s} : (Vec2){r * s, r * c};
}

/* Hemisphere about +z, density proportional to the cosine, solid angle (Malley). */
static inline Vec3 sample_hemisphere_cosine(Vec2 u) {
  Vec2 d = sample_disk_concentric(u);
  return vec3(d.x, d.y, safe_sqrt_f(1.0f - d.x * d.x - d.y * d.y));
}
static inline float hemisphere_cosine_pdf(float cosine) { return max_f(cosine, 0.0f) * INV_PI_F; }

/* Unit sphere, solid angle; density UNIFORM_SPHERE_PDF. */
static inline Vec3 sample_sphere_uniform(Vec2 u) {
  float z = 1.0f - 2.0f * u.x;
  float r = 2.0f * safe_sqrt_f(u.x * (1.0f - u.x)); /* = sqrt(1 - z^2) without its cancellation */
  float s, c;
  sincos_turns_f(u.y, &s, &c);
  return vec3(r * c, r * s, z);
}

/* Cones are given by 1 - cos of their half angle, which stays exact for the smallest: from sin^2 by this. */
static inline float one_minus_cos(float sin_squared) { return sin_squared / (1.0f + safe_sqrt_f(1.0f - sin_squared)); }
/* Directions about +z with 1 - z <= spread, solid angle. spread in (0, 2]. */
static inline Vec3 sample_cone_uniform(Vec2 u, float spread) {
  float t = u.x * spread; /* 1 - cos */
  float r = safe_sqrt_f(t * (2.0f - t));
  float s, c;
  sincos_turns_f(u.y, &s, &c);
  return vec3(r * c, r * s, 1.0f - t);
}
static inline float cone_uniform_pdf(float spread) { return 1.0f / (TWO_PI_F * spread); }

/* Barycentric coordinates (of the first two vertices), area measure, density 1 / area (Heitz 2019, low distortion). */
static inline Vec2 sample_triangle_uniform(Vec2 u) {
  float half = 0.5f * min_f(u.x, u.y);
  return (Vec2){u.x - half, u.y - half};
}

/* Regular polygon of `sides` >= 3 corners on the unit circle, the first at (1, 0); area measure. */
static inline float polygon_area(uint32_t sides) {
  float s, c;
  sincos_turns_f(1.0f / (float)sides, &s, &c);
  return 0.5f * (float)sides * s;
}
static inline float polygon_pdf(uint32_t sides) { return 1.0f / polygon_area(sides); }
static inline Vec2 sample_polygon(Vec2 u, uint32_t sides) {
  // A sector by the first number, whose remainder and the second then choose a point of its triangle
  float scaled = u.x * (float)sides;
  uint32_t sector = (uint32_t)(int32_t)scaled;
  sector = sector < sides ? sector : sides - 1;
  Vec2 b = sample_triangle_uniform((Vec2){min_f(scaled - (float)sector, ONE_MINUS_EPSILON), u.y});
  float s0, c0, s1, c1;
  sincos_turns_f((float)sector / (float)sides, &s0, &c0);
  sincos_turns_f((float)(sector + 1) / (float)sides, &s1, &c1);
  return (Vec2){b.x * c0 + b.y * c1, b.x * s0 + b.y * s1};
}

#endif
