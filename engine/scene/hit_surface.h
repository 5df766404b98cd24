/* hit_surface.h - from a hit to the surface there: position with its error bound, normals, material, light. Per-ray code.
 *
 * Positions follow section 6.8 of pbrt-v4 in spirit (the point is put back onto the surface, its error is known, rays leave it
 * from outside that error), but are computed in double, from the surface's own parameters where it has some. What errs then is
 * little more than the rounding of p itself, and of the origin that a ray is given in an instance's space. */
#ifndef ML_SCENE_HIT_SURFACE_H
#define ML_SCENE_HIT_SURFACE_H

#include "bvh/placement.h"
#include "math/elementary.h"
#include "scene/scene.h"
#include "shape/intersect.h"
#include "shape/surface.h"

/* A point of a surface in the space of its tree: position, normal of any length, per axis the largest coordinate it came from. */
typedef struct LocalPoint {
  MlVec3 p, n, size;
} LocalPoint;

static inline MlVec3 dvec_abs(MlVec3 a) { return (MlVec3){__builtin_fabs(a.x), __builtin_fabs(a.y), __builtin_fabs(a.z)}; }
static inline MlVec3 box_size(const float lo[3], const float hi[3]) {
  return dvec_from_vec3(vec3_max(vec3_abs(vec3_load(lo)), vec3_abs(vec3_load(hi))));
}
static inline MlVec3 matrix_abs_multiply(const float m[9], MlVec3 v) {
  float a[9];
  for (int i = 0; i < 9; i++) a[i] = abs_f(m[i]);
  return matrix_multiply(a, v);
}

/* Move p, given in world coordinates, so that its local coordinates become `local`. to_world undoes to_local only up to rounding;
 * a second step takes out what the first leaves. */
static inline MlVec3 placed_point_at(const PlacedTransform *placed, MlVec3 p, MlVec3 local) {
  for (int i = 0; i < 2; i++) p = dvec_add(p, matrix_multiply(placed->to_world, dvec_subtract(local, placed_point_to_local(placed, p))));
  return p;
}

/* The point of a placed kind, in its local space, at `local` up to rounding; *n its outward normal. */
static inline MlVec3 placed_kind_point(const Prim *prim, MlVec3 local, uint32_t part, MlVec3 *n) {
  switch ((PrimKind)prim->kind) {
  case PRIM_BOX: {
    double c[3] = {clamp_between(local.x, -1.0, 1.0), clamp_between(local.y, -1.0, 1.0), clamp_between(local.z, -1.0, 1.0)},
           normal[3] = {0.0, 0.0, 0.0};
    c[part >> 1] = normal[part >> 1] = (part & 1) != 0 ? 1.0 : -1.0;
    *n = (MlVec3){normal[0], normal[1], normal[2]};
    return (MlVec3){c[0], c[1], c[2]};
  }
  case PRIM_CONE:
  case PRIM_CONE_SIDE: return cone_point(local, (double)prim->r, part, n);
  case PRIM_CAPSULE: return capsule_point(local, (double)prim->r, n);
  case PRIM_TORUS: return torus_point(local, (double)prim->r, n);
  case PRIM_SPHERE:
  case PRIM_ELLIPSOID:
  case PRIM_QUAD:
  case PRIM_TRIANGLE:
  case PRIM_DISK:
  case PRIM_PLANE: break;
  }
  return *n = dvec_normalize(local);
}

/* o, d: the ray in the same space. */
static inline LocalPoint prim_point(const Prim *prim, const PlacedTransform *placed, MlVec3 o, MlVec3 d, const Hit *hit) {
  MlVec3 p0 = dvec_load(prim->p[0]), ray_point = dvec_along(o, d, (double)hit->t);
  double u = (double)hit->u, v = (double)hit->v;
  LocalPoint point = {.p = ray_point, .n = dvec_load(prim->n), .size = box_size(prim->lo, prim->hi)};
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE:
    point.n = dvec_subtract(ray_point, p0);
    point.p = dvec_along(p0, point.n, (double)prim->r / dvec_length(point.n));
    break;
  case PRIM_ELLIPSOID:
  case PRIM_BOX:
  case PRIM_CONE:
  case PRIM_CAPSULE:
  case PRIM_TORUS:
  case PRIM_CONE_SIDE: {
    const PlacedTransform *m = &placed[prim->placed];
    MlVec3 n;
    point.p = placed_point_at(m, ray_point, placed_kind_point(prim, placed_point_to_local(m, ray_point), hit->part, &n));
    point.n = matrix_multiply_transposed(m->to_local, n);
    break;
  }
  case PRIM_QUAD:
    point.p = dvec_along(dvec_along(p0, dvec_subtract(dvec_load(prim->p[1]), p0), u), dvec_subtract(dvec_load(prim->p[3]), p0), v);
    break;
  case PRIM_TRIANGLE:
    point.p = dvec_along(dvec_along(p0, dvec_subtract(dvec_load(prim->p[1]), p0), u), dvec_subtract(dvec_load(prim->p[2]), p0), v);
    break;
  case PRIM_DISK: point.p = dvec_along(dvec_along(p0, dvec_load(prim->p[1]), u), dvec_load(prim->p[2]), v); break;
  case PRIM_PLANE:
    point.p = dvec_along(ray_point, point.n, dvec_dot(point.n, dvec_subtract(p0, ray_point)) / dvec_dot(point.n, point.n));
    point.size = dvec_add(dvec_abs(p0), dvec_abs(ray_point));
    break;
  }
  return point;
}

