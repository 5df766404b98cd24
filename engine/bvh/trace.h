/* trace.h - ray queries on a World: planes, the tree of primitives and instances, the trees of their geometry. Per-ray code.
 *
 * The tree never decides what is hit (invariant 4), by construction: a primitive's own test includes its own box, by the same
 * arithmetic as the tree's boxes, and its t is at least that box's near distance (prim_intersect). Tree boxes hold the boxes of
 * what is below them, and the slab test is monotone (ray_box.h). So a ray that hits a primitive passes every box above it, and
 * no such box is nearer than t: whatever the tree, exactly the primitives that accept the ray with t <= the nearest so far are
 * found, and ties go by id. An instance passes its own box's near distance down as a floor under the t of all that is in it. */
#ifndef ML_BVH_TRACE_H
#define ML_BVH_TRACE_H

#include "bvh/placement.h"

#ifndef TREE_WIDTH
#define TREE_WIDTH 4
#endif
#if TREE_WIDTH == 8
typedef BvhNode8 BvhNode;
typedef TriangleBlock8 TriangleBlock;
#else
typedef BvhNode4 BvhNode;
typedef TriangleBlock4 TriangleBlock;
#endif

/* ---- walking a tree: leaves in order of distance, as far as t */

typedef struct TreeEntry {
  float near;
  uint32_t child; /* as in BvhNode.child */
} TreeEntry;

typedef struct TreeWalk {
  uint32_t count;
  TreeEntry stack[(TREE_WIDTH - 1) * BVH_MAX_DEPTH + 1];
} TreeWalk;

static inline void tree_walk_begin(TreeWalk *walk, const Bvh *bvh, float floor) {
  walk->count = bvh->node_count != 0 ? 1 : 0;
  walk->stack[0] = (TreeEntry){floor, 0};
}

/* The next leaf whose box passes at a distance of at most t, which is *near; false: none is left. */
static inline bool tree_walk_next(TreeWalk *walk, const Bvh *bvh, const RayBox *box, float floor, float t, uint32_t *leaf, float *near) {
  while (walk->count != 0) {
    TreeEntry entry = walk->stack[--walk->count];
    if (entry.near > t) continue;
    if (entry.child & BVH_LEAF) {
      if (entry.child == BVH_EMPTY) continue; /* its box stops every ray whose numbers are finite, no others */
      *leaf = entry.child & ~BVH_LEAF;
      *near = entry.near;
      return true;
    }
    const BvhNode *node = (const BvhNode *)bvh->nodes + entry.child;
    // Push the farthest first
    for (uint32_t k = 0, base = walk->count; k < TREE_WIDTH; k++) {
      float lo[3], hi[3], first = floor;
      for (int i = 0; i < 3; i++) lo[i] = node->planes[i][k], hi[i] = node->planes[3 + i][k];
      if (!(ray_box_test(box, lo, hi, &first) && first <= t)) continue;
      uint32_t at = walk->count++;
      for (; at > base && walk->stack[at - 1].near < first; at--) walk->stack[at] = walk->stack[at - 1];
      walk->stack[at] = (TreeEntry){first, node->child[k]};
    }
  }
  return false;
}

/* ---- keeping the nearest */

static inline bool hit_consider(Hit *hit, const PrimHit *found, uint32_t instance, uint64_t path, uint32_t prim) {
  if (found->t == hit->t && !hit_precedes(instance, path, prim, hit)) return false;
  *hit = (Hit){found->t, found->u, found->v, instance, prim, found->part, path};
  return true;
}

static inline bool geometry_item_intersect(const Geometry *geometry, const RayQuery *q, uint32_t item, uint32_t kind, float floor,
                                           float t_max, PrimHit *found) {
  if (geometry->mesh.triangle_count == 0) {
    const Prim *prim = &geometry->prims[item];
    return (prim->hidden & kind) == 0 && prim_intersect(q, prim, geometry->placed, floor, t_max, found);
  }
  const uint32_t *corner = geometry->mesh.triangles + 3 * (size_t)item;
  const float *points = geometry->mesh.points;
  return mesh_triangle_intersect(q, points + 3 * (size_t)corner[0], points + 3 * (size_t)corner[1], points + 3 * (size_t)corner[2], floor,
                                 t_max, found);
}

/* What all that happens in an instance of the scene has in common. */
typedef struct InstanceQuery {
  uint32_t instance, kind;
  float time;
  bool any;
} InstanceQuery;

static inline RayQuery ray_enter(const PlacedTransform *placed, const RayQuery *q) {
  MlVec3 o = placed_point_to_local(placed, dvec_from_vec3(q->o));
  MlVec3 d = matrix_multiply(placed->to_local, dvec_from_vec3(q->d));
  return ray_query(dvec_to_vec3(o), dvec_to_vec3(d));
}

/* The ray in the space of instance i (t is the same there). *floor: comes in as the near distance of its box in the tree; one in motion has a
 * box for the ray's time, too. false: it misses that, or is hidden from it. */
static inline bool instance_enter(const Instances *set, uint32_t i, const RayQuery *q, const InstanceQuery *in, float t_max,
                                  RayQuery *inner, float *floor) {
  Instance scratch;
  const Instance *instance = instances_get(set, i, &scratch);
  if ((instance->hidden & in->kind) != 0) return false;
  if (instance->motion == 0) {
    *inner = ray_enter(&instance->placed, q);
    return true;
  }
  PlacedTransform placed;
  float lo[3], hi[3];
  if (!motion_place(set, instance->motion, in->time, &placed, lo, hi)) return false;
  if (!ray_box_test(&q->box, lo, hi, floor) || *floor > t_max) return false;
  *inner = ray_enter(&placed, q);
  return true;
}

