/* material.h - frozen materials: a material is a run of weighted lobes and an emission; mixes are flattened at commit. */
#ifndef ML_SHADE_MATERIAL_H
#define ML_SHADE_MATERIAL_H

#include "image/spectrum.h"

typedef enum LobeKind {
  LOBE_DIFFUSE,    /* Lambert; color = albedo */
  LOBE_MIRROR,     /* perfect reflection; color */
  LOBE_CONDUCTOR,  /* GGX, visible normals; eta, k per channel; alpha 0: smooth */
  LOBE_DIELECTRIC, /* smooth; ior, color of transmission, absorption */
} LobeKind;

typedef struct Lobe {
  Spectrum color;      /* albedo, tint; of an artist's conductor F0 */
  Spectrum edge;       /* artist's conductor: F90 */
  Spectrum eta, k;     /* conductor */
  Spectrum absorption; /* dielectric, 1/m */
  Spectrum average;    /* conductor: cosine-weighted mean of the Fresnel reflectance; set by lobe_finish */
  uint32_t kind;       /* LobeKind */
  float weight;        /* share of the material, 0..1; the weights of a material sum to 1, less what only emits */
  float alpha;         /* GGX */
  float ior;
  uint32_t artist;       /* conductor: Schlick between color and edge */
  uint32_t multiscatter; /* conductor: energy compensation */
} Lobe;

typedef struct Material {
  Spectrum emission; /* radiance */
  uint32_t first_lobe, lobe_count;
  uint32_t front_only; /* emission */
  uint32_t emits;      /* emission is not black */
} Material;

#define MATERIAL_MAX_LOBES 16

/* Fill in what derives from the other fields; for every lobe, before it is frozen. */
void lobe_finish(Lobe *lobe);

/* Measured index eta + i k of a metal by name, for red, green and blue light; false: not known. */
bool metal_preset(const char *name, MlColor *eta, MlColor *k);

#endif
