/* lib_print.c - values as text without addresses, print and warn. */
#include <stdio.h>
#include <string.h>

#include "sandbox_internal.h"
#include "values.h"

enum { DEPTH = 4, ITEMS = 40 };

uint64_t sandbox_serial(lua_State *L, int index) {
  const Sandbox *sandbox = sandbox_of(L);
  const char *object = lua_topointer(L, index);
  switch (lua_type(L, index)) {
  case LUA_TTABLE: return heap_serial(object);
  case LUA_TFUNCTION:
    if (lua_iscfunction(L, index)) {
      if (!lua_getupvalue(L, index, 1)) return 0; /* a light C function is no object */
      lua_pop(L, 1);
    }
    return heap_serial(object);
  case LUA_TUSERDATA: {
    int values = 0;
    while (lua_getiuservalue(L, index, values + 1) != LUA_TNONE) values++, lua_pop(L, 1);
    lua_pop(L, 1);
    if (values == 0) return heap_serial(object - sandbox->userdata_offset[0]);
    size_t value_size = 16; /* of a user value, both in 32 and 64 bits */
    return heap_serial(object - sandbox->userdata_offset[1] - (size_t)(values - 1) * value_size);
  }
  default: return 0;
  }
}

const char *sandbox_type_name(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA) return lua_typename(L, lua_type(L, index));
  const Value *value = value_test(L, index);
  if (value) return value->kind == VALUE_VEC2 ? "vec2" : value->kind == VALUE_VEC3 ? "vec3" : "color";
  int type = luaL_getmetafield(L, index, "__name");
  const char *name = type == LUA_TSTRING ? lua_tostring(L, -1) : "object"; /* the metatable keeps it */
  if (type != LUA_TNIL) lua_pop(L, 1);
  return name;
}

const char *sandbox_tolstring(lua_State *L, int index, size_t *length) {
  index = lua_absindex(L, index);
  if (luaL_getmetafield(L, index, "__tostring") != LUA_TNIL) {
    lua_pushvalue(L, index);
    lua_call(L, 1, 1);
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "'__tostring' must return a string");
    return lua_tolstring(L, -1, length);
  }
  switch (lua_type(L, index)) {
  case LUA_TNIL: lua_pushliteral(L, "nil"); break;
  case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
  case LUA_TNUMBER:
  case LUA_TSTRING: lua_pushvalue(L, index); break;
  case LUA_TUSERDATA: lua_pushstring(L, sandbox_type_name(L, index)); break;
  default: {
    uint64_t serial = sandbox_serial(L, index);
    if (serial) lua_pushfstring(L, "%s#%I", luaL_typename(L, index), (LUAI_UACINT)serial);
    else lua_pushfstring(L, "builtin %s", luaL_typename(L, index));
    break;
  }
  }
  return lua_tolstring(L, -1, length);
}

/* -------------------------------------------------------------- tables in full */

typedef struct Text {
  size_t length;
  char data[SANDBOX_PRINT_BYTES + 64];
} Text;

static void add(Text *text, const char *more, size_t length) {
  size_t room = sizeof text->data - text->length;
  if (length > room) length = room;
  memcpy(text->data + text->length, more, length);
  text->length += length;
}

static void add_word(Text *text, const char *word) { add(text, word, strlen(word)); }

static void add_quoted(Text *text, const char *s, size_t length) {
  if (length > sizeof text->data) length = sizeof text->data;
  add_word(text, "\"");
  for (size_t i = 0; i < length; i++) {
    char escaped[8];
    unsigned char c = (unsigned char)s[i];
    if (c == '"' || c == '\\') snprintf(escaped, sizeof escaped, "\\%c", c);
    else if (c == '\n') snprintf(escaped, sizeof escaped, "\\n");
    else if (c < 32 || c == 127) snprintf(escaped, sizeof escaped, "\\%03d", c);
    else escaped[0] = (char)c, escaped[1] = 0;
    add_word(text, escaped);
  }
  add_word(text, "\"");
}

