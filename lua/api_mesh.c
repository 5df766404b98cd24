/* api_mesh.c - meshes from a script's lists. */
#include <string.h>

#include "budget.h"
#include "reader.h"
#include "shapes.h"

/* Normals of the points: the sum of the faces' normals, weighted by area. Kept by Lua, needed only until the mesh is made. */
static float *smooth_normals(Reading *r, const MeshDesc *desc) {
  const float *points = desc->points.data;
  const uint32_t *triangles = desc->faces.data;
  const size_t n = 3 * (size_t)desc->points.count;
  float *out = lua_newuserdatauv(r->L, n * sizeof *out, 0);
  double *sum = lua_newuserdatauv(r->L, n * sizeof *sum, 0);
  memset(sum, 0, n * sizeof *sum);
  for (uint64_t t = 0; t < desc->faces.count; t++) {
    budget_charge(32);
    const float *p[3];
    for (int i = 0; i < 3; i++) p[i] = points + 3 * (size_t)triangles[3 * t + (uint64_t)i];
    double e[3], f[3];
    for (int k = 0; k < 3; k++) {
      e[k] = (double)p[1][k] - (double)p[0][k];
      f[k] = (double)p[2][k] - (double)p[0][k];
    }
    for (int k = 0; k < 3; k++) {
      const double normal = e[(k + 1) % 3] * f[(k + 2) % 3] - e[(k + 2) % 3] * f[(k + 1) % 3];
      for (int i = 0; i < 3; i++) sum[3 * (size_t)triangles[3 * t + (uint64_t)i] + (size_t)k] += normal;
    }
  }
  for (size_t i = 0; i < n; i += 3) {
    const double length = ml_sqrt(sum[i] * sum[i] + sum[i + 1] * sum[i + 1] + sum[i + 2] * sum[i + 2]);
    for (size_t k = 0; k < 3; k++) out[i + k] = length > 0 ? (float)(sum[i + k] / length) : k == 1 ? 1.0f : 0.0f;
  }
  return out;
}

/* One normal or uv per point. */
static const float *per_point(Reading *r, const char *field, const ApiArray *array, uint64_t points) {
  if (!array->data || !reader_given(r, field)) return NULL;
  if (array->count == points) return array->data;
  reader_fail_field(r, field, "count", "expected one per point (%llu), got %llu", (unsigned long long)points,
                    (unsigned long long)array->count);
  return NULL;
}

static bool build_mesh(Reading *r, Node *node) {
  const MeshDesc *desc = (const MeshDesc *)node->desc;
  if (!desc->points.data || !desc->faces.data) return false; // reported as missing
  const uint32_t *indices = desc->faces.data;
  // :with{ points = ... } may leave faces that want more.
  for (uint64_t i = 0; i < 3 * desc->faces.count; i++) {
    if (indices[i] < desc->points.count) continue;
    reader_fail_field(r, "points", "count", "the faces name point %u, but there are %llu", indices[i] + 1,
                      (unsigned long long)desc->points.count);
    return false;
  }
  MlMeshDesc mesh = ML_DESC(MlMeshDesc, .place = r->place, .points = desc->points.data, .point_count = desc->points.count,
                            .triangles = indices, .triangle_count = desc->faces.count);
  mesh.normals = per_point(r, "normals", &desc->normals, desc->points.count);
  mesh.uv = per_point(r, "uv", &desc->uv, desc->points.count);
  const int top = lua_gettop(r->L);
  if (desc->smooth) mesh.normals = smooth_normals(r, desc);
  MlError error = {0};
  node->geometry = ml_mesh(r->runtime->builder, &mesh, &error);
  node->emits = node->shared.material.emits;
  lua_settop(r->L, top);
  if (!node->geometry) reader_fail_builder(r, &error);
  return node->geometry != 0;
}

// clang-format off
static const ApiField mesh_fields[] = {
  {.name = "points", .type = API_POINTS, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .synonyms = "vertices,verts,positions,p",
   .offset = offsetof(MeshDesc, points), .doc = "Its corners."},
  {.name = "faces", .type = API_FACES, .flags = API_REQUIRED, .synonyms = "triangles,indices,polygons,tris",
   .offset = offsetof(MeshDesc, faces),
   .doc = "Lists of three or more numbers of points, from 1; counter-clockwise is front, polygons are cut into triangles."},
  {.name = "normals", .type = API_NORMALS, .xgroup = XGROUP_A, .synonyms = "n,normal", .offset = offsetof(MeshDesc, normals),
   .doc = "One per point."},
  {.name = "uv", .type = API_UVS, .synonyms = "uvs,st,texcoords,texture", .offset = offsetof(MeshDesc, uv), .doc = "One pair per point."},
  {.name = "smooth", .type = API_BOOL, .def = "false", .xgroup = XGROUP_A_OTHER, .synonyms = "smoothing",
   .offset = offsetof(MeshDesc, smooth), .doc = "Makes normals from the faces around each point."},
};
const ApiEntry api_mesh = {"mesh", API_SHAPE, mesh_fields, API_COUNT(mesh_fields), &api_shared_shape, sizeof(MeshDesc), 4,
  "Triangles and polygons from lists. Without uv of its own, each triangle has that of `triangle`.",
  "mesh{ points = {{-1, 0, 1}, {1, 0, 1}, {1, 0, -1}, {-1, 0, -1}, {0, 1.5, 0}},\n" "      faces = {{1, 2, 5}, {2, 3, 5}, {3, 4, 5}, {4, 1, 5}, {4, 3, 2, 1}}, material = \"gold\" }\nplane{ point = {0, -0.01, 0} }",
  "triangle,quad", build_mesh};
// clang-format on
