/* syntax_errors.c - the usual slips, told from Lua's message and the tokens around the place.
 *
 * Each rule looks at the token that Lua stumbled over, its neighbours and the bracket it stands in; the first that fits speaks. */
#include "syntax_errors.h"

#include <string.h>

#include "characters.h"

enum { DEPTH = 220, NEAR = 4 };

/* The place of the error and what is around it. */
typedef struct Place {
  Diagnostics *diagnostics;
  const Source *source;
  const char *text, *said; /* the script's; Lua's message without the place */
  Token at;                /* what Lua stumbled over; LEX_END at the end of the text */
  Token before[NEAR];      /* [0] directly before it */
  Token next;
  Token open, before_open; /* innermost open bracket, and the token before it; end == start: none */
  Token item;              /* first token of the bracket's item at hand */
  Token statement;         /* first token of the line of the token before */
} Place;

static bool is(const Place *p, const Token *token, const char *word) { return token->end > token->start && token_is(p->text, token, word); }

/* Walk to the token that begins at or after `offset`. */
static void look_around(Place *p, uint32_t offset) {
  Token stack[DEPTH], heads[DEPTH], items[DEPTH];
  uint32_t depth = 0, line = 0;
  bool fresh = false;
  Lexer lexer = lexer_start(p->text, p->source->size);
  Token token = lexer_next(&lexer);
  for (; token.kind != LEX_END && token.start < offset; token = lexer_next(&lexer)) {
    if (token.line != line) {
      p->statement = token;
      line = token.line;
    }
    if (depth && fresh) items[depth - 1] = token;
    fresh = false;
    const char c = token.kind == LEX_OPERATOR && token.end == token.start + 1 ? p->text[token.start] : 0;
    if (c && strchr("{([", c) && depth < DEPTH) {
      stack[depth] = token;
      heads[depth] = p->before[0];
      items[depth++] = token;
      fresh = true;
    } else if (c && strchr("})]", c) && depth) {
      depth--;
    } else if (c == ',' || c == ';') {
      fresh = true;
    }
    memmove(p->before + 1, p->before, (NEAR - 1) * sizeof *p->before);
    p->before[0] = token;
  }
  p->at = token;
  p->next = lexer_next(&lexer);
  if (depth) {
    p->open = stack[depth - 1];
    p->before_open = heads[depth - 1];
    p->item = fresh ? token : items[depth - 1];
  }
}

/* ------------------------------------------------------------------ reporting */

/* Marks [from, to) of one line; fix replaces it. */
static bool say(const Place *p, uint32_t line, uint32_t from, uint32_t to, const char *fix, const char *message) {
  Report report = {
    .severity = SCRIPT_ERROR, .rule = "syntax", .file = p->source->name, .query = {.line = line}, .no_path = true, .fix = fix};
  const char *newline = memchr(p->text + from, '\n', to - from);
  if (newline) to = (uint32_t)(newline - p->text);
  report.column = source_column(p->source, from);
  report.end_column = report.column + (uint32_t)utf8_count(p->text + from, to - from);
  report.message = store_format(p->diagnostics->store, "%s  (Lua said: %s)", message, p->said);
  diagnostics_report(p->diagnostics, &report);
  return true;
}

static bool say_at(const Place *p, const Token *token, const char *fix, const char *message) {
  return say(p, token->line, token->start, token->end, fix, message);
}

static const char *format_token(const Place *p, const char *format, const Token *token) {
  const int size = token->end - token->start < 40 ? (int)(token->end - token->start) : 40;
  Text text = {.store = p->diagnostics->store};
  const char *hole = strchr(format, '@');
  text_append(&text, format, (size_t)(hole - format));
  text_append(&text, p->text + token->start, (size_t)size);
  text_append(&text, hole + 1, strlen(hole + 1));
  return text_string(&text);
}

/* The text after "near " without its quotes; size 0: none, or the end. */
static const char *near_text(const char *said, size_t *size) {
  const char *found = NULL;
  for (const char *at = strstr(said, "near "); at; at = strstr(at + 1, "near ")) found = at + 5;
  *size = 0;
  if (!found || *found != '\'') return NULL;
  const size_t length = strlen(found);
  if (length < 3) return NULL;
  *size = length - 2;
  return found + 1;
}

/* ---------------------------------------------------------------------- rules */

