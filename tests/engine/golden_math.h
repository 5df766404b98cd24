/* golden_math.h - tables of results of the elementary functions, of text conversion and of the random sequences, each
 * hashed into one number that must be the same for every compiler, optimisation level and machine. */
#ifndef TESTS_GOLDEN_MATH_H
#define TESTS_GOLDEN_MATH_H

#include "base/hash.h"
#include "math/elementary.h"
#include "math/sampling.h"
#include "math/sequence.h"
#include "moonlit.h"

#define GOLDEN_DOUBLES 0x6c7fc87277baf661ull
#define GOLDEN_FLOATS 0x81ad61b0e1305cedull
#define GOLDEN_SEQUENCES 0xffe4089868c4684dull

typedef struct Golden {
  HashStream stream;
  uint64_t state, count;
} Golden;

static inline Golden golden_begin(void) {
  Golden g = {.state = 1};
  hash_begin(&g.stream, 0);
  return g;
}
/* xorshift64* (Vigna 2016). */
static inline uint64_t golden_bits(Golden *g) {
  g->state ^= g->state >> 12, g->state ^= g->state << 25, g->state ^= g->state >> 27;
  return g->state * 0x2545f4914f6cdd1du;
}
/* Any bits; near 1; moderate; large. */
static inline double golden_double(Golden *g, int i) {
  uint64_t bits = golden_bits(g);
  double unit = bits_double((bits >> 12) | 0x3ff0000000000000u);
  switch (i & 3) {
  case 0: return bits_double(golden_bits(g));
  case 1: return (unit - 1.5) * 2;
  case 2: return (unit - 1.5) * 100;
  default: return (unit - 1.5) * 1e6;
  }
}
static inline void golden_add(Golden *g, double x) {
  uint64_t bits = x != x ? 0x7ff8000000000000u : double_bits(x);
  hash_add(&g->stream, &bits, sizeof bits);
  g->count++;
}
static inline void golden_add_f(Golden *g, float x) {
  uint32_t bits = x != x ? 0x7fc00000u : float_bits(x);
  hash_add(&g->stream, &bits, sizeof bits);
  g->count++;
}

enum { GOLDEN_ARGUMENTS = 500 };

static inline uint64_t golden_doubles(uint64_t *count) {
  static double (*const one[])(double) = {ml_sin, ml_cos,  ml_tan,   ml_asin, ml_acos,  ml_atan, ml_exp,
                                          ml_log, ml_log2, ml_log10, ml_sqrt, ml_floor, ml_ceil, ml_fabs};
  static double (*const two[])(double, double) = {ml_atan2, ml_pow, ml_fmod};
  Golden g = golden_begin();
  for (size_t f = 0; f < sizeof one / sizeof *one; f++)
    for (int i = 0; i < GOLDEN_ARGUMENTS; i++) golden_add(&g, one[f](golden_double(&g, i)));
  for (size_t f = 0; f < sizeof two / sizeof *two; f++)
    for (int i = 0; i < GOLDEN_ARGUMENTS; i++) {
      double x = golden_double(&g, i);
      golden_add(&g, two[f](x, golden_double(&g, i >> 2)));
    }
  for (int i = 0; i < GOLDEN_ARGUMENTS; i++) {
    int e = (int)(golden_bits(&g) >> 53) - 1024;
    double x = golden_double(&g, i); /* one call a statement: the order within one is the compiler's */
    golden_add(&g, ml_ldexp(x, e));
    golden_add(&g, ml_frexp(x, &e));
    golden_add(&g, e);
    char text[64];
    ml_format_number(text, sizeof text, i & 1 ? "%.17g" : "%.14g", x);
    golden_add(&g, ml_parse_number(text, NULL));
    MlVec3 axis;
    axis.x = golden_double(&g, 1);
    axis.y = golden_double(&g, 1);
    axis.z = golden_double(&g, 1);
    MlTransform t = ml_transform_turn(golden_double(&g, 3), axis), inverse;
    if (ml_transform_invert(&t, &inverse)) t = ml_transform_multiply(&inverse, &t);
    for (int j = 0; j < 12; j++) golden_add(&g, t.m[j]);
  }
  *count = g.count;
  return hash_end(&g.stream);
}

static inline uint64_t golden_floats(uint64_t *count) {
  Golden g = golden_begin();
  for (int i = 0; i < 4 * GOLDEN_ARGUMENTS; i++) {
    float x = (i & 3) == 0 ? bits_float((uint32_t)golden_bits(&g)) : (float)golden_double(&g, i);
    float y = (i & 12) == 0 ? bits_float((uint32_t)golden_bits(&g)) : (float)golden_double(&g, i >> 2);
    float s, c;
    sincos_turns_f(abs_f(x) <= LARGEST_F ? x - floor_f(x) : 0.0f, &s, &c);
    float results[] = {sin_f(x),  cos_f(x),   tan_f(x),      asin_f(x),   acos_f(x),          atan_f(x), exp_f(x), log_f(x),
                       log2_f(x), floor_f(x), atan2_f(y, x), pow_f(x, y), pow_f(abs_f(x), y), s,         c};
    for (size_t j = 0; j < sizeof results / sizeof *results; j++) golden_add_f(&g, results[j]);
  }
  *count = g.count;
  return hash_end(&g.stream);
}

static inline uint64_t golden_sequences(uint64_t *count) {
  Golden g = golden_begin();
  for (uint32_t i = 0; i < GOLDEN_ARGUMENTS; i++) {
    uint32_t pixel = pixel_seed(golden_bits(&g), i, 7 * i);
    Float4 a = sobol_set(pixel, i, i % 5), b = independent_set(pixel, i, i % 5);
    for (int j = 0; j < 4; j++) golden_add_f(&g, a[j]), golden_add_f(&g, b[j]);
    Vec2 u = {a[0], a[1]}, p = sobol_point_2d(i), d = sample_disk_concentric(u), q = sample_polygon(u, 3 + i % 7);
    Vec3 h = sample_hemisphere_cosine(u), s = sample_sphere_uniform(u), c = sample_cone_uniform(u, 0.01f);
    float results[] = {p.x, p.y, d.x, d.y, q.x, q.y, h[0], h[1], h[2], s[0], s[1], s[2], c[0], c[1], c[2]};
    for (size_t j = 0; j < sizeof results / sizeof *results; j++) golden_add_f(&g, results[j]);
  }
  *count = g.count;
  return hash_end(&g.stream);
}

#endif
