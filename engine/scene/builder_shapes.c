/* builder_shapes.c - shapes as nodes: checked, defaults filled in, brought into the form of builder.h's Leaf. */
#include <stddef.h>
#include <string.h>

#include "base/hash.h"
#include "math/ieee.h"
#include "scene/builder.h"
#include "scene/geometry.h"
#include "shape/smooth.h"

MlNode builder_add_leaf(MlBuilder *b, NodeKind kind, uint32_t traits, MlMaterial material, const DescSource *source, const Leaf *leaf) {
  Leaf *kept = arena_alloc(&b->arena, sizeof *kept, _Alignof(Leaf));
  if (kept == NULL) {
    memory_error(b->context.memory, sizeof *kept, source->what, source->error);
    return 0;
  }
  *kept = *leaf;
  Node node = {.kind = (uint16_t)kind,
               .traits = (uint16_t)traits,
               .material = material,
               .place = source->place,
               .leaves = 1,
               .effort = 1,
               .leaf = kept};
  return builder_add_node(b, &node, source->error);
}

static uint32_t shape_traits(const MlBuilder *b, MlMaterial material) {
  if (material == 0) return NODE_UNNAMED;
  return builder_material(b, material)->emits ? NODE_EMITS : 0;
}

MlNode builder_add_shape(MlBuilder *b, NodeKind kind, MlMaterial material, const DescSource *source, const Leaf *leaf) {
  if (!desc_material(source, b, "material", material)) return 0;
  const bool open = kind == NODE_DISK || kind == NODE_QUAD || kind == NODE_TRIANGLE || (kind == NODE_CONE && leaf->s != 0.0);
  const uint32_t traits = shape_traits(b, material) | (kind == NODE_PLANE ? NODE_HAS_PLANE : 0) | (open ? NODE_OPEN : 0);
  return builder_add_leaf(b, kind, traits, material, source, leaf);
}

static double min_d(double a, double b) { return a < b ? a : b; }
static double max_d(double a, double b) { return a > b ? a : b; }
static double or_default(double x, double value) { return x == 0.0 ? value : x; }
static MlVec3 or_direction(MlVec3 v, MlVec3 value) { return dvec_is_zero(v) ? value : v; }

void builder_tangents(MlVec3 n, MlVec3 *a, MlVec3 *b) {
  MlVec3 side = __builtin_fabs(n.x) < 0.9 ? (MlVec3){1, 0, 0} : (MlVec3){0, 0, n.x < 0.0 ? 1 : -1};
  *a = dvec_normalize(dvec_subtract(side, dvec_scale(n, dvec_dot(n, side))));
  *b = dvec_cross(n, *a);
}

/* ---- shapes */

MlNode ml_sphere(MlBuilder *b, const MlSphereDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "sphere", .error = error};
  MlSphereDesc d;
  if (!DESC_READ(&source, MlSphereDesc, desc, &d)) return 0;
  Leaf leaf = {.p = {d.center}, .r = or_default(d.radius, 1.0)};
  if (!desc_point(&source, "center", d.center) || !desc_positive(&source, "radius", leaf.r)) return 0;
  return builder_add_shape(b, NODE_SPHERE, d.material, &source, &leaf);
}

MlNode ml_box(MlBuilder *b, const MlBoxDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "box", .error = error};
  MlBoxDesc d;
  if (!DESC_READ(&source, MlBoxDesc, desc, &d)) return 0;
  if (!desc_point(&source, "from", d.from) || !desc_point(&source, "to", d.to)) return 0;
  if (dvec_is_zero(dvec_subtract(d.to, d.from))) {
    MlVec3 half = {0.5, 0.5, 0.5};
    d.from = dvec_subtract(d.from, half);
    d.to = dvec_add(d.to, half);
  }
  Leaf leaf = {.p = {{min_d(d.from.x, d.to.x), min_d(d.from.y, d.to.y), min_d(d.from.z, d.to.z)},
                     {max_d(d.from.x, d.to.x), max_d(d.from.y, d.to.y), max_d(d.from.z, d.to.z)}}};
  if (!(leaf.p[0].x < leaf.p[1].x && leaf.p[0].y < leaf.p[1].y && leaf.p[0].z < leaf.p[1].z)) {
    desc_fail(&source, ".to: expected all coordinates to differ from those of from, %s, got %s", vector_text(d.from).text,
              vector_text(d.to).text);
    return 0;
  }
  return builder_add_shape(b, NODE_BOX, d.material, &source, &leaf);
}

