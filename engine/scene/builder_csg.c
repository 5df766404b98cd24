/* builder_csg.c - combinations of solids as nodes: checked as far as can be told without looking at meshes, and measured. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "scene/builder.h"

/* The first shape below a node that has no inside. */
static const Node *find_open(const MlBuilder *b, const Node *node) {
  while (node->kind == NODE_PLACE || node->kind == NODE_GROUP) {
    uint64_t i = 0;
    if (node->kind == NODE_GROUP)
      while ((builder_node(b, node->group->children[i])->traits & NODE_OPEN) == 0) i++;
    node = builder_node(b, node->kind == NODE_PLACE ? node->placement->child : node->group->children[i]);
  }
  return node;
}

/* Of what can be cut exactly. */
static const char *problem_of(const MlBuilder *b, const Node *node) {
  const uint32_t traits = node->traits;
  if ((traits & NODE_OPEN) != 0) {
    const NodeKind kind = (NodeKind)find_open(b, node)->kind;
    if (kind == NODE_CONE) return "a tube without its caps has no inside: leave them on";
    if (kind == NODE_DISK) return "a disk has no inside: take a cylinder{} as flat as you like";
    if (kind == NODE_HAIR) return "hair has no inside: leave it out of the parts";
    return kind == NODE_QUAD ? "a quad or rect has no inside: take a box{} as thin as you like"
                             : "a triangle has no inside: take an extrude{} of its corners";
  }
  if ((traits & NODE_HAS_LIGHT) != 0) return "a light is no solid: leave it out of the parts";
  if ((traits & NODE_HAS_ARRAY) != 0) return "there are more than 4096 copies in it: combine one part, and copy what comes of it";
  if ((traits & NODE_MOVES) != 0) return "its parts cannot move by themselves: let the whole move";
  return NULL;
}

static bool any_sdf(const MlBuilder *b, const MlNode *nodes, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    if (nodes[i] != 0 && nodes[i] <= b->nodes.count && (builder_node(b, nodes[i])->traits & NODE_HAS_SDF) != 0) return true;
  return false;
}

const char *ml_combine_problem(const MlBuilder *b, const MlNode *nodes, uint64_t count, uint64_t *which) {
  const bool sdf = any_sdf(b, nodes, count);
  uint64_t steps = 0;
  for (*which = 0; *which < count; ++*which) {
    const MlNode node = nodes[*which];
    if (node == 0 || node > b->nodes.count) return "this is no node of the scene";
    const char *problem = sdf ? builder_sdf_problem(b, node, &steps) : problem_of(b, builder_node(b, node));
    if (problem != NULL) return problem;
  }
  return NULL;
}

/* ---- bounds */

static double least(double a, double b) { return a < b ? a : b; }
static double most(double a, double b) { return a > b ? a : b; }

static MlBounds bounds_intersection(const MlBounds *a, const MlBounds *b) {
  if (a->infinite) return *b;
  if (b->infinite) return *a;
  if (a->empty || b->empty) return (MlBounds){.empty = true};
  MlBounds out = {.min = {most(a->min.x, b->min.x), most(a->min.y, b->min.y), most(a->min.z, b->min.z)},
                  .max = {least(a->max.x, b->max.x), least(a->max.y, b->max.y), least(a->max.z, b->max.z)}};
  if (!(out.min.x <= out.max.x && out.min.y <= out.max.y && out.min.z <= out.max.z)) return (MlBounds){.empty = true};
  return out;
}

MlBounds builder_csg_bounds(const MlBuilder *b, const GroupNode *group, const MlTransform *t, uint64_t budget, Work *work) {
  MlBounds bounds = {.empty = true};
  bool any = false;
  for (uint64_t i = 0; i < group->count && work_goes_on(work, 64); i++) {
    if (builder_is_hidden(b, group->children[i])) {
      if (group->combine == ML_DIFFERENCE && i == 0) break; /* of nothing nothing is left */
      continue;
    }
    if (group->combine == ML_DIFFERENCE && i > 0) break;
    const MlBounds child = builder_bounds(b, group->children[i], t, budget, work);
    if (!any) bounds = child;
    else if (group->combine == ML_UNION) bounds = bounds_union(&bounds, &child);
    else bounds = bounds_intersection(&bounds, &child);
    any = true;
  }
  return bounds;
}

