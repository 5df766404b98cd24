/* trace_functions.c - the maths functions on traced values, and what there is for them besides: noise, conditions. Of plain values those give
 * what they give when traced: noise by the renderer's own arithmetic (ml_op_value). */
#include <math.h>
#include <string.h>

#include "lauxlib.h"
#include "sandbox_internal.h"
#include "suggest.h"
#include "textures.h"
#include "trace_internal.h"
#include "values_internal.h"

/* ------------------------------------------------------------ operations */

static Operand number_operand(lua_State *L, int index, const char *name) {
  const Operand x = trace_operand(L, index, name, (OperandRules){0});
  if (x.kind != TRACED_NUMBER) luaL_error(L, "%s: argument %d: expected a number, got a %s", name, index, trace_kind_name(x.kind));
  return x;
}

static Operand vector_operand(lua_State *L, int index, const char *name) {
  const Operand v = trace_operand(L, index, name, (OperandRules){0});
  if (v.kind == TRACED_NUMBER) luaL_error(L, "%s: argument %d: expected a vector, got a number", name, index);
  return v;
}

static void check_count(lua_State *L, const char *name, int least, int most) {
  const int given = lua_gettop(L);
  if (given < least || given > most)
    luaL_error(L, least == most ? "%s takes %d value%s, got %d" : "%s takes %d value%s or more, got %d", name, least, least == 1 ? "" : "s",
               given);
}

/* Operations by component: the kind is the common one. */
static const struct {
  const char *name;
  MlOp op;
  int count;
} plain[] = {
  {"sin", ML_OP_SIN, 1},     {"cos", ML_OP_COS, 1},   {"tan", ML_OP_TAN, 1},     {"asin", ML_OP_ASIN, 1},
  {"acos", ML_OP_ACOS, 1},   {"exp", ML_OP_EXP, 1},   {"sqrt", ML_OP_SQRT, 1},   {"fract", ML_OP_FRACT, 1},
  {"floor", ML_OP_FLOOR, 1}, {"ceil", ML_OP_CEIL, 1}, {"round", ML_OP_ROUND, 1}, {"abs", ML_OP_ABS, 1},
  {"sign", ML_OP_SIGN, 1},   {"pow", ML_OP_POW, 2},   {"mod", ML_OP_MOD, 2},     {"step", ML_OP_LESS_EQUAL, 2},
  {"clamp", ML_OP_CLAMP, 3}, {"mix", ML_OP_MIX, 3},   {"lerp", ML_OP_MIX, 3},    {"smoothstep", ML_OP_SMOOTHSTEP, 3},
};

static int call_plain(lua_State *L, size_t i) {
  const char *name = plain[i].name;
  const OperandRules rules = {.colors = plain[i].op == ML_OP_MIX};
  check_count(L, name, plain[i].count, plain[i].count);
  Operand o[3];
  uint16_t kind = TRACED_NUMBER;
  for (int k = 0; k < plain[i].count; k++) {
    o[k] = trace_operand(L, k + 1, name, rules);
    kind = trace_common_kind(L, kind, o[k].kind, name);
  }
  for (int k = plain[i].count; k < 3; k++) o[k] = o[0];
  trace_push(L, trace_op(L, plain[i].op, kind, o[0], o[1], o[2]));
  return 1;
}

static Operand scaled(lua_State *L, Operand x, double by) { return trace_op(L, ML_OP_MULTIPLY, x.kind, x, trace_number(L, by), x); }

static int call_atan(lua_State *L) {
  const Operand y = trace_operand(L, 1, "atan", (OperandRules){0});
  if (lua_isnoneornil(L, 2)) {
    trace_push(L, trace_op(L, ML_OP_ATAN, y.kind, y, y, y));
    return 1;
  }
  const Operand x = trace_operand(L, 2, "atan", (OperandRules){0});
  trace_push(L, trace_op(L, ML_OP_ATAN2, trace_common_kind(L, y.kind, x.kind, "atan"), y, x, y));
  return 1;
}

static int call_log(lua_State *L) {
  Operand x = trace_operand(L, 1, "log", (OperandRules){0});
  x = trace_op(L, ML_OP_LOG, x.kind, x, x, x);
  if (!lua_isnoneornil(L, 2)) {
    Operand base = trace_operand(L, 2, "log", (OperandRules){0});
    base = trace_op(L, ML_OP_LOG, base.kind, base, base, base);
    x = trace_op(L, ML_OP_DIVIDE, trace_common_kind(L, x.kind, base.kind, "log"), x, base, x);
  }
  trace_push(L, x);
  return 1;
}

