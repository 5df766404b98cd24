/* font.h - TrueType fonts: which glyph a character is, how far it advances, its curves.
 *
 * Curves are read by stb_truetype, which trusts a font. So nothing reaches the library that was not checked before: the tables and the
 * character map when a font is opened, a glyph with all that it is put together of when it is asked for. A font's own programs (hinting)
 * are never run. Kerning is that of the table `kern`, or of pairs in `GPOS` (font_kern.c).
 * Coordinates are font units, y up; whoever wants metres divides by `units` per em. One thread. */
#ifndef ML_SHAPE_FONT_H
#define ML_SHAPE_FONT_H

#include "base/array.h"
#include "moonlit.h"

enum {
  FONT_MAX_BYTES = 1 << 26,
  FONT_MAX_POINTS = 1 << 16,  /* of one glyph */
  FONT_MAX_CONTOURS = 1 << 10 /* likewise */
};

typedef struct FontTable {
  uint32_t offset, size; /* size 0: not there */
} FontTable;

typedef struct Font {
  const uint8_t *bytes; /* of the caller, for as long as the font */
  size_t size;
  uint32_t glyphs;
  double units, ascent, descent; /* per em; of a line above and below (negative) its base line */
  FontTable glyf, loca, gpos;
  _Alignas(16) char library[256]; /* stbtt_fontinfo */
} Font;

/* NULL, or what is wrong with the file, to follow "the font is ...". */
const char *font_open(const void *bytes, size_t size, Font *out);

/* 0: it has none. */
uint32_t font_glyph(const Font *font, uint32_t character);
double font_advance(const Font *font, uint32_t glyph);
/* What the pair's distance differs by. */
double font_kerning(const Font *font, uint32_t glyph, uint32_t next);
double font_pair_kerning(const Font *font, uint32_t glyph, uint32_t next); /* by GPOS alone: font_kern.c */

typedef enum FontStep { FONT_MOVE, FONT_LINE, FONT_CURVE } FontStep;
typedef struct FontPoint {
  double x, y, cx, cy; /* a curve bends towards (cx, cy) on its way from the point before */
  FontStep step;
} FontPoint;
typedef ARRAY(FontPoint) FontPoints;

typedef enum FontFault { FONT_FINE, FONT_DAMAGED, FONT_INTRICATE, FONT_MEMORY } FontFault;
/* A glyph below font->glyphs, appended: contours, each begun by a FONT_MOVE and closed without being told. */
FontFault font_shape(const Font *font, uint32_t glyph, Memory *memory, FontPoints *out);

/* The font that is built in (docs/DEPENDENCIES.md), or NULL where it is not: in the page, which fetches it when text is first used. */
const void *font_built_in(size_t *size);

#endif
