/* files.h - the kept corpus of pictures. Tests run in the root of the tree. */
#ifndef TESTS_FUZZ_FILES_H
#define TESTS_FUZZ_FILES_H

#include <stdio.h>

#include "engine/fault_memory.h"

/* tests/fuzz/images/NAME; aborts when it is not there. */
static inline Bytes fuzz_file(const char *name) {
  char path[300];
  snprintf(path, sizeof path, "tests/fuzz/images/%s", name);
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    abort();
  }
  Bytes bytes = {0};
  uint8_t block[4096];
  for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;) bytes_write(&bytes, block, got);
  fclose(file);
  return bytes;
}

#endif
