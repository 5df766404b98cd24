/* sort.h - sorts with a fixed outcome on every platform (never libc's qsort). */
#ifndef ML_BASE_SORT_H
#define ML_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stable merge sort of `count` items of `size` bytes; scratch holds as many bytes as the items. less(a, b, ud). */
void sort_stable(void *items, size_t count, size_t size, void *scratch, bool (*less)(const void *a, const void *b, void *ud), void *ud);

#endif
