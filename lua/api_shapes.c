/* api_shapes.c - sphere, box, plane, disk, quad, rect, triangle, group, transform: fields and what is made of them. */
#include "shapes.h"

#include "reader.h"

static MlVec3 cross(MlVec3 a, MlVec3 b) { return (MlVec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
static MlVec3 minus(MlVec3 a, MlVec3 b) { return (MlVec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static bool is_zero(MlVec3 v) { return v.x == 0 && v.y == 0 && v.z == 0; }

bool shape_made(Reading *r, Node *node, MlNode id, const MlError *error) {
  node->geometry = id;
  node->emits = node->shared.material.emits;
  if (!id) reader_fail_builder(r, error);
  return id != 0;
}

/* ------------------------------------------------------------------- sphere */

static bool build_sphere(Reading *r, Node *node) {
  MlSphereDesc *desc = (MlSphereDesc *)node->desc;
  MlError error = {0};
  desc->size = sizeof *desc;
  desc->place = r->place;
  desc->material = node->shared.material.id;
  return shape_made(r, node, ml_sphere(r->runtime->builder, desc, &error), &error);
}

// clang-format off
static const ApiField sphere_fields[] = {
  {.name = "center", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "centre,pos,position,origin,middle",
   .offset = offsetof(MlSphereDesc, center), .doc = "Its centre."},
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .position = 1, .synonyms = "r,rad,size,diameter",
   .offset = offsetof(MlSphereDesc, radius), .doc = "Its radius."},
};
const ApiEntry api_sphere = {"sphere", API_SHAPE, sphere_fields, API_COUNT(sphere_fields), &api_shared_shape, sizeof(MlSphereDesc), 0,
  "A ball. Its uv: u by heading (0 at +z, .25 at +x), v from bottom to top.", "sphere{ center = {0, 1, 0}, radius = 1, material = \"gold\" }\nplane{ material = \"#d8d8d8\" }", "box,disk", build_sphere};
// clang-format on

/* ---------------------------------------------------------------------- box */

static bool build_box(Reading *r, Node *node) {
  const BoxDesc *desc = (const BoxDesc *)node->desc;
  MlVec3 from = {-desc->size.x / 2, -desc->size.y / 2, -desc->size.z / 2}, to = {desc->size.x / 2, desc->size.y / 2, desc->size.z / 2};
  const bool has_from = reader_given(r, "from"), has_to = reader_given(r, "to");
  if (has_from != has_to) reader_fail(r, "pair", "from and to belong together: %s is missing", has_from ? "to" : "from");
  if (has_from && has_to) {
    const MlVec3 a = desc->from, b = desc->to;
    if (a.x == b.x || a.y == b.y || a.z == b.z) {
      reader_fail_field(r, "to", "flat", "a box must not be flat: from and to share a coordinate (use rect or quad)");
    } else {
      from = (MlVec3){a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, a.z < b.z ? a.z : b.z};
      to = (MlVec3){a.x < b.x ? b.x : a.x, a.y < b.y ? b.y : a.y, a.z < b.z ? b.z : a.z};
    }
  }
  MlError error = {0};
  return shape_made(r, node,
                    ml_box(r->runtime->builder,
                           &ML_DESC(MlBoxDesc, .place = r->place, .from = from, .to = to, .material = node->shared.material.id), &error),
                    &error);
}

// clang-format off
static const ApiField box_fields[] = {
  {.name = "size", .type = API_SIZE3, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .position = 1, .xgroup = XGROUP_A,
   .synonyms = "width,height,depth,dimensions,extent,edge", .offset = offsetof(BoxDesc, size),
   .doc = "Its edges, a number for a cube; centred on the origin."},
  {.name = "from", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_A_OTHER, .synonyms = "min,lower,a,p1,corner",
   .offset = offsetof(BoxDesc, from), .doc = "One corner, instead of size."},
  {.name = "to", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_A_OTHER, .synonyms = "max,upper,b,p2",
   .offset = offsetof(BoxDesc, to), .doc = "The opposite corner."},
};
const ApiEntry api_box = {"box", API_SHAPE, box_fields, API_COUNT(box_fields), &api_shared_shape, sizeof(BoxDesc), 0,
  "A box: 1 m and centred, unless size or from and to say otherwise. Its uv: 0..1 on each face, upright from outside; on top and bottom u runs along x.",
  "box{ size = {1, 2, 1}, floor = true, turn = 30, material = \"tomato\" }\nplane{}", "rect,quad", build_box};
// clang-format on

/* -------------------------------------------------------------------- plane */

static bool build_plane(Reading *r, Node *node) {
  MlPlaneDesc *desc = (MlPlaneDesc *)node->desc;
  MlError error = {0};
  desc->size = sizeof *desc;
  desc->place = r->place;
  desc->material = node->shared.material.id;
  return shape_made(r, node, ml_plane(r->runtime->builder, desc, &error), &error);
}

// clang-format off
static const ApiField plane_fields[] = {
  {.name = "point", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}",
   .synonyms = "center,centre,pos,position,origin,y,height", .offset = offsetof(MlPlaneDesc, point), .doc = "A point of it."},
  {.name = "normal", .type = API_DIRECTION, .def = "{0, 1, 0}", .synonyms = "n,up,direction,facing",
   .offset = offsetof(MlPlaneDesc, normal), .doc = "Where its front looks; any length."},
};
const ApiEntry api_plane = {"plane", API_SHAPE, plane_fields, API_COUNT(plane_fields), &api_shared_shape, sizeof(MlPlaneDesc), 0,
  "An infinite plane, the ground unless told otherwise. Its uv: metres, on the ground along x and away from the default camera.", "plane{ material = \"#d8d8d8\" }\nsphere{ floor = true }", "rect,quad,disk",
  build_plane};
// clang-format on

/* --------------------------------------------------------------------- disk */

static bool build_disk(Reading *r, Node *node) {
  MlDiskDesc *desc = (MlDiskDesc *)node->desc;
  MlError error = {0};
  desc->size = sizeof *desc;
  desc->place = r->place;
  desc->material = node->shared.material.id;
  if (desc->hole >= desc->radius) {
    reader_fail_field(r, "hole", "hole", "the hole must be smaller than the radius %g, got %g", desc->radius, desc->hole);
    desc->hole = 0;
  }
  return shape_made(r, node, ml_disk(r->runtime->builder, desc, &error), &error);
}

// clang-format off
static const ApiField disk_fields[] = {
  {.name = "center", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "centre,pos,position,origin",
   .offset = offsetof(MlDiskDesc, center), .doc = "Its centre."},
  {.name = "normal", .type = API_DIRECTION, .def = "{0, 1, 0}", .synonyms = "n,up,direction,facing", .offset = offsetof(MlDiskDesc, normal),
   .doc = "Where its front looks; any length."},
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .position = 1, .synonyms = "r,rad,size",
   .offset = offsetof(MlDiskDesc, radius), .doc = "Its radius."},
  {.name = "hole", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0", .synonyms = "inner,inner_radius",
   .offset = offsetof(MlDiskDesc, hole), .doc = "Radius of a hole in its middle."},
};
const ApiEntry api_disk = {"disk", API_SHAPE, disk_fields, API_COUNT(disk_fields), &api_shared_shape, sizeof(MlDiskDesc), 0,
  "A flat disk, or a ring where it has a hole. Its uv: 0..1 over the square around it.", "disk{ radius = 1, hole = 0.5, at = {0, 1, 0}, turn = {x = 60} }\nplane{}", "plane,rect",
  build_disk};
// clang-format on

/* --------------------------------------------------------------------- quad */

static bool build_quad(Reading *r, Node *node) {
  const QuadDesc *desc = (const QuadDesc *)node->desc;
  MlVec3 u = desc->u, v = desc->v;
  if (is_zero(cross(u, v))) {
    if (!r->failed) reader_fail_field(r, "v", "flat", "the edges u and v must not be parallel: the quad would have no area");
    u = (MlVec3){0, 0, 1};
    v = (MlVec3){1, 0, 0};
  }
  MlError error = {0};
  return shape_made(
    r, node,
    ml_quad(r->runtime->builder, &ML_DESC(MlQuadDesc, .place = r->place, .u = u, .v = v, .material = node->shared.material.id), &error),
    &error);
}

// clang-format off
static const ApiField quad_fields[] = {
  {.name = "u", .type = API_DIRECTION, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .synonyms = "edge1,a,right,width",
   .offset = offsetof(QuadDesc, u), .doc = "The edge from the corner `at`."},
  {.name = "v", .type = API_DIRECTION, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .synonyms = "edge2,b,up,height",
   .offset = offsetof(QuadDesc, v), .doc = "The other edge from that corner; the front is where cross(u, v) points."},
};
const ApiEntry api_quad = {"quad", API_SHAPE, quad_fields, API_COUNT(quad_fields), &api_shared_shape, sizeof(QuadDesc), 0,
  "A parallelogram by its corner `at` and two edges. Its uv: 0..1 along them.", "quad{ at = {-1, 0, 0}, u = {2, 0, 0}, v = {0, 2, 0} }\nplane{}", "rect,triangle",
  build_quad};
// clang-format on

/* --------------------------------------------------------------------- rect */

static bool build_rect(Reading *r, Node *node) {
  const ApiSize2 size = ((const RectDesc *)node->desc)->size;
  // The first edge along +x, the second away from the viewer: pictures lie on it as on a table.
  const MlQuadDesc desc = ML_DESC(MlQuadDesc, .place = r->place, .at = {-size.x / 2, 0, size.y / 2}, .u = {size.x, 0, 0},
                                  .v = {0, 0, -size.y}, .material = node->shared.material.id);
  MlError error = {0};
  return shape_made(r, node, ml_quad(r->runtime->builder, &desc, &error), &error);
}

// clang-format off
static const ApiField rect_fields[] = {
  {.name = "size", .type = API_SIZE2, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .position = 1,
   .synonyms = "width,height,dimensions,extent", .offset = offsetof(RectDesc, size), .doc = "Along x and z, a number for a square."},
};
const ApiEntry api_rect = {"rect", API_SHAPE, rect_fields, API_COUNT(rect_fields), &api_shared_shape, sizeof(RectDesc), 0,
  "A rectangle in the xz plane, centred on the origin and facing up. Its uv: 0..1 along x and away from the default camera.",
  "rect{ size = {2, 1}, at = {0, 1, 0}, turn = {x = 45}, material = \"mirror\" }\nplane{}", "quad,plane,area", build_rect};
// clang-format on

/* ----------------------------------------------------------------- triangle */

static bool build_triangle(Reading *r, Node *node) {
  MlTriangleDesc *desc = (MlTriangleDesc *)node->desc;
  MlError error = {0};
  desc->size = sizeof *desc;
  desc->place = r->place;
  desc->material = node->shared.material.id;
  if (is_zero(cross(minus(desc->b, desc->a), minus(desc->c, desc->a)))) {
    if (!r->failed) reader_fail(r, "flat", "a, b and c lie on a line: the triangle has no area");
    desc->a = (MlVec3){0, 0, 0};
    desc->b = (MlVec3){1, 0, 0};
    desc->c = (MlVec3){0, 1, 0};
  }
  return shape_made(r, node, ml_triangle(r->runtime->builder, desc, &error), &error);
}

// clang-format off
static const ApiField triangle_fields[] = {
  {.name = "a", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .position = 1, .synonyms = "p1,v1,v0,p0",
   .offset = offsetof(MlTriangleDesc, a), .doc = "First corner."},
  {.name = "b", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .position = 2, .synonyms = "p2,v2",
   .offset = offsetof(MlTriangleDesc, b), .doc = "Second corner."},
  {.name = "c", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .flags = API_REQUIRED, .position = 3, .synonyms = "p3,v3",
   .offset = offsetof(MlTriangleDesc, c), .doc = "Third corner; seen from the front, the three go counter-clockwise."},
};
const ApiEntry api_triangle = {"triangle", API_SHAPE, triangle_fields, API_COUNT(triangle_fields), &api_shared_shape,
  sizeof(MlTriangleDesc), 0, "A single triangle. Its uv: (0, 0) at a, (1, 0) at b, (0, 1) at c.", "triangle{ {-1, 0, 0}, {1, 0, 0}, {0, 2, 0}, material = \"tomato\" }\nplane{}",
  "mesh,quad", build_triangle};
// clang-format on

/* -------------------------------------------------------------------- group */

static bool build_group(Reading *r, Node *node) {
  const GroupDesc *desc = (const GroupDesc *)node->desc;
  MlError error = {0};
  const bool fine =
    shape_made(r, node,
               ml_group(r->runtime->builder,
                        &ML_DESC(MlGroupDesc, .place = r->place, .children = desc->nodes.data, .child_count = desc->nodes.count), &error),
               &error);
  node->emits = desc->nodes.emits || node->shared.material.emits;
  return fine;
}

// clang-format off
static const ApiField group_fields[] = {
  {.name = "nodes", .type = API_NODES, .offset = offsetof(GroupDesc, nodes),
   .doc = "Shapes, lights, groups and lists of them, most often written without the name; false is skipped."},
};
const ApiEntry api_group = {"group", API_GROUP, group_fields, API_COUNT(group_fields), &api_shared_shape, sizeof(GroupDesc), 1,
  "Several nodes as one; used twice, they are instanced.",
  "local post = group{ box{ size = {0.2, 1, 0.2}, floor = true }, sphere{ radius = 0.2, at = {0, 1.1, 0} } }\n" "for i = -2, 2 do post:at(i, 0, 0) end\nplane{}",
  "proto,transform", build_group};
// clang-format on

/* ---------------------------------------------------------------- transform */

static bool build_transform(Reading *r, Node *node) {
  (void)r;
  (void)node;
  return true;
}

// clang-format off
const ApiEntry api_transform = {"transform", API_TRANSFORM, NULL, 0, NULL, 0, 0,
  "A chain of placing methods as a value, for part:transform(t).",
  "local t = transform():turn_y(45):at(1, 0, 0)\nbox{ floor = true }:transform(t)\nplane{}", "group", build_transform};
// clang-format on
