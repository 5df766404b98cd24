/* strands.h - hair: many thin curves, each a row of points with radii, and the test of a ray against one segment.
 *
 * A segment is the round cone between two balls: all balls whose centre and radius go straight from one point to the next. Neighbours share a ball,
 * so a strand has no gaps. Rays enter it and never leave: what begins inside passes out unseen. That is what the scattering of hair asks for, which
 * is told of a strand as a whole (shade/hair.h): light goes on from where the strand was met, through it. Whatever reflects does not notice.
 * Round cones in closed form: Quilez 2019, "Ray round cone intersection", in doubles from the point of the ray that is nearest to the segment's
 * middle, so that neither the distance nor the strand's thinness costs digits. Between points, normals and tangents turn evenly. */
#ifndef ML_SHAPE_STRANDS_H
#define ML_SHAPE_STRANDS_H

#include "math/bounds.h"
#include "math/dvec.h"
#include "math/ieee.h"

typedef struct StrandPoint {
  float p[3], r; /* r above 0, but at ends */
  float along;   /* 0 at the strand's root, 1 at its tip, by length */
  float which;   /* 0..1, the strand's own */
} StrandPoint;

/* A segment goes from points[segments[i]] to the next one; those of a strand follow one another. */
typedef struct Strands {
  const StrandPoint *points;
  const uint32_t *segments;
  uint64_t point_count, segment_count;
} Strands;

/* Where a ray enters: its distance, and how far along the segment the ball is that it touches. */
typedef struct StrandMeeting {
  double t, s;
} StrandMeeting;

static inline MlVec3 strand_centre(const StrandPoint *a) { return (MlVec3){(double)a->p[0], (double)a->p[1], (double)a->p[2]}; }

/* Padded for what doubles and floats round. */
static inline Aabb strand_bounds(const StrandPoint *a, const StrandPoint *b) {
  Aabb box;
  float extent = 0.0f;
  for (int i = 0; i < 3; i++) {
    box.lo[i] = min_f(a->p[i] - a->r, b->p[i] - b->r);
    box.hi[i] = max_f(a->p[i] + a->r, b->p[i] + b->r);
    extent = max_f(box.hi[i] - box.lo[i], extent);
  }
  return aabb_pad(&box, 4.0f * EPSILON_F * extent);
}

/* The nearer root of the ball around the origin, for a direction of length 1; a distance beyond all others where it is missed. */
static inline double strand_ball(double r, MlVec3 o, MlVec3 d) {
  const double b = dvec_dot(o, d), h = b * b - (dvec_dot(o, o) - r * r);
  return h >= 0.0 ? -b - __builtin_sqrt(h) : (double)INFINITY_F;
}

/* d may have any length, of which t is in units. */
static __attribute__((noinline, unused)) bool strand_meet(const StrandPoint *a, const StrandPoint *b, MlVec3 o, MlVec3 d,
                                                          StrandMeeting *out) {
  const MlVec3 pa = strand_centre(a), pb = strand_centre(b), axis = dvec_subtract(pb, pa);
  const double ra = (double)a->r, rb = (double)b->r, rr = ra - rb, m0 = dvec_dot(axis, axis), d2 = m0 - rr * rr;
  const double length = dvec_length(d);
  d = dvec_scale(d, 1.0 / length);
  // From where the ray is nearest to the middle
  const MlVec3 middle = dvec_scale(dvec_add(pa, pb), 0.5);
  const double shift = dvec_dot(dvec_subtract(middle, o), d);
  o = dvec_add(o, dvec_scale(d, shift));
  const MlVec3 oa = dvec_subtract(o, pa), ob = dvec_subtract(o, pb);
  double near = (double)INFINITY_F, s = 0.0;
  if (d2 > 0.0) {
    const double m1 = dvec_dot(axis, oa), m2 = dvec_dot(axis, d), m3 = dvec_dot(d, oa), m5 = dvec_dot(oa, oa);
    const double k2 = d2 - m2 * m2, k1 = d2 * m3 - m1 * m2 + m2 * rr * ra, k0 = d2 * m5 - m1 * m1 + 2.0 * m1 * rr * ra - m0 * ra * ra;
    const double h = k1 * k1 - k0 * k2;
    if (h >= 0.0) {
      const double t = (-__builtin_sqrt(h) - k1) / k2, y = m1 - ra * rr + t * m2;
      if (y > 0.0 && y < d2) near = t, s = y / d2;
    } else if (k2 > 0.0) {
      return false; // beside the whole cone that the balls are within
    }
  }
  if (!(near < (double)INFINITY_F)) {
    const double at_a = strand_ball(ra, oa, d), at_b = strand_ball(rb, ob, d);
    near = at_a <= at_b ? at_a : at_b;
    s = at_a <= at_b ? 0.0 : 1.0;
    if (!(near < (double)INFINITY_F)) return false;
  }
  out->t = (near + shift) / length;
  out->s = s;
  return out->t > 0.0;
}

static inline bool strands_meet(const Strands *strands, uint32_t segment, MlVec3 o, MlVec3 d, StrandMeeting *out) {
  const StrandPoint *a = &strands->points[strands->segments[segment]];
  return strand_meet(a, a + 1, o, d, out);
}

/* The direction of the strand at a segment's beginning (end 0) or end (1): between those of the segments that meet there. */
static inline MlVec3 strands_direction(const Strands *strands, uint32_t segment, int end) {
  const uint32_t first = strands->segments[segment];
  const StrandPoint *a = &strands->points[first];
  const MlVec3 own = dvec_normalize(dvec_subtract(strand_centre(a + 1), strand_centre(a)));
  const bool joined = end == 0 ? segment > 0 && strands->segments[segment - 1] + 1 == first
                               : segment + 1 < strands->segment_count && strands->segments[segment + 1] == first + 1;
  if (!joined) return own;
  const MlVec3 other =
    end == 0 ? dvec_subtract(strand_centre(a), strand_centre(a - 1)) : dvec_subtract(strand_centre(a + 2), strand_centre(a + 1));
  return dvec_add(own, dvec_normalize(other));
}

/* Along the strand, unit, where a ray met it. */
static inline MlVec3 strands_tangent(const Strands *strands, uint32_t segment, double s) {
  const MlVec3 from = dvec_normalize(strands_direction(strands, segment, 0)), to = dvec_normalize(strands_direction(strands, segment, 1));
  return dvec_normalize(dvec_add(dvec_scale(from, 1.0 - s), dvec_scale(to, s)));
}

#endif
