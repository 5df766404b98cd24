/* node.c - nodes as Lua values: making them, giving them their place, the methods. */
#include "node.h"

#include <string.h>

#include "combine.h"
#include "lauxlib.h"
#include "materials.h"
#include "methods.h"
#include "module.h"
#include "motion.h"
#include "placing.h"
#include "reader.h"
#include "scene_functions.h"
#include "shapes.h"
#include "suggest.h"
#include "textures.h"
#include "trace.h"

Node *node_test(lua_State *L, int index) {
  Node *node = lua_touserdata(L, index);
  if (!node || !lua_getmetatable(L, index)) return NULL;
  const bool ours = lua_topointer(L, -1) == runtime_of(L)->node_metatable;
  lua_pop(L, 1);
  return ours ? node : NULL;
}

static const char metatable_key;

Node *node_push(lua_State *L, const ApiEntry *entry) {
  Node *node = lua_newuserdatauv(L, sizeof *node + entry->desc_size, (int)entry->keeps);
  memset(node, 0, sizeof *node + entry->desc_size);
  node->entry = entry;
  node->moved = ml_transform_identity();
  node->shared.scale = node->shared.next_scale = (MlVec3){1, 1, 1};
  lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
  lua_setmetatable(L, -2);
  return node;
}

/* ------------------------------------------------------------------- records */

static void add_record(lua_State *L, Node *node) {
  Runtime *runtime = runtime_of(L);
  if (runtime->record_count == runtime->record_capacity) {
    const uint64_t capacity = runtime->record_capacity ? 2 * runtime->record_capacity : 256;
    NodeRecord *records = ml_engine_realloc(runtime->engine, runtime->records, (size_t)runtime->record_capacity * sizeof *records,
                                            (size_t)capacity * sizeof *records);
    if (!records) runtime_check_memory(L, &(MlError){.status = ML_ERROR_MEMORY});
    runtime->records = records;
    runtime->record_capacity = capacity;
  }
  node->serial = ++runtime->record_count;
  const bool light = node->entry->kind == API_LIGHT;
  static const ApiEntry *const closed[] = {&api_sphere, &api_box, &api_capsule, &api_torus};
  bool solid = false;
  for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) solid = solid || node->entry == closed[i];
  solid = solid && !node->shared.material.refracts && !node->emits && !(node->shared.hidden & ML_HIDE_CAMERA);
  runtime->records[node->serial - 1] =
    (NodeRecord){node->id, (light ? NODE_LIGHT : 0u) | (solid ? NODE_SOLID : 0u) | (node->emits ? NODE_EMITS : 0u) |
                             (runtime->module_depth > 0 && !light ? NODE_PATTERN : 0u)};
}

void node_use(Runtime *runtime, const Node *node) {
  if (node->serial) runtime->records[node->serial - 1].flags |= NODE_USED;
}

MlBounds node_bounds(const Runtime *runtime, const Node *node) { return ml_node_bounds(runtime->builder, node->id); }

/* ------------------------------------------------------------------- placing */

static bool is_removed(const Node *node) {
  const MlVec3 scale = node->shared.scale, next = node->shared.next_scale;
  const double *m = node->moved.m;
  const bool flat = (scale.x == 0 && next.x == 0) || (scale.y == 0 && next.y == 0) || (scale.z == 0 && next.z == 0);
  return flat || (m[0] == 0 && m[1] == 0 && m[2] == 0) || (m[4] == 0 && m[5] == 0 && m[6] == 0) || (m[8] == 0 && m[9] == 0 && m[10] == 0);
}

static void note_removed(Reading *r) {
  Report report = runtime_report_here(r->L, SCRIPT_NOTE, "removed", r->callee);
  report.no_path = true;
  report.message = store_format(&r->runtime->store, "a scale of 0 removes this %s", r->entry->name);
  diagnostics_report(&r->runtime->diagnostics, &report);
}

/* Light that enters a surface without an inside never meets the other side. */
static void check_encloses(Reading *r, const Node *node) {
  static const ApiEntry *const open[] = {&api_disk, &api_quad, &api_rect, &api_triangle, &api_plane};
  bool encloses = true;
  for (size_t i = 0; i < sizeof open / sizeof *open; i++) encloses = encloses && node->entry != open[i];
  if (node->entry == &api_cylinder) encloses = ((const CylinderDesc *)node->desc)->caps;
  if (node->entry == &api_cone) encloses = ((const ConeDesc *)node->desc)->caps;
  encloses = encloses && generated_encloses(node);
  if (!encloses && node->shared.material.refracts)
    reader_warn(
      r, "open glass",
      "glass fills what a surface encloses, and this %s encloses nothing: thin = true makes a pane; or take a box or a closed mesh",
      node->entry->name);
}

