/* scene_functions.c - proto, hide, show, only, add, bounds, material, moonlit; what of all nodes is in the scene (scene-language.md, 2.2 and 2.11). */
#include "scene_functions.h"

#include <string.h>

#include "lauxlib.h"
#include "module.h"
#include "reader.h"
#include "shapes.h"
#include "values.h"

/* A call of a plain function, for its reports. */
static Reading begin_function(lua_State *L, const char *name) {
  return (Reading){.runtime = runtime_of(L), .L = L, .callee = name, .steps = {{NULL, 1}}, .step_count = 1};
}

/* The shape, light or group at index 1; NULL: reported. */
static Node *drawable_argument(Reading *r) {
  Node *node = node_test(r->L, 1);
  if (node && node->serial) return node;
  if (!module_is_absent(r->L, 1)) reader_fail(r, "type", "expected a shape, a light or a group, got %s", reader_describe(r, 1));
  return NULL;
}

/* All of them return what they were given. */
static int flag(lua_State *L, const char *name, uint32_t flags) {
  Reading r = begin_function(L, name);
  lua_settop(L, 1);
  const Node *node = drawable_argument(&r);
  if (!node) return 1;
  r.runtime->records[node->serial - 1].flags |= flags;
  r.runtime->any_only = r.runtime->any_only || flags == NODE_ONLY;
  return 1;
}

static int scene_proto(lua_State *L) { return flag(L, "proto", NODE_PATTERN); }
static int scene_show(lua_State *L) { return flag(L, "show", NODE_SHOWN); }
static int scene_add(lua_State *L) { return flag(L, "add", NODE_SHOWN); }
static int scene_only(lua_State *L) { return flag(L, "only", NODE_ONLY); }

static int scene_hide(lua_State *L) {
  const Node *node = node_test(L, 1);
  MlError error = {0};
  if (node && node->serial && node->id && ml_hide(runtime_of(L)->builder, node->id, &error) != ML_OK) runtime_check_memory(L, &error);
  runtime_of(L)->surveys = NULL; // what there is to put things on may be less now
  return flag(L, "hide", NODE_HIDDEN);
}

/* bounds(x): { min, max, size, center }, in the coordinates that x has by itself. */
static int scene_bounds(lua_State *L) {
  Reading r = begin_function(L, "bounds");
  const Node *node = drawable_argument(&r);
  MlBounds b = {.empty = true};
  if (node) b = node_bounds(r.runtime, node);
  if (node && b.infinite) reader_fail(&r, "infinite", "a %s is infinite and has no bounds", node->entry->name);
  if (b.infinite || b.empty) b = (MlBounds){0};
  lua_createtable(L, 0, 4);
  value_push_vec3(L, b.min.x, b.min.y, b.min.z);
  lua_setfield(L, -2, "min");
  value_push_vec3(L, b.max.x, b.max.y, b.max.z);
  lua_setfield(L, -2, "max");
  value_push_vec3(L, b.max.x - b.min.x, b.max.y - b.min.y, b.max.z - b.min.z);
  lua_setfield(L, -2, "size");
  value_push_vec3(L, (b.min.x + b.max.x) / 2, (b.min.y + b.max.y) / 2, (b.min.z + b.max.z) / 2);
  lua_setfield(L, -2, "center");
  return 1;
}

/* material("brushed", m): the same material with a name for messages. */
static int scene_material(lua_State *L) {
  Reading r = begin_function(L, "material");
  static const ApiField name_field = {.type = API_STRING};
  lua_settop(L, 2);
  const char *name = "";
  reader_read_value(&r, &name_field, 1, &name);
  const Node *given = node_test(L, 2);
  if (!given || given->entry->kind != API_MATERIAL_KIND) {
    r.steps[0].index = 2;
    if (!module_is_absent(L, 2)) reader_fail(&r, "type", "expected a material such as matte{ ... }, got %s", reader_describe(&r, 2));
    return 1;
  }
  const Report here = runtime_report_here(L, SCRIPT_WARNING, "", "material");
  Label *label = store_alloc(&r.runtime->store, sizeof *label);
  if (!label) runtime_check_memory(L, &(MlError){.status = ML_ERROR_MEMORY});
  *label = (Label){name, here.file, here.query.line, false, r.runtime->labels};
  r.runtime->labels = label;
  Node *node = node_push(L, given->entry);
  memcpy(node, given, sizeof *node + given->entry->desc_size);
  node->label = label;
  return 1;
}

/* moonlit(1): the version of the language that the scene was written for. */
static int scene_moonlit(lua_State *L) {
  Reading r = begin_function(L, "moonlit");
  static const ApiField version_field = {.type = API_INT, .range = {1, 1e6, 1, 1e6, false}};
  int64_t version = ML_LANGUAGE_VERSION;
  lua_settop(L, 1);
  if (reader_read_value(&r, &version_field, 1, &version) && version > ML_LANGUAGE_VERSION)
    reader_fail(&r, "version", "the scene is written for version %d of the language, this moonlit knows version %d", (int)version,
                ML_LANGUAGE_VERSION);
  return 0;
}

void scene_functions_open(lua_State *L) {
  static const luaL_Reg functions[] = {{"proto", scene_proto},       {"show", scene_show},       {"add", scene_add},
                                       {"only", scene_only},         {"hide", scene_hide},       {"bounds", scene_bounds},
                                       {"material", scene_material}, {"moonlit", scene_moonlit}, {"points_on", points_on}, {NULL, NULL}};
  for (const luaL_Reg *f = functions; f->name; f++) {
    lua_pushcfunction(L, f->func);
    sandbox_set(L, f->name);
  }
}

/* --------------------------------------------------------------------- roots */

/* In the scene: whatever nothing else uses, and what show() names; with only(), shapes besides those are out. */
bool node_is_root(const Runtime *runtime, uint32_t flags) {
  if (flags & NODE_HIDDEN) return false;
  if (runtime->any_only && !(flags & NODE_LIGHT)) return (flags & NODE_ONLY) != 0;
  return (flags & (NODE_SHOWN | NODE_ONLY)) || !(flags & (NODE_USED | NODE_PATTERN));
}

bool node_add_roots(Runtime *runtime, NodeRoots *roots, MlError *error) {
  *roots = (NodeRoots){0};
  for (uint64_t i = 0; i < runtime->record_count; i++) {
    const NodeRecord *record = &runtime->records[i];
    if (!record->id) continue;
    if (!node_is_root(runtime, record->flags)) {
      if (record->flags & NODE_HIDDEN) roots->hidden++;
      else roots->parts++;
      continue;
    }
    if (record->flags & NODE_LIGHT) roots->lights++;
    else roots->shapes++;
    roots->any_light = roots->any_light || (record->flags & (NODE_LIGHT | NODE_EMITS));
    if (ml_add(runtime->builder, record->id, error) != ML_OK) return false;
  }
  return true;
}
