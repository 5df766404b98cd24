/* picture_files.h - small files of every kind that is read, made of a function of the place, and what their samples must be. For tests. */
#ifndef TESTS_PICTURE_FILES_H
#define TESTS_PICTURE_FILES_H

#include "fault_memory.h"

static inline uint32_t picture_mix(uint32_t x) {
  x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu;
  return x ^ x >> 16;
}
/* 16 bits of channel c; flat in places, so that runs and equal colours come. */
static inline uint32_t picture_value(uint32_t x, uint32_t y, uint32_t c) {
  return x / 4 % 2 ? (y / 2 * 9000 + c * 777) & 0xffff : picture_mix(x + 64 * y + 4096 * c) & 0xffff;
}

static inline void put_byte(Bytes *b, uint32_t v) { bytes_write(b, &(uint8_t){(uint8_t)v}, 1); }
static inline void put_le16(Bytes *b, uint32_t v) { put_byte(b, v), put_byte(b, v >> 8); }
static inline void put_le32(Bytes *b, uint32_t v) { put_le16(b, v), put_le16(b, v >> 16); }
static inline void put_be32(Bytes *b, uint32_t v) { put_byte(b, v >> 24), put_byte(b, v >> 16), put_byte(b, v >> 8), put_byte(b, v); }

/* ---------------------------------------------------------------------- png */

static inline uint32_t png_crc(const uint8_t *p, size_t count) {
  uint32_t crc = ~0u;
  for (size_t i = 0; i < count; i++) {
    crc ^= p[i];
    for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}
static inline void png_chunk(Bytes *out, const char *type, const void *bytes, size_t count) {
  put_be32(out, (uint32_t)count);
  const size_t from = out->count;
  bytes_write(out, type, 4);
  if (count) bytes_write(out, bytes, count);
  put_be32(out, png_crc(out->data + from, count + 4));
}

typedef struct PngKind {
  uint32_t width, height, depth, color; /* color: 0 grey, 2 rgb, 3 palette, 4 grey and alpha, 6 rgb and alpha */
  bool interlaced, transparent;         /* transparent: the value (palette: entry) at (0, 0) */
} PngKind;

static inline uint32_t png_channels(const PngKind *k) { return k->color == 2 ? 3 : k->color == 4 ? 2 : k->color == 6 ? 4 : 1; }
static inline uint32_t png_stored(const PngKind *k, uint32_t x, uint32_t y, uint32_t c) {
  return picture_value(x, y, c) >> (16 - k->depth);
}

/* Rows of one pass, each with another filter. */
static inline void png_rows(const PngKind *k, Bytes *out, uint32_t x0, uint32_t y0, uint32_t dx, uint32_t dy) {
  uint32_t channels = png_channels(k), width = (k->width - x0 + dx - 1) / dx, bits = width * channels * k->depth, size = (bits + 7) / 8;
  uint32_t step = channels * k->depth < 8 ? 1 : channels * k->depth / 8;
  if (x0 >= k->width) return;
  uint8_t *row = calloc(1, size);
  for (uint32_t y = y0, n = 0; y < k->height; y += dy, n++) {
    uint32_t filter = (y0 + n) % 5, bit = 0;
    uint8_t *fresh = calloc(1, size);
    for (uint32_t x = x0; x < k->width; x += dx)
      for (uint32_t c = 0; c < channels; c++, bit += k->depth) {
        uint32_t v = png_stored(k, x, y, c);
        if (k->depth == 16) fresh[bit / 8] = (uint8_t)(v >> 8), fresh[bit / 8 + 1] = (uint8_t)v;
        else fresh[bit / 8] |= (uint8_t)(v << (8 - k->depth - bit % 8));
      }
    put_byte(out, filter);
    for (uint32_t i = 0; i < size; i++) {
      int a = i >= step ? fresh[i - step] : 0, b = row[i], c = i >= step ? row[i - step] : 0;
      int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);
      int paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const int guesses[5] = {0, a, b, (a + b) / 2, paeth};
      put_byte(out, (uint32_t)(fresh[i] - guesses[filter]));
    }
    memcpy(row, fresh, size);
    free(fresh);
  }
  free(row);
}

