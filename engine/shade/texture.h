/* texture.h - frozen textures and their evaluation: colours that vary over a surface. Per-ray code.
 *
 * A texture is a node of a flat array. Its inputs are constants or textures of lower ids, nested at most TEXTURE_MAX_DEPTH deep, which
 * bounds the recursion of texture_eval; a program's are what it looks at.
 *
 * Patterns are filtered: each is the exact mean over a box with the footprint's variance along every axis of the pattern, so that a far
 * one has the mean of its colours instead of noise. Where the box holds no edge, the value is that of the point, to the bit.
 * Solid patterns are read a hair inside the surface (a 1024th of a cell and what the point may err by), so that a face that lies on the
 * border of two cells shows one of them, always the same. */
#ifndef ML_SHADE_TEXTURE_H
#define ML_SHADE_TEXTURE_H

#include <stdatomic.h>

#include "image/spectrum.h"
#include "image/texture_image.h"
#include "program/evaluate.h"
#include "shape/ray.h"

#define TEXTURE_MAX_DEPTH 16

/* What of a picture a texture takes; one channel is a grey. */
typedef enum TextureTake { TEXTURE_TAKE_COLORS, TEXTURE_TAKE_ALPHA, TEXTURE_TAKE_RED, TEXTURE_TAKE_GREEN, TEXTURE_TAKE_BLUE } TextureTake;

typedef enum TextureKind {
  TEXTURE_IMAGE,    /* colors, numbers; place: repeats along u and v; mapped: u' = p0 u + s0 v + p2, v' = s1 u + p1 v + s2 */
  TEXTURE_CHECKER,  /* size: edges of a cell */
  TEXTURE_STRIPES,  /* place: direction over the width, so that stripes are 1 wide */
  TEXTURE_BRICKS,   /* a brick, b mortar; size: length and height with a joint, and the joint */
  TEXTURE_GRADIENT, /* place: origin; size: direction over squared length, so that 0..1 lies between the ends */
  TEXTURE_RAMP,     /* amount: what chooses among the stops */
  TEXTURE_BLEND,    /* (1 - amount) a + amount b */
  TEXTURE_SUM,      /* a + b */
  TEXTURE_PRODUCT,  /* a b */
  TEXTURE_PROGRAM,  /* program */
} TextureKind;

/* A constant, or a texture in its place. */
typedef struct TextureInput {
  Spectrum color;
  uint32_t texture; /* NO_ID: the colour */
} TextureInput;

typedef struct RampStop {
  TextureInput color;
  float at;
} RampStop;

typedef struct Texture {
  TextureInput a, b, amount;
  float place[3], size[3];
  uint32_t kind; /* TextureKind */
  uint32_t map;  /* MlTextureMap */
  uint32_t first_stop, stop_count;
  uint32_t wrap, wrap_v, filter;        /* TextureWrap, TextureFilter */
  uint32_t take;                        /* TextureTake */
  uint32_t mapped;                      /* pictures: by the whole of place and size */
  const TextureImage *colors, *numbers; /* TEXTURE_IMAGE: decoded, and as they are in the file */
  const Program *program;
} Texture;

typedef struct Textures {
  const Texture *textures;
  const RampStop *stops;
  uint32_t count, stop_count;
  _Atomic uint64_t *faults; /* by texture, beside the frozen scene: bits of operations at which a program stopped being finite; NULL: nobody asks */
} Textures;

/* Where a texture is looked at: a point of a surface, and the parallelogram about it that the value should be the mean of. */
typedef struct TexturePoint {
  Vec3 p;        /* in the object's own metres, before all placements */
  Vec3 n;        /* unit geometric normal of the front there */
  Vec3 px, py;   /* edges of the footprint; 0: a point */
  float p_error; /* how far p may be from the surface */
  float stretch; /* how far from the surface in the world a metre along n is */
  Vec2 uv, uvx, uvy;
  // For programs that ask (VARIES_POINT): in the scene's own coordinates, not relative to its origin
  Vec3 world, wx, wy; /* wx, wy: edges of the footprint */
  Vec3 normal, view;  /* unit; the shading normal outside, and where it is seen from */
  float thing, part, depth, curvature; /* MlProgramInput: ID, PART, DEPTH, CURVATURE; the last for programs that ask (VARIES_CURVATURE) */
} TexturePoint;

