/* test_session.c - engines, pools and renders: the same film whatever the threads and tiles, and good order in every kind of ending. */
#include "render/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka needs the headers above
#include <cmocka.h>

#include "base/thread.h"
#include "render/film.h"
#include "render/kernel.h"
#include "render/view.h"

enum { WIDTH = 40, HEIGHT = 27, SAMPLES = 12 };

/* ------------------------------------------------------------------ a scene */

static MlEngine *engine_of(uint32_t threads) {
  MlEngine *engine;
  MlError error = {0};
  const MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = threads);
  if (ml_engine_create(&desc, &engine, &error) != ML_OK) fail_msg("%s", error.message);
  return engine;
}

/* A diffuse, a metal and a glass ball on a floor under a lamp. */
static const MlScene *scene_for(MlEngine *engine) {
  MlError error = {0};
  MlBuilder *b;
  const MlScene *scene;
  assert_int_equal(ml_builder_create(engine, &b, &error), ML_OK);
  MlMetalDesc gold = ML_DESC(MlMetalDesc, .roughness = 0.3f);
  assert_true(ml_metal_preset("gold", &gold.eta, &gold.k));
  const MlMaterial materials[] = {0, ml_metal(b, &gold, &error), ml_glass(b, &ML_DESC(MlGlassDesc, .ior = 1.5f), &error)};
  for (int i = 0; i < 3; i++)
    ml_add(b, ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {2.2 * (i - 1), 1, 0}, .material = materials[i]), &error), &error);
  ml_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), &error), &error);
  ml_add(b, ml_area(b, &ML_DESC(MlAreaDesc, .at = {0, 4, 2}, .width = 2, .height = 2), &error), &error);
  if (ml_commit(b, NULL, &scene, &error) != ML_OK) fail_msg("%s", error.message);
  return scene;
}

static MlView view_of(uint32_t width, uint32_t height) {
  return ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 0.9, 0}}, .width = width, .height = height);
}

typedef struct Rig {
  MlEngine *engine;
  const MlScene *scene;
  MlView view;
  MlSettings settings;
  MlFilm *film;
} Rig;

static void rig_film(Rig *rig) {
  MlError error = {0};
  ml_film_destroy(rig->film);
  if (ml_film_create(rig->engine, rig->scene, &rig->view, &rig->settings, &rig->film, &error) != ML_OK) fail_msg("%s", error.message);
}

static Rig rig_create(uint32_t threads, uint32_t samples) {
  Rig rig = {.engine = engine_of(threads), .view = view_of(WIDTH, HEIGHT), .settings = ML_DESC(MlSettings, .samples = samples)};
  rig.scene = scene_for(rig.engine);
  rig_film(&rig);
  return rig;
}

static void rig_destroy(Rig *rig) {
  ml_film_destroy(rig->film);
  ml_scene_release(rig->scene);
  ml_engine_destroy(rig->engine);
}

static MlRender *rig_start(Rig *rig) {
  MlError error = {0};
  MlRender *render;
  if (ml_render_start(rig->engine, rig->scene, &rig->view, &rig->settings, rig->film, &render, &error) != ML_OK)
    fail_msg("%s", error.message);
  return render;
}

/* Renders what the film lacks, to the end. */
static uint64_t rig_finish(Rig *rig) {
  MlRender *render = rig_start(rig);
  assert_int_equal(ml_render_wait(render, -1), ML_RENDER_DONE);
  ml_render_destroy(render);
  uint32_t fewest, most;
  ml_film_samples(rig->film, &fewest, &most);
  assert_int_equal(fewest, rig->settings.samples);
  assert_int_equal(most, rig->settings.samples);
  return ml_film_hash(rig->film);
}

static uint64_t reference_hash(uint32_t samples) {
  Rig rig = rig_create(1, samples);
  const uint64_t hash = rig_finish(&rig);
  rig_destroy(&rig);
  return hash;
}

/* Until some tiles have ended a wave. */
static void wait_for_waves(MlRender *render, uint64_t generation) {
  while (ml_render_progress(render).generation < generation && ml_render_wait(render, 0.001) == ML_RENDER_RUNNING) {}
}

