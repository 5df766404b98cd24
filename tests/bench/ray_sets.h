/* ray_sets.h - the rays that are measured, made once and kept in files, and our side of the measurement: a scene as the engine makes it
 * and the functions that the integrator calls. For tests/bench alone.
 *
 * Three sets a scene (../shared/design/performance.md): camera rays of a 1024 x 1024 picture in tiles of 8 x 8; from each of their hits, in that
 * order, one ray in a cosine-weighted direction; from each of their hits one shadow ray to a random point of the area light. Origins
 * stand off the surface by 2e-5 of the scene, so that nobody has to decide about the surface itself. Directions are of unit length but
 * for shadow rays', whose t_max is just before 1. */
#ifndef TESTS_BENCH_RAY_SETS_H
#define TESTS_BENCH_RAY_SETS_H

#include "bench/ray_scenes.h"
#include "render/kernel.h"

typedef struct RayRecord {
  float o[3], d[3], t_max;
} RayRecord;

typedef enum RaySetKind { RAYS_PRIMARY, RAYS_DIFFUSE, RAYS_SHADOW, RAY_SET_KINDS } RaySetKind;
extern const char *const ray_set_names[RAY_SET_KINDS];

typedef struct RaySet {
  RaySetKind kind;
  RayRecord *rays;
  size_t count;
} RaySet;

/* What a query found. Shadow rays: prim is 0 where something is in the way, t, u, v are 0. */
typedef struct RayResult {
  float t, u, v;
  uint32_t prim; /* the scene's triangle, or NO_ID */
} RayResult;

/* A scene committed by an engine of its own: one instance of one mesh. */
typedef struct RayWorld {
  MlEngine *engine;
  const MlScene *scene;
  const World *world;
  const Kernel *kernel;
  double wall_seconds, cpu_seconds; /* of ml_commit: the mesh copied into the scene, its tree built, by all threads */
  uint64_t tree_bytes;              /* of the scene, without the mesh's points and triangles */
  uint64_t peak_bytes;              /* of everything at any time, without the builder's copy of the mesh */
} RayWorld;

/* isa NULL: the best. false: prints why on stderr. */
bool ray_world_make(RayWorld *world, const RayScene *scene, const char *isa, uint32_t threads);
void ray_world_free(RayWorld *world);

/* Reads all sets of the scene from folder/<name>-<set>.rays; makes and writes them first where they are not of this mesh. */
bool ray_sets_load(RaySet sets[RAY_SET_KINDS], const RayScene *scene, const RayWorld *world, const char *folder);
void ray_sets_free(RaySet sets[RAY_SET_KINDS]);

/* Traces all rays of the set and returns seconds of this thread's CPU time (under node: of the process). */
double ray_set_trace(const RayWorld *world, const RaySet *set, RayResult *results);

double bench_cpu_seconds(void);                    /* of this thread */
double bench_median(double *values, size_t count); /* sorts them */

#endif
