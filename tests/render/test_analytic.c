/* test_analytic.c - scenes whose radiance is known in closed form, through the whole renderer. */
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

static void surroundings(double radiance) { assert_int_equal(ml_background(rig.b, gray(radiance), false, &rig.error), ML_OK); }
static MlNode floor_of(MlMaterial material) { return ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = material), &rig.error); }
static const MlSettings few = {.size = sizeof(MlSettings), .samples = 16};

/* From `degrees` off the vertical, towards the origin. */
static MlView spot_at_angle(double degrees) {
  double a = degrees * M_PI / 180;
  MlView view = spot((MlVec3){0, 3 * cos(a), 3 * sin(a)}, (MlVec3){0, 0, 0}, 4);
  view.camera.up = (MlVec3){0, sin(a), -cos(a)};
  return view;
}

static void convex_diffuse_sphere(void **state) {
  (void)state;
  rig_begin(&rig);
  surroundings(1);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = matte(&rig, .3, 0)), &rig.error));
  rig_commit(&rig);
  const MlView on = ML_DESC(MlView, .camera = {.from = {0, 0, 5}, .look_at = {.5, .2, 0}, .fov = 5}, .width = 8, .height = 8);
  const MlView beside = ML_DESC(MlView, .camera = {.from = {0, 0, 5}, .look_at = {3, 0, 0}, .fov = 5}, .width = 4, .height = 4);
  assert_true(agrees("on the sphere", measure(&rig, &on, &few), .3));
  assert_true(measure(&rig, &beside, &few).mean == 1);
}

static void lossless_objects_vanish(void **state) {
  (void)state;
  for (int i = 0; i < 4; i++) {
    rig_begin(&rig);
    surroundings(1);
    MlMaterial material = i == 0 ? mirror(&rig) : i == 1 ? glass(&rig, 1.5) : i == 2 ? glass(&rig, 2.4) : white_metal(&rig, 0, true);
    rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = material), &rig.error));
    rig_add(&rig, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {1, -1, -1}, .to = {2, 0, 1}, .material = material), &rig.error));
    rig_commit(&rig);
    Shot shot;
    const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1, 5}, .look_at = {.5, 0, 0}}, .width = 24, .height = 24);
    MlSettings long_paths = few;
    long_paths.has_bounces = true;
    long_paths.bounces = (MlBounces){65535, 65535, 65535, 65535};
    shot_prepare(&rig, &view, &long_paths, &shot);
    for (uint32_t p = 0; p < 24 * 24; p++)
      for (uint32_t s = 0; s < 4; s++) assert_true(fabs(shot_sample(&shot, p % 24, p / 24, s) - 1) < 1e-5);
  }
}

static void metal_albedo(void **state) {
  (void)state;
  const struct { double alpha, mu, albedo; } known[] = {{.5, 1, .68785}, {.5, .5, .69825}, {.5, .2, .78993}, {1, 1, .30685}};
  for (int multiscatter = 0; multiscatter < 2; multiscatter++) {
    for (int i = 0; i < 4; i++) {
      rig_begin(&rig);
      surroundings(1);
      rig_add(&rig, floor_of(white_metal(&rig, known[i].alpha, multiscatter)));
      rig_commit(&rig);
      MlSettings settings = ML_DESC(MlSettings, .samples = 256);
      MlView view = spot_at_angle(acos(known[i].mu) * 180 / M_PI);
      Estimate e = measure(&rig, &view, &settings);
      if (multiscatter) assert_true(fabs(e.mean - 1) < .003 + 4 * e.sigma && e.sigma < .003);
      else assert_true(agrees("metal", e, known[i].albedo));
    }
  }
}

