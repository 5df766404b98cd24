/* api_lights.c - light, spot, area, directional: fields and what is made of them. */
#include "lights.h"

#include "profiles.h"
#include "reader.h"
#include "whole_scene.h"

/* The engine reads a strength of 0 as "default"; a light that is switched off is a black one. */
static MlColor color_of(MlColor color, double strength) { return strength > 0 ? color : (MlColor){0, 0, 0}; }
static double strength_of(double strength) { return strength > 0 ? strength : 1; }

static bool made(Reading *r, Node *node, MlNode id, const MlError *error) {
  node->geometry = id;
  node->emits = true;
  if (!id) reader_fail_builder(r, error);
  return id != 0;
}

static MlProfile profile_of(Reading *r, const char *file) { return file ? profile_of_file(r, "ies", file) : 0; }

/* The direction from a light to what it looks at, where that is given. */
static void look_at(Reading *r, MlVec3 at, MlVec3 target, MlVec3 *facing) {
  if (!reader_given(r, "look_at")) return;
  *facing = (MlVec3){target.x - at.x, target.y - at.y, target.z - at.z};
  if (facing->x != 0 || facing->y != 0 || facing->z != 0) return;
  reader_fail_field(r, "look_at", "zero", "the light cannot look at its own place {%g, %g, %g}", at.x, at.y, at.z);
  *facing = (MlVec3){0, -1, 0};
}

#define RANGE_STRENGTH .range = {0, 1e15, 0, 1e12, false}

/* -------------------------------------------------------------------- light */

static bool build_light(Reading *r, Node *node) {
  const LightDesc *desc = (const LightDesc *)node->desc;
  const MlLightDesc light =
    ML_DESC(MlLightDesc, .place = r->place, .at = desc->at, .radius = desc->radius, .power = strength_of(desc->power),
            .color = color_of(desc->color, desc->power), .has_color = true, .profile = profile_of(r, desc->ies));
  MlError error = {0};
  whole_scene_light(r, node, desc->power);
  return made(r, node, ml_light(r->runtime->builder, &light, &error), &error);
}

// clang-format off
static const ApiField light_fields[] = {
  {.name = "at", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "pos,position,center,centre,from,origin",
   .offset = offsetof(LightDesc, at), .doc = "Where it is."},
  {.name = "radius", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0", .synonyms = "r,size",
   .offset = offsetof(LightDesc, radius), .doc = "Of the shining ball; 0 is a point, which makes hard shadows."},
  {.name = "power", .type = API_NUMBER, RANGE_STRENGTH, .unit = "W", .def = "100", .position = 1,
   .synonyms = "intensity,strength,brightness,energy,watts,lumens", .offset = offsetof(LightDesc, power),
   .doc = "Its whole flux, whatever its size."},
  {.name = "color", .type = API_COLOR, RANGE_COLOR, .def = "1", .synonyms = "colour,tint,rgb", .offset = offsetof(LightDesc, color),
   .doc = "Multiplies the power; strings are sRGB, numbers linear, kelvin(3200) a lamp's."},
  {.name = "ies", .type = API_STRING, .synonyms = "profile,file,photometry,ies_file", .offset = offsetof(LightDesc, ies),
   .doc = "An IES file (LM-63, type C) beside the scene that says how much goes where: it hangs facing down, turn it by methods; power stays the whole flux."},
};
const ApiEntry api_light = {"light", API_LIGHT, light_fields, API_COUNT(light_fields), &api_shared_light, sizeof(LightDesc), 0,
  "A point or a ball that shines evenly; seen by no ray (for a bulb use emit on a sphere).",
  "light{ at = {2, 4, 3}, radius = 0.3, power = 400 }\nsphere{ floor = true }\nplane{}", "spot,area,directional,emit", build_light};
// clang-format on

/* --------------------------------------------------------------------- spot */

