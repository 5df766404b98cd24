/* survey_solid.c - see survey_solid.h. */
#include "scene/survey_solid.h"

#include <string.h>

#include "program/evaluate.h"
#include "scene/hit_surface.h"

enum { PARTS = 4, STEPS = 64 };

/* ---- making */

/* Pages come as zeros, and untouched they cost nothing: scripts survey often, and of many nodes few are looked at. */
static MlStatus prepare(SolidMaker *m) {
  Expansion *e = &m->e;
  const size_t count = (size_t)m->b->nodes.count;
  if (e->node_count != 0) return ML_OK;
  e->geometries = memory_pages_alloc(e->memory, count * sizeof *e->geometries);
  e->forms = memory_pages_alloc(e->memory, count);
  m->tables = memory_pages_alloc(e->memory, count * sizeof *m->tables);
  e->node_count = count;
  if (e->geometries != NULL && e->forms != NULL && m->tables != NULL) return ML_OK;
  return memory_error(e->memory, count * (sizeof *e->geometries + sizeof *m->tables + 1), "the survey of a surface", e->error);
}

void solids_begin(SolidMaker *m, MlBuilder *b, Work *work, MlError *error) {
  *m = (SolidMaker){.e = {.b = b, .memory = b->context.memory, .work = work, .error = error}, .b = b};
}

MlStatus solids_end(SolidMaker *m, MlStatus status) {
  Expansion *e = &m->e;
  MlBuilder *b = m->b;
  if (status == ML_OK && !array_reserve(e->memory, &b->surveyed, b->surveyed.count + e->assets.count))
    status = memory_error(e->memory, e->assets.count * sizeof *b->surveyed.data, "the survey of a surface", e->error);
  for (uint64_t i = 0; status == ML_OK && i < e->assets.count; i++) b->surveyed.data[b->surveyed.count++] = e->assets.data[i];
  const size_t count = (size_t)e->node_count;
  memory_pages_free(e->memory, (void *)e->geometries, count * sizeof *e->geometries);
  memory_pages_free(e->memory, e->forms, count);
  memory_pages_free(e->memory, (void *)m->tables, count * sizeof *m->tables);
  e->geometries = NULL;
  e->forms = NULL;
  e->node_count = 0;
  expand_release(e, status != ML_OK);
  return status;
}

MlStatus solid_geometry(SolidMaker *m, MlNode id, const Geometry **out) {
  Expansion *e = &m->e;
  *out = NULL;
  TRY(prepare(m));
  if (e->geometries[id - 1].asset == NULL && !e->geometries[id - 1].empty) {
    ItemList list = {.paths = 1, .serial = ++e->list_count};
    const Context in = {.list = &list, .geometry = true, .nested = true, .wanted = FOR_GROUP, .material = NO_ID};
    const MlTransform identity = ml_transform_identity();
    const MlStatus status = expand_instance(e, &in, id, &identity, NULL, FOR_GROUP);
    item_list_free(e->memory, &list);
    TRY(status);
  }
  *out = e->geometries[id - 1].asset;
  return ML_OK;
}

/* The axis along which the slope is least in doubt, where it is never 0; else 3. *ratio: how often such a line may miss what is there. */
static uint32_t best_axis(const FieldCell *cell, const double faces[3], double *ratio) {
  const double all = PARTS * (faces[0] + faces[1] + faces[2]);
  double size = 0.0, least = all;
  uint32_t best = 3;
  for (int k = 0; k < 3; k++) {
    const double lo = __builtin_fabs((double)cell->slope_lo[k]), hi = __builtin_fabs((double)cell->slope_hi[k]), most = lo > hi ? lo : hi;
    size += most * most;
  }
  size = __builtin_sqrt(size);
  *ratio = PARTS;
  for (uint32_t k = 0; k < 3; k++) {
    const double lo = (double)cell->slope_lo[k], hi = (double)cell->slope_hi[k], slope = lo > 0.0 ? lo : hi < 0.0 ? -hi : 0.0;
    if (!(slope > 0.0 && size <= (double)LARGEST_F && faces[k] * (size / slope) < least)) continue;
    *ratio = (double)float_above(size / slope);
    least = faces[k] * *ratio;
    best = k;
  }
  return best;
}

static void cell_faces(const FieldCell *cell, double faces[3]) {
  double side[3];
  for (int k = 0; k < 3; k++) side[k] = (double)cell->hi[k] - (double)cell->lo[k];
  for (int k = 0; k < 3; k++) faces[k] = side[(k + 1) % 3] * side[(k + 2) % 3];
}

