/* test_scene_instances.c - instances in instances, in arrays, in motion: what rays hit in them is what brute force finds, bit for bit; surfaces;
 * names of what was hit; errors; assets that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene_fixture.h"

#include "math/motion.h"
#include "render/kernel.h"
#include "scene/scene.h"
#include "scene/texture_point.h"

#include "builder_fixture.h"
#include "rounds.h"

static uint32_t times(uint32_t n) { return rounds(n, 20); }

/* ---- motions */

static double distance(const MlTransform *a, const MlTransform *c) {
  double most = 0;
  for (int i = 0; i < 12; i++) most = fabs(a->m[i] - c->m[i]) > most ? fabs(a->m[i] - c->m[i]) : most;
  return most;
}

static void test_between(void **state) {
  (void)state;
  random_state = 3;
  for (int round = 0; round < 200; round++) {
    // A turn about one axis, with a scale and a shift: at f it is that part of the turn
    MlVec3 axis = random_direction(), shift = random_point(5);
    double angle = random_in(-179, 179), scale = random_in(0.2, 4), f = random_in(0, 1), s[2] = {random_in(0.1, 3), 0};
    s[1] = s[0] * scale;
    MlTransform ends[2];
    for (int i = 0; i < 2; i++) {
      MlTransform turn = ml_transform_turn(i ? angle : 0, axis), grow = affine_scale((MlVec3){round % 2 ? -s[i] : s[i], s[i], s[i]});
      MlTransform move = affine_translate(i ? shift : (MlVec3){1, 2, 3});
      ends[i] = ml_transform_multiply(&turn, &grow);
      ends[i] = ml_transform_multiply(&move, &ends[i]);
    }
    double size = s[0] + f * (s[1] - s[0]);
    MlTransform turn = ml_transform_turn(f * angle, axis), grow = affine_scale((MlVec3){round % 2 ? -size : size, size, size});
    MlTransform expected = ml_transform_multiply(&turn, &grow), got = motion_between(&ends[0], &ends[1], f);
    expected.m[3] = 1 + f * (shift.x - 1), expected.m[7] = 2 + f * (shift.y - 2), expected.m[11] = 3 + f * (shift.z - 3);
    if (distance(&expected, &got) > 1e-11) fail_msg("round %d: %g off", round, distance(&expected, &got));
    got = motion_between(&ends[0], &ends[1], 0);
    assert_true(distance(&ends[0], &got) == 0);
    got = motion_between(&ends[0], &ends[1], 1);
    assert_true(distance(&ends[1], &got) == 0);
  }
  // Placements of any form never become flat on the way
  for (int round = 0; round < 500; round++) {
    MlTransform a = random_placement(3, false), c = random_placement(3, false);
    if (affine_determinant_sign(&a) != affine_determinant_sign(&c)) continue;
    MlTransform middle = motion_between(&a, &c, 0.5);
    assert_int_equal(affine_determinant_sign(&middle), affine_determinant_sign(&a));
  }
}

/* A wheel that rolls: the outer chain moves, the inner turns; and an orbit, which must stay round. */
static void test_chains(void **state) {
  (void)state;
  MlTransform go[2] = {affine_translate((MlVec3){0, 0, 0}), affine_translate((MlVec3){4, 0, 0})};
  MlTransform spin[5], still = affine_translate((MlVec3){2, 0, 0});
  for (int i = 0; i < 5; i++) spin[i] = affine_turn_z(-90.0 * i);
  MlNode ball = ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 0.1), &error);
  MlNode out = ml_place(b, &ML_DESC(MlPlaceDesc, .child = ball, .transform = still), &error);
  MlNode orbit = ml_place(b, &ML_DESC(MlPlaceDesc, .child = out, .keys = spin, .key_count = 5), &error);
  MlNode wheel = ml_place(b, &ML_DESC(MlPlaceDesc, .child = orbit, .keys = go, .key_count = 2), &error);
  assert_int_not_equal(wheel, 0);
  const MotionChain *chain = builder_node(b, wheel)->placement->motion;
  assert_int_equal(chain->count, 3);
  for (int i = 0; i <= 40; i++) {
    double f = i / 40.0;
    MlTransform t = motion_at(chain, f);
    MlVec3 p = affine_point(&t, (MlVec3){0, 0, 0});
    assert_true(fabs(dvec_length((MlVec3){p.x - 4 * f, p.y, p.z}) - 2) < 1e-12);
    assert_true(fabs((p.x - 4 * f) - 2 * cos(f * 2 * 3.14159265358979323846)) < 1e-12);
  }
  // Bounds are of all the way
  MlBounds bounds = ml_node_bounds(b, orbit);
  assert_true(bounds.min.x < -2.09 && bounds.max.x > 2.09 && bounds.min.y < -2.09 && bounds.max.y > 2.09 && bounds.max.y < 2.11);
}

