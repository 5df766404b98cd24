/* api.h - the language as data: every entry, field, function and method that a scene can name.
 *
 * One table, many readers: the generic reader fills descriptions by offset, messages take names, ranges and units from it, `moonlit
 * doc`, docs/REFERENCE.md and api.json are written from it, the lint and the examples of the tests walk it. The rows are in
 * api_shapes.c, api_materials.c, api_lights.c, api_camera.c, api_render.c (entries, each with its build function) and api_functions.c.
 *
 * To add an entry: a desc struct, an array of fields, a build function, one row; to add a field: one row. */
#ifndef MOONLIT_LUA_API_H
#define MOONLIT_LUA_API_H

#include "lua.h"
#include "moonlit.h"

/* What a field takes, and in which form it stands in the desc. Kept in step with `types` in api.c. */
typedef enum ApiType {
  API_NUMBER,    /* double */
  API_INT,       /* int64_t; 10.0 is accepted, 10.5 is not */
  API_BOOL,      /* bool */
  API_STRING,    /* const char *, lives as long as the evaluation */
  API_WORD,      /* int32_t: index into `words` */
  API_VEC3,      /* MlVec3 */
  API_DIRECTION, /* MlVec3, not zero */
  API_POINT,     /* MlVec3: a vector, or a node's centre (refers to it) */
  API_SIZE3,     /* MlVec3: one number for all, or three */
  API_SIZE2,     /* ApiSize2: one number for both, or two */
  API_PIXELS,    /* ApiPixels: two integers */
  API_HEADING,   /* ApiHeading: two angles in degrees */
  API_COLOR,     /* MlColor, linear */
  API_MATERIAL,  /* ApiMaterial: material, colour or preset (uses it) */
  API_TURN,      /* MlVec3 in degrees: a number about y, {x, y, z} or { y = 30 } */
  API_VISIBLE,   /* uint32_t: ML_HIDE_... of what is false */
  API_FACING,    /* MlVec3: a word or a vector */
  API_FOCUS,     /* ApiFocus: a number, a vector or a node (refers to it) */
  API_EXPOSURE,  /* ApiExposure: "auto" or a number */
  API_BOUNCES,   /* MlBounces: a number or a table by kind */
  API_WORDS,     /* uint32_t: a bit per word of `words`; one word or a list of them */
  API_TEXTURE,   /* MlTexture */
  API_CELLS,     /* ApiPixels: one whole number for both, or two */
  API_SMOOTH,    /* ApiSmooth: true, false or an angle */
  API_LAYERS,    /* ApiLayers: a list of materials, or all values without a name */
  API_SPAN,      /* ApiSpan: one number, or {least, most} */
  API_BOX,       /* ApiBox: one number, {x, y, z}: so far from the origin, or {least, most} */
  API_REFERENCE, /* ApiReference: a shape or group (refers to it) */
  API_POINTS,    /* ApiArray of float[3] */
  API_NORMALS,   /* ApiArray of float[3] */
  API_UVS,       /* ApiArray of float[2] */
  API_FACES,     /* ApiArray of uint32_t[3]: triangles, 0-based */
  API_PAIRS,     /* ApiArray of float[2] */
  API_OUTLINES,  /* ApiOutlines: a list of lists of pairs */
  API_STRANDS,   /* ApiStrands: a list of lists of points */
  API_RADII,     /* ApiRadii: a number, or a list of them */
  API_ROWS,      /* ApiRows: lists of equally many numbers */
  API_CALLBACK,  /* bool: a Lua function, which the node keeps */
  API_MATERIALS, /* ApiMaterials: a table of materials by name */
  API_NODES,     /* ApiNodes: a list, or all values without a name (uses them) */
  API_STOPS,     /* ApiStops: a list of {place, colour}, or all values without a name */
  API_TYPE_COUNT
} ApiType;

