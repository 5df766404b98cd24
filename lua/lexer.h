/* lexer.h - Lua's tokens, for messages only: where fields stand, what was probably meant. Never fails; ill-formed text yields
 * LEX_UNKNOWN or an unclosed string. */
#ifndef MOONLIT_LUA_LEXER_H
#define MOONLIT_LUA_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum LexKind { LEX_END, LEX_NAME, LEX_KEYWORD, LEX_NUMBER, LEX_STRING, LEX_OPERATOR, LEX_UNKNOWN /* one character */ } LexKind;

typedef struct Token {
  LexKind kind;
  bool closed;         /* strings: the closing quote is there */
  uint32_t start, end; /* bytes of the text, end exclusive */
  uint32_t line;       /* of its first byte, from 1 */
} Token;

typedef struct Lexer {
  const char *text;
  uint32_t size, at, line;
} Lexer;

Lexer lexer_start(const char *text, size_t size);
Token lexer_next(Lexer *lexer); /* comments and white space are skipped */
/* The token's text equals `word`. */
bool token_is(const char *text, const Token *token, const char *word);
bool lexer_is_keyword(const char *name, size_t size);

#endif
