/* expand.h - from the node graph to flat lists: primitives, instances, lights. The lists are commit's; they are copied into the
 * frozen block and freed. Rules: ARCHITECTURE.md, "Node graph to frozen scene". */
#ifndef ML_SCENE_EXPAND_H
#define ML_SCENE_EXPAND_H

#include "base/cancel.h"
#include "light/light.h"
#include "scene/builder.h"
#include "scene/geometry.h"

/* The items of one tree, and what they refer to. */
typedef struct ItemList {
  ARRAY(Prim) prims;
  ARRAY(PlacedTransform) placed;
  uint64_t object_count; /* one past the place of the object's space that was kept last; 0: none */
  ARRAY(Instance) instances;
  ARRAY(Aabb) boxes;      /* of the instances */
  ARRAY(uint64_t) firsts; /* likewise (Instances.firsts); in a geometry alone */
  uint64_t paths;         /* so far, in a geometry: Geometry.paths */
  ARRAY(const Geometry *) geometries;
  ARRAY(Motion) motions;
  ARRAY(MotionKey) keys;
  ARRAY(uint32_t) prim_things, instance_things; /* in the scene's own, where wanted: Scene.prim_things */
  uint64_t serial;                              /* to tell lists apart; the scene's own: 0 */
} ItemList;

/* How a node that holds others comes into the scene. */
typedef enum GroupForm {
  GROUP_EXPANDED,
  GROUP_FLAT,   /* as an instance of a geometry of primitives alone */
  GROUP_NESTED, /* as an instance of one that may have instances in it */
} GroupForm;

/* A node's geometry, and where the list that asked for it last has it. */
typedef struct NodeGeometry {
  const Geometry *asset; /* NULL: not made yet */
  uint64_t list;         /* ItemList.serial + 1; 0: none */
  uint32_t index;        /* in ItemList.geometries */
  bool empty;            /* it was made, and nothing was left of it */
  bool closed;           /* a mesh that was found to have no border */
  bool counted;          /* in Expansion.spent */
} NodeGeometry;

typedef struct Expansion {
  const MlBuilder *b;
  Memory *memory;
  Work *work;
  MlError *error;
  ItemList list;                /* the scene's own */
  ARRAY(Light) lights;          /* emission and kind; meshes' trees and selection follow in lights.c */
  ARRAY(LightProfile) profiles; /* one for each light that has a beam */
  ARRAY(IesTable) ies;          /* the builder's */
  ARRAY(float) ies_values;
  ARRAY(Material) materials;      /* the builder's, and one for each area light */
  ARRAY(const Geometry *) assets; /* references held, one per geometry of `geometries` */
  NodeGeometry *geometries;       /* by node id - 1 */
  uint64_t *uses;                 /* by node id - 1: how often the scene has it; saturates */
  uint8_t *forms;                 /* by node id - 1: GroupForm of groups */
  uint64_t node_count, list_count;
  WorkPart making;        /* the part of the work that making geometries is */
  uint64_t effort, spent; /* what that comes to, about: expand_effort of all that the scene has; of those that were made */
  bool glows;                             /* something emits that is no light: in motion, in an array */
  bool wants_things;                      /* some program looks at what it is on */
  uint32_t thing_count;                   /* outermost placed things so far */
  uint64_t shapes, triangles, degenerate; /* saturate */
} Expansion;

/* For the trees of all of it. */
static inline BvhBuild expand_build(const Expansion *e) {
  const BuilderContext *context = &e->b->context;
  return (BvhBuild){.memory = e->memory,
                    .work = e->work,
                    .width = context->tree_width != 0 ? context->tree_width : 4,
                    .quality = context->tree_quality,
                    .parallel = &context->parallel};
}

/* Where the numbers of a scene (or of a group's geometry) with these bounds begin: their centre when that lies further out than
 * 16 times their half diagonal, else 0. */
void scene_origin_of(const MlBounds *bounds, double origin[3]);

/* expand_count.c: how dear a node's own geometry is to make, in triangles: a guess, for who wants to know how far a build is. */
uint64_t expand_effort(const Node *node);
/* expand_count.c: fills uses, effort and forms, and makes geometries, all empty; node_count is set and not 0. ML_ERROR_LIMIT: more than a tree
 * holds, or instances too deep in each other. */
MlStatus expand_prepare(Expansion *e);

/* ---- expand_instances.c */

/* Why a geometry is wanted: what in it is wrong depends on that. */
typedef enum WantedFor { FOR_GROUP, FOR_MOTION, FOR_ARRAY } WantedFor;

/* What surrounds a node on the way down. */
typedef struct Context {
  ItemList *list;      /* where items go */
  bool geometry;       /* into a group's geometry: names no material of its own, has no lights */
  bool nested;         /* which may have instances */
  bool operand;        /* of a combination, in which planes are halves of space */
  WantedFor wanted;    /* what that is for */
  MlMaterial material; /* of the nearest enclosing node that names one; 0 (in a geometry: NO_ID): none */
  uint32_t hidden;
  uint32_t thing; /* the outermost placement around, from 1; 0: there is none yet */
} Context;

/* Both directions of t; false: too large, too small or too flat for floats. */
bool place_exactly(const MlTransform *t, PlacedTransform *out);
MlStatus expand_too_far(const Expansion *e, const Node *node);
const char *expand_node_name(const Node *node);
/* expand.c: notes of which thing the primitive or instance is that was added last. */
MlStatus expand_add_thing(Expansion *e, const Context *in, bool instance);
/* expand.c: unless it is black. */
MlStatus expand_add_light(Expansion *e, const Light *light, const Node *node);
/* expand.c: a node and all in it, into in->list. */
MlStatus expand_node(Expansion *e, const Context *in, MlNode id, const MlTransform *t);
/* Adds an instance of a node's geometry, which is made when first needed. motion NULL: it stands still, at t; else at t times that. */
MlStatus expand_instance(Expansion *e, const Context *in, MlNode id, const MlTransform *t, const MotionChain *motion, WantedFor wanted);
void item_list_free(Memory *memory, ItemList *list);

/* ---- expand_csg.c */

/* What a Csg points to, while it is made: of primitives and of instances apart, until it is known how many there are. */
typedef struct CsgItems {
  ARRAY(CsgNode) nodes;
  ARRAY(CsgItem) prims, instances;
} CsgItems;
void csg_items_free(Memory *memory, CsgItems *items);
/* The operands of a combination into in->list, a new one, and what it says of them. Nothing of it is left: node_count is 0 and the list empty.
 * ML_ERROR_ARGUMENT: a mesh has a border; ML_ERROR_LIMIT: too many operands. */
MlStatus expand_csg(Expansion *e, const Context *in, MlNode id, const MlTransform *t, CsgItems *items, Csg *out);

/* Expands all that was added, relative to `origin`. On failure, too, the expansion must be released. */
MlStatus expand_scene(Expansion *e, const double origin[3]);
/* Frees the lists. Assets stay referenced unless `assets` is true. */
void expand_release(Expansion *e, bool assets);

#endif
