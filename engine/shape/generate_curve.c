/* generate_curve.c - smooth curves through points, and tubes along them.
 *
 * Curves: centripetal Catmull-Rom, knots a square root of the distance apart (Yuksel, Schaefer, Keyser 2011). Tubes: frames that do not
 * turn about the curve, by double reflection (Wang, Juettler, Zheng, Liu 2008); what a closed curve turns all the same is spread over its
 * length. */
#include "shape/generate.h"

#define PI 3.14159265358979323846

/* ---- curves */

/* One span: position, radius and derivatives as cubics over 0..1, by their values and slopes at the ends. */
typedef struct Span {
  MlVec3 p[2], m[2];
  double r[2], s[2];
} Span;

static double knot_distance(MlVec3 a, MlVec3 b) { return __builtin_sqrt(dvec_length(dvec_subtract(b, a))); }

/* The derivative at b of the curve through a, b, c with knots d and e apart, per knot. */
static MlVec3 tangent_at(MlVec3 a, MlVec3 b, MlVec3 c, double d, double e) {
  const MlVec3 ab = dvec_scale(dvec_subtract(b, a), 1.0 / d), bc = dvec_scale(dvec_subtract(c, b), 1.0 / e),
               ac = dvec_scale(dvec_subtract(c, a), 1.0 / (d + e));
  return dvec_add(dvec_subtract(ab, ac), bc);
}

/* Harmonic mean of the slopes on both sides: keeps the radius monotone. */
static double radius_slope(double a, double b) { return a * b > 0.0 ? 2.0 * a * b / (a + b) : 0.0; }

static Span make_span(const CurvePoint *points, uint64_t count, bool closed, const MlVec3 *before, const MlVec3 *after, uint64_t i) {
  const CurvePoint b = points[i], c = points[(i + 1) % count];
  const bool has_a = closed || i > 0, has_d = closed || i + 2 < count;
  const CurvePoint none = {{0.0, 0.0, 0.0}, 0.0}, a = has_a ? points[(i + count - 1) % count] : none,
                   d = has_d ? points[(i + 2) % count] : none;
  const MlVec3 chord = dvec_subtract(c.p, b.p);
  const MlVec3 pa = has_a            ? a.p
                    : before != NULL ? *before
                                     : dvec_subtract(b.p, chord),
               pd = has_d           ? d.p
                    : after != NULL ? *after
                                    : dvec_add(c.p, chord);
  const double e = knot_distance(b.p, c.p), ea = knot_distance(pa, b.p), ed = knot_distance(c.p, pd);
  const double slope = (c.r - b.r) / e;
  return (Span){
    .p = {b.p, c.p},
    .m = {dvec_scale(tangent_at(pa, b.p, c.p, ea, e), e), dvec_scale(tangent_at(b.p, c.p, pd, e, ed), e)},
    .r = {b.r, c.r},
    .s = {e * (has_a ? radius_slope((b.r - a.r) / ea, slope) : slope), e * (has_d ? radius_slope(slope, (d.r - c.r) / ed) : slope)}};
}

static double cubic(double a, double b, double m, double n, double t) {
  const double u = 1.0 - t;
  return u * u * ((1.0 + 2.0 * t) * a + t * m) + t * t * ((3.0 - 2.0 * t) * b - u * n);
}
static double cubic_slope(double a, double b, double m, double n, double t) {
  const double u = 1.0 - t;
  return 6.0 * t * u * (b - a) + u * (1.0 - 3.0 * t) * m + t * (3.0 * t - 2.0) * n;
}

static CurveSample span_at(const Span *s, double t) {
  const MlVec3 *p = s->p, *m = s->m;
  return (CurveSample){
    .p = {cubic(p[0].x, p[1].x, m[0].x, m[1].x, t), cubic(p[0].y, p[1].y, m[0].y, m[1].y, t), cubic(p[0].z, p[1].z, m[0].z, m[1].z, t)},
    .tangent = {cubic_slope(p[0].x, p[1].x, m[0].x, m[1].x, t), cubic_slope(p[0].y, p[1].y, m[0].y, m[1].y, t),
                cubic_slope(p[0].z, p[1].z, m[0].z, m[1].z, t)},
    .r = cubic(s->r[0], s->r[1], s->s[0], s->s[1], t)};
}

