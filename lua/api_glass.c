/* api_glass.c - glass, and the two of its kind with indices of their own, water and diamond. */
#include "materials.h"

/* What dispersion = 1 stands for, as in glTF and OpenPBR: an Abbe number of 20. */
#define ABBE_OF_DISPERSION 20.0

/* The absorption that leaves `color` after `depth` metres. */
static MlColor absorption_of(MlColor color, double depth) {
  // Beer-Lambert: color = exp(-absorption depth). Black would need an infinite absorption; what is left is a billionth.
  const float channels[3] = {color.r, color.g, color.b};
  float absorption[3];
  for (int i = 0; i < 3; i++) {
    const double c = (double)channels[i];
    absorption[i] = (float)(-ml_log(c < 1e-9 ? 1e-9 : c) / depth);
  }
  return (MlColor){absorption[0], absorption[1], absorption[2]};
}

/* ior and abbe: of the glass; abbe 0: no dispersion. */
static bool build_dielectric(Reading *r, Node *node, double ior, double abbe) {
  const GlassDesc *desc = (const GlassDesc *)node->desc;
  MlGlassDesc glass =
    ML_DESC(MlGlassDesc, .ior = (float)ior, .color = desc->color, .has_color = true, .absorption = desc->absorption,
            .roughness = (float)desc->roughness, .abbe = (float)abbe, .thin = desc->thin, .color_texture = desc->color_texture,
            .roughness_texture = desc->roughness_texture, .emission = material_emission(node), .relief = material_relief(node));
  static const char *const inside[] = {"depth", "absorption"};
  for (int i = 0; i < 2 && desc->thin; i++) {
    if (!reader_given(r, inside[i])) continue;
    if (!r->failed) reader_fail_field(r, inside[i], "pair", "a thin pane has no inside: its color is what one way through leaves");
    glass.thin = false; // so that the engine has nothing to add
  }
  if (reader_given(r, "depth") && desc->color_texture) {
    if (!r->failed) reader_fail_field(r, "depth", "pair", "what is left after a depth is one colour: color must not be a texture then");
  } else if (reader_given(r, "depth")) {
    glass.absorption = absorption_of(desc->color, desc->depth);
    glass.color = (MlColor){1, 1, 1};
  }
  MlError error = {0};
  return material_made(r, node, ml_glass(r->runtime->builder, &glass, &error), &error);
}

static bool build_glass(Reading *r, Node *node) {
  const GlassDesc *desc = (const GlassDesc *)node->desc;
  const double abbe = reader_given(r, "abbe") ? desc->abbe : desc->dispersion > 0 ? ABBE_OF_DISPERSION / desc->dispersion : 0;
  return build_dielectric(r, node, desc->ior, abbe);
}

/* At 20 degrees Celsius (IAPWS 1997). */
static bool build_water(Reading *r, Node *node) {
  return build_dielectric(r, node, 1.333, ((const GlassDesc *)node->desc)->measured ? 55.74 : 0);
}

/* Peter 1923. */
static bool build_diamond(Reading *r, Node *node) {
  return build_dielectric(r, node, 2.417, ((const GlassDesc *)node->desc)->measured ? 55.3 : 0);
}

// clang-format off
#define COLOR_FIELD(docs)                                                                                                              \
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .synonyms = "colour,tint,transmission",                          \
   .offset = offsetof(GlassDesc, color), .texture = offsetof(GlassDesc, color_texture), .doc = docs}
