/* builder_mixtures.c - mixes and cutouts: the lobes of their parts, scaled. */
#include <stddef.h>

#include "scene/material_draft.h"

MlMaterial ml_mix(MlBuilder *b, const MlMixDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mix", .error = error};
  MlMixDesc d;
  if (!DESC_READ(&source, MlMixDesc, desc, &d) || !desc_material(&source, b, "a", d.a) || !desc_material(&source, b, "b", d.b) ||
      !desc_texture(&source, b, "amount_texture", d.amount_texture) || !desc_unit(&source, "amount", d.amount))
    return 0;
  MaterialDraft draft = draft_begin();
  if (!draft_surface(b, &draft, &d.emission, &d.relief, &source)) return 0;
  const MaterialDraft parts[2] = {draft_of(b, builder_material(b, d.a)), draft_of(b, builder_material(b, d.b))};
  const bool varies = d.amount_texture != 0;
  const float shares[2] = {varies ? 1.0f : 1.0f - d.amount, varies ? 1.0f : d.amount};
  TextureInput amount = varies ? input_texture(texture_index(d.amount_texture)) : input_constant(spectrum_all(d.amount));
  for (int i = 0; i < 2; i++) {
    if (!draft_append(&draft, &parts[i], shares[i], amount.texture, i == 0 ? PATCH_REST : PATCH_WEIGHT, &source) ||
        !draft_add_emission(b, &draft, &parts[i], shares[i], varies ? &amount : NULL, i == 0, &source))
      return 0;
    draft_take_relief(&draft, &parts[i]);
  }
  if (!builder_combine(b, TEXTURE_BLEND, &parts[0].opacity, &parts[1].opacity, &amount, &draft.opacity, &source)) return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_cutout(MlBuilder *b, const MlCutoutDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "cutout", .error = error};
  MlCutoutDesc d;
  if (!DESC_READ(&source, MlCutoutDesc, desc, &d) || !desc_material(&source, b, "base", d.base) ||
      !desc_texture(&source, b, "mask_texture", d.mask_texture) || !desc_unit(&source, "mask", d.mask))
    return 0;
  const MaterialDraft base = draft_of(b, builder_material(b, d.base));
  MaterialDraft draft = draft_begin();
  const bool varies = d.mask_texture != 0;
  const float share = varies ? 1.0f : d.mask;
  TextureInput mask = varies ? input_texture(texture_index(d.mask_texture)) : input_constant(spectrum_all(d.mask));
  TextureInput nothing = input_constant(spectrum_zero());
  if (!draft_append(&draft, &base, share, mask.texture, PATCH_WEIGHT, &source) ||
      !draft_add_emission(b, &draft, &base, share, varies ? &mask : NULL, false, &source) ||
      !builder_combine(b, TEXTURE_BLEND, &nothing, &base.opacity, &mask, &draft.opacity, &source))
    return 0;
  draft_take_relief(&draft, &base);
  return draft_finish(b, &draft, &source);
}
