/* api.c - engines, and the joints of moonlit.h that belong to no folder: everything else implements its part of the header itself. */
#include "moonlit.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "image/write.h"
#include "render/engine.h"
#include "render/exposure.h"
#include "render/film.h"
#include "base/pool.h"
#include "render/session.h"
#include "render/view.h"
#include "scene/builder.h"

/* ----------------------------------------------------------------- engines */

static MlStatus check_threads(uint32_t threads, MlError *error) {
  if (threads > POOL_MAX_THREADS)
    return error_set(error, ML_ERROR_ARGUMENT, "threads: expected 1 to %u, got %u", POOL_MAX_THREADS, threads);
  return ML_OK;
}

static uint32_t threads_or_cores(uint32_t threads) {
  if (threads) return threads;
  const uint32_t cores = machine_cores();
  return cores < 1 ? 1 : cores < POOL_MAX_THREADS ? cores : POOL_MAX_THREADS;
}

static MlStatus unknown_isa(const char *name, MlError *error) {
  char list[100] = "";
  for (const char *const *n = kernel_names(); *n; n++) {
    const size_t used = strlen(list), length = strlen(*n);
    if (used + length + 3 > sizeof list) break;
    memcpy(list + used, used ? ", " : "", used ? 2 : 0);
    memcpy(list + used + (used ? 2 : 0), *n, length + 1);
  }
  return error_set(error, ML_ERROR_ARGUMENT, "isa: '%.40s' is not known, or this machine lacks it; it runs %s", name, list);
}

MlStatus ml_engine_create(const MlEngineDesc *desc, MlEngine **out, MlError *error) {
  *out = NULL;
  error_clear(error);
  MlEngineDesc d = {0};
  if (desc) {
    if (desc->size == 0 || desc->size > sizeof d)
      return error_set(error, ML_ERROR_ARGUMENT, "engine.size: expected sizeof(MlEngineDesc) = %u, got %llu", (unsigned)sizeof d,
                       (unsigned long long)desc->size);
    memcpy(&d, desc, desc->size);
  }
  if (!d.hooks.realloc != !d.hooks.pages) return error_set(error, ML_ERROR_ARGUMENT, "engine.hooks: give both functions, or neither");
  TRY(check_threads(d.threads, error));
  if (d.build > ML_BUILD_HIGH) return error_set(error, ML_ERROR_ARGUMENT, "engine.build: expected an MlBuild (0 to 2), got %u", d.build);
  const Kernel *kernel = kernel_find(d.isa);
  if (!kernel) return unknown_isa(d.isa, error);

  Memory memory;
  memory_init(&memory, &d.hooks, d.memory_cap);
  MlEngine *engine = memory_alloc_zero(&memory, sizeof *engine, _Alignof(MlEngine));
  if (!engine) return memory_error(&memory, sizeof *engine, "engine", error);
  engine->memory = memory;
  engine->kernel = kernel;
  engine->build = d.build;
  atomic_store(&engine->threads, threads_or_cores(d.threads));
  MlStatus status = mutex_init(&engine->lock, error);
  if (status != ML_OK) goto no_lock;
  status = cache_create(&engine->memory, d.cache_bytes ? d.cache_bytes : engine->memory.cap / 4, &engine->cache, error);
  if (status != ML_OK) goto no_cache;
  status = pool_create(&engine->memory, &engine->pool, error);
  if (status != ML_OK) goto no_pool;
  *out = engine;
  return ML_OK;

no_pool:
  cache_destroy(engine->cache);
no_cache:
  mutex_destroy(&engine->lock);
no_lock:
  memory = engine->memory;
  memory_free(&memory, engine, sizeof *engine);
  return status;
}

void ml_engine_destroy(MlEngine *engine) {
  if (!engine) return;
  mutex_lock(&engine->lock);
  if (engine->current) {
    ml_render_cancel(engine->current);
    ml_render_wait(engine->current, -1.0);
  }
  mutex_unlock(&engine->lock);
  pool_destroy(engine->pool);
  cache_destroy(engine->cache);
  mutex_destroy(&engine->lock);
  Memory memory = engine->memory; /* it must outlive the block that holds it */
  memory_free(&memory, engine, sizeof *engine);
}

MlStatus ml_engine_set_threads(MlEngine *engine, uint32_t threads, MlError *error) {
  error_clear(error);
  TRY(check_threads(threads, error));
  atomic_store(&engine->threads, threads_or_cores(threads));
  return ML_OK;
}