static bool build_spot(Reading *r, Node *node) {
  const SpotDesc *desc = (const SpotDesc *)node->desc;
  MlSpotDesc spot = ML_DESC(MlSpotDesc, .place = r->place, .at = desc->at, .facing = desc->facing, .angle = desc->angle,
                            .blend = desc->blend, .radius = desc->radius, .power = strength_of(desc->power),
                            .color = color_of(desc->color, desc->power), .has_color = true, .profile = profile_of(r, desc->ies));
  look_at(r, desc->at, desc->look_at, &spot.facing);
  MlError error = {0};
  whole_scene_light(r, node, desc->power);
  return made(r, node, ml_spot(r->runtime->builder, &spot, &error), &error);
}

// clang-format off
static const ApiField spot_fields[] = {
  {.name = "at", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "pos,position,center,centre,from,origin",
   .offset = offsetof(SpotDesc, at), .doc = "Where it is."},
  {.name = "look_at", .type = API_POINT, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_A, .synonyms = "lookat,target,to",
   .offset = offsetof(SpotDesc, look_at), .doc = "What it shines at: a vector, or a node, of which the centre is meant."},
  {.name = "facing", .type = API_FACING, .def = "\"down\"", .xgroup = XGROUP_A_OTHER, .synonyms = "direction,normal,dir",
   .offset = offsetof(SpotDesc, facing), .doc = "Or the side to which it shines."},
  {.name = "angle", .type = API_NUMBER, .range = {0.01, 360, 0.1, 180, false}, .unit = "\xC2\xB0", .def = "45",
   .synonyms = "cone,cone_angle,cutoff,fov,spread,width", .offset = offsetof(SpotDesc, angle), .doc = "Of its whole cone, from edge to edge."},
  {.name = "blend", .type = API_NUMBER, RANGE_UNIT, .def = "0.15", .synonyms = "softness,penumbra,falloff,soft,edge,smooth",
   .offset = offsetof(SpotDesc, blend),
   .doc = "The part of the angle in which it fades out towards the edge, smoothly; 0 is a hard edge, 1 fades from the middle on."},
  {.name = "power", .type = API_NUMBER, RANGE_STRENGTH, .unit = "W", .def = "100", .position = 1,
   .synonyms = "intensity,strength,brightness,energy,watts,lumens", .offset = offsetof(SpotDesc, power),
   .doc = "What it sends out in all: a narrower cone is brighter."},
  {.name = "radius", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0", .synonyms = "r,size",
   .offset = offsetof(SpotDesc, radius), .doc = "Of the shining ball; 0 is a point, which makes hard shadows."},
  {.name = "color", .type = API_COLOR, RANGE_COLOR, .def = "1", .synonyms = "colour,tint,rgb", .offset = offsetof(SpotDesc, color),
   .doc = "Multiplies the power; strings are sRGB, numbers linear, kelvin(3200) a lamp's."},
  {.name = "ies", .type = API_STRING, .synonyms = "profile,file,photometry,ies_file", .offset = offsetof(SpotDesc, ies),
   .doc = "An IES file (LM-63, type C) beside the scene, within the cone; its axis is the spot's. Power stays the whole flux."},
};
const ApiEntry api_spot = {"spot", API_LIGHT, spot_fields, API_COUNT(spot_fields), &api_shared_light, sizeof(SpotDesc), 0,
  "A light that shines into a cone; seen by no ray.",
  "spot{ at = {2, 4, 2}, look_at = {0, 0.5, 0}, angle = 30, power = 300 }\nsphere{ floor = true }\nplane{}", "light,area", build_spot};
// clang-format on

/* --------------------------------------------------------------------- area */

static bool build_area(Reading *r, Node *node) {
  const AreaDesc *desc = (const AreaDesc *)node->desc;
  MlAreaDesc area = ML_DESC(MlAreaDesc, .place = r->place, .at = desc->at, .facing = desc->facing, .width = desc->size.x,
                            .height = desc->size.y, .has_color = true);
  look_at(r, desc->at, desc->look_at, &area.facing);
  const bool by_radiance = reader_given(r, "radiance");
  const double strength = by_radiance ? desc->radiance : desc->power;
  *(by_radiance ? &area.radiance : &area.power) = strength_of(strength);
  area.color = color_of(desc->color, strength);
  MlError error = {0};
  if (!by_radiance) whole_scene_light(r, node, desc->power);
  return made(r, node, ml_area(r->runtime->builder, &area, &error), &error);
}

