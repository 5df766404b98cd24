/* compile.c - see compile.h.
 *
 * Nodes are put into one list, each after its operands: what is constant is computed at once, by the evaluator itself, so that folding
 * changes no bits; equal nodes are one (hash consing). Noise gets the width of its footprint as one more operand: how the width of an
 * input grows on its way through the operations is put into nodes, too (width_of), and folds and shares like the rest.
 * Then what the result needs is put into an order, depth first, the operand that needs most registers first (after Sethi & Ullman 1970), or
 * as it was written, whichever keeps fewer values alive, and registers are dealt out in one pass. */
#include "program/compile.h"

#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "program/batch.h"
#include "program/evaluate.h"

#define NONE UINT32_MAX

/* ---- operations */

typedef enum OpShape { SHAPE_COMPONENTS, SHAPE_NOISE, SHAPE_OWN } OpShape;
static const struct {
  const char *name;
  uint8_t operands, shape;
} ops[ML_OP_COUNT] = {
#define OP(name, operands, shape) [ML_OP_##name] = {"ML_OP_" #name, operands, SHAPE_##shape}
  OP(CONSTANT, 0, OWN),
  OP(INPUT, 0, OWN),
  OP(NEGATE, 1, COMPONENTS),
  OP(ABS, 1, COMPONENTS),
  OP(SIGN, 1, COMPONENTS),
  OP(FLOOR, 1, COMPONENTS),
  OP(CEIL, 1, COMPONENTS),
  OP(ROUND, 1, COMPONENTS),
  OP(FRACT, 1, COMPONENTS),
  OP(SQRT, 1, COMPONENTS),
  OP(EXP, 1, COMPONENTS),
  OP(LOG, 1, COMPONENTS),
  OP(SIN, 1, COMPONENTS),
  OP(COS, 1, COMPONENTS),
  OP(TAN, 1, COMPONENTS),
  OP(ASIN, 1, COMPONENTS),
  OP(ACOS, 1, COMPONENTS),
  OP(ATAN, 1, COMPONENTS),
  OP(NOT, 1, COMPONENTS),
  OP(ADD, 2, COMPONENTS),
  OP(SUBTRACT, 2, COMPONENTS),
  OP(MULTIPLY, 2, COMPONENTS),
  OP(DIVIDE, 2, COMPONENTS),
  OP(MOD, 2, COMPONENTS),
  OP(POW, 2, COMPONENTS),
  OP(ATAN2, 2, COMPONENTS),
  OP(MIN, 2, COMPONENTS),
  OP(MAX, 2, COMPONENTS),
  OP(LESS, 2, COMPONENTS),
  OP(LESS_EQUAL, 2, COMPONENTS),
  OP(EQUAL, 2, COMPONENTS),
  OP(AND, 2, COMPONENTS),
  OP(OR, 2, COMPONENTS),
  OP(XOR, 2, COMPONENTS),
  OP(CLAMP, 3, COMPONENTS),
  OP(MIX, 3, COMPONENTS),
  OP(SMOOTHSTEP, 3, COMPONENTS),
  OP(SELECT, 3, COMPONENTS),
  OP(DOT, 2, OWN),
  OP(CROSS, 2, OWN),
  OP(LENGTH, 1, OWN),
  OP(NORMALIZE, 1, OWN),
  OP(JOIN, 3, OWN),
  OP(PICK, 1, OWN),
  OP(NOISE, 1, NOISE),
  OP(VALUE_NOISE, 1, NOISE),
  OP(FBM, 3, NOISE),
  OP(RIDGED, 3, NOISE),
  OP(TURBULENCE, 3, NOISE),
  OP(VORONOI_DISTANCE, 1, NOISE),
  OP(VORONOI_CELL, 1, NOISE),
  OP(VORONOI_EDGE, 1, NOISE),
  OP(HASH, 3, OWN),
  OP(TEXTURE, 1, OWN),
#undef OP
};

const char *program_op_name(MlOp op) { return (uint32_t)op < ML_OP_COUNT ? ops[op].name : "?"; }

uint32_t program_op_operands(const MlProgramNode *node) {
  if (node->op == ML_OP_JOIN) return node->width == 2 ? 2 : 3;
  if (node->op == ML_OP_HASH) return node->data < 3 ? node->data : 3;
  if (node->op == ML_OP_TEXTURE) return node->operands[0] == ML_NO_OPERAND ? 0 : 1;
  return ops[node->op].operands;
}

