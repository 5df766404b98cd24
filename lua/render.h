/* render.h - descriptions of camera and settings as scripts give them. */
#ifndef MOONLIT_LUA_RENDER_H
#define MOONLIT_LUA_RENDER_H

#include "api.h"

typedef struct CameraDesc {
  MlVec3 from, look_at, up, next_from, next_look_at, next_up;
  double fov, size, aperture, fstop;
  ApiFocus focus;
  int64_t blades;
  int32_t kind;
  ApiExposure exposure;
  double white_balance; /* K; 0: none */
  double shutter;
  const char *name;
} CameraDesc;

typedef struct RenderDesc {
  ApiPixels size;
  int64_t samples, seed;
  MlBounces bounces;
  int32_t integrator, filter, sampler, strategy, tonemap;
  double filter_width, clamp, clamp_diffuse;
  bool roulette;
} RenderDesc;

extern const ApiEntry api_camera, api_render;

#endif
