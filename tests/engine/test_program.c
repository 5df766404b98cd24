/* test_program.c - programs: every message, folding, sharing, registers; single evaluation, batches and a plain interpreter agree to the bit;
 * what noise promises; failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "builder_fixture.h"
#include "fault_memory.h"
#include "golden_program.h"

#define NO ML_NO_OPERAND
#define NODE(operation, ...) ((MlProgramNode){.op = (operation), .operands = {NO, NO, NO}, __VA_ARGS__})
#define INPUT_NODE(which) NODE(ML_OP_INPUT, .data = (which))
#define NUMBER(x) NODE(ML_OP_CONSTANT, .width = 1, .value = {(x)})
#define VECTOR(x, y, z) NODE(ML_OP_CONSTANT, .width = 3, .value = {(x), (y), (z)})
#define PICKED(of, which, count) ((MlProgramNode){.op = ML_OP_PICK, .operands = {of}, .data = (which), .width = (count)})
#define OF(operation, ...) ((MlProgramNode){.op = (operation), .operands = {__VA_ARGS__}})

static Memory memory;

static Program *compiled(const MlProgramNode *nodes, uint64_t count) {
  Program *program;
  MlError failed = {0};
  MlProgramDesc desc = ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = count, .result = (uint32_t)count - 1);
  if (program_compile(&memory, &desc, 0, &program, &failed) != ML_OK) fail_msg("refused: %s", failed.message);
  return program;
}
#define COMPILED(...) compiled((const MlProgramNode[]){__VA_ARGS__}, sizeof((const MlProgramNode[]){__VA_ARGS__}) / sizeof(MlProgramNode))
static void release(Program *program) { memory_free(&memory, program, program_bytes(program)); }

static void fill(ProgramPoint *point, float inputs[ML_INPUT_COUNT][3], Chance *random) {
  memset(point, 0, sizeof *point);
  for (uint32_t n = 0; n < ML_INPUT_COUNT; n++) {
    float scale = chance_below(random, 4) == 0 ? 2000.0f : 6.0f;
    for (int c = 0; c < 3; c++)
      inputs[n][c] = chance_below(random, 12) == 0 ? (float)chance_constant(random) : scale * (chance_unit(random) - 0.5f);
    if (program_input_width(n) == 1) inputs[n][1] = inputs[n][2] = inputs[n][0];
    point->inputs[n] = program_input_width(n) == 1 ? program_number(inputs[n][0]) : vec3_load(inputs[n]);
  }
}

/* Folded, shared, ordered, in registers; one point at a time and eight at once: always what the plain interpreter says. */
static void all_evaluators_agree(void **state) {
  (void)state;
  enum { POINTS = 13 };
  Chance random = {7};
  uint64_t steps = 0, nodes = 0, finite = 0;
  for (int i = 0; i < 3000; i++) {
    RandomProgram source;
    random_program(&random, ML_INPUT_COUNT, &source);
    Program *program = compiled(source.nodes, source.count);
    uint32_t width = program->width, last = source.count - 1;
    assert_int_equal(width, source.widths[last]);
    steps += program->step_count, nodes += source.count;
    float inputs[POINTS][ML_INPUT_COUNT][3], values[RANDOM_NODES][3], batch[POINTS * 3], arrays[ML_INPUT_COUNT][POINTS * 3];
    const float *given[PROGRAM_INPUTS] = {NULL};
    ProgramPoint points[POINTS];
    for (int k = 0; k < POINTS; k++) fill(&points[k], inputs[k], &random);
    for (uint32_t n = 0; n < ML_INPUT_COUNT; n++) {
      given[n] = arrays[n];
      uint32_t stride = program_input_width(n) == 1 ? 1 : 3;
      for (int k = 0; k < POINTS; k++) memcpy(arrays[n] + (uint32_t)k * stride, inputs[k][n], stride * sizeof(float));
    }
    assert_int_equal(program_batch(&memory, program, given, POINTS, batch, NULL, NULL), ML_OK);
    for (int k = 0; k < POINTS; k++) {
      plain_run(&source, (const float(*)[3])inputs[k], values);
      Vec3 single = program_evaluate(program, &points[k], golden_no_texture, NULL);
      for (uint32_t c = 0; c < width; c++) {
        uint32_t wanted = plain_bits(values[last][c]);
        finite += isfinite(values[last][c]) ? 1 : 0;
        if (plain_bits(single[c]) != wanted || plain_bits(batch[(uint32_t)k * width + c]) != wanted)
          fail_msg("program %d, point %d, component %u: %.9g plain, %.9g single, %.9g in a batch", i, k, c, (double)values[last][c],
                   (double)single[c], (double)batch[(uint32_t)k * width + c]);
      }
    }
    release(program);
  }
  assert_true(2 * steps < nodes);             /* much is folded or needed by nothing */
  assert_true(finite > 3000ull * POINTS / 2); /* and what is left says something */
}

