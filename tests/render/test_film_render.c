/* test_film_render.c - films of real renders: parts of a farm, continuing, and whose film is whose. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "moonlit.h"
#include "temporary_folder.h"

static MlEngine *engine;
static const MlScene *scene, *other_scene;

static const MlScene *make_scene(double radius) {
  MlBuilder *b;
  const MlScene *made = NULL;
  assert_int_equal(ml_builder_create(engine, &b, NULL), ML_OK);
  MlNode nodes[] = {
    ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .radius = radius), NULL),
    ml_plane(b, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), NULL),
    ml_area(b, &ML_DESC(MlAreaDesc, .at = {2, 4, 2}, .facing = {-2, -3, -2}), NULL),
  };
  for (int i = 0; i < 3; i++) assert_int_equal(ml_add(b, nodes[i], NULL), ML_OK);
  assert_int_equal(ml_background(b, (MlColor){0.1f, 0.2f, 0.3f}, false, NULL), ML_OK);
  assert_int_equal(ml_commit(b, NULL, &made, NULL), ML_OK);
  return made;
}

static int set_up(void **state) {
  if (ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 2), &engine, NULL) != ML_OK) return -1;
  scene = make_scene(1), other_scene = make_scene(0.9);
  return folder_make(state);
}

static int tear_down(void **state) {
  ml_scene_release(scene), ml_scene_release(other_scene);
  ml_engine_destroy(engine);
  return folder_remove(state);
}

static MlView view(void) { return ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}}, .width = 24, .height = 16); }
static MlSettings samples(uint32_t first, uint32_t count) { return ML_DESC(MlSettings, .first_sample = first, .samples = count); }

static MlFilm *new_film(const MlView *v, const MlSettings *s) {
  MlFilm *film = NULL;
  assert_int_equal(ml_film_create(engine, scene, v, s, &film, NULL), ML_OK);
  return film;
}
static void render(MlFilm *film, const MlView *v, const MlSettings *s) {
  MlRender *r = NULL;
  assert_int_equal(ml_render_start(engine, scene, v, s, film, &r, NULL), ML_OK);
  assert_int_equal(ml_render_wait(r, -1), ML_RENDER_DONE);
  ml_render_destroy(r);
}
static MlFilm *rendered(const MlView *v, MlSettings s) {
  MlFilm *film = new_film(v, &s);
  render(film, v, &s);
  return film;
}

static void test_farm(void **state) {
  (void)state;
  MlView v = view();
  MlFilm *whole = rendered(&v, samples(0, 64)), *sum = rendered(&v, samples(0, 16));
  for (uint32_t first = 16; first < 64; first += 16) {
    MlFilm *part = rendered(&v, samples(first, 16));
    assert_int_equal(ml_film_merge(sum, part, NULL), ML_OK);
    ml_film_destroy(part);
  }
  assert_true(ml_film_hash(sum) == ml_film_hash(whole));
  ml_film_destroy(whole), ml_film_destroy(sum);
}

static void test_continue(void **state) {
  (void)state;
  MlView v = view();
  const char *path = in_folder("film");
  MlFilm *whole = rendered(&v, samples(0, 40));
  const uint32_t counts[] = {1, 3, 7, 16, 21, 39, 40};
  for (int i = 0; i < 7; i++) {
    MlFilm *part = rendered(&v, samples(0, counts[i]));
    assert_int_equal(ml_film_save(part, path, NULL), ML_OK);
    MlSettings more = samples(0, 40);
    MlFilm *resumed = new_film(&v, &more);
    assert_int_equal(ml_film_load(resumed, path, NULL), ML_OK);
    assert_true(ml_film_hash(resumed) == ml_film_hash(part));
    render(resumed, &v, &more);
    assert_true(ml_film_hash(resumed) == ml_film_hash(whole));
    ml_film_destroy(part), ml_film_destroy(resumed);
  }
  assert_int_equal(unlink(path), 0);
  ml_film_destroy(whole);
}

/* A crop's pixels are those of the whole. */
static void test_crop(void **state) {
  (void)state;
  MlView v = view();
  MlFilm *whole = rendered(&v, samples(0, 3));
  v.crop_x = 7, v.crop_y = 5, v.crop_width = 9, v.crop_height = 8;
  MlFilm *crop = rendered(&v, samples(0, 3));
  for (uint32_t y = 0; y < 8; y++) {
    float expected[3 * 24], row[3 * 9];
    ml_film_row(whole, 5 + y, expected);
    ml_film_row(crop, y, row);
    assert_memory_equal(row, expected + 3 * 7, sizeof row);
  }
  ml_film_destroy(whole), ml_film_destroy(crop);
}

