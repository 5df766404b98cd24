/* camera.c - filling in and freezing cameras, in double; once per render. */
#include "camera/camera.h"

#include "base/error.h"
#include "base/number.h"
#include "math/dvec.h"

#define DEGREES (0x1.921fb54442d18p+1 / 180.0)

static double or_default(double value, double otherwise) { return value != 0.0 ? value : otherwise; }

/* What the kernel's floats can hold, squares and products with directions included. */
#define FURTHEST 1e16
#define NEAREST 1e-30
#define MOST_BLADES 65535u

/* How much of the picture's height and width the framed bounds may take. */
#define FRAME_SHARE 0.95

/* Stand off along +z and a little above until all corners of the finite bounds are in the picture. */
static void frame_bounds(MlCamera *camera, const MlBounds *bounds, double aspect) {
  MlVec3 centre = {0, 0, 0}, half = {1, 1, 1};
  if (!bounds->empty) {
    centre = dvec_scale(dvec_add(bounds->min, bounds->max), 0.5);
    half = dvec_scale(dvec_subtract(bounds->max, bounds->min), 0.5);
    if (dvec_is_zero(half)) half = (MlVec3){1, 1, 1};
  }
  MlVec3 towards = dvec_normalize((MlVec3){0.0, 0.25, 1.0}), side = dvec_cross(camera->up, towards);
  if (dvec_length(side) < 0.01 * dvec_length(camera->up)) towards = (MlVec3){0.0, 0.0, 1.0}, side = dvec_cross(camera->up, towards);
  MlVec3 right = dvec_normalize(side), up = dvec_cross(towards, right);

  // The distance that each corner asks for, and the height where there is no perspective
  double slope = FRAME_SHARE * ml_tan(0.5 * camera->fov * DEGREES), distance = 0.0, height = 0.0;
  for (int corner = 0; corner < 8; corner++) {
    MlVec3 v = {(corner & 1) ? half.x : -half.x, (corner & 2) ? half.y : -half.y, (corner & 4) ? half.z : -half.z};
    double x = __builtin_fabs(dvec_dot(v, right)) / aspect, y = __builtin_fabs(dvec_dot(v, up)), most = x > y ? x : y;
    double wanted = most / slope + dvec_dot(v, towards);
    distance = wanted > distance ? wanted : distance;
    height = most > height ? most : height;
  }
  if (camera->kind == ML_CAMERA_ORTHOGRAPHIC) {
    distance = 2.0 * dvec_length(half);
    if (camera->height == 0.0) camera->height = 2.0 * height / FRAME_SHARE;
  }
  camera->look_at = centre;
  camera->from = dvec_add(centre, dvec_scale(towards, distance));
}

MlCamera camera_resolve(const MlCamera *camera, const MlBounds *bounds, double aspect) {
  MlCamera out = *camera;
  out.fov = or_default(out.fov, 40.0);
  if (dvec_is_zero(out.up)) out.up = (MlVec3){0, 1, 0};
  if (out.moves && dvec_is_zero(out.next_up)) out.next_up = (MlVec3){0, 1, 0};
  if (dvec_is_zero(out.from) && dvec_is_zero(out.look_at) && !out.moves) frame_bounds(&out, bounds, aspect);
  if (!out.has_shutter) out.shutter = or_default(out.shutter, 0.5);
  out.has_shutter = true;
  out.height = or_default(out.height, 2.0);
  out.focus = or_default(out.focus, out.moves ? 0.0 : dvec_length(dvec_subtract(out.look_at, out.from)));
  return out;
}

static bool is_size(double metres) { return metres >= NEAREST && metres <= FURTHEST; }

static MlStatus check(const MlCamera *camera, MlError *error) {
  if (!dvec_is_finite(camera->from) || !dvec_is_finite(camera->look_at) || !dvec_is_finite(camera->up))
    return error_set(error, ML_ERROR_ARGUMENT, "camera: from, look_at and up must be finite");
  if (dvec_largest(camera->from) > FURTHEST || dvec_largest(camera->look_at) > FURTHEST)
    return error_set(error, ML_ERROR_ARGUMENT, "camera: from and look_at must be within 1e16 m of the origin");
  if (camera->kind == ML_CAMERA_PERSPECTIVE && !(camera->fov > 0.0 && camera->fov < 180.0))
    return error_set(error, ML_ERROR_ARGUMENT, "camera.fov: expected an angle between 0 and 180 degrees, got %s",
                     number_text(camera->fov).text);
  if (camera->kind == ML_CAMERA_ORTHOGRAPHIC && !is_size(camera->height))
    return error_set(error, ML_ERROR_ARGUMENT, "camera.height: expected 1e-30 to 1e16 metres, got %s", number_text(camera->height).text);
  if (!(camera->aperture >= 0.0 && camera->aperture <= FURTHEST))
    return error_set(error, ML_ERROR_ARGUMENT, "camera.aperture: expected a diameter of 0 to 1e16 metres, got %s",
                     number_text(camera->aperture).text);
  if (!(camera->shutter >= 0.0 && camera->shutter <= 1.0))
    return error_set(error, ML_ERROR_ARGUMENT, "camera.shutter: expected 0 to 1, a part of the frame, got %s",
                     number_text(camera->shutter).text);
  if (camera->blades == 1 || camera->blades == 2 || camera->blades > MOST_BLADES)
    return error_set(error, ML_ERROR_ARGUMENT, "camera.blades: expected 0 (round) or 3 to 65535, got %u", camera->blades);
  return ML_OK;
}