/* With footprints, which the plain interpreter does not know. */
static void batches_agree_with_footprints(void **state) {
  (void)state;
  enum { POINTS = 64 };
  Program *program = COMPILED(INPUT_NODE(ML_INPUT_P), NUMBER(3), OF(ML_OP_MULTIPLY, 0, 1, NO), NUMBER(0.5), NUMBER(2),
                              (MlProgramNode){.op = ML_OP_FBM, .operands = {2, 3, 4}, .data = 6}, OF(ML_OP_VORONOI_EDGE, 2, NO, NO),
                              OF(ML_OP_ADD, 5, 6, NO));
  assert_int_equal(program->inputs, 1u << ML_INPUT_P | 1u << INPUT_P_WIDTH);
  Chance random = {3};
  float places[POINTS * 3], widths[POINTS], out[POINTS];
  const float *given[PROGRAM_INPUTS] = {[ML_INPUT_P] = places, [INPUT_P_WIDTH] = widths};
  for (int i = 0; i < POINTS * 3; i++) places[i] = chance_unit(&random) * 8.0f - 4.0f;
  for (int i = 0; i < POINTS; i++) widths[i] = chance_unit(&random) * 0.4f;
  assert_int_equal(program_batch(&memory, program, given, POINTS, out, NULL, NULL), ML_OK);
  for (int i = 0; i < POINTS; i++) {
    ProgramPoint point = {.inputs = {[ML_INPUT_P] = vec3_load(places + 3 * i), [INPUT_P_WIDTH] = program_number(widths[i])}};
    assert_int_equal(float_bits(program_evaluate(program, &point, golden_no_texture, NULL)[0]), float_bits(out[i]));
  }
  release(program);
}

static void what_is_equal_is_one(void **state) {
  (void)state;
  // sin(p.x) + sin(p.x) has two steps besides the pick; constants fold; what nothing needs is gone
  Program *program = COMPILED(INPUT_NODE(ML_INPUT_P), PICKED(0, 0, 1), OF(ML_OP_SIN, 1), PICKED(0, 0, 1), OF(ML_OP_SIN, 3),
                              OF(ML_OP_NOISE, 0), OF(ML_OP_ADD, 2, 4));
  assert_int_equal(program->step_count, 3);
  assert_int_equal(program->register_count, 1);
  release(program);
  program = COMPILED(NUMBER(2), NUMBER(3), OF(ML_OP_POW, 0, 1), VECTOR(1, 2, 3), OF(ML_OP_MULTIPLY, 2, 3), OF(ML_OP_NOISE, 4));
  assert_int_equal(program->step_count, 0);
  assert_true((program->result & OPERAND_CONSTANT) != 0);
  release(program);
  // x 1, / 1, - 0, where(true, x, y), mix(y, x, 1), join(x.x, ...).x
  program = COMPILED(INPUT_NODE(ML_INPUT_P), NUMBER(1), OF(ML_OP_MULTIPLY, 0, 1), OF(ML_OP_DIVIDE, 2, 1), NUMBER(0),
                     OF(ML_OP_SUBTRACT, 3, 4), INPUT_NODE(ML_INPUT_N), OF(ML_OP_SELECT, 1, 5, 6), OF(ML_OP_MIX, 6, 7, 1));
  assert_int_equal(program->step_count, 0);
  assert_int_equal(program->result, OPERAND_INPUT | ML_INPUT_P);
  release(program);
}

