/* test_scene_programs.c - programs as textures: what they see of a hit, textures inside them, what a frozen scene keeps of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bvh/trace.h"
#include "scene/scene.h"
#include "scene/texture_point.h"
#include "shade/resolve.h"

#include "builder_fixture.h"

#define NO ML_NO_OPERAND
static uint32_t accepted(uint32_t id) {
  if (id == 0) fail_msg("refused: %s", error.message);
  return id;
}
static MlTexture texture_of(const MlProgramNode *nodes, uint32_t count) {
  MlProgramDesc desc = ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = count, .result = count - 1);
  MlProgram program = accepted(ml_program(b, &desc, &error));
  return accepted(ml_program_texture(b, &ML_DESC(MlProgramTextureDesc, .program = program), &error));
}
static MlTexture input_texture_of(MlProgramInput input) {
  const MlProgramNode node = {.op = ML_OP_INPUT, .data = input};
  return texture_of(&node, 1);
}
static Spectrum value_at(MlTexture id, const TexturePoint *at) {
  Texture flat[64];
  for (uint64_t i = 0; i < b->textures.count; i++) flat[i] = b->textures.data[i].texture;
  const Textures textures = {.textures = flat, .stops = b->stops.data, .count = (uint32_t)b->textures.count};
  return texture_eval(&textures, id - 1, at, false);
}
static bool is(Spectrum s, float x, float y, float z) { return s[0] == x && s[1] == y && s[2] == z; }

static void inputs_are_those_of_the_hit(void **state) {
  (void)state;
  const TexturePoint at = {.p = vec3(1, 2, 3),
                           .n = vec3(0, 1, 0),
                           .uv = {.25f, .75f},
                           .world = vec3(4, 5, 6),
                           .normal = vec3(0, 0, 1),
                           .view = vec3(0, .8f, -.6f),
                           .thing = .125f,
                           .part = .375f,
                           .depth = 7.5f,
                           .curvature = -.25f};
  assert_true(is(value_at(input_texture_of(ML_INPUT_P), &at), 1, 2, 3));
  assert_true(is(value_at(input_texture_of(ML_INPUT_WORLD), &at), 4, 5, 6));
  assert_true(is(value_at(input_texture_of(ML_INPUT_N), &at), 0, 0, 1));
  assert_true(is(value_at(input_texture_of(ML_INPUT_VIEW), &at), 0, .8f, -.6f));
  assert_true(is(value_at(input_texture_of(ML_INPUT_FACING), &at), .6f, .6f, .6f));
  assert_true(is(value_at(input_texture_of(ML_INPUT_ID), &at), .125f, .125f, .125f));
  assert_true(is(value_at(input_texture_of(ML_INPUT_PART), &at), .375f, .375f, .375f));
  assert_true(is(value_at(input_texture_of(ML_INPUT_DEPTH), &at), 7.5f, 7.5f, 7.5f));
  assert_true(is(value_at(input_texture_of(ML_INPUT_CURVATURE), &at), -.25f, -.25f, -.25f));
  const MlProgramNode v[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_UV}, {.op = ML_OP_PICK, .operands = {0}, .data = 1, .width = 1}};
  assert_true(is(value_at(texture_of(v, 2), &at), .75f, .75f, .75f));
  // Only what is looked at has to be found out
  assert_int_equal(b->textures.data[0].varies, 0);
  assert_int_equal(b->textures.data[1].varies, VARIES_POINT);
  assert_int_equal(b->textures.data[8].varies, VARIES_POINT | VARIES_CURVATURE);
  assert_int_equal(b->textures.data[9].varies, VARIES_UV);
  // uv has two components
  const MlProgramNode uv = {.op = ML_OP_INPUT, .data = ML_INPUT_UV};
  MlProgram two = accepted(ml_program(b, &ML_DESC(MlProgramDesc, .nodes = &uv, .node_count = 1), &error));
  assert_int_equal(ml_program_texture(b, &ML_DESC(MlProgramTextureDesc, .program = two), &error), 0);
  assert_string_equal(error.message, "program_texture.program: expected one of 1 or 3 components, got 2");
}

static void what_is_no_number_is_nothing(void **state) {
  (void)state;
  const TexturePoint at = {.p = vec3(-1, 4, 0)};
  const MlProgramNode root[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P}, {.op = ML_OP_SQRT, .operands = {0}}};
  assert_true(is(value_at(texture_of(root, 2), &at), 0, 2, 0));
  const MlProgramNode log[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P}, {.op = ML_OP_LOG, .operands = {0}}};
  Spectrum s = value_at(texture_of(log, 2), &at);
  assert_true(s[0] == 0 && s[2] == -1e30f);
  // Heights of bumps may be negative
  assert_true(is(value_at(input_texture_of(ML_INPUT_P), &at), -1, 4, 0));
}

static void textures_in_programs(void **state) {
  (void)state;
  const TexturePoint here = {.p = vec3(.5f, .5f, .5f), .n = vec3(0, 1, 0)}, there = {.p = vec3(1.5f, .5f, .5f), .n = vec3(0, 1, 0)};
  MlInput red = {{1, 0, 0}, 0}, blue = {{0, 0, 1}, 0};
  MlTexture checker = accepted(ml_checker(b, &ML_DESC(MlCheckerDesc, .a = red, .b = blue), &error));
  const MlProgramNode same = {.op = ML_OP_TEXTURE, .operands = {NO, NO, NO}, .data = checker};
  MlTexture plain = texture_of(&same, 1);
  assert_true(is(value_at(plain, &here), 1, 0, 0) && is(value_at(plain, &there), 0, 0, 1));
  assert_int_equal(b->textures.data[plain - 1].depth, 2);
  // At a place of its own: three times as small
  const MlProgramNode scaled[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                  {.op = ML_OP_CONSTANT, .width = 1, .value = {3}},
                                  {.op = ML_OP_MULTIPLY, .operands = {0, 1}},
                                  {.op = ML_OP_TEXTURE, .operands = {2, NO, NO}, .data = checker}};
  MlTexture small = texture_of(scaled, 4);
  assert_true(is(value_at(small, &here), 0, 0, 1) && is(value_at(small, &there), 1, 0, 0));
  // As a number; and its mean is that of the texture
  const MlProgramNode number = {.op = ML_OP_TEXTURE, .operands = {NO, NO, NO}, .data = checker | ML_TEXTURE_NUMBER};
  MlTexture grey = texture_of(&number, 1);
  assert_true(abs_f(value_at(grey, &here)[1] - .2126f) < 1e-6f);
  assert_true(abs_f(b->textures.data[plain - 1].mean[0] - .5f) < 1e-4f);
  // A footprint of a whole cell sees both
  TexturePoint wide = here;
  wide.px = vec3(.7f, 0, 0), wide.py = vec3(0, 0, .7f);
  Spectrum s = value_at(small, &wide);
  assert_true(s[0] > .3f && s[0] < .7f);
  // Deep
  MlTexture deep = checker;
  for (int i = 1; i < TEXTURE_MAX_DEPTH; i++) {
    const MlProgramNode inner = {.op = ML_OP_TEXTURE, .operands = {NO, NO, NO}, .data = deep};
    deep = texture_of(&inner, 1);
  }
  const MlProgramNode last = {.op = ML_OP_TEXTURE, .operands = {NO, NO, NO}, .data = deep};
  MlProgram program = accepted(ml_program(b, &ML_DESC(MlProgramDesc, .nodes = &last, .node_count = 1), &error));
  assert_int_equal(ml_program_texture(b, &ML_DESC(MlProgramTextureDesc, .program = program), &error), 0);
  assert_string_equal(error.message, "program_texture: more than 16 textures inside each other");
}

static const MlScene *committed(MlBuilder *builder) {
  const MlScene *scene;
  if (ml_commit(builder, NULL, &scene, &error) != ML_OK) fail_msg("%s", error.message);
  return scene;
}

static MlMaterial matte_by(MlTexture texture) { return accepted(ml_matte(b, &ML_DESC(MlMatteDesc, .color_texture = texture), &error)); }

static void scenes_keep_programs(void **state) {
  (void)state;
  uint64_t hashes[3];
  for (int i = 0; i < 3; i++) {
    const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                   {.op = ML_OP_CONSTANT, .width = 1, .value = {i == 1 ? 3 : 2}},
                                   {.op = ML_OP_MULTIPLY, .operands = {0, 1}}};
    MlNode ball = accepted(ml_sphere(b, &ML_DESC(MlSphereDesc, .material = matte_by(texture_of(nodes, 3))), &error));
    ml_add(b, ball, &error);
    const MlScene *handle = committed(b);
    const Scene *scene = scene_of(handle);
    const TexturePoint at = {.p = vec3(.125f, .25f, 0)};
    assert_true(is(texture_eval(&scene->textures, 0, &at, false), i == 1 ? .375f : .25f, i == 1 ? .75f : .5f, 0));
    const char *program = (const char *)scene->textures.textures[0].program, *block = (const char *)scene;
    assert_true(program > block && program < block + scene->bytes);
    assert_null(scene->prim_things); // nobody asks
    hashes[i] = scene->stats.hash;
    ml_scene_release(handle);
    b = fixture_builder(&fixture);
  }
  assert_true(hashes[0] == hashes[2] && hashes[0] != hashes[1]);
}

static MlNode moved(MlNode node, double x) {
  MlTransform t = ml_transform_identity();
  t.m[3] = x;
  return accepted(ml_place(b, &ML_DESC(MlPlaceDesc, .child = node, .transform = t), &error));
}

/* One number for each outermost placed thing, whatever it is made of: single shapes, a group that is expanded, one that is an instance, an array. */
static void things_are_what_is_placed(void **state) {
  (void)state;
  MlMaterial by_id = matte_by(input_texture_of(ML_INPUT_ID));
  MlNode ball = accepted(ml_sphere(b, &ML_DESC(MlSphereDesc, .material = by_id), &error));
  MlNode box = accepted(ml_box(b, &ML_DESC(MlBoxDesc, .material = by_id), &error));
  const MlNode both[2] = {ball, moved(box, .25)};
  MlNode pair = accepted(ml_group(b, &ML_DESC(MlGroupDesc, .children = both, .child_count = 2), &error));
  MlNode first = moved(pair, 4), second = moved(pair, 8), single = moved(ball, 12);
  const float places[24] = {1, 0, 0, 20, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 24, 0, 1, 0, 0, 0, 0, 1, 0};
  MlNode array = accepted(ml_array(b, &ML_DESC(MlArrayDesc, .child = ball, .transforms = places, .count = 2), &error));
  const MlNode roots[4] = {first, second, single, array};
  for (int i = 0; i < 4; i++) ml_add(b, roots[i], &error);
  const MlScene *handle = committed(b);
  const Scene *scene = scene_of(handle);
  assert_non_null(scene->prim_things);
  assert_int_equal(scene->world.prim_count, 5);
  const uint32_t *t = scene->prim_things;
  assert_true(t[0] == t[1] && t[2] == t[3] && t[0] != t[2] && t[4] != t[0] && t[4] != t[2]);
  // As hits see them
  float seen[2];
  for (int i = 0; i < 2; i++) {
    Surface surface = {.p = vec3(20.0f + 4.0f * (float)i, 1, 0), .depth = 3.5f, .ns = vec3(0, 1, 0), .instance = 0, .path = i == 0 ? 1 : 2};
    const Span none = span_none();
    TexturePoint at = {0};
    texture_point_see(scene, &surface, &none, VARIES_POINT, vec3(0, -2, 0), &at);
    assert_true(at.depth == 3.5f && at.curvature == 0.0f && at.view[1] == 1.0f && at.world[0] == surface.p[0] + (float)scene->origin[0]);
    seen[i] = at.thing;
  }
  assert_true(seen[0] != seen[1] && seen[0] >= 0 && seen[0] < 1 && seen[1] >= 0 && seen[1] < 1);
  ml_scene_release(handle);
  b = fixture_builder(&fixture);
}

