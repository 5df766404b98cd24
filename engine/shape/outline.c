/* outline.c - outlines brought onto the grid, turned the right way round, and checked. See outline.h; triangles are cut in triangulate.c. */
#include "shape/outline.h"

#include "base/sort.h"

typedef ARRAY(OutlinePoint) Points;

static int64_t cross(const OutlinePoint *a, const OutlinePoint *b, const OutlinePoint *c) {
  return ((int64_t)b->x - a->x) * ((int64_t)c->y - a->y) - ((int64_t)b->y - a->y) * ((int64_t)c->x - a->x);
}

void outline_free(Outline *outline) {
  array_free(outline->memory, &outline->points);
  array_free(outline->memory, &outline->loops);
}

/* ---- the grid */

static double largest_coordinate(const MlOutline *loop) {
  double largest = 0.0;
  for (uint64_t i = 0; i < 2 * loop->count; i++) {
    const double x = __builtin_fabs((double)loop->points[i]);
    if (x > largest) largest = x;
  }
  return largest;
}

static double grid_unit(const MlOutline *outer, const MlOutline *holes, uint64_t hole_count) {
  double largest = largest_coordinate(outer);
  for (uint64_t i = 0; i < hole_count; i++) {
    const double x = largest_coordinate(&holes[i]);
    if (x > largest) largest = x;
  }
  int exponent = 0;
  if (largest > 0.0) (void)ml_frexp(largest, &exponent);
  return ml_ldexp(1.0, exponent - 23);
}

static int32_t on_grid(float x, double unit) { return (int32_t)ml_floor((double)x / unit + 0.5); }

static bool same_place(const OutlinePoint *a, const OutlinePoint *b) { return a->x == b->x && a->y == b->y; }

/* Is b on the way from a to c, so that it can be left out? */
static bool is_between(const OutlinePoint *a, const OutlinePoint *b, const OutlinePoint *c) {
  const int64_t ahead = ((int64_t)b->x - a->x) * ((int64_t)c->x - b->x) + ((int64_t)b->y - a->y) * ((int64_t)c->y - b->y);
  return same_place(a, b) || (cross(a, b, c) == 0 && ahead > 0);
}

/* Appends the loop's points without those that say nothing, counter-clockwise or, as a hole, clockwise. */
static OutlineFault add_loop(Outline *out, Points *scratch, const MlOutline *loop, bool hole) {
  scratch->count = 0;
  if (!array_reserve(out->memory, scratch, loop->count)) return OUTLINE_MEMORY;
  OutlinePoint *p = scratch->data;
  uint64_t n = 0;
  for (uint64_t i = 0; i < loop->count; i++) {
    const OutlinePoint point = {.x = on_grid(loop->points[2 * i], out->unit), .y = on_grid(loop->points[2 * i + 1], out->unit)};
    if (n > 0 && same_place(&p[n - 1], &point)) continue;
    while (n > 1 && is_between(&p[n - 2], &p[n - 1], &point)) n--;
    p[n++] = point;
  }
  // Around the end
  uint64_t begin = 0;
  while (n - begin > 2) {
    if (is_between(&p[n - 2], &p[n - 1], &p[begin])) n--;
    else if (is_between(&p[n - 1], &p[begin], &p[begin + 1])) begin++;
    else break;
  }
  n -= begin;
  p += begin;
  if (n < 3) return OUTLINE_FLAT;
  int64_t area = 0; // modulo 2^64: exact of all that do not cross themselves, and the others are found
  for (uint64_t i = 1; i + 1 < n; i++) area = (int64_t)((uint64_t)area + (uint64_t)cross(&p[0], &p[i], &p[i + 1]));
  const uint32_t first = (uint32_t)out->points.count;
  if (!array_reserve(out->memory, &out->points, n)) return OUTLINE_MEMORY;
  for (uint64_t i = 0; i < n; i++) {
    OutlinePoint point = p[(area < 0) != hole ? n - 1 - i : i];
    point.next = first + (uint32_t)((i + 1) % n);
    point.before = first + (uint32_t)((i + n - 1) % n);
    out->points.data[out->points.count++] = point;
  }
  const OutlineLoop made = {first, (uint32_t)n};
  return array_push(out->memory, &out->loops, made) ? OUTLINE_FINE : OUTLINE_MEMORY;
}

/* ---- crossings */

static int sign_of(int64_t x) { return (x > 0) - (x < 0); }

static bool is_within(int32_t a, int32_t b, int32_t x) { return a < b ? x >= a && x <= b : x >= b && x <= a; }

static bool is_on_segment(const OutlinePoint *a, const OutlinePoint *b, const OutlinePoint *p) {
  return cross(a, b, p) == 0 && is_within(a->x, b->x, p->x) && is_within(a->y, b->y, p->y);
}

/* Do the edges that begin at a and b have a point in common that they should not have? */
static bool edges_meet(const OutlinePoint *points, uint32_t i, uint32_t k) {
  const OutlinePoint *a = &points[i], *b = &points[a->next], *c = &points[k], *d = &points[c->next];
  // Neighbours share their corner: they meet elsewhere if one lies on the other
  if (a->next == k) return is_on_segment(a, b, d) || is_on_segment(c, d, a);
  if (c->next == i) return is_on_segment(c, d, b) || is_on_segment(a, b, c);
  const int s1 = sign_of(cross(a, b, c)), s2 = sign_of(cross(a, b, d)), s3 = sign_of(cross(c, d, a)), s4 = sign_of(cross(c, d, b));
  if (s1 * s2 < 0 && s3 * s4 < 0) return true;
  return is_on_segment(a, b, c) || is_on_segment(a, b, d) || is_on_segment(c, d, a) || is_on_segment(c, d, b);
}

