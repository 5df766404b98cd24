/* font_kern.c - kerning from a font's table GPOS: pairs of glyphs, and of classes of glyphs (OpenType 1.9, "GPOS", lookup type 2, also
 * by way of extensions, type 9), in the lookups of the feature `kern` of whatever script. Every read is checked: what points out of the
 * table reads as 0, and so as no pair. */
#include "shape/font.h"

#include <string.h>

enum { LOOKUPS = 16, SUBTABLES = 256 }; /* so many are looked at: fonts have fewer */

typedef struct Part {
  const uint8_t *p;
  uint32_t size;
} Part;

static uint32_t u16(Part part, uint64_t at) { return at + 2 <= part.size ? (uint32_t)part.p[at] << 8 | part.p[at + 1] : 0; }
static uint32_t u32(Part part, uint64_t at) { return u16(part, at) << 16 | u16(part, at + 2); }
static Part part_at(Part part, uint64_t at) { return at < part.size ? (Part){part.p + at, part.size - (uint32_t)at} : (Part){part.p, 0}; }

/* The place of the glyph among those covered, or -1. */
static int32_t coverage_of(Part part, uint32_t glyph) {
  const bool ranges = u16(part, 0) == 2;
  uint32_t low = 0, high = u16(part, 2);
  if (!ranges && u16(part, 0) != 1) return -1;
  while (low < high) {
    const uint32_t mid = (low + high) / 2;
    const uint32_t first = ranges ? u16(part, 4 + 6 * (uint64_t)mid) : u16(part, 4 + 2 * (uint64_t)mid);
    const uint32_t last = ranges ? u16(part, 6 + 6 * (uint64_t)mid) : first;
    if (glyph < first) high = mid;
    else if (glyph > last) low = mid + 1;
    else return (int32_t)(ranges ? u16(part, 8 + 6 * (uint64_t)mid) + glyph - first : mid);
  }
  return -1;
}

static uint32_t class_of(Part part, uint32_t glyph) {
  if (u16(part, 0) == 1) {
    const uint32_t first = u16(part, 2);
    return glyph >= first && glyph - first < u16(part, 4) ? u16(part, 6 + 2 * (uint64_t)(glyph - first)) : 0;
  }
  uint32_t low = 0, high = u16(part, 0) == 2 ? u16(part, 2) : 0;
  while (low < high) {
    const uint32_t mid = (low + high) / 2;
    if (glyph < u16(part, 4 + 6 * (uint64_t)mid)) high = mid;
    else if (glyph > u16(part, 6 + 6 * (uint64_t)mid)) low = mid + 1;
    else return u16(part, 8 + 6 * (uint64_t)mid);
  }
  return 0;
}

static uint32_t value_size(uint32_t format) {
  uint32_t bits = 0;
  for (; format != 0; format &= format - 1) bits++;
  return 2 * bits;
}

/* Of a record of the first glyph's adjustments, the one of its advance. */
static double advance_in(Part part, uint64_t at, uint32_t format) {
  return (format & 4) != 0 ? (double)(int16_t)(uint16_t)u16(part, at + value_size(format & 3)) : 0.0;
}

/* false: the subtable says nothing of the pair. */
static bool pair_in(Part part, uint32_t glyph, uint32_t next, double *out) {
  const int32_t place = coverage_of(part_at(part, u16(part, 2)), glyph);
  if (place < 0) return false;
  const uint32_t format = u16(part, 4), one = value_size(format), both = one + value_size(u16(part, 6));
  if (u16(part, 0) == 2) {
    const uint32_t classes = u16(part, 14), a = class_of(part_at(part, u16(part, 8)), glyph),
                   b = class_of(part_at(part, u16(part, 10)), next);
    if (a >= u16(part, 12) || b >= classes) return false;
    *out = advance_in(part, 16 + ((uint64_t)a * classes + b) * both, format);
    return true;
  }
  if (u16(part, 0) != 1 || (uint32_t)place >= u16(part, 8)) return false;
  const Part set = part_at(part, u16(part, 10 + 2 * (uint64_t)place));
  uint32_t low = 0, high = u16(set, 0);
  while (low < high) {
    const uint32_t mid = (low + high) / 2;
    const uint64_t row = 2 + (uint64_t)mid * (2 + both);
    const uint32_t second = u16(set, row);
    if (next < second) high = mid;
    else if (next > second) low = mid + 1;
    else return *out = advance_in(set, row + 2, format), true;
  }
  return false;
}

/* One lookup: the first of its subtables that knows the pair. */
static double lookup(Part table, uint32_t index, uint32_t glyph, uint32_t next) {
  const Part list = part_at(table, u16(table, 8));
  if (index >= u16(list, 0)) return 0.0;
  const Part part = part_at(list, u16(list, 2 + 2 * (uint64_t)index));
  const uint32_t count = u16(part, 4) < SUBTABLES ? u16(part, 4) : SUBTABLES;
  for (uint32_t i = 0; i < count; i++) {
    Part sub = part_at(part, u16(part, 6 + 2 * (uint64_t)i));
    uint32_t type = u16(part, 0);
    if (type == 9) type = u16(sub, 2), sub = part_at(sub, u32(sub, 4));
    double value;
    if (type == 2 && pair_in(sub, glyph, next, &value)) return value;
  }
  return 0.0;
}

double font_pair_kerning(const Font *font, uint32_t glyph, uint32_t next) {
  const Part table = {font->bytes + font->gpos.offset, font->gpos.size};
  if (u16(table, 0) != 1) return 0.0;
  const Part features = part_at(table, u16(table, 6));
  const uint32_t count = u16(features, 0) < SUBTABLES ? u16(features, 0) : SUBTABLES;
  for (uint32_t i = 0; i < count; i++) { // one for each script, as a rule all the same: the first serves all
    const uint64_t row = 2 + 6 * (uint64_t)i;
    if (u32(features, row) != 0x6B65726Eu) continue; // kern
    const Part feature = part_at(features, u16(features, row + 4));
    const uint32_t lookups = u16(feature, 2) < LOOKUPS ? u16(feature, 2) : LOOKUPS;
    double sum = 0.0;
    for (uint32_t k = 0; k < lookups; k++) sum += lookup(table, u16(feature, 4 + 2 * (uint64_t)k), glyph, next);
    return sum;
  }
  return 0.0;
}
