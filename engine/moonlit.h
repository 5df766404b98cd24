/* moonlit.h - the public interface of the moonlit renderer.
 *
 * Data flows one way:  MlBuilder (mutable, one thread) -> ml_commit() -> const MlScene (frozen, shared)
 *                      -> ml_render_start() (pool of threads) -> MlFilm -> pixels.
 *
 * Conventions
 *   Units      metres, degrees, seconds, watts; y up, right-handed. Colours are linear Rec.709 unless said otherwise.
 *   Desc       every description begins with `size`: set it to sizeof the struct (ML_DESC does), leave the rest zero.
 *              Zero always means the default that the field's comment names.
 *   Errors     functions return an MlStatus (or an id, 0 on failure) and fill *error when it is not NULL. They never print,
 *              exit or abort. On failure nothing is changed and nothing leaks.
 *   Threads    a builder belongs to one thread at a time. Scenes and engines may be used from any thread. A film belongs to
 *              its render while that runs.
 *   Floats     functions that compute do so rounding to nearest, with subnormals, and give the calling thread its own state back. The
 *              reproducible basics at the end compute in the state of the caller, who can set it with ml_float_begin().
 *   Sameness   the film is a pure function of scene, view and settings: not of threads, tiles, crop, instruction set,
 *              compiler or resume points.
 */
#ifndef MOONLIT_H
#define MOONLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ML_VERSION "0.1.0"
#define ML_PICTURE_VERSION 3 /* changes whenever a golden picture does */
#define ML_LANGUAGE_VERSION 1

#define ML_API __attribute__((visibility("default")))
/* ML_DESC(MlSphereDesc, .radius = 2) makes a description with its size set. */
#define ML_DESC(Type, ...) ((Type){.size = sizeof(Type), __VA_ARGS__})

/* ------------------------------------------------------------------ status */

typedef enum MlStatus {
  ML_OK = 0,
  ML_ERROR_ARGUMENT,  /* a description or a value is wrong; the message says which */
  ML_ERROR_MEMORY,    /* the host refused, or the cap is reached */
  ML_ERROR_CANCELLED, /* cancelled or superseded */
  ML_ERROR_LIMIT,     /* a fixed limit (ids, depth, lobes) is exceeded */
  ML_ERROR_FILE,      /* could not open, read, write, sync or rename */
  ML_ERROR_FORMAT,    /* foreign or damaged data */
  ML_ERROR_SYSTEM,    /* threads and the like could not be had */
} MlStatus;

typedef struct MlError {
  MlStatus status;
  uint32_t place; /* the `place` of the description at fault, 0 if none */
  char message[500];
} MlError;

/* ------------------------------------------------------------------ engine */

typedef struct MlEngine MlEngine;

/* Host memory. realloc: old 0 allocates, new 0 frees; align is a power of two <= 64; returns NULL on failure (p stays valid).
 * pages: the same for page-aligned blocks that may be protected. Both may be called from any thread. */
typedef struct MlMemoryHooks {
  void *ud;
  void *(*realloc)(void *ud, void *p, size_t old_size, size_t new_size, size_t align);
  void *(*pages)(void *ud, void *p, size_t old_size, size_t new_size);
} MlMemoryHooks;

/* How much is made of the trees that rays search: fast takes least time, high several times as long for somewhat faster rays. Pictures do
 * not depend on it. */
typedef enum MlBuild { ML_BUILD_DEFAULT, ML_BUILD_FAST, ML_BUILD_HIGH } MlBuild;

typedef struct MlEngineDesc {
  size_t size;
  MlMemoryHooks hooks;  /* all zero: the C library's */
  uint64_t memory_cap;  /* bytes for everything, Lua included; 0: 80 % of the machine's */
  uint32_t threads;     /* pool size 1..1024; 0: one per core */
  const char *isa;      /* "scalar", "sse4.1", "avx2", "neon", "simd128"; NULL: the best that the machine runs */
  uint64_t cache_bytes; /* what unused assets may keep; 0: a quarter of the cap */
  uint32_t build;       /* MlBuild */
} MlEngineDesc;

ML_API MlStatus ml_engine_create(const MlEngineDesc *desc, MlEngine **out, MlError *error);
/* Its renders, films, builders and scenes must have been destroyed or released before. NULL is allowed. */
ML_API void ml_engine_destroy(MlEngine *engine);
/* Takes effect at the next render. 1..1024, 0: one per core. */
ML_API MlStatus ml_engine_set_threads(MlEngine *engine, uint32_t threads, MlError *error);
ML_API uint32_t ml_engine_threads(const MlEngine *engine);
ML_API const char *ml_engine_isa(const MlEngine *engine); /* another one may not take this engine's scenes */
/* Names of the instruction sets of this build that this machine runs, best first, NULL-terminated. */
ML_API const char *const *ml_isa_names(void);

typedef struct MlMemoryStats {
  uint64_t used, peak, cap; /* bytes */
  uint64_t allocations;     /* calls that allocated, ever */
} MlMemoryStats;
ML_API MlMemoryStats ml_engine_memory(const MlEngine *engine);
/* The counted, capped allocator, for the outer rings (Lua's states). Semantics of MlMemoryHooks.realloc, align 16. */
ML_API void *ml_engine_realloc(MlEngine *engine, void *p, size_t old_size, size_t new_size);

/* ----------------------------------------------------------------- builder */

typedef struct MlBuilder MlBuilder;
typedef struct MlScene MlScene; /* frozen; shared by reference count */
typedef uint32_t MlNode;        /* shape, light, group or placement; 0 is none */
typedef uint32_t MlMaterial;    /* 0 is none: inherit from what encloses, else matte of albedo .8 */
typedef uint32_t MlImage;       /* a picture for textures and surroundings; 0 is none */

typedef uint32_t MlProfile;  /* photometric profile of lights; 0 is none */
typedef uint32_t MlModel;    /* a file with meshes; 0 is none */

typedef struct MlVec3 { double x, y, z; } MlVec3;
typedef struct MlColor { float r, g, b; } MlColor; /* linear Rec.709 */
/* Affine map, row-major 3x4: p' = (m[0..2].p + m[3], m[4..6].p + m[7], m[8..10].p + m[11]). */
typedef struct MlTransform { double m[12]; } MlTransform;
typedef struct MlBounds { MlVec3 min, max; bool empty, infinite; } MlBounds;

typedef struct MlBytes { const void *data; size_t size; } MlBytes;
/* What long work needs to stop early; polled at least every millisecond or so. May be NULL. progress: NULL, or told by ml_commit how much of
 * the build is done, 0..1 and rising, by hundredths; an estimate. Both are called by the thread that called. */
typedef struct MlCancel { bool (*poll)(void *ud); void *ud; void (*progress)(void *ud, double done); } MlCancel;

enum { ML_HIDE_CAMERA = 1, ML_HIDE_SHADOW = 2, ML_HIDE_REFLECTION = 4 }; /* `hidden` masks */

ML_API MlStatus ml_builder_create(MlEngine *engine, MlBuilder **out, MlError *error);
ML_API void ml_builder_destroy(MlBuilder *builder); /* NULL is allowed; not after a commit that succeeded */

/* Textures: colours that vary over a surface. A texture refers to earlier ones only, and they nest at most 16 deep. Where a number is
 * wanted (roughness, amounts, masks), a texture counts by its luminance, and its pictures by their code values, undecoded. */
typedef uint32_t MlTexture; /* 0 is none */
/* A colour, or a texture in its place. */
typedef struct MlInput { MlColor color; MlTexture texture; /* 0: the colour */ } MlInput;
/* Where a pattern lies: in the object's own metres, as they are before all placements; or in its texture coordinates, (u, v, 0). */
typedef enum MlTextureMap { ML_MAP_OBJECT, ML_MAP_UV } MlTextureMap;

/* Cubes of a and b in turn; that from 0 to `cell` is a. Solid patterns are read a hair inside the surface. */
typedef struct MlCheckerDesc { size_t size; MlInput a, b; MlVec3 cell; /* edges of a cube; 0: 1 */ MlTextureMap map; uint32_t place; } MlCheckerDesc;
/* Layers of a and b in turn; that from 0 to `width` along the direction is a. */
typedef struct MlStripesDesc { size_t size; MlInput a, b; MlVec3 direction; /* 0: +x */ double width; /* of one; 0: 1 */ MlTextureMap map; uint32_t place; } MlStripesDesc;
/* A wall in running bond, laid onto the surface along the axis that it faces most (x: zy, y: xz, z: xy). */
typedef struct MlBricksDesc {
  size_t size;
  MlInput brick, mortar;
  double length, height; /* of a brick with one joint; 0: .25, .08 */
  double joint;          /* width of the mortar, less than both; 0: .01 */
  MlTextureMap map;
  uint32_t place;
} MlBricksDesc;
/* From a at `from` to b at `to`, the end colours beyond. from = to = 0: from 0 to (0, 1, 0). */
typedef struct MlGradientDesc { size_t size; MlInput a, b; MlVec3 from, to; MlTextureMap map; uint32_t place; } MlGradientDesc;
/* Colours by the number that `of` gives: linear between stops (1 to 64, in ascending order), the end colours beyond. */
typedef struct MlRampStop { double at; MlInput color; } MlRampStop;
typedef struct MlRampDesc { size_t size; MlTexture of; const MlRampStop *stops; uint64_t stop_count; uint32_t place; } MlRampDesc;
/* (1 - amount) a + amount b. amount: a number as a grey, or a texture; held to 0..1. */
typedef struct MlBlendDesc { size_t size; MlInput a, b, amount; uint32_t place; } MlBlendDesc;

