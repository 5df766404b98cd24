/* test_shade_coat_albedo.c - makes and proves the table of a coat's albedo, shade/coat_albedo_table.h.
 *
 * Run with --write, the program prints the table; run without, it integrates again away from the table's nodes and holds the interpolation
 * against that. The integral is over the visible normals (Heitz 2018), in which E(mu) is the mean of F G2/G1, by the midpoint rule in
 * double; the azimuth's symmetry halves it. */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chi_square.h"
#include "shade/coat_albedo.h"

static double fresnel(double c, double ior) {
  double t = sqrt(1 - (1 - c * c) / (ior * ior)), s = (c - ior * t) / (c + ior * t), p = (c * ior - t) / (c * ior + t);
  return (s * s + p * p) / 2;
}

static double reference(double mu, double alpha, double ior, int n) {
  double sine = sqrt(1 - mu * mu), lambda_o = (sqrt(1 + alpha * alpha * sine * sine / (mu * mu)) - 1) / 2;
  double length_v = sqrt(alpha * alpha * sine * sine + mu * mu), vx = alpha * sine / length_v, vz = mu / length_v, sum = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      double r = sqrt((i + .5) / n), phi = M_PI * ((j + .5) / n - .5);
      double p1 = r * cos(phi), p2 = r * sin(phi);
      p2 = (1 - vz) / 2 * sqrt(fmax(0, 1 - p1 * p1)) + (1 + vz) / 2 * p2;
      double p3 = sqrt(fmax(0, 1 - p1 * p1 - p2 * p2));
      double hx = alpha * (p3 * vx - p2 * vz), hy = alpha * p1, hz = fmax(0, p2 * vx + p3 * vz), l = sqrt(hx * hx + hy * hy + hz * hz);
      double cosine = (sine * hx + mu * hz) / l, wi = 2 * cosine * hz / l - mu;
      if (wi <= 0) continue;
      double lambda_i = (sqrt(1 + alpha * alpha * (1 - wi * wi) / (wi * wi)) - 1) / 2;
      sum += fresnel(fmin(cosine, 1), ior) * (1 + lambda_o) / (1 + lambda_o + lambda_i);
    }
  }
  return sum / ((double)n * n);
}

/* The cosine-weighted mean: 2 mu E dmu with mu = t^2. */
static double reference_average(double alpha, double ior, int n, int fine) {
  double sum = 0;
  for (int i = 0; i < n; i++) {
    double t = (i + .5) / n, mu = t * t;
    sum += 2 * mu * (alpha > 0 ? reference(mu, alpha, ior, fine) : fresnel(mu, ior)) * 2 * t / n;
  }
  return sum;
}

static double square(double x) { return x * x; }
/* The first node stands for the limit of ior 1. */
static double node_ior(int k) {
  double amplitude = square(k / (COAT_TABLE_IOR - 1.0)) / 2;
  return fmax((1 + amplitude) / (1 - amplitude), 1.0005);
}

static int write_table(int n) {
  printf("/* coat_albedo_table.h - written by tests/engine/test_shade_coat_albedo.c --write; see coat_albedo.h. Not to be edited. */\n"
         "#ifndef ML_SHADE_COAT_ALBEDO_TABLE_H\n#define ML_SHADE_COAT_ALBEDO_TABLE_H\n\n"
         "/* clang-format off */\nconst float coat_albedo_table[%d][%d][%d] = {\n",
         COAT_TABLE_IOR, COAT_TABLE_ALPHA, COAT_TABLE_MU);
  for (int k = 0; k < COAT_TABLE_IOR; k++) {
    printf("  {\n");
    for (int j = 0; j < COAT_TABLE_ALPHA; j++) {
      double alpha = square(j / (COAT_TABLE_ALPHA - 1.0)), ior = node_ior(k);
      printf("    {");
      for (int i = 0; i < COAT_TABLE_MU; i++) {
        double mu = fmax(square(i / (COAT_TABLE_MU - 1.0)), 1e-5);
        printf("%s%.5ff", i ? ", " : "", j == 0 ? 1 : reference(mu, alpha, ior, n) / fresnel(mu, ior));
      }
      printf("},\n");
    }
    printf("  },\n");
  }
  printf("};\nconst float coat_average_table[%d][%d] = {\n", COAT_TABLE_IOR, COAT_TABLE_ALPHA);
  for (int k = 0; k < COAT_TABLE_IOR; k++) {
    printf("  {");
    for (int j = 0; j < COAT_TABLE_ALPHA; j++) {
      double average = k == 0 ? 0 : reference_average(square(j / (COAT_TABLE_ALPHA - 1.0)), node_ior(k), n, n / 2);
      printf("%s%.6ff", j ? ", " : "", average);
    }
    printf("},\n");
  }
  printf("};\n/* clang-format on */\n\n#endif\n");
  return 0;
}

static void table_fits(void **state) {
  (void)state;
  TestRandom random = {1};
  double worst = 0, worst_grazing = 0, sum = 0;
  enum { N = 500 };
  for (int n = 0; n < N; n++) {
    float mu = fmaxf(test_random(&random), .002f), alpha = test_random(&random), ior = 1.02f + 1.9f * test_random(&random);
    if (n % 2) alpha *= alpha * alpha, mu = fmaxf(mu * mu, .002f);
    double error = fabs((double)coat_albedo(mu, alpha, ior) - reference((double)mu, (double)alpha, (double)ior, 80));
    sum += error;
    if (mu > .05f) worst = fmax(worst, error);
    else worst_grazing = fmax(worst_grazing, error);
  }
  print_message("error of a coat's albedo: at most %.5f, at grazing angles %.5f; mean %.5f\n", worst, worst_grazing, sum / N);
  assert_true(worst < (double)COAT_ALBEDO_ERROR && worst_grazing < .04 && sum / N < .0015);
}

/* The average is that of the interpolated albedo, too: what furnaces depend on. */
static void average_agrees(void **state) {
  (void)state;
  double worst = 0;
  for (int a = 0; a <= 10; a++) {
    for (int k = 1; k < 8; k++) {
      float alpha = (float)a / 10, ior = 1 + (float)k / 4;
      double sum = 0;
      int n = 2000;
      for (int i = 0; i < n; i++) {
        double t = (i + .5) / n;
        sum += 4 * t * t * t * (double)coat_albedo((float)(t * t), alpha, ior) / n;
      }
      worst = fmax(worst, fabs(sum - (double)coat_albedo_average(alpha, ior)));
    }
  }
  print_message("largest error of its average: %.5f\n", worst);
  assert_true(worst < .003);
}

/* Diffuse reflectance of glass (Duntley 1942; Egan & Hilgeman 1973: .0918 at 1.5), and no reflection without a change of index. */
static void known_albedos(void **state) {
  (void)state;
  assert_true(fabs((double)coat_albedo_average(0, 1.5f) - .0918) < 1e-3);
  assert_true(fabs((double)coat_albedo(1, 0, 1.5f) - .04) < 1e-6);
  assert_true(coat_albedo(.5f, .3f, 1) == 0);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--write") == 0) return write_table(128);
  const struct CMUnitTest tests[] = {cmocka_unit_test(table_fits), cmocka_unit_test(average_agrees), cmocka_unit_test(known_albedos)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
