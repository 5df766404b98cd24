/* test_statistics.c - estimators that must agree, noise that must fall, filters that must be what they say. */
#include <string.h>

#include "../engine/chi_square.h"
#include "radiance.h"

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

static MlNode quad(MlVec3 at, MlVec3 u, MlVec3 v, MlMaterial material) {
  return ml_quad(rig.b, &ML_DESC(MlQuadDesc, .at = at, .u = u, .v = v, .material = material), &rig.error);
}

/* An open room with lamps of every kind that can be found both ways, a rough metal ball and block, and some light from outside. */
static void room(void) {
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(.2), false, &rig.error), ML_OK);
  MlMaterial white = matte(&rig, .7, 0), shiny = white_metal(&rig, .15, true);
  rig_add(&rig, quad((MlVec3){-1, 0, 1}, (MlVec3){2, 0, 0}, (MlVec3){0, 0, -2}, white));
  rig_add(&rig, quad((MlVec3){-1, 0, -1}, (MlVec3){2, 0, 0}, (MlVec3){0, 2, 0}, white));
  rig_add(&rig, quad((MlVec3){-1, 0, 1}, (MlVec3){0, 0, -2}, (MlVec3){0, 2, 0}, white));
  rig_add(&rig, quad((MlVec3){1, 0, -1}, (MlVec3){0, 0, 2}, (MlVec3){0, 2, 0}, white));
  MlMaterial lamp = emit(&rig, 4);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {-.5, 1.4, 0}, .radius = .25, .material = lamp), &rig.error));
  rig_add(&rig, ml_disk(rig.b, &ML_DESC(MlDiskDesc, .center = {.5, 1.8, 0}, .radius = .3, .hole = .15, .material = lamp), &rig.error));
  rig_add(&rig, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {.6, 0, -.9}, .to = {.9, .4, -.6}, .material = lamp), &rig.error));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {-.4, .4, -.2}, .radius = .4, .material = shiny), &rig.error));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {.3, .3, .4}, .radius = .3, .material = glass(&rig, 1.5)), &rig.error));
  rig_commit(&rig);
}
static MlView room_view(uint32_t size) {
  return ML_DESC(MlView, .camera = {.from = {0, 1, 3.5}, .look_at = {0, .8, 0}, .fov = 40}, .width = size, .height = size);
}

static bool same(const char *what, Estimate a, Estimate b) {
  double sigma = sqrt(a.sigma * a.sigma + b.sigma * b.sigma);
  bool good = fabs(a.mean - b.mean) <= 4 * sigma + 1e-4 * a.mean && sigma <= .006 * a.mean;
  if (!good) printf("%s: %.5f (%.5f) and %.5f (%.5f)\n", what, a.mean, a.sigma, b.mean, b.sigma);
  return good;
}

static void strategies_agree(void **state) {
  (void)state;
  room();
  MlView view = room_view(20);
  MlSettings settings = ML_DESC(MlSettings, .samples = 32);
  Estimate mis = measure(&rig, &view, &settings);
  settings.strategy = ML_STRATEGY_BSDF, settings.seed = 100;
  Estimate bsdf = measure(&rig, &view, &settings);
  settings.strategy = ML_STRATEGY_LIGHT, settings.seed = 200;
  Estimate light = measure(&rig, &view, &settings);
  assert_true(same("mis and bsdf", mis, bsdf));
  assert_true(same("mis and light", mis, light));
  settings = ML_DESC(MlSettings, .samples = 32, .sampler = ML_SAMPLER_INDEPENDENT, .seed = 300);
  assert_true(same("sobol and independent", mis, measure(&rig, &view, &settings)));
}

static void roulette_changes_nothing(void **state) {
  (void)state;
  room();
  MlView view = room_view(20);
  MlSettings settings = ML_DESC(MlSettings, .samples = 32);
  Estimate with = measure(&rig, &view, &settings);
  settings.no_roulette = true, settings.seed = 100;
  assert_true(same("roulette", with, measure(&rig, &view, &settings)));
}

