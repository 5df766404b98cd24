/* builder_model.h - models while they become nodes: what the parts of builder_model.c and builder_model_looks.c share. One thread. */
#ifndef ML_SCENE_BUILDER_MODEL_H
#define ML_SCENE_BUILDER_MODEL_H

#include "scene/builder_textures.h"
#include "scene/model_record.h"

/* What the making of one needs. */
typedef struct ModelMaking {
  MlBuilder *b;
  const MlModelDesc *desc;
  const DescSource *source;
  ModelFiles files;
  BuiltModel *built;
  const Model *model; /* built->record's */
} ModelMaking;

/* The material of this number in the file; 0 with *failed false: it is unknown, or what it would show is what it would be without. */
MlMaterial model_material(ModelMaking *making, uint32_t material, bool *failed);

#endif
