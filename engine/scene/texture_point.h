/* texture_point.h - where on an object a surface point is: what textures look at, its footprint, and tangents along texture coordinates.
 * Per-ray code, for materials that vary alone. */
#ifndef ML_SCENE_TEXTURE_POINT_H
#define ML_SCENE_TEXTURE_POINT_H

#include "base/hash.h"
#include "light/sample.h"
#include "scene/curvature.h"
#include "scene/hit_surface.h"
#include "shade/material.h"
#include "shade/texture.h"

/* Two vectors of the world that span a surface: edges of a footprint, or how the point moves with u and with v. */
typedef struct Span {
  Vec3 x, y;
} Span;

static inline Span span_none(void) { return (Span){vec3_all(0.0f), vec3_all(0.0f)}; }

/* The footprint on a surface of normal n of a cone of the given width there that comes in direction d. */
static inline Span span_of_cone(Vec3 n, Vec3 d, float width) {
  Vec3 along = d - dot(d, n) * n;
  float sine2 = length_squared(along);
  if (!(sine2 > 1e-12f)) {
    Frame frame = frame_from_normal(n);
    return (Span){width * frame.s, width * frame.t};
  }
  along = along / sqrt_f(sine2);
  return (Span){along * (width / max_f(abs_dot(d, n), 1e-6f)), cross(n, along) * width};
}

/* ---- texture coordinates */

/* How p moves with the coordinates uv that it has, given two steps on the surface and how the coordinates changed by them. */
static inline Span span_of_uv(Vec3 e1, Vec3 e2, Vec2 d1, Vec2 d2) {
  float det = d1.x * d2.y - d1.y * d2.x;
  if (!(abs_f(det) > 1e-20f)) return span_none();
  return (Span){(e1 * d2.y - e2 * d1.y) / det, (e2 * d1.x - e1 * d2.x) / det};
}

static inline Span mesh_uv_span(const Mesh *mesh, uint32_t triangle) {
  const uint32_t *corner = mesh->triangles + 3 * (size_t)triangle;
  Vec3 a = vec3_load(mesh->points + 3 * (size_t)corner[0]);
  Vec3 e1 = vec3_load(mesh->points + 3 * (size_t)corner[1]) - a, e2 = vec3_load(mesh->points + 3 * (size_t)corner[2]) - a;
  if (mesh->uv == NULL) return (Span){e1, e2};
  const float *ta = mesh->uv + 2 * (size_t)corner[0], *tb = mesh->uv + 2 * (size_t)corner[1], *tc = mesh->uv + 2 * (size_t)corner[2];
  return span_of_uv(e1, e2, (Vec2){tb[0] - ta[0], tb[1] - ta[1]}, (Vec2){tc[0] - ta[0], tc[1] - ta[1]});
}

/* On the unit sphere, coordinates as sphere_uv's. */
static inline Span sphere_uv_span(Vec3 n) {
  float s = sqrt_f(n[0] * n[0] + n[2] * n[2]);
  if (!(s > 0.0f)) return span_none();
  return (Span){TWO_PI_F * vec3(n[2], 0.0f, -n[0]), PI_F * vec3(-n[0] * n[1] / s, s, -n[2] * n[1] / s)};
}
/* On the cube, as cube_uv. */
static inline Span cube_uv_span(uint32_t part) {
  float side = (part & 1) != 0 ? 2.0f : -2.0f;
  if (part >> 1 == 0) return (Span){vec3(0.0f, 0.0f, -side), vec3(0.0f, 2.0f, 0.0f)};
  if (part >> 1 == 1) return (Span){vec3(2.0f, 0.0f, 0.0f), vec3(0.0f, 0.0f, -side)};
  return (Span){vec3(side, 0.0f, 0.0f), vec3(0.0f, 2.0f, 0.0f)};
}

