/* whitted.h - recursive ray tracing without noise (Whitted 1980), with a stack instead of recursion.
 *
 * Light comes from points and directions alone; every surface casts an opaque shadow; what emits is seen but lights nothing; rough metals
 * reflect like smooth ones, rough glass is smooth and disperses nothing. At each surface the branches are one reflection and one refraction per dielectric lobe. A branch ends after
 * settings->bounces.total scattering events, or when its weight falls below WHITTED_CUT in every channel.
 *
 * Branches wait on the stack in the order of their weights, the lightest on top: as a surface hands on at most what it receives, a
 * branch that leaves k heavier ones waiting has at most 1/(k+1) of its parent's weight, so that with at most 18 branches per surface (one past a hole) and
 * a cut at 2^-12 no more than 48 can wait at a time. Tints above 1 could exceed that: then the branch that finds no place is dropped. */
#ifndef ML_RENDER_WHITTED_H
#define ML_RENDER_WHITTED_H

#include "render/path.h"

#define WHITTED_CUT 0x1p-12f
#define WHITTED_STACK 64

typedef struct Branch {
  Ray ray;
  Spectrum weight;
  uint32_t bounces;
  MediumStack media;
  RayCone cone;
  float passed; /* as a path's */
} Branch;

typedef struct BranchStack {
  Branch branches[WHITTED_STACK];
  uint32_t count;
} BranchStack;

/* Put a branch among those above `base`, which are in falling order of weight. */
static inline void branch_push(BranchStack *stack, uint32_t base, const Branch *branch) {
  float weight = spectrum_max(branch->weight);
  if (weight < WHITTED_CUT || stack->count == WHITTED_STACK) return;
  uint32_t at = stack->count++;
  for (; at > base && spectrum_max(stack->branches[at - 1].weight) < weight; at--) stack->branches[at] = stack->branches[at - 1];
  stack->branches[at] = *branch;
}

/* Scattered from lights by bsdf_lobe_eval, not by Lambert's law. */
static inline bool whitted_is_other(const Lobe *lobe) {
  return lobe->kind == LOBE_SHEEN || lobe->kind == LOBE_TRANSLUCENT || lobe->kind == LOBE_HAIR || (lobe->kind == LOBE_DIFFUSE && !lobe_is_plain(lobe));
}

/* Direct light on the diffuse lobes and sheens from all points and directions, each lobe's share of it limited by clamp_diffuse. For the
 * plain ones it is the irradiance over pi times their colour. */
static inline Spectrum whitted_direct(Tracer *tracer, const Bsdf *bsdf, const LitPoint *lit, float time) {
  const Scene *scene = tracer->scene;
  Spectrum light = spectrum_zero(), sum = spectrum_zero(), others[MATERIAL_MAX_LOBES];
  bool has_others = false;
  for (uint32_t i = 0; i < bsdf->count; i++) {
    has_others |= whitted_is_other(&bsdf->lobes[i]);
    others[i] = spectrum_zero();
  }
  for (uint32_t id = 0; id < scene->lights.count; id++) {
    uint32_t kind = scene->lights.lights[id].kind;
    if (kind != LIGHT_POINT && kind != LIGHT_DIRECTIONAL && kind != LIGHT_SUN) continue;
    LightSample sample;
    Vec2 middle = kind == LIGHT_SUN ? (Vec2){0.0f, 0.0f} : (Vec2){0.5f, 0.5f};
    if (!light_sample_one(&scene->world, &scene->lights, id, lit, 0.5, middle, &sample)) continue;
    if (kind == LIGHT_SUN) sample.radiance /= sample.pdf; // all of it from there
    Vec3 wi = frame_to_local(&bsdf->frame, sample.wi);
    float cosine = diffuse_pdf(wi, bsdf->ng);
    if (cosine <= 0.0f && !has_others) continue;
    sample.shadow.time = time;
    float through = tracer_transmittance(tracer, &sample.shadow);
    if (through == 0.0f) continue;
    sample.radiance *= through;
    light += sample.radiance * cosine;
    if (!has_others) continue;
    BsdfDirection direction;
    bsdf_direction(bsdf, wi, &direction);
    for (uint32_t i = 0; i < bsdf->count; i++) {
      float pdf;
      if (whitted_is_other(&bsdf->lobes[i])) others[i] += sample.radiance * bsdf_lobe_eval(bsdf, i, &direction, &pdf);
    }
  }
  float limit = tracer->settings->clamp_diffuse;
  for (uint32_t i = 0; i < bsdf->count; i++) {
    const Lobe *lobe = &bsdf->lobes[i];
    if (whitted_is_other(lobe)) sum += limit > 0.0f ? spectrum_min(others[i], lobe->weight * limit) : others[i];
    if (lobe->kind != LOBE_DIFFUSE || !lobe_is_plain(lobe)) continue;
    Spectrum reflected = lobe->color * light;
    sum += lobe->weight * (limit > 0.0f ? spectrum_min(reflected, limit) : reflected);
  }
  return sum;
}

/* What its layers leave to a lobe that mirrors. */
static inline Spectrum whitted_left(const Bsdf *bsdf, const Lobe *lobe) {
  uint32_t over = lobe->over & bsdf->layers;
  return over ? layers_factor(over, &bsdf->above, &bsdf->above, false) : spectrum_all(1.0f);
}

