/* test_models.c - the same surface as obj, ply (text and both binary orders), stl (text and binary), gltf and glb, whole or quantized to the
 * same numbers, and described directly, gives the same film, to the bit: flat, with normals made smooth, and with those of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "engine/gltf_fixture.h"
#include "radiance.h"

enum { SIDE = 12, POINTS = SIDE * SIDE, TRIANGLES = 2 * (SIDE - 1) * (SIDE - 1) };

static Rig rig;
static float points[POINTS][3], normals[POINTS][3];
static uint32_t triangles[TRIANGLES][3];

/* A crumpled sheet; its heights and places are short binary fractions, so that texts and 16-bit integers can hold them exactly. */
static int create(void **state) {
  (void)state;
  uint32_t count = 0, random = 1;
  for (uint32_t i = 0; i < POINTS; i++) {
    random = random * 1664525u + 1013904223u;
    const float x = (float)(i % SIDE), z = (float)(i / SIDE);
    points[i][0] = x * .25f, points[i][1] = (float)(random >> 24) / 256.0f, points[i][2] = z * .25f;
    normals[i][0] = (float)(random >> 16 & 15) / 32.0f - .25f, normals[i][1] = 1, normals[i][2] = (float)(random >> 20 & 15) / 32.0f - .25f;
  }
  for (uint32_t y = 0; y + 1 < SIDE; y++)
    for (uint32_t x = 0; x + 1 < SIDE; x++) {
      const uint32_t a = y * SIDE + x, quad[2][3] = {{a, a + SIDE, a + 1}, {a + 1, a + SIDE, a + SIDE + 1}};
      memcpy(triangles[count], quad, sizeof quad);
      count += 2;
    }
  rig_create(&rig);
  return 0;
}
static int destroy(void **state) {
  (void)state;
  rig_destroy(&rig);
  return 0;
}

/* ---- writers */

