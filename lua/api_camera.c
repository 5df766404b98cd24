/* api_camera.c - camera: fields, and the view that they make. */
#include <string.h>

#include "reader.h"
#include "render.h"

static MlVec3 minus(MlVec3 a, MlVec3 b) { return (MlVec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static bool is_same(MlVec3 a, MlVec3 b) { return a.x == b.x && a.y == b.y && a.z == b.z; }
static MlVec3 cross(MlVec3 a, MlVec3 b) { return (MlVec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
static double dot(MlVec3 a, MlVec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static bool is_zero(MlVec3 v) { return v.x == 0 && v.y == 0 && v.z == 0; }
static bool is_parallel(MlVec3 a, MlVec3 b) {
  const MlVec3 c = cross(a, b);
  return dot(c, c) <= 1e-20 * dot(a, a) * dot(b, b);
}

MlVec3 script_up(MlVec3 from, MlVec3 look_at) {
  const MlVec3 y = {0, 1, 0};
  return is_parallel(y, minus(look_at, from)) ? (MlVec3){0, 0, -1} : y;
}

static MlVec3 between(MlVec3 a, MlVec3 b, double t) {
  return (MlVec3){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y), a.z + t * (b.z - a.z)};
}

/* Is there a view, and a top to it, at all times of the frame? */
static bool way_is_clear(const CameraDesc *desc, MlVec3 up, MlVec3 next_up) {
  enum { TIMES = 64 };
  for (int i = 0; i <= TIMES; i++) {
    const double t = (double)i / TIMES;
    const MlVec3 forward = minus(between(desc->look_at, desc->next_look_at, t), between(desc->from, desc->next_from, t));
    if (is_zero(forward) || is_parallel(between(up, next_up, t), forward)) return false;
  }
  return true;
}

static const double SENSOR_HEIGHT = 0.024; /* of the film that f-numbers speak of, in metres */

static bool build_camera(Reading *r, Node *node) {
  CameraDesc *desc = (CameraDesc *)node->desc;
  Runtime *runtime = r->runtime;
  const MlVec3 forward = minus(desc->look_at, desc->from);
  const bool orthographic = desc->kind == ML_CAMERA_ORTHOGRAPHIC;
  if (is_zero(forward)) {
    if (!r->failed)
      reader_fail_field(r, "look_at", "zero", "from and look_at are the same point {%g, %g, %g}", desc->from.x, desc->from.y, desc->from.z);
    return false;
  }
  if (orthographic && reader_given(r, "fov") && !r->failed)
    reader_fail_field(r, "fov", "kind", "an orthographic camera has no angle: give its size, the height of the view in metres");
  if (!orthographic && reader_given(r, "size") && !r->failed)
    reader_fail_field(r, "size", "kind", "only an orthographic camera has a size: give its fov");

  // Straight up or down, +y says nothing about the picture's top.
  MlVec3 up = desc->up, next_up = desc->next_up;
  const MlVec3 next_forward = minus(desc->next_look_at, desc->next_from);
  if (is_zero(next_forward)) {
    if (!r->failed)
      reader_fail_field(r, "look_at", "zero", "from and look_at end at the same point {%g, %g, %g}", desc->next_from.x, desc->next_from.y,
                        desc->next_from.z);
    return false;
  }
  if (is_parallel(up, forward) || is_parallel(next_up, next_forward)) {
    if (reader_given(r, "up")) reader_fail_field(r, "up", "parallel", "up is parallel to the view");
    up = next_up = (MlVec3){0, 0, -1};
  }

  if (!way_is_clear(desc, up, next_up)) {
    if (!r->failed) reader_fail_field(r, "look_at", "way", "on its way the camera meets what it looks at, or looks straight up or down");
    return false;
  }

  MlCamera camera = {.kind = (MlCameraKind)desc->kind,
                     .from = desc->from,
                     .look_at = desc->look_at,
                     .up = up,
                     .fov = desc->fov,
                     .height = desc->size,
                     .aperture = desc->aperture,
                     .blades = (uint32_t)desc->blades,
                     .shutter = desc->shutter,
                     .has_shutter = true,
                     .next_from = desc->next_from,
                     .next_look_at = desc->next_look_at,
                     .next_up = next_up};
  camera.moves = !is_same(desc->from, desc->next_from) || !is_same(desc->look_at, desc->next_look_at) || !is_same(up, next_up);
  if (reader_given(r, "fstop")) {
    const double focal_length = SENSOR_HEIGHT / 2 / ml_tan(desc->fov / 360 * 3.14159265358979323846);
    camera.aperture = focal_length / desc->fstop;
  }
  if (reader_given(r, "focus")) {
    camera.focus =
      desc->focus.at_point ? dot(minus(desc->focus.point, desc->from), forward) / ml_sqrt(dot(forward, forward)) : desc->focus.distance;
    if (!(camera.focus > 0) && !r->failed) {
      reader_fail_field(r, "focus", "range",
                        desc->focus.at_point ? "the point in focus lies behind the camera" : "expected a distance > 0, got %g",
                        camera.focus);
      return false;
    }
  }
  const Report here = runtime_report_here(r->L, SCRIPT_WARNING, "", "camera");
  CameraRecord *record = store_alloc(&runtime->store, sizeof *record);
  if (!record) return false;
  *record = (CameraRecord){
    desc->name ? desc->name : "", camera, desc->exposure, script_white(desc->white_balance), here.file, here.query.line, runtime->cameras};
  runtime->cameras = record;
  return true;
}

static const char *const kinds[] = {"perspective", "orthographic", NULL};
// clang-format off
static const ApiField camera_fields[] = {
  {.name = "from", .type = API_POINT, RANGE_LENGTH, .unit = "m", .def = "{0, 1.6, 5}",
   .synonyms = "at,pos,position,eye,origin,location,center,centre", .offset = offsetof(CameraDesc, from), .next = offsetof(CameraDesc, next_from),
   .doc = "Where it stands; may be motion(a, b)."},
  {.name = "look_at", .type = API_POINT, RANGE_LENGTH, .unit = "m", .def = "{0, 1, 0}", .synonyms = "lookat,target,to,aim,direction",
   .offset = offsetof(CameraDesc, look_at), .next = offsetof(CameraDesc, next_look_at),
   .doc = "What it looks at: a vector, or a node, of which the centre is meant; may be motion(a, b)."},
  {.name = "fov", .type = API_NUMBER, .range = {0, 179.9, 1, 150, true}, .unit = "\xC2\xB0", .def = "40",
   .synonyms = "angle,field_of_view,zoom,vfov,yfov", .offset = offsetof(CameraDesc, fov), .doc = "The vertical angle of the view."},
  {.name = "aperture", .type = API_NUMBER, .range = {0, 1e6, 0, 10, false}, .unit = "m", .def = "0", .xgroup = XGROUP_A,
   .synonyms = "lens,lens_radius,blur,dof", .offset = offsetof(CameraDesc, aperture),
   .doc = "The diameter of its lens; 0 is a pinhole, sharp everywhere."},
  {.name = "fstop", .type = API_NUMBER, .range = {0, 1e6, 0.5, 64, true}, .xgroup = XGROUP_A_OTHER, .synonyms = "f_stop,fnumber,f,stop",
   .offset = offsetof(CameraDesc, fstop), .doc = "Or its f-number, as with a sensor 24 mm high."},
  {.name = "focus", .type = API_FOCUS, RANGE_LENGTH, .unit = "m", .synonyms = "focal_distance,focus_distance,focal_length,focus_at",
   .offset = offsetof(CameraDesc, focus), .doc = "What is sharp: a distance along the view, a point or a node; look_at unless given."},
  {.name = "blades", .type = API_INT, .range = {0, 64, 0, 64, false}, .def = "0", .flags = API_ADVANCED,
   .offset = offsetof(CameraDesc, blades), .doc = "Blades of the aperture, 3 and more; 0 is round."},
  {.name = "kind", .type = API_WORD, .words = kinds, .def = "\"perspective\"", .synonyms = "type,projection,mode",
   .offset = offsetof(CameraDesc, kind), .doc = "How it projects."},
  {.name = "size", .type = API_NUMBER, RANGE_POSITIVE_LENGTH, .unit = "m", .def = "2", .flags = API_ADVANCED,
   .synonyms = "height,width,zoom", .offset = offsetof(CameraDesc, size), .doc = "The height of an orthographic view."},
  {.name = "exposure", .type = API_EXPOSURE, .range = {-50, 50, -20, 20, false}, .unit = "EV", .def = "\"auto\"",
   .synonyms = "ev,brightness,gain,iso", .offset = offsetof(CameraDesc, exposure),
   .doc = "\"auto\", or steps of brightness: +1 doubles, 0 shows radiance 1 as it is."},
  {.name = "white_balance", .type = API_NUMBER, .range = {1000, 40000, 1500, 20000, false}, .unit = "K",
   .synonyms = "whitebalance,white,white_point,wb,temperature,kelvin,color_temperature,colour_temperature", .offset = offsetof(CameraDesc, white_balance),
   .doc = "The temperature of the light that is to look white, as in kelvin(); unless given, daylight does."},
  {.name = "up", .type = API_DIRECTION, .def = "{0, 1, 0}", .flags = API_ADVANCED, .synonyms = "sky,upvector",
   .offset = offsetof(CameraDesc, up), .next = offsetof(CameraDesc, next_up), .doc = "What is up in the picture; may be motion(a, b)."},
  {.name = "shutter", .type = API_NUMBER, RANGE_UNIT, .def = "0.5", .synonyms = "shutter_angle,shutter_speed,motion_blur,exposure_time",
   .offset = offsetof(CameraDesc, shutter),
   .doc = "The part of the frame for which it is open, from its beginning: what of a motion(a, b) is seen as blur; 0 freezes it."},
  {.name = "name", .type = API_STRING, .synonyms = "id,label", .offset = offsetof(CameraDesc, name),
   .doc = "Chooses among several: --camera NAME; without that, the last one counts."},
};
const ApiEntry api_camera = {"camera", API_SETTING, camera_fields, API_COUNT(camera_fields), NULL, sizeof(CameraDesc), 0,
  "The view. Without one, a camera that frames the scene is chosen, and printed.",
  "camera{ from = {0, 1.6, 5}, look_at = {0, 0.5, 0}, fov = 35, fstop = 2.8, focus = 4.5 }\nsphere{ floor = true }\nplane{}", "render",
  build_camera};
// clang-format on
