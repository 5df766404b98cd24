/* api_surroundings.c - background, environment, sky, sun: fields and what is made of them. The last of the first three is what is all around. */
#include "images.h"
#include "lights.h"

/* The runtime knows by which entry the surroundings were set. */
static bool surround(Reading *r, MlStatus status, const MlError *error) {
  Runtime *runtime = r->runtime;
  if (status != ML_OK) {
    reader_fail_builder(r, error);
    return false;
  }
  if (runtime->surroundings) {
    Report report = runtime_report_here(r->L, SCRIPT_NOTE, "replaced", r->callee);
    report.no_path = true;
    report.message = store_format(&runtime->store, "this %s replaces the %s before", r->entry->name,
                                  runtime->surroundings == r->entry->name ? "one" : runtime->surroundings);
    diagnostics_report(&runtime->diagnostics, &report);
  }
  runtime->surroundings = r->entry->name;
  return true;
}

/* --------------------------------------------------------------- background */

static bool build_background(Reading *r, Node *node) {
  const BackgroundDesc *desc = (const BackgroundDesc *)node->desc;
  MlError error = {0};
  return surround(r, ml_background(r->runtime->builder, desc->color, !desc->lights, &error), &error);
}

// clang-format off
static const ApiField background_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_NOT_NEGATIVE, .unit = "W/(m\xC2\xB2 sr)", .def = "0", .flags = API_REQUIRED, .position = 1,
   .synonyms = "colour,radiance,strength,rgb", .offset = offsetof(BackgroundDesc, color),
   .doc = "Its radiance, a colour or a number; strings are sRGB, numbers linear."},
  {.name = "lights", .type = API_BOOL, .def = "true", .synonyms = "light,visible", .offset = offsetof(BackgroundDesc, lights),
   .doc = "false: it is for the eye only and lights nothing."},
};
const ApiEntry api_background = {"background", API_SETTING, background_fields, API_COUNT(background_fields), NULL, sizeof(BackgroundDesc),
  0, "The same radiance from everywhere; it lights the scene. background(0) keeps a scene without lights dark.",
  "background \"#8090b0\"\nsphere{ floor = true }\nplane{}", "sky,environment", build_background};
// clang-format on

/* -------------------------------------------------------------- environment */

static bool build_environment(Reading *r, Node *node) {
  const EnvironmentDesc *desc = (const EnvironmentDesc *)node->desc;
  if (!desc->file) return false; // reported as missing
  MlBuilder *builder = r->runtime->builder;
  const MlImage image = image_of_file(r, "file", desc->file, ML_COLOR_AUTO);
  if (!image) return false;
  const MlImageInfo info = ml_image_info(builder, image);
  if (!info.linear && !r->failed)
    reader_warn(r, "low range", "%s ends at white, so that lamps and the sun in it are too dark: an .hdr has them as they are", desc->file);
  const MlEnvironmentDesc environment =
    ML_DESC(MlEnvironmentDesc, .place = r->place, .image = image, .turn = desc->turn, .strength = desc->strength, .has_strength = true);
  MlError error = {0};
  return surround(r, ml_environment(builder, &environment, &error), &error);
}

// clang-format off
static const ApiField environment_fields[] = {
  {.name = "file", .type = API_STRING, .flags = API_REQUIRED, .position = 1, .synonyms = "path,name,filename,src,source,image,map,hdri",
   .offset = offsetof(EnvironmentDesc, file),
   .doc = "A picture of everything around, twice as wide as high (.hdr; others end at white): its middle lies towards -z, its right half towards +x."},
  {.name = "turn", .type = API_NUMBER, .range = {-1e6, 1e6, -360, 360, false}, .unit = "\xC2\xB0", .def = "0",
   .synonyms = "rotate,rotation,heading,angle,yaw,azimuth", .offset = offsetof(EnvironmentDesc, turn), .doc = "Turns it about y, from +z towards +x."},
  {.name = "strength", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .def = "1",
   .synonyms = "intensity,power,brightness,scale,multiplier,exposure", .offset = offsetof(EnvironmentDesc, strength),
   .doc = "Multiplies its numbers, which are taken as radiance in W/(m\xC2\xB2 sr)."},
};
const ApiEntry api_environment = {"environment", API_SETTING, environment_fields, API_COUNT(environment_fields), NULL, sizeof(EnvironmentDesc),
  0, "A picture that lights the scene from everywhere. It replaces sky and background.",
  "environment{ \"studio.hdr\", turn = 90 }\nsphere{ floor = true, material = \"gold\" }\nplane{}", "sky,background,image", build_environment};
// clang-format on

/* ---------------------------------------------------------------------- sky */

