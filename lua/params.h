/* params.h - param(): plain values that the command line and the page can change. */
#ifndef MOONLIT_LUA_PARAMS_H
#define MOONLIT_LUA_PARAMS_H

#include "runtime.h"

const char *params_type_name(ScriptParamType type); /* "number", "int", ... */
void params_open(lua_State *L);
/* After the run: what was set and does not exist is an error. */
void params_check_sets(Runtime *runtime);
/* All declared ones, in order. */
const ScriptParam *params_list(Runtime *runtime, size_t *count);

#endif
