/* test_lights.c - beams, photometric profiles, and the choice among many lights. */
#include <math.h>
#include <string.h>

#include "light/sample.h"
#include "render/radiance.h"

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

static uint64_t dice_state;
static double dice(void) {
  dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
  return (double)(dice_state >> 11) * 0x1p-53;
}

/* ---- beams */

static LitPoint facing(Vec3 p, Vec3 n) { return (LitPoint){.p = p, .ng = n, .ns = n}; }

/* W/sr that the scene's only light, small and at the origin, sends in direction w. */
static double intensity(Vec3 w) {
  const Scene *scene = scene_of(rig.scene);
  LitPoint lit = facing(w * 100.0f, -w);
  LightSample sample;
  if (!light_sample_one(&scene->world, &scene->lights, 0, &lit, .5, (Vec2){.3f, .6f}, &sample)) return 0;
  return (double)spectrum_to_color(sample.radiance).g / (double)sample.pdf * 1e4;
}

/* What it sends out in all: midpoints of equal solid angles. */
static double flux(void) {
  enum { ROWS = 2000, COLUMNS = 72 };
  double sum = 0;
  for (int i = 0; i < ROWS; i++) {
    for (int k = 0; k < COLUMNS; k++) {
      double z = 1 - (2 * i + 1.0) / ROWS, r = sqrt(1 - z * z), turn = (2 * k + 1) * M_PI / COLUMNS;
      sum += intensity(vec3((float)(r * cos(turn)), (float)-z, (float)(r * sin(turn)))); /* the axis of most beams is -y */
    }
  }
  return sum * 4 * M_PI / (ROWS * COLUMNS);
}

static bool close_to(double x, double expected, double part) {
  bool good = fabs(x - expected) <= part * expected;
  if (!good) printf("%.7f where %.7f was expected\n", x, expected);
  return good;
}

static double one_minus_cos_of(double degrees) { return 1 - cos(degrees * M_PI / 180); }

/* The integral of a spot's intensity is its power, for points and balls, however it is placed; on its axis it is what its cone says. */
static void spots(void **state) {
  (void)state;
  static const double angles[] = {30, 90, 200, 360}, blends[] = {0, .15, 1};
  for (int i = 0; i < 12; i++) {
    rig_begin(&rig);
    MlSpotDesc spot = ML_DESC(MlSpotDesc, .angle = angles[i % 4], .blend = blends[i / 4], .power = 50, .radius = i & 1 ? .01 : 0);
    rig_add(&rig, ml_spot(rig.b, &spot, &rig.error));
    rig_commit(&rig);
    double inner = one_minus_cos_of(angles[i % 4] / 2 * (1 - blends[i / 4])), outer = one_minus_cos_of(angles[i % 4] / 2);
    assert_true(close_to(intensity(vec3(0, -1, 0)), 50 / (M_PI * (inner + outer)), 1e-3));
    assert_true(close_to(flux(), 50, 5e-3));
  }
}

/* A matte floor on the axis of a spot: albedo / pi times I / d^2; and nothing outside its cone. */
static void spot_on_floor(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    rig_begin(&rig);
    rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = matte(&rig, .5, 0)), &rig.error));
    rig_add(&rig, ml_spot(rig.b, &ML_DESC(MlSpotDesc, .at = {0, 2, 0}, .angle = 60, .blend = .5, .power = 20, .radius = i ? .02 : 0),
                          &rig.error));
    rig_commit(&rig);
    double peak = 20 / (M_PI * (one_minus_cos_of(15) + one_minus_cos_of(30)));
    const MlSettings settings = ML_DESC(MlSettings, .samples = 64);
    MlView view = spot((MlVec3){0, 1, 1}, (MlVec3){0, 0, 0}, 8);
    assert_true(close_to(measure(&rig, &view, &settings).mean, .5 / M_PI * peak / 4, 1e-3));
    view = spot((MlVec3){1.2, 1, 1}, (MlVec3){1.2, 0, 0}, 4); /* 31 degrees */
    assert_true(measure(&rig, &view, &settings).mean == 0);
  }
}

/* ---- photometric profiles */

static MlProfile profile_of(const char *text) {
  MlProfile id = ml_ies(rig.b, &ML_DESC(MlIesDesc, .bytes = text, .byte_count = strlen(text)), &rig.error);
  if (id == 0) fail_msg("%s", rig.error.message);
  return id;
}
#define HEAD "IESNA:LM-63-2002\n[TEST] made up\nTILT=NONE\n1 -1 1 "

