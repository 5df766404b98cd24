/* test_textures.c - light on what varies: pictures and patterns as albedo, amount, roughness, emission and mask; relief; instances. */
#include <stdlib.h>
#include <string.h>

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

static MlTexture checked(MlTexture texture) {
  if (!texture) fail_msg("%s", rig.error.message);
  return texture;
}
static MlInput value(double v) { return (MlInput){gray(v), 0}; }
static MlInput from(MlTexture texture) { return (MlInput){gray(0), texture}; }
static MlTexture checker(MlInput a, MlInput b, double size) {
  return checked(ml_checker(rig.b, &ML_DESC(MlCheckerDesc, .a = a, .b = b, .cell = {size, size, size}), &rig.error));
}
/* A picture of one grey pixel of 8 bits, decoded as sRGB; with `numbers`, undecoded for where it counts as a number. */
static MlTexture picture(uint8_t code, bool numbers) {
  const uint8_t tga[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, code, code, code};
  MlImage image = ml_image(rig.b, &ML_DESC(MlImageDesc, .bytes = tga, .byte_count = sizeof tga), &rig.error), codes = 0;
  if (numbers) codes = ml_image(rig.b, &ML_DESC(MlImageDesc, .bytes = tga, .byte_count = sizeof tga, .space = ML_COLOR_LINEAR), &rig.error);
  return checked(ml_image_texture(rig.b, &ML_DESC(MlImageTextureDesc, .image = image, .numbers = codes), &rig.error));
}
static MlMaterial textured_matte(MlTexture color) { return ml_matte(rig.b, &ML_DESC(MlMatteDesc, .color_texture = color), &rig.error); }
static MlNode ground(MlMaterial material) { return ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .material = material), &rig.error); }
static MlNode sheet(double y, double size, MlMaterial material) { /* facing up */
  return ml_quad(rig.b, &ML_DESC(MlQuadDesc, .at = {-size / 2, y, size / 2}, .u = {size, 0, 0}, .v = {0, 0, -size}, .material = material),
                 &rig.error);
}
static void surroundings(double radiance) { assert_int_equal(ml_background(rig.b, gray(radiance), false, &rig.error), ML_OK); }
static MlSettings samples(uint32_t n, MlStrategy strategy) {
  return ML_DESC(MlSettings, .samples = n, .seed = 7, .strategy = strategy, .no_roulette = true);
}
/* What a spot on the ground near the origin sends straight up. */
static Estimate look_down(double height, const MlSettings *settings) {
  MlView view = spot((MlVec3){.013, height, .017}, (MlVec3){.013, 0, .017}, 4);
  view.camera.up = (MlVec3){0, 0, -1};
  return measure(&rig, &view, settings);
}

/* ---- values */

static void a_code_of_188_reflects_its_decoded_value(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ground(textured_matte(picture(188, false))));
  surroundings(1);
  rig_commit(&rig);
  MlSettings settings = samples(4, ML_STRATEGY_MIS);
  assert_true(agrees("albedo 188", look_down(1, &settings), .502886));
}

static void a_code_of_188_as_a_number_is_188_of_255(void **state) {
  (void)state;
  rig_begin(&rig);
  MlMixDesc mix = ML_DESC(MlMixDesc, .a = matte(&rig, 0, 0), .b = matte(&rig, 1, 0), .amount_texture = picture(188, true));
  rig_add(&rig, ground(ml_mix(rig.b, &mix, &rig.error)));
  surroundings(1);
  rig_commit(&rig);
  MlSettings settings = samples(4, ML_STRATEGY_MIS);
  assert_true(agrees("amount 188", look_down(1, &settings), 188. / 255));
}