/* A floor of albedo .5, seen at two places. */
static void floor_under(MlNode light, double below, double aside, uint32_t samples) {
  rig_add(&rig, floor_of(matte(&rig, .5, 0)));
  rig_add(&rig, light);
  rig_commit(&rig);
  const MlSettings settings = ML_DESC(MlSettings, .samples = samples);
  MlView view = spot((MlVec3){.8, .3, 0}, (MlVec3){0, 0, 0}, 4);
  assert_true(agrees("below the light", measure(&rig, &view, &settings), below));
  if (aside == 0) return;
  view = spot((MlVec3){3, .3, 0}, (MlVec3){2, 0, 0}, 4);
  assert_true(agrees("aside", measure(&rig, &view, &settings), aside));
}

static void point_light(void **state) {
  (void)state;
  rig_begin(&rig);
  floor_under(ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {0, 2, 0}, .power = 40 * M_PI), &rig.error), .397887, .140674, 1);
}
static void sphere_light(void **state) {
  (void)state;
  rig_begin(&rig);
  double power = 4 * M_PI * M_PI * .25;
  floor_under(ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {0, 2, 0}, .radius = .5, .power = power), &rig.error), .031250, .011049, 64);
  // The same as a thing that can be seen
  rig_begin(&rig);
  floor_under(ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {0, 2, 0}, .radius = .5, .material = emit(&rig, 1)), &rig.error), .031250,
              .011049, 64);
}
static void square_light(void **state) {
  (void)state;
  rig_begin(&rig);
  floor_under(ml_area(rig.b, &ML_DESC(MlAreaDesc, .at = {0, 1, 0}, .width = 2, .height = 2, .radiance = 1), &rig.error), .277063, 0, 256);
  rig_begin(&rig);
  MlQuadDesc quad = ML_DESC(MlQuadDesc, .at = {-1, 1, -1}, .u = {2, 0, 0}, .v = {0, 0, 2}, .material = emit(&rig, 1));
  floor_under(ml_quad(rig.b, &quad, &rig.error), .277063, 0, 256);
}
static void directional_light(void **state) {
  (void)state;
  rig_begin(&rig);
  MlDirectionalDesc sun = ML_DESC(MlDirectionalDesc, .direction = {0, -1, 1}, .irradiance = 3);
  floor_under(ml_directional(rig.b, &sun, &rig.error), .5 / M_PI * 3 * sqrt(.5), .5 / M_PI * 3 * sqrt(.5), 1);
}

static void closed_sphere(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = matte(&rig, .5, 0)), &rig.error));
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .power = 4 * M_PI * M_PI), &rig.error));
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.from = {.3, .2, .1}, .look_at = {1, 0, 0}, .fov = 120}, .width = 8, .height = 8);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 32, .has_bounces = true, .bounces = {40, 40, 40, 40});
  assert_true(agrees("closed sphere", measure(&rig, &view, &settings), 1));
}

/* Above a glass half-space with nothing but black in it, surroundings of 1: what is seen is the reflectance. */
static void fresnel(void **state) {
  (void)state;
  const struct { double degrees, reflectance; } known[] = {{0, .04}, {45, .050240}, {60, .089187}, {75, .253061}};
  rig_begin(&rig);
  surroundings(1);
  rig_add(&rig, floor_of(glass(&rig, 1.5)));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .point = {0, -1, 0}, .material = matte(&rig, 0, 0)), &rig.error));
  rig_commit(&rig);
  for (int i = 0; i < 4; i++) {
    const MlSettings settings = ML_DESC(MlSettings, .samples = 4096);
    MlView view = spot_at_angle(known[i].degrees);
    view.width = view.height = 2;
    assert_true(agrees("Fresnel", measure(&rig, &view, &settings), known[i].reflectance));
    // Without noise, exactly
    Shot shot;
    const MlSettings whitted = ML_DESC(MlSettings, .integrator = ML_WHITTED);
    shot_prepare(&rig, &view, &whitted, &shot);
    assert_true(fabs(shot_sample(&shot, 0, 0, 0) - known[i].reflectance) < 2e-5);
  }
}

