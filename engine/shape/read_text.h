/* read_text.h - lines and words of model files in text. */
#ifndef ML_SHAPE_READ_TEXT_H
#define ML_SHAPE_READ_TEXT_H

#include <string.h>

#include "base/number.h"
#include "shape/model.h"

/* Lines end in \n, \r\n or \r; they count from 1. */
typedef struct TextScan {
  const char *at, *end; /* within a line, and of the file */
  uint64_t line;        /* of `at` */
} TextScan;

static inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }
static inline bool is_line_end(char c) { return c == '\n' || c == '\r'; }

static inline void text_skip_blanks(TextScan *scan) {
  while (scan->at < scan->end && is_blank(*scan->at)) scan->at++;
}
/* Over the rest of the line and its end; false: the file ends here. */
static inline bool text_next_line(TextScan *scan) {
  while (scan->at < scan->end && !is_line_end(*scan->at)) scan->at++;
  if (scan->at == scan->end) return false;
  if (*scan->at == '\r' && scan->at + 1 < scan->end && scan->at[1] == '\n') scan->at++;
  scan->at++;
  scan->line++;
  return scan->at < scan->end;
}

typedef struct TextWord {
  const char *text;
  size_t length; /* 0: the line has no more */
} TextWord;

static inline TextWord text_word(TextScan *scan) {
  text_skip_blanks(scan);
  const char *from = scan->at;
  while (scan->at < scan->end && !is_blank(*scan->at) && !is_line_end(*scan->at)) scan->at++;
  return (TextWord){from, (size_t)(scan->at - from)};
}
static inline bool word_is(TextWord word, const char *text) {
  return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}
/* The rest of the line, without blanks around it. */
static inline TextWord text_rest(TextScan *scan) {
  text_skip_blanks(scan);
  const char *from = scan->at;
  while (scan->at < scan->end && !is_line_end(*scan->at)) scan->at++;
  const char *to = scan->at;
  while (to > from && is_blank(to[-1])) to--;
  return (TextWord){from, (size_t)(to - from)};
}

/* A number up to a blank or the line's end; false: the next word is none, or there is no next. `at` moves over it only on success. */
static inline bool text_number(TextScan *scan, double *out) {
  text_skip_blanks(scan);
  const char *after = number_scan(scan->at, scan->end, out);
  if (after == scan->at || (after < scan->end && !is_blank(*after) && !is_line_end(*after))) return false;
  scan->at = after;
  return true;
}

/* What messages show of a word. */
#define WORD_SHOWN(word) (int)((word).length < 40 ? (word).length : 40), (word).text

/* The coordinate as float: finite and not beyond MODEL_MAX_COORDINATE, or false. */
static inline bool model_coordinate(double x, float *out) {
  if (!(x >= -(double)MODEL_MAX_COORDINATE && x <= (double)MODEL_MAX_COORDINATE)) return false;
  *out = (float)x;
  return true;
}

#endif