/* A constant one is a point that shines evenly. */
static void constant_profile(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    rig_begin(&rig);
    MlProfile profile =
      profile_of(i ? HEAD "2 2 1 2 0 0 0 1 1 0\n0 180\n0 90\n7 7\n7 7\n" : HEAD "3 1 1 2 0 0 0 1 1 0\n0 90 180\n0\n5 5 5\n");
    rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .power = 30, .profile = profile), &rig.error));
    rig_commit(&rig);
    dice_state = 1;
    for (int k = 0; k < 1000; k++) {
      Vec3 w = sample_sphere_uniform((Vec2){(float)dice(), (float)dice()});
      assert_true(close_to(intensity(w), 30 / (4 * M_PI), 1e-5));
    }
  }
}

/* Power keeps its meaning for any profile, alone, within a cone and turned; all ways of writing a symmetric one are the same. */
static void profiles_keep_power(void **state) {
  (void)state;
  static const char *const texts[] = {
    HEAD "4 1 1 2 0 0 0 1 1 0\n0 30 60 90\n0\n100 80 20 0\n",
    HEAD "3 3 1 1 0 0 0 1 1 0\n0 45 90\n0 45 90\n10 8 1\n10 5 2\n10 2 3\n",
    HEAD "3 9 1 1 0 0 0 1 1 0\n0 45 90\n0 45 90 135 180 225 270 315 360\n10 8 1 10 5 2 10 2 3 10 5 2 10 8 1 10 5 2 10 2 3 10 5 2 10 8 1\n",
    HEAD "3 5 1 1 0 0 0 1 1 0\n0 45 90\n0 45 90 135 180\n10 8 1 10 5 2 10 2 3 10 5 2 10 8 1\n",
    HEAD "3 5 1 1 0 0 0 1 1 0\n0 45 90\n90 135 180 225 270\n10 2 3 10 5 2 10 8 1 10 5 2 10 2 3\n",
    "TILT=INCLUDE\n1 2\n0 90\n1 .9\n1 1000 2 3 1 1 2 0 0 0 1 1 0 90,120,180 0 1,2,0.5",
  };
  for (int i = 0; i < 6; i++) {
    for (int cone = 0; cone < 2; cone++) {
      rig_begin(&rig);
      MlProfile profile = profile_of(texts[i]);
      MlNode light = cone && i < 5
                       ? ml_spot(rig.b, &ML_DESC(MlSpotDesc, .angle = 100, .blend = .3, .power = 50, .profile = profile), &rig.error)
                       : ml_light(rig.b, &ML_DESC(MlLightDesc, .power = 50, .profile = profile), &rig.error);
      rig_add(&rig, light);
      rig_commit(&rig);
      assert_true(close_to(flux(), 50, 5e-3));
      if (i >= 1 && i <= 4 && !cone) {
        // To the right and up; a third of the way between planes
        static double first[3];
        Vec3 tilted = vec3(sqrtf(.5f), -sqrtf(.5f), 0);
        double values[3] = {intensity(tilted), intensity(vec3(0, -sqrtf(.5f), -sqrtf(.5f))),
                            intensity(vec3(sqrtf(.5f) * cosf(.3f), -sqrtf(.5f), sqrtf(.5f) * sinf(.3f)))};
        if (i == 1) memcpy(first, values, sizeof first);
        assert_true(close_to(values[0] / values[1], 4, 1e-4));
        for (int k = 0; k < 3; k++) assert_true(close_to(values[k], first[k], 1e-4));
      }
    }
  }
}

/* Turned by placements, and mirrored. */
static void profiles_turn(void **state) {
  (void)state;
  rig_begin(&rig);
  MlProfile profile = profile_of(HEAD "2 5 1 1 0 0 0 1 1 0\n0 90\n0 90 180 270 360\n0 4  0 1  0 2  0 3  0 4\n");
  MlNode light = ml_light(rig.b, &ML_DESC(MlLightDesc, .profile = profile), &rig.error);
  rig_add(&rig, light);
  rig_commit(&rig);
  double unit = intensity(vec3(1, 0, 0)) / 4;
  assert_true(close_to(intensity(vec3(0, 0, -1)), unit, 1e-4)); /* 90 degrees: counter-clockwise seen from above */
  assert_true(close_to(intensity(vec3(-1, 0, 0)), 2 * unit, 1e-4));
  assert_true(close_to(intensity(vec3(0, 0, 1)), 3 * unit, 1e-4));
  rig_begin(&rig);
  profile = profile_of(HEAD "2 5 1 1 0 0 0 1 1 0\n0 90\n0 90 180 270 360\n0 4  0 1  0 2  0 3  0 4\n");
  light = ml_light(rig.b, &ML_DESC(MlLightDesc, .profile = profile), &rig.error);
  MlTransform mirrored = {{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -3, 0}};
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = light, .transform = mirrored), &rig.error));
  rig_commit(&rig);
  assert_true(close_to(intensity(vec3(0, 0, 1)), unit, 1e-4));
  assert_true(close_to(intensity(vec3(0, 0, -1)), 3 * unit, 1e-4));
}

