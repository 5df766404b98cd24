/* read_png.c - png: every chunk's place, length and checksum, the header's numbers and what they take, before stb_image sees the file.
 *
 * A checksum is right or the file is refused, so what reaches the library is as its writer left it. 16-bit samples stay 16-bit. Chunks about
 * colour (gAMA, iCCP, sRGB) are passed over: codes are sRGB unless the scene says otherwise. */
#include <string.h>

#include "image/read_format.h"

enum { SIGNATURE = 8, CHUNK = 12 /* length, type, checksum */ };

bool png_is(FileBytes file) { return file.count >= SIGNATURE && memcmp(file.data, "\x89PNG\r\n\x1a\n", SIGNATURE) == 0; }

/* CRC-32 of ISO 3309, four bits at a time. */
static uint32_t crc32_of(const uint8_t *p, size_t count) {
  static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
                                     0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  uint32_t crc = ~0u;
  for (size_t i = 0; i < count; i++) {
    crc ^= p[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

typedef struct PngLayout {
  uint32_t width, height, depth, color, interlace;
  bool has_palette, has_transparency;
  uint64_t data; /* bytes of all IDAT */
} PngLayout;

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };

static MlStatus read_ihdr(const uint8_t *p, PngLayout *out, MlError *error) {
  *out = (PngLayout){.width = read_be32(p), .height = read_be32(p + 4), .depth = p[8], .color = p[9], .interlace = p[12]};
  const uint32_t d = out->depth, c = out->color;
  const bool small = d == 1 || d == 2 || d == 4;
  const bool fits = c == GREY ? small || d == 8 || d == 16 : c == PALETTE ? small || d == 8 : d == 8 || d == 16;
  if (!(c <= 6 && c != 1 && c != 5 && fits))
    return error_set(error, ML_ERROR_FORMAT, "damaged png: %u bits of colour type %u at byte 24", d, c);
  if (p[10] != 0 || p[11] != 0 || p[12] > 1) return error_set(error, ML_ERROR_FORMAT, "damaged png: an unknown method at byte 26");
  return ML_OK;
}

/* Walks over the chunks; `sums`: also checks their checksums. */
static MlStatus read_layout(FileBytes file, bool sums, PngLayout *out, MlError *error) {
  size_t at = SIGNATURE;
  for (bool first = true;; first = false) {
    if (file.count - at < CHUNK)
      return error_set(error, ML_ERROR_FORMAT, "damaged png: it ends at byte %llu, before its last chunk", AT(file.count));
    const uint8_t *p = file.data + at;
    const uint32_t length = read_be32(p);
    char type[5];
    for (int i = 0; i < 4; i++) type[i] = (p[4 + i] | 32) >= 'a' && (p[4 + i] | 32) <= 'z' ? (char)p[4 + i] : '?';
    type[4] = 0;
    if (length > file.count - at - CHUNK)
      return error_set(error, ML_ERROR_FORMAT, "damaged png: chunk %s at byte %llu goes on behind the end of the file", type, AT(at));
    if (sums && crc32_of(p + 4, (size_t)length + 4) != read_be32(p + 8 + length))
      return error_set(error, ML_ERROR_FORMAT, "damaged png: chunk %s at byte %llu does not agree with its checksum", type, AT(at));
    if (first) {
      if (strcmp(type, "IHDR") != 0 || length != 13) return error_set(error, ML_ERROR_FORMAT, "png: it does not begin with a header");
      TRY(read_ihdr(p + 8, out, error));
    } else if (strcmp(type, "IHDR") == 0) {
      return error_set(error, ML_ERROR_FORMAT, "damaged png: a second header at byte %llu", AT(at));
    } else if (strcmp(type, "PLTE") == 0) {
      if (length == 0 || length > 768 || length % 3 != 0 || out->data != 0)
        return error_set(error, ML_ERROR_FORMAT, "damaged png: the palette at byte %llu", AT(at));
      out->has_palette = true;
    } else if (strcmp(type, "tRNS") == 0) {
      const uint32_t wanted = out->color == GREY ? 2 : out->color == RGB ? 6 : length;
      if (out->color >= GREY_ALPHA || out->data != 0 || length != wanted || length > 256 || (out->color == PALETTE && !out->has_palette))
        return error_set(error, ML_ERROR_FORMAT, "damaged png: the transparency at byte %llu", AT(at));
      out->has_transparency = true;
    } else if (strcmp(type, "IDAT") == 0) {
      out->data += length;
    } else if (strcmp(type, "IEND") == 0) {
      break;
    } else if ((p[4] & 32) == 0) {
      return error_set(error, ML_ERROR_FORMAT, "png: chunk %s at byte %llu is not known, and cannot be left out", type, AT(at));
    }
    at += CHUNK + (size_t)length;
  }
  if (out->data == 0) return error_set(error, ML_ERROR_FORMAT, "damaged png: it has no pixels");
  if (out->color == PALETTE && !out->has_palette) return error_set(error, ML_ERROR_FORMAT, "damaged png: it has no palette");
  return ML_OK;
}

/* Samples per pixel in the file. */
static uint32_t stored_channels(uint32_t color) { return color == RGB ? 3 : color == GREY_ALPHA ? 2 : color == RGB_ALPHA ? 4 : 1; }

MlStatus png_head(FileBytes file, ImageHead *head, MlError *error) {
  PngLayout layout;
  TRY(read_layout(file, false, &layout, error));
  head->width = layout.width;
  head->height = layout.height;
  head->channels = layout.color == PALETTE ? 3 : stored_channels(layout.color);
  if (layout.has_transparency) head->channels++;
  head->sample = layout.depth == 16 ? SAMPLE_U16 : SAMPLE_U8;
  if (layout.width > IMAGE_MAX_SIDE || layout.height > IMAGE_MAX_SIDE) return ML_OK; /* refused as too large */
  // Filter bytes and bits; deflate makes of a byte at most 1032
  const uint64_t row = ((uint64_t)layout.width * layout.depth * stored_channels(layout.color) + 7) / 8;
  const uint64_t unpacked = (row + 1) * layout.height;
  if (unpacked / 1032 > layout.data)
    return error_set(error, ML_ERROR_FORMAT, "damaged png: %llu bytes of pixels cannot be %u x %u", AT(layout.data), layout.width,
                     layout.height);
  // What the library takes: the data, doubled as it comes; unpacked, doubled if interlaced; pixels, twice when it changes them
  const uint64_t guess = ((uint64_t)layout.width * layout.depth + 7) / 8 * layout.height * stored_channels(layout.color) + layout.height;
  const uint64_t pixels = (uint64_t)layout.width * layout.height * 4 * head->sample;
  head->work = 2 * layout.data + 2 * guess + 2 * pixels + 65536;
  return ML_OK;
}

MlStatus png_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error) {
  PngLayout layout;
  TRY(read_layout(file, true, &layout, error));
  return stb_decode(memory, file, head, head->work, samples, error);
}