/* The common width of operands among which numbers adapt; 0: there is none. */
static uint32_t common_width(const uint32_t *widths, uint32_t count) {
  uint32_t common = 1;
  for (uint32_t i = 0; i < count; i++) {
    if (widths[i] != 1 && common != 1 && widths[i] != common) return 0;
    if (widths[i] != 1) common = widths[i];
  }
  return common;
}

static uint32_t own_width(const MlProgramNode *node, const uint32_t widths[3], const char **why) {
  switch ((uint32_t)node->op) {
  case ML_OP_CONSTANT:
  case ML_OP_JOIN:
    *why = node->op == ML_OP_JOIN ? "expected a width of 2 or 3 and so many numbers" : "expected a width of 1 to 3";
    if (node->width > 3 || node->width < (node->op == ML_OP_JOIN ? 2 : 1)) return 0;
    for (uint32_t i = 0; node->op == ML_OP_JOIN && i < node->width; i++)
      if (widths[i] != 1) return 0;
    return node->width;
  case ML_OP_INPUT: *why = "expected one of MlProgramInput"; return node->data < ML_INPUT_COUNT ? program_input_width(node->data) : 0;
  case ML_OP_DOT: *why = "expected two vectors of one width"; return widths[0] == widths[1] ? 1 : 0;
  case ML_OP_CROSS: *why = "expected two vectors of 3 components"; return widths[0] == 3 && widths[1] == 3 ? 3 : 0;
  case ML_OP_LENGTH: return 1;
  case ML_OP_NORMALIZE: return widths[0];
  case ML_OP_PICK:
    *why = "expected a width of 1 to 3 and components that the operand has";
    if (node->width < 1 || node->width > 3 || node->data >> 6 != 0) return 0;
    for (uint32_t i = 0; i < node->width; i++)
      if ((node->data >> 2 * i & 3) >= widths[0]) return 0;
    return node->width;
  case ML_OP_HASH: *why = "expected 1 to 3 values"; return node->data >= 1 && node->data <= 3 ? 1 : 0;
  case ML_OP_TEXTURE:
    *why = "expected coordinates of 2 or 3 components";
    if (node->operands[0] != ML_NO_OPERAND && widths[0] < 2) return 0;
    return node->data & ML_TEXTURE_NUMBER ? 1 : 3;
  default: return 0;
  }
}

uint32_t program_op_width(const MlProgramNode *node, const uint32_t widths[3], const char **why) {
  *why = "expected one of MlOp";
  if (node->op >= ML_OP_COUNT) return 0;
  if (ops[node->op].shape == SHAPE_OWN) return own_width(node, widths, why);
  if (ops[node->op].shape == SHAPE_COMPONENTS) {
    *why = "vectors of 2 and of 3 components do not go together";
    return common_width(widths, ops[node->op].operands);
  }
  if (ops[node->op].operands == 1) return 1;
  *why = "expected numbers for gain and lacunarity";
  if (widths[1] != 1 || widths[2] != 1) return 0;
  *why = "expected 1 to 16 octaves";
  return node->data >= 1 && node->data <= NOISE_MAX_OCTAVES ? 1 : 0;
}

Vec3 program_constant(const double value[3], uint32_t width) {
  if (width == 1) return program_number((float)value[0]);
  return vec3((float)value[0], (float)value[1], width == 3 ? (float)value[2] : 0.0f);
}

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}

/* Lanes that nobody looks at, made the same everywhere. */
static Vec3 tidy(Vec3 v, uint32_t width) { return width == 1 ? program_number(v[0]) : vec3(v[0], v[1], width == 3 ? v[2] : 0.0f); }

Vec3 program_fold(const MlProgramNode *node, const Vec3 values[3], const uint32_t widths[3], uint32_t width) {
  const uint32_t data = node->op == ML_OP_HASH ? program_hash_data(node->data & 3, widths) : node->data;
  const ProgramStep step = {.op = (uint16_t)node->op, .width = (uint8_t)width, .of = (uint8_t)widths[0], .data = data};
  const Vec3 zero = program_number(0.0f);
  return tidy(program_step(&step, values[0], values[1], values[2], &zero, no_texture, NULL), width);
}

/* ---- nodes */

typedef struct CompileNode {
  uint16_t op;
  uint8_t width, of;
  uint32_t operands[4]; /* the fourth: the footprint's width; NONE: not there */
  uint32_t data;
  float value[3]; /* CONSTANT */
} CompileNode;
_Static_assert(sizeof(CompileNode) == 36, "hashed as bytes");

typedef struct Compile {
  Memory *memory;
  ARRAY(CompileNode) nodes;
  ARRAY(uint32_t) widths; /* by node: the one that is its width; NONE: not asked for yet */
  uint32_t *table;        /* hash table of nodes, + 1; 0: empty */
  uint32_t table_size;    /* a power of two */
  bool exact;             /* nothing has a footprint */
  bool failed;            /* no memory */
} Compile;

