/* survey.c - the surfaces of a node while its scene is made: points spread evenly over them, and what lies below a point (ml_survey).
 *
 * The graph is walked twice, to count and to fill. A piece is a mesh or a surface over the unit square (scene/survey_piece.h) under one affine
 * map; an item is a triangle of a mesh, or any other piece. Points: an item is found by its share of the area; on curved pieces, which a map
 * stretches unevenly, candidates are drawn evenly and kept by the stretch there (rejection, exact). Drops: a grid of columns over xz lists the
 * items above each of its cells; edges that triangles share are decided with the same bits, so that nothing falls between them. */
#include <string.h>

#include "scene/builder.h"
#include "scene/survey_piece.h"

enum { PIECES_MAX = 1 << 20, ITEMS_MAX = 1 << 26, QUADRATURE = 24, TRIALS = 256, CELLS_MAX = 1 << 22, SHARES_MAX = 8 };

typedef struct Piece {
  MlTransform t, inverse;
  MlVec3 areas[3];  /* images of the local unit areas across x, y, z: the cofactors of t */
  double r, most;   /* most: bounds weight times stretch */
  const Mesh *mesh; /* NULL: kind */
  uint64_t first;   /* of its items */
  PieceKind kind;
} Piece;

/* Cells of columns: items[starts[cell]] up to the next start. */
typedef struct Columns {
  double lo[2], per_metre[2];
  uint32_t count[2];
  uint32_t *starts, *items;
  double top; /* above all of it */
} Columns;

struct MlSurvey {
  Piece *pieces;
  uint64_t piece_count, item_count;
  uint32_t plane_count; /* the first pieces */
  double *ends;         /* by item: the area up to its end */
  double area;
  bool has_columns;
  Columns columns;
};

/* ---- walking the graph */

typedef struct Walk {
  MlBuilder *b;
  MlSurvey *survey;
  Work *work;
  bool combined;     /* there is a combination of solids */
  bool fill, planes; /* the first passes count, then fill; planes are filled before the rest */
  uint64_t pieces, items;
} Walk;

static MlVec3 column(const MlTransform *t, int k) { return (MlVec3){t->m[k], t->m[4 + k], t->m[8 + k]}; }

static void add_piece(Walk *w, PieceKind kind, double r, const Mesh *mesh, const MlTransform *t) {
  if ((kind == PIECE_PLANE && mesh == NULL) != w->planes) return;
  MlTransform inverse;
  if (!ml_transform_invert(t, &inverse)) return; // flat: nothing can be on it
  if (w->fill) {
    Piece *piece = &w->survey->pieces[w->pieces];
    const MlVec3 x = column(t, 0), y = column(t, 1), z = column(t, 2);
    *piece = (Piece){.t = *t, .inverse = inverse, .r = r, .mesh = mesh, .kind = kind, .first = w->items};
    piece->areas[0] = dvec_cross(y, z);
    piece->areas[1] = dvec_cross(z, x);
    piece->areas[2] = dvec_cross(x, y);
    double sum = 0;
    for (int k = 0; k < 3; k++) sum += dvec_dot(piece->areas[k], piece->areas[k]);
    if (mesh == NULL) piece->most = piece_most(kind, r) * (piece_is_flat(kind) ? dvec_length(piece->areas[1]) : __builtin_sqrt(sum));
  }
  w->pieces++;
  w->items += mesh != NULL ? mesh->triangle_count : 1;
}

/* A flat piece from a corner (or centre) and two sides; cross(u, v) is its front. */
static void add_flat(Walk *w, PieceKind kind, double r, const MlTransform *t, MlVec3 at, MlVec3 u, MlVec3 v) {
  const MlTransform local = affine_from_columns(v, dvec_normalize(dvec_cross(u, v)), u, at), all = ml_transform_multiply(t, &local);
  add_piece(w, kind, r, NULL, &all);
}

static void add_box(Walk *w, const MlTransform *t, MlVec3 lo, MlVec3 hi) {
  const MlVec3 x = {hi.x - lo.x, 0, 0}, y = {0, hi.y - lo.y, 0}, z = {0, 0, hi.z - lo.z};
  add_flat(w, PIECE_SQUARE, 0, t, lo, y, x);
  add_flat(w, PIECE_SQUARE, 0, t, lo, z, y);
  add_flat(w, PIECE_SQUARE, 0, t, lo, x, z);
  add_flat(w, PIECE_SQUARE, 0, t, dvec_add(lo, z), x, y);
  add_flat(w, PIECE_SQUARE, 0, t, dvec_add(lo, x), y, z);
  add_flat(w, PIECE_SQUARE, 0, t, dvec_add(lo, y), z, x);
}

