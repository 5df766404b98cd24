/* characters.c - see characters.h. */
#include "characters.h"

#include <string.h>

typedef struct Known {
  const char *characters, *message, *instead;
} Known;

/* Each row: characters that are wrong for the same reason; '@' in the message is the character. */
static const Known known[] = {
  {"\u201C\u201D\u201E\u00AB\u00BB\u2033", "'@' is a typographic quote: strings are written in plain ones, \"gold\"", "\""},
  {"\u2018\u2019\u201A\u2032", "'@' is a typographic quote: strings are written in plain ones, \"gold\"", "'"},
  {"\u2010\u2011\u2012\u2013\u2014\u2212", "'@' is a dash: write the plain minus -", "-"},
  {"\u00D7\u22C5\u00B7\u2217", "'@': times is written *", "*"},
  {"\u00F7\u2215\u2044", "'@': divided by is written /", "/"},
  {"\u00B0", "'@': angles are plain numbers of degrees, write 45", ""},
  {"\u00B2", "'@': the square is written ^2", "^2"},
  {"\u00B3", "'@': the cube is written ^3", "^3"},
  {"\u2264", "'@' is written <=", "<="},
  {"\u2265", "'@' is written >=", ">="},
  {"\u2260", "'@' is written ~=", "~="},
  {"\u2026", "'@' is written as three dots ...", "..."},
  {"\u03C0", "'@' is written math.pi", "math.pi"},
  {"\u221E", "'@' is written math.huge", "math.huge"},
  {"\uFF08", "'@' is a wide bracket: write (", "("},
  {"\uFF09", "'@' is a wide bracket: write )", ")"},
  {"\uFF0C\u3001", "'@' is a wide comma: write ,", ","},
  {"\u00A0\u2002\u2003\u2007\u2009\u202F\u3000", "this space is none that programs know (U+%): write a plain one", " "},
  {"\u200B\u200C\u200D\u2060\uFEFF\u00AD", "an invisible character stands here (U+%): delete it", ""},
};

static uint32_t code_point(const char *text, size_t size) {
  const unsigned char *s = (const unsigned char *)text;
  uint32_t code = size == 2 ? s[0] & 31u : size == 3 ? s[0] & 15u : s[0] & 7u;
  for (size_t i = 1; i < size; i++) code = code << 6 | (s[i] & 63u);
  return code;
}

static void append_code(Text *text, uint32_t code) {
  static const char digits[] = "0123456789ABCDEF";
  for (int shift = code > 0xFFFF ? 20 : 12; shift >= 0; shift -= 4) text_append(text, &digits[code >> shift & 15], 1);
}

/* '@' becomes the character, '%' its number. */
static const char *fill(Store *store, const char *message, const char *character, size_t size, uint32_t code) {
  Text text = {.store = store};
  for (; *message; message++) {
    if (*message == '@') text_append(&text, character, size);
    else if (*message == '%') append_code(&text, code);
    else text_append(&text, message, 1);
  }
  return text_string(&text);
}

CharacterAdvice character_advice(Store *store, const char *text, size_t size) {
  const size_t length = utf8_length(text, size);
  if (length < 2) return (CharacterAdvice){"this byte is no UTF-8: save the script as UTF-8", NULL};
  const uint32_t code = code_point(text, length);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    for (const char *at = known[i].characters; *at; at += utf8_length(at, strlen(at)))
      if (strncmp(at, text, length) == 0) return (CharacterAdvice){fill(store, known[i].message, text, length, code), known[i].instead};
  const bool letter = code < 0x2000 || (code >= 0x3040 && code < 0xE000);
  return (CharacterAdvice){fill(store,
                                letter ? "'@' cannot stand in a name: names are made of a-z, A-Z, 0-9 and _"
                                       : "'@' (U+%) is no part of the language: it can stand in strings and comments only",
                                text, length, code),
                           NULL};
}
