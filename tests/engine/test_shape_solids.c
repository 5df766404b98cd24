/* test_shape_solids.c - cones, capsules and rings against their implicit functions: first hits by marching and bisection, tangents, points,
 * normals, bounds, areas and the densities of sampled points, under any placement. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "light/solid.h"
#include "scene_fixture.h"

static const PrimKind kinds[] = {PRIM_CONE, PRIM_CAPSULE, PRIM_TORUS, PRIM_CONE_SIDE};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* As a Prim keeps it. */
static double parameter_of(PrimKind kind, int which) {
  static const double cones[] = {1, 0, 0.3, 2.5}, capsules[] = {0.5, 4, 0.01, 1}, rings[] = {0.25, 0.9, 0.02, 0.5};
  return (double)(float)(kind == PRIM_CAPSULE ? capsules[which & 3] : kind == PRIM_TORUS ? rings[which & 3] : cones[which & 3]);
}

/* Below 0 inside; for the open cone, its solid's. */
static double implicit(PrimKind kind, double r, MlVec3 p) {
  double rho = hypot(p.x, p.z);
  if (kind == PRIM_TORUS) return hypot(rho - 1, p.y) - r;
  if (kind == PRIM_CAPSULE) return hypot(rho, p.y - fmin(fmax(p.y, -r), r)) - 1;
  double side = rho - (0.5 * (1 + r) - 0.5 * (1 - r) * p.y);
  return fmax(side, fabs(p.y) - 1);
}
/* Only the side is a surface. */
static bool on_side(double r, MlVec3 p) {
  return fabs(hypot(p.x, p.z) - (0.5 * (1 + r) - 0.5 * (1 - r) * p.y)) < 1e-7 && fabs(p.y) <= 1 + 1e-9;
}

static bool distance(PrimKind kind, double r, MlVec3 o, MlVec3 d, double *t) {
  uint32_t part = 0;
  Prim prim = {.kind = kind, .r = (float)r};
  return placed_distance(&prim, o, d, t, &part);
}

static MlVec3 at(MlVec3 o, MlVec3 d, double t) { return dvec_along(o, d, t); }

/* The first change of sign along the ray, or -1; *closest: how near the function came to 0 without one. */
static double march(PrimKind kind, double r, MlVec3 o, MlVec3 d, double reach, double *closest) {
  enum { STEPS = 3000 };
  double before = implicit(kind, r, o);
  *closest = fabs(before);
  for (int i = 1; i <= STEPS; i++) {
    double t = reach * i / STEPS, now = implicit(kind, r, at(o, d, t));
    if ((now < 0) != (before < 0)) {
      double a = reach * (i - 1) / STEPS, b = t;
      for (int k = 0; k < 60; k++) {
        double m = 0.5 * (a + b);
        if ((implicit(kind, r, at(o, d, m)) < 0) == (before < 0)) a = m;
        else b = m;
      }
      return b;
    }
    *closest = fmin(*closest, fabs(now));
  }
  return -1;
}

static void test_first_hits(void **state) {
  (void)state;
  int hits = 0, misses = 0;
  for (int i = 0; i < 16000; i++) {
    PrimKind kind = kinds[i % 3];
    double r = parameter_of(kind, i / 3), size = kind == PRIM_CAPSULE ? 1 + r : 2 + r;
    MlVec3 o = dvec_scale(random_direction(), size * random_in(0, 2)), to = dvec_scale(random_point(1), size),
           d = dvec_normalize(dvec_subtract(to, o));
    double closest, want = march(kind, r, o, d, 4 * size, &closest), t = -1;
    bool any = distance(kind, r, o, dvec_scale(d, 2), &t);
    t *= 2;
    if (any && want >= 0 && fabs(t - want) < 1e-9 * size) hits++;
    else if (any) assert_true(fabs(implicit(kind, r, at(o, d, t))) < 1e-9 && closest < 4e-3 * size); /* between two steps of the march */
    else if (want >= 0) fail_msg("kind %d r %g: lost a hit at %g", (int)kind, r, want);
    else misses++;
  }
  assert_true(hits > 6000 && misses > 2000);
}

static void test_open_cone(void **state) {
  (void)state;
  for (int i = 0; i < 4000; i++) {
    double r = parameter_of(PRIM_CONE_SIDE, i), t;
    MlVec3 o = dvec_scale(random_direction(), random_in(0, 6)), d = dvec_normalize(dvec_subtract(random_point(1), o));
    if (distance(PRIM_CONE_SIDE, r, o, d, &t)) assert_true(t > 0 && on_side(r, at(o, d, t)));
    // Where the solid's first hit is on its side, that is the open one's
    double solid;
    uint32_t part;
    if (cone_distance(o, d, r, true, &solid, &part) && part == 0) {
      assert_true(distance(PRIM_CONE_SIDE, r, o, d, &t));
      assert_true(t == solid);
    }
  }
}

