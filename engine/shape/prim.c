/* prim.c - bounds and areas of primitives; once per scene.
 *
 * Bounds are those of the set that the test accepts (shape/intersect.h). The tests of all kinds but QUAD and TRIANGLE work in double on
 * the stored floats, so they accept a point set that differs from the exact shape by less than 2^-40 of its size: that is the
 * padding, and the rounding outward to floats comes on top. Triangles are decided in float; see triangle_bounds. */
#include "shape/prim.h"

#include "shape/intersect.h"

#define PAD 0x1p-40

/* Columns of the inverse of to_local: the images of the local axes, exactly where the test sees them. */
static void local_axes(const PlacedTransform *placed, MlVec3 axes[3]) {
  const float *m = placed->to_local;
  MlVec3 r0 = dvec_load(m), r1 = dvec_load(m + 3), r2 = dvec_load(m + 6);
  double determinant = dvec_dot(r0, dvec_cross(r1, r2));
  axes[0] = dvec_scale(dvec_cross(r1, r2), 1.0 / determinant);
  axes[1] = dvec_scale(dvec_cross(r2, r0), 1.0 / determinant);
  axes[2] = dvec_scale(dvec_cross(r0, r1), 1.0 / determinant);
}

static Aabb box_around(MlVec3 centre, const double half[3]) {
  const double c[3] = {centre.x, centre.y, centre.z};
  Aabb box;
  for (int i = 0; i < 3; i++) {
    double h = half[i] + (half[i] + __builtin_fabs(c[i])) * PAD;
    box.lo[i] = float_below(c[i] - h);
    box.hi[i] = float_above(c[i] + h);
  }
  return box;
}

/* Half widths of the image of the unit ball (or disc) under axes: by Cauchy-Schwarz, root of the sum of squares. */
static void round_half(const MlVec3 *axes, int count, double half[3]) {
  half[0] = half[1] = half[2] = 0.0;
  for (int k = 0; k < count; k++) {
    half[0] += axes[k].x * axes[k].x;
    half[1] += axes[k].y * axes[k].y;
    half[2] += axes[k].z * axes[k].z;
  }
  for (int i = 0; i < 3; i++) half[i] = __builtin_sqrt(half[i]);
}

static Aabb round_bounds(MlVec3 centre, const MlVec3 *axes, int count) {
  double half[3];
  round_half(axes, count, half);
  return box_around(centre, half);
}

/* Around both ends of a solid that stands along its y axis: discs of radii 1 and k at -y and y, or balls at -h y and h y. */
static Aabb cone_bounds(MlVec3 centre, const MlVec3 axes[3], double k) {
  const MlVec3 bottom[2] = {axes[0], axes[2]}, top[2] = {dvec_scale(axes[0], k), dvec_scale(axes[2], k)};
  Aabb a = round_bounds(dvec_subtract(centre, axes[1]), bottom, 2), b = round_bounds(dvec_add(centre, axes[1]), top, 2);
  return aabb_union(&a, &b);
}
static Aabb capsule_bounds(MlVec3 centre, const MlVec3 axes[3], double h) {
  Aabb a = round_bounds(dvec_along(centre, axes[1], -h), axes, 3), b = round_bounds(dvec_along(centre, axes[1], h), axes, 3);
  return aabb_union(&a, &b);
}
/* The ring's half widths and the tube's. */
static Aabb torus_bounds(MlVec3 centre, const MlVec3 axes[3], double r) {
  const MlVec3 ring[2] = {axes[0], axes[2]};
  double half[3], tube[3];
  round_half(ring, 2, half);
  round_half(axes, 3, tube);
  for (int i = 0; i < 3; i++) half[i] = (half[i] + r * tube[i]) * (1.0 + 0x1p-30); /* the quartic of a thin ring is less exact than PAD */
  return box_around(centre, half);
}

Aabb prim_bounds(const Prim *prim, const PlacedTransform *placed) {
  MlVec3 axes[3], centre = dvec_load(prim->p[0]);
  if (prim_is_placed(prim)) {
    local_axes(&placed[prim->placed], axes);
    centre = dvec_load(placed[prim->placed].centre);
  }
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: return box_around(centre, (const double[3]){(double)prim->r, (double)prim->r, (double)prim->r});
  case PRIM_ELLIPSOID: return round_bounds(centre, axes, 3);
  case PRIM_CONE:
  case PRIM_CONE_SIDE: return cone_bounds(centre, axes, (double)prim->r);
  case PRIM_CAPSULE: return capsule_bounds(centre, axes, (double)prim->r);
  case PRIM_TORUS: return torus_bounds(centre, axes, (double)prim->r);
  case PRIM_BOX: {
    double half[3] = {0.0, 0.0, 0.0};
    for (int k = 0; k < 3; k++) {
      half[0] += __builtin_fabs(axes[k].x);
      half[1] += __builtin_fabs(axes[k].y);
      half[2] += __builtin_fabs(axes[k].z);
    }
    return box_around(centre, half);
  }
  case PRIM_DISK:
    axes[0] = dvec_load(prim->p[1]);
    axes[1] = dvec_load(prim->p[2]);
    return round_bounds(centre, axes, 2);
  case PRIM_TRIANGLE: return triangle_bounds(prim->p[0], prim->p[1], prim->p[2]);
  case PRIM_QUAD: {
    Aabb a = triangle_bounds(prim->p[0], prim->p[1], prim->p[2]), b = triangle_bounds(prim->p[0], prim->p[2], prim->p[3]);
    return aabb_union(&a, &b);
  }
  case PRIM_PLANE: break;
  }
  return (Aabb){{-INFINITY_F, -INFINITY_F, -INFINITY_F}, {INFINITY_F, INFINITY_F, INFINITY_F}};
}