/* x - (-0) is not x where that is -0. */
static void signs_of_zero_stay(void **state) {
  (void)state;
  Program *program = COMPILED(INPUT_NODE(ML_INPUT_FACING), NUMBER(-0.0), OF(ML_OP_SUBTRACT, 0, 1), NUMBER(0), OF(ML_OP_ADD, 2, 3));
  assert_int_equal(program->step_count, 2);
  release(program);
}

/* A sum of many terms is not kept as many values, however it is written; what has to be, is. */
static void few_registers(void **state) {
  (void)state;
  enum { TERMS = 600 };
  static MlProgramNode nodes[3 * TERMS + 2];
  nodes[0] = INPUT_NODE(ML_INPUT_P);
  nodes[1] = INPUT_NODE(ML_INPUT_FACING);
  uint32_t n = 2;
  for (uint32_t i = 0; i < TERMS; i++) nodes[n++] = NUMBER((double)i + 0.5);
  for (uint32_t i = 0; i < TERMS; i++) nodes[n++] = OF(ML_OP_MULTIPLY, 1, 2 + i);
  uint32_t sum = 2 + TERMS;
  for (uint32_t i = 1; i < TERMS; i++) {
    nodes[n] = OF(ML_OP_ADD, sum, 2 + TERMS + i);
    sum = n++;
  }
  Program *program = compiled(nodes, n);
  assert_int_equal(program->step_count, 2 * TERMS - 1);
  assert_int_equal(program->register_count, 2);
  release(program);
  // The least and the second least of many, in the order in which they are written: few again
  n = 2;
  nodes[n++] = NUMBER(1e9);
  uint32_t least = 2, second = 2;
  for (uint32_t i = 0; i < 300; i++) {
    nodes[n] = NUMBER((double)i + 0.5);
    nodes[n + 1] = OF(ML_OP_MOD, 1, n);
    nodes[n + 2] = OF(ML_OP_MAX, least, n + 1);
    nodes[n + 3] = OF(ML_OP_MIN, second, n + 2);
    nodes[n + 4] = OF(ML_OP_MIN, least, n + 1);
    second = n + 3, least = n + 4, n += 5;
  }
  nodes[n] = OF(ML_OP_SUBTRACT, second, least);
  program = compiled(nodes, n + 1);
  assert_true(program->register_count < 8);
  release(program);
}

