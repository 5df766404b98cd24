/* params.c - moonlit params: the parameters that a scene declares. */
#include "scene.h"

int command_params(const Options *options) {
  SceneFile scene;
  int code = scene_open(&scene, options, SCENE_EVALUATE, NULL);
  if (scene.evaluation && !scene.evaluation->cancelled) {
    const MlSink sink = stream_sink(stdout);
    (options->schema ? script_write_params_schema
     : options->json ? script_write_params_json
                     : script_write_params)(scene.evaluation, &sink);
  }
  scene_close(&scene);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
