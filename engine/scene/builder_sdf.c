/* builder_sdf.c - solids that are programs as nodes: checked, with their bounds. What becomes of them at commit: scene/fields.c. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "math/ieee.h"
#include "program/evaluate.h"
#include "program/range.h"
#include "scene/builder.h"
#include "scene/fields.h"

enum { MOST_PARTS = 4096 };

bool ml_is_sdf(const MlBuilder *b, MlNode id) {
  if (id == 0 || id > b->nodes.count) return false;
  const Node *node = builder_node(b, id);
  if (node->kind == NODE_PLACE) node = builder_node(b, node->placement->child);
  return node->kind == NODE_SDF;
}

/* ---- parts */

/* Depth is bounded as that of bounds is. */
const char *builder_sdf_problem(const MlBuilder *b, MlNode id, uint64_t *steps) {
  const Node *node = builder_node(b, id);
  *steps = builder_add_saturating(*steps, 16);
  switch ((NodeKind)node->kind) {
  case NODE_SDF: *steps = builder_add_saturating(*steps, node->sdf->steps); return NULL;
  case NODE_SPHERE:
  case NODE_BOX:
  case NODE_PLANE:
  case NODE_CAPSULE:
  case NODE_TORUS: return NULL;
  case NODE_CONE: return node->leaf->s == 0 ? NULL : "a tube without its ends encloses nothing";
  case NODE_PLACE:
    if (node->placement->motion != NULL) return "parts of a solid cannot move by themselves: move the whole";
    return builder_sdf_problem(b, node->placement->child, steps);
  case NODE_GROUP:
  case NODE_CSG:
    if (node->group->count == 0) return "an empty group encloses nothing";
    for (uint64_t i = 0; i < node->group->count; i++) {
      const char *why = builder_sdf_problem(b, node->group->children[i], steps);
      if (why != NULL || *steps > PROGRAM_MAX_NODES) return why;
    }
    return NULL;
  case NODE_MESH: return "a mesh has no distance, so it cannot be a part of a solid that is a function";
  case NODE_HAIR: return "hair encloses nothing";
  case NODE_ARRAY: return "thousands of copies cannot be parts of one solid: repeat it";
  case NODE_DISK:
  case NODE_QUAD:
  case NODE_TRIANGLE: return "a flat shape encloses nothing";
  case NODE_LIGHTS: break;
  }
  return "a light is no solid";
}

static bool check_part(const MlBuilder *b, const DescSource *source, const char *field, MlNode id, SdfNode *out, Node *node) {
  if (!desc_node(source, b, field, id)) return false;
  const char *why = builder_sdf_problem(b, id, &out->steps);
  if (why != NULL) return desc_fail(source, ".%s: %s", field, why);
  if (out->steps > PROGRAM_MAX_NODES) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: a solid of more than %u operations", source->what, PROGRAM_MAX_NODES);
    return false;
  }
  const Node *part = builder_node(b, id);
  node->traits |= builder_enclosing_traits(b, part, node->material) & (NODE_EMITS | NODE_UNNAMED);
  if (part->depth > node->depth) node->depth = part->depth;
  return true;
}

static MlBounds part_bounds(const MlBuilder *b, MlNode id) {
  MlTransform t = ml_transform_identity();
  return builder_bounds(b, id, &t, BOUNDS_BUDGET, NULL);
}

static void grow(MlBounds *bounds, double by) {
  if (bounds->empty || bounds->infinite) return;
  bounds->min = dvec_subtract(bounds->min, (MlVec3){by, by, by});
  bounds->max = dvec_add(bounds->max, (MlVec3){by, by, by});
  bounds->empty = !(bounds->min.x <= bounds->max.x && bounds->min.y <= bounds->max.y && bounds->min.z <= bounds->max.z);
}

static double larger(double a, double b) { return a > b ? a : b; }
static double smaller(double a, double b) { return a < b ? a : b; }

/* What is in both; what is infinite takes nothing away. */
static MlBounds bounds_common(const MlBounds *a, const MlBounds *b) {
  if (a->infinite) return *b;
  if (b->infinite || a->empty) return *a;
  if (b->empty) return *b;
  MlBounds r = {.min = {larger(a->min.x, b->min.x), larger(a->min.y, b->min.y), larger(a->min.z, b->min.z)},
                .max = {smaller(a->max.x, b->max.x), smaller(a->max.y, b->max.y), smaller(a->max.z, b->max.z)}};
  r.empty = !(r.min.x < r.max.x && r.min.y < r.max.y && r.min.z < r.max.z);
  return r;
}

