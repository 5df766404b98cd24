/* test_image_texture.c - pictures as textures: colour, levels, filters, wrapping, and as assets of builders and scenes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "image/texture_build.h"
#include "image/write.h"
#include "picture_files.h"

/* A png of 8-bit colours from a function of the place. */
typedef struct Drawing {
  uint32_t width, height;
  uint8_t (*code)(uint32_t x, uint32_t y, uint32_t c);
} Drawing;

static void drawing_bytes(void *ud, uint32_t y, uint8_t *rgb) {
  const Drawing *d = ud;
  for (uint32_t i = 0; i < 3 * d->width; i++) rgb[i] = d->code(i / 3, y, i % 3);
}
static void drawing_floats(void *ud, uint32_t y, float *rgb) {
  const Drawing *d = ud;
  for (uint32_t i = 0; i < 3 * d->width; i++) rgb[i] = (float)d->code(i / 3, y, i % 3);
}

static Memory memory;
static void memory_fresh(void) { memory_init(&memory, NULL, 1u << 30); }

static Bytes drawn(const Drawing *d, MlImageFormat format) {
  Bytes file = {0};
  const MlSink sink = bytes_sink(&file);
  const ImageSource source = {d->width, d->height, drawing_bytes, drawing_floats, (void *)d};
  assert_int_equal(image_write(&memory, format, &source, &sink, NULL), ML_OK);
  return file;
}

static TextureImage *texture_of(Bytes file, MlColorSpace space) {
  TextureImage *image;
  MlError error = {0};
  if (texture_image_create(&memory, file.data, file.count, space, &image, &error) != ML_OK) fail_msg("%s", error.message);
  bytes_free(&file);
  return image;
}
static TextureImage *texture_drawn(uint32_t width, uint32_t height, uint8_t (*code)(uint32_t, uint32_t, uint32_t), MlColorSpace space) {
  return texture_of(drawn(&(Drawing){width, height, code}, ML_IMAGE_PNG), space);
}

static float red(Texel t) {
  float rgb[3];
  spectrum_store(rgb, t.color);
  return rgb[0];
}
static float look(const TextureImage *image, float u, float v, float footprint, TextureWrap wrap, TextureFilter filter) {
  return red(texture_image_lookup(image, (Vec2){u, v}, (Vec2){footprint, footprint}, wrap, wrap, filter));
}

/* ---- colour */

static uint8_t all_188(uint32_t x, uint32_t y, uint32_t c) { return (void)x, (void)y, (void)c, 188; }

static void test_colour_space(void **state) {
  (void)state;
  memory_fresh();
  TextureImage *srgb = texture_drawn(3, 2, all_188, ML_COLOR_AUTO), *linear = texture_drawn(3, 2, all_188, ML_COLOR_LINEAR);
  for (int i = 0; i < 40; i++) {
    const float u = (float)i * 0.11f - 2.0f, footprint = (float)i * 0.05f;
    const float value = look(srgb, u, u, footprint, TEXTURE_REPEAT, TEXTURE_TRILINEAR);
    assert_float_equal(value, 0.502886f, 1e-6f);
    assert_true(value == (float)ml_srgb_decode(188 / 255.0)); // exactly: equal texels are not changed by filtering
    assert_true(look(linear, u, u, footprint, TEXTURE_MIRROR, TEXTURE_TRILINEAR) == (float)(188 / 255.0));
  }
  texture_image_free(&memory, srgb), texture_image_free(&memory, linear);
  // 16 bits keep their 16 bits, decoded
  const PngKind deep = {17, 9, 16, 2, false, true};
  TextureImage *image = texture_of(png_file(&deep), ML_COLOR_AUTO);
  assert_int_equal(image->kind, TEXEL_FLOAT4);
  assert_true(image->has_alpha);
  for (uint32_t y = 0; y < 9; y++)
    for (uint32_t x = 0; x < 17; x++) {
      const Texel t = texture_image_texel(image, 0, x, y);
      assert_true(red(t) == (float)ml_srgb_decode(picture_value(x, y, 0) / 65535.0));
      assert_true(t.alpha == (png_expected(&deep, x, y, 3) ? 1.0f : 0.0f));
    }
  texture_image_free(&memory, image);
  // hdr is linear, and srgb where that is asked for
  const Drawing flat = {4, 4, all_188};
  image = texture_of(drawn(&flat, ML_IMAGE_HDR), ML_COLOR_AUTO);
  assert_int_equal(image->kind, TEXEL_FLOAT3);
  assert_true(red(texture_image_mean(image)) == 188.0f);
  texture_image_free(&memory, image);
  assert_int_equal(memory.used, 0);
}

