/* test_furnace.c - thermal equilibrium: where every diffuse thing of albedo rho emits 1 - rho, everything else is lossless and the
 * surroundings are 1, all radiance is 1, however wild the scene.
 *
 * Found by scattering alone, emission telescopes and every single sample is 1, so that one leak or one ray that starts on the wrong side
 * is seen. With light sampling the mean is 1. */
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

/* ---- wild scenes */

static uint64_t dice_state;
static double dice(double from, double to) {
  dice_state = dice_state * 6364136223846793005ull + 1442695040888963407ull;
  return from + (to - from) * (double)(dice_state >> 11) * 0x1p-53;
}
static MlVec3 dice_vector(double r) {
  double x = dice(-r, r), y = dice(-r, r);
  return (MlVec3){x, y, dice(-r, r)};
}

typedef enum Palette { LOSSLESS, DIFFUSE, BOTH } Palette;
static MlMaterial any_material(Palette palette) {
  double kind = dice(0, 1);
  if (palette == DIFFUSE || (palette == BOTH && kind < .5)) {
    double rho = dice(.1, .7);
    return matte(&rig, rho, 1 - rho);
  }
  if (kind < .7) return mirror(&rig);
  if (kind < .9) return glass(&rig, dice(1.1, 2.2));
  double rho = .5;
  return palette == LOSSLESS
           ? glass(&rig, 1.5)
           : ml_mix(rig.b, &ML_DESC(MlMixDesc, .a = matte(&rig, rho, 1 - rho), .b = glass(&rig, 1.4), .amount = .5f), &rig.error);
}

/* A sphere of triangles, coarse enough that the ball's normals, if it has them, differ much from the faces'. */
static MlNode coarse_ball(MlMaterial material, bool smooth) {
  enum { RINGS = 5, STEPS = 7 };
  float points[(RINGS + 1) * STEPS * 3];
  uint32_t triangles[RINGS * STEPS * 6];
  for (int i = 0; i <= RINGS; i++) {
    for (int j = 0; j < STEPS; j++) {
      double theta = M_PI * (i + .02) / (RINGS + .04), phi = 2 * M_PI * j / STEPS;
      float *p = points + 3 * (i * STEPS + j);
      p[0] = (float)(sin(theta) * cos(phi)), p[1] = (float)cos(theta), p[2] = (float)(-sin(theta) * sin(phi));
    }
  }
  for (uint32_t i = 0; i < RINGS; i++) {
    for (uint32_t j = 0; j < STEPS; j++) {
      uint32_t a = i * STEPS + j, b = i * STEPS + (j + 1) % STEPS, *t = triangles + 6 * (i * STEPS + j);
      t[0] = a, t[1] = a + STEPS, t[2] = b, t[3] = b, t[4] = a + STEPS, t[5] = b + STEPS;
    }
  }
  return ml_mesh(rig.b,
                 &ML_DESC(MlMeshDesc, .points = points, .point_count = (RINGS + 1) * STEPS, .triangles = triangles,
                          .triangle_count = RINGS * STEPS * 2, .normals = smooth ? points : NULL, .material = material),
                 &rig.error);
}

static MlNode any_shape(Palette palette) {
  MlMaterial material = any_material(palette);
  switch ((int)dice(0, 7)) {
  case 0: return ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = dice(.3, 1), .material = material), &rig.error);
  case 1: return ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-.5, -.7, -.4}, .to = {.5, .7, .4}, .material = material), &rig.error);
  case 2:
    return ml_disk(rig.b, &ML_DESC(MlDiskDesc, .normal = {1, 2, 1}, .hole = dice(0, .8), .material = any_material(DIFFUSE)), &rig.error);
  case 3: return ml_quad(rig.b, &ML_DESC(MlQuadDesc, .u = {1, 0, .3}, .v = {0, 1, .5}, .material = any_material(DIFFUSE)), &rig.error);
  case 4: {
    MlTriangleDesc triangle = ML_DESC(MlTriangleDesc, .a = dice_vector(1), .b = dice_vector(1), .c = dice_vector(1));
    triangle.material = any_material(DIFFUSE);
    return ml_triangle(rig.b, &triangle, &rig.error);
  }
  case 5: return coarse_ball(material, false);
  // Normals that differ from the faces' can trap light in glass for ever: none of it here
  default: return coarse_ball(dice(0, 1) < .5 ? mirror(&rig) : any_material(DIFFUSE), true);
  }
}

