/* test_shape_gltf.c - the glTF reader: files made here, each feature of the format, wrong files with their messages, files made to harm,
 * memory that runs out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/hash.h"
#include "gltf_fixture.h"

static Memory memory;
static const SiblingFile *beside;
static Work *work;

static MlStatus read_bytes(Memory *m, const char *name, const void *data, size_t size, Model *model, MlError *error) {
  const ModelSource source = {.bytes = {data, size}, .name = name, .siblings = {(void *)beside, open_sibling}, .work = work};
  *error = (MlError){0};
  model_init(model, m);
  if (!array_push(m, &model->files, (ModelFile){0})) return model_out_of_memory(model, &source, error);
  const MlStatus status = model_read_gltf(&source, model, error);
  if (status != ML_OK) model_free(model);
  return status;
}

static Model read_json(const char *json) {
  Model model;
  MlError error;
  const MlStatus status = read_bytes(&memory, "test.gltf", json, strlen(json), &model, &error);
  if (status != ML_OK) fail_msg("%s", error.message);
  return model;
}
static Model read_glb(const char *json, const void *bin, size_t size) {
  Bytes file = glb_bytes(json, bin, size);
  Model model;
  MlError error;
  const MlStatus status = read_bytes(&memory, "test.glb", file.data, file.count, &model, &error);
  if (status != ML_OK) fail_msg("%s", error.message);
  bytes_free(&file);
  return model;
}
static void done(Model *model) {
  model_free(model);
  assert_int_equal(memory.used, 0);
}

static void expect_status(const char *json, const void *bin, size_t size, MlStatus status, const char *message) {
  Bytes file = glb_bytes(json, bin, size);
  Model model;
  MlError error;
  if (read_bytes(&memory, "x.glb", file.data, file.count, &model, &error) == ML_OK) fail_msg("was read; expected: %s", message);
  assert_string_equal(error.message, message);
  assert_int_equal(error.status, status);
  assert_int_equal(memory.used, 0);
  bytes_free(&file);
}
static void expect_error(const char *json, const void *bin, size_t size, const char *message) {
  expect_status(json, bin, size, ML_ERROR_FORMAT, message);
}

static void expect_floats(const float *got, size_t n, const float *wanted) {
  for (size_t i = 0; i < n; i++)
    if (got[i] != wanted[i]) fail_msg("number %zu is %g, expected %g", i, (double)got[i], (double)wanted[i]);
}
static void expect_corners(const ModelPart *part, uint64_t triangles, const uint32_t *wanted) {
  assert_int_equal(part->triangle_count, triangles);
  for (size_t i = 0; i < 3 * triangles; i++)
    if (part->triangles[i] != wanted[i]) fail_msg("corner %zu is %u, expected %u", i, part->triangles[i], wanted[i]);
}
static bool names(const Model *model, const char *what) {
  for (uint64_t i = 0; i < model->unsupported.count; i++)
    if (strcmp(model_text(model, model->unsupported.data[i]), what) == 0) return true;
  return false;
}

#define ASSET "\"asset\":{\"version\":\"2.0\"}"
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A square: four points, then six indices of 16 bits. */
typedef struct Square {
  float points[12];
  uint16_t indices[6];
} Square;
static const Square square = {{0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0}, {0, 1, 2, 0, 2, 3}};
#define SQUARE_BUFFERS                                                                                                                     \
  "\"buffers\":[{\"byteLength\":60}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},{\"buffer\":0,\"byteOffset\":48,\"byteLength\":"    \
  "12}],\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"},{\"bufferView\":1,\"componentType\":5123,"  \
  "\"count\":6,\"type\":\"SCALAR\"}]"
#define SQUARE_MESH "\"meshes\":[{\"name\":\"square\",\"primitives\":[{\"attributes\":{\"POSITION\":0},\"indices\":1}]}]"

static void expect_square(const Model *model) {
  assert_int_equal(model->parts.count, 1);
  const ModelPart *part = &model->parts.data[0];
  assert_int_equal(part->point_count, 4);
  expect_floats(part->points, 12, square.points);
  expect_corners(part, 2, (const uint32_t[]){0, 1, 2, 0, 2, 3});
  assert_null(part->normals);
  assert_null(part->uv);
  assert_int_equal(part->material, MODEL_NONE);
  assert_int_equal(model->meshes.count, 1);
  assert_string_equal(model_text(model, model->meshes.data[0].name), "square");
  assert_int_equal(model->nodes.count, 1);
  assert_int_equal(model->nodes.data[0].mesh, 0);
  assert_int_equal(model->unsupported.count, 0);
}

/* The three ways that bytes come in. */
static void test_buffers(void **state) {
  (void)state;
  Model model = read_glb("{" ASSET "," SQUARE_BUFFERS "," SQUARE_MESH "}", &square, sizeof square);
  expect_square(&model);
  done(&model);

  Bytes uri = data_uri(&square, sizeof square);
  char json[2000];
  snprintf(json, sizeof json,
           "\xef\xbb\xbf{" ASSET ",\"buffers\":[{\"byteLength\":60,\"uri\":\"%s\"}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},"
           "{\"buffer\":0,\"byteOffset\":48,\"byteLength\":12}],\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":4,"
           "\"type\":\"VEC3\"},{\"bufferView\":1,\"componentType\":5123,\"count\":6,\"type\":\"SCALAR\"}]," SQUARE_MESH "}",
           (const char *)uri.data);
  model = read_json(json);
  expect_square(&model);
  done(&model);
  bytes_free(&uri);

  static const char with_file[] =
    "{" ASSET ",\"buffers\":[{\"byteLength\":60,\"uri\":\"a%20b%2Fdata.bin\"}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},"
    "{\"buffer\":0,\"byteOffset\":48,\"byteLength\":12}],\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":4,"
    "\"type\":\"VEC3\"},{\"bufferView\":1,\"componentType\":5123,\"count\":6,\"type\":\"SCALAR\"}]," SQUARE_MESH "}";
  const SiblingFile files[] = {{"a b/data.bin", &square, sizeof square}, {0}};
  beside = files;
  model = read_json(with_file);
  expect_square(&model);
  assert_int_equal(model.files.count, 2);
  assert_string_equal(model_text(&model, model.files.data[1].name), "a b/data.bin");
  done(&model);
  // While it is not there the model goes on without it
  beside = NULL;
  model = read_json(with_file);
  assert_int_equal(model.parts.count, 0);
  assert_int_equal(model.meshes.count, 1);
  assert_true(model.files.data[1].missing);
  done(&model);
}

/* Base64 of all remainders, in both alphabets, with "\/". */
static void test_base64(void **state) {
  (void)state;
  for (size_t n = 0; n <= 9; n++) {
    uint8_t data[9];
    for (size_t i = 0; i < n; i++) data[i] = (uint8_t)(0xfb + 13 * i);
    Bytes uri = data_uri(data, n);
    for (int kind = 0; kind < 3; kind++) {
      char json[600], text[100];
      size_t length = 0;
      for (size_t i = 0; i + 1 < uri.count; i++) {
        char c = (char)uri.data[i];
        if (kind == 1 && i > 30 && c == '/') text[length++] = '\\';
        if (kind == 2 && i > 30) c = (char)(c == '+' ? '-' : c == '/' ? '_' : c);
        text[length++] = c;
      }
      text[length] = '\0';
      if (kind == 2) // without padding
        while (length > 0 && text[length - 1] == '=') text[--length] = '\0';
      snprintf(json, sizeof json,
               "{" ASSET
               ",\"images\":[{\"uri\":\"%s\"}],\"textures\":[{\"source\":0}],\"materials\":[{\"emissiveTexture\":{\"index\":0}}]}",
               text);
      Model model = read_json(json);
      assert_int_equal(model.images.count, 1);
      const ModelImage *image = &model.images.data[0];
      assert_true(image->embedded && image->file == MODEL_NONE && image->first == 0);
      assert_int_equal(image->count, n);
      if (n) assert_memory_equal(model.data.data, data, n);
      done(&model);
    }
    bytes_free(&uri);
  }
}

/* ---- accessors */

/* Points of every component type, normalized or not. */
static void test_components(void **state) {
  (void)state;
  static const struct {
    int component, size, normalized;
    double numbers[3]; // as integers
    float wanted[3];
  } cases[] = {
    {5120, 1, 0, {-128, 0, 127}, {-128, 0, 127}},
    {5120, 1, 1, {-128, 1, 127}, {-1, 1.0f / 127.0f, 1}},
    {5121, 1, 0, {0, 1, 255}, {0, 1, 255}},
    {5121, 1, 1, {0, 51, 255}, {0, 51.0f / 255.0f, 1}},
    {5122, 2, 0, {-32768, 5, 32767}, {-32768, 5, 32767}},
    {5122, 2, 1, {-32768, 1, 32767}, {-1, 1.0f / 32767.0f, 1}},
    {5123, 2, 0, {0, 300, 65535}, {0, 300, 65535}},
    {5123, 2, 1, {0, 1, 65535}, {0, 1.0f / 65535.0f, 1}},
    {5125, 4, 0, {0, 70000, 4294967295.0}, {0, 70000, 4294967296.0f}},
  };
  for (size_t c = 0; c < COUNT(cases); c++) {
    uint8_t bin[3 * 16] = {0};
    for (int p = 0; p < 3; p++)
      for (int k = 0; k < 3; k++) {
        const int64_t x = (int64_t)cases[c].numbers[k];
        for (int byte = 0; byte < cases[c].size; byte++) bin[16 * p + cases[c].size * k + byte] = (uint8_t)(x >> 8 * byte);
      }
    char json[600];
    snprintf(json, sizeof json,
             "{" ASSET ",\"buffers\":[{\"byteLength\":48}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48,\"byteStride\":16}],"
             "\"accessors\":[{\"bufferView\":0,\"componentType\":%d,\"count\":3,\"type\":\"VEC3\",\"normalized\":%s}],"
             "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]}",
             cases[c].component, cases[c].normalized ? "true" : "false");
    Model model = read_glb(json, bin, sizeof bin);
    assert_int_equal(model.parts.count, 1);
    for (int p = 0; p < 3; p++) expect_floats(model.parts.data[0].points + 3 * p, 3, cases[c].wanted);
    expect_corners(&model.parts.data[0], 1, (const uint32_t[]){0, 1, 2});
    done(&model);
  }
}

/* Interleaved points, normals and texture coordinates; v is turned; indices of 8 and 32 bits. */
static void test_interleaved(void **state) {
  (void)state;
  struct {
    float vertices[3][8];
    uint8_t small[4];
    uint32_t large[3];
  } bin = {{{0, 0, 0, 0, 0, 1, 0, 0}, {1, 0, 0, 0, 0, 2, 1, 0.25f}, {0, 1, 0, 0, 1, 0, 0.5f, 1}}, {2, 1, 0}, {1, 2, 0}};
  for (int large = 0; large < 2; large++) {
    char json[1200];
    snprintf(json, sizeof json,
             "{" ASSET ",\"buffers\":[{\"byteLength\":112}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":96,\"byteStride\":32},"
             "{\"buffer\":0,\"byteOffset\":96,\"byteLength\":16}],\"accessors\":["
             "{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":\"VEC3\"},"
             "{\"bufferView\":0,\"byteOffset\":12,\"componentType\":5126,\"count\":3,\"type\":\"VEC3\"},"
             "{\"bufferView\":0,\"byteOffset\":24,\"componentType\":5126,\"count\":3,\"type\":\"VEC2\"},"
             "{\"bufferView\":1,\"byteOffset\":%d,\"componentType\":%d,\"count\":3,\"type\":\"SCALAR\"}],"
             "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0,\"NORMAL\":1,\"TEXCOORD_0\":2},\"indices\":3}]}]}",
             large ? 4 : 0, large ? 5125 : 5121);
    Model model = read_glb(json, &bin, sizeof bin);
    const ModelPart *part = &model.parts.data[0];
    expect_floats(part->points, 9, (const float[]){0, 0, 0, 1, 0, 0, 0, 1, 0});
    expect_floats(part->normals, 9, (const float[]){0, 0, 1, 0, 0, 2, 0, 1, 0});
    expect_floats(part->uv, 6, (const float[]){0, 1, 1, 0.75f, 0.5f, 0});
    expect_corners(part, 1, large ? (const uint32_t[]){1, 2, 0} : (const uint32_t[]){2, 1, 0});
    done(&model);
  }
}

/* Sparse points over others and over zeros; in order and by indices that leave some out. */
static void test_sparse(void **state) {
  (void)state;
  struct {
    float points[12];
    uint16_t where[2], indices[6];
    float values[6];
  } bin = {{0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0}, {1, 3}, {0, 1, 3, 0, 1, 3}, {7, 8, 9, 4, 5, 6}};
  for (int kind = 0; kind < 4; kind++) {
    const bool over_zeros = kind & 1, indexed = kind & 2;
    char json[1200];
    snprintf(json, sizeof json,
             "{" ASSET ",\"buffers\":[{\"byteLength\":88}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},"
             "{\"buffer\":0,\"byteOffset\":48,\"byteLength\":16},{\"buffer\":0,\"byteOffset\":64,\"byteLength\":24}],\"accessors\":["
             "{%s\"componentType\":5126,\"count\":%d,\"type\":\"VEC3\",\"sparse\":{\"count\":2,\"indices\":{\"bufferView\":1,"
             "\"componentType\":5123},\"values\":{\"bufferView\":2}}},"
             "{\"bufferView\":1,\"byteOffset\":4,\"componentType\":5123,\"count\":3,\"type\":\"SCALAR\"}],"
             "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}%s}]}]}",
             over_zeros ? "" : "\"bufferView\":0,", 4, indexed ? ",\"indices\":1" : ",\"mode\":5");
    Model model = read_glb(json, &bin, sizeof bin);
    const ModelPart *part = &model.parts.data[0];
    const float x = over_zeros ? 0 : 1;
    if (indexed) {
      // Of the four points three are used: these are there, in the order of their use
      assert_int_equal(part->point_count, 3);
      expect_floats(part->points, 9, (const float[]){0, 0, 0, 7, 8, 9, 4, 5, 6});
      expect_corners(part, 1, (const uint32_t[]){0, 1, 2});
    } else {
      expect_floats(part->points, 12, (const float[]){0, 0, 0, 7, 8, 9, x, x, 0, 4, 5, 6});
      expect_corners(part, 2, (const uint32_t[]){0, 1, 2, 1, 3, 2});
    }
    done(&model);
  }
}

/* ---- primitives */

static void test_modes(void **state) {
  (void)state;
  static const struct {
    int mode;
    uint32_t triangles;
    uint32_t corners[12], by_index[12]; // in order; by the indices 4, 3, 2, 1, 0
  } cases[] = {
    {4, 1, {0, 1, 2}, {4, 3, 2}},
    {5, 3, {0, 1, 2, 1, 3, 2, 2, 3, 4}, {4, 3, 2, 3, 1, 2, 2, 1, 0}},
    {6, 3, {1, 2, 0, 2, 3, 0, 3, 4, 0}, {3, 2, 4, 2, 1, 4, 1, 0, 4}},
  };
  struct {
    float points[15];
    uint8_t indices[8];
  } bin = {{0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1}, {4, 3, 2, 1, 0}};
  for (size_t c = 0; c < COUNT(cases); c++)
    for (int indexed = 0; indexed < 2; indexed++) {
      char json[1000];
      snprintf(json, sizeof json,
               "{" ASSET
               ",\"buffers\":[{\"byteLength\":68}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":60},{\"buffer\":0,\"byteOffset\":"
               "60,\"byteLength\":8}],\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":5,\"type\":\"VEC3\"},"
               "{\"bufferView\":1,\"componentType\":5121,\"count\":5,\"type\":\"SCALAR\"}],"
               "\"meshes\":[{\"primitives\":[{\"mode\":%d,\"attributes\":{\"POSITION\":0}%s}]}]}",
               cases[c].mode, indexed ? ",\"indices\":1" : "");
      Model model = read_glb(json, &bin, sizeof bin);
      expect_corners(&model.parts.data[0], cases[c].triangles, indexed ? cases[c].by_index : cases[c].corners);
      assert_int_equal(model.unsupported.count, 0);
      done(&model);
    }
  // Too few for a triangle, and what is no triangle, is passed over
  for (int mode = 0; mode <= 6; mode++) {
    char json[1000];
    snprintf(json, sizeof json,
             "{" ASSET ",\"buffers\":[{\"byteLength\":68}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":60}],"
             "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":2,\"type\":\"VEC3\"}],"
             "\"meshes\":[{\"primitives\":[{\"mode\":%d,\"attributes\":{\"POSITION\":0}}]}]}",
             mode);
    Model model = read_glb(json, &bin, sizeof bin);
    assert_int_equal(model.parts.count, 0);
    assert_int_equal(names(&model, "points and lines"), mode < 4);
    done(&model);
  }
}

