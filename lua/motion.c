/* motion.c - see motion.h. Both values are kept as they are: what reads them checks them, as if they had been written by themselves. */
#include "motion.h"

#include "lauxlib.h"

static const char metatable_key;

bool motion_test(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  const bool ours = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return ours;
}

void motion_push_end(lua_State *L, int index, int end) { lua_getiuservalue(L, index, end + 1); }

static int make(lua_State *L) {
  const int given = lua_gettop(L);
  if (given != 2 || lua_isnil(L, 1) || lua_isnil(L, 2))
    return luaL_error(L, "motion takes two values: motion(a, b), as it is when the frame begins and when the next one does");
  for (int i = 1; i <= 2; i++)
    if (motion_test(L, i))
      return luaL_error(
        L, "a motion goes from one value to another, not to a motion: chain methods, as in part:turn_y(motion(0, 90)):at(motion(a, b))");
  lua_newuserdatauv(L, 1, 2);
  for (int i = 1; i <= 2; i++) {
    lua_pushvalue(L, i);
    lua_setiuservalue(L, 3, i);
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  lua_setmetatable(L, 3);
  return 1;
}

static int index_motion(lua_State *L) {
  return luaL_error(L, "a motion has no fields: it is for at, turn, scale, and a camera's from, look_at and up");
}
static int compute_motion(lua_State *L) {
  return luaL_error(L, "a motion cannot be computed with: compute its values, motion(a + v, b + v)");
}
static int tostring_motion(lua_State *L) {
  lua_pushstring(L, "motion");
  return 1;
}

void motion_open(lua_State *L) {
  static const char *const operators[] = {"__add", "__sub",  "__mul",    "__div", "__mod", "__pow",
                                          "__unm", "__idiv", "__concat", "__len", NULL};
  static const luaL_Reg meta[] = {
    {"__index", index_motion}, {"__newindex", index_motion}, {"__call", index_motion}, {"__tostring", tostring_motion}, {NULL, NULL}};
  lua_newtable(L);
  luaL_setfuncs(L, meta, 0);
  for (const char *const *name = operators; *name; name++) {
    lua_pushcfunction(L, compute_motion);
    lua_setfield(L, -2, *name);
  }
  lua_pushstring(L, "motion");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
  lua_pushcfunction(L, make);
  sandbox_set(L, "motion");
}