/* Where a ray meets the scene from straight above (x, z). */
static float curvature_at(const Scene *scene, float x, float z) {
  Ray ray = {vec3(x, 50, z) - vec3((float)scene->origin[0], (float)scene->origin[1], (float)scene->origin[2]), vec3(0, -1, 0), INFINITY_F,
             RAY_CAMERA, 0};
  Hit hit;
  if (!trace_closest(&scene->world, &ray, &hit)) fail_msg("nothing at %g %g", (double)x, (double)z);
  Surface surface;
  surface_at(scene, &ray, &hit, &surface);
  return surface_curvature(scene, &surface);
}
static MlNode put(MlNode node, double x, double size, double stretch, bool lie) {
  const MlTransform scale = {{size, 0, 0, x, 0, size, 0, 0, 0, 0, size * stretch, 0}}, turn = ml_transform_turn(90, (MlVec3){1, 0, 0});
  const MlTransform t = lie ? ml_transform_multiply(&scale, &turn) : scale;
  return accepted(ml_place(b, &ML_DESC(MlPlaceDesc, .child = node, .transform = t), &error));
}

/* Against what books say of each shape, under placements, single, in groups that are instances, and of a mesh of a ball. */
static void curvature_of_shapes(void **state) {
  (void)state;
  MlNode ball = accepted(ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 2), &error));
  MlNode tube = accepted(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {0, -1, 0}, .to = {0, 1, 0}, .radius = .5), &error));
  MlNode cone = accepted(ml_cone(b, &ML_DESC(MlConeDesc, .from = {0, 0, 0}, .to = {0, 1, 0}, .radius = 1), &error));
  MlNode pill = accepted(ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = {0, -1, 0}, .to = {0, 1, 0}, .radius = .5), &error));
  MlNode ring = accepted(ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 2, .tube = .5), &error));
  MlNode box = accepted(ml_box(b, &ML_DESC(MlBoxDesc, .from = {0, 0, 0}), &error));
  const MlNode four[4] = {ball, box, cone, pill};
  MlNode group = accepted(ml_group(b, &ML_DESC(MlGroupDesc, .children = four, .child_count = 4), &error));
  // A triangle of a ball of radius 5, without which there would be no normals but flat ones
  static const float points[9] = {3, 4, 0, -3, 4, 0, 0, 4, 3}, normals[9] = {.6f, .8f, 0, -.6f, .8f, 0, 0, .8f, .6f};
  static const uint32_t corners[3] = {0, 1, 2};
  MlNode mesh = accepted(ml_mesh(
    b, &ML_DESC(MlMeshDesc, .points = points, .normals = normals, .point_count = 3, .triangles = corners, .triangle_count = 1), &error));
  const MlNode roots[] = {ball,
                          put(ball, 10, 1, 2, false),
                          put(tube, 20, 3, 1, true),
                          put(cone, 30, 1, 1, false),
                          put(pill, 40, 1, 1, false),
                          put(ring, 50, 1, 1, false),
                          put(box, 60, 2, 1, false),
                          put(pill, 70, 1, 1, true),
                          put(group, 80, 4, 1, false),
                          put(group, 100, 1, 1, false),
                          put(mesh, 110, 2, 1, false)};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) ml_add(b, roots[i], &error);
  const MlScene *handle = committed(b);
  const Scene *scene = scene_of(handle);
  static const float wanted[][3] = {{0, 0, .5f},  {1, 1, .5f},    {10, 0, .3125f},        {20, 0, 1 / 3.0f},     {30.5f, 0, .70710678f},
                                    {40, 0, 2},   {52, 0, 1},     {52.3f, 0, 1.1304348f}, {51.7f, 0, .8235294f}, {60, 0, 0},
                                    {70, .5f, 1}, {80, 0, .125f}, {84, 1, .125f},         {100, 0, .5f},         {110, 1, .1f}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    const float is_now = curvature_at(scene, wanted[i][0], wanted[i][1]);
    if (!(abs_f(is_now - wanted[i][2]) <= 1e-4f))
      fail_msg("at %g: %g, wanted %g", (double)wanted[i][0], (double)is_now, (double)wanted[i][2]);
  }
  ml_scene_release(handle);
  b = fixture_builder(&fixture);
}