/* The geometry is shared by several nodes when it came with a copy: each then gets a placement of its own. */
void node_finish(Reading *r, Node *node, bool copied) {
  const bool shape = node_is_shape(node);
  const MlMaterial material = node->entry->keeps ? node->shared.material.id : 0; // meshes and groups take it from their placement
  MlError error = {0};
  node->id = node->geometry;
  if (shape && !copied) check_encloses(r, node);
  if (node->geometry && shape && is_removed(node)) {
    note_removed(r);
    node->id = ml_group(r->runtime->builder, &ML_DESC(MlGroupDesc, .place = r->place), &error);
    node->emits = false;
  } else if (node->geometry) {
    const bool moves = node->steps || (shape && placing_fields_move(&node->shared));
    if (moves && !shape) reader_fail(r, "motion", "a light cannot move; a shape whose material emits can");
    if (moves && node->entry == &api_plane) reader_fail(r, "motion", "a plane is infinite and cannot move");
    MlTransform t = node->moved;
    if (moves && shape && !r->failed) {
      const PlacingStep *steps = steps_join(
        r, placing_fields_move(&node->shared) ? steps_of_fields(r, node) : steps_still(r, NULL, placing_of_fields(r, node)), node->steps);
      steps = steps_still(r, steps, node->moved);
      const MlPlaceDesc desc = ML_DESC(MlPlaceDesc, .place = r->place, .material = material, .hidden = node->shared.hidden);
      if (!r->failed) node->id = steps_place(r, node->geometry, steps, &desc, &error);
      if (!node->id) reader_fail_builder(r, &error);
      add_record(r->L, node);
      return;
    }
    if (shape) t = placing_is_identity(&t) ? placing_of_fields(r, node) : placing_after(t, placing_of_fields(r, node));
    const uint32_t hidden = shape ? node->shared.hidden : 0;
    if (copied || material || hidden || !placing_is_identity(&t))
      node->id = ml_place(
        r->runtime->builder,
        &ML_DESC(MlPlaceDesc, .place = r->place, .child = node->geometry, .transform = t, .material = material, .hidden = hidden), &error);
  }
  if (node->geometry && !node->id) reader_fail_builder(r, &error);
  add_record(r->L, node);
}

/* A constructor: entry as first upvalue, its defaults as second. */
static int construct(lua_State *L) {
  const ApiEntry *entry = lua_touserdata(L, lua_upvalueindex(1));
  if (trace_construct(L, entry)) return 1;
  sandbox_count_nodes(L, 1);
  Node *node = node_push(L, entry);
  Reading r = {.runtime = runtime_of(L),
               .L = L,
               .entry = entry,
               .callee = entry->name,
               .node = node,
               .node_index = lua_gettop(L),
               .place = runtime_place(L),
               .first_argument = 1};
  reader_read_call(&r);
  entry->build(&r, node);
  if (entry->kind == API_LIST) return 1; // what it made lies on top
  if (entry->kind <= API_LIGHT) node_finish(&r, node, false);
  if (entry->kind == API_TEXTURE_KIND) texture_made(L, node, entry->name);
  lua_settop(L, r.node_index);
  return entry->kind == API_SETTING ? 0 : 1;
}

const ApiEntry *node_constructor(lua_State *L, int index) {
  if (lua_tocfunction(L, index) != construct) return NULL;
  lua_getupvalue(L, index, 1);
  const ApiEntry *entry = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return entry;
}

static bool is_material(lua_State *L, int index) {
  const Node *node = node_test(L, index);
  return node && node->entry->kind == API_MATERIAL_KIND;
}

