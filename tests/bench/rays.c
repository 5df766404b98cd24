/* rays.c - `make bench-rays`: our ray queries, as the integrator calls them, against Embree's on the same rays, in one run.
 *
 * Environment: ONLY='A C' (scenes), RUNS=7 (of every measurement), ISA=sse4.1 (ours), THREADS=2 (of builds; BUILD_THREADS to make), QUALITY=high (Embree's build),
 * EMBREE='isa=avx2' (more for rtcNewDevice), RAYS=folder for ray files, MODELS=folder, BUNNY=file.
 *
 * Fairness: the same mesh, the same rays in the same order, one at a time; each side takes a ray from the same record, makes its own form
 * of it and leaves a result; sides alternate; medians of the thread's CPU time. Every result is compared (ray_compare.h): more than 10 ppm
 * of hits that ROBUST does not have or has elsewhere, or one such that rounding does not explain, makes the run fail. Builds: wall time, medians. Machine code of both:
 * as their makers ship it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/ray_compare.h"
#include "bench/ray_embree.h"

enum { OURS, ROBUST, FAST, SIDES, RUNS_MOST = 99 };

typedef struct Options {
  const char *only, *isa, *rays, *models, *bunny, *embree;
  uint32_t threads;
  int runs;
  bool high_quality;
} Options;

/* Sums of logarithms of ratios, against ROBUST and FAST. */
typedef struct Means {
  double closest[SIDES], occluded[SIDES], build[SIDES];
  int closest_count, occluded_count, build_count;
} Means;

static const char *option(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value != NULL && value[0] != 0 ? value : otherwise;
}

typedef struct Bench {
  Options options;
  RayScene scene;
  RayWorld world;
  EmbreeScene *embree[SIDES]; /* [OURS] stays NULL */
  RayResult *results[SIDES], *closest[SIDES];
  Means means;
  bool failed;
} Bench;

static double trace(Bench *b, int side, const RaySet *set, RayResult *results) {
  return side == OURS ? ray_set_trace(&b->world, set, results) : embree_trace(b->embree[side], set, results);
}

/* ---- builds */

static bool build_once(Bench *b, int side, double *seconds, double *cpu, int64_t *bytes, int64_t *peak) {
  const Options *o = &b->options;
  if (side == OURS) {
    ray_world_free(&b->world);
    if (!ray_world_make(&b->world, &b->scene, o->isa, o->threads)) return false;
    *seconds = b->world.wall_seconds, *cpu = b->world.cpu_seconds, *bytes = (int64_t)b->world.tree_bytes,
    *peak = (int64_t)b->world.peak_bytes;
    return true;
  }
  char config[256];
  EmbreeBuild build;
  snprintf(config, sizeof config, "threads=%u%s%s", o->threads, o->embree[0] ? "," : "", o->embree);
  embree_free(b->embree[side]);
  b->embree[side] = embree_make(&b->scene, config, side == ROBUST, o->high_quality, &build);
  *seconds = build.wall_seconds, *cpu = build.cpu_seconds, *bytes = build.tree_bytes, *peak = build.peak_bytes;
  return b->embree[side] != NULL;
}

static bool bench_builds(Bench *b) {
  double seconds[SIDES][RUNS_MOST], cpu[SIDES][RUNS_MOST], median[SIDES], cpu_median[SIDES];
  int64_t bytes[SIDES], peak[SIDES];
  for (int run = 0; run < b->options.runs; run++)
    for (int k = 0; k < SIDES; k++) {
      int side = (run + k) % SIDES;
      if (!build_once(b, side, &seconds[side][run], &cpu[side][run], &bytes[side], &peak[side])) return false;
    }
  double count = (double)b->scene.triangle_count;
  for (int side = 0; side < SIDES; side++) {
    median[side] = bench_median(seconds[side], (size_t)b->options.runs);
    cpu_median[side] = bench_median(cpu[side], (size_t)b->options.runs);
  }
  printf(
    "  %-8s %7.2f  %7.2f %6.2f  %7.2f %6.2f   Mtri/s (by CPU time: %.2f, %.2f); bytes a triangle %.0f, %.0f, %.0f; at peak %.0f, %.0f, %.0f\n",
    "build", 1e-6 * count / median[OURS], 1e-6 * count / median[ROBUST], median[ROBUST] / median[OURS], 1e-6 * count / median[FAST],
    median[FAST] / median[OURS], cpu_median[ROBUST] / cpu_median[OURS], cpu_median[FAST] / cpu_median[OURS], (double)bytes[OURS] / count,
    (double)bytes[ROBUST] / count, (double)bytes[FAST] / count, (double)peak[OURS] / count, (double)peak[ROBUST] / count,
    (double)peak[FAST] / count);
  for (int side = ROBUST; side < SIDES; side++) b->means.build[side] += log(median[side] / median[OURS]);
  b->means.build_count++;
  return true;
}

