/* test_scene_commit.c - from nodes to the frozen scene: materials inherited, groups instanced, lights, numbers far out, identity,
 * and every way in which it may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "scene_fixture.h"

#include "light/sample.h"

#include "scene/scene.h"

static Fixture fixture;
static int set_up(void **state) {
  (void)state;
  fixture_begin(&fixture);
  return 0;
}
static int tear_down(void **state) {
  (void)state;
  fixture_end(&fixture);
  return 0;
}

static MlMaterial matte(MlBuilder *b, float r) { return ml_matte(b, &ML_DESC(MlMatteDesc, .color = {r, r, r}), NULL); }
static MlMaterial lamp(MlBuilder *b, float radiance, bool front_only) {
  return ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {radiance, radiance, radiance}, .front_only = front_only}), NULL);
}
static MlNode sphere(MlBuilder *b, double x, MlMaterial material) {
  return ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {x, 0, 0}, .material = material), NULL);
}
static MlNode group(MlBuilder *b, const MlNode *children, uint64_t count, MlMaterial material) {
  return ml_group(b, &ML_DESC(MlGroupDesc, .children = children, .child_count = count, .material = material), NULL);
}
static MlNode small_mesh(MlBuilder *b, MlMaterial material) {
  static const float points[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 5, 5, 5};
  static const uint32_t triangles[] = {0, 1, 2, 0, 0, 1, 0, 1, 3, 2, 2, 2};
  return ml_mesh(
    b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 5, .triangles = triangles, .triangle_count = 4, .material = material), NULL);
}
/* Four spheres in a row, without materials. */
static MlNode row(MlBuilder *b, MlMaterial second) {
  MlNode parts[4];
  for (int i = 0; i < 4; i++) parts[i] = sphere(b, 3.0 * i, i == 1 ? second : 0);
  return group(b, parts, 4, 0);
}

static bool poll_down(void *ud) { return --*(int *)ud < 0; }

/* ---- materials */

static void test_innermost_material(void **state) {
  (void)state;
  MlBuilder *b = fixture_builder(&fixture);
  MlMaterial red = matte(b, 0.1f), green = matte(b, 0.2f), blue = matte(b, 0.3f);
  MlNode plain = sphere(b, 0, 0), named = sphere(b, 1, red);
  MlNode both[2] = {plain, named};
  fixture_add(b, plain);                                                                       /* 0 */
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = plain, .material = green), NULL)); /* green */
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = named, .material = green), NULL)); /* red */
  fixture_add(b, group(b, both, 2, blue));                                                     /* blue, red */
  MlNode inner = ml_place(b, &ML_DESC(MlPlaceDesc, .child = plain, .material = green), NULL);
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = inner, .material = blue), NULL)); /* green */
  MlNode in_group = group(b, both, 2, 0);
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = group(b, &in_group, 1, green), .material = blue), NULL)); /* green, red */
  MlNode mesh = small_mesh(b, 0);
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = mesh, .material = blue), NULL));
  fixture_add(b, small_mesh(b, red));
  const MlScene *handle = fixture_commit(b);
  const Scene *s = scene_of(handle);
  const MlMaterial expected[] = {0, green, red, blue, red, green, green, red};
  assert_int_equal(s->world.prim_count, sizeof expected / sizeof *expected);
  for (uint32_t i = 0; i < s->world.prim_count; i++) assert_int_equal(s->world.prims[i].material, expected[i]);
  assert_int_equal(s->world.instances.count, 2);
  assert_int_equal(s->world.instances.data[0].material, blue);
  assert_int_equal(s->world.instances.data[1].material, red);
  const Instances *set = &s->world.instances;
  assert_ptr_equal(instance_geometry(set, &set->data[0]), instance_geometry(set, &set->data[1])); /* one content, one asset */
  ml_scene_release(handle);
}

/* ---- instancing */

static uint64_t instances_of(MlBuilder *b, uint64_t *prims) {
  const MlScene *handle = fixture_commit(b);
  uint64_t count = scene_of(handle)->world.instances.count;
  *prims = scene_of(handle)->world.prim_count;
  ml_scene_release(handle);
  return count;
}

