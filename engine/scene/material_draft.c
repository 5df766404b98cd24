/* material_draft.c - see material_draft.h. */
#include "scene/material_draft.h"

#include "math/elementary.h"
#include "math/ieee.h"

MaterialDraft draft_begin(void) {
  return (MaterialDraft){
    .emission = input_constant(spectrum_zero()), .opacity = input_constant(spectrum_all(1.0f)), .normal = NO_ID, .bump = NO_ID};
}

MaterialDraft draft_of(const MlBuilder *b, const Material *material) {
  MaterialDraft draft = draft_begin();
  draft.lobe_count = material->lobe_count;
  draft.patch_count = material->patch_count;
  for (uint32_t i = 0; i < draft.lobe_count; i++) draft.lobes[i] = b->lobes.data[material->first_lobe + i];
  for (uint32_t i = 0; i < draft.patch_count; i++) draft.patches[i] = b->patches.data[material->first_patch + i];
  draft.emission = material->varies & VARIES_EMISSION ? input_texture(material->emission_texture) : input_constant(material->emission);
  if (material->varies & VARIES_OPACITY) draft.opacity = input_texture(material->opacity);
  if (material->varies & VARIES_NORMAL) {
    draft.normal = material->normal;
    draft.bump = material->bump;
    draft.bump_height = material->bump_height;
    draft.normal_scale = material->normal_scale;
  }
  draft.front_only = material->front_only != 0;
  return draft;
}

bool draft_surface(MlBuilder *b, MaterialDraft *draft, const MlEmission *emission, const MlRelief *relief, const DescSource *source) {
  if (!desc_color(source, "emission.radiance", emission->radiance, INFINITY_F) ||
      !desc_texture(source, b, "emission.texture", emission->texture) || !desc_texture(source, b, "relief.normal", relief->normal) ||
      !desc_texture(source, b, "relief.bump", relief->bump))
    return false;
  draft->emission = input_constant(spectrum_from_color(emission->radiance));
  draft->front_only = emission->front_only;
  if (emission->texture != 0) {
    TextureInput by = input_texture(texture_index(emission->texture)), radiance = draft->emission;
    if (!builder_combine(b, TEXTURE_PRODUCT, &radiance, &by, NULL, &draft->emission, source)) return false;
  }
  float height = relief->bump_height == 0.0f ? 0.01f : relief->bump_height;
  if (!isfinite(height))
    return desc_fail(source, ".relief.bump_height: expected a finite number, got %s", number_text((double)height).text);
  draft->normal = texture_index(relief->normal);
  draft->bump = texture_index(relief->bump);
  draft->bump_height = height;
  draft->normal_scale = relief->normal_scale == 0.0f ? 1.0f : relief->normal_scale;
  if (!isfinite(draft->normal_scale))
    return desc_fail(source, ".relief.normal_scale: expected a finite number, got %s", number_text((double)relief->normal_scale).text);
  return true;
}

/* ---- fields of descriptions */

bool color_is_black(MlColor c) { return c.r == 0.0f && c.g == 0.0f && c.b == 0.0f; }
MlColor desc_color_or(MlColor c, bool has_color, float value) {
  return has_color || !color_is_black(c) ? c : (MlColor){value, value, value};
}

Spectrum color_absorption(MlColor color, float least) {
  return spectrum_from_color(
    (MlColor){0.0f - log_f(max_f(color.r, least)), 0.0f - log_f(max_f(color.g, least)), 0.0f - log_f(max_f(color.b, least))});
}
Spectrum coat_absorption(MlColor color) { return 0.5f * color_absorption(color, 1e-4f); }

bool desc_range(const DescSource *source, const char *field, float x, float least, float most) {
  if (x >= least && x <= most) return true;
  NumberText low = number_text((double)least), high = number_text((double)most);
  return desc_fail(source, ".%s: expected a number from %s to %s, got %s", field, low.text, high.text, number_text((double)x).text);
}
bool desc_unit(const DescSource *source, const char *field, float x) { return desc_range(source, field, x, 0.0f, 1.0f); }

bool desc_stretch(const DescSource *source, const MlStretch *stretch, Lobe *lobe) {
  if (!desc_range(source, "stretch.anisotropy", stretch->anisotropy, -1.0f, 1.0f)) return false;
  if (!isfinite(stretch->rotation))
    return desc_fail(source, ".stretch.rotation: expected a finite number, got %s", number_text((double)stretch->rotation).text);
  lobe->anisotropy = stretch->anisotropy;
  float turns = stretch->rotation / 360.0f;
  turns -= floor_f(turns);
  if (turns > 0.0f) sincos_turns_f(turns, &lobe->axis.y, &lobe->axis.x);
  return true;
}