static inline Bytes png_file(const PngKind *k) {
  Bytes rows = {0}, packed = {0}, head = {0}, out = {0};
  static const uint32_t passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  if (!k->interlaced) png_rows(k, &rows, 0, 0, 1, 1);
  for (int i = 0; i < 7 && k->interlaced; i++) png_rows(k, &rows, passes[i][0], passes[i][1], passes[i][2], passes[i][3]);
  put_byte(&packed, 0x78), put_byte(&packed, 1);
  uint32_t a = 1, b = 0;
  for (size_t at = 0; at < rows.count; at += 65535) { // stored, not compressed: the writer's files are
    uint32_t size = (uint32_t)(rows.count - at < 65535 ? rows.count - at : 65535);
    put_byte(&packed, at + size == rows.count), put_le16(&packed, size), put_le16(&packed, ~size);
    bytes_write(&packed, rows.data + at, size);
  }
  for (size_t i = 0; i < rows.count; i++) a = (a + rows.data[i]) % 65521, b = (b + a) % 65521;
  put_be32(&packed, b << 16 | a);
  bytes_write(&out, "\x89PNG\r\n\x1a\n", 8);
  put_be32(&head, k->width), put_be32(&head, k->height);
  const uint8_t rest[5] = {(uint8_t)k->depth, (uint8_t)k->color, 0, 0, k->interlaced};
  bytes_write(&head, rest, 5);
  png_chunk(&out, "IHDR", head.data, head.count);
  if (k->color == 3) {
    uint8_t palette[768];
    for (uint32_t i = 0; i < 768; i++) palette[i] = (uint8_t)picture_mix(i);
    png_chunk(&out, "PLTE", palette, 3u << k->depth);
  }
  if (k->transparent) {
    uint8_t key[256];
    memset(key, 255, sizeof key);
    if (k->color == 3) key[png_stored(k, 0, 0, 0)] = 7;
    else
      for (uint32_t c = 0; c < png_channels(k); c++)
        key[2 * c] = (uint8_t)(png_stored(k, 0, 0, c) >> 8), key[2 * c + 1] = (uint8_t)png_stored(k, 0, 0, c);
    png_chunk(&out, "tRNS", key, k->color == 3 ? png_stored(k, 0, 0, 0) + 1 : 2 * png_channels(k));
  }
  png_chunk(&out, "tEXt", "Comment\0none", 12);
  png_chunk(&out, "IDAT", packed.data, packed.count / 2);
  png_chunk(&out, "IDAT", packed.data + packed.count / 2, packed.count - packed.count / 2);
  png_chunk(&out, "IEND", NULL, 0);
  bytes_free(&rows), bytes_free(&packed), bytes_free(&head);
  return out;
}

