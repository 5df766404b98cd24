/* texture_image.h - a picture as scenes use it: mip levels in one frozen block, looked up with a footprint in the per-ray code.
 *
 * Level 0 is the picture; each further level is half as large (rounded down, at least 1), down to one texel. Levels are made by the exact
 * box over the whole picture in linear light, so every level has the same mean (odd sizes: a texel counts to both neighbours by its
 * parts). Texels are 8-bit codes with a table of what they stand for, or floats. Alpha is kept as it is: it neither weighs the colours
 * nor is it decoded.
 *
 * Coordinates: u runs right, v up; (0, 0) is the picture's lower left corner, (1, 1) its upper right one, texel centres lie at
 * ((x + 1/2) / width, 1 - (y + 1/2) / height). Rows are stored top first. The same bits on every platform; any thread. */
#ifndef ML_IMAGE_TEXTURE_IMAGE_H
#define ML_IMAGE_TEXTURE_IMAGE_H

#include "image/spectrum.h"
#include "math/vec.h"

#define TEXTURE_MAX_SIDE 65535u
#define TEXTURE_MAX_LEVELS 16 /* of 65535 texels: 65535, 32767, ..., 1 */

typedef enum TextureWrap {
  TEXTURE_REPEAT,
  TEXTURE_MIRROR, /* every other repeat is turned over */
  TEXTURE_CLAMP,  /* the border goes on */
  TEXTURE_BLACK,  /* outside there is nothing: black, alpha 0 */
} TextureWrap;

typedef enum TextureFilter {
  TEXTURE_TRILINEAR, /* by footprint, between two levels */
  TEXTURE_BILINEAR,  /* level 0 */
  TEXTURE_NEAREST,   /* the texel of level 0 that the point is in */
} TextureFilter;

typedef enum TexelKind { TEXEL_CODE8 /* r g b a bytes */, TEXEL_FLOAT3, TEXEL_FLOAT4 } TexelKind;

typedef struct TextureImage {
  uint64_t bytes;    /* of the whole block, which begins with this struct */
  uint64_t hash;     /* of the file's bytes and the colour space */
  uint64_t check[2]; /* two more such: what they stand for is not kept */
  uint32_t width, height, level_count;
  uint32_t kind;                          /* TexelKind */
  uint32_t channels;                      /* of the file: 1 grey, 2 grey and alpha, 3, 4 */
  uint32_t srgb;                          /* its codes were taken as sRGB; texels are linear all the same */
  uint32_t has_alpha;                     /* some texel of level 0 is not opaque */
  float decode[256];                      /* of TEXEL_CODE8: linear value of each code */
  const void *levels[TEXTURE_MAX_LEVELS]; /* rows without padding, 64 bytes aligned */
} TextureImage;

/* What is looked up: linear Rec.709 and the alpha beside it (1: opaque). */
typedef struct Texel {
  Spectrum color;
  float alpha;
} Texel;

typedef float TexelLanes __attribute__((vector_size(16))); /* r g b alpha */

static inline uint32_t texture_level_width(const TextureImage *image, uint32_t level) {
  return image->width >> level != 0 ? image->width >> level : 1;
}
static inline uint32_t texture_level_height(const TextureImage *image, uint32_t level) {
  return image->height >> level != 0 ? image->height >> level : 1;
}

/* x < the level's width, y (from the top) < its height. */
static inline TexelLanes texture_image_lanes(const TextureImage *image, uint32_t level, uint32_t x, uint32_t y) {
  size_t at = (size_t)y * texture_level_width(image, level) + x;
  switch ((TexelKind)image->kind) {
  case TEXEL_CODE8: {
    const uint8_t *codes = (const uint8_t *)image->levels[level] + 4 * at;
    return (TexelLanes){image->decode[codes[0]], image->decode[codes[1]], image->decode[codes[2]], (float)codes[3] * (1.0f / 255.0f)};
  }
  case TEXEL_FLOAT3: {
    const float *p = (const float *)image->levels[level] + 3 * at;
    return (TexelLanes){p[0], p[1], p[2], 1.0f};
  }
  case TEXEL_FLOAT4: {
    const float *p = (const float *)image->levels[level] + 4 * at;
    return (TexelLanes){p[0], p[1], p[2], p[3]};
  }
  }
  return (TexelLanes){0};
}

static inline Texel texel_from_lanes(TexelLanes t) { return (Texel){spectrum_from_vec3(vec3(t[0], t[1], t[2])), t[3]}; }

static inline Texel texture_image_texel(const TextureImage *image, uint32_t level, uint32_t x, uint32_t y) {
  return texel_from_lanes(texture_image_lanes(image, level, x, y));
}

/* The mean of the whole picture. */
static inline Texel texture_image_mean(const TextureImage *image) { return texture_image_texel(image, image->level_count - 1, 0, 0); }

