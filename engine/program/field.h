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
  uint32_t tape;                  /* 0: the whole program; else 1 + the number of the tape that gives the same bits in the cell */
} FieldCell;

/* What is left of the program in some cells (prune.h): so many of the field's steps. */
typedef struct FieldTape {
  uint32_t first, count, result; /* result: an operand */
} FieldTape;

typedef struct Field {
  const Program *distance; /* NULL: there is no field. GRADIENT_MAX_REGISTERS at most */
  const Program *which;    /* gives the number of the material at a point; NULL: 0 everywhere */
  const FieldCell *cells;
  const FieldTape *tapes;
  const ProgramStep *steps;  /* of all tapes; their constants are those of `distance` */
  const uint32_t *materials; /* NO_ID: the instance's */
  uint64_t cell_count, tape_count, step_count;
  uint32_t material_count;
  float centre[3]; /* of the box that it was made in */
} Field;

/* The program in a cell: `distance` without what does not matter there. The same bits as that within the cell's box, not elsewhere. */
static inline Program field_program(const Field *field, const FieldCell *cell) {
  Program program = *field->distance;
  if (cell->tape != 0) {
    const FieldTape *tape = &field->tapes[cell->tape - 1];
    program.steps = field->steps + tape->first;
    program.step_count = tape->count;
    program.result = tape->result;
  }
  return program;
}

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

/* Cuts the box into cells and finds what is left of the program in each: cells, tapes, steps of the field, and their counts, are blocks of the
 * caller's, for field_free. *open: somewhere on the box the program is not positive, so what it stands for is not closed there; then the cells are not
 * complete. closed: it has been cut off at the box, and is never open. Takes time in proportion to FIELD_EFFORT at most, as long as the
 * program's cost is at most FIELD_MAX_COST; memory by FIELD_MAX_CELLS and FIELD_MAX_STEPS. The same whatever the threads. */
#define FIELD_EFFORT (6u << 20) /* simple operations on ranges, program_cost() */
#define FIELD_MAX_CELLS (1u << 17)
#define FIELD_MAX_STEPS (1u << 20)
#define FIELD_MAX_COST (1u << 16)
MlStatus field_build(Memory *memory, Work *work, const Parallel *parallel, const Aabb *box, bool closed, Field *field, bool *open,
                     MlError *error);
void field_free(Memory *memory, Field *field); /* what field_build made */

#endif
