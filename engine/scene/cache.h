/* cache.h - assets (meshes and shared groups with their trees, pictures with their levels, the light of surroundings) by content, across evaluations (invariant 11).
 * An asset is a block of pages of its own that begins with `bytes`, of the block, and `hash`, of the contents. Blocks are frozen; counts, LRU order and the lock live in this table. All functions may be called from any thread. */
#ifndef ML_SCENE_CACHE_H
#define ML_SCENE_CACHE_H

#include "base/memory.h"
#include "bvh/world.h"
#include "image/texture_image.h"

typedef struct AssetCache AssetCache;

/* From now on the memory gives up unused assets before it refuses anybody anything. */
MlStatus cache_create(Memory *memory, uint64_t keep_bytes, AssetCache **out, MlError *error);
void cache_destroy(AssetCache *cache); /* every asset must have been released */

typedef enum AssetKind { ASSET_GEOMETRY, ASSET_IMAGE, ASSET_ENVIRONMENT, ASSET_MODEL } AssetKind;
/* The asset that was made of this content (geometry_equals, texture_image_same, environment_same, model_record_same), which has its hash in it, and this byte count;
 * referenced, or NULL. */
const void *cache_find_asset(AssetCache *cache, AssetKind kind, const void *content, uint64_t content_bytes);
/* The same for one whose hash and byte count are known from before, when it was compared; nothing is compared now. */
const void *cache_find_known(AssetCache *cache, AssetKind kind, uint64_t hash, uint64_t content_bytes);
/* Takes ownership of a complete block, whose hash is in it; returns it, or the equal one that another thread put first (the new one is
 * freed), with one reference; NULL: memory is out (it is freed, too). */
const void *cache_insert_asset(AssetCache *cache, AssetKind kind, void *asset, uint64_t content_bytes);
void cache_retain(AssetCache *cache, const void *asset);  /* one more reference to what the caller holds one to */
void cache_release(AssetCache *cache, const void *asset); /* unreferenced assets stay until keep_bytes is passed, oldest go first */
uint64_t cache_drop_unused(AssetCache *cache);            /* bytes freed */
uint64_t cache_unused_bytes(AssetCache *cache);           /* what that would free, about */

static inline const Geometry *cache_find(AssetCache *cache, const Geometry *content, uint64_t content_bytes) {
  return cache_find_asset(cache, ASSET_GEOMETRY, content, content_bytes);
}
static inline const Geometry *cache_insert(AssetCache *cache, Geometry *geometry, uint64_t content_bytes) {
  return cache_insert_asset(cache, ASSET_GEOMETRY, geometry, content_bytes);
}

#endif
