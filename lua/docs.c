/* docs.c - moonlit doc: the API table for a terminal. */
#include "docs.h"

#include <string.h>

#include "materials.h"
#include "script.h"
#include "suggest.h"
#include "text.h"

/* ---------------------------------------------------------------------- one name */

/* "a number > 0, in m, default 1" */
static void put_takes(const ApiField *field, const MlSink *sink) {
  api_expected(field, sink);
  if (field->unit) put_format(sink, ", in %s", field->unit);
  if (field->flags & API_REQUIRED) put_string(sink, ", required");
  else if (field->def) put_format(sink, ", default %s", field->def);
}

/* "radius      a number > 0, in m, default 1" and the sentence below it. */
static void put_field(const ApiField *field, const MlSink *sink) {
  put_format(sink, "  %s", field->name);
  const size_t size = strlen(field->name);
  put_spaces(sink, size < 14 ? 14 - size : 1);
  put_takes(field, sink);
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

/* "box,plane" as "box, plane". */
static void put_list(const char *list, const MlSink *sink) {
  for (; *list; list++) put_bytes(sink, *list == ',' ? ", " : list, *list == ',' ? 2 : 1);
}

static void put_entry(const ApiEntry *entry, const MlSink *sink) {
  api_signature(entry, sink);
  put_format(sink, "\n%s\n", entry->doc);
  if (entry->field_count || entry->shared) put_string(sink, "\n");
  for (uint32_t i = 0; i < api_field_count(entry); i++) put_field(api_field(entry, i), sink);
  put_example(entry->example, sink);
  if (!entry->see_also) return;
  put_string(sink, "\nSee also: ");
  put_list(entry->see_also, sink);
  put_string(sink, "\n");
}

static void put_function(const ApiFunction *function, const MlSink *sink) {
  put_format(sink, "%s\n%s\n", function->signature, function->doc);
  if (function->example) put_example(function->example, sink);
}

/* -------------------------------------------------------------------- fields */

static bool same_field(const ApiField *a, const ApiField *b) { return strcmp(a->name, b->name) == 0 && strcmp(a->doc, b->doc) == 0; }

/* The first entry that has this very field, or one that says the same. */
static bool is_first(const ApiEntry *entry, const ApiField *field) {
  for (const ApiEntry *const *e = api_entries; *e; e++)
    for (uint32_t i = 0; i < api_field_count(*e); i++)
      if (same_field(api_field(*e, i), field)) return *e == entry;
  return false;
}

/* "light.color, area.color", or "every shape's color" */
static void put_owners(const ApiField *field, const MlSink *sink) {
  const ApiShared *const shared[] = {&api_shared_shape, &api_shared_material};
  for (size_t k = 0; k < API_COUNT(shared); k++)
    if (field >= shared[k]->fields && field < shared[k]->fields + shared[k]->count) {
      put_format(sink, "every %s's %s", k == 0 ? "shape" : "material", field->name);
      return;
    }
  bool any = false;
  for (const ApiEntry *const *e = api_entries; *e; e++)
    for (uint32_t i = 0; i < api_field_count(*e); i++) {
      if (!same_field(api_field(*e, i), field)) continue;
      put_format(sink, "%s%s.%s", any ? ", " : "", (*e)->name, field->name);
      any = true;
    }
}

bool docs_put_fields(bool (*matches)(const ApiField *field, const void *ud), const void *ud, const MlSink *sink) {
  bool any = false;
  for (const ApiEntry *const *entry = api_entries; *entry; entry++)
    for (uint32_t i = 0; i < api_field_count(*entry); i++) {
      const ApiField *field = api_field(*entry, i);
      if (!matches(field, ud) || !is_first(*entry, field)) continue;
      put_owners(field, sink);
      put_format(sink, ": %s\n", field->doc);
      any = true;
    }
  return any;
}

static bool has_name(const ApiField *field, const void *name) { return strcmp(field->name, name) == 0; }

/* --------------------------------------------------------------------- lists */

enum { WIDTH = 80, INDENT = 12 };

/* A word of a list that is indented and broken at WIDTH; *column is where the line ends. */
static void put_word(const char *prefix, const char *word, size_t *column, const MlSink *sink) {
  const size_t size = 1 + strlen(prefix) + strlen(word);
  if (*column + size > WIDTH) {
    put_string(sink, "\n");
    put_spaces(sink, INDENT - 1);
    *column = INDENT - 1;
  }
  put_format(sink, " %s%s", prefix, word);
  *column += size;
}

static void put_heading(const char *heading, const char *plural, size_t *column, const MlSink *sink) {
  const size_t size = strlen(heading) + strlen(plural) + 1;
  put_format(sink, "%s%s:", heading, plural);
  *column = size;
  if (size >= INDENT) *column = WIDTH; /* the words go below a long heading */
  else put_spaces(sink, INDENT - 1 - size), *column = INDENT - 1;
}

static void put_names(const MlSink *sink) {
  size_t column = 0;
  for (ApiKind kind = API_SHAPE; kind < API_KIND_COUNT; kind++) {
    bool any = false;
    for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
      if ((*entry)->kind != kind) continue;
      if (!any) put_heading(api_kind_name(kind), "s", &column, sink);
      any = true;
      put_word("", (*entry)->name, &column, sink);
    }
    if (any) put_string(sink, "\n");
  }
  put_heading("presets", "", &column, sink);
  for (const ApiPreset *preset = api_presets; preset->name; preset++) put_word("", preset->name, &column, sink);
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (function == api_functions || strcmp(function[-1].section, function->section) != 0) {
      put_string(sink, "\n");
      put_heading(function->section, "", &column, sink);
    }
    put_word(function->kind == API_METHOD ? ":" : "", function->name, &column, sink);
  }
  put_string(sink, "\n\nmoonlit doc NAME explains one of them, or a field (sphere.radius), a method (:at), a list (lights, maths);\n"
                   "moonlit doc --search WORD finds more.\n");
}