/* mix(a, b, t) where one of them is a node: a material where a or b is one, else a texture. */
static int mix(lua_State *L) {
  lua_settop(L, 3);
  sandbox_count_nodes(L, 1);
  const bool textures = !is_material(L, 1) && !is_material(L, 2) && (texture_test(L, 1) || texture_test(L, 2) || texture_test(L, 3));
  const ApiEntry *entry = textures ? &api_blend : &api_mix;
  Node *node = node_push(L, entry);
  Reading r = {.runtime = runtime_of(L),
               .L = L,
               .entry = entry,
               .callee = "mix",
               .node = node,
               .node_index = lua_gettop(L),
               .place = runtime_place(L),
               .first_argument = 1};
  for (uint32_t i = 0; i < entry->field_count; i++) {
    r.steps[0] = (SourceStep){entry->fields[i].name, i + 1};
    r.step_count = 1;
    if (lua_isnil(L, (int)i + 1))
      reader_fail(&r, "required", "mix(a, b, amount) needs %s",
                  i < 2 ? "two materials, or two colours or textures" : "an amount: 0 gives a, 1 gives b");
    else reader_read_value(&r, &entry->fields[i], (int)i + 1, node->desc + entry->fields[i].offset);
    node->given |= api_bit(entry, i);
  }
  r.step_count = 0;
  entry->build(&r, node);
  lua_settop(L, r.node_index);
  if (textures) texture_made(L, node, "mix");
  return 1;
}

/* ------------------------------------------------------------------- methods */

/* The node that a method is called on, as a Reading with a copy of it at the top of the stack. */
Reading method_begin(lua_State *L, const char *name) {
  const Node *self = node_test(L, 1);
  if (!self) luaL_error(L, "write part:%s(...) with a colon, not part.%s(...)", name, name);
  trace_construct(L, self->entry);
  if (self->entry->kind == API_MATERIAL_KIND && strcmp(name, "with") != 0)
    luaL_error(L, "a material has no place: call :%s on the shape", name);
  if (self->entry->kind == API_TEXTURE_KIND && strcmp(name, "with") != 0)
    luaL_error(L, "a texture has no place: it goes with the shape; call :%s on that", name);
  sandbox_count_nodes(L, 1);
  const int arguments = lua_gettop(L);
  Node *node = node_push(L, self->entry);
  memcpy(node, self, sizeof *node + self->entry->desc_size);
  for (int i = 1; i <= (int)self->entry->keeps; i++) {
    lua_getiuservalue(L, 1, i);
    lua_setiuservalue(L, arguments + 1, i);
  }
  Runtime *runtime = runtime_of(L);
  node_use(runtime, self);
  if (self->entry->kind == API_TEXTURE_KIND) texture_used(self);
  return (Reading){.runtime = runtime,
                   .L = L,
                   .entry = self->entry,
                   .callee = name,
                   .node = node,
                   .node_index = arguments + 1,
                   .place = runtime_place(L),
                   .first_argument = 2};
}

int method_end_node(Reading *r) {
  r->step_count = 0;
  if (r->entry->kind <= API_LIGHT) node_finish(r, r->node, true);
  lua_settop(r->L, r->node_index);
  return 1;
}

int method_end(Reading *r, MlTransform by) {
  r->node->moved = placing_after(by, r->node->moved);
  return method_end_node(r);
}

/* The node's steps with all that it has been moved by, for one in motion to be added. */
static const PlacingStep *steps_so_far(Reading *r) {
  const PlacingStep *steps = steps_still(r, r->node->steps, r->node->moved);
  r->node->moved = ml_transform_identity();
  return steps;
}

int method_given(const Reading *r) { return r->node_index - 2; }

void method_set_argument(Reading *r, int argument) {
  r->steps[0] = (SourceStep){NULL, (uint32_t)argument};
  r->step_count = 1;
}

/* Argument `argument` (from 1), which is there, read as the field says. */
bool method_read(Reading *r, int argument, const ApiField *field, void *out) {
  method_set_argument(r, argument);
  return reader_read_value(r, field, argument + 1, out);
}

void method_check_count(Reading *r, int least, int most, const char *usage) {
  const int given = method_given(r);
  r->step_count = 0;
  if (given < least || given > most) reader_fail(r, "arguments", "expected %s, got %d value%s", usage, given, given == 1 ? "" : "s");
}

/* Arguments that may be motions: a value, and what it becomes. */
typedef struct TwoVectors {
  MlVec3 first, next;
} TwoVectors;
typedef struct TwoNumbers {
  double first, next;
} TwoNumbers;

#define MOVES(Type) .next = offsetof(Type, next)
static const ApiField vector_argument = {.type = API_VEC3, RANGE_LENGTH, MOVES(TwoVectors)},
                      number_argument = {.type = API_NUMBER, RANGE_LENGTH}, turn_argument = {.type = API_TURN, MOVES(TwoVectors)},
                      angle_argument = {.type = API_NUMBER, MOVES(TwoNumbers)}, direction_argument = {.type = API_DIRECTION},
                      scale_argument = {.type = API_SIZE3, .range = {-1e9, 1e9, -1e6, 1e6, false}, MOVES(TwoVectors)};