/* The ground to its horizon: what is far is the mean of both colours, with one sample per pixel and no noise. */
static void a_far_checker_is_its_mean(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ground(textured_matte(checker(value(.9), value(.1), .4))));
  rig_commit(&rig);
  MlView view = ML_DESC(MlView, .camera = {.from = {0, 1, 0}, .look_at = {0, 1, -1}, .fov = 40}, .width = 64, .height = 64);
  MlSettings settings = ML_DESC(MlSettings, .integrator = ML_ALBEDO, .samples = 1);
  Shot shot;
  shot_prepare(&rig, &view, &settings, &shot);
  for (uint32_t y = 33; y < 35; y++) /* the first rows below the horizon */
    for (uint32_t x = 0; x < 64; x++) assert_true(fabs(shot_sample(&shot, x, y, 0) - .5) < .03);
  double least = 1, most = 0; /* near by, it has its colours */
  for (uint32_t x = 0; x < 64; x++) {
    double v = shot_sample(&shot, x, 61, 0);
    least = fmin(least, v), most = fmax(most, v);
  }
  assert_true(least < .15 && most > .85);
}

/* ---- furnaces */

/* All radiance is 1 where albedo and emission add up to 1 at every point, whatever the patterns. */
static void textured_furnace(MlStrategy strategy, bool every_sample) {
  MlBuilder *b = rig_begin(&rig);
  MlTexture half =
    checked(ml_stripes(b, &ML_DESC(MlStripesDesc, .a = value(.8), .b = value(.3), .direction = {1, 2, 3}, .width = .2), &rig.error));
  MlTexture fine = checker(value(.2), from(half), .13);
  MlTexture one_minus = checked(
    ml_ramp(b, &ML_DESC(MlRampDesc, .of = fine, .stop_count = 2, .stops = (const MlRampStop[]){{0, value(1)}, {1, value(0)}}), &rig.error));
  MlMaterial lit =
    ml_matte(b, &ML_DESC(MlMatteDesc, .color_texture = fine, .emission = {.radiance = gray(1), .texture = one_minus}), &rig.error);
  MlMaterial lossless = ml_mix(b, &ML_DESC(MlMixDesc, .a = mirror(&rig), .b = lit, .amount_texture = half), &rig.error);
  /* What holes emit they do for certain, what they scatter by chance: only the mean of that is 1. */
  MlMaterial holes = ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = every_sample ? mirror(&rig) : lossless, .mask_texture = half), &rig.error);
  const MlMaterial all[3] = {lit, lossless, holes};
  for (int i = 0; i < 9; i++) {
    MlTransform t = ml_transform_turn(40 * i, (MlVec3){1, i, 2});
    t.m[3] = i % 3 - 1., t.m[7] = i / 3 - 1., t.m[11] = .3 * i - 1;
    t.m[0] *= i & 1 ? -1 : 1;
    MlNode shape = i % 2 ? ml_box(b, &ML_DESC(MlBoxDesc, .material = all[i % 3]), &rig.error)
                         : ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = .6, .material = all[i % 3]), &rig.error);
    rig_add(&rig, ml_place(b, &ML_DESC(MlPlaceDesc, .child = shape, .transform = t), &rig.error));
  }
  surroundings(1);
  rig_commit(&rig);
  MlView view = ML_DESC(MlView, .camera = {.from = {1, 2, 6}, .fov = 50, .look_at = {0, .1, 0}}, .width = 16, .height = 16);
  MlSettings settings = samples(8, strategy);
  settings.has_bounces = true;
  settings.bounces = (MlBounces){200, 200, 200, 200};
  if (!every_sample) {
    assert_true(agrees("furnace of textures", measure(&rig, &view, &settings), 1));
    return;
  }
  Shot shot;
  shot_prepare(&rig, &view, &settings, &shot);
  for (uint32_t y = 0; y < 16; y++)
    for (uint32_t x = 0; x < 16; x++)
      for (uint32_t i = 0; i < 8; i++) {
        double got = shot_sample(&shot, x, y, i);
        if (fabs(got - 1) > 1e-3) fail_msg("%u,%u sample %u: %f", x, y, i, got);
      }
}
static void textures_lose_nothing(void **state) {
  (void)state;
  textured_furnace(ML_STRATEGY_BSDF, true);
}
static void textures_that_shine_are_sampled_right(void **state) {
  (void)state;
  textured_furnace(ML_STRATEGY_MIS, false);
  textured_furnace(ML_STRATEGY_LIGHT, false);
}

