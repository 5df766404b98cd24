/* pool.h - the threads that render: started once, asleep between jobs, more or fewer of them from one job to the next.
 *
 * One job runs at a time. pool_grow, pool_shrink and pool_begin are called by one thread at a time (the engine's lock sees to it),
 * the latter two while no job runs; pool_wait may be called from anywhere. Built without threads, a pool has none and its jobs are done by whoever waits. */
#ifndef ML_RENDER_POOL_H
#define ML_RENDER_POOL_H

#include "base/memory.h"
#include "base/thread.h"

#define POOL_MAX_THREADS 1024u

typedef struct Pool Pool;

MlStatus pool_create(Memory *memory, Pool **out, MlError *error);
void pool_destroy(Pool *pool); /* no job may be running; NULL is allowed */
/* Start threads until there are at least `count` (1..POOL_MAX_THREADS); those of a job that runs work on. On failure as many remain as
 * there were. */
MlStatus pool_grow(Pool *pool, uint32_t count, MlError *error);
/* End threads until there are at most `count`. */
void pool_shrink(Pool *pool, uint32_t count);
/* Wake threads 0..workers-1, each of which calls work(ud, index) once. workers <= the pool's size. Returns the job's number, from 1. */
uint64_t pool_begin(Pool *pool, uint32_t workers, void (*work)(void *ud, uint32_t index), void *ud);
/* Until every worker of that job has returned, at most `seconds` (< 0: for ever). false: not yet. */
bool pool_wait(Pool *pool, uint64_t job, double seconds);

#endif