static uint32_t loop_of(const Outline *outline, uint32_t point) {
  uint32_t loop = 0;
  while (point - outline->loops.data[loop].first >= outline->loops.data[loop].count) loop++;
  return loop;
}

static void put_edge(const Outline *outline, uint32_t point, double *out) {
  const OutlinePoint *a = &outline->points.data[point], *b = &outline->points.data[a->next];
  out[0] = outline->unit * a->x, out[1] = outline->unit * a->y, out[2] = outline->unit * b->x, out[3] = outline->unit * b->y;
}

static int32_t left_end(const OutlinePoint *points, uint32_t i) {
  const int32_t x = points[i].x, y = points[points[i].next].x;
  return x < y ? x : y;
}
static int32_t right_end(const OutlinePoint *points, uint32_t i) {
  const int32_t x = points[i].x, y = points[points[i].next].x;
  return x > y ? x : y;
}

typedef struct EdgeKey {
  int32_t left;
  uint32_t edge;
} EdgeKey;

static bool key_is_before(const void *a, const void *b, void *ud) {
  (void)ud;
  return ((const EdgeKey *)a)->left < ((const EdgeKey *)b)->left;
}

/* All pairs of edges whose ranges of x overlap, from left to right. */
static OutlineFault find_crossing(const Outline *outline, Work *work, OutlineProblem *problem) {
  const OutlinePoint *points = outline->points.data;
  const uint64_t n = outline->points.count;
  const size_t bytes = 2 * (size_t)n * sizeof(EdgeKey);
  EdgeKey *keys = memory_alloc(outline->memory, bytes, 8);
  if (keys == NULL) return OUTLINE_MEMORY;
  for (uint32_t i = 0; i < n; i++) keys[i] = (EdgeKey){left_end(points, i), i};
  sort_stable(keys, (size_t)n, sizeof *keys, keys + n, key_is_before, NULL);
  OutlineFault fault = OUTLINE_FINE;
  for (uint64_t i = 0; i < n && fault == OUTLINE_FINE; i++) {
    const uint32_t a = keys[i].edge;
    const int32_t right = right_end(points, a);
    for (uint64_t k = i + 1; k < n && keys[k].left <= right; k++) {
      if (!work_goes_on(work, 32)) break;
      if (!edges_meet(points, a, keys[k].edge)) continue;
      fault = OUTLINE_CROSSES;
      const uint32_t first = a < keys[k].edge ? a : keys[k].edge, second = a < keys[k].edge ? keys[k].edge : a;
      *problem = (OutlineProblem){.fault = fault, .loop = loop_of(outline, first), .other = loop_of(outline, second)};
      put_edge(outline, first, problem->a);
      put_edge(outline, second, problem->b);
      break;
    }
  }
  memory_free(outline->memory, keys, bytes);
  return fault;
}

/* ---- holes */

/* Whether p, on no edge of the loop, is within it: edges crossed by the ray to the right. */
static bool is_inside(const Outline *outline, uint32_t loop, const OutlinePoint *p) {
  const OutlineLoop *l = &outline->loops.data[loop];
  bool inside = false;
  for (uint32_t i = l->first; i < l->first + l->count; i++) {
    const OutlinePoint *a = &outline->points.data[i], *b = &outline->points.data[a->next];
    if ((a->y > p->y) != (b->y > p->y) && (cross(a, b, p) > 0) == (b->y > a->y)) inside = !inside;
  }
  return inside;
}

static void check_holes(const Outline *outline, Work *work, OutlineProblem *problem) {
  for (uint32_t i = 1; i < outline->loops.count; i++) {
    const uint32_t first = outline->loops.data[i].first;
    const OutlinePoint *p = &outline->points.data[first];
    for (uint32_t k = 0; k < outline->loops.count; k++) {
      if (k == i || !work_goes_on(work, 16 * (uint64_t)outline->loops.data[k].count)) continue;
      if (is_inside(outline, k, p) == (k == 0)) continue;
      *problem = (OutlineProblem){.fault = k == 0 ? OUTLINE_OUTSIDE : OUTLINE_NESTED, .loop = i, .other = k};
      put_edge(outline, first, problem->a);
      return;
    }
  }
}

OutlineProblem outline_create(Memory *memory, Work *work, const MlOutline *outer, const MlOutline *holes, uint64_t hole_count,
                              Outline *out) {
  *out = (Outline){.memory = memory, .unit = grid_unit(outer, holes, hole_count)};
  Points scratch = {0};
  OutlineProblem problem = {.fault = add_loop(out, &scratch, outer, false)};
  for (uint64_t i = 0; i < hole_count && problem.fault == OUTLINE_FINE; i++)
    problem = (OutlineProblem){.fault = add_loop(out, &scratch, &holes[i], true), .loop = (uint32_t)i + 1};
  array_free(memory, &scratch);
  if (problem.fault == OUTLINE_FINE) problem.fault = find_crossing(out, work, &problem);
  if (problem.fault == OUTLINE_FINE) check_holes(out, work, &problem);
  if (problem.fault != OUTLINE_FINE) outline_free(out);
  return problem;
}
