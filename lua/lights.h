/* lights.h - descriptions of lights as scripts give them. */
#ifndef MOONLIT_LUA_LIGHTS_H
#define MOONLIT_LUA_LIGHTS_H

#include "api.h"

typedef struct LightDesc {
  MlVec3 at;
  double radius, power;
  MlColor color;
  const char *ies; /* NULL: none */
} LightDesc;
typedef struct SpotDesc {
  MlVec3 at, facing, look_at;
  double angle, blend, radius, power;
  MlColor color;
  const char *ies;
} SpotDesc;
typedef struct AreaDesc {
  MlVec3 at, facing, look_at;
  ApiSize2 size;
  double power, radiance;
  MlColor color;
} AreaDesc;
typedef struct DirectionalDesc {
  MlVec3 direction;
  double irradiance;
  MlColor color;
} DirectionalDesc;
typedef struct SunDesc {
  double height, heading, irradiance, size;
  MlColor color;
} SunDesc;
typedef struct EnvironmentDesc {
  const char *file;
  double turn, strength;
} EnvironmentDesc;
typedef struct SkyDesc {
  ApiHeading sun;
  double turbidity;
  MlColor ground;
} SkyDesc;
typedef struct BackgroundDesc {
  MlColor color;
  bool lights;
} BackgroundDesc;

extern const ApiEntry api_light, api_spot, api_area, api_directional, api_sun, api_background, api_environment, api_sky;

#endif
