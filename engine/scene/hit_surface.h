/* hit_surface.h - from a hit to the surface there: position with its error bound, normals, material, light. Per-ray code. */
#ifndef ML_SCENE_HIT_SURFACE_H
#define ML_SCENE_HIT_SURFACE_H

#include "scene/scene.h"
#include "shape/surface.h"

/* The surface at `hit` of `ray`, which must be what trace_closest gave for them. */
static inline void surface_at(const Scene *scene, const Ray *ray, const Hit *hit, Surface *surface);

/* Texture coordinates there; what they mean per shape is said at its definition. */
static inline Vec2 surface_uv(const Scene *scene, const Surface *surface);

#endif
