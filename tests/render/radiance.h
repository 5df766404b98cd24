/* radiance.h - for tests of light transport: scenes through the public interface, means of samples with their standard errors.
 *
 * An estimate is the mean over pixels, samples and SEEDS seeds, and sigma the standard error of that mean from the spread of the seeds.
 * The criterion is that of docs: |mean - expected| <= 4 sigma + 1e-4 expected, and sigma small enough that the test has power. */
#ifndef ML_TESTS_RADIANCE_H
#define ML_TESTS_RADIANCE_H

#include <math.h>
#include <stdio.h>

#include <cmocka.h>

#include "moonlit.h"
#include "render/kernel.h"
#include "render/view.h"

#define SEEDS 16

/* One engine per program; a scene is built between rig_begin and rig_commit. */
typedef struct Rig {
  MlEngine *engine;
  MlBuilder *b;
  const MlScene *scene;
  MlError error;
} Rig;

static inline void rig_create(Rig *rig) {
  *rig = (Rig){0};
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 1), &rig->engine, &rig->error), ML_OK);
}
static inline MlBuilder *rig_begin(Rig *rig) {
  ml_scene_release(rig->scene);
  rig->scene = NULL;
  assert_int_equal(ml_builder_create(rig->engine, &rig->b, &rig->error), ML_OK);
  return rig->b;
}
static inline void rig_add(Rig *rig, MlNode node) {
  if (!node) printf("%s\n", rig->error.message);
  assert_true(node != 0 && ml_add(rig->b, node, &rig->error) == ML_OK);
}
static inline void rig_commit(Rig *rig) {
  if (ml_commit(rig->b, NULL, &rig->scene, &rig->error) != ML_OK) printf("%s\n", rig->error.message);
  assert_non_null(rig->scene);
}
static inline void rig_destroy(Rig *rig) {
  ml_scene_release(rig->scene);
  ml_engine_destroy(rig->engine);
}

static inline MlColor gray(double v) { return (MlColor){(float)v, (float)v, (float)v}; }
static inline MlMaterial matte(Rig *rig, double albedo, double emission) {
  return ml_matte(rig->b, &ML_DESC(MlMatteDesc, .color = gray(albedo), .has_color = true, .emission.radiance = gray(emission)),
                  &rig->error);
}
static inline MlMaterial emit(Rig *rig, double radiance) {
  return ml_emit(rig->b, &ML_DESC(MlEmitDesc, .emission.radiance = gray(radiance)), &rig->error);
}
static inline MlMaterial mirror(Rig *rig) { return ml_mirror(rig->b, &ML_DESC(MlMirrorDesc), &rig->error); }
static inline MlMaterial glass(Rig *rig, double ior) { return ml_glass(rig->b, &ML_DESC(MlGlassDesc, .ior = (float)ior), &rig->error); }
static inline MlMaterial white_metal(Rig *rig, double alpha, bool multiscatter) {
  return ml_metal(rig->b,
                  &ML_DESC(MlMetalDesc, .artist = true, .color = gray(1), .edge = gray(1), .roughness = (float)sqrt(alpha),
                           .no_multiscatter = !multiscatter),
                  &rig->error);
}

/* ---- measuring */

typedef struct Shot {
  Camera camera;
  RenderSettings settings;
  TileJob job;
  uint32_t width, height;
} Shot;

static inline void shot_prepare(const Rig *rig, const MlView *view, const MlSettings *settings, Shot *shot) {
  MlView resolved;
  MlError error = {0};
  const Scene *scene = scene_of(rig->scene);
  MlStatus status = view_resolve(view, &resolved, &error);
  if (status == ML_OK) status = view_camera(&resolved, scene, &shot->camera, &error);
  if (status == ML_OK) status = settings_resolve(settings, scene, &shot->settings, &error);
  if (status != ML_OK) fail_msg("%s", error.message);
  shot->job = (TileJob){.scene = scene, .camera = &shot->camera, .settings = &shot->settings};
  shot->width = resolved.width;
  shot->height = resolved.height;
}
/* The green of one sample: tests are gray. */
static inline double shot_sample(const Shot *shot, uint32_t x, uint32_t y, uint32_t index) {
  return (double)spectrum_to_color(kernel_find(NULL)->sample_pixel(&shot->job, x, y, index)).g;
}

typedef struct Estimate {
  double mean, sigma;
  double variance; /* of one seed's mean */
} Estimate;

static inline Estimate measure(const Rig *rig, const MlView *view, const MlSettings *settings) {
  Shot shot;
  shot_prepare(rig, view, settings, &shot);
  double sum = 0, squares = 0;
  for (uint32_t seed = 0; seed < SEEDS; seed++) {
    shot.settings.s.seed = settings->seed + seed;
    double total = 0;
    for (uint32_t y = 0; y < shot.height; y++)
      for (uint32_t x = 0; x < shot.width; x++)
        for (uint32_t i = 0; i < shot.settings.s.samples; i++) total += shot_sample(&shot, x, y, i);
    total /= (double)shot.width * shot.height * shot.settings.s.samples;
    sum += total;
    squares += total * total;
  }
  double mean = sum / SEEDS, variance = fmax(0, squares / SEEDS - mean * mean) * SEEDS / (SEEDS - 1);
  return (Estimate){mean, sqrt(variance / SEEDS), variance};
}

static inline bool agrees(const char *what, Estimate e, double expected) {
  bool good = fabs(e.mean - expected) <= 4 * e.sigma + 1e-4 * expected && e.sigma <= .003 * expected;
  if (!good) printf("%s: %.6f with a standard error of %.6f where %.6f was expected\n", what, e.mean, e.sigma, expected);
  return good;
}

/* A view of a few square millimetres about `at`, along parallel rays from `from`. */
static inline MlView spot(MlVec3 from, MlVec3 at, uint32_t size) {
  return ML_DESC(MlView, .camera = {.kind = ML_CAMERA_ORTHOGRAPHIC, .from = from, .look_at = at, .height = 1e-3}, .width = size,
                 .height = size);
}

#endif
