/* test_shade_bsdf.c - scattering: samples against densities, weights, reciprocity, energy, known reflectances. */
#include <cmocka.h>
#include <math.h>

#include "bsdf_checks.h"

static Lobe diffuse(float albedo) { return (Lobe){.kind = LOBE_DIFFUSE, .weight = 1, .color = spectrum_all(albedo)}; }
static Lobe mirror(void) { return (Lobe){.kind = LOBE_MIRROR, .weight = 1, .color = spectrum_all(1)}; }
static Lobe glass(float ior) { return (Lobe){.kind = LOBE_DIELECTRIC, .weight = 1, .color = spectrum_all(1), .ior = ior}; }
static Lobe white_metal(float alpha, bool multiscatter) {
  Lobe lobe = {.kind = LOBE_CONDUCTOR, .weight = 1, .artist = 1, .color = spectrum_all(1), .edge = spectrum_all(1), .alpha = alpha};
  lobe.multiscatter = multiscatter;
  lobe_finish(&lobe);
  return lobe;
}
static Lobe preset_metal(const char *name, float alpha) {
  MlColor eta, k;
  assert_true(metal_preset(name, &eta, &k));
  Lobe lobe = {.kind = LOBE_CONDUCTOR, .weight = 1, .eta = spectrum_from_color(eta), .k = spectrum_from_color(k), .alpha = alpha};
  lobe.multiscatter = 1;
  lobe_finish(&lobe);
  return lobe;
}

/* Every lobe that is not specular, alone, tilted and mixed. */
static int cases(Case *out) {
  Lobe third = diffuse(.6f), metal = white_metal(.3f, true), shine = mirror();
  third.weight = .5f, metal.weight = .3f, shine.weight = .2f;
  const Case list[] = {
    {"diffuse", {diffuse(.7f)}, 1, 30, 0},
    {"diffuse, tilted", {diffuse(.7f)}, 1, 30, 40},
    {"diffuse, tilted far", {diffuse(.7f)}, 1, 80, 75},
    {"metal .1", {white_metal(.1f, false)}, 1, 40, 0},
    {"metal .3", {white_metal(.3f, false)}, 1, 75, 0},
    {"metal 1", {white_metal(1, false)}, 1, 20, 0},
    {"metal .5, multiple", {white_metal(.5f, true)}, 1, 60, 0},
    {"gold .4", {preset_metal("gold", .4f)}, 1, 50, 0},
    {"metal .3, tilted", {white_metal(.3f, true)}, 1, 60, 25},
    {"metal .5 from below the shading horizon", {white_metal(.5f, true)}, 1, 85, 60},
    {"mixed", {third, metal, shine}, 3, 45, 0},
    {"mixed, tilted", {third, metal, shine}, 3, 45, 20},
  };
  int count = (int)(sizeof list / sizeof *list);
  for (int i = 0; i < count; i++) out[i] = list[i];
  return count;
}

static void samples_follow_density(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  check_samples_follow_density(list, count);
}

static void weight_is_eval_over_pdf(void **state) {
  (void)state;
  static Case list[16];
  int count = cases(list);
  check_weight_is_eval_over_pdf(list, count);
}

static void reciprocity(void **state) {
  (void)state;
  const Lobe lobes[] = {diffuse(.7f), white_metal(.3f, false), white_metal(.6f, true), preset_metal("copper", .2f)};
  for (int i = 0; i < 4; i++) check_reciprocity(&lobes[i], 1, 1);
}

static double degrees_of(double mu) { return acos(mu) * 180 / M_PI; }

static void known_albedos(void **state) {
  (void)state;
  const struct {
    float alpha;
    double mu, albedo;
  } known[] = {{.5f, 1, .68785}, {.5f, .5, .69825}, {.5f, .2, .78993}, {1, 1, .30685}};
  for (int i = 0; i < 4; i++) {
    Lobe lobe = white_metal(known[i].alpha, false);
    Bsdf bsdf = view(&lobe, 1, degrees_of(known[i].mu), 0);
    assert_true(fabs(directional_albedo(&bsdf) - known[i].albedo) < 5e-4);
  }
}