static void wrong_profiles(void **state) {
  (void)state;
  static const char *const cases[][2] = {
    {"", "ies: line 1: expected a line TILT=NONE, as IES files have, but the file ends"},
    {"nothing\nof the kind", "ies: line 2: expected a line TILT=NONE, as IES files have, but the file ends"},
    {"TILT=lamp.tlt\n", "ies: line 1: expected TILT=NONE or TILT=INCLUDE, got lamp.tlt"},
    {"TILT=NONE\n1 -1 one", "ies: line 2: expected a multiplier above 0 for intensities, got one"},
    {"TILT=NONE\n1 -1 1\n2 1 2", "ies: line 3: expected photometry of type C (1), the only one that is understood, got 2"},
    {"TILT=NONE\n1 -1 1 1 1 1", "ies: line 2: expected the number of vertical angles, 2 to 4096, got 1"},
    {"TILT=NONE\n1 -1 1 4000 4000 1 1 0 0 0 1 1 0", "ies: line 2: expected at most 1048576 values, got 16000000"},
    {"TILT=NONE\n1 -1 1 1000 1000 1 1 0 0 0 1 1 0", "ies: line 2: expected 1002000 angles and intensities, but the file ends"},
    {HEAD "2 1 1 1 0 0 0 1 1 0 0 190 0 1 1 ", "ies: line 4: expected a vertical angle, 0 to 180 degrees, got 190"},
    {HEAD "2 1 1 1 0 0 0 1 1 0 90 0 0 1 1 ", "ies: line 4: expected angles that ascend, got 0"},
    {HEAD "2 2 1 1 0 0 0 1 1 0\n0 90 10 90\n1 1 1 1",
     "ies: line 5: expected horizontal angles from 0 to 0, 90, 180 or 360 degrees, or from 90 over 180 to 270, got 90"},
    {HEAD "2 1 1 1 0 0 0 1 1 0\n0 90 0\n1 -1", "ies: line 6: expected an intensity, a number of at least 0, got -1"},
    {HEAD "2 1 1 1 0 0 0 1 1 0\n0 90 0\n0 0", "ies: line 6: expected an intensity above 0 somewhere, got 0"},
    {HEAD "2 1 1 1 0 0 0 1 1 0\n0 90 0\n1e999 0", "ies: line 6: expected an intensity, a number of at least 0, got 1e999"},
  };
  rig_begin(&rig);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(ml_ies(rig.b, &ML_DESC(MlIesDesc, .bytes = cases[i][0], .byte_count = strlen(cases[i][0])), &rig.error), 0);
    assert_int_equal(rig.error.status, ML_ERROR_FORMAT);
    assert_string_equal(rig.error.message, cases[i][1]);
  }
  rig_commit(&rig);
}

/* ---- many lights */

/* A floor of 8 x 8 m below lights at heights of 1 to 2 m that come to 1 kW. */
static void lamps_above_floor(int count) {
  rig_begin(&rig);
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = matte(&rig, .5, 0)), &rig.error));
  dice_state = 7;
  for (int i = 0; i < count; i++) {
    double x = 8 * (dice() - .5), z = 8 * (dice() - .5), y = 1 + dice();
    rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {x, y, z}, .power = 1000.0 / count), &rig.error));
  }
  rig_commit(&rig);
}

/* Variance of single samples over the picture, in units of its squared mean. */
static double relative_variance(void) {
  const MlView view =
    ML_DESC(MlView, .camera = {.kind = ML_CAMERA_ORTHOGRAPHIC, .from = {0, 5, 0}, .look_at = {0, 0, 0}, .up = {0, 0, -1}, .height = 8},
            .width = 16, .height = 16);
  const MlSettings settings =
    ML_DESC(MlSettings, .samples = 1, .sampler = ML_SAMPLER_INDEPENDENT, .has_bounces = true, .bounces = {1, 1, 1, 1});
  Shot shot;
  shot_prepare(&rig, &view, &settings, &shot);
  double variance = 0, mean = 0;
  enum { SAMPLES = 256 };
  for (uint32_t i = 0; i < 256; i++) {
    double sum = 0, squares = 0;
    for (uint32_t k = 0; k < SAMPLES; k++) {
      double x = shot_sample(&shot, i % 16, i / 16, k);
      sum += x;
      squares += x * x;
    }
    variance += squares / SAMPLES - sum / SAMPLES * (sum / SAMPLES);
    mean += sum / SAMPLES;
  }
  return variance * 256 / (mean * mean);
}

