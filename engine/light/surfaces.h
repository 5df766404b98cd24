/* surfaces.h - points on surfaces that emit, with their density as seen from a point: spheres by the cone they fill (seen from inside: by
 * area), ellipsoids by the cone of the unit sphere in their own space, flat polygons and boxes by the solid angle that they fill above the
 * horizon, everything else by area. Per-ray code. */
#ifndef ML_LIGHT_SURFACES_H
#define ML_LIGHT_SURFACES_H

#include "bvh/world.h"
#include "light/light.h"
#include "light/polygon.h"
#include "light/rectangle.h"
#include "light/solid.h"
#include "math/sampling.h"
#include "shape/surface.h"

/* What light sampling knows of the point that is lit. Normals are unit and on the side that the light is wanted from. */
typedef struct LitPoint {
  Vec3 p, p_error, ng, ns;
  bool through; /* light from beyond the surface is wanted as well */
} LitPoint;

/* Its horizon, for what is cut there. */
static inline Vec3 lit_horizon(const LitPoint *lit) { return lit->through ? vec3_all(0.0f) : lit->ng; }

/* A sampled point of a surface: position with error bound, unit normal of the front, density over solid angle. */
typedef struct LightPoint {
  Vec3 p, p_error, n;
  float pdf;         /* 0: there is nothing to be sampled */
  float point_like;  /* radius of a sphere whose solid angle is too small for floats, to be taken for a point; else 0 */
  uint32_t triangle; /* of a mesh: which, and barycentrics of its second and third corner */
  Vec2 at;
} LightPoint;

/* From a density over area to one over solid angle: d^2 / (|cos| area). 0 where it has none. */
static inline float area_to_solid_angle(Vec3 from, Vec3 to, Vec3 n, float area) {
  Vec3 v = to - from;
  float d2 = length_squared(v), cosine = abs_dot(v, n);
  return cosine > 0.0f ? d2 / area * (sqrt_f(d2) / cosine) : 0.0f;
}

#define SPHERE_FAR 1e30f /* squared distance in radii from which on a sphere is a point */

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

