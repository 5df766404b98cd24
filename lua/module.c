/* module.c - require: siblings of the scene, each run once, in a strict environment of its own. */
#include "module.h"

#include <string.h>

#include "lauxlib.h"
#include "node.h"
#include "syntax_errors.h"

struct ModuleRecord {
  const char *name;
  bool running;
  ModuleRecord *before;
};

enum { MODULE_DEPTH = 32 };
static const char results_key, absent_key; /* registry: name -> what the module returned; metatable of what is missing */

/* ---------------------------------------------------------------------- paths */

const char *module_refuse_path(const char *path, size_t size) {
  if (size == 0) return "the name is empty";
  if (size > 1000) return "the name is too long";
  if (path[0] == '/') return "it must lie beside the scene: a path from the root is not allowed";
  size_t part = 0; // where the part at hand begins
  for (size_t i = 0; i <= size; i++) {
    const char c = i < size ? path[i] : '/';
    if ((unsigned char)c < 0x20 || c == 0x7F) return "it contains a control character";
    if (c == '\\') return "parts of a path are separated by '/'";
    if (c == ':') return "':' is not allowed";
    if (c != '/') continue;
    if (i == part) return "a part of the path is empty";
    if ((i - part == 1 && path[part] == '.') || (i - part == 2 && path[part] == '.' && path[part + 1] == '.'))
      return "it must lie beside the scene: '.' and '..' are not allowed";
    part = i + 1;
  }
  return NULL;
}

/* ------------------------------------------------------------ what is missing */

static int absent_again(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &absent_key);
  return 1;
}

bool module_is_absent(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || !runtime_of(L)->any_absent) return false;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &absent_key);
  const bool same = lua_rawequal(L, index < 0 ? index - 1 : index, -1);
  lua_pop(L, 1);
  return same;
}

static void make_absent(lua_State *L) {
  static const char *const events[] = {"__index", "__call", "__add",    "__sub",      "__mul", "__div", "__mod", "__pow",
                                       "__unm",   "__idiv", "__concat", "__newindex", "__len", "__lt",  "__le",  "__mix"};
  lua_newuserdatauv(L, 1, 0);
  lua_newtable(L);
  for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
    lua_pushcfunction(L, absent_again);
    lua_setfield(L, -2, events[i]);
  }
  lua_pushliteral(L, "missing module");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &absent_key);
}

/* -------------------------------------------------------------------- require */

static void fail(lua_State *L, const char *name, const char *reason) {
  Runtime *runtime = runtime_of(L);
  Report report = runtime_report_here(L, SCRIPT_ERROR, "module", "require");
  report.query.steps[0] = (SourceStep){NULL, 1};
  report.query.step_count = 1;
  report.no_path = true;
  report.message = store_format(&runtime->store, "require \"%s\": %s", name, reason);
  diagnostics_report(&runtime->diagnostics, &report);
}

/* A module whose source cannot be had or compiled is recorded; the run goes on to find what else is needed. */
static int give_absent(lua_State *L, const char *name, const char *reason) {
  Runtime *runtime = runtime_of(L);
  if (reason) fail(L, name, reason);
  runtime->any_absent = true;
  return absent_again(L);
}

typedef struct Attempt {
  lua_State *L;
  const Source *source;
  const char *kept;
} Attempt;

static const char *compile_prefix(void *ud, size_t size) {
  Attempt *attempt = ud;
  lua_State *L = attempt->L;
  const char *message = NULL;
  if (!sandbox_load(L, attempt->source->name, attempt->source->text, size)) {
    const char *text = lua_tostring(L, -1);
    message = attempt->kept = store_copy(&runtime_of(L)->store, text ? text : "", text ? strlen(text) : 0);
  }
  lua_pop(L, 1);
  return message;
}

bool module_load_source(lua_State *L, const Source *source) {
  if (sandbox_load(L, source->name, source->text, source->size)) return true;
  Attempt attempt = {L, source, NULL};
  const char *message = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  syntax_error_report(&runtime_of(L)->diagnostics, source, message, compile_prefix, &attempt);
  lua_pop(L, 1);
  return false;
}

