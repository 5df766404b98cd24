/* placement.h - where an instance is: in motion at a time, or one of an array's. Per-ray code. */
#ifndef ML_BVH_PLACEMENT_H
#define ML_BVH_PLACEMENT_H

#include "bvh/world.h"
#include "shape/intersect.h"

/* The inverse of a matrix of doubles, rounded; false: it has none. */
static inline bool matrix_invert(const double m[9], float out[9]) {
  MlVec3 x = {m[0], m[3], m[6]}, y = {m[1], m[4], m[7]}, z = {m[2], m[5], m[8]};
  MlVec3 yz = dvec_cross(y, z), zx = dvec_cross(z, x), xy = dvec_cross(x, y);
  double determinant = dvec_dot(x, yz);
  if (!(determinant != 0.0)) return false;
  double s = 1.0 / determinant;
  const MlVec3 rows[3] = {dvec_scale(yz, s), dvec_scale(zx, s), dvec_scale(xy, s)};
  for (int i = 0; i < 3; i++) out[3 * i] = (float)rows[i].x, out[3 * i + 1] = (float)rows[i].y, out[3 * i + 2] = (float)rows[i].z;
  return true;
}

/* An instance in motion at `time`, and its box then, which is within those of the keys around it, bit for bit. */
static inline bool motion_place(const Instances *set, uint32_t motion, float time, PlacedTransform *out, float lo[3], float hi[3]) {
  const Motion *m = &set->motions[motion - 1];
  float at = time * (float)(m->count - 1);
  uint32_t k = at > 0.0f ? (uint32_t)at : 0;
  if (k > m->count - 2) k = m->count - 2;
  const MotionKey *a = &set->keys[m->first + k], *b = a + 1;
  float f = at - (float)k;
  double matrix[9], g = (double)f;
  for (int i = 0; i < 9; i++) {
    matrix[i] = (double)a->to_world[i] + ((double)b->to_world[i] - (double)a->to_world[i]) * g;
    out->to_world[i] = (float)matrix[i];
  }
  for (int i = 0; i < 3; i++) {
    out->centre[i] = (float)((double)a->centre[i] + ((double)b->centre[i] - (double)a->centre[i]) * g);
    lo[i] = max_f(a->lo[i] + (b->lo[i] - a->lo[i]) * f, min_f(a->lo[i], b->lo[i]));
    hi[i] = min_f(a->hi[i] + (b->hi[i] - a->hi[i]) * f, max_f(a->hi[i], b->hi[i]));
  }
  return matrix_invert(matrix, out->to_local);
}

/* Instance i as a whole; of an array's there is no to_world. */
static inline const Instance *instances_get(const Instances *set, uint32_t i, Instance *scratch) {
  if (set->places == NULL) return &set->data[i];
  *scratch = set->pattern;
  memcpy(scratch->placed.to_local, set->places[i].to_local, sizeof scratch->placed.to_local);
  memcpy(scratch->placed.centre, set->places[i].centre, sizeof scratch->placed.centre);
  return scratch;
}

/* Where instance i is at `time`, in both directions. */
static inline const PlacedTransform *instances_placed(const Instances *set, uint32_t i, float time, PlacedTransform *scratch) {
  if (set->places != NULL) {
    double matrix[9];
    for (int k = 0; k < 9; k++) matrix[k] = (double)set->places[i].to_local[k];
    memcpy(scratch->to_local, set->places[i].to_local, sizeof scratch->to_local);
    memcpy(scratch->centre, set->places[i].centre, sizeof scratch->centre);
    (void)matrix_invert(matrix, scratch->to_world); /* was looked at when it was made */
    return scratch;
  }
  const Instance *instance = &set->data[i];
  if (instance->motion == 0) return &instance->placed;
  float lo[3], hi[3];
  (void)motion_place(set, instance->motion, time, scratch, lo, hi);
  return scratch;
}

/* The instance that a path (not 0) within a geometry goes through, and what is left of the path there. */
static inline uint32_t instances_on_path(const Instances *set, uint64_t *path) {
  uint64_t first = 0, last = set->count - 1;
  if (set->firsts == NULL) {
    uint64_t paths = set->geometries[0]->paths;
    first = (*path - 1) / paths;
  } else {
    while (first < last) {
      uint64_t middle = last - (last - first) / 2;
      if (set->firsts[middle] <= *path) first = middle;
      else last = middle - 1;
    }
  }
  *path -= instances_first(set, first);
  return (uint32_t)first;
}

/* The instances around what was hit, the outermost first; prim: as in the hit. */
typedef struct HitLevels {
  uint32_t count;
  uint32_t material;        /* of the innermost that names one */
  bool flipped;             /* what was hit is the surface of an operand that is taken away (CsgItem) */
  const Geometry *geometry; /* of the innermost */
  const PlacedTransform *placed[GEOMETRY_LEVELS];
  PlacedTransform scratch[GEOMETRY_LEVELS];
} HitLevels;

static inline void hit_levels(const World *world, uint32_t instance, uint64_t path, uint32_t prim, float time, HitLevels *out) {
  const Instances *set = &world->instances;
  out->count = 0;
  out->material = NO_ID;
  out->flipped = false;
  for (;;) {
    const Instance *placed = set->places != NULL ? &set->pattern : &set->data[instance];
    out->placed[out->count] = instances_placed(set, instance, time, &out->scratch[out->count]);
    out->geometry = instance_geometry(set, placed);
    out->count++;
    if (placed->material != NO_ID) out->material = placed->material;
    const bool last = path == 0 || out->count == GEOMETRY_LEVELS;
    uint64_t item = prim;
    if (!last) {
      set = &out->geometry->instances;
      instance = instances_on_path(set, &path);
      item = out->geometry->prim_count + instance;
    }
    // The items of a combination are primitives of its own, or meshes right below
    if (out->geometry->csg.node_count != 0) out->flipped = out->geometry->csg.items[item].flipped != 0;
    if (last) return;
  }
}

#endif
