/* test_shape_outline.c - outlines: which are refused, against a test of all pairs by other means; triangles tile what is left, exactly,
 * under as many ties and straight lines as small grids have. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "scene_fixture.h"
#include "shape/outline.h"

static FaultMemory fault;

static int set_up(void **state) {
  (void)state;
  fault_init(&fault, -1, false);
  return 0;
}
static int tear_down(void **state) {
  (void)state;
  assert_int_equal(fault.memory.used, 0);
  return 0;
}

static int64_t twice_area(const Outline *o, uint32_t a, uint32_t b, uint32_t c) {
  const OutlinePoint *p = o->points.data;
  return ((int64_t)p[b].x - p[a].x) * ((int64_t)p[c].y - p[a].y) - ((int64_t)p[b].y - p[a].y) * ((int64_t)p[c].x - p[a].x);
}

static int by_value(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* Right count, all with an area, areas add up, every inner edge twice (once each way), every outer edge once. */
static void assert_tiled(const Outline *o) {
  OutlineTriangles triangles = {0};
  assert_true(outline_triangulate(o, NULL, &triangles));
  const size_t n = (size_t)o->points.count;
  assert_int_equal(triangles.count, n + 2 * o->loops.count - 4);
  int64_t whole = 0, sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    const OutlinePoint *a = &o->points.data[i], *b = &o->points.data[a->next];
    whole += (int64_t)a->x * b->y - (int64_t)a->y * b->x;
    assert_int_equal(b->before, i);
  }
  uint64_t *edges = malloc((3 * triangles.count + 1) * sizeof *edges);
  for (uint64_t t = 0; t < triangles.count; t++) {
    const uint32_t *c = triangles.data[t].corner;
    const int64_t area = twice_area(o, c[0], c[1], c[2]);
    assert_true(area > 0);
    sum += area;
    for (int k = 0; k < 3; k++) edges[3 * t + (uint64_t)k] = (uint64_t)c[k] << 32 | c[(k + 1) % 3];
  }
  assert_true(whole > 0 && sum == whole);
  qsort(edges, 3 * triangles.count, sizeof *edges, by_value);
  uint64_t outer = 0;
  for (uint64_t i = 0; i < 3 * triangles.count; i++) {
    assert_true(i == 0 || edges[i] != edges[i - 1]);
    const uint64_t opposite = edges[i] << 32 | edges[i] >> 32;
    if (bsearch(&opposite, edges, 3 * triangles.count, sizeof *edges, by_value) != NULL) continue;
    outer++;
    assert_int_equal(o->points.data[edges[i] >> 32].next, (uint32_t)edges[i]);
  }
  assert_int_equal(outer, n);
  free(edges);
  array_free(o->memory, &triangles);
}

static OutlineFault outcome(const MlOutline *outer, const MlOutline *holes, uint64_t count, bool tile) {
  Outline o;
  const OutlineProblem problem = outline_create(&fault.memory, NULL, outer, holes, count, &o);
  if (problem.fault == OUTLINE_FINE) {
    if (tile) assert_tiled(&o);
    outline_free(&o);
  }
  return problem.fault;
}

/* ---- small grids: every kind of contact */

/* Do two closed segments meet? By the intervals that they cut out of each other's lines, in exact small integers. */
static bool segments_meet(const int *a, const int *b, const int *c, const int *d) {
  const int rx = b[0] - a[0], ry = b[1] - a[1], sx = d[0] - c[0], sy = d[1] - c[1], qx = c[0] - a[0], qy = c[1] - a[1];
  const int den = rx * sy - ry * sx, t = qx * sy - qy * sx, u = qx * ry - qy * rx;
  if (den != 0) return den > 0 ? t >= 0 && t <= den && u >= 0 && u <= den : t <= 0 && t >= den && u <= 0 && u >= den;
  if (u != 0) return false;
  const int rr = rx * rx + ry * ry, t0 = qx * rx + qy * ry, t1 = t0 + sx * rx + sy * ry, lo = t0 < t1 ? t0 : t1, hi = t0 < t1 ? t1 : t0;
  return hi >= 0 && lo <= rr;
}

