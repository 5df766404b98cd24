/* test_scene_fields.c - solids that are programs in scenes: rays meet them where they meet the analytic ones, at grazing angles, too; no ray gets
 * out of a closed one or meets again what it leaves; materials of parts; bounds; what cannot be a part; the cache; failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "builder_fixture.h"
#include "program/evaluate.h"
#include "program/field.h"
#include "scene/scene.h"

/* ---- making */

static MlNode kept(MlNode node) {
  if (node == 0) fail_msg("%s", error.message);
  return node;
}
static MlNode changed(MlSdfChange change, MlNode node, double amount) {
  return kept(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = change, .node = node, .amount = amount), &error));
}
/* A shape as a program. */
static MlNode as_field(MlNode node) { return changed(ML_SDF_ROUND, node, 0.0); }
static MlNode combined(MlCombine op, MlNode x, MlNode y, double blend) {
  const MlNode nodes[] = {x, y};
  return kept(ml_sdf_combine(b, &ML_DESC(MlSdfCombineDesc, .op = op, .nodes = nodes, .count = 2, .blend = blend), &error));
}
static MlNode sphere(MlVec3 center, double radius) {
  return kept(ml_sphere(b, &ML_DESC(MlSphereDesc, .center = center, .radius = radius), &error));
}
static MlNode box(MlVec3 from, MlVec3 to) { return kept(ml_box(b, &ML_DESC(MlBoxDesc, .from = from, .to = to), &error)); }
static MlNode torus(double radius, double tube) { return kept(ml_torus(b, &ML_DESC(MlTorusDesc, .radius = radius, .tube = tube), &error)); }

static MlProgram program(const MlProgramNode *nodes, uint64_t count) {
  MlProgram id = ml_program(b, &ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = count, .result = (uint32_t)count - 1), &error);
  if (id == 0) fail_msg("%s", error.message);
  return id;
}
/* amount * noise(scale * p) */
static MlProgram noise_program(double scale, double amount) {
  return program((const MlProgramNode[]){{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                         {.op = ML_OP_CONSTANT, .width = 1, .value = {scale}},
                                         {.op = ML_OP_MULTIPLY, .operands = {0, 1}},
                                         {.op = ML_OP_NOISE, .operands = {2}},
                                         {.op = ML_OP_CONSTANT, .width = 1, .value = {amount}},
                                         {.op = ML_OP_MULTIPLY, .operands = {3, 4}}},
                 6);
}

enum { SHAPES = 6 };
static MlNode shape(int i) {
  switch (i) {
  case 0: return sphere((MlVec3){0.2, 0.1, -0.3}, 1.1);
  case 1: return box((MlVec3){-1, -0.5, -0.7}, (MlVec3){0.8, 0.9, 0.6});
  case 2: return torus(1.0, 0.3);
  case 3: return kept(ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = {-0.5, 0, 0.2}, .to = {0.6, 0.7, 0}, .radius = 0.4), &error));
  case 4: return kept(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {0, -0.6, 0}, .to = {0.3, 0.8, 0}, .radius = 0.7), &error));
  default: return kept(ml_cone(b, &ML_DESC(MlConeDesc, .from = {0, -0.6, 0}, .to = {0, 0.9, 0}, .radius = 0.8, .top = 0.2), &error));
  }
}

static const MlScene *committed(MlNode node) {
  fixture_add(b, node);
  const MlScene *scene = fixture_commit(b);
  b = fixture_builder(&fixture);
  return scene;
}

static Ray leaving(const Surface *s, MlVec3 w) {
  const Vec3 d = dvec_to_vec3(w);
  return (Ray){.o = ray_origin(s->p, s->p_error, s->ng, d), .d = d, .t_max = INFINITY_F, .kind = RAY_REFLECTION};
}

/* ---- the same as analytic shapes */

