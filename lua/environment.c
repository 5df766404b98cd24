/* environment.c - what a script sees: one table of built-ins, shared and read-only, and a fresh strict _ENV for each file.
 *
 * _ENV is an empty table whose metatable's __index is the table of built-ins; that table's own __index raises "not defined". New
 * names go into _ENV itself, so they belong to their file; built-in names are refused. The real _G is never reachable. */
#include <stdio.h>
#include <string.h>

#include "sandbox_internal.h"

static const char key_builtins, key_environment; /* addresses as registry keys */

enum { PIECE = 256 }; /* bytes that the parser gets at a time: between two pieces the limits are looked at */

void lib_push_function(lua_State *L, lua_CFunction f) { lua_pushcclosure(L, f, 1); }

void lib_set_functions(lua_State *L, const luaL_Reg *functions) {
  for (; functions->name; functions++) {
    lua_pushboolean(L, 0);
    lib_push_function(L, functions->func);
    lua_setfield(L, -2, functions->name);
  }
}

void lib_set_builtins(lua_State *L, const luaL_Reg *functions) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_builtins);
  lib_set_functions(L, functions);
  lua_pop(L, 1);
}

/* ---------------------------------------------------------------- built-ins */

static int undefined(lua_State *L) {
  Sandbox *sandbox = sandbox_of(L);
  if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "globals have names: a %s is none", luaL_typename(L, 2));
  const char *name = lua_tostring(L, 2);
  const char *best = sandbox->desc.suggest ? sandbox->desc.suggest(sandbox->desc.ud, L, name) : NULL;
  if (best) return luaL_error(L, "'%s' is not defined — did you mean '%s'?", name, best);
  return luaL_error(L, "'%s' is not defined", name);
}

static int define(lua_State *L) {
  lua_settop(L, 3);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_builtins);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 4) != LUA_TNIL) {
    return luaL_error(L, "'%s' is built in and cannot be overwritten: choose another name, or write 'local %s = ...'", lua_tostring(L, 2),
                      lua_tostring(L, 2));
  }
  lua_settop(L, 3);
  if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "globals have names: a %s is none", luaL_typename(L, 2));
  lua_rawset(L, 1);
  return 0;
}

static int read_only(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  return luaL_error(L, "'%s' is built in: its fields cannot be changed", lua_tostring(L, -1));
}

/* Replace the table at the top by a proxy that only reads. */
static void push_proxy(lua_State *L, const char *name) {
  lua_createtable(L, 0, 0);
  lua_createtable(L, 0, 5);
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lib_push_function(L, read_only);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "__readonly");
  lua_setmetatable(L, -2);
  lua_remove(L, -2);
}

void table_unproxy(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (!lua_getmetatable(L, index)) return;
  lua_pushliteral(L, "__metatable"); /* scripts cannot set this one */
  bool ours = lua_rawget(L, -2) == LUA_TBOOLEAN;
  lua_pop(L, 1);
  lua_pushliteral(L, "__readonly");
  ours = ours && lua_rawget(L, -2) == LUA_TBOOLEAN;
  if (ours) {
    lua_pop(L, 1);
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    lua_replace(L, index);
    lua_pop(L, 1);
  } else {
    lua_pop(L, 2);
  }
}

void sandbox_set(lua_State *L, const char *name) {
  if (lua_istable(L, -1)) {
    push_proxy(L, name);
  } else if (lua_iscfunction(L, -1)) {
    if (lua_getupvalue(L, -1, 1)) {
      lua_pop(L, 1);
    } else { /* light: give it an upvalue and so a serial */
      lua_CFunction f = lua_tocfunction(L, -1);
      lua_pop(L, 1);
      lua_pushboolean(L, 0);
      lib_push_function(L, f);
    }
  }
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_builtins);
  lua_insert(L, -2);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

int sandbox_get(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_builtins);
  lua_pushstring(L, name);
  int type = lua_rawget(L, -2);
  lua_remove(L, -2);
  return type;
}

void sandbox_unproxy(lua_State *L, int index) { table_unproxy(L, index); }

void sandbox_push_builtins(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &key_builtins); }

void sandbox_remove(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_builtins);
  lua_pushnil(L);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

void environment_open(lua_State *L) {
  Sandbox *sandbox = sandbox_of(L);
  for (int values = 0; values < 2; values++) { /* how far Lua puts a userdata's memory into its block */
    const char *memory = lua_newuserdatauv(L, 8, values);
    sandbox->userdata_offset[values] = (size_t)(memory - (const char *)sandbox->heap.last);
    lua_pop(L, 1);
  }
  lua_createtable(L, 0, 128);
  lua_createtable(L, 0, 1);
  lua_pushboolean(L, 0);
  lib_push_function(L, undefined);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);

  lua_createtable(L, 0, 3);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lib_push_function(L, define);
  lua_setfield(L, -2, "__newindex");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_environment);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key_builtins);
}

/* ------------------------------------------------------------------- source */

typedef struct Source {
  const char *at;
  size_t left;
} Source;

static const char *read_piece(lua_State *L, void *ud, size_t *size) {
  Source *source = ud;
  budget_check(L);
  *size = source->left < PIECE ? source->left : PIECE;
  const char *piece = source->at;
  source->at += *size;
  source->left -= *size;
  return *size ? piece : NULL;
}

bool sandbox_load(lua_State *L, const char *name, const char *text, size_t length) {
  if (length > SANDBOX_SOURCE_BYTES) {
    lua_pushfstring(L, "%s:1: the script is longer than %d MB", name, (int)(SANDBOX_SOURCE_BYTES >> 20));
    return false;
  }
  Source source = {text, length};
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) source.at += 3, source.left -= 3;
  if (source.left && source.at[0] == '#') {
    while (source.left && source.at[0] != '\n') source.at++, source.left--;
  }
  if (source.left && source.at[0] == '\x1b') {
    lua_pushfstring(L, "%s:1: a scene is text; this is a compiled program", name);
    return false;
  }
  lua_pushfstring(L, "@%s", name);
  int status = lua_load(L, read_piece, &source, lua_tostring(L, -1), "t");
  lua_remove(L, -2);
  if (status == LUA_ERRMEM) budget_stop(L, SANDBOX_STOP_MEMORY);
  if (sandbox_stopped(L)) budget_raise(L);
  if (status != LUA_OK) return false;
  lua_createtable(L, 0, 0);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &key_environment);
  lua_setmetatable(L, -2);
  lua_setupvalue(L, -2, 1); /* _ENV */
  return true;
}
