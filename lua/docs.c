/* docs.c - moonlit doc: the API table for a terminal. */
#include <string.h>

#include "api.h"
#include "materials.h"
#include "script.h"
#include "suggest.h"
#include "text.h"

/* ---------------------------------------------------------------------- one name */

/* "radius      a number > 0 (m), default 1" and the sentence below it. */
static void put_field(const ApiField *field, const MlSink *sink) {
  put_format(sink, "  %s", field->name);
  const size_t size = strlen(field->name);
  put_spaces(sink, size < 14 ? 14 - size : 1);
  api_expected(field, sink);
  if (field->unit) put_format(sink, ", in %s", field->unit);
  if (field->flags & API_REQUIRED) put_string(sink, ", required");
  else if (field->def) put_format(sink, ", default %s", field->def);
  put_format(sink, "\n                %s\n", field->doc);
}

static void put_example(const char *example, const MlSink *sink) {
  put_string(sink, "\n");
  for (const char *line = example; *line;) {
    const size_t size = strcspn(line, "\n");
    put_format(sink, "    %.*s\n", (int)size, line);
    line += size + (line[size] == '\n');
  }
}

static void put_entry(const ApiEntry *entry, const MlSink *sink) {
  api_signature(entry, sink);
  put_format(sink, "\n%s\n", entry->doc);
  if (entry->field_count || entry->shared) put_string(sink, "\n");
  for (uint32_t i = 0; i < api_field_count(entry); i++) put_field(api_field(entry, i), sink);
  put_example(entry->example, sink);
  if (entry->see_also) put_format(sink, "\nSee also: %s\n", entry->see_also);
}

static void put_function(const ApiFunction *function, const MlSink *sink) {
  put_format(sink, "%s\n%s\n", function->signature, function->doc);
  if (function->example) put_example(function->example, sink);
}

static void put_names(const MlSink *sink) {
  for (ApiKind kind = API_SHAPE; kind < API_KIND_COUNT; kind++) {
    bool any = false;
    for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
      if ((*entry)->kind != kind) continue;
      if (!any) put_format(sink, "%s:", api_kind_name(kind));
      any = true;
      put_format(sink, " %s", (*entry)->name);
    }
    if (any) put_string(sink, "\n");
  }
  put_string(sink, "presets:");
  for (const ApiPreset *preset = api_presets; preset->name; preset++) put_format(sink, " %s", preset->name);
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (function == api_functions || strcmp(function[-1].section, function->section) != 0) put_format(sink, "\n%s:", function->section);
    put_format(sink, function->kind == API_METHOD ? " :%s" : " %s", function->name);
  }
  put_string(sink, "\n\nmoonlit doc NAME tells about one of them, moonlit doc --search WORD finds more.\n");
}

bool script_doc(const char *name, const MlSink *sink) {
  if (!name) {
    put_names(sink);
    return true;
  }
  if (*name == ':') name++;
  const ApiEntry *entry = api_find_entry(name);
  bool found = false;
  if (entry) put_entry(entry, sink);
  found = entry != NULL;
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (strcmp(function->name, name) != 0) continue;
    if (found) put_string(sink, "\n");
    put_function(function, sink);
    found = true;
  }
  const ApiPreset *preset = api_find_preset(name);
  if (preset) {
    put_format(sink, "%s\"%s\" in a material field: %s\n", found ? "\n" : "", name, preset->doc);
    found = true;
  }
  if (found) return true;
  Suggestion near = suggest_start(name);
  for (const ApiEntry *const *e = api_entries; *e; e++) suggest_try(&near, (*e)->name);
  for (const ApiFunction *f = api_functions; f->name; f++) suggest_try(&near, f->name);
  for (const ApiPreset *p = api_presets; p->name; p++) suggest_try(&near, p->name);
  put_string(sink, "there is nothing named '");
  script_write_visible(name, strlen(name), sink);
  put_string(sink, "'");
  if (near.best) put_format(sink, " \xE2\x80\x94 did you mean '%s'?", near.best);
  put_string(sink, "\n");
  return false;
}

/* ------------------------------------------------------------------------ search */

/* Without regard to case (ASCII). */
static bool contains(const char *text, const char *word) {
  const size_t size = strlen(word);
  for (; text && *text; text++) {
    size_t i = 0;
    while (i < size && text[i] && (text[i] | 0x20) == (word[i] | 0x20)) i++;
    if (i == size) return true;
  }
  return false;
}

bool script_doc_search(const char *word, const MlSink *sink) {
  bool found = false;
  for (const ApiEntry *const *entry = api_entries; *entry && *word; entry++) {
    if (contains((*entry)->name, word) || contains((*entry)->doc, word)) {
      put_format(sink, "%s: %s\n", (*entry)->name, (*entry)->doc);
      found = true;
    }
    for (uint32_t i = 0; i < api_field_count(*entry); i++) {
      const ApiField *field = api_field(*entry, i);
      if (!contains(field->name, word) && !contains(field->doc, word) && !contains(field->synonyms, word)) continue;
      put_format(sink, "%s.%s: %s\n", (*entry)->name, field->name, field->doc);
      found = true;
    }
  }
  for (const ApiFunction *function = api_functions; function->name && *word; function++) {
    if (!contains(function->name, word) && !contains(function->doc, word) && !contains(function->signature, word)) continue;
    put_format(sink, "%s: %s\n", function->signature, function->doc);
    found = true;
  }
  for (const ApiPreset *preset = api_presets; preset->name && *word; preset++) {
    if (!contains(preset->name, word)) continue;
    put_format(sink, "\"%s\" in a material field: %s\n", preset->name, preset->doc);
    found = true;
  }
  if (!found) {
    put_string(sink, "nothing tells of '");
    script_write_visible(word, strlen(word), sink);
    put_string(sink, "'\n");
  }
  return found;
}