ML_API MlTexture ml_checker(MlBuilder *b, const MlCheckerDesc *desc, MlError *error);
ML_API MlTexture ml_stripes(MlBuilder *b, const MlStripesDesc *desc, MlError *error);
ML_API MlTexture ml_bricks(MlBuilder *b, const MlBricksDesc *desc, MlError *error);
ML_API MlTexture ml_gradient(MlBuilder *b, const MlGradientDesc *desc, MlError *error);
ML_API MlTexture ml_ramp(MlBuilder *b, const MlRampDesc *desc, MlError *error);
ML_API MlTexture ml_blend(MlBuilder *b, const MlBlendDesc *desc, MlError *error);

/* Pictures: png, jpg, hdr, tga, bmp, told apart by their contents. Codes of 8 and 16 bits are sRGB, hdr is linear, unless `space` says
 * otherwise. The bytes are not kept. The message of an error begins with `name`; ML_ERROR_FORMAT: damaged or unsupported, _LIMIT: more than
 * 65535 a side or 2^28 pixels, _MEMORY: more than is left, found before decoding. */
typedef enum MlColorSpace { ML_COLOR_AUTO, ML_COLOR_SRGB, ML_COLOR_LINEAR } MlColorSpace;
typedef struct MlImageDesc { size_t size; const void *bytes; size_t byte_count; const char *name; /* in messages; NULL: "image" */ MlColorSpace space; uint32_t place; } MlImageDesc;
typedef struct MlImageInfo { uint32_t width, height, channels; /* 1 grey, 2 grey and alpha, 3, 4 */ bool linear /* its values were taken as they are */, has_alpha; uint64_t bytes; } MlImageInfo;
ML_API MlImage ml_image(MlBuilder *b, const MlImageDesc *desc, MlError *error);
ML_API MlImageInfo ml_image_info(const MlBuilder *b, MlImage image);

/* A picture by the surface's texture coordinates, (0, 0) its lower left corner. */
typedef enum MlWrap { ML_WRAP_REPEAT, ML_WRAP_MIRROR, ML_WRAP_CLAMP, ML_WRAP_BLACK } MlWrap;
typedef enum MlImageFilter { ML_TRILINEAR, ML_BILINEAR, ML_NEAREST } MlImageFilter; /* with mip levels; two without */
typedef enum MlChannel { ML_CHANNEL_COLORS, ML_CHANNEL_ALPHA, ML_CHANNEL_RED, ML_CHANNEL_GREEN, ML_CHANNEL_BLUE } MlChannel;
typedef struct MlImageTextureDesc {
  size_t size;
  MlImage image;
  MlImage numbers;           /* the same picture without decoding, for where numbers are wanted; 0: image */
  double repeat_u, repeat_v; /* how often it fits into 0..1; 0: 1 */
  MlWrap wrap;
  MlImageFilter filter;
  bool alpha;        /* its alpha as a grey, not its colours: the same as ML_CHANNEL_ALPHA */
  MlChannel channel; /* one of them as a grey */
  MlWrap wrap_v;
  bool has_wrap_v;   /* false: wrap is that of both directions */
  double map[6];     /* with has_map: it is looked at in (m[0] u + m[1] v + m[2], m[3] u + m[4] v + m[5]) instead of (u, v); then comes repeat */
  bool has_map;
  uint32_t place;
} MlImageTextureDesc;
ML_API MlTexture ml_image_texture(MlBuilder *b, const MlImageTextureDesc *desc, MlError *error);
/* For those who read pictures only as they are wanted: the first picture texture within (itself included) that has no `numbers`, 0 for
 * none; and giving it those. */
ML_API MlTexture ml_texture_without_numbers(MlBuilder *b, MlTexture texture);
ML_API MlStatus ml_texture_set_numbers(MlBuilder *b, MlTexture texture, MlImage numbers, MlError *error);

/* Programs: functions of the point that is shaded, as lists of operations. They are checked, folded and shared when they are made, and
 * compute in float, with the same bits at single hits, in batches and on every machine. Values have 1 to 3 components; operations work
 * by component, a number beside a vector stands for all of its components, vectors of 2 and 3 do not go together. What is true is 1, what is
 * false 0; not 0 counts as true. */
typedef uint32_t MlProgram; /* 0 is none */
typedef enum MlOp {
  ML_OP_CONSTANT, /* value, of `width` components */
  ML_OP_INPUT,    /* data: MlProgramInput */
  /* of one */
  ML_OP_NEGATE, ML_OP_ABS, ML_OP_SIGN, ML_OP_FLOOR, ML_OP_CEIL, ML_OP_ROUND /* halves upwards */, ML_OP_FRACT, ML_OP_SQRT, ML_OP_EXP, ML_OP_LOG,
  ML_OP_SIN, ML_OP_COS, ML_OP_TAN, ML_OP_ASIN, ML_OP_ACOS, ML_OP_ATAN, ML_OP_NOT,
  /* of two; MOD has the second one's sign */
  ML_OP_ADD, ML_OP_SUBTRACT, ML_OP_MULTIPLY, ML_OP_DIVIDE, ML_OP_MOD, ML_OP_POW, ML_OP_ATAN2 /* y, x */, ML_OP_MIN, ML_OP_MAX,
  ML_OP_LESS, ML_OP_LESS_EQUAL, ML_OP_EQUAL, ML_OP_AND, ML_OP_OR, ML_OP_XOR,
  /* of three */
  ML_OP_CLAMP /* x, low, high */, ML_OP_MIX /* a, b, t */, ML_OP_SMOOTHSTEP /* a, b, x */, ML_OP_SELECT /* condition, a, b */,
  /* of vectors */
  ML_OP_DOT, ML_OP_CROSS, ML_OP_LENGTH, ML_OP_NORMALIZE /* of length 0: 0 */,
  ML_OP_JOIN, /* `width` numbers, 2 or 3 */
  ML_OP_PICK, /* `width` components: the first is number data & 3, the second data >> 2 & 3, the third data >> 4 & 3 */
  /* of a place of 1 to 3 components; what the footprint on the surface cannot show fades away */
  ML_OP_NOISE, ML_OP_VALUE_NOISE, /* -1..1 */
  ML_OP_FBM, ML_OP_RIDGED, ML_OP_TURBULENCE, /* of a place, gain, lacunarity; data: octaves, 1 to 16. fbm -1..1, the others 0..1 */
  ML_OP_VORONOI_DISTANCE, ML_OP_VORONOI_CELL, ML_OP_VORONOI_EDGE, /* 0..1: to the nearest point, a number of its own, to the cell's border */
  ML_OP_HASH, /* of `data` values, 1 to 3, of any width: 0..1, equal for equal values and otherwise as by chance; XXH64 */
  /* data: MlTexture. At the surface's own place (the operand is ML_NO_OPERAND), or at one of 2 or 3 components in its stead: texture coordinates, or a
   * point for what lies in object space. Gives 3 components, a colour; with ML_TEXTURE_NUMBER added to data one, its luminance undecoded. */
  ML_OP_TEXTURE,
  ML_OP_COUNT
} MlOp;
#define ML_TEXTURE_NUMBER 0x80000000u
#define ML_NO_OPERAND 0xffffffffu
typedef enum MlProgramInput {
  ML_INPUT_P,      /* 3: the point in the object's own metres, before all placements; a program's only input outside of textures */
  ML_INPUT_WORLD,  /* 3: in the scene's */
  ML_INPUT_N,      /* 3: unit normal in the world, outwards */
  ML_INPUT_VIEW,   /* 3: unit, towards where it is seen from */
  ML_INPUT_UV,     /* 2: texture coordinates */
  ML_INPUT_FACING, /* 1: cosine between N and VIEW, 0..1 */
  ML_INPUT_ID,     /* 1: 0..1, its own for each outermost placed thing */
  ML_INPUT_PART,   /* 1: 0..1, its own for each shape in it */
  ML_INPUT_DEPTH,  /* 1: metres to where it is seen from: the eye, or what reflects it or is lit by it */
  ML_INPUT_CURVATURE, /* 1: mean curvature in 1/m, above 0 where it bulges: 1 / radius of a ball; of meshes by their normals */
  ML_INPUT_COUNT
} MlProgramInput;
/* operands: numbers of earlier nodes, as many as the operation has. */
typedef struct MlProgramNode { uint32_t op /* MlOp */, operands[3], data, width; double value[3]; } MlProgramNode;
/* result: the number of the node whose value is the program's. width, where not 0: of the result, a number may stand for a vector. */
typedef struct MlProgramDesc { size_t size; const MlProgramNode *nodes; uint64_t node_count; /* at most 65536 */ uint32_t result, width; uint32_t place; } MlProgramDesc;
/* Of equal programs there is one. */
ML_API MlProgram ml_program(MlBuilder *b, const MlProgramDesc *desc, MlError *error);
typedef struct MlProgramInfo { uint32_t width /* of its value */, steps /* operations that are left of it */, inputs /* a bit for each MlProgramInput */; bool textures; } MlProgramInfo;
ML_API MlProgramInfo ml_program_info(const MlBuilder *b, MlProgram program);
/* Its values at points, 3 floats each, into out, `width` floats each: for programs without textures and other inputs than ML_INPUT_P. */
ML_API MlStatus ml_program_run(const MlBuilder *b, MlProgram program, const float *points, uint64_t count, float *out, const MlCancel *cancel, MlError *error);
/* What an operation gives for these operands, without a program: of `width` components each. The result's number of components; 0: it cannot be
 * said (inputs, textures), or they do not fit, which the error says. */
