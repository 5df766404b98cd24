/* weld.h - points that lie at the same place found, exactly: equal coordinates, 0 and -0 alike. */
#ifndef ML_SHAPE_WELD_H
#define ML_SHAPE_WELD_H

#include "base/array.h"
#include "base/cancel.h"

/* A table of places, by open addressing; grows as they are put in. */
typedef struct Weld {
  Memory *memory;
  uint32_t *slots; /* number of a place + 1, 0: free */
  uint64_t slot_count;
} Weld;

/* Room for about so many places; false: memory is out. */
bool weld_begin(Weld *weld, Memory *memory, uint64_t places);
void weld_free(Weld *weld);
/* The number of the place p among places[0 .. *count - 1], to which it is added (with 0 for -0) if it is new. UINT32_MAX: memory is out. There is
 * room for one more in `places`, and at most 2^32 - 2 of them. */
uint32_t weld_find(Weld *weld, float *places, uint64_t *count, const float p[3]);

#endif
