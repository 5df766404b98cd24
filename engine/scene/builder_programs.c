/* builder_programs.c - programs: made, found again, run at many points, as textures. */
#include "scene/builder_programs.h"

#include <stddef.h>

#include "math/ieee.h"
#include "program/batch.h"
#include "program/compile.h"
#include "scene/builder_textures.h"

MlProgram ml_program(MlBuilder *b, const MlProgramDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  Memory *memory = b->context.memory;
  DescSource source = {.what = "program", .error = error};
  MlProgramDesc d;
  if (!DESC_READ(&source, MlProgramDesc, desc, &d)) return 0;
  Program *program;
  if (program_compile(memory, &d, (uint32_t)b->textures.count, &program, error) != ML_OK) return 0;
  uint64_t same = 0;
  while (same < b->programs.count && !program_same(b->programs.data[same], program)) same++;
  if (same == b->programs.count && array_push(memory, &b->programs, program)) return (MlProgram)b->programs.count;
  bool found = same < b->programs.count;
  memory_free(memory, program, program_bytes(program));
  if (!found) memory_error(memory, (b->programs.count + 1) * sizeof program, "programs", error);
  return found ? (MlProgram)(same + 1) : 0;
}

static const Program *program_of(const MlBuilder *b, MlProgram id) {
  return id != 0 && id <= b->programs.count ? b->programs.data[id - 1] : NULL;
}

MlProgramInfo ml_program_info(const MlBuilder *b, MlProgram id) {
  const Program *program = program_of(b, id);
  if (program == NULL) return (MlProgramInfo){0};
  uint32_t inputs = program->inputs & ((1u << ML_INPUT_COUNT) - 1);
  if (program->inputs & 1u << INPUT_P_WIDTH) inputs |= 1u << ML_INPUT_P;
  if (program->inputs & 1u << INPUT_WORLD_WIDTH) inputs |= 1u << ML_INPUT_WORLD;
  if (program->inputs & 1u << INPUT_UV_WIDTH) inputs |= 1u << ML_INPUT_UV;
  return (MlProgramInfo){.width = program->width, .steps = program->step_count, .inputs = inputs, .textures = program->textures != 0};
}

MlStatus ml_program_run(const MlBuilder *b, MlProgram id, const float *points, uint64_t count, float *out, const MlCancel *cancel,
                        MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  const Program *program = program_of(b, id);
  if (program == NULL) return error_set(error, ML_ERROR_ARGUMENT, "program: expected a program of this builder, got %u", id);
  if (program->textures != 0 || (program->inputs & ~(1u << ML_INPUT_P | 1u << INPUT_P_WIDTH)) != 0)
    return error_set(error, ML_ERROR_ARGUMENT, "program: expected one of ML_INPUT_P alone, without textures");
  const float *inputs[PROGRAM_INPUTS] = {[ML_INPUT_P] = points};
  Work work = {.cancel = cancel};
  return program_batch(b->context.memory, program, inputs, count, out, &work, error);
}

uint32_t ml_op_operands(MlOp op, uint32_t *most) {
  MlProgramNode node = {.op = op, .width = 3, .data = 3};
  *most = 0;
  if ((uint32_t)op >= ML_OP_COUNT) return 0;
  *most = program_op_operands(&node);
  return op == ML_OP_TEXTURE ? 0 : op == ML_OP_JOIN ? 2 : op == ML_OP_HASH ? 1 : *most;
}

uint32_t ml_op_value(const MlProgramNode *node, const double operands[3][3], const uint32_t widths[3], double out[3], MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  const char *why = "its value depends on where it is";
  uint32_t width = 0;
  if (node->op >= ML_OP_COUNT || (node->op != ML_OP_INPUT && node->op != ML_OP_TEXTURE)) width = program_op_width(node, widths, &why);
  if (width == 0) {
    error_set(error, ML_ERROR_ARGUMENT, "%s: %s", program_op_name((MlOp)node->op), why);
    return 0;
  }
  Vec3 values[3] = {program_number(0.0f), program_number(0.0f), program_number(0.0f)};
  uint32_t count = program_op_operands(node);
  for (uint32_t i = 0; i < count; i++) values[i] = program_constant(operands[i], widths[i]);
  Vec3 value = node->op == ML_OP_CONSTANT ? program_constant(node->value, width) : program_fold(node, values, widths, width);
  for (int i = 0; i < 3; i++) out[i] = (double)value[i];
  return width;
}

