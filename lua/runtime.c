/* runtime.c - script_evaluate: one run from text to scene. */
#include "runtime.h"

#include <string.h>

#include "lauxlib.h"
#include "module.h"
#include "node.h"
#include "params.h"
#include "runtime_errors.h"
#include "suggest.h"
#include "textures.h"
#include "whole_scene.h"

/* What an evaluation keeps alive. */
typedef struct Held {
  ScriptEvaluation shown; /* first */
  Runtime runtime;
  const Source *source;
  MlFault faults[DIAGNOSTICS_KEPT]; /* that are among the diagnostics */
  size_t fault_count;
} Held;

/* ---------------------------------------------------------------- the run's parts */

/* The line's text without blanks around it, for a note; cut. */
static void append_line(const Source *source, int line, Text *text) {
  enum { SHOWN = 50 };
  size_t size;
  const char *at = source_line(source, (uint32_t)line, &size);
  while (at && size > 0 && (*at == ' ' || *at == '\t')) at++, size--;
  if (!at || size == 0) return;
  size_t cut = size < SHOWN ? size : SHOWN;
  while (cut < size && cut > 0 && ((unsigned char)at[cut] & 0xC0) == 0x80) cut--;
  text_format(text, ": %.*s%s", (int)cut, at, cut < size ? "\xE2\x80\xA6" : "");
}

const char *runtime_callers(Runtime *runtime, const ScriptPlace *places, int count) {
  Text text = {.store = &runtime->store};
  for (int i = 1; i < count; i++) {
    const Source *source = diagnostics_source(&runtime->diagnostics, places[i].file);
    text_format(&text, i == 1 ? "called from " : ", that from ");
    if (strcmp(places[i].file, places[0].file) != 0) text_format(&text, "%s:%d", places[i].file, places[i].line);
    else text_format(&text, "line %d", places[i].line);
    if (source && i == 1) append_line(source, places[i].line, &text);
  }
  return text.size ? text_string(&text) : NULL;
}

Report runtime_report_here(lua_State *L, ScriptSeverity severity, const char *rule, const char *callee) {
  ScriptPlace places[SCRIPT_PLACES];
  Runtime *runtime = runtime_of(L);
  const int count = budget_places(L, places, SCRIPT_PLACES);
  const Source *source = count ? diagnostics_source(&runtime->diagnostics, places[0].file) : NULL;
  return (Report){.severity = severity,
                  .rule = rule,
                  .file = source ? source->name : NULL,
                  .query = {.callee = callee, .line = count ? (uint32_t)places[0].line : 0},
                  .note = runtime_callers(runtime, places, count)};
}

enum { PLACE_LINE = 24 }; /* bits of the line; above it the number of the source, from 0 */

uint32_t runtime_place(lua_State *L) {
  ScriptPlace place;
  return budget_places(L, &place, 1) ? runtime_place_of(runtime_of(L), place.file, place.line) : 0;
}

uint32_t runtime_place_of(const Runtime *runtime, const char *file, int line) {
  if (line < 0 || (uint32_t)line >> PLACE_LINE) return 0;
  uint32_t number = 0;
  const Source *source = runtime->diagnostics.sources;
  for (; source && strncmp(source->name, file, sizeof(((ScriptPlace *)0)->file) - 1) != 0; source = source->next) number++;
  return source && number < 256 ? number << PLACE_LINE | (uint32_t)line : 0;
}

/* The text that a place is in; NULL: unknown. */
static const Source *source_of_place(const Runtime *runtime, uint32_t place) {
  const Source *source = runtime->diagnostics.sources;
  for (uint32_t number = place >> PLACE_LINE; source && number; number--) source = source->next;
  return place ? source : NULL;
}
static uint32_t line_of_place(uint32_t place) { return place & ((1u << PLACE_LINE) - 1); }

const char *runtime_place_text(Runtime *runtime, uint32_t place, uint32_t from) {
  const Source *source = source_of_place(runtime, place);
  if (!source) return NULL;
  if (source == source_of_place(runtime, from)) return store_format(&runtime->store, "line %u", line_of_place(place));
  return store_format(&runtime->store, "%s:%u", source->name, line_of_place(place));
}

/* Any call of that name on the line can be meant. */
static bool any_fits(void *ud, const Source *source, const Token *open) {
  (void)ud, (void)source, (void)open;
  return true;
}

