/* test_light_environment.c - environments: which way pictures lie, densities against samples, no light without density; the sky's table:
 * energy, colours, smoothness, the same bits everywhere; suns. */
#include <math.h>

#include "../render/radiance.h"
#include "../render/surroundings_pictures.h"
#include "base/hash.h"
#include "chi_square.h"
#include "light/environment_build.h"
#include "light/sample.h"

#define TESTS 16
#define SKY_HASH 0x46b58e39d5544d4full /* of the skies below */

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

static void near(double x, double expected, double within) {
  if (!(fabs(x - expected) <= within)) fail_msg("%g where %g was expected", x, expected);
}

static const Surroundings *surround(uint32_t width, uint32_t height, TexelCode *code, double turn, double strength) {
  rig_begin(&rig);
  MlImage image = grey_picture(rig.b, width, height, code, &rig.error);
  MlEnvironmentDesc desc = ML_DESC(MlEnvironmentDesc, .image = image, .turn = turn, .strength = strength);
  assert_int_equal(ml_environment(rig.b, &desc, &rig.error), ML_OK);
  rig_commit(&rig);
  return &scene_of(rig.scene)->lights.surroundings;
}
static const Surroundings *sky(double height, double heading, bool sun) {
  rig_begin(&rig);
  MlSkyDesc desc = ML_DESC(MlSkyDesc, .sun_height = height, .sun_heading = heading, .has_sun = sun);
  assert_int_equal(ml_sky(rig.b, &desc, &rig.error), ML_OK);
  rig_commit(&rig);
  return &scene_of(rig.scene)->lights.surroundings;
}

static uint8_t even(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  (void)x, (void)y, (void)w, (void)h;
  return 128;
}
/* Each eighth of the width, and the halves of the height, have a number of their own. */
static uint8_t parts(uint32_t x, uint32_t y, uint32_t w, uint32_t h) { return (uint8_t)(8 + 8 * (8 * x / w) + (y < h / 2 ? 100 : 0)); }
static uint8_t one_texel(uint32_t x, uint32_t y, uint32_t w, uint32_t h) { return x == w / 3 && y == h / 5 ? 255 : 0; }
static uint8_t lamps(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  double u = (x + .5) / w - .7, v = (y + .5) / h - .3;
  return (uint8_t)(u * u + v * v < .003 ? 255 : 2 + 20 * y / h);
}
static uint8_t lower(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  (void)x, (void)w;
  return y >= h / 2 ? 128 : 0;
}
static uint8_t nothing(uint32_t x, uint32_t y, uint32_t w, uint32_t h) {
  (void)x, (void)y, (void)w, (void)h;
  return 0;
}

static double seen(const Surroundings *s, double x, double y, double z) {
  return (double)spectrum_to_color(surroundings_radiance(s, normalize(vec3((float)x, (float)y, (float)z)))).g * 128;
}

static void pictures_lie_as_said(void **state) {
  (void)state;
  // The middle is -z, the right half +x: eighths 4 and 3 are beside it, 6 begins at +x, 0 and 7 meet at +z
  const Surroundings *s = surround(64, 32, parts, 0, 1);
  near(seen(s, .2, .5, -1), 8 + 8 * 4 + 100, .01);
  near(seen(s, -.2, .5, -1), 8 + 8 * 3 + 100, .01);
  near(seen(s, 1, .5, .4), 8 + 8 * 6 + 100, .01);
  near(seen(s, .2, -.5, 1), 8 + 8 * 7, .01);
  near(seen(s, -.2, -.5, 1), 8, .01);
  near(seen(s, 0, .3, 1), .5 * (8 + 8 + 8 * 7) + 100, .01); // the seam is smooth
  // Turned by 90 degrees, what was at -z is at -x (as turn_y moves it), and twice as strong
  s = surround(64, 32, parts, 90, 2);
  near(seen(s, -1, .5, -.2), 2 * (8 + 8 * 4 + 100), .02);
  near(seen(s, -1, .5, .2), 2 * (8 + 8 * 3 + 100), .02);
  Vec3 d = normalize(vec3(.3f, -.2f, .7f));
  assert_true(length(surroundings_to_local(s, surroundings_to_world(s, d)) - d) < 1e-6f);
}

/* ---- sampling */

typedef struct Finder {
  const Surroundings *s;
  EnvironmentReceiver lit;
} Finder;
static double density(Vec3 w, void *ud) {
  const Finder *finder = ud;
  return (double)surroundings_pdf(finder->s, &finder->lit, w);
}