/* ---- scenes with all of it */

static MlNode small_mesh(MlBuilder *in, MlMaterial material) {
  float points[5 * 3];
  for (int i = 0; i < 15; i++) points[i] = (float)random_in(-0.5, 0.5);
  const uint32_t triangles[] = {0, 1, 2, 0, 2, 3, 0, 3, 4, 1, 3, 4};
  return ml_mesh(
    in, &ML_DESC(MlMeshDesc, .points = points, .point_count = 5, .triangles = triangles, .triangle_count = 4, .material = material), NULL);
}

static MlNode small_shape(MlBuilder *in) {
  MlVec3 p = random_point(0.7);
  switch (random_below(4)) {
  case 0: return ml_sphere(in, &ML_DESC(MlSphereDesc, .center = p, .radius = random_in(0.1, 0.4)), NULL);
  case 1: return ml_box(in, &ML_DESC(MlBoxDesc, .from = p, .to = dvec_add(p, (MlVec3){0.3, 0.2, 0.5})), NULL);
  case 2: return ml_torus(in, &ML_DESC(MlTorusDesc, .radius = 0.4, .tube = 0.1), NULL);
  default: return ml_quad(in, &ML_DESC(MlQuadDesc, .at = p, .u = random_direction(), .v = random_direction()), NULL);
  }
}

static MlNode moving(MlBuilder *in, MlNode child, uint32_t hidden) {
  MlTransform keys[5];
  uint32_t count = 2 + random_below(4);
  MlTransform from = random_placement(2.0, false);
  for (uint32_t i = 0; i < count; i++) {
    MlTransform turn = ml_transform_turn(random_in(-80, 80), random_direction()), move = affine_translate(random_point(1.0));
    keys[i] = ml_transform_multiply(&from, &turn);
    if (random_below(2)) keys[i] = from; /* straight, for a part at least */
    keys[i] = ml_transform_multiply(&move, &keys[i]);
  }
  MlNode node = ml_place(in, &ML_DESC(MlPlaceDesc, .child = child, .keys = keys, .key_count = count, .hidden = hidden), NULL);
  assert_int_not_equal(node, 0);
  return node;
}

static MlNode array_of(MlBuilder *in, MlNode child, uint32_t count, double reach) {
  float *transforms = malloc(count * 12 * sizeof *transforms);
  for (uint32_t i = 0; i < count; i++) {
    MlTransform t = random_placement(reach, i % 2);
    for (int k = 0; k < 12; k++) transforms[12 * i + (uint32_t)k] = (float)t.m[k];
  }
  MlNode node = ml_array(in, &ML_DESC(MlArrayDesc, .child = child, .transforms = transforms, .count = count), NULL);
  free(transforms);
  assert_int_not_equal(node, 0);
  return node;
}

static MlNode group_of(MlBuilder *in, const MlNode *nodes, uint64_t count) {
  return ml_group(in, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = count), NULL);
}

static const MlScene *mixed_scene(Fixture *f, double scale) {
  MlBuilder *in = fixture_builder(f);
  MlNode mesh = small_mesh(in, 0), nodes[64], parts[6];
  uint64_t count = 0;
  for (int i = 0; i < 6; i++) parts[i] = i % 2 ? fixture_place(in, mesh, random_placement(0.7, i % 3 == 0)) : small_shape(in);
  MlNode group = group_of(in, parts, 6), row = array_of(in, mesh, 6, 1.0), rows = array_of(in, row, 4, 2.0);
  parts[1] = moving(in, mesh, 0), parts[3] = moving(in, small_shape(in), 0), parts[5] = row;
  MlNode busy = group_of(in, parts, 6);
  for (int i = 0; i < 4; i++) {
    nodes[count++] = small_shape(in);
    nodes[count++] = moving(in, mesh, i == 0 ? ML_HIDE_CAMERA : 0);
    nodes[count++] = moving(in, small_shape(in), 0);
    nodes[count++] = moving(in, group, 0);
    nodes[count++] = moving(in, busy, i == 1 ? ML_HIDE_SHADOW : 0);
    nodes[count++] = fixture_place(in, rows, random_placement(2.0, i % 2));
    nodes[count++] = fixture_place(in, array_of(in, moving(in, group, 0), 3, 1.0), random_placement(2.0, true));
    nodes[count++] = array_of(in, busy, 3, 2.0);
    nodes[count++] = fixture_place(in, array_of(in, parts[2], 5, 1.0), random_placement(2.0, false));
  }
  nodes[count++] = moving(in, rows, 0);
  MlTransform s = affine_scale((MlVec3){scale, scale, scale});
  fixture_add(in, fixture_place(in, group_of(in, nodes, count), s));
  return fixture_commit(in);
}

