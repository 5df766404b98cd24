/* fuzz_gltf.c - libFuzzer's way into the reader of glTF, with a container's lengths always right: JSON, or JSON, a 0 byte and the binary
 * chunk. make fuzz ONLY=gltf. */
#include "fuzz/model_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gltf_input(data, size);
  return 0;
}
