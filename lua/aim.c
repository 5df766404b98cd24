/* aim.c - methods that look at other things: look_at, drop_on; and paint. */
#include "methods.h"
#include "placing.h"
#include "shapes.h"
#include "survey.h"

static MlVec3 minus(MlVec3 a, MlVec3 b) { return (MlVec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static MlVec3 cross(MlVec3 a, MlVec3 b) { return (MlVec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
static MlVec3 unit(MlVec3 v) {
  const double most = ml_fabs(v.x) > ml_fabs(v.y)   ? ml_fabs(v.x) > ml_fabs(v.z) ? ml_fabs(v.x) : ml_fabs(v.z)
                        : ml_fabs(v.y) > ml_fabs(v.z) ? ml_fabs(v.y)
                                                    : ml_fabs(v.z);
  if (!(most > 0)) return v;
  v = (MlVec3){v.x / most, v.y / most, v.z / most};
  const double length = ml_sqrt(v.x * v.x + v.y * v.y + v.z * v.z);
  return (MlVec3){v.x / length, v.y / length, v.z / length};
}
static bool is_short(MlVec3 v) { return v.x * v.x + v.y * v.y + v.z * v.z < 1e-24; }

/* Columns x, y, z. */
static MlTransform frame(MlVec3 x, MlVec3 y, MlVec3 z) { return (MlTransform){{x.x, y.x, z.x, 0, x.y, y.y, z.y, 0, x.z, y.z, z.z, 0}}; }

MlTransform placing_aim(MlVec3 way, MlVec3 up) {
  const MlVec3 z = unit(way);
  MlVec3 x = cross(unit(up), z);
  if (is_short(x)) x = cross((MlVec3){0, 0, z.y > 0 ? -1 : 1}, z); // up lies along the way
  if (is_short(x)) x = (MlVec3){1, 0, 0};
  x = unit(x);
  return frame(x, cross(z, x), z);
}

/* All that a node has been placed by, as it is when the frame begins. */
static MlTransform placed_by(Reading *r, const Node *node) {
  MlTransform t = node_is_shape(node) ? placing_of_fields(r, node) : ml_transform_identity();
  const PlacingStep *list[64];
  int count = 0;
  for (const PlacingStep *step = node->steps; step && count < 64; step = step->before) list[count++] = step;
  while (count > 0) t = placing_after(list[--count]->keys[0], t);
  return placing_after(node->moved, t);
}

/* look_at(target, up): turned about its own origin, so that what faced +z faces the target, and what was on top is as far up as that leaves it. */
static int method_look_at(lua_State *L) {
  static const ApiField target_argument = {.type = API_POINT, RANGE_LENGTH}, up_argument = {.type = API_DIRECTION};
  Reading r = method_begin(L, "look_at");
  MlVec3 target = {0, 0, 0}, up = {0, 1, 0};
  method_check_count(&r, 1, 2, "a point or a thing, and which way is up if that is not +y");
  if (!r.failed) method_read(&r, 1, &target_argument, &target);
  if (!r.failed && method_given(&r) == 2) method_read(&r, 2, &up_argument, &up);
  if (r.failed) return method_end_node(&r);
  const MlTransform t = placed_by(&r, r.node);
  const MlVec3 origin = {t.m[3], t.m[7], t.m[11]};
  const MlVec3 way = minus(target, origin);
  method_set_argument(&r, 1);
  if (is_short(way)) {
    reader_fail(&r, "same", "it is to look at {%g, %g, %g}, where it is itself", target.x, target.y, target.z);
    return method_end_node(&r);
  }
  const MlTransform about = placing_after(placing_aim(way, up), placing_shift((MlVec3){-origin.x, -origin.y, -origin.z}));
  return method_end(&r, placing_after(placing_shift(origin), about));
}

/* drop_on(other) or drop_on(height): straight up or down, until its lowest point is at the height of the surface below (or above) its centre. */
static int method_drop_on(lua_State *L) {
  static const ApiField height_argument = {.type = API_NUMBER, RANGE_LENGTH, .unit = "m"};
  Reading r = method_begin(L, "drop_on");
  method_check_count(&r, 1, 1, "a thing to drop it on, or a height");
  double height = 0;
  const Node *self = node_test(L, 1), *other = r.failed ? NULL : node_test(L, 2);
  const MlBounds bounds = node_bounds(r.runtime, self);
  method_set_argument(&r, 1);
  if (r.failed || self->id == 0) return method_end_node(&r);
  if (bounds.infinite || bounds.empty) {
    reader_fail(&r, "bounds",
                bounds.infinite ? "a %s is infinite and cannot be dropped" : "this %s has nothing that could lie on something",
                self->entry->name);
    return method_end_node(&r);
  }
  const MlVec3 centre = {(bounds.min.x + bounds.max.x) / 2, (bounds.min.y + bounds.max.y) / 2, (bounds.min.z + bounds.max.z) / 2};
  if (other && node_is_shape(other)) {
    MlSurveyPoint point;
    const MlSurvey *survey = other->id ? survey_of_node(&r, other->id, true) : NULL;
    if (!survey) return method_end_node(&r);
    if (!ml_survey_drop(survey, centre, &point)) {
      reader_fail(&r, "below", "nothing of this %s is below or above the centre of what is dropped, {%g, %g, %g}", other->entry->name,
                  centre.x, centre.y, centre.z);
      return method_end_node(&r);
    }
    height = point.position.y;
  } else if (lua_type(L, 2) == LUA_TNUMBER) {
    method_read(&r, 1, &height_argument, &height);
  } else {
    reader_fail(&r, "type", "expected a shape, a group or a height, got %s", reader_describe(&r, 2));
  }
  return r.failed ? method_end_node(&r) : method_end(&r, placing_shift((MlVec3){0, height - bounds.min.y, 0}));
}

/* paint(material): replaces every material inside. */
static int method_paint(lua_State *L) {
  static const ApiField material_argument = {.type = API_MATERIAL, RANGE_REFLECTANCE, .flags = API_ALBEDO};
  Reading r = method_begin(L, "paint");
  ApiMaterial material = {0};
  MlError error = {0};
  if (!node_is_shape(r.node)) luaL_error(L, "a %s has no surface to paint", r.entry->name);
  method_check_count(&r, 1, 1, "a material");
  if (r.failed || !method_read(&r, 1, &material_argument, &material) || !r.node->geometry) return method_end_node(&r);
  const MlNode painted =
    ml_paint(r.runtime->builder, &ML_DESC(MlPaintDesc, .child = r.node->geometry, .material = material.id, .place = r.place), &error);
  if (!painted) reader_fail_builder(&r, &error);
  else r.node->geometry = painted;
  r.node->shared.material = material;
  r.node->emits = material.emits;
  for (uint32_t i = 0; i < r.entry->shared->count; i++)
    if (r.entry->shared->fields[i].type == API_MATERIAL) r.node->given |= api_bit(r.entry, r.entry->field_count + i);
  return method_end_node(&r);
}

const luaL_Reg methods_of_aim[] = {{"look_at", method_look_at}, {"drop_on", method_drop_on}, {"paint", method_paint}, {NULL, NULL}};