/* A sample that is not finite counts as 0, and is counted: here light too strong for floats, on the floor but not on the sky. */
static void test_nonfinite(void **state) {
  (void)state;
  MlBuilder *b;
  const MlScene *made = NULL;
  assert_int_equal(ml_builder_create(engine, &b, NULL), ML_OK);
  assert_int_equal(ml_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), NULL), NULL), ML_OK);
  assert_int_equal(ml_add(b, ml_light(b, &ML_DESC(MlLightDesc, .at = {0, 1e-3, 0}, .power = 1e37), NULL), NULL), ML_OK);
  assert_int_equal(ml_commit(b, NULL, &made, NULL), ML_OK);
  const MlView v = ML_DESC(MlView, .camera = {.from = {0, 0.01, 0.02}, .look_at = {0, 0.01, 0}}, .width = 8, .height = 8);
  const MlSettings s = samples(0, 4);
  MlFilm *film = NULL;
  MlRender *r = NULL;
  assert_int_equal(ml_film_create(engine, made, &v, &s, &film, NULL), ML_OK);
  assert_int_equal(ml_render_start(engine, made, &v, &s, film, &r, NULL), ML_OK);
  assert_int_equal(ml_render_wait(r, -1), ML_RENDER_DONE);
  ml_render_destroy(r);
  assert_in_range(ml_film_nonfinite(film), 1, 8 * 8 * 4 - 1);
  float row[24];
  for (uint32_t y = 0; y < 8; y++) {
    ml_film_row(film, y, row);
    for (int i = 0; i < 24; i++) assert_true(isfinite(row[i]));
  }
  ml_film_destroy(film);
  ml_scene_release(made);
}

/* The identity of a film: what changes the picture is refused, what does not is let pass. */
static void expect_load(const MlScene *of, MlView v, MlSettings s, MlStatus want, const char *part) {
  MlFilm *film = NULL;
  MlError error = {0};
  assert_int_equal(ml_film_create(engine, of, &v, &s, &film, NULL), ML_OK);
  assert_int_equal(ml_film_load(film, in_folder("film"), &error), want);
  if (!strstr(error.message, part)) fail_msg("\"%s\" lacks \"%s\"", error.message, part);
  ml_film_destroy(film);
}

/* Fewer samples than the film is for can have wave ends with more bits: 15 has four, up to 20 none has more than two. */
static void test_fewer(void **state) {
  (void)state;
  MlView v = view();
  MlSettings s = samples(0, 20);
  MlFilm *film = new_film(&v, &s), *whole = rendered(&v, s);
  for (s.samples = 15; s.samples <= 20; s.samples++) {
    render(film, &v, &s);
    MlFilm *same = rendered(&v, s);
    assert_int_equal(ml_film_hash(film), ml_film_hash(same));
    ml_film_destroy(same);
  }
  assert_int_equal(ml_film_hash(film), ml_film_hash(whole));
  ml_film_destroy(film), ml_film_destroy(whole);
}

/* What an error says is not what it said, or held, before. */
static void test_errors_are_fresh(void **state) {
  (void)state;
  MlView v = view();
  MlFilm *a = rendered(&v, samples(0, 1)), *b = rendered(&v, samples(2, 1));
  MlError error = {.status = ML_ERROR_FILE, .message = "an older one"};
  assert_int_equal(ml_film_merge(a, b, &error), ML_ERROR_ARGUMENT);
  assert_int_equal(error.status, ML_ERROR_ARGUMENT);
  ml_film_destroy(a), ml_film_destroy(b);
  MlBuilder *builder;
  assert_int_equal(ml_builder_create(engine, &builder, &error), ML_OK);
  assert_int_equal(error.status, ML_OK);
  ml_builder_destroy(builder);
}

