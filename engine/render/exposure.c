/* exposure.c - the automatic exposure's own small render. */
#include "render/exposure.h"

#include <string.h>

#include "base/error.h"
#include "render/view.h"

#define LONG_SIDE 64u
#define SAMPLES 4u
#define TILE 16u /* 64 x 36: 12 tiles, work for a dozen threads */

static uint32_t tiles_across(uint32_t pixels) { return (pixels + TILE - 1) / TILE; }

MlStatus exposure_pass_init(ExposurePass *pass, MlEngine *engine, const MlScene *handle, const MlView *view, const RenderSettings *settings,
                            MlError *error) {
  memset(pass, 0, sizeof *pass);
  if (integrator_shows_data(settings->s.integrator)) return ML_OK;
  const Scene *scene = scene_of(handle);

  // The same view, smaller; the camera is resolved for the view's own proportions.
  MlView small = *view;
  small.camera = camera_resolve(&view->camera, &scene->stats.bounds, (double)view->width / (double)view->height);
  const uint32_t longer = view->width > view->height ? view->width : view->height;
  if (longer > LONG_SIDE) {
    small.width = (view->width * LONG_SIDE + longer / 2) / longer;
    small.height = (view->height * LONG_SIDE + longer / 2) / longer;
    if (small.width == 0) small.width = 1;
    if (small.height == 0) small.height = 1;
  }
  small.crop_x = small.crop_y = 0;
  small.crop_width = small.width, small.crop_height = small.height;

  pass->settings = *settings;
  pass->settings.s.samples = SAMPLES;
  pass->settings.s.first_sample = 0;
  TRY(view_camera(&small, scene, &pass->camera, error));
  TRY(ml_film_create(engine, handle, &small, &pass->settings.s, &pass->film, error));
  pass->tiles = tiles_across(small.width) * tiles_across(small.height);
  return ML_OK;
}

void exposure_pass_free(ExposurePass *pass) { ml_film_destroy(pass->film); }

bool exposure_pass_tile(const ExposurePass *pass, const Kernel *kernel, const TileJob *job, uint32_t tile) {
  const uint32_t across = tiles_across(pass->film->width);
  TileJob own = *job;
  own.camera = &pass->camera;
  own.settings = &pass->settings;
  own.film = pass->film;
  own.target = SAMPLES;
  own.x0 = tile % across * TILE, own.y0 = tile / across * TILE;
  own.x1 = own.x0 + TILE < pass->film->width ? own.x0 + TILE : pass->film->width;
  own.y1 = own.y0 + TILE < pass->film->height ? own.y0 + TILE : pass->film->height;
  return kernel->render_tile(&own);
}

float exposure_pass_value(const ExposurePass *pass) { return pass->film ? film_exposure(pass->film) : 0.0f; }
