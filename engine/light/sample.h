/* sample.h - light sampling: choose a light by what it may bring to the point (tree.h), then a direction towards it (surfaces.h), with the
 * density; and that density for directions that were found otherwise. Per-ray code.
 *
 * All densities are over solid angle as seen from the point, and include the choice of the light. Lights that are infinitely far away have
 * a share of their own and are chosen by power (far.h).
 *
 * Shadow rays end at the light's surface, moved off it by the error bound of the sampled point as they are at their own origin, so that
 * neither end needs an epsilon. */
#ifndef ML_LIGHT_SAMPLE_H
#define ML_LIGHT_SAMPLE_H

#include "light/far.h"
#include "light/profile.h"
#include "light/surfaces.h"
#include "light/tree.h"

typedef struct LightSample {
  Vec3 wi;           /* unit */
  Spectrum radiance; /* towards the point; of point lights I/d^2, of directional ones the irradiance */
  float pdf;         /* for lights in a single direction (delta) the probability of the choice alone */
  bool delta;
  bool visible;      /* rays that scatter can meet it: its density belongs into the weights */
  Ray shadow;        /* unoccluded if this meets nothing; its time is the caller's to say */
  uint32_t id;       /* of the light */
  uint32_t triangle; /* on a mesh: which, and barycentrics of its second and third corner */
  Vec2 at;
} LightSample;

/* ---- choosing one */

/* The first entry of an ascending distribution, the last 1, above u. */
static inline uint32_t cdf_find(const float *cdf, uint32_t count, float u) {
  uint32_t first = 0, last = count - 1;
  while (first < last) {
    uint32_t middle = first + (last - first) / 2;
    if (u < cdf[middle]) last = middle;
    else first = middle + 1;
  }
  return first;
}

static inline TreePoint tree_point(const LitPoint *lit) { return (TreePoint){lit->p, lit->ng, length(lit->p_error), lit->through, false}; }
/* In the space of a mesh that emits. */
static inline TreePoint tree_point_in(const Instance *instance, const Light *light, const LitPoint *lit) {
  const PlacedTransform *placed = &instance->placed;
  Vec3 n = matrix_apply_transposed(placed->to_world, lit->ng), error = vec3_all(0.0f);
  for (int i = 0; i < 3; i++) error += vec3_abs(matrix_column(placed->to_local, i)) * lit->p_error[i];
  return (TreePoint){placed_to_local(placed, lit->p), normalize(n), length(error), lit->through, light->front_only == 0};
}
static inline const LightNode *light_tree_nodes(const Lights *lights, uint32_t tree) {
  return lights->nodes + lights->trees[tree].first_node;
}

/* A light by *choice in [0, 1), which is left as good as new, with its probability; NO_ID: none can be seen. */
static inline uint32_t light_choose(const Lights *lights, const LitPoint *lit, double *choice, double *pdf) {
  double far_share = (double)lights->far_share;
  if (*choice < far_share) {
    *choice = choice_rescale(*choice, 0.0, far_share);
    uint32_t i = cdf_find(lights->far_cdf, lights->far_count, (float)*choice);
    *pdf = (double)lights->far_pdf[i];
    return lights->far[i];
  }
  *choice = choice_rescale(*choice, far_share, 1.0 - far_share);
  *pdf = 1.0 - far_share;
  TreePoint at = tree_point(lit);
  const LightNode *leaf = light_tree_choose(light_tree_nodes(lights, 0), &at, choice, pdf);
  return leaf != NULL ? lights->items[lights->trees[0].first_item + light_leaf_first(leaf)] : NO_ID;
}

/* The probability with which that chooses light number `id`. */
static inline double light_choice_pdf(const Lights *lights, const LitPoint *lit, uint32_t id) {
  uint32_t leaf = lights->leaves[lights->trees[0].first_leaf + id];
  if (light_is_far(&lights->lights[id])) return (double)lights->far_pdf[leaf];
  TreePoint at = tree_point(lit);
  return (1.0 - (double)lights->far_share) * light_tree_pdf(light_tree_nodes(lights, 0), &at, leaf);
}

