/* bsdf.h - scattering at a surface: a weighted sum of lobes and layers, sampled, evaluated and with its density.
 *
 * Contract (after Nori and pbrt). All directions point away from the surface and are unit.
 *   bsdf_eval    f(wo, wi) |cos wi| summed over the lobes that are not specular, and the density with which bsdf_sample chooses wi among
 *                those, over solid angle and including the choice of a lobe.
 *   bsdf_sample  chooses a lobe by its estimated albedo, then wi by that lobe. For a lobe that is not specular, weight and pdf are
 *                f |cos| / pdf and pdf of the whole sum (one-sample multiple importance sampling); for a specular one, weight is what it
 *                reflects or transmits divided by the probability of choosing it, and pdf is 0.
 * Radiance is basic radiance, so that refraction carries no factor eta^2.
 *
 * What a path carries on depends on the lobe where that leads into another medium: a direction sampled through such a lobe is weighed for
 * that lobe alone, one sampled through others for the others; pdf is the whole sum's all the same, as it only weighs strategies.
 *
 * Layers. A lobe beneath coats and sheens is multiplied by what these leave (layers.h).
 *
 * Sides. The normals are turned to wo's side; what reflects does so alike on both sides, only dielectrics have an inside.
 * Shading normals. No lobe sends light to the wrong side of the geometric normal and none loses energy by it: Lambert's is cut and scaled
 * (diffuse.h); of the others, and of all that is rough or layered, what would pass the geometric plane is mirrored back by it. */
#ifndef ML_SHADE_BSDF_H
#define ML_SHADE_BSDF_H

#include "shade/conductor.h"
#include "shade/dielectric.h"
#include "shade/diffuse.h"
#include "shade/hair.h"
#include "shade/layers.h"
#include "shade/medium.h"
#include "shade/rough_diffuse.h"
#include "shape/surface.h"

/* Kinds of scattering, for the limits of paths and as what a sample was. */
typedef enum BsdfFlags {
  BSDF_DIFFUSE = 1,
  BSDF_GLOSSY = 2, /* reflection, mirrors included */
  BSDF_TRANSMISSION = 4,
  BSDF_SPECULAR = 8, /* a single direction */
  BSDF_ALL = BSDF_DIFFUSE | BSDF_GLOSSY | BSDF_TRANSMISSION,
} BsdfFlags;

typedef struct Bsdf {
  Frame frame; /* about the shading normal, s along the surface's tangent if it has one */
  Vec3 wo, ng; /* local; ng.z >= 0, wo.z > 0 */
  Vec3 ahead;  /* where light goes that nothing bends: world, -wo as it was given */
  const Lobe *lobes;
  uint32_t count;
  uint32_t allowed;         /* kinds that may be used */
  bool bent;                /* the shading normal is not the geometric one */
  bool rough;               /* there is a lobe that bsdf_eval sees */
  bool through;             /* and one that it sees from beyond the surface */
  bool front;               /* wo is on the front side */
  const MediumStack *media; /* what the path is in */
  uint32_t material;
  float probability[MATERIAL_MAX_LOBES]; /* of choosing a lobe; 0 for those that may not be used */
  uint32_t layers;                       /* lobes that lie over others; what follows is of these and those alone */
  LayerSide above;                       /* along wo */
  Spectrum beneath[MATERIAL_MAX_LOBES];  /* layers_diffuse of the diffuse lobes beneath */
} Bsdf;

/* A direction, local, and its mirror image at the geometric plane where the normals differ, with what the layers leave along both. */
typedef struct BsdfDirection {
  Vec3 w[2];
  uint32_t count;
  float height; /* over the geometric plane */
  LayerSide layers[2];
} BsdfDirection;

typedef struct BsdfSample {
  Vec3 wi; /* world */
  Spectrum weight;
  float pdf; /* over solid angle; 0 for specular samples */
  uint32_t flags;
  const Lobe *lobe; /* the one chosen */
} BsdfSample;

