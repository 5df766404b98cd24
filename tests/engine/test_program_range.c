/* Bounds of programs in boxes hold what programs give there: values, how they change from point to point, and gradients. */
#include <cmocka.h>

#include "engine/random_programs.h"
#include "program/gradient.h"
#include "program/prune.h"
#include "program/range.h"

static Memory memory;

static Program *compiled(const MlProgramNode *nodes, uint64_t count) {
  const MlProgramDesc desc = {.size = sizeof desc, .nodes = nodes, .node_count = count, .result = (uint32_t)count - 1};
  Program *program;
  MlError error = {0};
  if (program_compile_exact(&memory, &desc, &program, &error) != ML_OK) fail_msg("%s", error.message);
  return program;
}
static void release(Program *program) { memory_free(&memory, program, program_bytes(program)); }

static float value_at(const Program *program, const float p[3]) {
  ProgramPoint point;
  memset(&point, 0, sizeof point);
  point.inputs[ML_INPUT_P] = vec3_load(p);
  return program_evaluate(program, &point, NULL, NULL)[0];
}

/* Which one it was. */
static void print_program(const Program *program) {
  for (uint32_t i = 0; i < program->step_count; i++) {
    const ProgramStep *step = &program->steps[i];
    print_error("%s of %u to %u: %x %x %x, %u\n", program_op_name((MlOp)step->op), step->of, step->to, step->a, step->b, step->c,
                step->data);
  }
  for (uint32_t i = 0; i < program->constant_count; i++)
    print_error("constant %u: %g %g %g\n", i, (double)program->constants[i][0], (double)program->constants[i][1],
                (double)program->constants[i][2]);
}

static RangeBox random_box(Chance *random) {
  static const double sizes[] = {0, 1e-6, 1e-3, 0.03, 0.25, 1, 6}, places[] = {0, 1, 4, 300};
  RangeBox box;
  double around = places[chance_below(random, 4)], size = sizes[chance_below(random, 7)];
  for (int i = 0; i < 3; i++) {
    double centre = around * (2.0 * (double)chance_unit(random) - 1.0), half = size * (double)chance_unit(random);
    box.lo[i] = (double)(float)(centre - half);
    box.hi[i] = (double)(float)(centre + half);
  }
  return box;
}
/* Often in corners and on faces. */
static void point_in(const RangeBox *box, Chance *random, float p[3]) {
  for (int i = 0; i < 3; i++) {
    float f = chance_below(random, 3) == 0 ? (float)chance_below(random, 2) : chance_unit(random);
    p[i] = (float)(box->lo[i] + (box->hi[i] - box->lo[i]) * (double)f);
    p[i] = clamp_f(p[i], (float)box->lo[i], (float)box->hi[i]);
  }
}

typedef struct Tally {
  uint64_t values, changes, tight;
} Tally;

/* Points of a box against its bounds. */
static void check_box(const Program *program, const RangeBox *box, RangeValue *registers, Chance *random, int points, Tally *tally) {
  const RangeNumber r = program_range(program, box, registers, NULL);
  assert_true(r.value.lo <= r.value.hi && r.error >= 0.0);
  float before = 0.0f, last[3] = {0, 0, 0};
  bool slopes = true;
  for (int i = 0; i < 3; i++) slopes = slopes && r.slope[i].lo > -1e30 && r.slope[i].hi < 1e30;
  for (int k = 0; k < points; k++) {
    float p[3];
    point_in(box, random, p);
    const float v = value_at(program, p);
    if (!(abs_f(v) <= LARGEST_F)) continue; // no number, or beyond floats: what bounds say of the reals is no matter
    tally->values++;
    if (!((double)v >= r.value.lo - r.error && (double)v <= r.value.hi + r.error)) {
      print_program(program);
      fail_msg("%.9g at (%.9g, %.9g, %.9g) is outside of %.9g .. %.9g, error %.3g", (double)v, (double)p[0], (double)p[1], (double)p[2],
               r.value.lo, r.value.hi, r.error);
    }
    if (k > 0 && slopes && r.error < 1e30) {
      // The mean of the slopes on the way from point to point is one that the box has
      double least = -2.0 * r.error, most = 2.0 * r.error;
      for (int i = 0; i < 3; i++) {
        double way = (double)p[i] - (double)last[i], a = way * r.slope[i].lo, b = way * r.slope[i].hi;
        least += a < b ? a : b;
        most += a < b ? b : a;
      }
      double change = (double)v - (double)before, slack = 1e-12 * (__builtin_fabs(least) + __builtin_fabs(most));
      tally->changes++;
      if (!(change >= least - slack && change <= most + slack)) print_program(program);
      if (!(change >= least - slack && change <= most + slack))
        fail_msg("from %.9g to %.9g is a change outside of %.9g .. %.9g", (double)before, (double)v, least, most);
    }
    before = v;
    memcpy(last, p, sizeof last);
  }
  if (r.value.hi - r.value.lo < 1e30) tally->tight++;
}