uint32_t ml_engine_threads(const MlEngine *engine) { return atomic_load(&engine->threads); }
const char *ml_engine_isa(const MlEngine *engine) { return engine->kernel->name; }
const char *const *ml_isa_names(void) { return kernel_names(); }

MlMemoryStats ml_engine_memory(const MlEngine *engine) {
  const Memory *memory = &engine->memory;
  return (MlMemoryStats){.used = atomic_load(&memory->used),
                         .peak = atomic_load(&memory->peak),
                         .cap = memory->cap,
                         .allocations = atomic_load(&memory->allocations)};
}

void *ml_engine_realloc(MlEngine *engine, void *p, size_t old_size, size_t new_size) {
  return memory_realloc(&engine->memory, p, old_size, new_size, 16);
}

/* ------------------------------------------------------------------ joints */

_Static_assert((int)BVH_DEFAULT == (int)ML_BUILD_DEFAULT && (int)BVH_FAST == (int)ML_BUILD_FAST && (int)BVH_HIGH == (int)ML_BUILD_HIGH,
               "the same order");

MlStatus ml_builder_create(MlEngine *engine, MlBuilder **out, MlError *error) {
  FLOAT_STATE_OURS;
  const BuilderContext context = {.engine = engine,
                                  .memory = &engine->memory,
                                  .cache = engine->cache,
                                  .tree_width = engine->kernel->tree_width,
                                  .tree_quality = engine->build,
                                  .parallel = {engine->pool, ml_engine_threads(engine)},
                                  .trace = engine->kernel->trace_geometry};
  return builder_create(&context, out, error);
}

MlCamera ml_camera_resolve(const MlScene *scene, const MlView *view) {
  FLOAT_STATE_OURS;
  MlView resolved;
  if (view_resolve(view, &resolved, NULL) != ML_OK) view_resolve(NULL, &resolved, NULL);
  return camera_resolve(&resolved.camera, &scene_of(scene)->stats.bounds, (double)resolved.width / (double)resolved.height);
}

MlStatus ml_render_check(const MlEngine *engine, const MlView *view, const MlSettings *settings, uint64_t *bytes, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  if (bytes) *bytes = 0;
  MlView v;
  RenderSettings s;
  TRY(view_resolve(view, &v, error));
  TRY(settings_resolve(settings, NULL, &s, error));
  const uint64_t film = film_bytes(v.crop_width, v.crop_height, s.s.samples);
  if (bytes) *bytes = film;
  const uint64_t spare = cache_unused_bytes(engine->cache), all = atomic_load(&engine->memory.used), used = all > spare ? all - spare : 0;
  const uint64_t needed = film + session_bytes(v.crop_width, v.crop_height, s.s.tile, ml_engine_threads(engine));
  if (needed > engine->memory.cap || used > engine->memory.cap - needed) {
    char what[80];
    snprintf(what, sizeof what, "rendering %u x %u pixels", v.crop_width, v.crop_height);
    return memory_error(&engine->memory, needed, what, error);
  }
  return ML_OK;
}

MlStatus ml_image_check(MlImageFormat format, uint32_t width, uint32_t height, uint64_t *bytes, MlError *error) {
  error_clear(error);
  if (bytes) *bytes = image_bytes(format, width, height);
  return image_check(format, width, height, error);
}

MlStatus ml_auto_exposure(MlEngine *engine, const MlScene *scene, const MlView *view, const MlSettings *settings, float *ev,
                          MlError *error) {
  error_clear(error);
  FLOAT_STATE_OURS;
  *ev = 0.0f;
  MlView v;
  RenderSettings s;
  TRY(view_resolve(view, &v, error));
  TRY(settings_resolve(settings, scene_of(scene), &s, error));
  TRY(engine_takes_scene(engine, scene, error));
  ExposurePass pass;
  TRY(exposure_pass_init(&pass, engine, scene, &v, &s, error));
  const _Atomic uint32_t never = 0;
  RenderCounters counters = {0};
  const TileJob job = {.scene = scene_of(scene), .cancel = &never, .counters = &counters};
  for (uint32_t tile = 0; tile < pass.tiles; tile++) exposure_pass_tile(&pass, engine->kernel, &job, tile);
  *ev = exposure_pass_value(&pass);
  exposure_pass_free(&pass);
  return ML_OK;
}
