/* report.c - the newest evaluation as JSON, for the page. */
#include "internal.h"

static void add_string(Buffer *b, const char *text) {
  const MlSink sink = buffer_sink(b);
  script_write_json_string(text, &sink);
}

static void add_key(Buffer *b, const char *key) {
  buffer_text(b, ",\"");
  buffer_text(b, key);
  buffer_text(b, "\":");
}

static void add_number(Buffer *b, const char *key, double value) {
  add_key(b, key);
  buffer_number(b, value);
}

static void add_vec3(Buffer *b, const char *key, MlVec3 v) {
  add_key(b, key);
  buffer_text(b, "[");
  buffer_number(b, v.x);
  buffer_text(b, ",");
  buffer_number(b, v.y);
  buffer_text(b, ",");
  buffer_number(b, v.z);
  buffer_text(b, "]");
}

static size_t at_most(size_t count) { return count < BRIDGE_MAX_LISTED ? count : BRIDGE_MAX_LISTED; }

static void add_list(Buffer *b, const char *key, const char *const *list, size_t count) {
  add_key(b, key);
  buffer_text(b, "[");
  for (size_t i = 0; i < at_most(count); i++) {
    if (i) buffer_text(b, ",");
    add_string(b, list[i]);
  }
  buffer_text(b, "]");
}

static void add_evaluation(Buffer *b, const ScriptEvaluation *e) {
  const MlSink sink = buffer_sink(b);
  add_key(b, "script");
  script_write_diagnostics_json(e, &sink);
  add_key(b, "console");
  add_string(b, e->console ? e->console : "");
  add_key(b, "params");
  ScriptEvaluation listed = *e;
  listed.param_count = at_most(e->param_count);
  script_write_params_json(&listed, &sink);
  add_list(b, "missing", e->missing, e->missing_count);
  add_list(b, "assets", e->assets, e->asset_count);
}

static void add_scene(Buffer *b, const MlScene *scene) {
  const MlSceneStats stats = ml_scene_stats(scene);
  const MlVec3 low = stats.bounds.min, high = stats.bounds.max;
  const MlVec3 size = {high.x - low.x, high.y - low.y, high.z - low.z};
  buffer_text(b, ",\"scene\":{\"shapes\":");
  buffer_number(b, (double)stats.shapes);
  add_number(b, "triangles", (double)stats.triangles);
  if (!stats.bounds.empty) {
    add_vec3(b, "center", (MlVec3){low.x + size.x / 2, low.y + size.y / 2, low.z + size.z / 2});
    add_number(b, "radius", ml_sqrt(size.x * size.x + size.y * size.y + size.z * size.z) / 2);
  }
  buffer_text(b, "}");
}

static void add_picture(Buffer *b, const MlView *view, const MlSettings *settings) {
  buffer_text(b, ",\"picture\":{\"width\":");
  buffer_number(b, view->width);
  add_number(b, "height", view->height);
  add_number(b, "samples", settings->samples);
  buffer_text(b, "}");
}

static void add_camera(Buffer *b, const MlCamera *camera) {
  buffer_text(b, camera->kind == ML_CAMERA_ORTHOGRAPHIC ? ",\"camera\":{\"kind\":\"orthographic\"" : ",\"camera\":{\"kind\":\"perspective\"");
  add_vec3(b, "from", camera->from);
  add_vec3(b, "look_at", camera->look_at);
  add_vec3(b, "up", camera->up);
  add_number(b, "fov", camera->fov);
  add_number(b, "height", camera->height);
  add_number(b, "aperture", camera->aperture);
  add_number(b, "focus", camera->focus);
  add_number(b, "blades", camera->blades);
  buffer_text(b, "}");
}

void report_write(Buffer *buffer, Status *status, const ReportParts *parts) {
  lock_begin(status, WORD_report_sequence);
  buffer->size = 0;
  buffer->failed = false;
  buffer_text(buffer, "{\"generation\":");
  buffer_number(buffer, parts->generation);
  if (parts->evaluation) add_evaluation(buffer, parts->evaluation);
  if (parts->scene) add_scene(buffer, parts->scene);
  if (parts->view && parts->settings) add_picture(buffer, parts->view, parts->settings);
  if (parts->camera) add_camera(buffer, parts->camera);
  if (parts->failure && *parts->failure) {
    add_key(buffer, "failure");
    add_string(buffer, parts->failure);
  }
  buffer_text(buffer, "}");
  if (buffer->failed) { // said shorter, where there is room at all
    buffer->size = 0;
    buffer->failed = false;
    buffer_text(buffer, "{\"failure\":\"out of memory: no room for the messages\"}");
  }
  word_set(status, WORD_report_address, (int32_t)(intptr_t)buffer->data);
  word_set(status, WORD_report_size, (int32_t)buffer->size);
  lock_end(status, WORD_report_sequence);
}