/* Density over solid angle at which the point n is found: from outside never one of the far side, seen through holes in the near one. */
static inline float sphere_view_pdf(const SphereView *view, Vec3 n) {
  if (view->cone && dot(n, view->o) < 0.99999f) return 0.0f;
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
  if (view.d2 > SPHERE_FAR) {
    Vec3 to = centre - lit->p;
    *out = (LightPoint){.p = centre, .n = -to / length(to), .pdf = 1.0f, .point_like = radius};
    return;
  }
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

/* Where a face's own coordinates, -1..1, lie on it. */
static inline void box_point(const PlacedTransform *placed, int face, float x, float y, LightPoint *out) {
  Vec3 local = vec3_all(0.0f), n = vec3_all(0.0f);
  int axis = face >> 1;
  local[axis] = n[axis] = (face & 1) != 0 ? 1.0f : -1.0f;
  local[(axis + 1) % 3] = x;
  local[(axis + 2) % 3] = y;
  placed_light_point(placed, local, n, out);
}
/* Points of the faces that are turned to the point, uniform over their area. */
static inline void box_sample_area(const PlacedTransform *placed, Vec3 from, Vec2 u, LightPoint *out) {
  float areas[6], total = box_faces_seen(placed, from, areas), at = u.x * total;
  int face = 0;
  for (int i = 0; i < 6; i++) {
    if (areas[i] <= 0.0f) continue;
    face = i;
    if (at < areas[i]) break;
    at -= areas[i];
  }
  float x = clamp_f(2.0f * (at / areas[face]) - 1.0f, -1.0f, 1.0f), y = 2.0f * u.y - 1.0f;
  box_point(placed, face, x, y, out);
  out->pdf = area_to_solid_angle(from, out->p, out->n, total);
}

/* The faces that are turned to the point, by the solid angles that they fill above its horizon. */
typedef struct BoxView {
  PolygonView faces[6]; /* only those of which `seen` has the bit */
  uint32_t seen;
  float solid_angle;
} BoxView;

static inline void box_view(const PlacedTransform *placed, const LitPoint *lit, BoxView *view) {
  float areas[6];
  box_faces_seen(placed, lit->p, areas);
  view->seen = 0;
  view->solid_angle = 0.0f;
  Vec3 centre = vec3_load(placed->centre) - lit->p;
  for (int i = 0; i < 6; i++) {
    if (areas[i] <= 0.0f) continue;
    Vec3 z = matrix_column(placed->to_world, i >> 1), x = matrix_column(placed->to_world, ((i >> 1) + 1) % 3),
         y = matrix_column(placed->to_world, ((i >> 1) + 2) % 3);
    Vec3 middle = (i & 1) != 0 ? centre + z : centre - z;
    const Vec3 corners[4] = {middle - x - y, middle + x - y, middle + x + y, middle - x + y};
    view->faces[i] = polygon_view(corners, 4, lit_horizon(lit));
    if (view->faces[i].count == 0) continue;
    view->seen |= 1u << i;
    view->solid_angle += view->faces[i].solid_angle;
  }
}
static inline void box_light_sample(const PlacedTransform *placed, const LitPoint *lit, Vec2 u, LightPoint *out) {
  BoxView view;
  box_view(placed, lit, &view);
  out->pdf = 0.0f;
  if (view.seen == 0) return;
  if (view.solid_angle < POLYGON_LEAST) {
    box_sample_area(placed, lit->p, u, out);
    return;
  }
  float at = u.x * view.solid_angle;
  int face = 0;
  for (int i = 0; i < 6; i++) {
    if ((view.seen >> i & 1) == 0) continue;
    face = i;
    if (at < view.faces[i].solid_angle) break;
    at -= view.faces[i].solid_angle;
  }
  Vec3 z = matrix_column(placed->to_world, face >> 1), x = matrix_column(placed->to_world, ((face >> 1) + 1) % 3),
       y = matrix_column(placed->to_world, ((face >> 1) + 2) % 3), centre = vec3_load(placed->centre) - lit->p;
  Vec2 on = plane_coordinates((face & 1) != 0 ? centre + z : centre - z, x, y, polygon_direction(&view.faces[face], at, u.y));
  box_point(placed, face, clamp_f(on.x, -1.0f, 1.0f), clamp_f(on.y, -1.0f, 1.0f), out);
  out->pdf = 1.0f / view.solid_angle;
}
static inline float box_light_pdf(const PlacedTransform *placed, const LitPoint *lit, const Surface *surface) {
  BoxView view;
  box_view(placed, lit, &view);
  if ((view.seen >> surface->part & 1) == 0) return 0.0f;
  if (view.solid_angle >= POLYGON_LEAST) return 1.0f / view.solid_angle;
  float areas[6], total = box_faces_seen(placed, lit->p, areas);
  return area_to_solid_angle(lit->p, surface->p, surface->ng, total);
}

/* ---- triangles and parallelograms */

typedef enum FlatWay {
  FLAT_UNSEEN, /* all of it is below the horizon */
  FLAT_RECTANGLE,
  FLAT_POLYGON,
  FLAT_AREA,
} FlatWay;

typedef struct FlatView {
  FlatWay way;
  Vec3 corner, u, v; /* edges from the first corner, which is relative to the point */
  RectangleView rectangle;
  PolygonView polygon;
} FlatView;

/* Corners in the world, 3 or 4. A rectangle wholly above the horizon has the smoother map of its own. */
static inline void flat_view(const Vec3 *corners, uint32_t count, const LitPoint *lit, FlatView *view) {
  Vec3 relative[4] = {vec3_all(0.0f)};
  bool whole = true;
  for (uint32_t i = 0; i < count; i++) {
    relative[i] = corners[i] - lit->p;
    whole = whole && (lit->through || dot(relative[i], lit->ng) > 0.0f);
  }
  view->corner = relative[0];
  view->u = corners[1] - corners[0];
  view->v = corners[count - 1] - corners[0];
  if (count == 4 && whole && rectangle_is_one(view->u, view->v)) {
    view->way = FLAT_RECTANGLE;
    view->rectangle = rectangle_view(view->corner, view->u, view->v);
    if (view->rectangle.solid_angle > 0.0f) return;
  }
  view->polygon = polygon_view(relative, count, lit_horizon(lit));
  view->way = view->polygon.count == 0 ? FLAT_UNSEEN : view->polygon.solid_angle < POLYGON_LEAST ? FLAT_AREA : FLAT_POLYGON;
}

/* Where it is sampled, as coordinates along the edges. */
static inline Vec2 flat_view_sample(const FlatView *view, bool triangle, Vec2 u) {
  if (view->way == FLAT_AREA || view->way == FLAT_UNSEEN) return triangle ? sample_triangle_uniform(u) : u;
  Vec3 w = view->way == FLAT_RECTANGLE ? rectangle_sample(&view->rectangle, u)
                                       : polygon_direction(&view->polygon, u.x * view->polygon.solid_angle, u.y);
  Vec2 on = plane_coordinates(view->corner, view->u, view->v, w);
  on = (Vec2){clamp_f(on.x, 0.0f, 1.0f), clamp_f(on.y, 0.0f, 1.0f)};
  float sum = on.x + on.y;
  if (triangle && sum > 1.0f) on.x /= sum, on.y /= sum;
  return on;
}
static inline float flat_view_pdf(const FlatView *view, float area, Vec3 from, Vec3 to, Vec3 n) {
  switch (view->way) {
  case FLAT_UNSEEN: return 0.0f;
  case FLAT_RECTANGLE: return 1.0f / view->rectangle.solid_angle;
  case FLAT_POLYGON: return 1.0f / view->polygon.solid_angle;
  case FLAT_AREA: break;
  }
  return area_to_solid_angle(from, to, n, area);
}

/* ---- primitives */

/* Equal areas between the hole and the rim. */
static inline void disk_light_sample(const Prim *prim, float area, Vec3 from, Vec2 u, LightPoint *out) {
  Vec3 p0 = vec3_load(prim->p[0]), p1 = vec3_load(prim->p[1]), p2 = vec3_load(prim->p[2]);
  Vec2 d = sample_disk_concentric(u);
  float r2 = d.x * d.x + d.y * d.y, hole2 = prim->r * prim->r;
  float scale = r2 > 0.0f && hole2 > 0.0f ? sqrt_f((hole2 + (1.0f - hole2) * r2) / r2) : 1.0f;
  out->p = p0 + p1 * (d.x * scale) + p2 * (d.y * scale);
  out->p_error = gamma_bound(8) * (vec3_abs(p0) + vec3_abs(p1) + vec3_abs(p2));
  out->n = vec3_load(prim->n);
  out->pdf = area_to_solid_angle(from, out->p, out->n, area);
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

static inline uint32_t prim_corners(const Prim *prim, Vec3 corners[4]) {
  uint32_t count = prim->kind == PRIM_QUAD ? 4 : 3;
  for (uint32_t i = 0; i < count; i++) corners[i] = vec3_load(prim->p[i]);
  return count;
}

/* A point of a primitive that is a light, with its density over solid angle. */
static inline void prim_light_sample(const World *world, const Light *light, const LitPoint *lit, Vec2 u, LightPoint *out) {
  const Prim *prim = &world->prims[light->prim];
  out->pdf = 0.0f;
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: sphere_light_sample(vec3_load(prim->p[0]), prim->r, lit, u, out); return;
  case PRIM_ELLIPSOID: ellipsoid_light_sample(&world->placed[prim->placed], lit, u, out); return;
  case PRIM_BOX: box_light_sample(&world->placed[prim->placed], lit, u, out); return;
  case PRIM_QUAD:
  case PRIM_TRIANGLE: {
    Vec3 corners[4];
    uint32_t count = prim_corners(prim, corners);
    FlatView view;
    flat_view(corners, count, lit, &view);
    Vec2 on = flat_view_sample(&view, count == 3, u);
    out->p = corners[0] + view.u * on.x + view.v * on.y;
    out->p_error = gamma_bound(8) * (vec3_abs(corners[0]) + vec3_abs(corners[1]) + vec3_abs(corners[2]) + vec3_abs(corners[count - 1]));
    out->n = vec3_load(prim->n);
    out->pdf = flat_view_pdf(&view, light->area, lit->p, out->p, out->n);
    return;
  }
  case PRIM_DISK: disk_light_sample(prim, light->area, lit->p, u, out); return;
  case PRIM_CONE:
  case PRIM_CAPSULE:
  case PRIM_TORUS:
  case PRIM_CONE_SIDE: solid_light_sample(prim, &world->placed[prim->placed], lit->p, u, out); return;
  case PRIM_PLANE: return; /* never a light */
  }
}

/* The density with which that finds the point of the surface that a ray from lit met. */
static inline float prim_light_pdf(const World *world, const Light *light, const LitPoint *lit, const Surface *surface) {
  const Prim *prim = &world->prims[light->prim];
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: {
    SphereView view = sphere_light_view(vec3_load(prim->p[0]), prim->r, lit);
    return sphere_view_pdf(&view, surface->ng);
  }
  case PRIM_ELLIPSOID: {
    SphereView view = ellipsoid_light_view(&world->placed[prim->placed], lit);
    return ellipsoid_light_pdf(&world->placed[prim->placed], &view, lit->p, surface->p);
  }
  case PRIM_BOX: return box_light_pdf(&world->placed[prim->placed], lit, surface);
  case PRIM_QUAD:
  case PRIM_TRIANGLE: {
    Vec3 corners[4];
    uint32_t count = prim_corners(prim, corners);
    FlatView view;
    flat_view(corners, count, lit, &view);
    return flat_view_pdf(&view, light->area, lit->p, surface->p, surface->ng);
  }
  case PRIM_CONE:
  case PRIM_CAPSULE:
  case PRIM_TORUS:
  case PRIM_CONE_SIDE: return solid_light_pdf(prim, &world->placed[prim->placed], lit->p, surface->p, surface->ng);
  case PRIM_DISK: return area_to_solid_angle(lit->p, surface->p, surface->ng, light->area);
  case PRIM_PLANE: break;
  }
  return 0.0f;
}