static bool build_sky(Reading *r, Node *node) {
  const SkyDesc *desc = (const SkyDesc *)node->desc;
  const bool sun = reader_given(r, "sun");
  if (sun && !(desc->sun.height >= -90 && desc->sun.height <= 90)) {
    reader_fail_field(r, "sun", "range", "its height must be -90..90\xC2\xB0, got %g", desc->sun.height);
    return false;
  }
  const MlSkyDesc sky = ML_DESC(MlSkyDesc, .place = r->place, .has_sun = sun, .sun_height = desc->sun.height,
                                .sun_heading = desc->sun.heading, .turbidity = desc->turbidity, .ground = desc->ground, .has_ground = true);
  MlError error = {0};
  return surround(r, ml_sky(r->runtime->builder, &sky, &error), &error);
}

// clang-format off
static const ApiField sky_fields[] = {
  {.name = "sun", .type = API_HEADING, .range = {-1e6, 1e6, -360, 360, false}, .unit = "\xC2\xB0", .position = 1,
   .synonyms = "sun_position,position,direction,sun_height,height", .offset = offsetof(SkyDesc, sun),
   .doc = "Where the sun stands: its height above the horizon, below 0 after sunset, and its heading from +z (the viewer) towards +x. Without it the sky is that of {45, 45}, but the sun itself is not there: soft light."},
  {.name = "turbidity", .type = API_NUMBER, .range = {1, 20, 1.5, 10, false}, .def = "2", .synonyms = "haze,haziness,dust,aerosol,clarity",
   .offset = offsetof(SkyDesc, turbidity), .doc = "How hazy the air is: 1.5 very clear, 2 clear, 4 hazy, 8 thick haze."},
  {.name = "ground", .type = API_COLOR, RANGE_REFLECTANCE, .def = "0.3", .synonyms = "ground_color,ground_albedo,albedo,floor,color",
   .offset = offsetof(SkyDesc, ground), .doc = "What lies below the horizon, as a surface's colour; the sun lights it, and it lights the haze."},
};
const ApiEntry api_sky = {"sky", API_SETTING, sky_fields, API_COUNT(sky_fields), NULL, sizeof(SkyDesc), 0,
  "A clear sky at any time of day, from the sun above to deep twilight; radiance in W/(m\xC2\xB2 sr). It replaces environment and background.",
  "sky{ sun = {8, 130}, turbidity = 4 }\nsphere{ floor = true, material = \"gold\" }\nplane{}", "sun,environment,background", build_sky};
// clang-format on

/* ---------------------------------------------------------------------- sun */

static bool build_sun(Reading *r, Node *node) {
  const SunDesc *desc = (const SunDesc *)node->desc;
  const bool on = desc->irradiance > 0; // the engine reads 0 as "default"
  const MlSunDesc sun =
    ML_DESC(MlSunDesc, .place = r->place, .height = desc->height, .heading = desc->heading, .irradiance = on ? desc->irradiance : 1,
            .diameter = desc->size, .color = on ? desc->color : (MlColor){0, 0, 0}, .has_color = true);
  MlError error = {0};
  node->geometry = ml_sun(r->runtime->builder, &sun, &error);
  node->emits = true;
  if (!node->geometry) reader_fail_builder(r, &error);
  return node->geometry != 0;
}

// clang-format off
static const ApiField sun_fields[] = {
  {.name = "height", .type = API_NUMBER, .range = {-90, 90, 0, 90, false}, .unit = "\xC2\xB0", .def = "45", .position = 1,
   .synonyms = "elevation,altitude,angle", .offset = offsetof(SunDesc, height), .doc = "Above the horizon."},
  {.name = "heading", .type = API_NUMBER, .range = {-1e6, 1e6, -360, 360, false}, .unit = "\xC2\xB0", .def = "45", .position = 2,
   .synonyms = "azimuth,direction,bearing,rotation", .offset = offsetof(SunDesc, heading), .doc = "From +z (the viewer) towards +x."},
  {.name = "irradiance", .type = API_NUMBER, .range = {0, 1e15, 0, 1e12, false}, .unit = "W/m\xC2\xB2", .def = "1000",
   .synonyms = "power,intensity,strength,brightness,radiance", .offset = offsetof(SunDesc, irradiance), .doc = "On a surface that faces it."},
  {.name = "size", .type = API_NUMBER, .range = {0.001, 90, 0.05, 30, false}, .unit = "\xC2\xB0", .def = "0.53",
   .synonyms = "diameter,radius,angle,softness", .offset = offsetof(SunDesc, size), .doc = "How large its disc is seen; larger ones make softer shadows."},
  {.name = "color", .type = API_COLOR, RANGE_COLOR, .def = "1", .synonyms = "colour,tint,rgb", .offset = offsetof(SunDesc, color),
   .doc = "Multiplies the irradiance; strings are sRGB, numbers linear, kelvin(4000) a low sun's."},
};
const ApiEntry api_sun = {"sun", API_LIGHT, sun_fields, API_COUNT(sun_fields), &api_shared_light, sizeof(SunDesc), 0,
  "A disc of light, infinitely far away, that rays see. With a sky, sky{ sun = ... } brings one in its right colour.",
  "sun{ height = 20, heading = 60, color = kelvin(4500) }\nbackground \"#405068\"\nsphere{ floor = true }\nplane{}", "sky,directional",
  build_sun};
// clang-format on