/* Two primitives that share their points get each what it uses. */
static void test_shared(void **state) {
  (void)state;
  Model model =
    read_glb("{" ASSET ",\"buffers\":[{\"byteLength\":60}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},{\"buffer\":0,"
             "\"byteOffset\":48,\"byteLength\":12}],\"accessors\":["
             "{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"},"
             "{\"bufferView\":1,\"componentType\":5123,\"count\":3,\"type\":\"SCALAR\"},"
             "{\"bufferView\":1,\"byteOffset\":6,\"componentType\":5123,\"count\":3,\"type\":\"SCALAR\"}],"
             "\"materials\":[{},{}],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},\"indices\":1,\"material\":1},"
             "{\"attributes\":{\"POSITION\":0},\"indices\":2,\"material\":0}]}]}",
             &square, sizeof square);
  assert_int_equal(model.parts.count, 2);
  assert_int_equal(model.meshes.data[0].part_count, 2);
  expect_floats(model.parts.data[0].points, 9, (const float[]){0, 0, 0, 1, 0, 0, 1, 1, 0});
  expect_floats(model.parts.data[1].points, 9, (const float[]){0, 0, 0, 1, 1, 0, 0, 1, 0});
  for (int i = 0; i < 2; i++) {
    assert_int_equal(model.parts.data[i].point_count, 3);
    expect_corners(&model.parts.data[i], 1, (const uint32_t[]){0, 1, 2});
    assert_int_equal(model.parts.data[i].material, 1 - i);
  }
  done(&model);
}