static int call_extreme(lua_State *L, const char *name, MlOp op) {
  Operand best = trace_operand(L, 1, name, (OperandRules){0});
  for (int i = 2; i <= lua_gettop(L); i++) {
    const Operand x = trace_operand(L, i, name, (OperandRules){0});
    best = trace_op(L, op, trace_common_kind(L, best.kind, x.kind, name), best, x, best);
  }
  lua_settop(L, 0);
  trace_push(L, best);
  return 1;
}

static Operand join(lua_State *L, uint16_t kind, Operand x, Operand y, Operand z) {
  return trace_add(L, &(MlProgramNode){.op = ML_OP_JOIN, .operands = {x.node, y.node, z.node}, .width = kind_width(kind)}, kind, NULL,
                   NULL);
}

/* vec2, vec3, color, gray */
static int call_make(lua_State *L, const char *name, uint16_t kind) {
  const int given = lua_gettop(L), width = (int)kind_width(kind);
  if (given == width && given > 1) {
    const Operand x = number_operand(L, 1, name), y = number_operand(L, 2, name), z = width == 3 ? number_operand(L, 3, name) : x;
    trace_push(L, join(L, kind, x, y, z));
    return 1;
  }
  if (given != 1) return luaL_error(L, "%s takes one or %s numbers, got %d", name, width == 3 ? "three" : "two", given);
  const Operand x = trace_operand(L, 1, name, (OperandRules){.colors = kind == VALUE_COLOR});
  if (x.kind == TRACED_NUMBER) trace_push(L, join(L, kind, x, x, x));
  else if ((int)kind_width(x.kind) == width) trace_push(L, (Operand){x.node, kind});
  else return luaL_error(L, "%s: expected %d numbers, got a %s", name, width, trace_kind_name(x.kind));
  return 1;
}

/* length, distance, dot, cross, normalize, reflect */
static int call_vectors(lua_State *L, const char *name) {
  const bool one = strcmp(name, "length") == 0 || strcmp(name, "normalize") == 0;
  check_count(L, name, one ? 1 : 2, one ? 1 : 2);
  const Operand a = vector_operand(L, 1, name), b = one ? a : vector_operand(L, 2, name);
  const uint16_t kind = trace_common_kind(L, a.kind, b.kind, name);
  Operand r = a;
  if (strcmp(name, "length") == 0) {
    r = trace_op(L, ML_OP_LENGTH, TRACED_NUMBER, a, a, a);
  } else if (strcmp(name, "normalize") == 0) {
    r = trace_op(L, ML_OP_NORMALIZE, a.kind, a, a, a);
  } else if (strcmp(name, "distance") == 0) {
    r = trace_op(L, ML_OP_SUBTRACT, kind, a, b, a);
    r = trace_op(L, ML_OP_LENGTH, TRACED_NUMBER, r, r, r);
  } else if (strcmp(name, "dot") == 0) {
    r = trace_op(L, ML_OP_DOT, TRACED_NUMBER, a, b, a);
  } else if (strcmp(name, "cross") == 0) {
    if (kind == VALUE_VEC2) return luaL_error(L, "cross needs vec3s");
    r = trace_op(L, ML_OP_CROSS, VALUE_VEC3, a, b, a);
  } else {
    r = scaled(L, trace_op(L, ML_OP_DOT, TRACED_NUMBER, a, b, a), 2);
    r = trace_op(L, ML_OP_MULTIPLY, kind, r, b, r);
    r = trace_op(L, ML_OP_SUBTRACT, kind, a, r, a);
  }
  trace_push(L, r);
  return 1;
}

/* ---------------------------------------------------- colours, directions, hash */

static Operand op2(lua_State *L, MlOp op, Operand a, Operand b) {
  return trace_op(L, op, a.kind == TRACED_NUMBER ? b.kind : a.kind, a, b, a);
}
static Operand op3(lua_State *L, MlOp op, Operand a, Operand b, Operand c) { return trace_op(L, op, a.kind, a, b, c); }
static Operand three(lua_State *L, double x, double y, double z) {
  const MlProgramNode node = {.op = ML_OP_CONSTANT, .width = 3, .value = {x, y, z}};
  return trace_add(L, &node, VALUE_COLOR, NULL, NULL);
}

