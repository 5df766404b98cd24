/* intersect.h - the one test of a ray against each kind of primitive: a fixed sequence of operations, the same bits everywhere.
 *
 * Which triangle of a mesh a ray goes through is decided in float (watertight: Woop, Benthin, Wald 2013). Where a surface is, is
 * computed in double from the float data, so that a distance errs by its own rounding alone: an origin one float off the surface
 * (shape/surface.h) then is on the right side of it for certain, at every scale, and nothing needs an epsilon. Doubles cost
 * nothing here: this is scalar code, run for the few primitives that a ray comes close to.
 *
 * All tests accept t in (0, infinity) from either side; directions need not be unit vectors. Callers restrict t. */
#ifndef ML_SHAPE_INTERSECT_H
#define ML_SHAPE_INTERSECT_H

#include "math/dvec.h"
#include "math/lanes.h"
#include "shape/prim.h"
#include "shape/ray_box.h"
#include "shape/solids.h"

typedef struct PrimHit {
  float t, u, v; /* u, v: QUAD along its two edges, TRIANGLE barycentrics of p[1] and p[2], DISK along its half axes (-1..1), else 0 */
  uint32_t part;
} PrimHit;

/* What the tests need of a ray, computed once per ray and space. The shear makes the ray the z axis of a frame in which kz is the
 * direction's largest axis. */
typedef struct RayQuery {
  RayBox box;    /* o is its, too */
  MlVec3 od, dd; /* origin and direction as doubles */
  float so[3];   /* o along kx, ky, kz */
  float sx, sy;  /* d along kx and ky, over d along kz */
  uint32_t k[3]; /* kx, ky, kz */
} RayQuery;

static inline MlVec3 dvec_from_vec3(Vec3 v) { return (MlVec3){(double)v[0], (double)v[1], (double)v[2]}; }

/* A coordinate of -0 counts as 0: then a placement that changes nothing changes no bits. */
ALWAYS_INLINE RayQuery ray_query(Vec3 o, Vec3 d) {
  o += 0.0f, d += 0.0f;
  const Vec3 size = vec3_abs(d);
  // The largest axis by what x < y, y < z, x < z say, two bits for each case; without branches, which nobody could foretell
  const uint32_t less = vec3_mask(__builtin_shufflevector(size, size, 0, 1, 0, 3) < __builtin_shufflevector(size, size, 1, 2, 2, 3));
  const uint32_t kz = 0xa684u >> 2 * less & 3, kx = 9u >> 2 * kz & 3, ky = 18u >> 2 * kz & 3;
  return (RayQuery){.box = ray_box(o, d),
                    .od = dvec_from_vec3(o),
                    .dd = dvec_from_vec3(d),
                    .so = {o[kx], o[ky], o[kz]},
                    .sx = d[kx] / d[kz],
                    .sy = d[ky] / d[kz],
                    .k = {kx, ky, kz}};
}

static inline MlVec3 dvec_load(const float *p) { return (MlVec3){(double)p[0], (double)p[1], (double)p[2]}; }
static inline MlVec3 dvec_along(MlVec3 o, MlVec3 d, double t) { return dvec_add(o, dvec_scale(d, t)); }
/* A row-major 3x3 matrix, or its transpose, times a vector. */
static inline MlVec3 matrix_multiply(const float m[9], MlVec3 v) {
  return (MlVec3){((double)m[0] * v.x + (double)m[1] * v.y) + (double)m[2] * v.z,
                  ((double)m[3] * v.x + (double)m[4] * v.y) + (double)m[5] * v.z,
                  ((double)m[6] * v.x + (double)m[7] * v.y) + (double)m[8] * v.z};
}
static inline MlVec3 matrix_multiply_transposed(const float m[9], MlVec3 v) {
  return (MlVec3){((double)m[0] * v.x + (double)m[3] * v.y) + (double)m[6] * v.z,
                  ((double)m[1] * v.x + (double)m[4] * v.y) + (double)m[7] * v.z,
                  ((double)m[2] * v.x + (double)m[5] * v.y) + (double)m[8] * v.z};
}
static inline MlVec3 placed_point_to_local(const PlacedTransform *placed, MlVec3 p) {
  return matrix_multiply(placed->to_local, dvec_subtract(p, dvec_load(placed->centre)));
}

