/* test_math_transform.c - affine maps in double and float, their error bounds, bounding boxes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "math/bounds.h"
#include "math/dvec.h"
#include "math/transform.h"

static uint32_t counter;
static double number(double scale) { return ((double)hash_u32(++counter) * 0x1p-32 - 0.5) * 2 * scale; }
static MlVec3 vector(double scale) {
  MlVec3 v;
  v.x = number(scale);
  v.y = number(scale);
  v.z = number(scale);
  return v;
}
static MlTransform any_transform(double scale, double far) {
  MlTransform t;
  for (int i = 0; i < 12; i++) t.m[i] = number((i & 3) == 3 ? far : scale);
  return t;
}

static void assert_near(MlVec3 a, MlVec3 b, double tolerance) {
  assert_true(fabs(a.x - b.x) <= tolerance && fabs(a.y - b.y) <= tolerance && fabs(a.z - b.z) <= tolerance);
}
static void assert_equal_transforms(const MlTransform *a, const MlTransform *b, double tolerance) {
  for (int i = 0; i < 12; i++)
    if (!(fabs(a->m[i] - b->m[i]) <= tolerance)) fail_msg("coefficient %d: %.17g, expected %.17g", i, a->m[i], b->m[i]);
}

/* Quarter turns have coefficients 0, 1, -1; x to y about z, y to z about x, z to x about y. */
static void test_turns(void **state) {
  (void)state;
  for (int n = -9; n <= 9; n++) {
    MlTransform turns[] = {affine_turn_x(90.0 * n),
                           affine_turn_y(90.0 * n),
                           affine_turn_z(90.0 * n),
                           ml_transform_turn(90.0 * n, (MlVec3){1, 0, 0}),
                           ml_transform_turn(90.0 * n, (MlVec3){0, 5, 0}),
                           ml_transform_turn(90.0 * n, (MlVec3){0, 0, -0.1})};
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
      for (int j = 0; j < 12; j++) assert_true(turns[i].m[j] == 0 || turns[i].m[j] == 1 || turns[i].m[j] == -1);
    MlTransform reversed = affine_turn_z(-90.0 * n);
    assert_equal_transforms(&turns[5], &reversed, 0);
  }
  MlTransform x = affine_turn_x(90), y = affine_turn_y(90), z = affine_turn_z(90);
  assert_near(affine_point(&z, (MlVec3){1, 0, 0}), (MlVec3){0, 1, 0}, 0);
  assert_near(affine_point(&x, (MlVec3){0, 1, 0}), (MlVec3){0, 0, 1}, 0);
  assert_near(affine_point(&y, (MlVec3){0, 0, 1}), (MlVec3){1, 0, 0}, 0);
  for (int i = 0; i < 1000; i++) {
    double degrees = number(1000);
    MlVec3 axis = vector(3), p = vector(2);
    MlTransform t = ml_transform_turn(degrees, axis);
    assert_near(affine_point(&t, axis), axis, 1e-14);
    assert_true(fabs(dvec_length(affine_point(&t, p)) - dvec_length(p)) < 1e-14);
    MlTransform back = ml_transform_turn(-degrees, axis), both = ml_transform_multiply(&t, &back), identity = ml_transform_identity();
    assert_equal_transforms(&both, &identity, 1e-14);
    MlTransform by_z = ml_transform_turn(degrees, (MlVec3){0, 0, 1}), expected = affine_turn_z(degrees);
    assert_equal_transforms(&by_z, &expected, 1e-15);
  }
  MlTransform thirty = affine_turn_z(30), sixty = affine_turn_z(60), ninety = ml_transform_multiply(&thirty, &sixty);
  assert_equal_transforms(&ninety, &z, 1e-15);
  const double odd[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
  for (int i = 0; i < 3; i++) assert_true(isnan(ml_transform_turn(odd[i], (MlVec3){0, 1, 0}).m[0]));
  MlTransform none = ml_transform_turn(45, (MlVec3){0, 0, 0});
  assert_true(affine_is_identity(&none));
}

static void test_products(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    MlTransform a = any_transform(2, 5), b = any_transform(2, 5), ab = ml_transform_multiply(&a, &b);
    MlVec3 p = vector(3);
    assert_near(affine_point(&ab, p), affine_point(&a, affine_point(&b, p)), 1e-12);
    assert_near(affine_vector(&a, p), dvec_subtract(affine_point(&a, p), affine_point(&a, (MlVec3){0, 0, 0})), 1e-13);
  }
  MlTransform move = affine_translate((MlVec3){1, 2, 3}), scale = affine_scale((MlVec3){2, 3, 4});
  MlTransform t = ml_transform_multiply(&move, &scale); /* the right one acts first */
  assert_near(affine_point(&t, (MlVec3){1, 1, 1}), (MlVec3){3, 5, 7}, 0);
}

