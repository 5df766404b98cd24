/* cache.h - assets (meshes and shared groups with their trees) by content, across evaluations (invariant 11).
 * Blocks are frozen; counts, LRU order and the lock live in this table. All functions may be called from any thread. */
#ifndef ML_SCENE_CACHE_H
#define ML_SCENE_CACHE_H

#include "base/memory.h"
#include "bvh/world.h"

typedef struct AssetCache AssetCache;

/* From now on the memory gives up unused assets before it refuses anybody anything. */
MlStatus cache_create(Memory *memory, uint64_t keep_bytes, AssetCache **out, MlError *error);
void cache_destroy(AssetCache *cache); /* every asset must have been released */
/* The asset that was made of this content (geometry_equals), which has its hash in it, and this byte count; referenced, or NULL. */
const Geometry *cache_find(AssetCache *cache, const Geometry *content, uint64_t content_bytes);
void cache_retain(AssetCache *cache, const Geometry *geometry); /* one more reference to what the caller holds one to */
/* Takes ownership of a complete block, whose hash is in it; returns it, or the equal one that another thread put first (the new one is
 * freed), with one reference; NULL: memory is out (it is freed, too). */
const Geometry *cache_insert(AssetCache *cache, Geometry *geometry, uint64_t content_bytes);
void cache_release(AssetCache *cache, const Geometry *geometry); /* unreferenced assets stay until keep_bytes is passed, oldest go first */
uint64_t cache_drop_unused(AssetCache *cache);                   /* bytes freed */

#endif
