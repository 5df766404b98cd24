/* fuzz_ies.c - libFuzzer's way into the reader of photometric profiles: make fuzz ONLY=ies. */
#include "fuzz/ies_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ies_input(data, size);
  return 0;
}