static void samples_follow(const char *what, const Surroundings *s, Vec3 n, bool through) {
  static DirectionChart chart;
  Finder finder = {s, environment_receiver(s, n, through)};
  chart = (DirectionChart){0};
  TestRandom random = {4711};
  int wrong = 0, below = 0;
  for (int i = 0; i < CHI_SAMPLES; i++) {
    Vec3 w;
    float pdf = surroundings_sample(s, &finder.lit, test_random2(&random), &w);
    if (!(pdf > 0)) continue;
    if (fabsf(length(w) - 1) > 1e-6f) wrong++;
    if (!through && dot(w, n) <= 0) below++;
    chart_add(&chart, w);
    if (i < 20000 && fabs(density(w, &finder) / (double)pdf - 1) > 1e-3) wrong++;
  }
  if (wrong > 20) fail_msg("%s: %d samples tell another density", what, wrong); // on a cell's edge it may be the neighbour's
  chart_expect(&chart, density, &finder, 6);
  assert_true(chart_agrees(what, &chart, TESTS));
  // Cells astride the horizon send some below
  if (below > .16 * CHI_SAMPLES) fail_msg("%s: %d samples are below the horizon", what, below);
}

static void densities(void **state) {
  (void)state;
  Vec3 up = vec3(0, 1, 0), aslant = normalize(vec3(.5f, .3f, -.7f));
  samples_follow("even", surround(16, 8, even, 0, 1), aslant, false);
  samples_follow("lamps", surround(256, 128, lamps, 40, 1), up, false);
  samples_follow("lamps, odd size", surround(177, 93, lamps, -70, 1), aslant, true);
  samples_follow("sky, aslant", sky(2, -30, false), aslant, false);
}

/* Whatever is bright and above the horizon has a density. */
static void light_has_density(void **state) {
  (void)state;
  TestRandom random = {99};
  for (int kind = 0; kind < 4; kind++) {
    const Surroundings *s = kind == 0   ? surround(2048, 1024, one_texel, 10, 1)
                            : kind == 1 ? surround(3, 2, one_texel, 10, 1)
                            : kind == 2 ? surround(61, 77, lamps, 0, 1)
                                        : sky(-5, 20, false);
    int bright = 0;
    for (int i = 0; i < 300000; i++) {
      Vec3 w = sample_sphere_uniform(test_random2(&random)), n = sample_sphere_uniform(test_random2(&random));
      if (kind == 0 && i % 2 == 0) {
        // About the one texel, which is some 1e-6 of the sphere
        float v = (1024 - 1024 / 5 - .5f + 3 * test_random(&random) - 1.5f) / 1024 - .5f,
              u = (682.5f + 3 * test_random(&random) - 1.5f) / 2048 - .5f;
        w = surroundings_to_world(s, vec3(cosf(v * PI_F) * sinf(u * TWO_PI_F), sinf(v * PI_F), -cosf(v * PI_F) * cosf(u * TWO_PI_F)));
      }
      if (dot(w, n) <= 0 || spectrum_is_black(surroundings_radiance(s, w))) continue;
      EnvironmentReceiver lit = environment_receiver(s, n, false);
      bright++;
      assert_true(surroundings_pdf(s, &lit, w) > 0);
    }
    assert_true(bright > 1000);
  }
}

static void nothing_to_be_seen(void **state) {
  (void)state;
  Vec3 w;
  const Surroundings *s = surround(32, 16, lower, 0, 1);
  EnvironmentReceiver lit = environment_receiver(s, vec3(0, 1, 0), false);
  int found = 0;
  for (uint32_t i = 0; i < 1000; i++)
    found += surroundings_sample(s, &lit, (Vec2){(float)i / 1000, (float)(i * 37 % 1000) / 1000}, &w) > 0 && w[1] < -.39f;
  assert_int_equal(found, 0); // the blocks below the horizon at most
  s = surround(32, 16, nothing, 0, 1);
  assert_int_equal(scene_of(rig.scene)->lights.count, 0);
  assert_true(scene_of(rig.scene)->background.present);
  assert_true(surroundings_sample(s, &lit, (Vec2){.5f, .5f}, &w) == 0);
}

