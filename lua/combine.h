/* combine.h - the operators |, & and - between shapes. */
#ifndef MOONLIT_LUA_COMBINE_H
#define MOONLIT_LUA_COMBINE_H

#include "lua.h"

/* Sets them in the metatable on top, over what is there, which keeps what has no shape in it. */
void combine_set_operators(lua_State *L);

#endif
