/* lights.h - what the selection of lights needs, computed once at commit. */
#ifndef ML_SCENE_LIGHTS_H
#define ML_SCENE_LIGHTS_H

#include "scene/expand.h"

typedef struct LightTables {
  ARRAY(float) select_cdf, select_pdf, triangle_cdf;
  uint32_t background; /* as in Lights */
} LightTables;

/* Adds the background to e->lights if it lights; sets areas and cdf offsets of mesh lights; fills the tables. bound_radius: of the
 * scene. On failure, too, the tables must be freed. */
MlStatus lights_prepare(Expansion *e, float bound_radius, LightTables *tables);
void lights_free(Memory *memory, LightTables *tables);

#endif
