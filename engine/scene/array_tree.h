/* array_tree.h - the tree of an array's places. That of a large one is put together of trees of parts, in the order of a curve that fills
 * space (Morton 1966), so that building it takes little more memory than the tree itself; its form has no influence on hits. */
#ifndef ML_SCENE_ARRAY_TREE_H
#define ML_SCENE_ARRAY_TREE_H

#include "bvh/world.h"

/* A large array's nodes are a block of pages of their own, *nodes, which then is out->nodes; else *nodes is NULL. */
MlStatus array_tree(const BvhBuild *build, const Instances *array, Bvh *out, void **nodes, uint64_t *node_bytes, MlError *error);

#endif
