/* means.h - expected pictures: per pixel and channel a mean and a variance of small renders, stored in files, and a test against them.
 *
 * Hashes tell every change; this tells wrong changes from intended ones of sampling, which move noise but no mean. A picture is rendered
 * MEANS_REPLICATES times from different seeds. For blocks of 1, 2, 4, 8, 16 pixels a side and for the whole, a weighted mean is compared
 * with the reference's by a z-test. The weights mean/variance are those of the matched filter for a change of brightness: noisy
 * pixels (caustics) count little, so a light or a surface that is wrong by 2 % is seen. The test is linear in the samples, so it holds
 * for whatever sampling is unbiased.
 *
 * A block's variance is the larger one of the reference's, scaled by how much noisier the level is (in the median), and of the spread of the
 * replicates: a lone bright sample that the reference never saw raises both mean and spread, and cannot fail the test. All tests of a
 * program together fail by chance with probability MEANS_CHANCE, a sixth of it per size of blocks (Sidak's correction inside). */
#ifndef TESTS_MEANS_H
#define TESTS_MEANS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEANS_WIDTH 48
#define MEANS_HEIGHT 32
#define MEANS_VALUES (MEANS_WIDTH * MEANS_HEIGHT * 3)
#define MEANS_SAMPLES 64    /* of one replicate */
#define MEANS_REPLICATES 16 /* of a test */
#define MEANS_REFERENCE_REPLICATES 64
#define MEANS_CHANCE .001
#define MEANS_LEVELS 6
#define MEANS_WINDOW 3
#define MEANS_SLACK 1e-4 /* relative: rounding of sums, of stored means */

typedef struct Reference {
  uint64_t source; /* hash of the scene's text */
  uint32_t replicates;
  double mean[MEANS_VALUES], variance[MEANS_VALUES]; /* of one replicate */
} Reference;

typedef struct Replicates {
  uint32_t count;
  float (*values)[MEANS_VALUES]; /* linear RGB, top row first */
} Replicates;

/* ------------------------------------------------------------------- files */

/* After one line of text a uint32 per value, little-endian: a float's upper 24 bits for the mean, and below them a byte for the variance
 * in quarters of octaves, relative to the square of the mean (0: none). */
static inline uint32_t means_pack(double mean, double variance) {
  float rounded = (float)mean;
  uint32_t bits, code = 0;
  memcpy(&bits, &rounded, sizeof bits);
  if (mean > 0 && variance > 0) code = (uint32_t)fmin(255, fmax(1, ceil(4 * log2(variance / (mean * mean)) + 160)));
  return ((bits + 0x80) & 0xffffff00u) | code;
}
static inline void means_unpack(uint32_t packed, double *mean, double *variance) {
  uint32_t bits = packed & 0xffffff00u, code = packed & 255;
  float rounded;
  memcpy(&rounded, &bits, sizeof rounded);
  *mean = (double)rounded;
  *variance = code ? *mean * *mean * exp2((code - 160.0) / 4) : 0;
}

#define MEANS_HEAD "moonlit means 1: %dx%d, %u samples, %u replicates, scene %016llx\n"

static inline bool reference_write(const char *path, const Reference *reference) {
  FILE *file = fopen(path, "wb");
  if (!file) return false;
  fprintf(file, MEANS_HEAD, MEANS_WIDTH, MEANS_HEIGHT, MEANS_SAMPLES, reference->replicates, (unsigned long long)reference->source);
  for (int i = 0; i < MEANS_VALUES; i++) {
    uint32_t packed = means_pack(reference->mean[i], reference->variance[i]);
    for (int shift = 0; shift < 32; shift += 8) putc((int)(packed >> shift & 255), file);
  }
  bool good = !ferror(file);
  return fclose(file) == 0 && good;
}

/* false: not there, damaged, or made for other sizes or counts. */
static inline bool reference_read(const char *path, Reference *reference) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  int width = 0, height = 0;
  unsigned samples = 0, replicates = 0;
  unsigned long long source = 0;
  char line[200];
  bool good = fgets(line, sizeof line, file) && sscanf(line, MEANS_HEAD, &width, &height, &samples, &replicates, &source) == 5 &&
              width == MEANS_WIDTH && height == MEANS_HEIGHT && samples == MEANS_SAMPLES;
  for (int i = 0; i < MEANS_VALUES && good; i++) {
    uint8_t bytes[4];
    good = fread(bytes, 1, 4, file) == 4;
    uint32_t packed = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    means_unpack(packed, &reference->mean[i], &reference->variance[i]);
  }
  good = good && getc(file) == EOF;
  fclose(file);
  reference->source = source;
  reference->replicates = replicates;
  return good;
}

static inline void reference_make(const Replicates *r, uint64_t source, Reference *out) {
  *out = (Reference){.source = source, .replicates = r->count};
  for (int i = 0; i < MEANS_VALUES; i++) {
    double sum = 0, squares = 0;
    for (uint32_t k = 0; k < r->count; k++) sum += (double)r->values[k][i];
    double mean = sum / r->count;
    for (uint32_t k = 0; k < r->count; k++) squares += ((double)r->values[k][i] - mean) * ((double)r->values[k][i] - mean);
    out->mean[i] = mean;
    out->variance[i] = squares / (r->count - 1);
  }
}

/* ---------------------------------------------------------------- the test */

typedef struct Block {
  double expected, mean; /* weighted sums */
  double own, reference; /* variances of one replicate */
} Block;

