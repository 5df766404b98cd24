/* test_motion.c - blur by motion against its average over time in closed form: of shapes, of shadows and reflections, of the camera; thermal
 * equilibrium in motion; the same picture whatever the threads and the instruction set. */
#include <stdlib.h>

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

/* Direct light alone; as many as a whole net of points in time. */
static const MlSettings few = {.size = sizeof(MlSettings), .samples = 256, .has_bounces = true, .bounces = {1, 1, 1, 1}};

static MlTransform shift(double x, double y, double z) { return (MlTransform){{1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z}}; }
static MlNode moving(MlNode child, MlVec3 from, MlVec3 to) {
  const MlTransform keys[2] = {shift(from.x, from.y, from.z), shift(to.x, to.y, to.z)};
  return ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = child, .keys = keys, .key_count = 2), &rig.error);
}
static MlNode ball(double radius, MlMaterial material) {
  return ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = radius, .material = material), &rig.error);
}
static MlView shuttered(MlView view, double shutter) {
  view.camera.shutter = shutter;
  view.camera.has_shutter = true;
  return view;
}
static MlView look_at_spot(double x, double y) { return spot((MlVec3){x, y, 5}, (MlVec3){x, y, 0}, 4); }

/* A ball that shines goes from x = -2 to 2; a spot sees it for as long as the chord takes. */
static void ball_passes(void **state) {
  (void)state;
  static const struct {
    double x, y, shutter, expected;
  } cases[] = {{-1, .3, 1, .2}, {-1, .3, .5, .4}, {-1, .3, .3, .5}, {0, 0, 1, .25}, {1.2, 0, .5, 0}, {-2, .3, 1, .1}};
  rig_begin(&rig);
  rig_add(&rig, moving(ball(.5, emit(&rig, 1)), (MlVec3){-2, 0, 0}, (MlVec3){2, 0, 0}));
  rig_commit(&rig);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    MlView view = shuttered(look_at_spot(cases[i].x, cases[i].y), cases[i].shutter);
    Estimate e = measure(&rig, &view, &few);
    if (cases[i].expected == 0) assert_true(e.mean == 0);
    else assert_true(agrees("a ball that passes", e, cases[i].expected));
  }
  // A shutter that does not open freezes the beginning; by default it is open for half of the frame
  MlView view = shuttered(look_at_spot(-2, 0), 0);
  assert_true(measure(&rig, &view, &few).mean == 1);
  view = look_at_spot(-1, .3);
  assert_true(agrees("half of the frame", measure(&rig, &view, &few), .4));
}

/* It orbits: half a turn at the radius 2. On the way it never leaves the circle, as means of matrices would. */
static void ball_orbits(void **state) {
  (void)state;
  rig_begin(&rig);
  MlTransform keys[3];
  for (int i = 0; i < 3; i++) keys[i] = ml_transform_turn(90 * i, (MlVec3){0, 0, 1});
  MlNode out = ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = ball(.3, emit(&rig, 1)), .transform = shift(2, 0, 0)), &rig.error);
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = out, .keys = keys, .key_count = 3), &rig.error));
  rig_commit(&rig);
  const double seen = 2 * (2 * asin(.3 / 4)) / M_PI; /* of the half circle, from where it touches the spot to where it leaves it */
  for (int i = 1; i < 8; i++) {
    double a = M_PI * i / 8;
    MlView view = shuttered(look_at_spot(2 * cos(a), 2 * sin(a)), 1);
    Estimate e = measure(&rig, &view, &few);
    bool good = fabs(e.mean - seen) <= 4 * e.sigma + 2e-3 * seen; /* keys err by a 2000th of the ball */
    if (!good) print_message("at %d/8: %g +- %g, expected %g\n", i, e.mean, e.sigma, seen);
    assert_true(good);
    view = shuttered(look_at_spot(1.6 * cos(a), 1.6 * sin(a)), 1);
    assert_true(measure(&rig, &view, &few).mean == 0);
  }
}

/* A group that moves while a part of it moves back: the part stands still, and the rest passes. */
static void within_each_other(void **state) {
  (void)state;
  rig_begin(&rig);
  MlNode lamp = ball(.25, emit(&rig, 1));
  MlNode parts[2] = {moving(lamp, (MlVec3){0, 1, 0}, (MlVec3){-4, 1, 0}), lamp};
  MlNode group = ml_group(rig.b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 2), &rig.error);
  rig_add(&rig, moving(group, (MlVec3){-2, 0, 0}, (MlVec3){2, 0, 0}));
  rig_commit(&rig);
  MlView view = shuttered(look_at_spot(-2, 1), 1);
  assert_true(measure(&rig, &view, &few).mean == 1);
  view = shuttered(look_at_spot(0, 0), 1);
  assert_true(agrees("the other part", measure(&rig, &view, &few), .125));
}

