/* curvature.h - how much a surface bends: its mean curvature in 1/m of the world, above 0 where it bulges outwards. Per-ray code, for programs that
 * ask alone.
 *
 * Round shapes are zeros of a function F of their own space. With its gradient g and its matrix H of second derivatives, mapped to the world with
 * them, the mean curvature is (|g|^2 tr H - g.Hg) / (2 |g|^3) (Goldman 2005, "Curvature formulas for implicit curves and surfaces", section 4): exact
 * under any placement. On a mesh it is half the divergence of the corners' normals over the triangle; without normals, and on what is flat, 0. */
#ifndef ML_SCENE_CURVATURE_H
#define ML_SCENE_CURVATURE_H

#include "light/surfaces.h"
#include "program/gradient.h"
#include "scene/hit_surface.h"

/* Gradient, and the columns of the symmetric second derivatives. */
typedef struct Bend {
  Vec3 g, h[3];
} Bend;

static inline Bend bend_of(Vec3 g, float xx, float yy, float zz, float xz) {
  return (Bend){g, {vec3(xx, 0.0f, xz), vec3(0.0f, yy, 0.0f), vec3(xz, 0.0f, zz)}};
}

/* Of a kind in its local space; all 0 where it is flat. */
static inline Bend prim_bend(const Prim *prim, Vec3 p, uint32_t part) {
  const float k = prim->r;
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE:
  case PRIM_ELLIPSOID: return bend_of(p, 1.0f, 1.0f, 1.0f, 0.0f);
  case PRIM_CONE:
  case PRIM_CONE_SIDE: {
    if (part != 0) break;
    // x^2 + z^2 = r^2, where r falls from 1 at y = -1 to k at y = 1
    const float slope = 0.5f * (1.0f - k);
    return bend_of(vec3(p[0], slope * (1.0f - slope * (p[1] + 1.0f)), p[2]), 1.0f, -slope * slope, 1.0f, 0.0f);
  }
  case PRIM_CAPSULE: {
    const float y = p[1] - clamp_f(p[1], -k, k);
    return bend_of(vec3(p[0], y, p[2]), 1.0f, y != 0.0f ? 1.0f : 0.0f, 1.0f, 0.0f);
  }
  case PRIM_TORUS: {
    // (rho - 1)^2 + y^2 = k^2
    const float rho = max_f(sqrt_f(p[0] * p[0] + p[2] * p[2]), 1e-6f), a = 1.0f - 1.0f / rho, b = 1.0f / (rho * rho * rho);
    return bend_of(vec3(a * p[0], p[1], a * p[2]), a + b * p[0] * p[0], 1.0f, a + b * p[2] * p[2], b * p[0] * p[2]);
  }
  case PRIM_BOX:
  case PRIM_QUAD:
  case PRIM_TRIANGLE:
  case PRIM_DISK:
  case PRIM_PLANE: break;
  }
  return bend_of(vec3_all(0.0f), 0.0f, 0.0f, 0.0f, 0.0f);
}

/* From a local space to that around it: gradients by the transposed inverse M, second derivatives by M^T H M. */
static inline Bend bend_outward(const PlacedTransform *placed, Bend bend) {
  Bend out = {.g = matrix_apply_transposed(placed->to_local, bend.g)};
  for (int i = 0; i < 3; i++) {
    const Vec3 column = matrix_column(placed->to_local, i);
    const Vec3 moved = bend.h[0] * column[0] + bend.h[1] * column[1] + bend.h[2] * column[2];
    out.h[i] = matrix_apply_transposed(placed->to_local, moved);
  }
  return out;
}

static inline float bend_mean_curvature(const Bend *bend) {
  const Vec3 g = bend->g;
  const float g2 = length_squared(g), trace = bend->h[0][0] + bend->h[1][1] + bend->h[2][2];
  const float along = dot(g, bend->h[0] * g[0] + bend->h[1] * g[1] + bend->h[2] * g[2]);
  const float h = (g2 * trace - along) / (2.0f * g2 * sqrt_f(g2));
  return abs_f(h) < INFINITY_F ? h : 0.0f;
}

static inline float mesh_mean_curvature(const Mesh *mesh, uint32_t triangle, const HitLevels *levels) {
  if (mesh->normals == NULL) return 0.0f;
  const uint32_t *corner = mesh->triangles + 3 * (size_t)triangle;
  Vec3 p[3], n[3];
  for (int i = 0; i < 3; i++) {
    p[i] = vec3_load(mesh->points + 3 * (size_t)corner[i]);
    n[i] = vec3_load(mesh->normals + 3 * (size_t)corner[i]);
    if (i != 0) p[i] -= p[0]; // edges
  }
  for (uint32_t l = levels->count; l-- > 0;)
    for (int i = 0; i < 3; i++) {
      if (i != 0) p[i] = matrix_apply(levels->placed[l]->to_world, p[i]);
      n[i] = matrix_apply_transposed(levels->placed[l]->to_local, n[i]);
    }
  for (int i = 0; i < 3; i++) n[i] = n[i] / sqrt_f(length_squared(n[i]));
  // The edges' reciprocal basis
  const float xx = dot(p[1], p[1]), xy = dot(p[1], p[2]), yy = dot(p[2], p[2]), det = xx * yy - xy * xy;
  const Vec3 a = (p[1] * yy - p[2] * xy) / det, b = (p[2] * xx - p[1] * xy) / det;
  const float h = 0.5f * (dot(a, n[1] - n[0]) + dot(b, n[2] - n[0]));
  return abs_f(h) < INFINITY_F ? h : 0.0f;
}

