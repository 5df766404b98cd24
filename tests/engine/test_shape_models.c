/* test_shape_models.c - the readers of obj, mtl, ply and stl: each feature, wrong files with their messages, files cut and damaged
 * anywhere, memory that runs out, cancelling; polygons, welding and normals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "gltf_fixture.h"
#include "shape/polygon.h"
#include "shape/smooth.h"

static Memory memory;
static const SiblingFile *beside;
static Work *work;

static MlStatus read_file(Memory *m, const char *name, const void *data, size_t size, Model *model, MlError *error) {
  const ModelSource source = {.bytes = {data, size}, .name = name, .siblings = {(void *)beside, open_sibling}, .work = work};
  *error = (MlError){0};
  return model_read(m, &source, model, error);
}
static Model read_bytes(const char *name, const void *data, size_t size) {
  Model model;
  MlError error;
  if (read_file(&memory, name, data, size, &model, &error) != ML_OK) fail_msg("%s", error.message);
  return model;
}
static Model read_text(const char *name, const char *text) { return read_bytes(name, text, strlen(text)); }
static void done(Model *model) {
  model_free(model);
  assert_int_equal(memory.used, 0);
}
static void expect_error_bytes(const char *name, const void *data, size_t size, const char *message) {
  Model model;
  MlError error;
  if (read_file(&memory, name, data, size, &model, &error) == ML_OK) fail_msg("was read; expected: %s", message);
  assert_string_equal(error.message, message);
  assert_int_equal(error.status, ML_ERROR_FORMAT);
  assert_int_equal(memory.used, 0);
}
static void expect_error(const char *name, const char *text, const char *message) { expect_error_bytes(name, text, strlen(text), message); }

static const float *point(const ModelPart *part, uint64_t triangle, int corner) {
  return part->points + 3 * (size_t)part->triangles[3 * triangle + (uint64_t)corner];
}
static double area(const ModelPart *part) {
  double sum = 0;
  for (uint64_t t = 0; t < part->triangle_count; t++) {
    const float *a = point(part, t, 0), *b = point(part, t, 1), *c = point(part, t, 2);
    double n[3];
    for (int k = 0; k < 3; k++) {
      const int u = (k + 1) % 3, v = (k + 2) % 3;
      n[k] = (double)(b[u] - a[u]) * (double)(c[v] - a[v]) - (double)(b[v] - a[v]) * (double)(c[u] - a[u]);
    }
    sum += 0.5 * sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  }
  return sum;
}
static void assert_triangle(const ModelPart *part, uint64_t triangle, uint32_t a, uint32_t b, uint32_t c) {
  const uint32_t expected[3] = {a, b, c};
  for (int k = 0; k < 3; k++) assert_int_equal(part->triangles[3 * triangle + (uint64_t)k], expected[k]);
}
static void assert_floats(const float *got, const float *expected, int count) {
  for (int i = 0; i < count; i++)
    if (got[i] != expected[i]) fail_msg("number %d: got %g, expected %g", i, (double)got[i], (double)expected[i]);
}
#define ASSERT_FLOATS(got, ...) assert_floats((got), (const float[]){__VA_ARGS__}, (int)(sizeof((float[]){__VA_ARGS__}) / sizeof(float)))

/* ---- obj */

#define SQUARE "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"

static void test_obj_plain(void **state) {
  (void)state;
  Model model =
    read_text("a.obj", "# a square\n\n  v 0 0 0\r\nv 1 0 0 1\nv\t1e0 1 0 .5 .5 .5\nv 0 +1 -0.0\no thing\ng part\nf 1 2 3 4\nl 1 2\n");
  assert_int_equal(model.parts.count, 1);
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->point_count, 4);
  assert_int_equal(part->triangle_count, 2);
  assert_int_equal(part->material, MODEL_NONE);
  assert_null(part->normals);
  assert_null(part->uv);
  assert_triangle(part, 0, 0, 1, 2);
  assert_triangle(part, 1, 0, 2, 3);
  ASSERT_FLOATS(part->points, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0);
  assert_int_equal(model.nodes.count, 1);
  assert_int_equal(model.unsupported.count, 2);
  assert_string_equal(model_text(&model, model.unsupported.data[0]), "vertex colours");
  assert_string_equal(model_text(&model, model.unsupported.data[1]), "lines");
  done(&model);

  // Backwards, and a line that goes on
  model = read_text("a.obj", "v 5 5 5\n" SQUARE "f -4 -3 \\\n -2\nf -4/ -2// -1\nf 2 3 4 # and a comment\n");
  assert_int_equal(model.parts.data[0].triangle_count, 3);
  assert_triangle(&model.parts.data[0], 0, 1, 2, 3);
  assert_triangle(&model.parts.data[0], 1, 1, 3, 4);
  assert_triangle(&model.parts.data[0], 2, 1, 2, 3);
  done(&model);

  // By its contents, whatever it is called
  model = read_text("thing.txt", SQUARE "f 1 2 3");
  done(&model);
}

static void test_obj_corners(void **state) {
  (void)state;
  // Two triangles that share an edge but not its texture coordinates
  Model model = read_text("a.obj", SQUARE
                          "vt 0 0\nvt 1 0\nvt 1 1\nvt .5\nvn 0 0 1\nvn 0 1 0\nf 1/1/1 2/2/1 3/3/1\nf 1/1/1 3/4/1 4/4/2\nf 1//1 2/2 3\n");
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->triangle_count, 3);
  assert_triangle(part, 0, 0, 1, 2);
  assert_triangle(part, 1, 0, 3, 4);
  assert_triangle(part, 2, 5, 6, 7);
  assert_int_equal(part->point_count, 8);
  ASSERT_FLOATS(part->uv + 2 * 2, 1, 1, .5f, 0, .5f, 0, 0, 0, 1, 0, 0, 0);
  ASSERT_FLOATS(part->normals + 3 * 3, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  done(&model);
}

