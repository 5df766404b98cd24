/* engine.h - the inside of MlEngine, for render/ and api.c. */
#ifndef ML_RENDER_ENGINE_H
#define ML_RENDER_ENGINE_H

#include "base/error.h"
#include "base/thread.h"
#include "render/kernel.h"
#include "scene/cache.h"

struct MlEngine {
  Memory memory;
  AssetCache *cache;
  const Kernel *kernel;
  uint32_t build; /* MlBuild */
  struct Pool *pool;        /* base/pool.h */
  _Atomic uint32_t threads; /* wanted at the next render */
  Mutex lock;               /* guards `current` */
  struct MlRender *current;
};

/* A scene's trees are as wide as the kernel of the engine that it was built in. */
static inline MlStatus engine_takes_scene(const MlEngine *engine, const MlScene *scene, MlError *error) {
  uint32_t width = scene_of(scene)->world.bvh.width;
  if (width == engine->kernel->tree_width) return ML_OK;
  return error_set(error, ML_ERROR_ARGUMENT,
                   "scene: it is of another engine, whose instruction set takes trees of %u; this one's %s takes %u", width,
                   engine->kernel->name, engine->kernel->tree_width);
}

#endif