static bool is_simple(int (*p)[2], int n) {
  for (int i = 0; i < n; i++)
    for (int k = i + 1; k < n; k++) {
      const int *a = p[i], *b = p[(i + 1) % n], *c = p[k], *d = p[(k + 1) % n];
      const bool follows = k == i + 1, leads = (k + 1) % n == i;
      if (!follows && !leads && segments_meet(a, b, c, d)) return false;
      // Neighbours in a line that turn back
      if (follows || leads) {
        const int *x = follows ? a : c, *y = follows ? b : d, *z = follows ? d : b;
        const int rx = y[0] - x[0], ry = y[1] - x[1], sx = z[0] - y[0], sy = z[1] - y[1];
        if (rx * sy == ry * sx && rx * sx + ry * sy < 0) return false;
      }
    }
  return true;
}

static void test_small_grids(void **state) {
  (void)state;
  int simple = 0;
  for (int round = 0; round < 60000; round++) {
    const int n = 3 + (int)random_below(7), reach = 2 + (int)random_below(5);
    int p[10][2];
    float loop[20];
    for (int i = 0; i < n; i++) {
      do {
        for (int k = 0; k < 2; k++) p[i][k] = (int)random_below((uint32_t)reach) - 1;
      } while ((i > 0 && memcmp(p[i], p[i - 1], sizeof p[i]) == 0) || (i == n - 1 && memcmp(p[i], p[0], sizeof p[i]) == 0));
      loop[2 * i] = (float)p[i][0], loop[2 * i + 1] = (float)p[i][1];
    }
    bool in_line = true;
    for (int i = 2; i < n; i++)
      if ((p[1][0] - p[0][0]) * (p[i][1] - p[0][1]) != (p[1][1] - p[0][1]) * (p[i][0] - p[0][0])) in_line = false;
    const OutlineFault found = outcome(&(MlOutline){loop, (uint64_t)n}, NULL, 0, true);
    const bool expected = !in_line && is_simple(p, n);
    if ((found == OUTLINE_FINE) != expected) fail_msg("round %d: fault %d, but simple %d", round, (int)found, expected);
    simple += expected;
  }
  assert_true(simple > 3000);
}

/* ---- squares of a grid: outlines with holes, full of ties and straight lines */

enum { GRID = 12 };

/* Paints cells at random so that no two painted ones, and no two free ones, meet in a corner only; then follows the borders. */
static void test_cells(void **state) {
  (void)state;
  int with_holes = 0;
  for (int round = 0; round < 2000; round++) {
    bool cell[GRID + 2][GRID + 2] = {{false}};
    cell[GRID / 2][GRID / 2] = true;
    for (int i = 0; i < 600; i++) {
      const int x = 1 + (int)random_below(GRID), y = 1 + (int)random_below(GRID);
      if (cell[y][x] || !(cell[y - 1][x] || cell[y + 1][x] || cell[y][x - 1] || cell[y][x + 1])) continue;
      cell[y][x] = true;
      bool fine = true;
      for (int v = y - 1; v <= y; v++)
        for (int u = x - 1; u <= x; u++)
          if (cell[v][u] == cell[v + 1][u + 1] && cell[v + 1][u] == cell[v][u + 1] && cell[v][u] != cell[v][u + 1]) fine = false;
      cell[y][x] = fine;
    }
    // Border edges with the inside on the left, by the corner where they begin: at most one each
    static int next[GRID + 2][GRID + 2][2];
    bool begins[GRID + 2][GRID + 2] = {{false}};
    for (int y = 1; y <= GRID; y++)
      for (int x = 1; x <= GRID; x++) {
        if (!cell[y][x]) continue;
        const int edges[4][6] = {
          {0, -1, x, y, x + 1, y}, {1, 0, x + 1, y, x + 1, y + 1}, {0, 1, x + 1, y + 1, x, y + 1}, {-1, 0, x, y + 1, x, y}};
        for (int e = 0; e < 4; e++) {
          const int *edge = edges[e];
          if (cell[y + edge[1]][x + edge[0]]) continue;
          begins[edge[3]][edge[2]] = true;
          next[edge[3]][edge[2]][0] = edge[4], next[edge[3]][edge[2]][1] = edge[5];
        }
      }
    static float points[40][4 * GRID * GRID];
    MlOutline loops[40];
    uint64_t count = 0;
    for (int y = 0; y < GRID + 2; y++)
      for (int x = 0; x < GRID + 2; x++) {
        if (!begins[y][x]) continue;
        uint64_t n = 0;
        for (int u = x, v = y; begins[v][u];) {
          begins[v][u] = false;
          points[count][2 * n] = (float)u, points[count][2 * n + 1] = (float)v, n++;
          const int w = next[v][u][0];
          v = next[v][u][1], u = w;
        }
        loops[count] = (MlOutline){points[count], n};
        count++;
      }
    // The lowest, leftmost border is the outer one
    assert_int_equal(outcome(&loops[0], loops + 1, count - 1, true), OUTLINE_FINE);
    with_holes += count > 1;
  }
  if (with_holes <= 200) fail_msg("%d", with_holes);
}

