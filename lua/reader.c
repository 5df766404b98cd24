/* reader.c - the generic reader: a script's table over a description, by the API table. */
#include "reader.h"

#include <string.h>

#include "call_match.h"
#include "lauxlib.h"
#include "materials.h"
#include "module.h"
#include "motion.h"
#include "suggest.h"
#include "textures.h"
#include "trace.h"

/* --------------------------------------------------------------- reporting */

/* Places the report at the call that is being read. */
static void send(Reading *r, Report *report) {
  CallArguments arguments = {r->L, r->first_argument, r->node_index - r->first_argument};
  if (r->first_argument) {
    report->query.fits = call_fits;
    report->query.fits_ud = &arguments;
  }
  diagnostics_report(&r->runtime->diagnostics, report);
  if (report->severity == SCRIPT_ERROR) r->failed = true;
}

static Report report_here(const Reading *r, ScriptSeverity severity, const char *rule) {
  Report report = runtime_report_here(r->L, severity, rule, r->callee);
  memcpy(report.query.steps, r->steps, sizeof r->steps);
  report.query.step_count = r->step_count;
  return report;
}

static void report(Reading *r, ScriptSeverity severity, const char *rule, const char *message) {
  Report report = report_here(r, severity, rule);
  report.message = message;
  send(r, &report);
}

static const char *format_list(Reading *r, const char *format, va_list list) {
  Text text = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&text);
  put_format_list(&sink, format, list);
  return text_string(&text);
}

void reader_fail(Reading *r, const char *rule, const char *format, ...) {
  va_list list;
  va_start(list, format);
  report(r, SCRIPT_ERROR, rule, format_list(r, format, list));
  va_end(list);
}

void reader_fail_word(Reading *r, const char *rule, const char *wrong, const char *fix, const char *format, ...) {
  Report report = report_here(r, SCRIPT_ERROR, rule);
  va_list list;
  va_start(list, format);
  report.message = format_list(r, format, list);
  va_end(list);
  report.wrong = wrong;
  report.fix = fix;
  send(r, &report);
}

void reader_warn(Reading *r, const char *rule, const char *format, ...) {
  va_list list;
  va_start(list, format);
  report(r, SCRIPT_WARNING, rule, format_list(r, format, list));
  va_end(list);
}

void reader_fail_field(Reading *r, const char *field, const char *rule, const char *format, ...) {
  const uint32_t count = r->step_count;
  const SourceStep first = r->steps[0];
  r->steps[0] = (SourceStep){field, 0};
  r->step_count = 1;
  va_list list;
  va_start(list, format);
  report(r, SCRIPT_ERROR, rule, format_list(r, format, list));
  va_end(list);
  r->steps[0] = first;
  r->step_count = count;
}

void reader_fail_builder(Reading *r, const MlError *error) {
  runtime_check_memory(r->L, error);
  // "lathe: ..." and "lathe.profile: ...": the report names these itself, the field at its own place
  const char *text = error->message, *colon = strstr(text, ": ");
  const size_t name = strlen(r->entry->name);
  if (colon && strncmp(text, r->entry->name, name) == 0) {
    char field[40];
    const size_t length = (size_t)(colon - text);
    if (length == name) text = colon + 2;
    else if (text[name] == '.' && length - name <= sizeof field) {
      memcpy(field, text + name + 1, length - name - 1);
      field[length - name - 1] = 0;
      if (reader_given(r, field)) {
        reader_fail_field(r, field, "builder", "%s", colon + 2);
        return;
      }
    }
  }
  report(r, SCRIPT_ERROR, "builder", text);
}

bool reader_given(const Reading *r, const char *field) {
  const uint32_t count = api_field_count(r->entry);
  for (uint32_t i = 0; i < count; i++)
    if (strcmp(api_field(r->entry, i)->name, field) == 0) return (r->node->given & api_bit(r->entry, i)) != 0;
  return false;
}

enum { DESCRIBED = 40 }; /* bytes shown of a string or a table */