static void test_obj_materials(void **state) {
  (void)state;
  static const char
    first[] =
      "# colours\nnewmtl red\nKd 1 0 0\nKs 0.25 0.25 0.25\nNs 198\nillum 2\nNi 1.3\nd 0.5\nmap_Kd -s 2 3 -o .5 -clamp on wood grain.png\n"
      "newmtl my mirror\nKd 0 0 0\nKs .9 .8 .7\nillum 3\n",
    second[] =
      "newmtl water\nillum 7\nNi 1.33\nTf .5 .6 .7\nd .1\nnewmtl modern\nPr .3\nPm 1\nPc .5\nPcr .1\nKd .2\nKe 2\nmap_Bump -bm 3 b.png\n"
      "norm n.png\nmap_d wood.png\nmap_Kd wood.png\ndisp d.png\nrefl x\nmap_Ns s.png\n";
  const SiblingFile files[] = {{"a.mtl", first, sizeof first - 1}, {"sub/b c.mtl", second, sizeof second - 1}, {0}};
  beside = files;
  Model model = read_text(
    "a.obj",
    "mtllib ./a.mtl sub\\b c.mtl\nmtllib gone.mtl\n" SQUARE
    "usemtl red\nf 1 2 3\nusemtl my mirror\nf 2 3 4\nusemtl nobody\nf 1 2 4\nusemtl red\nf 1 3 4\nusemtl water\nf 3 4 1\nusemtl modern\nf 1 2 3\n");
  assert_int_equal(model.parts.count, 5);
  assert_int_equal(model.materials.count, 5);
  assert_int_equal(model.files.count, 4);
  assert_false(model.files.data[2].missing);
  assert_true(model.files.data[3].missing);
  assert_string_equal(model_text(&model, model.files.data[3].name), "gone.mtl");
  const ModelMaterial *m = model.materials.data;
  assert_string_equal(model_text(&model, m[0].name), "red");
  ASSERT_FLOATS(m[0].color, 1, 0, 0);
  ASSERT_FLOATS(m[0].specular, .5f, .5f, .5f);
  assert_true(fabs((double)m[0].roughness - sqrt(sqrt(2.0 / 200))) < 1e-6);
  assert_true(m[0].ior == 1.3f && m[0].alpha == .5f && m[0].alpha_mode == MODEL_BLEND && !m[0].unknown);
  assert_string_equal(model_text(&model, model.images.data[m[0].color_texture.image].name), "wood grain.png");
  assert_true(m[0].color_texture.uv[0] == 2 && m[0].color_texture.uv[4] == 3 && m[0].color_texture.uv[2] == .5);
  assert_int_equal(m[0].color_texture.wrap_u, MODEL_WRAP_CLAMP);
  assert_string_equal(model_text(&model, m[1].name), "my mirror");
  assert_true(m[1].metallic == 1 && m[1].roughness == 0);
  ASSERT_FLOATS(m[1].color, .9f, .8f, .7f);
  assert_true(m[2].transmission == 1 && !m[2].thin && m[2].ior == 1.33f && m[2].alpha == 1);
  ASSERT_FLOATS(m[2].color, .5f, .6f, .7f);
  assert_true(m[3].roughness == .3f && m[3].metallic == 1 && m[3].coat == .5f && m[3].coat_roughness == .1f && m[3].emission[1] == 2);
  assert_true(fabsf(m[3].bump_height - .03f) < 1e-7f && m[3].normal_texture.image != MODEL_NONE);
  assert_int_equal(m[3].alpha_mode, MODEL_BLEND);
  assert_string_equal(model_text(&model, m[4].name), "nobody");
  assert_true(m[4].unknown);
  assert_int_equal(model.unsupported.count, 3);
  assert_string_equal(model_text(&model, model.unsupported.data[0]), "disp of mtl");
  // Parts in the order of materials, both runs of red together
  assert_int_equal(model.parts.data[0].material, 0);
  assert_int_equal(model.parts.data[0].triangle_count, 2);
  assert_int_equal(model.parts.data[4].material, 4);
  done(&model);
  beside = NULL;
}

static void test_obj_smoothing(void **state) {
  (void)state;
  // A roof: smooth over its ridge in one group, not between groups or without one
  static const char roof[] = "v 0 1 0\nv 0 1 1\nv 1 0 0\nv 1 0 1\nv -1 0 0\nv -1 0 1\n";
  char text[400];
  snprintf(text, sizeof text, "%ss 1\nf 1 2 4 3\nf 1 5 6 2\n", roof);
  Model model = read_text("a.obj", text);
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->point_count, 6);
  assert_true(fabsf(part->normals[0]) < 1e-6f && fabsf(part->normals[1] - 1) < 1e-6f);
  assert_true(fabsf(part->normals[3 * 2] - sqrtf(.5f)) < 1e-6f);
  done(&model);
  snprintf(text, sizeof text, "%ss 1\nf 1 2 4 3\ns 2\nf 1 5 6 2\ns off\nf 1 2 3\n", roof);
  model = read_text("a.obj", text);
  part = &model.parts.data[0];
  assert_int_equal(part->point_count, 11);
  assert_true(fabsf(part->normals[0] - sqrtf(.5f)) < 1e-6f);
  ASSERT_FLOATS(part->normals + 3 * 8, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  done(&model);
}

