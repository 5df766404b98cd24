/* trace.h - ray queries on a World: planes, the tree of primitives and instances, the trees of their geometry. Per-ray code.
 *
 * The tree never decides what is hit (invariant 4), by construction: a primitive's own test includes its own box, by the same
 * arithmetic as the tree's boxes, and its t is at least that box's near distance (prim_intersect). Tree boxes hold the boxes of
 * what is below them, and the slab test is monotone (ray_box.h). So a ray that hits a primitive passes every box above it, and
 * no such box is nearer than t: whatever the tree, exactly the primitives that accept the ray with t <= the nearest so far are
 * found, and ties go by id. An instance passes its own box's near distance down as a floor under the t of all that is in it. */
#ifndef ML_BVH_TRACE_H
#define ML_BVH_TRACE_H

#include "bvh/block.h"
#include "bvh/placement.h"

/* A ray has to be finite: tests of what is not may say anything. */
ALWAYS_INLINE bool ray_is_finite(Vec3 o, Vec3 d) {
  Vec3 nothing = (o - o) + (d - d); /* or NaN */
  return (nothing[0] == 0.0f) & (nothing[1] == 0.0f) & (nothing[2] == 0.0f);
}

/* ---- keeping the nearest: everything of a Hit but its u and v */

ALWAYS_INLINE bool hit_consider(Hit *hit, float t, uint32_t part, uint32_t instance, uint64_t path, uint32_t prim) {
  if (!(t <= hit->t) || (t == hit->t && !hit_precedes(instance, path, prim, hit))) return false;
  *hit = (Hit){.t = t, .instance = instance, .path = path, .prim = prim, .part = part};
  return true;
}

/* What all that happens in an instance of the scene has in common. */
typedef struct InstanceQuery {
  uint32_t instance, kind;
  float time;
  bool any;
} InstanceQuery;

/* Primitive `id`, whose box the ray meets at `near` <= hit->t. */
ALWAYS_INLINE bool trace_prim(const Prim *prim, const PlacedTransform *placed, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                              float near, uint32_t id, Hit *hit) {
  float t;
  uint32_t part;
  if ((prim->hidden & in->kind) != 0 || !prim_distance(q, prim, placed, &t, &part)) return false;
  return hit_consider(hit, max_f(t, near), part, in->instance, path, id);
}

/* ---- geometries: whether something nearer was found, with `any` set something at all. q: in the geometry's space; floor: under t, the near
 * distance of the box around it. */

ALWAYS_INLINE bool trace_mesh(const Bvh *bvh, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor, Hit *hit) {
  const BvhNode *nodes = bvh->nodes;
  const TriangleBlock *blocks = bvh->blocks;
  const WalkRay ray = walk_ray(&q->box);
  _Alignas(32) float near[TREE_WIDTH];
  float t;
  Walk walk;
  bool closer = false;
  walk_begin(&walk, bvh, floor);
  for (uint32_t leaf; (leaf = walk_child(walk_next(&walk, nodes, &ray, floor, hit->t, false))) != BVH_EMPTY;) {
    const TriangleBlock *block = &blocks[leaf & ~BVH_LEAF];
    for (uint32_t lanes = block_candidates(block, q, floor, hit->t, near); lanes != 0; lanes &= lanes - 1) {
      uint32_t k = (uint32_t)__builtin_ctz(lanes);
      if (block_distance(block, q, k, near[k], &t) && hit_consider(hit, t, 0, in->instance, path, block->id[k])) closer = true;
    }
  }
  return closer;
}

