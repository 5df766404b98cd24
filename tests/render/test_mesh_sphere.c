/* test_mesh_sphere.c - a sphere of triangles becomes the sphere as the triangles become small: where rays hit, by the square of an edge;
 * what is outside its outline; and the radiance of what is lit. */
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

static uint64_t random_state;
static double random_in(double lo, double hi) { /* splitmix64 */
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return lo + (hi - lo) * ((double)((z ^ (z >> 31)) >> 11) * 0x1p-53);
}

/* Six faces of n x n squares, as evenly spread as tan makes them, with all points on the unit sphere. */
static MlNode sphere_mesh(uint32_t n, bool smooth, MlMaterial material) {
  const size_t side = n + 1, count = 6 * side * side;
  float *points = malloc(12 * count);
  uint32_t *triangles = malloc((size_t)n * n * 6 * 24), *t = triangles;
  assert_true(points != NULL && triangles != NULL);
  for (uint32_t f = 0; f < 6; f++) {
    for (uint32_t j = 0; j <= n; j++) {
      for (uint32_t i = 0; i <= n; i++) {
        // Axis, and the sign of the face; the other two in an order that faces outward
        double sign = f % 2 ? 1 : -1, u = tan(M_PI / 4 * (2.0 * i / n - 1)), v = tan(M_PI / 4 * (2.0 * j / n - 1)),
               l = sqrt(1 + u * u + v * v);
        float *p = points + 3 * (f * side * side + j * side + i);
        p[f / 2] = (float)(sign / l), p[(f / 2 + 1) % 3] = (float)(u / l), p[(f / 2 + 2) % 3] = (float)(v / l);
      }
    }
    for (uint32_t j = 0; j < n; j++) {
      for (uint32_t i = 0; i < n; i++) {
        uint32_t a = (uint32_t)(f * side * side + j * side + i), b = a + 1, d = a + (uint32_t)side, c = d + 1;
        if (f % 2 == 0) {
          uint32_t swap = b;
          b = d, d = swap;
        }
        t[0] = a, t[1] = b, t[2] = c, t[3] = a, t[4] = c, t[5] = d;
        t += 6;
      }
    }
  }
  MlNode mesh = ml_mesh(rig.b,
                        &ML_DESC(MlMeshDesc, .points = points, .point_count = count, .triangles = triangles,
                                 .triangle_count = (uint64_t)n * n * 12, .normals = smooth ? points : NULL, .material = material),
                        &rig.error);
  free(points);
  free(triangles);
  return mesh;
}

static void scene_of_rays(uint32_t n) { /* 0: the sphere itself */
  rig_begin(&rig);
  rig_add(&rig, n == 0 ? ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = 1), &rig.error) : sphere_mesh(n, false, 0));
  rig_commit(&rig);
}

/* The same rays from outside at every fineness: the deviation falls to a quarter when edges are halved. */
static void hits_converge(void **state) {
  (void)state;
  enum { RAYS = 40000, LEVELS = 5 };
  static float exact[RAYS];
  double before = 0;
  for (int level = -1; level < LEVELS; level++) {
    scene_of_rays(level < 0 ? 0 : 8u << level);
    const World *world = &scene_of(rig.scene)->world;
    double sum = 0;
    uint32_t both = 0, extra = 0, missed = 0;
    random_state = 7;
    for (uint32_t k = 0; k < RAYS; k++) {
      double z = random_in(-1, 1), phi = random_in(0, 2 * M_PI), r = sqrt(1 - z * z);
      Vec3 o = vec3((float)(3 * r * cos(phi)), (float)(3 * r * sin(phi)), (float)(3 * z));
      Vec3 to = vec3((float)random_in(-.7, .7), (float)random_in(-.7, .7), (float)random_in(-.7, .7));
      Ray ray = {.o = o, .d = normalize(to - o), .t_max = INFINITY, .kind = RAY_CAMERA};
      Hit hit;
      bool found = kernel_find(NULL)->trace_closest(world, &ray, &hit);
      if (level < 0) exact[k] = found ? hit.t : -1;
      else if (!found || exact[k] < 0) missed += exact[k] >= 0, extra += found;
      else both++, sum += fabs((double)hit.t - (double)exact[k]);
    }
    if (level < 0) continue;
    double mean = sum / both;
    // The mesh lies in the sphere: it never is where that is not, beyond rounding
    assert_true(extra <= 2);
    assert_true(both > RAYS / 2 && missed < RAYS / (8u << (2 * level)));
    if (level > 0 && (mean > before / 3.5 || mean < before / 4.5)) fail_msg("level %d: %g after %g", level, mean, before);
    before = mean;
  }
  assert_true(before < 1e-3);
}

/* A ball under a lamp on grey ground, seen with smooth normals: its mean radiance as by the analytic sphere. */
static Estimate lit(uint32_t n) {
  rig_begin(&rig);
  MlMaterial ball = matte(&rig, .7, 0), ground = matte(&rig, .4, 0);
  rig_add(&rig, n == 0 ? ml_sphere(rig.b, &ML_DESC(MlSphereDesc, .radius = 1, .material = ball), &rig.error) : sphere_mesh(n, true, ball));
  rig_add(&rig, ml_plane(rig.b, &ML_DESC(MlPlaneDesc, .point = {0, -1, 0}, .material = ground), &rig.error));
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {3, 4, 2}, .radius = .5, .power = 800), &rig.error));
  assert_int_equal(ml_background(rig.b, gray(.2), false, &rig.error), ML_OK);
  rig_commit(&rig);
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, .5, 5}, .look_at = {0, 0, 0}, .fov = 24}, .width = 32, .height = 32);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 8);
  return measure(&rig, &view, &settings);
}
static void radiance_converges(void **state) {
  (void)state;
  Estimate sphere = lit(0), coarse = lit(3), fine = lit(96);
  double off = fabs(fine.mean - sphere.mean), far = fabs(coarse.mean - sphere.mean),
         noise = sqrt(fine.sigma * fine.sigma + sphere.sigma * sphere.sigma);
  if (off > 4 * noise + 5e-4 * sphere.mean || off > far / 4)
    fail_msg("sphere %.6f, mesh %.6f, coarse mesh %.6f (noise %.6f)", sphere.mean, fine.mean, coarse.mean, noise);
  assert_true(noise < .003 * sphere.mean);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(hits_converge), cmocka_unit_test(radiance_converges)};
  return cmocka_run_group_tests(tests, create, destroy);
}
