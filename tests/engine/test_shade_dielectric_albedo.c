/* test_shade_dielectric_albedo.c - makes and proves the tables of what rough dielectrics lose, shade/dielectric_albedo_table.h.
 *
 * Run with --write, the program prints the tables; run without, it integrates again at other places than the nodes and holds the
 * interpolation against that. The integral is over the visible normals (Heitz 2018) by the midpoint rule in double, about which see
 * test_shade_albedo.c. */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chi_square.h"
#include "shade/dielectric_albedo.h"

static double fresnel(double cosine, double n, double *cos_t) {
  double sin2 = (1 - cosine * cosine) / (n * n);
  *cos_t = sqrt(fmax(0, 1 - sin2));
  if (sin2 >= 1) return 1;
  double a = (n * cosine - *cos_t) / (n * cosine + *cos_t), b = (cosine - n * *cos_t) / (cosine + n * *cos_t);
  return (a * a + b * b) / 2;
}
static double lambda(double mu, double alpha) { return (sqrt(1 + alpha * alpha * fmax(0, 1 - mu * mu) / (mu * mu)) - 1) / 2; }

typedef struct Albedo {
  double reflected, transmitted;
} Albedo;

/* n: index beyond over the index on mu's side. */
static Albedo reference(double mu, double alpha, double n, int steps) {
  double sine = sqrt(1 - mu * mu), lambda_o = lambda(mu, alpha), length_v = sqrt(alpha * alpha * sine * sine + mu * mu);
  double vx = alpha * sine / length_v, vz = mu / length_v;
  Albedo sum = {0, 0};
  for (int i = 0; i < steps; i++) {
    for (int j = 0; j < steps; j++) {
      double r = sqrt((i + .5) / steps), phi = M_PI * ((j + .5) / steps - .5), p1 = r * cos(phi), p2 = r * sin(phi);
      p2 = (1 - vz) / 2 * sqrt(fmax(0, 1 - p1 * p1)) + (1 + vz) / 2 * p2;
      double p3 = sqrt(fmax(0, 1 - p1 * p1 - p2 * p2));
      double hx = alpha * (p3 * vx - p2 * vz), hy = alpha * p1, hz = fmax(1e-12, p2 * vx + p3 * vz), l = sqrt(hx * hx + hy * hy + hz * hz);
      double oh = (sine * hx + mu * hz) / l, cos_t, f = fresnel(oh, n, &cos_t);
      double up = 2 * oh * hz / l - mu, down = (cos_t - oh / n) * hz / l + mu / n;
      if (up > 0) sum.reflected += f * (1 + lambda_o) / (1 + lambda_o + lambda(up, alpha));
      if (f < 1 && down > 0) sum.transmitted += (1 - f) * (1 + lambda_o) / (1 + lambda_o + lambda(fmin(down, 1), alpha));
    }
  }
  return (Albedo){sum.reflected / ((double)steps * steps), sum.transmitted / ((double)steps * steps)};
}

/* ---- writing */

enum { IORS = DIELECTRIC_TABLE_IORS, ALPHAS = DIELECTRIC_TABLE_ALPHAS, COSINES = DIELECTRIC_TABLE_COSINES };
static const char *const names[2] = {"lost_thin", "lost_dense"};

static void write_table(const char *name, double table[IORS][ALPHAS][COSINES]) {
  printf("const uint16_t dielectric_%s_table[%d][%d][%d] = {\n", name, IORS, ALPHAS, COSINES);
  for (int s = 0; s < IORS; s++) {
    printf("  {\n");
    for (int a = 0; a < ALPHAS; a++) {
      printf("    {");
      for (int m = 0; m < COSINES; m++) printf("%.0f%s", table[s][a][m], m == COSINES - 1 ? "},\n" : ", ");
    }
    printf("  },\n");
  }
  printf("};\nconst float dielectric_%s_average_table[%d][%d] = {\n", name, IORS, ALPHAS);
  for (int s = 0; s < IORS; s++) {
    printf("  {");
    for (int a = 0; a < ALPHAS; a++) {
      // The integral of 2 mu f dmu = 4 t^3 f dt, with f linear in t between nodes
      double sum = 0;
      for (int m = 0; m + 1 < COSINES; m++) {
        double t0 = m / (COSINES - 1.0), t1 = (m + 1) / (COSINES - 1.0), f0 = table[s][a][m], slope = (table[s][a][m + 1] - f0) / (t1 - t0);
        sum += (f0 - slope * t0) * (pow(t1, 4) - pow(t0, 4)) + slope * .8 * (pow(t1, 5) - pow(t0, 5));
      }
      printf("%.7ff%s", sum / 65535, a == ALPHAS - 1 ? "},\n" : ", ");
    }
  }
  printf("};\n");
}

