/* test_survey_solids.c - surveys of solids without surfaces of their own, combinations and programs: points lie on what is left, evenly, with normals
 * outward, the same on all machines; things drop on what rays see; failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "render/kernel.h" // before the one that has a global b

#include "base/hash.h"
#include "builder_fixture.h"

#define PI 3.14159265358979323846
#define COUNT(array) (sizeof(array) / sizeof *(array))

static MlNode made(MlNode node) {
  if (node == 0) fail_msg("%s", error.message);
  return node;
}
static MlNode ball(double x, double y, double z, double r) {
  return made(ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {x, y, z}, .radius = r), &error));
}
static MlNode cuboid(MlVec3 from, MlVec3 to) { return made(ml_box(b, &ML_DESC(MlBoxDesc, .from = from, .to = to), &error)); }
static MlNode half_space(double height) {
  return made(ml_plane(b, &ML_DESC(MlPlaneDesc, .point = {0, height, 0}, .normal = {0, 1, 0}), &error));
}
static MlNode two(MlCombine op, MlNode x, MlNode y) {
  return made(ml_combine(b, &ML_DESC(MlCombineDesc, .combine = op, .children = (const MlNode[]){x, y}, .child_count = 2), &error));
}
static MlNode as_field(MlNode node) {
  return made(ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_ROUND, .node = node), &error));
}
static MlNode placed(MlNode node, MlTransform t) { return made(ml_place(b, &ML_DESC(MlPlaceDesc, .child = node, .transform = t), &error)); }
static MlNode shifted(MlNode node, double x, double y, double z) {
  return placed(node, (MlTransform){{1, 0, 0, x, 0, 1, 0, y, 0, 0, 1, z}});
}
static MlNode group_of(const MlNode *nodes, uint64_t count) {
  return made(ml_group(b, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = count), &error));
}
/* A cube of triangles, -1 to 1. */
static MlNode cube_mesh(void) {
  static float points[24];
  static const uint32_t triangles[36] = {0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4,
                                         2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5};
  for (int i = 0; i < 8; i++)
    for (int k = 0; k < 3; k++) points[3 * i + k] = (i >> k & 1) != 0 ? 1.0f : -1.0f;
  return made(ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 8, .triangles = triangles, .triangle_count = 12), &error));
}

static const MlSurvey *survey_of(MlNode node, bool drops) {
  const MlSurvey *survey = NULL;
  error = (MlError){0};
  if (ml_survey(b, &ML_DESC(MlSurveyDesc, .node = node, .drops = drops), &survey, &error) != ML_OK) fail_msg("%s", error.message);
  return survey;
}

/* ---- points */

/* What a test knows of a surface: the cell that a point of it lies in, -1: it is none of it; the normal there. */
typedef struct Known {
  int cells;
  double shares[40], area;
} Known;
typedef int (*CellOf)(MlVec3 p, MlVec3 *n);