static void test_obj_wrong(void **state) {
  (void)state;
  expect_error("a.obj", SQUARE "f 1 2 5\n", "a.obj:5: the face names point 5, but there are 4 before it");
  expect_error("a.obj", SQUARE "f 1 2 -5\n", "a.obj:5: the face names point -5, but there are 4 before it");
  expect_error("a.obj", SQUARE "f 0 1 2\n", "a.obj:5: the face names point 0: they are counted from 1, or back from -1");
  expect_error("a.obj", SQUARE "f 1/1 2/1 3/1\n", "a.obj:5: the face names texture coordinate 1, but there are 0 before it");
  expect_error("a.obj", SQUARE "f 1//2 2 3\n", "a.obj:5: the face names normal 2, but there are 0 before it");
  expect_error("a.obj", SQUARE "f 1 2\n", "a.obj:5: the face has 2 corners, at least 3 expected");
  expect_error("a.obj", SQUARE "f 1 2 x\n", "a.obj:5: 'x' is no corner of a face: expected 7, 7/2, 7//3 or 7/2/3");
  expect_error("a.obj", SQUARE "f 1 2 3/1/1/1\n", "a.obj:5: the face names texture coordinate 1, but there are 0 before it");
  expect_error("a.obj", "v 0 0\nf 1 1 1\n", "a.obj:1: the point has 2 coordinates, 3 expected");
  expect_error("a.obj", "v 0 0 nan\n", "a.obj:1: coordinate 3 of the point is 'nan', expected a finite number up to 1e15");
  expect_error("a.obj", "v 0 1e39 0\n", "a.obj:1: coordinate 2 of the point is '1e39', expected a finite number up to 1e15");
  expect_error("a.obj", "v 0 1x 0\n", "a.obj:1: coordinate 2 of the point is '1x', expected a finite number up to 1e15");
  expect_error("a.obj", SQUARE, "a.obj: there are no faces: a cloud of points cannot be shown");
  expect_error("a.obj", "# nothing\n", "a.obj: there are no faces");
  expect_error("a.obj", "v 0 0 0\n\x01\x02\x03 1\n", "a.obj:2: '\x01\x02\x03' begins no line of an obj");
  expect_error("a.obj", "s x\n", "a.obj:1: expected a smoothing group or off, got 'x'");
  expect_error("a.txt", "hello\n", "a.txt: no model that can be read: obj, ply, stl, gltf and glb can");
  expect_error("a.obj", "", "a.obj: there are no faces");
  expect_error("a", "", "a: the file is empty");
  static const char wrong[] = "Kd 1 1 1\n", bad[] = "newmtl a\nKd 1 red 1\n", none[] = "newmtl a\nmap_Kd -s 1\n";
  const SiblingFile files[] = {
    {"wrong.mtl", wrong, sizeof wrong - 1}, {"bad.mtl", bad, sizeof bad - 1}, {"none.mtl", none, sizeof none - 1}, {0}};
  beside = files;
  expect_error("a.obj", "mtllib wrong.mtl\n", "wrong.mtl:1: expected 'newmtl' and a name first, got 'Kd'");
  expect_error("a.obj", "mtllib bad.mtl\n", "bad.mtl:2: expected a number from -1e+09 to 1e+09 after Kd, got 'red'");
  expect_error("a.obj", "mtllib none.mtl\n", "none.mtl:2: the texture has no file");
  beside = NULL;
}

/* ---- polygons */

/* A comb of n teeth: concave, with corners in straight lines. */
static void test_polygons(void **state) {
  (void)state;
  enum { TEETH = 40, CORNERS = 4 * TEETH + 2 };
  float points[3 * CORNERS];
  uint32_t corner[CORNERS], n = 0;
  for (int i = 0; i < TEETH; i++) {
    const float x = (float)(2 * i);
    const float add[4][2] = {{x, 1}, {x, 2}, {x + 1, 2}, {x + 1, 1}};
    for (int k = 0; k < 4; k++, n++) points[3 * n] = add[k][0], points[3 * n + 1] = 0, points[3 * n + 2] = add[k][1];
  }
  const float ends[2][2] = {{2 * TEETH - 1, 0}, {0, 0}};
  for (int k = 0; k < 2; k++, n++) points[3 * n] = ends[k][0], points[3 * n + 1] = 0, points[3 * n + 2] = ends[k][1];
  PolygonCutter cutter = {.memory = &memory};
  for (uint32_t turn = 0; turn < CORNERS; turn += 7) {
    double sum = 0;
    uint32_t edges[CORNERS] = {0};
    for (uint32_t i = 0; i < n; i++) corner[i] = (i + turn) % n;
    assert_true(polygon_cut(&cutter, points, corner, n));
    assert_int_equal(cutter.out.count, 3 * (n - 2));
    for (uint64_t i = 0; i < cutter.out.count; i += 3) {
      const uint32_t *k = cutter.out.data + i;
      const float *p[3];
      for (int c = 0; c < 3; c++) {
        p[c] = points + 3 * corner[k[c]];
        edges[k[c]] += k[(c + 1) % 3] == (k[c] + 1) % n;
      }
      const float twice = (p[1][0] - p[0][0]) * (p[2][2] - p[0][2]) - (p[1][2] - p[0][2]) * (p[2][0] - p[0][0]);
      assert_true(twice < 0); // the comb runs clockwise in xz: all triangles do
      sum -= (double)twice / 2;
    }
    assert_true(fabs(sum - (TEETH + 2 * TEETH - 1)) < 1e-4);
    for (uint32_t i = 0; i < n; i++) assert_int_equal(edges[i], 1); // every edge is some triangle's
  }
  // A quad with a dent, and one that crosses itself: two triangles anyway
  const float dent[12] = {0, 0, 0, 4, 0, 0, 1, 1, 0, 0, 4, 0};
  const uint32_t four[4] = {0, 1, 2, 3}, crossing[5] = {0, 2, 1, 3, 2};
  assert_true(polygon_cut(&cutter, dent, four, 4));
  assert_int_equal(cutter.out.count, 6);
  assert_int_equal(cutter.out.data[0], 0);
  assert_int_equal(cutter.out.data[2], 2);
  assert_true(polygon_cut(&cutter, dent, (const uint32_t[]){1, 2, 3, 0}, 4)); // the dent is the second corner
  assert_int_equal(cutter.out.data[0], 1);
  assert_int_equal(cutter.out.data[1], 2);
  assert_true(polygon_cut(&cutter, dent, crossing, 5));
  assert_int_equal(cutter.out.count, 9);
  polygon_free(&cutter);
  assert_int_equal(memory.used, 0);
}

