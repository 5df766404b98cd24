/* images.h - pictures that a scene names: from a file beside the scene to an image of the builder. */
#ifndef MOONLIT_LUA_IMAGES_H
#define MOONLIT_LUA_IMAGES_H

#include "reader.h"

/* The picture in the file `path` (as the scene has it), for the step or field that `reading` is at: `field` names the field, NULL is the
 * step at hand. A file that is missing goes on the list of what is needed; that, and what is refused or damaged, is reported, and a white
 * placeholder comes back so that the run finds everything else, too. Each file is read once per run and colour space. 0: memory is out,
 * which has been reported. */
MlImage image_of_file(Reading *reading, const char *field, const char *path, MlColorSpace space);

#endif
