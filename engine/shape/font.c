/* font.c - TrueType fonts through stb_truetype 1.26, behind checks. See font.h.
 *
 * The library reads wherever a font's offsets point. What it reads of a font is therefore walked here first by the same rules. Of it run: the look-up of
 * characters, glyphs of lines and quadratic curves, advances, the table kern. Glyphs of glyphs are put together here: it scales them
 * twice, and follows them without end. Its failures are lack of memory, which the hooks below remember. */
#include "shape/font.h"

#include <string.h>

typedef struct FontMemory {
  Memory *memory;
  bool out;
} FontMemory;
typedef struct FontBlock {
  _Alignas(16) size_t size;
} FontBlock;

static void *library_alloc(FontMemory *m, size_t size) {
  FontBlock *block = memory_alloc(m->memory, size + sizeof *block, _Alignof(FontBlock));
  if (block == NULL) m->out = true;
  else block->size = size + sizeof *block;
  return block == NULL ? NULL : block + 1;
}
static void library_free(FontMemory *m, void *p) {
  if (p == NULL) return;
  FontBlock *block = (FontBlock *)p - 1;
  memory_free(m->memory, block, block->size);
}

/* Of what the library can do with these, nothing is used but the square root. */
#define STBTT_ifloor(x) ((int)(x))
#define STBTT_iceil(x) ((int)(x))
#define STBTT_sqrt(x) __builtin_sqrt((double)(x))
#define STBTT_pow(x, y) ((void)(y), (x))
#define STBTT_fmod(x, y) ((void)(y), (x))
#define STBTT_cos(x) (x)
#define STBTT_acos(x) (x)
#define STBTT_fabs(x) __builtin_fabs(x)
#define STBTT_malloc(size, ud) library_alloc(ud, size)
#define STBTT_free(p, ud) library_free(ud, p)
#define STBTT_assert(x) ((void)(x)) /* what they check is what has been checked before */
#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function" /* gcc says so at the end of this file, where it stays ignored */
/* Numbers of four bytes are put together by shifts into the sign. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("shift", "signed-integer-overflow"))), apply_to = function)
#include <stb/stb_truetype.h>
#pragma clang attribute pop
#else
#include <stb/stb_truetype.h>
#endif
#pragma GCC diagnostic pop
#pragma GCC diagnostic ignored "-Wunused-function"

_Static_assert(sizeof(stbtt_fontinfo) <= sizeof((Font *)0)->library, "Font.library holds the library's description");

static const stbtt_fontinfo *info_of(const Font *font) { return (const stbtt_fontinfo *)(const void *)font->library; }

static uint32_t u16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static int32_t i16(const uint8_t *p) { return (int16_t)(uint16_t)u16(p); }
static uint32_t u32(const uint8_t *p) { return u16(p) << 16 | u16(p + 2); }

/* ---- opening */

/* false, and *out as it was: it is not there, or not all of it. */
static bool find_table(const Font *font, const char *name, FontTable *out) {
  const uint32_t count = u16(font->bytes + 4);
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *row = font->bytes + 12 + 16 * i;
    if (memcmp(row, name, 4) != 0) continue;
    const FontTable table = {u32(row + 8), u32(row + 12)};
    // One that begins at 0 is none to stb_truetype, which then takes another way in, of which nothing is checked here
    if (table.offset < 12 + 16 * count || table.offset > font->size || table.size > font->size - table.offset) return false;
    *out = table;
    return table.size > 0;
  }
  return false;
}

/* All that the library reads of the character map that begins at `at`. */
static bool check_map(const Font *font, uint64_t at) {
  if (at > font->size || font->size - at < 16) return false;
  const uint8_t *p = font->bytes + at;
  const uint64_t left = font->size - at;
  switch (u16(p)) {
  case 0: return u16(p + 2) <= left;
  case 6: return 10 + 2 * (uint64_t)u16(p + 8) <= left;
  case 12:
  case 13: return u32(p + 12) < 1u << 24 && 16 + 12 * (uint64_t)u32(p + 12) <= left;
  case 4: break;
  default: return false;
  }
  const uint64_t segments = u16(p + 6) / 2, search = u16(p + 8) / 2, shift = u16(p + 12) / 2;
  if (segments == 0 || search == 0 || 16 + 8 * segments > left || search + shift > segments || u16(p + 10) > 16) return false;
  for (uint64_t i = 0; i < segments; i++) {
    const uint64_t last = u16(p + 14 + 2 * i), first = u16(p + 16 + 2 * (segments + i)), row = 16 + 2 * (3 * segments + i);
    const uint64_t offset = u16(p + row);
    if (offset != 0 && first <= last && row + offset + 2 * (last - first) + 2 > left) return false;
  }
  return true;
}