/* ---- ply */

#define PLY "ply\nformat ascii 1.0\n"
#define XYZ "property float x\nproperty float y\nproperty float z\n"
#define FACES "property list uchar int vertex_indices\n"

static void test_ply_text(void **state) {
  (void)state;
  Model model = read_text(
    "a.ply", PLY
    "comment hello\nobj_info x\nelement camera 1\nproperty float view\nelement vertex 5\nproperty uchar red\n"
    "property double x\nproperty float32 y\nproperty list uchar int twist\nproperty float z\nproperty float nx\n"
    "property float ny\nproperty float nz\nproperty float s\nproperty float t\nelement face 3\nproperty uchar flags\n"
    "property list uint8 uint32 vertex_index\nelement edge 1\nproperty int a\nend_header\n7\n"
    "255 0 0 0 0 0 0 1 .1 .2\n255 1 0 2 7 7 0 0 0 1 .3 .4\n\n  255 1 1 0 0 0 0 1 .5 .6\n255 0 1 0 0 0 0 1 .7 .8\n255 2 2 0 0 0 0 2 .9 1\n"
    "0 4 0 1 2 3\n1 3 4 2 1\n0 2 0 1\n9\n");
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->point_count, 5);
  assert_int_equal(part->triangle_count, 3);
  assert_triangle(part, 0, 0, 1, 2);
  assert_triangle(part, 2, 4, 2, 1);
  ASSERT_FLOATS(part->points, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 2, 2, 0);
  ASSERT_FLOATS(part->normals + 12, 0, 0, 2);
  ASSERT_FLOATS(part->uv + 2, .3f, .4f, .5f, .6f);
  assert_string_equal(model_text(&model, model.unsupported.data[0]), "vertex colours");
  done(&model);
}

static void test_ply_texture_coordinates(void **state) {
  (void)state;
  Model model = read_text("a.ply", PLY "comment TextureFile my skin.png\nelement vertex 4\n" XYZ "element face 3\n" FACES
                                       "property list uchar float texcoord\nend_header\n"
                                       "0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2 6 0 0 1 0 1 1\n3 0 2 3 6 0 0 1 1 0 1\n3 0 1 3 0\n");
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->point_count, 6); // the last face has none, which is 0 0
  assert_triangle(part, 1, 0, 2, 3);
  assert_triangle(part, 2, 0, 4, 5);
  ASSERT_FLOATS(part->uv, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0);
  assert_int_equal(part->material, 0);
  assert_string_equal(model_text(&model, model.images.data[0].name), "my skin.png");
  done(&model);
}

static void test_ply_strips(void **state) {
  (void)state;
  Model model = read_text("a.ply", PLY "element vertex 5\n" XYZ "element tristrips 1\nproperty list int int vertex_indices\nend_header\n"
                                       "0 0 0\n1 0 0\n0 1 0\n1 1 0\n0 2 0\n9 0 1 2 3 -1 2 3 4 -1\n");
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->triangle_count, 3);
  assert_triangle(part, 0, 0, 1, 2);
  assert_triangle(part, 1, 2, 1, 3);
  assert_triangle(part, 2, 2, 3, 4);
  done(&model);
}

static void put_value(Bytes *out, double x, int type, bool big) {
  uint8_t p[8];
  size_t size = (const uint8_t[]){1, 1, 2, 2, 4, 4, 4, 8}[type];
  const int64_t whole = (int64_t)x;
  const float single = (float)x;
  if (type == 6) memcpy(p, &single, 4);
  else if (type == 7) memcpy(p, &x, 8);
  else memcpy(p, &whole, size);
  for (size_t i = 0; i < size; i++) bytes_write(out, &p[big ? size - 1 - i : i], 1);
}
static void put_text(Bytes *out, const char *text) { bytes_write(out, text, strlen(text)); }

/* Every type for coordinates and for indices, both orders, with things to skip around them. */
static void test_ply_binary(void **state) {
  (void)state;
  static const char *const types[] = {"char", "uchar", "short", "ushort", "int", "uint", "float", "double"};
  for (int type = 0; type < 8; type++)
    for (int mode = 0; mode < 8; mode++) {
      const bool big = mode & 1, extra = mode & 2, list = mode & 4;
      const int index = type < 6 ? type : 5, counter = type < 6 ? type : 1;
      char head[800];
      snprintf(
        head, sizeof head,
        "ply\r\nformat binary_%s_endian 1.0\r\nelement vertex 4\r\n%sproperty %s z\r\nproperty %s y\r\nproperty %s x\r\nelement odd 2\r\nproperty "
        "list uchar short w\r\nproperty double q\r\nelement face 2\r\n%sproperty list %s %s vertex_indices\r\n%send_header\r\n",
        big ? "big" : "little", list ? "property list uchar float w\r\n" : "", types[type], types[type], types[type],
        extra ? "property float before\r\n" : "", types[counter], types[index], extra ? "property ushort after\r\n" : "");
      Bytes file = {0};
      put_text(&file, head);
      const double square[4][3] = {{0, 0, 0}, {1, 0, 0}, {1, 100, 0}, {0, 100, 7}};
      for (int i = 0; i < 4; i++) {
        if (list) put_value(&file, i, 1, big);
        for (int k = 0; k < i && list; k++) put_value(&file, k, 6, big);
        for (int k = 2; k >= 0; k--) put_value(&file, square[i][k], type, big);
      }
      for (int i = 0; i < 2; i++) {
        put_value(&file, 1 + i, 1, big);
        for (int k = 0; k < 1 + i; k++) put_value(&file, k, 2, big);
        put_value(&file, 5, 7, big);
      }
      for (int i = 0; i < 2; i++) {
        if (extra) put_value(&file, 5, 6, big);
        put_value(&file, 3 + i, counter, big);
        for (int k = 0; k < 3 + i; k++) put_value(&file, k, index, big);
        if (extra) put_value(&file, 5, 3, big);
      }
      Model model = read_bytes("a.ply", file.data, file.count);
      const ModelPart *part = &model.parts.data[0];
      assert_int_equal(part->triangle_count, 3);
      ASSERT_FLOATS(part->points, 0, 0, 0, 1, 0, 0, 1, 100, 0, 0, 100, 7);
      assert_triangle(part, 0, 0, 1, 2);
      assert_triangle(part, 2, 0, 2, 3);
      done(&model);
      bytes_free(&file);
    }
}

