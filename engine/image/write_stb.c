/* write_stb.c - png and jpg through stb_image_write 1.16 (docs/IMAGES.md: its limits and how each is met).
 *
 * The library allocates through macros without a context, does not check most of its allocations, and cannot be told that writing
 * failed: stb_call.h is how it is run. The first failure of memory or sink ends it. */
#include "image/stb_call.h"
#include "image/write.h"

#define JPG_QUALITY 95 /* above 90 the library keeps colour at full resolution */
#define JPG_BUFFER 4096

typedef struct WriteCall {
  StbCall stb;
  const MlSink *sink;
  size_t buffered;
  uint8_t buffer[JPG_BUFFER];
} WriteCall;

static _Thread_local WriteCall *current_call; /* the innermost: a sink may itself write a picture; NULL while the library does not run */

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(x) ((void)(x)) /* what they check cannot fail: failed allocations do not return */
#define STBIW_MALLOC(size) stb_call_reallocate(&current_call->stb, NULL, (size_t)(size))
#define STBIW_REALLOC_SIZED(p, old_size, size) stb_call_reallocate(&current_call->stb, p, (size_t)(size))
#define STBIW_FREE(p) stb_call_release(&current_call->stb, p)
#pragma GCC diagnostic ignored "-Wunused-function" /* it declares what it does not define; gcc says so at the end of this file */
/* Its jpg writer shifts bits out of a signed int on purpose. Let them go, and keep UBSan's eyes on the rest. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("shift"))), apply_to = function)
#include <stb/stb_image_write.h>
#pragma clang attribute pop
#else
#pragma GCC push_options
#pragma GCC optimize("wrapv")
#include <stb/stb_image_write.h>
#pragma GCC pop_options
#endif

static void stb_sink(WriteCall *call, const void *bytes, size_t count) {
  if (count && !call->sink->write(call->sink->ud, bytes, count))
    stb_call_fail(&call->stb, error_set(call->stb.error, ML_ERROR_FILE, "could not write the picture"));
}

/* All rows as bytes, or NULL with the error set; sizes have been checked. */
static uint8_t *pixels_new(Memory *memory, const ImageSource *source, size_t *size, MlError *error) {
  uint64_t row = 3 * (uint64_t)source->width;
  uint8_t *pixels = size_multiply(row, source->height, size) ? memory_alloc(memory, *size, 16) : NULL;
  if (!pixels) {
    memory_error(memory, row * source->height, "the pixels of a picture", error);
    return NULL;
  }
  for (uint64_t y = 0; y < source->height; y++) source->bytes(source->ud, (uint32_t)y, pixels + y * row);
  return pixels;
}

/* Run encode(call, …) so that failures inside the library come back here. call lives in the caller, as longjmp wants it. */
static MlStatus stb_run(WriteCall *call, void (*encode)(WriteCall *call, const uint8_t *pixels, int width, int height),
                        const ImageSource *source) {
  size_t size;
  uint8_t *pixels = pixels_new(call->stb.memory, source, &size, call->stb.error);
  if (!pixels) return ML_ERROR_MEMORY;
  WriteCall *const outer = current_call;
  current_call = call;
  if (setjmp(call->stb.failed) == 0) encode(call, pixels, (int)source->width, (int)source->height);
  stb_call_end(&call->stb);
  current_call = outer;
  memory_free(call->stb.memory, pixels, size);
  return call->stb.status;
}

/* ---------------------------------------------------------------------- png */

/* The library hands over the whole file at once. After signature and IHDR goes an sRGB chunk (rendering intent: perceptual), which it
 * does not write: without one, viewers may guess. */
static void png_write(void *context, void *bytes, int count) {
  static const uint8_t srgb_chunk[] = {0, 0, 0, 1, 's', 'R', 'G', 'B', 0, 0xae, 0xce, 0x1c, 0xe9};
  const size_t head = 8 + 12 + 13;
  stb_sink(context, bytes, head);
  stb_sink(context, srgb_chunk, sizeof srgb_chunk);
  stb_sink(context, (const uint8_t *)bytes + head, (size_t)count - head);
}

static void png_encode(WriteCall *call, const uint8_t *pixels, int width, int height) {
  stbi_write_png_to_func(png_write, call, width, height, 3, pixels, 0);
}

MlStatus image_write_png(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error) {
  WriteCall call = {.stb = {.memory = memory, .error = error, .what = "a picture to be written"}, .sink = sink};
  return stb_run(&call, png_encode, source);
}

/* ---------------------------------------------------------------------- jpg */

/* The library writes byte by byte. */
static void jpg_write(void *context, void *bytes, int count) {
  WriteCall *call = context;
  if ((size_t)count > sizeof call->buffer - call->buffered) {
    stb_sink(call, call->buffer, call->buffered);
    call->buffered = 0;
  }
  memcpy(call->buffer + call->buffered, bytes, (size_t)count); // its pieces are at most some hundred bytes
  call->buffered += (size_t)count;
}

static void jpg_encode(WriteCall *call, const uint8_t *pixels, int width, int height) {
  stbi_write_jpg_to_func(jpg_write, call, width, height, 3, pixels, JPG_QUALITY);
  stb_sink(call, call->buffer, call->buffered);
}

MlStatus image_write_jpg(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error) {
  WriteCall call = {.stb = {.memory = memory, .error = error, .what = "a picture to be written"}, .sink = sink};
  return stb_run(&call, jpg_encode, source);
}
