/* diagnostics.c - recording and placing of what is wrong with a script. */
#include "diagnostics.h"

#include <string.h>

#include "lexer.h"

struct DiagnosticRecord {
  ScriptDiagnostic shown;
  const char *rule, *own_path; /* own_path: without what encloses the call */
  const char *said;            /* the report's message, without the path */
  uint32_t call_line, source_order;
  uint32_t more; /* others of this kind and place that are only counted */
  DiagnosticRecord *next;
};

Source *diagnostics_add_source(Diagnostics *d, const char *name, const char *text, size_t size) {
  Source *source = store_alloc(d->store, sizeof *source);
  if (!source) return NULL;
  *source = (Source){store_copy(d->store, name, strlen(name)), text, size, NULL};
  Source **end = &d->sources;
  while (*end) end = &(*end)->next;
  return *end = source;
}

Source *diagnostics_source(const Diagnostics *d, const char *name) {
  for (Source *source = d->sources; source && name; source = source->next)
    if (strncmp(source->name, name, 255) == 0) return source; // Lua's side cuts names there
  return NULL;
}

/* "camera.from[2]": the callee (or what encloses and contains it) and the steps; "at(2)": an argument of a function or method. */
static const char *path_of(Diagnostics *d, const SourceQuery *query, const char *callee) {
  Text path = {.store = d->store};
  text_append(&path, callee, strlen(callee));
  for (uint32_t i = 0; i < query->step_count; i++) {
    if (query->steps[i].name) text_format(&path, ".%s", query->steps[i].name);
    else if (i == 0 && !d->is_entry(callee, strlen(callee))) text_format(&path, "(%u)", query->steps[i].index);
    else text_format(&path, "[%u]", query->steps[i].index);
  }
  return text_string(&path);
}

/* The record that says the same already; else, where DIAGNOSTICS_ALIKE of this kind and place say other things, the last of them, with
 * *alike set: the report is then only counted. */
static DiagnosticRecord *find_equal(const Diagnostics *d, const Report *report, const char *own_path, bool *alike) {
  DiagnosticRecord *last = NULL;
  uint32_t count = 0;
  *alike = false;
  for (DiagnosticRecord *r = d->first; r; r = r->next) {
    if (r->call_line != report->query.line || strcmp(r->rule, report->rule) != 0 || strcmp(r->own_path, own_path) != 0 ||
        strcmp(r->shown.file, report->file ? report->file : "") != 0)
      continue;
    if (strcmp(r->said, report->message) == 0) return r;
    last = r;
    count++;
  }
  *alike = count >= DIAGNOSTICS_ALIKE;
  return *alike ? last : NULL;
}

/* Finds the string with this text between two bytes of the source: where its text begins. */
static bool find_string(const Source *source, uint32_t start, uint32_t end, const char *text, uint32_t *at) {
  const size_t size = strlen(text);
  Lexer lexer = {source->text, end, start, 1};
  for (Token token = lexer_next(&lexer); token.kind != LEX_END; token = lexer_next(&lexer)) {
    if (token.kind != LEX_STRING || !token.closed || token.end - token.start != size + 2) continue;
    if (memcmp(source->text + token.start + 1, text, size) != 0) continue;
    *at = token.start + 1;
    return true;
  }
  return false;
}

static void suggest_fix(const Diagnostics *d, const char *text, uint32_t column, uint32_t end_column, ScriptDiagnostic *shown) {
  shown->has_fix = true;
  shown->fix_line = shown->line;
  shown->fix_column = column;
  shown->fix_end_column = end_column;
  shown->fix_text = store_copy(d->store, text, strlen(text));
}

