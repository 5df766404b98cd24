/* test_shade_dispersion.c - makes and proves the table of wavelengths, shade/dispersion_table.h; indices of known glasses.
 *
 * Run with --write, the program prints the table. The observer is the fit of Wyman, Sloan & Shirley 2013, "Simple Analytic Approximations
 * to the CIE XYZ Color Matching Functions" (JCGT 2(2)), multi-lobe, from 390 to 690 nm. */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chi_square.h"
#include "shade/dispersion.h"

enum { NODES = DISPERSION_TABLE_SIZE, FINE = 30000 };
#define FROM_NM 390.0
#define TO_NM 690.0

static double bell(double nm, double center, double below, double above) {
  double t = (nm - center) * (nm < center ? below : above);
  return exp(-t * t / 2);
}

/* Linear Rec.709 of one wavelength, negative parts cut. */
static void color_of(double nm, double rgb[3]) {
  double x = .362 * bell(nm, 442.0, .0624, .0374) + 1.056 * bell(nm, 599.8, .0264, .0323) - .065 * bell(nm, 501.1, .0490, .0382);
  double y = .821 * bell(nm, 568.8, .0213, .0247) + .286 * bell(nm, 530.9, .0613, .0322);
  double z = 1.217 * bell(nm, 437.0, .0845, .0278) + .681 * bell(nm, 459.0, .0385, .0725);
  rgb[0] = fmax(0, 3.2404542 * x - 1.5371385 * y - .4985314 * z);
  rgb[1] = fmax(0, -.9692660 * x + 1.8760108 * y + .0415560 * z);
  rgb[2] = fmax(0, .0556434 * x - .2040259 * y + 1.0572252 * z);
}

/* The means of all three channels over all wavelengths. */
static void means_of(double means[3]) {
  memset(means, 0, 3 * sizeof *means);
  for (int i = 0; i < FINE; i++) {
    double rgb[3];
    color_of(FROM_NM + (TO_NM - FROM_NM) * (i + .5) / FINE, rgb);
    for (int c = 0; c < 3; c++) means[c] += rgb[c] / FINE;
  }
}

static void make_table(double table[NODES][4]) {
  double means[3];
  means_of(means);
  // Where the sum of the channels, each of mean 1, has grown to an even share of 3
  double grown = 0;
  table[0][0] = FROM_NM;
  for (int i = 0, node = 1; i < FINE && node < NODES; i++) {
    double rgb[3], nm = FROM_NM + (TO_NM - FROM_NM) * (i + .5) / FINE;
    color_of(nm, rgb);
    double step = (rgb[0] / means[0] + rgb[1] / means[1] + rgb[2] / means[2]) / 3 / FINE;
    for (; node < NODES - 1 && grown + step >= (double)node / (NODES - 1); node++)
      table[node][0] = nm + ((node / (NODES - 1.0) - grown) / step - .5) * (TO_NM - FROM_NM) / FINE;
    grown += step;
  }
  table[NODES - 1][0] = TO_NM;
  // Colours that add up to 3, then the trapezoid rule's means made 1 (both hold together: the sums of the channels do not move)
  for (int k = 0; k < NODES; k++) {
    double rgb[3];
    color_of(table[k][0], rgb);
    double sum = 0;
    for (int c = 0; c < 3; c++) sum += rgb[c] / means[c];
    for (int c = 0; c < 3; c++) table[k][1 + c] = 3 * rgb[c] / means[c] / sum;
  }
  for (int round = 0; round < 50; round++) {
    for (int c = 0; c < 3; c++) {
      double mean = 0;
      for (int k = 0; k < NODES; k++) mean += table[k][1 + c] * (k == 0 || k == NODES - 1 ? .5 : 1) / (NODES - 1);
      for (int k = 0; k < NODES; k++) table[k][1 + c] /= mean;
    }
    if (round == 49) break;
    for (int k = 0; k < NODES; k++) {
      double sum = table[k][1] + table[k][2] + table[k][3];
      for (int c = 0; c < 3; c++) table[k][1 + c] *= 3 / sum;
    }
  }
}

