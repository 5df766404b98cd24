/* test_shape_intersect.c - one ray, one shape: distances, edges, degenerates, boxes, bounds, areas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "light/solid.h"
#include "scene_fixture.h"

static RayQuery query(MlVec3 o, MlVec3 d) { return ray_query(dvec_to_vec3(o), dvec_to_vec3(d)); }

/* ---- primitives made by hand */

static Prim prim_of(PrimKind kind) { return (Prim){.kind = kind, .light = NO_ID}; }
static Prim sphere_at(MlVec3 c, double r) {
  Prim p = prim_of(PRIM_SPHERE);
  vec3_store(p.p[0], dvec_to_vec3(c));
  p.r = (float)r;
  prim_finish(&p, NULL, false);
  return p;
}
static Prim corners_of(PrimKind kind, MlVec3 a, MlVec3 b, MlVec3 c, MlVec3 d) {
  Prim p = prim_of(kind);
  const MlVec3 corners[4] = {a, b, c, d};
  for (int i = 0; i < 4; i++) vec3_store(p.p[i], dvec_to_vec3(corners[i]));
  prim_finish(&p, NULL, false);
  return p;
}
static Prim quad_at(MlVec3 at, MlVec3 u, MlVec3 v) {
  MlVec3 b = dvec_add(at, u);
  return corners_of(PRIM_QUAD, at, b, dvec_add(b, v), dvec_add(at, v));
}
static Prim disk_at(MlVec3 c, MlVec3 a, MlVec3 b, double hole) {
  Prim p = prim_of(PRIM_DISK);
  vec3_store(p.p[0], dvec_to_vec3(c));
  vec3_store(p.p[1], dvec_to_vec3(a));
  vec3_store(p.p[2], dvec_to_vec3(b));
  vec3_store(p.n, dvec_to_vec3(dvec_normalize(dvec_cross(a, b))));
  p.r = (float)hole;
  prim_finish(&p, NULL, false);
  return p;
}
static Prim round_as(PrimKind kind, double r, const MlTransform *t, PlacedTransform *placed) {
  Prim p = prim_of(kind);
  MlTransform inverse;
  p.r = (float)r;
  assert_true(ml_transform_invert(t, &inverse));
  for (int i = 0; i < 3; i++) {
    for (int k = 0; k < 3; k++)
      placed->to_world[3 * i + k] = (float)t->m[4 * i + k], placed->to_local[3 * i + k] = (float)inverse.m[4 * i + k];
    placed->centre[i] = (float)t->m[4 * i + 3];
  }
  prim_finish(&p, placed, false);
  return p;
}

static Prim placed_as(PrimKind kind, const MlTransform *t, PlacedTransform *placed) { return round_as(kind, 0, t, placed); }

/* Any finite shape, somewhere within `reach`, of size about `size`. */
static Prim random_prim(double size, double reach, PlacedTransform *placed) {
  MlVec3 at = random_point(reach);
  switch (random_below(8)) {
  case 0: return sphere_at(at, size * random_in(0.1, 1));
  case 1: return quad_at(at, dvec_scale(random_direction(), size), dvec_scale(random_direction(), size));
  case 2:
    return corners_of(PRIM_TRIANGLE, at, dvec_add(at, dvec_scale(random_direction(), size)),
                      dvec_add(at, dvec_scale(random_direction(), size)), at);
  case 3: return disk_at(at, dvec_scale(random_direction(), size), dvec_scale(random_direction(), size), random_in(0, 0.9));
  default: {
    MlTransform t = random_placement(0.0, false), scale = affine_scale((MlVec3){size, size, size});
    t = ml_transform_multiply(&scale, &t);
    t.m[3] = at.x, t.m[7] = at.y, t.m[11] = at.z;
    const PrimKind kinds[] = {PRIM_BOX, PRIM_ELLIPSOID, PRIM_CONE, PRIM_CAPSULE, PRIM_TORUS, PRIM_CONE_SIDE};
    return round_as(kinds[random_below(6)], random_in(0.01, 0.99), &t, placed);
  }
  }
}

