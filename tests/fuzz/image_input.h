/* image_input.h - one input of the pictures' fuzzers: a file's bytes go all the way to a texture image, which is looked up. Whatever they
 * are, nothing crashes, all memory comes back, and a picture that is accepted has only finite, sane texels. */
#ifndef TESTS_FUZZ_IMAGE_INPUT_H
#define TESTS_FUZZ_IMAGE_INPUT_H

#include "image/texture_build.h"

/* true: it was accepted. Large pictures are refused by the memory's cap, so that an input takes milliseconds. */
static inline bool image_input(const uint8_t *data, size_t size) {
  Memory memory;
  memory_init(&memory, NULL, 8u << 20);
  TextureImage *image = NULL;
  MlError error = {0};
  const MlColorSpace space = (MlColorSpace)(size % 3);
  const MlStatus status = texture_image_create(&memory, data, size, space, &image, &error);
  if (status != ML_OK) {
    if (image != NULL || error.status != status || error.message[0] == 0 || memory.used != 0) __builtin_trap();
    return false;
  }
  for (int i = 0; i < 32; i++) {
    const Vec2 uv = {(float)i * 0.37f - 3.0f, (float)i * 0.21f - 2.0f}, footprint = {(float)i * 0.03f, 0.0f};
    const Texel t = texture_image_lookup(image, uv, footprint, (TextureWrap)(i % 4), (TextureWrap)(i / 4 % 4), (TextureFilter)(i % 3));
    if (!spectrum_is_finite(t.color) || spectrum_luminance(t.color) < 0.0f || !(t.alpha >= 0.0f && t.alpha <= 1.0f)) __builtin_trap();
  }
  texture_image_free(&memory, image);
  if (memory.used != 0) __builtin_trap();
  return true;
}

#endif
