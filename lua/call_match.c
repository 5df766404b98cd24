/* call_match.c - see call_match.h. */
#include "call_match.h"

#include <string.h>

static bool value_fits(const CallArguments *call, const char *text, size_t size, const Item *item, int index);

/* Pushes the variable of the calling script function; false: there is none of that name. */
static bool push_variable(lua_State *L, const char *name, size_t size) {
  lua_Debug ar;
  int level = 0;
  do
    if (!lua_getstack(L, level++, &ar) || !lua_getinfo(L, "l", &ar)) return false;
  while (ar.currentline <= 0);
  int found = 0;
  for (int i = 1;; i++) { // the last of a name hides the others
    const char *local = lua_getlocal(L, &ar, i);
    if (!local) break;
    lua_pop(L, 1);
    if (strlen(local) == size && memcmp(local, name, size) == 0) found = i;
  }
  if (found) return lua_getlocal(L, &ar, found) != NULL;
  lua_getinfo(L, "f", &ar);
  for (int i = 1;; i++) {
    const char *outer = lua_getupvalue(L, -1, i);
    if (!outer) break;
    if (strlen(outer) == size && memcmp(outer, name, size) == 0) {
      lua_remove(L, -2);
      return true;
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return false;
}

static bool number_fits(lua_State *L, const char *text, const Token *token, bool negative, int index) {
  char digits[64] = {negative ? '-' : '+'};
  const size_t size = token->end - token->start;
  if (size > sizeof digits - 2) return true;
  memcpy(digits + 1, text + token->start, size);
  if (!lua_stringtonumber(L, digits + (negative ? 0 : 1))) return true;
  const bool same = lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  return same;
}

static bool string_fits(lua_State *L, const char *text, const Token *token, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return false;
  const char *inner = text + token->start + 1;
  const size_t size = token->end - token->start - 2;
  if (text[token->start] == '[' || memchr(inner, '\\', size)) return true;
  size_t has;
  const char *value = lua_tolstring(L, index, &has);
  return has == size && memcmp(value, inner, size) == 0;
}

static bool table_fits(const CallArguments *call, const char *text, size_t size, const Token *open, int index) {
  lua_State *L = call->L;
  if (!lua_istable(L, index) || !lua_checkstack(L, 6)) return false;
  Items items = items_start(text, size, open);
  Item item;
  uint64_t named = 0, listed = 0;
  bool open_end = false; // more values than are written can be there
  while (items_next(&items, &item)) {
    if (!item.tokens) continue;
    named += item.index == 0;
    listed += item.index != 0;
    if (item.computed) continue;
    if (item.index) lua_rawgeti(L, index, item.index);
    else {
      lua_pushlstring(L, text + item.key.start, item.key.end - item.key.start);
      lua_rawget(L, index);
    }
    const bool fits = value_fits(call, text, size, &item, lua_gettop(L));
    lua_pop(L, 1);
    if (!fits) return false;
    open_end = item.computed || (item.index && item.tokens > 1 && !item.whole) || token_is(text, &item.first, "...");
  }
  uint64_t fields = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) fields += lua_type(L, -2) == LUA_TSTRING;
  return fields <= named && (open_end || lua_rawlen(L, index) <= listed);
}

static bool value_fits(const CallArguments *call, const char *text, size_t size, const Item *item, int index) {
  lua_State *L = call->L;
  const Token *first = &item->first;
  if (item->whole && text[first->start] == '{') return table_fits(call, text, size, first, index);
  if (item->tokens == 2 && token_is(text, first, "-") && item->second.kind == LEX_NUMBER)
    return number_fits(L, text, &item->second, true, index);
  if (item->tokens != 1) return !lua_isnil(L, index) || text[item->end - 1] != '}'; // sphere{...} is something
  if (first->kind == LEX_NUMBER) return number_fits(L, text, first, false, index);
  if (first->kind == LEX_STRING) return string_fits(L, text, first, index);
  if (token_is(text, first, "nil")) return lua_isnil(L, index);
  if (token_is(text, first, "true") || token_is(text, first, "false"))
    return lua_isboolean(L, index) && lua_toboolean(L, index) == (text[first->start] == 't');
  if (first->kind != LEX_NAME || !lua_checkstack(L, 6) || !push_variable(L, text + first->start, first->end - first->start)) return true;
  const bool same = lua_rawequal(L, -1, index);
  lua_pop(L, 1);
  return same;
}

bool call_fits(void *ud, const Source *source, const Token *open) {
  const CallArguments *call = ud;
  const char *text = source->text;
  if (open->kind == LEX_STRING) return call->count == 1 && string_fits(call->L, text, open, call->first);
  if (text[open->start] == '{') return call->count == 1 && table_fits(call, text, source->size, open, call->first);
  Items items = items_start(text, source->size, open);
  Item item;
  int written = 0;
  bool open_end = false;
  while (items_next(&items, &item)) {
    if (!item.tokens) continue;
    written++;
    open_end = (item.tokens > 1 && !item.whole) || token_is(text, &item.first, "...");
    if (written > call->count) break;
    if (!value_fits(call, text, source->size, &item, call->first + written - 1)) return false;
  }
  return open_end || written == call->count;
}
