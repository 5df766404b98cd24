/* path.h - unidirectional path tracing by steps (Kajiya 1986; Veach 1997): next-event estimation combined with scattering by the power
 * heuristic, Russian roulette, limits per kind of scattering.
 *
 * A Path is a plain value; path_step follows its ray to the next surface and sets up the ray after it (invariant 7). What counts as a
 * scattering event is every reflection or refraction; light that a vertex sends on by next-event estimation has taken one there.
 *
 * Strategies. mis: every light can be found both ways, weighted. light: found surfaces count only where next-event estimation cannot find
 * them: as seen by the camera, through specular scattering, and planes. bsdf: only lights that no ray can meet (points, directions,
 * invisible spheres, those hidden from reflections) are sampled. All three have the same mean. */
#ifndef ML_RENDER_PATH_H
#define ML_RENDER_PATH_H

#include "light/sample.h"
#include "render/sampler.h"
#include "render/tracer.h"
#include "shade/bsdf.h"

#define ROULETTE_START 3 /* scattering events that a path has for certain */

typedef struct Path {
  Ray ray; /* the next to follow */
  Spectrum throughput;
  Spectrum direct, indirect;                       /* gathered so far: after at most one scattering event, after more */
  LitPoint from;                                   /* the vertex that the ray left */
  float pdf;                                       /* density of its direction there; 0: camera or specular */
  uint32_t bounces, diffuse, glossy, transmission; /* scattering events so far */
  uint32_t cutouts;                                /* surfaces with holes that it has met */
  float passed;                                    /* metres that the ray's origin is from where it left, where holes let it pass */
  RayCone cone;                                    /* about the ray: for filters, of no effect on what is not textured */
  MediumStack media;
  Sampler sampler;
} Path;

static inline void path_begin(Path *path, const Ray *ray, RayCone cone, const Sampler *sampler) {
  *path = (Path){.ray = *ray, .throughput = spectrum_all(1.0f), .cone = cone, .sampler = *sampler};
}

/* Light that arrives after `events` scattering events. */
static inline void path_gather(Path *path, Spectrum radiance, uint32_t events) {
  if (events <= 1) path->direct += path->throughput * radiance;
  else path->indirect += path->throughput * radiance;
}

/* Veach 1997, section 9.2.3. With exponent 2 a strategy that is nearly perfect by itself (a rectangle by solid angle, on a matte surface)
 * is made worse by a quarter; with 3 by 3 %, and the others lose little. */
static inline float power_heuristic(float pdf, float other) {
  float r = other / pdf;
  return 1.0f / (1.0f + r * r * r);
}

/* Weight of a light that the path's ray has met; light_pdf: next-event estimation's density of the same, 0 if it has none. */
static inline float path_found_weight(const Path *path, MlStrategy strategy, float light_pdf) {
  if (path->pdf == 0.0f || light_pdf == 0.0f) return 1.0f;
  switch (strategy) {
  case ML_STRATEGY_MIS: return power_heuristic(path->pdf, light_pdf);
  case ML_STRATEGY_LIGHT: return 0.0f;
  case ML_STRATEGY_BSDF: return 1.0f;
  }
  return 1.0f;
}

static inline void path_gather_background(const Tracer *tracer, Path *path) {
  const Scene *scene = tracer->scene;
  const Background *background = &scene->background;
  const Lights *lights = &scene->lights;
  Vec3 d = path->ray.d;
  for (uint32_t i = 0; i < lights->sun_count; i++) {
    const Light *sun = &lights->lights[lights->suns[i]];
    if (!sun_contains(sun, d)) continue;
    float light_pdf = path->pdf == 0.0f ? 0.0f : far_pdf(lights, lights->suns[i], &path->from, d);
    path_gather(path, sun->emission * path_found_weight(path, tracer->settings->strategy, light_pdf), path->bounces);
  }
  if (!background->present || (background->eye_only && path->ray.kind != RAY_CAMERA)) return;
  float light_pdf = path->pdf == 0.0f ? 0.0f : background_pdf(lights, &path->from, d);
  path_gather(path, scene_background(scene, d) * path_found_weight(path, tracer->settings->strategy, light_pdf), path->bounces);
}

static inline void path_gather_emission(const Tracer *tracer, Path *path, const Material *material, const Surface *surface,
                                        Spectrum emission) {
  if (!material->emits || (material->front_only && dot(path->ray.d, surface->ng) >= 0.0f)) return;
  const Scene *scene = tracer->scene;
  float light_pdf = path->pdf == 0.0f || surface->light == NO_ID
                      ? 0.0f
                      : light_pdf_of_hit(&scene->world, &scene->lights, surface->light, &path->from, surface);
  path_gather(path, emission * path_found_weight(path, tracer->settings->strategy, light_pdf), path->bounces);
}

