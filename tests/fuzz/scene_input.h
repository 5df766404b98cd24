/* scene_input.h - scenes drawn from the API table by a string of bytes: most values as fields want them, some not. The same bytes, the same scene. */
#ifndef TESTS_FUZZ_SCENE_INPUT_H
#define TESTS_FUZZ_SCENE_INPUT_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api.h"

enum { SCENE_TEXT = 1 << 15 };

typedef struct SceneDraft {
  const uint8_t *at, *end;
  uint32_t wrong; /* of 256 values so many are wrong */
  uint32_t shapes, materials, depth;
  size_t size;
  char text[SCENE_TEXT];
} SceneDraft;

static inline uint32_t draft_byte(SceneDraft *d) { return d->at < d->end ? *d->at++ : 0; }
static inline uint32_t draft_pick(SceneDraft *d, uint32_t count) { return count ? draft_byte(d) % count : 0; }

__attribute__((format(printf, 2, 3))) static inline void draft_put(SceneDraft *d, const char *format, ...) {
  va_list list;
  va_start(list, format);
  const int n = vsnprintf(d->text + d->size, sizeof d->text - d->size, format, list);
  va_end(list);
  if (n > 0) d->size = d->size + (size_t)n < sizeof d->text ? d->size + (size_t)n : sizeof d->text - 1;
}

/* Between .1 and 10 as far as the field allows, now and then an end of its range. */
static inline void draft_number(SceneDraft *d, const ApiRange *range, bool whole) {
  static const double usual[] = {0.5, 1, 2, 0.1, 3, 0.25, 7, 10};
  double x = usual[draft_pick(d, 8)];
  const bool any = range->hard_min == 0 && range->hard_max == 0;
  if (!any && x < range->hard_min) x = range->hard_min;
  if (!any && x > range->hard_max) x = range->hard_max;
  if (!any && draft_pick(d, 16) == 0 && range->hard_min > -1e6 && !range->open_min) x = range->hard_min;
  if (!any && draft_pick(d, 16) == 0 && range->hard_max < 64) x = range->hard_max;
  if (whole) x = (double)(int64_t)(x < 1 ? (any || range->hard_min <= 0 ? x : 1) : x);
  draft_put(d, "%.17g", x);
}

static inline void draft_numbers(SceneDraft *d, const ApiRange *range, int count, bool whole) {
  draft_put(d, "{");
  for (int i = 0; i < count; i++) {
    if (i) draft_put(d, ", ");
    draft_number(d, range, whole);
  }
  draft_put(d, "}");
}

/* plain: no texture goes there. */
static inline void draft_color(SceneDraft *d, bool plain) {
  static const char *const colors[] = {"\"#c83\"",   "\"tomato\"",         "0.5",       "{0.2, 0.5, 0.8}",
                                       "color(0.3)", "hsv(200, 0.5, 0.8)", "checker{}", "function(s) return s.n.y end"};
  draft_put(d, "%s", colors[draft_pick(d, plain ? 6 : 8)]);
}

static inline void draft_entry(SceneDraft *d, const ApiEntry *entry);

/* A random entry of a kind. */
static inline const ApiEntry *draft_of_kind(SceneDraft *d, ApiKind kind) {
  uint32_t count = 0, which;
  for (const ApiEntry *const *e = api_entries; *e; e++) count += (*e)->kind == kind;
  which = draft_pick(d, count);
  for (const ApiEntry *const *e = api_entries; *e; e++)
    if ((*e)->kind == kind && which-- == 0) return *e;
  return api_entries[0];
}

static inline void draft_shape(SceneDraft *d) {
  if (d->shapes && draft_pick(d, 3)) draft_put(d, "v%u", draft_pick(d, d->shapes));
  else if (d->depth < 3) draft_entry(d, draft_of_kind(d, API_SHAPE));
  else draft_put(d, "sphere{}");
}

static inline void draft_material(SceneDraft *d) {
  const uint32_t way = draft_pick(d, 4);
  uint32_t presets = 0;
  while (api_presets[presets].name) presets++;
  if (way == 0) draft_put(d, "\"%s\"", api_presets[draft_pick(d, presets)].name);
  else if (way == 1 && d->depth < 3) draft_entry(d, draft_of_kind(d, API_MATERIAL_KIND));
  else draft_color(d, false);
}

static inline void draft_wrong(SceneDraft *d) {
  static const char *const wrong[] = {"nil",
                                      "\"wrong\"",
                                      "-1",
                                      "1e400",
                                      "0/0",
                                      "{}",
                                      "{1, 2, 3, 4}",
                                      "true",
                                      "function() end",
                                      "sphere",
                                      "vec3(1)",
                                      "{{}}",
                                      "\"\\0\\255\"",
                                      "sphere{}",
                                      "matte{}",
                                      "light{}",
                                      "1e300",
                                      "-0.0",
                                      "print",
                                      "\"\"",
                                      "1.5",
                                      "{x = 1}",
                                      "motion(1, 2)",
                                      "transform()",
                                      "math.huge",
                                      "\"#12\"",
                                      "checker{}",
                                      "{1, 'a'}",
                                      "param",
                                      "rng 1",
                                      "2^53 + 1",
                                      "\"gold\"",
                                      "{false}",
                                      "function(s) error() end"};
  draft_put(d, "%s", wrong[draft_pick(d, (uint32_t)(sizeof wrong / sizeof *wrong))]);
}

