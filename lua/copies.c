/* copies.c - one node at many places, and the methods that make rows of copies: along, ring, grid. */
#include "copies.h"

#include <string.h>

#include "budget.h"
#include "methods.h"
#include "placing.h"
#include "shapes.h"
#include "values.h"

enum { PLACED_MOST = 4096, COPIES_MOST = 10000000 };

static const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};

static MlNode make_group(Reading *r, MlNode child, const CopyPlace *places, uint64_t count, MlError *error) {
  MlBuilder *builder = r->runtime->builder;
  MlNode *nodes = lua_newuserdatauv(r->L, (size_t)count * sizeof *nodes + 1, 0), group = 0;
  uint64_t made = 0;
  for (; made < count; made++) {
    MlPlaceDesc desc = ML_DESC(MlPlaceDesc, .child = child, .place = r->place);
    for (int k = 0; k < 12; k++) desc.transform.m[k] = (double)places[made].m[k];
    budget_charge(256);
    if (!(nodes[made] = ml_place(builder, &desc, error))) break;
  }
  if (made == count) group = ml_group(builder, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = count, .place = r->place), error);
  lua_pop(r->L, 1);
  return group;
}

MlNode copies_make(Reading *r, MlNode child, bool emits, const CopyPlace *places, uint64_t count) {
  MlError error = {0};
  MlNode made;
  sandbox_count_nodes(r->L, count);
  if (count <= PLACED_MOST || emits) {
    made = make_group(r, child, places, count, &error);
  } else {
    made = ml_array(r->runtime->builder,
                    &ML_DESC(MlArrayDesc, .child = child, .transforms = places->m, .count = count, .cancel = &cancel, .place = r->place),
                    &error);
  }
  if (!made && error.status == ML_ERROR_CANCELLED) budget_check(r->L);
  if (!made) reader_fail_builder(r, &error);
  return made;
}

/* ------------------------------------------------------------ methods that copy */

/* Begins a method whose result is a group of copies: the node at the top is a new, empty one. */
static Reading begin_copies(lua_State *L, const char *name, const Node **part) {
  Reading r = method_begin(L, name);
  *part = node_test(L, 1);
  if ((*part)->entry->kind == API_TRANSFORM) luaL_error(L, "a transform is no thing that could be copied: call :%s on the part", name);
  lua_pop(L, 1);
  r.node = node_push(L, &api_group);
  r.entry = &api_group;
  return r;
}

static CopyPlace *push_places(Reading *r, uint64_t count) {
  CopyPlace *places = lua_newuserdatauv(r->L, (size_t)count * sizeof *places + 1, 0);
  memset(places, 0, (size_t)count * sizeof *places);
  return places;
}

static CopyPlace place_of(const MlTransform *t) {
  CopyPlace place;
  for (int k = 0; k < 12; k++) place.m[k] = (float)t->m[k];
  return place;
}

static int end_copies(Reading *r, const Node *part, const CopyPlace *places, uint64_t count) {
  r->step_count = 0;
  GroupDesc *desc = (GroupDesc *)r->node->desc;
  if (part->entry == &api_plane) reader_fail(r, "infinite", "a plane is infinite: there is no use in copies of it");
  else if (part->id && !r->failed) r->node->geometry = copies_make(r, part->id, part->emits, places, count);
  desc->nodes.data = convert_keep(r, sizeof(MlNode), 1);
  desc->nodes.data[0] = r->node->geometry;
  desc->nodes.count = r->node->geometry != 0;
  r->node->emits = desc->nodes.emits = part->emits;
  r->node->given = 1;
  if (!r->node->geometry) r->node->geometry = ml_group(r->runtime->builder, &ML_DESC(MlGroupDesc, .place = r->place), NULL);
  node_finish(r, r->node, false);
  lua_settop(r->L, r->node_index);
  return 1;
}

static const ApiField count_argument = {.type = API_INT, .range = {1, COPIES_MOST, 1, COPIES_MOST, false}};

