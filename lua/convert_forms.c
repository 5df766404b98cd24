/* convert_forms.c - values that may be written in several forms: sizes, boxes, directions by name, what is seen by whom. */
#include <string.h>

#include "lauxlib.h"
#include "reader_internal.h"

/* {diffuse = 4, ...}: whole numbers by name, over what is there. */
bool convert_bounces(Reading *r, const ApiField *field, int index, MlBounces *out) {
  static const char *const kinds[] = {"diffuse", "glossy", "transmission", NULL};
  const ApiField count = {.name = field->name, .type = API_INT, .range = field->range};
  int64_t n;
  if (!lua_istable(r->L, index)) {
    if (lua_type(r->L, index) != LUA_TNUMBER) return reader_type_error(r, field, index);
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

bool convert_visible(Reading *r, const ApiField *field, int index, uint32_t *out) {
  static const char *const who[] = {"camera", "shadow", "reflection", NULL};
  if (lua_isboolean(r->L, index)) {
    *out = lua_toboolean(r->L, index) ? 0 : ML_HIDE_CAMERA | ML_HIDE_SHADOW | ML_HIDE_REFLECTION;
    return true;
  }
  if (!lua_istable(r->L, index)) return reader_type_error(r, field, index);
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

bool convert_int(Reading *r, const ApiField *field, int index, int64_t *out) {
  int exact;
  const lua_Integer value = lua_tointegerx(r->L, index, &exact);
  double number;
  if (!convert_number(r, field, index, &number)) return false;
  if (!exact) return reader_type_error(r, field, index);
  *out = value;
  return true;
}

bool convert_facing(Reading *r, const ApiField *field, int index, MlVec3 *out) {
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

bool convert_focus(Reading *r, const ApiField *field, int index, ApiFocus *out) {
  *out = (ApiFocus){.at_point = lua_type(r->L, index) != LUA_TNUMBER};
  return out->at_point ? convert_point(r, field, index, &out->point) : convert_number(r, field, index, &out->distance);
}

bool convert_exposure(Reading *r, const ApiField *field, int index, ApiExposure *out) {
  *out = (ApiExposure){.fixed = lua_type(r->L, index) != LUA_TSTRING};
  if (out->fixed) return convert_number(r, field, index, &out->ev);
  return strcmp(lua_tostring(r->L, index), "auto") == 0 || reader_type_error(r, field, index);
}

/* One number for all components, or `width` of them. */
bool convert_size(Reading *r, const ApiField *field, int index, int width, double *out) {
  if (lua_type(r->L, index) != LUA_TNUMBER) return convert_vector(r, field, index, width, out);
  if (!convert_number(r, field, index, &out[0])) return false;
  for (int i = 1; i < width; i++) out[i] = out[0];
  return true;
}

/* How far it reaches from the origin, or its least and greatest corner. */
bool convert_box(Reading *r, const ApiField *field, int index, ApiBox *out) {
  double v[3], w[3];
  lua_State *L = r->L;
  bool corners = lua_istable(L, index) && lua_rawlen(L, index) == 2;
  if (!corners) {
    if (!convert_size(r, field, index, 3, v)) return false;
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

bool convert_pixels(Reading *r, const ApiField *field, int index, ApiPixels *out) {
  double size[2];
  if (!convert_vector(r, field, index, 2, size)) return false;
  if (size[0] != ml_floor(size[0]) || size[1] != ml_floor(size[1])) return reader_type_error(r, field, index);
  *out = (ApiPixels){(uint32_t)size[0], (uint32_t)size[1]};
  return true;
}

/* One whole number for both, or two. */
bool convert_cells(Reading *r, const ApiField *field, int index, ApiPixels *out) {
  double size[2];
  if (!convert_size(r, field, index, 2, size)) return false;
  if (size[0] != ml_floor(size[0]) || size[1] != ml_floor(size[1])) return reader_type_error(r, field, index);
  *out = (ApiPixels){(uint32_t)size[0], (uint32_t)size[1]};
  return true;
}

bool convert_smooth(Reading *r, const ApiField *field, int index, ApiSmooth *out) {
  const ApiField angle = {.name = field->name, .type = API_NUMBER, .range = {0, 180, 0, 180, false}, .unit = "\xC2\xB0"};
  if (lua_isboolean(r->L, index)) {
    out->angle = lua_toboolean(r->L, index) ? 180 : -1;
    return true;
  }
  if (lua_type(r->L, index) != LUA_TNUMBER) return reader_type_error(r, field, index);
  if (!convert_number(r, &angle, index, &out->angle)) return false;
  if (out->angle == 0) out->angle = -1; // nothing is smooth
  return true;
}

/* What it makes is looked at and not used. */
bool convert_reference(Reading *r, const ApiField *field, int index, ApiReference *out) {
  const Node *node = node_test(r->L, index);
  if (!node || !node_is_shape(node)) return reader_type_error(r, field, index);
  *out = (ApiReference){node->id, node->entry};
  return true;
}
