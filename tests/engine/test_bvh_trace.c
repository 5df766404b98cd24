/* test_bvh_trace.c - the tree never changes a hit: against brute force, for every kernel of this machine, bit for bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene_fixture.h"

#include "render/kernel.h"
#include "scene/scene.h"

#include "rounds.h"

/* ---- scenes */

static MlNode random_shape(MlBuilder *b, double size) {
  MlVec3 p = random_point(4.0);
  switch (random_below(9)) {
  case 0: return ml_sphere(b, &ML_DESC(MlSphereDesc, .center = p, .radius = size), NULL);
  case 1: return ml_box(b, &ML_DESC(MlBoxDesc, .from = p, .to = dvec_add(p, (MlVec3){size, 2 * size, random_in(0.01, size)})), NULL);
  case 2:
    return ml_disk(b, &ML_DESC(MlDiskDesc, .center = p, .normal = random_direction(), .radius = size, .hole = random_in(0, size * 0.9)),
                   NULL);
  case 3: return ml_quad(b, &ML_DESC(MlQuadDesc, .at = p, .u = random_direction(), .v = random_direction()), NULL);
  case 4:
    return ml_triangle(b, &ML_DESC(MlTriangleDesc, .a = p, .b = dvec_add(p, random_point(size)), .c = dvec_add(p, random_point(size))),
                       NULL);
  case 5:
    return ml_cone(b,
                   &ML_DESC(MlConeDesc, .from = p, .to = dvec_add(p, random_point(size)), .radius = size, .top = random_in(0, size),
                            .open = random_below(2)),
                   NULL);
  case 6:
    return ml_capsule(b, &ML_DESC(MlCapsuleDesc, .from = p, .to = dvec_add(p, random_point(2 * size)), .radius = random_in(0.1, 1) * size),
                      NULL);
  case 7: {
    MlNode ring = ml_torus(b, &ML_DESC(MlTorusDesc, .radius = size, .tube = random_in(0.01, 0.99) * size), NULL);
    return fixture_place(b, ring, random_placement(4.0, false));
  }
  default: {
    /* axis-aligned, on a grid: coplanar and touching ones are many */
    MlVec3 q = {(double)random_below(4), (double)random_below(4), (double)random_below(4)};
    return ml_quad(b, &ML_DESC(MlQuadDesc, .at = q, .u = {1, 0, 0}, .v = {0, random_below(2), random_below(2) ? 1 : -1}), NULL);
  }
  }
}

static MlNode bumpy_mesh(MlBuilder *b, uint32_t n) {
  float *points = malloc(sizeof(float) * 3 * n * n);
  uint32_t *triangles = malloc(sizeof(uint32_t) * 6 * (n - 1) * (n - 1)), count = 0;
  for (uint32_t y = 0; y < n; y++) {
    for (uint32_t x = 0; x < n; x++) {
      float *p = points + 3 * (y * n + x);
      p[0] = (float)x / (float)(n - 1) * 4.0f - 2.0f, p[2] = (float)y / (float)(n - 1) * 4.0f - 2.0f;
      p[1] = random_below(2) ? 0.0f : (float)random_in(-0.2, 0.2);
      if (x + 1 == n || y + 1 == n) continue;
      uint32_t i = y * n + x;
      const uint32_t corners[6] = {i, i + n, i + 1, i + 1, i + n, i + n + 1};
      memcpy(triangles + count, corners, sizeof corners);
      count += 6;
    }
  }
  MlNode node = ml_mesh(
    b, &ML_DESC(MlMeshDesc, .points = points, .point_count = (uint64_t)n * n, .triangles = triangles, .triangle_count = count / 3), NULL);
  free(points);
  free(triangles);
  return node;
}

static MlNode random_group(MlBuilder *b) {
  MlNode children[12];
  for (int i = 0; i < 12; i++) {
    children[i] = random_shape(b, random_in(0.05, 0.6));
    if (i % 3 == 0) children[i] = fixture_place(b, children[i], random_placement(1.0, i % 2));
  }
  return ml_group(b, &ML_DESC(MlGroupDesc, .children = children, .child_count = 12), NULL);
}

