/* fuzz_images.c - libFuzzer's way into the readers of pictures: make fuzz-images. */
#include <stddef.h>
#include <stdint.h>

#include "fuzz/image_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  image_input(data, size);
  return 0;
}
