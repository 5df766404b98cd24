/* test_image_flip.c - FLIP where its value is known: equal pictures, flat ones (where no filter acts), features, and its symmetries. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fault_memory.h"
#include "image/flip.h"

enum { WIDTH = 40, HEIGHT = 30, PIXELS = WIDTH * HEIGHT };

typedef struct Pair {
  float a[3 * PIXELS], b[3 * PIXELS], error[PIXELS];
} Pair;

static void fill(float *pixels, float r, float g, float b) {
  for (int i = 0; i < PIXELS; i++) pixels[3 * i] = r, pixels[3 * i + 1] = g, pixels[3 * i + 2] = b;
}

static double flip(Pair *pair) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  double mean = -1;
  Image a = {WIDTH, HEIGHT, pair->a}, b = {WIDTH, HEIGHT, pair->b};
  assert_int_equal(image_flip(&fault.memory, &a, &b, FLIP_PIXELS_PER_DEGREE, pair->error, &mean, NULL), ML_OK);
  assert_int_equal(fault.memory.used, 0);
  return mean;
}

static void test_equal(void **state) {
  (void)state;
  static Pair pair;
  for (int i = 0; i < 3 * PIXELS; i++) pair.a[i] = pair.b[i] = (float)((i * 7919) % 256) / 255.0f;
  assert_true(flip(&pair) == 0);
}

/* In L*a*b* (CIE 15): white is (100, 0, 0), grey of code 119/255 has lightness 50.03; green (87.737, -86.185, 83.181) and blue (32.303, 79.197,
 * -107.864), whose distance after the Hunt effect is 203.6, define an error of 1. */
static double expected(double distance) {
  double most = pow(55.434 + hypot(0.87737 * 86.185 + 0.32303 * 79.197, 0.87737 * 83.181 + 0.32303 * 107.864), 0.7), e = pow(distance, 0.7);
  return e < 0.4 * most ? 0.95 / (0.4 * most) * e : 0.95 + (e - 0.4 * most) / (0.6 * most) * 0.05;
}

static void test_flat(void **state) {
  (void)state;
  static Pair pair;
  fill(pair.a, 0, 0, 0);
  fill(pair.b, 1, 1, 1);
  assert_true(fabs(flip(&pair) - expected(100)) < 1e-3);
  fill(pair.a, 119 / 255.0f, 119 / 255.0f, 119 / 255.0f);
  assert_true(fabs(flip(&pair) - expected(100 - 50.03)) < 1e-3);
  fill(pair.b, 120 / 255.0f, 120 / 255.0f, 120 / 255.0f); // a step of .40 in lightness
  assert_true(fabs(flip(&pair) - expected(0.397)) < 2e-3);
  fill(pair.a, 0, 1, 0);
  fill(pair.b, 0, 0, 1);
  assert_true(fabs(flip(&pair) - 1) < 1e-3);
}

/* A line that only one picture has: an error at and beside it, none far away; the same from both sides and turned around. */
static void test_line(void **state) {
  (void)state;
  static Pair pair;
  static float first[PIXELS];
  fill(pair.a, 0.5f, 0.5f, 0.5f);
  fill(pair.b, 0.5f, 0.5f, 0.5f);
  for (int y = 0; y < HEIGHT; y++) memset(&pair.b[3 * (y * WIDTH + 10)], 0, 3 * sizeof(float));
  flip(&pair);
  assert_true(pair.error[15 * WIDTH + 10] > 0.3f);
  assert_true(pair.error[15 * WIDTH + 35] == 0);
  assert_true(fabsf(pair.error[15 * WIDTH + 8] - pair.error[15 * WIDTH + 12]) < 1e-5f);
  memcpy(first, pair.error, sizeof first);
  static float swap[3 * PIXELS];
  memcpy(swap, pair.a, sizeof swap);
  memcpy(pair.a, pair.b, sizeof swap);
  memcpy(pair.b, swap, sizeof swap);
  flip(&pair);
  for (int i = 0; i < PIXELS; i++) assert_true(fabsf(first[i] - pair.error[i]) < 1e-6f);
}

/* Fine noise of equal mean is blurred by the eye: seen less than the same amount in large patches. */
static void test_noise_and_patches(void **state) {
  (void)state;
  static Pair pair;
  fill(pair.a, 0.5f, 0.5f, 0.5f);
  for (int i = 0; i < PIXELS; i++)
    for (int c = 0; c < 3; c++) pair.b[3 * i + c] = ((i % WIDTH) + (i / WIDTH)) % 2 ? 0.45f : 0.55f;
  double fine = flip(&pair);
  for (int i = 0; i < PIXELS; i++)
    for (int c = 0; c < 3; c++) pair.b[3 * i + c] = ((i % WIDTH) / 20 + (i / WIDTH) / 15) % 2 ? 0.45f : 0.55f;
  double coarse = flip(&pair);
  assert_true(fine > 0 && fine < 0.5 * coarse);
}

static void test_memory(void **state) {
  (void)state;
  static Pair pair;
  FaultMemory fault;
  fault_init(&fault, 0, false);
  MlError error = {0};
  Image a = {WIDTH, HEIGHT, pair.a}, b = {WIDTH, HEIGHT, pair.b};
  assert_int_equal(image_flip(&fault.memory, &a, &b, FLIP_PIXELS_PER_DEGREE, pair.error, NULL, &error), ML_ERROR_MEMORY);
  assert_int_equal(fault.memory.used, 0);
}

static void test_colors(void **state) {
  (void)state;
  int before = -1;
  for (int i = 0; i <= 100; i++) {
    uint8_t rgb[3];
    flip_color((float)i / 100.0f, rgb);
    int sum = rgb[0] + rgb[1] + rgb[2];
    assert_true(sum > before);
    before = sum;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_equal),  cmocka_unit_test(test_flat),
                                     cmocka_unit_test(test_line),   cmocka_unit_test(test_noise_and_patches),
                                     cmocka_unit_test(test_memory), cmocka_unit_test(test_colors)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
