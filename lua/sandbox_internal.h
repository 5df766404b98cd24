/* sandbox_internal.h - what the sandbox's own files share. */
#ifndef ML_LUA_SANDBOX_INTERNAL_H
#define ML_LUA_SANDBOX_INTERNAL_H

#include "budget.h"
#include "heap.h"
#include "lauxlib.h"
#include "lua.h"
#include "sandbox.h"

struct Sandbox {
  SandboxDesc desc;
  Heap heap;
  Budget budget;
  uint64_t nodes; /* counted so far */
  size_t printed; /* bytes of output so far */
  bool output_cut;
  size_t userdata_offset[2]; /* from a block to the memory of a userdata without and with one user value */
};

/* Each opener leaves the stack as it was. */
void environment_open(lua_State *L); /* first: makes the table of built-ins */
void lib_base_open(lua_State *L);
void lib_print_open(lua_State *L);
void lib_string_open(lua_State *L);
void lib_table_open(lua_State *L);
void lib_math_open(lua_State *L); /* after values_open: shares its functions */
void lib_random_open(lua_State *L);

/* Push function f as a closure with the value at the top (which it pops) as upvalue 1; never a light C function. */
void lib_push_function(lua_State *L, lua_CFunction f);
/* Set t[name] = f in the table at the top, for each; a NULL name ends. Functions get `false` as upvalue 1. */
void lib_set_functions(lua_State *L, const luaL_Reg *functions);
/* Make each function a built-in. */
void lib_set_builtins(lua_State *L, const luaL_Reg *functions);

/* Numbers of keys in one total order: sorted keys of the table at index, as a new list on the stack (see lib_base.c). */
lua_Integer table_push_keys(lua_State *L, int index);
/* Read-only proxies stand for the table behind them: replaces the stack slot `index` by that table. */
void table_unproxy(lua_State *L, int index);

#endif