typedef struct ApiSize2 {
  double x, y;
} ApiSize2;
typedef struct ApiSpan {
  double least, most;
} ApiSpan;
typedef struct ApiBox {
  MlVec3 from, to;
} ApiBox;
typedef struct ApiReference {
  MlNode id; /* 0: none */
  const struct ApiEntry *entry;
} ApiReference;
typedef struct ApiPixels {
  uint32_t width, height;
} ApiPixels;
typedef struct ApiHeading {
  double height, heading;
} ApiHeading;
typedef struct ApiMaterial {
  MlMaterial id;
  bool emits;
  bool refracts; /* light enters what it encloses */
} ApiMaterial;
typedef struct ApiLayers {
  MlMaterial data[16];
  uint32_t count;
  bool emits, refracts;
} ApiLayers;
typedef struct ApiFocus {
  bool at_point;
  double distance;
  MlVec3 point;
} ApiFocus;
typedef struct ApiExposure {
  bool fixed;
  double ev;
} ApiExposure;
typedef struct ApiArray {
  void *data;
  uint64_t count;
} ApiArray; /* data belongs to Lua; the node keeps it alive */
typedef struct ApiSmooth {
  double angle; /* 180 for true, -1 for false; 0: not given */
} ApiSmooth;
/* The names belong to the store, data to Lua; the node keeps it alive. */
typedef struct ApiMaterials {
  MlModelMaterial *data;
  uint64_t count;
  bool emits, refracts; /* one of them */
} ApiMaterials;
typedef struct ApiOutlines {
  MlOutline *data;
  uint64_t count;
} ApiOutlines;
typedef struct ApiStrands {
  float *points; /* 3 per point, of all strands; NULL: none */
  uint32_t *counts;
  uint64_t count;
} ApiStrands;
typedef struct ApiRadii {
  double one;
  float *data; /* NULL: one for all */
  uint64_t count;
} ApiRadii;
typedef struct ApiRows {
  float *data;
  uint32_t columns, rows;
} ApiRows;
typedef struct ApiNodes {
  MlNode *data;
  uint64_t count;
  bool emits;
} ApiNodes;

typedef struct ApiStops {
  MlRampStop *data;
  uint64_t count;
} ApiStops;

/* Outside hard is an error, outside soft a warning. All zero: any number up to 1e30. open_min: hard_min itself is outside, too. */
typedef struct ApiRange {
  double hard_min, hard_max, soft_min, soft_max;
  bool open_min;
} ApiRange;

enum {
  API_REQUIRED = 1,
  API_ADVANCED = 2, /* documented after the rest */
  API_ALBEDO = 4,   /* a colour that is hardly ever above 0.98 in all channels: a warning */
  API_DATA = 8,     /* a texture that counts by its numbers */
};

/* What people read about it. The page's module has none of it (the page has api.json); there it says only whether there is any. */
#ifdef ML_NO_DOCS
typedef bool ApiText;
#else
typedef const char *ApiText;
#endif

typedef struct ApiField {
  const char *name;
  ApiType type;
  ApiRange range;
  const char *unit;         /* "m", "°", "W"; NULL: none */
  const char *def;          /* as Lua source; read once by the reader itself; NULL: nothing, and doc says what that means */
  const char *const *words; /* API_WORD, API_WORDS: NULL-terminated */
  uint8_t flags;
  uint8_t position;     /* 1...: also the value at this place without a name; 0: by name only */
  uint8_t xgroup;       /* group (low four bits) and side (high): fields of one group and of different sides exclude each other */
  const char *synonyms; /* "r,rad": in messages only, never accepted */
  ApiText doc;          /* one sentence */
  uint32_t offset;      /* in the desc, or, for shared fields, in NodeShared */
  uint32_t next;    /* fields that may be motion(a, b): where the value of the frame's end stands, 0 for none; else it is the same one */
  uint32_t texture; /* colours and numbers that may be textures: where its MlTexture stands, 0 for none; the value then is not changed */
} ApiField;

typedef enum ApiKind {
  API_SHAPE,
  API_GROUP,
  API_LIGHT,
  API_MATERIAL_KIND,
  API_TEXTURE_KIND,
  API_SETTING,
  API_TRANSFORM,
  API_LIST, /* its build leaves a list on top of the stack, which is what scripts get */
  API_KIND_COUNT
} ApiKind;

struct Runtime;
struct Reading;
struct Node;

/* Fields that several entries have in common. */
typedef struct ApiShared {
  const ApiField *fields;
  uint32_t count;
} ApiShared;

