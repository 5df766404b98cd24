/* compile.h - from a list of operations to a program: checked, folded, shared, without what nothing needs, in few registers. */
#ifndef ML_PROGRAM_COMPILE_H
#define ML_PROGRAM_COMPILE_H

#include "base/memory.h"
#include "program/program.h"

/* The number of components of what an operation gives, for operands of so many (those that it has); 0: they do not fit, and `why` says so
 * in a few words. */
uint32_t program_op_width(const MlProgramNode *node, const uint32_t widths[3], const char **why);
/* How many operands it has; TEXTURE has 0 or 1. */
uint32_t program_op_operands(const MlProgramNode *node);
const char *program_op_name(MlOp op); /* "ML_OP_ADD" */

/* The value of an operation on constants of those widths: what the program's own step would give. Not for INPUT and TEXTURE. */
Vec3 program_fold(const MlProgramNode *node, const Vec3 values[3], const uint32_t widths[3], uint32_t width);
/* A constant's value as it stands in registers. */
Vec3 program_constant(const double value[3], uint32_t width);

/* nodes: operands are checked to be earlier ones. texture_count: of the builder, for ML_OP_TEXTURE. On success *out is one block of
 * program_bytes(*out), the caller's. Errors are reported at `place`, as "program.nodes[3]: ...". Time and memory are linear in count. */
MlStatus program_compile(Memory *memory, const MlProgramDesc *desc, uint32_t texture_count, Program **out, MlError *error);
/* The same without footprints: for what is not seen, solids. Noise is all there. */
MlStatus program_compile_exact(Memory *memory, const MlProgramDesc *desc, Program **out, MlError *error);
size_t program_bytes(const Program *program);
/* Of equal contents. */
bool program_same(const Program *a, const Program *b);
/* A copy of its contents to `block`, of program_bytes, aligned to 16; returns it. */
const Program *program_copy(void *block, const Program *program);

#endif