const char *reader_describe(Reading *r, int index) {
  Store *store = &r->runtime->store;
  const Node *node = node_test(r->L, index);
  if (node) return store_format(store, "%s %s", api_article(node->entry->name), node->entry->name);
  if (motion_test(r->L, index)) return "a motion";
  switch (lua_type(r->L, index)) {
  case LUA_TFUNCTION: {
    const ApiEntry *entry = node_constructor(r->L, index);
    return entry ? store_format(store, "the function %s: write %s{ ... } to call it", entry->name, entry->name) : "a function";
  }
  case LUA_TNIL:
  case LUA_TNONE: return "nothing (nil)";
  default: break;
  }
  const bool string = lua_type(r->L, index) == LUA_TSTRING;
  size_t size;
  const char *text = sandbox_pretty(r->L, index, &size);
  if (string) text = lua_tolstring(r->L, index, &size);
  size_t cut = size;
  if (size > DESCRIBED)
    for (cut = DESCRIBED; cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80;) cut--;
  const char *dots = cut < size ? "..." : "";
  const char *copy =
    string ? store_format(store, "string \"%.*s%s\"", (int)cut, text, dots) : store_format(store, "%.*s%s", (int)cut, text, dots);
  lua_pop(r->L, 1);
  return copy;
}

/* -------------------------------------------------------------------- values */

static bool type_error(Reading *r, const ApiField *field, int index) {
  Text expected = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&expected);
  api_expected(field, &sink);
  const bool traced = lua_isfunction(r->L, index) && !node_constructor(r->L, index) &&
                      (field->type == API_NUMBER || field->type == API_COLOR || field->type == API_MATERIAL || field->type == API_VEC3);
  reader_fail(r, "type",
              traced ? "expected %s, got %s: a function of the shading point is for colours and numbers of materials and textures"
                     : "expected %s, got %s",
              text_string(&expected), reader_describe(r, index));
  return false;
}

/* {diffuse = 4, ...}: whole numbers by name, over what is there. */
static bool read_bounces(Reading *r, const ApiField *field, int index, MlBounces *out) {
  static const char *const kinds[] = {"diffuse", "glossy", "transmission", NULL};
  const ApiField count = {.name = field->name, .type = API_INT, .range = field->range};
  int64_t n;
  if (!lua_istable(r->L, index)) {
    if (lua_type(r->L, index) != LUA_TNUMBER) return type_error(r, field, index);
    if (!reader_read_value(r, &count, index, &n)) return false;
    *out = (MlBounces){(uint32_t)n, (uint32_t)n, (uint32_t)n, (uint32_t)n};
    return true;
  }
  uint32_t values[3] = {16, 16, 16};
  bool fine = true;
  for (lua_pushnil(r->L); lua_next(r->L, index); lua_pop(r->L, 1)) {
    int32_t kind;
    lua_pushvalue(r->L, -2);
    const bool known = convert_word(r, kinds, lua_gettop(r->L), &kind);
    lua_pop(r->L, 1);
    if (!known) {
      fine = false;
      continue;
    }
    r->steps[r->step_count++] = (SourceStep){kinds[kind], 0};
    if (reader_read_value(r, &count, lua_gettop(r->L), &n)) values[kind] = (uint32_t)n;
    else fine = false;
    r->step_count--;
  }
  const uint32_t total = values[0] + values[1] + values[2];
  *out = (MlBounces){total < 65535 ? total : 65535, values[0], values[1], values[2]};
  return fine;
}

static bool read_visible(Reading *r, const ApiField *field, int index, uint32_t *out) {
  static const char *const who[] = {"camera", "shadow", "reflection", NULL};
  if (lua_isboolean(r->L, index)) {
    *out = lua_toboolean(r->L, index) ? 0 : ML_HIDE_CAMERA | ML_HIDE_SHADOW | ML_HIDE_REFLECTION;
    return true;
  }
  if (!lua_istable(r->L, index)) return type_error(r, field, index);
  bool fine = true;
  *out = 0;
  const ApiField flag = {.name = field->name, .type = API_BOOL};
  for (lua_pushnil(r->L); lua_next(r->L, index); lua_pop(r->L, 1)) {
    int32_t kind;
    bool shown;
    lua_pushvalue(r->L, -2);
    const bool known = convert_word(r, who, lua_gettop(r->L), &kind);
    lua_pop(r->L, 1);
    if (!known) {
      fine = false;
      continue;
    }
    r->steps[r->step_count++] = (SourceStep){who[kind], 0};
    if (reader_read_value(r, &flag, lua_gettop(r->L), &shown)) *out |= shown ? 0 : 1u << kind;
    else fine = false;
    r->step_count--;
  }
  return fine;
}

static bool read_int(Reading *r, const ApiField *field, int index, int64_t *out) {
  int exact;
  const lua_Integer value = lua_tointegerx(r->L, index, &exact);
  double number;
  if (!convert_number(r, field, index, &number)) return false;
  if (!exact) return type_error(r, field, index);
  *out = value;
  return true;
}