static int write_tables(int steps) {
  static double tables[2][IORS][ALPHAS][COSINES];
  for (int s = 0; s < IORS; s++) {
    for (int a = 0; a < ALPHAS; a++) {
      for (int m = 0; m < COSINES; m++) {
        // Where the limit cannot be integrated, a place next to it
        double x = s / (IORS - 1.0), y = a / (ALPHAS - 1.0), t = m / (COSINES - 1.0);
        double amplitude = fmax(1e-4, x * x * (double)DIELECTRIC_TABLE_AMPLITUDE), n = (1 + amplitude) / (1 - amplitude);
        double alpha = fmax(1e-5, y * y), mu = fmax(1e-5, t * t);
        Albedo thin = reference(mu, alpha, n, steps), dense = reference(mu, alpha, 1 / n, steps);
        double values[2] = {1 - thin.reflected - thin.transmitted, 1 - dense.reflected - dense.transmitted};
        for (int k = 0; k < 2; k++) tables[k][s][a][m] = a == 0 ? 0 : nearbyint(65535 * fmin(fmax(values[k], 0), 1));
      }
    }
  }
  printf(
    "/* dielectric_albedo_table.h - written by tests/engine/test_shade_dielectric_albedo.c --write; see dielectric_albedo.h. Not to be\n"
    " * edited. thin: seen from the side of the lower index; dense: from the other. */\n"
    "#ifndef ML_SHADE_DIELECTRIC_ALBEDO_TABLE_H\n#define ML_SHADE_DIELECTRIC_ALBEDO_TABLE_H\n\n#include <stdint.h>\n\n/* clang-format off */\n");
  for (int k = 0; k < 2; k++) write_table(names[k], tables[k]);
  printf("/* clang-format on */\n\n#endif\n");
  return 0;
}

/* ---- proving */

/* Smooth, it is Fresnel's formula; lossless however the side is seen: what is transmitted times the squared index balances. */
static void known_albedos(void **state) {
  (void)state;
  assert_true(fabs(reference(1, 1e-3, 1.5, 100).reflected - .04) < 1e-5);
  assert_true(fabs(reference(cos(M_PI / 3), 1e-3, 1.5, 100).reflected - .089187) < 1e-5);
  assert_true(fabs(reference(cos(M_PI / 3), 1e-3, 1.5, 100).transmitted - (1 - .089187)) < 1e-5);
  double alphas[2] = {.3, .8}, n = 1.5;
  for (int a = 0; a < 2; a++) {
    double out = 0, in = 0;
    for (int i = 0; i < 200; i++) {
      double mu = (i + .5) / 200;
      out += 2 * mu * reference(mu, alphas[a], n, 40).transmitted / 200;
      in += 2 * mu * reference(mu, alphas[a], 1 / n, 40).transmitted / 200;
    }
    assert_true(fabs(out - n * n * in) < 2e-3);
  }
}

static void tables_fit(void **state) {
  (void)state;
  enum { N = 3000 };
  double worst[2] = {0, 0}, squares[2] = {0, 0};
  TestRandom random = {4};
  for (int i = 0; i < N; i++) {
    float mu = .01f + .99f * test_random(&random), roughness = .03f + .97f * test_random(&random), alpha = roughness * roughness;
    float s = .005f + .81f * test_random(&random) * test_random(&random), n = (1 + s) / (1 - s);
    Albedo thin = reference((double)mu, (double)alpha, (double)n, 40), dense = reference((double)mu, (double)alpha, 1 / (double)n, 40);
    double errors[2] = {(double)dielectric_lost(mu, alpha, 1 / n) - (1 - thin.reflected - thin.transmitted),
                        (double)dielectric_lost(mu, alpha, n) - (1 - dense.reflected - dense.transmitted)};
    for (int k = 0; k < 2; k++) {
      worst[k] = fmax(worst[k], fabs(errors[k]));
      squares[k] += errors[k] * errors[k] / N;
    }
  }
  for (int k = 0; k < 2; k++) {
    print_message("%s: largest error %.4f, root mean square %.4f\n", names[k], worst[k], sqrt(squares[k]));
    assert_true(worst[k] < (double)DIELECTRIC_ALBEDO_ERROR && sqrt(squares[k]) < (double)DIELECTRIC_ALBEDO_RMS);
  }
}

static void averages_agree(void **state) {
  (void)state;
  TestRandom random = {5};
  for (int i = 0; i < 40; i++) {
    float alpha = test_random(&random), n = 1 + 5 * test_random(&random);
    double sums[2] = {0, 0};
    enum { STEPS = 4000 };
    for (int j = 0; j < STEPS; j++) {
      float mu = ((float)j + .5f) / STEPS;
      sums[0] += 2 * (double)(mu * dielectric_lost(mu, alpha, 1 / n)) / STEPS;
      sums[1] += 2 * (double)(mu * dielectric_lost(mu, alpha, n)) / STEPS;
    }
    assert_true(fabs(sums[0] - (double)dielectric_lost_average(alpha, 1 / n)) < 1e-4);
    assert_true(fabs(sums[1] - (double)dielectric_lost_average(alpha, n)) < 1e-4);
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--write") == 0) return write_tables(argc > 2 ? atoi(argv[2]) : 200);
  const struct CMUnitTest tests[] = {cmocka_unit_test(known_albedos), cmocka_unit_test(tables_fit), cmocka_unit_test(averages_agree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
