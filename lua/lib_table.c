/* lib_table.c - table: the usual functions with their ranges checked and their work counted, and a stable merge sort whose
 * result depends on nothing but the list and the order (the release's looks at the clock). Fields are read and written as the
 * language does, metamethods included, so read-only tables stay so. */
#include <string.h>

#include "sandbox_internal.h"

static lua_Integer length_of(lua_State *L, int index) {
  luaL_checktype(L, index, LUA_TTABLE);
  table_unproxy(L, index);
  lua_Integer n = luaL_len(L, index);
  if (n > SANDBOX_LIST_ITEMS) luaL_error(L, "the list has more than %d items", SANDBOX_LIST_ITEMS);
  return n;
}

/* Items from..to, at most SANDBOX_LIST_ITEMS. */
static void check_range(lua_State *L, lua_Integer from, lua_Integer to, const char *name) {
  if (to >= from && (lua_Unsigned)to - (lua_Unsigned)from >= SANDBOX_LIST_ITEMS) {
    luaL_error(L, "table.%s: more than %d items", name, SANDBOX_LIST_ITEMS);
  }
}

static void move_item(lua_State *L, int from_table, lua_Integer from, int to_table, lua_Integer to) {
  budget_charge(16);
  lua_geti(L, from_table, from);
  lua_seti(L, to_table, to);
}

static int table_insert(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer length = luaL_len(L, 1);
  luaL_argcheck(L, length < LUA_MAXINTEGER, 1, "the list is full");
  lua_Integer end = length + 1, position = end;
  switch (lua_gettop(L)) {
  case 2: break;
  case 3:
    position = luaL_checkinteger(L, 2);
    luaL_argcheck(L, position >= 1 && position <= end, 2, "position out of bounds");
    check_range(L, position, end, "insert");
    for (lua_Integer i = end; i > position; i--) move_item(L, 1, i - 1, 1, i);
    break;
  default: return luaL_error(L, "table.insert takes (list, value) or (list, position, value)");
  }
  lua_seti(L, 1, position);
  return 0;
}

static int table_remove(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer size = luaL_len(L, 1), position = luaL_optinteger(L, 2, size);
  if (!lua_isnone(L, 2)) luaL_argcheck(L, (lua_Unsigned)position - 1u <= (lua_Unsigned)size, 2, "position out of bounds");
  check_range(L, position, size, "remove");
  lua_geti(L, 1, position);
  for (; position < size; position++) move_item(L, 1, position + 1, 1, position);
  lua_pushnil(L);
  lua_seti(L, 1, position);
  return 1;
}

static int table_move(lua_State *L) {
  lua_Integer from = luaL_checkinteger(L, 2), end = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4);
  int target = lua_isnoneornil(L, 5) ? 1 : 5;
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checktype(L, target, LUA_TTABLE);
  check_range(L, from, end, "move");
  if (end >= from) {
    lua_Integer n = end - from + 1;
    luaL_argcheck(L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
    luaL_argcheck(L, to <= LUA_MAXINTEGER - n + 1, 4, "destination wrap around");
    bool apart = to > end || to <= from || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ));
    if (apart) {
      for (lua_Integer i = 0; i < n; i++) move_item(L, 1, from + i, target, to + i);
    } else {
      for (lua_Integer i = n - 1; i >= 0; i--) move_item(L, 1, from + i, target, to + i);
    }
  }
  lua_pushvalue(L, target);
  return 1;
}

static int table_concat(lua_State *L) {
  lua_Integer last = length_of(L, 1);
  size_t between;
  const char *separator = luaL_optlstring(L, 2, "", &between);
  lua_Integer i = luaL_optinteger(L, 3, 1);
  last = luaL_optinteger(L, 4, last);
  check_range(L, i, last, "concat");
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (; i <= last; i++) {
    budget_charge(16 + (between >> 4));
    lua_geti(L, 1, i);
    if (!lua_isstring(L, -1)) {
      return luaL_error(L, "table.concat joins strings and numbers: item %I is a %s", (LUAI_UACINT)i, sandbox_type_name(L, -1));
    }
    luaL_addvalue(&buffer);
    if (i == last) break; /* also where last is the greatest integer */
    luaL_addlstring(&buffer, separator, between);
  }
  luaL_pushresult(&buffer);
  return 1;
}

