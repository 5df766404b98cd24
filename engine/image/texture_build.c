/* texture_build.c - decoded samples to texels, mip levels by the exact box in linear light, one page-aligned block.
 *
 * 8-bit files stay 8-bit on every level: a level's mean is rounded to the nearest code in linear light, halves up, but the next level is
 * made of the means before rounding. All arithmetic is float (or, for the tables, double) in a fixed order. */
#include "image/texture_build.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "image/read.h"
#include "math/ieee.h"

#define LARGEST_TEXEL 0x1p64f /* brighter is cut: sums and products of texels stay finite */

void texture_image_identify(const void *bytes, size_t count, MlColorSpace space, TextureImage *out) {
  // Seeds apart from those of geometry
  out->hash = hash_bytes(bytes, count, 16 + (uint64_t)space);
  for (int i = 0; i < 2; i++) out->check[i] = hash_bytes(bytes, count, out->hash + 1 + (uint64_t)i);
}

bool texture_image_same(const TextureImage *a, const TextureImage *b) {
  return a->hash == b->hash && a->check[0] == b->check[0] && a->check[1] == b->check[1];
}

/* ---- the block */

static size_t texel_bytes(TexelKind kind) { return kind == TEXEL_CODE8 ? 4 : kind == TEXEL_FLOAT3 ? 12 : 16; }

/* Sizes and kind from the head; offsets of the levels, and the block's bytes. */
static uint64_t lay_out(const ImageHead *head, TextureImage *image, uint64_t offsets[TEXTURE_MAX_LEVELS]) {
  image->width = head->width;
  image->height = head->height;
  image->channels = head->channels;
  image->kind = head->sample == SAMPLE_U8 ? TEXEL_CODE8 : head->channels % 2 == 0 ? TEXEL_FLOAT4 : TEXEL_FLOAT3;
  uint64_t bytes = (sizeof *image + 63) / 64 * 64;
  uint32_t level = 0;
  for (uint32_t side = head->width > head->height ? head->width : head->height; side != 0; side >>= 1, level++) {
    offsets[level] = bytes;
    uint64_t texels = (uint64_t)texture_level_width(image, level) * texture_level_height(image, level);
    bytes += (texels * texel_bytes((TexelKind)image->kind) + 63) / 64 * 64;
  }
  image->level_count = level;
  return bytes;
}

/* ---- level 0 */

static void fill_codes(const RawImage *raw, uint8_t *out, TextureImage *image) {
  const uint32_t channels = raw->head.channels;
  const uint64_t count = (uint64_t)raw->head.width * raw->head.height;
  const uint8_t *in = raw->samples;
  for (uint64_t i = 0; i < count; i++, in += channels, out += 4) {
    const bool grey = channels < 3;
    out[0] = in[0], out[1] = in[grey ? 0 : 1], out[2] = in[grey ? 0 : 2];
    out[3] = channels % 2 == 0 ? in[channels - 1] : 255;
    if (out[3] != 255) image->has_alpha = true;
  }
}

/* table: linear value of each 16-bit code; NULL for floats. */
static void fill_floats(const RawImage *raw, const float *table, float *out, TextureImage *image) {
  const uint32_t channels = raw->head.channels, width = image->kind == TEXEL_FLOAT4 ? 4 : 3;
  const uint64_t count = (uint64_t)raw->head.width * raw->head.height;
  for (uint64_t i = 0; i < count; i++, out += width) {
    for (uint32_t c = 0; c < 3; c++) {
      const uint64_t at = i * channels + (channels < 3 ? 0 : c);
      if (table != NULL) {
        out[c] = table[((const uint16_t *)raw->samples)[at]];
      } else {
        float value = clamp_f(((const float *)raw->samples)[at], 0.0f, LARGEST_TEXEL);
        out[c] = image->srgb ? min_f((float)ml_srgb_decode((double)value), LARGEST_TEXEL) : value;
      }
    }
    if (width == 3) continue;
    out[3] = (float)((const uint16_t *)raw->samples)[i * channels + channels - 1] / 65535.0f; // floats come without alpha
    if (out[3] != 1.0f) image->has_alpha = true;
  }
}