static bool grow_table(Compile *c) {
  uint32_t size = c->table_size != 0 ? 2 * c->table_size : 256;
  uint32_t *table = memory_alloc_zero(c->memory, size * sizeof *table, 8);
  if (table == NULL) return false;
  memory_free(c->memory, c->table, c->table_size * sizeof *table);
  c->table = table;
  c->table_size = size;
  for (uint32_t i = 0; i < c->nodes.count; i++) {
    uint32_t at = (uint32_t)hash_bytes(&c->nodes.data[i], sizeof(CompileNode), 0) & (size - 1);
    while (table[at] != 0) at = (at + 1) & (size - 1);
    table[at] = i + 1;
  }
  return true;
}

/* The node that is this one. */
static uint32_t share(Compile *c, const CompileNode *node) {
  if (c->failed) return 0;
  if (2 * (c->nodes.count + 1) > c->table_size && !grow_table(c)) goto no_memory;
  uint32_t at = (uint32_t)hash_bytes(node, sizeof *node, 0) & (c->table_size - 1);
  for (; c->table[at] != 0; at = (at + 1) & (c->table_size - 1))
    if (memcmp(&c->nodes.data[c->table[at] - 1], node, sizeof *node) == 0) return c->table[at] - 1;
  if (!array_push(c->memory, &c->nodes, *node) || !array_push(c->memory, &c->widths, NONE)) goto no_memory;
  c->table[at] = (uint32_t)c->nodes.count;
  return (uint32_t)c->nodes.count - 1;
no_memory:
  c->failed = true;
  return 0;
}

static uint32_t constant(Compile *c, Vec3 v, uint32_t width) {
  CompileNode node = {.op = ML_OP_CONSTANT, .width = (uint8_t)width, .operands = {NONE, NONE, NONE, NONE}};
  v = tidy(v, width);
  for (int i = 0; i < 3; i++) node.value[i] = v[i] != v[i] ? bits_float(0x7fc00000u) : v[i];
  return share(c, &node);
}
static uint32_t number(Compile *c, float x) { return constant(c, program_number(x), 1); }

static Vec3 value_of(const Compile *c, uint32_t id) {
  const CompileNode *node = &c->nodes.data[id];
  return node->width == 1 ? program_number(node->value[0]) : vec3_load(node->value);
}
static bool is_constant(const Compile *c, uint32_t id) { return c->nodes.data[id].op == ML_OP_CONSTANT; }
static bool is_all(const Compile *c, uint32_t id, float x) {
  const CompileNode *node = &c->nodes.data[id];
  bool all = node->op == ML_OP_CONSTANT;
  for (uint32_t i = 0; all && i < node->width; i++) all = float_bits(node->value[i]) == float_bits(x);
  return all;
}

/* What an operation gives without being carried out, to the bit; NONE: nothing. */
static uint32_t simpler(const Compile *c, const CompileNode *node) {
  const uint32_t *o = node->operands;
#define WIDE_ENOUGH(id) (c->nodes.data[id].width == node->width)
  switch ((uint32_t)node->op) {
  case ML_OP_MULTIPLY:
    if (is_all(c, o[1], 1.0f) && WIDE_ENOUGH(o[0])) return o[0];
    return is_all(c, o[0], 1.0f) && WIDE_ENOUGH(o[1]) ? o[1] : NONE;
  case ML_OP_DIVIDE: return is_all(c, o[1], 1.0f) && WIDE_ENOUGH(o[0]) ? o[0] : NONE;
  case ML_OP_SUBTRACT: return is_all(c, o[1], 0.0f) && WIDE_ENOUGH(o[0]) ? o[0] : NONE;
  case ML_OP_NEGATE: return c->nodes.data[o[0]].op == ML_OP_NEGATE ? c->nodes.data[o[0]].operands[0] : NONE;
  case ML_OP_MIX: return is_all(c, o[2], 1.0f) && WIDE_ENOUGH(o[1]) ? o[1] : NONE;
  case ML_OP_SELECT: {
    const CompileNode *condition = &c->nodes.data[o[0]];
    if (condition->op != ML_OP_CONSTANT || condition->width != 1) return NONE;
    uint32_t chosen = condition->value[0] != 0.0f ? o[1] : o[2];
    return WIDE_ENOUGH(chosen) ? chosen : NONE;
  }
  case ML_OP_JOIN: {
    // All components of a vector, one by one
    uint32_t whole = c->nodes.data[o[0]].op == ML_OP_PICK ? c->nodes.data[o[0]].operands[0] : NONE;
    for (uint32_t i = 0; whole != NONE && i < node->width; i++) {
      const CompileNode *part = &c->nodes.data[o[i]];
      if (part->op != ML_OP_PICK || part->operands[0] != whole || part->data != i) whole = NONE;
    }
    return whole != NONE && WIDE_ENOUGH(whole) ? whole : NONE;
  }
  case ML_OP_PICK: {
    const CompileNode *of = &c->nodes.data[o[0]];
    if (node->width == 1 && of->op == ML_OP_JOIN) return of->operands[node->data & 3];
    if (node->width == 1 && of->width == 1) return o[0];
    bool same = WIDE_ENOUGH(o[0]);
    for (uint32_t i = 0; i < node->width; i++) same = same && (node->data >> 2 * i & 3) == i;
    return same ? o[0] : NONE;
  }
  default: return NONE;
  }
#undef WIDE_ENOUGH
}