static void messages_of_programs(void **state) {
  (void)state;
#define REFUSES(text, result_, ...)                                                                                                        \
  do {                                                                                                                                     \
    const MlProgramNode nodes_[] = {__VA_ARGS__};                                                                                          \
    error = (MlError){0};                                                                                                                  \
    assert_int_equal(                                                                                                                      \
      ml_program(b,                                                                                                                        \
                 &ML_DESC(MlProgramDesc, .nodes = nodes_, .node_count = sizeof nodes_ / sizeof *nodes_, .result = (result_), .place = 42), \
                 &error),                                                                                                                  \
      0);                                                                                                                                  \
    assert_string_equal(error.message, text);                                                                                              \
    assert_int_equal(error.place, 42);                                                                                                     \
  } while (0)
  const MlProgramNode p = INPUT_NODE(ML_INPUT_P), uv = INPUT_NODE(ML_INPUT_UV), one = NUMBER(1);
  REFUSES("program.nodes[0] (?): expected one of MlOp", 0, NODE(ML_OP_COUNT, .width = 1));
  REFUSES("program.nodes[0] (ML_OP_INPUT): expected one of MlProgramInput", 0, INPUT_NODE(ML_INPUT_COUNT));
  REFUSES("program.nodes[1] (ML_OP_SIN): expected numbers of earlier nodes as operands", 1, p, OF(ML_OP_SIN, 1));
  REFUSES("program.nodes[2] (ML_OP_ADD): vectors of 2 and of 3 components do not go together", 2, p, uv, OF(ML_OP_ADD, 0, 1));
  REFUSES("program.nodes[2] (ML_OP_DOT): expected two vectors of one width", 2, p, uv, OF(ML_OP_DOT, 0, 1));
  REFUSES("program.nodes[2] (ML_OP_CROSS): expected two vectors of 3 components", 2, p, uv, OF(ML_OP_CROSS, 0, 1));
  REFUSES("program.nodes[1] (ML_OP_PICK): expected a width of 1 to 3 and components that the operand has", 1, uv, PICKED(0, 2, 1));
  REFUSES("program.nodes[1] (ML_OP_JOIN): expected a width of 2 or 3 and so many numbers", 1, p,
          (MlProgramNode){.op = ML_OP_JOIN, .width = 2});
  REFUSES("program.nodes[2] (ML_OP_FBM): expected 1 to 16 octaves", 2, p, one,
          (MlProgramNode){.op = ML_OP_FBM, .operands = {0, 1, 1}, .data = 17});
  REFUSES("program.nodes[1] (ML_OP_FBM): expected numbers for gain and lacunarity", 1, p, (MlProgramNode){.op = ML_OP_FBM, .data = 1});
  REFUSES("program.nodes[0] (ML_OP_TEXTURE): expected a texture of this builder", 0, NODE(ML_OP_TEXTURE, .data = 9));
  REFUSES("program.nodes[1] (ML_OP_TEXTURE): expected coordinates of 2 or 3 components", 1, one,
          (MlProgramNode){.op = ML_OP_TEXTURE, .data = 1});
  REFUSES("program.result: expected the number of a node, got 1", 1, p);
  error = (MlError){0};
  assert_int_equal(ml_program(b, &ML_DESC(MlProgramDesc, .nodes = &uv, .node_count = 1, .width = 3), &error), 0);
  assert_string_equal(error.message, "program.result: expected 3 components, got 2");
  assert_int_equal(ml_program(b, &ML_DESC(MlProgramDesc, .nodes = &p, .node_count = 65537), &error), 0);
  assert_string_equal(error.message, "program.node_count: more than 65536 operations");
  assert_int_equal(error.status, ML_ERROR_LIMIT);
  assert_int_equal(ml_program_texture(b, &ML_DESC(MlProgramTextureDesc, .program = 3), &error), 0);
  assert_string_equal(error.message, "program_texture.program: expected a program of this builder, got 3");
  // Each is needed for the sum, and then once more
  enum { KEPT = 600 };
  static MlProgramNode many[5 * KEPT + 1];
  uint32_t n = 0;
  many[n++] = INPUT_NODE(ML_INPUT_FACING);
  for (uint32_t i = 0; i < KEPT; i++, n += 2) {
    many[n] = NUMBER((double)i + 1.5);
    many[n + 1] = OF(ML_OP_MOD, 0, n);
  }
  uint32_t sum = 0;
  for (uint32_t i = 0; i < KEPT; i++) many[n] = OF(ML_OP_ADD, sum, 2 + 2 * i), sum = n++;
  uint32_t all = sum;
  for (uint32_t i = 0; i < KEPT; i++, n += 2) {
    many[n] = OF(ML_OP_MOD, 2 + 2 * i, all);
    many[n + 1] = OF(ML_OP_ADD, sum, n);
    sum = n + 1;
  }
  error = (MlError){0};
  assert_int_equal(ml_program(b, &ML_DESC(MlProgramDesc, .nodes = many, .node_count = n, .result = sum, .place = 42), &error), 0);
  assert_string_equal(error.message, "program: keeps 601 values at the same time, at most 512 are possible");
  assert_int_equal(error.status, ML_ERROR_LIMIT);
}

