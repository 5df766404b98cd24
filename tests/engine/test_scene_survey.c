/* test_scene_survey.c - surfaces of nodes: their areas, points spread evenly over them, what lies below a point; and nodes that are painted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "builder_fixture.h"
#include "math/dvec.h"

#define PI 3.14159265358979323846
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const MlSurvey *survey_of(MlNode node, bool drops) {
  const MlSurvey *survey = NULL;
  error = (MlError){0};
  if (ml_survey(b, &ML_DESC(MlSurveyDesc, .node = node, .drops = drops), &survey, &error) != ML_OK) fail_msg("%s", error.message);
  assert_non_null(survey);
  return survey;
}

static MlNode scaled(MlNode node, double x, double y, double z) {
  const MlNode placed = ml_place(b, &ML_DESC(MlPlaceDesc, .child = node, .transform = {{x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0}}), &error);
  assert_int_not_equal(placed, 0);
  return placed;
}

static MlNode shifted(MlNode node, double x, double y, double z) {
  return ml_place(b, &ML_DESC(MlPlaceDesc, .child = node, .transform = {{1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z}}), &error);
}

static MlNode group_of(const MlNode *nodes, uint64_t count) {
  return ml_group(b, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = count), &error);
}

/* Steps of a mesh over 0..n in x and z; heights of the corners by `height`. */
static MlNode terrain(int n, float (*height)(float x, float z)) {
  static float points[3 * 64 * 64];
  static uint32_t triangles[6 * 64 * 64];
  float *p = points;
  uint32_t *t = triangles;
  for (int z = 0; z <= n; z++)
    for (int x = 0; x <= n; x++) *p++ = (float)x, *p++ = height((float)x, (float)z), *p++ = (float)z;
  for (int z = 0; z < n; z++)
    for (int x = 0; x < n; x++) {
      const uint32_t at = (uint32_t)(z * (n + 1) + x), below = at + (uint32_t)n + 1;
      *t++ = at, *t++ = below, *t++ = at + 1, *t++ = at + 1, *t++ = below, *t++ = below + 1;
    }
  return ml_mesh(b,
                 &ML_DESC(MlMeshDesc, .points = points, .point_count = (uint64_t)(n + 1) * (uint64_t)(n + 1), .triangles = triangles,
                          .triangle_count = 2 * (uint64_t)n * (uint64_t)n),
                 &error);
}

static float level(float x, float z) { return 0 * x * z; }
static float slope(float x, float z) { return 0.5f * x + 0 * z; }

