/* lanes_arithmetic.h - the arithmetic of programs on LANES floats side by side. A template: included once per number of lanes, with LANES
 * set; all names end in it (lanes4_floor). Four are the components of one point's value (evaluate.h), eight are eight points (batch.c).
 * Both thereby do the same operations in the same order, and so do all instruction sets: GNU vectors, no intrinsics.
 *
 * `count` is how many lanes matter where a function is called for each; with one, all lanes of the result are that one's. */
#include "math/elementary.h"

#define LANES_PASTE(a, b, c) a##b##c
#define LANES_JOIN(a, b, c) LANES_PASTE(a, b, c)
#define LANE_NAME(name) LANES_JOIN(lanes, LANES, _##name)
#define FLOATS LANES_JOIN(Float, LANES, Lanes)
#define BITS LANES_JOIN(Int, LANES, Lanes)

typedef float FLOATS __attribute__((vector_size(4 * LANES)));
typedef int32_t BITS __attribute__((vector_size(4 * LANES)));

static inline FLOATS LANE_NAME(all)(float x) {
  FLOATS r;
  for (int i = 0; i < LANES; i++) r[i] = x;
  return r;
}
static inline FLOATS LANE_NAME(select)(BITS mask, FLOATS a, FLOATS b) { return (FLOATS)((mask & (BITS)a) | (~mask & (BITS)b)); }
static inline FLOATS LANE_NAME(abs)(FLOATS a) { return (FLOATS)((BITS)a & 0x7fffffff); }
/* 1 or 0. */
static inline FLOATS LANE_NAME(truth)(BITS mask) { return LANE_NAME(select)(mask, LANE_NAME(all)(1.0f), LANE_NAME(all)(0.0f)); }
static inline BITS LANE_NAME(is_true)(FLOATS a) { return a != LANE_NAME(all)(0.0f); }

/* As floor_f: exact, whole numbers, infinities and NaN as they are. */
static inline FLOATS LANE_NAME(floor)(FLOATS a) {
  BITS small = LANE_NAME(abs)(a) < LANE_NAME(all)(0x1p23f);
  FLOATS safe = LANE_NAME(select)(small, a, LANE_NAME(all)(0.0f));
  FLOATS t = __builtin_convertvector(__builtin_convertvector(safe, BITS), FLOATS);
  t = LANE_NAME(select)(t > safe, t - LANE_NAME(all)(1.0f), t);
  t = (FLOATS)(((BITS)t & 0x7fffffff) | ((BITS)a & INT32_MIN));
  return LANE_NAME(select)(small, t, a);
}
static inline FLOATS LANE_NAME(ceil)(FLOATS a) { return -LANE_NAME(floor)(-a); }
/* Halves upwards; what has no fraction is as it is. */
static inline FLOATS LANE_NAME(round)(FLOATS a) {
  BITS small = LANE_NAME(abs)(a) < LANE_NAME(all)(0x1p23f);
  return LANE_NAME(select)(small, LANE_NAME(floor)(a + LANE_NAME(all)(0.5f)), a);
}
static inline FLOATS LANE_NAME(sign)(FLOATS a) {
  return LANE_NAME(truth)(a > LANE_NAME(all)(0.0f)) - LANE_NAME(truth)(a < LANE_NAME(all)(0.0f));
}
/* The second one where either is NaN, as min_f and max_f. */
static inline FLOATS LANE_NAME(min)(FLOATS a, FLOATS b) { return LANE_NAME(select)(a < b, a, b); }
static inline FLOATS LANE_NAME(max)(FLOATS a, FLOATS b) { return LANE_NAME(select)(a > b, a, b); }
static inline FLOATS LANE_NAME(clamp)(FLOATS x, FLOATS lo, FLOATS hi) { return LANE_NAME(min)(LANE_NAME(max)(x, lo), hi); }
/* The sign of b. */
static inline FLOATS LANE_NAME(mod)(FLOATS a, FLOATS b) { return a - b * LANE_NAME(floor)(a / b); }
/* Exactly b where t is 1. */
static inline FLOATS LANE_NAME(mix)(FLOATS a, FLOATS b, FLOATS t) {
  return LANE_NAME(select)(t == LANE_NAME(all)(1.0f), b, a + (b - a) * t);
}
/* From 0 at a to 1 at b; falls where a > b; a step where they are equal. */
static inline FLOATS LANE_NAME(smoothstep)(FLOATS a, FLOATS b, FLOATS x) {
  FLOATS zero = LANE_NAME(all)(0.0f), one = LANE_NAME(all)(1.0f);
  FLOATS t = LANE_NAME(clamp)((x - a) / (b - a), zero, one);
  t = LANE_NAME(select)(a == b, LANE_NAME(truth)(x >= a), t);
  return t * t * (LANE_NAME(all)(3.0f) - LANE_NAME(all)(2.0f) * t);
}