/* The common form, with faces enough for all ways through it: triangles, then a polygon, then triangles again. */
static Bytes make_grid(uint32_t n, bool big) {
  Bytes file = {0};
  char head[300];
  snprintf(head, sizeof head, "ply\nformat binary_%s_endian 1.0\nelement vertex %u\n" XYZ "element face %u\n" FACES "end_header\n",
           big ? "big" : "little", (n + 1) * (n + 1), 2 * n * n - n);
  put_text(&file, head);
  for (uint32_t i = 0; i < (n + 1) * (n + 1); i++) {
    put_value(&file, i % (n + 1), 6, big);
    put_value(&file, i / (n + 1), 6, big);
    put_value(&file, (i * 7) % 5, 6, big);
  }
  for (uint32_t y = 0; y < n; y++)
    for (uint32_t x = 0; x < n; x++) {
      const uint32_t a = y * (n + 1) + x, corner[4] = {a, a + 1, a + n + 2, a + n + 1};
      if (x == y) {
        put_value(&file, 4, 1, big);
        for (int k = 0; k < 4; k++) put_value(&file, corner[k], 4, big);
        continue;
      }
      for (int half = 0; half < 2; half++) {
        put_value(&file, 3, 1, big);
        put_value(&file, corner[0], 4, big);
        put_value(&file, corner[1 + half], 4, big);
        put_value(&file, corner[2 + half], 4, big);
      }
    }
  return file;
}

static void test_ply_grid(void **state) {
  (void)state;
  enum { N = 90 };
  Bytes little = make_grid(N, false), big = make_grid(N, true);
  Model a = read_bytes("a.ply", little.data, little.count), b = read_bytes("a.ply", big.data, big.count);
  const ModelPart *p = &a.parts.data[0], *q = &b.parts.data[0];
  assert_int_equal(p->triangle_count, 2 * N * N);
  assert_int_equal(q->triangle_count, 2 * N * N);
  assert_memory_equal(p->points, q->points, 12 * (N + 1) * (N + 1));
  assert_memory_equal(p->triangles, q->triangles, 12 * 2 * N * N);
  for (uint32_t i = 0; i < N * N; i++) {
    const uint32_t corner = i / N * (N + 1) + i % N;
    assert_triangle(p, 2 * i, corner, corner + 1, corner + N + 2);
    assert_triangle(p, 2 * i + 1, corner, corner + N + 2, corner + N + 1);
  }
  model_free(&a);
  done(&b);
  bytes_free(&little);
  bytes_free(&big);
}