static void areas_are_right(void **state) {
  (void)state;
  const MlNode sphere = ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 2), NULL);
  const MlNode box = ml_box(b, &ML_DESC(MlBoxDesc, .to = {1, 2, 3}), NULL);
  const MlNode open = ml_cylinder(b, &ML_DESC(MlCylinderDesc, .to = {0, 3, 0}, .radius = 2, .open = true), NULL);
  const MlNode pair[] = {sphere, box}, plane = ml_plane(b, &ML_DESC(MlPlaneDesc), NULL);
  const float places[24] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 2, 0, 0, 5, 0, 2, 0, 0, 0, 0, 2, 0};
  const double e = 0.8660254037844386; // eccentricity of the ellipsoid 1, 1, 2
  const struct {
    MlNode node;
    double area, within;
  } cases[] = {
    {sphere, 16 * PI, 1e-9},
    {scaled(sphere, 3, 3, 3), 144 * PI, 1e-9},
    {scaled(sphere, .5, .5, 1), 2 * PI * (1 + 2 / e * 1.0471975511965976), 1e-3},
    {box, 22, 1e-12},
    {scaled(box, -1, 2, 1), 2 * (1 * 4 + 4 * 3 + 1 * 3), 1e-12},
    {open, 12 * PI, 1e-9},
    {ml_cylinder(b, &ML_DESC(MlCylinderDesc, .to = {0, 3, 0}, .radius = 2), NULL), 20 * PI, 1e-9},
    {ml_cone(b, &ML_DESC(MlConeDesc, .to = {0, 4, 0}, .radius = 3), NULL), 24 * PI, 1e-9},
    {ml_cone(b, &ML_DESC(MlConeDesc, .to = {0, 4, 0}, .radius = 3, .top = 6), NULL), (45 + 45) * PI, 1e-9},
    {ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = {0, 1, 0}, .to = {0, 4, 0}, .radius = 2), NULL), 28 * PI, 1e-9},
    {ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 3, .tube = 1), NULL), 12 * PI * PI, 1e-9},
    {ml_disk(b, &ML_DESC(MlDiskDesc, .radius = 2, .hole = 1), NULL), 3 * PI, 1e-12},
    {ml_quad(b, &ML_DESC(MlQuadDesc, .u = {2, 0, 0}, .v = {1, 3, 0}), NULL), 6, 1e-12},
    {ml_triangle(b, &ML_DESC(MlTriangleDesc, .b = {2, 0, 0}, .c = {0, 0, 2}), NULL), 2, 1e-12},
    {terrain(8, level), 64, 1e-12},
    {terrain(8, slope), 64 * 1.118033988749895, 1e-12},
    {group_of(pair, 2), 16 * PI + 22, 1e-9},
    {ml_array(b, &ML_DESC(MlArrayDesc, .child = box, .transforms = places, .count = 2), &error), 22 + 88, 1e-6},
    {plane, 0, 0},
    {ml_light(b, &ML_DESC(MlLightDesc), NULL), 0, 0},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    const double area = ml_survey_area(survey_of(cases[i].node, false));
    if (!(__builtin_fabs(area - cases[i].area) <= cases[i].within * cases[i].area))
      fail_msg("case %d: %.12g, expected %.12g", (int)i, area, cases[i].area);
  }
  // What is hidden does not count
  assert_int_equal(ml_hide(b, box, NULL), ML_OK);
  const double left = ml_survey_area(survey_of(group_of(pair, 2), false));
  assert_true(__builtin_fabs(left - 16 * PI) < 1e-9);
}

/* Counts of `total` points in `bins` parts of an axis against their shares, by chi-square: above the bound once in some ten thousand. */
static void spread_evenly(MlNode node, int axis, double lo, double hi, const double *shares, int bins, double bound) {
  enum { TOTAL = 20000 };
  const MlSurvey *survey = survey_of(node, false);
  int counts[32] = {0};
  double chi = 0;
  for (uint64_t i = 0; i < TOTAL; i++) {
    const MlSurveyPoint at = ml_survey_point(survey, 5, i);
    const double x = axis == 0 ? at.position.x : axis == 1 ? at.position.y : at.position.z;
    int bin = (int)((x - lo) / (hi - lo) * bins);
    if (bin == bins && x <= hi * (1 + 1e-12)) bin--;
    assert_in_range(bin, 0, bins - 1);
    counts[bin]++;
    assert_true(__builtin_fabs(dvec_length(at.normal) - 1) < 1e-12);
  }
  for (int i = 0; i < bins; i++) {
    const double expected = shares[i] * TOTAL;
    chi += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  if (chi > bound) fail_msg("chi-square %g over %d bins", chi, bins);
}

static void points_are_even(void **state) {
  (void)state;
  double shares[16], sum = 0;
  const MlNode sphere = ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 1), NULL);
  for (int i = 0; i < 16; i++) shares[i] = 1.0 / 16; // Archimedes: slabs of a sphere
  for (int axis = 0; axis < 3; axis++) spread_evenly(sphere, axis, -1, 1, shares, 16, 45);
  spread_evenly(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .to = {0, 1, 0}, .open = true), NULL), 1, 0, 1, shares, 16, 45);
  spread_evenly(terrain(16, level), 0, 0, 16, shares, 16, 45);
  spread_evenly(terrain(16, slope), 2, 0, 16, shares, 16, 45);
  // An ellipsoid 1, 4, 1: the width of its slabs times their slant
  for (int i = 0; i < 16; i++) {
    shares[i] = 0;
    for (int k = 0; k < 1000; k++) {
      const double y = -4 + 8 * (i + (k + 0.5) / 1000) / 16, rho2 = 1 - y * y / 16;
      shares[i] += __builtin_sqrt(rho2 + y * y / 256);
    }
    sum += shares[i];
  }
  for (int i = 0; i < 16; i++) shares[i] /= sum;
  spread_evenly(scaled(sphere, 1, 4, 1), 1, -4, 4, shares, 16, 45);
  // A cone: width falls evenly
  for (int i = 0; i < 16; i++) shares[i] = (2 * (16 - i) - 1) / 256.0;
  spread_evenly(ml_cone(b, &ML_DESC(MlConeDesc, .to = {0, 1, 0}, .open = true), NULL), 1, 0, 1, shares, 16, 45);
  // A torus: along y, the arcs of its tube, both sides of which make up the mean circumference
  for (int i = 0; i < 16; i++) {
    shares[i] = 0;
    for (int k = 0; k < 1000; k++) {
      const double y = -1 + 2 * (i + (k + 0.5) / 1000) / 16;
      shares[i] += 1 / __builtin_sqrt(1 - y * y);
    }
    shares[i] /= 1000 * 8 * PI;
  }
  shares[0] = shares[15] = __builtin_acos(0.875) / PI; // exactly: the integral above is poor at the poles
  spread_evenly(ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 3, .tube = 1), NULL), 1, -1, 1, shares, 16, 45);
}

