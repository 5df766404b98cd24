/* cache.c - a hash table with chains; unreferenced entries also hang in a list, oldest first. One lock around everything: the
 * operations are short, and assets are asked for a few times per commit. Outside of it: freeing, the comparison of contents on the way
 * in, and every allocation, since an allocation that fails makes room here. */
#include "scene/cache.h"

#include <string.h>

#include "base/error.h"
#include "base/thread.h"
#include "image/texture_build.h"
#include "light/environment_build.h"
#include "scene/geometry.h"
#include "scene/model_record.h"

typedef struct Entry {
  struct Entry *next;          /* in the chain of its bucket; of entries being dropped: in that list */
  struct Entry *older, *newer; /* among the unreferenced */
  AssetKind kind;
  void *asset;
  uint64_t hash, bytes; /* as in the asset's head */
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

/* ---- what assets have in common */

/* The head of every asset's block: its first two members. */
typedef struct AssetHead {
  uint64_t bytes, hash;
} AssetHead;
_Static_assert(offsetof(Geometry, bytes) == offsetof(AssetHead, bytes) && offsetof(Geometry, hash) == offsetof(AssetHead, hash) &&
                 offsetof(TextureImage, bytes) == offsetof(AssetHead, bytes) && offsetof(TextureImage, hash) == offsetof(AssetHead, hash) &&
                 offsetof(Environment, bytes) == offsetof(AssetHead, bytes) && offsetof(Environment, hash) == offsetof(AssetHead, hash) &&
                 offsetof(ModelRecord, bytes) == offsetof(AssetHead, bytes) && offsetof(ModelRecord, hash) == offsetof(AssetHead, hash),
               "an asset begins with its head");

static AssetHead head_of(const void *asset) {
  AssetHead head;
  memcpy(&head, asset, sizeof head);
  return head;
}

static bool asset_equals(AssetKind kind, const void *asset, const void *content) {
  switch (kind) {
  case ASSET_GEOMETRY: return geometry_equals(asset, content);
  case ASSET_IMAGE: return texture_image_same(asset, content);
  case ASSET_ENVIRONMENT: return environment_same(asset, content);
  case ASSET_MODEL: return model_record_same(asset, content);
  }
  return false;
}

/* Not under the lock: a geometry gives back those of its instances, GEOMETRY_LEVELS deep at most. */
static void asset_free(AssetCache *cache, AssetKind kind, void *asset) {
  if (kind == ASSET_GEOMETRY) {
    const Instances *inside = &((const Geometry *)asset)->instances;
    for (uint64_t i = 0; i < inside->geometry_count; i++) cache_release(cache, inside->geometries[i]);
    geometry_free(cache->memory, asset);
    return;
  }
  size_t bytes = (size_t)head_of(asset).bytes;
  memory_pages_unprotect(asset, bytes);
  memory_pages_free(cache->memory, asset, bytes);
}

/* What an entry counts for. */
static uint64_t asset_bytes(AssetKind kind, const void *asset) {
  return kind == ASSET_GEOMETRY ? geometry_bytes(asset) : head_of(asset).bytes;
}

/* ---- creation */

static bool make_room(void *ud) { return cache_drop_unused(ud) != 0; }

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
  memory->make_room = make_room;
  memory->make_room_ud = cache;
  *out = cache;
  return ML_OK;
}

void cache_destroy(AssetCache *cache) {
  if (cache == NULL) return;
  Memory *memory = cache->memory;
  memory->make_room = NULL;
  cache_drop_unused(cache);
  mutex_destroy(&cache->lock);
  memory_free(memory, cache->buckets, (size_t)(cache->bucket_count * sizeof *cache->buckets));
  memory_free(memory, cache, sizeof *cache);
}

/* ---- under the lock */

static Entry **bucket_of(const AssetCache *cache, uint64_t hash) { return &cache->buckets[hash & (cache->bucket_count - 1)]; }

/* The first from `e` on in a chain. */
static Entry *find(Entry *e, AssetKind kind, uint64_t hash, uint64_t content_bytes) {
  while (e != NULL && (e->hash != hash || e->content_bytes != content_bytes || e->kind != kind)) e = e->next;
  return e;
}

static Entry *entry_of(const AssetCache *cache, const void *asset) {
  Entry *e = *bucket_of(cache, head_of(asset).hash);
  while (e->asset != asset) e = e->next;
  return e;
}

static void unlink_unused(AssetCache *cache, Entry *e) {
  *(e->older != NULL ? &e->older->newer : &cache->oldest) = e->newer;
  *(e->newer != NULL ? &e->newer->older : &cache->newest) = e->older;
  e->older = e->newer = NULL;
  cache->unused_bytes -= e->bytes;
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
    Entry **link = bucket_of(cache, e->hash);
    while (*link != e) link = &(*link)->next;
    *link = e->next;
    cache->count--;
    e->next = dropped;
    dropped = e;
  }
  return dropped;
}

/* Drops a reference; returns what that drives out of the cache. */
static Entry *drop_reference(AssetCache *cache, Entry *e) {
  if (--e->references != 0) return NULL;
  e->older = cache->newest;
  *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = e;
  cache->newest = e;
  cache->unused_bytes += e->bytes;
  return take_out(cache, cache->keep_bytes);
}

