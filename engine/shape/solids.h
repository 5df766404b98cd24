/* solids.h - round solids in their own space: where a ray meets them, the surface's point and normal nearest to a point, and uv.
 *
 *   cone     rho = radius(y) for -1 <= y <= 1, from radius 1 at y = -1 to k >= 0 at y = 1 (1: a cylinder, 0: a point); with two caps,
 *            or its side alone. Parts: 0 side, 1 bottom cap, 2 top cap
 *   capsule  all within 1 of the segment from (0, -h, 0) to (0, h, 0)
 *   torus    all within r < 1 of the unit circle in the xz plane
 *
 * All in double, with the ray moved to begin at its point nearest to the origin, so that what is far away errs by the rounding of its
 * distance alone. The cone and the capsule are convex: a ray's way through them is one interval, which leaves no gap at the rims.
 * Directions need not be unit vectors. uv: u by heading as on the sphere (0 at +z, .25 at +x). */
#ifndef ML_SHAPE_SOLIDS_H
#define ML_SHAPE_SOLIDS_H

#include "math/dvec.h"
#include "math/elementary.h"
#include "math/sampling.h"

/* The ray q + s u with |u| = 1 and q nearest to the origin; t = (s + near) / length. */
typedef struct CentredRay {
  MlVec3 q, u;
  double near, length;
} CentredRay;

static inline CentredRay centred_ray(MlVec3 o, MlVec3 d) {
  double length = dvec_length(d);
  MlVec3 u = dvec_scale(d, 1.0 / length);
  double near = -dvec_dot(o, u);
  return (CentredRay){dvec_add(o, dvec_scale(u, near)), u, near, length};
}

/* The way inside a convex solid: from s0 to s1, through the parts given. */
typedef struct Inside {
  double s0, s1;
  uint32_t part0, part1;
} Inside;

/* Where the ray first meets the boundary of an interval at t > 0. */
static inline bool inside_distance(const CentredRay *ray, const Inside *in, double *t, uint32_t *part) {
  if (!(in->s0 <= in->s1)) return false;
  bool first = in->s0 + ray->near > 0.0;
  *t = ((first ? in->s0 : in->s1) + ray->near) / ray->length;
  *part = first ? in->part0 : in->part1;
  return *t > 0.0;
}

/* Roots s0 <= s1 of a s^2 + 2 b s + c; a discriminant below 0 counts as 0. */
static inline void quadratic_roots(double a, double b, double c, double *s0, double *s1) {
  double discriminant = b * b - a * c, root = discriminant > 0.0 ? __builtin_sqrt(discriminant) : 0.0;
  double q = b < 0.0 ? root - b : -b - root, x = q / a, y = q != 0.0 ? c / q : 0.0;
  *s0 = x < y ? x : y;
  *s1 = x < y ? y : x;
}

/* ---- cone */

/* radius(y) = middle - slope y */
typedef struct ConeSide {
  double middle, slope;
} ConeSide;
static inline ConeSide cone_side(double k) { return (ConeSide){0.5 * (1.0 + k), 0.5 * (1.0 - k)}; }

/* The ray's way through the endless side, as far as it matters between y = -1 and 1, where radius(y) >= 0. */
static inline bool cone_side_inside(const CentredRay *ray, double k, Inside *in) {
  const double endless = (double)INFINITY_F;
  ConeSide side = cone_side(k);
  MlVec3 q = ray->q, u = ray->u;
  double w = side.middle - side.slope * q.y, dw = -side.slope * u.y;
  double a = (u.x * u.x + u.z * u.z) - dw * dw, b = (q.x * u.x + q.z * u.z) - w * dw, c = (q.x * q.x + q.z * q.z) - w * w;
  in->s0 = -endless, in->s1 = endless;
  in->part0 = in->part1 = 0;
  if (a > 0.0) {
    if (b * b - a * c < 0.0) return false;
    quadratic_roots(a, b, c, &in->s0, &in->s1);
  } else if (a < 0.0) {
    // Steeper than the side: inside beyond one of the roots, on the nappe with w > 0
    double s0, s1;
    quadratic_roots(a, b, c, &s0, &s1);
    if (dw > 0.0) in->s0 = s1;
    else in->s1 = s0;
  } else if (b != 0.0) {
    if (b > 0.0) in->s1 = -0.5 * c / b;
    else in->s0 = -0.5 * c / b;
  } else {
    return c <= 0.0; /* along the axis of a cylinder */
  }
  return true;
}

