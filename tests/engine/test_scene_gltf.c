/* test_scene_gltf.c - what a glTF's pictures, materials, lights and cameras are once they are in a builder; textures of one channel, by any
 * affine map, wrapped each way; scaled normal maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scene/scene.h"
#include "scene/shading.h"

#include "builder_fixture.h"
#include "gltf_fixture.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
static const double pi = 0x1.921fb54442d18p+1;

/* A bmp of 2 x 2 pixels, top row first in the argument: red, green, blue. */
static Bytes bmp(const uint8_t rgb[4][3]) {
  Bytes out = {0};
  bytes_write(&out, "BM", 2);
  const uint32_t head[13] = {54 + 16, 0, 54, 40, 2, 2, 1 | 24u << 16, 0, 16, 0, 0, 0, 0};
  bytes_write(&out, head, sizeof head);
  for (int y = 1; y >= 0; y--) {
    for (int x = 0; x < 2; x++) {
      const uint8_t *p = rgb[2 * y + x], bgr[3] = {p[2], p[1], p[0]};
      bytes_write(&out, bgr, 3);
    }
    bytes_write(&out, "\0", 2);
  }
  return out;
}
static const uint8_t four[4][3] = {{255, 51, 102}, {0, 102, 153}, {51, 153, 204}, {102, 204, 0}};

static MlImage image_of(const uint8_t rgb[4][3], MlColorSpace space) {
  Bytes file = bmp(rgb);
  const MlImage image = ml_image(b, &ML_DESC(MlImageDesc, .bytes = file.data, .byte_count = file.count, .space = space), &error);
  if (image == 0) fail_msg("%s", error.message);
  bytes_free(&file);
  return image;
}

/* The texture's value at (u, v) as a number or as a colour. */
static Vec3 look(uint32_t index, float u, float v, bool number) {
  Texture all[64];
  assert_true(b->textures.count <= COUNT(all));
  for (uint64_t i = 0; i < b->textures.count; i++) all[i] = b->textures.data[i].texture;
  const Textures textures = {all, b->stops.data, (uint32_t)b->textures.count, (uint32_t)b->stops.count, NULL};
  const TexturePoint at = {.uv = {u, v}, .n = vec3(0, 1, 0)};
  return spectrum_to_vec3(texture_eval(&textures, index, &at, number));
}
static void expect_near(float got, double wanted) {
  if (!(fabs((double)got - wanted) <= 1e-6 + 1e-6 * fabs(wanted))) fail_msg("%.9g, expected %.9g", (double)got, wanted);
}

/* The same of a mip level, which is rounded to codes. */
static void expect_code(float got, double wanted) { assert_true(fabs((double)got - wanted) < 0.51 / 255); }

/* ---- textures */

static void channels(void **state) {
  (void)state;
  const MlImage image = image_of(four, ML_COLOR_LINEAR);
  static const MlChannel channels[] = {ML_CHANNEL_RED, ML_CHANNEL_GREEN, ML_CHANNEL_BLUE, ML_CHANNEL_ALPHA};
  for (size_t c = 0; c < COUNT(channels); c++) {
    const MlTexture texture =
      ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image, .filter = ML_NEAREST, .channel = channels[c]), &error);
    assert_int_not_equal(texture, 0);
    double mean = 0;
    for (int i = 0; i < 4; i++) {
      const double wanted = c == 3 ? 1.0 : four[i][c] / 255.0;
      const Vec3 got = look(texture - 1, i & 1 ? .75f : .25f, i >> 1 ? .25f : .75f, true);
      for (int k = 0; k < 3; k++) expect_near(got[k], wanted);
      mean += wanted / 4;
    }
    expect_code(spectrum_to_vec3(b->textures.data[texture - 1].mean)[0], mean);
  }
}