static const MlScene *random_scene(Fixture *f, double scale, bool instances) {
  MlBuilder *b = fixture_builder(f);
  MlTransform s = affine_scale((MlVec3){scale, scale, scale});
  MlNode nodes[64];
  uint64_t count = 0;
  for (int i = 0; i < 30; i++) {
    nodes[count] = random_shape(b, random_in(0.05, 1.0));
    if (i % 4 == 0) nodes[count] = fixture_place(b, nodes[count], random_placement(2.0, i % 8 == 0));
    if (i % 5 == 0) nodes[count] = ml_place(b, &ML_DESC(MlPlaceDesc, .child = nodes[count], .hidden = 1u << random_below(3)), NULL);
    count++;
  }
  nodes[count++] = ml_plane(b, &ML_DESC(MlPlaneDesc, .point = {0, -3, 0}), NULL);
  if (instances) {
    MlNode mesh = bumpy_mesh(b, 12), group = random_group(b);
    for (int i = 0; i < 5; i++) nodes[count++] = fixture_place(b, mesh, random_placement(4.0, i % 2));
    for (int i = 0; i < 5; i++) nodes[count++] = fixture_place(b, group, random_placement(4.0, i % 2));
    nodes[count++] = mesh; /* untransformed: its grid is coplanar with what lies at y = 0 */
    nodes[count++] = ml_quad(b, &ML_DESC(MlQuadDesc, .at = {-1, 0, 1}, .u = {2, 0, 0}, .v = {0, 0, -2}), NULL);
  }
  fixture_add(b, fixture_place(b, ml_group(b, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = count), NULL), s));
  return fixture_commit(b);
}

/* Everywhere, towards points of interest, along axes, from surfaces. */
static Ray random_ray(double scale) {
  MlVec3 o = random_point(7.0), d = random_direction();
  uint32_t form = random_below(8);
  if (form < 3) d = dvec_subtract(random_point(4.0), o);
  if (form == 3 || form == 4) { /* along an axis, from a lattice: on faces, edges and corners */
    o = (MlVec3){(double)random_below(13) * 0.5 - 3, (double)random_below(13) * 0.5 - 3, (double)random_below(13) * 0.5 - 3};
    uint32_t axis = random_below(3);
    double sign = random_below(2) ? 1.0 : -1.0;
    d = (MlVec3){axis == 0 ? sign : 0, axis == 1 ? sign : 0, axis == 2 ? sign : 0};
  }
  if (form == 5) d.x = random_below(2) ? 0.0 : 1e-20;
  Ray ray = ray_to(dvec_scale(o, scale), d, 1u << random_below(3));
  if (form == 6) ray.t_max = (float)(random_in(0.5, 8.0) * scale);
  return ray;
}

/* The same scene with trees of each width, for each kernel its own. */
typedef struct ScenePair {
  Fixture fixtures[2];
  const MlScene *scenes[2]; /* widths 4, 8 */
} ScenePair;

static const World *pair_world(const ScenePair *pair, uint32_t width) { return &scene_of(pair->scenes[width == 8])->world; }

static void pair_build(ScenePair *pair, const MlScene *(*build)(Fixture *f, double scale, bool instances), double scale, bool instances) {
  uint64_t random = random_state;
  for (int i = 0; i < 2; i++) {
    random_state = random;
    fixture_begin(&pair->fixtures[i]);
    pair->fixtures[i].tree_width = i == 0 ? 4 : 8;
    pair->scenes[i] = build(&pair->fixtures[i], scale, instances);
    assert_int_equal(scene_of(pair->scenes[i])->world.bvh.width, i == 0 ? 4 : 8);
  }
}

static void pair_free(ScenePair *pair) {
  for (int i = 0; i < 2; i++) {
    ml_scene_release(pair->scenes[i]);
    fixture_end(&pair->fixtures[i]);
  }
}