/* Can the string key be written without quotes? */
static bool is_name(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return false;
  size_t length;
  const char *s = lua_tolstring(L, index, &length);
  if (length == 0 || (s[0] >= '0' && s[0] <= '9')) return false;
  for (size_t i = 0; i < length; i++) {
    char c = s[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

static void add_value(lua_State *L, Text *text, int index, const void **above, int depth);

static void add_table(lua_State *L, Text *text, int index, const void **above, int depth) {
  const void *self = lua_topointer(L, index);
  bool again = false;
  for (int i = 0; i < depth; i++) again = again || above[i] == self;
  if (again || depth == DEPTH) {
    lua_pushfstring(L, "table#%I", (LUAI_UACINT)sandbox_serial(L, index));
    add_word(text, lua_tostring(L, -1));
    lua_pop(L, 1);
    return;
  }
  above[depth] = self;
  int top = lua_gettop(L);
  lua_pushvalue(L, index);
  table_unproxy(L, -1);
  index = lua_gettop(L);
  lua_Integer count = table_push_keys(L, index), list = 0; /* `list` keys so far were 1, 2, 3, ... */
  int keys = lua_gettop(L);
  add_word(text, "{");
  for (lua_Integer i = 1; i <= count; i++) {
    if (i > 1) add_word(text, ", ");
    if (i > ITEMS || text->length == sizeof text->data) {
      lua_pushfstring(L, "… %I more", (LUAI_UACINT)(count - i + 1));
      add_word(text, lua_tostring(L, -1));
      lua_pop(L, 1);
      break;
    }
    lua_rawgeti(L, keys, i);
    if (lua_isinteger(L, -1) && lua_tointeger(L, -1) == list + 1) {
      list++;
    } else if (is_name(L, -1)) {
      add_word(text, lua_tostring(L, -1));
      add_word(text, " = ");
    } else {
      add_word(text, "[");
      add_value(L, text, lua_gettop(L), above, DEPTH);
      add_word(text, "] = ");
    }
    lua_rawget(L, index);
    add_value(L, text, lua_gettop(L), above, depth + 1);
    lua_pop(L, 1);
  }
  add_word(text, "}");
  lua_settop(L, top);
}

/* A value inside a table, or a table itself. */
static void add_value(lua_State *L, Text *text, int index, const void **above, int depth) {
  luaL_checkstack(L, 8, "too many nested tables");
  size_t length;
  if (lua_istable(L, index) && luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) {
    add_table(L, text, index, above, depth);
    return;
  }
  if (lua_istable(L, index)) lua_pop(L, 1);
  const char *s = sandbox_tolstring(L, index, &length);
  if (lua_type(L, index) == LUA_TSTRING) add_quoted(text, s, length);
  else add(text, s, length);
  lua_pop(L, 1);
}

const char *sandbox_pretty(lua_State *L, int index, size_t *length) {
  index = lua_absindex(L, index);
  if (!lua_istable(L, index)) return sandbox_tolstring(L, index, length);
  const void *above[DEPTH + 1] = {0};
  Text *text = lua_newuserdatauv(L, sizeof *text, 0);
  text->length = 0;
  add_value(L, text, index, above, 0);
  lua_pushlstring(L, text->data, text->length);
  lua_remove(L, -2);
  return lua_tolstring(L, -1, length);
}

/* --------------------------------------------------------------- print and warn */

static void output(lua_State *L, SandboxOutput kind, const char *text, size_t length) {
  Sandbox *sandbox = sandbox_of(L);
  budget_charge(64 + (length >> 4));
  if (!sandbox->desc.output || sandbox->output_cut) return;
  char source[256];
  int line;
  sandbox_where(L, source, &line);
  size_t room = SANDBOX_PRINT_BYTES - sandbox->printed;
  if (length > room) {
    length = room;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--; /* whole characters */
    sandbox->output_cut = true;
  }
  sandbox->printed += length;
  if (length > 0 || !sandbox->output_cut) sandbox->desc.output(sandbox->desc.ud, kind, source, line, text, length);
  static const char cut[] = "… output cut";
  if (sandbox->output_cut) sandbox->desc.output(sandbox->desc.ud, kind, source, line, cut, sizeof cut - 1);
}

void sandbox_say(lua_State *L, SandboxOutput kind, const char *text) { output(L, kind, text, strlen(text)); }

/* Each call counts a line's end as one byte, so that empty prints end, too. */
static int say(lua_State *L, SandboxOutput kind, const char *between) {
  Sandbox *sandbox = sandbox_of(L);
  int count = lua_gettop(L);
  lua_newuserdatauv(L, sizeof(Text), 0);
  Text *text = lua_touserdata(L, -1);
  text->length = 0;
  for (int i = 1; i <= count && text->length < sizeof text->data; i++) {
    size_t length;
    if (i > 1) add_word(text, between);
    const char *s = sandbox_pretty(L, i, &length);
    add(text, s, length);
    lua_pop(L, 1);
  }
  output(L, kind, text->data, text->length);
  if (sandbox->printed < SANDBOX_PRINT_BYTES) sandbox->printed++;
  return 0;
}

static int base_print(lua_State *L) { return say(L, SANDBOX_PRINT, "\t"); }

static int base_warn(lua_State *L) {
  luaL_checkany(L, 1);
  return say(L, SANDBOX_WARN, "");
}

void lib_print_open(lua_State *L) {
  static const luaL_Reg own[] = {{"print", base_print}, {"warn", base_warn}, {NULL, NULL}};
  lib_set_builtins(L, own);
}
