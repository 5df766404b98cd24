/* compare_files.c - two picture files side by side: their differences in numbers and as a picture. */
#include "base/error.h"
#include "image/flip.h"
#include "image/tonemap.h"
#include "image/write.h"
#include "render/engine.h"

typedef struct Pair {
  Image a, b;
  bool linear;  /* of both */
  float *error; /* FLIP's, a float per pixel */
  size_t error_bytes;
} Pair;

static MlStatus load(Memory *memory, const char *name, const MlBytes *file, Image *out, bool *linear, MlError *error) {
  MlError failure = {0};
  MlStatus status = image_read_any(memory, file->data, file->size, out, linear, &failure);
  if (status == ML_OK) return ML_OK;
  return error_set(error, status, "the %s picture: %s", name, failure.message);
}

static MlStatus load_pair(Memory *memory, const MlBytes *a, const MlBytes *b, Pair *pair, MlError *error) {
  bool linear = false;
  TRY(load(memory, "first", a, &pair->a, &pair->linear, error));
  TRY(load(memory, "second", b, &pair->b, &linear, error));
  if (pair->a.width != pair->b.width || pair->a.height != pair->b.height)
    return error_set(error, ML_ERROR_ARGUMENT, "the pictures differ in size: %u x %u and %u x %u", pair->a.width, pair->a.height,
                     pair->b.width, pair->b.height);
  if (linear != pair->linear)
    return error_set(error, ML_ERROR_ARGUMENT,
                     "one picture holds linear light (hdr, pfm), the other display pixels (png, jpg, tga, bmp): compare two of one sort");
  return ML_OK;
}

/* Linear pictures as a display shows them, in place. */
static void to_display(Image *image, float exposure, MlTonemap tonemap) {
  uint64_t pixels = (uint64_t)image->width * image->height;
  for (uint64_t i = 0; i < pixels; i++) {
    float *p = image->pixels + 3 * i;
    uint8_t codes[3];
    tonemap_row(tonemap, exposure, p, 1, codes);
    for (int c = 0; c < 3; c++) p[c] = (float)codes[c] / 255.0f;
  }
}

static void error_row(void *ud, uint32_t y, uint8_t *rgb) {
  const Pair *pair = ud;
  for (uint32_t x = 0; x < pair->a.width; x++) flip_color(pair->error[(uint64_t)y * pair->a.width + x], rgb + 3 * (size_t)x);
}

static MlStatus compare(Memory *memory, const MlCompareDesc *d, Pair *pair, MlComparison *out, MlError *error) {
  TRY(load_pair(memory, &d->a, &d->b, pair, error));
  *out = (MlComparison){.width = pair->a.width, .height = pair->a.height, .linear = pair->linear};
  out->different = image_count_different(&pair->a, &pair->b, &out->largest);
  out->rmse = image_rmse(&pair->a, &pair->b);
  out->relative_mse = image_relative_mse(&pair->a, &pair->b);
  if (pair->linear) {
    out->exposure = d->fixed_exposure ? (float)d->exposure : image_auto_exposure(&pair->a);
    to_display(&pair->a, out->exposure, d->tonemap);
    to_display(&pair->b, out->exposure, d->tonemap);
  }
  uint64_t pixels = (uint64_t)pair->a.width * pair->a.height;
  if (size_multiply(pixels, sizeof(float), &pair->error_bytes)) pair->error = memory_alloc(memory, pair->error_bytes, 16);
  if (pair->error == NULL) return memory_error(memory, pixels * sizeof(float), "the difference of two pictures", error);
  TRY(image_flip(memory, &pair->a, &pair->b, FLIP_PIXELS_PER_DEGREE, pair->error, &out->flip, error));
  if (d->difference.write == NULL) return ML_OK;
  const ImageSource source = {.width = pair->a.width, .height = pair->a.height, .bytes = error_row, .ud = pair};
  return image_write(memory, ML_IMAGE_PNG, &source, &d->difference, error);
}

MlStatus ml_image_compare(MlEngine *engine, const MlCompareDesc *desc, MlComparison *out, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  Memory *memory = &engine->memory;
  Pair pair = {0};
  MlStatus status = compare(memory, desc, &pair, out, error);
  image_free(memory, &pair.a);
  image_free(memory, &pair.b);
  if (pair.error != NULL) memory_free(memory, pair.error, pair.error_bytes);
  return status;
}
