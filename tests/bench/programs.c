/* programs.c - what textures by programs cost: nanoseconds per evaluation at single hits and per point in batches, against one diffuse ray of
 * scenes A and C (ray_scenes.h). Thread CPU time, medians of RUNS, all in one run, turn by turn.
 *
 * Compiled for AVX2 on x86-64, as the kernel that evaluates them is. programs RAYS-FOLDER MODELS; RUNS from the environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/ray_sets.h"
#include "program/batch.h"
#include "scene/scene.h"
#include "script.h"

enum { POINTS = 1 << 14, RUNS_MOST = 99 };

static const struct {
  const char *name, *body;
} cases[] = {
  {"30 operations, no noise",
   "local p = s.p * 3 local a = fract(p.x) local b = abs(p.y - floor(p.y) - 0.5) local c = max(a, b) * min(a, 0.7) "
   "local d = smoothstep(0.2, 0.8, c + 0.3 * p.z * b) local e = clamp(a * b + c * d, 0, 1) "
   "local f = mix(color(0.2, 0.1, 0.05), color(0.8, 0.6, 0.3), d) local g = where(lt(e, 0.4), f, f * 0.5 + e * 0.2) "
   "return mix(g, color(0.1, 0.3, 0.2), saturate(s.p.y * e - a)) * (0.8 + 0.2 * c) + 0.01 * d"},
  {"30 operations, one noise",
   "local p = s.p * 3 local n = noise(p) local a = fract(p.x + n) local b = abs(p.y - floor(p.y) - 0.5) local c = max(a, b) * min(a, 0.7) "
   "local d = smoothstep(0.2, 0.8, c + 0.3 * p.z * b) local e = clamp(a * b + c * d, 0, 1) "
   "local f = mix(color(0.2, 0.1, 0.05), color(0.8, 0.6, 0.3), d) local g = where(lt(e, 0.4), f, f * 0.5 + e * 0.2) "
   "return mix(g, color(0.1, 0.3, 0.2), saturate(s.p.y * e - a)) * (0.8 + 0.2 * c)"},
  {"marble: sine of fbm, 5 octaves",
   "return mix(color '#f2ede4', color '#27313f', smoothstep(0.3, 1, sin(8 * (s.p.x + 1.5 * fbm(s.p * 2)))))"},
  {"wood: rings, fbm, grain",
   "local r = length(s.p.xz) + 0.1 * fbm(s.p * vec3(2, 0.6, 2), { octaves = 3 }) "
   "return mix(color '#7a4a24', color '#3a1f0d', smoothstep(0.1, 0.9, fract(r * 9))) * (0.85 + 0.3 * noise(s.p * vec3(90, 3, 90)))"},
  {"tiles: cells and their edges",
   "local v = voronoi(s.p * 2) return where(lt(v.edge, 0.05), color '#222', mix(color '#8a7f70', color '#b7ab98', v.cell))"},
  {"noise alone", "return noise(s.p * 3)"},
};
enum { CASES = sizeof cases / sizeof *cases };

static uint64_t random_state = 1;
static float random_float(float lo, float hi) { return (float)ray_random_in(&random_state, (double)lo, (double)hi); }

static ScriptEvaluation *evaluate(MlEngine *engine, const char *body) {
  char source[2000];
  snprintf(source, sizeof source, "background(1) sphere{ material = function(s) %s end }", body);
  const ScriptInput input = {.size = sizeof input, .name = "bench", .source = source, .source_size = strlen(source)};
  ScriptEvaluation *e = NULL;
  if (script_evaluate(engine, &input, &e, NULL) == ML_OK && e->scene != NULL) return e;
  fprintf(stderr, "bench: no program of: %s\n", body);
  exit(1);
}

int main(int count, char **word) {
  const char *text = getenv("RUNS");
  int runs = text != NULL && atoi(text) > 0 && atoi(text) <= RUNS_MOST ? atoi(text) : 7;
  if (count != 3) return fprintf(stderr, "usage: programs RAYS-FOLDER MODELS\n"), 2;
#ifdef __AVX2__
  if (!__builtin_cpu_supports("avx2")) return fprintf(stderr, "bench: this machine has no AVX2, for which this is compiled\n"), 1;
#endif
  RayScene scenes[2];
  RayWorld worlds[2];
  RaySet sets[2][RAY_SET_KINDS];
  RayResult *results = malloc((size_t)(1 << 20) * sizeof *results);
  for (int i = 0; i < 2; i++)
    if (results == NULL || !ray_scene_make(&scenes[i], "AC"[i], word[2], "") || !ray_world_make(&worlds[i], &scenes[i], NULL, 1) ||
        !ray_sets_load(sets[i], &scenes[i], &worlds[i], word[1]))
      return 1;

  MlEngine *engine;
  if (ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1), &engine, NULL) != ML_OK) return 1;
  ScriptEvaluation *made[CASES];
  for (int i = 0; i < CASES; i++) made[i] = evaluate(engine, cases[i].body);
  TexturePoint *points = calloc(POINTS, sizeof *points);
  float *places = calloc(POINTS, 3 * sizeof *places), *widths = calloc(POINTS, sizeof *widths), *out = calloc(POINTS, 3 * sizeof *out);
  if (points == NULL || places == NULL || widths == NULL || out == NULL) return 1;
  for (int i = 0; i < POINTS; i++) {
    points[i].p = vec3(random_float(-1, 1), random_float(-1, 1), random_float(-1, 1));
    points[i].n = vec3(0, 1, 0);
    points[i].px = vec3(1e-3f, 0, 0), points[i].py = vec3(0, 0, 1e-3f);
    widths[i] = 1e-3f;
    vec3_store(places + 3 * i, points[i].p);
  }
  const float *inputs[PROGRAM_INPUTS] = {[ML_INPUT_P] = places, [INPUT_P_WIDTH] = widths};
  Memory memory;
  memory_init(&memory, &(MlMemoryHooks){0}, 0);

  double single[CASES][RUNS_MOST], batch[CASES][RUNS_MOST], rays[2][RUNS_MOST];
  float sum = 0.0f;
  for (int run = 0; run < runs; run++) {
    for (int i = 0; i < 2; i++)
      rays[i][run] = ray_set_trace(&worlds[i], &sets[i][RAYS_DIFFUSE], results) / (double)sets[i][RAYS_DIFFUSE].count;
    for (int i = 0; i < CASES; i++) {
      const Textures *textures = &scene_of(made[i]->scene)->textures;
      double before = bench_cpu_seconds();
      for (int k = 0; k < POINTS; k++) sum += texture_eval(textures, 0, &points[k], false)[0];
      single[i][run] = (bench_cpu_seconds() - before) / POINTS;
      before = bench_cpu_seconds();
      if (program_batch(&memory, textures->textures[0].program, inputs, POINTS, out, NULL, NULL) != ML_OK) return 1;
      batch[i][run] = (bench_cpu_seconds() - before) / POINTS;
    }
  }
  printf("a diffuse ray: %.0f ns in scene A (%s), %.0f ns in scene C (%s)\n\n", 1e9 * bench_median(rays[0], (size_t)runs), scenes[0].title,
         1e9 * bench_median(rays[1], (size_t)runs), scenes[1].title);
  printf("| texture | operations | ns at a hit | of a diffuse ray (A) | ns a point in batches |\n|---|---|---|---|---|\n");
  for (int i = 0; i < CASES; i++) {
    const Program *program = scene_of(made[i]->scene)->textures.textures[0].program;
    double ns = 1e9 * bench_median(single[i], (size_t)runs);
    printf("| %s | %u | %.0f | %.2f | %.0f |\n", cases[i].name, program->step_count, ns, ns / (1e9 * rays[0][runs / 2]),
           1e9 * bench_median(batch[i], (size_t)runs));
    script_evaluation_destroy(made[i]);
  }
  ml_engine_destroy(engine);
  for (int i = 0; i < 2; i++) ray_sets_free(sets[i]), ray_world_free(&worlds[i]), ray_scene_free(&scenes[i]);
  free(points), free(places), free(widths), free(out), free(results);
  return sum == 12345.0f; // so that it is computed
}