static void check_scene(const ScenePair *pair, double scale, uint32_t rays) {
  uint32_t hits = 0;
  for (uint32_t i = 0; i < rays; i++) {
    Ray ray = random_ray(scale);
    Hit expected, hit;
    bool any = brute_closest(pair_world(pair, 4), &ray, &expected);
    hits += any;
    for (const char *const *name = kernel_names(); *name != NULL; name++) {
      const Kernel *kernel = kernel_find(*name);
      const World *world = pair_world(pair, kernel->tree_width);
      assert_int_equal(kernel->trace_closest(world, &ray, &hit), any);
      if (!same_hit(&hit, &expected))
        fail_msg("%s: ray %u: t %a prim %u:%u, expected %a %u:%u", *name, i, (double)hit.t, hit.instance, hit.prim, (double)expected.t,
                 expected.instance, expected.prim);
      assert_int_equal(kernel->trace_any(world, &ray), any);
    }
  }
  assert_true(hits > rays / 8);
}

static void test_like_brute_force(void **state) {
  (void)state;
  static const double scales[] = {1.0, 1e-3, 1e3, 1e6, 1e-6, 1e-12};
  for (uint32_t k = 0; k < sizeof scales / sizeof *scales; k++) {
    for (int instances = 0; instances < 2; instances++) {
      ScenePair pair;
      pair_build(&pair, random_scene, scales[k], instances);
      check_scene(&pair, scales[k], rounds(12000, 30));
      pair_free(&pair);
    }
  }
}

/* ---- coincident and coplanar things: ids decide, whatever the tree */

/* A world of primitives alone, under a tree over `order`. */
typedef struct PlainWorld {
  World world;
  Prim prims[64];
  Aabb bounds[64];
} PlainWorld;

static void plain_world(Memory *memory, PlainWorld *w, uint32_t count, const uint32_t *order) {
  for (uint32_t i = 0; i < count; i++) {
    memcpy(w->bounds[i].lo, w->prims[order[i]].lo, sizeof w->bounds[i].lo);
    memcpy(w->bounds[i].hi, w->prims[order[i]].hi, sizeof w->bounds[i].hi);
  }
  w->world = (World){.prims = w->prims, .prim_count = count};
  assert_int_equal(bvh_build(&(BvhBuild){.memory = memory}, w->bounds, order, count, &w->world.bvh, NULL), ML_OK);
}

static void test_coplanar_in_any_tree(void **state) {
  (void)state;
  FaultMemory fault;
  fault_init(&fault, -1, false);
  for (uint32_t tree = 0; tree < rounds(200, 30); tree++) {
    static PlainWorld w;
    uint32_t order[64];
    random_state = 7; /* the same things in every tree, in another order */
    for (uint32_t i = 0; i < 64; i++) {
      order[i] = i;
      MlVec3 p = {(double)random_below(3), (double)random_below(3), 0.25};
      Prim prim = {.kind = random_below(2) ? PRIM_QUAD : PRIM_TRIANGLE, .light = NO_ID};
      const MlVec3 corners[4] = {p, dvec_add(p, (MlVec3){2, 0, 0.5}), dvec_add(p, (MlVec3){2, 2, 1}), dvec_add(p, (MlVec3){0, 2, 0.5})};
      for (int k = 0; k < 4; k++) vec3_store(prim.p[k], dvec_to_vec3(corners[k]));
      prim_finish(&prim, NULL, false);
      w.prims[i] = prim;
    }
    random_state = 1000 + tree;
    for (uint32_t i = 63; i > 0; i--) {
      uint32_t k = random_below(i + 1), moved = order[i];
      order[i] = order[k], order[k] = moved;
    }
    plain_world(&fault.memory, &w, 64, order);
    random_state = 99;
    uint32_t hits = 0;
    for (int i = 0; i < 400; i++) {
      MlVec3 o = {random_below(2) ? (double)random_below(9) * 0.5 : random_in(0, 5), (double)random_below(9) * 0.5, 9};
      MlVec3 d = random_below(2) ? (MlVec3){0, 0, -1} : dvec_subtract((MlVec3){(double)random_below(5), (double)random_below(5), 0}, o);
      Ray ray = ray_to(o, d, RAY_CAMERA);
      Hit expected, hit;
      hits += brute_closest(&w.world, &ray, &expected);
      trace_closest(&w.world, &ray, &hit);
      assert_true(same_hit(&hit, &expected));
    }
    assert_true(hits > 100);
    bvh_free(&fault.memory, &w.world.bvh);
  }
  assert_int_equal(fault.memory.used, 0);
}

