/* builder_lights.c - lights as nodes: checked, defaults filled in, brought into the form of builder.h's Leaf. */
#include <stddef.h>

#include "math/ieee.h"
#include "scene/builder.h"

static const double pi = 0x1.921fb54442d18p+1;

static double or_default(double x, double value) { return x == 0.0 ? value : x; }
static MlVec3 or_direction(MlVec3 v, MlVec3 value) { return dvec_is_zero(v) ? value : v; }

static bool light_color(const DescSource *source, MlColor color, bool has_color, MlColor *out) {
  bool given = has_color || color.r != 0.0f || color.g != 0.0f || color.b != 0.0f;
  *out = given ? color : (MlColor){1.0f, 1.0f, 1.0f};
  return desc_color(source, "color", *out, INFINITY_F);
}

/* A frame about the direction that something faces: `up` (0: +y, or -z where it faces along that) is brought across it. */
static bool facing_frame(const DescSource *source, MlVec3 facing, MlVec3 up, MlVec3 *out_facing, MlVec3 *out_up) {
  *out_facing = dvec_normalize(or_direction(facing, (MlVec3){0, -1, 0}));
  if (dvec_is_zero(up)) {
    up = (MlVec3){0, 1, 0};
    if (dvec_is_parallel(up, *out_facing)) up = (MlVec3){0, 0, -1};
  } else if (dvec_is_parallel(up, *out_facing)) {
    return desc_fail(source, ".up: expected a direction across facing, %s, got %s", vector_text(*out_facing).text, vector_text(up).text);
  }
  MlVec3 right = dvec_normalize(dvec_cross(up, *out_facing));
  *out_up = dvec_cross(*out_facing, right);
  return true;
}

/* ---- points and spheres */

/* What light{} and spot{} have in common; leaf->inner, outer: the cone, or 0. */
static MlNode add_light(MlBuilder *b, DescSource *source, const MlSpotDesc *d, Leaf *leaf) {
  leaf->p[0] = d->at;
  leaf->r = d->radius;
  leaf->s = or_default(d->power, 100.0);
  leaf->profile = d->profile;
  if (!desc_point(source, "at", d->at) || (d->radius != 0.0 && !desc_positive(source, "radius", d->radius)) ||
      !desc_not_negative(source, "power", leaf->s) || !light_color(source, d->color, d->has_color, &leaf->color) ||
      !desc_point(source, "facing", d->facing) || !desc_point(source, "up", d->up) ||
      !facing_frame(source, d->facing, d->up, &leaf->p[1], &leaf->p[2]))
    return 0;
  if (d->profile > b->profiles.count) {
    desc_fail(source, ".profile: expected a profile of this builder, got %u", d->profile);
    return 0;
  }
  bool cone = leaf->outer > 0.0;
  leaf->beam = cone ? pi * (leaf->inner + leaf->outer) : 4.0 * pi;
  if (d->profile != 0) {
    ProfileNode *profile = &b->profiles.data[d->profile - 1];
    if (!cone) leaf->inner = leaf->outer = 3.0;
    if (profile->inner != leaf->inner || profile->outer != leaf->outer) {
      profile->inner = leaf->inner;
      profile->outer = leaf->outer;
      profile->integral = ies_integral(&profile->ies, leaf->inner, leaf->outer);
    }
    leaf->beam = profile->integral;
    if (!(leaf->beam > 1e-12)) {
      desc_fail(source, ".profile: sends no light into the cone");
      return 0;
    }
  }
  return builder_add_leaf(b, NODE_LIGHT, NODE_HAS_LIGHT, 0, source, leaf);
}

MlNode ml_light(MlBuilder *b, const MlLightDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "light", .error = error};
  MlLightDesc d;
  if (!DESC_READ(&source, MlLightDesc, desc, &d)) return 0;
  const MlSpotDesc spot = {.at = d.at,
                           .facing = d.facing,
                           .up = d.up,
                           .radius = d.radius,
                           .power = d.power,
                           .color = d.color,
                           .has_color = d.has_color,
                           .profile = d.profile};
  Leaf leaf = {.r = 0.0};
  return add_light(b, &source, &spot, &leaf);
}

/* 1 - cos of an angle in degrees. */
static double one_minus_cosine(double degrees) {
  double s = ml_sin(0.5 * degrees * (pi / 180.0));
  return 2.0 * s * s;
}