/* Absorption on the way to a surface. A back that was never entered: the path began inside that body. */
static inline Spectrum segment_transmittance(const Scene *scene, const MediumStack *media, const Material *material, bool front, float t) {
  if (media->count > 0) return medium_transmittance(media->media[media->count - 1].absorption, t);
  if (!front) {
    for (uint32_t i = 0; i < material->lobe_count; i++) {
      const Lobe *lobe = &scene->lobes[material->first_lobe + i];
      if (medium_is_crossed(lobe)) return medium_transmittance(lobe->absorption, t);
    }
  }
  return spectrum_all(1.0f);
}

/* At the first dispersive surface the path takes one wavelength. */
static inline void path_take_wavelength(Path *path, const Lobe *lobes, uint32_t count) {
  if (path->media.wavelength != 0.0f) return;
  bool wanted = false;
  for (uint32_t i = 0; i < count; i++) wanted |= dispersion_wants_wavelength(&lobes[i]);
  if (!wanted) return;
  Spectrum color;
  path->media.wavelength = dispersion_sample(sampler_set(&path->sampler, SAMPLER_WAVELENGTH)[0], &color);
  path->throughput *= color;
}

/* f |cos| towards a light `distance` metres away beyond the surface, times what the medium there leaves of it, lobe by lobe. */
static inline Spectrum path_eval_beyond(const Path *path, const Bsdf *bsdf, Vec3 wi, float distance, float *pdf) {
  BsdfDirection direction;
  bsdf_direction(bsdf, frame_to_local(&bsdf->frame, wi), &direction);
  Spectrum f = spectrum_zero();
  *pdf = 0.0f;
  for (uint32_t i = 0; i < bsdf->count; i++) {
    float lobe_pdf;
    Spectrum part = bsdf_lobe_eval(bsdf, i, &direction, &lobe_pdf);
    *pdf += bsdf->probability[i] * lobe_pdf;
    if (spectrum_is_black(part)) continue;
    MediumStack beyond = path->media;
    medium_cross(&beyond, &bsdf->lobes[i], bsdf->material, bsdf->front);
    f += part * medium_stack_transmittance(&beyond, distance);
  }
  return f;
}

/* Next-event estimation. */
static inline void path_gather_light(Tracer *tracer, Path *path, const Bsdf *bsdf, const LitPoint *lit) {
  const Scene *scene = tracer->scene;
  Float4 r = sampler_set(&path->sampler, sampler_light_set(path->bounces));
  LightSample light;
  double choice = (double)r[2] + 0x1p-24 * (double)r[3]; /* enough digits for millions of lights */
  if (!light_sample(&scene->world, &scene->lights, lit, choice, (Vec2){r[0], r[1]}, &light)) return;
  MlStrategy strategy = tracer->settings->strategy;
  if (strategy == ML_STRATEGY_BSDF && light.visible) return;
  float pdf;
  bool bounded = light.shadow.t_max == 1.0f, beyond = bounded && dot(light.wi, lit->ng) < 0.0f;
  float distance = bounded ? length(light.shadow.d) : 0.0f;
  Spectrum f = beyond ? path_eval_beyond(path, bsdf, light.wi, distance, &pdf) : bsdf_eval(bsdf, light.wi, &pdf);
  if (spectrum_is_black(f)) return;
  light.shadow.time = path->ray.time;
  float through = tracer_transmittance(tracer, &light.shadow);
  if (through == 0.0f) return;
  if (scene->textures.count != 0) light.radiance = through * tracer_light_radiance(tracer, &light);
  float weight = light.visible && !light.delta && strategy == ML_STRATEGY_MIS ? power_heuristic(light.pdf, pdf) : 1.0f;
  Spectrum radiance = f * light.radiance * (weight / light.pdf);
  if (bounded && !beyond) radiance *= medium_stack_transmittance(&path->media, distance);
  path_gather(path, radiance, path->bounces + 1);
}

/* The kinds of scattering that the limits leave. */
static inline uint32_t path_allowed(const Path *path, const MlBounces *limits) {
  if (path->bounces >= limits->total) return 0;
  return (path->diffuse < limits->diffuse ? BSDF_DIFFUSE : 0u) | (path->glossy < limits->glossy ? BSDF_GLOSSY : 0u) |
         (path->transmission < limits->transmission ? BSDF_TRANSMISSION : 0u);
}

