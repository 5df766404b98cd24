/* outline.h - flat outlines with holes, checked and cut into triangles, exactly.
 *
 * Coordinates are rounded to a grid: whole multiples of a power of two, 2^-23 of the largest coordinate, where float has no more digits
 * either. All decisions (crossing, inside, convex) then are exact in 64-bit integers, and triangles tile the outline without gap or
 * overlap. Corners that lie in a straight line with their neighbours are left out. */
#ifndef ML_SHAPE_OUTLINE_H
#define ML_SHAPE_OUTLINE_H

#include "base/array.h"
#include "base/cancel.h"
#include "moonlit.h"

enum { OUTLINE_MAX_POINTS = 1 << 16 };

typedef struct OutlinePoint {
  int32_t x, y; /* below 2^24 */
  uint32_t next, before;
} OutlinePoint;
typedef struct OutlineLoop {
  uint32_t first, count;
} OutlineLoop;

/* loops[0] runs counter-clockwise, the holes clockwise: the inside is on the left of every edge. */
typedef struct Outline {
  Memory *memory;
  double unit; /* metres of one step of the grid */
  ARRAY(OutlinePoint) points;
  ARRAY(OutlineLoop) loops;
} Outline;

/* What is wrong: an edge is given by its ends. Holes are counted from 1, the outline is 0. */
typedef enum OutlineFault { OUTLINE_FINE, OUTLINE_FLAT, OUTLINE_CROSSES, OUTLINE_OUTSIDE, OUTLINE_NESTED, OUTLINE_MEMORY } OutlineFault;
typedef struct OutlineProblem {
  OutlineFault
    fault; /* FLAT: loop encloses nothing; CROSSES: edges a and b, of loop and other; OUTSIDE: the hole `loop` is not in the outline; NESTED: it is in the hole `other` */
  uint32_t loop, other;
  double a[4], b[4]; /* x, y, x, y */
} OutlineProblem;

/* Loops of finite points in any direction; a last point like the first is allowed. Of use only if the work was not called off meanwhile. */
OutlineProblem outline_create(Memory *memory, Work *work, const MlOutline *outer, const MlOutline *holes, uint64_t hole_count,
                              Outline *out);
void outline_free(Outline *outline);

typedef struct OutlineTriangle {
  uint32_t corner[3]; /* points of the outline, counter-clockwise */
} OutlineTriangle;
typedef ARRAY(OutlineTriangle) OutlineTriangles;
/* All n + 2 (loops - 2) of them, each with an area; appended. false: memory is out. */
bool outline_triangulate(const Outline *outline, Work *work, OutlineTriangles *out);

#endif
