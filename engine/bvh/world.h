/* world.h - what rays can hit: primitives and instances under one tree, meshes and groups as shared geometry. Frozen data. */
#ifndef ML_BVH_WORLD_H
#define ML_BVH_WORLD_H

#include "bvh/bvh.h"
#include "shape/prim.h"

/* A triangle mesh in its own coordinates. */
typedef struct Mesh {
  const float *points;       /* 3 per point */
  const uint32_t *triangles; /* 3 per triangle */
  const float *normals;      /* 3 per point or NULL */
  const float *uv;           /* 2 per point or NULL */
  uint64_t point_count, triangle_count;
} Mesh;

/* Shared geometry: either a mesh (tree over triangles) or a group's primitives (tree over primitives). An asset block. */
typedef struct Geometry {
  uint64_t bytes; /* of the whole block, which begins with this struct: an asset's head (scene/cache.h) */
  uint64_t hash;  /* of the contents */
  Mesh mesh;      /* triangle_count 0: a group */
  const Prim *prims;
  const PlacedTransform *placed;
  uint64_t prim_count, placed_count, prim_triangles; /* prim_triangles: how many of the primitives are triangles */
  Bvh bvh;
  Aabb bounds;         /* of the surfaces, without padding */
  uint64_t degenerate; /* triangles that were left out */
  double origin[3];    /* stored coordinates plus this are the group's own; 0 for meshes */
} Geometry;

typedef struct Instance {
  const Geometry *geometry;
  PlacedTransform placed; /* geometry <-> scene */
  uint32_t material;      /* for parts that name none; resolved */
  uint32_t light;         /* a mesh that emits: its light, else NO_ID */
  uint32_t hidden;        /* ML_HIDE_* */
  float lo[3], hi[3];     /* bounds in the scene, part of the instance's own test (trace.h) */
} Instance;

/* The tree's item i is primitive i for i < prim_count, else instance i - prim_count. Planes are tested on their own. */
typedef struct World {
  Bvh bvh;
  const Prim *prims; /* all primitives of the scene, planes included; the tree's first items */
  const PlacedTransform *placed;
  const Instance *instances;
  const uint32_t *planes; /* ids of the primitives that are planes */
  uint64_t prim_count, instance_count, plane_count;
} World;

#endif