/* Two scenes of the same thing: each ray that one of them lets through by more than roundings, the other one lets through. */
static void compare(const MlScene *exact, const MlScene *field, int rays, double reach, const char *what) {
  const Scene *a = scene_of(exact), *f = scene_of(field);
  int hits = 0;
  for (int i = 0; i < rays; i++) {
    const MlVec3 o = dvec_scale(random_direction(), 4.0 * reach), d = dvec_subtract(random_point(0.4 * reach), o);
    Ray ray = ray_to(o, d, RAY_CAMERA);
    Hit hit, other;
    const bool x = trace_closest(&a->world, &ray, &hit), y = trace_closest(&f->world, &ray, &other);
    assert_int_equal(trace_any(&f->world, &ray), y);
    if (x != y) {
      // Along an edge: next to it they have to agree
      int same = 0;
      for (int k = 0; k < 4; k++) {
        Ray near = ray;
        near.d += dvec_to_vec3(dvec_scale(random_direction(), 2e-5 * reach));
        same += trace_closest(&a->world, &near, &hit) == trace_closest(&f->world, &near, &other);
      }
      if (same == 0) fail_msg("%s: ray %d %s the shape and %s its program", what, i, x ? "meets" : "misses", y ? "meets" : "misses");
      continue;
    }
    if (!x) continue;
    hits++;
    Surface s, t;
    surface_at(a, &ray, &hit, &s);
    surface_at(f, &ray, &other, &t);
    const double cosine = (double)abs_f(dot(s.ng, ray.d)) / dvec_length(d), apart = (double)length(s.p - t.p);
    if (apart > (double)length(s.p_error + t.p_error) / cosine + 2e-6 * reach && apart > 2e-5 * reach / (cosine + 1e-3))
      fail_msg("%s: ray %d: hits are %.3g apart, errors %.3g and %.3g", what, i, apart, (double)length(s.p_error),
               (double)length(t.p_error));
    if (apart < 1e-5 * reach && cosine > 0.05 && i % 16 == 0 && dot(s.ng, t.ng) < 0.999f) {
      // At an edge both normals are right
      Ray near = ray;
      near.d *= 1.0f - 1e-3f;
      near.d += dvec_to_vec3(dvec_scale(random_direction(), 1e-3 * reach));
      if (trace_closest(&a->world, &near, &hit) && trace_closest(&f->world, &near, &other)) {
        surface_at(a, &near, &hit, &s);
        surface_at(f, &near, &other, &t);
        if (dot(s.ng, t.ng) < 0.99f) fail_msg("%s: ray %d: normals differ, %g", what, i, (double)dot(s.ng, t.ng));
      }
    }
    assert_true(length(t.p_error) < 2e-5f * (float)reach);
  }
  assert_true(hits > rays / 10);
}

static void programs_are_met_where_shapes_are(void **state) {
  (void)state;
  for (int i = 0; i < SHAPES; i++)
    for (int placed = 0; placed < 3; placed++) {
      char what[40];
      snprintf(what, sizeof what, "shape %d, placed %d", i, placed);
      const MlTransform t = placed == 0 ? ml_transform_identity() : random_placement(1.0, placed == 1);
      const MlScene *exact = committed(fixture_place(b, shape(i), t));
      const MlScene *field = committed(as_field(fixture_place(b, shape(i), t))),
                    *outside = committed(fixture_place(b, as_field(shape(i)), t));
      compare(exact, field, 1500, 4.0, what);
      compare(exact, outside, 1500, 4.0, what);
      ml_scene_release(exact);
      ml_scene_release(field);
      ml_scene_release(outside);
    }
}

/* A placement of which a row of the inverse holds a 1 beside other numbers, and no row is of length 1. */
static void slanted_placements_count_whole(void **state) {
  (void)state;
  const MlTransform turns[] = {
    {{0.5, 0, 0.5, 0, 0, 0.5, 0, 0, -0.5, 0, 0.5, 0}}, // of its inverse: (1, 0, -1), (0, 2, 0), (1, 0, 1)
    {{1, -0.75, 0, 0.1, 0, 1, 0, 0.2, 0, 0.5, 1, 0.3}},
  };
  for (int i = 0; i < 2; i++) {
    const MlScene *exact = committed(fixture_place(b, shape(1), turns[i])),
                  *field = committed(as_field(fixture_place(b, shape(1), turns[i])));
    compare(exact, field, 1500, 3.0, i == 0 ? "turned and scaled" : "sheared");
    ml_scene_release(exact);
    ml_scene_release(field);
  }
}

/* Rays that pass a ring's surface at a depth of some roundings, along it: none slips through. */
static void grazing_rays_do_not_slip_through(void **state) {
  (void)state;
  const double ring = 1.0, tube = 0.3;
  const MlScene *handle = committed(as_field(torus(ring, tube))), *exact = committed(torus(ring, tube));
  const Scene *scene = scene_of(handle), *shape_scene = scene_of(exact);
  int deep = 0, met = 0, outside = 0, wrong = 0;
  for (int i = 0; i < 100000; i++) {
    const double a = random_in(0, 6.2831853), c = random_in(-1.5, 1.5);
    const MlVec3 middle = {ml_sin(a), 0, ml_cos(a)}, n = {ml_cos(c) * middle.x, ml_sin(c), ml_cos(c) * middle.z};
    const MlVec3 p = dvec_add(dvec_scale(middle, ring), dvec_scale(n, tube));
    MlVec3 along = dvec_cross(n, random_direction());
    if (dvec_length(along) < 0.01) continue;
    along = dvec_normalize(along);
    // Outside at c in -pi/2 .. pi/2 the ring bulges both ways: the ray is inside near p alone
    const bool in = i % 2 == 0;
    const double depth = (in ? -1.0 : 1.0) * 1e-6 * ml_pow(10.0, random_in(0.5, 3.0));
    const MlVec3 at = dvec_add(p, dvec_scale(n, depth)), o = dvec_subtract(at, dvec_scale(along, random_in(0.2, 3.0)));
    Ray ray = ray_to(o, along, RAY_CAMERA);
    Hit hit, other;
    const bool y = trace_closest(&scene->world, &ray, &hit), x = trace_closest(&shape_scene->world, &ray, &other);
    if (in) {
      deep++;
      met += y;
    } else if (!x) {
      outside++;
      wrong += y;
    }
  }
  assert_true(deep > 40000 && outside > 20000);
  assert_int_equal(met, deep);
  assert_int_equal(wrong, 0);
  ml_scene_release(handle);
  ml_scene_release(exact);
}

