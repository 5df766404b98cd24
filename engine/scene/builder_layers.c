/* builder_layers.c - what lies over something else: coats, sheens, stacks of them, plastic. ARCHITECTURE.md, "Lobes and layers". */
#include <stddef.h>

#include "math/elementary.h"
#include "scene/material_draft.h"

/* Coats and sheens alone, and there is all of them. */
static bool is_layer(const MlBuilder *b, MlMaterial id) {
  const Material *material = builder_material(b, id);
  bool layers = material->lobe_count != 0 && !(material->varies & VARIES_OPACITY);
  for (uint32_t i = 0; i < material->lobe_count; i++) {
    const Lobe *lobe = &b->lobes.data[material->first_lobe + i];
    layers &= lobe->kind == LOBE_COAT || lobe->kind == LOBE_SHEEN;
  }
  return layers;
}

/* The layer that the draft is, over a base if there is one. */
static MlMaterial finish_over(MlBuilder *b, MaterialDraft *draft, MlMaterial base, const DescSource *source) {
  if (base != 0) {
    const MaterialDraft part = draft_of(b, builder_material(b, base));
    if (!draft_beneath(b, draft, &part, source)) return 0;
  }
  return draft_finish(b, draft, source);
}

MlMaterial ml_coat(MlBuilder *b, const MlCoatDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "coat", .error = error};
  MlCoatDesc d;
  if (!DESC_READ(&source, MlCoatDesc, desc, &d)) return 0;
  const float amount = d.has_amount || d.amount != 0.0f ? d.amount : 1.0f, ior = d.ior == 0.0f ? 1.5f : d.ior;
  const MlColor color = desc_color_or(d.color, d.has_color, 1.0f);
  Lobe lobe = {.kind = LOBE_COAT, .color = spectrum_all(amount), .ior = ior, .alpha = d.roughness * d.roughness};
  MaterialDraft draft = draft_begin();
  if (!desc_material(&source, b, "base", d.base) || !desc_unit(&source, "amount", amount) ||
      !desc_unit(&source, "roughness", d.roughness) || !desc_range(&source, "ior", ior, 1.0f, 3.0f) ||
      !desc_color(&source, "color", color, 1.0f) || !desc_stretch(&source, &d.stretch, &lobe) || !desc_film(&source, &d.film, &lobe) ||
      !draft_surface(b, &draft, &d.emission, &d.relief, &source))
    return 0;
  lobe.absorption = coat_absorption(color);
  if (d.amount_texture != 0) lobe.color = spectrum_all(1.0f);
  if (!draft_lobe(&draft, lobe, &source) || !draft_vary(b, &draft, PATCH_AMOUNT, d.amount_texture, "amount_texture", &source) ||
      !draft_vary(b, &draft, PATCH_ROUGHNESS, d.roughness_texture, "roughness_texture", &source))
    return 0;
  return finish_over(b, &draft, d.base, &source);
}

MlMaterial ml_sheen(MlBuilder *b, const MlSheenDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "sheen", .error = error};
  MlSheenDesc d;
  if (!DESC_READ(&source, MlSheenDesc, desc, &d)) return 0;
  const MlColor color = desc_color_or(d.color, d.has_color, 1.0f);
  const Lobe lobe = {.kind = LOBE_SHEEN, .color = spectrum_from_color(color), .alpha = d.roughness * d.roughness};
  MaterialDraft draft = draft_begin();
  if (!desc_material(&source, b, "base", d.base) || !desc_color(&source, "color", color, 1.0f) ||
      !desc_unit(&source, "roughness", d.roughness) || !draft_surface(b, &draft, &d.emission, &d.relief, &source) ||
      !draft_lobe(&draft, lobe, &source) || !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source) ||
      !draft_vary(b, &draft, PATCH_ROUGHNESS, d.roughness_texture, "roughness_texture", &source))
    return 0;
  return finish_over(b, &draft, d.base, &source);
}

MlMaterial ml_layered(MlBuilder *b, const MlLayeredDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "layered", .error = error};
  MlLayeredDesc d;
  if (!DESC_READ(&source, MlLayeredDesc, desc, &d)) return 0;
  MaterialDraft draft = draft_begin();
  if (!draft_surface(b, &draft, &d.emission, &d.relief, &source)) return 0;
  if (d.layers == NULL || d.layer_count == 0) {
    desc_fail(&source, ".layers: expected at least one material, got none");
    return 0;
  }
  for (uint32_t i = 0; i < d.layer_count; i++) {
    const MlMaterial id = d.layers[i];
    if (!desc_material(&source, b, "layers", id)) return 0;
    if (i + 1 < d.layer_count && !is_layer(b, id)) {
      desc_fail(&source, ".layers[%u]: expected a coat or a sheen over the others, got another material", i);
      return 0;
    }
    const MaterialDraft part = draft_of(b, builder_material(b, id));
    if (!draft_beneath(b, &draft, &part, &source)) return 0;
  }
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_plastic(MlBuilder *b, const MlPlasticDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "plastic", .error = error};
  MlPlasticDesc d;
  if (!DESC_READ(&source, MlPlasticDesc, desc, &d)) return 0;
  const float ior = d.ior == 0.0f ? 1.5f : d.ior;
  const MlColor color = desc_color_or(d.color, d.has_color, DEFAULT_ALBEDO);
  const Lobe shine = {.kind = LOBE_COAT, .color = spectrum_all(1.0f), .ior = ior, .alpha = d.roughness * d.roughness};
  const Lobe body = {.kind = LOBE_DIFFUSE, .color = spectrum_from_color(color), .over = 1};
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !desc_unit(&source, "roughness", d.roughness) ||
      !desc_range(&source, "ior", ior, 1.0f, 3.0f) || !draft_surface(b, &draft, &d.emission, &d.relief, &source) ||
      !draft_lobe(&draft, shine, &source) || !draft_vary(b, &draft, PATCH_ROUGHNESS, d.roughness_texture, "roughness_texture", &source) ||
      !draft_lobe(&draft, body, &source) || !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source))
    return 0;
  return draft_finish(b, &draft, &source);
}
