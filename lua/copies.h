/* copies.h - one node at many places: what rings, grids and scattering are made of. */
#ifndef MOONLIT_LUA_COPIES_H
#define MOONLIT_LUA_COPIES_H

#include "reader.h"

/* A place: 12 floats, row-major, as in MlTransform. */
typedef struct CopyPlace {
  float m[12];
} CopyPlace;

/* A group of `child` at so many places: placements while they are few or shine (so that they are lights), else an array. Counts as so many
 * objects. 0: reported. */
MlNode copies_make(Reading *r, MlNode child, bool emits, const CopyPlace *places, uint64_t count);

#endif
