/* api_hair.c - hair: its fields; strands that a script gives, and strands that grow on a shape. */
#include <string.h>

#include "budget.h"
#include "materials.h"
#include "reader.h"
#include "scatter_points.h"
#include "shapes.h"
#include "survey.h"

typedef struct HairDesc {
  ApiStrands strands;
  ApiReference on;
  int64_t count, seed;
  ApiSpan length;
  double radius, tip, spread, gravity, curl, curl_radius, frizz;
  MlVec3 comb;
} HairDesc;

/* -------------------------------------------------------------------- growth */

enum { HAIR_MOST = 1 << 20, POINTS_MOST = 1 << 24, STRAIGHT_STEPS = 6, TURN_STEPS = 8, STEPS_MOST = 256 };
/* Of what a strand's random numbers are. */
enum { RANDOM_LENGTH = 1, RANDOM_LEAN, RANDOM_LEAN_2, RANDOM_PHASE, RANDOM_FRIZZ = 16 };

static MlVec3 plus(MlVec3 a, MlVec3 b, double s) { return (MlVec3){a.x + b.x * s, a.y + b.y * s, a.z + b.z * s}; }
static MlVec3 cross(MlVec3 a, MlVec3 b) { return (MlVec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
/* v where that has no length. */
static MlVec3 unit_or(MlVec3 a, MlVec3 v) {
  const double length = ml_sqrt(a.x * a.x + a.y * a.y + a.z * a.z);
  return length > 1e-12 ? (MlVec3){a.x / length, a.y / length, a.z / length} : v;
}

/* Evenly from all directions: two numbers 0..1. */
static MlVec3 direction(double a, double b) {
  const double y = 2 * a - 1, r = ml_sqrt(y * y < 1 ? 1 - y * y : 0), angle = 6.283185307179586 * b;
  return (MlVec3){r * ml_sin(angle), y, r * ml_cos(angle)};
}

/* A strand from the surface on: its direction, at first the normal with what leans it, turns downwards and at random from step to step, and around
 * the line that this gives it curls. */
static void grow(const HairDesc *d, const MlSurveyPoint *root, uint64_t number, uint32_t steps, float *out) {
  const uint64_t seed = (uint64_t)d->seed;
  const double length = d->length.least + (d->length.most - d->length.least) * scatter_random(seed, number, RANDOM_LENGTH);
  const MlVec3 n = root->normal, lean = direction(scatter_random(seed, number, RANDOM_LEAN), scatter_random(seed, number, RANDOM_LEAN_2));
  MlVec3 way = plus(plus(n, lean, d->spread), d->comb, 1), line = root->position;
  if (way.x * n.x + way.y * n.y + way.z * n.z < 0.05) way = plus(way, n, 0.05 - (way.x * n.x + way.y * n.y + way.z * n.z)); // not inward
  way = unit_or(way, n);
  const MlVec3 x = unit_or(cross(way, ml_fabs(way.y) < 0.9 ? (MlVec3){0, 1, 0} : (MlVec3){1, 0, 0}), (MlVec3){1, 0, 0}), y = cross(way, x);
  const double phase = 6.283185307179586 * scatter_random(seed, number, RANDOM_PHASE);
  for (uint32_t i = 0; i <= steps; i++) {
    const double t = (double)i / steps, angle = phase + 6.283185307179586 * d->curl * t;
    const double wide = d->curl > 0 ? d->curl_radius * (t < 0.25 ? 4 * t : 1) : 0;
    const MlVec3 p = plus(plus(line, x, wide * ml_cos(angle)), y, wide * ml_sin(angle));
    out[3 * i] = (float)p.x, out[3 * i + 1] = (float)p.y, out[3 * i + 2] = (float)p.z;
    if (i == steps) break;
    line = plus(line, way, length / steps);
    way = plus(way, (MlVec3){0, -1, 0}, 2 * d->gravity / steps);
    if (d->frizz > 0)
      way = plus(way, direction(scatter_random(seed, number, RANDOM_FRIZZ + 2 * i), scatter_random(seed, number, RANDOM_FRIZZ + 2 * i + 1)),
                 d->frizz);
    way = unit_or(way, n);
  }
}

/* Pushes one value that keeps them. */
static ApiStrands grow_all(Reading *r, const HairDesc *d, const MlSurvey *survey) {
  const double wanted = d->curl > 0 ? ml_ceil(TURN_STEPS * d->curl) : 0;
  uint32_t steps = wanted > STRAIGHT_STEPS ? wanted < STEPS_MOST ? (uint32_t)wanted : STEPS_MOST : STRAIGHT_STEPS;
  if (d->gravity == 0 && d->frizz == 0 && d->curl == 0) steps = 1;
  const uint64_t count = (uint64_t)d->count;
  if (count * (steps + 1) > POINTS_MOST) {
    reader_fail_field(r, "count", "count", "%llu strands with so many curls have more than %d points in all", (unsigned long long)count,
                      POINTS_MOST);
    return (ApiStrands){NULL, NULL, 0};
  }
  const size_t each = (size_t)(steps + 1) * 3;
  float *points = lua_newuserdatauv(r->L, (size_t)count * (each * sizeof(float) + sizeof(uint32_t)), 0);
  uint32_t *counts = (uint32_t *)(void *)(points + (size_t)count * each);
  for (uint64_t i = 0; i < count; i++) {
    budget_charge(256 + 64 * steps + survey_cost(survey));
    const MlSurveyPoint root = ml_survey_point(survey, (uint64_t)d->seed, i);
    grow(d, &root, i, steps, points + i * each);
    counts[i] = steps + 1;
  }
  return (ApiStrands){points, counts, count};
}

static const MlSurvey *survey_ground(Reading *r, const HairDesc *d) {
  if (!d->on.id) return NULL; // reported where it was made
  const MlSurvey *survey = survey_of_node(r, d->on.id, false);
  const char *lacks = survey ? survey_lacks(survey) : NULL;
  if (!lacks) return survey;
  if (d->on.entry == &api_plane) reader_fail_field(r, "on", "area", "a plane is infinite: let it grow on a rect");
  else reader_fail_field(r, "on", "area", "this %s %s for hair to grow on", d->on.entry->name, lacks);
  return NULL;
}

/* ----------------------------------------------------------------------- hair */

static const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};

static bool build_hair(Reading *r, Node *node) {
  const HairDesc *d = (const HairDesc *)node->desc;
  const bool has_on = reader_given(r, "on"), has_strands = reader_given(r, "strands");
  const int top = lua_gettop(r->L);
  ApiStrands strands = d->strands;
  if (!has_on && !has_strands)
    reader_fail(r, "required", "strands or on is missing: lists of points, {{{x, y, z}, ...}, ...}, or a shape that it grows on");
  if (r->failed) return false;
  if (has_on) {
    const MlSurvey *survey = survey_ground(r, d);
    if (!survey) return false;
    strands = grow_all(r, d, survey);
  }
  if (!strands.points) return false;
  MlError error = {0};
  const MlHairDesc hair = ML_DESC(MlHairDesc, .points = strands.points, .counts = strands.counts, .strand_count = strands.count,
                                  .radius = d->radius, .tip = d->tip > 0 ? d->tip : -1, .cancel = &cancel, .place = r->place);
  node->geometry = ml_hair(r->runtime->builder, &hair, &error);
  node->emits = node->shared.material.emits;
  lua_settop(r->L, top);
  if (node->geometry) return true;
  if (error.status == ML_ERROR_CANCELLED) budget_check(r->L);
  if (strncmp(error.message, "hair.points: ", 13) == 0 || strncmp(error.message, "hair.counts: ", 13) == 0)
    reader_fail_field(r, has_on ? "on" : "strands", "points", "%s", error.message + 13);
  else reader_fail_builder(r, &error);
  return false;
}

// clang-format off
static const ApiField hair_fields[] = {
  {.name = "strands", .type = API_STRANDS, RANGE_LENGTH, .unit = "m", .position = 1, .xgroup = XGROUP_A, .synonyms = "curves,points,hairs,lines",
   .offset = offsetof(HairDesc, strands), .doc = "Strands as lists of at least two points, from root to tip; each leads through its points smoothly."},
  {.name = "on", .type = API_REFERENCE, .xgroup = XGROUP_A_OTHER, .synonyms = "surface,ground,skin,scalp,shape,target", .offset = offsetof(HairDesc, on),
   .doc = "A shape or group that hair grows on, evenly over all of its surfaces."},
  {.name = "count", .type = API_INT, .range = {1, HAIR_MOST, 1, HAIR_MOST, false}, .def = "1000", .synonyms = "n,number,amount,density", .offset = offsetof(HairDesc, count),
   .doc = "How many strands grow."},
  {.name = "length", .type = API_SPAN, .range = {0, 1e12, 1e-6, 1e6, true}, .unit = "m", .def = "0.1", .synonyms = "height,size,len", .offset = offsetof(HairDesc, length),
   .doc = "How long they grow, or {least, most}."},
  {.name = "radius", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "0.001", .synonyms = "r,thickness,width,root", .offset = offsetof(HairDesc, radius),
   .doc = "Of a strand at its root."},
  {.name = "tip", .type = API_NUMBER, RANGE_UNIT, .def = "0.3", .flags = API_ADVANCED, .synonyms = "taper,end", .offset = offsetof(HairDesc, tip), .doc = "The radius at its tip, as a share of that."},
  {.name = "spread", .type = API_NUMBER, .range = {0, 100, 0, 2, false}, .def = "0.2", .synonyms = "random,tilt,lean", .offset = offsetof(HairDesc, spread),
   .doc = "How much strands lean at random; at 1 they stand any way."},
  {.name = "comb", .type = API_VEC3, .range = {-1e6, 1e6, -10, 10, false}, .def = "{0, 0, 0}", .synonyms = "direction,wind,flow", .offset = offsetof(HairDesc, comb),
   .doc = "Which way they lean together, added to the surface's normal."},
  {.name = "gravity", .type = API_NUMBER, .range = {-100, 100, -5, 5, false}, .def = "0.2", .synonyms = "droop,bend,fall,weight", .offset = offsetof(HairDesc, gravity),
   .doc = "How much they bend down along their length; 1 makes them hang."},
  {.name = "curl", .type = API_NUMBER, .range = {0, 1000, 0, 32, false}, .def = "0", .synonyms = "curls,turns,twist,waves", .offset = offsetof(HairDesc, curl),
   .doc = "How many turns they curl by along their length."},
  {.name = "curl_radius", .type = API_NUMBER, .range = {0, 1e12, 0, 1e6, false}, .unit = "m", .def = "0.01", .synonyms = "curl_size,wave_size", .offset = offsetof(HairDesc, curl_radius),
   .doc = "How wide the curls are."},
  {.name = "frizz", .type = API_NUMBER, .range = {0, 100, 0, 2, false}, .def = "0", .synonyms = "noise,wobble,messy,chaos", .offset = offsetof(HairDesc, frizz),
   .doc = "How much they change their way at random."},
  {.name = "seed", .type = API_INT, .range = {0, 9007199254740992.0, 0, 9007199254740992.0, false}, .def = "1", .synonyms = "random_seed", .offset = offsetof(HairDesc, seed),
   .doc = "Another number, other strands."},
};
const ApiEntry api_hair = {"hair", API_SHAPE, hair_fields, API_COUNT(hair_fields), &api_shared_shape, sizeof(HairDesc), 1,
  "Thin strands, by the thousand: hair, fur, grass, brushes. They enclose nothing: what is of glass does not bend light. s.uv.x is a number 0..1 of each strand's own, s.uv.y "
  "runs from root to tip.",
  "local head = sphere{ center = {0, 1, 0}, radius = 0.7, material = \"#7a4a2a\" }\n"
  "hair{ on = head, count = 20000, length = {0.25, 0.4}, radius = 0.003, gravity = 0.5, frizz = 0.15, material = \"#8a5a33\" }\nplane{}",
  "hair_material,curve,scatter", build_hair};
// clang-format on

/* -------------------------------------------------------------- hair_material */

typedef struct HairMaterialDesc {
  MlColor color;
  MlTexture color_texture;
  double melanin, redness, roughness, azimuthal, ior, tilt;
} HairMaterialDesc;

static bool build_hair_material(Reading *r, Node *node) {
  const HairMaterialDesc *d = (const HairMaterialDesc *)node->desc;
  MlError error = {0};
  return material_made(
    r, node,
    ml_hair_material(r->runtime->builder,
                     &ML_DESC(MlHairMaterialDesc, .color = d->color, .has_color = reader_given(r, "color"),
                              .color_texture = d->color_texture, .melanin = (float)d->melanin, .redness = (float)d->redness,
                              .roughness = (float)d->roughness, .azimuthal = (float)d->azimuthal, .has_roughness = true,
                              .has_azimuthal = true, .ior = (float)d->ior, .tilt = (float)d->tilt, .emission = material_emission(node),
                              .relief = material_relief(node)),
                     &error),
    &error);
}

// clang-format off
static const ApiField hair_material_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .position = 1, .xgroup = XGROUP_A, .synonyms = "colour,albedo,tint,dye", .offset = offsetof(HairMaterialDesc, color),
   .texture = offsetof(HairMaterialDesc, color_texture), .doc = "What it looks like where it lies deep, instead of melanin; strings are sRGB, numbers linear."},
  {.name = "melanin", .type = API_NUMBER, .range = {0, 100, 0, 10, false}, .def = "1.3", .xgroup = XGROUP_A_OTHER, .synonyms = "eumelanin,pigment,darkness", .offset = offsetof(HairMaterialDesc, melanin),
   .doc = "How much pigment is in it: 0 is white, 0.3 blond, 1.3 brown, 8 black."},
  {.name = "redness", .type = API_NUMBER, RANGE_UNIT, .def = "0.1", .xgroup = XGROUP_A_OTHER, .synonyms = "pheomelanin,red,melanin_redness", .offset = offsetof(HairMaterialDesc, redness),
   .doc = "How much of that is red."},
  {.name = "roughness", .type = API_NUMBER, RANGE_UNIT, .def = "0.3", .synonyms = "beta_m,longitudinal,glossiness", .offset = offsetof(HairMaterialDesc, roughness),
   .doc = "How wide highlights are along the strands."},
  {.name = "azimuthal", .type = API_NUMBER, RANGE_UNIT, .def = "0.3", .synonyms = "beta_n,radial_roughness,azimuthal_roughness", .offset = offsetof(HairMaterialDesc, azimuthal),
   .doc = "How far light spreads around them: fur and cotton are rougher than hair."},
  {.name = "ior", .type = API_NUMBER, .range = {1, 3, 1.2, 2, false}, .def = "1.55", .synonyms = "n,index,refraction", .flags = API_ADVANCED, .offset = offsetof(HairMaterialDesc, ior),
   .doc = "Its index of refraction."},
  {.name = "tilt", .type = API_NUMBER, .range = {-45, 45, -10, 10, false}, .unit = "\xC2\xB0", .def = "2", .synonyms = "alpha,scale_tilt,cuticle,shift", .flags = API_ADVANCED, .offset = offsetof(HairMaterialDesc, tilt),
   .doc = "How far its scales lean towards the root."},
};
const ApiEntry api_hair_material = {"hair_material", API_MATERIAL_KIND, hair_material_fields, API_COUNT(hair_material_fields), &api_shared_material, sizeof(HairMaterialDesc), 0,
  "Clear fibres with pigment, which reflect light, let it through and throw it back from inside: what hair is of. On other shapes fibres lie along u.",
  "local head = sphere{ center = {0, 1, 0}, radius = 0.7, material = \"#3a2a20\" }\n"
  "hair{ on = head, count = 20000, length = {0.3, 0.5}, radius = 0.003, gravity = 0.8, material = hair_material{ melanin = 0.5, redness = 0.3 } }\nplane{}",
  "hair,translucent,velvet", build_hair_material};
// clang-format on