/* ---- closed */

enum { SOLIDS = 9 };
static MlNode solid(int i) {
  MlNode x;
  switch (i) {
  case 0: return as_field(sphere((MlVec3){0, 0, 0}, 1.0));
  case 1: return changed(ML_SDF_SHELL, sphere((MlVec3){0, 0, 0}, 1.0), 0.002);
  case 2: return combined(ML_DIFFERENCE, sphere((MlVec3){0, 0, 0}, 1.0), sphere((MlVec3){0.7, 0.4, 0}, 0.8), 0.1);
  case 3: return combined(ML_UNION, torus(1.0, 0.3), sphere((MlVec3){0, 0.2, 0.3}, 0.8), 0.2);
  case 4:
    x = sphere((MlVec3){0, 0, 0}, 1.0);
    return kept(
      ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_DISPLACE, .node = x, .program = noise_program(4.0, 0.08)), &error));
  case 5: return changed(ML_SDF_TWIST, box((MlVec3){-0.5, -1, -0.5}, (MlVec3){0.5, 1, 0.5}), 70.0);
  case 6:
    x = box((MlVec3){-0.3, -0.3, -0.3}, (MlVec3){0.3, 0.3, 0.3});
    return kept(
      ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_REPEAT, .node = x, .period = {0.8, 0, 0.7}, .count = {3, 1, 2}), &error));
  case 7:
    return changed(ML_SDF_ROUND,
                   combined(ML_INTERSECTION, box((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}), sphere((MlVec3){0, 0, 0}, 1.2), 0.0), 0.05);
  default: // noise alone, cut off at its box
    return kept(ml_sdf(b, &ML_DESC(MlSdfDesc, .distance = noise_program(1.7, 1.0), .from = {-1, -1, -1}, .to = {1, 1, 1}), &error));
  }
}

static void closed_solids_do_not_leak(void **state) {
  (void)state;
  for (int i = 0; i < SOLIDS; i++) {
    const MlScene *handle = committed(solid(i));
    const Scene *scene = scene_of(handle);
    int paths = 0, lost = 0, again = 0;
    for (int k = 0; k < 500; k++) {
      const MlVec3 o = dvec_scale(random_direction(), 5.0);
      Ray ray = ray_to(o, dvec_subtract(random_point(1.2), o), RAY_CAMERA);
      Hit hit;
      Surface s;
      if (!trace_closest(&scene->world, &ray, &hit)) continue;
      surface_at(scene, &ray, &hit, &s);
      if (dot(s.ng, ray.d) > 0.0f) again++; // met from inside, from outside
      // In and then about within: every way meets the surface, from inside
      paths++;
      for (int bounce = 0; bounce < 12; bounce++) {
        MlVec3 w = random_direction();
        const MlVec3 n = {(double)s.ng[0], (double)s.ng[1], (double)s.ng[2]};
        if (dvec_dot(w, n) > 0.0) w = dvec_scale(w, -1.0);
        ray = leaving(&s, w);
        if (!trace_closest(&scene->world, &ray, &hit)) {
          lost++;
          break;
        }
        surface_at(scene, &ray, &hit, &s);
        if (dot(s.ng, ray.d) < 0.0f) again++;
      }
    }
    if (paths < 100 || lost * 2000 > paths * 12 || again * 500 > paths * 12)
      fail_msg("solid %d: of %d paths %d got out, %d met a surface from the wrong side", i, paths, lost, again);
    ml_scene_release(handle);
  }
}

