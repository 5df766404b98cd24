/* surface.h - the local geometry of a hit, all that shading needs to know, and where rays that leave it begin.
 * Filled by surface_at (scene/hit_surface.h). */
#ifndef ML_SHAPE_SURFACE_H
#define ML_SHAPE_SURFACE_H

#include "math/ieee.h"
#include "math/vec.h"
#include "shape/ray.h"

typedef struct Surface {
  Vec3 p;            /* world position (relative to the scene origin), refined onto the surface */
  Vec3 p_error;      /* absolute bound of p's error per axis */
  Vec3 ng;           /* unit geometric normal, the front side's (outward for closed shapes) */
  Vec3 ns;           /* unit shading normal, on ng's side */
  Vec3 tangent;      /* along the surface where u grows, of any length; 0: not wanted (surface_tangent) */
  float u, v;        /* as in the hit */
  uint32_t material; /* resolved; never NO_ID */
  uint32_t light;    /* index of the light this surface is, or NO_ID */
  uint32_t instance, prim, part;
  uint64_t path; /* as in the hit */
  float time;    /* the ray's */
  float depth;   /* metres to where it is seen from, past what has holes */
} Surface;

/* An origin for a ray that leaves p in direction w: off the surface by p's own error bound along the normal n (of either
 * orientation), rounded away (pbrt-v4, section 6.8.5). No absolute epsilon. */
static inline Vec3 ray_origin(Vec3 p, Vec3 p_error, Vec3 n, Vec3 w) {
  float distance = dot(vec3_abs(n), p_error);
  Vec3 offset = distance * (dot(w, n) < 0.0f ? -n : n);
  return vec3_rounded_away(p + offset, offset);
}

#endif
