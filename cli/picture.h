/* picture.h - from a scene to a film: resume, render under the eyes of the user, keep the film. Shared by `render` and `hash`. */
#ifndef MOONLIT_CLI_PICTURE_H
#define MOONLIT_CLI_PICTURE_H

#include "scene.h"

typedef struct Picture {
  MlFilm *film;
  MlProgress progress; /* the last */
  float exposure;      /* EV */
  bool interrupted;    /* the film holds what there was by then */
} Picture;

/* EXIT_DONE, or the exit code after it has been said why; picture_free in both cases. Files that will be written later are checked
 * by file_check before. */
int picture_render(Picture *picture, SceneFile *scene);
/* --film, if given; says how to go on when the render was interrupted. */
int picture_keep(const Picture *picture, const Options *options);
void picture_free(Picture *picture);

/* Could a file be written at path? Says why not. Leaves nothing behind. */
bool file_check(const char *path);
/* The same for --film, which must not take the scene's place either. An exit code. */
int film_check(const Options *options);
/* Do both paths name one regular file, be it there or not yet? */
bool file_is_same(const char *a, const char *b);

#endif