static const char *kind_of_file(const uint8_t *bytes, size_t size) {
  static const uint8_t truetype[4] = {0, 1, 0, 0};
  if (size < 12) return "no font: it is too short";
  if (memcmp(bytes, truetype, 4) == 0 || memcmp(bytes, "true", 4) == 0) return NULL;
  if (memcmp(bytes, "OTTO", 4) == 0) return "one with PostScript outlines; expected TrueType outlines (a .ttf file)";
  if (memcmp(bytes, "ttcf", 4) == 0) return "a collection of fonts; expected a single one (a .ttf file)";
  if (memcmp(bytes, "wOFF", 4) == 0 || memcmp(bytes, "wOF2", 4) == 0) return "packed for the web; expected it unpacked (a .ttf file)";
  return "no TrueType font";
}

const char *font_open(const void *bytes, size_t size, Font *out) {
  *out = (Font){.bytes = bytes, .size = size};
  if (size > FONT_MAX_BYTES) return "too large (more than 64 MiB)";
  const char *other = kind_of_file(bytes, size);
  if (other != NULL) return other;
  if (12 + 16 * (uint64_t)u16(out->bytes + 4) > size) return "damaged: its list of tables is cut off";

  FontTable head, maxp, hhea, hmtx, cmap, kern;
  if (!find_table(out, "glyf", &out->glyf)) return "without outlines that are TrueType's";
  if (!find_table(out, "head", &head) || head.size < 54 || !find_table(out, "maxp", &maxp) || maxp.size < 6 ||
      !find_table(out, "hhea", &hhea) || hhea.size < 36 || !find_table(out, "hmtx", &hmtx) || !find_table(out, "loca", &out->loca) ||
      !find_table(out, "cmap", &cmap) || cmap.size < 4)
    return "damaged: a table is missing or cut off";
  out->glyphs = u16(out->bytes + maxp.offset + 4);
  out->units = (double)u16(out->bytes + head.offset + 18);
  out->ascent = (double)i16(out->bytes + hhea.offset + 4);
  out->descent = (double)i16(out->bytes + hhea.offset + 6);
  const uint32_t wide = u16(out->bytes + head.offset + 50), advances = u16(out->bytes + hhea.offset + 34);
  if (out->glyphs == 0 || out->units < 16.0 || out->units > 16384.0 || wide > 1 ||
      (uint64_t)(out->glyphs + 1) * (wide != 0 ? 4 : 2) > out->loca.size || advances == 0 || advances > out->glyphs ||
      4 * (uint64_t)advances + 2 * (uint64_t)(out->glyphs - advances) > hmtx.size)
    return "damaged: its tables contradict each other";
  if (4 + 8 * (uint64_t)u16(out->bytes + cmap.offset + 2) > cmap.size) return "damaged: its table of characters is cut off";

  stbtt_fontinfo info = {0};
  union { // the library writes to no font
    const uint8_t *ours;
    uint8_t *its;
  } data = {.ours = out->bytes};
  if (!stbtt_InitFont_internal(&info, data.its, 0)) return "without a table of Unicode characters";
  if (!check_map(out, (uint32_t)info.index_map)) return "damaged: its table of characters is cut off, or of a kind that is not known";
  info.gpos = 0; // font_kern.c
  (void)find_table(out, "GPOS", &out->gpos);
  const uint8_t *k = find_table(out, "kern", &kern) && kern.size >= 18 ? out->bytes + kern.offset : NULL;
  if (k == NULL || 18 + 6 * (uint64_t)u16(k + 10) > kern.size) info.kern = 0;
  memcpy(out->library, &info, sizeof info);
  return NULL;
}

uint32_t font_glyph(const Font *font, uint32_t character) {
  const uint32_t glyph = (uint32_t)stbtt_FindGlyphIndex(info_of(font), (int)character);
  return glyph < font->glyphs ? glyph : 0;
}

double font_advance(const Font *font, uint32_t glyph) {
  int advance = 0;
  stbtt_GetGlyphHMetrics(info_of(font), (int)glyph, &advance, NULL);
  return advance > 0 ? (double)advance : 0.0;
}

