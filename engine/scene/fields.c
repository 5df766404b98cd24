/* fields.c - from a tree of solids to one program: each part is written down at its place, distances are put together, and with them the number of
 * the part that is nearest, which its material goes by.
 *
 * Distances of analytic solids are exact (after I. Quilez, "Distance functions"), but for cones around their rims; under placements that
 * scale all directions alike, too. Other placements multiply by the least scale. Blends are quadratic minima (ibid., "Smooth minimum"). */
#include "scene/fields.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "program/compile.h"
#include "program/gradient.h"
#include "program/range.h"

#define NONE UINT32_MAX

typedef struct Emit {
  const MlBuilder *b;
  Memory *memory;
  ARRAY(MlProgramNode) nodes;
  ARRAY(uint32_t) materials;
  uint32_t offsets; /* changes and blends around for which distances outside count */
  uint32_t painted; /* the material of everything, whatever it names; 0: none */
  bool failed;      /* no memory, or too long */
} Emit;

/* A part: nodes of its distance and of the number of its material; NONE: nothing has been said (where it is the same everywhere, `material`). */
typedef struct Part {
  uint32_t distance, which, material;
} Part;

/* ---- nodes */

static uint32_t add(Emit *e, const MlProgramNode *node) {
  if (e->failed || e->nodes.count >= PROGRAM_MAX_NODES - 8 || !array_push(e->memory, &e->nodes, *node)) {
    e->failed = true;
    return 0;
  }
  return (uint32_t)e->nodes.count - 1;
}
static uint32_t number(Emit *e, double x) { return add(e, &(MlProgramNode){.op = ML_OP_CONSTANT, .width = 1, .value = {x}}); }
static uint32_t vector(Emit *e, MlVec3 v) { return add(e, &(MlProgramNode){.op = ML_OP_CONSTANT, .width = 3, .value = {v.x, v.y, v.z}}); }
static uint32_t op1(Emit *e, MlOp op, uint32_t a) { return add(e, &(MlProgramNode){.op = op, .operands = {a}}); }
static uint32_t op2(Emit *e, MlOp op, uint32_t a, uint32_t b) { return add(e, &(MlProgramNode){.op = op, .operands = {a, b}}); }
static uint32_t op3(Emit *e, MlOp op, uint32_t a, uint32_t b, uint32_t c) {
  return add(e, &(MlProgramNode){.op = op, .operands = {a, b, c}});
}
static uint32_t pick(Emit *e, uint32_t a, uint32_t i) {
  return add(e, &(MlProgramNode){.op = ML_OP_PICK, .operands = {a}, .data = i, .width = 1});
}
static uint32_t pick2(Emit *e, uint32_t a, uint32_t i, uint32_t k) {
  return add(e, &(MlProgramNode){.op = ML_OP_PICK, .operands = {a}, .data = i | k << 2, .width = 2});
}
static uint32_t join2(Emit *e, uint32_t a, uint32_t b) {
  return add(e, &(MlProgramNode){.op = ML_OP_JOIN, .operands = {a, b}, .width = 2});
}
static uint32_t join3(Emit *e, uint32_t a, uint32_t b, uint32_t c) {
  return add(e, &(MlProgramNode){.op = ML_OP_JOIN, .operands = {a, b, c}, .width = 3});
}
static uint32_t minus_number(Emit *e, uint32_t a, double x) { return x == 0.0 ? a : op2(e, ML_OP_SUBTRACT, a, number(e, x)); }
static uint32_t minus_vector(Emit *e, uint32_t a, MlVec3 v) { return dvec_is_zero(v) ? a : op2(e, ML_OP_SUBTRACT, a, vector(e, v)); }
static uint32_t scaled(Emit *e, uint32_t a, double x) { return x == 1.0 ? a : op2(e, ML_OP_MULTIPLY, a, number(e, x)); }

