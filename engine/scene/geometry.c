/* geometry.c - see geometry.h. */
#include "scene/geometry.h"

#include <string.h>

#include "base/error.h"
#include "math/transform.h"
#include "program/compile.h"
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

Aabb geometry_still_bounds(const float to_local[9], const float centre[3], const Aabb *box) {
  MlTransform inward = {0}, to_world;
  for (int i = 0; i < 9; i++) inward.m[4 * (i / 3) + i % 3] = (double)to_local[i];
  (void)ml_transform_invert(&inward, &to_world); /* place_exactly made sure */
  return geometry_placed_bounds(&to_world, centre, box, 0x1p-20);
}

Aabb geometry_placed_bounds(const MlTransform *to_world, const float centre[3], const Aabb *box, double share) {
  MlBounds bounds = aabb_to_bounds(box);
  bounds = affine_bounds(to_world, &bounds);
  double pad = share * dvec_largest(dvec_subtract(bounds.max, bounds.min));
  const double lo[3] = {bounds.min.x, bounds.min.y, bounds.min.z}, hi[3] = {bounds.max.x, bounds.max.y, bounds.max.z};
  Aabb out;
  for (int i = 0; i < 3; i++) {
    out.lo[i] = next_down_f(float_below(lo[i] - pad + (double)centre[i]));
    out.hi[i] = next_up_f(float_above(hi[i] + pad + (double)centre[i]));
  }
  return out;
}

/* What a tree is over, by number: primitives, then instances. */
typedef struct Items {
  const Geometry *g;
  const Aabb *boxes; /* of the instances */
} Items;

static Aabb item_box(const void *ud, uint32_t index) {
  const Items *items = ud;
  const Strands *strands = &items->g->strands;
  if (strands->segment_count != 0) {
    const StrandPoint *a = &strands->points[strands->segments[index]];
    return strand_bounds(a, a + 1);
  }
  if (items->g->field.distance == NULL && index >= items->g->prim_count) return items->boxes[index - items->g->prim_count];
  if (items->g->field.distance != NULL) {
    const FieldCell *cell = &items->g->field.cells[index];
    return (Aabb){{cell->lo[0], cell->lo[1], cell->lo[2]}, {cell->hi[0], cell->hi[1], cell->hi[2]}};
  }
  const Prim *prim = &items->g->prims[index];
  return (Aabb){{prim->lo[0], prim->lo[1], prim->lo[2]}, {prim->hi[0], prim->hi[1], prim->hi[2]}};
}

/* As geometry_still_bounds, quickly: it is asked for several times for each of millions. */
static Aabb place_box(const void *ud, uint32_t index) {
  const Instances *array = ud;
  const ArrayPlace *place = &array->places[index];
  const Aabb *box = &array->geometries[0]->bvh.bounds;
  MlVec3 rows[3], columns[3];
  for (int i = 0; i < 3; i++) rows[i] = dvec_load(place->to_local + 3 * i);
  for (int i = 0; i < 3; i++) columns[i] = dvec_cross(rows[(i + 1) % 3], rows[(i + 2) % 3]);
  double s = 1.0 / dvec_dot(rows[0], columns[0]), middle[3] = {0.0, 0.0, 0.0}, half[3] = {0.0, 0.0, 0.0};
  for (int i = 0; i < 3; i++) {
    double lo = (double)box->lo[i], hi = (double)box->hi[i], c = 0.5 * s * (lo + hi), h = 0.5 * s * (hi - lo);
    middle[0] += c * columns[i].x, middle[1] += c * columns[i].y, middle[2] += c * columns[i].z;
    half[0] += __builtin_fabs(h * columns[i].x), half[1] += __builtin_fabs(h * columns[i].y), half[2] += __builtin_fabs(h * columns[i].z);
  }
  double pad = 0x1p-19 * dvec_largest((MlVec3){half[0], half[1], half[2]});
  Aabb out;
  for (int i = 0; i < 3; i++) {
    double at = middle[i] + (double)place->centre[i], reach = half[i] + pad;
    out.lo[i] = next_down_f(float_below(at - reach));
    out.hi[i] = next_up_f(float_above(at + reach));
  }
  return out;
}

