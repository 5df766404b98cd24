/* test_scene_texture_point.c - what textures see: the object's own point, normal and coordinates under any placement, instances included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "scene_fixture.h"

#include "scene/scene.h"
#include "scene/texture_point.h"

static Fixture fixture;

static MlMaterial varied(MlBuilder *b) {
  MlTexture checker = ml_checker(b, &ML_DESC(MlCheckerDesc, .b.color = {1, 1, 1}, .map = ML_MAP_UV), NULL);
  MlMaterial material = ml_matte(b, &ML_DESC(MlMatteDesc, .color_texture = checker), NULL);
  assert_true(checker != 0 && material != 0);
  return material;
}

/* One of each kind that has coordinates, each its own size, about the origin of its own space. */
enum { KINDS = 11, MESH = 6, PLANE = 5 };
static MlNode shape(MlBuilder *b, int kind, MlMaterial material) {
  static const float points[12] = {-1, 0, -1, 1, .2f, -1, 1, 0, 1, -1, .1f, 1}, uv[8] = {0, 0, 2, .3f, 1, 1, 0, 3};
  static const uint32_t triangles[6] = {0, 2, 1, 0, 3, 2};
  switch (kind) {
  case 0: return ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {.1, .2, .3}, .radius = .8, .material = material), NULL);
  case 1: return ml_box(b, &ML_DESC(MlBoxDesc, .from = {-.5, -.3, -.7}, .to = {.5, .8, .7}, .material = material), NULL);
  case 2: return ml_quad(b, &ML_DESC(MlQuadDesc, .at = {-1, 0, -1}, .u = {2, .3, 0}, .v = {0, .2, 2}, .material = material), NULL);
  case 3: return ml_disk(b, &ML_DESC(MlDiskDesc, .normal = {.1, 1, .2}, .material = material), NULL);
  case 4: return ml_triangle(b, &ML_DESC(MlTriangleDesc, .a = {-1, 0, -1}, .b = {1, .3, -1}, .c = {.2, 0, 1}, .material = material), NULL);
  case 5: return ml_plane(b, &ML_DESC(MlPlaneDesc, .normal = {.1, 1, .2}, .material = material), NULL);
  case 7:
    return ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {.1, -.7, 0}, .to = {0, .6, .2}, .radius = .5, .material = material), NULL);
  case 8:
    return ml_cone(b, &ML_DESC(MlConeDesc, .from = {0, -.7, 0}, .to = {.2, .7, 0}, .radius = .7, .top = .3, .material = material), NULL);
  case 9: return ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = {0, -.4, 0}, .to = {.1, .5, 0}, .radius = .4, .material = material), NULL);
  case 10: return ml_torus(b, &ML_DESC(MlTorusDesc, .radius = .6, .tube = .3, .material = material), NULL);
  default:
    return ml_mesh(
      b,
      &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 2, .uv = uv, .material = material),
      NULL);
  }
}

/* A hit in the own space of the shape, and the same seen through a placement. */
static void check_placed(const Scene *plain, const Scene *placed, const MlTransform *t, MlVec3 o, MlVec3 d) {
  MlVec3 far = affine_point(t, o), way = dvec_normalize(affine_vector(t, d));
  const double *s = placed->origin;
  Ray rays[2] = {ray_to(o, d, RAY_CAMERA), ray_to(dvec_subtract(far, (MlVec3){s[0], s[1], s[2]}), way, RAY_CAMERA)};
  const Scene *scenes[2] = {plain, placed};
  TexturePoint at[2];
  Span spans[2];
  Surface surfaces[2];
  for (int i = 0; i < 2; i++) {
    Hit hit;
    if (!trace_closest(&scenes[i]->world, &rays[i], &hit)) return;
    surface_at(scenes[i], &rays[i], &hit, &surfaces[i]);
    Frame frame = frame_from_normal(surfaces[i].ng);
    Span footprint = {frame.s * .01f, frame.t * .01f};
    assert_true(scenes[i]->materials[surfaces[i].material].varies & VARIES_UV);
    texture_point_at(scenes[i], &surfaces[i], &footprint, VARIES_UV, &spans[i], &at[i]);
  }
  if (length(at[0].p) > 10.0f) return; /* far out on a plane */
  assert_true(length(at[0].p - at[1].p) < 1e-4f);
  assert_true(dot(at[0].n, at[1].n) > .9999f);
  float du = at[0].uv.x - at[1].uv.x, dv = at[0].uv.y - at[1].uv.y;
  assert_true(abs_f(du - floor_f(du + .5f)) < 1e-3f && abs_f(dv) < 1e-3f);
  // Steps along the coordinates are those of the own space, carried along
  MlVec3 steps[2] = {affine_vector(t, dvec_from_vec3(spans[0].x)), affine_vector(t, dvec_from_vec3(spans[0].y))};
  Vec3 there[2] = {spans[1].x, spans[1].y};
  for (int i = 0; i < 2; i++) {
    double size = dvec_length(steps[i]);
    assert_true(dvec_length(dvec_subtract(steps[i], dvec_from_vec3(there[i]))) < .01 * size + 1e-6);
  }
  // The footprint's image is as large in the object as in the world
  MlVec3 moved = affine_vector(t, dvec_from_vec3(at[1].px));
  Frame frame = frame_from_normal(surfaces[1].ng);
  assert_true(dvec_length(dvec_subtract(moved, dvec_from_vec3(frame.s * .01f))) < 1e-5);
}