#define INSIDE_FIELDS                                                                                                                  \
  {.name = "depth", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .xgroup = XGROUP_A, .synonyms = "distance,at_depth",       \
   .offset = offsetof(GlassDesc, depth), .doc = "The way after which color is left; none means that color tints the surface."},        \
  {.name = "absorption", .type = API_COLOR, .range = {0, 1e9, 0, 1e9, false}, .unit = "1/m", .def = "0", .xgroup = XGROUP_A_OTHER,     \
   .synonyms = "sigma,sigma_a,density", .offset = offsetof(GlassDesc, absorption),                                                     \
   .doc = "Absorption inside, a number or a colour, said directly."},                                                                  \
  {.name = "roughness", .type = API_NUMBER, .range = {0, 1, 0, 1, false}, .def = "0", .synonyms = "rough,alpha,glossiness,blur,frosted", \
   .offset = offsetof(GlassDesc, roughness), .texture = offsetof(GlassDesc, roughness_texture), .doc = "0 is polished, 1 frosted; the GGX alpha is its square."}
#define MEASURED_FIELD(number)                                                                                                         \
  {.name = "dispersion", .type = API_BOOL, .def = "false", .synonyms = "abbe,dispersive,disperse", .offset = offsetof(GlassDesc, measured), \
   .doc = "Whether it parts white light into colours, by its measured Abbe number " number "; takes more samples."}
#define TINT "Tints what passes a surface; with depth, what is left after that way inside. Strings are sRGB, numbers linear."

static const ApiField glass_fields[] = {
  {.name = "ior", .type = API_NUMBER, .range = {0.1, 100, 1, 4, false}, .def = "1.5", .position = 1, .synonyms = "eta,refraction,index,n",
   .offset = offsetof(GlassDesc, ior), .doc = "Index of refraction, for yellow light (587.6 nm): water 1.333, glass 1.5, diamond 2.417."},
  COLOR_FIELD(TINT),
  INSIDE_FIELDS,
  {.name = "thin", .type = API_BOOL, .def = "false", .synonyms = "pane,thin_walled,window,sheet", .offset = offsetof(GlassDesc, thin),
   .doc = "A pane: a surface that is both sides of a sheet at once and bends nothing; color is what one way through leaves."},
  {.name = "dispersion", .type = API_NUMBER, .range = {0, 20, 0, 2, false}, .def = "0", .xgroup = XGROUP_B,
   .synonyms = "disperse,chromatic,rainbow,spread", .offset = offsetof(GlassDesc, dispersion),
   .doc = "How far it parts white light into colours: 20 over the Abbe number, as in glTF; 0.3 is window glass; takes more samples."},
  {.name = "abbe", .type = API_NUMBER, .range = {1, 1e6, 10, 150, false}, .xgroup = XGROUP_B_OTHER,
   .synonyms = "v,abbe_number,vd,constringence", .offset = offsetof(GlassDesc, abbe),
   .doc = "The same by the Abbe number: crown glass 60, flint glass 30; none means no dispersion."},
};
const ApiEntry api_glass = {"glass", API_MATERIAL_KIND, glass_fields, API_COUNT(glass_fields), &api_shared_material, sizeof(GlassDesc), 0,
  "Clear, smooth or frosted: reflects and refracts.", "sphere{ floor = true, material = glass{ color = \"#c0f0d8\", depth = 2 } }\nplane{}",
  "water,diamond,mirror", build_glass};

static const ApiField water_fields[] = {COLOR_FIELD(TINT), INSIDE_FIELDS, MEASURED_FIELD("55.7")};
const ApiEntry api_water = {"water", API_MATERIAL_KIND, water_fields, API_COUNT(water_fields), &api_shared_material, sizeof(GlassDesc), 0,
  "Glass of the index 1.333.", "box{ size = {2, 1, 2}, floor = true, material = water{ color = \"#a0d0e0\", depth = 2 } }\nplane{}",
  "glass,diamond", build_water};

static const ApiField diamond_fields[] = {COLOR_FIELD(TINT), INSIDE_FIELDS, MEASURED_FIELD("55.3")};
const ApiEntry api_diamond = {"diamond", API_MATERIAL_KIND, diamond_fields, API_COUNT(diamond_fields), &api_shared_material,
  sizeof(GlassDesc), 0, "Glass of the index 2.417.", "sphere{ floor = true, material = diamond{ dispersion = true } }\nplane{}",
  "glass,water", build_diamond};
// clang-format on
