/* test_scene_textures.c - descriptions of textures and of materials that vary: every message, what they become, failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "builder_fixture.h"

#include "scene/scene.h"
#include "shade/resolve.h"

#define REFUSES(call, text)                                                                                                                \
  do {                                                                                                                                     \
    uint64_t textures_ = b->textures.count, materials_ = b->materials.count, stops_ = b->stops.count;                                      \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal((call), 0);                                                                                                           \
    assert_string_equal(error.message, text);                                                                                              \
    assert_int_equal(error.place, 42);                                                                                                     \
    assert_true(textures_ == b->textures.count && materials_ == b->materials.count && stops_ == b->stops.count);                           \
  } while (0)
#define AT42(Type, ...) &ML_DESC(Type, .place = 42, __VA_ARGS__), &error
static uint32_t accepted(uint32_t id) {
  if (id == 0) fail_msg("refused: %s", error.message);
  return id;
}
static MlInput gray(float v) { return (MlInput){{v, v, v}, 0}; }
static MlInput inner(MlTexture texture) { return (MlInput){{0, 0, 0}, texture}; }
static MlTexture checker(float x, float y) { return accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a = gray(x), .b = gray(y)), &error)); }
static float mean_of(MlTexture texture) { return spectrum_to_color(b->textures.data[texture - 1].mean).g; }

static void messages_of_textures(void **state) {
  (void)state;
  const double nan = __builtin_nan("");
  REFUSES(ml_checker(b, AT42(MlCheckerDesc, .a.texture = 9)), "checker.a: expected a texture of this builder, got 9");
  REFUSES(ml_checker(b, AT42(MlCheckerDesc, .cell = {1, -1, 1})), "checker.cell.y: expected a number above 0 and up to 1e15, got -1");
  REFUSES(ml_checker(b, AT42(MlCheckerDesc, .map = (MlTextureMap)7)), "checker.map: expected ML_MAP_OBJECT or ML_MAP_UV, got 7");
  REFUSES(ml_stripes(b, AT42(MlStripesDesc, .width = -1)), "stripes.width: expected a number above 0 and up to 1e15, got -1");
  REFUSES(ml_bricks(b, AT42(MlBricksDesc, .joint = .5)), "bricks.joint: expected less than length and height, got 0.5");
  REFUSES(ml_gradient(b, AT42(MlGradientDesc, .from = {1, 2, 3}, .to = {1, 2, 3})),
          "gradient.to: expected another point than from, got (1, 2, 3)");
  MlTexture of = checker(0, 1);
  const MlRampStop wrong[2] = {{1, gray(0)}, {.5, gray(1)}}, none[1] = {{nan, gray(0)}};
  REFUSES(ml_ramp(b, AT42(MlRampDesc, .stops = wrong, .stop_count = 1)), "ramp.of: expected a texture of this builder, got none");
  REFUSES(ml_ramp(b, AT42(MlRampDesc, .of = of)), "ramp.stop_count: expected 1 to 64, got 0");
  REFUSES(ml_ramp(b, AT42(MlRampDesc, .of = of, .stops = wrong, .stop_count = 2)),
          "ramp.stops: expected finite numbers in ascending order, got 0.5");
  REFUSES(ml_ramp(b, AT42(MlRampDesc, .of = of, .stops = none, .stop_count = 1)),
          "ramp.stops: expected finite numbers in ascending order, got nan");
  REFUSES(ml_image_texture(b, AT42(MlImageTextureDesc, .image = 3)), "image.image: expected an image of this builder, got 3");
  REFUSES(ml_matte(b, AT42(MlMatteDesc, .color_texture = 77)), "matte.color_texture: expected a texture of this builder, got 77");
  REFUSES(ml_matte(b, AT42(MlMatteDesc, .relief.bump = 77)), "matte.relief.bump: expected a texture of this builder, got 77");
  REFUSES(ml_cutout(b, AT42(MlCutoutDesc, .mask = 2)), "cutout.mask: expected a number from 0 to 1, got 2");
  // Depth, and the number of textured fields
  MlTexture deep = of;
  for (uint32_t i = 1; i < TEXTURE_MAX_DEPTH; i++) deep = accepted(ml_blend(b, &ML_DESC(MlBlendDesc, .a = inner(deep)), &error));
  REFUSES(ml_blend(b, AT42(MlBlendDesc, .a = inner(deep))), "blend: more than 16 textures inside each other");
  MlMaterial m = accepted(ml_matte(b, &ML_DESC(MlMatteDesc, .color_texture = of), &error));
  for (int i = 0; i < 62; i++)
    m = accepted(ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = m, .mask_texture = i == 0 ? of : 0, .mask = 1), &error));
  assert_int_equal(builder_material(b, m)->patch_count, 2); /* a mask of 1 is none */
}