/* With multiple scattering, nothing is lost but the fit's error, whatever the normals. */
static void white_metal_keeps_all(void **state) {
  (void)state;
  for (int a = 1; a <= 10; a++) {
    for (int d = 0; d < 9; d++) {
      for (int t = 0; t < 2; t++) {
        Lobe lobe = white_metal((float)a / 10, true);
        Bsdf bsdf = view(&lobe, 1, d * 10.9, t * 20.0);
        double albedo = directional_albedo(&bsdf);
        if (fabs(albedo - 1) > (double)GGX_ALBEDO_ERROR + 1e-3) print_message("alpha %g, %g degrees: %g\n", a / 10.0, d * 10.9, albedo);
        assert_true(fabs(albedo - 1) < (double)GGX_ALBEDO_ERROR + 1e-3); /* and the samples' */
      }
    }
  }
}

static void no_lobe_makes_energy(void **state) {
  (void)state;
  static const char *const names[] = {"gold", "silver", "copper", "aluminium", "iron", "chrome", "brass", "bronze", "titanium"};
  for (int m = 0; m < 9; m++) {
    for (int a = 1; a <= 10; a += 3) {
      for (int d = 0; d < 9; d += 2) {
        Lobe lobe = preset_metal(names[m], (float)a / 10);
        Bsdf bsdf = view(&lobe, 1, d * 10.9, 0);
        assert_true(directional_albedo(&bsdf) < 1);
      }
    }
  }
}

/* Lambert's albedo is exact for each sample, tilted or not. */
/* What reflects next to nothing reflects nothing: the inverse of the sum of all lobes stays a float. */
static void nearly_nothing_is_nothing(void **state) {
  (void)state;
  const Lobe lobes[2] = {diffuse(1e-41f), diffuse(2e-41f)};
  const Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1), .material = 1};
  Bsdf bsdf;
  BsdfSample sample;
  if (!bsdf_begin(&bsdf, lobes, 2, &surface, vec3(0, .6f, .8f), &outside, BSDF_ALL)) return;
  if (bsdf_sample(&bsdf, .3f, (Vec2){.3f, .7f}, &sample)) assert_true(spectrum_is_finite(sample.weight) && sample.pdf < INFINITY_F);
}

/* A metal that is black along the view itself still reflects about other facets, in a mix as alone. */
static void black_views_of_metal_reflect(void **state) {
  (void)state;
  Lobe metal = {.kind = LOBE_CONDUCTOR, .weight = 1, .artist = ARTIST_F82, .color = spectrum_all(.5f), .alpha = .8f};
  lobe_finish(&metal);
  Bsdf alone = view(&metal, 1, 80, 0);
  assert_true(spectrum_is_black(conductor_fresnel(&metal, alone.wo[2])));
  Lobe lobes[2] = {metal, diffuse(.5f)};
  lobes[0].weight = lobes[1].weight = .5f;
  Bsdf mixed = view(lobes, 2, 80, 0);
  double albedo = directional_albedo(&alone);
  assert_true(albedo > .05);
  assert_true(fabs(directional_albedo(&mixed) - (.25 + .5 * albedo)) < .05 * albedo);
}

static void diffuse_weight_is_albedo(void **state) {
  (void)state;
  Lobe lobe = diffuse(.5f);
  for (int t = 0; t < 9; t++) {
    Bsdf bsdf = view(&lobe, 1, 50, t * 10.0);
    TestRandom random = {3};
    int lost = 0; /* rounded to below the horizon */
    for (int n = 0; n < 10000; n++) {
      BsdfSample sample;
      if (!bsdf_sample(&bsdf, 0, test_random2(&random), &sample)) lost++;
      else assert_true(fabsf(spectrum_average(sample.weight) - .5f) < 1e-6f);
    }
    assert_true(lost <= 1);
  }
}

