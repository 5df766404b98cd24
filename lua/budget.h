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

#include "moonlit.h"

struct lua_State;
struct lua_Debug;

/* Where a script function is: its source's name (without '@' or '='), cut at 255 bytes, and line. */
typedef struct ScriptPlace {
  char file[256];
  int line;
} ScriptPlace;

enum { SCRIPT_PLACES = 4 }; /* as many as messages name */

/* What a run may use. Owned by the sandbox; `stop` is sticky (0, else a SandboxStop). */
typedef struct Budget {
  struct lua_State *L;
  MlCancel cancel;
  double deadline;          /* ml_clock(); 0: none */
  _Atomic int stop;         /* read by the watchdog, too */
  _Atomic double stop_time; /* when it was set */
  uint64_t overrun;         /* slices since, without an instruction of the script in between */
  int skip, skipped;        /* calls of the hook from look to look; follows how long they take */
  double look_time;
  struct Budget *outer;
  bool placed;                       /* a limit has been raised, ... */
  int place_count;                   /* ... while these ran, the innermost first */
  ScriptPlace places[SCRIPT_PLACES]; /* before anything was unwound */
} Budget;

/* The budget that counts on this thread from now on, and the end of that. Nests. */
void budget_begin(Budget *budget, struct lua_State *L);
void budget_end(Budget *budget);
/* Look at clock and cancel flag, now; then raise if a limit has been hit (again: whenever it has been hit). */
void budget_check(struct lua_State *L);
/* The script functions that run, the innermost first, at most `most`; of the same line in a row, one. Returns how many. */
int budget_places(struct lua_State *L, ScriptPlace *out, int most);
/* Lua is about to jump out of what runs, for an error of this status: remembers where, if it is for a limit. Called by Lua itself. */
void budget_thrown(struct lua_State *L, int status);
/* Whether a limit has been hit, for the engine to poll (MlCancel) in work that a script waits for; never raises, and budget_check does then. */
bool budget_is_over(void *ud);
/* Set the limit (if none is set) and raise it. Does not return. */
_Noreturn void budget_stop(struct lua_State *L, int stop);
/* The same without raising: the next instruction does. */
void budget_arm(Budget *budget, int stop);
/* Raise the limit that is set: a light userdata that only we make. Does not return. */
_Noreturn void budget_raise(struct lua_State *L);

extern _Thread_local int64_t budget_left; /* of the slice */
void budget_spent_raise(void);            /* slice used up: look; raise */
void budget_spent_arm(void);              /* look; arm */
void budget_spent_table(void);            /* look; arm; raise only where the limit has been ignored for long */

static inline void budget_charge(uint64_t units) {
  if ((budget_left -= (int64_t)units) < 0) budget_spent_raise();
}

static inline void budget_count(uint64_t units) {
  if ((budget_left -= (int64_t)units) < 0) budget_spent_arm();
}

#endif
