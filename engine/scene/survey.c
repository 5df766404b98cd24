/* survey.c - the surfaces of a node while its scene is made: points spread evenly over them, and what lies below a point (ml_survey).
 *
 * The graph is walked twice, to count and to fill. A piece is a mesh or a surface over the unit square (scene/survey_piece.h) under one affine
 * map; an item is a triangle of a mesh, or any other piece. Points: an item is found by its share of the area; on curved pieces, which a map
 * stretches unevenly, candidates are drawn evenly and kept by the stretch there (rejection, exact). Solids without surfaces of their own propose
 * points more often than they have them (survey_solid.h): what is turned down is drawn again, from all of it. Their area is a share of
 * proposals, found by trying them. Of operands far larger than the whole only what is in its box is looked at (survey_cells.h). Drops: a grid of columns over xz lists the items above each of its cells; edges that triangles
 * share are decided with the same bits, so that nothing falls between them. */
#include <string.h>

#include "scene/builder.h"
#include "scene/survey_cells.h"
#include "scene/survey_piece.h"
#include "scene/survey_solid.h"

enum { PIECES_MAX = 1 << 20, ITEMS_MAX = 1 << 26, QUADRATURE = 24, TRIALS = 256, CELLS_MAX = 1 << 22, SHARES_MAX = 8 };
/* A share of proposals: from so many, or until so many were kept; while fewer than the least are, from as many as TRIALS_MOST. */
enum { RATE_TRIALS = 1 << 16, RATE_KEPT = 2048, RATE_LEAST = 16, RATE_TRIALS_MOST = 1 << 20 };
enum { LITTLE = 8 }; /* a part is little when it is less than an eighth: the rest is left out, then */

/* The part of a round piece that is in its box. */
typedef struct PieceCells {
  const PieceCell *cells;
  const double *ends; /* the sum up to a cell's end; of the unit square */
  uint64_t count;
  double most; /* bounds weight times stretch */
} PieceCells;

typedef struct Piece {
  MlTransform t, inverse;
  MlVec3 areas[3];  /* images of the local unit areas across x, y, z: the cofactors of t */
  double r, most;   /* most: bounds weight times stretch */
  const Mesh *mesh; /* NULL: kind */
  uint64_t first;   /* of its items */
  PieceKind kind;
  /* Of a combination of solids: */
  const SurveySolid *solid; /* NULL: of none */
  uint32_t item;            /* what it is of in the solid, and whether that is taken away */
  bool flipped;
  uint8_t chords;          /* not 0: proposed by lines through `box`, along the axis chords - 1, or, 4, along any */
  double box[6];           /* in the solid's space: least, greatest */
  double slack;            /* what rays may err by on it, there */
  const PieceCells *cells; /* NULL: all of it is drawn from */
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
  SurveySolid *solids;
  uint64_t piece_count, item_count, solid_count;
  uint32_t plane_count; /* the first pieces */
  double *ends;         /* by item: the area up to its end; of solids what stands for it */
  double weight, plain; /* the sum of all, and of what is in no solid */
  double area, trials;  /* of all; the proposals for each point that is kept, INFINITY: too many */
  MlSurveyPoint any;    /* one that was kept, where there are solids */
  bool has_columns;
  Columns columns;
};

/* ---- walking the graph */

typedef struct Walk {
  MlBuilder *b;
  MlSurvey *survey;
  Work *work;
  SolidMaker solids;
  MlStatus status;
  bool fill, planes; /* the first passes count, then fill; planes are filled before the rest */
  uint64_t pieces, items, solid_count;
  /* Of the solid that pieces are added of: */
  const Geometry *within; /* NULL: of none */
  uint32_t item;
} Walk;

static MlVec3 column(const MlTransform *t, int k) { return (MlVec3){t->m[k], t->m[4 + k], t->m[8 + k]}; }

static void join_solid(Walk *w, Piece *piece);

