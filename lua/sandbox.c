/* sandbox.c - see sandbox.h: the life of a state, its limits, the watchdog. */
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

#include "sandbox_internal.h"
#include "values.h"

#if !defined(ML_NO_THREADS) && !defined(__EMSCRIPTEN__)
#define WATCHDOG 1
#include <pthread.h>
#include <time.h>
#else
#define WATCHDOG 0
#endif

#define WATCHDOG_SECONDS 2.0

/* ---------------------------------------------------------------- watchdog */

#if WATCHDOG
typedef struct Watchdog {
  Sandbox *sandbox;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
  bool running, done;
} Watchdog;

static bool is_stuck(const Budget *budget, double now) {
  if (budget->stop) return now - budget->stop_time > WATCHDOG_SECONDS;
  return budget->deadline > 0.0 && now - budget->deadline > WATCHDOG_SECONDS;
}

static void *watch(void *ud) {
  Watchdog *dog = ud;
  pthread_mutex_lock(&dog->mutex);
  while (!dog->done) {
    struct timespec until; /* only how often we look: the clock that counts is ml_clock */
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_cond_timedwait(&dog->wake, &dog->mutex, &until);
    if (!dog->done && is_stuck(&dog->sandbox->budget, ml_clock())) {
      dog->sandbox->desc.stuck(dog->sandbox->desc.ud);
      break;
    }
  }
  pthread_mutex_unlock(&dog->mutex);
  return NULL;
}

/* Without a watchdog (no thread to be had) the limits hold as well as they do; it is the second line. */
static void watchdog_start(Watchdog *dog, Sandbox *sandbox) {
  *dog = (Watchdog){.sandbox = sandbox};
  if (!sandbox->desc.stuck) return;
  if (pthread_mutex_init(&dog->mutex, NULL) != 0) return;
  if (pthread_cond_init(&dog->wake, NULL) != 0) {
    pthread_mutex_destroy(&dog->mutex);
    return;
  }
  dog->running = pthread_create(&dog->thread, NULL, watch, dog) == 0;
  if (!dog->running) {
    pthread_cond_destroy(&dog->wake);
    pthread_mutex_destroy(&dog->mutex);
  }
}

static void watchdog_stop(Watchdog *dog) {
  if (!dog->running) return;
  pthread_mutex_lock(&dog->mutex);
  dog->done = true;
  pthread_cond_signal(&dog->wake);
  pthread_mutex_unlock(&dog->mutex);
  pthread_join(dog->thread, NULL);
  pthread_cond_destroy(&dog->wake);
  pthread_mutex_destroy(&dog->mutex);
}
#endif

/* --------------------------------------------------------------- life, run */

MlStatus sandbox_create(const SandboxDesc *desc, Sandbox **out, MlError *error) {
  *out = NULL;
  Sandbox *sandbox = ml_engine_realloc(desc->engine, NULL, 0, sizeof *sandbox);
  if (!sandbox) {
    if (error) {
      *error = (MlError){.status = ML_ERROR_MEMORY};
      snprintf(error->message, sizeof error->message, "out of memory: no room for the script's state");
    }
    return ML_ERROR_MEMORY;
  }
  memset(sandbox, 0, sizeof *sandbox);
  sandbox->desc = *desc;
#ifdef __EMSCRIPTEN__
  if (!desc->memory) sandbox->desc.memory = 128u << 20;
#else
  if (!desc->memory) sandbox->desc.memory = 256u << 20;
#endif
  if (desc->seconds == 0.0) sandbox->desc.seconds = 10.0;
  if (!desc->nodes) sandbox->desc.nodes = 10000000;
  *out = sandbox;
  return ML_OK;
}

void sandbox_destroy(Sandbox *sandbox) {
  if (sandbox) ml_engine_realloc(sandbox->desc.engine, sandbox, sizeof *sandbox, 0);
}

/* Everything of a run happens inside this one protected function. */
typedef struct Body {
  void (*run)(lua_State *L, void *ud);
  void *ud;
} Body;

static int protected_body(lua_State *L) {
  Body *body = lua_touserdata(L, 1);
  lua_settop(L, 0);
  environment_open(L);
  values_open(L);
  lib_base_open(L);
  lib_print_open(L);
  lib_string_open(L);
  lib_table_open(L);
  lib_math_open(L);
  lib_random_open(L);
  body->run(L, body->ud);
  return 0;
}

/* Turns whatever was raised into text while raising more is still allowed. */
static int on_error(lua_State *L) {
  Sandbox *sandbox = sandbox_of(L);
  lua_settop(L, 1);
  if (sandbox->budget.stop) return 1;
  if (sandbox->desc.on_error) {
    lua_pushcfunction(L, sandbox->desc.on_error);
    lua_insert(L, 1);
    lua_call(L, 1, 1);
  }
  if (lua_type(L, 1) != LUA_TSTRING) sandbox_tolstring(L, 1, NULL);
  return 1;
}

