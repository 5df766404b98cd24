/* lib_base.c - the basic functions: protected calls that cannot hold a limit back, iteration in one order on every platform.
 *
 * pairs and next visit keys in the order: numbers ascending, strings bytewise, false, true, then userdata, tables and functions in
 * the order of their creation. pairs iterates over the keys that are there when it is called and skips those that are gone. */
#include <string.h>

#include "lualib.h"
#include "sandbox_internal.h"
#include "values.h"

/* -------------------------------------------------------------- order of keys */

typedef struct Key {
  int rank; /* of its type */
  bool is_integer;
  lua_Integer integer; /* also serials, booleans */
  double number;
  const char *text;
  size_t length;
  lua_Integer index; /* in the list of keys */
} Key;

static Key key_of(lua_State *L, int index) {
  Key key = {0};
  switch (lua_type(L, index)) {
  case LUA_TNUMBER:
    key.is_integer = lua_isinteger(L, index);
    if (key.is_integer) key.integer = lua_tointeger(L, index);
    key.number = lua_tonumber(L, index);
    break;
  case LUA_TSTRING:
    key.rank = 1;
    key.text = lua_tolstring(L, index, &key.length);
    break;
  case LUA_TBOOLEAN:
    key.rank = 2;
    key.integer = lua_toboolean(L, index);
    break;
  default:
    key.rank = lua_type(L, index) == LUA_TUSERDATA ? 3 : lua_type(L, index) == LUA_TTABLE ? 4 : 5;
    key.integer = (lua_Integer)sandbox_serial(L, index);
    break;
  }
  return key;
}

static bool key_less(const Key *a, const Key *b) {
  if (a->rank != b->rank) return a->rank < b->rank;
  if (a->rank == 0) {
    if (a->is_integer && b->is_integer) return a->integer < b->integer;
    if (a->number < b->number || a->number > b->number) return a->number < b->number;
    /* As floats they are equal, so at least one is an integer beyond 2^53, where a float and its neighbours among the integers meet. */
    if (a->is_integer == b->is_integer) return false;
    const Key *i = a->is_integer ? a : b;
    double f = a->is_integer ? b->number : a->number;
    int order = f >= 9223372036854775808.0 ? -1 : i->integer < (lua_Integer)f ? -1 : i->integer > (lua_Integer)f;
    return a->is_integer ? order < 0 : order > 0;
  }
  if (a->rank == 1) {
    size_t n = a->length < b->length ? a->length : b->length;
    budget_charge(n >> 4);
    int order = memcmp(a->text, b->text, n);
    return order ? order < 0 : a->length < b->length;
  }
  return a->integer < b->integer;
}

static void sort_keys(Key *keys, Key *scratch, size_t count) {
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * width) {
      size_t middle = begin + width < count ? begin + width : count, end = begin + 2 * width < count ? begin + 2 * width : count;
      size_t a = begin, b = middle;
      for (size_t k = begin; k < end; k++) scratch[k] = b == end || (a < middle && !key_less(&keys[b], &keys[a])) ? keys[a++] : keys[b++];
      budget_charge((end - begin) * 8);
    }
    memcpy(keys, scratch, count * sizeof *keys);
  }
}

lua_Integer table_push_keys(lua_State *L, int index) {
  index = lua_absindex(L, index);
  luaL_checkstack(L, 6, "too many nested tables");
  lua_createtable(L, 0, 0);
  int list = lua_gettop(L);
  lua_Integer count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    budget_charge(16);
    lua_pushvalue(L, -2);
    lua_rawseti(L, list, ++count);
  }
  if (count < 2) return count;
  Key *keys = lua_newuserdatauv(L, 2 * (size_t)count * sizeof *keys, 0);
  bool sorted = true;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, list, i);
    keys[i - 1] = key_of(L, -1);
    keys[i - 1].index = i;
    lua_pop(L, 1);
    if (i > 1 && !key_less(&keys[i - 2], &keys[i - 1])) sorted = false;
    budget_charge(8);
  }
  if (!sorted) {
    sort_keys(keys, keys + count, (size_t)count);
    lua_createtable(L, count < 1000000 ? (int)count : 0, 0);
    for (lua_Integer i = 1; i <= count; i++) {
      budget_charge(8);
      lua_rawgeti(L, list, keys[i - 1].index);
      lua_rawseti(L, -2, i);
    }
    lua_replace(L, list);
  }
  lua_settop(L, list);
  return count;
}

/* Upvalues: table, list of keys, position. */
static int pairs_next(lua_State *L) {
  lua_Integer i = lua_tointeger(L, lua_upvalueindex(3));
  for (;;) {
    i++;
    if (lua_rawgeti(L, lua_upvalueindex(2), i) == LUA_TNIL) return 1;
    lua_pushvalue(L, -1);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) break;
    lua_pop(L, 2);
    budget_charge(8);
  }
  lua_pushinteger(L, i);
  lua_replace(L, lua_upvalueindex(3));
  return 2;
}

