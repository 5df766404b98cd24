/* build_split.h - where to part a range of references: binned surface area heuristic (Wald 2007, "On fast Construction of SAH-based
 * Bounding Volume Hierarchies"), where a mesh's triangles cost as many blocks as they fill. Inside of build*.c only. */
#ifndef ML_BVH_BUILD_SPLIT_H
#define ML_BVH_BUILD_SPLIT_H

#include "bvh/build.h"

/* How a range's centres fall into bins; scale 0 on axes without extent. */
typedef struct Binning {
  Four lowest, scale;
  uint32_t bins;
} Binning;

typedef struct Bins {
  uint64_t used[3]; /* a bit per bin: only these may hold anything */
  Box box[3][BUILD_BINS];
  uint32_t count[3][BUILD_BINS];
} Bins;

typedef struct Split {
  float cost;         /* half areas times leaves; INFINITY_F: none */
  uint32_t axis, bin; /* bins below `bin` go left */
  uint32_t left;      /* so many */
} Split;

static inline Binning binning_of(const BuildRules *rules, const Range *range) {
  uint32_t bins = range->count < 512 ? BUILD_BINS / 2 : BUILD_BINS;
  if (bins > rules->bins_most) bins = rules->bins_most;
  Binning b = {.lowest = range->centres.lo, .bins = bins};
  for (int i = 0; i < 3; i++) {
    float extent = range->centres.hi[i] - range->centres.lo[i];
    b.scale[i] = extent > 1e-30f ? 0.99999f * (float)bins / extent : 0.0f;
  }
  b.lowest[3] = 0.0f;
  b.scale[3] = 1.0f;
  return b;
}

/* Positions among the bins: whole numbers are their borders. */
static inline Four binning_position(const Binning *b, const Ref *ref) { return (ref->lo + ref->hi - b->lowest) * b->scale; }

/* Adds references to bins; what binning_position says is less than the number of bins. */
static inline void bins_fill(Bins *bins, const Binning *b, const Ref *refs, uint32_t count) {
  const bool few = count < 2 * b->bins; // so few that it pays to know which bins are in use
  for (int axis = 0; axis < 3; axis++) {
    for (uint32_t i = 0; i < b->bins; i++) bins->box[axis][i] = box_empty();
    memset(bins->count[axis], 0, b->bins * sizeof bins->count[axis][0]);
    bins->used[axis] = few ? 0 : ~(uint64_t)0 >> (64 - b->bins);
  }
  for (uint32_t i = 0; i < count; i++) {
    const Four lo = refs[i].lo, hi = refs[i].hi;
    const FourInt at = __builtin_convertvector(binning_position(b, &refs[i]), FourInt);
    const uint32_t x = (uint32_t)at[0], y = (uint32_t)at[1], z = (uint32_t)at[2];
    box_add(&bins->box[0][x], lo, hi);
    box_add(&bins->box[1][y], lo, hi);
    box_add(&bins->box[2][z], lo, hi);
    bins->count[0][x]++;
    bins->count[1][y]++;
    bins->count[2][z]++;
    if (!few) continue;
    bins->used[0] |= (uint64_t)1 << x;
    bins->used[1] |= (uint64_t)1 << y;
    bins->used[2] |= (uint64_t)1 << z;
  }
}

static inline void bins_merge(Bins *bins, const Bins *other, uint32_t count) {
  for (int axis = 0; axis < 3; axis++) {
    for (uint32_t i = 0; i < count; i++) {
      box_add_box(&bins->box[axis][i], &other->box[axis][i]);
      bins->count[axis][i] += other->count[axis][i];
    }
    bins->used[axis] |= other->used[axis];
  }
}

/* The cheapest split on all axes, or none. */
static inline Split bins_best(const Bins *bins, const Binning *b, const BuildRules *rules) {
  Split best = {.cost = INFINITY_F};
  for (uint32_t axis = 0; axis < 3; axis++) {
    if (b->scale[axis] == 0.0f) continue;
    uint8_t at[BUILD_BINS];
    float above[BUILD_BINS]; // cost of the bins from each on
    uint32_t used = 0, n = 0;
    for (uint64_t left = bins->used[axis]; left != 0; left &= left - 1) at[used++] = (uint8_t)__builtin_ctzll(left);
    Box box = box_empty();
    for (uint32_t i = used - 1; i > 0; i--) {
      box_add_box(&box, &bins->box[axis][at[i]]);
      n += bins->count[axis][at[i]];
      above[i] = n != 0 ? box_half_area(box.lo, box.hi) * rules_leaves(rules, n) : INFINITY_F;
    }
    box = box_empty();
    n = 0;
    for (uint32_t i = 1; i < used; i++) {
      box_add_box(&box, &bins->box[axis][at[i - 1]]);
      n += bins->count[axis][at[i - 1]];
      if (n == 0) continue;
      float cost = box_half_area(box.lo, box.hi) * rules_leaves(rules, n) + above[i];
      if (cost < best.cost) best = (Split){cost, axis, at[i], n};
    }
  }
  return best;
}

/* Boxes of both sides of a split. */
static inline void bins_sides(const Bins *bins, const Binning *b, const Split *split, Box side[2]) {
  side[0] = side[1] = box_empty();
  for (uint32_t i = 0; i < b->bins; i++) box_add_box(&side[i >= split->bin], &bins->box[split->axis][i]);
}

/* Whether a reference goes left; as bins_add's bin says. */
static inline bool goes_left(const Ref *ref, const Binning *b, const Split *split) {
  const float *lo = (const float *)&ref->lo, *hi = (const float *)&ref->hi;
  return (lo[split->axis] + hi[split->axis] - b->lowest[split->axis]) * b->scale[split->axis] < (float)split->bin;
}

/* Parts references by a split in place: the left ones first. Adds their doubled centres to both sides' boxes; returns how many are left. */
static inline uint32_t split_references(Ref *refs, uint32_t count, const Binning *b, const Split *split, Box centres[2]) {
  Box left = centres[0], right = centres[1];
  uint32_t begin = 0, end = count;
  for (;;) {
    for (; begin < end && goes_left(&refs[begin], b, split); begin++) {
      Four centre = refs[begin].lo + refs[begin].hi;
      box_add(&left, centre, centre);
    }
    for (; begin < end && !goes_left(&refs[end - 1], b, split); end--) {
      Four centre = refs[end - 1].lo + refs[end - 1].hi;
      box_add(&right, centre, centre);
    }
    if (begin == end) break;
    Ref moved = refs[begin];
    refs[begin] = refs[end - 1];
    refs[end - 1] = moved;
  }
  centres[0] = left;
  centres[1] = right;
  return begin;
}

#endif
