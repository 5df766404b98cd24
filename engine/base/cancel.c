/* cancel.c - see cancel.h. */
#include "base/cancel.h"

#include <string.h>

#include "base/error.h"

bool work_poll_(Work *work) {
  const MlCancel *cancel = work->cancel;
  if (!work->cancelled && cancel != NULL && cancel->poll != NULL) work->cancelled = cancel->poll(cancel->ud);
  if (!work->cancelled) work->touched = 0;
  return !work->cancelled;
}

WorkPart work_part_begins(Work *work, double from, double to) {
  if (work == NULL) return (WorkPart){0};
  const WorkPart whole = work->part;
  const double size = whole.to - whole.from;
  work->part = (WorkPart){whole.from + from * size, whole.from + to * size};
  return whole;
}

void work_tell(Work *work, double done) {
  if (work == NULL || work->cancel == NULL || work->cancel->progress == NULL) return;
  const double now = work->part.from + done * (work->part.to - work->part.from);
  if (now < work->told + 0.01) return;
  work->told = now;
  work->cancel->progress(work->cancel->ud, now);
}

MlStatus work_status(const Work *work, MlError *error) {
  if (work == NULL || !work->cancelled) return ML_OK;
  return error_set(error, ML_ERROR_CANCELLED, "build: cancelled");
}

static size_t piece_of(uint64_t left) { return left < WORK_PIECE ? (size_t)left : WORK_PIECE; }

bool work_copy(Work *work, void *to, const void *from, uint64_t bytes) {
  for (uint64_t done = 0; done < bytes; done += piece_of(bytes - done)) {
    if (!work_goes_on(work, piece_of(bytes - done))) return false;
    memcpy((char *)to + done, (const char *)from + done, piece_of(bytes - done));
  }
  return true;
}

bool work_zero(Work *work, void *to, uint64_t bytes) {
  for (uint64_t done = 0; done < bytes; done += piece_of(bytes - done)) {
    if (!work_goes_on(work, piece_of(bytes - done))) return false;
    memset((char *)to + done, 0, piece_of(bytes - done));
  }
  return true;
}

bool work_hash(Work *work, HashStream *stream, const void *bytes, uint64_t count) {
  for (uint64_t done = 0; done < count; done += piece_of(count - done)) {
    if (!work_goes_on(work, piece_of(count - done))) return false;
    hash_add(stream, (const char *)bytes + done, piece_of(count - done));
  }
  return true;
}
