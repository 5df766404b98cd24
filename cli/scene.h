/* scene.h - a scene file brought to a frozen scene, with everything told on the way that there is to tell. */
#ifndef MOONLIT_CLI_SCENE_H
#define MOONLIT_CLI_SCENE_H

#include "cli.h"

typedef struct SceneFile {
  const Options *options;
  MlEngine *engine;
  ScriptFolder *folder;
  ScriptEvaluation *evaluation;
  MlView view;         /* the script's, with the options' changes */
  MlSettings settings; /* the same */
  MlDisplay display;   /* of `view`, but nothing is changed where the integrator shows data instead of light; the exposure comes later */
} SceneFile;

typedef enum SceneDepth { SCENE_EVALUATE, SCENE_COMMIT } SceneDepth;

/* EXIT_DONE, or the exit code after it has been said why. In both cases scene_close. With --json, diagnostics go to `json`, else to
 * standard error as text. */
int scene_open(SceneFile *scene, const Options *options, SceneDepth depth, FILE *json);
/* In steps: the engine and the scene's folder, then as many texts in place of the file's as there are to be tried, of which nothing is told; the last
 * evaluation stays. assets: their modules and pictures. */
int scene_begin(SceneFile *scene, const Options *options);
int scene_evaluate(SceneFile *scene, const char *source, size_t size, const ScriptAssets *assets);
#define SCENE_SOURCE_LIMIT (UINT64_C(4) << 20)
void scene_close(SceneFile *scene);

#endif
