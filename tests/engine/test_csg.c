/* Combinations of solids: what rays find on them against what they say of points, which is computed here from implicit functions; laws of
 * sets; coincident faces; meshes met at their edges; more crossings than are held; what is refused. */
#include <cmocka.h>

#include "builder_fixture.h"

enum { LEAVES = 8 };

static const MlScene *scene;
static const Scene *frozen;

static void freeze(MlNode node) {
  fixture_add(b, node);
  scene = fixture_commit(b);
  frozen = scene_of(scene);
}
static void thaw(void) {
  ml_scene_release(scene);
  b = fixture_builder(&fixture);
}

static MlNode combine(MlCombine op, uint32_t count, const MlNode *nodes) {
  MlNode made = ml_combine(b, &ML_DESC(MlCombineDesc, .combine = op, .children = nodes, .child_count = count), &error);
  if (made == 0) fail_msg("%s", error.message);
  return made;
}
static MlNode two(MlCombine op, MlNode x, MlNode y) { return combine(op, 2, (const MlNode[]){x, y}); }
static MlNode ball(MlVec3 centre, double radius) { return ml_sphere(b, &ML_DESC(MlSphereDesc, .center = centre, .radius = radius), NULL); }
static MlNode cuboid(MlVec3 from, MlVec3 to) { return ml_box(b, &ML_DESC(MlBoxDesc, .from = from, .to = to), NULL); }

/* ---- the same solids by implicit functions */

typedef enum SolidKind { BALL, CUBE, CONE, CAPSULE, RING, SOLID_KINDS } SolidKind;
typedef struct Solid {
  SolidKind kind;
  double r;
  MlTransform inverse;
} Solid;
static Solid solids[LEAVES];

/* Below 0 inside; of no metric meaning, but small near the surface. */
static double implicit(const Solid *s, MlVec3 world) {
  MlVec3 p = affine_point(&s->inverse, world);
  double rho = __builtin_sqrt(p.x * p.x + p.z * p.z), x = __builtin_fabs(p.x), y = __builtin_fabs(p.y), z = __builtin_fabs(p.z);
  switch (s->kind) {
  case BALL: return dvec_length(p) - 1.0;
  case CUBE: return (x > y ? x > z ? x : z : y > z ? y : z) - 1.0;
  case CONE: { /* from radius 1 at y = 0 to r at y = 1 */
    double side = rho - (1.0 + (s->r - 1.0) * p.y), ends = __builtin_fabs(p.y - 0.5) - 0.5;
    return side > ends ? side : ends;
  }
  case CAPSULE: { /* of radius r around y = 0 .. 1 */
    double along = p.y < 0.0 ? 0.0 : p.y > 1.0 ? 1.0 : p.y;
    return dvec_length((MlVec3){p.x, p.y - along, p.z}) - s->r;
  }
  case RING: return __builtin_sqrt((rho - 1.0) * (rho - 1.0) + y * y) - s->r;
  case SOLID_KINDS: break;
  }
  return 1.0;
}

static MlNode random_solid(uint32_t i) {
  Solid *s = &solids[i];
  s->kind = (SolidKind)random_below(SOLID_KINDS);
  s->r = random_in(0.2, 0.8);
  MlNode node = 0;
  switch (s->kind) {
  case BALL: node = ball((MlVec3){0, 0, 0}, 1); break;
  case CUBE: node = cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}); break;
  case CONE: node = ml_cone(b, &ML_DESC(MlConeDesc, .to = {0, 1, 0}, .radius = 1, .top = s->r), NULL); break;
  case CAPSULE: node = ml_capsule(b, &ML_DESC(MlCapsuleDesc, .to = {0, 1, 0}, .radius = s->r), NULL); break;
  case RING: node = ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 1, .tube = s->r), NULL); break;
  case SOLID_KINDS: break;
  }
  MlTransform t = random_placement(1.0, random_below(2) != 0);
  assert_true(ml_transform_invert(&t, &s->inverse));
  return fixture_place(b, node, t);
}

/* A random expression over leaves first .. first + count - 1. */
typedef struct Expression {
  int op; /* -1: a leaf; 3: a group */
  uint32_t first, count, left;
} Expression;
static Expression expressions[4 * LEAVES];
static uint32_t expression_count;

static MlNode random_expression(uint32_t first, uint32_t count) {
  Expression *e = &expressions[expression_count++];
  *e = (Expression){-1, first, count, 0};
  if (count == 1) return random_solid(first);
  e->op = (int)random_below(4);
  e->left = 1 + random_below(count - 1);
  const MlNode left = random_expression(first, e->left), right = random_expression(first + e->left, count - e->left);
  if (e->op == 3) return ml_group(b, &ML_DESC(MlGroupDesc, .children = (const MlNode[]){left, right}, .child_count = 2), NULL);
  return two((MlCombine)e->op, left, right);
}

static bool expression_holds(uint32_t *at, MlVec3 p, double *nearest) {
  const Expression *e = &expressions[(*at)++];
  if (e->op < 0) {
    double f = implicit(&solids[e->first], p);
    if (__builtin_fabs(f) < *nearest) *nearest = __builtin_fabs(f);
    return f < 0.0;
  }
  const bool left = expression_holds(at, p, nearest), right = expression_holds(at, p, nearest);
  return e->op == ML_INTERSECTION ? left && right : e->op == ML_DIFFERENCE ? left && !right : left || right;
}
/* Whether p is in the whole; *nearest: how close to any surface. */
static bool holds(MlVec3 p, double *nearest) {
  uint32_t at = 0;
  *nearest = 1e9;
  return expression_holds(&at, p, nearest);
}