/* ---- distances */

static void expect(const Prim *prim, const PlacedTransform *placed, MlVec3 o, MlVec3 d, double t) {
  RayQuery q = query(o, d);
  PrimHit hit;
  bool any = prim_intersect(&q, prim, placed, 0.0f, INFINITY_F, &hit);
  assert_int_equal(any, t > 0);
  if (!any) return;
  if (hit.t != (float)t) fail_msg("t %a, expected %a", (double)hit.t, (double)(float)t);
  // The limit counts as inside, and nothing beyond it
  assert_true(prim_intersect(&q, prim, placed, 0.0f, (float)t, &hit));
  assert_false(prim_intersect(&q, prim, placed, 0.0f, next_down_f((float)t), &hit));
}

static void test_distances(void **state) {
  (void)state;
  const MlVec3 down = {0, -1, 0}, twice = {0, -2, 0}, up = {0, 1, 0};
  Prim s = sphere_at((MlVec3){1, 2, 3}, 2);
  expect(&s, NULL, (MlVec3){1, 9, 3}, down, 5);
  expect(&s, NULL, (MlVec3){1, 9, 3}, twice, 2.5);
  expect(&s, NULL, (MlVec3){1, 2, 3}, down, 2);
  expect(&s, NULL, (MlVec3){1, 4, 3}, up, 0);
  expect(&s, NULL, (MlVec3){1, 4, 3}, down, 4); /* from the surface itself, inward */
  expect(&s, NULL, (MlVec3){1, 9, 3}, up, 0);
  expect(&s, NULL, (MlVec3){3.0001, 9, 3}, down, 0);
  s = sphere_at((MlVec3){0, 0, 0}, 1); /* far away and small: 1e6 radii */
  expect(&s, NULL, (MlVec3){0, 1e6, 0}, down, 1e6 - 1);
  s = sphere_at((MlVec3){0, -1e7, 0}, 1e7); /* a ground: seen from a metre above it */
  expect(&s, NULL, (MlVec3){0, 1, 0}, down, 1);

  PlacedTransform placed;
  MlTransform t = affine_scale((MlVec3){1, 4, 2});
  t.m[3] = 5;
  Prim e = placed_as(PRIM_ELLIPSOID, &t, &placed);
  expect(&e, &placed, (MlVec3){5, 9, 0}, down, 5);
  expect(&e, &placed, (MlVec3){5, 0, 0}, down, 4);
  expect(&e, &placed, (MlVec3){6.1, 9, 0}, down, 0);
  Prim b = placed_as(PRIM_BOX, &t, &placed);
  expect(&b, &placed, (MlVec3){5.9, 9, 1.9}, down, 5);
  expect(&b, &placed, (MlVec3){5.9, 0, 1.9}, twice, 2);
  expect(&b, &placed, (MlVec3){6, 9, 2}, down, 5); /* along an edge */
  expect(&b, &placed, (MlVec3){6.1, 9, 0}, down, 0);
  expect(&b, &placed, (MlVec3){5, 4, 0}, up, 0);
  expect(&b, &placed, (MlVec3){5, 4, 0}, down, 8);
  RayQuery q = query((MlVec3){5, 9, 0}, down);
  PrimHit hit;
  assert_true(prim_intersect(&q, &b, &placed, 0.0f, INFINITY_F, &hit));
  assert_int_equal(hit.part, 3); /* +y */

  Prim quad = quad_at((MlVec3){0, 1, 0}, (MlVec3){4, 0, 0}, (MlVec3){0, 0, -2});
  expect(&quad, NULL, (MlVec3){1, 5, -0.5}, down, 4);
  expect(&quad, NULL, (MlVec3){1, -5, -0.5}, up, 6); /* from behind */
  expect(&quad, NULL, (MlVec3){0, 5, 0}, down, 4);   /* its corner and edge */
  expect(&quad, NULL, (MlVec3){4, 5, -1}, down, 4);
  expect(&quad, NULL, (MlVec3){1, 1, -0.5}, down, 0); /* lies in it */
  expect(&quad, NULL, (MlVec3){1, 1, -0.5}, (MlVec3){1, 0, 0}, 0);
  expect(&quad, NULL, (MlVec3){1, 5, 0.001}, down, 0);
  q = query((MlVec3){3, 5, -0.5}, down);
  assert_true(prim_intersect(&q, &quad, NULL, 0.0f, INFINITY_F, &hit));
  assert_float_equal(hit.u, 0.75f, 1e-6f);
  assert_float_equal(hit.v, 0.25f, 1e-6f);
  q = query((MlVec3){1, 5, -1.5}, down); /* the other half */
  assert_true(prim_intersect(&q, &quad, NULL, 0.0f, INFINITY_F, &hit));
  assert_float_equal(hit.u, 0.25f, 1e-6f);
  assert_float_equal(hit.v, 0.75f, 1e-6f);

  Prim disk = disk_at((MlVec3){0, 0, 0}, (MlVec3){2, 0, 0}, (MlVec3){0, 0, -1}, 0.5);
  expect(&disk, NULL, (MlVec3){1.9, 3, 0}, down, 3);
  expect(&disk, NULL, (MlVec3){0, 3, 0.9}, down, 3);
  expect(&disk, NULL, (MlVec3){0.9, 3, 0}, down, 0);
  expect(&disk, NULL, (MlVec3){1.5, 3, 0.7}, down, 0);

  Prim plane = prim_of(PRIM_PLANE);
  plane.n[1] = 1;
  prim_finish(&plane, NULL, false);
  expect(&plane, NULL, (MlVec3){1e9, 7, 3}, down, 7);
  expect(&plane, NULL, (MlVec3){0, -7, 3}, up, 7);
  expect(&plane, NULL, (MlVec3){0, 7, 3}, up, 0);
  expect(&plane, NULL, (MlVec3){0, 7, 3}, (MlVec3){1, 0, 0}, 0);
}

