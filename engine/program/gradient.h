/* gradient.h - a program's value and gradient at one point, by forward differentiation beside its own steps; of noise by differences.
 *
 * The value has program_evaluate's bits. Where a function has a kink, the gradient is that of the side which the value is taken from, right on
 * it the mean of both sides; of a jump it is 0. In float, the same bits everywhere. */
#ifndef ML_PROGRAM_GRADIENT_H
#define ML_PROGRAM_GRADIENT_H

#include "program/program.h"

#define GRADIENT_MAX_REGISTERS 160u /* 10 KB of stack while one runs */

/* By ML_INPUT_P; of the program's first component. Called by the kernel: vectors go by address, as only some of wasm's objects pass them in registers. register_count at most GRADIENT_MAX_REGISTERS. */
float program_gradient(const Program *program, const Vec3 *p, Vec3 *gradient);

#endif
