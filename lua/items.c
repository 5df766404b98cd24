/* items.c - see items.h. */
#include "items.h"

#include <string.h>

int token_block(const char *text, const Token *token) {
  if (token->kind != LEX_KEYWORD) return 0;
  if (token_is(text, token, "function") || token_is(text, token, "do") || token_is(text, token, "if") || token_is(text, token, "repeat"))
    return 1;
  return token_is(text, token, "end") || token_is(text, token, "until") ? -1 : 0;
}

static bool is_one_of(const char *text, const Token *token, const char *characters) {
  return token->kind == LEX_OPERATOR && token->end == token->start + 1 && strchr(characters, text[token->start]);
}

bool token_opens(const char *text, const Token *token) { return is_one_of(text, token, "{(["); }
bool token_closes(const char *text, const Token *token) { return is_one_of(text, token, "})]"); }
bool token_separates(const char *text, const Token *token) { return is_one_of(text, token, ",;"); }

Items items_start(const char *text, size_t size, const Token *open) {
  Items items = {.lexer = lexer_start(text, size)};
  items.lexer.at = open->end;
  items.lexer.line = open->line;
  return items;
}

bool items_next(Items *items, Item *item) {
  *item = (Item){0};
  if (items->done) return false;
  const char *text = items->lexer.text;
  uint32_t depth = 0, blocks = 0, closed = 0; // closed: end of the bracket that the value begins with
  Token token = lexer_next(&items->lexer);
  if (token.kind == LEX_NAME) {
    Lexer ahead = items->lexer;
    const Token next = lexer_next(&ahead);
    if (token_is(text, &next, "=")) {
      item->key = token;
      items->lexer = ahead;
      token = lexer_next(&items->lexer);
    }
  }
  item->computed = token_is(text, &token, "[") && token.kind == LEX_OPERATOR;
  for (; token.kind != LEX_END; token = lexer_next(&items->lexer)) {
    const bool ends = depth == 0 && blocks == 0 && token_closes(text, &token);
    if (ends || (depth == 0 && blocks == 0 && token_separates(text, &token))) {
      items->done = ends;
      break;
    }
    item->tokens++;
    if (item->tokens == 1) item->first = token;
    if (item->tokens == 2) item->second = token;
    const int change = token_block(text, &token);
    if (change > 0) blocks++;
    if (change < 0 && blocks > 0) blocks--;
    if (token_opens(text, &token)) depth++;
    if (token_closes(text, &token) && depth > 0 && --depth == 0 && !closed) closed = token.end;
    item->end = token.end;
  }
  items->done = items->done || token.kind == LEX_END;
  item->whole = closed == item->end && item->tokens > 1 && token_opens(text, &item->first);
  if (item->key.end == item->key.start && !item->computed && item->tokens) item->index = ++items->index;
  return item->tokens > 0 || !items->done;
}
