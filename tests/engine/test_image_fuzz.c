/* test_image_fuzz.c - what the pictures' fuzzer found and began with (tests/fuzz/images), and some thousand spoilt copies of it, the same
 * ones in every run. With sanitizers in CI; at length: make fuzz ONLY=images. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fuzz/files.h"
#include "fuzz/image_input.h"
#include "picture_files.h"

enum { MUTATIONS = 100, MOST_FILES = 400 };

static Bytes files[MOST_FILES];
static size_t file_count;

static int read_corpus(void **state) {
  (void)state;
  DIR *folder = opendir("tests/fuzz/images");
  if (!folder) return -1;
  for (struct dirent *entry; (entry = readdir(folder)) && file_count < MOST_FILES;)
    if (entry->d_name[0] != '.') files[file_count++] = fuzz_file(entry->d_name);
  closedir(folder);
  return 0;
}
static int free_corpus(void **state) {
  (void)state;
  while (file_count) bytes_free(&files[--file_count]);
  return 0;
}

/* In a block of its own size, so that sanitizers see its end. */
static bool run_input(const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size ? size : 1);
  if (size) memcpy(copy, data, size);
  const bool accepted = image_input(copy, size);
  free(copy);
  return accepted;
}

static void test_corpus(void **state) {
  (void)state;
  size_t accepted = 0;
  for (size_t i = 0; i < file_count; i++) accepted += run_input(files[i].data, files[i].count);
  assert_true(accepted >= 20 && accepted < file_count);
}

static void test_mutations(void **state) {
  (void)state;
  for (size_t f = 0; f < file_count; f++) {
    if (files[f].count == 0 || files[f].count > 20000) continue;
    for (uint32_t m = 0; m < MUTATIONS; m++) {
      // The seed is of the contents: the order of the folder does not matter
      uint32_t random = picture_mix((uint32_t)ml_hash64(files[f].data, files[f].count, m));
      size_t size = files[f].count;
      uint8_t *copy = malloc(size);
      memcpy(copy, files[f].data, size);
      for (uint32_t changes = 1 + random % 4; changes > 0; changes--) {
        random = picture_mix(random + 1);
        const size_t at = random % (m % 2 ? size : size < 64 ? size : 64); // every other one in the header
        random = picture_mix(random + 2);
        static const uint8_t odd[] = {0, 1, 2, 127, 128, 254, 255};
        switch (random % 5) {
        case 0: copy[at] = (uint8_t)(random >> 8); break;
        case 1: copy[at] ^= (uint8_t)(1 << (random >> 8 & 7)); break;
        case 2: copy[at] = odd[(random >> 8) % sizeof odd]; break;
        case 3:
          memmove(copy + at, copy + (random >> 8) % size,
                  (size - at < size - (random >> 8) % size ? size - at : size - (random >> 8) % size) / 2);
          break;
        default: copy[at]++; break;
        }
      }
      if (m % 3 != 0) png_mend(copy, size);
      image_input(copy, size);
      free(copy);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus), cmocka_unit_test(test_mutations)};
  return cmocka_run_group_tests(tests, read_corpus, free_corpus);
}