/* A slab between an emitting wall and black. */
static void slab(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig,
          ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-100, -.1, -100}, .to = {100, .1, 100}, .material = glass(&rig, 1.5)), &rig.error));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .point = {0, -5, 0}, .material = emit(&rig, 1)), &rig.error));
  rig_commit(&rig);
  const struct { double degrees, transmitted; } known[] = {{0, .923077}, {60, .836232}};
  for (int i = 0; i < 2; i++) {
    const MlSettings settings = ML_DESC(MlSettings, .samples = 512);
    MlView view = spot_at_angle(known[i].degrees);
    assert_true(agrees("slab", measure(&rig, &view, &settings), known[i].transmitted));
    Shot shot;
    const MlSettings whitted = ML_DESC(MlSettings, .integrator = ML_WHITTED);
    shot_prepare(&rig, &view, &whitted, &shot);
    assert_true(fabs(shot_sample(&shot, 0, 0, 0) - known[i].transmitted) < 1e-3); /* branches below 2^-12 are cut */
  }
}

/* Seen along parallel rays, an absorbing ball that does not refract: the mean over its disc is (1 - 3 / e^2) / 2. */
static void absorbing_sphere(void **state) {
  (void)state;
  rig_begin(&rig);
  surroundings(1);
  MlMaterial smoke = ml_glass(rig.b, &ML_DESC(MlGlassDesc, .ior = 1, .absorption = gray(1)), &rig.error);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = smoke), &rig.error));
  rig_commit(&rig);
  MlView view = ML_DESC(MlView, .camera = {.kind = ML_CAMERA_ORTHOGRAPHIC, .from = {0, 0, 3}, .height = 2}, .width = 32, .height = 32);
  double expected = 1 - M_PI / 4 * (1 - .296997);
  assert_true(agrees("absorbing ball", measure(&rig, &view, &few), expected));
  // From its centre, where the path has never entered it: half the way
  view.camera = (MlCamera){.look_at = {0, 0, -1}, .fov = 60};
  assert_true(agrees("from inside", measure(&rig, &view, &few), exp(-1)));
}

/* In a body within another, that one alone absorbs: through both middles it is 1 m, 2 m, and 1 m again. */
static void body_in_body(void **state) {
  (void)state;
  rig_begin(&rig);
  surroundings(1);
  MlMaterial thin = ml_glass(rig.b, &ML_DESC(MlGlassDesc, .ior = 1, .absorption = gray(.25)), &rig.error);
  MlMaterial dense = ml_glass(rig.b, &ML_DESC(MlGlassDesc, .ior = 1, .absorption = gray(1.5)), &rig.error);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = 2, .material = thin), &rig.error));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = 1, .material = dense), &rig.error));
  rig_commit(&rig);
  const MlView view = spot((MlVec3){0, 0, 5}, (MlVec3){0, 0, 0}, 4);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 4, .no_roulette = true);
  assert_true(agrees("body in body", measure(&rig, &view, &settings), exp(-.25 * 2 - 1.5 * 2)));
}

/* A lamp inside an absorbing ball lights a wall inside it through the medium. */
static void light_through_medium(void **state) {
  (void)state;
  rig_begin(&rig);
  MlMaterial smoke = ml_glass(rig.b, &ML_DESC(MlGlassDesc, .ior = 1, .absorption = gray(.5)), &rig.error);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = 3, .material = smoke), &rig.error));
  MlQuadDesc wall = ML_DESC(MlQuadDesc, .at = {-1, -1, 0}, .u = {2, 0, 0}, .v = {0, 2, 0}, .material = matte(&rig, .5, 0));
  rig_add(&rig, ml_quad(rig.b, &wall, &rig.error));
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {0, 0, 1}, .power = 40 * M_PI), &rig.error));
  rig_commit(&rig);
  MlView view = spot((MlVec3){0, 0, 5}, (MlVec3){0, 0, 0}, 4);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 4);
  assert_true(agrees("in the medium", measure(&rig, &view, &settings), .5 / M_PI * 10 * exp(-.5) * exp(-1.5)));
}

