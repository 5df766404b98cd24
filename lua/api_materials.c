/* api_materials.c - matte, mirror, metal, emit, mix: fields and what is made of them. */
#include "materials.h"

#include "reader.h"

MlEmission material_emission(const Node *node) {
  const bool textured = node->shared.emission_texture != 0;
  return (MlEmission){.radiance = textured ? (MlColor){1, 1, 1} : node->shared.emission,
                      .front_only = node->shared.sides == 1,
                      .texture = node->shared.emission_texture};
}
MlRelief material_relief(const Node *node) {
  // The engine reads a height of 0 as "default"; a relief that is flat is none.
  const double height = node->shared.bump_height;
  return (MlRelief){.normal = node->shared.normal, .bump = height != 0 ? node->shared.bump : 0, .bump_height = (float)height};
}
static bool shines(MlColor c) { return c.r > 0 || c.g > 0 || c.b > 0; }
static MlColor scaled(MlColor c, double by) {
  return (MlColor){(float)((double)c.r * by), (float)((double)c.g * by), (float)((double)c.b * by)};
}

bool material_made(Reading *r, Node *node, MlMaterial id, const MlError *error) {
  node->id = id;
  node->emits = node->emits || shines(node->shared.emission) || node->shared.emission_texture;
  if (!id) reader_fail_builder(r, error);
  return id != 0;
}

/* -------------------------------------------------------------------- matte */

static bool build_matte(Reading *r, Node *node) {
  const MatteDesc *desc = (const MatteDesc *)node->desc;
  MlError error = {0};
  return material_made(r, node,
                       ml_matte(r->runtime->builder,
                                &ML_DESC(MlMatteDesc, .color = desc->color, .has_color = true, .color_texture = desc->color_texture,
                                         .sigma = (float)desc->sigma, .sigma_texture = desc->sigma_texture,
                                         .emission = material_emission(node), .relief = material_relief(node)),
                                &error),
                       &error);
}

// clang-format off
static const ApiField matte_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .flags = API_ALBEDO, .def = "0.8", .position = 1, .synonyms = "colour,albedo,diffuse,rgb,kd,reflectance",
   .offset = offsetof(MatteDesc, color), .texture = offsetof(MatteDesc, color_texture), .doc = "The part of the light that it throws back; strings are sRGB, numbers linear."},
  {.name = "sigma", .type = API_NUMBER, RANGE_UNIT, .def = "0", .synonyms = "roughness,rough,diffuse_roughness,oren_nayar,dust", .offset = offsetof(MatteDesc, sigma),
   .texture = offsetof(MatteDesc, sigma_texture), .doc = "How powdery it is: chalk, clay or the moon look flatter, being brighter towards the lamp."},
};
const ApiEntry api_matte = {"matte", API_MATERIAL_KIND, matte_fields, API_COUNT(matte_fields), &api_shared_material, sizeof(MatteDesc), 0,
  "Dull in every direction, like plaster or paper.", "sphere{ floor = true, material = matte \"#3f8f3a\" }\nplane{}", "mix", build_matte};
// clang-format on

/* ------------------------------------------------------------------- mirror */

static bool build_mirror(Reading *r, Node *node) {
  const MirrorDesc *desc = (const MirrorDesc *)node->desc;
  MlError error = {0};
  return material_made(r, node,
                       ml_mirror(r->runtime->builder,
                                 &ML_DESC(MlMirrorDesc, .color = desc->color, .has_color = true, .color_texture = desc->color_texture,
                                          .emission = material_emission(node), .relief = material_relief(node)),
                                 &error),
                       &error);
}

