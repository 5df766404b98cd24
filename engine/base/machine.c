/* machine.c - what the machine is and how its arithmetic is set: declared in thread.h. */
#define _GNU_SOURCE /* sched_getaffinity */
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif
#ifdef __EMSCRIPTEN__
#include <emscripten/heap.h>
#endif

#include "base/thread.h"

#if defined(__SSE__) && !defined(__EMSCRIPTEN__)
enum { OURS = 0x1f80, FLAGS = 0x3f }; /* exceptions masked, round to nearest, FTZ and DAZ off; flags: what was raised so far */
static uint64_t float_state(void) { return _mm_getcsr(); }
static void set_float_state(uint64_t state) { _mm_setcsr((uint32_t)state); }
#elif defined(__aarch64__)
enum { OURS = 0, FLAGS = 0 }; /* round to nearest with subnormals; the flags have a register of their own */
static uint64_t float_state(void) {
  uint64_t state;
  __asm__ volatile("mrs %0, fpcr" : "=r"(state));
  return state;
}
static void set_float_state(uint64_t state) { __asm__ volatile("msr fpcr, %0" : : "r"(state)); }
#else /* wasm knows no other state */
enum { OURS = 0, FLAGS = 0 };
static uint64_t float_state(void) { return OURS; }
static void set_float_state(uint64_t state) { (void)state; }
#endif

void float_state_set(void) { set_float_state(OURS); }

/* Reading the state is cheap, setting it less so: mostly it is ours already. */
FloatState float_state_enter(void) {
  FloatState state = {float_state()};
  if ((state.host & ~(uint64_t)FLAGS) != OURS) set_float_state(OURS);
  return state;
}

void float_state_leave(const FloatState *state) {
  if (float_state() != state->host) set_float_state(state->host);
}

uint32_t machine_cores(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) cores = CPU_COUNT(&allowed);
#endif
  return cores < 1 ? 1 : cores > 1024 ? 1024 : (uint32_t)cores;
}

#ifdef __linux__
/* The container's limit (cgroup v2), or UINT64_MAX. */
static uint64_t container_memory(void) {
  FILE *file = fopen("/sys/fs/cgroup/memory.max", "r");
  if (file == NULL) return UINT64_MAX;
  uint64_t limit = 0;
  int c = getc(file);
  bool found = c >= '0' && c <= '9'; /* else the word "max" */
  for (; c >= '0' && c <= '9' && limit < UINT64_MAX / 100; c = getc(file)) limit = limit * 10 + (uint64_t)(c - '0');
  fclose(file);
  return found ? limit : UINT64_MAX;
}
#endif

uint64_t machine_memory(void) {
#ifdef __EMSCRIPTEN__
  return emscripten_get_heap_max();
#else
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  uint64_t bytes = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : (uint64_t)1 << 31;
#ifdef __linux__
  uint64_t limit = container_memory();
  if (limit < bytes) bytes = limit;
#endif
  return bytes;
#endif
}

double clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

CpuFeatures cpu_features(void) {
#if defined(__x86_64__)
  return (CpuFeatures){.sse41 = __builtin_cpu_supports("sse4.1") != 0, .avx2 = __builtin_cpu_supports("avx2") != 0};
#else
  return (CpuFeatures){0};
#endif
}
