/* value_functions.c - making vectors and colours, and the functions of vectors: constructors, products, mixing, directions.
 *
 * One compass: angle 0 is +z, 90 is +x; height 90 is +y. Angles are degrees and multiples of 90 are exact. */
#include <stdio.h>

#include "colors.h"
#include "sandbox_internal.h"
#include "trace.h"
#include "values_internal.h"

/* ------------------------------------------------------------------- arguments */

Value value_argument(lua_State *L, int index, const char *name, bool colors) {
  const Value *value = value_test(L, index);
  if (value) return *value;
  Value result = {.count = 3};
  if (lua_type(L, index) == LUA_TNUMBER) {
    result.v[0] = result.v[1] = result.v[2] = lua_tonumber(L, index);
    return result;
  }
  if (lua_istable(L, index)) {
    int count = lua_rawlen(L, index) == 2 ? 2 : 3, found;
    ValueRead read = value_read_vector(L, index, count, result.v, &found);
    result.kind = count == 2 ? VALUE_VEC2 : VALUE_VEC3;
    result.count = (uint16_t)count;
    if (read == VALUE_READ_OK) return result;
    char message[300];
    value_read_message(L, index, read, count, false, found, message, sizeof message);
    luaL_error(L, "%s: argument %d: %s", name, index, message);
  }
  if (colors && lua_type(L, index) == LUA_TSTRING) {
    size_t length;
    const char *s = lua_tolstring(L, index, &length);
    result.kind = VALUE_COLOR;
    if (color_parse(s, length, result.v)) return result;
    luaL_error(L, "%s: argument %d: '%s' is no color: expected \"#rrggbb\", \"#rgb\" or a CSS name", name, index, s);
  }
  luaL_error(L, "%s: argument %d: expected a number or a vector%s, got %s%s", name, index, colors ? " or a color" : "",
             lua_isnoneornil(L, index) ? "" : "a ", lua_isnone(L, index) ? "nothing" : sandbox_type_name(L, index));
  return result;
}

uint16_t value_common_kind(lua_State *L, uint16_t a, uint16_t b, const char *name) {
  if (!a || !b) return a ? a : b;
  if ((a == VALUE_VEC2) != (b == VALUE_VEC2)) luaL_error(L, "%s: a vec2 and a vec3 do not go together", name);
  return a == VALUE_COLOR || b == VALUE_COLOR ? VALUE_COLOR : a;
}

void value_push_result(lua_State *L, const Value *value) {
  if (value->kind) value_push(L, value);
  else lua_pushnumber(L, value->v[0]);
}

/* A vector: numbers are refused. */
static Value vector_argument(lua_State *L, int index, const char *name) {
  Value value = {0};
  if (lua_type(L, index) != LUA_TNUMBER) value = value_argument(L, index, name, false);
  if (!value.kind) luaL_error(L, "%s: argument %d: expected a vector, got a number", name, index);
  return value;
}

static void two_vectors(lua_State *L, const char *name, Value *a, Value *b) {
  *a = vector_argument(L, 1, name);
  *b = vector_argument(L, 2, name);
  value_common_kind(L, a->kind, b->kind, name);
}

static double number_argument(lua_State *L, int index, const char *name, const char *what) {
  if (lua_type(L, index) != LUA_TNUMBER) {
    luaL_error(L, "%s: %s must be a number, got %s", name, what, lua_isnone(L, index) ? "nothing" : sandbox_type_name(L, index));
  }
  return lua_tonumber(L, index);
}

/* ---------------------------------------------------------------- constructors */