static void test_lowest_id_wins(void **state) {
  (void)state;
  Fixture f;
  fixture_begin(&f);
  MlBuilder *b = fixture_builder(&f);
  const float points[] = {-1, 0, 1, 1, 0, 1, 1, 0, -1, -1, 0, -1};
  const uint32_t triangles[] = {0, 1, 2, 0, 2, 3, 0, 1, 2};
  MlNode mesh = ml_mesh(b, &ML_DESC(MlMeshDesc, .points = points, .point_count = 4, .triangles = triangles, .triangle_count = 3), NULL);
  fixture_add(b, mesh);
  fixture_add(b, mesh);
  fixture_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc, .point = {0, -5, 0}), NULL));
  fixture_add(b, ml_quad(b, &ML_DESC(MlQuadDesc, .at = {0, 0, 1}, .u = {1, 0, 0}, .v = {0, 0, -2}), NULL));
  fixture_add(b, ml_quad(b, &ML_DESC(MlQuadDesc, .at = {0, 0, 1}, .u = {1, 0, 0}, .v = {0, 0, -2}), NULL));
  fixture_add(b, ml_plane(b, &ML_DESC(MlPlaneDesc), NULL));
  const MlScene *scene = fixture_commit(b);
  const World *world = &scene_of(scene)->world;
  Hit hit;
  // The scene's own before instances, lower ids first, planes without preference
  Ray ray = ray_to((MlVec3){0.5, 2, -0.25}, (MlVec3){0, -1, 0}, RAY_CAMERA);
  assert_true(trace_closest(world, &ray, &hit));
  assert_int_equal(hit.instance, NO_ID);
  assert_int_equal(hit.prim, 1);
  ray = ray_to((MlVec3){5, 2, 5}, (MlVec3){0, -1, 0}, RAY_CAMERA);
  assert_true(trace_closest(world, &ray, &hit));
  assert_int_equal(hit.prim, 3);
  // Both instances and two of the triangles are at the same place
  World without = *world;
  without.plane_count = 0;
  ray = ray_to((MlVec3){-0.25, 2, 0.75}, (MlVec3){0, -1, 0}, RAY_CAMERA);
  assert_true(trace_closest(&without, &ray, &hit));
  assert_int_equal(hit.instance, 0);
  assert_int_equal(hit.prim, 0);
  assert_float_equal(hit.t, 2.0f, 0.0f);
  ml_scene_release(scene);
  fixture_end(&f);
}

static void test_hidden(void **state) {
  (void)state;
  Fixture f;
  fixture_begin(&f);
  for (uint32_t hidden = 0; hidden < 8; hidden++) {
    MlBuilder *b = fixture_builder(&f);
    MlNode parts[4];
    for (int i = 0; i < 4; i++) parts[i] = ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {3.0 * i, 0, 0}), NULL);
    MlNode group = ml_group(b, &ML_DESC(MlGroupDesc, .children = parts, .child_count = 4), NULL);
    fixture_add(
      b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = group, .transform = affine_translate((MlVec3){0, 10, 0}), .hidden = hidden), NULL));
    fixture_add(b, group);
    fixture_add(
      b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = parts[0], .transform = affine_translate((MlVec3){0, 20, 0}), .hidden = hidden), NULL));
    MlNode plane = ml_plane(b, &ML_DESC(MlPlaneDesc, .point = {0, -10, 0}), NULL);
    fixture_add(b, ml_place(b, &ML_DESC(MlPlaceDesc, .child = plane, .hidden = hidden), NULL));
    const MlScene *scene = fixture_commit(b);
    const World *world = &scene_of(scene)->world;
    assert_int_equal(world->instances.count, 2);
    for (uint32_t kind = 1; kind < 8; kind *= 2) {
      const double heights[4] = {10, 20, 0, -10};
      for (int i = 0; i < 4; i++) {
        MlVec3 from = {heights[i] < 0 ? 20 : 0, heights[i], heights[i] < 0 ? 0 : 5},
               to = {0, heights[i] < 0 ? -1 : 0, heights[i] < 0 ? 0 : -1};
        from.y += heights[i] < 0 ? 5 : 0;
        Ray ray = ray_to(from, to, kind);
        Hit hit;
        bool seen = heights[i] == 0 || (hidden & kind) == 0;
        assert_int_equal(trace_closest(world, &ray, &hit), seen);
        assert_int_equal(trace_any(world, &ray), seen);
      }
    }
    ml_scene_release(scene);
  }
  fixture_end(&f);
}