// clang-format off
static const ApiField area_fields[] = {
  {.name = "at", .type = API_VEC3, RANGE_LENGTH, .unit = "m", .def = "{0, 0, 0}", .synonyms = "pos,position,center,centre,from,origin",
   .offset = offsetof(AreaDesc, at), .doc = "Its centre."},
  {.name = "look_at", .type = API_POINT, RANGE_LENGTH, .unit = "m", .xgroup = XGROUP_A, .synonyms = "lookat,target,to",
   .offset = offsetof(AreaDesc, look_at), .doc = "What it shines at: a vector, or a node, of which the centre is meant."},
  {.name = "facing", .type = API_FACING, .def = "\"down\"", .xgroup = XGROUP_A_OTHER, .synonyms = "direction,normal,dir",
   .offset = offsetof(AreaDesc, facing), .doc = "Or the side to which it shines."},
  {.name = "size", .type = API_SIZE2, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "1", .synonyms = "width,height,dimensions",
   .offset = offsetof(AreaDesc, size), .doc = "Width and height, a number for a square."},
  {.name = "power", .type = API_NUMBER, RANGE_STRENGTH, .unit = "W", .def = "100", .xgroup = XGROUP_B,
   .synonyms = "intensity,strength,brightness,energy,watts", .offset = offsetof(AreaDesc, power), .doc = "What it sends out in all."},
  {.name = "radiance", .type = API_NUMBER, RANGE_STRENGTH, .unit = "W/(m\xC2\xB2 sr)", .xgroup = XGROUP_B_OTHER,
   .synonyms = "emission,glow", .offset = offsetof(AreaDesc, radiance), .doc = "Or how bright its surface is."},
  {.name = "color", .type = API_COLOR, RANGE_COLOR, .def = "1", .synonyms = "colour,tint,rgb", .offset = offsetof(AreaDesc, color),
   .doc = "Multiplies power or radiance; strings are sRGB, numbers linear, kelvin(3200) a lamp's."},
};
const ApiEntry api_area = {"area", API_LIGHT, area_fields, API_COUNT(area_fields), &api_shared_light, sizeof(AreaDesc), 0,
  "A rectangle that shines to one side; rays see it.",
  "area{ at = {0, 3, 0}, size = {1, 2}, power = 300 }\nsphere{ floor = true }\nplane{}", "light,spot,emit", build_area};
// clang-format on

/* -------------------------------------------------------------- directional */

static bool build_directional(Reading *r, Node *node) {
  const DirectionalDesc *desc = (const DirectionalDesc *)node->desc;
  const MlDirectionalDesc light =
    ML_DESC(MlDirectionalDesc, .place = r->place, .direction = desc->direction, .irradiance = strength_of(desc->irradiance),
            .color = color_of(desc->color, desc->irradiance), .has_color = true);
  MlError error = {0};
  return made(r, node, ml_directional(r->runtime->builder, &light, &error), &error);
}

// clang-format off
static const ApiField directional_fields[] = {
  {.name = "direction", .type = API_DIRECTION, .def = "{0, -1, 0}", .position = 1, .synonyms = "dir,facing,normal,to",
   .offset = offsetof(DirectionalDesc, direction), .doc = "The way its light travels; any length."},
  {.name = "irradiance", .type = API_NUMBER, RANGE_STRENGTH, .unit = "W/m\xC2\xB2", .def = "1",
   .synonyms = "power,intensity,strength,brightness,radiance", .offset = offsetof(DirectionalDesc, irradiance),
   .doc = "On a surface that faces it."},
  {.name = "color", .type = API_COLOR, RANGE_COLOR, .def = "1", .synonyms = "colour,tint,rgb", .offset = offsetof(DirectionalDesc, color),
   .doc = "Multiplies the irradiance; strings are sRGB, numbers linear."},
};
const ApiEntry api_directional = {"directional", API_LIGHT, directional_fields, API_COUNT(directional_fields), &api_shared_light,
  sizeof(DirectionalDesc), 0, "Light from infinitely far, all one way; seen by no ray.",
  "directional{ direction = {-1, -2, -1}, irradiance = 3 }\nsphere{ floor = true }\nplane{}", "sun,sky", build_directional};
// clang-format on