static int method_at(lua_State *L) {
  Reading r = method_begin(L, "at");
  double v[3] = {0, 0, 0};
  TwoVectors at = {{0, 0, 0}, {0, 0, 0}};
  const int given = method_given(&r);
  if (given == 1) {
    method_read(&r, 1, &vector_argument, &at);
  } else if (given == 3) {
    for (int i = 0; i < 3; i++) method_read(&r, i + 1, &number_argument, &v[i]);
    at.first = at.next = (MlVec3){v[0], v[1], v[2]};
  } else {
    method_check_count(&r, 3, 3, "x, y, z or one vector");
  }
  if (placing_same(at.first, at.next)) return method_end(&r, placing_shift(at.first));
  r.node->steps = steps_shift(&r, steps_so_far(&r), at.first, at.next);
  return method_end_node(&r);
}

/* Ends a turn about an axis. */
static int end_turn(Reading *r, TwoNumbers angle, MlVec3 axis) {
  if (angle.first == angle.next) return method_end(r, ml_transform_turn(angle.first, axis));
  r->node->steps = steps_turn(r, steps_so_far(r), angle.first, angle.next, axis);
  return method_end_node(r);
}

static int method_turn(lua_State *L) {
  Reading r = method_begin(L, "turn");
  method_check_count(&r, 1, 2, "degrees, { y = 30 }, or degrees and an axis");
  if (method_given(&r) >= 2) {
    TwoNumbers angle = {0, 0};
    MlVec3 axis = {0, 1, 0};
    method_read(&r, 1, &angle_argument, &angle);
    method_read(&r, 2, &direction_argument, &axis);
    return end_turn(&r, angle, axis);
  }
  TwoVectors degrees = {{0, 0, 0}, {0, 0, 0}};
  if (method_given(&r) == 1) method_read(&r, 1, &turn_argument, &degrees);
  if (placing_same(degrees.first, degrees.next)) return method_end(&r, placing_turn(degrees.first));
  r.node->steps = steps_turns(&r, steps_so_far(&r), degrees.first, degrees.next);
  return method_end_node(&r);
}

static int turn_about(lua_State *L, const char *name, MlVec3 axis) {
  Reading r = method_begin(L, name);
  TwoNumbers angle = {0, 0};
  method_check_count(&r, 1, 1, "degrees");
  if (method_given(&r) == 1) method_read(&r, 1, &angle_argument, &angle);
  return end_turn(&r, angle, axis);
}

static int method_turn_x(lua_State *L) { return turn_about(L, "turn_x", (MlVec3){1, 0, 0}); }
static int method_turn_y(lua_State *L) { return turn_about(L, "turn_y", (MlVec3){0, 1, 0}); }
static int method_turn_z(lua_State *L) { return turn_about(L, "turn_z", (MlVec3){0, 0, 1}); }

static int method_scale(lua_State *L) {
  Reading r = method_begin(L, "scale");
  TwoVectors by = {{1, 1, 1}, {1, 1, 1}};
  method_check_count(&r, 1, 1, "a number or one vector {x, y, z}");
  if (method_given(&r) == 1) method_read(&r, 1, &scale_argument, &by);
  if (placing_same(by.first, by.next)) return method_end(&r, placing_scale(by.first));
  r.node->steps = steps_scale(&r, steps_so_far(&r), by.first, by.next);
  return method_end_node(&r);
}

static int method_mirror(lua_State *L) {
  static const char *const axes[] = {"x", "y", "z", NULL};
  static const ApiField axis_argument = {.type = API_WORD, .words = axes};
  Reading r = method_begin(L, "mirror");
  int32_t axis = 0;
  double s[3] = {1, 1, 1};
  method_check_count(&r, 1, 1, "\"x\", \"y\" or \"z\"");
  if (method_given(&r) == 1 && method_read(&r, 1, &axis_argument, &axis)) s[axis] = -1;
  return method_end(&r, placing_scale((MlVec3){s[0], s[1], s[2]}));
}

