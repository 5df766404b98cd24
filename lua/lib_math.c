/* lib_math.c - maths of numbers and, component by component, of vectors and colours: the globals (sin, mix, clamp ...) and the table math
 * are the same functions. Elementary functions are moonlit.h's, the same bits everywhere. */
#include "lualib.h"
#include "sandbox_internal.h"
#include "trace.h"
#include "values_internal.h"

/* --------------------------------------------------------------- of one number */

static double radians(double x) { return x * (3.141592653589793 / 180.0); }
static double degrees(double x) { return x * (180.0 / 3.141592653589793); }
static double fraction(double x) { return x - ml_floor(x); }
static double rounded(double x) { return ml_fabs(x) < 4503599627370496.0 ? ml_floor(x + 0.5) : x; }
static double sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0; }
static double saturated(double x) { return x > 0.0 ? (x < 1.0 ? x : 1.0) : 0.0; }

/* Integers stay integers; floats with a whole result become one where `whole` says so, as in Lua's math.floor. */
typedef struct Unary {
  const char *name;
  double (*f)(double);
  enum { FLOAT, WHOLE, KEEP } result; /* KEEP: integer in, integer out */
} Unary;

static const Unary unary[] = {
  {"sin", ml_sin, FLOAT},   {"cos", ml_cos, FLOAT},     {"tan", ml_tan, FLOAT},         {"asin", ml_asin, FLOAT},
  {"acos", ml_acos, FLOAT}, {"exp", ml_exp, FLOAT},     {"sqrt", ml_sqrt, FLOAT},       {"rad", radians, FLOAT},
  {"deg", degrees, FLOAT},  {"fract", fraction, FLOAT}, {"saturate", saturated, FLOAT}, {"floor", ml_floor, WHOLE},
  {"ceil", ml_ceil, WHOLE}, {"round", rounded, WHOLE},  {"abs", ml_fabs, KEEP},         {"sign", sign, KEEP},
};

static int of_one(lua_State *L) {
  const Unary *u = &unary[lua_tointeger(L, lua_upvalueindex(1))];
  TRACE_CALL(L, u->name);
  if (lua_isinteger(L, 1) && u->result != FLOAT) {
    lua_Integer i = lua_tointeger(L, 1);
    if (u->f == ml_fabs) i = i < 0 ? (lua_Integer)(0u - (lua_Unsigned)i) : i;
    else if (u->f == sign) i = (i > 0) - (i < 0);
    lua_pushinteger(L, i);
    return 1;
  }
  Value x = value_argument(L, 1, u->name, false);
  if (!x.kind) {
    double y = u->f(x.v[0]);
    lua_Integer whole;
    if (u->result == WHOLE && lua_numbertointeger(y, &whole)) lua_pushinteger(L, whole);
    else lua_pushnumber(L, y);
    return 1;
  }
  for (int i = 0; i < x.count; i++) x.v[i] = u->f(x.v[i]);
  value_push(L, &x);
  return 1;
}

/* -------------------------------------------------------------- of two and three */

static void apply_two(lua_State *L, const char *name, const Value *a, const Value *b, double (*f)(double, double)) {
  Value result = {.kind = value_common_kind(L, a->kind, b->kind, name)};
  for (int i = 0; i < 3; i++) result.v[i] = f(a->v[i], b->v[i]);
  value_push_result(L, &result);
}

static int of_two(lua_State *L, const char *name, double (*f)(double, double)) {
  TRACE_CALL(L, name);
  Value a = value_argument(L, 1, name, false), b = value_argument(L, 2, name, false);
  apply_two(L, name, &a, &b, f);
  return 1;
}

static double power(double a, double b) { return b == 2.0 ? a * a : ml_pow(a, b); }
static double least(double a, double b) { return b < a ? b : a; }
static double greatest(double a, double b) { return a < b ? b : a; }
static double step(double edge, double x) { return x < edge ? 0.0 : 1.0; }

static int math_pow(lua_State *L) { return of_two(L, "pow", power); }
static int math_step(lua_State *L) { return of_two(L, "step", step); }

static int math_mod(lua_State *L) {
  if (lua_isinteger(L, 1) && lua_isinteger(L, 2)) {
    lua_settop(L, 2);
    lua_arith(L, LUA_OPMOD);
    return 1;
  }
  return of_two(L, "mod", value_mod);
}

static int math_atan(lua_State *L) {
  if (!lua_isnoneornil(L, 2)) return of_two(L, "atan", ml_atan2);
  TRACE_CALL(L, "atan");
  Value x = value_argument(L, 1, "atan", false);
  for (int i = 0; i < 3; i++) x.v[i] = ml_atan(x.v[i]);
  value_push_result(L, &x);
  return 1;
}