static bool read_facing(Reading *r, const ApiField *field, int index, MlVec3 *out) {
  static const char *const words[] = {"down", "up", "left", "right", "front", "back", NULL};
  static const MlVec3 directions[] = {{0, -1, 0}, {0, 1, 0}, {-1, 0, 0}, {1, 0, 0}, {0, 0, 1}, {0, 0, -1}};
  if (lua_type(r->L, index) != LUA_TSTRING) {
    const ApiField direction = {.name = field->name, .type = API_DIRECTION};
    return reader_read_value(r, &direction, index, out);
  }
  int32_t word;
  if (!convert_word(r, words, index, &word)) return false;
  *out = directions[word];
  return true;
}

static bool read_focus(Reading *r, const ApiField *field, int index, ApiFocus *out) {
  *out = (ApiFocus){.at_point = lua_type(r->L, index) != LUA_TNUMBER};
  return out->at_point ? convert_point(r, field, index, &out->point) : convert_number(r, field, index, &out->distance);
}

static bool read_exposure(Reading *r, const ApiField *field, int index, ApiExposure *out) {
  *out = (ApiExposure){.fixed = lua_type(r->L, index) != LUA_TSTRING};
  if (out->fixed) return convert_number(r, field, index, &out->ev);
  return strcmp(lua_tostring(r->L, index), "auto") == 0 || type_error(r, field, index);
}

/* One number for all components, or `width` of them. */
static bool read_size(Reading *r, const ApiField *field, int index, int width, double *out) {
  if (lua_type(r->L, index) != LUA_TNUMBER) return convert_vector(r, field, index, width, out);
  if (!convert_number(r, field, index, &out[0])) return false;
  for (int i = 1; i < width; i++) out[i] = out[0];
  return true;
}

/* How far it reaches from the origin, or its least and greatest corner. */
static bool read_box(Reading *r, const ApiField *field, int index, ApiBox *out) {
  double v[3], w[3];
  lua_State *L = r->L;
  bool corners = lua_istable(L, index) && lua_rawlen(L, index) == 2;
  if (!corners) {
    if (!read_size(r, field, index, 3, v)) return false;
    *out = (ApiBox){{-v[0], -v[1], -v[2]}, {v[0], v[1], v[2]}};
    if (v[0] > 0 && v[1] > 0 && v[2] > 0) return true;
    reader_fail(r, "box", "expected a size above 0: a number, {x, y, z}, or the two corners {{x, y, z}, {x, y, z}}");
    return false;
  }
  const uint32_t step = r->step_count;
  bool fine = true;
  for (uint32_t i = 0; i < 2 && fine; i++) {
    lua_rawgeti(L, index, i + 1);
    if (step < SOURCE_STEPS) r->steps[step] = (SourceStep){NULL, i + 1}, r->step_count = step + 1;
    fine = convert_vector(r, field, lua_gettop(L), 3, i == 0 ? v : w);
    r->step_count = step;
    lua_pop(L, 1);
  }
  if (!fine) return false;
  *out = (ApiBox){{v[0], v[1], v[2]}, {w[0], w[1], w[2]}};
  if (v[0] < w[0] && v[1] < w[1] && v[2] < w[2]) return true;
  reader_fail(r, "box", "expected the lower corner first, each coordinate below that of the other: got {%g, %g, %g} and {%g, %g, %g}", v[0],
              v[1], v[2], w[0], w[1], w[2]);
  return false;
}

static bool read_pixels(Reading *r, const ApiField *field, int index, ApiPixels *out) {
  double size[2];
  if (!convert_vector(r, field, index, 2, size)) return false;
  if (size[0] != ml_floor(size[0]) || size[1] != ml_floor(size[1])) return type_error(r, field, index);
  *out = (ApiPixels){(uint32_t)size[0], (uint32_t)size[1]};
  return true;
}

/* One whole number for both, or two. */
static bool read_cells(Reading *r, const ApiField *field, int index, ApiPixels *out) {
  double size[2];
  if (!read_size(r, field, index, 2, size)) return false;
  if (size[0] != ml_floor(size[0]) || size[1] != ml_floor(size[1])) return type_error(r, field, index);
  *out = (ApiPixels){(uint32_t)size[0], (uint32_t)size[1]};
  return true;
}

static bool read_smooth(Reading *r, const ApiField *field, int index, ApiSmooth *out) {
  const ApiField angle = {.name = field->name, .type = API_NUMBER, .range = {0, 180, 0, 180, false}, .unit = "\xC2\xB0"};
  if (lua_isboolean(r->L, index)) {
    out->angle = lua_toboolean(r->L, index) ? 180 : -1;
    return true;
  }
  if (lua_type(r->L, index) != LUA_TNUMBER) return type_error(r, field, index);
  if (!convert_number(r, &angle, index, &out->angle)) return false;
  if (out->angle == 0) out->angle = -1; // nothing is smooth
  return true;
}

