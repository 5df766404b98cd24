/* write.c - which format, and whether a picture fits it. */
#include "image/write.h"

#include <string.h>

#include "base/error.h"

MlImageFormat ml_image_format(const char *path) {
  static const struct {
    const char *extension;
    MlImageFormat format;
  } known[] = {{"png", ML_IMAGE_PNG}, {"jpg", ML_IMAGE_JPG}, {"jpeg", ML_IMAGE_JPG}, {"hdr", ML_IMAGE_HDR}, {"pfm", ML_IMAGE_PFM}};
  const char *dot = strrchr(path, '.');
  if (!dot) return ML_IMAGE_UNKNOWN;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const char *a = dot + 1, *b = known[i].extension;
    // ASCII only: the C library's tolower depends on the locale.
    while (*b && (*a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a) == *b) a++, b++;
    if (!*a && !*b) return known[i].format;
  }
  return ML_IMAGE_UNKNOWN;
}

/* stb_image_write counts in int. Its deflate buffer doubles (3·2^k - 1 bytes), which passes INT_MAX once it holds 3·2^29 bytes, and
 * holds 9 bits per byte of filtered rows at worst before stored blocks replace it. */
#define PNG_MAX_FILTERED ((uint64_t)(3u << 29) / 9 * 8 - 64)
/* Its jpg writer's largest number is an index into the pixels; the format's own sides have 16 bits. */
#define JPG_MAX_BYTES ((uint64_t)INT32_MAX)
#define JPG_MAX_SIDE 65535u

MlStatus image_check(MlImageFormat format, uint32_t width, uint32_t height, MlError *error) {
  uint64_t row = 3 * (uint64_t)width;
  switch (format) {
  case ML_IMAGE_PNG:
    if (width <= INT32_MAX / 3 && height <= INT32_MAX && (row + 1) * height <= PNG_MAX_FILTERED) return ML_OK;
    return error_set(error, ML_ERROR_LIMIT, "%u x %u pixels are too many for a png here (about 470 million); write .hdr or .pfm", width,
                     height);
  case ML_IMAGE_JPG:
    if (width <= JPG_MAX_SIDE && height <= JPG_MAX_SIDE && row * height <= JPG_MAX_BYTES) return ML_OK;
    return error_set(error, ML_ERROR_LIMIT,
                     "%u x %u pixels are too many for a jpg (65535 a side, about 700 million here); write .hdr or .pfm", width, height);
  case ML_IMAGE_HDR:
  case ML_IMAGE_PFM: return ML_OK;
  case ML_IMAGE_UNKNOWN: break;
  }
  return error_set(error, ML_ERROR_ARGUMENT, "unknown picture format; expected .png, .jpg, .hdr or .pfm");
}

uint64_t image_bytes(MlImageFormat format, uint32_t width, uint32_t height) {
  uint64_t pixels = 3 * (uint64_t)width * height, row = 12 * (uint64_t)width, small = 1 << 16;
  switch (format) {
  // The pixels, their filtered rows, and a deflate buffer that doubles until it holds 9 bits for every 8.
  case ML_IMAGE_PNG: return 2 * pixels + height + pixels / 8 * 18 + 4 * row + small;
  case ML_IMAGE_JPG: return pixels + small;
  case ML_IMAGE_HDR:
  case ML_IMAGE_PFM: return 2 * row + small;
  case ML_IMAGE_UNKNOWN: break;
  }
  return 0;
}

MlStatus image_write(Memory *memory, MlImageFormat format, const ImageSource *source, const MlSink *sink, MlError *error) {
  TRY(image_check(format, source->width, source->height, error));
  switch (format) {
  case ML_IMAGE_PNG: return image_write_png(memory, source, sink, error);
  case ML_IMAGE_JPG: return image_write_jpg(memory, source, sink, error);
  case ML_IMAGE_HDR: return image_write_hdr(memory, source, sink, error);
  case ML_IMAGE_PFM: return image_write_pfm(memory, source, sink, error);
  case ML_IMAGE_UNKNOWN: break;
  }
  return ML_ERROR_ARGUMENT;
}
