/* polygon.h - the faces of models cut into triangles.
 *
 * Faces are given by numbers of points, in order around; they may be neither flat nor convex nor clean. One whose corners the first one sees
 * is cut as a fan from there, others by the sweep of outline.h, in the plane in which Newell's normal (Sutherland et al. 1974) shows them
 * largest; what encloses nothing or crosses itself is cut as a fan. Every corner is used, so that neighbours stay joined. */
#ifndef ML_SHAPE_POLYGON_H
#define ML_SHAPE_POLYGON_H

#include "base/array.h"
#include "base/cancel.h"

enum { POLYGON_MAX_CORNERS = 1 << 16 };

typedef struct PolygonCutter {
  Memory *memory;
  Work *work;
  ARRAY(double) flat; /* scratch: x, y per corner */
  ARRAY(float) outline;
  ARRAY(uint32_t) loop; /* corners that the sweep knows, in its order */
  ARRAY(uint32_t) out;  /* the result */
} PolygonCutter;

/* n - 2 triangles of the corners' numbers 0 ... n - 1, in cutter->out, for n from 3 to POLYGON_MAX_CORNERS; false: memory is out. points: 3
 * floats each, corner: n numbers of them. */
bool polygon_cut(PolygonCutter *cutter, const float *points, const uint32_t *corner, uint32_t n);
void polygon_free(PolygonCutter *cutter);

#endif
