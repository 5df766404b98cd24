/* sort.c - bottom-up merge sort. Stable, so the outcome is fixed by `less` and the order of the items alone. */
#include "base/sort.h"

#include <string.h>

/* Merge the sorted runs [0, middle) and [middle, count) of `from` into `to`. */
static void merge(const char *from, size_t middle, size_t count, size_t size, char *to, bool (*less)(const void *, const void *, void *),
                  void *ud) {
  size_t left = 0, right = middle;
  for (size_t i = 0; i < count; i++) {
    // The left run wins ties: that is what makes it stable
    bool take_right = left == middle || (right < count && less(from + right * size, from + left * size, ud));
    memcpy(to + i * size, from + (take_right ? right++ : left++) * size, size);
  }
}

void sort_stable(void *items, size_t count, size_t size, void *scratch, bool (*less)(const void *a, const void *b, void *ud), void *ud) {
  char *from = items, *to = scratch;
  for (size_t run = 1; run < count;) {
    size_t pair = run > count / 2 ? count : 2 * run; /* 2 run may overflow */
    for (size_t start = 0; start < count; start += pair) {
      size_t rest = count - start;
      size_t length = rest < pair ? rest : pair;
      merge(from + start * size, run < length ? run : length, length, size, to + start * size, less, ud);
    }
    char *swap = from;
    from = to, to = swap;
    run = pair;
  }
  if (from != items && count != 0) memcpy(items, from, count * size);
}
