/* film_create.c - the film of a scene, a view and settings. */
#include "base/error.h"
#include "render/engine.h"
#include "render/view.h"

MlStatus ml_film_create(MlEngine *engine, const MlScene *scene, const MlView *view, const MlSettings *settings, MlFilm **out,
                        MlError *error) {
  FLOAT_STATE_OURS;
  error_clear(error);
  const Scene *frozen = scene_of(scene);
  MlView resolved;
  Camera camera;
  RenderSettings render;
  TRY(view_resolve(view, &resolved, error));
  TRY(view_camera(&resolved, frozen, &camera, error));
  TRY(settings_resolve(settings, frozen, &render, error));
  MlFilm like = {.width = resolved.crop_width,
                 .height = resolved.crop_height,
                 .full_width = resolved.width,
                 .full_height = resolved.height,
                 .crop_x = resolved.crop_x,
                 .crop_y = resolved.crop_y,
                 .first_sample = render.s.first_sample,
                 .samples = render.s.samples,
                 .scene_hash = frozen->stats.hash,
                 .settings_hash = settings_hash(&render, &camera)};
  return film_new(&engine->memory, &like, out, error);
}