/* The decoding of sRGB, by component: c / 12.92 below .04045, else ((c + .055) / 1.055)^2.4. */
static Operand srgb_decode(lua_State *L, Operand c) {
  const Operand low = scaled(L, c, 1 / 12.92), edge = trace_number(L, 0.04045), whole = trace_number(L, 1.055);
  Operand high = op2(L, ML_OP_DIVIDE, op2(L, ML_OP_ADD, c, trace_number(L, 0.055)), whole);
  high = op2(L, ML_OP_POW, high, trace_number(L, 2.4));
  return op3(L, ML_OP_SELECT, op2(L, ML_OP_LESS, edge, c), high, low);
}

/* hsv, hsl: as colors.c has them, a hue's channels being clamp(|mod(h + offset, 360) / 60 - 3| - 1, 0, 1). What is out of range is clamped. */
static int call_hue(lua_State *L, const char *name) {
  check_count(L, name, 3, 3);
  const Operand zero = trace_number(L, 0), one = trace_number(L, 1);
  const Operand h = number_operand(L, 1, name), s = op3(L, ML_OP_CLAMP, number_operand(L, 2, name), zero, one),
                v = op3(L, ML_OP_CLAMP, number_operand(L, 3, name), zero, one);
  const Operand round = trace_number(L, 360), half = trace_number(L, 3); // by themselves: C leaves the order of arguments open
  Operand hue = op2(L, ML_OP_MOD, op2(L, ML_OP_ADD, h, three(L, 0, 240, 120)), round);
  hue = op2(L, ML_OP_SUBTRACT, scaled(L, hue, 1.0 / 60), half);
  hue = op2(L, ML_OP_SUBTRACT, op2(L, ML_OP_ABS, hue, hue), one);
  hue = op3(L, ML_OP_CLAMP, hue, zero, one);
  Operand c;
  if (strcmp(name, "hsv") == 0) {
    c = op2(L, ML_OP_MULTIPLY, op2(L, ML_OP_SUBTRACT, hue, one), s);
    c = op2(L, ML_OP_MULTIPLY, op2(L, ML_OP_ADD, c, one), v);
  } else {
    Operand chroma = op2(L, ML_OP_SUBTRACT, scaled(L, v, 2), one);
    chroma = op2(L, ML_OP_MULTIPLY, op2(L, ML_OP_SUBTRACT, one, op2(L, ML_OP_ABS, chroma, chroma)), s);
    c = op2(L, ML_OP_MULTIPLY, op2(L, ML_OP_SUBTRACT, hue, trace_number(L, 0.5)), chroma);
    c = op3(L, ML_OP_CLAMP, op2(L, ML_OP_ADD, c, v), zero, one);
  }
  trace_push(L, srgb_decode(L, c));
  return 1;
}

/* polar(radius, degrees, y), spherical(radius, height, heading) */
static int call_directions(lua_State *L, const char *name) {
  const bool polar = strcmp(name, "polar") == 0;
  const double degree = 3.141592653589793 / 180;
  check_count(L, name, polar ? 2 : 3, 3);
  Operand radius = number_operand(L, 1, name), y = trace_number(L, 0);
  const Operand angle = scaled(L, number_operand(L, polar ? 2 : 3, name), degree);
  if (polar && lua_gettop(L) == 3) y = number_operand(L, 3, name);
  if (!polar) {
    const Operand height = scaled(L, number_operand(L, 2, name), degree);
    y = op2(L, ML_OP_MULTIPLY, radius, op2(L, ML_OP_SIN, height, height));
    radius = op2(L, ML_OP_MULTIPLY, radius, op2(L, ML_OP_COS, height, height));
  }
  const Operand x = op2(L, ML_OP_MULTIPLY, radius, op2(L, ML_OP_SIN, angle, angle));
  trace_push(L, join(L, VALUE_VEC3, x, y, op2(L, ML_OP_MULTIPLY, radius, op2(L, ML_OP_COS, angle, angle))));
  return 1;
}