/* Where it stands, looks to and has its top at a time of the frame. */
typedef struct Pose {
  MlVec3 from, view, up;
} Pose;

static MlVec3 between(MlVec3 a, MlVec3 b, double f) { return dvec_add(dvec_scale(a, 1.0 - f), dvec_scale(b, f)); }
static Pose pose_at(const MlCamera *camera, double time) {
  MlVec3 from = camera->from, to = camera->look_at, up = camera->up;
  if (camera->moves && time > 0.0) {
    from = between(from, camera->next_from, time);
    to = between(to, camera->next_look_at, time);
    up = between(up, camera->next_up, time);
  }
  return (Pose){from, dvec_subtract(to, from), up};
}

static MlStatus check_pose(const Pose *pose, const char *when, MlError *error) {
  if (dvec_is_zero(pose->view))
    return error_set(error, ML_ERROR_ARGUMENT, "camera: from and look_at are the same point (%s, %s, %s)%s", number_text(pose->from.x).text,
                     number_text(pose->from.y).text, number_text(pose->from.z).text, when);
  if (!(dvec_length(dvec_cross(dvec_normalize(pose->view), dvec_normalize(pose->up))) > 1e-9))
    return error_set(error, ML_ERROR_ARGUMENT, "camera.up: (%s, %s, %s) lies along the view%s", number_text(pose->up.x).text,
                     number_text(pose->up.y).text, number_text(pose->up.z).text, when);
  return ML_OK;
}

/* At so many times that what lies between them is no surprise. */
static MlStatus check_motion(const MlCamera *camera, MlError *error) {
  enum { TIMES = 64 };
  if (!dvec_is_finite(camera->next_from) || !dvec_is_finite(camera->next_look_at) || !dvec_is_finite(camera->next_up) ||
      dvec_largest(camera->next_from) > FURTHEST || dvec_largest(camera->next_look_at) > FURTHEST)
    return error_set(error, ML_ERROR_ARGUMENT, "camera: where it moves to must be finite and within 1e16 m of the origin");
  for (int i = 0; i <= TIMES; i++) {
    Pose pose = pose_at(camera, (double)i / TIMES);
    TRY(check_pose(&pose, " on its way", error));
  }
  return ML_OK;
}

static MlVec3 relative(MlVec3 p, const double origin[3]) { return (MlVec3){p.x - origin[0], p.y - origin[1], p.z - origin[2]}; }

MlStatus camera_freeze(const MlCamera *camera, uint32_t width, uint32_t height, const double origin[3], Camera *out, MlError *error) {
  TRY(check(camera, error));
  Pose pose = pose_at(camera, 0.0), next = pose_at(camera, 1.0);
  TRY(check_pose(&pose, "", error));
  bool focus_follows = camera->moves && camera->focus == 0.0;
  double focus = focus_follows ? dvec_length(pose.view) : camera->focus;
  if (!is_size(focus))
    return error_set(error, ML_ERROR_ARGUMENT, "camera.focus: expected a distance of 1e-30 to 1e16 metres, got %s",
                     number_text(focus).text);
  if (camera->moves) TRY(check_motion(camera, error));
  MlVec3 forward = dvec_normalize(pose.view), right = dvec_normalize(dvec_cross(forward, dvec_normalize(camera->up)));

  double half = camera->kind == ML_CAMERA_ORTHOGRAPHIC ? 0.5 * camera->height : ml_tan(0.5 * camera->fov * DEGREES);
  if (camera->kind == ML_CAMERA_PERSPECTIVE && camera->fov == 90.0) half = 1.0; /* which the tangent of a rounded angle is not */
  *out = (Camera){
    .from = dvec_to_vec3(relative(camera->from, origin)),
    .right = dvec_to_vec3(right),
    .up = dvec_to_vec3(dvec_cross(right, forward)),
    .forward = dvec_to_vec3(forward),
    .scale_x = (float)(half * width / height),
    .scale_y = (float)half,
    .width = (float)width,
    .height = (float)height,
    .lens_radius = (float)(0.5 * camera->aperture),
    .focus = (float)focus,
    .kind = (uint32_t)camera->kind,
    .blades = camera->blades,
    .shutter = (float)camera->shutter,
    .moves = camera->moves,
    .focus_follows = focus_follows,
    .view = dvec_to_vec3(pose.view),
    .upward = dvec_to_vec3(dvec_normalize(pose.up)),
    .next_from = dvec_to_vec3(relative(next.from, origin)),
    .next_view = dvec_to_vec3(next.view),
    .next_upward = dvec_to_vec3(dvec_scale(next.up, 1.0 / dvec_length(pose.up))),
  };
  return ML_OK;
}
