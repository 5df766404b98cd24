/* texture_build.h - from the bytes of a picture to a frozen TextureImage: decoding, linear light, mip levels, one block. Any thread. */
#ifndef ML_IMAGE_TEXTURE_BUILD_H
#define ML_IMAGE_TEXTURE_BUILD_H

#include "base/memory.h"
#include "image/texture_image.h"

/* Fills hash, check of what would be made of these bytes: identity for the cache. */
void texture_image_identify(const void *bytes, size_t count, MlColorSpace space, TextureImage *out);
bool texture_image_same(const TextureImage *a, const TextureImage *b); /* made of the same bytes and colour space */
/* Limits and memory are checked from the header before anything is decoded. ML_ERROR_FORMAT, ML_ERROR_LIMIT, ML_ERROR_MEMORY. */
MlStatus texture_image_create(Memory *memory, const void *bytes, size_t count, MlColorSpace space, TextureImage **out, MlError *error);
void texture_image_free(Memory *memory, TextureImage *image);

#endif
