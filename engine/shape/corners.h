/* corners.h - corners of triangles that name points, texture coordinates and normals apart, joined into points that have all three.
 *
 * Corners that name the same three become one point; points come in the order in which they are first named. */
#ifndef ML_SHAPE_CORNERS_H
#define ML_SHAPE_CORNERS_H

#include "shape/model.h"

typedef struct Corner {
  uint32_t point, uv, normal; /* MODEL_NONE: none, which becomes 0 where others have one */
} Corner;

/* What corners name; uv and normals NULL: no corner names one. All numbers have been checked. */
typedef struct CornerSources {
  const ModelPoint *points, *normals;
  const ModelUv *uv;
} CornerSources;

/* Three corners per triangle; they are taken in pieces: begin, add, end. Draft arrays are those of the part. After a failure, out of memory or
 * cancelled, only corner_join_free may follow. */
typedef struct CornerJoin {
  Memory *memory;
  CornerSources sources;
  ModelDraft *draft;
  ARRAY(Corner) made; /* what each of the draft's points was made of */
  uint32_t *slots;    /* number of a point + 1, by open addressing */
  uint64_t slot_count;
} CornerJoin;

bool corner_join_begin(CornerJoin *join, Memory *memory, const CornerSources *sources, uint64_t triangles, ModelDraft *draft);
bool corner_join_add(CornerJoin *join, const Corner corners[3]);
void corner_join_free(CornerJoin *join);

#endif