static int make_vec2(lua_State *L) {
  TRACE_CALL(L, "vec2");
  int n = lua_gettop(L);
  double v[2];
  if (n == 1 && lua_type(L, 1) != LUA_TNUMBER) {
    int count;
    ValueRead read = value_read_vector(L, 1, 2, v, &count);
    if (read != VALUE_READ_OK && read != VALUE_READ_FINITE) {
      char message[300];
      value_read_message(L, 1, read, 2, false, count, message, sizeof message);
      return luaL_error(L, "vec2: %s", message);
    }
  } else if (n == 1 || n == 2) {
    v[0] = number_argument(L, 1, "vec2", "x");
    v[1] = n == 1 ? v[0] : number_argument(L, 2, "vec2", "y");
  } else {
    return luaL_error(L, "vec2 takes one or two numbers, got %d", n);
  }
  value_push_vec2(L, v[0], v[1]);
  return 1;
}

static int make_vec3(lua_State *L) {
  TRACE_CALL(L, "vec3");
  int n = lua_gettop(L);
  double v[3];
  if (n == 1 && lua_type(L, 1) != LUA_TNUMBER) {
    int count;
    ValueRead read = value_read_vector(L, 1, 3, v, &count);
    if (read != VALUE_READ_OK && read != VALUE_READ_FINITE) {
      char message[300];
      value_read_message(L, 1, read, 3, false, count, message, sizeof message);
      return luaL_error(L, "vec3: %s", message);
    }
  } else if (n == 1 || n == 3) {
    v[0] = number_argument(L, 1, "vec3", "x");
    v[1] = n == 1 ? v[0] : number_argument(L, 2, "vec3", "y");
    v[2] = n == 1 ? v[0] : number_argument(L, 3, "vec3", "z");
  } else {
    return luaL_error(L, "vec3 takes one or three numbers, got %d", n);
  }
  value_push_vec3(L, v[0], v[1], v[2]);
  return 1;
}

static void warn_large(lua_State *L, const double rgb[3]) {
  for (int i = 0; i < 3; i++) {
    if (rgb[i] <= 20.0) continue;
    char number[40], text[240];
    ml_format_number(number, sizeof number, "%.14g", rgb[i]);
    snprintf(text, sizeof text, "color: the component %s is very large, numbers are linear and 1 is white: did you mean %s/255?", number,
             number);
    sandbox_say(L, SANDBOX_WARN, text);
    return;
  }
}

static int make_color(lua_State *L) {
  TRACE_CALL(L, "color");
  int n = lua_gettop(L), count;
  double rgb[3];
  if (n == 3) {
    for (int i = 0; i < 3; i++) rgb[i] = number_argument(L, i + 1, "color", i == 0 ? "r" : i == 1 ? "g" : "b");
  } else if (n == 1) {
    ValueRead read = value_read_color(L, 1, rgb, &count);
    if (read != VALUE_READ_OK) {
      char message[300];
      value_read_message(L, 1, read, 3, true, count, message, sizeof message);
      return luaL_error(L, "color: %s", message);
    }
  } else {
    return luaL_error(L, "color takes a text like \"#ff8800\" or \"tomato\", one number (grey) or three (r, g, b); got %d values", n);
  }
  warn_large(L, rgb);
  value_push_color(L, rgb[0], rgb[1], rgb[2]);
  return 1;
}

static int make_gray(lua_State *L) {
  TRACE_CALL(L, "gray");
  double x = number_argument(L, 1, "gray", "the value");
  value_push_color(L, x, x, x);
  return 1;
}

static double range_argument(lua_State *L, int index, const char *name, const char *what, double low, double high) {
  double x = number_argument(L, index, name, what);
  if (!(x >= low && x <= high)) {
    char text[3][40];
    ml_format_number(text[0], sizeof text[0], "%.14g", low);
    ml_format_number(text[1], sizeof text[1], "%.14g", high);
    ml_format_number(text[2], sizeof text[2], "%.14g", x);
    luaL_error(L, "%s: %s must be %s..%s, got %s", name, what, text[0], text[1], text[2]);
  }
  return x;
}