static bool in_braces(const Place *p) { return is(p, &p->open, "{"); }

static bool ends_value(const Place *p, const Token *token) {
  return token->kind == LEX_NAME || token->kind == LEX_NUMBER || token->kind == LEX_STRING || is(p, token, "}") || is(p, token, ")") ||
         is(p, token, "]") || is(p, token, "true") || is(p, token, "false") || is(p, token, "nil") || is(p, token, "end");
}

/* The number behind `before` in Lua's message; 0: none. */
static uint32_t number_behind(const char *said, const char *before) {
  const char *at = strstr(said, before);
  uint32_t number = 0;
  if (at)
    for (at += strlen(before); *at >= '0' && *at <= '9' && number < 100000000; at++) number = 10 * number + (uint32_t)(*at - '0');
  return number;
}

static bool rule_unfinished(const Place *p) {
  if (strncmp(p->said, "unfinished string", 17) == 0)
    return say_at(p, &p->at, NULL, format_token(p, "this string is not closed: @", &p->at));
  if (strncmp(p->said, "unfinished long", 15) != 0) return false;
  const uint32_t line = number_behind(p->said, "starting at line ");
  const bool comment = strncmp(p->said + 15, " comment", 8) == 0;
  size_t size;
  const char *text = source_line(p->source, line, &size), *open = NULL;
  for (size_t i = 0; text && i + 2 < size && !open; i++) // the last but for what stands inside of it
    if (comment ? strncmp(text + i, "--[", 3) == 0 && strchr("[=", text[i + 3]) : text[i] == '[' && strchr("[=", text[i + 1]))
      open = text + i;
  if (!open) return false;
  const uint32_t from = (uint32_t)(open - p->text);
  return say(p, line, from, from + (comment ? 4 : 2), NULL,
             comment ? "this comment is not closed by ]]: a comment of one line is -- without [[" : "this long string is not closed by ]]");
}

/* Quotes, dashes, spaces of word processors; letters beyond ASCII in names. */
static bool rule_character(const Place *p) {
  if (p->at.kind != LEX_UNKNOWN || (unsigned char)p->text[p->at.start] < 0x80) return false;
  const CharacterAdvice advice = character_advice(p->diagnostics->store, p->text + p->at.start, p->at.end - p->at.start);
  return say_at(p, &p->at, advice.instead, advice.message);
}

/* 1..10, 0x, 90deg */
static bool rule_number(const Place *p) {
  size_t size;
  const char *near = near_text(p->said, &size);
  if (strncmp(p->said, "malformed number", 16) != 0 || !near) return false;
  Token number = p->at;
  number.end = number.start + (uint32_t)size;
  const char *dots = memchr(near, '.', size);
  const bool range = dots && dots[1] == '.' && is(p, &p->statement, "for");
  if (range) {
    Text fix = {.store = p->diagnostics->store};
    const size_t first = (size_t)(dots - near), skip = first + (dots[2] == '.' ? 3 : 2);
    text_format(&fix, "%.*s, %.*s", (int)first, near, (int)(size > skip ? size - skip : 0), near + skip);
    return say_at(p, &number, text_string(&fix),
                  store_format(p->diagnostics->store, "a range is written with a comma: %s", text_string(&fix)));
  }
  if (dots && dots[1] == '.') return say_at(p, &number, NULL, "text is joined by .. with spaces around it");
  return say_at(p, &number, NULL, format_token(p, "'@' is no number: units and separators are left out, as in 90 or 1000", &number));
}

/* for (i = 0; i < 9; i++) { and the like */
static bool rule_foreign_block(const Place *p) {
  const Token *b = &p->before[0];
  if (is(p, &p->at, "(") && is(p, b, "for")) return say_at(p, &p->at, NULL, "a loop that counts is written: for i = 0, 9 do ... end");
  if (!is(p, &p->at, "{")) return false;
  if (strncmp(p->said, "'then' expected", 15) == 0)
    return say_at(p, &p->at, "then", "write 'then' in place of '{', and 'end' in place of its '}'");
  if (strncmp(p->said, "'do' expected", 13) == 0)
    return say_at(p, &p->at, "do", "write 'do' in place of '{', and 'end' in place of its '}'");
  if (is(p, b, ")") || is(p, b, "else") || is(p, b, "do") || is(p, b, "then"))
    return say_at(p, &p->at, "", "a block has no braces: leave the '{' out, and write 'end' in place of its '}'");
  return false;
}