static int method_transform(lua_State *L) {
  Reading r = method_begin(L, "transform");
  const Node *t = node_test(L, 2);
  method_check_count(&r, 1, 1, "a transform()");
  const bool fine = method_given(&r) == 1 && t && t->entry->kind == API_TRANSFORM;
  if (method_given(&r) == 1 && !fine) {
    method_set_argument(&r, 1);
    reader_fail(&r, "type", "expected a transform(), got %s", reader_describe(&r, 2));
  }
  if (!fine || !t->steps) return method_end(&r, fine ? t->moved : ml_transform_identity());
  r.node->steps = steps_join(&r, steps_so_far(&r), t->steps);
  return method_end(&r, t->moved);
}

/* The same with other fields. Meshes and groups keep their geometry, unless the call changes that itself. */
static int method_with(lua_State *L) {
  Reading r = method_begin(L, "with");
  uint64_t changed = 0;
  method_check_count(&r, 1, 1, "a table of fields");
  if (method_given(&r) == 1 && lua_istable(L, 2)) {
    changed = reader_read_fields(&r, 2);
  } else if (method_given(&r) == 1) {
    reader_fail(&r, "type", "expected a table of fields, got %s", reader_describe(&r, 2));
  }
  const bool rebuilt = !r.entry->keeps || (changed & UINT32_MAX);
  r.node->emits = (api_is_group(r.entry) && ((const GroupDesc *)r.node->desc)->nodes.emits) ||
                  (r.entry == &api_scatter && ((const ScatterDesc *)r.node->desc)->parts.emits);
  if (rebuilt) r.entry->build(&r, r.node);
  else r.node->emits = r.node->emits || r.node->shared.material.emits;
  r.step_count = 0;
  if (r.entry->kind <= API_LIGHT) node_finish(&r, r.node, !rebuilt);
  lua_settop(L, r.node_index);
  return 1;
}

/* -------------------------------------------------------------- metamethods */

/* Is it a method that the running line calls by this name? Else the name is that of a field. */
static bool is_called(lua_State *L, const char *name) {
  ScriptPlace place;
  if (!budget_places(L, &place, 1)) return false;
  const Source *source = diagnostics_source(&runtime_of(L)->diagnostics, place.file);
  return source && source_calls_method(source, (uint32_t)place.line, name);
}

/* Names of methods in other programs, and what is written here; "": the function of that name. */
static const char *const method_synonyms[][2] = {
  {"translate,translated,move,moved,position,pos,place,offset,shift,moveto,move_to,set_position", "write :at(x, y, z)"},
  {"rotate,rotated,rot,spin,orient,rotation,angle", "write :turn(degrees) or :turn(degrees, axis)"},
  {"rotate_x,rotx,rotateX", "write :turn_x(degrees)"},
  {"rotate_y,roty,rotateY", "write :turn_y(degrees)"},
  {"rotate_z,rotz,rotateZ", "write :turn_z(degrees)"},
  {"resize,zoom,stretch,size,grow,scaled", "write :scale(factor)"},
  {"flip,reflect,mirrored", "write :mirror(\"x\")"},
  {"copy,clone,duplicate,instance", "nodes do not change: use the same one again, with :at(x, y, z) or :with{ ... }"},
  {"set_material,setMaterial,shade,texture,color,colour,set_color,setColor", "write :with{ material = ... }"},
  {"array,repeat,copies", "write :grid{ nx, nz, step }, :ring(n, radius) or :along(curve, n)"},
  {"lookat,point_at,aim,face", "write :look_at(target)"},
  {"drop,fall,snap,put_on,place_on", "write :drop_on(other)"},
  {"hide,show,proto,only,bounds,add", ""},
  {"apply,matrix,set_transform", "write :transform(t)"},
};

static int no_method(lua_State *L, const Node *node, const char *name) {
  const char *kind = node->entry->name, *a = api_article(kind);
  const bool placed = node->entry->kind != API_MATERIAL_KIND && node->entry->kind != API_TEXTURE_KIND;
  for (uint32_t i = 0; i < api_field_count(node->entry); i++)
    if (strcmp(api_field(node->entry, i)->name, name) == 0)
      return luaL_error(L, "%s %s has no method '%s': write :with{ %s = ... }", a, kind, name, name);
  if (!placed) return luaL_error(L, "%s %s has no method '%s': it has :with", a, kind, name);
  for (size_t i = 0; i < sizeof method_synonyms / sizeof *method_synonyms; i++) {
    if (!suggest_in_list(method_synonyms[i][0], name)) continue;
    const char *instead = method_synonyms[i][1];
    if (strstr(instead, "material") && !node_is_shape(node)) continue; // a light has none
    if (!*instead) return luaL_error(L, "%s %s has no method '%s': write %s(part)", a, kind, name, name);
    return luaL_error(L, "%s %s has no method '%s': %s", a, kind, name, instead);
  }
  Suggestion near = suggest_start(name);
  lua_pushnil(L);
  while (lua_next(L, lua_upvalueindex(1))) {
    suggest_try(&near, lua_tostring(L, -2));
    lua_pop(L, 1);
  }
  if (near.best) return luaL_error(L, "%s %s has no method '%s' \xE2\x80\x94 did you mean ':%s'?", a, kind, name, near.best);
  return luaL_error(L, "%s %s has no method '%s': it has :at :turn :scale :mirror :transform :with", a, kind, name);
}