/* The component of a vector along v times the length of v. */
static uint32_t along(Emit *e, uint32_t p, MlVec3 v) {
  const double vs[3] = {v.x, v.y, v.z};
  for (uint32_t i = 0; i < 3; i++) {
    if (__builtin_fabs(vs[i]) != 1.0 || vs[(i + 1) % 3] != 0.0 || vs[(i + 2) % 3] != 0.0) continue;
    uint32_t x = pick(e, p, i);
    return vs[i] > 0.0 ? x : op1(e, ML_OP_NEGATE, x);
  }
  return op2(e, ML_OP_DOT, p, vector(e, v));
}
/* The length of its components along a and b. */
static uint32_t across(Emit *e, uint32_t p, MlVec3 a, MlVec3 b) {
  if (__builtin_fabs(a.x) == 1.0 && __builtin_fabs(b.z) == 1.0) return op1(e, ML_OP_LENGTH, pick2(e, p, 0, 2));
  return op1(e, ML_OP_LENGTH, join2(e, along(e, p, a), along(e, p, b)));
}

/* A constant as an operand; it stands in registers without its width, which follows from where it is used. */
static uint32_t constant(Emit *e, const Program *program, const ProgramStep *step, uint32_t k, uint32_t at) {
  uint32_t width = 1;
  if (step != NULL && step->op < ML_OP_DOT) width = step->width;
  else if (step != NULL && k == 0 && step->op != ML_OP_JOIN && step->op != ML_OP_HASH) width = step->of;
  else if (step != NULL && step->op == ML_OP_HASH) width = step->data >> (2 + 2 * k) & 3;
  else if (step != NULL && (step->op == ML_OP_DOT || step->op == ML_OP_CROSS)) width = step->of;
  const Vec3 v = program->constants[at];
  return add(e, &(MlProgramNode){.op = ML_OP_CONSTANT, .width = width, .value = {(double)v[0], (double)v[1], (double)v[2]}});
}

/* A function's own steps, of the point p. */
static uint32_t run(Emit *e, const Program *program, uint32_t p) {
  uint32_t registers[PROGRAM_MAX_REGISTERS], zero = number(e, 0.0);
  for (uint32_t i = 0; !e->failed; i++) {
    const ProgramStep *step = i < program->step_count ? &program->steps[i] : NULL;
    const uint32_t operands[3] = {step != NULL ? step->a : program->result, step != NULL ? step->b : 0, step != NULL ? step->c : 0};
    MlProgramNode node = {0};
    if (step != NULL) node = (MlProgramNode){.op = step->op, .data = step->data, .width = step->width};
    if (node.op == ML_OP_HASH) node.data &= 3; // how many; their widths are found again
    const uint32_t count = step != NULL ? program_op_operands(&node) : 1;
    for (uint32_t k = 0; k < count; k++) {
      const uint32_t at = operands[k] & OPERAND_INDEX, from = operands[k] >> 30;
      node.operands[k] = from == OPERAND_REGISTER >> 30   ? registers[at]
                         : from == OPERAND_CONSTANT >> 30 ? constant(e, program, step, k, at)
                         : at == ML_INPUT_P               ? p
                                                          : zero;
    }
    if (step == NULL) return node.operands[0];
    registers[step->to] = add(e, &node);
  }
  return 0;
}

/* ---- materials */

static double material_number(Emit *e, uint32_t material) {
  uint64_t i = 0;
  while (i < e->materials.count && e->materials.data[i] != material) i++;
  if (i == e->materials.count && !array_push(e->memory, &e->materials, material)) e->failed = true;
  return (double)i;
}
static uint32_t which_of(Emit *e, const Part *part) {
  return part->which != NONE ? part->which : number(e, material_number(e, part->material));
}

/* Of two, the one whose surface it is: a where the condition holds. */
static void choose(Emit *e, Part *out, const Part *a, const Part *b, uint32_t condition) {
  out->material = a->material;
  out->which = NONE;
  if (a->which == NONE && b->which == NONE && a->material == b->material) return;
  out->which = op3(e, ML_OP_SELECT, condition, which_of(e, a), which_of(e, b));
}