/* What goes on from a surface: branches onto the stack. `from` is the branch that came, its weight as it arrived. */
static inline void whitted_branch(BranchStack *stack, uint32_t base, const Branch *from, const Bsdf *bsdf, const Surface *surface) {
  Branch branch = *from;
  branch.bounces++;
  branch.passed = 0.0f;
  Spectrum reflected = spectrum_zero();
  for (uint32_t i = 0; i < bsdf->count; i++) {
    const Lobe *lobe = &bsdf->lobes[i];
    switch ((LobeKind)lobe->kind) {
    case LOBE_DIFFUSE:
    case LOBE_SHEEN:
    case LOBE_HAIR:
    case LOBE_TRANSLUCENT: break;
    case LOBE_MIRROR:
    case LOBE_CONDUCTOR:
    case LOBE_COAT: reflected += lobe->weight * bsdf_mirrored_share(bsdf, lobe) * whitted_left(bsdf, lobe); break;
    case LOBE_DIELECTRIC: {
      float eta = medium_eta(bsdf->media, lobe, bsdf->material, bsdf->front), cos_t;
      Spectrum left = whitted_left(bsdf, lobe);
      Branch passing = branch;
      Vec3 wi;
      if (lobe->thin) {
        DielectricShares shares = pane_shares(bsdf->wo[2], eta, lobe->color);
        reflected += lobe->weight * shares.reflected * left;
        passing.weight = from->weight * shares.transmitted * lobe->weight * left;
        wi = bsdf->ahead;
      } else {
        float f = fresnel_dielectric(bsdf->wo[2], eta, &cos_t);
        reflected += spectrum_all(lobe->weight * f) * left;
        if (f >= 1.0f) break;
        passing.weight = from->weight * lobe->color * (lobe->weight * (1.0f - f)) * left;
        wi = frame_to_world(&bsdf->frame, bsdf_keep_side(bsdf, vec3(-eta * bsdf->wo[0], -eta * bsdf->wo[1], -cos_t), -1.0f));
      }
      passing.ray = (Ray){ray_origin(surface->p, surface->p_error, surface->ng, wi), wi, INFINITY_F, RAY_REFLECTION, from->ray.time};
      medium_cross(&passing.media, lobe, bsdf->material, bsdf->front);
      branch_push(stack, base, &passing);
      break;
    }
    }
  }
  if (spectrum_is_black(reflected)) return;
  Vec3 wi = frame_to_world(&bsdf->frame, bsdf_keep_side(bsdf, vec3(-bsdf->wo[0], -bsdf->wo[1], bsdf->wo[2]), 1.0f));
  branch.weight = from->weight * reflected;
  branch.ray = (Ray){ray_origin(surface->p, surface->p_error, surface->ng, wi), wi, INFINITY_F, RAY_REFLECTION, from->ray.time};
  branch_push(stack, base, &branch);
}

static inline Spectrum whitted_radiance(Tracer *tracer, const Ray *ray, RayCone cone) {
  const Scene *scene = tracer->scene;
  Spectrum radiance = spectrum_zero();
  BranchStack stack;
  stack.branches[0] = (Branch){.ray = *ray, .weight = spectrum_all(1.0f), .cone = cone};
  stack.count = 1;
  while (stack.count > 0) {
    Branch branch = stack.branches[--stack.count];
    Hit hit;
    if (!tracer_closest(tracer, &branch.ray, &hit)) {
      if (scene->background.present && (!scene->background.eye_only || branch.ray.kind == RAY_CAMERA))
        radiance += branch.weight * scene_background(scene, branch.ray.d);
      for (uint32_t i = 0; i < scene->lights.sun_count; i++) {
        const Light *sun = &scene->lights.lights[scene->lights.suns[i]];
        if (sun_contains(sun, branch.ray.d)) radiance += branch.weight * sun->emission;
      }
      continue;
    }
    Surface surface;
    surface_at(scene, &branch.ray, &hit, &surface);
    surface.depth += branch.passed;
    const Material *material = &scene->materials[surface.material];
    Vec3 wo = -branch.ray.d;
    bool front = dot(wo, surface.ng) >= 0.0f;
    branch.weight *= segment_transmittance(scene, &branch.media, material, front, hit.t);
    branch.cone.width += branch.cone.spread * hit.t;
    Shading shading;
    shading_at(scene, material, &surface, branch.ray.d, branch.cone.width, false, &shading);
    if (material->emits && (front || !material->front_only)) radiance += branch.weight * shading.emission;
    uint32_t base = stack.count;
    if (shading.opacity < 1.0f) {
      Branch beyond = branch;
      beyond.weight *= 1.0f - shading.opacity;
      beyond.passed = surface.depth;
      beyond.ray.o = ray_origin(surface.p, surface.p_error, surface.ng, branch.ray.d);
      branch_push(&stack, base, &beyond);
      branch.weight *= shading.opacity;
    }

    Bsdf bsdf;
    if (branch.bounces >= tracer->settings->bounces.total ||
        !bsdf_begin(&bsdf, shading.lobes, material->lobe_count, &surface, wo, &branch.media, BSDF_ALL))
      continue;
    LitPoint lit = {surface.p, surface.p_error, front ? surface.ng : -surface.ng, front ? surface.ns : -surface.ns, false};
    if (bsdf.rough) radiance += branch.weight * whitted_direct(tracer, &bsdf, &lit, branch.ray.time);
    whitted_branch(&stack, base, &branch, &bsdf, &surface);
  }
  return radiance;
}

#endif
