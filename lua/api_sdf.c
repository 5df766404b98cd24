/* api_sdf.c - sdf, smooth_union, smooth_intersection, smooth_difference: fields and what is made of them. */
#include <string.h>

#include "budget.h"
#include "reader.h"
#include "sdf.h"
#include "shapes.h"
#include "trace.h"

static bool made(Reading *r, Node *node, MlNode id, const MlError *error) {
  node->geometry = id;
  if (id) return true;
  if (error->status == ML_ERROR_CANCELLED) budget_check(r->L);
  sdf_fail(r, error);
  return false;
}

/* ---------------------------------------------------------------------- sdf */

static bool build_sdf(Reading *r, Node *node) {
  const SdfDesc *desc = (const SdfDesc *)node->desc;
  MlProgram program;
  MlError error = {0};
  if (!reader_given(r, "f") || !reader_given(r, "bounds")) {
    if (!r->failed) reader_fail(r, "required", "what came of methods has no function: change fields before :round, :twist and the like");
    return false; // reported as missing
  }
  if (!desc->f) return false;
  r->steps[0] = (SourceStep){"f", 1};
  r->step_count = 1;
  lua_getiuservalue(r->L, r->node_index, 1);
  const bool traced = trace_distance(r, lua_gettop(r->L), &program);
  r->step_count = 0;
  lua_settop(r->L, r->node_index);
  if (!traced || desc->bounds.to.x <= desc->bounds.from.x) return false;
  node->emits = node->shared.material.emits;
  const MlSdfDesc sdf = ML_DESC(MlSdfDesc, .distance = program, .from = desc->bounds.from, .to = desc->bounds.to, .place = r->place);
  return made(r, node, ml_sdf(r->runtime->builder, &sdf, &error), &error);
}

// clang-format off
static const ApiField sdf_fields[] = {
  {.name = "f", .type = API_CALLBACK, .flags = API_REQUIRED, .position = 1, .synonyms = "func,fn,distance,function,map,field", .offset = offsetof(SdfDesc, f),
   .doc = "A function(p) of the distance to the surface, negative inside, called once: by arithmetic and noise it says what the distance is. Any function that is 0 on the surface will do, distances make even blends. Where it jumps from one side of 0 to the other (floor, choose, where, hash) there is a wall, shaded by the slopes beside it: flat walls are better cut by intersections."},
  {.name = "bounds", .type = API_BOX, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .synonyms = "bound,size,radius,extent,box,limits", .offset = offsetof(SdfDesc, bounds),
   .doc = "What it lies in: a number is the box that reaches so far from the origin every way. What would reach further is cut off."},
};
const ApiEntry api_sdf = {"sdf", API_SHAPE, sdf_fields, API_COUNT(sdf_fields), &api_shared_shape, sizeof(SdfDesc), 1,
  "A solid from a function of its distance. Rays meet it exactly, whatever the function, so that it may be of glass. Where it emits, only what scatters finds its light. "
  "Its uv: those of `sphere` about the middle of its bounds.",
  "sdf(function(p) return length(p) - 1.02 + 0.05 * sin(16 * atan(p.z, p.x)) end, { bounds = 1.2, floor = true, material = \"gold\" })\nplane{}",
  "smooth_union,sphere,surface", build_sdf};
// clang-format on

/* ------------------------------------------------------------------- blends */

static bool build_blend(Reading *r, Node *node, MlCombine op) {
  const SmoothDesc *desc = (const SmoothDesc *)node->desc;
  MlError error = {0};
  if (desc->nodes.count == 0) {
    if (!r->failed) reader_fail(r, "required", "nodes is missing: it needs solids, %s{ a, b, k = 0.1 }", r->entry->name);
    return false;
  }
  node->emits = desc->nodes.emits || node->shared.material.emits;
  const MlSdfCombineDesc combine =
    ML_DESC(MlSdfCombineDesc, .op = op, .nodes = desc->nodes.data, .count = desc->nodes.count, .blend = desc->k, .place = r->place);
  return made(r, node, ml_sdf_combine(r->runtime->builder, &combine, &error), &error);
}
static bool build_smooth_union(Reading *r, Node *node) { return build_blend(r, node, ML_UNION); }
static bool build_smooth_intersection(Reading *r, Node *node) { return build_blend(r, node, ML_INTERSECTION); }
static bool build_smooth_difference(Reading *r, Node *node) { return build_blend(r, node, ML_DIFFERENCE); }

// clang-format off
static const ApiField smooth_fields[] = {
  {.name = "nodes", .type = API_NODES, .offset = offsetof(SmoothDesc, nodes),
   .doc = "Solids: spheres, boxes, cylinders, cones, capsules, rings, planes, sdf and what is made of them; most often written without the name."},
  {.name = "k", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0.1", .synonyms = "blend,radius,smooth,smoothness,amount", .offset = offsetof(SmoothDesc, k),
   .doc = "How far they flow into each other; 0 is a sharp edge."},
};
const ApiEntry api_smooth_union = {"smooth_union", API_SHAPE, smooth_fields, API_COUNT(smooth_fields), &api_shared_shape, sizeof(SmoothDesc), 1,
  "All of several solids, melted together where they meet. Each keeps its material: a point has that of the nearer one.",
  "smooth_union{ sphere{ radius = 0.7, at = {-0.5, 0.7, 0}, material = \"tomato\" }, sphere{ radius = 0.5, at = {0.5, 0.6, 0}, material = \"gold\" }, k = 0.4 }\nplane{}",
  "smooth_intersection,smooth_difference,sdf", build_smooth_union};
const ApiEntry api_smooth_intersection = {"smooth_intersection", API_SHAPE, smooth_fields, API_COUNT(smooth_fields), &api_shared_shape, sizeof(SmoothDesc), 1,
  "What several solids have in common, with rounded edges.",
  "smooth_intersection{ sphere{ radius = 1, at = {0, 1, 0} }, box{ size = {1.4, 2, 1.4}, at = {0, 1, 0} }, k = 0.15, material = \"gold\" }\nplane{}",
  "smooth_union,smooth_difference,sdf", build_smooth_intersection};
const ApiEntry api_smooth_difference = {"smooth_difference", API_SHAPE, smooth_fields, API_COUNT(smooth_fields), &api_shared_shape, sizeof(SmoothDesc), 1,
  "The first solid without the others, with rounded edges. The cut has the material of what cut it, where that has one.",
  "smooth_difference{ box{ size = 1.4, floor = true }, sphere{ radius = 0.8, at = {0.5, 1.3, 0.5}, material = \"gold\" }, k = 0.15 }\nplane{}",
  "smooth_union,smooth_intersection,sdf", build_smooth_difference};
// clang-format on
