/* bsdf_checks.h - what every lobe and every stack of lobes must keep: samples follow their density, weights are f cos over density, f is the
 * same both ways, and albedos can be measured. */
#ifndef ML_TESTS_BSDF_CHECKS_H
#define ML_TESTS_BSDF_CHECKS_H

#include <cmocka.h>
#include <math.h>

#include "chi_square.h"
#include "shade/bsdf.h"

static const MediumStack outside = {0};

/* A view from `degrees` off the geometric normal, the shading normal tilted by `tilt` in another plane; the tangent lies in no special way. */
static inline Bsdf view(const Lobe *lobes, uint32_t count, double degrees, double tilt) {
  Vec3 ng = normalize(vec3(.3f, -.5f, .8f));
  Frame frame = frame_from_normal(ng);
  double a = degrees * M_PI / 180, t = tilt * M_PI / 180;
  Vec3 wo = frame_to_world(&frame, vec3((float)sin(a), 0, (float)cos(a)));
  Vec3 ns = frame_to_world(&frame, vec3((float)(sin(t) * .6), (float)(sin(t) * .8), (float)cos(t)));
  Surface surface = {.ng = ng, .ns = ns, .material = 1};
  for (uint32_t i = 0; i < count; i++)
    if (lobes[i].anisotropy != 0) surface.tangent = vec3(.2f, .9f, -.1f);
  Bsdf bsdf;
  assert_true(bsdf_begin(&bsdf, lobes, count, &surface, wo, &outside, BSDF_ALL));
  return bsdf;
}

typedef struct Case {
  const char *name;
  Lobe lobes[8];
  uint32_t count;
  double degrees, tilt;
} Case;

static inline double local_pdf(Vec3 w, void *ud) {
  float pdf;
  bsdf_eval_local(ud, w, &pdf);
  return (double)pdf;
}

static inline void check_samples_follow_density(const Case *list, int count) {
  static DirectionChart chart;
  for (int i = 0; i < count; i++) {
    Bsdf bsdf = view(list[i].lobes, list[i].count, list[i].degrees, list[i].tilt);
    chart = (DirectionChart){0};
    TestRandom random = {77 + (uint64_t)i};
    for (int n = 0; n < CHI_SAMPLES; n++) {
      BsdfSample sample;
      float choice = test_random(&random);
      if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample) || (sample.flags & BSDF_SPECULAR)) continue;
      chart_add(&chart, frame_to_local(&bsdf.frame, sample.wi));
    }
    chart_expect(&chart, local_pdf, &bsdf, 8);
    assert_true(chart_agrees(list[i].name, &chart, count));
  }
}

static inline void check_weight_is_eval_over_pdf(const Case *list, int count) {
  for (int i = 0; i < count; i++) {
    Bsdf bsdf = view(list[i].lobes, list[i].count, list[i].degrees, list[i].tilt);
    TestRandom random = {5};
    for (int n = 0; n < ROUNDS(5000); n++) {
      BsdfSample sample;
      float choice = test_random(&random);
      if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample) || (sample.flags & BSDF_SPECULAR)) continue;
      float pdf;
      Spectrum f = bsdf_eval(&bsdf, sample.wi, &pdf);
      float want = spectrum_average(sample.weight);
      assert_true(fabsf(spectrum_average(f) / pdf - want) <= 1e-4f * want + 1e-7f);
      assert_true(fabsf(pdf - sample.pdf) <= 2e-3f * pdf);
    }
  }
}

/* f(o, i) = f(i, o), where the normals agree; through a boundary over n^2 of where i is (basic radiance), ior being that inside. */
static inline void check_reciprocity(const Lobe *lobes, uint32_t count, float ior) {
  Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1), .tangent = vec3(.8f, .6f, 0)};
  TestRandom random = {9};
  for (int n = 0; n < ROUNDS(1000); n++) {
    Vec3 a = sample_hemisphere_cosine(test_random2(&random)), b = sample_hemisphere_cosine(test_random2(&random));
    if (a[2] < 1e-3f || b[2] < 1e-3f) continue;
    if (n % 4 == 0) b = -b; /* through the surface */
    Bsdf from_a, from_b;
    assert_true(bsdf_begin(&from_a, lobes, count, &surface, a, &outside, BSDF_ALL));
    assert_true(bsdf_begin(&from_b, lobes, count, &surface, b, &outside, BSDF_ALL));
    float pdf;
    float ab = spectrum_average(bsdf_eval(&from_a, b, &pdf)) / fabsf(b[2]), ba = spectrum_average(bsdf_eval(&from_b, a, &pdf)) / a[2];
    if (b[2] < 0) ab /= ior * ior;
    if (!(fabsf(ab - ba) <= 1e-4f * ab + 1e-6f))
      fail_msg("%g one way, %g the other, between (%g, %g, %g) and (%g, %g, %g)", (double)ab, (double)ba, (double)a[0], (double)a[1],
               (double)a[2], (double)b[0], (double)b[1], (double)b[2]);
  }
}

#ifndef ALBEDO_SIDE
#define ALBEDO_SIDE 200 /* its square is the number of samples of an albedo */
#endif

/* The share of light that leaves, by stratified samples; of the channel that has most. */
static inline double directional_albedo(const Bsdf *bsdf) {
  enum { N = ALBEDO_SIDE };
  double sum[3] = {0, 0, 0};
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      BsdfSample sample;
      float choice = ((float)((i * 7919 + j * 104729) % (N * N)) + .5f) / (N * N);
      if (!bsdf_sample(bsdf, choice, (Vec2){((float)i + .5f) / N, ((float)j + .5f) / N}, &sample)) continue;
      MlColor c = spectrum_to_color(sample.weight);
      sum[0] += (double)c.r, sum[1] += (double)c.g, sum[2] += (double)c.b;
    }
  }
  return fmax(fmax(sum[0], sum[1]), sum[2]) / (N * N);
}

#endif
