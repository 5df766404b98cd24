/* trace_csg.h - a ray against a combination of solids (Csg, bvh/world.h), exactly: no surface of it is ever made. Per-ray code; a part of trace.h.
 *
 * Roth 1982, "Ray Casting for Modeling Solids": the ray's way through every operand is found, and the ways are combined. All crossings in front
 * of the origin are gathered in one walk over the operands, sorted, and gone through in order; the first at which the expression changes
 * is the hit. Where the ray begins follows from the crossings, too: an operand is entered as often as it is left before it ends. So a ray
 * needs no memory, and one that leaves the surface begins on the right side of it, as with all other surfaces (shape/intersect.h).
 *
 *  - Each triangle of a mesh is crossed by an own rule: a ray through an edge or a corner counts as slightly to one side (simulation of
 *    simplicity, Edelsbrunner and Muecke 1990), the same side for all triangles there. So what is closed is left as often as it is entered.
 *    An operand counts winding numbers: within is where that is not 0, so meshes may be inside out, or overlap themselves.
 *  - Surfaces that coincide (the face of a box taken from another that has the same face) are computed at distances that differ by rounding.
 *    Crossings closer to each other than that are one event: only what is before the first and behind the last counts. No film is
 *    left between, and nothing shines through.
 *  - The nearest CSG_BUFFER crossings are held; if that does not suffice the operands are walked again, up to CSG_ROUNDS times.
 *
 * Nothing here depends on the order of the walk, so the trees decide nothing (invariant 4). */
#ifndef ML_BVH_TRACE_CSG_H
#define ML_BVH_TRACE_CSG_H

#include "shape/crossings.h"

enum { CSG_BUFFER = 64, CSG_ROUNDS = 64 };

/* key: item << 33 | (triangle or part) << 1 | whether it leaves */
typedef struct CsgCrossing {
  double t;
  uint64_t key;
} CsgCrossing;
static inline uint32_t csg_item(const CsgCrossing *c) { return (uint32_t)(c->key >> 33); }
static inline bool csg_precedes(const CsgCrossing *a, const CsgCrossing *b) { return a->t < b->t || (a->t == b->t && a->key < b->key); }

typedef struct CsgSweep {
  CsgCrossing near[CSG_BUFFER]; /* ascending */
  CsgCrossing done;             /* those up to this one are behind us */
  uint32_t count;
  bool first, more; /* the first round; there were more crossings than are held */
  int32_t winding[CSG_MAX_ITEMS];
  uint16_t holds[CSG_MAX_NODES]; /* how many of a node's children hold */
} CsgSweep;

static inline void csg_keep(CsgSweep *s, double t, uint64_t key) {
  CsgCrossing c = {t, key};
  if (!s->first && !csg_precedes(&s->done, &c)) return;
  if (s->count == CSG_BUFFER) {
    s->more = true;
    if (!csg_precedes(&c, &s->near[CSG_BUFFER - 1])) return;
    s->count--;
  }
  uint32_t at = s->count++;
  for (; at > 0 && csg_precedes(&c, &s->near[at - 1]); at--) s->near[at] = s->near[at - 1];
  s->near[at] = c;
}

static inline void csg_prim(CsgSweep *s, const Prim *prim, const PlacedTransform *placed, const RayQuery *q, uint32_t item) {
  Crossings c;
  prim_crossings(q, prim, placed, &c);
  bool inside = c.inside;
  if (s->first) s->winding[item] = inside ? 1 : 0;
  for (uint32_t i = 0; i < c.count; i++, inside = !inside)
    csg_keep(s, c.t[i], (uint64_t)item << 33 | (uint64_t)c.part[i] << 1 | (inside ? 1 : 0));
}

/* The sign of an edge's function, of a ray that is moved by e and e^2 along the sheared axes where the function is 0. Of the same edge the other
 * way round: the opposite. 0: the edge is seen from its end. */