/* 20000 points against the shares of the area, by chi-square; the survey's area to 6 %. */
static void check_points(const char *what, MlNode node, CellOf cell_of, const Known *known) {
  enum { TOTAL = 20000 };
  const MlSurvey *survey = survey_of(node, false);
  double counts[40] = {0}, chi = 0;
  for (uint64_t i = 0; i < TOTAL; i++) {
    const MlSurveyPoint at = ml_survey_point(survey, 3, i), again = ml_survey_point(survey, 3, i);
    MlVec3 n = {0, 0, 0};
    const int cell = cell_of(at.position, &n);
    const MlVec3 p = at.position;
    if (cell < 0) fail_msg("%s: point %d, %.9g %.9g %.9g, is not on the surface", what, (int)i, p.x, p.y, p.z);
    if (!(dvec_dot(n, at.normal) > 0.999 && __builtin_fabs(dvec_length(at.normal) - 1) < 1e-9))
      fail_msg("%s: normal at %g %g %g is %g %g %g, not %g %g %g", what, p.x, p.y, p.z, at.normal.x, at.normal.y, at.normal.z, n.x, n.y,
               n.z);
    counts[cell]++;
    assert_memory_equal(&at, &again, sizeof at);
  }
  double sum = 0;
  for (int i = 0; i < known->cells; i++) sum += known->shares[i];
  for (int i = 0; i < known->cells; i++) {
    const double expected = known->shares[i] / sum * TOTAL;
    chi += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  const double k = known->cells - 1, z = (chi - k) / __builtin_sqrt(2 * k);
  if (z > 4) fail_msg("%s: chi-square %g over %d cells", what, chi, known->cells);
  const double area = ml_survey_area(survey);
  if (!(__builtin_fabs(area / known->area - 1) < 0.06)) fail_msg("%s: area %g, expected %g", what, area, known->area);
}

static bool near(double x, double y) { return __builtin_fabs(x - y) < 5e-6; }

/* The unit ball below y = 0.3: a dome in 13 slabs of its height, as large as each other (Archimedes), and a disk, in 4 rings of the same area. */
static int cell_of_cut_ball(MlVec3 p, MlVec3 *n) {
  if (near(p.y, 0.3)) {
    *n = (MlVec3){0, 1, 0};
    const double rho = (p.x * p.x + p.z * p.z) / (1 - 0.09);
    return rho > 1.0001 ? -1 : 13 + (rho < 1 ? (int)(4 * rho) : 3);
  }
  *n = dvec_normalize(p);
  return near(dvec_length(p), 1) && p.y < 0.3 ? (int)((p.y + 1) * 10) : -1;
}
static Known cut_ball(void) {
  Known k = {.cells = 17, .area = 2.6 * PI + 0.91 * PI};
  for (int i = 0; i < 17; i++) k.shares[i] = i < 13 ? 0.2 * PI : 0.91 * PI / 4;
  return k;
}

/* A ball of radius 1, in slabs of y. */
static int cell_of_ball(MlVec3 p, MlVec3 *n) {
  *n = dvec_normalize(p);
  return near(dvec_length(p), 1) ? (int)clamp_between((p.y + 1) * 8, 0, 15) : -1;
}
/* The same in octants and thirds of each. */
static int octant_of_ball(MlVec3 p, MlVec3 *n) {
  const double x = __builtin_fabs(p.x), y = __builtin_fabs(p.y), z = __builtin_fabs(p.z);
  *n = dvec_normalize(p);
  if (!near(dvec_length(p), 1)) return -1;
  return ((p.x > 0) + 2 * (p.y > 0) + 4 * (p.z > 0)) * 3 + (x > y && x > z ? 0 : y > z ? 1 : 2);
}
static Known even(int cells, double area) {
  Known k = {.cells = cells, .area = area};
  for (int i = 0; i < cells; i++) k.shares[i] = 1;
  return k;
}

/* Balls of radius 1 about x = -0.5 and 0.5: no part of one within the other; slabs of 0.15 along x, of each. */
static int cell_of_pair(MlVec3 p, MlVec3 *n) {
  const MlVec3 from = {p.x + (p.x < 0 ? 0.5 : -0.5), p.y, p.z};
  *n = dvec_normalize(from);
  return near(dvec_length(from), 1) ? (int)clamp_between((p.x + 1.5) * 8, 0, 23) : -1;
}

/* A lens of two balls of radius 10, 19.9 apart along x. */
static int cell_of_lens(MlVec3 p, MlVec3 *n) {
  const double side = p.x < 0 ? 9.95 : -9.95, rho = (p.y * p.y + p.z * p.z) / (100 - 9.95 * 9.95);
  const MlVec3 from = {p.x - side, p.y, p.z};
  *n = dvec_normalize(from);
  // Rings of the cap: its area grows with the depth below the pole
  const double depth = 10 - __builtin_fabs(from.x);
  return __builtin_fabs(dvec_length(from) - 10) < 1e-4 && rho < 1.001 ? (p.x < 0 ? 0 : 8) + (int)clamp_between(depth / 0.05 * 8, 0, 7) : -1;
}

/* A box in faces, -1 to 1 in all, times x, y, z; each in quarters. */
static int cell_of_box(MlVec3 p, MlVec3 *n) {
  const double c[3] = {p.x, p.y, p.z};
  for (int k = 0; k < 3; k++) {
    if (!near(__builtin_fabs(c[k]), 1)) continue;
    const double sign = c[k] > 0 ? 1 : -1, u = c[(k + 1) % 3], v = c[(k + 2) % 3];
    *n = (MlVec3){k == 0 ? sign : 0, k == 1 ? sign : 0, k == 2 ? sign : 0};
    return __builtin_fabs(u) < 1.00003 && __builtin_fabs(v) < 1.00003 ? ((2 * k + (sign > 0)) * 2 + (u > 0)) * 2 + (v > 0) : -1;
  }
  return -1;
}
/* The same, of which the ball of radius 0.8 about (0, 1, 0) is taken away: a bowl in 4 slabs. */
static int cell_of_bowl(MlVec3 p, MlVec3 *n) {
  const MlVec3 from = {p.x, p.y - 1, p.z};
  if (near(dvec_length(from), 0.8) && p.y < 1 + 1e-5) {
    *n = dvec_normalize(dvec_scale(from, -1));
    return 24 + (int)clamp_between((p.y - 0.2) * 5, 0, 3);
  }
  return dvec_length(from) < 0.8 ? -1 : cell_of_box(p, n);
}
static Known bowl(void) {
  Known k = {.cells = 28, .area = 24 - PI * 0.64 + 2 * PI * 0.64};
  for (int i = 0; i < 28; i++) k.shares[i] = i < 24 ? 1 : 2 * PI * 0.64 / 4;
  for (int i = 12; i < 16; i++) k.shares[i] -= PI * 0.64 / 4; // the top
  return k;
}

static void points_of_combinations(void **state) {
  (void)state;
  const Known cut = cut_ball(), pair = even(24, 4 * PI + 4 * PI / 2), lens = even(16, 2 * 2 * PI * 10 * 0.05), box = even(24, 24),
              cup = bowl();
  check_points("ball and half space", two(ML_INTERSECTION, ball(0, 0, 0, 1), half_space(0.3)), cell_of_cut_ball, &cut);
  check_points("ball without a box", two(ML_DIFFERENCE, ball(0, 0, 0, 1), cuboid((MlVec3){-8, 0.3, -8}, (MlVec3){8, 8, 8})),
               cell_of_cut_ball, &cut);
  check_points("two balls", two(ML_UNION, ball(-0.5, 0, 0, 1), ball(0.5, 0, 0, 1)), cell_of_pair, &pair);
  check_points("lens", two(ML_INTERSECTION, ball(-9.95, 0, 0, 10), ball(9.95, 0, 0, 10)), cell_of_lens, &lens);
  check_points("box without a ball", two(ML_DIFFERENCE, cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}), ball(0, 1, 0, 0.8)), cell_of_bowl,
               &cup);
  check_points("mesh without a ball", two(ML_DIFFERENCE, cube_mesh(), ball(0, 1, 0, 0.8)), cell_of_bowl, &cup);
  // A face between two parts is none, and one that both have counts once
  const MlNode left = cuboid((MlVec3){-1, -1, -1}, (MlVec3){0.25, 1, 1});
  check_points("halves", two(ML_UNION, left, cuboid((MlVec3){0.25, -1, -1}, (MlVec3){1, 1, 1})), cell_of_box, &box);
  check_points("overlapping halves", two(ML_UNION, left, cuboid((MlVec3){-0.5, -1, -1}, (MlVec3){1, 1, 1})), cell_of_box, &box);
  check_points("twice the same", two(ML_UNION, left, two(ML_UNION, cube_mesh(), cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}))),
               cell_of_box, &box);
}