/* White things under a white sky stay white, however wildly their normals are bent: no black edges, nothing made. */
static void reliefs_lose_nothing(void **state) {
  (void)state;
  for (int kind = 0; kind < 6; kind++) {
    MlBuilder *b = rig_begin(&rig);
    MlTexture wild = checker((MlInput){{.95f, .3f, .55f}, 0}, (MlInput){{.05f, .9f, .52f}, 0}, .07); /* up to 80 degrees */
    MlRelief relief = {.normal = wild};
    if (kind >= 3) relief = (MlRelief){.bump = checker(value(1), value(0), .1), .bump_height = .2f};
    MlMaterial material = ml_matte(b, &ML_DESC(MlMatteDesc, .color = gray(1), .has_color = true, .relief = relief), &rig.error);
    if (kind % 3 == 1) material = ml_mirror(b, &ML_DESC(MlMirrorDesc, .relief = relief), &rig.error);
    if (kind % 3 == 2)
      material = ml_metal(b, &ML_DESC(MlMetalDesc, .artist = true, .color = gray(1), .edge = gray(1), .roughness = .6f, .relief = relief),
                          &rig.error);
    rig_add(&rig, ml_sphere(b, &ML_DESC(MlSphereDesc, .material = material), &rig.error));
    surroundings(1);
    rig_commit(&rig);
    MlView view = ML_DESC(MlView, .camera = {.from = {0, 0, 5}, .fov = 26, .look_at = {.01, 0, 0}}, .width = 16, .height = 16);
    MlSettings settings = samples(8, ML_STRATEGY_MIS);
    settings.has_bounces = true;
    settings.bounces = (MlBounces){100, 100, 100, 100};
    Estimate e = measure(&rig, &view, &settings);
    if (fabs(e.mean - 1) > 4 * e.sigma + .004) fail_msg("relief %d: %f, standard error %f", kind, e.mean, e.sigma);
  }
}

/* A map's red leans along u and its green along v, also where a placement mirrors them; a bump leans away from what is higher. */
static void reliefs_lean_along_the_coordinates(void **state) {
  (void)state;
  for (int kind = 0; kind < 3; kind++) {
    for (int mirrored = 0; mirrored < 2; mirrored++) {
      MlBuilder *b = rig_begin(&rig);
      const MlInput lean = {{kind ? .5f : .9f, kind ? .9f : .5f, .8f}, 0};
      MlRelief relief = {.normal = checked(ml_blend(b, &ML_DESC(MlBlendDesc, .a = lean), &rig.error))};
      double along = .8, up = .6; /* of (.8, 0, .6) */
      if (kind == 2) {            /* higher along +x: 1 m in 1 m */
        MlTexture slope =
          checked(ml_gradient(b, &ML_DESC(MlGradientDesc, .b = value(1), .from = {-.5, 0, 0}, .to = {.5, 0, 0}), &rig.error));
        relief = (MlRelief){.bump = slope, .bump_height = 1};
        along = -sqrt(.5), up = sqrt(.5);
      }
      MlMaterial material = ml_matte(b, &ML_DESC(MlMatteDesc, .relief = relief), &rig.error);
      MlTransform t = ml_transform_identity();
      if (mirrored) t.m[0] = -1;
      rig_add(&rig, ml_place(b, &ML_DESC(MlPlaceDesc, .child = sheet(0, 1, material), .transform = t), &rig.error));
      rig_commit(&rig);
      MlView view = spot((MlVec3){.2, 1, .1}, (MlVec3){.2, 0, .1}, 1);
      view.camera.up = (MlVec3){0, 0, -1};
      MlSettings settings = ML_DESC(MlSettings, .integrator = ML_NORMALS, .samples = 1);
      Shot shot;
      shot_prepare(&rig, &view, &settings, &shot);
      MlColor n = spectrum_to_color(kernel_find(NULL)->sample_pixel(&shot.job, 0, 0, 0));
      MlVec3 expected = {kind == 1 ? 0 : mirrored ? -along : along, up, kind == 1 ? -along : 0}; /* v runs along -z */
      double error =
        fabs(2 * (double)n.r - 1 - expected.x) + fabs(2 * (double)n.g - 1 - expected.y) + fabs(2 * (double)n.b - 1 - expected.z);
      if (error > 1e-2)
        fail_msg("relief %d, mirrored %d: %f %f %f", kind, mirrored, 2 * (double)n.r - 1, 2 * (double)n.g - 1, 2 * (double)n.b - 1);
    }
  }
}