/* A dielectric lobe as the path meets it. */
static inline Dielectric bsdf_dielectric(const Bsdf *bsdf, const Lobe *lobe) {
  return (Dielectric){lobe, medium_eta(bsdf->media, lobe, bsdf->material, bsdf->front), (bsdf->allowed & BSDF_GLOSSY) != 0,
                      (bsdf->allowed & BSDF_TRANSMISSION) != 0};
}

static inline bool lobe_is_specular(const Bsdf *bsdf, const Lobe *lobe) {
  switch ((LobeKind)lobe->kind) {
  case LOBE_DIFFUSE:
  case LOBE_SHEEN:
  case LOBE_TRANSLUCENT:
  case LOBE_HAIR: return false;
  case LOBE_MIRROR: return true;
  case LOBE_CONDUCTOR:
  case LOBE_COAT: return glossy_is_smooth(lobe);
  case LOBE_DIELECTRIC: return dielectric_is_smooth(lobe, medium_eta(bsdf->media, lobe, bsdf->material, bsdf->front));
  }
  return true;
}

static inline bool lobe_is_diffuse(const Lobe *lobe) { return lobe->kind == LOBE_DIFFUSE || lobe->kind == LOBE_TRANSLUCENT; }
/* Whether it is done by diffuse.h alone. */
static inline bool lobe_is_plain(const Lobe *lobe) { return lobe_is_diffuse(lobe) && lobe->sigma == 0.0f && lobe->over == 0; }

/* Whether a lobe may be used at all. */
static inline bool lobe_is_allowed(const Lobe *lobe, uint32_t allowed) {
  switch ((LobeKind)lobe->kind) {
  case LOBE_DIFFUSE:
  case LOBE_SHEEN:
  case LOBE_TRANSLUCENT: return (allowed & BSDF_DIFFUSE) != 0;
  case LOBE_MIRROR:
  case LOBE_CONDUCTOR:
  case LOBE_HAIR:
  case LOBE_COAT: return (allowed & BSDF_GLOSSY) != 0;
  case LOBE_DIELECTRIC: return (allowed & (BSDF_GLOSSY | BSDF_TRANSMISSION)) != 0;
  }
  return false;
}

/* Estimate of what a lobe hands on of the light from wo, of the kinds allowed: only steers sampling. */
static inline float lobe_albedo(const Bsdf *bsdf, const Lobe *lobe) {
  switch ((LobeKind)lobe->kind) {
  case LOBE_DIFFUSE:
  case LOBE_TRANSLUCENT:
  case LOBE_HAIR:
  case LOBE_MIRROR: return spectrum_average(lobe->color);
  case LOBE_COAT:
  case LOBE_SHEEN: return 1.0f - spectrum_average(layer_left(lobe, bsdf->wo[2]));
  case LOBE_CONDUCTOR: {
    float along = spectrum_average(conductor_fresnel(lobe, bsdf->wo[2])); /* may be 0 where other facets reflect */
    return glossy_is_smooth(lobe) ? along : max_f(along, 0.1f * spectrum_average(lobe->average));
  }
  case LOBE_DIELECTRIC: {
    float eta = medium_eta(bsdf->media, lobe, bsdf->material, bsdf->front), cos_t;
    if (lobe->thin) {
      DielectricShares shares = pane_shares(bsdf->wo[2], eta, lobe->color);
      return ((bsdf->allowed & BSDF_GLOSSY) ? spectrum_average(shares.reflected) : 0.0f) +
             ((bsdf->allowed & BSDF_TRANSMISSION) ? spectrum_average(shares.transmitted) : 0.0f);
    }
    float f = fresnel_dielectric(bsdf->wo[2], eta, &cos_t);
    return ((bsdf->allowed & BSDF_GLOSSY) ? f : 0.0f) +
           ((bsdf->allowed & BSDF_TRANSMISSION) ? (1.0f - f) * spectrum_average(lobe->color) : 0.0f);
  }
  }
  return 0.0f;
}

