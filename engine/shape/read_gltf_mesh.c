/* read_gltf_mesh.c - meshes: each primitive that makes triangles becomes a part of the model (specification 3.7.2).
 *
 * Many primitives may share one accessor of points and use a few of them each: those that do, or that leave points unused, get only the
 * points that their indices name, in the order in which these first do. */
#include <stdio.h>
#include <string.h>

#include "shape/read_gltf.h"

enum { TRIANGLES = 4, STRIP = 5, FAN = 6, BATCH = 16384 };

typedef struct Primitive {
  GltfPlace place;
  uint32_t mode, material;
  uint32_t position, normal, uv, indices; /* accessors; MODEL_NONE */
  GltfElements points, normals, uvs, order;
  uint64_t point_count, index_count, triangle_count;
} Primitive;

typedef struct MeshReader {
  Gltf *g;
  uint32_t *uses;  /* per accessor: primitives that have it as points */
  uint32_t *remap; /* per point: its number among those used; NONE but while a primitive is read */
  uint64_t remap_size;
} MeshReader;

static MlStatus pay(Gltf *g, const GltfPlace *place, uint64_t count, uint64_t bytes) {
  uint64_t price;
  if (__builtin_mul_overflow(count, bytes, &price) || price > g->budget)
    return gltf_error(g, ML_ERROR_LIMIT, place,
                      "with it, meshes take more than %d times what the file holds; it is damaged or made to harm", GLTF_COPIES);
  g->budget -= price;
  return ML_OK;
}

/* ---- what a primitive says */

static MlStatus read_attributes(Gltf *g, uint32_t value, Primitive *p) {
  uint32_t attributes;
  char set[24];
  const uint32_t uv_set = p->material != MODEL_NONE ? g->material_uv[p->material] : 0;
  snprintf(set, sizeof set, "TEXCOORD_%u", (unsigned)uv_set);
  TRY(gltf_object(g, &p->place, value, "attributes", &attributes));
  if (attributes == JSON_NONE) return gltf_error(g, ML_ERROR_FORMAT, &p->place, "attributes is missing");
  TRY(gltf_index(g, &p->place, attributes, "POSITION", "accessors", g->accessor_count, &p->position));
  TRY(gltf_index(g, &p->place, attributes, "NORMAL", "accessors", g->accessor_count, &p->normal));
  TRY(gltf_index(g, &p->place, attributes, set, "accessors", g->accessor_count, &p->uv));
  if (json_member(&g->json, attributes, "COLOR_0") != JSON_NONE) TRY(gltf_unsupported(g, "vertex colours"));
  if (json_member(&g->json, value, "targets") != JSON_NONE) TRY(gltf_unsupported(g, "morph targets"));
  return ML_OK;
}

static MlStatus check_attribute(const Gltf *g, const Primitive *p, const char *name, const GltfElements *e, uint32_t width) {
  if (e->accessor->width != width)
    return gltf_error(g, ML_ERROR_FORMAT, &p->place, "%s: accessors[%u] has %u numbers an element, expected %u", name, e->index,
                      e->accessor->width, width);
  if (e->accessor->count != p->point_count)
    return gltf_error(g, ML_ERROR_FORMAT, &p->place, "%s has %llu elements, POSITION %llu", name, (unsigned long long)e->accessor->count,
                      (unsigned long long)p->point_count);
  return ML_OK;
}

/* With *skip: there is nothing to be drawn, or not now. */
static MlStatus read_primitive(Gltf *g, uint32_t value, Primitive *p, bool *skip) {
  uint64_t mode;
  TRY(gltf_whole(g, &p->place, value, "mode", FAN, TRIANGLES, &mode));
  TRY(gltf_index(g, &p->place, value, "material", "materials", g->material_count, &p->material));
  TRY(gltf_index(g, &p->place, value, "indices", "accessors", g->accessor_count, &p->indices));
  TRY(read_attributes(g, value, p));
  p->mode = (uint32_t)mode;
  *skip = p->position == MODEL_NONE;
  if (p->mode < TRIANGLES) {
    *skip = true;
    return gltf_unsupported(g, "points and lines");
  }
  if (*skip) return ML_OK;

  TRY(gltf_elements(g, p->position, &p->points));
  p->point_count = p->points.accessor->count;
  TRY(check_attribute(g, p, "POSITION", &p->points, 3));
  *skip = p->points.missing;
  if (p->normal != MODEL_NONE) {
    TRY(gltf_elements(g, p->normal, &p->normals));
    TRY(check_attribute(g, p, "NORMAL", &p->normals, 3));
    *skip |= p->normals.missing;
  }
  if (p->uv != MODEL_NONE) {
    TRY(gltf_elements(g, p->uv, &p->uvs));
    TRY(check_attribute(g, p, "TEXCOORD", &p->uvs, 2));
    *skip |= p->uvs.missing;
  }
  p->index_count = p->point_count;
  if (p->indices != MODEL_NONE) {
    TRY(gltf_elements(g, p->indices, &p->order));
    p->index_count = p->order.accessor->count;
    *skip |= p->order.missing;
  }
  p->triangle_count = p->mode == TRIANGLES ? p->index_count / 3 : p->index_count < 3 ? 0 : p->index_count - 2;
  *skip |= p->triangle_count == 0;
  if (p->point_count >= UINT32_MAX)
    return gltf_error(g, ML_ERROR_LIMIT, &p->place, "has %llu points; at most 4294967294 can be read", (unsigned long long)p->point_count);
  // What was looked through in sparse accessors to check them
  const uint64_t sparse = p->points.accessor->sparse_count + (p->normal != MODEL_NONE ? p->normals.accessor->sparse_count : 0) +
                          (p->uv != MODEL_NONE ? p->uvs.accessor->sparse_count : 0) +
                          (p->indices != MODEL_NONE ? p->order.accessor->sparse_count : 0);
  return pay(g, &p->place, sparse, 4);
}

