/* white_balance.h - what is lit by light of one colour, shown as if that light were white (docs/IMAGES.md).
 *
 * Von Kries' adaptation in the cone space of Lam 1985 ("Bradford", as in CIECAM97s and ICC profiles): the cones' answers are scaled so that those
 * to the given white become those to D65. The white's own luminance is left out: what has its colour keeps its luminance.
 * Pure functions, the same bits everywhere; any thread. */
#ifndef ML_IMAGE_WHITE_BALANCE_H
#define ML_IMAGE_WHITE_BALANCE_H

#include "math/vec.h"
#include "moonlit.h"

typedef struct WhiteBalance {
  bool none;    /* nothing is changed */
  Vec3 r, g, b; /* what a red, a green and a blue of 1 become, linear Rec.709 */
} WhiteBalance;

/* Whether it is a colour that light can have, or 0. */
bool white_is_valid(MlColor white);
/* white: linear Rec.709, valid; 0: none. */
WhiteBalance white_balance(MlColor white);
/* `count` linear pixels, 3 floats each, in place. Colours that are more saturated than the white's may get negative channels. */
void white_balance_row(const WhiteBalance *balance, float *rgb, uint64_t count);

#endif
