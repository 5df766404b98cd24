/* fuzz_stl.c - libFuzzer's way into the reader of .stl: make fuzz ONLY=stl. */
#include "fuzz/model_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  model_input(INPUT_STL, data, size);
  return 0;
}