static void test_inverse(void **state) {
  (void)state;
  MlTransform identity = ml_transform_identity(), inverse;
  for (int i = 0; i < 2000; i++) {
    MlTransform t = any_transform(2, 5);
    if (!ml_transform_invert(&t, &inverse)) continue;
    double size = 0;
    for (int j = 0; j < 12; j++) size = fmax(size, fabs(inverse.m[j]));
    MlTransform product = ml_transform_multiply(&t, &inverse);
    assert_equal_transforms(&product, &identity, 1e-14 * (1 + size));
  }
  // Exact where it can be
  MlTransform t = affine_scale((MlVec3){2, -4, 0.5});
  assert_true(ml_transform_invert(&t, &inverse));
  MlTransform expected = affine_scale((MlVec3){0.5, -0.25, 2});
  assert_equal_transforms(&inverse, &expected, 0);
}

/* Whether a map is singular does not depend on its units, per axis. */
static void test_singular(void **state) {
  (void)state;
  static const double units[] = {1e-150, 1e-20, 1e-3, 1, 1e3, 1e20, 1e150};
  MlTransform out;
  for (int i = 0; i < 7; i++)
    for (int j = 0; j < 7; j++) {
      MlTransform t = affine_scale((MlVec3){units[i], units[j], units[i]});
      assert_true(ml_transform_invert(&t, &out));
      assert_true(fabs(out.m[0] * units[i] - 1) < 1e-15);
      assert_int_equal(affine_determinant_sign(&t), 1);
      MlTransform turned = ml_transform_turn(33, (MlVec3){1, 2, 3});
      turned = ml_transform_multiply(&turned, &t);
      assert_true(ml_transform_invert(&turned, &out));
      // Third column: the sum of the others
      for (int row = 0; row < 3; row++) turned.m[4 * row + 2] = turned.m[4 * row] + turned.m[4 * row + 1];
      assert_false(ml_transform_invert(&turned, &out));
      assert_int_equal(affine_determinant_sign(&turned), 0);
    }
  MlTransform flat = affine_scale((MlVec3){1, 0, 1}), wrong = ml_transform_identity();
  assert_false(ml_transform_invert(&flat, &out));
  wrong.m[3] = (double)NAN;
  assert_false(ml_transform_invert(&wrong, &out));
  wrong.m[3] = HUGE_VAL;
  assert_false(ml_transform_invert(&wrong, &out));
  assert_false(affine_is_finite(&wrong));
}

static void test_normals(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    MlTransform t = any_transform(2, 5), inverse;
    if (!ml_transform_invert(&t, &inverse)) continue;
    MlVec3 u = dvec_normalize(vector(1)), v = dvec_normalize(vector(1)), n = dvec_cross(u, v);
    MlVec3 m = affine_normal(&t, n), mu = affine_vector(&t, u), mv = affine_vector(&t, v);
    // Perpendicular to the surface, on the side to which the inverse transpose points
    assert_true(fabs(dvec_dot(dvec_normalize(m), dvec_normalize(mu))) < 1e-10 &&
                fabs(dvec_dot(dvec_normalize(m), dvec_normalize(mv))) < 1e-10);
    MlVec3 it = {inverse.m[0] * n.x + inverse.m[4] * n.y + inverse.m[8] * n.z, inverse.m[1] * n.x + inverse.m[5] * n.y + inverse.m[9] * n.z,
                 inverse.m[2] * n.x + inverse.m[6] * n.y + inverse.m[10] * n.z};
    assert_near(dvec_normalize(m), dvec_normalize(it), 1e-9);
    assert_int_equal(affine_determinant_sign(&t), affine_determinant(&t) > 0 ? 1 : -1);
    Transform back = transform_from_affine(&inverse);
    Vec3 f = normalize(transform_normal(&back, dvec_to_vec3(n)));
    MlVec3 e = dvec_normalize(it);
    assert_near((MlVec3){(double)f[0], (double)f[1], (double)f[2]}, e, 1e-3);
  }
}

