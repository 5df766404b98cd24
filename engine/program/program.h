/* program.h - a program as it is frozen: steps over registers, constants, inputs. Floats only; one block, no pointers inside.
 *
 * An operand names a register, a constant or an input by its two highest bits, so that reading one is a load from one of three arrays.
 * Every value is a vector of four floats: a number is in all of the first three, of vectors the rest is not looked at. Steps are in an
 * order that keeps few registers alive (compile.c). */
#ifndef ML_PROGRAM_PROGRAM_H
#define ML_PROGRAM_PROGRAM_H

#include "math/vec.h"
#include "moonlit.h"

#define PROGRAM_MAX_NODES 65536u   /* of a description */
#define PROGRAM_MAX_REGISTERS 512u /* 8 KB of stack while one runs */

/* Inputs that only programs as compiled have: widths of the footprint, for noise. They follow MlProgramInput. */
enum { INPUT_P_WIDTH = ML_INPUT_COUNT, INPUT_WORLD_WIDTH, INPUT_UV_WIDTH, PROGRAM_INPUTS };

enum { OPERAND_REGISTER = 0u, OPERAND_CONSTANT = 1u << 30, OPERAND_INPUT = 2u << 30, OPERAND_INDEX = (1u << 30) - 1 };

typedef struct ProgramStep {
  uint16_t op;      /* MlOp, neither CONSTANT nor INPUT */
  uint8_t width;    /* of the result */
  uint8_t of;       /* width of the first operand, 0: it has none */
  uint32_t to;      /* register */
  uint32_t a, b, c; /* operands; what the operation has not is the first constant. NOISE...: a place, gain, lacunarity */
  uint32_t data;    /* as in MlProgramNode */
  uint32_t wide;    /* NOISE..., TEXTURE at a place of its own: operand with the footprint's width */
} ProgramStep;

typedef struct Program {
  const ProgramStep *steps;
  const Vec3 *constants; /* at least one */
  uint32_t step_count, constant_count, register_count;
  uint32_t result;   /* an operand */
  uint32_t width;    /* of the result */
  uint32_t inputs;   /* a bit for each that it reads */
  uint32_t textures; /* how many steps look at one */
  uint64_t hash;     /* of the contents */
} Program;

/* Where a program is evaluated. */
typedef struct ProgramPoint {
  Vec3 inputs[PROGRAM_INPUTS]; /* those that the program reads */
} ProgramPoint;

/* The value of a texture for a step: at a place of `of` components with a footprint of that width there, or where `of` is 0 at the point
 * itself. Numbers are in all lanes. */
typedef Vec3 ProgramTexture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width);

#endif
