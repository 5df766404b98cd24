/* geometry.c - see geometry.h. */
#include "scene/geometry.h"

#include <string.h>

#include "base/error.h"
#include "shape/intersect.h"

bool triangle_is_degenerate(const float *a, const float *b, const float *c) {
  MlVec3 o = dvec_load(a), u = dvec_subtract(dvec_load(b), o), v = dvec_subtract(dvec_load(c), o);
  return !(dvec_length(dvec_cross(u, v)) > 1e-14 * (dvec_length(u) * dvec_length(v)));
}

size_t block_place(BlockLayout *layout, uint64_t count, size_t size) {
  size_t bytes, offset = layout->bytes, end;
  if (!size_multiply(count, size, &bytes) || !size_add(offset, 63, &offset)) {
    layout->overflow = true;
    return 0;
  }
  offset &= ~(size_t)63;
  if (!size_add(offset, bytes, &end)) layout->overflow = true;
  layout->bytes = end;
  return offset;
}

void *block_copy(Work *work, void *block, size_t offset, const void *from, uint64_t count, size_t size) {
  if (count == 0 || from == NULL) return NULL;
  work_copy(work, (char *)block + offset, from, count * size);
  return (char *)block + offset;
}

static MlStatus build_tree(const BvhBuild *build, const Geometry *g, Bvh *bvh, MlError *error) {
  if (g->mesh.triangle_count != 0) return bvh_build_mesh(build, g->mesh.points, g->mesh.triangles, g->mesh.triangle_count, bvh, error);
  size_t bytes;
  Aabb *bounds = size_multiply(g->prim_count, sizeof *bounds, &bytes) ? memory_alloc(build->memory, bytes, 64) : NULL;
  if (bounds == NULL) return memory_error(build->memory, g->prim_count * sizeof *bounds, "tree of boxes", error);
  for (uint64_t i = 0; i < g->prim_count && work_goes_on(build->work, sizeof(Prim)); i++) {
    memcpy(bounds[i].lo, g->prims[i].lo, sizeof bounds->lo);
    memcpy(bounds[i].hi, g->prims[i].hi, sizeof bounds->hi);
  }
  MlStatus status = work_status(build->work, error);
  if (status == ML_OK) status = bvh_build(build, bounds, NULL, g->prim_count, bvh, error);
  memory_free(build->memory, bounds, bytes);
  return status;
}

MlStatus geometry_create(const BvhBuild *build, const Geometry *content, Geometry **out, MlError *error) {
  Memory *memory = build->memory;
  Work *work = build->work;
  Bvh bvh;
  TRY(build_tree(build, content, &bvh, error));
  const Mesh *mesh = &content->mesh;
  BlockLayout layout = {.bytes = sizeof(Geometry)};
  size_t points = block_place(&layout, mesh->point_count, 12);
  size_t triangles = block_place(&layout, mesh->triangle_count, 12);
  size_t normals = block_place(&layout, mesh->normals != NULL ? mesh->point_count : 0, 12);
  size_t uv = block_place(&layout, mesh->uv != NULL ? mesh->point_count : 0, 8);
  size_t prims = block_place(&layout, content->prim_count, sizeof(Prim));
  size_t placed = block_place(&layout, content->placed_count, sizeof(PlacedTransform));
  size_t nodes = block_place(&layout, bvh.node_count, bvh_node_size(&bvh));
  size_t blocks = block_place(&layout, bvh.block_count, bvh_block_size(&bvh));
  Geometry *g = layout.overflow ? NULL : memory_pages_alloc(memory, layout.bytes);
  if (g != NULL) {
    *g = *content;
    g->mesh.points = block_copy(work, g, points, mesh->points, mesh->point_count, 12);
    g->mesh.triangles = block_copy(work, g, triangles, mesh->triangles, mesh->triangle_count, 12);
    g->mesh.normals = block_copy(work, g, normals, mesh->normals, mesh->point_count, 12);
    g->mesh.uv = block_copy(work, g, uv, mesh->uv, mesh->point_count, 8);
    g->prims = block_copy(work, g, prims, content->prims, content->prim_count, sizeof(Prim));
    g->placed = block_copy(work, g, placed, content->placed, content->placed_count, sizeof(PlacedTransform));
    g->bvh = bvh;
    g->bvh.nodes = block_copy(work, g, nodes, bvh.nodes, bvh.node_count, bvh_node_size(&bvh));
    g->bvh.blocks = block_copy(work, g, blocks, bvh.blocks, bvh.block_count, bvh_block_size(&bvh));
    g->bytes = layout.bytes;
  }
  bvh_free(memory, &bvh);
  if (g == NULL) return memory_error(memory, layout.overflow ? UINT64_MAX : layout.bytes, "shared geometry", error);
  MlStatus status = work_status(work, error);
  if (status != ML_OK) {
    memory_pages_free(memory, g, layout.bytes);
    return status;
  }
  memory_pages_protect(g, layout.bytes);
  *out = g;
  return ML_OK;
}

static bool same_bytes(const void *a, const void *b, uint64_t count, size_t size) {
  return count == 0 || ((a == NULL) == (b == NULL) && (a == NULL || memcmp(a, b, (size_t)(count * size)) == 0));
}

/* The asset's triangles are content's, but for degenerate ones. */
static bool same_triangles(const Mesh *asset, const Mesh *content) {
  if (asset->triangle_count == content->triangle_count) return same_bytes(asset->triangles, content->triangles, asset->triangle_count, 12);
  uint64_t kept = 0;
  for (uint64_t i = 0; i < content->triangle_count; i++) {
    const uint32_t *corner = content->triangles + 3 * i;
    const float *points = asset->points;
    if (kept < asset->triangle_count && memcmp(asset->triangles + 3 * kept, corner, 12) == 0) kept++;
    else if (!triangle_is_degenerate(points + 3 * (size_t)corner[0], points + 3 * (size_t)corner[1], points + 3 * (size_t)corner[2]))
      return false;
  }
  return kept == asset->triangle_count;
}

bool geometry_equals(const Geometry *asset, const Geometry *content) {
  const Mesh *a = &asset->mesh, *b = &content->mesh;
  return a->point_count == b->point_count && same_bytes(a->points, b->points, a->point_count, 12) &&
         same_bytes(a->normals, b->normals, a->point_count, 12) && same_bytes(a->uv, b->uv, a->point_count, 8) && same_triangles(a, b) &&
         asset->prim_count == content->prim_count && asset->placed_count == content->placed_count &&
         same_bytes(asset->prims, content->prims, asset->prim_count, sizeof(Prim)) &&
         same_bytes(asset->placed, content->placed, asset->placed_count, sizeof(PlacedTransform)) &&
         memcmp(asset->origin, content->origin, sizeof asset->origin) == 0;
}

void geometry_free(Memory *memory, Geometry *geometry) {
  size_t bytes = (size_t)geometry->bytes;
  memory_pages_unprotect(geometry, bytes);
  memory_pages_free(memory, geometry, bytes);
}
