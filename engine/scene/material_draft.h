/* material_draft.h - a material on the way to its frozen form: lobes with what varies of them, emission, opacity, relief. One thread.
 *
 * Weights and emissions have the opacity in them: a mask multiplies all three. */
#ifndef ML_SCENE_MATERIAL_DRAFT_H
#define ML_SCENE_MATERIAL_DRAFT_H

#include "scene/builder_textures.h"

#define MATERIAL_MAX_PATCHES 64

typedef struct MaterialDraft {
  Lobe lobes[MATERIAL_MAX_LOBES];
  Patch patches[MATERIAL_MAX_PATCHES];
  uint32_t lobe_count, patch_count;
  TextureInput emission, opacity;
  bool front_only;
  uint32_t normal, bump; /* index or NO_ID */
  float bump_height, normal_scale;
} MaterialDraft;

/* Nothing: no lobes, black, opaque, flat. */
MaterialDraft draft_begin(void);
/* Copies a finished material, its weights, emission and opacity as they are. */
MaterialDraft draft_of(const MlBuilder *b, const Material *material);

#define DEFAULT_ALBEDO 0.8f
bool color_is_black(MlColor c);
/* A colour that was written, black included, or a grey. */
MlColor desc_color_or(MlColor c, bool has_color, float value);
/* The optical depth that leaves a color, held to at least `least`; and half of it, for a coat that light crosses twice. */
Spectrum color_absorption(MlColor color, float least);
Spectrum coat_absorption(MlColor color);

/* The following report what is wrong and return false.
 * Checks and takes an emission and a relief as descriptions have them. */
bool draft_surface(MlBuilder *b, MaterialDraft *draft, const MlEmission *emission, const MlRelief *relief, const DescSource *source);
/* Appends a lobe, finished, of weight 1. */
bool draft_lobe(MaterialDraft *draft, Lobe lobe, const DescSource *source);
/* The texture (0: none) decides `field` of the lobe that was added last; name: of the description's field. */
bool draft_vary(const MlBuilder *b, MaterialDraft *draft, PatchField field, MlTexture texture, const char *name, const DescSource *source);
/* Appends the lobes of `part` times a constant, and times `texture` (NO_ID: none) by PATCH_WEIGHT or PATCH_REST. */
bool draft_append(MaterialDraft *draft, const MaterialDraft *part, float share, uint32_t texture, PatchField field,
                  const DescSource *source);
/* Scales the weight of the lobe that was added last by an amount 0..1, or by what that leaves of 1. */
bool draft_share(MaterialDraft *draft, const TextureInput *amount, bool rest, const DescSource *source);
/* Adds share times the part's emission (times amount, if any, or times what that leaves of 1); one emission has one kind of sides. */
bool draft_add_emission(MlBuilder *b, MaterialDraft *draft, const MaterialDraft *part, float share, const TextureInput *amount, bool rest,
                        const DescSource *source);
/* The part's relief, where there is none yet. */
void draft_take_relief(MaterialDraft *draft, const MaterialDraft *part);
/* Lays the part beneath all lobes so far, which are layers and become as opaque as it is; with its emission, and its relief if need be. */
bool draft_beneath(MlBuilder *b, MaterialDraft *draft, const MaterialDraft *part, const DescSource *source);

/* Fields of descriptions: a number in a range; what stretches a lobe and films it. */
bool desc_range(const DescSource *source, const char *field, float x, float least, float most);
bool desc_unit(const DescSource *source, const char *field, float x); /* 0..1 */
bool desc_stretch(const DescSource *source, const MlStretch *stretch, Lobe *lobe);
bool desc_film(const DescSource *source, const MlFilmCoat *film, Lobe *lobe);

/* Appends the material; 0 when memory is out, which leaves everything as it was. */
MlMaterial draft_finish(MlBuilder *b, const MaterialDraft *draft, const DescSource *source);

#endif