/* A block, 0.2 in y and z, of which something far larger leaves what is from 0.1 below its surface at x = side: 16 cells of that surface, which sinks by
 * sag[0] y^2 + sag[1] z^2, then the block's own faces. */
static struct { double side, sag[2], slack; } large;
static int cell_of_block(MlVec3 p, MlVec3 *n) {
  const double y = p.y, z = p.z, deep = large.side - large.sag[0] * y * y - large.sag[1] * z * z - p.x, slack = large.slack;
  if (!(__builtin_fabs(y) < 0.1 + slack && __builtin_fabs(z) < 0.1 + slack && deep > -2 * slack && p.x > large.side - 0.1 - slack))
    return -1;
  const bool by_y = __builtin_fabs(y) > __builtin_fabs(z),
             wall = __builtin_fabs((by_y ? __builtin_fabs(y) : __builtin_fabs(z)) - 0.1) < 1e-7;
  const bool floor = !wall && __builtin_fabs(p.x - large.side + 0.1) < slack;
  if (!floor && !wall) {
    *n = dvec_normalize((MlVec3){1, 2 * large.sag[0] * y, 2 * large.sag[1] * z});
    if (!(__builtin_fabs(deep) < 2 * slack)) return -1;
    return (int)clamp_between((y + 0.1) * 20, 0, 3) * 4 + (int)clamp_between((z + 0.1) * 20, 0, 3);
  }
  *n = floor ? (MlVec3){-1, 0, 0} : by_y ? (MlVec3){0, y > 0 ? 1 : -1, 0} : (MlVec3){0, 0, z > 0 ? 1 : -1};
  return floor ? 16 : by_y ? 17 + (y > 0) : 19 + (z > 0);
}
static void check_block(const char *what, MlNode solid, double side, double bend_y, double bend_z, double slack) {
  large.side = side, large.sag[0] = 0.5 * bend_y, large.sag[1] = 0.5 * bend_z, large.slack = slack;
  Known k = {.cells = 21};
  for (int i = 0; i < 16; i++) k.shares[i] = 0.0025;
  k.shares[16] = 0.04;
  k.shares[17] = k.shares[18] = 0.2 * (0.1 - large.sag[0] * 0.01 - large.sag[1] * 0.01 / 3);
  k.shares[19] = k.shares[20] = 0.2 * (0.1 - large.sag[1] * 0.01 - large.sag[0] * 0.01 / 3);
  for (int i = 0; i < 21; i++) k.area += k.shares[i];
  const MlNode node = two(ML_INTERSECTION, solid, cuboid((MlVec3){side - 0.1, -0.1, -0.1}, (MlVec3){side + 0.1, 0.1, 0.1}));
  check_points(what, node, cell_of_block, &k);
  const double trials = ml_survey_trials(survey_of(node, false));
  if (!(trials > 1 && trials < 16)) fail_msg("%s: %g proposals for each point", what, trials);
}
static void points_of_little_that_is_left(void **state) {
  (void)state;
  const MlVec3 low = {0, -500, 0}, high = {0, 500, 0};
  check_block("cylinder", made(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = low, .to = high, .radius = 10), &error)), 10, 0, 0.1, 1e-4);
  check_block("capsule", made(ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = low, .to = high, .radius = 10), &error)), 10, 0, 0.1, 1e-4);
  check_block("cap", made(ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = {-500, 0, 0}, .to = {490, 0, 0}, .radius = 10), &error)), 500, 0.1,
              0.1, 1e-4);
  check_block("torus", made(ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 10, .tube = 3), &error)), 13, 1.0 / 3, 1.0 / 13, 1e-4);
  check_block("mesh", placed(cube_mesh(), (MlTransform){{500, 0, 0, 0, 0, 500, 0, 0, 0, 0, 500, 0}}), 500, 0, 0, 1e-4);
  check_block("ellipsoid", placed(ball(0, 0, 0, 1), (MlTransform){{200, 0, 0, 0, 0, 400, 0, 0, 0, 0, 300, 0}}), 200, 200.0 / 160000,
              200.0 / 90000, 1e-4);
}

