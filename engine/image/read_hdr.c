/* read_hdr.c - Radiance pictures (Ward 1991, "Real Pixels"; Radiance's filefmts): RGBE, as it is or run-length coded by scanline, in the
 * new way (channels apart) and the old one (pixels). A mantissa m stands for m / 256, as in the writer and in most readers; EXPOSURE and
 * other lines of the header are passed over. Every run is checked against its scanline, and a run of no pixels is an error: the endless
 * loop of CVE-2021-42715 cannot be. */
#include <string.h>

#include "image/read_format.h"
#include "math/ieee.h"

bool hdr_is(FileBytes file) {
  return (file.count >= 10 && memcmp(file.data, "#?RADIANCE", 10) == 0) || (file.count >= 6 && memcmp(file.data, "#?RGBE", 6) == 0);
}

/* What the header says; `at` is where the pixels begin. */
typedef struct HdrLayout {
  uint32_t width, height;
  bool bottom_up, right_to_left;
  size_t at;
} HdrLayout;

/* The line at *at without its end, 0-terminated and cut to what is of interest; false: there is no end. */
static bool next_line(FileBytes file, size_t *at, char line[64]) {
  const uint8_t *end = memchr(file.data + *at, '\n', file.count - *at);
  if (!end) return false;
  size_t size = (size_t)(end - (file.data + *at)), kept = size < 63 ? size : 63;
  memcpy(line, file.data + *at, kept);
  if (kept > 0 && line[kept - 1] == '\r') kept--;
  line[kept] = 0;
  *at += size + 1;
  return true;
}

/* "-Y " or "+X " and a whole number; NULL: something else. */
static const char *read_axis(const char *p, char axis, bool *negative, uint32_t *out) {
  if ((p[0] != '-' && p[0] != '+') || p[1] != axis || p[2] != ' ') return NULL;
  *negative = p[0] == '-';
  uint32_t value = 0;
  const char *digits = p + 3;
  for (p = digits; *p >= '0' && *p <= '9' && p - digits < 9; p++) value = 10 * value + (uint32_t)(*p - '0');
  *out = value;
  return p > digits ? p : NULL;
}

static MlStatus read_layout(FileBytes file, HdrLayout *out, MlError *error) {
  char line[64];
  size_t at = 0;
  do {
    if (!next_line(file, &at, line)) return error_set(error, ML_ERROR_FORMAT, "damaged hdr: its header does not end");
    if (strncmp(line, "FORMAT=", 7) == 0 && strcmp(line + 7, "32-bit_rle_rgbe") != 0)
      return error_set(error, ML_ERROR_FORMAT, "hdr: only FORMAT=32-bit_rle_rgbe can be read, this is %.40s", line + 7);
  } while (line[0] != 0);
  const size_t size_line = at;
  bool negative_y = false, negative_x = false;
  const char *p = next_line(file, &at, line) ? read_axis(line, 'Y', &negative_y, &out->height) : NULL;
  p = p && *p == ' ' ? read_axis(p + 1, 'X', &negative_x, &out->width) : NULL;
  if (!p || *p != 0)
    return error_set(error, ML_ERROR_FORMAT,
                     "hdr: expected a size like \"-Y 512 +X 1024\" at byte %llu; pictures on their side cannot be read", AT(size_line));
  out->bottom_up = !negative_y;
  out->right_to_left = negative_x;
  out->at = at;
  return ML_OK;
}

MlStatus hdr_head(FileBytes file, ImageHead *head, MlError *error) {
  HdrLayout layout;
  TRY(read_layout(file, &layout, error));
  if ((file.count - layout.at) / 4 < layout.height)
    return error_set(error, ML_ERROR_FORMAT, "damaged hdr: it ends at byte %llu, too early for %u rows", AT(file.count), layout.height);
  head->width = layout.width;
  head->height = layout.height;
  head->channels = 3;
  head->sample = SAMPLE_F32;
  head->work = 4 * (uint64_t)layout.width;
  return ML_OK;
}

