/* session.c - MlRender: tickets over tiles, superseding, progress. See session.h for the scheme. */
#include "render/session.h"

#include <string.h>

#include "base/error.h"
#include "render/engine.h"
#include "render/exposure.h"
#include "base/pool.h"
#include "render/view.h"

typedef struct Tile {
  uint16_t x, y;            /* in tiles */
  _Atomic uint32_t pending; /* tickets drawn and not yet rendered; who raises it from 0 owns the tile until it is 0 again */
  _Atomic uint32_t reached; /* samples that every pixel has */
} Tile;

struct MlRender {
  MlEngine *engine;
  const MlScene *scene;
  RenderSettings settings;
  Camera camera;
  MlFilm *film;
  /* Loaded anew for every tile: an optimiser that could see through it would inline the tile into the endless thread function, which
   * WebAssembly engines never replace by its optimised code while it runs. */
  bool (*volatile render_tile)(const TileJob *job);
  Tile *tiles; /* in ticket order */
  uint64_t tile_count, tickets;
  RenderCounters *counters; /* per worker; the last one is the exposure's */
  uint32_t workers, counter_count;
  uint64_t job;                           /* of the pool */
  uint64_t samples_before, samples_total; /* in the film at the start, and at the end */
  double start, end;                      /* end: published by `state` */
  bool has_exposure;
  float exposure_added; /* the view's EV */
  ExposurePass exposure;

  _Alignas(64) _Atomic uint64_t next;       /* ticket */
  _Alignas(64) _Atomic uint64_t generation; /* waves of tiles done */
  _Alignas(64) _Atomic uint32_t cancel;
  _Atomic uint32_t stop;
  _Atomic uint32_t active; /* workers not yet returned */
  _Atomic uint32_t state;  /* MlRenderState */
  _Atomic uint32_t exposure_next, exposure_left;
  _Atomic float exposure_value;
};

/* ------------------------------------------------------------------ waves */

/* How many wave ends are <= count. */
static uint64_t waves_within(uint32_t count) {
  if (count >= 16) return (uint64_t)count / 16 + 4;
  uint64_t waves = 0;
  for (; count; count >>= 1) waves++;
  return waves;
}

uint64_t session_waves(uint32_t fewest, uint32_t samples) {
  return fewest < samples ? waves_within(samples - 1) + 1 - waves_within(fewest) : 0;
}

/* ------------------------------------------------------------------ tiles */

static uint64_t tiles_across(uint32_t pixels, uint32_t tile) { return ((uint64_t)pixels + tile - 1) / tile; }

uint64_t session_bytes(uint32_t width, uint32_t height, uint32_t tile, uint32_t threads) {
  return sizeof(MlRender) + tiles_across(width, tile) * tiles_across(height, tile) * sizeof(Tile) +
         ((uint64_t)threads + 1) * sizeof(RenderCounters);
}

/* Tiles in growing squares around the middle one, each square clockwise from its top left corner. */
static void tiles_order(Tile *tiles, int32_t across, int32_t down) {
  const int32_t cx = (across - 1) / 2, cy = (down - 1) / 2;
  const int32_t rings = (across > down ? across : down) / 2;
  uint64_t n = 0;
  for (int32_t ring = 0; ring <= rings; ring++) {
    const int32_t left = cx - ring, right = cx + ring, top = cy - ring, bottom = cy + ring;
    const int32_t x0 = left > 0 ? left : 0, x1 = right < across - 1 ? right : across - 1;
    const int32_t y0 = top + 1 > 0 ? top + 1 : 0, y1 = bottom - 1 < down - 1 ? bottom - 1 : down - 1;
    if (top >= 0)
      for (int32_t x = x0; x <= x1; x++) tiles[n].x = (uint16_t)x, tiles[n++].y = (uint16_t)top;
    if (right < across && ring > 0)
      for (int32_t y = y0; y <= y1; y++) tiles[n].x = (uint16_t)right, tiles[n++].y = (uint16_t)y;
    if (bottom < down && ring > 0)
      for (int32_t x = x1; x >= x0; x--) tiles[n].x = (uint16_t)x, tiles[n++].y = (uint16_t)bottom;
    if (left >= 0 && ring > 0)
      for (int32_t y = y1; y >= y0; y--) tiles[n].x = (uint16_t)left, tiles[n++].y = (uint16_t)y;
  }
}

