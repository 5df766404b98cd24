/* diagnostics.h - what is wrong with a script: recorded while it runs, deduplicated, placed in the text (scene-language.md, section 3).
 *
 * A record names the call and the steps to the field; the place in the text is found at once, but only for the first of its kind at a
 * line. Nothing here raises. All memory is the store's. */
#ifndef MOONLIT_LUA_DIAGNOSTICS_H
#define MOONLIT_LUA_DIAGNOSTICS_H

#include "script.h"
#include "source.h"

enum {
  DIAGNOSTICS_KEPT = 20, /* of errors, and of the rest; what comes after is counted only */
  DIAGNOSTICS_ALIKE = 3, /* of one kind and place that differ only in their text (a loop over wrong values) */
};

typedef struct DiagnosticRecord DiagnosticRecord;

typedef struct Diagnostics {
  Store *store;
  Source *sources;
  bool (*is_entry)(const char *name, size_t size);
  bool strict;
  DiagnosticRecord *first, *last;
  uint32_t kept_errors, kept_others, errors, warnings;
} Diagnostics;

/* What to say, and about what. */
typedef struct Report {
  ScriptSeverity severity;
  const char *rule;            /* names the kind, for counting repetitions: a constant string */
  const char *file;            /* of the call; NULL: none */
  SourceQuery query;           /* the place; callee NULL: only its line is known */
  uint32_t column, end_column; /* known already; 0: by the query */
  bool at_key;                 /* mark only the field's name, not its value */
  bool no_path;                /* the message does not begin with the path */
  const char *message;         /* after "path: " */
  const char *note;            /* NULL: none */
  const char *fix;             /* what the field's name (at_key) or the marked place should read; NULL: unknown */
  const char *wrong;           /* fix replaces only this text of a string in the marked place; NULL: all of it */
} Report;

/* Keep a text for excerpts. It must outlive the diagnostics. */
Source *diagnostics_add_source(Diagnostics *diagnostics, const char *name, const char *text, size_t size);
Source *diagnostics_source(const Diagnostics *diagnostics, const char *name); /* NULL: not kept */
/* Everything is copied. */
void diagnostics_report(Diagnostics *diagnostics, const Report *report);
/* All kept ones, ordered by text, line and column; *count of them. */
const ScriptDiagnostic *diagnostics_list(const Diagnostics *diagnostics, size_t *count);

#endif
