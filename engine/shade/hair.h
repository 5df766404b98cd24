/* hair.h - how a strand of hair scatters light: reflection at its surface (R), light through it (TT), light reflected inside (TRT), and all
 * that is reflected inside more often.
 *
 * Chiang, Bitterli, Tappan and Burley 2016, "A Practical and Controllable Hair and Fur Model for Production Path Tracing", as written out by Pharr 2016,
 * "The Implementation of a Hair Scattering Model"; along the strand d'Eon et al. 2011. The strand is a cylinder of glass, of radius 1, whose
 * scales lean towards its root. Every part is a product of a density over the inclinations (M), one over the azimuths (N) and what is left after its way
 * (A), so that all of it adds up to the sum of the As: 1 where nothing is absorbed.
 * Directions are local: x along the strand, z the normal where it is met. The azimuth is measured about x from z, so that of wo is the angle of
 * incidence across the strand: nothing else of where it was met is needed. Light leaves to all sides. */
#ifndef ML_SHADE_HAIR_H
#define ML_SHADE_HAIR_H

#include "math/elementary.h"
#include "shade/fresnel.h"
#include "shade/material.h"

enum { HAIR_PARTS = 4 };

/* What of a lobe and a direction of view stays the same for all directions of light. */
typedef struct HairView {
  float sin_o[HAIR_PARTS], cos_o[HAIR_PARTS]; /* the inclination of view, as each part has it: tilted by the scales */
  float v[HAIR_PARTS];                        /* variances of inclinations */
  float toward[HAIR_PARTS];                   /* by which azimuth from wo the part leaves, in the middle; of the last one: 0 */
  float s;                                    /* width of azimuths */
  float azimuth;                              /* of wo */
  Spectrum left[HAIR_PARTS];
  float chance[HAIR_PARTS]; /* of choosing the part */
} HairView;

static inline float hair_power(float x, uint32_t n) {
  float result = 1.0f;
  for (; n != 0; n >>= 1, x *= x)
    if (n & 1) result *= x;
  return result;
}

/* Optical depth over a radius: the lobe's own, and that which gives the hair the lobe's color where it lies many strands deep (Chiang et al., equation 9). */
static inline Spectrum hair_absorption(const Lobe *lobe) {
  const float b = lobe->sigma;
  const float scale =
    1.0f / (5.969f - 0.215f * b + 2.532f * b * b - 10.73f * b * b * b + 5.574f * hair_power(b, 4) + 0.245f * hair_power(b, 5));
  Spectrum a = lobe->absorption;
  for (int i = 0; i < 4; i++) {
    const float depth = log_f(clamp_f(lobe->color[i], 1e-4f, 1.0f)) * scale;
    a[i] += depth * depth;
  }
  return a;
}

static inline Spectrum hair_through(Spectrum absorption, float way) {
  Spectrum out;
  for (int i = 0; i < 4; i++) out[i] = exp_f(-absorption[i] * way);
  return out;
}

static __attribute__((noinline, unused)) void hair_view(const Lobe *lobe, Vec3 wo, HairView *view) {
  const float sin_o = clamp_f(wo[0], -1.0f, 1.0f), cos_o = max_f(sqrt_f(max_f(1.0f - sin_o * sin_o, 0.0f)), 1e-4f);
  const float azimuth = atan2_f(wo[1], wo[2]), h = clamp_f(wo[1] / max_f(sqrt_f(wo[1] * wo[1] + wo[2] * wo[2]), 1e-8f), -1.0f, 1.0f);
  view->azimuth = azimuth;

  // Variances from the roughnesses (Chiang et al., equations 7 and 8)
  const float m = lobe->alpha, n = lobe->sigma;
  const float deviation = 0.726f * m + 0.812f * m * m + 3.7f * hair_power(m, 20);
  view->v[0] = max_f(deviation * deviation, 1e-4f);
  view->v[1] = 0.25f * view->v[0];
  view->v[2] = view->v[3] = 4.0f * view->v[0];
  view->s = max_f(0.626657069f * (0.265f * n + 1.194f * n * n + 5.372f * hair_power(n, 22)), 1e-3f);

  // Scales: R is tilted by 2 a one way, TT by a and TRT by 4 a the other
  float sine, cosine;
  sincos_f(lobe->film, &sine, &cosine);
  const float sin2 = 2.0f * sine * cosine, cos2 = cosine * cosine - sine * sine, sin4 = 2.0f * sin2 * cos2,
              cos4 = cos2 * cos2 - sin2 * sin2;
  const float tilt_sin[HAIR_PARTS] = {-sin2, sine, sin4, 0.0f}, tilt_cos[HAIR_PARTS] = {cos2, cosine, cos4, 1.0f};
  for (int p = 0; p < HAIR_PARTS; p++) {
    view->sin_o[p] = sin_o * tilt_cos[p] + cos_o * tilt_sin[p];
    view->cos_o[p] = abs_f(cos_o * tilt_cos[p] - sin_o * tilt_sin[p]);
  }

  // Refraction into the strand, seen along it (Marschner et al. 2003: by an index that grows with the inclination)
  const float sin_t = sin_o / lobe->ior, cos_t = sqrt_f(max_f(1.0f - sin_t * sin_t, 1e-8f));
  const float bent = max_f(sqrt_f(max_f(lobe->ior * lobe->ior - sin_o * sin_o, 0.0f)) / cos_o, 1e-4f);
  const float gamma_t = asin_f(clamp_f(h / bent, -1.0f, 1.0f)), cos_gamma_t = sqrt_f(max_f(1.0f - (h / bent) * (h / bent), 0.0f));
  const Spectrum through = hair_through(hair_absorption(lobe), 2.0f * cos_gamma_t / cos_t);
  float unused;
  const float f = fresnel_dielectric(clamp_f(cos_o * sqrt_f(1.0f - h * h), 0.0f, 1.0f), 1.0f / lobe->ior, &unused);
  view->left[0] = spectrum_all(f);
  view->left[1] = (1.0f - f) * (1.0f - f) * through;
  view->left[2] = view->left[1] * through * f;
  for (int i = 0; i < 4; i++) view->left[3][i] = view->left[2][i] * f * through[i] / max_f(1.0f - f * through[i], 1e-6f);
  for (int p = 0; p < 3; p++) view->toward[p] = (float)p * (2.0f * gamma_t + PI_F) - 2.0f * azimuth;
  view->toward[3] = 0.0f;

  float total = 0.0f;
  for (int p = 0; p < HAIR_PARTS; p++) total += view->chance[p] = spectrum_average(view->left[p]);
  for (int p = 0; p < HAIR_PARTS; p++) view->chance[p] = total > 0.0f ? view->chance[p] / total : p == 0 ? 1.0f : 0.0f;
}

