/* test_light_sample.c - light sampling: directions against the density that rays find, radiance, shadow rays that reach their light. */
#include <math.h>

#include "../render/radiance.h"
#include "bvh/trace.h"
#include "chi_square.h"
#include "light/sample.h"
#include "scene/hit_surface.h"

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

static LitPoint lit_at(Vec3 p) {
  Vec3 n = normalize(vec3(.2f, .9f, -.3f));
  return (LitPoint){.p = p, .p_error = vec3_all(1e-6f), .ng = n, .ns = n};
}

/* Density over solid angle of finding what the ray in direction w meets. */
typedef struct Finder {
  const Scene *scene;
  LitPoint lit;
} Finder;
static double found_pdf(Vec3 w, void *ud) {
  const Finder *finder = ud;
  if (!finder->lit.through && dot(w, finder->lit.ng) <= 0) return 0;
  Ray ray = {finder->lit.p, w, INFINITY_F, RAY_REFLECTION, 0.0f};
  Hit hit;
  if (!kernel_find(NULL)->trace_closest(&finder->scene->world, &ray, &hit)) return (double)background_pdf(&finder->scene->lights, &finder->lit, w);
  Surface surface;
  surface_at(finder->scene, &ray, &hit, &surface);
  if (surface.light == NO_ID) return 0;
  return (double)light_pdf_of_hit(&finder->scene->world, &finder->scene->lights, surface.light, &finder->lit, &surface);
}

/* Visible samples fall as found_pdf says, and each reports that density. `blocked`: whether the light may hide parts of itself. */
static void directions_agree_at(const char *what, LitPoint lit, bool blocked, int fine, int tests) {
  static DirectionChart chart;
  Finder finder = {scene_of(rig.scene), lit};
  const Scene *scene = finder.scene;
  chart = (DirectionChart){0};
  TestRandom random = {4711};
  int hidden = 0, wrong = 0;
  for (int i = 0; i < CHI_SAMPLES; i++) {
    LightSample sample;
    double choice = (double)test_random(&random);
    if (!light_sample(&scene->world, &scene->lights, &finder.lit, choice, test_random2(&random), &sample)) continue;
    if (kernel_find(NULL)->trace_any(&scene->world, &sample.shadow)) {
      hidden++;
      continue;
    }
    if (!lit.through && dot(sample.wi, lit.ng) <= 0) continue;
    chart_add(&chart, sample.wi);
    if (i < 20000 && fabs(found_pdf(sample.wi, &finder) / (double)sample.pdf - 1) > 1e-3) wrong++;
  }
  chart_expect(&chart, found_pdf, &finder, fine);
  if (!blocked && hidden > 20) fail_msg("%s: %d samples are hidden", what, hidden);
  if (wrong > 20) fail_msg("%s: %d samples tell another density", what, wrong); /* at the light's edge a ray may miss */
  assert_true(chart_agrees(what, &chart, tests));
}

/* All around. */
static void directions_agree(const char *what, Vec3 p, bool blocked, int tests) {
  LitPoint lit = lit_at(p);
  lit.through = true;
  directions_agree_at(what, lit, blocked, 8, tests);
}

#define TESTS 32

static void spheres(void **state) {
  (void)state;
  rig_begin(&rig);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {1, 2, 0}, .radius = 1.5, .material = emit(&rig, 1)), &rig.error));
  rig_commit(&rig);
  directions_agree("sphere", vec3(-1, 0, 1), false, TESTS);
  directions_agree("sphere from inside", vec3(1.5f, 2.5f, -.5f), false, TESTS);
}

static void ellipsoid(void **state) {
  (void)state;
  rig_begin(&rig);
  MlNode ball = ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .material = emit(&rig, 1)), &rig.error);
  MlTransform shape = {{1.5, .4, 0, 1, 0, .6, .2, 2, .3, 0, 1, 0}};
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = ball, .transform = shape), &rig.error));
  rig_commit(&rig);
  directions_agree("ellipsoid", vec3(-1, 1, 1), false, TESTS);
  directions_agree("ellipsoid from inside", vec3(1.1f, 2.1f, .3f), false, TESTS);
}

