/* evaluate.h - a program at one point: what runs at hits. Per-ray code.
 *
 * The texture function is given as a constant, so that it is called directly (invariant 12). */
#ifndef ML_PROGRAM_EVALUATE_H
#define ML_PROGRAM_EVALUATE_H

#include "program/noise.h"
#include "program/number_hash.h"
#include "program/program.h"

#define LANES 4
#include "program/lanes_arithmetic.h"

static inline float program_dot(Vec3 a, Vec3 b, uint32_t width) {
  Vec3 m = a * b;
  return width == 3 ? (m[0] + m[1]) + m[2] : width == 2 ? m[0] + m[1] : m[0];
}
/* A place of 1 to 3 components as one of 3. */
static inline Vec3 program_place(Vec3 p, uint32_t of) { return vec3(p[0], of > 1 ? p[1] : 0.0f, of > 2 ? p[2] : 0.0f); }

/* What noise gives: place, gain, lacunarity, footprint. */
static inline float program_noise(MlOp op, Vec3 p, float gain, float lacunarity, float width, uint32_t octaves) {
  switch ((uint32_t)op) {
  case ML_OP_NOISE: {
    float keep = noise_keep(width);
    return keep > 0.0f ? keep * noise_of(p, 0) : 0.0f;
  }
  case ML_OP_VALUE_NOISE: {
    float keep = noise_keep(width);
    return keep > 0.0f ? keep * value_noise_of(p, 0x3c6ef372u) : 0.0f;
  }
  case ML_OP_FBM: return noise_sum(NOISE_FBM, p, width, octaves, gain, lacunarity);
  case ML_OP_RIDGED: return noise_sum(NOISE_RIDGED, p, width, octaves, gain, lacunarity);
  case ML_OP_TURBULENCE: return noise_sum(NOISE_TURBULENCE, p, width, octaves, gain, lacunarity);
  case ML_OP_VORONOI_DISTANCE: return noise_cells(CELLS_DISTANCE, p, width);
  case ML_OP_VORONOI_CELL: return noise_cells(CELLS_CELL, p, width);
  default: return noise_cells(CELLS_EDGE, p, width);
  }
}
static inline bool program_is_noise(MlOp op) { return op >= ML_OP_NOISE && op <= ML_OP_VORONOI_EDGE; }

/* Numbers go into all components. */
static inline Vec3 program_number(float x) { return (Vec3){x, x, x, x}; }

static inline __attribute__((always_inline)) Vec3 program_step(const ProgramStep *step, Vec3 a, Vec3 b, Vec3 c, const Vec3 *wide,
                                                               ProgramTexture *texture, const void *ud) {
  if (step->op < ML_OP_DOT) return (Vec3)lanes4_apply((MlOp)step->op, (Float4Lanes)a, (Float4Lanes)b, (Float4Lanes)c, step->width);
  switch ((uint32_t)step->op) {
  case ML_OP_DOT: return program_number(program_dot(a, b, step->of));
  case ML_OP_CROSS: return cross(a, b);
  case ML_OP_LENGTH: return program_number(sqrt_f(program_dot(a, a, step->of)));
  case ML_OP_NORMALIZE: {
    float length2 = program_dot(a, a, step->of);
    return length2 > 0.0f ? a / program_number(sqrt_f(length2)) : program_number(0.0f);
  }
  case ML_OP_JOIN: return (Vec3){a[0], b[0], c[0], 0.0f};
  case ML_OP_PICK: {
    float x = a[step->data & 3];
    if (step->width == 1) return program_number(x);
    return (Vec3){x, a[step->data >> 2 & 3], a[step->data >> 4 & 3], 0.0f};
  }
  case ML_OP_HASH: return program_number(program_hash(step->data, a, b, c));
  case ML_OP_TEXTURE: return texture(ud, step->data, step->of, a, (*wide)[0]);
  default: return program_number(program_noise((MlOp)step->op, program_place(a, step->of), b[0], c[0], (*wide)[0], step->data));
  }
}

static inline __attribute__((always_inline)) Vec3 program_evaluate(const Program *program, const ProgramPoint *point,
                                                                   ProgramTexture *texture, const void *ud) {
  Vec3 registers[PROGRAM_MAX_REGISTERS];
  const Vec3 *const bases[4] = {registers, program->constants, point->inputs, point->inputs};
#define OPERAND(x) bases[(x) >> 30][(x)&OPERAND_INDEX]
  for (const ProgramStep *step = program->steps, *end = step + program->step_count; step != end; step++) {
    registers[step->to] = program_step(step, OPERAND(step->a), OPERAND(step->b), OPERAND(step->c), &OPERAND(step->wide), texture, ud);
  }
  return OPERAND(program->result);
#undef OPERAND
}

/* The operation of the first step that gives what is not finite, ML_OP_CONSTANT: none does. The same arithmetic, once more. */
static inline uint32_t program_first_fault(const Program *program, const ProgramPoint *point, ProgramTexture *texture, const void *ud) {
  Vec3 registers[PROGRAM_MAX_REGISTERS];
  const Vec3 *const bases[4] = {registers, program->constants, point->inputs, point->inputs};
#define OPERAND(x) bases[(x) >> 30][(x)&OPERAND_INDEX]
  for (const ProgramStep *step = program->steps, *end = step + program->step_count; step != end; step++) {
    const Vec3 value = program_step(step, OPERAND(step->a), OPERAND(step->b), OPERAND(step->c), &OPERAND(step->wide), texture, ud);
    registers[step->to] = value;
    for (uint32_t i = 0; i < step->width; i++)
      if (!(abs_f(value[i]) < INFINITY_F)) return step->op;
  }
#undef OPERAND
  return ML_OP_CONSTANT;
}

#endif