/* Modified Bessel function of the first kind, order 0, and its logarithm; x >= 0. */
static inline float hair_bessel(float x) {
  float sum = 1.0f, term = 1.0f;
  const float q = 0.25f * x * x;
  for (int i = 1; i < 16; i++) {
    term *= q / (float)(i * i);
    sum += term;
  }
  return sum;
}
static inline float hair_log_bessel(float x) {
  // Abramowitz and Stegun 1964, 9.7.1
  if (x > 12.0f) return x - 0.5f * log_f(2.0f * PI_F * x) + log_f(1.0f + (0.125f + 0.0703125f / x) / x);
  return log_f(hair_bessel(x));
}

/* Density over inclinations, with the cosine of solid angles (d'Eon et al. 2011, equation 7). */
static inline float hair_along(float sin_i, float cos_i, float sin_o, float cos_o, float v) {
  const float a = cos_i * cos_o / v, b = sin_i * sin_o / v, w = 1.0f / v;
  if (v <= 0.1f) return exp_f(hair_log_bessel(a) - b - w + 0.6931471806f + log_f(0.5f * w));
  return exp_f(-b) * hair_bessel(a) / ((exp_f(w) - exp_f(-w)) * v);
}

/* A logistic distribution cut to one turn: up to x, from -infinity; density at x. */
static inline float logistic_below(float x, float s) { return 1.0f / (1.0f + exp_f(-x / s)); }
static inline float hair_around(float x, float s) {
  while (x > PI_F) x -= 2.0f * PI_F;
  while (x < -PI_F) x += 2.0f * PI_F;
  const float e = exp_f(-abs_f(x) / s), within = logistic_below(PI_F, s) - logistic_below(-PI_F, s);
  return e / (s * (1.0f + e) * (1.0f + e) * within);
}

/* f |cos| and the density with which hair_sample chooses wi, over solid angle. */
static __attribute__((noinline, unused)) Spectrum hair_eval(const Lobe *lobe, Vec3 wo, Vec3 wi, float *pdf) {
  HairView view;
  hair_view(lobe, wo, &view);
  const float sin_i = clamp_f(wi[0], -1.0f, 1.0f), cos_i = sqrt_f(max_f(1.0f - sin_i * sin_i, 0.0f));
  const float turn = atan2_f(wi[1], wi[2]) - view.azimuth;
  Spectrum f = spectrum_zero();
  *pdf = 0.0f;
  for (int p = 0; p < HAIR_PARTS; p++) {
    const float around = p < 3 ? hair_around(turn - view.toward[p], view.s) : 1.0f / (2.0f * PI_F);
    const float density = hair_along(sin_i, cos_i, view.sin_o[p], view.cos_o[p], view.v[p]) * around;
    f += view.left[p] * density;
    *pdf += view.chance[p] * density;
  }
  return f;
}

/* A direction, local. choice and u are independent numbers in [0, 1). */
static __attribute__((noinline, unused)) Vec3 hair_sample(const Lobe *lobe, Vec3 wo, float choice, Vec2 u) {
  HairView view;
  hair_view(lobe, wo, &view);
  int p = 0;
  while (p < HAIR_PARTS - 1 && choice >= view.chance[p]) choice -= view.chance[p++];
  choice = view.chance[p] > 0.0f ? clamp_f(choice / view.chance[p], 0.0f, ONE_MINUS_EPSILON) : 0.5f;

  // The inclination (d'Eon et al. 2013)
  const float v = view.v[p];
  const float along = clamp_f(1.0f + v * log_f(max_f(choice, 1e-6f) + (1.0f - choice) * exp_f(-2.0f / v)), -1.0f, 1.0f);
  float sine, cosine;
  sincos_f(2.0f * PI_F * u.x, &sine, &cosine);
  const float across = sqrt_f(max_f(1.0f - along * along, 0.0f));
  const float sin_i = clamp_f(across * cosine * view.cos_o[p] - along * view.sin_o[p], -1.0f, 1.0f);
  const float cos_i = sqrt_f(max_f(1.0f - sin_i * sin_i, 0.0f));

  // The azimuth
  float turn = 2.0f * PI_F * u.y;
  if (p < 3) {
    const float low = logistic_below(-PI_F, view.s), within = logistic_below(PI_F, view.s) - low;
    turn = -view.s * log_f(1.0f / clamp_f(u.y * within + low, 1e-7f, 1.0f - 1e-7f) - 1.0f);
    turn = view.toward[p] + clamp_f(turn, -PI_F, PI_F);
  }
  sincos_f(view.azimuth + turn, &sine, &cosine);
  return vec3(sin_i, cos_i * sine, cos_i * cosine);
}

#endif