typedef struct ApiEntry {
  const char *name;
  ApiKind kind;
  const ApiField *fields;
  uint32_t field_count;
  const ApiShared *shared; /* NULL: none */
  uint32_t desc_size;
  uint32_t keeps;            /* Lua values that a node of this kind keeps alive: one per API_POINTS ... API_NODES field, in their order */
  ApiText doc, example;      /* example: a scene of its own */
  const char *see_also;      /* "box,plane" or NULL */
  /* Checks what ranges cannot say and makes the thing: geometry, light, material (node->id), or the run's camera and settings.
   * Wrong values are reported by reader_fail; false: nothing could be made. */
  bool (*build)(struct Reading *reading, struct Node *node);
} ApiEntry;

typedef enum ApiFunctionKind { API_FUNCTION, API_METHOD, API_VALUE } ApiFunctionKind;

/* Functions, methods and constants: for documentation; who implements them registers them. */
typedef struct ApiFunction {
  const char *name;
  ApiFunctionKind kind;
  ApiText section;   /* heading in the reference */
  ApiText signature; /* "vec3(x, y, z)" */
  ApiText doc, example;
} ApiFunction;

/* What Lua's own libraries keep besides the functions of the table. */
typedef struct ApiLibrary {
  const char *name, *members; /* "math", "fmod,modf,..." */
  const char *manual;         /* section of Lua's manual */
} ApiLibrary;

extern const ApiLibrary api_libraries[];    /* ends with name NULL */
extern const ApiEntry *const api_entries[]; /* NULL-terminated, in the order of the reference */
extern const ApiFunction api_functions[];   /* ends with name NULL */
extern const ApiShared api_shared_shape, api_shared_light, api_shared_material;
extern const ApiShared api_shared_scatter; /* a shape's, but for turn and scale */

/* Names of materials that a material field takes as a string. */
typedef enum ApiPresetKind { PRESET_METAL, PRESET_GLASS, PRESET_MIRROR, PRESET_PLASTIC, PRESET_VELVET } ApiPresetKind;
typedef struct ApiPreset {
  const char *name;
  ApiPresetKind kind; /* PRESET_METAL: of ml_metal_preset */
  const char *doc;
  float ior; /* glass */
  MlColor color;
  float roughness; /* plastic, velvet */
} ApiPreset;
extern const ApiPreset api_presets[]; /* ends with name NULL */

const ApiEntry *api_find_entry(const char *name);
const char *api_article(const char *name); /* "a" or "an", as it stands before the name */
const ApiPreset *api_find_preset(const char *name);
const ApiFunction *api_find_function(const char *name);
/* Number of fields with the shared ones, and the i-th of them. */
uint32_t api_field_count(const ApiEntry *entry);
const ApiField *api_field(const ApiEntry *entry, uint32_t i);
/* Is `name` (not ended by 0) a constructor's? For paths in messages. */
bool api_is_entry(const char *name, size_t size);
const char *api_kind_name(ApiKind kind);
/* What a field takes, in words: "a number 0..1", "a colour (...)". */
void api_expected(const ApiField *field, const MlSink *sink);
/* Are the hard limits worth a word? Those beyond any use guard the arithmetic only. */
bool api_has_least(const ApiRange *range);
bool api_has_most(const ApiRange *range);
/* "sphere{ center, radius, ... }" */
void api_signature(const ApiEntry *entry, const MlSink *sink);
/* The i-th bit of Node.given for field i of the entry: own fields first, shared ones from bit 32. */
static inline uint64_t api_bit(const ApiEntry *entry, uint32_t i) {
  return UINT64_C(1) << (i < entry->field_count ? i : 32 + i - entry->field_count);
}

#define API_EXCLUDES(a, b) ((a)->xgroup && ((a)->xgroup & 15) == ((b)->xgroup & 15) && (a)->xgroup != (b)->xgroup)
#define API_COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

enum { XGROUP_A = 0x11, XGROUP_A_OTHER = 0x21, XGROUP_B = 0x12, XGROUP_B_OTHER = 0x22 };

/* Ranges that many fields share. */
#define RANGE_LENGTH .range = {-1e12, 1e12, -1e6, 1e6, false}
#define RANGE_POSITIVE_LENGTH .range = {0, 1e12, 1e-6, 1e6, true}
#define RANGE_UNIT .range = {0, 1, 0, 1, false}
#define RANGE_COLOR .range = {0, 1e30, 0, 20, false}
#define RANGE_REFLECTANCE .range = {0, 1, 0, 1, false}
#define RANGE_NOT_NEGATIVE .range = {0, 1e30, 0, 1e30, false}

#endif
