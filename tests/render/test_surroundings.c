/* test_surroundings.c - light transport under environments, skies and suns: what is known exactly, and agreement of all strategies. */
#include "radiance.h"
#include "surroundings_pictures.h"

static Rig rig;
static int create(void **state) {
  (void)state;
  rig_create(&rig);
  return 0;
}
static int destroy(void **state) {
  (void)state;
  rig_destroy(&rig);
  return 0;
}

static uint8_t even(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  (void)x, (void)y, (void)w, (void)h;
  return 128;
}
static uint8_t upper(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  (void)x, (void)w;
  return y < h / 2 ? 128 : 0;
}
/* The half towards +x. */
static uint8_t right(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  (void)y, (void)h;
  return x >= w / 2 ? 128 : 0;
}
static uint8_t lamps(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  double u = (x + .5) / w - .7, v = (y + .5) / h - .3;
  return (uint8_t)(u * u + v * v < .003 ? 255 : 2 + 20 * y / h);
}

static void environment(uint32_t width, uint32_t height, TexelCode *code, double turn, double strength) {
  MlImage image = grey_picture(rig.b, width, height, code, &rig.error);
  MlEnvironmentDesc desc = ML_DESC(MlEnvironmentDesc, .image = image, .turn = turn, .strength = strength, .has_strength = true);
  if (ml_environment(rig.b, &desc, &rig.error) != ML_OK) fail_msg("%s", rig.error.message);
}
static void sky(double height, double heading) {
  MlSkyDesc desc = ML_DESC(MlSkyDesc, .sun_height = height, .sun_heading = heading, .has_sun = true);
  if (ml_sky(rig.b, &desc, &rig.error) != ML_OK) fail_msg("%s", rig.error.message);
}

/* A white floor, direct light alone: its radiance is the irradiance over pi. */
static Estimate floor_radiance(MlStrategy strategy, uint32_t samples) {
  MlView view = spot((MlVec3){1, 3, 2}, (MlVec3){0, 0, 0}, 4);
  return measure(&rig, &view, &ML_DESC(MlSettings, .samples = samples, .strategy = strategy, .has_bounces = true, .bounces = {1, 1, 1, 1}));
}
static void add_floor(MlVec3 normal) {
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .normal = normal, .material = matte(&rig, 1, 0)), &rig.error));
}

static void floors(void **state) {
  (void)state;
  for (int s = 0; s < 3; s++) {
    rig_begin(&rig);
    add_floor((MlVec3){0, 1, 0});
    environment(16, 8, even, 0, 3);
    rig_commit(&rig);
    assert_true(agrees("even", floor_radiance((MlStrategy)s, 64), 3));
    // Of the upper half all that counts but what the horizon's texels blend: a few thousandths for 256 rows
    rig_begin(&rig);
    add_floor((MlVec3){0, 1, 0});
    environment(512, 256, upper, 0, 1);
    rig_commit(&rig);
    Estimate e = floor_radiance((MlStrategy)s, 64);
    assert_true(fabs(e.mean - 1) < 1e-3 + 4 * e.sigma);
    // Half the light from +x; a wall that faces it gets it all, one that faces -x none. Turned, the other way round
    for (int k = 0; k < 4; k++) {
      const double expected[4] = {.5, 1, 0, 1};
      rig_begin(&rig);
      add_floor(k == 0 ? (MlVec3){0, 1, 0} : k == 1 ? (MlVec3){1, 0, 0} : (MlVec3){-1, 0, 0});
      environment(512, 256, right, k == 3 ? 180 : 0, 1);
      rig_commit(&rig);
      MlView view = spot(k < 2 ? (MlVec3){2, 3, 1} : (MlVec3){-2, 3, 1}, (MlVec3){0, 0, 0}, 4);
      e =
        measure(&rig, &view, &ML_DESC(MlSettings, .samples = 64, .strategy = (MlStrategy)s, .has_bounces = true, .bounces = {1, 1, 1, 1}));
      assert_true(fabs(e.mean - expected[k]) < 3e-3 + 4 * e.sigma);
    }
  }
}

/* Against an integral over the texels' own directions. */
static void against_brute_force(void **state) {
  (void)state;
  rig_begin(&rig);
  add_floor((MlVec3){0, 1, 0});
  environment(128, 64, lamps, 33, 2);
  rig_commit(&rig);
  const Surroundings *s = &scene_of(rig.scene)->lights.surroundings;
  double expected = 0;
  enum { N = 1000 };
  for (int i = 0; i < N; i++) {
    for (int k = 0; k < N; k++) {
      double y = sqrt((i + .5) / N), r = sqrt(1 - y * y), phi = 2 * M_PI * (k + .5) / N; // by the cosine
      expected += (double)spectrum_average(surroundings_radiance(s, vec3((float)(r * cos(phi)), (float)y, (float)(r * sin(phi)))));
    }
  }
  expected /= (double)N * N;
  Estimate light = floor_radiance(ML_STRATEGY_LIGHT, 256), mis = floor_radiance(ML_STRATEGY_MIS, 256),
           bsdf = floor_radiance(ML_STRATEGY_BSDF, 1024);
  assert_true(agrees("light", light, expected));
  assert_true(agrees("mis", mis, expected));
  assert_true(fabs(bsdf.mean - expected) < 5 * bsdf.sigma);
  assert_true(mis.variance < bsdf.variance); // with a quarter of the samples
}

