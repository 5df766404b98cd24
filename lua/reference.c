/* reference.c - docs/REFERENCE.md, written from the API table. The pictures that it shows: .make/reference-pictures. */
#include <string.h>

#include "api.h"
#include "script.h"
#include "text.h"

/* A cell of a table: '|' would end it. */
static void put_cell(const MlSink *sink, const char *text) {
  for (; *text; text++) put_bytes(sink, *text == '|' ? "\\|" : text, *text == '|' ? 2 : 1);
}

static void put_heads(const MlSink *sink) { put_string(sink, "| field | takes | unit | default | |\n|---|---|---|---|---|\n"); }

static void put_fields(const ApiField *fields, uint32_t count, bool shared, const MlSink *sink) {
  for (uint32_t i = 0; i < count; i++) {
    const ApiField *f = &fields[i];
    put_format(sink, "| `%s` | ", f->name);
    api_expected(f, sink);
    put_format(sink, " | %s | ", f->unit ? f->unit : "");
    if (f->flags & API_REQUIRED) put_string(sink, "required");
    else if (f->def) put_format(sink, "`%s`", f->def);
    put_string(sink, " | ");
    put_cell(sink, f->doc);
    if (f->position) put_format(sink, " *(value %u without a name%s)*", f->position, shared ? ", if the shape has no other" : "");
    put_string(sink, " |\n");
  }
}

static void put_exclusive(const ApiEntry *entry, const MlSink *sink) {
  for (uint32_t i = 0; i < entry->field_count; i++)
    for (uint32_t j = i + 1; j < entry->field_count; j++)
      if (API_EXCLUDES(&entry->fields[i], &entry->fields[j]))
        put_format(sink, "`%s` and `%s` exclude each other. ", entry->fields[i].name, entry->fields[j].name);
}

static bool has_exclusive(const ApiEntry *entry) {
  for (uint32_t i = 0; i < entry->field_count; i++)
    if (entry->fields[i].xgroup) return true;
  return false;
}

static void put_code(const char *code, const MlSink *sink) { put_format(sink, "```lua\n%s\n```\n\n", code); }

static const char *shared_name(const ApiShared *shared) {
  return shared == &api_shared_shape ? "fields of all shapes" : shared == &api_shared_material ? "fields of all materials" : NULL;
}

static void put_entry(const ApiEntry *entry, const MlSink *sink) {
  put_format(sink, "### %s\n\n%s\n\n", entry->name, entry->doc);
  put_format(sink, "![The example below](pictures/%s.jpg)\n\n", entry->name);
  const bool few = entry->shared && !shared_name(entry->shared); // not worth a section of their own
  if (entry->field_count) {
    put_heads(sink);
    put_fields(entry->fields, entry->field_count, false, sink);
    if (few) put_fields(entry->shared->fields, entry->shared->count, true, sink);
    put_string(sink, "\n");
  }

  if (has_exclusive(entry)) {
    put_exclusive(entry, sink);
    put_string(sink, "\n\n");
  }
  if (entry->shared && shared_name(entry->shared)) {
    put_format(sink, "Also the [%s](#%s).\n\n", shared_name(entry->shared),
               entry->shared == &api_shared_shape ? "fields-of-all-shapes" : "fields-of-all-materials");
  }
  put_code(entry->example, sink);
  if (!entry->see_also) return;
  put_string(sink, "See also");
  for (const char *name = entry->see_also; *name;) {
    const int size = (int)strcspn(name, ",");
    put_string(sink, name == entry->see_also ? " " : ", ");
    if (api_is_entry(name, (size_t)size)) put_format(sink, "[%.*s](#%.*s)", size, name, size, name);
    else put_format(sink, "`%.*s`", size, name);
    name += size + (name[size] == ',');
  }
  put_string(sink, ".\n\n");
}

static void put_kind(ApiKind kind, const char *heading, const ApiShared *shared, const MlSink *sink) {
  put_format(sink, "## %s\n\n", heading);
  if (shared) {
    put_format(sink, "### Fields of all %s\n\n", shared == &api_shared_shape ? "shapes" : "materials");
    put_heads(sink);
    put_fields(shared->fields, shared->count, true, sink);
    put_string(sink, "\n");
  }
  for (const ApiEntry *const *entry = api_entries; *entry; entry++)
    if ((*entry)->kind == kind) put_entry(*entry, sink);
}

static void put_functions(const MlSink *sink) {
  for (const ApiFunction *f = api_functions; f->name; f++) {
    if (f == api_functions || strcmp(f[-1].section, f->section) != 0) {
      const char first = f->section[0] >= 'a' && f->section[0] <= 'z' ? (char)(f->section[0] - 'a' + 'A') : f->section[0];
      put_format(sink, "%s## %c%s\n\n| | |\n|---|---|\n", f == api_functions ? "" : "\n", first, f->section + 1);
    }
    put_string(sink, "| `");
    put_cell(sink, f->signature);
    put_string(sink, "` | ");
    put_cell(sink, f->doc);
    put_string(sink, " |\n");
  }
}

void script_write_reference(const MlSink *sink) {
  put_string(
    sink,
    "# The scene language\n\n"
    "*Written by `moonlit doc --markdown` from the table that also reads scenes; do not edit.*\n\n"
    "A scene is a Lua 5.4 program. What makes a thing is called `name{ field = value }`; `name(x)` and `name \"x\"` equal `name{ x }`. "
    "Whatever is made is in the scene, unless something else is made of it. Things do not change: methods give new ones.\n\n"
    "Units are metres, degrees, seconds and watts; y is up, +z points to the viewer. A vector is `{x, y, z}` or `vec3(x, y, z)`. "
    "A **colour** is `\"#hex\"` or a CSS name (sRGB, decoded), `{r, g, b}` or a number (linear), or one of the colour functions. "
    "A **material field** takes a material, a preset's name, or a colour or texture, which is then matte.\n\n"
    "Presets: ");
  for (const ApiPreset *preset = api_presets; preset->name; preset++)
    put_format(sink, "%s`\"%s\"`", preset == api_presets ? "" : " ", preset->name);
  put_string(
    sink,
    ".\n\nThe fields `scale`, `turn`, `floor`, `at` act in this order, whatever the order in the text; methods act after them, one after the other, about the origin.\n\n");
  put_kind(API_SHAPE, "Shapes", &api_shared_shape, sink);
  put_kind(API_GROUP, "Groups", NULL, sink);
  put_kind(API_TRANSFORM, "Transforms", NULL, sink);
  put_kind(API_LIST, "Lists of points", NULL, sink);
  put_kind(API_MATERIAL_KIND, "Materials", &api_shared_material, sink);
  put_kind(API_TEXTURE_KIND, "Textures", NULL, sink);
  put_kind(API_LIGHT, "Lights", NULL, sink);
  put_kind(API_SETTING, "Camera, picture, surroundings", NULL, sink);
  put_functions(sink);
}