/* What moves casts its shadow when the light's ray meets it, and is mirrored as it is then. */
static void shadows_and_mirrors(void **state) {
  (void)state;
  rig_begin(&rig);
  MlNode plate = ml_quad(rig.b, &ML_DESC(MlQuadDesc, .at = {-.5, 1, -.5}, .u = {1, 0, 0}, .v = {0, 0, 1}), &rig.error);
  rig_add(&rig, moving(plate, (MlVec3){-2, 0, 0}, (MlVec3){2, 0, 0}));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = matte(&rig, .5, 0)), &rig.error));
  rig_add(&rig, ml_directional(rig.b, &ML_DESC(MlDirectionalDesc, .irradiance = 2), &rig.error));
  rig_commit(&rig);
  MlView view = shuttered(spot((MlVec3){0, .5, 0}, (MlVec3){0, 0, 0}, 4), 1);
  view.camera.up = (MlVec3){0, 0, -1};
  assert_true(agrees("shadow", measure(&rig, &view, &few), .75 * 2 * .5 / M_PI));

  rig_begin(&rig);
  rig_add(&rig, moving(ball(.5, emit(&rig, 1)), (MlVec3){-2, 2, 0}, (MlVec3){2, 2, 0}));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = mirror(&rig)), &rig.error));
  rig_commit(&rig);
  view = shuttered(spot((MlVec3){0, 1, 0}, (MlVec3){0, 0, 0}, 4), 1);
  view.camera.up = (MlVec3){0, 0, -1};
  assert_true(agrees("in the mirror", measure(&rig, &view, &few), .25));
}

/* A camera that passes a ball, and one that turns its head. */
static void camera_moves(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ball(.5, emit(&rig, 1)));
  rig_commit(&rig);
  MlView view = shuttered(look_at_spot(2, .3), 1);
  view.camera.moves = true;
  view.camera.next_from = (MlVec3){-2, .3, 5};
  view.camera.next_look_at = (MlVec3){-2, .3, 0};
  assert_true(agrees("passing", measure(&rig, &view, &few), .2));
  view = shuttered(view, .625);
  assert_true(agrees("passing, a shorter time", measure(&rig, &view, &few), .2 / .625));

  rig_begin(&rig);
  rig_add(&rig, ml_quad(rig.b, &ML_DESC(MlQuadDesc, .at = {-.5, -9, -3}, .u = {1.2, 0, 0}, .v = {0, 18, 0}, .material = emit(&rig, 1)),
                        &rig.error));
  rig_commit(&rig);
  MlCamera camera = {
    .from = {0, 0, 1e-9}, .look_at = {-2, 0, -3}, .fov = .01, .moves = true, .next_from = {0, 0, 1e-9}, .next_look_at = {2, 0, -3}};
  view = shuttered(ML_DESC(MlView, .camera = camera, .width = 4, .height = 4), 1);
  assert_true(agrees("turning", measure(&rig, &view, &few), .3));

  // About its own axis: what is up turns from +y to +x, so a strip above the middle leaves the picture's top for its side
  rig_begin(&rig);
  rig_add(&rig,
          ml_quad(rig.b, &ML_DESC(MlQuadDesc, .at = {-9, 1, -3}, .u = {18, 0, 0}, .v = {0, 9, 0}, .material = emit(&rig, 1)), &rig.error));
  rig_commit(&rig);
  camera = (MlCamera){.kind = ML_CAMERA_ORTHOGRAPHIC,
                      .look_at = {0, 0, -3},
                      .from = {0, 0, 1e-9},
                      .height = 4,
                      .up = {0, 1, 0},
                      .moves = true,
                      .next_up = {1, 0, 0},
                      .next_from = {0, 0, 1e-9},
                      .next_look_at = {0, 0, -3}};
  view = shuttered(
    ML_DESC(MlView, .camera = camera, .width = 401, .height = 401, .crop_x = 200, .crop_y = 0, .crop_width = 1, .crop_height = 1), 1);
  Shot shot;
  shot_prepare(&rig, &view, &few, &shot);
  double sum = 0;
  for (uint32_t i = 0; i < 4096; i++) sum += shot_sample(&shot, 200, 0, i);
  // The top's direction at time t is (t, 1 - t) over its length; 2 m up it is on the strip while (1 - t) / length > 1 / 2
  double t = sqrt(3) / (1 + sqrt(3)); /* tan of 60 degrees: t / (1 - t) = sqrt(3) */
  assert_true(fabs(sum / 4096 - t) < .005);
}