static void check_kind(int kind, bool instanced) {
  MlBuilder *b = fixture_builder(&fixture);
  fixture_add(b, shape(b, kind, varied(b)));
  const MlScene *plain = fixture_commit(b);
  for (int round = 0; round < 12; round++) {
    MlTransform t = random_placement(5, round % 3 == 0), away = affine_translate((MlVec3){1000, 0, 0});
    b = fixture_builder(&fixture);
    MlNode node = shape(b, kind, varied(b));
    if (instanced) { /* a group that is used twice and has four shapes */
      MlMaterial dull = ml_matte(b, &ML_DESC(MlMatteDesc), NULL);
      MlNode parts[4] = {node};
      for (int i = 1; i < 4; i++)
        parts[i] = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {50. * i, 0, 0}, .radius = .1, .material = dull), NULL);
      node = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 4), NULL);
      fixture_add(b, fixture_place(b, node, away));
    }
    fixture_add(b, fixture_place(b, node, t));
    const MlScene *placed = fixture_commit(b);
    assert_int_equal(ml_scene_stats(placed).instances, kind == MESH ? (instanced ? 2 : 1) : instanced ? 2 : 0);
    for (int i = 0; i < 60; i++) {
      MlVec3 o = dvec_scale(random_direction(), 3), aim = random_point(.6);
      check_placed(scene_of(plain), scene_of(placed), &t, o, dvec_normalize(dvec_subtract(aim, o)));
    }
    ml_scene_release(placed);
  }
  ml_scene_release(plain);
}

static void placements_keep_the_own_space(void **state) {
  (void)state;
  fixture_begin(&fixture);
  for (int kind = 0; kind < KINDS; kind++) check_kind(kind, false);
  fixture_end(&fixture);
}

static void instances_keep_the_own_space(void **state) {
  (void)state;
  fixture_begin(&fixture);
  for (int kind = 0; kind < KINDS; kind++)
    if (kind != PLANE && kind != MESH) check_kind(kind, true); /* planes and meshes are in no group's geometry */
  fixture_end(&fixture);
}

/* A cone of rays widens on surfaces that it meets at an angle. */
static void footprints_lie_on_the_surface(void **state) {
  (void)state;
  Vec3 n = vec3(0, 1, 0), d = normalize(vec3(3, -1, 0));
  Span span = span_of_cone(n, d, .5f);
  assert_true(abs_f(dot(span.x, n)) < 1e-6f && abs_f(dot(span.y, n)) < 1e-6f);
  assert_true(abs_f(length(span.x) - .5f * sqrt_f(10)) < 1e-5f && abs_f(length(span.y) - .5f) < 1e-6f);
  span = span_of_cone(n, -n, .5f);
  assert_true(abs_f(length(span.x) - .5f) < 1e-6f && abs_f(length(span.y) - .5f) < 1e-6f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(placements_keep_the_own_space), cmocka_unit_test(instances_keep_the_own_space),
                                     cmocka_unit_test(footprints_lie_on_the_surface)};
  return cmocka_run_group_tests_name("scene texture points", tests, NULL, NULL);
}
