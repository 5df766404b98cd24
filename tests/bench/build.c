/* build.c - how fast trees are built, and how good they are: make bench-build. Trees alone (bench-rays times whole commits), against Embree's
 * rtcCommitScene of medium quality, in one run, by turns, medians of wall time.
 *
 * Environment: ONLY='A C' (scenes), RUNS=5, THREADS=2 (of both sides; BUILD_THREADS to make), WIDTH=8, MODELS, BUNNY (places of models).
 * Per quality: million triangles a second, the ratio to Embree, bytes a triangle, how full blocks are, and the tree's cost: visits of nodes
 * and blocks that a ray is expected to make which meets the box of the whole. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/ray_embree.h"
#include "bvh/bvh.h"
#include "engine/tree_figures.h"

enum { QUALITIES = 3, RUNS_MOST = 101 };
static const uint32_t qualities[QUALITIES] = {BVH_FAST, BVH_DEFAULT, BVH_HIGH};
static const char *const quality_names[QUALITIES] = {"fast", "default", "high"};

static uint32_t number_of(const char *name, uint32_t otherwise, uint32_t most) {
  const char *text = getenv(name);
  unsigned long n = text != NULL && *text != 0 ? strtoul(text, NULL, 10) : otherwise;
  return n < 1 ? 1 : n > most ? most : (uint32_t)n;
}

typedef struct Tree {
  Memory *memory;
  Bvh bvh;
  size_t bytes;
} Tree;

static void tree_free(Tree *t) {
  memory_pages_free(t->memory, t->bvh.nodes, t->bytes);
  t->bvh.nodes = NULL;
}

/* As geometry.c does it: planned, then written into pages. */
static double build(Tree *t, const RayScene *scene, const Parallel *parallel, uint32_t width, uint32_t quality) {
  const BvhBuild how = {.memory = t->memory, .width = width, .quality = quality, .parallel = parallel};
  const BvhInput input = {.count = scene->triangle_count, .points = scene->points, .triangles = scene->triangles};
  BvhPlan *plan;
  const double begin = clock_now();
  if (bvh_plan(&how, &input, &plan, NULL) != ML_OK) abort();
  t->bvh = bvh_plan_sizes(plan);
  const size_t nodes = (size_t)(t->bvh.node_count * bvh_node_size(&t->bvh));
  t->bytes = nodes + (size_t)(t->bvh.block_count * bvh_block_size(&t->bvh));
  t->bvh.nodes = memory_pages_alloc(t->memory, t->bytes);
  if (t->bvh.nodes == NULL) abort();
  t->bvh.blocks = (char *)t->bvh.nodes + nodes;
  if (bvh_emit(plan, &t->bvh, NULL) != ML_OK) abort();
  bvh_plan_free(plan);
  return clock_now() - begin;
}

static void bench_scene(const RayScene *scene, const Parallel *parallel, Memory *memory, uint32_t runs, uint32_t width,
                        double ratios[QUALITIES]) {
  double seconds[QUALITIES + 1][RUNS_MOST], median[QUALITIES + 1], count = (double)scene->triangle_count;
  TreeFigures figures[QUALITIES];
  uint64_t bytes[QUALITIES];
  char config[32];
  snprintf(config, sizeof config, "threads=%u", parallel->threads);
  for (uint32_t run = 0; run < runs; run++) {
    for (uint32_t q = 0; q < QUALITIES; q++) {
      Tree tree = {.memory = memory};
      seconds[q][run] = build(&tree, scene, parallel, width, qualities[q]);
      bytes[q] = tree.bytes;
      if (run == 0) figures[q] = tree_figures(&tree.bvh);
      tree_free(&tree);
    }
    EmbreeBuild made;
    EmbreeScene *embree = embree_make(scene, config, true, false, &made);
    if (embree == NULL) exit(1);
    embree_free(embree);
    seconds[QUALITIES][run] = made.wall_seconds;
  }
  for (uint32_t q = 0; q <= QUALITIES; q++) median[q] = bench_median(seconds[q], runs);
  printf("%c  %s, %.0f triangles; Embree %.2f Mtri/s\n", scene->name, scene->title, count, 1e-6 * count / median[QUALITIES]);
  for (uint32_t q = 0; q < QUALITIES; q++) {
    const double ratio = median[QUALITIES] / median[q];
    printf("   %-8s %6.2f Mtri/s  ratio %.2f  %5.1f bytes a triangle  fill %.3f  cost %.3f\n", quality_names[q], 1e-6 * count / median[q],
           ratio, (double)bytes[q] / count, count / (double)(figures[q].leaves * width), figures[q].cost);
    ratios[q] += log(ratio);
  }
}

int main(void) {
  const char *only = getenv("ONLY"), *models = getenv("MODELS"), *bunny = getenv("BUNNY");
  const uint32_t runs = number_of("RUNS", 5, RUNS_MOST), threads = number_of("THREADS", 2, 64), width = number_of("WIDTH", 8, 8);
  Memory memory;
  memory_init(&memory, NULL, 0);
  Parallel parallel = {.threads = threads};
  if (pool_create(&memory, &parallel.pool, NULL) != ML_OK) return 1;
  double ratios[QUALITIES] = {0};
  int scenes = 0;
  printf("%u threads, %u runs, %u wide\n", threads, runs, width);
  for (const char *name = RAY_SCENE_NAMES; *name != 0; name++) {
    RayScene scene;
    if (only != NULL && *only != 0 && strchr(only, *name) == NULL) continue;
    if (!ray_scene_make(&scene, *name, models, bunny != NULL ? bunny : "/usr/share/glmark2/models/bunny.obj")) return 1;
    bench_scene(&scene, &parallel, &memory, runs, width, ratios);
    ray_scene_free(&scene);
    scenes++;
  }
  if (scenes != 0) {
    printf("build:");
    for (int q = 0; q < QUALITIES; q++) printf(" %s %.2f", quality_names[q], exp(ratios[q] / scenes));
    printf("\n");
  }
  pool_destroy(parallel.pool);
  return 0;
}
