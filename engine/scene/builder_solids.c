/* builder_solids.c - cylinders, cones, capsules and rings as nodes: checked, and brought into the local spaces of shape/solids.h. */
#include <stddef.h>

#include "scene/builder.h"

static double or_default(double x, double value) { return x == 0.0 ? value : x; }

MlTransform builder_solid_transform(const Leaf *leaf) {
  MlVec3 y = leaf->p[1], x = leaf->p[2], z = dvec_cross(x, dvec_normalize(y));
  return affine_from_columns(x, y, z, leaf->p[0]);
}

/* The line of a solid: both ends, which must differ. */
static bool read_line(const DescSource *source, MlVec3 *from, MlVec3 *to, MlVec3 from_default, MlVec3 to_default) {
  if (!desc_point(source, "from", *from) || !desc_point(source, "to", *to)) return false;
  if (dvec_is_zero(*from) && dvec_is_zero(*to)) *from = from_default, *to = to_default;
  if (!dvec_is_zero(dvec_subtract(*to, *from))) return true;
  return desc_fail(source, ".to: expected a point other than from, got %s twice", vector_text(*to).text);
}

/* About the middle of the line; `up` is the image of local y. */
static Leaf line_leaf(MlVec3 from, MlVec3 to, MlVec3 up, double radius) {
  Leaf leaf = {.p = {dvec_add(from, dvec_scale(dvec_subtract(to, from), 0.5)), up}};
  MlVec3 side, other;
  builder_tangents(dvec_normalize(up), &side, &other);
  leaf.p[2] = dvec_scale(side, radius);
  return leaf;
}

static MlNode add_cone(MlBuilder *b, const DescSource *source, const MlConeDesc *d, double radius, double top) {
  MlVec3 from = d->from, to = d->to;
  if (!read_line(source, &from, &to, (MlVec3){0, 0, 0}, (MlVec3){0, 1, 0}) || !desc_positive(source, "radius", radius) ||
      !desc_not_negative(source, "top", top))
    return 0;
  if (top > 1e6 * radius) {
    desc_fail(source, ".top: expected at most a million times radius, %s, got %s", number_text(radius).text, number_text(top).text);
    return 0;
  }
  Leaf leaf = line_leaf(from, to, dvec_scale(dvec_subtract(to, from), 0.5), radius);
  leaf.r = top / radius;
  leaf.s = d->open ? 1.0 : 0.0;
  return builder_add_shape(b, NODE_CONE, d->material, source, &leaf);
}

MlNode ml_cylinder(MlBuilder *b, const MlCylinderDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "cylinder", .error = error};
  MlCylinderDesc d;
  if (!DESC_READ(&source, MlCylinderDesc, desc, &d)) return 0;
  double radius = or_default(d.radius, 0.5);
  return add_cone(b, &source, &(MlConeDesc){.from = d.from, .to = d.to, .open = d.open, .material = d.material}, radius, radius);
}

MlNode ml_cone(MlBuilder *b, const MlConeDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "cone", .error = error};
  MlConeDesc d;
  if (!DESC_READ(&source, MlConeDesc, desc, &d)) return 0;
  return add_cone(b, &source, &d, or_default(d.radius, 0.5), d.top);
}

MlNode ml_capsule(MlBuilder *b, const MlCapsuleDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "capsule", .error = error};
  MlCapsuleDesc d;
  if (!DESC_READ(&source, MlCapsuleDesc, desc, &d)) return 0;
  double radius = or_default(d.radius, 0.25);
  if (!read_line(&source, &d.from, &d.to, (MlVec3){0, 0.25, 0}, (MlVec3){0, 0.75, 0}) || !desc_positive(&source, "radius", radius))
    return 0;
  MlVec3 along = dvec_subtract(d.to, d.from);
  Leaf leaf = line_leaf(d.from, d.to, dvec_scale(dvec_normalize(along), radius), radius);
  leaf.r = 0.5 * dvec_length(along) / radius;
  return builder_add_shape(b, NODE_CAPSULE, d.material, &source, &leaf);
}

MlNode ml_torus(MlBuilder *b, const MlTorusDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "torus", .error = error};
  MlTorusDesc d;
  if (!DESC_READ(&source, MlTorusDesc, desc, &d)) return 0;
  double radius = or_default(d.radius, 1.0), tube = or_default(d.tube, 0.25 * radius);
  if (!desc_positive(&source, "radius", radius) || !desc_positive(&source, "tube", tube)) return 0;
  if (!(tube >= 1e-4 * radius && tube <= 0.9999 * radius)) {
    desc_fail(&source, ".tube: expected from 0.0001 to 0.9999 of radius, %s, got %s", number_text(radius).text, number_text(tube).text);
    return 0;
  }
  Leaf leaf = {.p = {{0, 0, 0}, {0, radius, 0}, {radius, 0, 0}}, .r = tube / radius};
  return builder_add_shape(b, NODE_TORUS, d.material, &source, &leaf);
}
