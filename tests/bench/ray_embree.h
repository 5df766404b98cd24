/* ray_embree.h - the other side of bench-rays: Embree 3.13 of the system, one ray at a time, as its manual recommends: rtcIntersect1 and
 * rtcOccluded1 on a scene of one triangle mesh that shares the points, medium build quality, its best instruction set, its own use of
 * huge pages, subnormals flushed while it works. No instance level: that is ours alone. */
#ifndef TESTS_BENCH_RAY_EMBREE_H
#define TESTS_BENCH_RAY_EMBREE_H

#include "bench/ray_sets.h"

typedef struct EmbreeScene EmbreeScene;
typedef struct EmbreeBuild {
  double wall_seconds, cpu_seconds; /* of rtcCommitScene, by all threads */
  int64_t tree_bytes, peak_bytes;   /* by its memory monitor: kept; at any time */
} EmbreeBuild;

/* config: as for rtcNewDevice, e.g. "threads=2". The scene's mesh must stay until embree_free. NULL: says why on stderr. */
EmbreeScene *embree_make(const RayScene *scene, const char *config, bool robust, bool high_quality, EmbreeBuild *build);
void embree_free(EmbreeScene *embree);
const char *embree_version(void);
/* As ray_set_trace. */
double embree_trace(EmbreeScene *embree, const RaySet *set, RayResult *results);

#endif
