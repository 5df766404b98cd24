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

static Aabb box_around(const float centre[3], const double half[3]) {
  Aabb box;
  for (int i = 0; i < 3; i++) {
    double c = (double)centre[i], h = half[i] + (half[i] + __builtin_fabs(c)) * PAD;
    box.lo[i] = float_below(c - h);
    box.hi[i] = float_above(c + h);
  }
  return box;
}

/* Half widths of the image of the unit ball (or disc) under axes: by Cauchy-Schwarz, root of the sum of squares. */
static Aabb round_bounds(const float centre[3], const MlVec3 *axes, int count) {
  double half[3] = {0.0, 0.0, 0.0};
  for (int k = 0; k < count; k++) {
    half[0] += axes[k].x * axes[k].x;
    half[1] += axes[k].y * axes[k].y;
    half[2] += axes[k].z * axes[k].z;
  }
  for (int i = 0; i < 3; i++) half[i] = __builtin_sqrt(half[i]);
  return box_around(centre, half);
}

Aabb prim_bounds(const Prim *prim, const PlacedTransform *placed) {
  MlVec3 axes[3];
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: return box_around(prim->p[0], (const double[3]){(double)prim->r, (double)prim->r, (double)prim->r});
  case PRIM_ELLIPSOID: local_axes(&placed[prim->placed], axes); return round_bounds(placed[prim->placed].centre, axes, 3);
  case PRIM_BOX: {
    local_axes(&placed[prim->placed], axes);
    double half[3] = {0.0, 0.0, 0.0};
    for (int k = 0; k < 3; k++) {
      half[0] += __builtin_fabs(axes[k].x);
      half[1] += __builtin_fabs(axes[k].y);
      half[2] += __builtin_fabs(axes[k].z);
    }
    return box_around(placed[prim->placed].centre, half);
  }
  case PRIM_DISK:
    axes[0] = dvec_load(prim->p[1]);
    axes[1] = dvec_load(prim->p[2]);
    return round_bounds(prim->p[0], axes, 2);
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

/* Area of the image of the unit sphere: the integral over it of |cofactor(axes) n|. By the midpoint rule in height and angle, whose
 * error falls exponentially in the angle and is below 1e-4 in height for axes of up to 1 : 10. */
static double ellipsoid_area(const MlVec3 axes[3]) {
  const int heights = 256, turns = 64;
  MlVec3 c0 = dvec_cross(axes[1], axes[2]), c1 = dvec_cross(axes[2], axes[0]), c2 = dvec_cross(axes[0], axes[1]);
  double sum = 0.0;
  for (int i = 0; i < heights; i++) {
    double z = (2.0 * i + 1.0) / heights - 1.0, radius = __builtin_sqrt(1.0 - z * z);
    for (int k = 0; k < turns; k++) {
      double angle = (2.0 * k + 1.0) / turns * 0x1.921fb54442d18p+1;
      MlVec3 n = dvec_scale(c0, radius * ml_cos(angle));
      n = dvec_along(dvec_along(n, c1, radius * ml_sin(angle)), c2, z);
      sum += dvec_length(n);
    }
  }
  return sum * (4.0 * 0x1.921fb54442d18p+1 / ((double)heights * turns));
}

double prim_area(const Prim *prim, const PlacedTransform *placed) {
  const double pi = 0x1.921fb54442d18p+1;
  MlVec3 axes[3];
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: return 4.0 * pi * (double)prim->r * (double)prim->r;
  case PRIM_ELLIPSOID: local_axes(&placed[prim->placed], axes); return ellipsoid_area(axes);
  case PRIM_BOX:
    local_axes(&placed[prim->placed], axes);
    return 8.0 * ((dvec_length(dvec_cross(axes[0], axes[1])) + dvec_length(dvec_cross(axes[1], axes[2]))) +
                  dvec_length(dvec_cross(axes[2], axes[0])));
  case PRIM_QUAD: return dvec_length(corners_normal(prim->p[0], prim->p[1], prim->p[3]));
  case PRIM_TRIANGLE: return 0.5 * dvec_length(corners_normal(prim->p[0], prim->p[1], prim->p[2]));
  case PRIM_DISK:
    return pi * (1.0 - (double)prim->r * (double)prim->r) * dvec_length(dvec_cross(dvec_load(prim->p[1]), dvec_load(prim->p[2])));
  case PRIM_PLANE: break;
  }
  return (double)INFINITY_F;
}
