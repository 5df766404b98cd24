/* resolve.h - the lobes of a material whose parameters vary, as they are at one point. Per-ray code. */
#ifndef ML_SHADE_RESOLVE_H
#define ML_SHADE_RESOLVE_H

#include "shade/fresnel.h"
#include "shade/material.h"
#include "shade/texture.h"

/* The cosine-weighted mean of an artist's Fresnel reflectance, in closed form. Schlick's: the integral of 2 mu (1 - mu)^5 is 1/21. F82
 * takes off a mu (1 - mu)^6, of which it is 1/126. */
static inline Spectrum artist_average(const Lobe *lobe) {
  Spectrum grazing = lobe->artist == ARTIST_F82 ? spectrum_all(1.0f) : lobe->edge;
  Spectrum average = lobe->color + (grazing - lobe->color) * (1.0f / 21.0f);
  if (lobe->artist != ARTIST_F82) return average;
  const float at = 1.0f / 7.0f, away = 6.0f / 7.0f, away2 = away * away, away5 = away2 * away2 * away;
  Spectrum schlick = lobe->color + (spectrum_all(1.0f) - lobe->color) * away5;
  return average - schlick * (spectrum_all(1.0f) - lobe->edge) * (1.0f / (126.0f * (at * away5 * away)));
}

static inline void material_patch_lobe(Lobe *lobe, PatchField field, const Textures *textures, uint32_t texture, const TexturePoint *at) {
  if (field == PATCH_COLOR || field == PATCH_EDGE) {
    Spectrum color = spectrum_clamp(texture_eval(textures, texture, at, false), 0.0f, 1.0f); // no more than is received
    *(field == PATCH_COLOR ? &lobe->color : &lobe->edge) = color;
    if (lobe->kind == LOBE_CONDUCTOR && lobe->artist) lobe->average = artist_average(lobe);
    return;
  }
  float x = clamp_f(texture_number(textures, texture, at), 0.0f, 1.0f);
  switch (field) {
  case PATCH_ROUGHNESS: lobe->alpha = x * x; break;
  case PATCH_SIGMA: lobe->sigma = x; break;
  case PATCH_AMOUNT: lobe->color *= x; break;
  case PATCH_WEIGHT: lobe->weight *= x; break;
  case PATCH_REST: lobe->weight *= 1.0f - x; break;
  case PATCH_COLOR:
  case PATCH_EDGE: break;
  }
}

/* Copies the material's lobes to `out`, of MATERIAL_MAX_LOBES, and applies its patches. lobes, patches: the scene's arrays. */
static inline void material_resolve(const Material *material, const Lobe *lobes, const Patch *patches, const Textures *textures,
                                    const TexturePoint *at, Lobe *out) {
  for (uint32_t i = 0; i < material->lobe_count; i++) out[i] = lobes[material->first_lobe + i];
  for (uint32_t i = 0; i < material->patch_count; i++) {
    const Patch *patch = &patches[material->first_patch + i];
    material_patch_lobe(&out[patch->lobe], (PatchField)patch->field, textures, patch->texture, at);
  }
}

#endif
