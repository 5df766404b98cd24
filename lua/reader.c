/* reader.c - the generic reader: a script's table over a description, by the API table. */
#include "reader.h"

#include <string.h>

#include "call_match.h"
#include "lauxlib.h"
#include "materials.h"
#include "module.h"
#include "motion.h"
#include "reader_internal.h"
#include "suggest.h"
#include "textures.h"
#include "trace.h"

/* -------------------------------------------------------------------- values */

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
  case API_INT: return convert_int(r, field, index, out);
  case API_BOOL:
    if (!lua_isboolean(r->L, index)) return reader_type_error(r, field, index);
    *(bool *)out = lua_toboolean(r->L, index);
    return true;
  case API_STRING: {
    if (lua_type(r->L, index) != LUA_TSTRING) return reader_type_error(r, field, index);
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
    if (!convert_size(r, field, index, 3, v)) return false;
    *(MlVec3 *)out = (MlVec3){v[0], v[1], v[2]};
    return true;
  }
  case API_SIZE2: {
    double v[2];
    if (!convert_size(r, field, index, 2, v)) return false;
    *(ApiSize2 *)out = (ApiSize2){v[0], v[1]};
    return true;
  }
  case API_PIXELS: return convert_pixels(r, field, index, out);
  case API_HEADING: {
    double v[2];
    if (!convert_vector(r, field, index, 2, v)) return false;
    *(ApiHeading *)out = (ApiHeading){v[0], v[1]};
    return true;
  }
  case API_COLOR: return lua_isfunction(r->L, index) ? reader_type_error(r, field, index) : convert_color(r, field, index, out);
  case API_MATERIAL: return lua_isfunction(r->L, index) ? reader_type_error(r, field, index) : convert_material(r, field, index, out);
  case API_TURN: return convert_turn(r, field, index, out);
  case API_VISIBLE: return convert_visible(r, field, index, out);
  case API_FACING: return convert_facing(r, field, index, out);
  case API_FOCUS: return convert_focus(r, field, index, out);
  case API_EXPOSURE: return convert_exposure(r, field, index, out);
  case API_BOUNCES: return convert_bounces(r, field, index, out);
  case API_SPAN: {
    double v[2];
    if (!convert_size(r, field, index, 2, v)) return false;
    *(ApiSpan *)out = (ApiSpan){v[0], v[1]};
    if (v[0] > v[1]) reader_fail(r, "span", "expected {least, most}, got {%g, %g}", v[0], v[1]);
    return v[0] <= v[1];
  }
  case API_BOX: return convert_box(r, field, index, out);
  case API_REFERENCE: return convert_reference(r, field, index, out);
  case API_POINTS:
  case API_NORMALS: return convert_floats(r, field, index, 3, keep_index(r->entry, field), out);
  case API_UVS: return convert_floats(r, field, index, 2, keep_index(r->entry, field), out);
  case API_CELLS: return convert_cells(r, field, index, out);
  case API_PAIRS: return convert_floats(r, field, index, 2, keep_index(r->entry, field), out);
  case API_STRANDS: return convert_strands(r, field, index, keep_index(r->entry, field), out);
  case API_OUTLINES: return convert_outlines(r, field, index, keep_index(r->entry, field), out);
  case API_RADII: return convert_radii(r, field, index, keep_index(r->entry, field), out);
  case API_ROWS: return convert_rows(r, field, index, keep_index(r->entry, field), out);
  case API_MATERIALS: return convert_materials(r, field, index, keep_index(r->entry, field), out);
  case API_SMOOTH: return convert_smooth(r, field, index, out);
  case API_CALLBACK:
    if (!lua_isfunction(r->L, index) || node_constructor(r->L, index)) return reader_type_error(r, field, index);
    lua_pushvalue(r->L, index);
    lua_setiuservalue(r->L, r->node_index, keep_index(r->entry, field));
    return *(bool *)out = true;
  case API_FACES: return convert_faces(r, field, index, keep_index(r->entry, field), out);
  case API_NODES: // {a, b}; without the field's name, reader_read_fields gives the call's own table
    if (!lua_istable(r->L, index)) return reader_type_error(r, field, index);
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
  reader_send(r, &report);
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
    [API_STRANDS] = sizeof(ApiStrands),
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
