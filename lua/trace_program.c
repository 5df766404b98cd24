/* trace_program.c - see trace.h: the point `s` that functions are given, and from a function to a program or a texture. */
#include <string.h>

#include "colors.h"
#include "lauxlib.h"
#include "suggest.h"
#include "textures.h"
#include "trace_internal.h"
#include "values_internal.h"

static const char point_key;

/* ------------------------------------------------------------- the point */

static const struct {
  const char *name, *synonyms;
  MlProgramInput input;
  uint16_t kind;
} inputs[] = {
  {"p", "position,pos,point,object,xyz,P,place", ML_INPUT_P, VALUE_VEC3},
  {"world", "world_position,worldpos,wp,global,w,at", ML_INPUT_WORLD, VALUE_VEC3},
  {"n", "normal,N,nor,norm", ML_INPUT_N, VALUE_VEC3},
  {"uv", "texcoord,texcoords,st,coords,u,v,UV", ML_INPUT_UV, VALUE_VEC2},
  {"view", "eye,V,dir,direction,incident,camera,wo,I", ML_INPUT_VIEW, VALUE_VEC3},
  {"facing", "fresnel,cosine,ndotv,angle,rim", ML_INPUT_FACING, TRACED_NUMBER},
  {"id", "instance,object_id,random,seed,index", ML_INPUT_ID, TRACED_NUMBER},
  {"part", "part_id,leaf,primitive,shape", ML_INPUT_PART, TRACED_NUMBER},
  {"depth", "distance,dist,t,z_depth,far", ML_INPUT_DEPTH, TRACED_NUMBER},
  {"curvature", "curve,bend,convexity,cavity,pointiness,edge", ML_INPUT_CURVATURE, TRACED_NUMBER},
  {"time", "seconds,clock,frame,now", ML_INPUT_COUNT, TRACED_NUMBER}, // of the script, which is run for each picture
};

static int get_input(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  struct Trace *trace = trace_current(L);
  Suggestion near = suggest_start(name);
  const char *meant = NULL;
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    if (strcmp(inputs[i].name, name) != 0) {
      if (suggest_in_list(inputs[i].synonyms, name)) meant = inputs[i].name;
      if (strlen(name) > 2) suggest_try(&near, inputs[i].name);
      continue;
    }
    if (inputs[i].input == ML_INPUT_COUNT) {
      trace_push(L, trace_number(L, 0));
      return 1;
    }
    uint32_t *node = &trace->inputs[inputs[i].input];
    if (*node == 0) *node = trace_add(L, &(MlProgramNode){.op = ML_OP_INPUT, .data = inputs[i].input}, inputs[i].kind, NULL, NULL).node + 1;
    trace_push(L, (Operand){*node - 1, inputs[i].kind});
    return 1;
  }
  if (strlen(name) == 1 && strchr("xyz", *name))
    return luaL_error(L, "the shading point has no field '%s' \xE2\x80\x94 did you mean 'p.%s'?", name, name);
  if (!meant) meant = near.best;
  if (meant) return luaL_error(L, "the shading point has no field '%s' \xE2\x80\x94 did you mean '%s'?", name, meant);
  return luaL_error(L, "the shading point has no field '%s': it has p, world, n, uv, view, facing, id, part, depth, curvature, time", name);
}

static int no_new_input(lua_State *L) { return luaL_error(L, "the shading point cannot be changed"); }

/* --------------------------------------------------------------- tracing */

bool trace_is_function(lua_State *L, int index) { return lua_isfunction(L, index) && !lua_iscfunction(L, index); }

bool trace_takes(const ApiField *field) { return field->texture || field->type == API_TEXTURE || field->type == API_MATERIAL; }

/* Comparisons and noise that do not reach the result, once per line. Marks what is needed in place of the operations' widths, which is at an end. */
static void warn_of_dead(Reading *r, struct Trace *trace, uint32_t result) {
  enum { NEEDED = 0x80000000u };
  trace->nodes[result].width |= NEEDED;
  for (uint32_t i = result + 1; i-- > 0;) {
    const MlProgramNode node = trace->nodes[i];
    if (!(node.width & NEEDED)) continue;
    uint32_t most;
    ml_op_operands((MlOp)node.op, &most);
    if (node.op == ML_OP_JOIN) most = node.width & 3;
    for (uint32_t k = 0; k < most; k++)
      if (node.operands[k] != ML_NO_OPERAND) trace->nodes[node.operands[k]].width |= NEEDED;
  }
  for (uint32_t i = 0; i < trace->count; i++) {
    const NodeNote *note = &trace->notes[i];
    if (!note->what || (trace->nodes[i].width & NEEDED)) continue;
    Report report = {.severity = SCRIPT_WARNING,
                     .rule = note->what,
                     .file = note->file,
                     .query = {.callee = note->name, .line = note->line},
                     .no_path = true};
    report.message =
      store_format(&r->runtime->store,
                   "this %s never reaches what the function gives: the function is called once, for all points, and `if` on such "
                   "a value is always true; write where(condition, a, b)",
                   note->what);
    diagnostics_report(&r->runtime->diagnostics, &report);
  }
}