bool desc_film(const DescSource *source, const MlFilmCoat *film, Lobe *lobe) {
  lobe->film = film->thickness;
  lobe->film_ior = film->ior == 0.0f ? 1.4f : film->ior;
  return desc_range(source, "film.thickness", lobe->film, 0.0f, 1e5f) && desc_range(source, "film.ior", lobe->film_ior, 1.0f, 5.0f);
}

/* ---- lobes and patches */

static bool too_many(const DescSource *source, const char *what, uint32_t count, uint32_t most) {
  error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: %u %s in one, at most %u are possible", source->what, count, what, most);
  return false;
}

bool draft_lobe(MaterialDraft *draft, Lobe lobe, const DescSource *source) {
  if (draft->lobe_count == MATERIAL_MAX_LOBES) return too_many(source, "materials", MATERIAL_MAX_LOBES + 1, MATERIAL_MAX_LOBES);
  lobe.weight = 1.0f;
  lobe_finish(&lobe);
  draft->lobes[draft->lobe_count++] = lobe;
  return true;
}

static bool add_patch(MaterialDraft *draft, uint32_t lobe, PatchField field, uint32_t texture, const DescSource *source) {
  if (draft->patch_count == MATERIAL_MAX_PATCHES)
    return too_many(source, "textured fields", MATERIAL_MAX_PATCHES + 1, MATERIAL_MAX_PATCHES);
  if (field == PATCH_ROUGHNESS) lobe_tables();
  draft->patches[draft->patch_count++] = (Patch){lobe, field, texture};
  return true;
}

bool draft_vary(const MlBuilder *b, MaterialDraft *draft, PatchField field, MlTexture texture, const char *name, const DescSource *source) {
  if (!desc_texture(source, b, name, texture)) return false;
  return texture == 0 || add_patch(draft, draft->lobe_count - 1, field, texture_index(texture), source);
}

bool draft_append(MaterialDraft *draft, const MaterialDraft *part, float share, uint32_t texture, PatchField field,
                  const DescSource *source) {
  uint32_t first = draft->lobe_count, count = first + part->lobe_count;
  if (count > MATERIAL_MAX_LOBES) return too_many(source, "materials", count, MATERIAL_MAX_LOBES);
  if (!(share > 0.0f)) return true;
  for (uint32_t i = 0; i < part->lobe_count; i++) {
    Lobe *lobe = &draft->lobes[first + i];
    *lobe = part->lobes[i];
    lobe->weight *= share;
    lobe->over <<= first;
  }
  draft->lobe_count = count;
  for (uint32_t i = 0; i < part->patch_count; i++) {
    const Patch *patch = &part->patches[i];
    if (!add_patch(draft, first + patch->lobe, (PatchField)patch->field, patch->texture, source)) return false;
  }
  for (uint32_t i = first; i < count && texture != NO_ID; i++)
    if (!add_patch(draft, i, field, texture, source)) return false;
  return true;
}

bool draft_share(MaterialDraft *draft, const TextureInput *amount, bool rest, const DescSource *source) {
  uint32_t last = draft->lobe_count - 1;
  if (amount->texture != NO_ID) return add_patch(draft, last, rest ? PATCH_REST : PATCH_WEIGHT, amount->texture, source);
  float share = spectrum_average(amount->color);
  draft->lobes[last].weight *= rest ? 1.0f - share : share;
  return true;
}

static bool draft_emits(const MaterialDraft *draft) {
  return draft->emission.texture != NO_ID || !spectrum_is_black(draft->emission.color);
}