/* The float nearest to the exact distance, but for what a direction in floats and a clamp to the box's near side allow: 2 ulp. */
static void test_exact_distances(void **state) {
  (void)state;
  for (int i = 0; i < 20000; i++) {
    MlVec3 a = random_point(5), b = random_point(5), c = random_point(5);
    if (dvec_length(dvec_cross(dvec_subtract(b, a), dvec_subtract(c, a))) < 2.0) continue;
    Prim t = corners_of(PRIM_TRIANGLE, a, b, c, a);
    double u = random_in(0.05, 0.45), v = random_in(0.05, 0.45);
    MlVec3 target = dvec_add(dvec_scale(a, 1 - u - v), dvec_add(dvec_scale(b, u), dvec_scale(c, v))), o = random_point(100);
    RayQuery q = query(o, dvec_subtract(target, o));
    PrimHit hit;
    assert_true(prim_intersect(&q, &t, NULL, 0.0f, INFINITY_F, &hit));
    long double n[3], e1[3], e2[3], top = 0, bottom = 0;
    for (int k = 0; k < 3; k++)
      e1[k] = (long double)t.p[1][k] - (long double)t.p[0][k], e2[k] = (long double)t.p[2][k] - (long double)t.p[0][k];
    n[0] = e1[1] * e2[2] - e1[2] * e2[1], n[1] = e1[2] * e2[0] - e1[0] * e2[2], n[2] = e1[0] * e2[1] - e1[1] * e2[0];
    const long double from[3] = {(long double)q.od.x, (long double)q.od.y, (long double)q.od.z},
                      along[3] = {(long double)q.dd.x, (long double)q.dd.y, (long double)q.dd.z};
    for (int k = 0; k < 3; k++) top += n[k] * ((long double)t.p[0][k] - from[k]), bottom += n[k] * along[k];
    assert_true(ulp_distance_f((float)(top / bottom), hit.t) <= 1);
    long double at[3], nn = 0, top_u = 0, top_v = 0;
    for (int k = 0; k < 3; k++) at[k] = from[k] + top / bottom * along[k] - (long double)t.p[0][k], nn += n[k] * n[k];
    for (int k = 0; k < 3; k++) {
      int x = (k + 1) % 3, y = (k + 2) % 3;
      top_u += n[k] * (at[x] * e2[y] - at[y] * e2[x]), top_v += n[k] * (e1[x] * at[y] - e1[y] * at[x]);
    }
    assert_float_equal(hit.u, (float)(top_u / nn), 1e-7f);
    assert_float_equal(hit.v, (float)(top_v / nn), 1e-7f);
  }
}