static void test_what_is_instanced(void **state) {
  (void)state;
  uint64_t prims;
  // Used once: expanded. Twice: shared
  MlBuilder *b = fixture_builder(&fixture);
  fixture_add(b, row(b, 0));
  assert_int_equal(instances_of(b, &prims), 0);
  assert_int_equal(prims, 4);
  b = fixture_builder(&fixture);
  MlNode four = row(b, 0);
  fixture_add(b, four);
  fixture_add(b, fixture_place(b, four, affine_translate((MlVec3){0, 9, 0})));
  assert_int_equal(instances_of(b, &prims), 2);
  assert_int_equal(prims, 0);
  // Three are too few
  b = fixture_builder(&fixture);
  MlNode parts[4] = {sphere(b, 0, 0), sphere(b, 1, 0), sphere(b, 2, 0), sphere(b, 3, 0)}, three = group(b, parts, 3, 0);
  fixture_add(b, three), fixture_add(b, three);
  assert_int_equal(instances_of(b, &prims), 0);
  assert_int_equal(prims, 6);
  // A plane, a light, a mesh, something that emits: expanded
  for (int form = 0; form < 5; form++) {
    b = fixture_builder(&fixture);
    MlNode with[5] = {sphere(b, 0, 0), sphere(b, 1, 0), sphere(b, 2, 0), sphere(b, 3, 0)};
    if (form == 0) with[4] = ml_plane(b, &ML_DESC(MlPlaneDesc), NULL);
    if (form == 1) with[4] = ml_light(b, &ML_DESC(MlLightDesc), NULL);
    if (form == 2) with[4] = small_mesh(b, 0);
    if (form == 3) with[4] = sphere(b, 4, lamp(b, 1, false));
    if (form == 4) with[4] = ml_place(b, &ML_DESC(MlPlaceDesc, .child = with[0], .material = lamp(b, 1, false)), NULL);
    MlNode g = group(b, with, 5, 0);
    fixture_add(b, g), fixture_add(b, g);
    assert_int_equal(instances_of(b, &prims), form == 2 ? 2 : 0);
    assert_int_equal(prims, form == 1 || form == 2 ? 8 : 10);
  }
  // The same group under a material that emits, and under one that does not
  b = fixture_builder(&fixture);
  four = row(b, 0);
  fixture_add(b, four), fixture_add(b, four);
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = four, .material = lamp(b, 1, false)), NULL));
  assert_int_equal(instances_of(b, &prims), 2);
  assert_int_equal(prims, 4);
  // Used once by what is used twice; the outer one is shared, with the inner in it
  b = fixture_builder(&fixture);
  MlNode inner[2] = {row(b, 0), sphere(b, -5, 0)}, outer = group(b, inner, 2, 0);
  fixture_add(b, outer), fixture_add(b, outer);
  assert_int_equal(instances_of(b, &prims), 2);
  assert_int_equal(prims, 0);
  // Around a mesh, the inner group is shared alone
  b = fixture_builder(&fixture);
  inner[0] = row(b, 0), inner[1] = small_mesh(b, 0), outer = group(b, inner, 2, 0);
  fixture_add(b, outer), fixture_add(b, outer);
  assert_int_equal(instances_of(b, &prims), 4);
  // What nothing adds does not count as a use
  b = fixture_builder(&fixture);
  four = row(b, 0);
  group(b, &four, 1, 0), group(b, &four, 1, 0);
  fixture_add(b, four);
  assert_int_equal(instances_of(b, &prims), 0);
}

