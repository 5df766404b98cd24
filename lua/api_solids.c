/* api_solids.c - cylinder, cone, capsule, torus: fields and what is made of them. */
#include "reader.h"
#include "shapes.h"

/* The line of a solid that stands on the origin or reaches from one point to another; false: it was wrong, and said so. */
static bool read_line(Reading *r, MlVec3 *from, MlVec3 *to, double height) {
  if (!reader_given(r, "from") && !reader_given(r, "to")) {
    *from = (MlVec3){0, 0, 0};
    *to = (MlVec3){0, height, 0};
    return true;
  }
  if (!reader_given(r, "to")) {
    reader_fail(r, "pair", "from needs to beside it: the other end");
    return false;
  }
  if (from->x != to->x || from->y != to->y || from->z != to->z) return true;
  if (!r->failed) // else: a wrong end has been told
    reader_fail_field(r, "to", "flat", "from and to are the same point: the %s would have no length", r->entry->name);
  return false;
}

/* Fields of a solid along a line; the ends exclude height. */
// clang-format off
#define LINE_FIELDS(Type, height_doc, from_doc, to_doc) \
  {.name = "height", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .xgroup = XGROUP_A, .synonyms = "h,length,tall,size", \
   .offset = offsetof(Type, height), .doc = height_doc}, \
  {.name = "from", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_A_OTHER, .synonyms = "a,start,base,bottom,p1,base_point", \
   .offset = offsetof(Type, from), .doc = from_doc}, \
  {.name = "to", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_A_OTHER, .synonyms = "b,end,tip,p2,cap_point", \
   .offset = offsetof(Type, to), .doc = to_doc}
// clang-format on

/* ----------------------------------------------------------------- cylinder */

static bool build_cylinder(Reading *r, Node *node) {
  const CylinderDesc *desc = (const CylinderDesc *)node->desc;
  MlCylinderDesc cylinder = ML_DESC(MlCylinderDesc, .from = desc->from, .to = desc->to, .radius = desc->radius, .open = !desc->caps,
                                    .material = node->shared.material.id, .place = r->place);
  if (!read_line(r, &cylinder.from, &cylinder.to, desc->height)) return false;
  MlError error = {0};
  return shape_made(r, node, ml_cylinder(r->runtime->builder, &cylinder, &error), &error);
}

// clang-format off
static const ApiField cylinder_fields[] = {
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.5", .position = 1, .synonyms = "r,rad,diameter,width",
   .offset = offsetof(CylinderDesc, radius), .doc = "Its radius."},
  LINE_FIELDS(CylinderDesc, "It stands on the origin, this high.", "The middle of one end; the origin where only to is given.", "The middle of the other end, instead of height."),
  {.name = "caps", .type = API_BOOL, .def = "true", .synonyms = "capped,closed,ends,solid", .offset = offsetof(CylinderDesc, caps),
   .doc = "false: a tube without ends, seen from both sides."},
};
const ApiEntry api_cylinder = {"cylinder", API_SHAPE, cylinder_fields, API_COUNT(cylinder_fields), &api_shared_shape, sizeof(CylinderDesc), 0,
  "A cylinder that stands on the origin, or reaches from one point to another. Its uv: u around, v from bottom to top; 0..1 across each cap.",
  "cylinder{ radius = 0.4, height = 1.5, material = \"tomato\" }\n" "cylinder{ from = {-1, 0.2, 0}, to = {1, 1.2, 0.6}, radius = 0.08, material = \"gold\" }\nplane{}",
  "cone,capsule,disk", build_cylinder};
// clang-format on

/* --------------------------------------------------------------------- cone */

static bool build_cone(Reading *r, Node *node) {
  const ConeDesc *desc = (const ConeDesc *)node->desc;
  MlConeDesc cone = ML_DESC(MlConeDesc, .from = desc->from, .to = desc->to, .radius = desc->radius, .top = desc->top, .open = !desc->caps,
                            .material = node->shared.material.id, .place = r->place);
  if (!read_line(r, &cone.from, &cone.to, desc->height)) return false;
  MlError error = {0};
  return shape_made(r, node, ml_cone(r->runtime->builder, &cone, &error), &error);
}