/* The engine refused what the script made, "sphere: too far": said at the call's line, if that is known. */
static void report_scene(Runtime *runtime, const MlError *error) {
  Report report = {.severity = SCRIPT_ERROR, .rule = "scene", .file = runtime->input->name, .no_path = true, .message = error->message};
  const Source *source = source_of_place(runtime, error->place);
  const size_t name = strcspn(error->message, ":");
  if (source) {
    report.file = source->name;
    report.query.line = line_of_place(error->place);
    report.query.fits = any_fits;
    if (api_is_entry(error->message, name)) report.query.callee = store_copy(&runtime->store, error->message, name);
  }
  diagnostics_report(&runtime->diagnostics, &report);
}

void runtime_check_memory(lua_State *L, const MlError *error) {
  if (error->status != ML_ERROR_MEMORY) return;
  runtime_of(L)->out_of_memory = true;
  luaL_error(L, "out of memory while the scene was made");
}

void runtime_list_add(Runtime *runtime, struct NameList *list, const char *name) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->names[i], name) == 0) return;
  if (list->count == list->capacity) {
    const size_t capacity = 2 * list->capacity + 8;
    const char **names = store_alloc(&runtime->store, capacity * sizeof *names);
    if (!names) return;
    if (list->count) memcpy(names, list->names, list->count * sizeof *names);
    list->names = names;
    list->capacity = capacity;
  }
  list->names[list->count++] = store_copy(&runtime->store, name, strlen(name));
}

void runtime_console(Runtime *runtime, const char *text, size_t size) {
  const MlSink *sink = &runtime->input->console;
  text_append(&runtime->console, text, size);
  text_append(&runtime->console, "\n", 1);
  if (!sink->write) return;
  sink->write(sink->ud, text, size);
  sink->write(sink->ud, "\n", 1);
}

static void take_output(void *ud, SandboxOutput kind, const char *source, int line, const char *text, size_t size) {
  Runtime *runtime = ud;
  const char *copy = store_copy(&runtime->store, text, size);
  if (kind == SANDBOX_WARN) {
    Report report = {
      .severity = SCRIPT_WARNING, .rule = "warn", .file = source, .query = {.line = (uint32_t)line}, .no_path = true, .message = copy};
    diagnostics_report(&runtime->diagnostics, &report);
    return;
  }
  const char *placed = line > 0 ? store_format(&runtime->store, "%s:%d: %s", source, line, copy) : copy;
  runtime_console(runtime, placed, strlen(placed));
}

static void stuck(void *ud) {
  const ScriptInput *input = ((Runtime *)ud)->input;
  if (input->stuck) input->stuck(input->stuck_ud);
}

/* --------------------------------------------------------------------- the run */

static void run_body(lua_State *L, void *ud) {
  Held *held = ud;
  node_open(L);
  params_open(L);
  module_open(L);
  held->runtime.compiled = module_load_source(L, held->source);
  if (held->runtime.compiled) lua_call(L, 0, 0);
}

static void report_plain(Runtime *runtime, ScriptSeverity severity, const char *rule, const char *message) {
  Report report = {.severity = severity, .rule = rule, .file = runtime->input->name, .message = message, .no_path = true};
  diagnostics_report(&runtime->diagnostics, &report);
}

static void report_limit(Held *held, const SandboxResult *result) {
  Runtime *runtime = &held->runtime;
  held->shown.limit = result->stop == SANDBOX_STOP_TIME    ? SCRIPT_LIMIT_TIME
                      : result->stop == SANDBOX_STOP_NODES ? SCRIPT_LIMIT_OBJECTS
                      : result->engine_memory              ? SCRIPT_LIMIT_MEMORY
                      : result->string_memory              ? SCRIPT_LIMIT_STRING
                                                           : SCRIPT_LIMIT_SCRIPT_MEMORY;
  Report report = {.severity = SCRIPT_ERROR, .rule = "limit", .file = runtime->input->name, .no_path = true, .message = result->message};
  if (result->place_count) {
    report.file = result->places[0].file;
    report.query.line = (uint32_t)result->places[0].line;
    report.note = runtime_callers(runtime, result->places, result->place_count);
  }
  diagnostics_report(&runtime->diagnostics, &report);
}