static void means_are_estimated(void **state) {
  (void)state;
  MlTexture half = checker(1, 0), third = accepted(ml_stripes(b, &ML_DESC(MlStripesDesc, .a = inner(half), .b = gray(.1f)), &error));
  assert_true(abs_f(mean_of(half) - .5f) < 1e-6f && abs_f(mean_of(third) - .3f) < 1e-6f);
  MlTexture bricks = accepted(ml_bricks(b, &ML_DESC(MlBricksDesc, .brick = gray(1)), &error));
  assert_true(abs_f(mean_of(bricks) - .96f * .875f) < 1e-5f);
  const MlRampStop stops[3] = {{0, gray(0)}, {.5, gray(1)}, {1, gray(0)}};
  assert_true(abs_f(mean_of(accepted(ml_ramp(b, &ML_DESC(MlRampDesc, .of = half, .stops = stops, .stop_count = 3), &error))) - .5f) <
              1e-3f);
  // A lamp of it is a light of its mean
  MlMaterial lamp = accepted(ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {4, 4, 4}, .texture = third}), &error));
  const Material *material = builder_material(b, lamp);
  assert_true(material->emits && material->varies == VARIES_EMISSION && abs_f(spectrum_max(material->emission) - 1.2f) < 1e-5f);
}

static void plain_materials_do_not_vary(void **state) {
  (void)state;
  MlMaterial a = accepted(ml_matte(b, &ML_DESC(MlMatteDesc), &error)), c = accepted(ml_mirror(b, &ML_DESC(MlMirrorDesc), &error));
  MlMaterial all[3] = {a, accepted(ml_mix(b, &ML_DESC(MlMixDesc, .a = a, .b = c, .amount = .3f), &error)),
                       accepted(ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = a, .mask = 1), &error))};
  for (int i = 0; i < 3; i++) assert_true(builder_material(b, all[i])->varies == 0 && builder_material(b, all[i])->patch_count == 0);
  assert_int_equal(b->textures.count, 0);
}

/* A blend of two opaque materials is opaque. */
static void blends_have_no_holes(void **state) {
  (void)state;
  MlMaterial matte = accepted(ml_matte(b, &ML_DESC(MlMatteDesc), &error)), mirror = accepted(ml_mirror(b, &ML_DESC(MlMirrorDesc), &error));
  MlMaterial mix = accepted(ml_mix(b, &ML_DESC(MlMixDesc, .a = matte, .b = mirror, .amount_texture = checker(0, 1)), &error));
  assert_true(builder_material(b, mix)->varies == VARIES_LOBES);
  assert_int_equal(b->textures.count, 1);
}