/* Integrators without noise look at the same times in every pixel, the first in the middle of what the shutter lets through. */
static void without_noise(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, moving(ball(.5, emit(&rig, 1)), (MlVec3){-2, 0, 0}, (MlVec3){2, 0, 0}));
  rig_commit(&rig);
  MlSettings settings = few;
  settings.integrator = ML_WHITTED;
  Shot shot;
  MlView view = shuttered(look_at_spot(0, 0), 1);
  shot_prepare(&rig, &view, &settings, &shot);
  assert_true(shot_sample(&shot, 0, 0, 0) == 1);
  double sum = 0;
  for (uint32_t i = 0; i < 64; i++) sum += shot_sample(&shot, 1, 2, i);
  assert_true(fabs(sum / 64 - .25) <= 1.01 / 64);
  view = shuttered(look_at_spot(-1.5, 0), .25);
  shot_prepare(&rig, &view, &settings, &shot);
  assert_true(shot_sample(&shot, 3, 3, 0) == 1);
}

/* Everything in motion, in arrays and in groups in motion, in equilibrium with surroundings of 1: every sample is 1. */
static uint64_t dice_state;
static double dice(double from, double to) {
  dice_state = dice_state * 6364136223846793005ull + 1442695040888963407ull;
  return from + (to - from) * (double)(dice_state >> 11) * 0x1p-53;
}
static MlTransform any_place(double reach) {
  MlTransform t = ml_transform_turn(dice(0, 360), (MlVec3){dice(-1, 1), 1, dice(-1, 1)}),
              stretch = {{dice(.4, 1.4), 0, 0, 0, 0, dice(.4, 1.4), 0, 0, 0, 0, dice(.4, 1.4), 0}};
  t = ml_transform_multiply(&t, &stretch);
  t.m[3] = dice(-reach, reach), t.m[7] = dice(-reach, reach), t.m[11] = dice(-reach, reach);
  return t;
}
/* Glass in balls alone: boxes that overlap others can hold light for ever, by total reflection. */
static MlNode wild_shape(void) {
  double kind = dice(0, 1), rho = dice(.2, .7), ior = dice(1.2, 2);
  MlMaterial material = kind < .6 ? matte(&rig, rho, 1 - rho) : mirror(&rig);
  if (dice(0, 1) < .5) return ball(.6, kind < .3 ? glass(&rig, ior) : material);
  return ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-.5, -.5, -.5}, .to = {.5, .5, .5}, .material = material), &rig.error);
}
static MlNode wild_motion(MlNode child, double reach) {
  MlTransform keys[3];
  for (int i = 0; i < 3; i++) keys[i] = any_place(reach);
  return ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = child, .keys = keys, .key_count = 3), &rig.error);
}

static void furnace(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    dice_state = seed;
    rig_begin(&rig);
    assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
    MlNode parts[3];
    for (int i = 0; i < 6; i++) rig_add(&rig, wild_motion(wild_shape(), 2));
    for (int i = 0; i < 3; i++) parts[i] = i ? wild_shape() : wild_motion(wild_shape(), 1);
    MlNode group = ml_group(rig.b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 3), &rig.error);
    rig_add(&rig, wild_motion(group, 1));
    float transforms[4 * 12];
    for (int i = 0; i < 4; i++) {
      MlTransform t = any_place(2.5);
      for (int k = 0; k < 12; k++) transforms[12 * i + k] = (float)t.m[k];
    }
    rig_add(&rig, ml_array(rig.b, &ML_DESC(MlArrayDesc, .child = group, .transforms = transforms, .count = 4), &rig.error));
    rig_commit(&rig);
    const MlBounces endless = {65535, 65535, 65535, 65535};
    MlSettings settings = ML_DESC(MlSettings, .strategy = ML_STRATEGY_BSDF, .no_roulette = true, .has_bounces = true, .bounces = endless);
    MlCamera camera = {.from = {2, 1.5, 6}, .look_at = {0, 0, 0}, .fov = 60, .moves = true, .next_from = {1, 2, 6}};
    MlView view = shuttered(ML_DESC(MlView, .camera = camera, .width = 24, .height = 24), 1);
    Shot shot;
    shot_prepare(&rig, &view, &settings, &shot);
    double worst = 0;
    for (uint32_t p = 0; p < 24 * 24; p++)
      for (uint32_t s = 0; s < 4; s++) worst = fmax(worst, fabs(shot_sample(&shot, p % 24, p / 24, s) - 1));
    if (worst > 1e-4) print_message("scene %d: a sample is wrong by %g\n", (int)seed, worst);
    assert_true(worst <= 1e-4);
    settings = ML_DESC(MlSettings, .samples = 4, .has_bounces = true, .bounces = endless);
    assert_true(agrees("equilibrium in the mean", measure(&rig, &view, &settings), 1));
  }
}