static bool run_script(Held *held, MlError *error) {
  Runtime *runtime = &held->runtime;
  const ScriptInput *input = runtime->input;
  const SandboxDesc desc = {.engine = runtime->engine,
                            .memory = input->memory_cap,
                            .seconds = input->time_limit,
                            .cancel = input->cancel,
                            .ud = runtime,
                            .output = take_output,
                            .suggest = runtime_suggest,
                            .on_error = runtime_error_handler,
                            .stuck = stuck};
  Sandbox *sandbox;
  SandboxResult result;
  if (sandbox_create(&desc, &sandbox, error) != ML_OK) return false;
  const double start = ml_clock();
  sandbox_run(sandbox, run_body, held, &result);
  held->shown.statistics.seconds = ml_clock() - start;
  held->shown.statistics.lua_peak = result.peak;
  sandbox_destroy(sandbox);

  if (result.engine_memory) runtime->out_of_memory = true;
  if (result.stop == SANDBOX_STOP_CANCELLED) held->shown.cancelled = true;
  else if (result.stop != SANDBOX_STOP_NONE) report_limit(held, &result);
  else if (!result.ok && !runtime->failed) report_plain(runtime, SCRIPT_ERROR, "limit", result.message);
  return result.ok;
}

/* -------------------------------------------------------------- after the script */

static void check_labels(Runtime *runtime) {
  for (const Label *label = runtime->labels; label; label = label->next) {
    if (label->used) continue;
    Report report = {.severity = SCRIPT_WARNING,
                     .rule = label->name,
                     .file = label->file,
                     .query = {.callee = "material", .line = label->line},
                     .no_path = true};
    report.message = store_format(&runtime->store, "the material \"%s\" is never used", label->name);
    diagnostics_report(&runtime->diagnostics, &report);
  }
}

static void choose_camera(Runtime *runtime, MlView *view) {
  const CameraRecord *chosen = runtime->cameras;
  const char *wanted = runtime->input->camera;
  if (wanted) {
    Suggestion near = suggest_start(wanted);
    for (chosen = runtime->cameras; chosen && strcmp(chosen->name, wanted) != 0; chosen = chosen->before) suggest_try(&near, chosen->name);
    if (!chosen) {
      const char *help = near.best ? store_format(&runtime->store, " \xE2\x80\x94 did you mean '%s'?", near.best) : "";
      report_plain(runtime, SCRIPT_ERROR, "camera", store_format(&runtime->store, "the scene has no camera named '%s'%s", wanted, help));
    }
  }
  *view = (MlView){.size = sizeof *view, .width = runtime->size.width, .height = runtime->size.height, .tonemap = runtime->tonemap};
  // Before the automatic camera is framed: it fits the picture that is rendered.
  if (runtime->input->width && runtime->input->height) view->width = runtime->input->width, view->height = runtime->input->height;
  runtime->camera = chosen;
  if (!chosen) return;
  view->camera = chosen->camera;
  view->fixed_exposure = chosen->exposure.fixed;
  view->exposure = chosen->exposure.ev;
  view->white = chosen->white;
}

/* The engine frames the scene; the console says how, ready to be pasted and changed. */
static void frame_camera(Held *held) {
  Runtime *runtime = &held->runtime;
  MlView *view = &held->shown.view;
  view->camera = ml_camera_resolve(held->shown.scene, view);
  const MlCamera *c = &view->camera;
  const double numbers[7] = {c->from.x, c->from.y, c->from.z, c->look_at.x, c->look_at.y, c->look_at.z, c->fov};
  char text[7][40];
  for (int i = 0; i < 7; i++) ml_format_number(text[i], sizeof text[i], "%.4g", numbers[i]);
  const char *line = store_format(&runtime->store, "camera framed automatically: camera{ from={%s, %s, %s}, look_at={%s, %s, %s}, fov=%s }",
                                  text[0], text[1], text[2], text[3], text[4], text[5], text[6]);
  runtime_console(runtime, line, strlen(line));
}

/* Says why there is nothing to be seen. false: there is something, or errors say more. */
static bool note_empty(Runtime *runtime, const NodeRoots *roots) {
  if (roots->shapes || runtime->diagnostics.errors) return false;
  const char *why = runtime->any_only ? "only() names no shape"
                    : roots->hidden   ? "hide() hides all its shapes"
                    : roots->parts    ? "its shapes are patterns (proto, modules) or parts of others: use show(part) or part:at(x, y, z)"
                    : roots->lights   ? "it has lights, but no shape"
                                      : "it makes no shape, such as sphere{}";
  report_plain(runtime, SCRIPT_NOTE, "empty", store_format(&runtime->store, "the scene shows nothing: %s", why));
  return true;
}

