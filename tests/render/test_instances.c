/* test_instances.c - a million placements of one mesh, with LONG in the environment ten million: memory at its peak, and pictures: the same
 * whatever the threads, and those of the placements one by one. */
#include <stdlib.h>
#include <sys/resource.h>

#include "radiance.h"

static Rig rig;
static int create(void **state) {
  (void)state;
  rig_create(&rig);
  return 0;
}
static int destroy(void **state) {
  (void)state;
  rig_destroy(&rig);
  return 0;
}

/* A ball of triangles, with normals. */
static MlNode coarse_ball(MlMaterial material) {
  enum { RINGS = 6, STEPS = 12 };
  static float points[(RINGS + 1) * STEPS * 3];
  static uint32_t triangles[RINGS * STEPS * 6];
  uint32_t *t = triangles;
  for (uint32_t i = 0; i <= RINGS; i++) {
    for (uint32_t j = 0; j < STEPS; j++) {
      double theta = M_PI * (i + .05) / (RINGS + .1), phi = 2 * M_PI * j / STEPS;
      float *p = points + 3 * (i * STEPS + j);
      p[0] = (float)(.5 * sin(theta) * cos(phi)), p[1] = (float)(.5 * cos(theta)), p[2] = (float)(-.5 * sin(theta) * sin(phi));
      if (i == RINGS) continue;
      uint32_t a = i * STEPS + j, b = i * STEPS + (j + 1) % STEPS;
      const uint32_t corners[6] = {a, a + STEPS, b, b, a + STEPS, b + STEPS};
      memcpy(t, corners, sizeof corners);
      t += 6;
    }
  }
  return ml_mesh(rig.b,
                 &ML_DESC(MlMeshDesc, .points = points, .point_count = (RINGS + 1) * STEPS, .normals = points, .triangles = triangles,
                          .triangle_count = 2 * RINGS * STEPS, .material = material),
                 &rig.error);
}

static uint32_t mix32(uint32_t x) {
  x ^= x >> 16, x *= 0x7feb352du, x ^= x >> 15, x *= 0x846ca68bu;
  return x ^ x >> 16;
}
static float unit(uint32_t i, uint32_t k) { return (float)(mix32(8 * i + k + 1) >> 8) * 0x1p-24f; }

/* Placement number i of a field of a thousand by as many as it takes: turned about y, of sizes from .5 to 1. */
static void place(uint32_t i, float out[12]) {
  float angle = 6.2831853f * unit(i, 0), size = .5f + .5f * unit(i, 1), s = size * sinf(angle), c = size * cosf(angle);
  const float m[12] = {c, 0, s, (float)(i % 1000) - 500 + unit(i, 2), 0, size, 0, unit(i, 3), -s, 0, c, -(float)(i / 1000) + unit(i, 4)};
  memcpy(out, m, sizeof m);
}

static MlView field_view(void) {
  MlCamera camera = {.from = {0, 12, 20}, .look_at = {0, 0, -30}, .fov = 60};
  return ML_DESC(MlView, .camera = camera, .width = 96, .height = 54, .fixed_exposure = true);
}

static uint64_t render_hash(Rig *on, uint32_t threads, MlIntegrator integrator, float *rows) {
  MlError error = {0};
  MlView view = field_view();
  MlSettings settings = ML_DESC(MlSettings, .samples = 2, .tile = 16, .integrator = integrator);
  MlFilm *film;
  MlRender *render;
  assert_int_equal(ml_engine_set_threads(on->engine, threads, &error), ML_OK);
  assert_int_equal(ml_film_create(on->engine, on->scene, &view, &settings, &film, &error), ML_OK);
  assert_int_equal(ml_render_start(on->engine, on->scene, &view, &settings, film, &render, &error), ML_OK);
  assert_int_equal(ml_render_wait(render, -1), ML_RENDER_DONE);
  uint64_t hash = ml_film_hash(film);
  for (uint32_t y = 0; rows != NULL && y < 54; y++) ml_film_row(film, y, rows + 3 * 96 * y);
  ml_render_destroy(render);
  ml_film_destroy(film);
  return hash;
}

