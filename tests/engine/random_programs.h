/* random_programs.h - programs by chance, and the plainest way to evaluate them: node after node, component after component, nothing folded,
 * shared or left out. For tests. */
#ifndef TESTS_RANDOM_PROGRAMS_H
#define TESTS_RANDOM_PROGRAMS_H

#include <string.h>

#include "base/hash.h"
#include "program/batch.h"
#include "program/compile.h"
#include "program/evaluate.h"

typedef struct Chance {
  uint64_t state;
} Chance;
static inline uint32_t chance_bits(Chance *r) {
  r->state = r->state * 6364136223846793005ull + 1442695040888963407ull;
  return (uint32_t)(r->state >> 33);
}
static inline uint32_t chance_below(Chance *r, uint32_t n) { return chance_bits(r) % n; }
static inline float chance_unit(Chance *r) { return (float)(chance_bits(r) >> 7) * 0x1p-24f; }

static inline double chance_constant(Chance *r) {
  static const double some[] = {0, 1, -1, 2, 0.5, -0.0, 3, 1e-3, 1e6, -7.25};
  if (chance_below(r, 2) != 0) return some[chance_below(r, 10)];
  return (double)(chance_unit(r) * 8.0f - 4.0f);
}

enum { RANDOM_NODES = 48 };
typedef struct RandomProgram {
  MlProgramNode nodes[RANDOM_NODES];
  uint32_t widths[RANDOM_NODES];
  uint32_t count;
} RandomProgram;

static inline void random_program(Chance *r, uint32_t inputs, RandomProgram *out) {
  out->count = 0;
  uint32_t wanted = 2 + chance_below(r, RANDOM_NODES - 2);
  while (out->count < wanted) {
    MlProgramNode node = {.op = chance_below(r, ML_OP_COUNT), .operands = {ML_NO_OPERAND, ML_NO_OPERAND, ML_NO_OPERAND}};
    if (node.op == ML_OP_TEXTURE) continue;
    if (chance_below(r, 6) == 0 || out->count == 0) node.op = chance_below(r, 3) != 0 ? (uint32_t)ML_OP_INPUT : (uint32_t)ML_OP_CONSTANT;
    node.width = 1 + chance_below(r, 3);
    node.data = node.op == ML_OP_INPUT ? chance_below(r, inputs) : node.op == ML_OP_PICK ? chance_below(r, 64) : 1 + chance_below(r, 5);
    for (int i = 0; i < 3; i++) node.value[i] = chance_constant(r);
    uint32_t widths[3] = {1, 1, 1}, count = program_op_operands(&node);
    if (count != 0 && out->count == 0) continue;
    for (uint32_t k = 0; k < count; k++) {
      // Mostly what came last: deep programs
      uint32_t reach = chance_below(r, 3) != 0 && out->count > 6 ? 6 : out->count;
      node.operands[k] = out->count - 1 - chance_below(r, reach);
      widths[k] = out->widths[node.operands[k]];
    }
    const char *why;
    uint32_t width = program_op_width(&node, widths, &why);
    if (width == 0) continue;
    out->widths[out->count] = width;
    out->nodes[out->count++] = node;
  }
}

/* ---- the plain interpreter */

static inline float plain_component(MlOp op, float x, float y, float z) {
  switch ((uint32_t)op) {
  case ML_OP_NEGATE: return -x;
  case ML_OP_ABS: return abs_f(x);
  case ML_OP_SIGN: return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f;
  case ML_OP_FLOOR: return floor_f(x);
  case ML_OP_CEIL: return -floor_f(-x);
  case ML_OP_ROUND: return abs_f(x) < 0x1p23f ? floor_f(x + 0.5f) : x;
  case ML_OP_FRACT: return x - floor_f(x);
  case ML_OP_SQRT: return sqrt_f(x);
  case ML_OP_EXP: return exp_f(x);
  case ML_OP_LOG: return log_f(x);
  case ML_OP_SIN: return sin_f(x);
  case ML_OP_COS: return cos_f(x);
  case ML_OP_TAN: return tan_f(x);
  case ML_OP_ASIN: return asin_f(x);
  case ML_OP_ACOS: return acos_f(x);
  case ML_OP_ATAN: return atan_f(x);
  case ML_OP_NOT: return x == 0.0f ? 1.0f : 0.0f;
  case ML_OP_ADD: return x + y;
  case ML_OP_SUBTRACT: return x - y;
  case ML_OP_MULTIPLY: return x * y;
  case ML_OP_DIVIDE: return x / y;
  case ML_OP_MOD: return x - y * floor_f(x / y);
  case ML_OP_POW: return y == 2.0f ? x * x : pow_f(x, y);
  case ML_OP_ATAN2: return atan2_f(x, y);
  case ML_OP_MIN: return x < y ? x : y;
  case ML_OP_MAX: return x > y ? x : y;
  case ML_OP_LESS: return x < y ? 1.0f : 0.0f;
  case ML_OP_LESS_EQUAL: return x <= y ? 1.0f : 0.0f;
  case ML_OP_EQUAL: return x == y ? 1.0f : 0.0f;
  case ML_OP_AND: return x != 0.0f && y != 0.0f ? 1.0f : 0.0f;
  case ML_OP_OR: return x != 0.0f || y != 0.0f ? 1.0f : 0.0f;
  case ML_OP_XOR: return (x != 0.0f) != (y != 0.0f) ? 1.0f : 0.0f;
  case ML_OP_CLAMP: return clamp_f(x, y, z);
  case ML_OP_MIX: return z == 1.0f ? y : x + (y - x) * z;
  case ML_OP_SMOOTHSTEP: {
    float t = x == y ? (z >= x ? 1.0f : 0.0f) : clamp_f((z - x) / (y - x), 0.0f, 1.0f);
    return t * t * (3.0f - 2.0f * t);
  }
  default: return x != 0.0f ? y : z; /* SELECT */
  }
}

