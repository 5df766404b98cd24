/* survey_cells.c - see survey_cells.h. */
#include "scene/survey_cells.h"

#include <string.h>

enum { ROUNDS = 96 }; /* a double has no more halves */

typedef struct Range {
  double lo, hi;
} Range;

/* ---- bounds of a cell */

static Range between(double a, double b) { return a < b ? (Range){a, b} : (Range){b, a}; }

/* Of cos(2 pi t) over t0..t1. */
static Range cosines(double t0, double t1) {
  Range out = between(ml_cos(PIECE_TAU * t0), ml_cos(PIECE_TAU * t1));
  if (ml_ceil(t0) <= t1) out.hi = 1.0;
  if (ml_ceil(t0 - 0.5) <= t1 - 0.5) out.lo = -1.0;
  return out;
}
static Range sines(double t0, double t1) { return cosines(t0 - 0.25, t1 - 0.25); }

/* Of a product with what is not below 0. */
static Range times(Range rho, Range x) { return (Range){x.lo * (x.lo < 0.0 ? rho.hi : rho.lo), x.hi * (x.hi < 0.0 ? rho.lo : rho.hi)}; }

static MlBounds turned(Range rho, double t0, double t1, Range y) {
  const Range x = times(rho, sines(t0, t1)), z = times(rho, cosines(t0, t1));
  return (MlBounds){.min = {x.lo, y.lo, z.lo}, .max = {x.hi, y.hi, z.hi}};
}

static double rho_at(double y) { return y * y < 1.0 ? __builtin_sqrt(1.0 - y * y) : 0.0; }

static MlBounds ball_bounds(double y0, double y1, double t0, double t1, double height) {
  Range rho = between(rho_at(y0), rho_at(y1));
  if (y0 <= 0.0 && y1 >= 0.0) rho.hi = 1.0;
  return turned(rho, t0, t1, (Range){y0 + height, y1 + height});
}

/* A cell of a capsule is of its side or of one cap. */
static MlBounds cell_bounds(PieceKind kind, double r, const PieceCell *c) {
  const double s0 = c->s[0], s1 = c->s[1], t0 = c->t[0], t1 = c->t[1];
  if (kind == PIECE_TORUS) {
    const Range tube = cosines(t0, t1), high = sines(t0, t1);
    return turned((Range){1.0 + r * tube.lo, 1.0 + r * tube.hi}, s0, s1, (Range){r * high.lo, r * high.hi});
  }
  if (kind == PIECE_CONE_SIDE) {
    const ConeSide side = cone_side(r);
    const double y0 = 2.0 * s0 - 1.0, y1 = 2.0 * s1 - 1.0;
    return turned(between(side.middle - side.slope * y0, side.middle - side.slope * y1), t0, t1, (Range){y0, y1});
  }
  if (kind == PIECE_CAPSULE) {
    const double share = r / (1.0 + r), middle = 0.5 * (s0 + s1);
    if (middle < share) return turned((Range){1.0, 1.0}, t0, t1, (Range){r * (2.0 * s0 / share - 1.0), r * (2.0 * s1 / share - 1.0)});
    const double y0 = 2.0 * (s0 - share) / (1.0 - share) - 1.0, y1 = 2.0 * (s1 - share) / (1.0 - share) - 1.0;
    return ball_bounds(y0, y1, t0, t1, y0 + y1 > 0.0 ? r : -r);
  }
  return ball_bounds(2.0 * s0 - 1.0, 2.0 * s1 - 1.0, t0, t1, 0.0);
}

/* ---- cells */

static double way_between(PieceKind kind, double r, const MlTransform *to, const double s[3], const double t[3]) {
  MlVec3 p[3];
  for (int i = 0; i < 3; i++) p[i] = affine_point(to, piece_point(kind, r, s[i], t[i]).p);
  return dvec_length(dvec_subtract(p[1], p[0])) + dvec_length(dvec_subtract(p[2], p[1]));
}

/* Halves it across its longer side, which is measured within: a capsule's parts touch. */
static void halve(PieceKind kind, double r, const MlTransform *to, const PieceCell *cell, PieceCell out[2]) {
  double s[3], t[3];
  for (int i = 0; i < 3; i++) {
    s[i] = cell->s[0] + (cell->s[1] - cell->s[0]) * (0.125 + 0.375 * i);
    t[i] = cell->t[0] + (cell->t[1] - cell->t[0]) * (0.125 + 0.375 * i);
  }
  const double ss[3] = {s[1], s[1], s[1]}, ts[3] = {t[1], t[1], t[1]};
  out[0] = out[1] = *cell;
  if (way_between(kind, r, to, s, ts) > way_between(kind, r, to, ss, t)) out[0].s[1] = out[1].s[0] = s[1];
  else out[0].t[1] = out[1].t[0] = t[1];
}

