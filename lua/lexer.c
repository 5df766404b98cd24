/* lexer.c - Lua 5.4's tokens (reference manual, section 3.1) over a text in memory. */
#include "lexer.h"

#include <string.h>

#include "text.h"

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

Lexer lexer_start(const char *text, size_t size) {
  Lexer lexer = {text, (uint32_t)size, 0, 1};
  if (size > 0 && text[0] == '#') // a first line for the shell
    while (lexer.at < lexer.size && text[lexer.at] != '\n') lexer.at++;
  return lexer;
}

static char peek(const Lexer *lexer, uint32_t ahead) { return ahead < lexer->size - lexer->at ? lexer->text[lexer->at + ahead] : '\0'; }

/* Skips "[[...]]" or "[=[...]=]" when one begins here; closed tells whether it ends. */
static bool skip_long_bracket(Lexer *lexer, bool *closed) {
  uint32_t level = 0;
  while (peek(lexer, 1 + level) == '=') level++;
  if (peek(lexer, 0) != '[' || peek(lexer, 1 + level) != '[') return false;
  lexer->at += level + 2;
  for (; lexer->at < lexer->size; lexer->at++) {
    if (peek(lexer, 0) == '\n') lexer->line++;
    if (peek(lexer, 0) != ']') continue;
    uint32_t equals = 0;
    while (equals < level && peek(lexer, 1 + equals) == '=') equals++;
    if (equals == level && peek(lexer, 1 + level) == ']') {
      lexer->at += level + 2;
      *closed = true;
      return true;
    }
  }
  *closed = false;
  return true;
}

static void skip_blanks(Lexer *lexer) {
  for (;;) {
    const char c = peek(lexer, 0);
    if (lexer->at >= lexer->size) return;
    if (c == '\n') {
      lexer->line++;
      lexer->at++;
    } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
      lexer->at++;
    } else if (c == '-' && peek(lexer, 1) == '-') {
      bool closed;
      lexer->at += 2;
      if (peek(lexer, 0) == '[' && skip_long_bracket(lexer, &closed)) continue;
      while (lexer->at < lexer->size && peek(lexer, 0) != '\n') lexer->at++;
    } else {
      return;
    }
  }
}

/* A string in quotes; a line's end without a backslash leaves it unclosed. */
static bool skip_string(Lexer *lexer) {
  const char quote = peek(lexer, 0);
  for (lexer->at++; lexer->at < lexer->size; lexer->at++) {
    const char c = peek(lexer, 0);
    if (c == quote) {
      lexer->at++;
      return true;
    }
    if (c == '\n') return false;
    if (c == '\\' && lexer->at + 1 < lexer->size) {
      lexer->at++;
      if (peek(lexer, 0) == '\n') lexer->line++;
    }
  }
  return false;
}

static void skip_number(Lexer *lexer) {
  const bool hex = peek(lexer, 0) == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X');
  for (;; lexer->at++) {
    const char c = peek(lexer, 0);
    const bool exponent = hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E';
    if (exponent && (peek(lexer, 1) == '+' || peek(lexer, 1) == '-')) lexer->at++;
    else if (!is_digit(c) && !is_letter(c) && c != '.') return;
    else if (c == '.' && peek(lexer, 1) == '.') return;
  }
}

Token lexer_next(Lexer *lexer) {
  static const char *const operators[] = {"...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"};
  skip_blanks(lexer);
  Token token = {LEX_END, true, lexer->at, lexer->at, lexer->line};
  if (lexer->at >= lexer->size) return token;
  const char c = peek(lexer, 0);
  if (is_letter(c)) {
    while (is_letter(peek(lexer, 0)) || is_digit(peek(lexer, 0))) lexer->at++;
    token.kind = lexer_is_keyword(lexer->text + token.start, lexer->at - token.start) ? LEX_KEYWORD : LEX_NAME;
  } else if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
    skip_number(lexer);
    token.kind = LEX_NUMBER;
  } else if (c == '"' || c == '\'') {
    token.closed = skip_string(lexer);
    token.kind = LEX_STRING;
  } else if (c == '[' && skip_long_bracket(lexer, &token.closed)) {
    token.kind = LEX_STRING;
  } else if ((unsigned char)c >= 0x80) {
    const size_t length = utf8_length(lexer->text + lexer->at, lexer->size - lexer->at);
    lexer->at += length ? (uint32_t)length : 1;
    token.kind = LEX_UNKNOWN;
  } else {
    uint32_t length = 1;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
      const uint32_t size = (uint32_t)strlen(operators[i]);
      if (size <= lexer->size - lexer->at && memcmp(lexer->text + lexer->at, operators[i], size) == 0) {
        length = size;
        break;
      }
    }
    lexer->at += length;
    token.kind = strchr("+-*/%^#&~|<>=(){}[];:,.", c) && c ? LEX_OPERATOR : LEX_UNKNOWN;
  }
  token.end = lexer->at;
  return token;
}

bool token_is(const char *text, const Token *token, const char *word) {
  const size_t size = strlen(word);
  return token->end - token->start == size && memcmp(text + token->start, word, size) == 0;
}

bool lexer_is_keyword(const char *name, size_t size) {
  static const char *const keywords[] = {"and", "break", "do",  "else", "elseif", "end",    "false",  "for",  "function", "goto",  "if",
                                         "in",  "local", "nil", "not",  "or",     "repeat", "return", "then", "true",     "until", "while"};
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strlen(keywords[i]) == size && memcmp(keywords[i], name, size) == 0) return true;
  return false;
}
