/* prim.h - analytic primitives as they stand in a frozen scene: already placed, in the coordinates of the tree they are in.
 *
 * Each kind keeps exactly what its test needs, so that any affine placement is exact:
 *   SPHERE     a = centre, r = radius (uniform scales only)
 *   ELLIPSOID  to_local: maps to the unit sphere at the origin; to_world back
 *   BOX        to_local: maps to the cube [-1,1]^3
 *   QUAD       a = corner, b, c = edges (a parallelogram)
 *   TRIANGLE   a, b, c = corners
 *   DISK       a = centre, b, c = half axes (an ellipse), r = hole's radius over the disk's, 0..1
 *   PLANE      a = point, b = unit normal; infinite; never in the tree
 * The front of QUAD and TRIANGLE is where cross(b, c) or counter-clockwise order points; `flip` says that the placement mirrors,
 * in which case builder has already ordered the data so that the stated normal is right. */
#ifndef ML_SHAPE_PRIM_H
#define ML_SHAPE_PRIM_H

#include "math/bounds.h"
#include "math/transform.h"
#include "shape/ray.h"

typedef enum PrimKind { PRIM_SPHERE, PRIM_ELLIPSOID, PRIM_BOX, PRIM_QUAD, PRIM_TRIANGLE, PRIM_DISK, PRIM_PLANE } PrimKind;

typedef struct Prim {
  uint32_t kind;     /* PrimKind */
  uint32_t material; /* NO_ID: the instance's */
  uint32_t light;    /* index into the scene's lights if it emits, else NO_ID */
  uint32_t hidden;   /* ML_HIDE_* */
  float a[3], b[3], c[3];
  float r;
  uint32_t placed;   /* index into the owner's PlacedTransform array for ELLIPSOID and BOX, else 0 */
} Prim;

/* Both directions of a placement (float Transform of math/transform.h). */
typedef struct PlacedTransform { Transform to_local, to_world; } PlacedTransform;

/* Conservative bounds, padded so that every ray that the test accepts passes the box; infinite for PLANE. */
Aabb prim_bounds(const Prim *prim, const PlacedTransform *placed);
float prim_area(const Prim *prim, const PlacedTransform *placed); /* one side; infinite for PLANE */

#endif