/* The first test: what the process has taken at its most is this one's. */
static void peak_memory(void **state) {
  (void)state;
#ifdef __EMSCRIPTEN__
  const bool large = false; /* its memory is not enough for these and what describes them */
#else
  const bool large = getenv("LONG") != NULL;
#endif
  const uint32_t count = large ? 10000000 : 1000000;
  double begin = ml_clock();
  rig_begin(&rig);
  assert_int_equal(ml_background(rig.b, gray(1), false, &rig.error), ML_OK);
  float *transforms = malloc(sizeof(float) * 12 * count);
  for (uint32_t i = 0; i < count; i++) place(i, transforms + 12 * (size_t)i);
  MlNode field = ml_array(rig.b, &ML_DESC(MlArrayDesc, .child = coarse_ball(0), .transforms = transforms, .count = count), &rig.error);
  free(transforms);
  rig_add(&rig, field);
  double described = ml_clock();
  rig_commit(&rig);
  double committed = ml_clock();
  uint64_t hash = render_hash(&rig, 2, ML_PATH, NULL);
  double rendered = ml_clock();
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  MlSceneStats stats = ml_scene_stats(rig.scene);
  MlMemoryStats memory = ml_engine_memory(rig.engine);
  printf("%u instances: scene %.1f B each, engine's peak %.1f B each (%.0f MB), process's peak %ld MB; described %.2f s, committed %.2f s, "
         "rendered %.2f s\n",
         count, (double)stats.bytes / count, (double)memory.peak / count, (double)memory.peak / 1e6, usage.ru_maxrss / 1024,
         described - begin, committed - described, rendered - committed);
  assert_int_equal(stats.triangles, 144 * (uint64_t)count);
  assert_int_equal(stats.unique_triangles, 144);
  assert_true(stats.bytes <= 160 * (uint64_t)count);
  assert_true(memory.peak <= 160 * (uint64_t)count + 16000000);
  if (large) assert_true(usage.ru_maxrss <= 1600000000 / 1024);
  assert_true(hash == render_hash(&rig, 1, ML_PATH, NULL) && hash == render_hash(&rig, 3, ML_PATH, NULL) &&
              hash == render_hash(&rig, 8, ML_PATH, NULL));
}

/* Depths of an array's picture are those of its placements one by one, but for rounding at edges. */
static void like_placements(void **state) {
  (void)state;
  enum { COUNT = 20000, VALUES = 96 * 54 * 3 };
  static float rows[2][VALUES], transforms[COUNT * 12];
  static MlNode nodes[COUNT];
  for (int form = 0; form < 2; form++) {
    rig_begin(&rig);
    MlNode ball = coarse_ball(0);
    for (uint32_t i = 0; i < COUNT; i++) {
      float *m = transforms + 12 * i;
      MlTransform t;
      place(i, m);
      for (int k = 0; k < 12; k++) t.m[k] = (double)m[k];
      if (form == 1) nodes[i] = ml_place(rig.b, &ML_DESC(MlPlaceDesc, .child = ball, .transform = t), &rig.error);
    }
    rig_add(&rig, form == 0 ? ml_array(rig.b, &ML_DESC(MlArrayDesc, .child = ball, .transforms = transforms, .count = COUNT), &rig.error)
                            : ml_group(rig.b, &ML_DESC(MlGroupDesc, .children = nodes, .child_count = COUNT), &rig.error));
    rig_commit(&rig);
    MlSceneStats stats = ml_scene_stats(rig.scene);
    assert_int_equal(stats.instances, form ? COUNT : 1);
    assert_true(stats.bytes <= 165 * COUNT);
    render_hash(&rig, 2, ML_DEPTH, rows[form]);
  }
  int apart = 0, seen = 0;
  for (int i = 0; i < VALUES; i++) {
    seen += rows[0][i] > 0;
    apart += fabsf(rows[0][i] - rows[1][i]) > 1e-5f * rows[0][i];
  }
  if (!(seen > VALUES / 8 && apart <= 3 * 4)) fail_msg("%d of %d values are apart", apart, seen);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(peak_memory), cmocka_unit_test(like_placements)};
  return cmocka_run_group_tests_name("instances", tests, create, destroy);
}