/* x => x + 1, c ? a : b */
static bool rule_foreign_expression(const Place *p) {
  if (is(p, &p->at, "?")) return say_at(p, &p->at, NULL, "Lua has no ? : \xE2\x80\x94 write c and a or b for c ? a : b");
  const bool arrow = is(p, &p->at, "=") && is(p, &p->next, ">") && p->next.start == p->at.end;
  const bool thin = is(p, &p->at, ">") && is(p, &p->before[0], "-") && p->before[0].end == p->at.start;
  if (arrow && in_braces(p) && p->before[0].start == p->item.start && p->before[0].kind == LEX_NAME)
    return say(p, p->at.line, p->at.start, p->next.end, "=", format_token(p, "a field is written with '=': @ = ...", &p->before[0]));
  if (is(p, &p->at, ">") && is(p, &p->before[0], "=") && p->before[0].end == p->at.start && in_braces(p))
    return say(p, p->at.line, p->before[0].start, p->at.end, "=", format_token(p, "a field is written with '=': @ = ...", &p->before[1]));
  if (arrow || thin)
    return say(p, p->at.line, thin ? p->before[0].start : p->at.start, thin ? p->at.end : p->next.end, NULL,
               "Lua has no arrow functions: write function(x) return ... end");
  return false;
}

/* radius: 1 */
static bool rule_colon(const Place *p) {
  const bool value = is(p, &p->before[0], ":") && p->before[1].kind == LEX_NAME;
  if (value && is(p, &p->open, "(") && p->before[1].start == p->item.start && p->before_open.kind == LEX_NAME)
    return say_at(p, &p->open, "{", format_token(p, "fields are written in braces: @{ field = value }", &p->before_open));
  const bool name = p->before[0].kind == LEX_NAME && is(p, &p->before[1], ":") && p->before[2].kind == LEX_NAME &&
                    (is(p, &p->at, ",") || is(p, &p->at, "}"));
  if (!in_braces(p) || !(value || name)) return false;
  const Token *key = value ? &p->before[1] : &p->before[2], *colon = value ? &p->before[0] : &p->before[1];
  if (key->start != p->item.start) return false;
  return say_at(p, colon, " =", format_token(p, "a field is written with '=': @ = ...", key));
}

static bool rule_operators(const Place *p) {
  if (is(p, &p->at, "!") && is(p, &p->next, "=") && p->next.start == p->at.end)
    return say(p, p->at.line, p->at.start, p->next.end, "~=", "'not equal' is written ~=");
  if (is(p, &p->at, "!")) return say_at(p, &p->at, "not ", "'not' is written as a word");
  if (is(p, &p->at, "&") && is(p, &p->before[0], "&"))
    return say(p, p->at.line, p->before[0].start, p->at.end, "and", "'and' is written as a word");
  if (is(p, &p->at, "|") && is(p, &p->before[0], "|"))
    return say(p, p->at.line, p->before[0].start, p->at.end, "or", "'or' is written as a word");
  if (is(p, &p->at, "//") || (is(p, &p->at, "/") && (is(p, &p->next, "*") || is(p, &p->next, "/"))))
    return say_at(p, &p->at, "--", "a comment begins with --");
  const bool change = is(p, &p->at, "+") || is(p, &p->at, "-") || is(p, &p->at, "*") || is(p, &p->at, "/");
  if (change && is(p, &p->next, "=") && p->next.start == p->at.end && p->before[0].kind == LEX_NAME) {
    Text text = {.store = p->diagnostics->store};
    const char op = p->text[p->at.start];
    const int size = (int)(p->before[0].end - p->before[0].start);
    const char *name = p->text + p->before[0].start;
    text_format(&text, "Lua has no %c=: write %.*s = %.*s %c ...", op, size, name, size, name, op);
    return say(p, p->at.line, p->at.start, p->next.end, NULL, text_string(&text));
  }
  const bool again = (is(p, &p->at, "+") && is(p, &p->next, "+")) || (is(p, &p->before[0], "+") && is(p, &p->before[1], "+"));
  if (again) {
    const Token *name = is(p, &p->before[0], "+") ? &p->before[2] : &p->before[0];
    const int size = name->kind == LEX_NAME ? (int)(name->end - name->start) : 1;
    const char *text = name->kind == LEX_NAME ? p->text + name->start : "i";
    return say_at(p, &p->at, NULL, store_format(p->diagnostics->store, "Lua has no ++: write %.*s = %.*s + 1", size, text, size, text));
  }
  return false;
}

