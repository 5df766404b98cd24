/* api_layers.c - layers over other materials: coat, sheen, stacks of them; plastic and velvet, which have one. */
#include <stddef.h>

#include "materials.h"

MlStretch material_stretch(const GlossDesc *gloss) { return (MlStretch){(float)gloss->anisotropy, (float)gloss->rotation}; }
MlFilmCoat material_film(const GlossDesc *gloss) { return (MlFilmCoat){(float)gloss->film, (float)gloss->film_ior}; }

bool material_is_layer(const Node *node) {
  const bool layer = node->entry == &api_coat || node->entry == &api_sheen;
  return layer && !(node->given & api_bit(node->entry, 0));
}

bool material_refracts(const Node *node) {
  const void *desc = node->desc;
  if (node->entry == &api_glass || node->entry == &api_water || node->entry == &api_diamond) return !((const GlassDesc *)desc)->thin;
  if (node->entry == &api_coat) return ((const CoatDesc *)desc)->base.refracts;
  if (node->entry == &api_sheen) return ((const SheenDesc *)desc)->base.refracts;
  if (node->entry == &api_layered) return ((const LayeredDesc *)desc)->layers.refracts;
  if (node->entry != &api_principled) return false;
  const PrincipledDesc *principled = desc;
  return principled->metallic < 1 && (principled->transmission > 0 || principled->transmission_texture);
}

/* ------------------------------------------------------------------ plastic */

static bool build_plastic(Reading *r, Node *node) {
  const PlasticDesc *desc = (const PlasticDesc *)node->desc;
  const MlPlasticDesc plastic = ML_DESC(MlPlasticDesc, .color = desc->color, .has_color = true, .color_texture = desc->color_texture,
                                        .roughness = (float)desc->roughness, .roughness_texture = desc->roughness_texture,
                                        .ior = (float)desc->ior, .emission = material_emission(node), .relief = material_relief(node));
  MlError error = {0};
  return material_made(r, node, ml_plastic(r->runtime->builder, &plastic, &error), &error);
}

// clang-format off
#define ROUGHNESS_FIELD(Desc, value)                                                                                                   \
  {.name = "roughness", .type = API_NUMBER, RANGE_UNIT, .def = value, .synonyms = "rough,alpha,glossiness,blur", .offset = offsetof(Desc, roughness), \
   .texture = offsetof(Desc, roughness_texture), .doc = "0 is polished, 1 dull; the GGX alpha is its square."}
#define IOR_FIELD(Desc)                                                                                                                \
  {.name = "ior", .type = API_NUMBER, .range = {1, 3, 1, 3, false}, .def = "1.5", .synonyms = "eta,refraction,index,n",                \
   .offset = offsetof(Desc, ior), .doc = "Index of refraction: the higher, the more it reflects; 1 is nothing."}

static const ApiField plastic_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .flags = API_ALBEDO, .def = "0.8", .position = 1, .synonyms = "colour,albedo,diffuse,tint",
   .offset = offsetof(PlasticDesc, color), .texture = offsetof(PlasticDesc, color_texture), .doc = "Of its body, beneath the clear surface; strings are sRGB, numbers linear."},
  ROUGHNESS_FIELD(PlasticDesc, "0"),
  IOR_FIELD(PlasticDesc),
};
const ApiEntry api_plastic = {"plastic", API_MATERIAL_KIND, plastic_fields, API_COUNT(plastic_fields), &api_shared_material, sizeof(PlasticDesc), 0,
  "Coloured, with a clear shine: plastic, glazed clay, gloss paint.", "sphere{ floor = true, material = plastic{ \"tomato\", roughness = 0.15 } }\nplane{}",
  "coat,matte,principled", build_plastic};
// clang-format on

/* --------------------------------------------------------------------- coat */

static bool build_coat(Reading *r, Node *node) {
  const CoatDesc *desc = (const CoatDesc *)node->desc;
  if (!desc->base.id && reader_given(r, "base")) return false; // reported where it was read
  const MlCoatDesc coat =
    ML_DESC(MlCoatDesc, .base = desc->base.id, .amount = (float)desc->amount, .has_amount = true, .amount_texture = desc->amount_texture,
            .roughness = (float)desc->roughness, .roughness_texture = desc->roughness_texture, .ior = (float)desc->ior,
            .color = desc->color, .has_color = true, .stretch = material_stretch(&desc->gloss), .film = material_film(&desc->gloss),
            .emission = material_emission(node), .relief = material_relief(node));
  MlError error = {0};
  node->emits = desc->base.emits;
  return material_made(r, node, ml_coat(r->runtime->builder, &coat, &error), &error);
}