/* An elliptic side, flat as paper: even by its arc, which hardly any candidate of even angle is kept for. */
static void points_of_flattened_sides(void **state) {
  (void)state;
  const MlNode side =
    made(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .from = {0, -1, 0}, .to = {0, 1, 0}, .radius = 1, .open = true), &error));
  const MlSurvey *survey = survey_of(placed(side, (MlTransform){{1e4, 0, 0, 0, 0, 1e-3, 0, 0, 0, 0, 1, 0}}), false);
  int inner = 0;
  for (uint64_t i = 0; i < 4000; i++) {
    const MlVec3 p = ml_survey_point(survey, 1, i).position;
    assert_true(__builtin_fabs(p.x * p.x / 1e8 + p.z * p.z - 1) < 1e-9);
    inner += __builtin_fabs(p.x) < 5e3;
  }
  if (abs(inner - 2000) > 160) fail_msg("%d of 4000 in half of it", inner);
}

/* A ball of radius 1 stretched to 1, 2, 4, in space shrunk back: cells by the stretched area are hard to know; slabs along z, of whose points there are
 * as many as their width times slant. */
static int cell_of_egg(MlVec3 p, MlVec3 *n) {
  *n = dvec_normalize((MlVec3){p.x, p.y, p.z / 16});
  return __builtin_fabs(p.x * p.x + p.y * p.y + p.z * p.z / 16 - 1) < 1e-4 ? (int)clamp_between((p.z + 4) * 2, 0, 15) : -1;
}
static Known egg(void) {
  Known k = {.cells = 16};
  for (int i = 0; i < 16; i++)
    for (int j = 0; j < 1000; j++) {
      const double z = -4 + 8 * (i + (j + 0.5) / 1000) / 16, rho2 = 1 - z * z / 16;
      k.shares[i] += 2 * PI * __builtin_sqrt(rho2 + z * z / 256) * (8.0 / 16000);
    }
  for (int i = 0; i < 16; i++) k.area += k.shares[i];
  return k;
}

