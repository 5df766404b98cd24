/* trace_textures.c - see trace.h: constructors called inside of functions, textures looked at, and arithmetic of textures outside of functions. */
#include <string.h>

#include "budget.h"
#include "lauxlib.h"
#include "textures.h"
#include "trace_internal.h"
#include "values_internal.h"

static void check_construct(lua_State *L, const ApiEntry *entry) {
  if (entry->kind == API_TEXTURE_KIND || entry->kind == API_MATERIAL_KIND || entry->kind == API_TRANSFORM) return;
  luaL_error(L, "%s{} cannot be used inside a function of the shading point: that is called once, to find out what it computes",
             entry->name);
}

/* ramp{ {0, a}, {1, b}, of = x }: a + (b - a) clamp((x - 0) / (1 - 0), 0, 1), and so on from stop to stop. */
static void push_ramp(lua_State *L, int table) {
  const OperandRules colors = {.colors = true};
  lua_getfield(L, table, "stops");
  int stops = lua_istable(L, -1) ? lua_gettop(L) : table;
  const lua_Unsigned count = lua_rawlen(L, stops);
  lua_getfield(L, table, "of");
  const Operand of = trace_operand(L, lua_gettop(L), "ramp.of", (OperandRules){0}), zero = trace_number(L, 0), one = trace_number(L, 1);
  if (of.kind != TRACED_NUMBER) luaL_error(L, "ramp.of: expected a number, got a %s", trace_kind_name(of.kind));
  if (count < 1 || count > 64) luaL_error(L, "ramp: expected 1 to 64 stops {place, colour}, got %d", (int)count);
  Operand value = zero;
  double before = 0;
  for (lua_Unsigned i = 1; i <= count; i++) {
    if (lua_rawgeti(L, stops, (lua_Integer)i) != LUA_TTABLE || lua_rawlen(L, -1) != 2)
      luaL_error(L, "ramp: expected a stop {place, colour}");
    const int stop = lua_gettop(L);
    if (lua_rawgeti(L, stop, 1) != LUA_TNUMBER) luaL_error(L, "ramp: the place of a stop is a number");
    const double at = lua_tonumber(L, -1);
    if (i > 1 && !(at > before)) luaL_error(L, "ramp: the places of stops ascend");
    lua_rawgeti(L, stop, 2);
    const Operand color = trace_operand(L, lua_gettop(L), "ramp", colors);
    if (i == 1) {
      value = color;
    } else {
      Operand t = trace_op(L, ML_OP_SUBTRACT, TRACED_NUMBER, of, trace_number(L, before), of);
      t = trace_op(L, ML_OP_DIVIDE, TRACED_NUMBER, t, trace_number(L, at - before), t);
      t = trace_op(L, ML_OP_CLAMP, TRACED_NUMBER, t, zero, one);
      value = trace_op(L, ML_OP_MIX, trace_common_kind(L, value.kind, color.kind, "ramp"), value, color, t);
    }
    before = at;
    lua_settop(L, stop - 1);
  }
  trace_push(L, value);
}

bool trace_construct(lua_State *L, const ApiEntry *entry) {
  if (!runtime_of(L)->trace) return false;
  check_construct(L, entry);
  if (entry != &api_ramp || !lua_istable(L, 1)) return false;
  lua_getfield(L, 1, "of");
  const bool traced = trace_test(L, -1);
  lua_pop(L, 1);
  if (traced) push_ramp(L, 1);
  return traced;
}

/* ---------------------------------------------------- textures looked at */