/* -------------------------------------------------------------------- tests */

static void waves_are_counted_as_the_film_ends_them(void **state) {
  (void)state;
  static const uint32_t samples[] = {1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 48, 100, 257};
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    for (uint32_t fewest = 0; fewest <= samples[i] + 1; fewest++) {
      uint64_t waves = 0;
      for (uint32_t count = fewest; count < samples[i]; waves++) count = film_wave_end(count, samples[i]);
      assert_int_equal(session_waves(fewest, samples[i]), waves);
    }
  }
  assert_int_equal(session_waves(0, UINT32_MAX), UINT32_MAX / 16 + 5);
}

static void film_depends_on_neither_threads_nor_tiles(void **state) {
  (void)state;
  static const uint32_t threads[] = {1, 2, 3, 8, 64}, tiles[] = {1, 7, 32, 65535};
  const uint64_t expected = reference_hash(SAMPLES);
  Rig rig = rig_create(1, SAMPLES);
  for (size_t t = 0; t < 5; t++) {
    assert_int_equal(ml_engine_set_threads(rig.engine, threads[t], NULL), ML_OK);
    assert_int_equal(ml_engine_threads(rig.engine), threads[t]);
    for (size_t e = 0; e < 4; e++) {
      rig.settings.tile = tiles[e];
      rig_film(&rig);
      assert_int_equal(rig_finish(&rig), expected);
    }
  }
  // Fewer threads again, and one per core
  for (uint32_t n = 2; n > 0; n--) {
    ml_engine_set_threads(rig.engine, n - 1, NULL);
    rig_film(&rig);
    assert_int_equal(rig_finish(&rig), expected);
  }
  rig_destroy(&rig);
}

static void every_shape_of_picture_is_covered(void **state) {
  (void)state;
  static const uint32_t shapes[][3] = {{1, 1, 32}, {1, 90, 4}, {90, 1, 4}, {17, 5, 4}, {5, 17, 4}, {16, 16, 4}, {12, 20, 5}, {3, 2, 1}};
  Rig rig = rig_create(2, 1);
  rig.settings.integrator = ML_NORMALS;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    rig.view = view_of(shapes[i][0], shapes[i][1]);
    rig.settings.tile = shapes[i][2];
    rig_film(&rig);
    rig_finish(&rig); /* checks that every pixel has its sample */
  }
  rig_destroy(&rig);
}

static void a_newer_render_supersedes_the_older(void **state) {
  (void)state;
  const uint64_t expected = reference_hash(SAMPLES);
  Rig rig = rig_create(3, 1u << 30);
  MlRender *old = rig_start(&rig);
  wait_for_waves(old, 1);
  MlFilm *old_film = rig.film;
  rig.film = NULL;
  rig.settings.samples = SAMPLES;
  rig_film(&rig);
  assert_int_equal(rig_finish(&rig), expected);
  assert_int_equal(ml_render_wait(old, 0), ML_RENDER_CANCELLED);
  ml_render_destroy(old);
  ml_film_destroy(old_film);
  rig_destroy(&rig);
}

/* No threads, no room for planes: the render under way goes on. */
static void a_start_that_fails_disturbs_nobody(void **state) {
  (void)state;
#ifdef ML_NO_THREADS
  skip();
#endif
  const uint64_t expected = reference_hash(300);
  Rig rig = rig_create(2, 300), other = rig;
  other.film = NULL;
  other.settings.samples = SAMPLES;
  rig_film(&other);
  MlRender *running = rig_start(&rig), *failed;
  for (uint32_t n = 0; n < 3; n++) {
    ml_engine_set_threads(rig.engine, 5, NULL);
    thread_fail_after((int)n);
    const MlStatus status = ml_render_start(rig.engine, rig.scene, &other.view, &other.settings, other.film, &failed, NULL);
    thread_fail_after(-1);
    assert_int_equal(status, ML_ERROR_SYSTEM);
    assert_null(failed);
    other.settings.samples = SAMPLES + 1; /* more than the film is for */
    assert_int_equal(ml_render_start(rig.engine, rig.scene, &other.view, &other.settings, other.film, &failed, NULL), ML_ERROR_ARGUMENT);
    other.settings.samples = SAMPLES;
  }
  assert_int_equal(ml_render_wait(running, -1), ML_RENDER_DONE);
  assert_int_equal(ml_film_hash(rig.film), expected);
  // Fewer threads than there are, and more: both supersede
  for (uint32_t threads = 1; threads <= 7; threads += 3) {
    ml_engine_set_threads(rig.engine, threads, NULL);
    rig_film(&other);
    rig_finish(&other);
  }
  ml_render_destroy(running);
  ml_film_destroy(other.film);
  rig_destroy(&rig);
}

