/* lua_fixture.h - what the tests of lua/ share: an engine whose allocations can be made to fail, and a script run in a sandbox. */
#ifndef ML_TESTS_LUA_FIXTURE_H
#define ML_TESTS_LUA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lauxlib.h"
#include "lua.h"
#include "moonlit.h"
#include "sandbox.h"

typedef struct Fixture {
  MlEngine *engine;
  long fail_at; /* the allocation after which all fail, counted down; negative: never */
  char output[200000];
  size_t length;
  char source[4096]; /* of run() */
} Fixture;

static void *fixture_realloc(void *ud, void *p, size_t old_size, size_t new_size, size_t align) {
  Fixture *fixture = ud;
  (void)align;
  if (new_size == 0) return free(p), NULL;
  if (new_size > old_size && fixture->fail_at >= 0 && fixture->fail_at-- == 0) return fixture->fail_at = 0, NULL;
  return realloc(p, new_size);
}

static void *fixture_pages(void *ud, void *p, size_t old_size, size_t new_size) {
  (void)ud;
  if (new_size == 0) return free(p), NULL;
  void *pages = aligned_alloc(4096, (new_size + 4095) / 4096 * 4096);
  if (pages && p) memcpy(pages, p, old_size < new_size ? old_size : new_size), free(p);
  return pages;
}

static int fixture_setup(void **state) {
  Fixture *fixture = calloc(1, sizeof *fixture);
  if (!fixture) return -1;
  fixture->fail_at = -1;
  MlEngineDesc desc = {.size = sizeof desc, .threads = 1, .hooks = {fixture, fixture_realloc, fixture_pages}};
  *state = fixture;
  return ml_engine_create(&desc, &fixture->engine, NULL) == ML_OK ? 0 : -1;
}

static int fixture_teardown(void **state) {
  Fixture *fixture = *state;
  ml_engine_destroy(fixture->engine);
  free(fixture);
  return 0;
}

static inline void fixture_output(void *ud, SandboxOutput kind, const char *source, int line, const char *text, size_t length) {
  Fixture *fixture = ud;
  int n = snprintf(fixture->output + fixture->length, sizeof fixture->output - fixture->length, "%s%s:%d: %.*s\n",
                   kind == SANDBOX_WARN ? "warning: " : "", source, line, (int)length, text);
  fixture->length += (size_t)n;
  if (fixture->length >= sizeof fixture->output) fixture->length = sizeof fixture->output - 1;
}

typedef struct Chunk {
  const char *name, *text;
  size_t length;
} Chunk;

static inline void fixture_body(lua_State *L, void *ud) {
  const Chunk *chunk = ud;
  if (!sandbox_load(L, chunk->name, chunk->text, chunk->length)) lua_error(L);
  lua_call(L, 0, 0);
}

/* Run one chunk with desc's limits; output is collected in the fixture. */
static inline SandboxResult fixture_run(Fixture *fixture, SandboxDesc desc, const char *name, const char *text, size_t length) {
  SandboxResult result;
  Sandbox *sandbox;
  Chunk chunk = {name, text, length};
  desc.engine = fixture->engine;
  desc.ud = fixture;
  if (!desc.output) desc.output = fixture_output;
  fixture->length = 0;
  fixture->output[0] = 0;
  if (sandbox_create(&desc, &sandbox, NULL) != ML_OK) return (SandboxResult){.stop = SANDBOX_STOP_MEMORY};
  sandbox_run(sandbox, fixture_body, &chunk, &result);
  sandbox_destroy(sandbox);
  return result;
}

/* The text that `return <expression>` prints, or the error's message behind "error: ". */
static inline const char *fixture_eval(Fixture *fixture, const char *expression) {
  static char answer[4096];
  snprintf(fixture->source, sizeof fixture->source, "print(%s)", expression);
  SandboxResult result = fixture_run(fixture, (SandboxDesc){0}, "t", fixture->source, strlen(fixture->source));
  if (result.ok) {
    const char *text = strncmp(fixture->output, "t:1: ", 5) == 0 ? fixture->output + 5 : fixture->output;
    snprintf(answer, sizeof answer, "%.4000s", text);
    size_t n = strlen(answer);
    if (n > 0 && answer[n - 1] == '\n') answer[n - 1] = 0;
  } else {
    snprintf(answer, sizeof answer, "error: %s", result.message);
  }
  return answer;
}

#define assert_eval(fixture, expression, text) assert_string_equal(fixture_eval((fixture), (expression)), (text))

#endif
