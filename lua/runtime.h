/* runtime.h - one run of a script: what its parts share. One thread. Everything here lives in the run's store or is freed by runtime.c. */
#ifndef MOONLIT_LUA_RUNTIME_H
#define MOONLIT_LUA_RUNTIME_H

#include "api.h"
#include "diagnostics.h"
#include "sandbox.h"
#include "script.h"
#include "text.h"

/* What became of a node: by serial, kept beside the builder's own graph, because Lua may have collected the value. */
enum {
  NODE_USED = 1,
  NODE_HIDDEN = 2,
  NODE_PATTERN = 4,
  NODE_SHOWN = 8,
  NODE_ONLY = 16,
  NODE_LIGHT = 32,
  NODE_EMITS = 64,
  NODE_SOLID = 128
};
/* NODE_SOLID: closed, opaque and seen by the camera. */
typedef struct NodeRecord {
  MlNode id;
  uint32_t flags;
} NodeRecord;

typedef struct CameraRecord {
  const char *name; /* "" */
  MlCamera camera;
  ApiExposure exposure;
  MlColor white;
  const char *file; /* of the call */
  uint32_t line;
  struct CameraRecord *before;
} CameraRecord;

/* A material with a name: material("brushed", m). */
typedef struct Label {
  const char *name, *file;
  uint32_t line;
  bool used;
  struct Label *next;
} Label;

typedef struct ParamRecord ParamRecord;
typedef struct ModuleRecord ModuleRecord;

typedef struct Runtime {
  MlEngine *engine;
  const ScriptInput *input;
  Store store;
  Diagnostics diagnostics;
  MlBuilder *builder;
  Text console;
  bool compiled;      /* the script is a program */
  bool failed;        /* the script ended in an error that has been reported */
  bool out_of_memory; /* of the engine's memory */

  NodeRecord *records;
  uint64_t record_count, record_capacity;
  bool any_only;
  const void *node_metatable; /* to tell nodes from other userdata */

  CameraRecord *cameras;      /* newest first */
  const CameraRecord *camera; /* the one that is used; NULL: automatic */
  struct LightRecord *lights; /* newest first: whole_scene.c */
  ApiPixels size;
  MlSettings settings;
  MlTonemap tonemap;
  uint64_t render_given;     /* fields of render{} that have been set ... */
  uint32_t render_lines[64]; /* ... and where */
  const char *render_files[64];
  const char *surroundings; /* the entry that set what is all around; NULL: none */

  Label *labels;
  struct TextureUse *textures; /* newest first: textures.c */
  ParamRecord *params, *last_param;
  uint64_t sets_used; /* of input->sets, the first 64 */
  ModuleRecord *modules;
  uint32_t module_depth;
  struct Trace *trace;            /* the function of the shading point that is being traced: trace.c */
  uint32_t trace_serial;          /* of the last one */
  bool any_absent;                /* a module was missing: module_is_absent */
  struct ImageRecord *images;     /* newest first: images.c */
  struct ProfileRecord *profiles; /* likewise: profiles.c */
  struct FontRecord *fonts;       /* likewise: api_text.c */
  struct ModelRecord *models;     /* likewise: models.c */
  struct SurveyRecord *surveys;   /* likewise: survey.c */
  struct NameList {
    const char **names;
    size_t count, capacity;
  } missing, assets;
} Runtime;

static inline Runtime *runtime_of(lua_State *L) { return sandbox_ud(L); }

/* Begin a report at the place where the script is: its file and line; callee (may be NULL) is the function it calls. */
Report runtime_report_here(lua_State *L, ScriptSeverity severity, const char *rule, const char *callee);
/* Where the script is, as the `place` of the builder's descriptions; 0: unknown. */
uint32_t runtime_place(lua_State *L);
/* The same of a line of a file. */
uint32_t runtime_place_of(const Runtime *runtime, const char *file, int line);
/* "line 12", or "trees.lua:12" if the place `from` is in another file; NULL: unknown. */
const char *runtime_place_text(Runtime *runtime, uint32_t place, uint32_t from);
/* "called from line 12: tree(3)": the outer of the places, the innermost first; NULL: there is none. */
const char *runtime_callers(Runtime *runtime, const ScriptPlace *places, int count);
/* Raise the memory limit if the store or a builder call ran out; otherwise nothing. */
void runtime_check_memory(lua_State *L, const MlError *error);
void runtime_list_add(Runtime *runtime, struct NameList *list, const char *name); /* once each */
/* A line of the console, without its end. */
void runtime_console(Runtime *runtime, const char *text, size_t size);

#endif
