/* pool.h - the threads that render: started once, asleep between jobs, more or fewer of them from one job to the next.
 *
 * One job runs at a time. pool_begin is called by one thread at a time while no job runs, pool_shrink likewise (the engine's lock sees to
 * it); pool_grow and pool_wait may be called from anywhere. Threads that no job needs can be lent to whoever computes something on a
 * thread of its own (base/parallel.h): a job does not wait for them to come back but for what they have in hand.
 * Built without threads, a pool has none; its jobs are done by whoever waits, and nobody is lent. */
#ifndef ML_BASE_POOL_H
#define ML_BASE_POOL_H

#include "base/memory.h"
#include "base/thread.h"

#define POOL_MAX_THREADS 1024u

typedef struct Pool Pool;

MlStatus pool_create(Memory *memory, Pool **out, MlError *error);
void pool_destroy(Pool *pool); /* no job may be running, nobody lent; NULL is allowed */
/* Start threads until there are at least `count` (1..POOL_MAX_THREADS); those of a job that runs work on. On failure as many remain as
 * there were. */
MlStatus pool_grow(Pool *pool, uint32_t count, MlError *error);
/* End threads until there are at most `count`. */
void pool_shrink(Pool *pool, uint32_t count);
/* Wake threads 0..workers-1, each of which calls work(ud, index) once. workers <= the pool's size. Returns the job's number, from 1. */
uint64_t pool_begin(Pool *pool, uint32_t workers, void (*work)(void *ud, uint32_t index), void *ud);
/* Until every worker of that job has returned, at most `seconds` (< 0: for ever). false: not yet. */
bool pool_wait(Pool *pool, uint64_t job, double seconds);

/* What lent threads do. Lives with who lends; all fields but the first three are the pool's. */
typedef struct PoolLoan {
  void (*help)(void *ud, uint32_t helper); /* called once by every thread that comes; helper = 0, 1, ... */
  void *ud;
  uint32_t most; /* at most so many come */
  uint32_t came, there;
} PoolLoan;

/* Have threads that are asleep, or fall asleep later, call loan->help, until pool_take_back. One loan at a time: false, and nobody
 * comes, while there is another. A thread that helps returns soon after pool_calls has changed: a job wants it, or the pool's end. */
bool pool_lend(Pool *pool, PoolLoan *loan);
/* Nobody comes any more; waits for those who did, at most `seconds` (< 0: for ever). false: somebody is still there, ask again. */
bool pool_take_back(Pool *pool, PoolLoan *loan, double seconds);
/* Counts jobs, and times that threads were ended. */
uint64_t pool_calls(const Pool *pool);

#endif
