/* trace.c - see trace.h: traced values and their operators, the point `s`, from a function to a texture. */
#include "trace.h"

#include <string.h>

#include "budget.h"
#include "colors.h"
#include "lauxlib.h"
#include "suggest.h"
#include "textures.h"
#include "trace_internal.h"
#include "values_internal.h"

enum { MAGIC = 0x6D4C5472, MOST = 65536, KEPT = 8 };

typedef struct Traced {
  uint32_t magic, serial; /* of the trace it belongs to */
  uint32_t node;
  uint16_t kind;
} Traced;

/* What warnings say of a node that nothing needs. */
typedef struct NodeNote {
  const char *what, *name; /* "comparison", "lt"; NULL: nothing */
  const char *file;
  uint32_t line;
} NodeNote;

/* Arithmetic of textures, which is operations until somebody wants to look at it. */
typedef struct ArithmeticDesc {
  uint32_t count, result; /* of the nodes, which are the first user value */
  uint32_t serial;        /* its own */
  uint32_t place;
  uint16_t kind;
  MlTexture textures[2]; /* as colours, as numbers; 0: not made yet */
} ArithmeticDesc;

/* A function that is being traced: a userdata, kept by the registry; its user value has the arrays. */
struct Trace {
  struct Trace *outer;
  bool around; /* arithmetic of textures, no function of the script */
  MlProgramNode *nodes;
  NodeNote *notes;
  uint32_t count, capacity, serial;
  uint32_t inputs[ML_INPUT_COUNT]; /* node + 1 */
  uint32_t taken[KEPT];            /* serials of textures that are arithmetic, and where their operations begin: the latest ones */
  uint32_t taken_at[KEPT], taken_next;
};

static const char value_key, point_key, trace_key;