/* Rays whose numbers are not finite, or become so in an instance's space, may hit anything, but nothing that is not there. */
static const MlScene *tiny_and_far(Fixture *f, double scale, bool instances) {
  (void)scale, (void)instances;
  MlBuilder *b = fixture_builder(f);
  const float corners[] = {-1, -1, -1, 1, -1, 1, -1, 1, 1};
  const uint32_t triangle[] = {0, 1, 2};
  MlNode mesh = ml_mesh(b, &ML_DESC(MlMeshDesc, .points = corners, .point_count = 3, .triangles = triangle, .triangle_count = 1), NULL);
  fixture_add(b, fixture_place(b, mesh, affine_scale((MlVec3){1e-38, 1e-38, 1e-38})));
  for (int i = 0; i < 6; i++) fixture_add(b, ml_sphere(b, &ML_DESC(MlSphereDesc, .center = {3.0 * i + 3.0, 0, 0}), NULL));
  return fixture_commit(b);
}

static void test_not_finite(void **state) {
  (void)state;
  ScenePair pair;
  pair_build(&pair, tiny_and_far, 1.0, true);
  const float odd[] = {bits_float(0x7fc00000u), INFINITY_F, -INFINITY_F, LARGEST_F, 0.0f, 5.0f, -1.0f};
  for (uint32_t i = 0; i < 7 * 7 * 7 * 7; i++) {
    float a = odd[i % 7], c = odd[i / 7 % 7], d = odd[i / 49 % 7], e = odd[i / 343];
    Ray ray = {.o = vec3(a, c, a), .d = vec3(d, e, d), .t_max = INFINITY_F, .kind = RAY_CAMERA};
    for (const char *const *name = kernel_names(); *name != NULL; name++) {
      const Kernel *kernel = kernel_find(*name);
      const World *world = pair_world(&pair, kernel->tree_width);
      Hit hit;
      if (!kernel->trace_closest(world, &ray, &hit)) continue;
      assert_true(hit.instance == NO_ID ? hit.prim < world->prim_count : hit.instance < world->instances.count && hit.prim == 0);
    }
  }
  pair_free(&pair);
}

/* ---- trees */

/* What is known of a tree's contents. */
typedef struct Contents {
  const Aabb *bounds;
  uint8_t *seen; /* how often, by item */
} Contents;

/* Every item once, children inside parents, depth bounded. Returns the depth. */
static uint32_t check_node(const Bvh *bvh, const Contents *contents, uint32_t node, const Aabb *outer) {
  uint32_t deepest = 0, width = bvh->width;
  const float *planes = (const float *)((const char *)bvh->nodes + node * bvh_node_size(bvh));
  const uint32_t *children = (const uint32_t *)(planes + 6 * width);
  for (uint32_t k = 0; k < width; k++) {
    if (children[k] == BVH_EMPTY) {
      for (uint32_t i = 0; i < 3; i++) assert_true(planes[i * width + k] == INFINITY_F && planes[(3 + i) * width + k] == -INFINITY_F);
      for (; k < width; k++) assert_int_equal(children[k], BVH_EMPTY);
      break;
    }
    Aabb box;
    for (uint32_t i = 0; i < 3; i++) {
      box.lo[i] = planes[i * width + k], box.hi[i] = planes[(3 + i) * width + k];
      assert_true(box.lo[i] >= outer->lo[i] && box.hi[i] <= outer->hi[i]);
    }
    if ((children[k] & BVH_LEAF) == 0) {
      assert_true(children[k] < bvh->node_count);
      uint32_t depth = 1 + check_node(bvh, contents, children[k], &box);
      if (depth > deepest) deepest = depth;
      continue;
    }
    uint32_t leaf = children[k] & ~BVH_LEAF;
    if (bvh->blocks == NULL) {
      assert_int_equal(contents->seen[leaf]++, 0);
      assert_memory_equal(&box, &contents->bounds[leaf], sizeof box);
      continue;
    }
    assert_true(leaf < bvh->block_count);
    const float *corners = (const float *)((const char *)bvh->blocks + leaf * bvh_block_size(bvh));
    const uint32_t *ids = (const uint32_t *)(corners + 9 * width);
    assert_int_not_equal(ids[0], NO_ID);
    for (uint32_t lane = 0; lane < width; lane++) {
      if (ids[lane] == NO_ID) {
        for (uint32_t i = 0; i < 9; i++) assert_true(isnan(corners[i * width + lane]));
        assert_true(lane + 1 == width || ids[lane + 1] == NO_ID);
        continue;
      }
      assert_int_equal(contents->seen[ids[lane]]++, 0);
      float p[9];
      for (uint32_t i = 0; i < 9; i++) p[i] = corners[i * width + lane];
      Aabb own = triangle_bounds(p, p + 3, p + 6);
      assert_memory_equal(&own, &contents->bounds[ids[lane]], sizeof own);
      assert_true(aabb_contains(&box, own.lo) && aabb_contains(&box, own.hi));
    }
  }
  return deepest;
}

