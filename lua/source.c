/* source.c - from a call's line to its field's line and column, by lexing again. */
#include "source.h"

#include <string.h>

/* ---------------------------------------------------------------- brackets */

/* A bracket that is open while walking: whose call it is and which item of it is being read. */
typedef struct Frame {
  Token callee; /* end == start: a plain table or parentheses */
  char open;
  uint32_t blocks; /* function, do, if, repeat that are open inside: what looks like items there is code */
  Token key;       /* of the item at hand; end == start: none */
  uint32_t index;  /* of the item at hand among those without a name, from 1 */
} Frame;

enum { FRAMES = 220 }; /* Lua itself stops at 200 */

static int block_change(const char *text, const Token *token) {
  if (token->kind != LEX_KEYWORD) return 0;
  if (token_is(text, token, "function") || token_is(text, token, "do") || token_is(text, token, "if") || token_is(text, token, "repeat"))
    return 1;
  return token_is(text, token, "end") || token_is(text, token, "until") ? -1 : 0;
}

static bool opens(const char *text, const Token *token) {
  return token->kind == LEX_OPERATOR && strchr("{([", text[token->start]) && token->end == token->start + 1;
}

static bool closes(const char *text, const Token *token) {
  return token->kind == LEX_OPERATOR && strchr("})]", text[token->start]) && token->end == token->start + 1;
}

static bool separates(const char *text, const Token *token) {
  return token->kind == LEX_OPERATOR && (text[token->start] == ',' || text[token->start] == ';');
}

static bool is_assign(const char *text, const Token *token) { return token->kind == LEX_OPERATOR && token_is(text, token, "="); }

/* A token after which a bracket or string is an argument. */
static bool callable(const char *text, const Token *token) {
  return token->kind == LEX_NAME || (token->kind == LEX_STRING && token->end > token->start) || closes(text, token);
}

/* ------------------------------------------------------------ items inside */

typedef struct Item {
  bool found;
  Token key;   /* end == start: none */
  Token first; /* of the value */
  uint32_t end;
} Item;

/* The item `step` of the bracket whose opening token ends at `inside`. */
static Item find_item(const Source *source, uint32_t inside, uint32_t line, const SourceStep *step) {
  const char *text = source->text;
  Lexer lexer = lexer_start(text, source->size);
  lexer.at = inside;
  lexer.line = line;
  uint32_t depth = 0, blocks = 0, index = 0;
  Item item = {0};
  bool fresh = true, wanted = false; // at the start of an item; in the item that is looked for
  for (Token token = lexer_next(&lexer); token.kind != LEX_END; token = lexer_next(&lexer)) {
    if (depth == 0 && blocks == 0) {
      const bool end = closes(text, &token);
      if (end || separates(text, &token)) {
        if (wanted) {
          item.found = item.end > item.first.start;
          return item;
        }
        if (end) return item;
        fresh = true;
        continue;
      }
      if (fresh) {
        fresh = false;
        Lexer ahead = lexer;
        const Token next = lexer_next(&ahead);
        if (token.kind == LEX_NAME && is_assign(text, &next)) {
          wanted = step->index == 0 && token_is(text, &token, step->name);
          lexer = ahead;
          if (wanted) item = (Item){.key = token};
        } else if (token_is(text, &token, "[")) {
          depth++;
          continue;
        } else {
          wanted = ++index == step->index;
          if (wanted) item = (Item){.first = token, .end = token.end};
        }
        if (token.kind == LEX_NAME && is_assign(text, &next)) continue;
      } else if (wanted && item.end == 0) {
        item.first = token;
      }
    }
    const int change = block_change(text, &token);
    if (change < 0 && blocks > 0) blocks--;
    if (change > 0) blocks++;
    if (opens(text, &token)) depth++;
    if (closes(text, &token) && depth > 0) depth--;
    if (wanted) item.end = token.end;
  }
  return item;
}

/* Where the brackets of a value begin: "{...}", "name{...}", "name(...)"; false: it has none. */
static bool value_opens(const Source *source, const Token *first, Token *open) {
  Lexer lexer = lexer_start(source->text, source->size);
  lexer.at = first->start;
  lexer.line = first->line;
  Token token = lexer_next(&lexer);
  if (token.kind == LEX_NAME) token = lexer_next(&lexer);
  *open = token;
  return opens(source->text, &token);
}

