/* parallel.c - see parallel.h. Rounds are drawn from a counter. */
#include "base/parallel.h"

#define POLL_SECONDS 2e-3

typedef struct Loop {
  const Parallel *parallel;
  void (*round)(void *ud, uint32_t index, uint32_t worker, Work *work);
  void *ud;
  uint32_t count;
  uint64_t calls; /* of the pool at the beginning */
  _Alignas(64) _Atomic uint32_t next;
  _Atomic bool cancelled; /* as the caller found */
} Loop;

uint32_t parallel_workers(const Parallel *parallel) {
  return parallel != NULL && parallel->pool != NULL && parallel->threads > 1 ? parallel->threads : 1;
}

static bool draw(Loop *loop, uint32_t *index) {
  *index = atomic_fetch_add_explicit(&loop->next, 1, memory_order_relaxed);
  return *index < loop->count;
}

/* ---- what pool threads do */

static bool poll_caller(void *ud) { return atomic_load_explicit(&((Loop *)ud)->cancelled, memory_order_relaxed); }

static void help(void *ud, uint32_t helper) {
  Loop *loop = ud;
  const MlCancel cancel = {.poll = poll_caller, .ud = loop};
  Work work = {.cancel = &cancel};
  uint32_t index;
  while (pool_calls(loop->parallel->pool) == loop->calls && !poll_caller(loop) && draw(loop, &index))
    loop->round(loop->ud, index, helper + 1, &work);
}

/* ---- what the caller does */

bool parallel_run(const Parallel *parallel, Work *work, uint32_t count,
                  void (*round)(void *ud, uint32_t index, uint32_t worker, Work *work), void *ud) {
  Loop loop = {.parallel = parallel, .round = round, .ud = ud, .count = count};
  const uint32_t workers = parallel_workers(parallel);
  PoolLoan loan = {.help = help, .ud = &loop, .most = (workers < count ? workers : count) - 1};
  bool lent = false;
  if (count > 1 && workers > 1) {
    (void)pool_grow(parallel->pool, workers - 1, NULL); /* fewer will do */
    loop.calls = pool_calls(parallel->pool);
    lent = pool_lend(parallel->pool, &loan);
  }
  uint32_t index;
  while (work_goes_on(work, 0) && draw(&loop, &index)) {
    const WorkPart whole = work_part_begins(work, 0, 0); /* rounds tell nothing of their own: they are drawn in order */
    round(ud, index, 0, work);
    work_part_ends(work, whole);
    work_tell(work, (index + 1.0) / count);
  }
  // Others may have rounds to finish: the host is still asked
  do {
    if (!work_goes_on(work, WORK_PIECE)) atomic_store_explicit(&loop.cancelled, true, memory_order_relaxed);
  } while (lent && !pool_take_back(parallel->pool, &loan, POLL_SECONDS));
  return work == NULL || !work->cancelled;
}
