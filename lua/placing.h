/* placing.h - where a node goes: the transforms of its fields and methods, and the steps of those that are in motion. */
#ifndef MOONLIT_LUA_PLACING_H
#define MOONLIT_LUA_PLACING_H

#include "reader.h"

MlTransform placing_shift(MlVec3 v);
MlTransform placing_scale(MlVec3 v);
MlTransform placing_turn(MlVec3 degrees); /* about x, then y, then z, the axes fixed */
/* b after a. */
MlTransform placing_after(MlTransform b, MlTransform a);
/* Turns +z to `way`, and +y as near to `up` as that leaves it. */
MlTransform placing_aim(MlVec3 way, MlVec3 up);
bool placing_is_identity(const MlTransform *t);
bool placing_same(MlVec3 a, MlVec3 b);

/* The fields' part: scale, turn, floor, at; of what moves, as it is when the frame begins. */
MlTransform placing_of_fields(Reading *r, const Node *node);
bool placing_fields_move(const NodeShared *shared);

/* ---- in motion: steps, each after those before it (NULL: none). What is wrong is reported. */

const PlacingStep *steps_still(Reading *r, const PlacingStep *before, MlTransform t);
const PlacingStep *steps_shift(Reading *r, const PlacingStep *before, MlVec3 from, MlVec3 to);
const PlacingStep *steps_scale(Reading *r, const PlacingStep *before, MlVec3 from, MlVec3 to);
const PlacingStep *steps_turn(Reading *r, const PlacingStep *before, double from, double to, MlVec3 axis);
const PlacingStep *steps_turns(Reading *r, const PlacingStep *before, MlVec3 from, MlVec3 to);
const PlacingStep *steps_of_fields(Reading *r, const Node *node);
/* All of `steps` after `before`. */
const PlacingStep *steps_join(Reading *r, const PlacingStep *before, const PlacingStep *steps);
/* Places the geometry step by step; the outermost placement names material and visibility. 0: the error says why. */
MlNode steps_place(Reading *r, MlNode geometry, const PlacingStep *steps, const MlPlaceDesc *outermost, MlError *error);

#endif
