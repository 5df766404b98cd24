/* range_noise.c - bounds of noise and of its slopes within a box of places.
 *
 * From the middle of the box the function is known, and its slopes by differences; how far it gets from there is bounded by the greatest
 * second derivative, and by the greatest slope.
 *
 * Gradient noise in a cell: n = .96 sum over corners c of w_c (g_c . (p - c)), where the weights w are products of fades f and 1 - f
 * with f' <= 15/8 and |f''| <= 10/sqrt(3), and each g has two components +-1 and one 0. The weighted mean of |x - c| along an axis is at most
 * 1/2, so that of |g . (p - c)| over a face at x = 0 or 1 is at most x + 1/2 and (1 - x) + 1/2: two such faces differ by at most 2.
 *   |dn/dx|     <= .96 (1 + 15/8 * 2)                                     = 4.56
 *   |d2n/dx2|   <= .96 (10/sqrt(3) * 2 + 2 * 15/8 * 2)                    < 18.3
 *   |d2n/dxdy|  <= .96 (15/8 * 2 * 2 + (15/8)^2 * 4)                      < 20.8   (four edges, of which each has a mean of at most 1)
 * Value noise has numbers of -1..1 at the corners: slopes <= 15/8 * 2, second derivatives <= 20/sqrt(3) and (15/8)^2 * 4. Both are twice
 * differentiable across cells (quintic fades). Distances to the nearest point and to borders of cells change by no more than the place.
 * tests/engine/test_program_range.c looks for what is outside of all these. */
#include "math/elementary.h"
#include "math/ieee.h"
#include "program/evaluate.h"
#include "program/range.h"

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

/* The noise of one lattice, and what is known of it. */
typedef struct Lattice {
  bool values; /* value noise */
  uint32_t seed;
  double slope, bend, twist; /* bounds of its derivatives: first, second along one axis, along two */
} Lattice;

static Lattice gradient_lattice(uint32_t seed) { return (Lattice){false, seed, 4.56, 18.3, 20.8}; }
static Lattice value_lattice(void) { return (Lattice){true, 0x3c6ef372u, 3.75, 11.6, 14.1}; }

static double at_place(const Lattice *lattice, const float p[3]) {
  Vec3 v = vec3(p[0], p[1], p[2]);
  return (double)(lattice->values ? value_noise_of(v, lattice->seed) : noise_of(v, lattice->seed));
}

static RangeNumber of_lattice(const Lattice *lattice, const RangeNumber place[3]) {
  enum { STEP_BITS = 10 };
  const double step = 1.0 / (1 << STEP_BITS);
  float middle[3];
  double half[3], value, span = 0.0;
  for (int i = 0; i < 3; i++) {
    Interval v = place[i].value;
    half[i] = 0.5 * (v.hi - v.lo);
    span += half[i];
    if (!(most(-v.lo, v.hi) < 0x1p20)) span = (double)INFINITY_F; // lattices of floats end
    middle[i] = span < 2.0 ? (float)(0.5 * (v.lo + v.hi)) : 0.0f;
  }
  Interval limits = {-lattice->slope, lattice->slope}, slope[3] = {limits, limits, limits}, all = {-1.0, 1.0};
  // Where what follows could not narrow these limits: in boxes that are large beside the lattice. Known slopes are within the limits but for a hair
  bool wide = true;
  for (int i = 0; i < 3; i++) {
    double slack = 0.0;
    for (int k = 0; k < 3; k++) slack += (k == i ? lattice->bend : lattice->twist) * half[k];
    wide = wide && slack > 2.01 * lattice->slope;
  }
  if (!(span < 2.0) || (wide && lattice->slope * span > 2.0)) return range_of_place(place, all, slope);
  value = at_place(lattice, middle);
  double reach = 0x1p-18; // roundings of the middle and of the noise itself
  for (int i = 0; i < 3; i++) {
    float lo[3] = {middle[0], middle[1], middle[2]}, hi[3] = {middle[0], middle[1], middle[2]};
    double rounding = 0x1p-23 * most(1.0, (double)abs_f(middle[i]));
    half[i] += rounding;
    lo[i] -= (float)step, hi[i] += (float)step;
    double apart = (double)hi[i] - (double)lo[i];
    double known = (at_place(lattice, hi) - at_place(lattice, lo)) / apart;
    // The mean slope over a step is that of the middle but for what it bends within the step, and for roundings
    double slack = lattice->bend * step + 0x1p-20 / apart;
    for (int k = 0; k < 3; k++) slack += (k == i ? lattice->bend : lattice->twist) * half[k];
    slope[i] = (Interval){most(known - slack, limits.lo), least(known + slack, limits.hi)};
    reach += most(-slope[i].lo, slope[i].hi) * half[i];
  }
  return range_of_place(place, (Interval){most(value - reach, -1.0), least(value + reach, 1.0)}, slope);
}

