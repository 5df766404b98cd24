/* transform.c - affine maps in double; see transform.h. One fixed order of operations, own sine and cosine. */
#include "math/transform.h"

#include "base/thread.h"
#include "math/dvec.h"

MlTransform ml_transform_identity(void) { return (MlTransform){{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}}; }

MlTransform ml_transform_multiply(const MlTransform *a, const MlTransform *b) {
  FLOAT_STATE_OURS;
  MlTransform r;
  for (int i = 0; i < 3; i++) {
    const double *row = a->m + 4 * i;
    for (int j = 0; j < 4; j++) r.m[4 * i + j] = (row[0] * b->m[j] + row[1] * b->m[4 + j]) + row[2] * b->m[8 + j];
    r.m[4 * i + 3] += row[3];
  }
  return r;
}

/* Sine and cosine of degrees, exact at multiples of 90; NaN of what is not finite. */
static void sincos_degrees(double degrees, double *sine, double *cosine) {
  double d = ml_fmod(degrees, 360); /* exact */
  if (d != d) {
    *sine = *cosine = d;
    return;
  }
  int quarter = (int)ml_floor(d / 90 + 0.5);
  double rest = (d - 90 * quarter) * (0x1.921fb54442d18p+1 / 180);
  double s = ml_sin(rest), c = ml_cos(rest);
  switch (quarter & 3) {
  case 0: *sine = s, *cosine = c; break;
  case 1: *sine = c, *cosine = -s; break;
  case 2: *sine = -s, *cosine = -c; break;
  default: *sine = -c, *cosine = s; break;
  }
}

MlTransform affine_turn_x(double degrees) {
  double s, c;
  sincos_degrees(degrees, &s, &c);
  return (MlTransform){{1, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0}};
}

MlTransform affine_turn_y(double degrees) {
  double s, c;
  sincos_degrees(degrees, &s, &c);
  return (MlTransform){{c, 0, s, 0, 0, 1, 0, 0, -s, 0, c, 0}};
}

MlTransform affine_turn_z(double degrees) {
  double s, c;
  sincos_degrees(degrees, &s, &c);
  return (MlTransform){{c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0}};
}

/* Rodrigues' formula. A zero axis turns nothing. */
MlTransform ml_transform_turn(double degrees, MlVec3 axis) {
  FLOAT_STATE_OURS;
  MlVec3 a = dvec_normalize(axis);
  if (dvec_is_zero(a)) return ml_transform_identity();
  double s, c;
  sincos_degrees(degrees, &s, &c);
  double k = 1 - c;
  return (MlTransform){{c + k * a.x * a.x, k * a.x * a.y - s * a.z, k * a.x * a.z + s * a.y, 0, //
                        k * a.x * a.y + s * a.z, c + k * a.y * a.y, k * a.y * a.z - s * a.x, 0, //
                        k * a.x * a.z - s * a.y, k * a.y * a.z + s * a.x, c + k * a.z * a.z, 0}};
}

MlTransform affine_translate(MlVec3 by) { return (MlTransform){{1, 0, 0, by.x, 0, 1, 0, by.y, 0, 0, 1, by.z}}; }

MlTransform affine_scale(MlVec3 f) { return (MlTransform){{f.x, 0, 0, 0, 0, f.y, 0, 0, 0, 0, f.z, 0}}; }

MlTransform affine_from_columns(MlVec3 x, MlVec3 y, MlVec3 z, MlVec3 origin) {
  return (MlTransform){{x.x, y.x, z.x, origin.x, x.y, y.y, z.y, origin.y, x.z, y.z, z.z, origin.z}};
}

static MlVec3 column(const MlTransform *t, int j) { return (MlVec3){t->m[j], t->m[4 + j], t->m[8 + j]}; }

MlTransform affine_or_identity(const MlTransform *t) {
  for (int i = 0; i < 12; i++)
    if (t->m[i] != 0) return *t;
  return ml_transform_identity();
}

bool affine_is_identity(const MlTransform *t) {
  MlTransform identity = ml_transform_identity();
  for (int i = 0; i < 12; i++)
    if (t->m[i] != identity.m[i]) return false;
  return true;
}

bool affine_is_finite(const MlTransform *t) {
  for (int i = 0; i < 12; i++)
    if (!isfinite(t->m[i])) return false;
  return true;
}

/* ---- applying */

MlVec3 affine_vector(const MlTransform *t, MlVec3 v) {
  const double *m = t->m;
  return (MlVec3){(m[0] * v.x + m[1] * v.y) + m[2] * v.z, (m[4] * v.x + m[5] * v.y) + m[6] * v.z, (m[8] * v.x + m[9] * v.y) + m[10] * v.z};
}

MlVec3 affine_point(const MlTransform *t, MlVec3 p) { return dvec_add(affine_vector(t, p), column(t, 3)); }

