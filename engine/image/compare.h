/* compare.h - linear pictures in memory: reading pfm, and how far two are apart. For tests and `moonlit compare`. */
#ifndef ML_IMAGE_COMPARE_H
#define ML_IMAGE_COMPARE_H

#include "base/memory.h"

/* Top row first, 3 floats per pixel; freed with image_free. */
typedef struct Image {
  uint32_t width, height;
  float *pixels;
} Image;

/* Read a colour pfm of either byte order. ML_ERROR_FORMAT: not one, or of another length than its size asks for (checked before
 * anything is allocated); ML_ERROR_LIMIT: a side of more than 65535. */
MlStatus image_read_pfm(Memory *memory, const void *bytes, size_t count, Image *out, MlError *error);
void image_free(Memory *memory, Image *image); /* an empty image is allowed */

/* Root of the mean squared difference over all channels; of the same size. */
double image_rmse(const Image *a, const Image *b);

#endif