static void test_hide(void **state) {
  (void)state;
  MlBuilder *b = fixture_builder(&fixture);
  MlNode parts[5] = {sphere(b, 0, 0), sphere(b, 1, 0), sphere(b, 2, 0), sphere(b, 3, 0), sphere(b, 4, lamp(b, 1, false))};
  MlNode moved = fixture_place(b, parts[0], affine_translate((MlVec3){0, 9, 0})), all = group(b, parts, 5, 0);
  assert_int_equal(ml_hide(b, parts[1], NULL), ML_OK);
  assert_int_equal(ml_hide(b, parts[4], NULL), ML_OK);
  fixture_add(b, group(b, (const MlNode[]){all, moved}, 2, 0));
  fixture_add(b, parts[1]); /* what is added is there */
  assert_int_equal(ml_hide(b, all + 99, NULL), ML_ERROR_ARGUMENT);
  MlError error = {0};
  assert_int_equal(ml_hide(b, 0, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "hide.node: expected a node of this builder, got 0");
  const MlScene *handle = fixture_commit(b);
  const World *w = &scene_of(handle)->world;
  const float centres[5] = {0, 2, 3, 0, 1};
  assert_int_equal(w->prim_count, 5);
  for (int i = 0; i < 5; i++) assert_float_equal(w->prims[i].p[0][0], centres[i], 0.0f);
  assert_false(ml_scene_stats(handle).has_light);
  ml_scene_release(handle);
}

/* Groups of nothing double as cheaply as any, and what is hidden does not count, however large the group it was in. */
static void test_hollow(void **state) {
  (void)state;
  MlBuilder *b = fixture_builder(&fixture);
  MlNode one = sphere(b, 0, 0), hidden = group(b, &one, 1, 0), nothing = ml_group(b, &ML_DESC(MlGroupDesc), NULL);
  assert_int_equal(ml_hide(b, one, NULL), ML_OK);
  for (int i = 0; i < 200; i++) {
    hidden = group(b, (const MlNode[]){hidden, hidden}, 2, 0);
    nothing = group(b, (const MlNode[]){nothing, nothing}, 2, 0);
  }
  static MlNode many[5001];
  for (int i = 0; i < 5000; i++) many[i] = sphere(b, i % 10, 0);
  many[5000] = sphere(b, 1e6, 0);
  assert_int_equal(ml_hide(b, many[5000], NULL), ML_OK);
  fixture_add(b, group(b, many, 5001, 0));
  fixture_add(b, hidden), fixture_add(b, nothing);
  const MlScene *handle = fixture_commit(b);
  assert_int_equal(ml_scene_stats(handle).shapes, 5000);
  assert_true(ml_scene_stats(handle).bounds.max.x < 20);
  ml_scene_release(handle);
}

static void test_instanced_like_expanded(void **state) {
  (void)state;
  // The same things, shared or not, are the same surfaces to rays
  for (int round = 0; round < 20; round++) {
    const MlScene *scenes[2];
    for (int shared = 0; shared < 2; shared++) {
      random_state = 50 + (uint64_t)round;
      MlBuilder *b = fixture_builder(&fixture);
      MlMaterial red = matte(b, 0.1f), green = matte(b, 0.2f);
      for (int k = 0; k < 3; k++) {
        static MlNode once;
        if (k == 0 || !shared) once = row(b, red);
        MlTransform t = random_placement(5.0, k == 1);
        fixture_add(b, ml_place(b,
                                &ML_DESC(MlPlaceDesc, .child = once, .transform = t, .material = k ? green : 0,
                                         .hidden = k == 2 ? ML_HIDE_SHADOW : 0),
                                NULL));
      }
      scenes[shared] = fixture_commit(b);
    }
    assert_int_equal(scene_of(scenes[0])->world.instances.count, 0);
    assert_int_equal(scene_of(scenes[1])->world.instances.count, 3);
    for (int i = 0; i < 300; i++) {
      MlVec3 o = random_point(12), target = random_point(6);
      Ray ray = ray_to(o, dvec_subtract(target, o), 1u << random_below(3));
      Hit hits[2];
      Surface s[2];
      bool any[2];
      for (int k = 0; k < 2; k++) any[k] = trace_closest(&scene_of(scenes[k])->world, &ray, &hits[k]);
      if (any[0] != any[1]) continue; /* along a silhouette */
      if (!any[0]) continue;
      for (int k = 0; k < 2; k++) surface_at(scene_of(scenes[k]), &ray, &hits[k], &s[k]);
      if (abs_f(hits[0].t - hits[1].t) > 1e-3f) continue;
      assert_int_equal(s[0].material, s[1].material);
      assert_true(length(s[0].p - s[1].p) < 1e-3f);
      assert_true(length(s[0].ng - s[1].ng) < 0.05f);
    }
    ml_scene_release(scenes[0]);
    ml_scene_release(scenes[1]);
  }
}

/* ---- lights */

static const Light *only_light(const MlScene *handle) {
  const Lights *lights = &scene_of(handle)->lights;
  assert_int_equal(lights->count, 1);
  LitPoint lit = {.ng = vec3(0, 1, 0), .ns = vec3(0, 1, 0)};
  assert_float_equal(light_choice_pdf(lights, &lit, 0), 1.0, 0.0);
  assert_true(scene_of(handle)->stats.has_light);
  return &lights->lights[0];
}
static void assert_number(double value, double expected) {
  if (!(__builtin_fabs(value - expected) <= 1e-6 * __builtin_fabs(expected) + 1e-12)) fail_msg("%.9g, expected %.9g", value, expected);
}
static void assert_emission(const Light *light, double r, double g, double bl) {
  MlColor c = spectrum_to_color(light->emission);
  assert_number((double)c.r, r), assert_number((double)c.g, g), assert_number((double)c.b, bl);
}
static const MlScene *placed_alone(MlBuilder *b, MlNode node, double scale) {
  MlTransform t = affine_scale((MlVec3){scale, scale, scale});
  fixture_add(b, scale != 1 ? fixture_place(b, node, t) : node);
  return fixture_commit(b);
}

static void test_lights(void **state) {
  (void)state;
  const double pi = 3.14159265358979323846;
  for (int doubled = 0; doubled < 2; doubled++) {
    double k = doubled ? 2 : 1;
    // A point: watts over the sphere of directions; scaling moves it and keeps its power
    MlBuilder *b = fixture_builder(&fixture);
    const MlScene *s = placed_alone(b, ml_light(b, &ML_DESC(MlLightDesc, .at = {1, 2, 3}, .power = 40, .color = {1, 0.5f, 0}), NULL), k);
    const Light *l = only_light(s);
    assert_int_equal(l->kind, LIGHT_POINT);
    assert_emission(l, 10 / pi, 5 / pi, 0);
    assert_number((double)l->p[2], 3 * k);
    ml_scene_release(s);
    // A sphere: power over its area and pi
    b = fixture_builder(&fixture);
    s = placed_alone(b, ml_light(b, &ML_DESC(MlLightDesc, .radius = 0.5), NULL), k);
    l = only_light(s);
    assert_int_equal(l->kind, LIGHT_SPHERE);
    assert_number((double)l->radius, 0.5 * k);
    double radiance = 100 / (4 * pi * pi * 0.25 * k * k);
    assert_emission(l, radiance, radiance, radiance);
    assert_int_equal(scene_of(s)->world.prim_count, 0);
    ml_scene_release(s);
    // An area of given power, and of given radiance
    b = fixture_builder(&fixture);
    s = placed_alone(b, ml_area(b, &ML_DESC(MlAreaDesc, .width = 2, .height = 3, .power = 60), NULL), k);
    l = only_light(s);
    assert_int_equal(l->kind, LIGHT_PRIM);
    assert_number((double)l->area, 6 * k * k);
    assert_emission(l, 10 / pi / (k * k), 10 / pi / (k * k), 10 / pi / (k * k));
    assert_int_equal(l->front_only, 1);
    const Prim *prim = &scene_of(s)->world.prims[l->prim];
    assert_int_equal(prim->kind, PRIM_QUAD);
    assert_int_equal(prim->light, 0);
    assert_number((double)prim->n[1], -1);
    const Material *m = &scene_of(s)->materials[prim->material];
    assert_true(m->emits && m->front_only && m->lobe_count == 0);
    assert_int_equal(scene_of(s)->stats.shapes, 0);
    ml_scene_release(s);
    b = fixture_builder(&fixture);
    s = placed_alone(b, ml_area(b, &ML_DESC(MlAreaDesc, .radiance = 5, .color = {1, 1, 0.5f}), NULL), k);
    assert_emission(only_light(s), 5, 5, 2.5);
    ml_scene_release(s);
    // A directional light turns, and does not scale
    b = fixture_builder(&fixture);
    s = placed_alone(b, fixture_place(b, ml_directional(b, &ML_DESC(MlDirectionalDesc, .irradiance = 3), NULL), affine_turn_x(90)), k);
    l = only_light(s);
    assert_int_equal(l->kind, LIGHT_DIRECTIONAL);
    assert_emission(l, 3, 3, 3);
    assert_number((double)l->d[2], -1);
    ml_scene_release(s);
    // Shapes and meshes that emit
    b = fixture_builder(&fixture);
    s = placed_alone(b, sphere(b, 0, lamp(b, 7, false)), k);
    l = only_light(s);
    assert_emission(l, 7, 7, 7);
    assert_number((double)l->area, 4 * pi * k * k);
    ml_scene_release(s);
    b = fixture_builder(&fixture);
    s = placed_alone(b, small_mesh(b, lamp(b, 2, true)), k);
    l = only_light(s);
    assert_int_equal(l->kind, LIGHT_MESH);
    assert_int_equal(scene_of(s)->world.instances.data[l->instance].light, 0);
    assert_number((double)l->area, 1.5 * k * k);
    assert_number((double)scene_of(s)->lights.nodes[scene_of(s)->lights.trees[l->tree].first_node].bounds.intensity, 1.5);
    ml_scene_release(s);
  }
  // The sky
  MlBuilder *b = fixture_builder(&fixture);
  ml_background(b, (MlColor){9, 9, 9}, true, NULL);
  ml_background(b, (MlColor){1, 2, 3}, false, NULL); /* the last one counts */
  const MlScene *s = fixture_commit(b);
  assert_int_equal(only_light(s)->kind, LIGHT_BACKGROUND);
  assert_int_equal(scene_of(s)->lights.background, 0);
  assert_int_equal(scene_of(s)->background.present, 1);
  ml_scene_release(s);
}

static void test_what_gives_no_light(void **state) {
  (void)state;
  for (int form = 0; form < 5; form++) {
    MlBuilder *b = fixture_builder(&fixture);
    if (form == 0) fixture_add(b, ml_light(b, &ML_DESC(MlLightDesc, .has_color = true), NULL));
    if (form == 1) fixture_add(b, ml_area(b, &ML_DESC(MlAreaDesc, .has_color = true), NULL));
    if (form == 2) ml_background(b, (MlColor){1, 1, 1}, true, NULL); /* only to be looked at */
    if (form == 3) ml_background(b, (MlColor){0, 0, 0}, false, NULL);
    if (form == 4) fixture_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc, .material = lamp(b, 1, false)), NULL)); /* seen, but not sampled */
    const MlScene *s = fixture_commit(b);
    assert_int_equal(scene_of(s)->lights.count, 0);
    assert_int_equal(scene_of(s)->lights.background, NO_ID);
    assert_int_equal(ml_scene_stats(s).has_light, form == 4);
    if (form == 4) assert_int_equal(scene_of(s)->world.prims[0].light, NO_ID);
    ml_scene_release(s);
  }
}