static void put_text(Bytes *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_text(Bytes *out, const char *format, ...) {
  char line[300];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  bytes_write(out, line, (size_t)length);
}
#define XYZ(v) (double)(v)[0], (double)(v)[1], (double)(v)[2]

static void put_word(Bytes *out, const void *word, size_t size, bool big) {
  uint8_t bytes[4];
  memcpy(bytes, word, size);
  for (size_t i = 0; i < size; i++) bytes_write(out, &bytes[big ? size - 1 - i : i], 1);
}

static Bytes obj(bool with_normals) {
  Bytes out = {0};
  put_text(&out, "# a sheet\n");
  for (int i = 0; i < POINTS; i++) put_text(&out, "v %.9g %.9g %.9g\n", XYZ(points[i]));
  for (int i = 0; i < POINTS && with_normals; i++) put_text(&out, "vn %.9g %.9g %.9g\n", XYZ(normals[i]));
  for (int i = 0; i < TRIANGLES; i++) {
    put_text(&out, "f");
    for (int k = 0; k < 3; k++) put_text(&out, with_normals ? " %u//%u" : " %u", triangles[i][k] + 1, triangles[i][k] + 1);
    put_text(&out, "\n");
  }
  return out;
}

static Bytes ply(int form, bool with_normals) {
  static const char *const forms[] = {"ascii", "binary_little_endian", "binary_big_endian"};
  Bytes out = {0};
  put_text(&out, "ply\nformat %s 1.0\nelement vertex %d\nproperty float x\nproperty float y\nproperty float z\n", forms[form], POINTS);
  if (with_normals) put_text(&out, "property float nx\nproperty float ny\nproperty float nz\n");
  put_text(&out, "element face %d\nproperty list uchar uint vertex_indices\nend_header\n", TRIANGLES);
  for (int i = 0; i < POINTS; i++) {
    if (form == 0) put_text(&out, "%.9g %.9g %.9g", XYZ(points[i]));
    if (form == 0 && with_normals) put_text(&out, " %.9g %.9g %.9g", XYZ(normals[i]));
    if (form == 0) put_text(&out, "\n");
    for (int k = 0; k < 3 && form; k++) put_word(&out, &points[i][k], 4, form == 2);
    for (int k = 0; k < 3 && form && with_normals; k++) put_word(&out, &normals[i][k], 4, form == 2);
  }
  for (int i = 0; i < TRIANGLES; i++) {
    if (form == 0) put_text(&out, "3 %u %u %u\n", triangles[i][0], triangles[i][1], triangles[i][2]);
    if (form) bytes_write(&out, "\3", 1);
    for (int k = 0; k < 3 && form; k++) put_word(&out, &triangles[i][k], 4, form == 2);
  }
  return out;
}

static Bytes stl(bool text) {
  Bytes out = {0};
  char head[80] = "a sheet";
  const uint32_t count = TRIANGLES;
  if (text) put_text(&out, "solid sheet\n");
  else bytes_write(&out, head, sizeof head), put_word(&out, &count, 4, false);
  for (int i = 0; i < TRIANGLES; i++) {
    if (text) put_text(&out, "facet normal 0 0 0\nouter loop\n");
    else bytes_write(&out, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
    for (int k = 0; k < 3; k++) {
      const float *p = points[triangles[i][k]];
      if (text) put_text(&out, "vertex %.9g %.9g %.9g\n", XYZ(p));
      else bytes_write(&out, p, 12);
    }
    if (text) put_text(&out, "endloop\nendfacet\n");
    else bytes_write(&out, "\0\0", 2);
  }
  if (text) put_text(&out, "endsolid sheet\n");
  return out;
}

/* kind 0: floats in a glb; 1: a gltf with a data URI; 2: in a glb, points as 16-bit integers that the node scales. */
static Bytes gltf(int kind, bool with_normals) {
  Bytes bin = {0}, json = {0};
  const bool quantized = kind == 2;
  const int point_size = quantized ? 8 : 12;
  for (int i = 0; i < POINTS; i++) {
    if (!quantized) bytes_write(&bin, points[i], 12);
    for (int k = 0; k < 3 && quantized; k++) {
      const int16_t x = (int16_t)(points[i][k] * 256.0f);
      put_word(&bin, &x, 2, false);
    }
    if (quantized) bytes_write(&bin, "\0\0", 2);
  }
  for (int i = 0; i < POINTS; i++) bytes_write(&bin, normals[i], 12);
  for (int i = 0; i < TRIANGLES; i++)
    for (int k = 0; k < 3; k++) {
      const uint16_t corner = (uint16_t)triangles[i][k];
      put_word(&bin, &corner, 2, false);
    }
  Bytes uri = data_uri(bin.data, bin.count);
  put_text(&json, "{\"asset\":{\"version\":\"2.0\"},\"buffers\":[{\"byteLength\":%zu", bin.count);
  if (kind == 1) {
    put_text(&json, ",\"uri\":\"");
    bytes_write(&json, uri.data, uri.count - 1);
    put_text(&json, "\"");
  }
  put_text(&json,
           "}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":%d,\"byteStride\":%d},{\"buffer\":0,\"byteOffset\":%d,\"byteLength\":%d},",
           POINTS * point_size, point_size, POINTS * point_size, POINTS * 12);
  put_text(&json, "{\"buffer\":0,\"byteOffset\":%d,\"byteLength\":%d}],", POINTS * (point_size + 12), TRIANGLES * 6);
  put_text(&json, "\"accessors\":[{\"bufferView\":0,\"componentType\":%d,\"count\":%d,\"type\":\"VEC3\"},", quantized ? 5122 : 5126,
           POINTS);
  put_text(&json, "{\"bufferView\":1,\"componentType\":5126,\"count\":%d,\"type\":\"VEC3\"},", POINTS);
  put_text(&json, "{\"bufferView\":2,\"componentType\":5123,\"count\":%d,\"type\":\"SCALAR\"}],", TRIANGLES * 3);
  put_text(&json, "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0%s},\"indices\":2}]}]", with_normals ? ",\"NORMAL\":1" : "");
  if (quantized) put_text(&json, ",\"nodes\":[{\"mesh\":0,\"scale\":[0.00390625,0.00390625,0.00390625]}]");
  put_text(&json, "}");
  bytes_free(&uri);
  if (kind != 1) bytes_write(&json, "", 1);
  Bytes out = kind == 1 ? json : glb_bytes((const char *)json.data, bin.data, bin.count);
  if (kind != 1) bytes_free(&json);
  bytes_free(&bin);
  return out;
}

/* ---- films */

static uint64_t film_hash(MlNode node) {
  rig_add(&rig, node);
  assert_int_equal(ml_background(rig.b, gray(.5), false, &rig.error), ML_OK);
  rig_add(&rig, ml_light(rig.b, &ML_DESC(MlLightDesc, .at = {1, 3, 1}, .power = 50), &rig.error));
  rig_commit(&rig);
  const MlView view =
    ML_DESC(MlView, .camera = {.from = {1, 3, 5}, .look_at = {1.4, .3, 1.4}}, .width = 48, .height = 36, .fixed_exposure = true);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 4, .seed = 3);
  MlFilm *film;
  MlRender *render;
  assert_int_equal(ml_film_create(rig.engine, rig.scene, &view, &settings, &film, &rig.error), ML_OK);
  assert_int_equal(ml_render_start(rig.engine, rig.scene, &view, &settings, film, &render, &rig.error), ML_OK);
  assert_int_equal(ml_render_wait(render, -1), ML_RENDER_DONE);
  ml_render_destroy(render);
  const uint64_t hash = ml_film_hash(film);
  ml_film_destroy(film);
  return hash;
}

static uint64_t model_hash(Bytes file, const char *name, MlModelNormals kind) {
  rig_begin(&rig);
  rig.error = (MlError){0};
  const MlModel model = ml_model(rig.b, &ML_DESC(MlModelDesc, .bytes = {file.data, file.count}, .name = name, .normals = kind), &rig.error);
  if (model == 0) fail_msg("%s", rig.error.message);
  const MlModelInfo info = ml_model_info(rig.b, model);
  assert_int_equal(info.triangles, TRIANGLES);
  assert_int_equal(info.warning_count, 0);
  const uint64_t hash = film_hash(info.node);
  bytes_free(&file);
  return hash;
}

static uint64_t mesh_hash(bool with_normals) {
  rig_begin(&rig);
  return film_hash(ml_mesh(rig.b,
                           &ML_DESC(MlMeshDesc, .points = points[0], .point_count = POINTS, .triangles = triangles[0],
                                    .triangle_count = TRIANGLES, .normals = with_normals ? normals[0] : NULL),
                           &rig.error));
}

static void expect(const char *name, uint64_t hash, uint64_t wanted) {
  if (hash != wanted) fail_msg("%s: film %016llx, expected %016llx", name, (unsigned long long)hash, (unsigned long long)wanted);
}

static void formats_agree_on_points(void **state) {
  (void)state;
  for (int smooth = 0; smooth < 2; smooth++) {
    const MlModelNormals kind = smooth ? ML_NORMALS_SMOOTH : ML_NORMALS_FLAT;
    const uint64_t wanted = smooth ? model_hash(obj(false), "x.obj", kind) : mesh_hash(false);
    expect("obj", model_hash(obj(false), "x.obj", kind), wanted);
    expect("ply in text", model_hash(ply(0, false), "x.ply", kind), wanted);
    expect("ply, little end first", model_hash(ply(1, false), "x.ply", kind), wanted);
    expect("ply, big end first", model_hash(ply(2, false), "x.ply", kind), wanted);
    expect("stl in text", model_hash(stl(true), "x.stl", kind), wanted);
    expect("stl", model_hash(stl(false), "x.stl", kind), wanted);
    expect("glb", model_hash(gltf(0, false), "x.glb", kind), wanted);
    expect("gltf", model_hash(gltf(1, false), "x.gltf", kind), wanted);
  }
}

static void formats_agree_on_normals(void **state) {
  (void)state;
  const uint64_t wanted = mesh_hash(true);
  assert_true(wanted != mesh_hash(false));
  expect("obj", model_hash(obj(true), "x.obj", ML_NORMALS_OF_FILE), wanted);
  for (int form = 0; form < 3; form++) expect("ply", model_hash(ply(form, true), "x.ply", ML_NORMALS_OF_FILE), wanted);
  expect("glb", model_hash(gltf(0, true), "x.glb", ML_NORMALS_OF_FILE), wanted);
  expect("gltf", model_hash(gltf(1, true), "x.gltf", ML_NORMALS_OF_FILE), wanted);
}

/* Integers that a node scales are an instance of other points: the same surface, but for roundings. */
static void quantized_points_are_where_they_were(void **state) {
  (void)state;
  Bytes file = gltf(2, true);
  rig_begin(&rig);
  rig.error = (MlError){0};
  const MlModel model = ml_model(rig.b, &ML_DESC(MlModelDesc, .bytes = {file.data, file.count}, .name = "q.glb"), &rig.error);
  if (model == 0) fail_msg("%s", rig.error.message);
  const MlBounds bounds = ml_node_bounds(rig.b, ml_model_info(rig.b, model).node);
  bytes_free(&file);
  MlVec3 least = {1e9, 1e9, 1e9}, most = {-1e9, -1e9, -1e9};
  for (int i = 0; i < POINTS; i++) {
    least.y = fmin(least.y, (double)points[i][1]), most.y = fmax(most.y, (double)points[i][1]);
    most.x = fmax(most.x, (double)points[i][0]), least.x = fmin(least.x, (double)points[i][0]);
  }
  assert_true(fabs(bounds.min.y - least.y) < 1e-6 && fabs(bounds.max.y - most.y) < 1e-6);
  assert_true(fabs(bounds.min.x - least.x) < 1e-6 && fabs(bounds.max.x - most.x) < 1e-6);
  ml_builder_destroy(rig.b);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(formats_agree_on_points), cmocka_unit_test(formats_agree_on_normals),
                                     cmocka_unit_test(quantized_points_are_where_they_were)};
  return cmocka_run_group_tests(tests, create, destroy);
}