/* On the round solids of shape/solids.h, coordinates as theirs. */
static inline Span cone_uv_span(Vec3 p, float k, uint32_t part) {
  if (part != 0) {
    float side = part == 2 && k > 0.0f ? 2.0f * k : 2.0f;
    return (Span){vec3(side, 0.0f, 0.0f), vec3(0.0f, 0.0f, part == 2 ? -side : side)};
  }
  float rho = sqrt_f(p[0] * p[0] + p[2] * p[2]), inward = (1.0f - k) / rho; /* on the way up, which is 2 */
  if (!(rho > 0.0f)) return span_none();
  return (Span){TWO_PI_F * vec3(p[2], 0.0f, -p[0]), vec3(-inward * p[0], 2.0f, -inward * p[2])};
}
static inline Span capsule_uv_span(Vec3 p, float h) {
  Span span = sphere_uv_span(vec3(p[0], p[1] - clamp_f(p[1], -h, h), p[2]));
  return (Span){span.x, span.y * (1.0f + 2.0f * h * INV_PI_F)}; /* from pole to pole it is pi + 2 h */
}
static inline Span torus_uv_span(Vec3 p) {
  float rho = sqrt_f(p[0] * p[0] + p[2] * p[2]), inward = p[1] / rho;
  if (!(rho > 0.0f)) return span_none();
  return (Span){TWO_PI_F * vec3(p[2], 0.0f, -p[0]), TWO_PI_F * vec3(-inward * p[0], rho - 1.0f, -inward * p[2])};
}

static inline Span placed_uv_span(const Prim *prim, Vec3 p, uint32_t part) {
  switch ((PrimKind)prim->kind) {
  case PRIM_ELLIPSOID: return sphere_uv_span(p);
  case PRIM_BOX: return cube_uv_span(part);
  case PRIM_CONE:
  case PRIM_CONE_SIDE: return cone_uv_span(p, prim->r, part);
  case PRIM_CAPSULE: return capsule_uv_span(p, prim->r);
  case PRIM_TORUS: return torus_uv_span(p);
  case PRIM_SPHERE:
  case PRIM_QUAD:
  case PRIM_TRIANGLE:
  case PRIM_DISK:
  case PRIM_PLANE: break;
  }
  return span_none();
}

static inline Vec3 levels_vector_to_world(const HitLevels *levels, Vec3 v) {
  for (uint32_t i = levels->count; i-- > 0;) v = matrix_apply(levels->placed[i]->to_world, v);
  return v;
}

/* How the point moves in the world with u and with v; 0 where that is not known. */
static inline Span surface_uv_span(const Scene *scene, const Surface *surface) {
  const World *world = &scene->world;
  bool placed_within = surface->instance != NO_ID;
  const Prim *prims = world->prims;
  const PlacedTransform *places = world->placed;
  Span span = span_none();
  HitLevels levels;
  if (placed_within) {
    surface_levels(scene, surface, &levels);
    prims = levels.geometry->prims;
    places = levels.geometry->placed;
  }
  if (placed_within && (levels.geometry->field.distance != NULL || levels.geometry->strands.segment_count != 0)) return span_none();
  if (placed_within && levels.geometry->mesh.triangle_count != 0) {
    span = mesh_uv_span(&levels.geometry->mesh, surface->prim);
  } else {
    const Prim *prim = &prims[surface->prim];
    const PlacedTransform *placed = places + prim->placed;
    Vec3 p0 = vec3_load(prim->p[0]), p1 = vec3_load(prim->p[1]), p2 = vec3_load(prim->p[2]), p3 = vec3_load(prim->p[3]);
    MlVec3 p = dvec_from_vec3(surface->p);
    if (placed_within) p = levels_to_local(&levels, p);
    switch ((PrimKind)prim->kind) {
    case PRIM_SPHERE: {
      Vec3 n = dvec_to_vec3(dvec_normalize(dvec_subtract(p, dvec_load(prim->p[0]))));
      Span local = sphere_uv_span(vec3(dot(n, p1), dot(n, p2), dot(n, p3)));
      span.x = prim->r * (p1 * local.x[0] + p2 * local.x[1] + p3 * local.x[2]);
      span.y = prim->r * (p1 * local.y[0] + p2 * local.y[1] + p3 * local.y[2]);
      break;
    }
    case PRIM_ELLIPSOID:
    case PRIM_BOX:
    case PRIM_CONE:
    case PRIM_CAPSULE:
    case PRIM_TORUS:
    case PRIM_CONE_SIDE: {
      Span local = placed_uv_span(prim, dvec_to_vec3(placed_point_to_local(placed, p)), surface->part);
      span = (Span){matrix_apply(placed->to_world, local.x), matrix_apply(placed->to_world, local.y)};
      break;
    }
    case PRIM_QUAD: span = (Span){p1 - p0, p3 - p0}; break;
    case PRIM_TRIANGLE: span = (Span){p1 - p0, p2 - p0}; break;
    case PRIM_DISK: span = (Span){2.0f * p1, 2.0f * p2}; break;
    case PRIM_PLANE: span = (Span){p1, p2}; break;
    }
  }
  if (!placed_within) return span;
  return (Span){levels_vector_to_world(&levels, span.x), levels_vector_to_world(&levels, span.y)};
}

