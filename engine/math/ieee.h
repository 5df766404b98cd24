/* ieee.h - floats as bits, their neighbours, rounding-error bounds, constants. */
#ifndef ML_MATH_IEEE_H
#define ML_MATH_IEEE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PI_F 0x1.921fb6p+1f
#define TWO_PI_F 0x1.921fb6p+2f
#define HALF_PI_F 0x1.921fb6p+0f
#define QUARTER_PI_F 0x1.921fb6p-1f
#define INV_PI_F 0x1.45f306p-2f
#define INV_TWO_PI_F 0x1.45f306p-3f
#define INFINITY_F __builtin_inff()
#define EPSILON_F 0x1p-24f               /* half an ulp of 1: the largest relative error of one rounding */
#define ONE_MINUS_EPSILON 0x1.fffffep-1f /* the largest float below 1 */
#define LARGEST_F 0x1.fffffep+127f
#define SMALLEST_NORMAL_F 0x1p-126f

static inline uint32_t float_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline float bits_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
static inline uint64_t double_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline double bits_double(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Floats in order as integers: consecutive floats differ by 1, -0 and +0 are both 0. */
static inline int32_t float_order(float x) {
  uint32_t bits = float_bits(x);
  return (bits >> 31) != 0 ? -(int32_t)(bits & 0x7fffffffu) : (int32_t)bits;
}
static inline float order_float(int32_t order) { return bits_float(order < 0 ? 0x80000000u | (uint32_t)-order : (uint32_t)order); }

/* The neighbours; infinity stays where it is in its own direction, NaN is not allowed. */
static inline float next_up_f(float x) { return x == INFINITY_F ? x : order_float(float_order(x) + 1); }
static inline float next_down_f(float x) { return x == -INFINITY_F ? x : order_float(float_order(x) - 1); }
/* How many floats lie between a and b (both finite), at most UINT32_MAX. */
static inline uint32_t ulp_distance_f(float a, float b) {
  int64_t distance = (int64_t)float_order(a) - float_order(b);
  return (uint32_t)(distance < 0 ? -distance : distance);
}

/* Relative error of n roundings in a row, (1 + e)^n - 1 (Higham 2002, lemma 3.1); n is small. */
static inline float gamma_bound(int n) { return ((float)n * EPSILON_F) / (1.0f - (float)n * EPSILON_F); }

/* The float not above / not below x. */
static inline float float_below(double x) {
  float f = (float)x;
  return (double)f > x ? next_down_f(f) : f;
}
static inline float float_above(double x) {
  float f = (float)x;
  return (double)f < x ? next_up_f(f) : f;
}

#endif