/* The floor's irradiance by light sampling: how many samples are worth how much. */
static void light_is_not_wasted(void **state) {
  (void)state;
  const Surroundings *s = surround(64, 32, even, 0, 1);
  EnvironmentReceiver lit = environment_receiver(s, normalize(vec3(.3f, .8f, .1f)), false);
  TestRandom random = {5};
  double sum = 0, squares = 0;
  enum { N = 200000 };
  for (int i = 0; i < N; i++) {
    Vec3 w;
    float pdf = surroundings_sample(s, &lit, test_random2(&random), &w);
    double x = pdf > 0 ? fmax(0, (double)dot(w, lit.n)) / (double)pdf / M_PI : 0; // no turn: local is world
    sum += x;
    squares += x * x;
  }
  double mean = sum / N, deviation = sqrt(squares / N - mean * mean);
  near(mean, 1, .006);
  assert_true(deviation < .45); // of directions from the whole sphere: 1.3
}

/* ---- the sky */

/* Irradiance on the level ground from above, and luminance of a direction. */
static double sky_irradiance(const Surroundings *s) {
  double sum = 0;
  for (int i = 0; i < 128; i++) {
    for (int k = 0; k < 128; k++) {
      double y = sqrt((i + .5) / 128), r = sqrt(1 - y * y), phi = 2 * M_PI * (k + .5) / 128; // by the cosine
      sum += (double)spectrum_luminance(surroundings_radiance(s, vec3((float)(r * cos(phi)), (float)y, (float)(r * sin(phi)))));
    }
  }
  return sum * M_PI / (128 * 128);
}
static MlColor sky_color(const Surroundings *s, double height, double heading) {
  double h = height * M_PI / 180, a = heading * M_PI / 180;
  return spectrum_to_color(surroundings_radiance(s, vec3((float)(cos(h) * sin(a)), (float)sin(h), (float)(cos(h) * cos(a)))));
}

static void skies(void **state) {
  (void)state;
  double before = 1e9;
  for (int height = 90; height >= -18; height -= 6) {
    const Surroundings *s = sky(height, 33, true);
    const TextureImage *image = s->image;
    const float *texels = image->levels[0];
    for (uint32_t i = 0; i < image->width * image->height; i++) {
      for (uint32_t c = 0; c < 3; c++) assert_true(texels[3 * i + c] >= 0 && texels[3 * i + c] < 1e5f);
      // Smooth in azimuth: neighbours differ little, but in the aureole
      double l = (double)texels[3 * i + 1], next = (double)texels[3 * (i % image->width + 1 < image->width ? i + 1 : i) + 1];
      if (!(fabs(l - next) <= (height < 0 ? .35 : .2) * fmax(l, next) + 1e-9))
        fail_msg("%d at %u, %u: %g beside %g", height, i % image->width, i / image->width, l, next);
    }
    double all = sky_irradiance(s), sun = (double)spectrum_luminance(spectrum_load(s->table->sun));
    assert_true(all > 0 && all < before); // the lower the sun, the darker
    before = all;
    double direct = height > 0 ? sun * sin(height * M_PI / 180) : 0, outside = 1361 * fmax(0, sin(height * M_PI / 180));
    if (height > 0) assert_true(all + direct < outside); // no more than came
    if (height >= 30) {
      assert_true(all / (all + direct) > .08 && all / (all + direct) < .35); // diffuse share of a clear day
      MlColor away = sky_color(s, height == 90 ? 40 : 70, 33 + 180);
      assert_true(away.b > 1.3f * away.r); // blue
      assert_true(s->table->sun[0] > s->table->sun[2]);
    }
    if (height == 0) {
      MlColor west = sky_color(s, 2, 33), east = sky_color(s, 2, 33 + 180);
      assert_true(west.r > west.b && west.g > east.g); // towards the sun it glows
    }
    if (height == -6) {
      MlColor zenith = sky_color(s, 90, 0);
      assert_true(zenith.b > 1.5f * zenith.r); // the blue hour, made by ozone
    }
  }
  // Night falls by more than a factor 1e5 (10 stops and more of twilight)
  double day = sky_irradiance(sky(45, 0, true)), dusk = sky_irradiance(sky(-12, 0, true));
  assert_true(dusk < 1e-5 * day && dusk > 1e-9 * day);
  // The brightest of the table is where the sun is
  const Surroundings *s = sky(30, 120, true);
  MlColor at = sky_color(s, 30, 120), beside = sky_color(s, 30, 90), behind = sky_color(s, 30, 300);
  assert_true(at.g > beside.g && beside.g > behind.g);
  // Haze whitens
  MlColor clear = sky_color(s, 80, 300);
  rig_begin(&rig);
  assert_int_equal(ml_sky(rig.b, &ML_DESC(MlSkyDesc, .sun_height = 30, .sun_heading = 120, .has_sun = true, .turbidity = 8), &rig.error),
                   ML_OK);
  rig_commit(&rig);
  MlColor hazy = sky_color(&scene_of(rig.scene)->lights.surroundings, 80, 300);
  assert_true(hazy.r / hazy.b > 1.2f * (clear.r / clear.b));
}

