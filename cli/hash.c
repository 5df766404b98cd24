/* hash.c - moonlit hash: renders and prints the film's hash, alone on the last line. */
#include "picture.h"

int command_hash(const Options *options) {
  int code = film_check(options);
  if (code != EXIT_DONE) return code;
  SceneFile scene;
  Picture picture = {0};
  code = scene_open(&scene, options, SCENE_COMMIT, options->json ? stdout : NULL);
  if (code == EXIT_DONE) {
    scene.view.fixed_exposure = true; /* nobody will see it */
    code = picture_render(&picture, &scene);
  }
  if (code == EXIT_DONE) code = picture_keep(&picture, options);
  if (code == EXIT_DONE && picture.interrupted) code = EXIT_INTERRUPTED;
  if (code == EXIT_DONE) printf("%016llx\n", (unsigned long long)ml_film_hash(picture.film));
  picture_free(&picture);
  scene_close(&scene);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
