/* picture.c - one picture: first a coarse one of the whole, then the film, tile by tile, shown in the frame as it comes. The director's; only
 * film_changed runs on the pool's threads. */
#include <string.h>

#include "internal.h"
#include "wake.h"

#define POLL 0.008         /* seconds between looks at a render */
#define COARSE_PIXELS 2304 /* of the first, coarse picture: some 10 ms of a simple scene in a browser on two cores */

/* ---------------------------------------------------------------- beginning */

void picture_end(Picture *p) {
  if (!p->render) return;
  ml_render_cancel(p->render);
  ml_render_wait(p->render, -1.0);
  if (p->phase == PHASE_FULL) {
    const MlProgress progress = ml_render_progress(p->render);
    p->seconds += progress.seconds;
    p->rays += (double)progress.rays;
  }
  ml_render_destroy(p->render);
  p->render = NULL;
  ml_film_destroy(p->coarse);
  p->coarse = NULL;
  p->phase = PHASE_REST;
}

void picture_free(Picture *p) {
  picture_end(p);
  ml_film_destroy(p->film);
  frame_free(&p->frame);
}

static bool start(Picture *p, MlFilm *film, const MlView *view, const MlSettings *settings, Phase phase, MlError *error) {
  const int32_t threads = p->threads = word_get(p->status, WORD_threads);
  if (threads >= 1 && threads <= 1024) ml_engine_set_threads(p->engine, (uint32_t)threads, NULL);
  // A browser that has no more threads to give still renders with fewer.
  MlStatus status;
  while ((status = ml_render_start(p->engine, p->scene, view, settings, film, &p->render, error)) == ML_ERROR_SYSTEM &&
         ml_engine_threads(p->engine) > 1)
    ml_engine_set_threads(p->engine, ml_engine_threads(p->engine) / 2, NULL);
  if (status != ML_OK) return false;
  word_set(p->status, WORD_threads_used, (int32_t)ml_engine_threads(p->engine));
  p->phase = phase;
  return true;
}

/* A coarse picture of the whole, in a film of its own. Where there is none the film comes at once. */
static void start_coarse(Picture *p) {
  const uint32_t width = p->view.width, height = p->view.height;
  uint32_t scale = 1;
  while ((uint64_t)(width / (scale + 1)) * (height / (scale + 1)) >= COARSE_PIXELS) scale++;
  if ((uint64_t)width * height > COARSE_PIXELS) scale++;
  if (scale == 1) return;
  MlView small = p->view;
  small.camera = ml_camera_resolve(p->scene, &p->view);
  small.width = (width + scale - 1) / scale, small.height = (height + scale - 1) / scale;
  MlSettings quick = p->settings;
  quick.samples = 1;
  quick.tile = 16;
  p->coarse_scale = scale;
  if (ml_film_create(p->engine, p->scene, &small, &quick, &p->coarse, NULL) == ML_OK &&
      start(p, p->coarse, &small, &quick, PHASE_COARSE, NULL))
    return;
  ml_film_destroy(p->coarse);
  p->coarse = NULL;
}

bool picture_begin(Picture *p, int32_t generation, double asked_at, const MlScene *scene, const MlView *view, const MlSettings *settings,
                   MlError *error) {
  picture_end(p);
  p->generation = generation;
  p->asked_at = asked_at;
  p->scene = scene;
  p->view = *view;
  p->settings = *settings;
  p->first_pixels = false;
  p->seconds = p->rays = 0.0;
  p->noise_factor = -1.0;
  p->noise_samples = 0;
  figure_set(p->status, FIGURE_noise, -1.0);
  if (ml_render_check(p->engine, view, settings, NULL, error) != ML_OK) return false;
  start_coarse(p);
  return true;
}

/* ----------------------------------------------------------------- the frame */

static void note_first_pixels(Picture *p) {
  if (p->first_pixels) return;
  p->first_pixels = true;
  figure_set(p->status, FIGURE_first_pixels, ml_clock() - p->asked_at);
}

/* The frame is this picture's from now on. false: there is no room; the frame stays as it was. */
static bool begin_frame(Picture *p, float exposure) {
  const bool is_older = word_get(p->status, WORD_frame_generation) != p->generation;
  if (!frame_begin(&p->frame, p->view.width, p->view.height, p->generation)) return false;
  if (!is_older) return true; // shown already, perhaps with an exposure that came to be known
  p->frame.display = ml_display_of(&p->view, &p->settings);
  atomic_store(&p->frame.exposure, exposure);
  return true;
}

/* The coarse picture is there: shown where the last picture was. */
static void show_coarse(Picture *p) {
  if (!begin_frame(p, ml_render_progress(p->render).exposure)) return;
  word_set(p->status, WORD_frame_scale, (int32_t)p->coarse_scale);
  frame_enlarge(&p->frame, p->coarse);
  note_first_pixels(p);
}

/* The exposure came to be known after tiles had been shown with that of the coarse picture. */
static void follow_exposure(Picture *p, const MlProgress *progress) {
  if (progress->fewest == 0 && progress->most == 0) return;
  if (progress->exposure == atomic_load(&p->frame.exposure)) return;
  atomic_store(&p->frame.exposure, progress->exposure);
  frame_show(&p->frame, p->film, 0, 0, ml_film_width(p->film), ml_film_height(p->film));
}