static void maps(void **state) {
  (void)state;
  const MlImage image = image_of(four, ML_COLOR_LINEAR);
  // u and v change places, then u moves by a half
  const MlTexture turned = ml_image_texture(b,
                                            &ML_DESC(MlImageTextureDesc, .image = image, .filter = ML_NEAREST, .channel = ML_CHANNEL_GREEN,
                                                     .has_map = true, .map = {0, 1, .5, 1, 0, 0}),
                                            &error);
  for (int i = 0; i < 4; i++) {
    const float u = i & 1 ? .75f : .25f, v = i >> 1 ? .75f : .25f;
    const int x = v < .5f ? 1 : 0, y = u < .5f ? 1 : 0; // v + .5 repeats; y from above
    expect_near(look(turned - 1, u, v, true)[0], four[2 * y + x][1] / 255.0);
  }
  // A map that only stretches is what repeats are, to the bit
  const MlTexture plain = ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image, .repeat_u = 3, .repeat_v = .7), &error);
  const MlTexture mapped =
    ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image, .has_map = true, .map = {3, 0, 0, 0, .7, 0}), &error);
  const MlTexture both =
    ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image, .repeat_u = 3, .has_map = true, .map = {1, 0, 0, 0, .7, 0}), &error);
  for (int i = 0; i < 50; i++) {
    const float u = .13f * (float)i - 2, v = .29f * (float)i - 3;
    const Vec3 wanted = look(plain - 1, u, v, false), a = look(mapped - 1, u, v, false), c = look(both - 1, u, v, false);
    for (int k = 0; k < 3; k++) assert_true(a[k] == wanted[k] && c[k] == wanted[k]);
  }
  // The footprint goes through the map: a wide one along v covers u here, and all of the picture is seen
  Texture all[4];
  for (uint64_t i = 0; i < b->textures.count; i++) all[i] = b->textures.data[i].texture;
  all[0].filter = TEXTURE_TRILINEAR;
  const Textures textures = {all, NULL, (uint32_t)b->textures.count, 0, NULL};
  const TexturePoint at = {.uv = {.3f, .3f}, .uvx = {0, 4}, .uvy = {0, 0}, .n = vec3(0, 1, 0)};
  expect_code(spectrum_to_vec3(texture_eval(&textures, turned - 1, &at, true))[0], (51 + 102 + 153 + 204) / 4.0 / 255.0);
}

static void wraps(void **state) {
  (void)state;
  const MlImage image = image_of(four, ML_COLOR_LINEAR);
  const MlTexture texture = ml_image_texture(b,
                                             &ML_DESC(MlImageTextureDesc, .image = image, .filter = ML_NEAREST, .channel = ML_CHANNEL_GREEN,
                                                      .wrap = ML_WRAP_REPEAT, .wrap_v = ML_WRAP_CLAMP, .has_wrap_v = true),
                                             &error);
  expect_near(look(texture - 1, 1.25f, 1.25f, true)[0], four[0][1] / 255.0); // repeats to the left, held at the top
  expect_near(look(texture - 1, 1.75f, -.25f, true)[0], four[3][1] / 255.0);
  const MlTexture clamped =
    ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image, .filter = ML_NEAREST, .wrap = ML_WRAP_CLAMP), &error);
  expect_near(look(clamped - 1, 1.25f, 1.25f, true)[1], four[1][1] / 255.0); // one for both
}