/* ---- materials */

#define TEXTURES                                                                                                                           \
  "\"images\":[{\"uri\":\"a.png\"},{\"bufferView\":2,\"mimeType\":\"image/png\",\"name\":\"inside\"},{\"uri\":\"never%20used.png\"}],"     \
  "\"samplers\":[{\"wrapS\":33071,\"wrapT\":33648,\"magFilter\":9728},{}],"                                                                \
  "\"textures\":[{\"source\":0,\"sampler\":0},{\"source\":1,\"sampler\":1},{\"source\":1},{\"extensions\":{\"EXT_texture_webp\":{"         \
  "\"source\":0}}}]"

static void expect_near(double got, double wanted) {
  if (!(fabs(got - wanted) <= 1e-12 + 1e-7 * fabs(wanted))) fail_msg("%.17g, expected %.17g", got, wanted);
}
static void expect_texture(const ModelTexture *texture, uint32_t image, ModelChannel channel) {
  assert_int_equal(texture->image, image);
  if (image != MODEL_NONE) assert_int_equal(texture->channel, channel);
}

static void test_material(void **state) {
  (void)state;
  static const char json[] =
    "{" ASSET ",\"extensionsUsed\":[\"KHR_materials_clearcoat\",\"EXT_texture_webp\",\"KHR_materials_variants\",\"KHR_xmp\"],"
    "\"extensionsRequired\":[\"KHR_materials_unlit\",\"KHR_texture_transform\",\"KHR_mesh_quantization\"],"
    "\"buffers\":[{\"byteLength\":64}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},{\"buffer\":0,\"byteOffset\":48,\"byteLength\":12},"
    "{\"buffer\":0,\"byteOffset\":60,\"byteLength\":4}]," TEXTURES ","
    "\"materials\":["
    "{\"name\":\"every\\tthing\",\"doubleSided\":true,\"pbrMetallicRoughness\":{\"baseColorFactor\":[0.25,0.5,1,0.75],"
    "\"baseColorTexture\":{\"index\":0},\"metallicFactor\":0.5,\"roughnessFactor\":0.125,\"metallicRoughnessTexture\":{\"index\":1}},"
    "\"normalTexture\":{\"index\":2,\"scale\":0.5},\"emissiveFactor\":[1,0.5,0],\"emissiveTexture\":{\"index\":1},"
    "\"alphaMode\":\"MASK\",\"alphaCutoff\":0.25,\"extensions\":{"
    "\"KHR_materials_emissive_strength\":{\"emissiveStrength\":8},\"KHR_materials_ior\":{\"ior\":1.75},"
    "\"KHR_materials_transmission\":{\"transmissionFactor\":0.5,\"transmissionTexture\":{\"index\":1}},"
    "\"KHR_materials_volume\":{\"thicknessFactor\":2,\"attenuationDistance\":3,\"attenuationColor\":[0.25,0.5,0.75]},"
    "\"KHR_materials_dispersion\":{\"dispersion\":0.5},"
    "\"KHR_materials_specular\":{\"specularFactor\":0.5,\"specularTexture\":{\"index\":0},\"specularColorFactor\":[1,2,0.5],"
    "\"specularColorTexture\":{\"index\":1}},"
    "\"KHR_materials_clearcoat\":{\"clearcoatFactor\":0.5,\"clearcoatTexture\":{\"index\":1},\"clearcoatRoughnessFactor\":0.25,"
    "\"clearcoatRoughnessTexture\":{\"index\":1}},"
    "\"KHR_materials_sheen\":{\"sheenColorFactor\":[0.5,0.25,1],\"sheenColorTexture\":{\"index\":0},\"sheenRoughnessFactor\":0.75,"
    "\"sheenRoughnessTexture\":{\"index\":1}},"
    "\"KHR_materials_anisotropy\":{\"anisotropyStrength\":0.5,\"anisotropyRotation\":1.5},"
    "\"KHR_materials_iridescence\":{\"iridescenceFactor\":1,\"iridescenceIor\":1.5,\"iridescenceThicknessMaximum\":250}}},"
    "{},"
    "{\"extensions\":{\"KHR_materials_unlit\":{}},\"alphaMode\":\"BLEND\",\"pbrMetallicRoughness\":{\"baseColorTexture\":{\"index\":3},"
    "\"roughnessFactor\":7}}]}";
  uint8_t bin[64] = {0};
  Model model = read_glb(json, bin, sizeof bin);
  assert_int_equal(model.materials.count, 3);
  const ModelMaterial *m = &model.materials.data[0];
  assert_string_equal(model_text(&model, m->name), "every?thing");
  expect_floats(m->color, 3, (const float[]){0.25f, 0.5f, 1});
  expect_texture(&m->color_texture, 0, MODEL_COLORS);
  assert_int_equal(m->color_texture.wrap_u, MODEL_WRAP_CLAMP);
  assert_int_equal(m->color_texture.wrap_v, MODEL_WRAP_MIRROR);
  assert_true(m->color_texture.nearest);
  assert_true(m->metallic == 0.5f && m->roughness == 0.125f);
  expect_texture(&m->metallic_texture, 1, MODEL_BLUE);
  expect_texture(&m->roughness_texture, 1, MODEL_GREEN);
  assert_int_equal(m->roughness_texture.wrap_u, MODEL_WRAP_REPEAT);
  expect_texture(&m->normal_texture, 1, MODEL_COLORS);
  assert_true(m->normal_scale == 0.5f);
  expect_floats(m->emission, 3, (const float[]){8, 4, 0});
  expect_texture(&m->emission_texture, 1, MODEL_COLORS);
  assert_int_equal(m->alpha_mode, MODEL_MASK);
  assert_true(m->alpha == 0.75f && m->alpha_cutoff == 0.25f);
  expect_texture(&m->alpha_texture, 0, MODEL_ALPHA);
  assert_true(m->ior == 1.75f && m->transmission == 0.5f && !m->thin && m->attenuation_distance == 3.0f && m->dispersion == 0.5f);
  expect_texture(&m->transmission_texture, 1, MODEL_RED);
  expect_floats(m->attenuation_color, 3, (const float[]){0.25f, 0.5f, 0.75f});
  expect_floats(m->specular, 3, (const float[]){0.5f, 1, 0.25f});
  expect_texture(&m->specular_texture, 0, MODEL_ALPHA);
  expect_texture(&m->specular_color_texture, 1, MODEL_COLORS);
  assert_true(m->coat == 0.5f && m->coat_roughness == 0.25f && m->sheen_roughness == 0.75f);
  expect_texture(&m->coat_texture, 1, MODEL_RED);
  expect_texture(&m->coat_roughness_texture, 1, MODEL_GREEN);
  expect_floats(m->sheen_color, 3, (const float[]){0.5f, 0.25f, 1});
  expect_texture(&m->sheen_color_texture, 0, MODEL_COLORS);
  expect_texture(&m->sheen_roughness_texture, 1, MODEL_ALPHA);
  assert_true(m->anisotropy == 0.5f && m->anisotropy_rotation == 1.5f && m->film == 250.0f && m->film_ior == 1.5f && !m->unlit);

  // What the format says where a file says nothing
  m = &model.materials.data[1];
  expect_floats(m->color, 3, (const float[]){1, 1, 1});
  assert_true(m->metallic == 1.0f && m->roughness == 1.0f && m->ior == 1.5f && m->transmission == 0.0f && m->thin && m->coat == 0.0f);
  expect_floats(m->emission, 3, (const float[]){0, 0, 0});
  assert_true(m->alpha_mode == MODEL_OPAQUE && m->alpha == 1.0f && m->alpha_cutoff == 0.5f && m->film == 0.0f);
  expect_texture(&m->color_texture, MODEL_NONE, MODEL_COLORS);

  m = &model.materials.data[2];
  assert_true(m->unlit && m->alpha_mode == MODEL_BLEND && m->roughness == 1.0f);
  expect_texture(&m->color_texture, MODEL_NONE, MODEL_COLORS);

  // Pictures: those that something uses
  assert_int_equal(model.images.count, 2);
  assert_string_equal(model_text(&model, model.images.data[0].name), "a.png");
  assert_false(model.images.data[0].embedded);
  const ModelImage *inside = &model.images.data[1];
  assert_string_equal(model_text(&model, inside->name), "test.glb: images[1] (inside)");
  assert_true(inside->embedded && inside->file == 0 && inside->count == 4);
  assert_int_equal(inside->first, 12 + 8 + ((strlen(json) + 3) & ~(size_t)3) + 8 + 60);
  assert_int_equal(model.unsupported.count, 2);
  assert_true(names(&model, "EXT_texture_webp") && names(&model, "KHR_materials_variants"));
  done(&model);
}

