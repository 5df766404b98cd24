/* api.c - looking things up in the API table, and saying what a field takes. */
#include "api.h"

#include <string.h>

#include "text.h"

/* What each type takes, in words; NULL: said by the field itself (numbers with their range, words). */
static const char *const types[API_TYPE_COUNT] = {
  [API_BOOL] = "true or false",
  [API_STRING] = "a string",
  [API_VEC3] = "a vector {x, y, z}",
  [API_DIRECTION] = "a direction {x, y, z}",
  [API_POINT] = "a vector {x, y, z} or a node",
  [API_SIZE3] = "a number or {x, y, z}",
  [API_SIZE2] = "a number or {x, z}",
  [API_PIXELS] = "{width, height}, each 1..65535",
  [API_HEADING] = "{height, heading} in degrees",
  [API_COLOR] = "a colour (color, \"#hex\", a name, {r, g, b} or a number)",
  [API_MATERIAL] = "a material, a preset (\"gold\"), a colour or a texture",
  [API_TURN] = "degrees about y, {x, y, z} or { y = 30 }",
  [API_VISIBLE] = "true, false or { camera = ..., shadow = ..., reflection = ... }",
  [API_FACING] = "\"down\", \"up\", \"left\", \"right\", \"front\", \"back\" or a direction {x, y, z}",
  [API_FOCUS] = "a distance > 0, a vector {x, y, z} or a node",
  [API_EXPOSURE] = "\"auto\" or a number -50..50",
  [API_BOUNCES] = "a whole number 0..65535 or { diffuse = ..., glossy = ..., transmission = ... }",
  [API_SPAN] = "a number or {least, most}",
  [API_BOX] = "a number, {x, y, z} or {{x, y, z}, {x, y, z}}",
  [API_REFERENCE] = "a shape or group",
  [API_POINTS] = "a list of vectors {{x, y, z}, ...}",
  [API_NORMALS] = "a list of vectors {{x, y, z}, ...}",
  [API_UVS] = "a list of pairs {{u, v}, ...}",
  [API_FACES] = "a list of faces {{1, 2, 3}, ...}, counted from 1",
  [API_CELLS] = "a whole number 1..2048 or {along u, along v}",
  [API_PAIRS] = "a list of pairs {{x, y}, ...}",
  [API_OUTLINES] = "a list of lists of pairs {{{x, y}, ...}, ...}",
  [API_STRANDS] = "a list of lists of points {{{x, y, z}, ...}, ...}",
  [API_RADII] = "a number > 0 or a list of numbers",
  [API_ROWS] = "rows of numbers {{1, 2}, {3, 4}, ...}",
  [API_CALLBACK] = "a function",
  [API_MATERIALS] = "materials by name { body = \"gold\", ... }",
  [API_SMOOTH] = "true, false or degrees 0..180",
  [API_NODES] = "nodes and lists of nodes",
  [API_TEXTURE] = "a texture",
  [API_LAYERS] = "a list of materials, the topmost first",
  [API_STOPS] = "stops {place, colour}",
};

const ApiEntry *api_find_entry(const char *name) {
  for (const ApiEntry *const *entry = api_entries; *entry; entry++)
    if (strcmp((*entry)->name, name) == 0) return *entry;
  return NULL;
}

const char *api_article(const char *name) { return *name && strchr("aeiou", *name) ? "an" : "a"; }

const ApiPreset *api_find_preset(const char *name) {
  for (const ApiPreset *preset = api_presets; preset->name; preset++)
    if (strcmp(preset->name, name) == 0) return preset;
  return NULL;
}

const ApiFunction *api_find_function(const char *name) {
  const ApiFunction *method = NULL; // of a name that both have: the function
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (strcmp(function->name, name) != 0) continue;
    if (function->kind != API_METHOD) return function;
    if (!method) method = function;
  }
  return method;
}

uint32_t api_field_count(const ApiEntry *entry) { return entry->field_count + (entry->shared ? entry->shared->count : 0); }

const ApiField *api_field(const ApiEntry *entry, uint32_t i) {
  return i < entry->field_count ? &entry->fields[i] : &entry->shared->fields[i - entry->field_count];
}

bool api_is_entry(const char *name, size_t size) {
  for (const ApiEntry *const *entry = api_entries; *entry; entry++)
    if (strlen((*entry)->name) == size && memcmp((*entry)->name, name, size) == 0) return true;
  return false;
}

const char *api_kind_name(ApiKind kind) {
  static const char *const names[API_KIND_COUNT] = {"shape", "group", "light", "material", "texture", "setting", "transform", "list"};
  return names[kind];
}

static void put_bound(const MlSink *sink, double bound) { put_format(sink, "%g", bound); }

bool api_has_least(const ApiRange *range) { return range->hard_min > -1e12 && (range->hard_min != 0 || range->hard_max != 0); }

bool api_has_most(const ApiRange *range) { return range->hard_max < 1e12 && range->hard_max != 0; }

static void put_range(const ApiRange *range, const MlSink *sink) {
  const bool low = api_has_least(range), high = api_has_most(range);
  if (low && high) {
    put_string(sink, range->open_min ? " > " : " ");
    put_bound(sink, range->hard_min);
    put_string(sink, range->open_min ? " and up to " : "..");
    put_bound(sink, range->hard_max);
  } else if (low) {
    put_string(sink, range->open_min ? " > " : " \xE2\x89\xA5 ");
    put_bound(sink, range->hard_min);
  } else if (high) {
    put_string(sink, " \xE2\x89\xA4 ");
    put_bound(sink, range->hard_max);
  }
}

void api_expected(const ApiField *field, const MlSink *sink) {
  if (field->type == API_WORD || field->type == API_WORDS) {
    for (const char *const *word = field->words; *word; word++)
      put_format(sink, "%s\"%s\"", word == field->words ? "" : word[1] ? ", " : " or ", *word);
    if (field->type == API_WORDS) put_string(sink, ", or a list of them");
  } else if (field->type == API_NUMBER || field->type == API_INT) {
    put_string(sink, field->type == API_INT ? "a whole number" : "a number");
    put_range(&field->range, sink);
  } else {
    put_string(sink, types[field->type]);
  }
  if (field->texture) put_string(sink, " or a texture");
}

void api_signature(const ApiEntry *entry, const MlSink *sink) {
  put_string(sink, entry->name);
  put_string(sink, "{ ");
  const uint32_t count = api_field_count(entry);
  for (uint32_t i = 0; i < count; i++) put_format(sink, "%s%s", i ? ", " : "", api_field(entry, i)->name);
  put_string(sink, count ? " }" : "}");
}