/* transform_point_error really bounds the distance to the exact image (exact enough in long double). */
static void test_point_error(void **state) {
  (void)state;
  for (int i = 0; i < 20000; i++) {
    double scale = ldexp(1, (int)(hash_u32(++counter) % 40) - 20);
    MlTransform t = any_transform(scale, i % 3 ? scale : scale * 1000);
    MlVec3 p = vector(i % 2 ? 1 : 1000), off = vector(1);
    Transform f = transform_from_affine(&t);
    Vec3 pf = dvec_to_vec3(p), error = vec3_abs(pf) * (i % 5 ? 0.0f : 1e-4f);
    MlVec3 exact_p = {(double)pf[0] + off.x * (double)error[0], (double)pf[1] + off.y * (double)error[1],
                      (double)pf[2] + off.z * (double)error[2]};
    MlVec3 exact = affine_point(&t, exact_p);
    Vec3 got = transform_point(&f, pf), bound = transform_point_error(&f, pf, error);
    assert_true(fabs((double)got[0] - exact.x) <= (double)bound[0]);
    assert_true(fabs((double)got[1] - exact.y) <= (double)bound[1]);
    assert_true(fabs((double)got[2] - exact.z) <= (double)bound[2]);
    assert_true(got[3] == 0.0f && bound[3] == 0.0f);
    if (i % 5 != 0)
      assert_true((double)bound[0] <= 6.1 * 0x1p-24 * (fabs(t.m[0] * p.x) + fabs(t.m[1] * p.y) + fabs(t.m[2] * p.z) + fabs(t.m[3])));
  }
}

static void test_bounds_of_transforms(void **state) {
  (void)state;
  for (int i = 0; i < 1000; i++) {
    MlTransform t = any_transform(3, 10);
    MlVec3 a = vector(5), b = vector(5);
    MlBounds box = {.min = {fmin(a.x, b.x), fmin(a.y, b.y), fmin(a.z, b.z)}, .max = {fmax(a.x, b.x), fmax(a.y, b.y), fmax(a.z, b.z)}};
    MlBounds r = affine_bounds(&t, &box), corners = {.empty = true};
    for (int c = 0; c < 8; c++) {
      MlVec3 p = affine_point(&t, (MlVec3){c & 1 ? box.min.x : box.max.x, c & 2 ? box.min.y : box.max.y, c & 4 ? box.min.z : box.max.z});
      MlBounds one = {.min = p, .max = p};
      corners = bounds_union(&corners, &one);
    }
    assert_near(r.min, corners.min, 1e-13);
    assert_near(r.max, corners.max, 1e-13);
  }
  MlBounds empty = {.empty = true}, infinite = {.infinite = true}, unit = {.min = {-1, -1, -1}, .max = {1, 1, 1}};
  MlTransform up = affine_translate((MlVec3){0, 1, 0}), quarter = affine_turn_x(90);
  assert_true(affine_bounds(&up, &empty).empty && affine_bounds(&up, &infinite).infinite);
  assert_true(affine_bounds(&up, &unit).min.y == 0 && affine_bounds(&quarter, &unit).max.z == 1);
  assert_true(bounds_union(&infinite, &unit).infinite && bounds_union(&unit, &empty).max.x == 1);
}