static int make_hsv(lua_State *L) {
  TRACE_CALL(L, "hsv");
  double rgb[3], h = range_argument(L, 1, "hsv", "hue (degrees)", -1e6, 1e6);
  double s = range_argument(L, 2, "hsv", "saturation", 0.0, 1.0);
  color_hsv(h, s, range_argument(L, 3, "hsv", "value", 0.0, 1.0), rgb);
  value_push_color(L, rgb[0], rgb[1], rgb[2]);
  return 1;
}

static int make_hsl(lua_State *L) {
  TRACE_CALL(L, "hsl");
  double rgb[3], h = range_argument(L, 1, "hsl", "hue (degrees)", -1e6, 1e6);
  double s = range_argument(L, 2, "hsl", "saturation", 0.0, 1.0);
  color_hsl(h, s, range_argument(L, 3, "hsl", "lightness", 0.0, 1.0), rgb);
  value_push_color(L, rgb[0], rgb[1], rgb[2]);
  return 1;
}

static int make_kelvin(lua_State *L) {
  double rgb[3];
  color_kelvin(range_argument(L, 1, "kelvin", "the temperature", 1000.0, 40000.0), rgb);
  value_push_color(L, rgb[0], rgb[1], rgb[2]);
  return 1;
}

static int make_wavelength(lua_State *L) {
  double rgb[3];
  color_wavelength(range_argument(L, 1, "wavelength", "the wavelength (nm)", 380.0, 780.0), rgb);
  value_push_color(L, rgb[0], rgb[1], rgb[2]);
  return 1;
}

/* -------------------------------------------------------------------- products */

static double dot_of(const Value *a, const Value *b) {
  double sum = a->v[0] * b->v[0] + a->v[1] * b->v[1];
  return a->count == 2 ? sum : sum + a->v[2] * b->v[2];
}

static int vector_length(lua_State *L) {
  TRACE_CALL(L, "length");
  Value v = vector_argument(L, 1, "length");
  lua_pushnumber(L, ml_sqrt(dot_of(&v, &v)));
  return 1;
}

static int vector_dot(lua_State *L) {
  TRACE_CALL(L, "dot");
  Value a, b;
  two_vectors(L, "dot", &a, &b);
  lua_pushnumber(L, dot_of(&a, &b));
  return 1;
}

static int vector_cross(lua_State *L) {
  TRACE_CALL(L, "cross");
  Value a, b;
  two_vectors(L, "cross", &a, &b);
  if (a.count != 3) return luaL_error(L, "cross needs vec3s");
  value_push_vec3(L, a.v[1] * b.v[2] - a.v[2] * b.v[1], a.v[2] * b.v[0] - a.v[0] * b.v[2], a.v[0] * b.v[1] - a.v[1] * b.v[0]);
  return 1;
}

static int vector_normalize(lua_State *L) {
  TRACE_CALL(L, "normalize");
  Value v = vector_argument(L, 1, "normalize");
  double length = ml_sqrt(dot_of(&v, &v));
  if (!(length > 0.0)) {
    char text[160];
    value_format(&v, text, sizeof text);
    return luaL_error(L, "normalize: %s has no direction", text);
  }
  for (int i = 0; i < v.count; i++) v.v[i] /= length;
  value_push(L, &v);
  return 1;
}

static int vector_distance(lua_State *L) {
  TRACE_CALL(L, "distance");
  Value a, b;
  two_vectors(L, "distance", &a, &b);
  for (int i = 0; i < a.count; i++) a.v[i] -= b.v[i];
  lua_pushnumber(L, ml_sqrt(dot_of(&a, &a)));
  return 1;
}

/* v - 2 (v.n) n, for a unit n. */
static int vector_reflect(lua_State *L) {
  TRACE_CALL(L, "reflect");
  Value v, n;
  two_vectors(L, "reflect", &v, &n);
  double twice = 2.0 * dot_of(&v, &n);
  for (int i = 0; i < v.count; i++) v.v[i] -= twice * n.v[i];
  value_push(L, &v);
  return 1;
}

