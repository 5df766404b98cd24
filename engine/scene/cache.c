/* cache.c - a hash table with chains; unreferenced entries also hang in a list, oldest first. One lock around everything: the
 * operations are short, and assets are asked for a few times per commit. Freeing happens outside the lock. */
#include "scene/cache.h"

#include "base/error.h"
#include "base/thread.h"
#include "scene/geometry.h"

typedef struct Entry {
  struct Entry *next;          /* in the chain of its bucket; of entries being dropped: in that list */
  struct Entry *older, *newer; /* among the unreferenced */
  Geometry *geometry;
  uint64_t content_bytes;
  uint64_t references;
} Entry;

struct AssetCache {
  Memory *memory;
  Mutex lock;
  uint64_t keep_bytes, unused_bytes;
  Entry *oldest, *newest;
  Entry **buckets;
  uint64_t bucket_count, count; /* a power of two */
};

enum { FIRST_BUCKETS = 64 };

MlStatus cache_create(Memory *memory, uint64_t keep_bytes, AssetCache **out, MlError *error) {
  *out = NULL;
  AssetCache *cache = memory_alloc_zero(memory, sizeof *cache, _Alignof(AssetCache));
  if (cache == NULL) return memory_error(memory, sizeof *cache, "asset cache", error);
  cache->memory = memory;
  cache->keep_bytes = keep_bytes;
  cache->bucket_count = FIRST_BUCKETS;
  cache->buckets = memory_alloc_zero(memory, FIRST_BUCKETS * sizeof *cache->buckets, _Alignof(Entry *));
  MlStatus status = cache->buckets != NULL ? mutex_init(&cache->lock, error)
                                           : memory_error(memory, FIRST_BUCKETS * sizeof *cache->buckets, "asset cache", error);
  if (status != ML_OK) {
    memory_free(memory, cache->buckets, FIRST_BUCKETS * sizeof *cache->buckets);
    memory_free(memory, cache, sizeof *cache);
    return status;
  }
  *out = cache;
  return ML_OK;
}

void cache_destroy(AssetCache *cache) {
  if (cache == NULL) return;
  cache_drop_unused(cache);
  Memory *memory = cache->memory;
  mutex_destroy(&cache->lock);
  memory_free(memory, cache->buckets, (size_t)(cache->bucket_count * sizeof *cache->buckets));
  memory_free(memory, cache, sizeof *cache);
}

/* ---- under the lock */

static Entry **bucket_of(const AssetCache *cache, uint64_t hash) { return &cache->buckets[hash & (cache->bucket_count - 1)]; }

static Entry *find(const AssetCache *cache, uint64_t hash, uint64_t content_bytes) {
  for (Entry *e = *bucket_of(cache, hash); e != NULL; e = e->next)
    if (e->geometry->hash == hash && e->content_bytes == content_bytes) return e;
  return NULL;
}

static void unlink_unused(AssetCache *cache, Entry *e) {
  *(e->older != NULL ? &e->older->newer : &cache->oldest) = e->newer;
  *(e->newer != NULL ? &e->newer->older : &cache->newest) = e->older;
  e->older = e->newer = NULL;
  cache->unused_bytes -= e->geometry->bytes;
}

static void add_reference(AssetCache *cache, Entry *e) {
  if (e->references++ == 0) unlink_unused(cache, e);
}

/* Takes the oldest unreferenced entries out until at most `keep` bytes of them are left; returns them as a list. */
static Entry *take_out(AssetCache *cache, uint64_t keep) {
  Entry *dropped = NULL;
  while (cache->unused_bytes > keep && cache->oldest != NULL) {
    Entry *e = cache->oldest;
    unlink_unused(cache, e);
    Entry **link = bucket_of(cache, e->geometry->hash);
    while (*link != e) link = &(*link)->next;
    *link = e->next;
    cache->count--;
    e->next = dropped;
    dropped = e;
  }
  return dropped;
}

/* More buckets when chains get long; without memory for them they stay long. */
static void grow(AssetCache *cache) {
  uint64_t count = 2 * cache->bucket_count;
  Entry **buckets = memory_alloc_zero(cache->memory, (size_t)(count * sizeof *buckets), _Alignof(Entry *));
  if (buckets == NULL) return;
  for (uint64_t i = 0; i < cache->bucket_count; i++) {
    for (Entry *e = cache->buckets[i], *next; e != NULL; e = next) {
      next = e->next;
      Entry **bucket = &buckets[e->geometry->hash & (count - 1)];
      e->next = *bucket;
      *bucket = e;
    }
  }
  memory_free(cache->memory, cache->buckets, (size_t)(cache->bucket_count * sizeof *buckets));
  cache->buckets = buckets;
  cache->bucket_count = count;
}

/* ---- the interface */

static uint64_t free_entries(AssetCache *cache, Entry *list) {
  uint64_t bytes = 0;
  for (Entry *e = list, *next; e != NULL; e = next) {
    next = e->next;
    bytes += e->geometry->bytes;
    geometry_free(cache->memory, e->geometry);
    memory_free(cache->memory, e, sizeof *e);
  }
  return bytes;
}

const Geometry *cache_find(AssetCache *cache, uint64_t hash, uint64_t content_bytes) {
  mutex_lock(&cache->lock);
  Entry *e = find(cache, hash, content_bytes);
  if (e != NULL) add_reference(cache, e);
  mutex_unlock(&cache->lock);
  return e != NULL ? e->geometry : NULL;
}

const Geometry *cache_insert(AssetCache *cache, Geometry *geometry, uint64_t content_bytes) {
  Entry *fresh = memory_alloc_zero(cache->memory, sizeof *fresh, _Alignof(Entry));
  if (fresh == NULL) {
    geometry_free(cache->memory, geometry);
    return NULL;
  }
  mutex_lock(&cache->lock);
  Entry *e = find(cache, geometry->hash, content_bytes);
  if (e != NULL) {
    add_reference(cache, e);
  } else {
    if (cache->count >= 2 * cache->bucket_count) grow(cache);
    *fresh = (Entry){.next = *bucket_of(cache, geometry->hash), .geometry = geometry, .content_bytes = content_bytes, .references = 1};
    *bucket_of(cache, geometry->hash) = fresh;
    cache->count++;
  }
  mutex_unlock(&cache->lock);
  if (e == NULL) return geometry;
  geometry_free(cache->memory, geometry);
  memory_free(cache->memory, fresh, sizeof *fresh);
  return e->geometry;
}

void cache_release(AssetCache *cache, const Geometry *geometry) {
  mutex_lock(&cache->lock);
  Entry *dropped = NULL, *e = *bucket_of(cache, geometry->hash);
  while (e->geometry != geometry) e = e->next;
  if (--e->references == 0) {
    e->older = cache->newest;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = e;
    cache->newest = e;
    cache->unused_bytes += geometry->bytes;
    dropped = take_out(cache, cache->keep_bytes);
  }
  mutex_unlock(&cache->lock);
  free_entries(cache, dropped);
}

uint64_t cache_drop_unused(AssetCache *cache) {
  mutex_lock(&cache->lock);
  Entry *dropped = take_out(cache, 0);
  mutex_unlock(&cache->lock);
  return free_entries(cache, dropped);
}