ALWAYS_INLINE bool trace_mesh_any(const Bvh *bvh, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor, Hit *hit) {
  const BvhNode *nodes = bvh->nodes;
  const TriangleBlock *blocks = bvh->blocks;
  const WalkRay ray = walk_ray(&q->box);
  _Alignas(32) float near[TREE_WIDTH];
  float t;
  WalkAny walk;
  walk_any_begin(&walk, bvh);
  for (uint32_t leaf; (leaf = walk_any_next(&walk, nodes, &ray, floor, hit->t)) != BVH_EMPTY;) {
    const TriangleBlock *block = &blocks[leaf & ~BVH_LEAF];
    for (uint32_t lanes = block_candidates(block, q, floor, hit->t, near); lanes != 0; lanes &= lanes - 1) {
      uint32_t k = (uint32_t)__builtin_ctz(lanes);
      if (block_distance(block, q, k, near[k], &t) && hit_consider(hit, t, 0, in->instance, path, block->id[k])) return true;
    }
  }
  return false;
}

/* A group of primitives alone. */
ALWAYS_INLINE bool trace_group(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor, Hit *hit) {
  const WalkRay ray = walk_ray(&q->box);
  Walk walk;
  bool closer = false;
  walk_begin(&walk, &geometry->bvh, floor);
  for (;;) {
    uint64_t leaf = walk_next(&walk, geometry->bvh.nodes, &ray, floor, hit->t, true);
    if (walk_child(leaf) == BVH_EMPTY) return closer;
    uint32_t id = walk_child(leaf) & ~BVH_LEAF;
    if (trace_prim(&geometry->prims[id], geometry->placed, q, in, path, walk_near(leaf), id, hit)) closer = true;
    if (in->any && closer) return true;
  }
}

static __attribute__((noinline)) bool trace_nested(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                   float floor, Hit *hit);

ALWAYS_INLINE bool trace_geometry(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor,
                                  Hit *hit) {
  if (!ray_is_finite(q->o, q->d)) return false;
  if (geometry->mesh.triangle_count != 0)
    return in->any ? trace_mesh_any(&geometry->bvh, q, in, path, floor, hit) : trace_mesh(&geometry->bvh, q, in, path, floor, hit);
  if (geometry->instances.count != 0) return trace_nested(geometry, q, in, path, floor, hit);
  return trace_group(geometry, q, in, path, floor, hit);
}

/* ---- instances */

ALWAYS_INLINE RayQuery ray_enter(const PlacedTransform *placed, const RayQuery *q) {
  MlVec3 o = placed_point_to_local(placed, q->od), d = matrix_multiply(placed->to_local, q->dd);
  return ray_query(dvec_to_vec3(o), dvec_to_vec3(d));
}

/* The ray in the space of instance i (t is the same there). *floor: comes in as the near distance of its box in the tree; one in motion has a
 * box for the ray's time, too. false: it misses that, or is hidden from it. */
