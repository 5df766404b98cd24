/* thread.h - threads, locks and the floating-point state that every thread of ours starts with (invariant 3).
 * Built with ML_NO_THREADS, thread_start fails and locks do nothing. */
#ifndef ML_BASE_THREAD_H
#define ML_BASE_THREAD_H

#include "moonlit.h"

#ifdef ML_NO_THREADS
typedef struct Thread {
  int none;
} Thread;
typedef struct Mutex {
  int none;
} Mutex;
typedef struct Condition {
  int none;
} Condition;
#else
#include <pthread.h>
typedef struct Thread {
  pthread_t handle;
  void (*run)(void *ud);
  void *ud;
} Thread;
typedef struct Mutex {
  pthread_mutex_t handle;
} Mutex;
typedef struct Condition {
  pthread_cond_t handle;
} Condition;
#endif

/* 1 MB of stack; the float state is set before `run`; signals meant for the process are left to the host's own threads.
 * *thread stays where it is until joined. Test builds can make the n-th start fail (thread_fail_after). */
MlStatus thread_start(Thread *thread, void (*run)(void *ud), void *ud, MlError *error);
void thread_join(Thread *thread);
MlStatus mutex_init(Mutex *mutex, MlError *error);
void mutex_destroy(Mutex *mutex);
void mutex_lock(Mutex *mutex);
void mutex_unlock(Mutex *mutex);
MlStatus condition_init(Condition *condition, MlError *error); /* on the monotonic clock */
void condition_destroy(Condition *condition);
void condition_wait(Condition *condition, Mutex *mutex);
bool condition_wait_for(Condition *condition, Mutex *mutex, double seconds); /* false: timed out */
void condition_signal_all(Condition *condition);

/* Round to nearest, no flush to zero, no denormals-are-zero: at the start of every thread of ours. */
void float_state_set(void);
/* The same for a while on a thread of the host's, which gets its own state back, exception flags included. */
typedef struct FloatState {
  uint64_t host;
} FloatState;
FloatState float_state_enter(void);
void float_state_leave(const FloatState *state);
/* First in every public function that computes: until the end of the scope. */
#define FLOAT_STATE_OURS __attribute__((cleanup(float_state_leave), unused)) const FloatState float_state_ = float_state_enter()
void thread_fail_after(int starts); /* tests: fail once `starts` more have succeeded; negative: never */

uint32_t machine_cores(void);
uint64_t machine_memory(void);
double clock_now(void); /* monotonic seconds */

typedef struct CpuFeatures {
  bool sse41, avx2;
} CpuFeatures;
CpuFeatures cpu_features(void);

#endif
