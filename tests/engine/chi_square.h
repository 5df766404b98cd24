/* chi_square.h - for tests of sampling: histograms of samples against integrals of their density.
 *
 * A test draws CHI_SAMPLES samples into cells, expects the cells' integrals, pools cells that expect fewer than 5 and fails below the
 * level .01 after Sidak's correction for `tests` comparisons in the program. Everything is seeded: it fails always or never. */
#ifndef ML_TESTS_CHI_SQUARE_H
#define ML_TESTS_CHI_SQUARE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "math/vec.h"
#include "rounds.h"

#define CHI_SAMPLES ROUNDS(1000000)

/* PCG32 (O'Neill 2014): independent of the engine's own sequences. */
typedef struct TestRandom {
  uint64_t state;
} TestRandom;
static inline float test_random(TestRandom *r) {
  uint64_t old = r->state;
  r->state = old * 6364136223846793005ull + 1442695040888963407ull;
  uint32_t x = (uint32_t)(((old >> 18) ^ old) >> 27), rot = (uint32_t)(old >> 59);
  return (float)(((x >> rot) | (x << ((32 - rot) & 31))) >> 8) * 0x1p-24f;
}
static inline Vec2 test_random2(TestRandom *r) {
  float x = test_random(r);
  return (Vec2){x, test_random(r)};
}

/* Q(k/2, x/2): the chance of a chi-square of k degrees of freedom above x (Wilson & Hilferty 1931; k is large here). */
static inline double chi_square_tail(double x, double k) {
  double z = (cbrt(x / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
  return 0.5 * erfc(z / sqrt(2));
}

/* Whether counts of `total` samples agree with expected counts. The rest of both is one more cell. */
static inline bool chi_square_agrees(const char *what, const double *observed, const double *expected, int cells, double total, int tests) {
  double x = 0, pooled_observed = total, pooled_expected = total, rest_observed = 0, rest_expected = 0;
  int used = 0;
  for (int i = 0; i < cells; i++) {
    pooled_observed -= observed[i];
    pooled_expected -= expected[i];
    if (expected[i] < 5) {
      rest_observed += observed[i];
      rest_expected += expected[i];
    } else {
      x += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
      used++;
    }
  }
  // What is not in any cell (absorbed samples) and the cells that expect too little
  pooled_observed += rest_observed;
  pooled_expected += rest_expected;
  if (pooled_expected >= 5) {
    x += (pooled_observed - pooled_expected) * (pooled_observed - pooled_expected) / pooled_expected;
    used++;
  } else if (pooled_observed > 40 + 20 * fabs(pooled_expected)) {
    printf("%s: %g samples where %g were expected\n", what, pooled_observed, pooled_expected);
    return false;
  }
  double p = chi_square_tail(x, used - 1), level = 1 - pow(1 - .01, 1.0 / tests);
  bool agrees = used > 10 && p > level;
  if (!agrees) printf("%s: chi-square %g with %d cells, p = %g\n", what, x, used, p);
  return agrees;
}

/* ---- directions: cells of equal solid angle about z */

#define CHI_ROWS 48
#define CHI_COLUMNS 64

typedef struct DirectionChart {
  double observed[CHI_ROWS * CHI_COLUMNS], expected[CHI_ROWS * CHI_COLUMNS];
} DirectionChart;

static inline void chart_add(DirectionChart *chart, Vec3 w) {
  double z = ((double)w[2] + 1) / 2 * CHI_ROWS, phi = (atan2((double)w[1], (double)w[0]) / (2 * M_PI) + .5) * CHI_COLUMNS;
  int row = z < 0 ? 0 : z >= CHI_ROWS ? CHI_ROWS - 1 : (int)z, column = phi >= CHI_COLUMNS ? CHI_COLUMNS - 1 : (int)phi;
  chart->observed[row * CHI_COLUMNS + column]++;
}

/* The mean of the density over a cell, by the midpoint rule of fine^2 points; the least and the most of them. */
static inline double chart_cell_mean(int row, int column, double (*density)(Vec3 w, void *ud), void *ud, int fine, double *least,
                                     double *most) {
  double sum = 0;
  *least = HUGE_VAL;
  *most = 0;
  for (int i = 0; i < fine * fine; i++) {
    double z = (row + (i / fine + .5) / fine) / CHI_ROWS * 2 - 1, r = sqrt(1 - z * z);
    double phi = ((column + (i % fine + .5) / fine) / CHI_COLUMNS - .5) * 2 * M_PI;
    double value = density(vec3((float)(r * cos(phi)), (float)(r * sin(phi)), (float)z), ud);
    sum += value;
    *least = fmin(*least, value);
    *most = fmax(*most, value);
  }
  return sum / (fine * fine);
}

/* Integrates the density over the cells, those in which it changes much (edges of lights) with 12 times finer steps. */
static inline void chart_expect(DirectionChart *chart, double (*density)(Vec3 w, void *ud), void *ud, int fine) {
  for (int row = 0; row < CHI_ROWS; row++) {
    for (int column = 0; column < CHI_COLUMNS; column++) {
      double least, most, mean = chart_cell_mean(row, column, density, ud, fine, &least, &most);
      if (most > 3 * least) mean = chart_cell_mean(row, column, density, ud, 12 * fine, &least, &most);
      chart->expected[row * CHI_COLUMNS + column] = mean * (4 * M_PI) / (CHI_ROWS * CHI_COLUMNS) * CHI_SAMPLES;
    }
  }
}
static inline bool chart_agrees(const char *what, const DirectionChart *chart, int tests) {
  return chi_square_agrees(what, chart->observed, chart->expected, CHI_ROWS * CHI_COLUMNS, CHI_SAMPLES, tests);
}

#endif
