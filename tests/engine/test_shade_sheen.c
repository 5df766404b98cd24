/* test_shade_sheen.c - makes and proves the table of the sheen's albedo, shade/sheen_table.h.
 *
 * Run with --write, the program prints the table; run without, it integrates again away from the table's nodes. The integral is over the
 * hemisphere by the midpoint rule in double, with mu_i = t^2 and half of the azimuth. */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chi_square.h"
#include "shade/sheen.h"

static double mix(double a, double b, double t) { return t * a + (1 - t) * b; }
static double log_lambda(double c, double alpha) {
  double t = (1 - alpha) * (1 - alpha);
  return mix(25.3245, 21.5473, t) / (1 + mix(3.32435, 3.82987, t) * pow(c, mix(.16801, .19823, t))) + mix(-1.27393, -1.97760, t) * c +
         mix(-4.85967, -4.32054, t);
}
static double lambda(double c, double alpha) {
  return c < .5 ? exp(log_lambda(c, alpha)) : exp(2 * log_lambda(.5, alpha) - log_lambda(1 - c, alpha));
}

static double reference(double mu, double alpha, int n) {
  double so = sqrt(1 - mu * mu), lambda_o = lambda(mu, alpha), sum = 0;
  for (int i = 0; i < n; i++) {
    double t = (i + .5) / n, wi = t * t, si = sqrt(1 - wi * wi), g = 1 / (1 + lambda_o + lambda(wi, alpha));
    for (int j = 0; j < n; j++) {
      double cosine = so * si * cos(M_PI * (j + .5) / n) + mu * wi, hz2 = (mu + wi) * (mu + wi) / (2 + 2 * cosine);
      sum += pow(fmax(0, 1 - hz2), .5 / alpha) * g * t;
    }
  }
  return sum / ((double)n * n) * (2 + 1 / alpha) / (2 * mu);
}

static double square(double x) { return x * x; }
static double node_mu(int i) { return fmax(square(i / (SHEEN_TABLE_MU - 1.0)), 1e-4); }
/* The nodes below the least alpha repeat what stands there. */
static double node_alpha(int j) { return fmax(square(j / (SHEEN_TABLE_ALPHA - 1.0)), .05); }

static int write_table(int n) {
  printf("/* sheen_table.h - written by tests/engine/test_shade_sheen.c --write; see sheen.h. Not to be edited. */\n"
         "#ifndef ML_SHADE_SHEEN_TABLE_H\n#define ML_SHADE_SHEEN_TABLE_H\n\n"
         "/* clang-format off */\nconst float sheen_albedo_table[%d][%d] = {\n",
         SHEEN_TABLE_ALPHA, SHEEN_TABLE_MU);
  double average[SHEEN_TABLE_ALPHA];
  for (int j = 0; j < SHEEN_TABLE_ALPHA; j++) {
    double row[SHEEN_TABLE_MU];
    printf("  {");
    for (int i = 0; i < SHEEN_TABLE_MU; i++) {
      row[i] = reference(node_mu(i), node_alpha(j), n);
      printf("%s%.5ff", i ? ", " : "", row[i]);
    }
    printf("},\n");
    // The mean of what is interpolated: 2 mu E dmu with mu = t^2
    average[j] = 0;
    for (int i = 0, steps = 23000; i < steps; i++) {
      double t = (i + .5) / steps, at = t * (SHEEN_TABLE_MU - 1), f = at - floor(at);
      average[j] += 4 * t * t * t * ((1 - f) * row[(int)at] + f * row[(int)at + 1]) / steps;
    }
  }
  printf("};\nconst float sheen_average_table[%d] = {", SHEEN_TABLE_ALPHA);
  for (int j = 0; j < SHEEN_TABLE_ALPHA; j++) printf("%s%.6ff", j ? ", " : "", average[j]);
  printf("};\n/* clang-format on */\n\n#endif\n");
  return 0;
}

static void table_fits(void **state) {
  (void)state;
  TestRandom random = {1};
  double worst = 0;
  for (int n = 0; n < 300; n++) {
    float mu = fmaxf(test_random(&random), .002f), alpha = SHEEN_ALPHA_LEAST + (1 - SHEEN_ALPHA_LEAST) * test_random(&random);
    if (n % 2) alpha = fmaxf(alpha * alpha, SHEEN_ALPHA_LEAST), mu = fmaxf(mu * mu, .002f);
    worst = fmax(worst, fabs((double)sheen_albedo(mu, alpha) - reference((double)mu, (double)alpha, 120)));
  }
  print_message("largest error of the sheen's albedo: %.5f\n", worst);
  assert_true(worst < (double)SHEEN_ALBEDO_ERROR);
}

/* Nothing scatters more than it gets. */
static void no_energy_is_made(void **state) {
  (void)state;
  for (int a = 0; a <= 20; a++) {
    for (int m = 0; m <= 200; m++) {
      float alpha = fmaxf((float)a / 20, SHEEN_ALPHA_LEAST), albedo = sheen_albedo((float)m / 200, alpha);
      assert_true(albedo >= 0 && albedo < 1);
    }
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--write") == 0) return write_table(600);
  const struct CMUnitTest tests[] = {cmocka_unit_test(table_fits), cmocka_unit_test(no_energy_is_made)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
