/* geometry.h - the making of shared geometry: a frozen block with a mesh or a group's primitives, and its own tree. */
#ifndef ML_SCENE_GEOMETRY_H
#define ML_SCENE_GEOMETRY_H

#include "base/cancel.h"
#include "base/memory.h"
#include "bvh/world.h"

enum { GEOMETRY_HASH_MESH = 1, GEOMETRY_HASH_GROUP = 2, GEOMETRY_HASH_SCENE = 3, GEOMETRY_HASH_HAIR = 5 }; /* seeds that keep contents apart */

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
/* boxes: of content's instances (NULL without). It holds no references yet to the geometries of its instances. */
MlStatus geometry_create(const BvhBuild *build, const Geometry *content, const Aabb *boxes, Geometry **out, MlError *error);
/* An array's: takes over content's places, a block of pages, when it succeeds. */
MlStatus geometry_create_array(const BvhBuild *build, const Geometry *content, Geometry **out, MlError *error);
/* Bounds of what lies in `box`, seen through the same to_local as rays are. */
Aabb geometry_still_bounds(const float to_local[9], const float centre[3], const Aabb *box);
/* The same through to_world (without a shift) and then the centre. Padded by `share` of their size: rays are rounded when they enter, and
 * neighbours that share an edge must not lose rays between them. */
Aabb geometry_placed_bounds(const MlTransform *to_world, const float centre[3], const Aabb *box, double share);
/* Takes its blocks' protection off and frees them. */
/* Whether an asset was made of this: hashes may agree by chance. content's triangles may still hold the degenerate ones that the asset
 * leaves out; its tree is not looked at. */
bool geometry_equals(const Geometry *asset, const Geometry *content);
void geometry_free(Memory *memory, Geometry *geometry);
uint64_t geometry_bytes(const Geometry *geometry); /* of all its blocks */

#endif
