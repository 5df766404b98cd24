/* sample.h - light sampling: choose a light by power, then a direction towards it, with the density; and that density for directions that
 * were found otherwise. Per-ray code.
 *
 * Spheres are sampled by the cone they fill (seen from inside: by area), ellipsoids by the cone of the unit sphere in their own space,
 * boxes by those of their faces that are turned to the point, rectangles by solid angle (rectangle.h), everything else by area, the
 * background by the cosine. All densities are over
 * solid angle as seen from the point, and include the choice of the light.
 *
 * Shadow rays end at the light's surface, moved off it by the error bound of the sampled point as they are at their own origin, so that
 * neither end needs an epsilon. */
#ifndef ML_LIGHT_SAMPLE_H
#define ML_LIGHT_SAMPLE_H

#include "bvh/world.h"
#include "light/light.h"
#include "light/rectangle.h"
#include "light/solid.h"
#include "math/sampling.h"
#include "shade/diffuse.h"
#include "shape/surface.h"

/* What light sampling knows of the point that is lit. Normals are unit and on the side that the light is wanted from. */
typedef struct LitPoint {
  Vec3 p, p_error, ng, ns;
  bool through; /* light from beyond the surface is wanted as well */
} LitPoint;

/* A sampled point of a surface: position with error bound, unit normal of the front, density over solid angle. */
typedef struct LightPoint {
  Vec3 p, p_error, n;
  float pdf;
  uint32_t triangle; /* of a mesh: which, and barycentrics of its second and third corner */
  Vec2 at;
} LightPoint;