static void test_ply_wrong(void **state) {
  (void)state;
#define HEAD3 PLY "element vertex 3\n" XYZ "element face 1\n" FACES "end_header\n"
  expect_error("bunny.ply", HEAD3 "0 0 0\n1 0\n0 1 0\n3 0 1 2\n", "bunny.ply:11: vertex 1 has 2 coordinates, 3 expected");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 nan\n0 1 0\n3 0 1 2\n",
               "b.ply:11: the z of vertex 1 is 'nan', expected a finite number up to 1e15");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 1e400\n0 1 0\n3 0 1 2\n",
               "b.ply:11: the z of vertex 1 is '1e400', expected a finite number up to 1e15");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0 0\n0 1 0\n3 0 1 2\n", "b.ply:11: vertex 1 has more than the 3 values expected");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n", "b.ply:13: face 0 names vertex 3, but there are 3, counted from 0");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0\n0 1 0\n3 0 1 -1\n", "b.ply:13: face 0 names vertex -1, but there are 3, counted from 0");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "b.ply:13: face 0 names 2 vertices, 3 expected");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0\n0 1 0\n3 0 1 two\n",
               "b.ply:13: the vertex_indices of face 0 is 'two', expected numbers of vertices");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0\n0 1 0\n-3 0 1 2\n", "b.ply:13: the vertex_indices of face 0 is '-3', expected a count");
  expect_error("b.ply", HEAD3 "0.000000 0.000000 0.000000\n1 0 0\n", "b.ply:12: the file ends after 2 of 3 vertices");
  expect_error("b.ply", HEAD3 "0 0 0\n1 0 0\n0 1 0\n\n", "b.ply:14: the file ends after 0 of 1 elements 'face'");
  expect_error("b.ply", PLY "element vertex 3000000000\n" XYZ "end_header\n0 0 0\n",
               "b.ply:3: 3000000000 elements 'vertex' are promised, but the 6 bytes that are left hold 1 at most");
  expect_error("b.ply", "ply\nformat ascii 2.0\n", "b.ply:2: version '2.0' of ply is not known: 1.0 is");
  expect_error("b.ply", "ply\nformat text 1.0\n",
               "b.ply:2: expected the format ascii, binary_little_endian or binary_big_endian, got 'text'");
  expect_error("b.ply", "ply\nelement vertex 3\n", "b.ply:2: expected the line 'format ... 1.0', got 'element'");
  expect_error("b.ply", PLY "element vertex\n", "b.ply:3: expected 'element', a name and a count");
  expect_error("b.ply", PLY "element vertex -1\n", "b.ply:3: expected 'element', a name and a count");
  expect_error("b.ply", PLY "element vertex 1\nproperty long x\n", "b.ply:4: 'long' is no type of ply");
  expect_error("b.ply", PLY "element face 1\nproperty list float int vertex_indices\n",
               "b.ply:4: 'float' is no type of whole numbers, which a list's count must have");
  expect_error("b.ply", PLY "element face 1\nproperty list uchar float vertex_indices\n",
               "b.ply:4: numbers of vertices have to be of a type of whole numbers");
  expect_error("b.ply", PLY "property int x\n", "b.ply:3: a property without an element before it");
  expect_error("b.ply", PLY "element vertex 1\nelement vertex 1\n", "b.ply:4: there are elements 'vertex' already");
  expect_error("b.ply", PLY "element vertex 1\nproperty float x\nwhat\n",
               "b.ply:5: expected element, property, comment or end_header, got 'what'");
  expect_error("b.ply", PLY "element vertex 1\n" XYZ, "b.ply:7: the file ends in its header");
  expect_error("b.ply", PLY "element vertex 1\nproperty float x\nproperty float y\nelement face 1\n" FACES "end_header\n0 0\n3 0 0 0\n",
               "b.ply:3: vertices need the properties x, y and z");
  expect_error("b.ply", PLY "element vertex 1\n" XYZ "element face 1\nproperty int a\nend_header\n0 0 0\n3\n",
               "b.ply:7: elements 'face' need a list vertex_indices");
  expect_error("b.ply", PLY "element face 1\n" FACES "element vertex 3\n" XYZ "end_header\n3 0 1 2\n0 0 0\n0 0 1\n1 0 0\n",
               "b.ply:3: elements 'face' stand before the vertices");
  expect_error("b.ply", PLY "element vertex 1\n" XYZ "end_header\n0 0 0\n", "b.ply: there are no faces: a cloud of points cannot be shown");
  expect_error("b.ply", PLY "element vertex 3\n" XYZ "element face 1\n" FACES "end_header\n0 0 0\n1 0 0\n0 1 0\n2 0 1\n",
               "b.ply: there are no triangles");
  expect_error("b.ply", "plx", "b.ply:1: a ply begins with the line 'ply'");

  // Binary: places are bytes
  Bytes file = {0};
  put_text(&file, "ply\nformat binary_little_endian 1.0\nelement vertex 3\n" XYZ "element face 1\n" FACES "end_header\n");
  const size_t body = file.count;
  for (int i = 0; i < 9; i++) put_value(&file, i, 6, false);
  put_value(&file, 3, 1, false);
  for (int i = 0; i < 3; i++) put_value(&file, i, 4, false);
  char message[200];
  snprintf(message, sizeof message, "b.ply: byte %zu: 3 vertices of 12 bytes take 36, the file has 35 left", body);
  expect_error_bytes("b.ply", file.data, body + 35, message);
  snprintf(message, sizeof message, "b.ply: byte %zu: the file ends in face 0 of 1", body + 36);
  expect_error_bytes("b.ply", file.data, file.count - 1, message);
  const uint8_t kept = file.data[body + 20 + 3];
  file.data[body + 20 + 3] = 0x7f, file.data[body + 20 + 2] = 0xc0;
  snprintf(message, sizeof message, "b.ply: byte %zu: the z of vertex 1 is nan, expected a finite number up to 1e15", body + 20);
  expect_error_bytes("b.ply", file.data, file.count, message);
  file.data[body + 20 + 3] = kept, file.data[body + 20 + 2] = 0;
  file.data[body + 36 + 5] = 3;
  snprintf(message, sizeof message, "b.ply: byte %zu: face 0 names vertex 3, but there are 3, counted from 0", body + 36 + 5);
  expect_error_bytes("b.ply", file.data, file.count, message);
  bytes_free(&file);
}

/* ---- stl */

static void put_stl(Bytes *file, const float (*triangles)[9], uint32_t count) {
  const uint8_t head[80] = "solid, as some programs write";
  bytes_write(file, head, sizeof head);
  put_le32(file, count);
  for (uint32_t i = 0; i < count; i++) {
    const float normal[3] = {0, 0, 0};
    bytes_write(file, normal, 12);
    bytes_write(file, triangles[i], 36);
    bytes_write(file, "\0\0", 2);
  }
}