// clang-format off
#define BASE_FIELD(Desc)                                                                                                               \
  {.name = "base", .type = API_MATERIAL, .position = 1, .synonyms = "material,of,under,beneath,bottom", .offset = offsetof(Desc, base), \
   .doc = "What lies beneath; none makes a layer for layered{ }."}
static const ApiField coat_fields[] = {
  BASE_FIELD(CoatDesc),
  {.name = "amount", .type = API_NUMBER, RANGE_UNIT, .def = "1", .synonyms = "weight,factor,coverage,opacity", .offset = offsetof(CoatDesc, amount),
   .texture = offsetof(CoatDesc, amount_texture), .doc = "How much of the coat there is."},
  ROUGHNESS_FIELD(CoatDesc, "0"),
  IOR_FIELD(CoatDesc),
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .synonyms = "colour,tint,absorption", .offset = offsetof(CoatDesc, color),
   .doc = "What is left of white light that went straight in and out again: tinted varnish; slanting light is tinted deeper."},
  STRETCH_FIELDS(CoatDesc),
  FILM_FIELDS(CoatDesc),
};
const ApiEntry api_coat = {"coat", API_MATERIAL_KIND, coat_fields, API_COUNT(coat_fields), &api_shared_material, sizeof(CoatDesc), 0,
  "A clear coat over another material: varnish, lacquer, water.",
  "sphere{ floor = true, material = coat(metal{ \"copper\", roughness = 0.5 }, { color = \"#e8b0a0\" }) }\nplane{}", "plastic,sheen,layered", build_coat};
// clang-format on

/* -------------------------------------------------------------------- sheen */

static bool make_sheen(Reading *r, Node *node, MlMaterial base) {
  const SheenDesc *desc = (const SheenDesc *)node->desc;
  const MlSheenDesc sheen =
    ML_DESC(MlSheenDesc, .base = base, .color = desc->color, .has_color = true, .color_texture = desc->color_texture,
            .roughness = (float)desc->roughness, .roughness_texture = desc->roughness_texture, .emission = material_emission(node),
            .relief = material_relief(node));
  MlError error = {0};
  return material_made(r, node, ml_sheen(r->runtime->builder, &sheen, &error), &error);
}

static bool build_sheen(Reading *r, Node *node) {
  const SheenDesc *desc = (const SheenDesc *)node->desc;
  if (!desc->base.id && reader_given(r, "base")) return false; // reported where it was read
  node->emits = desc->base.emits;
  return make_sheen(r, node, desc->base.id);
}

static bool build_velvet(Reading *r, Node *node) {
  const SheenDesc *desc = (const SheenDesc *)node->desc;
  const MlMatteDesc body = ML_DESC(MlMatteDesc, .color = desc->body, .has_color = true, .color_texture = desc->body_texture);
  MlError error = {0};
  const MlMaterial id = ml_matte(r->runtime->builder, &body, &error);
  return id ? make_sheen(r, node, id) : material_made(r, node, 0, &error);
}

// clang-format off
static const ApiField sheen_fields[] = {
  BASE_FIELD(SheenDesc),
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .synonyms = "colour,tint,amount,weight,sheen", .offset = offsetof(SheenDesc, color),
   .texture = offsetof(SheenDesc, color_texture), .doc = "Of the fibres; darker is less of them."},
  ROUGHNESS_FIELD(SheenDesc, "0.5"),
};
const ApiEntry api_sheen = {"sheen", API_MATERIAL_KIND, sheen_fields, API_COUNT(sheen_fields), &api_shared_material, sizeof(SheenDesc), 0,
  "Fibres or dust over another material, bright towards the rim.", "sphere{ floor = true, material = sheen(plastic \"#203050\", { color = 0.6 }) }\nplane{}",
  "velvet,coat,layered", build_sheen};