// clang-format off
static const ApiField mirror_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .position = 1, .synonyms = "colour,tint,reflectance,reflectivity",
   .offset = offsetof(MirrorDesc, color), .texture = offsetof(MirrorDesc, color_texture), .doc = "The part of the light that it reflects; strings are sRGB, numbers linear."},
};
const ApiEntry api_mirror = {"mirror", API_MATERIAL_KIND, mirror_fields, API_COUNT(mirror_fields), &api_shared_material, sizeof(MirrorDesc),
  0, "A perfect mirror.", "sphere{ floor = true, material = mirror{} }\nplane{ material = \"#4060a0\" }", "metal,mix", build_mirror};
// clang-format on

/* -------------------------------------------------------------------- metal */

static const char *const metals[] = {"gold", "silver", "copper", "aluminium", "iron", "chrome", "brass", "bronze", "titanium", NULL};

static bool build_metal(Reading *r, Node *node) {
  const MetalDesc *desc = (const MetalDesc *)node->desc;
  MlMetalDesc metal = ML_DESC(MlMetalDesc, .roughness = (float)desc->roughness, .roughness_texture = desc->roughness_texture,
                              .no_multiscatter = !desc->multiscatter, .color_texture = desc->color_texture,
                              .edge_texture = desc->edge_texture, .stretch = material_stretch(&desc->gloss),
                              .film = material_film(&desc->gloss), .emission = material_emission(node), .relief = material_relief(node));
  if (reader_given(r, "edge") && !reader_given(r, "color") && !r->failed)
    reader_fail_field(r, "edge", "pair", "edge needs color beside it");
  if (!reader_given(r, "preset") && !reader_given(r, "color") && !r->failed)
    reader_fail(r, "required", "name a metal (metal \"gold\") or give its color");
  metal.artist = reader_given(r, "color");
  metal.color = desc->color;
  metal.edge = desc->edge;
  if (!metal.artist) ml_metal_preset(metals[desc->preset], &metal.eta, &metal.k);
  MlError error = {0};
  return material_made(r, node, ml_metal(r->runtime->builder, &metal, &error), &error);
}

// clang-format off
static const ApiField metal_fields[] = {
  {.name = "preset", .type = API_WORD, .words = metals, .position = 1, .xgroup = XGROUP_A, .synonyms = "metal,kind,type",
   .offset = offsetof(MetalDesc, preset), .doc = "A measured metal, written without the field's name: metal \"gold\"."},
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .xgroup = XGROUP_A_OTHER, .synonyms = "colour,tint,albedo,reflectance,f0",
   .offset = offsetof(MetalDesc, color), .texture = offsetof(MetalDesc, color_texture), .doc = "Instead of a preset: what it reflects seen straight on; strings are sRGB, numbers linear."},
  {.name = "edge", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .xgroup = XGROUP_A_OTHER, .synonyms = "edge_color,f90,f82,rim",
   .offset = offsetof(MetalDesc, edge), .texture = offsetof(MetalDesc, edge_texture), .doc = "With color: what it keeps towards the rim, at 82\xC2\xB0, of what it would reflect; color = 1, edge = 1 reflects everything."},
  {.name = "roughness", .type = API_NUMBER, .range = {0, 1, 0, 1, false}, .def = "0", .synonyms = "rough,alpha,glossiness,blur",
   .offset = offsetof(MetalDesc, roughness), .texture = offsetof(MetalDesc, roughness_texture), .doc = "0 is polished, 1 dull; the GGX alpha is its square."},
  STRETCH_FIELDS(MetalDesc),
  FILM_FIELDS(MetalDesc),
  {.name = "multiscatter", .type = API_BOOL, .def = "true", .flags = API_ADVANCED, .offset = offsetof(MetalDesc, multiscatter),
   .doc = "Gives back the light that rough metal loses between its facets."},
};
const ApiEntry api_metal = {"metal", API_MATERIAL_KIND, metal_fields, API_COUNT(metal_fields), &api_shared_material, sizeof(MetalDesc), 0,
  "A metal: measured, or by two colours.", "sphere{ floor = true, material = metal{ \"copper\", roughness = 0.2 } }\nplane{}", "mirror,principled",
  build_metal};
// clang-format on

