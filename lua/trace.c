/* trace.c - see trace.h: traced values, the list of operations they stand for, and their operators. */
#include "trace.h"

#include <string.h>

#include "budget.h"
#include "colors.h"
#include "lauxlib.h"
#include "textures.h"
#include "trace_internal.h"
#include "values_internal.h"

enum { MAGIC = 0x6D4C5472, MOST = 65536 };

typedef struct Traced {
  uint32_t magic, serial; /* of the trace it belongs to */
  uint32_t node;
  uint16_t kind;
} Traced;

static const char value_key, trace_key;

const char *trace_kind_name(uint16_t kind) {
  return kind == TRACED_NUMBER ? "number" : kind == VALUE_VEC2 ? "vec2" : kind == VALUE_VEC3 ? "vec3" : "color";
}

/* ---------------------------------------------------------------- traces */

/* Ends the trace, however it ends. */
static int close_trace(lua_State *L) {
  struct Trace *trace = lua_touserdata(L, 1);
  runtime_of(L)->trace = trace->outer;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, trace);
  return 0;
}

struct Trace *trace_begin(lua_State *L) {
  Runtime *runtime = runtime_of(L);
  struct Trace *trace = lua_newuserdatauv(L, sizeof *trace, 1);
  *trace = (struct Trace){.outer = runtime->trace, .serial = ++runtime->trace_serial};
  lua_rawgetp(L, LUA_REGISTRYINDEX, &trace_key);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, trace);
  lua_toclose(L, -1);
  runtime->trace = trace;
  return trace;
}

/* ---------------------------------------------------------------- values */

static const Traced *test(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(Traced)) return NULL;
  const Traced *traced = lua_touserdata(L, index);
  return traced->magic == MAGIC ? traced : NULL;
}

bool trace_test(lua_State *L, int index) { return test(L, index) != NULL; }

/* __mix is what nodes have, and with them there is a Runtime. */
static bool is_texture(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || luaL_getmetafield(L, index, "__mix") == LUA_TNIL) return false;
  lua_pop(L, 1);
  return texture_test(L, index);
}

bool trace_any(lua_State *L) {
  for (int i = lua_gettop(L); i > 0; i--) {
    if (test(L, i) || is_texture(L, i)) return true;
    if (lua_type(L, i) != LUA_TTABLE) continue;
    // {s.p.x, 0, 1}
    bool any = false;
    for (int k = 1; k <= 3 && !any; k++) {
      any = lua_rawgeti(L, i, k) == LUA_TUSERDATA && test(L, -1);
      lua_pop(L, 1);
    }
    if (any) return true;
  }
  return false;
}

bool trace_inside(lua_State *L) { return trace_any(L) && runtime_of(L)->trace; }

struct Trace *trace_current(lua_State *L) {
  struct Trace *trace = runtime_of(L)->trace;
  if (!trace) luaL_error(L, "a value of the shading point has a meaning only inside of the function that was given it");
  return trace;
}

void trace_push(lua_State *L, Operand operand) {
  Traced *traced = lua_newuserdatauv(L, sizeof *traced, 0);
  *traced = (Traced){MAGIC, trace_current(L)->serial, operand.node, operand.kind};
  lua_rawgetp(L, LUA_REGISTRYINDEX, &value_key);
  lua_setmetatable(L, -2);
}

static void grow(lua_State *L, struct Trace *trace) {
  const uint32_t capacity = trace->capacity ? 2 * trace->capacity : 64;
  lua_rawgetp(L, LUA_REGISTRYINDEX, trace);
  char *block = lua_newuserdatauv(L, capacity * (sizeof *trace->nodes + sizeof *trace->notes), 0);
  NodeNote *notes = (NodeNote *)(void *)(block + capacity * sizeof *trace->nodes);
  if (trace->count) {
    memcpy(block, trace->nodes, trace->count * sizeof *trace->nodes);
    memcpy(notes, trace->notes, trace->count * sizeof *trace->notes);
  }
  trace->nodes = (MlProgramNode *)(void *)block;
  trace->notes = notes;
  trace->capacity = capacity;
  lua_setiuservalue(L, -2, 1);
  lua_pop(L, 1);
}

Operand trace_add(lua_State *L, const MlProgramNode *node, uint16_t kind, const char *what, const char *name) {
  struct Trace *trace = trace_current(L);
  budget_charge(64);
  if (trace->count == MOST && trace->around) luaL_error(L, "this texture is arithmetic of more than %d operations", MOST);
  if (trace->count == MOST)
    luaL_error(L, "this function computes more than %d things: it is called once, and loops in it are written out in full", MOST);
  if (trace->count == trace->capacity) grow(L, trace);
  NodeNote note = {.what = what, .name = name};
  ScriptPlace place;
  if (what && budget_places(L, &place, 1)) {
    const Source *source = diagnostics_source(&runtime_of(L)->diagnostics, place.file);
    note.file = source ? source->name : NULL;
    note.line = (uint32_t)place.line;
  }
  trace->nodes[trace->count] = *node;
  trace->notes[trace->count] = note;
  return (Operand){trace->count++, kind};
}