static const ApiField velvet_fields[] = {
  {.name = "color", .type = API_COLOR, RANGE_REFLECTANCE, .flags = API_ALBEDO, .def = "0.8", .position = 1, .synonyms = "colour,albedo,diffuse,tint",
   .offset = offsetof(SheenDesc, body), .texture = offsetof(SheenDesc, body_texture), .doc = "Of the cloth seen straight on; strings are sRGB, numbers linear."},
  {.name = "sheen", .type = API_COLOR, RANGE_REFLECTANCE, .def = "1", .synonyms = "sheen_color,rim,fibres,edge,fuzz", .offset = offsetof(SheenDesc, color),
   .texture = offsetof(SheenDesc, color_texture), .doc = "Of the fibres, which shine towards the rim."},
  ROUGHNESS_FIELD(SheenDesc, "0.5"),
};
const ApiEntry api_velvet = {"velvet", API_MATERIAL_KIND, velvet_fields, API_COUNT(velvet_fields), &api_shared_material, sizeof(SheenDesc), 0,
  "Cloth with upright fibres: a sheen over matte.", "sphere{ floor = true, material = velvet{ \"#40102a\", sheen = \"#ff9ab0\" } }\nplane{}", "sheen,matte", build_velvet};
// clang-format on

/* ------------------------------------------------------------------ layered */

bool convert_layers(Reading *r, const ApiField *field, int index, ApiLayers *out) {
  enum { MOST = sizeof out->data / sizeof *out->data };
  lua_State *L = r->L;
  if (!lua_istable(L, index)) {
    reader_fail(r, "type", "expected a list of materials, the topmost first, got %s", reader_describe(r, index));
    return false;
  }
  const lua_Unsigned length = lua_rawlen(L, index);
  if (length < 1 || length > MOST) {
    reader_fail(r, "list", "expected 1 to %d materials, the topmost first, got %d", (int)MOST, (int)length);
    return false;
  }
  *out = (ApiLayers){.count = (uint32_t)length};
  const uint32_t step = r->step_count;
  bool fine = true;
  for (uint32_t i = 0; i < out->count; i++) {
    const bool last = i + 1 == out->count;
    // The base is a material like any other; what lies over it are layers
    const ApiField item = {.name = field->name, .type = last ? API_MATERIAL : API_LAYERS};
    ApiMaterial material = {0};
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    const int value = lua_gettop(L);
    const Node *node = node_test(L, value);
    r->steps[step] = (SourceStep){NULL, i + 1};
    r->step_count = step + 1;
    if (!last && !(node && material_is_layer(node))) {
      reader_fail(r, "layer", "expected a coat{ ... } or a sheen{ ... } without a base over the others, got %s", reader_describe(r, value));
      fine = false;
    } else {
      fine = convert_material(r, &item, value, &material) && fine;
    }
    out->data[i] = material.id;
    out->emits |= material.emits;
    out->refracts |= material.refracts;
    lua_settop(L, value - 1);
    r->step_count = step;
  }
  return fine;
}

static bool build_layered(Reading *r, Node *node) {
  const LayeredDesc *desc = (const LayeredDesc *)node->desc;
  for (uint32_t i = 0; i < desc->layers.count; i++)
    if (!desc->layers.data[i]) return false; // reported where it was read
  if (r->failed) return false;
  const MlLayeredDesc layered = ML_DESC(MlLayeredDesc, .layers = desc->layers.data, .layer_count = desc->layers.count,
                                        .emission = material_emission(node), .relief = material_relief(node));
  MlError error = {0};
  node->emits = desc->layers.emits;
  return material_made(r, node, ml_layered(r->runtime->builder, &layered, &error), &error);
}

// clang-format off
static const ApiField layered_fields[] = {
  {.name = "layers", .type = API_LAYERS, .flags = API_REQUIRED, .position = 1, .synonyms = "materials,stack,parts", .offset = offsetof(LayeredDesc, layers),
   .doc = "Coats and sheens, the topmost first, and the material beneath them, written without the field's name."},
};
const ApiEntry api_layered = {"layered", API_MATERIAL_KIND, layered_fields, API_COUNT(layered_fields), &api_shared_material, sizeof(LayeredDesc), 0,
  "Several layers over a material.", "sphere{ floor = true, material = layered{ sheen{ color = 0.4 }, coat{ roughness = 0.3, color = \"#f0c8a0\" }, \"silver\" } }\nplane{}",
  "coat,sheen", build_layered};
// clang-format on
