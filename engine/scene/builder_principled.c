/* builder_principled.c - the material that is many: sheen over coat over metal, clear and diffuse parts side by side.
 *
 * After OpenPBR 1.1 (Andersson et al. 2024) in what there is and how it is stacked; ARCHITECTURE.md, "Lobes and layers", has the lobes.
 * Parts of which there is none are left out, so that a plain one costs what it is. */
#include <stddef.h>

#include "math/elementary.h"
#include "math/ieee.h"
#include "scene/material_draft.h"

/* A description with its defaults filled in and its amounts as inputs. */
typedef struct Principled {
  MlPrincipledDesc d;
  MlColor color, specular, edge, sheen_color, coat_color;
  float ior, coat_ior;
  TextureInput metallic, transmission, coat, sheen;
  Lobe stretched; /* has the stretching and the film */
} Principled;

/* Whether there is any of it, or anything but it. */
static bool is_some(const TextureInput *amount) { return amount->texture != NO_ID || spectrum_average(amount->color) > 0.0f; }
static bool is_all(const TextureInput *amount) { return amount->texture == NO_ID && spectrum_average(amount->color) >= 1.0f; }

static bool read_amount(const DescSource *source, const MlBuilder *b, const char *field, float x, MlTexture texture, TextureInput *out) {
  *out = (TextureInput){spectrum_all(x), texture_index(texture)};
  return desc_unit(source, field, x) && desc_texture(source, b, field, texture);
}

static bool read_principled(const DescSource *source, const MlBuilder *b, Principled *p) {
  const MlPrincipledDesc *d = &p->d;
  p->color = desc_color_or(d->color, d->has_color, DEFAULT_ALBEDO);
  p->specular = desc_color_or(d->specular, d->has_specular, 1.0f);
  p->edge = desc_color_or(d->edge, d->has_edge, 1.0f);
  p->sheen_color = desc_color_or(d->sheen_color, d->has_sheen_color, 1.0f);
  p->coat_color = desc_color_or(d->coat_color, d->has_coat_color, 1.0f);
  p->ior = d->ior == 0.0f ? 1.5f : d->ior;
  p->coat_ior = d->coat_ior == 0.0f ? 1.5f : d->coat_ior;
  if (!(d->depth >= 0.0f && d->depth < INFINITY_F))
    return desc_fail(source, ".depth: expected a finite number of at least 0, got %s", number_text((double)d->depth).text);
  if (d->depth > 0.0f && d->color_texture != 0)
    return desc_fail(source, ".depth: expected none, as what is left after a depth is one colour, not a texture");
  return desc_color(source, "color", p->color, 1.0f) && desc_color(source, "specular", p->specular, 1.0f) &&
         desc_color(source, "edge", p->edge, 1.0f) && desc_color(source, "sheen_color", p->sheen_color, 1.0f) &&
         desc_color(source, "coat_color", p->coat_color, 1.0f) && desc_unit(source, "roughness", d->roughness) &&
         desc_unit(source, "coat_roughness", d->coat_roughness) && desc_unit(source, "sheen_roughness", d->sheen_roughness) &&
         desc_range(source, "ior", p->ior, 1.0f, 3.0f) && desc_range(source, "coat_ior", p->coat_ior, 1.0f, 3.0f) &&
         read_amount(source, b, "metallic", d->metallic, d->metallic_texture, &p->metallic) &&
         read_amount(source, b, "transmission", d->transmission, d->transmission_texture, &p->transmission) &&
         read_amount(source, b, "coat", d->coat, d->coat_texture, &p->coat) &&
         read_amount(source, b, "sheen", d->sheen, d->sheen_texture, &p->sheen) && desc_stretch(source, &d->stretch, &p->stretched) &&
         desc_film(source, &d->film, &p->stretched);
}

static float constant_amount(const TextureInput *amount) { return amount->texture != NO_ID ? 1.0f : spectrum_average(amount->color); }

static bool add_sheen(MlBuilder *b, MaterialDraft *draft, const Principled *p, const DescSource *source) {
  const MlPrincipledDesc *d = &p->d;
  const Lobe lobe = {.kind = LOBE_SHEEN,
                     .color = spectrum_from_color(p->sheen_color) * constant_amount(&p->sheen),
                     .alpha = d->sheen_roughness * d->sheen_roughness};
  // What is textured of the color has the constant amount in it
  if (!desc_texture(source, b, "sheen_color_texture", d->sheen_color_texture)) return false;
  TextureInput color = {spectrum_zero(), texture_index(d->sheen_color_texture)};
  if (color.texture != NO_ID && p->sheen.texture == NO_ID) {
    const TextureInput plain = color;
    if (!builder_combine(b, TEXTURE_PRODUCT, &p->sheen, &plain, NULL, &color, source)) return false;
  }
  return draft_lobe(draft, lobe, source) && draft_vary(b, draft, PATCH_COLOR, color.texture + 1, "sheen_color_texture", source) &&
         draft_vary(b, draft, PATCH_AMOUNT, d->sheen_texture, "sheen_texture", source) &&
         draft_vary(b, draft, PATCH_ROUGHNESS, d->sheen_roughness_texture, "sheen_roughness_texture", source);
}

