/* luals.c - moonlit.d.lua, written from the API table: what the Lua language server needs to complete and check scenes. Tables of fields are
 * exact classes, presets and words aliases of strings; constructors are plain functions, because values that can be called are not inferred. */
#include <string.h>

#include "api.h"
#include "script.h"
#include "text.h"

static const char *const types[API_TYPE_COUNT] = {
  [API_NUMBER] = "number",
  [API_INT] = "integer",
  [API_BOOL] = "boolean",
  [API_STRING] = "string",
  [API_VEC3] = "Vector",
  [API_DIRECTION] = "Vector",
  [API_POINT] = "Vector|Node",
  [API_SIZE3] = "number|Vector",
  [API_SIZE2] = "number|Pair",
  [API_PIXELS] = "integer[]",
  [API_HEADING] = "Pair",
  [API_COLOR] = "ColorLike",
  [API_MATERIAL] = "MaterialLike",
  [API_TURN] = "number|Vector|{ x?: number, y?: number, z?: number }",
  [API_VISIBLE] = "boolean|{ camera?: boolean, shadow?: boolean, reflection?: boolean }",
  [API_FACING] = "Vector|\"down\"|\"up\"|\"left\"|\"right\"|\"front\"|\"back\"",
  [API_FOCUS] = "number|Vector|Node",
  [API_EXPOSURE] = "number|\"auto\"",
  [API_BOUNCES] = "integer|{ diffuse?: integer, glossy?: integer, transmission?: integer }",
  [API_TEXTURE] = "Texture",
  [API_CELLS] = "integer|integer[]",
  [API_SMOOTH] = "boolean|number",
  [API_LAYERS] = "Material[]",
  [API_SPAN] = "number|Pair",
  [API_BOX] = "number|Vector|{ [1]: Vector, [2]: Vector }",
  [API_REFERENCE] = "Node",
  [API_POINTS] = "Vector[]",
  [API_NORMALS] = "Vector[]",
  [API_UVS] = "Pair[]",
  [API_FACES] = "integer[][]",
  [API_PAIRS] = "Pair[]",
  [API_OUTLINES] = "Pair[][]",
  [API_STRANDS] = "Point[][]",
  [API_RADII] = "number|number[]",
  [API_ROWS] = "number[][]",
  [API_CALLBACK] = "function",
  [API_MATERIALS] = "table<string, MaterialLike>",
  [API_NODES] = "(Node|Node[]|false)[]",
  [API_STOPS] = "{ [1]: number, [2]: ColorLike }[]",
};

/* What functions give; of all others: any. Methods give their node. */
static const char *const results[][2] = {
  {"vec3,cross,normalize,reflect,polar,spherical", "Vec3"},
  {"vec2", "Vec2"},
  {"color,gray,hsv,hsl,kelvin,wavelength", "Color"},
  {"length,distance,dot,random,hash,smoothstep,step", "number"},
  {"proto,hide,show,add,only", "Node"},
  {"material", "Material"},
  {"rng", "Rng"},
  {"bounds", "{ min: Vec3, max: Vec3, size: Vec3, center: Vec3 }"},
  {"points_on", "Vec3[], Vec3[]"},
  {"type,tostring", "string"},
};

static bool is_listed(const char *list, const char *word) {
  const size_t size = strlen(word);
  for (; *list; list += strcspn(list, ","), list += *list == ',')
    if (strcspn(list, ",") == size && memcmp(list, word, size) == 0) return true;
  return false;
}

static const char *result_of(const char *name) {
  for (size_t i = 0; i < API_COUNT(results); i++)
    if (is_listed(results[i][0], name)) return results[i][1];
  return "any";
}

/* "Sphere" of "sphere". */
static void put_class(const char *name, const MlSink *sink) {
  put_format(sink, "%c%s", name[0] >= 'a' && name[0] <= 'z' ? name[0] - 'a' + 'A' : name[0], name + 1);
}

static void put_words(const char *const *words, bool list, const MlSink *sink) {
  if (list) put_string(sink, "(");
  for (const char *const *word = words; *word; word++) put_format(sink, "%s\"%s\"", word == words ? "" : "|", *word);
  if (list) put_string(sink, ")[]|string");
}

static void put_type(const ApiField *f, const MlSink *sink) {
  if (f->words) put_words(f->words, f->type == API_WORDS, sink);
  else put_string(sink, types[f->type] ? types[f->type] : "any");
  if (f->texture && f->type == API_NUMBER) put_string(sink, "|Texture");
  if (f->next) put_string(sink, "|Motion");
}