static int base_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  if (!lua_istable(L, 1)) { return luaL_error(L, "pairs(x) goes through the fields of a table; this is a %s", sandbox_type_name(L, 1)); }
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  table_unproxy(L, 2);
  lua_pushvalue(L, 2);
  table_push_keys(L, 2);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, pairs_next, 3);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

/* The least key above the given one: linear, and charged so. */
static int base_next(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3); /* table, key, best key so far: both texts stay alive */
  table_unproxy(L, 1);
  luaL_argcheck(L, lua_type(L, 2) != LUA_TNUMBER || lua_rawequal(L, 2, 2), 2, "nan is no key");
  bool first = lua_isnil(L, 2);
  Key after = first ? (Key){0} : key_of(L, 2), best = {0};
  bool found = false;
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    budget_charge(16);
    Key key = key_of(L, -2);
    if ((!first && !key_less(&after, &key)) || (found && !key_less(&key, &best))) continue;
    best = key;
    found = true;
    lua_pushvalue(L, -2);
    lua_replace(L, 3);
  }
  if (!found) return lua_pushnil(L), 1;
  lua_pushvalue(L, 3);
  lua_rawget(L, 1);
  return 2;
}

/* ------------------------------------------------------------ protected calls */

/* After a protected call: a limit, once hit, is raised again. */
static void raise_limit(lua_State *L, int status) {
  if (sandbox_stopped(L)) budget_raise(L);
  if (status == LUA_ERRMEM) budget_stop(L, SANDBOX_STOP_MEMORY);
}

static int base_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  raise_limit(L, status);
  luaL_checkstack(L, 1, "too many results");
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, 1);
  return lua_gettop(L);
}

static int guarded_handler(lua_State *L) {
  if (sandbox_stopped(L)) return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

static int base_xpcall(lua_State *L) {
  int top = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, guarded_handler, 1);
  lua_replace(L, 2);
  lua_pushboolean(L, 1);
  lua_insert(L, 3);
  lua_pushvalue(L, 1);
  lua_insert(L, 4); /* f, handler, true, f, arguments */
  int status = lua_pcall(L, top - 2, LUA_MULTRET, 2);
  raise_limit(L, status);
  if (status != LUA_OK) {
    lua_pushboolean(L, 0);
    lua_replace(L, 3);
  }
  return lua_gettop(L) - 2;
}

/* ----------------------------------------------------------------- metatables */

static int base_setmetatable(lua_State *L) {
  static const char *const refused[] = {"__gc", "__close", "__mode", "__metatable"};
  if (!lua_istable(L, 1)) return luaL_error(L, "setmetatable works on tables; this is a %s", sandbox_type_name(L, 1));
  luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
  lua_settop(L, 2);
  if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "the metatable of a built-in table cannot be changed");
  if (lua_istable(L, 2)) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
      lua_pushstring(L, refused[i]);
      if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "metatables cannot have %s here", refused[i]);
      lua_pop(L, 1);
    }
  }
  lua_settop(L, 2);
  lua_setmetatable(L, 1);
  return 1;
}

static int base_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  if (!lua_istable(L, 1) || !lua_getmetatable(L, 1)) return lua_pushnil(L), 1;
  lua_pushliteral(L, "__metatable");
  if (lua_rawget(L, -2) != LUA_TNIL) lua_pushnil(L);
  else lua_pop(L, 1);
  return 1;
}

/* -------------------------------------------------------------------- others */

static int base_type(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushstring(L, sandbox_type_name(L, 1));
  return 1;
}

static int base_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  sandbox_tolstring(L, 1, NULL);
  return 1;
}

/* Upvalue 1: the release's function. Long texts are read digit by digit. */
static int base_tonumber(lua_State *L) {
  if (lua_type(L, 1) == LUA_TSTRING) budget_charge(lua_rawlen(L, 1));
  return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void lib_base_open(lua_State *L) {
  static const char *const kept[] = {"assert", "error", "ipairs", "rawequal", "rawlen", "select", NULL};
  static const luaL_Reg own[] = {
    {"getmetatable", base_getmetatable},
    {"next", base_next},
    {"pairs", base_pairs},
    {"pcall", base_pcall},
    {"setmetatable", base_setmetatable},
    {"type", base_type},
    {"xpcall", base_xpcall},
    {"tostring", base_tostring},
    {NULL, NULL},
  };
  lua_pushcfunction(L, luaopen_base);
  lua_call(L, 0, 1); /* into the real _G, which no script sees */
  for (const char *const *name = kept; *name; name++) {
    lua_getfield(L, -1, *name);
    sandbox_set(L, *name);
  }
  lua_getfield(L, -1, "tonumber");
  lib_push_function(L, base_tonumber);
  sandbox_set(L, "tonumber");
  lua_pushnil(L);
  lua_setglobal(L, "load"); /* nobody needs them; let not even our own code find them */
  lua_pushnil(L);
  lua_setglobal(L, "collectgarbage");
  lua_pop(L, 1);
  lib_set_builtins(L, own);
}
