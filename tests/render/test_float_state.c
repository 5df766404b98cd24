/* test_float_state.c - the host's floating-point state: whatever it is, everything comes out the same, and the host has it back after every
 * call. Only where this test knows how to set one (x86). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "moonlit.h"
#include "surroundings_pictures.h"

#ifdef __SSE__
#include <xmmintrin.h>

enum { STANDARD = 0x1f80, FLUSH = 0x8040, UP = 0x4000, FLAGS = 0x3f };

static uint32_t host_state;

/* What comes out of every call so far; integers only, so that the test itself does not depend on the state. */
typedef struct Story {
  uint64_t digest;
  int calls;
} Story;

/* After every call: the state is the host's, and what came out counts. */
static void came_out(Story *story, const void *bytes, size_t count) {
  assert_int_equal(_mm_getcsr() & ~(uint32_t)FLAGS, host_state);
  story->digest = ml_hash64(bytes, count, story->digest);
  story->calls++;
}
#define CAME_OUT(story, value) came_out((story), &(value), sizeof(value))

static bool hash_sink(void *ud, const void *bytes, size_t count) {
  uint64_t *digest = ud;
  *digest = ml_hash64(bytes, count, *digest);
  return true;
}

/* Values that rounding and subnormals show in: thirds, tenths, things near 2^-1074 and 2^-149. */
static MlNode add_shapes(Story *s, MlBuilder *b) {
  MlMaterial material = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {0.1f, 0.3f, 1e-40f}, .has_color = true), NULL);
  CAME_OUT(s, material);
  const MlMaterial mirror = ml_mirror(b, &ML_DESC(MlMirrorDesc, .color = {0.7f, 0.7f, 0.9f}, .has_color = true), NULL);
  CAME_OUT(s, mirror);
  MlMetalDesc gold = ML_DESC(MlMetalDesc, .roughness = 0.3f);
  assert_true(ml_metal_preset("gold", &gold.eta, &gold.k));
  const MlMaterial metal = ml_metal(b, &gold, NULL);
  CAME_OUT(s, metal);
  const MlMaterial glass = ml_glass(b, &ML_DESC(MlGlassDesc, .ior = 1.45f, .absorption = {0.1f, 0.2f, 0.3f}), NULL);
  CAME_OUT(s, glass);
  const MlMaterial lamp = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {1.1f, 2.3f, 3.7f}}), NULL);
  CAME_OUT(s, lamp);
  const MlMaterial leaf = ml_translucent(b, &ML_DESC(MlTranslucentDesc, .amount = 0.3f), NULL);
  CAME_OUT(s, leaf);
  const MlMaterial plastic = ml_plastic(b, &ML_DESC(MlPlasticDesc, .roughness = 0.3f, .ior = 1.7f), NULL);
  CAME_OUT(s, plastic);
  const MlMaterial lacquer = ml_coat(b, &ML_DESC(MlCoatDesc, .color = {0.1f, 0.3f, 0.7f}, .stretch = {0.3f, 10}), NULL);
  CAME_OUT(s, lacquer);
  const MlMaterial dust = ml_sheen(b, &ML_DESC(MlSheenDesc, .color = {0.1f, 0.3f, 0.7f}, .roughness = 0.3f), NULL);
  CAME_OUT(s, dust);
  const MlMaterial stack = ml_layered(b, &ML_DESC(MlLayeredDesc, .layers = (MlMaterial[]){dust, lacquer, leaf}, .layer_count = 3), NULL);
  CAME_OUT(s, stack);
  const MlMaterial all = ml_principled(
    b, &ML_DESC(MlPrincipledDesc, .metallic = 0.3f, .transmission = 0.3f, .depth = 0.7f, .coat = 0.1f, .sheen = 0.1f, .roughness = 0.3f),
    NULL);
  CAME_OUT(s, all);
  material = ml_mix(b, &ML_DESC(MlMixDesc, .a = material, .b = mirror, .amount = 0.3f), NULL);
  CAME_OUT(s, material);

  const MlInput dark = {{0.1f, 1e-40f, 0.3f}, 0}, light = {{0.7f, 0.9f, 0.1f}, 0};
  MlTexture texture = ml_checker(b, &ML_DESC(MlCheckerDesc, .a = dark, .b = light, .cell = {0.1, 0.3, 0.7}), NULL);
  CAME_OUT(s, texture);
  texture = ml_stripes(b, &ML_DESC(MlStripesDesc, .a = dark, .b.texture = texture, .direction = {1, 2, 3}, .width = 0.3), NULL);
  CAME_OUT(s, texture);
  texture = ml_bricks(b, &ML_DESC(MlBricksDesc, .brick = light, .mortar.texture = texture), NULL);
  CAME_OUT(s, texture);
  texture = ml_gradient(b, &ML_DESC(MlGradientDesc, .a = dark, .b.texture = texture, .to = {0.1, 0.3, 0.7}), NULL);
  CAME_OUT(s, texture);
  const MlRampStop stops[2] = {{0.1, dark}, {0.7, {{0, 0, 0}, texture}}};
  texture = ml_ramp(b, &ML_DESC(MlRampDesc, .of = texture, .stops = stops, .stop_count = 2), NULL);
  CAME_OUT(s, texture);
  texture = ml_blend(b, &ML_DESC(MlBlendDesc, .a = light, .b.texture = texture, .amount = {{0.3f, 0.3f, 0.3f}, 0}), NULL);
  CAME_OUT(s, texture);
  const double place[3] = {0.3, 1e-40, 0.7};
  double color[3];
  assert_true(ml_texture_value(b, texture, place, 3, color, NULL));
  CAME_OUT(s, color);
  const MlMaterial holes = ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = metal, .mask_texture = texture), NULL);
  CAME_OUT(s, holes);
  material = ml_mix(b, &ML_DESC(MlMixDesc, .a = material, .b = holes, .amount_texture = texture), NULL);
  CAME_OUT(s, material);

  static const float points[] = {0, 0, 0, 0.1f, 0, 1e-42f, 0, 0.3f, 0, 0.7f, 0.1f, 0.1f};
  static const uint32_t triangles[] = {0, 1, 2, 1, 3, 2};
  static const float profile[] = {0.1f, 0, 0.3f, 0.1f, 0.2f, 0.3f};
  const MlNode shapes[] = {
    ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0.1, 0.7, 1e-310}, .radius = 0.3, .material = metal), NULL),
    ml_box(b, &ML_DESC(MlBoxDesc, .from = {-1.1, 0, -0.3}, .to = {-0.7, 1.0 / 3, 0.1}, .material = material), NULL),
    ml_disk(b, &ML_DESC(MlDiskDesc, .center = {1.3, 0.1, 0}, .normal = {0.1, 1, 0.2}, .radius = 0.7), NULL),
    ml_quad(b, &ML_DESC(MlQuadDesc, .at = {-2, 0.1, -1.1}, .u = {0.9, 0.1, 0}, .v = {0, 1.1, 0.1}, .material = mirror), NULL),
    ml_triangle(b, &ML_DESC(MlTriangleDesc, .a = {1, 1, -1}, .b = {1.7, 1.1, -1}, .c = {1.1, 1.9, -0.9}, .material = lamp), NULL),
    ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 2), NULL),
    ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0.9, 0.3, 0.7}, .radius = 0.31, .material = glass), NULL),
    ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {-0.9, 0, 0.9}, .to = {-0.8, 0.7, 1.1}, .radius = 0.1, .material = metal), NULL),
    ml_cone(b, &ML_DESC(MlConeDesc, .from = {0.3, 0, 1.3}, .to = {0.3, 0.7, 1.1}, .radius = 0.2, .top = 0.1, .material = stack), NULL),
    ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = {-0.3, 0.3, 1.3}, .to = {-0.1, 0.7, 1.1}, .radius = 0.1, .material = all), NULL),
    ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 1.7, .tube = 0.03, .material = mirror), NULL),
    ml_lathe(b, &ML_DESC(MlLatheDesc, .profile = profile, .profile_count = 3, .segments = 7, .smooth = true), NULL),
    ml_extrude(b, &ML_DESC(MlExtrudeDesc, .outline = {profile, 3}, .height = 0.1), NULL),
    ml_curve(b, &ML_DESC(MlCurveDesc, .points = points, .point_count = 4, .radius = 0.01, .segments = 5), NULL),
    ml_hair(b, &ML_DESC(MlHairDesc, .points = points, .counts = (const uint32_t[]){4}, .strand_count = 1, .radius = 0.01), NULL),
    ml_text(b, &ML_DESC(MlTextDesc, .text = "8", .text_size = 1, .height = 0.3, .depth = 0.01), NULL),
    ml_sheet(b, &ML_DESC(MlSheetDesc, .points = points, .columns = 2, .rows = 2), NULL),
    ml_heightfield(b, &ML_DESC(MlHeightfieldDesc, .heights = points + 3, .columns = 3, .rows = 3, .width = 0.7), NULL),
  };
  CAME_OUT(s, shapes);
  const MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = shapes, .child_count = sizeof shapes / sizeof *shapes), NULL);
  CAME_OUT(s, group);
  const MlSurvey *survey = NULL;
  MlSurveyPoint point, below = {{0, 0, 0}, {0, 0, 0}};
  const MlStatus surveyed = ml_survey(b, &ML_DESC(MlSurveyDesc, .node = group, .drops = true), &survey, NULL);
  CAME_OUT(s, surveyed);
  const double area = ml_survey_area(survey);
  CAME_OUT(s, area);
  point = ml_survey_point(survey, 7, 3);
  CAME_OUT(s, point);
  ml_survey_drop(survey, (MlVec3){0.1, 9, 0.3}, &below);
  CAME_OUT(s, below);
  uint64_t text = 0;
  const MlStatus written = ml_builder_write(b, &(MlSink){hash_sink, &text}, NULL);
  CAME_OUT(s, written);
  CAME_OUT(s, text);
  const MlNode painted = ml_paint(b, &ML_DESC(MlPaintDesc, .child = group, .material = material), NULL);
  CAME_OUT(s, painted);
  assert_int_not_equal(group, 0);
  return group;
}