static MlStatus fill(Memory *memory, const RawImage *raw, TextureImage *image, void *level, MlError *error) {
  const bool srgb = image->srgb;
  for (int i = 0; i < 256; i++) image->decode[i] = (float)(srgb ? ml_srgb_decode(i / 255.0) : i / 255.0);
  if (raw->head.sample == SAMPLE_U8) {
    fill_codes(raw, level, image);
    return ML_OK;
  }
  float *table = NULL;
  const size_t table_bytes = 65536 * sizeof *table;
  if (raw->head.sample == SAMPLE_U16) {
    table = memory_alloc(memory, table_bytes, 16);
    if (table == NULL) return memory_error(memory, table_bytes, "a table of 16-bit colours", error);
    for (int i = 0; i < 65536; i++) table[i] = (float)(srgb ? ml_srgb_decode(i / 65535.0) : i / 65535.0);
  }
  fill_floats(raw, table, level, image);
  memory_free(memory, table, table_bytes);
  return ML_OK;
}

/* ---- the other levels */

/* Where texel i of `to` = max(1, from / 2) comes from: the middle of up to three texels and the parts of the outer two. The box of an odd
 * number of texels is cut where it falls; written about the middle, equal texels give exactly themselves. */
typedef struct Box {
  uint32_t first, middle, last;
  float of_first, of_last;
} Box;

static Box box_of(uint32_t i, uint32_t from) {
  if (from == 1) return (Box){0, 0, 0, 0.0f, 0.0f};
  if (from % 2 == 0) return (Box){2 * i, 2 * i, 2 * i + 1, 0.0f, 0.5f};
  const float size = (float)from;
  return (Box){2 * i, 2 * i + 1, 2 * i + 2, (float)(from / 2 - i) / size, (float)(i + 1) / size};
}

static TexelLanes blend(const Box *box, TexelLanes first, TexelLanes middle, TexelLanes last) {
  return middle + (first - middle) * box->of_first + (last - middle) * box->of_last;
}

/* The means before rounding are read where there are some (`means`), else the level itself. */
static TexelLanes fetch(const TextureImage *image, const TexelLanes *means, uint32_t level, uint32_t x, uint32_t y) {
  return means != NULL ? means[(size_t)y * texture_level_width(image, level) + x] : texture_image_lanes(image, level, x, y);
}

static TexelLanes mean_of(const TextureImage *image, const TexelLanes *means, uint32_t level, const Box *across, const Box *down) {
  TexelLanes rows[3];
  const uint32_t ys[3] = {down->first, down->middle, down->last};
  for (int i = 0; i < 3; i++) {
    if (i > 0 && ys[i] == ys[i - 1]) {
      rows[i] = rows[i - 1];
      continue;
    }
    TexelLanes middle = fetch(image, means, level, across->middle, ys[i]);
    TexelLanes first = across->of_first != 0.0f ? fetch(image, means, level, across->first, ys[i]) : middle;
    TexelLanes last = across->of_last != 0.0f ? fetch(image, means, level, across->last, ys[i]) : middle;
    rows[i] = blend(across, first, middle, last);
  }
  return blend(down, rows[0], rows[1], rows[2]);
}

/* The code whose linear value is nearest; halves up. */
static uint8_t nearest_code(const float *decode, float value) {
  uint32_t code = 0;
  for (uint32_t step = 128; step != 0; step >>= 1)
    if (value >= 0.5f * (decode[code + step - 1] + decode[code + step])) code += step;
  return (uint8_t)code;
}

static void store(const TextureImage *image, void *level, size_t at, TexelLanes t) {
  if (image->kind == TEXEL_CODE8) {
    uint8_t *p = (uint8_t *)level + 4 * at;
    for (int c = 0; c < 3; c++) p[c] = nearest_code(image->decode, t[c]);
    p[3] = (uint8_t)(clamp_f(t[3], 0.0f, 1.0f) * 255.0f + 0.5f);
  } else {
    const uint32_t width = image->kind == TEXEL_FLOAT4 ? 4 : 3;
    float *p = (float *)level + width * at;
    for (uint32_t c = 0; c < width; c++) p[c] = t[c];
  }
}

/* Bytes for the means of levels 1 and 2, and of all further ones in turn. */
static uint64_t means_bytes(const TextureImage *image, uint32_t level) {
  if (image->kind != TEXEL_CODE8 || level >= image->level_count) return 0;
  return (uint64_t)texture_level_width(image, level) * texture_level_height(image, level) * sizeof(TexelLanes);
}

