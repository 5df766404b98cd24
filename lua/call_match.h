/* call_match.h - which of several calls on a line is running: the one whose written arguments agree with those on the stack. */
#ifndef MOONLIT_LUA_CALL_MATCH_H
#define MOONLIT_LUA_CALL_MATCH_H

#include "lua.h"
#include "source.h"

/* Arguments of the C function that runs: stack places first ... first + count - 1. */
typedef struct CallArguments {
  lua_State *L;
  int first, count;
} CallArguments;

/* SourceQuery.fits with a CallArguments as ud. Literals, tables of them and names of the caller's variables are compared; whatever else
 * is written agrees with everything. Raises nothing but memory errors. */
bool call_fits(void *ud, const Source *source, const Token *open);

#endif
