/* scene_fixture.h - builders without an engine, random numbers, and rays traced without trees. For tests of shape, bvh and scene. */
#ifndef TESTS_SCENE_FIXTURE_H
#define TESTS_SCENE_FIXTURE_H

#include "fault_memory.h"

#include "bvh/trace.h"
#include "scene/builder.h"
#include "scene/geometry.h"
#include "scene/hit_surface.h"

/* ---- builders on a memory of their own */

typedef struct Fixture {
  FaultMemory fault;
  AssetCache *cache;
  uint32_t tree_width; /* 0: 4, that of trace.h in a test; 8 is for kernels that want it */
} Fixture;

static inline void fixture_begin(Fixture *f) {
  f->tree_width = 0;
  fault_init(&f->fault, -1, false);
  assert_int_equal(cache_create(&f->fault.memory, 1 << 20, &f->cache, NULL), ML_OK);
}
static inline MlBuilder *fixture_builder(Fixture *f) {
  BuilderContext context = {.memory = &f->fault.memory, .cache = f->cache, .tree_width = f->tree_width, .trace = trace_within};
  MlBuilder *b = NULL;
  assert_int_equal(builder_create(&context, &b, NULL), ML_OK);
  return b;
}
static inline void fixture_end(Fixture *f) { /* nothing may be left */
  cache_destroy(f->cache);
  assert_int_equal(f->fault.memory.used, 0);
}
static inline const MlScene *fixture_commit(MlBuilder *b) {
  const MlScene *scene = NULL;
  MlError error = {0};
  if (ml_commit(b, NULL, &scene, &error) != ML_OK) fail_msg("commit: %s", error.message);
  return scene;
}
static inline void fixture_add(MlBuilder *b, MlNode node) {
  assert_int_not_equal(node, 0);
  assert_int_equal(ml_add(b, node, NULL), ML_OK);
}
static inline MlNode fixture_place(MlBuilder *b, MlNode child, MlTransform t) {
  MlNode node = ml_place(b, &ML_DESC(MlPlaceDesc, .child = child, .transform = t), NULL);
  assert_int_not_equal(node, 0);
  return node;
}

/* ---- random numbers (splitmix64) */