/* What leaves a ball never meets it again. */
static void rays_leave_for_good(void **state) {
  (void)state;
  const double scales[] = {1e-3, 1.0, 1e3};
  for (int i = 0; i < 3; i++) {
    MlTransform t = affine_scale((MlVec3){scales[i], scales[i], scales[i]});
    t.m[3] = 3.0 * scales[i];
    const MlScene *handle = committed(fixture_place(b, as_field(sphere((MlVec3){0.5, 0, 0}, 1.0)), t));
    const Scene *scene = scene_of(handle);
    for (int k = 0; k < 6000; k++) {
      const MlVec3 o = dvec_add(dvec_scale(random_direction(), 6.0 * scales[i]), (MlVec3){3.5 * scales[i], 0, 0});
      Ray ray =
        ray_to(o, dvec_subtract(dvec_add(dvec_scale(random_direction(), scales[i]), (MlVec3){3.5 * scales[i], 0, 0}), o), RAY_CAMERA);
      Hit hit;
      Surface s;
      if (!trace_closest(&scene->world, &ray, &hit)) continue;
      surface_at(scene, &ray, &hit, &s);
      const MlVec3 n = {(double)s.ng[0], (double)s.ng[1], (double)s.ng[2]};
      MlVec3 w = random_direction();
      if (dvec_dot(w, n) < 0.0) w = dvec_scale(w, -1.0);
      if (k % 2 == 0) w = dvec_normalize(dvec_add(dvec_scale(n, 1e-3), dvec_normalize(dvec_cross(n, w)))); // along the surface
      ray = leaving(&s, w);
      if (trace_closest(&scene->world, &ray, &hit)) fail_msg("scale %g: ray %d meets at %g what it left", scales[i], k, (double)hit.t);
    }
    ml_scene_release(handle);
  }
}

/* ---- parts */

static MlMaterial matte(float grey) {
  MlMaterial m = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {grey, grey, grey}, .has_color = true), &error);
  assert_int_not_equal(m, 0);
  return m;
}
static uint32_t material_from(const Scene *scene, MlVec3 o, MlVec3 to) {
  Ray ray = ray_to(o, dvec_subtract(to, o), RAY_CAMERA);
  Hit hit;
  Surface s;
  assert_true(trace_closest(&scene->world, &ray, &hit));
  surface_at(scene, &ray, &hit, &s);
  return s.material;
}

static void surfaces_have_the_materials_of_their_parts(void **state) {
  (void)state;
  const MlMaterial red = matte(0.1f), blue = matte(0.2f), rest = matte(0.3f);
  MlNode x = kept(ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 1.0, .material = red), &error)), y = sphere((MlVec3){1, 0, 0}, 0.8);
  MlNode z = kept(ml_place(b, &ML_DESC(MlPlaceDesc, .child = sphere((MlVec3){-1, 0, 0}, 0.5), .material = blue), &error));
  const MlNode nodes[] = {x, y, z};
  MlNode all =
    kept(ml_sdf_combine(b, &ML_DESC(MlSdfCombineDesc, .op = ML_DIFFERENCE, .nodes = nodes, .count = 3, .material = rest), &error));
  assert_true(ml_is_sdf(b, all) && !ml_is_sdf(b, x));
  MlNode placed = fixture_place(b, all, affine_translate((MlVec3){0, 5, 0}));
  assert_true(ml_is_sdf(b, placed));
  MlNode painted = kept(ml_paint(b, &ML_DESC(MlPaintDesc, .child = all, .material = blue), &error));
  painted = fixture_place(b, painted, affine_translate((MlVec3){0, -5, 0}));
  const MlNode both[] = {placed, painted};
  const MlScene *handle = committed(kept(ml_group(b, &ML_DESC(MlGroupDesc, .children = both, .child_count = 2), &error)));
  const Scene *scene = scene_of(handle);
  assert_int_equal(material_from(scene, (MlVec3){0, 9, 0}, (MlVec3){0, 5, 0}), red);
  assert_int_equal(material_from(scene, (MlVec3){9, 5, 0}, (MlVec3){0, 5, 0}), rest);
  assert_int_equal(material_from(scene, (MlVec3){-9, 5, 0}, (MlVec3){0, 5, 0}), blue);
  for (int i = -1; i <= 1; i++) assert_int_equal(material_from(scene, (MlVec3){9.0 * i, i == 0 ? -9 : -5, 0}, (MlVec3){0, -5, 0}), blue);
  ml_scene_release(handle);
}

static MlNode hidden(MlNode node) {
  assert_int_equal(ml_hide(b, node, &error), ML_OK);
  return node;
}
static MlNode grouped(MlNode node) { return kept(ml_group(b, &ML_DESC(MlGroupDesc, .children = &node, .child_count = 1), &error)); }

