/* kernels.c - the kernels of this build and the choice among them. With ML_NO_SCALAR, WebAssembly has one alone: the page's modules, which
 * every visitor loads. */
#include <string.h>

#include "base/thread.h"
#include "render/kernel.h"

#if defined(__x86_64__)
extern const Kernel kernel_avx2, kernel_sse41, kernel_scalar;
static const Kernel *const kernels[] = {&kernel_avx2, &kernel_sse41, &kernel_scalar};
#elif defined(__aarch64__)
extern const Kernel kernel_neon, kernel_scalar;
static const Kernel *const kernels[] = {&kernel_neon, &kernel_scalar};
#elif defined(__wasm__) && defined(ML_NO_SCALAR)
extern const Kernel kernel_simd128;
static const Kernel *const kernels[] = {&kernel_simd128};
#elif defined(__wasm__)
extern const Kernel kernel_simd128, kernel_scalar;
static const Kernel *const kernels[] = {&kernel_simd128, &kernel_scalar};
#else
extern const Kernel kernel_scalar;
static const Kernel *const kernels[] = {&kernel_scalar};
#endif
#define KERNEL_COUNT (sizeof kernels / sizeof *kernels)

/* Their names without those that the machine may lack: every tail of the list, as each set implies those after it. */
#if defined(__x86_64__)
static const char *const names[] = {"avx2", "sse4.1", "scalar", NULL};
static size_t first_runnable(void) {
  CpuFeatures features = cpu_features();
  return features.avx2 ? 0 : features.sse41 ? 1 : 2;
}
#elif defined(__aarch64__)
static const char *const names[] = {"neon", "scalar", NULL};
static size_t first_runnable(void) { return 0; }
#elif defined(__wasm__) && defined(ML_NO_SCALAR)
static const char *const names[] = {"simd128", NULL};
static size_t first_runnable(void) { return 0; }
#elif defined(__wasm__)
static const char *const names[] = {"simd128", "scalar", NULL};
static size_t first_runnable(void) { return 0; }
#else
static const char *const names[] = {"scalar", NULL};
static size_t first_runnable(void) { return 0; }
#endif

const Kernel *kernel_find(const char *name) {
  for (size_t i = first_runnable(); i < KERNEL_COUNT; i++) {
    if (!name || strcmp(name, kernels[i]->name) == 0) return kernels[i];
  }
  return NULL;
}

const char *const *kernel_names(void) { return names + first_runnable(); }