static void suns(void **state) {
  (void)state;
  const double sizes[3] = {.53, 10, 60};
  for (int i = 0; i < 3; i++) {
    for (int s = 0; s < (i == 2 ? 3 : 2); s++) { // found by scattering alone, small ones are noise
      const MlStrategy strategies[3] = {ML_STRATEGY_MIS, ML_STRATEGY_LIGHT, ML_STRATEGY_BSDF};
      rig_begin(&rig);
      add_floor((MlVec3){0, 1, 0});
      rig_add(&rig, ml_sun(rig.b, &ML_DESC(MlSunDesc, .height = 35, .heading = 120, .irradiance = 5, .diameter = sizes[i]), &rig.error));
      rig_commit(&rig);
      // The cosine is linear over the disc: as if all came from its middle, as long as it is above the horizon
      Estimate e = floor_radiance(strategies[s], s == 2 ? 1024 : 64);
      double expected = 5 * sin(35 * M_PI / 180) / M_PI;
      if (fabs(e.mean - expected) > 4 * e.sigma + 1e-3 * expected) fail_msg("a sun of %g degrees: %g, not %g", sizes[i], e.mean, expected);
    }
  }
  // Whitted takes all of it from the middle
  rig_begin(&rig);
  add_floor((MlVec3){0, 1, 0});
  rig_add(&rig, ml_sun(rig.b, &ML_DESC(MlSunDesc, .height = 35, .heading = 120, .irradiance = 5, .diameter = 2), &rig.error));
  rig_commit(&rig);
  MlView from_above = spot((MlVec3){1, 3, 2}, (MlVec3){0, 0, 0}, 2);
  Estimate whitted = measure(&rig, &from_above, &ML_DESC(MlSettings, .samples = 1, .integrator = ML_WHITTED));
  assert_true(fabs(whitted.mean / (5 * sin(35 * M_PI / 180) / M_PI) - 1) < 2e-3); // 1 - cos for sin^2 / 2
  // Looked at: its disc has the radiance and the size
  rig_begin(&rig);
  rig_add(&rig, ml_sun(rig.b, &ML_DESC(MlSunDesc, .height = 0, .heading = 180, .irradiance = 1, .diameter = 4), &rig.error));
  rig_commit(&rig);
  MlView view = ML_DESC(MlView, .camera = {.from = {0, 0, 0}, .look_at = {0, 0, -1}, .fov = 5}, .width = 64, .height = 64);
  Estimate e = measure(&rig, &view, &ML_DESC(MlSettings, .samples = 16));
  // Over the picture's plane: pi tan^2 2 of (2 tan 2.5)^2
  double radiance = 1 / (M_PI * pow(sin(2 * M_PI / 180), 2)), share = M_PI * pow(tan(2 * M_PI / 180) / (2 * tan(2.5 * M_PI / 180)), 2);
  assert_true(fabs(e.mean / (radiance * share) - 1) < 2e-3 + 4 * e.sigma / (radiance * share));
  e = measure(&rig, &view, &ML_DESC(MlSettings, .samples = 16, .integrator = ML_WHITTED));
  assert_true(fabs(e.mean / (radiance * share) - 1) < 1e-2);
}

/* Sky and its sun on the floor: diffuse and direct add up, by any strategy that can find both. */
static void sky_and_sun(void **state) {
  (void)state;
  rig_begin(&rig);
  add_floor((MlVec3){0, 1, 0});
  sky(30, 70);
  rig_commit(&rig);
  const Lights *lights = &scene_of(rig.scene)->lights;
  double expected = (double)spectrum_to_color(spectrum_load(lights->surroundings.table->sun)).g * .5 / M_PI;
  enum { N = 500 };
  for (int i = 0; i < N; i++) {
    for (int k = 0; k < N; k++) {
      double y = sqrt((i + .5) / N), r = sqrt(1 - y * y), phi = 2 * M_PI * (k + .5) / N;
      expected += (double)spectrum_to_color(
                    surroundings_radiance(&lights->surroundings, vec3((float)(r * cos(phi)), (float)y, (float)(r * sin(phi)))))
                    .g /
                  (N * N);
    }
  }
  assert_true(agrees("sky and sun", floor_radiance(ML_STRATEGY_MIS, 256), expected));
  assert_true(agrees("sky and sun by light", floor_radiance(ML_STRATEGY_LIGHT, 256), expected));
}

/* All radiance is 1 in surroundings of 1, whatever is there: reflection, refraction, diffuse equilibrium. */
static void furnace(void **state) {
  (void)state;
  rig_begin(&rig);
  environment(8, 4, even, 12, 1);
  const MlMaterial materials[4] = {glass(&rig, 1.5), mirror(&rig), matte(&rig, .5, .5), white_metal(&rig, .3, true)};
  for (int i = 0; i < 4; i++)
    rig_add(&rig, ml_sphere(
                    rig.b, &ML_DESC(MlSphereDesc, .center = {1.1 * (i % 2), 1.1 * (i / 2), .3 * i}, .radius = .5, .material = materials[i]),
                    &rig.error));
  rig_commit(&rig);
  MlView view = ML_DESC(MlView, .camera = {.from = {.5, .7, 6}, .look_at = {.5, .5, 0}, .fov = 25}, .width = 24, .height = 24);
  for (int s = 0; s < 3; s++) {
    Estimate e = measure(&rig, &view, &ML_DESC(MlSettings, .samples = 32, .strategy = (MlStrategy)s));
    if (fabs(e.mean - 1) > 4 * e.sigma + 2e-3 || e.sigma > 3e-3)
      fail_msg("strategy %d: %g +- %g", s, e.mean, e.sigma); // the metal errs by .003 at most
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(floors),  cmocka_unit_test(against_brute_force), cmocka_unit_test(suns), cmocka_unit_test(sky_and_sun),
    cmocka_unit_test(furnace),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