/* ------------------------------------------------------------------ the film */

/* On a thread of the pool. */
static void film_changed(void *ud, const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1) {
  Picture *p = ud;
  const int32_t fault = word_get(p->status, WORD_fault);
  if (fault == 3) __builtin_trap();
  while (fault == 4 && word_get(p->status, WORD_fault) == 4) {}
  frame_show(&p->frame, film, x0, y0, x1, y1);
}

/* The film of the picture that was begun. It is the largest thing there is and takes its time, so it comes after the coarse picture, and the
 * last one makes room for it. */
static bool make_film(Picture *p, MlError *error) {
  if (p->film && p->film_generation == p->generation) return true;
  ml_film_destroy(p->film);
  p->film = NULL;
  if (ml_film_create(p->engine, p->scene, &p->view, &p->settings, &p->film, error) != ML_OK) return false;
  p->film_generation = p->generation;
  const MlFilmWatch watch = {.changed = film_changed, .ud = p};
  ml_film_watch(p->film, &watch);
  return true;
}

bool picture_go_on(Picture *p, MlError *error) {
  if (p->render) return true;
  if (!make_film(p, error)) return false;
  if (!begin_frame(p, (float)p->view.exposure)) {
    *error = (MlError){.status = ML_ERROR_MEMORY, .message = "out of memory: no room to show the picture; choose a smaller size"};
    return false;
  }
  return start(p, p->film, &p->view, &p->settings, PHASE_FULL, error);
}

/* --------------------------------------------------------------- the figures */

static void show_progress(Picture *p, const MlProgress *progress) {
  Status *status = p->status;
  word_set(status, WORD_samples_fewest, (int32_t)progress->fewest);
  word_set(status, WORD_samples_most, (int32_t)progress->most);
  word_set(status, WORD_samples_wanted, (int32_t)p->settings.samples);
  figure_set(status, FIGURE_progress, progress->samples_total ? (double)progress->samples_done / (double)progress->samples_total : 0.0);
  figure_set(status, FIGURE_render_seconds, p->seconds + progress->seconds);
  figure_set(status, FIGURE_rays, p->rays + (double)progress->rays);
  figure_set(status, FIGURE_exposure, (double)atomic_load(&p->frame.exposure));
  if (progress->fewest == p->noise_samples) return;
  p->noise_samples = progress->fewest;
  word_set(status, WORD_frame_scale, 1);
  const double noise = ml_film_noise(p->film), samples = (double)progress->fewest;
  if (noise >= 0.0) p->noise_factor = noise * ml_sqrt(samples);
  figure_set(status, FIGURE_noise, p->noise_factor >= 0.0 ? p->noise_factor / ml_sqrt(samples) : -1.0);
}

static PictureNews follow_coarse(Picture *p, double seconds, MlError *error) {
  const MlRenderState state = ml_render_wait(p->render, seconds);
  if (state == ML_RENDER_RUNNING) return PICTURE_RUNNING;
  if (state == ML_RENDER_DONE) show_coarse(p);
  picture_end(p);
  return picture_go_on(p, error) ? PICTURE_RUNNING : PICTURE_FAILED;
}

PictureNews picture_follow(Picture *p, double seconds, int32_t seen, MlError *error) {
  if (seconds > POLL) seconds = POLL;
#ifdef ML_NO_THREADS
  (void)seen;
  if (p->phase == PHASE_COARSE) return follow_coarse(p, seconds, error);
#else
  // The coarse picture's end is what is waited for, later the page's next word.
  if (p->phase == PHASE_COARSE) return follow_coarse(p, POLL / 4, error);
  if (ml_render_wait(p->render, 0.0) == ML_RENDER_RUNNING) wake_wait(&p->status->words[WORD_request_sequence], seen, seconds);
  seconds = 0.0;
#endif
  const MlRenderState state = ml_render_wait(p->render, seconds);
  const MlProgress progress = ml_render_progress(p->render);
  if (progress.most > 0) note_first_pixels(p);
  follow_exposure(p, &progress);
  show_progress(p, &progress);
  if (state == ML_RENDER_DONE) return PICTURE_COMPLETE;
  const int32_t threads = word_get(p->status, WORD_threads);
  if (threads == p->threads || threads < 1 || threads > 1024) return PICTURE_RUNNING;
  picture_end(p); // the same film goes on with the other number of threads
  return picture_go_on(p, error) ? PICTURE_RUNNING : PICTURE_FAILED;
}

/* ------------------------------------------------------------------- its file */

/* The film may be saved as long as the frame shows the picture that it is of: that is the older one until the coarse picture of the next is shown, and
 * for good where that never comes. A film without samples would be a black file. */
bool picture_encode(const Picture *p, MlImageFormat format, const MlSink *sink, MlError *error) {
  *error = (MlError){.status = ML_ERROR_ARGUMENT, .message = "there is no picture yet"};
  uint32_t most = 0;
  if (p->film && p->film_generation == word_get(p->status, WORD_frame_generation)) ml_film_samples(p->film, NULL, &most);
  if (most == 0) return false;
  MlDisplay display = p->frame.display;
  display.exposure = atomic_load(&p->frame.exposure);
  return ml_film_encode(p->engine, p->film, format, &display, sink, error) == ML_OK;
}
