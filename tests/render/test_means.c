/* test_means.c - the pictures of all scenes against their stored means and variances (means.h): what an intended change of sampling
 * must not move. And the other way round: a light or a surface that is wrong by 2 % must be found.
 *
 *   test_means                 compares; MEANS_SEED=n tries other seeds, MEANS_ONLY=name one scene
 *   test_means bless [NAME]... writes references, of all scenes or those named; tests/render/bless-statistics calls it */
#include <glob.h>

#include <cmocka.h>

#include "means.h"
#include "script.h"

#define REFERENCES "tests/render/statistics/"
#define REFERENCE_SEED (UINT64_C(1) << 32) /* far from those of tests */

typedef struct Scene {
  const char *path;
  char name[100];        /* "gallery-hello", "test-glass" */
  const char *from, *to; /* replaced in its text, for what must be found; NULL: nothing */
} Scene;

static MlEngine *engine;
static Scene scenes[400];
static int scene_count;

static void list_scenes(void) {
  static glob_t files;
  glob("scenes/*.lua", 0, NULL, &files);
  glob("tests/render/scenes/*.lua", GLOB_APPEND, NULL, &files);
  for (size_t i = 0; i < files.gl_pathc && scene_count < 300; i++) {
    const char *path = files.gl_pathv[i], *base = strrchr(path, '/') + 1;
    Scene *scene = &scenes[scene_count++];
    scene->path = path;
    snprintf(scene->name, sizeof scene->name, "%s-%.*s", *path == 's' ? "gallery" : "test", (int)(strlen(base) - 4), base);
  }
}

/* --------------------------------------------------------------- rendering */

static char *read_text(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text = calloc(1, 1 << 20);
  assert_non_null(file);
  assert_non_null(text);
  size_t size = fread(text, 1, (1 << 20) - 1, file);
  assert_true(size < (1 << 20) - 1);
  fclose(file);
  return text;
}

static char *replaced(char *text, const char *from, const char *to) {
  char *at = strstr(text, from);
  if (!at) fail_msg("'%s' is not in the scene any more: choose something else that is wrong by 2 %%", from);
  if (strstr(at + 1, from)) fail_msg("'%s' is in the scene more than once", from);
  memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
  memcpy(at, to, strlen(to));
  return text;
}

static void write_error(const ScriptEvaluation *e) {
  for (size_t i = 0; i < e->diagnostic_count; i++) fprintf(stderr, "%s\n", e->diagnostics[i].message);
}

static ScriptEvaluation *evaluate(const Scene *scene, uint64_t *source) {
  char *text = read_text(scene->path), folder[200];
  *source = ml_hash64(text, strlen(text), 0);
  if (scene->from) replaced(text, scene->from, scene->to);
  snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(scene->path, '/') - scene->path), scene->path);
  ScriptFolder *files;
  ScriptEvaluation *e = NULL;
  MlError error = {0};
  assert_int_equal(script_folder_open(engine, folder, &files, &error), ML_OK);
  const ScriptAssets assets = script_folder_assets(files);
  const ScriptInput input = {.size = sizeof input,
                             .name = scene->path,
                             .source = text,
                             .source_size = strlen(text),
                             .assets = &assets,
                             .width = MEANS_WIDTH,
                             .height = MEANS_HEIGHT};
  assert_int_equal(script_evaluate(engine, &input, &e, &error), ML_OK);
  script_folder_close(files);
  free(text);
  if (!e->scene) {
    write_error(e);
    fail_msg("%s makes no scene", scene->path);
  }
  return e;
}

