/* ggx_albedo.h - directional albedo of a lossless GGX surface, for the energy that single scattering loses.
 *
 * The table holds 1 - E over alpha and t, where t^2 = mu (1 + alpha) / (mu + alpha): E depends on mu / alpha alone as both go to 0, and
 * these coordinates spread that corner out. Between nodes it is bilinear. As the average of a bilinear function is linear in alpha, the
 * table of averages agrees with it exactly at the nodes. GGX_ALBEDO_ERROR bounds |E - exact|; made and measured by
 * tests/engine/test_shade_albedo.c. */
#ifndef ML_SHADE_GGX_ALBEDO_H
#define ML_SHADE_GGX_ALBEDO_H

#include "math/vec.h"
#include "shade/ggx_albedo_table.h"

#define GGX_TABLE_SIZE 32
#define GGX_ALBEDO_ERROR 0.003f

/* 1 - E(mu): what leaves after more than one scattering event. mu, alpha: 0..1. */
static inline float ggx_lost(float mu, float alpha) {
  const float last = GGX_TABLE_SIZE - 1;
  float t = sqrt_f(mu * (1.0f + alpha) / (mu + alpha));
  float x = min_f(t, 1.0f) * last, y = alpha * last;
  int32_t i = (int32_t)min_f(x, last - 1.0f), j = (int32_t)min_f(y, last - 1.0f);
  float fx = x - (float)i, fy = y - (float)j;
  const float *a = ggx_lost_table[j] + i, *b = ggx_lost_table[j + 1] + i;
  return lerp_f(lerp_f(a[0], a[1], fx), lerp_f(b[0], b[1], fx), fy);
}

/* The integral of 2 mu (1 - E(mu)) over mu. */
static inline float ggx_lost_average(float alpha) {
  const float last = GGX_TABLE_SIZE - 1;
  float y = alpha * last;
  int32_t j = (int32_t)min_f(y, last - 1.0f);
  return lerp_f(ggx_lost_average_table[j], ggx_lost_average_table[j + 1], y - (float)j);
}

#endif