double font_kerning(const Font *font, uint32_t glyph, uint32_t next) {
  const stbtt_fontinfo *info = info_of(font);
  if (info->kern == 0) return font_pair_kerning(font, glyph, next);
  return (glyph | next) < 0x8000 ? (double)stbtt_GetGlyphKernAdvance(info, (int)glyph, (int)next) : 0.0;
}

/* ---- glyphs */

/* A glyph with what it is put together of, so far. */
typedef struct Walk {
  const Font *font;
  Memory *memory;
  FontPoints *out;
  uint32_t points, contours, components;
} Walk;

/* The glyph's bytes; false: they are not all in the table. */
static bool find_glyph(const Font *font, uint32_t glyph, const uint8_t **begin, const uint8_t **end) {
  const uint8_t *loca = font->bytes + font->loca.offset, *glyf = font->bytes + font->glyf.offset;
  uint64_t from, to;
  if (info_of(font)->indexToLocFormat == 0) from = 2 * (uint64_t)u16(loca + 2 * glyph), to = 2 * (uint64_t)u16(loca + 2 * glyph + 2);
  else from = u32(loca + 4 * (size_t)glyph), to = u32(loca + 4 * (size_t)glyph + 4);
  if (from > to || to > font->glyf.size) return false;
  *begin = glyf + from;
  *end = glyf + to;
  return true;
}

/* Walks over one coordinate of all points; `brief` and `same` are its bits in the flags. false: it ends too soon, or leaves 16 bits. */
static bool check_coordinates(const uint8_t *flags, uint32_t points, uint32_t brief, uint32_t same, const uint8_t **at,
                              const uint8_t *end) {
  int32_t x = 0;
  uint32_t repeats = 0, flag = 0;
  const uint8_t *p = *at;
  for (uint32_t i = 0; i < points; i++) {
    if (repeats > 0) repeats--;
    else if (((flag = *flags++) & 8) != 0) repeats = *flags++;
    if ((flag & brief) != 0) {
      if (end - p < 1) return false;
      x += (flag & same) != 0 ? (int32_t)p[0] : -(int32_t)p[0];
      p += 1;
    } else if ((flag & same) == 0) {
      if (end - p < 2) return false;
      x += i16(p);
      p += 2;
    }
    if (x < -0x7FFF || x > 0x7FFF) return false;
  }
  *at = p;
  return true;
}

/* All that the library reads of a glyph that is none of others. */
static FontFault check_simple(Walk *walk, const uint8_t *p, const uint8_t *end, uint32_t contours) {
  if ((uint64_t)(end - p) < 10 + 2 * (uint64_t)contours + 2) return FONT_DAMAGED;
  const uint8_t *ends = p + 10;
  p = ends + 2 * (size_t)contours;
  const uint32_t instructions = u16(p), points = u16(p - 2) + 1;
  if ((uint64_t)(end - p) < 2 + (uint64_t)instructions) return FONT_DAMAGED;
  p += 2 + instructions;
  for (uint32_t i = 1; i < contours; i++)
    if (u16(ends + 2 * (size_t)i) <= u16(ends + 2 * (size_t)i - 2)) return FONT_DAMAGED;
  walk->points += points;
  walk->contours += contours;
  if (walk->points > FONT_MAX_POINTS || walk->contours > FONT_MAX_CONTOURS) return FONT_INTRICATE;

  // A contour of a single point must not begin off its curve, where the library looks at the next one
  const uint8_t *flags = p;
  uint32_t flag = 0, repeats = 0, first = 0, contour = 0;
  for (uint32_t i = 0; i < points; i++) {
    if (repeats > 0) repeats--;
    else {
      if (end - p < 1) return FONT_DAMAGED;
      flag = *p++;
      if ((flag & 8) != 0 && p == end) return FONT_DAMAGED;
      if ((flag & 8) != 0) repeats = *p++;
    }
    const uint32_t last = u16(ends + 2 * (size_t)contour);
    if (i == first && i == last && (flag & 1) == 0) return FONT_DAMAGED;
    if (i == last) first = i + 1, contour++;
  }
  return check_coordinates(flags, points, 2, 16, &p, end) && check_coordinates(flags, points, 4, 32, &p, end) ? FONT_FINE : FONT_DAMAGED;
}

