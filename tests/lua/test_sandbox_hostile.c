/* test_sandbox_hostile.c - every script of tests/lua/hostile ends in the error that its first line names, within its limits, and
 * leaves nothing behind. A script whose error is the time limit gets a tenth of a second, the others plenty; the watchdog fails
 * the test where a limit is not honoured. */
#include <dirent.h>

#include "lua_fixture.h"

static const char folder[] = "tests/lua/hostile";
static const char mark[] = "-- error: ";

static const char *running = "";

static void stuck(void *ud) {
  (void)ud;
  fprintf(stderr, "%s: the limit was not honoured within 2 s\n", running);
  abort();
}

static char *read_all(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *text = malloc(1 << 16);
  assert_non_null(text);
  *length = fread(text, 1, (1 << 16) - 1, file);
  text[*length] = 0;
  fclose(file);
  return text;
}

static void test_hostile(void **state) {
  Fixture *fixture = *state;
  DIR *dir = opendir(folder);
  assert_non_null(dir);
  int scripts = 0, failures = 0;
  uint64_t used = ml_engine_memory(fixture->engine).used;
  for (struct dirent *entry; (entry = readdir(dir));) {
    char path[512], expected[200];
    size_t length;
    if (!strstr(entry->d_name, ".lua")) continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    char *text = read_all(path, &length);
    const char *at = strstr(text, mark);
    assert_non_null(at);
    snprintf(expected, sizeof expected, "%.*s", (int)strcspn(at + strlen(mark), "\r\n"), at + strlen(mark));

    running = path;
    bool timed = strncmp(expected, "the script ran longer than", 26) == 0;
    SandboxDesc desc = {.seconds = !timed ? 60.0 : strncmp(entry->d_name, "collide_", 8) == 0 ? 0.5 : 0.1, .stuck = stuck};
    desc.memory = strncmp(entry->d_name, "memory_", 7) == 0 ? 24 << 20 : 256 << 20;
    SandboxResult result = fixture_run(fixture, desc, entry->d_name, text, length);
    free(text);
    scripts++;
    if (result.ok || !strstr(result.message, expected)) {
      fprintf(stderr, "%s: expected '%s', got '%s'\n", path, expected, result.message);
      failures++;
    }
    if (ml_engine_memory(fixture->engine).used != used) {
      fprintf(stderr, "%s: left memory behind\n", path);
      failures++;
      used = ml_engine_memory(fixture->engine).used;
    }
  }
  closedir(dir);
  assert_true(scripts >= 40);
  assert_int_equal(failures, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_hostile, fixture_setup, fixture_teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