static MlVec3 to_world(Vec3 p) { return dvec_add(dvec_from_vec3(p), (MlVec3){frozen->origin[0], frozen->origin[1], frozen->origin[2]}); }

/* From surface to surface, as light goes: before each, and behind the last, the points of the ray are all inside or all outside. */
static uint64_t looked, crossed;
static void walk(MlVec3 o, MlVec3 d) {
  enum { LOOKS = 6, MOST = 64 };
  Ray ray = ray_to(dvec_subtract(o, (MlVec3){frozen->origin[0], frozen->origin[1], frozen->origin[2]}), d, RAY_CAMERA);
  for (int k = 0; k < MOST; k++) {
    Hit hit;
    const bool found = trace_closest(&frozen->world, &ray, &hit);
    assert_int_equal(trace_any(&frozen->world, &ray), found);
    Surface surface;
    int inside = -1;
    if (found) {
      surface_at(frozen, &ray, &hit, &surface);
      inside = dot(surface.ng, ray.d) > 0.0f;
      crossed++;
    }
    const double way = found ? (double)hit.t : 8.0;
    for (int i = 0; i < LOOKS; i++) {
      double nearest;
      const MlVec3 p = to_world(ray.o + (float)(way * random_in(0.0, 1.0)) * ray.d);
      const bool is = holds(p, &nearest);
      if (nearest < 1e-3) continue;
      looked++;
      if (is != (inside == 1))
        fail_msg("hit %d at %g: the way before is said to be %s, which it is not", k, way, is ? "outside" : "inside");
    }
    if (!found) return;
    Ray next = ray;
    next.o = ray_origin(surface.p, surface.p_error, surface.ng, ray.d);
    ray = next;
  }
  fail_msg("a ray comes through more surfaces than there can be");
}

static void test_rays_find_what_points_say(void **state) {
  (void)state;
  looked = crossed = 0;
  for (int round = 0; round < 150; round++) {
    const uint32_t count = 2 + random_below(LEAVES - 1);
    expression_count = 0;
    MlNode node = random_expression(0, count);
    if (expressions[0].op == 3) node = combine(ML_UNION, 1, &node);
    freeze(node);
    for (int i = 0; i < 400; i++) {
      const MlVec3 o = random_point(3.0);
      walk(o, random_below(2) ? random_direction() : dvec_normalize(dvec_subtract(random_point(0.7), o)));
    }
    thaw();
  }
  assert_true(looked > 300000 && crossed > 50000);
}

/* ---- laws */

enum { RAYS = 4000 };
typedef struct Found {
  float t;
  Vec3 n;
} Found;
static Found found[2][RAYS];

static void look_at(MlNode node, Found *out, uint64_t seed) {
  freeze(node);
  random_state = seed;
  for (int i = 0; i < RAYS; i++) {
    const MlVec3 o = random_point(2.5), to = random_point(0.8);
    Ray ray = ray_to(o, dvec_normalize(dvec_subtract(to, o)), RAY_CAMERA);
    Hit hit;
    out[i] = (Found){-1.0f, vec3_all(0.0f)};
    if (!trace_closest(&frozen->world, &ray, &hit)) continue;
    Surface surface;
    surface_at(frozen, &ray, &hit, &surface);
    out[i] = (Found){hit.t, surface.ng};
  }
  thaw();
}
static uint32_t assert_same_found(void) {
  uint32_t hits = 0;
  for (int i = 0; i < RAYS; i++) {
    assert_true(found[0][i].t == found[1][i].t && dot(found[0][i].n, found[1][i].n) >= dot(found[0][i].n, found[0][i].n) * 0.999f);
    hits += found[0][i].t > 0.0f;
  }
  return hits;
}
static MlNode law_a(void) { return ball((MlVec3){0.1, 0, 0}, 0.8); }
static MlNode law_b(void) { return cuboid((MlVec3){-0.3, -0.9, -0.4}, (MlVec3){0.9, 0.5, 0.6}); }
static MlNode law_c(void) { return ml_torus(b, &ML_DESC(MlTorusDesc, .radius = 0.6, .tube = 0.25), NULL); }