/* Halted before it begins, a render draws nothing: not for the exposure either. */
static void exposure_stops_like_the_rest(void **state) {
  (void)state;
#ifdef ML_NO_THREADS
  Rig rig = rig_create(1, SAMPLES);
  for (int cancel = 0; cancel < 2; cancel++) {
    MlRender *render = rig_start(&rig);
    assert_int_equal(ml_render_wait(render, 0), ML_RENDER_RUNNING); /* no time: no tile */
    assert_int_equal(ml_render_progress(render).rays, 0);
    (cancel ? ml_render_cancel : ml_render_stop)(render);
    assert_int_equal(ml_render_wait(render, -1), cancel ? ML_RENDER_CANCELLED : ML_RENDER_STOPPED);
    assert_int_equal(ml_render_progress(render).rays, 0);
    ml_render_destroy(render);
  }
  rig_destroy(&rig);
#else
  skip(); /* threads may be at it before they are told */
#endif
}

/* Before every pixel: a tile that is told so before it begins renders none. */
static void tiles_look_whether_they_are_cancelled(void **state) {
  (void)state;
  Rig rig = rig_create(1, 4);
  MlView view;
  RenderSettings settings;
  Camera camera;
  const Scene *scene = scene_of(rig.scene);
  assert_int_equal(view_resolve(&rig.view, &view, NULL), ML_OK);
  assert_int_equal(settings_resolve(&rig.settings, scene, &settings, NULL), ML_OK);
  assert_int_equal(view_camera(&view, scene, &camera, NULL), ML_OK);
  for (const char *const *name = kernel_names(); *name; name++) {
    _Atomic uint32_t cancel = 1;
    RenderCounters counters = {0};
    const TileJob job = {scene, &camera, &settings, rig.film, 0, 0, WIDTH, HEIGHT, 4, &cancel, &counters};
    assert_false(kernel_find(*name)->render_tile(&job));
    uint32_t most;
    ml_film_samples(rig.film, NULL, &most);
    assert_int_equal(most, 0);
  }
  rig_destroy(&rig);
}

/* A kernel walks trees of its own width alone: scenes of an engine with another one are refused. */
static void foreign_scenes_are_refused(void **state) {
  (void)state;
  Rig rig = rig_create(1, 4);
  uint32_t width = scene_of(rig.scene)->world.bvh.width;
  for (const char *const *name = kernel_names(); *name; name++) {
    MlEngine *other;
    MlRender *render = NULL;
    MlError error = {0};
    float ev;
    assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1, .isa = *name), &other, &error), ML_OK);
    const bool fits = kernel_find(*name)->tree_width == width;
    const MlStatus expected = fits ? ML_OK : ML_ERROR_ARGUMENT;
    assert_int_equal(ml_render_start(other, rig.scene, &rig.view, &rig.settings, rig.film, &render, &error), expected);
    if (!fits) assert_non_null(strstr(error.message, "scene: it is of another engine"));
    if (render) ml_render_wait(render, -1.0);
    ml_render_destroy(render);
    assert_int_equal(ml_auto_exposure(other, rig.scene, &rig.view, &rig.settings, &ev, &error), expected);
    ml_engine_destroy(other);
  }
  rig_destroy(&rig);
}

