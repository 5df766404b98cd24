/* weld.c - see weld.h. */
#include "shape/weld.h"

#include <string.h>

enum { FIRST_SLOTS = 64 };

bool weld_begin(Weld *weld, Memory *memory, uint64_t places) {
  *weld = (Weld){.memory = memory, .slot_count = FIRST_SLOTS};
  while (weld->slot_count < 2 * places) weld->slot_count *= 2;
  size_t bytes;
  if (!size_multiply(weld->slot_count, sizeof *weld->slots, &bytes)) return false;
  weld->slots = memory_alloc_zero(memory, bytes, 16);
  return weld->slots != NULL;
}

void weld_free(Weld *weld) {
  if (weld->slots != NULL) memory_free(weld->memory, weld->slots, (size_t)(weld->slot_count * sizeof *weld->slots));
  *weld = (Weld){.memory = weld->memory};
}

static uint64_t hash_place(const uint32_t bits[3]) {
  uint64_t h = ((uint64_t)bits[0] << 32 | bits[1]) * 0x9e3779b97f4a7c15u;
  h = (h ^ h >> 32 ^ bits[2]) * 0xd6e8feb86659fd93u;
  return h ^ h >> 32;
}

static bool grow(Weld *weld, const float *places, uint64_t count) {
  Weld wider;
  if (!weld_begin(&wider, weld->memory, weld->slot_count)) return false;
  for (uint64_t i = 0; i < count; i++) {
    uint32_t bits[3];
    memcpy(bits, places + 3 * i, sizeof bits);
    uint64_t slot = hash_place(bits) & (wider.slot_count - 1);
    while (wider.slots[slot] != 0) slot = (slot + 1) & (wider.slot_count - 1);
    wider.slots[slot] = (uint32_t)i + 1;
  }
  weld_free(weld);
  *weld = wider;
  return true;
}

uint32_t weld_find(Weld *weld, float *places, uint64_t *count, const float p[3]) {
  if (2 * *count >= weld->slot_count && !grow(weld, places, *count)) return UINT32_MAX;
  const float plain[3] = {p[0] + 0.0f, p[1] + 0.0f, p[2] + 0.0f}; // -0 + 0 is 0
  uint32_t bits[3];
  memcpy(bits, plain, sizeof bits);
  uint64_t slot = hash_place(bits) & (weld->slot_count - 1);
  for (; weld->slots[slot] != 0; slot = (slot + 1) & (weld->slot_count - 1))
    if (memcmp(places + 3 * (uint64_t)(weld->slots[slot] - 1), bits, sizeof bits) == 0) return weld->slots[slot] - 1;
  memcpy(places + 3 * *count, bits, sizeof bits);
  weld->slots[slot] = (uint32_t)++ * count;
  return (uint32_t)(*count - 1);
}
