/* test_camera.c - automatic cameras, their errors, and the rays through film and lens. */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "camera/ray.h"
#include "chi_square.h"

static const double origin[3] = {0, 0, 0};

static Camera frozen(MlCamera camera, uint32_t width, uint32_t height) {
  MlBounds bounds = {.min = {-1, -1, -1}, .max = {1, 1, 1}};
  camera = camera_resolve(&camera, &bounds, (double)width / height);
  Camera out;
  MlError error = {0};
  assert_int_equal(camera_freeze(&camera, width, height, origin, &out, &error), ML_OK);
  return out;
}

static void expect_error(MlCamera camera, const char *message) {
  MlBounds bounds = {.min = {-1, -1, -1}, .max = {1, 1, 1}};
  camera = camera_resolve(&camera, &bounds, 1);
  Camera out;
  MlError error = {0};
  assert_int_equal(camera_freeze(&camera, 64, 64, origin, &out, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, message);
}

static void defaults(void **state) {
  (void)state;
  MlCamera camera = {.from = {0, 0, 5}, .look_at = {0, 3, 1}};
  camera = camera_resolve(&camera, &(MlBounds){.empty = true}, 1);
  assert_true(camera.fov == 40 && camera.height == 2 && camera.focus == 5 && camera.up.y == 1 && camera.aperture == 0);
  // The origin with a direction is a place like any other
  camera = camera_resolve(&(MlCamera){.look_at = {0, 0, -1}}, &(MlBounds){.empty = true}, 1);
  assert_true(camera.from.z == 0 && camera.look_at.z == -1);
}

/* Every corner of the bounds is in the picture, whatever its shape, and not lost in it. */
static void frames_bounds(void **state) {
  (void)state;
  const MlBounds boxes[] = {{.min = {-1, -1, -1}, .max = {1, 1, 1}},
                            {.min = {100, 0, 5}, .max = {100.001, .002, 5.003}},
                            {.min = {-4000, 0, -1}, .max = {5000, 10, 1}},
                            {.min = {2, 2, 2}, .max = {2, 2, 2}},
                            {.empty = true, .infinite = true}};
  for (int b = 0; b < 5; b++) {
    for (int kind = 0; kind < 2; kind++) {
      const uint32_t sizes[][2] = {{64, 64}, {640, 360}, {100, 400}};
      for (int s = 0; s < 3; s++) {
        MlCamera camera = {.kind = (MlCameraKind)kind};
        camera = camera_resolve(&camera, &boxes[b], (double)sizes[s][0] / sizes[s][1]);
        assert_true(camera.from.z > camera.look_at.z && camera.from.y > camera.look_at.y && camera.from.x == camera.look_at.x);
        double at[3] = {camera.look_at.x, camera.look_at.y, camera.look_at.z};
        Camera c;
        assert_int_equal(camera_freeze(&camera, sizes[s][0], sizes[s][1], at, &c, NULL), ML_OK);
        double most = 0;
        for (int corner = 0; corner < 8 && !boxes[b].empty; corner++) {
          Vec3 p = vec3((float)(((corner & 1) ? boxes[b].max.x : boxes[b].min.x) - at[0]),
                        (float)(((corner & 2) ? boxes[b].max.y : boxes[b].min.y) - at[1]),
                        (float)(((corner & 4) ? boxes[b].max.z : boxes[b].min.z) - at[2]));
          Vec3 v = p - c.from;
          float depth = kind == ML_CAMERA_ORTHOGRAPHIC ? 1 : dot(v, c.forward);
          assert_true(dot(v, c.forward) > 0);
          double x = (double)fabsf(dot(v, c.right) / depth / c.scale_x), y = (double)fabsf(dot(v, c.up) / depth / c.scale_y);
          most = fmax(most, fmax(x, y));
        }
        assert_true(most < 1.0001 && (boxes[b].empty || b == 3 || most > .9));
      }
    }
  }
}

static void errors(void **state) {
  (void)state;
  expect_error((MlCamera){.from = {1, 2, 3}, .look_at = {1, 2, 3}}, "camera: from and look_at are the same point (1, 2, 3)");
  expect_error((MlCamera){.from = {0, 5, 0}, .look_at = {0, 1, 0}}, "camera.up: (0, 1, 0) lies along the view");
  expect_error((MlCamera){.fov = 180}, "camera.fov: expected an angle between 0 and 180 degrees, got 180");
  expect_error((MlCamera){.fov = -3}, "camera.fov: expected an angle between 0 and 180 degrees, got -3");
  expect_error((MlCamera){.kind = ML_CAMERA_ORTHOGRAPHIC, .from = {0, 0, 1}, .height = -1},
               "camera.height: expected 1e-30 to 1e16 metres, got -1");
  expect_error((MlCamera){.aperture = -.5}, "camera.aperture: expected a diameter of 0 to 1e16 metres, got -0.5");
  expect_error((MlCamera){.focus = -2}, "camera.focus: expected a distance of 1e-30 to 1e16 metres, got -2");
  expect_error((MlCamera){.blades = 2}, "camera.blades: expected 0 (round) or 3 to 65535, got 2");
  expect_error((MlCamera){.from = {(double)NAN, 0, 0}, .look_at = {0, 0, 1}}, "camera: from, look_at and up must be finite");
  // Finite, but not as floats
  expect_error((MlCamera){.from = {0, 0, 1e300}}, "camera: from and look_at must be within 1e16 m of the origin");
  expect_error((MlCamera){.aperture = 1e300}, "camera.aperture: expected a diameter of 0 to 1e16 metres, got 1e+300");
  expect_error((MlCamera){.focus = 1e-300}, "camera.focus: expected a distance of 1e-30 to 1e16 metres, got 1e-300");
  expect_error((MlCamera){.kind = ML_CAMERA_ORTHOGRAPHIC, .from = {0, 0, 1}, .height = 1e300},
               "camera.height: expected 1e-30 to 1e16 metres, got 1e+300");
  expect_error((MlCamera){.blades = 3000000000u}, "camera.blades: expected 0 (round) or 3 to 65535, got 3000000000");
}

/* 64 columns over 90 degrees: an edge at slope 1/2 lies between columns 15 and 16 exactly. */
static void mapping_is_exact(void **state) {
  (void)state;
  Camera camera = frozen((MlCamera){.look_at = {0, 0, -1}, .fov = 90}, 64, 64);
  Ray ray = camera_ray(&camera, -16, 0, (Vec2){.5f, .5f});
  assert_true(ray.d[0] / -ray.d[2] == -.5f && ray.d[1] == 0);
  ray = camera_ray(&camera, 0, 32, (Vec2){.5f, .5f});
  assert_true(ray.d[1] / -ray.d[2] == -1); /* down the picture is down */
  ray = camera_ray(&camera, 0, 0, (Vec2){0, 0});
  assert_true(ray.d[2] == -1 && ray.o[0] == 0 && ray.kind == RAY_CAMERA && ray.t_max == INFINITY_F);
  // Seen from +z, +x is to the right
  camera = frozen((MlCamera){.from = {0, 0, 5}, .look_at = {0, 0, 0}}, 100, 50);
  ray = camera_ray(&camera, 10, -10, (Vec2){.5f, .5f});
  assert_true(ray.d[0] > 0 && ray.d[1] > 0 && ray.d[0] == ray.d[1]);
}

static void orthographic(void **state) {
  (void)state;
  Camera camera = frozen((MlCamera){.kind = ML_CAMERA_ORTHOGRAPHIC, .from = {0, 0, 5}, .look_at = {0, 0, 0}, .height = 4}, 200, 100);
  Ray ray = camera_ray(&camera, 100, -50, (Vec2){.5f, .5f});
  assert_true(ray.o[0] == 4 && ray.o[1] == 2 && ray.o[2] == 5 && ray.d[2] == -1);
}

/* A lens of radius .1 focused at 2: through one point of the film, all rays meet there, and at 4 they fill a disc of radius .1; what is
 * in focus of a point at 4 is a disc of radius .05. */
static void thin_lens(void **state) {
  (void)state;
  Camera camera = frozen((MlCamera){.look_at = {0, 0, -1}, .aperture = .2, .focus = 2}, 64, 64);
  TestRandom random = {1};
  double most = 0;
  Vec3 focus = vec3_all(0);
  for (int i = 0; i < 20000; i++) {
    Ray ray = camera_ray(&camera, 7, 11, test_random2(&random));
    Vec3 p = ray.o + ray.d * (-2 / ray.d[2]);
    if (i == 0) focus = p;
    assert_true(length(p - focus) < 1e-6f);
    // The ray from a point at distance 4 on the axis to the same point of the lens crosses the plane in focus half way
    Vec3 half = 0.5f * (ray.o + vec3(0, 0, -4));
    most = fmax(most, sqrt((double)(half[0] * half[0] + half[1] * half[1])));
  }
  assert_true(most > .0499 && most < .050001);
}

/* The lens is sampled uniformly: counts in a grid over its square. */
static void lens_is_uniform(void **state) {
  (void)state;
  enum { N = 40, FINE = 40 };
  const uint32_t blades[] = {0, 3, 6, 9};
  for (int b = 0; b < 4; b++) {
    Camera camera = {.blades = blades[b]};
    static double observed[N * N], expected[N * N];
    memset(observed, 0, sizeof observed);
    memset(expected, 0, sizeof expected);
    TestRandom random = {(uint64_t)b + 1};
    for (int i = 0; i < CHI_SAMPLES; i++) {
      Vec2 p = camera_lens_point(&camera, test_random2(&random));
      int x = (int)((p.x + 1) / 2 * N), y = (int)((p.y + 1) / 2 * N);
      observed[(y < N ? y : N - 1) * N + (x < N ? x : N - 1)]++;
    }
    double area = blades[b] ? .5 * blades[b] * sin(2 * M_PI / blades[b]) : M_PI;
    for (int y = 0; y < N * FINE; y++) {
      for (int x = 0; x < N * FINE; x++) {
        double px = (x + .5) / (N * FINE) * 2 - 1, py = (y + .5) / (N * FINE) * 2 - 1;
        double limit = 1;
        if (blades[b]) { // the polygon's edges are cos(pi/n) away; corners at 90 degrees and so on
          double sector = 2 * M_PI / blades[b], angle = fmod(atan2(py, px) - M_PI / 2 + 8 * M_PI, sector) - sector / 2;
          limit = cos(sector / 2) / cos(angle);
        }
        if (sqrt(px * px + py * py) < limit) expected[y / FINE * N + x / FINE] += 4.0 / (N * N * FINE * FINE) / area * CHI_SAMPLES;
      }
    }
    assert_true(chi_square_agrees("lens", observed, expected, N * N, CHI_SAMPLES, 4));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(defaults),     cmocka_unit_test(frames_bounds), cmocka_unit_test(errors),          cmocka_unit_test(mapping_is_exact),
    cmocka_unit_test(orthographic), cmocka_unit_test(thin_lens),     cmocka_unit_test(lens_is_uniform),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
