/* diffuse.h - Lambert's lobe about a shading normal that is not the geometric one, without losing or leaking energy.
 *
 * Directions below the geometric horizon cannot be used, which cuts a lune off the cosine lobe. What is left holds (1 + c) / 2 of
 * it, c the cosine between both normals: the projected solid angle of the rest. The lobe is scaled by that, so that its albedo stays
 * exact whatever the normals. In the projection onto the shading normal's plane the rest is a half disc and a half ellipse, whose every
 * chord along the tilt is (1 + c) / 2 of the disc's: a shear of Malley's disc samples it exactly.
 *
 * Directions are local to the shading normal, z along it; ng is the geometric normal there, ng.z = c >= 0. */
#ifndef ML_SHADE_DIFFUSE_H
#define ML_SHADE_DIFFUSE_H

#include "math/sampling.h"

/* Density over solid angle of diffuse_sample, and cos f / albedo. */
static inline float diffuse_pdf(Vec3 wi, Vec3 ng) {
  if (wi[2] <= 0.0f || dot(wi, ng) <= 0.0f) return 0.0f;
  return wi[2] * (2.0f * INV_PI_F) / (1.0f + ng[2]);
}

static inline Vec3 diffuse_sample(Vec2 u, Vec3 ng) {
  Vec2 d = sample_disk_concentric(u);
  float tilt2 = ng[0] * ng[0] + ng[1] * ng[1];
  if (tilt2 > 0.0f) {
    float inverse = 1.0f / sqrt_f(tilt2), x = ng[0] * inverse, y = ng[1] * inverse;
    float along = d.x * x + d.y * y, across = d.y * x - d.x * y;
    along = 0.5f * (along * (1.0f + ng[2]) + (1.0f - ng[2]) * safe_sqrt_f(1.0f - across * across));
    d = (Vec2){along * x - across * y, along * y + across * x};
  }
  return vec3(d.x, d.y, safe_sqrt_f(1.0f - d.x * d.x - d.y * d.y));
}

#endif