typedef struct LightSample {
  Vec3 wi;           /* unit */
  Spectrum radiance; /* towards the point; of point lights I/d^2, of directional ones the irradiance */
  float pdf;         /* for lights in a single direction (delta) the probability of the choice alone */
  bool delta;
  bool visible;     /* rays that scatter can meet it: its density belongs into the weights */
  Ray shadow;       /* unoccluded if this meets nothing */
  uint32_t id;      /* of the light */
  LightPoint point; /* of one that is not far */
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

/* Whether rays that scatter can meet the light's surface. */
static inline bool light_is_visible(const World *world, const Light *light) {
  switch ((LightKind)light->kind) {
  case LIGHT_POINT:
  case LIGHT_SPHERE:
  case LIGHT_DIRECTIONAL: return false;
  case LIGHT_PRIM: return (world->prims[light->prim].hidden & ML_HIDE_REFLECTION) == 0;
  case LIGHT_MESH: return (world->instances[light->instance].hidden & ML_HIDE_REFLECTION) == 0;
  case LIGHT_BACKGROUND: return true;
  }
  return false;
}

/* ---- surfaces */

/* From a density over area to one over solid angle: d^2 / (|cos| area). 0 where it has none. */
static inline float area_to_solid_angle(Vec3 from, Vec3 to, Vec3 n, float area) {
  Vec3 v = to - from;
  float d2 = length_squared(v), cosine = abs_dot(v, n);
  return cosine > 0.0f ? d2 * sqrt_f(d2) / (cosine * area) : 0.0f;
}

/* The unit sphere about the origin, seen from a point `o` whose coordinates err by `error` in length at most. */
typedef struct SphereView {
  Vec3 o;
  float d2;  /* |o|^2 */
  bool cone; /* certainly outside: the sphere fills a cone */
} SphereView;

/* A point of the sphere itself is not outside, however it was rounded: it sees the sphere from within, or not at all. */
static inline SphereView sphere_view(Vec3 o, float error) {
  float d2 = length_squared(o), edge = 1.0f + error;
  return (SphereView){o, d2, d2 > edge * edge};
}

/* A point of the sphere that is seen: from outside uniform in the cone, from inside over the surface. Unit, so its own normal. */
static inline Vec3 sphere_view_sample(const SphereView *view, Vec2 u) {
  if (!view->cone) return sample_sphere_uniform(u);
  // Where a direction of the cone enters the sphere, by the angle at its centre (pbrt-v4, section 6.2.4)
  float distance = sqrt_f(view->d2);
  Vec3 w = sample_cone_uniform(u, one_minus_cos(1.0f / view->d2));
  float sin2 = w[0] * w[0] + w[1] * w[1];
  float cos_alpha = sin2 * distance + w[2] * safe_sqrt_f(1.0f - sin2 * view->d2);
  float scale = sin2 > 0.0f ? safe_sqrt_f(1.0f - cos_alpha * cos_alpha) / sqrt_f(sin2) : 0.0f;
  Frame frame = frame_from_normal(view->o / -distance);
  return frame_to_world(&frame, vec3(w[0] * scale, w[1] * scale, -cos_alpha));
}

/* Density over solid angle at which the point n is found. */
static inline float sphere_view_pdf(const SphereView *view, Vec3 n) {
  return view->cone ? cone_uniform_pdf(one_minus_cos(1.0f / view->d2)) : area_to_solid_angle(view->o, n, n, 4.0f * PI_F);
}

/* Matrices of a placement in float: row-major, and transposed. */
static inline Vec3 matrix_apply(const float m[9], Vec3 v) {
  return vec3((m[0] * v[0] + m[1] * v[1]) + m[2] * v[2], (m[3] * v[0] + m[4] * v[1]) + m[5] * v[2],
              (m[6] * v[0] + m[7] * v[1]) + m[8] * v[2]);
}
static inline Vec3 matrix_apply_transposed(const float m[9], Vec3 v) {
  return (vec3_load(m) * v[0] + vec3_load(m + 3) * v[1]) + vec3_load(m + 6) * v[2];
}
static inline Vec3 matrix_column(const float m[9], int i) { return vec3(m[i], m[3 + i], m[6 + i]); }
static inline float matrix_determinant(const float m[9]) {
  return dot(matrix_column(m, 0), cross(matrix_column(m, 1), matrix_column(m, 2)));
}
static inline Vec3 placed_to_local(const PlacedTransform *placed, Vec3 p) {
  return matrix_apply(placed->to_local, p - vec3_load(placed->centre));
}

/* Where a point of local space stands in the world. The bound holds roundings of the matrix, the products and the sums. */
static inline void placed_light_point(const PlacedTransform *placed, Vec3 local, Vec3 normal, LightPoint *out) {
  Vec3 offset = matrix_apply(placed->to_world, local), centre = vec3_load(placed->centre), size = vec3_all(0.0f);
  for (int i = 0; i < 3; i++) size += vec3_abs(matrix_column(placed->to_world, i) * local[i]);
  out->p = centre + offset;
  out->p_error = gamma_bound(8) * (size + vec3_abs(centre));
  out->n = normalize(matrix_apply_transposed(placed->to_local, normal));
}

/* A sphere of the world in its own units. The error is that of the point and of taking the difference. */
static inline SphereView sphere_light_view(Vec3 centre, float radius, const LitPoint *lit) {
  Vec3 error = lit->p_error + 2.0f * EPSILON_F * (vec3_abs(lit->p) + vec3_abs(centre));
  return sphere_view((lit->p - centre) / radius, length(error) / radius + 8.0f * EPSILON_F);
}
static inline void sphere_light_sample(Vec3 centre, float radius, const LitPoint *lit, Vec2 u, LightPoint *out) {
  SphereView view = sphere_light_view(centre, radius, lit);
  out->n = sphere_view_sample(&view, u);
  out->p = centre + radius * out->n;
  out->p_error = gamma_bound(8) * (vec3_abs(centre) + vec3_all(radius));
  out->pdf = sphere_view_pdf(&view, out->n);
}

/* The same in an ellipsoid's own space. */
static inline SphereView ellipsoid_light_view(const PlacedTransform *placed, const LitPoint *lit) {
  Vec3 error = lit->p_error + 4.0f * EPSILON_F * (vec3_abs(lit->p) + vec3_abs(vec3_load(placed->centre))), local = vec3_all(0.0f);
  for (int i = 0; i < 3; i++) local += vec3_abs(matrix_column(placed->to_local, i)) * error[i];
  return sphere_view(placed_to_local(placed, lit->p), length(local) + 8.0f * EPSILON_F);
}
/* Densities transform with the solid angle: d omega_local / d omega = |det A| / |A w|^3 for a unit w, A to local space. */
static inline float ellipsoid_light_pdf(const PlacedTransform *placed, const SphereView *view, Vec3 from, Vec3 to) {
  Vec3 n = placed_to_local(placed, to);
  float l = length(n - view->o), d = length(to - from);
  if (!(l > 0.0f && d > 0.0f)) return 0.0f;
  float stretch = d / l;
  return sphere_view_pdf(view, normalize(n)) * abs_f(matrix_determinant(placed->to_local)) * (stretch * stretch * stretch);
}
static inline void ellipsoid_light_sample(const PlacedTransform *placed, const LitPoint *lit, Vec2 u, LightPoint *out) {
  SphereView view = ellipsoid_light_view(placed, lit);
  Vec3 n = sphere_view_sample(&view, u);
  placed_light_point(placed, n, n, out);
  out->pdf = ellipsoid_light_pdf(placed, &view, lit->p, out->p);
}

/* Areas of the faces of a box (part 2 axis + positive) that are turned to the point, all of them from inside; returns their sum. */
static inline float box_faces_seen(const PlacedTransform *placed, Vec3 from, float areas[6]) {
  Vec3 o = placed_to_local(placed, from);
  bool inside = vec3_max_element(vec3_abs(o)) <= 1.0f;
  float total = 0.0f;
  for (int axis = 0; axis < 3; axis++) {
    Vec3 side = cross(matrix_column(placed->to_world, (axis + 1) % 3), matrix_column(placed->to_world, (axis + 2) % 3));
    float area = 4.0f * length(side);
    areas[2 * axis] = inside || o[axis] < -1.0f ? area : 0.0f;
    areas[2 * axis + 1] = inside || o[axis] > 1.0f ? area : 0.0f;
    total += areas[2 * axis] + areas[2 * axis + 1];
  }
  return total;
}
static inline void box_light_sample(const PlacedTransform *placed, Vec3 from, Vec2 u, LightPoint *out) {
  float areas[6], total = box_faces_seen(placed, from, areas), at = u.x * total;
  int face = 0;
  for (int i = 0; i < 6; i++) {
    if (areas[i] <= 0.0f) continue;
    face = i;
    if (at < areas[i]) break;
    at -= areas[i];
  }
  float x = clamp_f(2.0f * (at / areas[face]) - 1.0f, -1.0f, 1.0f), y = 2.0f * u.y - 1.0f, sign = (face & 1) ? 1.0f : -1.0f;
  Vec3 local = vec3_all(0.0f), n = vec3_all(0.0f);
  int axis = face >> 1;
  local[axis] = n[axis] = sign;
  local[(axis + 1) % 3] = x;
  local[(axis + 2) % 3] = y;
  placed_light_point(placed, local, n, out);
  out->pdf = area_to_solid_angle(from, out->p, out->n, total);
}

/* The round solids, by area. Density over solid angle at `from` of the point `to` with unit normal n. */
static inline float solid_light_pdf(const Prim *prim, const PlacedTransform *placed, Vec3 from, Vec3 to, Vec3 n) {
  float stretch = length(matrix_apply_transposed(placed->to_world, n)) / abs_f(matrix_determinant(placed->to_world));
  return area_to_solid_angle(from, to, n, 1.0f) * (solid_local_density(prim, placed_to_local(placed, to)) * stretch);
}
static inline void solid_light_sample(const Prim *prim, const PlacedTransform *placed, Vec3 from, Vec2 u, LightPoint *out) {
  Vec3 n, local = solid_sample(prim, u, &n);
  placed_light_point(placed, local, n, out);
  out->pdf = solid_light_pdf(prim, placed, from, out->p, out->n);
}

/* A quad that is a rectangle; solid_angle 0 where it is not, or is better sampled by area. */
static inline RectangleView quad_light_view(const Prim *prim, Vec3 from) {
  Vec3 p0 = vec3_load(prim->p[0]), u = vec3_load(prim->p[1]) - p0, v = vec3_load(prim->p[3]) - p0;
  if (!rectangle_is_one(u, v)) return (RectangleView){.solid_angle = 0.0f};
  return rectangle_view(p0 - from, u, v);
}

static inline void prim_light_sample(const World *world, const Light *light, const LitPoint *lit, Vec2 u, LightPoint *out) {
  const Prim *prim = &world->prims[light->prim];
  Vec3 p0 = vec3_load(prim->p[0]), p1 = vec3_load(prim->p[1]), p2 = vec3_load(prim->p[2]), p3 = vec3_load(prim->p[3]);
  float x = u.x, y = u.y;
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: sphere_light_sample(p0, prim->r, lit, u, out); return;
  case PRIM_ELLIPSOID: ellipsoid_light_sample(&world->placed[prim->placed], lit, u, out); return;
  case PRIM_BOX: box_light_sample(&world->placed[prim->placed], lit->p, u, out); return;
  case PRIM_CONE:
  case PRIM_CAPSULE:
  case PRIM_TORUS:
  case PRIM_CONE_SIDE: solid_light_sample(prim, &world->placed[prim->placed], lit->p, u, out); return;
  case PRIM_QUAD: {
    RectangleView view = quad_light_view(prim, lit->p);
    if (view.solid_angle > 0.0f) {
      out->p = lit->p + rectangle_sample(&view, u);
      out->p_error = gamma_bound(12) * (vec3_abs(lit->p) + vec3_abs(p0) + vec3_abs(p1) + vec3_abs(p2) + vec3_abs(p3));
      out->n = vec3_load(prim->n);
      out->pdf = 1.0f / view.solid_angle;
      return;
    }
    p1 -= p0;
    p2 = p3 - p0;
    break;
  }
  case PRIM_TRIANGLE: {
    Vec2 b = sample_triangle_uniform(u);
    x = b.x, y = b.y;
    p1 -= p0;
    p2 -= p0;
    break;
  }
  case PRIM_DISK: {
    // Equal areas between the hole and the rim
    Vec2 d = sample_disk_concentric(u);
    float r2 = d.x * d.x + d.y * d.y, hole2 = prim->r * prim->r;
    float scale = r2 > 0.0f && hole2 > 0.0f ? sqrt_f((hole2 + (1.0f - hole2) * r2) / r2) : 1.0f;
    x = d.x * scale, y = d.y * scale;
    break;
  }
  case PRIM_PLANE: break; /* never a light */
  }
  out->p = p0 + p1 * x + p2 * y;
  out->p_error = gamma_bound(8) * (vec3_abs(p0) + vec3_abs(p1) + vec3_abs(p2) + vec3_abs(p3));
  out->n = vec3_load(prim->n);
  out->pdf = area_to_solid_angle(lit->p, out->p, out->n, light->area);
}