/* Fills line, columns, fix and excerpt; returns the path of what encloses the call, or "". */
static const char *place(Diagnostics *d, const Report *report, ScriptDiagnostic *shown) {
  const Source *source = diagnostics_source(d, report->file);
  shown->line = report->query.line;
  shown->column = report->column;
  shown->end_column = report->end_column;
  Text prefix = {.store = d->store};
  if (!source) return "";
  if (!report->column && report->query.callee) {
    const SourceSpan span = source_find(source, &report->query, d->is_entry, &prefix);
    if (span.found) {
      // The mark ends where the line does, should the value go on.
      uint32_t end = report->at_key && span.key_end > span.start ? span.key_end : span.end;
      const char *newline = memchr(source->text + span.start, '\n', end - span.start);
      if (newline) end = (uint32_t)(newline - source->text);
      shown->line = span.line;
      shown->column = source_column(source, span.start);
      shown->end_column = shown->column + (uint32_t)utf8_count(source->text + span.start, end - span.start);
      uint32_t at;
      if (report->wrong && find_string(source, span.start, end, report->wrong, &at)) {
        const uint32_t column = source_column(source, at);
        suggest_fix(d, report->fix, column, column + (uint32_t)utf8_count(report->wrong, strlen(report->wrong)), shown);
      }
    }
  }
  if (report->fix && !report->wrong && shown->column) suggest_fix(d, report->fix, shown->column, shown->end_column, shown);
  Text excerpt = {.store = d->store};
  source_excerpt(source, shown->line, shown->column, shown->end_column, &excerpt);
  shown->excerpt = text_string(&excerpt);
  return text_string(&prefix);
}

void diagnostics_report(Diagnostics *d, const Report *report) {
  const ScriptSeverity severity = report->severity == SCRIPT_WARNING && d->strict ? SCRIPT_ERROR : report->severity;
  d->errors += severity == SCRIPT_ERROR;
  d->warnings += severity == SCRIPT_WARNING;
  const char *callee = report->query.callee ? report->query.callee : "";
  const char *own_path = path_of(d, &report->query, callee);
  bool alike;
  DiagnosticRecord *record = find_equal(d, report, own_path, &alike);
  if (record) {
    if (alike) record->more++;
    else record->shown.count++;
    return;
  }
  uint32_t *kept = severity == SCRIPT_ERROR ? &d->kept_errors : &d->kept_others;
  if (*kept == DIAGNOSTICS_KEPT) return;
  record = store_alloc(d->store, sizeof *record);
  if (!record) return;
  ++*kept;

  ScriptDiagnostic *shown = &record->shown;
  *shown = (ScriptDiagnostic){.severity = severity,
                              .file = report->file ? store_copy(d->store, report->file, strlen(report->file)) : "",
                              .path = "",
                              .note = report->note ? store_copy(d->store, report->note, strlen(report->note)) : "",
                              .excerpt = "",
                              .count = 1,
                              .fix_text = ""};
  const char *enclosing = place(d, report, shown);
  shown->path = *enclosing ? path_of(d, &report->query, enclosing) : own_path;
  shown->message = report->no_path || !*callee ? store_copy(d->store, report->message, strlen(report->message))
                                               : store_format(d->store, "%s: %s", shown->path, report->message);
  record->rule = report->rule;
  record->own_path = own_path;
  record->said = store_copy(d->store, report->message, strlen(report->message));
  record->call_line = report->query.line;
  for (const Source *s = d->sources; s && strcmp(s->name, shown->file) != 0; s = s->next) record->source_order++;
  if (d->last) d->last->next = record;
  else d->first = record;
  d->last = record;
}

static bool comes_before(const DiagnosticRecord *a, const DiagnosticRecord *b) {
  if (a->source_order != b->source_order) return a->source_order < b->source_order;
  if (a->shown.line != b->shown.line) return a->shown.line < b->shown.line;
  return a->shown.column < b->shown.column;
}

const ScriptDiagnostic *diagnostics_list(const Diagnostics *d, size_t *count) {
  size_t n = 0;
  const DiagnosticRecord *sorted[2 * DIAGNOSTICS_KEPT];
  for (const DiagnosticRecord *r = d->first; r; r = r->next) {
    size_t at = n++;
    for (; at > 0 && comes_before(r, sorted[at - 1]); at--) sorted[at] = sorted[at - 1];
    sorted[at] = r;
  }
  ScriptDiagnostic *list = store_alloc(d->store, n * sizeof *list);
  *count = list ? n : 0;
  for (size_t i = 0; list && i < n; i++) {
    list[i] = sorted[i]->shown;
    if (sorted[i]->more)
      list[i].note =
        store_format(d->store, "%s%s%u more like this here, with other values", list[i].note, *list[i].note ? "; " : "", sorted[i]->more);
  }
  return list;
}