static inline int csg_side(Sheared from, Sheared to) {
  double f = (double)to.x * (double)from.y - (double)to.y * (double)from.x;
  if (f != 0.0) return f > 0.0 ? 1 : -1;
  if (to.y != from.y) return to.y > from.y ? 1 : -1;
  return to.x != from.x ? (from.x > to.x ? 1 : -1) : 0;
}

/* 1 or -1 by the way the corners run around the ray; 0: it does not pass between them. */
static inline int csg_turn(const RayQuery *q, const float p[3][3]) {
  Sheared a = shear_corner(q, p[0]), b = shear_corner(q, p[1]), c = shear_corner(q, p[2]);
  int turn = csg_side(b, c);
  return csg_side(c, a) == turn && csg_side(a, b) == turn ? turn : 0;
}

static __attribute__((noinline)) void csg_mesh(CsgSweep *s, const Geometry *geometry, const RayQuery *q, uint32_t item) {
  const Bvh *bvh = &geometry->bvh;
  const BvhNode *nodes = bvh->nodes;
  const TriangleBlock *blocks = bvh->blocks;
  const WalkRay ray = walk_ray(&q->box);
  const Lanes floors = lanes_all(0.0f), limits = lanes_all(INFINITY_F);
  const bool ahead = q->box.back[q->k[2]] == 0;
  int32_t winding = 0;
  uint32_t leaf, stack[WALK_STACK], *top = walk_any_begin(stack, bvh);
  while ((leaf = walk_any_next(&top, nodes, &ray, floors, limits)) != BVH_EMPTY) {
    const TriangleBlock *block = &blocks[leaf & ~BVH_LEAF];
    LaneMask zeros;
    for (uint32_t lanes = block_edges(block, q, &zeros); lanes != 0; lanes &= lanes - 1) {
      const uint32_t k = (uint32_t)__builtin_ctz(lanes);
      float p[3][3];
      block_corners(block, k, p);
      const int turn = csg_turn(q, p);
      if (turn == 0) continue;
      const double t = plane_distance(q, dvec_load(p[0]), corners_normal(p[0], p[1], p[2]));
      if (!distance_valid((float)t)) continue;
      _Alignas(32) float near[TREE_WIDTH];
      if ((block_boxes(block, &ray, floors, INFINITY_F, near) >> k & 1) == 0) continue;
      const bool leaves = (turn > 0) != ahead;
      winding += leaves ? 1 : -1;
      csg_keep(s, t, (uint64_t)item << 33 | (uint64_t)block->id[k] << 1 | (leaves ? 1 : 0));
    }
  }
  // What begins outside of the whole is in no part of it, whatever rounding took from a sliver
  const float o[3] = {q->box.o[0], q->box.o[1], q->box.o[2]};
  if (s->first) s->winding[item] = aabb_contains(&bvh->bounds, o) ? winding : 0;
}

/* Item `item` holds the point from now on, or does so no more; whether that changes the whole. */
static inline bool csg_flip(const Csg *csg, CsgSweep *s, uint32_t item, bool inside) {
  bool holds = inside != (csg->items[item].negated != 0);
  for (uint32_t i = csg->items[item].parent;; i = csg->nodes[i].parent) {
    const CsgNode *node = &csg->nodes[i];
    const bool before = s->holds[i] >= node->need;
    s->holds[i] = (uint16_t)(holds ? s->holds[i] + 1 : s->holds[i] - 1);
    const bool after = s->holds[i] >= node->need;
    if (before == after) return false;
    if (i == 0) return true;
    holds = after != (node->negated != 0);
  }
}

