/* read_ply.h - what the parts of the PLY reader share: the header (read_ply_header.c), and elements in text and in binary form.
 *
 * G. Turk, "The PLY Polygon File Format" (1994), with the names that are in use today: vertex x y z, nx ny nz, u v or s t; face
 * vertex_indices or vertex_index, texcoord; tristrips. Other elements and properties are skipped. */
#ifndef ML_SHAPE_READ_PLY_H
#define ML_SHAPE_READ_PLY_H

#include "shape/corners.h"
#include "shape/polygon.h"
#include "shape/read_text.h"

typedef enum PlyType { PLY_I8, PLY_U8, PLY_I16, PLY_U16, PLY_I32, PLY_U32, PLY_F32, PLY_F64 } PlyType;
static inline size_t ply_size(PlyType type) { return (const uint8_t[]){1, 1, 2, 2, 4, 4, 4, 8}[type]; }

/* What a property is for. The first eight are numbers of a vertex. */
typedef enum PlyUse {
  PLY_X,
  PLY_Y,
  PLY_Z,
  PLY_NX,
  PLY_NY,
  PLY_NZ,
  PLY_U,
  PLY_V,
  PLY_INDICES,
  PLY_TEXTURE_COORDINATES,
  PLY_SKIPPED,
  PLY_VERTEX_USES = PLY_INDICES,
} PlyUse;

typedef struct PlyProperty {
  PlyUse use;
  PlyType type, count_type;
  bool list;
  TextWord name;
} PlyProperty;

typedef enum PlyKind { PLY_VERTEX, PLY_FACE, PLY_STRIPS, PLY_OTHER } PlyKind;
typedef struct PlyElement {
  PlyKind kind;
  TextWord name;
  uint64_t count, line;
  uint64_t first, properties; /* in PlyReader.properties */
  bool lists;                 /* some property is one */
  uint64_t least;             /* bytes that one takes at least */
} PlyElement;

typedef enum PlyForm { PLY_TEXT, PLY_LITTLE, PLY_BIG } PlyForm;

typedef struct PlyReader {
  const ModelSource *source;
  Model *model;
  MlError *error;
  TextScan scan; /* after the header: where the elements begin */
  PlyForm form;
  ARRAY(PlyElement) elements;
  ARRAY(PlyProperty) properties;
  ModelDraft draft;
  bool has[PLY_VERTEX_USES]; /* of the vertices */
  uint64_t vertices, faces;
  bool vertices_read;
  ARRAY(ModelUv) corner_uv; /* three per triangle where faces have texture coordinates */
  bool corners_have_uv;
  ARRAY(uint32_t) face; /* corners of the polygon at hand */
  ARRAY(ModelUv) face_uv;
  PolygonCutter cutter;
} PlyReader;

MlStatus ply_read_header(PlyReader *r);
/* Where in the file p is. */
static inline uint64_t ply_offset(const PlyReader *r, const void *p) { return (uint64_t)((const uint8_t *)p - r->source->bytes.data); }
static inline MlStatus ply_out_of_memory(const PlyReader *r) { return model_out_of_memory(r->model, r->source, r->error); }
/* r->face (checked) and r->face_uv (as many, or none) as triangles. */
MlStatus ply_add_face(PlyReader *r);
/* r->face as strips, in which MODEL_NONE begins anew. */
MlStatus ply_add_strips(PlyReader *r);
/* At the beginning of an element. */
MlStatus ply_read_text(PlyReader *r, const PlyElement *element);
MlStatus ply_read_binary(PlyReader *r, const PlyElement *element);

#endif
