/* test_shade_dielectric.c - rough and thin glass: samples against densities, weights, reciprocity in basic radiance, energy, panes; the
 * index of a path's wavelength. */
#include <cmocka.h>
#include <math.h>

#include "chi_square.h"
#include "shade/bsdf.h"

static const MediumStack outside = {0};

static Lobe glass(float ior, float alpha) {
  Lobe lobe = {.kind = LOBE_DIELECTRIC, .weight = 1, .color = spectrum_all(1), .ior = ior, .alpha = alpha};
  lobe_finish(&lobe);
  return lobe;
}
static Lobe pane(float ior, float alpha, float color) {
  Lobe lobe = {.kind = LOBE_DIELECTRIC, .weight = 1, .color = spectrum_all(color), .ior = ior, .alpha = alpha, .thin = 1};
  lobe_finish(&lobe);
  return lobe;
}
static Lobe diffuse(float albedo) { return (Lobe){.kind = LOBE_DIFFUSE, .weight = 1, .color = spectrum_all(albedo)}; }

/* A view from `degrees` off the geometric normal, of the front or the back; the shading normal tilted by `tilt` in another plane. */
static Bsdf view(const Lobe *lobes, uint32_t count, double degrees, double tilt, bool back, uint32_t allowed) {
  Vec3 ng = normalize(vec3(.3f, -.5f, .8f));
  Frame frame = frame_from_normal(ng);
  double a = degrees * M_PI / 180, t = tilt * M_PI / 180;
  Vec3 wo = frame_to_world(&frame, vec3((float)sin(a), 0, (float)cos(a)));
  Vec3 ns = frame_to_world(&frame, vec3((float)(sin(t) * .6), (float)(sin(t) * .8), (float)cos(t)));
  Surface surface = {.ng = back ? -ng : ng, .ns = back ? -ns : ns, .material = 1};
  Bsdf bsdf;
  assert_true(bsdf_begin(&bsdf, lobes, count, &surface, wo, &outside, allowed));
  return bsdf;
}

typedef struct Case {
  const char *name;
  Lobe lobes[3];
  uint32_t count;
  double degrees, tilt;
  bool back;
  uint32_t allowed;
} Case;

static int cases(Case *out) {
  Lobe half = glass(1.5f, .3f), other = diffuse(.5f), window = pane(1.5f, .2f, .8f);
  half.weight = .5f, other.weight = .3f, window.weight = .2f;
  const Case list[] = {
    {"glass .3", {glass(1.5f, .3f)}, 1, 30, 0, false, BSDF_ALL},
    {"glass .1, grazing", {glass(1.5f, .1f)}, 1, 80, 0, false, BSDF_ALL},
    {"glass 1", {glass(1.33f, 1)}, 1, 50, 0, false, BSDF_ALL},
    {"from inside", {glass(1.5f, .2f)}, 1, 25, 0, true, BSDF_ALL},
    {"from inside, beyond the critical angle", {glass(1.5f, .4f)}, 1, 60, 0, true, BSDF_ALL},
    {"an index below 1", {glass(.7f, .3f)}, 1, 40, 0, false, BSDF_ALL},
    {"tilted", {glass(1.5f, .3f)}, 1, 50, 25, false, BSDF_ALL},
    {"tilted, from inside", {glass(2.4f, .5f)}, 1, 70, 40, true, BSDF_ALL},
    {"reflection alone", {glass(1.5f, .5f)}, 1, 60, 0, false, BSDF_GLOSSY},
    {"transmission alone", {glass(1.5f, .5f)}, 1, 60, 0, true, BSDF_TRANSMISSION},
    {"pane", {pane(1.5f, .3f, .5f)}, 1, 55, 0, true, BSDF_ALL},
    {"pane, tilted", {pane(1.5f, .4f, 1)}, 1, 70, 30, false, BSDF_ALL},
    {"mixed", {half, other, window}, 3, 45, 0, false, BSDF_ALL},
  };
  int count = (int)(sizeof list / sizeof *list);
  for (int i = 0; i < count; i++) out[i] = list[i];
  return count;
}
static Bsdf view_case(const Case *c) { return view(c->lobes, c->count, c->degrees, c->tilt, c->back, c->allowed); }

static double local_pdf(Vec3 w, void *ud) {
  float pdf;
  bsdf_eval_local(ud, w, &pdf);
  return (double)pdf;
}