/* ---- cutouts */

static void cutouts_let_their_share_through(void **state) {
  (void)state;
  MlBuilder *b = rig_begin(&rig);
  MlMaterial third = ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = matte(&rig, 0, 0), .mask = .3f), &rig.error);
  rig_add(&rig, sheet(.5, 2, third));
  rig_add(&rig, sheet(.6, 2, third));
  rig_add(&rig, ground(emit(&rig, 1)));
  rig_commit(&rig);
  MlSettings settings = samples(256, ML_STRATEGY_MIS);
  assert_true(agrees("two sheets", look_down(1, &settings), .7 * .7));
  settings.integrator = ML_WHITTED;
  assert_true(agrees("two sheets, without noise", look_down(1, &settings), .7 * .7));
}

static void cutouts_cast_their_share_of_shadow(void **state) {
  (void)state;
  for (int hidden = 0; hidden < 2; hidden++) {
    for (int far = 0; far < 2; far++) {
      MlBuilder *b = rig_begin(&rig);
      MlMaterial quarter = ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = matte(&rig, 0, 0), .mask = .25f), &rig.error);
      for (int i = 0; i < 3; i++)
        rig_add(&rig, ml_place(b,
                               &ML_DESC(MlPlaceDesc, .child = sheet(2 + .1 * i, 5, quarter), .transform = ml_transform_identity(),
                                        .hidden = hidden ? ML_HIDE_SHADOW : 0),
                               &rig.error));
      rig_add(&rig, ground(matte(&rig, .5, 0)));
      if (far) {
        rig_add(&rig, ml_directional(b, &ML_DESC(MlDirectionalDesc, .irradiance = 2), &rig.error));
      } else { /* 4 pi 9 W at 3 m: 1 W/m^2 */
        rig_add(&rig, ml_light(b, &ML_DESC(MlLightDesc, .at = {.013, 3, .017}, .power = 36 * M_PI), &rig.error));
      }
      rig_commit(&rig);
      double expected = .5 / M_PI * (far ? 2 : 1) * (hidden ? 1 : pow(.75, 3));
      MlSettings settings = samples(1, ML_STRATEGY_MIS);
      assert_true(agrees("shadow of sheets", look_down(1, &settings), expected));
      settings.integrator = ML_WHITTED;
      assert_true(agrees("shadow of sheets, without noise", look_down(1, &settings), expected));
    }
  }
}

/* A mask of squares lets half of the sky through: as rays find it and as shadow rays do. */
static void masks_agree_between_strategies(void **state) {
  (void)state;
  MlBuilder *b = rig_begin(&rig);
  MlMaterial holes =
    ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = matte(&rig, 0, 0), .mask_texture = checker(value(1), value(0), .05)), &rig.error);
  rig_add(&rig, ml_sphere(b, &ML_DESC(MlSphereDesc, .material = holes), &rig.error));
  rig_add(&rig, sheet(0, .2, matte(&rig, .8, 0)));
  surroundings(1);
  rig_commit(&rig);
  Estimate e[3];
  for (int i = 0; i < 3; i++) {
    MlSettings settings = samples(512, (MlStrategy)i);
    e[i] = look_down(.5, &settings);
    assert_true(fabs(e[i].mean - e[0].mean) < 4 * (e[i].sigma + e[0].sigma));
  }
  assert_true(fabs(e[0].mean - .4) < .02);
}

/* ---- emission */

static MlNode square_mesh(double size, double y, MlMaterial material) {
  const float s = (float)size / 2, h = (float)y, points[12] = {-s, h, -s, s, h, -s, s, h, s, -s, h, s}, uv[8] = {0, 0, 1, 0, 1, 1, 0, 1};
  const uint32_t triangles[6] = {0, 1, 2, 0, 2, 3};
  return ml_mesh(
    rig.b,
    &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 2, .uv = uv, .material = material),
    &rig.error);
}