/* A point of a texture as the extension defines it, with v downwards, against ours with v upwards. */
static void test_texture_transform(void **state) {
  (void)state;
  static const double offset[2] = {0.25, -0.5}, scale[2] = {2, 0.5}, turn = 0.5235987755982988;
  Model model = read_json("{" ASSET ",\"images\":[{\"uri\":\"a.png\"}],\"textures\":[{\"source\":0}],\"materials\":["
                          "{\"emissiveTexture\":{\"index\":0,\"extensions\":{\"KHR_texture_transform\":{\"offset\":[0.25,-0.5],"
                          "\"rotation\":0.5235987755982988,\"scale\":[2,0.5]}}}},"
                          "{\"emissiveTexture\":{\"index\":0,\"extensions\":{\"KHR_texture_transform\":{}}}},"
                          "{\"emissiveTexture\":{\"index\":0,\"extensions\":{\"KHR_texture_transform\":{\"offset\":[0,1],\"rotation\":"
                          "1.57079632679,\"scale\":[0.5,0.5]}}}}]}");
  for (int i = 0; i < 20; i++) {
    const double u = 0.37 * i, v = 1.0 - 0.11 * i, c = cos(turn), s = sin(turn);
    const double x = scale[0] * u, y = scale[1] * v, wanted_u = c * x + s * y + offset[0], wanted_v = -s * x + c * y + offset[1];
    const double *m = model.materials.data[0].emission_texture.uv, up = 1.0 - v;
    expect_near(m[0] * u + m[1] * up + m[2], wanted_u);
    expect_near(1.0 - (m[3] * u + m[4] * up + m[5]), wanted_v);
  }
  static const double same[6] = {1, 0, 0, 0, 1, 0};
  for (int k = 0; k < 6; k++) assert_true(model.materials.data[1].emission_texture.uv[k] == same[k]);
  // The extension's own example: the lower left quarter of the picture
  for (int corner = 0; corner < 4; corner++) {
    const double *m = model.materials.data[2].emission_texture.uv, u = corner & 1, v = corner >> 1;
    const double x = m[0] * u + m[1] * v + m[2], y = m[3] * u + m[4] * v + m[5];
    assert_true(x > -1e-9 && x < 0.5 + 1e-9 && y > -1e-9 && y < 0.5 + 1e-9);
  }
  done(&model);
}