/* The same for a triangle of a mesh that emits. */
static inline uint32_t mesh_light_choose(const World *world, const Lights *lights, const Light *light, const LitPoint *lit, double choice,
                                         double *pdf) {
  const Instance *instance = &world->instances.data[light->instance];
  TreePoint at = tree_point_in(instance, light, lit);
  const LightNode *leaf = light_tree_choose(light_tree_nodes(lights, light->tree), &at, &choice, pdf);
  if (leaf == NULL) return NO_ID;
  return light_leaf_choose(&instance_geometry(&world->instances, instance)->mesh, lights->items + lights->trees[light->tree].first_item,
                           leaf, &at, choice, pdf);
}
static inline double mesh_light_choice_pdf(const World *world, const Lights *lights, const Light *light, const LitPoint *lit,
                                           uint32_t triangle) {
  const Instance *instance = &world->instances.data[light->instance];
  const LightTree *tree = &lights->trees[light->tree];
  const LightNode *nodes = lights->nodes + tree->first_node;
  uint32_t leaf = lights->leaves[tree->first_leaf + triangle];
  TreePoint at = tree_point_in(instance, light, lit);
  double pdf = light_tree_pdf(nodes, &at, leaf);
  return pdf > 0.0 ? pdf * light_leaf_pdf(&instance_geometry(&world->instances, instance)->mesh, lights->items + tree->first_item,
                                          &nodes[leaf], &at, triangle)
                   : 0.0;
}

/* ---- all lights */

/* Whether rays that scatter can meet the light's surface. */
static inline bool light_is_visible(const World *world, const Light *light) {
  switch ((LightKind)light->kind) {
  case LIGHT_POINT:
  case LIGHT_SPHERE:
  case LIGHT_DIRECTIONAL: return false;
  case LIGHT_PRIM: return (world->prims[light->prim].hidden & ML_HIDE_REFLECTION) == 0;
  case LIGHT_MESH: return (world->instances.data[light->instance].hidden & ML_HIDE_REFLECTION) == 0;
  case LIGHT_SUN:
  case LIGHT_BACKGROUND:
  case LIGHT_ENVIRONMENT: return true;
  }
  return false;
}

/* Density over solid angle, choice included, with which light_sample at `lit` finds the point of light number `id` where a ray that left
 * lit met `surface`. */
static inline float light_pdf_of_hit(const World *world, const Lights *lights, uint32_t id, const LitPoint *lit, const Surface *surface) {
  const Light *light = &lights->lights[id];
  double choice = light_choice_pdf(lights, lit, id);
  float pdf = 0.0f;
  if (light->kind == LIGHT_MESH && choice > 0.0) {
    choice *= mesh_light_choice_pdf(world, lights, light, lit, surface->prim);
    if (choice > 0.0) pdf = triangle_light_pdf(world, &world->instances.data[light->instance], surface->prim, lit, surface);
  } else if (light->kind == LIGHT_PRIM && choice > 0.0) {
    pdf = prim_light_pdf(world, light, lit, surface);
  }
  return choice > 0.0 ? pdf * (float)choice : 0.0f;
}

/* The same for a far light and a ray that left lit in direction wi and met nothing. */
static inline float far_pdf(const Lights *lights, uint32_t id, const LitPoint *lit, Vec3 wi) {
  FarReceiver receiver = {lit->ng, lit->ns, lit->through};
  return far_light_pdf(lights, &lights->lights[id], &receiver, wi) * (float)light_choice_pdf(lights, lit, id);
}
static inline float background_pdf(const Lights *lights, const LitPoint *lit, Vec3 wi) {
  return lights->background != NO_ID ? far_pdf(lights, lights->background, lit, wi) : 0.0f;
}