/* ---- means of periodic functions over [x - w/2, x + w/2] */

/* Of the wave that is 1 on [0, 1), -1 on [1, 2), and so on. */
static inline float square_wave_mean(float x, float w) {
  float lo = floor_f(x - 0.5f * w), hi = floor_f(x + 0.5f * w);
  float from = x - 0.5f * w - 2.0f * floor_f(0.5f * lo), to = x + 0.5f * w - 2.0f * floor_f(0.5f * hi);
  if (lo == hi || !(w > 0.0f)) {
    float cell = floor_f(x);
    return cell - 2.0f * floor_f(0.5f * cell) < 1.0f ? 1.0f : -1.0f;
  }
  // Its integral is the triangle wave between 0 and 1
  return clamp_f(((1.0f - abs_f(to - 1.0f)) - (1.0f - abs_f(from - 1.0f))) / w, -1.0f, 1.0f);
}

/* Of the wave that is 1 on [0, high), 0 on [high, 1), and so on. */
static inline float pulse_wave_mean(float x, float w, float high) {
  float lo = x - 0.5f * w, hi = x + 0.5f * w, start = floor_f(lo), end = floor_f(hi);
  lo -= start, hi -= end;
  if ((start == end && (lo < high) == (hi < high)) || !(w > 0.0f)) return x - floor_f(x) < high ? 1.0f : 0.0f;
  return clamp_f(((end - start) * high + min_f(hi, high) - min_f(lo, high)) / w, 0.0f, 1.0f);
}

/* ---- coordinates of patterns */

/* A point of pattern space with the widths of its box. */
typedef struct PatternPoint {
  Vec3 p, w, n;
  float error;
} PatternPoint;

static inline float footprint_width(float x, float y) { return min_f(sqrt_f(x * x + y * y), 1e12f); }

static inline PatternPoint pattern_point(const Texture *texture, const TexturePoint *at) {
  if (texture->map == ML_MAP_UV)
    return (PatternPoint){vec3(at->uv.x, at->uv.y, 0.0f),
                          vec3(footprint_width(at->uvx.x, at->uvy.x), footprint_width(at->uvx.y, at->uvy.y), 0.0f), vec3_all(0.0f), 0.0f};
  PatternPoint point = {at->p, vec3_all(0.0f), at->n, at->p_error};
  for (int i = 0; i < 3; i++) point.w[i] = footprint_width(at->px[i], at->py[i]);
  return point;
}

/* A coordinate in units of cells of the given size along an axis on which the normal has the component n. */
static inline float pattern_inside(float x, float n, float error) { return x - n * (0x1p-10f + 2.0f * error); }

/* How much of a there is: 1 in its cells, 0 in those of b. */
static inline float checker_share(const Texture *texture, const TexturePoint *at) {
  PatternPoint point = pattern_point(texture, at);
  float product = 1.0f;
  for (int i = 0; i < 3; i++) {
    float scale = 1.0f / texture->size[i];
    product *= square_wave_mean(pattern_inside(point.p[i] * scale, point.n[i], point.error * scale), point.w[i] * scale);
  }
  return 0.5f + 0.5f * product;
}

static inline float stripes_share(const Texture *texture, const TexturePoint *at) {
  PatternPoint point = pattern_point(texture, at);
  Vec3 direction = vec3_load(texture->place);
  float scale = length(direction), n = dot(point.n, direction) / scale;
  float width = texture->map == ML_MAP_UV ? footprint_width(direction[0] * at->uvx.x + direction[1] * at->uvx.y,
                                                            direction[0] * at->uvy.x + direction[1] * at->uvy.y)
                                          : footprint_width(dot(direction, at->px), dot(direction, at->py));
  return 0.5f + 0.5f * square_wave_mean(pattern_inside(dot(direction, point.p), n, point.error * scale), width);
}

