/* fields.h - solids that are programs (NODE_SDF) on their way to geometry: one program for the whole of each. */
#ifndef ML_SCENE_FIELDS_H
#define ML_SCENE_FIELDS_H

#include "program/field.h"
#include "scene/builder.h"

/* What a node's geometry holds, cells aside: programs, the materials, bounds. */
typedef struct FieldContent {
  Program *distance, *which; /* which NULL: one material */
  uint32_t *materials;
  uint32_t material_count;
  Aabb box;
  uint64_t hash;
} FieldContent;

/* closed: cut off at its box, for programs that are not positive there. Fails with messages at the node's place: too large, without bounds.
 * *empty: nothing is left of it; then out holds nothing. */
MlStatus fields_content(const MlBuilder *b, MlNode id, bool closed, FieldContent *out, bool *empty, MlError *error);
void fields_free(Memory *memory, FieldContent *content);

#endif
