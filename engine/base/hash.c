/* hash.c - XXH64 and XXH3 (Y. Collet) from the header-only build of xxHash. */
#include "base/hash.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(XXH64_state_t) <= sizeof(HashStream), "HashStream holds XXH64's state");

uint64_t hash_bytes(const void *bytes, size_t count, uint64_t seed) { return XXH64(bytes, count, seed); }

Hash128 hash_bytes_128(const void *bytes, size_t count) {
  const XXH128_hash_t hash = XXH3_128bits(bytes, count);
  return (Hash128){hash.low64, hash.high64};
}

/* The state is copied in and out: HashStream is bytes to its holder, and bytes may not be read as anything else. */
void hash_begin(HashStream *stream, uint64_t seed) {
  XXH64_state_t state;
  XXH64_reset(&state, seed);
  memcpy(stream->state, &state, sizeof state);
}

void hash_add(HashStream *stream, const void *bytes, size_t count) {
  if (count == 0) return;
  XXH64_state_t state;
  memcpy(&state, stream->state, sizeof state);
  XXH64_update(&state, bytes, count);
  memcpy(stream->state, &state, sizeof state);
}

uint64_t hash_end(const HashStream *stream) {
  XXH64_state_t state;
  memcpy(&state, stream->state, sizeof state);
  return XXH64_digest(&state);
}
