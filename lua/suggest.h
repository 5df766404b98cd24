/* suggest.h - "did you mean": the nearest of several names. */
#ifndef MOONLIT_LUA_SUGGEST_H
#define MOONLIT_LUA_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Suggestion {
  const char *wanted;
  const char *best; /* NULL: none is near enough */
  size_t distance;
} Suggestion;

/* Optimal string alignment distance (Damerau-Levenshtein without overlaps), letters without regard to case; limit + 1 when it exceeds limit. */
size_t suggest_distance(const char *a, const char *b, size_t limit);
Suggestion suggest_start(const char *wanted);
/* Keeps `candidate` (by reference) if it is nearer than the best so far; equally near ones go by the alphabet. */
void suggest_try(Suggestion *suggestion, const char *candidate);
/* `word` is one of a list "pos,position,origin". */
bool suggest_in_list(const char *list, const char *word);

#endif