static void check_contents(const Bvh *bvh, const Aabb *bounds, uint32_t count) {
  Contents contents = {bounds, calloc(count, 1)};
  assert_true(check_node(bvh, &contents, 0, &bvh->bounds) < BVH_MAX_DEPTH);
  for (uint32_t i = 0; i < count; i++) assert_int_equal(contents.seen[i], 1);
  free(contents.seen);
}

static void same_trees(const Bvh *a, const Bvh *b) {
  assert_int_equal(a->node_count, b->node_count);
  assert_int_equal(a->block_count, b->block_count);
  assert_memory_equal(a->nodes, b->nodes, a->node_count * bvh_node_size(a));
  if (a->blocks != NULL) assert_memory_equal(a->blocks, b->blocks, a->block_count * bvh_block_size(a));
}

static void check_tree(uint32_t count, void (*box)(uint32_t i, Aabb *out)) {
  FaultMemory fault;
  fault_init(&fault, -1, false);
  Aabb *bounds = malloc(count * sizeof *bounds);
  for (uint32_t i = 0; i < count; i++) box(i, &bounds[i]);
  // A triangle has its box's diagonal as one edge
  float *points = malloc(9 * count * sizeof *points);
  uint32_t *triangles = malloc(3 * count * sizeof *triangles);
  Aabb *padded = malloc(count * sizeof *padded);
  for (uint32_t i = 0; i < count; i++) {
    float *p = points + 9 * (size_t)i;
    const Aabb *b = &bounds[i];
    const float corners[9] = {b->lo[0], b->lo[1], b->lo[2], b->hi[0], b->lo[1], b->hi[2], b->hi[0], b->hi[1], b->lo[2]};
    memcpy(p, corners, sizeof corners);
    for (uint32_t k = 0; k < 3; k++) triangles[3 * i + k] = 3 * i + k;
    padded[i] = triangle_bounds(p, p + 3, p + 6);
  }
  for (uint32_t width = 4; width <= 8; width += 4) {
    const BvhBuild build = {.memory = &fault.memory, .width = width};
    Bvh bvh, again;
    assert_int_equal(bvh_build(&build, bounds, NULL, count, &bvh, NULL), ML_OK);
    assert_int_equal(bvh.width, width);
    check_contents(&bvh, bounds, count);
    assert_int_equal(bvh_build(&build, bounds, NULL, count, &again, NULL), ML_OK);
    same_trees(&bvh, &again);
    bvh_free(&fault.memory, &again);
    bvh_free(&fault.memory, &bvh);
    assert_int_equal(bvh_build_mesh(&build, points, triangles, count, &bvh, NULL), ML_OK);
    check_contents(&bvh, padded, count);
    assert_int_equal(bvh_build_mesh(&build, points, triangles, count, &again, NULL), ML_OK);
    same_trees(&bvh, &again);
    bvh_free(&fault.memory, &again);
    bvh_free(&fault.memory, &bvh);
  }
  assert_int_equal(fault.memory.used, 0);
  free(bounds);
  free(points);
  free(triangles);
  free(padded);
}

