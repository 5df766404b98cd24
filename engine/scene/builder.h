/* builder.h - the node graph that becomes a scene (ARCHITECTURE.md, "Node graph to frozen scene"). One thread. */
#ifndef ML_SCENE_BUILDER_H
#define ML_SCENE_BUILDER_H

#include "base/arena.h"
#include "base/array.h"
#include "math/transform.h"
#include "moonlit.h"
#include "scene/cache.h"
#include "shade/material.h"

/* What a builder needs of its engine, given by api.c: no other coupling. */
typedef struct BuilderContext {
  struct MlEngine *engine;
  Memory *memory;
  AssetCache *cache;
} BuilderContext;

MlStatus builder_create(const BuilderContext *context, MlBuilder **out, MlError *error);

#endif
