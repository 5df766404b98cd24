/* script.h - the public interface of the Lua ring: from a script's text to a frozen scene, and everything that is said about it.
 *
 *   ScriptInput --script_evaluate()--> ScriptEvaluation { scene, view, settings, diagnostics, console, parameters, ... }
 *
 * Conventions
 *   Text      UTF-8. Whatever is written goes to an MlSink; nothing here prints, exits or keeps globals.
 *             Lines and columns count from 1 (columns in characters, not bytes); 0 means that the place is not known.
 *   Threads   an evaluation runs on the calling thread and is a plain value afterwards: read it from anywhere, destroy it once.
 *   Sameness  the result is a function of script, assets, parameters and options; time and memory decide only whether a limit is hit.
 */
#ifndef MOONLIT_LUA_SCRIPT_H
#define MOONLIT_LUA_SCRIPT_H

#include "moonlit.h"

/* ------------------------------------------------------------------ assets */

typedef enum ScriptAssetStatus {
  SCRIPT_ASSET_OK,
  SCRIPT_ASSET_MISSING, /* not there (yet): goes on the list of what is needed */
  SCRIPT_ASSET_REFUSED, /* there, but must not be read: not a regular file, outside, too large */
  SCRIPT_ASSET_MEMORY,
} ScriptAssetStatus;

/* Bytes of a file that the scene names. `path` is relative to the scene's folder, split by '/', and has been checked: no "..", "\\",
 * ":", control characters, empty or absolute parts. On SCRIPT_ASSET_OK *bytes is a block of *size bytes from ml_engine_realloc
 * (NULL when *size is 0), which the caller frees. On SCRIPT_ASSET_REFUSED *reason may name why (a constant string). */
typedef struct ScriptAssets {
  void *ud;
  ScriptAssetStatus (*read)(void *ud, MlEngine *engine, const char *path, uint64_t max_size, void **bytes, size_t *size,
                            const char **reason);
} ScriptAssets;

/* Files below one folder of the disk: every path stays beneath it, links are not followed, only regular files are read. */
typedef struct ScriptFolder ScriptFolder;
/* The folder "" is the current one. ML_ERROR_FILE when it cannot be opened. */
MlStatus script_folder_open(MlEngine *engine, const char *folder, ScriptFolder **out, MlError *error);
void script_folder_close(ScriptFolder *folder);          /* NULL is allowed */
ScriptAssets script_folder_assets(ScriptFolder *folder); /* valid until it is closed */

/* -------------------------------------------------------------- evaluation */

typedef struct ScriptSet {
  const char *name, *value; /* as in --set name=value */
  const char *from;         /* where it stands, for messages: the name of a file; NULL: --set */
} ScriptSet;

typedef struct ScriptInput {
  size_t size;      /* sizeof(ScriptInput) */
  const char *name; /* the script's name in messages: "scenes/hello.lua" */
  const char *source;
  size_t source_size;         /* bytes, at most 4 MiB */
  const ScriptAssets *assets; /* NULL: none; modules cannot be required */
  const ScriptSet *sets;
  size_t set_count;
  bool clamp_sets;        /* out of range: true clamps with a warning (the page's sliders), false is an error */
  const char *camera;     /* use the camera of this name; NULL: the last one */
  uint32_t width, height; /* the picture's size in pixels, both in place of the scene's own; 0: the scene's */
  double time_limit;      /* seconds; 0: 10 */
  uint64_t memory_cap;    /* bytes of Lua's own; 0: 256 MiB */
  bool strict;            /* warnings are errors */
  bool no_commit;         /* only evaluate: no scene is made */
  MlCancel cancel;        /* polled often, on the evaluating thread; all zero: never */
  /* Native only: called on a watchdog's thread when a limit was hit and not honoured for 2 s; expected to end the process. May be NULL. */
  void (*stuck)(void *ud);
  void *stuck_ud;
  MlSink dump;    /* receives the scene as text (ml_builder_write) before it is frozen, if nothing is wrong with it; all zero: none */
  MlSink console; /* receives the console's lines as they come, besides the evaluation's copy; all zero: none */
} ScriptInput;