static void random_programs_stay_in_their_bounds(void **state) {
  (void)state;
  enum { PROGRAMS = 8000, BOXES = 12, POINTS = 24 };
  static RandomProgram source;
  Chance random = {.state = 20261123};
  Tally tally = {0};
  for (int i = 0; i < PROGRAMS; i++) {
    random_program(&random, 1, &source);
    Program *program = compiled(source.nodes, source.count);
    size_t bytes = (program->register_count + 1) * sizeof(RangeValue);
    RangeValue *registers = memory_alloc(&memory, bytes, 16);
    for (int k = 0; k < BOXES; k++) {
      RangeBox box = random_box(&random);
      check_box(program, &box, registers, &random, POINTS, &tally);
    }
    memory_free(&memory, registers, bytes);
    release(program);
  }
  // The test sees something: values, slopes, and bounds that say something
  assert_true(tally.values > (uint64_t)PROGRAMS * BOXES * POINTS / 3);
  assert_true(tally.changes > tally.values / 8);
  assert_true(tally.tight > (uint64_t)PROGRAMS * BOXES / 3);
}

/* Each noise, with its place scaled and moved. */
static Program *noise_program(MlOp op, double scale, uint32_t octaves) {
  const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},          {.op = ML_OP_CONSTANT, .width = 1, .value = {scale}},
                                 {.op = ML_OP_MULTIPLY, .operands = {0, 1}},       {.op = ML_OP_CONSTANT, .width = 1, .value = {0.5}},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {2}}, {.op = op, .operands = {2, 3, 4}, .data = octaves}};
  return compiled(nodes, sizeof nodes / sizeof *nodes);
}

static void noise_stays_in_its_bounds(void **state) {
  (void)state;
  Chance random = {.state = 7};
  Tally tally = {0};
  for (MlOp op = ML_OP_NOISE; op <= ML_OP_VORONOI_EDGE; op++) {
    for (int i = 0; i < 2; i++) {
      Program *program = noise_program(op, i == 0 ? 1.0 : 3.7, 1 + 3 * (uint32_t)i);
      RangeValue registers[16];
      assert_true(program->register_count < 16);
      for (int k = 0; k < 2000; k++) {
        RangeBox box = random_box(&random);
        check_box(program, &box, registers, &random, 60, &tally);
      }
      release(program);
    }
  }
  assert_true(tally.values > 1500000);
}

/* Bounds of noise in small boxes are worth having: a tenth of what it can be anywhere. */
static void bounds_of_noise_are_narrow(void **state) {
  (void)state;
  Program *program = noise_program(ML_OP_NOISE, 1.0, 1);
  RangeValue registers[16];
  Chance random = {.state = 3};
  double worst_value = 0.0, worst_slope = 0.0;
  for (int k = 0; k < 1000; k++) {
    RangeBox box;
    RangeJump jump;
    for (int i = 0; i < 3; i++) {
      box.lo[i] = (double)(chance_unit(&random) * 8.0f);
      box.hi[i] = box.lo[i] + 0.004;
    }
    const RangeNumber r = program_range(program, &box, registers, &jump);
    worst_value = r.value.hi - r.value.lo > worst_value ? r.value.hi - r.value.lo : worst_value;
    for (int i = 0; i < 3; i++)
      if (r.slope[i].hi - r.slope[i].lo > worst_slope) worst_slope = r.slope[i].hi - r.slope[i].lo;
  }
  assert_true(worst_value < 0.05);
  assert_true(worst_slope < 0.4);
  release(program);
}