/* What it makes is looked at and not used. */
static bool read_reference(Reading *r, const ApiField *field, int index, ApiReference *out) {
  const Node *node = node_test(r->L, index);
  if (!node || !node_is_shape(node)) return type_error(r, field, index);
  *out = (ApiReference){node->id, node->entry};
  return true;
}

static int keep_index(const ApiEntry *entry, const ApiField *field) {
  int keep = 0;
  for (const ApiField *f = entry->fields; f < entry->fields + entry->field_count; f++) {
    keep += f->type >= API_POINTS;
    if (f == field) break;
  }
  return keep;
}

static bool read_value(Reading *r, const ApiField *field, int index, void *out);

/* motion(a, b), where the field takes it: a as the value, b as that of the frame's end. */
static bool read_motion(Reading *r, const ApiField *field, int index, void *out) {
  unsigned char *next = (unsigned char *)out - field->offset + field->next;
  bool fine = true;
  for (int end = 0; end < 2; end++) {
    motion_push_end(r->L, index, end);
    fine = read_value(r, field, lua_gettop(r->L), end ? next : out) && fine;
    lua_pop(r->L, 1);
  }
  return fine;
}

/* A function of the shading point, for a field that takes one. */
static bool read_function(Reading *r, const ApiField *field, int index, void *out) {
  const bool normal = field->type == API_TEXTURE && strcmp(field->name, "normal") == 0;
  const bool numbers = field->type == API_NUMBER || (field->type == API_TEXTURE && (field->flags & API_DATA) && !normal);
  if (field->type == API_TEXTURE) return trace_texture(r, index, numbers, out);
  if (field->texture) return trace_texture(r, index, numbers, (MlTexture *)(void *)((unsigned char *)out - field->offset + field->texture));
  MlError error = {0};
  MlMatteDesc matte = ML_DESC(MlMatteDesc);
  if (!trace_texture(r, index, false, &matte.color_texture)) return false;
  ApiMaterial *material = out;
  *material = (ApiMaterial){.id = ml_matte(r->runtime->builder, &matte, &error)};
  if (!material->id) reader_fail_builder(r, &error);
  return material->id != 0;
}

bool reader_read_value(Reading *r, const ApiField *field, int index, void *out) {
  if (!field->next) return read_value(r, field, index, out);
  if (motion_test(r->L, index)) return read_motion(r, field, index, out);
  if (!read_value(r, field, index, out)) return false;
  memcpy((unsigned char *)out - field->offset + field->next, out, field->type == API_NUMBER ? sizeof(double) : sizeof(MlVec3));
  return true;
}

