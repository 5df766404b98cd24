/* motion.c - see motion.h. */
#include "math/motion.h"

#include <string.h>

#include "math/dvec.h"

typedef struct Quaternion {
  double w, x, y, z;
} Quaternion;

static MlTransform mean(const MlTransform *a, const MlTransform *b, double f) {
  MlTransform r;
  for (int i = 0; i < 12; i++) r.m[i] = a->m[i] + f * (b->m[i] - a->m[i]);
  return r;
}

/* The turn nearest to t's linear part (mirrors: to minus it). The means of a matrix and its inverse transposed converge to it, quadratically
 * once the lengths of its axes are near 1, to which `scale` brings them (Higham 1986). false: it cannot be undone. */
static bool nearest_turn(const MlTransform *t, MlTransform *q) {
  *q = *t;
  for (int i = 0; i < 3; i++) q->m[4 * i + 3] = 0.0;
  if (affine_determinant(q) < 0.0)
    for (int i = 0; i < 12; i++) q->m[i] = -q->m[i];
  for (int step = 0; step < 64; step++) {
    MlTransform inverse;
    if (!ml_transform_invert(q, &inverse)) return false;
    double size = 0.0, inverse_size = 0.0, change = 0.0;
    for (int i = 0; i < 12; i++) size += q->m[i] * q->m[i], inverse_size += inverse.m[i] * inverse.m[i];
    double scale = ml_sqrt(ml_sqrt(inverse_size) / ml_sqrt(size));
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        double next = 0.5 * (scale * q->m[4 * i + j] + inverse.m[4 * j + i] / scale), by = ml_fabs(next - q->m[4 * i + j]);
        change = by > change ? by : change;
        q->m[4 * i + j] = next;
      }
    }
    if (change <= 1e-14) break;
  }
  return true;
}

static Quaternion quaternion_of(const MlTransform *t) {
  const double *m = t->m;
  double trace = m[0] + m[5] + m[10];
  Quaternion q;
  if (trace > 0.0) {
    double s = 2.0 * ml_sqrt(trace + 1.0);
    q = (Quaternion){0.25 * s, (m[9] - m[6]) / s, (m[2] - m[8]) / s, (m[4] - m[1]) / s};
  } else if (m[0] >= m[5] && m[0] >= m[10]) {
    double s = 2.0 * ml_sqrt(1.0 + m[0] - m[5] - m[10]);
    q = (Quaternion){(m[9] - m[6]) / s, 0.25 * s, (m[1] + m[4]) / s, (m[2] + m[8]) / s};
  } else if (m[5] >= m[10]) {
    double s = 2.0 * ml_sqrt(1.0 + m[5] - m[0] - m[10]);
    q = (Quaternion){(m[2] - m[8]) / s, (m[1] + m[4]) / s, 0.25 * s, (m[6] + m[9]) / s};
  } else {
    double s = 2.0 * ml_sqrt(1.0 + m[10] - m[0] - m[5]);
    q = (Quaternion){(m[4] - m[1]) / s, (m[2] + m[8]) / s, (m[6] + m[9]) / s, 0.25 * s};
  }
  double length = ml_sqrt(((q.w * q.w + q.x * q.x) + q.y * q.y) + q.z * q.z);
  return (Quaternion){q.w / length, q.x / length, q.y / length, q.z / length};
}

static MlTransform turn_of(Quaternion q) {
  double xx = q.x * q.x, yy = q.y * q.y, zz = q.z * q.z, xy = q.x * q.y, xz = q.x * q.z, yz = q.y * q.z, wx = q.w * q.x, wy = q.w * q.y,
         wz = q.w * q.z;
  return (MlTransform){{1 - 2 * (yy + zz), 2 * (xy - wz), 2 * (xz + wy), 0, //
                        2 * (xy + wz), 1 - 2 * (xx + zz), 2 * (yz - wx), 0, //
                        2 * (xz - wy), 2 * (yz + wx), 1 - 2 * (xx + yy), 0}};
}

/* Evenly along the shorter way. */
static Quaternion turn_between(Quaternion a, Quaternion b, double f) {
  double cosine = ((a.w * b.w + a.x * b.x) + a.y * b.y) + a.z * b.z;
  if (cosine < 0.0) b = (Quaternion){-b.w, -b.x, -b.y, -b.z}, cosine = -cosine;
  double from = 1.0 - f, to = f;
  if (cosine < 1.0 - 1e-12) {
    double angle = ml_acos(cosine), sine = ml_sin(angle);
    from = ml_sin(from * angle) / sine;
    to = ml_sin(to * angle) / sine;
  }
  return (Quaternion){from * a.w + to * b.w, from * a.x + to * b.x, from * a.y + to * b.y, from * a.z + to * b.z};
}

static bool same_linear_part(const MlTransform *a, const MlTransform *b) {
  for (int i = 0; i < 12; i++)
    if (i % 4 != 3 && a->m[i] != b->m[i]) return false;
  return true;
}

MlTransform motion_between(const MlTransform *a, const MlTransform *b, double f) {
  MlTransform straight = mean(a, b, f), q[2], s[2];
  const MlTransform *ends[2] = {a, b};
  if (f <= 0.0) return *a;
  if (f >= 1.0) return *b;
  if (same_linear_part(a, b) || (affine_determinant(a) < 0.0) != (affine_determinant(b) < 0.0)) return straight;
  for (int i = 0; i < 2; i++) {
    if (!nearest_turn(ends[i], &q[i])) return straight;
    MlTransform back; /* its transpose undoes a turn */
    for (int k = 0; k < 12; k++) back.m[k] = k % 4 == 3 ? 0.0 : q[i].m[4 * (k % 4) + k / 4];
    s[i] = ml_transform_multiply(&back, ends[i]);
  }
  MlTransform turn = turn_of(turn_between(quaternion_of(&q[0]), quaternion_of(&q[1]), f)), stretch = mean(&s[0], &s[1], f), r;
  for (int i = 0; i < 3; i++) stretch.m[4 * i + 3] = 0.0;
  r = ml_transform_multiply(&turn, &stretch);
  for (int i = 0; i < 3; i++) r.m[4 * i + 3] = straight.m[4 * i + 3];
  return r;
}

static MlTransform factor_at(const MotionFactor *factor, double time) {
  if (factor->count < 2) return factor->keys[0];
  double at = time * (double)(factor->count - 1);
  if (!(at > 0.0)) return factor->keys[0];
  uint32_t key = at < (double)(factor->count - 1) ? (uint32_t)at : factor->count - 2;
  return motion_between(&factor->keys[key], &factor->keys[key + 1], at - (double)key);
}

MlTransform motion_at(const MotionChain *chain, double time) {
  MlTransform t = factor_at(&chain->factors[0], time);
  for (uint32_t i = 1; i < chain->count; i++) {
    MlTransform inner = factor_at(&chain->factors[i], time);
    t = ml_transform_multiply(&t, &inner);
  }
  return t;
}
