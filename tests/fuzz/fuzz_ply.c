/* fuzz_ply.c - libFuzzer's way into the reader of .ply: make fuzz ONLY=ply. */
#include "fuzz/model_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  model_input(INPUT_PLY, data, size);
  return 0;
}
