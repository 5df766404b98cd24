/* sandbox.h - a Lua state for scripts that nobody trusts: limits, strict environments, the libraries that scripts see.
 *
 *   sandbox_create -> sandbox_run(body) -> sandbox_destroy        one run per sandbox
 *
 * sandbox_run makes the Lua state, opens the libraries, calls body(L, ud) under one protected call, and closes the state, so
 * that nothing of Lua is alive outside it. Inside the body: sandbox_set adds built-ins (the API), sandbox_load turns source into
 * a function with a fresh strict environment, lua_call runs it; errors are raised, never returned.
 *
 * Limits (time, memory, nodes, cancel) are sticky: once one is hit, every protected call of the script raises again, whatever
 * the script does, and sandbox_run returns with `stop` set. C code that owns something outside Lua across a call that can raise
 * must hand it to Lua (userdata) or to an arena that the caller of sandbox_run frees.
 *
 * C functions that scripts can reach and that loop over data of the script's size call budget_charge (budget.h) with the work done.
 * Threads: a sandbox belongs to one thread at a time. */
#ifndef ML_LUA_SANDBOX_H
#define ML_LUA_SANDBOX_H

#include "budget.h"
#include "lua.h"
#include "moonlit.h"

typedef struct Sandbox Sandbox;

typedef enum SandboxStop {
  SANDBOX_STOP_NONE = 0,  /* ran to its end, or ended in an ordinary error of the script */
  SANDBOX_STOP_CANCELLED, /* `cancel` said so */
  SANDBOX_STOP_TIME,      /* `seconds` are over */
  SANDBOX_STOP_MEMORY,    /* the cap, or a single string over SANDBOX_STRING_BYTES */
  SANDBOX_STOP_NODES,     /* more than `nodes` */
} SandboxStop;

typedef enum SandboxOutput { SANDBOX_PRINT, SANDBOX_WARN } SandboxOutput;

#define SANDBOX_SOURCE_BYTES (4u << 20)  /* longest source text */
#define SANDBOX_STRING_BYTES (64u << 20) /* longest string */
#define SANDBOX_PRINT_BYTES (64u << 10)  /* all that a run may print */
#define SANDBOX_LIST_ITEMS 10000000      /* most items for table.move, concat, unpack and the like */

typedef struct SandboxDesc {
  MlEngine *engine; /* memory is taken from it */
  uint64_t memory;  /* bytes; 0: 256 MB, 128 MB in wasm */
  double seconds;   /* 0: 10; negative: no limit */
  uint64_t nodes;   /* what sandbox_count_nodes allows; 0: 10,000,000 */
  MlCancel cancel;  /* polled on the thread that runs, every millisecond or so; all zero: never */
  void *ud;         /* of the callbacks below, each of which may be NULL */
  /* One call per print or warn, at most SANDBOX_PRINT_BYTES in all, then once "… output cut". text is UTF-8 as the script gave it
   * (never send it to a terminal raw), not terminated. line is 0 where unknown. Must not raise. */
  void (*output)(void *ud, SandboxOutput kind, const char *source, int line, const char *text, size_t length);
  /* The best alternative to the undefined global `name`, or NULL. Must not raise; the text must live until the next call. */
  const char *(*suggest)(void *ud, lua_State *L, const char *name);
  /* Message handler: sees each error that nothing of the script catches at the place where it is raised (error object at index 1,
   * the stack still standing), returns the object to go on with (1 result). Not called for limits. */
  lua_CFunction on_error;
  /* Native only: called on the watchdog's thread when a limit was hit and not honoured for 2 s. Expected to end the process. */
  void (*stuck)(void *ud);
} SandboxDesc;

typedef struct SandboxResult {
  SandboxStop stop;
  bool ok;
  bool engine_memory; /* the engine's own cap was in the way, not the script's */
  bool string_memory; /* a single string was too long */
  uint64_t peak;      /* bytes of Lua's memory */
  int place_count;    /* after a limit: the script functions that ran, the innermost first */
  ScriptPlace places[SCRIPT_PLACES];
  char message[2000]; /* of what ended the run; "" when ok; with "source:line: " in front where Lua gave it */
} SandboxResult;

MlStatus sandbox_create(const SandboxDesc *desc, Sandbox **out, MlError *error);
void sandbox_destroy(Sandbox *sandbox); /* NULL is allowed */
/* Runs body. False: it ended in an error or a limit; result says which. Peak and end memory are in the engine's statistics. */
bool sandbox_run(Sandbox *sandbox, void (*body)(lua_State *L, void *ud), void *ud, SandboxResult *result);

/* ---- inside the body, and in C functions that scripts call ---- */

Sandbox *sandbox_of(lua_State *L);
void *sandbox_ud(lua_State *L); /* SandboxDesc.ud */

/* Pop the value at the top and make it the built-in `name` of all environments. Tables become read-only proxies. */
void sandbox_set(lua_State *L, const char *name);
/* Push the built-in `name`, or nil; returns its type. */
int sandbox_get(lua_State *L, const char *name);
/* Push the raw table of all built-ins, for suggestions and documentation. Do not change it. */
void sandbox_push_builtins(lua_State *L);
/* Replace a read-only built-in table in the stack slot `index` by what it stands for. Do not change that. */
void sandbox_unproxy(lua_State *L, int index);
/* Remove a built-in of the libraries (for a colliding name). */
void sandbox_remove(lua_State *L, const char *name);

/* Compile text into a function with a fresh strict environment and push it; on failure push the message (as Lua words it, with
 * "name:line:" in front) and return false. Refused: binary chunks, text over SANDBOX_SOURCE_BYTES. A byte order mark and a first line
 * that begins with '#' are skipped. name is what messages show. */
bool sandbox_load(lua_State *L, const char *name, const char *text, size_t length);

/* Count n nodes (or other things that live in the scene's arena) against the budget; raises the limit. */
void sandbox_count_nodes(lua_State *L, uint64_t n);
SandboxStop sandbox_stopped(lua_State *L);

/* ---- text ---- */

/* What warn(text) does: a line at the place of the innermost Lua function. */
void sandbox_say(lua_State *L, SandboxOutput kind, const char *text);

/* Serial of a table, function or userdata: creation order, the same on every platform for tables and closures; 0 for others. */
uint64_t sandbox_serial(lua_State *L, int index);
/* luaL_tolstring without addresses: "table#12"; honours __tostring and __name. Pushes and returns the text. */
const char *sandbox_tolstring(lua_State *L, int index, size_t *length);
/* The text that print shows: tables in full ({1, 2, x = 3}), cut at depth 4 and at 40 items, cycles as "table#12". Pushes it. */
const char *sandbox_pretty(lua_State *L, int index, size_t *length);
/* "number", "vec3", "color", "string", ...: what messages and type() say; __name for host userdata. */
const char *sandbox_type_name(lua_State *L, int index);
/* Where the running script is: source name (without '@' or '=') and line of the innermost Lua function; false if none. */
bool sandbox_where(lua_State *L, char source[256], int *line);

#endif
