/* view.h - an MlView with every default filled in and everything checked but the camera, which needs the scene. */
#ifndef ML_RENDER_VIEW_H
#define ML_RENDER_VIEW_H

#include "camera/camera.h"
#include "scene/scene.h"

#define VIEW_MAX_SIZE 65535u

/* Size and crop explicit: crop_width and crop_height are never 0. view NULL: all defaults.
 * ML_ERROR_ARGUMENT: sizes outside 1..65535, a crop outside the picture, an unknown enum, an exposure that is not finite. */
MlStatus view_resolve(const MlView *view, MlView *out, MlError *error);
/* The camera of a resolved view, frozen for the kernel. */
MlStatus view_camera(const MlView *view, const Scene *scene, Camera *out, MlError *error);

#endif