static void add_piece(Walk *w, PieceKind kind, double r, const Mesh *mesh, const MlTransform *t) {
  if ((kind == PIECE_PLANE && mesh == NULL && w->within == NULL) != w->planes) return;
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
    if (w->within != NULL) join_solid(w, piece);
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

/* ---- solids */

/* A box to what a ball's surface has in it: of a lens, little of both balls. */
static void tighten(const Prim *prim, double box[6]) {
  double away[3]; // squared: how far the box is from the middle, at least
  const double r = (double)prim->r, square = r * r;
  for (int k = 0; k < 3; k++) {
    const double lo = box[k] - (double)prim->p[0][k], hi = box[3 + k] - (double)prim->p[0][k];
    away[k] = lo > 0 ? lo * lo : hi < 0 ? hi * hi : 0;
  }
  for (int k = 0; k < 3; k++) {
    const double left = square - away[(k + 1) % 3] - away[(k + 2) % 3], c = (double)prim->p[0][k];
    const double wide = __builtin_sqrt(left > 0 ? left : 0) + 0x1p-18 * r;
    if (c - wide > box[k]) box[k] = c - wide;
    if (c + wide < box[3 + k]) box[3 + k] = c + wide;
  }
}

/* The box that holds all of an item that can be part of the whole; false: there is nothing. */
static bool item_box(const Geometry *g, uint32_t item, double out[6]) {
  const Prim *prim = item < g->prim_count ? &g->prims[item] : NULL;
  for (int k = 0; k < 3; k++) {
    float lo = g->csg.box.lo[k], hi = g->csg.box.hi[k];
    if (prim != NULL && prim->lo[k] > lo) lo = prim->lo[k];
    if (prim != NULL && prim->hi[k] < hi) hi = prim->hi[k];
    if (!(lo <= hi)) return false;
    out[k] = (double)lo, out[3 + k] = (double)hi;
  }
  if (prim != NULL && prim->kind == PRIM_SPHERE) tighten(prim, out);
  return true;
}

/* The piece's size, and the map from its space to that of its solid. */
static double piece_size(const Walk *w, const Piece *piece, MlTransform *to) {
  const Geometry *g = w->within;
  *to = ml_transform_multiply(&piece->solid->inverse, &piece->t);
  MlBounds local = {.min = {-1, -1, -1}, .max = {1, 1, 1}};
  if (piece->mesh != NULL) {
    const Instance *instance = &g->instances.data[piece->item - g->prim_count];
    local = aabb_to_bounds(&instance_geometry(&g->instances, instance)->bvh.bounds);
  } else {
    const double r = 1 + piece->r;
    local = (MlBounds){.min = {-r, -r, -r}, .max = {r, r, r}};
  }
  const MlBounds b = affine_bounds(to, &local);
  return dvec_length(dvec_subtract(b.max, b.min));
}

/* A tighter bound than that of all directions: the sides of cones know but few. */
static double round_most(const Piece *piece) {
  double a[3];
  for (int k = 0; k < 3; k++) a[k] = dvec_length(piece->areas[k]);
  double most = __builtin_sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
  if (piece->kind == PIECE_CONE_SIDE) {
    const double slope = __builtin_fabs(cone_side(piece->r).slope);
    const double side = (__builtin_sqrt(a[0] * a[0] + a[2] * a[2]) + slope * a[1]) / __builtin_sqrt(1 + slope * slope);
    if (side < most) most = side;
  }
  return piece_most(piece->kind, piece->r) * most * (1 + 1e-12);
}

/* The cells of a round piece that are in its box, if those are little of it. `weight`: what else stands for it. */
static void join_cells(Walk *w, Piece *piece, const MlTransform *to, double weight) {
  MlBuilder *b = w->b;
  double box[6], sum = 0;
  for (int k = 0; k < 3; k++) box[k] = piece->box[k] - 4 * piece->slack, box[3 + k] = piece->box[3 + k] + 4 * piece->slack;
  PieceCell cells[PIECE_CELLS];
  const uint32_t count = piece_cells(piece->kind, piece->r, to, box, w->work, cells);
  for (uint32_t i = 0; i < count; i++) sum += piece_cell_size(&cells[i]);
  const double most = round_most(piece);
  if (!(sum * most * LITTLE < weight)) return;
  PieceCells *out = arena_alloc(&b->arena, sizeof *out, _Alignof(PieceCells));
  PieceCell *kept = arena_alloc(&b->arena, count * sizeof *kept, _Alignof(PieceCell));
  double *ends = arena_alloc(&b->arena, count * sizeof *ends, _Alignof(double));
  if (out == NULL || (count != 0 && (kept == NULL || ends == NULL))) {
    w->status =
      memory_error(b->context.memory, sizeof *out + count * (sizeof *kept + sizeof *ends), "the survey of a surface", w->solids.e.error);
    return;
  }
  sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    kept[i] = cells[i];
    ends[i] = sum += piece_cell_size(&cells[i]);
  }
  *out = (PieceCells){kept, ends, count, most};
  piece->cells = out;
  piece->chords = 0;
}