static MlNode add_sdf(MlBuilder *b, const DescSource *source, Node *node, const SdfNode *sdf, const MlNode *parts) {
  SdfNode *kept = arena_alloc(&b->arena, sizeof *kept, _Alignof(SdfNode));
  size_t bytes = (size_t)sdf->part_count * sizeof *parts;
  MlNode *kept_parts = arena_alloc(&b->arena, bytes, _Alignof(MlNode));
  if (kept == NULL || kept_parts == NULL) {
    memory_error(b->context.memory, sizeof *kept + bytes, source->what, source->error);
    return 0;
  }
  if (++node->depth > NODE_MAX_DEPTH) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: solids are nested more than %u deep", source->what,
                 (unsigned)NODE_MAX_DEPTH);
    return 0;
  }
  if (bytes != 0) memcpy(kept_parts, parts, bytes);
  *kept = *sdf;
  kept->parts = kept_parts;
  node->kind = NODE_SDF;
  node->place = source->place;
  node->traits |= NODE_HAS_MESH | NODE_HAS_SDF; // instances of a geometry, like one
  node->leaves = node->effort = 1;
  node->sdf = kept;
  return builder_add_node(b, node, source->error);
}

/* ---- functions */

static const Program *read_program(const MlBuilder *b, const DescSource *source, const char *field, MlProgram id) {
  if (id == 0 || id > b->programs.count) {
    desc_fail(source, ".%s: expected a program of this builder, got %u", field, id);
    return NULL;
  }
  const Program *program = b->programs.data[id - 1];
  if (program->width == 1 && program->textures == 0 && (program->inputs & ~(1u << ML_INPUT_P | 1u << INPUT_P_WIDTH)) == 0) return program;
  desc_fail(source, ".%s: expected one number of ML_INPUT_P alone, without textures", field);
  return NULL;
}

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}

/* A function that gives no number somewhere is found by looking. */
static bool check_values(const DescSource *source, const char *field, const Program *program, const MlBounds *box) {
  enum { STEPS = 9 };
  const double lo[3] = {box->min.x, box->min.y, box->min.z}, hi[3] = {box->max.x, box->max.y, box->max.z};
  ProgramPoint point;
  memset(&point, 0, sizeof point);
  for (uint32_t i = 0; i < STEPS * STEPS * STEPS; i++) {
    const uint32_t at[3] = {i % STEPS, i / STEPS % STEPS, i / (STEPS * STEPS)};
    float p[3];
    for (int k = 0; k < 3; k++) p[k] = (float)(lo[k] + (hi[k] - lo[k]) * ((double)at[k] / (STEPS - 1)));
    point.inputs[ML_INPUT_P] = vec3_load(p);
    const float value = program_evaluate(program, &point, no_texture, NULL)[0];
    if (value == value) continue;
    return desc_fail(source, ".%s: the function gives no number (nan) at %s", field,
                     vector_text((MlVec3){(double)p[0], (double)p[1], (double)p[2]}).text);
  }
  return true;
}

MlNode ml_sdf(MlBuilder *b, const MlSdfDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "sdf", .error = error};
  MlSdfDesc d;
  if (!DESC_READ(&source, MlSdfDesc, desc, &d) || !desc_point(&source, "from", d.from) || !desc_point(&source, "to", d.to) ||
      !desc_material(&source, b, "material", d.material))
    return 0;
  if (!(d.from.x < d.to.x && d.from.y < d.to.y && d.from.z < d.to.z)) {
    desc_fail(&source, ".to: expected all coordinates above those of from, %s, got %s", vector_text(d.from).text, vector_text(d.to).text);
    return 0;
  }
  const Program *program = read_program(b, &source, "distance", d.distance);
  SdfNode sdf = {.kind = SDF_FUNCTION, .function = program, .bounds = {.min = d.from, .max = d.to}};
  if (program == NULL || !check_values(&source, "distance", program, &sdf.bounds)) return 0;
  sdf.steps = (uint64_t)program->step_count + program->constant_count + 8;
  Node node = {.material = d.material};
  node.traits = d.material == 0 ? NODE_UNNAMED : builder_material(b, d.material)->emits ? NODE_EMITS : 0;
  return add_sdf(b, &source, &node, &sdf, NULL);
}

/* ---- several */