static inline void mesh_light_sample(const World *world, const Lights *lights, const Light *light, Vec3 from, Vec2 u, LightPoint *out) {
  const Instance *instance = &world->instances[light->instance];
  const Mesh *mesh = &instance->geometry->mesh;
  const float *cdf = lights->triangle_cdf + light->cdf;
  uint32_t triangle = cdf_find(cdf, (uint32_t)mesh->triangle_count, u.x);
  float below = triangle ? cdf[triangle - 1] : 0.0f, share = cdf[triangle] - below;
  u.x = share > 0.0f ? clamp_f((u.x - below) / share, 0.0f, ONE_MINUS_EPSILON) : 0.5f;
  const uint32_t *corner = mesh->triangles + 3 * (size_t)triangle;
  Vec3 a = vec3_load(mesh->points + 3 * (size_t)corner[0]), b = vec3_load(mesh->points + 3 * (size_t)corner[1]),
       c = vec3_load(mesh->points + 3 * (size_t)corner[2]);
  Vec2 w = sample_triangle_uniform(u);
  placed_light_point(&instance->placed, a + (b - a) * w.x + (c - a) * w.y, cross(b - a, c - a), out);
  out->triangle = triangle;
  out->at = w;
  out->pdf = area_to_solid_angle(from, out->p, out->n, light->area);
}

