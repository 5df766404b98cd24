/* bridge.c - the director: from the newest request to evaluation, picture and report. See bridge.h. */
#include "bridge.h"

#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "wake.h"

#ifndef ML_NO_THREADS
#include <pthread.h>
#endif

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#define EXPORTED EMSCRIPTEN_KEEPALIVE
#else
#define EXPORTED
#endif

#define REST 0.25    /* seconds between beats of the heart while there is nothing to do */
#define WARM_UP 0.05 /* seconds of Lua at the start, see warm_up() */

typedef struct Bridge {
  Status status;
  BridgeRequest request; /* the page's */
  char asset_name[BRIDGE_MAX_NAME];
  BridgeBlock block;

  BridgeRequest wanted; /* the director's copy */
  int32_t generation;   /* of `wanted` */
  MlEngine *engine;
  Files files;
  Buffer report, encoded;

  ScriptEvaluation *evaluation; /* the newest, right or wrong */
  int32_t evaluated_version, evaluated_width, evaluated_height;
  bool evaluated;       /* of `wanted`, to its end */
  const MlScene *scene; /* the last one that was right */
  MlView view;          /* of that scene, as wanted */
  MlSettings settings;
  Picture picture;
  double seen_at; /* when the generation was first seen */
  double warmed;  /* seconds of warming up, so far */
  char failure[512];
  _Atomic bool stopping;
#ifndef ML_NO_THREADS
  pthread_t thread;
#endif
} Bridge;

static Bridge the; /* one per process: the page's only engine */

/* ------------------------------------------------------------------ request */

static int32_t load(const int32_t *field) { return __atomic_load_n(field, __ATOMIC_RELAXED); }

/* Copies the request, as the page left it between two changes. */
static void take_request(void) {
  Status *status = &the.status;
  for (;;) {
    const int32_t before = word_get(status, WORD_request_sequence);
    if (before & 1) continue; // written in one go by the page: microseconds
    memcpy(&the.wanted, &the.request, offsetof(BridgeRequest, text));
    BridgeRequest *w = &the.wanted;
    const int64_t size = (int64_t)w->name_size + w->sets_size + w->source_size;
    const bool whole = w->name_size >= 0 && w->sets_size >= 0 && w->source_size >= 0 && size <= BRIDGE_MAX_TEXT;
    if (whole) memcpy(w->text, the.request.text, (size_t)size);
    const int32_t generation = word_get(status, WORD_generation);
    atomic_thread_fence(memory_order_seq_cst);
    if (word_get(status, WORD_request_sequence) != before) continue;
    if (!whole) w->name_size = w->sets_size = w->source_size = 0;
    the.generation = generation;
    return;
  }
}

static bool stop_wanted(void) { return word_get(&the.status, WORD_stop) != 0; }

static void set_state(BridgeState state) {
  word_set(&the.status, WORD_state, (int32_t)state);
  word_set(&the.status, WORD_state_generation, the.generation);
}

static void beat(void) { atomic_fetch_add_explicit(&the.status.words[WORD_heartbeat], 1, memory_order_relaxed); }

/* ------------------------------------------------------------------- report */

static void report_with(const char *failure) {
  const ScriptEvaluation *e = the.evaluation;
  const bool right = e && !e->errors && the.scene == e->scene;
  MlCamera camera = {0};
  if (right) camera = ml_camera_resolve(the.scene, &e->view);
  report_write(&the.report, &the.status,
               &(ReportParts){.generation = the.generation,
                              .evaluation = e,
                              .scene = right ? the.scene : NULL,
                              .view = right ? &the.view : NULL,
                              .settings = &the.settings,
                              .camera = right ? &camera : NULL,
                              .failure = failure});
}
static void report(void) { report_with(the.failure); }

/* The scene is right, and its picture cannot be made. */
static void fail(const char *message) {
  strncpy(the.failure, message, sizeof the.failure - 1);
  report();
  set_state(BRIDGE_WRONG);
}

/* --------------------------------------------------------------- evaluation */

/* Another script is wanted, or none. Another view is not: the scene serves that, too. */
static bool evaluation_outdated(void *ud) {
  (void)ud;
  beat();
  return stop_wanted() || the.stopping || load(&the.request.script_version) != the.wanted.script_version;
}

static void tell_built(void *ud, double done) {
  (void)ud;
  figure_set(&the.status, FIGURE_built, done);
}

