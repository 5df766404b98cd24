/* convert_mesh.c - lists of points, faces and nodes. Polygons are cut into triangles by ears (Meisters 1975), in the plane of Newell's
 * normal; what is read lives in a userdata that the node keeps. */
#include "reader.h"

#include <string.h>

#include "budget.h"
#include "lauxlib.h"
#include "module.h"
#include "shapes.h"
#include "values.h"

enum { POLYGON_MAX = 1024, ITEM_COST = 64 };

void *convert_keep(Reading *r, size_t size, int keep) {
  void *block = lua_newuserdatauv(r->L, size ? size : 1, 0);
  lua_setiuservalue(r->L, r->node_index, keep);
  return block;
}

bool convert_list(Reading *r, const ApiField *field, int index, lua_Unsigned *length) {
  Text expected = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&expected);
  *length = lua_istable(r->L, index) ? lua_rawlen(r->L, index) : 0;
  if (!lua_istable(r->L, index)) {
    api_expected(field, &sink);
    reader_fail(r, "type", "expected %s, got %s", text_string(&expected), reader_describe(r, index));
    return false;
  }
  if (*length == 0 || *length > SANDBOX_LIST_ITEMS) {
    reader_fail(r, "list", *length ? "the list is too long (at most %d)" : "the list is empty", SANDBOX_LIST_ITEMS);
    return false;
  }
  return true;
}

bool convert_floats(Reading *r, const ApiField *field, int index, int width, int keep, ApiArray *out) {
  lua_State *L = r->L;
  lua_Unsigned length;
  if (!convert_list(r, field, index, &length)) return false;
  float *data = convert_keep(r, (size_t)length * (size_t)width * sizeof *data, keep);
  const ApiField item = {.name = field->name, .type = width == 2 ? field->type : API_VEC3, .range = field->range, .unit = field->unit};
  for (lua_Unsigned i = 0; i < length; i++) {
    budget_charge(ITEM_COST);
    double v[3];
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    r->steps[1] = (SourceStep){NULL, (uint32_t)i + 1};
    r->step_count = 2;
    const bool fine = convert_vector(r, &item, lua_gettop(L), width, v);
    r->step_count = 1;
    lua_pop(L, 1);
    if (!fine) return false; // one bad item says enough about a list
    for (int k = 0; k < width; k++) *data++ = (float)v[k];
  }
  out->data = data - length * (lua_Unsigned)width;
  out->count = length;
  return true;
}

/* ------------------------------------------------------------------ polygons */

typedef struct Point2 {
  double x, y;
} Point2;

static double cross2(Point2 a, Point2 b, Point2 c) { return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x); }

/* The polygon's corners in the plane in which it shows its largest area, counter-clockwise. */
static void flatten(const float *points, const uint32_t *corner, uint32_t n, Point2 *flat) {
  double normal[3] = {0, 0, 0};
  for (uint32_t i = 0; i < n; i++) {
    const float *a = points + 3 * (size_t)corner[i], *b = points + 3 * (size_t)corner[(i + 1) % n];
    for (int k = 0; k < 3; k++) {
      const int u = (k + 1) % 3, v = (k + 2) % 3;
      normal[k] += ((double)a[u] - (double)b[u]) * ((double)a[v] + (double)b[v]);
    }
  }
  int axis = 0;
  for (int k = 1; k < 3; k++)
    if (ml_fabs(normal[k]) > ml_fabs(normal[axis])) axis = k;
  const int u = (axis + 1) % 3, v = (axis + 2) % 3;
  for (uint32_t i = 0; i < n; i++) {
    const float *p = points + 3 * (size_t)corner[i];
    flat[i] = normal[axis] >= 0 ? (Point2){(double)p[u], (double)p[v]} : (Point2){(double)p[v], (double)p[u]};
  }
}

static bool is_ear(const Point2 *flat, const uint32_t *ring, uint32_t n, uint32_t i) {
  const Point2 a = flat[ring[(i + n - 1) % n]], b = flat[ring[i]], c = flat[ring[(i + 1) % n]];
  if (!(cross2(a, b, c) > 0)) return false;
  for (uint32_t j = 0; j < n; j++) {
    if (j == i || j == (i + 1) % n || j == (i + n - 1) % n) continue;
    const Point2 p = flat[ring[j]];
    if (cross2(a, b, p) >= 0 && cross2(b, c, p) >= 0 && cross2(c, a, p) >= 0) return false;
  }
  return true;
}

/* n - 2 triangles; a polygon without an ear (degenerate, or crossing itself) is cut as a fan. */
static void cut_polygon(const float *points, const uint32_t *corner, uint32_t n, uint32_t *triangles) {
  Point2 flat[POLYGON_MAX];
  uint32_t ring[POLYGON_MAX];
  if (n > 3) flatten(points, corner, n, flat);
  for (uint32_t i = 0; i < n; i++) ring[i] = i;
  while (n > 3) {
    budget_charge((uint64_t)n * n);
    uint32_t ear = 1; // of a quad that is convex: the fan from its first corner
    for (uint32_t tried = 0; tried < n; tried++, ear = (ear + 1) % n)
      if (is_ear(flat, ring, n, ear)) break;
    const uint32_t cut[3] = {ring[(ear + n - 1) % n], ring[ear], ring[(ear + 1) % n]};
    for (int k = 0; k < 3; k++) *triangles++ = corner[cut[k]];
    memmove(ring + ear, ring + ear + 1, (n - ear - 1) * sizeof *ring);
    n--;
  }
  for (int k = 0; k < 3; k++) *triangles++ = corner[ring[k]];
}

