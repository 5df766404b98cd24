/* lib_random.c - random numbers that every run repeats: math.random (xoshiro256**, seeded with 1), named streams, stateless hash.
 *
 * Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021. Floats take the upper 53 bits; integers are drawn
 * without bias by rejection. A named stream depends on its name alone, so one more object never reshuffles another stream. */
#include <string.h>

#include "colors.h"
#include "sandbox_internal.h"
#include "suggest.h"
#include "trace.h"
#include "values.h"

typedef struct Generator {
  uint64_t s[4];
} Generator;

static uint64_t rotate(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

static uint64_t next_bits(Generator *g) {
  uint64_t *s = g->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

static double next_float(Generator *g) { return (double)(next_bits(g) >> 11) * 0x1p-53; }

/* Uniform in 0..span, both included: the least mask of ones that covers it, drawn until it fits. */
static uint64_t next_below(Generator *g, uint64_t span) {
  uint64_t mask = span;
  for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
  for (;;) {
    uint64_t x = next_bits(g) & mask;
    if (x <= span) return x;
  }
}

/* splitmix64, as the authors advise for seeding. */
static void seed(Generator *g, uint64_t x) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = x += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    g->s[i] = z ^ (z >> 31);
  }
}

static const char key_random; /* registry: the generator of math.random */

static Generator *global_generator(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_random);
  Generator *g = lua_touserdata(L, -1);
  lua_pop(L, 1); /* the registry keeps it */
  return g;
}

static void push_integer(lua_State *L, Generator *g, lua_Integer low, lua_Integer high) {
  uint64_t span = (uint64_t)high - (uint64_t)low;
  lua_pushinteger(L, (lua_Integer)((uint64_t)low + next_below(g, span)));
}

static int math_random(lua_State *L) {
  Generator *g = global_generator(L);
  lua_Integer low = 1, high;
  switch (lua_gettop(L)) {
  case 0: lua_pushnumber(L, next_float(g)); return 1;
  case 1:
    high = luaL_checkinteger(L, 1);
    if (high == 0) {
      lua_pushinteger(L, (lua_Integer)next_bits(g));
      return 1;
    }
    break;
  case 2:
    low = luaL_checkinteger(L, 1);
    high = luaL_checkinteger(L, 2);
    break;
  default: return luaL_error(L, "random takes no argument, an integer n, or two integers");
  }
  if (low > high) return luaL_error(L, "random(%I, %I): there is no integer between them", (LUAI_UACINT)low, (LUAI_UACINT)high);
  push_integer(L, g, low, high);
  return 1;
}

static int math_randomseed(lua_State *L) {
  lua_Number x = luaL_optnumber(L, 1, 1);
  uint64_t bits;
  lua_Integer whole;
  if (lua_numbertointeger(x, &whole) && (lua_Number)whole == x) bits = (uint64_t)whole;
  else memcpy(&bits, &x, sizeof bits);
  seed(global_generator(L), bits);
  return 0;
}

/* ---------------------------------------------------------------- named streams */

static const char type_name[] = "rng";

static Generator *check_stream(lua_State *L) {
  Generator *g = luaL_testudata(L, 1, type_name);
  if (!g) luaL_error(L, "call this with a colon on a stream: r:int(1, 6) with r = rng \"name\"");
  return g;
}

static double number_or(lua_State *L, int index, double otherwise) { return luaL_optnumber(L, index, otherwise); }

static int stream_call(lua_State *L) {
  Generator *g = check_stream(L);
  double a = 0.0, b = 1.0;
  if (!lua_isnoneornil(L, 3)) a = luaL_checknumber(L, 2), b = luaL_checknumber(L, 3);
  else b = number_or(L, 2, 1.0);
  lua_pushnumber(L, a + (b - a) * next_float(g));
  return 1;
}

static int stream_int(lua_State *L) {
  Generator *g = check_stream(L);
  lua_Integer low = 1, high = luaL_checkinteger(L, 2);
  if (!lua_isnoneornil(L, 3)) low = high, high = luaL_checkinteger(L, 3);
  if (low > high) return luaL_error(L, "r:int(%I, %I): there is no integer between them", (LUAI_UACINT)low, (LUAI_UACINT)high);
  push_integer(L, g, low, high);
  return 1;
}

