/* builder_materials.c - materials: checked, and flattened into weighted lobes as they are made, so that a mix is one run of lobes. */
#include <stddef.h>

#include "math/ieee.h"
#include "scene/material_draft.h"

static const MlColor white = {1.0f, 1.0f, 1.0f};
static const MlColor default_albedo = {0.8f, 0.8f, 0.8f};

static bool is_black(MlColor c) { return c.r == 0.0f && c.g == 0.0f && c.b == 0.0f; }
/* A colour that was written, black included, or the default. */
static MlColor color_or(MlColor c, bool has_color, MlColor value) { return has_color || !is_black(c) ? c : value; }

MlStatus builder_add_default_material(MlBuilder *b, MlError *error) {
  DescSource source = {.what = "matte", .error = error};
  MaterialDraft draft = draft_begin();
  draft_lobe(&draft, (Lobe){.kind = LOBE_DIFFUSE, .color = spectrum_from_color(default_albedo)}, &source);
  draft_finish(b, &draft, &source);
  return b->materials.count == 1 ? ML_OK : ML_ERROR_MEMORY;
}

MlMaterial ml_matte(MlBuilder *b, const MlMatteDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "matte", .error = error};
  MlMatteDesc d;
  if (!DESC_READ(&source, MlMatteDesc, desc, &d)) return 0;
  MlColor color = color_or(d.color, d.has_color, default_albedo);
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !draft_surface(b, &draft, &d.emission, &d.relief, &source) ||
      !draft_lobe(&draft, (Lobe){.kind = LOBE_DIFFUSE, .color = spectrum_from_color(color)}, &source) ||
      !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source))
    return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_mirror(MlBuilder *b, const MlMirrorDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mirror", .error = error};
  MlMirrorDesc d;
  if (!DESC_READ(&source, MlMirrorDesc, desc, &d)) return 0;
  MlColor color = color_or(d.color, d.has_color, white);
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !draft_surface(b, &draft, &d.emission, &d.relief, &source) ||
      !draft_lobe(&draft, (Lobe){.kind = LOBE_MIRROR, .color = spectrum_from_color(color)}, &source) ||
      !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source))
    return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_metal(MlBuilder *b, const MlMetalDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "metal", .error = error};
  MlMetalDesc d;
  if (!DESC_READ(&source, MlMetalDesc, desc, &d)) return 0;
  if (!(d.roughness >= 0.0f && d.roughness <= 1.0f)) {
    desc_fail(&source, ".roughness: expected a number from 0 to 1, got %s", number_text((double)d.roughness).text);
    return 0;
  }
  MaterialDraft draft = draft_begin();
  if (!draft_surface(b, &draft, &d.emission, &d.relief, &source)) return 0;
  Lobe lobe = {.kind = LOBE_CONDUCTOR, .alpha = d.roughness * d.roughness, .artist = d.artist, .multiscatter = !d.no_multiscatter};
  if (d.artist) {
    if (!desc_color(&source, "color", d.color, 1.0f) || !desc_color(&source, "edge", d.edge, 1.0f)) return 0;
    lobe.color = spectrum_from_color(d.color);
    lobe.edge = spectrum_from_color(d.edge);
  } else {
    if (!desc_color(&source, "eta", d.eta, 1000.0f) || !desc_color(&source, "k", d.k, 1000.0f)) return 0;
    if (!(d.eta.r > 0.0f && d.eta.g > 0.0f && d.eta.b > 0.0f)) {
      MlVec3 eta = {(double)d.eta.r, (double)d.eta.g, (double)d.eta.b};
      desc_fail(&source, ".eta: expected channels above 0, got %s", vector_text(eta).text);
      return 0;
    }
    lobe.eta = spectrum_from_color(d.eta);
    lobe.k = spectrum_from_color(d.k);
    lobe.color = lobe.edge = spectrum_from_color(white);
  }
  if (!draft_lobe(&draft, lobe, &source) || !draft_vary(b, &draft, PATCH_ROUGHNESS, d.roughness_texture, "roughness_texture", &source))
    return 0;
  if (d.artist && (!draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source) ||
                   !draft_vary(b, &draft, PATCH_EDGE, d.edge_texture, "edge_texture", &source)))
    return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_glass(MlBuilder *b, const MlGlassDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "glass", .error = error};
  MlGlassDesc d;
  if (!DESC_READ(&source, MlGlassDesc, desc, &d)) return 0;
  float ior = d.ior == 0.0f ? 1.5f : d.ior;
  if (!(ior >= 0.1f && ior <= 10.0f)) {
    desc_fail(&source, ".ior: expected a number from 0.1 to 10, got %s", number_text((double)ior).text);
    return 0;
  }
  if (!(d.roughness >= 0.0f && d.roughness <= 1.0f)) {
    desc_fail(&source, ".roughness: expected a number from 0 to 1, got %s", number_text((double)d.roughness).text);
    return 0;
  }
  if (!(d.abbe == 0.0f || (d.abbe >= 1.0f && d.abbe < INFINITY_F))) {
    desc_fail(&source, ".abbe: expected a number from 1, or 0 for no dispersion, got %s", number_text((double)d.abbe).text);
    return 0;
  }
  MlColor color = color_or(d.color, d.has_color, white);
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !desc_color(&source, "absorption", d.absorption, INFINITY_F) ||
      !draft_surface(b, &draft, &d.emission, &d.relief, &source))
    return 0;
  if (d.thin && !is_black(d.absorption)) {
    desc_fail(&source, ".absorption: expected none, as a thin pane has no inside, got some");
    return 0;
  }
  Lobe lobe = {.kind = LOBE_DIELECTRIC,
               .color = spectrum_from_color(color),
               .absorption = spectrum_from_color(d.absorption),
               .ior = ior,
               .alpha = d.roughness * d.roughness,
               .abbe = d.abbe,
               .thin = d.thin};
  if (!draft_lobe(&draft, lobe, &source) || !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source) ||
      !draft_vary(b, &draft, PATCH_ROUGHNESS, d.roughness_texture, "roughness_texture", &source))
    return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_emit(MlBuilder *b, const MlEmitDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "emit", .error = error};
  MlEmitDesc d;
  MlRelief flat = {0};
  MaterialDraft draft = draft_begin();
  if (!DESC_READ(&source, MlEmitDesc, desc, &d) || !draft_surface(b, &draft, &d.emission, &flat, &source)) return 0;
  return draft_finish(b, &draft, &source);
}