/* A thousand times as many lights of the same power cost less than twice the variance; chosen by power alone, 10 have 25 times as much. */
static void many_lights_cost_little(void **state) {
  (void)state;
  double relative[2];
  for (int i = 0; i < 2; i++) {
    lamps_above_floor(i ? 10000 : 10);
    relative[i] = relative_variance();
  }
  printf("variance over squared mean: %.3f of 10 lights, %.3f of 10 000\n", relative[0], relative[1]);
  assert_true(relative[0] < .14 && relative[1] < .25 && relative[1] < 2.2 * relative[0]);
}

/* A thousand lamps that rays can meet, of several kinds, found either way. */
static void strategies_agree(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = matte(&rig, .5, 0)), &rig.error));
  static const float points[] = {0, 0, 0, .2f, 0, 0, 0, 0, .2f, 0, .3f, 0};
  static const uint32_t triangles[] = {0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2};
  MlMeshDesc desc =
    ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 4, .material = emit(&rig, 4));
  MlNode mesh = ml_mesh(rig.b, &desc, &rig.error);
  MlMaterial lamp = emit(&rig, 5);
  dice_state = 3;
  for (int i = 0; i < 1000; i++) {
    MlVec3 at = {6 * (dice() - .5), .2 + 2 * dice(), 6 * (dice() - .5)};
    MlTransform t = {{1, .2 * dice(), 0, at.x, 0, dice() + .5, 0, at.y, .3, 0, 1, at.z}};
    MlNode node = 0;
    if (i % 4 == 0) node = ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = at, .radius = .1, .material = lamp), &rig.error);
    if (i % 4 == 1)
      node =
        ml_area(rig.b, &ML_DESC(MlAreaDesc, .at = at, .facing = {dice() - .5, -1, dice() - .5}, .width = .2, .height = .2, .radiance = 9),
                &rig.error);
    if (i % 4 == 2) node = ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = mesh, .transform = t), &rig.error);
    if (i % 4 == 3)
      node = ml_disk(rig.b,
                     &ML_DESC(MlDiskDesc, .center = at, .normal = {dice() - .5, dice() - .5, dice() - .5}, .radius = .1, .material = lamp),
                     &rig.error);
    rig_add(&rig, node);
  }
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, .15, 5}, .look_at = {0, 0, 0}, .fov = 12}, .width = 16, .height = 4);
  Estimate e[3];
  for (int s = 0; s < 3; s++) {
    const MlSettings settings = ML_DESC(MlSettings, .samples = s == ML_STRATEGY_BSDF ? 128 : 32, .strategy = (MlStrategy)s,
                                        .has_bounces = true, .bounces = {1, 1, 1, 1});
    e[s] = measure(&rig, &view, &settings);
  }
  for (int s = 1; s < 3; s++) {
    double sigma = sqrt(e[0].sigma * e[0].sigma + e[s].sigma * e[s].sigma);
    if (!(fabs(e[0].mean - e[s].mean) <= 4 * sigma && sigma < .01 * e[0].mean))
      fail_msg("%d: %f, %f +- %f", s, e[0].mean, e[s].mean, sigma);
  }
}

/* What can bring light has a chance, and the chances of all come to no more than 1, at points anywhere, within the lights' bounds as well. */
static void nothing_is_forgotten(void **state) {
  (void)state;
  rig_begin(&rig);
  dice_state = 11;
  MlMaterial lamp = emit(&rig, 1);
  for (int i = 0; i < 200; i++) {
    MlVec3 at = {4 * dice(), 4 * dice(), 4 * dice()}, way = {dice() - .5, dice() - .5, dice() - .5};
    MlNode node =
      i % 3 == 0
        ? ml_spot(rig.b, &ML_DESC(MlSpotDesc, .at = at, .facing = way, .angle = 5 + 90 * dice(), .radius = i % 2 ? .3 : 0), &rig.error)
      : i % 3 == 1
        ? ml_area(rig.b, &ML_DESC(MlAreaDesc, .at = at, .facing = way, .width = dice() + .01, .height = dice() + .01), &rig.error)
        : ml_disk(rig.b, &ML_DESC(MlDiskDesc, .center = at, .normal = way, .radius = dice() + .01, .material = lamp), &rig.error);
    rig_add(&rig, node);
  }
  rig_commit(&rig);
  const Scene *scene = scene_of(rig.scene);
  for (int k = 0; k < 400; k++) {
    Vec3 p = vec3((float)(6 * dice() - 1), (float)(6 * dice() - 1), (float)(6 * dice() - 1));
    LitPoint lit = facing(p, sample_sphere_uniform((Vec2){(float)dice(), (float)dice()}));
    lit.through = k % 4 == 0;
    double sum = 0;
    for (uint32_t id = 0; id < scene->lights.count; id++) {
      double chance = light_choice_pdf(&scene->lights, &lit, id);
      sum += chance;
      LightSample sample;
      if (chance > 0 || !light_sample_one(&scene->world, &scene->lights, id, &lit, .5, (Vec2){(float)dice(), (float)dice()}, &sample))
        continue;
      if (lit.through || dot(sample.wi, lit.ng) > 1e-4f) fail_msg("light %u is never chosen", id);
    }
    if (sum > 1 + 1e-9) fail_msg("the chances of all lights come to %.12f", sum); /* below 1: none of a cluster was seen after all */
  }
}