/* Turned, stretched, perhaps mirrored, placed within `reach`. */
static MlTransform any_place(double reach) {
  MlTransform turn = ml_transform_turn(dice(0, 360), dice_vector(1)), stretch = ml_transform_identity();
  for (int i = 0; i < 3; i++) stretch.m[5 * i] = dice(.4, 1.5) * (dice(0, 1) < .3 ? -1 : 1);
  if (dice(0, 1) < .3) stretch.m[5] = stretch.m[10] = stretch.m[0]; /* stays a sphere */
  stretch.m[1] = dice(-.3, .3);
  MlTransform t = ml_transform_multiply(&turn, &stretch);
  MlVec3 at = dice_vector(reach);
  t.m[3] = at.x, t.m[7] = at.y, t.m[11] = at.z;
  return t;
}
static MlNode placed(MlNode child, const MlTransform *t) {
  return ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = child, .transform = *t), &rig.error);
}

/* Shapes of all kinds, overlapping, and a group of lossless ones three times (so instanced); as a whole scaled and moved. */
static void wild_scene(uint64_t seed, double scale, MlVec3 move) {
  dice_state = seed * 977 + 1;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  MlNode nodes[32];
  uint64_t count = 0;
  for (int i = 0; i < 16; i++) {
    MlTransform t = any_place(2.5);
    nodes[count++] = placed(any_shape(BOTH), &t);
  }
  MlNode parts[6];
  for (int i = 0; i < 6; i++) {
    MlTransform t = any_place(1);
    MlMaterial material = any_material(LOSSLESS);
    MlNode part = i % 2 ? ml_box(rig.b, &ML_DESC(MlBoxDesc, .material = material), &rig.error)
                        : ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = .4, .material = material), &rig.error);
    parts[i] = placed(part, &t);
  }
  MlNode group = ml_group(rig.b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 6), &rig.error);
  for (int i = 0; i < 3; i++) {
    MlTransform t = any_place(3);
    nodes[count++] = placed(group, &t);
  }
  MlNode all = ml_group(rig.b, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = count), &rig.error);
  MlTransform t = {{scale, 0, 0, move.x, 0, scale, 0, move.y, 0, 0, scale, move.z}};
  rig_add(&rig, placed(all, &t));
  rig_commit(&rig);
}
static MlView wild_view(double scale, MlVec3 move, uint32_t size) {
  MlCamera camera = {.from = {move.x + 2 * scale, move.y + 1.5 * scale, move.z + 6 * scale}, .look_at = move, .fov = 60};
  camera.aperture = .3 * scale;
  return ML_DESC(MlView, .camera = camera, .width = size, .height = size);
}