/* max(|x|, |y|, |z|) jumps in its slopes everywhere along the edges; a function of two balls is smooth, but for where they meet. */
static void points_of_programs(void **state) {
  (void)state;
  const Known slabs = even(16, 4 * PI), octants = even(24, 4 * PI), box = even(24, 24), pair = even(24, 6 * PI), cup = bowl(),
              long_ball = egg();
  check_points("ball by its distance", as_field(ball(0, 0, 0, 1)), cell_of_ball, &slabs);
  check_points("octants of a ball", as_field(ball(0, 0, 0, 1)), octant_of_ball, &octants);
  check_points("box by its distance", as_field(cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1})), cell_of_box, &box);
  check_points("two by their distances", two(ML_UNION, as_field(ball(-0.5, 0, 0, 1)), ball(0.5, 0, 0, 1)), cell_of_pair, &pair);
  check_points("bowl by its distance", two(ML_DIFFERENCE, as_field(cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1})), ball(0, 1, 0, 0.8)),
               cell_of_bowl, &cup);
  // Stretched, and turned and mirrored besides, in which nothing may show
  const MlTransform stretch = {{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 4, 0}}, turn = ml_transform_turn(33, (MlVec3){1, 2, 3});
  check_points("egg by its distance", placed(as_field(ball(0, 0, 0, 1)), stretch), cell_of_egg, &long_ball);
  check_points("egg of two halves", placed(two(ML_UNION, ball(0, 0, 0, 1), two(ML_INTERSECTION, ball(0, 0, 0, 1), half_space(0))), stretch),
               cell_of_egg, &long_ball);
  const MlTransform mirrored = {{-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}}, both = ml_transform_multiply(&mirrored, &turn);
  check_points("turned ball", placed(as_field(ball(0, 0, 0, 1)), both), octant_of_ball, &octants);
  check_points("turned union", placed(two(ML_UNION, ball(0, 0, 0, 1), ball(0, 0.25, 0, 0.5)), both), octant_of_ball, &octants);
}

/* A ball of radius 1 where x > 0.2, of 0.7 elsewhere: the wall between them is a ring with as much as its area. */
static void walls_stand_where_functions_jump(void **state) {
  (void)state;
  enum { TOTAL = 20000 };
  const MlProgramNode nodes[] = {{.op = ML_OP_INPUT, .data = ML_INPUT_P},
                                 {.op = ML_OP_LENGTH, .operands = {0}},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {1}},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {0.7}},
                                 {.op = ML_OP_CONSTANT, .width = 1, .value = {0.2}},
                                 {.op = ML_OP_PICK, .operands = {0}, .width = 1},
                                 {.op = ML_OP_LESS, .operands = {4, 5}},
                                 {.op = ML_OP_SELECT, .operands = {6, 2, 3}},
                                 {.op = ML_OP_SUBTRACT, .operands = {1, 7}}};
  const MlProgram program = ml_program(b, &ML_DESC(MlProgramDesc, .nodes = nodes, .node_count = 9, .result = 8), &error);
  const MlSurvey *survey =
    survey_of(made(ml_sdf(b, &ML_DESC(MlSdfDesc, .distance = program, .from = {-1.2, -1.2, -1.2}, .to = {1.2, 1.2, 1.2}), &error)), false);
  const double areas[3] = {0.51 * PI, 1.6 * PI, 1.26 * PI};
  double counts[3] = {0}, across = 0, chi = 0;
  for (uint64_t i = 0; i < TOTAL; i++) {
    const MlSurveyPoint at = ml_survey_point(survey, 1, i);
    const double r = dvec_length(at.position);
    const int which = near(r, 1) ? 1 : near(r, 0.7) ? 2 : 0;
    assert_true(which == 0 ? near(at.position.x, 0.2) && r > 0.7 && r < 1 : (which == 1) == (at.position.x > 0.2));
    counts[which]++;
    if (which == 0) across -= at.normal.x;
  }
  for (int i = 0; i < 3; i++) {
    const double expected = areas[i] / (3.37 * PI) * TOTAL;
    chi += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  if (chi > 15) fail_msg("chi-square %g: %g %g %g", chi, counts[0], counts[1], counts[2]);
  assert_true(across > 0.97 * counts[0]);
}

