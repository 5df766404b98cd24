/* light.h - frozen lights: everything that emits and is sampled, with the distribution that selects among them. */
#ifndef ML_LIGHT_LIGHT_H
#define ML_LIGHT_LIGHT_H

#include "image/spectrum.h"

typedef enum LightKind {
  LIGHT_POINT,       /* p; emission = intensity, W/sr */
  LIGHT_SPHERE,      /* p, radius; emission = radiance; seen by no ray; to points inside it, it is all around */
  LIGHT_DIRECTIONAL, /* d = direction the light travels (unit); emission = irradiance */
  LIGHT_PRIM,        /* a top-level primitive that emits; emission = radiance */
  LIGHT_MESH,        /* an instance of a mesh that emits; triangles by world area */
  LIGHT_BACKGROUND,  /* constant radiance from everywhere */
} LightKind;

typedef struct Light {
  Spectrum emission;
  uint32_t kind; /* LightKind */
  uint32_t front_only;
  uint32_t prim;     /* LIGHT_PRIM: id of the primitive */
  uint32_t instance; /* LIGHT_MESH: id of the instance */
  float p[3], d[3];
  float radius;
  float area;   /* world area of one side (prim, mesh) */
  uint64_t cdf; /* LIGHT_MESH: offset into Lights.triangle_cdf; geometry's triangle_count entries, the last 1 */
} Light;

/* Emissive planes are not sampled (their area is infinite): they are found by BSDF samples alone and have no Light. */
typedef struct Lights {
  const Light *lights;
  const float *select_cdf; /* count entries, the last 1; proportional to estimated power (background: over the scene's disc) */
  const float *select_pdf; /* count entries: probability of each */
  const float *triangle_cdf;
  uint32_t count;
  uint32_t background; /* index of LIGHT_BACKGROUND or NO_ID (0xffffffff) */
} Lights;

#endif
