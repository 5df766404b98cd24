/* ies_input.h - one input of the photometric profiles' fuzzer: it is read or it is said why not, and what was read is a profile: angles that
 * ascend, values from 0 to 1, a finite integral. */
#ifndef TESTS_FUZZ_IES_INPUT_H
#define TESTS_FUZZ_IES_INPUT_H

#include <math.h>

#include "light/ies.h"

/* true: it was accepted. */
static inline bool ies_input(const uint8_t *data, size_t size) {
  Memory memory;
  Arena arena;
  Ies ies;
  MlError error = {0};
  memory_init(&memory, NULL, UINT64_C(1) << 28);
  arena_init(&arena, &memory);
  const MlStatus status = ies_parse((const char *)data, size, &arena, &ies, &error);
  bool fine = status == ML_OK || (status == error.status && error.message[0] != 0);
  if (status == ML_OK) {
    const float *v = ies.data, *h = v + ies.vertical_count, *values = h + ies.horizontal_count;
    for (uint32_t i = 0; i < ies.vertical_count; i++) fine = fine && v[i] >= 0 && v[i] < 3.1416f && (i == 0 || v[i] > v[i - 1]);
    for (uint32_t i = 0; i < ies.horizontal_count; i++) fine = fine && h[i] >= 0 && h[i] < 6.2832f && (i == 0 || h[i] > h[i - 1]);
    for (uint64_t i = 0; i < (uint64_t)ies.vertical_count * ies.horizontal_count; i++) fine = fine && values[i] >= 0 && values[i] <= 1;
    if (ies.vertical_count < 256) fine = fine && isfinite(ies_integral(&ies, 0.1, 0.3)) && isfinite(ies_integral(&ies, 3, 3));
  }
  arena_free(&arena);
  if (!fine || memory.used != 0) __builtin_trap();
  return status == ML_OK;
}

#endif