static bool is_plural(const char *name, const char *singular) {
  const size_t size = strlen(singular);
  return strncmp(name, singular, size) == 0 && strcmp(name + size, "s") == 0;
}

/* `word` stands in the heading "vectors and colours", alone or between spaces; "colors" is understood. */
static bool is_of_heading(const char *word, const char *heading) {
  if (strcmp(word, heading) == 0) return true;
  if (strcmp(word, "colors") == 0) word = "colours";
  const size_t size = strlen(word);
  for (const char *at = heading; size && (at = strstr(at, word)); at++)
    if ((at == heading || at[-1] == ' ') && (at[size] == 0 || at[size] == ' ' || at[size] == ',')) return strcmp(word, "and") != 0;
  return false;
}

/* Everything of a kind ("lights"), or the presets, each with its sentence. */
static bool put_kind(const char *name, const MlSink *sink) {
  bool any = false;
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    if (!is_plural(name, api_kind_name((*entry)->kind))) continue;
    put_format(sink, "%s: %s\n", (*entry)->name, (*entry)->doc);
    any = true;
  }
  for (const ApiPreset *preset = api_presets; is_plural(name, "preset") && preset->name; preset++) {
    put_format(sink, "\"%s\": %s\n", preset->name, preset->doc);
    any = true;
  }
  return any;
}

/* The functions of a section ("maths"). */
static bool put_section(const char *name, const MlSink *sink) {
  bool any = false;
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (!is_of_heading(name, function->section)) continue;
    put_format(sink, "%s: %s\n", function->signature, function->doc);
    any = true;
  }
  return any;
}

/* --------------------------------------------------------------- qualified names */

/* ":at" or "part:at", "r:pick": methods of things, and those that a function's sentence names. */
static bool put_method(const char *name, const MlSink *sink) {
  char call[64];
  bool any = false;
  const size_t size = strlen(name);
  if (size == 0 || size > sizeof call - 3) return false;
  call[0] = ':';
  memcpy(call + 1, name, size);
  memcpy(call + 1 + size, "(", 2);
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (function->kind == API_METHOD ? strcmp(function->name, name) != 0 : !strstr(function->doc, call)) continue;
    if (any) put_string(sink, "\n");
    put_function(function, sink);
    any = true;
  }
  return any;
}