/* Jumps in planes are found, so that boxes can be cut there. */
static void jumps_are_found(void **state) {
  (void)state;
  const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                 {.op = ML_OP_PICK, .operands = {0}, .data = 1, .width = 1},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {-2}},
                                 {.op = ML_OP_MULTIPLY, .operands = {1, 2}},
                                 {.op = ML_OP_ROUND, .operands = {3}}};
  Program *program = compiled(nodes, 5);
  RangeValue registers[8];
  RangeJump jump;
  const RangeBox box = {{0, 0.1, 0}, {1, 0.6, 1}}, half = {{0, 0.3, 0}, {1, 0.7, 1}};
  RangeNumber r = program_range(program, &box, registers, &jump);
  assert_true(r.value.lo == -1.0 && r.value.hi == 0.0 && r.slope[1].hi > 1e30);
  assert_int_equal(jump.axis, 1);
  assert_float_equal(jump.at, 0.25, 1e-6);
  r = program_range(program, &half, registers, &jump);
  assert_true(r.value.lo == r.value.hi && r.slope[1].hi == 0.0);
  assert_int_equal(jump.axis, 3);
  release(program);
}

/* Of powers below 1 errors are known, though slopes are not. */
static void roots_have_small_errors(void **state) {
  (void)state;
  Chance random = {.state = 5};
  Tally tally = {0};
  for (int i = 0; i < 2; i++) {
    // |p.y|^n + 1
    const MlProgramNode nodes[] = {
      {.op = ML_OP_INPUT, .data = ML_INPUT_P}, {.op = ML_OP_PICK, .operands = {0}, .data = 1, .width = 1},
      {.op = ML_OP_ABS, .operands = {1}},      {.op = ML_OP_CONSTANT, .width = 1, .value = {i == 0 ? 0.8 : 0.3}},
      {.op = ML_OP_POW, .operands = {2, 3}},   {.op = ML_OP_CONSTANT, .width = 1, .value = {1}},
      {.op = ML_OP_ADD, .operands = {4, 5}}};
    Program *program = compiled(nodes, 7);
    RangeValue registers[8];
    const RangeBox box = {{0, -0.1, 0}, {1, 0.2, 1}};
    const RangeNumber r = program_range(program, &box, registers, NULL);
    assert_true(r.value.lo - r.error > 0.9 && r.value.hi + r.error < 2.0);
    check_box(program, &box, registers, &random, 1000, &tally);
    release(program);
  }
}

/* Floats may be left of 0 where numbers are right of it: their angle then is any. p.x - 1000.2 + 1000.2 has such roundings. */
static void angles_reckon_with_roundings(void **state) {
  (void)state;
  Chance random = {.state = 5};
  Tally tally = {0};
  const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                 {.op = ML_OP_PICK, .operands = {0}, .data = 0, .width = 1},
                                 {.op = ML_OP_PICK, .operands = {0}, .data = 2, .width = 1},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {-1000.2}},
                                 {.op = ML_OP_ADD, .operands = {1, 3}},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {1000.2}},
                                 {.op = ML_OP_ADD, .operands = {4, 5}},
                                 {.op = ML_OP_ATAN2, .operands = {2, 6}}};
  Program *program = compiled(nodes, 8);
  RangeValue registers[8];
  const RangeBox box = {{1e-6, 0, 0}, {2e-5, 1, 0}}, clear = {{0.5, 0, -0.1}, {0.6, 1, 0.1}};
  check_box(program, &box, registers, &random, 1000, &tally);
  RangeNumber r = program_range(program, &box, registers, NULL);
  assert_true(r.value.hi + r.error > 3.1415);
  r = program_range(program, &clear, registers, NULL);
  assert_true(r.value.hi + r.error < 0.21);
  check_box(program, &clear, registers, &random, 1000, &tally);
  release(program);
}

