/* fuzz_font.c - libFuzzer's way into the reader of fonts: make fuzz ONLY=font. */
#include "fuzz/font_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  font_input(data, size);
  return 0;
}