static int call_hash(lua_State *L) {
  const int count = lua_gettop(L);
  if (count > 3)
    return luaL_error(L, "hash of values of the shading point takes up to three of them, got %d: put numbers into one with vec3(x, y, z)",
                      count);
  MlProgramNode node = {.op = ML_OP_HASH, .operands = {ML_NO_OPERAND, ML_NO_OPERAND, ML_NO_OPERAND}, .data = (uint32_t)count};
  for (int i = 0; i < count; i++) {
    if (lua_type(L, i + 1) == LUA_TSTRING)
      return luaL_error(L, "hash: argument %d: beside values of the shading point there are numbers and vectors, no text", i + 1);
    node.operands[i] = trace_operand(L, i + 1, "hash", (OperandRules){0}).node;
  }
  trace_push(L, trace_add(L, &node, TRACED_NUMBER, "hash", "hash"));
  return 1;
}

int trace_call(lua_State *L, const char *name) {
  if (!runtime_of(L)->trace) return trace_around(L);
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (strcmp(plain[i].name, name) == 0) return call_plain(L, i);
  if (strcmp(name, "atan") == 0) return call_atan(L);
  if (strcmp(name, "log") == 0) return call_log(L);
  if (strcmp(name, "min") == 0) return call_extreme(L, name, ML_OP_MIN);
  if (strcmp(name, "max") == 0) return call_extreme(L, name, ML_OP_MAX);
  if (strcmp(name, "vec2") == 0) return call_make(L, name, VALUE_VEC2);
  if (strcmp(name, "vec3") == 0) return call_make(L, name, VALUE_VEC3);
  if (strcmp(name, "color") == 0) return call_make(L, name, VALUE_COLOR);
  if (strcmp(name, "gray") == 0) {
    check_count(L, name, 1, 1);
    return call_make(L, name, VALUE_COLOR);
  }
  if (strcmp(name, "hsv") == 0 || strcmp(name, "hsl") == 0) return call_hue(L, name);
  if (strcmp(name, "polar") == 0 || strcmp(name, "spherical") == 0) return call_directions(L, name);
  if (strcmp(name, "hash") == 0) return call_hash(L);
  const bool rad = strcmp(name, "rad") == 0;
  if (rad || strcmp(name, "deg") == 0 || strcmp(name, "saturate") == 0) {
    check_count(L, name, 1, 1);
    const Operand x = trace_operand(L, 1, name, (OperandRules){0});
    const double pi = 3.141592653589793;
    if (strcmp(name, "saturate") == 0) {
      const Operand zero = trace_number(L, 0), one = trace_number(L, 1);
      trace_push(L, trace_op(L, ML_OP_CLAMP, x.kind, x, zero, one));
    } else trace_push(L, scaled(L, x, rad ? pi / 180 : 180 / pi));
    return 1;
  }
  return call_vectors(L, name);
}

/* ----------------------------------------------------------------- noise */

/* octaves, gain, lacunarity of the table at index 2, if there is one. */
static void read_options(lua_State *L, const char *name, double options[3]) {
  static const char *const names[] = {"octaves", "gain", "lacunarity"};
  static const double least[] = {1, 0, 1}, most[] = {16, 1, 16};
  options[0] = 5, options[1] = 0.5, options[2] = 2;
  if (lua_isnoneornil(L, 2)) return;
  if (!lua_istable(L, 2)) luaL_error(L, "%s: expected a table { octaves, gain, lacunarity }, got a %s", name, sandbox_type_name(L, 2));
  for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    int which = 0;
    while (which < 3 && strcmp(names[which], key) != 0) which++;
    if (which == 3) {
      Suggestion near = suggest_start(key);
      for (int i = 0; i < 3; i++) suggest_try(&near, names[i]);
      if (near.best) luaL_error(L, "%s has no option '%s' \xE2\x80\x94 did you mean '%s'?", name, key, near.best);
      luaL_error(L, "%s has no option '%s': it has octaves, gain, lacunarity", name, key);
    }
    if (lua_type(L, -1) != LUA_TNUMBER) luaL_error(L, "%s: %s must be a plain number, got a %s", name, key, sandbox_type_name(L, -1));
    options[which] = lua_tonumber(L, -1);
    const bool whole = which != 0 || options[0] == ml_floor(options[0]);
    if (!(options[which] >= least[which] && options[which] <= most[which]) || !whole)
      luaL_error(L, "%s: %s must be a %snumber %d..%d", name, key, which == 0 ? "whole " : "", (int)least[which], (int)most[which]);
  }
}

static const struct {
  const char *name;
  MlOp op;
  bool options;
} noises[] = {{"noise", ML_OP_NOISE, false},
              {"value_noise", ML_OP_VALUE_NOISE, false},
              {"fbm", ML_OP_FBM, true},
              {"ridged", ML_OP_RIDGED, true},
              {"turbulence", ML_OP_TURBULENCE, true}};