static void test_selection(void **state) {
  (void)state;
  MlBuilder *b = fixture_builder(&fixture);
  const double watts[4] = {100, 300, 600, 1e-9};
  for (int i = 0; i < 4; i++) fixture_add(b, ml_light(b, &ML_DESC(MlLightDesc, .at = {i, 0, 0}, .power = watts[i]), NULL));
  const MlScene *s = fixture_commit(b);
  const Lights *lights = &scene_of(s)->lights;
  assert_int_equal(lights->count, 4);
  // Far away they count by power, and none is forgotten
  LitPoint lit = {.p = vec3(0, -1e6f, 0), .ng = vec3(0, 1, 0), .ns = vec3(0, 1, 0)};
  double sum = 0;
  for (uint32_t i = 0; i < 4; i++) {
    double pdf = light_choice_pdf(lights, &lit, i);
    sum += pdf;
    assert_true(__builtin_fabs(pdf - watts[i] / 1000) < 1e-3 && pdf > 0);
  }
  assert_true(__builtin_fabs(sum - 1) < 1e-12);
  ml_scene_release(s);
}

/* ---- the origin of the numbers */

static void test_origin(void **state) {
  (void)state;
  static const double moves[] = {0, 5, 1e4, 1e6, 1e12};
  for (uint32_t i = 0; i < sizeof moves / sizeof *moves; i++) {
    MlBuilder *b = fixture_builder(&fixture);
    fixture_add(b, fixture_place(b, row(b, 0), affine_translate((MlVec3){moves[i], -moves[i], 0})));
    fixture_add(b, ml_light(b, &ML_DESC(MlLightDesc, .at = {moves[i], -moves[i] + 2, 0}), NULL));
    const MlScene *handle = fixture_commit(b);
    const Scene *s = scene_of(handle);
    bool far = moves[i] > 1000;
    assert_number(s->origin[0], far ? moves[i] + 4.5 : 0);
    assert_number(s->origin[1], far ? -moves[i] : 0);
    assert_number((double)s->world.prims[0].p[0][0], far ? -4.5 : moves[i]);
    assert_number((double)s->lights.lights[0].p[1], far ? 2 : 2 - moves[i]);
    assert_true(s->bound_radius > 5.6f && s->bound_radius < 5.8f);
    assert_number(s->stats.bounds.min.x, moves[i] - 1); /* the world's numbers */
    ml_scene_release(handle);
  }
  // A group modelled far from its own origin has one of its own
  MlBuilder *b = fixture_builder(&fixture);
  MlNode parts[4];
  for (int i = 0; i < 4; i++) parts[i] = sphere(b, 1e7 + 3 * i, 0);
  MlNode g = group(b, parts, 4, 0);
  for (int i = 0; i < 2; i++) fixture_add(b, fixture_place(b, g, affine_translate((MlVec3){-1e7, 5.0 * i, 0})));
  const MlScene *handle = fixture_commit(b);
  const World *w = &scene_of(handle)->world;
  assert_int_equal(w->instances.count, 2);
  assert_number(w->instances.geometries[w->instances.data[0].geometry]->origin[0], 1e7 + 4.5);
  Ray ray = ray_to((MlVec3){0.001, 9, 0}, (MlVec3){0, -1, 0}, RAY_CAMERA);
  Hit hit;
  assert_true(trace_closest(w, &ray, &hit));
  assert_number((double)hit.t, 3 + (1 - __builtin_sqrt(1 - 1e-6)));
  ml_scene_release(handle);
}

/* ---- statistics and identity */