static Ray mixed_ray(double scale) {
  MlVec3 o = random_point(6.0), d = dvec_subtract(random_point(2.5), o);
  if (random_below(5) == 0) d = (MlVec3){0, random_below(2) ? 1 : -1, 0}, o = dvec_add(random_point(2.0), dvec_scale(d, -6.0));
  Ray ray = ray_to(dvec_scale(o, scale), d, 1u << random_below(3));
  ray.time = random_below(6) ? (float)random_in(0, 1) : random_below(2) ? 0.0f : 0x1.fffffep-1f;
  return ray;
}

static void test_like_brute_force(void **state) {
  (void)state;
  static const double scales[] = {1.0, 1e3, 1e-4};
  for (uint32_t k = 0; k < 3; k++) {
    Fixture fixtures[2];
    const MlScene *scenes[2];
    for (int i = 0; i < 2; i++) {
      random_state = 11 + k;
      fixture_begin(&fixtures[i]);
      fixtures[i].tree_width = i ? 8 : 4;
      scenes[i] = mixed_scene(&fixtures[i], scales[k]);
    }
    uint32_t hits = 0, nested = 0;
    for (uint32_t i = 0; i < times(2500); i++) {
      Ray ray = mixed_ray(scales[k]);
      Hit expected, hit;
      bool any = brute_closest(&scene_of(scenes[0])->world, &ray, &expected);
      hits += any;
      nested += any && expected.path != 0;
      for (const char *const *name = kernel_names(); *name != NULL; name++) {
        const Kernel *kernel = kernel_find(*name);
        const World *world = &scene_of(scenes[kernel->tree_width == 8])->world;
        assert_int_equal(kernel->trace_closest(world, &ray, &hit), any);
        if (!same_hit(&hit, &expected))
          fail_msg("%s: ray %u: t %a %u:%llu:%u, expected %a %u:%llu:%u", *name, i, (double)hit.t, hit.instance,
                   (unsigned long long)hit.path, hit.prim, (double)expected.t, expected.instance, (unsigned long long)expected.path,
                   expected.prim);
        assert_int_equal(kernel->trace_any(world, &ray), any);
      }
    }
    assert_true(hits > times(2500) / 4 && nested > hits / 4);
    for (int i = 0; i < 2; i++) {
      ml_scene_release(scenes[i]);
      fixture_end(&fixtures[i]);
    }
  }
}

/* ---- surfaces */

/* Points lie where rays met them; rays that leave flat ones do not meet them again; there, instances are where the ray saw them. */
static void test_surfaces(void **state) {
  (void)state;
  random_state = 5;
  const MlScene *handle = mixed_scene(&fixture, 1.0);
  const Scene *scene = scene_of(handle);
  assert_true(scene->moves);
  uint32_t hits = 0, flat = 0;
  for (uint32_t i = 0; i < times(20000); i++) {
    Ray ray = mixed_ray(1.0);
    Hit hit, next;
    if (!trace_closest(&scene->world, &ray, &hit)) continue;
    hits++;
    Surface s;
    surface_at(scene, &ray, &hit, &s);
    MlVec3 seen = dvec_along(dvec_from_vec3(ray.o), dvec_from_vec3(ray.d), (double)hit.t), p = dvec_from_vec3(s.p);
    assert_true(dvec_length(dvec_subtract(p, seen)) < 3e-5);
    assert_true(s.time == ray.time && s.path == hit.path);
    if (hit.instance == NO_ID) continue;
    HitLevels levels;
    surface_levels(scene, &s, &levels);
    bool mesh = levels.geometry->mesh.triangle_count != 0;
    if (!mesh && !prim_is_flat(&levels.geometry->prims[hit.prim])) continue;
    flat++;
    Vec3 w = normalize(s.ng + 0.99f * dvec_to_vec3(random_direction()));
    Ray out = {.o = ray_origin(s.p, s.p_error, s.ng, w), .d = w, .t_max = INFINITY_F, .kind = RAY_REFLECTION, .time = ray.time};
    if (!trace_closest(&scene->world, &out, &next)) continue;
    bool same = next.instance == hit.instance && next.path == hit.path && next.prim == hit.prim;
    if (same) fail_msg("a surface meets itself at %g (depth %u)", (double)next.t, levels.count);
  }
  assert_true(hits > times(20000) / 4 && flat > hits / 4);
  ml_scene_release(handle);
}

/* ---- the same thing in other forms */