/* ---- levels */

static uint8_t noise(uint32_t x, uint32_t y, uint32_t c) { return (uint8_t)picture_mix(x + 1000 * y + c); }
static uint8_t black_white(uint32_t x, uint32_t y, uint32_t c) { return (void)c, (x + y) % 2 ? 255 : 0; }

/* The mean of level 0 in linear light, by the last level; its error is half a code's step. */
static void test_levels(void **state) {
  (void)state;
  memory_fresh();
  static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {3, 3}, {5, 7}, {16, 16}, {33, 9}, {640, 1}, {100, 63}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (int hdr = 0; hdr < 2; hdr++) {
      const Drawing drawing = {sizes[i][0], sizes[i][1], noise};
      TextureImage *image = texture_of(drawn(&drawing, hdr ? ML_IMAGE_HDR : ML_IMAGE_PNG), ML_COLOR_AUTO);
      double sum = 0;
      for (uint32_t y = 0; y < drawing.height; y++)
        for (uint32_t x = 0; x < drawing.width; x++) sum += (double)red(texture_image_texel(image, 0, x, y));
      const double mean = sum / drawing.width / drawing.height;
      const uint32_t last = image->level_count - 1;
      assert_int_equal(texture_level_width(image, last), 1);
      assert_int_equal(texture_level_height(image, last), 1);
      assert_float_equal(red(texture_image_mean(image)), (float)mean, (hdr ? 1e-5f * (float)mean : 0.0045f));
      texture_image_free(&memory, image);
    }
  // Black and white make half of the light, not half of the code: 188
  TextureImage *image = texture_drawn(64, 64, black_white, ML_COLOR_AUTO);
  for (uint32_t level = 1; level < image->level_count; level++) assert_int_equal(((const uint8_t *)image->levels[level])[0], 188);
  texture_image_free(&memory, image);
  // The largest side has as many levels as there is room for
  const Drawing wide = {65535, 1, noise};
  image = texture_of(drawn(&wide, ML_IMAGE_HDR), ML_COLOR_AUTO);
  assert_int_equal(image->level_count, TEXTURE_MAX_LEVELS);
  texture_image_free(&memory, image);
  assert_int_equal(memory.used, 0);
}

/* ---- lookups */

static uint8_t columns(uint32_t x, uint32_t y, uint32_t c) { return (uint8_t)(10 * x + 100 * y + (c ? 0 : 10)); }

