/* glyph.c - from a font's curves to outlines with holes. See glyph.h. */
#include "shape/glyph.h"

typedef struct Loop {
  uint64_t first, count; /* of Loops.flat */
  double area;           /* signed, twice */
  int32_t around;        /* of a hole: its outline; -1: this is an outline */
} Loop;
typedef struct Loops {
  ARRAY(float) flat; /* x, y */
  ARRAY(Loop) loops;
} Loops;

/* ---- flattening */

/* Cosines of multiples of 15 degrees: into how many parts what turns by an angle of a greater cosine is cut. */
static const double turns[] = {0.965925826,  0.866025403, 0.707106781,  0.5,          0.258819045, 0.0,
                               -0.258819045, -0.5,        -0.707106781, -0.866025403, -0.965925826};

/* Straight pieces of the curve from a towards c to b: a parabola is |a - 2 c + b| / (4 n^2) away from n chords, at most. */
static int pieces_of(double ax, double ay, double cx, double cy, double bx, double by, double tolerance) {
  const double ex = ax - 2.0 * cx + bx, ey = ay - 2.0 * cy + by;
  const double bend = __builtin_sqrt(ex * ex + ey * ey) / (4.0 * tolerance);
  int n = 1;
  while ((double)(n * n) < bend && n < 64) n++;
  const double ux = cx - ax, uy = cy - ay, vx = bx - cx, vy = by - cy;
  const double lengths = __builtin_sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy)), along = ux * vx + uy * vy;
  int parts = 1;
  while (parts <= 11 && lengths > 0.0 && along < turns[parts - 1] * lengths) parts++;
  return n > parts ? n : parts;
}

static bool push(Memory *memory, Loops *out, double x, double y) {
  return array_push(memory, &out->flat, (float)x) && array_push(memory, &out->flat, (float)y);
}

static bool flatten(const FontPoints *points, double tolerance, Memory *memory, Loops *out) {
  double x = 0.0, y = 0.0;
  for (uint64_t i = 0; i < points->count; i++) {
    const FontPoint *p = &points->data[i];
    const double px = p->x, py = p->y, cx = p->cx, cy = p->cy;
    bool fine = true;
    if (p->step == FONT_MOVE) fine = array_push(memory, &out->loops, ((Loop){.first = out->flat.count / 2, .around = -1}));
    const int n = p->step == FONT_CURVE ? pieces_of(x, y, cx, cy, px, py, tolerance) : 1;
    for (int k = 1; k <= n && fine; k++) {
      const double t = (double)k / (double)n, s = 1.0 - t;
      if (k == n) fine = push(memory, out, px, py);
      else fine = push(memory, out, s * (s * x + t * cx) + t * (s * cx + t * px), s * (s * y + t * cy) + t * (s * cy + t * py));
    }
    if (!fine) return false;
    out->loops.data[out->loops.count - 1].count = out->flat.count / 2 - out->loops.data[out->loops.count - 1].first;
    x = px, y = py;
  }
  return true;
}

/* ---- which loop is a hole of which */

static double area_of(const Loops *loops, const Loop *loop) {
  const float *p = loops->flat.data + 2 * loop->first;
  double sum = 0.0;
  for (uint64_t i = 0, k = loop->count - 1; i < loop->count; k = i++)
    sum += (double)p[2 * k] * (double)p[2 * i + 1] - (double)p[2 * i] * (double)p[2 * k + 1];
  return sum;
}

static bool is_inside(const Loops *loops, const Loop *loop, double x, double y) {
  const float *p = loops->flat.data + 2 * loop->first;
  bool inside = false;
  for (uint64_t i = 0, k = loop->count - 1; i < loop->count; k = i++) {
    const double ax = (double)p[2 * i], ay = (double)p[2 * i + 1], bx = (double)p[2 * k], by = (double)p[2 * k + 1];
    if ((ay > y) != (by > y) && x < ax + (bx - ax) * ((y - ay) / (by - ay))) inside = !inside;
  }
  return inside;
}

