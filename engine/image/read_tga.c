/* read_tga.c - Truevision TGA 2.0: colour-mapped (8-bit indices), true colour and grey, plain or run-length coded, of 8, 15, 16, 24 and 32
 * bits, in any of the four orientations. Runs may go on in the next row. Alpha counts where the descriptor says that there is some. */
#include "image/read_format.h"

enum { TGA_HEAD = 18 };

typedef struct TgaLayout {
  uint32_t width, height;
  uint32_t bits;       /* of a pixel as it is stored */
  uint32_t color_bits; /* of a colour: the map's, or the pixel's */
  uint32_t map_first, map_count;
  bool mapped, grey, coded, right_to_left, top_down, alpha;
  size_t map, pixels; /* where they begin */
} TgaLayout;

/* What the format says about itself; false: it cannot be one. */
static bool read_layout(FileBytes file, TgaLayout *out) {
  const uint8_t *p = file.data;
  if (file.count < TGA_HEAD) return false;
  const uint32_t kind = p[2] & 7u;
  if ((p[2] & ~11u) != 0 || kind < 1 || kind > 3 || p[1] > 1 || (kind == 1 && p[1] == 0) || (p[17] & 0xC0) != 0) return false;
  *out = (TgaLayout){.width = read_le16(p + 12), .height = read_le16(p + 14), .bits = p[16], .color_bits = kind == 1 ? p[7] : p[16]};
  out->mapped = kind == 1;
  out->grey = kind == 3;
  out->coded = (p[2] & 8) != 0;
  out->right_to_left = (p[17] & 0x10) != 0;
  out->top_down = (p[17] & 0x20) != 0;
  out->map_first = read_le16(p + 3);
  out->map_count = p[1] ? read_le16(p + 5) : 0;
  out->map = (size_t)TGA_HEAD + p[0];
  out->pixels = out->map + (size_t)out->map_count * ((p[7] + 7u) / 8);
  const uint32_t c = out->color_bits, alpha_bits = p[17] & 15u;
  if (p[1] && p[7] != 15 && p[7] != 16 && p[7] != 24 && p[7] != 32) return false;
  if (out->mapped && out->bits != 8) return false;
  if (out->grey ? c != 8 && c != 16 : c != 15 && c != 16 && c != 24 && c != 32) return false;
  out->alpha = out->grey ? c == 16 : c == 32 ? alpha_bits == 8 || out->mapped : c == 16 && alpha_bits == 1;
  return true;
}

bool tga_is(FileBytes file) {
  TgaLayout layout;
  return read_layout(file, &layout) && layout.width != 0 && layout.height != 0;
}

MlStatus tga_head(FileBytes file, ImageHead *head, MlError *error) {
  TgaLayout layout;
  if (!read_layout(file, &layout)) return error_set(error, ML_ERROR_FORMAT, "damaged tga: its header fits no kind of tga");
  const uint64_t pixels = (uint64_t)layout.width * layout.height, unit = (layout.bits + 7) / 8;
  const uint64_t least = layout.coded ? (pixels + 127) / 128 * (1 + unit) : pixels * unit; /* a packet has at most 128 pixels */
  if (file.count < layout.pixels || file.count - layout.pixels < least)
    return error_set(error, ML_ERROR_FORMAT, "damaged tga: %u x %u pixels take at least %llu bytes, there are %llu", layout.width,
                     layout.height, AT(layout.pixels + least), AT(file.count));
  head->width = layout.width;
  head->height = layout.height;
  head->channels = (layout.grey ? 1u : 3u) + (layout.alpha ? 1u : 0u);
  head->sample = SAMPLE_U8;
  return ML_OK;
}

static uint8_t five_bits(uint32_t v) { return (uint8_t)(((v & 31) * 255 + 15) / 31); }

/* One colour of `bits` bits to samples. */
static void decode_color(const uint8_t *p, uint32_t bits, bool grey, bool alpha, uint8_t *out) {
  if (grey) {
    out[0] = p[0];
    if (alpha) out[1] = p[1];
  } else if (bits <= 16) {
    const uint32_t v = read_le16(p);
    out[0] = five_bits(v >> 10), out[1] = five_bits(v >> 5), out[2] = five_bits(v);
    if (alpha) out[3] = v & 0x8000 ? 255 : 0;
  } else {
    out[0] = p[2], out[1] = p[1], out[2] = p[0];
    if (alpha) out[3] = p[3];
  }
}

MlStatus tga_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error) {
  (void)memory;
  TgaLayout layout;
  if (!read_layout(file, &layout)) return error_set(error, ML_ERROR_FORMAT, "damaged tga: its header fits no kind of tga");
  const uint32_t unit = (layout.bits + 7) / 8, color_unit = (layout.color_bits + 7) / 8;
  const uint8_t *pixel = NULL;
  size_t at = layout.pixels;
  uint32_t left = 0; /* of the packet at hand */
  bool repeat = false;
  for (uint32_t row = 0; row < head->height; row++) {
    const uint32_t y = layout.top_down ? row : head->height - 1 - row;
    for (uint32_t column = 0; column < head->width; column++) {
      const uint32_t x = layout.right_to_left ? head->width - 1 - column : column;
      const bool packet = layout.coded && left == 0;
      if (packet) {
        if (file.count - at < 1) return error_set(error, ML_ERROR_FORMAT, "damaged tga: it ends at byte %llu, in row %u", AT(at), row);
        repeat = (file.data[at] & 0x80) != 0;
        left = (file.data[at++] & 0x7Fu) + 1;
      }
      if (packet || !repeat) {
        if (file.count - at < unit) return error_set(error, ML_ERROR_FORMAT, "damaged tga: it ends at byte %llu, in row %u", AT(at), row);
        pixel = file.data + at;
        at += unit;
      }
      if (layout.coded) left--;
      const uint8_t *color = pixel;
      if (layout.mapped) {
        const uint32_t index = pixel[0];
        if (index < layout.map_first || index - layout.map_first >= layout.map_count)
          return error_set(error, ML_ERROR_FORMAT, "damaged tga: colour %u at byte %llu is not in its map", index, AT(pixel - file.data));
        color = file.data + layout.map + (size_t)(index - layout.map_first) * color_unit;
      }
      decode_color(color, layout.color_bits, layout.grey, layout.alpha,
                   (uint8_t *)samples + ((size_t)y * head->width + x) * head->channels);
    }
  }
  return ML_OK;
}
