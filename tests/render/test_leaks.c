/* test_leaks.c - closed meshes are closed: from inside every ray hits, by every kernel, also where it is aimed at an edge or a corner, and
 * of a blinding outside nothing comes in, neither along paths nor along shadow rays.
 *
 * LONG=1 traces 10^8 rays by the best kernel (10^7 in builds that are slow, or run by an emulator), else 10^6; by the others a tenth of that. */
#include <stdlib.h>

#include "radiance.h"

static uint64_t random_state;
static uint64_t random_u64(void) { /* splitmix64 */
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static double random_in(double lo, double hi) { return lo + (hi - lo) * ((double)(random_u64() >> 11) * 0x1p-53); }

/* ---- closed meshes, star-shaped about 0: nothing is nearer to it than .5 */

typedef enum Shape { BUMPY, NEEDLES, BLOCK, SHAPES } Shape;
typedef struct Shell {
  float *points;
  uint32_t *triangles;
  uint32_t point_count, triangle_count;
} Shell;

static double bumps(Shape shape, double x, double y, double z) {
  return shape == BUMPY ? 1 + .1 * sin(11 * x + 3 * z) * cos(7 * y) + .05 * sin(31 * x * y + 17 * z) : 1;
}

/* Rings and segments about a pole, one point at each end. A block is one of 4 segments and 3 rings, so of large triangles. */
static Shell shell_make(Shape shape) {
  const uint32_t segments = shape == BUMPY ? 120 : shape == NEEDLES ? 3000 : 4, rings = shape == BUMPY ? 90 : shape == NEEDLES ? 4 : 3;
  Shell s = {.points = malloc(12 * (size_t)(segments * (rings - 1) + 2)), .triangles = malloc(24 * (size_t)(segments * (rings - 1)))};
  assert_true(s.points != NULL && s.triangles != NULL);
  for (uint32_t j = 0; j <= rings; j++) {
    for (uint32_t i = 0; i < (j == 0 || j == rings ? 1 : segments); i++) {
      double theta = M_PI * j / rings, phi = 2 * M_PI * i / segments;
      double x = sin(theta) * cos(phi), y = cos(theta), z = sin(theta) * sin(phi), r = bumps(shape, x, y, z);
      float *p = s.points + 3 * (size_t)s.point_count++;
      p[0] = (float)(r * x), p[1] = (float)(r * y), p[2] = (float)(r * z);
    }
  }
  for (uint32_t j = 0; j < rings; j++) {
    for (uint32_t i = 0; i < segments; i++) {
      uint32_t next = (i + 1) % segments, upper = 1 + (j - 1) * segments, lower = 1 + j * segments;
      uint32_t *t = s.triangles + 3 * (size_t)s.triangle_count;
      if (j == 0) t[0] = 0, t[1] = lower + next, t[2] = lower + i, s.triangle_count++;
      else if (j == rings - 1) t[0] = upper + i, t[1] = upper + next, t[2] = lower, s.triangle_count++;
      else {
        t[0] = upper + i, t[1] = upper + next, t[2] = lower + next;
        t[3] = upper + i, t[4] = lower + next, t[5] = lower + i;
        s.triangle_count += 2;
      }
    }
  }
  return s;
}
static void shell_free(Shell *s) {
  free(s->points);
  free(s->triangles);
}
static MlNode shell_node(MlBuilder *b, const Shell *s, MlMaterial material, MlError *error) {
  return ml_mesh(b,
                 &ML_DESC(MlMeshDesc, .points = s->points, .point_count = s->point_count, .triangles = s->triangles,
                          .triangle_count = s->triangle_count, .material = material),
                 error);
}

/* ---- places: as it is; turned, stretched and mirrored; small; large; far away */

enum { PLACES = 5 };
static MlTransform place_of(int k) {
  static const double scale[PLACES] = {1, 1, 1e-3, 1e3, 1}, far[PLACES] = {0, 3, 0, 0, 1e4};
  MlTransform turn = ml_transform_turn(k == 0 ? 0 : 37, (MlVec3){1, 2, 3}), stretch = ml_transform_identity();
  for (int i = 0; i < 3; i++) stretch.m[5 * i] = scale[k];
  if (k == 1) stretch.m[0] = -.4, stretch.m[5] = 1.7;
  MlTransform t = ml_transform_multiply(&turn, &stretch);
  t.m[3] = far[k], t.m[7] = -far[k], t.m[11] = far[k];
  return t;
}
static MlVec3 placed(const MlTransform *t, const double p[3]) {
  const double *m = t->m;
  return (MlVec3){m[0] * p[0] + m[1] * p[1] + m[2] * p[2] + m[3], m[4] * p[0] + m[5] * p[1] + m[6] * p[2] + m[7],
                  m[8] * p[0] + m[9] * p[1] + m[10] * p[2] + m[11]};
}

/* ---- single rays */

/* A point that a ray is to be aimed at: a corner, on an edge, or anywhere on a triangle. */
static void any_target(const Shell *s, double out[3]) {
  const uint32_t *corner = s->triangles + 3 * (random_u64() % s->triangle_count);
  uint32_t kind = (uint32_t)(random_u64() % 4);
  double a = random_in(0, 1), b = random_in(0, 1);
  if (kind == 3 && a + b > 1) a = 1 - a, b = 1 - b;
  double weight[3] = {1, 0, 0};
  if (kind >= 1) weight[0] = 1 - a, weight[1] = a;
  if (kind == 3) weight[0] = 1 - a - b, weight[2] = b;
  for (int i = 0; i < 3; i++) {
    out[i] = 0;
    for (int k = 0; k < 3; k++) out[i] += weight[k] * (double)s->points[3 * (size_t)corner[k] + (size_t)i];
  }
}

static uint64_t leaks_of(const Kernel *kernel, const Scene *scene, const Shell *s, const MlTransform *place, uint64_t rays) {
  uint64_t leaks = 0;
  for (uint64_t k = 0; k < rays; k++) {
    double inside[3], target[3];
    for (int i = 0; i < 3; i++) inside[i] = k % 8 == 0 ? 0 : random_in(-.25, .25);
    any_target(s, target);
    MlVec3 o = placed(place, inside), p = placed(place, target);
    const double *origin = scene->origin;
    Vec3 from = vec3((float)(o.x - origin[0]), (float)(o.y - origin[1]), (float)(o.z - origin[2]));
    Vec3 d = vec3((float)(p.x - origin[0]), (float)(p.y - origin[1]), (float)(p.z - origin[2])) - from;
    if (k % 16 == 1) d = vec3((float)((k >> 4) % 3 == 0), (float)((k >> 4) % 3 == 1), (float)((k >> 4) % 3 == 2)); /* along an axis */
    Ray ray = {.o = from, .d = normalize(d), .t_max = INFINITY, .kind = RAY_REFLECTION};
    Hit hit;
    bool closest = kernel->trace_closest(&scene->world, &ray, &hit), any = kernel->trace_any(&scene->world, &ray);
    if (!closest || !any) leaks++;
  }
  return leaks;
}

static void rays_by(const char *isa, uint64_t rays) {
  MlEngine *engine = NULL;
  MlError error = {0};
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1, .isa = isa), &engine, &error), ML_OK);
  random_state = 1;
  for (int shape = 0; shape < SHAPES; shape++) {
    Shell s = shell_make((Shape)shape);
    for (int k = 0; k < PLACES; k++) {
      MlBuilder *b = NULL;
      const MlScene *scene = NULL;
      MlTransform place = place_of(k);
      assert_int_equal(ml_builder_create(engine, &b, &error), ML_OK);
      MlNode node = ml_place(b, &ML_DESC(MlPlaceDesc, .child = shell_node(b, &s, 0, &error), .transform = place), &error);
      assert_int_equal(ml_add(b, node, &error), ML_OK);
      assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_OK);
      uint64_t leaks = leaks_of(kernel_find(isa), scene_of(scene), &s, &place, rays / (SHAPES * PLACES) + 1);
      if (leaks != 0) print_message("%s, mesh %d, place %d: %llu rays leak\n", isa, shape, k, (unsigned long long)leaks);
      assert_int_equal(leaks, 0);
      ml_scene_release(scene);
    }
    shell_free(&s);
  }
  ml_engine_destroy(engine);
}