/* A coordinate brought to where its texels are: [0, 1], for TEXTURE_BLACK [-1, 2]. NaN and infinity become 0. */
static inline float texture_wrap_coordinate(float t, TextureWrap wrap) {
  if (!(abs_f(t) < 0x1p23f)) return 0.0f; /* from here on there is nothing behind the point */
  switch (wrap) {
  case TEXTURE_REPEAT: return t - floor_f(t);
  case TEXTURE_MIRROR: {
    float two = t - 2.0f * floor_f(0.5f * t);
    return two > 1.0f ? 2.0f - two : two;
  }
  case TEXTURE_CLAMP: return clamp_f(t, 0.0f, 1.0f);
  case TEXTURE_BLACK: return clamp_f(t, -1.0f, 2.0f);
  }
  return 0.0f;
}

/* A texel's index, at most one beyond [0, size) but for TEXTURE_BLACK, brought inside; false: nothing is there. */
static inline bool texture_wrap_index(int32_t i, uint32_t size, TextureWrap wrap, uint32_t *out) {
  bool inside = i >= 0 && i < (int32_t)size;
  uint32_t nearest = i < 0 ? 0 : size - 1; /* the border, and what is beside it in a mirror */
  if (wrap == TEXTURE_REPEAT) nearest = size - 1 - nearest;
  *out = inside ? (uint32_t)i : nearest;
  return inside || wrap != TEXTURE_BLACK;
}

static inline TexelLanes texture_image_at(const TextureImage *image, uint32_t level, int32_t x, int32_t y, TextureWrap wrap_u,
                                          TextureWrap wrap_v) {
  uint32_t column, row;
  bool there = texture_wrap_index(x, texture_level_width(image, level), wrap_u, &column);
  there = texture_wrap_index(y, texture_level_height(image, level), wrap_v, &row) && there;
  return there ? texture_image_lanes(image, level, column, row) : (TexelLanes){0};
}

/* u, v as texture_wrap_coordinate gives them. */
static inline TexelLanes texture_image_bilinear(const TextureImage *image, uint32_t level, float u, float v, TextureWrap wrap_u,
                                                TextureWrap wrap_v) {
  float x = u * (float)texture_level_width(image, level) - 0.5f, y = (1.0f - v) * (float)texture_level_height(image, level) - 0.5f;
  float left = floor_f(x), top = floor_f(y), s = x - left, t = y - top;
  int32_t i = (int32_t)left, j = (int32_t)top;
  TexelLanes a = texture_image_at(image, level, i, j, wrap_u, wrap_v), b = texture_image_at(image, level, i + 1, j, wrap_u, wrap_v);
  TexelLanes c = texture_image_at(image, level, i, j + 1, wrap_u, wrap_v);
  TexelLanes d = texture_image_at(image, level, i + 1, j + 1, wrap_u, wrap_v);
  a = a + (b - a) * s; // exact for equal neighbours
  c = c + (d - c) * s;
  return a + (c - a) * t;
}

/* footprint: how much of u and of v the lookup is to cover (diameters, any sign). The larger of both in texels decides the level: d
 * texels across is level log2 d, by the straight line between powers of two, which is within .09 of it. */
static inline Texel texture_image_lookup(const TextureImage *image, Vec2 uv, Vec2 footprint, TextureWrap wrap_u, TextureWrap wrap_v,
                                         TextureFilter filter) {
  float u = texture_wrap_coordinate(uv.x, wrap_u), v = texture_wrap_coordinate(uv.y, wrap_v);
  if (filter == TEXTURE_NEAREST) {
    float x = floor_f(u * (float)image->width), y = floor_f((1.0f - v) * (float)image->height);
    return texel_from_lanes(texture_image_at(image, 0, (int32_t)x, (int32_t)y, wrap_u, wrap_v));
  }
  float across = max_f(abs_f(footprint.x) * (float)image->width, abs_f(footprint.y) * (float)image->height);
  if (filter == TEXTURE_BILINEAR || !(across > 1.0f)) return texel_from_lanes(texture_image_bilinear(image, 0, u, v, wrap_u, wrap_v));
  uint32_t bits = float_bits(across), level = (bits >> 23) - 127, last = image->level_count - 1;
  if (level >= last) return texel_from_lanes(texture_image_bilinear(image, last, u, v, wrap_u, wrap_v));
  float part = bits_float((bits & 0x7fffffu) | 0x3f800000u) - 1.0f;
  TexelLanes fine = texture_image_bilinear(image, level, u, v, wrap_u, wrap_v);
  TexelLanes coarse = texture_image_bilinear(image, level + 1, u, v, wrap_u, wrap_v);
  return texel_from_lanes(fine + (coarse - fine) * part);
}

#endif