static void a_cancelled_film_can_be_gone_on_with(void **state) {
  (void)state;
  const uint64_t expected = reference_hash(64);
  Rig rig = rig_create(3, 64);
  rig.settings.tile = 7;
  for (uint64_t waves = 1; waves < 40; waves += 13) {
    MlRender *render = rig_start(&rig);
    wait_for_waves(render, waves);
    ml_render_cancel(render);
    const MlRenderState end = ml_render_wait(render, -1);
    assert_true(end == ML_RENDER_CANCELLED || end == ML_RENDER_DONE);
    ml_render_destroy(render);
  }
  assert_int_equal(rig_finish(&rig), expected);
  assert_int_equal(rig_finish(&rig), expected); /* nothing left to do is done at once */
  rig_destroy(&rig);
}

static void stop_ends_waves_in_flight(void **state) {
  (void)state;
  Rig rig = rig_create(2, 1u << 30);
  MlRender *render = rig_start(&rig);
  wait_for_waves(render, 5);
  ml_render_stop(render);
  assert_int_equal(ml_render_wait(render, -1), ML_RENDER_STOPPED);
  const MlProgress progress = ml_render_progress(render);
  assert_int_equal(progress.state, ML_RENDER_STOPPED);
  ml_render_destroy(render);

  // Every pixel is at the end of a wave.
  uint64_t samples = 0;
  for (uint64_t i = 0; i < WIDTH * HEIGHT; i++) {
    const uint32_t count = rig.film->counts[i];
    assert_true(count == 0 || film_wave_end(count - 1, 1u << 30) == count);
    samples += count;
  }
  assert_int_equal(progress.samples_done, samples);
  rig_destroy(&rig);
}

static void destroying_cancels(void **state) {
  (void)state;
  Rig rig = rig_create(2, 1u << 30);
  for (int i = 0; i < 20; i++) ml_render_destroy(rig_start(&rig));
  rig_destroy(&rig);
}

static void progress_tells_the_truth(void **state) {
  (void)state;
  Rig rig = rig_create(2, SAMPLES);
  MlRender *render = rig_start(&rig);
  MlProgress before = {0}, now;
  do {
    now = ml_render_progress(render);
    assert_true(now.samples_done >= before.samples_done && now.rays >= before.rays && now.generation >= before.generation);
    assert_true(now.fewest >= before.fewest && now.fewest <= now.most && now.seconds >= before.seconds);
    assert_int_equal(now.samples_total, (uint64_t)WIDTH * HEIGHT * SAMPLES);
    before = now;
  } while (ml_render_wait(render, 0.001) == ML_RENDER_RUNNING);
  now = ml_render_progress(render);
  assert_int_equal(now.state, ML_RENDER_DONE);
  assert_int_equal(now.samples_done, now.samples_total);
  assert_int_equal(now.fewest, SAMPLES);
  assert_int_equal(now.most, SAMPLES);
  assert_true(now.rays >= now.samples_total);
  assert_int_equal(now.nonfinite, 0);
  ml_render_destroy(render);
  rig_destroy(&rig);
}

/* Every wave of every tile is told once, with its rectangle, and can be shown at once. */
typedef struct Seen {
  _Atomic uint32_t waves[HEIGHT][WIDTH], wrong;
  uint32_t picture[HEIGHT * WIDTH];
} Seen;

static void saw(void *ud, const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1) {
  Seen *seen = ud;
  if (x1 <= x0 || y1 <= y0 || x1 > WIDTH || y1 > HEIGHT) atomic_fetch_add(&seen->wrong, 1);
  for (uint32_t y = y0; y < y1 && y < HEIGHT; y++)
    for (uint32_t x = x0; x < x1 && x < WIDTH; x++) atomic_fetch_add(&seen->waves[y][x], 1);
  ml_film_show(film, &(MlDisplay){0}, x0, y0, x1, y1, seen->picture);
}

static void a_watch_sees_every_wave(void **state) {
  (void)state;
  static Seen seen;
  Rig rig = rig_create(3, SAMPLES);
  ml_film_watch(rig.film, &(MlFilmWatch){saw, &seen});
  MlRender *render = rig_start(&rig);
  ml_render_wait(render, -1);
  ml_render_destroy(render);
  assert_int_equal(seen.wrong, 0);
  static uint8_t want[HEIGHT * WIDTH][3];
  ml_film_display(rig.film, &(MlDisplay){0}, 0, HEIGHT, want[0]);
  for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
    assert_int_equal(seen.waves[i / WIDTH][i % WIDTH], session_waves(0, SAMPLES));
    assert_memory_equal(&seen.picture[i], want[i], 3);
  }
  ml_film_watch(rig.film, NULL);
  rig_destroy(&rig);
}

