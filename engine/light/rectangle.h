/* rectangle.h - uniform sampling of the solid angle that a rectangle fills (Ureña, Fajardo, King 2013, "An Area-Preserving Parametrization
 * for Spherical Rectangles"). Per-ray code.
 *
 * The solid angle is a small difference of angles, so that it serves from RECTANGLE_LEAST sr on, where it is exact to 1e-5, and not for
 * points close to the rectangle's plane; below, sampling by area is as good. */
#ifndef ML_LIGHT_RECTANGLE_H
#define ML_LIGHT_RECTANGLE_H

#include "math/elementary.h"
#include "math/vec.h"

#define RECTANGLE_LEAST 0.05f

/* A rectangle seen from a point: its frame with z away from it, its extent there, and the terms of the map. */
typedef struct RectangleView {
  Vec3 x, y, z;
  float x0, x1, y0, y1, z0; /* z0 < 0 */
  float solid_angle;        /* 0: not to be sampled this way */
  float b0, b1, k;
} RectangleView;

/* Whether two edges are at right angles, to rounding. */
static inline bool rectangle_is_one(Vec3 u, Vec3 v) { return square_f(dot(u, v)) <= 1e-10f * (length_squared(u) * length_squared(v)); }

/* corner and edges relative to the point. */
static inline RectangleView rectangle_view(Vec3 corner, Vec3 u, Vec3 v) {
  RectangleView r = {.solid_angle = 0.0f};
  float length_u = length(u), length_v = length(v);
  r.x = u / length_u, r.y = v / length_v, r.z = cross(r.x, r.y);
  r.z0 = dot(corner, r.z);
  if (r.z0 > 0.0f) r.z = -r.z, r.z0 = -r.z0;
  r.x0 = dot(corner, r.x), r.x1 = r.x0 + length_u;
  r.y0 = dot(corner, r.y), r.y1 = r.y0 + length_v;
  if (!(-r.z0 > 1e-3f * (length_u + length_v))) return r;

  // z of the normals of the planes through the point and each edge, and the angles between them
  float zz = r.z0 * r.z0;
  float n0 = -r.y0 / sqrt_f(zz + r.y0 * r.y0), n1 = r.x1 / sqrt_f(zz + r.x1 * r.x1);
  float n2 = r.y1 / sqrt_f(zz + r.y1 * r.y1), n3 = -r.x0 / sqrt_f(zz + r.x0 * r.x0);
  float g0 = acos_f(-n0 * n1), g1 = acos_f(-n1 * n2), g2 = acos_f(-n2 * n3), g3 = acos_f(-n3 * n0);
  r.k = TWO_PI_F - g2 - g3;
  r.b0 = n0, r.b1 = n2;
  float solid_angle = g0 + g1 - r.k;
  r.solid_angle = solid_angle >= RECTANGLE_LEAST ? solid_angle : 0.0f;
  return r;
}

/* A point of the rectangle, relative to the point; density 1 / solid_angle. */
static inline Vec3 rectangle_sample(const RectangleView *r, Vec2 w) {
  float s, c, zz = r->z0 * r->z0;
  sincos_turns_f((w.x * r->solid_angle + r->k) * INV_TWO_PI_F, &s, &c);
  float f = (c * r->b0 - r->b1) / s;
  float cu = clamp_f(__builtin_copysignf(1.0f, f) / sqrt_f(f * f + r->b0 * r->b0), -1.0f, 1.0f);
  float x = clamp_f(-(cu * r->z0) / max_f(sqrt_f(1.0f - cu * cu), 1e-7f), r->x0, r->x1);
  float d2 = x * x + zz;
  float h0 = r->y0 / sqrt_f(d2 + r->y0 * r->y0), h1 = r->y1 / sqrt_f(d2 + r->y1 * r->y1), h = lerp_f(h0, h1, w.y), h2 = h * h;
  float y = h2 < 1.0f - 1e-6f ? clamp_f(h * sqrt_f(d2 / (1.0f - h2)), r->y0, r->y1) : r->y1;
  return (r->x * x + r->y * y) + r->z * r->z0;
}

#endif