static void points_lie_on_surfaces(void **state) {
  (void)state;
  const MlSurvey *survey = survey_of(shifted(scaled(ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 1), NULL), -2, 1, 3), 10, 0, 0), false);
  for (uint64_t i = 0; i < 1000; i++) {
    const MlSurveyPoint at = ml_survey_point(survey, 1, i), again = ml_survey_point(survey, 1, i), other = ml_survey_point(survey, 2, i);
    const MlVec3 p = {(at.position.x - 10) / 2, at.position.y, at.position.z / 3};
    assert_true(__builtin_fabs(dvec_dot(p, p) - 1) < 1e-12);
    const MlVec3 n = dvec_normalize((MlVec3){p.x / 2, p.y, p.z / 3});
    assert_true(dvec_dot(n, at.normal) > 1 - 1e-12);
    assert_memory_equal(&at, &again, sizeof at);
    assert_true(other.position.x != at.position.x);
  }
  // Of a box, a mirrored one, too, normals point outward
  const MlSurvey *box = survey_of(scaled(ml_box(b, &ML_DESC(MlBoxDesc), NULL), -1, 2, 1), false);
  for (uint64_t i = 0; i < 1000; i++) {
    const MlSurveyPoint at = ml_survey_point(box, 1, i);
    const MlVec3 q = {at.position.x, at.position.y / 2, at.position.z};
    assert_true(dvec_largest(q) < 0.5 + 1e-12 && dvec_largest(q) > 0.5 - 1e-12);
    assert_true(at.normal.x * q.x + at.normal.y * q.y + at.normal.z * q.z > 0.5 - 1e-12);
  }
}

