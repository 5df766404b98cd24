/* budget.c - see budget.h. The only mutable state outside a Sandbox: which one runs on this thread. */
#include "budget.h"

#include <string.h>

#include "lua.h"
#include "sandbox.h"

enum {
  SLICE = 1 << 16, /* units, some 0.1 ms */
  INTERVAL = 100,  /* instructions between two calls of the hook: fixed, for lua_sethook walks through all frames */
  SKIP_MOST = 100, /* calls of the hook for one look at the limits where instructions are quick; 1 where a single one can be */
                   /* slow (long varargs, collisions) */
  OVERRUN = 64,    /* slices that a table operation may ignore a limit: far more than any honest one needs */
};
#define LOOK_SECONDS 0.002 /* from look to look: what `skip` aims to stay below */

_Thread_local int64_t budget_left = SLICE;
static _Thread_local Budget *current;

static void hook(lua_State *L, lua_Debug *ar);

static void look(Budget *budget) {
  if (budget->stop) return;
  if (budget->cancel.poll && budget->cancel.poll(budget->cancel.ud)) {
    budget_arm(budget, SANDBOX_STOP_CANCELLED);
  } else if (budget->deadline > 0.0 && ml_clock() > budget->deadline) {
    budget_arm(budget, SANDBOX_STOP_TIME);
  }
}

void budget_arm(Budget *budget, int stop) {
  if (!budget->stop) {
    budget->stop_time = ml_clock();
    budget->stop = stop;
  }
  if (lua_gethookcount(budget->L) != 1) lua_sethook(budget->L, hook, LUA_MASKCOUNT, 1);
}

void budget_begin(Budget *budget, lua_State *L) {
  budget->L = L;
  budget->outer = current;
  budget->skip = budget->skipped = 1;
  budget->look_time = ml_clock();
  current = budget;
  budget_left = SLICE;
  lua_sethook(L, hook, LUA_MASKCOUNT, INTERVAL);
}

void budget_end(Budget *budget) {
  current = budget->outer;
  budget_left = SLICE;
}

void budget_raise(lua_State *L) {
  lua_pushlightuserdata(L, &current); /* Lua keeps spare slots; settop would run __close here */
  lua_error(L);
  __builtin_unreachable();
}

int budget_places(lua_State *L, ScriptPlace *out, int most) {
  lua_Debug ar;
  int count = 0;
  for (int level = 0; level < 50 && count < most && lua_getstack(L, level, &ar); level++) { // a recursion without an end is deep
    lua_getinfo(L, "l", &ar);
    if (ar.currentline <= 0) continue;
    lua_getinfo(L, "S", &ar);
    const char *name = ar.source[0] == '@' || ar.source[0] == '=' ? ar.source + 1 : ar.source;
    ScriptPlace *place = &out[count];
    const size_t length = strnlen(name, sizeof place->file - 1);
    memcpy(place->file, name, length);
    place->file[length] = 0;
    place->line = ar.currentline;
    if (count == 0 || place->line != place[-1].line || strcmp(place->file, place[-1].file) != 0) count++;
  }
  return count;
}

void budget_thrown(lua_State *L, int status) {
  Budget *budget = current;
  if (!budget || budget->L != L || budget->placed || !(budget->stop || status == LUA_ERRMEM)) return;
  budget->placed = true;
  budget->place_count = budget_places(L, budget->places, SCRIPT_PLACES);
}

void budget_check(lua_State *L) {
  if (!current) return;
  look(current);
  if (current->stop) budget_raise(L);
}

bool budget_is_over(void *ud) {
  (void)ud;
  if (!current) return false;
  look(current);
  return current->stop != 0;
}

void budget_stop(lua_State *L, int stop) {
  budget_arm(current, stop);
  budget_raise(L);
}

static void hook(lua_State *L, lua_Debug *ar) {
  (void)ar;
  Budget *budget = current;
  if (!budget) return;
  budget->overrun = 0;
  if (!budget->stop) {
    if (--budget->skipped > 0) return;
    look(budget);
  }
  if (budget->stop) {
    budget_arm(budget, budget->stop); /* so that what runs while unwinding ends at once, too */
    budget_raise(L);
  }
  double now = ml_clock();
  int skip = now - budget->look_time > LOOK_SECONDS ? budget->skip / 4 : budget->skip * 2;
  budget->skip = budget->skipped = skip < 1 ? 1 : skip > SKIP_MOST ? SKIP_MOST : skip;
  budget->look_time = now;
}

void budget_spent_raise(void) {
  budget_left = SLICE;
  if (!current) return;
  look(current);
  if (current->stop) budget_raise(current->L);
}

void budget_spent_arm(void) {
  budget_left = SLICE;
  if (!current) return;
  look(current);
  if (current->stop) budget_arm(current, current->stop);
}

/* Raising out of a rehash leaves the table half filled and its old part unknown to Lua. The state is closed right after, and the
 * allocator frees large blocks that were left over. */
void budget_spent_table(void) {
  budget_spent_arm();
  if (current && current->stop && ++current->overrun > OVERRUN) budget_raise(current->L);
}