/* The way between the planes of both ends. */
static inline bool cone_slab(const CentredRay *ray, Inside *slab) {
  *slab = (Inside){-(double)INFINITY_F, (double)INFINITY_F, 0, 0};
  if (ray->u.y != 0.0) {
    double low = (-1.0 - ray->q.y) / ray->u.y, high = (1.0 - ray->q.y) / ray->u.y;
    *slab = ray->u.y > 0.0 ? (Inside){low, high, 1, 2} : (Inside){high, low, 2, 1};
    return true;
  }
  return ray->q.y >= -1.0 && ray->q.y <= 1.0;
}
/* The way through the closed solid; it may be empty, with s0 > s1. */
static inline bool cone_inside(const CentredRay *ray, double k, Inside *in) {
  Inside slab;
  if (!cone_side_inside(ray, k, in) || !cone_slab(ray, &slab)) return false;
  if (slab.s0 > in->s0) in->s0 = slab.s0, in->part0 = slab.part0;
  if (slab.s1 < in->s1) in->s1 = slab.s1, in->part1 = slab.part1;
  return true;
}

static inline bool cone_distance(MlVec3 o, MlVec3 d, double k, bool caps, double *t, uint32_t *part) {
  CentredRay ray = centred_ray(o, d);
  Inside in, slab;
  if (caps) return cone_inside(&ray, k, &in) && inside_distance(&ray, &in, t, part);
  if (!cone_side_inside(&ray, k, &in) || !cone_slab(&ray, &slab)) return false;
  *part = 0;
  for (int i = 0; i < 2; i++) {
    double s = i == 0 ? in.s0 : in.s1;
    *t = (s + ray.near) / ray.length;
    if (s >= slab.s0 && s <= slab.s1 && *t > 0.0) return true;
  }
  return false;
}

/* The point of `part` at p, up to rounding; *n its outward normal. */
static inline MlVec3 cone_point(MlVec3 p, double k, uint32_t part, MlVec3 *n) {
  ConeSide side = cone_side(k);
  double y = part == 1 ? -1.0 : part == 2 ? 1.0 : p.y < -1.0 ? -1.0 : p.y > 1.0 ? 1.0 : p.y;
  double rho = __builtin_sqrt(p.x * p.x + p.z * p.z), radius = side.middle - side.slope * y;
  double scale = rho > 0.0 && (part == 0 || rho > radius) ? radius / rho : 1.0;
  MlVec3 around = rho > 0.0 ? (MlVec3){p.x / rho, side.slope, p.z / rho} : (MlVec3){0.0, side.slope >= 0.0 ? 1.0 : -1.0, 0.0};
  *n = part == 0 ? around : (MlVec3){0.0, y, 0.0};
  return (MlVec3){p.x * scale, y, p.z * scale};
}

/* ---- capsule */

/* The way through the unit ball about (0, y, 0). */
static inline bool ball_inside(const CentredRay *ray, double y, Inside *in) {
  MlVec3 f = {ray->q.x, ray->q.y - y, ray->q.z};
  double b = dvec_dot(f, ray->u);
  MlVec3 nearest = dvec_subtract(f, dvec_scale(ray->u, b));
  double square = 1.0 - dvec_dot(nearest, nearest);
  if (!(square >= 0.0)) return false;
  double half = __builtin_sqrt(square);
  *in = (Inside){-b - half, half - b, 0, 0};
  return true;
}

