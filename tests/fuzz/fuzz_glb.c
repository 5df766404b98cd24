/* fuzz_glb.c - libFuzzer's way into the reader of .glb: make fuzz ONLY=glb. */
#include "fuzz/model_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  model_input(INPUT_GLB, data, size);
  return 0;
}