void builder_measure_csg(const MlBuilder *b, Node *node, Work *work) {
  enum { BUDGET = 1 << 16, LEAST = 64 };
  GroupNode *group = node->group;
  const MlTransform identity = ml_transform_identity();
  const uint64_t share = group->count != 0 ? BUDGET / group->count : 0;
  node->effort = 1;
  for (uint64_t i = 0; i < group->count && work_goes_on(work, 64); i++)
    node->effort = builder_add_saturating(node->effort, builder_node(b, group->children[i])->effort);
  group->bounds = builder_csg_bounds(b, group, &identity, share > LEAST ? share : LEAST, work);
  node->leaves = group->bounds.empty && !group->bounds.infinite ? 0 : 1;
}

/* ---- making one */

MlNode ml_combine(MlBuilder *b, const MlCombineDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "combine", .error = error};
  MlCombineDesc d;
  if (!DESC_READ(&source, MlCombineDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  if ((uint32_t)d.combine > ML_DIFFERENCE) {
    desc_fail(&source, ".combine: expected ML_UNION, ML_INTERSECTION or ML_DIFFERENCE, got %u", (unsigned)d.combine);
    return 0;
  }
  if (d.child_count > CSG_MAX_ITEMS || (d.children == NULL && d.child_count != 0)) {
    desc_fail(&source, ".children: expected at most %u nodes, got %llu%s", CSG_MAX_ITEMS, (unsigned long long)d.child_count,
              d.children == NULL ? " at NULL" : "");
    return 0;
  }
  if (any_sdf(b, d.children, d.child_count))
    return ml_sdf_combine(b,
                          &(MlSdfCombineDesc){.size = sizeof(MlSdfCombineDesc),
                                              .op = d.combine,
                                              .nodes = d.children,
                                              .count = d.child_count,
                                              .material = d.material,
                                              .place = d.place},
                          error);
  Node node = {.kind = NODE_CSG, .traits = NODE_HAS_MESH, .material = d.material, .place = d.place};
  for (uint64_t i = 0; i < d.child_count; i++) {
    char field[32];
    snprintf(field, sizeof field, "children[%u]", (unsigned)i);
    if (!desc_node(&source, b, field, d.children[i])) return 0;
    const char *problem = problem_of(b, builder_node(b, d.children[i]));
    if (problem != NULL) {
      desc_fail(&source, ".%s: %s", field, problem);
      return 0;
    }
    const Node *child = builder_node(b, d.children[i]);
    node.traits |= builder_enclosing_traits(b, child, d.material);
    if (child->depth > node.depth) node.depth = child->depth;
  }
  if (++node.depth > NODE_MAX_DEPTH) {
    error_set_at(error, ML_ERROR_LIMIT, d.place,
                 "combine: solids are nested more than %u deep: combine many parts at once, as in difference{ a, b, c }",
                 (unsigned)NODE_MAX_DEPTH);
    return 0;
  }
  GroupNode *group = arena_alloc(&b->arena, sizeof *group, _Alignof(GroupNode));
  const size_t bytes = (size_t)d.child_count * sizeof(MlNode);
  MlNode *children = arena_alloc(&b->arena, bytes, _Alignof(MlNode));
  if (group == NULL || children == NULL) {
    memory_error(b->context.memory, bytes, "combined solids", error);
    return 0;
  }
  if (bytes != 0) memcpy(children, d.children, bytes);
  *group = (GroupNode){.children = children, .count = d.child_count, .combine = d.combine};
  node.group = group;
  builder_measure_csg(b, &node, NULL);
  if (!group->bounds.infinite) node.traits &= (uint16_t)~NODE_HAS_PLANE; /* cut off */
  return builder_add_node(b, &node, error);
}
