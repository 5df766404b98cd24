/* fuzz_images.c - libFuzzer's way into the readers of pictures: make fuzz ONLY=images. */
#include <stddef.h>
#include <stdint.h>

#include "engine/picture_files.h"
#include "fuzz/image_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  image_input(data, size);
  if (size > 8 && data[0] == 0x89) { // once more, as if its checksums were right
    uint8_t *copy = malloc(size);
    if (copy == NULL) return 0;
    memcpy(copy, data, size);
    png_mend(copy, size);
    image_input(copy, size);
    free(copy);
  }
  return 0;
}