static inline void draft_value(SceneDraft *d, const ApiField *f) {
  uint32_t words = 0;
  static const ApiRange any = {0, 0, 0, 0, false};
  if (draft_byte(d) < d->wrong) {
    draft_wrong(d);
    return;
  }
  while (f->words && f->words[words]) words++;
  switch (f->type) {
  case API_NUMBER: draft_number(d, &f->range, false); break;
  case API_INT: draft_number(d, &f->range, true); break;
  case API_BOOL:
  case API_VISIBLE:
  case API_SMOOTH: draft_put(d, draft_pick(d, 2) ? "true" : "false"); break;
  case API_STRING: draft_put(d, "\"name%u\"", draft_pick(d, 4)); break;
  case API_WORD:
  case API_WORDS: draft_put(d, "\"%s\"", words ? f->words[draft_pick(d, words)] : ""); break;
  case API_VEC3:
  case API_POINT:
  case API_TURN: draft_numbers(d, f->type == API_VEC3 ? &f->range : &any, 3, false); break;
  case API_DIRECTION:
  case API_FACING: draft_put(d, "{%u, 1, 0}", draft_pick(d, 3)); break;
  case API_SIZE3:
  case API_SIZE2:
  case API_FOCUS:
  case API_RADII: draft_number(d, &f->range, false); break;
  case API_SPAN: draft_put(d, "{0.5, 1.5}"); break;
  case API_BOX: draft_put(d, "%s", draft_pick(d, 2) ? "1.5" : "{{-1, -1, -1}, {1, 2, 1}}"); break;
  case API_CELLS: draft_put(d, "%u", 1 + draft_pick(d, 8)); break;
  case API_PIXELS: draft_put(d, "{16, 9}"); break;
  case API_HEADING: draft_put(d, "{%u, 30}", draft_pick(d, 90)); break;
  case API_EXPOSURE: draft_put(d, "\"auto\""); break;
  case API_BOUNCES: draft_put(d, "4"); break;
  case API_COLOR: draft_color(d, !f->texture); break;
  case API_TEXTURE: draft_put(d, "stripes{}"); break;
  case API_MATERIAL: draft_material(d); break;
  case API_LAYERS: draft_put(d, "{ coat{}, matte{} }"); break;
  case API_MATERIALS: draft_put(d, "{ body = \"gold\" }"); break;
  case API_POINTS: draft_put(d, "{{0, 0, 0}, {1, 0, 0}, {1, %u, 0}, {0, 1, 1}}", draft_pick(d, 3)); break;
  case API_NORMALS: draft_put(d, "{{0, 0, 1}, {0, 0, 1}, {0, 0, 1}, {0, 0, 1}}"); break;
  case API_UVS: draft_put(d, "{{0, 0}, {1, 0}, {1, 1}, {0, 1}}"); break;
  case API_FACES: draft_put(d, "{{1, 2, 3}, {1, 3, %u}}", draft_pick(d, 6)); break;
  case API_PAIRS: draft_put(d, "{{0.5, 0}, {1, 0}, {1, %u}, {0.5, 1}}", 1 + draft_pick(d, 2)); break;
  case API_STRANDS: draft_put(d, "{{{0, 0, 0}, {0.1, 0.5, 0}, {0.3, 0.8, 0.1}}, {{1, 0, 0}, {1, 1, 0}}}"); break;
  case API_OUTLINES: draft_put(d, "{{{0.6, 0.2}, {0.8, 0.2}, {0.7, 0.5}}}"); break;
  case API_ROWS: draft_put(d, "{{0, 1, 0}, {1, %u, 1}, {0, 1, 0}}", draft_pick(d, 4)); break;
  case API_STOPS: draft_put(d, "{{0, \"red\"}, {1, \"blue\"}}"); break;
  case API_CALLBACK: draft_put(d, "%s", draft_pick(d, 2) ? "function(u, v) return u, v, 1 end" : "function() return true end"); break;
  case API_REFERENCE: draft_shape(d); break;
  case API_NODES:
    draft_put(d, "{ ");
    draft_shape(d);
    draft_put(d, ", ");
    draft_shape(d);
    draft_put(d, " }");
    break;
  case API_TYPE_COUNT: draft_wrong(d);
  }
}

