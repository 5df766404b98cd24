/* suggest.c - edit distance between short names (Damerau 1964, in the form of optimal string alignment). */
#include "suggest.h"

#include <string.h>

enum { NAME_MAX_LENGTH = 48 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

size_t suggest_distance(const char *a, const char *b, size_t limit) {
  const size_t m = strlen(a), n = strlen(b);
  if (m > NAME_MAX_LENGTH || n > NAME_MAX_LENGTH || m > n + limit || n > m + limit) return limit + 1;
  size_t rows[3][NAME_MAX_LENGTH + 1];
  for (size_t j = 0; j <= n; j++) rows[0][j] = j;
  for (size_t i = 1; i <= m; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= n; j++) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      size_t best = above[j - 1] + !same;
      if (above[j] + 1 < best) best = above[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]) && above2[j - 2] + 1 < best)
        best = above2[j - 2] + 1;
      row[j] = best;
    }
  }
  const size_t distance = rows[m % 3][n];
  return distance <= limit ? distance : limit + 1;
}

Suggestion suggest_start(const char *wanted) {
  const size_t third = strlen(wanted) / 3;
  return (Suggestion){wanted, NULL, (third > 1 ? third : 1) + 1};
}

void suggest_try(Suggestion *s, const char *candidate) {
  // One letter says nothing about what was meant by another.
  if (strlen(s->wanted) < 2 && strlen(candidate) < 2) return;
  const size_t distance = suggest_distance(s->wanted, candidate, s->distance);
  if (distance < s->distance || (distance == s->distance && s->best && strcmp(candidate, s->best) < 0)) {
    s->best = candidate;
    s->distance = distance;
  }
}

bool suggest_in_list(const char *list, const char *word) {
  const size_t size = strlen(word);
  for (const char *at = list; at && *at;) {
    const size_t length = strcspn(at, ",");
    if (length == size && memcmp(at, word, size) == 0) return true;
    at += length + (at[length] == ',');
  }
  return false;
}
