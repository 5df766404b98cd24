/* test_generated.c - generated shapes in equilibrium: every sample of a furnace is 1, of whatever they are made and wherever they are placed. */
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

typedef enum Kind { LATHE, RING, EXTRUDE, CURVE, LOOP, SHEET, HEIGHTFIELD, KINDS } Kind;

/* crease -1: all normals are the faces'. */
static MlNode shape(Kind kind, MlMaterial material, double crease) {
  static const float vase[] = {0, -1, .6f, -.9f, .3f, 0, .8f, 1, .7f, 1, .2f, .1f, 0, 0},
                     ring[] = {.5f, -.3f, 1, -.3f, .8f, .4f, .5f, -.3f},
                     star[] = {0, 1, -.3f, .3f, -1, 0, -.2f, -.3f, 0, -1, .3f, -.2f, 1, 0, .3f, .3f},
                     hole[] = {-.1f, -.1f, .1f, -.1f, 0, .1f}, path[] = {-1, 0, 0, -.4f, .8f, .3f, .4f, -.8f, 0, 1, .3f, .4f},
                     radii[] = {0, .3f, .15f, .2f}, heights[] = {0, .3f, .1f, .5f, -.4f, .2f, 0, .6f, 0};
  const MlOutline holes[] = {{hole, 3}};
  switch (kind) {
  case LATHE:
    return ml_lathe(
      rig.b,
      &ML_DESC(MlLatheDesc, .profile = vase, .profile_count = 7, .smooth = true, .segments = 24, .crease = crease, .material = material),
      &rig.error);
  case RING:
    return ml_lathe(
      rig.b, &ML_DESC(MlLatheDesc, .profile = ring, .profile_count = 4, .segments = 9, .crease = crease, .material = material), &rig.error);
  case EXTRUDE:
    return ml_extrude(
      rig.b,
      &ML_DESC(MlExtrudeDesc, .outline = {star, 8}, .holes = holes, .hole_count = 1, .height = .4, .crease = crease, .material = material),
      &rig.error);
  case CURVE:
    return ml_curve(
      rig.b,
      &ML_DESC(MlCurveDesc, .points = path, .point_count = 4, .radii = radii, .segments = 12, .crease = crease, .material = material),
      &rig.error);
  case LOOP:
    return ml_curve(
      rig.b,
      &ML_DESC(MlCurveDesc, .points = path, .point_count = 4, .closed = true, .segments = 10, .crease = crease, .material = material),
      &rig.error);
  case SHEET: {
    float ball[3 * 13 * 9];
    for (int i = 0; i < 13 * 9; i++) {
      const double a = 2 * M_PI * (i % 13) / 12, c = M_PI * (i / 13) / 8;
      ball[3 * i] = (float)(sin(c) * sin(a)), ball[3 * i + 1] = (float)-cos(c), ball[3 * i + 2] = (float)(sin(c) * cos(a));
    }
    return ml_sheet(rig.b, &ML_DESC(MlSheetDesc, .points = ball, .columns = 13, .rows = 9, .crease = crease, .material = material),
                    &rig.error);
  }
  case HEIGHTFIELD:
  case KINDS: break;
  }
  return ml_heightfield(rig.b,
                        &ML_DESC(MlHeightfieldDesc, .heights = heights, .columns = 3, .rows = 3, .width = 2, .depth = 2, .crease = crease,
                                 .material = material),
                        &rig.error);
}

static const MlBounces endless = {65535, 65535, 65535, 65535};

/* How many of the samples of a furnace with the shape, placed somehow, are not 1. */
static int wrong_samples(Kind kind, int material, double crease, int placing) {
  enum { N = 20, SAMPLES = 4 };
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  const MlMaterial made = material == 0 ? matte(&rig, .6, .4) : material == 1 ? mirror(&rig) : glass(&rig, 1.5);
  const MlNode node = shape(kind, made, crease);
  if (node == 0) fail_msg("%s", rig.error.message);
  MlTransform t = ml_transform_turn(40, (MlVec3){1, 2, 3});
  const double scale = placing == 1 ? 1e-3 : placing == 2 ? 1e3 : 1, at = placing == 3 ? 1e5 : 0;
  for (int i = 0; i < 12; i++) t.m[i] *= scale;
  if (placing == 0) t.m[0] = -t.m[0], t.m[4] = -t.m[4], t.m[8] = -t.m[8], t.m[1] += .3; /* mirrored, sheared */
  t.m[3] = at;
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = node, .transform = t), &rig.error));
  rig_commit(&rig);
  const MlSettings settings =
    ML_DESC(MlSettings, .strategy = ML_STRATEGY_BSDF, .no_roulette = true, .has_bounces = true, .bounces = endless);
  const MlView view =
    ML_DESC(MlView, .camera = {.from = {at + scale, 2 * scale, 3 * scale}, .look_at = {at, 0, 0}}, .width = N, .height = N);
  Shot shot;
  shot_prepare(&rig, &view, &settings, &shot);
  int wrong = 0;
  for (uint32_t p = 0; p < N * N; p++)
    for (uint32_t s = 0; s < SAMPLES; s++) wrong += !(fabs(shot_sample(&shot, p % N, p / N, s) - 1) <= 1e-4);
  return wrong;
}

static void every_sample_is_one(void **state) {
  (void)state;
  for (int kind = 0; kind < KINDS; kind++)
    for (int material = 0; material < 3; material++)
      for (int placing = 0; placing < 4; placing++) {
        const bool open = kind == HEIGHTFIELD;
        if (open && material == 2) continue;
        // Smooth normals can trap light in glass for ever: glass has those of its faces
        const int wrong = wrong_samples((Kind)kind, material, material == 2 ? -1 : 180, placing);
        if (wrong != 0) fail_msg("shape %d, material %d, placing %d: %d samples", kind, material, placing, wrong);
      }
}

/* Smooth glass loses next to nothing. */
static void smooth_glass(void **state) {
  (void)state;
  for (int kind = 0; kind < HEIGHTFIELD; kind++) {
    const int wrong = wrong_samples((Kind)kind, 2, 30, 4);
    if (wrong > 16) fail_msg("shape %d: %d of 1600 samples", kind, wrong);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_sample_is_one),
    cmocka_unit_test(smooth_glass),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
