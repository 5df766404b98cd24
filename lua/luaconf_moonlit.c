/* luaconf_moonlit.c - what the forced include over Lua's sources needs beside budget.c. */
#include "budget.h"
#include "lauxlib.h"
#include "moonlit.h"

double luaconf_parse_number(const char *text, char **end);
void luaconf_checkstack(lua_State *L, int space, const char *message);
char *luaconf_buffinitsize(lua_State *L, luaL_Buffer *buffer, size_t size);

/* strtod's contract on top of ml_parse_number: leading white space and a sign are ours, and the length counts as work. */
double luaconf_parse_number(const char *text, char **end) {
  const char *p = text;
  while (*p == ' ' || (*p >= '\t' && *p <= '\r')) p++;
  bool minus = *p == '-';
  if (*p == '-' || *p == '+') p++;
  const char *after = p;
  bool number = (*p >= '0' && *p <= '9') || *p == '.';
  double x = number ? ml_parse_number(p, &after) : 0.0;
  budget_count((uint64_t)(after - text));
  *end = (char *)(uintptr_t)(after == p ? text : after);
  return minus ? -x : x;
}

/* In lstrlib and lutf8lib these precede a loop over as many values or bytes. */
void luaconf_checkstack(lua_State *L, int space, const char *message) {
  budget_charge((uint64_t)space);
  luaL_checkstack(L, space, message);
}

char *luaconf_buffinitsize(lua_State *L, luaL_Buffer *buffer, size_t size) {
  budget_charge(size);
  return luaL_buffinitsize(L, buffer, size);
}