/* Mean over the pixels of the variance of single samples. */
static double sample_variance(const MlView *view, MlStrategy strategy, uint32_t samples) {
  Shot shot;
  const MlSettings settings =
    ML_DESC(MlSettings, .sampler = ML_SAMPLER_INDEPENDENT, .strategy = strategy, .has_bounces = true, .bounces = {1, 1, 1, 1});
  shot_prepare(&rig, view, &settings, &shot);
  double total = 0;
  for (uint32_t p = 0; p < shot.width * shot.height; p++) {
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < samples; i++) {
      double v = shot_sample(&shot, p % shot.width, p / shot.width, i);
      sum += v, squares += v * v;
    }
    total += squares / samples - sum / samples * (sum / samples);
  }
  return total / (shot.width * shot.height);
}

/* Where one strategy shines, combining them costs little: the variance is at most 1.1 times that of the better one. */
static void combining_is_never_much_worse(void **state) {
  (void)state;
  const struct {
    const char *name;
    double alpha, size;
  } cases[] = {{"small lamp, matte", 2, .1},
               {"large lamp, matte", 2, 4},
               {"small lamp, shiny", .02, .3},
               {"large lamp, shiny", .02, 2},
               {"middle lamp, rough", .3, 1}};
  for (int i = 0; i < 5; i++) {
    rig_begin(&rig);
    MlMaterial material = cases[i].alpha > 1 ? matte(&rig, .8, 0) : white_metal(&rig, cases[i].alpha, true);
    rig_add(&rig, quad((MlVec3){-2, 0, 2}, (MlVec3){4, 0, 0}, (MlVec3){0, 0, -4}, material));
    double s = cases[i].size;
    rig_add(&rig, ml_area(rig.b, &ML_DESC(MlAreaDesc, .at = {0, 1.5, -2}, .width = s, .height = s, .radiance = 1), &rig.error));
    rig_commit(&rig);
    const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1.5, 4}, .look_at = {0, 0, 0}, .fov = 25}, .width = 12, .height = 12);
    double mis = sample_variance(&view, ML_STRATEGY_MIS, 600), light = sample_variance(&view, ML_STRATEGY_LIGHT, 600);
    double bsdf = sample_variance(&view, ML_STRATEGY_BSDF, 600), best = fmin(light, bsdf);
    if (!(mis <= 1.1 * best)) printf("%s: variance %g combined, %g by lights, %g by scattering\n", cases[i].name, mis, light, bsdf);
    assert_true(mis <= 1.1 * best);
  }
}

/* Mean over the pixels of the variance of their means of n samples, over the seeds. */
static double pixel_variance(const Shot *prepared, uint32_t n) {
  Shot shot = *prepared;
  shot.job.camera = &shot.camera, shot.job.settings = &shot.settings;
  double total = 0;
  for (uint32_t p = 0; p < shot.width * shot.height; p++) {
    double sum = 0, squares = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
      shot.settings.s.seed = seed;
      double mean = 0;
      for (uint32_t i = 0; i < n; i++) mean += shot_sample(&shot, p % shot.width, p / shot.width, i) / n;
      sum += mean, squares += mean * mean;
    }
    total += (squares - sum * sum / SEEDS) / (SEEDS - 1);
  }
  return total / (shot.width * shot.height);
}

/* Four times the samples halve the error of independent ones, and do better for the sequence. */
static void noise_falls(void **state) {
  (void)state;
  rig_begin(&rig);
  MlMaterial white = matte(&rig, .7, 0);
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = white), &rig.error));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {0, .5, 0}, .radius = .5, .material = white), &rig.error));
  rig_add(&rig, ml_area(rig.b, &ML_DESC(MlAreaDesc, .at = {.5, 2, .5}, .radiance = 5), &rig.error));
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1, 4}, .look_at = {0, .4, 0}, .fov = 30}, .width = 16, .height = 16);
  double ratio[2], error[2];
  for (int sampler = ML_SAMPLER_SOBOL; sampler <= ML_SAMPLER_INDEPENDENT; sampler++) {
    const MlSettings settings = ML_DESC(MlSettings, .sampler = (MlSampler)sampler);
    Shot shot;
    shot_prepare(&rig, &view, &settings, &shot);
    double few = pixel_variance(&shot, 16), many = pixel_variance(&shot, 64);
    ratio[sampler] = sqrt(many / few);
    error[sampler] = sqrt(many);
  }
  print_message("RMSE(64)/RMSE(16): sobol %.3f, independent %.3f; RMSE(64) %.5f and %.5f\n", ratio[0], ratio[1], error[0], error[1]);
  assert_true(fabs(ratio[ML_SAMPLER_INDEPENDENT] - .5) < .05);
  assert_true(ratio[ML_SAMPLER_SOBOL] < .48);
  assert_true(error[ML_SAMPLER_SOBOL] < .6 * error[ML_SAMPLER_INDEPENDENT]);
}