static uint8_t any_code(uint32_t x, uint32_t y, uint32_t width, uint32_t height) { return (uint8_t)(x * 13 + y * 31 + width + height); }

static void add_lights(Story *s, MlBuilder *b) {
  static const char ies[] = "IESNA:LM-63-1995\nTILT=NONE\n1 1000 1 3 1 1 2 0 0 0\n1 1 10\n0 33.3 89.7\n0\n100 70.1 0.3\n";
  const MlProfile profile = ml_ies(b, &ML_DESC(MlIesDesc, .bytes = ies, .byte_count = sizeof ies - 1), NULL);
  CAME_OUT(s, profile);
  const MlNode nodes[] = {
    ml_spot(b, &ML_DESC(MlSpotDesc, .at = {0.3, 1.7, 0.1}, .facing = {0.1, -1, 0.3}, .angle = 33.3, .blend = 0.3, .profile = profile),
            NULL),
    ml_light(b, &ML_DESC(MlLightDesc, .at = {0.7, 2.7, 0.3}, .facing = {0.3, -1, 0.7}, .profile = profile), NULL),
    ml_plane(b, &ML_DESC(MlPlaneDesc, .normal = {0.01, 1, 0}), NULL),
    ml_light(b, &ML_DESC(MlLightDesc, .at = {0.1, 3.3, 2}, .power = 70), NULL),
    ml_area(b, &ML_DESC(MlAreaDesc, .at = {-1.7, 2.9, 1.1}, .facing = {0.3, -1, -0.1}, .width = 0.7, .power = 30), NULL),
    ml_directional(b, &ML_DESC(MlDirectionalDesc, .direction = {0.3, -1, 0.1}, .irradiance = 0.3), NULL),
    ml_sun(b, &ML_DESC(MlSunDesc, .height = 23.7, .heading = 0.3, .irradiance = 0.7), NULL),
  };
  CAME_OUT(s, nodes);
  for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++) assert_int_equal(ml_add(b, nodes[i], NULL), ML_OK);
  MlStatus status = ml_background(b, (MlColor){0.1f, 0.1f, 0.3f}, false, NULL);
  CAME_OUT(s, status);
  const MlImage image = grey_picture(b, 7, 5, any_code, NULL);
  CAME_OUT(s, image);
  status = ml_environment(b, &ML_DESC(MlEnvironmentDesc, .image = image, .turn = 0.3), NULL);
  CAME_OUT(s, status);
  status = ml_sky(b, &ML_DESC(MlSkyDesc, .has_sun = true, .sun_height = 3.3, .sun_heading = 77.7), NULL);
  CAME_OUT(s, status);
}

