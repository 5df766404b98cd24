/* test_shape_strands.c - hair: rays against segments far and near, thin and thick; from inside; whole heads of hair against a search through all of
 * it, with all kernels; surfaces; messages, failing allocations, calling off. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "render/kernel.h"
#include "scene/hit_surface.h"
#include "scene/texture_point.h"
#include "scene_fixture.h"
// the last one, whose names others have, too
#include "builder_fixture.h"
#include "rounds.h"

/* How far p is outside of the balls between a and b: the least of |p - c(s)| - r(s), by golden sections of what is convex. */
static double outside_of(const StrandPoint *a, const StrandPoint *e, MlVec3 p) {
  double lo = 0, hi = 1;
  const MlVec3 pa = strand_centre(a), axis = dvec_subtract(strand_centre(e), pa);
  for (int i = 0; i < 90; i++) {
    const double s[2] = {lo + (hi - lo) / 3, hi - (hi - lo) / 3};
    double f[2];
    for (int k = 0; k < 2; k++)
      f[k] = dvec_length(dvec_subtract(p, dvec_along(pa, axis, s[k]))) - ((double)a->r + ((double)e->r - (double)a->r) * s[k]);
    if (f[0] < f[1]) hi = s[1];
    else lo = s[0];
  }
  return dvec_length(dvec_subtract(p, dvec_along(pa, axis, lo))) - ((double)a->r + ((double)e->r - (double)a->r) * lo);
}

static StrandPoint random_end(double size, double thick) {
  const MlVec3 p = random_point(size);
  return (StrandPoint){.p = {(float)p.x, (float)p.y, (float)p.z}, .r = (float)(random_in(0, 1) * thick)};
}

static void test_segments(void **state) {
  (void)state;
  random_state = 11;
  uint32_t hits = 0, misses = 0;
  for (uint32_t i = 0; i < ROUNDS(20000); i++) {
    static const double thick[] = {1, 0.1, 1e-3, 1e-5}, away[] = {1.5, 10, 1000};
    const double r = thick[i % 4], far = away[i / 4 % 3];
    const StrandPoint a = random_end(1, r), e = random_end(i % 7 == 0 ? r : 1, r);
    // Towards a point near the axis, or its rim
    const double at = random_in(-0.1, 1.1);
    const MlVec3 aim = dvec_add(dvec_along(strand_centre(&a), dvec_subtract(strand_centre(&e), strand_centre(&a)), at),
                                dvec_scale(random_direction(), r * random_in(0, 1.2)));
    MlVec3 o = dvec_scale(random_direction(), far), d = dvec_scale(dvec_subtract(aim, o), random_in(0.1, 3));
    if (outside_of(&a, &e, o) < 0) continue;
    StrandMeeting m;
    const bool any = strand_meet(&a, &e, o, d, &m);
    // The nearest that the ray comes, by many steps around the segment's middle
    double least = HUGE_VAL, near = 0;
    const double middle = -dvec_dot(dvec_subtract(o, strand_centre(&a)), d) / dvec_dot(d, d), reach = 3 / dvec_length(d);
    for (int k = 0; k <= 60; k++) {
      const double at_k = middle + reach * (k / 30.0 - 1), t = at_k > 0 ? at_k : 0, f = outside_of(&a, &e, dvec_along(o, d, t));
      if (f < least) least = f, near = t;
    }
    for (double step = reach / 30; step > 1e-9 * reach; step *= 0.5)
      for (int k = -1; k <= 1; k += 2) {
        const double f = outside_of(&a, &e, dvec_along(o, d, near + k * step));
        if (near + k * step > 0 && f < least) least = f, near += k * step;
      }
    const double fuzz = 4e-9 * (1 + r) + 1e-13 * far;
    if (any) {
      hits++;
      const MlVec3 p = dvec_along(o, d, m.t);
      const double f = outside_of(&a, &e, p);
      if (!(fabs(f) <= fuzz)) fail_msg("hit %u is %g off the surface (r %g, from %g)", i, f, r, far);
      assert_true(m.t > 0 && m.s >= 0 && m.s <= 1);
      // It comes from outside: just before, it is further out
      assert_true(outside_of(&a, &e, dvec_along(o, d, m.t - 1e-6 * reach)) > f - fuzz);
      // What starts there, or inside, does not meet it again
      StrandMeeting again;
      const MlVec3 inside = dvec_along(p, d, 1e-3 * r / dvec_length(d));
      if (outside_of(&a, &e, inside) < -1e-6 * r) assert_false(strand_meet(&a, &e, inside, random_direction(), &again));
    } else {
      misses++;
      if (least < -fuzz) fail_msg("ray %u passes %g deep (r %g, from %g) and misses", i, -least, r, far);
    }
  }
  assert_true(hits > ROUNDS(20000) / 5 && misses > ROUNDS(20000) / 10);
}

