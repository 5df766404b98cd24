/* wake.h - sleeping on a word of shared memory, and waking who sleeps on it: the futex that WebAssembly and Linux both have. It needs no lock, so
 * that a page, which must not wait, can be one side of it (Atomics.notify). */
#ifndef MOONLIT_WEB_WAKE_H
#define MOONLIT_WEB_WAKE_H

#include <stdatomic.h>
#include <stdint.h>

/* Sleep while *word is `value`, at most `seconds`. May return early. */
void wake_wait(_Atomic int32_t *word, int32_t value, double seconds);
void wake_all(_Atomic int32_t *word);

#endif