MlNode ml_spot(MlBuilder *b, const MlSpotDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "spot", .error = error};
  MlSpotDesc d;
  if (!DESC_READ(&source, MlSpotDesc, desc, &d)) return 0;
  double half = 0.5 * or_default(d.angle, 45.0);
  if (!(half >= 0.005 && half <= 180.0)) {
    desc_fail(&source, ".angle: expected degrees from 0.01 to 360, got %s", number_text(d.angle).text);
    return 0;
  }
  if (!(d.blend >= 0.0 && d.blend <= 1.0)) {
    desc_fail(&source, ".blend: expected a number from 0 to 1, got %s", number_text(d.blend).text);
    return 0;
  }
  Leaf leaf = {.inner = one_minus_cosine(half * (1.0 - d.blend)), .outer = one_minus_cosine(half)};
  return add_light(b, &source, &d, &leaf);
}

MlProfile ml_ies(MlBuilder *b, const MlIesDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "ies", .error = error};
  MlIesDesc d;
  if (!DESC_READ(&source, MlIesDesc, desc, &d)) return 0;
  if (d.bytes == NULL && d.byte_count != 0) {
    desc_fail(&source, ".bytes: expected %llu bytes, got NULL", (unsigned long long)d.byte_count);
    return 0;
  }
  ProfileNode profile = {.inner = 0.0};
  MlError found = {0};
  MlStatus status = ies_parse(d.bytes, d.byte_count <= SIZE_MAX ? (size_t)d.byte_count : SIZE_MAX, &b->arena, &profile.ies, &found);
  if (status == ML_OK && b->profiles.count >= UINT32_MAX - 1)
    status = error_set(&found, ML_ERROR_LIMIT, "more profiles than can be numbered");
  if (status == ML_OK && !array_push(b->context.memory, &b->profiles, profile)) status = ML_ERROR_MEMORY;
  if (status == ML_OK) return (MlProfile)b->profiles.count;
  if (status == ML_ERROR_MEMORY) memory_error(b->context.memory, d.byte_count, "photometric profile", error);
  else error_set_at(error, status, d.place, "ies: %s", found.message);
  return 0;
}

/* ---- areas and directions */

MlNode ml_area(MlBuilder *b, const MlAreaDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "area", .error = error};
  MlAreaDesc d;
  if (!DESC_READ(&source, MlAreaDesc, desc, &d)) return 0;
  double width = or_default(d.width, 1.0), height = or_default(d.height, 1.0);
  if (!desc_point(&source, "at", d.at) || !desc_point(&source, "facing", d.facing) || !desc_point(&source, "up", d.up) ||
      !desc_positive(&source, "width", width) || !desc_positive(&source, "height", height) ||
      !desc_not_negative(&source, "power", d.power) || !desc_not_negative(&source, "radiance", d.radiance))
    return 0;
  if (d.power != 0.0 && d.radiance != 0.0) {
    desc_fail(&source, ": expected power or radiance, got both (%s and %s)", number_text(d.power).text, number_text(d.radiance).text);
    return 0;
  }
  Leaf leaf = {.r = d.radiance != 0.0 ? 0.0 : or_default(d.power, 100.0), .s = d.radiance};
  if (!light_color(&source, d.color, d.has_color, &leaf.color)) return 0;

  // Width runs to the right of someone who looks at it with `up` up
  MlVec3 facing, up;
  if (!facing_frame(&source, d.facing, d.up, &facing, &up)) return 0;
  MlVec3 right = dvec_cross(up, facing);
  leaf.p[1] = dvec_scale(right, width);
  leaf.p[2] = dvec_scale(up, height);
  leaf.p[0] = dvec_subtract(d.at, dvec_scale(dvec_add(leaf.p[1], leaf.p[2]), 0.5));
  return builder_add_leaf(b, NODE_AREA, NODE_HAS_LIGHT, 0, &source, &leaf);
}

MlNode ml_directional(MlBuilder *b, const MlDirectionalDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "directional", .error = error};
  MlDirectionalDesc d;
  if (!DESC_READ(&source, MlDirectionalDesc, desc, &d)) return 0;
  Leaf leaf = {.p = {dvec_normalize(or_direction(d.direction, (MlVec3){0, -1, 0}))}, .s = or_default(d.irradiance, 1.0)};
  if (!desc_point(&source, "direction", d.direction) || !desc_not_negative(&source, "irradiance", leaf.s) ||
      !light_color(&source, d.color, d.has_color, &leaf.color))
    return 0;
  return builder_add_leaf(b, NODE_DIRECTIONAL, NODE_HAS_LIGHT, 0, &source, &leaf);
}
