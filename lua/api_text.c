/* api_text.c - text: its fields, the fonts that it is set in, and what is made of it. */
#include <string.h>

#include "budget.h"
#include "module.h"
#include "reader.h"
#include "shapes.h"

typedef struct TextDesc {
  const char *text, *font;
  double size, depth, line, spacing, crease;
  int32_t align;
} TextDesc;

/* -------------------------------------------------------------------- fonts */

/* A file that a scene names: read once per run, and kept by the store, for letters are made of it at every call. */
struct FontRecord {
  const char *path;
  const void *bytes;
  size_t size;
  const char *failure; /* NULL: none */
  struct FontRecord *before;
};

enum { FONT_BYTES = 1 << 26, /* what the engine takes */ TOLD = 8 /* missing characters that are named */ };

/* What the page's engine sets text in: a file of the page's own, by this name. */
static const char house_font[] = "fonts/Lato-Bold.ttf";

static void read_font(Reading *r, struct FontRecord *record) {
  Runtime *runtime = r->runtime;
  void *bytes;
  const char *refused = module_refuse_path(record->path, strlen(record->path));
  if (refused) {
    record->failure =
      store_format(&runtime->store, "'%.*s' is no name of a file: %s", (int)strnlen(record->path, 60), record->path, refused);
  } else if (module_read_asset(runtime, record->path, FONT_BYTES, &bytes, &record->size, &record->failure)) {
    record->bytes = store_copy(&runtime->store, bytes, record->size);
    ml_engine_realloc(runtime->engine, bytes, record->size, 0);
    if (runtime->store.failed) runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY}); // does not return
  }
}

static const struct FontRecord *font_of_file(Reading *r, const char *path) {
  Runtime *runtime = r->runtime;
  struct FontRecord *record = runtime->fonts;
  while (record && strcmp(record->path, path) != 0) record = record->before;
  if (!record) {
    record = store_alloc(&runtime->store, sizeof *record);
    if (!record) {
      runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY}); // does not return
      return NULL;
    }
    *record = (struct FontRecord){.path = store_copy(&runtime->store, path, strlen(path)), .before = runtime->fonts};
    runtime->fonts = record;
    read_font(r, record);
  }
  if (!record->failure) return record;
  reader_fail_field(r, "font", "font", "%s", record->failure);
  return NULL;
}

/* --------------------------------------------------------------------- text */

typedef struct Missing {
  uint32_t characters[TOLD];
  uint32_t count;
} Missing;

static void note_missing(void *ud, uint32_t character) {
  Missing *missing = ud;
  if (missing->count < TOLD) missing->characters[missing->count] = character;
  missing->count++;
}

static void put_character(const MlSink *sink, uint32_t c) {
  static const char digits[] = "0123456789ABCDEF";
  char utf8[4];
  size_t n = 0;
  if (c >= 0x20 && c < 0x7F) utf8[n++] = (char)c;
  else if (c >= 0xA0 && c < 0x800) utf8[n++] = (char)(0xC0 | c >> 6);
  else if (c >= 0x800 && c < 0x10000) utf8[n++] = (char)(0xE0 | c >> 12), utf8[n++] = (char)(0x80 | (c >> 6 & 0x3F));
  else if (c >= 0x10000)
    utf8[n++] = (char)(0xF0 | c >> 18), utf8[n++] = (char)(0x80 | (c >> 12 & 0x3F)), utf8[n++] = (char)(0x80 | (c >> 6 & 0x3F));
  if (c >= 0xA0) utf8[n++] = (char)(0x80 | (c & 0x3F));
  if (n) {
    put_string(sink, "'");
    put_bytes(sink, utf8, n);
    put_string(sink, "' (");
  }
  put_string(sink, "U+");
  for (int shift = c > 0xFFFFF ? 20 : c > 0xFFFF ? 16 : 12; shift >= 0; shift -= 4) put_format(sink, "%c", digits[c >> shift & 15]);
  if (n) put_string(sink, ")");
}

static void warn_missing(Reading *r, const TextDesc *desc, const Missing *missing) {
  if (!missing->count) return;
  Text list = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&list);
  for (uint32_t i = 0; i < missing->count && i < TOLD; i++) {
    if (i) put_string(&sink, i + 1 == missing->count ? " and " : ", ");
    put_character(&sink, missing->characters[i]);
  }
  if (missing->count > TOLD) put_format(&sink, " and %u more", missing->count - TOLD);
  const SourceStep first = r->steps[0];
  const uint32_t count = r->step_count;
  r->steps[0] = (SourceStep){"text", 0};
  r->step_count = 1;
  reader_warn(r, "glyph", "%s has no %s: its box for what is missing stands there", desc->font ? desc->font : "the font",
              text_string(&list));
  r->steps[0] = first;
  r->step_count = count;
}