/* In groups with others, in arrays, far away: shares of the whole. */
static int cell_of_row(MlVec3 p, MlVec3 *n) {
  const int which = p.x < 5 ? 0 : p.x < 15 ? 1 : p.x < 25 ? 2 : 3;
  MlVec3 local = {p.x - 10 * which, p.y, p.z};
  if (which == 3) { // half as large
    local.x = 2 * (p.x - 30), local.y *= 2, local.z *= 2;
  }
  const int cell = octant_of_ball(local, n);
  return cell < 0 ? -1 : which * 8 + cell / 3;
}
static void points_of_many(void **state) {
  (void)state;
  const float places[24] = {1, 0, 0, 20, 0, 1, 0, 0, 0, 0, 1, 0, .5f, 0, 0, 30, 0, .5f, 0, 0, 0, 0, .5f, 0};
  const MlNode cut = two(ML_UNION, ball(0, 0, 0, 1), ball(0.5, 0, 0, 0.5)), field = as_field(ball(0, 0, 0, 1));
  const MlNode parts[] = {cut, shifted(ball(0, 0, 0, 1), 10, 0, 0),
                          made(ml_array(b, &ML_DESC(MlArrayDesc, .child = field, .transforms = places, .count = 2), &error))};
  Known row = {.cells = 32, .area = 13 * PI};
  for (int i = 0; i < 32; i++) row.shares[i] = i < 24 ? 4 : 1;
  check_points("row", group_of(parts, 3), cell_of_row, &row);
  // Where floats are a thousandth of a millimetre apart
  const MlSurvey *far = survey_of(shifted(two(ML_DIFFERENCE, ball(1e6, 0, 0, 1), ball(1e6, 1, 0, 1)), -1e6, 0, 0), false);
  for (uint64_t i = 0; i < 1000; i++) {
    const MlSurveyPoint at = ml_survey_point(far, 1, i);
    const double r = dvec_length(at.position), s = dvec_length((MlVec3){at.position.x, at.position.y - 1, at.position.z});
    assert_true((near(r, 1) && s > 1 - 1e-5) || (near(s, 1) && r < 1 + 1e-5));
  }
}

/* ---- the same everywhere */

/* The kernels of this build, each with trees as it wants them. */
static void points_are_the_same_everywhere(void **state) {
  (void)state;
  uint64_t before = 0;
  for (const char *const *name = kernel_names(); *name != NULL; name++) {
    const Kernel *kernel = kernel_find(*name);
    if (kernel == NULL) continue;
    ml_builder_destroy(b);
    const BuilderContext context = {
      .memory = &fixture.fault.memory, .cache = fixture.cache, .tree_width = kernel->tree_width, .trace = kernel->trace_geometry};
    assert_int_equal(builder_create(&context, &b, NULL), ML_OK);
    cache_drop_unused(fixture.cache); // nothing of the other's trees
    const MlNode bowl_node = two(ML_DIFFERENCE, cube_mesh(), ball(0, 1, 0, 0.8)),
                 field = as_field(two(ML_UNION, ball(1, 0, 0, 1), ball(0, 0, 0, 1)));
    const MlNode parts[] = {bowl_node, shifted(field, 5, 0, 0), two(ML_INTERSECTION, ball(0, 9, 0, 1), half_space(9))};
    const MlSurvey *survey = survey_of(group_of(parts, 3), true);
    HashStream stream;
    hash_begin(&stream, 1);
    for (uint64_t i = 0; i < 3000; i++) {
      const MlSurveyPoint at = ml_survey_point(survey, 9, i);
      hash_add(&stream, &at, sizeof at);
      MlSurveyPoint below = {{0, 0, 0}, {0, 0, 0}};
      if (ml_survey_drop(survey, (MlVec3){at.position.x * 0.9, 9, at.position.z * 0.9}, &below)) hash_add(&stream, &below, sizeof below);
    }
    const uint64_t hash = hash_end(&stream);
    if (before != 0 && hash != before) fail_msg("%s: %016llx, not %016llx", *name, (unsigned long long)hash, (unsigned long long)before);
    before = hash;
  }
  if (before != UINT64_C(0xe2915d8f2534194a)) fail_msg("%016llx", (unsigned long long)before);
}

