/* convert.c - numbers, vectors, words, colours, materials and references from Lua values, with what is wrong about them. */
#include "reader.h"

#include <string.h>

#include "colors.h"
#include "lauxlib.h"
#include "materials.h"
#include "motion.h"
#include "suggest.h"
#include "textures.h"
#include "values.h"

/* ------------------------------------------------------------------ numbers */

static const char *expected(Reading *r, const ApiField *field) {
  Text text = {.store = &r->runtime->store};
  const MlSink sink = text_sink(&text);
  api_expected(field, &sink);
  return text_string(&text);
}

/* Hard limits only. */
static bool is_allowed(Reading *r, const ApiField *field, double value) {
  const ApiRange *range = &field->range;
  const bool any = range->hard_min == 0 && range->hard_max == 0;
  const double low = any ? -1e30 : range->hard_min, high = any ? 1e30 : range->hard_max;
  if (!(value - value == 0)) {
    reader_fail(r, "finite", "expected a finite number, got %g", value);
    return false;
  }
  if (value > high && high >= 1e12) {
    reader_fail(r, "range", "%g is too large (at most %g)", value, high);
    return false;
  }
  if (value < low && low <= -1e12) {
    reader_fail(r, "range", "%g is too far from 0 (at least %g)", value, low);
    return false;
  }
  if (value < low || value > high || (range->open_min && value == low)) {
    ApiField number = *field;
    const bool color = field->type == API_COLOR || field->type == API_MATERIAL;
    if (number.type != API_INT) number.type = API_NUMBER;
    if (color) number.texture = 0;
    reader_fail(r, "range", color ? "each channel of a colour is %s, got %g" : "expected %s, got %g", expected(r, &number), value);
    return false;
  }
  return true;
}

/* Hard limits of all, then a warning about the first unusual one. */
static bool check_range(Reading *r, const ApiField *field, const double *values, int count) {
  for (int i = 0; i < count; i++)
    if (!is_allowed(r, field, values[i])) return false;
  const ApiRange *range = &field->range;
  if (range->soft_min == 0 && range->soft_max == 0) return true;
  const char *unit = field->unit ? field->unit : "";
  for (int i = 0; i < count; i++) {
    const bool small = values[i] < range->soft_min;
    if (!small && values[i] <= range->soft_max) continue;
    const char *how = !small ? "large" : values[i] < 0 ? "far from 0" : "small";
    reader_warn(r, "unusual", "%g%s%s is unusually %s (usual is %g to %g)", values[i], *unit ? " " : "", unit, how, range->soft_min,
                range->soft_max);
    break;
  }
  return true;
}

/* What to write in place of the value, to be put behind a message; "": nothing known. */
static const char *advice(Reading *r, int index) {
  if (motion_test(r->L, index) && r->entry && r->entry->kind == API_LIGHT) return ": a light cannot move, a shape whose material emits can";
  if (motion_test(r->L, index)) return ": in motion can be at, turn and scale, and a camera's from, look_at and up";
  if (lua_isfunction(r->L, index) && !node_constructor(r->L, index))
    return ": a function of the shading point is for colours and numbers of materials and textures";
  if (lua_type(r->L, index) == LUA_TSTRING && lua_stringtonumber(r->L, lua_tostring(r->L, index))) {
    lua_pop(r->L, 1);
    return ": write the number without quotes";
  }
  if (lua_type(r->L, index) != LUA_TSTRING || r->step_count != 1 || r->steps[0].index != 1) return "";
  // sphere "gold": a string without a name is a material's or a colour's name.
  double rgb[3];
  size_t size;
  const char *text = lua_tolstring(r->L, index, &size);
  if (size > 40 || !(api_find_preset(text) || color_parse(text, size, rgb))) return "";
  if (r->entry->shared == &api_shared_shape)
    return store_format(&r->runtime->store, ": write %s{ material = \"%s\" }", r->entry->name, text);
  if (r->entry->kind == API_MATERIAL_KIND && api_find_preset(text))
    return store_format(&r->runtime->store, ": \"%s\" is a material already, write material = \"%s\"", text, text);
  return "";
}

static bool type_error(Reading *r, const ApiField *field, int index) {
  reader_fail(r, "type", "expected %s, got %s%s", expected(r, field), reader_describe(r, index), advice(r, index));
  return false;
}

bool convert_number(Reading *r, const ApiField *field, int index, double *out) {
  if (lua_type(r->L, index) != LUA_TNUMBER) return type_error(r, field, index);
  const double value = lua_tonumber(r->L, index);
  if (!check_range(r, field, &value, 1)) return false;

  *out = value;
  return true;
}

static bool all_numbers(lua_State *L, int index, int count) {
  bool numbers = true;
  for (int i = 1; i <= count && numbers; i++) {
    numbers = lua_rawgeti(L, index, i) == LUA_TNUMBER;
    lua_pop(L, 1);
  }
  return numbers;
}

