/* read.h - pictures from the bytes of files: png, jpg, hdr (Radiance), tga and bmp, told apart by what is in them.
 *
 * image_read_head looks at the header alone and refuses what is too large, before anything is allocated. image_read decodes: the same
 * values on every platform, or an error that names what is wrong and at which byte, for any bytes whatever (docs/IMAGES.md: what each
 * reader checks). Allocation goes through Memory and is freed again on every failure. Several threads may read at once. */
#ifndef ML_IMAGE_READ_H
#define ML_IMAGE_READ_H

#include "base/memory.h"

#define IMAGE_MAX_SIDE 65535u
#define IMAGE_MAX_PIXELS (1u << 28)

typedef enum ImageFileKind { IMAGE_FILE_PNG, IMAGE_FILE_JPG, IMAGE_FILE_HDR, IMAGE_FILE_TGA, IMAGE_FILE_BMP } ImageFileKind;
typedef enum SampleKind { SAMPLE_U8 = 1, SAMPLE_U16 = 2, SAMPLE_F32 = 4 } SampleKind; /* the value is its size in bytes */

typedef struct ImageHead {
  ImageFileKind file;
  uint32_t width, height; /* at least 1 */
  uint32_t channels;      /* 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha */
  SampleKind sample;      /* U8 and U16: codes; F32: linear */
  uint64_t work;          /* bytes that decoding takes at most, the samples included */
} ImageHead;

typedef struct RawImage {
  ImageHead head;
  void *samples; /* top row first, channels interleaved, without padding; 16 bytes aligned */
  size_t size;
} RawImage;

/* "png", "jpg", ... */
const char *image_file_name(ImageFileKind kind);
/* ML_ERROR_FORMAT: no picture of a known format, a damaged or an unsupported one; ML_ERROR_LIMIT: too large. */
MlStatus image_read_head(const void *bytes, size_t count, ImageHead *out, MlError *error);
/* The picture that image_read_head saw in the same bytes. ML_ERROR_FORMAT, ML_ERROR_MEMORY. */
MlStatus image_read(Memory *memory, const void *bytes, size_t count, const ImageHead *head, RawImage *out, MlError *error);
void image_raw_free(Memory *memory, RawImage *image); /* an empty one is allowed */

#endif