static bool is_mixed(const Part *a, const Part *b) { return a->which != NONE || b->which != NONE || a->material != b->material; }

/* ---- putting together */

static Part combine(Emit *e, MlCombine op, Part a, Part b, double k) {
  Part r;
  if (op == ML_DIFFERENCE) b.distance = op1(e, ML_OP_NEGATE, b.distance);
  const bool smaller = op == ML_UNION;
  uint32_t condition = 0;
  if (is_mixed(&a, &b))
    condition = smaller ? op2(e, ML_OP_LESS_EQUAL, a.distance, b.distance) : op2(e, ML_OP_LESS_EQUAL, b.distance, a.distance);
  choose(e, &r, &a, &b, condition);
  r.distance = op2(e, smaller ? ML_OP_MIN : ML_OP_MAX, a.distance, b.distance);
  if (k > 0.0) {
    // h = max(k - |a - b|, 0): minimum - h^2 / (4 k)
    uint32_t h = op2(e, ML_OP_MAX, op2(e, ML_OP_SUBTRACT, number(e, k), op1(e, ML_OP_ABS, op2(e, ML_OP_SUBTRACT, a.distance, b.distance))),
                     number(e, 0.0));
    uint32_t by = scaled(e, op2(e, ML_OP_MULTIPLY, h, h), 0.25 / k);
    r.distance = op2(e, smaller ? ML_OP_SUBTRACT : ML_OP_ADD, r.distance, by);
  }
  return r;
}

/* Within a box, with exact distances around it where they count. */
static uint32_t box_planes(Emit *e, uint32_t p, MlVec3 lo, MlVec3 hi);

static uint32_t box_distance(Emit *e, uint32_t p, MlVec3 lo, MlVec3 hi) {
  if (e->offsets == 0) return box_planes(e, p, lo, hi);
  MlVec3 half = dvec_scale(dvec_subtract(hi, lo), 0.5);
  uint32_t q = minus_vector(e, op1(e, ML_OP_ABS, minus_vector(e, p, dvec_add(lo, half))), half);
  uint32_t most = op2(e, ML_OP_MAX, pick(e, q, 0), op2(e, ML_OP_MAX, pick(e, q, 1), pick(e, q, 2)));
  uint32_t outside = op1(e, ML_OP_LENGTH, op2(e, ML_OP_MAX, q, number(e, 0.0)));
  return op2(e, ML_OP_ADD, outside, op2(e, ML_OP_MIN, most, number(e, 0.0)));
}
/* The largest of its distances from six planes: enough to cut something off. */
static uint32_t box_planes(Emit *e, uint32_t p, MlVec3 lo, MlVec3 hi) {
  MlVec3 half = dvec_scale(dvec_subtract(hi, lo), 0.5);
  uint32_t q = minus_vector(e, op1(e, ML_OP_ABS, minus_vector(e, p, dvec_add(lo, half))), half);
  return op2(e, ML_OP_MAX, pick(e, q, 0), op2(e, ML_OP_MAX, pick(e, q, 1), pick(e, q, 2)));
}

/* Two distances, from a side and from the ends, of what is in both: round outside of the rim. */
static uint32_t rim(Emit *e, uint32_t side, uint32_t ends) {
  if (e->offsets == 0) return op2(e, ML_OP_MAX, side, ends);
  uint32_t zero = number(e, 0.0), w = join2(e, side, ends);
  return op2(e, ML_OP_ADD, op1(e, ML_OP_LENGTH, op2(e, ML_OP_MAX, w, zero)), op2(e, ML_OP_MIN, op2(e, ML_OP_MAX, side, ends), zero));
}