/* ---- triangles of meshes, in the world */

typedef struct TriangleInWorld {
  Vec3 local[3], world[3], normal; /* normal: in local space, of any length */
  float area;
} TriangleInWorld;

static inline void triangle_in_world(const World *world, const Instance *instance, uint32_t triangle, TriangleInWorld *out) {
  const Mesh *mesh = &instance_geometry(&world->instances, instance)->mesh;
  const uint32_t *corner = mesh->triangles + 3 * (size_t)triangle;
  for (int i = 0; i < 3; i++) {
    out->local[i] = vec3_load(mesh->points + 3 * (size_t)corner[i]);
    out->world[i] = vec3_load(instance->placed.centre) + matrix_apply(instance->placed.to_world, out->local[i]);
  }
  Vec3 u = out->local[1] - out->local[0], v = out->local[2] - out->local[0];
  out->normal = cross(u, v);
  out->area = 0.5f * length(cross(matrix_apply(instance->placed.to_world, u), matrix_apply(instance->placed.to_world, v)));
}
static inline void triangle_light_sample(const World *world, const Instance *instance, uint32_t triangle, const LitPoint *lit, Vec2 u,
                                         LightPoint *out) {
  TriangleInWorld t;
  FlatView view;
  triangle_in_world(world, instance, triangle, &t);
  flat_view(t.world, 3, lit, &view);
  Vec2 on = flat_view_sample(&view, true, u);
  placed_light_point(&instance->placed, t.local[0] + (t.local[1] - t.local[0]) * on.x + (t.local[2] - t.local[0]) * on.y, t.normal, out);
  out->triangle = triangle;
  out->at = on;
  out->pdf = flat_view_pdf(&view, t.area, lit->p, out->p, out->n);
}
static inline float triangle_light_pdf(const World *world, const Instance *instance, uint32_t triangle, const LitPoint *lit,
                                       const Surface *surface) {
  TriangleInWorld t;
  FlatView view;
  triangle_in_world(world, instance, triangle, &t);
  flat_view(t.world, 3, lit, &view);
  return flat_view_pdf(&view, t.area, lit->p, surface->p, surface->ng);
}

#endif