static double window(MlFilter kind, double x) {
  if (kind == ML_FILTER_BOX) return 1;
  if (kind == ML_FILTER_GAUSSIAN) return exp(-18 * x * x);
  return .35875 + .48829 * cos(2 * M_PI * x) + .14128 * cos(4 * M_PI * x) + .01168 * cos(6 * M_PI * x);
}

/* Offsets fall as the filter's function does, over its whole width. */
static void filters(void **state) {
  (void)state;
  enum { CELLS = 100 };
  for (int kind = ML_FILTER_BOX; kind <= ML_FILTER_BLACKMAN_HARRIS; kind++) {
    for (int w = 1; w <= 3; w += 2) {
      static PixelFilter filter;
      filter_init(&filter, (MlFilter)kind, (float)w);
      double observed[CELLS] = {0}, expected[CELLS], total = 0;
      TestRandom random = {21};
      for (int i = 0; i < CHI_SAMPLES; i++) {
        double x = (double)(filter_position(&filter, 7, test_random(&random)) - 7.5f) / w + .5;
        assert_true(x >= 0 && x <= 1);
        observed[(int)fmin(x * CELLS, CELLS - 1)]++;
      }
      for (int c = 0; c < CELLS; c++) {
        expected[c] = 0;
        for (int i = 0; i < 100; i++) expected[c] += window((MlFilter)kind, (c + (i + .5) / 100) / CELLS - .5);
        total += expected[c];
      }
      for (int c = 0; c < CELLS; c++) expected[c] *= CHI_SAMPLES / total;
      assert_true(chi_square_agrees("filter", observed, expected, CELLS, CHI_SAMPLES, 6));
    }
  }
  // The box of width 1 stays inside its pixel
  PixelFilter box;
  filter_init(&box, ML_FILTER_BOX, 1);
  assert_true(filter_position(&box, 15, 0x1.fffffep-1f) < 16 && filter_position(&box, -16, 0) == -16);
}

/* A sample is a function of seed, pixel and index; the first without noise is the pixel's centre. */
static void samples_are_pure(void **state) {
  (void)state;
  room();
  MlView view = room_view(16);
  Shot shot;
  const MlSettings settings = ML_DESC(MlSettings, .samples = 4);
  shot_prepare(&rig, &view, &settings, &shot);
  double a = shot_sample(&shot, 5, 9, 3), b = shot_sample(&shot, 6, 9, 3);
  assert_true(a == shot_sample(&shot, 5, 9, 3) && a != b);
  shot.settings.s.seed = 1ull << 40;
  assert_true(a != shot_sample(&shot, 5, 9, 3));
  Spectrum expected[256];
  Rig best = rig;
  for (const char *const *name = kernel_names(); *name; name++) { // each with a scene of its own engine
    const Kernel *kernel = kernel_find(*name);
    assert_string_equal(kernel->name, *name);
    rig = (Rig){0};
    assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1, .isa = *name), &rig.engine, &rig.error), ML_OK);
    room();
    shot_prepare(&rig, &view, &settings, &shot);
    for (uint32_t p = 0; p < 256; p++) {
      Spectrum x = kernel->sample_pixel(&shot.job, p % 16, p / 16, p);
      if (name == kernel_names()) expected[p] = x;
      assert_memory_equal(&x, &expected[p], 12);
    }
    rig_destroy(&rig);
  }
  rig = best;
  assert_null(kernel_find("abacus"));
}