static void add_cone(Walk *w, const MlTransform *t, const Leaf *leaf) {
  add_piece(w, PIECE_CONE_SIDE, leaf->r, NULL, t);
  if (leaf->s != 0) return; // open
  add_flat(w, PIECE_DISK, 0, t, (MlVec3){0, -1, 0}, (MlVec3){1, 0, 0}, (MlVec3){0, 0, 1});
  if (leaf->r > 0) add_flat(w, PIECE_DISK, 0, t, (MlVec3){0, 1, 0}, (MlVec3){0, 0, leaf->r}, (MlVec3){leaf->r, 0, 0});
}

static void add_leaf(Walk *w, const Node *node, const MlTransform *t) {
  const Leaf *leaf = node->leaf;
  const MlVec3 *p = leaf->p;
  switch ((NodeKind)node->kind) {
  case NODE_SPHERE: {
    MlTransform local = affine_scale((MlVec3){leaf->r, leaf->r, leaf->r});
    for (int k = 0; k < 3; k++) local.m[4 * k + 3] = k == 0 ? p[0].x : k == 1 ? p[0].y : p[0].z;
    local = ml_transform_multiply(t, &local);
    add_piece(w, PIECE_SPHERE, 0, NULL, &local);
    break;
  }
  case NODE_BOX: add_box(w, t, p[0], p[1]); break;
  case NODE_PLANE: add_flat(w, PIECE_PLANE, 0, t, p[0], p[1], p[2]); break;
  case NODE_DISK: add_flat(w, PIECE_DISK, leaf->r, t, p[0], p[1], p[2]); break;
  case NODE_QUAD: add_flat(w, PIECE_SQUARE, 0, t, p[0], p[1], p[2]); break;
  case NODE_TRIANGLE: add_flat(w, PIECE_TRIANGLE, 0, t, p[0], dvec_subtract(p[1], p[0]), dvec_subtract(p[2], p[0])); break;
  case NODE_CONE:
  case NODE_CAPSULE:
  case NODE_TORUS: {
    MlTransform local = builder_solid_transform(leaf);
    local = ml_transform_multiply(t, &local);
    if (node->kind == NODE_CONE) add_cone(w, &local, leaf);
    else add_piece(w, node->kind == NODE_CAPSULE ? PIECE_CAPSULE : PIECE_TORUS, leaf->r, NULL, &local);
    break;
  }
  case NODE_LIGHT: // lights have no surface to put anything on
  case NODE_AREA:
  case NODE_DIRECTIONAL:
  case NODE_SUN:
  case NODE_MESH:
  case NODE_SDF:
  case NODE_HAIR:
  case NODE_PLACE:
  case NODE_ARRAY:
  case NODE_GROUP:
  case NODE_CSG: break;
  }
}

static bool too_many(const Walk *w) { return w->pieces > PIECES_MAX || w->items > ITEMS_MAX; }

/* Depth is bounded by NODE_MAX_DEPTH groups with a placement between each two. */
static void walk(Walk *w, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(w->b, id);
  if (!work_goes_on(w->work, 512) || too_many(w)) return;
  switch ((NodeKind)node->kind) {
  case NODE_PLACE: {
    const MlTransform inner = ml_transform_multiply(t, &node->placement->transform);
    walk(w, node->placement->child, &inner);
    break;
  }
  case NODE_ARRAY:
    for (uint64_t i = 0; i < node->array->count && !too_many(w); i++) {
      const ArrayPlace *place = &node->array->places[i];
      MlTransform inward = {0}, outward;
      for (int k = 0; k < 9; k++) inward.m[4 * (k / 3) + k % 3] = (double)place->to_local[k];
      if (!ml_transform_invert(&inward, &outward)) continue;
      for (int k = 0; k < 3; k++) outward.m[4 * k + 3] = (double)place->centre[k];
      outward = ml_transform_multiply(t, &outward);
      walk(w, node->array->child, &outward);
    }
    break;
  case NODE_GROUP:
    for (uint64_t i = 0; i < node->group->count && !too_many(w); i++)
      if ((builder_node(w->b, node->group->children[i])->traits & NODE_HIDDEN) == 0) walk(w, node->group->children[i], t);
    break;
  case NODE_CSG: w->combined = true; break;
  case NODE_MESH: {
    const Mesh *mesh = mesh_node_mesh(node->mesh);
    if (mesh->triangle_count != 0) add_piece(w, PIECE_TRIANGLE, 0, mesh, t);
    break;
  }
  case NODE_HAIR: break; /* nothing stands on hair */
  case NODE_SDF: break; /* nothing is known of where its surface is before it is rendered */
  case NODE_SURFACES:
  case NODE_LIGHTS: add_leaf(w, node, t); break;
  }
}

