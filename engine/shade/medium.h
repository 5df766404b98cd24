/* medium.h - the dielectrics that a path is inside of, innermost last.
 *
 * Crossing a dielectric's front enters it, crossing its back leaves it (by material, so that overlapping bodies of one glass merge and a
 * body inside another refracts against it). A back that was never entered belongs to a body the path began in: the segment just
 * travelled was inside that. Beyond MEDIUM_MAX nested bodies, further ones count as vacuum around them. Thin panes have no inside: they lie
 * in what is there. Indices are those of the path's wavelength, which is drawn before the first dispersive body is entered. */
#ifndef ML_SHADE_MEDIUM_H
#define ML_SHADE_MEDIUM_H

#include "math/elementary.h"
#include "shade/dispersion.h"

#define MEDIUM_MAX 4

typedef struct Medium {
  Spectrum absorption; /* 1/m */
  float ior;
  uint32_t material;
} Medium;

typedef struct MediumStack {
  Medium media[MEDIUM_MAX];
  uint32_t count;
  float wavelength; /* of the path, nm; 0: all of them */
} MediumStack;

static inline Medium medium_of(const Lobe *lobe, float wavelength, uint32_t material) {
  return (Medium){lobe->absorption, dispersion_index(lobe, wavelength), material};
}

/* What is left of light over `distance` metres (Beer-Lambert). */
static inline Spectrum medium_transmittance(Spectrum absorption, float distance) {
  if (spectrum_is_black(absorption)) return spectrum_all(1.0f);
  return spectrum_exp(-distance * absorption);
}
static inline Spectrum medium_stack_transmittance(const MediumStack *stack, float distance) {
  if (stack->count == 0) return spectrum_all(1.0f);
  return medium_transmittance(stack->media[stack->count - 1].absorption, distance);
}

/* Position of the innermost body of `material`, or -1. */
static inline int32_t medium_find(const MediumStack *stack, uint32_t material) {
  int32_t i = (int32_t)stack->count - 1;
  while (i >= 0 && stack->media[i].material != material) i--;
  return i;
}

/* Index on the incident side over the index beyond, for a path that meets `lobe` of `material` on its front or back. */
static inline float medium_eta(const MediumStack *stack, const Lobe *lobe, uint32_t material, bool front) {
  float here = stack->count ? stack->media[stack->count - 1].ior : 1.0f;
  float ior = dispersion_index(lobe, stack->wavelength);
  if (front || lobe->thin) return here / ior;
  int32_t at = medium_find(stack, material);
  if (at < 0) return ior / here;
  if (at < (int32_t)stack->count - 1) return 1.0f;
  return here / (at > 0 ? stack->media[at - 1].ior : 1.0f);
}

/* Whether passing the lobe leads into another medium. */
static inline bool medium_is_crossed(const Lobe *lobe) { return lobe->kind == LOBE_DIELECTRIC && !lobe->thin; }

/* The path has passed the lobe. */
static inline void medium_cross(MediumStack *stack, const Lobe *lobe, uint32_t material, bool front) {
  if (!medium_is_crossed(lobe)) return;
  if (front) {
    if (stack->count < MEDIUM_MAX) stack->media[stack->count++] = medium_of(lobe, stack->wavelength, material);
    return;
  }
  int32_t at = medium_find(stack, material);
  if (at < 0) return;
  for (uint32_t i = (uint32_t)at + 1; i < stack->count; i++) stack->media[i - 1] = stack->media[i];
  stack->count--;
}

#endif