static void box(void **state) {
  (void)state;
  rig_begin(&rig);
  MlNode cube = ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-1, -1, -1}, .to = {1, 2, 1}, .material = emit(&rig, 1)), &rig.error);
  MlTransform shape = {{1, .3, 0, 0, -.2, 1, 0, 0, 0, .1, .7, 0}};
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = cube, .transform = shape), &rig.error));
  rig_commit(&rig);
  directions_agree("box", vec3(2.5f, -2.5f, 2), false, TESTS);
  directions_agree("box from inside", vec3(.3f, .5f, .2f), false, TESTS);
  directions_agree_at("box across the horizon", lit_at(vec3(2.5f, .5f, 2)), false, 8, TESTS);
}

static void flat_shapes(void **state) {
  (void)state;
  MlQuadDesc quad = ML_DESC(MlQuadDesc, .at = {-1, 1, -1}, .u = {2, .2, .5}, .v = {.3, 0, 1.5});
  MlTriangleDesc triangle = ML_DESC(MlTriangleDesc, .a = {-1, .5, 0}, .b = {2, 1, 0}, .c = {0, .7, 2});
  MlDiskDesc disk = ML_DESC(MlDiskDesc, .center = {0, 1, 0}, .normal = {1, 2, 0}, .radius = 1.5, .hole = .5);
  for (int i = 0; i < 4; i++) {
    rig_begin(&rig);
    if (i == 3) quad = ML_DESC(MlQuadDesc, .at = {-1, 1, -1}, .u = {2, .2, 0}, .v = {0, 0, 1.5});
    quad.material = triangle.material = disk.material = emit(&rig, 1);
    MlNode shape = i == 0   ? ml_quad(rig.b, &quad, &rig.error)
                   : i == 1 ? ml_triangle(rig.b, &triangle, &rig.error)
                            : ml_disk(rig.b, &disk, &rig.error);
    MlTransform stretch = {{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1.7, 0}};
    rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = shape, .transform = stretch), &rig.error));
    rig_commit(&rig);
    static const char *const names[] = {"quad", "triangle", "disk", "rectangle"};
    directions_agree_at(names[i], lit_at(vec3(.4f, -.2f, .3f)), false, 12, TESTS);
    if (i < 2) directions_agree_at(names[i], lit_at(vec3(.4f, .7f, .3f)), false, 12, TESTS); /* across its horizon */
  }
}

/* An octahedron, stretched and mirrored; far faces are hidden by near ones. */
static void mesh(void **state) {
  (void)state;
  static const float points[] = {1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1};
  static const uint32_t triangles[] = {0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5};
  rig_begin(&rig);
  MlMeshDesc desc = ML_DESC(MlMeshDesc, .points = points, .point_count = 6, .triangles = triangles, .triangle_count = 8);
  desc.material = ml_emit(rig.b, &ML_DESC(MlEmitDesc, .emission = {.radiance = gray(1), .front_only = true}), &rig.error);
  MlTransform shape = {{-1, 0, .3, 2, 0, 1.5, 0, 0, 0, 0, .8, 0}};
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = ml_mesh(rig.b, &desc, &rig.error), .transform = shape), &rig.error));
  rig_commit(&rig);
  directions_agree("mesh", vec3(.3f, .8f, 1), true, TESTS);
}

/* Small and far it is sampled by area: what the placement makes of that, 9 m^2 seen over 100 m. */
static void far_mesh(void **state) {
  (void)state;
  static const float points[] = {-.5f, -.5f, 0, .5f, -.5f, 0, .5f, .5f, 0, -.5f, .5f, 0};
  static const uint32_t triangles[] = {0, 1, 2, 0, 2, 3};
  rig_begin(&rig);
  MlMeshDesc desc = ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 2);
  desc.material = ml_emit(rig.b, &ML_DESC(MlEmitDesc, .emission = {.radiance = gray(1), .front_only = true}), &rig.error);
  const MlTransform large = {{3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0}};
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = ml_mesh(rig.b, &desc, &rig.error), .transform = large), &rig.error));
  rig_commit(&rig);
  const Scene *scene = scene_of(rig.scene);
  const LitPoint lit = {.p = vec3(0, 0, 100), .p_error = vec3_all(1e-5f), .ng = vec3(0, 0, -1), .ns = vec3(0, 0, -1)};
  TestRandom random = {5};
  double sum = 0;
  for (int i = 0; i < 2000; i++) {
    LightSample sample;
    const double choice = (double)test_random(&random);
    if (light_sample(&scene->world, &scene->lights, &lit, choice, test_random2(&random), &sample)) sum += 1 / (double)sample.pdf;
  }
  assert_true(fabs(sum / 2000 / 9e-4 - 1) < .01);
}

