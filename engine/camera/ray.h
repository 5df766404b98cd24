/* ray.h - camera rays. Per-ray code. */
#ifndef ML_CAMERA_RAY_H
#define ML_CAMERA_RAY_H

#include "camera/camera.h"
#include "math/sampling.h"
#include "shape/ray.h"

/* A uniform point of the lens, in units of its radius: the disc, or the regular polygon inside it with one corner up. */
static inline Vec2 camera_lens_point(const Camera *camera, Vec2 u) {
  if (camera->blades < 3) return sample_disk_concentric(u);
  Vec2 p = sample_polygon(u, camera->blades);
  return (Vec2){-p.y, p.x};
}

/* The camera as it stands at a time of the frame. */
static inline Camera camera_at(const Camera *camera, float time) {
  Camera at = *camera;
  at.from = camera->from + (camera->next_from - camera->from) * time;
  Vec3 view = camera->view + (camera->next_view - camera->view) * time;
  at.forward = normalize(view);
  at.right = normalize(cross(at.forward, camera->upward + (camera->next_upward - camera->upward) * time));
  at.up = cross(at.right, at.forward);
  if (camera->focus_follows) at.focus = length(view);
  return at;
}

/* Through film position (x, y), counted in pixels from the image's centre to the right and down. d is unit. Thin lens: all rays
 * through one film position meet in the plane in focus. */
static inline Ray camera_ray(const Camera *camera, float x, float y, Vec2 lens) {
  float sx = x * (2.0f * camera->scale_x / camera->width), sy = -y * (2.0f * camera->scale_y / camera->height);
  Vec3 across = camera->right * sx + camera->up * sy;
  Ray ray = {.o = camera->from, .d = camera->forward, .t_max = INFINITY_F, .kind = RAY_CAMERA};
  if (camera->kind == ML_CAMERA_ORTHOGRAPHIC) {
    ray.o = camera->from + across;
  } else {
    ray.d = camera->forward + across;
  }
  if (camera->lens_radius > 0.0f) {
    Vec2 p = camera_lens_point(camera, lens);
    Vec3 offset = camera->right * (camera->lens_radius * p.x) + camera->up * (camera->lens_radius * p.y);
    ray.d = camera->focus * ray.d - offset;
    ray.o += offset;
  }
  ray.d = normalize(ray.d);
  return ray;
}

/* What one pixel sees along a ray of the camera. */
static inline RayCone camera_cone(const Camera *camera, const Ray *ray) {
  float pixel = 2.0f * camera->scale_y / camera->height;
  if (camera->kind == ML_CAMERA_ORTHOGRAPHIC) return (RayCone){pixel, 0.0f};
  return (RayCone){0.0f, pixel * dot(ray->d, camera->forward)};
}

#endif
