/* font_fixture.h - a TrueType font of seven glyphs, made byte by byte: .notdef (a square), A (a square with a hole), B (a round one, all of curves), C (A and
 * a smaller B), L (itself), X (crosses itself), a space. 1000 units an em, advances 600. Kerning of A before B: -100 by `kern` and by `GPOS`. */
#ifndef TESTS_FONT_FIXTURE_H
#define TESTS_FONT_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct FontFixture {
  uint8_t bytes[4096];
  size_t size;
} FontFixture;

static inline void font_u16(FontFixture *f, int value) {
  f->bytes[f->size++] = (uint8_t)((unsigned)value >> 8);
  f->bytes[f->size++] = (uint8_t)value;
}
static inline void font_u32(FontFixture *f, size_t value) {
  font_u16(f, (int)(value >> 16 & 0xFFFF));
  font_u16(f, (int)(value & 0xFFFF));
}
static inline void font_words(FontFixture *f, const int *words, size_t count) {
  for (size_t i = 0; i < count; i++) font_u16(f, words[i]);
}
#define FONT_WORDS(f, ...) font_words(f, (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* Contours of points whose coordinates are given as x, y in words; all on the curve, or all off it. */
static inline void font_simple(FontFixture *f, int contours, const int *ends, const int *xy, bool on) {
  FONT_WORDS(f, contours, 0, 0, 1000, 1000);
  font_words(f, ends, (size_t)contours);
  font_u16(f, 0);
  const int points = ends[contours - 1] + 1;
  for (int i = 0; i < points; i++) f->bytes[f->size++] = on ? 1 : 0;
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < points; i++) font_u16(f, xy[2 * i + k] - (i > 0 ? xy[2 * i - 2 + k] : 0));
  if (f->size % 2) f->bytes[f->size++] = 0;
}

enum { FONT_TABLES = 9 };

static inline void font_table(FontFixture *f, int index, const char *name, size_t begin) {
  uint8_t *row = f->bytes + 12 + 16 * index;
  const size_t end = f->size;
  memcpy(row, name, 4);
  f->size = (size_t)(row + 8 - f->bytes);
  font_u32(f, begin);
  font_u32(f, end - begin);
  f->size = end;
  while (f->size % 4) f->bytes[f->size++] = 0;
}

static inline void font_fixture(FontFixture *f, bool kern) {
  size_t at, loca[8];
  memset(f, 0, sizeof *f);
  FONT_WORDS(f, 1, 0, FONT_TABLES, 0, 0, 0);
  f->size += 16 * FONT_TABLES;
  at = f->size; // head
  f->size += 54;
  f->bytes[at + 18] = 1000 >> 8, f->bytes[at + 19] = 1000 & 255;
  font_table(f, 0, "head", at);
  at = f->size, FONT_WORDS(f, 1, 0, 7), font_table(f, 1, "maxp", at);
  at = f->size, FONT_WORDS(f, 1, 0, 800, -200, 0, 600, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), font_table(f, 2, "hhea", at);
  at = f->size, FONT_WORDS(f, 600, 0, 0, 0, 0, 0, 0, 0), font_table(f, 3, "hmtx", at);

  at = f->size; // glyf
  static const int four[] = {3}, eight[] = {3, 7};
  static const int square[] = {0, 0, 0, 500, 500, 500, 500, 0}, bow[] = {0, 0, 500, 500, 500, 0, 0, 300};
  static const int ring[] = {0, 0, 0, 500, 500, 500, 500, 0, 100, 100, 400, 100, 400, 400, 100, 400};
  loca[0] = f->size - at, font_simple(f, 1, four, square, true);
  loca[1] = f->size - at, font_simple(f, 2, eight, ring, true);
  loca[2] = f->size - at, font_simple(f, 1, four, square, false);
  loca[3] = f->size - at; // words, as they are, more; then words and a scale of a half
  FONT_WORDS(f, -1, 0, 0, 1000, 1000, 1 | 2 | 32, 1, 0, 0, 1 | 2 | 8, 2, 600, 200, 0x2000);
  loca[4] = f->size - at, FONT_WORDS(f, -1, 0, 0, 9, 9, 3, 4, 0, 0);
  loca[5] = f->size - at, font_simple(f, 1, four, bow, true);
  loca[6] = loca[7] = f->size - at;
  font_table(f, 4, "glyf", at);
  at = f->size;
  for (int i = 0; i < 8; i++) font_u16(f, (int)loca[i] / 2);
  font_table(f, 5, "loca", at);

  // Segments: the space, A to C, L, X, the last; the second by way of a list
  at = f->size;
  FONT_WORDS(f, 0, 1, 3, 1, 0, 12, 4, 62, 0, 10, 8, 2, 2, ' ', 'C', 'L', 'X', 0xFFFF, 0, ' ', 'A', 'L', 'X', 0xFFFF);
  FONT_WORDS(f, 6 - ' ', 0, 4 - 'L', 5 - 'X', 1, 0, 8, 0, 0, 0, 1, 2, 3);
  font_table(f, 6, "cmap", at);
  at = f->size, FONT_WORDS(f, 0, 1, 0, 20, 1, 1, 0, 0, 0, 1, 2, -100), font_table(f, 7, kern ? "kern" : "none", at);
  // Header; a feature kern of lookup 0; that: pairs of glyphs
  at = f->size;
  FONT_WORDS(f, 1, 0, 10, 12, 26, 0, 1, 0x6B65, 0x726E, 8, 0, 1, 0);
  FONT_WORDS(f, 1, 4, 2, 0, 1, 8, 1, 18, 4, 0, 1, 12, 1, 2, -100, 1, 1, 1);
  font_table(f, 8, "GPOS", at);
}

#endif