/* "a" "b" */
static bool rule_strings(const Place *p) {
  if (p->at.kind != LEX_STRING || p->before[0].kind != LEX_STRING || p->open.end > p->open.start) return false;
  return say_at(p, &p->at, NULL, "text is joined by .. between the pieces");
}

static bool rule_comparison(const Place *p) {
  if (!is(p, &p->at, "=") || !strstr(p->said, "'then' expected")) return false;
  return say_at(p, &p->at, "==", "to compare, write ==");
}

static bool rule_brackets(const Place *p) {
  const Token *b = &p->before[0];
  if (is(p, &p->at, "[") && (is(p, b, "=") || is(p, b, ",") || is(p, b, "{") || is(p, b, "(") || is(p, b, "return")))
    return say_at(p, &p->at, "{", "a list is written in braces: {0, 1, 0}");
  if (is(p, &p->open, "[") && is(p, &p->at, "=")) return say_at(p, &p->open, "{", "fields are written in braces: name{ field = value }");
  if (is(p, &p->open, "(") && is(p, &p->at, ",") &&
      (is(p, &p->before_open, "=") || is(p, &p->before_open, ",") || is(p, &p->before_open, "{")))
    return say_at(p, &p->open, NULL, "a vector is written {0, 1, 0} or vec3(0, 1, 0)");
  if (is(p, &p->open, "(") && is(p, &p->at, "=") && p->before_open.kind == LEX_NAME)
    return say_at(p, &p->open, "{", format_token(p, "fields are written in braces: @{ field = value }", &p->before_open));
  return false;
}

/* var x = 1 */
static bool rule_declaration(const Place *p) {
  static const char *const words[] = {"var", "let", "const", "int", "float", "double", "auto", "def", "func"};
  if (is(p, &p->before[0], "elif") || is(p, &p->before[0], "elsif")) return say_at(p, &p->before[0], "elseif", "write elseif");
  if (p->at.kind != LEX_NAME) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (is(p, &p->before[0], words[i]) && p->before[0].start == p->statement.start) {
      const bool function = i >= 7;
      return say_at(p, &p->before[0], function ? "function" : "local",
                    function ? "a function is declared by 'function'" : "a variable is declared by 'local'");
    }
  return false;
}

static bool rule_keyword_name(const Place *p) {
  if (p->at.kind != LEX_KEYWORD || !is(p, &p->next, "=") || !in_braces(p) || p->item.start != p->at.start) return false;
  return say_at(p, &p->at, NULL, format_token(p, "'@' is a word of the language and cannot be a field's name", &p->at));
}

/* sphere{ center = {0, 1, 0} radius = 1 } */
static bool rule_comma(const Place *p) {
  const bool starts = p->at.kind == LEX_NAME || p->at.kind == LEX_STRING || p->at.kind == LEX_NUMBER || is(p, &p->at, "{") ||
                      is(p, &p->at, "[") || is(p, &p->at, "function") || is(p, &p->at, "true") || is(p, &p->at, "false");
  const bool braces = in_braces(p) && strncmp(p->said, "'}' expected", 12) == 0,
             parens = is(p, &p->open, "(") && strncmp(p->said, "')' expected", 12) == 0;
  if (!(braces || parens) || !starts || !ends_value(p, &p->before[0])) return false;
  const Token *last = &p->before[0];
  Token item = p->item;
  const bool whole = item.start < last->end && item.line == last->line && last->end - item.start <= 40;
  item.end = last->end;
  // A constructor on a line of its own: more likely the bracket was forgotten.
  const bool unclosed =
    braces && p->at.line > last->line && p->at.kind == LEX_NAME && p->diagnostics->is_entry(p->text + p->at.start, p->at.end - p->at.start);
  if (unclosed) return say(p, last->line, last->end, last->end, " }", format_token(p, "missing '}' after \"@\"", whole ? &item : last));
  return say(p, last->line, last->end, last->end, ",", format_token(p, "missing ',' after \"@\"", whole ? &item : last));
}

