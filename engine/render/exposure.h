/* exposure.h - the automatic exposure: a small picture of the same scene, rendered for its brightness alone.
 *
 * 64 pixels on the long side, 4 samples, the view's camera, a film of its own. It never touches the real film. Its tiles may be
 * rendered by several threads, each tile by one. */
#ifndef ML_RENDER_EXPOSURE_H
#define ML_RENDER_EXPOSURE_H

#include "render/kernel.h"

typedef struct ExposurePass {
  MlFilm *film;
  Camera camera;
  RenderSettings settings;
  uint32_t tiles; /* to be rendered, 0 where the exposure does not depend on the scene */
} ExposurePass;

/* view and settings must have been resolved. Memory is the engine's. */
MlStatus exposure_pass_init(ExposurePass *pass, MlEngine *engine, const MlScene *scene, const MlView *view, const RenderSettings *settings,
                            MlError *error);
void exposure_pass_free(ExposurePass *pass);
/* job brings scene, cancel and counters. false: cancelled. */
bool exposure_pass_tile(const ExposurePass *pass, const Kernel *kernel, const TileJob *job, uint32_t tile);
/* EV, when every tile has been rendered. */
float exposure_pass_value(const ExposurePass *pass);

#endif