static void test_stats(void **state) {
  (void)state;
  MlBuilder *b = fixture_builder(&fixture);
  MlMaterial red = matte(b, 0.1f);
  MlNode mesh = small_mesh(b, red), four = row(b, 0);
  for (int i = 0; i < 3; i++) fixture_add(b, fixture_place(b, mesh, affine_translate((MlVec3){0, i, 0})));
  for (int i = 0; i < 2; i++) fixture_add(b, fixture_place(b, four, affine_translate((MlVec3){0, i, 0})));
  fixture_add(b, ml_triangle(b, &ML_DESC(MlTriangleDesc, .b = {1, 0, 0}, .c = {0, 1, 0}), NULL));
  fixture_add(b, ml_mesh(b, &ML_DESC(MlMeshDesc), NULL)); /* empty: nothing */
  fixture_add(b, group(b, NULL, 0, 0));
  fixture_add(b, ml_area(b, &ML_DESC(MlAreaDesc), NULL));
  fixture_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc), NULL));
  const MlScene *handle = fixture_commit(b);
  MlSceneStats s = ml_scene_stats(handle);
  assert_int_equal(s.shapes, 3 + 8 + 1 + 1);
  assert_int_equal(s.triangles, 3 * 2 + 1);
  assert_int_equal(s.unique_triangles, 2 + 1);
  assert_int_equal(s.instances, 5);
  assert_int_equal(s.lights, 1);
  assert_int_equal(s.materials, 3); /* the default, red, the area's */
  assert_int_equal(s.degenerate_triangles, 6);
  assert_true(s.bytes >= scene_of(handle)->bytes + 2 * sizeof(Geometry));
  assert_true(s.build_seconds >= 0);
  assert_false(s.bounds.infinite);
  // Nothing at all is a scene, too
  ml_scene_release(handle);
  handle = fixture_commit(fixture_builder(&fixture));
  assert_true(ml_scene_stats(handle).bounds.empty);
  assert_int_equal(ml_scene_stats(handle).shapes, 0);
  Ray ray = ray_to((MlVec3){0, 0, 0}, (MlVec3){0, 0, 1}, RAY_CAMERA);
  Hit hit;
  assert_false(trace_closest(&scene_of(handle)->world, &ray, &hit));
  // References
  ml_scene_retain(handle);
  ml_scene_release(handle);
  assert_int_equal(ml_scene_stats(handle).shapes, 0);
  ml_scene_release(handle);
  ml_scene_release(NULL);
}

/* A scene with something of everything; each change must change the hash. */
static uint64_t hash_of(int change) {
  MlBuilder *b = fixture_builder(&fixture);
  MlMaterial red = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {0.5f, 0.1f, change == 1 ? 0.2f : 0.1f}), NULL);
  MlMaterial shiny = ml_metal(b, &ML_DESC(MlMetalDesc, .eta = {1, 1, 1}, .k = {2, 2, 2}, .roughness = change == 2 ? 0.3f : 0.2f), NULL);
  fixture_add(b, sphere(b, change == 3 ? 1.0000002 : 1, change == 4 ? shiny : red));
  MlNode four = row(b, red), box = ml_box(b, &ML_DESC(MlBoxDesc), NULL);
  fixture_add(b, four);
  fixture_add(b, ml_place(b,
                          &ML_DESC(MlPlaceDesc, .child = four, .transform = affine_translate((MlVec3){0, change == 5 ? 9.5 : 9, 0}),
                                   .hidden = change == 6),
                          NULL));
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = box, .hidden = change == 7 ? ML_HIDE_SHADOW : 0), NULL));
  float points[] = {0, 0, 0, 1, 0, 0, 0, change == 8 ? 2.5f : 2, 0}, normals[] = {0, 0, 1, 0, 0, 1, 0, 0, 1};
  const uint32_t triangles[] = {0, 1, 2};
  fixture_add(b, ml_mesh(b,
                         &ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangles, .triangle_count = 1,
                                  .normals = change == 9 ? normals : NULL, .uv = change == 10 ? points : NULL),
                         NULL));
  fixture_add(b, ml_light(b, &ML_DESC(MlLightDesc, .power = change == 11 ? 50 : 60, .radius = change == 12 ? 0.5 : 0), NULL));
  ml_background(b, (MlColor){1, 1, change == 13 ? 0.5f : 1}, change == 14, NULL);
  if (change == 15) fixture_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc), NULL));
  const MlScene *handle = fixture_commit(b);
  uint64_t hash = ml_scene_stats(handle).hash;
  ml_scene_release(handle);
  return hash;
}

static void test_hash(void **state) {
  (void)state;
  uint64_t hashes[16];
  for (int i = 0; i < 16; i++) {
    hashes[i] = hash_of(i);
    assert_int_equal(hashes[i], hash_of(i));
    for (int k = 0; k < i; k++) assert_int_not_equal(hashes[i], hashes[k]);
    if (i % 4 == 0) cache_drop_unused(fixture.cache); /* not of what the cache holds either */
    assert_int_equal(hashes[i], hash_of(i));
  }
}

static void test_assets_are_found_again(void **state) {
  (void)state;
  hash_of(0);
  uint64_t before = fixture.fault.memory.used;
  MlBuilder *b = fixture_builder(&fixture);
  const float points[] = {0, 0, 0, 1, 0, 0, 0, 2, 0};
  const uint32_t triangles[] = {0, 1, 2};
  MlNode mesh = ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = triangles, .triangle_count = 1), NULL);
  assert_non_null(builder_node(b, mesh)->mesh->geometry);
  MlBounds bounds = ml_node_bounds(b, mesh);
  assert_true(bounds.min.x == 0 && bounds.max.y == 2); /* as if it had been made anew */
  ml_builder_destroy(b);
  assert_int_equal(fixture.fault.memory.used, before);
}

/* ---- limits */