/* How much of it is brick. Every second row is moved by half a brick; the rows in the box count by their shares. */
static inline float bricks_share(const Texture *texture, const TexturePoint *at) {
  PatternPoint point = pattern_point(texture, at);
  int along = 0, up = 1;
  if (texture->map == ML_MAP_OBJECT) {
    Vec3 n = vec3_abs(point.n);
    int axis = n[0] > n[1] && n[0] > n[2] ? 0 : n[1] > n[2] ? 1 : 2;
    along = axis == 0 ? 2 : 0;
    up = axis == 1 ? 2 : 1;
  }
  float joint = texture->size[2], sx = 1.0f / texture->size[0], sy = 1.0f / texture->size[1];
  float x = (point.p[along] - 0.5f * joint) * sx, y = (point.p[up] - 0.5f * joint) * sy, wx = point.w[along] * sx, wy = point.w[up] * sy;
  float even = 0.5f + 0.5f * square_wave_mean(y, wy), high = 1.0f - joint * sx;
  float row = even > 0.0f ? even * pulse_wave_mean(x, wx, high) : 0.0f;
  if (even < 1.0f) row += (1.0f - even) * pulse_wave_mean(x + 0.5f, wx, high);
  return row * pulse_wave_mean(y, wy, 1.0f - joint * sy);
}

static inline float gradient_share(const Texture *texture, const TexturePoint *at) {
  Vec3 p = texture->map == ML_MAP_UV ? vec3(at->uv.x, at->uv.y, 0.0f) : at->p;
  return clamp_f(dot(p - vec3_load(texture->place), vec3_load(texture->size)), 0.0f, 1.0f);
}

static inline Spectrum texel_take(Texel texel, TextureTake take) {
  switch (take) {
  case TEXTURE_TAKE_COLORS: break;
  case TEXTURE_TAKE_ALPHA: return spectrum_all(texel.alpha);
  case TEXTURE_TAKE_RED: return spectrum_all(spectrum_to_vec3(texel.color)[0]);
  case TEXTURE_TAKE_GREEN: return spectrum_all(spectrum_to_vec3(texel.color)[1]);
  case TEXTURE_TAKE_BLUE: return spectrum_all(spectrum_to_vec3(texel.color)[2]);
  }
  return texel.color;
}

static inline Spectrum image_eval(const Texture *texture, const TexturePoint *at, bool number) {
  float su = texture->place[0], sv = texture->place[1];
  Vec2 uv = {su * at->uv.x, sv * at->uv.y};
  Vec2 size = {su * footprint_width(at->uvx.x, at->uvy.x), sv * footprint_width(at->uvx.y, at->uvy.y)};
  if (texture->mapped != 0) {
    const float *p = texture->place, *s = texture->size;
    uv = (Vec2){p[0] * at->uv.x + s[0] * at->uv.y + p[2], s[1] * at->uv.x + p[1] * at->uv.y + s[2]};
    size.x = footprint_width(p[0] * at->uvx.x + s[0] * at->uvx.y, p[0] * at->uvy.x + s[0] * at->uvy.y);
    size.y = footprint_width(s[1] * at->uvx.x + p[1] * at->uvx.y, s[1] * at->uvy.x + p[1] * at->uvy.y);
  }
  Texel texel = texture_image_lookup(number ? texture->numbers : texture->colors, uv, size, (TextureWrap)texture->wrap,
                                     (TextureWrap)texture->wrap_v, (TextureFilter)texture->filter);
  return texel_take(texel, (TextureTake)texture->take);
}

/* ---- evaluation */

