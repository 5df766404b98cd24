/* api_json.c - api.json, written from the API table: what an editor completes and explains. */
#include <string.h>

#include "api.h"
#include "colors.h"
#include "script.h"
#include "text.h"

/* The kinds of values, for programs; `takes` says the same for people. */
static const char *const types[API_TYPE_COUNT] = {
  [API_NUMBER] = "number",       [API_INT] = "integer",       [API_BOOL] = "boolean",
  [API_STRING] = "string",       [API_WORD] = "word",         [API_VEC3] = "vector",
  [API_DIRECTION] = "direction", [API_POINT] = "point",       [API_SIZE3] = "size3",
  [API_SIZE2] = "size2",         [API_PIXELS] = "pixels",     [API_HEADING] = "heading",
  [API_COLOR] = "color",         [API_MATERIAL] = "material", [API_TURN] = "turn",
  [API_VISIBLE] = "visible",     [API_FACING] = "facing",     [API_FOCUS] = "focus",
  [API_EXPOSURE] = "exposure",   [API_BOUNCES] = "bounces",   [API_WORDS] = "words",
  [API_TEXTURE] = "texture",     [API_CELLS] = "cells",       [API_LAYERS] = "materials",
  [API_POINTS] = "points",       [API_NORMALS] = "normals",   [API_UVS] = "uvs",
  [API_FACES] = "faces",         [API_PAIRS] = "pairs",       [API_OUTLINES] = "outlines",
  [API_STRANDS] = "strands",
  [API_RADII] = "radii",         [API_ROWS] = "rows",         [API_CALLBACK] = "function",
  [API_NODES] = "nodes",         [API_STOPS] = "stops",       [API_MATERIALS] = "materials by name",
  [API_SMOOTH] = "smooth",       [API_SPAN] = "span",         [API_REFERENCE] = "shape",
};

static void put_member(const MlSink *sink, const char *name, const char *text) {
  if (!text) return;
  put_format(sink, ",\"%s\":", name);
  script_write_json_string(text, sink);
}

/* A list of what stands between commas. */
static void put_names(const MlSink *sink, const char *name, const char *names) {
  if (!names) return;
  put_format(sink, ",\"%s\":[", name);
  for (const char *at = names; *at;) {
    const int size = (int)strcspn(at, ",");
    put_format(sink, "%s\"%.*s\"", at == names ? "" : ",", size, at);
    at += size + (at[size] == ',');
  }
  put_string(sink, "]");
}

static bool write_string(void *ud, const void *bytes, size_t count) {
  const MlSink *sink = ud;
  const char *text = bytes;
  for (size_t i = 0; i < count; i++) put_bytes(sink, text[i] == '"' ? "\\\"" : text + i, text[i] == '"' ? 2 : 1);
  return true;
}

/* Beyond least and most is an error, beyond min and max a warning; above: least itself is wrong, too. */
static void put_range(const ApiRange *range, const MlSink *sink) {
  if (api_has_least(range)) put_format(sink, ",\"least\":%g%s", range->hard_min, range->open_min ? ",\"above\":true" : "");
  if (api_has_most(range)) put_format(sink, ",\"most\":%g", range->hard_max);
  if (range->soft_max > range->soft_min) put_format(sink, ",\"min\":%g,\"max\":%g", range->soft_min, range->soft_max);
}

static void put_excludes(const ApiEntry *entry, const ApiField *field, const MlSink *sink) {
  bool any = false;
  for (uint32_t i = 0; i < api_field_count(entry); i++) {
    const ApiField *other = api_field(entry, i);
    if (!API_EXCLUDES(field, other)) continue;
    put_format(sink, "%s\"%s\"", any ? "," : ",\"excludes\":[", other->name);
    any = true;
  }
  if (any) put_string(sink, "]");
}

static void put_field(const ApiEntry *entry, const ApiField *f, const MlSink *sink) {
  put_string(sink, "{\"name\":");
  script_write_json_string(f->name, sink);
  put_member(sink, "type", types[f->type]);
  put_string(sink, ",\"takes\":\"");
  const MlSink inside = {write_string, (void *)(uintptr_t)sink};
  api_expected(f, &inside);
  put_string(sink, "\"");
  put_member(sink, "unit", f->unit);
  put_member(sink, "default", f->def);
  put_member(sink, "doc", f->doc);
  if (f->texture) put_string(sink, ",\"texture\":true");
  if (f->flags & API_REQUIRED) put_string(sink, ",\"required\":true");
  if (f->flags & API_ADVANCED) put_string(sink, ",\"advanced\":true");
  if (f->position) put_format(sink, ",\"position\":%u", f->position);
  if (f->type == API_NUMBER || f->type == API_INT) put_range(&f->range, sink);
  put_excludes(entry, f, sink);
  for (const char *const *word = f->words; word && *word; word++)
    put_format(sink, "%s\"%s\"", word == f->words ? ",\"words\":[" : ",", *word);
  put_string(sink, f->words ? "]}" : "}");
}

