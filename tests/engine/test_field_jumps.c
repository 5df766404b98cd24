/* test_field_jumps.c - solids whose function jumps (floor, where and choose, hash): they are where the function is below 0, walls stand where it jumps
 * across 0, rays find no holes, and however wild it is, making it and rays end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "builder_fixture.h"
#include "program/compile.h"
#include "program/evaluate.h"
#include "scene/scene.h"

typedef struct Jumping {
  const char *name;
  MlProgramNode nodes[16];
  uint32_t count;
} Jumping;
#define NUMBER(x)                                                                                                                          \
  {                                                                                                                                        \
    .op = ML_OP_CONSTANT, .width = 1, .value = { x }                                                                                       \
  }
/* Node 0 is the place, 1 its length, 3 that less 1. */
#define BALL                                                                                                                               \
  {.op = ML_OP_INPUT, .data = ML_INPUT_P}, {.op = ML_OP_LENGTH, .operands = {0}}, NUMBER(1), {                                             \
    .op = ML_OP_SUBTRACT, .operands = { 1, 2 }                                                                                             \
  }

static const Jumping jumping[] = {
  {"terraces",
   {BALL,
    {.op = ML_OP_PICK, .operands = {0}, .data = 1, .width = 1},
    NUMBER(4),
    {.op = ML_OP_MULTIPLY, .operands = {4, 5}},
    {.op = ML_OP_FLOOR, .operands = {6}},
    NUMBER(0.05),
    {.op = ML_OP_MULTIPLY, .operands = {7, 8}},
    {.op = ML_OP_ADD, .operands = {3, 9}}},
   11},
  {"halves", // of radius 1 and 0.7
   {BALL,
    {.op = ML_OP_PICK, .operands = {0}, .width = 1},
    NUMBER(0.2),
    {.op = ML_OP_LESS, .operands = {5, 4}},
    NUMBER(0.3),
    {.op = ML_OP_ADD, .operands = {3, 7}},
    {.op = ML_OP_SELECT, .operands = {6, 3, 8}}},
   10},
  {"blocks", // each of a radius of its own
   {BALL,
    NUMBER(4),
    {.op = ML_OP_MULTIPLY, .operands = {0, 4}},
    {.op = ML_OP_FLOOR, .operands = {5}},
    {.op = ML_OP_HASH, .operands = {6}, .data = 1},
    NUMBER(0.4),
    {.op = ML_OP_MULTIPLY, .operands = {7, 8}},
    {.op = ML_OP_SUBTRACT, .operands = {3, 9}},
    NUMBER(0.3),
    {.op = ML_OP_ADD, .operands = {10, 11}}},
   13},
  {"rings", // jumps that lie across no axis
   {BALL,
    {.op = ML_OP_PICK, .operands = {0}, .data = 0 | 2 << 2, .width = 2},
    {.op = ML_OP_LENGTH, .operands = {4}},
    NUMBER(5),
    {.op = ML_OP_MULTIPLY, .operands = {5, 6}},
    {.op = ML_OP_FRACT, .operands = {7}},
    NUMBER(0.3),
    {.op = ML_OP_MULTIPLY, .operands = {8, 9}},
    {.op = ML_OP_ADD, .operands = {3, 10}}},
   12},
  {"chance", // another value at each point: something between the balls of radius 0.7 and 1
   {BALL,
    {.op = ML_OP_HASH, .operands = {0}, .data = 1},
    NUMBER(0.3),
    {.op = ML_OP_MULTIPLY, .operands = {4, 5}},
    {.op = ML_OP_ADD, .operands = {3, 6}}},
   8},
};
enum { KINDS = sizeof jumping / sizeof *jumping, CHANCE = KINDS - 1 };

/* ---- the function itself */

static Program *program; /* a copy: the builder's ends with it */

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}
static double value_at(MlVec3 p) {
  ProgramPoint point;
  memset(&point, 0, sizeof point);
  point.inputs[ML_INPUT_P] = dvec_to_vec3(p);
  return (double)program_evaluate(program, &point, no_texture, NULL)[0];
}

static uint32_t polls;
static bool count_polls(void *ud) {
  (void)ud;
  polls++;
  return false;
}