/* ---- edges */

/* A closed surface of triangles around the origin, from a lattice on the sphere with random radii. */
enum { RINGS = 9, TURNS = 12 };
static float ball[(RINGS + 1) * TURNS][3];
static uint32_t ball_triangles[2 * RINGS * TURNS][3];

static uint32_t make_ball(double scale) {
  uint32_t count = 0;
  for (uint32_t r = 0; r <= RINGS; r++) {
    for (uint32_t t = 0; t < TURNS; t++) {
      double height = (r == 0       ? -1.0
                       : r == RINGS ? 1.0
                                    : 2.0 * r / RINGS - 1.0),
             angle = 6.283185307179586 * t / TURNS, out = ml_sqrt(1 - height * height);
      double radius = scale * (r == 0 || r == RINGS ? 1.0 : random_in(0.7, 1.4));
      vec3_store(ball[r * TURNS + t], dvec_to_vec3(dvec_scale((MlVec3){out * ml_cos(angle), height, out * ml_sin(angle)}, radius)));
    }
  }
  for (uint32_t r = 0; r < RINGS; r++) {
    for (uint32_t t = 0; t < TURNS; t++) {
      uint32_t a = r * TURNS + t, b = r * TURNS + (t + 1) % TURNS;
      const uint32_t two[2][3] = {{a, a + TURNS, b}, {b, a + TURNS, b + TURNS}};
      memcpy(ball_triangles[count], two, sizeof two);
      count += 2;
    }
  }
  return count;
}

static void test_watertight(void **state) {
  (void)state;
  static const double scales[] = {1, 1e-6, 1e5, 1e-22}; /* products of the last are no floats */
  uint32_t rays = 0;
  for (int k = 0; k < 4; k++) {
    uint32_t triangles = make_ball(scales[k]);
    for (int i = 0; i < 4000; i++) {
      // Through vertices and points of edges, as exactly as floats can say it
      const uint32_t *c = ball_triangles[random_below(triangles)];
      MlVec3 a = dvec_load(ball[c[random_below(3)]]), b = dvec_load(ball[c[random_below(3)]]);
      double s = random_below(3) == 0 ? 0.0 : random_in(0, 1);
      MlVec3 target = dvec_add(dvec_scale(a, 1 - s), dvec_scale(b, s));
      MlVec3 o = random_below(2) ? (MlVec3){0, 0, 0} : random_point(0.3 * scales[k]);
      MlVec3 d = dvec_subtract(target, o);
      if (random_below(4) == 0) d = random_below(2) ? (MlVec3){0, random_below(2) ? 1 : -1, 0} : (MlVec3){1, 0, 0};
      RayQuery q = query(o, dvec_normalize(d));
      uint32_t hits = 0;
      for (uint32_t t = 0; t < triangles; t++) {
        PrimHit hit;
        const uint32_t *n = ball_triangles[t];
        hits += mesh_triangle_intersect(&q, ball[n[0]], ball[n[1]], ball[n[2]], 0.0f, INFINITY_F, &hit);
      }
      if (hits == 0) fail_msg("scale %g: ray %d slips through", scales[k], i);
      rays++;
    }
  }
  assert_int_equal(rays, 16000);
}