/* The direction on the surface in which u grows, unit; 0 where there is none. Exact on all round solids: around their y axis. */
static inline Vec3 surface_tangent(const Scene *scene, const Surface *surface) {
  bool placed_within = surface->instance != NO_ID;
  const Prim *prims = scene->world.prims;
  const PlacedTransform *places = scene->world.placed;
  HitLevels levels;
  if (placed_within) {
    surface_levels(scene, surface, &levels);
    prims = levels.geometry->prims;
    places = levels.geometry->placed;
  }
  const bool mesh = placed_within && levels.geometry->mesh.triangle_count != 0;
  const Field *field = placed_within && levels.geometry->field.distance != NULL ? &levels.geometry->field : NULL;
  const Strands *strands = placed_within && levels.geometry->strands.segment_count != 0 ? &levels.geometry->strands : NULL;
  uint32_t kind = mesh || field != NULL || strands != NULL ? (uint32_t)PRIM_TRIANGLE : prims[surface->prim].kind;
  Vec3 t;
  if (strands != NULL) {
    t = levels_vector_to_world(&levels, dvec_to_vec3(strands_tangent(strands, surface->prim, (double)surface->u)));
  } else if (field != NULL) {
    MlVec3 p = dvec_subtract(levels_to_local(&levels, dvec_from_vec3(surface->p)), dvec_load(field->centre));
    t = levels_vector_to_world(&levels, vec3((float)p.z, 0.0f, (float)-p.x));
  } else if (kind == PRIM_CONE || kind == PRIM_CONE_SIDE || kind == PRIM_CAPSULE || kind == PRIM_TORUS) {
    const PlacedTransform *own = places + prims[surface->prim].placed;
    MlVec3 p = dvec_from_vec3(surface->p);
    if (placed_within) p = levels_to_local(&levels, p);
    Vec3 local = dvec_to_vec3(placed_point_to_local(own, p));
    t = matrix_apply(own->to_world, vec3(local[2], 0.0f, -local[0]));
    if (placed_within) t = levels_vector_to_world(&levels, t);
  } else {
    t = surface_uv_span(scene, surface).x;
  }
  float length2 = length_squared(t);
  return length2 > 0.0f && length2 < INFINITY_F ? t / sqrt_f(length2) : vec3_all(0.0f);
}

/* The change of texture coordinates by a step along the surface. */
static inline Vec2 span_coordinates(const Span *span, Vec3 step) {
  float xx = dot(span->x, span->x), xy = dot(span->x, span->y), yy = dot(span->y, span->y), det = xx * yy - xy * xy;
  if (!(det > 1e-12f * (xx * yy))) return (Vec2){0.0f, 0.0f};
  float x = dot(span->x, step), y = dot(span->y, step);
  return (Vec2){(yy * x - xy * y) / det, (xx * y - xy * x) / det};
}

/* ---- object space */

/* A point of the world with directions and error bound, on the way into spaces further inside. */
typedef struct Inward {
  MlVec3 p;
  Vec3 n, x, y, error;
} Inward;

static inline void inward_enter(Inward *at, const PlacedTransform *placed) {
  Vec3 error = at->error;
  at->p = placed_point_to_local(placed, at->p);
  at->n = matrix_apply_transposed(placed->to_world, at->n);
  at->x = matrix_apply(placed->to_local, at->x);
  at->y = matrix_apply(placed->to_local, at->y);
  at->error = vec3_all(0.0f);
  for (int i = 0; i < 3; i++) at->error += vec3_abs(matrix_column(placed->to_local, i)) * error[i];
}

