/* builder_text.c - text: lines of a font's glyphs, set by advances and kerning, extruded, one mesh in all. */
#include "scene/builder.h"
#include "shape/generate.h"
#include "shape/glyph.h"

enum { TEXT_MAX_BYTES = 1 << 14 };

/* One character where it stands, in font units. */
typedef struct Letter {
  uint32_t slot; /* into Setting.glyphs */
  double x, y;
} Letter;

typedef struct Setting {
  Memory *memory;
  Shell *shell; /* whose work this is */
  const DescSource *source;
  const MlTextDesc *desc;
  Font font;
  ARRAY(Letter) letters;
  ARRAY(Glyph) glyphs; /* each once */
  uint32_t *slots;     /* of font.glyphs glyphs: 1 + the place in glyphs, or 0 */
  bool fine;           /* nothing was reported */
} Setting;

static void fail(Setting *s) { s->fine = false; }
static void out_of_memory(Setting *s) { s->shell->out_of_memory = true; }
static bool goes_on(const Setting *s) { return s->fine && shell_goes_on(s->shell); }

/* ---- characters */

/* The character at *at, which moves behind it; UINT32_MAX: that is no UTF-8. */
static uint32_t next_character(const char *text, uint64_t size, uint64_t *at) {
  const uint8_t *p = (const uint8_t *)text + *at;
  const uint64_t left = size - *at;
  const uint32_t more = p[0] < 0x80 ? 0 : p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : 1;
  static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
  if ((p[0] >= 0x80 && p[0] < 0xC2) || p[0] > 0xF4 || more >= left) return UINT32_MAX;
  uint32_t c = more == 0 ? p[0] : p[0] & (0x3Fu >> more);
  for (uint32_t i = 1; i <= more; i++) {
    if ((p[i] & 0xC0) != 0x80) return UINT32_MAX;
    c = c << 6 | (p[i] & 0x3F);
  }
  if (c < least[more] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return UINT32_MAX;
  *at += more + 1;
  return c;
}

/* The glyph's place among those made, made now if it is new. */
static uint32_t slot_of(Setting *s, uint32_t glyph, uint32_t character) {
  if (s->slots[glyph] != 0) return s->slots[glyph] - 1;
  Glyph made;
  const FontFault fault = glyph_create(&s->font, glyph, s->memory, &s->shell->work, &made);
  if (fault == FONT_DAMAGED || fault == FONT_INTRICATE) {
    desc_fail(s->source, ".font: its glyph for U+%s%x is %s", character < 0x1000 ? character < 0x100 ? "00" : "0" : "", character,
              fault == FONT_DAMAGED ? "damaged, or crosses itself" : "too intricate (more than 65536 points or 1024 outlines)");
    fail(s);
  }
  if (fault == FONT_MEMORY) out_of_memory(s);
  if (fault != FONT_FINE || !array_push(s->memory, &s->glyphs, made)) {
    if (fault == FONT_FINE) out_of_memory(s);
    glyph_free(s->memory, &made);
    return 0;
  }
  s->slots[glyph] = (uint32_t)s->glyphs.count;
  return s->slots[glyph] - 1;
}

static void tell_missing(const Setting *s, const uint32_t *characters, uint64_t count, uint32_t character) {
  for (uint64_t i = 0; i < count; i++)
    if (characters[i] == character) return;
  if (s->desc->missing != NULL) s->desc->missing(s->desc->ud, character);
}

/* The line's letters from `first` on are `width` long: to their place. */
static void align_line(Setting *s, uint64_t first, double width) {
  const double by = s->desc->align == ML_ALIGN_LEFT ? 0.0 : s->desc->align == ML_ALIGN_RIGHT ? -width : -0.5 * width;
  for (uint64_t i = first; i < s->letters.count; i++) s->letters.data[i].x += by;
}

static void set_letters(Setting *s) {
  const MlTextDesc *d = s->desc;
  const double spacing = d->spacing * s->font.units, down = d->line_height * s->font.units;
  ARRAY(uint32_t) missing = {0};
  double x = 0.0, y = 0.0;
  uint64_t first = 0;
  uint32_t before = 0;
  for (uint64_t at = 0; at < d->text_size && goes_on(s);) {
    const uint64_t here = at;
    uint32_t c = next_character(d->text, d->text_size, &at);
    if (c == UINT32_MAX) {
      desc_fail(s->source, ".text: expected UTF-8, but byte %llu is none", (unsigned long long)here + 1);
      fail(s);
      break;
    }
    if (c == '\r') continue;
    if (c == '\n') {
      align_line(s, first, s->letters.count > first ? x - spacing : 0.0);
      first = s->letters.count, x = 0.0, y -= down, before = 0;
      continue;
    }
    const double times = c == '\t' ? 4.0 : 1.0;
    if (c == '\t') c = ' ';
    const uint32_t glyph = font_glyph(&s->font, c);
    if (glyph == 0) {
      tell_missing(s, missing.data, missing.count, c);
      if (!array_push(s->memory, &missing, c)) out_of_memory(s);
    }
    if (!work_goes_on(&s->shell->work, 4096)) break;
    if (before != 0 && glyph != 0) x += font_kerning(&s->font, before, glyph);
    const Letter letter = {slot_of(s, glyph, c), x, y};
    if (!array_push(s->memory, &s->letters, letter)) out_of_memory(s);
    x += times * font_advance(&s->font, glyph) + spacing;
    before = glyph;
  }
  align_line(s, first, s->letters.count > first ? x - spacing : 0.0);
  array_free(s->memory, &missing);
}

/* ---- the solid */

static void extrude_letters(Setting *s) {
  double lo[2] = {0.0, 0.0}, hi[2] = {0.0, 0.0};
  uint64_t triangles = 0;
  for (uint64_t i = 0; i < s->letters.count; i++) {
    const Letter *l = &s->letters.data[i];
    const Glyph *g = &s->glyphs.data[l->slot];
    if (g->parts.count == 0) continue;
    const double at[2] = {l->x, l->y};
    for (int k = 0; k < 2; k++) {
      if (triangles == 0 || at[k] + g->lo[k] < lo[k]) lo[k] = at[k] + g->lo[k];
      if (triangles == 0 || at[k] + g->hi[k] > hi[k]) hi[k] = at[k] + g->hi[k];
    }
    triangles += 2 * (g->triangles + g->points);
  }
  if (triangles == 0) {
    desc_fail(s->source, ".text: expected letters, got nothing that can be seen");
    fail(s);
    return;
  }
  if (triangles > SHELL_MAX_TRIANGLES) {
    error_set_at(s->source->error, ML_ERROR_LIMIT, s->source->place, "text: it would have about %llu triangles (at most %d)",
                 (unsigned long long)triangles, SHELL_MAX_TRIANGLES);
    fail(s);
    return;
  }
  const double scale = s->desc->height / s->font.units, half = 0.5 * s->desc->depth;
  ExtrudePlace place = {.scale = scale, .bottom = -half, .top = half};
  for (int k = 0; k < 2; k++) {
    place.across[k] = scale * (hi[k] - lo[k]);
    place.lo[k] = -0.5 * place.across[k];
  }
  for (uint64_t i = 0; i < s->letters.count; i++) {
    const Letter *l = &s->letters.data[i];
    const Glyph *g = &s->glyphs.data[l->slot];
    place.x = scale * (l->x - 0.5 * (lo[0] + hi[0]));
    place.y = scale * (l->y - 0.5 * (lo[1] + hi[1]));
    for (uint64_t k = 0; k < g->parts.count && goes_on(s); k++)
      generate_extrude_at(s->shell, &g->parts.data[k].outline, &g->parts.data[k].triangles, &place);
  }
}

/* ---- the description */

static bool check_text(const DescSource *source, MlTextDesc *d) {
  if (d->text == NULL && d->text_size != 0)
    return desc_fail(source, ".text: expected %llu bytes, got NULL", (unsigned long long)d->text_size);
  if (d->text_size > TEXT_MAX_BYTES) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "text.text: %llu bytes are too many (at most %d)",
                 (unsigned long long)d->text_size, TEXT_MAX_BYTES);
    return false;
  }
  if (d->height == 0.0) d->height = 1.0;
  if (d->depth == 0.0) d->depth = 0.2;
  if (d->line_height == 0.0) d->line_height = 1.2;
  if (d->crease == 0.0) d->crease = 30.0;
  if (!desc_positive(source, "height", d->height) || !desc_positive(source, "depth", d->depth)) return false;
  if (!(d->line_height >= 0.01 && d->line_height <= 100.0))
    return desc_fail(source, ".line_height: expected 0.01..100 ems, got %s", number_text(d->line_height).text);
  if (!(d->spacing >= -10.0 && d->spacing <= 100.0))
    return desc_fail(source, ".spacing: expected -10..100 ems, got %s", number_text(d->spacing).text);
  if ((uint32_t)d->align > ML_ALIGN_RIGHT) return desc_fail(source, ".align: expected one of MlAlign, got %u", (uint32_t)d->align);
  return d->crease <= 180.0 || desc_fail(source, ".crease: expected an angle up to 180 degrees, got %s", number_text(d->crease).text);
}

