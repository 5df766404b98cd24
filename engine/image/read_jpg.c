/* read_jpg.c - jpg: the whole structure of the file (ITU T.81), before stb_image sees it: segments and their lengths, the frame, sampling
 * factors, quantisation and Huffman tables, parameters of every scan, that every table is there when it is needed, and the end.
 *
 * With that, the library's tables are never written beyond their ends or read before they are filled (docs/IMAGES.md). Baseline and
 * progressive, 8 bits, grey or three components. Exif orientation is not looked at. */
#include <string.h>

#include "image/read_format.h"

enum { MAX_SCANS = 256 };

typedef struct JpgComponent {
  uint32_t id, h, v, table;
  bool scanned; /* its first coefficients have come */
} JpgComponent;

typedef struct JpgWalk {
  FileBytes file;
  MlError *error;
  bool progressive;
  uint32_t width, height, count; /* components; 0: no frame yet */
  JpgComponent components[3];
  bool quantisation[4], huffman[2][4]; /* [0] DC, [1] AC */
  uint32_t scans;
} JpgWalk;

bool jpg_is(FileBytes file) { return file.count >= 3 && file.data[0] == 0xFF && file.data[1] == 0xD8 && file.data[2] == 0xFF; }

static MlStatus damaged(const JpgWalk *w, const char *what, size_t at) {
  return error_set(w->error, ML_ERROR_FORMAT, "damaged jpg: %s at byte %llu", what, AT(at));
}

/* Segments: p is what follows the length, of `size` bytes; `at` is where the marker is. */

static MlStatus read_quantisation(JpgWalk *w, const uint8_t *p, size_t size, size_t at) {
  while (size > 0) {
    const size_t wanted = p[0] >> 4 ? 129 : 65;
    if (p[0] >> 4 > 1 || (p[0] & 15) > 3 || size < wanted) return damaged(w, "the quantisation table", at);
    w->quantisation[p[0] & 3] = true;
    p += wanted, size -= wanted;
  }
  return ML_OK;
}

/* Codes are of 1 to 16 bits, shortest first; `free` counts the codes of the length at hand that are left. */
static MlStatus read_huffman(JpgWalk *w, const uint8_t *p, size_t size, size_t at) {
  while (size > 0) {
    if (size < 17 || p[0] >> 4 > 1 || (p[0] & 15) > 3) return damaged(w, "the Huffman table", at);
    const bool ac = p[0] >> 4;
    uint32_t symbols = 0, free = 1;
    for (int i = 1; i <= 16; i++) {
      free *= 2;
      if (p[i] > free) return damaged(w, "a Huffman table with too many codes", at);
      free -= p[i];
      symbols += p[i];
    }
    if (symbols > 255 || size < 17 + (size_t)symbols) return damaged(w, "a Huffman table with too many codes", at);
    for (uint32_t i = 0; i < symbols && !ac; i++)
      if (p[17 + i] > 15) return damaged(w, "a Huffman table with a wrong code", at);
    w->huffman[ac][p[0] & 3] = true;
    p += 17 + symbols, size -= 17 + symbols;
  }
  return ML_OK;
}

static MlStatus read_frame(JpgWalk *w, const uint8_t *p, size_t size, size_t at) {
  if (w->count != 0) return damaged(w, "a second frame", at);
  if (size < 6) return damaged(w, "the frame", at);
  if (p[0] != 8) return error_set(w->error, ML_ERROR_FORMAT, "jpg: %u bits per sample; only 8 can be read", p[0]);
  if (p[5] == 4) return error_set(w->error, ML_ERROR_FORMAT, "jpg: four components (CMYK); only grey and RGB can be read");
  if ((p[5] != 1 && p[5] != 3) || size != 6 + 3 * (size_t)p[5]) return damaged(w, "the frame", at);
  w->height = read_be16(p + 1);
  w->width = read_be16(p + 3);
  if (w->height == 0) return error_set(w->error, ML_ERROR_FORMAT, "jpg: its height is not in the header; such ones cannot be read");
  w->count = p[5];
  uint32_t h_most = 1, v_most = 1;
  for (uint32_t i = 0; i < w->count; i++) {
    const uint8_t *q = p + 6 + 3 * i;
    const JpgComponent c = {.id = q[0], .h = q[1] >> 4, .v = q[1] & 15, .table = q[2]};
    if (c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3) return damaged(w, "a component of the frame", at);
    for (uint32_t k = 0; k < i; k++)
      if (w->components[k].id == c.id) return damaged(w, "two components of one name in the frame", at);
    w->components[i] = c;
    h_most = c.h > h_most ? c.h : h_most;
    v_most = c.v > v_most ? c.v : v_most;
  }
  for (uint32_t i = 0; i < w->count; i++)
    if (h_most % w->components[i].h != 0 || v_most % w->components[i].v != 0)
      return error_set(w->error, ML_ERROR_FORMAT, "jpg: sampling factors that do not divide each other cannot be read");
  return ML_OK;
}