static void samples_follow_density(void **state) {
  (void)state;
  static Case list[16];
  static DirectionChart chart;
  int count = cases(list);
  for (int i = 0; i < count; i++) {
    Bsdf bsdf = view_case(&list[i]);
    chart = (DirectionChart){0};
    TestRandom random = {31 + (uint64_t)i};
    for (int n = 0; n < CHI_SAMPLES; n++) {
      BsdfSample sample;
      float choice = test_random(&random);
      if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample)) continue;
      assert_false(sample.flags & BSDF_SPECULAR);
      chart_add(&chart, frame_to_local(&bsdf.frame, sample.wi));
    }
    chart_expect(&chart, local_pdf, &bsdf, 8);
    assert_true(chart_agrees(list[i].name, &chart, count));
  }
}

/* Of one lobe; mixtures: see mixtures_keep_media_apart. */
static void weight_is_eval_over_pdf(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  for (int i = 0; i < count; i++) {
    if (list[i].count > 1) continue;
    Bsdf bsdf = view_case(&list[i]);
    TestRandom random = {6};
    for (int n = 0; n < ROUNDS(5000); n++) {
      BsdfSample sample;
      float choice = test_random(&random);
      if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample)) continue;
      float pdf;
      Spectrum f = bsdf_eval(&bsdf, sample.wi, &pdf);
      float want = spectrum_average(sample.weight);
      assert_true(fabsf(spectrum_average(f) / pdf - want) <= 1e-4f * want + 1e-6f);
      assert_true(fabsf(pdf - sample.pdf) <= 3e-3f * pdf);
    }
  }
}

/* The mean weight of all samples: the directional albedo. */
static double directional_albedo(const Bsdf *bsdf, uint32_t flags) {
  enum { N = 160 };
  double sum = 0;
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      BsdfSample sample;
      float choice = ((float)((i * 7919 + j * 104729) % (N * N)) + .5f) / (N * N);
      if (bsdf_sample(bsdf, choice, (Vec2){((float)i + .5f) / N, ((float)j + .5f) / N}, &sample) && (sample.flags & flags))
        sum += (double)spectrum_average(sample.weight);
    }
  }
  return sum / (N * N);
}

/* A direction that passes into a medium is weighed by its own lobe; both ways of splitting have the same mean as the lobes' albedos. */
static void mixtures_keep_media_apart(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  const Case *mixed = &list[count - 1];
  Bsdf bsdf = view_case(mixed);
  TestRandom random = {8};
  double sum = 0, expected = 0;
  int crossed = 0, stayed = 0;
  enum { N = 400000 };
  for (int n = 0; n < N; n++) {
    BsdfSample sample;
    float choice = test_random(&random);
    if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample)) continue;
    sum += (double)spectrum_average(sample.weight) / N;
    if (!(sample.flags & BSDF_TRANSMISSION)) continue;
    if (medium_is_crossed(sample.lobe)) crossed++;
    else stayed++;
  }
  for (uint32_t i = 0; i < mixed->count; i++) {
    Lobe alone = mixed->lobes[i];
    alone.weight = 1;
    Bsdf one = view(&alone, 1, mixed->degrees, 0, false, BSDF_ALL);
    expected += (double)mixed->lobes[i].weight * directional_albedo(&one, BSDF_ALL);
  }
  assert_true(crossed > N / 10 && stayed > N / 50);
  assert_true(fabs(sum - expected) < 2e-3);
}

/* f / n_i^2 is symmetric: on either side and through, n being the index on the direction's side. */
static void reciprocity(void **state) {
  (void)state;
  const Lobe lobes[] = {glass(1.5f, .2f), glass(1.5f, .7f), glass(2.4f, 1), glass(.7f, .4f), pane(1.5f, .3f, .6f)};
  Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1), .material = 1};
  for (int i = 0; i < 5; i++) {
    TestRandom random = {9};
    int through = 0, compared = 0;
    for (int n = 0; n < ROUNDS(4000); n++) {
      Vec3 a = sample_sphere_uniform(test_random2(&random)), b = sample_sphere_uniform(test_random2(&random));
      if (fabsf(a[2]) < 1e-2f || fabsf(b[2]) < 1e-2f) continue;
      Bsdf from_a, from_b;
      assert_true(bsdf_begin(&from_a, &lobes[i], 1, &surface, a, &outside, BSDF_ALL));
      assert_true(bsdf_begin(&from_b, &lobes[i], 1, &surface, b, &outside, BSDF_ALL));
      float inside = lobes[i].thin ? 1 : lobes[i].ior, n_a = a[2] > 0 ? 1 : inside, n_b = b[2] > 0 ? 1 : inside, pdf;
      float ab = spectrum_average(bsdf_eval(&from_a, b, &pdf)) / (fabsf(b[2]) * n_b * n_b);
      float ba = spectrum_average(bsdf_eval(&from_b, a, &pdf)) / (fabsf(a[2]) * n_a * n_a);
      if (fabsf(ab - ba) > 1e-3f * ab + 1e-6f) print_message("lobe %d: %g and %g\n", i, (double)ab, (double)ba);
      assert_true(fabsf(ab - ba) <= 1e-3f * ab + 1e-6f);
      compared++;
      through += a[2] * b[2] < 0 && ab > 0;
    }
    assert_true(through > compared / 10);
  }
}

