/* characters.h - characters that are no part of the language but get into scripts from word processors and web pages. */
#ifndef MOONLIT_LUA_CHARACTERS_H
#define MOONLIT_LUA_CHARACTERS_H

#include "text.h"

typedef struct CharacterAdvice {
  const char *message;
  const char *instead; /* what to write; NULL: unknown */
} CharacterAdvice;

/* About the character text[0..size), which is not ASCII and stands outside of strings and comments. */
CharacterAdvice character_advice(Store *store, const char *text, size_t size);

#endif