static void test_stl(void **state) {
  (void)state;
  const float triangles[2][9] = {{0, 0, 0, 1, 0, 0, 1, 1, 0}, {-0.0f, 0, 0, 1, 1, 0, 0, 1, 0}};
  Bytes file = {0};
  put_stl(&file, triangles, 2);
  Model model = read_bytes("a.stl", file.data, file.count);
  const ModelPart *part = &model.parts.data[0];
  assert_int_equal(part->point_count, 4); // 0 and -0 are one place
  assert_triangle(part, 0, 0, 1, 2);
  assert_triangle(part, 1, 0, 2, 3);
  done(&model);
  model = read_text(
    "a.stl",
    "solid thing of mine\n facet normal 0 0 1\n  outer loop\n   vertex 0 0 0\n   vertex 1 0 0\n   vertex 1 1 0\n  endloop\n endfacet\n"
    " FACET NORMAL 0 0 1\n OUTER LOOP\n VERTEX 0 0 0\n VERTEX 1e0 1 0\n VERTEX 0 1 0\n ENDLOOP\n ENDFACET\nendsolid thing of mine\n");
  part = &model.parts.data[0];
  assert_int_equal(part->point_count, 4);
  assert_triangle(part, 1, 0, 2, 3);
  done(&model);

  char message[200];
  file.data[80] = 3;
  expect_error_bytes("a.stl", file.data, file.count, "a.stl: byte 80: 3 triangles of 50 bytes are promised, but the file has room for 2");
  file.data[80] = 2;
  const float inf = INFINITY;
  memcpy(file.data + 84 + 50 + 12 + 16, &inf, 4);
  snprintf(message, sizeof message, "a.stl: byte %d: the y of a corner of triangle 1 is inf, expected a finite number up to 1e15",
           84 + 50 + 12 + 16);
  expect_error_bytes("a.stl", file.data, file.count, message);
  bytes_free(&file);
  expect_error("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0\n",
               "a.stl:5: the vertex has 2 coordinates, 3 expected");
  expect_error("a.stl", "solid x\nfacet\nvertex 0 0 0\nvertex 1 0 x\n",
               "a.stl:4: the z of the vertex is 'x', expected a finite number up to 1e15");
  expect_error("a.stl", "solid x\nfacet\nvertex 0 0 0\nvertex 1 0 0\nendfacet\n", "a.stl:5: the facet has 2 vertices, 3 expected");
  expect_error("a.stl", "solid x\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 0 0\nvertex 1 0 0\n",
               "a.stl:6: a facet has 3 vertices, this is the fourth");
  expect_error("a.stl", "solid x\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1 0\nendfacet\n", "a.stl:7: the file ends before 'endsolid'");
  expect_error("a.stl", "solid x\nfoo\n", "a.stl:2: expected solid, facet, outer loop, vertex, endloop, endfacet or endsolid, got 'foo'");
  expect_error("a.stl", "solid x\nendsolid\n", "a.stl: there are no triangles");
  expect_error("a.stl", "hello", "a.stl: no stl: neither the word 'solid' nor the 84 bytes of a head begin it");
}

/* ---- normals */

static const char cube[] =
  "v -1 -1 -1\nv 1 -1 -1\nv 1 1 -1\nv -1 1 -1\nv -1 -1 1\nv 1 -1 1\nv 1 1 1\nv -1 1 1\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
  "f 4/1 3/2 2/3 1/4\nf 5/1 6/2 7/3 8/4\nf 1/1 2/2 6/3 5/4\nf 3/1 4/2 8/3 7/4\nf 2/1 3/2 7/3 6/4\nf 4/1 1/2 5/3 8/4\n";

static void test_normals(void **state) {
  (void)state;
  const ModelSource source = {.name = "cube"};
  MlError error = {0};
  Model model = read_text("cube.obj", cube);
  ModelPart *part = &model.parts.data[0];
  const uint64_t points = part->point_count;
  assert_true(points > 8); // parted by texture coordinates
  // All smooth: seams do not show, and how faces are cut does not matter
  assert_int_equal(model_smooth(&model, &source, 180, &error), ML_OK);
  assert_int_equal(part->point_count, points);
  for (uint64_t i = 0; i < 3 * points; i++) assert_true(fabsf(part->normals[i] - part->points[i] * sqrtf(1.0f / 3)) < 1e-6f);
  // Sharp at 90 degrees: each face its own
  assert_int_equal(model_smooth(&model, &source, 30, &error), ML_OK);
  assert_int_equal(part->point_count, 24);
  assert_int_equal(part->triangle_count, 12);
  assert_true(fabs(area(part) - 24) < 1e-6);
  for (uint64_t t = 0; t < 12; t++)
    for (int k = 0; k < 3; k++) {
      const float *n = part->normals + 3 * part->triangles[3 * t + (uint64_t)k], *p = point(part, t, k);
      assert_true(fabsf(n[0] * n[0] + n[1] * n[1] + n[2] * n[2] - 1) < 1e-6f && fabsf(n[0] * p[0] + n[1] * p[1] + n[2] * p[2] - 1) < 1e-6f);
    }
  assert_int_equal(model_smooth(&model, &source, -1, &error), ML_OK);
  assert_null(part->normals);
  done(&model);
}

/* ---- files made to harm */

typedef struct Sample {
  const char *name;
  Bytes bytes;
} Sample;

static const char material_file[] = "newmtl a\nKd .1 .2 .3\nmap_Kd -s 1 2 x.png\nnewmtl b\nillum 7\n";
static const SiblingFile material_files[] = {{"m.mtl", material_file, sizeof material_file - 1}, {0}};

enum { SAMPLES = 6 };
static void make_samples(Sample samples[SAMPLES]) {
  static const char *const texts[4] = {
    "mtllib m.mtl\nusemtl a\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv .5 .2 0\nvt 0 0\nvn 0 0 1\nf 1/1/1 2/1/1 3/1/1 4/1/1 5/1/1\nusemtl b\ns 1\nf 1 2 3\nf 1 3 4\n",
    PLY
    "comment TextureFile x.png\nelement vertex 5\n" XYZ "element face 2\n" FACES
    "property list uchar float texcoord\nend_header\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n.5 .2 0\n5 0 1 2 3 4 10 0 0 1 0 1 1 0 1 .5 .5\n3 0 1 2 0\n",
    PLY "element vertex 4\n" XYZ
        "element tristrips 1\nproperty list int int vertex_indices\nend_header\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n6 0 1 2 -1 1 2\n",
    "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1 0\nendloop\nendfacet\nendsolid\n"};
  static const char *const names[4] = {"a.obj", "a.ply", "b.ply", "a.stl"};
  for (int i = 0; i < 4; i++) {
    samples[i] = (Sample){.name = names[i]};
    put_text(&samples[i].bytes, texts[i]);
  }
  samples[4] = (Sample){.name = "c.ply", .bytes = make_grid(3, true)};
  samples[5] = (Sample){.name = "b.stl"};
  const float triangles[2][9] = {{0, 0, 0, 1, 0, 0, 1, 1, 0}, {0, 0, 0, 1, 1, 0, 0, 1, 0}};
  put_stl(&samples[5].bytes, triangles, 2);
  beside = material_files;
}
static void free_samples(Sample samples[SAMPLES]) {
  for (int i = 0; i < SAMPLES; i++) bytes_free(&samples[i].bytes);
  beside = NULL;
  assert_int_equal(memory.used, 0);
}