/* Counts, or fills: planes first. */
static void walk_all(Walk *w, MlNode node) {
  const MlTransform identity = ml_transform_identity();
  w->pieces = w->items = 0;
  w->planes = true;
  walk(w, node, &identity);
  const uint64_t planes = w->pieces;
  w->planes = false;
  walk(w, node, &identity);
  w->survey->plane_count = (uint32_t)planes;
}

/* ---- areas */

static void triangle_corners(const Piece *piece, uint64_t i, MlVec3 out[3]) {
  for (int k = 0; k < 3; k++) {
    const float *p = piece->mesh->points + 3 * (size_t)piece->mesh->triangles[3 * i + (uint64_t)k];
    out[k] = affine_point(&piece->t, (MlVec3){(double)p[0], (double)p[1], (double)p[2]});
  }
}

static double stretch(const Piece *piece, MlVec3 n) {
  return dvec_length(
    dvec_add(dvec_add(dvec_scale(piece->areas[0], n.x), dvec_scale(piece->areas[1], n.y)), dvec_scale(piece->areas[2], n.z)));
}

static double piece_area(const Piece *piece) {
  if (piece->kind == PIECE_PLANE) return 0;
  if (piece_is_flat(piece->kind)) return piece->most;
  double sum = 0;
  for (int i = 0; i < QUADRATURE; i++)
    for (int k = 0; k < QUADRATURE; k++) {
      const PiecePoint at = piece_point(piece->kind, piece->r, (i + 0.5) / QUADRATURE, (k + 0.5) / QUADRATURE);
      sum += at.weight * stretch(piece, at.n);
    }
  return sum / (QUADRATURE * QUADRATURE);
}

static void measure(MlSurvey *s, Work *work) {
  double area = 0;
  for (uint64_t i = 0; i < s->piece_count; i++) {
    const Piece *piece = &s->pieces[i];
    if (piece->mesh == NULL) {
      if (!work_goes_on(work, piece_is_flat(piece->kind) ? 64 : 16384)) return;
      s->ends[piece->first] = area += piece_area(piece);
      continue;
    }
    for (uint64_t k = 0; k < piece->mesh->triangle_count; k++) {
      MlVec3 p[3];
      if (!work_goes_on(work, 128)) return;
      triangle_corners(piece, k, p);
      s->ends[piece->first + k] = area += 0.5 * dvec_length(dvec_cross(dvec_subtract(p[1], p[0]), dvec_subtract(p[2], p[0])));
    }
  }
  s->area = area;
}

/* ---- columns */

static MlBounds piece_bounds(const Piece *piece) {
  const double r = piece->r, wide = piece->kind == PIECE_CONE_SIDE ? (r > 1 ? r : 1) : piece->kind == PIECE_TORUS ? 1 + r : 1;
  const double high = piece->kind == PIECE_CAPSULE ? 1 + r : piece->kind == PIECE_TORUS ? r : piece_is_flat(piece->kind) ? 0 : 1;
  MlBounds box = {.min = {-wide, -high, -wide}, .max = {wide, high, wide}};
  if (piece->kind == PIECE_SQUARE || piece->kind == PIECE_TRIANGLE) box = (MlBounds){.max = {1, 0, 1}};
  return affine_bounds(&piece->t, &box);
}

static void item_bounds(const Piece *piece, uint64_t i, double lo[3], double hi[3]) {
  MlVec3 p[3];
  int count = 2;
  if (piece->mesh != NULL) {
    triangle_corners(piece, i, p);
    count = 3;
  } else {
    const MlBounds box = piece_bounds(piece);
    p[0] = box.min, p[1] = box.max;
  }
  lo[0] = hi[0] = p[0].x, lo[1] = hi[1] = p[0].y, lo[2] = hi[2] = p[0].z;
  for (int k = 1; k < count; k++) {
    const double q[3] = {p[k].x, p[k].y, p[k].z};
    for (int a = 0; a < 3; a++) {
      if (q[a] < lo[a]) lo[a] = q[a];
      if (q[a] > hi[a]) hi[a] = q[a];
    }
  }
}