/* ---- triangles */

/* A strip or fan whose indices are the last in an array of three for each triangle: the triangles, from the front on. They never reach
 * what is still to be read. */
static MlStatus unfold(const Gltf *g, uint32_t *out, uint64_t triangles, bool fan) {
  const uint32_t *in = out + 3 * triangles - (triangles + 2);
  const uint32_t first = in[0];
  for (uint64_t i = 0; i < triangles; i++) {
    const uint32_t a = in[i], b = in[i + 1], c = in[i + 2];
    out[3 * i] = fan ? b : a;
    out[3 * i + 1] = fan ? c : i & 1 ? c : b;
    out[3 * i + 2] = fan ? first : i & 1 ? b : c;
    if (i % BATCH == 0) TRY(gltf_work(g, 12 * BATCH));
  }
  return ML_OK;
}

static MlStatus read_triangles(Gltf *g, const Primitive *p, uint32_t *out) {
  const uint64_t corners = 3 * p->triangle_count, count = p->mode == TRIANGLES ? corners : p->triangle_count + 2;
  uint32_t *in = out + (corners - count);
  if (p->indices != MODEL_NONE) TRY(gltf_read_indices(g, &p->order, count, in));
  for (uint64_t i = 0; i < count;) {
    const uint64_t start = i, end = count - i < BATCH ? count : i + BATCH;
    for (; i < end; i++) {
      if (p->indices == MODEL_NONE) in[i] = (uint32_t)i;
      if (in[i] >= p->point_count)
        return gltf_error(g, ML_ERROR_FORMAT, &p->place, "index %llu in accessors[%u] is %u, but there are only %llu points",
                          (unsigned long long)i, p->indices, in[i], (unsigned long long)p->point_count);
    }
    TRY(gltf_work(g, 4 * (end - start)));
  }
  if (p->mode == TRIANGLES) return ML_OK;
  return unfold(g, out, p->triangle_count, p->mode == FAN);
}

static MlStatus read_points(Gltf *g, const Primitive *p, const uint32_t *which, ModelPart *part) {
  const uint64_t count = part->point_count;
  TRY(gltf_read_floats(g, &p->points, which, count, 3, part->points));
  if (part->normals != NULL) TRY(gltf_read_floats(g, &p->normals, which, count, 3, part->normals));
  if (part->uv == NULL) return ML_OK;
  TRY(gltf_read_floats(g, &p->uvs, which, count, 2, part->uv));
  for (uint64_t i = 0; i < count;) {
    const uint64_t end = count - i < BATCH ? count : i + BATCH;
    for (; i < end; i++) part->uv[2 * i + 1] = 1.0f - part->uv[2 * i + 1];
    TRY(gltf_work(g, 8 * BATCH));
  }
  return ML_OK;
}

static MlStatus add_part(Gltf *g, const Primitive *p, uint64_t points, ModelPart **out) {
  const bool normals = p->normal != MODEL_NONE, uv = p->uv != MODEL_NONE;
  TRY(pay(g, &p->place, points, 12u + 12 * normals + 8 * uv));
  *out = model_add_part(g->model, points, p->triangle_count, normals, uv);
  if (*out == NULL) return gltf_no_memory(g);
  (*out)->material = p->material;
  return ML_OK;
}

/* ---- points that are used */

static MlStatus grow_remap(MeshReader *r, const Primitive *p) {
  if (p->point_count <= r->remap_size) return ML_OK;
  TRY(pay(r->g, &p->place, p->point_count, sizeof *r->remap));
  const size_t old = (size_t)r->remap_size * sizeof *r->remap, size = (size_t)p->point_count * sizeof *r->remap;
  uint32_t *grown = memory_realloc(r->g->memory, r->remap, old, size, 16);
  if (grown == NULL) return gltf_no_memory(r->g);
  memset((uint8_t *)grown + old, 0xff, size - old);
  r->remap = grown;
  r->remap_size = p->point_count;
  return gltf_work(r->g, size - old);
}

