/* kernel.h - the per-instruction-set compilation of everything that runs per sample, behind one table of functions (invariant 12). */
#ifndef ML_RENDER_KERNEL_H
#define ML_RENDER_KERNEL_H

#include "camera/camera.h"
#include "render/film.h"
#include "render/filter.h"
#include "scene/scene.h"

/* Settings with every default filled in; from MlSettings by settings_resolve. */
typedef struct RenderSettings {
  MlSettings s; /* all defaults explicit */
  PixelFilter filter;
} RenderSettings;

/* Counters of one thread, its own cache lines; summed by the session. */
typedef struct RenderCounters {
  _Alignas(64) _Atomic uint64_t rays; /* relaxed; written by one thread */
  _Atomic uint64_t samples;
} RenderCounters;

/* A tile and how far to take it. Coordinates are the crop's. Every pixel goes from its own count to `target`. */
typedef struct TileJob {
  const Scene *scene;
  const Camera *camera;
  const RenderSettings *settings;
  struct MlFilm *film;
  uint32_t x0, y0, x1, y1;
  uint32_t target;
  const _Atomic uint32_t *cancel; /* non-zero: return before the next pixel */
  RenderCounters *counters;
} TileJob;

typedef struct Kernel {
  const char *name;                        /* as in MlEngineDesc.isa */
  uint32_t tree_width;                     /* of the trees that it walks, as in Bvh.width; all functions expect such scenes */
  bool (*render_tile)(const TileJob *job); /* false: cancelled */
  /* One sample, for replay and tests. x, y: in the crop; index: of all samples of the pixel. May be not finite. */
  Spectrum (*sample_pixel)(const TileJob *job, uint32_t x, uint32_t y, uint32_t index);
  bool (*trace_closest)(const World *world, const Ray *ray, Hit *hit);
  bool (*trace_any)(const World *world, const Ray *ray);
  bool (*trace_geometry)(const Geometry *geometry, const Ray *ray, Hit *hit); /* in its own space */
} Kernel;

/* The kernels of this build; only those this machine runs are returned. name NULL: the best. */
const Kernel *kernel_find(const char *name);
const char *const *kernel_names(void);

/* Defaults and checks; scene may be NULL, when only the checks matter. ML_ERROR_ARGUMENT, ML_ERROR_LIMIT. */
MlStatus settings_resolve(const MlSettings *settings, const Scene *scene, RenderSettings *out, MlError *error);
/* What this shows is not radiance: 1 is white, whatever the scene. */
bool integrator_shows_data(MlIntegrator integrator);
/* What decides a film's bits besides the scene: for film files. */
uint64_t settings_hash(const RenderSettings *settings, const Camera *camera);

#endif