static void test_laws_of_sets(void **state) {
  (void)state;
  look_at(two(ML_UNION, law_a(), law_b()), found[0], 3);
  look_at(two(ML_UNION, law_b(), law_a()), found[1], 3);
  assert_true(assert_same_found() > RAYS / 4);
  look_at(two(ML_INTERSECTION, law_a(), law_b()), found[0], 4);
  look_at(two(ML_INTERSECTION, law_b(), law_a()), found[1], 4);
  assert_true(assert_same_found() > RAYS / 8);
  // a - (b | c) == (a - b) - c == (a - b) & (a - c) == a - {b, c}
  look_at(two(ML_DIFFERENCE, law_a(), two(ML_UNION, law_b(), law_c())), found[0], 5);
  look_at(two(ML_DIFFERENCE, two(ML_DIFFERENCE, law_a(), law_b()), law_c()), found[1], 5);
  assert_true(assert_same_found() > RAYS / 8);
  look_at(two(ML_INTERSECTION, two(ML_DIFFERENCE, law_a(), law_b()), two(ML_DIFFERENCE, law_a(), law_c())), found[1], 5);
  assert_same_found();
  look_at(combine(ML_DIFFERENCE, 3, (const MlNode[]){law_a(), law_b(), law_c()}), found[1], 5);
  assert_same_found();
  // a - (a - b) == a & b
  look_at(two(ML_DIFFERENCE, law_a(), two(ML_DIFFERENCE, law_a(), law_b())), found[0], 6);
  look_at(two(ML_INTERSECTION, law_a(), law_b()), found[1], 6);
  assert_true(assert_same_found() > RAYS / 8);
  // a | a == a & a == a; a - a is nothing
  look_at(combine(ML_UNION, 1, (const MlNode[]){law_c()}), found[0], 7);
  look_at(two(ML_UNION, law_c(), law_c()), found[1], 7);
  assert_true(assert_same_found() > RAYS / 8);
  look_at(two(ML_INTERSECTION, law_c(), law_c()), found[1], 7);
  assert_same_found();
  look_at(two(ML_DIFFERENCE, law_c(), law_c()), found[0], 7);
  for (int i = 0; i < RAYS; i++) assert_true(found[0][i].t < 0.0f);
}

/* Two balls of radius 1 whose centres are 1 apart: where rays along the axis meet the lens, and its volume, pi (4 R + d) (2 R - d)^2 / 12. */
static void test_lens(void **state) {
  (void)state;
  freeze(two(ML_INTERSECTION, ball((MlVec3){-0.5, 0, 0}, 1), ball((MlVec3){0.5, 0, 0}, 1)));
  const MlBounds bounds = frozen->stats.bounds;
  assert_true(__builtin_fabs(bounds.min.x + 0.5) < 1e-9 && __builtin_fabs(bounds.max.x - 0.5) < 1e-9);
  double volume = 0.0;
  enum { N = 400 };
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++) {
      const double y = 2.0 * (i + 0.5) / N - 1.0, z = 2.0 * (k + 0.5) / N - 1.0, half = __builtin_sqrt(1.0 - y * y - z * z) - 0.5;
      Ray ray = ray_to((MlVec3){-3, y, z}, (MlVec3){1, 0, 0}, RAY_CAMERA), back = ray_to((MlVec3){3, y, z}, (MlVec3){-1, 0, 0}, RAY_CAMERA);
      Hit hit, last;
      if (!trace_closest(&frozen->world, &ray, &hit)) {
        assert_true(!(half > 1e-6));
        continue;
      }
      assert_true(trace_closest(&frozen->world, &back, &last));
      assert_true(__builtin_fabs((double)hit.t - (3.0 - half)) < 1e-5);
      volume += (6.0 - (double)hit.t - (double)last.t) * (2.0 / N) * (2.0 / N);
    }
  const double pi = 3.14159265358979;
  assert_true(__builtin_fabs(volume / (pi * 5.0 / 12.0) - 1.0) < 2e-3);
  thaw();
}

/* ---- faces that coincide */

/* How many surfaces there are along a ray. */
static uint32_t count_surfaces(Ray ray) {
  uint32_t count = 0;
  for (Hit hit; count < 100 && trace_closest(&frozen->world, &ray, &hit); count++) {
    Surface surface;
    surface_at(frozen, &ray, &hit, &surface);
    ray.o = ray_origin(surface.p, surface.p_error, surface.ng, ray.d);
  }
  return count;
}

/* Boxes and cylinders that share faces, turned so that no face is a round number: no film is left over a hole, none between two halves. */
static void test_coincident_faces(void **state) {
  (void)state;
  for (int round = 0; round < 60; round++) {
    const double size = round % 3 == 0 ? 1e-3 : round % 3 == 1 ? 1.0 : 1e3;
    MlTransform t = ml_transform_turn(random_in(0, 360), random_direction()), by = affine_scale((MlVec3){size, size, size});
    t = ml_transform_multiply(&t, &by);
    by = affine_translate(dvec_scale(random_point(1), size));
    t = ml_transform_multiply(&by, &t);
    const MlNode plate = fixture_place(b, cuboid((MlVec3){-1, 0, -1}, (MlVec3){1, 0.5, 1}), t);
    MlNode hole = ml_cylinder(b, &ML_DESC(MlCylinderDesc, .to = {0, 0.5, 0}, .radius = 0.5), NULL);
    hole = fixture_place(b, hole, t);
    const MlNode half = fixture_place(b, cuboid((MlVec3){1, 0, -1}, (MlVec3){2, 0.5, 1}), t);
    freeze(round % 2 == 0 ? two(ML_DIFFERENCE, plate, hole) : two(ML_UNION, plate, half));
    for (int i = 0; i < 400; i++) {
      MlVec3 from, to;
      if (round % 2 == 0) { /* through the hole */
        from = (MlVec3){random_in(-0.3, 0.3), 2, random_in(-0.3, 0.3)};
        to = (MlVec3){random_in(-0.3, 0.3), -2, random_in(-0.3, 0.3)};
      } else { /* through both halves */
        from = (MlVec3){-2, random_in(0.1, 0.4), random_in(-0.9, 0.9)};
        to = (MlVec3){4, random_in(0.1, 0.4), random_in(-0.9, 0.9)};
      }
      const MlVec3 o = affine_point(&t, from), d = dvec_subtract(affine_point(&t, to), o);
      const MlVec3 origin = {frozen->origin[0], frozen->origin[1], frozen->origin[2]};
      assert_int_equal(count_surfaces(ray_to(dvec_subtract(o, origin), d, RAY_CAMERA)), round % 2 == 0 ? 0 : 2);
    }
    thaw();
  }
}