/* ---- drops */

static void drops_find_what_is_seen(void **state) {
  (void)state;
  MlSurveyPoint at;
  const MlNode cup = two(ML_DIFFERENCE, cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}), ball(0, 1, 0, 0.8));
  const MlNode solids[] = {cup, two(ML_DIFFERENCE, as_field(cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1})), ball(0, 1, 0, 0.8)),
                           two(ML_DIFFERENCE, cube_mesh(), ball(0, 1, 0, 0.8))};
  for (size_t i = 0; i < COUNT(solids); i++) {
    const MlSurvey *survey = survey_of(shifted(solids[i], 100, 5, 0), true);
    assert_true(ml_survey_drop(survey, (MlVec3){100, 1e6, 0}, &at)); // into the bowl
    assert_true(near(at.position.y, 5.2) && at.position.x == 100 && at.normal.y > 0.9999);
    assert_true(ml_survey_drop(survey, (MlVec3){100.48, 20, 0}, &at));
    assert_true(near(at.position.y, 5 + 1 - 0.64) && near(at.normal.x, -0.6) && near(at.normal.y, 0.8));
    assert_true(ml_survey_drop(survey, (MlVec3){100.9, 20, 0.9}, &at)); // on the rim
    assert_true(near(at.position.y, 6) && at.normal.y > 0.9999);
    assert_true(ml_survey_drop(survey, (MlVec3){100, 4.5, 0}, &at)); // from within: its bottom
    assert_true(near(at.position.y, 4) && at.normal.y < -0.9999);
    assert_true(ml_survey_drop(survey, (MlVec3){100, 0, 0}, &at) && near(at.position.y, 5.2)); // from below: its top
    assert_false(ml_survey_drop(survey, (MlVec3){101.01, 20, 0}, &at));
  }
  // What two overlap in is not there; of a group the highest counts, and the plane below
  const MlNode parts[] = {half_space(-3), shifted(cup, 0, 0, 0), shifted(solids[1], 0, 4, 0)};
  const MlSurvey *all = survey_of(group_of(parts, 3), true);
  assert_true(ml_survey_drop(all, (MlVec3){0, 50, 0}, &at) && near(at.position.y, 4.2));
  assert_true(ml_survey_drop(all, (MlVec3){0, 2.5, 0}, &at) && near(at.position.y, 0.2));
  assert_true(ml_survey_drop(all, (MlVec3){5, 2.5, 0}, &at) && near(at.position.y, -3));
}

/* ---- making them */

static void scenes_find_what_was_surveyed(void **state) {
  (void)state;
  const MlNode cut = two(ML_DIFFERENCE, cube_mesh(), ball(0, 1, 0, 0.8)), field = as_field(ball(5, 0, 0, 1));
  survey_of(cut, false);
  survey_of(field, true);
  const Geometry *geometries[2] = {NULL, NULL};
  for (uint64_t i = 0; i < b->surveyed.count; i++) {
    if (b->surveyed.data[i]->csg.node_count != 0) geometries[0] = b->surveyed.data[i];
    if (b->surveyed.data[i]->field.distance != NULL) geometries[1] = b->surveyed.data[i];
  }
  fixture_add(b, cut);
  fixture_add(b, field);
  const MlScene *scene = fixture_commit(b);
  const Instances *instances = &scene_of(scene)->world.instances;
  assert_int_equal(instances->count, 2);
  for (int i = 0; i < 2; i++) assert_ptr_equal(instance_geometry(instances, &instances->data[i]), geometries[i]);
  ml_scene_release(scene);
  b = fixture_builder(&fixture);
}