static int math_log(lua_State *L) {
  TRACE_CALL(L, "log");
  Value x = value_argument(L, 1, "log", false);
  double base = luaL_optnumber(L, 2, 0.0);
  bool natural = lua_isnoneornil(L, 2);
  for (int i = 0; i < 3; i++) {
    double y = x.v[i];
    x.v[i] = natural ? ml_log(y) : base == 2.0 ? ml_log2(y) : base == 10.0 ? ml_log10(y) : ml_log(y) / ml_log(base);
  }
  value_push_result(L, &x);
  return 1;
}

/* Numbers alone keep their type, integer or float; with a vector the result is one. */
static int extreme(lua_State *L, const char *name, bool greater) {
  TRACE_CALL(L, name);
  int n = lua_gettop(L), best = 1;
  Value result = value_argument(L, 1, name, false);
  bool numbers = !result.kind;
  for (int i = 2; i <= n; i++) {
    budget_charge(8);
    Value x = value_argument(L, i, name, false);
    numbers = numbers && !x.kind;
    if (numbers && lua_compare(L, greater ? best : i, greater ? i : best, LUA_OPLT)) best = i;
    result.kind = value_common_kind(L, result.kind, x.kind, name);
    for (int c = 0; c < 3; c++) result.v[c] = greater ? greatest(result.v[c], x.v[c]) : least(result.v[c], x.v[c]);
  }
  if (numbers) lua_pushvalue(L, best);
  else value_push(L, &result);
  return 1;
}

static int math_max(lua_State *L) { return extreme(L, "max", true); }
static int math_min(lua_State *L) { return extreme(L, "min", false); }

static int math_clamp(lua_State *L) {
  TRACE_CALL(L, "clamp");
  Value x = value_argument(L, 1, "clamp", false), low = value_argument(L, 2, "clamp", false), high = value_argument(L, 3, "clamp", false);
  if (!x.kind && !low.kind && !high.kind) {
    lua_pushvalue(L, x.v[0] < low.v[0] ? 2 : x.v[0] > high.v[0] ? 3 : 1);
    return 1;
  }
  Value result = {.kind = value_common_kind(L, value_common_kind(L, x.kind, low.kind, "clamp"), high.kind, "clamp")};
  for (int i = 0; i < 3; i++) result.v[i] = x.v[i] < low.v[i] ? low.v[i] : x.v[i] > high.v[i] ? high.v[i] : x.v[i];
  value_push_result(L, &result);
  return 1;
}

/* 0 at a, 1 at b, smooth between; falls where a > b. */
static int math_smoothstep(lua_State *L) {
  TRACE_CALL(L, "smoothstep");
  Value a = value_argument(L, 1, "smoothstep", false), b = value_argument(L, 2, "smoothstep", false);
  Value x = value_argument(L, 3, "smoothstep", false);
  Value result = {.kind = value_common_kind(L, value_common_kind(L, a.kind, b.kind, "smoothstep"), x.kind, "smoothstep")};
  for (int i = 0; i < 3; i++) {
    double t = a.v[i] == b.v[i] ? step(a.v[i], x.v[i]) : saturated((x.v[i] - a.v[i]) / (b.v[i] - a.v[i]));
    result.v[i] = t * t * (3.0 - 2.0 * t);
  }
  value_push_result(L, &result);
  return 1;
}

/* ------------------------------------------------------------------------ open */

void lib_math_open(lua_State *L) {
  static const char *const kept[] = {"fmod", "modf", "tointeger", "type", "ult", NULL};
  static const char *const constants[] = {"huge", "maxinteger", "mininteger", "pi", NULL};
  static const luaL_Reg more[] = {
    {"pow", math_pow},   {"step", math_step},   {"mod", math_mod},
    {"atan", math_atan}, {"log", math_log},     {"max", math_max},
    {"min", math_min},   {"clamp", math_clamp}, {"smoothstep", math_smoothstep},
    {NULL, NULL},
  };
  lua_pushcfunction(L, luaopen_math);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, 40);
  for (const char *const *name = constants; *name; name++) {
    lua_getfield(L, -2, *name);
    lua_setfield(L, -2, *name);
  }
  for (const char *const *name = kept; *name; name++) {
    lua_getfield(L, -2, *name);
    lua_CFunction f = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    lua_pushboolean(L, 0);
    lib_push_function(L, f);
    lua_setfield(L, -2, *name);
  }
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++) {
    lua_pushinteger(L, (lua_Integer)i);
    lib_push_function(L, of_one);
    lua_pushvalue(L, -1);
    sandbox_set(L, unary[i].name);
    lua_setfield(L, -2, unary[i].name);
  }
  for (const luaL_Reg *f = more; f->name; f++) {
    lua_pushboolean(L, 0);
    lib_push_function(L, f->func);
    lua_pushvalue(L, -1);
    sandbox_set(L, f->name);
    lua_setfield(L, -2, f->name);
  }
  sandbox_set(L, "math");
  lua_pop(L, 1);
  lua_pushnumber(L, 3.141592653589793);
  sandbox_set(L, "pi");
  lua_pushnumber(L, 6.283185307179586);
  sandbox_set(L, "tau");
}