typedef enum ScriptSeverity { SCRIPT_NOTE, SCRIPT_WARNING, SCRIPT_ERROR } ScriptSeverity;

typedef struct ScriptDiagnostic {
  ScriptSeverity severity;
  const char *file;      /* the script's or a module's name, or "" */
  uint32_t line, column; /* of the field, token or call; 0: unknown */
  uint32_t end_column;   /* one past the last character, on the same line */
  const char *path;      /* "sphere.material.roughness" or "" */
  const char *message;   /* one line, with the path, without file and severity */
  const char *note;      /* the "= ..." line under the excerpt, or "" */
  const char *excerpt;   /* source lines with marker and caret, each ended by '\n', or "" */
  uint32_t count;        /* how often it happened at this place: 1 and more */
  bool has_fix;          /* replacing columns [fix_column, fix_end_column) of fix_line by fix_text is probably meant */
  uint32_t fix_line, fix_column, fix_end_column;
  const char *fix_text;
} ScriptDiagnostic;

typedef enum ScriptParamType {
  SCRIPT_PARAM_NUMBER,
  SCRIPT_PARAM_INT,
  SCRIPT_PARAM_BOOL,
  SCRIPT_PARAM_STRING,
  SCRIPT_PARAM_CHOICE,
  SCRIPT_PARAM_COLOR, /* numbers: linear r g b */
  SCRIPT_PARAM_VEC3,
  SCRIPT_PARAM_FILE, /* choices: the endings that its name may have; none: any */
} ScriptParamType;

typedef struct ScriptParam {
  const char *name;
  ScriptParamType type;
  double value[3], def[3];     /* numbers; bool as 0 or 1; choice as the index from 0 */
  const char *text, *def_text; /* strings and choices, else "" */
  double min, max, step;       /* numbers; meaningful where has_... */
  bool has_min, has_max, has_step, drag;
  const char *unit, *help, *group; /* "" when absent */
  const char *const *choices;
  size_t choice_count;
  const char *file;
  uint32_t line;
} ScriptParam;

/* The limit that ended a script; what raises it is the driver's to say. */
typedef enum ScriptLimit {
  SCRIPT_LIMIT_NONE,
  SCRIPT_LIMIT_TIME,          /* ScriptInput.time_limit */
  SCRIPT_LIMIT_SCRIPT_MEMORY, /* ScriptInput.memory_cap */
  SCRIPT_LIMIT_MEMORY,        /* the engine's memory_cap, or the machine's memory: also where the scene took it */
  SCRIPT_LIMIT_STRING,        /* the length of one string: fixed */
  SCRIPT_LIMIT_OBJECTS,       /* the number of shapes, materials, lights: fixed */
} ScriptLimit;

typedef struct ScriptStatistics {
  uint64_t nodes;    /* of the builder */
  uint64_t lua_peak; /* bytes */
  double seconds;    /* evaluation, without commit */
  double commit_seconds;
} ScriptStatistics;

typedef struct ScriptEvaluation {
  const MlScene *scene; /* NULL when there is any error, or with no_commit; the evaluation holds one reference */
  MlView view;          /* what the script says, the rest zero: its default */
  MlSettings settings;
  const ScriptDiagnostic *diagnostics; /* in the order of their happening; errors of one place once */
  size_t diagnostic_count;
  uint32_t errors, warnings; /* errors counts those beyond the cap of 20, too */
  const char *console;       /* what print() wrote, lines "file:line: text" */
  size_t console_size;
  const ScriptParam *params; /* in the order of declaration */
  size_t param_count;
  const char *const *missing; /* assets that were asked for and not there; provide them and evaluate again */
  size_t missing_count;
  const char *const *assets; /* all that were read */
  size_t asset_count;
  ScriptStatistics statistics;
  ScriptLimit limit;
  bool cancelled;     /* by ScriptInput.cancel: nothing else is to be shown */
  bool out_of_memory; /* the engine's cap, not the script's fault */
} ScriptEvaluation;