/* "sphere.radius", "math.floor", "param.group". *near is "did you mean" of the part after the dot, where the first part is known. */
static bool put_member(const char *name, const char *dot, Suggestion *near, const MlSink *sink) {
  char owner[64];
  const char *member = dot + 1;
  const size_t size = (size_t)(dot - name);
  if (size >= sizeof owner) return false;
  memcpy(owner, name, size);
  owner[size] = 0;

  const ApiEntry *entry = api_find_entry(owner);
  if (entry) *near = suggest_start(member);
  for (uint32_t i = 0; entry && i < api_field_count(entry); i++) {
    const ApiField *field = api_field(entry, i);
    suggest_try(near, field->name);
    if (strcmp(field->name, member) != 0) continue;
    put_format(sink, "%s.%s: ", owner, member);
    put_takes(field, sink);
    put_format(sink, "\n%s\n", field->doc);
    if (field->position) put_format(sink, "It may stand without its name, as value %u.\n", field->position);
    put_example(entry->example, sink);
    return true;
  }
  for (const ApiLibrary *library = api_libraries; library->name; library++) {
    if (strcmp(library->name, owner) != 0) continue;
    const ApiFunction *same = strcmp(owner, "math") == 0 ? api_find_function(member) : NULL; /* the global ones */
    if (same && (strcmp(same->section, "maths") == 0 || strcmp(member, "random") == 0)) {
      put_format(sink, "%s is the global %s:\n", name, member);
      put_function(same, sink);
      return true;
    }
    if (!suggest_in_list(library->members, member)) continue;
    put_format(sink, "%s is Lua's own: \xC2\xA7 %s of the Lua 5.4 manual, www.lua.org/manual/5.4\n", name, library->manual);
    return true;
  }
  const ApiFunction *function = api_find_function(owner);
  if (!function || !*member || !strstr(function->signature, member)) return false;
  put_function(function, sink);
  return true;
}

static bool put_separated(bool found, const MlSink *sink) {
  if (found) put_string(sink, "\n");
  return true;
}

/* Everything of exactly this name. */
static bool put_plain(const char *name, const MlSink *sink) {
  const ApiEntry *entry = api_find_entry(name);
  bool found = entry != NULL;
  if (entry) put_entry(entry, sink);
  for (const ApiFunction *function = api_functions; function->name; function++) {
    if (strcmp(function->name, name) != 0) continue;
    found = put_separated(found, sink);
    put_function(function, sink);
  }
  const ApiPreset *preset = api_find_preset(name);
  if (preset) {
    found = put_separated(found, sink);
    put_format(sink, "\"%s\" in a material field: %s\n", name, preset->doc);
  }
  bool field = false;
  for (const ApiEntry *const *e = api_entries; *e && !field; e++)
    for (uint32_t i = 0; i < api_field_count(*e); i++) field = field || has_name(api_field(*e, i), name);
  if (!field) return found;
  put_separated(found, sink);
  return docs_put_fields(has_name, name, sink);
}

bool script_doc(const char *name, const MlSink *sink) {
  if (!name) {
    put_names(sink);
    return true;
  }
  const char *colon = strrchr(name, ':'), *dot = strrchr(name, '.');
  Suggestion near = {0};
  if (put_kind(name, sink)) return true;
  if (colon ? put_method(colon + 1, sink) : dot ? put_member(name, dot, &near, sink) : put_plain(name, sink)) return true;
  if (put_section(name, sink)) return true;
  const bool in_entry = near.wanted != NULL; /* the entry is known, its field is not */
  if (!in_entry) {
    near = suggest_start(colon ? colon + 1 : name);
    for (const ApiFunction *f = api_functions; f->name; f++)
      if (!colon || f->kind == API_METHOD) suggest_try(&near, f->name);
    for (const ApiEntry *const *e = api_entries; !colon && *e; e++) {
      suggest_try(&near, (*e)->name);
      for (uint32_t i = 0; i < api_field_count(*e); i++) suggest_try(&near, api_field(*e, i)->name);
    }
    for (const ApiPreset *p = api_presets; !colon && p->name; p++) suggest_try(&near, p->name);
  }
  put_string(sink, "there is nothing named '");
  script_write_visible(name, strlen(name), sink);
  put_string(sink, "'");
  if (near.best)
    put_format(sink, " \xE2\x80\x94 did you mean '%.*s%s'?",
               in_entry ? (int)(dot - name) + 1
               : colon  ? 1
                        : 0,
               in_entry ? name : ":", near.best);
  else if (*name) put_format(sink, "; moonlit doc --search may find something near, moonlit doc lists all");
  put_string(sink, "\n");
  return false;
}