static BvhInput tree_input(const Items *items) {
  const Geometry *g = items->g;
  if (g->instances.places != NULL) return (BvhInput){.count = g->instances.count, .box = place_box, .ud = &g->instances};
  if (g->mesh.triangle_count != 0)
    return (BvhInput){.count = g->mesh.triangle_count, .points = g->mesh.points, .triangles = g->mesh.triangles};
  return (BvhInput){
    .count = g->prim_count + g->instances.count + g->field.cell_count + g->strands.segment_count, .box = item_box, .ud = items};
}

/* Copies what instances refer to into a block. */
typedef struct InstancesLayout {
  size_t data, geometries, firsts, motions, keys;
} InstancesLayout;
static InstancesLayout instances_place(BlockLayout *layout, const Instances *set) {
  return (InstancesLayout){
    .data = block_place(layout, set->data != NULL ? set->count : 0, sizeof *set->data),
    .geometries = block_place(layout, set->geometry_count, sizeof(Geometry *)),
    .firsts = block_place(layout, set->firsts != NULL ? set->count : 0, sizeof *set->firsts),
    .motions = block_place(layout, set->motion_count, sizeof *set->motions),
    .keys = block_place(layout, set->key_count, sizeof *set->keys),
  };
}
static void instances_copy(Work *work, void *block, const InstancesLayout *at, const Instances *from, Instances *to) {
  to->data = block_copy(work, block, at->data, from->data, from->count, sizeof *from->data);
  to->geometries = block_copy(work, block, at->geometries, (const void *)from->geometries, from->geometry_count, sizeof(Geometry *));
  to->firsts = block_copy(work, block, at->firsts, from->firsts, from->count, sizeof *from->firsts);
  to->motions = block_copy(work, block, at->motions, from->motions, from->motion_count, sizeof *from->motions);
  to->keys = block_copy(work, block, at->keys, from->keys, from->key_count, sizeof *from->keys);
}