/* ------------------------------------------------------------------- work */

static bool halted(const MlRender *render) {
  return atomic_load_explicit(&render->cancel, memory_order_relaxed) | atomic_load_explicit(&render->stop, memory_order_relaxed);
}

static TileJob job_of(MlRender *render, uint32_t counters) {
  return (TileJob){.scene = scene_of(render->scene),
                   .camera = &render->camera,
                   .settings = &render->settings,
                   .film = render->film,
                   .cancel = &render->cancel,
                   .counters = &render->counters[counters]};
}

/* The next wave of a tile that this thread owns. */
static void render_wave(MlRender *render, Tile *tile, uint32_t worker) {
  const MlFilm *film = render->film;
  const uint32_t edge = render->settings.s.tile;
  TileJob job = job_of(render, worker);
  job.x0 = tile->x * edge, job.y0 = tile->y * edge;
  job.x1 = edge < film->width - job.x0 ? job.x0 + edge : film->width;
  job.y1 = edge < film->height - job.y0 ? job.y0 + edge : film->height;
  job.target = film_wave_end(atomic_load_explicit(&tile->reached, memory_order_relaxed), render->settings.s.samples);
  if (!render->render_tile(&job)) return;
  atomic_store_explicit(&tile->reached, job.target, memory_order_relaxed);
  atomic_fetch_add_explicit(&render->generation, 1, memory_order_release);
  film_changed(film, job.x0, job.y0, job.x1, job.y1);
}

static void publish_exposure(MlRender *render) {
  atomic_store_explicit(&render->exposure_value, render->exposure_added + exposure_pass_value(&render->exposure), memory_order_relaxed);
}

static bool is_past(double deadline) { return deadline >= 0.0 && clock_now() >= deadline; }

/* The exposure's tiles come before all others, so that the first picture is shown as the last one will be. A tile that was drawn is
 * rendered: no other thread would. false: the clock passed `deadline`. */
static bool work_on_exposure(MlRender *render, double deadline) {
  const TileJob job = job_of(render, render->counter_count - 1);
  while (!halted(render)) {
    if (is_past(deadline)) return false;
    const uint32_t tile = atomic_fetch_add_explicit(&render->exposure_next, 1, memory_order_relaxed);
    if (tile >= render->exposure.tiles || !exposure_pass_tile(&render->exposure, render->engine->kernel, &job, tile)) break;
    if (atomic_fetch_sub_explicit(&render->exposure_left, 1, memory_order_acq_rel) == 1) publish_exposure(render);
  }
  return true;
}

/* Draw and render tickets until there are none, the render is halted, or the clock passes `deadline` (< 0: never). true: not by the clock. */
static bool work_until(MlRender *render, uint32_t worker, double deadline) {
  if (render->has_exposure && !work_on_exposure(render, deadline)) return false;
  while (!halted(render)) {
    if (is_past(deadline)) return false;
    const uint64_t ticket = atomic_fetch_add_explicit(&render->next, 1, memory_order_relaxed);
    if (ticket >= render->tickets) break;
    Tile *tile = &render->tiles[ticket % render->tile_count];
    if (atomic_fetch_add_explicit(&tile->pending, 1, memory_order_acq_rel) != 0) continue; /* left to the thread that has the tile */
    do {
      if (!halted(render)) render_wave(render, tile, worker);
    } while (atomic_fetch_sub_explicit(&tile->pending, 1, memory_order_acq_rel) != 1);
  }
  return true;
}

/* A worker is through; the last one closes the render. */
static void work_ended(MlRender *render) {
  if (atomic_fetch_sub_explicit(&render->active, 1, memory_order_acq_rel) != 1) return;
  MlRenderState state = ML_RENDER_DONE;
  if (atomic_load(&render->generation) < render->tickets) state = atomic_load(&render->cancel) ? ML_RENDER_CANCELLED : ML_RENDER_STOPPED;
  render->end = clock_now();
  atomic_store_explicit(&render->state, (uint32_t)state, memory_order_release);
}

static void worker_main(void *ud, uint32_t worker) {
  MlRender *render = ud;
  work_until(render, worker, -1.0);
  work_ended(render);
}

static MlRenderState state_of(const MlRender *render) { return (MlRenderState)atomic_load_explicit(&render->state, memory_order_acquire); }