static void read_any(const Sample *sample, const void *data, size_t size) {
  Model model;
  MlError error;
  const MlStatus status = read_file(&memory, sample->name, data, size, &model, &error);
  if (status == ML_OK) {
    for (uint64_t i = 0; i < model.parts.count; i++) {
      const ModelPart *part = &model.parts.data[i];
      for (uint64_t k = 0; k < 3 * part->triangle_count; k++) assert_true(part->triangles[k] < part->point_count);
      for (uint64_t k = 0; k < 3 * part->point_count; k++) assert_true(fabsf(part->points[k]) <= 1e15f);
    }
    model_free(&model);
  } else if (strstr(error.message, "fit together") || !*error.message) {
    fail_msg("%s: '%s'", sample->name, error.message);
  }
  assert_int_equal(memory.used, 0);
}

/* Cut anywhere, and with any byte changed: read or refused, in memory of its size. */
static void test_damage(void **state) {
  (void)state;
  Sample samples[SAMPLES];
  make_samples(samples);
  for (int s = 0; s < SAMPLES; s++) {
    const Bytes *file = &samples[s].bytes;
    uint8_t *copy = malloc(file->count + 1);
    for (size_t cut = 0; cut <= file->count; cut++) {
      uint8_t *exact = malloc(cut + 1); // so that a byte too far is seen
      memcpy(exact, file->data, cut);
      read_any(&samples[s], exact, cut);
      free(exact);
    }
    static const uint8_t changes[] = {0, 1, 9, '\n', ' ', '-', '9', '/', 'e', 0x7f, 0x80, 0xff};
    for (size_t at = 0; at < file->count; at++)
      for (size_t k = 0; k < sizeof changes; k++) {
        memcpy(copy, file->data, file->count);
        copy[at] = changes[k];
        atomic_store(&memory.peak, 0);
        read_any(&samples[s], copy, file->count);
        assert_true(memory.peak < 200000);
      }
    free(copy);
  }
  free_samples(samples);
}

static void test_memory(void **state) {
  (void)state;
  Sample samples[SAMPLES];
  make_samples(samples);
  for (int s = 0; s < SAMPLES; s++) {
    MlStatus status = ML_ERROR_MEMORY;
    long n = 0;
    for (; status != ML_OK; n++) {
      FaultMemory fault;
      Model model;
      MlError error;
      fault_init(&fault, n, n & 1);
      status = read_file(&fault.memory, samples[s].name, samples[s].bytes.data, samples[s].bytes.count, &model, &error);
      const ModelSource source = {.name = samples[s].name};
      if (status == ML_OK && (status = model_smooth(&model, &source, s & 1 ? 40 : 180, &error)) != ML_OK) model_free(&model);
      if (status == ML_OK) model_free(&model);
      else assert_int_equal(status, ML_ERROR_MEMORY);
      assert_int_equal(fault.memory.used, 0);
      if (status != ML_OK && n & 1) status = ML_ERROR_MEMORY;
    }
    assert_true(n > 6);
  }
  free_samples(samples);
}

static bool poll_countdown(void *ud) { return --*(int *)ud <= 0; }

static void test_cancel(void **state) {
  (void)state;
  Bytes file = make_grid(250, false);
  MlStatus status = ML_ERROR_CANCELLED;
  int polls = 1;
  for (; status != ML_OK; polls += 1 + polls / 6) {
    int left = polls;
    Work watched = {.cancel = &(MlCancel){.poll = poll_countdown, .ud = &left}};
    Model model;
    MlError error;
    work = &watched;
    status = read_file(&memory, "x.ply", file.data, file.count, &model, &error);
    const ModelSource source = {.name = "x.ply", .work = work};
    if (status == ML_OK && (status = model_smooth(&model, &source, 60, &error)) != ML_OK) model_free(&model);
    work = NULL;
    if (status == ML_OK) model_free(&model);
    else assert_int_equal(status, ML_ERROR_CANCELLED);
    assert_int_equal(memory.used, 0);
  }
  assert_true(polls > 20);
  bytes_free(&file);
}

int main(void) {
  memory_init(&memory, NULL, UINT64_C(1) << 30);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_obj_plain),     cmocka_unit_test(test_obj_corners),
    cmocka_unit_test(test_obj_materials), cmocka_unit_test(test_obj_smoothing),
    cmocka_unit_test(test_obj_wrong),     cmocka_unit_test(test_polygons),
    cmocka_unit_test(test_ply_text),      cmocka_unit_test(test_ply_texture_coordinates),
    cmocka_unit_test(test_ply_strips),    cmocka_unit_test(test_ply_binary),
    cmocka_unit_test(test_ply_grid),      cmocka_unit_test(test_ply_wrong),
    cmocka_unit_test(test_stl),           cmocka_unit_test(test_normals),
    cmocka_unit_test(test_damage),        cmocka_unit_test(test_memory),
    cmocka_unit_test(test_cancel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