static bool add_coat(const MlBuilder *b, MaterialDraft *draft, const Principled *p, const DescSource *source) {
  const MlPrincipledDesc *d = &p->d;
  const Lobe lobe = {.kind = LOBE_COAT,
                     .color = spectrum_all(constant_amount(&p->coat)),
                     .ior = p->coat_ior,
                     .alpha = d->coat_roughness * d->coat_roughness,
                     .absorption = coat_absorption(p->coat_color),
                     .over = (1u << draft->lobe_count) - 1};
  return draft_lobe(draft, lobe, source) && draft_vary(b, draft, PATCH_AMOUNT, d->coat_texture, "coat_texture", source) &&
         draft_vary(b, draft, PATCH_ROUGHNESS, d->coat_roughness_texture, "coat_roughness_texture", source);
}

/* A lobe of the base, with the roughness and the color that they share. */
static bool add_base(const MlBuilder *b, MaterialDraft *draft, const Principled *p, Lobe lobe, const DescSource *source) {
  const bool rough = lobe.kind != LOBE_DIFFUSE, colored = lobe.kind != LOBE_COAT;
  if (rough) lobe.alpha = p->d.roughness * p->d.roughness;
  if (lobe.kind == LOBE_COAT || lobe.kind == LOBE_CONDUCTOR) {
    lobe.anisotropy = p->stretched.anisotropy;
    lobe.axis = p->stretched.axis;
    lobe.film = p->stretched.film;
    lobe.film_ior = p->stretched.film_ior;
  }
  return draft_lobe(draft, lobe, source) &&
         draft_vary(b, draft, PATCH_ROUGHNESS, rough ? p->d.roughness_texture : 0, "roughness_texture", source) &&
         draft_vary(b, draft, PATCH_COLOR, colored ? p->d.color_texture : p->d.specular_texture, "color_texture", source);
}

static bool add_diffuse(const MlBuilder *b, MaterialDraft *draft, const Principled *p, uint32_t layers, const DescSource *source) {
  const Lobe shine = {.kind = LOBE_COAT, .color = spectrum_from_color(p->specular), .ior = p->ior, .over = layers};
  const Lobe body = {.kind = LOBE_DIFFUSE, .color = spectrum_from_color(p->color), .over = layers | 1u << draft->lobe_count};
  return add_base(b, draft, p, shine, source) && draft_share(draft, &p->metallic, true, source) &&
         draft_share(draft, &p->transmission, true, source) && add_base(b, draft, p, body, source) &&
         draft_share(draft, &p->metallic, true, source) && draft_share(draft, &p->transmission, true, source);
}

static bool add_clear(const MlBuilder *b, MaterialDraft *draft, const Principled *p, uint32_t layers, const DescSource *source) {
  Lobe lobe = {.kind = LOBE_DIELECTRIC, .color = spectrum_from_color(p->color), .ior = p->ior, .over = layers};
  if (p->d.depth > 0.0f) {
    lobe.color = spectrum_all(1.0f);
    lobe.absorption = color_absorption(p->color, 1e-9f) / p->d.depth;
  }
  return add_base(b, draft, p, lobe, source) && draft_share(draft, &p->metallic, true, source) &&
         draft_share(draft, &p->transmission, false, source);
}

static bool add_metal(const MlBuilder *b, MaterialDraft *draft, const Principled *p, uint32_t layers, const DescSource *source) {
  const Lobe lobe = {.kind = LOBE_CONDUCTOR,
                     .artist = ARTIST_F82,
                     .color = spectrum_from_color(p->color),
                     .edge = spectrum_from_color(p->edge),
                     .multiscatter = true,
                     .over = layers};
  return add_base(b, draft, p, lobe, source) && draft_share(draft, &p->metallic, false, source);
}

MlMaterial ml_principled(MlBuilder *b, const MlPrincipledDesc *desc, MlError *error) {
  FLOAT_STATE_OURS;
  DescSource source = {.what = "principled", .error = error};
  Principled p = {0};
  MaterialDraft draft = draft_begin();
  if (!DESC_READ(&source, MlPrincipledDesc, desc, &p.d) || !read_principled(&source, b, &p) ||
      !draft_surface(b, &draft, &p.d.emission, &p.d.relief, &source))
    return 0;
  if (is_some(&p.sheen) && !add_sheen(b, &draft, &p, &source)) return 0;
  if (is_some(&p.coat) && !add_coat(b, &draft, &p, &source)) return 0;
  const uint32_t layers = (1u << draft.lobe_count) - 1;
  const bool nonmetal = !is_all(&p.metallic);
  if (nonmetal && !is_all(&p.transmission) && !add_diffuse(b, &draft, &p, layers, &source)) return 0;
  if (nonmetal && is_some(&p.transmission) && !add_clear(b, &draft, &p, layers, &source)) return 0;
  if (is_some(&p.metallic) && !add_metal(b, &draft, &p, layers, &source)) return 0;
  return draft_finish(b, &draft, &source);
}