MlNode ml_plane(MlBuilder *b, const MlPlaneDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "plane", .error = error};
  MlPlaneDesc d;
  if (!DESC_READ(&source, MlPlaneDesc, desc, &d)) return 0;
  if (!desc_point(&source, "point", d.point) || !desc_point(&source, "normal", d.normal)) return 0;
  Leaf leaf = {.p = {d.point}};
  builder_tangents(dvec_normalize(or_direction(d.normal, (MlVec3){0, 1, 0})), &leaf.p[1], &leaf.p[2]);
  return builder_add_shape(b, NODE_PLANE, d.material, &source, &leaf);
}

MlNode ml_disk(MlBuilder *b, const MlDiskDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "disk", .error = error};
  MlDiskDesc d;
  if (!DESC_READ(&source, MlDiskDesc, desc, &d)) return 0;
  double radius = or_default(d.radius, 1.0);
  if (!desc_point(&source, "center", d.center) || !desc_point(&source, "normal", d.normal) || !desc_positive(&source, "radius", radius))
    return 0;
  if (!(d.hole >= 0.0 && d.hole < radius)) {
    desc_fail(&source, ".hole: expected a radius from 0 to below that of the disk, %s, got %s", number_text(radius).text,
              number_text(d.hole).text);
    return 0;
  }
  Leaf leaf = {.p = {d.center}, .r = d.hole / radius};
  builder_tangents(dvec_normalize(or_direction(d.normal, (MlVec3){0, 1, 0})), &leaf.p[1], &leaf.p[2]);
  leaf.p[1] = dvec_scale(leaf.p[1], radius);
  leaf.p[2] = dvec_scale(leaf.p[2], radius);
  return builder_add_shape(b, NODE_DISK, d.material, &source, &leaf);
}

MlNode ml_quad(MlBuilder *b, const MlQuadDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "quad", .error = error};
  MlQuadDesc d;
  if (!DESC_READ(&source, MlQuadDesc, desc, &d)) return 0;
  if (!desc_point(&source, "at", d.at) || !desc_point(&source, "u", d.u) || !desc_point(&source, "v", d.v)) return 0;
  if (dvec_is_zero(d.u) && dvec_is_zero(d.v)) {
    d.u = (MlVec3){1, 0, 0};
    d.v = (MlVec3){0, 0, -1};
  }
  if (dvec_is_parallel(d.u, d.v)) {
    desc_fail(&source, ".v: expected an edge that is not 0 and not parallel to u, %s, got %s", vector_text(d.u).text,
              vector_text(d.v).text);
    return 0;
  }
  Leaf leaf = {.p = {d.at, d.u, d.v}};
  return builder_add_shape(b, NODE_QUAD, d.material, &source, &leaf);
}

MlNode ml_triangle(MlBuilder *b, const MlTriangleDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "triangle", .error = error};
  MlTriangleDesc d;
  if (!DESC_READ(&source, MlTriangleDesc, desc, &d)) return 0;
  if (!desc_point(&source, "a", d.a) || !desc_point(&source, "b", d.b) || !desc_point(&source, "c", d.c)) return 0;
  if (dvec_is_parallel(dvec_subtract(d.b, d.a), dvec_subtract(d.c, d.a))) {
    desc_fail(&source, ".c: expected three corners that are not in a line, got %s, %s, %s", vector_text(d.a).text, vector_text(d.b).text,
              vector_text(d.c).text);
    return 0;
  }
  Leaf leaf = {.p = {d.a, d.b, d.c}};
  return builder_add_shape(b, NODE_TRIANGLE, d.material, &source, &leaf);
}

