/* textures.c - textures as values of fields: which, as colours or as numbers; the stops of ramps. */
#include "textures.h"

#include "images.h"
#include "lauxlib.h"
#include "trace.h"

const Node *texture_test(lua_State *L, int index) {
  const Node *node = node_test(L, index);
  return node && node->entry->kind == API_TEXTURE_KIND ? node : NULL;
}

typedef struct TextureUse {
  const char *callee, *file;
  uint32_t line;
  bool used;
  struct TextureUse *next;
} TextureUse;

void texture_made(lua_State *L, Node *node, const char *callee) {
  Runtime *runtime = runtime_of(L);
  node->use = NULL;
  if (runtime->module_depth) return;
  const Report here = runtime_report_here(L, SCRIPT_WARNING, "", callee);
  TextureUse *use = store_alloc(&runtime->store, sizeof *use);
  if (!use) return;
  *use = (TextureUse){callee, here.file, here.query.line, false, runtime->textures};
  runtime->textures = node->use = use;
}

void texture_used(const Node *node) {
  if (node->use) node->use->used = true;
}

void textures_check_use(Runtime *runtime) {
  for (const TextureUse *use = runtime->textures; use; use = use->next) {
    if (use->used) continue;
    Report report = {.severity = SCRIPT_WARNING,
                     .rule = "unused texture",
                     .file = use->file,
                     .query = {.callee = use->callee, .line = use->line},
                     .no_path = true};
    report.message = store_format(&runtime->store, "this %s is never used", use->callee);
    diagnostics_report(&runtime->diagnostics, &report);
  }
}

/* Files of pictures that were decoded as their kind asks for, by the number of their texture, in a table of the registry. */
static const char files_key;

static void push_files(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &files_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &files_key);
}

void texture_remember_file(lua_State *L, MlTexture texture, const char *file) {
  push_files(L);
  lua_pushlightuserdata(L, (void *)(uintptr_t)file); // of the store: as long as the run
  lua_rawseti(L, -2, texture);
  lua_pop(L, 1);
}

/* Pictures inside that are wanted undecoded are read again so, once. */
static bool read_numbers(Reading *r, MlTexture texture) {
  MlBuilder *builder = r->runtime->builder;
  for (MlTexture t = ml_texture_without_numbers(builder, texture); t; t = ml_texture_without_numbers(builder, texture)) {
    MlError error = {0};
    push_files(r->L);
    lua_rawgeti(r->L, -1, t);
    const char *file = lua_touserdata(r->L, -1);
    lua_pop(r->L, 2);
    const MlImage image = image_of_file(r, NULL, file, ML_COLOR_LINEAR);
    if (!image || ml_texture_set_numbers(builder, t, image, &error) != ML_OK) return false;
  }
  return true;
}

bool convert_texture(Reading *r, const ApiField *field, int index, bool numbers, MlTexture *out) {
  const Node *node = texture_test(r->L, index);
  if (!node) {
    Text expected = {.store = &r->runtime->store};
    const MlSink sink = text_sink(&expected);
    api_expected(field, &sink);
    const char *got = reader_describe(r, index);
    if (lua_type(r->L, index) == LUA_TSTRING)
      reader_fail(r, "type", "expected %s, got %s: write image%s", text_string(&expected), got, got + 6);
    else reader_fail(r, "type", "expected %s, got %s", text_string(&expected), got);
    return false;
  }
  texture_used(node);
  if (node->entry != &api_arithmetic) {
    *out = node->id;
    return node->id && (!numbers || read_numbers(r, node->id));
  }
  MlError error = {0};
  *out = trace_arithmetic_texture(r->L, index, numbers, &error);
  if (!*out) reader_fail(r, "function", "this arithmetic cannot be used: %s", error.message);
  return *out && (!numbers || read_numbers(r, *out));
}

bool convert_stops(Reading *r, const ApiField *field, int index, int keep, ApiStops *out) {
  enum { MOST = 64 };
  static const ApiField place = {.name = "place", .type = API_NUMBER, .range = {-1e9, 1e9, -1e6, 1e6, false}};
  typedef struct StopColor {
    MlColor color;
    MlTexture texture;
  } StopColor;
  static const ApiField color = {
    .name = "color", .type = API_COLOR, RANGE_NOT_NEGATIVE, .offset = offsetof(StopColor, color), .texture = offsetof(StopColor, texture)};
  lua_State *L = r->L;
  const lua_Unsigned length = lua_istable(L, index) ? lua_rawlen(L, index) : 0;
  if (length < 1 || length > MOST) {
    reader_fail(r, "list", "expected 1 to %d stops {place, colour}, got %d", (int)MOST, (int)length);
    return false;
  }
  MlRampStop *stops = lua_newuserdatauv(L, (size_t)length * sizeof *stops, 0);
  lua_setiuservalue(L, r->node_index, keep);
  const uint32_t step = field->position ? 0 : r->step_count;
  for (lua_Unsigned i = 0; i < length; i++) {
    StopColor value = {{0, 0, 0}, 0};
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    const int item = lua_gettop(L);
    r->steps[step] = (SourceStep){NULL, (uint32_t)i + 1};
    r->step_count = step + 1;
    bool fine = lua_istable(L, item) && lua_rawlen(L, item) == 2;
    if (!fine) {
      reader_fail(r, "stop", "expected a stop {place, colour}, got %s", reader_describe(r, item));
    } else {
      lua_rawgeti(L, item, 1);
      lua_rawgeti(L, item, 2);
      r->step_count = step + 2;
      r->steps[step + 1] = (SourceStep){NULL, 1};
      fine = reader_read_value(r, &place, item + 1, &stops[i].at);
      r->steps[step + 1] = (SourceStep){NULL, 2};
      fine = reader_read_value(r, &color, item + 2, &value.color) && fine;
      if (fine && i > 0 && !(stops[i].at > stops[i - 1].at)) {
        r->steps[step + 1] = (SourceStep){NULL, 1};
        reader_fail(r, "order", "the places of stops ascend: %g comes after %g", stops[i].at, stops[i - 1].at);
        fine = false;
      }
    }
    lua_settop(L, item - 1);
    r->step_count = step;
    if (!fine) return false;
    stops[i].color = (MlInput){value.color, value.texture};
  }
  *out = (ApiStops){stops, length};
  return true;
}