static Operand trace_noise(lua_State *L, MlOp op, const char *name, const double *options, bool loud) {
  const Operand place = trace_operand(L, 1, name, (OperandRules){0});
  MlProgramNode node = {.op = op, .operands = {place.node}};
  if (options) {
    node.data = (uint32_t)options[0];
    node.operands[1] = trace_number(L, options[1]).node;
    node.operands[2] = trace_number(L, options[2]).node;
  }
  return trace_add(L, &node, TRACED_NUMBER, loud ? "noise" : NULL, name);
}

static void push_plain_noise(lua_State *L, MlOp op, const char *name, const double *options) {
  const Value place = value_argument(L, 1, name, false);
  const double operands[3][3] = {{place.v[0], place.v[1], place.v[2]}, {options ? options[1] : 0, 0, 0}, {options ? options[2] : 0, 0, 0}};
  const uint32_t widths[3] = {place.kind ? place.count : 1, 1, 1};
  double out[3] = {0, 0, 0};
  MlError error = {0};
  budget_charge(options ? 500 : 100);
  if (!ml_op_value(&(MlProgramNode){.op = op, .data = options ? (uint32_t)options[0] : 0}, operands, widths, out, &error))
    luaL_error(L, "%s: %s", name, error.message);
  lua_pushnumber(L, out[0]);
}

/* Upvalue 1: index into noises. */
static int call_noise(lua_State *L) {
  const size_t which = (size_t)lua_tointeger(L, lua_upvalueindex(1));
  const char *name = noises[which].name;
  double options[3];
  const double *given = noises[which].options ? options : NULL;
  if (lua_gettop(L) > (given ? 2 : 1))
    return luaL_error(L, given ? "%s takes a place and a table of options" : "%s takes one value, a place", name);
  if (given) read_options(L, name, options);
  lua_settop(L, 1);
  if (trace_inside(L)) trace_push(L, trace_noise(L, noises[which].op, name, given, true));
  else push_plain_noise(L, noises[which].op, name, given);
  return 1;
}

/* voronoi(p): { distance, cell, edge } */
static int call_voronoi(lua_State *L) {
  static const char *const names[] = {"distance", "cell", "edge"};
  if (lua_gettop(L) != 1) return luaL_error(L, "voronoi takes one value, a place");
  const bool traced = trace_inside(L);
  lua_createtable(L, 0, 3);
  for (int i = 0; i < 3; i++) {
    const MlOp op = (MlOp)(ML_OP_VORONOI_DISTANCE + i);
    if (traced) trace_push(L, trace_noise(L, op, "voronoi", NULL, false));
    else push_plain_noise(L, op, "voronoi", NULL);
    lua_setfield(L, 2, names[i]);
  }
  return 1;
}

/* ------------------------------------------------------------ conditions */

static const struct {
  const char *name;
  MlOp op;
  bool swapped;
} comparisons[] = {{"lt", ML_OP_LESS, false},  {"le", ML_OP_LESS_EQUAL, false}, {"gt", ML_OP_LESS, true},   {"ge", ML_OP_LESS_EQUAL, true},
                   {"eq", ML_OP_EQUAL, false}, {"both", ML_OP_AND, false},      {"either", ML_OP_OR, false}};

/* A plain condition or number: booleans are 1 and 0. */
static double plain_number(lua_State *L, int index, const char *name) {
  if (lua_isboolean(L, index)) return lua_toboolean(L, index);
  if (lua_type(L, index) != LUA_TNUMBER)
    luaL_error(L, "%s: argument %d: expected a number, got %s", name, index,
               lua_isnone(L, index) ? "nothing" : sandbox_type_name(L, index));
  return lua_tonumber(L, index);
}

