/* runtime_errors.h - errors that a running script raises, placed and explained. */
#ifndef MOONLIT_LUA_RUNTIME_ERRORS_H
#define MOONLIT_LUA_RUNTIME_ERRORS_H

#include "runtime.h"

/* Message handler of the sandbox: records the error at its place while the stack still stands. */
int runtime_error_handler(lua_State *L);
/* The best alternative to an undefined global. */
const char *runtime_suggest(void *ud, lua_State *L, const char *name);

#endif
