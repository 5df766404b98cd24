/* solid.h - points of the round solids of shape/solids.h for lights: by area in local space, whose image's density is known.
 *
 * An affine map stretches the area about a point with unit normal n of the image by |det A| / |A^T n|, so the density at each point follows
 * from the local one, whatever the placement. */
#ifndef ML_LIGHT_SOLID_H
#define ML_LIGHT_SOLID_H

#include "math/sampling.h"
#include "shape/prim.h"

/* A choice among parts by u, which is rescaled to serve again. */
static inline bool solid_choose(float share, float *u) {
  bool first = *u < share;
  *u = clamp_f(first ? *u / share : (*u - share) / (1.0f - share), 0.0f, ONE_MINUS_EPSILON);
  return first;
}

static inline Vec3 solid_ring(float radius, float y, float u) {
  float s, c;
  sincos_turns_f(u, &s, &c);
  return vec3(radius * s, y, radius * c);
}

/* Local areas of a cone: side, bottom, top. */
static inline void cone_areas(float k, bool caps, float areas[3]) {
  areas[0] = PI_F * (1.0f + k) * sqrt_f(4.0f + (1.0f - k) * (1.0f - k));
  areas[1] = caps ? PI_F : 0.0f;
  areas[2] = caps ? PI_F * (k * k) : 0.0f;
}

static inline Vec3 cone_sample_area(float k, bool caps, Vec2 u, Vec3 *n) {
  float areas[3];
  cone_areas(k, caps, areas);
  if (solid_choose(areas[0] / (areas[0] + (areas[1] + areas[2])), &u.x)) {
    // A height with a density like the radius there
    float x = u.x * (1.0f + k) / (1.0f + sqrt_f(1.0f + (k * k - 1.0f) * u.x)), turn_s, turn_c;
    sincos_turns_f(u.y, &turn_s, &turn_c);
    *n = normalize(vec3(turn_s, 0.5f * (1.0f - k), turn_c));
    float radius = 1.0f + (k - 1.0f) * x;
    return vec3(radius * turn_s, 2.0f * x - 1.0f, radius * turn_c);
  }
  bool bottom = solid_choose(areas[1] / (areas[1] + areas[2]), &u.x);
  *n = vec3(0.0f, bottom ? -1.0f : 1.0f, 0.0f);
  return solid_ring((bottom ? 1.0f : k) * sqrt_f(u.x), (*n)[1], u.y);
}

static inline Vec3 capsule_sample_area(float h, Vec2 u, Vec3 *n) {
  if (solid_choose(h / (1.0f + h), &u.x)) {
    *n = solid_ring(1.0f, 0.0f, u.y);
    return vec3((*n)[0], h * (2.0f * u.x - 1.0f), (*n)[2]);
  }
  *n = sample_sphere_uniform(u);
  return *n + vec3(0.0f, (*n)[1] < 0.0f ? -h : h, 0.0f);
}

/* Uniform in both angles: denser inside than outside. */
static inline Vec3 torus_sample_area(float r, Vec2 u, Vec3 *n) {
  float s, c;
  sincos_turns_f(u.y, &s, &c);
  Vec3 out = solid_ring(1.0f, 0.0f, u.x);
  *n = out * c + vec3(0.0f, s, 0.0f);
  return out + r * *n;
}

/* A point of a CONE, CONE_SIDE, CAPSULE or TORUS, its unit outward normal; both local. */
static inline Vec3 solid_sample(const Prim *prim, Vec2 u, Vec3 *n) {
  if (prim->kind == PRIM_CAPSULE) return capsule_sample_area(prim->r, u, n);
  if (prim->kind == PRIM_TORUS) return torus_sample_area(prim->r, u, n);
  return cone_sample_area(prim->r, prim->kind == PRIM_CONE, u, n);
}

/* Its density over local area at local point p. */
static inline float solid_local_density(const Prim *prim, Vec3 p) {
  if (prim->kind == PRIM_CAPSULE) return 1.0f / (4.0f * PI_F * (1.0f + prim->r));
  if (prim->kind == PRIM_TORUS) {
    float rho = sqrt_f(p[0] * p[0] + p[2] * p[2]);
    return 1.0f / (4.0f * PI_F * PI_F * prim->r * rho);
  }
  float areas[3];
  cone_areas(prim->r, prim->kind == PRIM_CONE, areas);
  return 1.0f / (areas[0] + (areas[1] + areas[2]));
}

#endif