static void messages(void **state) {
  (void)state;
  const MlImage image = image_of(four, ML_COLOR_LINEAR);
  const struct {
    MlImageTextureDesc d;
    const char *message;
  } cases[] = {
    {ML_DESC(MlImageTextureDesc, .image = image, .channel = (MlChannel)9), "image.channel: expected one of MlChannel, got 9"},
    {ML_DESC(MlImageTextureDesc, .image = image, .wrap_v = (MlWrap)9, .has_wrap_v = true),
     "image: expected two of MlWrap and one of MlImageFilter, got 0, 9 and 0"},
    {ML_DESC(MlImageTextureDesc, .image = image, .has_map = true, .map = {1, 0, 1e300, 0, 1, 0}),
     "image.map: expected numbers of -1e9 to 1e9, got 1e+300"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    error = (MlError){0};
    assert_int_equal(ml_image_texture(b, &cases[i].d, &error), 0);
    assert_string_equal(error.message, cases[i].message);
  }
  error = (MlError){0};
  assert_int_equal(ml_matte(b, &ML_DESC(MlMatteDesc, .relief.normal_scale = INFINITY_F), &error), 0);
  assert_string_equal(error.message, "matte.relief.normal_scale: expected a finite number, got inf");
}

static void scaled_normals(void **state) {
  (void)state;
  static const uint8_t slanted[4][3] = {{191, 128, 255}, {191, 128, 255}, {191, 128, 255}, {191, 128, 255}};
  const MlTexture map = ml_image_texture(b, &ML_DESC(MlImageTextureDesc, .image = image_of(slanted, ML_COLOR_LINEAR)), &error);
  static const float scales[] = {0, 1, .5f, 2, -1};
  const Texture texture = b->textures.data[map - 1].texture;
  for (size_t i = 0; i < COUNT(scales); i++) {
    const MlMaterial m = ml_matte(b, &ML_DESC(MlMatteDesc, .relief = {.normal = map, .normal_scale = scales[i]}), &error);
    const float scale = scales[i] == 0 ? 1 : scales[i];
    assert_true(builder_material(b, m)->normal_scale == scale);
    // A mix has that of its parts, and a coat that of its base
    const MlMaterial mix = ml_mix(b, &ML_DESC(MlMixDesc, .a = m, .b = m, .amount = .5f), &error);
    assert_true(builder_material(b, mix)->normal_scale == scale);
    assert_true(builder_material(b, ml_coat(b, &ML_DESC(MlCoatDesc, .base = m), &error))->normal_scale == scale);
    const Scene scene = {.textures = {&texture, NULL, 1, 0, NULL}};
    const TexturePoint at = {.uv = {.5f, .5f}, .n = vec3(0, 0, 1)};
    const Span axes = {vec3(1, 0, 0), vec3(0, 1, 0)};
    Material shaded = *builder_material(b, m);
    shaded.normal = 0;
    const Vec3 n = normal_by_map(&scene, &shaded, &at, &axes, vec3(0, 0, 1));
    expect_near(n[0] / n[2], (double)scale * (2 * 191 / 255.0 - 1));
  }
  assert_true(builder_material(b, ml_matte(b, &ML_DESC(MlMatteDesc, .relief.normal_scale = 3), &error))->normal_scale == 0);
}

/* ---- a whole file */

static double srgb(int code) {
  const double v = code / 255.0;
  return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static MlModel read_model(const char *json, const void *bin, size_t size) {
  Bytes file = glb_bytes(json, bin, size);
  error = (MlError){0};
  const MlModel model = ml_model(b, &ML_DESC(MlModelDesc, .bytes = {file.data, file.count}, .name = "test.glb"), &error);
  if (model == 0) fail_msg("%s", error.message);
  bytes_free(&file);
  return model;
}

/* The texture that varies this field of the material's lobe of that kind; NO_ID: none does. */
static uint32_t texture_of(const Material *m, LobeKind kind, PatchField field) {
  for (uint32_t i = 0; i < m->patch_count; i++) {
    const Patch *patch = &b->patches.data[m->first_patch + i];
    if (b->lobes.data[m->first_lobe + patch->lobe].kind == (uint32_t)kind && patch->field == (uint32_t)field) return patch->texture;
  }
  return NO_ID;
}

#define HEAD                                                                                                                               \
  "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"byteLength\":130}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":60},"                 \
  "{\"buffer\":0,\"byteOffset\":60,\"byteLength\":70}],\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":"      \
  "\"VEC3\"},{\"bufferView\":0,\"byteOffset\":36,\"componentType\":5126,\"count\":3,\"type\":\"VEC2\"}],"                                  \
  "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0,\"TEXCOORD_0\":1},\"material\":0}]}],"                                     \
  "\"images\":[{\"bufferView\":1}],\"samplers\":[{\"magFilter\":9728}],\"textures\":[{\"source\":0,\"sampler\":0}],"

typedef struct Binary {
  float points[9], uv[6];
  uint8_t picture[70];
} Binary;
static Binary binary(void) {
  Binary bin = {.points = {0, 0, 0, 1, 0, 0, 0, 1, 0}, .uv = {0, 0, 1, 0, 0, 1}};
  Bytes picture = bmp(four);
  assert_int_equal(picture.count, sizeof bin.picture);
  memcpy(bin.picture, picture.data, picture.count);
  bytes_free(&picture);
  return bin;
}

/* Colours decoded, metal in blue, roughness in green, each times its factor; the picture moved as KHR_texture_transform says. */
static void materials(void **state) {
  (void)state;
  const Binary bin = binary();
  const MlModel model = read_model(
    HEAD "\"materials\":[{\"name\":\"m\",\"pbrMetallicRoughness\":{\"baseColorFactor\":[0.5,1,0.25,1],\"baseColorTexture\":{\"index\":0,"
         "\"extensions\":{\"KHR_texture_transform\":{\"offset\":[0.5,0]}}},\"metallicFactor\":0.5,\"roughnessFactor\":0.75,"
         "\"metallicRoughnessTexture\":{\"index\":0}},\"emissiveFactor\":[2,2,2],\"emissiveTexture\":{\"index\":0},\"normalTexture\":{"
         "\"index\":0,\"scale\":0.5}}]}",
    &bin, sizeof bin);
  const MlModelInfo info = ml_model_info(b, model);
  assert_true(info.triangles == 1 && info.material_count == 1 && info.warning_count == 0);
  assert_string_equal(ml_model_material_name(b, model, 0), "m");
  const Material *m = builder_material(b, (MlMaterial)b->materials.count - 1);
  const uint32_t color = texture_of(m, LOBE_DIFFUSE, PATCH_COLOR), rough = texture_of(m, LOBE_CONDUCTOR, PATCH_ROUGHNESS),
                 metal = texture_of(m, LOBE_CONDUCTOR, PATCH_WEIGHT);
  assert_true(color != NO_ID && rough != NO_ID && metal != NO_ID && m->normal != NO_ID && (m->varies & VARIES_EMISSION));
  assert_true(m->normal_scale == 0.5f);
  for (int i = 0; i < 4; i++) {
    const float u = i & 1 ? .75f : .25f, v = i >> 1 ? .25f : .75f;
    static const double factor[3] = {0.5, 1, 0.25};
    for (int k = 0; k < 3; k++) {
      expect_near(look(color, u, v, false)[k], factor[k] * srgb(four[i ^ 1][k]));
      expect_near(look(m->emission_texture, u, v, false)[k], 2 * srgb(four[i][k]));
      expect_near(look(m->normal, u, v, true)[k], four[i][k] / 255.0);
    }
    expect_near(look(rough, u, v, true)[0], 0.75 * four[i][1] / 255.0);
    expect_near(look(metal, u, v, true)[0], 0.5 * four[i][2] / 255.0);
  }
}

/* What is multiplied by nothing costs nothing: no metal, no light. */
static void factors_of_nothing(void **state) {
  (void)state;
  const Binary bin = binary();
  read_model(HEAD "\"materials\":[{\"pbrMetallicRoughness\":{\"metallicFactor\":0,\"metallicRoughnessTexture\":{\"index\":0}},"
                  "\"emissiveTexture\":{\"index\":0}}]}",
             &bin, sizeof bin);
  const Material *m = builder_material(b, (MlMaterial)b->materials.count - 1);
  assert_int_equal(m->emits, 0);
  for (uint32_t i = 0; i < m->lobe_count; i++) assert_int_not_equal(b->lobes.data[m->first_lobe + i].kind, LOBE_CONDUCTOR);
}

/* Watts and directions of lights, which stand where their nodes are; the camera's place. */
static void lights_and_cameras(void **state) {
  (void)state;
  const Binary bin = binary();
  const MlModel model = read_model(
    HEAD "\"materials\":[{}],\"cameras\":[{\"type\":\"perspective\",\"perspective\":{\"yfov\":0.5},\"name\":\"eye\"}],"
         "\"extensions\":{\"KHR_lights_punctual\":{\"lights\":[{\"type\":\"point\",\"intensity\":683},{\"type\":\"spot\",\"intensity\":683,"
         "\"spot\":{\"innerConeAngle\":0.3,\"outerConeAngle\":0.6}},{\"type\":\"directional\",\"intensity\":1366},{\"type\":\"point\","
         "\"intensity\":0}]}},\"nodes\":[{\"mesh\":0},"
         "{\"extensions\":{\"KHR_lights_punctual\":{\"light\":0}},\"translation\":[1,2,3]},"
         "{\"extensions\":{\"KHR_lights_punctual\":{\"light\":1}}},{\"extensions\":{\"KHR_lights_punctual\":{\"light\":2}}},"
         "{\"extensions\":{\"KHR_lights_punctual\":{\"light\":3}}},"
         "{\"camera\":0,\"translation\":[5,6,7],\"rotation\":[0,0.7071067811865476,0,0.7071067811865476]}]}",
    &bin, sizeof bin);
  const MlModelInfo info = ml_model_info(b, model);
  assert_true(info.light_count == 4 && info.camera_count == 1);
  uint32_t points = 0, spots = 0, directions = 0;
  for (uint64_t i = 0; i < b->nodes.count; i++) {
    const Node *node = &b->nodes.data[i];
    if (node->kind == NODE_LIGHT && node->leaf->outer > 0) {
      spots++;
      expect_near((float)node->leaf->s, 2 * pi * (1 - .5 * (cos(.3) + cos(.6))));
      expect_near((float)node->leaf->inner, 1 - cos(.3));
      expect_near((float)node->leaf->outer, 1 - cos(.6));
      assert_true(node->leaf->p[1].z == -1);
    } else if (node->kind == NODE_LIGHT) {
      points++;
      expect_near((float)node->leaf->s, 4 * pi);
    } else if (node->kind == NODE_DIRECTIONAL) {
      directions++;
      expect_near((float)node->leaf->s, 2);
      assert_true(node->leaf->p[0].z == -1);
    }
  }
  assert_true(points == 1 && spots == 1 && directions == 1);
  const char *name;
  const MlCamera camera = ml_model_camera(b, model, 0, &name);
  assert_string_equal(name, "eye");
  expect_near((float)camera.fov, .5 * 180 / pi);
  assert_true(camera.from.x == 5 && camera.from.y == 6 && camera.from.z == 7);
  expect_near((float)camera.look_at.x, 4); // turned by 90 degrees about y, -z is -x
  expect_near((float)camera.look_at.z, 7);
  expect_near((float)camera.up.y, 1);
  fixture_add(b, info.node);
  const MlScene *scene = fixture_commit(b);
  b = NULL;
  const MlSceneStats stats = ml_scene_stats(scene);
  assert_int_equal(stats.lights, 3);
  assert_int_equal(stats.triangles, 1);
  ml_scene_release(scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(channels),          TEST(maps), TEST(wraps), TEST(messages), TEST(scaled_normals), TEST(materials), TEST(factors_of_nothing),
    TEST(lights_and_cameras)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