static bool read_value(Reading *r, const ApiField *field, int index, void *out) {
  if (module_is_absent(r->L, index)) return false; // has been reported, once
  if (trace_is_function(r->L, index) && trace_takes(field)) return read_function(r, field, index, out);
  if (field->texture) {
    MlTexture *texture = (MlTexture *)(void *)((unsigned char *)out - field->offset + field->texture);
    if (texture_test(r->L, index)) return convert_texture(r, field, index, field->type == API_NUMBER || (field->flags & API_DATA), texture);
    *texture = 0;
  }
  switch (field->type) {
  case API_NUMBER: return convert_number(r, field, index, out);
  case API_INT: return read_int(r, field, index, out);
  case API_BOOL:
    if (!lua_isboolean(r->L, index)) return type_error(r, field, index);
    *(bool *)out = lua_toboolean(r->L, index);
    return true;
  case API_STRING: {
    if (lua_type(r->L, index) != LUA_TSTRING) return type_error(r, field, index);
    size_t size;
    const char *text = lua_tolstring(r->L, index, &size);
    *(const char **)out = store_copy(&r->runtime->store, text, size);
    return true;
  }
  case API_WORD: return convert_word(r, field->words, index, out);
  case API_WORDS: return convert_words(r, field, index, out);
  case API_DIRECTION: {
    double v[3];
    if (!convert_vector(r, field, index, 3, v)) return false;
    if (v[0] == 0 && v[1] == 0 && v[2] == 0) {
      reader_fail(r, "zero", "a direction must not be {0, 0, 0}");
      return false;
    }
    *(MlVec3 *)out = (MlVec3){v[0], v[1], v[2]};
    return true;
  }
  case API_VEC3: {
    double v[3];
    if (!convert_vector(r, field, index, 3, v)) return false;
    *(MlVec3 *)out = (MlVec3){v[0], v[1], v[2]};
    return true;
  }
  case API_POINT: return convert_point(r, field, index, out);
  case API_SIZE3: {
    double v[3];
    if (!read_size(r, field, index, 3, v)) return false;
    *(MlVec3 *)out = (MlVec3){v[0], v[1], v[2]};
    return true;
  }
  case API_SIZE2: {
    double v[2];
    if (!read_size(r, field, index, 2, v)) return false;
    *(ApiSize2 *)out = (ApiSize2){v[0], v[1]};
    return true;
  }
  case API_PIXELS: return read_pixels(r, field, index, out);
  case API_HEADING: {
    double v[2];
    if (!convert_vector(r, field, index, 2, v)) return false;
    *(ApiHeading *)out = (ApiHeading){v[0], v[1]};
    return true;
  }
  case API_COLOR: return lua_isfunction(r->L, index) ? type_error(r, field, index) : convert_color(r, field, index, out);
  case API_MATERIAL: return lua_isfunction(r->L, index) ? type_error(r, field, index) : convert_material(r, field, index, out);
  case API_TURN: return convert_turn(r, field, index, out);
  case API_VISIBLE: return read_visible(r, field, index, out);
  case API_FACING: return read_facing(r, field, index, out);
  case API_FOCUS: return read_focus(r, field, index, out);
  case API_EXPOSURE: return read_exposure(r, field, index, out);
  case API_BOUNCES: return read_bounces(r, field, index, out);
  case API_SPAN: {
    double v[2];
    if (!read_size(r, field, index, 2, v)) return false;
    *(ApiSpan *)out = (ApiSpan){v[0], v[1]};
    if (v[0] > v[1]) reader_fail(r, "span", "expected {least, most}, got {%g, %g}", v[0], v[1]);
    return v[0] <= v[1];
  }
  case API_BOX: return read_box(r, field, index, out);
  case API_REFERENCE: return read_reference(r, field, index, out);
  case API_POINTS:
  case API_NORMALS: return convert_floats(r, field, index, 3, keep_index(r->entry, field), out);
  case API_UVS: return convert_floats(r, field, index, 2, keep_index(r->entry, field), out);
  case API_CELLS: return read_cells(r, field, index, out);
  case API_PAIRS: return convert_floats(r, field, index, 2, keep_index(r->entry, field), out);
  case API_OUTLINES: return convert_outlines(r, field, index, keep_index(r->entry, field), out);
  case API_RADII: return convert_radii(r, field, index, keep_index(r->entry, field), out);
  case API_ROWS: return convert_rows(r, field, index, keep_index(r->entry, field), out);
  case API_MATERIALS: return convert_materials(r, field, index, keep_index(r->entry, field), out);
  case API_SMOOTH: return read_smooth(r, field, index, out);
  case API_CALLBACK:
    if (!lua_isfunction(r->L, index) || node_constructor(r->L, index)) return type_error(r, field, index);
    lua_pushvalue(r->L, index);
    lua_setiuservalue(r->L, r->node_index, keep_index(r->entry, field));
    return *(bool *)out = true;
  case API_FACES: return convert_faces(r, field, index, keep_index(r->entry, field), out);
  case API_NODES: // {a, b}; without the field's name, reader_read_fields gives the call's own table
    if (!lua_istable(r->L, index)) return type_error(r, field, index);
    return convert_nodes(r, index, 1, out);
  case API_TEXTURE: return convert_texture(r, field, index, (field->flags & API_DATA) != 0, out);
  case API_LAYERS: return convert_layers(r, field, index, out);
  case API_STOPS: return convert_stops(r, field, index, keep_index(r->entry, field), out);
  case API_TYPE_COUNT: break;
  }
  return false;
}

/* -------------------------------------------------------------------- fields */

static uint32_t find_field(const ApiEntry *entry, const char *name) {
  const uint32_t count = api_field_count(entry);
  for (uint32_t i = 0; i < count; i++) {
    const char *known = api_field(entry, i)->name;
    if (known[0] == name[0] && strcmp(known, name) == 0) return i;
  }
  return count;
}

static uint32_t find_position(const ApiEntry *entry, lua_Integer position) {
  const uint32_t count = api_field_count(entry);
  for (uint32_t i = 0; i < count; i++)
    if (api_field(entry, i)->position == position) return i;
  return count;
}

/* How many values without a name the entry takes. */
static uint32_t positions(const ApiEntry *entry) {
  uint32_t n = 0;
  while (find_position(entry, n + 1) < api_field_count(entry)) n++;
  return n;
}

