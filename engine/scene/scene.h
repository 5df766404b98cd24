/* scene.h - the frozen scene: one page-aligned block of its own, complete before anyone sees it, read-only ever after (invariant 1).
 * Only the reference count lives outside, in SceneHandle. Positions are relative to `origin`. */
#ifndef ML_SCENE_SCENE_H
#define ML_SCENE_SCENE_H

#include "bvh/world.h"
#include "image/texture_image.h"
#include "light/light.h"
#include "shade/material.h"
#include "shade/texture.h"

/* Of one colour, or lights.surroundings where that has a table. */
typedef struct Background {
  Spectrum radiance;
  uint32_t present, eye_only;
} Background;

typedef struct Scene {
  World world;
  Lights lights;
  const Material *materials; /* [0] is the default: matte, albedo .8 */
  const Lobe *lobes;
  const Patch *patches;
  Textures textures;
  uint32_t material_count, lobe_count, patch_count;
  bool has_cutouts;                              /* some material is not there everywhere */
  bool moves;                                    /* something is in motion: rays have times */
  const uint32_t *prim_things, *instance_things; /* of which outermost placed thing each is; NULL: no program asks */
  const TextureImage *const *images;             /* [MlImage - 1] */
  uint32_t image_count;
  Background background;
  double origin[3];   /* world = origin + stored */
  float bound_radius; /* of the finite things */
  MlSceneStats stats;
  uint64_t bytes; /* of this block */
} Scene;

/* What a ray in the unit direction d sees where there is nothing else; suns not included. */
static inline Spectrum scene_background(const Scene *scene, Vec3 d) {
  return scene->lights.surroundings.table != NULL ? surroundings_radiance(&scene->lights.surroundings, d) : scene->background.radiance;
}

/* MlScene is the handle that is passed around: counts references, holds the assets that the scene points into. */
const Scene *scene_of(const MlScene *handle);

#endif
