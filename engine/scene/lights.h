/* lights.h - what the selection of lights needs, computed once at commit. */
#ifndef ML_SCENE_LIGHTS_H
#define ML_SCENE_LIGHTS_H

#include "scene/expand.h"
#include "scene/light_tree.h"

/* Arrays as in Lights. */
typedef struct LightTables {
  LightForest forest;
  ARRAY(uint32_t) far;
  ARRAY(float) far_cdf, far_pdf;
  float far_share;
  uint32_t background;
  ARRAY(uint32_t) suns;
} LightTables;

/* Adds the background or the surroundings, and the sky's sun, to e->lights where they light; gives mesh lights their trees; fills the tables. bound_radius: of the scene. On failure,
 * too, the tables must be freed. */
MlStatus lights_prepare(Expansion *e, const Surroundings *surroundings, float bound_radius, LightTables *tables);
void lights_free(Memory *memory, LightTables *tables);

#endif
