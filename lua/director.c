/* director.c - the thread that owns the Lua state: newest script wins.
 *
 * The driver posts copies of inputs into a mailbox of one; a post cancels the evaluation under way by its number. Finished evaluations
 * wait in an outbox of one. Numbers and the busy flag are atomics, so that the driver's own thread reads the state without a lock.
 * Without threads the same steps run inside script_director_run(). */
#include <stdatomic.h>
#include <string.h>

#include "script.h"
#include "text.h"

#ifndef ML_NO_THREADS
#include <pthread.h>
#include <time.h>
#endif

/* A post: the input with copies of all that it points to, in one store. */
typedef struct Post {
  ScriptInput input;
  ScriptAssets assets;
  MlCancel cancel; /* the input's own */
  struct ScriptDirector *director;
  uint64_t number;
  Store store;
} Post;

struct ScriptDirector {
  MlEngine *engine;
  void (*done)(void *ud, uint64_t number, const ScriptEvaluation *evaluation);
  void *ud;
  Post *waiting;              /* mailbox */
  ScriptEvaluation *finished; /* outbox, of number finished_number */
  uint64_t finished_number;
  _Atomic uint64_t posted, ended, dropped; /* newest number: posted; ended in any way; all up to it are cancelled */
  _Atomic bool running, stopping;
#ifndef ML_NO_THREADS
  pthread_t thread;
  pthread_mutex_t lock; /* waiting, finished, finished_number */
  pthread_cond_t changed;
#endif
};

#ifdef ML_NO_THREADS
static void lock(ScriptDirector *d) { (void)d; }
static void unlock(ScriptDirector *d) { (void)d; }
static void announce(ScriptDirector *d) { (void)d; }
#else
static void lock(ScriptDirector *d) { pthread_mutex_lock(&d->lock); }
static void unlock(ScriptDirector *d) { pthread_mutex_unlock(&d->lock); }
static void announce(ScriptDirector *d) { pthread_cond_broadcast(&d->changed); }
#endif

/* ------------------------------------------------------------------------ posts */

static void free_post(Post *post) {
  if (!post) return;
  MlEngine *engine = post->director->engine;
  store_free(&post->store);
  ml_engine_realloc(engine, post, sizeof *post, 0);
}

/* Superseded, dropped or cancelled by the driver's own means. */
static bool post_cancelled(void *ud) {
  const Post *post = ud;
  if (atomic_load(&post->director->stopping) || atomic_load(&post->director->posted) > post->number ||
      atomic_load(&post->director->dropped) >= post->number)
    return true;
  return post->cancel.poll && post->cancel.poll(post->cancel.ud);
}

static const char *copy_string(Store *store, const char *text) { return text ? store_copy(store, text, strlen(text)) : NULL; }

static Post *make_post(ScriptDirector *d, const ScriptInput *input) {
  Post *post = ml_engine_realloc(d->engine, NULL, 0, sizeof *post);
  if (!post) return NULL;
  *post = (Post){.input = *input, .cancel = input->cancel, .director = d, .store = {.engine = d->engine}};
  ScriptInput *copy = &post->input;
  Store *store = &post->store;
  copy->name = copy_string(store, input->name);
  copy->source = store_copy(store, input->source, input->source_size);
  copy->camera = copy_string(store, input->camera);
  if (input->assets) {
    post->assets = *input->assets;
    copy->assets = &post->assets;
  }
  ScriptSet *sets = store_alloc(store, input->set_count * sizeof *sets + 1);
  for (size_t i = 0; sets && i < input->set_count; i++)
    sets[i] = (ScriptSet){copy_string(store, input->sets[i].name), copy_string(store, input->sets[i].value)};
  copy->sets = sets;
  copy->cancel = (MlCancel){post_cancelled, post};
  if (!store->failed) return post;
  free_post(post);
  return NULL;
}

uint64_t script_director_post(ScriptDirector *d, const ScriptInput *input) {
  Post *post = make_post(d, input);
  if (!post) return 0;
  lock(d);
  Post *superseded = d->waiting;
  post->number = atomic_load(&d->posted) + 1;
  d->waiting = post;
  atomic_store(&d->posted, post->number);
  const uint64_t number = post->number;
  announce(d);
  unlock(d);
  free_post(superseded);
  return number;
}

/* --------------------------------------------------------------------- evaluation */

static Post *take_waiting(ScriptDirector *d) {
  Post *post = d->waiting;
  d->waiting = NULL;
  if (post) atomic_store(&d->running, true);
  return post;
}

/* Runs a post; called without the lock. */
static void run_post(ScriptDirector *d, Post *post) {
  ScriptEvaluation *evaluation = NULL;
  if (!post_cancelled(post)) script_evaluate(d->engine, &post->input, &evaluation, NULL);
  const bool dropped = !evaluation || evaluation->cancelled || post_cancelled(post);
  if (!dropped && d->done) d->done(d->ud, post->number, evaluation);
  lock(d);
  ScriptEvaluation *old = dropped ? evaluation : d->finished;
  if (!dropped) {
    d->finished = evaluation;
    d->finished_number = post->number;
  }
  if (atomic_load(&d->ended) < post->number) atomic_store(&d->ended, post->number);
  atomic_store(&d->running, false);
  announce(d);
  unlock(d);
  script_evaluation_destroy(old);
  free_post(post);
}