/* Fine meshes of bumps and hollows, of thousands of small triangles, their points scaled themselves, some of them placed twice. */
static MlNode bumpy_ball(double scale, double radius, bool smooth, MlMaterial material) {
  enum { RINGS = 60, STEPS = 80 };
  float *points = malloc(12 * (RINGS + 1) * STEPS), *normals = malloc(12 * (RINGS + 1) * STEPS);
  uint32_t *triangles = malloc(24 * RINGS * STEPS);
  assert_true(points != NULL && normals != NULL && triangles != NULL);
  for (int i = 0; i <= RINGS; i++) {
    for (int j = 0; j < STEPS; j++) {
      double theta = M_PI * (i + .02) / (RINGS + .04), phi = 2 * M_PI * j / STEPS;
      double d[3] = {sin(theta) * cos(phi), cos(theta), -sin(theta) * sin(phi)};
      double r = scale * radius * (1 + .08 * sin(9 * d[0] + 2 * d[1]) * sin(8 * d[2]) + .03 * sin(25 * d[1] + 4 * d[0]));
      for (int k = 0; k < 3; k++) points[3 * (i * STEPS + j) + k] = (float)(r * d[k]), normals[3 * (i * STEPS + j) + k] = (float)d[k];
    }
  }
  for (uint32_t i = 0; i < RINGS; i++) {
    for (uint32_t j = 0; j < STEPS; j++) {
      uint32_t a = i * STEPS + j, b = i * STEPS + (j + 1) % STEPS, *t = triangles + 6 * (i * STEPS + j);
      t[0] = a, t[1] = a + STEPS, t[2] = b, t[3] = b, t[4] = a + STEPS, t[5] = b + STEPS;
    }
  }
  MlNode mesh = ml_mesh(rig.b,
                        &ML_DESC(MlMeshDesc, .points = points, .point_count = (RINGS + 1) * STEPS, .triangles = triangles,
                                 .triangle_count = RINGS * STEPS * 2, .normals = smooth ? normals : NULL, .material = material),
                        &rig.error);
  free(points);
  free(normals);
  free(triangles);
  return mesh;
}
static void mesh_scene(uint64_t seed, double scale, MlVec3 move) {
  dice_state = seed * 977 + 5;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  for (int i = 0; i < 5; i++) {
    bool smooth = i % 2 != 0;
    MlNode mesh = bumpy_ball(scale, dice(.5, 1), smooth, smooth ? any_material(DIFFUSE) : any_material(BOTH));
    for (int k = 0; k < 2; k++) {
      MlTransform t = any_place(2.5);
      t.m[3] = scale * t.m[3] + move.x, t.m[7] = scale * t.m[7] + move.y, t.m[11] = scale * t.m[11] + move.z;
      rig_add(&rig, placed(mesh, &t));
    }
  }
  rig_commit(&rig);
}

/* Closed, of 8 triangles. */
static MlNode octahedron(void) {
  static const float points[18] = {1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1};
  static const uint32_t triangles[24] = {0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5};
  return ml_mesh(rig.b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 6, .triangles = triangles, .triangle_count = 8), &rig.error);
}
static MlNode any_operand(void) {
  switch ((int)dice(0, 7)) {
  case 0: return ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = dice(.5, 1)), &rig.error);
  case 1: return ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-.5, -.7, -.6}, .to = {.5, .7, .6}), &rig.error);
  case 2: return ml_cone(rig.b, &ML_DESC(MlConeDesc, .from = {0, -.7, 0}, .to = {0, .8, 0}, .radius = .8, .top = dice(0, 1)), &rig.error);
  case 3: return ml_capsule(rig.b, &ML_DESC(MlCapsuleDesc, .from = {-.4, 0, 0}, .to = {.5, 0, 0}, .radius = .5), &rig.error);
  case 4: return ml_torus(rig.b, &ML_DESC(MlTorusDesc, .radius = .7, .tube = dice(.1, .5)), &rig.error);
  default: return octahedron();
  }
}
static MlNode combined(MlCombine combine, MlNode a, MlNode b) {
  const MlNode parts[2] = {a, b};
  return ml_combine(rig.b, &ML_DESC(MlCombineDesc, .combine = combine, .children = parts, .child_count = 2), &rig.error);
}
/* Solids of solids, each of one material; two of them with faces that coincide; some of them twice. */
static void solid_scene(uint64_t seed, double scale, MlVec3 move) {
  dice_state = seed * 977 + 9;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  for (int i = 0; i < 8; i++) {
    MlNode solid;
    if (i == 0) {
      solid = combined(ML_DIFFERENCE, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-1, 0, -1}, .to = {1, .5, 1}), &rig.error),
                       ml_cylinder(rig.b, &ML_DESC(MlCylinderDesc, .from = {.2, 0, 0}, .to = {.2, .5, 0}, .radius = .6), &rig.error));
      solid = combined(ML_UNION, solid, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {1, 0, -1}, .to = {1.7, .5, 1}), &rig.error));
    } else {
      MlTransform t = any_place(.4);
      solid = placed(any_operand(), &t);
      for (int k = 0; k < 3; k++) {
        t = any_place(.5);
        solid = combined((MlCombine)(int)dice(0, 3), solid, placed(any_operand(), &t));
      }
    }
    solid = ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = solid, .material = any_material(BOTH)), &rig.error);
    for (int k = 0; k < 1 + i % 2; k++) {
      MlTransform t = any_place(2), size = {{scale, 0, 0, move.x, 0, scale, 0, move.y, 0, 0, scale, move.z}};
      t = ml_transform_multiply(&size, &t);
      rig_add(&rig, placed(solid, &t));
    }
  }
  rig_commit(&rig);
}