static void drops_find_what_is_below(void **state) {
  (void)state;
  MlSurveyPoint at;
  const MlSurvey *ball = survey_of(ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 5, 0}, .radius = 2), NULL), true);
  assert_true(ml_survey_drop(ball, (MlVec3){1, 20, 0}, &at));
  assert_true(__builtin_fabs(at.position.y - (5 + __builtin_sqrt(3.0))) < 1e-12 && at.position.x == 1);
  assert_true(__builtin_fabs(at.normal.x - 0.5) < 1e-12);
  assert_true(ml_survey_drop(ball, (MlVec3){0, 5, 0}, &at)); // from within: its bottom
  assert_true(__builtin_fabs(at.position.y - 3) < 1e-12);
  assert_true(ml_survey_drop(ball, (MlVec3){0, -9, 0}, &at)); // from below: its top
  assert_true(__builtin_fabs(at.position.y - 7) < 1e-12);
  assert_false(ml_survey_drop(ball, (MlVec3){2.1, 20, 0}, &at));
  const MlSurvey *plane = survey_of(ml_plane(b, &ML_DESC(MlPlaneDesc, .point = {0, 2, 0}, .normal = {-1, 1, 0}), NULL), true);
  assert_true(ml_survey_drop(plane, (MlVec3){3, 100, 7}, &at) && __builtin_fabs(at.position.y - 5) < 1e-9);
  assert_true(ml_survey_drop(plane, (MlVec3){3, 0, 7}, &at) && __builtin_fabs(at.position.y - 5) < 1e-9);

  // Through corners and along edges of a mesh nothing falls, at any cell of the columns
  const MlSurvey *ground = survey_of(terrain(32, slope), true);
  for (int i = 0; i <= 64; i++)
    for (int k = 0; k <= 64; k++) {
      const double x = 0.5 * i, z = 0.5 * k;
      if (!ml_survey_drop(ground, (MlVec3){x, 99, z}, &at)) fail_msg("fell through at %g, %g", x, z);
      assert_true(__builtin_fabs(at.position.y - 0.5 * x) < 1e-6);
    }
  assert_false(ml_survey_drop(ground, (MlVec3){-0.001, 99, 5}, &at));
  // Of two floors, the upper one, or the one below
  const MlNode floor = terrain(4, level), floors[] = {floor, shifted(floor, 0, 5, 0)};
  const MlSurvey *house = survey_of(group_of(floors, 2), true);
  assert_true(ml_survey_drop(house, (MlVec3){1.3, 99, 2.2}, &at) && at.position.y == 5 && at.normal.y == 1);
  assert_true(ml_survey_drop(house, (MlVec3){1.3, 4.9, 2.2}, &at) && at.position.y == 0);
  assert_true(ml_survey_drop(house, (MlVec3){1.3, -1, 2.2}, &at) && at.position.y == 5);
  // Solids of all kinds, side by side and on top of each other
  const MlNode parts[] = {shifted(ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 3, .tube = 1), NULL), 0, 10, 0),
                          ml_cone(b, &ML_DESC(MlConeDesc, .to = {0, 4, 0}, .radius = 2), NULL),
                          shifted(ml_capsule(b, &ML_DESC(MlCapsuleDesc), NULL), 20, 0, 0),
                          shifted(ml_disk(b, &ML_DESC(MlDiskDesc, .radius = 2, .hole = 1), NULL), 40, 0, 0),
                          shifted(ml_box(b, &ML_DESC(MlBoxDesc), NULL), 60, 0, 0)};
  const MlSurvey *all = survey_of(group_of(parts, COUNT(parts)), true);
  const struct { double x, y; } cases[] = {{0, 4}, {1, 2}, {3, 11}, {20, 1}, {41.5, 0}, {60.4, 0.5}};
  for (size_t i = 0; i < COUNT(cases); i++) {
    assert_true(ml_survey_drop(all, (MlVec3){cases[i].x, 50, 0}, &at));
    if (!(__builtin_fabs(at.position.y - cases[i].y) < 1e-9)) fail_msg("at %g: %g, expected %g", cases[i].x, at.position.y, cases[i].y);
  }
  assert_false(ml_survey_drop(all, (MlVec3){40.5, 50, 0}, &at)); // the disk's hole
  assert_true(ml_survey_drop(all, (MlVec3){3, 8.5, 0}, &at) == true && __builtin_fabs(at.position.y - 11) < 1e-9);
}