/* What textures see at a surface, with a footprint in the world. varies: of its material; without VARIES_UV there are no coordinates.
 * uv_span is set as surface_uv_span gives it where they are known. */
static inline void texture_point_at(const Scene *scene, const Surface *surface, const Span *footprint, uint32_t varies, Span *uv_span,
                                    TexturePoint *out) {
  const World *world = &scene->world;
  Inward at = {dvec_from_vec3(surface->p), surface->ng, footprint->x, footprint->y, surface->p_error};
  const Prim *prims = world->prims;
  const PlacedTransform *placed = world->placed;
  bool mesh = false;
  if (surface->instance != NO_ID) {
    HitLevels levels;
    surface_levels(scene, surface, &levels);
    for (uint32_t i = 0; i < levels.count; i++) inward_enter(&at, levels.placed[i]);
    prims = levels.geometry->prims;
    placed = levels.geometry->placed;
    mesh = geometry_is_whole(levels.geometry);
  }
  if (!mesh && prims[surface->prim].object != NO_ID) inward_enter(&at, &placed[prims[surface->prim].object]);
  float stretch = length(at.n);
  *out =
    (TexturePoint){.p = dvec_to_vec3(at.p), .n = at.n / stretch, .px = at.x, .py = at.y, .p_error = length(at.error), .stretch = stretch};
  if (!(varies & VARIES_UV)) return;
  out->uv = surface_uv(scene, surface);
  *uv_span = surface_uv_span(scene, surface);
  out->uvx = span_coordinates(uv_span, footprint->x);
  out->uvy = span_coordinates(uv_span, footprint->y);
}

/* ---- what programs see besides */

/* 0..1 by the number. */
static inline float thing_number(uint32_t thing) { return (float)(hash_u32(thing) >> 8) * 0x1p-24f; }

/* Fills in what VARIES_POINT and VARIES_CURVATURE of the material's `varies` ask for. d: the way of the ray that came, of any length. An array's places are things, if it was not in another
 * instance. */
static __attribute__((noinline, unused)) void texture_point_see(const Scene *scene, const Surface *surface, const Span *footprint,
                                                                uint32_t varies, Vec3 d, TexturePoint *out) {
  out->curvature = varies & VARIES_CURVATURE ? surface_curvature(scene, surface) : 0.0f;
  const World *world = &scene->world;
  const double *origin = scene->origin;
  out->world = vec3((float)((double)surface->p[0] + origin[0]), (float)((double)surface->p[1] + origin[1]),
                    (float)((double)surface->p[2] + origin[2]));
  out->wx = footprint->x;
  out->wy = footprint->y;
  out->normal = surface->ns;
  out->view = -normalize(d);
  uint32_t thing, part;
  if (surface->instance == NO_ID) {
    thing = scene->prim_things != NULL ? scene->prim_things[surface->prim] : 0;
    part = hash_combine(0x70617274u, surface->prim);
  } else {
    const Instance *instance = &world->instances.data[surface->instance];
    const Geometry *geometry = instance_geometry(&world->instances, instance);
    thing = scene->instance_things != NULL ? scene->instance_things[surface->instance] : 0;
    if (geometry->instances.places != NULL && surface->path != 0)
      thing = hash_combine(thing, (uint32_t)((surface->path - 1) / geometry->instances.geometries[0]->paths));
    part = hash_combine(surface->instance, (uint32_t)surface->path);
    part = hash_combine(part, (uint32_t)(surface->path >> 32));
    HitLevels levels;
    surface_levels(scene, surface, &levels);
    const Strands *strands = &levels.geometry->strands;
    if (!geometry_is_whole(levels.geometry)) part = hash_combine(part, surface->prim);
    if (strands->segment_count != 0) part = hash_combine(part, float_bits(strands->points[strands->segments[surface->prim]].which));
  }
  out->thing = thing_number(thing);
  out->part = thing_number(part);
  out->depth = surface->depth;
}

#endif