/* ------------------------------------------------------------ begin and end */

static void render_free(MlRender *render) {
  Memory *memory = &render->engine->memory;
  if (render->has_exposure) exposure_pass_free(&render->exposure);
  if (render->counters) memory_free(memory, render->counters, render->counter_count * sizeof *render->counters);
  if (render->tiles) memory_free(memory, render->tiles, (size_t)(render->tile_count * sizeof *render->tiles));
  ml_scene_release(render->scene);
  memory_free(memory, render, sizeof *render);
}

static MlStatus check_film(const MlRender *render, const MlView *view, MlError *error) {
  const MlFilm *film = render->film;
  if (film->full_width != view->width || film->full_height != view->height || film->crop_x != view->crop_x ||
      film->crop_y != view->crop_y || film->width != view->crop_width || film->height != view->crop_height)
    return error_set(error, ML_ERROR_ARGUMENT, "film: made for another size or crop");
  if (film->scene_hash != scene_of(render->scene)->stats.hash) return error_set(error, ML_ERROR_ARGUMENT, "film: made for another scene");
  if (film->settings_hash != settings_hash(&render->settings, &render->camera) || film->first_sample != render->settings.s.first_sample)
    return error_set(error, ML_ERROR_ARGUMENT, "film: made for other settings or another camera");
  if (film->samples < render->settings.s.samples)
    return error_set(error, ML_ERROR_ARGUMENT, "film: made for %u samples, not for %u", film->samples, render->settings.s.samples);
  return ML_OK;
}

/* All that may fail and needs no lock. */
static MlStatus render_prepare(MlRender *render, const MlView *view, const MlSettings *settings, MlError *error) {
  Memory *memory = &render->engine->memory;
  const Scene *scene = scene_of(render->scene);
  MlView resolved;
  TRY(engine_takes_scene(render->engine, render->scene, error));
  TRY(view_resolve(view, &resolved, error));
  TRY(settings_resolve(settings, scene, &render->settings, error));
  TRY(view_camera(&resolved, scene, &render->camera, error));
  TRY(check_film(render, &resolved, error));

  const uint32_t tile = render->settings.s.tile;
  const uint64_t across = tiles_across(render->film->width, tile), down = tiles_across(render->film->height, tile);
  render->tile_count = across * down;
  size_t bytes;
  if (size_multiply(render->tile_count, sizeof(Tile), &bytes)) render->tiles = memory_alloc_zero(memory, bytes, _Alignof(Tile));
  if (!render->tiles) return memory_error(memory, render->tile_count * sizeof(Tile), "tiles", error);
  tiles_order(render->tiles, (int32_t)across, (int32_t)down);

  render->workers = ml_engine_threads(render->engine);
  render->counter_count = render->workers + 1;
  bytes = render->counter_count * sizeof(RenderCounters);
  render->counters = memory_alloc_zero(memory, bytes, _Alignof(RenderCounters));
  if (!render->counters) return memory_error(memory, bytes, "counters", error);

  render->exposure_added = (float)resolved.exposure;
  atomic_store(&render->exposure_value, render->exposure_added);
  if (!resolved.fixed_exposure) {
    TRY(exposure_pass_init(&render->exposure, render->engine, render->scene, &resolved, &render->settings, error));
    render->has_exposure = true;
    atomic_store(&render->exposure_left, render->exposure.tiles);
  }
  return ML_OK;
}

/* Tickets for what the film still lacks. Only when nobody renders into it. */
static void render_plan(MlRender *render) {
  const MlFilm *film = render->film;
  uint32_t fewest, most;
  ml_film_samples(film, &fewest, &most);
  for (uint64_t i = 0; i < render->tile_count; i++) atomic_store_explicit(&render->tiles[i].reached, fewest, memory_order_relaxed);
  const uint64_t pixels = (uint64_t)film->width * film->height;
  const uint32_t samples = render->settings.s.samples;
  for (uint64_t i = 0; i < pixels; i++) {
    const uint32_t count = __atomic_load_n(&film->counts[i], __ATOMIC_RELAXED);
    render->samples_before += count;
    render->samples_total += count > samples ? count : samples;
  }
  render->tickets = session_waves(fewest, samples) * render->tile_count;
}

