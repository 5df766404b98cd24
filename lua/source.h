/* source.h - the texts of a run, kept for messages: where a call's field stands, what surrounds it, how a line looks.
 *
 * Lua knows only the line of a call. When something is to be said about one of its fields, the text is lexed again: find the call
 * by name and line, walk its brackets to the field, note the fields that enclose the call. Where that fails (fields filled by
 * variables, calls through other names) the answer is the call's line. Only lexing, no parsing; linear in the text. */
#ifndef MOONLIT_LUA_SOURCE_H
#define MOONLIT_LUA_SOURCE_H

#include "items.h"
#include "text.h"

typedef struct Source {
  const char *name;
  const char *text;
  size_t size;
  struct Source *next;
} Source;

/* One step into a table: where index is 0 by name, else the index-th value without a name; the name is then only for the path. */
typedef struct SourceStep {
  const char *name;
  uint32_t index;
} SourceStep;

enum { SOURCE_STEPS = 4 };

typedef struct SourceQuery {
  const char *callee; /* the function's or method's name */
  uint32_t line;      /* of the call, as Lua gives it */
  SourceStep steps[SOURCE_STEPS];
  uint32_t step_count; /* 0: the call itself */
  /* Where several calls of that name stand on the line: is it the one whose arguments open with this token? NULL: the first is taken. */
  bool (*fits)(void *ud, const Source *source, const Token *open);
  void *fits_ud;
} SourceQuery;

/* Bytes of the text; key_end == start where the thing has no key. */
typedef struct SourceSpan {
  bool found;
  uint32_t start, key_end, value_start, end;
  uint32_t line;
} SourceSpan;

/* The field, or the call where the field is not written in it; from the first call to the end of the line where `fits` leaves several.
 * prefix (may be NULL) receives "sphere.material" when the call is written as that field's value, else "". is_entry tells
 * which callees are constructors. */
SourceSpan source_find(const Source *source, const SourceQuery *query, bool (*is_entry)(const char *name, size_t size), Text *prefix);

/* Line (from 1) of the text without its end; NULL when there is none. */
const char *source_line(const Source *source, uint32_t line, size_t *size);
/* Column (from 1, in characters) of a byte of the text. */
uint32_t source_column(const Source *source, uint32_t at);
/* The excerpt under a message: the line before, the line, and carets under columns [column, end_column); column 0: no carets. */
void source_excerpt(const Source *source, uint32_t line, uint32_t column, uint32_t end_column, Text *out);
/* How a name is used that is looked for: several can stand on one line. */
typedef struct SourceUse {
  enum { SOURCE_READ, SOURCE_CALLED, SOURCE_INDEXED } kind;
  bool member; /* behind a . or : */
} SourceUse;
/* In the call that `query` names: "0,5" as the value of a field, without a space, two values to the language. */
SourceSpan source_find_decimal_comma(const Source *source, const SourceQuery *query);
/* Does the line call a method of this name? */
bool source_calls_method(const Source *source, uint32_t line, const char *name);
/* The token on `line` that is this name and is most likely so used; a span without key. */
SourceSpan source_find_name(const Source *source, uint32_t line, const char *name, SourceUse use);

#endif