/* Settings are checked, and the hash knows what the picture depends on. */
static void settings_checks(void **state) {
  (void)state;
  room();
  const Scene *scene = scene_of(rig.scene);
  const struct {
    MlSettings settings;
    MlStatus status;
    const char *message;
  } wrong[] = {
    {{0}, ML_ERROR_ARGUMENT, NULL},
    {ML_DESC(MlSettings, .integrator = (MlIntegrator)9), ML_ERROR_ARGUMENT, "integrator: 9 is not known"},
    {ML_DESC(MlSettings, .filter = (MlFilter)9), ML_ERROR_ARGUMENT, "filter: 9 is not known"},
    {ML_DESC(MlSettings, .sampler = (MlSampler)9), ML_ERROR_ARGUMENT, "sampler: 9 is not known"},
    {ML_DESC(MlSettings, .strategy = (MlStrategy)9), ML_ERROR_ARGUMENT, "strategy: 9 is not known"},
    {ML_DESC(MlSettings, .samples = 10, .first_sample = 4294967290u), ML_ERROR_LIMIT,
     "samples: the last one is number 4294967300, more than 4294967294"},
    {ML_DESC(MlSettings, .has_bounces = true, .bounces = {1, 1, 70000, 1}), ML_ERROR_ARGUMENT,
     "bounces.glossy: expected 0 to 65535, got 70000"},
    {ML_DESC(MlSettings, .filter_width = -1), ML_ERROR_ARGUMENT, "filter_width: expected more than 0 and at most 64 pixels, got -1"},
    {ML_DESC(MlSettings, .clamp = -1), ML_ERROR_ARGUMENT, "clamp: expected 0 (off) or more, got -1"},
    {ML_DESC(MlSettings, .clamp_diffuse = -1), ML_ERROR_ARGUMENT, "clamp_diffuse: expected 0 (off) or more, got -1"},
    {ML_DESC(MlSettings, .ao_distance = -1), ML_ERROR_ARGUMENT, "ao_distance: expected more than 0 metres, got -1"},
    {ML_DESC(MlSettings, .tile = 65536), ML_ERROR_ARGUMENT, "tile: expected 1 to 65535 pixels, got 65536"},
  };
  static RenderSettings resolved;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    MlError error = {0};
    assert_int_equal(settings_resolve(&wrong[i].settings, scene, &resolved, &error), wrong[i].status);
    if (wrong[i].message) assert_string_equal(error.message, wrong[i].message);
    else assert_non_null(strstr(error.message, "settings.size"));
  }
  assert_int_equal(settings_resolve(NULL, scene, &resolved, NULL), ML_OK);
  assert_true(resolved.s.samples == 64 && resolved.s.bounces.total == 16 && resolved.s.tile == 32 && resolved.s.filter_width == 1);
  assert_true(fabsf(resolved.s.ao_distance - .2f * scene->bound_radius) < 1e-6f);

  const MlSettings same_picture = ML_DESC(MlSettings, .samples = 7, .first_sample = 9, .tile = 5);
  const MlSettings others[] = {ML_DESC(MlSettings, .seed = 1),         ML_DESC(MlSettings, .sampler = ML_SAMPLER_INDEPENDENT),
                               ML_DESC(MlSettings, .clamp = 2),        ML_DESC(MlSettings, .no_roulette = true),
                               ML_DESC(MlSettings, .filter_width = 2), ML_DESC(MlSettings, .has_bounces = true)};
  Camera camera = {.width = 4, .height = 4}, wider = {.width = 5, .height = 4};
  uint64_t hash = settings_hash(&resolved, &camera);
  assert_true(hash != settings_hash(&resolved, &wider));
  assert_int_equal(settings_resolve(&same_picture, scene, &resolved, NULL), ML_OK);
  assert_true(hash == settings_hash(&resolved, &camera));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    assert_int_equal(settings_resolve(&others[i], scene, &resolved, NULL), ML_OK);
    assert_true(hash != settings_hash(&resolved, &camera));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(strategies_agree),
    cmocka_unit_test(roulette_changes_nothing),
    cmocka_unit_test(combining_is_never_much_worse),
    cmocka_unit_test(noise_falls),
    cmocka_unit_test(filters),
    cmocka_unit_test(samples_are_pure),
    cmocka_unit_test(settings_checks),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
