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

/* A ray has to be finite: tests of what is not may say anything. (What is 1 over an infinite number is 0.) */
ALWAYS_INLINE bool ray_is_finite(const RayQuery *q) {
  return vec3_mask((vec3_abs(q->box.o) <= LARGEST_F) & (vec3_abs(q->box.near_rd) > 0.0f)) == 7;
}

/* ---- keeping the nearest: everything of a Hit but its u and v, which follow when a tree has been walked */

ALWAYS_INLINE bool hit_consider(Hit *hit, float t, uint32_t part, uint32_t instance, uint64_t path, uint32_t prim) {
  if (!(t <= hit->t) || (t == hit->t && !hit_precedes(instance, path, prim, hit))) return false;
  hit->t = t;
  hit->instance = instance;
  hit->prim = prim;
  hit->part = part;
  hit->path = path;
  return true;
}

/* What all that happens in an instance of the scene has in common. */
typedef struct InstanceQuery {
  uint32_t instance, kind;
  float time;
  bool any;
} InstanceQuery;

/* Primitive `id`, whose box the ray meets at `near` <= hit->t. Not inlined: walks want the registers. */
static __attribute__((noinline)) bool trace_prim(const Prim *prim, const PlacedTransform *placed, const RayQuery *q,
                                                 const InstanceQuery *in, uint64_t path, float near, uint32_t id, Hit *hit) {
  float t;
  uint32_t part;
  if ((prim->hidden & in->kind) != 0 || !prim_distance(q, prim, placed, &t, &part)) return false;
  return hit_consider(hit, max_f(t, near), part, in->instance, path, id);
}

/* ---- geometries: whether something nearer was found, with `any` set something at all. q: in the geometry's space; floor: under t, the near
 * distance of the box around it. */

static __attribute__((noinline)) bool trace_mesh(const Bvh *bvh, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor,
                                                 Hit *hit) {
  const BvhNode *nodes = bvh->nodes;
  const TriangleBlock *blocks = bvh->blocks;
  const WalkRay ray = walk_ray(&q->box);
  const Lanes floors = lanes_all(floor);
  TriangleMeeting meetings[2], *nearest = NULL, *found = &meetings[0];
  float t;
  uint32_t leaf;
  uint64_t stack[WALK_STACK], *top = walk_begin(stack, bvh, floor);
  while ((leaf = walk_child(walk_next(&top, nodes, &ray, floors, hit->t, false))) != BVH_EMPTY) {
    const TriangleBlock *block = &blocks[leaf & ~BVH_LEAF];
    LaneMask zeros;
    for (uint32_t lanes = block_edges(block, q, &zeros); lanes != 0; lanes &= lanes - 1) {
      uint32_t k = (uint32_t)__builtin_ctz(lanes);
      if (!block_hit(block, q, &ray, k, lane_mask_bits(zeros) >> k & 1, floors, hit->t, &t, found)) continue;
      if (!hit_consider(hit, t, 0, in->instance, path, block->id[k])) continue;
      nearest = found;
      found = &meetings[found == &meetings[0]];
    }
  }
  if (nearest == NULL) return false;
  triangle_meeting_coordinates(q, nearest, &hit->u, &hit->v);
  return true;
}

static __attribute__((noinline)) bool trace_mesh_any(const Bvh *bvh, const RayQuery *q, float floor, float t_max) {
  const BvhNode *nodes = bvh->nodes;
  const TriangleBlock *blocks = bvh->blocks;
  const WalkRay ray = walk_ray(&q->box);
  const Lanes floors = lanes_all(floor), limits = lanes_all(t_max);
  TriangleMeeting found;
  float t;
  uint32_t leaf, stack[WALK_STACK], *top = walk_any_begin(stack, bvh);
  while ((leaf = walk_any_next(&top, nodes, &ray, floors, limits)) != BVH_EMPTY) {
    const TriangleBlock *block = &blocks[leaf & ~BVH_LEAF];
    LaneMask zeros;
    for (uint32_t lanes = block_edges(block, q, &zeros); lanes != 0; lanes &= lanes - 1) {
      uint32_t k = (uint32_t)__builtin_ctz(lanes);
      if (block_hit(block, q, &ray, k, lane_mask_bits(zeros) >> k & 1, floors, t_max, &t, &found) && t <= t_max) return true;
    }
  }
  return false;
}

/* A group of primitives alone. */
static __attribute__((noinline)) bool trace_group(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                  float floor, Hit *hit) {
  const WalkRay along = walk_ray(&q->box);
  const Lanes floors = lanes_all(floor);
  uint64_t stack[WALK_STACK], *top = walk_begin(stack, &geometry->bvh, floor), leaf;
  bool closer = false;
  while (walk_child(leaf = walk_next(&top, geometry->bvh.nodes, &along, floors, hit->t, true)) != BVH_EMPTY) {
    uint32_t id = walk_child(leaf) & ~BVH_LEAF;
    if (trace_prim(&geometry->prims[id], geometry->placed, q, in, path, walk_near(leaf), id, hit)) closer = true;
    if (in->any && closer) return true;
  }
  if (closer) prim_coordinates(q, &geometry->prims[hit->prim], &hit->u, &hit->v);
  return closer;
}