typedef struct Finding {
  double z;       /* the largest in units of its level's threshold: more than 1 fails */
  int x, y, size; /* where, in pixels */
  int channel;
  double ratio; /* what is there by what was expected */
  double noise; /* variance of pixels by that of the reference */
} Finding;

static inline int level_size(int level) { return level == MEANS_LEVELS - 1 ? MEANS_WIDTH : 1 << level; }
static inline int level_columns(int level) { return (MEANS_WIDTH + level_size(level) - 1) / level_size(level); }
static inline int level_rows(int level) { return (MEANS_HEIGHT + level_size(level) - 1) / level_size(level); }

/* |z| that `tests` independent normal values exceed with probability `chance`. */
static inline double means_threshold(double tests, double chance) {
  double tail = -expm1(log1p(-chance) / tests), low = 0, high = 20;
  for (int i = 0; i < 60; i++) {
    double middle = (low + high) / 2;
    if (erfc(middle / sqrt(2)) > tail) low = middle;
    else high = middle;
  }
  return high;
}

/* Mean over the pixels at most MEANS_WINDOW away, of the channel of value i. */
static inline double means_smooth(const double *values, int i) {
  int x0 = i / 3 % MEANS_WIDTH, y0 = i / 3 / MEANS_WIDTH, count = 0;
  double sum = 0;
  for (int y = y0 - MEANS_WINDOW; y <= y0 + MEANS_WINDOW; y++)
    for (int x = x0 - MEANS_WINDOW; x <= x0 + MEANS_WINDOW; x++) {
      if (x < 0 || x >= MEANS_WIDTH || y < 0 || y >= MEANS_HEIGHT) continue;
      sum += values[(y * MEANS_WIDTH + x) * 3 + i % 3];
      count++;
    }
  return sum / count;
}

/* Matched filter for a change of brightness, of smoothed means and variances: with a pixel's own, those in which the reference saw no
 * bright sample would count more than those in which it did, and its mean would be too low. A pixel counts as uncertain by at
 * least 1 % (or the few without noise would be all that counts), as bright by at least a hundredth of the picture's mean. */
static inline void means_weights(const Reference *reference, double weights[MEANS_VALUES]) {
  double floors[3] = {0};
  for (int i = 0; i < MEANS_VALUES; i++) floors[i % 3] += .01 * reference->mean[i] / (MEANS_VALUES / 3);
  for (int i = 0; i < MEANS_VALUES; i++) {
    double signal = fmax(means_smooth(reference->mean, i), floors[i % 3] + 1e-12);
    weights[i] = signal / (means_smooth(reference->variance, i) / MEANS_REPLICATES + 1e-4 * signal * signal);
  }
}

static inline Block means_block(const Reference *reference, const Replicates *r, const double *weights, int x0, int y0, int size, int c) {
  Block block = {0};
  double sums[MEANS_REPLICATES] = {0}, squares = 0;
  for (int y = y0; y < y0 + size && y < MEANS_HEIGHT; y++)
    for (int x = x0; x < x0 + size && x < MEANS_WIDTH; x++) {
      int i = (y * MEANS_WIDTH + x) * 3 + c;
      block.expected += weights[i] * reference->mean[i];
      block.reference += weights[i] * weights[i] * reference->variance[i];
      for (uint32_t k = 0; k < r->count; k++) sums[k] += weights[i] * (double)r->values[k][i];
    }
  for (uint32_t k = 0; k < r->count; k++) block.mean += sums[k] / r->count;
  for (uint32_t k = 0; k < r->count; k++) squares += (sums[k] - block.mean) * (sums[k] - block.mean);
  block.own = squares / (r->count - 1);
  return block;
}

static inline int means_order(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* r: MEANS_REPLICATES. scenes: how many are tested, for the thresholds. */
static inline Finding means_compare(const Reference *reference, const Replicates *r, int scenes) {
  static double weights[MEANS_VALUES];
  static Block blocks[MEANS_VALUES];
  static double ratios[MEANS_VALUES];
  Finding worst = {0};
  means_weights(reference, weights);
  for (int level = 0; level < MEANS_LEVELS; level++) {
    int size = level_size(level), columns = level_columns(level), count = columns * level_rows(level) * 3;
    for (int b = 0; b < count; b++) {
      blocks[b] = means_block(reference, r, weights, b / 3 % columns * size, b / 3 / columns * size, size, b % 3);
      double little = MEANS_SLACK * MEANS_SLACK * blocks[b].expected * blocks[b].expected * r->count + 1e-60;
      ratios[b] = (blocks[b].own + little) / (blocks[b].reference + little);
    }
    qsort(ratios, (size_t)count, sizeof *ratios, means_order);
    double noise = ratios[count / 2];
    if (level == 0) worst.noise = noise;
    double threshold = means_threshold((double)count * scenes, MEANS_CHANCE / MEANS_LEVELS);
    for (int b = 0; b < count; b++) {
      double variance = fmax(blocks[b].own, blocks[b].reference * fmax(1, noise)), slack = MEANS_SLACK * blocks[b].expected + 1e-30;
      double sigma = sqrt(variance / r->count + blocks[b].reference / reference->replicates + slack * slack);
      double z = fabs(blocks[b].mean - blocks[b].expected) / sigma / threshold;
      if (!(z > worst.z)) continue;
      worst.z = z;
      worst.x = b / 3 % columns * size, worst.y = b / 3 / columns * size;
      worst.size = size, worst.channel = b % 3;
      worst.ratio = blocks[b].mean / (blocks[b].expected + 1e-30);
    }
  }
  return worst;
}

#endif
