/* test_image_same.c - display pixels and picture files are the same bytes on every platform, compiler and optimisation. The hashes were
 * equal for gcc -O0 and -O2, clang -O3 -mavx2, aarch64 and wasm; they change only when a tone mapping or a writer is changed on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "fault_memory.h"
#include "image/color.h"
#include "image/tonemap.h"
#include "image/write.h"

enum { WIDTH = 160, HEIGHT = 100 };

static uint32_t mix(uint32_t x) {
  x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu;
  return x ^ x >> 16;
}

/* Over 20 stops. */
static void row_floats(void *ud, uint32_t y, float *rgb) {
  (void)ud;
  for (uint32_t x = 0; x < 3 * WIDTH; x++) {
    uint32_t i = y * 3 * WIDTH + x;
    rgb[x] = (float)(mix(i) >> 8) * bits_float((127u - 36 + mix(i + 77) % 20) << 23);
  }
}
static void row_bytes(void *ud, uint32_t y, uint8_t *rgb) {
  const MlTonemap *tonemap = ud;
  float row[3 * WIDTH];
  row_floats(NULL, y, row);
  tonemap_row(*tonemap, 0.3f, row, WIDTH, rgb);
}

static uint64_t file_hash(MlImageFormat format, size_t skip) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  MlTonemap tonemap = ML_TONEMAP_AGX;
  ImageSource source = {WIDTH, HEIGHT, row_bytes, row_floats, &tonemap};
  Bytes file = {0};
  MlSink sink = bytes_sink(&file);
  assert_int_equal(image_write(&fault.memory, format, &source, &sink, NULL), ML_OK);
  uint64_t hash = ml_hash64(file.data + skip, file.count - skip, 0);
  bytes_free(&file);
  return hash;
}

static uint64_t display_hash(MlTonemap tonemap) {
  static uint8_t pixels[HEIGHT][3 * WIDTH];
  for (uint32_t y = 0; y < HEIGHT; y++) row_bytes(&tonemap, y, pixels[y]);
  return ml_hash64(pixels, sizeof pixels, 0);
}

static void test_display(void **state) {
  (void)state;
  assert_int_equal(display_hash(ML_TONEMAP_AGX), 0x97b869f381ca028c);
  assert_int_equal(display_hash(ML_TONEMAP_NEUTRAL), 0x82b1bd51a0e3656f);
  assert_int_equal(display_hash(ML_TONEMAP_NONE), 0x0130c0f9e266def4);
}

static void test_files(void **state) {
  (void)state;
  const size_t hdr_head = sizeof "#?RADIANCE\nSOFTWARE=moonlit " ML_VERSION "\n" - 1; // the version may change
  assert_int_equal(file_hash(ML_IMAGE_PNG, 0), 0x7b87711571380540);
  assert_int_equal(file_hash(ML_IMAGE_JPG, 0), 0x48c4e566070a1dc8);
  assert_int_equal(file_hash(ML_IMAGE_HDR, hdr_head), 0xaf5621096de1e4d0);
  assert_int_equal(file_hash(ML_IMAGE_PFM, 0), 0x817b1f82910657e6);
}

static void test_curve(void **state) {
  (void)state;
  static float codes[300000];
  for (int i = 0; i < 300000; i++) codes[i] = srgb_encode(vec3_all((float)i / 299999.0f))[i % 3];
  assert_int_equal(ml_hash64(codes, sizeof codes, 0), 0xb2198cd0a17bb818);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_display),
    cmocka_unit_test(test_files),
    cmocka_unit_test(test_curve),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
