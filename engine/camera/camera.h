/* camera.h - the resolved camera that the kernel uses; from MlCamera by camera_resolve. */
#ifndef ML_CAMERA_CAMERA_H
#define ML_CAMERA_CAMERA_H

#include "math/bounds.h"
#include "math/vec.h"
#include "moonlit.h"

/* Positions are relative to the scene origin. Image plane coordinates: x right, y down, pixel units of the whole image. */
typedef struct Camera {
  Vec3 from;
  Vec3 right, up, forward; /* unit, orthogonal */
  float scale_x, scale_y;  /* half extent of the image at distance 1 (perspective) or in metres (orthographic) */
  float width, height;     /* of the whole image, pixels */
  float lens_radius, focus;
  uint32_t kind, blades;
  float shutter; /* rays leave at times 0 .. shutter of the frame */
  /* One in motion: right, up and forward follow from what moves evenly (ray.h); the focus, too, where it is look_at's. */
  bool moves, focus_follows;
  Vec3 view, upward;                      /* to look_at; what is up, of any length */
  Vec3 next_from, next_view, next_upward; /* when the next frame begins */
} Camera;

/* Fill in what is automatic. Where from and look_at are both 0 (and it stands still), the finite bounds (in world coordinates) are framed, seen from +z and a
 * little above. aspect: width over height. */
MlCamera camera_resolve(const MlCamera *camera, const MlBounds *bounds, double aspect);
/* `camera` must be resolved. origin: the scene's. ML_ERROR_ARGUMENT: from == look_at, up along the view (or so on its way), fov outside 0..180,
 * a shutter outside 0..1, 1 or 2 blades, and what floats could not hold: places and sizes beyond 1e16 m, sizes below 1e-30 m, more than 65535 blades. */
MlStatus camera_freeze(const MlCamera *camera, uint32_t width, uint32_t height, const double origin[3], Camera *out, MlError *error);

#endif
