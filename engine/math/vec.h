/* vec.h - float vectors for the per-ray code, as GNU vectors so that + - * / work on them.
 * A Vec3 is three lanes and a fourth that is kept 0 (never read for its value). In arrays vectors are float[3]. */
#ifndef ML_MATH_VEC_H
#define ML_MATH_VEC_H

#include <math.h> /* isfinite only */
#include <stdbool.h>
#include <stdint.h>

typedef float Vec3 __attribute__((vector_size(16)));
typedef int32_t Vec3Bits __attribute__((vector_size(16)));
typedef struct Vec2 {
  float x, y;
} Vec2;

static inline Vec3 vec3(float x, float y, float z) { return (Vec3){x, y, z, 0.0f}; }
static inline Vec3 vec3_all(float x) { return (Vec3){x, x, x, 0.0f}; }
static inline Vec3 vec3_load(const float *p) { return (Vec3){p[0], p[1], p[2], 0.0f}; }
static inline void vec3_store(float *p, Vec3 v) { p[0] = v[0], p[1] = v[1], p[2] = v[2]; }

/* Compare-and-select: the second argument wins when either is NaN, the same on every platform. */
static inline float min_f(float a, float b) { return a < b ? a : b; }
static inline float max_f(float a, float b) { return a > b ? a : b; }
static inline float clamp_f(float x, float lo, float hi) { return min_f(max_f(x, lo), hi); }
static inline float abs_f(float x) { return __builtin_fabsf(x); }
static inline float sqrt_f(float x) { return __builtin_sqrtf(x); } /* correctly rounded everywhere */
static inline float safe_sqrt_f(float x) { return __builtin_sqrtf(max_f(x, 0.0f)); }
static inline float square_f(float x) { return x * x; }
static inline float lerp_f(float a, float b, float t) { return (1.0f - t) * a + t * b; }

static inline float dot(Vec3 a, Vec3 b) {
  Vec3 m = a * b;
  return (m[0] + m[1]) + m[2];
}
static inline float abs_dot(Vec3 a, Vec3 b) { return abs_f(dot(a, b)); }
static inline Vec3 vec3_yzx(Vec3 v) { return __builtin_shufflevector(v, v, 1, 2, 0, 3); }
static inline Vec3 vec3_zxy(Vec3 v) { return __builtin_shufflevector(v, v, 2, 0, 1, 3); }
static inline Vec3 cross(Vec3 a, Vec3 b) { return vec3_yzx(a) * vec3_zxy(b) - vec3_zxy(a) * vec3_yzx(b); }
static inline float length_squared(Vec3 v) { return dot(v, v); }
static inline float length(Vec3 v) { return sqrt_f(dot(v, v)); }
static inline Vec3 normalize(Vec3 v) { return v / length(v); } /* v not 0 */
static inline Vec3 vec3_abs(Vec3 v) { return (Vec3)((Vec3Bits)v & 0x7fffffff); }
/* m's lanes are all ones or all zeros, as comparisons give them. */
static inline Vec3 vec3_select(Vec3Bits m, Vec3 a, Vec3 b) { return (Vec3)((m & (Vec3Bits)a) | (~m & (Vec3Bits)b)); }
/* Compare-and-select, as min_f and max_f; vec3_mask: a comparison's lanes as bits 0..2. */
#if defined(__SSE2__)
static inline Vec3 vec3_min(Vec3 a, Vec3 b) { return __builtin_ia32_minps(a, b); }
static inline Vec3 vec3_max(Vec3 a, Vec3 b) { return __builtin_ia32_maxps(a, b); }
static inline uint32_t vec3_mask(Vec3Bits m) { return (uint32_t)__builtin_ia32_movmskps((Vec3)m) & 7; }
#else
static inline Vec3 vec3_min(Vec3 a, Vec3 b) { return vec3_select(a < b, a, b); }
static inline Vec3 vec3_max(Vec3 a, Vec3 b) { return vec3_select(a > b, a, b); }
static inline uint32_t vec3_mask(Vec3Bits m) { return (uint32_t)((m[0] & 1) | (m[1] & 2) | (m[2] & 4)); }
#endif
/* Each coordinate of p's neighbour in the direction of `away`'s; the same where that is 0. Infinities stay, NaN is not allowed. */
static inline Vec3 vec3_rounded_away(Vec3 p, Vec3 away) {
  const int32_t infinity = 0x7f800000;
  Vec3Bits step = (away < 0.0f) - (away > 0.0f), sign = (Vec3Bits)p >> 31;
  Vec3Bits order = ((((Vec3Bits)p & 0x7fffffff) ^ sign) - sign) + step; /* float_order (ieee.h) */
  order += (order > infinity) - (order < -infinity);
  sign = order >> 31;
  return vec3_select(step != 0, (Vec3)(((order ^ sign) - sign) | (sign & INT32_MIN)), p);
}
static inline float vec3_max_element(Vec3 v) { return max_f(max_f(v[0], v[1]), v[2]); }
static inline bool vec3_is_finite(Vec3 v) { return isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]); }
static inline Vec3 face_forward(Vec3 n, Vec3 v) { return dot(n, v) < 0.0f ? -n : n; }
/* wo and the mirrored direction both point away from the surface. */
static inline Vec3 reflect(Vec3 wo, Vec3 n) { return 2.0f * dot(wo, n) * n - wo; }

/* Right-handed orthonormal frame about a unit n (Duff et al. 2017, "Building an Orthonormal Basis, Revisited"). */
typedef struct Frame {
  Vec3 s, t, n;
} Frame;
static inline Frame frame_from_normal(Vec3 n) {
  float sign = __builtin_copysignf(1.0f, n[2]);
  float a = -1.0f / (sign + n[2]);
  float b = n[0] * n[1] * a;
  return (Frame){vec3(1.0f + sign * (n[0] * n[0] * a), sign * b, -sign * n[0]), vec3(b, sign + n[1] * n[1] * a, -n[1]), n};
}
static inline Vec3 frame_to_local(const Frame *f, Vec3 v) { return vec3(dot(v, f->s), dot(v, f->t), dot(v, f->n)); }
/* The same with s along `tangent` as far as that is across n; any s where it is not. */
static inline Frame frame_from_tangent(Vec3 n, Vec3 tangent) {
  Vec3 s = tangent - dot(tangent, n) * n;
  float length2 = length_squared(s);
  if (!(length2 > 1e-12f * length_squared(tangent))) return frame_from_normal(n);
  s = s / sqrt_f(length2);
  return (Frame){s, cross(n, s), n};
}
static inline Vec3 frame_to_world(const Frame *f, Vec3 v) { return f->s * v[0] + f->t * v[1] + f->n * v[2]; }

#endif
