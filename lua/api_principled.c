/* api_principled.c - the material with everything in it, in the names of OpenPBR's and glTF's. */
#include <stddef.h>

#include "materials.h"

static bool build_principled(Reading *r, Node *node) {
  const PrincipledDesc *desc = (const PrincipledDesc *)node->desc;
  MlPrincipledDesc p = ML_DESC(MlPrincipledDesc, .color = desc->color, .has_color = true, .edge = desc->edge, .has_edge = true,
                               .specular = desc->specular, .has_specular = true, .coat_color = desc->coat_color, .has_coat_color = true,
                               .sheen_color = desc->sheen_color, .has_sheen_color = true, .stretch = material_stretch(&desc->gloss),
                               .film = material_film(&desc->gloss), .emission = material_emission(node), .relief = material_relief(node));
  p.roughness = (float)desc->roughness, p.metallic = (float)desc->metallic, p.transmission = (float)desc->transmission;
  p.coat = (float)desc->coat, p.coat_roughness = (float)desc->coat_roughness;
  p.sheen = (float)desc->sheen, p.sheen_roughness = (float)desc->sheen_roughness;
  p.ior = (float)desc->ior, p.coat_ior = (float)desc->coat_ior;
  p.color_texture = desc->color_texture, p.specular_texture = desc->specular_texture, p.sheen_color_texture = desc->sheen_color_texture;
  p.roughness_texture = desc->roughness_texture, p.metallic_texture = desc->metallic_texture;
  p.transmission_texture = desc->transmission_texture, p.coat_texture = desc->coat_texture;
  p.coat_roughness_texture = desc->coat_roughness_texture, p.sheen_texture = desc->sheen_texture;
  p.sheen_roughness_texture = desc->sheen_roughness_texture;
  if (reader_given(r, "depth")) {
    if (!desc->color_texture) p.depth = (float)desc->depth;
    else if (!r->failed)
      reader_fail_field(r, "depth", "pair", "what is left after a depth is one colour: color must not be a texture then");
  }
  MlError error = {0};
  return material_made(r, node, ml_principled(r->runtime->builder, &p, &error), &error);
}

// clang-format off
#define MEMBER(member) .offset = offsetof(PrincipledDesc, member)
#define TEXTURED(member) .offset = offsetof(PrincipledDesc, member), .texture = offsetof(PrincipledDesc, member ## _texture)
#define AMOUNT .type = API_NUMBER, RANGE_UNIT
#define IOR .type = API_NUMBER, .range = {1, 3, 1, 3, false}, .def = "1.5"
static const ApiField principled_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "0.8", .position = 1, .synonyms = "colour,base_color,basecolor,albedo,diffuse,tint", TEXTURED(color),
   .doc = "Of its body; of the metal seen straight on; of what passes the clear part."},
  {.name = "roughness", AMOUNT, .def = "0.5", .synonyms = "rough,alpha,glossiness,specular_roughness", TEXTURED(roughness),
   .doc = "Of the shine, the metal and the clear part: 0 is polished, 1 dull; the GGX alpha is its square."},
  {.name = "metallic", AMOUNT, .def = "0", .synonyms = "metal,metalness,base_metalness", TEXTURED(metallic), .doc = "How much of it is metal."},
  {.name = "transmission", AMOUNT, .def = "0", .synonyms = "transparency,refraction,glass,transmission_weight,clear", TEXTURED(transmission),
   .doc = "How much of what is no metal is clear as glass; needs a shape that encloses something."},
  {.name = "coat", AMOUNT, .def = "0", .synonyms = "clearcoat,clear_coat,coat_weight,varnish,lacquer", TEXTURED(coat), .doc = "How much of a clear coat lies over it."},
  {.name = "sheen", AMOUNT, .def = "0", .synonyms = "fuzz,fuzz_weight,sheen_weight,velvet,dust", TEXTURED(sheen), .doc = "How much of a sheen of fibres or dust lies over all."},
  {.name = "ior", IOR, .synonyms = "eta,refraction,index,n,specular_ior", MEMBER(ior), .doc = "Index of refraction, of the shine and the clear part."},
  {.name = "specular", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .flags = API_ADVANCED, .synonyms = "specular_color,specular_weight,specular_tint,reflectivity", TEXTURED(specular),
   .doc = "Scales the shine over the body, a number or a colour."},
  {.name = "edge", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .flags = API_ADVANCED, .synonyms = "edge_color,edge_tint,f82,f90,rim", MEMBER(edge),
   .doc = "Of the metal: what it keeps towards the rim, at 82\xC2\xB0, of what it would reflect."},
  STRETCH_FIELDS(PrincipledDesc),
  FILM_FIELDS(PrincipledDesc),
  {.name = "depth", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .synonyms = "transmission_depth,distance,at_depth", MEMBER(depth),
   .doc = "With transmission: the way inside after which color is left; none means that color tints the surface."},
  {.name = "coat_roughness", AMOUNT, .def = "0", .synonyms = "clearcoat_roughness", TEXTURED(coat_roughness), .doc = "Of the coat."},
  {.name = "coat_ior", IOR, .flags = API_ADVANCED, .synonyms = "clearcoat_ior", MEMBER(coat_ior), .doc = "Index of refraction of the coat."},
  {.name = "coat_color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .flags = API_ADVANCED, .synonyms = "coat_tint,clearcoat_color", MEMBER(coat_color),
   .doc = "What is left of white light that went straight in and out through the coat."},
  {.name = "sheen_color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .synonyms = "fuzz_color,sheen_tint", TEXTURED(sheen_color), .doc = "Of the fibres."},
  {.name = "sheen_roughness", AMOUNT, .def = "0.5", .flags = API_ADVANCED, .synonyms = "fuzz_roughness", TEXTURED(sheen_roughness),
   .doc = "Of the fibres: 0 shines at the very rim only."},
};
const ApiEntry api_principled = {"principled", API_MATERIAL_KIND, principled_fields, API_COUNT(principled_fields), &api_shared_material, sizeof(PrincipledDesc), 0,
  "Everything in one: body and shine, metal, glass, coat, sheen, as in OpenPBR and glTF.",
  "sphere{ floor = true, material = principled{ color = \"#3050ff\", coat = 1, roughness = 0.4 } }\nplane{}", "plastic,metal,coat,velvet", build_principled};
// clang-format on
