/* test_shade_hair.c - light at a strand: samples follow their density, weights are f cos over density, white hair keeps all light, what is
 * absorbed goes, mirrored geometry gives mirrored light; inclinations and azimuths are densities. */
#include "bsdf_checks.h"

/* A lobe with a tangent: `view` gives one to stretched lobes. */
static Lobe hair(float m, float n, float tilt, float absorption) {
  Lobe lobe = {.kind = LOBE_HAIR, .weight = 1, .color = spectrum_all(1), .absorption = spectrum_all(absorption), .alpha = m, .sigma = n};
  lobe.ior = 1.55f, lobe.film = tilt, lobe.anisotropy = 1e-6f;
  return lobe;
}

static void samples_follow_density(void **state) {
  (void)state;
  const Case list[] = {
    {"usual", {hair(.6f, .6f, .035f, .2f)}, 1, 20, 0},
    {"rough", {hair(.9f, .8f, 0, .1f)}, 1, 60, 0},
    {"rough along", {hair(.8f, .6f, .1f, .5f)}, 1, 40, 0},
    {"tilted normal", {hair(.6f, .7f, .035f, 0)}, 1, 30, 25},
    {"dark", {hair(.6f, .6f, .035f, 3)}, 1, 75, 0},
    {"beside another", {hair(.7f, .6f, 0, .1f), {.kind = LOBE_DIFFUSE, .weight = .5f, .color = spectrum_all(.5f)}}, 2, 35, 0},
  };
  check_samples_follow_density(list, 6);
  check_weight_is_eval_over_pdf(list, 6);
}

static void white_keeps_all(void **state) {
  (void)state;
  const float roughness[] = {0, .1f, .3f, .6f, 1};
  for (int m = 0; m < 5; m++)
    for (int n = 0; n < 5; n++)
      for (int degrees = 0; degrees < 90; degrees += 22) {
        const Lobe lobe = hair(roughness[m], roughness[n], .035f, 0);
        const Bsdf bsdf = view(&lobe, 1, degrees, 0);
        // Each sample is worth 1, so this has no noise; and the integral of what is evaluated is 1, too, where it is wide enough to be integrated
        const double albedo = directional_albedo(&bsdf);
        if (!(fabs(albedo - 1) < 2e-3)) fail_msg("albedo %.5f of roughness %g, %g", albedo, (double)roughness[m], (double)roughness[n]);
        if (m < 2 || n < 2) continue;
        enum { STEPS = 300 };
        double sum = 0;
        for (int i = 0; i < STEPS; i++)
          for (int k = 0; k < STEPS; k++) {
            const double z = 2 * (i + .5) / STEPS - 1, a = 2 * M_PI * (k + .5) / STEPS, r = sqrt(1 - z * z);
            float pdf;
            sum += (double)spectrum_average(bsdf_eval_local(&bsdf, vec3((float)(r * cos(a)), (float)(r * sin(a)), (float)z), &pdf));
          }
        sum *= 4 * M_PI / ((double)STEPS * STEPS);
        if (!(fabs(sum - 1) < .02))
          fail_msg("integral %.5f of roughness %g, %g at %d", sum, (double)roughness[m], (double)roughness[n], degrees);
      }
}

/* Each thing that absorbs more leaves less; none makes light; what is reflected at the surface alone is left of black hair. */
static void absorption_takes(void **state) {
  (void)state;
  double before = 2;
  for (int i = 0; i < 6; i++) {
    static const float depths[] = {0, .1f, .5f, 2, 10, 1000};
    const Lobe lobe = hair(.3f, .3f, .035f, depths[i]);
    const Bsdf bsdf = view(&lobe, 1, 30, 0);
    const double albedo = directional_albedo(&bsdf);
    assert_true(albedo < before);
    before = albedo;
  }
  assert_true(before > .02 && before < .1);
  // A color of 1 absorbs nothing, darker ones ever more, channel by channel
  Lobe lobe = hair(.3f, .3f, 0, 0);
  assert_true(hair_absorption(&lobe)[0] == 0);
  lobe.color = spectrum_from_color((MlColor){.9f, .5f, .1f});
  const Spectrum a = hair_absorption(&lobe);
  assert_true(a[0] > 0 && a[1] > a[0] && a[2] > a[1]);
  // By Chiang et al. with pbrt-v4's numbers: (log .5 / 5.8996)^2 at .3
  assert_true(fabs((double)a[1] - pow(log(.5) / (5.969 - .215 * .3 + 2.532 * .09 - 10.73 * .027 + 5.574 * .0081 + .245 * .00243), 2)) <
              1e-6);
}