/* Adds a checked operation. */
static uint32_t operation(Compile *c, MlOp op, uint32_t width, uint32_t data, const uint32_t operands[4]) {
  if (c->failed) return 0;
  CompileNode node = {.op = (uint16_t)op, .width = (uint8_t)width, .data = data};
  memcpy(node.operands, operands, sizeof node.operands);
  node.of = operands[0] != NONE ? c->nodes.data[operands[0]].width : 0;
  bool fold = op != ML_OP_INPUT && op != ML_OP_TEXTURE;
  for (int i = 0; i < 4; i++) fold = fold && (operands[i] == NONE || is_constant(c, operands[i]));
  if (fold) {
    Vec3 values[3] = {program_number(0.0f), program_number(0.0f), program_number(0.0f)};
    uint32_t widths[3] = {1, 1, 1};
    for (int i = 0; i < 3; i++)
      if (operands[i] != NONE) values[i] = value_of(c, operands[i]), widths[i] = c->nodes.data[operands[i]].width;
    return constant(c, program_fold(&(MlProgramNode){.op = op, .data = data}, values, widths, width), width);
  }
  if (op == ML_OP_POW && is_all(c, operands[1], 2.0f)) {
    node.op = ML_OP_MULTIPLY;
    node.operands[1] = operands[0];
  }
  uint32_t same = simpler(c, &node);
  return same != NONE ? same : share(c, &node);
}

static uint32_t op1(Compile *c, MlOp op, uint32_t a) {
  return operation(c, op, op == ML_OP_LENGTH ? 1 : c->nodes.data[a].width, 0, (uint32_t[4]){a, NONE, NONE, NONE});
}
/* Of numbers. */
static uint32_t op2(Compile *c, MlOp op, uint32_t a, uint32_t b) { return operation(c, op, 1, 0, (uint32_t[4]){a, b, NONE, NONE}); }

/* ---- widths of footprints */

/* The size of a value, as a number: of vectors their length. */
static uint32_t size_of(Compile *c, uint32_t id) {
  if (is_constant(c, id)) {
    Vec3 v = vec3_abs(value_of(c, id));
    uint32_t width = c->nodes.data[id].width;
    return number(c, max_f(v[0], max_f(width > 1 ? v[1] : 0.0f, width > 2 ? v[2] : 0.0f)));
  }
  return c->nodes.data[id].width == 1 ? op1(c, ML_OP_ABS, id) : op1(c, ML_OP_LENGTH, id);
}

static bool is_nothing(const Compile *c, uint32_t id) { return is_all(c, id, 0.0f); }
static uint32_t sum_of(Compile *c, uint32_t a, uint32_t b) { return is_nothing(c, a) ? b : is_nothing(c, b) ? a : op2(c, ML_OP_ADD, a, b); }
static uint32_t greater_of(Compile *c, uint32_t a, uint32_t b) {
  return is_nothing(c, a) || a == b ? b : is_nothing(c, b) ? a : op2(c, ML_OP_MAX, a, b);
}
static uint32_t product_of(Compile *c, uint32_t width, uint32_t id) {
  return is_nothing(c, width) ? width : op2(c, ML_OP_MULTIPLY, width, size_of(c, id));
}