double affine_determinant(const MlTransform *t) { return dvec_dot(dvec_cross(column(t, 0), column(t, 1)), column(t, 2)); }

/* The map with its linear columns at unit length, whatever their units; false when a column vanishes or is not finite. */
static bool unit_columns(const MlTransform *t, MlVec3 unit[3], double length[3]) {
  for (int j = 0; j < 3; j++) {
    MlVec3 c = column(t, j);
    length[j] = dvec_length(c);
    if (!(length[j] > 0) || !isfinite(length[j])) return false;
    unit[j] = dvec_normalize(c);
  }
  return true;
}

/* The volume spanned by the unit columns is 1 for right angles and 0 for a collapsed map, at every scale: below this, the
 * rounding errors of the coefficients could make it 0. */
static const double singular_volume = 1e-13;

int affine_determinant_sign(const MlTransform *t) {
  MlVec3 unit[3];
  double length[3];
  if (!unit_columns(t, unit, length)) return 0;
  double volume = dvec_dot(dvec_cross(unit[0], unit[1]), unit[2]);
  return volume > singular_volume ? 1 : volume < -singular_volume ? -1 : 0;
}

bool ml_transform_invert(const MlTransform *t, MlTransform *out) {
  FLOAT_STATE_OURS;
  MlVec3 unit[3];
  double length[3];
  if (!affine_is_finite(t) || affine_determinant_sign(t) == 0 || !unit_columns(t, unit, length)) return false;
  // Rows of the inverse are the reciprocal vectors of the columns
  double volume = dvec_dot(dvec_cross(unit[0], unit[1]), unit[2]);
  MlVec3 origin = column(t, 3);
  MlTransform r;
  for (int j = 0; j < 3; j++) {
    MlVec3 row = dvec_cross(unit[(j + 1) % 3], unit[(j + 2) % 3]);
    row = (MlVec3){row.x / volume / length[j], row.y / volume / length[j], row.z / volume / length[j]};
    r.m[4 * j] = row.x, r.m[4 * j + 1] = row.y, r.m[4 * j + 2] = row.z;
    r.m[4 * j + 3] = 0 - dvec_dot(row, origin); /* 0 -: no negative zeros */
  }
  if (!affine_is_finite(&r)) return false;
  *out = r;
  return true;
}

/* The cofactors of the columns, turned so that mirrors keep the side. */
MlVec3 affine_normal(const MlTransform *t, MlVec3 n) {
  MlVec3 unit[3];
  double length[3];
  if (!unit_columns(t, unit, length)) return n;
  double side = dvec_dot(dvec_cross(unit[0], unit[1]), unit[2]) < 0 ? -1 : 1;
  double along[3] = {n.x, n.y, n.z};
  MlVec3 r = {0, 0, 0};
  for (int j = 0; j < 3; j++) r = dvec_add(r, dvec_scale(dvec_cross(unit[(j + 1) % 3], unit[(j + 2) % 3]), side * along[j] / length[j]));
  return r;
}

/* ---- bounds */

static double smaller(double a, double b) { return a < b ? a : b; }
static double larger(double a, double b) { return a > b ? a : b; }

/* Per axis the smaller and larger products of each coefficient with the interval (Arvo 1990). */
MlBounds affine_bounds(const MlTransform *t, const MlBounds *b) {
  if (b->empty || b->infinite) return *b;
  double from[3] = {b->min.x, b->min.y, b->min.z}, to[3] = {b->max.x, b->max.y, b->max.z}, lo[3], hi[3];
  for (int i = 0; i < 3; i++) {
    const double *row = t->m + 4 * i;
    lo[i] = hi[i] = 0;
    for (int j = 0; j < 3; j++) {
      lo[i] += smaller(row[j] * from[j], row[j] * to[j]);
      hi[i] += larger(row[j] * from[j], row[j] * to[j]);
    }
    lo[i] += row[3], hi[i] += row[3];
  }
  return (MlBounds){.min = {lo[0], lo[1], lo[2]}, .max = {hi[0], hi[1], hi[2]}};
}

MlBounds bounds_union(const MlBounds *a, const MlBounds *b) {
  bool infinite = a->infinite || b->infinite;
  MlBounds r = a->empty ? *b : *a;
  if (!a->empty && !b->empty) {
    r.min = (MlVec3){smaller(a->min.x, b->min.x), smaller(a->min.y, b->min.y), smaller(a->min.z, b->min.z)};
    r.max = (MlVec3){larger(a->max.x, b->max.x), larger(a->max.y, b->max.y), larger(a->max.z, b->max.z)};
  }
  r.infinite = infinite;
  return r;
}

/* ---- float */

Transform transform_from_affine(const MlTransform *t) {
  return (Transform){dvec_to_vec3(column(t, 0)), dvec_to_vec3(column(t, 1)), dvec_to_vec3(column(t, 2)), dvec_to_vec3(column(t, 3))};
}