/* What is left of a program in a box: the same bits at each of its points, of values; gradients but for roundings. */
static void check_same(const Program *program, const Program *left, const RangeBox *box, Chance *random, int points) {
  for (int k = 0; k < points; k++) {
    float p[3];
    point_in(box, random, p);
    const float whole = value_at(program, p), part = value_at(left, p);
    if (plain_bits(whole) != plain_bits(part)) {
      print_program(program);
      print_error("left:\n");
      print_program(left);
      fail_msg("%.9g at (%.9g, %.9g, %.9g) became %.9g", (double)whole, (double)p[0], (double)p[1], (double)p[2], (double)part);
    }
    if (program->register_count > GRADIENT_MAX_REGISTERS) continue;
    Vec3 x, y;
    const Vec3 at = vec3_load(p);
    (void)program_gradient(program, &at, &x);
    (void)program_gradient(left, &at, &y);
    for (int i = 0; i < 3; i++)
      if (abs_f(x[i]) < 1e6f && !(abs_f(x[i] - y[i]) <= 1e-3f * (1.0f + abs_f(x[i]))))
        fail_msg("slope %.9g became %.9g", (double)x[i], (double)y[i]);
  }
}

static void pruned_programs_are_the_same(void **state) {
  (void)state;
  enum { PROGRAMS = 8000, BOXES = 6, POINTS = 12 };
  static RandomProgram source;
  Chance random = {.state = 424242};
  uint64_t shorter = 0, gone = 0, again = 0;
  for (int i = 0; i < PROGRAMS; i++) {
    random_program(&random, 1, &source);
    Program *program = compiled(source.nodes, source.count);
    const size_t bytes = (program->register_count + 1) * sizeof(RangeValue);
    RangeValue *registers = memory_alloc(&memory, bytes, 16);
    PruneRoom room, inner;
    assert_true(prune_room(&memory, program, &room) && prune_room(&memory, program, &inner));
    for (int k = 0; k < BOXES; k++) {
      const RangeBox box = random_box(&random);
      RangeJump jump;
      const RangeNumber r = program_range_choices(program, &box, registers, &jump, room.choices),
                        plain = program_range(program, &box, registers, NULL);
      assert_true(r.value.lo == plain.value.lo && r.value.hi == plain.value.hi);
      Program left = *program;
      left.steps = room.steps;
      left.step_count = program_prune(program, &room, &left.result);
      assert_true(left.step_count <= program->step_count);
      for (uint32_t n = 0; n < left.step_count; n++) assert_true(left.steps[n].to < program->register_count);
      shorter += left.step_count < program->step_count;
      gone += program->step_count - left.step_count;
      check_same(program, &left, &box, &random, POINTS);
      // What is left, in an eighth of the box
      RangeBox part = box;
      for (int c = 0; c < 3; c++) part.hi[c] = (double)(float)(0.5 * (box.lo[c] + box.hi[c]));
      (void)program_range_choices(&left, &part, registers, &jump, inner.choices);
      Program rest = left;
      rest.steps = inner.steps;
      rest.step_count = program_prune(&left, &inner, &rest.result);
      again += rest.step_count < left.step_count;
      check_same(program, &rest, &part, &random, POINTS);
    }
    prune_room_free(&memory, &room);
    prune_room_free(&memory, &inner);
    memory_free(&memory, registers, bytes);
    release(program);
  }
  // The test sees something
  if (shorter < 5000 || gone < 15000 || again < 300)
    fail_msg("%llu shorter by %llu, %llu twice", (unsigned long long)shorter, (unsigned long long)gone, (unsigned long long)again);
}