static void exposure_is_automatic_or_fixed(void **state) {
  (void)state;
  Rig rig = rig_create(3, 1);
  float automatic = 0.0f;
  assert_int_equal(ml_auto_exposure(rig.engine, rig.scene, &rig.view, &rig.settings, &automatic, NULL), ML_OK);
  assert_true(automatic > -20.0f && automatic < 20.0f && automatic != 0.0f);
  rig.view.exposure = 1.5;
  for (int fixed = 0; fixed < 2; fixed++) {
    rig.view.fixed_exposure = fixed;
    rig_film(&rig);
    MlRender *render = rig_start(&rig);
    ml_render_wait(render, -1);
    assert_true(ml_render_progress(render).exposure == 1.5f + (fixed ? 0.0f : automatic));
    ml_render_destroy(render);
  }

  // What is not light has no exposure.
  rig.settings.integrator = ML_NORMALS;
  assert_int_equal(ml_auto_exposure(rig.engine, rig.scene, &rig.view, &rig.settings, &automatic, NULL), ML_OK);
  assert_true(automatic == 0.0f);
  rig_destroy(&rig);
}

static void nothing_is_allocated_while_rendering(void **state) {
  (void)state;
  Rig rig = rig_create(3, SAMPLES);
  MlRender *render = rig_start(&rig);
  const MlMemoryStats before = ml_engine_memory(rig.engine);
  ml_render_wait(render, -1);
  const MlMemoryStats after = ml_engine_memory(rig.engine);
  assert_int_equal(after.allocations, before.allocations);
  assert_int_equal(after.used, before.used);
  ml_render_destroy(render);
  rig_destroy(&rig);
}

static bool discard(void *ud, const void *bytes, size_t count) {
  (void)ud, (void)bytes, (void)count;
  return true;
}

/* What ml_image_check says of memory holds, for a picture as noisy as can be. */
static void writing_takes_no_more_than_said(void **state) {
  (void)state;
  Rig rig = rig_create(2, 1);
  rig.settings.sampler = ML_SAMPLER_INDEPENDENT;
  rig.view = view_of(640, 400);
  rig_film(&rig);
  rig_finish(&rig);
  const MlSink sink = {.write = discard};
  static const MlImageFormat formats[] = {ML_IMAGE_PFM, ML_IMAGE_HDR, ML_IMAGE_JPG, ML_IMAGE_PNG};
  for (int i = 0; i < 4; i++) {
    uint64_t bytes;
    MlError error;
    const MlMemoryStats before = ml_engine_memory(rig.engine);
    assert_int_equal(ml_image_check(formats[i], 640, 400, &bytes, &error), ML_OK);
    assert_int_equal(
      ml_film_encode(rig.engine, rig.film, formats[i], &(MlDisplay){.exposure = 8.0f, .tonemap = ML_TONEMAP_NONE}, &sink, &error), ML_OK);
    const MlMemoryStats after = ml_engine_memory(rig.engine);
    assert_int_equal(after.used, before.used);
    assert_true(after.peak <= (before.peak > before.used + bytes ? before.peak : before.used + bytes));
    if (formats[i] == ML_IMAGE_PNG) assert_true(after.peak > before.peak); /* or nothing has been measured */
  }
  rig_destroy(&rig);
}

static void engines_live_side_by_side(void **state) {
  (void)state;
  const uint64_t expected = reference_hash(SAMPLES);
  Rig rigs[3];
  MlRender *renders[3];
  for (int i = 0; i < 3; i++) rigs[i] = rig_create(2, SAMPLES), renders[i] = rig_start(&rigs[i]);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(ml_render_wait(renders[i], -1), ML_RENDER_DONE);
    assert_int_equal(ml_film_hash(rigs[i].film), expected);
    ml_render_destroy(renders[i]);
    rig_destroy(&rigs[i]);
  }
}