/* ---- meshes */

static bool check_floats(const DescSource *source, const char *field, const float *values, uint64_t count, uint32_t per_point) {
  for (uint64_t i = 0; i < count * per_point; i++) {
    if (abs_f(values[i]) <= (float)COORDINATE_LIMIT) continue;
    return desc_fail(source, ".%s: expected finite numbers up to 1e15, got %s at point %llu", field, number_text((double)values[i]).text,
                     (unsigned long long)(i / per_point));
  }
  return true;
}

static bool check_mesh(const DescSource *source, const MlMeshDesc *d) {
  if (d->points == NULL && d->point_count != 0)
    return desc_fail(source, ".points: expected %llu points, got NULL", (unsigned long long)d->point_count);
  if (d->triangles == NULL && d->triangle_count != 0)
    return desc_fail(source, ".triangles: expected %llu triangles, got NULL", (unsigned long long)d->triangle_count);
  if (d->point_count > UINT32_MAX || d->triangle_count > BVH_MAX_ITEMS) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: %llu points and %llu triangles are more than a mesh can hold",
                 source->what, (unsigned long long)d->point_count, (unsigned long long)d->triangle_count);
    return false;
  }
  if (!check_floats(source, "points", d->points, d->point_count, 3)) return false;
  if (d->normals != NULL && !check_floats(source, "normals", d->normals, d->point_count, 3)) return false;
  if (d->uv != NULL && !check_floats(source, "uv", d->uv, d->point_count, 2)) return false;
  for (uint64_t i = 0; i < 3 * d->triangle_count; i++)
    if (d->triangles[i] >= d->point_count)
      return desc_fail(source, ".triangles: expected points below %llu, got %u in triangle %llu", (unsigned long long)d->point_count,
                       d->triangles[i], (unsigned long long)(i / 3));
  return true;
}

static void *copy(MlBuilder *b, const void *from, uint64_t count, size_t size) {
  size_t bytes;
  void *to = size_multiply(count, size, &bytes) ? arena_alloc(&b->arena, bytes, 64) : NULL;
  if (to != NULL && bytes != 0) memcpy(to, from, bytes);
  return to;
}

/* What the mesh is, for the cache: all arrays and which there are. */
static void hash_mesh(const MlMeshDesc *d, MeshNode *out) {
  const uint64_t head[4] = {d->point_count, d->triangle_count, d->normals != NULL, d->uv != NULL};
  const uint64_t sizes[4] = {12 * d->point_count, 12 * d->triangle_count, d->normals != NULL ? 12 * d->point_count : 0,
                             d->uv != NULL ? 8 * d->point_count : 0};
  const void *const arrays[4] = {d->points, d->triangles, d->normals, d->uv};
  HashStream stream;
  hash_begin(&stream, GEOMETRY_HASH_MESH);
  hash_add(&stream, head, sizeof head);
  out->bytes = sizeof head;
  for (int i = 0; i < 4; i++) {
    if (sizes[i] != 0) hash_add(&stream, arrays[i], (size_t)sizes[i]);
    out->bytes += sizes[i];
  }
  out->hash = hash_end(&stream);
}

/* Leaves out triangles without an area, and measures the others. */
static void tidy_mesh(float *points, uint32_t *triangles, const MlMeshDesc *d, MeshNode *out) {
  uint64_t kept = 0;
  Aabb box = aabb_empty();
  for (uint64_t i = 0; i < d->triangle_count; i++) {
    const uint32_t *corner = d->triangles + 3 * i;
    const float *corners[3] = {points + 3 * (size_t)corner[0], points + 3 * (size_t)corner[1], points + 3 * (size_t)corner[2]};
    if (triangle_is_degenerate(corners[0], corners[1], corners[2])) continue;
    const uint32_t numbers[3] = {corner[0], corner[1], corner[2]}; // d's may be the same
    for (int k = 0; k < 3; k++) {
      triangles[3 * kept + (uint64_t)k] = numbers[k];
      aabb_grow(&box, corners[k]);
    }
    kept++;
  }
  out->mesh = (Mesh){points, triangles, d->normals, d->uv, d->point_count, kept};
  out->degenerate = d->triangle_count - kept;
  out->bounds = aabb_to_bounds(&box);
}