/* ---- flat kinds */

/* A corner relative to the ray's origin, sheared so that the ray is the z axis: x and y. */
typedef struct Sheared {
  float x, y;
} Sheared;
ALWAYS_INLINE Sheared shear_corner(const RayQuery *q, const float *p) {
  float z = p[q->k[2]] - q->so[2];
  return (Sheared){(p[q->k[0]] - q->so[0]) - q->sx * z, (p[q->k[1]] - q->so[1]) - q->sy * z};
}

/* See between_corners. */
static __attribute__((noinline, unused)) bool between_corners_exactly(Sheared a, Sheared b, Sheared c) {
  double da = (double)c.x * (double)b.y - (double)c.y * (double)b.x;
  double db = (double)a.x * (double)c.y - (double)a.y * (double)c.x;
  double dc = (double)b.x * (double)a.y - (double)b.y * (double)a.x;
  if (da >= 0.0 && db >= 0.0 && dc >= 0.0) return (da + db) + dc > 0.0; /* 0: seen edge on, or degenerate */
  return da <= 0.0 && db <= 0.0 && dc <= 0.0;
}

/* Whether the ray passes between three sheared corners. An edge's function has the same magnitude in both triangles that share it,
 * and a float difference of products has the exact one's sign unless it is 0: then doubles decide, in which the products are
 * exact. So of two neighbours at least one is hit. */
ALWAYS_INLINE bool between_corners(Sheared a, Sheared b, Sheared c) {
  float ua = c.x * b.y - c.y * b.x, ub = a.x * c.y - a.y * c.x, uc = b.x * a.y - b.y * a.x;
  // What a zero may turn out to be is not needed where the others differ. (Numbers that overflow: the same by vectors, bvh/block.h)
  if (!(min_f(min_f(ua, ub), uc) >= 0.0f || max_f(max_f(ua, ub), uc) <= 0.0f)) return false;
  return (ua != 0.0f && ub != 0.0f && uc != 0.0f) || between_corners_exactly(a, b, c);
}

/* A double distance may round to 0 or overflow: towards the horizon of a plane, or along a short direction. */
static inline bool distance_valid(float t) { return t > 0.0f && t <= LARGEST_F; }

/* Where the ray meets the plane through p with normal n (of any length); 0 if it does not. */
ALWAYS_INLINE double plane_distance(const RayQuery *q, MlVec3 p, MlVec3 n) {
  double slope = dvec_dot(n, q->dd);
  if (slope == 0.0) return 0.0;
  return dvec_dot(n, dvec_subtract(p, q->od)) / slope;
}

/* Where the ray meets the plane p + u a + v b, at a distance > 0: coordinates. n = a x b is not 0. */
typedef struct PlanePoint {
  double u, v;
} PlanePoint;
static inline PlanePoint plane_point(const RayQuery *q, MlVec3 p, MlVec3 a, MlVec3 b, MlVec3 n, double t) {
  double nn = dvec_dot(n, n);
  MlVec3 at = dvec_subtract(dvec_along(q->od, q->dd, t), p);
  return (PlanePoint){dvec_dot(dvec_cross(at, b), n) / nn, dvec_dot(dvec_cross(a, at), n) / nn};
}

static inline MlVec3 corners_normal(const float *a, const float *b, const float *c) {
  MlVec3 o = dvec_load(a);
  return dvec_cross(dvec_subtract(dvec_load(b), o), dvec_subtract(dvec_load(c), o));
}
static inline double clamp_between(double x, double lo, double hi) { return x < lo ? lo : x > hi ? hi : x; }

