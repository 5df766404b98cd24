/* profiles.h - photometric profiles that a scene names: from an IES file beside the scene to a profile of the builder. */
#ifndef MOONLIT_LUA_PROFILES_H
#define MOONLIT_LUA_PROFILES_H

#include "reader.h"

/* The profile in the file `path` (as the scene has it), for the field of that name. Each file is read once per run. A file that is missing goes on the list
 * of what is needed; that, and what is refused or wrong, is reported, and 0 comes back: no profile. */
MlProfile profile_of_file(Reading *reading, const char *field, const char *path);

#endif
