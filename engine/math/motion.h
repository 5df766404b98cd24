/* motion.h - placements that change while the shutter is open: chains of affine maps given at equally spaced times. Double; for building.
 *
 * Between two keys the linear part is taken apart into a turn and a stretch, M = Q S with S symmetric (polar decomposition, by Higham's
 * iteration); the turn runs evenly about one axis, the stretch and the shift run straight (Shoemake & Duff, "Matrix Animation and Polar
 * Decomposition", 1992). A mean of matrices would shrink what turns. Turns between neighbouring keys must be less than half a turn. */
#ifndef ML_MATH_MOTION_H
#define ML_MATH_MOTION_H

#include "math/transform.h"

typedef struct MotionFactor {
  const MlTransform *keys; /* at times 0 .. 1, equally spaced; one: it stands still */
  uint32_t count;
} MotionFactor;

/* The outermost first: a point goes through the last factor first. */
typedef struct MotionChain {
  const MotionFactor *factors;
  uint32_t count;
} MotionChain;

/* The map at `time`, 0..1 (held to that). */
MlTransform motion_at(const MotionChain *chain, double time);
/* (1 - f) a + f b by the rule above, 0 <= f <= 1. Both can be undone and mirror alike; else the mean of matrices. */
MlTransform motion_between(const MlTransform *a, const MlTransform *b, double f);

#endif