/* Which set of coordinates a material uses, and that others are named. */
static void test_uv_sets(void **state) {
  (void)state;
  struct {
    float points[9], a[6], b[6];
  } bin = {{0, 0, 0, 1, 0, 0, 0, 1, 0}, {0, 0, 1, 0, 0, 1}, {0.5f, 0.5f, 0.25f, 0.5f, 0.5f, 0.25f}};
  Model model = read_glb(
    "{" ASSET ",\"buffers\":[{\"byteLength\":84}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":84}],\"accessors\":["
    "{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":\"VEC3\"},"
    "{\"bufferView\":0,\"byteOffset\":36,\"componentType\":5126,\"count\":3,\"type\":\"VEC2\"},"
    "{\"bufferView\":0,\"byteOffset\":60,\"componentType\":5126,\"count\":3,\"type\":\"VEC2\"}],"
    "\"images\":[{\"uri\":\"a.png\"}],\"textures\":[{\"source\":0}],\"materials\":[{\"pbrMetallicRoughness\":{\"baseColorTexture\":"
    "{\"index\":0,\"texCoord\":0,\"extensions\":{\"KHR_texture_transform\":{\"texCoord\":1}}}},\"emissiveTexture\":{\"index\":0}}],"
    "\"meshes\":[{\"primitives\":[{\"material\":0,\"attributes\":{\"POSITION\":0,\"TEXCOORD_0\":1,\"TEXCOORD_1\":2,\"COLOR_0\":0}}]}]}",
    &bin, sizeof bin);
  expect_floats(model.parts.data[0].uv, 6, (const float[]){0.5f, 0.5f, 0.25f, 0.5f, 0.5f, 0.75f});
  expect_texture(&model.materials.data[0].color_texture, 0, MODEL_COLORS);
  expect_texture(&model.materials.data[0].emission_texture, MODEL_NONE, MODEL_COLORS);
  assert_int_equal(model.unsupported.count, 2);
  assert_true(names(&model, "a second set of texture coordinates in a material") && names(&model, "vertex colours"));
  done(&model);
}

/* ---- the tree */

static void test_nodes(void **state) {
  (void)state;
  Model model = read_glb("{" ASSET "," SQUARE_BUFFERS "," SQUARE_MESH ",\"scene\":1,\"scenes\":[{\"nodes\":[0]},{\"nodes\":[3,4]}],"
                         "\"animations\":[{}],\"skins\":[{}],\"nodes\":[{\"name\":\"unseen\",\"mesh\":0},{\"mesh\":0,\"skin\":0},"
                         "{\"name\":\"two\",\"children\":[1],\"matrix\":[0,0,-2,0, 0,1,0,0, 1,0,0,0, 5,6,7,1]},"
                         "{\"name\":\"three\",\"children\":[2,5],\"translation\":[1,2,3],\"rotation\":[0,0.7071067811865476,0,"
                         "0.7071067811865476],\"scale\":[2,3,4]},{\"name\":\"four\"},{\"name\":\"five\"}]}",
                         &square, sizeof square);
  static const struct {
    const char *name;
    uint32_t parent;
  } wanted[] = {{"three", MODEL_NONE}, {"two", 0}, {"", 1}, {"five", 0}, {"four", MODEL_NONE}};
  assert_int_equal(model.nodes.count, COUNT(wanted));
  for (size_t i = 0; i < COUNT(wanted); i++) {
    assert_string_equal(model_text(&model, model.nodes.data[i].name), wanted[i].name);
    assert_int_equal(model.nodes.data[i].parent, wanted[i].parent);
  }
  static const double three[12] = {0, 0, 4, 1, 0, 3, 0, 2, -2, 0, 0, 3}, two[12] = {0, 0, 1, 5, 0, 1, 0, 6, -2, 0, 0, 7};
  for (int k = 0; k < 12; k++) {
    expect_near(model.nodes.data[0].transform.m[k], three[k]);
    assert_true(model.nodes.data[1].transform.m[k] == two[k]);
  }
  assert_int_equal(model.nodes.data[2].mesh, 0);
  assert_int_equal(model.nodes.data[1].mesh, MODEL_NONE);
  assert_true(names(&model, "animations") && names(&model, "skins"));
  done(&model);

  // Without scenes: what is nobody's child; without nodes: the meshes
  model = read_json("{" ASSET ",\"nodes\":[{\"name\":\"a\"},{\"name\":\"b\",\"children\":[0]},{\"name\":\"c\"}]}");
  static const char *const order[] = {"b", "a", "c"};
  assert_int_equal(model.nodes.count, 3);
  for (int i = 0; i < 3; i++) assert_string_equal(model_text(&model, model.nodes.data[i].name), order[i]);
  assert_int_equal(model.nodes.data[1].parent, 0);
  done(&model);
}

static void test_cameras_and_lights(void **state) {
  (void)state;
  Model model = read_json(
    "{" ASSET ",\"cameras\":[{\"name\":\"eye\",\"type\":\"perspective\",\"perspective\":{\"yfov\":0.5,\"znear\":0.1}},"
    "{\"type\":\"orthographic\",\"orthographic\":{\"xmag\":2,\"ymag\":3,\"zfar\":10,\"znear\":0}}],"
    "\"extensions\":{\"KHR_lights_punctual\":{\"lights\":[{\"type\":\"point\",\"color\":[1,0.5,0.25],\"intensity\":20,\"name\":\"lamp\"},"
    "{\"type\":\"directional\"},{\"type\":\"spot\",\"spot\":{\"innerConeAngle\":0.25,\"outerConeAngle\":0.5}},{\"type\":\"spot\",\"spot\":"
    "{}}]}},"
    "\"nodes\":[{\"camera\":1},{\"extensions\":{\"KHR_lights_punctual\":{\"light\":2}}}]}");
  assert_int_equal(model.cameras.count, 2);
  assert_string_equal(model_text(&model, model.cameras.data[0].name), "eye");
  assert_true(!model.cameras.data[0].orthographic && model.cameras.data[0].fov == 0.5);
  assert_true(model.cameras.data[1].orthographic && model.cameras.data[1].height == 6.0);
  assert_int_equal(model.nodes.data[0].camera, 1);
  assert_int_equal(model.nodes.data[1].light, 2);
  assert_int_equal(model.lights.count, 4);
  const ModelLight *light = model.lights.data;
  assert_true(light->kind == MODEL_POINT && light->intensity == 20.0 && light->color[0] == 1.0 && light->color[2] == 0.25);
  assert_string_equal(model_text(&model, light->name), "lamp");
  assert_true(light[1].kind == MODEL_DIRECTIONAL && light[1].intensity == 1.0 && light[1].color[1] == 1.0);
  assert_true(light[2].kind == MODEL_SPOT && light[2].inner == 0.25 && light[2].outer == 0.5);
  assert_true(light[3].inner == 0.0 && fabs(light[3].outer - 0.7853981633974483) < 1e-15);
  done(&model);
}