static double angle_between(MlVec3 a, MlVec3 b) { return ml_atan2(dvec_length(dvec_cross(a, b)), dvec_dot(a, b)); }

/* How far the span turns, the slope of its radius included, in radians. */
static double span_turn(const Span *s) {
  enum { PIECES = 8 };
  double sum = 0.0, slope_before = 0.0;
  MlVec3 before = {0.0, 0.0, 0.0};
  for (int i = 0; i <= PIECES; i++) {
    const double t = (double)i / PIECES;
    const MlVec3 tangent = span_at(s, t).tangent;
    const double slope = ml_atan2(cubic_slope(s->r[0], s->r[1], s->s[0], s->s[1], t), dvec_length(tangent));
    if (i > 0) sum += angle_between(before, tangent) + __builtin_fabs(slope - slope_before);
    before = tangent;
    slope_before = slope;
  }
  return sum;
}

bool curve_sample(const CurvePoint *points, uint64_t count, bool closed, const MlVec3 *before, const MlVec3 *after, double step,
                  Memory *memory, Work *work, CurveSamples *out) {
  const uint64_t spans = closed ? count : count - 1;
  for (uint64_t i = 0; i < spans; i++) {
    if (!work_goes_on(work, 4096)) return true;
    const Span span = make_span(points, count, closed, before, after, i);
    const double wanted = ml_ceil(span_turn(&span) / step - 1e-6);
    const uint32_t steps = wanted < 1.0 ? 1 : wanted < (double)CURVE_MAX_STEPS ? (uint32_t)wanted : (uint32_t)CURVE_MAX_STEPS;
    const bool last = !closed && i + 1 == spans;
    for (uint32_t k = 0; k < steps + (last ? 1 : 0); k++) {
      CurveSample sample = span_at(&span, (double)k / (double)steps);
      if (k == 0 || k == steps) sample.p = span.p[k != 0], sample.r = span.r[k != 0]; // without rounding
      if (!array_push(memory, out, sample)) return false;
    }
  }
  return true;
}

/* ---- tubes */

/* Any unit vector across t (unit). */
static MlVec3 across(MlVec3 t) {
  const MlVec3 side = __builtin_fabs(t.y) < 0.9 ? (MlVec3){0.0, 1.0, 0.0} : (MlVec3){0.0, 0.0, 1.0};
  return dvec_normalize(dvec_subtract(side, dvec_scale(t, dvec_dot(t, side))));
}

static MlVec3 reflected(MlVec3 v, MlVec3 plane) {
  const double pp = dvec_dot(plane, plane);
  return pp > 0.0 ? dvec_subtract(v, dvec_scale(plane, 2.0 * dvec_dot(plane, v) / pp)) : v;
}

/* The frame's axis x, carried from a to b without turning about the curve. */
static MlVec3 carried(MlVec3 x, MlVec3 pa, MlVec3 ta, MlVec3 pb, MlVec3 tb) {
  const MlVec3 chord = dvec_subtract(pb, pa), half = reflected(ta, chord), moved = reflected(reflected(x, chord), dvec_subtract(tb, half));
  const MlVec3 flat = dvec_subtract(moved, dvec_scale(tb, dvec_dot(tb, moved)));
  return dvec_is_zero(flat) ? across(tb) : dvec_normalize(flat);
}

static MlVec3 turned(MlVec3 x, MlVec3 t, double angle) {
  return dvec_add(dvec_scale(x, ml_cos(angle)), dvec_scale(dvec_cross(t, x), ml_sin(angle)));
}

/* Tangents of length 1; where the curve stands still, that of the sample before. */
static void normalize_tangents(CurveSamples *samples) {
  MlVec3 before = {0.0, 0.0, 0.0};
  for (uint64_t i = 0; i < samples->count; i++) {
    CurveSample *sample = &samples->data[i];
    sample->tangent = dvec_normalize(sample->tangent);
    if (dvec_is_zero(sample->tangent)) sample->tangent = before;
    if (dvec_is_zero(sample->tangent) && i + 1 < samples->count)
      sample->tangent = dvec_normalize(dvec_subtract(samples->data[i + 1].p, sample->p));
    before = sample->tangent;
  }
}