static inline Spectrum texture_eval(const Textures *textures, uint32_t id, const TexturePoint *at, bool number);

static inline Spectrum texture_input_eval(const Textures *textures, const TextureInput *input, const TexturePoint *at, bool number) {
  return input->texture == NO_ID ? input->color : texture_eval(textures, input->texture, at, number);
}
static inline float texture_input_number(const Textures *textures, const TextureInput *input, const TexturePoint *at) {
  return spectrum_luminance(texture_input_eval(textures, input, at, true));
}

/* share 1 is a, exactly; inputs that have no share are not looked at. */
static inline Spectrum texture_blend(const Textures *textures, const TextureInput *a, const TextureInput *b, float share,
                                     const TexturePoint *at, bool number) {
  if (share >= 1.0f) return texture_input_eval(textures, a, at, number);
  if (!(share > 0.0f)) return texture_input_eval(textures, b, at, number);
  return share * texture_input_eval(textures, a, at, number) + (1.0f - share) * texture_input_eval(textures, b, at, number);
}

static inline Spectrum ramp_eval(const Textures *textures, const Texture *texture, const TexturePoint *at, bool number) {
  const RampStop *stops = textures->stops + texture->first_stop;
  float x = texture_input_number(textures, &texture->amount, at);
  uint32_t i = 0;
  while (i < texture->stop_count && x >= stops[i].at) i++;
  if (i == 0) return texture_input_eval(textures, &stops[0].color, at, number);
  if (i == texture->stop_count) return texture_input_eval(textures, &stops[i - 1].color, at, number);
  float t = (x - stops[i - 1].at) / (stops[i].at - stops[i - 1].at);
  return texture_blend(textures, &stops[i - 1].color, &stops[i].color, 1.0f - t, at, number);
}

/* ---- programs */

/* The geometric mean of a footprint's edges. */
static inline float footprint_size(Vec3 x, Vec3 y) { return sqrt_f(sqrt_f(min_f(dot(x, x), 1e18f) * min_f(dot(y, y), 1e18f))); }
static inline float footprint_size_uv(Vec2 x, Vec2 y) { return footprint_size(vec3(x.x, x.y, 0.0f), vec3(y.x, y.y, 0.0f)); }

typedef struct ProgramTextures {
  const Textures *textures;
  const TexturePoint *at;
} ProgramTextures;

/* ProgramTexture. */
static inline Vec3 program_look_at(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  const ProgramTextures *looked = ud;
  const bool number = (data & ML_TEXTURE_NUMBER) != 0;
  const uint32_t id = (data & ~ML_TEXTURE_NUMBER) - 1;
  Spectrum value;
  if (of == 0) {
    value = texture_eval(looked->textures, id, looked->at, number);
  } else {
    TexturePoint there = *looked->at;
    there.p = vec3(place[0], place[1], of == 3 ? place[2] : 0.0f);
    there.px = vec3(width, 0.0f, 0.0f);
    there.py = vec3(0.0f, width, 0.0f);
    there.p_error = 0.0f;
    there.uv = (Vec2){place[0], place[1]};
    there.uvx = (Vec2){width, 0.0f};
    there.uvy = (Vec2){0.0f, width};
    value = texture_eval(looked->textures, id, &there, number);
  }
  return number ? program_number(spectrum_luminance(value)) : spectrum_to_vec3(value);
}

/* Notes at which operation a program stopped being finite. Seldom called, and no pixel depends on it. */
static __attribute__((noinline, cold, unused)) void program_note_fault(const Textures *textures, uint32_t id, const ProgramPoint *point,
                                                                       const ProgramTextures *looked) {
  if (textures->faults == NULL) return;
  const uint64_t bit = 1ull << program_first_fault(textures->textures[id].program, point, program_look_at, looked);
  _Atomic uint64_t *fault = &textures->faults[id];
  if (!(atomic_load_explicit(fault, memory_order_relaxed) & bit)) atomic_fetch_or_explicit(fault, bit, memory_order_relaxed);
}