/* Copies the arrays, leaving out triangles without an area; false: memory is out. */
static bool copy_mesh(MlBuilder *b, const MlMeshDesc *d, MeshNode *out) {
  float *points = copy(b, d->points, d->point_count, 12);
  uint32_t *triangles = copy(b, NULL, 0, 1);
  if (d->triangle_count != 0) triangles = copy(b, d->triangles, d->triangle_count, 12);
  float *normals = d->normals != NULL ? copy(b, d->normals, d->point_count, 12) : NULL;
  float *uv = d->uv != NULL ? copy(b, d->uv, d->point_count, 8) : NULL;
  if (points == NULL || triangles == NULL || (d->normals != NULL && normals == NULL) || (d->uv != NULL && uv == NULL)) return false;
  tidy_mesh(points, triangles, d, out);
  out->mesh.normals = normals;
  out->mesh.uv = uv;
  return true;
}

static MeshNode *new_mesh(MlBuilder *b, const DescSource *source) {
  MeshNode *mesh = arena_alloc(&b->arena, sizeof *mesh, _Alignof(MeshNode));
  if (mesh == NULL) memory_error(b->context.memory, sizeof *mesh, source->what, source->error);
  return mesh;
}

/* The cache's geometry, if it has one of this. */
static void find_geometry(MlBuilder *b, const MlMeshDesc *d, MeshNode *mesh) {
  hash_mesh(d, mesh);
  const Mesh given = {d->points, d->triangles, d->normals, d->uv, d->point_count, d->triangle_count};
  mesh->geometry = cache_find(b->context.cache, &(Geometry){.mesh = given, .hash = mesh->hash}, mesh->bytes);
}

/* The node of a mesh that has its arrays or a geometry, which it gives back on failure. */
static MlNode add_mesh_node(MlBuilder *b, MeshNode *mesh, MlMaterial material, const DescSource *source) {
  if (mesh->geometry != NULL) {
    mesh->degenerate = mesh->geometry->degenerate;
    mesh->bounds = aabb_to_bounds(&mesh->geometry->bounds);
  }
  Node node = {.kind = NODE_MESH, .material = material, .place = source->place, .leaves = 1, .mesh = mesh};
  node.traits = (uint16_t)(shape_traits(b, material) | NODE_HAS_MESH);
  node.effort = 1 + 3 * mesh_node_mesh(mesh)->triangle_count;
  MlNode id = builder_add_node(b, &node, source->error);
  if (id == 0 && mesh->geometry != NULL) cache_release(b->context.cache, mesh->geometry);
  return id;
}

MlNode builder_add_mesh(MlBuilder *b, const MlMeshDesc *d, const DescSource *source) {
  if (!check_mesh(source, d)) return 0;
  MeshNode *mesh = new_mesh(b, source);
  if (mesh == NULL) return 0;
  find_geometry(b, d, mesh);
  if (mesh->geometry == NULL && !copy_mesh(b, d, mesh)) {
    memory_error(b->context.memory, mesh->bytes, source->what, source->error);
    return 0;
  }
  return add_mesh_node(b, mesh, d->material, source);
}

