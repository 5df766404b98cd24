/* write.h - pictures as files: png and jpg (stb_image_write) of display pixels, hdr (Radiance RGBE) and pfm of linear ones.
 *
 * A picture is asked for row by row and written to a sink. hdr and pfm hold one row at a time; png and jpg need the whole picture and
 * refuse, before anything is allocated, what their library's int cannot count. Several threads may write at once. */
#ifndef ML_IMAGE_WRITE_H
#define ML_IMAGE_WRITE_H

#include "base/memory.h"

/* Where rows come from. `bytes` for png and jpg: 3 per pixel; `floats` for hdr and pfm: linear Rec.709, 3 per pixel. Top row is 0. */
typedef struct ImageSource {
  uint32_t width, height; /* at least 1 */
  void (*bytes)(void *ud, uint32_t y, uint8_t *rgb);
  void (*floats)(void *ud, uint32_t y, float *rgb);
  void *ud;
} ImageSource;

/* ML_ERROR_LIMIT: too large for the format; ML_ERROR_ARGUMENT: the format is unknown. */
MlStatus image_check(MlImageFormat format, uint32_t width, uint32_t height, MlError *error);
/* Memory that writing takes at most, for pictures that can be written. */
uint64_t image_bytes(MlImageFormat format, uint32_t width, uint32_t height);
/* Checks, then writes. ML_ERROR_MEMORY, or ML_ERROR_FILE when the sink refuses. */
MlStatus image_write(Memory *memory, MlImageFormat format, const ImageSource *source, const MlSink *sink, MlError *error);

/* The writers behind it; sizes have been checked. */
MlStatus image_write_png(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error);
MlStatus image_write_jpg(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error);
MlStatus image_write_hdr(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error);
MlStatus image_write_pfm(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error);

#endif
