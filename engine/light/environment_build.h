/* environment_build.h - from a picture, or a sky's description, to a frozen Environment. Any thread. */
#ifndef ML_LIGHT_ENVIRONMENT_BUILD_H
#define ML_LIGHT_ENVIRONMENT_BUILD_H

#include "light/environment.h"

/* Fill kind, hash and check of what would be made: identity for the cache. */
void environment_identify_picture(const TextureImage *image, Environment *out);
void environment_identify_sky(const SkyParameters *parameters, Environment *out);
bool environment_same(const Environment *a, const Environment *b);
/* ML_ERROR_MEMORY, ML_ERROR_CANCELLED. */
MlStatus environment_of_picture(Memory *memory, const TextureImage *image, Work *work, Environment **out, MlError *error);
MlStatus environment_of_sky(Memory *memory, const SkyParameters *parameters, Work *work, Environment **out, MlError *error);
void environment_free(Memory *memory, Environment *environment);

#endif