/* ---- stars with stars as holes, turned any way */

static void star(float *out, uint64_t n, double x, double y, double inner, double outer) {
  const double start = random_in(0, 7), sense = random_below(2) ? 1 : -1;
  for (uint64_t i = 0; i < n; i++) {
    const double a = start + sense * 2 * acos(-1) * (double)i / (double)n, r = random_in(inner, outer);
    out[2 * i] = (float)(x + r * cos(a)), out[2 * i + 1] = (float)(y + r * sin(a));
  }
}

static void test_stars(void **state) {
  (void)state;
  static float points[10][2 * 400];
  for (int round = 0; round < 300; round++) {
    MlOutline loops[10];
    const double scale = exp(random_in(-60, 30));
    const uint64_t n = 3 + random_below(397), holes = random_below(9);
    star(points[0], n, 0, 0, 5 * scale, 9 * scale);
    loops[0] = (MlOutline){points[0], n};
    if (n < 8) star(points[0], n, 0, 0, 30 * scale, 31 * scale);
    for (uint64_t i = 1; i <= holes; i++) {
      const double a = 2 * acos(-1) * (double)i / 8, far = i == 8 ? 0 : 3;
      loops[i] = (MlOutline){points[i], 3 + random_below(60)};
      star(points[i], loops[i].count, far * scale * cos(a), far * scale * sin(a), 0.2 * scale, 1.1 * scale);
    }
    const OutlineFault found = outcome(&loops[0], loops + 1, holes, true);
    if (found != OUTLINE_FINE) fail_msg("round %d: %d", round, (int)found);
    // A hole that sticks out, one in another, one outside
    if (holes < 2) continue;
    MlOutline wrong[3] = {loops[1], loops[2], loops[1]};
    star(points[9], 5, 0, 0, 60 * scale, 60 * scale);
    wrong[0] = (MlOutline){points[9], 5};
    assert_int_equal(outcome(&loops[0], wrong, 1, false), OUTLINE_OUTSIDE);
    wrong[0].count = 40;
    star(points[9], 40, 31 * scale, 0, 28 * scale, 29 * scale);
    if (n >= 8) assert_int_equal(outcome(&loops[0], wrong, 1, false), OUTLINE_CROSSES);
    const double a = 2 * acos(-1) / 8;
    star(points[9], 7, 3 * scale * cos(a), 3 * scale * sin(a), 0.01 * scale, 0.02 * scale);
    wrong[0] = loops[1], wrong[1] = (MlOutline){points[9], 7};
    const OutlineFault nested = outcome(&loops[0], wrong, 2, false);
    assert_true(nested == OUTLINE_NESTED || loops[1].count < 6);
  }
}

static void test_straight_lines_are_left_out(void **state) {
  (void)state;
  static const float square[] = {0, 0, 0, 0, 1, 0, 2, 0, 2, 1, 2, 2, 2, 2, 0, 2, 0, 1, 0, 0};
  Outline o;
  assert_int_equal(outline_create(&fault.memory, NULL, &(MlOutline){square, 10}, NULL, 0, &o).fault, OUTLINE_FINE);
  assert_int_equal(o.points.count, 4);
  outline_free(&o);
  static const float half_way[] = {1, 0, 2, 0, 2, 2, 0, 2, 0, 0};
  assert_int_equal(outline_create(&fault.memory, NULL, &(MlOutline){half_way, 5}, NULL, 0, &o).fault, OUTLINE_FINE);
  assert_int_equal(o.points.count, 4);
  outline_free(&o);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_small_grids, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_cells, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_stars, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_straight_lines_are_left_out, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