static void several(void **state) {
  (void)state;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(.1), false, &rig.error), ML_OK);
  rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {2, 2, 0}, .material = emit(&rig, 1)), &rig.error));
  rig_add(&rig, ml_box(rig.b, &ML_DESC(MlBoxDesc, .from = {-3, 0, 0}, .to = {-1, 1, 2}, .material = emit(&rig, 3)), &rig.error));
  rig_commit(&rig);
  directions_agree("several", vec3(0, 0, 0), true, TESTS);
}

/* Lights whose middles lie below the horizon are chosen for what rises above it. */
static void rising_over_the_horizon(void **state) {
  (void)state;
  rig_begin(&rig);
  for (int i = -1; i <= 1; i += 2)
    rig_add(&rig, ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .center = {2 * i, -.5, 0}, .radius = 1, .material = emit(&rig, 1)), &rig.error));
  rig_commit(&rig);
  const Scene *scene = scene_of(rig.scene);
  const LitPoint lit = {.p_error = vec3_all(1e-6f), .ng = vec3(0, 1, 0), .ns = vec3(0, 1, 0)};
  TestRandom random = {3};
  int found[2] = {0, 0};
  for (int i = 0; i < 2000; i++) {
    LightSample sample;
    const double choice = (double)test_random(&random);
    if (light_sample(&scene->world, &scene->lights, &lit, choice, test_random2(&random), &sample) && sample.wi[1] > 0) found[sample.id]++;
  }
  assert_true(found[0] > 50 && found[1] > 50);
}

/* Tilted shading normals: nothing below the geometric horizon. */
static double background_found(Vec3 w, void *ud) {
  const Finder *finder = ud;
  return (double)background_pdf(&finder->scene->lights, &finder->lit, w);
}
/* By the cosine, above the surface or on both sides of it. */
static void background(void **state) {
  (void)state;
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  rig_commit(&rig);
  Finder finder = {scene_of(rig.scene), lit_at(vec3(0, 0, 0))};
  finder.lit.ns = normalize(vec3(.9f, .9f, .2f));
  static DirectionChart chart;
  for (int through = 0; through < 2; through++) {
    finder.lit.through = through;
    chart = (DirectionChart){0};
    TestRandom random = {1};
    for (int i = 0; i < CHI_SAMPLES; i++) {
      LightSample sample;
      if (!light_sample(&finder.scene->world, &finder.scene->lights, &finder.lit, 0, test_random2(&random), &sample)) continue;
      chart_add(&chart, sample.wi);
      assert_true(through || dot(sample.wi, finder.lit.ng) > -1e-6f);
    }
    chart_expect(&chart, background_found, &finder, 12);
    assert_true(chart_agrees("background", &chart, TESTS));
  }
}

