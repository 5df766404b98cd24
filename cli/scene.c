/* scene.c - see scene.h. */
#include "scene.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "interrupt.h"
#include "progress.h"

#define SCRIPT_MEMORY (UINT64_C(256) << 20) /* of the script's own values, at least; --memory may give it more */

/* -------------------------------------------------------------- evaluating */

/* What a scene prints appears as it comes, but never raw. */
static bool console_write(void *ud, const void *bytes, size_t count) {
  const MlSink sink = stream_sink(stderr);
  (void)ud;
  script_write_visible(bytes, count, &sink);
  return true;
}

static void evaluation_stuck(void *ud) {
  (void)ud;
  say("the script does not end although its time is over: giving up");
  _exit(EXIT_WRONG);
}

/* Says which option raises the limit that ended the script. */
static void advise(const SceneFile *scene, const ScriptInput *input) {
  switch (scene->evaluation->limit) {
  case SCRIPT_LIMIT_TIME:
    say("--eval-timeout %.6g gives the script more time", 3 * (input->time_limit > 0.0 ? input->time_limit : 10.0));
    break;
  case SCRIPT_LIMIT_SCRIPT_MEMORY:
    say("--memory %lluM gives the script more: a quarter of it", (unsigned long long)(8 * input->memory_cap >> 20));
    break;
  case SCRIPT_LIMIT_MEMORY:
    say("the limit for everything is %llu MB: --memory SIZE sets another", (unsigned long long)(ml_engine_memory(scene->engine).cap >> 20));
    break;
  case SCRIPT_LIMIT_NONE:
  case SCRIPT_LIMIT_STRING:
  case SCRIPT_LIMIT_OBJECTS: break;
  }
}

/* The file's parameters, and after them the options' own. */
typedef struct Sets {
  ScriptSet *of_file, *all; /* all: malloc'ed; NULL: none */
  size_t file_count, file_bytes, count;
} Sets;

static int read_sets(const SceneFile *scene, Sets *sets) {
  const Options *options = scene->options;
  MlError error = {0};
  *sets = (Sets){0};
  if (options->params) {
    InputBytes file = {0};
    int code = input_read(scene->engine, options->params, "a file of parameters", SCENE_SOURCE_LIMIT, &file);
    if (code == EXIT_DONE && script_read_params(scene->engine, options->params, file.data, file.size, &sets->of_file, &sets->file_count,
                                                &sets->file_bytes, &error) != ML_OK) {
      code = say_error(&error);
      if (error.status == ML_ERROR_FORMAT) code = EXIT_WRONG;
    }
    input_free(scene->engine, &file);
    if (code != EXIT_DONE) return code;
  }
  sets->count = sets->file_count + options->set_count;
  sets->all = sets->count ? malloc(sets->count * sizeof *sets->all) : NULL;
  if (sets->count && !sets->all) {
    say("out of memory");
    return EXIT_COULD_NOT;
  }
  if (sets->file_count) memcpy(sets->all, sets->of_file, sets->file_count * sizeof *sets->all);
  if (options->set_count) memcpy(sets->all + sets->file_count, options->sets, options->set_count * sizeof *sets->all);
  return EXIT_DONE;
}

static void free_sets(const SceneFile *scene, Sets *sets) {
  if (sets->of_file) ml_engine_realloc(scene->engine, sets->of_file, sets->file_bytes, 0);
  free(sets->all);
}

static ScriptInput input_of(const SceneFile *scene, const ScriptAssets *assets, const char *source, size_t size, const Sets *sets) {
  const Options *options = scene->options;
  return (ScriptInput){
    .size = sizeof(ScriptInput),
    .name = options->scene,
    .source = source,
    .source_size = size,
    .assets = assets,
    .sets = sets->all,
    .set_count = sets->count,
    .camera = options->camera,
    .width = options->width,
    .height = options->height,
    .time_limit = options->eval_timeout,
    .memory_cap = options->memory / 4 > SCRIPT_MEMORY ? options->memory / 4 : SCRIPT_MEMORY,
    .strict = options->strict,
    .cancel = {.poll = interrupt_poll},
    .stuck = evaluation_stuck,
  };
}

static int evaluation_code(const ScriptEvaluation *e) {
  if (e->cancelled) return EXIT_INTERRUPTED;
  if (!e->errors) return EXIT_DONE;
  return e->out_of_memory ? EXIT_COULD_NOT : EXIT_WRONG;
}