static void unknown_field(Reading *r, const char *name) {
  Suggestion near = suggest_start(name);
  const uint32_t count = api_field_count(r->entry);
  for (uint32_t i = 0; i < count; i++) suggest_try(&near, api_field(r->entry, i)->name);
  for (uint32_t i = 0; i < count && !near.best; i++)
    if (suggest_in_list(api_field(r->entry, i)->synonyms, name)) near.best = api_field(r->entry, i)->name;
  Text note = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&note);
  api_signature(r->entry, &sink);
  put_format(&sink, "      (moonlit doc %s)", r->entry->name);
  Report report = runtime_report_here(r->L, SCRIPT_ERROR, "unknown field", r->callee);
  report.query.steps[0] = (SourceStep){store_copy(&r->runtime->store, name, strlen(name)), 0};
  report.query.step_count = 1;
  report.at_key = report.no_path = true;
  report.note = text_string(&note);
  report.fix = near.best;
  report.message =
    near.best ? store_format(&r->runtime->store, "%s has no field '%s' \xE2\x80\x94 did you mean '%s'?", r->entry->name, name, near.best)
              : store_format(&r->runtime->store, "%s has no field '%s'", r->entry->name, name);
  send(r, &report);
}

/* radius = 0,5 is read as radius = 0 and a value without a name: reports that in place of what follows from it. */
static bool is_decimal_comma(Reading *r) {
  Report report = runtime_report_here(r->L, SCRIPT_ERROR, "decimal", r->callee);
  CallArguments arguments = {r->L, r->first_argument, r->node_index - r->first_argument};
  report.query.fits = r->first_argument ? call_fits : NULL;
  report.query.fits_ud = &arguments;
  const Source *source = diagnostics_source(&r->runtime->diagnostics, report.file);
  const SourceSpan span = source ? source_find_decimal_comma(source, &report.query) : (SourceSpan){0};
  if (!span.found) return false;
  const size_t size = span.end - span.start;
  const char *comma = memchr(source->text + span.start, ',', size);
  const int whole = (int)((size_t)(comma - source->text) - span.start);
  report.fix = store_format(&r->runtime->store, "%.*s.%.*s", whole, source->text + span.start, (int)size - whole - 1, comma + 1);
  report.message = store_format(&r->runtime->store, "decimals are written with a point: %s", report.fix);
  report.query.line = span.line;
  report.column = source_column(source, span.start);
  report.end_column = report.column + (uint32_t)size;
  report.no_path = true;
  diagnostics_report(&r->runtime->diagnostics, &report);
  r->failed = true;
  return true;
}

/* A value without a name beyond those that the entry takes. */
static void unknown_position(Reading *r, int table, lua_Integer position) {
  const uint32_t taken = positions(r->entry);
  if (is_decimal_comma(r)) return;
  r->steps[0] = (SourceStep){NULL, position > 0 && position < UINT32_MAX ? (uint32_t)position : 0};
  r->step_count = 1;
  if (taken == 0) {
    reader_fail(r, "position", "%s takes no value without a name: write %s{ field = value }", r->entry->name, r->entry->name);
  } else if (taken == 1 && lua_rawlen(r->L, table) == 3) {
    reader_fail(r, "position", "%s takes 1 value without a name; for a vector or colour write %s{ {1, 2, 3} }", r->entry->name,
                r->entry->name);
  } else {
    reader_fail(r, "position", "%s takes %u value%s without a name, this is one more", r->entry->name, taken, taken == 1 ? "" : "s");
  }
  r->step_count = 0;
}

static void *field_target(Reading *r, uint32_t i) {
  unsigned char *base = i < r->entry->field_count ? r->node->desc : (unsigned char *)&r->node->shared;
  return base + api_field(r->entry, i)->offset;
}