/* Distances alone, and the coordinates of what was hit in the end: between a ray's hits most are of surfaces behind another one. */
ALWAYS_INLINE bool triangle_distance(const RayQuery *q, const float *a, const float *b, const float *c, double *t) {
  if (!between_corners(shear_corner(q, a), shear_corner(q, b), shear_corner(q, c))) return false;
  *t = plane_distance(q, dvec_load(a), corners_normal(a, b, c));
  return *t > 0.0;
}
/* A triangle's corner, the edges from there, their product, and where the ray meets its plane. */
typedef struct TriangleMeeting {
  MlVec3 corner, edge[2], normal;
  double t;
} TriangleMeeting;
ALWAYS_INLINE void triangle_meeting_coordinates(const RayQuery *q, const TriangleMeeting *m, float *u, float *v) {
  PlanePoint at = plane_point(q, m->corner, m->edge[0], m->edge[1], m->normal, m->t);
  double along = clamp_between(at.u, 0.0, 1.0);
  *u = (float)along;
  *v = (float)clamp_between(at.v, 0.0, 1.0 - along);
}
static inline void triangle_coordinates(const RayQuery *q, const float *a, const float *b, const float *c, float *u, float *v) {
  MlVec3 p = dvec_load(a), n = corners_normal(a, b, c);
  TriangleMeeting m = {p, {dvec_subtract(dvec_load(b), p), dvec_subtract(dvec_load(c), p)}, n, plane_distance(q, p, n)};
  triangle_meeting_coordinates(q, &m, u, v);
}

/* Two triangles by the diagonal, so that a quad is as tight as its neighbours; one plane through three corners. */
ALWAYS_INLINE bool quad_distance(const RayQuery *q, const Prim *prim, double *t) {
  Sheared p0 = shear_corner(q, prim->p[0]), p1 = shear_corner(q, prim->p[1]), p2 = shear_corner(q, prim->p[2]),
          p3 = shear_corner(q, prim->p[3]);
  if (!between_corners(p0, p1, p2) && !between_corners(p0, p2, p3)) return false;
  *t = plane_distance(q, dvec_load(prim->p[0]), corners_normal(prim->p[0], prim->p[1], prim->p[3]));
  return *t > 0.0;
}
static inline void quad_coordinates(const RayQuery *q, const Prim *prim, float *u, float *v) {
  MlVec3 p = dvec_load(prim->p[0]), n = corners_normal(prim->p[0], prim->p[1], prim->p[3]);
  PlanePoint at =
    plane_point(q, p, dvec_subtract(dvec_load(prim->p[1]), p), dvec_subtract(dvec_load(prim->p[3]), p), n, plane_distance(q, p, n));
  *u = (float)clamp_between(at.u, 0.0, 1.0);
  *v = (float)clamp_between(at.v, 0.0, 1.0);
}

/* The half axes need not be orthogonal. */
static inline bool disk_point(const RayQuery *q, const Prim *prim, double *t, PlanePoint *at) {
  MlVec3 p = dvec_load(prim->p[0]), a = dvec_load(prim->p[1]), b = dvec_load(prim->p[2]), n = dvec_cross(a, b);
  *t = plane_distance(q, p, n);
  if (!(*t > 0.0)) return false;
  *at = plane_point(q, p, a, b, n, *t);
  double square = at->u * at->u + at->v * at->v, hole = (double)prim->r;
  return square <= 1.0 && !(square < hole * hole);
}

/* ---- closed kinds */

/* Where the ray's line enters and leaves. Haines, Günther, Akenine-Möller 2019, "Precision Improvements for Ray/Sphere Intersection". f: origin
 * from the centre. */