/* ring(n, radius): the i-th at the heading of i/n of a turn, its +z outward. */
static int method_ring(lua_State *L) {
  static const ApiField radius_argument = {.type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m"};
  const Node *part;
  Reading r = begin_copies(L, "ring", &part);
  int64_t n = 1;
  double radius = 1;
  method_check_count(&r, 2, 2, "a count and a radius: part:ring(n, radius)");
  if (!r.failed) method_read(&r, 1, &count_argument, &n), method_read(&r, 2, &radius_argument, &radius);
  if (r.failed) n = 1;
  CopyPlace *places = push_places(&r, (uint64_t)n);
  for (int64_t i = 0; i < n; i++) {
    const MlTransform turn = ml_transform_turn(360.0 * (double)i / (double)n, (MlVec3){0, 1, 0}),
                      out = placing_shift((MlVec3){0, 0, radius});
    const MlTransform t = placing_after(turn, out);
    budget_charge(64);
    places[i] = place_of(&t);
  }
  return end_copies(&r, part, places, (uint64_t)n);
}

/* {nx, nz, step} or {nx, ny, nz, step}, where step is a number or a vector. false: reported. */
static bool read_grid(Reading *r, int64_t n[3], MlVec3 *step) {
  lua_State *L = r->L;
  method_set_argument(r, 1);
  const lua_Unsigned length = lua_istable(L, 2) ? lua_rawlen(L, 2) : 0;
  if (length != 3 && length != 4) {
    reader_fail(r, "type", "expected { nx, nz, step } or { nx, ny, nz, step }, got %s", reader_describe(r, 2));
    return false;
  }
  static const int axes[2][3] = {{0, 2, -1}, {0, 1, 2}};
  static const ApiField step_field = {.type = API_SIZE3, .range = {0, 1e12, 1e-6, 1e6, true}, .unit = "m"};
  for (lua_Unsigned i = 1; i <= length; i++) {
    lua_rawgeti(L, 2, (lua_Integer)i);
    r->steps[1] = (SourceStep){NULL, (uint32_t)i};
    r->step_count = 2;
    if (i < length) reader_read_value(r, &count_argument, lua_gettop(L), &n[axes[length - 3][i - 1]]);
    else reader_read_value(r, &step_field, lua_gettop(L), step);
    lua_pop(L, 1);
  }
  r->step_count = 1;
  if (!r->failed && (double)n[0] * (double)n[1] * (double)n[2] > COPIES_MOST)
    reader_fail(r, "count", "%g copies are too many (at most %d)", (double)n[0] * (double)n[1] * (double)n[2], COPIES_MOST);
  return !r->failed;
}

/* Rows along x, y, z about the origin; x runs fastest, then z, then y. */
static int method_grid(lua_State *L) {
  const Node *part;
  Reading r = begin_copies(L, "grid", &part);
  int64_t n[3] = {1, 1, 1};
  MlVec3 step = {1, 1, 1};
  method_check_count(&r, 1, 1, "one table: part:grid{ nx, nz, step }");
  if (r.failed || !read_grid(&r, n, &step)) n[0] = n[1] = n[2] = 1;
  CopyPlace *places = push_places(&r, (uint64_t)(n[0] * n[1] * n[2])), *next = places;
  for (int64_t y = 0; y < n[1]; y++)
    for (int64_t z = 0; z < n[2]; z++)
      for (int64_t x = 0; x < n[0]; x++) {
        const MlVec3 at = {((double)x - 0.5 * (double)(n[0] - 1)) * step.x, ((double)y - 0.5 * (double)(n[1] - 1)) * step.y,
                           ((double)z - 0.5 * (double)(n[2] - 1)) * step.z};
        const MlTransform t = placing_shift(at);
        budget_charge(32);
        *next++ = place_of(&t);
      }
  return end_copies(&r, part, places, (uint64_t)(next - places));
}

/* ------------------------------------------------------------------------ along */

typedef struct Path {
  MlVec3 *points; /* of a polyline fine enough to be taken for the curve */
  double *lengths;
  uint64_t count;
  bool closed;
} Path;

static MlVec3 between(MlVec3 a, MlVec3 b, double t) {
  return (MlVec3){a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t, a.z + (b.z - a.z) * t};
}
static double distance(MlVec3 a, MlVec3 b) {
  const double x = b.x - a.x, y = b.y - a.y, z = b.z - a.z;
  return ml_sqrt(x * x + y * y + z * z);
}

/* Centripetal Catmull-Rom between b and c (Barry and Goldman 1988), as curve{} draws it. */
static MlVec3 catmull_rom(MlVec3 a, MlVec3 b, MlVec3 c, MlVec3 d, double t) {
  const double t1 = ml_sqrt(distance(a, b)), t2 = t1 + ml_sqrt(distance(b, c)), t3 = t2 + ml_sqrt(distance(c, d)), at = t1 + (t2 - t1) * t;
  if (!(t2 > t1)) return b;
  const MlVec3 p = t1 > 0 ? between(a, b, at / t1) : b, q = between(b, c, (at - t1) / (t2 - t1)),
               s = t3 > t2 ? between(c, d, (at - t2) / (t3 - t2)) : c;
  const MlVec3 u = between(p, q, at / t2), v = between(q, s, (at - t1) / (t3 - t1));
  return between(u, v, (at - t1) / (t2 - t1));
}

/* The path of a curve{} or of a list of points, as placed. false: reported. */
static bool read_path(Reading *r, Path *path) {
  enum { FINE = 32, POINTS_MOST = 65536 };
  lua_State *L = r->L;
  const Node *node = node_test(L, 2);
  method_set_argument(r, 1);
  const float *points = NULL;
  uint64_t count = 0;
  MlTransform t = ml_transform_identity();
  if (node && node->entry == &api_curve) {
    const CurveDesc *curve = (const CurveDesc *)node->desc;
    points = curve->points.data;
    count = curve->points.count;
    path->closed = curve->closed;
    t = placing_after(node->moved, placing_of_fields(r, node));
    if (!points) return r->failed = true, false; // reported with the curve
  } else if (lua_istable(L, 2) && lua_rawlen(L, 2) >= 2) {
    count = lua_rawlen(L, 2);
  }
  if (count < 2 || count > POINTS_MOST) {
    reader_fail(r, "type", "expected a curve{} or a list of at least two points, got %s", reader_describe(r, 2));
    return false;
  }
  const uint64_t corners = count + (path->closed ? 1 : 0);
  MlVec3 *knots = lua_newuserdatauv(L, (size_t)corners * sizeof *knots, 0);
  static const ApiField point_field = {.type = API_VEC3, RANGE_LENGTH};
  for (uint64_t i = 0; i < count; i++) {
    if (points) {
      const double x = (double)points[3 * i], y = (double)points[3 * i + 1], z = (double)points[3 * i + 2];
      const double *m = t.m;
      knots[i] =
        (MlVec3){m[0] * x + m[1] * y + m[2] * z + m[3], m[4] * x + m[5] * y + m[6] * z + m[7], m[8] * x + m[9] * y + m[10] * z + m[11]};
      continue;
    }
    budget_charge(64);
    lua_rawgeti(L, 2, (lua_Integer)i + 1);
    r->steps[1] = (SourceStep){NULL, (uint32_t)i + 1};
    r->step_count = 2;
    const bool fine = reader_read_value(r, &point_field, lua_gettop(L), &knots[i]);
    r->step_count = 1;
    lua_pop(L, 1);
    if (!fine) return false;
  }
  if (path->closed) knots[count] = knots[0];
  path->count = (corners - 1) * FINE + 1;
  path->points = lua_newuserdatauv(L, (size_t)path->count * sizeof *path->points, 0);
  path->lengths = lua_newuserdatauv(L, (size_t)path->count * sizeof *path->lengths, 0);
  for (uint64_t i = 0; i + 1 < corners; i++) {
    const MlVec3 b = knots[i], c = knots[i + 1];
    const MlVec3 mirrored_b = {2 * b.x - c.x, 2 * b.y - c.y, 2 * b.z - c.z}, mirrored_c = {2 * c.x - b.x, 2 * c.y - b.y, 2 * c.z - b.z};
    const MlVec3 a = i > 0 ? knots[i - 1] : path->closed ? knots[count - 1] : mirrored_b;
    const MlVec3 d = i + 2 < corners ? knots[i + 2] : path->closed ? knots[1] : mirrored_c;
    budget_charge(FINE * 64);
    for (int k = 0; k < FINE; k++)
      path->points[i * FINE + (uint64_t)k] = points ? catmull_rom(a, b, c, d, (double)k / FINE) : between(b, c, (double)k / FINE);
  }
  path->points[path->count - 1] = knots[corners - 1];
  path->lengths[0] = 0;
  for (uint64_t i = 1; i < path->count; i++) path->lengths[i] = path->lengths[i - 1] + distance(path->points[i - 1], path->points[i]);
  if (path->lengths[path->count - 1] > 0) return true;
  reader_fail(r, "length", "the way has no length: all its points are the same");
  return false;
}

/* The point at a length and the way on from there. */
static MlVec3 path_at(const Path *path, double length, MlVec3 *way) {
  uint64_t low = 1, high = path->count - 1;
  while (low < high) {
    const uint64_t middle = (low + high) / 2;
    if (path->lengths[middle] >= length) high = middle;
    else low = middle + 1;
  }
  const MlVec3 a = path->points[low - 1], b = path->points[low];
  const double part = path->lengths[low] - path->lengths[low - 1], t = part > 0 ? (length - path->lengths[low - 1]) / part : 0;
  *way = (MlVec3){b.x - a.x, b.y - a.y, b.z - a.z};
  return between(a, b, t < 1 ? t : 1);
}

/* along(way, n): n copies, evenly by length; along(way, { spacing = s }): one every s metres. Their +z goes along the way, +y stays up. */
static int method_along(lua_State *L) {
  static const ApiField step_field = {.type = API_NUMBER, .range = {0, 1e12, 1e-6, 1e6, true}, .unit = "m"};
  const Node *part;
  Reading r = begin_copies(L, "along", &part);
  Path path = {0};
  int64_t n = 1;
  double step = 0;
  method_check_count(&r, 2, 2, "a curve and a count, part:along(curve, n), or part:along(curve, { spacing = s })");
  if (!r.failed && lua_istable(L, 3)) {
    method_set_argument(&r, 2);
    lua_pushstring(L, "spacing");
    lua_rawget(L, 3);
    r.steps[1] = (SourceStep){"spacing", 0};
    r.step_count = 2;
    reader_read_value(&r, &step_field, lua_gettop(L), &step);
    lua_pop(L, 1);
  } else if (!r.failed) {
    method_read(&r, 2, &count_argument, &n);
  }
  if (r.failed || !read_path(&r, &path)) return end_copies(&r, part, push_places(&r, 1), 0);
  const double length = path.lengths[path.count - 1];
  double from = 0;
  if (step > 0) {
    const double fit = ml_floor(length / step * (1 + 1e-12)) + (path.closed ? 0 : 1);
    if (!(fit <= COPIES_MOST)) reader_fail(&r, "count", "%g copies are too many (at most %d)", fit, COPIES_MOST);
    n = r.failed ? 1 : fit < 1 ? 1 : (int64_t)fit;
  } else {
    step = path.closed ? length / (double)n : n > 1 ? length / (double)(n - 1) : 0;
    if (n == 1 && !path.closed) from = 0.5 * length;
  }
  CopyPlace *places = push_places(&r, (uint64_t)n);
  for (int64_t i = 0; i < n; i++) {
    MlVec3 way;
    budget_charge(256);
    const MlVec3 at = path_at(&path, from + step * (double)i, &way);
    const MlTransform t = placing_after(placing_shift(at), placing_aim(way, (MlVec3){0, 1, 0}));
    places[i] = place_of(&t);
  }
  return end_copies(&r, part, places, (uint64_t)n);
}

const luaL_Reg methods_of_copies[] = {{"along", method_along}, {"ring", method_ring}, {"grid", method_grid}, {NULL, NULL}};
