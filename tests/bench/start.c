/* start.c - `make bench-start`: how long until there is something to see. Three figures, medians of RUNS (7):
 *
 *   million   the command on a scene that names a binary PLY of a million triangles (ray_scenes.h, B), 2 threads, one sample of a small
 *             picture: wall time from start to exit, which has the first sample in it, and peak memory of the process;
 *   edit      the same scene in an engine that has it already, another colour each time: from the text to the first pixels of 1280 x 720;
 *   origin    scenes/origin.lua, 800 x 800, one thread, by the command: wall and CPU time, png included.
 *
 * start COMMAND FOLDER: the command, and where files may be written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/ray_sets.h"
#include "script.h"

enum { RUNS_MOST = 99 };

/* ---- the command, timed */

typedef struct Ended {
  double wall, cpu; /* seconds */
  double megabytes; /* at most resident */
  bool good;
} Ended;

static double seconds_of(struct timeval t) { return (double)t.tv_sec + 1e-6 * (double)t.tv_usec; }

static Ended run_command(const char *const *words) {
  Ended ended = {0};
  struct rusage used;
  int status = 1;
  double begin = ml_clock();
  pid_t child = fork();
  if (child == 0) {
    execv(words[0], (char *const *)words);
    _exit(127);
  }
  if (child < 0 || wait4(child, &status, 0, &used) != child) return ended;
  ended.wall = ml_clock() - begin;
  ended.cpu = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  ended.megabytes = (double)used.ru_maxrss / 1024;
  ended.good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!ended.good) fprintf(stderr, "bench: %s %s %s failed\n", words[0], words[1], words[2]);
  return ended;
}

static bool command_runs(const char *const *words, int runs, double *wall, double *cpu, double *megabytes) {
  double walls[RUNS_MOST], cpus[RUNS_MOST];
  *megabytes = 0;
  for (int run = -1; run < runs; run++) { /* once for the disk's sake */
    Ended ended = run_command(words);
    if (!ended.good) return false;
    if (run < 0) continue;
    walls[run] = ended.wall, cpus[run] = ended.cpu;
    if (ended.megabytes > *megabytes) *megabytes = ended.megabytes;
  }
  *wall = bench_median(walls, (size_t)runs), *cpu = bench_median(cpus, (size_t)runs);
  return true;
}

/* ---- a million triangles */

static bool write_ply(const char *path) {
  RayScene scene;
  if (!ray_scene_make(&scene, 'B', NULL, NULL)) return false;
  FILE *file = fopen(path, "wb");
  if (file != NULL) {
    fprintf(file,
            "ply\nformat binary_little_endian 1.0\nelement vertex %llu\nproperty float x\nproperty float y\nproperty float z\n"
            "element face %llu\nproperty list uchar int vertex_indices\nend_header\n",
            (unsigned long long)scene.point_count, (unsigned long long)scene.triangle_count);
    fwrite(scene.points, 12, scene.point_count, file);
    for (uint64_t k = 0; k < scene.triangle_count; k++) {
      putc(3, file);
      fwrite(scene.triangles + 3 * k, 12, 1, file);
    }
  }
  bool good = file != NULL && !ferror(file);
  if (file != NULL && fclose(file) != 0) good = false;
  ray_scene_free(&scene);
  return good;
}

static void scene_text(char *text, size_t size, int run) {
  snprintf(text, size,
           "camera{ from = {0, .5, 2.7}, look_at = {0, 0, 0}, fov = 45 }\n"
           "mesh{ \"million.ply\", material = matte{ color = {.8, .%d, .3} } }\n"
           "sun{ height = 50 }\n",
           100 + run);
}

static bool bench_million(const char *command, const char *folder, int runs) {
  char path[1024], picture[1024], text[512];
  snprintf(path, sizeof path, "%s/million.ply", folder);
  if (!write_ply(path)) return fprintf(stderr, "bench: could not write %s\n", path), false;
  snprintf(path, sizeof path, "%s/million.lua", folder);
  snprintf(picture, sizeof picture, "%s/million.pfm", folder);
  scene_text(text, sizeof text, 0);
  FILE *file = fopen(path, "w");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) return fprintf(stderr, "bench: could not write %s\n", path), false;
  const char *words[] = {command, "render", path, "-o", picture, "--size", "64x36", "--samples", "1", "--threads", "2", "--quiet", NULL};
  double wall, cpu, megabytes;
  if (!command_runs(words, runs, &wall, &cpu, &megabytes)) return false;
  printf("million   start to first sample %.3f s (CPU %.3f s), peak %.0f MB; floor 1 s, 200 MB\n", wall, cpu, megabytes);
  return true;
}

/* ---- an edit */

typedef struct FirstPixels {
  bool seen; /* by atomic operations */
  double at;
} FirstPixels;