/* Hidden parts, and groups of nothing else, are as if they were not there. */
static void hidden_parts_are_left_out(void **state) {
  (void)state;
  const MlVec3 o = {0, 0, 0}, aside = {1, 0, 0};
  for (int i = 0; i < 5; i++) {
    const MlScene *exact = committed(sphere(o, 1.0));
    MlNode first = sphere(o, 1.0), other = sphere(aside, 0.8), node;
    if (i == 0) node = combined(ML_UNION, first, grouped(other), 0.1);
    else if (i == 1) node = combined(ML_UNION, first, other, 0.1);
    else if (i == 2) node = combined(ML_DIFFERENCE, first, other, 0.1);
    else if (i == 3) node = combined(ML_DIFFERENCE, first, grouped(other), 0.1);
    else node = combined(ML_UNION, first, combined(ML_DIFFERENCE, other, sphere(aside, 0.2), 0.0), 0.1); // of nothing nothing is left
    hidden(other);
    const MlScene *field = committed(node);
    char what[20];
    snprintf(what, sizeof what, "hidden, %d", i);
    compare(exact, field, 600, 2.0, what);
    ml_scene_release(exact);
    ml_scene_release(field);
  }
}

/* Where bounds of a program say nothing at all, its solid is there all the same, as exact as others: a ball, plus next to nothing times acos(p.y / |p|). */
static void programs_without_bounds_are_drawn(void **state) {
  (void)state;
  const MlProgram ball = program((const MlProgramNode[]){{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                                         {.op = ML_OP_LENGTH, .operands = {0}},
                                                         {.op = ML_OP_CONSTANT, .width = 1, .value = {0.001}},
                                                         {.op = ML_OP_MAX, .operands = {1, 2}},
                                                         {.op = ML_OP_PICK, .operands = {0}, .data = 1, .width = 1},
                                                         {.op = ML_OP_DIVIDE, .operands = {4, 3}},
                                                         {.op = ML_OP_ACOS, .operands = {5}},
                                                         {.op = ML_OP_CONSTANT, .width = 1, .value = {1e-12}},
                                                         {.op = ML_OP_MULTIPLY, .operands = {6, 7}},
                                                         {.op = ML_OP_CONSTANT, .width = 1, .value = {1}},
                                                         {.op = ML_OP_SUBTRACT, .operands = {1, 9}},
                                                         {.op = ML_OP_ADD, .operands = {10, 8}}},
                                 12);
  const MlScene *field =
    committed(kept(ml_sdf(b, &ML_DESC(MlSdfDesc, .distance = ball, .from = {-1.2, -1.2, -1.2}, .to = {1.2, 1.2, 1.2}), &error)));
  const Scene *scene = scene_of(field);
  int met = 0;
  for (int i = 0; i < 200; i++) {
    const MlVec3 o = dvec_scale(random_direction(), 5.0);
    Ray ray = ray_to(o, dvec_subtract(random_point(0.4), o), RAY_CAMERA);
    Hit hit;
    if (!trace_closest(&scene->world, &ray, &hit)) continue;
    Surface s;
    surface_at(scene, &ray, &hit, &s);
    assert_true(abs_f(length(s.p) - 1.0f) < 1e-5f && length(s.p_error) < 2e-5f);
    met++;
  }
  assert_true(met >= 199);
  ml_scene_release(field);
}

static void equal_solids_are_one_asset(void **state) {
  (void)state;
  const MlScene *first = committed(fixture_place(b, solid(3), affine_translate((MlVec3){1, 2, 3}))), *second = committed(solid(3));
  assert_ptr_equal(scene_of(first)->world.instances.geometries[0], scene_of(second)->world.instances.geometries[0]);
  ml_scene_release(first);
  ml_scene_release(second);
}

/* ---- cells */

static MlNode repeated(MlNode node, double period, uint32_t count) {
  return kept(ml_sdf_change(
    b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_REPEAT, .node = node, .period = {period, 0, period}, .count = {count, 1, count}),
    &error));
}

/* Balls that are not in the middle of their period, whose distance jumps between them: met where the balls are. Cells beside jumps have slopes, and where
 * the balls keep away from the jumps there are no walls. */
static void repeated_solids_are_met_at_jumps(void **state) {
  (void)state;
  const double periods[] = {0.5, 0.62};
  for (int i = 0; i < 2; i++) {
    enum { SIDE = 6 };
    const MlVec3 at = {0.05, 0.1, -0.04};
    MlNode balls[SIDE * SIDE];
    for (int k = 0; k < SIDE * SIDE; k++)
      balls[k] =
        sphere((MlVec3){at.x + periods[i] * (k % SIDE - 0.5 * (SIDE - 1)), at.y, at.z + periods[i] * (k / SIDE - 0.5 * (SIDE - 1))}, 0.18);
    const MlScene *exact = committed(kept(ml_group(b, &ML_DESC(MlGroupDesc, .children = balls, .child_count = SIDE * SIDE), &error)));
    const MlScene *field = committed(repeated(sphere(at, 0.18), periods[i], SIDE));
    compare(exact, field, 4000, 1.6, "repeated");
    const Field *f = &scene_of(field)->world.instances.geometries[0]->field;
    uint64_t walls = 0;
    for (uint64_t k = 0; k < f->cell_count; k++) walls += f->cells[k].slope_hi[0] < LARGEST_F ? 0 : 1;
    assert_true(f->cell_count > 1000);
    assert_int_equal(walls, 0);
    ml_scene_release(exact);
    ml_scene_release(field);
  }
}