#ifndef ML_NO_THREADS
static void *director_thread(void *ud) {
  ScriptDirector *d = ud;
  lock(d);
  while (!atomic_load(&d->stopping)) {
    Post *post = take_waiting(d);
    if (post) {
      unlock(d);
      run_post(d, post);
      lock(d);
    } else {
      pthread_cond_wait(&d->changed, &d->lock);
    }
  }
  unlock(d);
  return NULL;
}

/* Lua's C stack is bounded by its own count of calls (200); a megabyte holds that in every build. */
static int start_thread(ScriptDirector *d) {
  pthread_attr_t attributes;
  pthread_condattr_t clock;
  if (pthread_mutex_init(&d->lock, NULL) != 0) return -1;
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  int failure = pthread_cond_init(&d->changed, &clock);
  pthread_condattr_destroy(&clock);
  if (failure == 0) {
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1u << 20);
    failure = pthread_create(&d->thread, &attributes, director_thread, d);
    pthread_attr_destroy(&attributes);
    if (failure != 0) pthread_cond_destroy(&d->changed);
  }
  if (failure != 0) pthread_mutex_destroy(&d->lock);
  return failure;
}
#endif

void script_director_run(ScriptDirector *d) {
#ifdef ML_NO_THREADS
  for (Post *post = take_waiting(d); post; post = take_waiting(d)) run_post(d, post);
#else
  (void)d;
#endif
}

/* ------------------------------------------------------------------------- life */

MlStatus script_director_start(MlEngine *engine, void (*done)(void *ud, uint64_t number, const ScriptEvaluation *evaluation), void *ud,
                               ScriptDirector **out, MlError *error) {
  *out = NULL;
  MlError failure = {.status = ML_ERROR_MEMORY, .message = "out of memory: no room for the director"};
  ScriptDirector *d = ml_engine_realloc(engine, NULL, 0, sizeof *d);
  if (d) {
    memset(d, 0, sizeof *d);
    d->engine = engine;
    d->done = done;
    d->ud = ud;
#ifndef ML_NO_THREADS
    if (start_thread(d) != 0) {
      ml_engine_realloc(engine, d, sizeof *d, 0);
      d = NULL;
      failure = (MlError){.status = ML_ERROR_SYSTEM, .message = "the director's thread could not be started"};
    }
#endif
  }
  if (!d && error) *error = failure;
  *out = d;
  return d ? ML_OK : failure.status;
}

void script_director_stop(ScriptDirector *d) {
  if (!d) return;
  lock(d);
  atomic_store(&d->stopping, true);
  announce(d);
  unlock(d);
#ifndef ML_NO_THREADS
  pthread_join(d->thread, NULL);
  pthread_cond_destroy(&d->changed);
  pthread_mutex_destroy(&d->lock);
#endif
  free_post(d->waiting);
  script_evaluation_destroy(d->finished);
  ml_engine_realloc(d->engine, d, sizeof *d, 0);
}

void script_director_cancel(ScriptDirector *d) {
  lock(d);
  atomic_store(&d->dropped, atomic_load(&d->posted));
  Post *waiting = d->waiting;
  d->waiting = NULL;
  if (waiting) atomic_store(&d->ended, waiting->number);
  announce(d);
  unlock(d);
  free_post(waiting);
}

static bool is_busy(const ScriptDirector *d) { return atomic_load(&d->running) || atomic_load(&d->ended) < atomic_load(&d->posted); }

ScriptDirectorState script_director_state(const ScriptDirector *d) {
  return (ScriptDirectorState){.posted = atomic_load(&d->posted), .finished = atomic_load(&d->ended), .busy = is_busy(d)};
}

bool script_director_wait(ScriptDirector *d, double seconds) {
#ifdef ML_NO_THREADS
  (void)seconds;
  script_director_run(d);
#else
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  if (seconds > 0) {
    const double limited = seconds < 1e6 ? seconds : 1e6;
    const time_t whole = (time_t)limited;
    end.tv_sec += whole;
    end.tv_nsec += (long)((limited - (double)whole) * 1e9);
    if (end.tv_nsec >= 1000000000) {
      end.tv_sec++;
      end.tv_nsec -= 1000000000;
    }
  }
  lock(d);
  for (int timed_out = 0; !timed_out && is_busy(d);)
    timed_out = seconds < 0 ? pthread_cond_wait(&d->changed, &d->lock) : pthread_cond_timedwait(&d->changed, &d->lock, &end);
  unlock(d);
#endif
  return !is_busy(d);
}

ScriptEvaluation *script_director_take(ScriptDirector *d, uint64_t *number) {
  lock(d);
  ScriptEvaluation *evaluation = d->finished;
  if (number) *number = evaluation ? d->finished_number : 0;
  d->finished = NULL;
  unlock(d);
  return evaluation;
}