/* Run a script. ML_OK whenever there is an evaluation to look at, however wrong the script: see its errors and scene.
 * Otherwise (no memory even for that, or a wrong input) *out is NULL and the error says why. */
MlStatus script_evaluate(MlEngine *engine, const ScriptInput *input, ScriptEvaluation **out, MlError *error);
void script_evaluation_destroy(ScriptEvaluation *evaluation); /* releases the scene; NULL is allowed */

/* ------------------------------------------------------------------ output */

/* Diagnostics as text, each with excerpt and caret, control characters made visible; `least` leaves out what is less severe. */
void script_write_diagnostics(const ScriptEvaluation *evaluation, ScriptSeverity least, const MlSink *sink);
/* {"diagnostics":[{severity,file,line,column,endColumn,message,path,note,count,fix:{line,column,endColumn,text}}...],"errors":n,"warnings":n} and, after a limit,
 * "limit":"time", "script memory", "memory", "string" or "objects". */
void script_write_diagnostics_json(const ScriptEvaluation *evaluation, const MlSink *sink);
/* After rendering: a warning for each function that gave what is no finite number somewhere (ml_scene_faults), with its line, as text; and its number. */
size_t script_write_faults(ScriptEvaluation *evaluation, const MlSink *sink);
/* The same warnings among the evaluation's diagnostics, each once however often this is called; and the number of those that were not there before. */
size_t script_note_faults(ScriptEvaluation *evaluation);
/* The scene's parameters, one a line, or as a JSON array. */
void script_write_params(const ScriptEvaluation *evaluation, const MlSink *sink);
void script_write_params_json(const ScriptEvaluation *evaluation, const MlSink *sink);
/* As a JSON Schema (2020-12) of what script_read_params takes. */
void script_write_params_schema(const ScriptEvaluation *evaluation, const MlSink *sink);
/* Values of parameters from a JSON object: {"radius": 2, "glossy": true, "style": "dusk", "tint": "#ff8800", "lamp": [0, 2, 0]}. `from` is its name in
 * messages and stays the caller's. *sets is one block of *bytes, of the engine, which the caller frees; NULL for an empty object. ML_ERROR_FORMAT: "p.json:3:5:
 * expected ...". */
MlStatus script_read_params(MlEngine *engine, const char *from, const char *text, size_t size, ScriptSet **sets, size_t *count, size_t *bytes,
                            MlError *error);
/* Any text of a scene for a terminal: control characters (but '\n' and '\t') and bytes that are not UTF-8 become visible. */
void script_write_visible(const char *text, size_t size, const MlSink *sink);
/* A JSON string, quotes included. */
void script_write_json_string(const char *text, const MlSink *sink);

/* The white of MlView for a balance to light of a temperature, 1000..40000 K: the colour that kelvin() gives; 0: that of 0 K, none. */
MlColor script_white(double kelvin);
/* What is up for a camera that is not told: +y, or -z where it looks along y. */
MlVec3 script_up(MlVec3 from, MlVec3 look_at);

/* ----------------------------------------------------------- documentation */

/* Help of one entry, function or method; NULL: the list of all. false: no such name (a suggestion was written). */
bool script_doc(const char *name, const MlSink *sink);
/* Entries and fields whose name, synonyms or sentence hold `word`. false: none. */
bool script_doc_search(const char *word, const MlSink *sink);
void script_write_reference(const MlSink *sink); /* docs/REFERENCE.md */
void script_write_luals(const MlSink *sink);     /* moonlit.d.lua: definitions for the Lua language server */
void script_write_api_json(const MlSink *sink);  /* completion and hover of editors */

#endif
