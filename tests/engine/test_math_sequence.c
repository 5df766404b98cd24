/* test_math_sequence.c - Sobol' points, scrambling and independent numbers: what math/sequence.h promises. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "math/sequence.h"

/* The table from its origin: direction numbers of Joe & Kuo (degree s, coefficients a, initial m) and their recurrence. */
static void test_table(void **state) {
  (void)state;
  static const struct { uint32_t s, a, m[3]; } primitive[3] = {{1, 0, {1, 0, 0}}, {2, 1, {1, 3, 0}}, {3, 1, {1, 3, 1}}};
  uint32_t column[4][32];
  for (uint32_t i = 0; i < 32; i++) column[0][i] = 1u << i; /* reversed */
  for (int d = 0; d < 3; d++) {
    uint32_t m[32], s = primitive[d].s;
    for (uint32_t i = 0; i < 32; i++) {
      if (i < s) {
        m[i] = primitive[d].m[i];
      } else {
        m[i] = m[i - s] ^ m[i - s] << s;
        for (uint32_t k = 1; k < s; k++)
          if (primitive[d].a >> (s - 1 - k) & 1) m[i] ^= m[i - k] << k;
      }
      column[d + 1][i] = reverse_bits(m[i] << (31 - i));
    }
  }
  for (uint32_t n = 0; n < 8; n++)
    for (uint32_t v = 0; v < 16; v++)
      for (int d = 0; d < 4; d++) {
        uint32_t expected = 0;
        for (uint32_t b = 0; b < 4; b++) expected ^= v >> b & 1 ? column[d][4 * n + b] : 0;
        assert_int_equal(sobol_reversed[n][v][d], expected);
      }
}

static void test_bits(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 1000; i++) {
    uint32_t x = hash_u32(i), reversed = 0;
    for (int b = 0; b < 32; b++) reversed |= (x >> b & 1) << (31 - b);
    assert_int_equal(reverse_bits(x), reversed);
    Uint4 four = {x, ~x, i, 0}, seeds = {i, x, x + 1, 5};
    Uint4 r = reverse_bits4(four), k = laine_karras4(four, seeds);
    for (int j = 0; j < 4; j++) {
      assert_int_equal(r[j], reverse_bits(four[j]));
      assert_int_equal(k[j], laine_karras(four[j], seeds[j]));
    }
  }
  assert_true(unit_float(0) == 0.0f && unit_float(UINT32_MAX) == 0x1.fffffep-1f && unit_float(1u << 31) == 0.5f);
  Float4 f = unit_float4((Uint4){0, UINT32_MAX, 1u << 31, 256});
  assert_true(f[0] == 0.0f && f[1] < 1.0f && f[2] == 0.5f && f[3] == 0x1p-24f);
}

/* A nested scramble: two numbers that agree in their k upper bits still do, and no further. */
static void test_scramble_is_nested(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 20000; i++) {
    uint32_t seed = hash_u32(i), x = hash_u32(seed + 1), k = i % 32;
    uint32_t y = x ^ 1u << (31 - k); /* the first k bits agree, the next one differs */
    y = k == 31 ? y : y ^ (hash_u32(y) & ((1u << (31 - k)) - 1));
    uint32_t d = owen_scramble(x, seed) ^ owen_scramble(y, seed);
    assert_int_equal(__builtin_clz(d), k);
  }
}

/* Every elementary interval of area 2^-m holds exactly one of 2^m points. */
static bool is_net(const Vec2 *p, uint32_t m) {
  static unsigned char seen[1 << 10];
  for (uint32_t a = 0; a <= m; a++) {
    memset(seen, 0, sizeof seen);
    for (uint32_t i = 0; i < 1u << m; i++) {
      uint32_t x = (uint32_t)(p[i].x * (float)(1u << a)), y = (uint32_t)(p[i].y * (float)(1u << (m - a)));
      if (seen[x << (m - a) | y]++ != 0) return false;
    }
  }
  return true;
}

static void test_nets(void **state) {
  (void)state;
  static Vec2 p[1 << 10];
  for (uint32_t m = 0; m <= 10; m++)
    for (uint32_t block = 0; block < 4; block++) {
      uint32_t first = block * (block == 3 ? 1237 : 1) << m;
      for (uint32_t i = 0; i < 1u << m; i++) p[i] = sobol_point_2d(first + i);
      assert_true(is_net(p, m));
      for (uint32_t set = 0; set < 8; set++) {
        for (uint32_t i = 0; i < 1u << m; i++) {
          Float4 u = sobol_set(pixel_seed(set, 3, block), first + i, set);
          p[i] = (Vec2){u[0], u[1]};
        }
        assert_true(is_net(p, m));
      }
    }
  for (uint32_t i = 0; i < 1 << 10; i++) {
    Float4 u = independent_set(1, i, 0);
    p[i] = (Vec2){u[0], u[1]};
  }
  assert_false(is_net(p, 10)); /* the test can fail */
}

/* Each of the four dimensions is stratified for itself. */
static void test_stratified(void **state) {
  (void)state;
  for (uint32_t set = 0; set < 20; set++)
    for (int d = 0; d < 4; d++) {
      unsigned char seen[256] = {0};
      for (uint32_t i = 0; i < 256; i++) {
        Float4 u = sobol_set(pixel_seed(9, set, 1), 512 + i, set);
        assert_int_equal(seen[(int)(u[d] * 256.0f)]++, 0);
      }
    }
}

typedef Float4 (*Source)(uint32_t pixel, uint32_t sample, uint32_t set);

