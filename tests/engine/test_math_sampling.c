/* test_math_sampling.c - the warps: chi-square against their densities, ranges, tiny cones, the edges of the square. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "math/sampling.h"
#include "math/sequence.h"

enum { SAMPLES = 200000 };

static Vec2 point(uint32_t i) {
  Float4 u = independent_set(1, i, 0);
  return (Vec2){u[0], u[1]};
}

/* Pearson's statistic is chi-square distributed; by Wilson & Hilferty its cube root is nearly normal. 3.3 sigma: 1 in 2000,
 * and the points are always the same. */
static void assert_chi_square(const double *observed, const double *expected, int bins) {
  double statistic = 0;
  int used = 0;
  for (int i = 0; i < bins; i++) {
    if (expected[i] < 5) {
      assert_true(observed[i] <= 30);
      continue;
    }
    statistic += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    used++;
  }
  double k = used - 1, z = (cbrt(statistic / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
  if (z > 3.3) fail_msg("chi-square %.1f of %g degrees of freedom, z = %.2f", statistic, k, z);
}

static double azimuth(float x, float y) {
  double a = atan2((double)y, (double)x) / 6.283185307179586;
  return a < 0 ? a + 1 : a;
}

static int bin(double x, int count) {
  int i = (int)(x * count);
  return i < 0 ? 0 : i >= count ? count - 1 : i;
}

/* Cells of equal measure under each warp's claim: radius^2 or a cumulative height, times azimuth. */
static void test_disk(void **state) {
  (void)state;
  double observed[400] = {0}, expected[400];
  for (uint32_t i = 0; i < SAMPLES; i++) {
    Vec2 p = sample_disk_concentric(point(i));
    double r2 = (double)p.x * (double)p.x + (double)p.y * (double)p.y;
    assert_true(r2 <= 1 + 1e-6);
    observed[bin(r2, 20) * 20 + bin(azimuth(p.x, p.y), 20)]++;
  }
  for (int i = 0; i < 400; i++) expected[i] = SAMPLES / 400.0;
  assert_chi_square(observed, expected, 400);
  Vec2 center = sample_disk_concentric((Vec2){0.5f, 0.5f});
  assert_true(center.x == 0.0f && center.y == 0.0f);
}

/* Directions: cells in z and azimuth, expected counts by integrating the density over z. */
static void check_directions(Vec3 (*sample)(Vec2), double (*below)(double z)) {
  static double observed[20 * 16], expected[20 * 16];
  for (int i = 0; i < 20 * 16; i++) {
    observed[i] = 0;
    double z0 = -1 + (i / 16) * 0.1, z1 = z0 + 0.1;
    expected[i] = SAMPLES * (below(z1) - below(z0)) / 16;
  }
  for (uint32_t i = 0; i < SAMPLES; i++) {
    Vec3 d = sample(point(i));
    assert_true(fabs((double)length(d) - 1) < 4e-7);
    observed[bin(((double)d[2] + 1) / 2, 20) * 16 + bin(azimuth(d[0], d[1]), 16)]++;
  }
  assert_chi_square(observed, expected, 20 * 16);
}

static double clamp_unit(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
static double sphere_below(double z) { return clamp_unit((z + 1) / 2); }
static double cosine_below(double z) { return clamp_unit(z) * clamp_unit(z); } /* integral of 2 pi z / pi */
static double cone_below(double z) { return clamp_unit((z - 0.25) / 0.75); }
static Vec3 wide_cone(Vec2 u) { return sample_cone_uniform(u, 0.75f); }

static void test_directions(void **state) {
  (void)state;
  check_directions(sample_sphere_uniform, sphere_below);
  check_directions(sample_hemisphere_cosine, cosine_below);
  check_directions(wide_cone, cone_below);
}

static void test_densities(void **state) {
  (void)state;
  assert_true(fabs((double)UNIFORM_SPHERE_PDF * 4 * 3.14159265358979 - 1) < 1e-6);
  assert_true(fabs((double)UNIFORM_DISK_PDF * 3.14159265358979 - 1) < 1e-6);
  assert_true(fabs((double)cone_uniform_pdf(2.0f) * 4 * 3.14159265358979 - 1) < 1e-6);
  assert_true(fabs((double)hemisphere_cosine_pdf(0.5f) * 3.14159265358979 - 0.5) < 1e-6 && hemisphere_cosine_pdf(-1.0f) == 0.0f);
  assert_true(fabs((double)polygon_pdf(4) - 0.5) < 1e-6 && fabs((double)polygon_area(6) - 2.598076211353316) < 1e-6);
}

/* A cone of a ten-millionth of a degree is still a cone. */
static void test_tiny_cones(void **state) {
  (void)state;
  for (int e = -2; e >= -50; e -= 4) {
    float sin_squared = ldexpf(1.0f, e), spread = one_minus_cos(sin_squared);
    double exact = 1 - sqrt(1 - ldexp(1, e));
    if (e < -30) exact = ldexp(0.5, e);
    assert_true(fabs((double)spread / exact - 1) < 3e-7);
    double mean = 0;
    for (uint32_t i = 0; i < 4000; i++) {
      Vec3 d = sample_cone_uniform(point(i), spread);
      double r2 = (double)d[0] * (double)d[0] + (double)d[1] * (double)d[1];
      assert_true(r2 <= (double)sin_squared * (1 + 1e-6));
      mean += r2 / (double)sin_squared / 4000;
    }
    assert_true(fabs(mean - 0.5) < 0.03);
  }
}

static void test_triangle(void **state) {
  (void)state;
  double observed[100] = {0}, expected[100];
  for (uint32_t i = 0; i < SAMPLES; i++) {
    Vec2 b = sample_triangle_uniform(point(i));
    float c = 1.0f - b.x - b.y;
    assert_true(b.x >= 0.0f && b.y >= 0.0f && c >= -1e-7f);
    // (1 - c)^2 and b.x / (b.x + b.y) are independent and uniform
    double s = 1 - (double)c;
    observed[bin(s * s, 10) * 10 + bin(s > 0 ? (double)b.x / s : 0, 10)]++;
  }
  for (int i = 0; i < 100; i++) expected[i] = SAMPLES / 100.0;
  assert_chi_square(observed, expected, 100);
}

static void test_polygons(void **state) {
  (void)state;
  for (uint32_t sides = 3; sides <= 9; sides++) {
    double observed[9 * 8] = {0}, expected[9 * 8], turn = 6.283185307179586 / sides, apothem = cos(turn / 2);
    for (uint32_t i = 0; i < SAMPLES; i++) {
      Vec2 p = sample_polygon(point(i), sides);
      double x = (double)p.x, y = (double)p.y;
      int sector = bin(azimuth(p.x, p.y), (int)sides);
      // Distance from the centre along the sector's middle, its square uniform within the triangle
      double middle = (sector + 0.5) * turn, along = (x * cos(middle) + y * sin(middle)) / apothem;
      assert_true(along <= 1 + 1e-6);
      observed[sector * 8 + bin(along * along, 8)]++;
    }
    for (uint32_t i = 0; i < sides * 8; i++) expected[i] = (double)SAMPLES / (sides * 8);
    assert_chi_square(observed, expected, (int)sides * 8);
  }
}

/* The borders of the square stay within the domains. */
static void test_edges(void **state) {
  (void)state;
  float edge[] = {0.0f, 0x1p-24f, 0.25f, 0.5f, 0.75f, ONE_MINUS_EPSILON};
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++) {
      Vec2 u = {edge[i], edge[j]}, d = sample_disk_concentric(u), b = sample_triangle_uniform(u), p = sample_polygon(u, 5);
      Vec3 h = sample_hemisphere_cosine(u), s = sample_sphere_uniform(u), c = sample_cone_uniform(u, 2.0f);
      assert_true(d.x * d.x + d.y * d.y <= 1.0f + 2e-7f && h[2] >= 0.0f);
      assert_true(vec3_is_finite(h) && vec3_is_finite(s) && vec3_is_finite(c) && isfinite(p.x) && isfinite(p.y));
      assert_true(b.x + b.y <= 1.0f && fabsf(length(s) - 1.0f) < 4e-7f && fabsf(length(c) - 1.0f) < 4e-7f);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_disk),     cmocka_unit_test(test_directions), cmocka_unit_test(test_densities), cmocka_unit_test(test_tiny_cones),
    cmocka_unit_test(test_triangle), cmocka_unit_test(test_polygons),   cmocka_unit_test(test_edges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
