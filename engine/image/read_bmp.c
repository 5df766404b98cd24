/* read_bmp.c - Windows and OS/2 bitmaps without compression: 1, 4 and 8 bits with a palette, 16 and 32 bits with or without masks, 24 bits;
 * bottom row first or last. All offsets are checked against the file before a pixel is read. Alpha counts where a mask names it. */
#include "image/read_format.h"

enum { BMP_HEAD = 14, MASKED = 3, MASKED_ALPHA = 6 };

typedef struct BmpLayout {
  uint32_t width, height, bits;
  bool top_down;
  uint32_t mask[4]; /* r g b a; 16 and 32 bits */
  uint32_t colors;  /* of the palette, of entry_size bytes each */
  uint32_t entry_size;
  size_t palette, pixels;
  uint64_t stride;
} BmpLayout;

bool bmp_is(FileBytes file) { return file.count >= 2 && file.data[0] == 'B' && file.data[1] == 'M'; }

static MlStatus damaged(MlError *error, const char *what) { return error_set(error, ML_ERROR_FORMAT, "damaged bmp: %s", what); }

/* One run of ones? 0 is none and allowed. */
static bool mask_is_run(uint32_t mask) {
  if (mask == 0) return true;
  mask >>= __builtin_ctz(mask);
  return (mask & (mask + 1)) == 0;
}

static MlStatus read_masks(FileBytes file, uint32_t info_size, uint32_t compression, BmpLayout *out, MlError *error) {
  if (compression == 0) {
    const bool five = out->bits == 16;
    out->mask[0] = five ? 0x7C00 : 0xFF0000, out->mask[1] = five ? 0x3E0 : 0xFF00, out->mask[2] = five ? 0x1F : 0xFF;
    return ML_OK;
  }
  const uint32_t count = compression == MASKED_ALPHA || info_size >= 56 ? 4 : 3;
  if (file.count < BMP_HEAD + 40 + 4 * (size_t)count) return damaged(error, "it ends in its masks");
  for (uint32_t c = 0; c < count; c++) {
    out->mask[c] = read_le32(file.data + BMP_HEAD + 40 + 4 * c);
    if (!mask_is_run(out->mask[c]) || (out->bits == 16 && out->mask[c] > 0xFFFF) || (c < 3 && out->mask[c] == 0))
      return error_set(error, ML_ERROR_FORMAT, "damaged bmp: the mask %08x at byte %llu", out->mask[c], AT(BMP_HEAD + 40 + 4 * c));
  }
  if (info_size == 40) out->palette += 4 * (size_t)count;
  return ML_OK;
}

static MlStatus read_layout(FileBytes file, BmpLayout *out, MlError *error) {
  const uint8_t *p = file.data;
  if (file.count < BMP_HEAD + 12) return damaged(error, "it ends in its header");
  const uint32_t info_size = read_le32(p + 14);
  uint32_t compression = 0, planes, used = 0;
  *out = (BmpLayout){.pixels = read_le32(p + 10), .palette = BMP_HEAD + (size_t)info_size, .entry_size = 4};
  if (info_size == 12) {
    out->width = read_le16(p + 18), out->height = read_le16(p + 20), planes = read_le16(p + 22), out->bits = read_le16(p + 24);
    out->entry_size = 3;
  } else if (info_size == 40 || info_size == 52 || info_size == 56 || info_size == 108 || info_size == 124) {
    if (file.count < BMP_HEAD + (size_t)info_size) return damaged(error, "it ends in its header");
    const uint32_t height = read_le32(p + 22);
    out->top_down = height > INT32_MAX;
    out->width = read_le32(p + 18), out->height = out->top_down ? 0u - height : height;
    planes = read_le16(p + 26), out->bits = read_le16(p + 28), compression = read_le32(p + 30), used = read_le32(p + 46);
  } else {
    return error_set(error, ML_ERROR_FORMAT, "bmp: a header of %u bytes is not known", info_size);
  }
  const bool masked = compression == MASKED || compression == MASKED_ALPHA;
  if (planes != 1) return error_set(error, ML_ERROR_FORMAT, "damaged bmp: %u planes at byte 26", planes);
  if (compression != 0 && !(masked && (out->bits == 16 || out->bits == 32)))
    return error_set(error, ML_ERROR_FORMAT, "bmp: compressed ones (kind %u) cannot be read: save it without compression", compression);
  switch (out->bits) {
  case 1:
  case 4:
  case 8:
    out->colors = used != 0 && used < 1u << out->bits ? used : 1u << out->bits;
    if (out->palette > file.count || (file.count - out->palette) / out->entry_size < out->colors)
      return damaged(error, "it ends in its palette");
    break;
  case 16:
  case 32: TRY(read_masks(file, info_size, compression, out, error)); break;
  case 24: break;
  default: return error_set(error, ML_ERROR_FORMAT, "damaged bmp: %u bits per pixel", out->bits);
  }
  out->stride = ((uint64_t)out->width * out->bits + 31) / 32 * 4;
  return ML_OK;
}