/* How wide the footprint is in this value's units, from its operands' widths, which are known. Bends are taken as slopes of 1. */
static uint32_t width_from(Compile *c, uint32_t id) {
  const CompileNode node = c->nodes.data[id];
  uint32_t o[4], w[4];
  for (int i = 0; i < 4; i++) {
    o[i] = node.operands[i];
    w[i] = o[i] != NONE ? c->widths.data[o[i]] : number(c, 0.0f);
  }
  if (program_is_noise((MlOp)node.op))
    return is_nothing(c, w[0]) ? w[0] : op2(c, ML_OP_MIN, number(c, 1.0f), op2(c, ML_OP_ADD, w[0], w[0]));
  switch ((uint32_t)node.op) {
  case ML_OP_INPUT: {
    uint32_t from = node.data == ML_INPUT_P       ? INPUT_P_WIDTH
                    : node.data == ML_INPUT_WORLD ? INPUT_WORLD_WIDTH
                    : node.data == ML_INPUT_UV    ? INPUT_UV_WIDTH
                                                  : PROGRAM_INPUTS;
    return from < PROGRAM_INPUTS && !c->exact ? operation(c, ML_OP_INPUT, 1, from, (uint32_t[4]){NONE, NONE, NONE, NONE}) : number(c, 0.0f);
  }
  case ML_OP_ADD:
  case ML_OP_SUBTRACT: return sum_of(c, w[0], w[1]);
  case ML_OP_MULTIPLY:
  case ML_OP_DOT:
  case ML_OP_CROSS: return sum_of(c, product_of(c, w[0], o[1]), product_of(c, w[1], o[0]));
  case ML_OP_DIVIDE:
    if (is_nothing(c, w[0])) return w[1];
    return op2(c, ML_OP_DIVIDE, w[0], is_constant(c, o[1]) ? size_of(c, o[1]) : op2(c, ML_OP_MAX, size_of(c, o[1]), number(c, 1e-6f)));
  case ML_OP_NORMALIZE:
    return is_nothing(c, w[0]) ? w[0] : op2(c, ML_OP_DIVIDE, w[0], op2(c, ML_OP_MAX, size_of(c, o[0]), number(c, 1e-6f)));
  case ML_OP_SELECT: return greater_of(c, w[1], w[2]);
  case ML_OP_FLOOR:
  case ML_OP_CEIL:
  case ML_OP_ROUND:
  case ML_OP_SIGN:
  case ML_OP_LESS:
  case ML_OP_LESS_EQUAL:
  case ML_OP_EQUAL:
  case ML_OP_AND:
  case ML_OP_OR:
  case ML_OP_XOR:
  case ML_OP_NOT:
  case ML_OP_CONSTANT:
  case ML_OP_HASH:
  case ML_OP_TEXTURE: return number(c, 0.0f);
  default: return greater_of(c, w[0], greater_of(c, w[1], w[2]));
  }
}

/* The node that is the width of `id`; with a stack of its own, as programs may be deep. */
static uint32_t width_of(Compile *c, uint32_t id) {
  ARRAY(uint32_t) stack = {0};
  if (!array_push(c->memory, &stack, id)) c->failed = true;
  while (stack.count != 0 && !c->failed) {
    uint32_t top = stack.data[stack.count - 1];
    bool ready = true;
    if (c->widths.data[top] != NONE) {
      stack.count--;
      continue;
    }
    for (int i = 0; i < 4; i++) {
      uint32_t o = c->nodes.data[top].operands[i];
      if (o == NONE || c->widths.data[o] != NONE) continue;
      ready = false;
      if (!array_push(c->memory, &stack, o)) c->failed = true;
    }
    if (!ready || c->failed) continue;
    uint32_t width = width_from(c, top);
    if (!c->failed) c->widths.data[top] = width;
    stack.count--;
  }
  array_free(c->memory, &stack);
  return c->failed ? 0 : c->widths.data[id];
}

/* ---- the description */

static MlStatus fail(const MlProgramDesc *desc, uint32_t node, const char *why, MlError *error) {
  return error_set_at(error, ML_ERROR_ARGUMENT, desc->place, "program.nodes[%u] (%s): %s", node,
                      program_op_name((MlOp)desc->nodes[node].op), why);
}