/* ---- wrong files */

#define ACCESSORS(position, indices)                                                                                                       \
  "{" ASSET ",\"buffers\":[{\"byteLength\":60}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48},{\"buffer\":0,\"byteOffset\":48,"        \
  "\"byteLength\":12}],\"accessors\":[" position "," indices "]," SQUARE_MESH "}"
#define FINE_POINTS "{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"}"
#define FINE_INDICES "{\"bufferView\":1,\"componentType\":5123,\"count\":6,\"type\":\"SCALAR\"}"

static void test_wrong(void **state) {
  (void)state;
  static const struct {
    const char *json, *message;
  } cases[] = {
    {"{\"asset\" 1}", "x.glb: its JSON: line 1, column 10: expected JSON, got '1'"},
    {"[]", "x.glb: expected a glTF object, got an array"},
    {"{}", "x.glb: asset.version is missing: this is JSON, but no glTF"},
    {"{\"asset\":{\"version\":\"1.0\"}}", "x.glb: is glTF 1.0; only glTF 2.0 can be read: export it as that"},
    {"{\"asset\":{\"version\":\"2.0\",\"minVersion\":\"2.1\"}}", "x.glb: is glTF 2.1; only glTF 2.0 can be read: export it as that"},
    {"{" ASSET ",\"extensionsRequired\":[\"KHR_draco_mesh_compression\",\"KHR_texture_transform\",\"EXT_meshopt_compression\"]}",
     "x.glb: needs KHR_draco_mesh_compression, EXT_meshopt_compression, which cannot be read: export it without"},
    {"{" ASSET ",\"buffers\":{}}", "x.glb: buffers: expected an array, got an object"},
    {"{" ASSET ",\"buffers\":[{},7]}", "x.glb: buffers[1]: expected an object, got 7"},
    {"{" ASSET ",\"buffers\":[{}]}", "x.glb: buffers[0]: byteLength is missing"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":-1}]}",
     "x.glb: buffers[0]: byteLength: expected a whole number from 0 to 9007199254740992, got -1"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1.5}]}",
     "x.glb: buffers[0]: byteLength: expected a whole number from 0 to 9007199254740992, got 1.5"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":100}]}",
     "x.glb: buffers[0]: byteLength is 100, but there are 60 bytes: the file is cut off or another one"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1,\"uri\":\"data:;base64,A\"}]}", "x.glb: buffers[0]: uri: its base64 is cut off"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1,\"uri\":\"data:;base64,AA*A\"}]}", "x.glb: buffers[0]: uri: its byte 2 is no base64"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1,\"uri\":\"data:;base64,AA==A\"}]}",
     "x.glb: buffers[0]: uri: base64 goes on behind its end"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1,\"uri\":\"data:text/plain,AA\"}]}",
     "x.glb: buffers[0]: uri: of data: only base64 can be read"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1,\"uri\":\"https://example.org/x.bin\"}]}",
     "x.glb: buffers[0]: uri: \"https://example.org/x.bin\" is no file beside the model; only such are read"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":1,\"uri\":7}]}", "x.glb: buffers[0]: uri: expected the name of a file"},
    {"{" ASSET ",\"bufferViews\":[{\"byteLength\":1}]}", "x.glb: bufferViews[0]: buffer is missing"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":8}],\"bufferViews\":[{\"buffer\":1,\"byteLength\":1}]}",
     "x.glb: bufferViews[0]: buffer is 1, but buffers has only 1 entry, counted from 0"},
    {"{" ASSET ",\"accessors\":[{\"componentType\":5124,\"count\":1,\"type\":\"SCALAR\"}]}",
     "x.glb: accessors[0]: componentType: expected one of 5120, 5121, 5122, 5123, 5125, 5126, got 5124"},
    {"{" ASSET ",\"accessors\":[{\"componentType\":5126,\"count\":1,\"type\":\"VEC5\"}]}",
     "x.glb: accessors[0]: type: expected SCALAR, VEC2, VEC3, VEC4, MAT2, MAT3 or MAT4"},
    {"{" ASSET ",\"accessors\":[{\"componentType\":5126,\"count\":\"many\",\"type\":\"VEC3\"}]}",
     "x.glb: accessors[0]: count: expected a whole number from 0 to 9007199254740992, got \"many\""},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":12,\"type\":\"VEC3\"}", FINE_INDICES),
     "x.glb: accessors[0]: reads 96 bytes beyond the end of bufferViews[0]: the file is damaged; export it again"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":9007199254740992,\"type\":\"VEC3\"}", FINE_INDICES),
     "x.glb: accessors[0]: reads 108086391056891856 bytes beyond the end of bufferViews[0]: the file is damaged; export it again"},
    {ACCESSORS("{\"bufferView\":0,\"byteOffset\":9007199254740992,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\"}", FINE_INDICES),
     "x.glb: accessors[0]: reads 9007199254740992 bytes beyond the end of bufferViews[0]: the file is damaged; export it again"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC2\"}", FINE_INDICES),
     "x.glb: meshes[0].primitives[0]: POSITION: accessors[0] has 2 numbers an element, expected 3"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":\"VEC3\"}", FINE_INDICES),
     "x.glb: meshes[0].primitives[0]: index 5 in accessors[1] is 3, but there are only 3 points"},
    {ACCESSORS(FINE_POINTS, "{\"bufferView\":1,\"componentType\":5122,\"count\":6,\"type\":\"SCALAR\"}"),
     "x.glb: accessors[1]: as indices, expected SCALARs of type 5121, 5123 or 5125"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\",\"sparse\":{\"count\":5}}", FINE_INDICES),
     "x.glb: accessors[0]: count: expected a whole number from 0 to 4, got 5"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\",\"sparse\":{\"count\":2,\"indices\":{\"bufferView\":"
               "1,\"componentType\":5126},\"values\":{\"bufferView\":0}}}",
               FINE_INDICES),
     "x.glb: accessors[0]: sparse: expected indices of type 5121, 5123 or 5125, got 5126"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\",\"sparse\":{\"count\":4,\"indices\":{\"bufferView\":"
               "1,\"componentType\":5123},\"values\":{\"bufferView\":0}}}",
               FINE_INDICES),
     "x.glb: accessors[0]: sparse: index 3 is 0; expected ascending ones below 4"},
    {ACCESSORS("{\"bufferView\":0,\"componentType\":5126,\"count\":4,\"type\":\"VEC3\",\"sparse\":{\"count\":3,\"indices\":{\"bufferView\":"
               "1,\"componentType\":5125},\"values\":{\"bufferView\":1}}}",
               FINE_INDICES),
     "x.glb: accessors[0]: sparse: values: reads 24 bytes beyond the end of bufferViews[1]: the file is damaged; export it again"},
    {"{" ASSET
     ",\"buffers\":[{\"byteLength\":60}],\"bufferViews\":[{\"buffer\":0,\"byteOffset\":50,\"byteLength\":48}],\"accessors\":[" FINE_POINTS
     "],"
     "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]}",
     "x.glb: bufferViews[0]: reaches 38 bytes beyond the end of buffers[0]: the file is damaged or needs an extension; export it again"},
    {"{" ASSET
     ",\"buffers\":[{\"byteLength\":60}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":48,\"byteStride\":4}],\"accessors\":[" FINE_POINTS
     "],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]}",
     "x.glb: accessors[0]: elements of 12 bytes are only 4 bytes apart in bufferViews[0]"},
    {"{" ASSET ",\"buffers\":[{\"byteLength\":60}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":60}],\"accessors\":[" FINE_POINTS
     ",{\"bufferView\":0,\"componentType\":5126,\"count\":5,\"type\":\"VEC3\"}],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0,"
     "\"NORMAL\":1}}]}]}",
     "x.glb: meshes[0].primitives[0]: NORMAL has 5 elements, POSITION 4"},
    {"{" ASSET ",\"meshes\":[{\"primitives\":[{}]}]}", "x.glb: meshes[0].primitives[0]: attributes is missing"},
    {"{" ASSET ",\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":3}}]}]}",
     "x.glb: meshes[0].primitives[0]: POSITION is 3, but accessors has 0 entries, counted from 0"},
    {"{" ASSET ",\"meshes\":[{\"primitives\":[{\"mode\":7,\"attributes\":{}}]}]}",
     "x.glb: meshes[0].primitives[0]: mode: expected a whole number from 0 to 6, got 7"},
    {"{" ASSET ",\"materials\":[{\"alphaMode\":\"CUT\"}]}", "x.glb: materials[0]: alphaMode: expected OPAQUE, MASK or BLEND"},
    {"{" ASSET ",\"materials\":[{\"emissiveFactor\":[1,2]}]}", "x.glb: materials[0]: emissiveFactor: expected 3 numbers, got 2"},
    {"{" ASSET ",\"materials\":[{\"emissiveFactor\":[1,2,null]}]}", "x.glb: materials[0]: emissiveFactor: expected a number, got null"},
    {"{" ASSET ",\"materials\":[{\"alphaCutoff\":1e999}]}", "x.glb: materials[0]: alphaCutoff: expected a number, got 1e999"},
    {"{" ASSET ",\"materials\":[{\"normalTexture\":{}}]}", "x.glb: materials[0]: normalTexture: index is missing"},
    {"{" ASSET ",\"materials\":[{\"normalTexture\":{\"index\":0}}]}",
     "x.glb: materials[0]: index is 0, but textures has 0 entries, counted from 0"},
    {"{" ASSET ",\"nodes\":[{\"children\":[0]}],\"scenes\":[{\"nodes\":[0]}]}",
     "x.glb: nodes[0]: children: node 0 is in the tree already; a node has one parent and is not inside itself"},
    {"{" ASSET ",\"nodes\":[{\"children\":[1]},{\"children\":[0]}],\"scenes\":[{\"nodes\":[0]}]}",
     "x.glb: nodes[1]: children: node 0 is in the tree already; a node has one parent and is not inside itself"},
    {"{" ASSET ",\"nodes\":[{\"children\":[2]},{\"children\":[2]},{}]}",
     "x.glb: nodes[1]: children: node 2 is in the tree already; a node has one parent and is not inside itself"},
    {"{" ASSET ",\"nodes\":[{\"children\":[5]}],\"scenes\":[{\"nodes\":[0]}]}",
     "x.glb: nodes[0]: children: expected numbers of nodes below 1"},
    {"{" ASSET ",\"nodes\":[{\"mesh\":0}],\"scenes\":[{\"nodes\":[0]}]}",
     "x.glb: nodes[0]: mesh is 0, but meshes has 0 entries, counted from 0"},
    {"{" ASSET ",\"nodes\":[{\"rotation\":[0,0,0,0]}],\"scenes\":[{\"nodes\":[0]}]}",
     "x.glb: nodes[0]: rotation: expected a quaternion of length 1, got one of length 0"},
    {"{" ASSET ",\"scene\":1,\"scenes\":[{}]}", "x.glb: scene is 1, but scenes has only 1 entry, counted from 0"},
    {"{" ASSET ",\"extensions\":{\"KHR_lights_punctual\":{\"lights\":[{\"type\":\"sun\"}]}}}",
     "x.glb: KHR_lights_punctual.lights[0]: type: expected point, spot or directional"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) expect_error(cases[i].json, &square, sizeof square, cases[i].message);
  Square bad = square;
  bad.points[7] = NAN;
  expect_error("{" ASSET "," SQUARE_BUFFERS "," SQUARE_MESH "}", &bad, sizeof bad,
               "x.glb: accessors[0]: element 2 is no number, or beyond 1e15: the file is damaged; export it again");
}