static void changed(void *ud, const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1) {
  FirstPixels *first = ud;
  (void)film, (void)x0, (void)y0, (void)x1, (void)y1;
  if (!__atomic_exchange_n(&first->seen, true, __ATOMIC_ACQ_REL)) first->at = ml_clock();
}

typedef struct Edit {
  double total, script, commit; /* seconds; what is left is film and first tile */
} Edit;

static bool edit_once(MlEngine *engine, const ScriptAssets *assets, int run, Edit *edit) {
  char text[512];
  MlError error = {0};
  ScriptEvaluation *evaluation = NULL;
  MlFilm *film = NULL;
  MlRender *render = NULL;
  FirstPixels first = {0};
  scene_text(text, sizeof text, run);
  double begin = ml_clock();
  ScriptInput input = {.size = sizeof input, .name = "million.lua", .source = text, .source_size = strlen(text), .assets = assets};
  bool good = script_evaluate(engine, &input, &evaluation, &error) == ML_OK;
  if (good && evaluation->scene == NULL) {
    fprintf(stderr, "bench: %s\n", evaluation->diagnostic_count != 0 ? evaluation->diagnostics[0].message : "no scene");
    good = false;
  }
  good = good && ml_film_create(engine, evaluation->scene, &evaluation->view, &evaluation->settings, &film, &error) == ML_OK;
  if (good) {
    ml_film_watch(film, &(MlFilmWatch){changed, &first});
    good = ml_render_start(engine, evaluation->scene, &evaluation->view, &evaluation->settings, film, &render, &error) == ML_OK;
  }
  if (good) {
    while (!__atomic_load_n(&first.seen, __ATOMIC_ACQUIRE) && ml_render_wait(render, 1e-4) == ML_RENDER_RUNNING) {}
    ml_render_cancel(render);
    ml_render_wait(render, -1);
    good = first.seen; /* nobody works any more */
    *edit = (Edit){first.at - begin, evaluation->statistics.seconds, evaluation->statistics.commit_seconds};
  }
  if (!good && error.message[0] != 0) fprintf(stderr, "bench: %s\n", error.message);
  ml_render_destroy(render);
  ml_film_destroy(film);
  script_evaluation_destroy(evaluation);
  return good;
}

static bool bench_edit(const char *folder, int runs) {
  MlEngine *engine = NULL;
  ScriptFolder *files = NULL;
  MlError error = {0};
  bool good = ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 2), &engine, &error) == ML_OK &&
              script_folder_open(engine, folder, &files, &error) == ML_OK;
  double total[RUNS_MOST], script[RUNS_MOST], commit[RUNS_MOST];
  if (!good) fprintf(stderr, "bench: %s\n", error.message);
  if (good) {
    ScriptAssets assets = script_folder_assets(files);
    Edit edit;
    good = edit_once(engine, &assets, 0, &edit);
    double first = edit.total;
    for (int run = 0; good && run < runs; run++) {
      good = edit_once(engine, &assets, run + 1, &edit);
      total[run] = edit.total, script[run] = edit.script, commit[run] = edit.commit;
    }
    if (good)
      printf("edit      to first pixels %.1f ms (script %.1f, commit %.1f, then film and tile); floor 50 ms; the first time %.0f ms\n",
             1e3 * bench_median(total, (size_t)runs), 1e3 * bench_median(script, (size_t)runs), 1e3 * bench_median(commit, (size_t)runs),
             1e3 * first);
  }
  script_folder_close(files);
  ml_engine_destroy(engine);
  return good;
}

/* ---- the demo's scene */

static bool bench_origin(const char *command, const char *folder, int runs) {
  char picture[1024];
  double wall, cpu, megabytes;
  snprintf(picture, sizeof picture, "%s/origin.png", folder);
  const char *words[] = {command, "render", "scenes/origin.lua", "-o", picture, "--size", "800x800", "--threads", "1", "--quiet", NULL};
  if (!command_runs(words, runs, &wall, &cpu, &megabytes)) return false;
  printf(
    "origin    %.3f s (CPU %.3f s), %.0f MB; floor .18 s; the demo's own code 1.78 s\n",
    wall, cpu, megabytes);
  return true;
}

int main(int count, char **word) {
  const char *said = getenv("RUNS");
  int runs = said != NULL && said[0] != 0 ? atoi(said) : 7;
  if (count != 3 || runs < 1 || runs > RUNS_MOST) return fprintf(stderr, "usage: RUNS=7 start COMMAND FOLDER\n"), 2;
  bool good = bench_origin(word[1], word[2], runs);
  fflush(stdout);
  good = bench_million(word[1], word[2], runs) && good;
  fflush(stdout);
  good = bench_edit(word[2], runs) && good;
  return good ? 0 : 1;
}