static void test_degenerate(void **state) {
  (void)state;
  const float a[3] = {0, 0, 0}, b[3] = {1, 0, 0}, c[3] = {0, 1, 0}, on[3] = {0.5f, 0, 0}, far[3] = {3, 0, 0}, nan[3] = {0, NAN, 0},
              inf[3] = {INFINITY_F, 0, 0};
  const float *const bad[][3] = {{a, a, a},   {a, a, b},   {a, b, b},   {a, b, a},   {a, on, b},     {a, b, far},
                                 {a, b, nan}, {nan, b, c}, {a, nan, c}, {inf, b, c}, {nan, nan, nan}};
  for (uint32_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    assert_true(triangle_is_degenerate(bad[k][0], bad[k][1], bad[k][2]));
    for (int i = 0; i < 2000; i++) {
      MlVec3 o = random_point(3), target = {random_in(0, 1), random_below(2) ? 0 : random_in(0, 1), 0};
      RayQuery q = query(o, random_below(4) ? dvec_subtract(target, o) : (MlVec3){0, 0, o.z > 0 ? -1 : 1});
      PrimHit hit;
      // Corners in a line are accepted by nobody who asks triangle_is_degenerate first; the others never
      if (k == 4 || k == 5) continue;
      assert_false(mesh_triangle_intersect(&q, bad[k][0], bad[k][1], bad[k][2], 0.0f, INFINITY_F, &hit));
    }
  }
  assert_false(triangle_is_degenerate(a, b, c));
  const float tiny[3] = {1e-20f, 0, 0}, tiny2[3] = {0, 1e-20f, 0};
  assert_false(triangle_is_degenerate(a, tiny, tiny2));
  // Rays that are not numbers hit nothing
  Prim s = sphere_at((MlVec3){0, 0, 0}, 1);
  const Vec3 bad_rays[4][2] = {
    {{NAN, 0, 5}, {0, 0, -1}}, {{0, 0, 5}, {0, NAN, -1}}, {{0, 0, INFINITY_F}, {0, 0, -1}}, {{0, 0, 5}, {0, 0, 0}}};
  for (int i = 0; i < 4; i++) {
    RayQuery q = ray_query(bad_rays[i][0], bad_rays[i][1]);
    PrimHit hit;
    assert_false(prim_intersect(&q, &s, NULL, 0.0f, INFINITY_F, &hit));
    assert_false(mesh_triangle_intersect(&q, a, b, c, 0.0f, INFINITY_F, &hit));
  }
}

/* ---- boxes */