static bool value_failure(Reading *r, const ApiField *field, int index, ValueRead failure, int wanted, bool color, int count) {
  if (failure == VALUE_READ_TYPE && wanted == 2 && (field->type == API_UVS || field->type == API_PAIRS || field->type == API_OUTLINES)) {
    reader_fail(r, "type", "expected a pair {x, y}, got %s", reader_describe(r, index));
    return false;
  }
  if (failure == VALUE_READ_TYPE || (failure == VALUE_READ_COUNT && field && (field->type == API_HEADING || field->type == API_SIZE2 || field->type == API_SPAN)))
    return type_error(r, field, index);
  if (failure == VALUE_READ_COUNT && field && lua_istable(r->L, index) && !all_numbers(r->L, index, count))
    return type_error(r, field, index);
  if (failure == VALUE_READ_COUNT && count == 0 && lua_istable(r->L, index)) {
    lua_pushnil(r->L);
    if (lua_next(r->L, index)) {
      lua_pop(r->L, 2);
      if (field->type == API_MATERIAL)
        reader_fail(r, "vector", "expected a material such as matte{ color = \"red\" }, got the plain table %s", reader_describe(r, index));
      else
        reader_fail(r, "vector", "expected numbers without names, %s, got %s",
                    color         ? "{r, g, b}"
                    : wanted == 2 ? "{x, y}"
                                  : "{x, y, z}",
                    reader_describe(r, index));
      return false;
    }
  }
  char message[300];
  value_read_message(r->L, index, failure, wanted, color, count, message, sizeof message);
  reader_fail(r, failure == VALUE_READ_FINITE ? "finite" : failure == VALUE_READ_NAME ? "name" : "vector", "%s", message);
  return false;
}

bool convert_vector(Reading *r, const ApiField *field, int index, int wanted, double *out) {
  double v[3];
  int count = 0;
  const ValueRead failure = value_read_vector(r->L, index, wanted, v, &count);
  if (failure) return value_failure(r, field, index, failure, wanted, false, count);
  if (!check_range(r, field, v, wanted)) return false;

  memcpy(out, v, (size_t)wanted * sizeof *out);
  return true;
}

/* ------------------------------------------------------------ words, colours */

/* Suggest among a list of words. */
static const char *nearest(const char *const *words, const char *text) {
  Suggestion near = suggest_start(text);
  for (; *words; words++) suggest_try(&near, *words);
  return near.best;
}

bool convert_word(Reading *r, const char *const *words, int index, int32_t *out) {
  const char *text = lua_type(r->L, index) == LUA_TSTRING ? lua_tostring(r->L, index) : NULL;
  for (int32_t i = 0; text && words[i]; i++)
    if (strcmp(words[i], text) == 0) {
      *out = i;
      return true;
    }
  const ApiField field = {.type = API_WORD, .words = words};
  const char *near = text ? nearest(words, text) : NULL;
  if (near)
    reader_fail_word(r, "word", text, near, "expected %s, got %s \xE2\x80\x94 did you mean \"%s\"?", expected(r, &field),
                     reader_describe(r, index), near);
  else reader_fail(r, "word", "expected %s, got %s", expected(r, &field), reader_describe(r, index));
  return false;
}

/* Lists are read as far as they have values without a name. */
bool convert_words(Reading *r, const ApiField *field, int index, uint32_t *out) {
  lua_State *L = r->L;
  int32_t word;
  uint32_t mask = 0;
  if (!lua_istable(L, index)) {
    if (lua_type(L, index) != LUA_TSTRING) return type_error(r, field, index);
    if (!convert_word(r, field->words, index, &word)) return false;
    *out = UINT32_C(1) << word;
    return true;
  }
  const int top = lua_gettop(L);
  bool known = true;
  for (lua_Integer i = 1; known && lua_rawgeti(L, index, i) != LUA_TNIL; i++) {
    known = convert_word(r, field->words, lua_gettop(L), &word);
    if (known) mask |= UINT32_C(1) << word;
    lua_settop(L, top);
  }
  lua_settop(L, top);
  if (known) *out = mask;
  return known;
}

static bool unknown_name(Reading *r, const char *text, bool material) {
  Suggestion near = suggest_start(text);
  for (const ApiPreset *preset = api_presets; preset->name && material; preset++) suggest_try(&near, preset->name);
  for (size_t i = 0; i < color_name_count; i++) suggest_try(&near, color_names[i].name);
  const char *what = material ? "is neither a material's preset nor a colour" : "is no colour";
  const char *help = text[0] == '#' ? ": write \"#rgb\" or \"#rrggbb\"" : "";
  if (near.best && text[0] != '#')
    reader_fail_word(r, "name", text, near.best, "\"%.*s\" %s \xE2\x80\x94 did you mean \"%s\"?", (int)strnlen(text, 40), text, what,
                     near.best);
  else reader_fail(r, "name", "\"%.*s\" %s%s", (int)strnlen(text, 40), text, what, help);
  return false;
}