static void finish_scene(Held *held) {
  Runtime *runtime = &held->runtime;
  ScriptEvaluation *e = &held->shown;
  MlError error = {0};
  NodeRoots roots;
  if (!node_add_roots(runtime, &roots, &error)) {
    runtime->out_of_memory = runtime->out_of_memory || error.status == ML_ERROR_MEMORY;
    report_scene(runtime, &error);
    return;
  }
  const bool empty = note_empty(runtime, &roots);
  if (!roots.any_light && !runtime->surroundings && runtime->diagnostics.errors == 0) {
    if (!empty)
      report_plain(runtime, SCRIPT_NOTE, "no light",
                   "the scene has no light: lit by sky{}, the light of a clear sky (background(0) keeps it dark)");
    ml_sky(runtime->builder, &ML_DESC(MlSkyDesc, .place = 0), &error);
  }
  if (runtime->diagnostics.errors == 0 && !empty) whole_scene_check(runtime);
  if (runtime->diagnostics.errors == 0 && runtime->input->dump.write &&
      ml_builder_write(runtime->builder, &runtime->input->dump, &error) == ML_ERROR_MEMORY)
    runtime->out_of_memory = true;
  e->statistics.nodes = ml_builder_node_count(runtime->builder);
  if (runtime->diagnostics.errors || runtime->input->no_commit) return;
  const double start = ml_clock();
  const MlStatus status = ml_commit(runtime->builder, &runtime->input->cancel, &e->scene, &error);
  e->statistics.commit_seconds = ml_clock() - start;
  if (status == ML_OK) {
    runtime->builder = NULL;
    if (!runtime->cameras) frame_camera(held);
    return;
  }
  if (status == ML_ERROR_CANCELLED) {
    e->cancelled = true;
    return;
  }
  runtime->out_of_memory = runtime->out_of_memory || status == ML_ERROR_MEMORY;
  report_scene(runtime, &error);
}

static void publish(Held *held) {
  Runtime *runtime = &held->runtime;
  ScriptEvaluation *e = &held->shown;
  e->settings = runtime->settings;
  e->settings.size = sizeof e->settings;
  e->diagnostics = diagnostics_list(&runtime->diagnostics, &e->diagnostic_count);
  e->errors = runtime->diagnostics.errors;
  e->warnings = runtime->diagnostics.warnings;
  e->console = text_string(&runtime->console);
  e->console_size = runtime->console.size;
  e->params = params_list(runtime, &e->param_count);
  e->missing = runtime->missing.names;
  e->missing_count = runtime->missing.count;
  e->assets = runtime->assets.names;
  e->asset_count = runtime->assets.count;
  e->out_of_memory = runtime->out_of_memory || runtime->store.failed;
  if (e->out_of_memory) e->limit = SCRIPT_LIMIT_MEMORY;
}

/* What an operation does where it gives no finite number. */
static const char *fault_of(MlOp op) {
  switch ((uint32_t)op) {
  case ML_OP_SQRT: return "the root of a number below 0: write sqrt(max(x, 0))";
  case ML_OP_LOG: return "the logarithm of 0 or of less: write log(max(x, 1e-6))";
  case ML_OP_DIVIDE:
  case ML_OP_MOD: return "a division by 0: write a / max(b, 1e-6)";
  case ML_OP_POW: return "a power of a number below 0, or of 0 to one below 0: write max(x, 0) ^ y";
  case ML_OP_ASIN:
  case ML_OP_ACOS: return "asin or acos of a number outside of -1..1: write clamp(x, -1, 1)";
  case ML_OP_EXP: return "exp of too large a number";
  default: return "numbers that grow beyond all bounds";
  }
}

static void report_fault(Runtime *runtime, Diagnostics *diagnostics, const MlFault *fault) {
  const Source *source = source_of_place(runtime, fault->place);
  Report report = {.severity = SCRIPT_WARNING, .rule = "fault", .file = source ? source->name : NULL, .no_path = true};
  report.query.line = source ? line_of_place(fault->place) : 0;
  report.message = store_format(&runtime->store, "this function gives no finite number at some points, by %s", fault_of(fault->op));
  diagnostics_report(diagnostics, &report);
}

size_t script_write_faults(ScriptEvaluation *evaluation, const MlSink *sink) {
  if (!evaluation->scene) return 0;
  MlFault faults[DIAGNOSTICS_KEPT];
  const uint64_t count = ml_scene_faults(evaluation->scene, faults, DIAGNOSTICS_KEPT);
  Runtime *runtime = &((Held *)evaluation)->runtime;
  Diagnostics said = {.store = &runtime->store, .sources = runtime->diagnostics.sources, .is_entry = api_is_entry};
  for (size_t i = 0; i < count && i < DIAGNOSTICS_KEPT; i++) report_fault(runtime, &said, &faults[i]);
  ScriptEvaluation shown = {0};
  shown.diagnostics = diagnostics_list(&said, &shown.diagnostic_count);
  script_write_diagnostics(&shown, SCRIPT_NOTE, sink);
  return (size_t)count;
}