typedef enum Form { EXPANDED, ARRAY, MOVING, NESTED, FORM_COUNT } Form;

/* A few of `part` at fixed places: placed one by one, in an array, "in motion" on the spot, in an array of one group. */
static const MlScene *form_scene(Fixture *f, Form form, bool mesh) {
  enum { COUNT = 12 };
  MlBuilder *in = fixture_builder(f);
  random_state = 77;
  MlMaterial red = ml_matte(in, &ML_DESC(MlMatteDesc, .color = {1, 0, 0}, .has_color = true), NULL);
  MlMaterial blue = ml_matte(in, &ML_DESC(MlMatteDesc, .color = {0, 0, 1}, .has_color = true), NULL);
  MlNode parts[5];
  for (int i = 0; i < 4; i++) parts[i] = small_shape(in);
  parts[4] = small_mesh(in, blue); /* names its own */
  MlNode part = mesh ? small_mesh(in, 0) : group_of(in, parts, 5), placed[COUNT];
  float transforms[COUNT * 12];
  MlTransform places[COUNT], turn = affine_turn_y(30), shift = affine_translate((MlVec3){1, 0, 2});
  MlTransform outer = ml_transform_multiply(&shift, &turn);
  for (int i = 0; i < COUNT; i++) {
    places[i] = random_placement(3.0, i % 2);
    for (int k = 0; k < 12; k++) transforms[12 * i + k] = (float)places[i].m[k], places[i].m[k] = (double)transforms[12 * i + k];
    const MlTransform keys[2] = {places[i], places[i]};
    placed[i] = form == MOVING ? ml_place(in, &ML_DESC(MlPlaceDesc, .child = part, .keys = keys, .key_count = 2), NULL)
                               : fixture_place(in, part, places[i]);
  }
  MlNode all = form == ARRAY ? ml_array(in, &ML_DESC(MlArrayDesc, .child = part, .transforms = transforms, .count = COUNT), NULL)
                             : group_of(in, placed, COUNT);
  if (form == NESTED) {
    float one[12];
    for (int k = 0; k < 12; k++) one[k] = (float)ml_transform_identity().m[k];
    all = ml_array(in, &ML_DESC(MlArrayDesc, .child = all, .transforms = one, .count = 1), NULL);
  }
  fixture_add(in, ml_place(in, &ML_DESC(MlPlaceDesc, .child = all, .transform = outer, .material = red), NULL));
  return fixture_commit(in);
}

static void test_forms(void **state) {
  (void)state;
  for (int mesh = 0; mesh < 2; mesh++) {
    const MlScene *scenes[FORM_COUNT];
    MlSceneStats stats[FORM_COUNT];
    for (int i = 0; i < FORM_COUNT; i++) {
      scenes[i] = form_scene(&fixture, (Form)i, mesh);
      stats[i] = ml_scene_stats(scenes[i]);
      assert_int_equal(stats[i].shapes, stats[0].shapes);
      assert_int_equal(stats[i].triangles, stats[0].triangles);
    }
    uint32_t hits = 0, apart = 0;
    for (uint32_t i = 0; i < times(4000); i++) {
      MlVec3 o = random_point(8.0);
      Ray ray = ray_to(o, dvec_subtract(random_point(4.0), o), RAY_CAMERA);
      ray.time = (float)random_in(0, 1);
      Hit hit[FORM_COUNT];
      Surface s[FORM_COUNT];
      bool any[FORM_COUNT];
      for (int k = 0; k < FORM_COUNT; k++) {
        any[k] = trace_closest(&scene_of(scenes[k])->world, &ray, &hit[k]);
        if (any[k]) surface_at(scene_of(scenes[k]), &ray, &hit[k], &s[k]);
      }
      hits += any[0];
      for (int k = 1; k < FORM_COUNT; k++) {
        // Only along edges may rounding decide otherwise
        bool same = any[k] == any[0] && (!any[0] || fabsf(hit[k].t - hit[0].t) < 1e-5f * hit[0].t + 1e-6f);
        apart += !same;
        if (!same || !any[0]) continue;
        assert_int_equal(s[k].material, s[0].material);
        assert_true(dot(s[k].ng, s[0].ng) > 0.99f);
        Vec2 a = surface_uv(scene_of(scenes[0]), &s[0]), c = surface_uv(scene_of(scenes[k]), &s[k]);
        assert_true((fabsf(a.x - c.x) < 1e-3f || fabsf(a.x - c.x) > 0.999f) && fabsf(a.y - c.y) < 1e-3f);
        TexturePoint at[2];
        Span none = span_none(), span;
        texture_point_at(scene_of(scenes[0]), &s[0], &none, 0, &span, &at[0]);
        texture_point_at(scene_of(scenes[k]), &s[k], &none, 0, &span, &at[1]);
        if (mesh) assert_true(length(at[0].p - at[1].p) < 1e-4f); /* in the object's space: groups keep theirs where it is asked for */
      }
    }
    assert_true(hits > times(4000) / 10 && apart <= times(4000) / 1000);
    for (int i = 0; i < FORM_COUNT; i++) ml_scene_release(scenes[i]);
  }
}