static void test_limits(void **state) {
  (void)state;
  MlError error = {0};
  const MlScene *handle;
  // Groups in groups that stand for 2^40 spheres in threes; nothing is built, quickly
  MlBuilder *b = fixture_builder(&fixture);
  MlNode nested = sphere(b, 0, 0);
  for (int i = 0; i < 40; i++)
    nested = group(b, (const MlNode[]){nested, fixture_place(b, nested, affine_translate((MlVec3){1, 0, 0}))}, 2, lamp(b, 1, false));
  fixture_add(b, nested);
  assert_int_equal(ml_commit(b, NULL, &handle, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "scene: 1099511627776 shapes and instances, at most 134217728 are possible");
  assert_null(handle);
  ml_builder_destroy(b);
  b = fixture_builder(&fixture); /* the same of 2^100: counts saturate */
  nested = sphere(b, 0, lamp(b, 1, false));
  for (int i = 0; i < 100; i++) nested = group(b, (const MlNode[]){nested, nested}, 2, 0);
  fixture_add(b, nested);
  error_clear(&error);
  assert_int_equal(ml_commit(b, NULL, &handle, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "scene: 18446744073709551615 shapes and instances, at most 134217728 are possible");
  ml_builder_destroy(b);
  // Too far out, by multiplying
  const double scale = 1e10;
  for (int form = 0; form < 5; form++) {
    static const char *const names[] = {"sphere", "box", "light", "mesh", "group"};
    b = fixture_builder(&fixture);
    MlNode node = form == 0   ? ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {1e8, 0, 0}, .place = 5), NULL)
                  : form == 1 ? ml_box(b, &ML_DESC(MlBoxDesc, .from = {1e8, 0, 0}, .to = {2e8, 1, 1}, .place = 5), NULL)
                  : form == 2 ? ml_light(b, &ML_DESC(MlLightDesc, .at = {1e8, 0, 0}, .place = 5), NULL)
                  : form == 3 ? small_mesh(b, 0)
                              : row(b, 0);
    MlTransform t = affine_scale((MlVec3){scale, scale, scale});
    if (form >= 3) t = affine_translate((MlVec3){3e15, 0, 0});
    fixture_add(b, sphere(b, -9, 0)); /* so that the origin stays */
    if (form == 4) fixture_add(b, node);
    MlNode far = ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 9e14), NULL); /* a large scene: the origin stays */
    fixture_add(b, far);
    fixture_add(b, fixture_place(b, node, t));
    error_clear(&error);
    assert_int_equal(ml_commit(b, NULL, &handle, &error), ML_ERROR_LIMIT);
    char text[100];
    snprintf(text, sizeof text, "%s: reaches further than 1e15 m from the origin of the scene", names[form]);
    assert_string_equal(error.message, text);
    if (form < 3) assert_int_equal(error.place, 5);
    ml_builder_destroy(b);
  }
  // A radiance that no float holds
  b = fixture_builder(&fixture);
  fixture_add(b, ml_area(b, &ML_DESC(MlAreaDesc, .width = 1e-12, .height = 1e-12, .power = 1e30, .place = 6), NULL));
  error_clear(&error);
  assert_int_equal(ml_commit(b, NULL, &handle, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "area: too bright for its size, its radiance is not finite");
  assert_int_equal(error.place, 6);
  ml_builder_destroy(b);
  // What vanishes in floats is left out and counted
  b = fixture_builder(&fixture);
  MlTransform t = affine_scale((MlVec3){1e-60, 1e-60, 1e-60});
  fixture_add(b, sphere(b, 0, 0));
  MlNode tiny = ml_place(b, &ML_DESC(MlPlaceDesc, .child = ml_quad(b, &ML_DESC(MlQuadDesc), NULL), .transform = t), &error);
  assert_int_not_equal(tiny, 0);
  fixture_add(b, tiny);
  handle = fixture_commit(b);
  assert_int_equal(ml_scene_stats(handle).shapes, 1);
  assert_int_equal(ml_scene_stats(handle).degenerate_triangles, 1);
  ml_scene_release(handle);
}

/* What is instanced elsewhere is expanded within a material that emits, and counts as that. */
static void test_limit_where_lit(void **state) {
  (void)state;
  for (int form = 0; form < 4; form++) { /* the material is of a group, of a placement, overruled within, overruled by each part */
    MlBuilder *b = fixture_builder(&fixture);
    MlMaterial light = lamp(b, 1, false), dull = matte(b, 0.5f);
    MlNode parts[4], nested;
    for (int i = 0; i < 4; i++) parts[i] = sphere(b, 3.0 * i, form == 3 ? dull : 0);
    nested = group(b, parts, 4, 0);
    for (int i = 0; i < 26; i++) nested = group(b, (const MlNode[]){nested, nested}, 2, form == 2 && i == 25 ? dull : 0);
    if (form == 1)
      nested = ml_place(b, &ML_DESC(MlPlaceDesc, .child = nested, .transform = ml_transform_identity(), .material = light), NULL);
    else nested = group(b, &nested, 1, light);
    fixture_add(b, nested);
    const MlScene *handle = NULL;
    MlError error = {0};
    int polls = 2000; /* where nothing else stops it */
    MlStatus status = ml_commit(b, &(MlCancel){.poll = poll_down, .ud = &polls}, &handle, &error);
    if (form >= 2) {
      assert_int_equal(status, ML_OK);
      assert_int_equal(ml_scene_stats(handle).instances, 4096);
      ml_scene_release(handle);
    } else {
      assert_int_equal(status, ML_ERROR_LIMIT);
      assert_string_equal(error.message, "scene: 268435456 shapes and instances, at most 134217728 are possible");
      ml_builder_destroy(b);
    }
  }
}

/* ---- stopping and failing */