static bool is_wild(const FieldCell *cell) {
  for (int k = 0; k < 3; k++)
    if (!(cell->slope_lo[k] > -INFINITY_F && cell->slope_hi[k] < INFINITY_F)) return true;
  return false;
}

static MlStatus make_table(SolidMaker *m, const Field *field, const FieldTable **out) {
  const size_t count = (size_t)field->cell_count;
  FieldTable *table = arena_alloc(&m->b->arena, sizeof *table, _Alignof(FieldTable));
  double *ends = arena_alloc(&m->b->arena, count * sizeof *ends, _Alignof(double)), sum = 0.0;
  float *ratios = arena_alloc(&m->b->arena, count * sizeof *ratios, _Alignof(float));
  uint8_t *axes = arena_alloc(&m->b->arena, count, 1);
  uint64_t wild_count = 0;
  for (size_t i = 0; i < count; i++) wild_count += is_wild(&field->cells[i]);
  uint32_t *wild = arena_alloc(&m->b->arena, (size_t)wild_count * sizeof *wild, _Alignof(uint32_t));
  if (table == NULL || ends == NULL || ratios == NULL || axes == NULL || wild == NULL)
    return memory_error(m->e.memory, count * 17, "the survey of a surface", m->e.error);
  for (size_t i = 0; i < count && work_goes_on(m->e.work, 256); i++) {
    double faces[3], ratio;
    cell_faces(&field->cells[i], faces);
    axes[i] = (uint8_t)best_axis(&field->cells[i], faces, &ratio);
    ratios[i] = (float)ratio;
    ends[i] = sum += ratio * (axes[i] == 3 ? faces[0] + faces[1] + faces[2] : faces[axes[i]]);
  }
  wild_count = 0;
  for (size_t i = 0; i < count; i++)
    if (is_wild(&field->cells[i])) wild[wild_count++] = (uint32_t)i;
  *table = (FieldTable){ends, ratios, axes, wild, count, wild_count};
  *out = table;
  return work_status(m->e.work, m->e.error);
}

/* The most that |areas n| is for a unit vector n: at most the largest sum of a row of the products (Gershgorin), which is exact where all directions grow
 * alike. */
static double most_stretch(const MlVec3 areas[3]) {
  double most = 0.0;
  for (int i = 0; i < 3; i++) {
    double sum = 0.0;
    for (int k = 0; k < 3; k++) sum += __builtin_fabs(dvec_dot(areas[i], areas[k]));
    most = sum > most ? sum : most;
  }
  return __builtin_sqrt(most) * (1.0 + 1e-12);
}

static MlVec3 column(const MlTransform *t, int k) { return (MlVec3){t->m[k], t->m[4 + k], t->m[8 + k]}; }

MlStatus solid_make(SolidMaker *m, MlNode id, const Geometry *geometry, const MlTransform *t, SurveySolid *out) {
  const MlTransform shift = affine_translate((MlVec3){geometry->origin[0], geometry->origin[1], geometry->origin[2]});
  *out = (SurveySolid){.geometry = geometry, .trace = m->b->context.trace};
  out->t = ml_transform_multiply(t, &shift);
  (void)ml_transform_invert(&out->t, &out->inverse);
  for (int k = 0; k < 3; k++) out->areas[k] = dvec_cross(column(&out->t, (k + 1) % 3), column(&out->t, (k + 2) % 3));
  out->most = most_stretch(out->areas);
  if (geometry->field.distance == NULL) return ML_OK;
  if (m->tables[id - 1] == NULL) TRY(make_table(m, &geometry->field, &m->tables[id - 1]));
  out->table = m->tables[id - 1];
  return ML_OK;
}

/* ---- rays */

static double reach_of(const Geometry *g) {
  double reach = 0.0;
  for (int i = 0; i < 3; i++) {
    const double lo = __builtin_fabs((double)g->bvh.bounds.lo[i]), hi = __builtin_fabs((double)g->bvh.bounds.hi[i]);
    reach = lo > reach ? lo : reach;
    reach = hi > reach ? hi : reach;
  }
  return reach;
}

static bool meets(const SurveySolid *s, MlVec3 o, MlVec3 d, Hit *hit) {
  const Ray ray = {.o = dvec_to_vec3(o), .d = dvec_to_vec3(d), .t_max = INFINITY_F};
  return s->trace(s->geometry, &ray, hit);
}

static bool is_item(const Geometry *g, uint64_t item, const Hit *hit) {
  if (item < g->prim_count || g->field.distance != NULL) return hit->path == 0 && hit->prim == item;
  return hit->path == instances_first(&g->instances, item - g->prim_count);
}

double solid_slack(const SurveySolid *s, double size) {
  const double whole = 0x1p-16 * reach_of(s->geometry), own = 0x1p-21 * size;
  return own > whole ? own : whole;
}

