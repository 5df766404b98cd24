/* values.c - see values.h: the userdata, its fields and operators, reading from Lua. */
#include "values.h"
#include "suggest.h"

#include <stdio.h>
#include <string.h>

#include "colors.h"
#include "sandbox_internal.h"
#include "suggest.h"
#include "values_internal.h"

enum { MAGIC = 0x6D4C7656 };

static const char key_metatables[5]; /* addresses as registry keys, by kind */

static const char *kind_name(unsigned kind) { return kind == VALUE_VEC2 ? "vec2" : kind == VALUE_VEC3 ? "vec3" : "color"; }

const Value *value_test(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(Value)) return NULL;
  const Value *value = lua_touserdata(L, index);
  return value->magic == MAGIC ? value : NULL;
}

void value_push(lua_State *L, const Value *from) {
  Value *value = lua_newuserdatauv(L, sizeof *value, 0);
  *value = *from;
  value->magic = MAGIC;
  value->count = from->kind == VALUE_VEC2 ? 2 : 3;
  if (value->count == 2) value->v[2] = 0.0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_metatables[value->kind]);
  lua_setmetatable(L, -2);
}

void value_push_vec2(lua_State *L, double x, double y) { value_push(L, &(Value){.kind = VALUE_VEC2, .v = {x, y, 0.0}}); }
void value_push_vec3(lua_State *L, double x, double y, double z) { value_push(L, &(Value){.kind = VALUE_VEC3, .v = {x, y, z}}); }
void value_push_color(lua_State *L, double r, double g, double b) { value_push(L, &(Value){.kind = VALUE_COLOR, .v = {r, g, b}}); }

int value_format(const Value *value, char *out, size_t capacity) {
  char numbers[3][40];
  for (int i = 0; i < 3; i++) ml_format_number(numbers[i], sizeof numbers[i], "%.14g", value->v[i]);
  if (value->count == 2) return snprintf(out, capacity, "vec2(%s, %s)", numbers[0], numbers[1]);
  return snprintf(out, capacity, "%s(%s, %s, %s)", kind_name(value->kind), numbers[0], numbers[1], numbers[2]);
}

/* --------------------------------------------------------------------- reading */

static bool is_finite(double x) { return x - x == 0.0; }

static ValueRead read_list(lua_State *L, int index, int wanted, double *out, int *count) {
  *count = (int)(lua_rawlen(L, index) < 1000000 ? lua_rawlen(L, index) : 1000000);
  if (*count != wanted) return VALUE_READ_COUNT;
  for (int i = 0; i < wanted; i++) {
    bool number = lua_rawgeti(L, index, i + 1) == LUA_TNUMBER;
    out[i] = number ? lua_tonumber(L, -1) : 0.0;
    lua_pop(L, 1);
    *count = i + 1;
    if (!number) return VALUE_READ_ITEM;
    if (!is_finite(out[i])) return VALUE_READ_FINITE;
  }
  return VALUE_READ_OK;
}

ValueRead value_read_vector(lua_State *L, int index, int wanted, double *out, int *count) {
  int ignored;
  if (!count) count = &ignored;
  *count = 0;
  index = lua_absindex(L, index);
  const Value *value = value_test(L, index);
  if (!value) return lua_istable(L, index) ? read_list(L, index, wanted, out, count) : VALUE_READ_TYPE;
  *count = value->count;
  if (value->count != wanted) return VALUE_READ_COUNT;
  for (int i = 0; i < wanted; i++) {
    out[i] = value->v[i];
    *count = i + 1;
    if (!is_finite(out[i])) return VALUE_READ_FINITE;
  }
  return VALUE_READ_OK;
}

ValueRead value_read_color(lua_State *L, int index, double out[3], int *count) {
  int ignored;
  if (!count) count = &ignored;
  *count = 0;
  if (lua_type(L, index) == LUA_TNUMBER) {
    out[0] = out[1] = out[2] = lua_tonumber(L, index);
    *count = 1;
    return is_finite(out[0]) ? VALUE_READ_OK : VALUE_READ_FINITE;
  }
  if (lua_type(L, index) == LUA_TSTRING) {
    size_t length;
    const char *s = lua_tolstring(L, index, &length);
    return color_parse(s, length, out) ? VALUE_READ_OK : VALUE_READ_NAME;
  }
  return value_read_vector(L, index, 3, out, count);
}