static uint32_t leaf_distance(Emit *e, const Node *node, uint32_t p) {
  const Leaf *leaf = node->leaf;
  if (node->kind == NODE_SPHERE) return minus_number(e, op1(e, ML_OP_LENGTH, minus_vector(e, p, leaf->p[0])), leaf->r);
  if (node->kind == NODE_BOX) return box_distance(e, p, leaf->p[0], leaf->p[1]);
  if (node->kind == NODE_PLANE) {
    MlVec3 n = dvec_normalize(dvec_cross(leaf->p[1], leaf->p[2]));
    return minus_number(e, along(e, p, n), dvec_dot(n, leaf->p[0]));
  }
  const double height = dvec_length(leaf->p[1]), radius = dvec_length(leaf->p[2]);
  const MlVec3 y = dvec_normalize(leaf->p[1]), x = dvec_normalize(leaf->p[2]), z = dvec_cross(x, y);
  uint32_t q = minus_vector(e, p, leaf->p[0]), rho = across(e, q, x, z), up = along(e, q, y);
  if (node->kind == NODE_TORUS) return minus_number(e, op1(e, ML_OP_LENGTH, join2(e, minus_number(e, rho, radius), up)), leaf->r * radius);
  if (node->kind == NODE_CAPSULE) {
    double h = leaf->r * radius;
    uint32_t beyond = op2(e, ML_OP_SUBTRACT, up, op3(e, ML_OP_CLAMP, up, number(e, -h), number(e, h)));
    return minus_number(e, op1(e, ML_OP_LENGTH, join2(e, rho, beyond)), radius);
  }
  // A cone of radius at -height, leaf->r times that at height
  uint32_t ends = minus_number(e, op1(e, ML_OP_ABS, up), height);
  double slope = 0.5 * radius * (1.0 - leaf->r) / height, middle = 0.5 * radius * (1.0 + leaf->r),
         slant = __builtin_sqrt(1.0 + slope * slope);
  uint32_t side = minus_number(e, slope != 0.0 ? op2(e, ML_OP_ADD, rho, scaled(e, up, slope)) : rho, middle);
  return rim(e, scaled(e, side, 1.0 / slant), ends);
}

/* ---- places */

/* How much the map shrinks things at least: about, and exactly where it scales alike. */
static double least_scale(const MlTransform *inverse) {
  const double *m = inverse->m;
  MlVec3 v = {1.0, 0.7, 0.4};
  double norm = 0.0;
  for (int i = 0; i < 32; i++) {
    v = dvec_normalize(v);
    MlVec3 w = {m[0] * v.x + m[1] * v.y + m[2] * v.z, m[4] * v.x + m[5] * v.y + m[6] * v.z, m[8] * v.x + m[9] * v.y + m[10] * v.z};
    norm = dvec_length(w);
    v = (MlVec3){m[0] * w.x + m[4] * w.y + m[8] * w.z, m[1] * w.x + m[5] * w.y + m[9] * w.z, m[2] * w.x + m[6] * w.y + m[10] * w.z};
  }
  double one = __builtin_fabs(norm - 1.0) < 1e-12 ? 1.0 : norm;
  return norm > 0.0 ? 1.0 / one : 1.0;
}

static uint32_t to_local(Emit *e, uint32_t p, const MlTransform *inverse) {
  const double *m = inverse->m;
  MlVec3 shift = {m[3], m[7], m[11]};
  if (m[1] == 0.0 && m[2] == 0.0 && m[4] == 0.0 && m[6] == 0.0 && m[8] == 0.0 && m[9] == 0.0) {
    uint32_t q = m[0] == 1.0 && m[5] == 1.0 && m[10] == 1.0 ? p : op2(e, ML_OP_MULTIPLY, p, vector(e, (MlVec3){m[0], m[5], m[10]}));
    return minus_vector(e, q, dvec_scale(shift, -1.0));
  }
  uint32_t rows[3];
  for (int i = 0; i < 3; i++) rows[i] = along(e, p, (MlVec3){m[4 * i], m[4 * i + 1], m[4 * i + 2]});
  return minus_vector(e, join3(e, rows[0], rows[1], rows[2]), dvec_scale(shift, -1.0));
}

