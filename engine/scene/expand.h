/* expand.h - from the node graph to flat lists: primitives, instances, lights. The lists are commit's; they are copied into the
 * frozen block and freed. Rules: ARCHITECTURE.md, "Node graph to frozen scene". */
#ifndef ML_SCENE_EXPAND_H
#define ML_SCENE_EXPAND_H

#include "base/cancel.h"
#include "light/light.h"
#include "scene/builder.h"

/* Primitives of one tree, and the placements that they refer to. */
typedef struct PrimList {
  ARRAY(Prim) prims;
  ARRAY(PlacedTransform) placed;
  uint64_t object_count; /* one past the place of the object's space that was kept last; 0: none */
} PrimList;

typedef struct Expansion {
  const MlBuilder *b;
  Memory *memory;
  Work *work;
  MlError *error;
  PrimList list; /* the scene's own */
  ARRAY(Instance) instances;
  ARRAY(Light) lights;          /* emission and kind; meshes' trees and selection follow in lights.c */
  ARRAY(LightProfile) profiles; /* one for each light that has a beam */
  ARRAY(IesTable) ies;          /* the builder's */
  ARRAY(float) ies_values;
  ARRAY(Material) materials;      /* the builder's, and one for each area light */
  ARRAY(const Geometry *) assets; /* references held, one per geometry of `geometries` */
  const Geometry **geometries;    /* by node id - 1: of meshes and of groups that are instanced; NULL: not made yet */
  uint64_t *uses;                 /* by node id - 1: how often the scene has it; saturates */
  bool *instanced;                /* by node id - 1: groups that become geometry */
  uint64_t node_count;
  uint64_t shapes, triangles, degenerate;
} Expansion;

/* For the trees of all of it. */
static inline BvhBuild expand_build(const Expansion *e) {
  return (BvhBuild){.memory = e->memory, .work = e->work, .width = e->b->context.tree_width != 0 ? e->b->context.tree_width : 4};
}

/* Where the numbers of a scene (or of a group's geometry) with these bounds begin: their centre when that lies further out than
 * 16 times their half diagonal, else 0. */
void scene_origin_of(const MlBounds *bounds, double origin[3]);

/* expand_count.c: fills uses and instanced, and makes geometries, all NULL; node_count is set and not 0. ML_ERROR_LIMIT: more than a tree holds. */
MlStatus expand_prepare(Expansion *e);

/* Expands all that was added, relative to `origin`. On failure, too, the expansion must be released. */
MlStatus expand_scene(Expansion *e, const double origin[3]);
/* Frees the lists. Assets stay referenced unless `assets` is true. */
void expand_release(Expansion *e, bool assets);

#endif