enum { MOST_NODES = 1500 };
typedef struct NodeList {
  MlProgramNode nodes[MOST_NODES];
  uint32_t count;
} NodeList;
static uint32_t put(NodeList *list, MlProgramNode node) {
  assert_true(list->count < MOST_NODES);
  list->nodes[list->count] = node;
  return list->count++;
}
static uint32_t number(NodeList *list, double x) { return put(list, (MlProgramNode){.op = ML_OP_CONSTANT, .width = 1, .value = {x}}); }
static uint32_t operation(NodeList *list, MlOp op, const uint32_t operands[3]) {
  return put(list, (MlProgramNode){.op = op, .operands = {operands[0], operands[1], operands[2]}});
}
#define OP(name, ...) operation(&list, ML_OP_##name, (const uint32_t[3]){__VA_ARGS__})

/* Of a chain of blends only what is near is left, of whatever form: smooth unions and differences as solids have them, and a mix by a clamped share. */
static void far_parts_of_blends_are_left_out(void **state) {
  (void)state;
  enum { BALLS = 60, FORMS = 3 };
  Chance random = {.state = 11};
  for (int form = 0; form < FORMS; form++) {
    static NodeList list;
    list.count = 0;
    uint32_t all = 0;
    const uint32_t p = put(&list, (MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P}), zero = number(&list, 0), one = number(&list, 1),
                   half = number(&list, 0.5), k = number(&list, 0.1), scale = number(&list, 5), quarter = number(&list, 2.5);
    for (int i = 0; i < BALLS; i++) {
      const uint32_t at = put(&list, (MlProgramNode){.op = ML_OP_CONSTANT, .width = 3, .value = {i, 0, 0}}), radius = number(&list, 0.6);
      uint32_t d = OP(SUBTRACT, OP(LENGTH, OP(SUBTRACT, p, at)), radius), h;
      if (i == 0) {
        all = form == 1 ? OP(NEGATE, d) : d;
      } else if (form < 2) {
        d = form == 1 ? OP(NEGATE, d) : d;
        h = OP(MAX, OP(SUBTRACT, k, OP(ABS, OP(SUBTRACT, all, d))), zero);
        h = OP(MULTIPLY, OP(MULTIPLY, h, h), quarter);
        all = form == 1 ? OP(ADD, OP(MAX, all, d), h) : OP(SUBTRACT, OP(MIN, all, d), h);
      } else {
        h = OP(CLAMP, OP(ADD, half, OP(MULTIPLY, scale, OP(SUBTRACT, d, all))), zero, one);
        all = OP(SUBTRACT, OP(MIX, d, all, h), OP(MULTIPLY, OP(MULTIPLY, k, h), OP(SUBTRACT, one, h)));
      }
    }
    Program *program = compiled(list.nodes, list.count);
    assert_true(program->step_count > 6 * BALLS && program->register_count < 16);
    RangeValue registers[16];
    RangeJump jump;
    PruneRoom room;
    assert_true(prune_room(&memory, program, &room));
    for (int i = 2; i < BALLS - 2; i += 5) {
      const RangeBox box = {{i - 0.1, -0.1, -0.1}, {i + 0.1, 0.1, 0.1}};
      (void)program_range_choices(program, &box, registers, &jump, room.choices);
      Program left = *program;
      left.steps = room.steps;
      left.step_count = program_prune(program, &room, &left.result);
      if (left.step_count > 6) print_program(&left);
      assert_true(left.step_count <= 6 && left.step_count >= 3);
      check_same(program, &left, &box, &random, 200);
    }
    prune_room_free(&memory, &room);
    release(program);
  }
}

/* What floats make no number, or come to by rounding, decides nothing: roots of what is negative below a floor or a sine, logarithms of what
 * rounds to 0, mixtures that overflow. */
