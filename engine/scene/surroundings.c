/* surroundings.c - environments, skies and suns: descriptions checked, and made into what the per-ray code looks at (light/environment.h).
 *
 * The last of background, environment and sky is what is all around. Headings go from +z towards +x, as turns about y do; a sky's table has
 * the sun in its middle, at -z, and is turned to the heading. */
#include "scene/surroundings.h"

#include "light/environment_build.h"
#include "math/ieee.h"

static const double radian = 0x1.921fb54442d18p+1 / 180.0;

/* Multiples of 90 degrees are exact. */
static void turn_of(double degrees, double *sine, double *cosine) {
  MlTransform t = ml_transform_turn(degrees, (MlVec3){0, 1, 0});
  *cosine = t.m[0];
  *sine = t.m[2];
}

/* Unit vector towards a height and heading. */
static MlVec3 towards(double height, double heading) {
  double sine, cosine, across = ml_cos(height * radian);
  turn_of(heading, &sine, &cosine);
  return (MlVec3){across * sine, ml_sin(height * radian), across * cosine};
}

static bool desc_angle(const DescSource *source, const char *field, double x, double least, double most) {
  if (x >= least && x <= most) return true;
  return desc_fail(source, ".%s: expected degrees from %s to %s, got %s", field, number_text(least).text, number_text(most).text,
                   number_text(x).text);
}

/* ---- descriptions */

MlStatus ml_environment(MlBuilder *b, const MlEnvironmentDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  DescSource source = {.what = "environment", .error = error};
  MlEnvironmentDesc d;
  if (!DESC_READ(&source, MlEnvironmentDesc, desc, &d)) return ML_ERROR_ARGUMENT;
  if (d.image == 0 || d.image > b->images.count) {
    desc_fail(&source, ".image: expected a picture of this builder, got %u", d.image);
    return ML_ERROR_ARGUMENT;
  }
  double strength = d.has_strength || d.strength != 0.0 ? d.strength : 1.0;
  if (!desc_angle(&source, "turn", d.turn, -1e6, 1e6) || !desc_not_negative(&source, "strength", strength)) return ML_ERROR_ARGUMENT;
  b->surroundings = (BuiltSurroundings){.kind = SURROUNDINGS_PICTURE, .image = d.image, .turn = d.turn, .strength = strength};
  b->has_background = false;
  return ML_OK;
}

MlStatus ml_sky(MlBuilder *b, const MlSkyDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  DescSource source = {.what = "sky", .error = error};
  MlSkyDesc d;
  if (!DESC_READ(&source, MlSkyDesc, desc, &d)) return ML_ERROR_ARGUMENT;
  double turbidity = d.turbidity == 0.0 ? 2.0 : d.turbidity;
  bool given = d.has_ground || d.ground.r != 0.0f || d.ground.g != 0.0f || d.ground.b != 0.0f;
  MlColor ground = given ? d.ground : (MlColor){0.3f, 0.3f, 0.3f};
  if (!d.has_sun) d.sun_height = 45.0, d.sun_heading = 45.0;
  if (!desc_angle(&source, "sun_height", d.sun_height, -90.0, 90.0) || !desc_angle(&source, "sun_heading", d.sun_heading, -1e6, 1e6) ||
      !desc_color(&source, "ground", ground, 1.0f))
    return ML_ERROR_ARGUMENT;
  if (!(turbidity >= 1.0 && turbidity <= 20.0)) {
    desc_fail(&source, ".turbidity: expected a number from 1 to 20, got %s", number_text(turbidity).text);
    return ML_ERROR_ARGUMENT;
  }
  b->surroundings = (BuiltSurroundings){
    .kind = SURROUNDINGS_SKY,
    .turn = d.sun_heading + 180.0,
    .strength = 1.0,
    .sky = {.sun_height = d.sun_height, .turbidity = turbidity, .ground = spectrum_from_color(ground)},
    .sun = d.has_sun,
  };
  vec3_store(b->surroundings.sun_way, -dvec_to_vec3(towards(d.sun_height, d.sun_heading)));
  b->has_background = false;
  return ML_OK;
}

MlNode ml_sun(MlBuilder *b, const MlSunDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "sun", .error = error};
  MlSunDesc d;
  if (!DESC_READ(&source, MlSunDesc, desc, &d)) return 0;
  double irradiance = d.irradiance == 0.0 ? 1000.0 : d.irradiance, diameter = d.diameter == 0.0 ? SKY_SUN_SIZE : d.diameter;
  bool given = d.has_color || d.color.r != 0.0f || d.color.g != 0.0f || d.color.b != 0.0f;
  MlColor color = given ? d.color : (MlColor){1.0f, 1.0f, 1.0f};
  if (!desc_angle(&source, "height", d.height, -90.0, 90.0) || !desc_angle(&source, "heading", d.heading, -1e6, 1e6) ||
      !desc_not_negative(&source, "irradiance", irradiance) || !desc_angle(&source, "diameter", diameter, 0.001, 90.0) ||
      !desc_color(&source, "color", color, INFINITY_F))
    return 0;
  Leaf leaf = {.p = {dvec_scale(towards(d.height, d.heading), -1.0)}, .r = diameter, .s = irradiance, .color = color};
  return builder_add_leaf(b, NODE_SUN, NODE_HAS_LIGHT, 0, &source, &leaf);
}

/* ---- at commit */

static const Environment *find_or_make(const MlBuilder *b, const TextureImage *image, Work *work, MlError *error) {
  const BuiltSurroundings *s = &b->surroundings;
  AssetCache *cache = b->context.cache;
  Environment content = {0};
  if (image != NULL) environment_identify_picture(image, &content);
  else environment_identify_sky(&s->sky, &content);
  const Environment *found = cache_find_asset(cache, ASSET_ENVIRONMENT, &content, 0);
  if (found != NULL) return found;
  Environment *made;
  MlStatus status = image != NULL ? environment_of_picture(b->context.memory, image, work, &made, error)
                                  : environment_of_sky(b->context.memory, &s->sky, work, &made, error);
  if (status != ML_OK) return NULL;
  found = cache_insert_asset(cache, ASSET_ENVIRONMENT, made, 0);
  if (found == NULL) memory_error(b->context.memory, 64, "asset cache", error);
  return found;
}

MlStatus surroundings_prepare(const MlBuilder *b, Work *work, Surroundings *out, MlError *error) {
  const BuiltSurroundings *s = &b->surroundings;
  *out = (Surroundings){.table = NULL};
  if (s->kind == SURROUNDINGS_NONE) return ML_OK;
  const TextureImage *image = s->kind == SURROUNDINGS_PICTURE ? b->images.data[s->image - 1] : NULL;
  MlError failure = {0};
  const Environment *table = find_or_make(b, image, work, &failure);
  if (table == NULL) {
    if (error != NULL) *error = failure;
    return failure.status;
  }
  double sine, cosine;
  turn_of(s->turn, &sine, &cosine);
  *out = (Surroundings){table, image != NULL ? image : &table->sky, (float)sine, (float)cosine, (float)s->strength};
  return ML_OK;
}