/* ---- heads of hair */

enum { STRANDS = 300, KNOTS = 5 };
static float knots[STRANDS * KNOTS * 3];
static uint32_t counts[STRANDS];

static void fill_hair(double size) {
  for (int i = 0; i < STRANDS; i++) {
    MlVec3 p = random_point(size), way = random_direction();
    counts[i] = KNOTS;
    for (int k = 0; k < KNOTS; k++) {
      float *out = knots + 3 * (i * KNOTS + k);
      out[0] = (float)p.x, out[1] = (float)p.y, out[2] = (float)p.z;
      way = dvec_normalize(dvec_add(way, dvec_scale(random_direction(), 0.7)));
      p = dvec_along(p, way, 0.1 * size);
    }
  }
}

static MlNode hair_of(MlBuilder *builder, MlMaterial material, const MlCancel *cancel) {
  return ml_hair(builder,
                 &ML_DESC(MlHairDesc, .points = knots, .counts = counts, .strand_count = STRANDS, .radius = 0.01, .material = material,
                          .cancel = cancel),
                 &error);
}

static void test_whole_heads(void **state) {
  (void)state;
  random_state = 12;
  fill_hair(1);
  const MlTransform turned = random_placement(2.0, false);
  Fixture own[2];
  const MlScene *scenes[2];
  for (int width = 0; width < 2; width++) {
    fixture_begin(&own[width]);
    own[width].tree_width = width == 1 ? 8 : 4;
    MlBuilder *builder = fixture_builder(&own[width]);
    const MlNode hair = hair_of(builder, 0, NULL);
    assert_true(hair != 0);
    fixture_add(builder, hair);
    fixture_add(builder, fixture_place(builder, hair, turned));
    scenes[width] = fixture_commit(builder);
  }
  const World *world = &scene_of(scenes[0])->world;
  assert_int_equal(world->instances.count, 2);
  const Strands *strands = &instance_geometry(&world->instances, &world->instances.data[0])->strands;
  assert_true(strands->segment_count >= STRANDS * (KNOTS - 1));
  uint32_t hits = 0;
  for (uint32_t i = 0; i < 3000; i++) {
    const MlVec3 from = dvec_scale(random_direction(), 4);
    const Ray ray = {
      .o = dvec_to_vec3(from), .d = dvec_to_vec3(dvec_subtract(random_point(1.0), from)), .t_max = INFINITY_F, .kind = RAY_CAMERA};
    Hit expected = {.t = INFINITY_F, .instance = NO_ID, .prim = NO_ID};
    for (uint32_t k = 0; k < 2; k++) {
      const Instance *instance = &world->instances.data[k];
      RayQuery q = ray_query(ray.o, ray.d);
      if (!instance->identity) q = ray_enter(&instance->placed, &q);
      for (uint32_t s = 0; s < strands->segment_count; s++) {
        StrandMeeting m;
        const StrandPoint *a = &strands->points[strands->segments[s]];
        const Aabb box = strand_bounds(a, a + 1);
        float near = 0;
        if (!ray_box_test(&q.box, box.lo, box.hi, &near)) continue;
        if (!strand_meet(a, a + 1, q.od, q.dd, &m)) continue;
        const float t = fmaxf((float)m.t, near);
        if (t < expected.t || (t == expected.t && hit_precedes(k, 0, s, &expected))) expected = (Hit){.t = t, .instance = k, .prim = s};
      }
    }
    const bool any = expected.prim != NO_ID;
    hits += any;
    for (const char *const *name = kernel_names(); *name != NULL; name++) {
      const Kernel *kernel = kernel_find(*name);
      Hit hit;
      const World *its = &scene_of(scenes[kernel->tree_width == 8])->world;
      assert_int_equal(kernel->trace_closest(its, &ray, &hit), any);
      assert_int_equal(kernel->trace_any(its, &ray), any);
      // Instances' boxes are a floor under t, by an ulp or two
      if (any && (hit.instance != expected.instance || hit.prim != expected.prim || fabsf(hit.t - expected.t) > 1e-6f * hit.t))
        fail_msg("%s: %a %u:%u, expected %a %u:%u", *name, (double)hit.t, hit.instance, hit.prim, (double)expected.t, expected.instance,
                 expected.prim);
    }
  }
  assert_true(hits > 3000 / 5);
  for (int i = 0; i < 2; i++) {
    ml_scene_release(scenes[i]);
    fixture_end(&own[i]);
  }
}

