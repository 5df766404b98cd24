/* thread.c - pthreads, or nothing at all with ML_NO_THREADS. */
#include "base/thread.h"

#include <stdatomic.h>

#include "base/error.h"

/* With file.c's the engine's only mutable global: starts until one fails, for tests; -1, never, in all other use. */
static _Atomic int thread_fail_count = -1;

void thread_fail_after(int starts) { atomic_store(&thread_fail_count, starts); }

#ifdef ML_NO_THREADS

MlStatus thread_start(Thread *thread, void (*run)(void *ud), void *ud, MlError *error) {
  (void)thread, (void)run, (void)ud;
  return error_set(error, ML_ERROR_SYSTEM, "cannot start a thread: this build has none");
}
void thread_join(Thread *thread) { (void)thread; }
MlStatus mutex_init(Mutex *mutex, MlError *error) {
  (void)error;
  *mutex = (Mutex){0};
  return ML_OK;
}
void mutex_destroy(Mutex *mutex) { (void)mutex; }
void mutex_lock(Mutex *mutex) { (void)mutex; }
void mutex_unlock(Mutex *mutex) { (void)mutex; }
MlStatus condition_init(Condition *condition, MlError *error) {
  (void)error;
  *condition = (Condition){0};
  return ML_OK;
}
void condition_destroy(Condition *condition) { (void)condition; }
void condition_wait(Condition *condition, Mutex *mutex) { (void)condition, (void)mutex; }
bool condition_wait_for(Condition *condition, Mutex *mutex, double seconds) {
  (void)condition, (void)mutex, (void)seconds;
  return false;
}
void condition_signal_all(Condition *condition) { (void)condition; }

#else

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <time.h>

static bool start_refused(void) {
  int left = atomic_load(&thread_fail_count);
  while (left > 0 && !atomic_compare_exchange_weak(&thread_fail_count, &left, left - 1)) {}
  return left == 0;
}

static void *enter(void *p) {
  Thread *thread = p;
  float_state_set();
  thread->run(thread->ud);
  return NULL;
}

/* Everything but the signals that a fault of the thread itself raises. */
static void process_signals(sigset_t *set) {
  static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
  sigfillset(set);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(set, own[i]);
}

MlStatus thread_start(Thread *thread, void (*run)(void *ud), void *ud, MlError *error) {
  thread->run = run;
  thread->ud = ud;
  int reason = EAGAIN;
  pthread_attr_t attributes;
  if (!start_refused() && (reason = pthread_attr_init(&attributes)) == 0) {
    (void)pthread_attr_setstacksize(&attributes, 1 << 20);
    // The new thread inherits the mask: a Ctrl-C must reach the driver, not a thread in the middle of a tile
    sigset_t blocked, before;
    process_signals(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    reason = pthread_create(&thread->handle, &attributes, enter, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
  }
  if (reason == 0) return ML_OK;
  return error_set(error, ML_ERROR_SYSTEM, "cannot start a thread: %s",
                   reason == EAGAIN ? "the system has no room for more threads" : "the system refused");
}

void thread_join(Thread *thread) {
  int reason = pthread_join(thread->handle, NULL);
  assert(reason == 0);
  (void)reason;
}

MlStatus mutex_init(Mutex *mutex, MlError *error) {
  if (pthread_mutex_init(&mutex->handle, NULL) == 0) return ML_OK;
  return error_set(error, ML_ERROR_SYSTEM, "cannot create a lock");
}

void mutex_destroy(Mutex *mutex) { pthread_mutex_destroy(&mutex->handle); }

void mutex_lock(Mutex *mutex) {
  int reason = pthread_mutex_lock(&mutex->handle);
  assert(reason == 0);
  (void)reason;
}

void mutex_unlock(Mutex *mutex) {
  int reason = pthread_mutex_unlock(&mutex->handle);
  assert(reason == 0);
  (void)reason;
}

MlStatus condition_init(Condition *condition, MlError *error) {
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes) == 0) {
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 && pthread_cond_init(&condition->handle, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    if (made) return ML_OK;
  }
  return error_set(error, ML_ERROR_SYSTEM, "cannot create a condition variable");
}

void condition_destroy(Condition *condition) { pthread_cond_destroy(&condition->handle); }

void condition_wait(Condition *condition, Mutex *mutex) { pthread_cond_wait(&condition->handle, &mutex->handle); }

bool condition_wait_for(Condition *condition, Mutex *mutex, double seconds) {
  seconds = seconds > 0 ? seconds : 0;
  seconds = seconds < 1e9 ? seconds : 1e9;
  int64_t nanoseconds = (int64_t)(seconds * 1e9);
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  nanoseconds += until.tv_nsec;
  until.tv_sec += (time_t)(nanoseconds / 1000000000);
  until.tv_nsec = (long)(nanoseconds % 1000000000);
  return pthread_cond_timedwait(&condition->handle, &mutex->handle, &until) != ETIMEDOUT;
}

void condition_signal_all(Condition *condition) { pthread_cond_broadcast(&condition->handle); }

#endif