/* {200, 30, 30}: meant is a colour of bytes. */
static const char *as_bytes(Reading *r, const double *rgb) {
  double most = 0;
  for (int i = 0; i < 3; i++) {
    if (!(rgb[i] >= 0 && rgb[i] <= 255) || rgb[i] != ml_floor(rgb[i])) return NULL;
    if (rgb[i] > most) most = rgb[i];
  }
  if (most < 32) return NULL;
  static const char digits[] = "0123456789abcdef";
  char text[8] = "#";
  for (int i = 0; i < 3; i++) {
    text[1 + 2 * i] = digits[(int)rgb[i] >> 4];
    text[2 + 2 * i] = digits[(int)rgb[i] & 15];
  }
  return store_copy(&r->runtime->store, text, 7);
}

bool convert_color(Reading *r, const ApiField *field, int index, MlColor *out) {
  double rgb[3];
  int count = 0;
  const ValueRead failure = value_read_color(r->L, index, rgb, &count);
  if (failure == VALUE_READ_NAME) return unknown_name(r, lua_tostring(r->L, index), field->type == API_MATERIAL);
  if (failure) return value_failure(r, field, index, failure, 3, true, count);
  const char *bytes = lua_type(r->L, index) == LUA_TNUMBER ? NULL : as_bytes(r, rgb);
  if (bytes && (field->type == API_MATERIAL || field->range.hard_max == 1)) {
    reader_fail(r, "range", "numbers of a colour are linear, 0 to 1: for {%g, %g, %g} of 255 write \"%s\"", rgb[0], rgb[1], rgb[2], bytes);
    return false;
  }
  if (bytes && field->range.soft_max < 255 && field->range.soft_max > 1) {
    reader_warn(r, "unusual", "numbers of a colour are linear, 1 is full: for {%g, %g, %g} of 255 write \"%s\"", rgb[0], rgb[1], rgb[2],
                bytes);
  } else if (!check_range(r, field, rgb, 3)) {
    return false;
  }
  const double least = rgb[0] < rgb[1] ? rgb[0] < rgb[2] ? rgb[0] : rgb[2] : rgb[1] < rgb[2] ? rgb[1] : rgb[2];
  if ((field->flags & API_ALBEDO) && least > 0.98)
    reader_warn(r, "albedo", "throws back %s of the light, more than anything real: write 0.8 for white paint, 0.9 for fresh snow",
                least >= 1 ? "all" : store_format(&r->runtime->store, "%g", least));

  *out = (MlColor){(float)rgb[0], (float)rgb[1], (float)rgb[2]};
  return true;
}

/* ---------------------------------------------------------------- materials */

/* One material per preset or colour: looked up by a string in a table of the registry. */
static const char material_cache;

static bool cached_material(lua_State *L, const char *key, size_t size, ApiMaterial *out) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &material_cache) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &material_cache);
  }
  lua_pushlstring(L, key, size);
  const bool found = lua_rawget(L, -2) == LUA_TNUMBER;
  if (found) *out = (ApiMaterial){.id = (MlMaterial)lua_tointeger(L, -1)};
  lua_pop(L, 2);
  return found;
}

static bool cache_material(Reading *r, const char *key, size_t size, MlMaterial id, const MlError *error, ApiMaterial *out) {
  if (!id) {
    reader_fail_builder(r, error);
    return false;
  }
  lua_rawgetp(r->L, LUA_REGISTRYINDEX, &material_cache);
  lua_pushlstring(r->L, key, size);
  lua_pushinteger(r->L, id);
  lua_rawset(r->L, -3);
  lua_pop(r->L, 1);
  *out = (ApiMaterial){.id = id};
  return true;
}

static MlMaterial make_preset(MlBuilder *builder, const ApiPreset *preset, MlError *error) {
  const MlColor color = preset->color;
  const float roughness = preset->roughness;
  switch (preset->kind) {
  case PRESET_METAL: {
    MlMetalDesc metal = ML_DESC(MlMetalDesc);
    ml_metal_preset(preset->name, &metal.eta, &metal.k);
    return ml_metal(builder, &metal, error);
  }
  case PRESET_GLASS: return ml_glass(builder, &ML_DESC(MlGlassDesc, .ior = preset->ior), error);
  case PRESET_MIRROR: return ml_mirror(builder, &ML_DESC(MlMirrorDesc), error);
  case PRESET_PLASTIC: return ml_plastic(builder, &ML_DESC(MlPlasticDesc, .color = color, .roughness = roughness), error);
  case PRESET_VELVET: {
    const MlMaterial body = ml_matte(builder, &ML_DESC(MlMatteDesc, .color = color), error);
    const MlColor shine = {0.9f, 0.5f, 0.5f};
    return body ? ml_sheen(builder, &ML_DESC(MlSheenDesc, .base = body, .color = shine, .roughness = roughness), error) : 0;
  }
  }
  return 0;
}