static FontFault add_simple(Walk *walk, uint32_t glyph) {
  FontMemory hooks = {walk->memory, false};
  stbtt_fontinfo info = *info_of(walk->font);
  info.userdata = &hooks;
  stbtt_vertex *vertices = NULL;
  const int count = stbtt__GetGlyphShapeTT(&info, (int)glyph, &vertices);
  const bool fine = !hooks.out && (count == 0 || array_reserve(walk->memory, walk->out, (uint64_t)count));
  for (int i = 0; fine && i < count; i++) {
    const stbtt_vertex *v = &vertices[i];
    const FontStep step = v->type == STBTT_vmove ? FONT_MOVE : v->type == STBTT_vline ? FONT_LINE : FONT_CURVE;
    walk->out->data[walk->out->count++] = (FontPoint){(double)v->x, (double)v->y, (double)v->cx, (double)v->cy, step};
  }
  library_free(&hooks, vertices);
  return fine ? FONT_FINE : FONT_MEMORY;
}

static FontFault add_glyph(Walk *walk, uint32_t glyph, uint32_t depth);

/* x, y to m[0] x + m[2] y + at[0], m[1] x + m[3] y + at[1]. The library scales twice. */
static void map_points(FontPoint *points, uint64_t count, const double m[4], const double at[2]) {
  for (uint64_t i = 0; i < count; i++) {
    const FontPoint p = points[i];
    points[i].x = m[0] * p.x + m[2] * p.y + at[0], points[i].y = m[1] * p.x + m[3] * p.y + at[1];
    points[i].cx = m[0] * p.cx + m[2] * p.cy + at[0], points[i].cy = m[1] * p.cx + m[3] * p.cy + at[1];
  }
}

/* Of OpenType 1.9, "glyf"; components that are placed by points that match (none of today's fonts has them) are refused. */
static FontFault add_compound(Walk *walk, const uint8_t *p, const uint8_t *end, uint32_t depth) {
  enum { WORDS = 1, OFFSET = 2, SCALE = 8, MORE = 32, SCALES = 64, MATRIX = 128, SCALED_OFFSET = 2048 };
  uint32_t flags;
  p += 10;
  do {
    if (end - p < 4) return FONT_DAMAGED;
    flags = u16(p);
    const uint32_t glyph = u16(p + 2);
    const int32_t offset = (flags & WORDS) != 0 ? 4 : 2;
    const int32_t scales = (flags & SCALE) != 0 ? 1 : (flags & SCALES) != 0 ? 2 : (flags & MATRIX) != 0 ? 4 : 0;
    p += 4;
    if (end - p < offset + 2 * scales || (flags & OFFSET) == 0) return FONT_DAMAGED;
    const bool words = (flags & WORDS) != 0;
    double at[2] = {(double)(words ? i16(p) : (int8_t)p[0]), (double)(words ? i16(p + 2) : (int8_t)p[1])};
    double m[4] = {1.0, 0.0, 0.0, 1.0};
    p += offset;
    for (int32_t i = 0; i < scales; i++) m[scales == 2 ? 3 * i : i] = (double)i16(p + 2 * i) / 16384.0;
    if (scales == 1) m[3] = m[0];
    p += 2 * scales;
    if ((flags & SCALED_OFFSET) != 0) {
      at[0] *= __builtin_sqrt(m[0] * m[0] + m[1] * m[1]);
      at[1] *= __builtin_sqrt(m[2] * m[2] + m[3] * m[3]);
    }
    if (++walk->components > FONT_MAX_CONTOURS) return FONT_INTRICATE;
    const uint64_t first = walk->out->count;
    const FontFault fault = add_glyph(walk, glyph, depth + 1);
    if (fault != FONT_FINE) return fault;
    if (walk->out->count > first) map_points(walk->out->data + first, walk->out->count - first, m, at);
  } while ((flags & MORE) != 0);
  return FONT_FINE;
}

static FontFault add_glyph(Walk *walk, uint32_t glyph, uint32_t depth) {
  const uint8_t *begin, *end;
  if (depth > 8) return FONT_INTRICATE;
  if (glyph >= walk->font->glyphs || !find_glyph(walk->font, glyph, &begin, &end)) return FONT_DAMAGED;
  if (begin == end) return FONT_FINE;
  if (end - begin < 10) return FONT_DAMAGED;
  const int32_t contours = i16(begin);
  if (contours < 0) return add_compound(walk, begin, end, depth);
  const FontFault fault = contours == 0 ? FONT_FINE : check_simple(walk, begin, end, (uint32_t)contours);
  return fault == FONT_FINE ? add_simple(walk, glyph) : fault;
}

FontFault font_shape(const Font *font, uint32_t glyph, Memory *memory, FontPoints *out) {
  Walk walk = {.font = font, .memory = memory, .out = out};
  return add_glyph(&walk, glyph, 0);
}