static uint64_t random_state = 1;
static inline uint64_t random_u64(void) {
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static inline double random_in(double lo, double hi) { return lo + (hi - lo) * ((double)(random_u64() >> 11) * 0x1p-53); }
static inline uint32_t random_below(uint32_t n) { return (uint32_t)(random_u64() % n); }
static inline MlVec3 random_point(double r) { return (MlVec3){random_in(-r, r), random_in(-r, r), random_in(-r, r)}; }
static inline MlVec3 random_direction(void) {
  for (;;) {
    MlVec3 v = random_point(1.0);
    double l = dvec_length(v);
    if (l <= 1.0 && l > 0.01) return dvec_normalize(v);
  }
}
/* Turned, scaled unevenly (or alike), mirrored half of the time, moved. */
static inline MlTransform random_placement(double reach, bool uniform) {
  MlTransform turn = ml_transform_turn(random_in(0, 360), random_direction());
  double s = random_in(0.5, 2.0);
  MlVec3 scale = uniform ? (MlVec3){s, s, s} : (MlVec3){random_in(0.3, 3), random_in(0.3, 3), random_in(0.3, 3)};
  if (random_below(2)) scale.x = -scale.x;
  MlTransform stretch = affine_scale(scale), move = affine_translate(random_point(reach)), t = ml_transform_multiply(&turn, &stretch);
  if (!uniform) {
    MlTransform again = ml_transform_turn(random_in(0, 360), random_direction());
    t = ml_transform_multiply(&t, &again);
  }
  return ml_transform_multiply(&move, &t);
}

static inline Ray ray_to(MlVec3 o, MlVec3 d, uint32_t kind) {
  return (Ray){.o = dvec_to_vec3(o), .d = dvec_to_vec3(d), .t_max = INFINITY_F, .kind = kind};
}

/* ---- the same queries without trees: every item is asked */

/* The own box of an item, which stands in its leaf alone. */
static inline Aabb fixture_box(const Bvh *bvh, uint32_t item) {
  for (uint64_t i = 0; i < bvh->node_count; i++) {
    const float *planes = bvh->width == 8 ? &((const BvhNode8 *)bvh->nodes)[i].planes[0][0] : &((const BvhNode4 *)bvh->nodes)[i].planes[0][0];
    const uint32_t *child = bvh->width == 8 ? ((const BvhNode8 *)bvh->nodes)[i].child : ((const BvhNode4 *)bvh->nodes)[i].child;
    for (uint32_t k = 0; k < bvh->width; k++)
      if (child[k] == (BVH_LEAF | item))
        return (Aabb){{planes[k], planes[bvh->width + k], planes[2 * bvh->width + k]},
                      {planes[3 * bvh->width + k], planes[4 * bvh->width + k], planes[5 * bvh->width + k]}};
  }
  fail_msg("item %u has no leaf", item);
  return aabb_empty();
}

static inline void brute_consider(Hit *hit, const PrimHit *found, uint32_t instance, uint64_t path, uint32_t prim) {
  if (found->t == hit->t && !hit_precedes(instance, path, prim, hit)) return;
  *hit = (Hit){found->t, found->u, found->v, instance, prim, found->part, path};
}

static inline void brute_geometry(const Geometry *g, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor, Hit *hit);

/* Instance i of a tree whose items begin with `prims` primitives; path: what its geometry begins with. */
static inline void brute_instance(const Instances *set, const Bvh *bvh, uint64_t prims, uint32_t i, const RayQuery *q,
                                  const InstanceQuery *in, uint64_t path, float floor, Hit *hit) {
  Aabb box = fixture_box(bvh, (uint32_t)prims + i);
  RayQuery inner;
  if (!ray_box_test(&q->box, box.lo, box.hi, &floor) || !instance_enter(set, i, q, in, INFINITY_F, &inner, &floor)) return;
  brute_geometry(set->geometries[set->places != NULL ? 0 : set->data[i].geometry], &inner, in, path, floor, hit);
}

static inline void brute_geometry(const Geometry *g, const RayQuery *q, const InstanceQuery *in, uint64_t path, float floor, Hit *hit) {
  PrimHit found;
  const Mesh *mesh = &g->mesh;
  for (uint64_t i = g->instances.count; i-- > 0;) /* backwards: the order must not matter */
    brute_instance(&g->instances, &g->bvh, g->prim_count, (uint32_t)i, q, in, path + instances_first(&g->instances, i), floor, hit);
  for (uint64_t i = mesh->triangle_count; i-- > 0;) {
    const uint32_t *corner = mesh->triangles + 3 * i;
    const float *a = mesh->points + 3 * (size_t)corner[0], *b = mesh->points + 3 * (size_t)corner[1],
                *c = mesh->points + 3 * (size_t)corner[2];
    if (mesh_triangle_intersect(q, a, b, c, floor, hit->t, &found)) brute_consider(hit, &found, in->instance, path, (uint32_t)i);
  }
  for (uint64_t i = g->prim_count; i-- > 0;)
    if ((g->prims[i].hidden & in->kind) == 0 && prim_intersect(q, &g->prims[i], g->placed, floor, hit->t, &found))
      brute_consider(hit, &found, in->instance, path, (uint32_t)i);
}

static inline bool brute_closest(const World *world, const Ray *ray, Hit *hit) {
  RayQuery q = ray_query(ray->o, ray->d);
  PrimHit found;
  hit_begin(hit, ray);
  if (!ray_is_finite(&q)) return false;
  for (uint64_t i = world->instances.count; i-- > 0;) {
    InstanceQuery in = {(uint32_t)i, ray->kind, ray->time, false};
    brute_instance(&world->instances, &world->bvh, world->prim_count, (uint32_t)i, &q, &in, 0, 0.0f, hit);
  }
  for (uint64_t i = world->prim_count; i-- > 0;)
    if ((world->prims[i].hidden & ray->kind) == 0 && prim_intersect(&q, &world->prims[i], world->placed, 0.0f, hit->t, &found))
      brute_consider(hit, &found, NO_ID, 0, (uint32_t)i);
  return hit->prim != NO_ID;
}

static inline bool same_hit(const Hit *a, const Hit *b) {
  return float_bits(a->t) == float_bits(b->t) && a->prim == b->prim &&
         (a->prim == NO_ID || (a->instance == b->instance && a->path == b->path && float_bits(a->u) == float_bits(b->u) && float_bits(a->v) == float_bits(b->v) &&
                               a->part == b->part));
}

#endif