ML_API uint32_t ml_op_value(const MlProgramNode *node, const double operands[3][3], const uint32_t widths[3], double out[3], MlError *error);
/* How many operands an operation has at least and at most. */
ML_API uint32_t ml_op_operands(MlOp op, uint32_t *most);
/* A texture that is a program of the hit: a colour of 3 components, or a number, which is a grey. Results may be negative where a number is
 * wanted (bumps); what is not finite counts as 0. */
typedef struct MlProgramTextureDesc { size_t size; MlProgram program; uint32_t place; } MlProgramTextureDesc;
ML_API MlTexture ml_program_texture(MlBuilder *b, const MlProgramTextureDesc *desc, MlError *error);
/* What a texture has at texture coordinates (width 2) or a point (3): a colour. Inputs of programs that no place has are 0, normals +y. false: see error. */
ML_API bool ml_texture_value(const MlBuilder *b, MlTexture texture, const double place[3], uint32_t width, double out[3], MlError *error);

/* Materials. Every description has an emission: radiance in W/(m^2 sr), on both sides unless front_only; and a relief. A field
 * NAME_texture, where not 0, is used in place of NAME. */
typedef struct MlEmission { MlColor radiance; bool front_only; MlTexture texture; /* multiplies the radiance */ } MlEmission;
/* Normals that are bent without moving the surface. normal: a map in tangent space, x along u, y along v, 0..1 for -1..1. bump: heights,
 * bump_height metres (0: .01) for 1. normal_scale (0: 1) multiplies the map's x and y. Of a mix: its own, else that of a, else that of b. */
typedef struct MlRelief { MlTexture normal, bump; float bump_height, normal_scale; } MlRelief;

/* sigma: 0..1, from smooth (Lambert) to powdery, brighter towards the light. */
typedef struct MlMatteDesc { size_t size; MlColor color; bool has_color; /* false: .8 */ MlTexture color_texture; float sigma; MlTexture sigma_texture; MlEmission emission; MlRelief relief; uint32_t place; } MlMatteDesc;
typedef struct MlMirrorDesc { size_t size; MlColor color; bool has_color; /* false: 1 */ MlTexture color_texture; MlEmission emission; MlRelief relief; uint32_t place; } MlMirrorDesc;
/* A highlight that is longer one way. anisotropy: -1..1; above 0 it is stretched along the surface's tangent (in which u grows), below 0 across.
 * rotation: turns that direction, in degrees counterclockwise seen from outside. */
typedef struct MlStretch { float anisotropy, rotation; } MlStretch;
/* A thin film over a reflecting surface: colours by interference. */
typedef struct MlFilmCoat { float thickness; /* nm, to 100000; 0: none */ float ior; /* 1..5; 0: 1.4 */ } MlFilmCoat;
/* A GGX conductor. eta + i k per channel; or, with artist set, color at normal incidence and edge as F82 tint (Kutz et al. 2021): what is
 * left of the reflectance at about 82 degrees, towards 1 at grazing incidence; color = edge = 1 reflects everything. roughness 0..1,
 * alpha = roughness^2, 0 is a mirror. */