static void what_may_be_no_number_stays(void **state) {
  (void)state;
  Chance random = {.state = 5};
  for (int form = 0; form < 4; form++) {
    static NodeList list;
    list.count = 0;
    RangeBox box = {{-2, -1, -1}, {-1, 1, 1}};
    const uint32_t p = put(&list, (MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P}),
                   x = put(&list, (MlProgramNode){.op = ML_OP_PICK, .operands = {p}, .width = 1}), zero = number(&list, 0),
                   one = number(&list, 1), three = number(&list, 3), large = number(&list, 1000);
    if (form == 0) OP(MAX, number(&list, 5), OP(MIN, three, OP(FLOOR, OP(SQRT, x))));
    if (form == 1) OP(MAX, number(&list, 6), OP(MIN, three, OP(SIN, OP(SQRT, x))));
    if (form == 2) OP(MIX, number(&list, -3e38), number(&list, 3e38), OP(CLAMP, OP(SUBTRACT, x, large), zero, one));
    if (form == 3) {
      OP(MAX, number(&list, -5000), OP(LOG, OP(SUBTRACT, OP(ADD, x, large), large)));
      box.lo[0] = 1e-6, box.hi[0] = 2e-5;
    }
    Program *program = compiled(list.nodes, list.count);
    RangeValue registers[16];
    RangeJump jump;
    PruneRoom room;
    assert_true(program->register_count < 16 && prune_room(&memory, program, &room));
    (void)program_range_choices(program, &box, registers, &jump, room.choices);
    Program left = *program;
    left.steps = room.steps;
    left.step_count = program_prune(program, &room, &left.result);
    check_same(program, &left, &box, &random, 300);
    prune_room_free(&memory, &room);
    release(program);
  }
}

/* The greatest value of a long program: in fewer cells, so wider than that of a short one, and a bound as well. */
static void greatest_values_of_long_programs(void **state) {
  (void)state;
  enum { STEPS = 30000 };
  static MlProgramNode nodes[3 + STEPS];
  const MlBounds box = {.min = {-1, -1, -1}, .max = {1, 1, 1}};
  double greatest[3];
  for (int i = 0; i < 3; i++) {
    // x - x^2, of 0.25 at most, through as many steps that add 1 / steps
    const uint32_t steps = i == 0 ? 3 : i == 1 ? 1500 : STEPS;
    nodes[0] = (MlProgramNode){.op = ML_OP_INPUT, .data = ML_INPUT_P};
    nodes[1] = (MlProgramNode){.op = ML_OP_PICK, .operands = {0}, .data = 0, .width = 1};
    nodes[2] = (MlProgramNode){.op = ML_OP_CONSTANT, .width = 1, .value = {1.0 / (steps - 2)}};
    nodes[3] = (MlProgramNode){.op = ML_OP_MULTIPLY, .operands = {1, 1}};
    nodes[4] = (MlProgramNode){.op = ML_OP_SUBTRACT, .operands = {1, 3}};
    for (uint32_t k = 5; k < 3 + steps; k++) nodes[k] = (MlProgramNode){.op = ML_OP_ADD, .operands = {k - 1, 2}};
    Program *program = compiled(nodes, 3 + steps);
    assert_true(program->step_count >= steps);
    assert_true(program_greatest(&memory, program, &box, &greatest[i]));
    release(program);
  }
  assert_true(greatest[0] > 1.25 && greatest[0] < 1.51);
  assert_true(greatest[1] > 1.25 && greatest[1] < 1.51);
  assert_true(greatest[2] > greatest[0] + 0.1 && greatest[2] < 2.01);
}

/* 1 / (x^2 - x + c): of c = 0.3 bounds say something in small boxes alone, of 0.2 there is no end. */
static void greatest_values_are_looked_for_in_small_boxes(void **state) {
  (void)state;
  const MlBounds box = {.min = {-1, -1, -1}, .max = {1, 1, 1}};
  for (int i = 0; i < 2; i++) {
    const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                   {.op = ML_OP_PICK, .operands = {0}, .data = 0, .width = 1},
                                   {.op = ML_OP_MULTIPLY, .operands = {1, 1}},
                                   {.op = ML_OP_SUBTRACT, .operands = {2, 1}},
                                   {.op = ML_OP_CONSTANT, .width = 1, .value = {i == 0 ? 0.3 : 0.2}},
                                   {.op = ML_OP_ADD, .operands = {3, 4}},
                                   {.op = ML_OP_CONSTANT, .width = 1, .value = {1}},
                                   {.op = ML_OP_DIVIDE, .operands = {6, 5}}};
    Program *program = compiled(nodes, 8);
    double greatest;
    assert_true(program_greatest(&memory, program, &box, &greatest));
    if (i == 0) assert_true(greatest >= 20.0 && greatest < 1e3);
    else assert_true(greatest > 1e30);
    release(program);
  }
}

