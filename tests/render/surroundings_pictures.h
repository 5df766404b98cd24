/* surroundings_pictures.h - for tests of environments: pictures of any texels, as Radiance files. */
#ifndef ML_TESTS_SURROUNDINGS_PICTURES_H
#define ML_TESTS_SURROUNDINGS_PICTURES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moonlit.h"

/* Grey code of a texel, top row first: value * 2^-7 is its radiance, 0..255; 128 is 1. */
typedef uint8_t TexelCode(uint32_t x, uint32_t y, uint32_t width, uint32_t height);

static inline MlImage grey_picture(MlBuilder *b, uint32_t width, uint32_t height, TexelCode *code, MlError *error) {
  char head[80];
  int size = snprintf(head, sizeof head, "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %u +X %u\n", height, width);
  size_t bytes = (size_t)size + 4 * (size_t)width * height;
  uint8_t *file = malloc(bytes), *p = file + size;
  memcpy(file, head, (size_t)size);
  for (uint32_t y = 0; y < height; y++) {
    for (uint32_t x = 0; x < width; x++, p += 4) {
      memset(p, code(x, y, width, height), 3);
      p[3] = 129; // 2^(129 - 128) / 256
    }
  }
  MlImage image = ml_image(b, &ML_DESC(MlImageDesc, .bytes = file, .byte_count = bytes), error);
  free(file);
  return image;
}

#endif
