/* number_hash.h - the hash of numbers that the script's hash() is: XXH64 (Y. Collet) over nine bytes per component, each seeded by the one before.
 * Per-ray code.
 *
 * A whole number is 'i' and its 64-bit integer, another one 'f' and its double; NaN counts as 0. So whole numbers, and all that float can say, hash
 * here as they do in lua/lib_random.c. */
#ifndef ML_PROGRAM_NUMBER_HASH_H
#define ML_PROGRAM_NUMBER_HASH_H

#include <string.h>

#include "math/vec.h"

static inline uint64_t number_hash_turn(uint64_t x, int by) { return x << by | x >> (64 - by); }

/* XXH64 of a byte and eight more. */
static inline uint64_t number_hash_bytes(uint64_t tag, uint64_t bits, uint64_t seed) {
  const uint64_t p1 = 0x9e3779b185ebca87u, p2 = 0xc2b2ae3d27d4eb4fu, p3 = 0x165667b19e3779f9u, p4 = 0x85ebca77c2b2ae63u,
                 p5 = 0x27d4eb2f165667c5u;
  uint64_t h = seed + p5 + 9;
  h ^= number_hash_turn((tag | bits << 8) * p2, 31) * p1;
  h = number_hash_turn(h, 27) * p1 + p4;
  h ^= (bits >> 56) * p5;
  h = number_hash_turn(h, 11) * p1;
  h ^= h >> 33, h *= p2;
  h ^= h >> 29, h *= p3;
  return h ^ h >> 32;
}

static inline uint64_t number_hash(float x, uint64_t seed) {
  const bool small = x >= -0x1p63f && x < 0x1p63f;
  const int64_t whole = small ? (int64_t)x : 0;
  if (small && (float)whole == x) return number_hash_bytes('i', (uint64_t)whole, seed);
  const double value = x == x ? (double)x : 0.0;
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return number_hash_bytes('f', bits, seed);
}

/* ProgramStep.data of ML_OP_HASH: how many operands, then the width of each, two bits for each of these. */
static inline uint32_t program_hash_data(uint32_t count, const uint32_t widths[3]) {
  uint32_t data = count;
  for (uint32_t i = 0; i < count; i++) data |= widths[i] << (2 + 2 * i);
  return data;
}

static inline float program_hash(uint32_t data, Vec3 a, Vec3 b, Vec3 c) {
  const Vec3 values[3] = {a, b, c};
  uint64_t h = 0;
  for (uint32_t i = 0; i < (data & 3); i++)
    for (uint32_t k = 0; k < (data >> (2 + 2 * i) & 3); k++) h = number_hash(values[i][k], h + k);
  return min_f((float)(h >> 11) * 0x1p-53f, 1.0f - 0x1p-24f);
}

#endif
