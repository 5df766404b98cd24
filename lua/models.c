/* models.c - a scene's models: each is read once per run, with the files that it names. */
#include "models.h"

#include <string.h>

#include "budget.h"
#include "module.h"
#include "suggest.h"

enum { PATH_BYTES = 1100 };
#define FILE_BYTES ((uint64_t)1 << 36) /* what a file has at most: memory ends sooner */

/* A mesh that was made of a file. */
struct ModelRecord {
  const char *path;
  double smooth;
  int32_t up;
  bool lights;
  const MlModelMaterial *materials; /* of the store */
  uint64_t material_count;
  MlNode node;
  bool emits;
  const char *failure; /* NULL: none */
  struct ModelRecord *before;
};

/* ------------------------------------------------------------------ siblings */

/* What cannot be had. The engine must not be left by a Lua error, so that it is told when the engine has returned. */
typedef struct Lacking {
  const char *reason;
  struct Lacking *before;
} Lacking;
typedef struct Siblings {
  Runtime *runtime;
  const char *path; /* of the model */
  Lacking *lacking;
  bool out_of_memory;
} Siblings;

/* "models/chair.obj" and "../tex/./wood.png" are "tex/wood.png". false: too long, or out of the folder. */
static bool join_path(const char *model, const char *name, char *out) {
  const char *slash = strrchr(model, '/');
  size_t length = slash ? (size_t)(slash - model) : 0;
  if (length + strlen(name) + 2 > PATH_BYTES) return false;
  memcpy(out, model, length);
  for (const char *at = name; *at;) {
    const size_t part = strcspn(at, "/");
    if (part == 2 && at[0] == '.' && at[1] == '.') {
      if (length == 0) return false;
      while (length > 0 && out[length - 1] != '/') length--;
      if (length > 0) length--;
    } else if (part != 0 && !(part == 1 && at[0] == '.')) {
      if (length > 0) out[length++] = '/';
      memcpy(out + length, at, part);
      length += part;
    }
    at += part + (at[part] == '/');
  }
  out[length] = 0;
  return true;
}

static void lack(Siblings *siblings, const char *reason) {
  Lacking *lacking = store_alloc(&siblings->runtime->store, sizeof *lacking);
  if (!lacking) return; // the store remembers
  *lacking = (Lacking){reason, siblings->lacking};
  siblings->lacking = lacking;
}

static bool open_sibling(void *ud, const char *name, MlBytes *out) {
  Siblings *siblings = ud;
  Runtime *runtime = siblings->runtime;
  char path[PATH_BYTES];
  const char *refused = "it must lie beside the scene", *reason;
  void *bytes;
  size_t size;
  if (join_path(siblings->path, name, path)) refused = module_refuse_path(path, strlen(path));
  if (refused) {
    lack(siblings, store_format(&runtime->store, "'%.*s', which it names, cannot be read: %s", (int)strnlen(name, 100), name, refused));
    return false;
  }
  const bool before = runtime->out_of_memory;
  runtime->out_of_memory = false;
  if (module_read_asset(runtime, path, FILE_BYTES, &bytes, &size, &reason)) {
    runtime->out_of_memory = before;
    *out = (MlBytes){bytes, size};
    return true;
  }
  if (runtime->out_of_memory) siblings->out_of_memory = true;
  else lack(siblings, store_format(&runtime->store, "%s, which it names", reason));
  runtime->out_of_memory = runtime->out_of_memory || before;
  return false;
}

static void close_sibling(void *ud, MlBytes bytes) {
  Siblings *siblings = ud;
  if (bytes.data) ml_engine_realloc(siblings->runtime->engine, (void *)(uintptr_t)bytes.data, bytes.size, 0);
}

/* ----------------------------------------------------------------- reporting */

static void warn(Reading *r, const char *rule, const char *message) {
  const uint32_t count = r->step_count;
  const SourceStep first = r->steps[0];
  r->steps[0] = (SourceStep){"file", 0};
  r->step_count = 1;
  reader_warn(r, rule, "%s", message);
  r->steps[0] = first;
  r->step_count = count;
}

