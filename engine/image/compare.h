/* compare.h - pictures in memory as floats: reading them from files, and how far two are apart. For tests and `moonlit compare`. */
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
/* Read a picture of any format: *linear tells whether its values are linear light (pfm, hdr) or code values 0..1 (png, jpg, tga, bmp; grey is
 * spread over the channels, alpha dropped). Errors as image_read_pfm and image_read (image/read.h). */
MlStatus image_read_any(Memory *memory, const void *bytes, size_t count, Image *out, bool *linear, MlError *error);
void image_free(Memory *memory, Image *image); /* an empty image is allowed */

/* Root of the mean squared difference over all channels; of the same size. */
double image_rmse(const Image *a, const Image *b);
/* Mean over all channels of the squared difference over the reference's square + .01 (Rousselle et al. 2011): what is dark counts as well. */
double image_relative_mse(const Image *reference, const Image *test);
/* Number of pixels that differ in any bit of their value (-0 is 0), and the largest difference of a channel. */
uint64_t image_count_different(const Image *a, const Image *b, double *largest);
/* The exposure in EV that brings the log-average luminance to middle grey (docs/IMAGES.md); 0 for a black picture. */
float image_auto_exposure(const Image *linear);

#endif