/* ---- meshes */

static const float cube_points[24] = {-1, -1, -1, 1, -1, -1, -1, 1, -1, 1, 1, -1, -1, -1, 1, 1, -1, 1, -1, 1, 1, 1, 1, 1};
static const uint32_t cube_triangles[36] = {0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4,
                                            2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1, 3, 5, 3, 7, 5};

static MlNode mesh_cube(uint32_t triangles, bool inside_out) {
  uint32_t turned[36];
  for (int i = 0; i < 36; i++) turned[i] = cube_triangles[inside_out && i % 3 != 0 ? i / 3 * 3 + 3 - i % 3 : i];
  return ml_mesh(b, &ML_DESC(MlMeshDesc, .points = cube_points, .point_count = 8, .triangles = turned, .triangle_count = triangles), NULL);
}

/* Meshes and boxes of the same shape are the same operands, whichever way their triangles run. */
static void test_meshes_are_solids(void **state) {
  (void)state;
  const MlTransform t[2] = {random_placement(0.3, false), random_placement(0.3, false)};
  for (int way = 0; way < 4; way++) {
    for (int which = 0; which < 2; which++) {
      MlNode parts[2];
      for (int i = 0; i < 2; i++)
        parts[i] =
          fixture_place(b, which == 0 || way == i + 1 ? mesh_cube(12, way == 3) : cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}), t[i]);
      look_at(two(ML_DIFFERENCE, parts[0], parts[1]), found[which], 11);
    }
    uint32_t hits = 0, other = 0;
    for (int i = 0; i < RAYS; i++) {
      const float x = found[0][i].t, y = found[1][i].t;
      hits += x > 0.0f;
      if (abs_f(x - y) > 1e-4f) other++; /* past an edge by rounding */
      else if (way != 3) assert_true(dot(found[0][i].n, found[1][i].n) > 0.99f || x < 0.0f);
    }
    assert_true(hits > RAYS / 8);
    assert_in_range(other, 0, 2);
  }
}

/* Rays through the corners and along the edges of meshes, and in their faces' planes: they go in as often as they come out. */
static void test_edges_of_meshes(void **state) {
  (void)state;
  const MlNode cube = mesh_cube(12, false);
  const MlNode turned = fixture_place(b, cube, ml_transform_turn(45, (MlVec3){0, 1, 0}));
  freeze(two(ML_UNION, cube, turned));
  uint32_t hits = 0;
  for (int i = 0; i < 5 * 5 * 5; i++)
    for (int k = 0; k < 5 * 5 * 5; k++) {
      const MlVec3 at = {0.5 * (i % 5) - 1, 0.5 * (i / 5 % 5) - 1, 0.5 * (i / 25) - 1},
                   far = {2.0 * (k % 5) - 4, 2.0 * (k / 5 % 5) - 4, 2.0 * (k / 25) - 4};
      const MlVec3 d = dvec_subtract(at, far);
      if (dvec_largest(far) < 3.0 || dvec_is_zero(d)) continue;
      const uint32_t count = count_surfaces(ray_to(far, d, RAY_CAMERA));
      assert_int_equal(count % 2, 0);
      hits += count != 0;
    }
  assert_true(hits > 5000);
  // From inside every ray meets the surface, towards corners and edges, too
  for (int k = 0; k < 27 * 27; k++) {
    const MlVec3 d = {(k % 9) - 4, (k / 9 % 9) - 4, (k / 81) - 4};
    if (!dvec_is_zero(d)) assert_int_equal(count_surfaces(ray_to((MlVec3){0, 0, 0}, d, RAY_CAMERA)), 1);
  }
  thaw();
}

/* ---- many */