bool draft_add_emission(MlBuilder *b, MaterialDraft *draft, const MaterialDraft *part, float share, const TextureInput *amount, bool rest,
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

void draft_take_relief(MaterialDraft *draft, const MaterialDraft *part) {
  if (draft->normal != NO_ID || draft->bump != NO_ID) return;
  draft->normal = part->normal;
  draft->bump = part->bump;
  draft->bump_height = part->bump_height;
  draft->normal_scale = part->normal_scale;
}

bool draft_beneath(MlBuilder *b, MaterialDraft *draft, const MaterialDraft *part, const DescSource *source) {
  const uint32_t layers = draft->lobe_count, mask = (1u << layers) - 1;
  TextureInput opacity = part->opacity;
  const bool solid = opacity.texture == NO_ID;
  for (uint32_t i = 0; i < layers && !solid; i++)
    if (!add_patch(draft, i, PATCH_WEIGHT, opacity.texture, source)) return false;
  if (!draft_append(draft, part, 1.0f, NO_ID, PATCH_WEIGHT, source) || !draft_add_emission(b, draft, part, 1.0f, NULL, false, source))
    return false;
  for (uint32_t i = layers; i < draft->lobe_count; i++) draft->lobes[i].over |= mask;
  draft->opacity = opacity;
  draft_take_relief(draft, part);
  return true;
}

/* A texture for what may be a constant. */
static bool as_texture(MlBuilder *b, const TextureInput *input, uint32_t *out, const DescSource *source) {
  *out = input->texture;
  if (input->texture != NO_ID) return true;
  MlTexture id = ml_blend(b, &ML_DESC(MlBlendDesc, .a.color = spectrum_to_color(input->color), .place = source->place), source->error);
  *out = texture_index(id);
  return id != 0;
}

static bool draft_is_stretched(const MaterialDraft *draft) {
  bool any = false;
  for (uint32_t i = 0; i < draft->lobe_count; i++) any |= draft->lobes[i].anisotropy != 0.0f || draft->lobes[i].kind == LOBE_HAIR;
  return any;
}

MlMaterial draft_finish(MlBuilder *b, const MaterialDraft *draft, const DescSource *source) {
  Memory *memory = b->context.memory;
  Spectrum emission = builder_input_mean(b, &draft->emission);
  if (!spectrum_is_finite(emission)) {
    error_set_at(source->error, ML_ERROR_LIMIT, source->place, "%s: too bright, the sum of its emissions is not finite", source->what);
    return 0;
  }
  Material material = {.emission = emission,
                       .first_lobe = (uint32_t)b->lobes.count,
                       .lobe_count = draft->lobe_count,
                       .first_patch = (uint32_t)b->patches.count,
                       .patch_count = draft->patch_count,
                       .emission_texture = draft->emission.texture,
                       .opacity = NO_ID,
                       .normal = draft->normal,
                       .bump = draft->bump,
                       .bump_height = draft->bump_height,
                       .normal_scale = draft->normal != NO_ID ? draft->normal_scale : 0.0f,
                       .stretched = draft_is_stretched(draft),
                       .emits = draft->emission.texture != NO_ID || !spectrum_is_black(emission)};
  material.front_only = draft->front_only && material.emits;
  if (draft->patch_count != 0) material.varies |= VARIES_LOBES;
  if (draft->emission.texture != NO_ID) material.varies |= VARIES_EMISSION;
  if (draft->normal != NO_ID || draft->bump != NO_ID) material.varies |= VARIES_NORMAL;
  if (draft->opacity.texture != NO_ID || spectrum_luminance(draft->opacity.color) < 0.999999f) {
    material.varies |= VARIES_OPACITY;
    if (!as_texture(b, &draft->opacity, &material.opacity, source)) return 0;
  }
  // Tangents of maps run along the texture coordinates
  const TextureInput looked_at[4] = {draft->emission, draft->opacity, input_texture(draft->normal), input_texture(draft->bump)};
  if (draft->normal != NO_ID) material.varies |= VARIES_UV;
  for (int i = 0; i < 4; i++) material.varies |= builder_input_varies(b, &looked_at[i]);
  for (uint32_t i = 0; i < draft->patch_count; i++) {
    TextureInput texture = input_texture(draft->patches[i].texture);
    material.varies |= builder_input_varies(b, &texture);
  }
  if (material.varies == 0) {
    material.emission_texture = material.opacity = material.normal = material.bump = 0; // as in materials that know nothing of textures
    material.bump_height = 0.0f;
  }

  if (!array_reserve(memory, &b->lobes, draft->lobe_count) || !array_reserve(memory, &b->patches, draft->patch_count) ||
      !array_push(memory, &b->materials, material)) {
    memory_error(memory, (b->materials.count + 1) * sizeof material, "materials", source->error);
    return 0;
  }
  for (uint32_t i = 0; i < draft->lobe_count; i++) b->lobes.data[b->lobes.count++] = draft->lobes[i];
  for (uint32_t i = 0; i < draft->patch_count; i++) b->patches.data[b->patches.count++] = draft->patches[i];
  return (MlMaterial)(b->materials.count - 1);
}