/* The cell of a coordinate: the same for a bound as for a point at it, so that rounding parts nothing. */
static uint32_t cell_of(const Columns *c, int axis, double x) {
  const double at = (x - c->lo[axis]) * c->per_metre[axis];
  return at > 0 ? (at < c->count[axis] ? (uint32_t)(int64_t)at : c->count[axis] - 1) : 0;
}

/* Calls for every item that is no plane, with its cells. */
static uint64_t for_each_share(const MlSurvey *s, Work *work, uint64_t most, uint32_t *counts, bool fill) {
  const Columns *c = &s->columns;
  uint64_t shares = 0;
  for (uint64_t i = s->plane_count; i < s->piece_count; i++) {
    const Piece *piece = &s->pieces[i];
    const uint64_t count = piece->mesh != NULL ? piece->mesh->triangle_count : 1;
    for (uint64_t k = 0; k < count; k++) {
      double lo[3], hi[3];
      item_bounds(piece, k, lo, hi);
      const uint32_t x0 = cell_of(c, 0, lo[0]), x1 = cell_of(c, 0, hi[0]), z0 = cell_of(c, 1, lo[2]), z1 = cell_of(c, 1, hi[2]);
      shares += (uint64_t)(x1 - x0 + 1) * (z1 - z0 + 1);
      if (shares > most || !work_goes_on(work, 256 + 8 * (uint64_t)(x1 - x0 + 1) * (z1 - z0 + 1))) return shares;
      for (uint32_t z = z0; z <= z1; z++)
        for (uint32_t x = x0; x <= x1; x++) {
          uint32_t *cell = &counts[z * c->count[0] + x];
          if (fill) c->items[(*cell)++] = (uint32_t)(piece->first + k);
          else cell[1]++;
        }
    }
  }
  return shares;
}

/* So many cells as items; fewer where items are long. */
static bool make_columns(MlBuilder *b, MlSurvey *s, Work *work) {
  Columns *c = &s->columns;
  double lo[3] = {0, 0, 0}, hi[3] = {0, 0, 0};
  bool any = false;
  for (uint64_t i = s->plane_count; i < s->piece_count; i++) {
    const Piece *piece = &s->pieces[i];
    for (uint64_t k = 0; k < (piece->mesh != NULL ? piece->mesh->triangle_count : 1) && work_goes_on(work, 128); k++) {
      double from[3], to[3];
      item_bounds(piece, k, from, to);
      for (int a = 0; a < 3; a++) {
        if (!any || from[a] < lo[a]) lo[a] = from[a];
        if (!any || to[a] > hi[a]) hi[a] = to[a];
      }
      any = true;
    }
  }
  const uint64_t items = s->item_count - s->plane_count;
  const double wide[2] = {hi[0] - lo[0], hi[2] - lo[2]};
  c->top = hi[1];
  double cells = items < CELLS_MAX ? (double)items : CELLS_MAX;
  for (;; cells /= 4) {
    const double aspect = wide[0] > 0 && wide[1] > 0 ? wide[0] / wide[1] : 1, across = __builtin_sqrt(cells * aspect);
    for (int a = 0; a < 2; a++) {
      const double n = a == 0 ? across : cells / across;
      c->lo[a] = a == 0 ? lo[0] : lo[2];
      c->count[a] = n >= 1 && wide[a] > 0 ? (uint32_t)(n < CELLS_MAX / 4 ? n : CELLS_MAX / 4) : 1;
      c->per_metre[a] = wide[a] > 0 ? c->count[a] / wide[a] : 0;
    }
    const size_t cell_count = (size_t)c->count[0] * c->count[1];
    const uint64_t most = cell_count == 1 ? UINT64_MAX : SHARES_MAX * items + 64;
    c->starts = arena_alloc(&b->arena, (cell_count + 1) * sizeof *c->starts, 64);
    if (c->starts == NULL) return false;
    const uint64_t shares = for_each_share(s, work, most, c->starts, false);
    if (work != NULL && work->cancelled) return true;
    if (shares > most) continue;
    for (size_t i = 0; i < cell_count; i++) c->starts[i + 1] += c->starts[i];
    c->items = arena_alloc(&b->arena, (size_t)shares * sizeof *c->items + 4, 64);
    if (c->items == NULL) return false;
    for_each_share(s, work, most, c->starts, true); // every start moves on to the next one's
    memmove(c->starts + 1, c->starts, cell_count * sizeof *c->starts);
    c->starts[0] = 0;
    s->has_columns = true;
    return true;
  }
}

