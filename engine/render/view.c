/* view.c - defaults and checks of MlView. */
#include "render/view.h"

#include <string.h>

#include "base/error.h"
#include "image/white_balance.h"

MlStatus view_resolve(const MlView *view, MlView *out, MlError *error) {
  memset(out, 0, sizeof *out);
  if (view) {
    if (view->size == 0 || view->size > sizeof *out)
      return error_set(error, ML_ERROR_ARGUMENT, "view.size: expected sizeof(MlView) = %u, got %llu", (unsigned)sizeof *out,
                       (unsigned long long)view->size);
    memcpy(out, view, view->size);
  }
  out->size = sizeof *out;

  if (out->width == 0) out->width = 1280;
  if (out->height == 0) out->height = 720;
  if (out->width > VIEW_MAX_SIZE || out->height > VIEW_MAX_SIZE)
    return error_set(error, ML_ERROR_ARGUMENT, "size: expected 1x1 to 65535x65535, got %ux%u", out->width, out->height);

  if (!out->crop_x && !out->crop_y && !out->crop_width && !out->crop_height) out->crop_width = out->width, out->crop_height = out->height;
  if (out->crop_width == 0 || out->crop_height == 0)
    return error_set(error, ML_ERROR_ARGUMENT, "crop: width and height must be at least 1, got %ux%u", out->crop_width, out->crop_height);
  if ((uint64_t)out->crop_x + out->crop_width > out->width || (uint64_t)out->crop_y + out->crop_height > out->height)
    return error_set(error, ML_ERROR_ARGUMENT, "crop: %u,%u,%u,%u reaches outside the picture of %ux%u", out->crop_x, out->crop_y,
                     out->crop_width, out->crop_height, out->width, out->height);

  if ((unsigned)out->camera.kind > ML_CAMERA_ORTHOGRAPHIC)
    return error_set(error, ML_ERROR_ARGUMENT, "camera.kind: %u is not known", (unsigned)out->camera.kind);
  if ((unsigned)out->tonemap > ML_TONEMAP_FALSE_COLOR)
    return error_set(error, ML_ERROR_ARGUMENT, "tonemap: %u is not known", (unsigned)out->tonemap);
  if (!white_is_valid(out->white)) return error_set(error, ML_ERROR_ARGUMENT, "white: expected a colour of channels 0 to 1e30");
  if (!__builtin_isfinite(out->exposure)) return error_set(error, ML_ERROR_ARGUMENT, "exposure: expected a finite number");
  return ML_OK;
}

MlStatus view_camera(const MlView *view, const Scene *scene, Camera *out, MlError *error) {
  MlCamera camera = camera_resolve(&view->camera, &scene->stats.bounds, (double)view->width / (double)view->height);
  return camera_freeze(&camera, view->width, view->height, scene->origin, out, error);
}