static void what_is_nothing_has_no_points(void **state) {
  (void)state;
  const MlSurvey *survey = survey_of(two(ML_INTERSECTION, ball(0, 0, 0, 1), ball(5, 0, 0, 1)), true);
  MlSurveyPoint at;
  assert_true(ml_survey_area(survey) == 0);
  assert_false(ml_survey_drop(survey, (MlVec3){0, 9, 0}, &at));
  assert_true(ml_survey_trials(survey) == 1);
  // Nothing found is not the same as nothing there
  const MlNode hidden = two(ML_DIFFERENCE, ball(0, 0, 0, 1), ball(0, 0, 0, 2));
  survey = survey_of(hidden, false);
  assert_true(ml_survey_area(survey) == 0 && ml_survey_trials(survey) > 1e300);
  // Beside it the rest is as if it were not there
  survey = survey_of(group_of((const MlNode[]){hidden, ball(9, 0, 0, 1e-3)}, 2), false);
  assert_true(__builtin_fabs(ml_survey_area(survey) / (4e-6 * PI) - 1) < 1e-3 && ml_survey_trials(survey) == 1);
  for (uint64_t i = 0; i < 100; i++) assert_true(__builtin_fabs(ml_survey_point(survey, 1, i).position.x - 9) < 1.1e-3);
  // What cannot be rendered cannot be surveyed, for the same reason
  const MlSurvey *none;
  assert_int_equal(ml_survey(b, &ML_DESC(MlSurveyDesc, .node = two(ML_UNION, ball(0, 0, 0, 1), half_space(0))), &none, &error),
                   ML_ERROR_ARGUMENT);
  assert_string_equal(error.message, "union: has no end, because of the planes in it: intersect it with a box{}");
  assert_null(none);
}

/* Calls off when it has been asked so often; ud: how often it still may be. */
static bool poll_late(void *ud) { return --*(int *)ud < 0; }

static void long_searches_ask(void **state) {
  (void)state;
  const MlNode hidden = two(ML_DIFFERENCE, ball(0, 0, 0, 1), ball(0, 0, 0, 2));
  for (int i = 0; i < 2; i++) {
    int left = 1 << 20;
    const MlCancel cancel = {.poll = poll_late, .ud = &left};
    const MlSurvey *survey;
    assert_int_equal(ml_survey(b, &ML_DESC(MlSurveyDesc, .node = hidden, .no_points = i == 1, .cancel = &cancel), &survey, &error), ML_OK);
    const int asked = (1 << 20) - left;
    assert_true(i == 0 ? asked > 1000 : asked < 10);
  }
  int left = 100;
  const MlCancel cancel = {.poll = poll_late, .ud = &left};
  const MlSurvey *survey;
  assert_int_equal(ml_survey(b, &ML_DESC(MlSurveyDesc, .node = hidden, .cancel = &cancel), &survey, &error), ML_ERROR_CANCELLED);
  assert_null(survey);
}

static bool survey_all(MlBuilder *builder, void *ud) {
  MlBuilder *before = b;
  (void)ud;
  b = builder;
  MlNode balls[2] = {ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 1), &error), 0};
  if (balls[0] != 0) balls[1] = ml_sphere(b, &ML_DESC(MlSphereDesc, .radius = 2), &error);
  MlNode parts[2] = {0, 0}, all = 0;
  const MlSurvey *survey = NULL;
  if (balls[1] != 0) { parts[0] = ml_combine(b, &ML_DESC(MlCombineDesc, .children = balls, .child_count = 2), &error); }
  if (parts[0] != 0) { parts[1] = ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_ROUND, .node = balls[0]), &error); }
  if (parts[0] != 0 && parts[1] != 0) all = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 2), &error);
  const bool done = all != 0 && ml_survey(b, &ML_DESC(MlSurveyDesc, .node = all, .drops = true), &survey, &error) == ML_OK;
  b = before;
  return done;
}
static void failing_allocations_are_clean(void **state) {
  (void)state;
  fail_each_allocation(survey_all, NULL, 300);
  // Called off
  int asked = 0;
  const MlCancel cancel = {.poll = poll_yes, .ud = &asked};
  const MlSurvey *survey;
  const MlStatus status = ml_survey(b, &ML_DESC(MlSurveyDesc, .node = as_field(ball(0, 0, 0, 1)), .cancel = &cancel), &survey, &error);
  assert_int_equal(status, ML_ERROR_CANCELLED);
  assert_null(survey);
  assert_int_equal(asked, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(points_of_combinations),           TEST(points_of_programs),
    TEST(walls_stand_where_functions_jump), TEST(points_of_many),
    TEST(points_are_the_same_everywhere),   TEST(drops_find_what_is_seen),
    TEST(scenes_find_what_was_surveyed),    TEST(what_is_nothing_has_no_points),
    TEST(failing_allocations_are_clean),    TEST(points_of_little_that_is_left),
    TEST(points_of_flattened_sides),        TEST(long_searches_ask),
  };
  return cmocka_run_group_tests_name("surveys of solids", tests, NULL, NULL);
}