static void test_boxes(void **state) {
  (void)state;
  Aabb a = aabb_empty();
  assert_true(aabb_is_empty(&a) && aabb_half_area(&a) == 0.0f);
  aabb_grow(&a, (float[3]){1, 2, 3});
  assert_true(!aabb_is_empty(&a) && aabb_half_area(&a) == 0.0f);
  aabb_grow(&a, (float[3]){3, 1, NAN});
  assert_true(a.lo[0] == 1 && a.hi[0] == 3 && a.lo[1] == 1 && a.hi[1] == 2 && a.lo[2] == 3 && a.hi[2] == 3);
  aabb_grow(&a, (float[3]){1, 1, 7});
  assert_true(aabb_half_area(&a) == 2 + 4 + 8);
  Aabb empty = aabb_empty(), u = aabb_union(&a, &empty), padded = aabb_pad(&a, 0.1f);
  assert_memory_equal(&u, &a, sizeof a);
  assert_true(aabb_contains(&a, (float[3]){2, 1.5f, 7}) && !aabb_contains(&a, (float[3]){2, 1.5f, 7.01f}));
  assert_true((double)padded.lo[0] <= 1 - (double)0.1f && (double)padded.hi[2] >= 7 + (double)0.1f);
  Vec3 center = aabb_center(&a);
  assert_true(center[0] == 2.0f && center[2] == 5.0f);

  // From double: never smaller
  for (int i = 0; i < 1000; i++) {
    MlVec3 p = vector(100);
    MlBounds b = {.min = p, .max = p};
    Aabb f = aabb_from_bounds(&b);
    assert_true((double)f.lo[0] <= p.x && (double)f.hi[0] >= p.x && f.hi[0] <= next_up_f(f.lo[0]));
    MlBounds back = aabb_to_bounds(&f);
    assert_true(back.min.x == (double)f.lo[0] && !back.empty);
  }
  MlBounds infinite = {.infinite = true}, none = {.empty = true};
  assert_true(aabb_from_bounds(&infinite).hi[1] == INFINITY_F);
  Aabb nothing = aabb_from_bounds(&none);
  assert_true(aabb_is_empty(&nothing) && aabb_to_bounds(&nothing).empty);
}

static void test_vectors(void **state) {
  (void)state;
  assert_true(fabs(dvec_length((MlVec3){3e200, 4e200, 0}) / 5e200 - 1) < 1e-15);
  assert_true(fabs(dvec_length((MlVec3){3e-200, 0, 4e-200}) / 5e-200 - 1) < 1e-15);
  assert_true(dvec_length((MlVec3){0, 0, 0}) == 0 && dvec_is_zero(dvec_normalize((MlVec3){0, 0, 0})));
  assert_true(fabs(dvec_length(dvec_normalize((MlVec3){1e-300, 2e-300, 3e-300})) - 1) < 1e-15);
  for (int i = 0; i < 10000; i++) {
    Vec3 n = normalize(dvec_to_vec3(vector(1)));
    Frame f = frame_from_normal(n);
    assert_true(abs_f(dot(f.s, f.t)) < 1e-6f && abs_f(dot(f.s, n)) < 1e-6f && abs_f(dot(f.t, n)) < 1e-6f);
    assert_true(abs_f(length(f.s) - 1.0f) < 1e-6f && abs_f(length(f.t) - 1.0f) < 1e-6f);
    assert_true(length(cross(f.s, f.t) - n) < 1e-6f);
    Vec3 v = dvec_to_vec3(vector(2));
    assert_true(length(frame_to_world(&f, frame_to_local(&f, v)) - v) < 3e-6f);
  }
  Frame down = frame_from_normal(vec3(0, 0, -1));
  assert_true(vec3_is_finite(down.s) && vec3_is_finite(down.t));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_turns),
    cmocka_unit_test(test_products),
    cmocka_unit_test(test_inverse),
    cmocka_unit_test(test_singular),
    cmocka_unit_test(test_normals),
    cmocka_unit_test(test_point_error),
    cmocka_unit_test(test_bounds_of_transforms),
    cmocka_unit_test(test_boxes),
    cmocka_unit_test(test_vectors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