/* Paths count as the expanded scene's instances do: array of arrays of a mesh, and a group's geometry before what is in it. */
static void test_paths(void **state) {
  (void)state;
  random_state = 9;
  const float points[] = {-1, -1, 0, 1, -1, 0, 0, 1, 0};
  const uint32_t corners[] = {0, 1, 2};
  MlNode mesh = ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = corners, .triangle_count = 1), NULL);
  float row[5 * 12], rows[7 * 12];
  for (int i = 0; i < 5; i++)
    for (int k = 0; k < 12; k++) row[12 * i + k] = (float)affine_translate((MlVec3){4.0 * i, 0, 0}).m[k];
  for (int i = 0; i < 7; i++)
    for (int k = 0; k < 12; k++) rows[12 * i + k] = (float)affine_translate((MlVec3){0, 4.0 * i, 0}).m[k];
  MlNode line = ml_array(b, &ML_DESC(MlArrayDesc, .child = mesh, .transforms = row, .count = 5), NULL);
  fixture_add(b, ml_array(b, &ML_DESC(MlArrayDesc, .child = line, .transforms = rows, .count = 7), NULL));
  const MlScene *handle = fixture_commit(b);
  const World *world = &scene_of(handle)->world;
  assert_int_equal(world->instances.count, 1);
  assert_int_equal(world->instances.geometries[0]->paths, 1 + 7 * (1 + 5));
  assert_int_equal(world->instances.geometries[0]->levels, 2);
  for (int y = 0; y < 7; y++) {
    for (int x = 0; x < 5; x++) {
      Hit hit;
      Ray ray = ray_to((MlVec3){4.0 * x, 4.0 * y, 5}, (MlVec3){0, 0, -1}, RAY_CAMERA);
      assert_true(trace_closest(world, &ray, &hit));
      assert_int_equal(hit.path, 1 + 6 * y + 1 + x);
      HitLevels levels;
      hit_levels(world, hit.instance, hit.path, hit.prim, 0, &levels);
      assert_int_equal(levels.count, 3);
      assert_true(levels.placed[1]->centre[1] == 4.0f * (float)y && levels.placed[2]->centre[0] == 4.0f * (float)x);
    }
  }
  MlSceneStats stats = ml_scene_stats(handle);
  assert_int_equal(stats.triangles, 35);
  assert_int_equal(stats.unique_triangles, 1);
  ml_scene_release(handle);
  b = fixture_builder(&fixture);
}

/* A group of meshes that is used very often becomes geometry with instances in it. */
static void test_nested_group(void **state) {
  (void)state;
  random_state = 21;
  MlNode mesh = small_mesh(b, 0), parts[4], *uses = malloc(17000 * sizeof *uses);
  for (int i = 0; i < 4; i++) parts[i] = fixture_place(b, mesh, random_placement(0.5, true));
  MlNode plant = group_of(b, parts, 4);
  for (int i = 0; i < 17000; i++) uses[i] = fixture_place(b, plant, affine_translate((MlVec3){i % 130 * 2.0, 0, i / 130 * 2.0}));
  fixture_add(b, group_of(b, uses, 17000));
  const MlScene *handle = fixture_commit(b);
  assert_int_equal(ml_scene_stats(handle).instances, 17000);
  assert_int_equal(ml_scene_stats(handle).triangles, 17000 * 16);
  assert_int_equal(scene_of(handle)->world.instances.geometries[0]->instances.count, 4);
  uint32_t hits = 0;
  for (int i = 0; i < 300; i++) {
    Ray ray = ray_to(dvec_add((MlVec3){i % 130 * 2.0, 5, i / 130 * 2.0}, random_point(0.3)), (MlVec3){0.01, -1, 0.02}, RAY_CAMERA);
    Hit hit;
    if (!trace_closest(&scene_of(handle)->world, &ray, &hit)) continue;
    hits++;
    assert_true(hit.path >= 1 && hit.path <= 4);
  }
  assert_true(hits > 50);
  ml_scene_release(handle);
  free(uses);
  b = fixture_builder(&fixture);
}