/* tex(vec2(u, v)), tex(vec3(x, y, z)) of plain values. */
static int push_value_at(lua_State *L, MlTexture id, const char *name) {
  Runtime *runtime = runtime_of(L);
  const Value place = value_argument(L, 2, name, false);
  double rgb[3] = {0, 0, 0};
  MlError error = {0};
  if (!place.kind) return luaL_error(L, "%s: expected texture coordinates or a point, got a number", name);
  budget_charge(100 + 16 * (uint64_t)id);
  if (id && !ml_texture_value(runtime->builder, id, place.v, place.kind == VALUE_VEC2 ? 2 : 3, rgb, &error)) {
    runtime_check_memory(L, &error);
    return luaL_error(L, "%s: %s", name, error.message);
  }
  value_push_color(L, rgb[0], rgb[1], rgb[2]); // black: reported where it was made
  return 1;
}

int trace_look_at(lua_State *L) {
  const Node *texture = lua_touserdata(L, 1);
  const char *name = texture->entry->name;
  texture_used(texture);
  MlError error = {0};
  MlTexture id = texture->id;
  if (!runtime_of(L)->trace && lua_gettop(L) != 2)
    return luaL_error(L, "outside of functions of the shading point a %s has values at places: write t(vec2(u, v)) or t(vec3(x, y, z))",
                      name);
  if (texture->entry == &api_arithmetic) {
    if (runtime_of(L)->trace && lua_isnoneornil(L, 2)) return trace_push(L, trace_arithmetic_operand(L, 1)), 1;
    id = trace_arithmetic_texture(L, 1, false, &error);
    if (!id) return luaL_error(L, "%s: %s", name, error.message);
  }
  if (!runtime_of(L)->trace) return push_value_at(L, id, name);
  MlProgramNode node = {.op = ML_OP_TEXTURE, .operands = {ML_NO_OPERAND, ML_NO_OPERAND, ML_NO_OPERAND}, .data = id};
  if (!lua_isnoneornil(L, 2)) {
    const Operand place = trace_operand(L, 2, name, (OperandRules){0});
    if (place.kind == TRACED_NUMBER) return luaL_error(L, "%s: expected texture coordinates or a point, got a number", name);
    node.operands[0] = place.node;
  }
  if (!id) node = (MlProgramNode){.op = ML_OP_CONSTANT, .width = 3}; // reported where it was made
  trace_push(L, trace_add(L, &node, VALUE_COLOR, NULL, NULL));
  return 1;
}

/* ------------------------------------------------- arithmetic of textures */

/* Arithmetic of textures, which is operations until somebody wants to look at it. */
typedef struct ArithmeticDesc {
  uint32_t count, result; /* of the nodes, which are the first user value */
  uint32_t serial;        /* its own */
  uint32_t place;
  uint16_t kind;
  MlTexture textures[2]; /* as colours, as numbers; 0: not made yet */
} ArithmeticDesc;

static bool build_nothing(Reading *r, Node *node) {
  (void)r, (void)node;
  return true;
}
const ApiEntry api_arithmetic = {"texture", API_TEXTURE_KIND, NULL, 0, NULL, sizeof(ArithmeticDesc), 1, "", "", NULL, build_nothing};

Operand trace_arithmetic_operand(lua_State *L, int index) {
  struct Trace *trace = trace_current(L);
  const Node *node = lua_touserdata(L, index);
  const ArithmeticDesc *desc = (const ArithmeticDesc *)node->desc;
  for (uint32_t i = 0; i < TRACE_KEPT; i++)
    if (trace->taken[i] == desc->serial) return (Operand){trace->taken_at[i] + desc->result, desc->kind};
  const uint32_t base = trace->count;
  lua_getiuservalue(L, index, 1);
  const MlProgramNode *nodes = lua_touserdata(L, -1);
  for (uint32_t i = 0; i < desc->count; i++) {
    MlProgramNode copy = nodes[i];
    for (int k = 0; k < 3; k++)
      if (copy.operands[k] != ML_NO_OPERAND) copy.operands[k] += base;
    trace_add(L, &copy, desc->kind, NULL, NULL);
  }
  lua_pop(L, 1);
  trace->taken[trace->taken_next % TRACE_KEPT] = desc->serial;
  trace->taken_at[trace->taken_next++ % TRACE_KEPT] = base;
  return (Operand){base + desc->result, desc->kind};
}

