/* builder_materials.c - materials of one or two lobes. All are checked and flattened into weighted lobes as they are made. */
#include <stddef.h>

#include "math/ieee.h"
#include "scene/material_draft.h"

static const MlColor white = {1.0f, 1.0f, 1.0f};
static const MlColor default_albedo = {DEFAULT_ALBEDO, DEFAULT_ALBEDO, DEFAULT_ALBEDO};

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
  MlColor color = desc_color_or(d.color, d.has_color, DEFAULT_ALBEDO);
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !desc_unit(&source, "sigma", d.sigma) ||
      !draft_surface(b, &draft, &d.emission, &d.relief, &source) ||
      !draft_lobe(&draft, (Lobe){.kind = LOBE_DIFFUSE, .color = spectrum_from_color(color), .sigma = d.sigma}, &source) ||
      !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source) ||
      !draft_vary(b, &draft, PATCH_SIGMA, d.sigma_texture, "sigma_texture", &source))
    return 0;
  return draft_finish(b, &draft, &source);
}

MlMaterial ml_mirror(MlBuilder *b, const MlMirrorDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "mirror", .error = error};
  MlMirrorDesc d;
  if (!DESC_READ(&source, MlMirrorDesc, desc, &d)) return 0;
  MlColor color = desc_color_or(d.color, d.has_color, 1.0f);
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
  if (!desc_unit(&source, "roughness", d.roughness)) return 0;
  MaterialDraft draft = draft_begin();
  if (!draft_surface(b, &draft, &d.emission, &d.relief, &source)) return 0;
  Lobe lobe = {.kind = LOBE_CONDUCTOR,
               .alpha = d.roughness * d.roughness,
               .artist = d.artist ? ARTIST_F82 : ARTIST_NONE,
               .multiscatter = !d.no_multiscatter};
  if (!desc_stretch(&source, &d.stretch, &lobe) || !desc_film(&source, &d.film, &lobe)) return 0;
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
  if (!desc_unit(&source, "roughness", d.roughness)) return 0;
  if (!(d.abbe == 0.0f || (d.abbe >= 1.0f && d.abbe < INFINITY_F))) {
    desc_fail(&source, ".abbe: expected a number from 1, or 0 for no dispersion, got %s", number_text((double)d.abbe).text);
    return 0;
  }
  MlColor color = desc_color_or(d.color, d.has_color, 1.0f);
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !desc_color(&source, "absorption", d.absorption, INFINITY_F) ||
      !draft_surface(b, &draft, &d.emission, &d.relief, &source))
    return 0;
  if (d.thin && !color_is_black(d.absorption)) {
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

MlMaterial ml_translucent(MlBuilder *b, const MlTranslucentDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "translucent", .error = error};
  MlTranslucentDesc d;
  if (!DESC_READ(&source, MlTranslucentDesc, desc, &d)) return 0;
  MlColor color = desc_color_or(d.color, d.has_color, DEFAULT_ALBEDO), transmit = d.transmit;
  MlTexture transmit_texture = d.transmit_texture;
  if (!d.has_transmit && color_is_black(transmit) && transmit_texture == 0) transmit = color, transmit_texture = d.color_texture;
  MaterialDraft draft = draft_begin();
  if (!desc_color(&source, "color", color, 1.0f) || !desc_color(&source, "transmit", transmit, 1.0f) ||
      !desc_unit(&source, "amount", d.amount) || !desc_texture(&source, b, "amount_texture", d.amount_texture) ||
      !draft_surface(b, &draft, &d.emission, &d.relief, &source))
    return 0;
  const TextureInput amount = {spectrum_all(d.amount), texture_index(d.amount_texture)};
  if (!draft_lobe(&draft, (Lobe){.kind = LOBE_DIFFUSE, .color = spectrum_from_color(color)}, &source) ||
      !draft_vary(b, &draft, PATCH_COLOR, d.color_texture, "color_texture", &source) || !draft_share(&draft, &amount, true, &source) ||
      !draft_lobe(&draft, (Lobe){.kind = LOBE_TRANSLUCENT, .color = spectrum_from_color(transmit)}, &source) ||
      !draft_vary(b, &draft, PATCH_COLOR, transmit_texture, "transmit_texture", &source) || !draft_share(&draft, &amount, false, &source))
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

bool ml_metal_preset(const char *name, MlColor *eta, MlColor *k) { return name != NULL && metal_preset(name, eta, k); }