static __attribute__((noinline, unused)) Spectrum program_texture_eval(const Textures *textures, uint32_t id, const TexturePoint *at) {
  const Program *program = textures->textures[id].program;
  ProgramPoint point;
  const uint32_t reads = program->inputs;
#define GIVE(input, value)                                                                                                                 \
  if (reads & 1u << (input)) point.inputs[input] = (value)
  GIVE(ML_INPUT_P, at->p);
  GIVE(ML_INPUT_WORLD, at->world);
  GIVE(ML_INPUT_N, at->normal);
  GIVE(ML_INPUT_VIEW, at->view);
  GIVE(ML_INPUT_UV, vec3(at->uv.x, at->uv.y, 0.0f));
  GIVE(ML_INPUT_FACING, program_number(min_f(abs_dot(at->normal, at->view), 1.0f)));
  GIVE(ML_INPUT_ID, program_number(at->thing));
  GIVE(ML_INPUT_PART, program_number(at->part));
  GIVE(ML_INPUT_DEPTH, program_number(at->depth));
  GIVE(ML_INPUT_CURVATURE, program_number(at->curvature));
  GIVE(INPUT_P_WIDTH, program_number(footprint_size(at->px, at->py)));
  GIVE(INPUT_WORLD_WIDTH, program_number(footprint_size(at->wx, at->wy)));
  GIVE(INPUT_UV_WIDTH, program_number(footprint_size_uv(at->uvx, at->uvy)));
#undef GIVE
  const ProgramTextures looked = {textures, at};
  Vec3 value = program_evaluate(program, &point, program_look_at, &looked);
  if (program->width == 1) value = vec3_all(value[0]);
  if (!vec3_is_finite(value)) program_note_fault(textures, id, &point, &looked);
  // What is not a number is nothing
  return (Spectrum){value[0] == value[0] ? clamp_f(value[0], -1e30f, 1e30f) : 0.0f,
                    value[1] == value[1] ? clamp_f(value[1], -1e30f, 1e30f) : 0.0f,
                    value[2] == value[2] ? clamp_f(value[2], -1e30f, 1e30f) : 0.0f, 0.0f};
}

/* The texture's mean over the footprint. number: it is wanted as one, so that pictures are not decoded. Finite; negative only of programs. */
static inline Spectrum texture_eval(const Textures *textures, uint32_t id, const TexturePoint *at, bool number) {
  const Texture *texture = &textures->textures[id];
  float share = 1.0f;
  switch ((TextureKind)texture->kind) {
  case TEXTURE_IMAGE: return image_eval(texture, at, number);
  case TEXTURE_CHECKER: share = checker_share(texture, at); break;
  case TEXTURE_STRIPES: share = stripes_share(texture, at); break;
  case TEXTURE_BRICKS: share = bricks_share(texture, at); break;
  case TEXTURE_GRADIENT: share = 1.0f - gradient_share(texture, at); break;
  case TEXTURE_BLEND: share = 1.0f - clamp_f(texture_input_number(textures, &texture->amount, at), 0.0f, 1.0f); break;
  case TEXTURE_RAMP: return ramp_eval(textures, texture, at, number);
  case TEXTURE_SUM: return texture_input_eval(textures, &texture->a, at, number) + texture_input_eval(textures, &texture->b, at, number);
  case TEXTURE_PRODUCT:
    return texture_input_eval(textures, &texture->a, at, number) * texture_input_eval(textures, &texture->b, at, number);
  case TEXTURE_PROGRAM: return program_texture_eval(textures, id, at);
  }
  return texture_blend(textures, &texture->a, &texture->b, share, at, number);
}

/* As a number: its luminance. */
static inline float texture_number(const Textures *textures, uint32_t id, const TexturePoint *at) {
  return spectrum_luminance(texture_eval(textures, id, at, true));
}

#endif
