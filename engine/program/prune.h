/* prune.h - a program without what does not matter within a box: of two values that one is smaller throughout leaves one (T. Duff, "Interval
 * Arithmetic and Recursive Subdivision for Implicit Functions and Constructive Solid Geometry", SIGGRAPH 1992; M. Keeter, "Massively Parallel
 * Rendering of Complex Closed-Form Implicit Surfaces", 2020).
 *
 * What is left gives the same bits at each point of the box, by construction: steps go only where the result is one of the operands as it
 * stands, or a constant, and where nothing needs them any more. Bounds decide with what floats may err by on both sides (range.h). */
#ifndef ML_PROGRAM_PRUNE_H
#define ML_PROGRAM_PRUNE_H

#include "base/memory.h"
#include "program/program.h"

/* What a step gives everywhere in a box. */
typedef enum PruneChoice {
  PRUNE_NOTHING, /* not known */
  PRUNE_A,
  PRUNE_B,
  PRUNE_C,
  PRUNE_NO,      /* 0 */
  PRUNE_YES,     /* 1 */
  PRUNE_A_PLUS,  /* MIX whose third operand is 0 of either sign: a + 0, if it is the constant */
  PRUNE_A_MINUS, /* the same: a - 0 */
} PruneChoice;

/* Room for programs of so many steps and registers: one block, from prune_room. */
typedef struct PruneRoom {
  ProgramStep *steps; /* what is left, after program_prune */
  uint32_t *values, *last, *places, *free_registers;
  uint8_t *choices; /* PruneChoice for each step, from program_range_choices */
  uint32_t one;     /* operand of a constant 1; UINT32_MAX: there is none */
  void *block;
  size_t bytes;
} PruneRoom;

bool prune_room(Memory *memory, const Program *whole, PruneRoom *out); /* false: memory is out */
void prune_room_free(Memory *memory, PruneRoom *room);

/* Of a program that was made from the whole by this, or the whole: room->steps without what room->choices make idle; returns their number, and the operand of the
 * result. At most as many registers as the program. Time is linear in its steps. */
uint32_t program_prune(const Program *program, PruneRoom *room, uint32_t *result);

#endif
