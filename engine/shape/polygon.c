/* polygon.c - see polygon.h. The sweep leaves out corners that lie straight between their neighbours on its grid; they are put back where
 * they belong, into the one triangle that has their edge. */
#include "shape/polygon.h"

#include "shape/outline.h"

void polygon_free(PolygonCutter *cutter) {
  array_free(cutter->memory, &cutter->flat);
  array_free(cutter->memory, &cutter->outline);
  array_free(cutter->memory, &cutter->loop);
  array_free(cutter->memory, &cutter->out);
}

/* The corners in the plane, counter-clockwise where they enclose anything. */
static void flatten(PolygonCutter *cutter, const float *points, const uint32_t *corner, uint32_t n) {
  double normal[3] = {0, 0, 0};
  for (uint32_t i = 0; i < n; i++) {
    const float *a = points + 3 * (size_t)corner[i], *b = points + 3 * (size_t)corner[i + 1 < n ? i + 1 : 0];
    for (int k = 0; k < 3; k++) {
      const int u = (k + 1) % 3, v = (k + 2) % 3;
      normal[k] += ((double)a[u] - (double)b[u]) * ((double)a[v] + (double)b[v]);
    }
  }
  int axis = 0;
  for (int k = 1; k < 3; k++)
    if (__builtin_fabs(normal[k]) > __builtin_fabs(normal[axis])) axis = k;
  const int u = normal[axis] >= 0 ? (axis + 1) % 3 : (axis + 2) % 3, v = normal[axis] >= 0 ? (axis + 2) % 3 : (axis + 1) % 3;
  for (uint32_t i = 0; i < n; i++) {
    const float *p = points + 3 * (size_t)corner[i];
    cutter->flat.data[2 * i] = (double)p[u];
    cutter->flat.data[2 * i + 1] = (double)p[v];
  }
}

static double cross(const double *a, const double *b, const double *c) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/* Does the corner see all others? */
static bool is_fan(const PolygonCutter *cutter, uint32_t n, uint32_t from) {
  const double *flat = cutter->flat.data;
  for (uint32_t i = 1; i + 1 < n; i++) {
    const uint32_t b = from + i, c = b + 1;
    if (!(cross(flat + 2 * from, flat + 2 * (b < n ? b : b - n), flat + 2 * (c < n ? c : c - n)) >= 0)) return false;
  }
  return true;
}

static void put(PolygonCutter *cutter, uint32_t a, uint32_t b, uint32_t c) {
  uint32_t *out = cutter->out.data + cutter->out.count;
  out[0] = a, out[1] = b, out[2] = c;
  cutter->out.count += 3;
}

static void put_fan(PolygonCutter *cutter, uint32_t n, uint32_t from) {
  for (uint32_t i = 1; i + 1 < n; i++) {
    const uint32_t b = from + i, c = b + 1;
    put(cutter, from, b < n ? b : b - n, c < n ? c : c - n);
  }
}

/* Which corner each point of the outline is: they come in the order of the corners, from any. false: they do not. */
static bool match_corners(PolygonCutter *cutter, const Outline *outline, uint32_t n) {
  const uint32_t count = (uint32_t)outline->points.count;
  const float *given = cutter->outline.data;
  for (uint32_t start = 0; start < n && work_goes_on(cutter->work, 16); start++) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < n && found < count; i++) {
      const uint32_t corner = start + i < n ? start + i : start + i - n;
      const OutlinePoint *point = &outline->points.data[found];
      const double x = ml_floor((double)given[2 * corner] / outline->unit + 0.5),
                   y = ml_floor((double)given[2 * corner + 1] / outline->unit + 0.5);
      if (x == (double)point->x && y == (double)point->y) cutter->loop.data[found++] = corner;
      else if (i == 0) break;
    }
    if (found == count) return true;
  }
  return false;
}

typedef struct CutEdges {
  bool ab, bc, ca; /* lie on the outline, which may have corners between their ends */
} CutEdges;

/* A triangle with the corners that were left out on its edges. */
static void put_whole(PolygonCutter *cutter, uint32_t n, uint32_t a, uint32_t b, uint32_t c, CutEdges edges) {
  const uint32_t between = a + 1 < n ? a + 1 : 0;
  if (edges.ab && between != b) {
    put_whole(cutter, n, a, between, c, (CutEdges){false, false, edges.ca});
    put_whole(cutter, n, between, b, c, (CutEdges){true, edges.bc, false});
  } else if (edges.bc || edges.ca) {
    put_whole(cutter, n, b, c, a, (CutEdges){edges.bc, edges.ca, false});
  } else {
    put(cutter, a, b, c);
  }
}

/* By the sweep; false: it is no plain outline. */
static bool cut_by_sweep(PolygonCutter *cutter, uint32_t n) {
  for (uint32_t i = 0; i < 2 * n; i++) cutter->outline.data[i] = (float)cutter->flat.data[i];
  const MlOutline given = {cutter->outline.data, n};
  Outline outline;
  if (outline_create(cutter->memory, cutter->work, &given, NULL, 0, &outline).fault != OUTLINE_FINE) return false;
  OutlineTriangles triangles = {0};
  bool fine = match_corners(cutter, &outline, n) && outline_triangulate(&outline, cutter->work, &triangles) &&
              triangles.count + 2 == outline.points.count;
  for (uint64_t i = 0; i < triangles.count && fine; i++) {
    const uint32_t *k = triangles.data[i].corner, *loop = cutter->loop.data;
    const OutlinePoint *points = outline.points.data;
    put_whole(cutter, n, loop[k[0]], loop[k[1]], loop[k[2]],
              (CutEdges){points[k[0]].next == k[1], points[k[1]].next == k[2], points[k[2]].next == k[0]});
  }
  array_free(cutter->memory, &triangles);
  outline_free(&outline);
  return fine;
}

bool polygon_cut(PolygonCutter *cutter, const float *points, const uint32_t *corner, uint32_t n) {
  Memory *memory = cutter->memory;
  cutter->flat.count = cutter->outline.count = cutter->loop.count = cutter->out.count = 0;
  if (!array_reserve(memory, &cutter->out, 3 * (uint64_t)(n - 2)) || !array_reserve(memory, &cutter->flat, 2 * (uint64_t)n)) return false;
  if (n == 3) {
    put(cutter, 0, 1, 2);
    return true;
  }
  flatten(cutter, points, corner, n);
  if (is_fan(cutter, n, 0)) {
    put_fan(cutter, n, 0);
  } else if (n == 4) {
    put_fan(cutter, n, is_fan(cutter, n, 1) ? 1 : 0);
  } else {
    if (!array_reserve(memory, &cutter->outline, 2 * (uint64_t)n) || !array_reserve(memory, &cutter->loop, n)) return false;
    if (!cut_by_sweep(cutter, n)) {
      cutter->out.count = 0;
      put_fan(cutter, n, 0);
    }
  }
  return true;
}