/* 150 balls in a row, of which the last one is all that is left: more crossings than are held at once. */
static void test_many_crossings(void **state) {
  (void)state;
  enum { MANY = 150 };
  MlNode balls[MANY];
  for (int i = 0; i < MANY; i++) balls[i] = ball((MlVec3){i, 0, 0}, 0.4);
  const MlNode row = ml_group(b, &ML_DESC(MlGroupDesc, .children = balls, .child_count = MANY), NULL);
  freeze(two(ML_INTERSECTION, row, ball((MlVec3){MANY - 1, 0, 0}, 0.2)));
  Ray ray = ray_to((MlVec3){-5, 0, 0}, (MlVec3){1, 0, 0}, RAY_CAMERA);
  ray.o -= dvec_to_vec3((MlVec3){frozen->origin[0], frozen->origin[1], frozen->origin[2]});
  Hit hit;
  assert_true(trace_closest(&frozen->world, &ray, &hit));
  assert_true(abs_f(hit.t - (MANY - 1 + 5 - 0.2f)) < 1e-4f);
  thaw();
  // And one after the other
  for (int i = 0; i < MANY; i++) balls[i] = ball((MlVec3){i, 0, 0}, 0.4);
  freeze(two(ML_DIFFERENCE, cuboid((MlVec3){-1, -0.5, -0.5}, (MlVec3){MANY, 0.5, 0.5}),
             ml_group(b, &ML_DESC(MlGroupDesc, .children = balls, .child_count = MANY), NULL)));
  ray = ray_to((MlVec3){-5, 0.01, 0.02}, (MlVec3){1, 0, 0}, RAY_CAMERA);
  ray.o -= dvec_to_vec3((MlVec3){frozen->origin[0], frozen->origin[1], frozen->origin[2]});
  uint32_t count = 0;
  for (; count < 1000 && trace_closest(&frozen->world, &ray, &hit); count++) {
    Surface surface;
    surface_at(frozen, &ray, &hit, &surface);
    assert_int_equal(dot(surface.ng, ray.d) > 0.0f, count % 2);
    ray.o = ray_origin(surface.p, surface.p_error, surface.ng, ray.d);
  }
  assert_int_equal(count, 2 * MANY + 2);
  thaw();
}

/* ---- materials, what is hidden, what is refused */

static MlMaterial paint(float grey) { return ml_matte(b, &ML_DESC(MlMatteDesc, .color = {grey, grey, grey}, .has_color = true), NULL); }

static void test_materials_of_cuts(void **state) {
  (void)state;
  const MlMaterial red = paint(0.1f), blue = paint(0.2f), all = paint(0.3f);
  MlNode body = cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1});
  MlNode tool = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .radius = 0.5, .material = blue), NULL);
  MlNode cut = two(ML_DIFFERENCE, body, tool);
  MlNode placed = ml_place(b, &ML_DESC(MlPlaceDesc, .child = cut, .material = all), NULL);
  MlNode painted = ml_paint(b, &ML_DESC(MlPaintDesc, .child = cut, .material = red), NULL);
  painted = fixture_place(b, painted, affine_translate((MlVec3){10, 0, 0}));
  freeze(ml_group(b, &ML_DESC(MlGroupDesc, .children = (const MlNode[]){placed, painted}, .child_count = 2), NULL));
  const struct {
    double x, y;
    MlMaterial material;
    float t;
  } looks[] = {{0, 5, blue, 4.5f}, {0.8, 5, all, 4}, {10, 5, red, 4.5f}, {10.8, 5, red, 4}};
  for (int i = 0; i < 4; i++) {
    Ray ray = ray_to((MlVec3){looks[i].x, looks[i].y, 0}, (MlVec3){0, -1, 0}, RAY_CAMERA);
    Hit hit;
    Surface surface;
    assert_true(trace_closest(&frozen->world, &ray, &hit));
    surface_at(frozen, &ray, &hit, &surface);
    assert_int_equal(surface.material, looks[i].material);
    assert_true(abs_f(hit.t - looks[i].t) < 1e-5f && surface.ng[1] > 0.9f);
  }
  thaw();
}

/* Planes are the half of space behind them: a ball cut at y = 0.2, by what is taken away above and by what is kept below; and as walls of a wedge. */
static void test_planes_are_halves(void **state) {
  (void)state;
  for (int way = 0; way < 3; way++) {
    const MlVec3 up = {0, way == 0 ? -1 : 1, 0}, at = {0, 0.2, 0};
    MlNode half = ml_plane(b, &ML_DESC(MlPlaneDesc, .point = at, .normal = up), NULL);
    if (way == 2) { /* with another that lies further out, and a box that cuts off the rest */
      half = two(ML_INTERSECTION, half, ml_plane(b, &ML_DESC(MlPlaneDesc, .point = {0, 5, 0}, .normal = {0, 1, 0}), NULL));
      half = two(ML_INTERSECTION, half, cuboid((MlVec3){-3, -3, -3}, (MlVec3){3, 3, 3}));
    }
    const MlNode cut = two(way == 0 ? ML_DIFFERENCE : ML_INTERSECTION, ball((MlVec3){0, 0, 0}, 1), half);
    freeze(fixture_place(b, cut, affine_translate((MlVec3){0.5, 0, 0})));
    for (int i = 0; i < 400; i++) {
      const MlVec3 o = dvec_add(random_point(3.0), (MlVec3){0.5, 0, 0});
      const MlVec3 d = dvec_normalize(dvec_subtract(dvec_add(random_point(0.7), (MlVec3){0.5, 0, 0}), o));
      if (dvec_length(dvec_subtract(o, (MlVec3){0.5, 0, 0})) < 1.001) continue;
      Ray ray = ray_to(o, d, RAY_CAMERA);
      Hit hit;
      // Along the ray: within the ball from .. to, and below the plane
      const MlVec3 f = dvec_subtract(o, (MlVec3){0.5, 0, 0});
      const double middle = -dvec_dot(f, d), half_chord = 1.0 - dvec_dot(f, f) + middle * middle;
      double from = middle - __builtin_sqrt(half_chord > 0 ? half_chord : 0), to = middle + __builtin_sqrt(half_chord > 0 ? half_chord : 0);
      const double meets = (0.2 - o.y) / d.y;
      if (d.y < 0 && meets > from) from = meets;
      if (d.y > 0 && meets < to) to = meets;
      const bool expected = half_chord > 0 && from < to && to > 0;
      if (__builtin_fabs(half_chord) < 1e-4 || __builtin_fabs(from - to) < 1e-4) continue;
      assert_int_equal(trace_closest(&frozen->world, &ray, &hit), expected);
      if (!expected) continue;
      assert_true(__builtin_fabs((double)hit.t - from) < 1e-4);
      Surface surface;
      surface_at(frozen, &ray, &hit, &surface);
      if (d.y < 0 && from == meets) assert_true(surface.ng[1] > 0.999f);
    }
    thaw();
  }
  // Without an end it cannot be drawn
  fixture_add(b, two(ML_DIFFERENCE, ml_plane(b, &ML_DESC(MlPlaneDesc, .place = 0), NULL), ball((MlVec3){0, 0, 0}, 1)));
  const MlScene *none;
  assert_int_equal(ml_commit(b, NULL, &none, &error), ML_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "difference: has no end"));
}