static void test_box_monotone(void **state) {
  (void)state;
  uint32_t passed = 0;
  for (int i = 0; i < 200000; i++) {
    MlVec3 o = random_point(3), d = random_below(2) ? dvec_scale(o, -1) : random_direction();
    if (i % 4 == 0) o = (MlVec3){(double)random_below(5) - 2, (double)random_below(5) - 2, 1};
    if (i % 3 == 0) d = (MlVec3){random_below(2), random_below(2), random_below(2) ? -1 : 1e-20};
    float lo[3], hi[3], outer_lo[3], outer_hi[3];
    for (int k = 0; k < 3; k++) {
      lo[k] = (float)(i % 4 == 0 ? (double)random_below(5) - 2 : random_in(-2, 2));
      hi[k] = lo[k] + (float)(random_below(3) ? random_in(0, 1) : 0.0);
      outer_lo[k] = random_below(2) ? lo[k] : lo[k] - (float)random_in(0, 1e-5);
      outer_hi[k] = random_below(2) ? hi[k] : hi[k] + (float)random_in(0, 1e-5);
    }
    MlVec3 inside = dvec_scale(dvec_add(dvec_load(lo), dvec_load(hi)), 0.5);
    if (i % 5 == 0) d = dvec_subtract(inside, o); /* through the middle */
    if (i % 5 == 1) d = dvec_subtract(dvec_load(random_below(2) ? lo : hi), o);
    RayBox r = ray_box(dvec_to_vec3(o), dvec_to_vec3(d));
    float near = 0.0f, outer_near = 0.0f;
    bool inner = ray_box_test(&r, lo, hi, &near), outer = ray_box_test(&r, outer_lo, outer_hi, &outer_near);
    assert_true(outer_near <= near);
    if (inner) assert_true(outer);
    passed += inner;
    // Side by side in a node
    BvhNode node = {0};
    for (int k = 0; k < TREE_WIDTH; k++) {
      for (int axis = 0; axis < 3; axis++) {
        node.planes[axis][k] = k == 0 ? lo[axis] : k == 1 ? outer_lo[axis] : k == 2 ? INFINITY_F : lo[axis] + 0.1f;
        node.planes[3 + axis][k] = k == 0 ? hi[axis] : k == 1 ? outer_hi[axis] : k == 2 ? -INFINITY_F : hi[axis] + 0.1f;
      }
    }
    float limit = (float)random_in(0, 4);
    WalkRay along = walk_ray(&r);
    Lanes nears;
    uint32_t mask = walk_boxes(&node, &along, lanes_all(0.0f), lanes_all(limit), &nears);
    assert_int_equal(mask & 1, inner && near <= limit);
    assert_int_equal(mask >> 1 & 1, outer && outer_near <= limit);
    assert_int_equal(mask >> 2 & 1, 0);
    if (mask & 1) assert_true(nears[0] == near);
  }
  assert_true(passed > 5000);
}

/* A box that is a single point, and a ray that goes through it exactly: all in numbers of few bits. */
static void test_box_conservative(void **state) {
  (void)state;
  for (int i = 0; i < 100000; i++) {
    float o[3], d[3], p[3];
    for (int k = 0; k < 3; k++) {
      d[k] = (float)random_below(2000) - 1000.0f;
      p[k] = (float)random_below(2000) - 1000.0f;
      o[k] = p[k] - d[k] * (float)(1 + i % 50);
    }
    RayBox r = ray_box(vec3_load(o), vec3_load(d));
    float near = 0.0f;
    if (d[0] == 0.0f || d[1] == 0.0f || d[2] == 0.0f) continue; /* in the plane of a box without thickness: nothing to be seen */
    assert_true(ray_box_test(&r, p, p, &near));
  }
}

/* What the surface test accepts, the whole test accepts: also along silhouettes and edges. */
static void test_bounds_hold_tangents(void **state) {
  (void)state;
  uint32_t accepted = 0, lost = 0;
  for (int i = 0; i < 300000; i++) {
    PlacedTransform placed;
    double size = ml_pow(10, random_in(-3, 3));
    Prim prim = random_prim(size, size * (random_below(2) ? 2.0 : 1000.0), &placed);
    MlVec3 lo = dvec_load(prim.lo), hi = dvec_load(prim.hi), extent = dvec_subtract(hi, lo);
    // Towards points on the faces of the box, in a plane of the face: what is hit there is hit at its rim
    MlVec3 target = {lo.x + extent.x * random_in(0, 1), lo.y + extent.y * random_in(0, 1), lo.z + extent.z * random_in(0, 1)};
    MlVec3 d = random_direction();
    uint32_t axis = random_below(3);
    if (axis == 0) target.x = random_below(2) ? lo.x : hi.x, d.x = 0;
    if (axis == 1) target.y = random_below(2) ? lo.y : hi.y, d.y = 0;
    if (axis == 2) target.z = random_below(2) ? lo.z : hi.z, d.z = 0;
    if (random_below(2))
      target = dvec_along(target, dvec_subtract(dvec_scale(dvec_add(lo, hi), 0.5), target), ml_pow(10, random_in(-9, 0)));
    RayQuery q = query(dvec_along(target, dvec_normalize(d), -size * random_in(0.1, 100)), d);
    PrimHit surface, whole;
    if (!prim_distance(&q, &prim, &placed, &surface.t, &surface.part)) continue;
    accepted++;
    bool kept = prim_intersect(&q, &prim, &placed, 0.0f, INFINITY_F, &whole);
    lost += !kept;
    if (kept) assert_true(whole.t >= surface.t && whole.t - surface.t <= 1e-5f * surface.t + 1e-5f * (float)size);
  }
  assert_true(accepted > 10000);
  assert_int_equal(lost, 0);
}

