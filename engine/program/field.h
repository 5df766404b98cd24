/* field.h - solids that are the negative part of a program (signed distance fields): where rays meet them, exactly.
 *
 * The box that holds a solid is cut into cells (field_build.c); those kept are the leaves of a tree, and each knows bounds of the program's
 * slopes within it (range.h). Along a ray the value therefore changes within known limits: it is skipped over what cannot hold a zero
 * (Kalra & Barr 1989, "Guaranteed Ray Intersections with Implicit Surfaces", with slopes along the ray in place of a Lipschitz constant),
 * from both ends, and where it changes its sign the place is found to the rounding of floats by false position (Dowell & Jarratt 1971).
 * A ray looks for the first change of sign only, so that one which begins inside finds where it leaves. Nothing depends on the tree. */
#ifndef ML_PROGRAM_FIELD_H
#define ML_PROGRAM_FIELD_H

#include "base/cancel.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "math/bounds.h"
#include "math/dvec.h"
#include "program/program.h"

typedef struct FieldCell {
  float lo[3], hi[3];             /* a little larger than its share of space: neighbours overlap */
  float slope_lo[3], slope_hi[3]; /* of the program along each axis; infinite where it jumps */
  float noise;                    /* how much values may err by rounding */
} FieldCell;

typedef struct Field {
  const Program *distance; /* NULL: there is no field. GRADIENT_MAX_REGISTERS at most */
  const Program *which;    /* gives the number of the material at a point; NULL: 0 everywhere */
  const FieldCell *cells;
  const uint32_t *materials; /* NO_ID: the instance's */
  uint64_t cell_count;
  uint32_t material_count;
  float centre[3]; /* of the box that it was made in */
} Field;

/* Where the ray o + t d, t > 0, first changes sides within the cell. */
bool field_hit(const Field *field, const FieldCell *cell, MlVec3 o, MlVec3 d, float *t);

/* The surface at p, where a ray was found to meet it: p is put onto it, n is the gradient, not 0, error how far from it p may be; the number of
 * its material in `materials`. d: of the ray. */
typedef struct FieldPoint {
  MlVec3 p, n;
  double error;
  uint32_t material;
} FieldPoint;
FieldPoint field_point(const Field *field, const FieldCell *cell, MlVec3 p, MlVec3 d);

/* Cuts the box into cells; *cells, of *count, *capacity bytes, is the caller's. *open: somewhere on the box the program is not positive, so what it
 * stands for is not closed there; then the cells are not complete. closed: it has been cut off at the box, and is never open. Takes time in proportion to FIELD_EFFORT at most. The same cells whatever the threads. */
#define FIELD_EFFORT (6u << 20) /* operations on ranges */
#define FIELD_MAX_CELLS (1u << 17)
MlStatus field_build(Memory *memory, Work *work, const Parallel *parallel, const Program *distance, const Aabb *box, bool closed,
                     FieldCell **cells, uint64_t *count, size_t *bytes, bool *open, MlError *error);

#endif
