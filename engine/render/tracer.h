/* tracer.h - rays of integrators through a scene: nearest surfaces, and what is left of light on its way past surfaces with holes.
 *
 * Cutouts. A surface that is there in part lets through what it has not: shadow rays walk from surface to surface and multiply, paths go
 * straight on with that probability, integrators without noise follow both. */
#ifndef ML_RENDER_TRACER_H
#define ML_RENDER_TRACER_H

#include "bvh/trace.h"
#include "scene/shading.h"

/* What all samples of a tile share. */
typedef struct Tracer {
  const Scene *scene;
  const MlSettings *settings; /* resolved */
  uint64_t rays;              /* traced so far */
} Tracer;

static inline bool tracer_closest(Tracer *tracer, const Ray *ray, Hit *hit) {
  tracer->rays++;
  return trace_closest(&tracer->scene->world, ray, hit);
}

/* The ray beyond the surface, to the same end. What rounding moves its line by must not make it meet what it ends at: a thousandth of a
 * per cent is left out there. */
static inline Ray ray_beyond(const Ray *ray, const Surface *surface) {
  Ray rest = *ray;
  rest.o = ray_origin(surface->p, surface->p_error, surface->ng, ray->d);
  if (ray->t_max < INFINITY_F) rest.t_max = (ray->t_max - dot(rest.o - ray->o, ray->d) / dot(ray->d, ray->d)) * (1.0f - 1e-5f);
  return rest;
}

/* From surface to surface. */
static __attribute__((noinline)) float tracer_walk(Tracer *tracer, const Ray *ray) {
  const Scene *scene = tracer->scene;
  float left = 1.0f;
  for (Ray rest = *ray; rest.t_max > 0.0f;) {
    Hit hit;
    if (!tracer_closest(tracer, &rest, &hit)) break;
    Surface surface;
    surface_at(scene, &rest, &hit, &surface);
    const Material *material = &scene->materials[surface.material];
    if (!(material->varies & VARIES_OPACITY)) return 0.0f;
    surface.depth = length(surface.p - ray->o);
    float opacity;
    shading_exact_at(scene, material, &surface, rest.d, NULL, &opacity);
    left *= 1.0f - opacity;
    if (!(left > 0.0f)) return 0.0f;
    rest = ray_beyond(&rest, &surface);
  }
  return left;
}

/* The share of light that comes through: 0 or 1, between only where there are cutouts. */
static inline float tracer_transmittance(Tracer *tracer, const Ray *ray) {
  const Scene *scene = tracer->scene;
  if (!scene->has_cutouts) {
    tracer->rays++;
    return trace_any(&scene->world, ray) ? 0.0f : 1.0f;
  }
  return tracer_walk(tracer, ray);
}

/* The radiance of a sampled light where its emission varies: of primitives at the point that a ray from the lit one meets, as if it had
 * been found by that. */
static __attribute__((noinline)) Spectrum tracer_light_radiance(const Tracer *tracer, const LightSample *sample) {
  const Scene *scene = tracer->scene;
  const World *world = &scene->world;
  const Light *light = &scene->lights.lights[sample->id];
  Surface surface;
  if (sample->delta) return sample->radiance; /* too small to be more than a point */
  if (light->kind == LIGHT_MESH) {
    const Instance *instance = &world->instances.data[light->instance];
    const Mesh *mesh = &instance_geometry(&world->instances, instance)->mesh;
    const uint32_t *corner = mesh->triangles + 3 * (size_t)sample->triangle;
    Vec3 a = vec3_load(mesh->points + 3 * (size_t)corner[0]), b = vec3_load(mesh->points + 3 * (size_t)corner[1]) - a;
    Vec3 c = vec3_load(mesh->points + 3 * (size_t)corner[2]) - a;
    LightPoint point;
    placed_light_point(&instance->placed, a + b * sample->at.x + c * sample->at.y, cross(b, c), &point);
    surface = (Surface){.p = point.p, .p_error = point.p_error, .ng = point.n, .ns = point.n, .u = sample->at.x, .v = sample->at.y};
    surface.instance = light->instance;
    surface.prim = sample->triangle;
    surface.material = instance->material;
  } else if (light->kind == LIGHT_PRIM) {
    const Prim *prim = &world->prims[light->prim];
    if (!(scene->materials[prim->material].varies & VARIES_EMISSION)) return sample->radiance;
    // From close before the sampled point: what is nearer may be a hole. Along an edge the whole way finds it
    Ray ray = {sample->shadow.o + sample->shadow.d, sample->wi, INFINITY_F, RAY_SHADOW, sample->shadow.time};
    RayQuery query = ray_query(ray.o, ray.d);
    PrimHit found;
    if (!prim_intersect(&query, prim, world->placed, 0.0f, INFINITY_F, &found)) {
      ray.o = sample->shadow.o;
      query = ray_query(ray.o, ray.d);
      if (!prim_intersect(&query, prim, world->placed, 0.0f, INFINITY_F, &found)) return sample->radiance;
    }
    Hit hit = {found.t, found.u, found.v, NO_ID, light->prim, found.part, 0};
    surface_at(scene, &ray, &hit, &surface);
  } else {
    return sample->radiance;
  }
  const Material *material = &scene->materials[surface.material];
  if (!(material->varies & VARIES_EMISSION)) return sample->radiance;
  surface.depth = length(surface.p - sample->shadow.o);
  Spectrum emission;
  shading_exact_at(scene, material, &surface, sample->wi, &emission, NULL);
  return emission;
}

#endif