static void rgbe_decode(const uint8_t *p, float *rgb) {
  // m / 256 · 2^(e-128): scaled by two factors, so that neither is beyond a float; e = 1 is a scale of 2^-127
  float scale = p[3] >= 2 ? bits_float((uint32_t)(p[3] - 1) << 23) : 0x1p-127f;
  for (int c = 0; c < 3; c++) rgb[c] = p[3] ? (float)p[c] * 0x1p-8f * scale : 0.0f;
}

static MlStatus ends_early(FileBytes file, uint32_t y, MlError *error) {
  return error_set(error, ML_ERROR_FORMAT, "damaged hdr: it ends at byte %llu, in row %u", AT(file.count), y);
}

/* Four channels, each in runs. */
static MlStatus decode_channels(FileBytes file, size_t *position, uint32_t width, uint32_t y, uint8_t *line, MlError *error) {
  size_t at = *position;
  for (uint32_t c = 0; c < 4; c++) {
    for (uint32_t x = 0; x < width;) {
      if (file.count - at < 2) return ends_early(file, y, error);
      const bool run = file.data[at] > 128;
      const uint32_t count = run ? file.data[at] - 128u : file.data[at];
      if (count == 0 || count > width - x)
        return error_set(error, ML_ERROR_FORMAT, "damaged hdr: a run of %u pixels at byte %llu, where %u are left in row %u", count, AT(at),
                         width - x, y);
      if (!run && file.count - at - 1 < count) return ends_early(file, y, error);
      for (uint32_t i = 0; i < count; i++) line[4 * (size_t)(x + i) + c] = file.data[at + 1 + (run ? 0 : i)];
      at += 1 + (run ? 1 : count);
      x += count;
    }
  }
  *position = at;
  return ML_OK;
}

/* Pixels of four bytes; 1 1 1 n repeats the one before n times, several in a row are digits of the count, lowest first. */
static MlStatus decode_pixels(FileBytes file, size_t *position, uint32_t width, uint32_t y, uint8_t *line, MlError *error) {
  size_t at = *position;
  uint32_t shift = 0;
  for (uint32_t x = 0; x < width;) {
    if (file.count - at < 4) return ends_early(file, y, error);
    const uint8_t *p = file.data + at;
    if (p[0] != 1 || p[1] != 1 || p[2] != 1) {
      memcpy(line + 4 * (size_t)x++, p, 4);
      shift = 0;
    } else {
      uint64_t count = shift < 24 ? (uint64_t)p[3] << shift : UINT64_MAX;
      if (x == 0 || count > width - x)
        return error_set(error, ML_ERROR_FORMAT, "damaged hdr: a repetition at byte %llu does not fit into row %u", AT(at), y);
      for (; count > 0; count--, x++) memcpy(line + 4 * (size_t)x, line + 4 * (size_t)(x - 1), 4);
      shift += 8;
    }
    at += 4;
  }
  *position = at;
  return ML_OK;
}

MlStatus hdr_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error) {
  HdrLayout layout;
  TRY(read_layout(file, &layout, error));
  const uint32_t width = head->width;
  uint8_t *line = memory_alloc(memory, 4 * (size_t)width, 16);
  if (!line) return memory_error(memory, 4 * (uint64_t)width, "a row of the picture", error);
  MlStatus status = ML_OK;
  for (uint32_t y = 0; y < head->height && status == ML_OK; y++) {
    const uint8_t *p = file.data + layout.at;
    const bool coded =
      width >= 8 && width < 32768 && file.count - layout.at >= 4 && p[0] == 2 && p[1] == 2 && (uint32_t)p[2] * 256 + p[3] == width;
    if (coded) layout.at += 4;
    status = (coded ? decode_channels : decode_pixels)(file, &layout.at, width, y, line, error);
    if (status != ML_OK) break;
    float *row = (float *)samples + 3 * (size_t)width * (layout.bottom_up ? head->height - 1 - y : y);
    for (uint32_t x = 0; x < width; x++) rgbe_decode(line + 4 * (size_t)x, row + 3 * (size_t)(layout.right_to_left ? width - 1 - x : x));
  }
  memory_free(memory, line, 4 * (size_t)width);
  return status;
}
