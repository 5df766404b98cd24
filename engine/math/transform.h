/* transform.h - affine maps: MlTransform in double for building and commit, Transform in float for the per-ray code.
 *
 * Error bounds are those of Pharr, Jakob & Humphreys, "Physically Based Rendering", 4th ed., ch. 6.8: absolute, per
 * coordinate, from gamma_bound() of the number of roundings, the rounding of the stored matrix included. */
#ifndef ML_MATH_TRANSFORM_H
#define ML_MATH_TRANSFORM_H

#include "math/ieee.h"
#include "math/vec.h"
#include "moonlit.h"

/* ---- double: ml_transform_identity, _multiply, _turn, _invert are in moonlit.h */

MlTransform affine_translate(MlVec3 by);
MlTransform affine_scale(MlVec3 factors);
/* Degrees, right-handed; multiples of 90 are exact. */
MlTransform affine_turn_x(double degrees);
MlTransform affine_turn_y(double degrees);
MlTransform affine_turn_z(double degrees);
/* Columns x, y, z and origin: the map from a frame's coordinates. */
MlTransform affine_from_columns(MlVec3 x, MlVec3 y, MlVec3 z, MlVec3 origin);
/* All coefficients 0 is how a description says "none": that becomes the identity. */
MlTransform affine_or_identity(const MlTransform *t);
bool affine_is_identity(const MlTransform *t);
bool affine_is_finite(const MlTransform *t);

MlVec3 affine_point(const MlTransform *t, MlVec3 p);
MlVec3 affine_vector(const MlTransform *t, MlVec3 v);
/* By the transpose of the inverse, up to a positive factor: not normalised, defined for every non-singular t. Mirroring
 * maps do not turn normals round. */
MlVec3 affine_normal(const MlTransform *t, MlVec3 n);
double affine_determinant(const MlTransform *t);
/* 1, -1 (mirrors) or 0 (singular in the sense of ml_transform_invert). */
int affine_determinant_sign(const MlTransform *t);
/* Of the transformed box, to rounding; empty and infinite ones stay so. */
MlBounds affine_bounds(const MlTransform *t, const MlBounds *b);
MlBounds bounds_union(const MlBounds *a, const MlBounds *b);

/* ---- float: columns, so that a product is three scaled vectors */

typedef struct Transform {
  Vec3 x, y, z, t;
} Transform;

/* Coefficients rounded to nearest. */
Transform transform_from_affine(const MlTransform *t);

static inline Vec3 transform_point(const Transform *m, Vec3 p) { return ((m->x * p[0] + m->y * p[1]) + m->z * p[2]) + m->t; }
static inline Vec3 transform_vector(const Transform *m, Vec3 v) { return (m->x * v[0] + m->y * v[1]) + m->z * v[2]; }
/* `inverse` is the map of points in the other direction. Not normalised. */
static inline Vec3 transform_normal(const Transform *inverse, Vec3 n) {
  return vec3(dot(inverse->x, n), dot(inverse->y, n), dot(inverse->z, n));
}

/* Bound on the distance, per axis, between transform_point(m, p) and the exact image of a point within `error` of p.
 * Every term has at most 5 roundings: its coefficient's, the product's and three sums'. */
static inline Vec3 transform_point_error(const Transform *m, Vec3 p, Vec3 error) {
  Vec3 x = vec3_abs(m->x), y = vec3_abs(m->y), z = vec3_abs(m->z);
  Vec3 size = ((x * abs_f(p[0]) + y * abs_f(p[1])) + z * abs_f(p[2])) + vec3_abs(m->t);
  Vec3 spread = (x * error[0] + y * error[1]) + z * error[2];
  return gamma_bound(6) * size + (1.0f + gamma_bound(6)) * spread; /* 6: the bound itself is rounded, too */
}

#endif