/* Nested mixtures and masks multiply the shares of their lobes; together with what is not there they are 1. */
static void shares_add_up(void **state) {
  (void)state;
  MlTexture t = accepted(ml_gradient(b, &ML_DESC(MlGradientDesc, .a = gray(0), .b = gray(1)), &error));
  MlMaterial matte = accepted(ml_matte(b, &ML_DESC(MlMatteDesc), &error)), mirror = accepted(ml_mirror(b, &ML_DESC(MlMirrorDesc), &error));
  MlMaterial holes = accepted(ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = matte, .mask_texture = t), &error));
  MlMaterial part = accepted(ml_cutout(b, &ML_DESC(MlCutoutDesc, .base = mirror, .mask = .5f), &error));
  MlMaterial mix = accepted(ml_mix(b, &ML_DESC(MlMixDesc, .a = holes, .b = part, .amount_texture = t), &error));
  MlMaterial fixed = accepted(ml_mix(b, &ML_DESC(MlMixDesc, .a = mix, .b = matte, .amount = .25f), &error));
  Material material = *builder_material(b, fixed);
  assert_int_equal(material.lobe_count, 3);
  assert_true(material.varies == (VARIES_LOBES | VARIES_OPACITY));
  Texture frozen[32];
  for (uint64_t i = 0; i < b->textures.count; i++) frozen[i] = b->textures.data[i].texture;
  Textures textures = {.textures = frozen, .count = (uint32_t)b->textures.count};
  for (int i = 0; i <= 10; i++) {
    TexturePoint at = {.p = vec3(0, (float)i / 10, 0), .n = vec3(1, 0, 0), .stretch = 1};
    Lobe lobes[MATERIAL_MAX_LOBES];
    material_resolve(&material, b->lobes.data, b->patches.data, &textures, &at, lobes);
    float x = (float)i / 10, opacity = texture_number(&textures, material.opacity, &at), sum = 0;
    for (int k = 0; k < 3; k++) sum += lobes[k].weight;
    assert_true(abs_f(lobes[0].weight - .75f * (1 - x) * x) < 1e-5f && abs_f(lobes[1].weight - .75f * x * .5f) < 1e-5f);
    assert_true(abs_f(lobes[2].weight - .25f) < 1e-6f && abs_f(sum - opacity) < 1e-5f);
  }
}

static const uint8_t tga[] = {0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 24, 0, 9, 99, 199};

/* Pictures want their undecoded numbers once, however deep they lie. */
static void numbers_are_asked_for(void **state) {
  (void)state;
  MlImage image = accepted(ml_image(b, &ML_DESC(MlImageDesc, .bytes = tga, .byte_count = sizeof tga), &error));
  MlTexture picture = accepted(ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image), &error));
  MlTexture plain = checker(0, 1), outer = accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a = inner(plain), .b = inner(picture)), &error));
  const MlRampStop stops[1] = {{0, inner(outer)}};
  MlTexture ramp = accepted(ml_ramp(b, &ML_DESC(MlRampDesc, .of = plain, .stops = stops, .stop_count = 1), &error));
  assert_int_equal(ml_texture_without_numbers(b, plain), 0);
  assert_int_equal(ml_texture_without_numbers(b, ramp), picture);
  assert_int_equal(ml_texture_set_numbers(b, ramp, image, &error), ML_ERROR_ARGUMENT);
  assert_int_equal(ml_texture_set_numbers(b, picture, image, &error), ML_OK);
  assert_int_equal(ml_texture_without_numbers(b, ramp), 0);
}

/* The identity of a scene has its textures in it. */
static void hashes_tell_textures_apart(void **state) {
  (void)state;
  uint64_t hashes[3];
  for (int i = 0; i < 3; i++) {
    MlBuilder *own = fixture_builder(&fixture);
    MlTexture t = ml_checker(own, &ML_DESC(MlCheckerDesc, .a = gray(i == 1 ? .4f : .5f)), NULL);
    MlMaterial m = ml_matte(own, &ML_DESC(MlMatteDesc, .color_texture = t), NULL);
    fixture_add(own, ml_sphere(own, &ML_DESC(MlSphereDesc, .material = m), NULL));
    const MlScene *scene = fixture_commit(own);
    hashes[i] = ml_scene_stats(scene).hash;
    ml_scene_release(scene);
  }
  assert_true(hashes[0] == hashes[2] && hashes[0] != hashes[1]);
}

