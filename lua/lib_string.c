/* lib_string.c - string and utf8: the release's functions, which count their work (luaconf_moonlit.h), less what gives addresses
 * or depends on the platform; and arithmetic on strings, which says what to write where a colour was meant. */
#include <string.h>

#include "colors.h"
#include "lualib.h"
#include "sandbox_internal.h"

/* Upvalue 1 of each wrapper is the release's function. */
static int original(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

static int string_format(lua_State *L) {
  size_t length;
  const char *s = luaL_checklstring(L, 1, &length), *end = s + length;
  budget_charge(length);
  while (s < end && (s = memchr(s, '%', (size_t)(end - s)))) {
    s++;
    while (s < end && *s && strchr("-+ #0123456789.", *s)) s++;
    if (s < end && (*s == 'p' || *s == 'a' || *s == 'A')) return luaL_error(L, "format has no '%%%c' here", *s);
    if (s < end) s++;
  }
  return original(L);
}

static int string_rep(lua_State *L) {
  size_t length, between = 0;
  luaL_checklstring(L, 1, &length);
  lua_Integer n = luaL_checkinteger(L, 2);
  luaL_optlstring(L, 3, "", &between);
  if (n > 0 && length + between > 0 && (uint64_t)n > SANDBOX_STRING_BYTES / (length + between) + 1) {
    sandbox_of(L)->heap.string_refused = true;
    budget_stop(L, SANDBOX_STOP_MEMORY);
  }
  return original(L);
}

/* Sizes of long and size_t and natural alignment are the platform's; all else is the same everywhere. */
static int string_pack(lua_State *L) {
  for (const char *s = luaL_checkstring(L, 1); *s; s++) {
    bool sized = s[1] >= '0' && s[1] <= '9';
    if (strchr("lLT", *s) || ((*s == 's' || *s == '!') && !sized)) {
      return luaL_error(L, "'%c' differs between machines: give a size, as in i8, I4, s4, !8", *s);
    }
    budget_charge(1);
  }
  return original(L);
}

/* ----------------------------------------------------------------- arithmetic */

static bool push_number(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_pushvalue(L, index);
    return true;
  }
  size_t length;
  const char *s = lua_tolstring(L, index, &length);
  return s && length < 200 && lua_stringtonumber(L, s) == length + 1;
}

/* Upvalue 1: the event's name, 2: the operation. */
static int string_arithmetic(lua_State *L) {
  const char *event = lua_tostring(L, lua_upvalueindex(1));
  int op = (int)lua_tointeger(L, lua_upvalueindex(2));
  lua_settop(L, 2);
  if (push_number(L, 1) && push_number(L, 2)) {
    if (op == LUA_OPUNM) lua_pop(L, 1);
    lua_arith(L, op);
    return 1;
  }
  lua_settop(L, 2);
  if (lua_type(L, 2) != LUA_TSTRING && luaL_getmetafield(L, 2, event) != LUA_TNIL) {
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
  }
  for (int i = 1; i <= 2; i++) {
    size_t length;
    double rgb[3];
    if (lua_type(L, i) != LUA_TSTRING) continue;
    const char *s = lua_tolstring(L, i, &length);
    if (color_parse(s, length, rgb)) return luaL_error(L, "text has no arithmetic: write color \"%s\"", s);
    if (!push_number(L, i))
      return luaL_error(L, "text has no arithmetic: %s is a string that is no number", i == 1 ? "the left side" : "the right side");
    lua_pop(L, 1);
  }
  return luaL_error(L, "attempt to perform arithmetic on a %s and a %s", sandbox_type_name(L, 1), sandbox_type_name(L, 2));
}

/* ------------------------------------------------------------------------ open */

/* From the release's table below the top: t[name] = its function, or `wrapper` around it. */
static void keep(lua_State *L, const char *name, lua_CFunction wrapper) {
  lua_getfield(L, -2, name);
  if (wrapper) {
    lib_push_function(L, wrapper);
  } else {
    lua_CFunction f = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    lua_pushboolean(L, 0);
    lib_push_function(L, f);
  }
  lua_setfield(L, -2, name);
}

void lib_string_open(lua_State *L) {
  static const char *const strings[] = {"byte", "char", "find", "gmatch", "gsub", "len", "lower", "match", "reverse", "sub", "upper", NULL};
  static const char *const codes[] = {"char", "codes", "codepoint", "len", "offset", NULL};
  static const struct {
    const char *event;
    int op;
  } events[] = {{"__add", LUA_OPADD}, {"__sub", LUA_OPSUB}, {"__mul", LUA_OPMUL},   {"__div", LUA_OPDIV},
                {"__mod", LUA_OPMOD}, {"__pow", LUA_OPPOW}, {"__idiv", LUA_OPIDIV}, {"__unm", LUA_OPUNM}};
  lua_pushcfunction(L, luaopen_string);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, 20);
  for (const char *const *name = strings; *name; name++) keep(L, *name, NULL);
  keep(L, "format", string_format);
  keep(L, "rep", string_rep);
  keep(L, "pack", string_pack);
  keep(L, "packsize", string_pack);
  keep(L, "unpack", string_pack);

  lua_pushliteral(L, "");
  lua_createtable(L, 0, 12); /* the metatable of all strings */
  lua_pushvalue(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    lua_pushstring(L, events[i].event);
    lua_pushinteger(L, events[i].op);
    lua_pushcclosure(L, string_arithmetic, 2);
    lua_setfield(L, -2, events[i].event);
  }
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
  sandbox_set(L, "string");
  lua_pop(L, 1);

  lua_pushcfunction(L, luaopen_utf8);
  lua_call(L, 0, 1);
  lua_createtable(L, 0, 8);
  for (const char *const *name = codes; *name; name++) keep(L, *name, NULL);
  lua_getfield(L, -2, "charpattern");
  lua_setfield(L, -2, "charpattern");
  sandbox_set(L, "utf8");
  lua_pop(L, 1);
}