Operand trace_op(lua_State *L, MlOp op, uint16_t kind, Operand a, Operand b, Operand c) {
  return trace_add(L, &(MlProgramNode){.op = op, .operands = {a.node, b.node, c.node}}, kind, NULL, NULL);
}

static Operand constant(lua_State *L, const double v[3], uint16_t kind) {
  const MlProgramNode node = {.op = ML_OP_CONSTANT, .width = kind_width(kind), .value = {v[0], v[1], v[2]}};
  return trace_add(L, &node, kind, NULL, NULL);
}
Operand trace_number(lua_State *L, double x) { return constant(L, (const double[3]){x, 0, 0}, TRACED_NUMBER); }

uint16_t trace_common_kind(lua_State *L, uint16_t a, uint16_t b, const char *name) {
  if (a == TRACED_NUMBER || b == TRACED_NUMBER) return a == TRACED_NUMBER ? b : a;
  if ((a == VALUE_VEC2) != (b == VALUE_VEC2))
    luaL_error(L, "%s: a vec2 and a %s do not go together", name, a == VALUE_VEC2 ? trace_kind_name(b) : trace_kind_name(a));
  return a == VALUE_COLOR || b == VALUE_COLOR ? VALUE_COLOR : a;
}

/* {x, y, z}, some of them traced. */
static Operand list_operand(lua_State *L, int index, const char *name) {
  const uint32_t length = lua_rawlen(L, index) == 2 ? 2 : 3;
  MlProgramNode join = {.op = ML_OP_JOIN, .width = length};
  if (lua_rawlen(L, index) != length)
    luaL_error(L, "%s: expected a list of 2 or 3 numbers, got one of %d", name, (int)lua_rawlen(L, index));
  for (uint32_t i = 0; i < length; i++) {
    lua_rawgeti(L, index, i + 1);
    const Operand item = trace_operand(L, lua_gettop(L), name, (OperandRules){0});
    if (item.kind != TRACED_NUMBER)
      luaL_error(L, "%s: item %d of the list is a %s, expected a number", name, (int)i + 1, trace_kind_name(item.kind));
    join.operands[i] = item.node;
    lua_pop(L, 1);
  }
  return trace_add(L, &join, length == 2 ? VALUE_VEC2 : VALUE_VEC3, NULL, NULL);
}

Operand trace_operand(lua_State *L, int index, const char *name, OperandRules rules) {
  const Traced *traced = test(L, index);
  if (traced) {
    if (traced->serial != trace_current(L)->serial)
      luaL_error(L, "%s: this value belongs to another function of the shading point, which has ended or is not this one", name);
    return (Operand){traced->node, traced->kind};
  }
  if (lua_type(L, index) == LUA_TNUMBER) return trace_number(L, lua_tonumber(L, index));
  if (rules.truth && lua_isboolean(L, index)) return trace_number(L, lua_toboolean(L, index));
  const Value *value = value_test(L, index);
  if (value) return constant(L, value->v, value->kind);
  if (lua_istable(L, index)) return list_operand(L, lua_absindex(L, index), name);
  const Node *texture = texture_test(L, index);
  if (texture) texture_used(texture);
  if (texture && texture->entry == &api_arithmetic) return trace_arithmetic_operand(L, index);
  if (texture && !texture->id) return constant(L, (const double[3]){0, 0, 0}, VALUE_COLOR); // reported where it was made
  if (texture) {
    const MlProgramNode node = {.op = ML_OP_TEXTURE, .operands = {ML_NO_OPERAND}, .data = texture->id};
    return trace_add(L, &node, VALUE_COLOR, NULL, NULL);
  }
  if (lua_type(L, index) == LUA_TSTRING) {
    double rgb[3];
    size_t size;
    const char *text = lua_tolstring(L, index, &size);
    const bool known = color_parse(text, size, rgb);
    if (known && rules.colors) return constant(L, rgb, VALUE_COLOR);
    if (known) luaL_error(L, "text has no arithmetic: write color \"%s\"", text);
    if (rules.colors) luaL_error(L, "%s: '%s' is no color: expected \"#rrggbb\", \"#rgb\" or a CSS name", name, text);
  }
  luaL_error(L, "%s: expected a number, a vector or a color, got %s%s", name, lua_isnoneornil(L, index) ? "" : "a ",
             lua_isnone(L, index) ? "nothing" : sandbox_type_name(L, index));
  return (Operand){0};
}

/* ------------------------------------------------------------- operators */

const TraceOperator trace_operators[TRACE_OPERATORS] = {{"__add", "'+'", ML_OP_ADD},      {"__sub", "'-'", ML_OP_SUBTRACT},
                                                        {"__mul", "'*'", ML_OP_MULTIPLY}, {"__div", "'/'", ML_OP_DIVIDE},
                                                        {"__mod", "'%'", ML_OP_MOD},      {"__pow", "'^'", ML_OP_POW}};

