/* scripts.c - `make bench-scripts`: what scripts cost by themselves, without a pixel: many calls, and many things scattered. Thread CPU time of the
 * evaluation alone, and with the scene's build; one thread; medians of RUNS (5), turn by turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/ray_sets.h"
#include "script.h"

enum { RUNS_MOST = 99 };

#define TREE                                                                                                                               \
  "local tree = group{ cylinder{ radius = .06, height = 1, material = '#4a3020' }, cone{ at = {0, .6, 0}, height = 1.6, material = '#2f6b2a' } } "
#define HILL                                                                                                                               \
  "local rows = {} for j = 1, 256 do rows[j] = {} for i = 1, 256 do rows[j][i] = 20 * sin(.1 * i) * cos(.07 * j) end end "                 \
  "local hill = heightfield{ rows, size = 1000 } "

static const struct {
  const char *name, *source;
  bool build;
  double floor; /* seconds of the script; 0: none */
} cases[] = {
  {"10 000 sphere{}", "for i = 1, 10000 do sphere{} end background(1)", false, .015},
  {"10 000 spheres with fields", "for i = 1, 10000 do sphere{ center = {i, 0, 0}, radius = .4, material = 'gold' } end background(1)",
   false, 0},
  {"10 000 trees by hand",
   TREE "local r = rng 'f' for i = 1, 10000 do tree:turn_y(r(360)):scale(r(.6, 1.5)):at(r(-60, 60), 0, r(-60, 60)) end background(1)",
   false, 0},
  {"a million on level ground", TREE "scatter{ tree, count = 1000000, area = 1000, scale = {.6, 1.5}, turn = 'random' } background(1)",
   true, 2},
  {"a million on hills", TREE HILL "scatter{ tree, count = 1000000, on = hill, up = 'normal', turn = 'random' } background(1)", true, 2},
  {"a million with a spacing", TREE "scatter{ tree, count = 1000000, spacing = .5, area = 1000 } background(1)", true, 0},
  {"a million chosen by a function",
   TREE "scatter{ tree, count = 1000000, area = 1000, keep = function(s) return s.p.x < 0 end } background(1)", true, 0},
  {"poisson, 88 000 points", "poisson{ area = 100, spacing = .27 } sphere{}", false, 0},
  {"a solid: a ball, 400 times", "sphere{ radius = .4 }:repeated({1, 0, 1}, {20, 1, 20}) background(1)", true, 0},
  {"a solid: 100 balls melted",
   "local t, r = { k = .1 }, rng 'b' for i = 1, 100 do t[i] = sphere{ radius = r(.1, .25), at = {r(-1.5, 1.5), r(-1.5, 1.5), r(-1.5, 1.5)} } end "
   "smooth_union(t) background(1)",
   true, 0},
  {"a solid: 30 noises of 16 octaves",
   "sdf(function(p) local f = 0 for i = 1, 30 do f = f + fbm(p * i, { octaves = 16 }) end return length(p) - 1 + .01 * f end, { bounds = 1.6 }) "
   "background(1)",
   true, 0},
};
enum { CASES = sizeof cases / sizeof *cases };

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool never(void *ud) {
  (void)ud;
  return false;
}

static double evaluate(MlEngine *engine, size_t which, bool build) {
  const ScriptInput input = {.size = sizeof input,
                             .name = "bench.lua",
                             .source = cases[which].source,
                             .source_size = strlen(cases[which].source),
                             .time_limit = 1000,
                             .memory_cap = UINT64_C(1) << 30,
                             .no_commit = !build,
                             .cancel = {.poll = never}};
  ScriptEvaluation *e;
  MlError error = {0};
  const double begin = cpu_seconds();
  if (script_evaluate(engine, &input, &e, &error) != ML_OK || e->errors) {
    fprintf(stderr, "bench: %s: %s\n", cases[which].name, error.message);
    exit(1);
  }
  const double end = cpu_seconds();
  script_evaluation_destroy(e);
  return end - begin;
}

int main(void) {
  const char *wanted = getenv("RUNS");
  int runs = wanted && *wanted ? atoi(wanted) : 5;
  runs = runs < 1 ? 1 : runs > RUNS_MOST ? RUNS_MOST : runs;
  static double seconds[2][CASES][RUNS_MOST];
  MlEngine *engine;
  MlError error = {0};
  // What an evaluation leaves in the cache would make the next one's build a lookup
  for (int run = -1; run < runs; run++)
    for (size_t i = 0; i < CASES; i++)
      for (int build = 0; build <= cases[i].build; build++) {
        if (ml_engine_create(&(MlEngineDesc){.size = sizeof(MlEngineDesc), .threads = 1}, &engine, &error) != ML_OK) {
          fprintf(stderr, "bench: %s\n", error.message);
          return 1;
        }
        const double took = evaluate(engine, i, build);
        if (run >= 0) seconds[build][i][run] = took;
        ml_engine_destroy(engine);
      }
  printf("scripts, CPU ms, medians of %d\n", runs);
  for (size_t i = 0; i < CASES; i++) {
    const double script = bench_median(seconds[0][i], (size_t)runs);
    printf("  %-32s %9.2f", cases[i].name, 1e3 * script);
    if (cases[i].floor > 0) printf("  at most %g: %s", 1e3 * cases[i].floor, script <= cases[i].floor ? "kept" : "missed");
    if (cases[i].build) printf("%s with the build %.0f", cases[i].floor > 0 ? ";" : " ", 1e3 * bench_median(seconds[1][i], (size_t)runs));
    putchar('\n');
  }
  return 0;
}