static inline void bsdf_begin_layers(Bsdf *bsdf) {
  uint32_t mask = 0, all = (1u << bsdf->count) - 1;
  for (uint32_t i = 0; i < bsdf->count; i++) mask |= bsdf->lobes[i].over & all;
  bsdf->layers = mask;
  if (mask == 0) return;
  layers_side(&bsdf->above, bsdf->lobes, mask, min_f(bsdf->wo[2], 1.0f));
  for (uint32_t i = 0; i < bsdf->count; i++) {
    const Lobe *lobe = &bsdf->lobes[i];
    if (lobe_is_diffuse(lobe) && (lobe->over & mask)) bsdf->beneath[i] = layers_diffuse(bsdf->lobes, lobe->over & mask, lobe->color);
  }
}

/* Estimate of what a lobe's layers leave to it. */
static inline float bsdf_share_beneath(const Bsdf *bsdf, const Lobe *lobe) {
  Spectrum share = spectrum_all(1.0f);
  for (uint32_t mask = lobe->over & bsdf->layers, i = 0; mask >> i != 0; i++)
    if (mask >> i & 1) share *= bsdf->above.left[i] * bsdf->above.through[i];
  return spectrum_average(share);
}

/* Set up for light towards `wo`. lobes: the material's; media must outlive the Bsdf; allowed: kinds of BsdfFlags. False: nothing
 * scatters. */
static inline bool bsdf_begin(Bsdf *bsdf, const Lobe *lobes, uint32_t count, const Surface *surface, Vec3 wo, const MediumStack *media,
                              uint32_t allowed) {
  bsdf->front = dot(wo, surface->ng) >= 0.0f;
  Vec3 ng = bsdf->front ? surface->ng : -surface->ng, ns = bsdf->front ? surface->ns : -surface->ns;
  bsdf->ahead = -wo;
  bsdf->frame = length_squared(surface->tangent) > 0.0f ? frame_from_tangent(ns, surface->tangent) : frame_from_normal(ns);
  bsdf->wo = frame_to_local(&bsdf->frame, wo);
  bsdf->wo[2] = max_f(abs_f(bsdf->wo[2]), 1e-6f); /* may be below the shading horizon: seen as from above */
  bsdf->bent = dot(ng, ns) < 1.0f - 1e-6f;
  bsdf->ng = bsdf->bent ? frame_to_local(&bsdf->frame, ng) : vec3(0.0f, 0.0f, 1.0f);
  bsdf->lobes = lobes;
  bsdf->count = count;
  bsdf->allowed = allowed;
  bsdf->media = media;
  bsdf->material = surface->material;
  bsdf->rough = bsdf->through = false;
  bsdf->layers = 0;
  if (count > 1) bsdf_begin_layers(bsdf);

  float total = 0.0f;
  for (uint32_t i = 0; i < count; i++) {
    const Lobe *lobe = &lobes[i];
    bool used = lobe_is_allowed(lobe, allowed) && lobe->weight > 0.0f;
    bsdf->probability[i] = !used ? 0.0f : count == 1 ? 1.0f : lobe->weight * lobe_albedo(bsdf, lobe);
    if (bsdf->probability[i] > 0.0f && (lobe->over & bsdf->layers)) bsdf->probability[i] *= bsdf_share_beneath(bsdf, lobe);
    if (bsdf->probability[i] > 0.0f && !lobe_is_specular(bsdf, lobe)) {
      bsdf->rough = true;
      bsdf->through |= lobe->kind == LOBE_TRANSLUCENT || lobe->kind == LOBE_HAIR || (lobe->kind == LOBE_DIELECTRIC && (allowed & BSDF_TRANSMISSION));
    }
    total += bsdf->probability[i];
  }
  if (!(total > 1e-30f)) return false; /* its inverse is finite */
  if (count > 1) {
    float scale = 1.0f / total;
    for (uint32_t i = 0; i < count; i++) bsdf->probability[i] *= scale;
  }
  return true;
}

