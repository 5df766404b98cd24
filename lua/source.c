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
} Frame;

enum { FRAMES = 220 }; /* Lua itself stops at 200 */

static bool is_assign(const char *text, const Token *token) { return token->kind == LEX_OPERATOR && token_is(text, token, "="); }

/* A token after which a bracket or string is an argument. */
static bool callable(const char *text, const Token *token) {
  return token->kind == LEX_NAME || (token->kind == LEX_STRING && token->end > token->start) || token_closes(text, token);
}

/* ------------------------------------------------------------ items inside */

/* The item `step` of the bracket that `open` opens; false: it is not there. */
static bool find_item(const Source *source, const Token *open, const SourceStep *step, Item *item) {
  Items items = items_start(source->text, source->size, open);
  while (items_next(&items, item)) {
    if (!item->tokens) continue;
    if (step->index ? item->index == step->index : item->key.end > item->key.start && token_is(source->text, &item->key, step->name))
      return true;
  }
  return false;
}

/* Where the brackets of a value begin: "{...}", "name{...}", "name(...)"; false: it has none. */
static bool value_opens(const Source *source, const Item *item, Token *open) {
  *open = item->first.kind == LEX_NAME ? item->second : item->first;
  return open->end > open->start && token_opens(source->text, open);
}

static SourceSpan span_of_item(const Item *item) {
  const bool key = item->key.end > item->key.start;
  const Token *start = key ? &item->key : &item->first;
  return (SourceSpan){true, start->start, key ? item->key.end : start->start, item->first.start, item->end, start->line};
}

/* Follow the steps from a call whose arguments begin with the token `open`; false: not even the first is there. */
static bool follow(const Source *source, Token open, const SourceQuery *query, SourceSpan *span) {
  const char *text = source->text;
  Item item;
  if (open.kind == LEX_STRING) { // name "x"
    *span = (SourceSpan){true, open.start, open.start, open.start, open.end, open.line};
    return query->step_count > 0 && query->steps[0].index == 1;
  }
  // name({...}) and name(base, {...}): the fields are one bracket further in.
  if (text[open.start] == '(' && query->step_count > 0 && query->steps[0].index == 0) {
    const bool second = find_item(source, &open, &(SourceStep){NULL, 2}, &item) && token_is(text, &item.first, "{");
    if (!second && !find_item(source, &open, &(SourceStep){NULL, 1}, &item)) return false;
    if (!value_opens(source, &item, &open)) return false;
  }
  bool found = false;
  for (uint32_t i = 0; i < query->step_count; i++) {
    if (!find_item(source, &open, &query->steps[i], &item)) break;
    *span = span_of_item(&item);
    found = true;
    if (!value_opens(source, &item, &open)) break;
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

/* A call on the line that is looked for. */
typedef struct Call {
  Token name, open; /* open: of its arguments, a bracket or a string */
  bool reaches;     /* the field is written in it */
  SourceSpan span;
} Call;

enum { CALLS = 64 };

/* Collects the calls of the query's name on its line; with calls == NULL writes the prefix of the one whose arguments open at `chosen`. */
static uint32_t walk(const Source *source, const SourceQuery *query, Call *calls, uint32_t chosen,
                     bool (*is_entry)(const char *name, size_t size), Text *prefix) {
  const char *text = source->text;
  Frame frames[FRAMES];
  uint32_t depth = 0, count = 0;
  Token last = {0};
  bool fresh = true; // at the start of an item
  Lexer lexer = lexer_start(text, source->size);
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= query->line; last = token, token = lexer_next(&lexer)) {
    Frame *top = depth ? &frames[depth - 1] : NULL;
    const bool items = top && top->blocks == 0 && top->open != '[';
    const bool called = callable(text, &last) && last.end > last.start;
    const bool open = token_opens(text, &token) && text[token.start] != '[';

    if ((open || token.kind == LEX_STRING) && called && last.kind == LEX_NAME && token.line == query->line &&
        token_is(text, &last, query->callee)) {
      if (calls && count < CALLS) calls[count++] = (Call){.name = last, .open = token};
      if (!calls && token.start == chosen) {
        if (depth) write_prefix(text, frames, depth, is_entry, prefix);
        return 0;
      }
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
    const int change = token_block(text, &token);
    if (top && change > 0) top->blocks++;
    if (top && change < 0 && top->blocks > 0) top->blocks--;
    if (token_opens(text, &token)) {
      if (depth == FRAMES) break;
      // sphere({...}): the table takes the call's name.
      const bool inner = items && top->open == '(' && last.end == token.start && text[last.start] == '(';
      const Token none = {0};
      frames[depth++] = (Frame){inner ? top->callee : called && last.kind == LEX_NAME ? last : none, text[token.start], 0, none};
      fresh = true;
    } else if (token_closes(text, &token)) {
      if (depth) depth--;
    } else if (items && token_separates(text, &token)) {
      fresh = true;
    }
  }
  return count;
}

/* Leaves those calls for which `keep` is set, unless that would be none. */
static uint32_t keep_calls(Call *calls, uint32_t count, const bool *keep) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++)
    if (keep[i]) calls[kept++] = calls[i];
  return kept ? kept : count;
}