/* ---- as textures */

uint32_t builder_program_varies(const MlBuilder *b, const Program *program) {
  const uint32_t uv = 1u << ML_INPUT_UV | 1u << INPUT_UV_WIDTH, p = 1u << ML_INPUT_P | 1u << INPUT_P_WIDTH;
  uint32_t varies = (program->inputs & uv ? VARIES_UV : 0u) | (program->inputs & ~(uv | p) ? VARIES_POINT : 0u) |
                    (program->inputs & 1u << ML_INPUT_CURVATURE ? VARIES_CURVATURE : 0u);
  for (uint32_t i = 0; i < program->step_count; i++) {
    const ProgramStep *step = &program->steps[i];
    if (step->op == ML_OP_TEXTURE) varies |= b->textures.data[(step->data & ~ML_TEXTURE_NUMBER) - 1].varies;
  }
  return varies;
}

uint32_t builder_program_depth(const MlBuilder *b, const Program *program) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < program->step_count; i++) {
    const ProgramStep *step = &program->steps[i];
    if (step->op != ML_OP_TEXTURE) continue;
    uint32_t of = b->textures.data[(step->data & ~ML_TEXTURE_NUMBER) - 1].depth;
    if (of > depth) depth = of;
  }
  return depth;
}

/* ProgramTexture: its mean. */
static Vec3 mean_of_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)of, (void)place, (void)width;
  const MlBuilder *b = ud;
  Spectrum mean = b->textures.data[(data & ~ML_TEXTURE_NUMBER) - 1].mean;
  return data & ML_TEXTURE_NUMBER ? program_number(spectrum_luminance(mean)) : spectrum_to_vec3(mean);
}

Spectrum builder_program_mean(const MlBuilder *b, const Program *program) {
  enum { POINTS = 64 };
  Spectrum sum = spectrum_zero();
  uint32_t random = 1;
  for (uint32_t i = 0; i < POINTS; i++) {
    ProgramPoint point;
    for (uint32_t k = 0; k < PROGRAM_INPUTS; k++) {
      float x[3];
      for (int c = 0; c < 3; c++) random = hash_u32(random + (uint32_t)c), x[c] = (float)(random >> 8) * 0x1p-24f;
      bool from_centre = k == ML_INPUT_P || k == ML_INPUT_WORLD || k == ML_INPUT_N || k == ML_INPUT_VIEW;
      Vec3 v = vec3(x[0], x[1], x[2]);
      if (from_centre) v = 2.0f * v - vec3_all(1.0f);
      if (k == ML_INPUT_N || k == ML_INPUT_VIEW) v = normalize(v + vec3_all(0x1p-20f));
      point.inputs[k] = program_input_width(k) == 1 ? program_number(k < ML_INPUT_COUNT ? x[0] : 0.0f) : v;
    }
    Vec3 value = program_evaluate(program, &point, mean_of_texture, b);
    if (program->width == 1) value = vec3_all(value[0]);
    sum += spectrum_clamp(spectrum_from_vec3(value), 0.0f, 1e30f);
  }
  return spectrum_clamp(sum / (float)POINTS, 1e-4f, 1e30f); // what may shine somewhere is a light
}

void builder_free_programs(MlBuilder *b) {
  Memory *memory = b->context.memory;
  for (uint64_t i = 0; i < b->programs.count; i++) memory_free(memory, b->programs.data[i], program_bytes(b->programs.data[i]));
  array_free(memory, &b->programs);
}

uint64_t builder_programs_bytes(const MlBuilder *b) {
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < b->programs.count; i++) bytes += program_bytes(b->programs.data[i]);
  return bytes;
}

void builder_copy_programs(const MlBuilder *b, void *block, const Program **places) {
  for (uint64_t i = 0; i < b->programs.count; i++) {
    places[i] = program_copy(block, b->programs.data[i]);
    block = (char *)block + program_bytes(b->programs.data[i]);
  }
}