static MlBuilder *build_some(Fixture *f) {
  BuilderContext context = {.memory = &f->fault.memory, .cache = f->cache};
  MlBuilder *b = NULL;
  MlError error = {0};
  if (builder_create(&context, &b, &error) != ML_OK) {
    assert_int_equal(error.status, ML_ERROR_MEMORY);
    return NULL;
  }
  MlMaterial shine = ml_emit(b, &ML_DESC(MlEmitDesc, .emission = {.radiance = {1, 1, 1}}), &error), red = 0;
  if (shine != 0) red = ml_matte(b, &ML_DESC(MlMatteDesc), &error);
  bool good = red != 0 && ml_mix(b, &ML_DESC(MlMixDesc, .a = red, .b = shine, .amount = 0.5f), &error) != 0;
  const float points[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1};
  const uint32_t triangles[] = {0, 1, 2, 0, 1, 3, 0, 0, 0};
  MlNode nodes[12];
  uint32_t count = 0;
#define NODE(call) (good = good && (nodes[count++] = (call)) != 0)
  NODE(ml_mesh(b,
               &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 3, .normals = points,
                        .uv = points, .material = shine),
               &error));
  for (int i = 0; i < 4; i++) NODE(ml_box(b, &ML_DESC(MlBoxDesc, .from = {i, 0, 0}, .to = {i + 0.5, 1, 1}), &error));
  NODE(ml_group(b, &ML_DESC(MlGroupDesc, .children = nodes + 1, .child_count = 4), &error));
  for (int i = 0; i < 2; i++)
    NODE(ml_place(b, &ML_DESC(MlPlaceDesc, .child = nodes[5], .transform = affine_translate((MlVec3){0, 2.0 * i, 0})), &error));
  NODE(ml_area(b, &ML_DESC(MlAreaDesc, .at = {0, 5, 0}), &error));
  NODE(ml_plane(b, &ML_DESC(MlPlaneDesc), &error));
  for (uint32_t i = 0; i < count && good; i++) good = ml_add(b, nodes[i], &error) == ML_OK;
  if (good) return b;
  assert_int_equal(error.status, ML_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "out of memory: "));
  ml_builder_destroy(b);
  return NULL;
}

static void test_every_allocation_fails(void **state) {
  (void)state;
  uint64_t expected = 0;
  for (int from_then_on = 0; from_then_on < 2; from_then_on++) {
    for (long n = -1;; n++) {
      Fixture f;
      fixture_begin(&f);
      f.fault.left = n, f.fault.from_then_on = from_then_on;
      MlBuilder *b = build_some(&f);
      const MlScene *handle = NULL;
      MlError error = {0};
      MlStatus status = b == NULL ? ML_ERROR_MEMORY : ml_commit(b, NULL, &handle, &error);
      bool untouched = f.fault.left > 0 || n < 0; /* nothing failed */
      f.fault.left = -1;
      if (status == ML_OK) {
        if (n < 0) expected = ml_scene_stats(handle).hash;
        assert_int_equal(ml_scene_stats(handle).hash, expected);
        ml_scene_release(handle);
      } else if (b != NULL) {
        assert_int_equal(status, ML_ERROR_MEMORY);
        assert_int_equal(error.status, ML_ERROR_MEMORY);
        assert_non_null(strstr(error.message, "out of memory: "));
        assert_null(handle);
        // The builder is as it was: with memory, it commits
        handle = fixture_commit(b);
        assert_int_equal(ml_scene_stats(handle).hash, expected);
        ml_scene_release(handle);
      }
      fixture_end(&f);
      if (untouched && n >= 0) {
        assert_int_equal(status, ML_OK);
        assert_true(n > 20);
        break;
      }
    }
  }
}

static void test_cancel(void **state) {
  (void)state;
  MlBuilder *b = fixture_builder(&fixture);
  random_state = 3;
  for (int i = 0; i < 5000; i++) fixture_add(b, ml_sphere(b, &ML_DESC(MlSphereDesc, .center = random_point(50), .radius = 0.1), NULL));
  int polls = 0;
  const MlScene *handle = NULL;
  MlError error;
  for (int n = 0; handle == NULL; n++) {
    error = (MlError){0};
    polls = n;
    MlStatus status = ml_commit(b, &(MlCancel){.poll = poll_down, .ud = &polls}, &handle, &error);
    if (status == ML_OK) {
      assert_true(n >= 5);
      break;
    }
    assert_int_equal(status, ML_ERROR_CANCELLED);
    assert_string_equal(error.message, "build: cancelled");
    assert_null(handle);
  }
  ml_scene_release(handle);
}

/* ---- calling off something large */

typedef struct Polls {
  uint64_t count, until; /* so far; from which one on the answer is yes */
} Polls;
static bool poll_until(void *ud) {
  Polls *polls = ud;
  return ++polls->count > polls->until;
}

/* Of 2 * side^2 triangles. */
static MlNode add_rough_ground(MlBuilder *b, uint32_t side) {
  const uint32_t points = (side + 1) * (side + 1);
  float *p = malloc(points * 3 * sizeof *p);
  uint32_t *t = malloc((size_t)side * side * 6 * sizeof *t);
  for (uint32_t i = 0; i < points; i++) {
    const float at[3] = {(float)(i % (side + 1)), (float)(i * 7919 % 97) * 0.01f, (float)(i / (side + 1))};
    memcpy(p + (size_t)3 * i, at, sizeof at);
  }
  for (uint32_t i = 0; i < side * side; i++) {
    const uint32_t c = i / side * (side + 1) + i % side, six[6] = {c, c + side + 1, c + 1, c + 1, c + side + 1, c + side + 2};
    memcpy(t + (size_t)6 * i, six, sizeof six);
  }
  const uint64_t triangles = (uint64_t)2 * side * side;
  const MlNode mesh =
    ml_mesh(b, &ML_DESC(MlMeshDesc, .points = p, .point_count = points, .triangles = t, .triangle_count = triangles), NULL);
  free(p);
  free(t);
  return mesh;
}

