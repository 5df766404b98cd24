/* engine.h - the inside of MlEngine, for render/ and api.c. */
#ifndef ML_RENDER_ENGINE_H
#define ML_RENDER_ENGINE_H

#include "base/thread.h"
#include "render/kernel.h"
#include "scene/cache.h"

struct MlEngine {
  Memory memory;
  AssetCache *cache;
  const Kernel *kernel;
  struct Pool *pool;        /* render/pool.h */
  _Atomic uint32_t threads; /* wanted at the next render */
  Mutex lock;               /* guards `current` */
  struct MlRender *current;
};

#endif