size_t script_note_faults(ScriptEvaluation *evaluation) {
  if (!evaluation->scene) return 0;
  Held *held = (Held *)evaluation;
  MlFault faults[DIAGNOSTICS_KEPT];
  const uint64_t count = ml_scene_faults(evaluation->scene, faults, DIAGNOSTICS_KEPT);
  const size_t before = held->fault_count;
  held->runtime.diagnostics.strict = false; // the scene has been made: a warning it stays
  for (size_t i = 0; i < count && i < DIAGNOSTICS_KEPT && held->fault_count < DIAGNOSTICS_KEPT; i++) {
    bool noted = false;
    for (size_t k = 0; k < held->fault_count; k++) noted |= held->faults[k].place == faults[i].place && held->faults[k].op == faults[i].op;
    if (noted) continue;
    held->faults[held->fault_count++] = faults[i];
    report_fault(&held->runtime, &held->runtime.diagnostics, &faults[i]);
  }
  if (held->fault_count == before) return 0;
  evaluation->diagnostics = diagnostics_list(&held->runtime.diagnostics, &evaluation->diagnostic_count);
  evaluation->warnings = held->runtime.diagnostics.warnings;
  return held->fault_count - before;
}

static MlStatus refuse(MlError *error, MlStatus status, const char *message) {
  if (error) {
    *error = (MlError){.status = status};
    strcpy(error->message, message);
  }
  return status;
}

static MlStatus evaluate(MlEngine *engine, const ScriptInput *input, ScriptEvaluation **out, MlError *error) {
  *out = NULL;
  if (!engine || !input || input->size != sizeof *input || !input->name || (!input->source && input->source_size))
    return refuse(error, ML_ERROR_ARGUMENT, "script_evaluate: the input needs its size, a name and a source");
  Held *held = ml_engine_realloc(engine, NULL, 0, sizeof *held);
  if (!held) return refuse(error, ML_ERROR_MEMORY, "out of memory: no room for an evaluation");
  memset(held, 0, sizeof *held);
  Runtime *runtime = &held->runtime;
  runtime->engine = engine;
  runtime->input = input;
  runtime->store.engine = engine;
  runtime->console.store = &runtime->store;
  runtime->diagnostics = (Diagnostics){.store = &runtime->store, .is_entry = api_is_entry, .strict = input->strict};
  runtime->settings.seed = 1;
  held->source = diagnostics_add_source(&runtime->diagnostics, input->name, store_copy(&runtime->store, input->source, input->source_size),
                                        input->source_size);

  MlError own = {0};
  bool ended = false;
  const bool begun = held->source && !runtime->store.failed && ml_builder_create(engine, &runtime->builder, &own) == ML_OK;
  if (begun) ended = run_script(held, &own);
  if (own.status != ML_OK || !begun) {
    script_evaluation_destroy(&held->shown);
    return refuse(error, own.status != ML_OK ? own.status : ML_ERROR_MEMORY,
                  own.status != ML_OK ? own.message : "out of memory: no room for an evaluation");
  }
  if (ended && !held->shown.cancelled) {
    if (runtime->compiled) params_check_sets(runtime);
    if (runtime->diagnostics.errors == 0) {
      check_labels(runtime);
      textures_check_use(runtime);
    }

    choose_camera(runtime, &held->shown.view);
    finish_scene(held);
  } else {
    held->shown.view = (MlView){.size = sizeof(MlView)};
  }
  publish(held);
  ml_builder_destroy(runtime->builder);
  runtime->builder = NULL;
  ml_engine_realloc(engine, runtime->records, (size_t)runtime->record_capacity * sizeof *runtime->records, 0);
  runtime->records = NULL;
  runtime->record_capacity = 0;
  runtime->input = NULL;
  *out = &held->shown;
  return ML_OK;
}

/* Lua computes as the engine does, whatever the host's rounding is. */
MlStatus script_evaluate(MlEngine *engine, const ScriptInput *input, ScriptEvaluation **out, MlError *error) {
  const uint64_t host = ml_float_begin();
  const MlStatus status = evaluate(engine, input, out, error);
  ml_float_end(host);
  return status;
}

void script_evaluation_destroy(ScriptEvaluation *evaluation) {
  if (!evaluation) return;
  Held *held = (Held *)evaluation;
  MlEngine *engine = held->runtime.engine;
  ml_scene_release(held->shown.scene);
  ml_builder_destroy(held->runtime.builder);
  store_free(&held->runtime.store);
  ml_engine_realloc(engine, held, sizeof *held, 0);
}