/* What the table cannot say: fields that go together. In scenes that are to be right these are left out, and those below put in. */
static inline bool draft_is_dangerous(const ApiEntry *entry, const ApiField *f) {
  static const char *const fields[] = {"from",  "to", "file", "ies",   "materials",  "lights", "up",
                                       "joint", "v",  "thin", "depth", "absorption", "keep"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (strcmp(f->name, fields[i]) == 0 && !(f->flags & API_REQUIRED)) return true;
  return (strcmp(entry->name, "camera") == 0 && (strcmp(f->name, "size") == 0 || strcmp(f->name, "fov") == 0)) ||
         strcmp(entry->name, "mesh") == 0;
}

static inline const char *draft_needs(const ApiEntry *entry) {
  static const char *const needs[][2] = {
    {"scatter", "sphere{}, count = 5, area = 4, "},
    {"union", "sphere{}, box{}, "},
    {"intersection", "sphere{}, box{}, "},
    {"difference", "sphere{}, box{}, "},
    {"poisson", "area = 4, spacing = 1, "},
    {"mesh", "points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, faces = {{1, 2, 3}}, "},
    {"metal", "\"gold\", "},
    {"quad", "u = {1, 0, 0}, v = {0, 1, 0}, "},
    {"surface", "f = function(u, v) return u, v, u * v end, "},
  };
  for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
    if (strcmp(entry->name, needs[i][0]) == 0) return needs[i][1];
  return NULL;
}

static inline void draft_entry(SceneDraft *d, const ApiEntry *entry) {
  const char *needs = d->wrong == 0 ? draft_needs(entry) : NULL;
  uint64_t given = 0;
  if (d->wrong == 0 && (strcmp(entry->name, "environment") == 0 || strcmp(entry->name, "image") == 0)) { // files
    draft_put(d, entry->kind == API_SETTING ? "background(1)" : "checker{}");
    return;
  }
  d->depth++;
  draft_put(d, "%s{ %s", entry->name, needs ? needs : "");
  for (uint32_t i = 0; i < api_field_count(entry); i++) {
    const ApiField *f = api_field(entry, i);
    const bool required = (f->flags & API_REQUIRED) != 0;
    if (draft_pick(d, 256) >= (required ? d->wrong ? 250u : 256u : 64u)) continue;
    bool excluded = needs && (required || entry->kind == API_GROUP || entry->kind == API_LIST || i == 0);
    for (uint32_t k = 0; k < i; k++) excluded = excluded || ((given & api_bit(entry, k)) && API_EXCLUDES(api_field(entry, k), f));
    if (d->wrong == 0 && (excluded || draft_is_dangerous(entry, f))) continue;
    given |= api_bit(entry, i);
    draft_put(d, "%s = ", f->name);
    draft_value(d, f);
    draft_put(d, ", ");
  }
  if (draft_byte(d) < d->wrong / 2) draft_put(d, "%s = 1, ", draft_pick(d, 2) ? "radus" : "[true]");
  draft_put(d, "}");
  d->depth--;
}

static inline void draft_method(SceneDraft *d) {
  static const char *const calls[] = {":at(1, 2, 3)",
                                      ":turn_y(30)",
                                      ":scale(2)",
                                      ":mirror \"x\"",
                                      ":ring(3, 2)",
                                      ":grid{ 2, 2, 1 }",
                                      ":look_at{0, 9, 1}",
                                      ":drop_on(0)",
                                      ":paint \"gold\"",
                                      ":turn{ x = 5 }",
                                      ":at(motion({0, 0, 0}, {1, 0, 0}))",
                                      ":along({{0, 0, 0}, {1, 1, 0}}, 3)",
                                      ":transform(transform():turn_x(9))",
                                      ":with{ name = \"again\" }",
                                      ":with{ material = \"red\" }"};
  if (draft_byte(d) < d->wrong) {
    draft_put(d, "%s", draft_pick(d, 2) ? ":scale(0)" : ":with{ radius = -1 }");
    return;
  }
  draft_put(d, "%s", calls[draft_pick(d, (uint32_t)(sizeof calls / sizeof *calls))]);
}

/* The scene: d->text, ended by 0, of d->size bytes. */
static inline void draft_scene(SceneDraft *d, const uint8_t *bytes, size_t count) {
  *d = (SceneDraft){.at = bytes, .end = bytes + count};
  static const uint32_t shares[] = {0, 0, 8, 32};
  d->wrong = shares[draft_pick(d, 4)]; // half of the scenes are meant to be right
  for (uint32_t i = 0; i < 12 && d->at < d->end && d->size < SCENE_TEXT / 2; i++) {
    const ApiKind kind = (ApiKind)draft_pick(d, API_KIND_COUNT);
    const ApiEntry *entry = draft_of_kind(d, kind);
    const bool node = kind == API_SHAPE || kind == API_GROUP;
    if (node) draft_put(d, "local v%u = ", d->shapes);
    else if (kind != API_LIGHT && kind != API_SETTING) draft_put(d, "local _ = ");
    draft_entry(d, entry);
    while (node && draft_pick(d, 3) == 0 && d->at < d->end) draft_method(d);
    draft_put(d, "\n");
    d->shapes += node;
  }
}

#endif