/* Ready to be pasted. */
static void tell_camera(Reading *r, const char *path, MlModel model, uint32_t index) {
  Store *store = &r->runtime->store;
  const char *name;
  const MlCamera c = ml_model_camera(r->runtime->builder, model, index, &name);
  Report report = runtime_report_here(r->L, SCRIPT_NOTE, "camera", r->callee);
  const bool flat = c.kind == ML_CAMERA_ORTHOGRAPHIC;
  report.no_path = true;
  report.message =
    store_format(store, "'%s' has a camera%s%.*s%s: camera{ from = {%g, %g, %g}, look_at = {%g, %g, %g}, up = {%g, %g, %g}, %s%g }", path,
                 *name ? " '" : "", (int)strnlen(name, 60), name, *name ? "'" : "", c.from.x, c.from.y, c.from.z, c.look_at.x, c.look_at.y,
                 c.look_at.z, c.up.x, c.up.y, c.up.z, flat ? "kind = \"orthographic\", height = " : "fov = ", flat ? c.height : c.fov);
  diagnostics_report(&r->runtime->diagnostics, &report);
}

/* A name in `materials` that the file does not have. */
static void tell_unknown(Reading *r, const char *path, MlModel model, const char *name) {
  const MlBuilder *builder = r->runtime->builder;
  const uint32_t count = ml_model_info(builder, model).material_count;
  const uint32_t steps = r->step_count;
  Suggestion near = suggest_start(name);
  Text list = {.store = &r->runtime->store};
  uint32_t named = 0;
  for (uint32_t i = 0; i < count; i++) {
    const char *known = ml_model_material_name(builder, model, i);
    if (!*known) continue;
    suggest_try(&near, known);
    if (named++ < 12) text_format(&list, "%s'%.*s'", named > 1 ? ", " : "", (int)strnlen(known, 60), known);
  }
  if (named > 12) text_format(&list, " and %u more", named - 12);
  r->steps[0] = (SourceStep){"materials", 0};
  r->steps[1] = (SourceStep){name, 0};
  r->step_count = 2;
  if (near.best)
    reader_fail(r, "material name", "'%s' has no material of that name \xE2\x80\x94 did you mean '%s'? It has %s", path, near.best,
                text_string(&list));
  else if (named) reader_fail(r, "material name", "'%s' has no material of that name; it has %s", path, text_string(&list));
  else reader_fail(r, "material name", "'%s' names no materials; material = ... serves all of it", path);
  r->step_count = steps;
}

static void tell(Reading *r, const MeshDesc *desc, MlModel model, const Siblings *siblings) {
  Store *store = &r->runtime->store;
  const MlBuilder *builder = r->runtime->builder;
  const MlModelInfo info = ml_model_info(builder, model);
  for (const Lacking *l = siblings->lacking; l; l = l->before) {
    const char *message = store_format(store, "'%s': %s", desc->file, l->reason);
    if (info.triangles == 0) reader_fail_field(r, "file", "model", "%s", message);
    else warn(r, "model", message);
  }
  for (uint32_t i = 0; i < info.warning_count; i++)
    warn(r, "model", store_format(store, "'%s': %s", desc->file, ml_model_warning(builder, model, i)));
  for (uint64_t i = 0; i < desc->materials.count; i++)
    if (!desc->materials.data[i].found) tell_unknown(r, desc->file, model, desc->materials.data[i].name);
  for (uint32_t i = 0; i < info.camera_count && i < 4; i++) tell_camera(r, desc->file, model, i);
}

/* ------------------------------------------------------------------- reading */

static bool same_mesh(const struct ModelRecord *record, const MeshDesc *desc) {
  if (strcmp(record->path, desc->file) != 0 || !(record->smooth == desc->smooth.angle) || record->up != desc->up ||
      record->lights != desc->lights || record->material_count != desc->materials.count)
    return false;
  for (uint64_t i = 0; i < record->material_count; i++)
    if (record->materials[i].material != desc->materials.data[i].material ||
        strcmp(record->materials[i].name, desc->materials.data[i].name) != 0)
      return false;
  return true;
}

