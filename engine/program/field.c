/* field.c - see field.h. Per-ray code, and yet one function for all instruction sets: it is scalar, and called through one door. */
#include "program/field.h"

#include "math/ieee.h"
#include "program/evaluate.h"
#include "program/gradient.h"

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}

/* A ray in a cell. sign: that of the values where it begins, so that they are positive there. */
typedef struct March {
  const Program *program;
  MlVec3 o, d;
  double sign;
} March;

static double value_at(const March *m, double t) {
  ProgramPoint point;
  point.inputs[ML_INPUT_P] = dvec_to_vec3(dvec_add(m->o, dvec_scale(m->d, t)));
  point.inputs[INPUT_P_WIDTH] = vec3(0.0f, 0.0f, 0.0f);
  return m->sign * (double)program_evaluate(m->program, &point, no_texture, NULL)[0];
}

/* The way through the cell's box, t > 0. */
static bool cell_way(const FieldCell *cell, MlVec3 o, MlVec3 d, double *t0, double *t1) {
  const double os[3] = {o.x, o.y, o.z}, ds[3] = {d.x, d.y, d.z};
  *t0 = 0.0, *t1 = (double)LARGEST_F;
  for (int i = 0; i < 3; i++) {
    const double lo = (double)cell->lo[i], hi = (double)cell->hi[i];
    if (ds[i] == 0.0) {
      if (!(os[i] >= lo && os[i] <= hi)) return false;
      continue;
    }
    const double a = (lo - os[i]) / ds[i], b = (hi - os[i]) / ds[i], in = a < b ? a : b, out = a < b ? b : a;
    if (in > *t0) *t0 = in;
    if (out < *t1) *t1 = out;
  }
  return *t0 <= *t1;
}

/* The change of sign between a, where the value is positive, and b, where it is not. */
static double refine(const March *m, double a, double fa, double b, double fb, double noise) {
  int last = 0;
  for (int i = 1; i <= 80 && b - a > 0x1p-26 * b; i++) {
    // False position; the end that stays counts half, and every fourth step halves the way, which bounds their number
    double c = a + (b - a) * (fa / (fa - fb));
    if (i % 4 == 0 || !(c > a && c < b)) c = 0.5 * (a + b);
    if (!(c > a && c < b)) break;
    const double fc = value_at(m, c);
    if (__builtin_fabs(fc) <= noise) return c;
    if (fc > 0.0) {
      a = c, fa = fc;
      if (last > 0) fb *= 0.5;
      last = 1;
    } else {
      b = c, fb = fc;
      if (last < 0) fa *= 0.5;
      last = -1;
    }
  }
  return b;
}

static double longest_side(const FieldCell *cell) {
  double longest = 0.0;
  for (int i = 0; i < 3; i++) {
    const double side = (double)(cell->hi[i] - cell->lo[i]);
    longest = side > longest ? side : longest;
  }
  return longest;
}

bool field_hit(const Field *field, const FieldCell *cell, MlVec3 o, MlVec3 d, float *t) {
  double a, b;
  if (!cell_way(cell, o, d, &a, &b)) return false;
  const Program program = field_program(field, cell);
  March m = {&program, o, d, 1.0};
  // How fast the value may fall and rise along the ray
  const double ds[3] = {d.x, d.y, d.z};
  double fall = 0.0, rise = 0.0;
  for (int i = 0; i < 3; i++) {
    if (ds[i] == 0.0) continue;
    const double p = ds[i] * (double)cell->slope_lo[i], q = ds[i] * (double)cell->slope_hi[i];
    fall -= p < q ? p : q;
    rise += p < q ? q : p;
  }
  double fa = value_at(&m, a);
  if (fa <= 0.0) { // inside: look for the way out
    m.sign = -1.0;
    fa = -fa;
    const double swap = fall;
    fall = rise;
    rise = swap;
  }
  if (fall <= 0.0) return false;
  double fb = value_at(&m, b), length = b - a;
  if (fb > 0.0 && rise <= 0.0) return false;
  // Steps that are lost in rounding are not worth taking; the more of them, the longer they get
  const double noise = (double)cell->noise;
  double shortest = 0x1p-16 * length + noise / fall;
  if (!(fall < (double)LARGEST_F)) shortest = longest_side(cell) / (32.0 * dvec_length(d));
  if (shortest < 0x1p-25 * b) shortest = 0x1p-25 * b;
  if (!(fb <= 0.0 && rise <= 0.0)) {
    for (int i = 1;; i++) {
      double step = fa / fall;
      if (!(step > shortest)) step = shortest;
      if (i % 16 == 0) shortest *= 2.0;
      const double next = a + step;
      if (!(next < b)) {
        if (fb > 0.0) return false;
        break;
      }
      const double f = value_at(&m, next);
      if (f <= 0.0) {
        b = next, fb = f;
        break;
      }
      a = next, fa = f;
      if (fb <= 0.0 || !(rise > 0.0)) continue;
      step = fb / rise;
      if (step > shortest) { // from the far end
        const double before = b - step;
        if (!(before > a)) return false;
        b = before;
        fb = value_at(&m, b);
      }
    }
  }
  *t = (float)refine(&m, a, fa, b, fb, 0.5 * noise);
  return *t > 0.0f && *t <= LARGEST_F;
}

