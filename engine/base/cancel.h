/* cancel.h - long work that can be called off: it counts the bytes it touches and asks the host about every half megabyte, some tenths of
 * a millisecond of anything that is done per byte here.
 *
 * It may tell the host how far it is, too: parts of it are given their shares of the whole, and tell of their own.
 *
 * One thread. Once cancelled, a Work stays so: loops may end on work_goes_on() and ask work_status() behind them. A NULL Work goes on for
 * ever. */
#ifndef ML_BASE_CANCEL_H
#define ML_BASE_CANCEL_H

#include "base/hash.h"
#include "moonlit.h"

enum { WORK_PIECE = 1 << 19 }; /* bytes between two polls */

/* From where to where a part of the work takes the whole, 0..1. */
typedef struct WorkPart {
  double from, to;
} WorkPart;

typedef struct Work {
  const MlCancel *cancel; /* may be NULL */
  uint64_t touched;       /* bytes since the last poll; stays above WORK_PIECE once cancelled */
  bool cancelled;
  WorkPart part; /* what is at work; all zero tells nothing */
  double told;
} Work;

bool work_poll_(Work *work);

/* Count what is about to be touched, or of dearer work as many bytes as could be touched meanwhile; false: cancelled. */
static inline bool work_goes_on(Work *work, uint64_t bytes) {
  if (work == NULL) return true;
  work->touched += bytes;
  return work->touched < WORK_PIECE || work_poll_(work);
}
/* What follows is `from` to `to` (0..1) of the present part, until that is given back by work_part_ends. */
WorkPart work_part_begins(Work *work, double from, double to);
static inline void work_part_ends(Work *work, WorkPart before) {
  if (work != NULL) work->part = before;
}
/* So much of the present part is done, 0..1. */
void work_tell(Work *work, double done);

/* ML_OK, or ML_ERROR_CANCELLED as the error. */
MlStatus work_status(const Work *work, MlError *error);

/* memcpy, memset to 0 and hash_add in pieces; false: cancelled, the rest is left undone. */
bool work_copy(Work *work, void *to, const void *from, uint64_t bytes);
bool work_zero(Work *work, void *to, uint64_t bytes);
bool work_hash(Work *work, HashStream *stream, const void *bytes, uint64_t count);

#endif