static void make_model(Reading *r, const MeshDesc *desc, struct ModelRecord *record, MlBytes bytes) {
  static const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};
  Runtime *runtime = r->runtime;
  Siblings siblings = {.runtime = runtime, .path = record->path};
  MlError error = {0};
  const double angle = desc->smooth.angle;
  const MlModelDesc model =
    ML_DESC(MlModelDesc, .bytes = bytes, .name = record->path, .files = {&siblings, open_sibling, close_sibling},
            .materials = desc->materials.data, .material_count = desc->materials.count,
            .normals = angle == 0  ? ML_NORMALS_OF_FILE
                       : angle < 0 ? ML_NORMALS_FLAT
                                   : ML_NORMALS_SMOOTH,
            .crease = angle > 0 ? angle : 0, .z_up = desc->up == 1, .no_lights = !desc->lights, .cancel = &cancel, .place = r->place);
  const MlModel made = ml_model(runtime->builder, &model, &error);
  ml_engine_realloc(runtime->engine, (void *)(uintptr_t)bytes.data, bytes.size, 0);
  if (siblings.out_of_memory) error.status = ML_ERROR_MEMORY;
  if (error.status == ML_ERROR_CANCELLED) budget_check(r->L);
  if (error.status == ML_ERROR_MEMORY) runtime_check_memory(r->L, &error);
  if (!made) {
    record->failure = store_copy(&runtime->store, error.message, strlen(error.message));
    return;
  }
  const MlModelInfo info = ml_model_info(runtime->builder, made);
  record->node = info.node;
  record->emits = info.emits;
  tell(r, desc, made, &siblings);
  if (!info.node && !siblings.lacking)
    record->failure = store_format(&runtime->store, "there is nothing in '%s' that can be seen", record->path);
}

static void read_record(Reading *r, const MeshDesc *desc, struct ModelRecord *record) {
  Runtime *runtime = r->runtime;
  void *bytes;
  size_t size;
  const char *refused = module_refuse_path(record->path, strlen(record->path));
  if (refused) {
    record->failure =
      store_format(&runtime->store, "'%.*s' is no name of a file: %s", (int)strnlen(record->path, 60), record->path, refused);
  } else if (module_read_asset(runtime, record->path, FILE_BYTES, &bytes, &size, &record->failure)) {
    make_model(r, desc, record, (MlBytes){bytes, size});
  } else if (runtime->out_of_memory) {
    runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY});
  }
}

bool model_of_file(Reading *r, const MeshDesc *desc, MlNode *node, bool *emits) {
  Runtime *runtime = r->runtime;
  struct ModelRecord *record = runtime->models;
  while (record && !same_mesh(record, desc)) record = record->before;
  if (!record) {
    MlModelMaterial *materials = store_alloc(&runtime->store, (size_t)(desc->materials.count + 1) * sizeof *materials);
    record = store_alloc(&runtime->store, sizeof *record);
    if (!record || !materials) {
      runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY}); // does not return
      return false;
    }
    if (desc->materials.count) memcpy(materials, desc->materials.data, (size_t)desc->materials.count * sizeof *materials);
    *record = (struct ModelRecord){.path = desc->file,
                                   .smooth = desc->smooth.angle,
                                   .up = desc->up,
                                   .lights = desc->lights,
                                   .materials = materials,
                                   .material_count = desc->materials.count,
                                   .before = runtime->models};
    runtime->models = record;
    read_record(r, desc, record);
  }
  if (record->failure) reader_fail_field(r, "file", "model", "%s", record->failure);
  *node = record->node;
  *emits = record->emits;
  return record->node != 0;
}

/* ------------------------------------------------------------ materials by name */

bool convert_materials(Reading *r, const ApiField *field, int index, int keep, ApiMaterials *out) {
  lua_State *L = r->L;
  const uint32_t steps = r->step_count;
  if (!lua_istable(L, index)) {
    Text expected = {.store = &r->runtime->store};
    const MlSink sink = text_sink(&expected);
    api_expected(field, &sink);
    reader_fail(r, "type", "expected %s, got %s", text_string(&expected), reader_describe(r, index));
    return false;
  }
  uint64_t count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) count++;
  *out = (ApiMaterials){.data = convert_keep(r, (size_t)count * sizeof *out->data, keep)};
  bool fine = true;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    ApiMaterial material = {0};
    budget_charge(64);
    if (lua_type(L, -2) != LUA_TSTRING) {
      reader_fail(r, "key", "the names of materials are words: { body = \"gold\" }, or { [\"my paint\"] = \"gold\" }");
      fine = false;
      continue;
    }
    size_t size;
    const char *text = lua_tolstring(L, -2, &size), *name = store_copy(&r->runtime->store, text, size);
    const ApiField one = {.name = name, .type = API_MATERIAL};
    r->steps[r->step_count++] = (SourceStep){name, 0};
    if (reader_read_value(r, &one, lua_gettop(L), &material)) {
      out->data[out->count++] = (MlModelMaterial){.name = name, .material = material.id};
      out->emits = out->emits || material.emits;
      out->refracts = out->refracts || material.refracts;
    } else {
      fine = false;
    }
    r->step_count = steps;
  }
  return fine;
}