static inline FLOATS LANE_NAME(map)(float (*f)(float), FLOATS a, int count) {
  if (count == 1) return LANE_NAME(all)(f(a[0]));
  FLOATS r = a;
  for (int i = 0; i < count; i++) r[i] = f(a[i]);
  return r;
}
static inline FLOATS LANE_NAME(map2)(float (*f)(float, float), FLOATS a, FLOATS b, int count) {
  if (count == 1) return LANE_NAME(all)(f(a[0], b[0]));
  FLOATS r = a;
  for (int i = 0; i < count; i++) r[i] = f(a[i], b[i]);
  return r;
}
static inline FLOATS LANE_NAME(sqrt)(FLOATS a) {
  FLOATS r;
  for (int i = 0; i < LANES; i++) r[i] = __builtin_sqrtf(a[i]);
  return r;
}

/* What an operation by components gives. */
static inline __attribute__((always_inline)) FLOATS LANE_NAME(apply)(MlOp op, FLOATS a, FLOATS b, FLOATS c, int count) {
  switch (op) {
  case ML_OP_NEGATE: return -a;
  case ML_OP_ABS: return LANE_NAME(abs)(a);
  case ML_OP_SIGN: return LANE_NAME(sign)(a);
  case ML_OP_FLOOR: return LANE_NAME(floor)(a);
  case ML_OP_CEIL: return LANE_NAME(ceil)(a);
  case ML_OP_ROUND: return LANE_NAME(round)(a);
  case ML_OP_FRACT: return a - LANE_NAME(floor)(a);
  case ML_OP_SQRT: return LANE_NAME(sqrt)(a);
  case ML_OP_EXP: return LANE_NAME(map)(exp_f, a, count);
  case ML_OP_LOG: return LANE_NAME(map)(log_f, a, count);
  case ML_OP_SIN: return LANE_NAME(map)(sin_f, a, count);
  case ML_OP_COS: return LANE_NAME(map)(cos_f, a, count);
  case ML_OP_TAN: return LANE_NAME(map)(tan_f, a, count);
  case ML_OP_ASIN: return LANE_NAME(map)(asin_f, a, count);
  case ML_OP_ACOS: return LANE_NAME(map)(acos_f, a, count);
  case ML_OP_ATAN: return LANE_NAME(map)(atan_f, a, count);
  case ML_OP_ADD: return a + b;
  case ML_OP_SUBTRACT: return a - b;
  case ML_OP_MULTIPLY: return a * b;
  case ML_OP_DIVIDE: return a / b;
  case ML_OP_MOD: return LANE_NAME(mod)(a, b);
  case ML_OP_POW: return LANE_NAME(select)(b == LANE_NAME(all)(2.0f), a * a, LANE_NAME(map2)(pow_f, a, b, count));
  case ML_OP_ATAN2: return LANE_NAME(map2)(atan2_f, a, b, count);
  case ML_OP_MIN: return LANE_NAME(min)(a, b);
  case ML_OP_MAX: return LANE_NAME(max)(a, b);
  case ML_OP_LESS: return LANE_NAME(truth)(a < b);
  case ML_OP_LESS_EQUAL: return LANE_NAME(truth)(a <= b);
  case ML_OP_EQUAL: return LANE_NAME(truth)(a == b);
  case ML_OP_NOT: return LANE_NAME(truth)(a == LANE_NAME(all)(0.0f));
  case ML_OP_AND: return LANE_NAME(truth)(LANE_NAME(is_true)(a) & LANE_NAME(is_true)(b));
  case ML_OP_OR: return LANE_NAME(truth)(LANE_NAME(is_true)(a) | LANE_NAME(is_true)(b));
  case ML_OP_XOR: return LANE_NAME(truth)(LANE_NAME(is_true)(a) ^ LANE_NAME(is_true)(b));
  case ML_OP_CLAMP: return LANE_NAME(clamp)(a, b, c);
  case ML_OP_MIX: return LANE_NAME(mix)(a, b, c);
  case ML_OP_SMOOTHSTEP: return LANE_NAME(smoothstep)(a, b, c);
  case ML_OP_SELECT: return LANE_NAME(select)(LANE_NAME(is_true)(a), b, c);
  case ML_OP_CONSTANT:
  case ML_OP_INPUT:
  case ML_OP_DOT:
  case ML_OP_CROSS:
  case ML_OP_LENGTH:
  case ML_OP_NORMALIZE:
  case ML_OP_JOIN:
  case ML_OP_PICK:
  case ML_OP_NOISE:
  case ML_OP_VALUE_NOISE:
  case ML_OP_FBM:
  case ML_OP_RIDGED:
  case ML_OP_TURBULENCE:
  case ML_OP_VORONOI_DISTANCE:
  case ML_OP_VORONOI_CELL:
  case ML_OP_VORONOI_EDGE:
  case ML_OP_HASH:
  case ML_OP_TEXTURE:
  case ML_OP_COUNT: break;
  }
  return a;
}

#undef LANES_PASTE
#undef LANES_JOIN
#undef LANE_NAME
#undef FLOATS
#undef BITS
#undef LANES