/* ---- changes */

#define PI_D 0x1.921fb54442d18p+1

static uint32_t twisted(Emit *e, const SdfNode *sdf, uint32_t p) {
  uint32_t x = pick(e, p, 0), y = pick(e, p, 1), z = pick(e, p, 2), angle = scaled(e, y, sdf->amount * (PI_D / 180.0));
  uint32_t c = op1(e, ML_OP_COS, angle), s = op1(e, ML_OP_SIN, angle);
  uint32_t qx = op2(e, ML_OP_SUBTRACT, op2(e, ML_OP_MULTIPLY, c, x), op2(e, ML_OP_MULTIPLY, s, z));
  uint32_t qz = op2(e, ML_OP_ADD, op2(e, ML_OP_MULTIPLY, s, x), op2(e, ML_OP_MULTIPLY, c, z));
  return join3(e, qx, y, qz);
}

/* The way from the middle of the nearest copy, axis by axis: rounding shows where it jumps (range.h). */
static uint32_t repeated(Emit *e, const SdfNode *sdf, uint32_t p) {
  uint32_t q[3];
  for (uint32_t i = 0; i < 3; i++) {
    q[i] = pick(e, p, i);
    double period = sdf->period[i];
    if (!(period > 0.0) || sdf->count[i] == 1) continue;
    const double shift = sdf->count[i] != 0 && sdf->count[i] % 2 == 0 ? 0.5 : 0.0;
    uint32_t k = op1(e, ML_OP_ROUND, minus_number(e, scaled(e, q[i], 1.0 / period), shift));
    if (sdf->count[i] != 0) {
      const double least = -(double)(sdf->count[i] / 2), most = least + (double)sdf->count[i] - 1.0;
      k = op3(e, ML_OP_CLAMP, k, number(e, least), number(e, most));
    }
    q[i] = op2(e, ML_OP_SUBTRACT, q[i], scaled(e, minus_number(e, k, -shift), period));
  }
  return join3(e, q[0], q[1], q[2]);
}

/* ---- walking. Depth is bounded by NODE_MAX_DEPTH groups and solids with a placement between each two. */

static Part part_of(Emit *e, MlNode id, uint32_t p, uint32_t material, bool cut);

/* Solids put together, without those that are hidden. */
static Part several(Emit *e, MlCombine op, const MlNode *parts, uint64_t count, double k, uint32_t p, uint32_t material, bool cut) {
  Part all = {0, NONE, material};
  bool any = false;
  e->offsets += k > 0.0;
  for (uint64_t i = 0; i < count && !e->failed; i++) {
    if (builder_is_hidden(e->b, parts[i])) {
      if (op == ML_DIFFERENCE && i == 0) break; /* of nothing nothing is left */
      continue;
    }
    // Functions are asked for outside of their bounds where others reach further
    Part part = part_of(e, parts[i], p, material, op == ML_INTERSECTION ? cut : op == ML_UNION || i > 0 || cut);
    all = any ? combine(e, op, all, part, k) : part;
    any = true;
  }
  e->offsets -= k > 0.0;
  if (!any) all.distance = number(e, COORDINATE_LIMIT); /* further than any blend reaches */
  return all;
}