/* A lamp of bright and dark squares lights the ground alike by every strategy, and by halves as much as a bright one. */
static void textured_lamps_light_alike(void **state) {
  (void)state;
  for (int shape = 0; shape < 4; shape++) {
    Estimate e[3];
    for (int i = 0; i < 3; i++) {
      MlBuilder *b = rig_begin(&rig);
      MlTexture squares = checked(ml_checker(
        b, &ML_DESC(MlCheckerDesc, .a = value(3), .b = value(1), .cell = {.05, .05, .05}, .map = shape == 1 ? ML_MAP_UV : ML_MAP_OBJECT),
        &rig.error));
      MlMaterial lamp = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = gray(1), .texture = squares}), &rig.error);
      MlNode node = shape == 0   ? sheet(1, 1, lamp)
                    : shape == 1 ? square_mesh(1, 1, lamp)
                    : shape == 2
                      ? ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .radius = .5, .material = lamp), &rig.error)
                      : ml_box(b, &ML_DESC(MlBoxDesc, .from = {-.5, .7, -.4}, .to = {.5, 1.2, .4}, .material = lamp), &rig.error);
      rig_add(&rig, node);
      rig_add(&rig, ground(matte(&rig, .5, 0)));
      rig_commit(&rig);
      assert_int_equal(ml_scene_stats(rig.scene).lights, 1);
      MlSettings settings = samples(256, (MlStrategy)i);
      settings.has_bounces = true;
      settings.bounces = (MlBounces){1, 1, 1, 1};
      e[i] = look_down(.3, &settings);
      if (fabs(e[i].mean - e[0].mean) > 4 * (e[i].sigma + e[0].sigma))
        fail_msg("shape %d, strategy %d: %f, %f by mis", shape, i, e[i].mean, e[0].mean);
    }
    if (shape > 1) continue;
    /* form factor of a square of 1 m at 1 m from below its middle, times 2: pbrt's rectangle formula */
    double x = .5, f = 4 * (2 * x / sqrt(1 + x * x) * atan(x / sqrt(1 + x * x))) / (2 * M_PI);
    assert_true(fabs(e[0].mean - .5 * 2 * f) < .02);
  }
}

/* Lamps with holes, through which their far sides shine, light alike by every strategy. */
static void lamps_with_holes_light_alike(void **state) {
  (void)state;
  for (int shape = 0; shape < 3; shape++) {
    MlBuilder *b = rig_begin(&rig);
    MlStripesDesc stripes = ML_DESC(MlStripesDesc, .a = value(1), .b = value(.1), .direction = {1, 1, 1}, .width = .1);
    MlMaterial lamp =
      ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = emit(&rig, 1), .mask_texture = checked(ml_stripes(b, &stripes, &rig.error))), &rig.error);
    MlNode node = shape == 2 ? ml_torus(b, &ML_DESC(MlTorusDesc, .radius = .5, .tube = .2, .material = lamp), &rig.error)
                             : ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = .5, .material = lamp), &rig.error);
    MlTransform t = {{1, 0, 0, .3, 0, shape == 1 ? .6 : 1, 0, 1, 0, 0, 1, .1}};
    rig_add(&rig, ml_place(b, &ML_DESC(MlPlaceDesc, .child = node, .transform = t), &rig.error));
    rig_add(&rig, ground(matte(&rig, .5, 0)));
    rig_commit(&rig);
    Estimate e[3];
    for (int i = 0; i < 3; i++) {
      MlSettings settings = samples(2048, (MlStrategy)i);
      e[i] = look_down(.2, &settings);
      if (!(fabs(e[i].mean - e[0].mean) < 4 * (e[i].sigma + e[0].sigma) && e[i].sigma < .01 * e[0].mean))
        fail_msg("shape %d: %.5f +- %.5f by strategy %d, %.5f +- %.5f by both", shape, e[i].mean, e[i].sigma, i, e[0].mean, e[0].sigma);
    }
  }
}

/* ---- what functions see of the way that the light takes */