ALWAYS_INLINE bool instance_enter(const Instances *set, uint32_t i, const RayQuery *q, const InstanceQuery *in, float t_max,
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

/* One with instances inside; calls itself, GEOMETRY_LEVELS deep at most. */
static __attribute__((noinline)) bool trace_nested(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                   float floor, Hit *hit) {
  const WalkRay ray = walk_ray(&q->box);
  Walk walk;
  bool closer = false;
  walk_begin(&walk, &geometry->bvh, floor);
  for (;;) {
    uint64_t leaf = walk_next(&walk, geometry->bvh.nodes, &ray, floor, hit->t, true);
    if (walk_child(leaf) == BVH_EMPTY) return closer;
    uint32_t item = walk_child(leaf) & ~BVH_LEAF;
    float near = walk_near(leaf);
    if (item < geometry->prim_count) {
      if (trace_prim(&geometry->prims[item], geometry->placed, q, in, path, near, item, hit)) closer = true;
    } else {
      const Instances *set = &geometry->instances;
      uint32_t i = item - (uint32_t)geometry->prim_count;
      RayQuery inner;
      if (!instance_enter(set, i, q, in, hit->t, &inner, &near)) continue;
      const Geometry *of = set->geometries[set->places != NULL ? 0 : set->data[i].geometry];
      if (trace_geometry(of, &inner, in, path + instances_first(set, i), near, hit)) closer = true;
    }
    if (in->any && closer) return true;
  }
}

/* ---- the scene */

/* Nearest hit but for its u and v, or with `any` set the first that turns up. hit begins as {t_max, prim NO_ID}. */
ALWAYS_INLINE bool trace_world(const World *world, const RayQuery *q, const Ray *ray, bool any, Hit *hit) {
  InstanceQuery in = {NO_ID, ray->kind, ray->time, any};
  for (uint64_t i = 0; i < world->plane_count; i++) {
    uint32_t id = world->planes[i];
    trace_prim(&world->prims[id], world->placed, q, &in, 0, 0.0f, id, hit);
    if (any && hit->prim != NO_ID) return true;
  }
  const WalkRay walk_along = walk_ray(&q->box);
  Walk walk;
  walk_begin(&walk, &world->bvh, 0.0f);
  for (;;) {
    uint64_t leaf = walk_next(&walk, world->bvh.nodes, &walk_along, 0.0f, hit->t, true);
    if (walk_child(leaf) == BVH_EMPTY) break;
    uint32_t item = walk_child(leaf) & ~BVH_LEAF;
    float near = walk_near(leaf);
    if (item < world->prim_count) {
      in.instance = NO_ID;
      trace_prim(&world->prims[item], world->placed, q, &in, 0, near, item, hit);
    } else {
      RayQuery inner;
      in.instance = item - (uint32_t)world->prim_count;
      if (!instance_enter(&world->instances, in.instance, q, &in, hit->t, &inner, &near)) continue;
      trace_geometry(instance_geometry(&world->instances, &world->instances.data[in.instance]), &inner, &in, 0, near, hit);
    }
    if (any && hit->prim != NO_ID) return true;
  }
  return hit->prim != NO_ID;
}

/* The nearest hit's u and v. */
ALWAYS_INLINE void trace_coordinates(const World *world, const RayQuery *q, float time, Hit *hit) {
  if (hit->instance == NO_ID) {
    prim_coordinates(q, &world->prims[hit->prim], &hit->u, &hit->v);
    return;
  }
  HitLevels levels;
  hit_levels(world, hit->instance, hit->path, time, &levels);
  RayQuery inner = *q;
  for (uint32_t i = 0; i < levels.count; i++) inner = ray_enter(levels.placed[i], &inner);
  const Mesh *mesh = &levels.geometry->mesh;
  if (mesh->triangle_count == 0) {
    prim_coordinates(&inner, &levels.geometry->prims[hit->prim], &hit->u, &hit->v);
    return;
  }
  const uint32_t *corner = mesh->triangles + 3 * (size_t)hit->prim;
  triangle_coordinates(&inner, mesh->points + 3 * (size_t)corner[0], mesh->points + 3 * (size_t)corner[1],
                       mesh->points + 3 * (size_t)corner[2], &hit->u, &hit->v);
}

/* ---- queries */

static inline Hit hit_none(const Ray *ray) { return (Hit){.t = ray->t_max, .instance = NO_ID, .prim = NO_ID}; }

/* The nearest hit with 0 < t <= ray->t_max among what is not hidden from ray->kind; false: none (hit->prim is NO_ID). A ray whose numbers
 * are not finite hits nothing; t_max may be infinite. */
static __attribute__((noinline, unused)) bool trace_closest(const World *world, const Ray *ray, Hit *hit) {
  *hit = hit_none(ray);
  if (!(ray->t_max > 0.0f) || !ray_is_finite(ray->o, ray->d)) return false;
  RayQuery q = ray_query(ray->o, ray->d);
  if (!trace_world(world, &q, ray, false, hit)) return false;
  trace_coordinates(world, &q, ray->time, hit);
  return true;
}
/* Whether there is any such hit. */
static __attribute__((noinline, unused)) bool trace_any(const World *world, const Ray *ray) {
  Hit hit = hit_none(ray);
  if (!(ray->t_max > 0.0f) || !ray_is_finite(ray->o, ray->d)) return false;
  RayQuery q = ray_query(ray->o, ray->d);
  return trace_world(world, &q, ray, true, &hit);
}

#endif