static int evaluate(SceneFile *scene, const char *source, size_t size, const Sets *sets, bool commit, FILE *json) {
  const Options *options = scene->options;
  const ScriptAssets assets = script_folder_assets(scene->folder);
  ScriptInput input = input_of(scene, &assets, source, size, sets);
  input.no_commit = !commit;
  if (!options->quiet) input.console = (MlSink){.write = console_write};
  if (options->dump_scene) input.dump = stream_sink(stdout);
  BuildProgress progress = build_progress_begin(options->quiet);
  input.cancel = (MlCancel){.poll = interrupt_poll, .ud = &progress, .progress = build_progress_show};
  MlError error = {0};
  const MlStatus status = script_evaluate(scene->engine, &input, &scene->evaluation, &error);
  build_progress_end(&progress);
  if (status != ML_OK) return say_error(&error);

  const ScriptEvaluation *e = scene->evaluation;
  if (e->cancelled) return EXIT_INTERRUPTED;
  const MlSink sink = stream_sink(json ? json : stderr);
  if (json) {
    script_write_diagnostics_json(e, &sink);
    fputc('\n', json);
  } else {
    script_write_diagnostics(e, options->quiet ? SCRIPT_WARNING : SCRIPT_NOTE, &sink);
    advise(scene, &input);
  }
  return evaluation_code(e);
}

int scene_evaluate(SceneFile *scene, const char *source, size_t size, const ScriptAssets *assets) {
  Sets sets;
  MlError error = {0};
  int code = read_sets(scene, &sets);
  if (code == EXIT_DONE) {
    ScriptInput input = input_of(scene, assets, source, size, &sets);
    input.no_commit = true;
    script_evaluation_destroy(scene->evaluation);
    scene->evaluation = NULL;
    if (script_evaluate(scene->engine, &input, &scene->evaluation, &error) != ML_OK) code = say_error(&error);
    else code = evaluation_code(scene->evaluation);
  }
  free_sets(scene, &sets);
  return code;
}

/* ------------------------------------------------------------------- merge */

/* Options replace what the script says. */
static void merge(SceneFile *scene) {
  const Options *o = scene->options;
  MlView *view = &scene->view;
  MlSettings *settings = &scene->settings;
  if (o->width) view->width = o->width, view->height = o->height;
  if (o->crop[2]) view->crop_x = o->crop[0], view->crop_y = o->crop[1], view->crop_width = o->crop[2], view->crop_height = o->crop[3];
  if (o->has_exposure) view->fixed_exposure = !o->auto_exposure, view->exposure = o->auto_exposure ? 0 : o->exposure;
  if (o->has_tonemap) view->tonemap = (MlTonemap)o->tonemap;
  if (o->white_balance != 0) view->white = script_white(o->white_balance);
  if (o->samples) settings->samples = o->samples;
  if (o->tile) settings->tile = o->tile;
  if (o->has_seed) settings->seed = o->seed;
  if (o->has_integrator) settings->integrator = (MlIntegrator)o->integrator;
  if (settings->samples == 0) settings->samples = 64;
  scene->display = ml_display_of(view, settings);
}

static MlVec3 point_of(const double p[3]) { return (MlVec3){p[0], p[1], p[2]}; }

static double distance(MlVec3 a, MlVec3 b) {
  const double x = b.x - a.x, y = b.y - a.y, z = b.z - a.z;
  return ml_sqrt(x * x + y * y + z * z);
}

static bool is_along(MlVec3 up, MlVec3 from, MlVec3 to) {
  const MlVec3 f = {to.x - from.x, to.y - from.y, to.z - from.z};
  const MlVec3 c = {up.y * f.z - up.z * f.y, up.z * f.x - up.x * f.z, up.x * f.y - up.y * f.x};
  return c.x * c.x + c.y * c.y + c.z * c.z <= 1e-20 * (up.x * up.x + up.y * up.y + up.z * up.z) * (f.x * f.x + f.y * f.y + f.z * f.z);
}