static void programs_of_a_builder(void **state) {
  (void)state;
  const MlProgramNode nodes[] = {INPUT_NODE(ML_INPUT_P), OF(ML_OP_LENGTH, 0), NUMBER(1), OF(ML_OP_SUBTRACT, 1, 2), NUMBER(3)};
  MlProgramDesc desc = ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = 5, .result = 3);
  MlProgram first = ml_program(b, &desc, &error), again = ml_program(b, &desc, &error);
  assert_true(first != 0 && first == again);
  MlProgramInfo info = ml_program_info(b, first);
  assert_true(info.width == 1 && info.steps == 2 && info.inputs == 1u << ML_INPUT_P && !info.textures);
  const float points[9] = {0, 0, 0, 3, 4, 0, 0, 0, 1};
  float out[3];
  assert_int_equal(ml_program_run(b, first, points, 3, out, NULL, &error), ML_OK);
  assert_true(out[0] == -1 && out[1] == 4 && out[2] == 0);
  desc.width = 3;
  MlProgram wide = ml_program(b, &desc, &error);
  assert_true(wide != first && ml_program_info(b, wide).width == 3);
  const MlProgramNode by_n = INPUT_NODE(ML_INPUT_N);
  MlProgram other = ml_program(b, &ML_DESC(MlProgramDesc, .nodes = &by_n, .node_count = 1), &error);
  assert_int_equal(ml_program_run(b, other, points, 1, out, NULL, &error), ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "program: expected one of ML_INPUT_P alone, without textures");
  // One operation by itself
  const MlProgramNode noise = OF(ML_OP_NOISE);
  const double place[3][3] = {{0.3, 1.7, -2.2}};
  const uint32_t widths[3] = {3, 1, 1};
  double value[3];
  assert_int_equal(ml_op_value(&noise, place, widths, value, &error), 1);
  assert_true(value[0] == (double)noise_of(vec3(0.3f, 1.7f, -2.2f), 0) && value[0] != 0.0);
  assert_int_equal(ml_op_value(&by_n, place, widths, value, &error), 0);
  assert_string_equal(error.message, "ML_OP_INPUT: its value depends on where it is");
}

/* ---- noise */

typedef struct Spread {
  double mean, least, most, deviation;
} Spread;

static Spread spread_of(MlOp op, float width) {
  enum { COUNT = 40000 };
  Chance random = {11};
  Spread s = {0, 1e9, -1e9, 0};
  for (int i = 0; i < COUNT; i++) {
    float x = chance_unit(&random), y = chance_unit(&random), z = chance_unit(&random);
    double v = (double)program_noise(op, 400.0f * vec3(x - 0.5f, y - 0.5f, z - 0.5f), 0.5f, 2.0f, width, 4);
    s.mean += v / COUNT, s.deviation += v * v / COUNT;
    if (v < s.least) s.least = v;
    if (v > s.most) s.most = v;
  }
  s.deviation = __builtin_sqrt(__builtin_fabs(s.deviation - s.mean * s.mean));
  return s;
}

static void noise_keeps_its_range(void **state) {
  (void)state;
  static const struct {
    MlOp op;
    double low, high, mean, error, deviation;
  } wanted[] = {
    {ML_OP_NOISE, -1, 1, 0, .006, .2},         {ML_OP_VALUE_NOISE, -1, 1, 0, .006, .2},
    {ML_OP_FBM, -1, 1, 0, .006, .12},          {ML_OP_RIDGED, 0, 1, .5, .2, .08},
    {ML_OP_TURBULENCE, 0, 1, .22, .04, .05},   {ML_OP_VORONOI_DISTANCE, 0, 1, .52, .006, .12},
    {ML_OP_VORONOI_CELL, 0, 1, .5, .006, .27}, {ML_OP_VORONOI_EDGE, 0, 1, (double)NOISE_MEAN_EDGE, .006, .09},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    Spread s = spread_of(wanted[i].op, 0.0f);
    bool fine = s.least >= wanted[i].low && s.most <= wanted[i].high && __builtin_fabs(s.mean - wanted[i].mean) < wanted[i].error &&
                s.deviation > wanted[i].deviation;
    if (!fine) fail_msg("%s: %g to %g, mean %g, deviation %g", program_op_name(wanted[i].op), s.least, s.most, s.mean, s.deviation);
    // Faded it is its mean, whatever it is
    Spread faded = spread_of(wanted[i].op, 20.0f), half = spread_of(wanted[i].op, 0.4f);
    bool fades = faded.deviation < 1e-3 && __builtin_fabs(faded.mean - s.mean) < .01 && __builtin_fabs(half.mean - s.mean) < .01;
    if (!fades) fail_msg("%s: mean %g, faded %g, half faded %g", program_op_name(wanted[i].op), s.mean, faded.mean, half.mean);
  }
}