/* A beam has one end: a spot that looks away takes no samples from one that looks here. */
static void spots_that_look_away_are_not_chosen(void **state) {
  (void)state;
  rig_begin(&rig);
  for (int i = 0; i < 4; i++) {
    MlVec3 at = {i - 1.5, 2, 0}, facing = {0, i % 2 ? 1 : -1, 0};
    rig_add(&rig, ml_spot(rig.b, &ML_DESC(MlSpotDesc, .at = at, .facing = facing, .angle = 150, .power = i % 2 ? 1000 : 1), &rig.error));
  }
  rig_commit(&rig);
  LitPoint lit = facing(vec3(.1f, 0, .2f), vec3(0, 1, 0));
  for (uint32_t id = 0; id < 4; id++) {
    double chance = light_choice_pdf(&scene_of(rig.scene)->lights, &lit, id);
    if (id % 2 ? chance != 0 : !(chance > .2)) fail_msg("light %u is chosen with %.3f", id, chance);
  }
}

/* 48 bits choose: numbers in even steps meet fifty thousand lights of equal chance evenly. */
static void choice_is_fine(void **state) {
  (void)state;
  enum { COUNT = 50000, EACH = 8 };
  static uint32_t hits[COUNT];
  rig_begin(&rig);
  for (int i = 0; i < COUNT; i++) rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {i % 200, i / 200, 0}), &rig.error));
  rig_commit(&rig);
  LitPoint lit = facing(vec3(0, 0, -1e7f), vec3(0, 0, 1));
  const Lights *lights = &scene_of(rig.scene)->lights;
  for (int i = 0; i < COUNT * EACH; i++) {
    double choice = (i + .5) / (COUNT * EACH), pdf;
    uint32_t id = light_choose(lights, &lit, &choice, &pdf);
    assert_true(id < COUNT && choice >= 0 && choice < 1 && fabs(pdf * COUNT - 1) < .05);
    hits[id]++;
  }
  for (int i = 0; i < COUNT; i++) assert_true(hits[i] >= EACH - 2 && hits[i] <= EACH + 2);
}

/* A ball lamp that is too small and too far away for its solid angle to be a float is the point that it looks like. */
static void far_balls(void **state) {
  (void)state;
  for (int e = 10; e <= 24; e += 2) {
    rig_begin(&rig);
    double radius = 1e6 * pow(10, -e);
    rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {0, 1e6, 0}, .radius = radius, .power = 4 * M_PI), &rig.error));
    rig_commit(&rig);
    const Scene *scene = scene_of(rig.scene);
    LitPoint lit = facing(vec3(0, 0, 0), vec3(0, 1, 0));
    LightSample sample = {.pdf = 0};
    assert_true(light_sample(&scene->world, &scene->lights, &lit, .5, (Vec2){.2f, .4f}, &sample));
    assert_true(close_to((double)spectrum_to_color(sample.radiance).g / (double)sample.pdf, 1e-12, 2e-3));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(spots),
    cmocka_unit_test(spot_on_floor),
    cmocka_unit_test(constant_profile),
    cmocka_unit_test(profiles_keep_power),
    cmocka_unit_test(profiles_turn),
    cmocka_unit_test(wrong_profiles),
    cmocka_unit_test(many_lights_cost_little),
    cmocka_unit_test(strategies_agree),
    cmocka_unit_test(nothing_is_forgotten),
    cmocka_unit_test(spots_that_look_away_are_not_chosen),
    cmocka_unit_test(choice_is_fine),
    cmocka_unit_test(far_balls),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