static void test_places(void **state) {
  (void)state;
  memory_fresh();
  TextureImage *image = texture_drawn(4, 2, columns, ML_COLOR_LINEAR); // red: 10 20 30 40 above 110 120 130 140
  static const struct {
    float u, v;
    TextureWrap wrap;
    float expected;
  } nearest[] = {
    {0.1f, 0.9f, TEXTURE_REPEAT, 10},   {0.9f, 0.1f, TEXTURE_REPEAT, 140},         {1.1f, 1.9f, TEXTURE_REPEAT, 10},
    {-0.1f, 0.1f, TEXTURE_REPEAT, 140}, {1.1f, 0.9f, TEXTURE_MIRROR, 40},          {-0.1f, 0.9f, TEXTURE_MIRROR, 10},
    {2.1f, 1.1f, TEXTURE_MIRROR, 10},   {0.1f, -0.9f, TEXTURE_MIRROR, 10},         {7.0f, 0.9f, TEXTURE_CLAMP, 40},
    {-7.0f, -5.0f, TEXTURE_CLAMP, 110}, {1.01f, 0.5f, TEXTURE_BLACK, 0},           {0.3f, 0.6f, TEXTURE_BLACK, 20},
    {0.5f, -0.01f, TEXTURE_BLACK, 0},   {0.3f, 99.0f, TEXTURE_BLACK, 0},           {1e20f, 0.9f, TEXTURE_REPEAT, 10},
    {NAN, 0.9f, TEXTURE_MIRROR, 10},    {-INFINITY, INFINITY, TEXTURE_CLAMP, 110}, {1.0f, 1.0f, TEXTURE_CLAMP, 40},
    {0.0f, 0.0f, TEXTURE_CLAMP, 110},
  };
  for (size_t i = 0; i < sizeof nearest / sizeof *nearest; i++)
    assert_float_equal(look(image, nearest[i].u, nearest[i].v, 9, nearest[i].wrap, TEXTURE_NEAREST), nearest[i].expected / 255, 1e-6f);
  // Between centres: straight lines; over the edges by the way of wrapping
  assert_float_equal(look(image, 0.25f, 0.75f, 9, TEXTURE_CLAMP, TEXTURE_BILINEAR), 15 / 255.0f, 1e-6f);
  assert_float_equal(look(image, 0.25f, 0.5f, 9, TEXTURE_CLAMP, TEXTURE_BILINEAR), 65 / 255.0f, 1e-6f);
  assert_float_equal(look(image, 0.0f, 0.75f, 0, TEXTURE_REPEAT, TEXTURE_BILINEAR), 25 / 255.0f, 1e-6f);
  assert_float_equal(look(image, 0.0f, 0.75f, 0, TEXTURE_MIRROR, TEXTURE_BILINEAR), 10 / 255.0f, 1e-6f);
  assert_float_equal(look(image, 0.0f, 0.75f, 0, TEXTURE_CLAMP, TEXTURE_BILINEAR), 10 / 255.0f, 1e-6f);
  assert_float_equal(look(image, 0.0f, 0.75f, 0, TEXTURE_BLACK, TEXTURE_BILINEAR), 5 / 255.0f, 1e-6f);
  const Texel edge = texture_image_lookup(image, (Vec2){0.0f, 1.0f}, (Vec2){0}, TEXTURE_BLACK, TEXTURE_BLACK, TEXTURE_BILINEAR);
  assert_float_equal(edge.alpha, 0.25f, 1e-6f);
  // Two ways at once: round a cylinder, closed above
  const Texel round = texture_image_lookup(image, (Vec2){0.0f, 3.0f}, (Vec2){0}, TEXTURE_REPEAT, TEXTURE_CLAMP, TEXTURE_BILINEAR);
  assert_float_equal(red(round), 25 / 255.0f, 1e-6f);
  texture_image_free(&memory, image);
  assert_int_equal(memory.used, 0);
}

/* The footprint chooses the level: from the texel to the mean, without jumps, the same for both directions. */
static void test_footprint(void **state) {
  (void)state;
  memory_fresh();
  const Drawing drawing = {64, 32, noise};
  TextureImage *image = texture_of(drawn(&drawing, ML_IMAGE_HDR), ML_COLOR_AUTO);
  const float mean = red(texture_image_mean(image));
  const Vec2 uv = {0.3f, 0.7f};
  float before = look(image, uv.x, uv.y, 0.0f, TEXTURE_REPEAT, TEXTURE_BILINEAR), largest = 0;
  assert_true(look(image, uv.x, uv.y, 1.0f / 64, TEXTURE_REPEAT, TEXTURE_TRILINEAR) == before);
  for (int i = 0; i < 4000; i++) {
    const float width = (float)i * 0.0003f;
    const Texel t = texture_image_lookup(image, uv, (Vec2){width, 0.0f}, TEXTURE_REPEAT, TEXTURE_REPEAT, TEXTURE_TRILINEAR);
    const Texel s = texture_image_lookup(image, uv, (Vec2){0.0f, -2 * width}, TEXTURE_REPEAT, TEXTURE_REPEAT, TEXTURE_TRILINEAR);
    assert_true(red(t) == red(s)); // half as high: twice the width in v is as many texels
    largest = fmaxf(largest, fabsf(red(t) - before));
    before = red(t);
  }
  assert_true(largest < 4.0f); // of 255, for steps of a 50th of a texel
  assert_true(before == mean);
  assert_true(look(image, uv.x, uv.y, 2.0f / 64, TEXTURE_REPEAT, TEXTURE_TRILINEAR) ==
              texture_image_bilinear(image, 1, uv.x, uv.y, TEXTURE_REPEAT, TEXTURE_REPEAT)[0]);
  for (int i = 0; i < 3; i++) {
    const float odd[] = {INFINITY, -INFINITY, 1e30f};
    assert_true(look(image, 0.3f, 0.7f, odd[i], TEXTURE_REPEAT, TEXTURE_TRILINEAR) == mean);
  }
  assert_true(isfinite(look(image, 0.3f, 0.7f, NAN, TEXTURE_REPEAT, TEXTURE_TRILINEAR)));
  texture_image_free(&memory, image);
  assert_int_equal(memory.used, 0);
}