/* One hash for all compilers and machines. */
static void sky_has_the_same_bits(void **state) {
  (void)state;
  const double at[4][2] = {{90, 2}, {25, 3}, {0, 1}, {-7, 10}};
  uint64_t hash = 0;
  for (int i = 0; i < 4; i++) {
    static float texels[SKY_COLUMNS * SKY_ROWS * 3];
    Memory memory;
    memory_init(&memory, &(MlMemoryHooks){0}, 0);
    Spectrum sun;
    SkyParameters p = {at[i][0], at[i][1], spectrum_from_color((MlColor){.3f, .2f, .1f})};
    assert_int_equal(sky_bake(&memory, &p, NULL, texels, &sun, NULL), ML_OK);
    hash = hash_bytes(texels, sizeof texels, hash);
    hash = hash_bytes(&sun, 12, hash);
    assert_int_equal(memory.used, 0);
  }
  if (hash != SKY_HASH) fail_msg("the skies' hash is %llx", (unsigned long long)hash);
}

static bool cancel_at_once(void *ud) {
  ++*(int *)ud;
  return true;
}
static void cancelled(void **state) {
  (void)state;
  int polls = 0;
  rig_begin(&rig);
  assert_int_equal(ml_sky(rig.b, &ML_DESC(MlSkyDesc, .turbidity = 7.25), &rig.error), ML_OK);
  MlCancel cancel = {.poll = cancel_at_once, .ud = &polls};
  assert_int_equal(ml_commit(rig.b, &cancel, &rig.scene, &rig.error), ML_ERROR_CANCELLED);
  assert_int_equal(polls, 1);
  rig_commit(&rig); // as if nothing had been
}

/* Skies and environments are assets: the same one is made once. */
static void made_once(void **state) {
  (void)state;
  const Environment *first = sky(12, 0, true)->table;
  uint64_t hash = ml_scene_stats(rig.scene).hash;
  assert_ptr_equal(sky(12, 90, true)->table, first); // turned is another scene of the same table
  assert_true(ml_scene_stats(rig.scene).hash != hash);
  assert_ptr_not_equal(sky(13, 0, true)->table, first);
  first = surround(64, 32, parts, 0, 1)->table;
  assert_ptr_equal(surround(64, 32, parts, 20, 3)->table, first);
}

/* ---- suns */

static void suns(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    const double sizes[3] = {.53, 20, 90};
    rig_begin(&rig);
    rig_add(&rig, ml_sun(rig.b, &ML_DESC(MlSunDesc, .height = 30, .heading = 90, .irradiance = 7, .diameter = sizes[i]), &rig.error));
    rig_commit(&rig);
    const Lights *lights = &scene_of(rig.scene)->lights;
    const Light *sun = &lights->lights[0];
    assert_int_equal(lights->sun_count, 1);
    // Height 30, heading +x
    near((double)sun->d[0], -sqrt(.75), 1e-6);
    near((double)sun->d[1], -.5, 1e-6);
    near((double)sun->d[2], 0, 1e-6);
    // Radiance over the disc is the irradiance: by a grid of directions
    Frame frame = frame_from_normal(-vec3_load(sun->d));
    double inside = 0, reach = 1.2 * (sizes[i] / 2) * M_PI / 180;
    enum { N = 700 };
    for (int y = 0; y < N; y++) {
      for (int x = 0; x < N; x++) {
        double theta = reach * (y + .5) / N, phi = 2 * M_PI * (x + .5) / N, sine = sin(theta);
        Vec3 w = frame_to_world(&frame, vec3((float)(sine * cos(phi)), (float)(sine * sin(phi)), (float)cos(theta)));
        if (sun_contains(sun, normalize(w))) inside += sine * cos(theta) * (reach / N) * (2 * M_PI / N);
      }
    }
    near(inside * (double)spectrum_luminance(sun->emission), 7, 7 * 3e-3); // the grid's own error is 1/600
    FarReceiver lit = {vec3(0, 1, 0), vec3(0, 1, 0), false};
    TestRandom random = {3};
    for (int k = 0; k < 20000; k++) {
      Vec3 w;
      Spectrum radiance = sun->emission;
      float pdf = far_light_sample(lights, sun, &lit, test_random2(&random), &w, &radiance);
      near((double)pdf, (double)far_light_pdf(lights, sun, &lit, w), (double)pdf * 1e-6);
      assert_true(length_squared(w + vec3_load(sun->d)) <= 2.0f * sun->radius * 1.0001f);
    }
  }
}