/* Normals, tangents, coordinates; what leaves a straight strand, outward or through it, does not meet it again
 * (away from where two segments meet). */
static void test_surfaces(void **state) {
  (void)state;
  static const float straight[] = {0, 0, 0, 0, 1, 0, 0, 3, 0};
  static const uint32_t three[] = {3};
  const MlNode node =
    ml_hair(b, &ML_DESC(MlHairDesc, .points = straight, .counts = three, .strand_count = 1, .radius = 0.1, .tip = 1), &error);
  assert_true(node != 0);
  const MlBounds box = ml_node_bounds(b, node);
  assert_true(fabs(box.max.x - 0.1) < 1e-7 && fabs(box.max.y - 3.1) < 1e-6 && fabs(box.min.y + 0.1) < 1e-6);
  fixture_add(b, fixture_place(b, node, affine_translate((MlVec3){5, 0, 0})));
  const MlScene *handle = fixture_commit(b);
  b = NULL;
  const Scene *scene = scene_of(handle);
  random_state = 13;
  uint32_t hits = 0;
  for (uint32_t i = 0; i < 5000; i++) {
    const double angle = random_in(0, 6.28), far = random_in(0.3, 50);
    const MlVec3 from = {5 + far * sin(angle), random_in(1.3, 2.7), far * cos(angle)},
                 to = {5 + random_in(-0.09, 0.09), random_in(1.3, 2.7), random_in(-0.09, 0.09)};
    const Ray ray = {.o = dvec_to_vec3(from), .d = dvec_to_vec3(dvec_subtract(to, from)), .t_max = INFINITY_F, .kind = RAY_CAMERA};
    Hit hit, next;
    if (!trace_closest(&scene->world, &ray, &hit)) continue;
    hits++;
    Surface s;
    surface_at(scene, &ray, &hit, &s);
    const double x = (double)s.p[0] - 5, z = (double)s.p[2];
    assert_true(fabs(hypot(x, z) - 0.1) < 1e-6);
    assert_true(fabs((double)s.ng[0] * 0.1 - x) < 1e-6 && fabs((double)s.ng[1]) < 1e-6 && dot(s.ng, s.ns) > 0.9999f);
    assert_true(dot(ray.d, s.ng) <= 1e-6f * length(ray.d));
    const Vec3 tangent = surface_tangent(scene, &s);
    assert_true(tangent[1] > 0.999999f);
    const Vec2 uv = surface_uv(scene, &s);
    assert_true(fabs((double)uv.y - (double)s.p[1] / 3) < 1e-5 && uv.x >= 0 && uv.x < 1);
    for (int k = 0; k < 4; k++) {
      const Vec3 w = dvec_to_vec3(random_direction());
      const Ray out = {.o = ray_origin(s.p, s.p_error, s.ng, w), .d = w, .t_max = INFINITY_F, .kind = RAY_REFLECTION};
      if (trace_closest(&scene->world, &out, &next) && fabsf(w[1]) < 0.5f) fail_msg("a strand meets itself at %g", (double)next.t);
    }
  }
  assert_true(hits > 5000 / 2);
  ml_scene_release(handle);
}