/* ---- all lights */

/* Density over solid angle, choice included, with which light_sample at `lit` finds the point of light number `id` where a ray that left
 * lit met `surface`. */
static inline float light_pdf_of_hit(const World *world, const Lights *lights, uint32_t id, const LitPoint *lit, const Surface *surface) {
  const Light *light = &lights->lights[id];
  float pdf = 0.0f;
  if (light->kind == LIGHT_MESH) {
    pdf = area_to_solid_angle(lit->p, surface->p, surface->ng, light->area);
  } else if (light->kind == LIGHT_PRIM) {
    const Prim *prim = &world->prims[light->prim];
    switch ((PrimKind)prim->kind) {
    case PRIM_SPHERE: {
      SphereView view = sphere_light_view(vec3_load(prim->p[0]), prim->r, lit);
      pdf = sphere_view_pdf(&view, surface->ng);
      break;
    }
    case PRIM_ELLIPSOID: {
      SphereView view = ellipsoid_light_view(&world->placed[prim->placed], lit);
      pdf = ellipsoid_light_pdf(&world->placed[prim->placed], &view, lit->p, surface->p);
      break;
    }
    case PRIM_BOX: {
      float areas[6], total = box_faces_seen(&world->placed[prim->placed], lit->p, areas);
      pdf = areas[surface->part] > 0.0f ? area_to_solid_angle(lit->p, surface->p, surface->ng, total) : 0.0f;
      break;
    }
    case PRIM_CONE:
    case PRIM_CAPSULE:
    case PRIM_TORUS:
    case PRIM_CONE_SIDE: pdf = solid_light_pdf(prim, &world->placed[prim->placed], lit->p, surface->p, surface->ng); break;
    case PRIM_QUAD: {
      RectangleView view = quad_light_view(prim, lit->p);
      if (view.solid_angle > 0.0f) pdf = 1.0f / view.solid_angle;
      else pdf = area_to_solid_angle(lit->p, surface->p, surface->ng, light->area);
      break;
    }
    case PRIM_TRIANGLE:
    case PRIM_DISK: pdf = area_to_solid_angle(lit->p, surface->p, surface->ng, light->area); break;
    case PRIM_PLANE: break;
    }
  }
  return pdf * lights->select_pdf[id];
}