/* A jump just outside of a cell, in what it overlaps with its neighbours, is theirs: no cell is inside out, and none is cut for nothing. */
static void jumps_in_overlaps_are_the_neighbours(void **state) {
  (void)state;
  const double periods[] = {2.016025, 2.0163, 2.1};
  for (int i = 0; i < 3; i++) {
    const MlSdfChangeDesc endless =
      ML_DESC(MlSdfChangeDesc, .change = ML_SDF_REPEAT, .node = sphere((MlVec3){0, 0, 0}, 0.8), .period = {periods[i], 0, 0});
    const MlNode parts[2] = {box((MlVec3){-1, -0.6, -0.6}, (MlVec3){1, 0.6, 0.6}), kept(ml_sdf_change(b, &endless, &error))};
    const MlScene *field =
      committed(kept(ml_sdf_combine(b, &ML_DESC(MlSdfCombineDesc, .op = ML_INTERSECTION, .nodes = parts, .count = 2), &error)));
    const Field *f = &scene_of(field)->world.instances.geometries[0]->field;
    for (uint64_t k = 0; k < f->cell_count; k++)
      for (int c = 0; c < 3; c++)
        if (!(f->cells[k].lo[c] <= f->cells[k].hi[c])) fail_msg("period %g: cell %llu is inside out", periods[i], (unsigned long long)k);
    ml_scene_release(field);
  }
}

static MlNode many_balls(uint32_t count, double blend) {
  MlNode nodes[200];
  random_state = 5;
  for (uint32_t i = 0; i < count; i++) nodes[i] = sphere(random_point(1.5), random_in(0.1, 0.25));
  return kept(ml_sdf_combine(b, &ML_DESC(MlSdfCombineDesc, .op = ML_UNION, .nodes = nodes, .count = count, .blend = blend), &error));
}

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}
static float value_in(const Program *program, Vec3 p) {
  ProgramPoint point;
  memset(&point, 0, sizeof point);
  point.inputs[ML_INPUT_P] = p;
  return program_evaluate(program, &point, no_texture, NULL)[0];
}

/* Cells of a union know the parts that are near them alone, and give the bits of the whole. */
static void cells_have_short_programs(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    const MlScene *handle = committed(many_balls(i == 0 ? 50 : 30, i < 2 ? 0.08 : 0.0));
    const Field *field = &scene_of(handle)->world.instances.geometries[0]->field;
    uint64_t steps = 0;
    assert_true(field->cell_count > 1000 && field->tape_count > 10 && field->step_count <= FIELD_MAX_STEPS);
    for (uint64_t k = 0; k < field->cell_count; k++) {
      const FieldCell *cell = &field->cells[k];
      const Program program = field_program(field, cell);
      steps += program.step_count;
      for (int n = 0; n < 2; n++) {
        Vec3 p = vec3(0, 0, 0);
        for (int c = 0; c < 3; c++) p[c] = clamp_f((float)random_in((double)cell->lo[c], (double)cell->hi[c]), cell->lo[c], cell->hi[c]);
        assert_int_equal(float_bits(value_in(&program, p)), float_bits(value_in(field->distance, p)));
      }
    }
    const double mean = (double)steps / (double)field->cell_count;
    if (!(mean * 8 < field->distance->step_count)) fail_msg("%g of %u steps", mean, field->distance->step_count);
    ml_scene_release(handle);
  }
}

/* The same cells and programs for any number of threads. */
static void cells_are_the_same_for_all_threads(void **state) {
  (void)state;
  const MlScene *handle = committed(many_balls(24, 0.1));
  const Geometry *geometry = scene_of(handle)->world.instances.geometries[0];
  const Field *field = &geometry->field;
  for (uint32_t threads = 1; threads <= 4; threads += threads) {
    Memory memory;
    memory_init(&memory, NULL, 0);
    Parallel parallel = {.threads = threads};
    assert_int_equal(pool_create(&memory, &parallel.pool, NULL), ML_OK);
    Field other = {.distance = field->distance};
    bool open;
    assert_int_equal(field_build(&memory, NULL, &parallel, &geometry->bounds, false, &other, &open, &error), ML_OK);
    assert_true(!open && other.cell_count == field->cell_count && other.tape_count == field->tape_count &&
                other.step_count == field->step_count);
    assert_memory_equal(other.cells, field->cells, field->cell_count * sizeof *field->cells);
    assert_memory_equal(other.tapes, field->tapes, field->tape_count * sizeof *field->tapes);
    assert_memory_equal(other.steps, field->steps, field->step_count * sizeof *field->steps);
    field_free(&memory, &other);
    pool_destroy(parallel.pool);
    assert_int_equal(memory.used, 0);
  }
  ml_scene_release(handle);
}