static const MlScene *scene_with(const Jumping *j) {
  MlProgramDesc desc = ML_DESC(MlProgramDesc, .nodes = j->nodes, .node_count = j->count, .result = j->count - 1);
  const MlProgram id = ml_program(b, &desc, &error);
  if (id == 0) fail_msg("%s: %s", j->name, error.message);
  const Program *made = b->programs.data[id - 1];
  program = test_malloc(program_bytes(made));
  (void)program_copy(program, made);
  const MlNode node = ml_sdf(b, &ML_DESC(MlSdfDesc, .distance = id, .from = {-1.5, -1.5, -1.5}, .to = {1.5, 1.5, 1.5}), &error);
  if (node == 0) fail_msg("%s: %s", j->name, error.message);
  fixture_add(b, node);
  const MlCancel cancel = {.poll = count_polls, .ud = NULL};
  const MlScene *scene = NULL;
  polls = 0;
  if (ml_commit(b, &cancel, &scene, &error) != ML_OK) fail_msg("%s: %s", j->name, error.message);
  b = NULL;
  return scene;
}

/* ---- rays */

/* Looks along the ray in small steps: a hit must come where the function goes below 0 for longer than a moment, and not before. */
static void check_ray(const Jumping *j, const World *world, const Ray *ray) {
  enum { STEPS = 4000, RUN = 8 };
  const MlVec3 o = dvec_from_vec3(ray->o), d = dvec_from_vec3(ray->d);
  const double step = 1.0 / STEPS; // the ray is as long as it has to be
  Hit hit;
  const bool met = trace_closest(world, ray, &hit);
  int run = 0;
  for (int i = 0; i < STEPS; i++) {
    const double t = (i + 0.5) * step;
    run = value_at(dvec_add(o, dvec_scale(d, t))) < 0 ? run + 1 : 0;
    if (run < RUN) continue;
    if (!met) fail_msg("%s: a ray goes through, at %g", j->name, t);
    if ((double)hit.t > t) fail_msg("%s: a ray comes out at %g, which was inside from %g on", j->name, (double)hit.t, t - RUN * step);
    break;
  }
  if (!met) return;
  // Across the hit, or next to it where it is grazed, the function changes its sign
  bool inside = false, outside = false;
  for (int k = -64; k <= 64; k++) {
    const double value = value_at(dvec_add(o, dvec_scale(d, (double)hit.t + k * (k > -9 && k < 9 ? 2e-7 : 1e-5))));
    inside = inside || value < 1e-5;
    outside = outside || value > -1e-5;
  }
  if (!inside || !outside) fail_msg("%s: a ray is met at %g, where there is nothing", j->name, (double)hit.t);
}

static void rays_find_no_holes(void **state) {
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    random_state = 77 + (uint64_t)kind;
    const MlScene *handle = scene_with(&jumping[kind]);
    const World *world = &scene_of(handle)->world;
    if (polls > 100000) fail_msg("%s: %u polls", jumping[kind].name, polls);
    for (int i = 0; i < 1500; i++) {
      const MlVec3 from = dvec_scale(random_direction(), 2.7), to = random_point(0.9);
      Ray ray = {
        .o = dvec_to_vec3(from), .d = dvec_to_vec3(dvec_scale(dvec_subtract(to, from), 1.7)), .t_max = INFINITY_F, .kind = RAY_CAMERA};
      if (i % 8 == 0) { // along an axis, where jumps are met head on or never
        ray.d = vec3(0, 0, 0);
        ray.d[i / 8 % 3] = -2.0f * ray.o[i / 8 % 3];
      }
      if (kind < CHANCE) {
        check_ray(&jumping[kind], world, &ray);
        continue;
      }
      // Of what is by chance: nothing outside of where it may be, and nothing that lets through what goes through the middle
      Hit hit;
      const bool met = trace_closest(world, &ray, &hit);
      const double r = met ? dvec_length(dvec_add(from, dvec_scale(dvec_from_vec3(ray.d), (double)hit.t))) : 2;
      if (met) assert_true(r < 1 + 1e-5);
      const MlVec3 unit = dvec_normalize(dvec_from_vec3(ray.d)), off = dvec_subtract(from, dvec_scale(unit, dvec_dot(from, unit)));
      if (dvec_length(off) < 0.69 && !(met && r > 0.7 - 1e-5)) fail_msg("chance: a ray goes %g deep", r);
    }
    ml_scene_release(handle);
    test_free(program);
    b = fixture_builder(&fixture);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(rays_find_no_holes, set_up, tear_down)};
  return cmocka_run_group_tests_name("functions that jump", tests, NULL, NULL);
}