/* A direction to light number `id` by u in [0, 1)^2 and `choice` in [0, 1) where it has parts; pdf without the choice of the light. False:
 * it carries no light, before any shadow. */
static inline bool light_sample_one(const World *world, const Lights *lights, uint32_t id, const LitPoint *lit, double choice, Vec2 u,
                                    LightSample *out) {
  const Light *light = &lights->lights[id];
  *out = (LightSample){.radiance = light->emission, .pdf = 1.0f, .visible = light_is_visible(world, light), .id = id};
  LightPoint point = {.p = vec3_load(light->p), .pdf = 1.0f};
  double part_pdf = 1.0;
  switch ((LightKind)light->kind) {
  case LIGHT_DIRECTIONAL:
  case LIGHT_SUN:
  case LIGHT_BACKGROUND:
  case LIGHT_ENVIRONMENT: {
    FarReceiver receiver = {lit->ng, lit->ns, lit->through};
    out->delta = light->kind == LIGHT_DIRECTIONAL;
    out->pdf = far_light_sample(lights, light, &receiver, u, &out->wi, &out->radiance);
    out->shadow = (Ray){ray_origin(lit->p, lit->p_error, lit->ng, out->wi), out->wi, INFINITY_F, RAY_SHADOW, 0.0f};
    return out->pdf > 0.0f;
  }
  case LIGHT_POINT: out->delta = true; break;
  case LIGHT_SPHERE: sphere_light_sample(vec3_load(light->p), light->radius, lit, u, &point); break;
  case LIGHT_PRIM: prim_light_sample(world, light, lit, u, &point); break;
  case LIGHT_MESH: {
    uint32_t triangle = mesh_light_choose(world, lights, light, lit, choice, &part_pdf);
    if (triangle == NO_ID) return false;
    triangle_light_sample(world, &world->instances.data[light->instance], triangle, lit, u, &point);
    break;
  }
  }

  // At a point: the shadow ray runs from 0 to 1
  if (!(point.pdf > 0.0f && point.pdf < INFINITY_F)) return false;
  Vec3 to = point.p - lit->p;
  float d2 = length_squared(to);
  if (!(d2 > 0.0f)) return false;
  out->wi = to / sqrt_f(d2);
  Vec3 origin = ray_origin(lit->p, lit->p_error, lit->ng, out->wi), target = point.p;
  if (light->profile != NO_ID) out->radiance *= profile_value(lights, &lights->profiles[light->profile], -out->wi);
  if (out->delta) {
    out->radiance /= d2;
  } else {
    if (light->front_only && dot(point.n, out->wi) >= 0.0f) return false;
    target = ray_origin(point.p, point.p_error, point.n, -out->wi);
    out->pdf = point.pdf * (float)part_pdf;
    if (point.point_like > 0.0f) {
      // Its solid angle, pi r^2 / d^2, may be no float
      float size = point.point_like / sqrt_f(d2);
      out->radiance = (out->radiance * size) * (PI_F * size);
      out->delta = true;
    }
  }
  out->shadow = (Ray){origin, target - origin, 1.0f, RAY_SHADOW, 0.0f};
  out->triangle = point.triangle;
  out->at = point.at;
  return out->pdf > 0.0f && out->pdf < INFINITY_F && !spectrum_is_black(out->radiance);
}

/* Choose a light by `choice` in [0, 1), then as above, with the density of both. */
static inline bool light_sample(const World *world, const Lights *lights, const LitPoint *lit, double choice, Vec2 u, LightSample *out) {
  if (lights->count == 0) return false;
  double pdf;
  uint32_t id = light_choose(lights, lit, &choice, &pdf);
  if (id == NO_ID || !(pdf > 0.0) || !light_sample_one(world, lights, id, lit, choice, u, out)) return false;
  out->pdf *= (float)pdf;
  return out->pdf > 0.0f;
}

#endif