static bool at_once(void *ud) {
  ++*(int *)ud;
  return true;
}

/* A solid of so much noise that nobody could wait for it is refused; a large one can be called off. */
static void large_solids_are_limited(void **state) {
  (void)state;
  enum { MOST = 1100 };
  static MlProgramNode nodes[3 * MOST + 4];
  for (int i = 0; i < 2; i++) {
    const uint32_t sums = i == 0 ? MOST : 40;
    uint32_t n = 0;
    nodes[n++] = (MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P};
    nodes[n++] = (MlProgramNode){.op = ML_OP_CONSTANT, .width = 1, .value = {0.5}};
    nodes[n++] = (MlProgramNode){.op = ML_OP_CONSTANT, .width = 1, .value = {2}};
    nodes[n++] = (MlProgramNode){.op = ML_OP_CONSTANT, .width = 1, .value = {-0.1}};
    uint32_t sum = 3;
    for (uint32_t k = 0; k < sums; k++) {
      nodes[n] = (MlProgramNode){.op = ML_OP_ADD, .operands = {k == 0 ? 0 : n - 3, 1}}, n++;
      nodes[n] = (MlProgramNode){.op = ML_OP_FBM, .operands = {n - 1, 1, 2}, .data = 16}, n++;
      nodes[n] = (MlProgramNode){.op = ML_OP_ADD, .operands = {sum, n - 1}}, sum = n++;
    }
    fixture_add(
      b, kept(ml_sdf(b, &ML_DESC(MlSdfDesc, .distance = program(nodes, n), .from = {-1, -1, -1}, .to = {1, 1, 1}, .place = 5), &error)));
    int asked = 0;
    const MlCancel cancel = {.poll = at_once, .ud = &asked};
    const MlScene *scene = NULL;
    assert_int_equal(ml_commit(b, i == 0 ? NULL : &cancel, &scene, &error), i == 0 ? ML_ERROR_LIMIT : ML_ERROR_CANCELLED);
    if (i == 0) {
      assert_string_equal(error.message,
                          "sdf: a solid of 72600 operations at each point, where an octave of noise counts as 4; at most 65536 are "
                          "possible: use fewer octaves, or fewer parts");
      assert_int_equal(error.place, 5);
    }
    ml_builder_destroy(b);
    b = fixture_builder(&fixture);
  }
}

static void refused(MlNode node, const char *why) {
  assert_int_equal(node, 0);
  assert_string_equal(error.message, why);
}