bool module_read_asset(Runtime *runtime, const char *path, uint64_t max_size, void **bytes, size_t *size, const char **reason) {
  const ScriptAssets *assets = runtime->input->assets;
  *bytes = NULL;
  *size = 0;
  *reason = NULL;
  const ScriptAssetStatus status =
    assets && assets->read ? assets->read(assets->ud, runtime->engine, path, max_size, bytes, size, reason) : SCRIPT_ASSET_MISSING;
  switch (status) {
  case SCRIPT_ASSET_OK: runtime_list_add(runtime, &runtime->assets, path); return true;
  case SCRIPT_ASSET_MISSING:
    runtime_list_add(runtime, &runtime->missing, path);
    *reason = store_format(&runtime->store, "there is no file '%s' beside the scene", path);
    break;
  case SCRIPT_ASSET_REFUSED: *reason = store_format(&runtime->store, "'%s' cannot be read: %s", path, *reason ? *reason : "refused"); break;
  case SCRIPT_ASSET_MEMORY:
    runtime->out_of_memory = true;
    *reason = "out of memory";
    break;
  }
  return false;
}

/* The module's text, kept for excerpts; NULL: *reason says why. */
static const Source *read_source(Runtime *runtime, const char *path, const char **reason) {
  void *bytes;
  size_t size;
  if (!module_read_asset(runtime, path, SANDBOX_SOURCE_BYTES, &bytes, &size, reason)) return NULL;
  const char *text = store_copy(&runtime->store, bytes, size);
  ml_engine_realloc(runtime->engine, bytes, size, 0);
  // Beside the script that asks for it, in messages, too.
  const char *slash = strrchr(runtime->input->name, '/');
  const int folder = slash ? (int)(slash - runtime->input->name) + 1 : 0;
  const char *name = store_format(&runtime->store, "%.*s%s", folder, runtime->input->name, path);
  const Source *source = diagnostics_add_source(&runtime->diagnostics, name, text, size);
  if (!source) *reason = "out of memory";
  return source;
}

/* Ends the loading of a module however it ends: the value is one to be closed. */
static int end_module(lua_State *L) {
  (*(ModuleRecord **)lua_touserdata(L, 1))->running = false;
  runtime_of(L)->module_depth--;
  return 0;
}

static void begin_module(lua_State *L, ModuleRecord *module) {
  Runtime *runtime = runtime_of(L);
  ModuleRecord **guard = lua_newuserdatauv(L, sizeof *guard, 0);
  *guard = module;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, end_module);
  lua_setfield(L, -2, "__close");
  lua_setmetatable(L, -2);
  runtime->modules = module;
  runtime->module_depth++;
  lua_toclose(L, -1);
}

static int require(lua_State *L) {
  Runtime *runtime = runtime_of(L);
  size_t size;
  if (lua_type(L, 1) != LUA_TSTRING) return luaL_error(L, "require needs the name of a module beside the scene: require \"lib/tree\"");
  const char *name = lua_tolstring(L, 1, &size);
  const char *refused = module_refuse_path(name, size);
  if (refused) return give_absent(L, store_format(&runtime->store, "%.*s", (int)strnlen(name, 60), name), refused);

  // Known already?
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &results_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &results_key);
  }
  const int results = lua_gettop(L);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, results) != LUA_TNIL) return 1;
  lua_pop(L, 1);
  for (const ModuleRecord *m = runtime->modules; m; m = m->before)
    if (m->running && strcmp(m->name, name) == 0)
      return give_absent(L, name, "it is being loaded already: the modules require each other in a circle");
  if (runtime->module_depth >= MODULE_DEPTH) return give_absent(L, name, "modules require each other more than 32 deep");

  const char *reason;
  const char *file = store_format(&runtime->store, "%s.lua", name);
  const Source *source = read_source(runtime, file, &reason);
  ModuleRecord *module = store_alloc(&runtime->store, sizeof *module);
  if (!source || !module) {
    give_absent(L, name, reason);
  } else if (!module_load_source(L, source)) {
    give_absent(L, name, NULL);
  } else {
    *module = (ModuleRecord){store_copy(&runtime->store, name, size), true, runtime->modules};
    begin_module(L, module);
    lua_pushvalue(L, -2);
    lua_call(L, 0, 1);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
      lua_pushboolean(L, 1);
    }
  }
  lua_pushvalue(L, 1);
  lua_pushvalue(L, -2);
  lua_rawset(L, results);
  return 1;
}

void module_open(lua_State *L) {
  make_absent(L);
  lua_pushcfunction(L, require);
  sandbox_set(L, "require");
}