const char *trace_kind_name(uint16_t kind) {
  return kind == TRACED_NUMBER ? "number" : kind == VALUE_VEC2 ? "vec2" : kind == VALUE_VEC3 ? "vec3" : "color";
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

static struct Trace *current(lua_State *L) {
  struct Trace *trace = runtime_of(L)->trace;
  if (!trace) luaL_error(L, "a value of the shading point has a meaning only inside of the function that was given it");
  return trace;
}

void trace_push(lua_State *L, Operand operand) {
  Traced *traced = lua_newuserdatauv(L, sizeof *traced, 0);
  *traced = (Traced){MAGIC, current(L)->serial, operand.node, operand.kind};
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
  struct Trace *trace = current(L);
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

/* A texture that is arithmetic: its operations as they stand in this trace, where they come once. */
static Operand arithmetic_operand(lua_State *L, int index) {
  struct Trace *trace = current(L);
  const Node *node = lua_touserdata(L, index);
  const ArithmeticDesc *desc = (const ArithmeticDesc *)node->desc;
  for (uint32_t i = 0; i < KEPT; i++)
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
  trace->taken[trace->taken_next % KEPT] = desc->serial;
  trace->taken_at[trace->taken_next++ % KEPT] = base;
  return (Operand){base + desc->result, desc->kind};
}

Operand trace_operand(lua_State *L, int index, const char *name, OperandRules rules) {
  const Traced *traced = test(L, index);
  if (traced) {
    if (traced->serial != current(L)->serial)
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
  if (texture && texture->entry == &api_arithmetic) return arithmetic_operand(L, index);
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

static const struct {
  const char *event, *sign;
  MlOp op;
} operators[] = {{"__add", "'+'", ML_OP_ADD},    {"__sub", "'-'", ML_OP_SUBTRACT}, {"__mul", "'*'", ML_OP_MULTIPLY},
                 {"__div", "'/'", ML_OP_DIVIDE}, {"__mod", "'%'", ML_OP_MOD},      {"__pow", "'^'", ML_OP_POW}};

/* Upvalue 1: index into operators. */
static int arithmetic(lua_State *L) {
  const int which = (int)lua_tointeger(L, lua_upvalueindex(1));
  const Operand a = trace_operand(L, 1, operators[which].sign, (OperandRules){0}),
                b = trace_operand(L, 2, operators[which].sign, (OperandRules){0});
  trace_push(L, trace_op(L, operators[which].op, trace_common_kind(L, a.kind, b.kind, operators[which].sign), a, b, a));
  return 1;
}

static int negate(lua_State *L) {
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
  struct Trace *trace = current(L);
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

/* Ends the trace, however it ends. */
static int close_trace(lua_State *L) {
  struct Trace *trace = lua_touserdata(L, 1);
  runtime_of(L)->trace = trace->outer;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, trace);
  return 0;
}

static struct Trace *push_trace(lua_State *L) {
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
  struct Trace *trace = push_trace(L);
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

/* -------------------------------------------------- constructors, textures */

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
    if (runtime_of(L)->trace && lua_isnoneornil(L, 2)) return trace_push(L, arithmetic_operand(L, 1)), 1;
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

static bool build_nothing(Reading *r, Node *node) {
  (void)r, (void)node;
  return true;
}
const ApiEntry api_arithmetic = {"texture", API_TEXTURE_KIND, NULL, 0, NULL, sizeof(ArithmeticDesc), 1, "", "", NULL, build_nothing};

int trace_around(lua_State *L) {
  const int given = lua_gettop(L);
  luaL_checkstack(L, given + 20, "arithmetic of textures");
  lua_Debug ar;
  lua_getstack(L, 0, &ar);
  lua_getinfo(L, "f", &ar);
  lua_insert(L, 1);
  struct Trace *trace = push_trace(L);
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

/* Upvalue 1: index into operators. */
static int node_arithmetic(lua_State *L) {
  for (int i = 1; i <= 2; i++)
    if (node_test(L, i) && !texture_test(L, i)) return luaL_error(L, "attempt to perform arithmetic on a node value");
  return runtime_of(L)->trace ? arithmetic(L) : trace_around(L);
}
static int node_negate(lua_State *L) {
  if (!texture_test(L, 1)) return luaL_error(L, "attempt to perform arithmetic on a node value");
  return negate(L);
}

void trace_set_operators(lua_State *L) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    lua_pushinteger(L, (lua_Integer)i);
    lua_pushcclosure(L, node_arithmetic, 1);
    lua_setfield(L, -2, operators[i].event);
  }
  lua_pushcfunction(L, node_negate);
  lua_setfield(L, -2, "__unm");
}

/* ------------------------------------------------------------------ open */

static void set_name(lua_State *L, const char *name) {
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
}

void trace_open(lua_State *L) {
  static const luaL_Reg value[] = {
    {"__lt", no_less},    {"__le", no_less},       {"__eq", no_equal},  {"__concat", no_text},     {"__len", no_length},
    {"__idiv", no_whole}, {"__band", no_bits},     {"__bor", no_bits},  {"__bxor", no_bits},       {"__bnot", no_bits},
    {"__shl", no_bits},   {"__shr", no_bits},      {"__call", no_call}, {"__newindex", no_change}, {"__index", get_field},
    {"__unm", negate},    {"__tostring", to_text}, {NULL, NULL}};
  static const luaL_Reg point[] = {{"__index", get_input}, {"__newindex", no_new_input}, {NULL, NULL}};
  lua_createtable(L, 0, 30);
  luaL_setfuncs(L, value, 0);
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    lua_pushinteger(L, (lua_Integer)i);
    lua_pushcclosure(L, arithmetic, 1);
    lua_setfield(L, -2, operators[i].event);
  }
  set_name(L, "traced value");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &value_key);
  lua_createtable(L, 0, 4);
  luaL_setfuncs(L, point, 0);
  set_name(L, "shading point");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &point_key);
  lua_createtable(L, 0, 3);
  lua_pushcfunction(L, close_trace);
  lua_setfield(L, -2, "__close");
  set_name(L, "trace");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
  trace_functions_open(L);
}