/* Mirrored by the geometric plane, where wi is not on the `side` (1 or -1) of it. */
static inline Vec3 bsdf_keep_side(const Bsdf *bsdf, Vec3 wi, float side) {
  float height = dot(wi, bsdf->ng);
  return bsdf->bent && height * side < 0.0f ? wi - 2.0f * height * bsdf->ng : wi;
}

static inline void bsdf_direction(const Bsdf *bsdf, Vec3 wi, BsdfDirection *direction) {
  direction->height = dot(wi, bsdf->ng);
  direction->w[0] = wi;
  direction->count = 1;
  if (bsdf->bent) direction->w[direction->count++] = wi - 2.0f * direction->height * bsdf->ng;
  if (bsdf->layers == 0) return;
  for (uint32_t n = 0; n < direction->count; n++)
    layers_side(&direction->layers[n], bsdf->lobes, bsdf->layers, min_f(abs_f(direction->w[n][2]), 1.0f));
}

/* Between the surface's frame and that of a lobe whose stretching is turned. */
static inline bool lobe_is_turned(const Lobe *lobe) { return lobe->anisotropy != 0.0f && (lobe->axis.x != 0.0f || lobe->axis.y != 0.0f); }
static inline Vec3 lobe_to_axis(const Lobe *lobe, Vec3 w) {
  return vec3(lobe->axis.x * w[0] + lobe->axis.y * w[1], lobe->axis.x * w[1] - lobe->axis.y * w[0], w[2]);
}
static inline Vec3 lobe_from_axis(const Lobe *lobe, Vec3 w) {
  return vec3(lobe->axis.x * w[0] - lobe->axis.y * w[1], lobe->axis.x * w[1] + lobe->axis.y * w[0], w[2]);
}

/* f |cos| of a rough conductor or coat. */
static inline Spectrum bsdf_scatter_glossy(const Lobe *lobe, Vec3 wo, Vec3 w, float *pdf) {
  if (lobe_is_turned(lobe)) wo = lobe_to_axis(lobe, wo), w = lobe_to_axis(lobe, w);
  return lobe->kind == LOBE_COAT ? coat_eval(lobe, wo, w, pdf) : conductor_eval(lobe, wo, w, pdf);
}
static inline Vec3 bsdf_sample_glossy(const Lobe *lobe, Vec3 wo, float choice, Vec2 u) {
  bool turned = lobe_is_turned(lobe);
  if (turned) wo = lobe_to_axis(lobe, wo);
  Vec3 wi = lobe->kind == LOBE_COAT ? glossy_sample(lobe, wo, u) : conductor_sample(lobe, wo, choice, u);
  return turned ? lobe_from_axis(lobe, wi) : wi;
}

/* f |cos| of a lobe that is not specular, without weight and layers, about the shading normal alone. w is on a side where the lobe
 * scatters. */
static inline Spectrum bsdf_scatter(const Bsdf *bsdf, const Lobe *lobe, Vec3 w, float *pdf) {
  switch ((LobeKind)lobe->kind) {
  case LOBE_DIFFUSE:
  case LOBE_TRANSLUCENT:
    *pdf = hemisphere_cosine_pdf(abs_f(w[2]));
    if (lobe->kind == LOBE_DIFFUSE && lobe->sigma > 0.0f) return eon_eval(lobe->color, lobe->sigma, bsdf->wo, w) * w[2];
    return lobe->color * *pdf;
  case LOBE_CONDUCTOR:
  case LOBE_COAT: return bsdf_scatter_glossy(lobe, bsdf->wo, w, pdf);
  case LOBE_DIELECTRIC: {
    Dielectric d = bsdf_dielectric(bsdf, lobe);
    return dielectric_eval(&d, bsdf->wo, w, pdf);
  }
  case LOBE_HAIR: return hair_eval(lobe, bsdf->wo, w, pdf);
  case LOBE_SHEEN: *pdf = SHEEN_PDF; return lobe->color * sheen_eval(sheen_alpha(lobe), bsdf->wo, w);
  case LOBE_MIRROR: break;
  }
  *pdf = 0.0f;
  return spectrum_zero();
}

