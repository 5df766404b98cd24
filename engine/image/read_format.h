/* read_format.h - what the readers of the formats share: the bytes, numbers in them, and their two functions each. */
#ifndef ML_IMAGE_READ_FORMAT_H
#define ML_IMAGE_READ_FORMAT_H

#include "base/error.h"
#include "image/read.h"

typedef struct FileBytes {
  const uint8_t *data;
  size_t count;
} FileBytes;

static inline uint32_t read_be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static inline uint32_t read_be32(const uint8_t *p) { return read_be16(p) << 16 | read_be16(p + 2); }
static inline uint32_t read_le16(const uint8_t *p) { return (uint32_t)p[1] << 8 | p[0]; }
static inline uint32_t read_le32(const uint8_t *p) { return read_le16(p + 2) << 16 | read_le16(p); }

/* Offsets in messages. */
#define AT(offset) (unsigned long long)(offset)

/* Does the file begin, or look, like one? Only tga has nothing to begin with: it is asked last. */
bool png_is(FileBytes file);
bool jpg_is(FileBytes file);
bool hdr_is(FileBytes file);
bool bmp_is(FileBytes file);
bool tga_is(FileBytes file);

/* Fill *head but for `file`; `work` without the samples. What can be told from sizes alone is refused here. */
MlStatus png_head(FileBytes file, ImageHead *head, MlError *error);
MlStatus jpg_head(FileBytes file, ImageHead *head, MlError *error);
MlStatus hdr_head(FileBytes file, ImageHead *head, MlError *error);
MlStatus bmp_head(FileBytes file, ImageHead *head, MlError *error);
MlStatus tga_head(FileBytes file, ImageHead *head, MlError *error);

/* Decode into samples as the head describes them; they are zero before. */
MlStatus png_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error);
MlStatus jpg_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error);
MlStatus hdr_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error);
MlStatus bmp_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error);
MlStatus tga_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error);

/* read_stb.c: a png or jpg that its reader has checked, through stb_image, which may use `limit` bytes. Copies into samples. */
MlStatus stb_decode(Memory *memory, FileBytes file, const ImageHead *head, uint64_t limit, void *samples, MlError *error);

#endif
