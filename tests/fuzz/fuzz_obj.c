/* fuzz_obj.c - libFuzzer's way into the reader of .obj: make fuzz ONLY=obj. */
#include "fuzz/model_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  model_input(INPUT_OBJ, data, size);
  return 0;
}
