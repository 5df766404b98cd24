/* read_obj.h - what the readers of OBJ (read_obj.c) and of its MTL files (read_mtl.c) share: materials by name. */
#ifndef ML_SHAPE_READ_OBJ_H
#define ML_SHAPE_READ_OBJ_H

#include "shape/read_text.h"

typedef struct ObjMaterials {
  const ModelSource *source; /* the obj */
  Model *model;
  MlError *error;
  uint32_t *slots; /* number of a material + 1 by its name, by open addressing */
  uint64_t slot_count;
} ObjMaterials;

/* The material of this name, new and unknown if there is none yet. MODEL_NONE: memory is out. */
uint32_t obj_material(ObjMaterials *materials, TextWord name);
void obj_materials_free(ObjMaterials *materials);
/* Reads the files that the rest of a line "mtllib ..." names; missing ones are passed over. */
MlStatus obj_read_libraries(ObjMaterials *materials, TextWord names);

#endif