/* Along lines that touch: a millionth inside hits, a millionth outside does not. */
static void test_tangents(void **state) {
  (void)state;
  double t;
  for (int i = 0; i < 4; i++) {
    double r = parameter_of(PRIM_TORUS, i), off = 1e-6 * r;
    for (int k = 0; k < 64; k++) {
      double a = 0.1 * k, b = 0.37 * k; // the point: heading a, angle b around the tube
      MlVec3 out = {sin(a), 0, cos(a)}, along = {cos(a), 0, -sin(a)};
      MlVec3 n = {out.x * cos(b), sin(b), out.z * cos(b)};
      for (int sign = -1; sign <= 1; sign += 2) {
        MlVec3 p = dvec_add(out, dvec_scale(n, r + sign * off)), o = dvec_subtract(p, dvec_scale(along, 3));
        if (cos(b) <= 0.1) continue; // the line may go through the ring elsewhere
        bool any = distance(PRIM_TORUS, r, o, along, &t);
        assert_int_equal(any, sign < 0);
        if (any) assert_true(fabs(implicit(PRIM_TORUS, r, at(o, along, t))) < 1e-10);
      }
    }
    assert_false(distance(PRIM_TORUS, r, (MlVec3){0, 3, 0}, (MlVec3){0, -1, 0}, &t)); /* down the axis */
    assert_true(distance(PRIM_TORUS, r, (MlVec3){-3, 0, 0}, (MlVec3){1, 0, 0}, &t));  /* through all of it */
    assert_true(fabs(t - (2 - r)) < 1e-12);
    assert_true(distance(PRIM_TORUS, r, (MlVec3){0, 0, 0}, (MlVec3){1, 0, 0}, &t) && fabs(t - (1 - r)) < 1e-12); /* from the hole */
    assert_true(distance(PRIM_TORUS, r, (MlVec3){1, 0, 0}, (MlVec3){0, 1, 0}, &t) && fabs(t - r) < 1e-12);       /* from the tube */
  }
  // A cylinder along its own side, and just beside it
  assert_true(distance(PRIM_CONE, 1, (MlVec3){1 - 1e-9, 5, 0}, (MlVec3){0, -1, 0}, &t) && t == 4);
  assert_false(distance(PRIM_CONE, 1, (MlVec3){1 + 1e-9, 5, 0}, (MlVec3){0, -1, 0}, &t));
  // Through the tip of a cone from above
  assert_true(distance(PRIM_CONE, 0, (MlVec3){0, 5, 0}, (MlVec3){0, -1, 0}, &t) && fabs(t - 4) < 1e-12);
}

/* From a million times its size away, and beginning a rounding beside the surface. */
static void test_far_and_near(void **state) {
  (void)state;
  for (int i = 0; i < 3000; i++) {
    PrimKind kind = kinds[i % 3];
    double r = parameter_of(kind, i / 3), t, again;
    MlVec3 far = dvec_scale(random_direction(), 1e6), d = dvec_normalize(dvec_subtract(random_point(1), far));
    if (distance(kind, r, far, d, &t)) assert_true(fabs(implicit(kind, r, at(far, d, t))) < 1e-8);
    MlVec3 near = random_point(1);
    d = random_direction();
    if (!distance(kind, r, near, d, &t)) continue;
    MlVec3 n, p = at(near, d, t);
    Prim prim = {.kind = kind, .r = (float)r};
    uint32_t part = 0;
    placed_distance(&prim, near, d, &t, &part);
    p = placed_kind_point(&prim, p, part, &n);
    MlVec3 outside = dvec_add(p, dvec_scale(n, 1e-7)), inside = dvec_subtract(p, dvec_scale(n, 1e-7));
    if (implicit(kind, r, outside) <= 0 || implicit(kind, r, inside) >= 0) continue; /* at a rim */
    MlVec3 away = random_direction();
    if (dvec_dot(away, n) < 0) away = dvec_scale(away, -1);
    if (kind != PRIM_TORUS) assert_false(distance(kind, r, outside, away, &again)); /* convex: nothing more to hit */
    else if (distance(kind, r, outside, away, &again)) assert_true(again > 1e-6 || dvec_dot(away, n) < 1e-3);
    assert_true(distance(kind, r, inside, away, &again) && again < 2.1e-7 / dvec_dot(away, n));
  }
}

static Prim random_solid(PrimKind kind, double r, bool uniform, PlacedTransform *placed, MlTransform *t) {
  *t = random_placement(3, uniform);
  MlTransform inverse;
  assert_true(ml_transform_invert(t, &inverse));
  for (int i = 0; i < 3; i++) {
    for (int k = 0; k < 3; k++)
      placed->to_world[3 * i + k] = (float)t->m[4 * i + k], placed->to_local[3 * i + k] = (float)inverse.m[4 * i + k];
    placed->centre[i] = (float)t->m[4 * i + 3];
  }
  Prim prim = {.kind = kind, .light = NO_ID, .r = (float)r};
  prim_finish(&prim, placed, false);
  return prim;
}

