/* dvec.h - double vectors (MlVec3) for what runs once per scene: transforms, bounds, cameras. */
#ifndef ML_MATH_DVEC_H
#define ML_MATH_DVEC_H

#include "math/vec.h"
#include "moonlit.h"

static inline MlVec3 dvec_add(MlVec3 a, MlVec3 b) { return (MlVec3){a.x + b.x, a.y + b.y, a.z + b.z}; }
static inline MlVec3 dvec_subtract(MlVec3 a, MlVec3 b) { return (MlVec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static inline MlVec3 dvec_scale(MlVec3 a, double s) { return (MlVec3){a.x * s, a.y * s, a.z * s}; }
static inline double dvec_dot(MlVec3 a, MlVec3 b) { return (a.x * b.x + a.y * b.y) + a.z * b.z; }
static inline MlVec3 dvec_cross(MlVec3 a, MlVec3 b) {
  return (MlVec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline double dvec_largest(MlVec3 a) {
  double x = __builtin_fabs(a.x), y = __builtin_fabs(a.y), z = __builtin_fabs(a.z);
  double m = x > y ? x : y;
  return m > z ? m : z;
}
/* Without overflow or underflow on the way. */
static inline double dvec_length(MlVec3 a) {
  double m = dvec_largest(a);
  if (!(m > 0) || m > 0x1.fffffffffffffp+1023) return m;
  MlVec3 s = {a.x / m, a.y / m, a.z / m};
  return m * __builtin_sqrt(dvec_dot(s, s));
}
/* Unit length; the zero vector stays zero. */
static inline MlVec3 dvec_normalize(MlVec3 a) {
  double m = dvec_largest(a);
  if (!(m > 0)) return a;
  MlVec3 s = {a.x / m, a.y / m, a.z / m};
  return dvec_scale(s, 1.0 / __builtin_sqrt(dvec_dot(s, s)));
}
static inline bool dvec_is_zero(MlVec3 a) { return a.x == 0 && a.y == 0 && a.z == 0; }
/* Or one of them 0; an angle too small to tell apart in doubles counts as none. */
static inline bool dvec_is_parallel(MlVec3 a, MlVec3 b) {
  return !(dvec_length(dvec_cross(dvec_normalize(a), dvec_normalize(b))) > 1e-12);
}
static inline bool dvec_is_finite(MlVec3 a) { return isfinite(a.x) && isfinite(a.y) && isfinite(a.z); }
static inline Vec3 dvec_to_vec3(MlVec3 a) { return vec3((float)a.x, (float)a.y, (float)a.z); }

#endif