static Part changed(Emit *e, const SdfNode *sdf, uint32_t p, uint32_t material, bool cut) {
  const MlNode child = sdf->parts[0];
  uint32_t q = p;
  if (sdf->op == ML_SDF_TWIST) q = twisted(e, sdf, p);
  if (sdf->op == ML_SDF_REPEAT) q = repeated(e, sdf, p);
  const bool offset = sdf->op == ML_SDF_DISPLACE || sdf->op == ML_SDF_SHELL || (sdf->op == ML_SDF_ROUND && sdf->amount != 0.0);
  e->offsets += offset;
  Part part = part_of(e, child, q, material, cut || sdf->op == ML_SDF_REPEAT);
  e->offsets -= offset;
  if (sdf->op == ML_SDF_ROUND) part.distance = minus_number(e, part.distance, sdf->amount);
  if (sdf->op == ML_SDF_SHELL) part.distance = minus_number(e, op1(e, ML_OP_ABS, part.distance), 0.5 * sdf->amount);
  if (sdf->op == ML_SDF_DISPLACE) part.distance = op2(e, ML_OP_SUBTRACT, part.distance, run(e, sdf->function, p));
  return part;
}

static Part placed_part(Emit *e, const Node *node, uint32_t p, uint32_t material, bool cut) {
  MlTransform inverse;
  Part part = {0, NONE, material};
  if (!ml_transform_invert(&node->placement->transform, &inverse)) {
    part.distance = number(e, 1.0); /* was looked at when it was made */
    return part;
  }
  part = part_of(e, node->placement->child, to_local(e, p, &inverse), material, cut);
  part.distance = scaled(e, part.distance, least_scale(&inverse));
  return part;
}

static Part solid(Emit *e, const SdfNode *sdf, uint32_t p, uint32_t material, bool cut) {
  const uint32_t painted = e->painted;
  Part part = {0, NONE, material};
  if (painted == 0) e->painted = sdf->painted;
  if (e->painted != 0) part.material = material = e->painted;
  if (sdf->kind == SDF_COMBINED) {
    part = several(e, (MlCombine)sdf->op, sdf->parts, sdf->part_count, sdf->amount, p, material, cut);
  } else if (sdf->kind == SDF_CHANGED) {
    part = changed(e, sdf, p, material, cut);
  } else {
    part.distance = run(e, sdf->function, p);
    if (cut) part.distance = op2(e, ML_OP_MAX, part.distance, box_planes(e, p, sdf->bounds.min, sdf->bounds.max));
  }
  e->painted = painted;
  return part;
}

/* p: the point in the part's own space. material: of what names one around it. cut: it is asked for where its bounds do not reach. */
static Part part_of(Emit *e, MlNode id, uint32_t p, uint32_t material, bool cut) {
  const Node *node = builder_node(e->b, id);
  if (node->material != 0 && e->painted == 0) material = node->material;
  switch ((NodeKind)node->kind) {
  case NODE_PLACE: return placed_part(e, node, p, material, cut);
  case NODE_GROUP: return several(e, ML_UNION, node->group->children, node->group->count, 0.0, p, material, cut);
  case NODE_CSG: return several(e, node->group->combine, node->group->children, node->group->count, 0.0, p, material, cut);
  case NODE_SDF: return solid(e, node->sdf, p, material, cut);
  case NODE_SURFACES: return (Part){leaf_distance(e, node, p), NONE, material};
  case NODE_MESH:
  case NODE_HAIR:
  case NODE_ARRAY:
  case NODE_LIGHTS: break;
  }
  return (Part){number(e, 1.0), NONE, material}; /* the builder has refused it */
}

/* ---- the whole */

static MlStatus compile_parts(Emit *e, const Node *node, const Part *part, FieldContent *out, MlError *error) {
  MlProgramDesc desc = {.size = sizeof desc, .nodes = e->nodes.data, .node_count = e->nodes.count, .place = node->place};
  desc.result = part->distance;
  TRY(program_compile_exact(e->memory, &desc, &out->distance, error));
  if (out->distance->register_count > GRADIENT_MAX_REGISTERS)
    return error_set_at(error, ML_ERROR_LIMIT, node->place, "sdf: keeps %u values at the same time, at most %u are possible",
                        out->distance->register_count, GRADIENT_MAX_REGISTERS);
  const uint64_t cost = program_cost(out->distance);
  if (cost > FIELD_MAX_COST)
    return error_set_at(
      error, ML_ERROR_LIMIT, node->place,
      "sdf: a solid of %llu operations at each point, where an octave of noise counts as %d; at most %u are possible: use fewer octaves, "
      "or fewer parts",
      (unsigned long long)cost, OCTAVE_COST, FIELD_MAX_COST);
  if (part->which == NONE) return ML_OK;
  desc.result = part->which;
  return program_compile_exact(e->memory, &desc, &out->which, error);
}

