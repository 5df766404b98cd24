/* fuzz_ies.c - libFuzzer's way into the reader of photometric profiles: whatever it is given, it reads it or says why not, and what it has
 * read is a profile: angles that ascend, values from 0 to 1, a finite integral. */
#include <math.h>
#include <stdlib.h>

#include "light/ies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Memory memory;
  Arena arena;
  Ies ies;
  MlError error = {0};
  memory_init(&memory, NULL, UINT64_C(1) << 28);
  arena_init(&arena, &memory);
  MlStatus status = ies_parse((const char *)data, size, &arena, &ies, &error);
  require(status == ML_OK || (status == error.status && error.message[0] != 0));
  if (status == ML_OK) {
    const float *v = ies.data, *h = v + ies.vertical_count, *values = h + ies.horizontal_count;
    for (uint32_t i = 0; i < ies.vertical_count; i++) require(v[i] >= 0 && v[i] < 3.1416f && (i == 0 || v[i] > v[i - 1]));
    for (uint32_t i = 0; i < ies.horizontal_count; i++) require(h[i] >= 0 && h[i] < 6.2832f && (i == 0 || h[i] > h[i - 1]));
    for (uint64_t i = 0; i < (uint64_t)ies.vertical_count * ies.horizontal_count; i++) require(values[i] >= 0 && values[i] <= 1);
    if (ies.vertical_count < 256) require(isfinite(ies_integral(&ies, 0.1, 0.3)) && isfinite(ies_integral(&ies, 3, 3)));
  }
  arena_free(&arena);
  require(memory.used == 0);
  return 0;
}