static void wrong_surveys_are_refused(void **state) {
  (void)state;
  const MlSurvey *survey;
  assert_int_equal(ml_survey(b, &ML_DESC(MlSurveyDesc, .node = 99), &survey, &error), ML_ERROR_ARGUMENT);
  assert_null(survey);
  // A million shapes in groups of groups
  MlNode node = ml_sphere(b, &ML_DESC(MlSphereDesc), NULL);
  for (int i = 0; i < 11; i++) {
    const MlNode four[4] = {node, node, node, node};
    node = group_of(four, 4);
  }
  assert_int_equal(ml_survey(b, &ML_DESC(MlSurveyDesc, .node = node, .place = 42), &survey, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "survey: more than 1048576 shapes or 67108864 triangles");
  assert_int_equal(error.place, 42);
}

/* ---- paint */

static MlMaterial material_of(MlNode id) { return builder_node(b, id)->material; }

static void paint_replaces_all(void **state) {
  (void)state;
  const MlMaterial red = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {1, 0, 0}, .has_color = true), NULL);
  const MlMaterial glow = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {1, 1, 1}}), NULL);
  const MlNode plain = ml_sphere(b, &ML_DESC(MlSphereDesc), NULL), lit = ml_sphere(b, &ML_DESC(MlSphereDesc, .material = glow), NULL);
  const MlNode lamp = ml_light(b, &ML_DESC(MlLightDesc), NULL), mesh = terrain(2, level);
  const MlNode parts[] = {plain, shifted(lit, 1, 0, 0), lamp, mesh, shifted(mesh, 5, 0, 0)};
  const MlNode whole = group_of(parts, COUNT(parts));
  const MlNode painted = ml_paint(b, &ML_DESC(MlPaintDesc, .child = whole, .material = red), &error);
  assert_int_not_equal(painted, 0);
  const Node *group = builder_node(b, painted);
  assert_int_equal(group->kind, NODE_GROUP);
  assert_int_equal(group->group->count, COUNT(parts));
  assert_int_equal(group->traits & (NODE_EMITS | NODE_UNNAMED), 0);
  assert_true(builder_node(b, whole)->traits & NODE_EMITS); // the first one stays as it was
  const MlNode *children = group->group->children;
  assert_int_equal(material_of(children[0]), red);
  assert_int_equal(material_of(children[1]), red);
  assert_int_equal(material_of(builder_node(b, children[1])->placement->child), red);
  assert_int_equal(children[2], lamp);
  assert_int_equal(builder_node(b, children[3])->kind, NODE_PLACE);
  assert_int_equal(material_of(children[3]), red);
  assert_int_equal(material_of(children[4]), red);
  assert_int_equal(builder_node(b, children[4])->placement->child, mesh);
  // Painted to glow
  const MlNode bright = ml_paint(b, &ML_DESC(MlPaintDesc, .child = whole, .material = glow), &error);
  assert_true(builder_node(b, bright)->traits & NODE_EMITS);
  // Once per node, however often it is used
  MlNode node = plain;
  for (int i = 0; i < 60; i++) {
    const MlNode two[2] = {node, node};
    node = group_of(two, 2);
  }
  const uint64_t before = b->nodes.count;
  assert_int_not_equal(ml_paint(b, &ML_DESC(MlPaintDesc, .child = node, .material = red), &error), 0);
  assert_int_equal(b->nodes.count, before + 61);
  assert_int_equal(ml_paint(b, &ML_DESC(MlPaintDesc, .child = node), &error), 0);
  assert_string_equal(error.message, "paint.material: expected a material, got 0");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(areas_are_right, set_up, tear_down),
    cmocka_unit_test_setup_teardown(points_are_even, set_up, tear_down),
    cmocka_unit_test_setup_teardown(points_lie_on_surfaces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(drops_find_what_is_below, set_up, tear_down),
    cmocka_unit_test_setup_teardown(wrong_surveys_are_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(paint_replaces_all, set_up, tear_down),
  };
  return cmocka_run_group_tests_name("surveys", tests, NULL, NULL);
}
