/* medium.h - the dielectrics that a path is inside of, innermost last.
 *
 * Crossing a dielectric's front enters it, crossing its back leaves it (by material, so that overlapping bodies of one glass merge and a
 * body inside another refracts against it). A back that was never entered belongs to a body the path began in: the segment just
 * travelled was inside that. Beyond MEDIUM_MAX nested bodies, further ones count as vacuum around them. */
#ifndef ML_SHADE_MEDIUM_H
#define ML_SHADE_MEDIUM_H

#include "math/elementary.h"
#include "shade/material.h"

#define MEDIUM_MAX 4

typedef struct Medium {
  Spectrum absorption; /* 1/m */
  float ior;
  uint32_t material;
} Medium;

typedef struct MediumStack {
  Medium media[MEDIUM_MAX];
  uint32_t count;
} MediumStack;

static inline Medium medium_of(const Lobe *lobe, uint32_t material) { return (Medium){lobe->absorption, lobe->ior, material}; }

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
  if (front) return here / lobe->ior;
  int32_t at = medium_find(stack, material);
  if (at < 0) return lobe->ior / here;
  if (at < (int32_t)stack->count - 1) return 1.0f;
  return here / (at > 0 ? stack->media[at - 1].ior : 1.0f);
}

/* The path has crossed the boundary. */
static inline void medium_cross(MediumStack *stack, const Lobe *lobe, uint32_t material, bool front) {
  if (front) {
    if (stack->count < MEDIUM_MAX) stack->media[stack->count++] = medium_of(lobe, material);
    return;
  }
  int32_t at = medium_find(stack, material);
  if (at < 0) return;
  for (uint32_t i = (uint32_t)at + 1; i < stack->count; i++) stack->media[i - 1] = stack->media[i];
  stack->count--;
}

#endif