static bool sees(MlVec3 o, MlVec3 d) {
  Ray ray = ray_to(dvec_subtract(o, (MlVec3){frozen->origin[0], frozen->origin[1], frozen->origin[2]}), d, RAY_CAMERA);
  return trace_any(&frozen->world, &ray);
}

/* What is hidden is left out: of the first operand of a difference nothing is left. */
static void test_hidden_operands(void **state) {
  (void)state;
  for (int which = 0; which < 4; which++) {
    const MlNode body = cuboid((MlVec3){-1, -1, -1}, (MlVec3){1, 1, 1}), tool = ball((MlVec3){0, 0, 0}, 1.2);
    const MlNode cut = two(ML_DIFFERENCE, body, tool);
    if (which == 1) ml_hide(b, tool, NULL);
    if (which == 2) ml_hide(b, body, NULL);
    if (which == 3) ml_hide(b, cut, NULL);
    freeze(ml_group(b, &ML_DESC(MlGroupDesc, .children = &cut, .child_count = 1), NULL));
    assert_int_equal(sees((MlVec3){0, 5, 0}, (MlVec3){0, -1, 0}), which == 1);
    assert_int_equal(sees((MlVec3){0.95, 5, 0.95}, (MlVec3){0, -1, 0}), which < 2);
    thaw();
  }
}

static void refused(MlNode node, const char *why) {
  const MlNode nodes[2] = {ball((MlVec3){0, 0, 0}, 1), node};
  assert_int_equal(ml_combine(b, &ML_DESC(MlCombineDesc, .combine = ML_DIFFERENCE, .children = nodes, .child_count = 2), &error), 0);
  if (strstr(error.message, why) == NULL) fail_msg("\"%s\" does not say \"%s\"", error.message, why);
}

static void test_what_is_refused(void **state) {
  (void)state;
  refused(ml_disk(b, &ML_DESC(MlDiskDesc, .radius = 1), NULL), "a disk has no inside");
  refused(ml_quad(b, &ML_DESC(MlQuadDesc, .u = {1, 0, 0}, .v = {0, 1, 0}), NULL), "a quad or rect has no inside");
  refused(ml_triangle(b, &ML_DESC(MlTriangleDesc, .b = {1, 0, 0}, .c = {0, 1, 0}), NULL), "a triangle has no inside");
  refused(ml_cylinder(b, &ML_DESC(MlCylinderDesc, .open = true), NULL), "a tube without its caps");
  refused(ml_light(b, &ML_DESC(MlLightDesc, .power = 1), NULL), "a light is no solid");
  const MlTransform keys[2] = {ml_transform_identity(), affine_translate((MlVec3){1, 0, 0})};
  const MlNode moved = ml_place(b, &ML_DESC(MlPlaceDesc, .child = ball((MlVec3){0, 0, 0}, 1), .keys = keys, .key_count = 2), NULL);
  refused(moved, "let the whole move");
  const float places[12] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  refused(ml_array(b, &ML_DESC(MlArrayDesc, .child = ball((MlVec3){0, 0, 0}, 1), .transforms = places, .count = 1), NULL), "copies");
  refused(9999, "expected a node of this builder");
  // Within groups, too
  const MlNode disk = ml_disk(b, &ML_DESC(MlDiskDesc, .radius = 1), NULL);
  refused(ml_group(b, &ML_DESC(MlGroupDesc, .children = &disk, .child_count = 1), NULL), "a disk has no inside");
  // Of a mesh commit finds out, and the builder stays
  fixture_add(b, two(ML_UNION, mesh_cube(11, false), ball((MlVec3){0, 0, 0}, 1)));
  const MlScene *none;
  assert_int_equal(ml_commit(b, NULL, &none, &error), ML_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "mesh: has a border"));
  assert_int_equal(ml_combine(b, &ML_DESC(MlCombineDesc, .combine = (MlCombine)3), &error), 0);
  assert_int_equal(ml_combine(b, &ML_DESC(MlCombineDesc, .child_count = 2), &error), 0);
}

