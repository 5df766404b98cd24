/* trace.h - ray queries on a World: planes, the tree of primitives and instances, the trees of their geometry. Per-ray code.
 *
 * The tree never decides what is hit (invariant 4), by construction: a primitive's own test includes its own box, by the same
 * arithmetic as the tree's boxes, and its t is at least that box's near distance (prim_intersect). Tree boxes hold the boxes of
 * what is below them, and the slab test is monotone (ray_box.h). So a ray that hits a primitive passes every box above it, and
 * no such box is nearer than t: whatever the tree, exactly the primitives that accept the ray with t <= the nearest so far are
 * found, and ties go by id. An instance passes its own box's near distance down as a floor under the t of all that is in it. */
#ifndef ML_BVH_TRACE_H
#define ML_BVH_TRACE_H

#include "bvh/world.h"
#include "shape/intersect.h"

/* ---- walking a tree: leaves in order of distance, as far as t */

typedef struct TreeEntry {
  float near;
  uint32_t child; /* as in BvhNode.child */
} TreeEntry;

typedef struct TreeWalk {
  uint32_t count;
  TreeEntry stack[3 * BVH_MAX_DEPTH + 1];
} TreeWalk;

static inline void tree_walk_begin(TreeWalk *walk, const Bvh *bvh, float floor) {
  walk->count = bvh->node_count != 0 ? 1 : 0;
  walk->stack[0] = (TreeEntry){floor, 0};
}

/* The next leaf whose box passes at a distance of at most t; false: none is left. */
static inline bool tree_walk_next(TreeWalk *walk, const Bvh *bvh, const RayBox *box, float floor, float t, const uint32_t **items,
                                  uint32_t *item_count) {
  while (walk->count != 0) {
    TreeEntry entry = walk->stack[--walk->count];
    if (entry.near > t) continue;
    if (entry.child & BVH_LEAF) {
      if (entry.child == BVH_EMPTY) continue; /* its box stops every ray whose numbers are finite, no others */
      *items = bvh->items + ((entry.child & ~BVH_LEAF) >> 4);
      *item_count = (entry.child & 15u) + 1;
      return true;
    }
    const BvhNode *node = &bvh->nodes[entry.child];
    float near[4];
    uint32_t hits = ray_box_test4(box, node->planes, floor, t, near);
    // Push the farthest first
    for (uint32_t base = walk->count; hits != 0; hits &= hits - 1) {
      uint32_t k = (uint32_t)__builtin_ctz(hits), at = walk->count++;
      for (; at > base && walk->stack[at - 1].near < near[k]; at--) walk->stack[at] = walk->stack[at - 1];
      walk->stack[at] = (TreeEntry){near[k], node->child[k]};
    }
  }
  return false;
}

/* ---- keeping the nearest */

static inline bool hit_consider(Hit *hit, const PrimHit *found, uint32_t instance, uint32_t prim) {
  if (found->t == hit->t && !hit_precedes(instance, prim, hit)) return false;
  *hit = (Hit){found->t, found->u, found->v, instance, prim, found->part};
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

/* The ray in an instance's own space (t is the same there), and the floor under t; false: it misses the box. */
static inline bool instance_enter(const Instance *instance, const RayQuery *q, float t_max, RayQuery *inner, float *floor) {
  *floor = 0.0f;
  if (!ray_box_test(&q->box, instance->lo, instance->hi, floor) || *floor > t_max) return false;
  MlVec3 o = placed_point_to_local(&instance->placed, dvec_from_vec3(q->o));
  MlVec3 d = matrix_multiply(instance->placed.to_local, dvec_from_vec3(q->d));
  *inner = ray_query(dvec_to_vec3(o), dvec_to_vec3(d));
  return true;
}

static inline bool trace_instance(const World *world, uint32_t id, const RayQuery *q, uint32_t kind, bool any, Hit *hit) {
  const Instance *instance = &world->instances[id];
  RayQuery inner;
  float floor;
  if ((instance->hidden & kind) != 0 || !instance_enter(instance, q, hit->t, &inner, &floor)) return false;
  const Bvh *bvh = &instance->geometry->bvh;
  TreeWalk walk;
  const uint32_t *items;
  uint32_t count;
  PrimHit found;
  bool closer = false;
  tree_walk_begin(&walk, bvh, floor);
  while (tree_walk_next(&walk, bvh, &inner.box, floor, hit->t, &items, &count)) {
    for (uint32_t i = 0; i < count; i++) {
      if (geometry_item_intersect(instance->geometry, &inner, items[i], kind, floor, hit->t, &found) &&
          hit_consider(hit, &found, id, items[i]))
        closer = true;
      if (any && closer) return true;
    }
  }
  return closer;
}

/* Nearest hit, or with `any` set the first that turns up. hit begins as {t_max, prim NO_ID}. */
static inline bool trace_world(const World *world, const Ray *ray, bool any, Hit *hit) {
  RayQuery q = ray_query(ray->o, ray->d);
  PrimHit found;
  for (uint64_t i = 0; i < world->plane_count; i++) {
    const Prim *prim = &world->prims[world->planes[i]];
    if ((prim->hidden & ray->kind) == 0 && prim_intersect(&q, prim, world->placed, 0.0f, hit->t, &found))
      hit_consider(hit, &found, NO_ID, world->planes[i]);
    if (any && hit->prim != NO_ID) return true;
  }
  TreeWalk walk;
  const uint32_t *items;
  uint32_t count;
  tree_walk_begin(&walk, &world->bvh, 0.0f);
  while (tree_walk_next(&walk, &world->bvh, &q.box, 0.0f, hit->t, &items, &count)) {
    for (uint32_t i = 0; i < count; i++) {
      if (items[i] < world->prim_count) {
        const Prim *prim = &world->prims[items[i]];
        if ((prim->hidden & ray->kind) == 0 && prim_intersect(&q, prim, world->placed, 0.0f, hit->t, &found))
          hit_consider(hit, &found, NO_ID, items[i]);
      } else {
        trace_instance(world, items[i] - (uint32_t)world->prim_count, &q, ray->kind, any, hit);
      }
      if (any && hit->prim != NO_ID) return true;
    }
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
