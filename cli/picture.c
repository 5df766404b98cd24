/* picture.c - see picture.h. */
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interrupt.h"
#include "progress.h"

#define GRACE 1.0 /* seconds from the first Ctrl-C to the end of rendering */
#define FOLDER_SIZE 4096

/* --------------------------------------------------------------- rendering */

/* Returns when the render has ended by itself, by the clock, or by the user. */
static void watch_render(Picture *picture, const SceneFile *scene, MlRender *render) {
  const Options *options = scene->options;
  Progress progress;
  double stop_at = 0.0; /* seconds, when stopping began */
  MlProgress *now = &picture->progress;
  *now = ml_render_progress(render);
  progress_begin(&progress, options->quiet, scene->settings.samples, options->time_limit, now);
  for (double wait = 0.02; ml_render_wait(render, wait) == ML_RENDER_RUNNING; wait = progress.terminal ? 0.1 : 0.05) {
    *now = ml_render_progress(render);
    picture->interrupted = interrupted();
    const bool enough = options->time_limit > 0.0 && now->seconds >= options->time_limit;
    if (stop_at == 0.0 && (picture->interrupted || enough)) {
      ml_render_stop(render);
      stop_at = now->seconds;
    }
    if (picture->interrupted && now->seconds >= stop_at + GRACE) ml_render_cancel(render);
    progress_show(&progress, now);
  }
  *now = ml_render_progress(render);
  picture->interrupted = interrupted();
  picture->exposure = now->exposure;
  progress_end(&progress, now);
}

int picture_render(Picture *picture, SceneFile *scene) {
  *picture = (Picture){0};
  MlError error = {0};
  MlRender *render;
  const MlScene *frozen = scene->evaluation->scene;
  if (ml_film_create(scene->engine, frozen, &scene->view, &scene->settings, &picture->film, &error) != ML_OK) return say_error(&error);
  if (scene->options->resume && ml_film_load(picture->film, scene->options->resume, &error) != ML_OK) return say_error(&error);
  if (ml_render_start(scene->engine, frozen, &scene->view, &scene->settings, picture->film, &render, &error) != ML_OK)
    return say_error(&error);
  watch_render(picture, scene, render);
  ml_render_destroy(render);
  if (picture->progress.nonfinite && !scene->options->quiet)
    say("warning: %llu samples were not finite and count as black", (unsigned long long)picture->progress.nonfinite);
  if (!scene->options->quiet) {
    const MlSink sink = stream_sink(stderr);
    script_write_faults(scene->evaluation, &sink);
  }
  return EXIT_DONE;
}

int picture_keep(const Picture *picture, const Options *options) {
  if (!options->film) return EXIT_DONE;
  interrupt_guard_file(options->film);
  MlError error = {0};
  if (ml_film_save(picture->film, options->film, &error) != ML_OK) return say_error(&error);
  if (picture->interrupted && !options->quiet) say("go on with --resume %s", options->film);
  return EXIT_DONE;
}

void picture_free(Picture *picture) { ml_film_destroy(picture->film); }

/* ------------------------------------------------------------------- files */

static bool cannot_write(const char *path, const char *why) {
  say("cannot write '%s': %s", path, why);
  return false;
}

/* The path up to its last slash, that included; "./" without any. false: too long. */
static bool folder_of(const char *path, char folder[FOLDER_SIZE]) {
  const char *slash = strrchr(path, '/');
  const size_t length = slash ? (size_t)(slash - path) + 1 : 0;
  if (strlen(path) >= FOLDER_SIZE) return false;
  memcpy(folder, length ? path : "./", length ? length : 2);
  folder[length ? length : 2] = '\0';
  return true;
}

static void cut_slash(char *folder) {
  const size_t length = strlen(folder);
  if (length > 1) folder[length - 1] = '\0';
}

static bool one_file(const struct stat *a, const struct stat *b) { return a->st_dev == b->st_dev && a->st_ino == b->st_ino; }

/* Permissions do not tell everything (/proc, a full disk): a temporary file, named as the engine's are, comes and goes. */
static bool creates_file(const char *path, char *folder) {
  char name[FOLDER_SIZE + 40];
  snprintf(name, sizeof name, "%s.moonlit-%ld-check", folder, (long)getpid());
  const int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const int reason = errno;
  if (file >= 0) {
    close(file);
    unlink(name);
    return true;
  }
  cut_slash(folder);
  say("cannot write '%s': cannot create a file in '%s': %s", path, folder,
      reason == ENOENT ? "its file system takes none" : strerror(reason));
  return false;
}

bool file_check(const char *path) {
  char folder[FOLDER_SIZE];
  if (!folder_of(path, folder)) return cannot_write(path, "the name is too long");

  struct stat info;
  if (stat(path, &info) == 0) {
    if (S_ISDIR(info.st_mode)) return cannot_write(path, "it is a folder");
    if (access(path, W_OK) != 0) return cannot_write(path, errno == EROFS ? "the file system is read-only" : "permission denied");
    if (!S_ISREG(info.st_mode)) return true; /* written in place: the folder does not matter */
  }
  if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode)) {
    cut_slash(folder);
    say("cannot write '%s': the folder '%s' does not exist", path, folder);
    return false;
  }
  if (access(folder, W_OK | X_OK) != 0)
    return cannot_write(path, errno == EROFS ? "the file system is read-only" : "no permission to create files in its folder");
  return creates_file(path, folder);
}

int film_check(const Options *options) {
  if (!options->film) return EXIT_DONE;
  if (file_is_same(options->film, options->scene)) {
    say("--film: '%s' is the scene; give the film a file of its own", options->film);
    return EXIT_WRONG;
  }
  return file_check(options->film) ? EXIT_DONE : EXIT_COULD_NOT;
}

bool file_is_same(const char *a, const char *b) {
  struct stat first, second;
  if (strcmp(a, b) == 0) return true;
  if (stat(a, &first) == 0) return stat(b, &second) == 0 && S_ISREG(first.st_mode) && one_file(&first, &second);
  // Not there yet: the same name in the same folder.
  const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
  if (strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) != 0) return false;
  char folder_a[FOLDER_SIZE], folder_b[FOLDER_SIZE];
  return folder_of(a, folder_a) && folder_of(b, folder_b) && stat(folder_a, &first) == 0 && stat(folder_b, &second) == 0 &&
         one_file(&first, &second);
}