static const MlScene *build(Story *s, MlEngine *engine) {
  MlBuilder *b;
  assert_int_equal(ml_builder_create(engine, &b, NULL), ML_OK);
  const MlNode group = add_shapes(s, b);
  MlTransform turn = ml_transform_turn(33.3, (MlVec3){0.1, 1, 0.3}), inverse;
  CAME_OUT(s, turn);
  assert_true(ml_transform_invert(&turn, &inverse));
  CAME_OUT(s, inverse);
  turn = ml_transform_multiply(&turn, &turn);
  CAME_OUT(s, turn);
  turn.m[3] = 0.7;
  const MlNode placed[] = {group, ml_place(b, &ML_DESC(MlPlaceDesc, .child = group, .transform = turn), NULL)};
  CAME_OUT(s, placed);
  for (int i = 0; i < 2; i++) {
    MlBounds bounds = ml_node_bounds(b, placed[i]);
    came_out(s, &bounds, offsetof(MlBounds, empty));
    assert_int_equal(ml_add(b, placed[i], NULL), ML_OK);
  }
  add_lights(s, b);
  const MlScene *scene = NULL;
  MlError error = {0};
  if (ml_commit(b, NULL, &scene, &error) != ML_OK) fail_msg("%s", error.message);
  const uint64_t hash = ml_scene_stats(scene).hash;
  CAME_OUT(s, hash);
  return scene;
}