/* Reads the value at the top of the stack; seen: the fields of this call so far. */
static void read_field(Reading *r, uint32_t i, SourceStep step, uint64_t *seen) {
  const ApiField *field = api_field(r->entry, i);
  r->steps[0] = step;
  r->step_count = 1;
  if (*seen & api_bit(r->entry, i)) {
    if (!is_decimal_comma(r)) reader_fail(r, "twice", "given twice, by its name and by its place");
    r->step_count = 0;
    return;
  }
  *seen |= api_bit(r->entry, i);
  unsigned char before[sizeof(MlTransform)]; // larger than any field
  static const uint8_t sizes[API_TYPE_COUNT] = {
    [API_NUMBER] = sizeof(double),
    [API_INT] = sizeof(int64_t),
    [API_BOOL] = sizeof(bool),
    [API_STRING] = sizeof(char *),
    [API_WORD] = sizeof(int32_t),
    [API_VEC3] = sizeof(MlVec3),
    [API_DIRECTION] = sizeof(MlVec3),
    [API_POINT] = sizeof(MlVec3),
    [API_SIZE3] = sizeof(MlVec3),
    [API_SIZE2] = sizeof(ApiSize2),
    [API_PIXELS] = sizeof(ApiPixels),
    [API_HEADING] = sizeof(ApiHeading),
    [API_COLOR] = sizeof(MlColor),
    [API_MATERIAL] = sizeof(ApiMaterial),
    [API_TURN] = sizeof(MlVec3),
    [API_VISIBLE] = sizeof(uint32_t),
    [API_FACING] = sizeof(MlVec3),
    [API_FOCUS] = sizeof(ApiFocus),
    [API_EXPOSURE] = sizeof(ApiExposure),
    [API_BOUNCES] = sizeof(MlBounces),
    [API_WORDS] = sizeof(uint32_t),
    [API_TEXTURE] = sizeof(MlTexture),
    [API_CELLS] = sizeof(ApiPixels),
    [API_POINTS] = sizeof(ApiArray),
    [API_NORMALS] = sizeof(ApiArray),
    [API_UVS] = sizeof(ApiArray),
    [API_FACES] = sizeof(ApiArray),
    [API_PAIRS] = sizeof(ApiArray),
    [API_OUTLINES] = sizeof(ApiOutlines),
    [API_RADII] = sizeof(ApiRadii),
    [API_ROWS] = sizeof(ApiRows),
    [API_CALLBACK] = sizeof(bool),
    [API_NODES] = sizeof(ApiNodes),
    [API_LAYERS] = sizeof(ApiLayers),
    [API_STOPS] = sizeof(ApiStops),
    [API_SMOOTH] = sizeof(ApiSmooth),
    [API_MATERIALS] = sizeof(ApiMaterials),
    [API_SPAN] = sizeof(ApiSpan),
    [API_REFERENCE] = sizeof(ApiReference),
    [API_BOX] = sizeof(ApiBox),
  };
  void *target = field_target(r, i);
  memcpy(before, target, sizes[field->type]);
  if (!reader_read_value(r, field, lua_gettop(r->L), target)) memcpy(target, before, sizes[field->type]);
  r->step_count = 0;
}

static void check_exclusive(Reading *r, uint64_t seen) {
  const uint32_t count = api_field_count(r->entry);
  for (uint32_t i = 0; i < count; i++) {
    const ApiField *a = api_field(r->entry, i);
    if (!a->xgroup || !(seen & api_bit(r->entry, i))) continue;
    for (uint32_t j = 0; j < count; j++) {
      const ApiField *b = api_field(r->entry, j);
      if (!API_EXCLUDES(a, b)) continue;
      if (j > i && (seen & api_bit(r->entry, j)))
        reader_fail_field(r, b->name, "exclusive", "%s and %s exclude each other: write one of them", a->name, b->name);
      if (!(seen & api_bit(r->entry, j))) r->node->given &= ~api_bit(r->entry, j); // what :with{} replaces
    }
  }
}

/* Whether all values without a name are its. */
static bool takes_all(const ApiField *field) { return field->type >= API_NODES || field->type == API_LAYERS; }

uint64_t reader_read_fields(Reading *r, int table) {
  lua_State *L = r->L;
  uint64_t seen = 0;
  bool large = false, nodes = false;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    const int key = lua_type(L, -2);
    if (key == LUA_TSTRING) {
      const char *name = lua_tostring(L, -2);
      const uint32_t i = find_field(r->entry, name);
      if (i == api_field_count(r->entry)) unknown_field(r, name);
      else if (api_field(r->entry, i)->type >= API_POINTS) large = true;
      else read_field(r, i, (SourceStep){api_field(r->entry, i)->name, 0}, &seen);
    } else if (key == LUA_TNUMBER && lua_isinteger(L, -2)) {
      const lua_Integer position = lua_tointeger(L, -2);
      const uint32_t i = find_position(r->entry, position);
      if (r->entry->field_count && takes_all(&r->entry->fields[0])) nodes = true;
      else if (i == api_field_count(r->entry)) unknown_position(r, table, position);
      else read_field(r, i, (SourceStep){api_field(r->entry, i)->name, (uint32_t)position}, &seen);
    } else {
      r->step_count = 0;
      lua_pushvalue(L, -2);
      reader_fail(r, "key", "the name of a field is a word, not %s", reader_describe(r, lua_gettop(L)));
      lua_pop(L, 1);
    }
  }
  // Large arrays in the order of the table: faces need their points.
  for (uint32_t i = 0; i < r->entry->field_count && large; i++) {
    const ApiField *field = &r->entry->fields[i];
    if (field->type < API_POINTS) continue;
    lua_pushstring(L, field->name);
    if (lua_rawget(L, table) != LUA_TNIL) read_field(r, i, (SourceStep){field->name, 0}, &seen);
    lua_pop(L, 1);
  }
  if (nodes && (seen & api_bit(r->entry, 0))) {
    reader_fail_field(r, r->entry->fields[0].name, "twice", "given twice, by its name and by its place");
  } else if (nodes) {
    seen |= api_bit(r->entry, 0);
    const ApiField *first = &r->entry->fields[0];
    if (first->type == API_NODES) convert_nodes(r, table, 1, field_target(r, 0));
    else if (first->type == API_LAYERS) convert_layers(r, first, table, field_target(r, 0));
    else convert_stops(r, first, table, 1, field_target(r, 0));
  }
  r->node->given |= seen;
  check_exclusive(r, seen);
  return seen;
}