static MlStatus add_node(Compile *c, const MlProgramDesc *desc, uint32_t i, const uint32_t *ids, uint32_t texture_count, uint32_t *out,
                         MlError *error) {
  const MlProgramNode *node = &desc->nodes[i];
  if (node->op >= ML_OP_COUNT) return fail(desc, i, "expected one of MlOp", error);
  uint32_t count = program_op_operands(node), operands[4] = {NONE, NONE, NONE, NONE}, widths[3] = {1, 1, 1};
  for (uint32_t k = 0; k < count; k++) {
    if (node->operands[k] >= i) return fail(desc, i, "expected numbers of earlier nodes as operands", error);
    operands[k] = ids[node->operands[k]];
    widths[k] = c->nodes.data[operands[k]].width;
  }
  const char *why;
  uint32_t width = program_op_width(node, widths, &why), texture = node->data & ~ML_TEXTURE_NUMBER;
  if (width == 0) return fail(desc, i, why, error);
  if (node->op == ML_OP_TEXTURE && (texture == 0 || texture > texture_count))
    return fail(desc, i, "expected a texture of this builder", error);
  if (node->op == ML_OP_CONSTANT) {
    *out = constant(c, program_constant(node->value, width), width);
    return ML_OK;
  }
  bool data = node->op == ML_OP_INPUT || node->op == ML_OP_PICK || node->op == ML_OP_TEXTURE || ops[node->op].operands == 3;
  if (program_is_noise((MlOp)node->op) || (node->op == ML_OP_TEXTURE && count != 0)) operands[3] = width_of(c, operands[0]);
  uint32_t used = node->op == ML_OP_PICK ? node->data & ((1u << 2 * node->width) - 1) : data ? node->data : 0;
  if (ops[node->op].shape == SHAPE_COMPONENTS || node->op == ML_OP_JOIN) used = 0;
  if (node->op == ML_OP_HASH) used = program_hash_data(count, widths);
  *out = operation(c, (MlOp)node->op, width, used, operands);
  return ML_OK;
}

static MlStatus add_nodes(Compile *c, const MlProgramDesc *desc, uint32_t texture_count, uint32_t *ids, uint32_t *result, MlError *error) {
  for (uint32_t i = 0; i < desc->node_count && !c->failed; i++) TRY(add_node(c, desc, i, ids, texture_count, &ids[i], error));
  if (c->failed) return ML_OK;
  *result = ids[desc->result];
  uint32_t width = c->nodes.data[*result].width;
  if (desc->width == 0 || desc->width == width) return ML_OK;
  if (width != 1 || desc->width > 3)
    return error_set_at(error, ML_ERROR_ARGUMENT, desc->place, "program.result: expected %u components, got %u", desc->width, width);
  // A number in all components
  const uint32_t join[4] = {*result, *result, desc->width == 3 ? *result : NONE, NONE};
  *result = operation(c, ML_OP_JOIN, desc->width, 0, join);
  return ML_OK;
}

/* ---- orders and registers */

static bool is_step(const Compile *c, uint32_t id) { return c->nodes.data[id].op != ML_OP_CONSTANT && c->nodes.data[id].op != ML_OP_INPUT; }

typedef struct Schedule {
  uint32_t *order, *last; /* nodes in their order; by node: the place of the last step that reads it, count for the result */
  uint32_t count, registers;
} Schedule;

/* Fills `last` and the number of registers. */
static void find_registers(const Compile *c, Schedule *s, uint32_t result) {
  for (uint32_t i = 0; i < s->count; i++)
    for (int k = 0; k < 4; k++) {
      uint32_t o = c->nodes.data[s->order[i]].operands[k];
      if (o != NONE) s->last[o] = i;
    }
  s->last[result] = s->count;
  uint32_t alive = 0;
  s->registers = 0;
  for (uint32_t i = 0; i < s->count; i++) {
    const uint32_t *o = c->nodes.data[s->order[i]].operands;
    for (int k = 0; k < 4; k++) {
      bool again = false;
      for (int j = 0; j < k; j++) again = again || o[j] == o[k];
      if (o[k] != NONE && !again && is_step(c, o[k]) && s->last[o[k]] == i) alive--;
    }
    alive++;
    if (alive > s->registers) s->registers = alive;
  }
}

/* How many registers the value of a node takes, if nothing were shared: the operands that take most come first. order: of its operands. */
static uint32_t need_of(const Compile *c, const uint32_t *needs, uint32_t id, uint32_t order[4]) {
  const uint32_t *o = c->nodes.data[id].operands;
  uint32_t count = 0, most = 1;
  for (uint32_t k = 0; k < 4; k++) {
    if (o[k] == NONE || !is_step(c, o[k])) continue;
    uint32_t at = count++;
    for (; at > 0 && needs[order[at - 1]] < needs[o[k]]; at--) order[at] = order[at - 1];
    order[at] = o[k];
  }
  for (uint32_t k = 0; k < count; k++)
    if (needs[order[k]] + k > most) most = needs[order[k]] + k;
  for (uint32_t k = count; k < 4; k++) order[k] = NONE;
  return most;
}

