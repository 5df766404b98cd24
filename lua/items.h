/* items.h - the items of a table or of arguments in a text: what stands between two brackets, divided at its commas. Only lexing; linear. */
#ifndef MOONLIT_LUA_ITEMS_H
#define MOONLIT_LUA_ITEMS_H

#include "lexer.h"

typedef struct Item {
  Token key;           /* "name" of "name = value"; end == start: none */
  bool computed;       /* "[key] = value": the value's tokens are then all of it */
  uint32_t index;      /* among the items without a key, from 1; 0: it has one */
  Token first, second; /* of the value; end == start: none */
  uint32_t end;        /* of the value */
  uint32_t tokens;     /* of the value; 0: an empty item */
  bool whole;          /* the value is one pair of brackets */
} Item;

typedef struct Items {
  Lexer lexer;
  uint32_t index;
  bool done;
} Items;

/* The items behind the opening bracket `open` of a text. */
Items items_start(const char *text, size_t size, const Token *open);
/* false: there are no more. */
bool items_next(Items *items, Item *item);

bool token_opens(const char *text, const Token *token);     /* one of {([ */
bool token_closes(const char *text, const Token *token);    /* one of })] */
bool token_separates(const char *text, const Token *token); /* , or ; */
/* 1: begins a block that an end or until closes; -1: closes one. Between the two, commas divide no items. */
int token_block(const char *text, const Token *token);

#endif
