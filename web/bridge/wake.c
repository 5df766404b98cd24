/* wake.c - see wake.h. */
#include "wake.h"

#if defined __EMSCRIPTEN__ && !defined ML_NO_THREADS

void wake_wait(_Atomic int32_t *word, int32_t value, double seconds) {
  __builtin_wasm_memory_atomic_wait32((int *)word, value, (long long)(seconds * 1e9));
}
void wake_all(_Atomic int32_t *word) { __builtin_wasm_memory_atomic_notify((int *)word, -1u); }

#elif defined __linux__ && !defined ML_NO_THREADS

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void wake_wait(_Atomic int32_t *word, int32_t value, double seconds) {
  const struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &time, NULL, 0);
}
void wake_all(_Atomic int32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

#else

/* One thread: nobody else could change the word. */
void wake_wait(_Atomic int32_t *word, int32_t value, double seconds) { (void)word, (void)value, (void)seconds; }
void wake_all(_Atomic int32_t *word) { (void)word; }

#endif