/* What shines where a texture is bright, of which the estimated mean knows nothing, is found by scattering alone: it is no light. */
static void black_means_are_no_lights(void **state) {
  (void)state;
  static const float points[9] = {0, 0, 0, 1, 0, 0, 0, 1, 0};
  static const uint32_t triangle[3] = {0, 1, 2};
  const MlRampStop stops[2] = {{.999, gray(0)}, {1, gray(1)}};
  MlBuilder *own = fixture_builder(&fixture);
  MlTexture white = ml_checker(own, &ML_DESC(MlCheckerDesc, .a = gray(1), .b = gray(1)), NULL);
  MlTexture ramp = ml_ramp(own, &ML_DESC(MlRampDesc, .of = white, .stops = stops, .stop_count = 2), NULL);
  MlMaterial m = ml_emit(own, &ML_DESC(MlEmitDesc, .emission = {.radiance = {1, 1, 1}, .texture = ramp}), &error);
  MlMeshDesc mesh = ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangle, .triangle_count = 1, .material = m);
  fixture_add(own, ml_mesh(own, &mesh, &error));
  fixture_add(own, ml_sphere(own, &ML_DESC(MlSphereDesc, .material = m), &error));
  const MlScene *handle = fixture_commit(own);
  const Scene *scene = scene_of(handle);
  assert_int_equal(scene->lights.count, 0);
  assert_int_equal(scene->world.instances.data[0].light, NO_ID);
  assert_int_equal(scene->world.prims[0].light, NO_ID);
  ml_scene_release(handle);
}

/* ---- failing allocations */

static MlStatus textured_scene(Memory *memory, MlError *failure) {
  AssetCache *cache = NULL;
  MlBuilder *own = NULL;
  const MlScene *scene = NULL;
  MlStatus status = cache_create(memory, 1 << 20, &cache, failure);
  if (status == ML_OK) status = builder_create(&(BuilderContext){.memory = memory, .cache = cache}, &own, failure);
  if (status == ML_OK) {
    MlImage image = ml_image(own, &ML_DESC(MlImageDesc, .bytes = tga, .byte_count = sizeof tga), failure);
    MlTexture picture = image ? ml_image_texture(own, &ML_DESC(MlImageTextureDesc, .image = image), failure) : 0;
    const MlRampStop stops[2] = {{0, gray(0)}, {1, inner(picture)}};
    MlTexture ramp = picture ? ml_ramp(own, &ML_DESC(MlRampDesc, .of = picture, .stops = stops, .stop_count = 2), failure) : 0;
    MlMaterial m = ramp ? ml_matte(own, &ML_DESC(MlMatteDesc, .color_texture = ramp, .relief.bump = picture), failure) : 0;
    if (m) m = ml_cutout(own, &ML_DESC(MlCutoutDesc, .base = m, .mask_texture = picture), failure);
    MlNode node = m ? ml_sphere(own, &ML_DESC(MlSphereDesc, .material = m), failure) : 0;
    status = node ? ml_add(own, node, failure) : failure->status;
    if (status == ML_OK) status = ml_commit(own, NULL, &scene, failure);
    if (status != ML_OK) ml_builder_destroy(own);
  }
  ml_scene_release(scene);
  if (cache != NULL) cache_destroy(cache);
  return status;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  for (int n = 0;; n++) {
    FaultMemory fault;
    fault_init(&fault, n, false);
    MlError failure = {0};
    MlStatus status = textured_scene(&fault.memory, &failure);
    assert_int_equal(fault.memory.used, 0);
    if (status == ML_OK) {
      assert_true(n > 10);
      break;
    }
    assert_int_equal(status, ML_ERROR_MEMORY);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(messages_of_textures, set_up, tear_down),
    cmocka_unit_test_setup_teardown(means_are_estimated, set_up, tear_down),
    cmocka_unit_test_setup_teardown(plain_materials_do_not_vary, set_up, tear_down),
    cmocka_unit_test_setup_teardown(blends_have_no_holes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(shares_add_up, set_up, tear_down),
    cmocka_unit_test_setup_teardown(numbers_are_asked_for, set_up, tear_down),
    cmocka_unit_test_setup_teardown(hashes_tell_textures_apart, set_up, tear_down),
    cmocka_unit_test_setup_teardown(black_means_are_no_lights, set_up, tear_down),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests_name("scene textures", tests, NULL, NULL);
}
