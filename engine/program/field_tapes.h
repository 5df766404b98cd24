/* field_tapes.h - the programs of a field's cells as they are collected: equal ones once, and no more than there is room for. One thread. */
#ifndef ML_PROGRAM_FIELD_TAPES_H
#define ML_PROGRAM_FIELD_TAPES_H

#include "base/array.h"
#include "program/field.h"

typedef struct FieldTapes {
  ARRAY(ProgramStep) steps;
  ARRAY(FieldTape) tapes;
  ARRAY(uint64_t) costs; /* program_cost() of each */
  uint32_t *table;       /* of numbers + 1, by hash; a power of two, at most half full */
  uint64_t table_size;
} FieldTapes;

/* The program with the steps of a tape (0: its own). Valid until the next tapes_add. */
Program tapes_program(const FieldTapes *tapes, const Program *whole, uint32_t tape);
/* 1 + the tape's number to *tape, which stays as it is where FIELD_MAX_STEPS are there already; false: memory is out. */
bool tapes_add(Memory *memory, FieldTapes *tapes, const ProgramStep *steps, uint32_t count, uint32_t result, uint64_t cost, uint32_t *tape);
/* Only those whose entry of `numbers`, one for each tape, is not 0 stay, in their order; it becomes 1 + the new number. */
void tapes_keep(FieldTapes *tapes, uint32_t *numbers);
void tapes_free(Memory *memory, FieldTapes *tapes);

#endif