/* ---- rays */

static RayDifferences differences(Bench *b, const RaySet *set, int side) {
  RayDifferences d = {0};
  if (set->kind != RAYS_SHADOW) {
    ray_compare(&b->scene, set, b->results[OURS], b->results[side], &d);
    return d;
  }
  // Where the answers differ, closest hits say what is there
  RaySet as_closest = *set;
  as_closest.kind = RAYS_DIFFUSE;
  trace(b, OURS, &as_closest, b->closest[OURS]);
  trace(b, side, &as_closest, b->closest[side]);
  d.rays = set->count;
  for (uint64_t i = 0; i < set->count; i++) {
    if ((b->results[OURS][i].prim == NO_ID) == (b->results[side][i].prim == NO_ID)) continue;
    RayResult mine = b->closest[OURS][i], other = b->closest[side][i], none = {.t = set->rays[i].t_max, .prim = NO_ID};
    RaySet one = {.kind = RAYS_DIFFUSE, .rays = &set->rays[i], .count = 1};
    RayDifferences found = {0};
    if (b->results[OURS][i].prim == NO_ID) ray_compare(&b->scene, &one, &none, &other, &found);
    else ray_compare(&b->scene, &one, &mine, &none, &found);
    d.edge += found.edge, d.range += found.range, d.grazing += found.grazing, d.tie += found.tie;
    d.wrong += 1 - (ray_differences(&found) - found.wrong);
  }
  return d;
}

static void print_differences(const RayDifferences *d) {
  static const char *const names[] = {"tie", "edge", "grazing", "range", "WRONG"};
  const uint64_t counts[] = {d->tie, d->edge, d->grazing, d->range, d->wrong};
  printf(" %llu", (unsigned long long)ray_differences(d));
  const char *before = " (";
  for (int k = 0; k < 5; k++) {
    if (counts[k] == 0) continue;
    printf("%s%llu %s", before, (unsigned long long)counts[k], names[k]);
    before = ", ";
  }
  if (before[0] == ',') printf(")");
}

static void bench_set(Bench *b, const RaySet *set) {
  RayDifferences found[SIDES];
  double seconds[SIDES][RUNS_MOST], median[SIDES], rays = 1e-6 * (double)set->count;
  for (int side = 0; side < SIDES; side++) trace(b, side, set, b->results[side]); /* and caches are warm */
  for (int side = ROBUST; side < SIDES; side++) found[side] = differences(b, set, side);
  for (int run = 0; run < b->options.runs; run++)
    for (int k = 0; k < SIDES; k++) {
      int side = (run + k) % SIDES;
      seconds[side][run] = trace(b, side, set, b->results[side]);
    }
  for (int side = 0; side < SIDES; side++) median[side] = bench_median(seconds[side], (size_t)b->options.runs);
  printf("  %-8s %7.2f  %7.2f %6.2f  %7.2f %6.2f   Mray/s; %.2f M rays; differ: ROBUST", ray_set_names[set->kind], rays / median[OURS],
         rays / median[ROBUST], median[ROBUST] / median[OURS], rays / median[FAST], median[FAST] / median[OURS], rays);
  print_differences(&found[ROBUST]);
  printf(", fast");
  print_differences(&found[FAST]);
  uint64_t most = 10 * set->count / 1000000 + 1;
  if (found[ROBUST].wrong != 0 || found[ROBUST].edge + found[ROBUST].range > most) {
    printf("  FAILED: too many");
    b->failed = true;
  }
  printf("\n");
  for (int side = ROBUST; side < SIDES; side++) {
    double ratio = log(median[side] / median[OURS]);
    if (set->kind == RAYS_SHADOW) b->means.occluded[side] += ratio;
    else b->means.closest[side] += ratio;
  }
  if (set->kind == RAYS_SHADOW) b->means.occluded_count++;
  else b->means.closest_count++;
}

