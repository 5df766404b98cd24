/* ray.h - rays and hits, the currency between the kernel's parts. */
#ifndef ML_SHAPE_RAY_H
#define ML_SHAPE_RAY_H

#include "math/vec.h"

#define NO_ID 0xffffffffu

/* Points o + t d with 0 < t <= t_max; d need not be of unit length (t then counts in units of |d|). */
typedef struct Ray {
  Vec3 o, d;
  float t_max;
  uint32_t kind; /* RayKind: which `hidden` bits it honours */
  float time;    /* in the frame, 0..1: when it looks at what moves */
} Ray;

/* How wide what a ray stands for is, by its distance (Akenine-Moller et al. 2021, "Improved Shader and Texture Level of Detail Using Ray
 * Cones"): a diameter at its origin, and by how much that grows per metre. */
typedef struct RayCone {
  float width, spread;
} RayCone;

/* Bits as in moonlit.h's ML_HIDE_*. */
typedef enum RayKind { RAY_CAMERA = 1, RAY_SHADOW = 2, RAY_REFLECTION = 4 } RayKind;

/* The nearest hit so far. u, v mean what the primitive's file says (barycentrics of b and c for triangles). */
typedef struct Hit {
  float t; /* starts as the ray's t_max */
  float u, v;
  uint32_t instance; /* NO_ID: a primitive of the scene itself */
  uint32_t prim;     /* in the scene's or geometry's arrays; NO_ID: nothing hit */
  uint32_t part;     /* face of a box: 2 axis + (1 on the positive side); else 0 */
  uint64_t path;     /* which of what is nested in the instance: Geometry.first (bvh/world.h); 0: itself */
} Hit;

/* The order of ties: at equal t the lowest (instance, path, prim) wins, the scene's own primitives before all instances. */
static inline bool hit_precedes(uint32_t instance, uint64_t path, uint32_t prim, const Hit *hit) {
  uint32_t a = instance + 1u, b = hit->instance + 1u; /* NO_ID + 1 == 0 */
  if (hit->prim == NO_ID || a != b) return hit->prim == NO_ID || a < b;
  return path != hit->path ? path < hit->path : prim < hit->prim;
}

#endif
