/* render.c - moonlit render: a scene to a picture file, and the summary. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interrupt.h"
#include "picture.h"
#include "progress.h"

/* The scene's path with its extension replaced. NULL: out of memory. */
static char *default_output(const char *scene) {
  const size_t length = strlen(scene);
  char *path = malloc(length + sizeof ".png");
  if (!path) return NULL;
  memcpy(path, scene, length + 1);
  char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
  if (!dot || dot == path || (slash && dot <= slash + 1)) dot = path + length;
  strcpy(dot, ".png");
  return path;
}

static bool is_standard_output(const char *output) { return strcmp(output, "-") == 0; }

/* Everything about the output that can be known before any work is done. */
static int check_output(const Options *options, const char *output) {
  if (is_standard_output(output)) {
    if (isatty(STDOUT_FILENO)) {
      say("-o -: a terminal shows no picture; send standard output to a file or a program");
      return EXIT_WRONG;
    }
  } else if (ml_image_format(output) == ML_IMAGE_UNKNOWN) {
    say("-o: '%s' has no known extension; there are .png, .jpg, .hdr and .pfm", output);
    return EXIT_WRONG;
  } else if (file_is_same(output, options->scene)) {
    say("-o: '%s' is the scene; name another file for the picture", output);
    return EXIT_WRONG;
  } else if (!file_check(output)) {
    return EXIT_COULD_NOT;
  }
  if (options->film && file_is_same(options->film, output)) {
    say("--film: '%s' is where the picture goes; give the film a file of its own", options->film);
    return EXIT_WRONG;
  }
  return film_check(options);
}

static MlImageFormat format_of(const char *output) { return is_standard_output(output) ? ML_IMAGE_PNG : ml_image_format(output); }

/* The picture can be written when it is there: the format takes its size, and memory suffices for that beside the film. */
static int check_format(const SceneFile *scene, MlImageFormat format) {
  const MlView *view = &scene->view;
  const uint32_t width = view->crop_width ? view->crop_width : view->width ? view->width : 1280;
  const uint32_t height = view->crop_height ? view->crop_height : view->height ? view->height : 720;
  MlError error = {0};
  uint64_t film = 0, picture = 0;
  if (ml_image_check(format, width, height, &picture, &error) != ML_OK) return say_error(&error);
  if (ml_render_check(scene->engine, view, &scene->settings, &film, &error) != ML_OK) return say_error(&error);
  const MlMemoryStats memory = ml_engine_memory(scene->engine);
  if (film + picture <= memory.cap - memory.used) return EXIT_DONE;
  say(
    "out of memory: rendering %u x %u pixels takes %.0f MiB and writing them up to %.0f MiB, of a limit of %.0f MiB; .hdr and .pfm take less",
    width, height, (double)film / 1048576.0, (double)picture / 1048576.0, (double)memory.cap / 1048576.0);
  return EXIT_COULD_NOT;
}

static int write_picture(const SceneFile *scene, const Picture *picture, const char *output) {
  MlError error = {0};
  MlDisplay display = scene->display;
  display.exposure = picture->exposure;
  if (!is_standard_output(output)) {
    interrupt_guard_file(output);
    if (ml_film_write(scene->engine, picture->film, output, &display, &error) == ML_OK) return EXIT_DONE;
    return say_error(&error);
  }
  const MlSink sink = stream_sink(stdout);
  const MlStatus status = ml_film_encode(scene->engine, picture->film, ML_IMAGE_PNG, &display, &sink, &error);
  if (!output_arrived()) return EXIT_COULD_NOT;
  return status == ML_OK ? EXIT_DONE : say_error(&error);
}

/* ----------------------------------------------------------------- summary */

typedef struct Summary {
  const char *output;
  uint32_t width, height, fewest, most, samples;
  uint64_t rays, hash, memory;
  double seconds, script_seconds, build_seconds, exposure;
  bool interrupted, auto_exposure;
} Summary;

