/* rounds.h - how often a test repeats what random numbers decide. Under sanitizers an eighth as often: they look at memory, of which repetition
 * shows little more, and are slow. With LONG=1 more often (CONTRIBUTING.md). */
#ifndef ML_TESTS_ROUNDS_H
#define ML_TESTS_ROUNDS_H

#include <stdint.h>
#include <stdlib.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ROUNDS(n) ((n) / 8)
#else
#define ROUNDS(n) (n)
#endif

/* ROUNDS(n), or `longer` times that with LONG=1. */
static inline uint32_t rounds(uint32_t n, uint32_t longer) { return ROUNDS(n) * (getenv("LONG") != NULL ? longer : 1); }

#endif