/* The calls on the line that can be meant: where several reach the field, those that agree with the arguments. Returns how many. */
static uint32_t find_calls(const Source *source, const SourceQuery *query, Call calls[CALLS]) {
  bool keep[CALLS];
  uint32_t count = walk(source, query, calls, 0, NULL, NULL);
  for (uint32_t i = 0; i < count; i++) keep[i] = calls[i].reaches = follow(source, calls[i].open, query, &calls[i].span);
  count = keep_calls(calls, count, keep);
  if (count < 2 || !query->fits) return count;
  for (uint32_t i = 0; i < count; i++) keep[i] = query->fits(query->fits_ud, source, &calls[i].open);
  return keep_calls(calls, count, keep);
}

SourceSpan source_find(const Source *source, const SourceQuery *query, bool (*is_entry)(const char *name, size_t size), Text *prefix) {
  Call calls[CALLS];
  const uint32_t count = find_calls(source, query, calls);
  if (count == 0) return (SourceSpan){0};
  const Token *name = &calls[0].name;
  if (count > 1 && query->fits) { // any of them: from the first to the end of the line
    SourceSpan span = {true, name->start, name->start, name->start, name->end, name->line};
    Lexer lexer = lexer_start(source->text, source->size);
    lexer.at = name->start;
    lexer.line = name->line;
    for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line == name->line; token = lexer_next(&lexer))
      span.end = token.end;
    return span;
  }
  if (prefix) walk(source, query, NULL, calls[0].open.start, is_entry, prefix);
  return calls[0].reaches ? calls[0].span : (SourceSpan){true, name->start, name->start, name->start, name->end, name->line};
}

SourceSpan source_find_decimal_comma(const Source *source, const SourceQuery *query) {
  Call calls[CALLS];
  const uint32_t count = find_calls(source, query, calls);
  for (uint32_t i = 0; i < count; i++) {
    if (calls[i].open.kind == LEX_STRING) continue;
    Items items = items_start(source->text, source->size, &calls[i].open);
    Item item;
    Token whole = {0}; // the number of the item before, when that has a name
    while (items_next(&items, &item)) {
      const bool number = item.tokens == 1 && item.first.kind == LEX_NUMBER;
      if (number && item.index && whole.end && item.first.start == whole.end + 1)
        return (SourceSpan){true, whole.start, whole.start, whole.start, item.end, whole.line};
      whole = number && !item.index ? item.first : (Token){0};
    }
  }
  return (SourceSpan){0};
}

bool source_calls_method(const Source *source, uint32_t line, const char *name) {
  Lexer lexer = lexer_start(source->text, source->size);
  Token last = {0};
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; last = token, token = lexer_next(&lexer))
    if (token.line == line && token_is(source->text, &token, name) && token_is(source->text, &last, ":")) return true;
  return false;
}

/* How well `token` serves as the use `use` of a name; last and next are its neighbours. */
static int use_rank(const char *text, const Token *last, const Token *next, SourceUse use) {
  const bool member = token_is(text, last, ".") || token_is(text, last, ":"), given = is_assign(text, next);
  const bool called = next->kind == LEX_STRING || token_is(text, next, "(") || token_is(text, next, "{");
  const bool indexed = token_is(text, next, ".") || token_is(text, next, "[") || token_is(text, next, ":");
  const bool declared = token_is(text, last, "local") || token_is(text, last, "function") || token_is(text, last, "for");
  int rank = declared || given ? 0 : 2;
  if (member == (use.member != 0)) rank += 1;
  if (use.kind == SOURCE_CALLED ? called : use.kind == SOURCE_INDEXED ? indexed : !called && !indexed) rank += 4;
  return rank;
}

SourceSpan source_find_name(const Source *source, uint32_t line, const char *name, SourceUse use) {
  const char *text = source->text;
  SourceSpan found = {0};
  int best = -1;
  Lexer lexer = lexer_start(text, source->size);
  Token last = {0};
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; last = token, token = lexer_next(&lexer)) {
    if (token.line != line || !token_is(text, &token, name)) continue;
    Lexer ahead = lexer;
    const Token next = lexer_next(&ahead);
    const int rank = use_rank(text, &last, &next, use);
    if (rank <= best) continue;
    best = rank;
    found = (SourceSpan){true, token.start, token.start, token.start, token.end, token.line};
  }
  return found;
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