static void test_identity(void **state) {
  (void)state;
  MlView v = view();
  MlFilm *film = rendered(&v, samples(0, 4));
  assert_int_equal(ml_film_save(film, in_folder("film"), NULL), ML_OK);
  expect_load(other_scene, v, samples(0, 4), ML_ERROR_ARGUMENT, "of another scene");
  MlSettings s = samples(0, 4);
  s.seed = 1;
  expect_load(scene, v, s, ML_ERROR_ARGUMENT, "other settings");
  s = samples(0, 4), s.integrator = ML_AO;
  expect_load(scene, v, s, ML_ERROR_ARGUMENT, "other settings");
  // Each of these is another picture; one more number of a seed's 64 bits, too
  const MlSettings other_settings[] = {
    ML_DESC(MlSettings, .samples = 4, .seed = UINT64_C(1) << 40),
    ML_DESC(MlSettings, .samples = 4, .has_bounces = true, .bounces = {15, 16, 16, 16}),
    ML_DESC(MlSettings, .samples = 4, .has_bounces = true, .bounces = {16, 15, 16, 16}),
    ML_DESC(MlSettings, .samples = 4, .has_bounces = true, .bounces = {16, 16, 15, 16}),
    ML_DESC(MlSettings, .samples = 4, .has_bounces = true, .bounces = {16, 16, 16, 15}),
    ML_DESC(MlSettings, .samples = 4, .filter = ML_FILTER_GAUSSIAN),
    ML_DESC(MlSettings, .samples = 4, .filter_width = 2),
    ML_DESC(MlSettings, .samples = 4, .sampler = ML_SAMPLER_INDEPENDENT),
    ML_DESC(MlSettings, .samples = 4, .strategy = ML_STRATEGY_LIGHT),
    ML_DESC(MlSettings, .samples = 4, .no_roulette = true),
    ML_DESC(MlSettings, .samples = 4, .clamp = 10),
    ML_DESC(MlSettings, .samples = 4, .clamp_diffuse = 10),
    ML_DESC(MlSettings, .samples = 4, .ao_distance = 10),
  };
  for (size_t i = 0; i < sizeof other_settings / sizeof *other_settings; i++)
    expect_load(scene, v, other_settings[i], ML_ERROR_ARGUMENT, "other settings");
  const MlCamera other_cameras[] = {
    {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}, .fov = 41},
    {.from = {0.1, 1.5, 6}, .look_at = {0, 1, 0}},
    {.from = {0, 1.5, 6}, .look_at = {0, 1.1, 0}},
    {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}, .up = {1, 10, 0}},
    {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}, .kind = ML_CAMERA_ORTHOGRAPHIC},
    {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}, .aperture = 0.1},
    {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}, .blades = 5},
    {.from = {0, 1.5, 6}, .look_at = {0, 1, 0}, .focus = 5},
  };
  for (size_t i = 0; i < sizeof other_cameras / sizeof *other_cameras; i++) {
    v.camera = other_cameras[i];
    expect_load(scene, v, samples(0, 4), ML_ERROR_ARGUMENT, "another camera");
  }
  v = view(), v.width = 25;
  expect_load(scene, v, samples(0, 4), ML_ERROR_ARGUMENT, "is of a picture of 24 x 16 pixels, not 25 x 16");
  v = view(), v.crop_width = 3, v.crop_height = 2;
  expect_load(scene, v, samples(0, 4), ML_ERROR_ARGUMENT, "is of the crop 0,0,24,16, not 0,0,3,2");
  v = view();
  expect_load(scene, v, samples(4, 4), ML_ERROR_ARGUMENT, "begins with sample 0, not 4");
  expect_load(scene, v, samples(0, 3), ML_ERROR_ARGUMENT, "has 4 samples per pixel, more than the 3 asked for");
  // Tiles, exposure and tone mapping do not matter.
  s = samples(0, 64), s.tile = 7;
  v.tonemap = ML_TONEMAP_NONE, v.exposure = 3, v.fixed_exposure = true;
  expect_load(scene, v, s, ML_OK, "");
  assert_int_equal(unlink(in_folder("film")), 0);
  ml_film_destroy(film);
}

static void test_refused(void **state) {
  (void)state;
  MlFilm *film = NULL;
  MlError error = {0};
  MlView v = view();
  v.crop_x = 20, v.crop_width = 5, v.crop_height = 1;
  assert_int_equal(ml_film_create(engine, scene, &v, NULL, &film, &error), ML_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "crop"));
  v = view(), v.width = 65535, v.height = 65535;
  MlEngine *poor;
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1, .memory_cap = 64u << 20), &poor, NULL), ML_OK);
  assert_int_equal(ml_film_create(poor, scene, &v, NULL, &film, &error), ML_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "a film of 65535 x 65535 pixels"));
  assert_null(film);
  ml_engine_destroy(poor);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_farm),      cmocka_unit_test(test_crop),
    cmocka_unit_test(test_nonfinite), cmocka_unit_test(test_continue),
    cmocka_unit_test(test_fewer),     cmocka_unit_test(test_identity),
    cmocka_unit_test(test_refused),   cmocka_unit_test(test_errors_are_fresh),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