static SourceSpan span_of_item(const Item *item) {
  const bool key = item->key.end > item->key.start;
  const Token *start = key ? &item->key : &item->first;
  return (SourceSpan){true, start->start, key ? item->key.end : start->start, item->first.start, item->end, start->line};
}

/* Follow the steps from a call whose arguments begin with the token `open`; false: not even the first is there. */
static bool follow(const Source *source, Token open, const SourceQuery *query, SourceSpan *span) {
  const char *text = source->text;
  if (open.kind == LEX_STRING) { // name "x"
    *span = (SourceSpan){true, open.start, open.start, open.start, open.end, open.line};
    return query->step_count > 0 && query->steps[0].index == 1;
  }
  // name({...}): the fields are one bracket further in.
  if (text[open.start] == '(' && query->step_count > 0 && query->steps[0].index == 0) {
    const Item only = find_item(source, open.end, open.line, &(SourceStep){NULL, 1});
    if (!only.found || !value_opens(source, &only.first, &open)) return false;
  }
  bool found = false;
  for (uint32_t i = 0; i < query->step_count; i++) {
    const Item item = find_item(source, open.end, open.line, &query->steps[i]);
    if (!item.found) break;
    *span = span_of_item(&item);
    found = true;
    if (!value_opens(source, &item.first, &open)) break;
  }
  return found;
}

/* "sphere.material" when the innermost frame's item is a field of a constructor, and so on outwards. */
static void write_prefix(const char *text, const Frame *frames, uint32_t count, bool (*is_entry)(const char *name, size_t size),
                         Text *prefix) {
  uint32_t first = count;
  while (first > 0) {
    const Frame *frame = &frames[first - 1];
    if (frame->blocks > 0 || frame->key.end == frame->key.start || frame->callee.end == frame->callee.start) break;
    if (!is_entry(text + frame->callee.start, frame->callee.end - frame->callee.start)) break;
    first--;
  }
  for (uint32_t i = first; i < count; i++) {
    const Token name = i == first ? frames[i].callee : frames[i].key;
    text_append(prefix, text + name.start, name.end - name.start);
    if (i == first) text_format(prefix, ".%.*s", (int)(frames[i].key.end - frames[i].key.start), text + frames[i].key.start);
    if (i + 1 < count) text_append(prefix, ".", 1);
  }
}

SourceSpan source_find(const Source *source, const SourceQuery *query, bool (*is_entry)(const char *name, size_t size), Text *prefix) {
  const char *text = source->text;
  Frame frames[FRAMES];
  uint32_t depth = 0;
  Token last = {0};
  bool fresh = true; // at the start of an item
  SourceSpan call = {0};
  Lexer lexer = lexer_start(text, source->size);
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= query->line; last = token, token = lexer_next(&lexer)) {
    Frame *top = depth ? &frames[depth - 1] : NULL;
    const bool items = top && top->blocks == 0 && top->open != '[';
    const bool called = callable(text, &last) && last.end > last.start;
    const bool open = opens(text, &token) && text[token.start] != '[';

    // Is this the call that is looked for?
    if ((open || token.kind == LEX_STRING) && called && last.kind == LEX_NAME && token.line == query->line &&
        token_is(text, &last, query->callee)) {
      SourceSpan span = {0};
      const bool here = follow(source, token, query, &span);
      if (here || !call.found) {
        if (prefix) {
          prefix->size = 0;
          if (depth) write_prefix(text, frames, depth, is_entry, prefix);
        }
        call = here ? span : (SourceSpan){true, last.start, last.start, last.start, last.end, last.line};
      }
      if (here || query->step_count == 0) return call;
    }

    // Keep account of brackets and items.
    if (items && fresh && token.kind == LEX_NAME) {
      Lexer ahead = lexer;
      const Token next = lexer_next(&ahead);
      top->key = top->open == '{' && is_assign(text, &next) ? token : (Token){0};
    } else if (items && fresh) {
      top->key = (Token){0};
    }
    fresh = false;
    const int change = block_change(text, &token);
    if (top && change > 0) top->blocks++;
    if (top && change < 0 && top->blocks > 0) top->blocks--;
    if (opens(text, &token)) {
      if (depth == FRAMES) break;
      // sphere({...}): the table takes the call's name.
      const bool inner = items && top->open == '(' && last.end == token.start && text[last.start] == '(';
      const Token none = {0};
      frames[depth++] = (Frame){inner ? top->callee : called && last.kind == LEX_NAME ? last : none, text[token.start], 0, none, 1};
      fresh = true;
    } else if (closes(text, &token)) {
      if (depth) depth--;
    } else if (items && separates(text, &token)) {
      fresh = true;
    }
  }
  return call;
}