/* The same for a ray that left lit in direction wi and met nothing. */
static inline float background_pdf(const Lights *lights, const LitPoint *lit, Vec3 wi) {
  if (lights->background == NO_ID) return 0.0f;
  Frame frame = frame_from_normal(lit->ns);
  Vec3 ng = frame_to_local(&frame, lit->ng), local = frame_to_local(&frame, wi);
  float pdf = lit->through ? 0.5f * diffuse_pdf(dot(local, ng) < 0.0f ? -local : local, ng) : diffuse_pdf(local, ng);
  return pdf * lights->select_pdf[lights->background];
}

/* A direction to light number `id` by u in [0, 1)^2; pdf without the choice. False: it carries no light, before any shadow. */
static inline bool light_sample_one(const World *world, const Lights *lights, uint32_t id, const LitPoint *lit, Vec2 u, LightSample *out) {
  const Light *light = &lights->lights[id];
  *out = (LightSample){.radiance = light->emission, .pdf = 1.0f, .visible = light_is_visible(world, light), .id = id};
  LightPoint point = {.p = vec3_load(light->p), .pdf = 1.0f};
  switch ((LightKind)light->kind) {
  case LIGHT_DIRECTIONAL:
    out->delta = true;
    out->wi = -vec3_load(light->d);
    break;
  case LIGHT_BACKGROUND: {
    Frame frame = frame_from_normal(lit->ns);
    bool beyond = lit->through && u.x >= 0.5f; /* one half of the numbers for either side */
    if (lit->through) u.x = 2.0f * u.x - (beyond ? 1.0f : 0.0f);
    Vec3 ng = frame_to_local(&frame, lit->ng), wi = diffuse_sample(u, ng);
    out->pdf = diffuse_pdf(wi, ng) * (lit->through ? 0.5f : 1.0f);
    out->wi = frame_to_world(&frame, beyond ? -wi : wi);
    break;
  }
  case LIGHT_POINT: out->delta = true; break;
  case LIGHT_SPHERE: sphere_light_sample(vec3_load(light->p), light->radius, lit, u, &point); break;
  case LIGHT_PRIM: prim_light_sample(world, light, lit, u, &point); break;
  case LIGHT_MESH: mesh_light_sample(world, lights, light, lit->p, u, &point); break;
  }

  // Infinitely far away
  if (light->kind == LIGHT_DIRECTIONAL || light->kind == LIGHT_BACKGROUND) {
    out->shadow = (Ray){ray_origin(lit->p, lit->p_error, lit->ng, out->wi), out->wi, INFINITY_F, RAY_SHADOW};
    return out->pdf > 0.0f;
  }

  // At a point: the shadow ray runs from 0 to 1
  Vec3 to = point.p - lit->p;
  float d2 = length_squared(to);
  if (!(d2 > 0.0f)) return false;
  out->wi = to / sqrt_f(d2);
  Vec3 origin = ray_origin(lit->p, lit->p_error, lit->ng, out->wi), target = point.p;
  if (out->delta) {
    out->radiance /= d2;
  } else {
    out->pdf = point.pdf;
    if (light->front_only && dot(point.n, out->wi) >= 0.0f) return false;
    target = ray_origin(point.p, point.p_error, point.n, -out->wi);
  }
  out->shadow = (Ray){origin, target - origin, 1.0f, RAY_SHADOW};
  out->point = point;
  return out->pdf > 0.0f && out->pdf < INFINITY_F;
}

/* Choose a light by `choice` in [0, 1), then as above, with the density of both. */
static inline bool light_sample(const World *world, const Lights *lights, const LitPoint *lit, float choice, Vec2 u, LightSample *out) {
  if (lights->count == 0) return false;
  uint32_t id = lights->count == 1 ? 0 : cdf_find(lights->select_cdf, lights->count, choice);
  if (!(lights->select_pdf[id] > 0.0f) || !light_sample_one(world, lights, id, lit, u, out)) return false;
  out->pdf *= lights->select_pdf[id];
  return true;
}

#endif