/* Containers that are cut off or mislabelled. */
static void test_container(void **state) {
  (void)state;
  static const char json[] = "{" ASSET "," SQUARE_BUFFERS "," SQUARE_MESH "}";
  Bytes file = glb_bytes(json, &square, sizeof square);
  Model model;
  MlError error;
  for (size_t size = 4; size < file.count; size++) {
    assert_int_equal(read_bytes(&memory, "x.glb", file.data, size, &model, &error), ML_ERROR_FORMAT);
    assert_int_equal(memory.used, 0);
  }
  char wanted[200];
  snprintf(wanted, sizeof wanted, "x.glb: is cut off: by its header it has %zu bytes, there are %zu", file.count, file.count - 1);
  assert_string_equal(error.message, wanted);
  read_bytes(&memory, "x.glb", file.data, 19, &model, &error);
  assert_string_equal(error.message, "x.glb: is cut off: a .glb has at least 20 bytes, this one 19");
  file.data[4] = 1;
  read_bytes(&memory, "x.glb", file.data, file.count, &model, &error);
  assert_string_equal(error.message, "x.glb: is glTF 1; only glTF 2.0 can be read: export it as that");
  file.data[4] = 2, file.data[16] = 'j';
  read_bytes(&memory, "x.glb", file.data, file.count, &model, &error);
  assert_string_equal(error.message, "x.glb: byte 12: expected a chunk of JSON first");
  file.data[16] = 'J', file.data[15] = 0x7f;
  read_bytes(&memory, "x.glb", file.data, file.count, &model, &error);
  snprintf(wanted, sizeof wanted, "x.glb: byte 12: a chunk of %u bytes, but only %zu are left",
           0x7f000000u | file.data[12] | (unsigned)file.data[13] << 8, file.count - 20);
  assert_string_equal(error.message, wanted);
  bytes_free(&file);
}