/* Several threads ask one engine for renders: the last one wins, the others are cancelled, nobody hangs. */
static void asker(void *ud) {
  Rig own = *(Rig *)ud;
  own.film = NULL;
  for (int i = 0; i < 10; i++) {
    rig_film(&own);
    MlRender *render = rig_start(&own);
    if (i % 3 == 0) ml_render_stop(render);
    ml_render_wait(render, i % 2 ? -1 : 0.0005);
    ml_render_progress(render);
    ml_render_destroy(render);
  }
  ml_film_destroy(own.film);
}

static void renders_may_be_asked_for_from_any_thread(void **state) {
  (void)state;
#ifdef ML_NO_THREADS
  skip();
#endif
  Rig rig = rig_create(2, SAMPLES);
  Thread threads[4];
  for (int i = 0; i < 4; i++) assert_int_equal(thread_start(&threads[i], asker, &rig, NULL), ML_OK);
  for (int i = 0; i < 4; i++) thread_join(&threads[i]);
  rig_film(&rig);
  assert_int_equal(rig_finish(&rig), reference_hash(SAMPLES));
  rig_destroy(&rig);
}

/* ------------------------------------------------------------ wrong requests */

static void expect_error(MlStatus got, MlStatus expected, const MlError *error, const char *part) {
  assert_int_equal(got, expected);
  assert_int_equal(error->status, expected);
  if (!strstr(error->message, part)) fail_msg("'%s' does not hold '%s'", error->message, part);
}

static void wrong_engines_are_refused(void **state) {
  (void)state;
  MlEngine *engine;
  MlError error;
  MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = 1025);
  expect_error(ml_engine_create(&desc, &engine, &error), ML_ERROR_ARGUMENT, &error, "threads: expected 1 to 1024, got 1025");
  assert_null(engine);
  desc = ML_DESC(MlEngineDesc, .isa = "abacus");
  expect_error(ml_engine_create(&desc, &engine, &error), ML_ERROR_ARGUMENT, &error, "isa: 'abacus' is not known");
  assert_non_null(strstr(error.message, "scalar"));
  desc = (MlEngineDesc){.size = 1000};
  expect_error(ml_engine_create(&desc, &engine, &error), ML_ERROR_ARGUMENT, &error, "engine.size");
  desc = ML_DESC(MlEngineDesc, .memory_cap = 100);
  expect_error(ml_engine_create(&desc, &engine, &error), ML_ERROR_MEMORY, &error, "memory");
  engine = engine_of(1);
  expect_error(ml_engine_set_threads(engine, 2000, &error), ML_ERROR_ARGUMENT, &error, "threads: expected 1 to 1024, got 2000");
  assert_int_equal(ml_engine_threads(engine), 1);
  ml_engine_destroy(engine);
}

static void every_instruction_set_can_be_chosen(void **state) {
  (void)state;
  bool scalar = false;
  for (const char *const *name = ml_isa_names(); *name; name++) {
    const MlEngineDesc desc = ML_DESC(MlEngineDesc, .isa = *name);
    MlEngine *engine;
    assert_int_equal(ml_engine_create(&desc, &engine, NULL), ML_OK);
    assert_string_equal(ml_engine_isa(engine), *name);
    ml_engine_destroy(engine);
    scalar = scalar || strcmp(*name, "scalar") == 0;
  }
  assert_true(scalar);
}

