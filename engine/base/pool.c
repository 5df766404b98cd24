/* pool.c - sleeping threads, the one job they share, and the loan they are given to meanwhile. Everything in Pool is guarded by `lock`,
 * but for `threads`, which belongs to who holds `resize`. */
#include "base/pool.h"

#include "base/error.h"

typedef struct PoolThread {
  Thread thread;
  Pool *pool;
  uint32_t index;
  uint64_t seen; /* the last job this thread knows of */
} PoolThread;

struct Pool {
  Memory *memory;
  Mutex resize; /* held while threads are started or ended; taken before `lock` */
  Mutex lock;
  Condition wake; /* a job or a loan has come, or the size has fallen */
  Condition idle; /* a job has ended, or nobody is left at a loan */
  PoolThread *threads[POOL_MAX_THREADS];
  uint32_t size; /* threads with an index from here on end */
  uint64_t job;  /* number of the newest one */
  uint32_t workers, running;
  void (*work)(void *ud, uint32_t index);
  void *ud;
  PoolLoan *loan;
  _Atomic uint64_t calls; /* pool_calls */
};

MlStatus pool_create(Memory *memory, Pool **out, MlError *error) {
  *out = NULL;
  Pool *pool = memory_alloc_zero(memory, sizeof *pool, _Alignof(Pool));
  if (!pool) return memory_error(memory, sizeof *pool, "thread pool", error);
  pool->memory = memory;
  MlStatus status = mutex_init(&pool->resize, error);
  if (status != ML_OK) goto no_resize;
  status = mutex_init(&pool->lock, error);
  if (status != ML_OK) goto no_lock;
  status = condition_init(&pool->wake, error);
  if (status != ML_OK) goto no_wake;
  status = condition_init(&pool->idle, error);
  if (status != ML_OK) goto no_idle;
  *out = pool;
  return ML_OK;

no_idle:
  condition_destroy(&pool->wake);
no_wake:
  mutex_destroy(&pool->lock);
no_lock:
  mutex_destroy(&pool->resize);
no_resize:
  memory_free(memory, pool, sizeof *pool);
  return status;
}

/* End the threads with an index from `size` to `end`. Under `resize`. */
static void end_threads(Pool *pool, uint32_t size, uint32_t end) {
  mutex_lock(&pool->lock);
  pool->size = size;
  atomic_fetch_add_explicit(&pool->calls, 1, memory_order_relaxed);
  condition_signal_all(&pool->wake);
  mutex_unlock(&pool->lock);
  for (uint32_t i = size; i < end; i++) {
    thread_join(&pool->threads[i]->thread);
    memory_free(pool->memory, pool->threads[i], sizeof *pool->threads[i]);
    pool->threads[i] = NULL;
  }
}

void pool_destroy(Pool *pool) {
  if (!pool) return;
  end_threads(pool, 0, pool->size);
  condition_destroy(&pool->idle);
  condition_destroy(&pool->wake);
  mutex_destroy(&pool->lock);
  mutex_destroy(&pool->resize);
  memory_free(pool->memory, pool, sizeof *pool);
}

uint64_t pool_calls(const Pool *pool) { return atomic_load_explicit(&pool->calls, memory_order_relaxed); }

#ifdef ML_NO_THREADS

MlStatus pool_grow(Pool *pool, uint32_t count, MlError *error) {
  (void)pool, (void)count, (void)error;
  return ML_OK;
}

void pool_shrink(Pool *pool, uint32_t count) { (void)pool, (void)count; }

uint64_t pool_begin(Pool *pool, uint32_t workers, void (*work)(void *ud, uint32_t index), void *ud) {
  (void)workers, (void)work, (void)ud;
  return ++pool->job;
}

bool pool_wait(Pool *pool, uint64_t job, double seconds) {
  (void)pool, (void)job, (void)seconds;
  return true;
}

bool pool_lend(Pool *pool, PoolLoan *loan) {
  (void)pool, (void)loan;
  return false;
}

bool pool_take_back(Pool *pool, PoolLoan *loan, double seconds) {
  (void)pool, (void)loan, (void)seconds;
  return true;
}

#else