/* Depth first from the result. `scratch`: as many words as nodes, for needs; `stack`: four times as many and one. */
static void order_by_depth(const Compile *c, Schedule *s, uint32_t result, uint32_t *needs, uint32_t *stack) {
  uint32_t order[4], depth = 0;
  for (uint32_t i = 0; i < c->nodes.count; i++) {
    needs[i] = is_step(c, i) ? need_of(c, needs, i, order) : 0;
    s->last[i] = NONE; /* not placed yet */
  }
  s->count = 0;
  stack[depth++] = result;
  while (depth > 0) {
    uint32_t id = stack[depth - 1];
    if (s->last[id] != NONE || !is_step(c, id)) {
      depth--;
      continue;
    }
    need_of(c, needs, id, order);
    uint32_t before = depth;
    for (int k = 4; k-- > 0;)
      if (order[k] != NONE && s->last[order[k]] == NONE) stack[depth++] = order[k];
    if (depth != before) continue;
    s->last[id] = 0;
    s->order[s->count++] = id;
    depth--;
  }
}

/* As they were written: what the other order has, sorted. */
static void order_by_number(const Compile *c, const Schedule *from, Schedule *s) {
  for (uint32_t i = 0; i < c->nodes.count; i++) s->last[i] = 0;
  for (uint32_t i = 0; i < from->count; i++) s->last[from->order[i]] = 1;
  s->count = 0;
  for (uint32_t i = 0; i < c->nodes.count; i++)
    if (s->last[i] != 0) s->order[s->count++] = i;
}

/* ---- the block */

static Program *block_of(void *memory, uint32_t steps, uint32_t constants, const Program *from) {
  Program *program = memory;
  *program = *from;
  Vec3 *values = (Vec3 *)(void *)((char *)memory + (sizeof(Program) + 15) / 16 * 16);
  program->constants = values;
  program->steps = (ProgramStep *)(void *)(values + constants);
  program->step_count = steps;
  program->constant_count = constants;
  return program;
}
size_t program_bytes(const Program *program) {
  size_t head = (sizeof(Program) + 15) / 16 * 16;
  size_t bytes = head + program->constant_count * sizeof(Vec3) + program->step_count * sizeof(ProgramStep);
  return (bytes + 15) / 16 * 16;
}
const Program *program_copy(void *block, const Program *program) {
  Program *copy = block_of(block, program->step_count, program->constant_count, program);
  memcpy((void *)(uintptr_t)copy->constants, program->constants, program->constant_count * sizeof(Vec3));
  if (program->step_count != 0) memcpy((void *)(uintptr_t)copy->steps, program->steps, program->step_count * sizeof(ProgramStep));
  return copy;
}
bool program_same(const Program *a, const Program *b) {
  return a->hash == b->hash && a->step_count == b->step_count && a->constant_count == b->constant_count && a->result == b->result &&
         a->width == b->width && memcmp(a->constants, b->constants, a->constant_count * sizeof(Vec3)) == 0 &&
         (a->step_count == 0 || memcmp(a->steps, b->steps, a->step_count * sizeof(ProgramStep)) == 0);
}

static uint64_t hash_of(const Program *program) {
  HashStream s;
  const uint32_t numbers[4] = {program->step_count, program->constant_count, program->result, program->width};
  hash_begin(&s, 0x70726f67);
  hash_add(&s, numbers, sizeof numbers);
  hash_add(&s, program->constants, program->constant_count * sizeof(Vec3));
  hash_add(&s, program->steps, program->step_count * sizeof(ProgramStep));
  return hash_end(&s);
}