/* A solid that is a program: its cells. */
static __attribute__((noinline)) bool trace_field(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                  float floor, Hit *hit) {
  const WalkRay along = walk_ray(&q->box);
  const Lanes floors = lanes_all(floor);
  uint64_t stack[WALK_STACK], *top = walk_begin(stack, &geometry->bvh, floor), leaf;
  bool closer = false;
  float t;
  while (walk_child(leaf = walk_next(&top, geometry->bvh.nodes, &along, floors, hit->t, true)) != BVH_EMPTY) {
    uint32_t id = walk_child(leaf) & ~BVH_LEAF;
    if (!field_hit(&geometry->field, &geometry->field.cells[id], q->od, q->dd, &t)) continue;
    if (hit_consider(hit, max_f(t, walk_near(leaf)), 0, in->instance, path, id)) closer = true;
    if (in->any && closer) return true;
  }
  if (closer) hit->u = hit->v = 0.0f;
  return closer;
}

/* Hair: its segments. */
static __attribute__((noinline)) bool trace_strands(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                    float floor, Hit *hit) {
  const WalkRay along = walk_ray(&q->box);
  const Lanes floors = lanes_all(floor);
  uint64_t stack[WALK_STACK], *top = walk_begin(stack, &geometry->bvh, floor), leaf;
  bool closer = false;
  StrandMeeting at;
  while (walk_child(leaf = walk_next(&top, geometry->bvh.nodes, &along, floors, hit->t, true)) != BVH_EMPTY) {
    uint32_t id = walk_child(leaf) & ~BVH_LEAF;
    if (!strands_meet(&geometry->strands, id, q->od, q->dd, &at) || !distance_valid((float)at.t)) continue;
    if (!hit_consider(hit, max_f((float)at.t, walk_near(leaf)), 0, in->instance, path, id)) continue;
    hit->u = (float)at.s, hit->v = 0.0f;
    closer = true;
    if (in->any) return true;
  }
  return closer;
}

static __attribute__((noinline)) bool trace_nested(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                   float floor, Hit *hit);
static __attribute__((noinline)) bool trace_csg(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                float floor, Hit *hit);

ALWAYS_INLINE bool trace_geometry(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor,
                                  Hit *hit) {
  if (geometry->mesh.triangle_count != 0) {
    if (!in->any) return trace_mesh(&geometry->bvh, q, in, path, floor, hit);
    if (!trace_mesh_any(&geometry->bvh, q, floor, hit->t)) return false;
    hit->prim = 0; /* something */
    return true;
  }
  if (geometry->csg.node_count != 0) return trace_csg(geometry, q, in, path, floor, hit);
  if (geometry->instances.count != 0) return trace_nested(geometry, q, in, path, floor, hit);
  if (geometry->field.distance != NULL) return trace_field(geometry, q, in, path, floor, hit);
  if (geometry->strands.segment_count != 0) return trace_strands(geometry, q, in, path, floor, hit);
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
    return ray_is_finite(inner);
  }
  PlacedTransform placed;
  float lo[3], hi[3];
  if (!motion_place(set, instance->motion, in->time, &placed, lo, hi)) return false;
  if (!ray_box_test(&q->box, lo, hi, floor) || *floor > t_max) return false;
  *inner = ray_enter(&placed, q);
  return ray_is_finite(inner);
}

/* Instance i, whose box the ray meets at `near`. */
static __attribute__((noinline)) bool trace_instance(const Instances *set, uint32_t i, const RayQuery *q, const InstanceQuery *in,
                                                     uint64_t path, float near, Hit *hit) {
  RayQuery inner;
  if (!instance_enter(set, i, q, in, hit->t, &inner, &near)) return false;
  const Geometry *geometry = set->geometries[set->places != NULL ? 0 : set->data[i].geometry];
  return trace_geometry(geometry, &inner, in, path, near, hit);
}

#include "bvh/trace_csg.h"

/* One with instances inside; calls itself, GEOMETRY_LEVELS deep at most. */
static __attribute__((noinline)) bool trace_nested(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                   float floor, Hit *hit) {
  const WalkRay along = walk_ray(&q->box);
  const Lanes floors = lanes_all(floor);
  uint64_t stack[WALK_STACK], *top = walk_begin(stack, &geometry->bvh, floor), leaf;
  bool closer = false, own = false; /* own: the nearest is a primitive of this one's */
  while (walk_child(leaf = walk_next(&top, geometry->bvh.nodes, &along, floors, hit->t, true)) != BVH_EMPTY) {
    uint32_t item = walk_child(leaf) & ~BVH_LEAF;
    float near = walk_near(leaf);
    if (item < geometry->prim_count) {
      if (trace_prim(&geometry->prims[item], geometry->placed, q, in, path, near, item, hit)) closer = own = true;
    } else {
      uint32_t i = item - (uint32_t)geometry->prim_count;
      if (trace_instance(&geometry->instances, i, q, in, path + instances_first(&geometry->instances, i), near, hit))
        closer = true, own = false;
    }
    if (in->any && closer) return true;
  }
  if (own) prim_coordinates(q, &geometry->prims[hit->prim], &hit->u, &hit->v);
  return closer;
}