MlStatus ml_render_start(MlEngine *engine, const MlScene *scene, const MlView *view, const MlSettings *settings, MlFilm *film,
                         MlRender **out, MlError *error) {
  *out = NULL;
  error_clear(error);
  FLOAT_STATE_OURS;
  MlRender *render = memory_alloc_zero(&engine->memory, sizeof *render, _Alignof(MlRender));
  if (!render) return memory_error(&engine->memory, sizeof *render, "render", error);
  ml_scene_retain(scene);
  render->engine = engine;
  render->scene = scene;
  render->film = film;
  render->render_tile = engine->kernel->render_tile;
  MlStatus status = render_prepare(render, view, settings, error);
  if (status != ML_OK) {
    render_free(render);
    return status;
  }

  mutex_lock(&engine->lock);
  // A film for more samples may lack planes for the wave ends of fewer
  if (!film_reserve_planes(film, film_plane_count(render->settings.s.samples)))
    status = memory_error(&engine->memory, film_bytes(film->width, film->height, render->settings.s.samples), "a film", error);
  if (status == ML_OK) status = pool_grow(engine->pool, render->workers, error);
  if (status == ML_OK) {
    // From here on nothing fails: the older render is not cancelled for nothing
    if (engine->current) {
      ml_render_cancel(engine->current);
      ml_render_wait(engine->current, -1.0);
    }
    pool_shrink(engine->pool, render->workers);
    render_plan(render);
    const uint64_t parallel = render->tile_count + (render->has_exposure ? render->exposure.tiles : 0);
    const uint32_t workers = parallel < render->workers ? (uint32_t)parallel : render->workers;
#ifdef ML_NO_THREADS
    atomic_store(&render->active, 1);
#else
    atomic_store(&render->active, workers);
#endif
    render->start = clock_now();
    engine->current = render;
    render->job = pool_begin(engine->pool, workers, worker_main, render);
  }
  mutex_unlock(&engine->lock);
  if (status != ML_OK) {
    render_free(render);
    return status;
  }
  *out = render;
  return ML_OK;
}

MlRenderState ml_render_wait(MlRender *render, double seconds) {
#ifdef ML_NO_THREADS
  FLOAT_STATE_OURS;
  if (state_of(render) == ML_RENDER_RUNNING && work_until(render, 0, seconds < 0.0 ? -1.0 : clock_now() + seconds)) work_ended(render);
#else
  pool_wait(render->engine->pool, render->job, seconds);
#endif
  return state_of(render);
}

void ml_render_stop(MlRender *render) { atomic_store_explicit(&render->stop, 1, memory_order_relaxed); }
void ml_render_cancel(MlRender *render) { atomic_store_explicit(&render->cancel, 1, memory_order_relaxed); }

void ml_render_destroy(MlRender *render) {
  if (!render) return;
  MlEngine *engine = render->engine;
  ml_render_cancel(render);
  ml_render_wait(render, -1.0);
  mutex_lock(&engine->lock);
  if (engine->current == render) engine->current = NULL;
  mutex_unlock(&engine->lock);
  render_free(render);
}

MlProgress ml_render_progress(const MlRender *render) {
  MlProgress progress = {.state = state_of(render), .fewest = UINT32_MAX};
  progress.seconds = (progress.state == ML_RENDER_RUNNING ? clock_now() : render->end) - render->start;
  progress.generation = atomic_load_explicit(&render->generation, memory_order_acquire);
  progress.exposure = atomic_load_explicit(&render->exposure_value, memory_order_relaxed);
  progress.nonfinite = atomic_load_explicit(&render->film->nonfinite, memory_order_relaxed);
  for (uint64_t i = 0; i < render->tile_count; i++) {
    const uint32_t reached = atomic_load_explicit(&render->tiles[i].reached, memory_order_relaxed);
    if (reached < progress.fewest) progress.fewest = reached;
    if (reached > progress.most) progress.most = reached;
  }
  progress.samples_total = render->samples_total;
  progress.samples_done = render->samples_before;
  for (uint32_t i = 0; i < render->workers; i++) {
    progress.samples_done += atomic_load_explicit(&render->counters[i].samples, memory_order_relaxed);
    progress.rays += atomic_load_explicit(&render->counters[i].rays, memory_order_relaxed);
  }
  return progress;
}