SourceSpan source_find_name(const Source *source, uint32_t line, const char *name) {
  Lexer lexer = lexer_start(source->text, source->size);
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; token = lexer_next(&lexer))
    if (token.line == line && token_is(source->text, &token, name))
      return (SourceSpan){true, token.start, token.start, token.start, token.end, token.line};
  return (SourceSpan){0};
}

/* ------------------------------------------------------------------- lines */

const char *source_line(const Source *source, uint32_t line, size_t *size) {
  const char *at = source->text, *end = at + source->size;
  for (uint32_t i = 1; at && i < line; i++) {
    at = memchr(at, '\n', (size_t)(end - at));
    if (at) at++;
  }
  if (!at || line == 0) return NULL;
  const char *stop = memchr(at, '\n', (size_t)(end - at));
  if (!stop) {
    if (at == end) return NULL;
    stop = end;
  }
  if (stop > at && stop[-1] == '\r') stop--;
  *size = (size_t)(stop - at);
  return at;
}

uint32_t source_column(const Source *source, uint32_t at) {
  uint32_t start = at;
  while (start > 0 && source->text[start - 1] != '\n') start--;
  return (uint32_t)utf8_count(source->text + start, at - start) + 1;
}

enum { EXCERPT_WIDTH = 110, EXCERPT_BEFORE = 60 }; /* characters shown of a long line, and before the place in it */

/* Characters [from, from + EXCERPT_WIDTH) of a line; what is not printable becomes one character wide. */
static void write_line(const char *text, size_t size, uint32_t from, Text *out) {
  uint32_t column = 0;
  if (from > 0) text_append(out, "\xE2\x80\xA6", 3);
  for (size_t at = 0; at < size; column++) {
    const size_t length = utf8_length(text + at, size - at);
    const unsigned char c = (unsigned char)text[at];
    const bool control = length == 1 ? c < 0x20 || c == 0x7F : length == 2 && c == 0xC2 && (unsigned char)text[at + 1] < 0xA0;
    if (column >= from + EXCERPT_WIDTH) {
      text_append(out, "\xE2\x80\xA6", 3);
      break;
    }
    if (column >= from) {
      if (c == '\t') text_append(out, " ", 1);
      else if (length == 0 || control) text_append(out, "?", 1);
      else text_append(out, text + at, length);
    }
    at += length ? length : 1;
  }
  text_append(out, "\n", 1);
}

static void write_margin(const char *marker, uint32_t line, uint32_t width, Text *out) {
  const MlSink sink = text_sink(out);
  uint32_t digits = 0;
  for (uint32_t rest = line; rest; rest /= 10) digits++;
  put_string(&sink, marker);
  put_spaces(&sink, width - digits);
  if (line) put_format(&sink, "%u", line);
  put_string(&sink, " |");
}

void source_excerpt(const Source *source, uint32_t line, uint32_t column, uint32_t end_column, Text *out) {
  size_t size = 0, before_size = 0;
  const char *text = source_line(source, line, &size);
  if (!text) return;
  uint32_t width = 0;
  for (uint32_t rest = line; rest; rest /= 10) width++;
  const uint32_t from = column > EXCERPT_WIDTH ? column - EXCERPT_BEFORE : 0;
  const char *before = source_line(source, line - 1, &before_size);
  if (before) {
    write_margin("   ", line - 1, width, out);
    if (before_size) text_append(out, " ", 1);
    write_line(before, before_size, from, out);
  }
  write_margin(" > ", line, width, out);
  text_append(out, " ", 1);
  write_line(text, size, from, out);
  if (!column) return;
  write_margin("   ", 0, width, out);
  const MlSink sink = text_sink(out);
  put_spaces(&sink, column - from + (from > 0));
  uint32_t end = end_column > column ? end_column : column + 1;
  if (end > from + EXCERPT_WIDTH + 1) end = from + EXCERPT_WIDTH + 1;
  put_string(&sink, "^");
  for (uint32_t i = column + 1; i < end; i++) put_string(&sink, "~");
  put_string(&sink, "\n");
}
