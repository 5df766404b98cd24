/* budget.h - work that C code does for scripts, counted, so that no limit waits for a C loop.
 *
 * The count hook does not run inside C. Therefore every loop over data of the script's size counts units (about a nanosecond
 * each, 16 bytes copied or compared are one); when a slice of units is used up, the clock and the cancel flag are looked at. Lua's own
 * sources count through the forced include luaconf_moonlit.h. The counter belongs to the thread that runs a sandbox.
 *
 * budget_charge raises the limit at once: for C functions that scripts call. budget_count never raises: it arms the hook, so that
 * the next instruction of the script does; for places inside Lua where raising would do harm. */
#ifndef ML_LUA_BUDGET_H
#define ML_LUA_BUDGET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern _Thread_local int64_t budget_left;
void budget_spent_raise(void);
void budget_spent_arm(void);
void budget_spent_table(void);

static inline void budget_charge(uint64_t units) {
  if ((budget_left -= (int64_t)units) < 0) budget_spent_raise();
}

static inline void budget_count(uint64_t units) {
  if ((budget_left -= (int64_t)units) < 0) budget_spent_arm();
}

#endif
