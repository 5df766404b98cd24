/* write_linear.c - hdr (Radiance RGBE: Ward 1991, "Real Pixels", Graphics Gems II; run-length coded scanlines) and pfm (Debevec's
 * portable float map), row by row: any size with the memory of one row. Pixels are linear, untouched by exposure and tone mapping. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "image/write.h"
#include "math/vec.h"

static MlStatus sink_write(const MlSink *sink, const void *bytes, size_t count, MlError *error) {
  return sink->write(sink->ud, bytes, count) ? ML_OK : error_set(error, ML_ERROR_FILE, "could not write the picture");
}

/* Buffers of one row: `floats` of 12 bytes per pixel, then `bytes` as the format needs them. */
typedef struct RowBuffer {
  float *floats;
  uint8_t *bytes;
  size_t size;
} RowBuffer;

static MlStatus row_buffer_new(Memory *memory, uint32_t width, uint32_t bytes_per_pixel, RowBuffer *out, MlError *error) {
  size_t floats, all;
  if (!size_multiply(width, 3 * sizeof(float), &floats) || !size_multiply(width, 3 * sizeof(float) + bytes_per_pixel, &all) ||
      !(out->floats = memory_alloc(memory, all, 16)))
    return memory_error(memory, (uint64_t)width * (3 * sizeof(float) + bytes_per_pixel), "a row of the picture", error);
  out->bytes = (uint8_t *)out->floats + floats;
  out->size = all;
  return ML_OK;
}

/* ---------------------------------------------------------------------- pfm */

MlStatus image_write_pfm(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error) {
  char head[64];
  int count = snprintf(head, sizeof head, "PF\n%u %u\n-1.0\n", source->width, source->height); // -1: little-endian
  RowBuffer row = {0};
  TRY(row_buffer_new(memory, source->width, 0, &row, error));
  MlStatus status = sink_write(sink, head, (size_t)count, error);
  for (uint32_t y = source->height; y-- > 0 && status == ML_OK;) { // bottom row first
    source->floats(source->ud, y, row.floats);
    status = sink_write(sink, row.floats, row.size, error);
  }
  memory_free(memory, row.floats, row.size);
  return status;
}

/* ---------------------------------------------------------------------- hdr */

/* Nearest of the shared-exponent values: mantissas m of c = m/256 · 2^(e-128), the largest in 128..255. Negative and NaN are 0, too
 * large is the largest. Most readers, ours included, put a mantissa at m, not at m + ½: so rounding, not Ward's truncation. */
static void rgbe_encode(const float *rgb, uint8_t *out) {
  const float largest = 0x1.fep126f; // 255/256 · 2^127
  float r = clamp_f(rgb[0], 0.0f, largest), g = clamp_f(rgb[1], 0.0f, largest), b = clamp_f(rgb[2], 0.0f, largest);
  float peak = max_f(r, max_f(g, b));
  if (peak < 0x1p-100f) {
    memset(out, 0, 4);
    return;
  }
  // peak = f · 2^e, f in [.5, 1): its exponent field is e + 126. Normal, since peak >= 2^-100.
  uint32_t bits;
  memcpy(&bits, &peak, sizeof bits);
  int e = (int)(bits >> 23) - 126;
  for (;; e++) {
    uint32_t scale_bits = (uint32_t)(8 - e + 127) << 23; // 2^(8-e); e is -99..127
    float scale;
    memcpy(&scale, &scale_bits, sizeof scale);
    if (peak * scale + 0.5f >= 256.0f) continue; // the largest rounds up to 256: next exponent
    out[0] = (uint8_t)(r * scale + 0.5f), out[1] = (uint8_t)(g * scale + 0.5f), out[2] = (uint8_t)(b * scale + 0.5f);
    out[3] = (uint8_t)(e + 128);
    return;
  }
}

/* One channel of a scanline: runs of 4 to 127 equal bytes as (128 + count, byte), the rest as (count <= 128, bytes). Returns the end. */
static uint8_t *rle_encode(const uint8_t *channel, uint32_t width, uint8_t *out) {
  uint32_t at = 0;
  while (at < width) {
    // Find the next run worth coding.
    uint32_t run = at, length = 0;
    while (run < width) {
      for (length = 1; length < 127 && run + length < width && channel[run + length] == channel[run];) length++;
      if (length >= 4) break;
      run += length;
    }
    // What comes before it, as it is.
    while (at < run) {
      uint32_t count = run - at < 128 ? run - at : 128;
      *out++ = (uint8_t)count;
      memcpy(out, channel + at, count);
      out += count, at += count;
    }
    if (at < width) {
      *out++ = (uint8_t)(128 + length), *out++ = channel[at];
      at += length;
    }
  }
  return out;
}

MlStatus image_write_hdr(Memory *memory, const ImageSource *source, const MlSink *sink, MlError *error) {
  char head[128];
  int count = snprintf(head, sizeof head, "#?RADIANCE\nSOFTWARE=moonlit " ML_VERSION "\nFORMAT=32-bit_rle_rgbe\n\n-Y %u +X %u\n",
                       source->height, source->width);
  uint32_t width = source->width;
  bool coded = width >= 8 && width < 32768; // the format codes no other widths
  // Four channels beside each other, the pixel, and at worst one count per 128 bytes (and one per channel), the head: 10 per pixel do.
  RowBuffer row = {0};
  TRY(row_buffer_new(memory, width, coded ? 10 : 4, &row, error));
  MlStatus status = sink_write(sink, head, (size_t)count, error);
  for (uint32_t y = 0; y < source->height && status == ML_OK; y++) {
    source->floats(source->ud, y, row.floats);
    if (!coded) {
      for (uint64_t x = 0; x < width; x++) rgbe_encode(row.floats + 3 * x, row.bytes + 4 * x);
      status = sink_write(sink, row.bytes, 4 * (size_t)width, error);
      continue;
    }
    for (uint64_t x = 0; x < width; x++) {
      uint8_t rgbe[4];
      rgbe_encode(row.floats + 3 * x, rgbe);
      for (uint64_t c = 0; c < 4; c++) row.bytes[c * width + x] = rgbe[c];
    }
    uint8_t *line = row.bytes + 4 * (size_t)width, *end = line;
    *end++ = 2, *end++ = 2, *end++ = (uint8_t)(width >> 8), *end++ = (uint8_t)width;
    for (uint64_t c = 0; c < 4; c++) end = rle_encode(row.bytes + c * width, width, end);
    status = sink_write(sink, line, (size_t)(end - line), error);
  }
  memory_free(memory, row.floats, row.size);
  return status;
}