/* Upvalue 1: index into comparisons. */
static int call_comparison(lua_State *L) {
  const size_t which = (size_t)lua_tointeger(L, lua_upvalueindex(1));
  const char *name = comparisons[which].name;
  const bool logic = comparisons[which].op == ML_OP_AND || comparisons[which].op == ML_OP_OR;
  check_count(L, name, 2, 2);
  if (!trace_any(L)) {
    double a = plain_number(L, 1, name), b = plain_number(L, 2, name), out[3];
    const double operands[3][3] = {{comparisons[which].swapped ? b : a, 0, 0}, {comparisons[which].swapped ? a : b, 0, 0}, {0, 0, 0}};
    const uint32_t widths[3] = {1, 1, 1};
    MlError error = {0};
    if (!ml_op_value(&(MlProgramNode){.op = comparisons[which].op}, operands, widths, out, &error))
      return luaL_error(L, "%s: %s", name, error.message);
    lua_pushnumber(L, out[0]);
    return 1;
  }
  if (!runtime_of(L)->trace) return trace_around(L);
  const Operand a = trace_operand(L, 1, name, (OperandRules){.truth = logic}),
                b = trace_operand(L, 2, name, (OperandRules){.truth = logic});
  const Operand first = comparisons[which].swapped ? b : a, second = comparisons[which].swapped ? a : b;
  const MlProgramNode node = {.op = comparisons[which].op, .operands = {first.node, second.node}};
  trace_push(L, trace_add(L, &node, trace_common_kind(L, a.kind, b.kind, name), logic ? "condition" : "comparison", name));
  return 1;
}

static int call_invert(lua_State *L) {
  check_count(L, "invert", 1, 1);
  if (!trace_any(L)) {
    lua_pushnumber(L, plain_number(L, 1, "invert") == 0);
    return 1;
  }
  if (!runtime_of(L)->trace) return trace_around(L);
  const Operand a = trace_operand(L, 1, "invert", (OperandRules){.truth = true});
  trace_push(L, trace_add(L, &(MlProgramNode){.op = ML_OP_NOT, .operands = {a.node}}, a.kind, "condition", "invert"));
  return 1;
}

/* where(condition, a, b) */
static int call_where(lua_State *L) {
  check_count(L, "where", 3, 3);
  if (!trace_test(L, 1) && !texture_test(L, 1)) { // one of the two, whatever they are
    lua_pushvalue(L, plain_number(L, 1, "where") != 0 ? 2 : 3);
    return 1;
  }
  if (!runtime_of(L)->trace) return trace_around(L);
  const Operand c = trace_operand(L, 1, "where", (OperandRules){0}), a = trace_operand(L, 2, "where", (OperandRules){.colors = true});
  const Operand b = trace_operand(L, 3, "where", (OperandRules){.colors = true});
  uint16_t kind = trace_common_kind(L, a.kind, b.kind, "where");
  kind = trace_common_kind(L, kind, c.kind, "where");
  trace_push(L, trace_op(L, ML_OP_SELECT, kind, c, a, b));
  return 1;
}

/* choose(i, a, b, ...): the i-th, from 1; the first or the last beyond. */
static int call_choose(lua_State *L) {
  const int count = lua_gettop(L) - 1;
  if (count < 2) return luaL_error(L, "choose takes a number and at least two values to choose from");
  if (!trace_test(L, 1) && !texture_test(L, 1)) {
    const double i = plain_number(L, 1, "choose");
    lua_pushvalue(L, i < 2 ? 2 : i >= count ? count + 1 : 1 + (int)ml_floor(i));
    return 1;
  }
  if (!runtime_of(L)->trace) return trace_around(L);
  const Operand i = number_operand(L, 1, "choose");
  Operand rest = trace_operand(L, count + 1, "choose", (OperandRules){.colors = true});
  for (int k = count - 1; k >= 1; k--) {
    const Operand x = trace_operand(L, k + 1, "choose", (OperandRules){.colors = true});
    const Operand before = trace_op(L, ML_OP_LESS, TRACED_NUMBER, i, trace_number(L, k + 1), i);
    rest = trace_op(L, ML_OP_SELECT, trace_common_kind(L, x.kind, rest.kind, "choose"), before, x, rest);
  }
  trace_push(L, rest);
  return 1;
}

/* ------------------------------------------------------------------ open */

static void set_indexed(lua_State *L, lua_CFunction f, size_t i, const char *name) {
  lua_pushinteger(L, (lua_Integer)i);
  lib_push_function(L, f);
  sandbox_set(L, name);
}

void trace_functions_open(lua_State *L) {
  static const luaL_Reg functions[] = {
    {"voronoi", call_voronoi}, {"invert", call_invert}, {"where", call_where}, {"choose", call_choose}, {NULL, NULL}};
  for (size_t i = 0; i < sizeof noises / sizeof *noises; i++) set_indexed(L, call_noise, i, noises[i].name);
  for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++) set_indexed(L, call_comparison, i, comparisons[i].name);
  lib_set_builtins(L, functions);
}
