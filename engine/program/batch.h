/* batch.h - a program at many points, PROGRAM_LANES at a time: the same values as program_evaluate's, to the bit. */
#ifndef ML_PROGRAM_BATCH_H
#define ML_PROGRAM_BATCH_H

#include "base/cancel.h"
#include "base/memory.h"
#include "program/program.h"

#define PROGRAM_LANES 8

/* For programs without textures. inputs[i]: of the program's input i, which it reads, 3 floats per point for those of 2 or 3 components (a
 * third one of 2 is not looked at), else 1; NULL: 0 everywhere. out: `width` floats per point. ML_ERROR_MEMORY, ML_ERROR_CANCELLED. */
MlStatus program_batch(Memory *memory, const Program *program, const float *const inputs[PROGRAM_INPUTS], uint64_t count, float *out,
                       Work *work, MlError *error);

/* Components of an input, widths of footprints included. */
uint32_t program_input_width(uint32_t input);

#endif
