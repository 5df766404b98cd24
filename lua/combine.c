/* combine.c - solids made of solids: union, intersection, difference, and the operators |, & and - between shapes. */
#include "combine.h"

#include <string.h>

#include "lauxlib.h"
#include "methods.h"
#include "reader.h"
#include "shapes.h"

typedef struct Operator {
  const ApiEntry *entry;
  const char *symbol, *event;
  MlCombine combine;
} Operator;
static const Operator operators[] = {{&api_union, "|", "__bor", ML_UNION},
                                     {&api_intersection, "&", "__band", ML_INTERSECTION},
                                     {&api_difference, "-", "__sub", ML_DIFFERENCE}};

static const Operator *operator_of(const ApiEntry *entry) {
  size_t i = 0;
  while (operators[i].entry != entry) i++;
  return &operators[i];
}

static bool build_combination(Reading *r, Node *node) {
  const GroupDesc *desc = (const GroupDesc *)node->desc;
  MlError error = {0};
  uint64_t which;
  const char *problem = ml_combine_problem(r->runtime->builder, desc->nodes.data, desc->nodes.count, &which);
  if (problem) {
    reader_fail(r, "solid", "part %d cannot be combined with others: %s", (int)which + 1, problem);
    return false;
  }
  const MlCombineDesc combination = ML_DESC(MlCombineDesc, .combine = operator_of(node->entry)->combine, .children = desc->nodes.data,
                                            .child_count = desc->nodes.count, .place = r->place);
  const bool fine = shape_made(r, node, ml_combine(r->runtime->builder, &combination, &error), &error);
  node->emits = desc->nodes.emits || node->shared.material.emits;
  return fine;
}

/* ---------------------------------------------------------------- operators */

/* Textures have operators, too, and traced values their own. */
static bool others_take(lua_State *L, const char *event) {
  bool shape = false;
  for (int i = 1; i <= 2; i++) {
    const Node *node = node_test(L, i);
    if (!node && luaL_getmetafield(L, i, event) != LUA_TNIL) return true;
    shape = shape || (node && node->entry->kind <= API_LIGHT);
  }
  if (shape || lua_isnil(L, lua_upvalueindex(1))) return false;
  lua_pushvalue(L, lua_upvalueindex(1));
  return true;
}

/* Upvalue 1: what the operator did before; nil: nothing. */
static int operate(lua_State *L, const Operator *o) {
  lua_settop(L, 2);
  if (others_take(L, o->event)) {
    lua_insert(L, 1);
    lua_call(L, 2, 1);
    return 1;
  }
  const Node *const parts[2] = {node_test(L, 1), node_test(L, 2)};
  for (int i = 0; i < 2; i++) {
    if (parts[i] && node_is_shape(parts[i])) continue;
    if (!parts[i])
      return luaL_error(L, "'%s' combines two shapes, here it has a %s on its %s", o->symbol, sandbox_type_name(L, i + 1),
                        i == 0 ? "left" : "right");
    return luaL_error(L, "'%s' combines two shapes, and %s %s is none", o->symbol, api_article(parts[i]->entry->name),
                      parts[i]->entry->name);
  }
  sandbox_count_nodes(L, 1);
  Node *node = node_push(L, o->entry);
  Reading r = {.runtime = runtime_of(L),
               .L = L,
               .entry = o->entry,
               .callee = o->entry->name,
               .node = node,
               .node_index = lua_gettop(L),
               .place = runtime_place(L)};
  ApiNodes *nodes = &((GroupDesc *)node->desc)->nodes;
  *nodes = (ApiNodes){convert_keep(&r, 2 * sizeof(MlNode), 1), 0, false};
  for (int i = 0; i < 2; i++) {
    node_use(r.runtime, parts[i]);
    if (!parts[i]->id) continue; // could not be made, which was reported
    nodes->data[nodes->count++] = parts[i]->id;
    nodes->emits = nodes->emits || parts[i]->emits;
  }
  o->entry->build(&r, node);
  node_finish(&r, node, false);
  lua_settop(L, r.node_index);
  return 1;
}

static int operate_union(lua_State *L) { return operate(L, &operators[0]); }
static int operate_intersection(lua_State *L) { return operate(L, &operators[1]); }
static int operate_difference(lua_State *L) { return operate(L, &operators[2]); }

void combine_set_operators(lua_State *L) {
  static const lua_CFunction functions[] = {operate_union, operate_intersection, operate_difference};
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    lua_getfield(L, -1, operators[i].event);
    lua_pushcclosure(L, functions[i], 1);
    lua_setfield(L, -2, operators[i].event);
  }
}

/* -------------------------------------------------------------------- table */

// clang-format off
#define PARTS(text) \
  {.name = "nodes", .type = API_NODES, .offset = offsetof(GroupDesc, nodes), .doc = text}

static const ApiField union_fields[] = {
  PARTS("Closed shapes, groups and lists of them, most often written without the name; false is skipped."),
};
const ApiEntry api_union = {"union", API_GROUP, union_fields, API_COUNT(union_fields), &api_shared_shape, sizeof(GroupDesc), 1,
  "One solid of all that is in any of its parts, exactly; `a | b` is the same. Unlike a group it has nothing inside: glass parts melt together. Parts are closed: sphere, box, cylinder, cone, capsule, torus, lathe, extrude, closed curves and meshes, groups of them and other solids; a plane counts as all that is behind it, which the whole has to cut off. They are not drawn by themselves.",
  "union{ sphere{ radius = 0.6, at = {-0.4, 0.6, 0} }, sphere{ radius = 0.6, at = {0.4, 0.6, 0} }, material = \"glass\" }\nplane{}",
  "difference,intersection,group", build_combination};

static const ApiField intersection_fields[] = {
  PARTS("Closed shapes, groups (each counts as the union of what is in it) and lists of shapes; false is skipped."),
};
const ApiEntry api_intersection = {"intersection", API_GROUP, intersection_fields, API_COUNT(intersection_fields), &api_shared_shape, sizeof(GroupDesc), 1,
  "The solid that is in all of its parts at once, exactly; `a & b` is the same. Each surface keeps the material of the part it belongs to. See union for what can be a part.",
  "intersection{\n" "  sphere{ radius = 0.65, material = \"tomato\" },\n" "  box{ size = 1, material = \"gold\" },\n" "  floor = true,\n}\nplane{}",
  "union,difference", build_combination};

static const ApiField difference_fields[] = {
  PARTS("The shape that is cut, then those that are taken away; a group counts as the union of what is in it."),
};
const ApiEntry api_difference = {"difference", API_GROUP, difference_fields, API_COUNT(difference_fields), &api_shared_shape, sizeof(GroupDesc), 1,
  "The first part without all the others, exactly; `a - b` is the same. A cut has the material of the part that cut it, or with material = ... the same as the rest, where the part names none; s.p and uv on it are that part's, too. See union for what can be a part. What emits is seen and lights the scene, but is not sampled as a light.",
  "local die = difference{ box{ size = 1, material = \"ivory\" }, sphere{ radius = 0.3, at = {0, 0.5, 0.5}, material = \"tomato\" } }\n" "die:with{ floor = true, turn = 30 }\nplane{}",
  "union,intersection", build_combination};
// clang-format on