static void thread_main(void *ud) {
  PoolThread *self = ud;
  Pool *pool = self->pool;
  mutex_lock(&pool->lock);
  while (self->index < pool->size) {
    if (self->seen == pool->job) {
      PoolLoan *loan = pool->loan;
      if (loan == NULL || loan->came == loan->most) {
        condition_wait(&pool->wake, &pool->lock);
        continue;
      }
      const uint32_t helper = loan->came++;
      loan->there++;
      mutex_unlock(&pool->lock);
      loan->help(loan->ud, helper);
      mutex_lock(&pool->lock);
      if (--loan->there == 0) condition_signal_all(&pool->idle);
      continue;
    }
    self->seen = pool->job;
    if (self->index >= pool->workers) continue;
    void (*work)(void *, uint32_t) = pool->work;
    void *work_ud = pool->ud;
    mutex_unlock(&pool->lock);
    work(work_ud, self->index);
    mutex_lock(&pool->lock);
    if (--pool->running == 0) condition_signal_all(&pool->idle);
  }
  mutex_unlock(&pool->lock);
}

void pool_shrink(Pool *pool, uint32_t count) {
  mutex_lock(&pool->resize);
  if (count < pool->size) end_threads(pool, count, pool->size);
  mutex_unlock(&pool->resize);
}

/* Under `resize`. */
static MlStatus start_threads(Pool *pool, uint32_t count, MlError *error) {
  const uint32_t before = pool->size;
  if (count <= before) return ML_OK;
  mutex_lock(&pool->lock);
  pool->size = count;
  const uint64_t job = pool->job;
  mutex_unlock(&pool->lock);
  for (uint32_t i = before; i < count; i++) {
    MlStatus status = ML_OK;
    PoolThread *thread = memory_alloc_zero(pool->memory, sizeof *thread, _Alignof(PoolThread));
    if (!thread) {
      status = memory_error(pool->memory, sizeof *thread, "thread", error);
    } else {
      *thread = (PoolThread){.pool = pool, .index = i, .seen = job};
      status = thread_start(&thread->thread, thread_main, thread, error);
      if (status != ML_OK) memory_free(pool->memory, thread, sizeof *thread);
    }
    if (status != ML_OK) {
      end_threads(pool, before, i);
      return status;
    }
    pool->threads[i] = thread;
  }
  return ML_OK;
}

MlStatus pool_grow(Pool *pool, uint32_t count, MlError *error) {
  mutex_lock(&pool->resize);
  const MlStatus status = start_threads(pool, count, error);
  mutex_unlock(&pool->resize);
  return status;
}

bool pool_lend(Pool *pool, PoolLoan *loan) {
  loan->came = loan->there = 0;
  mutex_lock(&pool->lock);
  const bool lent = pool->loan == NULL;
  if (lent) {
    pool->loan = loan;
    condition_signal_all(&pool->wake);
  }
  mutex_unlock(&pool->lock);
  return lent;
}

bool pool_take_back(Pool *pool, PoolLoan *loan, double seconds) {
  const double end = clock_now() + seconds;
  mutex_lock(&pool->lock);
  if (pool->loan == loan) pool->loan = NULL;
  bool back;
  while (!(back = loan->there == 0)) {
    const double left = end - clock_now();
    if (seconds < 0.0) condition_wait(&pool->idle, &pool->lock);
    else if (left > 0.0) condition_wait_for(&pool->idle, &pool->lock, left);
    else break;
  }
  mutex_unlock(&pool->lock);
  return back;
}

uint64_t pool_begin(Pool *pool, uint32_t workers, void (*work)(void *ud, uint32_t index), void *ud) {
  mutex_lock(&pool->lock);
  pool->workers = pool->running = workers;
  pool->work = work;
  pool->ud = ud;
  const uint64_t job = ++pool->job;
  atomic_fetch_add_explicit(&pool->calls, 1, memory_order_relaxed);
  condition_signal_all(&pool->wake);
  mutex_unlock(&pool->lock);
  return job;
}

bool pool_wait(Pool *pool, uint64_t job, double seconds) {
  const double end = clock_now() + seconds;
  mutex_lock(&pool->lock);
  bool ended;
  while (!(ended = pool->job != job || pool->running == 0)) {
    if (seconds < 0.0) {
      condition_wait(&pool->idle, &pool->lock);
    } else {
      const double left = end - clock_now();
      if (left <= 0.0) break;
      condition_wait_for(&pool->idle, &pool->lock, left);
    }
  }
  mutex_unlock(&pool->lock);
  return ended;
}

#endif