/* Points of large flat pieces and balls are better found on lines through the little that the whole is, those of other round ones in cells. */
static void join_solid(Walk *w, Piece *piece) {
  const SurveySolid *solid = &w->survey->solids[w->solid_count];
  const Geometry *g = w->within;
  piece->solid = solid;
  if (piece->kind == PIECE_SOLID) return;
  piece->item = w->item;
  piece->flipped = g->csg.items[w->item].flipped != 0;
  (void)item_box(g, w->item, piece->box);
  MlTransform to;
  const double size = piece->kind == PIECE_PLANE && piece->mesh == NULL ? 0 : piece_size(w, piece, &to);
  piece->slack = solid_slack(solid, size);
  if (piece->mesh != NULL) return;
  if (!piece_is_flat(piece->kind)) join_cells(w, piece, &to, piece->most);
  if (piece->cells != NULL || (!piece_is_flat(piece->kind) && piece->kind != PIECE_SPHERE)) return;
  double side[3], faces[3], all = 0.0;
  for (int k = 0; k < 3; k++) side[k] = piece->box[3 + k] > piece->box[k] ? piece->box[3 + k] - piece->box[k] : 0;
  for (int k = 0; k < 3; k++) all += faces[k] = side[(k + 1) % 3] * side[(k + 2) % 3];
  double weight = 2.0 * all * solid->most; // a line meets a ball twice
  uint8_t chords = 4;
  if (piece_is_flat(piece->kind)) {
    const MlVec3 n = solid_normal_inward(solid, affine_normal(&piece->t, (MlVec3){0, 1, 0}));
    const double ns[3] = {__builtin_fabs(n.x), __builtin_fabs(n.y), __builtin_fabs(n.z)};
    const int k = ns[0] >= ns[1] ? (ns[0] >= ns[2] ? 0 : 2) : ns[1] >= ns[2] ? 1 : 2;
    weight = faces[k] * areas_stretch(solid->areas, n) / ns[k];
    chords = (uint8_t)(1 + k);
  }
  if (piece->kind != PIECE_PLANE && piece->most <= weight) return;
  piece->chords = chords;
  piece->most = weight;
}

