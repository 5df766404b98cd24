/* world.h - what rays can hit: primitives and instances under one tree, meshes and groups as shared geometry. Frozen data.
 *
 * Instances nest: a geometry's items may be instances of other geometries, at most GEOMETRY_LEVELS deep in all. What is hit is named by the
 * instance of the scene, by a path within it, and by the primitive or triangle (Hit). Paths are numbers: 0 is the instance's geometry itself;
 * its i-th instance has first(i) .. first(i + 1) - 1, of which the first is that one's geometry itself, and so on (instances_first). In that
 * order they stand for what an expanded scene would hold, and they depend on the scene alone. */
#ifndef ML_BVH_WORLD_H
#define ML_BVH_WORLD_H

#include "bvh/bvh.h"
#include "program/field.h"
#include "shape/prim.h"
#include "shape/strands.h"

#define GEOMETRY_LEVELS 8 /* instances within instances */

/* A triangle mesh in its own coordinates. */
typedef struct Mesh {
  const float *points;       /* 3 per point */
  const uint32_t *triangles; /* 3 per triangle */
  const float *normals;      /* 3 per point or NULL */
  const float *uv;           /* 2 per point or NULL */
  uint64_t point_count, triangle_count;
} Mesh;

typedef struct Geometry Geometry;

/* A geometry placed. Its box, which is part of its test, is that of its leaf in the tree; of one in motion that is around all of its way,
 * and it has a box for each time besides (MotionKey). */
typedef struct Instance {
  PlacedTransform placed; /* geometry <-> what it is in; in motion: when the frame begins */
  uint32_t geometry;      /* in Instances.geometries */
  uint32_t material;      /* for parts that name none; of the scene's own resolved, else NO_ID: that of the instance around */
  uint32_t light;         /* a mesh that emits and is sampled: its light, else NO_ID */
  uint32_t hidden : 3;    /* ML_HIDE_* */
  uint32_t identity : 1;  /* `placed` changes nothing: rays need not be turned */
  uint32_t motion : 28;   /* 0: it stands still; else one more than the place in Instances.motions */
} Instance;

/* One of an array's: all else is the same for all. */
typedef struct ArrayPlace {
  float to_local[9], centre[3];
} ArrayPlace;

/* Where an instance in motion is at count equally spaced times, 0 to 1. In between, points go straight: the matrix is the mean of both keys'
 * (so many keys that turns err little: scene/expand.c), and so is the box. */
typedef struct MotionKey {
  float to_world[9], centre[3];
  float lo[3], hi[3];
} MotionKey;
typedef struct Motion {
  uint32_t first, count; /* into Instances.keys; count at least 2 */
} Motion;

/* The instances of a tree. */
typedef struct Instances {
  const Instance *data;     /* NULL for an array */
  const ArrayPlace *places; /* an array: all as `pattern` says, but in their own places */
  Instance pattern;
  const Geometry *const *geometries; /* what they are of */
  const uint64_t *firsts;            /* of data: the paths' numbers; NULL in the scene's own tree, whose instances the hit names */
  const Motion *motions;
  const MotionKey *keys;
  uint64_t count, geometry_count, motion_count, key_count;
} Instances;

/* A combination of closed solids by union, intersection and difference. Its operands are the items of a geometry: primitives, then instances of
 * meshes. What it says of a point, given in which items that is, is a tree of counting gates: a node is true when at least `need` of what
 * hangs on it is (1: a union, all: an intersection), and says so, or the opposite where it is `negated` (what is taken away), to its
 * parent. A crossing of one item's surface changes one count on the way up from it, and no more where that changes nothing. */
#define CSG_MAX_ITEMS 1024u
#define CSG_MAX_NODES 2048u
typedef struct CsgNode {
  uint16_t parent; /* of the root, node 0: 0 */
  uint16_t need;   /* at least 1 */
  uint16_t start;  /* how many hold where the point is in no item */
  uint16_t negated;
} CsgNode;
typedef struct CsgItem {
  uint16_t parent;
  uint8_t negated;
  uint8_t flipped; /* its surface bounds the solid with what is inside of it left out: normals are turned round */
} CsgItem;
typedef struct Csg {
  const CsgNode *nodes;
  const CsgItem *items; /* by item */
  uint32_t node_count;  /* 0: it is none */
  uint32_t item_count;
  float size; /* the largest coordinate in it */
  Aabb box;   /* around the combination: often smaller than that of the items */
} Csg;

/* Shared geometry: either a mesh (tree over triangles), or a group's primitives and instances (tree over those, numbered as in World), or an
 * array, or a combination of solids. An asset block; it holds references to the geometries of its instances. */
struct Geometry {
  uint64_t bytes; /* of the whole block, which begins with this struct: an asset's head (scene/cache.h) */
  uint64_t hash;  /* of the contents */
  Mesh mesh;      /* triangle_count 0: a group */
  const Prim *prims;
  const PlacedTransform *placed;
  uint64_t prim_count, placed_count, prim_triangles; /* prim_triangles: how many of the primitives are triangles */
  Instances instances;
  Field field; /* a solid that is a program: the tree is over its cells, and there are no primitives */
  Strands strands; /* hair: the tree is over its segments, and there are no primitives */
  uint64_t paths;                     /* how many it has: 1, and those of its instances; at most 2^62 */
  uint64_t all_shapes, all_triangles; /* as drawn, those of instances included; saturated */
  uint32_t levels;                    /* of instances inside; 0: none */
  Csg csg;
  Bvh bvh;
  Aabb bounds;         /* of the surfaces, without padding */
  uint64_t degenerate; /* triangles that were left out */
  double origin[3];    /* stored coordinates plus this are the group's own; 0 for meshes */
  void *part;          /* an array's places, a block of pages of their own */
  uint64_t part_bytes;
};

/* The tree's item i is primitive i for i < prim_count, else instance i - prim_count. Planes are tested on their own. */
typedef struct World {
  Bvh bvh;
  const Prim *prims; /* all primitives of the scene, planes included; the tree's first items */
  const PlacedTransform *placed;
  Instances instances;
  const uint32_t *planes; /* ids of the primitives that are planes */
  uint64_t prim_count, plane_count;
} World;

/* The path of instance i within its geometry. */
static inline uint64_t instances_first(const Instances *instances, uint64_t i) {
  return instances->firsts != NULL ? instances->firsts[i] : 1 + i * instances->geometries[0]->paths;
}

static inline const Geometry *instance_geometry(const Instances *instances, const Instance *instance) {
  return instances->geometries[instance->geometry];
}

/* One thing without primitives of its own: a mesh, a solid that is a program, hair. */
static inline bool geometry_is_whole(const Geometry *geometry) {
  return geometry->mesh.triangle_count != 0 || geometry->field.distance != NULL || geometry->strands.segment_count != 0;
}

#endif
