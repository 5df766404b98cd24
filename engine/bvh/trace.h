/* trace.h - ray queries on a World. Per-ray code. */
#ifndef ML_BVH_TRACE_H
#define ML_BVH_TRACE_H

#include "bvh/world.h"

/* The nearest hit with 0 < t <= ray->t_max among what is not hidden from ray->kind; false: none (hit->prim is NO_ID). */
static inline bool trace_closest(const World *world, const Ray *ray, Hit *hit);
/* Whether there is any such hit. */
static inline bool trace_any(const World *world, const Ray *ray);

#endif
