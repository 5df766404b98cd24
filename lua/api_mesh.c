/* api_mesh.c - meshes from files, and from a script's lists. */
#include <string.h>

#include "budget.h"
#include "models.h"
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

/* A field of the other way to say what a mesh is. */
static bool refuse(Reading *r, const char *field, const char *why) {
  if (!reader_given(r, field)) return true;
  reader_fail_field(r, field, "exclusive", "%s", why);
  return false;
}

static bool build_file(Reading *r, Node *node) {
  const MeshDesc *desc = (const MeshDesc *)node->desc;
  bool emits = false;
  if (r->failed && reader_given(r, "points")) return false; // both were given
  if (!refuse(r, "normals", "a file has its own normals; smooth = true or an angle makes new ones")) return false;
  MlNode made = 0;
  if (!model_of_file(r, desc, &made, &emits)) return false;
  node->geometry = made;
  node->emits = emits || node->shared.material.emits;
  return true;
}

static bool build_mesh(Reading *r, Node *node) {
  const MeshDesc *desc = (const MeshDesc *)node->desc;
  static const char *const of_files[] = {"materials", "up", "lights"};
  if (reader_given(r, "file")) return desc->file && build_file(r, node);
  const bool points = reader_given(r, "points"), faces = reader_given(r, "faces");
  if (!points && !faces && !r->failed)
    reader_fail(r, "required", "file is missing: a mesh needs one, mesh{ \"model.obj\" }, or points and faces");
  else if ((!points || !faces) && !r->failed)
    reader_fail(r, "required", "%s", points ? "faces is missing: it needs a list of faces {{1, 2, 3}, ...}, counted from 1"
                                            : "points is missing: it needs a list of vectors {{x, y, z}, ...}");
  for (size_t i = 0; i < sizeof of_files / sizeof *of_files; i++) refuse(r, of_files[i], "is for files; this mesh is made of points");
  if (!desc->points.data || !desc->faces.data) return false; // reported as missing
  const uint32_t *indices = desc->faces.data;
  // :with{ points = ... } may leave faces that want more.
  for (uint64_t i = 0; i < 3 * desc->faces.count; i++) {
    if (indices[i] < desc->points.count) continue;
    reader_fail_field(r, "points", "count", "the faces name point %u, but there are %llu", indices[i] + 1,
                      (unsigned long long)desc->points.count);
    return false;
  }
  static const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};
  MlMeshDesc mesh = ML_DESC(MlMeshDesc, .place = r->place, .points = desc->points.data, .point_count = desc->points.count,
                            .triangles = indices, .triangle_count = desc->faces.count, .cancel = &cancel);
  mesh.normals = per_point(r, "normals", &desc->normals, desc->points.count);
  mesh.uv = per_point(r, "uv", &desc->uv, desc->points.count);
  const int top = lua_gettop(r->L);
  if (desc->smooth.angle >= 180) mesh.normals = smooth_normals(r, desc);
  else if (desc->smooth.angle > 0 && !mesh.normals) mesh.crease = desc->smooth.angle;
  MlError error = {0};
  node->geometry = ml_mesh(r->runtime->builder, &mesh, &error);
  node->emits = node->shared.material.emits;
  lua_settop(r->L, top);
  if (error.status == ML_ERROR_CANCELLED) budget_check(r->L);
  if (!node->geometry) reader_fail_builder(r, &error);
  return node->geometry != 0;
}

// clang-format off
static const char *const ups[] = {"y", "z", NULL};
static const ApiField mesh_fields[] = {
  {.name = "file", .type = API_STRING, .position = 1, .xgroup = XGROUP_B, .synonyms = "path,filename,src,source,url,model", .offset = offsetof(MeshDesc, file),
   .doc = "An obj, ply, stl, gltf or glb beside the scene, with its materials, textures and lights."},
  {.name = "points", .type = API_POINTS, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_B_OTHER, .synonyms = "vertices,verts,positions,p",
   .offset = offsetof(MeshDesc, points), .doc = "Instead of a file: its corners."},
  {.name = "faces", .type = API_FACES, .xgroup = XGROUP_B_OTHER, .synonyms = "triangles,indices,polygons,tris", .offset = offsetof(MeshDesc, faces),
   .doc = "Lists of three or more numbers of points, from 1; counter-clockwise is front, polygons are cut into triangles."},
  {.name = "normals", .type = API_NORMALS, .xgroup = XGROUP_A, .synonyms = "n,normal", .offset = offsetof(MeshDesc, normals),
   .doc = "One per point."},
  {.name = "uv", .type = API_UVS, .xgroup = XGROUP_B_OTHER, .synonyms = "uvs,st,texcoords,texture", .offset = offsetof(MeshDesc, uv), .doc = "One pair per point."},
  {.name = "smooth", .type = API_SMOOTH, .xgroup = XGROUP_A_OTHER, .synonyms = "smoothing,crease,auto_smooth",
   .offset = offsetof(MeshDesc, smooth), .doc = "Makes normals from the faces around each point: all of them, or those within an angle of each other. Without it a file's own count."},
  {.name = "materials", .type = API_MATERIALS, .synonyms = "override,overrides", .offset = offsetof(MeshDesc, materials),
   .doc = "In place of materials of the file, by their names; material serves the parts that have none."},
  {.name = "up", .type = API_WORD, .words = ups, .def = "\"y\"", .synonyms = "axis,up_axis,z_up", .offset = offsetof(MeshDesc, up),
   .doc = "Which way is up in the file."},
  {.name = "lights", .type = API_BOOL, .def = "true", .flags = API_ADVANCED, .offset = offsetof(MeshDesc, lights), .doc = "Whether lights of the file shine."},
};
const ApiEntry api_mesh = {"mesh", API_SHAPE, mesh_fields, API_COUNT(mesh_fields), &api_shared_shape, sizeof(MeshDesc), 5,
  "A model from a file, or triangles and polygons from lists. Without uv of its own, each triangle has that of `triangle`.",
  "mesh{ points = {{-1, 0, 1}, {1, 0, 1}, {1, 0, -1}, {-1, 0, -1}, {0, 1.5, 0}},\n" "      faces = {{1, 2, 5}, {2, 3, 5}, {3, 4, 5}, {4, 1, 5}, {4, 3, 2, 1}}, material = \"gold\" }\nplane{ point = {0, -0.01, 0} }",
  "triangle,quad", build_mesh};
// clang-format on