/* Of a spoilt png puts every checksum right again: the decoder behind them is to be reached. Anything else stays. */
static inline void png_mend(uint8_t *data, size_t size) {
  if (size < 8 || memcmp(data, "\x89PNG", 4) != 0) return;
  for (size_t at = 8; size - at >= 12;) {
    const size_t length = (size_t)data[at] << 24 | (size_t)data[at + 1] << 16 | (size_t)data[at + 2] << 8 | data[at + 3];
    if (length > size - at - 12) return;
    const uint32_t crc = png_crc(data + at + 4, length + 4);
    for (int i = 0; i < 4; i++) data[at + 8 + length + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
    at += 12 + length;
  }
}

/* Sample c of the decoded picture: 8 or 16 bits. */
static inline uint32_t png_expected(const PngKind *k, uint32_t x, uint32_t y, uint32_t c) {
  uint32_t channels = png_channels(k), v = png_stored(k, x, y, 0);
  if (k->color == 3) return c < 3 ? (uint8_t)picture_mix(3 * v + c) : v == png_stored(k, 0, 0, 0) ? 7 : 255;
  if (c == channels) {
    for (uint32_t i = 0; i < channels; i++)
      if (png_stored(k, x, y, i) != png_stored(k, 0, 0, i)) return k->depth == 16 ? 65535 : 255;
    return 0;
  }
  v = png_stored(k, x, y, c);
  return k->depth < 8 ? v * (255 / ((1u << k->depth) - 1)) : v;
}

/* ---------------------------------------------------------------------- tga */

typedef struct TgaKind {
  uint32_t width, height, kind, bits, alpha_bits; /* kind: 1 mapped (map of `bits`), 2 colour, 3 grey */
  bool coded, right_to_left, top_down;
} TgaKind;

static inline void tga_color(Bytes *out, const TgaKind *k, uint32_t x, uint32_t y) {
  uint32_t v[4];
  for (uint32_t c = 0; c < 4; c++) v[c] = picture_value(x, y, c) >> 8;
  if (k->kind == 3) {
    put_byte(out, v[0]);
    if (k->bits == 16) put_byte(out, v[3]);
  } else if (k->bits <= 16) {
    put_le16(out, v[0] >> 3 << 10 | v[1] >> 3 << 5 | v[2] >> 3 | v[3] >> 7 << 15);
  } else {
    put_byte(out, v[2]), put_byte(out, v[1]), put_byte(out, v[0]);
    if (k->bits == 32) put_byte(out, v[3]);
  }
}
/* A mapped pixel's colour is that of the place (index, 0) of the map. */
static inline uint32_t tga_index(uint32_t x, uint32_t y) { return 3 + picture_value(x, y, 0) % 50; }

static inline Bytes tga_file(const TgaKind *k) {
  Bytes out = {0};
  const bool mapped = k->kind == 1;
  put_byte(&out, 2), put_byte(&out, mapped), put_byte(&out, k->kind | (k->coded ? 8u : 0u));
  put_le16(&out, mapped ? 3 : 0), put_le16(&out, mapped ? 50 : 0), put_byte(&out, mapped ? k->bits : 0);
  put_le32(&out, 0), put_le16(&out, k->width), put_le16(&out, k->height), put_byte(&out, mapped ? 8 : k->bits);
  put_byte(&out, k->alpha_bits | (k->right_to_left ? 0x10u : 0u) | (k->top_down ? 0x20u : 0u));
  put_byte(&out, 'i'), put_byte(&out, 'd');
  for (uint32_t i = 3; mapped && i < 53; i++) tga_color(&out, k, i, 0);
  // Packets of changing lengths that go on over the ends of rows; those of equal pixels become runs
  const uint32_t count = k->width * k->height;
  for (uint32_t n = 0, length; n < count; n += length) {
    Bytes packet = {0};
    length = 1 + n % 7;
    if (length > count - n) length = count - n;
    for (uint32_t i = n; i < n + length; i++) {
      uint32_t x = i % k->width, y = i / k->width;
      x = k->right_to_left ? k->width - 1 - x : x, y = k->top_down ? y : k->height - 1 - y;
      if (mapped) put_byte(&packet, tga_index(x, y));
      else tga_color(&packet, k, x, y);
    }
    const size_t unit = packet.count / length;
    bool run = true;
    for (size_t i = unit; i < packet.count; i++) run = run && packet.data[i] == packet.data[i - unit];
    if (k->coded) put_byte(&out, (length - 1) | (run ? 0x80u : 0u));
    bytes_write(&out, packet.data, k->coded && run ? unit : packet.count);
    bytes_free(&packet);
  }
  return out;
}

static inline uint32_t tga_expected(const TgaKind *k, uint32_t x, uint32_t y, uint32_t c) {
  if (k->kind == 1) x = tga_index(x, y), y = 0;
  if (k->kind == 3) return picture_value(x, y, c == 1 ? 3 : 0) >> 8;
  uint32_t v = picture_value(x, y, c) >> 8;
  return k->bits > 16 ? v : c == 3 ? (v >> 7) * 255 : ((v >> 3) * 255 + 15) / 31;
}

/* ---------------------------------------------------------------------- bmp */

typedef struct BmpKind {
  uint32_t width, height, bits, head; /* head: 12, 40, 124 */
  bool top_down, masked;              /* masked: 4 4 4 4 (16 bits) or 10 10 10 2 (32 bits) */
} BmpKind;

static inline uint32_t bmp_index(const BmpKind *k, uint32_t x, uint32_t y) { return picture_value(x, y, 0) >> 4 & ((1u << k->bits) - 1); }
static inline const uint32_t *bmp_masks(const BmpKind *k) {
  static const uint32_t four[4] = {0xF00, 0xF0, 0xF, 0xF000}, ten[4] = {0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000};
  return k->bits == 16 ? four : ten;
}
/* The channel's bits as they are stored. */
static inline uint32_t bmp_stored(uint32_t mask, uint32_t x, uint32_t y, uint32_t c) {
  return mask ? (picture_value(x, y, c) & (mask >> __builtin_ctz(mask))) << __builtin_ctz(mask) : 0;
}

static inline Bytes bmp_file(const BmpKind *k) {
  Bytes out = {0};
  const uint32_t colors = k->bits <= 8 ? 1u << k->bits : 0, entry = k->head == 12 ? 3 : 4, extra = k->masked && k->head == 40 ? 12 : 0;
  const uint32_t at = 14 + k->head + extra + colors * entry;
  bytes_write(&out, "BM", 2), put_le32(&out, 0), put_le32(&out, 0), put_le32(&out, at), put_le32(&out, k->head);
  if (k->head == 12) {
    put_le16(&out, k->width), put_le16(&out, k->height), put_le16(&out, 1), put_le16(&out, k->bits);
  } else {
    put_le32(&out, k->width), put_le32(&out, k->top_down ? 0u - k->height : k->height), put_le16(&out, 1), put_le16(&out, k->bits);
    put_le32(&out, k->masked ? 3 : 0);
    for (int i = 0; i < 5; i++) put_le32(&out, 0);
    for (uint32_t i = 0; k->masked && i < (k->head == 40 ? 3u : 4u); i++) put_le32(&out, bmp_masks(k)[i]);
    while (out.count < 14 + k->head) put_byte(&out, 0);
  }
  for (uint32_t i = 0; i < colors; i++)
    for (uint32_t c = 0; c < entry; c++) put_byte(&out, c < 3 ? picture_mix(3 * i + 2 - c) : 0);
  for (uint32_t row = 0; row < k->height; row++) {
    uint32_t y = k->top_down ? row : k->height - 1 - row, bits = 0;
    const size_t from = out.count;
    for (uint32_t x = 0; x < k->width; x++) {
      if (k->bits <= 8) {
        bits |= bmp_index(k, x, y) << (8 - k->bits - x * k->bits % 8);
        if ((x + 1) * k->bits % 8 == 0 || x + 1 == k->width) put_byte(&out, bits), bits = 0;
        continue;
      }
      uint32_t v = 0;
      static const uint32_t five[4] = {0x7C00, 0x3E0, 0x1F, 0}, eight[4] = {0xFF0000, 0xFF00, 0xFF, 0};
      const uint32_t *masks = k->masked ? bmp_masks(k) : k->bits == 16 ? five : eight;
      for (uint32_t c = 0; c < (k->masked && k->head == 40 ? 3u : 4u); c++) v |= bmp_stored(masks[c], x, y, c);
      if (k->bits == 16) put_le16(&out, v);
      else put_le16(&out, v), put_byte(&out, v >> 16);
      if (k->bits == 32) put_byte(&out, v >> 24);
    }
    while ((out.count - from) % 4 != 0) put_byte(&out, 0);
  }
  return out;
}

static inline uint32_t bmp_expected(const BmpKind *k, uint32_t x, uint32_t y, uint32_t c) {
  if (k->bits <= 8) return (uint8_t)picture_mix(3 * bmp_index(k, x, y) + c);
  uint32_t most = 255;
  if (k->masked) most = bmp_masks(k)[c] >> __builtin_ctz(bmp_masks(k)[c]);
  else if (k->bits == 16) most = 31;
  return ((picture_value(x, y, c) & most) * 255 + most / 2) / most;
}

#endif
