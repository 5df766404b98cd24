/* materials.h - descriptions of materials as scripts give them. */
#ifndef MOONLIT_LUA_MATERIALS_H
#define MOONLIT_LUA_MATERIALS_H

#include "api.h"

typedef struct MatteDesc {
  MlColor color;
} MatteDesc;
typedef struct MirrorDesc {
  MlColor color;
} MirrorDesc;
typedef struct MetalDesc {
  int32_t preset;
  MlColor color, edge;
  double roughness;
  bool multiscatter;
} MetalDesc;
typedef struct GlassDesc {
  double ior;
  MlColor color;
  double depth;
  MlColor absorption;
} GlassDesc;
typedef struct EmitDesc {
  MlColor color;
  double radiance;
  int32_t sides;
} EmitDesc;
typedef struct MixDesc {
  ApiMaterial a, b;
  double amount;
} MixDesc;

extern const ApiEntry api_matte, api_mirror, api_metal, api_glass, api_emit;
/* What mix(a, b, t) makes of two materials: no constructor of its own, but :with{} knows its fields. */
extern const ApiEntry api_mix;

#endif