/* s.depth. */
static MlMaterial shining_by_depth(void) {
  const MlProgramNode node = {.op = ML_OP_INPUT, .data = ML_INPUT_DEPTH};
  MlProgram program = ml_program(rig.b, &ML_DESC(MlProgramDesc, .nodes = &node, .node_count = 1), &rig.error);
  MlTexture depth = checked(ml_program_texture(rig.b, &ML_DESC(MlProgramTextureDesc, .program = program), &rig.error));
  return ml_emit(rig.b, &ML_DESC(MlEmitDesc, .emission = {.radiance = gray(1), .texture = depth}), &rig.error);
}

/* Past surfaces with holes it is still that to the eye; in a mirror that to the mirror. */
static void depth_is_to_what_sees(void **state) {
  (void)state;
  MlBuilder *b = rig_begin(&rig);
  MlMaterial half =
    ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = matte(&rig, 0, 0), .mask_texture = checker(value(.5), value(.5), 1)), &rig.error);
  rig_add(&rig, sheet(.5, 2, half));
  rig_add(&rig, sheet(.6, 2, half));
  rig_add(&rig, ground(shining_by_depth()));
  rig_commit(&rig);
  MlSettings settings = samples(1024, ML_STRATEGY_MIS);
  assert_true(agrees("past two sheets", look_down(2, &settings), 2 * .25));
  settings.integrator = ML_WHITTED;
  assert_true(agrees("past two sheets, without noise", look_down(2, &settings), 2 * .25));
  rig_begin(&rig);
  rig_add(&rig, ground(ml_mirror(rig.b, &ML_DESC(MlMirrorDesc), &rig.error)));
  rig_add(&rig, sheet(5, 20, shining_by_depth()));
  rig_commit(&rig);
  settings = samples(16, ML_STRATEGY_MIS);
  assert_true(agrees("in a mirror", look_down(2, &settings), 5));
}

/* Light sampling sees from the lit point, as a ray that scatters does: also past holes. */
static void depth_agrees_between_strategies(void **state) {
  (void)state;
  for (int shape = 0; shape < 3; shape++) {
    MlBuilder *b = rig_begin(&rig);
    MlMaterial lamp = shining_by_depth();
    rig_add(&rig, shape == 0   ? sheet(1, 1, lamp)
                  : shape == 1 ? square_mesh(1, 1, lamp)
                               : ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .radius = .5, .material = lamp), &rig.error));
    MlCutoutDesc half = ML_DESC(MlCutoutDesc, .base = matte(&rig, 0, 0), .mask_texture = checker(value(.5), value(.5), 1));
    rig_add(&rig, sheet(.4, 2, ml_cutout(b, &half, &rig.error)));
    rig_add(&rig, ground(matte(&rig, .5, 0)));
    rig_commit(&rig);
    Estimate e[3];
    for (int i = 0; i < 3; i++) {
      MlSettings settings = samples(2048, (MlStrategy)i);
      settings.has_bounces = true;
      settings.bounces = (MlBounces){1, 1, 1, 1};
      e[i] = look_down(.3, &settings);
      if (!(fabs(e[i].mean - e[0].mean) < 4 * (e[i].sigma + e[0].sigma)))
        fail_msg("shape %d, strategy %d: %f, %f by mis", shape, i, e[i].mean, e[0].mean);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_code_of_188_reflects_its_decoded_value),
    cmocka_unit_test(a_code_of_188_as_a_number_is_188_of_255),
    cmocka_unit_test(a_far_checker_is_its_mean),
    cmocka_unit_test(textures_lose_nothing),
    cmocka_unit_test(textures_that_shine_are_sampled_right),
    cmocka_unit_test(reliefs_lose_nothing),
    cmocka_unit_test(reliefs_lean_along_the_coordinates),
    cmocka_unit_test(cutouts_let_their_share_through),
    cmocka_unit_test(cutouts_cast_their_share_of_shadow),
    cmocka_unit_test(masks_agree_between_strategies),
    cmocka_unit_test(textured_lamps_light_alike),
    cmocka_unit_test(lamps_with_holes_light_alike),
    cmocka_unit_test(depth_is_to_what_sees),
    cmocka_unit_test(depth_agrees_between_strategies),
  };
  return cmocka_run_group_tests_name("render textures", tests, create, destroy);
}