/* A large array, and the same places in two. */
static void test_large_array(void **state) {
  (void)state;
  enum { COUNT = 140000 };
  float *transforms = malloc(sizeof(float) * 12 * COUNT);
  random_state = 4;
  for (uint32_t i = 0; i < COUNT; i++) {
    MlTransform turn = ml_transform_turn(random_in(0, 360), random_direction()), t = affine_translate(random_point(60.0));
    t = ml_transform_multiply(&t, &turn);
    for (int k = 0; k < 12; k++) transforms[12 * i + (uint32_t)k] = (float)t.m[k];
  }
  const MlScene *scenes[2];
  for (int form = 0; form < 2; form++) {
    if (form == 1) b = fixture_builder(&fixture);
    random_state = 6;
    MlNode mesh = small_mesh(b, 0);
    uint32_t each = form ? COUNT / 2 : COUNT;
    for (uint32_t i = 0; i < COUNT; i += each)
      fixture_add(b, ml_array(b, &ML_DESC(MlArrayDesc, .child = mesh, .transforms = transforms + 12 * (size_t)i, .count = each), NULL));
    scenes[form] = fixture_commit(b);
  }
  free(transforms);
  uint32_t hits = 0;
  for (int i = 0; i < 4000; i++) {
    MlVec3 o = random_point(70.0);
    Ray ray = ray_to(o, dvec_subtract(random_point(50.0), o), RAY_CAMERA);
    Hit hit[2];
    bool any[2];
    for (int k = 0; k < 2; k++) any[k] = trace_closest(&scene_of(scenes[k])->world, &ray, &hit[k]);
    assert_int_equal(any[0], any[1]);
    hits += any[0];
    if (!any[0]) continue;
    assert_true(float_bits(hit[0].t) == float_bits(hit[1].t) && hit[0].prim == hit[1].prim && float_bits(hit[0].u) == float_bits(hit[1].u));
    assert_int_equal(hit[0].path, hit[1].path + hit[1].instance * (uint64_t)(COUNT / 2));
  }
  assert_true(hits > 1000);
  for (int k = 0; k < 2; k++) ml_scene_release(scenes[k]);
  b = fixture_builder(&fixture);
}

/* Hidden from some rays: an array, and a part in motion within a group in motion. */
static void test_hidden(void **state) {
  (void)state;
  const MlTransform way[2] = {ml_transform_identity(), affine_translate((MlVec3){0, 0, -1})};
  float one[12];
  for (int k = 0; k < 12; k++) one[k] = (float)way[0].m[k];
  MlNode ball = ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 0.5), &error);
  MlNode apart = fixture_place(b, ball, affine_translate((MlVec3){3, 0, 0}));
  MlNode part = ml_place(b, &ML_DESC(MlPlaceDesc, .child = apart, .keys = way, .key_count = 2, .hidden = ML_HIDE_SHADOW), &error);
  MlNode both[2] = {ball, part}, group = group_of(b, both, 2);
  fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = group, .keys = way, .key_count = 2), &error));
  MlNode up = fixture_place(b, ball, affine_translate((MlVec3){0, 3, 0}));
  fixture_add(b, ml_array(b, &ML_DESC(MlArrayDesc, .child = up, .transforms = one, .count = 1, .hidden = ML_HIDE_CAMERA), &error));
  const MlScene *handle = fixture_commit(b);
  static const MlVec3 places[3] = {{0, 0, 0}, {3, 0, 0}, {0, 3, 0}};
  static const uint32_t hidden[3] = {0, ML_HIDE_SHADOW, ML_HIDE_CAMERA};
  for (uint32_t kind = 1; kind < 8; kind *= 2) {
    for (int i = 0; i < 3; i++) {
      Ray ray = ray_to(dvec_add(places[i], (MlVec3){0, 0, 5}), (MlVec3){0, 0, -1}, kind);
      ray.time = 0.5f;
      Hit hit;
      assert_int_equal(trace_closest(&scene_of(handle)->world, &ray, &hit), (hidden[i] & kind) == 0);
      assert_int_equal(trace_any(&scene_of(handle)->world, &ray), (hidden[i] & kind) == 0);
    }
  }
  ml_scene_release(handle);
  b = fixture_builder(&fixture);
}

/* ---- errors, failures, assets */

#define EXPECT(status_, message_)                                                                                                          \
  do {                                                                                                                                     \
    assert_int_equal(error.status, status_);                                                                                               \
    assert_string_equal(error.message, message_);                                                                                          \
  } while (0)