/* Hair bends by its radius, also where it is scaled or flattened; what is cut out of a solid is hollow. */
static void curvature_of_hair_and_hollows(void **state) {
  (void)state;
  static const float line[6] = {0, 0, -2, 0, 0, 2};
  static const uint32_t two[1] = {2};
  MlNode hair =
    accepted(ml_hair(b, &ML_DESC(MlHairDesc, .points = line, .counts = two, .strand_count = 1, .radius = .25, .tip = 1), &error));
  MlNode ball = accepted(ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .radius = .5), &error));
  MlNode tube = accepted(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {0, 1, -5}, .to = {0, 1, 5}, .radius = .5), &error));
  MlNode box = accepted(ml_box(b, &ML_DESC(MlBoxDesc, .from = {-1, -1, -1}, .to = {1, 1, 1}), &error));
  MlNode bulge = accepted(ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 0, 0}, .radius = 2), &error));
  MlNode hollows[3];
  for (int i = 0; i < 3; i++) {
    const MlNode cut[2] = {i == 2 ? bulge : box, i == 1 ? tube : ball};
    hollows[i] = accepted(ml_combine(b, &ML_DESC(MlCombineDesc, .combine = ML_DIFFERENCE, .children = cut, .child_count = 2), &error));
  }
  const MlTransform flat = {{2, 0, 0, 20, 0, 1, 0, 0, 0, 0, 3, 0}};
  const MlNode roots[] = {hair,
                          put(hair, 10, 2, 1, false),
                          accepted(ml_place(b, &ML_DESC(MlPlaceDesc, .child = hair, .transform = flat), &error)),
                          put(hollows[0], 30, 1, 1, false),
                          put(hollows[0], 40, 2, 1, false),
                          put(hollows[1], 50, 1, 1, false),
                          put(hollows[2], 60, 1, 1, false)};
  for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) ml_add(b, roots[i], &error);
  const MlScene *handle = committed(b);
  const Scene *scene = scene_of(handle);
  // Flattened hair is an ellipse, half axes .5 across and .25 up: at its top it bends by b / a^2
  static const float wanted[][3] = {{0, 0, 2},     {.1f, 1, 2},   {10, 0, 1},    {20, 0, .5f}, {30, 0, -2},
                                    {30.7f, 0, 0}, {40, .3f, -1}, {50, .5f, -1}, {60, 0, .5f}};
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    const float is_now = curvature_at(scene, wanted[i][0], wanted[i][1]);
    if (!(abs_f(is_now - wanted[i][2]) <= 1e-3f))
      fail_msg("at %g: %g, wanted %g", (double)wanted[i][0], (double)is_now, (double)wanted[i][2]);
  }
  ml_scene_release(handle);
  b = fixture_builder(&fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(inputs_are_those_of_the_hit), TEST(what_is_no_number_is_nothing), TEST(textures_in_programs),          TEST(scenes_keep_programs),
    TEST(things_are_what_is_placed),   TEST(curvature_of_shapes),          TEST(curvature_of_hair_and_hollows),
  };
  return cmocka_run_group_tests_name("programs as textures", tests, NULL, NULL);
}
