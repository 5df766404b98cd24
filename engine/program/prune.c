/* prune.c - see prune.h. Forwards, what each register holds is followed, and steps are numbered anew; backwards, what nothing needs goes; forwards
 * again, registers are dealt out. */
#include "program/prune.h"

#include <string.h>

#include "base/cancel.h"
#include "program/evaluate.h"

enum { NOBODY = UINT32_MAX };

bool prune_room(Memory *memory, const Program *whole, PruneRoom *out) {
  const size_t steps = (size_t)whole->step_count + 1, registers = (size_t)whole->register_count + 1;
  const size_t words = 2 * registers + 2 * steps;
  *out = (PruneRoom){.one = NOBODY, .bytes = steps * sizeof(ProgramStep) + words * sizeof(uint32_t) + steps};
  out->block = memory_alloc(memory, out->bytes, 8);
  if (out->block == NULL) return false;
  out->steps = out->block;
  out->values = (uint32_t *)(out->steps + steps);
  out->free_registers = out->values + registers;
  out->last = out->free_registers + registers;
  out->places = out->last + steps;
  out->choices = (uint8_t *)(out->places + steps);
  const Vec3 one = program_number(1.0f);
  for (uint32_t i = 0; i < whole->constant_count && out->one == NOBODY; i++)
    if (memcmp(&whole->constants[i], &one, sizeof one) == 0) out->one = OPERAND_CONSTANT | i;
  return true;
}
void prune_room_free(Memory *memory, PruneRoom *room) {
  memory_free(memory, room->block, room->bytes);
  *room = (PruneRoom){0};
}

static bool is_constant(uint32_t x) { return x >> 30 == OPERAND_CONSTANT >> 30; }
static bool is_step(uint32_t x) { return x >> 30 == OPERAND_REGISTER >> 30; }
static uint32_t follow(const PruneRoom *room, uint32_t x) { return is_step(x) ? room->values[x & OPERAND_INDEX] : x; }

/* The first constant is 0 in all programs; this one, or one of the same bits. */
static bool is_zero(const Program *program, uint32_t x) {
  const Vec3 zero = program_number(0.0f);
  return is_constant(x) && memcmp(&program->constants[x & OPERAND_INDEX], &zero, sizeof zero) == 0;
}

/* Where the step gives what an operand is, or 0 or 1: that; NOBODY: it has to be done. Operands of `step` are followed already. */
static uint32_t simpler(const Program *program, const PruneRoom *room, ProgramStep *step, uint8_t choice) {
  const bool zero_a = is_zero(program, step->a), zero_b = is_zero(program, step->b);
  switch (choice) {
  case PRUNE_A: return step->a;
  case PRUNE_B: return step->b;
  case PRUNE_C: return step->c;
  case PRUNE_NO: return OPERAND_CONSTANT;
  case PRUNE_YES:
    if (room->one != NOBODY) return room->one;
    break;
  case PRUNE_A_PLUS:
    if (!is_zero(program, step->c)) break;
    step->op = ML_OP_ADD;
    step->b = step->c = OPERAND_CONSTANT;
    return NOBODY;
  case PRUNE_A_MINUS:
    if (is_zero(program, step->c)) return step->a;
    break;
  default: break;
  }
  if (step->op == ML_OP_SUBTRACT && zero_b) return step->a;
  if (step->op == ML_OP_ADD && (zero_a || zero_b)) {
    // x + 0 is x but for -0, which the sum of another 0 cannot be
    const uint32_t x = zero_a ? step->b : step->a;
    if (!is_step(x)) return NOBODY;
    const ProgramStep *before = &room->steps[x & OPERAND_INDEX];
    return before->op == ML_OP_ADD && (is_zero(program, before->a) || is_zero(program, before->b)) ? x : NOBODY;
  }
  if (step->op == ML_OP_MULTIPLY && room->one != NOBODY && step->a == room->one) return step->b;
  if (step->op == ML_OP_MULTIPLY && room->one != NOBODY && step->b == room->one) return step->a;
  if (step->op >= ML_OP_NOISE || !is_constant(step->a) || !is_constant(step->b) || !is_constant(step->c)) return NOBODY;
  // Of constants alone: worth it where it is 0 or 1, which are there
  const Vec3 *k = program->constants, wide = program_number(0.0f);
  const Vec3 v = program_step(step, k[step->a & OPERAND_INDEX], k[step->b & OPERAND_INDEX], k[step->c & OPERAND_INDEX], &wide, NULL, NULL);
  uint32_t zeros = 0, ones = 0;
  for (uint32_t i = 0; i < step->width; i++) zeros += float_bits(v[i]) == 0, ones += v[i] == 1.0f;
  return zeros == step->width ? OPERAND_CONSTANT : ones == step->width ? room->one : (uint32_t)NOBODY;
}

uint32_t program_prune(const Program *program, PruneRoom *room, uint32_t *result) {
  ProgramStep *steps = room->steps;
  uint32_t count = 0, kept = 0, free_count = 0, used = 0;
  for (uint32_t i = 0; i < program->step_count; i++) {
    ProgramStep step = program->steps[i];
    const uint32_t to = step.to;
    step.a = follow(room, step.a), step.b = follow(room, step.b), step.c = follow(room, step.c), step.wide = follow(room, step.wide);
    const uint32_t value = simpler(program, room, &step, room->choices[i]);
    if (value == NOBODY) steps[count] = step;
    room->values[to] = value == NOBODY ? count++ : value;
  }
  *result = follow(room, program->result);
  // Steps name those before them by their number: the last one that needs each
  for (uint32_t i = 0; i < count; i++) room->last[i] = NOBODY;
  if (is_step(*result)) room->last[*result] = count;
  for (uint32_t i = count; i-- > 0;) {
    if (room->last[i] == NOBODY) continue;
    const uint32_t operands[4] = {steps[i].a, steps[i].b, steps[i].c, steps[i].wide};
    for (int k = 0; k < 4; k++)
      if (is_step(operands[k]) && room->last[operands[k]] == NOBODY) room->last[operands[k]] = i;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (room->last[i] == NOBODY) continue;
    ProgramStep step = steps[i];
    uint32_t *operands[4] = {&step.a, &step.b, &step.c, &step.wide};
    for (int k = 0; k < 4; k++) {
      const uint32_t x = *operands[k];
      if (!is_step(x)) continue;
      *operands[k] = room->places[x];
      if (room->last[x] != i) continue;
      room->free_registers[free_count++] = room->places[x];
      room->last[x] = NOBODY - 1; // given back once
    }
    room->places[i] = step.to = free_count != 0 ? room->free_registers[--free_count] : used++;
    steps[kept++] = step;
  }
  if (is_step(*result)) *result = room->places[*result];
  return kept;
}
