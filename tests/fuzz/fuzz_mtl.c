/* fuzz_mtl.c - libFuzzer's way into the reader of .mtl: make fuzz ONLY=mtl. */
#include "fuzz/model_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  model_input(INPUT_MTL, data, size);
  return 0;
}