static void add_operand(Walk *w, const Geometry *g, const Prim *prim, const MlTransform *t) {
  const double r = (double)prim->r;
  MlTransform local = ml_transform_identity();
  if (prim_is_placed(prim)) { // where rays see it
    const PlacedTransform *placed = &g->placed[prim->placed];
    MlTransform inward = {0};
    for (int k = 0; k < 9; k++) inward.m[4 * (k / 3) + k % 3] = (double)placed->to_local[k];
    if (!ml_transform_invert(&inward, &local)) return;
    for (int k = 0; k < 3; k++) local.m[4 * k + 3] = (double)placed->centre[k];
  }
  const MlVec3 at = {(double)prim->p[0][0], (double)prim->p[0][1], (double)prim->p[0][2]};
  if (prim->kind == PRIM_SPHERE) local = affine_from_columns((MlVec3){r, 0, 0}, (MlVec3){0, r, 0}, (MlVec3){0, 0, r}, at);
  local = ml_transform_multiply(t, &local);
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE:
  case PRIM_ELLIPSOID: add_piece(w, PIECE_SPHERE, 0, NULL, &local); break;
  case PRIM_BOX: add_box(w, &local, (MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}); break;
  case PRIM_CONE: add_cone(w, &local, &(Leaf){.r = r}); break;
  case PRIM_CAPSULE: add_piece(w, PIECE_CAPSULE, r, NULL, &local); break;
  case PRIM_TORUS: add_piece(w, PIECE_TORUS, r, NULL, &local); break;
  case PRIM_PLANE: {
    MlVec3 axes[2];
    for (int k = 0; k < 2; k++) axes[k] = (MlVec3){(double)prim->p[1 + k][0], (double)prim->p[1 + k][1], (double)prim->p[1 + k][2]};
    const MlVec3 n = {(double)prim->n[0], (double)prim->n[1], (double)prim->n[2]};
    const bool mirrored = dvec_dot(dvec_cross(axes[0], axes[1]), n) < 0.0;
    add_flat(w, PIECE_PLANE, 0, &local, at, axes[mirrored ? 1 : 0], axes[mirrored ? 0 : 1]);
    break;
  }
  case PRIM_CONE_SIDE: // these are not closed
  case PRIM_QUAD:
  case PRIM_TRIANGLE:
  case PRIM_DISK: break;
  }
}

/* t: from the geometry's space. */
static void add_operands(Walk *w, const Geometry *g, const MlTransform *t) {
  double box[6];
  for (w->item = 0; w->item < g->prim_count && work_goes_on(w->work, 512); w->item++)
    if (item_box(g, w->item, box)) add_operand(w, g, &g->prims[w->item], t);
  for (uint64_t i = 0; i < g->instances.count && work_goes_on(w->work, 512); i++, w->item++) {
    const Instance *instance = &g->instances.data[i];
    MlTransform local = {0};
    for (int k = 0; k < 9; k++) local.m[4 * (k / 3) + k % 3] = (double)instance->placed.to_world[k];
    for (int k = 0; k < 3; k++) local.m[4 * k + 3] = (double)instance->placed.centre[k];
    local = ml_transform_multiply(t, &local);
    add_piece(w, PIECE_TRIANGLE, 0, &instance_geometry(&g->instances, instance)->mesh, &local);
  }
}

/* A solid is a piece that things drop on, and of which programs propose points; then come those of its operands. */
static void add_solid(Walk *w, MlNode id, const MlTransform *t) {
  const Geometry *g;
  MlTransform inverse;
  if (w->planes || w->status != ML_OK) return;
  w->status = solid_geometry(&w->solids, id, &g);
  if (w->status != ML_OK || g == NULL || !ml_transform_invert(t, &inverse)) return;
  SurveySolid *solid = w->fill ? &w->survey->solids[w->solid_count] : NULL;
  if (solid != NULL && (w->status = solid_make(&w->solids, id, g, t, solid)) != ML_OK) return;
  const MlTransform shift = affine_translate((MlVec3){g->origin[0], g->origin[1], g->origin[2]}), all = ml_transform_multiply(t, &shift);
  w->within = g;
  add_piece(w, PIECE_SOLID, 0, NULL, &all);
  if (g->csg.node_count != 0) add_operands(w, g, &all);
  w->within = NULL;
  w->solid_count++;
}

static bool too_many(const Walk *w) { return w->pieces > PIECES_MAX || w->items > ITEMS_MAX; }

/* Depth is bounded by NODE_MAX_DEPTH groups with a placement between each two. */
static void walk(Walk *w, MlNode id, const MlTransform *t) {
  const Node *node = builder_node(w->b, id);
  if (!work_goes_on(w->work, 512) || too_many(w) || w->status != ML_OK) return;
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
  case NODE_CSG:
  case NODE_SDF: add_solid(w, id, t); break;
  case NODE_MESH: {
    const Mesh *mesh = mesh_node_mesh(node->mesh);
    if (mesh->triangle_count != 0) add_piece(w, PIECE_TRIANGLE, 0, mesh, t);
    break;
  }
  case NODE_HAIR: break; /* nothing stands on hair */
  case NODE_SURFACES:
  case NODE_LIGHTS: add_leaf(w, node, t); break;
  }
}

