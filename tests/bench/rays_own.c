/* rays_own.c - our side of the ray sets alone, natively or under node, for tests/bench/wasm.sh: traces the sets of one scene RUNS times and
 * prints a line each: scene, set, number of rays, median of CPU seconds, hash of all results.
 *
 * rays_own SCENE RUNS ISA FOLDER MODELS BUNNY ("" for none) */
#include <stdio.h>
#include <stdlib.h>

#include "bench/ray_sets.h"

enum { RUNS_MOST = 99 };

int main(int count, char **word) {
  RayScene scene;
  RayWorld world;
  RaySet sets[RAY_SET_KINDS];
  int runs = count == 7 ? atoi(word[2]) : 0;
  if (runs < 1 || runs > RUNS_MOST) return fprintf(stderr, "usage: rays_own SCENE RUNS ISA FOLDER MODELS BUNNY\n"), 2;
  RayResult *results = malloc((size_t)(1 << 20) * sizeof *results);
  if (results == NULL || !ray_scene_make(&scene, word[1][0], word[5], word[6])) return fprintf(stderr, "bench: no scene %s\n", word[1]), 1;
  if (!ray_world_make(&world, &scene, word[3][0] != 0 ? word[3] : NULL, 1) || !ray_sets_load(sets, &scene, &world, word[4])) return 1;
  for (int k = 0; k < RAY_SET_KINDS; k++) {
    double seconds[RUNS_MOST];
    ray_set_trace(&world, &sets[k], results);
    for (int run = 0; run < runs; run++) seconds[run] = ray_set_trace(&world, &sets[k], results);
    printf("%c %s %llu %.6f %016llx\n", scene.name, ray_set_names[k], (unsigned long long)sets[k].count,
           bench_median(seconds, (size_t)runs), (unsigned long long)ml_hash64(results, sets[k].count * sizeof *results, 0));
  }
  ray_sets_free(sets);
  ray_world_free(&world);
  ray_scene_free(&scene);
  free(results);
  return 0;
}