/* Invisible spheres, from huge to tiny: directions within the cone, the mean of radiance cos / pdf is the irradiance. */
static void invisible_spheres(void **state) {
  (void)state;
  for (int e = -6; e <= 0; e++) {
    rig_begin(&rig);
    double radius = 1.9 * pow(10, e), power = 100;
    rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {0, 2, 0}, .radius = radius, .power = power), &rig.error));
    rig_commit(&rig);
    const Scene *scene = scene_of(rig.scene);
    LitPoint lit = {.p = vec3(0, 0, 0), .ng = vec3(0, 1, 0), .ns = vec3(0, 1, 0)};
    TestRandom random = {7};
    double sum = 0;
    enum { N = 100000 };
    for (int i = 0; i < N; i++) {
      LightSample sample = {.pdf = 0};
      assert_true(light_sample(&scene->world, &scene->lights, &lit, 0, test_random2(&random), &sample));
      assert_false(sample.visible);
      assert_true((double)sample.wi[1] >= sqrt(1 - radius * radius / 4) - 1e-6);
      double distance = (double)length(sample.shadow.d);
      assert_true(distance > 2 - radius - 1e-5 && distance < sqrt(4 - radius * radius) + 1e-5);
      sum += (double)(spectrum_average(sample.radiance) * sample.wi[1] / sample.pdf);
    }
    double irradiance = power / (4 * M_PI) / 4;
    assert_true(fabs(sum / N - irradiance) < 2e-3 * irradiance);
  }
  // From inside it is all around
  rig_begin(&rig);
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .radius = 3, .power = 36 * M_PI * M_PI), &rig.error));
  rig_commit(&rig);
  const Scene *scene = scene_of(rig.scene);
  LitPoint lit = {.p = vec3(0, 1, 0), .ng = vec3(0, 1, 0), .ns = vec3(0, 1, 0)};
  TestRandom random = {7};
  double sum = 0;
  enum { N = 200000 };
  for (int i = 0; i < N; i++) {
    LightSample sample;
    if (light_sample(&scene->world, &scene->lights, &lit, 0, test_random2(&random), &sample) && sample.wi[1] > 0)
      sum += (double)(spectrum_average(sample.radiance) * sample.wi[1] / sample.pdf);
  }
  assert_true(fabs(sum / N - M_PI) < .02);
}

/* Only the front of a one-sided light is sampled; what is hidden from reflections is known not to be found. */
static void sides_and_hiding(void **state) {
  (void)state;
  rig_begin(&rig);
  MlNode lamp = ml_area(rig.b, &ML_DESC(MlAreaDesc, .at = {0, 1, 0}, .radiance = 1), &rig.error);
  rig_add(&rig, ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = lamp, .hidden = ML_HIDE_REFLECTION), &rig.error));
  rig_commit(&rig);
  const Scene *scene = scene_of(rig.scene);
  LitPoint below = lit_at(vec3(0, 0, 0)), above = lit_at(vec3(0, 2, 0));
  LightSample sample;
  assert_true(light_sample(&scene->world, &scene->lights, &below, .5, (Vec2){.3f, .7f}, &sample));
  assert_false(sample.visible);
  assert_false(light_sample(&scene->world, &scene->lights, &above, .5, (Vec2){.3f, .7f}, &sample));
}

static void choice_follows_distribution(void **state) {
  (void)state;
  const float cdf[] = {.125f, .125f, .5f, 1};
  assert_int_equal(cdf_find(cdf, 4, 0), 0);
  assert_int_equal(cdf_find(cdf, 4, .125f), 2);
  assert_int_equal(cdf_find(cdf, 4, .4999f), 2);
  assert_int_equal(cdf_find(cdf, 4, .5f), 3);
  assert_int_equal(cdf_find(cdf, 4, ONE_MINUS_EPSILON), 3);
  rig_begin(&rig);
  rig_commit(&rig);
  LightSample sample;
  LitPoint lit = lit_at(vec3(0, 0, 0));
  assert_false(light_sample(&scene_of(rig.scene)->world, &scene_of(rig.scene)->lights, &lit, .5, (Vec2){0, 0}, &sample));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(spheres),
    cmocka_unit_test(ellipsoid),
    cmocka_unit_test(box),
    cmocka_unit_test(flat_shapes),
    cmocka_unit_test(mesh),
    cmocka_unit_test(far_mesh),
    cmocka_unit_test(several),
    cmocka_unit_test(rising_over_the_horizon),
    cmocka_unit_test(background),
    cmocka_unit_test(invisible_spheres),
    cmocka_unit_test(sides_and_hiding),
    cmocka_unit_test(choice_follows_distribution),
  };
  return cmocka_run_group_tests(tests, create, destroy);
}