/* The solid is the union of two balls and a cylinder, and convex: its interval reaches from the first to the last of theirs. Empty: s0 > s1. */
static inline Inside capsule_inside(const CentredRay *ray, double h) {
  Inside all = {(double)INFINITY_F, -(double)INFINITY_F, 0, 0}, in;
  for (int end = -1; end <= 1; end += 2) {
    if (!ball_inside(ray, end * h, &in)) continue;
    if (in.s0 < all.s0) all.s0 = in.s0;
    if (in.s1 > all.s1) all.s1 = in.s1;
  }
  if (cone_side_inside(ray, 1.0, &in)) {
    if (ray->u.y != 0.0) {
      double a = (-h - ray->q.y) / ray->u.y, b = (h - ray->q.y) / ray->u.y, low = a < b ? a : b, high = a < b ? b : a;
      if (low > in.s0) in.s0 = low;
      if (high < in.s1) in.s1 = high;
    } else if (!(ray->q.y >= -h && ray->q.y <= h)) {
      in.s1 = in.s0 - 1.0;
    }
    if (in.s0 <= in.s1) {
      if (in.s0 < all.s0) all.s0 = in.s0;
      if (in.s1 > all.s1) all.s1 = in.s1;
    }
  }
  return all;
}
static inline bool capsule_distance(MlVec3 o, MlVec3 d, double h, double *t) {
  CentredRay ray = centred_ray(o, d);
  Inside all = capsule_inside(&ray, h);
  uint32_t part;
  return inside_distance(&ray, &all, t, &part);
}

static inline MlVec3 capsule_point(MlVec3 p, double h, MlVec3 *n) {
  MlVec3 c = {0.0, p.y < -h ? -h : p.y > h ? h : p.y, 0.0};
  *n = dvec_normalize(dvec_subtract(p, c));
  return dvec_add(c, *n);
}

/* ---- torus */

/* s^4 + c2 s^2 + c1 s + c0: the implicit function of the torus along a ray that begins at its point nearest to the centre, which takes
 * the cubic term away. Below 0 inside. */
typedef struct TorusQuartic {
  double c2, c1, c0;
} TorusQuartic;
static inline double quartic_at(const TorusQuartic *f, double s) { return ((s * s + f->c2) * s + f->c1) * s + f->c0; }
static inline double quartic_slope_at(const TorusQuartic *f, double s) { return (4.0 * (s * s) + 2.0 * f->c2) * s + f->c1; }

/* The root between a and b of the quartic (or, with `slope`, of its derivative), which is monotone there and of different signs at both
 * ends; `rises`: negative at a. Newton's steps where they stay in the bracket, bisection where not. */
static inline double bracketed_root(const TorusQuartic *f, bool slope, double a, double b, bool rises) {
  double s = 0.5 * (a + b);
  for (int i = 0; i < 100; i++) {
    double value = slope ? quartic_slope_at(f, s) : quartic_at(f, s);
    double derivative = slope ? 12.0 * (s * s) + 2.0 * f->c2 : quartic_slope_at(f, s);
    if (value == 0.0) return s;
    if ((value < 0.0) == rises) a = s;
    else b = s;
    double next = s - value / derivative, middle = 0.5 * (a + b);
    if (!(next > a && next < b)) next = middle;
    if (next == s || middle == a || middle == b) return s;
    if (__builtin_fabs(next - s) <= 0x1p-52 * __builtin_fabs(s)) return next;
    s = next;
  }
  return s;
}

/* Cuts [a, b] at the roots of the derivative, so that the quartic is monotone in each piece. Returns the number of ends. */
static inline int monotone_pieces(const TorusQuartic *f, double a, double b, double ends[5]) {
  double turns[4] = {a, b, b, b}; /* where the derivative itself turns */
  int pieces = 1;
  if (f->c2 < 0.0) {
    double e = __builtin_sqrt(-f->c2 / 6.0);
    if (-e > a && -e < b) turns[pieces++] = -e;
    if (e > a && e < b) turns[pieces++] = e;
    turns[pieces] = b;
  }
  int count = 0;
  ends[count++] = a;
  for (int i = 0; i < pieces; i++) {
    double low = quartic_slope_at(f, turns[i]), high = quartic_slope_at(f, turns[i + 1]);
    if ((low < 0.0 && high >= 0.0) || (low > 0.0 && high <= 0.0))
      ends[count++] = bracketed_root(f, true, turns[i], turns[i + 1], low < 0.0);
  }
  ends[count++] = b;
  return count;
}

/* The pieces of the ray in front of its origin on which the quartic is monotone, and which hold all roots there: the number of their ends,
 * 0: it passes by. */