/* Columns 16 to 47 of 64 are exactly 1, the others exactly 0, in every sample. */
static void columns(void **state) {
  (void)state;
  rig_begin(&rig);
  MlQuadDesc quad = ML_DESC(MlQuadDesc, .at = {-1, -1, -2}, .u = {2, 0, 0}, .v = {0, 2, 0}, .material = emit(&rig, 1));
  rig_add(&rig, ml_quad(rig.b, &quad, &rig.error));
  rig_commit(&rig);
  Shot shot;
  const MlView view = ML_DESC(MlView, .camera = {.look_at = {0, 0, -1}, .fov = 90}, .width = 64, .height = 64);
  shot_prepare(&rig, &view, &few, &shot);
  for (uint32_t y = 0; y < 64; y++) {
    for (uint32_t x = 0; x < 64; x++) {
      double expected = x >= 16 && x < 48 && y >= 16 && y < 48;
      for (uint32_t s = 0; s < 16; s++) assert_true(shot_sample(&shot, x, y, s) == expected);
    }
  }
}

/* A small lamp at twice the focus distance: a disc of half the lens's radius on the plane in focus. */
static void lens_blur(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {0, 0, -4}, .radius = 1e-3, .material = emit(&rig, 1)), &rig.error));
  rig_commit(&rig);
  enum { N = 48 };
  const double extent = .07; /* half of the picture, on the plane in focus */
  MlCamera camera = {.look_at = {0, 0, -1}, .fov = 2 * atan(extent / 2) * 180 / M_PI, .aperture = .2, .focus = 2};
  const MlView view = ML_DESC(MlView, .camera = camera, .width = N, .height = N);
  Shot shot;
  shot_prepare(&rig, &view, &few, &shot);
  double farthest = 0;
  for (uint32_t y = 0; y < N; y++) {
    for (uint32_t x = 0; x < N; x++) {
      double sum = 0;
      for (uint32_t s = 0; s < 1000 && sum == 0; s++) sum += shot_sample(&shot, x, y, s);
      double r = hypot((x + .5) / N * 2 - 1, (y + .5) / N * 2 - 1) * extent;
      if (sum > 0) farthest = fmax(farthest, r);
    }
  }
  assert_true(fabs(farthest - .05) < .003);
}

/* Mirrors tint, mixes blend, emission of the front only. */
static void materials_blend(void **state) {
  (void)state;
  rig_begin(&rig);
  surroundings(1);
  MlMaterial tinted = ml_mirror(rig.b, &ML_DESC(MlMirrorDesc, .color = gray(.6), .has_color = true), &rig.error);
  MlMaterial half = ml_mix(rig.b, &ML_DESC(MlMixDesc, .a = tinted, .b = matte(&rig, .2, .5), .amount = .25f), &rig.error);
  rig_add(&rig, floor_of(half));
  rig_commit(&rig);
  MlView view = spot_at_angle(50);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 256);
  assert_true(agrees("mix", measure(&rig, &view, &settings), .75 * .6 + .25 * (.2 + .5)));

  rig_begin(&rig);
  MlMaterial front = ml_emit(rig.b, &ML_DESC(MlEmitDesc, .emission = {.radiance = gray(2), .front_only = true}), &rig.error);
  rig_add(&rig, floor_of(front));
  rig_commit(&rig);
  assert_true(measure(&rig, &view, &few).mean == 2);
  view.camera.from.y = -view.camera.from.y;
  assert_true(measure(&rig, &view, &few).mean == 0);
}

/* 0 bounces show what emits, 1 adds direct light, and so on in a white room: partial sums of the geometric series. */
static void bounce_limits(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = matte(&rig, .5, 1)), &rig.error));
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.look_at = {1, 0, 0}, .fov = 90}, .width = 4, .height = 4);
  double expected = 0;
  for (uint32_t n = 0; n < 5; n++) {
    expected += pow(.5, n);
    for (int kind = 0; kind < 2; kind++) {
      const MlBounces bounces = kind == 0 ? (MlBounces){n, 16, 16, 16} : (MlBounces){16, n, 16, 16};
      const MlSettings settings = ML_DESC(MlSettings, .samples = 32, .has_bounces = true, .bounces = bounces, .no_roulette = true);
      assert_true(agrees("bounces", measure(&rig, &view, &settings), expected));
    }
  }
}