/* As noise_sum. */
static RangeNumber of_sum(NoiseSum kind, const RangeNumber place[3], RangeNumber gain, RangeNumber lacunarity, uint32_t octaves) {
  static const double shift[3] = {(double)0.3719f, (double)0.5157f, (double)0.7343f};
  RangeNumber p[3] = {place[0], place[1], place[2]}, sum = range_constant(0.0), weight = range_constant(1.0), one = range_constant(1.0);
  float share = 1.0f, shares = 0.0f;
  Interval limits = {kind == NOISE_FBM ? -1.0 : 0.0, 1.0};
  if (gain.value.lo != gain.value.hi || lacunarity.value.lo != lacunarity.value.hi || !(gain.value.lo >= 0.0 && gain.value.lo < 4.0)) {
    sum = range_whole();
    if (gain.value.lo >= 0.0) sum.value = limits;
    return sum;
  }
  for (uint32_t i = 0; i < octaves; i++) {
    Lattice lattice = gradient_lattice(i * 0x9e3779b9u);
    RangeNumber n = of_lattice(&lattice, p), share_of = range_constant((double)share);
    shares += share;
    if (kind == NOISE_FBM) {
      sum = range_add(sum, range_multiply(share_of, n));
    } else if (kind == NOISE_TURBULENCE) {
      sum = range_add(sum, range_multiply(share_of, range_abs(n)));
    } else {
      RangeNumber ridge = range_subtract(one, range_abs(n));
      ridge = range_multiply(range_multiply(ridge, ridge), weight);
      sum = range_add(sum, range_multiply(share_of, ridge));
      weight = range_clamp(range_multiply(range_constant(2.0), ridge), 0.0, 1.0);
    }
    share *= (float)gain.value.lo;
    for (int k = 0; k < 3; k++) p[k] = range_add(range_multiply(p[k], lacunarity), range_constant(shift[k]));
  }
  sum = range_multiply(sum, range_constant(1.0 / (double)shares));
  sum.error += 0x1p-21;
  if (sum.value.lo < limits.lo) sum.value.lo = limits.lo;
  if (sum.value.hi > limits.hi) sum.value.hi = limits.hi;
  return sum;
}

/* Distances: no steeper than 1. */
static RangeNumber of_cells(MlOp op, const RangeNumber place[3]) {
  double reach = 0x1p-16;
  float middle[3];
  bool far = false;
  for (int i = 0; i < 3; i++) {
    double half = 0.5 * (place[i].value.hi - place[i].value.lo);
    far = far || !(most(-place[i].value.lo, place[i].value.hi) < 0x1p20);
    reach += half * half;
    middle[i] = far ? 0.0f : (float)(0.5 * (place[i].value.lo + place[i].value.hi));
  }
  reach = __builtin_sqrt(reach) + 0x1p-16;
  const Interval unit = {-1.0, 1.0}, slopes[3] = {unit, unit, unit};
  if (op == ML_OP_VORONOI_CELL || far) {
    RangeNumber whole = range_whole();
    whole.value = (Interval){0.0, 1.0};
    whole.error = 0.0;
    return whole;
  }
  double value = (double)noise_cells(op == ML_OP_VORONOI_EDGE ? CELLS_EDGE : CELLS_DISTANCE, vec3(middle[0], middle[1], middle[2]), 0.0f);
  return range_of_place(place, (Interval){most(value - reach, 0.0), least(value + reach, 1.0)}, slopes);
}

RangeNumber range_noise(MlOp op, const RangeNumber place[3], RangeNumber gain, RangeNumber lacunarity, uint32_t octaves) {
  Lattice lattice = op == ML_OP_NOISE ? gradient_lattice(0) : value_lattice();
  switch ((uint32_t)op) {
  case ML_OP_NOISE:
  case ML_OP_VALUE_NOISE: return of_lattice(&lattice, place);
  case ML_OP_FBM: return of_sum(NOISE_FBM, place, gain, lacunarity, octaves);
  case ML_OP_RIDGED: return of_sum(NOISE_RIDGED, place, gain, lacunarity, octaves);
  case ML_OP_TURBULENCE: return of_sum(NOISE_TURBULENCE, place, gain, lacunarity, octaves);
  default: return of_cells(op, place);
  }
}