/* All crossings behind s->done, or the nearest of them. */
static inline void csg_gather(CsgSweep *s, const Geometry *geometry, const RayQuery *q) {
  const WalkRay along = walk_ray(&q->box);
  const Lanes floors = lanes_all(0.0f), limits = lanes_all(INFINITY_F);
  uint32_t leaf, stack[WALK_STACK], *top = walk_any_begin(stack, &geometry->bvh);
  s->count = 0;
  s->more = false;
  while ((leaf = walk_any_next(&top, geometry->bvh.nodes, &along, floors, limits)) != BVH_EMPTY) {
    const uint32_t item = leaf & ~BVH_LEAF;
    if (item < geometry->prim_count) {
      csg_prim(s, &geometry->prims[item], geometry->placed, q, item);
      continue;
    }
    const Instance *instance = &geometry->instances.data[item - geometry->prim_count];
    const RayQuery inner = instance->identity ? *q : ray_enter(&instance->placed, q);
    if (ray_is_finite(&inner)) csg_mesh(s, instance_geometry(&geometry->instances, instance), &inner, item);
  }
}

/* Goes through the crossings that are held; the one at which the whole changes, or NULL. */
static inline const CsgCrossing *csg_sweep(CsgSweep *s, const Csg *csg, double reach, bool *value) {
  for (uint32_t i = 0, end; i < s->count; i = end) {
    for (end = i + 1; end < s->count; end++)
      if (s->near[end].t - s->near[end - 1].t > 0x1p-22 * (s->near[end - 1].t + reach)) break;
    if (end == s->count && s->more && i != 0) return NULL; /* it may go on */
    const bool before = *value;
    const CsgCrossing *change = NULL;
    for (uint32_t k = i; k < end; k++) {
      const CsgCrossing *c = &s->near[k];
      int32_t *winding = &s->winding[csg_item(c)];
      const bool was = *winding != 0;
      *winding += (c->key & 1) != 0 ? -1 : 1;
      s->done = *c;
      if ((*winding != 0) == was || !csg_flip(csg, s, csg_item(c), !was)) continue;
      *value = !*value;
      if (change == NULL) change = c;
    }
    if (*value != before) return change;
  }
  return NULL;
}

/* The combination `geometry`, in whose space q is; the rest as for other geometries. */
static __attribute__((noinline)) bool trace_csg(const Geometry *geometry, const RayQuery *q, const InstanceQuery *in, uint64_t path,
                                                float floor, Hit *hit) {
  const Csg *csg = &geometry->csg;
  CsgSweep s;
  s.first = true;
  memset(s.winding, 0, csg->item_count * sizeof *s.winding);
  for (uint32_t i = 0; i < csg->node_count; i++) s.holds[i] = csg->nodes[i].start;
  bool value = false;
  const CsgCrossing *found = NULL;
  const double reach = (double)(csg->size / vec3_max_element(vec3_abs(dvec_to_vec3(q->dd))));
  for (int round = 0; round < CSG_ROUNDS && found == NULL && (s.first || s.more); round++) {
    csg_gather(&s, geometry, q);
    for (uint32_t i = 0; s.first && i < csg->item_count; i++)
      if (s.winding[i] != 0 && csg_flip(csg, &s, i, true)) value = !value;
    s.first = false;
    found = csg_sweep(&s, csg, reach, &value);
  }
  if (found == NULL) return false;
  const float t = max_f((float)found->t, floor);
  const uint32_t item = csg_item(found), id = (uint32_t)(found->key >> 1);
  if (item < geometry->prim_count) {
    if (!hit_consider(hit, t, id, in->instance, path, item)) return false;
    hit->u = hit->v = 0.0f;
    return true;
  }
  const uint32_t i = item - (uint32_t)geometry->prim_count;
  const Instance *instance = &geometry->instances.data[i];
  if (!hit_consider(hit, t, 0, in->instance, path + instances_first(&geometry->instances, i), id)) return false;
  const RayQuery inner = instance->identity ? *q : ray_enter(&instance->placed, q);
  const Mesh *mesh = &instance_geometry(&geometry->instances, instance)->mesh;
  const uint32_t *corner = mesh->triangles + 3 * (size_t)id;
  triangle_coordinates(&inner, mesh->points + 3 * (size_t)corner[0], mesh->points + 3 * (size_t)corner[1],
                       mesh->points + 3 * (size_t)corner[2], &hit->u, &hit->v);
  return true;
}

#endif