/* The block, with the tree that is written where it stays. */
static MlStatus make_block(const BvhBuild *build, const Geometry *content, BvhPlan *plan, Geometry **out, MlError *error) {
  Memory *memory = build->memory;
  Work *work = build->work;
  const Mesh *mesh = &content->mesh;
  const Bvh sizes = bvh_plan_sizes(plan), *bvh = &sizes;
  BlockLayout layout = {.bytes = sizeof(Geometry)};
  size_t points = block_place(&layout, mesh->point_count, 12);
  size_t triangles = block_place(&layout, mesh->triangle_count, 12);
  size_t normals = block_place(&layout, mesh->normals != NULL ? mesh->point_count : 0, 12);
  size_t uv = block_place(&layout, mesh->uv != NULL ? mesh->point_count : 0, 8);
  size_t prims = block_place(&layout, content->prim_count, sizeof(Prim));
  size_t placed = block_place(&layout, content->placed_count, sizeof(PlacedTransform));
  InstancesLayout instances = instances_place(&layout, &content->instances);
  const Field *field = &content->field;
  size_t cells = block_place(&layout, field->cell_count, sizeof(FieldCell)),
         tapes = block_place(&layout, field->tape_count, sizeof(FieldTape)),
         steps = block_place(&layout, field->step_count, sizeof(ProgramStep)),
         materials = block_place(&layout, field->material_count, sizeof *field->materials);
  size_t distance = block_place(&layout, field->distance != NULL ? program_bytes(field->distance) : 0, 1),
         which = block_place(&layout, field->which != NULL ? program_bytes(field->which) : 0, 1);
  size_t hairs = block_place(&layout, content->strands.point_count, sizeof(StrandPoint)),
         segments = block_place(&layout, content->strands.segment_count, sizeof(uint32_t));
  size_t nodes = block_place(&layout, bvh->node_count, bvh_node_size(bvh));
  size_t blocks = block_place(&layout, bvh->block_count, bvh_block_size(bvh));
  size_t csg_nodes = block_place(&layout, content->csg.node_count, sizeof(CsgNode));
  size_t csg_items = block_place(&layout, content->csg.item_count, sizeof(CsgItem));
  Geometry *g = layout.overflow ? NULL : memory_pages_alloc(memory, layout.bytes);
  if (g == NULL) return memory_error(memory, layout.overflow ? UINT64_MAX : layout.bytes, "shared geometry", error);
  *g = *content;
  g->mesh.points = block_copy(work, g, points, mesh->points, mesh->point_count, 12);
  g->mesh.triangles = block_copy(work, g, triangles, mesh->triangles, mesh->triangle_count, 12);
  g->mesh.normals = block_copy(work, g, normals, mesh->normals, mesh->point_count, 12);
  g->mesh.uv = block_copy(work, g, uv, mesh->uv, mesh->point_count, 8);
  g->prims = block_copy(work, g, prims, content->prims, content->prim_count, sizeof(Prim));
  g->placed = block_copy(work, g, placed, content->placed, content->placed_count, sizeof(PlacedTransform));
  g->field.cells = block_copy(work, g, cells, field->cells, field->cell_count, sizeof *field->cells);
  g->field.tapes = block_copy(work, g, tapes, field->tapes, field->tape_count, sizeof *field->tapes);
  g->field.steps = block_copy(work, g, steps, field->steps, field->step_count, sizeof *field->steps);
  g->field.materials = block_copy(work, g, materials, field->materials, field->material_count, sizeof *field->materials);
  if (field->distance != NULL) g->field.distance = program_copy((char *)g + distance, field->distance);
  if (field->which != NULL) g->field.which = program_copy((char *)g + which, field->which);
  g->strands.points = block_copy(work, g, hairs, content->strands.points, content->strands.point_count, sizeof(StrandPoint));
  g->strands.segments = block_copy(work, g, segments, content->strands.segments, content->strands.segment_count, sizeof(uint32_t));
  instances_copy(work, g, &instances, &content->instances, &g->instances);
  g->bvh = *bvh;
  g->bvh.nodes = bvh->node_count != 0 ? (char *)g + nodes : NULL;
  g->bvh.blocks = bvh->block_count != 0 ? (char *)g + blocks : NULL;
  g->csg.nodes = block_copy(work, g, csg_nodes, content->csg.nodes, content->csg.node_count, sizeof(CsgNode));
  g->csg.items = block_copy(work, g, csg_items, content->csg.items, content->csg.item_count, sizeof(CsgItem));
  g->bytes = layout.bytes;
  MlStatus status = work_status(work, error);
  if (status == ML_OK) status = bvh_emit(plan, &g->bvh, error);
  if (content->csg.node_count != 0) g->bvh.bounds = content->csg.box; /* what instances go by; the walk goes by nodes */
  if (status != ML_OK) {
    memory_pages_free(memory, g, layout.bytes);
    return status;
  }
  memory_pages_protect(g->part, (size_t)g->part_bytes);
  memory_pages_protect(g, layout.bytes);
  *out = g;
  return ML_OK;
}

MlStatus geometry_create(const BvhBuild *build, const Geometry *content, const Aabb *boxes, Geometry **out, MlError *error) {
  const Items items = {content, boxes};
  const BvhInput input = tree_input(&items);
  BvhPlan *plan;
  TRY(bvh_plan(build, &input, &plan, error));
  MlStatus status = make_block(build, content, plan, out, error);
  bvh_plan_free(plan);
  return status;
}