/* Hangs everything over into these, zeroed; the caller frees the old ones. */
static void move_into(AssetCache *cache, Entry **buckets, uint64_t count) {
  for (uint64_t i = 0; i < cache->bucket_count; i++) {
    for (Entry *e = cache->buckets[i], *next; e != NULL; e = next) {
      next = e->next;
      Entry **bucket = &buckets[e->hash & (count - 1)];
      e->next = *bucket;
      *bucket = e;
    }
  }
  cache->buckets = buckets;
  cache->bucket_count = count;
}

/* ---- the interface */

static uint64_t free_entries(AssetCache *cache, Entry *list) {
  uint64_t bytes = 0;
  for (Entry *e = list, *next; e != NULL; e = next) {
    next = e->next;
    bytes += e->bytes;
    asset_free(cache, e->kind, e->asset);
    memory_free(cache->memory, e, sizeof *e);
  }
  return bytes;
}

const void *cache_find_asset(AssetCache *cache, AssetKind kind, const void *content, uint64_t content_bytes) {
  const uint64_t hash = head_of(content).hash;
  mutex_lock(&cache->lock);
  Entry *e = find(*bucket_of(cache, hash), kind, hash, content_bytes);
  if (e != NULL) add_reference(cache, e); /* it stays while it is compared */
  mutex_unlock(&cache->lock);
  while (e != NULL && !asset_equals(kind, e->asset, content)) {
    mutex_lock(&cache->lock);
    Entry *next = find(e->next, kind, hash, content_bytes);
    if (next != NULL) add_reference(cache, next);
    Entry *dropped = drop_reference(cache, e);
    mutex_unlock(&cache->lock);
    free_entries(cache, dropped);
    e = next;
  }
  return e != NULL ? e->asset : NULL;
}

const void *cache_find_known(AssetCache *cache, AssetKind kind, uint64_t hash, uint64_t content_bytes) {
  mutex_lock(&cache->lock);
  Entry *e = find(*bucket_of(cache, hash), kind, hash, content_bytes);
  if (e != NULL) add_reference(cache, e);
  mutex_unlock(&cache->lock);
  return e != NULL ? e->asset : NULL;
}

const void *cache_insert_asset(AssetCache *cache, AssetKind kind, void *asset, uint64_t content_bytes) {
  Memory *memory = cache->memory;
  const AssetHead head = head_of(asset);
  Entry *fresh = memory_alloc_zero(memory, sizeof *fresh, _Alignof(Entry));
  if (fresh == NULL) {
    asset_free(cache, kind, asset);
    return NULL;
  }
  // More buckets when chains get long; without memory for them they stay long
  mutex_lock(&cache->lock);
  uint64_t bucket_count = cache->count >= 2 * cache->bucket_count ? 2 * cache->bucket_count : 0, spare_count = bucket_count;
  mutex_unlock(&cache->lock);
  Entry **spare = bucket_count != 0 ? memory_alloc_zero(memory, (size_t)(bucket_count * sizeof *spare), _Alignof(Entry *)) : NULL;

  mutex_lock(&cache->lock);
  Entry *e = find(*bucket_of(cache, head.hash), kind, head.hash, content_bytes);
  while (e != NULL && !asset_equals(kind, e->asset, asset)) e = find(e->next, kind, head.hash, content_bytes);
  if (e != NULL) {
    add_reference(cache, e);
  } else {
    if (spare != NULL && cache->bucket_count < bucket_count) {
      Entry **old = cache->buckets;
      spare_count = cache->bucket_count;
      move_into(cache, spare, bucket_count);
      spare = old;
    }
    *fresh = (Entry){.next = *bucket_of(cache, head.hash),
                     .kind = kind,
                     .asset = asset,
                     .hash = head.hash,
                     .bytes = asset_bytes(kind, asset),
                     .content_bytes = content_bytes,
                     .references = 1};
    *bucket_of(cache, head.hash) = fresh;
    cache->count++;
  }
  mutex_unlock(&cache->lock);
  memory_free(memory, spare, (size_t)(spare_count * sizeof *spare));
  if (e == NULL) return asset;
  asset_free(cache, kind, asset);
  memory_free(memory, fresh, sizeof *fresh);
  return e->asset;
}

void cache_retain(AssetCache *cache, const void *asset) {
  mutex_lock(&cache->lock);
  add_reference(cache, entry_of(cache, asset));
  mutex_unlock(&cache->lock);
}

void cache_release(AssetCache *cache, const void *asset) {
  mutex_lock(&cache->lock);
  Entry *dropped = drop_reference(cache, entry_of(cache, asset));
  mutex_unlock(&cache->lock);
  free_entries(cache, dropped);
}

uint64_t cache_drop_unused(AssetCache *cache) {
  uint64_t bytes = 0;
  for (;;) { /* what is dropped may have been the last to use others */
    mutex_lock(&cache->lock);
    Entry *dropped = take_out(cache, 0);
    mutex_unlock(&cache->lock);
    if (dropped == NULL) return bytes;
    bytes += free_entries(cache, dropped);
  }
}

uint64_t cache_unused_bytes(AssetCache *cache) {
  mutex_lock(&cache->lock);
  uint64_t bytes = cache->unused_bytes;
  mutex_unlock(&cache->lock);
  return bytes;
}