static int stream_pick(lua_State *L) {
  Generator *g = check_stream(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer n = luaL_len(L, 2);
  if (n < 1) return luaL_error(L, "r:pick: the list is empty");
  lua_geti(L, 2, 1 + (lua_Integer)next_below(g, (uint64_t)n - 1));
  return 1;
}

/* Uniform in the unit disk. */
static int stream_disk(lua_State *L) {
  Generator *g = check_stream(L);
  double radius = ml_sqrt(next_float(g)), angle = 6.283185307179586 * next_float(g);
  value_push_vec2(L, radius * ml_cos(angle), radius * ml_sin(angle));
  return 1;
}

/* Uniform on the unit sphere. */
static int stream_sphere(lua_State *L) {
  Generator *g = check_stream(L);
  double y = 2.0 * next_float(g) - 1.0, angle = 6.283185307179586 * next_float(g), radius = ml_sqrt(1.0 - y * y);
  value_push_vec3(L, radius * ml_sin(angle), y, radius * ml_cos(angle));
  return 1;
}

/* Any hue, rather saturated and bright. */
static int stream_color(lua_State *L) {
  Generator *g = check_stream(L);
  double h = 360.0 * next_float(g), s = 0.5 + 0.4 * next_float(g), v = 0.6 + 0.4 * next_float(g), rgb[3];
  color_hsv(h, s, v, rgb);
  value_push_color(L, rgb[0], rgb[1], rgb[2]);
  return 1;
}

/* A shuffled copy; the list itself stays as it is. Fisher and Yates. */
static int stream_shuffle(lua_State *L) {
  Generator *g = check_stream(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_Integer n = luaL_len(L, 2);
  if (n > SANDBOX_LIST_ITEMS) return luaL_error(L, "r:shuffle: more than %d items", SANDBOX_LIST_ITEMS);
  lua_createtable(L, n > 0 ? (int)n : 0, 0);
  int copy = lua_gettop(L);
  for (lua_Integer i = 1; i <= n; i++) {
    budget_charge(16);
    lua_geti(L, 2, i);
    lua_rawseti(L, copy, i);
  }
  for (lua_Integer i = n; i > 1; i--) {
    budget_charge(16);
    lua_Integer j = 1 + (lua_Integer)next_below(g, (uint64_t)i - 1);
    lua_rawgeti(L, copy, i);
    lua_rawgeti(L, copy, j);
    lua_rawseti(L, copy, i);
    lua_rawseti(L, copy, j);
  }
  return 1;
}

static int stream_new(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING && lua_type(L, 1) != LUA_TNUMBER) { return luaL_error(L, "rng needs a name: rng \"trees\""); }
  lua_pushvalue(L, 1);
  size_t length;
  const char *name = lua_tolstring(L, -1, &length);
  budget_charge(length >> 3);
  uint64_t hash = ml_hash64(name, length, 0);
  Generator *g = lua_newuserdatauv(L, sizeof *g, 0);
  seed(g, hash);
  luaL_setmetatable(L, type_name);
  return 1;
}

/* -------------------------------------------------------------------------- hash */

/* Equal numbers are equal, whether integer or float. */
static uint64_t hash_value(lua_State *L, int index, uint64_t hash) {
  unsigned char bytes[9] = {0};
  const size_t size = sizeof bytes;
  const Value *value = value_test(L, index);
  double numbers[3];
  int count = 1;
  if (value) {
    count = value->count;
    memcpy(numbers, value->v, sizeof numbers);
  } else if (lua_type(L, index) == LUA_TSTRING) {
    size_t length;
    const char *s = lua_tolstring(L, index, &length);
    budget_charge(length >> 3);
    return ml_hash64(s, length, hash ^ 0x73);
  } else if (lua_type(L, index) == LUA_TBOOLEAN) {
    bytes[0] = 'b';
    bytes[1] = (unsigned char)lua_toboolean(L, index);
    return ml_hash64(bytes, size, hash);
  } else if (lua_type(L, index) == LUA_TNUMBER) {
    numbers[0] = lua_tonumber(L, index);
  } else {
    luaL_error(L, "hash takes numbers, strings, vectors; argument %d is a %s", index, sandbox_type_name(L, index));
  }
  lua_Integer exact = 0;
  bool integer = lua_isinteger(L, index);
  if (integer) exact = lua_tointeger(L, index);
  for (int i = 0; i < count; i++) {
    uint64_t bits;
    lua_Integer whole = exact;
    if (integer || (lua_numbertointeger(numbers[i], &whole) && (double)whole == numbers[i])) {
      bytes[0] = 'i';
      bits = (uint64_t)whole;
    } else {
      double x = numbers[i] == numbers[i] ? numbers[i] : 0.0; /* the bits of a NaN are the machine's */
      bytes[0] = 'f';
      memcpy(&bits, &x, sizeof bits);
    }
    for (int b = 0; b < 8; b++) bytes[1 + b] = (unsigned char)(bits >> (8 * b));
    hash = ml_hash64(bytes, size, hash + (uint64_t)i);
  }
  return hash;
}

static int stateless_hash(lua_State *L) {
  uint64_t hash = 0;
  int n = lua_gettop(L);
  TRACE_CALL(L, "hash");
  if (n == 0) return luaL_error(L, "hash needs at least one value");
  for (int i = 1; i <= n; i++) {
    budget_charge(16);
    hash = hash_value(L, i, hash);
  }
  lua_pushnumber(L, (double)(hash >> 11) * 0x1p-53);
  return 1;
}

/* Reading a method that is not there. Upvalue 1: the methods. */
static int no_method(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
  Suggestion near = suggest_start(name);
  for (lua_pushnil(L); lua_next(L, lua_upvalueindex(1)); lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING) suggest_try(&near, lua_tostring(L, -2));
  if (near.best) return luaL_error(L, "an rng has no method '%s' \xE2\x80\x94 did you mean ':%s'?", name, near.best);
  return luaL_error(L, "an rng has no method '%s': call it, r() or r(1, 6), or :int :pick :shuffle :disk :sphere :color", name);
}

void lib_random_open(lua_State *L) {
  static const luaL_Reg methods[] = {
    {"int", stream_int},     {"pick", stream_pick},       {"disk", stream_disk}, {"sphere", stream_sphere},
    {"color", stream_color}, {"shuffle", stream_shuffle}, {NULL, NULL},
  };
  static const luaL_Reg own[] = {{"random", math_random}, {"rng", stream_new}, {"hash", stateless_hash}, {NULL, NULL}};
  Generator *g = lua_newuserdatauv(L, sizeof *g, 0);
  seed(g, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_random);

  luaL_newmetatable(L, type_name);
  lua_createtable(L, 0, 8);
  lib_set_functions(L, methods);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, -2);
  lib_push_function(L, no_method);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, stream_call);
  lua_setfield(L, -2, "__call");
  lua_pop(L, 1);
  lib_set_builtins(L, own);

  sandbox_get(L, "math");
  table_unproxy(L, -1);
  sandbox_get(L, "random");
  lua_setfield(L, -2, "random");
  lua_pushboolean(L, 0);
  lib_push_function(L, math_randomseed);
  lua_setfield(L, -2, "randomseed");
  lua_pop(L, 1);
}