/* The same for a solid that is a program. Its place is known to the program's own roundings, far more than those of doubles: as a size. */
static inline LocalPoint solid_point(const Field *field, MlVec3 o, MlVec3 d, const Hit *hit, uint32_t *material) {
  const FieldPoint at = field_point(field, &field->cells[hit->prim], dvec_along(o, d, (double)hit->t), d);
  const double size = at.error * 0x1p40;
  *material = field->materials[at.material];
  return (LocalPoint){.p = at.p, .n = at.n, .size = {size, size, size}};
}

/* The same for hair, met once more: a float's distance says too little of so thin a thing. *shading is across the strand. */
static inline LocalPoint strands_point(const Strands *strands, MlVec3 o, MlVec3 d, const Hit *hit, MlVec3 *shading) {
  const StrandPoint *a = &strands->points[strands->segments[hit->prim]];
  StrandMeeting at;
  if (!strand_meet(a, a + 1, o, d, &at)) at = (StrandMeeting){(double)hit->t, (double)hit->u}; // passed by, by a rounding
  const MlVec3 pa = strand_centre(a), centre = dvec_along(pa, dvec_subtract(strand_centre(a + 1), pa), at.s);
  MlVec3 n = dvec_subtract(dvec_along(o, d, at.t), centre);
  const double away = dvec_length(n), r = (double)a->r + ((double)a[1].r - (double)a->r) * at.s;
  n = away > 0.0 ? dvec_scale(n, 1.0 / away) : dvec_normalize(dvec_scale(d, -1.0));
  const MlVec3 tangent = strands_tangent(strands, hit->prim, at.s);
  *shading = dvec_subtract(n, dvec_scale(tangent, dvec_dot(tangent, n)));
  if (dvec_length(*shading) < 0.1) *shading = n; // at a round end
  const Aabb box = strand_bounds(a, a + 1);
  return (LocalPoint){.p = dvec_along(centre, n, r), .n = n, .size = box_size(box.lo, box.hi)};
}

/* The same for a triangle of a mesh; *shading is its interpolated normal, zero if it has none. */
static inline LocalPoint mesh_point(const Mesh *mesh, const Hit *hit, MlVec3 *shading) {
  const uint32_t *corner = mesh->triangles + 3 * (size_t)hit->prim;
  const float *a = mesh->points + 3 * (size_t)corner[0], *b = mesh->points + 3 * (size_t)corner[1],
              *c = mesh->points + 3 * (size_t)corner[2];
  double u = (double)hit->u, v = (double)hit->v;
  MlVec3 p = dvec_load(a);
  Aabb box = triangle_bounds(a, b, c);
  LocalPoint point = {.n = corners_normal(a, b, c), .size = box_size(box.lo, box.hi)};
  point.p = dvec_along(dvec_along(p, dvec_subtract(dvec_load(b), p), u), dvec_subtract(dvec_load(c), p), v);
  *shading = (MlVec3){0.0, 0.0, 0.0};
  if (mesh->normals != NULL) {
    const float *n = mesh->normals;
    *shading = dvec_scale(dvec_load(n + 3 * (size_t)corner[0]), 1.0 - u - v);
    *shading = dvec_along(dvec_along(*shading, dvec_load(n + 3 * (size_t)corner[1]), u), dvec_load(n + 3 * (size_t)corner[2]), v);
  }
  return point;
}

/* Twice the largest rounding of a coordinate, and what the doubles lose on numbers of the given size (their roundings with a factor of 4000 to spare,
 * which the condition of a placement's matrix may use up). */