/* Whether the cell may be in the box; *whole: it is all. */
static bool cell_meets(PieceKind kind, double r, const MlTransform *to, const double box[6], const PieceCell *cell, bool *whole) {
  const MlBounds local = cell_bounds(kind, r, cell), b = affine_bounds(to, &local);
  const double lo[3] = {b.min.x, b.min.y, b.min.z}, hi[3] = {b.max.x, b.max.y, b.max.z};
  *whole = true;
  for (int k = 0; k < 3; k++) {
    if (lo[k] > box[3 + k] || hi[k] < box[k]) return false;
    *whole = *whole && lo[k] >= box[k] && hi[k] <= box[3 + k];
  }
  return true;
}

uint32_t piece_cells(PieceKind kind, double r, const MlTransform *to, const double box[6], Work *work, PieceCell out[PIECE_CELLS]) {
  const double share = kind == PIECE_CAPSULE ? r / (1.0 + r) : 0.0, starts[4] = {0.0, share, 0.5 * (1.0 + share), 1.0};
  PieceCell next[PIECE_CELLS];
  uint32_t count = 0;
  bool open = true;
  for (int i = 0; i < 3; i++)
    if (kind == PIECE_CAPSULE && starts[i] < starts[i + 1]) out[count++] = (PieceCell){{starts[i], starts[i + 1]}, {0.0, 1.0}};
  if (kind != PIECE_CAPSULE) out[count++] = (PieceCell){{0.0, 1.0}, {0.0, 1.0}};
  for (int round = 0; round < ROUNDS && open; round++) {
    uint32_t kept = 0, whole_count = 0;
    bool whole[PIECE_CELLS];
    for (uint32_t i = 0; i < count && work_goes_on(work, 1024); i++) {
      if (!cell_meets(kind, r, to, box, &out[i], &whole[kept])) continue;
      whole_count += whole[kept];
      out[kept++] = out[i];
    }
    count = kept;
    open = whole_count < kept && 2 * kept - whole_count <= PIECE_CELLS && round + 1 < ROUNDS;
    if (!open) break;
    uint32_t n = 0;
    for (uint32_t i = 0; i < kept; i++) {
      if (whole[i]) {
        next[n++] = out[i];
        continue;
      }
      halve(kind, r, to, &out[i], &next[n]);
      n += 2;
    }
    memcpy(out, next, n * sizeof *next);
    count = n;
  }
  return count;
}

/* ---- triangles */

/* What of a polygon is on one side of a plane: `at` is how far its corners are within. */
static void cut(TrianglePart *part, const double at[TRIANGLE_CORNERS]) {
  TrianglePart out = {.count = 0};
  for (uint32_t i = 0; i < part->count; i++) {
    const uint32_t k = i + 1 < part->count ? i + 1 : 0;
    if (at[i] >= 0.0) out.u[out.count] = part->u[i], out.v[out.count++] = part->v[i];
    if ((at[i] >= 0.0) == (at[k] >= 0.0) || out.count == TRIANGLE_CORNERS) continue;
    const double f = at[i] / (at[i] - at[k]);
    out.u[out.count] = part->u[i] + f * (part->u[k] - part->u[i]);
    out.v[out.count++] = part->v[i] + f * (part->v[k] - part->v[i]);
    if (out.count == TRIANGLE_CORNERS) break;
  }
  *part = out;
}

/* Twice the area of the fan's triangle i, in u and v. */
static double fan(const TrianglePart *p, uint32_t i) {
  const double area = (p->u[i] - p->u[0]) * (p->v[i + 1] - p->v[0]) - (p->v[i] - p->v[0]) * (p->u[i + 1] - p->u[0]);
  return area > 0.0 ? area : 0.0;
}

TrianglePart triangle_part(const MlVec3 p[3], const double box[6]) {
  TrianglePart part = {.u = {0.0, 1.0, 0.0}, .v = {0.0, 0.0, 1.0}, .count = 3};
  for (int k = 0; k < 6 && part.count >= 3; k++) {
    const int axis = k % 3;
    double c[3], at[TRIANGLE_CORNERS];
    for (int i = 0; i < 3; i++) c[i] = axis == 0 ? p[i].x : axis == 1 ? p[i].y : p[i].z;
    for (uint32_t i = 0; i < part.count; i++) {
      const double x = c[0] + part.u[i] * (c[1] - c[0]) + part.v[i] * (c[2] - c[0]);
      at[i] = k < 3 ? x - box[k] : box[k] - x;
    }
    cut(&part, at);
  }
  for (uint32_t i = 1; i + 1 < part.count; i++) part.share += fan(&part, i);
  return part;
}

void triangle_part_point(const TrianglePart *part, double a, double b, double c, double *u, double *v) {
  double at = a * part->share;
  uint32_t i = 1;
  while (i + 2 < part->count && at >= fan(part, i)) at -= fan(part, i++);
  if (b + c > 1.0) b = 1.0 - b, c = 1.0 - c;
  *u = part->u[0] + b * (part->u[i] - part->u[0]) + c * (part->u[i + 1] - part->u[0]);
  *v = part->v[0] + b * (part->v[i] - part->v[0]) + c * (part->v[i + 1] - part->v[0]);
}