void value_read_message(lua_State *L, int index, ValueRead failure, int wanted, bool color, int count, char *out, size_t capacity) {
  const char *letters = color ? "r, g, b" : wanted == 2 ? "x, y" : "x, y, z";
  const char *what = color ? "a color" : wanted == 2 ? "a vec2 or {x, y}" : "a vec3 or {x, y, z}";
  switch (failure) {
  case VALUE_READ_OK: snprintf(out, capacity, "fine"); break;
  case VALUE_READ_TYPE: snprintf(out, capacity, "expected %s, got a %s", what, sandbox_type_name(L, index)); break;
  case VALUE_READ_COUNT: {
    char text[200] = "this";
    const Value *value = value_test(L, index);
    if (value) {
      value_format(value, text, sizeof text);
    } else if (count <= 6) { /* the list as written */
      size_t n = 0;
      n += (size_t)snprintf(text, sizeof text, "{");
      for (int i = 1; i <= count; i++) {
        char number[40] = "?";
        if (lua_rawgeti(L, index, i) == LUA_TNUMBER) ml_format_number(number, sizeof number, "%.14g", lua_tonumber(L, -1));
        lua_pop(L, 1);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", i > 1 ? ", " : "", number);
      }
      snprintf(text + n, sizeof text - n, "}");
    }
    snprintf(out, capacity, "%s has %d number%s, expected %d (%s)", text, count, count == 1 ? "" : "s", wanted, letters);
    break;
  }
  case VALUE_READ_ITEM:
    snprintf(out, capacity, "item %d of the list is no number, expected %d numbers (%s)", count, wanted, letters);
    break;
  case VALUE_READ_FINITE:
    snprintf(out, capacity, "%c is infinite or not a number", color ? "rgb"[count > 0 ? count - 1 : 0] : "xyz"[count > 0 ? count - 1 : 0]);
    break;
  case VALUE_READ_NAME: {
    char name[60];
    snprintf(name, sizeof name, "%s", lua_tostring(L, index));
    snprintf(out, capacity, "'%s' is no color: expected \"#rrggbb\", \"#rgb\" or a CSS name", name);
    break;
  }
  }
}

/* ------------------------------------------------------------------- operators */

/* The operand at index as a value; numbers and lists of numbers count as `like`. Raises what the author of the scene should know. */
static Value operand(lua_State *L, int index, const Value *like, const char *sign) {
  const Value *value = value_test(L, index);
  if (value) {
    if (value->count != like->count)
      luaL_error(L, "a %s and a %s do not go together with '%s'", kind_name(like->kind), kind_name(value->kind), sign);
    return *value;
  }
  Value result = {.kind = like->kind, .count = like->count};
  if (lua_type(L, index) == LUA_TNUMBER) {
    result.v[0] = result.v[1] = result.v[2] = lua_tonumber(L, index);
    return result;
  }
  if (lua_istable(L, index)) {
    int count;
    ValueRead read = value_read_vector(L, index, like->count, result.v, &count);
    if (read == VALUE_READ_OK || read == VALUE_READ_FINITE) return result;
    char message[300];
    value_read_message(L, index, read, like->count, false, count, message, sizeof message);
    luaL_error(L, "%s", message);
  }
  if (lua_type(L, index) == LUA_TSTRING) {
    double rgb[3];
    size_t length;
    const char *s = lua_tolstring(L, index, &length);
    if (color_parse(s, length, rgb)) luaL_error(L, "text has no arithmetic: write color \"%s\"", s);
  }
  luaL_error(L, "attempt to perform arithmetic on a %s and a %s", kind_name(like->kind), sandbox_type_name(L, index));
  return result;
}

double value_mod(double a, double b) {
  double m = ml_fmod(a, b);
  return (m > 0.0 ? b < 0.0 : m < 0.0 && b > 0.0) ? m + b : m;
}

static double apply(int op, double a, double b) {
  switch (op) {
  case LUA_OPADD: return a + b;
  case LUA_OPSUB: return a - b;
  case LUA_OPMUL: return a * b;
  case LUA_OPDIV: return a / b;
  case LUA_OPMOD: return value_mod(a, b);
  case LUA_OPPOW: return b == 2.0 ? a * a : ml_pow(a, b);
  default: return -a;
  }
}

static const struct {
  const char *event, *sign;
  int op;
} operators[] = {{"__add", "+", LUA_OPADD}, {"__sub", "-", LUA_OPSUB}, {"__mul", "*", LUA_OPMUL}, {"__div", "/", LUA_OPDIV},
                 {"__mod", "%", LUA_OPMOD}, {"__pow", "^", LUA_OPPOW}, {"__unm", "-", LUA_OPUNM}};

/* Upvalue 1: index into operators. */
static int arithmetic(lua_State *L) {
  int which = (int)lua_tointeger(L, lua_upvalueindex(1));
  const Value *a = value_test(L, 1), *b = value_test(L, 2);
  /* A host's own type on the other side knows better. */
  int other = a ? 2 : 1;
  if ((!a || !b) && lua_type(L, other) == LUA_TUSERDATA && luaL_getmetafield(L, other, operators[which].event) != LUA_TNIL) {
    lua_insert(L, 1);
    lua_settop(L, 3);
    lua_call(L, 2, 1);
    return 1;
  }
  const Value *like = a ? a : b;
  Value left = operand(L, 1, like, operators[which].sign), right = operand(L, 2, like, operators[which].sign);
  bool color = left.kind == VALUE_COLOR || right.kind == VALUE_COLOR;
  Value result = {.kind = color ? VALUE_COLOR : like->kind};
  for (int i = 0; i < like->count; i++) result.v[i] = apply(operators[which].op, left.v[i], right.v[i]);
  value_push(L, &result);
  return 1;
}

static int equal(lua_State *L) {
  const Value *a = value_test(L, 1), *b = value_test(L, 2);
  bool same = a && b && a->count == b->count;
  for (int i = 0; same && i < a->count; i++) same = a->v[i] == b->v[i];
  lua_pushboolean(L, same);
  return 1;
}