ALWAYS_INLINE bool sphere_interval(MlVec3 f, MlVec3 d, double r, double *first, double *second) {
  double dd = dvec_dot(d, d), b = -dvec_dot(f, d);
  MlVec3 nearest = dvec_along(f, d, b / dd);
  double discriminant = r * r - dvec_dot(nearest, nearest);
  if (!(discriminant >= 0.0)) return false;
  double c = dvec_dot(f, f) - r * r;
  double root = __builtin_sqrt(dd * discriminant), q = b < 0.0 ? b - root : b + root;
  if (q == 0.0) return false; /* touches at the origin itself */
  double t0 = c / q, t1 = q / dd;
  *first = t0 < t1 ? t0 : t1, *second = t0 < t1 ? t1 : t0;
  return true;
}
static inline bool sphere_distance(MlVec3 f, MlVec3 d, double r, double *t) {
  double first, second;
  if (!sphere_interval(f, d, r, &first, &second)) return false;
  *t = first > 0.0 ? first : second;
  return *t > 0.0;
}

/* The cube [-1,1]^3: where the ray's line enters and leaves, and through which faces. */
ALWAYS_INLINE bool cube_interval(MlVec3 o, MlVec3 d, double *first, double *second, uint32_t *first_face, uint32_t *second_face) {
  const double os[3] = {o.x, o.y, o.z}, ds[3] = {d.x, d.y, d.z};
  *first = -(double)INFINITY_F, *second = (double)INFINITY_F;
  *first_face = 0, *second_face = 0;
  for (uint32_t i = 0; i < 3; i++) {
    if (ds[i] == 0.0) {
      if (!(os[i] >= -1.0 && os[i] <= 1.0)) return false;
      continue;
    }
    double low = (-1.0 - os[i]) / ds[i], high = (1.0 - os[i]) / ds[i];
    bool back = ds[i] < 0.0;
    double in = back ? high : low, out = back ? low : high;
    if (in > *first) *first = in, *first_face = 2 * i + (back ? 1 : 0);
    if (out < *second) *second = out, *second_face = 2 * i + (back ? 0 : 1);
  }
  return *first <= *second;
}
/* part: the face that the ray goes through at *t. */
static inline bool cube_distance(MlVec3 o, MlVec3 d, double *t, uint32_t *part) {
  double first, second;
  uint32_t first_face, second_face;
  if (!cube_interval(o, d, &first, &second, &first_face, &second_face)) return false;
  *t = first > 0.0 ? first : second;
  *part = first > 0.0 ? first_face : second_face;
  return *t > 0.0;
}

/* A placed kind in its local space. */
static inline bool placed_distance(const Prim *prim, MlVec3 o, MlVec3 d, double *t, uint32_t *part) {
  switch ((PrimKind)prim->kind) {
  case PRIM_ELLIPSOID: return sphere_distance(o, d, 1.0, t);
  case PRIM_BOX: return cube_distance(o, d, t, part);
  case PRIM_CONE: return cone_distance(o, d, (double)prim->r, true, t, part);
  case PRIM_CONE_SIDE: return cone_distance(o, d, (double)prim->r, false, t, part);
  case PRIM_CAPSULE: return capsule_distance(o, d, (double)prim->r, t);
  case PRIM_TORUS: return torus_distance(o, d, (double)prim->r, t);
  case PRIM_SPHERE:
  case PRIM_QUAD:
  case PRIM_TRIANGLE:
  case PRIM_DISK:
  case PRIM_PLANE: break;
  }
  return false;
}

/* ---- all kinds */

/* Where the ray meets the surface; *part as in Hit. placed: the array of the primitive's owner. */
ALWAYS_INLINE bool prim_distance(const RayQuery *q, const Prim *prim, const PlacedTransform *placed, float *distance, uint32_t *part) {
  double t = 0.0;
  PlanePoint at;
  *part = 0;
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE:
    if (!sphere_distance(dvec_subtract(q->od, dvec_load(prim->p[0])), q->dd, (double)prim->r, &t)) return false;
    break;
  case PRIM_ELLIPSOID:
  case PRIM_BOX:
  case PRIM_CONE:
  case PRIM_CAPSULE:
  case PRIM_TORUS:
  case PRIM_CONE_SIDE: {
    const PlacedTransform *m = &placed[prim->placed];
    MlVec3 o = placed_point_to_local(m, q->od), d = matrix_multiply(m->to_local, q->dd);
    if (!placed_distance(prim, o, d, &t, part)) return false;
    break;
  }
  case PRIM_QUAD:
    if (!quad_distance(q, prim, &t)) return false;
    break;
  case PRIM_TRIANGLE:
    if (!triangle_distance(q, prim->p[0], prim->p[1], prim->p[2], &t)) return false;
    break;
  case PRIM_DISK:
    if (!disk_point(q, prim, &t, &at)) return false;
    break;
  case PRIM_PLANE: t = plane_distance(q, dvec_load(prim->p[0]), dvec_load(prim->n)); break;
  }
  *distance = (float)t;
  return distance_valid(*distance);
}