/* -------------------------------------------------------------- translucent */

static bool build_translucent(Reading *r, Node *node) {
  const TranslucentDesc *desc = (const TranslucentDesc *)node->desc;
  MlError error = {0};
  const bool other = reader_given(r, "transmit");
  return material_made(
    r, node,
    ml_translucent(r->runtime->builder,
                   &ML_DESC(MlTranslucentDesc, .color = desc->color, .has_color = true, .color_texture = desc->color_texture,
                            .transmit = other ? desc->transmit : desc->color, .has_transmit = true,
                            .transmit_texture = other ? desc->transmit_texture : desc->color_texture, .amount = (float)desc->amount,
                            .amount_texture = desc->amount_texture, .emission = material_emission(node), .relief = material_relief(node)),
                   &error),
    &error);
}

// clang-format off
static const ApiField translucent_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .flags = API_ALBEDO, .def = "0.8", .position = 1, .synonyms = "colour,albedo,reflect,diffuse,tint",
   .offset = offsetof(TranslucentDesc, color), .texture = offsetof(TranslucentDesc, color_texture), .doc = "The part of the light that it hands on; strings are sRGB, numbers linear."},
  {.name = "transmit", .type = API_COLOR, RANGE_REFLECTANCE, .synonyms = "transmission,transmitted,through,back,subsurface",
   .offset = offsetof(TranslucentDesc, transmit), .texture = offsetof(TranslucentDesc, transmit_texture), .doc = "The same of the light that goes through, where that differs; none means color."},
  {.name = "amount", .type = API_NUMBER, RANGE_UNIT, .def = "0.5", .synonyms = "translucency,weight,factor,ratio",
   .offset = offsetof(TranslucentDesc, amount), .texture = offsetof(TranslucentDesc, amount_texture), .doc = "How much of the light goes through, the rest comes back."},
};
const ApiEntry api_translucent = {"translucent", API_MATERIAL_KIND, translucent_fields, API_COUNT(translucent_fields), &api_shared_material,
  sizeof(TranslucentDesc), 0, "Thin and dull, with light shining through: paper, leaves, lampshades.",
  "quad{ at = {-1, 0, 0}, u = {2, 0, 0}, v = {0, 2, 0}, material = translucent \"#b8cf7a\" }\nlight{ at = {0, 1, -1}, power = 60 }\nplane{}",
  "matte,glass", build_translucent};
// clang-format on

/* --------------------------------------------------------------------- emit */

static bool build_emit(Reading *r, Node *node) {
  const EmitDesc *desc = (const EmitDesc *)node->desc;
  const MlColor color = desc->color_texture ? (MlColor){1, 1, 1} : desc->color;
  const MlEmission emission = {.radiance = scaled(color, desc->radiance), .front_only = desc->sides == 1, .texture = desc->color_texture};
  MlError error = {0};
  node->emits = shines(emission.radiance);
  return material_made(r, node, ml_emit(r->runtime->builder, &ML_DESC(MlEmitDesc, .emission = emission), &error), &error);
}

static const char *const sides[] = {"both", "front", NULL};
// clang-format off
static const ApiField emit_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_NOT_NEGATIVE, .def = "1", .position = 1, .synonyms = "colour,tint,emission",
   .offset = offsetof(EmitDesc, color), .texture = offsetof(EmitDesc, color_texture), .doc = "Multiplies the radiance; strings are sRGB, numbers linear."},
  {.name = "radiance", .type = API_NUMBER, .range = {0, 1e12, 0, 1e9, false}, .unit = "W/(m\xC2\xB2 sr)", .def = "1",
   .synonyms = "strength,intensity,power,brightness,emission", .offset = offsetof(EmitDesc, radiance), .doc = "How bright its surface is."},
  {.name = "sides", .type = API_WORD, .words = sides, .def = "\"both\"", .synonyms = "side,two_sided", .offset = offsetof(EmitDesc, sides),
   .doc = "Which sides emit: both, or the front, where the normal points."},
};
const ApiEntry api_emit = {"emit", API_MATERIAL_KIND, emit_fields, API_COUNT(emit_fields), &api_shared_light, sizeof(EmitDesc), 0,
  "Only emits: a lamp's surface.",
  "sphere{ radius = 0.3, at = {0, 2, 0}, material = emit{ radiance = 20, color = kelvin(3200) } }\nsphere{}\nplane{}", "area,light",
  build_emit};