static int write_table(void) {
  static double table[NODES][4];
  make_table(table);
  printf("/* dispersion_table.h - written by tests/engine/test_shade_dispersion.c --write; see dispersion.h. Not to be edited.\n"
         " * Wavelength in nm, red, green, blue. */\n"
         "#ifndef ML_SHADE_DISPERSION_TABLE_H\n#define ML_SHADE_DISPERSION_TABLE_H\n\n/* clang-format off */\n"
         "const float dispersion_table[%d][4] = {\n",
         NODES);
  for (int k = 0; k < NODES; k++) printf("  {%.3ff, %.7ff, %.7ff, %.7ff},\n", table[k][0], table[k][1], table[k][2], table[k][3]);
  printf("};\n/* clang-format on */\n\n#endif\n");
  return 0;
}

static void table_is_reproducible(void **state) {
  (void)state;
  static double table[NODES][4];
  make_table(table);
  for (int k = 0; k < NODES; k++) {
    assert_true(fabs(table[k][0] - (double)dispersion_table[k][0]) < 1e-3);
    for (int c = 1; c < 4; c++) assert_true(fabs(table[k][c] - (double)dispersion_table[k][c]) < 1e-6);
  }
}

/* White in the mean, never negative, always as bright, in ascending order. */
static void mean_is_white(void **state) {
  (void)state;
  enum { N = 1 << 20 };
  double sums[3] = {0, 0, 0};
  float before = 0;
  for (int i = 0; i < N; i++) {
    Spectrum s;
    float nm = dispersion_sample(((float)i + .5f) / N, &s);
    MlColor c = spectrum_to_color(s);
    assert_true(nm >= before && nm >= 390 && nm <= 690);
    before = nm;
    assert_true(c.r >= 0 && c.g >= 0 && c.b >= 0);
    assert_true(fabsf(spectrum_average(s) - 1) < 1e-5f);
    sums[0] += (double)c.r / N, sums[1] += (double)c.g / N, sums[2] += (double)c.b / N;
  }
  for (int c = 0; c < 3; c++) assert_true(fabs(sums[c] - 1) < 1e-6);
}

/* Blue, green, red light look like that. */
static void hues(void **state) {
  (void)state;
  const struct {
    float nm;
    int channel;
  } known[] = {{450, 2}, {540, 1}, {640, 0}};
  for (int k = 0; k < 3; k++) {
    Spectrum s = spectrum_zero();
    float u = 0;
    while (u < 1 && dispersion_sample(u, &s) < known[k].nm) u += 1e-4f;
    MlColor c = spectrum_to_color(s);
    const float rgb[3] = {c.r, c.g, c.b};
    for (int i = 0; i < 3; i++) assert_true(i == known[k].channel ? rgb[i] > 2 : rgb[i] < .6f);
  }
}

/* Catalogue indices (Schott) at the C, d, F and g lines, from n_d and V alone. */
static void known_glasses(void **state) {
  (void)state;
  const struct {
    float nd, abbe, nc, nf, ng;
  } known[] = {
    {1.51680f, 64.17f, 1.51432f, 1.52238f, 1.52668f}, /* N-BK7 */
    {1.71736f, 29.51f, 1.71034f, 1.73464f, 1.74934f}, /* N-SF1, SF1 class */
  };
  for (int i = 0; i < 2; i++) {
    const Lobe lobe = {.kind = LOBE_DIELECTRIC, .ior = known[i].nd, .abbe = known[i].abbe};
    float nf = dispersion_index(&lobe, 486.1327f), nc = dispersion_index(&lobe, 656.2725f);
    assert_true(fabsf((known[i].nd - 1) / (nf - nc) - known[i].abbe) < .01f * known[i].abbe);
    assert_true(fabsf(nc - known[i].nc) < 1e-3f && fabsf(nf - known[i].nf) < 2e-3f);
    assert_true(fabsf(dispersion_index(&lobe, 435.8343f) - known[i].ng) < 4e-3f);
    assert_true(dispersion_index(&lobe, 0) == known[i].nd);
    assert_true(fabsf(dispersion_index(&lobe, WAVELENGTH_D) - known[i].nd) < 1e-6f);
  }
  const Lobe plain = {.kind = LOBE_DIELECTRIC, .ior = 1.5f};
  assert_true(dispersion_index(&plain, 400) == 1.5f);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--write") == 0) return write_table();
  const struct CMUnitTest tests[] = {cmocka_unit_test(table_is_reproducible), cmocka_unit_test(mean_is_white), cmocka_unit_test(hues),
                                     cmocka_unit_test(known_glasses)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