/* Every sampled point is on the surface, inside the bounds, with its normal outward; the bounds are tight; the mean of 1 / density is the area. */
static void test_samples_bounds_areas(void **state) {
  (void)state;
  for (int i = 0; i < 48; i++) {
    PrimKind kind = kinds[i % KINDS];
    double r = parameter_of(kind, i / KINDS);
    PlacedTransform placed;
    MlTransform t;
    Prim prim = random_solid(kind, r, i < 16, &placed, &t);
    enum { SIDE = 128 };
    Aabb seen = aabb_empty();
    double sum = 0;
    for (int k = 0; k < SIDE * SIDE; k++) {
      Vec2 u = {((float)(k % SIDE) + 0.5f) / SIDE, ((float)(k / SIDE) + 0.5f) / SIDE};
      Vec3 n, local = solid_sample(&prim, u, &n);
      MlVec3 p = dvec_from_vec3(local), outward = dvec_from_vec3(n);
      assert_true(fabs(implicit(kind, r, p)) < 2e-6 * fmax(1, r));
      assert_true(fabs(dvec_length(outward) - 1) < 1e-6);
      assert_true(implicit(kind, r, dvec_add(p, dvec_scale(outward, 1e-4 * fmin(1, r + 0.01)))) > 0);
      MlVec3 world = affine_point(&t, p), normal = dvec_normalize(affine_normal(&t, outward));
      float w[3] = {(float)world.x, (float)world.y, (float)world.z};
      aabb_grow(&seen, w);
      MlVec3 back = matrix_multiply_transposed(placed.to_world, normal);
      sum += 1 / ((double)solid_local_density(&prim, local) * dvec_length(back) / fabs(affine_determinant(&t)));
    }
    double area = prim_area(&prim, &placed);
    if (fabs(sum / (SIDE * SIDE) - area) > 3e-3 * area)
      fail_msg("kind %d r %g: area %g, by samples %g", (int)kind, r, area, sum / (SIDE * SIDE));
    for (int a = 0; a < 3; a++) {
      double slack = 1e-6 * (double)(prim.hi[a] - prim.lo[a]);
      assert_true((double)prim.lo[a] <= (double)seen.lo[a] + slack && (double)prim.hi[a] >= (double)seen.hi[a] - slack);
      double loose = 0.1 * (double)(prim.hi[a] - prim.lo[a]);
      assert_true((double)seen.lo[a] - (double)prim.lo[a] < loose && (double)prim.hi[a] - (double)seen.hi[a] < loose);
    }
  }
}

static void test_known_areas(void **state) {
  (void)state;
  const double pi = 3.14159265358979;
  PlacedTransform unit = {{1, 0, 0, 0, 1, 0, 0, 0, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 0, 0}};
  const struct {
    PrimKind kind;
    double r, area;
  } cases[] = {{PRIM_CONE, 1, 2 * pi * 2 + 2 * pi}, {PRIM_CONE, 0, pi * sqrt(5) + pi},      {PRIM_CONE_SIDE, 1, 4 * pi},
               {PRIM_CAPSULE, 2, 4 * pi + 8 * pi},  {PRIM_TORUS, 0.25, 4 * pi * pi * 0.25}, {PRIM_CONE_SIDE, 0.5, 1.5 * pi * sqrt(4.25)}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Prim prim = {.kind = cases[i].kind, .r = (float)cases[i].r};
    assert_true(fabs(prim_area(&prim, &unit) / cases[i].area - 1) < 1e-5);
  }
}

static void test_uv(void **state) {
  (void)state;
  Vec2 uv = cone_uv(vec3(1, 0, 0), 1, 0);
  assert_true(uv.x == 0.25f && uv.y == 0.5f);
  uv = cone_uv(vec3(0.25f, 1, 0.25f), 0.5f, 2);
  assert_true(uv.x == 0.75f && uv.y == 0.25f);
  uv = cone_uv(vec3(0.5f, -1, 0.5f), 0.5f, 1);
  assert_true(uv.x == 0.75f && uv.y == 0.75f);
  uv = capsule_uv(vec3(0, 0, 1), 2);
  assert_true(uv.x == 0 && fabsf(uv.y - 0.5f) < 1e-6f);
  uv = capsule_uv(vec3(0, 3, 0), 2);
  assert_true(fabsf(uv.y - 1) < 1e-6f);
  uv = torus_uv(vec3(1, 0.25f, 0));
  assert_true(uv.x == 0.25f && fabsf(uv.y - 0.25f) < 1e-6f);
  uv = torus_uv(vec3(0, 0, -0.75f));
  assert_true(fabsf(uv.x - 0.5f) < 1e-6f && fabsf(uv.y - 0.5f) < 1e-6f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_first_hits),
    cmocka_unit_test(test_open_cone),
    cmocka_unit_test(test_tangents),
    cmocka_unit_test(test_far_and_near),
    cmocka_unit_test(test_samples_bounds_areas),
    cmocka_unit_test(test_known_areas),
    cmocka_unit_test(test_uv),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