typedef ARRAY(Station) Stations;

/* A half ball at the end of a tube; sign: -1 before its first station, from the pole on, +1 behind its last. */
static bool add_cap(Shell *shell, Stations *stations, const Station *end, MlVec3 t, double sign, uint32_t segments, double v_pole) {
  const uint32_t steps = segments / 4 < 2 ? 2 : segments / 4;
  for (uint32_t k = 0; k < steps; k++) {
    const uint32_t up = sign < 0.0 ? steps - k : k + 1; // of `steps` from the rim
    const double angle = 0.5 * PI * (double)up / (double)steps;
    Station station = *end;
    station.centre = dvec_add(end->centre, dvec_scale(t, sign * end->radius * (up == steps ? 1.0 : ml_sin(angle))));
    station.radius = up == steps ? 0.0 : end->radius * ml_cos(angle);
    station.v = end->v + (v_pole - end->v) * ((double)up / (double)steps);
    if (!array_push(shell->memory, stations, station)) return false;
  }
  return true;
}

static bool add_stations(Shell *shell, const CurveSamples *samples, bool closed, uint32_t segments, Stations *stations) {
  const CurveSample *s = samples->data;
  const uint64_t n = samples->count;
  const double cap_first = closed ? 0.0 : 0.5 * PI * s[0].r, cap_last = closed ? 0.0 : 0.5 * PI * s[n - 1].r;
  double length = cap_first + cap_last, at = cap_first, twist = 0.0, along = 0.0;
  for (uint64_t i = 0; i + 1 < n + (closed ? 1 : 0); i++) along += dvec_length(dvec_subtract(s[(i + 1) % n].p, s[i].p));
  length += along;

  // What a closed curve's frame has turned when it is back
  const MlVec3 first = across(s[0].tangent);
  MlVec3 x = first;
  if (closed) {
    for (uint64_t i = 0; i < n; i++) x = carried(x, s[i].p, s[i].tangent, s[(i + 1) % n].p, s[(i + 1) % n].tangent);
    twist = ml_atan2(dvec_dot(dvec_cross(x, first), s[0].tangent), dvec_dot(x, first));
    x = first;
  }
  for (uint64_t i = 0; i < n; i++) {
    if (!work_goes_on(&shell->work, 1024)) return true;
    if (i > 0) x = carried(x, s[i - 1].p, s[i - 1].tangent, s[i].p, s[i].tangent);
    const MlVec3 t = s[i].tangent, axis = closed ? turned(x, t, twist * ((at - cap_first) / along)) : x;
    const Station station = {s[i].p, axis, dvec_cross(t, axis), s[i].r, at / length};
    if (!closed && i == 0 && s[i].r > 0.0 && !add_cap(shell, stations, &station, t, -1.0, segments, 0.0)) return false;
    if (!array_push(shell->memory, stations, station)) return false;
    if (!closed && i + 1 == n && s[i].r > 0.0 && !add_cap(shell, stations, &station, t, 1.0, segments, 1.0)) return false;
    at += dvec_length(dvec_subtract(s[(i + 1) % n].p, s[i].p));
  }
  return true;
}

void generate_tube(Shell *shell, const CurvePoint *points, uint64_t count, bool closed, uint32_t segments) {
  CurveSamples samples = {0};
  Stations stations = {0};
  bool fine = curve_sample(points, count, closed, NULL, NULL, 2.0 * PI / (double)segments, shell->memory, &shell->work, &samples);
  if (fine && shell_goes_on(shell)) {
    normalize_tangents(&samples);
    fine = add_stations(shell, &samples, closed, segments, &stations);
    if (fine) generate_skin(shell, stations.data, stations.count, segments, closed);
  }
  if (!fine) shell->out_of_memory = true;
  array_free(shell->memory, &samples);
  array_free(shell->memory, &stations);
}
