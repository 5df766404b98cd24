/* sdf.h - solids that are programs, in scripts: descriptions, and the methods round, shell, twist, repeat_xz, repeated, displace. */
#ifndef MOONLIT_LUA_SDF_H
#define MOONLIT_LUA_SDF_H

#include "reader.h"

typedef struct SdfDesc {
  ApiBox bounds;
  bool f;
} SdfDesc;
typedef struct SmoothDesc {
  ApiNodes nodes;
  double k;
} SmoothDesc;

extern const ApiEntry api_sdf, api_smooth_union, api_smooth_intersection, api_smooth_difference;

/* Reports what the builder does not like of a solid's parts, in the words of scripts. */
void sdf_fail(Reading *r, const MlError *error);

#endif
