/* geometry.h - the making of shared geometry: a frozen block with a mesh or a group's primitives, and its own tree. */
#ifndef ML_SCENE_GEOMETRY_H
#define ML_SCENE_GEOMETRY_H

#include "base/cancel.h"
#include "base/memory.h"
#include "bvh/world.h"

enum { GEOMETRY_HASH_MESH = 1, GEOMETRY_HASH_GROUP = 2, GEOMETRY_HASH_SCENE = 3 }; /* seeds that keep contents apart */

/* Whether no ray may hit it: without an area, as far as doubles can tell. */
bool triangle_is_degenerate(const float *a, const float *b, const float *c);

/* Where the arrays of a block come to lie, 64 bytes aligned, behind a struct of `bytes` at the beginning. */
typedef struct BlockLayout {
  size_t bytes;
  bool overflow;
} BlockLayout;
size_t block_place(BlockLayout *layout, uint64_t count, size_t size); /* the array's offset */
/* Copies an array to its offset; NULL for an empty one. Cancelled, it leaves the rest: the caller asks work_status. */
void *block_copy(Work *work, void *block, size_t offset, const void *from, uint64_t count, size_t size);

/* content: everything but the tree, block fields and pointers' targets is copied from it. */
MlStatus geometry_create(const BvhBuild *build, const Geometry *content, Geometry **out, MlError *error);
/* Whether an asset was made of this: hashes may agree by chance. content's triangles may still hold the degenerate ones that the asset
 * leaves out; its tree is not looked at. */
bool geometry_equals(const Geometry *asset, const Geometry *content);
void geometry_free(Memory *memory, Geometry *geometry);

#endif
