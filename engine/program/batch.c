/* batch.c - see batch.h. Registers are structures of arrays: PROGRAM_LANES points side by side, a vector in three of them. */
#include "program/batch.h"

#include "base/error.h"
#include "program/evaluate.h"

#define LANES 8
#include "program/lanes_arithmetic.h"
_Static_assert(PROGRAM_LANES == 8, "the template's");

typedef struct Lanes3 {
  Float8Lanes x[3];
} Lanes3;

uint32_t program_input_width(uint32_t input) {
  static const uint8_t widths[PROGRAM_INPUTS] = {
    [ML_INPUT_P] = 3,      [ML_INPUT_WORLD] = 3, [ML_INPUT_N] = 3,        [ML_INPUT_VIEW] = 3, [ML_INPUT_UV] = 2,
    [ML_INPUT_FACING] = 1, [ML_INPUT_ID] = 1,    [ML_INPUT_PART] = 1,     [INPUT_P_WIDTH] = 1, [INPUT_WORLD_WIDTH] = 1,
    [INPUT_UV_WIDTH] = 1,  [ML_INPUT_DEPTH] = 1, [ML_INPUT_CURVATURE] = 1};
  return widths[input];
}

static Float8Lanes dot_of(const Lanes3 *a, const Lanes3 *b, uint32_t width) {
  Float8Lanes sum = a->x[0] * b->x[0];
  for (uint32_t i = 1; i < width; i++) sum = sum + a->x[i] * b->x[i];
  return sum;
}

/* What each point has of a value, as single evaluation has it. */
static Vec3 lane_of(const Lanes3 *v, int k) { return vec3(v->x[0][k], v->x[1][k], v->x[2][k]); }

/* r may be an operand. */
static void run_step(const ProgramStep *step, const Lanes3 *a, const Lanes3 *b, const Lanes3 *c, const Lanes3 *wide, Lanes3 *r) {
  if (step->op < ML_OP_DOT && step->width == 1) {
    r->x[0] = r->x[1] = r->x[2] = lanes8_apply((MlOp)step->op, a->x[0], b->x[0], c->x[0], PROGRAM_LANES);
    return;
  }
  if (step->op < ML_OP_DOT) {
    for (uint32_t i = 0; i < step->width; i++) r->x[i] = lanes8_apply((MlOp)step->op, a->x[i], b->x[i], c->x[i], PROGRAM_LANES);
    return;
  }
  Float8Lanes one = lanes8_all(0.0f);
  switch ((uint32_t)step->op) {
  case ML_OP_DOT: one = dot_of(a, b, step->of); break;
  case ML_OP_LENGTH: one = lanes8_sqrt(dot_of(a, a, step->of)); break;
  case ML_OP_CROSS: {
    Lanes3 product;
    for (int i = 0; i < 3; i++) {
      int j = (i + 1) % 3, k = (i + 2) % 3;
      product.x[i] = a->x[j] * b->x[k] - a->x[k] * b->x[j];
    }
    *r = product;
    return;
  }
  case ML_OP_NORMALIZE: {
    Float8Lanes length2 = dot_of(a, a, step->of), zero = lanes8_all(0.0f);
    for (int i = 0; i < 3; i++) r->x[i] = lanes8_select(length2 > zero, a->x[i] / lanes8_sqrt(length2), zero);
    return;
  }
  case ML_OP_JOIN: *r = (Lanes3){{a->x[0], b->x[0], c->x[0]}}; return;
  case ML_OP_HASH:
    for (int k = 0; k < PROGRAM_LANES; k++) one[k] = program_hash(step->data, lane_of(a, k), lane_of(b, k), lane_of(c, k));
    break;
  case ML_OP_PICK: {
    const uint32_t first = step->data & 3, second = step->width == 1 ? first : step->data >> 2 & 3;
    *r = (Lanes3){{a->x[first], a->x[second], a->x[step->width == 1 ? first : step->data >> 4 & 3]}};
    return;
  }
  default:
    for (int k = 0; k < PROGRAM_LANES; k++)
      one[k] = program_noise((MlOp)step->op, program_place(lane_of(a, k), step->of), b->x[0][k], c->x[0][k], wide->x[0][k], step->data);
    break;
  }
  r->x[0] = r->x[1] = r->x[2] = one;
}

static const Lanes3 *operand(const Lanes3 *registers, const Lanes3 *constants, const Lanes3 *inputs, uint32_t x) {
  const Lanes3 *const bases[3] = {registers, constants, inputs};
  return bases[x >> 30] + (x & OPERAND_INDEX);
}

MlStatus program_batch(Memory *memory, const Program *program, const float *const inputs[PROGRAM_INPUTS], uint64_t count, float *out,
                       Work *work, MlError *error) {
  size_t values = program->register_count + program->constant_count + PROGRAM_INPUTS, size = values * sizeof(Lanes3);
  Lanes3 *registers = memory_alloc_zero(memory, size, sizeof(Float8Lanes));
  if (registers == NULL) return memory_error(memory, size, "a program's registers", error);
  Lanes3 *constants = registers + program->register_count, *in = constants + program->constant_count;
  for (uint32_t i = 0; i < program->constant_count; i++)
    for (int k = 0; k < 3; k++) constants[i].x[k] = lanes8_all(program->constants[i][k]);

  // A step of a batch takes about as long as touching some hundred bytes
  for (uint64_t first = 0; first < count && work_goes_on(work, 128 * (uint64_t)program->step_count + 64); first += PROGRAM_LANES) {
    for (uint32_t i = 0; i < PROGRAM_INPUTS; i++) {
      if (inputs[i] == NULL || !(program->inputs & 1u << i)) continue;
      uint32_t width = program_input_width(i) == 1 ? 1 : 3;
      for (uint32_t k = 0; k < PROGRAM_LANES; k++) {
        const float *from = inputs[i] + (first + k < count ? first + k : count - 1) * width;
        for (uint32_t c = 0; c < 3; c++) in[i].x[c][k] = from[width == 1 ? 0 : c];
      }
    }
    for (const ProgramStep *step = program->steps, *end = step + program->step_count; step != end; step++) {
      const Lanes3 *wide = operand(registers, constants, in, step->wide);
      run_step(step, operand(registers, constants, in, step->a), operand(registers, constants, in, step->b),
               operand(registers, constants, in, step->c), wide, &registers[step->to]);
    }
    const Lanes3 *result = operand(registers, constants, in, program->result);
    for (uint32_t k = 0; k < PROGRAM_LANES && first + k < count; k++)
      for (uint32_t c = 0; c < program->width; c++) out[(first + k) * program->width + c] = result->x[c][k];
  }
  memory_free(memory, registers, size);
  return work_status(work, error);
}