int trace_around(lua_State *L) {
  const int given = lua_gettop(L);
  luaL_checkstack(L, given + 20, "arithmetic of textures");
  lua_Debug ar;
  lua_getstack(L, 0, &ar);
  lua_getinfo(L, "f", &ar);
  lua_insert(L, 1);
  struct Trace *trace = trace_begin(L);
  trace->around = true;
  const int place = lua_gettop(L);
  for (int i = 1; i <= given + 1; i++) lua_pushvalue(L, i);
  lua_call(L, given, 1);
  const Operand result = trace_operand(L, lua_gettop(L), "texture", (OperandRules){.colors = true});
  if (result.kind == VALUE_VEC2) luaL_error(L, "a texture is a colour or a number, this would be a vec2");
  sandbox_count_nodes(L, 1);
  Node *node = node_push(L, &api_arithmetic);
  *(ArithmeticDesc *)node->desc =
    (ArithmeticDesc){.count = trace->count, .result = result.node, .serial = trace->serial, .place = runtime_place(L), .kind = result.kind};
  void *nodes = lua_newuserdatauv(L, trace->count * sizeof *trace->nodes, 0);
  memcpy(nodes, trace->nodes, trace->count * sizeof *trace->nodes);
  lua_setiuservalue(L, -2, 1);
  texture_made(L, node, "texture");
  lua_replace(L, 1);
  lua_settop(L, place);
  lua_closeslot(L, place);
  lua_settop(L, 1);
  return 1;
}

MlTexture trace_arithmetic_texture(lua_State *L, int index, bool numbers, MlError *error) {
  Node *node = lua_touserdata(L, index);
  ArithmeticDesc *desc = (ArithmeticDesc *)node->desc;
  MlBuilder *builder = runtime_of(L)->builder;
  if (desc->textures[numbers]) return desc->textures[numbers];
  lua_getiuservalue(L, index, 1);
  MlProgramNode *nodes = lua_touserdata(L, -1);
  for (uint32_t i = 0; i < desc->count; i++)
    if (nodes[i].op == ML_OP_TEXTURE && numbers) nodes[i].data |= ML_TEXTURE_NUMBER;
  const MlProgramDesc program_desc =
    ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = desc->count, .result = desc->result, .place = desc->place);
  const MlProgram program = ml_program(builder, &program_desc, error);
  MlTexture texture = 0;
  if (program)
    texture = ml_program_texture(builder, &ML_DESC(MlProgramTextureDesc, .program = program, .place = program_desc.place), error);
  for (uint32_t i = 0; i < desc->count; i++)
    if (nodes[i].op == ML_OP_TEXTURE) nodes[i].data &= ~ML_TEXTURE_NUMBER;
  lua_pop(L, 1);
  if (!texture) runtime_check_memory(L, error);
  // Products of vectors have no meaning for numbers: those are made of the colours then
  if (!texture && numbers) texture = trace_arithmetic_texture(L, index, false, error);
  return desc->textures[numbers] = texture;
}

/* Upvalue 1: as trace_operator. */
static int node_arithmetic(lua_State *L) {
  for (int i = 1; i <= 2; i++)
    if (node_test(L, i) && !texture_test(L, i)) return luaL_error(L, "attempt to perform arithmetic on a node value");
  return runtime_of(L)->trace ? trace_operator(L) : trace_around(L);
}
static int node_negate(lua_State *L) {
  if (!texture_test(L, 1)) return luaL_error(L, "attempt to perform arithmetic on a node value");
  return trace_negate(L);
}

void trace_set_operators(lua_State *L) {
  for (int i = 0; i < TRACE_OPERATORS; i++) {
    lua_pushinteger(L, i);
    lua_pushcclosure(L, node_arithmetic, 1);
    lua_setfield(L, -2, trace_operators[i].event);
  }
  lua_pushcfunction(L, node_negate);
  lua_setfield(L, -2, "__unm");
}
