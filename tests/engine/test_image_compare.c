/* test_image_compare.c - reading pfm, in good and bad condition, and the root mean squared error. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "fault_memory.h"
#include "image/compare.h"

static void *setup_image(FaultMemory *fault, Image *image) {
  fault_init(fault, -1, false);
  *image = (Image){0};
  return image;
}

static void test_byte_orders(void **state) {
  (void)state;
  // 1 x 2: bottom row 1 2 3, top row 4 5 6.
  const float rows[6] = {1, 2, 3, 4, 5, 6};
  for (int big = 0; big < 2; big++) {
    uint8_t file[64];
    int head = snprintf((char *)file, sizeof file, "PF\n1 2\n%s\n", big ? "1.0" : "-1.0");
    for (int i = 0; i < 6; i++) {
      uint32_t bits;
      memcpy(&bits, &rows[i], 4);
      if (big) bits = __builtin_bswap32(bits);
      memcpy(file + head + 4 * i, &bits, 4);
    }
    FaultMemory fault;
    Image image;
    setup_image(&fault, &image);
    assert_int_equal(image_read_pfm(&fault.memory, file, (size_t)head + 24, &image, NULL), ML_OK);
    assert_int_equal(image.width, 1);
    assert_int_equal(image.height, 2);
    const float want[6] = {4, 5, 6, 1, 2, 3};
    assert_memory_equal(image.pixels, want, sizeof want);
    image_free(&fault.memory, &image);
    assert_int_equal(fault.memory.used, 0);
    image_free(&fault.memory, &image); // an empty one is allowed
  }
}

static void test_damaged(void **state) {
  (void)state;
  const struct {
    const char *text;
    size_t count;
    MlStatus status;
    const char *message;
  } cases[] = {
    {"", 0, ML_ERROR_FORMAT, "not a colour pfm: it does not begin with PF"},
    {"PF", 2, ML_ERROR_FORMAT, "not a colour pfm: it does not begin with PF"},
    {"Pf\n1 1\n-1\nabcd", 14, ML_ERROR_FORMAT, "not a colour pfm: it does not begin with PF"},
    {"PF\n", 3, ML_ERROR_FORMAT, "damaged pfm: no size in its second line"},
    {"PF\n1", 4, ML_ERROR_FORMAT, "damaged pfm: no size in its second line"},
    {"PF\n1 x\n", 7, ML_ERROR_FORMAT, "damaged pfm: no size in its second line"},
    {"PF\n0 5\n-1\n", 10, ML_ERROR_FORMAT, "damaged pfm: no size in its second line"},
    {"PF\n-1 5\n-1\n", 11, ML_ERROR_FORMAT, "damaged pfm: no size in its second line"},
    {"PF\n99999999999 5\n-1\n", 20, ML_ERROR_FORMAT, "damaged pfm: no size in its second line"},
    {"PF\n65536 5\n-1\n", 14, ML_ERROR_LIMIT, "a pfm of 65536 x 5 pixels: more than 65535 a side"},
    {"PF\n1 1\n", 7, ML_ERROR_FORMAT, "damaged pfm: no scale in its third line"},
    {"PF\n1 1\n\n", 8, ML_ERROR_FORMAT, "damaged pfm: no scale in its third line"},
    {"PF\n1 1\n-1", 9, ML_ERROR_FORMAT, "damaged pfm: no scale in its third line"},
    {"PF\n1 1\n-1\nabc", 13, ML_ERROR_FORMAT, "damaged pfm: 1 x 1 pixels take 12 bytes, there are 3"},
    {"PF\n1 1\n-1\nabcdefghijklm", 23, ML_ERROR_FORMAT, "damaged pfm: 1 x 1 pixels take 12 bytes, there are 13"},
    {"PF\n65535 65535\n-1\n", 18, ML_ERROR_FORMAT, "damaged pfm: 65535 x 65535 pixels take 51538034700 bytes, there are 0"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    FaultMemory fault;
    Image image;
    setup_image(&fault, &image);
    MlError error = {0};
    assert_int_equal(image_read_pfm(&fault.memory, cases[i].text, cases[i].count, &image, &error), cases[i].status);
    assert_string_equal(error.message, cases[i].message);
    assert_int_equal(fault.memory.allocations, 0);
  }
}

static void test_memory(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, 0, false);
  Image image = {0};
  MlError error = {0};
  const char file[] = "PF\n1 1\n-1\nabcdefghijkl";
  assert_int_equal(image_read_pfm(&fault.memory, file, sizeof file - 1, &image, &error), ML_ERROR_MEMORY);
  assert_int_equal(error.status, ML_ERROR_MEMORY);
  assert_null(image.pixels);
}

static void test_rmse(void **state) {
  (void)state;
  float a[6] = {0, 0, 0, 1, 2, 3}, b[6] = {0, 0, 0, 1, 2, 3};
  Image x = {2, 1, a}, y = {2, 1, b};
  assert_true(image_rmse(&x, &y) == 0);
  b[5] = 3 + 6;
  assert_true(fabs(image_rmse(&x, &y) - sqrt(36.0 / 6)) < 1e-12);
  b[0] = -2;
  assert_true(fabs(image_rmse(&x, &y) - sqrt(40.0 / 6)) < 1e-12);
  assert_true(image_rmse(&y, &x) == image_rmse(&x, &y));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_byte_orders),
    cmocka_unit_test(test_damaged),
    cmocka_unit_test(test_memory),
    cmocka_unit_test(test_rmse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