/* Reflections leave on the side of the geometric normal that they came from, refractions on the other. */
static void nothing_leaks(void **state) {
  (void)state;
  const Lobe lobes[] = {diffuse(1), mirror(), glass(1.5f), glass(.7f), white_metal(.4f, true), white_metal(0, true)};
  Vec3 ng = vec3(0, 0, 1);
  TestRandom random = {11};
  for (int n = 0; n < 20000; n++) {
    Vec3 ns = sample_hemisphere_cosine(test_random2(&random)), wo = sample_sphere_uniform(test_random2(&random));
    Surface surface = {.ng = ng, .ns = ns};
    Bsdf bsdf;
    assert_true(bsdf_begin(&bsdf, &lobes[n % 6], 1, &surface, wo, &outside, BSDF_ALL));
    BsdfSample sample;
    float choice = test_random(&random);
    if (!bsdf_sample(&bsdf, choice, test_random2(&random), &sample)) continue;
    float side = dot(sample.wi, ng) * dot(wo, ng);
    assert_true((sample.flags & BSDF_TRANSMISSION) ? side < 1e-6f : side > -1e-6f);
    assert_true(fabsf(length(sample.wi) - 1) < 1e-5f);
    assert_true(spectrum_is_finite(sample.weight));
  }
}

static void fresnel_of_glass(void **state) {
  (void)state;
  const struct { double degrees, reflectance; } known[] = {{0, .04}, {45, .050240}, {60, .089187}, {75, .253061}};
  for (int i = 0; i < 4; i++) {
    float cos_t, cosine = (float)cos(known[i].degrees * M_PI / 180);
    assert_true(fabs((double)fresnel_dielectric(cosine, 1 / 1.5f, &cos_t) - known[i].reflectance) < 2e-6);
    // From inside, at the refracted angle, it is the same
    float back;
    assert_true(fabs((double)fresnel_dielectric(cos_t, 1.5f, &back) - known[i].reflectance) < 5e-6);
    assert_true(fabsf(back - cosine) < 1e-5f);
  }
  float cos_t;
  assert_true(fresnel_dielectric(.5f, 1.5f, &cos_t) == 1 && cos_t == 0); /* beyond the critical angle */
  assert_true(fresnel_dielectric(.3f, 1, &cos_t) < 1e-12f);
}

/* A conductor without absorption is a dielectric; gold is yellow. */
static void fresnel_of_metals(void **state) {
  (void)state;
  for (int d = 0; d < 90; d += 5) {
    float cosine = (float)cos(d * M_PI / 180), cos_t, f = fresnel_dielectric(cosine, 1 / 1.5f, &cos_t);
    Spectrum metal = fresnel_conductor(cosine, spectrum_all(1.5f), spectrum_zero());
    assert_true(fabsf(spectrum_average(metal) - f) < 2e-6f);
  }
  MlColor gold = spectrum_to_color(conductor_fresnel(&(Lobe){.eta = {.143f, .375f, 1.442f}, .k = {3.983f, 2.386f, 1.603f}}, 1));
  assert_true(gold.r > .95f && gold.g > .7f && gold.g < .85f && gold.b < .45f);
  assert_true(spectrum_average(fresnel_schlick(0, spectrum_all(.2f), spectrum_all(1))) == 1);
  MlColor eta, k;
  assert_false(metal_preset("mithril", &eta, &k));
}

/* Directions obey Snell's law; what is reflected and what is refracted make 1 in the mean. */
static void glass_refracts(void **state) {
  (void)state;
  Lobe lobe = glass(1.5f);
  Bsdf bsdf = view(&lobe, 1, 60, 0);
  BsdfSample sample;
  assert_true(bsdf_sample(&bsdf, .5f, (Vec2){0, 0}, &sample));
  assert_int_equal(sample.flags, BSDF_TRANSMISSION | BSDF_SPECULAR);
  Vec3 wi = frame_to_local(&bsdf.frame, sample.wi);
  assert_true(fabs(sqrt((double)(wi[0] * wi[0] + wi[1] * wi[1])) - sin(M_PI / 3) / 1.5) < 1e-6);
  assert_true(spectrum_average(sample.weight) == 1);
  assert_true(bsdf_sample(&bsdf, .0891f, (Vec2){0, 0}, &sample) && (sample.flags & BSDF_GLOSSY));
  assert_true(bsdf_sample(&bsdf, .0892f, (Vec2){0, 0}, &sample) && (sample.flags & BSDF_TRANSMISSION));

  // Without transmission only the reflected share is left
  bsdf.allowed = BSDF_GLOSSY;
  assert_true(bsdf_sample(&bsdf, .9f, (Vec2){0, 0}, &sample) && (sample.flags & BSDF_GLOSSY));
  assert_true(fabsf(spectrum_average(sample.weight) - .089187f) < 2e-6f);
}