/* What the function gave, at the top, as an operand of the kind that the field takes. false: reported. */
static bool read_result(Reading *r, bool numbers, Operand *out) {
  lua_State *L = r->L;
  const int index = lua_gettop(L);
  const char *expected = numbers ? "a number" : "a colour";
  if (lua_isnil(L, index)) {
    reader_fail(r, "function", "the function gives nothing (nil), expected %s: it ends with return and the value", expected);
    return false;
  }
  const bool value = trace_test(L, index) || lua_type(L, index) == LUA_TNUMBER || value_test(L, index) || lua_istable(L, index) ||
                     (texture_test(L, index) && !numbers) || (lua_type(L, index) == LUA_TSTRING && !numbers);
  double rgb[3];
  size_t size;
  const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &size) : NULL;
  if (!value || (text && !color_parse(text, size, rgb))) {
    reader_fail(r, "function", "the function gives %s, expected %s", reader_describe(r, index), expected);
    return false;
  }
  *out = trace_operand(L, index, "return", (OperandRules){.colors = true});
  if (numbers ? out->kind == TRACED_NUMBER : out->kind != VALUE_VEC2) return true;
  reader_fail(r, "function", "the function gives a %s, expected %s%s", trace_kind_name(out->kind), expected,
              numbers ? ": a component like v.x, or length(v)" : "");
  return false;
}

/* The point s. */
static int push_point(lua_State *L) {
  lua_newuserdatauv(L, 1, 0);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &point_key);
  lua_setmetatable(L, -2);
  return 1;
}

/* x and z of the place. */
static int push_ground(lua_State *L) {
  const Operand p = trace_add(L, &(MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P}, VALUE_VEC3, NULL, NULL);
  for (uint32_t i = 0; i <= 2; i += 2)
    trace_push(L, trace_add(L, &(MlProgramNode){.op = ML_OP_PICK, .operands = {p.node}, .data = i, .width = 1}, TRACED_NUMBER, NULL, NULL));
  return 2;
}

/* Calls the function at index with what `push` gives. false: reported. */
static bool trace_program(Reading *r, int index, int (*push)(lua_State *), bool numbers, MlProgram *out) {
  lua_State *L = r->L;
  luaL_checkstack(L, 20, "functions inside each other");
  struct Trace *trace = trace_begin(L);
  const int place = lua_gettop(L);
  lua_pushvalue(L, index);
  lua_call(L, push(L), 1);
  Operand result;
  MlError error = {0};
  bool fine = read_result(r, numbers, &result);
  if (fine) {
    const MlProgramDesc desc =
      ML_DESC(MlProgramDesc, .nodes = trace->nodes, .node_count = trace->count, .result = result.node, .place = r->place);
    *out = ml_program(r->runtime->builder, &desc, &error);
    fine = *out != 0;
    if (fine) {
      warn_of_dead(r, trace, result.node);
    } else {
      runtime_check_memory(L, &error);
      reader_fail(r, "function", "the function cannot be used: %s", error.message);
    }
  }
  lua_settop(L, place);
  lua_closeslot(L, place);
  lua_settop(L, place - 1);
  return fine;
}

bool trace_texture(Reading *r, int index, bool numbers, MlTexture *out) {
  MlProgram program;
  MlError error = {0};
  if (!trace_program(r, index, push_point, numbers, &program)) return false;
  lua_Debug ar;
  lua_pushvalue(r->L, index);
  lua_getinfo(r->L, ">S", &ar);
  const uint32_t place = runtime_place_of(r->runtime, ar.source + (ar.source[0] == '@' || ar.source[0] == '='), ar.linedefined);
  *out = ml_program_texture(r->runtime->builder, &ML_DESC(MlProgramTextureDesc, .program = program, .place = place), &error);
  if (*out) return true;
  runtime_check_memory(r->L, &error);
  reader_fail(r, "function", "the function cannot be used: %s", error.message);
  return false;
}

bool trace_heights(Reading *r, int index, MlProgram *out) {
  if (!trace_program(r, index, push_ground, true, out)) return false;
  const MlProgramInfo info = ml_program_info(r->runtime->builder, *out);
  if (!info.textures && !(info.inputs & ~(1u << ML_INPUT_P))) return true;
  reader_fail(r, "function",
              "textures are looked at where something is seen, and heights are wanted before that: take noise, or a table of heights");
  return false;
}

static int push_place(lua_State *L) {
  trace_push(L, trace_add(L, &(MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P}, VALUE_VEC3, NULL, NULL));
  return 1;
}

bool trace_distance(Reading *r, int index, MlProgram *out) {
  if (!trace_program(r, index, push_place, true, out)) return false;
  const MlProgramInfo info = ml_program_info(r->runtime->builder, *out);
  if (!info.textures && !(info.inputs & ~(1u << ML_INPUT_P))) return true;
  reader_fail(r, "function", "textures are looked at where something is seen, and a solid has to be found before that: take noise");
  return false;
}

void trace_point_open(lua_State *L) {
  static const luaL_Reg point[] = {{"__index", get_input}, {"__newindex", no_new_input}, {NULL, NULL}};
  lua_createtable(L, 0, 4);
  luaL_setfuncs(L, point, 0);
  trace_set_name(L, "shading point");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &point_key);
}