/* See trace_internal.h. */
int trace_operator(lua_State *L) {
  const int which = (int)lua_tointeger(L, lua_upvalueindex(1));
  const Operand a = trace_operand(L, 1, trace_operators[which].sign, (OperandRules){0}),
                b = trace_operand(L, 2, trace_operators[which].sign, (OperandRules){0});
  trace_push(L, trace_op(L, trace_operators[which].op, trace_common_kind(L, a.kind, b.kind, trace_operators[which].sign), a, b, a));
  return 1;
}

int trace_negate(lua_State *L) {
  if (!runtime_of(L)->trace) return trace_around(L);
  const Operand a = trace_operand(L, 1, "-", (OperandRules){0});
  trace_push(L, trace_op(L, ML_OP_NEGATE, a.kind, a, a, a));
  return 1;
}

static int no_less(lua_State *L) {
  return luaL_error(L, "which is less is not known yet, it differs from point to point: write where(lt(a, b), x, y), step or smoothstep");
}
static int no_equal(lua_State *L) {
  return luaL_error(L, "what is equal is not known yet, it differs from point to point: write where(eq(a, b), x, y)");
}
static int no_text(lua_State *L) { return luaL_error(L, "a value of the shading point has no text: it differs from point to point"); }
static int no_length(lua_State *L) { return luaL_error(L, "'#' counts the items of a list; for the length of a vector use length(v)"); }
static int no_whole(lua_State *L) { return luaL_error(L, "write floor(a / b) for values of the shading point, not a // b"); }
static int no_bits(lua_State *L) {
  return luaL_error(L, "values of the shading point have no bits: for conditions write both(a, b), either(a, b), invert(a)");
}
static int no_call(lua_State *L) { return luaL_error(L, "a value of the shading point is no function"); }
static int no_change(lua_State *L) { return luaL_error(L, "values of the shading point do not change: make a new one, vec3(x, y, z)"); }

static int to_text(lua_State *L) {
  const Traced *traced = test(L, 1);
  lua_pushfstring(L, "traced %s", trace_kind_name(traced->kind));
  return 1;
}

static int component(char letter, uint16_t kind, int *set) {
  static const char letters[] = "xyzrgb";
  const char *at = letter ? strchr(letters, letter) : NULL;
  if (!at) return -1;
  *set = (int)(at - letters) / 3;
  const int i = (int)(at - letters) % 3;
  return i < (int)kind_width(kind) ? i : -1;
}

static int get_field(lua_State *L) {
  const Traced *traced = test(L, 1);
  size_t length = 0;
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : "";
  const char *kind = trace_kind_name(traced->kind);
  if (traced->kind == TRACED_NUMBER) return luaL_error(L, "a number has no field '%s'", name);
  uint32_t data = 0;
  int set = 0, first = 0;
  bool swizzle = length >= 1 && length <= 3;
  for (size_t i = 0; swizzle && i < length; i++) {
    const int c = component(name[i], traced->kind, &set);
    if (i == 0) first = set;
    swizzle = c >= 0 && set == first;
    if (swizzle) data |= (uint32_t)c << 2 * i;
  }
  if (!swizzle)
    return luaL_error(L, "a %s has no field '%s': it has %s", kind, name,
                      traced->kind == VALUE_VEC2 ? "x, y and combinations like v.yx" : "x, y, z, r, g, b and combinations like v.xz");
  const Operand of = trace_operand(L, 1, ".", (OperandRules){0});
  const uint16_t result = length == 1                                 ? TRACED_NUMBER
                          : length == 2                               ? VALUE_VEC2
                          : traced->kind == VALUE_COLOR && first == 1 ? VALUE_COLOR
                                                                      : VALUE_VEC3;
  const MlProgramNode pick = {.op = ML_OP_PICK, .operands = {of.node}, .data = data, .width = (uint32_t)length};
  trace_push(L, trace_add(L, &pick, result, NULL, NULL));
  return 1;
}

/* ------------------------------------------------------------------ open */

void trace_set_name(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}

void trace_open(lua_State *L) {
  static const luaL_Reg value[] = {
    {"__lt", no_less},       {"__le", no_less},       {"__eq", no_equal},  {"__concat", no_text},     {"__len", no_length},
    {"__idiv", no_whole},    {"__band", no_bits},     {"__bor", no_bits},  {"__bxor", no_bits},       {"__bnot", no_bits},
    {"__shl", no_bits},      {"__shr", no_bits},      {"__call", no_call}, {"__newindex", no_change}, {"__index", get_field},
    {"__unm", trace_negate}, {"__tostring", to_text}, {NULL, NULL}};
  lua_createtable(L, 0, 30);
  luaL_setfuncs(L, value, 0);
  for (int i = 0; i < TRACE_OPERATORS; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, trace_operator, 1);
    lua_setfield(L, -2, trace_operators[i].event);
  }
  trace_set_name(L, "traced value");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &value_key);
  lua_createtable(L, 0, 3);
  lua_pushcfunction(L, close_trace);
  lua_setfield(L, -2, "__close");
  trace_set_name(L, "trace");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
  trace_point_open(L);
  trace_functions_open(L);
}