/* ---- making one */

static MlStatus no_memory(const MlBuilder *b, uint64_t bytes, MlError *error) {
  return memory_error(b->context.memory, bytes, "the survey of a surface", error);
}

MlStatus ml_survey(MlBuilder *b, const MlSurveyDesc *desc, const MlSurvey **out, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  *out = NULL;
  DescSource source = {.what = "survey", .error = error};
  MlSurveyDesc d;
  if (!DESC_READ(&source, MlSurveyDesc, desc, &d) || !desc_node(&source, b, "node", d.node)) return ML_ERROR_ARGUMENT;
  MlSurvey *s = arena_alloc(&b->arena, sizeof *s, _Alignof(MlSurvey));
  if (s == NULL) return no_memory(b, sizeof *s, error);
  Work work = {.cancel = d.cancel};
  Walk w = {.b = b, .survey = s, .work = &work};
  walk_all(&w, d.node);
  MlStatus status = work_status(&work, error);
  if (status != ML_OK) return status;
  if (w.combined) {
    error_set_at(error, ML_ERROR_ARGUMENT, d.place,
                 "survey: the surface of solids that are combined is nowhere as such: take the parts that they were made of");
    return ML_ERROR_ARGUMENT;
  }
  if (too_many(&w)) {
    error_set_at(error, ML_ERROR_LIMIT, d.place, "survey: more than %d shapes or %d triangles", PIECES_MAX, ITEMS_MAX);
    return ML_ERROR_LIMIT;
  }
  s->piece_count = w.pieces;
  s->item_count = w.items;
  s->pieces = arena_alloc(&b->arena, (size_t)w.pieces * sizeof *s->pieces, _Alignof(Piece));
  s->ends = arena_alloc(&b->arena, (size_t)w.items * sizeof *s->ends, _Alignof(double));
  if (w.pieces != 0 && (s->pieces == NULL || s->ends == NULL)) return no_memory(b, w.items * sizeof *s->ends, error);
  w.fill = true;
  walk_all(&w, d.node);
  measure(s, &work);
  if (d.drops && w.pieces > s->plane_count && !make_columns(b, s, &work)) return no_memory(b, w.items * 16, error);
  status = work_status(&work, error);
  if (status == ML_OK) *out = s;
  return status;
}

double ml_survey_area(const MlSurvey *survey) { return survey->area; }

/* ---- points */

/* splitmix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014. */
static uint64_t next_bits(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double next_unit(uint64_t *state) { return (double)(next_bits(state) >> 11) * 0x1p-53; }

static uint64_t item_at(const MlSurvey *s, double area) {
  uint64_t low = 0, high = s->item_count - 1; // the first whose end is beyond
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (s->ends[middle] > area) high = middle;
    else low = middle + 1;
  }
  return low;
}

static const Piece *piece_of(const MlSurvey *s, uint64_t item) {
  uint64_t low = 0, high = s->piece_count - 1; // the last whose first is not beyond
  while (low < high) {
    const uint64_t middle = low + (high - low + 1) / 2;
    if (s->pieces[middle].first <= item) low = middle;
    else high = middle - 1;
  }
  return &s->pieces[low];
}

static MlVec3 triangle_normal(const Piece *piece, uint64_t i) {
  MlVec3 p[3];
  for (int k = 0; k < 3; k++) {
    const float *q = piece->mesh->points + 3 * (size_t)piece->mesh->triangles[3 * i + (uint64_t)k];
    p[k] = (MlVec3){(double)q[0], (double)q[1], (double)q[2]};
  }
  return dvec_normalize(affine_normal(&piece->t, dvec_normalize(dvec_cross(dvec_subtract(p[1], p[0]), dvec_subtract(p[2], p[0])))));
}