static void box_random(uint32_t i, Aabb *out) {
  (void)i;
  MlVec3 p = random_point(10);
  vec3_store(out->lo, dvec_to_vec3(p));
  vec3_store(out->hi, dvec_to_vec3(dvec_add(p, (MlVec3){random_in(0, 1), random_in(0, 1), random_in(0, 1)})));
}
static void box_same(uint32_t i, Aabb *out) {
  (void)i;
  *out = (Aabb){{1, 2, 3}, {4, 5, 6}};
}
static void box_point(uint32_t i, Aabb *out) {
  (void)i;
  *out = (Aabb){{0, 0, 0}, {0, 0, 0}};
}
/* Each half as far as the one before: the heuristic peels them off a few at a time. */
static void box_shrinking(uint32_t i, Aabb *out) {
  float x = bits_float((254u - i % 250u) << 23);
  *out = (Aabb){{x * 1e-23f, 0, 0}, {x * 1e-23f, x * 1e-23f, 0}};
}
static void box_line(uint32_t i, Aabb *out) { *out = (Aabb){{(float)i, 0, 0}, {(float)i, 0, 0}}; }

static void test_trees(void **state) {
  (void)state;
  static const uint32_t counts[] = {1, 2, 3, 4, 5, 15, 16, 17, 33, 1000, 30000};
  for (uint32_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    check_tree(counts[i], box_random);
    check_tree(counts[i], box_same);
    check_tree(counts[i], box_point);
    check_tree(counts[i], box_shrinking);
    check_tree(counts[i], box_line);
  }
  check_tree(1000000, box_same);
}

static bool poll_down(void *ud) { return --*(int *)ud < 0; }

static void test_build_stops(void **state) {
  (void)state;
  FaultMemory fault;
  static Aabb bounds[20000];
  for (uint32_t i = 0; i < 20000; i++) box_random(i, &bounds[i]);
  MlError error = {0};
  Bvh bvh;
  int polls = 0;
  // Cancelled at the first poll, at the second, ...
  for (int n = 0;; n += n < 20 ? 1 : 7) {
    fault_init(&fault, -1, false);
    polls = n;
    const MlCancel cancel = {.poll = poll_down, .ud = &polls};
    MlStatus status =
      bvh_build(&(BvhBuild){.memory = &fault.memory, .work = &(Work){.cancel = &cancel}}, bounds, NULL, 20000, &bvh, &error);
    bool done = status == ML_OK;
    if (done) bvh_free(&fault.memory, &bvh);
    assert_int_equal(fault.memory.used, 0);
    if (done) {
      assert_true(n > 10);
      break;
    }
    assert_int_equal(status, ML_ERROR_CANCELLED);
    assert_string_equal(error.message, "build: cancelled");
  }
  // Without memory
  for (int n = 0;; n++) {
    fault_init(&fault, n, true);
    error_clear(&error);
    MlStatus status = bvh_build(&(BvhBuild){.memory = &fault.memory}, bounds, NULL, 5000, &bvh, &error);
    if (status == ML_OK) bvh_free(&fault.memory, &bvh);
    assert_int_equal(fault.memory.used, 0);
    if (status == ML_OK) break;
    assert_int_equal(status, ML_ERROR_MEMORY);
    assert_non_null(strstr(error.message, "tree of boxes"));
  }
  error_clear(&error);
  fault_init(&fault, -1, false);
  const BvhBuild build = {.memory = &fault.memory};
  assert_int_equal(bvh_build(&build, bounds, NULL, (uint64_t)BVH_MAX_ITEMS + 1, &bvh, &error), ML_ERROR_LIMIT);
  assert_string_equal(error.message, "scene: 134217729 items in one tree, at most 134217728 are possible");
  assert_int_equal(bvh_build(&build, NULL, NULL, 0, &bvh, NULL), ML_OK);
  World empty = {.bvh = bvh};
  Ray ray = ray_to((MlVec3){0, 0, 0}, (MlVec3){0, 0, 1}, RAY_CAMERA);
  Hit hit;
  assert_false(trace_closest(&empty, &ray, &hit));
  assert_false(trace_any(&empty, &ray));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_like_brute_force), cmocka_unit_test(test_coplanar_in_any_tree), cmocka_unit_test(test_lowest_id_wins),
    cmocka_unit_test(test_hidden),           cmocka_unit_test(test_not_finite),           cmocka_unit_test(test_trees),
    cmocka_unit_test(test_build_stops),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