/* Counts, or fills: planes first. */
static void walk_all(Walk *w, MlNode node) {
  const MlTransform identity = ml_transform_identity();
  w->pieces = w->items = w->solid_count = 0;
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

static double stretch(const Piece *piece, MlVec3 n) { return areas_stretch(piece->areas, n); }

static double piece_area(const Piece *piece) {
  if (piece->kind == PIECE_SOLID) return piece->solid->table != NULL ? solid_weight(piece->solid) : 0;
  if (piece->cells != NULL) return piece->cells->count != 0 ? piece->cells->most * piece->cells->ends[piece->cells->count - 1] : 0;
  if (piece->chords != 0) return piece->most;
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

/* Of a triangle of a mesh, the part that may be left of it in its solid: where that is little, share is its share of the area, else 1. */
static TrianglePart triangle_left(const Piece *piece, const MlVec3 p[3]) {
  double lo[3], hi[3], box[6];
  MlVec3 local[3];
  for (int i = 0; i < 3; i++) {
    const MlVec3 q = local[i] = affine_point(&piece->solid->inverse, p[i]);
    const double qs[3] = {q.x, q.y, q.z};
    for (int k = 0; k < 3; k++) {
      if (i == 0 || qs[k] < lo[k]) lo[k] = qs[k];
      if (i == 0 || qs[k] > hi[k]) hi[k] = qs[k];
    }
  }
  bool whole = true;
  for (int k = 0; k < 3; k++) {
    if (lo[k] > piece->box[3 + k] || hi[k] < piece->box[k]) return (TrianglePart){.share = 0};
    box[k] = piece->box[k] - 4 * piece->slack;
    box[3 + k] = piece->box[3 + k] + 4 * piece->slack;
    whole = whole && lo[k] >= box[k] && hi[k] <= box[3 + k];
  }
  if (whole) return (TrianglePart){.share = 1};
  const TrianglePart part = triangle_part(local, box);
  return part.share * LITTLE < 1 ? part : (TrianglePart){.share = 1};
}

static void measure(MlSurvey *s, Work *work) {
  double area = 0;
  for (uint64_t i = 0; i < s->piece_count; i++) {
    const Piece *piece = &s->pieces[i];
    if (piece->mesh == NULL) {
      if (!work_goes_on(work, piece_is_flat(piece->kind) ? 64 : 16384)) return;
      const double own = piece_area(piece);
      s->ends[piece->first] = area += own;
      if (piece->solid == NULL) s->plain += own;
      continue;
    }
    for (uint64_t k = 0; k < piece->mesh->triangle_count; k++) {
      MlVec3 p[3];
      if (!work_goes_on(work, piece->solid != NULL ? 1024 : 128)) return;
      triangle_corners(piece, k, p);
      double own = 0.5 * dvec_length(dvec_cross(dvec_subtract(p[1], p[0]), dvec_subtract(p[2], p[0])));
      if (piece->solid != NULL) own *= triangle_left(piece, p).share;
      s->ends[piece->first + k] = area += own;
      if (piece->solid == NULL) s->plain += own;
    }
  }
  s->weight = area;
}

/* ---- columns */

/* Of a combination the whole is what things drop on, not its parts. */
static bool is_dropped_on(const Piece *piece) { return piece->solid == NULL || piece->kind == PIECE_SOLID; }

static MlBounds piece_bounds(const Piece *piece) {
  if (piece->kind == PIECE_SOLID) {
    const MlBounds whole = aabb_to_bounds(&piece->solid->geometry->bvh.bounds);
    return affine_bounds(&piece->t, &whole);
  }
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
    const uint64_t count = !is_dropped_on(piece) ? 0 : piece->mesh != NULL ? piece->mesh->triangle_count : 1;
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
    if (!is_dropped_on(piece)) continue;
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

static void find_rate(MlSurvey *s, Work *work);

static MlStatus make_survey(Walk *w, const MlSurveyDesc *d, MlError *error) {
  MlBuilder *b = w->b;
  MlSurvey *s = w->survey;
  walk_all(w, d->node);
  TRY(w->status);
  TRY(work_status(w->work, error));
  if (too_many(w))
    return error_set_at(error, ML_ERROR_LIMIT, d->place, "survey: more than %d shapes or %d triangles", PIECES_MAX, ITEMS_MAX);
  s->piece_count = w->pieces;
  s->item_count = w->items;
  s->solid_count = w->solid_count;
  s->pieces = arena_alloc(&b->arena, (size_t)w->pieces * sizeof *s->pieces, _Alignof(Piece));
  s->ends = arena_alloc(&b->arena, (size_t)w->items * sizeof *s->ends, _Alignof(double));
  s->solids = arena_alloc(&b->arena, (size_t)w->solid_count * sizeof *s->solids, _Alignof(SurveySolid));
  if (w->pieces != 0 && (s->pieces == NULL || s->ends == NULL)) return no_memory(b, w->items * sizeof *s->ends, error);
  if (w->solid_count != 0 && s->solids == NULL) return no_memory(b, w->solid_count * sizeof *s->solids, error);
  w->fill = true;
  walk_all(w, d->node);
  TRY(w->status);
  measure(s, w->work);
  if (!d->no_points) find_rate(s, w->work);
  TRY(work_status(w->work, error));
  if (d->drops && w->pieces > s->plane_count && !make_columns(b, s, w->work)) return no_memory(b, w->items * 16, error);
  return work_status(w->work, error);
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
  *s = (MlSurvey){.any = {{0, 0, 0}, {0, 1, 0}}};
  Work work = {.cancel = d.cancel};
  Walk w = {.b = b, .survey = s, .work = &work};
  solids_begin(&w.solids, b, &work, error);
  const MlStatus status = solids_end(&w.solids, make_survey(&w, &d, error));
  if (status == ML_OK) *out = s;
  return status;
}

double ml_survey_area(const MlSurvey *survey) { return survey->area; }
double ml_survey_trials(const MlSurvey *survey) { return survey->trials; }

/* ---- points */

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

/* Where a line along an axis, through the box, meets the piece. */
static bool propose_chord(const Piece *piece, uint64_t *state, MlSurveyPoint *out) {
  const SurveySolid *solid = piece->solid;
  const double which = survey_unit(state), u = survey_unit(state), v = survey_unit(state), kept = survey_unit(state);
  double side[3], o[3], d[3] = {0, 0, 0}, t;
  for (int k = 0; k < 3; k++) side[k] = piece->box[3 + k] - piece->box[k];
  int axis = piece->chords - 1;
  bool second = false;
  if (piece->chords == 4) { // an axis by its face, and one of both places
    const double x = side[1] * side[2], y = side[2] * side[0], z = side[0] * side[1];
    double at = which * 2.0 * (x + y + z);
    second = at >= x + y + z;
    if (second) at -= x + y + z;
    axis = at < x ? 0 : at < x + y ? 1 : 2;
  }
  const int i = (axis + 1) % 3, k = (axis + 2) % 3;
  o[axis] = piece->box[axis] - side[axis];
  o[i] = piece->box[i] + u * side[i];
  o[k] = piece->box[k] + v * side[k];
  d[axis] = 1;
  MlVec3 from = affine_point(&solid->t, (MlVec3){o[0], o[1], o[2]}), way = affine_vector(&solid->t, (MlVec3){d[0], d[1], d[2]}), n;
  from = affine_point(&piece->inverse, from);
  way = affine_vector(&piece->inverse, way);
  if (piece->kind == PIECE_SPHERE ? !piece_sphere_cut(from, way, second, &t, &n)
                                  : !piece_distance(piece->kind, piece->r, from, way, &t, &n))
    return false;
  *out = (MlSurveyPoint){affine_point(&piece->t, dvec_add(from, dvec_scale(way, t))), dvec_normalize(affine_normal(&piece->t, n))};
  if (piece->chords != 4) return true;
  const MlVec3 local = solid_normal_inward(solid, out->normal);
  const double density = __builtin_fabs(local.x) + __builtin_fabs(local.y) + __builtin_fabs(local.z);
  return kept * solid->most * density < areas_stretch(solid->areas, local);
}

/* A point of the cells, drawn evenly over the unit square. */
static bool propose_in_cells(const Piece *piece, uint64_t *state, MlSurveyPoint *out) {
  const PieceCells *c = piece->cells;
  const double which = survey_unit(state), u = survey_unit(state), v = survey_unit(state), kept = survey_unit(state);
  uint64_t low = 0, high = c->count; // the first whose end is beyond
  while (low + 1 < high) {
    const uint64_t middle = low + (high - low - 1) / 2;
    if (c->ends[middle] > which * c->ends[c->count - 1]) high = middle + 1;
    else low = middle + 1;
  }
  if (c->count == 0) return false;
  const PieceCell *cell = &c->cells[low];
  const PiecePoint at =
    piece_point(piece->kind, piece->r, cell->s[0] + u * (cell->s[1] - cell->s[0]), cell->t[0] + v * (cell->t[1] - cell->t[0]));
  *out = (MlSurveyPoint){affine_point(&piece->t, at.p), dvec_normalize(affine_normal(&piece->t, at.n))};
  return kept * c->most < at.weight * stretch(piece, at.n);
}

/* After so many in vain, which takes a map that flattens without measure: of many, one drawn by its stretch (importance resampling). */
static PiecePoint resample(const Piece *piece, uint64_t *state) {
  enum { DRAWN = 4096 };
  PiecePoint out = {{0, 0, 0}, {0, 1, 0}, 0};
  double sum = 0;
  for (int i = 0; i < DRAWN; i++) {
    const double u = survey_unit(state), v = survey_unit(state), kept = survey_unit(state);
    const PiecePoint at = piece_point(piece->kind, piece->r, u, v);
    const double weight = at.weight * stretch(piece, at.n);
    sum += weight;
    if (i == 0 || kept * sum < weight) out = at;
  }
  return out;
}

static bool propose_on_triangle(const Piece *piece, uint64_t i, uint64_t *state, MlSurveyPoint *out) {
  MlVec3 p[3];
  double u = survey_unit(state), v = survey_unit(state);
  triangle_corners(piece, i, p);
  const TrianglePart part = piece->solid != NULL ? triangle_left(piece, p) : (TrianglePart){.share = 1};
  if (part.share < 1) {
    if (!(part.share > 0)) return false;
    const double which = survey_unit(state);
    triangle_part_point(&part, which, u, v, &u, &v);
  } else if (u + v > 1) {
    u = 1 - u, v = 1 - v;
  }
  const MlVec3 at = dvec_add(p[0], dvec_add(dvec_scale(dvec_subtract(p[1], p[0]), u), dvec_scale(dvec_subtract(p[2], p[0]), v)));
  *out = (MlSurveyPoint){at, triangle_normal(piece, i)};
  return true;
}

/* A point of the piece, of its item or of another part of it. false: none, this time. */
static bool propose_on(const Piece *piece, uint64_t item, uint64_t *from, MlSurveyPoint *out) {
  if (piece->kind == PIECE_SOLID) return solid_propose(piece->solid, from, &out->position, &out->normal);
  if (piece->cells != NULL) return propose_in_cells(piece, from, out);
  if (piece->chords != 0) return propose_chord(piece, from, out);
  if (piece->mesh != NULL) return propose_on_triangle(piece, item - piece->first, from, out);
  uint64_t state = *from;
  PiecePoint at = {{0, 0, 0}, {0, 1, 0}, 0};
  int i = 0;
  for (; i < TRIALS; i++) {
    const double u = survey_unit(&state), v = survey_unit(&state);
    at = piece_point(piece->kind, piece->r, u, v);
    if (piece_is_flat(piece->kind) || survey_unit(&state) * piece->most < at.weight * stretch(piece, at.n)) break;
  }
  if (i == TRIALS) at = resample(piece, &state);
  *out = (MlSurveyPoint){affine_point(&piece->t, at.p), dvec_normalize(affine_normal(&piece->t, at.n))};
  *from = state;
  return true;
}

static bool is_in_box(const Piece *piece, MlVec3 p) {
  const double ps[3] = {p.x, p.y, p.z}, pad = 4 * piece->slack;
  for (int k = 0; k < 3; k++)
    if (!(ps[k] >= piece->box[k] - pad && ps[k] <= piece->box[3 + k] + pad)) return false;
  return true;
}

/* A proposal, and the piece that it is of; false: it is not kept. */
static bool propose(const MlSurvey *s, uint64_t *state, const Piece **of, MlSurveyPoint *out) {
  const uint64_t item = item_at(s, survey_unit(state) * s->weight);
  const Piece *piece = *of = piece_of(s, item);
  if (!propose_on(piece, item, state, out)) return false;
  if (piece->solid == NULL || piece->kind == PIECE_SOLID) return true;
  if (piece->flipped) out->normal = dvec_scale(out->normal, -1);
  const MlVec3 local = affine_point(&piece->solid->inverse, out->position);
  return is_in_box(piece, local) &&
         solid_shows(piece->solid, piece->item, local, solid_normal_inward(piece->solid, out->normal), piece->slack);
}

/* Nothing is proposed of solids any more. */
static void forget_solids(MlSurvey *s) {
  double before = 0, area = 0;
  for (uint64_t i = 0; i < s->piece_count; i++) {
    const Piece *piece = &s->pieces[i];
    for (uint64_t k = piece->first; k < (i + 1 < s->piece_count ? s->pieces[i + 1].first : s->item_count); k++) {
      const double end = s->ends[k];
      if (piece->solid == NULL) area += end - before;
      s->ends[k] = area;
      before = end;
    }
  }
  s->weight = area;
}

/* The area of solids is what stands for them times the share of proposals that are kept. */
static void find_rate(MlSurvey *s, Work *work) {
  uint64_t state = 1, tried = 0, kept = 0, found = 0;
  const Piece *piece;
  MlSurveyPoint at;
  s->area = s->plain;
  s->trials = 1;
  if (!(s->weight > s->plain)) return;
  for (int i = 0; (i < RATE_TRIALS && kept < RATE_KEPT) || (i < RATE_TRIALS_MOST && found < RATE_LEAST); i++) {
    if (!work_goes_on(work, 2048)) return;
    const bool fine = propose(s, &state, &piece, &at);
    tried += piece->solid != NULL;
    kept += piece->solid != NULL && fine;
    if (fine && found++ == 0) s->any = at;
  }
  if (found < RATE_LEAST) {
    if (s->plain > 0) forget_solids(s);
    else s->trials = (double)INFINITY_F;
    return;
  }
  if (tried != 0) s->area += (s->weight - s->plain) * ((double)kept / (double)tried);
  if (tried != 0) s->trials = s->weight / s->area;
}

MlSurveyPoint ml_survey_point(const MlSurvey *s, uint64_t seed, uint64_t number) {
  FLOAT_STATE_OURS;
  uint64_t state = seed;
  state = survey_bits(&state) ^ number;
  state = survey_bits(&state);
  MlSurveyPoint out;
  if (!(s->area > 0)) return s->any;
  const Piece *piece;
  const double trials = 64 * s->trials; // in vain once in e^64
  for (uint64_t i = 0; (double)i < trials; i++)
    if (propose(s, &state, &piece, &out)) return out;
  return s->any;
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
  } else if (piece->kind == PIECE_SOLID) {
    if (!solid_drop(piece->solid, (MlVec3){x, y, z}, &height, &normal) || (*found && height <= best->position.y)) return;
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