static const MlBounces endless = {65535, 65535, 65535, 65535};

/* Every sample is 1. */

/* Solids that are programs: blends of shapes, rounded, hollow, twisted, several times. */
static MlNode field_operand(void) {
  for (;;) {
    const double kind = dice(0, 6);
    if (kind < 5) {
      MlNode shape = any_operand();
      MlNode field =
        ml_sdf_change(rig.b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_ROUND, .node = shape, .amount = kind < 2 ? .05 : 0), &rig.error);
      if (field != 0) return field; // a mesh has no distance
      continue;
    }
    MlNode box = ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-.4, -.7, -.4}, .to = {.4, .7, .4}), &rig.error);
    return ml_sdf_change(rig.b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_TWIST, .node = box, .amount = dice(-60, 60)), &rig.error);
  }
}
static void field_scene(uint64_t seed, double scale, MlVec3 move) {
  dice_state = seed * 613 + 5;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  for (int i = 0; i < 5; i++) {
    MlTransform t = any_place(.3);
    const MlNode first = placed(field_operand(), &t);
    t = any_place(.4);
    const MlNode parts[2] = {first, placed(field_operand(), &t)};
    MlNode solid = ml_sdf_combine(
      rig.b,
      &ML_DESC(MlSdfCombineDesc, .op = (MlCombine)(int)dice(0, 3), .nodes = parts, .count = 2, .blend = i % 2 == 0 ? dice(.05, .3) : 0),
      &rig.error);
    if (i == 4) solid = ml_sdf_change(rig.b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_SHELL, .node = solid, .amount = .05), &rig.error);
    solid = ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = solid, .material = any_material(BOTH)), &rig.error);
    const MlTransform size = {{scale, 0, 0, move.x, 0, scale, 0, move.y, 0, 0, scale, move.z}};
    t = any_place(2);
    t = ml_transform_multiply(&size, &t);
    rig_add(&rig, placed(solid, &t));
  }
  rig_commit(&rig);
}

static void every_sample(void (*make)(uint64_t seed, double scale, MlVec3 move), uint64_t seed, double scale, MlVec3 move) {
  make(seed, scale, move);
  enum { N = 24, SAMPLES = 4 };
  MlSettings settings = ML_DESC(MlSettings, .strategy = ML_STRATEGY_BSDF, .no_roulette = true, .has_bounces = true, .bounces = endless);
  MlView view = wild_view(scale, move, N);
  Shot shot;
  shot_prepare(&rig, &view, &settings, &shot);
  int wrong = 0;
  double worst = 0;
  for (uint32_t p = 0; p < N * N; p++) {
    for (uint32_t s = 0; s < SAMPLES; s++) {
      double error = fabs(shot_sample(&shot, p % N, p / N, s) - 1);
      worst = fmax(worst, error);
      if (error > 1e-4) wrong++;
    }
  }
  if (wrong) print_message("scene %d, scale %g, moved by %g: %d samples are wrong, by up to %g\n", (int)seed, scale, move.x, wrong, worst);
  assert_int_equal(wrong, 0);
}