/* A sky's sun stands where its glow is, and sets. */
static void sun_of_the_sky(void **state) {
  (void)state;
  sky(10, 200, true);
  const Lights *lights = &scene_of(rig.scene)->lights;
  assert_int_equal(lights->sun_count, 1);
  const Light *sun = &lights->lights[lights->suns[0]];
  double a = 200 * M_PI / 180, h = 10 * M_PI / 180;
  Vec3 to = vec3((float)(cos(h) * sin(a)), (float)sin(h), (float)(cos(h) * cos(a)));
  assert_true(sun_contains(sun, to));
  assert_true(!sun_contains(sun, normalize(to + vec3(0, .006f, 0))));
  for (int i = 0; i < 4; i++) {
    const double heights[4] = {.2, 0, -.26, -.3}; // whole but a segment, half, all but gone, gone
    sky(heights[i], 0, true);
    lights = &scene_of(rig.scene)->lights;
    assert_int_equal(lights->sun_count, i < 3);
    if (i == 3) continue;
    sun = &lights->lights[lights->suns[0]];
    assert_true(!sun_contains(sun, normalize(vec3(0, -1e-4f, 1))));
    assert_int_equal(sun_contains(sun, normalize(vec3(0, 1e-5f, 1))), 1);
  }
  sky(45, 0, false);
  assert_int_equal(scene_of(rig.scene)->lights.sun_count, 0);
}

static void refused(void **state) {
  (void)state;
  rig_begin(&rig);
  MlBuilder *b = rig.b;
  MlError *e = &rig.error;
  MlImage image = grey_picture(b, 4, 2, even, e);
#define REFUSED(call, text)                                                                                                                \
  assert_int_equal(call, ML_ERROR_ARGUMENT);                                                                                               \
  assert_string_equal(e->message, text)
  REFUSED(ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = 0), e), "environment.image: expected a picture of this builder, got 0");
  REFUSED(ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = image + 1), e),
          "environment.image: expected a picture of this builder, got 2");
  REFUSED(ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = image, .turn = (double)NAN), e),
          "environment.turn: expected degrees from -1e+06 to 1e+06, got nan");
  assert_int_equal(ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = image, .strength = -1), e), ML_ERROR_ARGUMENT);
  REFUSED(ml_sky(b, &ML_DESC(MlSkyDesc, .has_sun = true, .sun_height = 91), e), "sky.sun_height: expected degrees from -90 to 90, got 91");
  REFUSED(ml_sky(b, &ML_DESC(MlSkyDesc, .turbidity = .5), e), "sky.turbidity: expected a number from 1 to 20, got 0.5");
  assert_int_equal(ml_sky(b, &ML_DESC(MlSkyDesc, .ground = {2, 0, 0}), e), ML_ERROR_ARGUMENT);
  assert_int_equal(ml_sun(b, &ML_DESC(MlSunDesc, .height = -91), e), 0);
  assert_string_equal(e->message, "sun.height: expected degrees from -90 to 90, got -91");
  assert_int_equal(ml_sun(b, &ML_DESC(MlSunDesc, .diameter = 91), e), 0);
  assert_int_equal(ml_sun(b, &ML_DESC(MlSunDesc, .irradiance = -1), e), 0);
  // The last one is all around
  assert_int_equal(ml_sky(b, &ML_DESC(MlSkyDesc, .turbidity = 0), e), ML_OK);
  assert_int_equal(ml_background(b, (MlColor){1, 1, 1}, true, e), ML_OK);
  rig_commit(&rig);
  assert_null(scene_of(rig.scene)->lights.surroundings.table);
  assert_int_equal(scene_of(rig.scene)->lights.count, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pictures_lie_as_said),
    cmocka_unit_test(densities),
    cmocka_unit_test(light_has_density),
    cmocka_unit_test(nothing_to_be_seen),
    cmocka_unit_test(light_is_not_wasted),
    cmocka_unit_test(skies),
    cmocka_unit_test(sky_has_the_same_bits),
    cmocka_unit_test(cancelled),
    cmocka_unit_test(made_once),
    cmocka_unit_test(suns),
    cmocka_unit_test(sun_of_the_sky),
    cmocka_unit_test(refused),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
