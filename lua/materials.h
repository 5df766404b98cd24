/* materials.h - descriptions of materials as scripts give them. */
#ifndef MOONLIT_LUA_MATERIALS_H
#define MOONLIT_LUA_MATERIALS_H

#include "reader.h"

typedef struct MatteDesc {
  MlColor color;
  MlTexture color_texture;
} MatteDesc;
typedef struct MirrorDesc {
  MlColor color;
  MlTexture color_texture;
} MirrorDesc;
typedef struct MetalDesc {
  int32_t preset;
  MlColor color, edge;
  MlTexture color_texture, edge_texture, roughness_texture;
  double roughness;
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
/* What mix(a, b, t) makes of two materials: no constructor of its own, but :with{} knows its fields. */
extern const ApiEntry api_mix;

/* What every material's node says of its emission; and the end of every build: takes the id, or reports why there is none. */
MlEmission material_emission(const Node *node);
MlRelief material_relief(const Node *node);
bool material_made(Reading *r, Node *node, MlMaterial id, const MlError *error);
/* Whether light enters what a surface of this material encloses. */
bool material_refracts(const Node *node);

#endif