void prim_finish(Prim *prim, const PlacedTransform *placed, bool flip) {
  if (prim->kind == PRIM_QUAD || prim->kind == PRIM_TRIANGLE) {
    MlVec3 n = dvec_normalize(corners_normal(prim->p[0], prim->p[1], prim->p[prim->kind == PRIM_QUAD ? 3 : 2]));
    vec3_store(prim->n, dvec_to_vec3(flip ? dvec_scale(n, -1.0) : n));
  }
  Aabb box = prim_bounds(prim, placed);
  for (int i = 0; i < 3; i++) prim->lo[i] = box.lo[i], prim->hi[i] = box.hi[i];
}

/* ---- areas of round shapes under any placement */

#define PI_D 0x1.921fb54442d18p+1

/* A ring about the y axis of local space: its area there, and the unit normal (radial, along y) that it has all around. */
typedef struct Ring {
  double area, radial, along;
} Ring;

/* Area of the ring's image: the integral of |cofactor(axes) n|, by the midpoint rule, whose error falls exponentially in the angle. */
static double ring_area(const MlVec3 axes[3], Ring ring) {
  const int turns = 64;
  MlVec3 c0 = dvec_cross(axes[1], axes[2]), c1 = dvec_cross(axes[2], axes[0]), c2 = dvec_cross(axes[0], axes[1]);
  double sum = 0.0;
  for (int k = 0; k < turns; k++) {
    double angle = (2.0 * k + 1.0) / turns * PI_D;
    MlVec3 n = dvec_scale(c1, ring.along);
    n = dvec_along(dvec_along(n, c2, ring.radial * ml_cos(angle)), c0, ring.radial * ml_sin(angle));
    sum += dvec_length(n);
  }
  return ring.area * sum / turns;
}

/* The unit sphere in rings of equal height: an error below 1e-4 for axes of up to 1 : 10. */
static double ball_area(const MlVec3 axes[3]) {
  const int heights = 256;
  double sum = 0.0;
  for (int i = 0; i < heights; i++) {
    double y = (2.0 * i + 1.0) / heights - 1.0;
    sum += ring_area(axes, (Ring){4.0 * PI_D / heights, __builtin_sqrt(1.0 - y * y), y});
  }
  return sum;
}

static double cone_side_area(const MlVec3 axes[3], double k) {
  double slope = 0.5 * (1.0 - k), slant = __builtin_sqrt(1.0 + slope * slope);
  return ring_area(axes, (Ring){2.0 * PI_D * (1.0 + k) * slant, 1.0 / slant, slope / slant});
}

static double torus_area(const MlVec3 axes[3], double r) {
  const int rings = 128;
  double sum = 0.0;
  for (int i = 0; i < rings; i++) {
    double angle = (2.0 * i + 1.0) / rings * PI_D, c = ml_cos(angle);
    sum += ring_area(axes, (Ring){4.0 * PI_D * PI_D * r * (1.0 + r * c) / rings, c, ml_sin(angle)});
  }
  return sum;
}

double prim_area(const Prim *prim, const PlacedTransform *placed) {
  MlVec3 axes[3];
  double r = (double)prim->r;
  if (prim_is_placed(prim)) local_axes(&placed[prim->placed], axes);
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: return 4.0 * PI_D * r * r;
  case PRIM_ELLIPSOID: return ball_area(axes);
  case PRIM_CONE: return cone_side_area(axes, r) + PI_D * (1.0 + r * r) * dvec_length(dvec_cross(axes[2], axes[0]));
  case PRIM_CONE_SIDE: return cone_side_area(axes, r);
  case PRIM_CAPSULE: return ball_area(axes) + ring_area(axes, (Ring){4.0 * PI_D * r, 1.0, 0.0});
  case PRIM_TORUS: return torus_area(axes, r);
  case PRIM_BOX:
    return 8.0 * ((dvec_length(dvec_cross(axes[0], axes[1])) + dvec_length(dvec_cross(axes[1], axes[2]))) +
                  dvec_length(dvec_cross(axes[2], axes[0])));
  case PRIM_QUAD: return dvec_length(corners_normal(prim->p[0], prim->p[1], prim->p[3]));
  case PRIM_TRIANGLE: return 0.5 * dvec_length(corners_normal(prim->p[0], prim->p[1], prim->p[2]));
  case PRIM_DISK: return PI_D * (1.0 - r * r) * dvec_length(dvec_cross(dvec_load(prim->p[1]), dvec_load(prim->p[2])));
  case PRIM_PLANE: break;
  }
  return (double)INFINITY_F;
}