/* ---- mixtures */

static bool draft_emits(const MaterialDraft *draft) {
  return draft->emission.texture != NO_ID || !spectrum_is_black(draft->emission.color);
}

/* Adds share times the part's emission (times texture, if any, or times what it leaves of 1); one emission has one kind of sides. */
static bool add_emission(MlBuilder *b, MaterialDraft *draft, const MaterialDraft *part, float share, const TextureInput *amount, bool rest,
                         const DescSource *source) {
  if (!draft_emits(part) || share == 0.0f) return true;
  if (draft_emits(draft) && draft->front_only != part->front_only)
    return desc_fail(source, ": expected emissions of the same sides, got one of the front only and one of both");
  draft->front_only = part->front_only;
  TextureInput scaled = part->emission, black = input_constant(spectrum_zero()), before = draft->emission;
  if (amount != NULL) {
    if (!builder_combine(b, TEXTURE_BLEND, rest ? &part->emission : &black, rest ? &black : &part->emission, amount, &scaled, source))
      return false;
  } else if (share != 1.0f) {
    TextureInput factor = input_constant(spectrum_all(share));
    if (!builder_combine(b, TEXTURE_PRODUCT, &factor, &part->emission, NULL, &scaled, source)) return false;
  }
  if (!draft_emits(draft)) draft->emission = scaled;
  else if (!builder_combine(b, TEXTURE_SUM, &before, &scaled, NULL, &draft->emission, source)) return false;
  return true;
}

MlMaterial ml_mix(MlBuilder *b, const MlMixDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mix", .error = error};
  MlMixDesc d;
  if (!DESC_READ(&source, MlMixDesc, desc, &d) || !desc_material(&source, b, "a", d.a) || !desc_material(&source, b, "b", d.b) ||
      !desc_texture(&source, b, "amount_texture", d.amount_texture))
    return 0;
  if (!(d.amount >= 0.0f && d.amount <= 1.0f)) {
    desc_fail(&source, ".amount: expected a number from 0 to 1, got %s", number_text((double)d.amount).text);
    return 0;
  }
  MaterialDraft draft = draft_begin();
  if (!draft_surface(b, &draft, &d.emission, &d.relief, &source)) return 0;
  const MaterialDraft parts[2] = {draft_of(b, builder_material(b, d.a)), draft_of(b, builder_material(b, d.b))};
  const bool varies = d.amount_texture != 0;
  const float shares[2] = {varies ? 1.0f : 1.0f - d.amount, varies ? 1.0f : d.amount};
  TextureInput amount = varies ? input_texture(texture_index(d.amount_texture)) : input_constant(spectrum_all(d.amount));
  for (int i = 0; i < 2; i++) {
    if (!draft_append(&draft, &parts[i], shares[i], amount.texture, i == 0 ? PATCH_REST : PATCH_WEIGHT, &source) ||
        !add_emission(b, &draft, &parts[i], shares[i], varies ? &amount : NULL, i == 0, &source))
      return 0;
    if (draft.normal == NO_ID && draft.bump == NO_ID) {
      draft.normal = parts[i].normal;
      draft.bump = parts[i].bump;
      draft.bump_height = parts[i].bump_height;
    }
  }
  if (!builder_combine(b, TEXTURE_BLEND, &parts[0].opacity, &parts[1].opacity, &amount, &draft.opacity, &source)) return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_cutout(MlBuilder *b, const MlCutoutDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "cutout", .error = error};
  MlCutoutDesc d;
  if (!DESC_READ(&source, MlCutoutDesc, desc, &d) || !desc_material(&source, b, "base", d.base) ||
      !desc_texture(&source, b, "mask_texture", d.mask_texture))
    return 0;
  if (!(d.mask >= 0.0f && d.mask <= 1.0f)) {
    desc_fail(&source, ".mask: expected a number from 0 to 1, got %s", number_text((double)d.mask).text);
    return 0;
  }
  const MaterialDraft base = draft_of(b, builder_material(b, d.base));
  MaterialDraft draft = draft_begin();
  const bool varies = d.mask_texture != 0;
  const float share = varies ? 1.0f : d.mask;
  TextureInput mask = varies ? input_texture(texture_index(d.mask_texture)) : input_constant(spectrum_all(d.mask));
  TextureInput nothing = input_constant(spectrum_zero());
  if (!draft_append(&draft, &base, share, mask.texture, PATCH_WEIGHT, &source) ||
      !add_emission(b, &draft, &base, share, varies ? &mask : NULL, false, &source) ||
      !builder_combine(b, TEXTURE_BLEND, &nothing, &base.opacity, &mask, &draft.opacity, &source))
    return 0;
  draft.normal = base.normal;
  draft.bump = base.bump;
  draft.bump_height = base.bump_height;
  return draft_finish(b, &draft, &source);
}

bool ml_metal_preset(const char *name, MlColor *eta, MlColor *k) { return name != NULL && metal_preset(name, eta, k); }