/* A block of a mesh's triangles. */
static inline bool trace_block(const TriangleBlock *block, const RayQuery *q, float floor, uint32_t instance, uint64_t path, Hit *hit) {
  bool closer = false;
  for (uint32_t k = 0; k < TREE_WIDTH && block->id[k] != NO_ID; k++) {
    float p[3][3];
    PrimHit found;
    for (int i = 0; i < 9; i++) p[i / 3][i % 3] = block->corner[i / 3][i % 3][k];
    if (mesh_triangle_intersect(q, p[0], p[1], p[2], floor, hit->t, &found) && hit_consider(hit, &found, instance, path, block->id[k]))
      closer = true;
  }
  return closer;
}

/* A mesh, or a group of primitives alone. q: in its space. */
static inline bool trace_geometry(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor,
                                  Hit *hit) {
  TreeWalk walk;
  uint32_t leaf;
  float near;
  PrimHit found;
  bool closer = false;
  tree_walk_begin(&walk, &geometry->bvh, floor);
  while (tree_walk_next(&walk, &geometry->bvh, &q->box, floor, hit->t, &leaf, &near)) {
    if (geometry->mesh.triangle_count != 0) {
      if (trace_block((const TriangleBlock *)geometry->bvh.blocks + leaf, q, floor, in->instance, path, hit)) closer = true;
    } else if (geometry_item_intersect(geometry, q, leaf, in->kind, floor, hit->t, &found) &&
               hit_consider(hit, &found, in->instance, path, leaf)) {
      closer = true;
    }
    if (in->any && closer) return true;
  }
  return closer;
}

/* One with instances inside; calls itself, GEOMETRY_LEVELS deep at most. */
static __attribute__((noinline)) bool trace_nested(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                   float floor, Hit *hit) {
  TreeWalk walk;
  uint32_t item;
  float near;
  PrimHit found;
  bool closer = false;
  tree_walk_begin(&walk, &geometry->bvh, floor);
  while (tree_walk_next(&walk, &geometry->bvh, &q->box, floor, hit->t, &item, &near)) {
    if (item < geometry->prim_count) {
      if (geometry_item_intersect(geometry, q, item, in->kind, floor, hit->t, &found) &&
          hit_consider(hit, &found, in->instance, path, item))
        closer = true;
    } else {
      const Instances *set = &geometry->instances;
      uint32_t i = item - (uint32_t)geometry->prim_count;
      RayQuery inner;
      if (!instance_enter(set, i, q, in, hit->t, &inner, &near)) continue;
      const Geometry *of = set->geometries[set->places != NULL ? 0 : set->data[i].geometry];
      uint64_t at = path + instances_first(set, i);
      if (of->instances.count != 0 ? trace_nested(of, &inner, in, at, near, hit) : trace_geometry(of, &inner, in, at, near, hit))
        closer = true;
    }
    if (in->any && closer) return true;
  }
  return closer;
}

/* near: the near distance of its box. */
static inline bool trace_instance(const World *world, uint32_t id, const RayQuery *q, const Ray *ray, bool any, float near, Hit *hit) {
  InstanceQuery in = {id, ray->kind, ray->time, any};
  RayQuery inner;
  if (!instance_enter(&world->instances, id, q, &in, hit->t, &inner, &near)) return false;
  const Geometry *geometry = instance_geometry(&world->instances, &world->instances.data[id]);
  if (geometry->instances.count != 0) return trace_nested(geometry, &inner, &in, 0, near, hit);
  return trace_geometry(geometry, &inner, &in, 0, near, hit);
}

/* Nearest hit, or with `any` set the first that turns up. hit begins as {t_max, prim NO_ID}. */
static inline bool trace_world(const World *world, const Ray *ray, bool any, Hit *hit) {
  RayQuery q = ray_query(ray->o, ray->d);
  PrimHit found;
  for (uint64_t i = 0; i < world->plane_count; i++) {
    const Prim *prim = &world->prims[world->planes[i]];
    if ((prim->hidden & ray->kind) == 0 && prim_intersect(&q, prim, world->placed, 0.0f, hit->t, &found))
      hit_consider(hit, &found, NO_ID, 0, world->planes[i]);
    if (any && hit->prim != NO_ID) return true;
  }
  TreeWalk walk;
  uint32_t item;
  float near;
  tree_walk_begin(&walk, &world->bvh, 0.0f);
  while (tree_walk_next(&walk, &world->bvh, &q.box, 0.0f, hit->t, &item, &near)) {
    if (item < world->prim_count) {
      const Prim *prim = &world->prims[item];
      if ((prim->hidden & ray->kind) == 0 && prim_intersect(&q, prim, world->placed, 0.0f, hit->t, &found))
        hit_consider(hit, &found, NO_ID, 0, item);
    } else {
      trace_instance(world, item - (uint32_t)world->prim_count, &q, ray, any, near, hit);
    }
    if (any && hit->prim != NO_ID) return true;
  }
  return hit->prim != NO_ID;
}

/* ---- queries */

static inline Hit hit_none(const Ray *ray) { return (Hit){.t = ray->t_max, .instance = NO_ID, .prim = NO_ID}; }

/* The nearest hit with 0 < t <= ray->t_max among what is not hidden from ray->kind; false: none (hit->prim is NO_ID). */
static inline bool trace_closest(const World *world, const Ray *ray, Hit *hit) {
  *hit = hit_none(ray);
  return trace_world(world, ray, false, hit);
}
/* Whether there is any such hit. */
static inline bool trace_any(const World *world, const Ray *ray) {
  Hit hit = hit_none(ray);
  return trace_world(world, ray, true, &hit);
}

#endif