/* clamp would make the mean depend on the noise. */
static void render(const ScriptEvaluation *e, uint64_t seed, float *rgb) {
  MlView view = e->view;
  MlSettings settings = e->settings;
  view.width = MEANS_WIDTH, view.height = MEANS_HEIGHT, view.fixed_exposure = true;
  view.crop_x = view.crop_y = view.crop_width = view.crop_height = 0;
  settings.samples = MEANS_SAMPLES, settings.seed = seed, settings.clamp = 0;
  MlFilm *film;
  MlRender *running;
  assert_int_equal(ml_film_create(engine, e->scene, &view, &settings, &film, NULL), ML_OK);
  assert_int_equal(ml_render_start(engine, e->scene, &view, &settings, film, &running, NULL), ML_OK);
  assert_int_equal(ml_render_wait(running, -1), ML_RENDER_DONE);
  for (uint32_t y = 0; y < MEANS_HEIGHT; y++) ml_film_row(film, y, rgb + (size_t)y * MEANS_WIDTH * 3);
  ml_render_destroy(running);
  ml_film_destroy(film);
}

/* Allocates r->values. */
static void render_all(const Scene *scene, uint32_t count, uint64_t seed, Replicates *r, uint64_t *source) {
  *r = (Replicates){count, calloc(count, sizeof *r->values)};
  assert_non_null(r->values);
  ScriptEvaluation *e = evaluate(scene, source);
  for (uint32_t k = 0; k < count; k++) render(e, seed + k, r->values[k]);
  script_evaluation_destroy(e);
}

/* ------------------------------------------------------------------- tests */

static uint64_t test_seed(void) {
  const char *text = getenv("MEANS_SEED");
  return MEANS_REPLICATES * (text ? strtoull(text, NULL, 10) : 1);
}

static Finding measure(const Scene *scene) {
  static Reference reference;
  Replicates r;
  uint64_t source;
  char path[300];
  snprintf(path, sizeof path, REFERENCES "%s.means", scene->name);
  if (!reference_read(path, &reference)) fail_msg("%s has no reference: make bless-statistics REASON=...", scene->path);
  render_all(scene, MEANS_REPLICATES, test_seed(), &r, &source);
  if (source != reference.source) fail_msg("%s was edited after its reference was made: make bless-statistics REASON=...", scene->path);
  Finding worst = means_compare(&reference, &r, scene_count);
  free(r.values);
  printf("# %s: largest deviation %.2f of what is allowed, noise %.2f of the reference's (variance)\n", scene->name, worst.z, worst.noise);
  return worst;
}

static void is_as_expected(void **state) {
  const Scene *scene = *state;
  Finding worst = measure(scene);
  if (worst.z > 1)
    fail_msg("%s is wrong: at (%d, %d) of %dx%d, in %d pixels a side, %s is %.4f of what it should be; %.1f times of what noise explains",
             scene->path, worst.x, worst.y, MEANS_WIDTH, MEANS_HEIGHT, worst.size, (const char *[]){"red", "green", "blue"}[worst.channel],
             worst.ratio, worst.z);
}

static void is_found(void **state) {
  const Scene *scene = *state;
  Finding worst = measure(scene);
  if (!(worst.z > 1)) fail_msg("%s with %s for %s passes", scene->path, scene->to, scene->from);
}

/* A light, a lamp, a glowing surface or a material, wrong by 2 %. */
static const struct {
  const char *scene, *from, *to;
} wrong[] = {
  {"test-lights", "{-3, 2, 0}, power = 60", "{-3, 2, 0}, power = 61.2"},
  {"test-lights", "emission = {.3, 1.5, .5}", "emission = {.306, 1.53, .51}"},
  {"test-materials", "matte{ color = {.7, .2, .1} }", "matte{ color = {.714, .204, .102} }"},
  {"test-materials", "mirror{ color = .9 }", "mirror{ color = .882 }"},
  {"test-glass", "power = 120", "power = 122.4"},
  {"gallery-hello", "power = 900, color = kelvin(6000)", "power = 918, color = kelvin(6000)"},
  {"gallery-knot", "power = 500", "power = 510"},
  {"gallery-cornell", "\"#a31515\"", "{ color = {.37358, .00765, .00765} }"},
};

static const Scene *find_scene(const char *name) {
  for (int i = 0; i < scene_count; i++)
    if (strcmp(scenes[i].name, name) == 0) return &scenes[i];
  return NULL;
}