bool solid_shows(const SurveySolid *s, uint64_t item, MlVec3 p, MlVec3 n, double slack) {
  const double before = 0x1p-11 * reach_of(s->geometry);
  double from = before > 4 * slack ? -before : -4 * slack; // along the ray, from p
  Hit hit;
  for (int i = 0; i < STEPS && meets(s, dvec_subtract(p, dvec_scale(n, from)), dvec_scale(n, -1.0), &hit); i++) {
    const double at = from + (double)hit.t;
    if (at >= -slack) return at <= slack && is_item(s->geometry, item, &hit);
    from = at + slack; // something thin lies before it
  }
  return false;
}

MlVec3 solid_normal_inward(const SurveySolid *s, MlVec3 n) {
  return dvec_normalize((MlVec3){dvec_dot(column(&s->t, 0), n), dvec_dot(column(&s->t, 1), n), dvec_dot(column(&s->t, 2), n)});
}

/* ---- programs */

double solid_weight(const SurveySolid *s) { return s->most * s->table->ends[s->table->count - 1]; }

static uint64_t pick_cell(const FieldTable *table, double at) {
  uint64_t low = 0, high = table->count - 1;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (table->ends[middle] > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}
static double value_at(const Field *field, MlVec3 p) {
  ProgramPoint point;
  point.inputs[ML_INPUT_P] = dvec_to_vec3(p);
  point.inputs[INPUT_P_WIDTH] = vec3(0.0f, 0.0f, 0.0f);
  return (double)program_evaluate(field->distance, &point, no_texture, NULL)[0];
}

/* Of the cells in which it may jump, the first that holds p: they overlap, too, and what a ray names there may know of no jump. */
static bool is_first(const Field *field, const FieldTable *table, uint64_t own, MlVec3 p) {
  const double ps[3] = {p.x, p.y, p.z};
  for (uint64_t i = 0; i < table->wild_count && table->wild[i] < own; i++) {
    const FieldCell *cell = &field->cells[table->wild[i]];
    bool holds = true;
    for (int k = 0; k < 3; k++) holds = holds && ps[k] >= (double)cell->lo[k] && ps[k] <= (double)cell->hi[k];
    if (holds) return false;
  }
  return true;
}

/* Whether the function jumps at p, where a line was found to change sides: it is not 0 there. *n, then: outward, by the sides of the points around. */
static bool is_jump(const Field *field, const FieldCell *cell, MlVec3 p, MlVec3 *n) {
  if (!(__builtin_fabs(value_at(field, p)) > 64.0 * (double)cell->noise)) return false;
  double side = 0.0;
  for (int k = 0; k < 3; k++) side = (double)(cell->hi[k] - cell->lo[k]) > side ? (double)(cell->hi[k] - cell->lo[k]) : side;
  MlVec3 sum = {0.0, 0.0, 0.0};
  for (int i = 0; i < 27; i++) {
    const MlVec3 to = dvec_normalize((MlVec3){i % 3 - 1, i / 3 % 3 - 1, i / 9 - 1});
    sum = dvec_add(sum, dvec_scale(to, value_at(field, dvec_add(p, dvec_scale(to, 0x1p-4 * side))) > 0.0 ? 1.0 : -1.0));
  }
  if (dvec_length(sum) > 1.0) *n = dvec_normalize(sum);
  return true;
}

bool solid_propose(const SurveySolid *s, uint64_t *state, MlVec3 *p, MlVec3 *n) {
  const FieldTable *table = s->table;
  const Field *field = &s->geometry->field;
  const uint64_t i = pick_cell(table, survey_unit(state) * table->ends[table->count - 1]);
  const double which = survey_unit(state), u = survey_unit(state), v = survey_unit(state), kept = survey_unit(state);
  const FieldCell *cell = &field->cells[i];
  const bool sure = table->axes[i] < 3;
  FieldCell part = *cell;
  uint32_t axis = table->axes[i];
  if (!sure) { // an axis by its face, and one part of the line
    double faces[3];
    cell_faces(cell, faces);
    double at = which * (faces[0] + faces[1] + faces[2]);
    for (axis = 0; axis < 2 && at >= faces[axis]; axis++) at -= faces[axis];
    const uint32_t k = (uint32_t)(PARTS * (at / faces[axis] < 1.0 ? at / faces[axis] : 0.0));
    const double side = (double)cell->hi[axis] - (double)cell->lo[axis];
    part.lo[axis] = (float)((double)cell->lo[axis] + side * ((double)k / PARTS));
    part.hi[axis] = k == PARTS - 1 ? cell->hi[axis] : (float)((double)cell->lo[axis] + side * ((double)(k + 1) / PARTS));
  }
  double o[3], d[3] = {0.0, 0.0, 0.0};
  const uint32_t b = (axis + 1) % 3, c = (axis + 2) % 3;
  o[axis] = (double)part.lo[axis] - ((double)part.hi[axis] - (double)part.lo[axis]);
  o[b] = (double)cell->lo[b] + u * ((double)cell->hi[b] - (double)cell->lo[b]);
  o[c] = (double)cell->lo[c] + v * ((double)cell->hi[c] - (double)cell->lo[c]);
  d[axis] = 1.0;
  const MlVec3 from = {o[0], o[1], o[2]}, way = {d[0], d[1], d[2]};
  float t;
  if (!field_hit(field, &part, from, way, &t)) return false;
  const bool wild = is_wild(cell);
  const FieldPoint at = field_point(field, cell, dvec_add(from, dvec_scale(way, (double)t)), way);
  MlVec3 local = dvec_normalize(at.n);
  const bool jump = is_jump(field, cell, at.p, &local);
  if (jump && !wild) return false;
  const double ns[3] = {__builtin_fabs(local.x), __builtin_fabs(local.y), __builtin_fabs(local.z)};
  const double density = sure ? (double)table->ratios[i] * ns[axis] : ns[0] + ns[1] + ns[2];
  if (!(kept * s->most * density < areas_stretch(s->areas, local))) return false;
  if (wild ? !is_first(field, table, i, at.p) : !solid_shows(s, i, at.p, local, solid_slack(s, 0.0))) return false;
  *p = affine_point(&s->t, at.p);
  *n = dvec_normalize(affine_normal(&s->t, local));
  return true;
}

/* ---- drops */

/* How far along a ray its way through the box of the geometry begins and ends. */
static bool enter_box(const Aabb *box, MlVec3 o, MlVec3 d, double *near) {
  const double os[3] = {o.x, o.y, o.z}, ds[3] = {d.x, d.y, d.z};
  double far = (double)LARGEST_F;
  *near = 0.0;
  for (int i = 0; i < 3; i++) {
    if (ds[i] == 0.0) {
      if (!(os[i] >= (double)box->lo[i] && os[i] <= (double)box->hi[i])) return false;
      continue;
    }
    const double a = ((double)box->lo[i] - os[i]) / ds[i], b = ((double)box->hi[i] - os[i]) / ds[i];
    if ((a < b ? a : b) > *near) *near = a < b ? a : b;
    if ((a < b ? b : a) < far) far = a < b ? b : a;
  }
  return *near <= far;
}

/* The point of the surface at a hit, in the solid's space, and its normal. */
static MlVec3 surface_of(const Geometry *g, MlVec3 o, MlVec3 d, const Hit *hit, MlVec3 *n) {
  LocalPoint point;
  uint32_t material;
  bool flipped = false;
  if (g->field.distance != NULL) {
    point = solid_point(&g->field, o, d, hit, &material);
  } else if (hit->path == 0) {
    point = prim_point(&g->prims[hit->prim], g->placed, o, d, hit);
    flipped = g->csg.items[hit->prim].flipped != 0;
  } else {
    uint64_t i = 0;
    while (i + 1 < g->instances.count && instances_first(&g->instances, i) != hit->path) i++;
    const Instance *instance = &g->instances.data[i];
    MlVec3 shading;
    point = mesh_point(&instance_geometry(&g->instances, instance)->mesh, hit, &shading);
    point.p = dvec_add(matrix_multiply(instance->placed.to_world, point.p), dvec_load(instance->placed.centre));
    point.n = matrix_multiply_transposed(instance->placed.to_local, point.n);
    flipped = g->csg.items[g->prim_count + i].flipped != 0;
  }
  *n = flipped ? dvec_scale(point.n, -1.0) : point.n;
  return point.p;
}

bool solid_drop(const SurveySolid *s, MlVec3 p, double *height, MlVec3 *n) {
  const Geometry *g = s->geometry;
  const MlVec3 d = dvec_normalize(affine_vector(&s->inverse, (MlVec3){0, -1, 0}));
  MlVec3 o = affine_point(&s->inverse, p), local;
  const Aabb box = aabb_pad(&g->bvh.bounds, (float)(0x1p-11 * reach_of(g)));
  double near;
  Hit hit;
  if (!enter_box(&box, o, d, &near)) return false;
  o = dvec_add(o, dvec_scale(d, near));
  if (!meets(s, o, d, &hit)) return false;
  local = surface_of(g, o, d, &hit, n);
  *height = affine_point(&s->t, local).y;
  *n = dvec_normalize(affine_normal(&s->t, *n));
  return true;
}