static inline MlVec3 rounding_error(MlVec3 p, MlVec3 size) { return dvec_add(dvec_scale(dvec_abs(p), 0x1p-23), dvec_scale(size, 0x1p-40)); }

/* The surface at `hit` of `ray`, which must be what trace_closest gave for them. */
static inline void surface_at(const Scene *scene, const Ray *ray, const Hit *hit, Surface *surface) {
  const World *world = &scene->world;
  MlVec3 o = dvec_from_vec3(ray->o), d = dvec_from_vec3(ray->d), shading = {0.0, 0.0, 0.0};
  *surface = (Surface){.u = hit->u,
                       .v = hit->v,
                       .instance = hit->instance,
                       .prim = hit->prim,
                       .part = hit->part,
                       .path = hit->path,
                       .time = ray->time,
                       .depth = hit->t};
  LocalPoint point;
  MlVec3 error;
  if (hit->instance == NO_ID) {
    const Prim *prim = &world->prims[hit->prim];
    point = prim_point(prim, world->placed, o, d, hit);
    surface->material = prim->material;
    surface->light = prim->light;
    error = rounding_error(point.p, point.size);
  } else {
    HitLevels levels;
    hit_levels(world, hit->instance, hit->path, hit->prim, ray->time, &levels);
    const Geometry *geometry = levels.geometry;
    surface->material = levels.material;
    surface->light = hit->path == 0 ? world->instances.data[hit->instance].light : NO_ID;
    if (geometry->mesh.triangle_count != 0) {
      point = mesh_point(&geometry->mesh, hit, &shading);
    } else {
      for (uint32_t i = 0; i < levels.count; i++) {
        o = placed_point_to_local(levels.placed[i], o);
        d = matrix_multiply(levels.placed[i]->to_local, d);
      }
      uint32_t material;
      if (geometry->field.distance != NULL) {
        point = solid_point(&geometry->field, o, d, hit, &material);
      } else if (geometry->strands.segment_count != 0) {
        point = strands_point(&geometry->strands, o, d, hit, &shading);
        material = NO_ID;
      } else {
        const Prim *prim = &geometry->prims[hit->prim];
        point = prim_point(prim, geometry->placed, o, d, hit);
        material = prim->material;
      }
      if (material != NO_ID) surface->material = material;
    }
    if (levels.flipped) point.n = dvec_scale(point.n, -1.0), shading = dvec_scale(shading, -1.0);
    // A ray that starts here is rounded once more in each instance's space
    error = (MlVec3){0.0, 0.0, 0.0};
    for (uint32_t i = levels.count; i-- > 0;) {
      const PlacedTransform *placed = levels.placed[i];
      error = dvec_add(error, rounding_error(point.p, point.size));
      error = matrix_abs_multiply(placed->to_world, error);
      MlVec3 p = dvec_add(matrix_multiply(placed->to_world, point.p), dvec_load(placed->centre));
      point.p = placed_point_at(placed, p, point.p);
      point.n = matrix_multiply_transposed(placed->to_local, point.n);
      shading = matrix_multiply_transposed(placed->to_local, shading);
      point.size = dvec_abs(dvec_load(placed->centre));
    }
    error = dvec_add(error, rounding_error(point.p, point.size));
  }
  surface->p = dvec_to_vec3(point.p);
  surface->p_error = dvec_to_vec3(error);
  surface->ng = dvec_to_vec3(dvec_normalize(point.n));
  surface->ns = surface->ng;
  if (!dvec_is_zero(shading)) surface->ns = face_forward(dvec_to_vec3(dvec_normalize(shading)), surface->ng);
}

/* ---- the instances around a surface (instance not NO_ID) */

static inline void surface_levels(const Scene *scene, const Surface *surface, HitLevels *levels) {
  hit_levels(&scene->world, surface->instance, surface->path, surface->prim, surface->time, levels);
}
static inline MlVec3 levels_to_local(const HitLevels *levels, MlVec3 p) {
  for (uint32_t i = 0; i < levels->count; i++) p = placed_point_to_local(levels->placed[i], p);
  return p;
}

/* ---- texture coordinates */