/* u and v of what the ray meets, by prim_distance. */
static inline void prim_coordinates(const RayQuery *q, const Prim *prim, float *u, float *v) {
  *u = *v = 0.0f;
  if (prim->kind == PRIM_QUAD) quad_coordinates(q, prim, u, v);
  if (prim->kind == PRIM_TRIANGLE) triangle_coordinates(q, prim->p[0], prim->p[1], prim->p[2], u, v);
  if (prim->kind == PRIM_DISK) {
    double t;
    PlanePoint at;
    disk_point(q, prim, &t, &at);
    *u = (float)at.u, *v = (float)at.v;
  }
}

/* The whole test of a primitive: its surface and its box. The box's near distance is a floor under t, and so is `floor` (that of
 * the instance around it), which makes t >= near for every box above it in the tree: see bvh/trace.h. */
static inline bool prim_intersect(const RayQuery *q, const Prim *prim, const PlacedTransform *placed, float floor, float t_max,
                                  PrimHit *out) {
  float near = floor;
  *out = (PrimHit){0};
  if (prim->kind != PRIM_PLANE && !(ray_box_test(&q->box, prim->lo, prim->hi, &near) && near <= t_max)) return false;
  if (!prim_distance(q, prim, placed, &out->t, &out->part)) return false;
  prim_coordinates(q, prim, &out->u, &out->v);
  out->t = max_f(out->t, near);
  return out->t <= t_max;
}

/* ---- triangles of meshes */

/* The padded box of a triangle; build and rays compute it alike. Padding: a ray that is accepted along an edge may miss the exact
 * triangle by the rounding of its sheared corners. That of a corner is at most 5 roundings of its distance from the ray's origin
 * along the box's axis, which the slab test's own 8 ulp absorb at the nearest corner, and at the others up to the triangle's
 * extent; the edge functions add one more of the sheared extent, at most twice the extent. 16 roundings of it hold all that.
 * (Slivers can be accepted further out by cancellation; there the box has the last word.) */
static inline Aabb triangle_bounds(const float *a, const float *b, const float *c) {
  Aabb box;
  float extent = 0.0f;
  for (int i = 0; i < 3; i++) {
    box.lo[i] = min_f(min_f(a[i], b[i]), c[i]);
    box.hi[i] = max_f(max_f(a[i], b[i]), c[i]);
    extent = max_f(box.hi[i] - box.lo[i], extent);
  }
  return aabb_pad(&box, 16.0f * EPSILON_F * extent);
}

/* The whole test of a mesh's triangle. Trees have it for a block of them (bvh/block.h), with the same bits. */
static inline bool mesh_triangle_intersect(const RayQuery *q, const float *a, const float *b, const float *c, float floor, float t_max,
                                           PrimHit *out) {
  double t;
  *out = (PrimHit){0};
  if (!triangle_distance(q, a, b, c, &t)) return false;
  out->t = (float)t;
  if (!distance_valid(out->t)) return false;
  triangle_coordinates(q, a, b, c, &out->u, &out->v);
  Aabb box = triangle_bounds(a, b, c); /* after the test: most triangles that are looked at are missed */
  float near = floor;
  if (!ray_box_test(&q->box, box.lo, box.hi, &near)) return false;
  out->t = max_f(out->t, near);
  return out->t <= t_max;
}

#endif