bool convert_material(Reading *r, const ApiField *field, int index, ApiMaterial *out) {
  lua_State *L = r->L;
  const Node *node = node_test(L, index);
  if (node && node->entry->kind == API_MATERIAL_KIND) {
    if (node->label) node->label->used = true;
    if (material_is_layer(node) && field->type != API_LAYERS) {
      reader_fail(r, "layer", "a %s has to lie on something: write %s(base, { ... }), or put it into layered{ %s{ ... }, base }",
                  node->entry->name, node->entry->name, node->entry->name);
      return false;
    }
    *out = (ApiMaterial){node->id, node->emits, material_refracts(node)};
    return true;
  }
  if (texture_test(L, index)) {
    MlError error = {0};
    MlMatteDesc matte = ML_DESC(MlMatteDesc);
    if (!convert_texture(r, field, index, false, &matte.color_texture)) return false;
    *out = (ApiMaterial){.id = ml_matte(r->runtime->builder, &matte, &error)};
    if (!out->id) reader_fail_builder(r, &error);
    return out->id != 0;
  }
  if (node || (lua_type(L, index) == LUA_TUSERDATA && !value_test(L, index)) || lua_isboolean(L, index)) {
    reader_fail(r, "type", "expected %s, got %s", expected(r, field), reader_describe(r, index));
    return false;
  }
  MlError error = {0};
  if (lua_type(L, index) == LUA_TSTRING) {
    size_t size;
    const char *name = lua_tolstring(L, index, &size);
    const ApiPreset *preset = api_find_preset(name);
    if (preset) {
      const bool made =
        cached_material(L, name, size, out) || cache_material(r, name, size, make_preset(r->runtime->builder, preset, &error), &error, out);
      out->refracts = made && preset->kind == PRESET_GLASS;
      return made;
    }
  }
  const ApiField color = {.name = field->name, .type = API_MATERIAL, RANGE_REFLECTANCE, .flags = API_ALBEDO};
  MlMatteDesc matte = ML_DESC(MlMatteDesc, .has_color = true);
  if (!convert_color(r, &color, index, &matte.color)) return false;
  char key[1 + sizeof(MlColor)] = {'='};
  memcpy(key + 1, &matte.color, sizeof(MlColor));
  if (cached_material(L, key, sizeof key, out)) return true;
  return cache_material(r, key, sizeof key, ml_matte(r->runtime->builder, &matte, &error), &error, out);
}

/* --------------------------------------------------------------- references */

bool convert_point(Reading *r, const ApiField *field, int index, MlVec3 *out) {
  const Node *node = node_test(r->L, index);
  if (!node) {
    double v[3];
    if (!convert_vector(r, field, index, 3, v)) return false;
    *out = (MlVec3){v[0], v[1], v[2]};
    return true;
  }
  const MlBounds bounds = node_bounds(r->runtime, node);
  if (bounds.infinite || bounds.empty) {
    reader_fail(r, "centre", bounds.infinite ? "a %s is infinite and has no centre to refer to" : "this %s has no place to refer to",
                node->entry->name);
    return false;
  }
  *out = (MlVec3){(bounds.min.x + bounds.max.x) / 2, (bounds.min.y + bounds.max.y) / 2, (bounds.min.z + bounds.max.z) / 2};
  return true;
}

bool convert_turn(Reading *r, const ApiField *field, int index, MlVec3 *out) {
  static const char *const axes[] = {"x", "y", "z", NULL};
  lua_State *L = r->L;
  double turn[3] = {0, 0, 0};
  const ApiField angle = {.name = field->name, .type = API_NUMBER, .unit = "\xC2\xB0"};
  if (lua_type(L, index) == LUA_TNUMBER) {
    if (!convert_number(r, &angle, index, &turn[1])) return false;
  } else if (lua_istable(L, index) && lua_rawlen(L, index) == 0) {
    bool fine = true;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
      int32_t axis;
      lua_pushvalue(L, -2);
      const bool known = convert_word(r, axes, lua_gettop(L), &axis);
      lua_pop(L, 1);
      fine = fine && known;
      if (!known) continue;
      r->steps[r->step_count++] = (SourceStep){axes[axis], 0};
      if (!convert_number(r, &angle, lua_gettop(L), &turn[axis])) fine = false;
      r->step_count--;
    }
    if (!fine) return false;
  } else if (!convert_vector(r, field, index, 3, turn)) {
    return false;
  }
  *out = (MlVec3){turn[0], turn[1], turn[2]};
  return true;
}