static void put_about(const ApiField *f, const MlSink *sink) {
  put_format(sink, " %s", f->doc);
  if (f->unit) put_format(sink, " In %s.", f->unit);
  if (f->def) put_format(sink, " Default %s.", f->def);
}

static bool takes_nodes(const ApiEntry *entry) { return entry->field_count && entry->fields[0].type == API_NODES; }

/* The field that a value without a name at this place is; NULL: none. Shapes' own come before those that all have. */
static const ApiField *field_at(const ApiEntry *entry, uint32_t position) {
  if (takes_nodes(entry)) return NULL; // all of them are its parts
  for (uint32_t i = 0; i < api_field_count(entry); i++)
    if (api_field(entry, i)->position == position) return api_field(entry, i);
  return NULL;
}

static void put_field(const ApiEntry *entry, const ApiField *f, const MlSink *sink) {
  put_format(sink, "---@field %s? ", f->name);
  put_type(f, sink);
  put_about(f, sink);
  put_string(sink, "\n");
  if (!f->position || field_at(entry, f->position) != f) return;
  put_format(sink, "---@field [%u]? ", f->position);
  put_type(f, sink);
  put_format(sink, " The same as %s.\n", f->name);
}

/* Every line of a text behind "---". */
static void put_comment(const char *text, const MlSink *sink) {
  for (const char *line = text; *line;) {
    const size_t size = strcspn(line, "\n");
    put_format(sink, "---%.*s\n", (int)size, line);
    line += size + (line[size] == '\n');
  }
}

static const char *class_of(ApiKind kind) {
  static const char *const names[API_KIND_COUNT] = {"Node", "Node", "Node", "Material", "Texture", NULL, "Transform", "Vec2[]"};
  return names[kind];
}

static void put_entry(const ApiEntry *entry, const MlSink *sink) {
  const char *result = class_of(entry->kind);
  const bool many = takes_nodes(entry);
  if (api_field_count(entry)) {
    put_string(sink, "---@class (exact) ");
    put_class(entry->name, sink);
    put_string(sink, "Fields\n");
    for (uint32_t i = 0; i < api_field_count(entry); i++) put_field(entry, api_field(entry, i), sink);
    if (many) put_string(sink, "---@field [integer] Node|Node[]|false What it is made of.\n");
    put_string(sink, "\n");
  }
  put_comment(entry->doc, sink);
  put_string(sink, "---```lua\n");
  put_comment(entry->example, sink);
  put_string(sink, "---```\n");
  if (api_field_count(entry)) {
    put_string(sink, "---@param t? ");
    put_class(entry->name, sink);
    put_string(sink, "Fields");
    const ApiField *first = field_at(entry, 1);
    if (first) put_string(sink, "|");
    if (first) put_type(first, sink); // name(x) is name{ x }
    if (many) put_string(sink, "|Node");
    put_string(sink, "\n");
  }
  if (result) put_format(sink, "---@return %s\n", result);
  put_format(sink, "function %s(%s) end\n\n", entry->name, api_field_count(entry) ? "t" : "");
}

/* The names between the first brackets of a signature; what has options or text there takes anything. */
static void put_parameters(const ApiFunction *f, const MlSink *sink) {
  const char *open = strstr(f->signature, f->name);
  open = open ? open + strlen(f->name) : f->signature;
  const char *close = *open == '(' ? strchr(open, ')') : NULL;
  bool plain = close && close > open + 1;
  for (const char *c = open + 1; plain && c < close; c++)
    plain = (*c >= 'a' && *c <= 'z') || *c == '_' || *c == ',' || *c == ' ' || (*c == '.' && close - c <= 3);
  if (plain) put_bytes(sink, open + 1, (size_t)(close - open) - 1);
  else put_string(sink, close == open + 1 ? "" : "...");
}

static void put_function(const ApiFunction *f, const MlSink *sink) {
  if (f->kind == API_VALUE) {
    if (strcmp(f->section, "from Lua") == 0) return; // the server knows Lua's own
    put_comment(f->doc, sink);
    put_format(sink, "---@type %s\n%s = nil\n\n", strstr(f->name, "_axis") ? "Vec3" : "number", f->name);
    return;
  }
  if (strcmp(f->section, "from Lua") == 0 || strcmp(f->name, "param") == 0) return;
  put_format(sink, "---`%s`\n---\n", f->signature);
  put_comment(f->doc, sink);
  if (f->kind == API_METHOD) {
    put_format(sink, "---@return Node\nfunction Node:%s(...) end\n\n", f->name);
    return;
  }
  put_format(sink, "---@return %s\nfunction %s(", result_of(f->name), f->name);
  put_parameters(f, sink);
  put_string(sink, ") end\n\n");
}

