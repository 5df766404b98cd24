/* test_shade_albedo.c - makes and proves the table of GGX directional albedo, shade/ggx_albedo_table.h.
 *
 * Run with --write, the program prints the table; run without, it integrates again at other places than the table's nodes and holds the
 * interpolation against that. The integral is over the visible normals (Heitz 2018), in which E(mu) is the mean of G2/G1, by the midpoint
 * rule in double; the azimuth's symmetry halves it. */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "shade/ggx_albedo.h"

static double reference(double mu, double alpha, int n) {
  double sine = sqrt(1 - mu * mu), lambda_o = (sqrt(1 + alpha * alpha * sine * sine / (mu * mu)) - 1) / 2;
  double length_v = sqrt(alpha * alpha * sine * sine + mu * mu), vx = alpha * sine / length_v, vz = mu / length_v, sum = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double r = sqrt((i + .5) / n), phi = M_PI * ((j + .5) / n - .5);
      double p1 = r * cos(phi), p2 = r * sin(phi);
      // The frame (v, t1, t2) has t1 = y; cos(phi) runs along it, which is the symmetric one
      p2 = (1 - vz) / 2 * sqrt(fmax(0, 1 - p1 * p1)) + (1 + vz) / 2 * p2;
      double p3 = sqrt(fmax(0, 1 - p1 * p1 - p2 * p2));
      double hx = alpha * (p3 * vx - p2 * vz), hy = alpha * p1, hz = fmax(0, p2 * vx + p3 * vz), l = sqrt(hx * hx + hy * hy + hz * hz);
      double wi = 2 * (sine * hx + mu * hz) / l * hz / l - mu;
      if (wi <= 0) continue;
      double lambda_i = (sqrt(1 + alpha * alpha * (1 - wi * wi) / (wi * wi)) - 1) / 2;
      sum += (1 + lambda_o) / (1 + lambda_o + lambda_i);
    }
  }
  return sum / ((double)n * n);
}

/* The table's coordinates: see ggx_albedo.h. */
static double node_mu(double t, double alpha) {
  double s = t * t;
  return fmin(1, alpha * s / (1 + alpha - s));
}

static int write_table(int n) {
  printf("/* ggx_albedo_table.h - written by tests/engine/test_shade_albedo.c --write; see ggx_albedo.h. Not to be edited. */\n"
         "#ifndef ML_SHADE_GGX_ALBEDO_TABLE_H\n#define ML_SHADE_GGX_ALBEDO_TABLE_H\n\n"
         "/* clang-format off */\nstatic const float ggx_lost_table[%d][%d] = {\n",
         GGX_TABLE_SIZE, GGX_TABLE_SIZE);
  double average[GGX_TABLE_SIZE];
  for (int a = 0; a < GGX_TABLE_SIZE; a++) {
    double alpha = a == 0 ? 1e-5 : a / (GGX_TABLE_SIZE - 1.0), row[GGX_TABLE_SIZE];
    printf("  {");
    for (int m = 0; m < GGX_TABLE_SIZE; m++) {
      row[m] = m == 0 || a == 0 ? 0 : 1 - reference(node_mu(m / (GGX_TABLE_SIZE - 1.0), alpha), alpha, n);
      // At alpha = 0 only the ratio mu / alpha = s / (1 - s) counts: its limit
      if (a == 0 && m > 0 && m < GGX_TABLE_SIZE - 1) row[m] = 1 - reference(node_mu(m / (GGX_TABLE_SIZE - 1.0), 1e-4), 1e-4, n);
      row[m] = row[m] > 0 ? row[m] : 0;
      printf("%.6ff%s", row[m], m == GGX_TABLE_SIZE - 1 ? "" : ", ");
    }
    printf("},\n");
    fflush(stdout);
    // 2 mu E dmu of what bilinear interpolation makes of this row, by the midpoint rule in t
    double sum = 0;
    for (int i = 0, steps = 310000; i < steps && a > 0; i++) {
      double t = (i + .5) / steps, at = t * (GGX_TABLE_SIZE - 1), f = at - floor(at);
      int m = (int)at;
      double mu = node_mu(t, alpha), step = node_mu((i + 1.0) / steps, alpha) - node_mu((double)i / steps, alpha);
      sum += 2 * mu * ((1 - f) * row[m] + f * row[m + 1]) * step;
    }
    average[a] = sum;
  }
  printf("};\nstatic const float ggx_lost_average_table[%d] = {", GGX_TABLE_SIZE);
  for (int a = 0; a < GGX_TABLE_SIZE; a++) printf("%s%.7ff", a ? ", " : "", average[a]);
  printf("};\n/* clang-format on */\n\n#endif\n");
  return 0;
}

static void known_albedos(void **state) {
  (void)state;
  assert_true(fabs(reference(1, .5, 400) - .6878) < 5e-4);
  assert_true(fabs(reference(.5, .5, 400) - .6985) < 5e-4);
  assert_true(fabs(reference(.2, .5, 400) - .7898) < 5e-4);
  assert_true(fabs(reference(1, 1, 400) - (1 - log(2))) < 5e-4);
}

static void table_fits(void **state) {
  (void)state;
  double worst = 0;
  for (int a = 0; a < 16; a++) {
    for (int m = 0; m < 16; m++) {
      double alpha = (a + .37) / 16, mu = (m + .61) / 16;
      double error = fabs(1 - (double)ggx_lost((float)mu, (float)alpha) - reference(mu, alpha, 100));
      if (error > worst) worst = error;
    }
  }
  print_message("largest error of the directional albedo: %.5f\n", worst);
  assert_true(worst < (double)GGX_ALBEDO_ERROR);
}

static void average_agrees(void **state) {
  (void)state;
  for (int a = 1; a <= 10; a++) {
    float alpha = (float)a / 10;
    double sum = 0;
    int n = 20000;
    for (int i = 0; i < n; i++) {
      double mu = (i + .5) / n;
      sum += 2 * mu * (double)ggx_lost((float)mu, alpha) / n;
    }
    assert_true(fabs(sum - (double)ggx_lost_average(alpha)) < 4e-4);
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--write") == 0) return write_table(600);
  const struct CMUnitTest tests[] = {cmocka_unit_test(known_albedos), cmocka_unit_test(table_fits), cmocka_unit_test(average_agrees)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
