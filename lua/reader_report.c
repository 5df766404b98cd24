/* reader_report.c - what the reader says of wrong values: at the step at hand of the call that is being read. */
#include <string.h>

#include "call_match.h"
#include "lauxlib.h"
#include "motion.h"
#include "reader_internal.h"

void reader_send(Reading *r, Report *report) {
  CallArguments arguments = {r->L, r->first_argument, r->node_index - r->first_argument};
  if (r->first_argument) {
    report->query.fits = call_fits;
    report->query.fits_ud = &arguments;
  }
  diagnostics_report(&r->runtime->diagnostics, report);
  if (report->severity == SCRIPT_ERROR) r->failed = true;
}

static Report report_here(const Reading *r, ScriptSeverity severity, const char *rule) {
  Report report = runtime_report_here(r->L, severity, rule, r->callee);
  memcpy(report.query.steps, r->steps, sizeof r->steps);
  report.query.step_count = r->step_count;
  return report;
}

static void report(Reading *r, ScriptSeverity severity, const char *rule, const char *message) {
  Report report = report_here(r, severity, rule);
  report.message = message;
  reader_send(r, &report);
}

static const char *format_list(Reading *r, const char *format, va_list list) {
  Text text = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&text);
  put_format_list(&sink, format, list);
  return text_string(&text);
}

void reader_fail(Reading *r, const char *rule, const char *format, ...) {
  va_list list;
  va_start(list, format);
  report(r, SCRIPT_ERROR, rule, format_list(r, format, list));
  va_end(list);
}

void reader_fail_word(Reading *r, const char *rule, const char *wrong, const char *fix, const char *format, ...) {
  Report report = report_here(r, SCRIPT_ERROR, rule);
  va_list list;
  va_start(list, format);
  report.message = format_list(r, format, list);
  va_end(list);
  report.wrong = wrong;
  report.fix = fix;
  reader_send(r, &report);
}

void reader_warn(Reading *r, const char *rule, const char *format, ...) {
  va_list list;
  va_start(list, format);
  report(r, SCRIPT_WARNING, rule, format_list(r, format, list));
  va_end(list);
}

void reader_fail_field(Reading *r, const char *field, const char *rule, const char *format, ...) {
  const uint32_t count = r->step_count;
  const SourceStep first = r->steps[0];
  r->steps[0] = (SourceStep){field, 0};
  r->step_count = 1;
  va_list list;
  va_start(list, format);
  report(r, SCRIPT_ERROR, rule, format_list(r, format, list));
  va_end(list);
  r->steps[0] = first;
  r->step_count = count;
}

void reader_fail_builder(Reading *r, const MlError *error) {
  runtime_check_memory(r->L, error);
  // "lathe: ..." and "lathe.profile: ...": the report names these itself, the field at its own place
  const char *text = error->message, *colon = strstr(text, ": ");
  const size_t name = strlen(r->entry->name);
  if (colon && strncmp(text, r->entry->name, name) == 0) {
    char field[40];
    const size_t length = (size_t)(colon - text);
    if (length == name) text = colon + 2;
    else if (text[name] == '.' && length - name <= sizeof field) {
      memcpy(field, text + name + 1, length - name - 1);
      field[length - name - 1] = 0;
      if (reader_given(r, field)) {
        reader_fail_field(r, field, "builder", "%s", colon + 2);
        return;
      }
    }
  }
  report(r, SCRIPT_ERROR, "builder", text);
}

bool reader_given(const Reading *r, const char *field) {
  const uint32_t count = api_field_count(r->entry);
  for (uint32_t i = 0; i < count; i++)
    if (strcmp(api_field(r->entry, i)->name, field) == 0) return (r->node->given & api_bit(r->entry, i)) != 0;
  return false;
}

enum { DESCRIBED = 40 }; /* bytes shown of a string or a table */

const char *reader_describe(Reading *r, int index) {
  Store *store = &r->runtime->store;
  const Node *node = node_test(r->L, index);
  if (node) return store_format(store, "%s %s", api_article(node->entry->name), node->entry->name);
  if (motion_test(r->L, index)) return "a motion";
  switch (lua_type(r->L, index)) {
  case LUA_TFUNCTION: {
    const ApiEntry *entry = node_constructor(r->L, index);
    return entry ? store_format(store, "the function %s: write %s{ ... } to call it", entry->name, entry->name) : "a function";
  }
  case LUA_TNIL:
  case LUA_TNONE: return "nothing (nil)";
  default: break;
  }
  const bool string = lua_type(r->L, index) == LUA_TSTRING;
  size_t size;
  const char *text = sandbox_pretty(r->L, index, &size);
  if (string) text = lua_tolstring(r->L, index, &size);
  size_t cut = size;
  if (size > DESCRIBED)
    for (cut = DESCRIBED; cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80;) cut--;
  const char *dots = cut < size ? "..." : "";
  const char *copy =
    string ? store_format(store, "string \"%.*s%s\"", (int)cut, text, dots) : store_format(store, "%.*s%s", (int)cut, text, dots);
  lua_pop(r->L, 1);
  return copy;
}

bool reader_type_error(Reading *r, const ApiField *field, int index) {
  Text expected = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&expected);
  api_expected(field, &sink);
  const bool traced = lua_isfunction(r->L, index) && !node_constructor(r->L, index) &&
                      (field->type == API_NUMBER || field->type == API_COLOR || field->type == API_MATERIAL || field->type == API_VEC3);
  reader_fail(r, "type",
              traced ? "expected %s, got %s: a function of the shading point is for colours and numbers of materials and textures"
                     : "expected %s, got %s",
              text_string(&expected), reader_describe(r, index));
  return false;
}