/* ---- the scene */

static __attribute__((noinline)) bool trace_planes(const World *world, const RayQuery *q, const InstanceQuery *in, Hit *hit) {
  for (uint64_t i = 0; i < world->plane_count; i++) {
    uint32_t id = world->planes[i];
    if (trace_prim(&world->prims[id], world->placed, q, in, 0, 0.0f, id, hit) && in->any) return true;
  }
  return hit->prim != NO_ID;
}

/* An item of the scene's tree, whose box the ray meets at `near` <= hit->t. */
ALWAYS_INLINE void trace_item(const World *world, uint32_t item, const RayQuery *q, InstanceQuery *in, float near, Hit *hit) {
  if (item < world->prim_count) {
    in->instance = NO_ID;
    trace_prim(&world->prims[item], world->placed, q, in, 0, near, item, hit);
    return;
  }
  in->instance = item - (uint32_t)world->prim_count;
  const Instance *instance = &world->instances.data[in->instance];
  if ((instance->hidden & in->kind) != 0) return;
  if (instance->identity) trace_geometry(instance_geometry(&world->instances, instance), q, in, 0, near, hit);
  else trace_instance(&world->instances, in->instance, q, in, 0, near, hit);
}

/* Nearest hit, or with `any` set the first that turns up. hit begins as {t_max, prim NO_ID}. */
ALWAYS_INLINE bool trace_world(const World *world, const RayQuery *q, const Ray *ray, bool any, Hit *hit) {
  InstanceQuery in = {NO_ID, ray->kind, ray->time, any};
  if (world->plane_count != 0 && trace_planes(world, q, &in, hit) && any) return true;
  const BvhNode *nodes = world->bvh.nodes;
  if (world->bvh.node_count == 1 && nodes->child[1] == BVH_EMPTY) { /* one thing, mostly a mesh: nothing to walk */
    float near = 0.0f;
    if (ray_box_test(&q->box, world->bvh.bounds.lo, world->bvh.bounds.hi, &near) && near <= hit->t)
      trace_item(world, nodes->child[0] & ~BVH_LEAF, q, &in, near, hit);
  } else {
    const WalkRay along = walk_ray(&q->box);
    const Lanes floors = lanes_all(0.0f);
    uint64_t stack[WALK_STACK], *top = walk_begin(stack, &world->bvh, 0.0f), leaf;
    while (walk_child(leaf = walk_next(&top, nodes, &along, floors, hit->t, true)) != BVH_EMPTY) {
      trace_item(world, walk_child(leaf) & ~BVH_LEAF, q, &in, walk_near(leaf), hit);
      if (any && hit->prim != NO_ID) return true;
    }
  }
  if (any || hit->prim == NO_ID) return hit->prim != NO_ID;
  if (hit->instance == NO_ID) prim_coordinates(q, &world->prims[hit->prim], &hit->u, &hit->v);
  return true;
}

/* ---- queries */

/* One field at a time: a Hit that is put together elsewhere and copied waits for its own stores. */
ALWAYS_INLINE void hit_begin(Hit *hit, const Ray *ray) {
  hit->t = ray->t_max;
  hit->u = hit->v = 0.0f;
  hit->instance = hit->prim = NO_ID;
  hit->part = 0;
  hit->path = 0;
}

/* The nearest hit with 0 < t <= ray->t_max among what is not hidden from ray->kind; false: none (hit->prim is NO_ID). A ray whose numbers
 * are not finite hits nothing; t_max may be infinite. */
static __attribute__((noinline, unused)) bool trace_closest(const World *world, const Ray *ray, Hit *hit) {
  hit_begin(hit, ray);
  RayQuery q = ray_query(ray->o, ray->d);
  return ray->t_max > 0.0f && ray_is_finite(&q) && trace_world(world, &q, ray, false, hit);
}
/* The same for one geometry, in whose space the ray is; hit->instance is 0. */
static __attribute__((noinline, unused)) bool trace_within(const Geometry *geometry, const Ray *ray, Hit *hit) {
  const InstanceQuery in = {0, ray->kind, ray->time, false};
  hit_begin(hit, ray);
  const RayQuery q = ray_query(ray->o, ray->d);
  return ray->t_max > 0.0f && ray_is_finite(&q) && trace_geometry(geometry, &q, &in, 0, 0.0f, hit);
}
/* Whether there is any such hit. */
static __attribute__((noinline, unused)) bool trace_any(const World *world, const Ray *ray) {
  Hit hit;
  hit_begin(&hit, ray);
  RayQuery q = ray_query(ray->o, ray->d);
  return ray->t_max > 0.0f && ray_is_finite(&q) && trace_world(world, &q, ray, true, &hit);
}

#endif