static MlStatus make_levels(Memory *memory, TextureImage *image, MlError *error) {
  const uint64_t odd = means_bytes(image, 1), wanted = odd + means_bytes(image, 2);
  size_t size;
  TexelLanes *scratch = wanted != 0 && size_multiply(wanted, 1, &size) ? memory_alloc(memory, size, 16) : NULL;
  if (wanted != 0 && scratch == NULL) return memory_error(memory, wanted, "smaller copies of a picture", error);
  const TexelLanes *means = NULL;
  for (uint32_t level = 1; level < image->level_count; level++) {
    const uint32_t width = texture_level_width(image, level), height = texture_level_height(image, level);
    TexelLanes *next = scratch == NULL ? NULL : level % 2 == 1 ? scratch : scratch + odd / sizeof *scratch;
    for (uint32_t y = 0; y < height; y++) {
      const Box down = box_of(y, texture_level_height(image, level - 1));
      for (uint32_t x = 0; x < width; x++) {
        const Box across = box_of(x, texture_level_width(image, level - 1));
        const TexelLanes mean = mean_of(image, means, level - 1, &across, &down);
        const size_t at = (size_t)y * width + x;
        if (next != NULL) next[at] = mean;
        store(image, (void *)image->levels[level], at, mean);
      }
    }
    means = next;
  }
  if (scratch != NULL) memory_free(memory, scratch, size);
  return ML_OK;
}

/* ---- the interface */

static MlStatus check_memory(Memory *memory, const ImageHead *head, uint64_t needed, MlError *error) {
  // What the cache gives up on demand counts as free: asked for by a try, which is cheap where pages come untouched
  const uint64_t used = atomic_load(&memory->used);
  if (needed <= memory->cap - (used < memory->cap ? used : memory->cap)) return ML_OK;
  size_t size;
  void *probe = size_multiply(needed, 1, &size) ? memory_pages_alloc(memory, size) : NULL;
  if (probe == NULL) {
    return error_set(error, ML_ERROR_MEMORY, "a %s of %u x %u pixels takes %llu MB to read, of %llu MB %llu are in use",
                     image_file_name(head->file), head->width, head->height, (unsigned long long)(needed >> 20),
                     (unsigned long long)(memory->cap >> 20), (unsigned long long)(used >> 20));
  }
  memory_pages_free(memory, probe, size);
  return ML_OK;
}

/* Everything into a block that is zero but for its head. */
static MlStatus build(Memory *memory, const void *bytes, size_t count, const ImageHead *head, TextureImage *image, MlError *error) {
  RawImage raw;
  TRY(image_read(memory, bytes, count, head, &raw, error));
  MlStatus status = fill(memory, &raw, image, (void *)image->levels[0], error);
  image_raw_free(memory, &raw);
  TRY(status);
  return make_levels(memory, image, error);
}

MlStatus texture_image_create(Memory *memory, const void *bytes, size_t count, MlColorSpace space, TextureImage **out, MlError *error) {
  *out = NULL;
  ImageHead head;
  TRY(image_read_head(bytes, count, &head, error));
  TextureImage content = {0};
  uint64_t offsets[TEXTURE_MAX_LEVELS];
  texture_image_identify(bytes, count, space, &content);
  const uint64_t block = lay_out(&head, &content, offsets), scratch = means_bytes(&content, 1) + means_bytes(&content, 2);
  TRY(check_memory(memory, &head, block + (head.work > scratch ? head.work : scratch), error));

  size_t size;
  TextureImage *image = size_multiply(block, 1, &size) ? memory_pages_alloc(memory, size) : NULL;
  if (image == NULL) return memory_error(memory, block, "a picture", error);
  *image = content;
  image->bytes = block;
  for (uint32_t i = 0; i < image->level_count; i++) image->levels[i] = (const char *)image + offsets[i];
  const bool srgb = space == ML_COLOR_SRGB || (space == ML_COLOR_AUTO && head.sample != SAMPLE_F32);
  image->srgb = srgb;
  MlStatus status = build(memory, bytes, count, &head, image, error);
  if (status != ML_OK) {
    memory_pages_free(memory, image, size);
    return status;
  }
  memory_pages_protect(image, size);
  *out = image;
  return ML_OK;
}

void texture_image_free(Memory *memory, TextureImage *image) {
  size_t size = (size_t)image->bytes;
  memory_pages_unprotect(image, size);
  memory_pages_free(memory, image, size);
}
