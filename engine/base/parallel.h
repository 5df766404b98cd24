/* parallel.h - loops whose rounds are done by the calling thread and by whatever threads of the pool are free meanwhile.
 *
 * Nobody waits for a thread that is busy: with none free, in a build without threads, or where no thread can be started, the caller does
 * all of it. What the rounds are is fixed by the data, never by the threads, so that the outcome is the same: a round reads what earlier
 * loops wrote and writes what is its own. */
#ifndef ML_BASE_PARALLEL_H
#define ML_BASE_PARALLEL_H

#include "base/cancel.h"
#include "base/pool.h"

/* Who takes part. Zero, or no Parallel: the caller alone. */
typedef struct Parallel {
  Pool *pool;
  uint32_t threads; /* the caller and so many less one of the pool's, which are started when first needed */
} Parallel;

/* Threads that may take part, 1 or more: `worker` in a round is less, and two rounds of one worker do not overlap. */
uint32_t parallel_workers(const Parallel *parallel);

/* round(ud, i, worker, work) for all i < count, in no order, on any of the threads; returns when all are done. A round polls its `work`,
 * the caller's own or another that is cancelled with it; the host is asked on the caller's thread alone. Once cancelled, rounds not yet
 * begun are left out: false. A round should be short: a loop ends with its last one, and a render that begins waits for those that its
 * threads are in. Not to be called within a round. */
bool parallel_run(const Parallel *parallel, Work *work, uint32_t count,
                  void (*round)(void *ud, uint32_t index, uint32_t worker, Work *work), void *ud);

#endif
