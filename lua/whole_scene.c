/* whole_scene.c - see whole_scene.h. Warnings only: all of it may be meant. */
#include "whole_scene.h"

#include <string.h>

struct LightRecord {
  const char *entry, *file;
  double power;
  uint32_t line;
  struct LightRecord *next;
};

static void warn_at(Runtime *runtime, const char *rule, const char *file, const char *callee, uint32_t line, const char *field,
                    const char *message) {
  Report report = {.severity = SCRIPT_WARNING, .rule = rule, .file = file, .query = {.callee = callee, .line = line}, .message = message};
  if (field) {
    report.query.steps[0] = (SourceStep){field, 0};
    report.query.step_count = 1;
  }
  diagnostics_report(&runtime->diagnostics, &report);
}

/* --------------------------------------------------------------------- lights */

void whole_scene_light(Reading *r, const Node *node, double power) {
  if (r->failed || !(power > 0)) return; // switched off is meant
  const Report here = runtime_report_here(r->L, SCRIPT_WARNING, "", node->entry->name);
  struct LightRecord *record = store_alloc(&r->runtime->store, sizeof *record);
  if (!record) return;
  *record = (struct LightRecord){node->entry->name, here.file, power, here.query.line, r->runtime->lights};
  r->runtime->lights = record;
}

/* The median of positive numbers, by halving what their bits can be: of two middle ones, the upper. */
static double median(const struct LightRecord *lights, uint64_t count) {
  uint64_t low = 0, high = UINT64_MAX >> 1;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    uint64_t below = 0;
    for (const struct LightRecord *l = lights; l; l = l->next) {
      uint64_t bits;
      memcpy(&bits, &l->power, sizeof bits);
      below += bits <= middle;
    }
    if (2 * below > count) high = middle;
    else low = middle + 1;
  }
  double power;
  memcpy(&power, &low, sizeof power);
  return power;
}

/* A power a ten thousandth of what is usual here was meant in other units. */
static void check_lights(Runtime *runtime) {
  uint64_t count = 0;
  for (const struct LightRecord *l = runtime->lights; l; l = l->next) count++;
  if (count < 2) return;
  const double usual = median(runtime->lights, count);
  for (const struct LightRecord *l = runtime->lights; l; l = l->next) {
    if (!(l->power < 1e-4 * usual)) continue;
    const char *meant = strcmp(l->entry, "area") == 0 ? " \xE2\x80\x94 did you mean radiance?" : ": power is in watts";
    warn_at(runtime, "dark light", l->file, l->entry, l->line, "power",
            store_format(&runtime->store, "%g W is very dark in this scene (median %g W)%s", l->power, usual, meant));
  }
}

/* --------------------------------------------------------------------- camera */

static double dot(MlVec3 a, MlVec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static MlVec3 minus(MlVec3 a, MlVec3 b) { return (MlVec3){a.x - b.x, a.y - b.y, a.z - b.z}; }

static bool contains(const MlBounds *b, MlVec3 p) {
  return !b->empty && p.x > b->min.x && p.x < b->max.x && p.y > b->min.y && p.y < b->max.y && p.z > b->min.z && p.z < b->max.z;
}

/* The corner of the bounds that is farthest ahead lies before the camera. */
static bool is_ahead(const MlBounds *b, MlVec3 from, MlVec3 forward) {
  const MlVec3 corner = {forward.x > 0 ? b->max.x : b->min.x, forward.y > 0 ? b->max.y : b->min.y, forward.z > 0 ? b->max.z : b->min.z};
  return dot(minus(corner, from), forward) > 0;
}

/* What is below the camera shows its inner side. */
static bool is_inside(Runtime *runtime, MlNode id, MlVec3 from) {
  const MlSurvey *survey;
  MlSurveyPoint below;
  const MlSurveyDesc desc = ML_DESC(MlSurveyDesc, .node = id, .drops = true, .no_points = true, .cancel = &runtime->input->cancel);
  return ml_survey(runtime->builder, &desc, &survey, NULL) == ML_OK && ml_survey_drop(survey, from, &below) && below.position.y < from.y &&
         below.normal.y < 0;
}

static void check_camera(Runtime *runtime, const CameraRecord *camera) {
  enum { LOOKED_AT = 100000 };
  const MlVec3 from = camera->camera.from, forward = minus(camera->camera.look_at, from);
  bool any = false, ahead = false;
  for (uint64_t i = 0, looked = 0; i < runtime->record_count && looked < LOOKED_AT; i++) {
    const NodeRecord *record = &runtime->records[i];
    if (!record->id || (record->flags & NODE_LIGHT) || !node_is_root(runtime, record->flags)) continue;
    const MlBounds bounds = ml_node_bounds(runtime->builder, record->id);
    looked++;
    if (bounds.empty && !bounds.infinite) continue;
    any = true;
    ahead = ahead || bounds.infinite || is_ahead(&bounds, from, forward);
    if ((record->flags & NODE_SOLID) && contains(&bounds, from) && is_inside(runtime, record->id, from)) {
      warn_at(
        runtime, "inside", camera->file, "camera", camera->line, "from",
        store_format(&runtime->store,
                     "{%g, %g, %g} is inside a shape, which hides all else (visible = { camera = false } lets the camera look through)",
                     from.x, from.y, from.z));
      return;
    }
  }
  if (any && !ahead)
    warn_at(runtime, "behind", camera->file, "camera", camera->line, NULL, "everything lies behind it: is look_at the other way?");
}

void whole_scene_check(Runtime *runtime) {
  check_lights(runtime);
  if (runtime->camera) check_camera(runtime, runtime->camera);
}
