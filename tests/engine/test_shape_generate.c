/* test_shape_generate.c - generated meshes: closed bit for bit, oriented, of the right volume; normals, creases, texture coordinates; every
 * message; failing allocations and calling off. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

// clang-format off
#include "mesh_checks.h" /* before the fixture, whose b its own would shadow */
#include "builder_fixture.h"
// clang-format on
#include "shape/generate.h"

static const Mesh *made(MlNode node) {
  if (node == 0) fail_msg("refused: %s", error.message);
  return node_mesh(b, node);
}
#define MAKE(function, Type, ...) made(function(b, &ML_DESC(Type, __VA_ARGS__), &error))
#define NEAR(a, x, epsilon)                                                                                                                \
  do {                                                                                                                                     \
    const double a_ = (a), x_ = (x);                                                                                                       \
    if (!(fabs(a_ - x_) <= (epsilon))) fail_msg("%s: %.9g, expected %.9g", #a, a_, x_);                                                    \
  } while (0)

static double pi(void) { return acos(-1); }
/* Of a polygon with n corners, over the circle's radius squared. */
static double ngon_area(uint32_t n) { return 0.5 * n * sin(2 * pi() / n); }

/* ---- lathe */

static double frustums(const float *profile, size_t count, uint32_t n) {
  double sum = 0;
  for (size_t i = 0; i + 1 < count; i++) {
    const double a = (double)profile[2 * i], c = (double)profile[2 * i + 2], h = (double)profile[2 * i + 3] - (double)profile[2 * i + 1];
    sum += h / 3 * (a * a + a * c + c * c);
  }
  return sum * ngon_area(n);
}

static void test_lathe_solids(void **state) {
  (void)state;
  static const float spindle[] = {0, 0, 1, 0.5f, 0.5f, 2, 0, 3}, downward[] = {0, 3, 0.5f, 2, 1, 0.5f, 0, 0};
  static const float square[] = {1, 0, 2, 0, 2, 1, 1, 1, 1, 0};
  for (uint32_t n = 3; n <= 65; n += n < 8 ? 1 : 19) {
    const Mesh *mesh = MAKE(ml_lathe, MlLatheDesc, .profile = spindle, .profile_count = 4, .segments = n);
    MeshFacts facts = mesh_facts(mesh);
    assert_closed(&facts, 2);
    NEAR(facts.volume, frustums(spindle, 4, n), 1e-5);
    assert_int_equal(facts.faces, 6 * n - 2 * n); // poles without degenerate triangles
    assert_true(facts.least_agreement > 0.9);
    facts = mesh_facts(MAKE(ml_lathe, MlLatheDesc, .profile = downward, .profile_count = 4, .segments = n));
    assert_closed(&facts, 2);
    NEAR(facts.volume, frustums(spindle, 4, n), 1e-5);
    // A ring of square section: its inside and outside are parted by 90 degrees
    facts = mesh_facts(MAKE(ml_lathe, MlLatheDesc, .profile = square, .profile_count = 5, .segments = n));
    assert_closed(&facts, 0);
    NEAR(facts.volume, 3 * ngon_area(n), 1e-5);
    assert_true(facts.least_agreement > 0.96);
    // Ends off the axis: open, or with caps
    facts = mesh_facts(MAKE(ml_lathe, MlLatheDesc, .profile = spindle + 2, .profile_count = 2, .segments = n));
    assert_int_equal(facts.boundary, 2 * n);
    assert_int_equal(facts.doubled, 0);
    facts = mesh_facts(MAKE(ml_lathe, MlLatheDesc, .profile = spindle + 2, .profile_count = 2, .segments = n, .caps = true));
    assert_closed(&facts, 2);
    NEAR(facts.volume, frustums(spindle + 2, 2, n), 1e-5);
  }
}

static void test_lathe_smooth(void **state) {
  (void)state;
  // A half circle's points as a curve: nearly a ball, round at the poles
  float half[2 * 9];
  for (int i = 0; i <= 8; i++) {
    half[2 * i] = i == 0 || i == 8 ? 0.0f : (float)sin(i * pi() / 8);
    half[2 * i + 1] = (float)-cos(i * pi() / 8);
  }
  const Mesh *mesh = MAKE(ml_lathe, MlLatheDesc, .profile = half, .profile_count = 9, .smooth = true, .segments = 128);
  MeshFacts facts = mesh_facts(mesh);
  assert_closed(&facts, 2);
  NEAR(facts.volume, 4 * pi() / 3, 0.02);
  assert_true(facts.least_agreement > cos(0.1));
  for (uint32_t i = 0; i < mesh->point_count; i++) {
    const MlVec3 p = dvec_normalize(mesh_vertex(mesh, i)), n = dvec_load(mesh->normals + 3 * (size_t)i);
    assert_true(dvec_dot(p, n) > cos(0.08));
  }
  // u by heading, v along the profile; both from end to end
  for (uint32_t i = 0; i < mesh->point_count; i++) {
    const MlVec3 p = mesh_vertex(mesh, i);
    const float *uv = mesh->uv + 2 * (size_t)i;
    if (hypot(p.x, p.z) > 0.1 && uv[0] > 0.0f && uv[0] < 1.0f) NEAR(fmod(atan2(p.x, p.z) / (2 * pi()) + 1, 1), (double)uv[0], 1e-6);
    NEAR(acos(fmin(fmax(-p.y, -1), 1)) / pi(), (double)uv[1], 0.02);
  }
  assert_true(facts.uv[0] == 0.0f && facts.uv[1] == 1.0f && facts.uv[2] == 0.0f && facts.uv[3] == 1.0f);
  // As a ring
  static const float ring[] = {2, 0, 2.7f, 0.7f, 2, 1.4f, 1.3f, 0.7f, 2, 0};
  facts = mesh_facts(MAKE(ml_lathe, MlLatheDesc, .profile = ring, .profile_count = 5, .smooth = true));
  assert_closed(&facts, 0);
  assert_true(facts.least_agreement > cos(0.15));
}

static void test_creases(void **state) {
  (void)state;
  static const float rod[] = {0.5f, 0, 0.5f, 1};
  // 64 faces meet at 5.6 degrees: one normal per place and seam; 6 faces at 60: flat, unless wanted otherwise
  assert_int_equal(MAKE(ml_lathe, MlLatheDesc, .profile = rod, .profile_count = 2)->point_count, 2 * 65);
  assert_int_equal(MAKE(ml_lathe, MlLatheDesc, .profile = rod, .profile_count = 2, .segments = 6)->point_count, 4 * 6);
  assert_int_equal(MAKE(ml_lathe, MlLatheDesc, .profile = rod, .profile_count = 2, .segments = 6, .crease = 60)->point_count, 2 * 7);
  assert_int_equal(MAKE(ml_lathe, MlLatheDesc, .profile = rod, .profile_count = 2, .crease = -1)->point_count, 4 * 64);
  const Mesh *mesh = MAKE(ml_lathe, MlLatheDesc, .profile = rod, .profile_count = 2, .segments = 6, .crease = 60);
  for (uint32_t i = 0; i < mesh->point_count; i++) { /* weighted by angles: radial, however faces are cut */
    const MlVec3 p = mesh_vertex(mesh, i), n = dvec_load(mesh->normals + 3 * (size_t)i);
    NEAR(dvec_dot(n, dvec_normalize((MlVec3){p.x, 0, p.z})), 1, 1e-6);
  }
}

/* ---- extrude */

static void test_extrude(void **state) {
  (void)state;
  static const float letter[] = {0, 0, 3, 0, 3, 1, 1, 1, 1, 2, 3, 2, 3, 3, 0, 3}; /* a C: 7 squares */
  static const float ring[] = {-2, -2, 2, -2, 2, 2, -2, 2}, hole_a[] = {-1, -1, 0, -1, 0, 0, -1, 0}, hole_b[] = {0.5f, 0.5f, 0.5f, 1, 1, 1};
  const MlOutline holes[] = {{hole_a, 4}, {hole_b, 3}};
  MeshFacts facts = mesh_facts(MAKE(ml_extrude, MlExtrudeDesc, .outline = {letter, 8}, .height = 0.5));
  assert_closed(&facts, 2);
  NEAR(facts.volume, 3.5, 1e-6);
  NEAR(facts.area, 14 + 16 * 0.5, 1e-6);
  assert_int_equal(facts.faces, 2 * 6 + 2 * 8);
  assert_true(facts.least_agreement > 0.999999);
  assert_true(facts.uv[0] == 0.0f && facts.uv[1] == 1.0f && facts.uv[2] == 0.0f && facts.uv[3] == 1.0f);
  const Mesh *mesh = MAKE(ml_extrude, MlExtrudeDesc, .outline = {ring, 4}, .holes = holes, .hole_count = 2, .height = 2);
  facts = mesh_facts(mesh);
  assert_closed(&facts, -2);
  NEAR(facts.volume, 2 * (16 - 1 - 0.125), 1e-6);
  for (uint32_t i = 0; i < mesh->point_count; i++) assert_true(mesh->points[3 * i + 2] == 0.0f || mesh->points[3 * i + 2] == 2.0f);
  // A round outline is smooth around and sharp at its ends
  float circle[2 * 48];
  for (int i = 0; i < 48; i++) circle[2 * i] = (float)cos(i * pi() / 24), circle[2 * i + 1] = (float)sin(i * pi() / 24);
  mesh = MAKE(ml_extrude, MlExtrudeDesc, .outline = {circle, 48});
  facts = mesh_facts(mesh);
  assert_closed(&facts, 2);
  NEAR(facts.volume, ngon_area(48), 1e-6);
  assert_int_equal(mesh->point_count, 2 * 49 + 2 * 48);
}

/* ---- curve */

static void test_curve(void **state) {
  (void)state;
  static const float straight[] = {0, 0, 0, 0, 2, 0};
  for (uint32_t n = 3; n <= 64; n += n < 9 ? 1 : 11) {
    const MeshFacts facts = mesh_facts(MAKE(ml_curve, MlCurveDesc, .points = straight, .point_count = 2, .radius = 0.5, .segments = n));
    assert_closed(&facts, 2);
    if (n >= 31) NEAR(facts.volume, ngon_area(n) * 0.25 * 2 + 4 * pi() / 3 * 0.125, 0.02);
  }
  static const float bent[] = {0, 0, 0, 1, 2, 0, 3, 2, 1, 4, 0, 2, 4, 0, 2};
  static const float radii[] = {0, 0.3f, 0.1f, 0, 0};
  MeshFacts facts = mesh_facts(MAKE(ml_curve, MlCurveDesc, .points = bent, .point_count = 5, .radius = 0.2));
  assert_closed(&facts, 2);
  assert_true(facts.least_agreement > 0.9);
  facts = mesh_facts(MAKE(ml_curve, MlCurveDesc, .points = bent, .point_count = 4, .radii = radii));
  assert_closed(&facts, 2);
  assert_true(facts.uv[0] == 0.0f && facts.uv[1] == 1.0f && facts.uv[2] >= 0.0f && facts.uv[3] <= 1.0f);
}

static void test_closed_curve(void **state) {
  (void)state;
  // Eight points of a circle: a ring's volume. Its last point may be the first again
  float circle[3 * 9];
  for (int i = 0; i <= 8; i++) {
    circle[3 * i] = (float)(2 * cos((i % 8) * pi() / 4));
    circle[3 * i + 1] = 0;
    circle[3 * i + 2] = (float)(2 * sin((i % 8) * pi() / 4));
  }
  for (uint64_t count = 8; count <= 9; count++) {
    const Mesh *mesh = MAKE(ml_curve, MlCurveDesc, .points = circle, .point_count = count, .radius = 0.5, .closed = true, .segments = 96);
    MeshFacts facts = mesh_facts(mesh);
    assert_closed(&facts, 0);
    NEAR(facts.volume, 2 * pi() * 2 * ngon_area(96) * 0.25, 0.05);
    for (uint32_t i = 0; i < mesh->point_count; i++) {
      const MlVec3 p = mesh_vertex(mesh, i);
      NEAR(hypot(hypot(p.x, p.z) - 2, p.y), 0.5, 0.02);
    }
    assert_true(facts.least_agreement > 0.99);
  }
  // A knot, whose frame would not come back by itself: nowhere is it twisted much, and all points are a radius away from the curve
  float knot[3 * 60];
  for (int i = 0; i < 60; i++) {
    const double t = 2 * pi() * i / 60;
    knot[3 * i] = (float)(sin(t) + 2 * sin(2 * t));
    knot[3 * i + 1] = (float)(cos(t) - 2 * cos(2 * t));
    knot[3 * i + 2] = (float)-sin(3 * t);
  }
  MeshFacts facts = mesh_facts(MAKE(ml_curve, MlCurveDesc, .points = knot, .point_count = 60, .radius = 0.3, .closed = true));
  assert_closed(&facts, 0);
  assert_true(facts.least_agreement > 0.98);
}

static void test_radii_are_monotone(void **state) {
  (void)state;
  static const CurvePoint points[] = {{{0, 0, 0}, 1},      {{1, 0, 0}, 1}, {{2, 0, 0}, 0.01},
                                      {{2.1, 0, 0}, 0.01}, {{5, 1, 0}, 2}, {{5, 1, 4}, 0.5}};
  CurveSamples samples = {0};
  assert_true(curve_sample(points, 6, false, NULL, NULL, 0.02, &fixture.fault.memory, NULL, &samples));
  assert_true(samples.data[0].r == 1 && samples.data[samples.count - 1].r == 0.5);
  assert_true(memcmp(&samples.data[samples.count - 1].p, &points[5].p, sizeof(MlVec3)) == 0);
  for (uint64_t i = 0; i < samples.count; i++) assert_true(samples.data[i].r >= 0.01 - 1e-12 && samples.data[i].r <= 2 + 1e-12);
  array_free(&fixture.fault.memory, &samples);
}

/* ---- sheets */

enum { NU = 25, NV = 13 };
static float sheet[3 * NU * NV];

static void fill_sheet(int kind) {
  for (int j = 0; j < NV; j++)
    for (int i = 0; i < NU; i++) {
      const double u = i / (double)(NU - 1), v = j / (double)(NV - 1), a = 2 * pi() * u, c = kind == 1 ? 2 * pi() * v : pi() * v;
      const double r = kind == 1 ? 2 + 0.5 * cos(c) : sin(c), y = kind == 1 ? 0.5 * sin(c) : -cos(c);
      float *p = sheet + 3 * (j * NU + i);
      p[0] = (float)(kind == 2 ? u : r * sin(a));
      p[1] = (float)(kind == 2 ? 0.1 * u * v : y);
      p[2] = (float)(kind == 2 ? -v : r * cos(a) * (kind == 3 ? -1 : 1));
    }
}

static void test_sheets(void **state) {
  (void)state;
  // A ball with poles, a ring without, an open sheet, a ball that runs the other way round
  for (int kind = 0; kind < 4; kind++) {
    fill_sheet(kind);
    const Mesh *mesh = MAKE(ml_sheet, MlSheetDesc, .points = sheet, .columns = NU, .rows = NV);
    const MeshFacts facts = mesh_facts(mesh);
    assert_int_equal(facts.doubled, 0);
    assert_true(facts.least_agreement > 0.9);
    assert_true(facts.uv[0] == 0.0f && facts.uv[1] == 1.0f && facts.uv[2] == 0.0f && facts.uv[3] == 1.0f);
    if (kind == 2) {
      assert_int_equal(facts.boundary, 2 * (NU - 1 + NV - 1));
      for (uint32_t i = 0; i < mesh->point_count; i++) assert_true(mesh->normals[3 * i + 1] > 0.9f);
    } else {
      assert_closed(&facts, kind == 1 ? 0 : 2);
      if (kind != 1) assert_int_equal(facts.faces, 2 * (NU - 1) * (NV - 2));
      NEAR(facts.volume, kind == 1 ? 2 * pi() * pi() * 2 * 0.25 : 4 * pi() / 3, 0.6);
    }
  }
}

static void test_heightfield(void **state) {
  (void)state;
  static const float heights[] = {3, 0, 0, 0, 0, 1}; /* back left, front right */
  const Mesh *mesh = MAKE(ml_heightfield, MlHeightfieldDesc, .heights = heights, .columns = 3, .rows = 2, .width = 4, .depth = 2);
  assert_int_equal(mesh->triangle_count, 4);
  assert_int_equal(mesh->point_count, 6);
  for (uint32_t i = 0; i < 6; i++) {
    const float *p = mesh->points + 3 * i, *uv = mesh->uv + 2 * i;
    const float expected = p[0] == -2 && p[2] == -1 ? 3.0f : p[0] == 2 && p[2] == 1 ? 1.0f : 0.0f;
    assert_true(p[1] == expected && (p[0] == -2 || p[0] == 0 || p[0] == 2) && (p[2] == -1 || p[2] == 1));
    NEAR((double)uv[0], (double)p[0] / 4 + 0.5, 1e-7);
    NEAR((double)uv[1], 0.5 - (double)p[2] / 2, 1e-7);
    assert_true(mesh->normals[3 * i + 1] > 0);
  }
}

/* ---- messages */

#define REFUSES(call, text)                                                                                                                \
  do {                                                                                                                                     \
    const uint64_t nodes_ = b->nodes.count;                                                                                                \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal((call), 0);                                                                                                           \
    assert_string_equal(error.message, text);                                                                                              \
    assert_int_equal(error.place, 42);                                                                                                     \
    assert_int_equal(nodes_, b->nodes.count);                                                                                              \
  } while (0)
#define LATHE(...) ml_lathe(b, &ML_DESC(MlLatheDesc, .place = 42, __VA_ARGS__), &error)
#define EXTRUDE(...) ml_extrude(b, &ML_DESC(MlExtrudeDesc, .place = 42, __VA_ARGS__), &error)
#define CURVE(...) ml_curve(b, &ML_DESC(MlCurveDesc, .place = 42, __VA_ARGS__), &error)
#define SHEET(...) ml_sheet(b, &ML_DESC(MlSheetDesc, .place = 42, __VA_ARGS__), &error)
#define HEIGHTS(...) ml_heightfield(b, &ML_DESC(MlHeightfieldDesc, .place = 42, __VA_ARGS__), &error)

static void test_messages(void **state) {
  (void)state;
  static const float some[] = {1, 0, 1, 1, 2, 1, 2, 0, 0, 0, 0, 0}, negative[] = {1, 0, -0.5f, 1}, axis[] = {0, 0, 0, 1},
                     bad[] = {1, NAN, 1, 1, 2, 0}, same[] = {1, 1, 1, 1, 1, 1}, line[] = {0, 0, 1, 1, 2, 2},
                     bow[] = {0, 0, 1, 1, 1, 0, 0, 1}, square[] = {0, 0, 4, 0, 4, 4, 0, 4}, inner[] = {1, 1, 3, 1, 3, 3, 1, 3},
                     innermost[] = {1.5f, 1.5f, 2, 1.5f, 2, 2}, outer[] = {5, 5, 6, 5, 6, 6}, touching[] = {4, 1, 3, 1, 3, 2};
  REFUSES(LATHE(.profile = some), "lathe.profile: expected at least 2 points, got 0");
  REFUSES(LATHE(.profile_count = 2), "lathe.profile: expected 2 points, got NULL");
  REFUSES(LATHE(.profile = some, .profile_count = 65537), "lathe.profile: 65537 points are too many (at most 65536)");
  REFUSES(LATHE(.profile = bad, .profile_count = 2), "lathe.profile: expected finite numbers up to 1e15, got nan");
  REFUSES(LATHE(.profile = negative, .profile_count = 2),
          "lathe.profile: expected distances from the axis of at least 0, got the point (-0.5, 1)");
  REFUSES(LATHE(.profile = axis, .profile_count = 2), "lathe.profile: expected a point away from the axis, but all have distance 0");
  REFUSES(LATHE(.profile = same, .profile_count = 3), "lathe.profile: expected two different points");
  REFUSES(LATHE(.profile = some, .profile_count = 2, .segments = 2), "lathe.segments: expected a whole number 3..4096, got 2");
  REFUSES(LATHE(.profile = some, .profile_count = 2, .crease = 181), "lathe.crease: expected an angle up to 180 degrees, got 181");
  REFUSES(LATHE(.profile = some, .profile_count = 2, .material = 9), "lathe.material: expected a material of this builder, got 9");

  REFUSES(EXTRUDE(.outline = {some, 2}), "extrude.outline: expected at least 3 points, got 2");
  REFUSES(EXTRUDE(.outline = {bad, 3}), "extrude.outline: expected finite numbers up to 1e15, got nan");
  REFUSES(EXTRUDE(.outline = {line, 3}), "extrude.outline: expected an outline around an area, but its points are in a line");
  REFUSES(EXTRUDE(.outline = {bow, 4}), "extrude.outline: the edge from (0, 0) to (1, 1) crosses or touches that from (1, 0) to (0, 1)");
  REFUSES(EXTRUDE(.outline = {square, 4}, .height = -1), "extrude.height: expected a number above 0 and up to 1e15, got -1");
  REFUSES(EXTRUDE(.outline = {square, 4}, .hole_count = 1), "extrude.holes: expected 1 outlines, got NULL");
  const MlOutline short_hole[] = {{inner, 2}}, flat_hole[] = {{inner, 4}, {line, 3}}, out_hole[] = {{outer, 3}},
                  nested[] = {{inner, 4}, {innermost, 3}}, touches[] = {{touching, 3}};
  REFUSES(EXTRUDE(.outline = {square, 4}, .holes = short_hole, .hole_count = 1), "extrude.holes: expected at least 3 points, got 2");
  REFUSES(EXTRUDE(.outline = {square, 4}, .holes = flat_hole, .hole_count = 2),
          "extrude.holes: expected an outline around an area, but the points of hole 2 are in a line");
  REFUSES(EXTRUDE(.outline = {square, 4}, .holes = out_hole, .hole_count = 1),
          "extrude.holes: hole 1, from (6, 6) on, is not inside the outline");
  REFUSES(EXTRUDE(.outline = {square, 4}, .holes = nested, .hole_count = 2), "extrude.holes: hole 2, from (2, 2) on, is inside hole 1");
  REFUSES(EXTRUDE(.outline = {square, 4}, .holes = touches, .hole_count = 1),
          "extrude.holes: the edge from (4, 0) to (4, 4) crosses or touches that from (4, 1) to (3, 1)");

  REFUSES(CURVE(.points = some, .point_count = 1), "curve.points: expected at least 2 points, got 1");
  REFUSES(CURVE(.points = some, .point_count = 2, .closed = true), "curve.points: expected at least 3 points, got 2");
  REFUSES(CURVE(.points = same, .point_count = 2), "curve.points: expected at least 2 different points");
  REFUSES(CURVE(.points = some, .point_count = 2, .radius = -1), "curve.radius: expected a number above 0 and up to 1e15, got -1");
  REFUSES(CURVE(.points = some, .point_count = 3, .radii = axis), "curve.radii: expected a number above 0 and up to 1e15, got 0");
  REFUSES(CURVE(.points = some, .point_count = 2, .segments = 257), "curve.segments: expected a whole number 3..256, got 257");
  REFUSES(CURVE(.points = bad, .point_count = 2), "curve.points: expected finite numbers up to 1e15, got nan");

  REFUSES(SHEET(.points = some, .columns = 1, .rows = 4), "sheet: expected at least 2 columns and rows, got 1 and 4");
  REFUSES(SHEET(.columns = 2, .rows = 2), "sheet.points: expected 12 values, got NULL");
  REFUSES(SHEET(.points = some, .columns = 100000, .rows = 100000), "sheet: it would have about 19999600002 triangles (at most 16777216)");
  REFUSES(HEIGHTS(.heights = some, .columns = 2, .rows = 2, .width = -2),
          "heightfield.width: expected a number above 0 and up to 1e15, got -2");
  REFUSES(HEIGHTS(.heights = bad, .columns = 2, .rows = 2), "heightfield.heights: expected finite numbers up to 1e15, got nan");
}

/* ---- sharing, failing, calling off */

static MlNode make_any(MlBuilder *builder, int which, const MlCancel *cancel) {
  static const float profile[] = {0, 0, 1, 0.5f, 0.5f, 2, 0, 3}, square[] = {-2, -2, 2, -2, 2, 2, -2, 2}, hole[] = {-1, -1, 0, -1, 0, 0},
                     bent[] = {0, 0, 0, 1, 2, 0, 3, 2, 1, 4, 0, 2};
  const MlOutline holes[] = {{hole, 3}};
  fill_sheet(1);
  switch (which) {
  case 0: return ml_lathe(builder, &ML_DESC(MlLatheDesc, .profile = profile, .profile_count = 4, .smooth = true, .cancel = cancel), &error);
  case 1:
    return ml_extrude(builder, &ML_DESC(MlExtrudeDesc, .outline = {square, 4}, .holes = holes, .hole_count = 1, .cancel = cancel), &error);
  case 2: return ml_curve(builder, &ML_DESC(MlCurveDesc, .points = bent, .point_count = 4, .cancel = cancel), &error);
  case 3: return ml_sheet(builder, &ML_DESC(MlSheetDesc, .points = sheet, .columns = NU, .rows = NV, .cancel = cancel), &error);
  default:
    return ml_heightfield(builder, &ML_DESC(MlHeightfieldDesc, .heights = sheet, .columns = NU, .rows = NV, .cancel = cancel), &error);
  }
}

static void test_content_is_shared(void **state) {
  (void)state;
  for (int which = 0; which < 5; which++) {
    Fixture own;
    fixture_begin(&own);
    const MlScene *scenes[2];
    for (int i = 0; i < 2; i++) {
      MlBuilder *builder = fixture_builder(&own);
      const MlNode node = make_any(builder, which, NULL);
      assert_true((builder_node(builder, node)->mesh->geometry != NULL) == (i == 1));
      fixture_add(builder, node);
      scenes[i] = fixture_commit(builder);
    }
    assert_true(ml_scene_stats(scenes[0]).hash == ml_scene_stats(scenes[1]).hash);
    for (int i = 0; i < 2; i++) ml_scene_release(scenes[i]);
    fixture_end(&own);
  }
}

static bool make_failing(MlBuilder *builder, void *ud) { return make_any(builder, *(const int *)ud, NULL) != 0; }

static void test_failing_allocations(void **state) {
  (void)state;
  for (int which = 0; which < 5; which++) fail_each_allocation(make_failing, &which, 500);
}

static void test_cancel(void **state) {
  (void)state;
  // Large enough to be polled
  static float waves[400 * 400];
  for (int i = 0; i < 400 * 400; i++) waves[i] = (float)(i % 7);
  int polls = 0;
  const MlCancel cancel = {.poll = poll_yes, .ud = &polls};
  error = (MlError){0};
  assert_int_equal(HEIGHTS(.heights = waves, .columns = 400, .rows = 400, .cancel = &cancel), 0);
  assert_int_equal(error.status, ML_ERROR_CANCELLED);
  assert_int_equal(polls, 1);
  static float spiral[2 * 3000];
  for (int i = 0; i < 3000; i++) spiral[2 * i] = (float)(2 + cos(i)), spiral[2 * i + 1] = (float)i;
  error = (MlError){0};
  assert_int_equal(LATHE(.profile = spiral, .profile_count = 3000, .smooth = true, .cancel = &cancel), 0);
  assert_int_equal(error.status, ML_ERROR_CANCELLED);
  error = (MlError){0};
  assert_int_equal(EXTRUDE(.outline = {spiral, 3000}, .cancel = &cancel), 0);
  assert_true(error.status == ML_ERROR_CANCELLED || error.status == ML_ERROR_ARGUMENT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_lathe_solids, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_lathe_smooth, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_creases, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_extrude, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_curve, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_closed_curve, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_radii_are_monotone, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_sheets, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_heightfield, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_messages, set_up, tear_down),
    cmocka_unit_test(test_content_is_shared),
    cmocka_unit_test(test_failing_allocations),
    cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
