/* light_tree.h - building the trees that light/tree.h walks. */
#ifndef ML_SCENE_LIGHT_TREE_H
#define ML_SCENE_LIGHT_TREE_H

#include "base/array.h"
#include "base/cancel.h"
#include "light/light.h"

/* All trees of a scene, one behind the other. */
typedef struct LightForest {
  ARRAY(LightTree) trees;
  ARRAY(LightNode) nodes;
  ARRAY(uint32_t) items, leaves;
} LightForest;

/* Appends a tree over `count` items, whose bounds are given and whose ids, all below id_count, are `ids` (NULL: 0 .. count - 1). Leaves hold up to leaf_size
 * items, at most LIGHT_LEAF_MOST. Without items it has no nodes. The same items in the same order give the same tree. Ids that have no item
 * have the leaf 0. */
MlStatus light_tree_build(Memory *memory, LightForest *forest, const LightBounds *bounds, const uint32_t *ids, uint32_t count,
                          uint32_t id_count, uint32_t leaf_size, Work *work, MlError *error);
void light_forest_free(Memory *memory, LightForest *forest);

#endif
