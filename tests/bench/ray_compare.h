/* ray_compare.h - two sides' results of the same rays, ray by ray, and what lies behind each difference, decided in double. */
#ifndef TESTS_BENCH_RAY_COMPARE_H
#define TESTS_BENCH_RAY_COMPARE_H

#include "bench/ray_sets.h"

/* How often the sides differ. Where rounding may decide, neither is wrong:
 * tie: another triangle at the same distance (an edge in common, or one on the other);
 * edge: a hit and a miss, or another distance, and the ray passes a triangle's edge within rounding;
 * grazing: the same triangle at another distance, seen so flat that rounding moves it;
 * range: the distance is that at which the ray ends.
 * wrong: none of these. */
typedef struct RayDifferences {
  uint64_t rays, tie, edge, grazing, range, wrong;
} RayDifferences;

static inline uint64_t ray_differences(const RayDifferences *d) { return d->tie + d->edge + d->grazing + d->range + d->wrong; }

/* For shadow rays, a_hits and b_hits are what closest queries for the same rays found. */
void ray_compare(const RayScene *scene, const RaySet *set, const RayResult *a, const RayResult *b, RayDifferences *sum);

#endif