static bool is_within(const FieldCell *cell, Vec3 p) {
  bool within = true;
  for (int i = 0; i < 3; i++) within = within && p[i] >= cell->lo[i] && p[i] <= cell->hi[i];
  return within;
}
/* In the cell by its own program, elsewhere by the whole. */
static float gradient_at(const Field *field, const FieldCell *cell, Vec3 p, Vec3 *gradient) {
  const Program program = is_within(cell, p) ? field_program(field, cell) : *field->distance;
  return program_gradient(&program, &p, gradient);
}

/* Newton's steps along the gradient, as long as they help. */
FieldPoint field_point(const Field *field, const FieldCell *cell, MlVec3 p, MlVec3 d) {
  const double reach = longest_side(cell);
  FieldPoint out = {.p = p};
  Vec3 gradient, at = dvec_to_vec3(p);
  float value = gradient_at(field, cell, at, &gradient);
  for (int i = 0; i < 3; i++) {
    const double square = (double)dot(gradient, gradient), by = square > 0.0 ? (double)value / square : 0.0;
    if (!(__builtin_fabs((double)value) > 0.5 * (double)cell->noise) || !(__builtin_fabs(by) * __builtin_sqrt(square) < 0.25 * reach))
      break;
    const MlVec3 base = {(double)at[0], (double)at[1], (double)at[2]};
    const MlVec3 moved = dvec_add(base, dvec_scale((MlVec3){(double)gradient[0], (double)gradient[1], (double)gradient[2]}, -by));
    const Vec3 there = dvec_to_vec3(moved);
    Vec3 slope;
    const float next = gradient_at(field, cell, there, &slope);
    if (!(abs_f(next) < abs_f(value))) break;
    out.p = moved;
    at = there;
    value = next;
    gradient = slope;
  }
  if (!((double)length(gradient) > 0.0)) { // on a point of no direction: look at where the ray came from
    const double back = 0x1p-10 * reach / dvec_length(d);
    const Vec3 there = dvec_to_vec3(dvec_subtract(out.p, dvec_scale(d, back)));
    (void)gradient_at(field, cell, there, &gradient);
  }
  const double size = (double)length(gradient), limit = 0.01 * reach;
  const bool fine = size > 0.0 && size <= (double)LARGEST_F;
  out.n = fine ? (MlVec3){(double)gradient[0], (double)gradient[1], (double)gradient[2]} : dvec_scale(d, -1.0);
  out.error = fine ? 2.0 * (__builtin_fabs((double)value) + (double)cell->noise) / size : 0.0;
  if (!(out.error < limit)) out.error = limit;
  if (field->which != NULL) {
    ProgramPoint point;
    point.inputs[ML_INPUT_P] = at;
    point.inputs[INPUT_P_WIDTH] = vec3(0.0f, 0.0f, 0.0f);
    const float which = program_evaluate(field->which, &point, no_texture, NULL)[0];
    if (which > 0.0f) out.material = which < (float)field->material_count ? (uint32_t)which : field->material_count - 1;
  }
  return out;
}