MlStatus bmp_head(FileBytes file, ImageHead *head, MlError *error) {
  BmpLayout layout;
  TRY(read_layout(file, &layout, error));
  head->width = layout.width;
  head->height = layout.height;
  head->channels = layout.mask[3] ? 4 : 3;
  head->sample = SAMPLE_U8;
  if (layout.width > IMAGE_MAX_SIDE || layout.height > IMAGE_MAX_SIDE) return ML_OK; /* refused as too large */
  // The last row may come without its padding.
  const uint64_t row = ((uint64_t)layout.width * layout.bits + 7) / 8;
  const uint64_t needed = layout.height ? layout.stride * (layout.height - 1) + row : 0;
  if (layout.pixels > file.count || file.count - layout.pixels < needed)
    return error_set(error, ML_ERROR_FORMAT, "damaged bmp: %u x %u pixels from byte %llu on take %llu bytes, the file has %llu",
                     layout.width, layout.height, AT(layout.pixels), AT(needed), AT(file.count));
  return ML_OK;
}

/* The part of v under the mask as 0..255, to the nearest. */
static uint8_t masked(uint32_t v, uint32_t mask) {
  if (mask == 0) return 255;
  const uint32_t shift = (uint32_t)__builtin_ctz(mask);
  const uint64_t most = mask >> shift;
  return (uint8_t)(((uint64_t)((v & mask) >> shift) * 255 + most / 2) / most);
}

MlStatus bmp_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error) {
  (void)memory;
  BmpLayout layout;
  TRY(read_layout(file, &layout, error));
  for (uint32_t y = 0; y < head->height; y++) {
    const uint8_t *row = file.data + layout.pixels + (size_t)layout.stride * (layout.top_down ? y : head->height - 1 - y);
    uint8_t *out = (uint8_t *)samples + (size_t)y * head->width * head->channels;
    for (uint32_t x = 0; x < head->width; x++, out += head->channels) {
      if (layout.bits == 16 || layout.bits == 32) {
        const uint32_t v = layout.bits == 16 ? read_le16(row + 2 * (size_t)x) : read_le32(row + 4 * (size_t)x);
        for (uint32_t c = 0; c < head->channels; c++) out[c] = masked(v, layout.mask[c]);
        continue;
      }
      const uint8_t *color = row + 3 * (size_t)x;
      if (layout.bits != 24) {
        const uint32_t bit = x * layout.bits, index = row[bit / 8] >> (8 - layout.bits - bit % 8) & ((1u << layout.bits) - 1);
        if (index >= layout.colors)
          return error_set(error, ML_ERROR_FORMAT, "damaged bmp: colour %u at byte %llu is not in its palette of %u", index,
                           AT(row - file.data) + bit / 8, layout.colors);
        color = file.data + layout.palette + (size_t)index * layout.entry_size;
      }
      out[0] = color[2], out[1] = color[1], out[2] = color[0];
    }
  }
  return ML_OK;
}