/* Nor are two sets of one pixel alike over its samples: their points come in other orders. */
static void sets_are_shuffled(void **state) {
  (void)state;
  enum { PIXELS = 400, SAMPLES = 64 };
  double squares = 0;
  for (uint32_t p = 0; p < PIXELS; p++) {
    double sum = 0;
    for (uint32_t i = 0; i < SAMPLES; i++) {
      const Float4 u = sobol_set(pixel_seed(5, p, 0), i, 3), v = sobol_set(pixel_seed(5, p, 0), i, 4);
      sum += ((double)u[0] - 0.5) * ((double)v[0] - 0.5);
    }
    squares += sum / SAMPLES * (sum / SAMPLES);
  }
  const double independent = 1.0 / 12 / sqrt(SAMPLES), found = sqrt(squares / PIXELS);
  assert_true(found > 0.8 * independent && found < 1.25 * independent);
}

/* Every bit of the seed and of both coordinates makes another stream. */
static void every_bit_of_a_seed_counts(void **state) {
  (void)state;
  uint32_t seeds[1 + 64 + 32];
  int count = 0;
  seeds[count++] = pixel_seed(0, 0, 0);
  for (int bit = 0; bit < 64; bit++) seeds[count++] = pixel_seed(UINT64_C(1) << bit, 0, 0);
  for (int bit = 0; bit < 16; bit++) seeds[count++] = pixel_seed(0, 1u << bit, 0), seeds[count++] = pixel_seed(0, 0, 1u << bit);
  for (int i = 0; i < count; i++)
    for (int k = 0; k < i; k++) assert_true(seeds[i] != seeds[k]);
}

/* Mean 1/2, variance 1/12, no correlation of dimensions, sets, pixels; a fraction of the pixels as samples. */
static void check_moments(Source source) {
  enum { PIXELS = 20000 };
  double mean[4] = {0}, square[4] = {0}, product[6] = {0}, between_sets = 0, between_pixels = 0;
  Float4 last = {0.5f, 0.5f, 0.5f, 0.5f};
  for (uint32_t i = 0; i < PIXELS; i++) {
    uint32_t pixel = pixel_seed(77, i % 200, i / 200);
    Float4 u = source(pixel, 0, 0), v = source(pixel, 0, 1);
    int n = 0;
    for (int a = 0; a < 4; a++) {
      assert_true(u[a] >= 0.0f && u[a] < 1.0f);
      double x = (double)u[a] - 0.5;
      mean[a] += x, square[a] += x * x;
      for (int b = a + 1; b < 4; b++) product[n++] += x * ((double)u[b] - 0.5);
      between_sets += x * ((double)v[a] - 0.5);
      between_pixels += x * ((double)last[a] - 0.5);
    }
    last = u;
  }
  double sigma = sqrt(1.0 / 12 / PIXELS), sigma_product = 1.0 / 12 / sqrt(PIXELS);
  for (int a = 0; a < 4; a++) {
    assert_true(fabs(mean[a] / PIXELS) < 4 * sigma);
    assert_true(fabs(square[a] / PIXELS - 1.0 / 12) < 4 * sqrt(1.0 / 180 / PIXELS));
  }
  for (int n = 0; n < 6; n++) assert_true(fabs(product[n] / PIXELS) < 4 * sigma_product);
  assert_true(fabs(between_sets / PIXELS / 2) < 4 * sigma_product);
  assert_true(fabs(between_pixels / PIXELS / 2) < 4 * sigma_product);
}

static void test_moments(void **state) {
  (void)state;
  check_moments(sobol_set);
  check_moments(independent_set);
}

/* x y over 256 points, many seeds: unbiased, and far below the variance of independent points. */
static void test_variance(void **state) {
  (void)state;
  enum { SEEDS = 400, SAMPLES = 256 };
  Source sources[2] = {sobol_set, independent_set};
  double variance[2];
  for (int k = 0; k < 2; k++) {
    double sum = 0, squares = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
      double estimate = 0;
      for (uint32_t i = 0; i < SAMPLES; i++) {
        Float4 u = sources[k](pixel_seed(seed, 0, 0), i, 3);
        estimate += (double)u[0] * (double)u[1] / SAMPLES;
      }
      sum += estimate, squares += (estimate - 0.25) * (estimate - 0.25);
    }
    variance[k] = squares / SEEDS;
    assert_true(fabs(sum / SEEDS - 0.25) < 4 * sqrt(variance[k] / SEEDS));
  }
  assert_true(variance[0] < variance[1] / 100);
}

/* Samples beyond 2^16 and 2^31 are points like others. */
static void test_far_samples(void **state) {
  (void)state;
  static Vec2 p[256];
  uint32_t starts[] = {1u << 16, 1u << 24, 1u << 31, UINT32_MAX - 255};
  for (size_t s = 0; s < 4; s++) {
    for (uint32_t i = 0; i < 256; i++) {
      Float4 u = sobol_set(5, starts[s] + i, 2);
      p[i] = (Vec2){u[0], u[1]};
    }
    assert_true(is_net(p, 8));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_table),        cmocka_unit_test(test_bits),        cmocka_unit_test(test_scramble_is_nested),
    cmocka_unit_test(test_nets),         cmocka_unit_test(test_stratified),  cmocka_unit_test(test_moments),
    cmocka_unit_test(test_variance),     cmocka_unit_test(test_far_samples), cmocka_unit_test(every_bit_of_a_seed_counts),
    cmocka_unit_test(sets_are_shuffled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