/* ---- descriptions */

#define REFUSES(text, ...)                                                                                                                 \
  do {                                                                                                                                     \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal(ml_hair(b, &ML_DESC(MlHairDesc, .place = 42, __VA_ARGS__), &error), 0);                                               \
    assert_string_equal(error.message, text);                                                                                              \
    assert_int_equal(error.place, 42);                                                                                                     \
  } while (0)

static void test_messages(void **state) {
  (void)state;
  static const float line[] = {0, 0, 0, 1, 0, 0}, same[] = {1, 1, 1, 1, 1, 1}, bad[] = {0, 0, NAN, 1, 0, 0};
  static const uint32_t two[] = {2}, one[] = {1}, many[] = {70000};
  static const float thin[] = {-1, 1};
  REFUSES("hair.points: expected strands, got none", .strand_count = 1, .counts = two);
  REFUSES("hair.counts: expected strands, got none", .points = line, .counts = two);
  REFUSES("hair.counts: expected 2 to 65536 points a strand, got 1 of strand 1", .points = line, .counts = one, .strand_count = 1);
  REFUSES("hair.counts: expected 2 to 65536 points a strand, got 70000 of strand 1", .points = line, .counts = many, .strand_count = 1);
  REFUSES("hair.points: strand 1 has no length: its points are all the same", .points = same, .counts = two, .strand_count = 1);
  REFUSES("hair.points: expected finite numbers up to 1e15, got nan", .points = bad, .counts = two, .strand_count = 1);
  REFUSES("hair.radius: expected a number above 0 and up to 1e15, got -1", .points = line, .counts = two, .strand_count = 1, .radius = -1);
  REFUSES("hair.tip: expected a share 0..1, got 2", .points = line, .counts = two, .strand_count = 1, .tip = 2);
  REFUSES("hair.radii: expected numbers of at least 0 and up to 1e15, got -1", .points = line, .counts = two, .strand_count = 1,
          .radii = thin);
  REFUSES("hair.material: expected a material of this builder, got 9", .points = line, .counts = two, .strand_count = 1, .material = 9);
  assert_int_equal(ml_hair(b, &ML_DESC(MlHairDesc, .points = line), NULL), 0);
  const MlNode parts[] = {ml_hair(b, &ML_DESC(MlHairDesc, .points = line, .counts = two, .strand_count = 1), &error)};
  assert_true(parts[0] != 0);
  assert_int_equal(ml_hair_material(b, &ML_DESC(MlHairMaterialDesc, .ior = 9), &error), 0);
  assert_string_equal(error.message, "hair_material.ior: expected a number from 1 to 3, got 9");
  assert_int_equal(ml_hair_material(b, &ML_DESC(MlHairMaterialDesc, .tilt = -50), &error), 0);
  assert_int_equal(ml_hair_material(b, &ML_DESC(MlHairMaterialDesc, .redness = 2), &error), 0);
}

static bool make_failing(MlBuilder *builder, void *ud) {
  (void)ud;
  return hair_of(builder, 0, NULL) != 0;
}

static void test_failing_allocations(void **state) {
  (void)state;
  random_state = 14;
  fill_hair(1);
  fail_each_allocation(make_failing, NULL, 500);
}

static void test_cancel(void **state) {
  (void)state;
  int polls = 0;
  const MlCancel cancel = {.poll = poll_yes, .ud = &polls};
  fill_hair(1);
  error = (MlError){0};
  assert_int_equal(hair_of(b, 0, &cancel), 0);
  assert_int_equal(error.status, ML_ERROR_CANCELLED);
  assert_int_equal(polls, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_segments),
    cmocka_unit_test(test_whole_heads),
    cmocka_unit_test_setup_teardown(test_surfaces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_messages, set_up, tear_down),
    cmocka_unit_test(test_failing_allocations),
    cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