/* A mesh of 2 * side^2 triangles, a group used twice, many placements, lights, materials, and a hidden shape. */
static MlBuilder *build_much(Fixture *f, uint32_t side) {
  MlBuilder *b = fixture_builder(f);
  fixture_add(b, add_rough_ground(b, side));
  enum { MANY = 3000 };
  MlNode balls[MANY];
  for (int i = 0; i < MANY; i++) balls[i] = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = random_point(50), .radius = 0.1), NULL);
  assert_int_equal(ml_hide(b, balls[7], NULL), ML_OK);
  const MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = balls, .child_count = MANY), NULL);
  for (int i = 0; i < MANY; i++) {
    const MlMaterial own = ml_matte(b, &ML_DESC(MlMatteDesc, .color = {0.5f, 0.5f, 0.5f}), NULL);
    fixture_add(b, ml_sphere(b, &ML_DESC(MlSphereDesc, .center = random_point(50), .radius = 0.1, .material = own), NULL));
    fixture_add(b, fixture_place(b, group, affine_translate(random_point(500))));
    fixture_add(b, ml_light(b, &ML_DESC(MlLightDesc, .at = random_point(50)), NULL));
  }
  return b;
}

static void test_cancel_anywhere(void **state) {
  (void)state;
  random_state = 11;
  MlBuilder *b = build_much(&fixture, 100);
  const uint64_t used = fixture.fault.memory.used;
  const MlScene *handle = NULL;
  MlError error;
  for (uint64_t n = 0; handle == NULL; n += n < 10 ? 1 : 29) {
    Polls polls = {.until = n};
    error = (MlError){0};
    MlStatus status = ml_commit(b, &(MlCancel){.poll = poll_until, .ud = &polls}, &handle, &error);
    if (status == ML_OK) {
      assert_true(n > 50);
      assert_int_equal(ml_scene_stats(handle).triangles, 20000);
      assert_int_equal(ml_scene_stats(handle).instances, 3001);
      break;
    }
    assert_int_equal(status, ML_ERROR_CANCELLED);
    assert_string_equal(error.message, "build: cancelled");
    assert_int_equal(polls.count, n + 1); /* nothing goes on, and nobody asks, after the yes */
    assert_null(handle);
    cache_drop_unused(fixture.cache);
    assert_int_equal(fixture.fault.memory.used, used);
  }
  ml_scene_release(handle);
}

/* As often as there are bytes: of what stays, each is written, most are read and sorted several times. */
static void test_polls_by_bytes(void **state) {
  (void)state;
  for (uint32_t side = 100; side <= 200; side += 100) {
    MlBuilder *b = build_much(&fixture, side);
    Polls polls = {.until = UINT64_MAX};
    const MlScene *handle = NULL;
    assert_int_equal(ml_commit(b, &(MlCancel){.poll = poll_until, .ud = &polls}, &handle, NULL), ML_OK);
    assert_true(polls.count >= 4 * (ml_scene_stats(handle).bytes / WORK_PIECE));
    ml_scene_release(handle);
    cache_drop_unused(fixture.cache);
  }
}

typedef struct Told {
  uint32_t count;
  double last, widest; /* gap */
} Told;
static void told(void *ud, double done) {
  Told *t = ud;
  assert_true(done >= t->last + 0.01 && done <= 1);
  if (done - t->last > t->widest) t->widest = done - t->last;
  t->last = done;
  t->count++;
}

/* How far a build is rises to its end, also of what is in a group; and where everything is known, there is little to tell. */
static void test_progress(void **state) {
  (void)state;
  const MlScene *handles[2] = {NULL, NULL};
  Told tales[2] = {{0}, {0}};
  for (int i = 0; i < 2; i++)
    assert_int_equal(ml_commit(build_much(&fixture, 400), &(MlCancel){.ud = &tales[i], .progress = told}, &handles[i], NULL), ML_OK);
  if (tales[0].count < 20 || tales[0].last < 0.95 || tales[0].widest > 0.35)
    fail_msg("told %u times, at most %g apart, the last %g", tales[0].count, tales[0].widest, tales[0].last);
  assert_true(tales[1].count < tales[0].count);
  for (int i = 0; i < 2; i++) ml_scene_release(handles[i]);
  cache_drop_unused(fixture.cache);

  MlBuilder *b = fixture_builder(&fixture);
  const MlNode parts[2] = {add_rough_ground(b, 400), ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 3), NULL)};
  const MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 2), NULL);
  for (int i = 0; i < 9; i++) fixture_add(b, fixture_place(b, group, affine_translate(random_point(500))));
  Told inner = {0};
  assert_int_equal(ml_commit(b, &(MlCancel){.ud = &inner, .progress = told}, &handles[0], NULL), ML_OK);
  if (inner.count < 20 || inner.widest > 0.35) fail_msg("in a group: told %u times, at most %g apart", inner.count, inner.widest);
  ml_scene_release(handles[0]);
}

static void test_a_thousand_times(void **state) {
  (void)state;
  uint64_t used = 0;
  for (int i = 0; i < 1000; i++) {
    const MlScene *handle = fixture_commit(build_some(&fixture));
    ml_scene_release(handle);
    if (i == 0) used = fixture.fault.memory.used; /* the cache keeps the assets */
    assert_int_equal(fixture.fault.memory.used, used);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_innermost_material, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_what_is_instanced, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_hide, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_hollow, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_instanced_like_expanded, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_lights, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_what_gives_no_light, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_selection, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_origin, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_stats, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_hash, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_assets_are_found_again, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_limits, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_limit_where_lit, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_every_allocation_fails, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_cancel, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_cancel_anywhere, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_polls_by_bytes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_progress, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_a_thousand_times, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
