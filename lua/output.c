/* output.c - diagnostics and parameters as text and as JSON; a scene's text made harmless for terminals. */
#include <string.h>

#include "script.h"
#include "text.h"

void script_write_visible(const char *text, size_t size, const MlSink *sink) {
  size_t plain = 0; // [plain, at) is to be written as it is
  for (size_t at = 0; at < size;) {
    const unsigned char c = (unsigned char)text[at];
    const size_t length = utf8_length(text + at, size - at);
    const bool c1 = length == 2 && c == 0xC2 && (unsigned char)text[at + 1] < 0xA0;
    const bool control = (length == 1 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    // Marks that reorder text (U+202A..202E, U+2066..2069) can make a line read as something else.
    const bool reorders =
      length == 3 && c == 0xE2 &&
      (((unsigned char)text[at + 1] == 0x80 && (unsigned char)text[at + 2] >= 0xAA && (unsigned char)text[at + 2] <= 0xAE) ||
       ((unsigned char)text[at + 1] == 0x81 && (unsigned char)text[at + 2] >= 0xA6 && (unsigned char)text[at + 2] <= 0xA9));
    if (length && !c1 && !control && !reorders) {
      at += length;
      continue;
    }
    put_bytes(sink, text + plain, at - plain);
    const size_t bad = length ? length : 1;
    for (size_t i = 0; i < bad; i++) {
      static const char hex[] = "0123456789ABCDEF";
      const unsigned char b = (unsigned char)text[at + i];
      const char shown[4] = {'\\', 'x', hex[b >> 4], hex[b & 15]};
      put_bytes(sink, shown, sizeof shown);
    }
    at += bad;
    plain = at;
  }
  put_bytes(sink, text + plain, size - plain);
}

void script_write_json_string(const char *text, const MlSink *sink) {
  static const char hex[] = "0123456789abcdef";
  put_string(sink, "\"");
  const size_t size = strlen(text);
  for (size_t at = 0; at < size;) {
    const unsigned char c = (unsigned char)text[at];
    const size_t length = utf8_length(text + at, size - at);
    if (length == 0) {
      put_string(sink, "\\ufffd");
    } else if (c == '"' || c == '\\') {
      const char escaped[2] = {'\\', (char)c};
      put_bytes(sink, escaped, 2);
    } else if (c == '\n' || c == '\t') {
      put_string(sink, c == '\n' ? "\\n" : "\\t");
    } else if (c < 0x20 || c == 0x7F) {
      const char escaped[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
      put_bytes(sink, escaped, 6);
    } else {
      put_bytes(sink, text + at, length);
    }
    at += length ? length : 1;
  }
  put_string(sink, "\"");
}

static void put_visible(const MlSink *sink, const char *text) { script_write_visible(text, strlen(text), sink); }

/* 10000 as "10 000". */
static void put_grouped(const MlSink *sink, uint32_t value) {
  if (value < 1000) {
    put_format(sink, "%u", value);
    return;
  }
  put_grouped(sink, value / 1000);
  const uint32_t rest = value % 1000;
  put_format(sink, " %u%u%u", rest / 100, rest / 10 % 10, rest % 10);
}

static const char *severity_name(ScriptSeverity severity) {
  return severity == SCRIPT_ERROR ? "error" : severity == SCRIPT_WARNING ? "warning" : "note";
}

void script_write_diagnostics(const ScriptEvaluation *e, ScriptSeverity least, const MlSink *sink) {
  uint32_t errors = 0;
  for (size_t i = 0; i < e->diagnostic_count; i++) {
    const ScriptDiagnostic *d = &e->diagnostics[i];
    if (d->severity == SCRIPT_ERROR) errors += d->count;
    if (d->severity < least) continue;
    if (*d->file) {
      put_visible(sink, d->file);
      if (d->line) put_format(sink, ":%u", d->line);
      if (d->line && d->column) put_format(sink, ":%u", d->column);
      put_string(sink, ": ");
    }
    put_format(sink, "%s: ", severity_name(d->severity));
    put_visible(sink, d->message);
    if (d->count > 1) {
      put_string(sink, " (\xC3\x97");
      put_grouped(sink, d->count);
      put_string(sink, ")");
    }
    put_string(sink, "\n");
    put_visible(sink, d->excerpt);
    if (*d->note) {
      put_string(sink, "   = ");
      put_visible(sink, d->note);
      put_string(sink, "\n");
    }
  }
  if (e->errors > errors) put_format(sink, "... and %u more error%s\n", e->errors - errors, e->errors - errors > 1 ? "s" : "");
}

void script_write_diagnostics_json(const ScriptEvaluation *e, const MlSink *sink) {
  put_string(sink, "{\"diagnostics\":[");
  for (size_t i = 0; i < e->diagnostic_count; i++) {
    const ScriptDiagnostic *d = &e->diagnostics[i];
    put_format(sink, "%s{\"severity\":\"%s\",\"file\":", i ? "," : "", severity_name(d->severity));
    script_write_json_string(d->file, sink);
    put_format(sink, ",\"line\":%u,\"column\":%u,\"endColumn\":%u,\"message\":", d->line, d->column, d->end_column);
    script_write_json_string(d->message, sink);
    put_string(sink, ",\"path\":");
    script_write_json_string(d->path, sink);
    put_string(sink, ",\"note\":");
    script_write_json_string(d->note, sink);
    put_format(sink, ",\"count\":%u", d->count);
    if (d->has_fix) {
      put_format(sink, ",\"fix\":{\"line\":%u,\"column\":%u,\"endColumn\":%u,\"text\":", d->fix_line, d->fix_column, d->fix_end_column);
      script_write_json_string(d->fix_text, sink);
      put_string(sink, "}");
    }
    put_string(sink, "}");
  }
  static const char *const limits[] = {NULL, "time", "script memory", "memory", "string", "objects"};
  put_format(sink, "],\"errors\":%u,\"warnings\":%u", e->errors, e->warnings);
  if (e->limit) put_format(sink, ",\"limit\":\"%s\"", limits[e->limit]);
  put_string(sink, "}");
}