bool ml_text_font(void) {
  size_t size;
  return font_built_in(&size) != NULL;
}

MlNode ml_text(MlBuilder *b, const MlTextDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "text", .error = error};
  MlTextDesc d;
  if (!DESC_READ(&source, MlTextDesc, desc, &d) || !desc_material(&source, b, "material", d.material) || !check_text(&source, &d)) return 0;
  Memory *memory = b->context.memory;
  Shell shell;
  Setting s = {.memory = memory, .shell = &shell, .source = &source, .desc = &d, .fine = true};
  size_t size = (size_t)d.font_size;
  const void *bytes = d.font != NULL ? d.font : font_built_in(&size);
  if (bytes == NULL) {
    desc_fail(&source, ".font: expected a font, for none is built in");
    return 0;
  }
  const char *problem = font_open(bytes, size, &s.font);
  if (problem != NULL) {
    desc_fail(&source, ".font: the file is %s", problem);
    return 0;
  }
  shell_init(&shell, memory, d.cancel);
  s.slots = memory_alloc_zero(memory, s.font.glyphs * sizeof *s.slots, 8);
  if (s.slots == NULL) out_of_memory(&s);
  if (goes_on(&s)) set_letters(&s);
  if (goes_on(&s)) extrude_letters(&s);
  for (uint64_t i = 0; i < s.glyphs.count; i++) glyph_free(memory, &s.glyphs.data[i]);
  array_free(memory, &s.glyphs);
  array_free(memory, &s.letters);
  if (s.slots != NULL) memory_free(memory, s.slots, s.font.glyphs * sizeof *s.slots);
  if (s.fine) return builder_add_shell(b, &shell, d.crease, d.material, &source);
  shell_free(&shell);
  return 0;
}
