/* survey_piece.h - pieces of surface in spaces of their own, each over the unit square: its point and normal there, how much area that stands
 * for, and where a ray meets it. An affine map then brings a piece to where it is. */
#ifndef ML_SCENE_SURVEY_PIECE_H
#define ML_SCENE_SURVEY_PIECE_H

#include "math/dvec.h"
#include "shape/solids.h"

typedef enum PieceKind {
  PIECE_PLANE,     /* all of y = 0, normal +y: for rays alone */
  PIECE_SQUARE,    /* 0..1 in x and z, normal +y */
  PIECE_TRIANGLE,  /* the half of it below x + z = 1 */
  PIECE_DISK,      /* in xz, of radius 1, r: that of its hole; normal +y */
  PIECE_SPHERE,    /* of radius 1 */
  PIECE_CONE_SIDE, /* these three as in shape/solids.h */
  PIECE_CAPSULE,
  PIECE_TORUS,
  PIECE_SOLID, /* all of a solid without surfaces of its own (survey_solid.h): none of what follows */
} PieceKind;

typedef struct PiecePoint {
  MlVec3 p, n;   /* n is a unit vector, outward */
  double weight; /* local area per area of the unit square */
} PiecePoint;

#define PIECE_TAU 6.283185307179586

static inline bool piece_is_flat(PieceKind kind) { return kind <= PIECE_DISK; }

static inline PiecePoint piece_round(double y, double turns, double height) {
  const double rho = __builtin_sqrt(y * y < 1.0 ? 1.0 - y * y : 0.0), angle = PIECE_TAU * turns;
  const MlVec3 n = {rho * ml_sin(angle), y, rho * ml_cos(angle)};
  return (PiecePoint){{n.x, n.y + height, n.z}, n, 2.0 * PIECE_TAU};
}

/* s, t in 0..1. */
static inline PiecePoint piece_point(PieceKind kind, double r, double s, double t) {
  const double angle = PIECE_TAU * t;
  switch (kind) {
  case PIECE_SOLID:
  case PIECE_PLANE: break;
  case PIECE_SQUARE: return (PiecePoint){{s, 0, t}, {0, 1, 0}, 1.0};
  case PIECE_TRIANGLE: return (PiecePoint){s + t <= 1.0 ? (MlVec3){s, 0, t} : (MlVec3){1.0 - s, 0, 1.0 - t}, {0, 1, 0}, 0.5};
  case PIECE_DISK: {
    const double rho = __builtin_sqrt(r * r + s * (1.0 - r * r));
    return (PiecePoint){{rho * ml_sin(angle), 0, rho * ml_cos(angle)}, {0, 1, 0}, 0.5 * PIECE_TAU * (1.0 - r * r)};
  }
  case PIECE_SPHERE: return piece_round(2.0 * s - 1.0, t, 0.0);
  case PIECE_CONE_SIDE: {
    const ConeSide side = cone_side(r);
    const double y = 2.0 * s - 1.0, rho = side.middle - side.slope * y, slant = __builtin_sqrt(1.0 + side.slope * side.slope);
    const double x = ml_sin(angle), z = ml_cos(angle);
    return (PiecePoint){{rho * x, y, rho * z}, {x / slant, side.slope / slant, z / slant}, 2.0 * PIECE_TAU * rho * slant};
  }
  case PIECE_CAPSULE: {
    const double share = r / (1.0 + r), all = 2.0 * PIECE_TAU * (1.0 + r); // of the side; the caps are a ball's
    if (s < share) {
      const MlVec3 n = {ml_sin(angle), 0, ml_cos(angle)};
      return (PiecePoint){{n.x, r * (2.0 * s / share - 1.0), n.z}, n, all};
    }
    const double y = 2.0 * (s - share) / (1.0 - share) - 1.0;
    PiecePoint cap = piece_round(y, t, y > 0.0 ? r : -r);
    cap.weight = all;
    return cap;
  }
  case PIECE_TORUS: {
    const double ring = PIECE_TAU * s, x = ml_sin(ring), z = ml_cos(ring), c = ml_cos(angle), rho = 1.0 + r * c;
    const MlVec3 n = {c * x, ml_sin(angle), c * z};
    return (PiecePoint){{rho * x, r * n.y, rho * z}, n, PIECE_TAU * PIECE_TAU * r * rho};
  }
  }
  return (PiecePoint){{0, 0, 0}, {0, 1, 0}, 0.0};
}

/* The greatest weight of any point. */
static inline double piece_most(PieceKind kind, double r) {
  if (kind == PIECE_TORUS) return PIECE_TAU * PIECE_TAU * r * (1.0 + r);
  if (kind == PIECE_CONE_SIDE) return piece_point(kind, r, r > 1.0 ? 1.0 : 0.0, 0.0).weight;
  return piece_point(kind, r, 0.0, 0.0).weight;
}

static inline bool piece_sphere_distance(MlVec3 o, MlVec3 d, double *t) {
  const CentredRay ray = centred_ray(o, d);
  const double half = 1.0 - dvec_dot(ray.q, ray.q);
  if (!(half >= 0.0)) return false;
  const double root = __builtin_sqrt(half), first = (ray.near - root) / ray.length, second = (ray.near + root) / ray.length;
  *t = first > 0.0 ? first : second;
  return *t > 0.0;
}

/* Where the whole line meets it, first or second; *n the normal there. */
static inline bool piece_sphere_cut(MlVec3 o, MlVec3 d, bool second, double *t, MlVec3 *n) {
  const CentredRay ray = centred_ray(o, d);
  const double half = 1.0 - dvec_dot(ray.q, ray.q), root = __builtin_sqrt(half > 0.0 ? half : 0.0);
  *t = (second ? ray.near + root : ray.near - root) / ray.length;
  *n = dvec_normalize(dvec_add(o, dvec_scale(d, *t)));
  return half > 0.0;
}

/* Where the ray first meets the piece at t > 0; *n its normal there. */
static inline bool piece_distance(PieceKind kind, double r, MlVec3 o, MlVec3 d, double *t, MlVec3 *n) {
  uint32_t part = 0;
  *n = (MlVec3){0, 1, 0};
  if (piece_is_flat(kind)) {
    if (d.y == 0.0) return false;
    *t = -o.y / d.y;
    const double x = o.x + *t * d.x, z = o.z + *t * d.z;
    if (!(*t > 0.0)) return false;
    if (kind == PIECE_PLANE) return true;
    if (kind == PIECE_DISK) return x * x + z * z <= 1.0 && x * x + z * z >= r * r;
    return x >= 0.0 && z >= 0.0 && (kind == PIECE_SQUARE ? x <= 1.0 && z <= 1.0 : x + z <= 1.0);
  }
  bool hit = false;
  if (kind == PIECE_SPHERE) hit = piece_sphere_distance(o, d, t);
  if (kind == PIECE_CONE_SIDE) hit = cone_distance(o, d, r, false, t, &part);
  if (kind == PIECE_CAPSULE) hit = capsule_distance(o, d, r, t);
  if (kind == PIECE_TORUS) hit = torus_distance(o, d, r, t);
  if (!hit) return false;
  const MlVec3 p = dvec_add(o, dvec_scale(d, *t));
  if (kind == PIECE_SPHERE) *n = dvec_normalize(p);
  if (kind == PIECE_CONE_SIDE) cone_point(p, r, 0, n);
  if (kind == PIECE_CAPSULE) capsule_point(p, r, n);
  if (kind == PIECE_TORUS) torus_point(p, r, n);
  return true;
}

#endif