static void stop_message(const Sandbox *sandbox, char *out, size_t capacity) {
  switch ((SandboxStop)sandbox->budget.stop) {
  case SANDBOX_STOP_NONE: out[0] = 0; break;
  case SANDBOX_STOP_CANCELLED: snprintf(out, capacity, "cancelled"); break;
  case SANDBOX_STOP_TIME: {
    char seconds[40];
    ml_format_number(seconds, sizeof seconds, "%.6g", sandbox->desc.seconds);
    snprintf(out, capacity, "the script ran longer than %s s: is there a loop without an end?", seconds);
    break;
  }
  case SANDBOX_STOP_MEMORY:
    if (sandbox->heap.string_refused) {
      snprintf(out, capacity, "a string would be longer than %u MB", SANDBOX_STRING_BYTES >> 20);
    } else if (sandbox->heap.engine_refused) {
      snprintf(out, capacity, "out of memory while the script ran: the limit for everything is %llu MB",
               (unsigned long long)(ml_engine_memory(sandbox->desc.engine).cap >> 20));
    } else {
      snprintf(out, capacity, "the script needs more than its %llu MB of memory: does a table or a string grow without end?",
               (unsigned long long)(sandbox->desc.memory >> 20));
    }
    break;
  case SANDBOX_STOP_NODES:
    snprintf(out, capacity, "the script makes more than %llu objects: is there a loop without an end?",
             (unsigned long long)sandbox->desc.nodes);
    break;
  }
}

bool sandbox_run(Sandbox *sandbox, void (*run)(lua_State *L, void *ud), void *ud, SandboxResult *result) {
  *result = (SandboxResult){0};
  Body body = {run, ud};
  Budget *budget = &sandbox->budget;
  *budget = (Budget){.cancel = sandbox->desc.cancel};
  if (sandbox->desc.seconds > 0.0) budget->deadline = ml_clock() + sandbox->desc.seconds;
  sandbox->nodes = sandbox->printed = 0;
  sandbox->output_cut = false;
  heap_init(&sandbox->heap, sandbox->desc.engine, sandbox->desc.memory, SANDBOX_STRING_BYTES);

  lua_State *L = lua_newstate(heap_realloc, &sandbox->heap);
  int status = LUA_ERRMEM;
  if (L) {
    memcpy(lua_getextraspace(L), &sandbox, sizeof sandbox);
#if WATCHDOG
    Watchdog dog;
    watchdog_start(&dog, sandbox);
#endif
    budget_begin(budget, L);
    lua_pushcfunction(L, on_error);
    lua_pushcfunction(L, protected_body);
    lua_pushlightuserdata(L, &body);
    status = lua_pcall(L, 1, 0, 1);
    if (status == LUA_ERRMEM && !budget->stop) budget->stop = SANDBOX_STOP_MEMORY;
    if (status != LUA_OK && !budget->stop) {
      size_t length = 0;
      const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : "an error without a message";
      snprintf(result->message, sizeof result->message, "%s", text);
    }
    budget_end(budget);
#if WATCHDOG
    watchdog_stop(&dog);
#endif
    /* A body that swallowed a limit must not pass for one that ended well. */
    if (budget->stop && status == LUA_OK) status = LUA_ERRRUN;
    lua_close(L);
  } else {
    budget->stop = SANDBOX_STOP_MEMORY;
  }
  heap_release(&sandbox->heap);
  result->stop = (SandboxStop)budget->stop;
  result->ok = status == LUA_OK;
  result->peak = sandbox->heap.peak;
  result->engine_memory = result->stop == SANDBOX_STOP_MEMORY && sandbox->heap.engine_refused;
  result->string_memory = result->stop == SANDBOX_STOP_MEMORY && sandbox->heap.string_refused;
  result->place_count = budget->place_count;
  memcpy(result->places, budget->places, sizeof result->places);
  if (result->stop) stop_message(sandbox, result->message, sizeof result->message);
  return result->ok;
}

/* ---------------------------------------------------------------- inside */

Sandbox *sandbox_of(lua_State *L) {
  Sandbox *sandbox;
  memcpy(&sandbox, lua_getextraspace(L), sizeof sandbox);
  return sandbox;
}

void *sandbox_ud(lua_State *L) { return sandbox_of(L)->desc.ud; }

SandboxStop sandbox_stopped(lua_State *L) { return (SandboxStop)sandbox_of(L)->budget.stop; }

void sandbox_count_nodes(lua_State *L, uint64_t n) {
  Sandbox *sandbox = sandbox_of(L);
  budget_charge(64);
  if (n > sandbox->desc.nodes - sandbox->nodes) budget_stop(L, SANDBOX_STOP_NODES);
  sandbox->nodes += n;
}

bool sandbox_where(lua_State *L, char source[256], int *line) {
  ScriptPlace place = {0};
  const bool known = budget_places(L, &place, 1) > 0;
  memcpy(source, place.file, sizeof place.file);
  *line = place.line;
  return known;
}
