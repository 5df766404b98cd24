/* hash.h - XXH64 for contents and integer mixing for random streams. Same bits on both endiannesses we promise (little). */
#ifndef ML_BASE_HASH_H
#define ML_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *bytes, size_t count, uint64_t seed);
/* 128 bits (XXH3), for what is not kept to be compared: two files do not agree in them by chance. */
typedef struct Hash128 {
  uint64_t low, high;
} Hash128;
Hash128 hash_bytes_128(const void *bytes, size_t count);

typedef struct HashStream {
  _Alignas(8) unsigned char state[96];
} HashStream; /* XXH64 in pieces; no allocation */
void hash_begin(HashStream *stream, uint64_t seed);
void hash_add(HashStream *stream, const void *bytes, size_t count);
uint64_t hash_end(const HashStream *stream);

/* A bijection of 32 bits with good avalanche (C. Wellons, "lowbias32", 2018). */
static inline uint32_t hash_u32(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return x;
}
static inline uint32_t hash_combine(uint32_t seed, uint32_t value) {
  return hash_u32(seed ^ (value + 0x9e3779b9u + (seed << 6) + (seed >> 2)));
}

#endif
