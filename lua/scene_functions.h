/* scene_functions.h - what a script says about its nodes: proto, hide, show, only, add, bounds, material; and the roots that follow. */
#ifndef MOONLIT_LUA_SCENE_FUNCTIONS_H
#define MOONLIT_LUA_SCENE_FUNCTIONS_H

#include "node.h"

void scene_functions_open(lua_State *L);

#endif