static const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};
static const char *const aligns[] = {"center", "left", "right", NULL}; // MlAlign

static bool build_text(Reading *r, Node *node) {
  const TextDesc *desc = (const TextDesc *)node->desc;
  if (!desc->text) return false; // reported as missing
  const struct FontRecord *font = NULL;
  const char *path = desc->font ? desc->font : ml_text_font() ? NULL : house_font;
  if (path && !(font = font_of_file(r, path))) return false;
  Missing missing = {0};
  MlError error = {0};
  const MlTextDesc text =
    ML_DESC(MlTextDesc, .text = desc->text, .text_size = strlen(desc->text), .font = font ? font->bytes : NULL,
            .font_size = font ? font->size : 0, .height = desc->size, .depth = desc->depth, .line_height = desc->line,
            .spacing = desc->spacing, .align = (MlAlign)desc->align, .crease = desc->crease > 0 ? desc->crease : -1,
            .missing = note_missing, .ud = &missing, .cancel = &cancel, .material = node->shared.material.id, .place = r->place);
  const MlNode id = ml_text(r->runtime->builder, &text, &error);
  warn_missing(r, desc, &missing);
  node->geometry = id;
  node->emits = node->shared.material.emits;
  if (id) return true;
  if (error.status == ML_ERROR_CANCELLED) budget_check(r->L);
  if (font && strncmp(error.message, "text.font: the file is ", 23) == 0)
    reader_fail_field(r, "font", "font", "%s is %s", path, error.message + 23);
  else reader_fail_builder(r, &error);
  return false;
}

// clang-format off
static const ApiField text_fields[] = {
  {.name = "text", .type = API_STRING, .flags = API_REQUIRED, .position = 1, .synonyms = "string,label,content,value,caption", .offset = offsetof(TextDesc, text),
   .doc = "What it says, in UTF-8; \\n begins a new line."},
  {.name = "size", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .synonyms = "height,font_size,scale,em,s", .offset = offsetof(TextDesc, size),
   .doc = "The size of the type: one em. Capitals are some seven tenths of it."},
  {.name = "depth", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.2", .synonyms = "thickness,extrude,length,z", .offset = offsetof(TextDesc, depth),
   .doc = "How thick the letters are, half of it before and half behind z = 0."},
  {.name = "align", .type = API_WORD, .words = aligns, .def = "\"center\"", .synonyms = "alignment,justify,halign,anchor", .offset = offsetof(TextDesc, align),
   .doc = "Where several lines begin or end together."},
  {.name = "line", .type = API_NUMBER, .range = {0.01, 100, 0.5, 5, false}, .def = "1.2", .synonyms = "line_height,leading,line_spacing,linespacing",
   .offset = offsetof(TextDesc, line), .doc = "From one line to the next, in sizes."},
  {.name = "spacing", .type = API_NUMBER, .range = {-10, 100, -0.5, 2, false}, .def = "0", .synonyms = "tracking,letter_spacing,kerning", .offset = offsetof(TextDesc, spacing),
   .doc = "More distance between letters, in sizes, or less."},
  {.name = "font", .type = API_STRING, .synonyms = "file,face,typeface,family,ttf", .offset = offsetof(TextDesc, font),
   .doc = "A TrueType file (.ttf) beside the scene, instead of the font that is built in: Lato Bold, for Latin, Greek and Cyrillic."},
  {.name = "crease", .type = API_NUMBER, .range = {0, 180, 0, 180, false}, .unit = "\xC2\xB0", .def = "30", .flags = API_ADVANCED,
   .synonyms = "crease_angle,sharp,autosmooth,angle", .offset = offsetof(TextDesc, crease),
   .doc = "Faces that meet at a larger angle keep a sharp edge, others are smooth; 0 shows all faces."},
};
const ApiEntry api_text = {"text", API_SHAPE, text_fields, API_COUNT(text_fields), &api_shared_shape, sizeof(TextDesc), 0,
  "Letters as solids, in the xy plane and facing +z, centred on the origin. They follow one another with the font's own distances and kerning, without ligatures, "
  "and from left to right. Letters that overlap, by a spacing below 0, and strokes that do within a letter of some fonts, are solids in each other; "
  "in glass write union{ text{ ... } }, which melts them together. Across the ends uv is 0..1 over the whole text, on the sides u runs around and v along.",
  "text{ \"moonlit\", size = 1, depth = 0.3, floor = true, material = \"gold\" }\n"
  "text{ \"two\\nlines\", size = 0.4, align = \"left\", floor = true, at = {0, 0, 1}, material = \"tomato\" }\nplane{}", "extrude,curve,bounds", build_text};
// clang-format on