static void test_too_many(void **state) {
  (void)state;
  MlNode some[40], all[40];
  for (int i = 0; i < 40; i++) some[i] = ball((MlVec3){i, 0, 0}, 0.3);
  const MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = some, .child_count = 40), NULL);
  for (int i = 0; i < 40; i++) all[i] = fixture_place(b, group, affine_translate((MlVec3){0, i, 0}));
  fixture_add(b, combine(ML_UNION, 40, all));
  const MlScene *none;
  assert_int_equal(ml_commit(b, NULL, &none, &error), ML_ERROR_LIMIT);
  assert_non_null(strstr(error.message, "more than 1024 solids"));
  // Deep, not many
  MlNode deep = ball((MlVec3){0, 0, 0}, 1);
  int levels = 0;
  while (deep != 0 && levels < 1000) {
    const MlNode nodes[2] = {deep, some[1]};
    deep = ml_combine(b, &ML_DESC(MlCombineDesc, .combine = ML_DIFFERENCE, .children = nodes, .child_count = 2), &error);
    levels += deep != 0;
  }
  assert_int_equal(levels, NODE_MAX_DEPTH);
  assert_non_null(strstr(error.message, "nested more than"));
}

/* Used again and placed, nested, in motion, in an array; and with nothing left of it. */
static void test_combinations_are_placed(void **state) {
  (void)state;
  const MlNode shell = two(ML_DIFFERENCE, mesh_cube(12, false), ball((MlVec3){0, 1, 0}, 0.5));
  MlNode many[9];
  for (int i = 0; i < 8; i++) many[i] = fixture_place(b, shell, affine_translate((MlVec3){4.0 * i, 0, 0}));
  const MlTransform keys[2] = {affine_translate((MlVec3){40, 0, 0}), affine_translate((MlVec3){41, 0, 0})};
  many[8] = ml_place(b, &ML_DESC(MlPlaceDesc, .child = shell, .keys = keys, .key_count = 2), NULL);
  const float places[24] = {1, 0, 0, 60, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 64, 0, 1, 0, 0, 0, 0, 1, 0};
  const MlNode array = ml_array(b, &ML_DESC(MlArrayDesc, .child = shell, .transforms = places, .count = 2), NULL);
  fixture_add(b, array);
  fixture_add(b, two(ML_INTERSECTION, ball((MlVec3){100, 0, 0}, 1), ball((MlVec3){103, 0, 0}, 1)));
  freeze(ml_group(b, &ML_DESC(MlGroupDesc, .children = many, .child_count = 9), NULL));
  const double at[] = {0, 4, 28, 40, 60, 64};
  for (int i = 0; i < 6; i++) {
    Ray ray = ray_to((MlVec3){at[i], 5, 0}, (MlVec3){0, -1, 0}, RAY_CAMERA);
    ray.o -= dvec_to_vec3((MlVec3){frozen->origin[0], frozen->origin[1], frozen->origin[2]});
    Hit hit;
    Surface surface;
    assert_true(trace_closest(&frozen->world, &ray, &hit));
    assert_true(abs_f(hit.t - 4.5f) < 1e-4f);
    surface_at(frozen, &ray, &hit, &surface);
    assert_true(surface.ng[1] > 0.99f);
  }
  assert_false(sees((MlVec3){101.5, 5, 0}, (MlVec3){0, -1, 0}));
  thaw();
}

static void test_failing_memory(void **state) {
  (void)state;
  for (long n = 0; n < 400; n++) {
    Fixture own;
    own.tree_width = 0;
    fault_init(&own.fault, -1, false);
    assert_int_equal(cache_create(&own.fault.memory, 0, &own.cache, NULL), ML_OK);
    MlBuilder *outer = b;
    b = fixture_builder(&own);
    own.fault.left = n;
    const MlNode parts[2] = {mesh_cube(12, false), ball((MlVec3){0, 1, 0}, 0.5)};
    MlNode made = parts[0] != 0 && parts[1] != 0
                    ? ml_combine(b, &ML_DESC(MlCombineDesc, .combine = ML_DIFFERENCE, .children = parts, .child_count = 2), &error)
                    : 0;
    const MlScene *done = NULL;
    const bool good = made != 0 && ml_add(b, made, NULL) == ML_OK && ml_commit(b, NULL, &done, &error) == ML_OK;
    own.fault.left = -1;
    if (good) ml_scene_release(done);
    else ml_builder_destroy(b);
    fixture_end(&own);
    b = outer;
    if (good) return;
  }
  fail_msg("400 allocations do not suffice");
}

/* ---- hidden parts, and meshes that are used often */

static bool counts(void *ud) {
  ++*(uint32_t *)ud;
  return false;
}