static void every_sample_is_one(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 24; seed++) every_sample(wild_scene, seed, 1, (MlVec3){0, 0, 0});
}
static void scaled(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    every_sample(wild_scene, seed, 1e-3, (MlVec3){0, 0, 0});
    every_sample(wild_scene, seed, 1e3, (MlVec3){0, 0, 0});
  }
}
static void moved(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    every_sample(wild_scene, seed, 1, (MlVec3){1e4, -1e4, 1e4});
    every_sample(wild_scene, seed, 1, (MlVec3){1e6, 1e6, -1e6});
    every_sample(wild_scene, seed, 1e-3, (MlVec3){1e4, 0, 0});
  }
}

static void meshes(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    every_sample(mesh_scene, seed, 1, (MlVec3){0, 0, 0});
    every_sample(mesh_scene, seed, 1e-3, (MlVec3){0, 0, 0});
    every_sample(mesh_scene, seed, 1e3, (MlVec3){0, 0, 0});
    every_sample(mesh_scene, seed, 1, (MlVec3){1e4, -1e4, 1e4});
    every_sample(mesh_scene, seed, 1, (MlVec3){-1e6, 1e6, 1e6});
    every_sample(mesh_scene, seed, 1e-3, (MlVec3){1e4, 0, 0});
  }
}

static void solids(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) every_sample(solid_scene, seed, 1, (MlVec3){0, 0, 0});
  for (uint64_t seed = 1; seed <= 4; seed++) {
    every_sample(solid_scene, seed, 1e-3, (MlVec3){0, 0, 0});
    every_sample(solid_scene, seed, 1e3, (MlVec3){0, 0, 0});
    every_sample(solid_scene, seed, 1, (MlVec3){1e4, -1e4, 1e4});
    every_sample(solid_scene, seed, 1, (MlVec3){-1e6, 1e6, 1e6});
    every_sample(solid_scene, seed, 1e-3, (MlVec3){1e4, 0, 0});
  }
}

/* The same with light sampling and roulette, in the mean over the picture. */
static void fields(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) every_sample(field_scene, seed, 1, (MlVec3){0, 0, 0});
  every_sample(field_scene, 4, 1e-3, (MlVec3){0, 0, 0});
  every_sample(field_scene, 5, 1e3, (MlVec3){0, 0, 0});
  every_sample(field_scene, 6, 1, (MlVec3){1e4, -1e4, 1e4});
}

static void means_are_one(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 6; seed++) {
    wild_scene(seed, 1, (MlVec3){0, 0, 0});
    MlView view = wild_view(1, (MlVec3){0, 0, 0}, 24);
    for (int strategy = ML_STRATEGY_MIS; strategy <= ML_STRATEGY_BSDF; strategy++) {
      if (strategy == ML_STRATEGY_LIGHT) continue; /* its noise near lights has no bound */
      const MlSettings settings =
        ML_DESC(MlSettings, .samples = 4, .strategy = (MlStrategy)strategy, .has_bounces = true, .bounces = endless, .seed = 1000);
      assert_true(agrees("equilibrium", measure(&rig, &view, &settings), 1));
    }
  }
}

/* A closed room around a lamp that is in equilibrium with it, and a thousand small lamps and balls. */
static void closed_room(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-2, -2, -2}, .to = {2, 2, 2}, .material = matte(&rig, .6, .4)), &rig.error));
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = .5, .material = emit(&rig, 1)), &rig.error));
  dice_state = 5;
  for (int i = 0; i < 1000; i++) {
    MlMaterial material = i % 2 ? emit(&rig, 1) : matte(&rig, .5, .5);
    rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = dice_vector(1.9), .radius = .03, .material = material), &rig.error));
  }
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.from = {1, 1, 1.7}, .look_at = {0, 0, 0}, .fov = 90}, .width = 16, .height = 16);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 8, .has_bounces = true, .bounces = endless);
  assert_true(agrees("closed room", measure(&rig, &view, &settings), 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_sample_is_one),
    cmocka_unit_test(scaled),
    cmocka_unit_test(moved),
    cmocka_unit_test(meshes),
    cmocka_unit_test(solids),
    cmocka_unit_test(fields),
    cmocka_unit_test(means_are_one),
    cmocka_unit_test(closed_room),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