/* Renumbers the corners; which[] gets the points that they name. Returns how many. */
static uint64_t number_used(uint32_t *remap, uint32_t *corners, uint64_t count, uint32_t *which) {
  uint64_t used = 0;
  for (uint64_t i = 0; i < count; i++) {
    uint32_t *number = &remap[corners[i]];
    if (*number == MODEL_NONE) {
      which[used] = corners[i];
      *number = (uint32_t)used++;
    }
    corners[i] = *number;
  }
  for (uint64_t i = 0; i < used; i++) remap[which[i]] = MODEL_NONE;
  return used;
}

static MlStatus read_used(MeshReader *r, const Primitive *p, uint32_t *corners, uint32_t *which) {
  Gltf *g = r->g;
  ModelPart *part;
  TRY(read_triangles(g, p, corners));
  const uint64_t used = number_used(r->remap, corners, 3 * p->triangle_count, which);
  TRY(gltf_work(g, 24 * p->triangle_count));
  TRY(add_part(g, p, used, &part));
  if (!work_copy(g->work, part->triangles, corners, 12 * p->triangle_count)) return work_status(g->work, g->error);
  return read_points(g, p, which, part);
}

static MlStatus add_used(MeshReader *r, const Primitive *p) {
  TRY(grow_remap(r, p));
  Memory *memory = r->g->memory;
  const uint64_t corner_count = 3 * p->triangle_count, most = corner_count < p->point_count ? corner_count : p->point_count;
  const size_t corner_bytes = (size_t)(corner_count * sizeof(uint32_t)), which_bytes = (size_t)(most * sizeof(uint32_t));
  uint32_t *corners = memory_alloc(memory, corner_bytes, 16), *which = memory_alloc(memory, which_bytes, 16);
  const MlStatus status = corners != NULL && which != NULL ? read_used(r, p, corners, which) : gltf_no_memory(r->g);
  memory_free(memory, corners, corners != NULL ? corner_bytes : 0);
  memory_free(memory, which, which != NULL ? which_bytes : 0);
  return status;
}

/* ---- meshes */

static MlStatus add_primitive(MeshReader *r, uint32_t value, const GltfPlace *place) {
  Primitive p = {.place = *place};
  bool skip;
  TRY(read_primitive(r->g, value, &p, &skip));
  if (skip) return ML_OK;
  TRY(pay(r->g, place, p.triangle_count, 12));
  if (p.indices != MODEL_NONE && (r->uses[p.position] > 1 || p.point_count > p.index_count)) return add_used(r, &p);
  ModelPart *part;
  TRY(add_part(r->g, &p, p.point_count, &part));
  TRY(read_triangles(r->g, &p, part->triangles));
  return read_points(r->g, &p, NULL, part);
}

static MlStatus count_uses(MeshReader *r, uint32_t mesh, uint32_t index) {
  Gltf *g = r->g;
  uint32_t item, count;
  GltfPlace place = {.list = "meshes", .index = index};
  TRY(gltf_list(g, mesh, "primitives", &place, &item, &count));
  place.sub = "primitives";
  for (uint32_t i = 0; i < count; i++, item = json_next(&g->json, item)) {
    uint32_t position;
    place.sub_index = i;
    TRY(gltf_index(g, &place, json_member(&g->json, item, "attributes"), "POSITION", "accessors", g->accessor_count, &position));
    if (position != MODEL_NONE) r->uses[position]++;
  }
  return ML_OK;
}

static MlStatus add_mesh(MeshReader *r, uint32_t value, uint32_t index) {
  Gltf *g = r->g;
  ModelMesh mesh = {.first_part = (uint32_t)g->model->parts.count};
  GltfPlace place = {.list = "meshes", .index = index};
  uint32_t item, count;
  TRY(gltf_text(g, json_member(&g->json, value, "name"), &mesh.name));
  TRY(gltf_list(g, value, "primitives", &place, &item, &count));
  place.sub = "primitives";
  for (uint32_t i = 0; i < count; i++, item = json_next(&g->json, item)) {
    place.sub_index = i;
    TRY(gltf_work(g, 256));
    TRY(add_primitive(r, item, &place));
  }
  mesh.part_count = (uint32_t)g->model->parts.count - mesh.first_part;
  return array_push(g->memory, &g->model->meshes, mesh) ? ML_OK : gltf_no_memory(g);
}

static MlStatus add_meshes(MeshReader *r, uint32_t root) {
  Gltf *g = r->g;
  uint32_t first, item;
  TRY(gltf_list(g, root, "meshes", NULL, &first, &g->mesh_count));
  TRY(gltf_alloc(g, g->accessor_count, sizeof *r->uses, (void **)&r->uses));
  item = first;
  for (uint32_t i = 0; i < g->mesh_count; i++, item = json_next(&g->json, item)) TRY(count_uses(r, item, i));
  item = first;
  for (uint32_t i = 0; i < g->mesh_count; i++, item = json_next(&g->json, item)) TRY(add_mesh(r, item, i));
  return ML_OK;
}

MlStatus gltf_read_meshes(Gltf *g, uint32_t root) {
  MeshReader r = {.g = g};
  const MlStatus status = add_meshes(&r, root);
  memory_free(g->memory, r.remap, (size_t)r.remap_size * sizeof *r.remap);
  return status;
}
