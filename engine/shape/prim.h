/* prim.h - analytic primitives as they stand in a frozen scene: already placed, in the coordinates of the tree they are in.
 *
 * Each kind keeps exactly what its test needs, so that any affine placement is exact:
 *   SPHERE     p[0] = centre, r = radius (uniform scales only); p[1..3] = unit images of its own x, y, z axes (for uv alone)
 *   ELLIPSOID  placed: local space is the unit sphere at the origin
 *   BOX        placed: local space is the cube [-1,1]^3
 *   CONE       placed: local space is that of shape/solids.h; r = radius at the top over that at the bottom (1: a cylinder)
 *   CAPSULE    likewise; r = half the segment's length over the radius
 *   TORUS      likewise; r = the tube's radius over the ring's
 *   CONE_SIDE  a CONE without its caps: open
 *   QUAD       p[0..3] = corners at, at+u, at+u+v, at+v (a parallelogram, up to the rounding of its corners)
 *   TRIANGLE   p[0..2] = corners
 *   DISK       p[0] = centre, p[1], p[2] = half axes (an ellipse), r = hole's radius over the disk's, 0..1
 *   PLANE      p[0] = point, p[1], p[2] = images of the unit vectors of its uv; infinite; never in the tree
 * n is the unit normal of the front side of the flat kinds (QUAD, TRIANGLE, DISK, PLANE); mirrored placements have it right.
 * Corners, not edges, are kept because neighbours that share corners then share edges bit for bit, and rays cannot slip through. */
#ifndef ML_SHAPE_PRIM_H
#define ML_SHAPE_PRIM_H

#include "math/bounds.h"
#include "shape/ray.h"

typedef enum PrimKind { PRIM_SPHERE, PRIM_ELLIPSOID, PRIM_BOX, PRIM_CONE, PRIM_CAPSULE, PRIM_TORUS, PRIM_CONE_SIDE, PRIM_QUAD, PRIM_TRIANGLE, PRIM_DISK, PRIM_PLANE } PrimKind;

typedef struct Prim {
  uint32_t kind;     /* PrimKind */
  uint32_t material; /* NO_ID: the instance's */
  uint32_t light;    /* index into the scene's lights if it emits and is sampled, else NO_ID */
  uint32_t hidden;   /* ML_HIDE_* */
  float p[4][3];
  float n[3];
  float r;
  uint32_t object;    /* index into the same array: its own space before all placements, for textures; NO_ID: not kept */
  uint32_t placed;    /* index into the owner's PlacedTransform array for the placed kinds, else 0 */
  float lo[3], hi[3]; /* prim_bounds: part of the primitive's own test (bvh/trace.h) */
} Prim;

/* An affine placement in both directions: world = to_world local + centre, local = to_local (world - centre). Taking the centre
 * off first keeps all errors proportional to the distance from the object instead of from the origin. Row-major. */
typedef struct PlacedTransform {
  float to_local[9], to_world[9];
  float centre[3];
} PlacedTransform;

static inline bool prim_is_flat(const Prim *prim) { return prim->kind >= PRIM_QUAD; }
/* A closed surface has an inside; its normals point outward. */
static inline bool prim_is_closed(const Prim *prim) { return prim->kind < PRIM_CONE_SIDE; }
static inline bool prim_is_placed(const Prim *prim) { return prim->kind >= PRIM_ELLIPSOID && prim->kind <= PRIM_CONE_SIDE; }

/* Makes a primitive's derived fields (n of QUAD and TRIANGLE, bounds) from the others. `flip`: the placement mirrors, so the
 * front of a QUAD or TRIANGLE is where its corners run clockwise. placed is the owner's array. */
void prim_finish(Prim *prim, const PlacedTransform *placed, bool flip);

/* Conservative bounds of what the test accepts, padded for rays along its edge; infinite for PLANE. Derivations in prim.c. */
Aabb prim_bounds(const Prim *prim, const PlacedTransform *placed);
double prim_area(const Prim *prim, const PlacedTransform *placed); /* one side; infinite for PLANE */

#endif
