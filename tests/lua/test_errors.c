/* test_errors.c - every message: errors/NAME.lua says exactly errors/NAME.txt. With BLESS=1 in the environment the texts are written anew. */
#include <dirent.h>

#include "scene_fixture.h"

#define FOLDER "tests/lua/errors/"

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  static char text[1 << 16];
  *size = fread(text, 1, sizeof text - 1, file);
  text[*size] = 0;
  fclose(file);
  return strdup(text);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void messages_are_exact(void **state) {
  Scenes *scenes = *state;
  DIR *folder = opendir(FOLDER);
  assert_non_null(folder);
  char *names[400];
  size_t count = 0;
  for (struct dirent *entry = readdir(folder); entry && count < 400; entry = readdir(folder)) {
    const size_t length = strlen(entry->d_name);
    if (length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0) names[count++] = strdup(entry->d_name);
  }
  closedir(folder);
  qsort(names, count, sizeof *names, by_name);
  assert_true(count > 90);
  size_t wrong = 0;
  for (size_t i = 0; i < count; i++) {
    char path[400];
    size_t size, expected_size;
    snprintf(path, sizeof path, FOLDER "%s", names[i]);
    char *source = read_file(path, &size);
    assert_non_null(source);
    scenes_evaluate_size(scenes, source, size, (ScriptInput){.name = names[i]});
    const char *said = scenes_diagnostics(scenes);
    snprintf(path + strlen(path) - 4, 5, ".txt");
    if (getenv("BLESS")) {
      FILE *file = fopen(path, "wb");
      assert_non_null(file);
      fputs(said, file);
      fclose(file);
    }
    char *expected = read_file(path, &expected_size);
    if (!expected || strcmp(said, expected) != 0) {
      print_error("%s: expected\n%s\ngot\n%s\n", names[i], expected ? expected : "(no file)", said);
      wrong++;
    }
    free(expected);
    free(source);
    free(names[i]);
  }
  assert_int_equal(wrong, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(messages_are_exact)};
  return cmocka_run_group_tests_name("lua errors", tests, scenes_setup, scenes_teardown);
}