MlSurveyPoint ml_survey_point(const MlSurvey *s, uint64_t seed, uint64_t number) {
  FLOAT_STATE_OURS;
  uint64_t state = seed;
  state = next_bits(&state) ^ number;
  state = next_bits(&state);
  if (!(s->area > 0)) return (MlSurveyPoint){{0, 0, 0}, {0, 1, 0}};
  const uint64_t item = item_at(s, next_unit(&state) * s->area);
  const Piece *piece = piece_of(s, item);
  if (piece->mesh != NULL) {
    MlVec3 p[3];
    double u = next_unit(&state), v = next_unit(&state);
    if (u + v > 1) u = 1 - u, v = 1 - v;
    triangle_corners(piece, item - piece->first, p);
    const MlVec3 at = dvec_add(p[0], dvec_add(dvec_scale(dvec_subtract(p[1], p[0]), u), dvec_scale(dvec_subtract(p[2], p[0]), v)));
    return (MlSurveyPoint){at, triangle_normal(piece, item - piece->first)};
  }
  PiecePoint at = {{0, 0, 0}, {0, 1, 0}, 0};
  for (int i = 0; i < TRIALS; i++) {
    const double u = next_unit(&state), v = next_unit(&state);
    at = piece_point(piece->kind, piece->r, u, v);
    if (piece_is_flat(piece->kind) || next_unit(&state) * piece->most < at.weight * stretch(piece, at.n)) break;
  }
  return (MlSurveyPoint){affine_point(&piece->t, at.p), dvec_normalize(affine_normal(&piece->t, at.n))};
}

/* ---- drops */

/* Twice the area of the triangle p, a, b in xz: swapping a and b changes the sign and nothing else. */
static double edge(MlVec3 a, MlVec3 b, double x, double z) { return (a.x - x) * (b.z - z) - (a.z - z) * (b.x - x); }

/* The height of a triangle over (x, z); false: it is not there, or upright. */
static bool triangle_height(const MlVec3 p[3], double x, double z, double *height) {
  const double a = edge(p[1], p[2], x, z), b = edge(p[2], p[0], x, z), c = edge(p[0], p[1], x, z), sum = a + b + c;
  if (!((a >= 0 && b >= 0 && c >= 0) || (a <= 0 && b <= 0 && c <= 0)) || sum == 0) return false;
  *height = (a * p[0].y + b * p[1].y + c * p[2].y) / sum;
  return true;
}

/* The highest surface not above `y`, if it is above best->position. */
static void drop_on_item(const Piece *piece, uint64_t i, double x, double y, double z, bool *found, MlSurveyPoint *best) {
  double height;
  MlVec3 normal;
  if (piece->mesh != NULL) {
    MlVec3 p[3];
    triangle_corners(piece, i, p);
    if (!triangle_height(p, x, z, &height) || height > y || (*found && height <= best->position.y)) return;
    normal = triangle_normal(piece, i);
  } else {
    double t;
    MlVec3 n;
    const MlVec3 o = affine_point(&piece->inverse, (MlVec3){x, y, z}), d = affine_vector(&piece->inverse, (MlVec3){0, -1, 0});
    if (!piece_distance(piece->kind, piece->r, o, d, &t, &n)) return;
    height = y - t;
    if (*found && height <= best->position.y) return;
    normal = dvec_normalize(affine_normal(&piece->t, n));
  }
  *found = true;
  *best = (MlSurveyPoint){{x, height, z}, normal};
}

static bool drop(const MlSurvey *s, double x, double y, double z, MlSurveyPoint *out) {
  const Columns *c = &s->columns;
  bool found = false;
  for (uint32_t i = 0; i < s->plane_count; i++) drop_on_item(&s->pieces[i], 0, x, y, z, &found, out);
  if (!s->has_columns) return found;
  const size_t cell = (size_t)cell_of(c, 1, z) * c->count[0] + cell_of(c, 0, x);
  for (uint32_t i = c->starts[cell]; i < c->starts[cell + 1]; i++) {
    const Piece *piece = piece_of(s, c->items[i]);
    drop_on_item(piece, c->items[i] - piece->first, x, y, z, &found, out);
  }
  return found;
}

bool ml_survey_drop(const MlSurvey *s, MlVec3 from, MlSurveyPoint *out) {
  FLOAT_STATE_OURS;
  const double above = s->columns.top + 1 + __builtin_fabs(s->columns.top) * 1e-6;
  return drop(s, from.x, from.y, from.z, out) || drop(s, from.x, above > from.y ? above : from.y, from.z, out) ||
         (s->plane_count != 0 && drop(s, from.x, COORDINATE_LIMIT, from.z, out));
}