/* The cone after scattering with density pdf: a sample stands for a solid angle of 1 / pdf, of which a sixteenth is filtered over. */
static inline void path_widen_cone(Path *path, float width, float pdf) {
  path->cone.width = width;
  if (pdf > 0.0f) path->cone.spread = max_f(path->cone.spread, min_f(0.28f / sqrt_f(pdf), 0.5f));
}

/* A surface that is there in part: true, the path has gone straight on. */
static inline bool path_passes(Path *path, const Surface *surface, const Material *material, float width, float opacity) {
  if (!(material->varies & VARIES_OPACITY) || sampler_cutout(&path->sampler, path->cutouts++) < opacity) return false;
  path->ray.o = ray_origin(surface->p, surface->p_error, surface->ng, path->ray.d);
  path->cone.width = width;
  path->passed = surface->depth;
  return true;
}

/* Follow the ray. False: the path has ended. */
static inline bool path_step(Tracer *tracer, Path *path) {
  const Scene *scene = tracer->scene;
  Hit hit;
  if (!tracer_closest(tracer, &path->ray, &hit)) {
    path_gather_background(tracer, path);
    return false;
  }
  Surface surface;
  surface_at(scene, &path->ray, &hit, &surface);
  surface.depth += path->passed;
  const Material *material = &scene->materials[surface.material];
  if (material->stretched) surface.tangent = surface_tangent(scene, &surface);
  Vec3 wo = -path->ray.d;
  bool front = dot(wo, surface.ng) >= 0.0f;
  path->throughput *= segment_transmittance(scene, &path->media, material, front, hit.t);
  float width = path->cone.width + path->cone.spread * hit.t;
  Shading shading;
  shading_at(scene, material, &surface, path->ray.d, width, path->pdf != 0.0f, &shading);
  path_gather_emission(tracer, path, material, &surface, shading.emission);
  if (path_passes(path, &surface, material, width, shading.opacity)) return true;

  // What the surface does with light
  uint32_t allowed = path_allowed(path, &tracer->settings->bounces);
  if (allowed) path_take_wavelength(path, shading.lobes, material->lobe_count);
  Bsdf bsdf;
  if (!allowed || !bsdf_begin(&bsdf, shading.lobes, material->lobe_count, &surface, wo, &path->media, allowed)) return false;
  LitPoint lit = {surface.p, surface.p_error, front ? surface.ng : -surface.ng, front ? surface.ns : -surface.ns, bsdf.through};
  if (bsdf.rough) path_gather_light(tracer, path, &bsdf, &lit);

  // Go on in one direction
  Float4 r = sampler_set(&path->sampler, sampler_bsdf_set(path->bounces));
  BsdfSample sample;
  if (!bsdf_sample(&bsdf, r[2], (Vec2){r[0], r[1]}, &sample)) return false;
  path->throughput *= sample.weight;
  if (spectrum_is_black(path->throughput)) return false;
  if (sample.flags & BSDF_TRANSMISSION) medium_cross(&path->media, sample.lobe, surface.material, front);
  path->bounces++;
  path->diffuse += (sample.flags & BSDF_DIFFUSE) != 0;
  path->glossy += (sample.flags & BSDF_GLOSSY) != 0;
  path->transmission += (sample.flags & BSDF_TRANSMISSION) != 0;
  if (scene->textures.count != 0) path_widen_cone(path, width, sample.pdf);
  path->pdf = sample.pdf;
  path->from = lit;
  path->passed = 0.0f;
  path->ray = (Ray){ray_origin(surface.p, surface.p_error, surface.ng, sample.wi), sample.wi, INFINITY_F, RAY_REFLECTION, path->ray.time};

  // Russian roulette by what the path can still bring
  if (path->bounces < ROULETTE_START || tracer->settings->no_roulette) return true;
  float survival = spectrum_max(path->throughput);
  if (!(survival < 1.0f)) return true;
  if (r[3] >= survival) return false;
  path->throughput /= survival;
  return true;
}

/* A whole path; the indirect part limited by settings->clamp. */
static inline Spectrum path_radiance(Tracer *tracer, const Ray *ray, RayCone cone, const Sampler *sampler) {
  Path path;
  path_begin(&path, ray, cone, sampler);
  while (path_step(tracer, &path)) {}
  float limit = tracer->settings->clamp, most = spectrum_max(path.indirect);
  if (limit > 0.0f && most > limit) path.indirect *= limit / most;
  return path.direct + path.indirect;
}

#endif