#if defined(NDEBUG) && defined(__OPTIMIZE__) && defined(__x86_64__)
enum { LONG_RAYS = 100000000 };
#else
enum { LONG_RAYS = 10000000 };
#endif

static void no_ray_leaks(void **state) {
  (void)state;
  uint64_t rays = getenv("LONG") != NULL ? LONG_RAYS : 1000000;
  const char *const *names = ml_isa_names();
  for (int k = 0; names[k] != NULL; k++) rays_by(names[k], k == 0 ? rays : rays / 10);
}

/* ---- light */

static void no_light_leaks(void **state) {
  (void)state;
  Rig rig;
  rig_create(&rig);
  for (int shape = 0; shape < SHAPES; shape++) {
    Shell s = shell_make((Shape)shape);
    for (int k = 0; k < PLACES; k++) {
      // Grey inside, so that paths go on and look for the outside from every point
      MlTransform place = place_of(k);
      rig_begin(&rig);
      assert_int_equal(ml_background(rig.b, gray(1e9), false, &rig.error), ML_OK);
      rig_add(&rig,
              ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = shell_node(rig.b, &s, matte(&rig, .8, 0), &rig.error), .transform = place),
                       &rig.error));
      rig_commit(&rig);
      const double inside[3] = {.02, .01, -.03}, ahead[3] = {.3, .2, .1};
      MlView view = ML_DESC(MlView, .camera = {.from = placed(&place, inside), .look_at = placed(&place, ahead), .fov = 120}, .width = 24,
                            .height = 24);
      MlSettings settings = ML_DESC(MlSettings, .samples = 16);
      Shot shot;
      shot_prepare(&rig, &view, &settings, &shot);
      uint32_t lit = 0;
      for (uint32_t p = 0; p < 24 * 24; p++)
        for (uint32_t i = 0; i < 16; i++) lit += shot_sample(&shot, p % 24, p / 24, i) != 0;
      if (lit != 0) print_message("mesh %d, place %d: %u samples see the outside\n", shape, k, lit);
      assert_int_equal(lit, 0);
    }
    shell_free(&s);
  }
  rig_destroy(&rig);
}

/* The test itself: a mesh without one of its triangles leaks. */
static void a_hole_is_found(void **state) {
  (void)state;
  MlEngine *engine = NULL;
  MlError error = {0};
  MlBuilder *b = NULL;
  const MlScene *scene = NULL;
  Shell s = shell_make(BUMPY);
  MlTransform place = place_of(0);
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1), &engine, &error), ML_OK);
  assert_int_equal(ml_builder_create(engine, &b, &error), ML_OK);
  s.triangle_count--;
  assert_int_equal(ml_add(b, shell_node(b, &s, 0, &error), &error), ML_OK);
  s.triangle_count++;
  assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_OK);
  random_state = 1;
  assert_true(leaks_of(kernel_find(NULL), scene_of(scene), &s, &place, 300000) > 0);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
  shell_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_ray_leaks), cmocka_unit_test(no_light_leaks), cmocka_unit_test(a_hole_is_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