/* Of a solid that is a program, its second derivatives by differences over a thousandth of where its place is and of its bounds. */
static __attribute__((noinline, unused)) float field_curvature(const HitLevels *levels, MlVec3 p) {
  const Field *field = &levels->geometry->field;
  const Aabb *box = &levels->geometry->bounds;
  const float step = max_f(max_f(box->hi[0] - box->lo[0], box->hi[1] - box->lo[1]), box->hi[2] - box->lo[2]) * 0x1p-10f;
  Bend bend;
  const Vec3 at = dvec_to_vec3(p);
  Vec3 rows[3];
  (void)program_gradient(field->distance, &at, &bend.g);
  for (int i = 0; i < 3; i++) {
    Vec3 above, below, by = vec3_all(0.0f);
    by[i] = step;
    const Vec3 after = at + by, before = at - by;
    (void)program_gradient(field->distance, &after, &above);
    (void)program_gradient(field->distance, &before, &below);
    rows[i] = (above - below) / (2.0f * step);
  }
  for (int i = 0; i < 3; i++) bend.h[i] = 0.5f * (rows[i] + vec3(rows[0][i], rows[1][i], rows[2][i]));
  for (uint32_t l = levels->count; l-- > 0;) bend = bend_outward(levels->placed[l], bend);
  return bend_mean_curvature(&bend);
}

/* Hair, as the cylinder around it that has its radius there. p: in its own space. */
static __attribute__((noinline, unused)) float strands_curvature(const HitLevels *levels, const Surface *surface, MlVec3 p) {
  const Strands *strands = &levels->geometry->strands;
  const StrandPoint *a = &strands->points[strands->segments[surface->prim]];
  const double s = (double)surface->u;
  const MlVec3 from = strand_centre(a), axis = dvec_subtract(strand_centre(a + 1), from);
  const Vec3 t = dvec_to_vec3(strands_tangent(strands, surface->prim, s));
  const Vec3 out = dvec_to_vec3(dvec_subtract(p, dvec_add(from, dvec_scale(axis, s)))), across = out - t * dot(out, t);
  const float r = a->r + (a[1].r - a->r) * surface->u, away = sqrt_f(length_squared(across));
  // What is 0 on it: half the square of the distance from the axis, less that of the radius
  Bend bend = {.g = across * (r / away)};
  for (int i = 0; i < 3; i++) {
    bend.h[i] = t * -t[i];
    bend.h[i][i] += 1.0f;
  }
  for (uint32_t l = levels->count; l-- > 0;) bend = bend_outward(levels->placed[l], bend);
  return bend_mean_curvature(&bend);
}

static __attribute__((noinline, unused)) float surface_curvature(const Scene *scene, const Surface *surface) {
  const bool placed_within = surface->instance != NO_ID;
  const Prim *prims = scene->world.prims;
  const PlacedTransform *places = scene->world.placed;
  MlVec3 p = dvec_from_vec3(surface->p);
  HitLevels levels;
  levels.count = 0;
  float side = 1.0f; // what is cut out of a solid shows its inside
  if (placed_within) {
    surface_levels(scene, surface, &levels);
    if (levels.flipped) side = -1.0f;
    if (levels.geometry->mesh.triangle_count != 0) return side * mesh_mean_curvature(&levels.geometry->mesh, surface->prim, &levels);
    if (levels.geometry->field.distance != NULL) return field_curvature(&levels, levels_to_local(&levels, p));
    if (levels.geometry->strands.segment_count != 0) return strands_curvature(&levels, surface, levels_to_local(&levels, p));
    prims = levels.geometry->prims;
    places = levels.geometry->placed;
    p = levels_to_local(&levels, p);
  }
  const Prim *prim = &prims[surface->prim];
  const PlacedTransform *own = prim_is_placed(prim) ? &places[prim->placed] : NULL;
  if (own != NULL) p = placed_point_to_local(own, p);
  else p = dvec_subtract(p, dvec_load(prim->p[0])); // a sphere's centre
  Bend bend = prim_bend(prim, dvec_to_vec3(p), surface->part);
  if (own != NULL) bend = bend_outward(own, bend);
  for (uint32_t l = levels.count; l-- > 0;) bend = bend_outward(levels.placed[l], bend);
  return side * bend_mean_curvature(&bend);
}

#endif