static void clamp_limits_indirect(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = matte(&rig, .5, 1)), &rig.error));
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.look_at = {1, 0, 0}, .fov = 90}, .width = 4, .height = 4);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 16, .strategy = ML_STRATEGY_BSDF, .clamp = .125f, .no_roulette = true);
  assert_true(agrees("clamp", measure(&rig, &view, &settings), 1.5 + .125));

  // By the largest channel, red, of which green keeps its share
  rig_begin(&rig);
  const MlMatteDesc orange = ML_DESC(MlMatteDesc, .color = {.8f, .5f, .2f}, .has_color = true, .emission.radiance = gray(1));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = ml_matte(rig.b, &orange, &rig.error)), &rig.error));
  rig_commit(&rig);
  double red = 0, green = 0;
  for (int k = 2; k <= 16; k++) red += pow(.8, k), green += pow(.5, k);
  assert_true(agrees("clamped colour", measure(&rig, &view, &settings), 1.5 + .125 * green / red));
}

/* Surroundings for the eye alone are seen and light nothing, not even mirrors. */
static void eye_only_background(void **state) {
  (void)state;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), true, &rig.error), ML_OK);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = mirror(&rig)), &rig.error));
  rig_commit(&rig);
  const MlView on = ML_DESC(MlView, .camera = {.from = {0, 0, 5}, .look_at = {0, 0, 0}, .fov = 5}, .width = 4, .height = 4);
  const MlView beside = ML_DESC(MlView, .camera = {.from = {0, 0, 5}, .look_at = {3, 0, 0}, .fov = 5}, .width = 4, .height = 4);
  for (int integrator = ML_PATH; integrator <= ML_WHITTED; integrator++) {
    const MlSettings settings = ML_DESC(MlSettings, .integrator = (MlIntegrator)integrator, .samples = 4);
    assert_true(measure(&rig, &on, &settings).mean == 0);
    assert_true(measure(&rig, &beside, &settings).mean == 1);
  }
}

/* Direct light of points on the diffuse part, clamped before it is blended, and the mirror's share. */
static void whitted(void **state) {
  (void)state;
  rig_begin(&rig);
  surroundings(.25);
  MlMaterial half = ml_mix(rig.b, &ML_DESC(MlMixDesc, .a = matte(&rig, .5, 0), .b = mirror(&rig), .amount = .4f), &rig.error);
  rig_add(&rig, floor_of(half));
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {0, 2, 0}, .power = 400 * M_PI), &rig.error));
  rig_commit(&rig);
  const MlView view = spot((MlVec3){.8, .3, 0}, (MlVec3){0, 0, 0}, 1);
  MlSettings settings = ML_DESC(MlSettings, .integrator = ML_WHITTED, .samples = 1);
  assert_true(fabs(measure(&rig, &view, &settings).mean - (.6 * 3.97887 + .4 * .25)) < 1e-4);
  settings.clamp_diffuse = 1;
  assert_true(fabs(measure(&rig, &view, &settings).mean - (.6 * 1 + .4 * .25)) < 1e-6);
  settings.has_bounces = true; /* and none */
  assert_true(measure(&rig, &view, &settings).mean == 0);
}