static int index_node(lua_State *L) {
  const Node *node = lua_touserdata(L, 1);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "%s %s has no items", api_article(node->entry->name), node->entry->name);
  const char *name = lua_tostring(L, 2);
  if (is_called(L, name)) return no_method(L, node, name);
  for (uint32_t i = 0; i < api_field_count(node->entry); i++)
    if (strcmp(api_field(node->entry, i)->name, name) == 0)
      return luaL_error(L, "the fields of %s %s cannot be read; keep '%s' in a local", api_article(node->entry->name), node->entry->name,
                        name);
  return no_method(L, node, name);
}

static int newindex_node(lua_State *L) {
  const Node *node = lua_touserdata(L, 1);
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "field";
  return luaL_error(L, "%s %s does not change: make another by part:with{ %s = ... }", api_article(node->entry->name), node->entry->name,
                    name);
}

static int tostring_node(lua_State *L) {
  const Node *node = lua_touserdata(L, 1);
  if (node->serial) lua_pushfstring(L, "%s#%I", node->entry->name, (LUAI_UACINT)node->serial);
  else if (node->label) lua_pushfstring(L, "%s \"%s\"", node->entry->name, node->label->name);
  else lua_pushstring(L, node->entry->name);
  return 1;
}

/* In the words of Lua's own message, which runtime_errors.c makes helpful. */
static int call_node(lua_State *L) {
  const Node *node = lua_touserdata(L, 1);
  lua_Debug ar = {0};
  if (node->entry->kind == API_TEXTURE_KIND) return trace_look_at(L);
  if (lua_getstack(L, 0, &ar) && lua_getinfo(L, "n", &ar) && ar.name)
    return luaL_error(L, "attempt to call a %s value (%s '%s')", node->entry->name, ar.namewhat, ar.name);
  return luaL_error(L, "attempt to call a %s value", node->entry->name);
}

/* Pushes f as a built-in of its own serial. */
static void push_method(lua_State *L, lua_CFunction f) {
  lua_pushboolean(L, 0);
  lua_pushcclosure(L, f, 1);
}

void node_open(lua_State *L) {
  static const luaL_Reg methods[] = {{"at", method_at},         {"turn", method_turn},
                                     {"turn_x", method_turn_x}, {"turn_y", method_turn_y},
                                     {"turn_z", method_turn_z}, {"scale", method_scale},
                                     {"mirror", method_mirror}, {"transform", method_transform},
                                     {"with", method_with},     {NULL, NULL}};
  static const luaL_Reg meta[] = {
    {"__newindex", newindex_node}, {"__tostring", tostring_node}, {"__call", call_node}, {"__mix", mix}, {NULL, NULL}};
  lua_newtable(L);
  runtime_of(L)->node_metatable = lua_topointer(L, -1);
  for (const luaL_Reg *f = meta; f->name; f++) {
    push_method(L, f->func);
    lua_setfield(L, -2, f->name);
  }
  trace_set_operators(L);
  combine_set_operators(L);
  lua_newtable(L);
  const luaL_Reg *const lists[] = {methods, methods_of_copies, methods_of_aim, methods_of_sdf};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const luaL_Reg *f = lists[i]; f->name; f++) {
      push_method(L, f->func);
      lua_setfield(L, -2, f->name);
    }
  lua_pushcclosure(L, index_node, 1);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, "node");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);

  for (const ApiEntry *const *entry = api_entries; *entry; entry++) {
    lua_pushlightuserdata(L, (void *)(uintptr_t)*entry);
    lua_pushnil(L);
    lua_pushcclosure(L, construct, 2);
    sandbox_set(L, (*entry)->name);
  }
  scene_functions_open(L);
  motion_open(L);
  trace_open(L);
}
