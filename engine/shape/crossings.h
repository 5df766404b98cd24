/* crossings.h - all places in front of its origin where a ray crosses the surface of a closed primitive. Per-ray code, for solids that are
 * combined (bvh/trace_csg.h); rays that look for the nearest surface alone have prim_distance.
 *
 * The arithmetic is that of shape/intersect.h and shape/solids.h: distances err by their own rounding, so that the number of crossings in front of a
 * ray that begins an ulp off a surface says on which side of it that is. Crossings take turns: in, out, in, out. */
#ifndef ML_SHAPE_CROSSINGS_H
#define ML_SHAPE_CROSSINGS_H

#include "shape/intersect.h"

enum { CROSSINGS_MOST = 4 }; /* of a torus; the others are convex */

typedef struct Crossings {
  uint32_t count;
  bool inside;              /* the ray begins inside */
  double t[CROSSINGS_MOST]; /* ascending; as floats > 0 and finite */
  uint32_t part[CROSSINGS_MOST];
} Crossings;

/* What lies behind the origin decides where the ray begins. `leaves`: on which side of the surface it is beyond. */
static inline void crossings_add(Crossings *c, double t, uint32_t part, bool leaves) {
  if (!((float)t > 0.0f)) {
    c->inside = !leaves;
  } else if (c->count < CROSSINGS_MOST && (float)t <= LARGEST_F) {
    c->t[c->count] = t;
    c->part[c->count++] = part;
  }
}

static inline void crossings_of_interval(Crossings *c, double first, double second, uint32_t first_part, uint32_t second_part) {
  if (!(first <= second)) return;
  crossings_add(c, first, first_part, false);
  crossings_add(c, second, second_part, true);
}
static inline void crossings_of_inside(Crossings *c, const CentredRay *ray, const Inside *in) {
  crossings_of_interval(c, (in->s0 + ray->near) / ray->length, (in->s1 + ray->near) / ray->length, in->part0, in->part1);
}

static inline void crossings_of_torus(Crossings *c, MlVec3 o, MlVec3 d, double r) {
  CentredRay ray = centred_ray(o, d);
  TorusQuartic f;
  double ends[5];
  int count = torus_pieces(&ray, r, &f, ends);
  if (count == 0) return;
  bool inside = c->inside = quartic_at(&f, ends[0]) < 0.0;
  for (int i = 1; i < count; i++) {
    bool after = quartic_at(&f, ends[i]) < 0.0;
    if (after == inside) continue;
    crossings_add(c, (bracketed_root(&f, false, ends[i - 1], ends[i], inside) + ray.near) / ray.length, 0, inside);
    inside = after;
  }
}

/* prim is closed (prim_is_closed), or a plane, which stands for the half of space behind it. */
static inline void prim_crossings(const RayQuery *q, const Prim *prim, const PlacedTransform *placed, Crossings *c) {
  double first, second;
  uint32_t first_part, second_part;
  MlVec3 o, d;
  c->count = 0;
  c->inside = false;
  if (prim->kind == PRIM_SPHERE) {
    if (sphere_interval(dvec_subtract(q->od, dvec_load(prim->p[0])), q->dd, (double)prim->r, &first, &second))
      crossings_of_interval(c, first, second, 0, 0);
    return;
  }
  if (prim->kind == PRIM_PLANE) { /* what lies behind it */
    const MlVec3 n = dvec_load(prim->n);
    const double slope = dvec_dot(n, q->dd), height = dvec_dot(n, dvec_subtract(dvec_load(prim->p[0]), q->od)), t = height / slope;
    c->inside = height > 0.0 || (height == 0.0 && slope < 0.0);
    if (slope != 0.0 && distance_valid((float)t)) c->t[0] = t, c->part[0] = 0, c->count = 1;
    return;
  }
  const PlacedTransform *m = &placed[prim->placed];
  o = placed_point_to_local(m, q->od), d = matrix_multiply(m->to_local, q->dd);
  switch ((PrimKind)prim->kind) {
  case PRIM_ELLIPSOID:
    if (sphere_interval(o, d, 1.0, &first, &second)) crossings_of_interval(c, first, second, 0, 0);
    break;
  case PRIM_BOX:
    if (cube_interval(o, d, &first, &second, &first_part, &second_part)) crossings_of_interval(c, first, second, first_part, second_part);
    break;
  case PRIM_CONE: {
    CentredRay ray = centred_ray(o, d);
    Inside in;
    if (cone_inside(&ray, (double)prim->r, &in)) crossings_of_inside(c, &ray, &in);
    break;
  }
  case PRIM_CAPSULE: {
    CentredRay ray = centred_ray(o, d);
    Inside in = capsule_inside(&ray, (double)prim->r);
    crossings_of_inside(c, &ray, &in);
    break;
  }
  case PRIM_TORUS: crossings_of_torus(c, o, d, (double)prim->r); break;
  case PRIM_SPHERE:
  case PRIM_CONE_SIDE:
  case PRIM_QUAD:
  case PRIM_TRIANGLE:
  case PRIM_DISK:
  case PRIM_PLANE: break;
  }
}

#endif