static bool bench_scene(Bench *b, char name) {
  const Options *o = &b->options;
  RaySet sets[RAY_SET_KINDS];
  if (!ray_scene_make(&b->scene, name, o->models, o->bunny)) return fprintf(stderr, "bench: no memory for scene %c\n", name), false;
  printf("%c %s (%llu triangles)%s\n", name, b->scene.title, (unsigned long long)b->scene.triangle_count,
         b->scene.standin ? ": the model could not be had; make bench-rays fetches it" : "");
  bool good = bench_builds(b) && ray_sets_load(sets, &b->scene, &b->world, o->rays);
  if (good) {
    for (int k = 0; k < RAY_SET_KINDS; k++) {
      bench_set(b, &sets[k]);
      fflush(stdout);
    }
    ray_sets_free(sets);
  }
  for (int side = ROBUST; side < SIDES; side++) {
    embree_free(b->embree[side]);
    b->embree[side] = NULL;
  }
  ray_world_free(&b->world);
  ray_scene_free(&b->scene);
  return good;
}

static void print_means(const char *title, const Means *m, int side) {
  printf("%s closest %.2f occluded %.2f build %.2f\n", title, exp(m->closest[side] / m->closest_count),
         exp(m->occluded[side] / m->occluded_count), exp(m->build[side] / m->build_count));
}

int main(void) {
  Bench b = {.options = {.only = option("ONLY", RAY_SCENE_NAMES),
                         .isa = option("ISA", NULL),
                         .rays = option("RAYS", "."),
                         .models = option("MODELS", NULL),
                         .bunny = option("BUNNY", "/usr/share/glmark2/models/bunny.obj"),
                         .embree = option("EMBREE", ""),
                         .threads = (uint32_t)atoi(option("THREADS", "2")),
                         .runs = atoi(option("RUNS", "7")),
                         .high_quality = strcmp(option("QUALITY", ""), "high") == 0}};
  const Kernel *kernel = kernel_find(b.options.isa);
  if (kernel == NULL || b.options.runs < 1 || b.options.runs > RUNS_MOST || b.options.threads < 1) {
    fprintf(stderr, "bench: ISA is one of this machine's, RUNS is 1 to %d, THREADS at least 1\n", RUNS_MOST);
    return 2;
  }
  for (int side = 0; side < SIDES; side++) {
    b.results[side] = malloc((size_t)(1 << 20) * sizeof(RayResult));
    b.closest[side] = malloc((size_t)(1 << 20) * sizeof(RayResult));
    if (b.results[side] == NULL || b.closest[side] == NULL) return 1;
  }
  printf("moonlit (%s) against Embree %s%s, one ray at a time: medians of %d, sides alternating. Builds by %u threads.\n", kernel->name,
         embree_version(), b.options.high_quality ? " with high build quality" : "", b.options.runs, b.options.threads);
  printf("  %-8s %7s  %7s %6s  %7s %6s\n", "", "moonlit", "ROBUST", "ratio", "fast", "ratio");
  bool good = true;
  for (const char *name = RAY_SCENE_NAMES; good && *name != 0; name++)
    if (strchr(b.options.only, *name) != NULL) good = bench_scene(&b, *name);
  if (good && b.means.build_count != 0) {
    printf("Geometric means, moonlit over Embree (closest: camera and diffuse rays):\n");
    print_means("rays, fast mode:", &b.means, FAST);
    print_means("rays:", &b.means, ROBUST);
  }
  for (int side = 0; side < SIDES; side++) {
    free(b.results[side]);
    free(b.closest[side]);
  }
  return good && !b.failed ? 0 : 1;
}
