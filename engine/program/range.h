/* range.h - what a program's value and its slopes can be within a box: interval arithmetic with forward derivatives (Moore 1966; Neumaier 1990).
 *
 * Bounds are of the function in real numbers over the program's float constants; `error` bounds by how much what program_evaluate gives, in
 * floats, may differ from that. All in double, rounded outwards by a share of 2^-50 after each operation. Slopes are along x, y, z of
 * ML_INPUT_P, the only input that counts (widths of footprints are 0). Where a function is not smooth, slopes hold all that it has on either
 * side (Clarke's gradient); where it jumps within the box they are infinite, and a plane to cut the box by may be known. Values that do
 * not exist (the root of what is below 0) are the whole line. Bounds of noise and of its slopes: range_noise.c. */
#ifndef ML_PROGRAM_RANGE_H
#define ML_PROGRAM_RANGE_H

#include "base/memory.h"
#include "program/program.h"

typedef struct Interval {
  double lo, hi;
} Interval;

/* A number: value, slopes along the three axes, error. */
typedef struct RangeNumber {
  Interval value, slope[3];
  double error;
} RangeNumber;
typedef struct RangeValue {
  RangeNumber x[3];
} RangeValue;

typedef struct RangeBox {
  double lo[3], hi[3];
} RangeBox;

/* The first jump that was met: across the plane axis = at. axis 3: none was, or none of that sort. */
typedef struct RangeJump {
  uint32_t axis;
  double at, error; /* how far from there roundings may put it */
} RangeJump;

/* registers: room for register_count. The program's result; of a vector its first component. jump NULL: all steps of floor and the like count
 * that rounding may reach; else those do not that lie on the box's faces but for rounding, so that a box that was cut at a jump has none. */
RangeNumber program_range(const Program *program, const RangeBox *box, RangeValue *registers, RangeJump *jump);
/* The same for all that roundings may reach, with the jump, and what each step comes to in all of the box (PruneChoice, room for step_count). */
RangeNumber program_range_choices(const Program *program, const RangeBox *box, RangeValue *registers, RangeJump *jump, uint8_t *choices);

/* What a program costs here and, about as much, at a point: in simple steps. An octave of noise is OCTAVE_COST. */
enum { OCTAVE_COST = 4 };
uint64_t program_cost(const Program *program);

/* An upper bound of a number's values in a box (finite, not empty); false: memory is out. Where bounds say nothing, smaller parts are looked at, as
 * long as GREATEST_EFFORT lasts: what then is infinite cannot be bounded in this way. */
#define GREATEST_EFFORT (1u << 22) /* program_cost(): some tenths of a second */
bool program_greatest(Memory *memory, const Program *program, const MlBounds *box, double *out);

/* ---- for range_noise.c */

RangeNumber range_constant(double x);
RangeNumber range_whole(void);
RangeNumber range_add(RangeNumber a, RangeNumber b);
RangeNumber range_subtract(RangeNumber a, RangeNumber b);
RangeNumber range_multiply(RangeNumber a, RangeNumber b);
RangeNumber range_abs(RangeNumber a);
RangeNumber range_clamp(RangeNumber a, double lo, double hi);
/* f of a place: value within `value`, slopes by the place's components within `slope`. */
RangeNumber range_of_place(const RangeNumber place[3], Interval value, const Interval slope[3]);
/* What noise gives. gain, lacunarity: of sums. */
RangeNumber range_noise(MlOp op, const RangeNumber place[3], RangeNumber gain, RangeNumber lacunarity, uint32_t octaves);

#endif