/* ---------------------------------------------------------------- the call */

/* The node's defaults: a template made once per entry and state, kept as the constructor's second upvalue. The table's own text of each
 * default goes through the reader, so that it passes the same checks. */
static void apply_defaults(Reading *r) {
  lua_State *L = r->L;
  const size_t size = sizeof(Node) + r->entry->desc_size;
  const Node *template = lua_touserdata(L, lua_upvalueindex(2));
  if (!template) {
    Text source = {.store = &r->runtime->store};
    text_format(&source, "return {");
    for (uint32_t i = 0; i < api_field_count(r->entry); i++) {
      const ApiField *field = api_field(r->entry, i);
      if (field->def) text_format(&source, "%s = %s, ", field->name, field->def);
    }
    text_format(&source, "}");
    if (luaL_loadbufferx(L, text_string(&source), source.size, "=defaults", "t") != LUA_OK) lua_error(L);
    lua_call(L, 0, 1);
    reader_read_fields(r, lua_gettop(L));
    r->node->given = 0;
    Node *copy = lua_newuserdatauv(L, size, 0);
    memcpy(copy, r->node, size);
    lua_replace(L, lua_upvalueindex(2));
    lua_pop(L, 1);
    return;
  }
  memcpy(r->node, template, size);
}

/* coat(base, { ... }), sdf(f, { ... }) and cutout(base, mask) equal coat{ base, ... } and cutout{ base, mask }: pushes that table. */
static void push_arguments(lua_State *L) {
  lua_createtable(L, 2, 0);
  const int table = lua_gettop(L);
  const bool fields = lua_istable(L, 2);
  if (fields) {
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, table);
    }
  }
  for (int i = 1; i <= (fields ? 1 : 2); i++) {
    lua_pushvalue(L, i);
    lua_rawseti(L, table, i);
  }
}

void reader_read_call(Reading *r) {
  lua_State *L = r->L;
  const int arguments = r->node_index - 1; // the node lies above them
  apply_defaults(r);
  const bool function = lua_isfunction(L, 1) && r->entry->field_count != 0 && r->entry->fields[0].type == API_CALLBACK;
  const bool two = arguments == 2 && (r->entry->kind == API_MATERIAL_KIND || function) && !lua_istable(L, 1);
  if (two) {
    push_arguments(L);
    reader_read_fields(r, lua_gettop(L));
    lua_pop(L, 1);
  } else if (arguments > 1) reader_fail(r, "arguments", "%s takes one table: write %s{ ... }", r->entry->name, r->entry->name);
  if (arguments >= 1 && lua_istable(L, 1)) {
    reader_read_fields(r, 1);
  } else if (arguments >= 1 && !two) {
    // name(x) and name "x" equal name{ x }.
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, 1);
    if (lua_isnil(L, 1)) reader_fail(r, "nil", "expected a table of fields, got nothing (nil)");
    else reader_read_fields(r, lua_gettop(L));
    lua_pop(L, 1);
  }
  for (uint32_t i = 0; i < api_field_count(r->entry); i++) {
    const ApiField *field = api_field(r->entry, i);
    if (!(field->flags & API_REQUIRED) || (r->node->given & api_bit(r->entry, i)) || r->failed) continue;
    Text expected = {.store = &r->runtime->store};
    const MlSink sink = text_sink(&expected);
    api_expected(field, &sink);
    reader_fail(r, "required", "%s is missing: it needs %s", field->name, text_string(&expected));
  }
}