static void sort_out(Loops *loops, Work *work) {
  Loop *list = loops->loops.data;
  const uint64_t n = loops->loops.count;
  double largest = 0.0;
  for (uint64_t i = 0; i < n; i++) {
    list[i].area = area_of(loops, &list[i]);
    if (__builtin_fabs(list[i].area) > __builtin_fabs(largest)) largest = list[i].area;
  }
  for (uint64_t i = 0; i < n; i++) {
    if ((list[i].area < 0.0) == (largest < 0.0)) continue;
    // Halfway along its first edge: corners of holes may touch
    const float *p = loops->flat.data + 2 * list[i].first;
    const uint64_t next = list[i].count > 1 ? 2 : 0;
    const double x = 0.5 * ((double)p[0] + (double)p[next]), y = 0.5 * ((double)p[1] + (double)p[next + 1]);
    for (uint64_t k = 0; k < n; k++) {
      if ((list[k].area < 0.0) != (largest < 0.0)) continue;
      if (!work_goes_on(work, 16 * list[k].count)) return;
      if (!is_inside(loops, &list[k], x, y)) continue;
      if (list[i].around < 0 || __builtin_fabs(list[k].area) < __builtin_fabs(list[list[i].around].area)) list[i].around = (int32_t)k;
    }
  }
}

/* ---- parts */

static FontFault add_part(const Loops *loops, uint64_t outer, Memory *memory, Work *work, Glyph *out) {
  MlOutline holes[FONT_MAX_CONTOURS];
  const Loop *list = loops->loops.data;
  const MlOutline around = {loops->flat.data + 2 * list[outer].first, list[outer].count};
  uint64_t count = 0, total = around.count;
  for (uint64_t i = 0; i < loops->loops.count; i++)
    if (list[i].around == (int32_t)outer && list[i].area != 0.0) {
      holes[count++] = (MlOutline){loops->flat.data + 2 * list[i].first, list[i].count};
      total += list[i].count;
    }
  if (total > OUTLINE_MAX_POINTS) return FONT_INTRICATE;
  if (list[outer].area == 0.0) return FONT_FINE;
  GlyphPart part = {0};
  OutlineProblem problem;
  // What is too thin for the grid is left out
  for (;;) {
    problem = outline_create(memory, work, &around, holes, count, &part.outline);
    if (problem.fault != OUTLINE_FLAT) break;
    if (problem.loop == 0) return FONT_FINE;
    holes[problem.loop - 1] = holes[--count];
  }
  if (problem.fault == OUTLINE_MEMORY) return FONT_MEMORY;
  if (problem.fault != OUTLINE_FINE) return FONT_DAMAGED;
  if (!outline_triangulate(&part.outline, work, &part.triangles) || !array_push(memory, &out->parts, part)) {
    outline_free(&part.outline);
    array_free(memory, &part.triangles);
    return FONT_MEMORY;
  }
  out->points += part.outline.points.count;
  out->triangles += part.triangles.count;
  for (uint64_t i = 0; i < part.outline.points.count; i++) {
    const double p[2] = {part.outline.unit * (double)part.outline.points.data[i].x,
                         part.outline.unit * (double)part.outline.points.data[i].y};
    const bool first = out->parts.count == 1 && i == 0;
    for (int k = 0; k < 2; k++) {
      if (first || p[k] < out->lo[k]) out->lo[k] = p[k];
      if (first || p[k] > out->hi[k]) out->hi[k] = p[k];
    }
  }
  return FONT_FINE;
}

FontFault glyph_create(const Font *font, uint32_t glyph, Memory *memory, Work *work, Glyph *out) {
  *out = (Glyph){0};
  FontPoints points = {0};
  Loops loops = {0};
  FontFault fault = font_shape(font, glyph, memory, &points);
  if (fault == FONT_FINE && !flatten(&points, font->units / 4000.0, memory, &loops)) fault = FONT_MEMORY;
  if (fault == FONT_FINE && loops.loops.count > 0) sort_out(&loops, work);
  for (uint64_t i = 0; i < loops.loops.count && fault == FONT_FINE && !work->cancelled; i++)
    if (loops.loops.data[i].around < 0) fault = add_part(&loops, i, memory, work, out);
  array_free(memory, &points);
  array_free(memory, &loops.flat);
  array_free(memory, &loops.loops);
  return fault;
}

void glyph_free(Memory *memory, Glyph *glyph) {
  for (uint64_t i = 0; i < glyph->parts.count; i++) {
    outline_free(&glyph->parts.data[i].outline);
    array_free(memory, &glyph->parts.data[i].triangles);
  }
  array_free(memory, &glyph->parts);
}