typedef struct MlMetalDesc {
  size_t size;
  MlColor eta, k;
  bool artist;
  MlColor color, edge;
  MlTexture color_texture, edge_texture; /* with artist */
  float roughness;
  MlTexture roughness_texture;
  MlStretch stretch;
  MlFilmCoat film;
  bool no_multiscatter; /* true: single scattering only */
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlMetalDesc;
/* A dielectric that fills what its surface encloses. ior (at the d line, 587.6 nm) 0 means 1.5; color tints what passes a surface (0 with
 * has_color false: 1); absorption in 1/m; roughness 0..1, alpha = roughness^2, 0 is smooth. abbe: Abbe number, at least 1, or 0: no
 * dispersion. thin: a pane without an inside: both of its surfaces at once, bending nothing; color then is what one way through
 * leaves, absorption must be 0, and abbe is ignored. */
typedef struct MlGlassDesc {
  size_t size;
  float ior;
  MlColor color;
  bool has_color;
  MlTexture color_texture;
  MlColor absorption;
  float roughness;
  MlTexture roughness_texture;
  float abbe;
  bool thin;
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlGlassDesc;
/* Something thin that lets light through, diffusely: amount of it as transmit says, the rest it throws back as color says. */
typedef struct MlTranslucentDesc {
  size_t size;
  MlColor color;
  bool has_color; /* false: .8 */
  MlTexture color_texture;
  MlColor transmit;
  bool has_transmit; /* false: color, its texture included */
  MlTexture transmit_texture;
  float amount;
  MlTexture amount_texture;
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlTranslucentDesc;
/* What strands are of (ml_hair), after Chiang et al. 2016: clear fibres with pigment, which reflect, let through and reflect inside. Where strands lie
 * deep, they look as `color`; or as melanin gives them: 0 white, .3 blond, 1 brown, 8 black. On other shapes a strand lies along u at every point. */
typedef struct MlHairMaterialDesc {
  size_t size;
  MlColor color; /* 0..1 */
  bool has_color; /* false: by melanin */
  MlTexture color_texture;
  float melanin;   /* concentration, 0..100 */
  float redness;   /* 0..1: how much of it is pheomelanin */
  float roughness; /* along the strand, 0..1; 0 with has_roughness false: .3 */
  float azimuthal; /* around it, likewise */
  bool has_roughness, has_azimuthal;
  float ior;  /* 1..3; 0: 1.55 */
  float tilt; /* of its scales, in degrees, -45..45: 2 is usual */
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlHairMaterialDesc;
typedef struct MlEmitDesc { size_t size; MlEmission emission; uint32_t place; } MlEmitDesc;
/* (1-amount) a + amount b, emission included. amount 0..1. At most 16 lobes after flattening. */
typedef struct MlMixDesc { size_t size; MlMaterial a, b; float amount; MlTexture amount_texture; MlEmission emission; MlRelief relief; uint32_t place; } MlMixDesc;
/* The base where the mask is 1, nothing at all where it is 0, its emission included; in between the mean of both. */
typedef struct MlCutoutDesc { size_t size; MlMaterial base; float mask; MlTexture mask_texture; uint32_t place; } MlCutoutDesc;

/* Layers. What lies beneath one gets what it leaves; emission from beneath is not dimmed. A material has one relief for all that it is made of.
 *
 * A clear coat over `base` (0: the layer alone, for ml_layered). amount 0..1: how much of it there is (0 with has_amount false: 1); ior 1..3
 * (0: 1.5); color: what light keeps of going in and out through the layer straight (0 with has_color false: 1). */
typedef struct MlCoatDesc {
  size_t size;
  MlMaterial base;
  float amount;
  bool has_amount;
  MlTexture amount_texture;
  float roughness;
  MlTexture roughness_texture;
  float ior;
  MlColor color;
  bool has_color;
  MlStretch stretch;
  MlFilmCoat film;
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlCoatDesc;
/* Fibres over `base` (0: the layer alone), which shine at grazing angles in their color (0 with has_color false: 1). */
typedef struct MlSheenDesc {
  size_t size;
  MlMaterial base;
  MlColor color;
  bool has_color;
  MlTexture color_texture;
  float roughness;
  MlTexture roughness_texture;
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlSheenDesc;
/* The topmost first; all but the last are of coats and sheens alone. Emissions add up; the relief is its own, else the topmost one there is. */
typedef struct MlLayeredDesc { size_t size; const MlMaterial *layers; uint32_t layer_count; MlEmission emission; MlRelief relief; uint32_t place; } MlLayeredDesc;
/* A diffuse body under a whole coat. */
typedef struct MlPlasticDesc {
  size_t size;
  MlColor color;
  bool has_color; /* false: .8 */
  MlTexture color_texture;
  float roughness;
  MlTexture roughness_texture;
  float ior; /* 1..3; 0: 1.5 */
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlPlasticDesc;
/* Much in one, after OpenPBR: sheen over coat over a base that is metal (metallic 0..1), clear (transmission 0..1 of the rest), and diffuse
 * under a shine. Numbers are 0..1 unless said; fields mean what they do above. */
typedef struct MlPrincipledDesc {
  size_t size;
  MlColor color; /* of the diffuse body, the metal straight on, the clear part as glass */
  bool has_color; /* false: .8 */
  MlTexture color_texture;
  float roughness;
  MlTexture roughness_texture;
  float metallic;
  MlTexture metallic_texture;
  MlColor edge; /* of the metal: F82 tint */
  bool has_edge; /* false: 1 */
  float ior; /* 1..3; 0: 1.5 */
  MlColor specular; /* scales the shine of the diffuse part */
  bool has_specular; /* false: 1 */
  MlTexture specular_texture;
  MlStretch stretch; /* of the shine and the metal */
  MlFilmCoat film;   /* on both */
  float transmission;
  MlTexture transmission_texture;
  float depth; /* m: color is left after this way in the clear part; 0: it tints the surface */
  float coat;
  MlTexture coat_texture;
  float coat_roughness;
  MlTexture coat_roughness_texture;
  float coat_ior; /* 1..3; 0: 1.5 */
  MlColor coat_color;
  bool has_coat_color; /* false: 1 */
  float sheen;
  MlTexture sheen_texture;
  MlColor sheen_color;
  bool has_sheen_color; /* false: 1 */
  MlTexture sheen_color_texture;
  float sheen_roughness;
  MlTexture sheen_roughness_texture;
  MlEmission emission;
  MlRelief relief;
  uint32_t place;
} MlPrincipledDesc;

ML_API MlMaterial ml_matte(MlBuilder *b, const MlMatteDesc *desc, MlError *error);
ML_API MlMaterial ml_mirror(MlBuilder *b, const MlMirrorDesc *desc, MlError *error);
ML_API MlMaterial ml_metal(MlBuilder *b, const MlMetalDesc *desc, MlError *error);
ML_API MlMaterial ml_glass(MlBuilder *b, const MlGlassDesc *desc, MlError *error);
ML_API MlMaterial ml_translucent(MlBuilder *b, const MlTranslucentDesc *desc, MlError *error);
ML_API MlMaterial ml_hair_material(MlBuilder *b, const MlHairMaterialDesc *desc, MlError *error);
ML_API MlMaterial ml_coat(MlBuilder *b, const MlCoatDesc *desc, MlError *error);
ML_API MlMaterial ml_sheen(MlBuilder *b, const MlSheenDesc *desc, MlError *error);
ML_API MlMaterial ml_layered(MlBuilder *b, const MlLayeredDesc *desc, MlError *error);
ML_API MlMaterial ml_plastic(MlBuilder *b, const MlPlasticDesc *desc, MlError *error);
ML_API MlMaterial ml_principled(MlBuilder *b, const MlPrincipledDesc *desc, MlError *error);
ML_API MlMaterial ml_emit(MlBuilder *b, const MlEmitDesc *desc, MlError *error);
ML_API MlMaterial ml_mix(MlBuilder *b, const MlMixDesc *desc, MlError *error);
ML_API MlMaterial ml_cutout(MlBuilder *b, const MlCutoutDesc *desc, MlError *error);
/* Measured eta and k of "gold", "silver", "copper", "aluminium", "iron", "chrome", "brass", "bronze", "titanium"; false if unknown. */
ML_API bool ml_metal_preset(const char *name, MlColor *eta, MlColor *k);

/* Shapes. They are nodes: use them in groups and placements, or ml_add() them to the scene. */
typedef struct MlSphereDesc { size_t size; MlVec3 center; double radius; /* 0: 1 */ MlMaterial material; uint32_t place; } MlSphereDesc;
typedef struct MlBoxDesc { size_t size; MlVec3 from, to; /* from == to: the centred unit cube */ MlMaterial material; uint32_t place; } MlBoxDesc;
typedef struct MlPlaneDesc { size_t size; MlVec3 point, normal; /* 0: +y */ MlMaterial material; uint32_t place; } MlPlaneDesc; /* infinite */
typedef struct MlDiskDesc { size_t size; MlVec3 center, normal; /* 0: +y */ double radius; /* 0: 1 */ double hole; MlMaterial material; uint32_t place; } MlDiskDesc;
typedef struct MlQuadDesc { size_t size; MlVec3 at, u, v; /* corner and edges; normal cross(u, v); u = v = 0: unit square in xz, facing +y */ MlMaterial material; uint32_t place; } MlQuadDesc;
typedef struct MlTriangleDesc { size_t size; MlVec3 a, b, c; MlMaterial material; uint32_t place; } MlTriangleDesc;
/* Solids about the line between two points; from == to: from the origin to 1 m above it. open: without caps, a surface with two sides. */
typedef struct MlCylinderDesc { size_t size; MlVec3 from, to; double radius; /* 0: .5 */ bool open; MlMaterial material; uint32_t place; } MlCylinderDesc;
typedef struct MlConeDesc { size_t size; MlVec3 from, to; double radius; /* at from; 0: .5 */ double top; /* radius at to; 0: a point */ bool open; MlMaterial material; uint32_t place; } MlConeDesc;
/* Everything within radius of the line between two points; from == to: (0, .25, 0) and (0, .75, 0). */
typedef struct MlCapsuleDesc { size_t size; MlVec3 from, to; double radius; /* 0: .25 */ MlMaterial material; uint32_t place; } MlCapsuleDesc;
/* A ring about the y axis, centred on the origin; tube (half its thickness) is from radius / 10000 to below radius. */
typedef struct MlTorusDesc { size_t size; double radius; /* of the tube's middle; 0: 1 */ double tube; /* 0: a quarter of radius */ MlMaterial material; uint32_t place; } MlTorusDesc;
/* Indices are 0-based, counter-clockwise is front. Positions are float32 relative to the mesh. ml_mesh checks, hashes and copies the arrays
 * at once, which nothing cancels: about .1 s for two million triangles. */
typedef struct MlMeshDesc {
  size_t size;
  const float *points;       /* 3 per point */
  uint64_t point_count;
  const uint32_t *triangles; /* 3 per triangle */
  uint64_t triangle_count;
  const float *normals;      /* 3 per point, or NULL */
  const float *uv;           /* 2 per point, or NULL */
  MlMaterial material;
  uint32_t place;
  double crease; /* 0: normals are as given; else, without any, they are made: edges at which faces meet at more degrees than this stay sharp */
  const MlCancel *cancel; /* of that */
} MlMeshDesc;

/* Meshes made from parameters: closed bit for bit where the shape is, fronts outward, with normals and texture coordinates. Edges at
 * which faces meet at more than `crease` degrees stay sharp; below 0: all of them. At most 2^24 triangles. `cancel` may call them off. */
/* A profile around the y axis: 2 floats (distance from the axis, height) per point. Closed where both ends are on the axis, or the last
 * point is the first again, or with caps. The front is outside of what the profile and the axis enclose. u by heading (0 at +z, .25 at
 * +x), v along the profile by its length. */
typedef struct MlLatheDesc {
  size_t size;
  const float *profile;
  uint64_t profile_count; /* 2 to 65536 */
  bool smooth;            /* a curve through the points */
  bool caps;              /* disks from the ends to the axis */
  uint32_t segments;      /* around, 3 to 4096; 0: 64 */
  double crease;          /* 0: 30 */
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlLatheDesc;
/* An outline in the xy plane, drawn out from z = 0 to z = height; either direction is fine. Holes lie within it and apart. Nothing may touch
 * or cross itself or another. u around each side by its length, v up; the ends have 0..1 across the bounds. */
typedef struct MlOutline { const float *points; /* 2 per point */ uint64_t count; } MlOutline;
typedef struct MlExtrudeDesc {
  size_t size;
  MlOutline outline; /* 65536 points at most, with the holes */
  const MlOutline *holes;
  uint64_t hole_count;
  double height; /* 0: 1 */
  double crease; /* 0: 30 */
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlExtrudeDesc;
/* Lines of letters in the xy plane that face +z and are `depth` thick; their bounds are centred on the origin. Letters follow one another by the font's
 * own distances and kerning, and that is all: no ligatures, no scripts that join or run from right to left. u, v: 0..1 across the whole on the
 * ends, around and along on the sides. */
typedef enum MlAlign { ML_ALIGN_CENTER, ML_ALIGN_LEFT, ML_ALIGN_RIGHT } MlAlign;
typedef struct MlTextDesc {
  size_t size;
  const char *text; /* UTF-8; \n begins a new line */
  uint64_t text_size;
  const void *font; /* a TrueType file, of font_size bytes; NULL: the font that is built in, if there is one (ml_text_font) */
  uint64_t font_size;
  double height;      /* of a line of type: an em, of which capitals are some 7 tenths. 0: 1 */
  double depth;       /* 0: .2 */
  double line_height; /* from line to line, in ems. 0: 1.2 */
  double spacing;     /* more between letters, in ems, or less */
  MlAlign align;
  double crease; /* 0: 30 */
  void (*missing)(void *ud, uint32_t character); /* told, once each, of characters that the font does not have; NULL: nobody is. Its box stands for them */
  void *ud;
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlTextDesc;
/* A tube with round ends along a smooth curve (centripetal Catmull-Rom) through the points. One radius for all or one for each, above 0 but at the
 * ends of an open curve, which may be points. u around, v along, by length. */
typedef struct MlCurveDesc {
  size_t size;
  const float *points;   /* 3 per point */
  uint64_t point_count;  /* at least 2, closed 3; at most 65536 */
  const float *radii;    /* one per point, or NULL: radius */
  double radius;         /* 0: .1 */
  bool closed;
  uint32_t segments;     /* around, 3 to 256; along, so many as a whole turn wants. 0: 24 */
  double crease;         /* 0: 180 */
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlCurveDesc;
/* Hair: thin round strands along smooth curves (centripetal Catmull-Rom) through the points of each, one after the other. Strands are met from outside
 * alone, and enclose nothing; what lets light through sends it on behind them (ml_hair_material). Texture coordinates: u is a number 0..1 of the
 * strand's own, v runs from root to tip. */
typedef struct MlHairDesc {
  size_t size;
  const float *points;    /* 3 per point */
  const uint32_t *counts; /* points of each strand: at least 2, at most 65536 */
  uint64_t strand_count;  /* 16777216 points in all at most */
  const float *radii;     /* one per point, or NULL: */
  double radius;          /* at the root; 0: .002 */
  double tip;             /* at the tip, as a share of that, 0..1; below 0: 0. 0: .3 */
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlHairDesc;
/* Points of a sheet, rows after rows, 3 floats each; u grows along a row, v from row to row, and cross(dp/du, dp/dv) is the front. Opposite edges that
 * agree to a millionth of its size are joined, edges that short become points; what that closes faces outward. */
typedef struct MlSheetDesc {
  size_t size;
  const float *points;
  uint32_t columns, rows; /* at least 2 */
  double crease;          /* 0: 180 */
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlSheetDesc;
/* A sheet over a rectangle in xz about the origin, facing +y: rows of heights from the back (-z) to the front, each from left (-x) to right.
 * u along +x, v from the front to the back. */
typedef struct MlHeightfieldDesc {
  size_t size;
  const float *heights;
  uint32_t columns, rows; /* at least 2 */
  double width, depth;    /* along x and z; 0: 1 */
  double crease;          /* 0: 180 */
  const MlCancel *cancel;
  MlMaterial material;
  uint32_t place;
} MlHeightfieldDesc;

/* Solids that are programs of the point (signed distance fields): `distance` is negative inside and positive outside; how fast it changes does not
 * matter, so it need not be a distance, but blends and offsets are in its units. Rays meet the surface where the program changes its sign,
 * to the rounding of floats. Nothing of it is outside of the box from `from` to `to`: it is cut off there, and closed. Normals are the
 * program's gradient; texture coordinates those of a sphere about the box's centre. One that emits is found by scattering alone. */
typedef struct MlSdfDesc {
  size_t size;
  MlProgram distance; /* one number of ML_INPUT_P, without textures */
  MlVec3 from, to;
  MlMaterial material;
  uint32_t place;
} MlSdfDesc;
typedef enum MlCombine { ML_UNION, ML_INTERSECTION, ML_DIFFERENCE /* the first without the others */ } MlCombine;
/* One solid of several: fields, and what is turned into fields: spheres, boxes, cylinders, cones, capsules, rings, planes (the half below), and
 * placements, groups and materials of all these; other scales than alike in all directions keep a solid's shape, not its distances. No meshes, nothing
 * in motion, no arrays. blend: over so many metres the solids flow into each other; 0: sharp. A surface has the material of the part that it comes from. */
typedef struct MlSdfCombineDesc {
  size_t size;
  MlCombine op;
  const MlNode *nodes;
  uint64_t count; /* 1 to 4096 */
  double blend;
  MlMaterial material; /* of parts that name none */
  uint32_t place;
} MlSdfCombineDesc;
typedef enum MlSdfChange {
  ML_SDF_ROUND,    /* grown by `amount` metres, and so rounded outside; below 0 shrunk */
  ML_SDF_SHELL,    /* its skin alone, `amount` metres thick, half of it on either side */
  ML_SDF_TWIST,    /* turned about the y axis by `amount` degrees per metre of height */
  ML_SDF_REPEAT,   /* again every `period` metres along x, y, z; 0: not along that one. count: so many in all, centred; 0: without end (such a
                    * solid has to be cut to something finite by an intersection) */
  ML_SDF_DISPLACE, /* its surface moved outwards by the value of `program`, a number of ML_INPUT_P */
} MlSdfChange;
typedef struct MlSdfChangeDesc {
  size_t size;
  MlSdfChange change;
  MlNode node; /* as in MlSdfCombineDesc */
  double amount;
  MlVec3 period;
  uint32_t count[3];
  MlProgram program;
  MlMaterial material;
  uint32_t place;
} MlSdfChangeDesc;
/* Whether a node is a solid that is a program: by itself, or placed. */
ML_API bool ml_is_sdf(const MlBuilder *b, MlNode node);
ML_API MlNode ml_sdf(MlBuilder *b, const MlSdfDesc *desc, MlError *error);
ML_API MlNode ml_sdf_combine(MlBuilder *b, const MlSdfCombineDesc *desc, MlError *error);
ML_API MlNode ml_sdf_change(MlBuilder *b, const MlSdfChangeDesc *desc, MlError *error);

ML_API MlNode ml_sphere(MlBuilder *b, const MlSphereDesc *desc, MlError *error);
ML_API MlNode ml_box(MlBuilder *b, const MlBoxDesc *desc, MlError *error);
ML_API MlNode ml_plane(MlBuilder *b, const MlPlaneDesc *desc, MlError *error);
ML_API MlNode ml_disk(MlBuilder *b, const MlDiskDesc *desc, MlError *error);
ML_API MlNode ml_quad(MlBuilder *b, const MlQuadDesc *desc, MlError *error);
ML_API MlNode ml_triangle(MlBuilder *b, const MlTriangleDesc *desc, MlError *error);
ML_API MlNode ml_cylinder(MlBuilder *b, const MlCylinderDesc *desc, MlError *error);
ML_API MlNode ml_cone(MlBuilder *b, const MlConeDesc *desc, MlError *error);
ML_API MlNode ml_capsule(MlBuilder *b, const MlCapsuleDesc *desc, MlError *error);
ML_API MlNode ml_torus(MlBuilder *b, const MlTorusDesc *desc, MlError *error);
ML_API MlNode ml_mesh(MlBuilder *b, const MlMeshDesc *desc, MlError *error);
ML_API MlNode ml_lathe(MlBuilder *b, const MlLatheDesc *desc, MlError *error);
ML_API MlNode ml_extrude(MlBuilder *b, const MlExtrudeDesc *desc, MlError *error);
ML_API MlNode ml_text(MlBuilder *b, const MlTextDesc *desc, MlError *error);
/* Whether a font is built in. */
ML_API bool ml_text_font(void);
ML_API MlNode ml_curve(MlBuilder *b, const MlCurveDesc *desc, MlError *error);
ML_API MlNode ml_hair(MlBuilder *b, const MlHairDesc *desc, MlError *error);
ML_API MlNode ml_sheet(MlBuilder *b, const MlSheetDesc *desc, MlError *error);
ML_API MlNode ml_heightfield(MlBuilder *b, const MlHeightfieldDesc *desc, MlError *error);

/* A node placed: child is used, not copied; used more than once, it is instanced. material, if any, serves the parts
 * inside that name none (the innermost named one wins).
 * keys: a placement in motion, in place of transform: where it is at key_count (2 to 1025) equally spaced times, the first when the frame
 * begins, the last when the next one does. Between two keys it turns about one axis, by less than half a turn, stretches and moves evenly.
 * What moves casts blurred pictures of itself (MlCamera.shutter). Infinite shapes and lights without a surface cannot move; surfaces that
 * emit can, and light the scene, but only what scatters finds them, as with planes: a small one brings noise. */
typedef struct MlPlaceDesc {
  size_t size;
  MlNode child;
  MlTransform transform; /* all zero: identity */
  MlMaterial material;
  uint32_t hidden;
  uint32_t place;
  const MlTransform *keys; /* copied */
  uint32_t key_count;      /* 0: it stands still */
} MlPlaceDesc;
typedef struct MlGroupDesc { size_t size; const MlNode *children; uint64_t child_count; MlMaterial material; uint32_t place; } MlGroupDesc;
/* A node placed many times, for forests and crowds: as so many placements in a group, but in a third of their memory, and in less than half of it
 * frozen. The transforms are copied and need not outlive the call. It is one thing to the scene (an instance of an array): its parts that emit
 * light the scene, but only what scatters finds them; it holds no infinite shape and no light. Places far from the array's own origin are
 * rounded to floats: place the array, not its parts, far out. */
typedef struct MlArrayDesc {
  size_t size;
  MlNode child;
  const float *transforms; /* 12 each, as in MlTransform */
  uint64_t count;          /* at most 2^27 */
  MlMaterial material;
  uint32_t hidden;
  const MlCancel *cancel;
  uint32_t place;
} MlArrayDesc;
ML_API MlNode ml_array(MlBuilder *b, const MlArrayDesc *desc, MlError *error);
ML_API MlNode ml_place(MlBuilder *b, const MlPlaceDesc *desc, MlError *error);
/* A node once more with everything in it of one material, whatever its parts name; lights stay as they are. What it is made of is shared. */
typedef struct MlPaintDesc { size_t size; MlNode child; MlMaterial material; uint32_t place; } MlPaintDesc;
ML_API MlNode ml_paint(MlBuilder *b, const MlPaintDesc *desc, MlError *error);
ML_API MlNode ml_group(MlBuilder *b, const MlGroupDesc *desc, MlError *error);
/* One solid made of others, exactly: what is in one of them, in all of them, or in the first and in none of the others. Operands are closed: spheres,
 * boxes, cones with caps, capsules, tori, closed meshes, planes (the half behind them; the whole has to have an end), placements and groups of those (which count as their union) and combinations; at
 * most 1024 of them in all. With an operand that is a program (MlSdfDesc) they become one all together (MlSdfCombineDesc says what can be part of
 * it). Each keeps its material, so a cut surface has that of what cut it. They may touch and share faces; a mesh may
 * not have a border, which ml_commit finds out. What emits is seen and lights the scene, but only what scatters finds it. */
typedef struct MlCombineDesc {
  size_t size;
  MlCombine combine;
  const MlNode *children;
  uint64_t child_count;
  MlMaterial material; /* of parts that name none */
  uint32_t place;
} MlCombineDesc;
ML_API MlNode ml_combine(MlBuilder *b, const MlCombineDesc *desc, MlError *error);
/* Why some of these nodes can be no operands of one solid, a sentence without its end, and the first such node's index; NULL: they can, as
 * far as is known before ml_commit. */
ML_API const char *ml_combine_problem(const MlBuilder *b, const MlNode *nodes, uint64_t count, uint64_t *which);

/* Models: meshes, materials, pictures, lights and cameras from the bytes of a file: obj (with its mtl), ply, stl, gltf and glb, told apart by their
 * contents, then by the name's ending. Y is up in them unless z_up. Bytes are not kept. The file is read once: later builders of the engine find
 * what was made of the same contents, as long as the cache has it.
 *
 * files: those that the model names, relative to it, parts parted by '/'. What open gives stays until close. false: it is not to be had, which
 * the host may remember: the model goes on without it, and without its materials, pictures or meshes, as it may be. Both may be NULL: no files.
 * Errors begin with the name of the file at fault and the place in it: "bunny.ply:12: vertex 7 has 2 coordinates, 3 expected".
 * ML_ERROR_FORMAT: damaged or not supported. */
typedef struct MlModelFiles { void *ud; bool (*open)(void *ud, const char *name, MlBytes *out); void (*close)(void *ud, MlBytes bytes); } MlModelFiles;
/* In place of the material that has this name in the file; found says whether there is one. */
typedef struct MlModelMaterial { const char *name; MlMaterial material; bool found; } MlModelMaterial;
typedef enum MlModelNormals { ML_NORMALS_OF_FILE, ML_NORMALS_FLAT, ML_NORMALS_SMOOTH } MlModelNormals;
typedef struct MlModelDesc {
  size_t size;
  MlBytes bytes;
  const char *name;      /* in messages; NULL: "model" */
  MlModelFiles files;
  MlModelMaterial *materials;
  uint64_t material_count;
  MlMaterial material;   /* of parts that name none */
  MlModelNormals normals;
  double crease;         /* with ML_NORMALS_SMOOTH: edges at which faces meet at more than this stay sharp, degrees; 0: 180 */
  bool z_up, no_lights;
  const MlCancel *cancel;
  uint32_t place;
} MlModelDesc;
ML_API MlModel ml_model(MlBuilder *b, const MlModelDesc *desc, MlError *error);
typedef struct MlModelInfo {
  MlNode node; /* all of it; 0: there is nothing to be seen */
  bool emits;  /* it holds lights, or something that emits */
  uint64_t points, triangles;
  uint32_t material_count, camera_count, light_count, warning_count;
} MlModelInfo;
ML_API MlModelInfo ml_model_info(const MlBuilder *b, MlModel model);
/* Names of its materials ("": it has none), and what could not be taken over, a line each. They stay until the builder is committed or destroyed. */
ML_API const char *ml_model_material_name(const MlBuilder *b, MlModel model, uint32_t index);
ML_API const char *ml_model_warning(const MlBuilder *b, MlModel model, uint32_t index);

/* Lights are nodes, too. Seen by no ray. color multiplies (0 with has_color false: 1). A profile shapes the beam: its axis (0 degrees, nadir) along
 * facing, its horizontal angle 0 to the right of someone who looks that way with up up; power stays what is sent out in all. */
typedef struct MlLightDesc { size_t size; MlVec3 at; double radius; /* 0: a point */ double power; /* W; 0: 100 */ MlColor color; bool has_color; MlProfile profile; /* 0: none */ MlVec3 facing; /* 0: down */ MlVec3 up; /* 0: automatic */ uint32_t place; } MlLightDesc;
/* The same within a cone. angle: the full one, degrees (0: 45; to 360). It shines evenly within 1 - blend of the angle and fades out to its edge
 * by 3 t^2 - 2 t^3, t running in the cosine; blend 0..1, 0 is a hard edge. power is what the cone sends out. */
typedef struct MlSpotDesc { size_t size; MlVec3 at, facing; /* 0: down */ MlVec3 up; /* 0: automatic; of the profile */ double angle, blend; double radius; /* 0: a point */ double power; /* W; 0: 100 */ MlColor color; bool has_color; MlProfile profile; /* 0: none */ uint32_t place; } MlSpotDesc;
/* An IES LM-63 file, type C photometry; only the shape of its intensities counts. The bytes are read now. ML_ERROR_FORMAT. */
typedef struct MlIesDesc { size_t size; const void *bytes; uint64_t byte_count; uint32_t place; } MlIesDesc;
/* Rectangle centred at `at`, emitting to the side of its facing direction; visible to rays. power (W, of that side) or radiance. */
typedef struct MlAreaDesc { size_t size; MlVec3 at, facing; /* 0: down */ MlVec3 up; /* 0: automatic */ double width, height; /* 0: 1 */ double power, radiance; /* both 0: power 100 */ MlColor color; bool has_color; uint32_t place; } MlAreaDesc;
/* Light travels along `direction` (0: straight down); irradiance in W/m^2 on a surface that faces it (0: 1). */
typedef struct MlDirectionalDesc { size_t size; MlVec3 direction; double irradiance; MlColor color; bool has_color; uint32_t place; } MlDirectionalDesc;
ML_API MlProfile ml_ies(MlBuilder *b, const MlIesDesc *desc, MlError *error);
ML_API MlNode ml_light(MlBuilder *b, const MlLightDesc *desc, MlError *error);
ML_API MlNode ml_spot(MlBuilder *b, const MlSpotDesc *desc, MlError *error);
ML_API MlNode ml_area(MlBuilder *b, const MlAreaDesc *desc, MlError *error);
/* A disc of even brightness, infinitely far away, that rays see. irradiance in W/m^2 on a surface that faces it. */
typedef struct MlSunDesc { size_t size; double height, heading; /* degrees, as a sky's */ double irradiance; /* 0: 1000 */ double diameter; /* degrees, at most 90; 0: .53 */ MlColor color; bool has_color; uint32_t place; } MlSunDesc;
ML_API MlNode ml_sun(MlBuilder *b, const MlSunDesc *desc, MlError *error);
ML_API MlNode ml_directional(MlBuilder *b, const MlDirectionalDesc *desc, MlError *error);

/* Constant radiance from everywhere; eye_only: seen by camera rays, lights nothing. The last call wins. */
ML_API MlStatus ml_background(MlBuilder *b, MlColor radiance, bool eye_only, MlError *error);
/* A picture from everywhere: its middle is seen towards -z, its right half towards +x, rows run from zenith to nadir. It lights the scene. */
typedef struct MlEnvironmentDesc { size_t size; MlImage image; double turn; /* degrees about y, from +z towards +x */ double strength; bool has_strength; /* false: 1 */ uint32_t place; } MlEnvironmentDesc;
/* The clear sky and the ground below it, in W/(m^2 sr) (light/sky.h says how it is made). The sun's height is in degrees above the horizon,
 * its heading from +z towards +x. has_sun false: as from 45, 45, but the sun itself is not there. */
typedef struct MlSkyDesc { size_t size; double sun_height, sun_heading; bool has_sun; double turbidity; /* 1..20; 0: 2 */ MlColor ground; bool has_ground; /* false: .3 */ uint32_t place; } MlSkyDesc;
/* The last of ml_background, ml_environment and ml_sky is what is all around. */
ML_API MlStatus ml_environment(MlBuilder *b, const MlEnvironmentDesc *desc, MlError *error);
ML_API MlStatus ml_sky(MlBuilder *b, const MlSkyDesc *desc, MlError *error);
/* Put a node into the scene. */
ML_API MlStatus ml_add(MlBuilder *b, MlNode node, MlError *error);
/* Leave a node out of every group that uses it, before or after this call. Placements of it and ml_add() still draw it. */
ML_API MlStatus ml_hide(MlBuilder *b, MlNode node, MlError *error);

/* Bounds of a node in its own coordinates, after its placements. Infinite shapes only set `infinite`. */
ML_API MlBounds ml_node_bounds(const MlBuilder *b, MlNode node);
ML_API uint64_t ml_builder_node_count(const MlBuilder *b);

/* Surveys: the surfaces of a node, for whoever puts things on them while a scene is made. In the node's own coordinates, after its placements; what
 * moves is where it is when the frame begins; what is hidden, and lights, are left out. A survey stays until the builder is committed or destroyed. */
typedef struct MlSurvey MlSurvey;
typedef struct MlSurveyPoint { MlVec3 position, normal; /* of the front, of length 1 */ } MlSurveyPoint;
typedef struct MlSurveyDesc {
  size_t size;
  MlNode node;
  bool drops; /* ml_survey_drop will be asked; it wants some 20 bytes for each triangle */
  bool no_points; /* nor area, points or trials */
  const MlCancel *cancel;
  uint32_t place;
} MlSurveyDesc;
/* ML_ERROR_LIMIT: more than 2^20 shapes or 2^26 triangles. */
ML_API MlStatus ml_survey(MlBuilder *b, const MlSurveyDesc *desc, const MlSurvey **out, MlError *error);
ML_API double ml_survey_area(const MlSurvey *survey); /* of all finite surfaces, in m^2; curved ones that are stretched to a thousandth, those of solids (ml_combine, ml_sdf) to some percent */
/* The proposals that a point takes, 1 or more, each about a microsecond: of solids much is turned down. INFINITY: there may be a surface, but too little
 * of it to be found; the area is 0, then. */
ML_API double ml_survey_trials(const MlSurvey *survey);
/* A point of them, a function of these three; points of different numbers are independent and evenly spread. The area must not be 0. */
ML_API MlSurveyPoint ml_survey_point(const MlSurvey *survey, uint64_t seed, uint64_t number);
/* The surface straight below `from`; where there is none, the topmost above it. false: nor is there one of those. */
ML_API bool ml_survey_drop(const MlSurvey *survey, MlVec3 from, MlSurveyPoint *out);

/* Freeze. Consumes the builder on success. The scene is returned with one reference. */
ML_API MlStatus ml_commit(MlBuilder *builder, const MlCancel *cancel, const MlScene **out, MlError *error);
ML_API void ml_scene_retain(const MlScene *scene);
ML_API void ml_scene_release(const MlScene *scene); /* NULL is allowed */

typedef struct MlSceneStats {
  uint64_t shapes, triangles, unique_triangles, instances, lights, materials; /* as drawn; unique: stored */
  uint64_t bytes;                                                             /* scene and its assets */
  double build_seconds;
  MlBounds bounds; /* of the finite shapes */
  uint64_t degenerate_triangles;
  bool has_light; /* anything that emits */
  uint64_t hash;  /* of the contents */
} MlSceneStats;
ML_API MlSceneStats ml_scene_stats(const MlScene *scene);
/* Functions (MlProgramTextureDesc) that gave what is no finite number somewhere in what has been rendered of the scene so far, in the order of their
 * textures: `op` is the first operation that did. Returns how many there are; at most `capacity` are written. From any thread. */
typedef struct MlFault { uint32_t place; MlOp op; } MlFault;
ML_API uint64_t ml_scene_faults(const MlScene *scene, MlFault *out, uint64_t capacity);

/* --------------------------------------------------------- view and settings */

typedef enum MlCameraKind { ML_CAMERA_PERSPECTIVE, ML_CAMERA_ORTHOGRAPHIC } MlCameraKind;
typedef enum MlTonemap { ML_TONEMAP_AGX, ML_TONEMAP_NEUTRAL, ML_TONEMAP_NONE, ML_TONEMAP_FALSE_COLOR } MlTonemap; /* docs/IMAGES.md */
typedef enum MlIntegrator { ML_PATH, ML_WHITTED, ML_AO, ML_NORMALS, ML_ALBEDO, ML_DEPTH } MlIntegrator;
typedef enum MlFilter { ML_FILTER_BOX, ML_FILTER_GAUSSIAN, ML_FILTER_BLACKMAN_HARRIS } MlFilter;
typedef enum MlSampler { ML_SAMPLER_SOBOL, ML_SAMPLER_INDEPENDENT } MlSampler;
typedef enum MlStrategy { ML_STRATEGY_MIS, ML_STRATEGY_LIGHT, ML_STRATEGY_BSDF } MlStrategy;

typedef struct MlCamera {
  MlCameraKind kind;
  MlVec3 from, look_at; /* both 0: frames the bounds of the scene */
  MlVec3 up;            /* 0: +y */
  double fov;           /* vertical angle, degrees; 0: 40 */
  double height;        /* orthographic: metres; 0: 2 */
  double aperture;      /* lens diameter in metres; 0: a pinhole */
  double focus;         /* distance to the plane in focus; 0: the distance to look_at */
  uint32_t blades;      /* 0: a round aperture, else 3 to 65535 */
  double shutter;       /* the part of a frame for which it is open, from its beginning on, 0..1; 0 with has_shutter false: .5 */
  bool has_shutter;
  bool moves;           /* next_from, next_look_at, next_up: as above, when the next frame begins; it moves there evenly */
  MlVec3 next_from, next_look_at, next_up;
} MlCamera;

typedef struct MlView {
  size_t size;
  MlCamera camera;
  uint32_t width, height;                       /* 1..65535; 0: 1280 x 720 */
  uint32_t crop_x, crop_y, crop_width, crop_height; /* all 0: the whole */
  bool fixed_exposure;                          /* false: automatic */
  double exposure;                              /* EV; +1 doubles. With automatic exposure it is added */
  MlTonemap tonemap;
  MlColor white; /* the colour of the light that is to look white, linear; 0: that of D65, nothing is changed */
} MlView;

typedef struct MlBounces { uint32_t total, diffuse, glossy, transmission; } MlBounces;

typedef struct MlSettings {
  size_t size;
  MlIntegrator integrator;
  uint32_t samples;      /* 0: 64 */
  uint32_t first_sample; /* parts of a farm: samples first_sample .. first_sample + samples - 1 */
  bool has_bounces;      /* false: 16 of every kind */
  MlBounces bounces;     /* scattering events of a path, 0..65535 */
  uint64_t seed;
  MlFilter filter;
  float filter_width;    /* pixels, full width of the box; 0: 1 */
  MlSampler sampler;
  MlStrategy strategy;
  bool no_roulette;
  float clamp;           /* largest channel value of one sample's indirect part; 0: off */
  float clamp_diffuse;   /* whitted: of a surface's direct diffuse light; 0: off */
  float ao_distance;     /* ao: metres; 0: a tenth of the scene's diagonal */
  uint32_t tile;         /* edge in pixels; 0: 32 */
} MlSettings;

/* A camera of a model's file, in the coordinates of the model's node; *name as of ml_model_material_name. */
ML_API MlCamera ml_model_camera(const MlBuilder *b, MlModel model, uint32_t index, const char **name);

/* The camera of `view` with everything automatic filled in. */
ML_API MlCamera ml_camera_resolve(const MlScene *scene, const MlView *view);
/* Why this could not be rendered, as the error; bytes (may be NULL) is what the film would take. */
ML_API MlStatus ml_render_check(const MlEngine *engine, const MlView *view, const MlSettings *settings, uint64_t *bytes, MlError *error);

/* -------------------------------------------------------------------- film */

typedef struct MlFilm MlFilm; /* sums of samples per pixel, resumable */

/* A film for `view` and `settings` of `scene`; empty. */
ML_API MlStatus ml_film_create(MlEngine *engine, const MlScene *scene, const MlView *view, const MlSettings *settings, MlFilm **out, MlError *error);
ML_API void ml_film_destroy(MlFilm *film); /* NULL is allowed */
ML_API uint32_t ml_film_width(const MlFilm *film);  /* of the crop */
ML_API uint32_t ml_film_height(const MlFilm *film);
/* Fewest and most samples that a pixel has. */
ML_API void ml_film_samples(const MlFilm *film, uint32_t *fewest, uint32_t *most);
ML_API uint64_t ml_film_nonfinite(const MlFilm *film); /* samples that were not finite and count as 0 */
/* Mean radiance of row y, 3 floats per pixel. */
ML_API void ml_film_row(const MlFilm *film, uint32_t y, float *rgb);
/* Relative standard error of a pixel's luminance, root mean square over at most 4096 pixels; from the difference of the blocks in which sums are
 * kept, so that it takes no room. -1: not known (of 1, 2, 4, 8, … samples there is one block only). May be called while rendering. */
ML_API double ml_film_noise(const MlFilm *film);
/* Called by the thread that rendered it, whenever columns [x0, x1) of rows [y0, y1) have more samples: it should be short, may read the film
 * (ml_film_show) and must not call the engine. watch is copied, NULL ends it; not while rendering. */
typedef struct MlFilmWatch { void (*changed)(void *ud, const MlFilm *film, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1); void *ud; } MlFilmWatch;
ML_API void ml_film_watch(MlFilm *film, const MlFilmWatch *watch);
/* XXH64 over picture version, width, height and means; the identity of a picture. */
ML_API uint64_t ml_film_hash(const MlFilm *film);
/* Sums of b's samples join a's: b must begin where a ends, of the same scene and settings, aligned power-of-two blocks. */
ML_API MlStatus ml_film_merge(MlFilm *a, const MlFilm *b, MlError *error);
/* The film file; written whole or not at all, also while rendering. Loading wants an empty film and refuses another scene's, other
 * settings', damaged ones, and more samples than the film is for. */
ML_API MlStatus ml_film_save(const MlFilm *film, const char *path, MlError *error);
ML_API MlStatus ml_film_load(MlFilm *film, const char *path, MlError *error);

/* ------------------------------------------------------------------ render */

typedef struct MlRender MlRender;

typedef enum MlRenderState { ML_RENDER_RUNNING, ML_RENDER_DONE, ML_RENDER_STOPPED, ML_RENDER_CANCELLED, ML_RENDER_FAILED } MlRenderState;
typedef struct MlProgress {
  MlRenderState state;
  uint32_t fewest, most;      /* samples of tiles */
  uint64_t samples_done, samples_total; /* over all pixels */
  uint64_t rays;
  uint64_t nonfinite;
  double seconds;             /* since start */
  float exposure;             /* EV in use for display; until the automatic one is known, the view's alone */
  uint64_t generation;        /* grows whenever a tile ends a wave */
} MlProgress;

/* Begin rendering into film with the engine's pool. A render under way on this engine is superseded: it is cancelled
 * first, unless this call fails. Scene is retained; view and settings are copied. Built without threads, the work is done by
 * ml_render_wait. */
ML_API MlStatus ml_render_start(MlEngine *engine, const MlScene *scene, const MlView *view, const MlSettings *settings, MlFilm *film, MlRender **out, MlError *error);
/* Wait for the end, at most `seconds` (< 0: for ever). Returns the state as it is then. */
ML_API MlRenderState ml_render_wait(MlRender *render, double seconds);
ML_API MlProgress ml_render_progress(const MlRender *render);
ML_API void ml_render_stop(MlRender *render);   /* end after the waves in flight; the film stays valid */
ML_API void ml_render_cancel(MlRender *render); /* end at the next pixel; the film stays valid */
ML_API void ml_render_destroy(MlRender *render); /* cancels and waits; NULL is allowed */

/* ------------------------------------------------------------------- image */

/* How a film is shown; zero: as it is, by AgX. */
typedef struct MlDisplay {
  float exposure; /* EV */
  MlTonemap tonemap;
  MlColor white; /* as in MlView; one that is no colour counts as 0 */
} MlDisplay;
/* How a film of that view and those settings is meant to be shown: by the view's tone mapping, white and exposure, to which the automatic one is still to
 * be added; as it is, where the integrator shows data (ao, normals, albedo, depth) and no light. */
ML_API MlDisplay ml_display_of(const MlView *view, const MlSettings *settings);
/* Display pixels of rows [y0, y1): 8-bit sRGB, 3 bytes per pixel, after white balance, exposure and tone mapping. May be called while rendering. */
ML_API void ml_film_display(const MlFilm *film, const MlDisplay *display, uint32_t y0, uint32_t y1, uint8_t *rgb);
/* The same for columns [x0, x1) of rows [y0, y1) into a picture as wide and high as the film, 4 bytes per pixel: R G B 255, each pixel stored as one
 * atomic word, so that others may look at them meanwhile. Pixels without samples are left as they are. */
ML_API void ml_film_show(const MlFilm *film, const MlDisplay *display, uint32_t x0, uint32_t y0, uint32_t x1, uint32_t y1, uint32_t *rgba);
/* The automatic exposure of a scene and view, in EV: a pre-pass of 64 pixels on the long side, 4 samples. */
ML_API MlStatus ml_auto_exposure(MlEngine *engine, const MlScene *scene, const MlView *view, const MlSettings *settings, float *ev, MlError *error);

typedef enum MlImageFormat { ML_IMAGE_UNKNOWN, ML_IMAGE_PNG, ML_IMAGE_JPG, ML_IMAGE_HDR, ML_IMAGE_PFM } MlImageFormat;
ML_API MlImageFormat ml_image_format(const char *path); /* by extension, without regard to case */
/* Could a picture of this size be written in this format? ML_ERROR_LIMIT: no. bytes (may be NULL): what writing takes at most. */
ML_API MlStatus ml_image_check(MlImageFormat format, uint32_t width, uint32_t height, uint64_t *bytes, MlError *error);
/* Where bytes go. Returns false to stop with an error. */
typedef struct MlSink { bool (*write)(void *ud, const void *bytes, size_t count); void *ud; } MlSink;
/* What a builder holds, as text: nodes that were added and all below them, materials, what is all around. The same scene is the same text everywhere; large arrays are
 * hashes. ML_ERROR_FILE: the sink stopped it. */
ML_API MlStatus ml_builder_write(const MlBuilder *b, const MlSink *sink, MlError *error);
/* png and jpg: display pixels; hdr and pfm: linear means, untouched. */
ML_API MlStatus ml_film_encode(MlEngine *engine, const MlFilm *film, MlImageFormat format, const MlDisplay *display, const MlSink *sink, MlError *error);
/* The same into a file: temporary name beside it, fsync, rename. Never a half file. */
ML_API MlStatus ml_film_write(MlEngine *engine, const MlFilm *film, const char *path, const MlDisplay *display, MlError *error);
/* How far two picture files (png, jpg, hdr, pfm, tga, bmp, by their contents) are apart; a is the reference. Linear ones (hdr, pfm) are measured
 * in radiance and seen after exposure and tone mapping, others in code values 0..1. */
typedef struct MlCompareDesc {
  size_t size;
  MlBytes a, b;
  bool fixed_exposure; /* false: the one that suits a */
  double exposure;     /* EV */
  MlTonemap tonemap;
  MlSink difference;   /* gets FLIP's error as a png, dark to bright; zero: not made */
} MlCompareDesc;
typedef struct MlComparison {
  uint32_t width, height;
  bool linear;
  float exposure;      /* used for seeing linear ones */
  uint64_t different;  /* pixels */
  double largest;      /* difference of a channel */
  double rmse;
  double relative_mse; /* mean of (b - a)^2 / (a^2 + .01) */
  double flip;         /* mean; 0: no difference to be seen, 1: the largest (Andersson et al. 2020) */
} MlComparison;
ML_API MlStatus ml_image_compare(MlEngine *engine, const MlCompareDesc *desc, MlComparison *out, MlError *error);
/* Any bytes, in the same manner. */
ML_API MlStatus ml_file_write(const char *path, const void *bytes, size_t count, MlError *error);

/* ----------------------------------------------------- reproducible basics */

/* Rounding to nearest, with subnormals, on this thread until ml_float_end(), which is given what this returned. */
ML_API uint64_t ml_float_begin(void);
ML_API void ml_float_end(uint64_t before);
/* The same bits on every platform: for scripts and whoever computes what reaches pixels. Errors in ulp: docs/MATHS.md. */
ML_API double ml_sin(double x);
ML_API double ml_cos(double x);
ML_API double ml_tan(double x);
ML_API double ml_asin(double x);
ML_API double ml_acos(double x);
ML_API double ml_atan(double x);
ML_API double ml_atan2(double y, double x);
ML_API double ml_exp(double x);
ML_API double ml_log(double x);
ML_API double ml_log2(double x);
ML_API double ml_log10(double x);
ML_API double ml_pow(double x, double y);
ML_API double ml_sqrt(double x);
ML_API double ml_floor(double x);
ML_API double ml_ceil(double x);
ML_API double ml_fabs(double x);
ML_API double ml_fmod(double x, double y);
ML_API double ml_ldexp(double x, int e);
ML_API double ml_frexp(double x, int *e);
/* Decimal text to double, correctly rounded; *end is after what was read (== text: nothing). "0x" floats as in C. Never inf/nan words. */
ML_API double ml_parse_number(const char *text, const char **end);
/* printf's %[flags][width][.precision](e|f|g|E|F|G) exactly; returns the length as snprintf does; NaN prints "nan", never "-nan". */
ML_API int ml_format_number(char *out, size_t capacity, const char *format, double x);
ML_API uint64_t ml_hash64(const void *bytes, size_t count, uint64_t seed); /* XXH64 */
ML_API double ml_srgb_decode(double v);  /* 0..1 to linear */
ML_API void ml_observer(double nm, double xyz[3]); /* CIE 1931 colour matching at 380 to 780 nm; the ends serve beyond */
ML_API MlTransform ml_transform_identity(void);
ML_API MlTransform ml_transform_multiply(const MlTransform *a, const MlTransform *b); /* b acts first */
ML_API MlTransform ml_transform_turn(double degrees, MlVec3 axis); /* multiples of 90 are exact on the axes */
ML_API bool ml_transform_invert(const MlTransform *t, MlTransform *out); /* false: singular */
ML_API double ml_clock(void); /* monotonic seconds */
ML_API uint64_t ml_machine_memory(void); /* bytes */

#ifdef __cplusplus
}
#endif
#endif
