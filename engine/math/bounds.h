/* bounds.h - axis-aligned boxes of floats. Empty is lo = +infinity, hi = -infinity, so that union needs no cases. */
#ifndef ML_MATH_BOUNDS_H
#define ML_MATH_BOUNDS_H

#include "math/ieee.h"
#include "math/vec.h"
#include "moonlit.h"

typedef struct Aabb {
  float lo[3], hi[3];
} Aabb;

static inline Aabb aabb_empty(void) { return (Aabb){{INFINITY_F, INFINITY_F, INFINITY_F}, {-INFINITY_F, -INFINITY_F, -INFINITY_F}}; }
static inline bool aabb_is_empty(const Aabb *a) { return !(a->lo[0] <= a->hi[0] && a->lo[1] <= a->hi[1] && a->lo[2] <= a->hi[2]); }
static inline Aabb aabb_union(const Aabb *a, const Aabb *b) {
  Aabb r;
  for (int i = 0; i < 3; i++) r.lo[i] = min_f(a->lo[i], b->lo[i]), r.hi[i] = max_f(a->hi[i], b->hi[i]);
  return r;
}
/* Grow to hold p; a NaN coordinate is left out. */
static inline void aabb_grow(Aabb *a, const float p[3]) {
  for (int i = 0; i < 3; i++) a->lo[i] = min_f(p[i], a->lo[i]), a->hi[i] = max_f(p[i], a->hi[i]);
}
/* Grow every face by `amount` >= 0, rounded outward. */
static inline Aabb aabb_pad(const Aabb *a, float amount) {
  Aabb r;
  for (int i = 0; i < 3; i++) r.lo[i] = next_down_f(a->lo[i] - amount), r.hi[i] = next_up_f(a->hi[i] + amount);
  return r;
}
/* Half the surface area, the measure of the surface area heuristic; 0 when empty. */
static inline float aabb_half_area(const Aabb *a) {
  if (aabb_is_empty(a)) return 0.0f;
  float x = a->hi[0] - a->lo[0], y = a->hi[1] - a->lo[1], z = a->hi[2] - a->lo[2];
  return (x * y + y * z) + z * x;
}
static inline Vec3 aabb_center(const Aabb *a) { return 0.5f * vec3_load(a->lo) + 0.5f * vec3_load(a->hi); }
static inline bool aabb_contains(const Aabb *a, const float p[3]) {
  return p[0] >= a->lo[0] && p[0] <= a->hi[0] && p[1] >= a->lo[1] && p[1] <= a->hi[1] && p[2] >= a->lo[2] && p[2] <= a->hi[2];
}

/* The smallest float box around a double one (rounded outward); infinite ones become the whole space. */
static inline Aabb aabb_from_bounds(const MlBounds *b) {
  if (b->infinite) return (Aabb){{-INFINITY_F, -INFINITY_F, -INFINITY_F}, {INFINITY_F, INFINITY_F, INFINITY_F}};
  if (b->empty) return aabb_empty();
  return (Aabb){{float_below(b->min.x), float_below(b->min.y), float_below(b->min.z)},
                {float_above(b->max.x), float_above(b->max.y), float_above(b->max.z)}};
}
static inline MlBounds aabb_to_bounds(const Aabb *a) {
  if (aabb_is_empty(a)) return (MlBounds){.empty = true};
  return (MlBounds){.min = {(double)a->lo[0], (double)a->lo[1], (double)a->lo[2]},
                    .max = {(double)a->hi[0], (double)a->hi[1], (double)a->hi[2]}};
}

#endif