static void put_entry(const ApiEntry *entry, const MlSink *sink) {
  put_string(sink, "{\"name\":");
  script_write_json_string(entry->name, sink);
  put_member(sink, "kind", api_kind_name(entry->kind));
  put_member(sink, "doc", entry->doc);
  put_member(sink, "example", entry->example);
  put_names(sink, "see", entry->see_also);
  put_string(sink, ",\"fields\":[");
  for (uint32_t i = 0; i < api_field_count(entry); i++) {
    put_string(sink, i ? ",\n  " : "\n  ");
    put_field(entry, api_field(entry, i), sink);
  }
  put_string(sink, "]}");
}

static void put_function(const ApiFunction *f, const MlSink *sink) {
  static const char *const kinds[] = {"function", "method", "value"};
  put_string(sink, "{\"name\":");
  script_write_json_string(f->name, sink);
  put_member(sink, "kind", kinds[f->kind]);
  put_member(sink, "section", f->section);
  put_member(sink, "signature", f->signature);
  put_member(sink, "doc", f->doc);
  put_member(sink, "example", f->example);
  for (const ApiLibrary *library = api_libraries; library->name; library++)
    if (strcmp(library->name, f->name) == 0) put_names(sink, "members", library->members);
  put_string(sink, "}");
}

/* The sRGB code, 0..255, that is nearest to a linear value. */
static uint32_t srgb_code(float linear) {
  uint32_t code = 0;
  while (code < 255 && ml_srgb_decode((code + 0.5) / 255) < (double)linear) code++;
  return code;
}

/* Light that comes back from a metal when it falls straight onto it. */
static float reflectance(float index, float absorption) {
  const double eta = (double)index, k = (double)absorption;
  return (float)(((eta - 1) * (eta - 1) + k * k) / ((eta + 1) * (eta + 1) + k * k));
}

static uint32_t preset_color(const ApiPreset *preset) {
  MlColor c = preset->color, eta, k;
  if (preset->kind == PRESET_METAL && ml_metal_preset(preset->name, &eta, &k))
    c = (MlColor){reflectance(eta.r, k.r), reflectance(eta.g, k.g), reflectance(eta.b, k.b)};
  return srgb_code(c.r) << 16 | srgb_code(c.g) << 8 | srgb_code(c.b);
}

/* "#rrggbb" of 0xRRGGBB. */
static void put_color(uint32_t rgb, const MlSink *sink) {
  static const char hex[] = "0123456789abcdef";
  char text[7] = "#";
  for (int i = 0; i < 6; i++) text[1 + i] = hex[rgb >> (20 - 4 * i) & 15];
  put_format(sink, "\"%.*s\"", 7, text);
}

static void put_preset(const ApiPreset *preset, const MlSink *sink) {
  static const char *const kinds[] = {"metal", "glass", "mirror", "plastic", "velvet"};
  put_string(sink, "{\"name\":");
  script_write_json_string(preset->name, sink);
  put_member(sink, "kind", kinds[preset->kind]);
  put_member(sink, "doc", preset->doc);
  put_string(sink, ",\"color\":");
  put_color(preset_color(preset), sink);
  put_string(sink, "}");
}

void script_write_api_json(const MlSink *sink) {
  put_format(sink, "{\"language\":%d,\"entries\":[", ML_LANGUAGE_VERSION);
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    put_string(sink, entry == api_entries ? "\n" : ",\n");
    put_entry(*entry, sink);
  }
  put_string(sink, "],\n\"functions\":[");
  for (const ApiFunction *f = api_functions; f->name; f++) {
    put_string(sink, f == api_functions ? "\n" : ",\n");
    put_function(f, sink);
  }
  put_string(sink, "],\n\"presets\":[");
  for (const ApiPreset *preset = api_presets; preset->name; preset++) {
    put_string(sink, preset == api_presets ? "\n" : ",\n");
    put_preset(preset, sink);
  }
  put_string(sink, "],\n\"colors\":{");
  for (size_t i = 0; i < color_name_count; i++) {
    put_format(sink, "%s\"%s\":", i == 0 ? "" : ",", color_names[i].name);
    put_color(color_names[i].rgb, sink);
  }
  put_string(sink, "}}\n");
}