/* One lobe's f |cos|, its weight in the material included, and density on condition of its choice. */
static inline Spectrum bsdf_lobe_eval(const Bsdf *bsdf, uint32_t i, const BsdfDirection *direction, float *pdf) {
  const Lobe *lobe = &bsdf->lobes[i];
  *pdf = 0.0f;
  if (bsdf->probability[i] <= 0.0f || lobe_is_specular(bsdf, lobe)) return spectrum_zero();
  bool through = lobe->kind == LOBE_TRANSLUCENT;
  if (lobe->kind == LOBE_HAIR) return lobe->weight * bsdf_scatter(bsdf, lobe, direction->w[0], pdf); // of a strand as a whole: on all sides
  if (through ? direction->height >= 0.0f : lobe->kind != LOBE_DIELECTRIC && direction->height <= 0.0f) return spectrum_zero();
  if (lobe_is_plain(lobe)) {
    *pdf = diffuse_pdf(through ? -direction->w[0] : direction->w[0], bsdf->ng);
    return lobe->color * (lobe->weight * *pdf);
  }

  // With what the geometric plane mirrors back
  uint32_t over = lobe->over & bsdf->layers;
  float side = direction->height < 0.0f ? -1.0f : 1.0f;
  Spectrum f = spectrum_zero();
  for (uint32_t n = 0; n < direction->count; n++) {
    if (direction->w[n][2] * side <= 0.0f) continue;
    float part_pdf;
    Spectrum part = bsdf_scatter(bsdf, lobe, direction->w[n], &part_pdf);
    if (over) part *= layers_factor(over, &bsdf->above, &direction->layers[n], lobe_is_diffuse(lobe));
    f += part;
    *pdf += part_pdf;
  }
  if (over && lobe_is_diffuse(lobe)) f *= bsdf->beneath[i];
  return lobe->weight * f;
}

/* The sum over all lobes. Out of line: the stack that layers need is not for the common case. */
static __attribute__((noinline)) Spectrum bsdf_sum_lobes(const Bsdf *bsdf, Vec3 wi, float *pdf) {
  BsdfDirection direction;
  bsdf_direction(bsdf, wi, &direction);
  Spectrum f = spectrum_zero();
  *pdf = 0.0f;
  for (uint32_t i = 0; i < bsdf->count; i++) {
    float lobe_pdf;
    f += bsdf_lobe_eval(bsdf, i, &direction, &lobe_pdf);
    *pdf += bsdf->probability[i] * lobe_pdf;
  }
  return f;
}

/* See above; wi local. */
static inline Spectrum bsdf_eval_local(const Bsdf *bsdf, Vec3 wi, float *pdf) {
  const Lobe *lobe = &bsdf->lobes[0];
  if (bsdf->count > 1 || lobe->kind != LOBE_DIFFUSE || !lobe_is_plain(lobe)) return bsdf_sum_lobes(bsdf, wi, pdf);
  *pdf = diffuse_pdf(wi, bsdf->ng);
  return lobe->color * (lobe->weight * *pdf);
}

/* The same of the lobes whose transmission leads where that of the chosen one does. */
static __attribute__((noinline)) Spectrum bsdf_eval_same_medium(const Bsdf *bsdf, uint32_t chosen, Vec3 wi, float *pdf) {
  BsdfDirection direction;
  bsdf_direction(bsdf, wi, &direction);
  bool crossed = medium_is_crossed(&bsdf->lobes[chosen]);
  Spectrum f = spectrum_zero();
  *pdf = 0.0f;
  for (uint32_t i = 0; i < bsdf->count; i++) {
    if (crossed ? i != chosen : medium_is_crossed(&bsdf->lobes[i])) continue;
    float lobe_pdf;
    f += bsdf_lobe_eval(bsdf, i, &direction, &lobe_pdf);
    *pdf += bsdf->probability[i] * lobe_pdf;
  }
  return f;
}