/* Of the parts that are not hidden. */
static void measure_combined(const MlBuilder *b, SdfNode *sdf, const MlNode *parts) {
  bool any = false;
  sdf->bounds = (MlBounds){.empty = true};
  for (uint64_t i = 0; i < sdf->part_count; i++) {
    if (sdf->op == ML_DIFFERENCE && i > 0) break;
    if (builder_is_hidden(b, parts[i])) continue;
    const MlBounds bounds = part_bounds(b, parts[i]);
    if (!any) sdf->bounds = bounds;
    else if (sdf->op == ML_UNION) sdf->bounds = bounds_union(&sdf->bounds, &bounds);
    else sdf->bounds = bounds_common(&sdf->bounds, &bounds);
    any = true;
  }
  const uint64_t joints = sdf->part_count - 1 < 4 ? sdf->part_count - 1 : 4;
  if (sdf->op == ML_UNION && sdf->amount > 0.0) grow(&sdf->bounds, 0.25 * sdf->amount * (double)joints);
}

MlNode ml_sdf_combine(MlBuilder *b, const MlSdfCombineDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "combine", .error = error};
  MlSdfCombineDesc d;
  if (!DESC_READ(&source, MlSdfCombineDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  if ((uint32_t)d.op > ML_DIFFERENCE) {
    desc_fail(&source, ".op: expected one of MlCombine, got %u", (unsigned)d.op);
    return 0;
  }
  if (d.count == 0 || d.count > MOST_PARTS || d.nodes == NULL) {
    desc_fail(&source, ".nodes: expected 1 to %d solids, got %llu", MOST_PARTS, (unsigned long long)(d.nodes != NULL ? d.count : 0));
    return 0;
  }
  if (!(d.blend >= 0.0 && d.blend <= COORDINATE_LIMIT)) {
    desc_fail(&source, ".blend: expected a number of at least 0, got %s", number_text(d.blend).text);
    return 0;
  }
  SdfNode sdf = {.kind = SDF_COMBINED, .op = d.op, .part_count = d.count, .amount = d.blend, .bounds = {.empty = true}};
  Node node = {.material = d.material};
  for (uint64_t i = 0; i < d.count; i++) {
    char field[40];
    snprintf(field, sizeof field, "nodes[%llu]", (unsigned long long)i);
    if (!check_part(b, &source, field, d.nodes[i], &sdf, &node)) return 0;
  }
  measure_combined(b, &sdf, d.nodes);
  return add_sdf(b, &source, &node, &sdf, d.nodes);
}

/* ---- one, changed */

static bool change_twist(MlBounds *bounds, double degrees, const DescSource *source) {
  if (!(degrees >= -1e6 && degrees <= 1e6))
    return desc_fail(source, ".amount: expected degrees per metre up to a million, got %s", number_text(degrees).text);
  if (bounds->empty || bounds->infinite) return true;
  double x = larger(__builtin_fabs(bounds->min.x), __builtin_fabs(bounds->max.x)),
         z = larger(__builtin_fabs(bounds->min.z), __builtin_fabs(bounds->max.z)), r = __builtin_sqrt(x * x + z * z);
  bounds->min.x = bounds->min.z = -r;
  bounds->max.x = bounds->max.z = r;
  return true;
}

static bool change_repeat(SdfNode *sdf, const MlSdfChangeDesc *d, const DescSource *source) {
  const double period[3] = {d->period.x, d->period.y, d->period.z};
  double *lo[3] = {&sdf->bounds.min.x, &sdf->bounds.min.y, &sdf->bounds.min.z},
         *hi[3] = {&sdf->bounds.max.x, &sdf->bounds.max.y, &sdf->bounds.max.z};
  bool endless = false;
  for (int i = 0; i < 3; i++) {
    if (!(period[i] >= 0.0 && period[i] <= COORDINATE_LIMIT))
      return desc_fail(source, ".period: expected numbers of at least 0, got %s", vector_text(d->period).text);
    if (d->count[i] > 1u << 20) return desc_fail(source, ".count: expected at most %u, got %u", 1u << 20, d->count[i]);
    sdf->period[i] = period[i];
    sdf->count[i] = period[i] > 0.0 ? d->count[i] : 1;
    if (period[i] == 0.0) continue;
    endless = endless || d->count[i] == 0;
    if (sdf->bounds.empty) continue;
    double reach = larger(-*lo[i], *hi[i]);
    if (sdf->bounds.infinite || reach > 0.5 * period[i] * (1.0 + 1e-9))
      return desc_fail(
        source, ".period: the solid reaches %s m from the origin along %c, further than half the period, %s: its copies would overlap",
        number_text(sdf->bounds.infinite ? (double)INFINITY_F : reach).text, "xyz"[i], number_text(0.5 * period[i]).text);
    double more = 0.5 * period[i] * (d->count[i] == 0 ? 0.0 : (double)(d->count[i] - 1));
    *lo[i] -= more, *hi[i] += more;
  }
  sdf->bounds.infinite = sdf->bounds.infinite || endless;
  return true;
}

/* The most that a displacement adds, over what it itself makes of the bounds. */
static bool change_displace(const MlBuilder *b, SdfNode *sdf, const Program *program, const DescSource *source) {
  if (sdf->bounds.empty || sdf->bounds.infinite) return true;
  double by = 0.0;
  for (int round = 0; round < 8; round++) {
    MlBounds box = sdf->bounds;
    grow(&box, by);
    double most;
    if (!program_greatest(b->context.memory, program, &box, &most))
      return memory_error(b->context.memory, 1 << 16, "a program", source->error), false;
    if (!(most <= COORDINATE_LIMIT))
      return desc_fail(source, ".program: its values have no bound there: a division by what may be 0, or a power?");
    if (most <= by) {
      grow(&sdf->bounds, by);
      return true;
    }
    by = 1.25 * most;
  }
  return desc_fail(source, ".program: its values grow faster than the solid: a displacement is small");
}

/* Fills bounds, and what repeats. */
static bool measure_changed(const MlBuilder *b, SdfNode *sdf, const MlSdfChangeDesc *d, const DescSource *source) {
  sdf->bounds = sdf->within = part_bounds(b, d->node);
  switch (d->change) {
  case ML_SDF_ROUND: grow(&sdf->bounds, d->amount); return true;
  case ML_SDF_SHELL: grow(&sdf->bounds, 0.5 * d->amount); return desc_positive(source, "amount", d->amount);
  case ML_SDF_TWIST: return change_twist(&sdf->bounds, d->amount, source);
  case ML_SDF_REPEAT: return change_repeat(sdf, d, source);
  case ML_SDF_DISPLACE:
    return (sdf->bounds.empty || sdf->bounds.infinite || check_values(source, "program", sdf->function, &sdf->bounds)) &&
           change_displace(b, sdf, sdf->function, source);
  }
  return desc_fail(source, ".change: expected one of MlSdfChange, got %u", (unsigned)d->change);
}

MlNode ml_sdf_change(MlBuilder *b, const MlSdfChangeDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "change", .error = error};
  MlSdfChangeDesc d;
  if (!DESC_READ(&source, MlSdfChangeDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  SdfNode sdf = {.kind = SDF_CHANGED, .op = d.change, .part_count = 1, .amount = d.amount};
  Node node = {.material = d.material};
  if (!check_part(b, &source, "node", d.node, &sdf, &node)) return 0;
  if (!(__builtin_fabs(d.amount) <= COORDINATE_LIMIT)) {
    desc_fail(&source, ".amount: expected a finite number, got %s", number_text(d.amount).text);
    return 0;
  }
  if (d.change == ML_SDF_DISPLACE) {
    sdf.function = read_program(b, &source, "program", d.program);
    if (sdf.function == NULL) return 0;
    sdf.steps += sdf.function->step_count + sdf.function->constant_count;
  }
  return measure_changed(b, &sdf, &d, &source) ? add_sdf(b, &source, &node, &sdf, &d.node) : 0;
}

/* ---- again, when parts have been hidden */

static bool same_bounds(const MlBounds *a, const MlBounds *b) {
  return a->empty == b->empty && a->infinite == b->infinite && dvec_is_zero(dvec_subtract(a->min, b->min)) &&
         dvec_is_zero(dvec_subtract(a->max, b->max));
}

void builder_measure_sdf(const MlBuilder *b, SdfNode *sdf) {
  if (sdf->kind == SDF_FUNCTION) return;
  SdfNode now = *sdf;
  if (sdf->kind == SDF_CHANGED) {
    const MlBounds within = part_bounds(b, sdf->parts[0]);
    if (same_bounds(&within, &sdf->within)) return; // measuring what displaces takes a while
  }
  if (sdf->kind == SDF_COMBINED) {
    measure_combined(b, &now, sdf->parts);
  } else {
    MlError error = {0}; // of what is larger than before: it stays within what it was made for
    const DescSource source = {.what = "change", .error = &error};
    const MlSdfChangeDesc d = {.change = (MlSdfChange)sdf->op,
                               .node = sdf->parts[0],
                               .amount = sdf->amount,
                               .period = {sdf->period[0], sdf->period[1], sdf->period[2]},
                               .count = {sdf->count[0], sdf->count[1], sdf->count[2]}};
    if (!measure_changed(b, &now, &d, &source)) return;
  }
  sdf->bounds = now.bounds;
}