static void test_errors(void **state) {
  (void)state;
  MlNode ball = ml_sphere(b, &ML_DESC(MlSphereDesc), &error);
  MlTransform keys[3] = {ml_transform_identity(), affine_scale((MlVec3){-1, 1, 1}), affine_scale((MlVec3){0, 1, 1})};
  assert_int_equal(ml_place(b, &ML_DESC(MlPlaceDesc, .child = ball, .keys = keys, .key_count = 1), &error), 0);
  EXPECT(ML_ERROR_ARGUMENT, "place.keys: expected 2 to 1025 placements, got 1");
  assert_int_equal(ml_place(b, &ML_DESC(MlPlaceDesc, .child = ball, .keys = keys, .key_count = 2), &error), 0);
  EXPECT(ML_ERROR_ARGUMENT, "place.keys[1]: mirrors where the one before does not: on the way it would be flat");
  assert_int_equal(ml_place(b, &ML_DESC(MlPlaceDesc, .child = ball, .keys = keys + 1, .key_count = 2), &error), 0);
  EXPECT(ML_ERROR_ARGUMENT, "place.keys[1]: expected a map that can be undone, but it flattens space (a scale of 0?)");
  const float flat[12] = {1, 0, 0, 0, 0, 1};
  assert_int_equal(ml_array(b, &ML_DESC(MlArrayDesc, .child = ball, .transforms = flat), &error), 0);
  EXPECT(ML_ERROR_ARGUMENT, "array.count: expected 1 to 134217728 placements, got 0");
  assert_int_equal(ml_array(b, &ML_DESC(MlArrayDesc, .child = ball, .count = 1), &error), 0);
  EXPECT(ML_ERROR_ARGUMENT, "array.transforms: expected 12 floats for each placement, got NULL");
  assert_int_equal(ml_array(b, &ML_DESC(MlArrayDesc, .child = ball, .transforms = flat, .count = 1), &error), 0);
  EXPECT(ML_ERROR_ARGUMENT, "array.transforms[0]: expected a map that can be undone, but it flattens space (a scale of 0?)");

  static const char *const messages[] = {"plane: is infinite and cannot move",
                                         "plane: is infinite and cannot be in an array",
                                         "light: a light cannot move; a shape whose material emits can",
                                         "light: a light cannot be in an array: place it by itself, or take a shape whose material emits",
                                         "area: a light cannot move; a shape whose material emits can",
                                         "area: a light cannot be in an array: place it by itself, or take a shape whose material emits"};
  for (int i = 0; i < 6; i++) {
    MlNode wrong = i < 2   ? ml_plane(b, &ML_DESC(MlPlaneDesc, .place = 7), &error)
                   : i < 4 ? ml_light(b, &ML_DESC(MlLightDesc, .place = 7), &error)
                           : ml_area(b, &ML_DESC(MlAreaDesc, .place = 7), &error);
    const MlTransform way[2] = {ml_transform_identity(), affine_translate((MlVec3){1, 0, 0})};
    float one[12];
    for (int k = 0; k < 12; k++) one[k] = (float)way[1].m[k];
    MlNode both[2] = {ball, wrong}, within = group_of(b, both, 2);
    fixture_add(b, i % 2 ? ml_array(b, &ML_DESC(MlArrayDesc, .child = within, .transforms = one, .count = 1), &error)
                         : ml_place(b, &ML_DESC(MlPlaceDesc, .child = within, .keys = way, .key_count = 2), &error));
    const MlScene *scene = NULL;
    assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_ERROR_ARGUMENT);
    assert_string_equal(error.message, messages[i]);
    assert_int_equal(error.place, 7);
    ml_builder_destroy(b);
    b = fixture_builder(&fixture);
    ball = ml_sphere(b, &ML_DESC(MlSphereDesc), &error);
  }
  // Arrays of arrays of ...
  MlNode nested = ball;
  float one[12];
  for (int k = 0; k < 12; k++) one[k] = (float)ml_transform_identity().m[k];
  for (int i = 0; i < 8; i++) nested = ml_array(b, &ML_DESC(MlArrayDesc, .child = nested, .transforms = one, .count = 1), &error);
  fixture_add(b, nested);
  const MlScene *scene = NULL;
  assert_int_equal(ml_commit(b, NULL, &scene, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "array: instances lie in each other more than 8 deep");
}

/* What shapes with an emitting material in motion, or in an array, bring is found by what scatters: they are no lights. */
static void test_emitters(void **state) {
  (void)state;
  MlMaterial lamp = ml_emit(b, &ML_DESC(MlEmitDesc, .emission.radiance = {1, 1, 1}), &error);
  MlNode ball = ml_sphere(b, &ML_DESC(MlSphereDesc, .material = lamp), &error), mesh = small_mesh(b, lamp);
  const MlTransform way[2] = {ml_transform_identity(), affine_translate((MlVec3){1, 0, 0})};
  float one[12];
  for (int k = 0; k < 12; k++) one[k] = (float)way[1].m[k];
  for (int i = 0; i < 2; i++) {
    MlNode child = i ? mesh : ball;
    fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = child, .keys = way, .key_count = 2), &error));
    fixture_add(b, ml_array(b, &ML_DESC(MlArrayDesc, .child = child, .transforms = one, .count = 1), &error));
  }
  const MlScene *handle = fixture_commit(b);
  assert_int_equal(ml_scene_stats(handle).lights, 0);
  assert_true(ml_scene_stats(handle).has_light);
  ml_scene_release(handle);
  b = fixture_builder(&fixture);
}

