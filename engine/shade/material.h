/* material.h - frozen materials: a material is a run of weighted lobes and an emission; mixes are flattened at commit. */
#ifndef ML_SHADE_MATERIAL_H
#define ML_SHADE_MATERIAL_H

#include "image/spectrum.h"

typedef enum LobeKind {
  LOBE_DIFFUSE,    /* rough diffuse reflection (EON); color = albedo, sigma; sigma 0: Lambert */
  LOBE_MIRROR,     /* perfect reflection; color */
  LOBE_CONDUCTOR,  /* GGX, visible normals; eta, k per channel, or artist's; alpha 0: smooth; anisotropy, film */
  LOBE_DIELECTRIC, /* GGX reflection and transmission; ior, color of transmission, absorption inside; alpha 0: smooth; thin, abbe */
  LOBE_COAT,  /* clear layer: GGX reflection of its boundary; color scales that (1: a whole coat), ior 1..3, alpha 0: smooth; anisotropy,
                      film, absorption */
  LOBE_SHEEN, /* fibres of cloth; color, alpha .08..1 */
  LOBE_TRANSLUCENT, /* diffuse transmission of something thin; color */
  LOBE_HAIR, /* a strand (hair.h): color, absorption over a radius; ior; alpha and sigma: roughness 0..1 along and around it (not squared);
                film: how far its scales are tilted, in radians */
} LobeKind;

/* Which reflectance a conductor has. */
typedef enum LobeArtist {
  ARTIST_NONE,    /* exact, of eta + i k */
  ARTIST_SCHLICK, /* color at normal, edge at grazing incidence (Schlick 1994) */
  ARTIST_F82,     /* color at normal incidence, 1 at grazing; at about 82 degrees Schlick's times edge (Kutz et al. 2021) */
} LobeArtist;

typedef struct Lobe {
  Spectrum color;       /* albedo, tint; of an artist's conductor F0 */
  Spectrum edge;        /* artist's conductor: see LobeArtist */
  Spectrum eta, k;      /* conductor */
  Spectrum absorption;  /* dielectric, 1/m; coat: optical depth of the layer along its normal, one way, no unit */
  Spectrum average;     /* conductor, thin dielectric without colour: cosine-weighted mean of the reflectance; set by lobe_finish */
  uint32_t kind;        /* LobeKind */
  float weight;         /* share of the material, 0..1; the weights of a material sum to 1, less what only emits, layers apart (see over) */
  float alpha;          /* GGX, 0..1 (roughness squared); sheen likewise */
  float anisotropy;     /* -1..1: alpha_x, alpha_y = alpha / aspect, alpha aspect (at most 1), aspect = sqrt(1 - .9 |anisotropy|); below 0
                          the other way round. 0 has no need of a tangent */
  Vec2 axis;            /* x of a stretched lobe: cosine and sine of its angle to the tangent; (0, 0): the tangent itself */
  float ior;            /* relative to vacuum, for the light of 587.6 nm */
  float abbe;           /* dielectric: Abbe number (see dispersion.h); 0: no dispersion */
  uint32_t thin;        /* dielectric: a pane without an inside, both of its surfaces at once */
  float sigma;          /* diffuse: roughness 0..1 */
  float film, film_ior; /* thin film on a conductor or a coat: thickness in nm, 0: none; its index, 1 or more */
  uint32_t over;        /* layers: bit i set: lobe i of the same material, a coat or a sheen, lies over this one; all of the material that
                          a layer covers has the layer's weight (see layers.h) */
  uint32_t artist;      /* conductor: LobeArtist */
  uint32_t multiscatter; /* conductor: energy compensation */
} Lobe;

/* What a texture decides of a lobe. A further field is one line here and one in material_patch_lobe (resolve.h). */
typedef enum PatchField {
  PATCH_COLOR,
  PATCH_EDGE,
  PATCH_ROUGHNESS, /* alpha is its square */
  PATCH_SIGMA,
  PATCH_AMOUNT, /* multiplies the color, by a number: of a layer */
  PATCH_WEIGHT, /* multiplies the weight: of what a mix or a mask lets through */
  PATCH_REST,   /* multiplies the weight by what is left of 1 */
} PatchField;

typedef struct Patch {
  uint32_t lobe;    /* of its material, from 0 */
  uint32_t field;   /* PatchField */
  uint32_t texture; /* in Textures */
} Patch;

/* What of a material is not the same everywhere. */
enum {
  VARIES_LOBES = 1, /* it has patches */
  VARIES_EMISSION = 2,
  VARIES_OPACITY = 4,
  VARIES_NORMAL = 8,
  VARIES_UV = 16, /* some texture of it looks at texture coordinates */
  VARIES_POINT = 32, /* likewise, a program, at what else is known of the point: TexturePoint.world ... depth */
  VARIES_CURVATURE = 64, /* likewise, at the curvature */
};

typedef struct Material {
  Spectrum emission; /* radiance; with a texture its estimated mean */
  uint32_t first_lobe, lobe_count;
  uint32_t first_patch, patch_count;
  uint32_t varies;           /* VARIES_...; 0: everything is as it stands here */
  uint32_t emission_texture; /* in place of emission; this and the following: NO_ID or an index of Textures */
  uint32_t opacity;          /* share that is there at all; the weights of lobes and the emission have it in them already */
  uint32_t normal, bump;     /* see MlRelief */
  float bump_height;
  uint32_t front_only; /* emission */
  uint32_t emits;      /* emission is not black */
  uint32_t stretched;  /* a lobe has anisotropy: shading needs the tangent */
  float normal_scale;  /* of the map's x and y */
  uint32_t padding[2]; /* 0: materials are hashed as bytes */
} Material;
_Static_assert(sizeof(Material) == 80, "materials are hashed as bytes: no padding");

#define MATERIAL_MAX_LOBES 16

/* Fill in what derives from the other fields; for every lobe, before it is frozen. */
void lobe_finish(Lobe *lobe);

/* Before a lobe that looks into the tables of tables.c is made, or one that a texture may make such: they are there from then on. */
void lobe_tables(void);

/* Measured index eta + i k of a metal by name, for red, green and blue light; false: not known. */
bool metal_preset(const char *name, MlColor *eta, MlColor *k);

#endif