/* The parameters of the request, "name\0value\0" each; their number. */
static size_t split_sets(ScriptSet *sets, size_t capacity) {
  const BridgeRequest *w = &the.wanted;
  const char *at = w->text + w->name_size, *end = at + w->sets_size;
  size_t count = 0;
  while (at < end && count < capacity) {
    const char *name = at, *value = memchr(name, '\0', (size_t)(end - name));
    if (!value || ++value == end || !memchr(value, '\0', (size_t)(end - value))) break;
    sets[count++] = (ScriptSet){.name = name, .value = value};
    at = value + strlen(value) + 1;
  }
  return count;
}

/* false: cancelled, nothing is known. */
static bool run_script(void) {
  const BridgeRequest *w = &the.wanted;
  enum { MOST_SETS = 1024 };
  static ScriptSet sets[MOST_SETS];
  char name[256] = "scene.lua";
  if (w->name_size > 0 && (size_t)w->name_size < sizeof name) {
    memcpy(name, w->text, (size_t)w->name_size);
    name[w->name_size] = '\0';
  }
  const ScriptAssets assets = files_assets(&the.files);
  const ScriptInput input = {
    .size = sizeof input,
    .name = name,
    .source = w->text + w->name_size + w->sets_size,
    .source_size = (size_t)w->source_size,
    .assets = &assets,
    .sets = sets,
    .set_count = split_sets(sets, MOST_SETS),
    .clamp_sets = true,
    .width = w->width > 0 ? (uint32_t)w->width : 0,
    .height = w->height > 0 ? (uint32_t)w->height : 0,
    .time_limit = w->time_limit_ms > 0 ? w->time_limit_ms / 1000.0 : 0.0,
    .memory_cap = w->script_memory_mb > 0 ? (uint64_t)w->script_memory_mb << 20 : 0,
    .cancel = {.poll = evaluation_outdated, .progress = tell_built},
  };
  MlError error = {0};
  ScriptEvaluation *e = NULL;
  const MlStatus status = script_evaluate(the.engine, &input, &e, &error);
  tell_built(NULL, 0.0);
  if (e && e->cancelled) {
    script_evaluation_destroy(e);
    return false;
  }
  script_evaluation_destroy(the.evaluation);
  the.evaluation = e;
  the.evaluated = true;
  the.evaluated_version = w->script_version;
  the.evaluated_width = w->width, the.evaluated_height = w->height;
  the.failure[0] = '\0';
  if (status != ML_OK) strncpy(the.failure, error.message, sizeof the.failure - 1);
  if (e) {
    figure_set(&the.status, FIGURE_evaluate_seconds, e->statistics.seconds);
    figure_set(&the.status, FIGURE_build_seconds, e->statistics.commit_seconds);
  }
  if (e && e->scene) {
    ml_scene_retain(e->scene);
    ml_scene_release(the.scene);
    the.scene = e->scene;
  }
  return true;
}

static bool scene_is_right(void) { return the.evaluation && the.evaluation->scene && !the.evaluation->errors; }

/* View and settings of the request: the script's, with the page's in their place. */
static void merge(void) {
  const BridgeRequest *w = &the.wanted;
  the.view = the.evaluation->view;
  the.settings = the.evaluation->settings;
  the.view.size = sizeof the.view;
  the.settings.size = sizeof the.settings;
  if (w->width > 0 && w->height > 0) the.view.width = (uint32_t)w->width, the.view.height = (uint32_t)w->height;
  if (the.view.width == 0) the.view.width = 1280;
  if (the.view.height == 0) the.view.height = 720;
  if (w->samples > 0) the.settings.samples = (uint32_t)w->samples;
  if (the.settings.samples == 0) the.settings.samples = 64;
  if (w->has_camera) {
    const double *c = w->camera;
    the.view.camera = (MlCamera){.kind = (MlCameraKind)w->camera_kind,
                                 .from = {c[0], c[1], c[2]},
                                 .look_at = {c[3], c[4], c[5]},
                                 .up = {c[6], c[7], c[8]},
                                 .fov = c[9],
                                 .height = c[10],
                                 .aperture = c[11],
                                 .focus = c[12],
                                 .blades = (uint32_t)w->camera_blades,
                                 .shutter = the.view.camera.shutter,
                                 .has_shutter = the.view.camera.has_shutter};
  }
}

/* --------------------------------------------------------------- the figures */