/* On the unit sphere: u by heading (0 at +z, .25 at +x), v from the pole at -y (0) to that at +y (1). */
static inline Vec2 sphere_uv(Vec3 p) { return (Vec2){heading_u(p), 1.0f - acos_f(clamp_f(p[1], -1.0f, 1.0f)) * INV_PI_F}; }
/* 0..1 on each face of the cube, upright when seen from outside with y up (top: -z is up, bottom: +z is up). */
static inline Vec2 cube_uv(Vec3 p, uint32_t part) {
  float sign = (part & 1) != 0 ? 1.0f : -1.0f;
  Vec2 uv = part >> 1 == 0 ? (Vec2){-sign * p[2], p[1]} : part >> 1 == 1 ? (Vec2){p[0], -sign * p[2]} : (Vec2){sign * p[0], p[1]};
  return (Vec2){clamp_f(0.5f + 0.5f * uv.x, 0.0f, 1.0f), clamp_f(0.5f + 0.5f * uv.y, 0.0f, 1.0f)};
}

/* Texture coordinates of a surface: SPHERE and ELLIPSOID as sphere_uv, BOX as cube_uv, the round solids as in
 * shape/solids.h, QUAD along its edges, TRIANGLE its
 * barycentrics, a mesh its own (else barycentrics), a solid that is a program those of a sphere about its middle, hair each strand's number and the way along it, DISK 0..1 across its half axes' square, PLANE metres along its axes. */
static inline Vec2 surface_uv(const Scene *scene, const Surface *surface) {
  const World *world = &scene->world;
  const Prim *prims = world->prims;
  const PlacedTransform *placed = world->placed;
  MlVec3 p = dvec_from_vec3(surface->p);
  Vec2 uv = {surface->u, surface->v};
  if (surface->instance != NO_ID) {
    HitLevels levels;
    surface_levels(scene, surface, &levels);
    const Mesh *mesh = &levels.geometry->mesh;
    if (mesh->triangle_count != 0) {
      if (mesh->uv == NULL) return uv;
      const uint32_t *corner = mesh->triangles + 3 * (size_t)surface->prim;
      const float *a = mesh->uv + 2 * (size_t)corner[0], *b = mesh->uv + 2 * (size_t)corner[1], *c = mesh->uv + 2 * (size_t)corner[2];
      float w = 1.0f - uv.x - uv.y;
      return (Vec2){(w * a[0] + uv.x * b[0]) + uv.y * c[0], (w * a[1] + uv.x * b[1]) + uv.y * c[1]};
    }
    prims = levels.geometry->prims;
    placed = levels.geometry->placed;
    p = levels_to_local(&levels, p);
    if (levels.geometry->field.distance != NULL)
      return sphere_uv(dvec_to_vec3(dvec_normalize(dvec_subtract(p, dvec_load(levels.geometry->field.centre)))));
    if (levels.geometry->strands.segment_count != 0) {
      const StrandPoint *a = &levels.geometry->strands.points[levels.geometry->strands.segments[surface->prim]];
      return (Vec2){a->which, a->along + (a[1].along - a->along) * uv.x};
    }
  }
  const Prim *prim = &prims[surface->prim];
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: {
    Vec3 n = dvec_to_vec3(dvec_normalize(dvec_subtract(p, dvec_load(prim->p[0]))));
    return sphere_uv(vec3(dot(n, vec3_load(prim->p[1])), dot(n, vec3_load(prim->p[2])), dot(n, vec3_load(prim->p[3]))));
  }
  case PRIM_ELLIPSOID: return sphere_uv(dvec_to_vec3(placed_point_to_local(&placed[prim->placed], p)));
  case PRIM_BOX: return cube_uv(dvec_to_vec3(placed_point_to_local(&placed[prim->placed], p)), surface->part);
  case PRIM_CONE:
  case PRIM_CONE_SIDE: return cone_uv(dvec_to_vec3(placed_point_to_local(&placed[prim->placed], p)), prim->r, surface->part);
  case PRIM_CAPSULE: return capsule_uv(dvec_to_vec3(placed_point_to_local(&placed[prim->placed], p)), prim->r);
  case PRIM_TORUS: return torus_uv(dvec_to_vec3(placed_point_to_local(&placed[prim->placed], p)));
  case PRIM_DISK: return (Vec2){0.5f + 0.5f * uv.x, 0.5f + 0.5f * uv.y};
  case PRIM_PLANE: {
    // Coordinates along the plane's axes, which a placement may have made oblique
    MlVec3 q = dvec_subtract(p, dvec_load(prim->p[0])), a = dvec_load(prim->p[1]), b = dvec_load(prim->p[2]);
    MlVec3 n = dvec_cross(a, b);
    double nn = dvec_dot(n, n);
    return (Vec2){(float)(dvec_dot(dvec_cross(q, b), n) / nn), (float)(dvec_dot(dvec_cross(a, q), n) / nn)};
  }
  case PRIM_QUAD:
  case PRIM_TRIANGLE: break;
  }
  return uv;
}

#endif