/* Gradients are what differences come to, where those agree among each other. */
static void gradients_agree_with_differences(void **state) {
  (void)state;
  static RandomProgram source;
  Chance random = {.state = 99};
  uint64_t checked = 0;
  for (int i = 0; i < 6000; i++) {
    random_program(&random, 1, &source);
    Program *program = compiled(source.nodes, source.count);
    for (int k = 0; k < 4 && program->register_count <= GRADIENT_MAX_REGISTERS; k++) {
      float p[3];
      for (int c = 0; c < 3; c++) p[c] = chance_unit(&random) * 4.0f - 2.0f;
      Vec3 gradient;
      const Vec3 at = vec3_load(p);
      const float value = program_gradient(program, &at, &gradient), same = value_at(program, p);
      assert_true(float_bits(value) == float_bits(same) || (value != value && same != same));
      if (!(abs_f(value) < 1e3f)) continue;
      for (int c = 0; c < 3; c++) {
        double slopes[2];
        for (int s = 0; s < 2; s++) {
          const float h = s == 0 ? 0x1p-7f : 0x1p-8f;
          float lo[3] = {p[0], p[1], p[2]}, hi[3] = {p[0], p[1], p[2]};
          lo[c] -= h, hi[c] += h;
          slopes[s] = ((double)value_at(program, hi) - (double)value_at(program, lo)) / (2.0 * (double)h);
        }
        const double size = 1.0 + __builtin_fabs(slopes[1]);
        if (!(__builtin_fabs(slopes[0] - slopes[1]) < 0.002 * size && size < 1e3)) continue; // bends too much, or has a kink there
        if (!(abs_f(gradient[c]) < 1e3f)) continue; // too steep for steps of that size, or of something that is no number on the way
        if (!(__builtin_fabs((double)gradient[c] - slopes[1]) < 0.03 * size)) {
          // A kink or a jump right here is seen from both sides by the differences
          double side[2];
          for (int s = 0; s < 2; s++) {
            float q[3] = {p[0], p[1], p[2]};
            q[c] += s == 0 ? 0x1p-8f : -0x1p-8f;
            side[s] = ((double)value_at(program, q) - (double)value) * (s == 0 ? 0x1p8 : -0x1p8);
          }
          if (__builtin_fabs(side[0] - side[1]) > 0.02 * size) continue;
          print_program(program);
          fail_msg("slope %.6g along axis %d at (%.9g, %.9g, %.9g), differences say %.6g", (double)gradient[c], c, (double)p[0],
                   (double)p[1], (double)p[2], slopes[1]);
        }
        checked++;
      }
    }
    release(program);
  }
  assert_true(checked > 10000);
}

static int begin(void **state) {
  (void)state;
  memory_init(&memory, NULL, 0);
  return 0;
}
static int end(void **state) {
  (void)state;
  return atomic_load(&memory.used) == 0 ? 0 : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_programs_stay_in_their_bounds),
    cmocka_unit_test(noise_stays_in_its_bounds),
    cmocka_unit_test(bounds_of_noise_are_narrow),
    cmocka_unit_test(jumps_are_found),
    cmocka_unit_test(roots_have_small_errors),
    cmocka_unit_test(angles_reckon_with_roundings),
    cmocka_unit_test(pruned_programs_are_the_same),
    cmocka_unit_test(what_may_be_no_number_stays),
    cmocka_unit_test(far_parts_of_blends_are_left_out),
    cmocka_unit_test(greatest_values_of_long_programs),
    cmocka_unit_test(greatest_values_are_looked_for_in_small_boxes),
    cmocka_unit_test(gradients_agree_with_differences),
  };
  return cmocka_run_group_tests_name("bounds of programs", tests, begin, end);
}