/* wi in world coordinates. */
static inline Spectrum bsdf_eval(const Bsdf *bsdf, Vec3 wi, float *pdf) {
  return bsdf_eval_local(bsdf, frame_to_local(&bsdf->frame, wi), pdf);
}

/* Reflection or refraction by a smooth dielectric or pane, chosen by the shares. False: the kind it would be is not allowed. */
static inline bool bsdf_dielectric_sample(const Bsdf *bsdf, const Lobe *lobe, float choice, Vec3 *wi, BsdfSample *sample) {
  float eta = medium_eta(bsdf->media, lobe, bsdf->material, bsdf->front), cos_t = 0.0f;
  DielectricShares shares = {spectrum_all(1.0f), lobe->color};
  float reflect_share = 0.0f, transmit_share = 0.0f;
  if (lobe->thin) {
    shares = pane_shares(bsdf->wo[2], eta, lobe->color);
    reflect_share = spectrum_average(shares.reflected), transmit_share = spectrum_average(shares.transmitted);
    shares.reflected /= reflect_share;
    shares.transmitted = transmit_share > 0.0f ? shares.transmitted / transmit_share : spectrum_zero();
  } else {
    reflect_share = fresnel_dielectric(bsdf->wo[2], eta, &cos_t), transmit_share = 1.0f - reflect_share;
  }
  if (!(bsdf->allowed & BSDF_GLOSSY)) reflect_share = 0.0f;
  if (!(bsdf->allowed & BSDF_TRANSMISSION)) transmit_share = 0.0f;
  float total = reflect_share + transmit_share;
  if (!(total > 1e-30f)) return false; /* its inverse is finite */
  if (choice * total < reflect_share) {
    *wi = bsdf_keep_side(bsdf, vec3(-bsdf->wo[0], -bsdf->wo[1], bsdf->wo[2]), 1.0f);
    sample->weight = total * shares.reflected;
    sample->flags = BSDF_GLOSSY | BSDF_SPECULAR;
  } else {
    *wi = lobe->thin ? frame_to_local(&bsdf->frame, bsdf->ahead)
                     : bsdf_keep_side(bsdf, vec3(-eta * bsdf->wo[0], -eta * bsdf->wo[1], -cos_t), -1.0f);
    sample->weight = total * shares.transmitted;
    sample->flags = BSDF_TRANSMISSION | BSDF_SPECULAR;
  }
  return true;
}

/* What a lobe that mirrors does of light along wo. */
static inline Spectrum bsdf_mirrored_share(const Bsdf *bsdf, const Lobe *lobe) {
  if (lobe->kind == LOBE_MIRROR) return lobe->color;
  return lobe->kind == LOBE_COAT ? coat_reflectance(lobe, bsdf->wo[2]) : conductor_fresnel(lobe, bsdf->wo[2]);
}

/* Factor of the layers over a specular lobe, which has sent light along wi (local). */
static inline Spectrum bsdf_specular_beneath(const Bsdf *bsdf, const Lobe *lobe, Vec3 wi, uint32_t flags) {
  uint32_t over = lobe->over & bsdf->layers;
  if (!(flags & BSDF_TRANSMISSION)) return layers_factor(over, &bsdf->above, &bsdf->above, false);
  LayerSide beyond;
  layers_side(&beyond, bsdf->lobes, over, min_f(abs_f(wi[2]), 1.0f));
  return layers_factor(over, &bsdf->above, &beyond, false);
}