/* The options' camera in place of the scene's. A focus that was the distance to look_at remains that. */
static int merge_camera(SceneFile *scene) {
  const CameraOptions *o = &scene->options->view;
  if (!(o->has_from || o->has_look_at || o->has_up || o->has_fov || o->has_height || o->has_aperture || o->has_focus)) return EXIT_DONE;
  MlCamera camera = ml_camera_resolve(scene->evaluation->scene, &scene->view);
  const bool orthographic = camera.kind == ML_CAMERA_ORTHOGRAPHIC;
  if (o->has_fov && orthographic) {
    say("--fov: the scene's camera is orthographic and has no angle; --height M says how much it sees");
    return EXIT_WRONG;
  }
  if (o->has_height && !orthographic) {
    say("--height: only an orthographic camera has one, in metres; --fov D is the angle of this one, --size WxH the picture's pixels");
    return EXIT_WRONG;
  }
  const double before = distance(camera.from, camera.look_at);
  const bool automatic = !(camera.focus - before > 1e-9 * before || before - camera.focus > 1e-9 * before);
  const MlVec3 usual = script_up(camera.from, camera.look_at);
  const bool own_up = camera.up.x != usual.x || camera.up.y != usual.y || camera.up.z != usual.z;
  if (o->has_from) camera.from = point_of(o->from);
  if (o->has_look_at) camera.look_at = point_of(o->look_at);
  if (o->has_up) camera.up = point_of(o->up);
  if (o->has_from || o->has_look_at || o->has_up) camera.moves = false;
  if (o->has_fov) camera.fov = o->fov;
  if (o->has_height) camera.height = o->height;
  if (o->has_aperture) camera.aperture = o->aperture;
  if (o->has_focus || automatic) camera.focus = o->has_focus ? o->focus : 0.0;
  if (!(distance(camera.from, camera.look_at) > 0)) {
    say("--from, --look-at: both are {%.6g, %.6g, %.6g}; a camera has to look somewhere else than where it stands", camera.from.x,
        camera.from.y, camera.from.z);
    return EXIT_WRONG;
  }
  // An up that is what a camera takes without a word about it is taken anew; a script's own stays, if it can.
  if (!o->has_up && (!own_up || is_along(camera.up, camera.from, camera.look_at))) camera.up = script_up(camera.from, camera.look_at);
  if (is_along(camera.up, camera.from, camera.look_at)) {
    say("--up: {%.6g, %.6g, %.6g} lies along the view, from {%.6g, %.6g, %.6g} to {%.6g, %.6g, %.6g}", camera.up.x, camera.up.y,
        camera.up.z, camera.from.x, camera.from.y, camera.from.z, camera.look_at.x, camera.look_at.y, camera.look_at.z);
    return EXIT_WRONG;
  }
  scene->view.camera = camera;
  return EXIT_DONE;
}

static int check_fits(SceneFile *scene) {
  MlError error = {0};
  return ml_render_check(scene->engine, &scene->view, &scene->settings, NULL, &error) == ML_OK ? EXIT_DONE : say_error(&error);
}

static int open_folder(SceneFile *scene) {
  const char *path = scene->options->scene, *slash = strrchr(path, '/');
  MlError error = {0};
  char folder[4096];
  const size_t length = slash ? (size_t)(slash - path) + 1 : 0;
  if (length >= sizeof folder) {
    say("the scene's path has more than 4095 bytes");
    return EXIT_COULD_NOT;
  }
  memcpy(folder, path, length);
  folder[length] = '\0';
  return script_folder_open(scene->engine, folder, &scene->folder, &error) == ML_OK ? EXIT_DONE : say_error(&error);
}

static int create_engine(SceneFile *scene, const Options *options) {
  *scene = (SceneFile){.options = options, .view = {.size = sizeof(MlView)}, .settings = {.size = sizeof(MlSettings)}};
  const MlEngineDesc desc =
    ML_DESC(MlEngineDesc, .memory_cap = options->memory, .threads = options->threads, .isa = options->isa, .build = options->build);
  MlError error = {0};
  return ml_engine_create(&desc, &scene->engine, &error) == ML_OK ? EXIT_DONE : say_error(&error);
}

int scene_begin(SceneFile *scene, const Options *options) {
  const int code = create_engine(scene, options);
  return code == EXIT_DONE ? open_folder(scene) : code;
}

int scene_open(SceneFile *scene, const Options *options, SceneDepth depth, FILE *json) {
  int code = create_engine(scene, options);
  if (code != EXIT_DONE) return code;

  // What the options alone make too large is refused before the script spends its time.
  if (options->width) {
    merge(scene);
    code = check_fits(scene);
  }
  InputBytes source = {0};
  if (code == EXIT_DONE) code = input_read(scene->engine, options->scene, "a scene", SCENE_SOURCE_LIMIT, &source);
  if (code == EXIT_DONE) code = open_folder(scene);
  Sets sets = {0};
  if (code == EXIT_DONE) code = read_sets(scene, &sets);
  if (code == EXIT_DONE) code = evaluate(scene, source.data, source.size, &sets, depth == SCENE_COMMIT, json);
  free_sets(scene, &sets);
  input_free(scene->engine, &source);
  if (code != EXIT_DONE || depth == SCENE_EVALUATE) return code;

  scene->view = scene->evaluation->view;
  scene->settings = scene->evaluation->settings;
  scene->view.size = sizeof scene->view;
  scene->settings.size = sizeof scene->settings;
  merge(scene);
  code = merge_camera(scene);
  return code == EXIT_DONE ? check_fits(scene) : code;
}

void scene_close(SceneFile *scene) {
  script_evaluation_destroy(scene->evaluation);
  script_folder_close(scene->folder);
  ml_engine_destroy(scene->engine);
}
