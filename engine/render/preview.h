/* preview.h - the integrators that show what the first surface is like.
 *
 *   ao       the share of cosine-weighted directions that leave the surface unobstructed for settings->ao_distance; 1 where there is none
 *   normals  world shading normals of the front side, each axis from -1..1 to 0..1; black where there is none
 *   albedo   what the material reflects and transmits at normal incidence, summed over its lobes; black where there is none
 *   depth    metres from the camera along its line of sight (not along the ray); 0 where there is none */
#ifndef ML_RENDER_PREVIEW_H
#define ML_RENDER_PREVIEW_H

#include "camera/camera.h"
#include "render/path.h"

static inline Spectrum preview_ao(Tracer *tracer, const Surface *surface, Vec3 wo, const Sampler *sampler) {
  bool front = dot(wo, surface->ng) >= 0.0f;
  Vec3 ng = front ? surface->ng : -surface->ng;
  Frame frame = frame_from_normal(front ? surface->ns : -surface->ns);
  Float4 r = sampler_set(sampler, sampler_bsdf_set(0));
  Vec3 wi = frame_to_world(&frame, diffuse_sample((Vec2){r[0], r[1]}, frame_to_local(&frame, ng)));
  Ray ray = {ray_origin(surface->p, surface->p_error, ng, wi), wi, tracer->settings->ao_distance, RAY_SHADOW, surface->time};
  return spectrum_all(tracer_transmittance(tracer, &ray));
}

/* As seen from straight above. */
static inline Spectrum preview_lobe_color(const Lobe *lobe) {
  if (lobe->kind == LOBE_CONDUCTOR) return conductor_fresnel(lobe, 1.0f);
  if (lobe->kind == LOBE_COAT) return coat_reflectance(lobe, 1.0f);
  return lobe->kind == LOBE_SHEEN ? lobe->color * sheen_albedo(1.0f, sheen_alpha(lobe)) : lobe->color;
}

static inline Spectrum preview_albedo(const Material *material, const Lobe *lobes) {
  Spectrum sum = spectrum_zero();
  for (uint32_t i = 0; i < material->lobe_count; i++) {
    const Lobe *lobe = &lobes[i];
    sum += lobe->weight * preview_lobe_color(lobe);
  }
  return sum;
}

static inline Spectrum preview_radiance(Tracer *tracer, const Camera *camera, const Ray *ray, RayCone cone, const Sampler *sampler) {
  const Scene *scene = tracer->scene;
  MlIntegrator integrator = tracer->settings->integrator;
  Hit hit;
  Surface surface;
  Shading shading;
  const Material *material;
  float before = 0.0f; /* metres to the ray's origin, where holes have been passed */
  for (Ray rest = *ray;; rest = ray_beyond(&rest, &surface)) {
    if (!tracer_closest(tracer, &rest, &hit)) return spectrum_all(integrator == ML_AO ? 1.0f : 0.0f);
    surface_at(scene, &rest, &hit, &surface);
    material = &scene->materials[surface.material];
    before = dot(rest.o - ray->o, ray->d);
    surface.depth = before + hit.t;
    shading_at(scene, material, &surface, ray->d, cone.width + cone.spread * (before + hit.t), false, &shading);
    if (shading.opacity >= 0.5f) break;
  }
  switch (integrator) {
  case ML_AO: return preview_ao(tracer, &surface, -ray->d, sampler);
  case ML_NORMALS: return 0.5f * spectrum_from_vec3(surface.ns) + spectrum_all(0.5f);
  case ML_ALBEDO: return preview_albedo(material, shading.lobes);
  case ML_DEPTH: return spectrum_all((before + hit.t) * dot(ray->d, camera->forward));
  case ML_PATH:
  case ML_WHITTED: break;
  }
  return spectrum_zero();
}

#endif