static MlVec3 point_of(const Prim *prim, const PlacedTransform *placed) {
  MlVec3 p0 = dvec_load(prim->p[0]), s = random_direction();
  double u = random_in(0, 1), v = random_in(0, 1);
  switch ((PrimKind)prim->kind) {
  case PRIM_SPHERE: return dvec_along(p0, s, (double)prim->r);
  case PRIM_BOX: s = (MlVec3){random_below(2) ? 1 : -1, random_below(2) ? 1 : -1, random_in(-1, 1)}; /* fall through */
  case PRIM_ELLIPSOID: return dvec_add(matrix_multiply(placed->to_world, s), dvec_load(placed->centre));
  case PRIM_CONE:
  case PRIM_CAPSULE:
  case PRIM_TORUS:
  case PRIM_CONE_SIDE: {
    Vec3 n, local = solid_sample(prim, (Vec2){(float)u, (float)v}, &n);
    return dvec_add(matrix_multiply(placed->to_world, dvec_from_vec3(local)), dvec_load(placed->centre));
  }
  case PRIM_TRIANGLE:
    if (u + v > 1) u = 1 - u, v = 1 - v;
    return dvec_along(dvec_along(p0, dvec_subtract(dvec_load(prim->p[1]), p0), u), dvec_subtract(dvec_load(prim->p[2]), p0), v);
  case PRIM_QUAD:
    return dvec_along(dvec_along(p0, dvec_subtract(dvec_load(prim->p[1]), p0), u), dvec_subtract(dvec_load(prim->p[3]), p0), v);
  case PRIM_DISK:
    u *= 6.283185307179586;
    return dvec_along(dvec_along(p0, dvec_load(prim->p[1]), ml_cos(u)), dvec_load(prim->p[2]), ml_sin(u));
  case PRIM_PLANE: break;
  }
  return p0;
}

static void test_bounds_fit(void **state) {
  (void)state;
  for (int i = 0; i < 3000; i++) {
    PlacedTransform placed;
    Prim prim = random_prim(1.0, 2.0, &placed);
    MlVec3 lo = {1e9, 1e9, 1e9}, hi = {-1e9, -1e9, -1e9};
    for (int k = 0; k < 300; k++) {
      MlVec3 p = point_of(&prim, &placed);
      lo = (MlVec3){p.x < lo.x ? p.x : lo.x, p.y < lo.y ? p.y : lo.y, p.z < lo.z ? p.z : lo.z};
      hi = (MlVec3){p.x > hi.x ? p.x : hi.x, p.y > hi.y ? p.y : hi.y, p.z > hi.z ? p.z : hi.z};
      const double at[3] = {p.x, p.y, p.z};
      for (int a = 0; a < 3; a++) assert_true(at[a] >= (double)prim.lo[a] - 1e-6 && at[a] <= (double)prim.hi[a] + 1e-6);
    }
    const double low[3] = {lo.x, lo.y, lo.z}, high[3] = {hi.x, hi.y, hi.z};
    for (int a = 0; a < 3; a++) { /* not much larger than 300 points of the rim tell */
      double slack = 0.35 * ((double)prim.hi[a] - (double)prim.lo[a]) + 1e-5;
      assert_true((double)prim.lo[a] >= low[a] - slack && (double)prim.hi[a] <= high[a] + slack);
    }
  }
}