/* No jumps, between cells either; a slope that bumps and distances can rely on. */
static void noise_is_continuous(void **state) {
  (void)state;
  static const MlOp smooth[] = {ML_OP_NOISE,      ML_OP_VALUE_NOISE,      ML_OP_FBM,         ML_OP_RIDGED,
                                ML_OP_TURBULENCE, ML_OP_VORONOI_DISTANCE, ML_OP_VORONOI_EDGE};
  const float step = 0x1p-10f;
  Chance random = {5};
  for (size_t k = 0; k < sizeof smooth / sizeof *smooth; k++)
    for (int line = 0; line < 40; line++) {
      float x = chance_unit(&random) * 50.0f, y = chance_unit(&random) * 50.0f, z = chance_unit(&random) * 50.0f, before = 0.0f;
      for (int i = 0; i < 3000; i++) {
        float v = program_noise(smooth[k], vec3(x + (float)i * step, y, z), 0.5f, 2.0f, 0.0f, 3);
        if (i > 0 && abs_f(v - before) > 12.0f * step)
          fail_msg("%s jumps from %g to %g", program_op_name(smooth[k]), (double)before, (double)v);
        before = v;
      }
    }
}

/* Against all points of all cells near, one by one. */
static void cells_are_exact(void **state) {
  (void)state;
  Chance random = {9};
  for (int i = 0; i < 20000; i++) {
    float x = chance_unit(&random) * 60.0f - 30.0f, y = chance_unit(&random) * 60.0f - 30.0f, z = chance_unit(&random) * 60.0f - 30.0f;
    float cell[3] = {floor_f(x), floor_f(y), floor_f(z)}, rest[3] = {x - cell[0], y - cell[1], z - cell[2]};
    uint32_t base =
      (uint32_t)(int32_t)cell[0] * NOISE_X + (uint32_t)(int32_t)cell[1] * NOISE_Y + (uint32_t)(int32_t)cell[2] * NOISE_Z + 0x5bd1e995u;
    NoisePoint nearest = noise_nearest(base, rest, 4);
    float border = noise_border(base, rest, 4, &nearest);
    float d = noise_cells(CELLS_DISTANCE, vec3(x, y, z), 0.0f), e = noise_cells(CELLS_EDGE, vec3(x, y, z), 0.0f);
    assert_true(abs_f(d - min_f(sqrt_f(nearest.distance2), 1.0f)) < 1e-6f);
    assert_true(abs_f(e - clamp_f(border, 0.0f, 1.0f)) < 1e-6f);
  }
}

/* ---- */

static void failing_allocations(void **state) {
  (void)state;
  RandomProgram source;
  Chance random = {21};
  do random_program(&random, ML_INPUT_COUNT, &source);
  while (source.count < 40);
  MlProgramDesc desc = ML_DESC(MlProgramDesc, .nodes = source.nodes, .node_count = source.count, .result = source.count - 1);
  for (long left = 0;; left++) {
    FaultMemory fault;
    fault_init(&fault, left, true);
    Program *program = NULL;
    MlError failed = {0};
    MlStatus status = program_compile(&fault.memory, &desc, 0, &program, &failed);
    if (status == ML_OK) {
      memory_free(&fault.memory, program, program_bytes(program));
      assert_true(left > 4 && fault.memory.used == 0);
      break;
    }
    assert_int_equal(status, ML_ERROR_MEMORY);
    assert_int_equal(failed.status, ML_ERROR_MEMORY);
    assert_true(fault.memory.used == 0);
  }
}

static void golden(void **state) {
  (void)state;
  uint64_t hash = golden_programs(&memory);
  if (hash != GOLDEN_PROGRAMS) fail_msg("GOLDEN_PROGRAMS is %016llx", (unsigned long long)hash);
}

static int begin(void **state) {
  memory_init(&memory, &(MlMemoryHooks){0}, 0);
  return set_up(state);
}
static int end(void **state) {
  bool leaked = memory.used != 0;
  return tear_down(state) != 0 || leaked;
}
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(all_evaluators_agree),  TEST(batches_agree_with_footprints),
    TEST(what_is_equal_is_one),  TEST(signs_of_zero_stay),
    TEST(few_registers),         TEST(messages_of_programs),
    TEST(programs_of_a_builder), TEST(noise_keeps_its_range),
    TEST(noise_is_continuous),   TEST(cells_are_exact),
    TEST(failing_allocations),   TEST(golden),
  };
  return cmocka_run_group_tests_name("programs", tests, NULL, NULL);
}
