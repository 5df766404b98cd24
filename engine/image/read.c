/* read.c - which format it is, the limits that all formats share, and the samples' memory. */
#include "image/read.h"

#include "image/read_format.h"

typedef struct ImageReader {
  const char *name;
  bool (*is)(FileBytes file);
  MlStatus (*head)(FileBytes file, ImageHead *head, MlError *error);
  MlStatus (*decode)(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error);
} ImageReader;

static const ImageReader readers[] = {
  [IMAGE_FILE_PNG] = {"png", png_is, png_head, png_decode}, [IMAGE_FILE_JPG] = {"jpg", jpg_is, jpg_head, jpg_decode},
  [IMAGE_FILE_HDR] = {"hdr", hdr_is, hdr_head, hdr_decode}, [IMAGE_FILE_TGA] = {"tga", tga_is, tga_head, tga_decode},
  [IMAGE_FILE_BMP] = {"bmp", bmp_is, bmp_head, bmp_decode},
};

const char *image_file_name(ImageFileKind kind) { return readers[kind].name; }

static MlStatus check_limits(const ImageHead *head, MlError *error) {
  const char *name = image_file_name(head->file);
  if (head->width == 0 || head->height == 0)
    return error_set(error, ML_ERROR_FORMAT, "damaged %s: its header says %u x %u pixels", name, head->width, head->height);
  if (head->width > IMAGE_MAX_SIDE || head->height > IMAGE_MAX_SIDE)
    return error_set(error, ML_ERROR_LIMIT, "a %s of %u x %u pixels: more than %u a side", name, head->width, head->height, IMAGE_MAX_SIDE);
  if ((uint64_t)head->width * head->height > IMAGE_MAX_PIXELS)
    return error_set(error, ML_ERROR_LIMIT, "a %s of %u x %u pixels: more than %u in all", name, head->width, head->height,
                     IMAGE_MAX_PIXELS);
  return ML_OK;
}

static uint64_t sample_bytes(const ImageHead *head) { return (uint64_t)head->width * head->height * head->channels * head->sample; }

MlStatus image_read_head(const void *bytes, size_t count, ImageHead *out, MlError *error) {
  static const ImageFileKind order[] = {IMAGE_FILE_PNG, IMAGE_FILE_JPG, IMAGE_FILE_HDR, IMAGE_FILE_BMP, IMAGE_FILE_TGA};
  const FileBytes file = {bytes, count};
  if (count == 0) return error_set(error, ML_ERROR_FORMAT, "the file is empty");
  if (count > INT32_MAX) return error_set(error, ML_ERROR_LIMIT, "a file of more than 2 GiB");
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    if (!readers[order[i]].is(file)) continue;
    ImageHead head = {.file = order[i]};
    TRY(readers[head.file].head(file, &head, error));
    TRY(check_limits(&head, error));
    head.work += sample_bytes(&head);
    *out = head;
    return ML_OK;
  }
  return error_set(error, ML_ERROR_FORMAT, "not a picture that can be read: png, jpg, hdr, tga and bmp can, by their contents");
}

MlStatus image_read(Memory *memory, const void *bytes, size_t count, const ImageHead *head, RawImage *out, MlError *error) {
  RawImage image = {.head = *head};
  uint64_t wanted = sample_bytes(head);
  if (size_multiply(wanted, 1, &image.size)) image.samples = memory_alloc_zero(memory, image.size, 16);
  if (!image.samples) return memory_error(memory, wanted, "the pixels of a picture", error);
  MlStatus status = readers[head->file].decode(memory, (FileBytes){bytes, count}, head, image.samples, error);
  if (status == ML_OK) *out = image;
  else image_raw_free(memory, &image);
  return status;
}

void image_raw_free(Memory *memory, RawImage *image) {
  memory_free(memory, image->samples, image->size);
  *image = (RawImage){0};
}