/* ---- limits and failures */

static void test_failures(void **state) {
  (void)state;
  const PngKind kinds[] = {{33, 9, 16, 6, true, false}, {33, 9, 8, 3, false, true}};
  for (int k = 0; k < 2; k++) {
    Bytes file = png_file(&kinds[k]);
    for (long left = 0, failed = 1; failed; left++) {
      FaultMemory fault;
      fault_init(&fault, left, false);
      TextureImage *image;
      const MlStatus status = texture_image_create(&fault.memory, file.data, file.count, ML_COLOR_AUTO, &image, NULL);
      failed = status != ML_OK;
      if (failed) assert_int_equal(status, ML_ERROR_MEMORY);
      else texture_image_free(&fault.memory, image);
      assert_int_equal(fault.memory.used, 0);
    }
    bytes_free(&file);
  }
  // More than is left is refused by the header, with nothing decoded
  memory_fresh();
  const Drawing drawing = {2000, 1000, all_188};
  Bytes file = drawn(&drawing, ML_IMAGE_PNG);
  memory_init(&memory, NULL, 16u << 20);
  TextureImage *image;
  MlError error = {0};
  assert_int_equal(texture_image_create(&memory, file.data, file.count, ML_COLOR_AUTO, &image, &error), ML_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "a png of 2000 x 1000 pixels takes "));
  assert_int_equal(memory.peak, 0);
  bytes_free(&file);
}

/* ---- builders and scenes */

static void test_assets(void **state) {
  (void)state;
  memory_fresh();
  const Drawing drawing = {20, 10, noise};
  Bytes file = drawn(&drawing, ML_IMAGE_PNG);
  MlEngine *engine;
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1), &engine, NULL), ML_OK);
  MlBuilder *b;
  assert_int_equal(ml_builder_create(engine, &b, NULL), ML_OK);
  MlError error = {0};
  MlImageDesc desc = ML_DESC(MlImageDesc, .bytes = file.data, .byte_count = file.count, .name = "wood.png", .place = 7);
  const MlImage first = ml_image(b, &desc, &error);
  assert_int_equal(first, 1);
  const MlImageInfo info = ml_image_info(b, first);
  assert_int_equal(info.width, 20);
  assert_int_equal(info.height, 10);
  assert_int_equal(info.channels, 3);
  assert_false(info.linear || info.has_alpha);
  const uint64_t used = ml_engine_memory(engine).used;
  assert_int_equal(ml_image(b, &desc, &error), 2); // the same asset
  assert_int_equal(ml_engine_memory(engine).used, used);
  desc.space = ML_COLOR_LINEAR;
  assert_int_equal(ml_image(b, &desc, &error), 3); // another one
  assert_true(ml_image_info(b, 3).linear);
  assert_true(ml_engine_memory(engine).used > used);
  assert_int_equal(ml_image_info(b, 0).width + ml_image_info(b, 4).width, 0);
  // What is wrong is named
  desc.byte_count = 50;
  assert_int_equal(ml_image(b, &desc, &error), 0);
  assert_string_equal(error.message, "wood.png: damaged png: it ends at byte 50, before its last chunk");
  assert_int_equal(error.place, 7);
  error = (MlError){0};
  desc.bytes = NULL;
  assert_int_equal(ml_image(b, &desc, &error), 0);
  assert_string_equal(error.message, "image.bytes: expected the bytes of a file, got none");
  // The scene keeps its pictures, and the cache those of the past
  const MlScene *scene;
  assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_OK);
  assert_true(ml_scene_stats(scene).bytes > 2 * info.bytes);
  const uint64_t with = ml_scene_stats(scene).hash;
  ml_scene_release(scene);
  assert_int_equal(ml_builder_create(engine, &b, NULL), ML_OK);
  const uint64_t allocations = ml_engine_memory(engine).allocations;
  desc = ML_DESC(MlImageDesc, .bytes = file.data, .byte_count = file.count);
  assert_int_equal(ml_image(b, &desc, &error), 1);
  assert_true(ml_engine_memory(engine).allocations - allocations <= 1); // the list's
  assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_OK);
  assert_int_not_equal(ml_scene_stats(scene).hash, with);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
  bytes_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_colour_space), cmocka_unit_test(test_levels),   cmocka_unit_test(test_places),
    cmocka_unit_test(test_footprint),    cmocka_unit_test(test_failures), cmocka_unit_test(test_assets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