static const char head[] =
  "---@meta _\n"
  "-- The scene language of moonlit for the Lua language server, written by `moonlit init`. Do not edit: it is written anew.\n"
  "\n"
  "---@class Vec3\n"
  "---@operator add(Vector|number): Vec3\n"
  "---@operator sub(Vector|number): Vec3\n"
  "---@operator mul(Vector|number): Vec3\n"
  "---@operator div(Vector|number): Vec3\n"
  "---@operator unm: Vec3\n"
  "---@field x number\n"
  "---@field y number\n"
  "---@field z number\n"
  "---@field xy Vec2\n"
  "---@field xz Vec2\n"
  "\n"
  "---@class Vec2\n"
  "---@operator add(Pair|number): Vec2\n"
  "---@operator sub(Pair|number): Vec2\n"
  "---@operator mul(Pair|number): Vec2\n"
  "---@operator div(Pair|number): Vec2\n"
  "---@operator unm: Vec2\n"
  "---@field x number\n"
  "---@field y number\n"
  "\n"
  "---@class Color\n"
  "---@operator add(ColorLike): Color\n"
  "---@operator sub(ColorLike): Color\n"
  "---@operator mul(ColorLike): Color\n"
  "---@operator div(ColorLike): Color\n"
  "---@field r number\n"
  "---@field g number\n"
  "---@field b number\n"
  "\n"
  "---@class Rng\n"
  "---@operator call(): number\n"
  "local Rng = {}\n"
  "---@return integer\n"
  "function Rng:int(low, high) end\n"
  "---@generic T\n"
  "---@param list T[]\n"
  "---@return T\n"
  "function Rng:pick(list) end\n"
  "---@generic T\n"
  "---@param list T[]\n"
  "---@return T[]\n"
  "function Rng:shuffle(list) end\n"
  "---@return Vec2\n"
  "function Rng:disk() end\n"
  "---@return Vec3\n"
  "function Rng:sphere() end\n"
  "---@return Color\n"
  "function Rng:color() end\n"
  "\n"
  "---@class Motion\n"
  "\n"
  "---A shape, a group or a light.\n"
  "---@class Node\n"
  "local Node = {}\n"
  "\n"
  "---@class Transform: Node\n"
  "\n"
  "---@class Material\n"
  "local Material = {}\n"
  "---@param t table\n"
  "---@return Material\n"
  "function Material:with(t) end\n"
  "\n"
  "---@class Texture\n"
  "---@operator add(any): Texture\n"
  "---@operator sub(any): Texture\n"
  "---@operator mul(any): Texture\n"
  "---@operator div(any): Texture\n"
  "---@operator mod(any): Texture\n"
  "---@operator pow(any): Texture\n"
  "---@operator unm: Texture\n"
  "---@operator call(Vec2|Vec3|nil): Color\n"
  "local Texture = {}\n"
  "---@param t table\n"
  "---@return Texture\n"
  "function Texture:with(t) end\n"
  "\n"
  "---@alias Vector Vec3|number[]\n"
  "---@alias Pair Vec2|number[]\n"
  "---@alias ColorLike Color|Vec3|number[]|string|number|Texture\n";

static const char param[] =
  "---@class Param\n"
  "---@overload fun(name: string, default: number, options?: { min?: number, max?: number, step?: number, int?: boolean, unit?: string, help?: string, group?: string }): number\n"
  "---@overload fun(name: string, default: boolean, options?: { help?: string, group?: string }): boolean\n"
  "---@overload fun(name: string, default: string, choices?: string[]): string\n"
  "---@overload fun(name: string, default: Color, options?: { help?: string, group?: string }): Color\n"
  "---@overload fun(name: string, default: Vec3, options?: { drag?: boolean, help?: string, group?: string }): Vec3\n"
  "param = {}\n"
  "---@param name string\n"
  "---@param default string\n"
  "---@param endings? string[]\n"
  "---@return string\n"
  "function param.file(name, default, endings) end\n\n";

void script_write_luals(const MlSink *sink) {
  put_string(sink, head);
  put_string(sink, "---@alias MaterialLike Material|ColorLike");
  for (const ApiPreset *preset = api_presets; preset->name; preset++) put_format(sink, "|\"%s\"", preset->name);
  put_string(sink, "\n\n");
  for (const ApiEntry *const *entry = api_entries; *entry; entry++) put_entry(*entry, sink);
  for (const ApiFunction *f = api_functions; f->name; f++) put_function(f, sink);
  put_string(sink, param);
}
