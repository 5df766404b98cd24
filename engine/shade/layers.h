/* layers.h - what a coat or a sheen leaves to the lobes beneath it.
 *
 * A layer with directional albedo E leaves T = 1 - E (T is per channel where a film colours E). A lobe beneath is multiplied, per layer,
 *   where it is glossy or specular by min(T(o), T(i)): in a mirror's direction, where both are one, exactly what is left;
 *   where it is diffuse by T(o) T(i) / mean T, mean T the cosine-weighted one, and the light that a coat's boundary keeps sending back
 *   tints it by (1 - K) / (1 - K albedo): of a white base, T(o) leaves in all.
 * Both are reciprocal, and neither makes energy. Of several layers over a diffuse lobe, the products' mean is taken (by quadrature, as where a
 * film colours). What the layer itself absorbs, going in and out at both cosines, comes on top. Light that passes through the
 * surface (translucent, transmitted) is treated as if both sides had the layer.
 *
 * What white layers over a white base leave in all, whatever the view and the normals: over Lambert, translucent and mirrors 1 within .005;
 * over rough diffuse bases 1 within .03 (at most 1.01), under rough coats with a film 1 within .015; over rough metal .95 to 1, for
 * the lesser T does not get back what the greater one would (tests/engine/test_shade_layers.c). */
#ifndef ML_SHADE_LAYERS_H
#define ML_SHADE_LAYERS_H

#include "shade/coat.h"
#include "shade/sheen.h"

/* Of one direction, for the lobes of a material that are layers: what they leave, and what their own absorption leaves of that. */
typedef struct LayerSide {
  Spectrum left[MATERIAL_MAX_LOBES], through[MATERIAL_MAX_LOBES];
} LayerSide;

/* T at a cosine 0..1; all of it for what is no layer. */
static inline Spectrum layer_left(const Lobe *lobe, float cosine) {
  if (lobe->kind == LOBE_COAT) return coat_left(lobe, cosine);
  if (lobe->kind == LOBE_SHEEN) return spectrum_all(1.0f - spectrum_max(lobe->color) * sheen_albedo(cosine, sheen_alpha(lobe)));
  return spectrum_all(1.0f);
}
static inline Spectrum layer_through(const Lobe *lobe, float cosine) {
  return lobe->kind == LOBE_COAT ? coat_transmittance(lobe, cosine) : spectrum_all(1.0f);
}

/* Fills in the entries of the lobes in `mask`. */
static inline void layers_side(LayerSide *side, const Lobe *lobes, uint32_t mask, float cosine) {
  for (uint32_t i = 0; mask >> i != 0; i++) {
    if ((mask >> i & 1) == 0) continue;
    side->left[i] = layer_left(&lobes[i], cosine);
    side->through[i] = layer_through(&lobes[i], cosine);
  }
}

/* Cosine-weighted mean of the product of T over the layers in `mask`, not 0. */
static inline Spectrum layers_mean(const Lobe *lobes, uint32_t mask) {
  uint32_t first = (uint32_t)__builtin_ctz(mask);
  if (mask == 1u << first) {
    const Lobe *lobe = &lobes[first];
    if (lobe->kind == LOBE_SHEEN) return spectrum_all(1.0f - spectrum_max(lobe->color) * sheen_albedo_average(sheen_alpha(lobe)));
    if (lobe->kind == LOBE_COAT && lobe->film <= 0.0f)
      return spectrum_all(1.0f - spectrum_max(lobe->color) *
                                   coat_albedo_average(glossy_is_smooth(lobe) ? 0.0f : glossy_mean_alpha(lobe), lobe->ior));
  }
  // Gauss-Legendre in t = sqrt(mu), where 2 mu dmu = 4 t^3 dt
  static const float node[5] = {0.04691008f, 0.23076534f, 0.5f, 0.76923466f, 0.95308992f};
  static const float weight[5] = {0.11846344f, 0.23931434f, 0.28444444f, 0.23931434f, 0.11846344f};
  Spectrum sum = spectrum_zero();
  for (int n = 0; n < 5; n++) {
    Spectrum product = spectrum_all(4.0f * weight[n] * node[n] * node[n] * node[n]);
    for (uint32_t i = 0; mask >> i != 0; i++)
      if (mask >> i & 1) product *= layer_left(&lobes[i], node[n] * node[n]);
    sum += product;
  }
  return sum;
}

/* The constant part of the factor of a diffuse lobe beneath the layers in `mask`. */
static inline Spectrum layers_diffuse(const Lobe *lobes, uint32_t mask, Spectrum albedo) {
  Spectrum factor = spectrum_all(1.0f) / spectrum_at_least(layers_mean(lobes, mask), 1e-3f);
  for (uint32_t i = 0; mask >> i != 0; i++) {
    if ((mask >> i & 1) == 0 || lobes[i].kind != LOBE_COAT) continue;
    float inner = coat_inner_albedo(&lobes[i]);
    factor *= (1.0f - inner) / (spectrum_all(1.0f) - inner * albedo);
  }
  return factor;
}

/* The rest of a lobe's factor, between two directions. */
static inline Spectrum layers_factor(uint32_t mask, const LayerSide *o, const LayerSide *i, bool diffuse) {
  Spectrum factor = spectrum_all(1.0f);
  for (uint32_t n = 0; mask >> n != 0; n++) {
    if ((mask >> n & 1) == 0) continue;
    factor *= diffuse ? o->left[n] * i->left[n] : spectrum_least(o->left[n], i->left[n]);
    factor *= o->through[n] * i->through[n];
  }
  return factor;
}

#endif