static MlStatus read_scan(JpgWalk *w, const uint8_t *p, size_t size, size_t at) {
  if (w->count == 0) return damaged(w, "a scan before the frame", at);
  if (++w->scans > MAX_SCANS) return damaged(w, "more than 256 scans", at);
  const uint32_t count = size > 0 ? p[0] : 0;
  if (count < 1 || count > w->count || size != 4 + 2 * (size_t)count) return damaged(w, "the scan", at);
  const uint8_t *q = p + 1 + 2 * count;
  const uint32_t first = q[0], last = q[1], high = q[2] >> 4, low = q[2] & 15;
  const bool dc = !w->progressive || first == 0, ac = !w->progressive || first != 0;
  if (w->progressive ? last > 63 || first > last || (dc && last != 0) || low > 13 || (high != 0 && high != low + 1) || (ac && count != 1)
                     : first != 0 || high != 0 || low != 0)
    return damaged(w, "the parameters of the scan", at);
  uint32_t before = 0; /* components come in the frame's order, each once */
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *pair = p + 1 + 2 * i;
    uint32_t k = before;
    while (k < w->count && w->components[k].id != pair[0]) k++;
    if (k == w->count) return damaged(w, "a component of the scan that the frame has not", at);
    before = k + 1;
    JpgComponent *c = &w->components[k];
    const uint32_t dc_table = pair[1] >> 4, ac_table = pair[1] & 15;
    if (dc_table > 3 || ac_table > 3 || (dc && high == 0 && !w->huffman[0][dc_table]) || (ac && !w->huffman[1][ac_table]) ||
        !w->quantisation[c->table])
      return damaged(w, "a scan whose table is missing", at);
    if (w->progressive && (ac || high != 0) && !c->scanned) return damaged(w, "a scan that refines what has not come", at);
    if (!w->progressive && c->scanned) return damaged(w, "a component that comes twice", at);
    c->scanned = true;
  }
  return ML_OK;
}

/* The first marker from `at` on, behind coded data: stuffed zeros and restarts are part of it. */
static size_t skip_coded(FileBytes file, size_t at) {
  for (;;) {
    const uint8_t *p = at < file.count ? memchr(file.data + at, 0xFF, file.count - at) : NULL;
    if (!p) return file.count;
    size_t next = (size_t)(p - file.data);
    at = next + 1;
    while (at < file.count && file.data[at] == 0xFF) at++;
    if (at < file.count && file.data[at] != 0 && !(file.data[at] >= 0xD0 && file.data[at] <= 0xD7)) return next;
  }
}

static MlStatus walk(JpgWalk *w) {
  const FileBytes file = w->file;
  size_t at = 2;
  for (;;) {
    const size_t marker_at = at;
    if (at >= file.count || file.count - at < 2) return damaged(w, "the file ends", file.count);
    if (file.data[at] != 0xFF) return damaged(w, "no marker", at);
    while (at < file.count && file.data[at] == 0xFF) at++;
    if (at >= file.count) return damaged(w, "the file ends", file.count);
    const uint8_t marker = file.data[at++];
    if (marker == 0xD9) break;
    if (file.count - at < 2) return damaged(w, "the file ends", file.count);
    const size_t length = read_be16(file.data + at);
    if (length < 2 || length > file.count - at) return damaged(w, "a segment that goes on behind the end", marker_at);
    const uint8_t *p = file.data + at + 2;
    const size_t size = length - 2;
    at += length;
    switch (marker) {
    case 0xC0:
    case 0xC1:
    case 0xC2:
      w->progressive = marker == 0xC2;
      TRY(read_frame(w, p, size, marker_at));
      break;
    case 0xC4: TRY(read_huffman(w, p, size, marker_at)); break;
    case 0xDB: TRY(read_quantisation(w, p, size, marker_at)); break;
    case 0xDD:
      if (size != 2) return damaged(w, "the restart interval", marker_at);
      break;
    case 0xDA:
      TRY(read_scan(w, p, size, marker_at));
      at = skip_coded(file, at);
      break;
    default:
      if ((marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE) break; /* APPn, comment */
      if (marker >= 0xC3 && marker <= 0xCF)
        return error_set(w->error, ML_ERROR_FORMAT,
                         "jpg: lossless, hierarchical and arithmetic coding (marker %02X at byte %llu) cannot be read", marker,
                         AT(marker_at));
      return damaged(w, "an unknown marker", marker_at);
    }
  }
  if (w->count == 0) return damaged(w, "the end before the frame", at - 2);
  for (uint32_t i = 0; i < w->count; i++)
    if (!w->components[i].scanned) return damaged(w, "the end before all components came,", at - 2);
  return ML_OK;
}

MlStatus jpg_head(FileBytes file, ImageHead *head, MlError *error) {
  JpgWalk w = {.file = file, .error = error};
  TRY(walk(&w));
  head->width = w.width;
  head->height = w.height;
  head->channels = w.count;
  head->sample = SAMPLE_U8;
  // A block of 8 x 8 takes a bit at least
  const uint64_t pixels = (uint64_t)w.width * w.height;
  if (pixels / 512 > file.count)
    return error_set(error, ML_ERROR_FORMAT, "damaged jpg: %llu bytes cannot be %u x %u pixels", AT(file.count), w.width, w.height);
  uint32_t h_most = 1, v_most = 1;
  for (uint32_t i = 0; i < w.count; i++) {
    h_most = w.components[i].h > h_most ? w.components[i].h : h_most;
    v_most = w.components[i].v > v_most ? w.components[i].v : v_most;
  }
  // Planes of whole units, coefficients beside them, the pixels, rows
  const uint64_t units = (uint64_t)(w.width + 8 * h_most - 1) / (8 * h_most) * ((w.height + 8 * v_most - 1) / (8 * v_most));
  for (uint32_t i = 0; i < w.count; i++) head->work += units * 64 * w.components[i].h * w.components[i].v * (w.progressive ? 3 : 1);
  head->work += pixels * w.count + 4 * (uint64_t)w.width + 65536;
  return ML_OK;
}

MlStatus jpg_decode(Memory *memory, FileBytes file, const ImageHead *head, void *samples, MlError *error) {
  return stb_decode(memory, file, head, head->work, samples, error);
}