/* Surroundings that are a picture are seen by it, and in mirrors. */
static void whitted_sees_environments(void **state) {
  (void)state;
  static const uint8_t tga[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 255, 255, 255};
  MlBuilder *b = rig_begin(&rig);
  MlImage image = ml_image(b, &ML_DESC(MlImageDesc, .bytes = tga, .byte_count = sizeof tga), &rig.error);
  assert_int_equal(ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = image, .strength = 3), &rig.error), ML_OK);
  rig_add(&rig, ml_sphere(b, &ML_DESC(MlSphereDesc, .material = mirror(&rig)), &rig.error));
  rig_commit(&rig);
  const MlSettings settings = ML_DESC(MlSettings, .integrator = ML_WHITTED, .samples = 1);
  for (int beside = 0; beside < 2; beside++) {
    const MlView view = ML_DESC(MlView, .camera = {.from = {0, 0, 5}, .look_at = {3. * beside, 0, 0}, .fov = 5}, .width = 4, .height = 4);
    assert_true(fabs(measure(&rig, &view, &settings).mean - 3) < 1e-5);
  }
}

static void previews(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, floor_of(matte(&rig, .3, 0)));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .material = matte(&rig, .6, 0)), &rig.error));
  rig_commit(&rig);
  const MlView floor_view = spot((MlVec3){5, 4, 0}, (MlVec3){5, 0, .01}, 2);
  MlView ball = spot((MlVec3){0, 1, 5}, (MlVec3){0, 1, 0}, 1);
  MlSettings settings = ML_DESC(MlSettings, .integrator = ML_ALBEDO, .samples = 1);
  assert_true(fabs(measure(&rig, &floor_view, &settings).mean - .3) < 1e-6);
  settings.integrator = ML_NORMALS;
  assert_true(fabs(measure(&rig, &floor_view, &settings).mean - 1) < 1e-6); /* y up is green 1 */
  assert_true(fabs(measure(&rig, &ball, &settings).mean - .5) < 1e-3);
  settings.integrator = ML_DEPTH;
  assert_true(fabs(measure(&rig, &ball, &settings).mean - 4) < 1e-5);
  ball.camera.kind = ML_CAMERA_PERSPECTIVE; /* depth is along the line of sight, also at the picture's edge */
  ball.camera.from.z = 2.01;
  Shot shot;
  MlView wall = ML_DESC(MlView, .camera = {.from = {0, 3, 0}, .look_at = {0, 0, 0}, .up = {0, 0, -1}, .fov = 120}, .width = 8, .height = 8);
  shot_prepare(&rig, &wall, &settings, &shot);
  assert_true(fabs(shot_sample(&shot, 0, 4, 0) - 3) < 1e-5);

  // Occlusion of the floor by a ball that touches it far away is none; beneath it, nearly all
  settings.integrator = ML_AO;
  settings.samples = 64;
  settings.ao_distance = 2;
  assert_true(measure(&rig, &floor_view, &settings).mean == 1);
  // At distance x from the ball's foot: an unoccluded share of 1 - r^2 h / d^3 (a ball above the horizon, within reach)
  settings.ao_distance = 10;
  MlView near = spot((MlVec3){3, .5, 0}, (MlVec3){2, 0, 0}, 2);
  settings.samples = 512;
  assert_true(agrees("ao", measure(&rig, &near, &settings), 1 - 1 / pow(5, 1.5)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(convex_diffuse_sphere),
    cmocka_unit_test(lossless_objects_vanish),
    cmocka_unit_test(metal_albedo),
    cmocka_unit_test(point_light),
    cmocka_unit_test(sphere_light),
    cmocka_unit_test(square_light),
    cmocka_unit_test(directional_light),
    cmocka_unit_test(closed_sphere),
    cmocka_unit_test(fresnel),
    cmocka_unit_test(slab),
    cmocka_unit_test(absorbing_sphere),
    cmocka_unit_test(body_in_body),
    cmocka_unit_test(light_through_medium),
    cmocka_unit_test(columns),
    cmocka_unit_test(lens_blur),
    cmocka_unit_test(materials_blend),
    cmocka_unit_test(bounce_limits),
    cmocka_unit_test(clamp_limits_indirect),
    cmocka_unit_test(eye_only_background),
    cmocka_unit_test(whitted),
    cmocka_unit_test(whitted_sees_environments),
    cmocka_unit_test(previews),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