static void show_memory(void) {
  const MlMemoryStats memory = ml_engine_memory(the.engine);
  figure_set(&the.status, FIGURE_memory, (double)memory.used);
  figure_set(&the.status, FIGURE_memory_cap, (double)memory.cap);
}

/* ------------------------------------------------------------------- encoding */

static bool write_encoded(void *ud, const void *bytes, size_t count) {
  beat(); // a large picture takes seconds
  buffer_add(ud, bytes, count);
  return !((Buffer *)ud)->failed;
}

static void encode(void) {
  const int32_t wish = word_get(&the.status, WORD_encode_wanted);
  if (wish == word_get(&the.status, WORD_encode_done)) return;
  const MlImageFormat format = (MlImageFormat)word_get(&the.status, WORD_encode_format);
  the.encoded.size = 0;
  the.encoded.failed = false;
  const MlSink sink = {write_encoded, &the.encoded};
  MlError error;
  const bool done = picture_encode(&the.picture, format, &sink, &error);
  // Said, and not kept: rendering goes on as it would have.
  if (!done) report_with(the.encoded.failed ? "out of memory: no room for the picture's file" : error.message);
  word_set(&the.status, WORD_encode_address, (int32_t)(intptr_t)the.encoded.data);
  word_set(&the.status, WORD_encode_size, done ? (int32_t)the.encoded.size : 0);
  word_set(&the.status, WORD_encode_done, wish);
}

/* -------------------------------------------------------------- the director */

/* Browsers run code that is new to them slowly, and never replace a function that is running by its optimised code: a script's one long
 * loop would stay ten times slower. So Lua's interpreter runs for a moment in many short calls, before and between requests. */
static void warm_up(double seconds) {
  static const char source[] =
    "sphere{} background{1} local t, s = {}, 0 for i = 1, 3000 do t[i % 16 + 1] = i * .5 s = s + (t[(i * 7) % 16 + 1] or 0) end "
    "local f = function(a, b) return a + b, #tostring(a) end for i = 1, 100 do s = f(s, i) end";
  const ScriptInput input = {
    .size = sizeof input, .name = "warm-up", .source = source, .source_size = sizeof source - 1, .no_commit = true};
  const double begin = ml_clock();
  while (ml_clock() - begin < seconds) {
    ScriptEvaluation *e = NULL;
    if (script_evaluate(the.engine, &input, &e, NULL) != ML_OK) break;
    script_evaluation_destroy(e);
  }
  the.warmed += ml_clock() - begin;
}

/* The request changed: what was under way for the older one ends, and the state says so. */
static void see_request(void) {
  const BridgeRequest *w = &the.wanted;
  take_request();
  the.seen_at = ml_clock();
  if (the.evaluated_version != w->script_version || the.evaluated_width != w->width || the.evaluated_height != w->height)
    the.evaluated = false;
}

/* Another generation was posted and seen; or work for this one was stopped and may go on. Starts what there is to do. */
static void direct(void) {
  Picture *picture = &the.picture;
  if (stop_wanted()) {
    picture_end(picture);
    set_state(scene_is_right() || !the.evaluated ? BRIDGE_IDLE : BRIDGE_WRONG);
    return;
  }
  const bool fresh = picture->generation != the.generation;
  if (!fresh && picture->render) return;
  if (fresh) picture_end(picture);
  bool report_is_due = false;
  if (!the.evaluated) {
    set_state(BRIDGE_EVALUATING);
    if (!run_script()) return; // stopped or superseded: the next step sees to that
    report_is_due = true;
  }
  const bool right = scene_is_right();
  if (fresh && right) {
    const uint32_t reported = the.settings.samples;
    merge();
    report_is_due = report_is_due || *the.failure || the.settings.samples != reported;
    the.failure[0] = '\0';
  }
  if (report_is_due) report();
  if (!right) {
    set_state(BRIDGE_WRONG);
    return;
  }
  MlError error = {0};
  if (fresh) {
    if (!picture_begin(picture, the.generation, the.seen_at, the.scene, &the.view, &the.settings, &error)) {
      fail(error.message);
      return;
    }
  } else if (word_get(&the.status, WORD_hash_generation) == the.generation || *the.failure) {
    return; // complete, or it cannot be
  }
  set_state(BRIDGE_RENDERING);
  if (!picture_go_on(picture, &error)) fail(error.message);
}