static void render(Story *s, MlEngine *engine, const MlScene *scene) {
  const MlView view = ML_DESC(MlView, .width = 24, .height = 16);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 4, .tile = 8, .filter = ML_FILTER_GAUSSIAN, .filter_width = 1.7f);
  MlFilm *film, *part;
  MlRender *running;
  uint64_t bytes, encoded = 0;
  float ev, row[3 * 24];
  uint8_t shown[3 * 24 * 16];
  MlCamera camera = ml_camera_resolve(scene, &view);
  CAME_OUT(s, camera.from);
  CAME_OUT(s, camera.focus);
  assert_int_equal(ml_render_check(engine, &view, &settings, &bytes, NULL), ML_OK);
  CAME_OUT(s, bytes);
  assert_int_equal(ml_auto_exposure(engine, scene, &view, &settings, &ev, NULL), ML_OK);
  CAME_OUT(s, ev);
  assert_int_equal(ml_film_create(engine, scene, &view, &settings, &film, NULL), ML_OK);
  assert_int_equal(ml_render_start(engine, scene, &view, &settings, film, &running, NULL), ML_OK);
  s->calls += 2;
  const MlRenderState state = ml_render_wait(running, -1);
  CAME_OUT(s, state);
  assert_int_equal(state, ML_RENDER_DONE);
  const float exposure = ml_render_progress(running).exposure;
  CAME_OUT(s, exposure);
  ml_render_destroy(running);
  uint64_t hash = ml_film_hash(film);
  CAME_OUT(s, hash);
  ml_film_row(film, 7, row);
  CAME_OUT(s, row);
  ml_film_display(film, &(MlDisplay){.exposure = ev, .tonemap = ML_TONEMAP_AGX}, 0, 16, shown);
  CAME_OUT(s, shown);
  for (int format = ML_IMAGE_PNG; format <= ML_IMAGE_PFM; format++) {
    const MlSink sink = {hash_sink, &encoded};
    assert_int_equal(
      ml_film_encode(engine, film, (MlImageFormat)format, &(MlDisplay){.exposure = ev, .tonemap = ML_TONEMAP_NEUTRAL}, &sink, NULL), ML_OK);
    CAME_OUT(s, encoded);
  }
  // Four more samples join these
  MlSettings more = settings;
  more.first_sample = 4;
  assert_int_equal(ml_film_create(engine, scene, &view, &more, &part, NULL), ML_OK);
  assert_int_equal(ml_render_start(engine, scene, &view, &more, part, &running, NULL), ML_OK);
  assert_int_equal(ml_render_wait(running, -1), ML_RENDER_DONE);
  ml_render_destroy(running);
  assert_int_equal(ml_film_merge(film, part, NULL), ML_OK);
  hash = ml_film_hash(film);
  CAME_OUT(s, hash);
  ml_film_destroy(part);
  ml_film_destroy(film);
}

static Story story_under(uint32_t state) {
  Story story = {0};
  const uint32_t before = _mm_getcsr();
  host_state = state;
  _mm_setcsr(state);
  MlEngine *engine;
  const MlEngineDesc desc = ML_DESC(MlEngineDesc, .threads = 3);
  assert_int_equal(ml_engine_create(&desc, &engine, NULL), ML_OK);
  const MlScene *scene = build(&story, engine);
  render(&story, engine, scene);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
  const uint64_t mine = ml_float_begin();
  assert_int_equal(_mm_getcsr() & ~(uint32_t)FLAGS, STANDARD);
  ml_float_end(mine);
  assert_int_equal(_mm_getcsr() & ~(uint32_t)FLAGS, host_state);
  _mm_setcsr(before);
  return story;
}

static void test_same_under_any(void **state) {
  (void)state;
  const Story expected = story_under(STANDARD);
  static const uint32_t states[] = {STANDARD | FLUSH, STANDARD | UP, STANDARD | FLUSH | UP};
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    const Story story = story_under(states[i]);
    assert_int_equal(story.calls, expected.calls);
    assert_int_equal(story.digest, expected.digest);
  }
}

static __attribute__((noinline)) double divide(double a, double b) { return a / b; }

/* Else the test above could not fail. */
static void test_states_matter(void **state) {
  (void)state;
  const uint32_t before = _mm_getcsr();
  volatile double one = 1.0, three = 3.0, tiny = 1e-310;
  const volatile double nearest = divide(one, three);
  _mm_setcsr(STANDARD | UP | FLUSH);
  const volatile double up = divide(one, three), flushed = divide(tiny, one);
  _mm_setcsr(before);
  assert_true(up > nearest);
  assert_true(flushed == 0.0);
}
#else
static void test_same_under_any(void **state) {
  (void)state;
  skip();
}
static void test_states_matter(void **state) {
  (void)state;
  skip();
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_same_under_any),
    cmocka_unit_test(test_states_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