static uint64_t hash_of(const FieldContent *c) {
  HashStream s;
  const uint64_t hashes[2] = {c->distance->hash, c->which != NULL ? c->which->hash : 0};
  hash_begin(&s, 0x6669656c64);
  hash_add(&s, hashes, sizeof hashes);
  hash_add(&s, c->materials, c->material_count * sizeof *c->materials);
  hash_add(&s, &c->box, sizeof c->box);
  return hash_end(&s);
}

static MlStatus keep_materials(Emit *e, const Part *part, FieldContent *out, MlError *error) {
  if (part->which == NONE) e->materials.count = 0, (void)material_number(e, part->material);
  size_t bytes = (size_t)e->materials.count * sizeof *out->materials;
  out->materials = memory_alloc(e->memory, bytes, 8);
  if (out->materials == NULL || e->failed) return memory_error(e->memory, bytes, "materials of a solid", error);
  memcpy(out->materials, e->materials.data, bytes);
  out->material_count = (uint32_t)e->materials.count;
  return ML_OK;
}

MlStatus fields_content(const MlBuilder *b, MlNode id, bool closed, FieldContent *out, bool *empty, MlError *error) {
  const Node *node = builder_node(b, id);
  const MlBounds *bounds = &node->sdf->bounds;
  Emit e = {.b = b, .memory = b->context.memory};
  *out = (FieldContent){0};
  *empty = bounds->empty && !bounds->infinite;
  if (*empty) return ML_OK;
  if (bounds->infinite)
    return error_set_at(error, ML_ERROR_ARGUMENT, node->place,
                        "sdf: has no end: cut it by an intersection with something finite, or repeat it so many times");
  uint32_t p = add(&e, &(MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P});
  Part part = solid(&e, node->sdf, p, NO_ID, false); // its own material is that of its instance
  if (closed) part.distance = op2(&e, ML_OP_MAX, part.distance, box_planes(&e, p, bounds->min, bounds->max));
  MlStatus status = ML_OK;
  if (e.failed && e.nodes.count >= PROGRAM_MAX_NODES - 8)
    status = error_set_at(error, ML_ERROR_LIMIT, node->place, "sdf: a solid of more than %u operations", PROGRAM_MAX_NODES);
  else if (e.failed) status = memory_error(e.memory, (e.nodes.count + 1) * sizeof(MlProgramNode), "a solid", error);
  if (status == ML_OK) status = compile_parts(&e, node, &part, out, error);
  if (status == ML_OK) status = keep_materials(&e, &part, out, error);
  if (status == ML_OK) {
    // A little more than its bounds, so that what touches them is inside
    MlBounds box = *bounds;
    MlVec3 pad = dvec_scale(dvec_subtract(box.max, box.min), 1.0 / 256.0);
    box.min = dvec_subtract(box.min, pad);
    box.max = dvec_add(box.max, pad);
    out->box = aabb_from_bounds(&box);
    out->hash = hash_of(out);
  } else {
    fields_free(e.memory, out);
  }
  array_free(e.memory, &e.nodes);
  array_free(e.memory, &e.materials);
  return status;
}

void fields_free(Memory *memory, FieldContent *content) {
  if (content->distance != NULL) memory_free(memory, content->distance, program_bytes(content->distance));
  if (content->which != NULL) memory_free(memory, content->which, program_bytes(content->which));
  memory_free(memory, content->materials, (size_t)content->material_count * sizeof *content->materials);
  *content = (FieldContent){0};
}