/* The script's hash of a number, after that of another. */
static inline uint64_t plain_hash(float x, uint64_t seed) {
  unsigned char bytes[9] = {'f'};
  double value = x == x ? (double)x : 0.0;
  int64_t whole = 0;
  if (x == x && value >= -0x1p63 && value < 0x1p63 && (double)(int64_t)value == value) bytes[0] = 'i', whole = (int64_t)value;
  if (bytes[0] == 'i') memcpy(bytes + 1, &whole, sizeof whole);
  else memcpy(bytes + 1, &value, sizeof value);
  return hash_bytes(bytes, sizeof bytes, seed);
}

/* inputs: 3 floats each, numbers in the first. */
static inline void plain_run(const RandomProgram *program, const float inputs[ML_INPUT_COUNT][3], float values[RANDOM_NODES][3]) {
  for (uint32_t i = 0; i < program->count; i++) {
    const MlProgramNode *node = &program->nodes[i];
    float *out = values[i], o[3][3] = {{0}};
    uint32_t count = program_op_operands(node), of = count != 0 ? program->widths[node->operands[0]] : 0;
    for (uint32_t k = 0; k < count; k++)
      for (uint32_t c = 0; c < 3; c++) o[k][c] = values[node->operands[k]][program->widths[node->operands[k]] == 1 ? 0 : c];
    float sum = 0.0f;
    memset(out, 0, 3 * sizeof *out);
    switch (node->op) {
    case ML_OP_CONSTANT:
      for (uint32_t c = 0; c < node->width; c++) out[c] = (float)node->value[c];
      break;
    case ML_OP_INPUT: memcpy(out, inputs[node->data], 3 * sizeof *out); break;
    case ML_OP_DOT:
    case ML_OP_LENGTH:
    case ML_OP_NORMALIZE:
      sum = o[0][0] * (node->op == ML_OP_DOT ? o[1][0] : o[0][0]);
      for (uint32_t c = 1; c < of; c++) sum = sum + o[0][c] * (node->op == ML_OP_DOT ? o[1][c] : o[0][c]);
      if (node->op == ML_OP_DOT) out[0] = sum;
      else if (node->op == ML_OP_LENGTH) out[0] = sqrt_f(sum);
      for (uint32_t c = 0; c < of && node->op == ML_OP_NORMALIZE; c++) out[c] = sum > 0.0f ? o[0][c] / sqrt_f(sum) : 0.0f;
      break;
    case ML_OP_CROSS:
      for (int c = 0; c < 3; c++) out[c] = o[0][(c + 1) % 3] * o[1][(c + 2) % 3] - o[0][(c + 2) % 3] * o[1][(c + 1) % 3];
      break;
    case ML_OP_JOIN:
      for (uint32_t c = 0; c < node->width; c++) out[c] = o[c][0];
      break;
    case ML_OP_HASH: {
      uint64_t hash = 0;
      for (uint32_t k = 0; k < count; k++)
        for (uint32_t c = 0; c < program->widths[node->operands[k]]; c++) hash = plain_hash(o[k][c], hash + c);
      out[0] = min_f((float)(hash >> 11) * 0x1p-53f, 1.0f - 0x1p-24f);
      break;
    }
    case ML_OP_PICK:
      for (uint32_t c = 0; c < node->width; c++) out[c] = o[0][node->data >> 2 * c & 3];
      break;
    default:
      if (program_is_noise((MlOp)node->op)) {
        Vec3 p = vec3(o[0][0], of > 1 ? o[0][1] : 0.0f, of > 2 ? o[0][2] : 0.0f);
        out[0] = program_noise((MlOp)node->op, p, o[1][0], o[2][0], 0.0f, node->data);
      } else {
        for (uint32_t c = 0; c < program->widths[i]; c++) out[c] = plain_component((MlOp)node->op, o[0][c], o[1][c], o[2][c]);
      }
    }
  }
}

/* The bits, of NaN one kind. */
static inline uint32_t plain_bits(float x) { return x != x ? 0x7fc00000u : float_bits(x); }

#endif