static void summary_as_text(const Summary *s, FILE *out) {
  const MlSink sink = stream_sink(out);
  char time[40];
  if (s->seconds < 60.0) snprintf(time, sizeof time, "%.2f s", s->seconds);
  else format_duration(time, sizeof time, s->seconds);
  script_write_visible(s->output, strlen(s->output), &sink);
  fprintf(out, "  %u x %u pixels", s->width, s->height);
  if (s->fewest == s->samples) fprintf(out, ", %u samples\n", s->fewest);
  else if (s->fewest == s->most) fprintf(out, ", %u of %u samples\n", s->fewest, s->samples);
  else fprintf(out, ", %u to %u of %u samples\n", s->fewest, s->most, s->samples);
  fprintf(out, "  time     %s (script %.2f s, build %.2f s)\n", time, s->script_seconds, s->build_seconds);
  fprintf(out, "  rays     %.2f million, %.2f Mray/s\n", (double)s->rays * 1e-6,
          s->seconds > 0.0 ? (double)s->rays * 1e-6 / s->seconds : 0.0);
  fprintf(out, "  exposure %.2f EV%s\n", s->exposure, s->auto_exposure ? ", automatic" : "");
  fprintf(out, "  memory   %.1f MiB\n", (double)s->memory / 1048576.0);
  fprintf(out, "  hash     %016llx\n", (unsigned long long)s->hash);
}

static void summary_as_json(const Summary *s, FILE *out) {
  const MlSink sink = stream_sink(out);
  fputs("{\"summary\":{\"output\":", out);
  script_write_json_string(s->output, &sink);
  fprintf(out,
          ",\"width\":%u,\"height\":%u,\"samples\":%u,\"fewest\":%u,\"most\":%u,\"seconds\":%.3f,\"scriptSeconds\":%.3f,"
          "\"buildSeconds\":%.3f,\"exposure\":%.4f,\"rays\":%llu,\"memory\":%llu,\"hash\":\"%016llx\",\"interrupted\":%s}}\n",
          s->width, s->height, s->samples, s->fewest, s->most, s->seconds, s->script_seconds, s->build_seconds, s->exposure,
          (unsigned long long)s->rays, (unsigned long long)s->memory, (unsigned long long)s->hash, s->interrupted ? "true" : "false");
}

static void summarise(const SceneFile *scene, const Picture *picture, const char *output, FILE *out) {
  const ScriptStatistics *statistics = &scene->evaluation->statistics;
  Summary s = {
    .output = output,
    .width = ml_film_width(picture->film),
    .height = ml_film_height(picture->film),
    .samples = scene->settings.samples,
    .rays = picture->progress.rays,
    .memory = ml_engine_memory(scene->engine).peak,
    .seconds = picture->progress.seconds,
    .script_seconds = statistics->seconds,
    .build_seconds = statistics->commit_seconds,
    .hash = ml_film_hash(picture->film),
    .exposure = (double)picture->exposure,
    .auto_exposure = !scene->view.fixed_exposure,
    .interrupted = picture->interrupted,
  };
  ml_film_samples(picture->film, &s.fewest, &s.most);
  if (scene->options->json) summary_as_json(&s, out);
  else if (!scene->options->quiet) summary_as_text(&s, out);
}

/* ----------------------------------------------------------------- command */

static int render_to(const Options *options, const char *output) {
  FILE *results = is_standard_output(output) ? stderr : stdout;
  int code = check_output(options, output);
  if (code != EXIT_DONE) return code;

  SceneFile scene;
  Picture picture = {0};
  code = scene_open(&scene, options, SCENE_COMMIT, options->json ? results : NULL);
  if (code == EXIT_DONE) code = check_format(&scene, format_of(output));
  if (code == EXIT_DONE) code = picture_render(&picture, &scene);
  if (code == EXIT_DONE) {
    code = picture_keep(&picture, options);
    const int written = write_picture(&scene, &picture, output);
    if (written != EXIT_DONE) code = written;
    if (code == EXIT_DONE) summarise(&scene, &picture, output, results);
    if (code == EXIT_DONE && picture.interrupted) code = EXIT_INTERRUPTED;
  }
  picture_free(&picture);
  scene_close(&scene);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}

int command_render(const Options *options) {
  if (options->output) return render_to(options, options->output);
  char *output = default_output(options->scene);
  if (!output) {
    say("out of memory");
    return EXIT_COULD_NOT;
  }
  const int code = render_to(options, output);
  free(output);
  return code;
}