static void wrong_views_are_refused(void **state) {
  (void)state;
  MlEngine *engine = engine_of(1);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 1);
  MlError error;
  uint64_t bytes;
  MlView view = view_of(65536, 1);
  expect_error(ml_render_check(engine, &view, &settings, NULL, &error), ML_ERROR_ARGUMENT, &error,
               "size: expected 1x1 to 65535x65535, got 65536x1");
  view = view_of(20, 10);
  view.crop_x = 15, view.crop_width = 6, view.crop_height = 1;
  expect_error(ml_render_check(engine, &view, &settings, NULL, &error), ML_ERROR_ARGUMENT, &error, "crop: 15,0,6,1 reaches outside");
  view.crop_width = 0;
  expect_error(ml_render_check(engine, &view, &settings, NULL, &error), ML_ERROR_ARGUMENT, &error,
               "crop: width and height must be at least 1");
  view = view_of(20, 10);
  view.exposure = (double)__builtin_nanf("");
  expect_error(ml_render_check(engine, &view, &settings, NULL, &error), ML_ERROR_ARGUMENT, &error, "exposure");
  view = view_of(20, 10);
  view.white = (MlColor){1.0f, -1.0f, 1.0f};
  expect_error(ml_render_check(engine, &view, &settings, NULL, &error), ML_ERROR_ARGUMENT, &error, "white: expected a colour");
  view = view_of(20, 10);
  view.tonemap = (MlTonemap)(ML_TONEMAP_FALSE_COLOR + 1);
  expect_error(ml_render_check(engine, &view, &settings, NULL, &error), ML_ERROR_ARGUMENT, &error, "tonemap: 4 is not known");
  view = view_of(0, 0);
  assert_int_equal(ml_render_check(engine, &view, &settings, &bytes, &error), ML_OK);
  assert_int_equal(bytes, film_bytes(1280, 720, 1));
  ml_engine_destroy(engine);

  const MlEngineDesc small = ML_DESC(MlEngineDesc, .memory_cap = 8 << 20);
  assert_int_equal(ml_engine_create(&small, &engine, NULL), ML_OK);
  view = view_of(65535, 65535);
  expect_error(ml_render_check(engine, &view, &settings, &bytes, &error), ML_ERROR_MEMORY, &error, "65535 x 65535");
  assert_true(bytes > (8ull << 20));
  ml_engine_destroy(engine);
}

static void foreign_films_are_refused(void **state) {
  (void)state;
  Rig rig = rig_create(1, 2);
  MlRender *render;
  MlError error;
  MlSettings settings = rig.settings;
  MlView view = rig.view;
  settings.seed = 7;
  expect_error(ml_render_start(rig.engine, rig.scene, &view, &settings, rig.film, &render, &error), ML_ERROR_ARGUMENT, &error,
               "film: made for other settings");
  settings = rig.settings;
  settings.samples = 3;
  expect_error(ml_render_start(rig.engine, rig.scene, &view, &settings, rig.film, &render, &error), ML_ERROR_ARGUMENT, &error,
               "film: made for 2 samples, not for 3");
  view.width++;
  expect_error(ml_render_start(rig.engine, rig.scene, &view, &rig.settings, rig.film, &render, &error), ML_ERROR_ARGUMENT, &error,
               "film: made for another size");
  view = rig.view;
  view.camera.from.x = 1;
  expect_error(ml_render_start(rig.engine, rig.scene, &view, &rig.settings, rig.film, &render, &error), ML_ERROR_ARGUMENT, &error,
               "another camera");
  assert_null(render);
  rig_destroy(&rig);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(waves_are_counted_as_the_film_ends_them),
    cmocka_unit_test(film_depends_on_neither_threads_nor_tiles),
    cmocka_unit_test(every_shape_of_picture_is_covered),
    cmocka_unit_test(a_newer_render_supersedes_the_older),
    cmocka_unit_test(a_start_that_fails_disturbs_nobody),
    cmocka_unit_test(exposure_stops_like_the_rest),
    cmocka_unit_test(tiles_look_whether_they_are_cancelled),
    cmocka_unit_test(foreign_scenes_are_refused),
    cmocka_unit_test(a_cancelled_film_can_be_gone_on_with),
    cmocka_unit_test(stop_ends_waves_in_flight),
    cmocka_unit_test(destroying_cancels),
    cmocka_unit_test(progress_tells_the_truth),
    cmocka_unit_test(a_watch_sees_every_wave),
    cmocka_unit_test(exposure_is_automatic_or_fixed),
    cmocka_unit_test(nothing_is_allocated_while_rendering),
    cmocka_unit_test(writing_takes_no_more_than_said),
    cmocka_unit_test(engines_live_side_by_side),
    cmocka_unit_test(renders_may_be_asked_for_from_any_thread),
    cmocka_unit_test(wrong_engines_are_refused),
    cmocka_unit_test(every_instruction_set_can_be_chosen),
    cmocka_unit_test(wrong_views_are_refused),
    cmocka_unit_test(foreign_films_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