/* A reference survives its file, to the precision that it is stored with. */
static void files_keep(void **state) {
  (void)state;
  for (double mean = 1e-20; mean < 1e20; mean *= 3.7)
    for (double deviation = 1e-5; deviation < 1e3; deviation *= 2.3) {
      double m, v;
      means_unpack(means_pack(mean, mean * mean * deviation * deviation), &m, &v);
      assert_true(fabs(m / mean - 1) < 1.001 * 0x1p-16);
      double ratio = v / (mean * mean * deviation * deviation);
      assert_true(ratio > .999 && ratio < 1.19);
    }
  double m, v;
  means_unpack(means_pack(0, 0), &m, &v);
  assert_true(m == 0 && v == 0);
  assert_true(fabs(means_threshold(1, .05) - 1.959964) < 1e-5);
}

static void every_reference_has_a_scene(void **state) {
  (void)state;
  glob_t files;
  assert_int_equal(glob(REFERENCES "*.means", 0, NULL, &files), 0);
  for (size_t i = 0; i < files.gl_pathc; i++) {
    char name[100];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(files.gl_pathv[i] + strlen(REFERENCES), "."), files.gl_pathv[i] + strlen(REFERENCES));
    if (!find_scene(name)) fail_msg("%s is of no scene: remove it", files.gl_pathv[i]);
  }
  globfree(&files);
}

/* ---------------------------------------------------------------- blessing */

static int bless(int count, char **names) {
  static Reference reference;
  for (int i = 0; i < scene_count; i++) {
    bool wanted = count == 0;
    for (int k = 0; k < count; k++) wanted = wanted || strcmp(names[k], scenes[i].name) == 0;
    if (!wanted) continue;
    Replicates r;
    uint64_t source;
    char path[300];
    snprintf(path, sizeof path, REFERENCES "%s.means", scenes[i].name);
    render_all(&scenes[i], MEANS_REFERENCE_REPLICATES, REFERENCE_SEED, &r, &source);
    reference_make(&r, source, &reference);
    free(r.values);
    if (!reference_write(path, &reference)) return perror(path), 1;
    printf("%s\n", scenes[i].name);
    fflush(stdout);
  }
  return 0;
}

int main(int count, char **arguments) {
  if (ml_engine_create(&ML_DESC(MlEngineDesc), &engine, NULL) != ML_OK) return 1;
  list_scenes();
  int code;
  if (count > 1 && strcmp(arguments[1], "bless") == 0) {
    code = bless(count - 2, arguments + 2);
  } else {
    static struct CMUnitTest tests[800];
    static Scene mutants[sizeof wrong / sizeof *wrong];
    const char *only = getenv("MEANS_ONLY");
    size_t used = 0;
    tests[used++] = (struct CMUnitTest)cmocka_unit_test(files_keep);
    tests[used++] = (struct CMUnitTest)cmocka_unit_test(every_reference_has_a_scene);
    // Sanitizers and -Og look for other things, and hashes bind them to this build: a part will do.
    int step = 1;
#ifndef NDEBUG
    step = 8;
#endif
    for (int i = 0; i < scene_count; i += step)
      if (!only || strcmp(only, scenes[i].name) == 0)
        tests[used++] = (struct CMUnitTest){scenes[i].name, is_as_expected, NULL, NULL, &scenes[i]};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong && step == 1; i++) {
      const Scene *scene = find_scene(wrong[i].scene);
      if (!scene || !wrong[i].from || (only && strcmp(only, scene->name) != 0)) continue;
      mutants[i] = *scene;
      mutants[i].from = wrong[i].from, mutants[i].to = wrong[i].to;
      tests[used++] = (struct CMUnitTest){wrong[i].from, is_found, NULL, NULL, &mutants[i]};
    }
    code = _cmocka_run_group_tests("means of pictures", tests, used, NULL, NULL);
  }
  ml_engine_destroy(engine);
  return code;
}
