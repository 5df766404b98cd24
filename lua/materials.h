/* materials.h - descriptions of materials as scripts give them. */
#ifndef MOONLIT_LUA_MATERIALS_H
#define MOONLIT_LUA_MATERIALS_H

#include "reader.h"

typedef struct MatteDesc {
  MlColor color;
  MlTexture color_texture;
  double sigma;
  MlTexture sigma_texture;
} MatteDesc;
typedef struct MirrorDesc {
  MlColor color;
  MlTexture color_texture;
} MirrorDesc;
/* What several materials take of highlights and films: see STRETCH_FIELDS. */
typedef struct GlossDesc {
  double anisotropy, rotation, film, film_ior;
} GlossDesc;
typedef struct MetalDesc {
  int32_t preset;
  MlColor color, edge;
  MlTexture color_texture, edge_texture, roughness_texture;
  double roughness;
  GlossDesc gloss;
  bool multiscatter;
} MetalDesc;
typedef struct GlassDesc {
  double ior;
  MlColor color;
  MlTexture color_texture;
  double depth;
  MlColor absorption;
  double roughness;
  MlTexture roughness_texture;
  double dispersion, abbe;
  bool thin;
  bool measured; /* water, diamond: their own dispersion */
} GlassDesc;
typedef struct TranslucentDesc {
  MlColor color, transmit;
  MlTexture color_texture, transmit_texture;
  double amount;
  MlTexture amount_texture;
} TranslucentDesc;
typedef struct PlasticDesc {
  MlColor color;
  MlTexture color_texture;
  double roughness;
  MlTexture roughness_texture;
  double ior;
} PlasticDesc;
typedef struct CoatDesc {
  ApiMaterial base;
  double amount;
  MlTexture amount_texture;
  double roughness;
  MlTexture roughness_texture;
  double ior;
  MlColor color;
  GlossDesc gloss;
} CoatDesc;
/* sheen and velvet: without and with a color of what is beneath. */
typedef struct SheenDesc {
  ApiMaterial base;
  MlColor color, body;
  MlTexture color_texture, body_texture;
  double roughness;
  MlTexture roughness_texture;
} SheenDesc;
typedef struct LayeredDesc {
  ApiLayers layers;
} LayeredDesc;
typedef struct PrincipledDesc {
  MlColor color, edge, specular, coat_color, sheen_color;
  MlTexture color_texture, specular_texture, sheen_color_texture;
  double roughness, metallic, transmission, coat, coat_roughness, sheen, sheen_roughness;
  MlTexture roughness_texture, metallic_texture, transmission_texture, coat_texture, coat_roughness_texture, sheen_texture,
    sheen_roughness_texture;
  double ior, coat_ior, depth;
  GlossDesc gloss;
} PrincipledDesc;
typedef struct EmitDesc {
  MlColor color;
  MlTexture color_texture;
  double radiance;
  int32_t sides;
} EmitDesc;
typedef struct MixDesc {
  ApiMaterial a, b;
  double amount;
  MlTexture amount_texture;
} MixDesc;
typedef struct CutoutDesc {
  ApiMaterial base;
  double mask;
  MlTexture mask_texture;
} CutoutDesc;

extern const ApiEntry api_matte, api_mirror, api_metal, api_glass, api_water, api_diamond, api_emit, api_cutout;
extern const ApiEntry api_hair_material, api_translucent, api_plastic, api_velvet, api_coat, api_sheen, api_layered, api_principled;
/* What mix(a, b, t) makes of two materials: no constructor of its own, but :with{} knows its fields. */
extern const ApiEntry api_mix;

/* What every material's node says of its emission; and the end of every build: takes the id, or reports why there is none. */
MlEmission material_emission(const Node *node);
MlRelief material_relief(const Node *node);
bool material_made(Reading *r, Node *node, MlMaterial id, const MlError *error);
MlStretch material_stretch(const GlossDesc *gloss);
MlFilmCoat material_film(const GlossDesc *gloss);
/* Whether light enters what a surface of this material encloses. */
bool material_refracts(const Node *node);
/* Whether it is a coat or a sheen over nothing yet. */
bool material_is_layer(const Node *node);
/* A list of materials, all but the last of them layers; `index`: the table that has them. false: reported. */
bool convert_layers(Reading *r, const ApiField *field, int index, ApiLayers *out);

/* Fields of a GlossDesc, the member `gloss` of Desc. */
#define STRETCH_FIELDS(Desc)                                                                                                           \
  {.name = "anisotropy", .type = API_NUMBER, .range = {-1, 1, -1, 1, false}, .def = "0",                                               \
   .synonyms = "anisotropic,aniso,stretch,brushed", .offset = offsetof(Desc, gloss.anisotropy),                                        \
   .doc = "Stretches rough highlights along the surface's u, below 0 across: brushed and turned metal."},                              \
  {.name = "rotation", .type = API_NUMBER, .range = {-1e12, 1e12, -360, 360, false}, .unit = "\xC2\xB0", .def = "0",                   \
   .flags = API_ADVANCED, .synonyms = "anisotropy_rotation,anisotropic_rotation,turn,angle",                                           \
   .offset = offsetof(Desc, gloss.rotation), .doc = "Turns the direction of anisotropy, counterclockwise seen from outside."}
#define FILM_FIELDS(Desc)                                                                                                              \
  {.name = "film", .type = API_NUMBER, .range = {0, 1e5, 0, 3000, false}, .unit = "nm", .def = "0",                                    \
   .synonyms = "thin_film,thin_film_thickness,film_thickness,iridescence,interference,oil", .offset = offsetof(Desc, gloss.film),      \
   .doc = "Thickness of a thin film on it, which colours it like oil or heated steel: 200 to 800 show most; 0 is none."},              \
  {.name = "film_ior", .type = API_NUMBER, .range = {1, 5, 1, 3, false}, .def = "1.4", .flags = API_ADVANCED,                          \
   .synonyms = "thin_film_ior,iridescence_ior", .offset = offsetof(Desc, gloss.film_ior), .doc = "Index of refraction of the film."}

#endif