/* White glass keeps all light but for the table's error, from either side, whatever the normals. */
static void white_glass_keeps_all(void **state) {
  (void)state;
  double worst = 0, squares = 0;
  int count = 0;
  const float iors[] = {1.1f, 1.33f, 1.5f, 2.4f, .8f};
  for (int k = 0; k < 5; k++) {
    for (int a = 1; a <= 10; a += 3) {
      for (int d = 0; d < 5; d++) {
        for (int side = 0; side < 2; side++) {
          Lobe lobe = glass(iors[k], (float)(a * a) / 100);
          Bsdf bsdf = view(&lobe, 1, d * 19.9, (d % 2) * 20.0, side, BSDF_ALL);
          double error = fabs(directional_albedo(&bsdf, BSDF_ALL) - 1);
          worst = fmax(worst, error);
          squares += error * error;
          count++;
        }
      }
    }
  }
  print_message("white glass: largest error %.4f, root mean square %.4f\n", worst, sqrt(squares / count));
  assert_true(worst < (double)DIELECTRIC_ALBEDO_ERROR && sqrt(squares / count) < (double)DIELECTRIC_ALBEDO_RMS);
}

static void white_panes_keep_all(void **state) {
  (void)state;
  for (int a = 0; a <= 10; a++) {
    for (int d = 0; d < 5; d++) {
      Lobe lobe = pane(1.5f, (float)a / 10, 1);
      Bsdf bsdf = view(&lobe, 1, d * 19.9, (d % 2) * 20.0, a % 2, BSDF_ALL);
      assert_true(fabs(directional_albedo(&bsdf, BSDF_ALL) - 1) < (double)GGX_ALBEDO_ERROR + 1e-3);
      // And tinted ones less
      Lobe tinted = pane(1.5f, (float)a / 10, .5f);
      Bsdf dim = view(&tinted, 1, d * 19.9, 0, false, BSDF_ALL);
      assert_true(directional_albedo(&dim, BSDF_ALL) < .75);
    }
  }
}

/* As rough as can be without being smooth, it is nearly the smooth boundary; beyond that it is one. */
static void nearly_smooth_is_smooth(void **state) {
  (void)state;
  for (int d = 0; d < 4; d++) {
    for (int back = 0; back < 2; back++) {
      if (back && d == 2) continue; /* next to the critical angle nothing is like it */
      double degrees = d * 20 + 3;
      Lobe fine = glass(1.5f, 2e-3f);
      Bsdf bsdf = view(&fine, 1, degrees, 0, back, BSDF_ALL);
      float cos_t, f = fresnel_dielectric(bsdf.wo[2], back ? 1.5f : 1 / 1.5f, &cos_t);
      assert_true(fabs(directional_albedo(&bsdf, BSDF_GLOSSY) - (double)f) < 4e-3);
      BsdfSample sample;
      if (f == 1 || !bsdf_sample(&bsdf, .999f, (Vec2){0, 0}, &sample)) continue;
      assert_true(fabsf(-frame_to_local(&bsdf.frame, sample.wi)[2] - cos_t) < 1e-3f);
    }
  }
  Lobe same = glass(1.0005f, .5f);
  Bsdf bsdf = view(&same, 1, 50, 0, false, BSDF_ALL);
  BsdfSample sample;
  assert_true(!bsdf.rough && bsdf_sample(&bsdf, .5f, (Vec2){.5f, .5f}, &sample) && (sample.flags & BSDF_SPECULAR));
}

/* Reflections leave on the side of the geometric normal that they came from, what passes on the other. */
static void nothing_leaks(void **state) {
  (void)state;
  const Lobe lobes[] = {glass(1.5f, .3f), glass(.7f, 1), pane(1.5f, 0, 1), pane(1.4f, .5f, 1)};
  Vec3 ng = vec3(0, 0, 1);
  TestRandom random = {12};
  for (int n = 0; n < 20000; n++) {
    Vec3 ns = sample_hemisphere_cosine(test_random2(&random)), wo = sample_sphere_uniform(test_random2(&random));
    Surface surface = {.ng = ng, .ns = ns};
    Bsdf bsdf;
    assert_true(bsdf_begin(&bsdf, &lobes[n % 4], 1, &surface, wo, &outside, BSDF_ALL));
    BsdfSample sample;
    float choice = test_random(&random);
    if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample)) continue;
    float side = dot(sample.wi, ng) * dot(wo, ng);
    assert_true((sample.flags & BSDF_TRANSMISSION) ? side < 1e-6f : side > -1e-6f);
    assert_true(fabsf(length(sample.wi) - 1) < 1e-5f);
    assert_true(spectrum_is_finite(sample.weight) && spectrum_max(sample.weight) < 50);
    if (n % 4 == 2 && (sample.flags & BSDF_TRANSMISSION)) assert_true(dot(sample.wi, wo) < -1 + 1e-6f); /* straight on */
  }
}

