/* kernel.c - everything that runs per sample, in one translation unit that is compiled once per instruction set (-DML_ISA=...). The
 * arithmetic is the same in all of them; ML_ISA_SCALAR tells the headers to write loops instead of vectors. */
#define ISA_ID_scalar 1
#define ISA_ID_sse41 2
#define ISA_ID_avx2 3
#define ISA_ID_neon 4
#define ISA_ID_simd128 5
#define ISA_PASTE(a, b) a##b
#define ISA_JOIN(a, b) ISA_PASTE(a, b)
#define ISA_ID ISA_JOIN(ISA_ID_, ML_ISA)
#if ISA_ID == ISA_ID_scalar
#define ML_ISA_SCALAR 1
#define ISA_NAME "scalar"
#elif ISA_ID == ISA_ID_sse41
#define ISA_NAME "sse4.1"
#elif ISA_ID == ISA_ID_avx2
#define LANE_COUNT 8
#define ISA_NAME "avx2"
#elif ISA_ID == ISA_ID_neon
#define ISA_NAME "neon"
#elif ISA_ID == ISA_ID_simd128
#define ISA_NAME "simd128"
#else
#error "ML_ISA must be scalar, sse41, avx2, neon or simd128"
#endif

#include "render/kernel.h"

#include "camera/ray.h"
#include "render/path.h"
#include "render/preview.h"
#include "render/whitted.h"

/* Integrators whose pictures have no noise look at the same points of every pixel. */
static bool integrator_is_noisy(MlIntegrator integrator) { return integrator == ML_PATH || integrator == ML_AO; }

/* x, y: of the whole image. */
static Spectrum sample_radiance(Tracer *tracer, const TileJob *job, uint32_t x, uint32_t y, uint32_t index) {
  const MlSettings *settings = tracer->settings;
  const Camera *camera = job->camera;
  const PixelFilter *filter = &job->settings->filter;
  Sampler sampler = sampler_begin(settings->sampler, settings->seed, x, y, index);
  bool noisy = integrator_is_noisy(settings->integrator);
  Float4 r = noisy ? sampler_set(&sampler, SAMPLER_CAMERA) : sampler_centred_set(index);
  Camera moved;
  float time = 0.0f;
  if (camera->moves || tracer->scene->moves) time = camera->shutter * (noisy ? sampler_time(&sampler) : sampler_centred_time(index));
  if (camera->moves) {
    moved = camera_at(camera, time);
    camera = &moved;
  }
  float film_x = filter_position(filter, (float)x - 0.5f * camera->width, r[0]);
  float film_y = filter_position(filter, (float)y - 0.5f * camera->height, r[1]);
  Ray ray = camera_ray(camera, film_x, film_y, (Vec2){r[2], r[3]});
  ray.time = time;
  RayCone cone = camera_cone(camera, &ray);
  switch (settings->integrator) {
  case ML_PATH: return path_radiance(tracer, &ray, cone, &sampler);
  case ML_WHITTED: return whitted_radiance(tracer, &ray, cone);
  case ML_AO:
  case ML_NORMALS:
  case ML_ALBEDO:
  case ML_DEPTH: break;
  }
  return preview_radiance(tracer, camera, &ray, cone, &sampler);
}

static Spectrum sample_pixel(const TileJob *job, uint32_t x, uint32_t y, uint32_t index) {
  Tracer tracer = {.scene = job->scene, .settings = &job->settings->s};
  uint32_t crop_x = job->film ? job->film->crop_x : 0, crop_y = job->film ? job->film->crop_y : 0;
  return sample_radiance(&tracer, job, crop_x + x, crop_y + y, index);
}

/* The counters have one writer: no read-modify-write is needed. */
static void counter_add(_Atomic uint64_t *counter, uint64_t amount) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + amount, memory_order_relaxed);
}

static bool render_tile(const TileJob *job) {
  struct MlFilm *film = job->film;
  Tracer tracer = {.scene = job->scene, .settings = &job->settings->s};
  uint64_t nonfinite = 0;
  bool whole = true;
  for (uint32_t y = job->y0; y < job->y1 && whole; y++) {
    for (uint32_t x = job->x0; x < job->x1; x++) {
      if (atomic_load_explicit(job->cancel, memory_order_relaxed) != 0) {
        whole = false;
        break;
      }
      uint64_t index = (uint64_t)y * film->width + x;
      PixelSums pixel;
      film_load_pixel(film, index, &pixel);
      uint32_t before = pixel.count;
      if (before >= job->target) continue;
      while (pixel.count < job->target) {
        Spectrum sample = sample_radiance(&tracer, job, film->crop_x + x, film->crop_y + y, film->first_sample + pixel.count);
        if (!spectrum_is_finite(sample)) {
          sample = spectrum_zero();
          nonfinite++;
        }
        pixel_push(&pixel, sample);
      }
      film_store_pixel(film, index, &pixel);
      counter_add(&job->counters->samples, pixel.count - before);
      counter_add(&job->counters->rays, tracer.rays);
      tracer.rays = 0;
    }
  }
  if (nonfinite) atomic_fetch_add_explicit(&film->nonfinite, nonfinite, memory_order_relaxed);
  return whole;
}

static bool closest(const World *world, const Ray *ray, Hit *hit) { return trace_closest(world, ray, hit); }
static bool any(const World *world, const Ray *ray) { return trace_any(world, ray); }
static bool within(const Geometry *geometry, const Ray *ray, Hit *hit) { return trace_within(geometry, ray, hit); }

extern const Kernel ISA_JOIN(kernel_, ML_ISA);
const Kernel ISA_JOIN(kernel_, ML_ISA) = {ISA_NAME, TREE_WIDTH, render_tile, sample_pixel, closest, any, within};