/* The keyword or bracket of line `line` that Lua says is open; else the line's first token. */
static Token opener(const Place *p, const char *what, size_t size, uint32_t line) {
  Lexer lexer = lexer_start(p->text, p->source->size);
  Token found = {0};
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; token = lexer_next(&lexer))
    if (token.line == line && (found.end == 0 || (token.end - token.start == size && memcmp(p->text + token.start, what, size) == 0)))
      found = token;
  return found;
}

static bool find_else_if(const Place *p, uint32_t line, Token *out) {
  Lexer lexer = lexer_start(p->text, p->source->size);
  Token last = {0};
  for (Token token = lexer_next(&lexer); token.kind != LEX_END; last = token, token = lexer_next(&lexer))
    if (token.line >= line && is(p, &last, "else") && is(p, &token, "if") && last.line == token.line) {
      *out = last;
      out->end = token.end;
      return true;
    }
  return false;
}

/* 'end' expected (to close 'for' at line 3) near <eof> */
static bool rule_unclosed(const Place *p) {
  const char *close = strstr(p->said, "(to close '");
  if (p->at.kind != LEX_END) return false;
  if (!close) {
    if (strncmp(p->said, "'end' expected", 14) == 0) return say_at(p, &p->statement, NULL, "'end' is missing");
    if (p->open.end > p->open.start) return say_at(p, &p->open, NULL, format_token(p, "this '@' is not closed", &p->open));
    return false;
  }
  const char *what = close + 11;
  const size_t size = strcspn(what, "'");
  const uint32_t line = number_behind(what, "line ");
  const bool innermost = p->open.line == line && size == 1 && p->text[p->open.start] == *what;
  const Token open = innermost ? p->open : opener(p, what, size, line);
  Token else_if;
  if (strncmp(p->said, "'end'", 5) == 0 && find_else_if(p, line, &else_if))
    return say_at(p, &else_if, "elseif", "'else if' begins an if that needs an 'end' of its own: write elseif");
  if (strncmp(p->said, "'end'", 5) == 0 || strncmp(p->said, "'until'", 7) == 0)
    return say_at(p, &open, NULL,
                  format_token(p, strncmp(p->said, "'end'", 5) == 0 ? "this '@' has no 'end'" : "this '@' has no 'until'", &open));
  return say_at(p, &open, NULL, format_token(p, "this '@' is not closed", &open));
}

static bool rule_stray(const Place *p) {
  const bool closing = is(p, &p->at, "end") || is(p, &p->at, "}") || is(p, &p->at, ")") || is(p, &p->at, "]");
  if (!closing ||
      (strncmp(p->said, "<eof> expected", 14) != 0 && !(p->open.end == p->open.start && strncmp(p->said, "unexpected symbol", 17) == 0)))
    return false;
  return say_at(p, &p->at, NULL, format_token(p, "this '@' closes nothing", &p->at));
}

static bool rule_missing_word(const Place *p) {
  if (strncmp(p->said, "'then' expected", 15) != 0 && strncmp(p->said, "'do' expected", 13) != 0) return false;
  const bool then = p->said[1] == 't';
  return say(p, p->before[0].line, p->before[0].end, p->before[0].end, then ? " then" : " do",
             !then                       ? "'do' is missing"
             : is(p, &p->before[0], "}") ? "'then' is missing after the condition; a block has no braces, it ends with 'end'"
                                         : "'then' is missing after the condition");
}

/* a - b on a line of its own */
static bool rule_alone(const Place *p) {
  if (strncmp(p->said, "syntax error", 12) != 0 && strncmp(p->said, "unexpected symbol", 17) != 0) return false;
  const bool operator= p->at.kind == LEX_OPERATOR && p->at.end == p->at.start + 1 && strchr("+-*/%^&|~<>", p->text[p->at.start]);
  const bool value = p->before[0].end > p->before[0].start && p->before[0].start == p->statement.start && ends_value(p, &p->before[0]);
  const bool ended = p->open.end == p->open.start &&
                     (p->at.kind == LEX_END || p->at.line > p->before[0].line || p->at.kind == LEX_NAME || p->at.kind == LEX_KEYWORD);
  if (p->open.end > p->open.start || !value || !(operator|| ended)) return false;
  Token line = p->before[0];
  if (operator&& p->next.line == p->at.line) line.end = p->next.end;
  const char sign = operator? p->text[p->at.start] : 0;
  const char *solid = sign == '-' ? "difference" : sign == '|' ? "union" : sign == '&' ? "intersection" : NULL;
  if (solid && p->next.kind == LEX_NAME && p->next.line == p->at.line)
    return say_at(p, &line, NULL,
                  store_format(p->diagnostics->store, "'%.*s' alone does nothing: write %s{ %.*s, %.*s }, or assign it (local x = ...)",
                               (int)(line.end - line.start), p->text + line.start, solid, (int)(p->before[0].end - p->before[0].start),
                               p->text + p->before[0].start, (int)(p->next.end - p->next.start), p->text + p->next.start));
  return say_at(p, &line, NULL, format_token(p, "'@' alone does nothing: assign it (local x = ...) or call it", &line));
}