/* Both surfaces of a sheet with all reflections between: 2 r / (1 + r) where it is clear, a sum where it is tinted. */
static void panes(void **state) {
  (void)state;
  const struct { double degrees, transmitted; } known[] = {{0, .923077}, {60, .836232}};
  for (int i = 0; i < 2; i++) {
    Lobe clear = pane(1.5f, 0, 1);
    for (int back = 0; back < 2; back++) {
      Bsdf bsdf = view(&clear, 1, known[i].degrees, 0, back, BSDF_ALL);
      BsdfSample sample;
      float t = (float)known[i].transmitted;
      assert_true(bsdf_sample(&bsdf, 1 - t - 1e-4f, (Vec2){0, 0}, &sample) && (sample.flags & BSDF_GLOSSY));
      assert_true(bsdf_sample(&bsdf, 1 - t + 1e-4f, (Vec2){0, 0}, &sample) && (sample.flags & BSDF_TRANSMISSION));
      assert_true(fabsf(spectrum_average(sample.weight) - 1) < 1e-6f);
    }
  }
  double r = .089187, c = .6, transmitted = 0, reflected = r, inside = 1 - r;
  for (int bounce = 0; bounce < 40; bounce++) {
    inside *= c;
    if (bounce % 2 == 0) transmitted += inside * (1 - r);
    else reflected += inside * (1 - r);
    inside *= r;
  }
  DielectricShares shares = pane_shares(.5f, 1 / 1.5f, spectrum_all(.6f));
  assert_true(fabs((double)spectrum_average(shares.transmitted) - transmitted) < 1e-5);
  assert_true(fabs((double)spectrum_average(shares.reflected) - reflected) < 1e-5);
  shares = pane_shares(0, 1 / 1.5f, spectrum_all(1));
  assert_true(spectrum_average(shares.reflected) == 1 && spectrum_is_black(shares.transmitted));

  // It has no inside
  Lobe lobe = pane(1.5f, 0, 1);
  MediumStack stack = {0};
  medium_cross(&stack, &lobe, 1, true);
  assert_int_equal(stack.count, 0);
  Lobe water = glass(1.33f, 0);
  medium_cross(&stack, &water, 2, true);
  assert_true(medium_eta(&stack, &lobe, 1, true) == medium_eta(&stack, &lobe, 1, false));
  assert_true(fabsf(medium_eta(&stack, &lobe, 1, true) - 1.33f / 1.5f) < 1e-6f);
}

/* Boundaries between dispersive bodies have the indices of the path's wavelength. */
static void media_of_a_wavelength(void **state) {
  (void)state;
  Lobe crown = glass(1.5f, 0), water = glass(1.333f, 0);
  crown.abbe = 60, water.abbe = 55.8f;
  MediumStack stack = {.wavelength = 450};
  float n_crown = dispersion_index(&crown, 450), n_water = dispersion_index(&water, 450);
  assert_true(n_crown > 1.508f && n_crown < 1.512f);
  assert_true(fabsf(medium_eta(&stack, &crown, 1, true) - 1 / n_crown) < 1e-6f);
  assert_true(fabsf(medium_eta(&stack, &crown, 1, false) - n_crown) < 1e-6f);
  medium_cross(&stack, &water, 2, true);
  assert_true(fabsf(medium_eta(&stack, &crown, 1, true) - n_water / n_crown) < 1e-6f);
  medium_cross(&stack, &crown, 1, true);
  assert_true(fabsf(medium_eta(&stack, &crown, 1, false) - n_crown / n_water) < 1e-6f);
  stack = (MediumStack){0};
  assert_true(medium_eta(&stack, &crown, 1, true) == 1 / 1.5f);
  Lobe sheet = pane(1.5f, 0, 1);
  sheet.abbe = 60;
  assert_true(dispersion_wants_wavelength(&crown) && !dispersion_wants_wavelength(&sheet));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(samples_follow_density),
    cmocka_unit_test(weight_is_eval_over_pdf),
    cmocka_unit_test(mixtures_keep_media_apart),
    cmocka_unit_test(reciprocity),
    cmocka_unit_test(white_glass_keeps_all),
    cmocka_unit_test(white_panes_keep_all),
    cmocka_unit_test(nearly_smooth_is_smooth),
    cmocka_unit_test(nothing_leaks),
    cmocka_unit_test(panes),
    cmocka_unit_test(media_of_a_wavelength),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