// clang-format off
static const ApiField cone_fields[] = {
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.5", .position = 1, .synonyms = "r,rad,bottom,base_radius,radius1",
   .offset = offsetof(ConeDesc, radius), .doc = "Its radius at the bottom, or at `from`."},
  {.name = "top", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0", .synonyms = "top_radius,radius2,r2,tip,cap_radius",
   .offset = offsetof(ConeDesc, top), .doc = "Its radius at the top; 0 is a point."},
  LINE_FIELDS(ConeDesc, "It stands on the origin, this high.", "The middle of its bottom; the origin where only to is given.", "The middle of its top, instead of height."),
  {.name = "caps", .type = API_BOOL, .def = "true", .synonyms = "capped,closed,ends,solid", .offset = offsetof(ConeDesc, caps),
   .doc = "false: a funnel without ends, seen from both sides."},
};
const ApiEntry api_cone = {"cone", API_SHAPE, cone_fields, API_COUNT(cone_fields), &api_shared_shape, sizeof(ConeDesc), 0,
  "A cone that stands on the origin, cut off where it has a top; or from one point to another. Its uv: as of `cylinder`.",
  "cone{ radius = 0.6, height = 1.4, material = \"#3f8f3a\" }\ncone{ radius = 0.3, top = 0.45, height = 0.5, at = {1.2, 0, 0.3}, material = \"sienna\" }\nplane{}",
  "cylinder,capsule", build_cone};
// clang-format on

/* ------------------------------------------------------------------ capsule */

static bool build_capsule(Reading *r, Node *node) {
  const CapsuleDesc *desc = (const CapsuleDesc *)node->desc;
  MlCapsuleDesc capsule = ML_DESC(MlCapsuleDesc, .from = desc->from, .to = desc->to, .radius = desc->radius,
                                  .material = node->shared.material.id, .place = r->place);
  if (!read_line(r, &capsule.from, &capsule.to, desc->height)) return false;
  if (!reader_given(r, "to")) {
    if (desc->height <= 2 * desc->radius) {
      reader_fail_field(r, reader_given(r, "height") ? "height" : "radius", "round",
                        "a capsule is higher than twice its radius: height %g, radius %g (write sphere{ radius = %g } for a ball)",
                        desc->height, desc->radius, desc->height / 2);
      return false;
    }
    capsule.from.y = desc->radius;
    capsule.to.y = desc->height - desc->radius;
  }
  MlError error = {0};
  return shape_made(r, node, ml_capsule(r->runtime->builder, &capsule, &error), &error);
}

// clang-format off
static const ApiField capsule_fields[] = {
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.25", .position = 1, .synonyms = "r,rad,diameter,width",
   .offset = offsetof(CapsuleDesc, radius), .doc = "Its radius."},
  LINE_FIELDS(CapsuleDesc, "It stands on the origin, this high with its round ends.", "The centre of one round end; the origin where only to is given.",
              "The centre of the other, instead of height."),
};
const ApiEntry api_capsule = {"capsule", API_SHAPE, capsule_fields, API_COUNT(capsule_fields), &api_shared_shape, sizeof(CapsuleDesc), 0,
  "A cylinder with round ends. Its uv: u around, v from end to end by length.",
  "capsule{ radius = 0.3, height = 1.4, material = \"#d94f70\" }\ncapsule{ from = {-1.2, 0.2, 0.4}, to = {1.2, 0.2, 0.9}, radius = 0.2 }\nplane{}", "cylinder,sphere",
  build_capsule};
// clang-format on

/* -------------------------------------------------------------------- torus */

static bool build_torus(Reading *r, Node *node) {
  MlTorusDesc *desc = (MlTorusDesc *)node->desc;
  desc->size = sizeof *desc;
  desc->place = r->place;
  desc->material = node->shared.material.id;
  if (!reader_given(r, "tube")) desc->tube = desc->radius / 4;
  if (desc->tube == 0) return false; // has been told
  if (desc->tube < 1e-4 * desc->radius || desc->tube > 0.9999 * desc->radius) {
    reader_fail_field(r, reader_given(r, "tube") ? "tube" : "radius", "ring",
                      "the tube must be thinner than the ring it runs around (and not thinner than a ten-thousandth): radius %g, tube %g",
                      desc->radius, desc->tube);
    return false;
  }
  MlError error = {0};
  return shape_made(r, node, ml_torus(r->runtime->builder, desc, &error), &error);
}

// clang-format off
static const ApiField torus_fields[] = {
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .position = 1, .synonyms = "r,major,major_radius,ring,rad",
   .offset = offsetof(MlTorusDesc, radius), .doc = "From its centre to the middle of the tube."},
  {.name = "tube", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .position = 2, .synonyms = "minor,minor_radius,r2,thickness",
   .offset = offsetof(MlTorusDesc, tube), .doc = "Radius of the tube; a quarter of radius unless given."},
};
const ApiEntry api_torus = {"torus", API_SHAPE, torus_fields, API_COUNT(torus_fields), &api_shared_shape, sizeof(MlTorusDesc), 0,
  "A ring about the y axis, centred on the origin. Its uv: u around the ring, v around the tube (0 outside, .25 on top).",
  "torus{ radius = 0.8, tube = 0.25, floor = true, material = \"gold\" }\ntorus{ 0.8, 0.1, turn = {x = 90}, at = {0, 1.2, 0}, material = \"tomato\" }\nplane{}",
  "sphere,disk", build_torus};
// clang-format on