/* ----------------------------------------------------------------- the message */

/* Is this the token that Lua names? Its own may be shorter than ours (an unfinished string) or longer (a malformed number); a byte that is
 * not ASCII is named as <\\226>. */
static bool is_near(const char *text, const Token *token, const char *near, size_t size) {
  if (near[0] == '<' && near[1] == '\\') return number_behind(near, "<\\") == (unsigned char)text[token->start];
  const size_t length = token->end - token->start < size ? token->end - token->start : size;
  return memcmp(text + token->start, near, length) == 0 && (token->kind == LEX_STRING || token->kind == LEX_NUMBER || length == size);
}

/* Offset of the token that Lua names, on its line. */
static uint32_t find_offset(const Source *source, uint32_t line, const char *said, const char *(*compiles)(void *ud, size_t size),
                            void *ud) {
  size_t size;
  const char *near = near_text(said, &size);
  if (!near) return (uint32_t)source->size;
  Lexer lexer = lexer_start(source->text, source->size);
  uint32_t first = UINT32_MAX, line_start = UINT32_MAX;
  for (Token token = lexer_next(&lexer); token.kind != LEX_END && token.line <= line; token = lexer_next(&lexer)) {
    if (token.line < line) continue;
    if (line_start == UINT32_MAX) line_start = token.start;
    if (!is_near(source->text, &token, near, size)) continue;
    if (first == UINT32_MAX) first = token.start;
    const char *message = compiles(ud, token.end);
    if (message && !strstr(message, "near <eof>")) return token.start;
  }
  return first != UINT32_MAX ? first : line_start != UINT32_MAX ? line_start : (uint32_t)source->size;
}

void syntax_error_report(Diagnostics *d, const Source *source, const char *message, const char *(*compiles)(void *ud, size_t size),
                         void *ud) {
  static bool (*const rules[])(const Place *p) = {
    rule_unfinished, rule_character,    rule_number,   rule_foreign_block, rule_foreign_expression, rule_colon, rule_operators,
    rule_strings,    rule_comparison,   rule_brackets, rule_declaration,   rule_keyword_name,       rule_comma, rule_unclosed,
    rule_stray,      rule_missing_word, rule_alone};
  // "name:12: what"
  uint32_t line = 0;
  const char *said = message;
  for (const char *at = strchr(message, ':'); at; at = strchr(at + 1, ':')) {
    const char *digit = at + 1;
    for (line = 0; *digit >= '0' && *digit <= '9' && line < 100000000; digit++) line = 10 * line + (uint32_t)(*digit - '0');
    if (digit > at + 1 && digit[0] == ':' && digit[1] == ' ') {
      said = digit + 2;
      break;
    }
    line = 0;
  }
  if (said == message) line = 0;
  Place p = {.diagnostics = d, .source = source, .text = source->text, .said = store_copy(d->store, said, strlen(said))};
  if (line) {
    look_around(&p, find_offset(source, line, said, compiles, ud));
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
      if (rules[i](&p)) return;
  }
  Report report = {
    .severity = SCRIPT_ERROR, .rule = "syntax", .file = source->name, .query = {.line = line}, .no_path = true, .message = p.said};
  if (line && p.at.kind != LEX_END && p.at.line == line) {
    report.column = source_column(source, p.at.start);
    report.end_column = report.column + (uint32_t)utf8_count(source->text + p.at.start, p.at.end - p.at.start);
  }
  diagnostics_report(d, &report);
}
