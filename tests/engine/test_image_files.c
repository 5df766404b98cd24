/* test_image_files.c - comparing two picture files through the public interface: formats, sizes, kinds, figures, the picture of the difference. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault_memory.h"
#include "image/read.h"
#include "image/write.h"

enum { WIDTH = 24, HEIGHT = 16 };

typedef struct File {
  uint8_t bytes[16384];
  size_t size;
} File;
static bool append(void *ud, const void *bytes, size_t count) {
  File *file = ud;
  if (file->size + count > sizeof file->bytes) return false;
  memcpy(file->bytes + file->size, bytes, count);
  file->size += count;
  return true;
}

/* A ramp times `gain`, with one pixel raised by `spike`. */
typedef struct Scene {
  float gain, spike;
} Scene;
static void floats(void *ud, uint32_t y, float *rgb) {
  const Scene *scene = ud;
  for (uint32_t x = 0; x < WIDTH; x++)
    for (uint32_t c = 0; c < 3; c++) rgb[3 * x + c] = scene->gain * (float)(x + y + c) / 40.0f + (x == 3 && y == 5 ? scene->spike : 0.0f);
}
static void bytes(void *ud, uint32_t y, uint8_t *rgb) {
  float row[3 * WIDTH];
  floats(ud, y, row);
  for (uint32_t i = 0; i < 3 * WIDTH; i++) rgb[i] = (uint8_t)(255.0f * fminf(row[i], 1.0f));
}

static void make(MlImageFormat format, Scene scene, File *file) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  file->size = 0;
  const ImageSource source = {.width = WIDTH, .height = HEIGHT, .bytes = bytes, .floats = floats, .ud = &scene};
  const MlSink sink = {append, file};
  assert_int_equal(image_write(&fault.memory, format, &source, &sink, NULL), ML_OK);
}

static MlEngine *engine;
static int create(void **state) {
  (void)state;
  return ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1), &engine, NULL) != ML_OK;
}
static int destroy(void **state) {
  (void)state;
  ml_engine_destroy(engine);
  return 0;
}

static MlStatus compare(const File *a, const File *b, MlComparison *out, File *difference, MlError *error) {
  MlCompareDesc desc = ML_DESC(MlCompareDesc, .a = {a->bytes, a->size}, .b = {b->bytes, b->size});
  if (difference != NULL) difference->size = 0, desc.difference = (MlSink){append, difference};
  return ml_image_compare(engine, &desc, out, error);
}

static void test_equal_in_every_format(void **state) {
  (void)state;
  static File a, b;
  const MlImageFormat formats[] = {ML_IMAGE_PNG, ML_IMAGE_JPG, ML_IMAGE_HDR, ML_IMAGE_PFM};
  for (int i = 0; i < 4; i++) {
    make(formats[i], (Scene){1, 0}, &a);
    make(formats[i], (Scene){1, 0}, &b);
    MlComparison c;
    assert_int_equal(compare(&a, &b, &c, NULL, NULL), ML_OK);
    assert_true(c.width == WIDTH && c.height == HEIGHT && c.linear == (i >= 2));
    assert_true(c.different == 0 && c.largest == 0 && c.rmse == 0 && c.relative_mse == 0 && c.flip == 0);
  }
}

static void test_one_pixel(void **state) {
  (void)state;
  static File a, b, difference;
  make(ML_IMAGE_PFM, (Scene){1, 0}, &a);
  make(ML_IMAGE_PFM, (Scene){1, 0.5f}, &b);
  MlComparison c;
  assert_int_equal(compare(&a, &b, &c, &difference, NULL), ML_OK);
  assert_int_equal(c.different, 1);
  assert_true(fabs(c.largest - 0.5) < 1e-6);
  assert_true(fabs(c.rmse - sqrt(0.25 / (WIDTH * HEIGHT))) < 1e-6);
  double relative = 0;
  for (int k = 0; k < 3; k++) relative += 0.25 / (pow((8 + k) / 40.0, 2) + 0.01);
  assert_true(fabs(c.relative_mse - relative / (3 * WIDTH * HEIGHT)) < 1e-6);
  assert_true(c.flip > 0 && c.flip < 0.2);
  // The difference is brightest there
  FaultMemory fault;
  fault_init(&fault, -1, false);
  ImageHead head;
  RawImage raw;
  assert_int_equal(image_read_head(difference.bytes, difference.size, &head, NULL), ML_OK);
  assert_int_equal(image_read(&fault.memory, difference.bytes, difference.size, &head, &raw, NULL), ML_OK);
  assert_true(head.width == WIDTH && head.height == HEIGHT && head.channels == 3);
  const uint8_t *p = raw.samples;
  int brightest = 0;
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    if (p[3 * i] + p[3 * i + 1] + p[3 * i + 2] > p[3 * brightest] + p[3 * brightest + 1] + p[3 * brightest + 2]) brightest = i;
  assert_int_equal(brightest, 5 * WIDTH + 3);
  image_raw_free(&fault.memory, &raw);
}

/* The same light in other units looks the same, but is not. */
static void test_exposure(void **state) {
  (void)state;
  static File a, b;
  make(ML_IMAGE_PFM, (Scene){1000, 0}, &a);
  make(ML_IMAGE_PFM, (Scene){1000, 1}, &b);
  MlComparison seen, blown;
  assert_int_equal(compare(&a, &b, &seen, NULL, NULL), ML_OK);
  assert_true(seen.exposure < -9 && seen.flip < 1e-3);
  MlCompareDesc desc = ML_DESC(MlCompareDesc, .a = {a.bytes, a.size}, .b = {b.bytes, b.size}, .fixed_exposure = true, .exposure = 3);
  assert_int_equal(ml_image_compare(engine, &desc, &blown, NULL), ML_OK);
  assert_true(blown.exposure == 3 && blown.rmse == seen.rmse);
}

static void test_refused(void **state) {
  (void)state;
  static File png, pfm, small, junk;
  make(ML_IMAGE_PNG, (Scene){1, 0}, &png);
  make(ML_IMAGE_PFM, (Scene){1, 0}, &pfm);
  small.size = (size_t)snprintf((char *)small.bytes, sizeof small.bytes, "PF\n1 1\n-1\n") + 12;
  junk.size = (size_t)snprintf((char *)junk.bytes, sizeof junk.bytes, "no picture at all");
  MlComparison c;
  MlError error;
  assert_int_equal(compare(&png, &pfm, &c, NULL, &error), ML_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "two of one sort"));
  assert_int_equal(compare(&pfm, &small, &c, NULL, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "the pictures differ in size: 24 x 16 and 1 x 1");
  assert_int_equal(compare(&junk, &pfm, &c, NULL, &error), ML_ERROR_FORMAT);
  assert_true(strncmp(error.message, "the first picture: ", 19) == 0);
  png.size /= 2;
  assert_int_not_equal(compare(&pfm, &png, &c, NULL, &error), ML_OK);
  assert_true(strncmp(error.message, "the second picture: ", 20) == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_equal_in_every_format), cmocka_unit_test(test_one_pixel),
                                     cmocka_unit_test(test_exposure), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, create, destroy);
}