/* Inclinations and azimuths are densities over their ranges. */
static void parts_are_densities(void **state) {
  (void)state;
  const float variances[] = {1e-3f, .05f, .099f, .101f, .5f, 4};
  for (int i = 0; i < 6; i++)
    for (int k = -8; k <= 8; k++) {
      const double theta_o = k * .19;
      double sum = 0;
      enum { STEPS = ROUNDS(20000) };
      for (int n = 0; n < STEPS; n++) {
        const double theta = M_PI * ((n + .5) / STEPS - .5);
        sum +=
          (double)hair_along((float)sin(theta), (float)cos(theta), (float)sin(theta_o), (float)cos(theta_o), variances[i]) * cos(theta);
      }
      sum *= M_PI / STEPS;
      if (!(fabs(sum - 1) < 2e-3)) fail_msg("inclinations of variance %g at %g: %.5f", (double)variances[i], theta_o, sum);
    }
  const float widths[] = {.01f, .1f, .5f, 2};
  for (int i = 0; i < 4; i++) {
    double sum = 0;
    for (int n = 0; n < 20000; n++) sum += (double)hair_around((float)(2 * M_PI * (n + .5) / 20000 + 1.3), widths[i]);
    assert_true(fabs(sum * 2 * M_PI / 20000 - 1) < 1e-3);
  }
}

/* Without tilt there is no telling root from tip, nor left from right. */
static void mirrored(void **state) {
  (void)state;
  const Lobe lobe = hair(.4f, .5f, 0, .3f);
  TestRandom random = {3};
  for (int n = 0; n < 1000; n++) {
    const Vec3 o = sample_hemisphere_cosine(test_random2(&random)),
               i = normalize(vec3(test_random(&random) - .5f, test_random(&random) - .5f, test_random(&random) - .5f));
    if (o[2] < .01f) continue;
    float pdf;
    const float f = spectrum_average(hair_eval(&lobe, o, i, &pdf));
    for (int axis = 0; axis < 2; axis++) {
      Vec3 po = o, pi = i;
      po[axis] = -po[axis], pi[axis] = -pi[axis];
      const float g = spectrum_average(hair_eval(&lobe, po, pi, &pdf));
      assert_true(fabsf(f - g) <= 2e-4f * f + 1e-6f);
    }
  }
}

/* Where a smooth strand of index near 1 is met makes no difference: light goes through, straight on. Scales tilt the reflection to the root (-x). */
static void directions(void **state) {
  (void)state;
  Lobe lobe = hair(.05f, .05f, 0, 0);
  lobe.ior = 1.001f;
  TestRandom random = {4};
  for (int n = 0; n < 300; n++) {
    const Vec3 o = normalize(vec3(.3f, 1.6f * test_random(&random) - .8f, .5f));
    const Vec3 w = hair_sample(&lobe, o, test_random(&random), (Vec2){.2f + .6f * test_random(&random), .2f + .6f * test_random(&random)});
    assert_true(dot(w, -o) > .9f);
  }
  double mean = 0;
  lobe = hair(.1f, .3f, .1f, 1000);
  for (int n = 0; n < 2000; n++) mean += (double)hair_sample(&lobe, vec3(0, 0, 1), test_random(&random), test_random2(&random))[0] / 2000;
  assert_true(fabs(mean - sin(.2)) < .02);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(samples_follow_density), cmocka_unit_test(white_keeps_all), cmocka_unit_test(absorption_takes),
    cmocka_unit_test(parts_are_densities),    cmocka_unit_test(mirrored),        cmocka_unit_test(directions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