/* choice and u are independent numbers in [0, 1). False: absorbed. */
static inline bool bsdf_sample(const Bsdf *bsdf, float choice, Vec2 u, BsdfSample *sample) {
  // Choose a lobe; what is left of the number serves again
  uint32_t chosen = 0;
  if (bsdf->count > 1) {
    uint32_t i = 0;
    float below = 0.0f;
    for (; i < bsdf->count; i++) {
      if (bsdf->probability[i] <= 0.0f) continue;
      chosen = i; /* the last possible one, should rounding leave the sum below 1 */
      if (choice < below + bsdf->probability[i]) break;
      below += bsdf->probability[i];
    }
    choice = clamp_f((choice - below) / bsdf->probability[chosen], 0.0f, ONE_MINUS_EPSILON);
  }
  const Lobe *lobe = &bsdf->lobes[chosen];
  *sample = (BsdfSample){.lobe = lobe};

  // Specular lobes stand for themselves
  Vec3 wi = vec3_all(0.0f);
  bool specular = lobe_is_specular(bsdf, lobe);
  switch ((LobeKind)lobe->kind) {
  case LOBE_DIFFUSE:
    wi = lobe_is_plain(lobe) ? diffuse_sample(u, bsdf->ng) : bsdf_keep_side(bsdf, sample_hemisphere_cosine(u), 1.0f);
    sample->flags = BSDF_DIFFUSE;
    break;
  case LOBE_TRANSLUCENT:
    wi = lobe_is_plain(lobe) ? -diffuse_sample(u, bsdf->ng) : bsdf_keep_side(bsdf, -sample_hemisphere_cosine(u), -1.0f);
    sample->flags = BSDF_DIFFUSE;
    break;
  case LOBE_HAIR:
    wi = hair_sample(lobe, bsdf->wo, choice, u);
    sample->flags = BSDF_GLOSSY;
    break;
  case LOBE_SHEEN:
    wi = bsdf_keep_side(bsdf, sheen_sample(u), 1.0f);
    sample->flags = BSDF_DIFFUSE;
    break;
  case LOBE_MIRROR:
  case LOBE_CONDUCTOR:
  case LOBE_COAT:
    if (specular) {
      wi = bsdf_keep_side(bsdf, vec3(-bsdf->wo[0], -bsdf->wo[1], bsdf->wo[2]), 1.0f);
      sample->weight = bsdf_mirrored_share(bsdf, lobe);
      sample->flags = BSDF_GLOSSY | BSDF_SPECULAR;
    } else {
      wi = bsdf_sample_glossy(lobe, bsdf->wo, choice, u);
      if (wi[2] <= 0.0f) return false;
      wi = bsdf_keep_side(bsdf, wi, 1.0f);
      sample->flags = BSDF_GLOSSY;
    }
    break;
  case LOBE_DIELECTRIC:
    if (specular) {
      if (!bsdf_dielectric_sample(bsdf, lobe, choice, &wi, sample)) return false;
    } else {
      Dielectric d = bsdf_dielectric(bsdf, lobe);
      if (!dielectric_sample(&d, bsdf->wo, choice, u, &wi)) return false;
      sample->flags = wi[2] > 0.0f ? BSDF_GLOSSY : BSDF_TRANSMISSION;
      wi = bsdf_keep_side(bsdf, wi, wi[2] > 0.0f ? 1.0f : -1.0f);
    }
    break;
  }
  sample->wi = frame_to_world(&bsdf->frame, wi);
  if (specular) {
    sample->weight *= lobe->weight / bsdf->probability[chosen];
    if (lobe->over & bsdf->layers) sample->weight *= bsdf_specular_beneath(bsdf, lobe, wi, sample->flags);
    return true;
  }

  // Of the others the whole sum, or what leads into the same medium
  Spectrum f = bsdf_eval_local(bsdf, wi, &sample->pdf);
  float pdf = sample->pdf;
  if (bsdf->count > 1 && dot(wi, bsdf->ng) < 0.0f) f = bsdf_eval_same_medium(bsdf, chosen, wi, &pdf);
  if (!(pdf > 0.0f)) return false;
  sample->weight = f / pdf;
  return true;
}

#endif