static int no_order(lua_State *L) { return luaL_error(L, "vectors and colors have no order: compare length(v) or a component like v.x"); }

static int no_length(lua_State *L) { return luaL_error(L, "'#' counts the items of a list; for the length of a vector use length(v)"); }

static int to_text(lua_State *L) {
  char text[160];
  const Value *value = value_test(L, 1);
  lua_pushlstring(L, text, (size_t)value_format(value, text, sizeof text));
  return 1;
}

/* ---------------------------------------------------------------------- fields */

static int component(const Value *value, char letter, int *set) {
  static const char letters[] = "xyzrgb";
  const char *at = strchr(letters, letter);
  if (!letter || !at) return -1;
  int i = (int)(at - letters);
  *set = i / 3;
  return i % 3 < value->count ? i % 3 : -1;
}

static int with(lua_State *L) {
  const Value *value = value_test(L, 1);
  if (!value || !lua_istable(L, 2)) return luaL_error(L, "write v:with{ x = 3 }");
  Value result = *value;
  for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
    budget_charge(16);
    size_t length = 0;
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : "";
    int set, i = length == 1 ? component(value, name[0], &set) : -1;
    if (i < 0) return luaL_error(L, "v:with{} takes %s", value->count == 2 ? "x and y" : "x, y, z or r, g, b");
    if (lua_type(L, -1) != LUA_TNUMBER) return luaL_error(L, "v:with{}: %s must be a number, got a %s", name, sandbox_type_name(L, -1));
    result.v[i] = lua_tonumber(L, -1);
  }
  value_push(L, &result);
  return 1;
}

static int get_field(lua_State *L) {
  const Value *value = value_test(L, 1);
  if (lua_type(L, 2) != LUA_TSTRING)
    return luaL_error(L, "a %s has no items: write v.x, v.y%s", kind_name(value->kind), value->count == 3 ? ", v.z" : "");
  size_t length;
  const char *name = lua_tolstring(L, 2, &length);
  int set = 0, first = 0;
  Value result = {0};
  bool swizzle = length >= 1 && length <= 3;
  for (size_t i = 0; swizzle && i < length; i++) {
    int c = component(value, name[i], &set);
    if (i == 0) first = set;
    swizzle = c >= 0 && set == first;
    if (swizzle) result.v[i] = value->v[c];
  }
  if (swizzle && length == 1) {
    lua_pushnumber(L, result.v[0]);
    return 1;
  }
  if (swizzle) {
    result.kind = length == 2 ? VALUE_VEC2 : value->kind == VALUE_COLOR && first == 1 ? VALUE_COLOR : VALUE_VEC3;
    value_push(L, &result);
    return 1;
  }
  if (strcmp(name, "with") == 0) {
    lua_pushvalue(L, lua_upvalueindex(1));
    return 1;
  }
  static const char *const functions[][2] = {{"length", "length,len,norm,magnitude,mag,abs,size"},
                                             {"normalize", "normalize,normalise,normalized,normalised,unit,direction"},
                                             {"dot", "dot"},
                                             {"cross", "cross"},
                                             {"distance", "distance,dist"},
                                             {"reflect", "reflect"},
                                             {"lerp", "lerp,mix"}};
  const char *meant = NULL;
  Suggestion near = suggest_start(name);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    if (suggest_in_list(functions[i][1], name)) meant = functions[i][0];
    if (length > 3) suggest_try(&near, functions[i][0]);
  }
  if (!meant) meant = near.best;
  if (meant) return luaL_error(L, "a %s has no field '%s': %s is a function, write %s(v)", kind_name(value->kind), name, meant, meant);
  return luaL_error(L, "a %s has no field '%s': it has %s and combinations like v.%s", kind_name(value->kind), name,
                    value->count == 2 ? "x, y" : "x, y, z, r, g, b", value->count == 2 ? "yx" : "xz");
}

static int set_field(lua_State *L) {
  const Value *value = value_test(L, 1);
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "x";
  return luaL_error(L, "%s do not change; use v:with{ %s = ... }", value && value->kind == VALUE_COLOR ? "colors" : "vectors", name);
}

void values_open(lua_State *L) {
  static const luaL_Reg methods[] = {{"__eq", equal},         {"__lt", no_order},        {"__le", no_order}, {"__len", no_length},
                                     {"__tostring", to_text}, {"__newindex", set_field}, {NULL, NULL}};
  for (int kind = VALUE_VEC2; kind <= VALUE_COLOR; kind++) {
    lua_createtable(L, 0, 20);
    luaL_setfuncs(L, methods, 0);
    lua_pushboolean(L, 0);
    lib_push_function(L, with);
    lib_push_function(L, get_field);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, kind_name((unsigned)kind));
    lua_setfield(L, -2, "__name");
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
      lua_pushinteger(L, (lua_Integer)i);
      lib_push_function(L, arithmetic);
      lua_setfield(L, -2, operators[i].event);
    }
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key_metatables[kind]);
  }
  value_functions_open(L);
}