/* a where t is 0, b where it is 1, exactly. Other types take part by __mix. */
static int value_mix(lua_State *L) {
  if (trace_inside(L)) return trace_call(L, "mix");
  lua_settop(L, 3);
  for (int i = 1; i <= 3; i++) {
    if (lua_type(L, i) == LUA_TUSERDATA && luaL_getmetafield(L, i, "__mix") != LUA_TNIL) {
      lua_insert(L, 1);
      lua_call(L, 3, 1);
      return 1;
    }
  }
  if (lua_isnil(L, 3)) return luaL_error(L, "mix(a, b, t) needs t: 0 gives a, 1 gives b");
  Value a = value_argument(L, 1, "mix", true), b = value_argument(L, 2, "mix", true), t = value_argument(L, 3, "mix", false);
  Value result = {.kind = value_common_kind(L, value_common_kind(L, a.kind, b.kind, "mix"), t.kind, "mix")};
  for (int i = 0; i < 3; i++) result.v[i] = t.v[i] == 1.0 ? b.v[i] : a.v[i] + (b.v[i] - a.v[i]) * t.v[i];
  value_push_result(L, &result);
  return 1;
}

/* ------------------------------------------------------------------ directions */

/* Degrees; multiples of 90 are exact. */
static void sin_cos(double degrees, double *sine, double *cosine) {
  static const double quarter[5] = {0.0, 1.0, 0.0, -1.0, 0.0};
  double turn = value_mod(degrees, 360.0), quarters = turn / 90.0;
  if (quarters == ml_floor(quarters) && quarters >= 0.0 && quarters < 4.0) {
    *sine = quarter[(int)quarters];
    *cosine = quarter[(int)quarters + 1];
  } else {
    double angle = turn * (3.141592653589793 / 180.0);
    *sine = ml_sin(angle);
    *cosine = ml_cos(angle);
  }
}

static int make_polar(lua_State *L) {
  TRACE_CALL(L, "polar");
  double radius = number_argument(L, 1, "polar", "the radius"), degrees = number_argument(L, 2, "polar", "the angle (degrees)");
  double y = lua_isnoneornil(L, 3) ? 0.0 : number_argument(L, 3, "polar", "y"), s, c;
  sin_cos(degrees, &s, &c);
  value_push_vec3(L, radius * s, y, radius * c);
  return 1;
}

static int make_spherical(lua_State *L) {
  TRACE_CALL(L, "spherical");
  double radius = number_argument(L, 1, "spherical", "the radius"), height = number_argument(L, 2, "spherical", "the height (degrees)");
  double heading = number_argument(L, 3, "spherical", "the heading (degrees)"), sh, ch, s, c;
  sin_cos(height, &sh, &ch);
  sin_cos(heading, &s, &c);
  value_push_vec3(L, radius * ch * s, radius * sh, radius * ch * c);
  return 1;
}

void value_functions_open(lua_State *L) {
  static const luaL_Reg own[] = {
    {"vec2", make_vec2},
    {"vec3", make_vec3},
    {"color", make_color},
    {"gray", make_gray},
    {"hsv", make_hsv},
    {"hsl", make_hsl},
    {"kelvin", make_kelvin},
    {"wavelength", make_wavelength},
    {"length", vector_length},
    {"dot", vector_dot},
    {"cross", vector_cross},
    {"normalize", vector_normalize},
    {"distance", vector_distance},
    {"reflect", vector_reflect},
    {"lerp", value_mix},
    {"mix", value_mix},
    {"polar", make_polar},
    {"spherical", make_spherical},
    {NULL, NULL},
  };
  lib_set_builtins(L, own);
  value_push_vec3(L, 1.0, 0.0, 0.0);
  sandbox_set(L, "x_axis");
  value_push_vec3(L, 0.0, 1.0, 0.0);
  sandbox_set(L, "y_axis");
  value_push_vec3(L, 0.0, 0.0, 1.0);
  sandbox_set(L, "z_axis");
}