static void messages_of_fields(void **state) {
  (void)state;
  const float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0};
  const uint32_t triangle[] = {0, 1, 2};
  MlNode mesh =
    kept(ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangle, .triangle_count = 1), &error));
  MlNode ball = sphere((MlVec3){0, 0, 0}, 1.0), light = kept(ml_light(b, &ML_DESC(MlLightDesc, .power = 1), &error));
  const MlNode nodes[] = {ball, mesh}, lit[] = {light};
  MlSdfCombineDesc d = ML_DESC(MlSdfCombineDesc, .nodes = nodes, .count = 2);
  refused(ml_sdf_combine(b, &d, &error), "combine.nodes[1]: a mesh has no distance, so it cannot be a part of a solid that is a function");
  d.count = 0;
  refused(ml_sdf_combine(b, &d, &error), "combine.nodes: expected 1 to 4096 solids, got 0");
  d = ML_DESC(MlSdfCombineDesc, .nodes = lit, .count = 1);
  refused(ml_sdf_combine(b, &d, &error), "combine.nodes[0]: a light is no solid");
  d = ML_DESC(MlSdfCombineDesc, .nodes = nodes, .count = 1, .blend = -1);
  refused(ml_sdf_combine(b, &d, &error), "combine.blend: expected a number of at least 0, got -1");
  d = ML_DESC(MlSdfCombineDesc, .op = (MlCombine)7, .nodes = nodes, .count = 1);
  refused(ml_sdf_combine(b, &d, &error), "combine.op: expected one of MlCombine, got 7");
  refused(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .node = 999), &error), "change.node: expected a node of this builder, got 999");
  refused(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_SHELL, .node = ball), &error),
          "change.amount: expected a number above 0 and up to 1e15, got 0");
  refused(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_REPEAT, .node = ball, .period = {1.5, 0, 0}), &error),
          "change.period: the solid reaches 1 m from the origin along x, further than half the period, 0.75: its copies would overlap");
  refused(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_DISPLACE, .node = ball), &error),
          "change.program: expected a program of this builder, got 0");
  MlSdfDesc s = ML_DESC(MlSdfDesc, .distance = noise_program(1, 1), .from = {-1, -1, -1}, .to = {1, -1, 1});
  refused(ml_sdf(b, &s, &error), "sdf.to: expected all coordinates above those of from, (-1, -1, -1), got (1, -1, 1)");
  s.distance = program((const MlProgramNode[]){{.op = ML_OP_INPUT, .data = ML_INPUT_P}}, 1);
  s.to.y = 1;
  refused(ml_sdf(b, &s, &error), "sdf.distance: expected one number of ML_INPUT_P alone, without textures");
  s.distance = program((const MlProgramNode[]){{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                               {.op = ML_OP_PICK, .operands = {0}, .width = 1},
                                               {.op = ML_OP_SQRT, .operands = {1}}},
                       3);
  refused(ml_sdf(b, &s, &error), "sdf.distance: the function gives no number (nan) at (-1, -1, -1)");
  // Without an end: known when it is used
  MlNode endless =
    kept(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_REPEAT, .node = ball, .period = {3, 0, 3}, .place = 7), &error));
  assert_true(ml_node_bounds(b, endless).infinite);
  const MlScene *scene = NULL;
  fixture_add(b, combined(ML_INTERSECTION, endless, box((MlVec3){-4, -1, -4}, (MlVec3){4, 1, 4}), 0.0));
  fixture_add(b, endless);
  assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "sdf: has no end: cut it by an intersection with something finite, or repeat it so many times");
  assert_int_equal(error.place, 7);
}

/* Whatever runs short, it ends with an error and nothing is left. */
static void failing_allocations(void **state) {
  (void)state;
  ml_builder_destroy(b);
  fixture_end(&fixture);
  bool done = false;
  for (long n = 0; !done && n < 3000; n += n < 60 ? 1 : 7) {
    fixture.tree_width = 0;
    fault_init(&fixture.fault, -1, false);
    assert_int_equal(cache_create(&fixture.fault.memory, 1 << 20, &fixture.cache, NULL), ML_OK);
    b = fixture_builder(&fixture);
    MlNode node = solid(2);
    fixture_add(b, node);
    fixture.fault.left = n;
    const MlScene *scene = NULL;
    MlStatus status = ml_commit(b, NULL, &scene, &error);
    fixture.fault.left = -1;
    done = status == ML_OK;
    if (done) {
      ml_scene_release(scene);
      b = NULL;
    } else {
      assert_int_equal(status, ML_ERROR_MEMORY);
    }
    ml_builder_destroy(b);
    fixture_end(&fixture);
  }
  assert_true(done);
  fixture_begin(&fixture);
  b = fixture_builder(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(programs_are_met_where_shapes_are, set_up, tear_down),
    cmocka_unit_test_setup_teardown(slanted_placements_count_whole, set_up, tear_down),
    cmocka_unit_test_setup_teardown(grazing_rays_do_not_slip_through, set_up, tear_down),
    cmocka_unit_test_setup_teardown(closed_solids_do_not_leak, set_up, tear_down),
    cmocka_unit_test_setup_teardown(rays_leave_for_good, set_up, tear_down),
    cmocka_unit_test_setup_teardown(surfaces_have_the_materials_of_their_parts, set_up, tear_down),
    cmocka_unit_test_setup_teardown(hidden_parts_are_left_out, set_up, tear_down),
    cmocka_unit_test_setup_teardown(programs_without_bounds_are_drawn, set_up, tear_down),
    cmocka_unit_test_setup_teardown(equal_solids_are_one_asset, set_up, tear_down),
    cmocka_unit_test_setup_teardown(repeated_solids_are_met_at_jumps, set_up, tear_down),
    cmocka_unit_test_setup_teardown(jumps_in_overlaps_are_the_neighbours, set_up, tear_down),
    cmocka_unit_test_setup_teardown(cells_have_short_programs, set_up, tear_down),
    cmocka_unit_test_setup_teardown(cells_are_the_same_for_all_threads, set_up, tear_down),
    cmocka_unit_test_setup_teardown(large_solids_are_limited, set_up, tear_down),
    cmocka_unit_test_setup_teardown(messages_of_fields, set_up, tear_down),
    cmocka_unit_test_setup_teardown(failing_allocations, set_up, tear_down),
  };
  return cmocka_run_group_tests_name("solids that are programs", tests, NULL, NULL);
}