MlStatus geometry_create_array(const BvhBuild *build, const Geometry *content, Geometry **out, MlError *error) {
  Geometry whole = *content;
  whole.part = (void *)(uintptr_t)content->instances.places;
  whole.part_bytes = content->instances.count * sizeof(ArrayPlace);
  return geometry_create(build, &whole, NULL, out, error);
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

/* Equal contents are one asset: that of the same geometry has the same address. */
static bool same_instances(const Instances *a, const Instances *b) {
  return a->count == b->count && a->geometry_count == b->geometry_count && a->motion_count == b->motion_count &&
         a->key_count == b->key_count && (a->places == NULL) == (b->places == NULL) &&
         same_bytes((const void *)a->geometries, (const void *)b->geometries, a->geometry_count, sizeof *a->geometries) &&
         same_bytes(a->data, b->data, a->count, sizeof *a->data) && same_bytes(a->places, b->places, a->count, sizeof *a->places) &&
         memcmp(&a->pattern, &b->pattern, sizeof a->pattern) == 0 &&
         same_bytes(a->motions, b->motions, a->motion_count, sizeof *a->motions) &&
         same_bytes(a->keys, b->keys, a->key_count, sizeof *a->keys);
}

/* Cells follow from the program and the box. */
static bool same_field(const Geometry *asset, const Geometry *content) {
  const Field *a = &asset->field, *b = &content->field;
  if (a->distance == NULL || b->distance == NULL) return a->distance == b->distance;
  return program_same(a->distance, b->distance) && (a->which == NULL) == (b->which == NULL) &&
         (a->which == NULL || program_same(a->which, b->which)) && a->material_count == b->material_count &&
         same_bytes(a->materials, b->materials, a->material_count, sizeof *a->materials) &&
         memcmp(&asset->bounds, &content->bounds, sizeof asset->bounds) == 0;
}

static bool same_csg(const Csg *a, const Csg *b) {
  return a->node_count == b->node_count && a->item_count == b->item_count &&
         same_bytes(a->nodes, b->nodes, a->node_count, sizeof *a->nodes) && same_bytes(a->items, b->items, a->item_count, sizeof *a->items);
}

static bool same_strands(const Strands *a, const Strands *b) {
  return a->point_count == b->point_count && a->segment_count == b->segment_count &&
         same_bytes(a->points, b->points, a->point_count, sizeof *a->points) &&
         same_bytes(a->segments, b->segments, a->segment_count, sizeof *a->segments);
}

bool geometry_equals(const Geometry *asset, const Geometry *content) {
  const Mesh *a = &asset->mesh, *b = &content->mesh;
  return a->point_count == b->point_count && same_bytes(a->points, b->points, a->point_count, 12) &&
         same_bytes(a->normals, b->normals, a->point_count, 12) && same_bytes(a->uv, b->uv, a->point_count, 8) && same_triangles(a, b) &&
         asset->prim_count == content->prim_count && asset->placed_count == content->placed_count &&
         same_bytes(asset->prims, content->prims, asset->prim_count, sizeof(Prim)) &&
         same_bytes(asset->placed, content->placed, asset->placed_count, sizeof(PlacedTransform)) &&
         memcmp(asset->origin, content->origin, sizeof asset->origin) == 0 && same_instances(&asset->instances, &content->instances) &&
         same_field(asset, content) && same_csg(&asset->csg, &content->csg) && same_strands(&asset->strands, &content->strands);
}

void geometry_free(Memory *memory, Geometry *geometry) {
  size_t bytes = (size_t)geometry->bytes;
  memory_pages_unprotect(geometry->part, (size_t)geometry->part_bytes);
  memory_pages_free(memory, geometry->part, (size_t)geometry->part_bytes);
  memory_pages_unprotect(geometry, bytes);
  memory_pages_free(memory, geometry, bytes);
}

uint64_t geometry_bytes(const Geometry *geometry) { return geometry->bytes + geometry->part_bytes; }