/* One face at the top of the stack: its corners, 0-based. 0: reported. */
static uint32_t read_face(Reading *r, uint64_t points, uint32_t *corner) {
  lua_State *L = r->L;
  const lua_Unsigned n = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
  if (n < 3 || n > POLYGON_MAX) {
    if (n > POLYGON_MAX) reader_fail(r, "face", "a face has at most %d corners", POLYGON_MAX);
    else reader_fail(r, "face", "a face is a list of 3 or more point numbers {1, 2, 3}, got %s", reader_describe(r, lua_gettop(L)));
    return 0;
  }
  for (lua_Unsigned i = 0; i < n; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    int exact;
    const lua_Integer number = lua_tointegerx(L, -1, &exact);
    const bool fine = exact && lua_type(L, -1) == LUA_TNUMBER && number >= 1 && (uint64_t)number <= points;
    if (!fine) {
      r->steps[2] = (SourceStep){NULL, (uint32_t)i + 1};
      r->step_count = 3;
      reader_fail(r, "face", "expected the number of a point 1..%llu, got %s%s", (unsigned long long)points,
                  reader_describe(r, lua_gettop(L)), exact && number == 0 ? " \xE2\x80\x94 points are counted from 1" : "");
      r->step_count = 2;
    }
    lua_pop(L, 1);
    if (!fine) return 0;
    corner[i] = (uint32_t)(number - 1);
  }
  return (uint32_t)n;
}

bool convert_faces(Reading *r, const ApiField *field, int index, int keep, ApiArray *out) {
  lua_State *L = r->L;
  const MeshDesc *mesh = (const MeshDesc *)r->node->desc;
  lua_Unsigned length;
  if (!convert_list(r, field, index, &length)) return false;
  if (mesh->points.count == 0) return false; // reported with the points
  uint64_t triangles = 0;
  for (lua_Unsigned i = 0; i < length; i++) {
    budget_charge(4);
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    const lua_Unsigned n = lua_istable(L, -1) ? lua_rawlen(L, -1) : 0;
    if (n >= 3 && n <= POLYGON_MAX) triangles += n - 2;
    lua_pop(L, 1);
  }
  if (triangles > UINT32_MAX / 3) {
    reader_fail(r, "list", "too many triangles");
    return false;
  }
  uint32_t *data = convert_keep(r, (size_t)triangles * 3 * sizeof *data, keep), *next = data;
  for (lua_Unsigned i = 0; i < length; i++) {
    budget_charge(ITEM_COST);
    uint32_t corner[POLYGON_MAX];
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    r->steps[1] = (SourceStep){NULL, (uint32_t)i + 1};
    r->step_count = 2;
    const uint32_t n = read_face(r, mesh->points.count, corner);
    r->step_count = 1;
    lua_pop(L, 1);
    if (n == 0) return false;
    cut_polygon(mesh->points.data, corner, n, next);
    next += 3 * (size_t)(n - 2);
  }
  *out = (ApiArray){data, triangles};
  return true;
}

/* --------------------------------------------------------------------- nodes */

enum { LIST_DEPTH = 32 };

/* The items of a list, lists in lists flattened, false skipped; the first pass (data NULL) counts and reports, the second fills. */
static uint64_t walk_nodes(Reading *r, int table, int depth, ApiNodes *out, bool fill) {
  lua_State *L = r->L;
  const uint32_t steps = r->step_count;
  uint64_t count = 0;
  luaL_checkstack(L, 4, "lists in lists");
  const lua_Unsigned length = lua_rawlen(L, table);
  for (lua_Unsigned i = 1; i <= length; i++) {
    budget_charge(8);
    lua_rawgeti(L, table, (lua_Integer)i);
    const int top = lua_gettop(L);
    const Node *node = node_test(L, top);
    const bool drawable = node && node->entry->kind <= API_LIGHT;
    if (drawable && fill && node->id) {
      out->data[out->count++] = node->id;
      out->emits = out->emits || node->emits;
    }
    if (drawable) {
      if (fill) node_use(r->runtime, node);
      count++;
    } else if (lua_istable(L, top) && depth < LIST_DEPTH) {
      count += walk_nodes(r, top, depth + 1, out, fill);
    } else if (!fill && !(lua_isboolean(L, top) && !lua_toboolean(L, top)) && !module_is_absent(L, top)) {
      if (depth == 0) r->steps[r->step_count++] = (SourceStep){NULL, (uint32_t)i};
      reader_fail(r, "node", node ? "expected a shape, a light or a group, got %s" : "expected nodes or lists of nodes, got %s",
                  reader_describe(r, top));
      r->step_count = steps;
    }
    lua_pop(L, 1);
  }
  return count;
}

bool convert_nodes(Reading *r, int index, int keep, ApiNodes *out) {
  const uint64_t count = walk_nodes(r, index, 0, out, false);
  *out = (ApiNodes){convert_keep(r, (size_t)count * sizeof(MlNode), keep), 0, false};
  walk_nodes(r, index, 0, out, true);
  return true;
}