/* Whether a mesh is closed is asked once, however often it is an operand. */
static void test_meshes_are_looked_at_once(void **state) {
  (void)state;
  enum { RINGS = 64, SIDES = 64, COPIES = 300 };
  static float points[3 * RINGS * SIDES];
  static uint32_t triangles[6 * RINGS * SIDES];
  for (uint32_t i = 0; i < RINGS; i++)
    for (uint32_t k = 0; k < SIDES; k++) {
      const double u = 6.283185307179586 * i / RINGS, v = 6.283185307179586 * k / SIDES, rho = 1 + 0.3 * ml_cos(v);
      float *p = points + 3 * (i * SIDES + k);
      p[0] = (float)(rho * ml_sin(u)), p[1] = (float)(0.3 * ml_sin(v)), p[2] = (float)(rho * ml_cos(u));
      uint32_t *t = triangles + 6 * (i * SIDES + k), a = i * SIDES + k, c = (i + 1) % RINGS * SIDES + k;
      const uint32_t d = i * SIDES + (k + 1) % SIDES, e = (i + 1) % RINGS * SIDES + (k + 1) % SIDES;
      t[0] = a, t[1] = c, t[2] = d, t[3] = d, t[4] = c, t[5] = e;
    }
  const MlNode mesh = ml_mesh(
    b, &ML_DESC(MlMeshDesc, .points = points, .point_count = RINGS * SIDES, .triangles = triangles, .triangle_count = 2 * RINGS * SIDES),
    &error);
  MlNode copies[COPIES];
  for (uint32_t i = 0; i < COPIES; i++) copies[i] = fixture_place(b, mesh, affine_translate((MlVec3){3.0 * i, 0, 0}));
  fixture_add(b, combine(ML_UNION, COPIES, copies));
  uint32_t asked = 0;
  const MlCancel cancel = {.poll = counts, .ud = &asked};
  const MlScene *made = NULL;
  assert_int_equal(ml_commit(b, &cancel, &made, &error), ML_OK);
  b = NULL;
  ml_scene_release(made);
  if (asked > 300) fail_msg("%u polls", asked);
}

/* Whether a ray along x goes in and out by turns. *surfaces: how many it meets. */
static bool takes_turns(float y, float z, uint32_t *surfaces) {
  Ray ray = {.o = vec3(-9, y, z), .d = vec3(1, 0.01f, 0.02f), .t_max = INFINITY_F, .kind = RAY_CAMERA};
  Hit hit;
  bool inside = false, fine = true;
  for (*surfaces = 0; *surfaces < 64 && trace_closest(&frozen->world, &ray, &hit); ++*surfaces) {
    Surface s;
    surface_at(frozen, &ray, &hit, &s);
    fine = fine && (dot(s.ng, ray.d) > 0.0f) == inside;
    inside = !inside;
    ray.o = ray_origin(s.p, s.p_error, s.ng, ray.d);
  }
  return fine && !inside;
}

/* A union of one: letters that overlap are solids in each other, and then one. */
static void test_letters_melt_together(void **state) {
  (void)state;
  uint32_t wrong[2] = {0, 0}, met[2] = {0, 0};
  if (!ml_text_font()) skip();
  for (int melted = 0; melted < 2; melted++) {
    const MlNode text =
      ml_text(b, &ML_DESC(MlTextDesc, .text = "OXO", .text_size = 3, .height = 1, .depth = 0.5, .spacing = -0.35), &error);
    if (text == 0) fail_msg("%s", error.message);
    freeze(melted ? combine(ML_UNION, 1, &text) : text);
    random_state = 5;
    for (int i = 0; i < 1000; i++) {
      uint32_t surfaces;
      wrong[melted] += !takes_turns((float)random_in(-0.5, 0.5), (float)random_in(-0.2, 0.2), &surfaces);
      met[melted] += surfaces;
    }
    thaw();
  }
  if (wrong[0] < 50 || wrong[1] != 0 || met[1] < 1000 || met[1] >= met[0])
    fail_msg("%u and %u rays of 1000 are wrong, %u and %u surfaces", wrong[0], wrong[1], met[0], met[1]);
}

/* What is hidden takes nothing away: of an intersection the rest is whole, exact or a program, rounded or not. */
static void test_hidden_parts_leave_no_bounds(void **state) {
  (void)state;
  for (int kind = 0; kind < 3; kind++) {
    const MlNode cube = cuboid((MlVec3){0, 0, 0}, (MlVec3){5, 5, 5});
    MlNode sphere = ball((MlVec3){0, 0, 0}, 1);
    if (kind != 0) sphere = ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_ROUND, .node = sphere), &error);
    MlNode both = two(ML_INTERSECTION, sphere, cube);
    if (kind == 2) both = ml_sdf_change(b, &ML_DESC(MlSdfChangeDesc, .change = ML_SDF_ROUND, .node = both, .amount = 0.25), &error);
    assert_int_not_equal(both, 0);
    assert_int_equal(ml_hide(b, cube, &error), ML_OK);
    freeze(both);
    const Ray ray = {.o = vec3(-5, -0.6f, 0), .d = vec3(1, 0, 0), .t_max = INFINITY_F, .kind = RAY_CAMERA};
    const double r = kind == 2 ? 1.25 : 1;
    Hit hit;
    if (!trace_closest(&frozen->world, &ray, &hit)) fail_msg("kind %d: nothing is left", kind);
    const double wanted = 5 - __builtin_sqrt(r * r - 0.36);
    if (!(__builtin_fabs((double)hit.t - wanted) < 1e-5)) fail_msg("kind %d: met at %g, not %g", kind, (double)hit.t, wanted);
    thaw();
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_rays_find_what_points_say, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_laws_of_sets, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_lens, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_coincident_faces, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_meshes_are_solids, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_edges_of_meshes, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_many_crossings, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_materials_of_cuts, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_planes_are_halves, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_hidden_operands, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_letters_melt_together, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_hidden_parts_leave_no_bounds, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_meshes_are_looked_at_once, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_what_is_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_too_many, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_combinations_are_placed, set_up, tear_down),
    cmocka_unit_test_setup_teardown(test_failing_memory, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