static void media_nest(void **state) {
  (void)state;
  Lobe water = glass(1.33f), ice = glass(1.31f);
  water.absorption = spectrum_all(2);
  MediumStack stack = {0};
  assert_true(fabsf(medium_eta(&stack, &water, 1, true) - 1 / 1.33f) < 1e-6f);
  assert_true(fabsf(medium_eta(&stack, &water, 1, false) - 1.33f) < 1e-6f); /* began inside */
  medium_cross(&stack, &water, 1, true);
  assert_true(fabsf(spectrum_average(medium_stack_transmittance(&stack, .5f)) - 0.36787944f) < 1e-6f);
  assert_true(fabsf(medium_eta(&stack, &ice, 2, true) - 1.33f / 1.31f) < 1e-6f);
  medium_cross(&stack, &ice, 2, true);
  assert_true(spectrum_average(medium_stack_transmittance(&stack, .5f)) == 1);
  assert_true(medium_eta(&stack, &water, 1, false) == 1); /* the water's edge, inside the ice */
  assert_true(fabsf(medium_eta(&stack, &ice, 2, false) - 1.31f / 1.33f) < 1e-6f);
  medium_cross(&stack, &ice, 2, false);
  medium_cross(&stack, &water, 1, false);
  assert_int_equal(stack.count, 0);
  medium_cross(&stack, &water, 1, false);
  assert_int_equal(stack.count, 0);
  for (uint32_t i = 0; i < 2 * MEDIUM_MAX; i++) medium_cross(&stack, &water, i, true);
  assert_int_equal(stack.count, MEDIUM_MAX);
}

/* Limits take kinds away; what is left is chosen with certainty. */
static void kinds_can_be_forbidden(void **state) {
  (void)state;
  Lobe lobes[2] = {diffuse(.5f), mirror()};
  lobes[0].weight = lobes[1].weight = .5f;
  Surface surface = {.ng = vec3(0, 0, 1), .ns = vec3(0, 0, 1)};
  Bsdf bsdf;
  BsdfSample sample;
  Vec3 wo = normalize(vec3(1, 0, 1));
  assert_true(bsdf_begin(&bsdf, lobes, 2, &surface, wo, &outside, BSDF_GLOSSY));
  assert_false(bsdf.rough);
  assert_true(bsdf_sample(&bsdf, 0, (Vec2){0, 0}, &sample) && (sample.flags & BSDF_SPECULAR));
  assert_true(fabsf(spectrum_average(sample.weight) - .5f) < 1e-6f);
  assert_false(bsdf_begin(&bsdf, lobes, 2, &surface, wo, &outside, BSDF_TRANSMISSION));
  assert_false(bsdf_begin(&bsdf, lobes, 0, &surface, wo, &outside, BSDF_ALL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(samples_follow_density),
    cmocka_unit_test(weight_is_eval_over_pdf),
    cmocka_unit_test(reciprocity),
    cmocka_unit_test(known_albedos),
    cmocka_unit_test(white_metal_keeps_all),
    cmocka_unit_test(no_lobe_makes_energy),
    cmocka_unit_test(nearly_nothing_is_nothing),
    cmocka_unit_test(black_views_of_metal_reflect),
    cmocka_unit_test(diffuse_weight_is_albedo),
    cmocka_unit_test(nothing_leaks),
    cmocka_unit_test(fresnel_of_glass),
    cmocka_unit_test(fresnel_of_metals),
    cmocka_unit_test(glass_refracts),
    cmocka_unit_test(media_nest),
    cmocka_unit_test(kinds_can_be_forbidden),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