MlNode builder_take_mesh(MlBuilder *b, ModelPart *part, MlMaterial material, const DescSource *source, uint64_t *hash, uint64_t *bytes) {
  const MlMeshDesc d = {.points = part->points,
                        .point_count = part->point_count,
                        .triangles = part->triangles,
                        .triangle_count = part->triangle_count,
                        .normals = part->normals,
                        .uv = part->uv};
  MeshNode *mesh;
  if (!check_mesh(source, &d) || (mesh = new_mesh(b, source)) == NULL) return 0;
  find_geometry(b, &d, mesh);
  *hash = mesh->hash;
  *bytes = mesh->bytes;
  if (mesh->geometry != NULL) return add_mesh_node(b, mesh, material, source);
  tidy_mesh(part->points, part->triangles, &d, mesh);
  mesh->owned = part->triangle_count;
  const MlNode id = add_mesh_node(b, mesh, material, source);
  if (id != 0) *part = (ModelPart){.material = part->material};
  return id;
}

MlNode builder_add_geometry(MlBuilder *b, const Geometry *geometry, uint64_t bytes, const DescSource *source) {
  MeshNode *mesh = new_mesh(b, source);
  if (mesh == NULL) {
    cache_release(b->context.cache, geometry);
    return 0;
  }
  mesh->geometry = geometry;
  mesh->hash = geometry->hash;
  mesh->bytes = bytes;
  return add_mesh_node(b, mesh, 0, source);
}

void builder_free_mesh(MlBuilder *b, MeshNode *mesh) {
  const Mesh *m = &mesh->mesh;
  Memory *memory = b->context.memory;
  if (mesh->geometry != NULL) cache_release(b->context.cache, mesh->geometry);
  if (mesh->owned == 0) return;
  memory_free(memory, (void *)(uintptr_t)m->points, (size_t)m->point_count * 12);
  memory_free(memory, (void *)(uintptr_t)m->triangles, (size_t)mesh->owned * 12);
  if (m->normals != NULL) memory_free(memory, (void *)(uintptr_t)m->normals, (size_t)m->point_count * 12);
  if (m->uv != NULL) memory_free(memory, (void *)(uintptr_t)m->uv, (size_t)m->point_count * 8);
}

/* With normals made for it. */
static MlNode add_smooth_mesh(MlBuilder *b, const MlMeshDesc *d, const DescSource *source) {
  Model model;
  Work work = {.cancel = d->cancel};
  const ModelSource from = {.name = source->what, .work = &work};
  MlError failure = {0};
  MlNode id = 0;
  uint64_t hash, bytes;
  model_init(&model, b->context.memory);
  ModelPart *part = model_add_part(&model, d->point_count, d->triangle_count, false, d->uv != NULL);
  MlStatus status = part != NULL ? ML_OK : model_out_of_memory(&model, &from, &failure);
  if (status == ML_OK) {
    if (d->point_count != 0) memcpy(part->points, d->points, (size_t)d->point_count * 12);
    if (d->triangle_count != 0) memcpy(part->triangles, d->triangles, (size_t)d->triangle_count * 12);
    if (d->point_count != 0 && d->uv != NULL) memcpy(part->uv, d->uv, (size_t)d->point_count * 8);
    status = model_smooth(&model, &from, d->crease, &failure);
  }
  if (status == ML_OK) id = builder_take_mesh(b, &model.parts.data[0], d->material, source, &hash, &bytes);
  else error_set_at(source->error, status, source->place, "%s", failure.message);
  model_free(&model);
  return id;
}

MlNode ml_mesh(MlBuilder *b, const MlMeshDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mesh", .error = error};
  MlMeshDesc d;
  if (!DESC_READ(&source, MlMeshDesc, desc, &d) || !desc_material(&source, b, "material", d.material)) return 0;
  if (d.crease == 0.0) return builder_add_mesh(b, &d, &source);
  if (!(d.crease > 0.0 && d.crease <= 180.0) || d.normals != NULL) {
    desc_fail(&source, ".crease: expected degrees from 0 to 180, and no normals, got %s", number_text(d.crease).text);
    return 0;
  }
  return check_mesh(&source, &d) ? add_smooth_mesh(b, &d, &source) : 0;
}
