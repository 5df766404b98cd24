/* motion.h - motion(a, b): a value that is a when the frame begins and b when the next one does; placements and cameras take it. */
#ifndef MOONLIT_LUA_MOTION_H
#define MOONLIT_LUA_MOTION_H

#include "runtime.h"

/* Is the value at index one? */
bool motion_test(lua_State *L, int index);
/* Push its value at the beginning (0) or the end (1). */
void motion_push_end(lua_State *L, int index, int end);
/* The function motion. */
void motion_open(lua_State *L);

#endif
