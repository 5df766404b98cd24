/* read_stb.c - png and jpg through stb_image 2.27 (docs/IMAGES.md: its known bugs and how each is met). What comes here has been checked
 * by read_png.c and read_jpg.c; stb_call.h is how the library is run: zeroed memory of ours, a limit, no return from a failure.
 *
 * This file is compiled with wrapping arithmetic (-fwrapv in the Makefile): damaged coefficients overflow the library's ints, to some
 * value that ends as a pixel. */
#include "image/read_format.h"
#include "image/stb_call.h"

static _Thread_local StbCall *current_call; /* NULL while the library does not run */

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_SIMD /* the same pixels on every machine */
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_FAILURE_STRINGS /* one of them is written to */
#define STBI_MAX_DIMENSIONS 65535
#define STBI_ASSERT(x) ((void)(x)) /* what they check is what has been checked before */
#define STBI_MALLOC(size) stb_call_reallocate(current_call, NULL, (size_t)(size))
#define STBI_REALLOC_SIZED(p, old_size, size) stb_call_reallocate(current_call, p, (size_t)(size))
#define STBI_REALLOC(p, size) stb_call_reallocate(current_call, p, (size_t)(size))
#define STBI_FREE(p) stb_call_release(current_call, p)
#pragma GCC diagnostic ignored "-Wunused-function" /* of its interface we use two; gcc says so at the end of this file */
/* Shifts by more than an int has, of zeros: behind the end of coded data. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("shift", "signed-integer-overflow"))), apply_to = function)
#include <stb/stb_image.h>
#pragma clang attribute pop
#else
#include <stb/stb_image.h>
#endif

/* Runs the library; in a function of its own, as longjmp wants it. */
static MlStatus decode(StbCall *call, FileBytes file, const ImageHead *head, void *samples, size_t size) {
  if (setjmp(call->failed) != 0) return call->status;
  int width, height, channels;
  const int count = (int)file.count; /* at most INT_MAX: image_read_head */
  const void *pixels = head->sample == SAMPLE_U16 ? (void *)stbi_load_16_from_memory(file.data, count, &width, &height, &channels, 0)
                                                  : (void *)stbi_load_from_memory(file.data, count, &width, &height, &channels, 0);
  if (!pixels)
    return error_set(call->error, ML_ERROR_FORMAT, "damaged %s: its pixels cannot be decoded", image_file_name(head->file));
  if (width != (int)head->width || height != (int)head->height || channels != (int)head->channels)
    return error_set(call->error, ML_ERROR_FORMAT, "damaged %s: its pixels are not what its header says", image_file_name(head->file));
  memcpy(samples, pixels, size);
  return ML_OK;
}

MlStatus stb_decode(Memory *memory, FileBytes file, const ImageHead *head, uint64_t limit, void *samples, MlError *error) {
  StbCall call = {.memory = memory, .error = error, .what = "decoding a picture", .limit = limit};
  current_call = &call;
  const size_t size = (size_t)head->width * head->height * head->channels * head->sample; /* the samples' own: no overflow */
  MlStatus status = decode(&call, file, head, samples, size);
  stb_call_end(&call);
  current_call = NULL;
  return status;
}