static inline int torus_pieces(const CentredRay *ray, double r, TorusQuartic *f, double ends[5]) {
  MlVec3 q = ray->q, u = ray->u;
  double qq = dvec_dot(q, q), reach = (1.0 + r) * (1.0 + r) * (1.0 + 0x1p-40) - qq, flat = r * (1.0 + 0x1p-40);
  if (!(reach > 0.0)) return 0;
  // Within the ball around it, between the planes y = -r and r (both a little larger, to hold all roots), in front of the origin
  double s1 = __builtin_sqrt(reach), s0 = -s1;
  if (u.y != 0.0) {
    double a = (-flat - q.y) / u.y, b = (flat - q.y) / u.y, low = a < b ? a : b, high = a < b ? b : a;
    if (low > s0) s0 = low;
    if (high < s1) s1 = high;
  } else if (__builtin_fabs(q.y) > flat) {
    return 0;
  }
  if (-ray->near > s0) s0 = -ray->near;
  if (!(s0 < s1)) return 0;
  double m = (qq + 1.0) - r * r;
  *f = (TorusQuartic){2.0 * m - 4.0 * (u.x * u.x + u.z * u.z), -8.0 * (q.x * u.x + q.z * u.z), m * m - 4.0 * (q.x * q.x + q.z * q.z)};
  return monotone_pieces(f, s0, s1, ends);
}

static inline bool torus_distance(MlVec3 o, MlVec3 d, double r, double *t) {
  CentredRay ray = centred_ray(o, d);
  TorusQuartic f;
  double ends[5];
  int count = torus_pieces(&ray, r, &f, ends);
  if (count == 0) return false;
  double before = quartic_at(&f, ends[0]);
  for (int i = 1; i < count; i++) {
    double after = quartic_at(&f, ends[i]);
    if ((before > 0.0 && after <= 0.0) || (before < 0.0 && after >= 0.0)) {
      *t = (bracketed_root(&f, false, ends[i - 1], ends[i], before < 0.0) + ray.near) / ray.length;
      return *t > 0.0;
    }
    before = after;
  }
  return false;
}

static inline MlVec3 torus_point(MlVec3 p, double r, MlVec3 *n) {
  double rho = __builtin_sqrt(p.x * p.x + p.z * p.z);
  MlVec3 c = rho > 0.0 ? (MlVec3){p.x / rho, 0.0, p.z / rho} : (MlVec3){1.0, 0.0, 0.0};
  *n = dvec_normalize(dvec_subtract(p, c));
  return dvec_add(c, dvec_scale(*n, r));
}

/* ---- texture coordinates, 0..1 */

static inline float heading_u(Vec3 p) {
  float turn = atan2_f(p[0], p[2]) * INV_TWO_PI_F;
  return turn < 0.0f ? turn + 1.0f : turn;
}
/* Side: v from bottom to top. Caps: their square, upright as on a box (top: -z is up, bottom: +z is up). */
static inline Vec2 cone_uv(Vec3 p, float k, uint32_t part) {
  if (part == 0) return (Vec2){heading_u(p), clamp_f(0.5f + 0.5f * p[1], 0.0f, 1.0f)};
  float half = part == 2 && k > 0.0f ? 0.5f / k : 0.5f;
  return (Vec2){clamp_f(0.5f + half * p[0], 0.0f, 1.0f), clamp_f(0.5f + (part == 2 ? -half : half) * p[2], 0.0f, 1.0f)};
}
/* v by arc length from the lower pole (0) to the upper (1). */
static inline Vec2 capsule_uv(Vec3 p, float h) {
  float y = clamp_f(p[1], -h, h), sine = clamp_f(p[1] - y, -1.0f, 1.0f), quarter = 0.5f * PI_F;
  float along = (y + h) + (quarter + asin_f(sine));
  return (Vec2){heading_u(p), clamp_f(along / (2.0f * h + 2.0f * quarter), 0.0f, 1.0f)};
}
/* v around the tube: 0 at the outer equator, .25 on top, .5 inside. */
static inline Vec2 torus_uv(Vec3 p) {
  float turn = atan2_f(p[1], sqrt_f(p[0] * p[0] + p[2] * p[2]) - 1.0f) * INV_TWO_PI_F;
  return (Vec2){heading_u(p), turn < 0.0f ? turn + 1.0f : turn};
}

#endif