/* A second scene finds the first one's assets, nested ones and arrays included; nothing is left behind (fixture_end). */
static void test_cached(void **state) {
  (void)state;
  random_state = 31;
  const MlScene *first = mixed_scene(&fixture, 1.0);
  uint64_t before = fixture.fault.memory.used;
  random_state = 31;
  const MlScene *second = mixed_scene(&fixture, 1.0);
  assert_true(fixture.fault.memory.used - before <= scene_of(second)->bytes + 65536);
  assert_true(ml_scene_stats(first).hash == ml_scene_stats(second).hash);
  const Instances *a = &scene_of(first)->world.instances, *c = &scene_of(second)->world.instances;
  assert_int_equal(a->geometry_count, c->geometry_count);
  for (uint64_t i = 0; i < a->geometry_count; i++) assert_ptr_equal(a->geometries[i], c->geometries[i]);
  ml_scene_release(first);
  ml_scene_release(second);
  cache_drop_unused(fixture.cache);
  random_state = 31; /* and again without them */
  first = mixed_scene(&fixture, 1.0);
  ml_scene_release(first);
}

static void build_small(MlBuilder *in, MlError *e) {
  static const float points[] = {0, 0, 0, 1, 0, 0, 0, 1, 0};
  static const uint32_t corners[] = {0, 1, 2};
  const MlTransform way[3] = {ml_transform_identity(), affine_turn_y(80), affine_turn_y(160)};
  float transforms[3 * 12];
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 12; k++) transforms[12 * i + k] = (float)affine_translate((MlVec3){2.0 * i, 0, 0}).m[k];
  MlNode mesh = ml_mesh(in, &ML_DESC(MlMeshDesc, .points = points, .point_count = 3, .triangles = corners, .triangle_count = 1), e);
  if (!mesh) return;
  MlNode still = ml_place(in, &ML_DESC(MlPlaceDesc, .child = mesh, .transform = affine_translate((MlVec3){1, 0, 0})), e);
  if (!still) return;
  MlNode spun = ml_place(in, &ML_DESC(MlPlaceDesc, .child = still, .keys = way, .key_count = 3), e);
  if (!spun) return;
  MlNode both[2] = {mesh, spun}, group = ml_group(in, &ML_DESC(MlGroupDesc, .children = both, .child_count = 2), e);
  if (!group) return;
  MlNode row = ml_array(in, &ML_DESC(MlArrayDesc, .child = group, .transforms = transforms, .count = 3), e);
  if (row) (void)ml_add(in, row, e);
}

static void test_memory_runs_out(void **state) {
  (void)state;
  bool done = false;
  for (long n = 0; !done; n++) {
    assert_true(n < 2000);
    FaultMemory fault;
    AssetCache *cache;
    MlBuilder *in;
    MlError e = {0};
    fault_init(&fault, -1, false);
    assert_int_equal(cache_create(&fault.memory, 1 << 20, &cache, NULL), ML_OK);
    fault.left = n;
    BuilderContext context = {.memory = &fault.memory, .cache = cache};
    MlStatus status = builder_create(&context, &in, &e);
    if (status == ML_OK) {
      const MlScene *scene = NULL;
      build_small(in, &e);
      status = e.status;
      if (status == ML_OK) status = ml_commit(in, NULL, &scene, &e);
      if (status != ML_OK) ml_builder_destroy(in);
      else done = fault.left >= 0;
      ml_scene_release(scene);
    }
    if (!done && status != ML_OK) assert_int_equal(status, ML_ERROR_MEMORY);
    cache_destroy(cache);
    assert_int_equal(fault.memory.used, 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_between),
    cmocka_unit_test_setup_teardown(test_chains, set_up, tear_down),
    cmocka_unit_test(test_like_brute_force),
    cmocka_unit_test_setup_teardown(test_surfaces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_forms, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_nested_group, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_large_array, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_hidden, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_errors, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_emitters, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_cached, set_up, tear_down),
    cmocka_unit_test(test_memory_runs_out),
  };
  return cmocka_run_group_tests_name("scene_instances", tests, NULL, NULL);
}
