/* material.h - frozen materials: a material is a run of weighted lobes and an emission; mixes are flattened at commit. */
#ifndef ML_SHADE_MATERIAL_H
#define ML_SHADE_MATERIAL_H

#include "image/spectrum.h"

typedef enum LobeKind {
  LOBE_DIFFUSE,    /* rough diffuse reflection (EON); color = albedo, sigma; sigma 0: Lambert */
  LOBE_MIRROR,     /* perfect reflection; color */
  LOBE_CONDUCTOR,  /* GGX, visible normals; eta, k per channel, or artist's; alpha 0: smooth; anisotropy, film */
  LOBE_DIELECTRIC, /* GGX reflection and transmission; ior, color of transmission, absorption inside; alpha 0: smooth; thin, abbe */
} LobeKind;

/* Which reflectance a conductor has. */
typedef enum LobeArtist {
  ARTIST_NONE,    /* exact, of eta + i k */
  ARTIST_SCHLICK, /* color at normal, edge at grazing incidence (Schlick 1994) */
  ARTIST_F82,     /* color at normal incidence, 1 at grazing; at about 82 degrees Schlick's times edge (Kutz et al. 2021) */
} LobeArtist;

typedef struct Lobe {
  Spectrum color;       /* albedo, tint; of an artist's conductor F0 */
  Spectrum edge;        /* artist's conductor: see LobeArtist; thin dielectric: mean transmittance, set by lobe_finish */
  Spectrum eta, k;      /* conductor */
  Spectrum absorption;  /* dielectric, 1/m; coat: optical depth of the layer along its normal, one way, no unit */
  Spectrum average;     /* conductor, thin dielectric: cosine-weighted mean of the Fresnel reflectance; set by lobe_finish */
  uint32_t kind;        /* LobeKind */
  float weight;         /* share of the material, 0..1; the weights of a material sum to 1, less what only emits, layers apart (see over) */
  float alpha;          /* GGX, 0..1 (roughness squared); sheen likewise */
  float anisotropy;     /* -1..1: alpha_x, alpha_y = alpha / aspect, alpha aspect (at most 1), aspect = sqrt(1 - .9 |anisotropy|); below 0
                          the other way round. x runs along the surface's tangent. 0 has no need of it */
  float ior;            /* relative to vacuum, for the light of 587.6 nm */
  float abbe;           /* dielectric: Abbe number (see dispersion.h); 0: no dispersion */
  uint32_t thin;        /* dielectric: a pane without an inside, both of its surfaces at once */
  float sigma;          /* diffuse: roughness 0..1 */
  float film, film_ior; /* thin film on a conductor or a coat: thickness in nm, 0: none; its index, 1 or more */
  uint32_t over;        /* layers: bit i set: lobe i of the same material, a coat or a sheen, lies over this one */
  uint32_t artist;      /* conductor: LobeArtist */
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