/* places: by node, where its value is, as an operand. free: a stack of registers. */
static MlStatus write_program(Compile *c, const Schedule *s, uint32_t result, uint32_t *places, uint32_t *free_registers, Program **out,
                              MlError *error) {
  // Constants in the order of their use; the first one stands in for what an operation has not
  uint32_t constants = 1;
  for (uint32_t i = 0; i < c->nodes.count; i++) places[i] = NONE;
  for (uint32_t i = 0; i <= s->count; i++)
    for (int k = 0; k < (i < s->count ? 4 : 1); k++) {
      uint32_t o = i < s->count ? c->nodes.data[s->order[i]].operands[k] : result;
      if (o == NONE || places[o] != NONE) continue;
      if (is_constant(c, o)) places[o] = OPERAND_CONSTANT | constants++;
      else if (!is_step(c, o)) places[o] = OPERAND_INPUT | c->nodes.data[o].data;
    }
  Program head = {
    .register_count = s->registers, .width = c->nodes.data[result].width, .step_count = s->count, .constant_count = constants};
  size_t bytes = program_bytes(&head);
  void *block = memory_alloc_zero(c->memory, bytes, 16);
  if (block == NULL) return memory_error(c->memory, bytes, "a program", error);
  Program *program = block_of(block, s->count, constants, &head);
  Vec3 *values = (Vec3 *)(uintptr_t)program->constants;
  ProgramStep *steps = (ProgramStep *)(uintptr_t)program->steps;
  values[0] = program_number(0.0f);
  for (uint32_t i = 0; i < c->nodes.count; i++) {
    if (places[i] == NONE) continue;
    if (is_constant(c, i)) values[places[i] & OPERAND_INDEX] = value_of(c, i);
    else program->inputs |= 1u << c->nodes.data[i].data;
  }

  uint32_t free_count = 0;
  for (uint32_t i = s->registers; i-- > 0;) free_registers[free_count++] = i;
  for (uint32_t i = 0; i < s->count; i++) {
    const CompileNode *node = &c->nodes.data[s->order[i]];
    const uint32_t *o = node->operands;
    uint32_t at[4];
    for (int k = 0; k < 4; k++) at[k] = o[k] != NONE ? places[o[k]] : OPERAND_CONSTANT;
    for (int k = 0; k < 4; k++) {
      bool again = false;
      for (int j = 0; j < k; j++) again = again || o[j] == o[k];
      if (o[k] != NONE && !again && is_step(c, o[k]) && s->last[o[k]] == i) free_registers[free_count++] = places[o[k]];
    }
    uint32_t to = free_registers[--free_count];
    places[s->order[i]] = to;
    steps[i] = (ProgramStep){node->op, node->width, node->of, to, at[0], at[1], at[2], node->data, at[3]};
    program->textures += node->op == ML_OP_TEXTURE;
  }
  program->result = places[result];
  program->hash = hash_of(program);
  *out = program;
  return ML_OK;
}

static MlStatus schedule(Compile *c, const MlProgramDesc *desc, uint32_t result, Program **out, MlError *error) {
  size_t nodes = (size_t)c->nodes.count, words = 10 * nodes + 1, size;
  if (!size_multiply(words, sizeof(uint32_t), &size)) size = SIZE_MAX;
  uint32_t *scratch = memory_alloc_zero(c->memory, size, 8);
  if (scratch == NULL) return memory_error(c->memory, size, "a program", error);
  Schedule depth = {.order = scratch, .last = scratch + nodes}, number = {.order = scratch + 2 * nodes, .last = scratch + 3 * nodes};
  uint32_t *needs = scratch + 4 * nodes, *stack = scratch + 5 * nodes;
  order_by_depth(c, &depth, result, needs, stack);
  order_by_number(c, &depth, &number);
  find_registers(c, &depth, result);
  find_registers(c, &number, result);
  const Schedule *best = number.registers < depth.registers ? &number : &depth;
  MlStatus status = ML_OK;
  if (best->registers > PROGRAM_MAX_REGISTERS)
    status = error_set_at(error, ML_ERROR_LIMIT, desc->place, "program: keeps %u values at the same time, at most %u are possible",
                          best->registers, PROGRAM_MAX_REGISTERS);
  else status = write_program(c, best, result, needs, stack, out, error);
  memory_free(c->memory, scratch, size);
  return status;
}

static MlStatus compile(Memory *memory, const MlProgramDesc *desc, uint32_t texture_count, bool exact, Program **out, MlError *error) {
  if (desc->node_count > PROGRAM_MAX_NODES)
    return error_set_at(error, ML_ERROR_LIMIT, desc->place, "program.node_count: more than %u operations", PROGRAM_MAX_NODES);
  if (desc->node_count == 0 || desc->nodes == NULL || desc->result >= desc->node_count)
    return error_set_at(error, ML_ERROR_ARGUMENT, desc->place, "program.result: expected the number of a node, got %u", desc->result);
  Compile c = {.memory = memory, .exact = exact};
  size_t size = (size_t)desc->node_count * sizeof(uint32_t);
  uint32_t *ids = memory_alloc(memory, size, 8), result = 0;
  if (ids == NULL) return memory_error(memory, size, "a program", error);
  MlStatus status = add_nodes(&c, desc, texture_count, ids, &result, error);
  if (status == ML_OK && c.failed) status = memory_error(memory, c.nodes.count * sizeof(CompileNode), "a program", error);
  if (status == ML_OK) status = schedule(&c, desc, result, out, error);
  memory_free(memory, ids, size);
  array_free(memory, &c.nodes);
  array_free(memory, &c.widths);
  memory_free(memory, c.table, c.table_size * sizeof *c.table);
  return status;
}

MlStatus program_compile(Memory *memory, const MlProgramDesc *desc, uint32_t texture_count, Program **out, MlError *error) {
  return compile(memory, desc, texture_count, false, out, error);
}
MlStatus program_compile_exact(Memory *memory, const MlProgramDesc *desc, Program **out, MlError *error) {
  return compile(memory, desc, 0, true, out, error);
}