/* ---- sameness */

static uint64_t hash_of(uint32_t threads, const char *isa) {
  Rig own = {0};
  MlError error = {0};
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = threads, .isa = isa), &own.engine, &error), ML_OK);
  Rig kept = rig;
  rig = own;
  dice_state = 5;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  for (int i = 0; i < 8; i++) rig_add(&rig, wild_motion(wild_shape(), 2));
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {1, 4, 2}, .radius = .3), &rig.error));
  rig_commit(&rig);
  MlCamera camera = {.from = {2, 1.5, 6}, .look_at = {0, 0, 0}, .fov = 50, .moves = true, .next_from = {1, 2, 6}, .aperture = .1};
  MlView view = ML_DESC(MlView, .camera = camera, .width = 40, .height = 30, .fixed_exposure = true);
  MlSettings settings = ML_DESC(MlSettings, .samples = 5, .tile = 8);
  MlFilm *film;
  MlRender *render;
  assert_int_equal(ml_film_create(rig.engine, rig.scene, &view, &settings, &film, &error), ML_OK);
  assert_int_equal(ml_render_start(rig.engine, rig.scene, &view, &settings, film, &render, &error), ML_OK);
  assert_int_equal(ml_render_wait(render, -1), ML_RENDER_DONE);
  uint64_t hash = ml_film_hash(film);
  ml_render_destroy(render);
  ml_film_destroy(film);
  rig_destroy(&rig);
  rig = kept;
  return hash;
}

static void same_everywhere(void **state) {
  (void)state;
  uint64_t hash = hash_of(1, NULL);
  assert_true(hash == hash_of(2, NULL) && hash == hash_of(3, NULL) && hash == hash_of(8, NULL));
  for (const char *const *name = kernel_names(); *name != NULL; name++) assert_true(hash == hash_of(2, *name));
}

/* What the shutter and the camera's way are decides samples: films of others are not gone on with. */
static void settings_differ(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ball(1, 0));
  rig_commit(&rig);
  MlView views[3] = {look_at_spot(0, 0), shuttered(look_at_spot(0, 0), .25), look_at_spot(0, 0)};
  views[2].camera.moves = true;
  views[2].camera.next_from = (MlVec3){1, 0, 5};
  uint64_t hashes[3];
  for (int i = 0; i < 3; i++) {
    Shot shot;
    shot_prepare(&rig, &views[i], &few, &shot);
    hashes[i] = settings_hash(&shot.settings, &shot.camera);
  }
  assert_true(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2]);
}

static void camera_errors(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ball(1, 0));
  rig_commit(&rig);
  MlView view = shuttered(look_at_spot(0, 0), 1.5), resolved;
  MlError error = {0};
  Camera camera;
  assert_int_equal(view_resolve(&view, &resolved, &error), ML_OK);
  assert_int_equal(view_camera(&resolved, scene_of(rig.scene), &camera, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "camera.shutter: expected 0 to 1, a part of the frame, got 1.5");
  error = (MlError){0};
  view = shuttered(look_at_spot(0, 0), 1);
  view.camera.moves = true;
  view.camera.next_from = (MlVec3){0, 0, -5}; /* through what it looks at */
  assert_int_equal(view_resolve(&view, &resolved, &error), ML_OK);
  assert_int_equal(view_camera(&resolved, scene_of(rig.scene), &camera, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "camera: from and look_at are the same point (0, 0, 0) on its way");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ball_passes),       cmocka_unit_test(ball_orbits),
    cmocka_unit_test(within_each_other), cmocka_unit_test(shadows_and_mirrors),
    cmocka_unit_test(camera_moves),      cmocka_unit_test(without_noise),
    cmocka_unit_test(furnace),           cmocka_unit_test(same_everywhere),
    cmocka_unit_test(settings_differ),   cmocka_unit_test(camera_errors),
  };
  return cmocka_run_group_tests_name("motion", tests, create, destroy);
}