static int table_pack(lua_State *L) {
  int n = lua_gettop(L);
  budget_charge((uint64_t)n);
  lua_createtable(L, n, 1);
  lua_insert(L, 1);
  for (int i = n; i >= 1; i--) lua_seti(L, 1, i);
  lua_pushinteger(L, n);
  lua_setfield(L, 1, "n");
  return 1;
}

static int table_unpack(lua_State *L) {
  lua_Integer from = luaL_optinteger(L, 2, 1);
  lua_Integer to = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (from > to) return 0;
  check_range(L, from, to, "unpack");
  int n = (int)(to - from + 1);
  budget_charge((uint64_t)n);
  if (!lua_checkstack(L, n)) return luaL_error(L, "too many results to unpack");
  for (int i = 0; i < n; i++) lua_geti(L, 1, from + i);
  return n;
}

/* ------------------------------------------------------------------------ sort */

/* Is the later item b before the earlier a? items: stack index of the list that holds them. */
static bool before(lua_State *L, int items, int order, uint32_t b, uint32_t a) {
  bool result;
  budget_charge(16);
  if (order) lua_pushvalue(L, order);
  lua_rawgeti(L, items, b);
  lua_rawgeti(L, items, a);
  if (order) {
    lua_call(L, 2, 1);
    result = lua_toboolean(L, -1);
    lua_pop(L, 1);
  } else {
    result = lua_compare(L, -2, -1, LUA_OPLT);
    lua_pop(L, 2);
  }
  return result;
}

/* Merge sort of indices into a copy of the list: an order that contradicts itself gives some permutation, never an error. */
static int table_sort(lua_State *L) {
  lua_Integer length = length_of(L, 1);
  int order = 0;
  if (!lua_isnoneornil(L, 2)) {
    luaL_checktype(L, 2, LUA_TFUNCTION);
    order = 2;
  }
  lua_settop(L, 2);
  if (length < 2) return 0;
  uint32_t count = (uint32_t)length;
  lua_createtable(L, (int)count, 0);
  for (uint32_t i = 1; i <= count; i++) {
    budget_charge(8);
    lua_geti(L, 1, i);
    lua_rawseti(L, 3, i);
  }
  uint32_t *now = lua_newuserdatauv(L, 2 * (size_t)count * sizeof *now, 0), *then = now + count;
  for (uint32_t i = 0; i < count; i++) now[i] = i + 1;
  for (uint64_t width = 1; width < count; width *= 2) {
    for (uint64_t begin = 0; begin < count; begin += 2 * width) {
      uint64_t middle = begin + width < count ? begin + width : count, end = begin + 2 * width < count ? begin + 2 * width : count;
      uint64_t a = begin, b = middle;
      bool merge = middle < end && before(L, 3, order, now[middle], now[middle - 1]); /* else both runs stand in order already */
      for (uint64_t k = begin; k < end; k++) {
        bool take_b = merge && b < end && (a == middle || before(L, 3, order, now[b], now[a]));
        then[k] = take_b || a == middle ? now[b++] : now[a++];
      }
      budget_charge(end - begin);
    }
    uint32_t *swap = now;
    now = then;
    then = swap;
  }
  for (uint32_t i = 0; i < count; i++) {
    budget_charge(8);
    lua_rawgeti(L, 3, now[i]);
    lua_seti(L, 1, (lua_Integer)i + 1);
  }
  return 0;
}

void lib_table_open(lua_State *L) {
  static const luaL_Reg own[] = {
    {"concat", table_concat}, {"insert", table_insert}, {"move", table_move},     {"pack", table_pack},
    {"remove", table_remove}, {"sort", table_sort},     {"unpack", table_unpack}, {NULL, NULL},
  };
  lua_createtable(L, 0, 8);
  lib_set_functions(L, own);
  sandbox_set(L, "table");
}
