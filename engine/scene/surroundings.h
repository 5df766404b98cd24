/* surroundings.h - what a builder was told to put all around, as an asset: found by its content or made at commit. */
#ifndef ML_SCENE_SURROUNDINGS_H
#define ML_SCENE_SURROUNDINGS_H

#include "light/environment.h"
#include "scene/builder.h"

/* out->table with one reference, which is the caller's to release, or NULL where there is neither environment nor sky. */
MlStatus surroundings_prepare(const MlBuilder *b, Work *work, Surroundings *out, MlError *error);

#endif