static void assert_close(double value, double expected, double relative) {
  if (!(__builtin_fabs(value - expected) <= relative * expected)) fail_msg("%.9g, expected %.9g", value, expected);
}

static void test_areas(void **state) {
  (void)state;
  const double pi = 3.14159265358979;
  Prim p = sphere_at((MlVec3){1, 1, 1}, 2);
  assert_close(prim_area(&p, NULL), 16 * pi, 1e-7);
  p = quad_at((MlVec3){0, 0, 0}, (MlVec3){3, 0, 0}, (MlVec3){1, 2, 0});
  assert_close(prim_area(&p, NULL), 6, 1e-7);
  p = corners_of(PRIM_TRIANGLE, (MlVec3){0, 0, 0}, (MlVec3){3, 0, 0}, (MlVec3){1, 2, 0}, (MlVec3){0, 0, 0});
  assert_close(prim_area(&p, NULL), 3, 1e-7);
  p = disk_at((MlVec3){0, 0, 0}, (MlVec3){2, 0, 0}, (MlVec3){0, 1, 0}, 0.5);
  assert_close(prim_area(&p, NULL), 2 * pi * 0.75, 1e-7);
  PlacedTransform placed;
  MlTransform t = affine_scale((MlVec3){1, 2, 3});
  p = placed_as(PRIM_BOX, &t, &placed);
  assert_close(prim_area(&p, &placed), 8 * (2 + 6 + 3), 1e-6);
  p = placed_as(PRIM_ELLIPSOID, &t, &placed);
  assert_close(prim_area(&p, &placed), 48.882147, 1e-4); /* by elliptic integrals */
  t = affine_scale((MlVec3){2, 2, 2});
  p = placed_as(PRIM_ELLIPSOID, &t, &placed);
  assert_close(prim_area(&p, &placed), 16 * pi, 1e-4);
  p = prim_of(PRIM_PLANE);
  assert_true(prim_area(&p, NULL) == (double)INFINITY_F);
}

/* Distances that a float cannot hold are misses: of a plane near its horizon, of flat shapes along a short direction. */
static void test_largest_distance(void **state) {
  (void)state;
  Prim plane = prim_of(PRIM_PLANE);
  plane.n[1] = 1;
  const MlVec3 above = {0, 1, 0}, origin = {0, 0, 0};
  expect(&plane, NULL, above, (MlVec3){1, -0x1p-127, 0}, 0x1p127);
  expect(&plane, NULL, above, (MlVec3){1, -0x1p-128, 0}, 0);
  expect(&plane, NULL, above, (MlVec3){1, -0x1p-149, 0}, 0);
  expect(&plane, NULL, above, (MlVec3){1, 0, 0}, 0);

  const double far = -0x1p60;
  const MlVec3 x = {4, 0, 0}, z = {0, 0, 4}, at = {-1, far, -1};
  const Prim prims[] = {quad_at(at, x, z), corners_of(PRIM_TRIANGLE, at, dvec_add(at, x), dvec_add(at, z), at),
                        disk_at((MlVec3){0, far, 0}, x, z, 0)};
  for (size_t i = 0; i < sizeof prims / sizeof *prims; i++) {
    expect(&prims[i], NULL, origin, (MlVec3){0, -1, 0}, 0x1p60);
    expect(&prims[i], NULL, origin, (MlVec3){0, -0x1p-70, 0}, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_distances),        cmocka_unit_test(test_exact_distances),
    cmocka_unit_test(test_largest_distance), cmocka_unit_test(test_watertight),
    cmocka_unit_test(test_degenerate),       cmocka_unit_test(test_box_monotone),
    cmocka_unit_test(test_box_conservative), cmocka_unit_test(test_bounds_hold_tangents),
    cmocka_unit_test(test_bounds_fit),       cmocka_unit_test(test_areas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