// clang-format on

/* ---------------------------------------------------------------------- mix */

static bool build_mix(Reading *r, Node *node) {
  const MixDesc *desc = (const MixDesc *)node->desc;
  const MlMixDesc mix =
    ML_DESC(MlMixDesc, .a = desc->a.id, .b = desc->b.id, .amount = (float)desc->amount, .amount_texture = desc->amount_texture,
            .emission = material_emission(node), .relief = material_relief(node));
  if (!desc->a.id || !desc->b.id) return false; // reported where they were read
  MlError error = {0};
  node->emits = desc->a.emits || desc->b.emits;
  return material_made(r, node, ml_mix(r->runtime->builder, &mix, &error), &error);
}

// clang-format off
static const ApiField mix_fields[] = {
  {.name = "a", .type = API_MATERIAL, .flags = API_REQUIRED, .position = 1, .offset = offsetof(MixDesc, a),
   .doc = "The material of amount 0."},
  {.name = "b", .type = API_MATERIAL, .flags = API_REQUIRED, .position = 2, .offset = offsetof(MixDesc, b),
   .doc = "The material of amount 1."},
  {.name = "amount", .type = API_NUMBER, RANGE_UNIT, .def = "0.5", .position = 3, .synonyms = "t,weight,factor,ratio",
   .offset = offsetof(MixDesc, amount), .texture = offsetof(MixDesc, amount_texture), .doc = "How much of b."},
};
const ApiEntry api_mix = {"mix", API_MATERIAL_KIND, mix_fields, API_COUNT(mix_fields), &api_shared_material, sizeof(MixDesc), 0,
  "A blend of two materials.", "sphere{ floor = true, material = mix(matte \"tomato\", mirror{}, 0.3) }\nplane{}", "matte,mirror",
  build_mix};
// clang-format on

/* ------------------------------------------------------------------- cutout */

static bool build_cutout(Reading *r, Node *node) {
  const CutoutDesc *desc = (const CutoutDesc *)node->desc;
  if (!desc->base.id) return false; // reported where it was read
  const MlCutoutDesc cutout = ML_DESC(MlCutoutDesc, .base = desc->base.id, .mask = (float)desc->mask, .mask_texture = desc->mask_texture);
  MlError error = {0};
  node->emits = desc->base.emits;
  return material_made(r, node, ml_cutout(r->runtime->builder, &cutout, &error), &error);
}

// clang-format off
static const ApiField cutout_fields[] = {
  {.name = "base", .type = API_MATERIAL, .flags = API_REQUIRED, .position = 1, .synonyms = "material,of,a,inside", .offset = offsetof(CutoutDesc, base),
   .doc = "What is there where the mask is 1."},
  {.name = "mask", .type = API_NUMBER, RANGE_UNIT, .def = "1", .position = 2, .synonyms = "opacity,alpha,amount,stencil,holes",
   .offset = offsetof(CutoutDesc, mask), .texture = offsetof(CutoutDesc, mask_texture),
   .doc = "How much of it is there: 0 is a hole, for shadows, too."},
};
const ApiEntry api_cutout = {"cutout", API_MATERIAL_KIND, cutout_fields, API_COUNT(cutout_fields), &api_shared_light, sizeof(CutoutDesc), 0,
  "A material with holes.", "sphere{ floor = true, material = cutout(\"gold\", checker{ 1, 0, size = 0.4 }) }\nplane{}", "mix,image", build_cutout};
// clang-format on