static void complete(void) {
  const uint64_t hash = ml_film_hash(the.picture.film);
  picture_end(&the.picture);
  word_set(&the.status, WORD_hash_high, (int32_t)(uint32_t)(hash >> 32));
  word_set(&the.status, WORD_hash_low, (int32_t)(uint32_t)hash);
  word_set(&the.status, WORD_hash_generation, the.generation);
  if (script_note_faults(the.evaluation)) report();
  set_state(BRIDGE_IDLE);
}

/* Looks at the picture that is under way, for about `seconds`. */
static void follow(double seconds, int32_t seen) {
  MlError error = {0};
  switch (picture_follow(&the.picture, seconds, seen, &error)) {
  case PICTURE_RUNNING: break;
  case PICTURE_COMPLETE: complete(); break;
  case PICTURE_FAILED: fail(error.message); break;
  }
  show_memory();
}

/* One step: sees what is new, works or waits for about `seconds`. true: there is more to do. */
static bool step(double seconds) {
  Status *status = &the.status;
  beat();
  const int32_t seen = word_get(status, WORD_request_sequence);
  const int32_t fault = word_get(status, WORD_fault);
  if (fault == 1) __builtin_trap();
  while (fault == 2 && word_get(status, WORD_fault) == 2) {}
  while (files_turn(&the.files, status, the.asset_name)) {}
  if (word_get(status, WORD_generation) != the.generation) see_request();
  encode();
  if (the.generation != 0) direct();
  if (the.picture.render && !stop_wanted()) {
    follow(seconds, seen);
    return true;
  }
  if (word_get(status, WORD_generation) != the.generation || (the.generation && !stop_wanted() && !the.evaluated)) return true;
  if (the.generation == 0) set_state(BRIDGE_IDLE);
  show_memory();
  if (the.warmed < WARM_UP) {
    warm_up(WARM_UP / 10);
    return true;
  }
  wake_wait(&status->words[WORD_request_sequence], seen, seconds);
  return false;
}

#ifndef ML_NO_THREADS
static void *director_main(void *ud) {
  (void)ud;
  while (!the.stopping) step(REST);
  return NULL;
}

static bool start_director(void) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1u << 20); // Lua's C stack is bounded by its own count of calls
  const bool started = pthread_create(&the.thread, &attributes, director_main, NULL) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}
#endif

/* -------------------------------------------------------------------- exports */

static int32_t address(const void *p) { return (int32_t)(intptr_t)p; }

EXPORTED const BridgeBlock *bridge_start(uint32_t threads, double memory_cap) {
  const MlEngineDesc desc = ML_DESC(MlEngineDesc, .memory_cap = memory_cap > 0.0 ? (uint64_t)memory_cap : 0, .threads = threads);
  if (ml_engine_create(&desc, &the.engine, NULL) != ML_OK) return NULL;
  the.files.engine = the.picture.engine = the.picture.frame.engine = the.report.engine = the.encoded.engine = the.engine;
  the.picture.status = the.picture.frame.status = &the.status;
  the.evaluated_version = -1;
  word_set(&the.status, WORD_threads, (int32_t)threads);
  word_set(&the.status, WORD_frame_scale, 1);
  figure_set(&the.status, FIGURE_noise, -1.0);
  the.block = (BridgeBlock){address(the.status.words), address(the.status.figures), address(&the.request), address(the.asset_name)};
#ifndef ML_NO_THREADS
  if (!start_director()) {
    ml_engine_destroy(the.engine);
    the.engine = NULL;
    return NULL;
  }
#endif
  return &the.block;
}

EXPORTED int bridge_step(double seconds) {
#ifdef ML_NO_THREADS
  return step(seconds);
#else
  (void)seconds;
  return 0;
#endif
}

void bridge_stop(void) {
  if (!the.engine) return;
  the.stopping = true;
#ifndef ML_NO_THREADS
  atomic_fetch_add(&the.status.words[WORD_request_sequence], 2);
  wake_all(&the.status.words[WORD_request_sequence]);
  pthread_join(the.thread, NULL);
#endif
  picture_free(&the.picture);
  ml_scene_release(the.scene);
  script_evaluation_destroy(the.evaluation);
  buffer_free(&the.report);
  buffer_free(&the.encoded);
  files_free(&the.files);
  ml_engine_destroy(the.engine);
  memset(&the, 0, sizeof the);
}