/* What is small but asks for much is refused before it is made. */
static void test_harmful(void **state) {
  (void)state;
  expect_status(
    "{" ASSET ",\"accessors\":[{\"componentType\":5126,\"count\":3000000000,\"type\":\"VEC3\"}],\"meshes\":[{\"primitives\":["
    "{\"attributes\":{\"POSITION\":0}}]}]}",
    NULL, 0, ML_ERROR_LIMIT,
    "x.glb: meshes[0].primitives[0]: with it, meshes take more than 64 times what the file holds; it is damaged or made to harm");
  expect_status("{" ASSET ",\"accessors\":[{\"componentType\":5126,\"count\":5000000000,\"type\":\"VEC3\"}],\"meshes\":[{\"primitives\":["
                "{\"attributes\":{\"POSITION\":0}}]}]}",
                NULL, 0, ML_ERROR_LIMIT, "x.glb: meshes[0].primitives[0]: has 5000000000 points; at most 4294967294 can be read");
  // A hundred thousand primitives of the same points
  enum { POINTS = 30000, PRIMITIVES = 100000 };
  Bytes json = {0};
  static const char head[] = "{" ASSET ",\"buffers\":[{\"byteLength\":360000}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":360000}],"
                             "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":30000,\"type\":\"VEC3\"}],"
                             "\"meshes\":[{\"primitives\":[";
  bytes_write(&json, head, sizeof head - 1);
  static const char primitive[] = "{\"attributes\":{\"POSITION\":0}},";
  for (int i = 0; i < PRIMITIVES; i++) bytes_write(&json, primitive, sizeof primitive - 1);
  bytes_write(&json, "{\"attributes\":{}}]}]}", sizeof "{\"attributes\":{}}]}]}");
  float *points = calloc(POINTS, 12);
  Bytes file = glb_bytes((const char *)json.data, points, POINTS * 12);
  Model model;
  MlError error;
  memory.peak = 0;
  assert_int_equal(read_bytes(&memory, "x.glb", file.data, file.count, &model, &error), ML_ERROR_LIMIT);
  assert_true(memory.peak < 100 * (uint64_t)file.count);
  assert_int_equal(memory.used, 0);
  bytes_free(&file);
  bytes_free(&json);
  free(points);
}

/* ---- memory and cancelling */

static Bytes whole_file(void) {
  Bytes uri = data_uri("picture", 7);
  char json[3000];
  snprintf(
    json, sizeof json,
    "{" ASSET ",\"extensionsUsed\":[\"EXT_one\"],\"buffers\":[{\"byteLength\":64},{\"byteLength\":60,\"uri\":\"data.bin\"}],"
    "\"bufferViews\":[{\"buffer\":1,\"byteLength\":48},{\"buffer\":0,\"byteOffset\":48,\"byteLength\":12},{\"buffer\":0,\"byteOffset\":"
    "60,\"byteLength\":4}],\"accessors\":[" FINE_POINTS "," FINE_INDICES ",{\"bufferView\":1,\"componentType\":5123,\"count\":3,"
    "\"type\":\"SCALAR\"}],"
    "\"images\":[{\"uri\":\"%s\"},{\"bufferView\":2}],\"textures\":[{\"source\":0},{\"source\":1}],"
    "\"materials\":[{\"name\":\"m\",\"normalTexture\":{\"index\":0},\"emissiveTexture\":{\"index\":1}}],"
    "\"meshes\":[{\"name\":\"one\",\"primitives\":[{\"attributes\":{\"POSITION\":0},\"indices\":1},{\"attributes\":{\"POSITION\":0},"
    "\"indices\":2,\"mode\":5}]}],\"cameras\":[{\"type\":\"perspective\"}],"
    "\"extensions\":{\"KHR_lights_punctual\":{\"lights\":[{\"type\":\"point\"}]}},"
    "\"nodes\":[{\"mesh\":0,\"children\":[1]},{\"camera\":0,\"extensions\":{\"KHR_lights_punctual\":{\"light\":0}}}]}",
    (const char *)uri.data);
  bytes_free(&uri);
  struct {
    Square square;
    char picture[4];
  } bin = {square, "png"};
  return glb_bytes(json, &bin, sizeof bin);
}

static void test_memory(void **state) {
  (void)state;
  const SiblingFile files[] = {{"data.bin", &square, sizeof square}, {0}};
  beside = files;
  Bytes file = whole_file();
  long n = 0;
  for (MlStatus status = ML_ERROR_MEMORY; status != ML_OK; n++) {
    FaultMemory fault;
    fault_init(&fault, n, n & 1);
    Model model;
    MlError error;
    status = read_bytes(&fault.memory, "x.glb", file.data, file.count, &model, &error);
    if (status == ML_OK) {
      assert_int_equal(model.parts.count, 2);
      assert_int_equal(model.images.count, 2);
      model_free(&model);
    } else {
      assert_int_equal(status, ML_ERROR_MEMORY);
      assert_non_null(strstr(error.message, "x.glb: out of memory"));
    }
    assert_int_equal(fault.memory.used, 0);
  }
  assert_true(n > 15);
  bytes_free(&file);
  beside = NULL;
}

static bool poll_countdown(void *ud) { return --*(int *)ud <= 0; }

static void test_cancel(void **state) {
  (void)state;
  enum { POINTS = 1000000 };
  float *points = calloc(POINTS, 12);
  Bytes file = glb_bytes("{" ASSET ",\"buffers\":[{\"byteLength\":12000000}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":12000000}],"
                         "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":1000000,\"type\":\"VEC3\"}],"
                         "\"meshes\":[{\"primitives\":[{\"mode\":5,\"attributes\":{\"POSITION\":0}}]}]}",
                         points, POINTS * 12);
  MlStatus status = ML_ERROR_CANCELLED;
  int polls = 1;
  for (; status != ML_OK; polls += 7) {
    int left = polls;
    Work watched = {.cancel = &(MlCancel){.poll = poll_countdown, .ud = &left}};
    Model model;
    MlError error;
    work = &watched;
    status = read_bytes(&memory, "x.glb", file.data, file.count, &model, &error);
    work = NULL;
    if (status == ML_OK) model_free(&model);
    else assert_int_equal(status, ML_ERROR_CANCELLED);
    assert_int_equal(memory.used, 0);
  }
  assert_true(polls > 50);
  bytes_free(&file);
  free(points);
}

int main(void) {
  memory_init(&memory, NULL, UINT64_C(1) << 30);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_buffers),     cmocka_unit_test(test_base64),    cmocka_unit_test(test_components),
    cmocka_unit_test(test_interleaved), cmocka_unit_test(test_sparse),    cmocka_unit_test(test_modes),
    cmocka_unit_test(test_shared),      cmocka_unit_test(test_material),  cmocka_unit_test(test_texture_transform),
    cmocka_unit_test(test_uv_sets),     cmocka_unit_test(test_nodes),     cmocka_unit_test(test_cameras_and_lights),
    cmocka_unit_test(test_wrong),       cmocka_unit_test(test_container), cmocka_unit_test(test_harmful),
    cmocka_unit_test(test_memory),      cmocka_unit_test(test_cancel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
